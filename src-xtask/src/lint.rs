//! What a reviewer need not say: format, clippy, documentation, licences and sources of dependencies.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{cargo, find, heading, own_tools, printed_by, run, run_within, say};
use crate::{setup, ui};

/// The list of known faults is a few megabytes.
const ADVISORIES_LIMIT: Duration = Duration::from_secs(90);

#[derive(clap::Args)]
pub struct Options {
    /// Install cargo-deny into target/tools if it is missing (some minutes)
    #[arg(long)]
    deny: bool,
}

/// Everything, in the order of cost; goes on after a failure so that one run shows all of it.
pub fn lint(options: &Options) -> Result<()> {
    setup::prepare(setup::Purpose::Window)?;
    ui::build()?;
    if options.deny && find("cargo-deny").is_none() {
        run(cargo().args(["install", "cargo-deny", "--locked", "--root"]).arg(own_tools()))?;
    }
    let mut failed = check_sources();
    heading("documentation");
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings");
    note(&mut failed, "documentation", run(&mut doc));
    advisories();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("not clean: {}", failed.join(", "))
}

/// Format, clippy, licences; returns the names of those that failed.
pub fn check_sources() -> Vec<&'static str> {
    let mut failed = Vec::new();
    for component in ["rustfmt", "clippy"] {
        provide_component(component);
    }
    heading("format");
    note(&mut failed, "format", run(cargo().args(["fmt", "--all", "--check"])));
    heading("clippy");
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    note(&mut failed, "clippy", run(cargo().args(clippy)));
    note(&mut failed, "licences and sources", dependencies());
    failed
}

/// A minimal Rust lacks these two; rustup adds them. Where it cannot, the check itself fails and says so.
fn provide_component(component: &str) {
    let program = if component == "rustfmt" { "cargo-fmt" } else { "cargo-clippy" };
    if printed_by(Command::new(program).arg("--version")).is_some() {
        return;
    }
    if let Err(error) = run(Command::new("rustup").args(["component", "add", component])) {
        say(&format!("{error:#}"));
    }
}

/// Licences, bans and sources need no network, but a program that takes minutes to build: used where it is installed.
fn dependencies() -> Result<()> {
    heading("licences and sources of dependencies");
    let Some(deny) = find("cargo-deny") else {
        say("cargo-deny is not installed; `cargo xtask lint --deny` installs it and checks");
        return Ok(());
    };
    run(Command::new(deny).args(["--log-level", "error", "--all-features", "check", "bans", "licenses", "sources"]))
}

/// Known faults of dependencies come from the network. One that cannot be asked is no fault of ours: told, not required.
fn advisories() {
    heading("known faults of dependencies");
    let Some(deny) = find("cargo-deny") else { return say("cargo-deny is not installed") };
    let asked = run_within(Command::new(deny).args(["--log-level", "error", "check", "advisories"]), ADVISORIES_LIMIT);
    if let Err(error) = asked {
        say(&format!("not settled: {error:#}"));
    }
}

fn note(failed: &mut Vec<&'static str>, name: &'static str, done: Result<()>) {
    if let Err(error) = done {
        say(&format!("{error:#}"));
        failed.push(name);
    }
}
