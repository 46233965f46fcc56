//! The crash rigs. They live in `daiban-tests` as the program `daiban-rigs`; here it is only built and started.

use anyhow::Result;

use crate::process::run;
use crate::programs::{Profile, program};
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
    let mut command = program("daiban-rigs", Profile::Development)?;
    if options.full {
        command.arg("--full");
    }
    run(&mut command)
}
