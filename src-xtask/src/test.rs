//! Everything CI runs. The test runner comes last and nothing is printed after it, so that its closing lines close.

use std::os::fd::AsFd;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::process::{cargo, find, heading, on_virtual_screen, own_cargo, run, say};
use crate::{lint, setup, ui};

#[derive(clap::Args)]
pub struct Options {
    /// Leave out format, clippy, and the tests that open the window or play whole stories
    #[arg(long)]
    quick: bool,
}

/// Set-up, checks, builds, tests. Fails when any of them does, but runs the tests in any case that lets it build.
pub fn test(options: &Options) -> Result<ExitCode> {
    setup::prepare(setup::Purpose::Test)?;
    ui::build()?;
    let unclean = if options.quick { Vec::new() } else { lint::check_sources() };
    heading("build");
    run(cargo().args(["build", "--locked", "--workspace", "--all-targets"]))?;
    if !options.quick {
        heading("examples in the documentation");
        run(cargo().args(["test", "--locked", "--workspace", "--doc", "--quiet"]))?;
    }
    heading("tests");
    if !unclean.is_empty() {
        say(&format!("not clean above: {}; this run will end as failed whatever the tests say", unclean.join(", ")));
    }
    let passed = start_runner(options)?;
    Ok(if passed && unclean.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The runner speaks on our stdout, also what it would say on stderr: its summary must be the last thing there.
fn start_runner(options: &Options) -> Result<bool> {
    let mut command = on_virtual_screen(own_cargo());
    command.args(runner_words(find("cargo-nextest").is_some()));
    if options.quick {
        say("quick: the window tests and the stories of daiban-tests are left out");
        command.args(["--exclude", "daiban-tests"]);
    }
    let one_place = std::io::stdout().as_fd().try_clone_to_owned().context("stdout cannot be shared")?;
    let status = command.stdin(Stdio::null()).stderr(one_place).status().context("xvfb-run cannot be started")?;
    Ok(status.success())
}

/// nextest where it is installed; plain `cargo test` does the same work and needs nothing.
fn runner_words(has_nextest: bool) -> &'static [&'static str] {
    if has_nextest {
        &["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]
    } else {
        &["test", "--locked", "--workspace", "--all-targets", "--no-fail-fast"]
    }
}
