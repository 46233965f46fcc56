//! The window's pages: compiled to wasm, bound by the wasm-bindgen library, laid beside page, styles and icons in `dist/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{find, heading, root, run, say};
use crate::wasm;

/// The pages change only when one of these does.
const INPUTS: &[&str] = &["src-ui", "src-model", "assets", "Cargo.toml", "Cargo.lock", "src-xtask/src/ui.rs"];

/// Copied as they are. A missing one is no fault: fonts, for instance, come later.
const COPIED: &[(&str, &str)] = &[
    ("src-ui/index.html", "index.html"),
    ("src-ui/boot.js", "boot.js"),
    ("assets/css", "css"),
    ("assets/words", "words"),
    ("assets/fonts", "fonts"),
    ("assets/icons.svg", "icons.svg"),
    ("assets/mark.svg", "mark.svg"),
];

/// What the pages may weigh on the road, compressed by brotli at its best (design: 700 KB).
const BUDGET: u64 = 700_000;

/// Builds `dist/`, or does nothing when it is newer than everything it is made of.
pub fn build() -> Result<()> {
    heading("pages of the window");
    let dist = root().join("dist");
    let stamp = root().join("target/dist.stamp");
    if is_fresh(&dist, &stamp) {
        say("nothing changed");
        return Ok(());
    }
    // Written at the start and named at the end: what was edited during the build counts as newer.
    let started = stamp.with_extension("started");
    fs::write(&started, "")?;
    let compiled = compile()?;
    let bound = dist.join("app_bg.wasm");
    if changed(&bound) <= changed(&compiled) {
        bind(&compiled, &dist)?;
        shrink(&bound)?;
    }
    for (from, to) in COPIED {
        copy(&root().join(from), &dist.join(to))?;
    }
    report(&bound)?;
    fs::rename(&started, &stamp).context("cannot stamp the build")
}

fn is_fresh(dist: &Path, stamp: &Path) -> bool {
    let built = ["index.html", "app.js", "app_bg.wasm", "words/zh.json"].iter().all(|file| dist.join(file).is_file());
    let newest = INPUTS.iter().filter_map(|input| newest_in(&root().join(input))).max();
    built && newest < changed(stamp)
}

/// The newest change below a path. Folders count too: their time moves when a file is removed.
fn newest_in(path: &Path) -> Option<SystemTime> {
    let below = fs::read_dir(path).ok().into_iter().flatten().flatten().filter_map(|entry| newest_in(&entry.path()));
    below.chain(changed(path)).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn compile() -> Result<PathBuf> {
    let chain = wasm::provide()?;
    let target = chain.target_dir();
    run(chain.build().args(["--package", "daiban-ui", "--profile", "wasm"]).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join(wasm::TARGET).join("wasm/daiban-ui.wasm"))
}

fn bind(compiled: &Path, dist: &Path) -> Result<()> {
    say("binding wasm to the page");
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(false)
        .out_name("app")
        .generate(dist)
        .context("wasm-bindgen failed")
}

/// Binaryen's optimiser is welcome where it is installed and missed nowhere.
fn shrink(bound: &Path) -> Result<()> {
    let Some(optimiser) = find("wasm-opt") else { return Ok(()) };
    let smaller = bound.with_extension("small");
    let done = run(Command::new(optimiser).args(["-Oz", "--all-features", "-o"]).args([&smaller, bound]));
    match done {
        Ok(()) => fs::rename(&smaller, bound).context("cannot keep the smaller wasm"),
        Err(error) => {
            say(&format!("{error:#}; keeping the larger wasm"));
            Ok(())
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}

fn report(bound: &Path) -> Result<()> {
    let raw = fs::metadata(bound)?.len();
    say(&format!("app_bg.wasm: {} KB", raw / 1000));
    for (program, arguments) in [("brotli", ["-q", "11", "-c"].as_slice()), ("gzip", ["-9", "-c"].as_slice())] {
        let Some(size) = packed(program, arguments, bound) else { continue };
        let verdict = match (program, size > BUDGET) {
            ("brotli", true) => "over the budget",
            ("brotli", false) => "within the budget",
            _ => "and brotli, which the budget is for, packs tighter",
        };
        say(&format!("packed by {program}: {} KB, {verdict} ({} KB)", size / 1000, BUDGET / 1000));
        break;
    }
    Ok(())
}

fn packed(program: &str, arguments: &[&str], file: &Path) -> Option<u64> {
    let mut packer = Command::new(find(program)?).args(arguments).arg(file).stdout(Stdio::piped()).spawn().ok()?;
    let size = std::io::copy(&mut packer.stdout.take()?, &mut std::io::sink()).ok()?;
    packer.wait().ok()?.success().then_some(size)
}
