//! The state of the link between two answers, and what a person is told of it.

use std::collections::BTreeMap;

use daiban_model::api::{Link, ProblemCode, Progress};
use daiban_model::stamp::Wall;
use daiban_model::wire::Hash;

use super::Turn;
use super::beside::Beside;
use super::recovery::RecoveryTurn;
use super::repair::Repair;
use crate::courier::LetterId;
use crate::sync::http::{Road, RoadFault};
use crate::sync::station::{ReplyFault, Telling};

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Exchange(Hash),
    Packages(Hash),
    Standing(Hash),
    Files(Hash),
    Repair(Hash),
    Recovery(Hash),
    /// Another station's letter, by its name.
    Letter(Hash, LetterId),
}

impl Asked {
    pub(super) fn road(self) -> Road {
        match self {
            Self::Exchange(_) => Road::Exchange,
            Self::Packages(_) => Road::Packages,
            Self::Standing(_) => Road::Standing,
            Self::Files(_) => Road::Files,
            Self::Repair(_) => Road::Repair,
            Self::Recovery(_) => Road::Recovery,
            Self::Letter(..) => Road::Letter,
        }
    }
}

/// Whether attachments may travel now: after case data, in the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilesTurn {
    Now,
    Later,
}

/// Whether letters of other stations may travel now: after own case data, in the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LettersTurn {
    Later,
    Now,
    /// They had their turn in this run.
    Over,
}

/// The state of the link between two answers.
pub(in crate::engine) struct LinkState {
    pub(in crate::engine) state: Link,
    pub(super) asked: Option<(Asked, Wall)>,
    /// Bytes of what was asked last.
    pub(super) asked_bytes: usize,
    pub(super) files: FilesTurn,
    pub(super) letters: LettersTurn,
    pub(super) telling: Telling,
    /// The exchange beside the last one.
    pub(super) beside: Beside,
    pub(super) packages_wanted: bool,
    /// Names of the words that were told with the last request for the station's standing.
    pub(super) said: Vec<String>,
    /// The digest of what is newest here, as the last exchange told it.
    pub(super) digest: u64,
    /// In this run the hub did not know the road on which a station asks how it stands.
    pub(super) hub_is_older: bool,
    /// Whether the hub reads the dictionary of small bodies.
    pub(super) brevity: Brevity,
    pub(super) max_bytes: u32,
    /// The last request went without sealing what waits, to see first whether there is a road.
    pub(super) held: bool,
    /// Packages were fetched in this run already: one that this version cannot read is not asked for again and again.
    pub(super) fetched: bool,
    /// What a repair under way has found so far.
    pub(super) repair: Repair,
    /// The hub said that it does not know this device, and is to be shown its certificate.
    pub(super) introduced: bool,
    pub(super) recovery: RecoveryTurn,
    /// It was shown in this run, and took it.
    pub(super) is_known: bool,
    /// Requests of this run that brought nothing but a new nonce or a call for cursors.
    detours: u8,
    pub(super) progress: Progress,
    /// What the line carried at its last large request, in bytes a second.
    pub(super) pace: Option<u64>,
    /// How far this clock was ahead of the hub's at the last exchange, in milliseconds.
    pub(super) clock_ahead: Option<i64>,
    pub(super) problems: BTreeMap<ProblemCode, (Wall, u32)>,
}

/// Whether the other side reads the dictionary of small bodies: taken for granted until something else is seen, once in each start of the
/// program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Brevity {
    /// Nothing else was seen.
    #[default]
    Assumed,
    /// It did not take it for a request.
    NotUnderstood,
}

/// Frames asked for at first: ten seconds of a 2G line.
const FIRST_BYTES: u32 = 96 << 10;
const LEAST_BYTES: u32 = 16 << 10;
const MOST_BYTES: u32 = 2 << 20;
/// Seconds of line time a frame should take (sync.md section 2).
const LINE_SECONDS: u64 = 10;
/// What fewer bytes than this say of a line is more about its delay than about its width.
const TELLING_BYTES: usize = 4096;
/// Most detours of one run.
const DETOURS: u8 = 6;

impl Default for LinkState {
    fn default() -> Self {
        let progress = Progress { sent: 0, received: 0, bytes_up: 0, bytes_down: 0, seconds_left: None };
        Self {
            state: Link::Idle,
            asked: None,
            asked_bytes: 0,
            files: FilesTurn::Later,
            letters: LettersTurn::Later,
            telling: Telling::Same,
            beside: Beside::None,
            packages_wanted: false,
            said: Vec::new(),
            digest: 0,
            hub_is_older: false,
            brevity: Brevity::default(),
            max_bytes: FIRST_BYTES,
            held: false,
            fetched: false,
            repair: Repair::default(),
            introduced: false,
            recovery: RecoveryTurn::Untried,
            is_known: false,
            detours: 0,
            progress,
            pace: None,
            clock_ahead: None,
            problems: BTreeMap::new(),
        }
    }
}

impl LinkState {
    pub(super) fn problem(&mut self, code: ProblemCode, since: Wall, records: u32) {
        self.problems.entry(code).or_insert((since, 0)).1 = records;
    }

    /// A request that brought nothing on: another one, but not for ever.
    pub(super) fn detour(&mut self) -> Turn {
        self.detours += 1;
        if self.detours > DETOURS { Turn::Done } else { Turn::Again }
    }

