//! Calling other programs: always seen, never through a shell, a failure always names the command.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The repository's root: the folder above this package.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The `cargo` that started us, so that every build uses one tool chain.
pub fn cargo() -> Command {
    let mut command = Command::new(own_cargo());
    as_from_a_shell(&mut command);
    command
}

/// Where that `cargo` lies.
pub fn own_cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Takes away what `cargo run` tells a program about its own package. Some build scripts look at it (ring's does), so that a build
/// started by us and the same build started by hand would compile everything behind them in turns.
fn as_from_a_shell(command: &mut Command) {
    const OF_A_PACKAGE: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"];
    for (name, _) in std::env::vars_os() {
        if OF_A_PACKAGE.iter().any(|begin| name.to_string_lossy().starts_with(begin)) {
            command.env_remove(name);
        }
    }
}

/// A line that a person finds again when scrolling up.
pub fn heading(text: &str) {
    println!("\n━━ {text}");
    flush();
}

/// Says one thing about what is going on.
pub fn say(text: &str) {
    println!("   {text}");
    flush();
}

/// Runs a command with its output passed on; fails with its name when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    say(&format!("$ {}", line_of(command)));
    let status = command.status().with_context(|| format!("cannot start {}", line_of(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line_of(command));
    }
    Ok(())
}

/// Runs a command that must end within `limit`; one that does not is stopped and counts as failed.
#[expect(clippy::disallowed_methods, reason = "a child of the operating system gives no event to wait for in std")]
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    say(&format!("$ {} (at most {} s)", line_of(command), limit.as_secs()));
    let mut child = command.spawn().with_context(|| format!("cannot start {}", line_of(command)))?;
    let step = Duration::from_millis(100);
    let mut waited = Duration::ZERO;
    while waited < limit {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("{} ended with {status}", line_of(command));
        }
        std::thread::sleep(step);
        waited += step;
    }
    child.kill().context("cannot stop a command that took too long")?;
    child.wait()?;
    bail!("{} took longer than {} s", line_of(command), limit.as_secs())
}

/// What a command prints, or nothing when it is absent or fails: for cheap looks at the machine.
pub fn printed_by(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where a program lies: in the search path, or among the tools this repository installed for itself.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([own_tools().join("bin")])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The folder for tools that `cargo install` puts beside the builds, so that nothing is left on the machine.
pub fn own_tools() -> PathBuf {
    root().join("target/tools")
}

/// True when a window can be opened on this machine.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A command that runs `program` with a virtual screen and a message bus of its own.
///
/// WebKit must not look for a graphics card: where there is none it would paint white.
pub fn on_virtual_screen(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("xvfb-run");
    as_from_a_shell(&mut command);
    command
        .args(["--auto-servernum", "--server-args=-screen 0 1366x768x24 -nolisten tcp", "dbus-run-session", "--"])
        .arg(program)
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env_remove("WAYLAND_DISPLAY");
    command
}

fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("'{word}'") } else { word.to_owned() }
}

/// Our lines and a child's lines go to one place; ours must be out before the child starts. A closed pipe ends the
/// program at the next line, so a failure here needs no answer.
fn flush() {
    let _closed = std::io::stdout().flush();
}
