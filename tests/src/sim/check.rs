//! Coming to rest, and what is looked at then.

use std::collections::BTreeMap;

use daiban_core::doc::Doc;
use daiban_core::engine::Turn;
use daiban_core::store::{CaseRecord, PeerId, PeerQuery, Store as _};
use daiban_model::api::GetSync;
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_model::wire::{DocId, Hash};

use super::ledger::Promise;
use super::run::{Check, Run};
use crate::world::{must, now};

/// Rounds in which everything must come to rest.
const ROUNDS: u32 = 5;
/// Requests of one station in one round: far more than any needs.
const REQUESTS: u32 = 120;

impl Run {
    /// V5: everybody exchanges in turn until nothing moves any more. Then the hub is backed up, as it is each night, and what was only kept
    /// until then goes.
    pub(super) fn settle(&mut self) {
        self.come_to_rest();
        self.world.hub.back_up();
        (0..self.seats.len()).for_each(|at| self.exchange_to_the_end(at));
        for what in self.still_leaving() {
            self.violation(Check::Liveness, what);
        }
    }

    fn come_to_rest(&mut self) {
        for round in 1..=ROUNDS {
            let before = self.world.hub.ends();
            for at in 0..self.seats.len() {
                self.exchange_to_the_end(at);
            }
            self.let_stand();
            self.world.pass(10);
            self.counts.rounds = round;
            if before == self.world.hub.ends() && self.at_rest().is_empty() {
                return;
            }
        }
        for what in self.at_rest() {
            self.violation(Check::Liveness, what);
        }
    }

    fn exchange_to_the_end(&mut self, at: usize) {
        for _ in 0..REQUESTS {
            let turn = match self.seats[at].flight.take() {
                Some(answer) => self.deliver(at, answer, "late"),
                None => {
                    let Some(out) = self.ask(at) else { return };
                    let answer = self.carry(&out);
                    self.deliver(at, answer, "calm")
                }
            };
            if turn != Some(Turn::Again) {
                return;
            }
        }
        let name = self.seats[at].station.name.clone();
        self.violation(Check::Liveness, format!("{name} never has enough"));
    }

    /// What is not at rest.
    fn at_rest(&mut self) -> Vec<String> {
        let ends = self.world.hub.ends();
        self.learn_scopes();
        let mut restless = Vec::new();
        for seat in self.seats.iter_mut().filter(|seat| !seat.revoked) {
            let name = seat.station.name.clone();
            let view = match seat.station.call(GetSync {}) {
                Ok(view) => view,
                Err(failure) => {
                    restless.push(format!("{name}: {failure:?}"));
                    continue;
                }
            };
            let problems: Vec<_> = view.problems.iter().map(|problem| problem.code).collect();
            if view.outbox > 0 {
                restless.push(format!("{name} still owes {} changes; {problems:?}", view.outbox));
            }
            let cursors = must("cursors", now(seat.station.shelf().peer(PeerQuery::Cursors(PeerId::Hub)))).cursors;
            for end in ends.iter().filter(|end| seat.covers(end.scope)) {
                if !cursors.contains(end) {
                    let at = cursors.iter().find(|cursor| cursor.scope == end.scope).map_or(0, |cursor| cursor.seq);
                    restless.push(format!("{name} has read {at} of {} of {}; {problems:?}", end.seq, end.scope));
                }
            }
        }
        for end in &ends {
            let pending = must("pending", now(self.world.hub.shelf().peer(PeerQuery::Pending(end.scope)))).pending;
            if !pending.is_empty() {
                restless.push(format!("{} segments of {} wait at the hub", pending.len(), end.scope));
            }
        }
        restless
    }

    /// Devices that were told to erase a division and have not said that they did.
    fn still_leaving(&self) -> Vec<String> {
        let revoked = |name: &str| self.seats.iter().any(|seat| seat.revoked && seat.station.name == name);
        let devices = self.world.hub.devices().into_iter();
        let open = devices.filter(|view| !view.leaving.is_empty() && !revoked(&view.station));
        open.map(|view| format!("{} has not said that it erased {:?}", view.station, view.leaving)).collect()
    }

