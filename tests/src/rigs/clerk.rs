//! The process under test: somebody who saves cases and says what was confirmed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use daiban_model::api::{Failure, ListCases, ReceiveDraft, SetField, StorageFault, View};
use daiban_model::case::Command;
use daiban_model::case::field::Field;
use daiban_model::ids::CaseId;

use super::{base, inspect};
use crate::world::{LONG_NAME, Papers, QIAN_XIUYING, Station, ZHAO_YUNFENG, must};

/// What a clerk is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Where the station is.
    pub folder: PathBuf,
    /// What its session draws from.
    pub seed: u64,
    /// The number of the first act.
    pub from: u32,
    /// How many acts, and further ones until one works; where there is ballast, after it has gone.
    pub acts: u32,
    /// A file that takes up room; a piece of it goes whenever an act finds no room.
    pub ballast: Option<PathBuf>,
}

impl Script {
    /// The words that make a process a clerk.
    pub fn words(&self) -> Vec<String> {
        let folder = self.folder.display().to_string();
        let mut words = vec!["clerk".into(), folder, self.seed.to_string(), self.from.to_string()];
        words.push(self.acts.to_string());
        words.extend(self.ballast.as_ref().map(|path| path.display().to_string()));
        words
    }

    /// The script in these words, without the first.
    pub fn read(words: &[String]) -> Option<Self> {
        let [folder, seed, from, acts, rest @ ..] = words else { return None };
        let ballast = rest.first().map(PathBuf::from);
        let (seed, from, acts) = (seed.parse().ok()?, from.parse().ok()?, acts.parse().ok()?);
        Some(Self { folder: folder.into(), seed, from, acts, ballast })
    }
}

/// The mark of an act, as it stands in the event's text.
pub(super) fn mark(act: u32) -> String {
    format!("〔{act:06}〕")
}

/// What a clerk said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Ready,
    NoStart(String),
    Done,
    Confirmed(u32, CaseId),
    Failed(u32, String),
    Fault(String),
}

impl Said {
    pub(super) fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let act = || rest.split_once(' ').and_then(|(act, more)| Some((act.parse().ok()?, more)));
        Some(match word {
            "ready" => Self::Ready,
            "done" => Self::Done,
            "no-start" => Self::NoStart(rest.to_owned()),
            "fault" => Self::Fault(rest.to_owned()),
            "ack" => act().and_then(|(act, case)| Some(Self::Confirmed(act, case.parse().ok()?)))?,
            "nak" => act().map(|(act, why)| Self::Failed(act, why.to_owned()))?,
            _ => return None,
        })
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A rig that does not listen any more is about to kill this process.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Does what the script says.
pub fn clerk(script: &Script) {
    let mut station = base::station(&script.folder, script.seed);
    if let Err(failure) = station.try_restart() {
        return say(&format!("no-start {failure:?}"));
    }
    say("ready");
    let (mut last, mut confirmed) = (latest(&mut station), Vec::new());
    // Where there is ballast, acts count once it has gone.
    let mut left = script.acts;
    for act in script.from.. {
        station.clock().advance(Duration::from_secs(60));
        match one(&mut station, act, last) {
            Ok(case) => {
                last = Some(case);
                confirmed.push((act, case));
                say(&format!("ack {act} {case}"));
            }
            Err(failure) => {
                say(&format!("nak {act} {failure:?}"));
                if failure == (Failure::Storage { why: StorageFault::Full }) {
                    full(&mut station, script, &confirmed);
                }
            }
        }
        let counts = script.ballast.as_ref().is_none_or(|ballast| !ballast.exists());
        left = left.saturating_sub(u32::from(counts));
        let worked = confirmed.last().is_some_and(|(last, _)| *last == act);
        if left == 0 && (worked || act > script.from + script.acts + PATIENCE) {
            break;
        }
    }
    if script.ballast.is_some() {
        // Where the room was made for this process alone, nobody else can look at it afterwards.
        station.kill();
        for fault in inspect::inspect(&script.folder, script.seed + 1, &confirmed) {
            say(&format!("fault {fault}"));
        }
    }
    say("done");
}

/// Acts tried beyond the script until one works.
const PATIENCE: u32 = 30;

/// Room made at a time.
const ROOM: u64 = 64 << 10;

/// Room made at the end, for what is looked at then.
pub(super) const LAST: u64 = 3 << 20;

/// No room: everything can still be read; then somebody makes a little room.
fn full(station: &mut Station, script: &Script, confirmed: &[(u32, CaseId)]) {
    let Some(ballast) = &script.ballast else { return };
    for (act, case) in confirmed.iter().rev().take(3) {
        let shown = station.call(daiban_model::api::OpenCase { id: *case });
        if !shown.is_ok_and(|page| page.story.iter().any(|line| line.detail.contains(&mark(*act)))) {
            say(&format!("fault on a full disk act {act} cannot be read"));
        }
    }
    let Ok(weight) = std::fs::metadata(ballast).map(|file| file.len()) else {
        return say("fault there is room, and an act finds none");
    };
    if weight <= ROOM + LAST {
        return must("room is made", std::fs::remove_file(ballast));
    }
    let file = must("ballast", std::fs::File::options().write(true).open(ballast));
    must("room is made", file.set_len(weight - ROOM));
}

fn latest(station: &mut Station) -> Option<CaseId> {
    let page = station.call(ListCases { view: View::All, after: None, limit: 1 }).ok()?;
    page.rows.first().map(|row| row.id)
}

fn one(station: &mut Station, act: u32, last: Option<CaseId>) -> Result<CaseId, Failure> {
    let mark = mark(act);
    match (act % 4, last) {
        (1, Some(case)) => station.try_act(case, Command::Note { text: mark }).map(|_| case),
        (2, Some(case)) => {
            let value = format!("尽快{mark}");
            station.call(SetField { id: case, field: Field::Remark, value }).map(|_| case)
        }
        _ => {
            let person = [&ZHAO_YUNFENG, &QIAN_XIUYING, &LONG_NAME][(act % 3) as usize];
            let draft = station.try_draft(person, "MZ-007", Papers::Without(0), |draft| draft.despite_open = mark)?;
            let taken = station.call(ReceiveDraft { id: draft })?;
            taken.cases.first().copied().ok_or(Failure::NotFound)
        }
    }
}

/// Everything a clerk's folder must be, wherever it stood.
pub(super) fn looked_at(folder: &Path, seed: u64, confirmed: &[(u32, CaseId)]) -> Vec<String> {
    inspect::inspect(folder, seed, confirmed)
}
