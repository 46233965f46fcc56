//! Measurements. Each lives in `daiban-tests` as a program `bench-<name>`; here it is only built optimised and started.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::run;
use crate::programs::{self, Profile};
use crate::{peers, setup};

#[derive(clap::Args)]
pub struct Options {
    /// Which measurement: desk, sync, hub, print
    name: String,
    /// Append the figures as JSON lines to this file; `sync` makes a page of tables beside it
    #[arg(long)]
    json: Option<PathBuf>,
    /// Sizes to measure at, e.g. 1000,10000,100000
    #[arg(long)]
    sizes: Option<String>,
    /// sync: other systems beside ours (needs Node and npm)
    #[arg(long)]
    peers: bool,
    /// sync: lines to measure over, e.g. loopback,2g,2g-cut,sat (all but loopback need root)
    #[arg(long)]
    link: Option<String>,
    /// Passed on as they are, after `--`
    #[arg(last = true)]
    more: Vec<String>,
}

/// Builds the measurement optimised and runs it.
pub fn bench(options: &Options) -> Result<()> {
    setup::prepare(if options.name == "hub" { setup::Purpose::Database } else { setup::Purpose::Window })?;
    if options.name == "sync" {
        programs::build(&["bench-ours"], Profile::Optimised)?;
    }
    let mut command = programs::program(&format!("bench-{}", options.name), Profile::Optimised)?;
    if let Some(file) = &options.json {
        command.arg("--json").arg(file);
    }
    if let Some(sizes) = &options.sizes {
        command.args(["--sizes", sizes]);
    }
    if let Some(link) = &options.link {
        command.args(["--link", link]);
    }
    if options.peers {
        command.arg("--peers").arg(peers::provide()?);
    }
    run(command.args(&options.more))
}
