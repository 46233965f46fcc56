//! The product on one machine: a demo district hub on loopback, a station enrolled at it, and the window.
//!
//! Everything lies in one folder (`hub/`, `station/`) that a second run takes up again.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{has_display, heading, on_virtual_screen, printed_by, root, run as call, say};
use crate::programs::{self, Profile, built};
use crate::{setup, ui};

/// The demo station stands in this village.
const DEMO_UNIT: &str = "150205202202";

/// What marks a folder as ours to empty.
const MARK: &str = ".daiban-demo";

#[derive(clap::Args)]
pub struct Options {
    /// Play the main job on a virtual screen and leave screenshots and a summary
    #[arg(long)]
    headless: bool,
    /// Where the demo keeps its data
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    data: PathBuf,
    /// Forget what an earlier demo left in that folder
    #[arg(long)]
    fresh: bool,
}

/// Sets up, builds, and opens the window, or plays the main job without one.
pub fn run(options: &Options) -> Result<()> {
    if !options.headless && !has_display() {
        bail!("there is no display to open a window on. `cargo xtask run --headless` plays the main job without one");
    }
    setup::prepare(if options.headless { setup::Purpose::Test } else { setup::Purpose::Window })?;
    ui::build()?;
    heading("programs");
    let demo: &[&str] = if options.headless { &["daiban-demo"] } else { &[] };
    programs::build(&[&["daiban", "daiban-district"], demo].concat(), Profile::Development)?;
    let data = lay_out(options)?;
    if options.headless { play(&data) } else { open(&data) }
}

fn lay_out(options: &Options) -> Result<PathBuf> {
    let data = &options.data;
    if options.fresh && data.exists() {
        ensure!(data.join(MARK).exists(), "{} was not made by this demo; please remove it by hand", data.display());
        fs::remove_dir_all(data).with_context(|| format!("cannot empty {}", data.display()))?;
    }
    for part in ["hub", "station"] {
        fs::create_dir_all(data.join(part)).with_context(|| format!("cannot make {}", data.display()))?;
    }
    fs::write(data.join(MARK), "made by cargo xtask run\n")?;
    data.canonicalize().context("the data folder vanished")
}

fn play(data: &Path) -> Result<()> {
    heading("the main job on a virtual screen");
    call(on_virtual_screen(built("daiban-demo", Profile::Development)).arg("--data").arg(data))
}

fn open(data: &Path) -> Result<()> {
    heading("demo district hub");
    let hub = data.join("hub");
    let founded = data.join("founded");
    if !founded.exists() {
        found(&hub)?;
        fs::write(&founded, "the hub holds organisation, roster, items and calendar\n")?;
    }
    let (_serving, address) = serve(&hub, &data.join("address"))?;
    let enrolment = format!("https://{address}#{}", code(&hub)?);
    heading("window");
    // A station that is enrolled already takes no notice of the code.
    let mut window = Command::new(built("daiban", Profile::Development));
    call(window.arg("--data").arg(data.join("station")).arg("--enrol").arg(enrolment))
}

/// Fills a new hub with the organisation, the roster, the items and the calendar of the demo district.
fn found(hub: &Path) -> Result<()> {
    call(&mut district("init", hub))?;
    let data = root().join("assets/data");
    let mut import = district("import", hub);
    for (option, file) in [
        ("--places", "places.json"),
        ("--roster", "demo/roster.csv"),
        ("--items", "items.csv"),
        ("--bundles", "bundles.json"),
        ("--calendar", "calendar.json"),
    ] {
        import.arg(option).arg(data.join(file));
    }
    call(&mut import)
}

fn code(hub: &Path) -> Result<String> {
    let printed = printed_by(district("code", hub).args(["--station", "演示代办点", "--unit", DEMO_UNIT]));
    said(&printed.context("the hub made no enrolment code")?, "code").context("the hub printed no enrolment code")
}

/// The hub as a child process; it ends with us.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // Both fail only when the hub has already ended by itself, which is what is wanted.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Starts the hub at the address of the last run, which the enrolled station knows, or at a free port the first time.
fn serve(hub: &Path, remembered: &Path) -> Result<(Serving, String)> {
    let listen = fs::read_to_string(remembered).unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let mut command = district("serve", hub);
    command.args(["--listen", listen.trim()]).stdout(Stdio::piped());
    let mut child = command.spawn().context("the hub cannot be started")?;
    let lines = child.stdout.take().context("the hub has no output")?;
    let serving = Serving(child);
    let mut lines = BufReader::new(lines).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| said(&line, "listening"));
    let address = address.with_context(|| format!("the hub ended before it listened at {}", listen.trim()))?;
    // Reading on keeps the pipe open: a hub that cannot print would stop.
    std::thread::spawn(move || lines.for_each(drop));
    fs::write(remembered, &address)?;
    say(&format!("listening at {address}"));
    Ok((serving, address))
}

/// What the hub's line says under a name, such as `{"listening":"127.0.0.1:PORT"}`.
fn said(line: &str, name: &str) -> Option<String> {
    let said: serde_json::Value = serde_json::from_str(line).ok()?;
    said.get(name)?.as_str().map(str::to_owned)
}

fn district(task: &str, hub: &Path) -> Command {
    let mut command = Command::new(built("daiban-district", Profile::Development));
    command.arg(task).arg("--data").arg(hub);
    command
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn only_the_line_that_names_the_address_is_taken_for_it() {
        let address = said(r#"{"listening":"127.0.0.1:4711"}"#, "listening");
        assert_eq!(address.as_deref(), Some("127.0.0.1:4711"), "the address");
        assert_eq!(said("INFO listening soon", "listening"), None, "a log line is not the address");
        assert_eq!(said(r#"{"level":"info"}"#, "listening"), None, "nor is another JSON line");
    }
}
