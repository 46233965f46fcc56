//! Which requirement is held by which test: R1 to R223, the tests whose names say the id, and how they went just now.
//!
//! A test names what it holds at the beginning of its name: `r50_r53_one_notice…`. Nothing is believed: the names come from the
//! programs the runner built, the states from the run. Ids of a claimed range without a passing test fail the command; the list
//! and the claims are data in `tests/data`.

use std::collections::BTreeMap;
use std::fs;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, find, heading, root, say};

/// All ids with system and title.
const LIST: &str = "tests/data/requirements.csv";
/// The ranges of ids that are said to be held.
const CLAIMS: &str = "tests/data/claimed.csv";
/// Tests that name an id. Those that open the window tell whole stories and may fail for reasons of the screen: an id is held
/// below it.
const NAMED: &str = "test(/(^|::)r[0-9]+_/) - binary(window)";

#[derive(clap::Args)]
pub struct Options {
    /// Show only ids that are claimed and ids that have a test
    #[arg(long)]
    held: bool,
}

/// Lists every requirement with its tests and their states.
pub fn requirements(options: &Options) -> Result<ExitCode> {
    let list = rows(LIST)?;
    let claims = claims(&rows(CLAIMS)?)?;
    let outcomes = outcomes(&ran()?);
    heading("requirements");
    let mut unheld = Vec::new();
    let (mut passing, mut claimed_ids) = (0, 0);
    for row in &list {
        let [id, system, title] = row.as_slice() else { bail!("{LIST}: a line has not three columns: {row:?}") };
        let number = number_of(id)?;
        let tests = outcomes.get(&number).map(Vec::as_slice).unwrap_or_default();
        let (claimed, state) = (claims.contains(&number), State::of(tests));
        passing += usize::from(state == State::Passing);
        claimed_ids += usize::from(claimed);
        if claimed && state != State::Passing {
            unheld.push(id.as_str());
        }
        if claimed || !tests.is_empty() || !options.held {
            say(&format!("{id:<5}{system:<4}{:<8}{:<9}{title}", state.word(), if claimed { "claimed" } else { "" }));
            tests
                .iter()
                .for_each(|(test, passed)| say(&format!("      {} {test}", if *passed { "ok " } else { "NO " })));
        }
    }
    say(&format!("{} ids, {passing} with passing tests only, {claimed_ids} claimed", list.len()));
    if unheld.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("claimed and not held by a passing test: {}", unheld.join(", ")));
    Ok(ExitCode::FAILURE)
}

/// How the tests of an id went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Passing,
    Failing,
    None,
}

impl State {
    fn of(tests: &[(String, bool)]) -> Self {
        match tests {
            [] => Self::None,
            tests if tests.iter().all(|(_, passed)| *passed) => Self::Passing,
            _ => Self::Failing,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passing => "passes",
            Self::Failing => "FAILS",
            Self::None => "-",
        }
    }
}

/// What the runner says of every test that names an id, line by line.
fn ran() -> Result<String> {
    heading("the tests that name a requirement");
    let mut command = cargo();
    if find("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast", "--color", "never"]);
        command.args(["--status-level", "all", "--final-status-level", "none", "-E", NAMED]);
    } else {
        // Plain cargo knows no expressions; whatever does not name an id is left out when the lines are read.
        command.args(["test", "--locked", "--workspace", "--tests", "--lib", "--no-fail-fast", "--color", "never"]);
        command.args(["--", "--skip", "window"]);
    }
    let output = command.stdin(Stdio::null()).output().context("the test runner cannot be started")?;
    let told = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
    if !output.status.success() && outcomes(&told).is_empty() {
        bail!("the tests could not be built or run:\n{told}");
    }
    Ok(told)
}

/// Tests with their outcomes, by the number of each requirement they name. Read from nextest's lines (`PASS [0.1s] binary name`)
/// and from those of plain `cargo test` (`test name ... ok`).
fn outcomes(told: &str) -> BTreeMap<u32, Vec<(String, bool)>> {
    let mut found: BTreeMap<u32, Vec<(String, bool)>> = BTreeMap::new();
    for (test, passed) in told.lines().filter_map(outcome) {
        let name = test.rsplit("::").next().unwrap_or(test);
        for number in named(name) {
            let tests = found.entry(number).or_default();
            match tests.iter_mut().find(|(known, _)| known == test) {
                // Tried again after it failed: the last word counts.
                Some(known) => known.1 = passed,
                None => tests.push((test.to_owned(), passed)),
            }
        }
    }
    found
}

fn outcome(line: &str) -> Option<(&str, bool)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["test", name, "...", state, ..] => Some((name, *state == "ok")),
        [state @ ("PASS" | "FLAKY" | "FAIL" | "LEAK" | "TIMEOUT" | "SIGABRT" | "SIGSEGV"), .., name] => {
            Some((name, matches!(*state, "PASS" | "FLAKY" | "LEAK")))
        }
        ["TRY", _, "FAIL", .., name] => Some((name, false)),
        _ => None,
    }
}

/// The ids at the beginning of a test's name: `r50_r53_one_notice` names 50 and 53.
fn named(name: &str) -> Vec<u32> {
    name.split('_').map_while(|part| part.strip_prefix('r')?.parse().ok()).collect()
}

fn rows(file: &str) -> Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(root().join(file)).with_context(|| format!("cannot read {file}"))?;
    let row = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
    Ok(text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(row).collect())
}

fn number_of(id: &str) -> Result<u32> {
    id.strip_prefix('R').and_then(|digits| digits.parse().ok()).with_context(|| format!("{id} is no id"))
}

fn claims(rows: &[Vec<String>]) -> Result<Vec<u32>> {
    let mut claimed = Vec::new();
    for row in rows {
        let [first, last] = row.as_slice() else { bail!("{CLAIMS}: a range has two columns: {row:?}") };
        claimed.extend(number_of(first)?..=number_of(last)?);
    }
    Ok(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_counted_for_every_id_at_the_beginning_of_its_name() {
        assert_eq!(named("r50_r53_one_notice_two_lines"), [50, 53]);
        assert_eq!(named("the_r50_is_not_meant"), [] as [u32; 0], "an id inside a sentence claims nothing");
        assert_eq!(named("round_trips"), [] as [u32; 0], "a word that begins with r is no id");
    }

    #[test]
    fn both_runners_are_understood_and_a_failure_is_one() {
        let told = "        PASS [   0.012s] (  1/4) daiban-model::life r45_step_by_step\n\
                    \u{20}       FAIL [   0.012s] (  2/4) daiban-model case::tests::r45_r46_two\n\
                    test decide::r47_plain ... ok\ntest r48_plain ... FAILED\n     Summary [  0.1s] 4 tests run";
        let found = outcomes(told);
        let state = |number| State::of(found.get(&number).map(Vec::as_slice).unwrap_or_default());
        assert_eq!(
            [45, 46, 47, 48, 49].map(state),
            [State::Failing, State::Failing, State::Passing, State::Failing, State::None]
        );
    }
}
