//! Rows 3 and 4: the n-th call of the operating system fails, or all of them for a while.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use daiban_model::ids::CaseId;

use super::clerk::{Said, Script, looked_at};
use super::{Report, base};
use crate::world::{must, some};

/// A call that fails, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: &'static str,
    /// What it answers, as strace injects it.
    pub answer: &'static str,
}

impl Call {
    /// Every way in which a call on the station's files may fail.
    pub const ALL: [Self; 14] = [
        Self { name: "pwrite64", answer: "error=EIO" },
        Self { name: "pwrite64", answer: "error=ENOSPC" },
        Self { name: "write", answer: "error=ENOSPC" },
        Self { name: "write", answer: "error=EIO" },
        Self { name: "fsync", answer: "error=EIO" },
        Self { name: "ftruncate", answer: "error=EIO" },
        Self { name: "ftruncate", answer: "error=ENOSPC" },
        Self { name: "pread64", answer: "error=EIO" },
        Self { name: "pread64", answer: "retval=0" },
        Self { name: "openat", answer: "error=EACCES" },
        Self { name: "openat", answer: "error=EIO" },
        Self { name: "rename", answer: "error=EIO" },
        Self { name: "unlink", answer: "error=EIO" },
        Self { name: "mmap", answer: "error=ENOMEM" },
    ];
}

/// Acts of one clerk.
const ACTS: u32 = 6;
/// Calls that fail in a row while there is no room.
const NO_ROOM: u32 = 12;
/// More calls of one kind than a clerk makes: the rig ends when the n-th is not made any more.
const MOST: u32 = 5_000;

/// Fails the n-th call of a kind, one in each run, until there are no more; the first few, and of the others one in `every`. R1 to R4.
pub fn failing(program: &Path, call: Call, every: u32, seed: u64) -> Report {
    let (home, mut report) = (base::home(seed), Report::default());
    for n in some_of(every) {
        let when = n.to_string();
        if !one(program, &home, call, &when, &mut report) {
            return report;
        }
    }
    report
}

/// Fails all writes from the n-th on for a while, as on a full disk that somebody then makes room on, for many n. What is done
/// afterwards must work without a new start. R1 to R4.
pub fn full_for_a_while(program: &Path, every: u32, seed: u64) -> Report {
    let call = Call { name: "pwrite64", answer: "error=ENOSPC" };
    let (home, mut report) = (base::home(seed), Report::default());
    for n in some_of(every) {
        let when = format!("{n}..{}", n + NO_ROOM);
        if !one(program, &home, call, &when, &mut report) {
            return report;
        }
    }
    report
}

fn some_of(every: u32) -> impl Iterator<Item = u32> {
    (1..MOST).filter(move |n| *n <= 8 || n % every == 0)
}

/// One run; false when no call failed.
fn one(program: &Path, home: &tempfile::TempDir, call: Call, when: &str, report: &mut Report) -> bool {
    let folder = base::fresh(home);
    let start = 100 + u64::from(report.tries) * 2;
    let script = Script { folder: folder.path().to_owned(), seed: start, from: 1, acts: ACTS, ballast: None };
    let trace = must("a folder", tempfile::tempdir());
    let (said, ended_well, injected) = under_strace(program, &script, call, when, &trace.path().join("trace"));
    if !injected {
        return false;
    }
    report.tries += 1;
    let told = |fault: String| format!("{} {} at {when}: {fault}", call.name, call.answer);
    let mut confirmed: Vec<(u32, CaseId)> = Vec::new();
    for one in &said {
        match one {
            Said::Confirmed(act, case) => confirmed.push((*act, *case)),
            Said::Failed(..) | Said::NoStart(_) => report.failed += 1,
            Said::Fault(fault) => report.faults.push(told(fault.clone())),
            Said::Ready | Said::Done => {}
        }
    }
    let ended = said.iter().any(|one| matches!(one, Said::Done | Said::NoStart(_)));
    if !ended_well || !ended {
        report.faults.push(told(format!("the program did not end by itself: {said:?}")));
    }
    // What fails passes: the last act finds everything as it should be, without a new start.
    if let Some(Said::Failed(_, why)) =
        said.iter().rev().find(|one| matches!(one, Said::Confirmed(..) | Said::Failed(..)))
    {
        report.faults.push(told(format!("nothing works any more after it: {why}")));
    }
    report.confirmed += confirmed.len() as u64;
    report.faults.extend(looked_at(folder.path(), start + 1, &confirmed).into_iter().map(told));
    true
}

fn under_strace(program: &Path, script: &Script, call: Call, when: &str, trace: &Path) -> (Vec<Said>, bool, bool) {
    let Call { name, answer } = call;
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-o"]).arg(trace).args(["-e", &format!("trace={name}")]);
    strace.args(["-e", &format!("inject={name}:{answer}:when={when}")]);
    // Only calls on the station's own files: what the loader and the standard library open is not ours.
    for file in [
        "",
        "daiban.db",
        "daiban.db-wal",
        "daiban.db-shm",
        "keys.json",
        "keys.json.new",
        "tries.json",
        "tries.json.new",
    ] {
        strace.arg("-P").arg(script.folder.join(file));
    }
    strace.arg(program).args(script.words()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = must("strace is installed and may trace", strace.spawn());
    let out = some("what it says", child.stdout.take());
    let said = BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| Said::read(&line)).collect();
    let ended_well = must("its end", child.wait()).success();
    let traced = std::fs::read_to_string(trace).unwrap_or_default();
    (said, ended_well, traced.contains("(INJECTED)"))
}
