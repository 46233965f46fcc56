//! What goes wrong, and how it ends.

use std::collections::BTreeSet;
use std::time::Duration;

use daiban_core::edge::Edge as _;
use daiban_core::store::{PeerQuery, Store as _};
use daiban_model::ids::CaseId;
use daiban_model::stamp::Wall;
use daiban_model::wire::Hash;

use super::mirror::Mirror;
use super::options::{Mistake, Trouble};
use super::run::Run;
use super::seat::{Kept, Seat};
use crate::world::{BAICAIGOU, Fuse, GANGFANGDI, Returned, SANCHAKOU, SHAOBUHAI, XINSHUGUANG, must, now, wall};

/// What the district gives and takes.
const VILLAGES: [&str; 5] = [BAICAIGOU, SHAOBUHAI, SANCHAKOU, GANGFANGDI, XINSHUGUANG];
/// Stations made from copies, at most.
const CLONES: usize = 2;
/// Copies kept of one disk.
const COPIES: usize = 3;

const WEIGHTS: [(u32, Trouble); 10] = [
    (30, Trouble::Kill),
    (8, Trouble::HubKill),
    (16, Trouble::Rollback),
    (4, Trouble::Clone),
    (12, Trouble::Clocks),
    (1, Trouble::Revoke),
    (8, Trouble::Full),
    (20, Trouble::Roads),
    (5, Trouble::HubRestore),
    (10, Trouble::Moves),
];

impl Run {
    /// Something goes wrong at a seat, or what was wrong there ends.
    pub(super) fn trouble(&mut self, at: usize) {
        let is_second = self.options.seed.is_multiple_of(2);
        if is_second && self.may(Trouble::Scopes) && self.dice.percent(12) {
            return self.change_scopes(at);
        }
        let trouble = self.dice.weighted(&WEIGHTS).unwrap_or(Trouble::Roads);
        if !self.may(trouble) {
            return;
        }
        match trouble {
            Trouble::Kill => self.kill(at),
            Trouble::HubKill => self.kill_hub(),
            Trouble::Rollback => self.copy_or_put_back(at),
            Trouble::Clone => self.clone_disk(at),
            Trouble::Clocks => self.turn_clock(at),
            Trouble::Revoke => self.revoke(at),
            Trouble::Full => self.fill(at),
            Trouble::Roads => {
                self.seats[at].clogged ^= true;
                self.note(at, if self.seats[at].clogged { "loses its road" } else { "has a road again" });
            }
            Trouble::HubRestore => self.copy_or_restore_hub(),
            Trouble::Scopes => self.change_scopes(at),
            Trouble::Moves => self.move_case(at),
            // They meet as they exchange, without anything going wrong first.
            Trouble::Neighbours => {}
        }
    }

    fn kill(&mut self, at: usize) {
        if !self.seats[at].station.runs() {
            return;
        }
        if self.dice.percent(40) {
            self.note(at, "is killed");
            self.counts.kills += 1;
            return self.off(at);
        }
        let fuse = self.fuse();
        self.note(at, &format!("will be killed: {fuse:?}"));
        self.seats[at].station.hazard().light(fuse);
    }

    /// The district moves a case that somebody has on the desk. The hub may go off in the middle of it.
    fn move_case(&mut self, at: usize) {
        let seen: Vec<CaseId> = self.seats[at].seen.keys().copied().collect();
        let village = self.dice.pick(&VILLAGES).copied().unwrap_or(VILLAGES[0]);
        let Some(case) = self.dice.pick(&seen).copied() else { return };
        let moved = self.world.hub.try_move_case(case, village);
        self.note(at, &format!("{case:?} is to go to {village}: {}", moved.is_ok()));
    }

    fn fuse(&mut self) -> Fuse {
        let commits = self.dice.between(0, 6);
        if self.dice.percent(50) { Fuse::Before(commits) } else { Fuse::After(commits) }
    }

    /// Whatever was to happen to the hub, it runs.
    fn hub_runs(&self) {
        let hazard = self.world.hub.shelf().hazard();
        let was_off = hazard.is_off();
        hazard.put_out();
        if was_off {
            self.world.hub.start_again();
        }
    }

    fn kill_hub(&mut self) {
        let fuse = self.fuse();
        let hazard = self.world.hub.shelf().hazard();
        if hazard.is_off() {
            hazard.put_out();
            self.world.hub.start_again();
            self.journal.push(format!("{:>4} the hub starts again", self.step));
        } else {
            hazard.light(fuse);
            self.journal.push(format!("{:>4} the hub will be killed: {fuse:?}", self.step));
        }
    }

