//! How long a paper takes, from its values to a PDF and to pictures of its pages, cold and warm, each form on its own.

use anyhow::Result;
use daiban_core::print::lay_out;
use daiban_model::form::Sheet;
use daiban_tests::bench::figures::{Clock, Options, Report, Times};
use daiban_tests::forms::{Filling, all, receipt};
use jiff::civil::{Date, date};

const DAY: Date = date(2026, 3, 2);
/// What a form may take when the program is warm, in milliseconds: the reference of every figure but the first.
const BUDGET: f64 = 300.0;
/// Times each form is made.
const ROUNDS: usize = 20;

fn main() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let report = Report::new("print", options.json.clone());
    let cold = Clock::start();
    made(&receipt(Filling::ORDINARY))?;
    report.alone("the first paper of a process", 1, "ms", cold.millis())?;
    for (name, filling) in [("ordinary", Filling::ORDINARY), ("long", Filling::LONG), ("rare signs", Filling::RARE)] {
        let mut worst: f64 = 0.0;
        for sheet in all(filling) {
            let (times, pages) = timed(&sheet)?;
            worst = worst.max(times.at(0.95));
            report.line(format!("{} {name}", sheet.form.template()), pages, "ms", times.median(), BUDGET)?;
        }
        report.line(format!("slowest p95, {name}"), ROUNDS, "ms", worst, BUDGET)?;
    }
    Ok(())
}

/// PDF and pictures: what a look at a paper asks for.
fn made(sheet: &Sheet) -> Result<usize> {
    let pages = lay_out(sheet, DAY)?;
    pages.pdf()?;
    pages.pictures();
    Ok(pages.count())
}

fn timed(sheet: &Sheet) -> Result<(Times, usize)> {
    let (mut times, mut pages) = (Times::default(), 0);
    for _ in 0..ROUNDS {
        let clock = Clock::start();
        pages = made(sheet)?;
        times.push(clock.millis());
    }
    Ok((times, pages))
}