    /// All that is looked at when everything is at rest.
    pub(super) fn look_back(&mut self) {
        self.mirror.read(&self.world.hub);
        self.converged();
        self.still_seen();
        self.in_order();
        self.kept_promises();
        self.once();
        self.sound();
        self.erased();
    }

    /// V7.
    fn erased(&mut self) {
        let mut left = Vec::new();
        for seat in self.seats.iter().filter(|seat| !seat.revoked && seat.station.runs()) {
            let (name, shelf) = (&seat.station.name, seat.station.shelf());
            let docs = seat.station.keeps().into_iter().map(|(state, _)| state.scope);
            let rows = seat.station.rows_of_all().into_iter().map(|row| row.scope);
            let marks = must("cursors", now(shelf.peer(PeerQuery::Cursors(PeerId::Hub))));
            let feeds = marks.cursors.iter().chain(&marks.ends).map(|cursor| cursor.scope);
            let mut scopes: Vec<ScopeCode> =
                docs.chain(rows).chain(feeds).filter(|scope| !seat.covers(*scope)).collect();
            scopes.sort_unstable();
            scopes.dedup();
            for end in self.world.hub.ends().iter().filter(|end| !seat.covers(end.scope)) {
                let query = PeerQuery::Beyond { scope: end.scope, seq: 0 };
                let beyond = must("segments", now(shelf.peer(query))).beyond;
                scopes.extend((!beyond.is_empty()).then_some(end.scope));
            }
            left.extend(scopes.iter().map(|scope| format!("{name} still has something of {scope}")));
        }
        left.into_iter().for_each(|what| self.violation(Check::Erasure, what));
    }

    /// V1.
    fn converged(&mut self) {
        let heads: BTreeMap<DocId, (ScopeCode, Vec<Hash>)> =
            self.mirror.heads().map(|(doc, scope, heads)| (doc, (scope, heads))).collect();
        let mut rows: BTreeMap<DocId, (String, CaseRecord)> = BTreeMap::new();
        let mut apart = Vec::new();
        for seat in self.seats.iter().filter(|seat| !seat.revoked && seat.station.runs()) {
            let name = &seat.station.name;
            let known = seat.station.keeps();
            let wanted = heads.iter().filter(|(_, (scope, _))| seat.covers(*scope));
            for (doc, _) in wanted {
                if !known.iter().any(|(state, _)| state.doc == *doc) {
                    apart.push(format!("{name} lacks case {:?}", daiban_core::projection::case_id(*doc)));
                }
            }
            for (state, row) in known {
                let case = daiban_core::projection::case_id(state.doc);
                if heads.get(&state.doc).map(|(_, heads)| heads) != Some(&state.heads) {
                    apart.push(format!("{name} has other heads of case {case:?} than the feed"));
                }
                let Some(row) = row else {
                    apart.push(format!("{name} has no row of case {case:?}"));
                    continue;
                };
                let (first, theirs) = rows.entry(state.doc).or_insert_with(|| (name.clone(), row.clone()));
                if *theirs != row {
                    apart.push(format!("{name} and {first} have different rows of case {case:?}"));
                }
            }
        }
        apart.into_iter().for_each(|what| self.violation(Check::Convergence, what));
        for at in 0..self.seats.len() {
            if self.seats[at].station.runs() {
                let other = self.seats[at].station.refold();
                if !other.is_empty() {
                    let name = self.seats[at].station.name.clone();
                    self.violation(Check::Convergence, format!("{name}: folded anew, {} rows differ", other.len()));
                }
            }
        }
    }

    /// V2: everything seen at a station is to be seen there still.
    fn still_seen(&mut self) {
        for at in 0..self.seats.len() {
            if !self.seats[at].station.runs() {
                continue;
            }
            let cases: Vec<CaseId> = self.seats[at].seen.keys().copied().collect();
            for case in cases {
                self.look(at, case);
            }
        }
    }

