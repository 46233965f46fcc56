//! The tool chain for wasm: the one at hand if it knows the target, else rustup's, else Debian's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::packages;
use crate::process::{cargo, find, printed_by, root, run_within, say};

/// The target triple of the window's pages.
pub const TARGET: &str = "wasm32-unknown-unknown";

const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// How this machine compiles for wasm.
pub enum Toolchain {
    /// The ordinary cargo, whose standard library for the target is installed.
    Ordinary,
    /// Debian's `rustc-web`, which builds the standard library from its sources together with the pages.
    Debian { cargo: PathBuf, rustc: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// The cargo call that builds for wasm; the caller adds package and profile.
    pub fn build(&self) -> Command {
        let mut command = match self {
            Toolchain::Ordinary => cargo(),
            Toolchain::Debian { cargo, rustc, linker } => debian_cargo(cargo, rustc, linker),
        };
        command.args(["build", "--target", TARGET]);
        // Leptos then writes one kind of view and not a type for each part of a page: a fifth less to load.
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg erase_components");
        if let Toolchain::Debian { .. } = self {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    /// The folder for this tool chain's builds. They are kept apart: two compilers in one folder rebuild each other's work.
    pub fn target_dir(&self) -> PathBuf {
        root().join(match self {
            Toolchain::Ordinary => "target/ui",
            Toolchain::Debian { .. } => "target/ui-debian",
        })
    }
}

/// Finds or installs a tool chain for wasm. Fast when one is there.
///
/// `DAIBAN_WASM=debian` forces Debian's, so that this road can be tried on a machine that has the other.
pub fn provide() -> Result<Toolchain> {
    let forced = std::env::var("DAIBAN_WASM").is_ok_and(|value| value == "debian");
    if !forced && (has_target() || add_by_rustup()) {
        return Ok(Toolchain::Ordinary);
    }
    if find("dpkg-query").is_none() {
        bail!("the Rust target {TARGET} is missing and rustup could not add it; please install it and start again");
    }
    packages::provide(packages::DEBIAN_WASM).context("Debian's tool chain for wasm is the last resort")?;
    debian()
}

fn has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = printed_by(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    printed.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

fn add_by_rustup() -> bool {
    if find("rustup").is_none() {
        return false;
    }
    let added = run_within(Command::new("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT);
    if let Err(error) = &added {
        say(&format!("{error:#}; trying Debian's packages"));
    }
    added.is_ok() && has_target()
}

fn debian() -> Result<Toolchain> {
    Ok(Toolchain::Debian {
        cargo: program_of("cargo-web", "bin/cargo")?,
        rustc: program_of("rustc-web", "bin/rustc")?,
        linker: program_of("lld-19", "bin/wasm-ld-19")?,
    })
}

/// Asks the package itself: Debian has moved these programs before.
fn program_of(package: &str, ending: &str) -> Result<PathBuf> {
    let files = printed_by(Command::new("dpkg").args(["-L", package])).unwrap_or_default();
    let found = files.lines().find(|file| file.ends_with(ending) && Path::new(file).is_file());
    found.map(PathBuf::from).with_context(|| format!("package {package} holds no {ending}"))
}

fn debian_cargo(cargo: &Path, rustc: &Path, linker: &Path) -> Command {
    let mut command = Command::new(cargo);
    command
        .env("RUSTC", rustc)
        // `-Zbuild-std` is not stable; Debian's compiler accepts it only so.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    // What the outer cargo set for its own compiler would lead this one astray.
    for name in ["RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "CARGO", "RUSTDOC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"]
    {
        command.env_remove(name);
    }
    command
}
