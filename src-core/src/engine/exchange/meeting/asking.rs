//! The side that asks for a meeting. X8.

use std::collections::BTreeSet;

use daiban_model::api::{Failure, Switch};
use daiban_model::ids::{DeviceId, FileHash};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Hash, Mark, MeetOutcome, MeetReply, MeetRequest, Met, More, Nonce, Said};

use super::{Heard, PORTION, Saying, Tally, Told};
use crate::engine::Engine;
use crate::store::Store;
use crate::sync::http::RoadFault;
use crate::sync::neighbour::{self, Neighbour};

/// Most requests of one meeting: what is left comes with the next one.
const REQUESTS: u16 = 400;

/// A meeting that this station asked for.
#[derive(Default)]
pub(super) struct Meeting {
    /// Who answered.
    pub(super) neighbour: Option<Neighbour>,
    pub(super) nonce: Nonce,
    /// The last request's, which the answer must be signed for.
    pub(super) asked: Hash,
    /// What that request was about.
    phase: Phase,
    /// Attachments that the other one has not.
    pub(super) absent: BTreeSet<FileHash>,
    /// What the other one tells.
    down: Sweep,
    /// What this station tells.
    up: Sweep,
    requests: u16,
}

/// What the last request was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// What is written.
    #[default]
    Segments,
    /// Attachments.
    Files,
}

impl Meeting {
    /// A request goes out.
    pub(super) fn asks(&mut self, hash: Hash, phase: Phase) {
        (self.asked, self.phase) = (hash, phase);
        self.requests += 1;
    }

    pub(super) fn may_go_on(&self) -> bool {
        self.requests < REQUESTS
    }
}

/// One going-through of what one side lacks, in the order of clock and root. What could not be taken because it rests on something that
/// comes later is told again in the next one; one that moved nothing is the last.
#[derive(Default)]
struct Sweep {
    after: Option<Mark>,
    moved: Moved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Moved {
    #[default]
    Nothing,
    Something,
}

impl Sweep {
    fn note(&mut self, taken: u32) {
        if taken > 0 {
            self.moved = Moved::Something;
        }
    }

    /// Goes on from a place; at the end, from the beginning where it is worth it. Whether there is anything to go on with.
    fn goes_on(&mut self, more: More, reached: Option<Mark>) -> bool {
        match more {
            More::Yes => {
                self.after = reached;
                true
            }
            More::No => std::mem::take(self).moved == Moved::Something,
        }
    }
}

impl<S: Store> Engine<S> {
    /// The first request of a meeting, which says nothing but who asks; none while meetings are switched off. One that was under way is
    /// forgotten.
    pub async fn meet(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.desk()?.meets.switch == Switch::Off {
            return Ok(None);
        }
        self.ask_neighbour(Meeting::default(), Said::default()).await.map(Some)
    }

    async fn ask_neighbour(&mut self, mut meeting: Meeting, said: Said) -> Result<Vec<u8>, Failure> {
        let desk = self.desk()?;
        let request = MeetRequest {
            version: wire::VERSION,
            to: meeting.neighbour.as_ref().map_or(DeviceId([0; 32]), |it| it.certificate.device),
            nonce: meeting.nonce,
            certificate: desk.own_certificate().await?,
            said,
            after: meeting.down.after,
            max_bytes: PORTION,
        };
        let (body, hash) = neighbour::request(&desk.key, &request);
        meeting.asks(hash, Phase::Segments);
        desk.meets.meeting = Some(meeting);
        Ok(body)
    }

    /// Takes in an answer; the next request, where there is more to say or to hear. X7, X8.
    pub async fn met(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Option<Vec<u8>>, Failure> {
        let now = self.home.edge.now();
        let Some(meeting) = self.desk()?.meets.meeting.take() else { return Ok(None) };
        if meeting.phase == Phase::Files {
            return match answer {
                Ok(bytes) => self.given_files(meeting, &bytes, now).await,
                // Cut, or of a version that gives none.
                Err(_) => Ok(None),
            };
        }
        let opened = answer.ok().and_then(|bytes| neighbour::answered(&bytes, meeting.asked).ok());
        // Cut, or something else that answered: it is over, and the next one begins anew.
        let Some((signer, reply)) = opened else { return Ok(None) };
        let MeetReply { certificate, nonce, outcome } = reply;
        let judged = self.desk()?.bench().judge(&signer, &certificate);
        let meeting = Meeting { nonce, ..meeting };
        match (judged, outcome) {
            (Err(why), _) | (Ok(_), MeetOutcome::Not(why)) => {
                self.not_met(DeviceId(signer), certificate, why, now).await?;
                Ok(None)
            }
            (Ok(neighbour), MeetOutcome::Again) => self.open_meeting(meeting, neighbour, now).await,
            (Ok(neighbour), MeetOutcome::Met(met)) => {
                let (next, tally) = self.heard(meeting, &neighbour, *met, now).await?;
                self.note_met(&neighbour, certificate, tally, now).await?;
                Ok(next)
            }
        }
    }

    /// The first request that says something: where the lines end here, and what letters there are.
    async fn open_meeting(
        &mut self,
        meeting: Meeting,
        neighbour: Neighbour,
        now: Wall,
    ) -> Result<Option<Vec<u8>>, Failure> {
        if !meeting.may_go_on() {
            return Ok(None);
        }
        let Saying { mut said, .. } = self.say(&neighbour, None, None, PORTION, now).await?;
        said.letters = self.desk()?.letters_for(&neighbour).await?;
        let (down, up) = (Sweep::default(), Sweep::default());
        let meeting = Meeting { neighbour: Some(neighbour), down, up, ..meeting };
        self.ask_neighbour(meeting, said).await.map(Some)
    }

    async fn heard(
        &mut self,
        mut meeting: Meeting,
        neighbour: &Neighbour,
        met: Met,
        now: Wall,
    ) -> Result<(Option<Vec<u8>>, Tally), Failure> {
        let Met { said, more, reached, taken } = met;
        let told = Told { lines: said.lines.clone(), have: said.have.clone() };
        let handed = said.got.len();
        let Heard { nearby, got } = self.hear(neighbour, said, now).await?;
        let letters = u32::try_from(handed + got.len()).unwrap_or(u32::MAX);
        let tally = Tally { received: nearby.changes, given: taken, letters };
        meeting.down.note(nearby.segments);
        meeting.up.note(taken);
        let listens = meeting.down.goes_on(more, reached);
        let mut saying = self.say(neighbour, Some(&told), meeting.up.after, PORTION, now).await?;
        if saying.said.segments.is_empty() && meeting.up.goes_on(More::No, None) {
            saying = self.say(neighbour, Some(&told), None, PORTION, now).await?;
        }
        if !saying.said.segments.is_empty() {
            meeting.up.after = saying.reached;
        }
        let mut said = saying.said;
        said.got = got;
        let speaks = !said.segments.is_empty() || !said.packages.is_empty() || !said.got.is_empty();
        if (!listens && !speaks) || !meeting.may_go_on() {
            meeting.neighbour = Some(neighbour.clone());
            return Ok((self.ask_files(meeting).await?, tally));
        }
        Ok((Some(self.ask_neighbour(meeting, said).await?), tally))
    }
}
