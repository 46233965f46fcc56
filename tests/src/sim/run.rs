//! One run, from its options to what the checks say.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_core::engine::Outgoing;
use daiban_model::api::{Failure, StorageFault};
use daiban_model::wire::{Hash, Place, SegmentKey};

use super::dice::Dice;
use super::ledger::Ledger;
use super::mirror::Mirror;
use super::options::{Mistake, Options, Trouble};
use super::seat::Seat;
use super::work::ITEMS;
use crate::world::{Shelf, World};

/// The checks, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// V1
    Convergence,
    /// V2
    Causality,
    /// V3
    NothingLost,
    /// V4
    Once,
    /// V5
    Liveness,
    /// V6
    Soundness,
    /// V7
    Erasure,
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which check saw it.
    pub check: Check,
    /// After how many steps.
    pub step: u32,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.check as u8 + 1;
        write!(f, "V{number} ({:?}) after step {}: {}", self.check, self.step, self.what)
    }
}

/// How much happened in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Events confirmed to people.
    pub promises: u64,
    /// Of these, gone with a disk that was put back.
    pub excused: u64,
    /// Acts that the rules, the post or the form refused.
    pub refused: u64,
    /// Requests that reached the hub.
    pub requests: u64,
    /// Programs killed.
    pub kills: u64,
    /// Disks put back or copied.
    pub disks: u64,
    /// Meetings of neighbours.
    pub meetings: u64,
    /// Rounds until everything was at rest.
    pub rounds: u32,
    /// Segments in all feeds.
    pub segments: u64,
    /// Case numbers that two cases bear, because the counter of the day lies on a disk that was put back or copied. Not a check:
    /// what cures it is another device number, which a station gets by enrolling anew.
    pub twin_numbers: u64,
}

impl Counts {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            promises: self.promises + other.promises,
            excused: self.excused + other.excused,
            refused: self.refused + other.refused,
            requests: self.requests + other.requests,
            kills: self.kills + other.kills,
            disks: self.disks + other.disks,
            meetings: self.meetings + other.meetings,
            rounds: self.rounds.max(other.rounds),
            segments: self.segments + other.segments,
            twin_numbers: self.twin_numbers + other.twin_numbers,
        }
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the checks saw; nothing, where all is well.
    pub violations: Vec<Violation>,
    /// What happened, line by line.
    pub journal: Vec<String>,
    /// A mark of everything that happened: equal for equal runs.
    pub digest: u64,
    /// How much happened.
    pub counts: Counts,
}

/// A run under way.
pub(super) struct Run {
    pub(super) options: Options,
    pub(super) dice: Dice,
    pub(super) world: World,
    pub(super) seats: Vec<Seat>,
    pub(super) mirror: Mirror,
    pub(super) ledger: Ledger,
    /// Requests that something on the road still holds, with the seat that sent them.
    pub(super) air: Vec<(usize, Outgoing)>,
    /// Requests of meetings that somebody has kept.
    pub(super) overheard: Vec<Vec<u8>>,
    /// Places that receipts named, by segment and root.
    pub(super) receipts: BTreeMap<(SegmentKey, Hash), Place>,
    /// The hub's last backup.
    pub(super) hub_backup: Option<Shelf>,
    pub(super) violations: Vec<Violation>,
    pub(super) journal: Vec<String>,
    pub(super) counts: Counts,
    pub(super) step: u32,
}

/// More of one check say nothing new.
const MOST_VIOLATIONS: usize = 6;

/// Plays a run. A panic inside is a violation like another.
pub fn play(options: &Options) -> Outcome {
    let mut run = Run::new(options);
    let played = catch_unwind(AssertUnwindSafe(|| run.whole()));
    if let Err(panic) = played {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        run.violation(Check::Soundness, format!("a panic: {text}"));
    }
    run.outcome()
}

/// What a person, or fate, does next.
#[derive(Clone, Copy)]
enum Next {
    Work,
    Exchange,
    Look,
    Trouble,
    Air,
    Meet,
}

impl Run {
    fn new(options: &Options) -> Self {
        let world = World::small(options.seed, &ITEMS);
        let mut seats = Seat::all(&world, options);
        for seat in &mut seats {
            if let Some(mistake) = options.mistake {
                seat.station.luck(mistake.luck());
            }
            if let Some(Mistake::Station(flaw)) = options.mistake {
                seat.station.hazard().flaw(flaw);
            }
        }
        if let Some(Mistake::Hub(flaw)) = options.mistake {
            world.hub.shelf().hazard().flaw(flaw);
        }
        Self {
            options: options.clone(),
            dice: Dice::new(options.seed),
            world,
            seats,
            mirror: Mirror::default(),
            ledger: Ledger::default(),
            air: Vec::new(),
            overheard: Vec::new(),
            receipts: BTreeMap::new(),
            hub_backup: None,
            violations: Vec::new(),
            journal: Vec::new(),
            counts: Counts::default(),
            step: 0,
        }
    }