    /// The operator keeps a backup, or puts the last one back: what came since is gone from the hub, and the stations must bring it
    /// again.
    fn copy_or_restore_hub(&mut self) {
        self.hub_runs();
        if self.hub_backup.is_none() || self.dice.percent(60) {
            self.hub_backup = Some(self.world.hub.back_up());
            return self.journal.push(format!("{:>4} the hub is backed up", self.step));
        }
        let before = self.somewhere();
        if let Some(backup) = &self.hub_backup {
            self.world.hub.restore(backup);
        }
        let gone = self.ledger.excuse_destroyed(&before, &self.somewhere());
        // Another history begins: other numbers, other receipts.
        self.mirror = Mirror::default();
        self.receipts.clear();
        self.journal.push(format!("{:>4} the hub is restored; {gone} promises were nowhere else", self.step));
    }

    /// The promised changes that the hub has, or somebody who may still bring them.
    fn somewhere(&self) -> BTreeSet<Hash> {
        let changes: Vec<Hash> = self.ledger.promises.iter().map(|promise| promise.change).collect();
        let known = || PeerQuery::Known { changes: changes.clone(), actors: Vec::new() };
        let mut found: BTreeSet<Hash> =
            must("the hub", now(self.world.hub.shelf().peer(known()))).known.into_iter().collect();
        for seat in self.seats.iter().filter(|seat| !seat.revoked) {
            // Real databases that nobody has open hold their work, too: what only they have is not excused.
            let Some(shelf) = seat.station.open_shelf() else { continue };
            found.extend(now(shelf.peer(known())).map(|marks| marks.known).unwrap_or_default());
        }
        found
    }

    fn copy_or_put_back(&mut self, at: usize) {
        // A disk without a copy is copied first; most copies are never needed.
        if self.seats[at].kept.is_empty() || self.dice.percent(65) {
            return self.keep_copy(at);
        }
        self.seats[at].station.kill();
        self.put_back(at);
    }

    fn keep_copy(&mut self, at: usize) {
        let seat = &mut self.seats[at];
        if !seat.station.runs() {
            return;
        }
        let kept = Kept { image: seat.station.image(), seen: seat.seen.clone(), promises: self.ledger.promises.len() };
        seat.kept.push(kept);
        if seat.kept.len() > COPIES {
            seat.kept.remove(0);
        }
        self.note(at, "has its disk copied");
    }

    fn put_back(&mut self, at: usize) {
        self.hub_runs();
        self.mirror.read(&self.world.hub);
        let returned = if self.dice.percent(60) { Returned::Whole } else { Returned::Database };
        let which = self.dice.below(self.seats[at].kept.len());
        let before = self.somewhere();
        let seat = &mut self.seats[at];
        let Kept { image, seen, promises } = &seat.kept[which];
        seat.station.put_back(image, returned);
        seat.flight = None;
        seat.seen = seen.clone();
        let (promises, mirror) = (*promises, &self.mirror);
        let gone = self.ledger.excuse(at, promises, |one| mirror.place(one.scope, one.doc, one.change).is_some());
        let gone = gone + self.ledger.excuse_destroyed(&before, &self.somewhere());
        self.counts.disks += 1;
        self.note(at, &format!("has its disk put back ({returned:?}); {gone} promises went with it"));
        self.restart(at);
    }

    /// Somebody makes a second machine from a copy, old or new, and both are used from now on.
    fn clone_disk(&mut self, at: usize) {
        let clones = self.seats.len().saturating_sub(10);
        if clones >= CLONES || !self.seats[at].station.runs() {
            return;
        }
        if self.seats[at].kept.is_empty() || self.dice.percent(60) {
            self.keep_copy(at);
        }
        let which = self.dice.below(self.seats[at].kept.len());
        let clock = self.world.clock();
        let seat = &self.seats[at];
        let Kept { image, seen, .. } = &seat.kept[which];
        let mut station = seat.station.from_image(image, clock);
        station.name.push_str("（副本）");
        if let Some(Mistake::Station(flaw)) = self.options.mistake {
            station.hazard().flaw(flaw);
        }
        let mut copy = Seat::at(station, seat.scopes.clone());
        (copy.seen, copy.homes, copy.revoked) = (seen.clone(), seat.homes.clone(), seat.revoked);
        self.seats.push(copy);
        self.counts.disks += 1;
        let last = self.seats.len() - 1;
        self.note(last, "is made from a copy");
        self.restart(last);
    }

