//! The simulated district. It lives in `daiban-tests` as the program `daiban-sim`; here it is only built and started.

use anyhow::Result;

use crate::process::run;
use crate::programs::{Profile, program};
use crate::setup;

#[derive(clap::Args)]
pub struct Options {
    /// How many seeds
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One seed alone, with everything that happened in it
    #[arg(long)]
    seed: Option<u64>,
    /// How many things happen before the faults stop
    #[arg(long, default_value_t = 300)]
    steps: u32,
    /// Where the stations keep what they have: memory or disk (else every eighth seed on disk)
    #[arg(long)]
    store: Option<String>,
    /// Optimised: worth its build from some thousand seeds on
    #[arg(long)]
    release: bool,
    /// A trouble that is not usual; at present all are
    #[arg(long)]
    with: Vec<String>,
    /// A trouble to leave out: roads, kill, hub-kill, rollback, clone, clocks, revoke, full, hub-restore
    #[arg(long)]
    without: Vec<String>,
}

/// Plays the seeds; fails when a check does.
pub fn sim(options: &Options) -> Result<()> {
    setup::prepare(setup::Purpose::Window)?;
    let profile = if options.release { Profile::Optimised } else { Profile::Development };
    let mut command = program("daiban-sim", profile)?;
    command.args(["--seeds", &options.seeds.to_string(), "--from", &options.from.to_string()]);
    command.args(["--steps", &options.steps.to_string()]);
    let one = options.seed.map(|seed| seed.to_string());
    let words = [("--seed", one.as_ref()), ("--store", options.store.as_ref())];
    let words = words.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let troubles = options.with.iter().map(|one| ("--with", one));
    let troubles = troubles.chain(options.without.iter().map(|one| ("--without", one)));
    for (name, value) in words.chain(troubles) {
        command.args([name, value]);
    }
    run(&mut command)
}