    /// Begins a run of exchanges where none is under way.
    pub(super) fn begin(&mut self) {
        // Where nobody answered last time, what waits is sealed only when somebody answers: else a week without a road would
        // make a segment of every edit.
        self.held = self.state == Link::Offline;
        if self.state != Link::Working {
            self.progress = Self::default().progress;
            (self.detours, self.fetched) = (0, false);
            (self.files, self.letters) = (FilesTurn::Later, LettersTurn::Later);
            (self.introduced, self.is_known, self.hub_is_older) = (false, false, false);
            self.recovery = RecoveryTurn::Untried;
            self.state = Link::Working;
        }
    }

    /// Notes what the line carried in both directions since a request went out.
    pub(super) fn carried(&mut self, bytes: usize, since: Wall, now: Wall) {
        let millis = u64::try_from(now.0 - since.0).ok().filter(|millis| *millis > 0);
        if let (Some(millis), true) = (millis, bytes >= TELLING_BYTES) {
            self.pace = Some((bytes as u64).saturating_mul(1000) / millis);
        }
    }

    /// Seconds until so many bytes are gone.
    pub(super) fn seconds_for(&self, bytes: u64) -> Option<u32> {
        let pace = self.pace.filter(|pace| *pace > 0)?;
        u32::try_from(bytes.div_ceil(pace)).ok()
    }

    /// The run is over, whatever was asked last.
    pub(super) fn drop_run(&mut self) {
        (self.state, self.asked, self.beside) = (Link::Idle, None, Beside::None);
    }

    /// What was too much for the line is not tried again: a road that was wide this morning may be narrow now.
    fn ask_for_less(&mut self) {
        self.max_bytes = (self.max_bytes / 4).max(LEAST_BYTES);
    }

    /// The road did not lead there. That nobody answers is no fault.
    pub(super) fn lost(&mut self, fault: RoadFault, now: Wall) {
        self.state = Link::Offline;
        // What was on its way may have arrived or not: the next run compares anew.
        self.repair = Repair::default();
        self.ask_for_less();
        let code = match fault {
            RoadFault::Unreachable | RoadFault::BadAddress => return,
            RoadFault::UnknownDevice => ProblemCode::UnknownDevice,
            RoadFault::HubFault => ProblemCode::HubFault,
            RoadFault::Garbled => ProblemCode::HubGarbled,
            RoadFault::OtherHub => ProblemCode::HubChanged,
            RoadFault::NoTls => ProblemCode::NoTls,
            RoadFault::Dates => ProblemCode::Dates,
        };
        self.problem(code, now, 0);
    }

    /// Something answered that is not the hub, or not as the hub answers.
    pub(super) fn wrong(&mut self, fault: ReplyFault, now: Wall) {
        self.state = Link::Offline;
        self.ask_for_less();
        let code = match fault {
            ReplyFault::Garbled => ProblemCode::HubGarbled,
            ReplyFault::OtherHub => ProblemCode::HubChanged,
        };
        self.problem(code, now, 0);
    }

    /// An answer came that is one: what was wrong with the road is mended.
    pub(super) fn road_is_good(&mut self) {
        use ProblemCode as Code;
        for code in [Code::HubGarbled, Code::HubFault, Code::HubChanged, Code::NoTls, Code::Dates, Code::UnknownDevice]
        {
            self.problems.remove(&code);
        }
    }
}

/// How many bytes to ask for next: ten seconds of the line as it was just now.
pub(super) fn measured(bytes: usize, since: Wall, now: Wall, last: u32) -> u32 {
    let Ok(millis) = u64::try_from(now.0 - since.0) else { return last };
    if bytes < TELLING_BYTES {
        return last;
    }
    let line = (bytes as u64).saturating_mul(LINE_SECONDS * 1000) / millis.max(1);
    // At most fourfold at a time: one lucky answer is not a faster line.
    let most = last.saturating_mul(4).min(MOST_BYTES);
    u32::try_from(line).unwrap_or(MOST_BYTES).clamp(LEAST_BYTES, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_what_the_line_last_carried() {
        let mut link = LinkState::default();
        assert_eq!(link.seconds_for(80_000), None, "nobody knows yet");
        link.carried(300, Wall(0), Wall(60_000));
        assert_eq!(link.seconds_for(80_000), None, "a small answer says nothing about the line");
        link.carried(80_000, Wall(0), Wall(10_000));
        assert_eq!((link.seconds_for(80_001), link.seconds_for(0)), (Some(11), Some(0)), "8,000 bytes a second");
        link.carried(80_000, Wall(9_000), Wall(1_000));
        assert_eq!(link.seconds_for(8_000), Some(1), "a clock that went back changes nothing");
    }

    #[test]
    fn frames_follow_the_line_within_bounds() {
        let next = |bytes, seconds: i64, last| measured(bytes, Wall(0), Wall(seconds * 1000), last);
        assert_eq!(next(100_000, 10, 96 << 10), 100_000, "ten seconds of what the line carried");
        assert_eq!(next(96 << 10, 120, 96 << 10), LEAST_BYTES, "a very slow line still moves");
        assert_eq!(next(1 << 20, 0, 96 << 10), 384 << 10, "at most fourfold at a time");
        assert_eq!(next(8 << 20, 1, 2 << 20), MOST_BYTES, "a cut must not cost much");
        assert_eq!(next(300, 60, 77_777), 77_777, "a small answer says nothing about the line");
        assert_eq!(measured(50_000, Wall(9_000), Wall(1_000), 77_777), 77_777, "neither does a clock that went back");
    }
}
