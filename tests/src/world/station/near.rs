//! Meetings of two stations, with nothing between them but bytes.

use daiban_core::engine::MeetFault;
use daiban_core::lan::Ends;
use daiban_core::sync::http::RoadFault;
use daiban_model::api::{Failure, GetNeighbours, Neighbours, SetNeighbours, Switch};

use super::Station;
use crate::world::{must, now};

/// Requests of one meeting: far more than any needs.
const REQUESTS: u32 = 100;

impl Station {
    /// Somebody switches the exchange with neighbours on.
    pub fn open_to_neighbours(&mut self) {
        self.ask(SetNeighbours { switch: Switch::On });
    }

    /// Switches it on, as far as the machine is able to.
    pub fn try_open_to_neighbours(&mut self) -> Result<(), Failure> {
        self.call(SetNeighbours { switch: Switch::On }).map(drop)
    }

    /// What its page shows of the neighbourhood.
    pub fn neighbours(&mut self) -> Neighbours {
        self.ask(GetNeighbours {})
    }

    /// Exchanges with another station until there is nothing more to say; answers how many requests that took, or what the road said.
    #[track_caller]
    pub fn meet(&mut self, other: &mut Station) -> Result<u32, RoadFault> {
        let (mut requests, mut next) = (0, must("a meeting", self.begin_meeting()));
        while let Some(body) = next {
            requests += 1;
            assert!(requests < REQUESTS, "{} and {} never have enough", self.name, other.name);
            let answer = other.answer_neighbour(&body);
            let refused = answer.as_ref().err().copied();
            next = must("an answer", self.go_on_meeting(answer));
            if let Some(fault) = refused {
                return Err(fault);
            }
        }
        self.rest();
        other.rest();
        Ok(requests)
    }

    /// The first request of a meeting.
    pub fn begin_meeting(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        now(self.engine().meet())
    }

    /// The next request, after an answer.
    pub fn go_on_meeting(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Option<Vec<u8>>, Failure> {
        now(self.engine().met(answer))
    }

    /// Both ends of its line.
    pub fn near_ends(&mut self) -> Option<Ends> {
        self.engine().near_ends()
    }

    /// Answers a neighbour as the engine does.
    pub fn try_answer_neighbour(&mut self, body: &[u8]) -> Result<Vec<u8>, MeetFault> {
        now(self.engine().met_by(body))
    }

    /// Answers a neighbour as the listener does, with its status codes as the neighbour hears them.
    pub fn answer_neighbour(&mut self, body: &[u8]) -> Result<Vec<u8>, RoadFault> {
        if !self.runs() {
            return Err(RoadFault::Unreachable);
        }
        self.try_answer_neighbour(body).map_err(|fault| match fault {
            MeetFault::Closed => RoadFault::Unreachable,
            MeetFault::Malformed => RoadFault::Garbled,
            MeetFault::Stranger => RoadFault::UnknownDevice,
            MeetFault::Failed(_) => RoadFault::HubFault,
        })
    }
}
