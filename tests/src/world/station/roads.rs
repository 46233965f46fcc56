//! How a station exchanges with the district: by line and by stick.

use std::path::{Path, PathBuf};

use daiban_core::courier::{Part, folder};
use daiban_core::engine::{Outbound, Outgoing, Turn};
use daiban_core::sync::http::RoadFault;
use daiban_model::api::{Failure, GetSync, LettersRead, SyncView};

use super::{Station, Trip};
use crate::world::{District, must, now};

impl Station {
    /// How the exchange stands.
    pub fn view(&mut self) -> SyncView {
        self.ask(GetSync {})
    }

    /// Exchanges until the engine has enough.
    #[track_caller]
    pub fn sync(&mut self, hub: &District) -> Trip {
        must("the exchange", self.try_sync(hub))
    }

    /// Exchanges until the engine has enough, or its store fails.
    #[track_caller]
    pub fn try_sync(&mut self, hub: &District) -> Result<Trip, Failure> {
        let mut trip = Trip::default();
        while let Some(out) = self.next_request()? {
            trip.requests += 1;
            assert!(trip.requests < 200, "{} never has enough", self.name);
            self.carry_beside(hub, &mut trip)?;
            let answer = self.line.carry(hub, &out);
            trip.up += out.body.len();
            trip.down += answer.as_ref().map_or(0, Vec::len);
            if self.answered(answer)? == Turn::Done {
                break;
            }
        }
        self.rest();
        Ok(trip)
    }

    /// What travels at the same time as a large request.
    fn carry_beside(&mut self, hub: &District, trip: &mut Trip) -> Result<(), Failure> {
        let Some(out) = self.beside_request() else { return Ok(()) };
        let answer = self.line.carry(hub, &out);
        trip.requests += 1;
        trip.up += out.body.len();
        trip.down += answer.as_ref().map_or(0, Vec::len);
        now(self.engine().answered_beside(answer))
    }

    /// What the engine would send at the same time as its large last request.
    pub fn beside_request(&mut self) -> Option<Outgoing> {
        self.engine().beside_request()
    }

    /// Gives the engine the answer to that.
    #[track_caller]
    pub fn answered_beside(&mut self, answer: Result<Vec<u8>, RoadFault>) {
        must("the answer beside", now(self.engine().answered_beside(answer)));
    }

    /// Nobody asks for anything for a while: what the engine does then.
    pub(super) fn rest(&mut self) {
        // What a full disk hinders goes on later.
        while now(self.engine().refold_on()) == Ok(Turn::Again) {}
    }

    /// Writes all that the district has not receipted to a stick.
    pub fn write_stick(&mut self, stick: &Path) -> Vec<PathBuf> {
        let out = must("a letter", self.letter());
        let files = must("a stick", folder::write(stick, out.letter, out.kind, &out.parts));
        must("a stick", folder::supersede(stick, &out.from, &out.to, out.kind, &[out.letter]));
        files
    }

    /// Writes attachments that the district has not receipted to a stick with so much room.
    pub fn write_files(&mut self, stick: &Path, room: u64) -> Vec<PathBuf> {
        let letters = must("letters", now(self.engine().write_files_letters(room)));
        let (mut files, mut keep) = (Vec::new(), Vec::new());
        for out in &letters {
            files.extend(must("a stick", folder::write(stick, out.letter, out.kind, &out.parts)));
            keep.push(out.letter);
        }
        if let Some(out) = letters.first() {
            must("a stick", folder::supersede(stick, &out.from, &out.to, out.kind, &keep));
        }
        files
    }

    /// Takes in the answers on a stick.
    pub fn read_stick(&mut self, stick: &Path) -> LettersRead {
        let parts = must("a stick", folder::read(stick)).parts.into_iter().map(|(_, part)| part).collect();
        must("the answers", self.take_parts(parts))
    }

    /// A letter with all that the district has not receipted, as it goes to a stick.
    pub fn letter(&mut self) -> Result<Outbound, Failure> {
        now(self.engine().write_letter())
    }

    /// Takes in parts of letters, wherever they come from.
    pub fn take_parts(&mut self, parts: Vec<Part>) -> Result<LettersRead, Failure> {
        let read = now(self.engine().take_letters(parts));
        self.rest();
        read
    }

    /// What the engine would send next.
    pub fn next_request(&mut self) -> Result<Option<Outgoing>, Failure> {
        now(self.engine().next_request())
    }

    /// Gives the engine an answer.
    pub fn answered(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        now(self.engine().answered(answer))
    }
}