    fn whole(&mut self) {
        while self.step < self.options.steps && self.violations.len() < MOST_VIOLATIONS {
            self.step += 1;
            self.next();
        }
        self.calm();
        self.settle();
        self.look_back();
    }

    fn next(&mut self) {
        let minutes = self.dice.below(25) as u64;
        self.world.pass(minutes);
        let at = self.dice.below(self.seats.len());
        // Some weeks are quiet, in others everything fails at once.
        let trouble = [5, 13, 30][usize::try_from(self.options.seed % 3).unwrap_or(0)];
        let next = [(42, Next::Work), (32, Next::Exchange), (9, Next::Look), (trouble, Next::Trouble), (4, Next::Air)];
        let mut next = next.to_vec();
        if self.may(Trouble::Neighbours) {
            next.push((14, Next::Meet));
        }
        let next = self.dice.weighted(&next).unwrap_or(Next::Work);
        match next {
            Next::Trouble => return self.trouble(at),
            Next::Air => return self.out_of_the_air(),
            Next::Work | Next::Exchange | Next::Look | Next::Meet => {}
        }
        if !self.seats[at].station.runs() {
            return self.restart(at);
        }
        match next {
            Next::Work => self.work(at),
            Next::Exchange => self.exchange(at),
            Next::Meet => self.meet_somebody(at),
            _ => self.look_somewhere(at),
        }
    }

    pub(super) fn may(&self, trouble: Trouble) -> bool {
        self.options.troubles.contains(&trouble)
    }

    pub(super) fn note(&mut self, at: usize, what: &str) {
        let line = format!("{:>4} {} {what}", self.step, self.seats[at].station.name);
        self.journal.push(line);
    }

    pub(super) fn violation(&mut self, check: Check, what: String) {
        let before = self.violations.iter().filter(|violation| violation.check == check).count();
        if before < MOST_VIOLATIONS {
            self.journal.push(format!("{:>4} !! {check:?}: {what}", self.step));
            self.violations.push(Violation { check, step: self.step, what });
        }
    }

    /// A call that was not answered: because the machine went off, because of what the person wanted, or because of a defect.
    pub(super) fn failed(&mut self, at: usize, what: &str, failure: &Failure) {
        self.note(at, &format!("{what}: {failure:?}"));
        if self.seats[at].station.hazard().is_off() {
            self.counts.kills += 1;
            return self.off(at);
        }
        match failure {
            Failure::Refused { .. }
            | Failure::Denied { .. }
            | Failure::DraftFaults { .. }
            | Failure::BadValue { .. }
            | Failure::NotFound => self.counts.refused += 1,
            Failure::Storage { why: StorageFault::Full } if self.may(Trouble::Full) => self.counts.refused += 1,
            other => {
                let name = self.seats[at].station.name.clone();
                self.violation(Check::Soundness, format!("{name}: {what} failed: {other:?}"));
            }
        }
    }

    /// The program is gone, and with it what it waited for.
    pub(super) fn off(&mut self, at: usize) {
        let seat = &mut self.seats[at];
        seat.station.kill();
        seat.flight = None;
    }

    pub(super) fn restart(&mut self, at: usize) {
        let done = self.seats[at].station.try_restart();
        self.note(at, &format!("starts again: {}", done.is_ok()));
        if let Err(failure) = done {
            let name = self.seats[at].station.name.clone();
            self.violation(Check::Soundness, format!("{name} does not start again: {failure:?}"));
        }
    }

    fn outcome(mut self) -> Outcome {
        self.counts.promises = self.ledger.promises.len() as u64;
        self.counts.excused = self.ledger.promises.iter().filter(|promise| promise.excused).count() as u64;
        let mut hasher = DefaultHasher::new();
        self.journal.hash(&mut hasher);
        self.world.hub.shelf().hazard().put_out();
        let ends = self.world.hub.ends();
        self.counts.segments = ends.iter().map(|end| end.seq).sum();
        ends.hash(&mut hasher);
        Outcome { violations: self.violations, journal: self.journal, digest: hasher.finish(), counts: self.counts }
    }
}
