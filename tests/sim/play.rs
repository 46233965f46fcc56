//! Plays many seeds of the simulated district: what `cargo xtask sim` runs.
#![expect(clippy::print_stdout, reason = "this program talks to the person who started it")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use daiban_tests::sim::{Counts, Options, Outcome, Trouble, play};
use daiban_tests::world::Keeping;

/// Seeds of one line of progress.
const LINE: u64 = 50;

/// What was asked for.
struct Asked {
    seeds: u64,
    first: u64,
    one: Option<u64>,
    steps: u32,
    keeping: Option<Keeping>,
    with: Vec<Trouble>,
    without: Vec<Trouble>,
}

fn main() -> Result<ExitCode> {
    let asked = asked(std::env::args().skip(1))?;
    if let Some(seed) = asked.one {
        return Ok(alone(&options(&asked, seed)));
    }
    let failed = all(&asked);
    println!("{} of {} seeds failed", failed, asked.seeds);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked> {
    let mut asked =
        Asked { seeds: 500, first: 1, one: None, steps: 300, keeping: None, with: Vec::new(), without: Vec::new() };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seeds" => asked.seeds = value.parse()?,
            "--from" => asked.first = value.parse()?,
            "--seed" => asked.one = Some(value.parse()?),
            "--steps" => asked.steps = value.parse()?,
            "--store" if value == "memory" => asked.keeping = Some(Keeping::Memory),
            "--store" if value == "disk" => asked.keeping = Some(Keeping::Disk),
            "--with" => asked.with.push(value.parse()?),
            "--without" => asked.without.push(value.parse()?),
            _ => bail!("unknown: {word} {value}"),
        }
    }
    Ok(asked)
}

fn options(asked: &Asked, seed: u64) -> Options {
    let mut options = Options::of(seed, asked.steps);
    options.keeping = asked.keeping.unwrap_or(options.keeping);
    options.troubles.extend(&asked.with);
    options.troubles.retain(|trouble| !asked.without.contains(trouble));
    options
}

/// One seed, with all that happened.
fn alone(options: &Options) -> ExitCode {
    let outcome = play(options);
    outcome.journal.iter().for_each(|line| println!("{line}"));
    tell(options, &outcome);
    println!("{:?}; digest {:016x}", outcome.counts, outcome.digest);
    if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Many seeds, side by side; each by itself is one thread.
fn all(asked: &Asked) -> u64 {
    let (next, done, failed) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let sum = Mutex::new(Counts::default());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    if at >= asked.seeds {
                        return;
                    }
                    let options = options(asked, asked.first + at);
                    let outcome = play(&options);
                    let Ok(mut sum) = sum.lock() else { return };
                    *sum = sum.plus(outcome.counts);
                    if !outcome.violations.is_empty() {
                        failed.fetch_add(1, Ordering::SeqCst);
                        tell(&options, &outcome);
                    }
                    let done = done.fetch_add(1, Ordering::SeqCst) + 1;
                    if done.is_multiple_of(LINE) || done == asked.seeds {
                        println!("{done} seeds, {} failed; {:?}", failed.load(Ordering::SeqCst), *sum);
                    }
                }
            });
        }
    });
    failed.into_inner()
}

fn tell(options: &Options, outcome: &Outcome) {
    if outcome.violations.is_empty() {
        return;
    }
    println!("seed {}: {}", options.seed, options.words());
    outcome.violations.iter().for_each(|violation| println!("    {violation}"));
}
