//! Measurements. Each lives in `daiban-tests` as a program `bench-<name>`; here it is only built optimised and started.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::setup;

#[derive(clap::Args)]
pub struct Options {
    /// Which measurement: desk, sync, hub
    name: String,
    /// Append the figures as JSON lines to this file
    #[arg(long)]
    json: Option<PathBuf>,
    /// Sizes to measure at, e.g. 1000,10000,100000
    #[arg(long)]
    sizes: Option<String>,
    /// Passed on as they are, after `--`
    #[arg(last = true)]
    more: Vec<String>,
}

/// Builds the measurement optimised and runs it.
pub fn bench(options: &Options) -> Result<()> {
    setup::prepare(if options.name == "hub" { setup::Purpose::Database } else { setup::Purpose::Window })?;
    let mut command = cargo();
    command.args(["run", "--release", "--package", "daiban-tests", "--bin"]);
    command.arg(format!("bench-{}", options.name)).arg("--");
    if let Some(file) = &options.json {
        command.arg("--json").arg(file);
    }
    if let Some(sizes) = &options.sizes {
        command.args(["--sizes", sizes]);
    }
    run(command.args(&options.more))
}