    fn turn_clock(&mut self, at: usize) {
        let hub = self.world.hub.clock().now();
        let day = Duration::from_secs(24 * 60 * 60).as_millis();
        let day = i64::try_from(day).unwrap_or(0);
        if self.seats[at].deranged && self.dice.percent(60) {
            self.note(at, "has its clock put right");
            self.seats[at].deranged = false;
            return self.seats[at].station.clock().set(hub);
        }
        let minutes = i64::from(self.dice.between(0, 5_000));
        let to = match self.dice.below(7) {
            0 => Wall(minutes * 60_000),
            1 => Wall(-minutes * 60_000),
            2 => wall("2038-01-19T11:14"),
            3 => Wall(hub.0 - 3 * 365 * day),
            4 => Wall(hub.0 + 10 * 365 * day),
            5 => Wall(hub.0 + day + minutes * 60_000),
            _ => Wall(hub.0 - minutes * 60_000),
        };
        self.note(at, &format!("has its clock at {}", to.local()));
        self.seats[at].deranged = true;
        self.seats[at].station.clock().set(to);
    }

    fn revoke(&mut self, at: usize) {
        let is_first = self.seats.iter().all(|seat| !seat.revoked);
        if !is_first || self.world.hub.shelf().hazard().is_off() || !self.dice.percent(50) {
            return;
        }
        self.hub_runs();
        let name = self.seats[at].station.name.trim_end_matches("（副本）").to_owned();
        self.world.hub.revoke(&name);
        for seat in &mut self.seats {
            seat.revoked |= seat.station.name.trim_end_matches("（副本）") == name;
        }
        self.note(at, "is revoked");
    }

    /// The district decides otherwise about a station: it serves a village more, or one less, or gets a certificate before its time.
    fn change_scopes(&mut self, at: usize) {
        if self.seats[at].revoked {
            return;
        }
        self.hub_runs();
        let name = self.seats[at].station.name.trim_end_matches("（副本）").to_owned();
        let village = self.dice.pick(&VILLAGES).copied().unwrap_or(VILLAGES[0]);
        // A hub that went back may have forgotten what it gave.
        self.learn_scopes();
        let own = self.seats[at].scopes.clone();
        let (what, next) = if own.len() > 1 && self.dice.percent(60) {
            let gone = self.dice.pick(&own).copied().unwrap_or(own[0]);
            (format!("loses {gone}"), self.world.hub.take_away(&name, &[&gone.to_string()]))
        } else if self.dice.percent(70) {
            (format!("is given {village}"), self.world.hub.give(&name, &[village]))
        } else {
            ("has its certificate renewed".to_owned(), self.world.hub.renew(&name))
        };
        for seat in &mut self.seats {
            if seat.station.name.trim_end_matches("（副本）") == name {
                seat.scopes.clone_from(&next.scopes);
            }
        }
        self.note(at, &what);
    }

    /// What the hub knows of divisions in the end is what counts: it may have gone back to a time before it decided.
    pub(super) fn learn_scopes(&mut self) {
        let devices = self.world.hub.devices();
        for seat in &mut self.seats {
            let name = seat.station.name.trim_end_matches("（副本）");
            if let Some(view) = devices.iter().find(|view| view.station == name) {
                seat.scopes.clone_from(&view.scopes);
            }
        }
    }

    fn fill(&mut self, at: usize) {
        let seat = &self.seats[at];
        if !seat.station.runs() {
            return;
        }
        let full = self.dice.percent(50);
        match full {
            true => seat.station.shelf().fill(),
            false => seat.station.shelf().make_room(),
        }
        self.note(at, if full { "has a full disk" } else { "has room on its disk" });
    }

    /// The faults stop: machines on, clocks right, roads open, disks with room. What roads still hold arrives now or never.
    pub(super) fn calm(&mut self) {
        self.hub_runs();
        self.world.hub.start_again();
        let hub = self.world.hub.clock().now();
        for (_, out) in std::mem::take(&mut self.air) {
            if self.dice.percent(50) {
                let _ = self.carry(&out);
            }
        }
        for at in 0..self.seats.len() {
            let seat = &mut self.seats[at];
            seat.station.clock().set(hub);
            (seat.clogged, seat.deranged) = (false, false);
            if seat.station.hazard().is_off() {
                self.off(at);
            }
            let seat = &mut self.seats[at];
            seat.station.hazard().put_out();
            if !seat.station.runs() {
                self.restart(at);
            }
            if self.seats[at].station.runs() {
                self.seats[at].station.shelf().make_room();
            }
        }
        self.journal.push(format!("{:>4} the faults stop", self.step));
    }
}
