//! Row 1: killed at any moment.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use daiban_model::ids::CaseId;

use super::clerk::{Said, Script, looked_at};
use super::{Report, base};
use crate::sim::Dice;
use crate::world::{must, some};

/// Kills of one folder before a fresh one takes its place.
const OF_ONE_FOLDER: u32 = 50;
/// The longest a clerk may take to start or to do one act on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clerk at work, and what it says.
struct Running {
    child: Child,
    lines: Receiver<Said>,
}

impl Running {
    fn start(program: &Path, script: &Script) -> Self {
        let mut command = Command::new(program);
        command.args(script.words()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = must("a clerk", command.spawn());
        let out = some("what it says", child.stdout.take());
        let (say, lines) = channel();
        std::thread::spawn(move || {
            let said = BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| Said::read(&line));
            // Nobody listens any more: the rig has what it wants.
            for one in said {
                if say.send(one).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Kills it, and answers what it had said by then.
    fn kill(mut self) -> Vec<Said> {
        must("it is killed", self.child.kill());
        must("it has ended", self.child.wait());
        self.lines.iter().collect()
    }
}

/// Kills a clerk this often and looks at what it leaves. R1, R2, R3.
pub fn kills(program: &Path, times: u32, seed: u64) -> Report {
    let (home, mut dice, mut report) = (base::home(seed), Dice::new(seed), Report::default());
    let (mut folder, mut confirmed, mut next) = (base::fresh(&home), Vec::new(), 1);
    for one in 0..times {
        if one % OF_ONE_FOLDER == 0 {
            (folder, confirmed, next) = (base::fresh(&home), Vec::new(), 1);
        }
        let start = seed.wrapping_mul(10_000).wrapping_add(u64::from(one) * 2);
        let script = Script { folder: folder.path().to_owned(), seed: start, from: next, acts: 10_000, ballast: None };
        let running = Running::start(program, &script);
        let said = until_killed(running, &mut dice, &mut report);
        let new: Vec<(u32, CaseId)> = said.iter().filter_map(confirmed_in).collect();
        // The act under way when it was killed may be there or not: its mark is not used again.
        next = new.last().map_or(next, |(act, _)| act + 1) + 1;
        confirmed.extend(new);
        report.tries += 1;
        let faults = looked_at(folder.path(), start + 1, &confirmed);
        report.faults.extend(faults.into_iter().map(|fault| format!("kill {one} of seed {seed}: {fault}")));
        if report.faults.len() > 20 {
            break;
        }
        report.confirmed += said.iter().filter_map(confirmed_in).count() as u64;
    }
    report
}

fn confirmed_in(said: &Said) -> Option<(u32, CaseId)> {
    match said {
        Said::Confirmed(act, case) => Some((*act, *case)),
        _ => None,
    }
}

/// Lets it confirm a few acts and work on for a moment of any length.
fn until_killed(running: Running, dice: &mut Dice, report: &mut Report) -> Vec<Said> {
    let mut said = Vec::new();
    // Some are killed before they have started.
    let lines = dice.below(12);
    for _ in 0..lines {
        match running.lines.recv_timeout(PATIENCE) {
            Ok(one) => said.push(one),
            Err(_) => {
                report.faults.push("a clerk neither works nor ends".into());
                break;
            }
        }
    }
    let moment = Duration::from_micros(u64::from(dice.between(0, 25_000)));
    said.extend(running.lines.recv_timeout(moment));
    said.extend(running.kill());
    report.faults.extend(said.iter().filter_map(|one| match one {
        Said::NoStart(why) => Some(format!("no start: {why}")),
        Said::Failed(act, why) => Some(format!("act {act} failed: {why}")),
        _ => None,
    }));
    said
}
