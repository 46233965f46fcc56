//! The crash rigs. They live in `daiban-tests` as the program `daiban-rigs`; here it is only built and started.

use anyhow::Result;

use crate::process::{cargo, run};
use crate::setup;

#[derive(clap::Args)]
pub struct Options {
    /// All figures of the reliability table, not a tenth of them
    #[arg(long)]
    full: bool,
}

/// Kills, power cuts, failing calls, full disks, little memory; fails when something that was confirmed is lost.
pub fn rigs(options: &Options) -> Result<()> {
    setup::prepare(setup::Purpose::Test)?;
    let mut command = cargo();
    command.args(["run", "--package", "daiban-tests", "--bin", "daiban-rigs"]);
    if options.full {
        command.args(["--", "--full"]);
    }
    run(&mut command)
}