    /// V2: what was written comes after what was read, and in the order of writing.
    fn in_order(&mut self) {
        // Of sessions that neighbours were open to, each is a line of its own: what waits at the hub for a neighbour's work holds up that
        // session and no other.
        let mut last: BTreeMap<(usize, ScopeCode, u32), u64> = BTreeMap::new();
        let mut disorder = Vec::new();
        for promise in self.ledger.promises.iter().filter(|promise| !promise.excused) {
            let Some(place) = self.mirror.place(promise.scope, promise.doc, promise.change) else { continue };
            let name = &self.seats[promise.seat].station.name;
            // What it had read says nothing where the hub went back since, and wrote other things there.
            let is_same = self.mirror.chain(promise.scope, promise.read) == Some(promise.chain);
            if is_same && place <= promise.read {
                disorder.push(format!("{name} had read {} when it wrote what stands at {place}", promise.read));
            }
            let session = self.mirror.session(promise.scope, place);
            let before = last.entry((promise.seat, promise.scope, session)).or_default();
            if place < *before {
                let what = format!("what stands at {place} after what stands at {before}: {}", promise.text);
                disorder.push(format!("{name} wrote {what}"));
            }
            *before = place;
        }
        disorder.into_iter().for_each(|what| self.violation(Check::Causality, what));
    }

    /// V3.
    fn kept_promises(&mut self) {
        let events = self.mirror.events();
        let mut lost = Vec::new();
        for promise in self.ledger.promises.iter().filter(|promise| !promise.excused) {
            let there = events.get(&promise.doc).and_then(|events| events.get(&promise.stamp));
            if there == Some(&promise.text) {
                continue;
            }
            let seat = &self.seats[promise.seat];
            let name = &seat.station.name;
            if seat.revoked && is_at_hand(seat, promise) {
                continue;
            }
            lost.push(format!("{name} promised {} ({}); the hub has {there:?}", promise.text, promise.stamp));
        }
        lost.into_iter().for_each(|what| self.violation(Check::NothingLost, what));
    }

    /// V4.
    fn once(&mut self) {
        let mut twice: Vec<String> = self.mirror.faults().to_vec();
        let audit = self.world.hub.verify();
        twice.extend(audit.faults.iter().map(|fault| format!("the audit finds {fault:?}")));
        let texts: Vec<String> = self.mirror.events().into_values().flat_map(BTreeMap::into_values).collect();
        self.counts.twin_numbers = twin_numbers(&texts);
        if self.counts.twin_numbers > 0 && self.counts.disks == 0 {
            twice.push(format!("{} case numbers were given twice", self.counts.twin_numbers));
        }
        for deed in &self.ledger.deeds {
            let own = |text: &&String| {
                let types = text.contains(r#""k":"typed""#);
                match deed.typed {
                    true => types && text.split(r#""to":"#).nth(1).is_some_and(|to| to.contains(&deed.mark)),
                    false => !types && !text.contains(r#""k":"settled""#) && text.contains(&deed.mark),
                }
            };
            let times = texts.iter().filter(own).count();
            if times > 1 {
                twice.push(format!("the act {} stands {times} times", deed.mark));
            }
        }
        twice.into_iter().for_each(|what| self.violation(Check::Once, what));
    }

    /// V6: no file was harmed.
    fn sound(&mut self) {
        let mut harmed = Vec::new();
        for seat in self.seats.iter().filter(|seat| seat.station.runs()) {
            if let Err(fault) = seat.station.shelf().integrity() {
                harmed.push(format!("{}: {fault}", seat.station.name));
            }
        }
        harmed.into_iter().for_each(|what| self.violation(Check::Soundness, what));
    }
}

fn twin_numbers(texts: &[String]) -> u64 {
    let received = texts.iter().filter(|text| text.contains(r#""k":"received""#));
    let mut numbers: Vec<&str> =
        received.filter_map(|text| text.split_once(r#""number":""#)?.1.split('"').next()).collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    (all - numbers.len()) as u64
}

/// Whether what a revoked station promised is on its own disk.
fn is_at_hand(seat: &super::seat::Seat, promise: &Promise) -> bool {
    let stored = seat.station.stored(daiban_core::projection::case_id(promise.doc));
    Doc::open(&stored)
        .is_ok_and(|doc| doc.events().into_iter().any(|(stamp, text)| stamp == promise.stamp && text == promise.text))
}
