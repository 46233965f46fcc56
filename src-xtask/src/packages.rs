//! System packages: which are missing, and how they come onto a Debian or Ubuntu machine.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{find, printed_by, run, say};

/// What compiling and opening the window asks for.
pub const WINDOW: &[&str] = &[
    "build-essential",
    "pkg-config",
    "perl", // the vendored OpenSSL under the encrypted database configures itself with it
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "librsvg2-dev",
    "fonts-noto-cjk",
];

/// What driving the window without a screen asks for beside that.
pub const VIRTUAL_SCREEN: &[&str] = &["xvfb", "xauth", "dbus", "dbus-x11", "libgl1-mesa-dri", "webkit2gtk-driver"];

/// What the crash rigs ask for: calls recorded and failed from outside, memory limited, a small disk of one's own.
pub const RIGS: &[&str] = &["strace", "util-linux"];

/// What printed papers are looked at with: their text, their pages, their soundness.
pub const PAPERS: &[&str] = &["poppler-utils", "qpdf"];

/// A database server, which tests and measurements of the hub start for themselves in a folder of their own.
pub const DATABASE_SERVER: &[&str] = &["postgresql"];

/// Debian's own tool chain for wasm, for machines that cannot reach rustup's servers.
pub const DEBIAN_WASM: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Installs those of `wanted` that are missing. Silent and fast when none is.
pub fn provide(wanted: &[&str]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    if find("dpkg-query").is_none() {
        return look_without_dpkg();
    }
    let missing = missing(wanted);
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("missing system packages: {}", missing.join(" ")));
    let Some(prefix) = administrator() else {
        bail!(
            "please run this once, then start again:\n\n    sudo apt-get update && sudo apt-get install -y {}\n",
            missing.join(" ")
        );
    };
    if let Err(error) = run(&mut apt(prefix, &["update"])) {
        say(&format!("{error:#}; going on with the package lists already here"));
    }
    let install = ["install", "--yes", "--no-install-recommends"];
    run(apt(prefix, &install).args(&missing)).context("the system packages could not be installed")
}

fn missing<'a>(wanted: &[&'a str]) -> Vec<&'a str> {
    let query = Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev} ${Package}\n"]).args(wanted).output();
    // The exit code is non-zero as soon as one name is unknown; what it did print still counts.
    let listed = query.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    missing_from(&listed, wanted)
}

fn missing_from<'a>(listed: &str, wanted: &[&'a str]) -> Vec<&'a str> {
    let installed = |name: &str| listed.lines().any(|line| line.strip_prefix("ii") == Some(&format!("  {name}")));
    wanted.iter().copied().filter(|name| !installed(name)).collect()
}

/// The words before `apt-get` that make it run with rights: none for root, `sudo -n` where that asks for no password.
fn administrator() -> Option<&'static [&'static str]> {
    let is_root = printed_by(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    printed_by(Command::new("sudo").args(["-n", "true"])).map(|_| ["sudo", "-n"].as_slice())
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// On another distribution the package names differ: say what is needed instead of guessing.
fn look_without_dpkg() -> Result<()> {
    let libraries = ["webkit2gtk-4.1", "librsvg-2.0", "openssl"];
    let all = printed_by(Command::new("pkg-config").arg("--exists").args(libraries)).is_some();
    if all && Path::new("/usr/include/xdo.h").exists() {
        return Ok(());
    }
    bail!(
        "this is neither Debian nor Ubuntu; please install the development files of webkit2gtk 4.1, librsvg 2, OpenSSL and \
         libxdo, a C compiler, perl and pkg-config, and for the tests xvfb-run, dbus-run-session, WebKitWebDriver and PostgreSQL's \
         server programs"
    )
}

#[cfg(test)]
mod tests {
    use super::missing_from;

    #[test]
    fn a_package_is_present_only_when_dpkg_calls_it_fully_installed() {
        let listed = "ii  perl\nun  xvfb\nrc  xauth\n";
        let missing = missing_from(listed, &["perl", "xvfb", "xauth", "dbus"]);
        assert_eq!(missing, ["xvfb", "xauth", "dbus"], "unpacked, removed and unknown packages are all missing");
    }
}
