//! Requests and answers on roads that lose, repeat, reorder, truncate and bend what they carry.

use daiban_core::engine::{Outgoing, Turn};
use daiban_core::sync::http::{Road, RoadFault};
use daiban_core::sync::sign;
use daiban_core::sync::station::{self, Trust};
use daiban_model::wire::{self, Envelope, ExchangeReply, Outcome, Receipt};

use super::options::Trouble;
use super::run::{Check, Run};

/// What a road does to one request.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Open,
    Cut,
    ReplyLost,
    Twice,
    HalfUp,
    HalfDown,
    Bent,
    Late,
    Parked,
    Garbage,
    Killed,
}

const FATES: [(u32, Fate); 11] = [
    (56, Fate::Open),
    (8, Fate::Cut),
    (9, Fate::ReplyLost),
    (6, Fate::Twice),
    (3, Fate::HalfUp),
    (4, Fate::HalfDown),
    (2, Fate::Bent),
    (6, Fate::Late),
    (3, Fate::Parked),
    (1, Fate::Garbage),
    (2, Fate::Killed),
];

impl Run {
    /// A station exchanges: once, or until it has enough.
    pub(super) fn exchange(&mut self, at: usize) {
        let trips = if self.dice.percent(65) { 12 } else { 1 };
        for _ in 0..trips {
            if self.trip(at) != Some(Turn::Again) {
                return;
            }
        }
    }

    fn trip(&mut self, at: usize) -> Option<Turn> {
        if let Some(answer) = self.seats[at].flight.take() {
            return self.deliver(at, answer, "late");
        }
        let out = self.ask(at)?;
        let fate = match self.may(Trouble::Roads) {
            true if self.seats[at].clogged => Fate::Cut,
            true => self.dice.weighted(&FATES).unwrap_or(Fate::Open),
            false => Fate::Open,
        };
        match fate {
            Fate::Killed if !self.may(Trouble::Kill) => self.meet(at, out, Fate::Open),
            fate => self.meet(at, out, fate),
        }
    }

    pub(super) fn ask(&mut self, at: usize) -> Option<Outgoing> {
        match self.seats[at].station.next_request() {
            Ok(out) => out,
            Err(failure) => {
                self.failed(at, "ask", &failure);
                None
            }
        }
    }

    fn meet(&mut self, at: usize, out: Outgoing, fate: Fate) -> Option<Turn> {
        let what = format!("{fate:?}");
        let lost = Err(RoadFault::Unreachable);
        match fate {
            Fate::Open => {
                let answer = self.carry(&out);
                self.deliver(at, answer, &what)
            }
            Fate::Cut => self.deliver(at, lost, &what),
            Fate::ReplyLost => {
                let _ = self.carry(&out);
                self.deliver(at, lost, &what)
            }
            Fate::Twice => {
                let (first, second) = (self.carry(&out), self.carry(&out));
                let answer = if self.dice.percent(50) { first } else { second };
                self.deliver(at, answer, &what)
            }
            Fate::HalfUp => {
                let half = self.dice.below(out.body.len());
                let answer = self.carry(&Outgoing { body: out.body[..half].to_vec(), ..out });
                self.deliver(at, answer, &what)
            }
            Fate::HalfDown | Fate::Bent => {
                let mut answer = self.carry(&out);
                if let Ok(bytes) = &mut answer {
                    let place = self.dice.below(bytes.len());
                    match fate {
                        Fate::HalfDown => bytes.truncate(place),
                        _ => bytes[place] ^= 1 << self.dice.below(8),
                    }
                }
                self.deliver(at, answer, &what)
            }
            Fate::Late => {
                let answer = self.carry(&out);
                self.note(at, "waits for a late answer");
                self.seats[at].flight = Some(answer);
                None
            }
            Fate::Parked => {
                self.air.push((at, out));
                self.deliver(at, lost, &what)
            }
            Fate::Garbage => self.deliver(at, Ok(b"<html>sign in to the free network</html>".to_vec()), &what),
            Fate::Killed => {
                let _ = self.carry(&out);
                self.note(at, "is killed while it waits");
                self.counts.kills += 1;
                self.off(at);
                None
            }
        }
    }

    /// Something on the road lets go of an old request. Its sender has long given up, or takes the answer for another one's.
    pub(super) fn out_of_the_air(&mut self) {
        if self.air.is_empty() {
            return;
        }
        let place = self.dice.below(self.air.len());
        let (at, out) = self.air[place].clone();
        // Some roads keep what they have sent and send it again.
        if self.dice.percent(60) {
            self.air.remove(place);
        }
        let answer = self.carry(&out);
        self.note(at, "has an old request arrive");
        if self.seats[at].flight.is_some() && self.dice.percent(50) {
            self.seats[at].flight = Some(answer);
        }
    }

    pub(super) fn deliver(&mut self, at: usize, answer: Result<Vec<u8>, RoadFault>, how: &str) -> Option<Turn> {
        let size = answer.as_ref().map(Vec::len).map_err(|fault| *fault);
        match self.seats[at].station.answered(answer) {
            Ok(turn) => {
                self.note(at, &format!("{how}: {size:?} {turn:?}"));
                Some(turn)
            }
            Err(failure) => {
                self.failed(at, "take an answer", &failure);
                None
            }
        }
    }

    /// The hub answers a request that reached it.
    pub(super) fn carry(&mut self, out: &Outgoing) -> Result<Vec<u8>, RoadFault> {
        self.counts.requests += 1;
        let answer = self.world.hub.answer(out.road, &out.body);
        if let (Road::Exchange, Ok(bytes)) = (out.road, &answer) {
            self.note_receipts(&out.body, bytes);
        }
        answer
    }

    /// V4: a segment has one receipt, however often it is sent.
    fn note_receipts(&mut self, asked: &[u8], answer: &[u8]) {
        let open = |bytes| wire::decode::<Envelope>(bytes, wire::MAX_BODY).ok();
        let (Some(request), Some(envelope)) = (open(asked), open(answer)) else { return };
        let trust = Trust { root: self.world.hub.root(), hub: envelope.signer };
        let reply: Option<ExchangeReply> = station::reply(answer, sign::hash(&request.body), &trust).ok();
        let Some(Outcome::Done(delivery)) = reply.map(|reply| reply.outcome) else { return };
        let opened: Vec<Receipt> =
            delivery.receipts.iter().filter_map(|signed| station::receipt(signed, &trust)).collect();
        for Receipt { key, root, place, .. } in opened {
            let Some(place) = place else { continue };
            let known = *self.receipts.entry((key, root)).or_insert(place);
            if known != place {
                let what = format!("segment {} has receipts for {} and {}", key.number, known.seq, place.seq);
                self.violation(Check::Once, what);
            }
        }
    }
}
