//! `cargo xtask`: the one door to set-up, running, testing, measuring and bundling.
//!
//! The only place of the house that calls other programs. Start with [`Task`]. Nothing here knows the trade: the demo and
//! the tests belong to `daiban-tests`, the hub's commands to `daiban-district`.
#![expect(clippy::print_stdout, reason = "this program talks to the person who started it")]

mod bench;
mod bundle;
mod lint;
mod packages;
mod peers;
mod process;
mod programs;
mod requirements;
mod rigs;
mod run;
mod setup;
mod sim;
mod test;
mod ui;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, run, test, measure and bundle Daiban (石心代办)")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what this machine lacks: system packages and the wasm target
    Setup,
    /// Build the window's pages into dist/
    Ui,
    /// Start a demo district hub on loopback, enrol this station and open the window
    Run(run::Options),
    /// Everything CI runs, ending with the test runner's closing lines
    Test(test::Options),
    /// Format, clippy, documentation, and licences where cargo-deny is present
    Lint(lint::Options),
    /// Measure: `bench desk --json F`, `bench sync --peers --sizes 1000,10000 --link loopback,2g`, `bench hub`
    Bench(bench::Options),
    /// Play a whole district with everything that goes wrong: `sim --seeds 500`, `sim --seed 17`
    Sim(sim::Options),
    /// Kill, cut the power, fail calls, fill disks, take memory away: `rigs`, `rigs --full`
    Rigs(rigs::Options),
    /// Every requirement with the tests that name it and how they go; fails on a claimed one without a passing test
    Requirements(requirements::Options),
    /// Make the Debian package (.deb) of the desktop program
    Bundle,
}

fn main() -> ExitCode {
    let done = std::env::set_current_dir(process::root())
        .map_err(anyhow::Error::from)
        .and_then(|()| perform(Arguments::parse().task));
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nstopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    match task {
        Task::Setup => setup::prepare(setup::Purpose::Test)?,
        Task::Ui => {
            setup::prepare(setup::Purpose::Pages)?;
            ui::build()?;
        }
        Task::Run(options) => run::run(&options)?,
        Task::Test(options) => return test::test(&options),
        Task::Lint(options) => lint::lint(&options)?,
        Task::Bench(options) => bench::bench(&options)?,
        Task::Sim(options) => sim::sim(&options)?,
        Task::Rigs(options) => rigs::rigs(&options)?,
        Task::Requirements(options) => return requirements::requirements(&options),
        Task::Bundle => bundle::bundle()?,
    }
    Ok(ExitCode::SUCCESS)
}
