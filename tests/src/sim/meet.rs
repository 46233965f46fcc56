//! Neighbours that meet on a local line, and what happens to a meeting on the way.

use daiban_core::sync::http::RoadFault;

use super::options::Trouble;
use super::run::Run;

/// What the line does to one request of a meeting.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Open,
    Cut,
    ReplyLost,
    Twice,
    Old,
    Bent,
    AskerKilled,
    AnswererKilled,
}

const FATES: [(u32, Fate); 8] = [
    (78, Fate::Open),
    (4, Fate::Cut),
    (5, Fate::ReplyLost),
    (5, Fate::Twice),
    (3, Fate::Old),
    (2, Fate::Bent),
    (1, Fate::AskerKilled),
    (2, Fate::AnswererKilled),
];

/// Requests of one meeting: far more than any needs.
const REQUESTS: usize = 60;

impl Run {
    /// Somebody's machine meets another one in the same room.
    pub(super) fn meet_somebody(&mut self, at: usize) {
        let other = self.dice.below(self.seats.len());
        if other == at || !self.may(Trouble::Neighbours) || !self.seats[other].station.runs() {
            return;
        }
        for one in [at, other] {
            if let Err(failure) = self.seats[one].station.try_open_to_neighbours() {
                return self.failed(one, "be open to neighbours", &failure);
            }
        }
        let mut next = match self.seats[at].station.begin_meeting() {
            Ok(next) => next,
            Err(failure) => return self.failed(at, "meet", &failure),
        };
        let (mut told, mut requests) = (String::new(), 0);
        while let Some(body) = next.take() {
            requests += 1;
            if requests > REQUESTS {
                let names = [at, other].map(|one| self.seats[one].station.name.clone());
                return self.violation(super::Check::Liveness, format!("{names:?} never have enough of each other"));
            }
            let fate = match self.may(Trouble::Roads) {
                true => self.dice.weighted(&FATES).unwrap_or(Fate::Open),
                false => Fate::Open,
            };
            told.push_str(&format!(" {fate:?}"));
            let answer = self.say(at, other, body, fate);
            if !self.seats[at].station.runs() {
                return;
            }
            next = match self.seats[at].station.go_on_meeting(answer) {
                Ok(next) => next,
                Err(failure) => return self.failed(at, "hear a neighbour", &failure),
            };
        }
        let name = self.seats[other].station.name.clone();
        self.note(at, &format!("meets {name}:{told}"));
        self.counts.meetings += 1;
    }

    /// One request and its answer, as far as it comes.
    fn say(&mut self, at: usize, other: usize, body: Vec<u8>, fate: Fate) -> Result<Vec<u8>, RoadFault> {
        let lost = Err(RoadFault::Unreachable);
        let answer = match fate {
            Fate::Cut => return lost,
            Fate::AskerKilled if self.may(Trouble::Kill) => {
                self.counts.kills += 1;
                self.off(at);
                return lost;
            }
            Fate::AnswererKilled if self.may(Trouble::Kill) => {
                self.counts.kills += 1;
                self.off(other);
                return lost;
            }
            Fate::Twice => {
                drop(self.hears(other, &body));
                self.hears(other, &body)
            }
            Fate::Old if !self.overheard.is_empty() => {
                let old = self.overheard[self.dice.below(self.overheard.len())].clone();
                drop(self.hears(other, &old));
                self.hears(other, &body)
            }
            Fate::Bent => {
                let mut bent = body.clone();
                let place = self.dice.below(bent.len());
                bent[place] ^= 1 << self.dice.below(8);
                self.hears(other, &bent)
            }
            _ => self.hears(other, &body),
        };
        if self.overheard.len() < 40 {
            self.overheard.push(body);
        }
        if matches!(fate, Fate::ReplyLost) { lost } else { answer }
    }

    fn hears(&mut self, other: usize, body: &[u8]) -> Result<Vec<u8>, RoadFault> {
        let answer = self.seats[other].station.answer_neighbour(body);
        if self.seats[other].station.hazard().is_off() {
            self.off(other);
        }
        answer
    }

    /// The operator looks at what neighbours took from a revoked station before they knew, and lets it stand.
    pub(super) fn let_stand(&mut self) {
        let revoked: Vec<String> =
            self.seats.iter().filter(|seat| seat.revoked).map(|seat| seat.station.name.clone()).collect();
        for name in revoked {
            let stood = self.world.hub.let_stand(name.trim_end_matches("（副本）"));
            if stood > 0 {
                self.journal.push(format!("{:>4} the operator lets {stood} segments of {name} stand", self.step));
            }
        }
    }
}
