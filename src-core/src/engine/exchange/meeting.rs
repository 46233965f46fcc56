//! Meetings with neighbours (sync.md section 6): what both sides do, and the side that answers. [`asking`] is the other one. Carrying
//! bytes is somebody else's part.
//!
//! X8: whoever answers a neighbour remembers nothing between two requests; whoever asks keeps a place and no more. A meeting that is cut,
//! repeated or mixed with another one is only longer.

mod asking;
mod pictures;

use std::collections::BTreeMap;

use daiban_model::api::{Changed, Failure, ProblemCode, Switch};
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, LineEnd, Mark, MeetOutcome, MeetReply, MeetRequest, Met, More, NotMet, PackageKind, Said, Signed,
};
use serde::{Deserialize, Serialize};

use self::asking::Meeting;
use super::Engine;
use super::nearby::{Lacking, Nearby};
use crate::courier::LetterId;
use crate::edge::{Edge, draw};
use crate::engine::desk::Desk;
use crate::engine::published::Published;
use crate::engine::{internal, storage};
use crate::lan::Ends;
use crate::store::{Batch, Store};
use crate::sync::envelope::Unread;
use crate::sync::neighbour::{self, NONCE_MS, Neighbour};
use crate::sync::nonce;

/// Bytes of records in one message: a second of a local line, and a quarter of what a body may hold.
const PORTION: u32 = 2 << 20;

/// Why a neighbour's request gets no answer of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeetFault {
    /// Nobody is signed in here, or nobody has switched it on.
    #[error("closed")]
    Closed,
    /// Not a request, or past its bounds.
    #[error("not a request")]
    Malformed,
    /// Of no station of this district: it is told nothing at all.
    #[error("a stranger")]
    Stranger,
    /// This station could not do it.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Unread> for MeetFault {
    fn from(_: Unread) -> Self {
        Self::Malformed
    }
}

/// What a station keeps for its meetings while somebody is signed in.
pub(in crate::engine) struct Meets {
    /// Whether somebody has switched it on.
    pub(in crate::engine) switch: Switch,
    /// Whether a parcel was ever written: what is sealed since may lie on a stick.
    has_given: bool,
    /// What its nonces are marked with.
    nonces: [u8; 32],
    /// The meeting that this station asked for.
    meeting: Option<Meeting>,
    /// Stations it has met, or would not.
    pub(in crate::engine) seen: BTreeMap<DeviceId, Seen>,
}

/// Where it is kept that somebody has switched meetings on.
const SWITCH: &str = "neighbours";
/// Where it is kept that a parcel was written.
const GIVEN: &str = "parcel-given";
/// Under which names the stations are kept that were met.
const SEEN: &str = "met/";

/// A station that was met, or would not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Seen {
    /// Its certificate, as it was shown.
    pub(in crate::engine) certificate: Signed,
    /// The last time.
    pub(in crate::engine) at: Wall,
    /// What came of it.
    pub(in crate::engine) tally: Tally,
    /// Why nothing was exchanged.
    pub(in crate::engine) why: Option<NotMet>,
}

/// What a meeting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::engine) struct Tally {
    /// Changes that came.
    pub(in crate::engine) received: u32,
    /// Segments that the other one took.
    pub(in crate::engine) given: u32,
    /// Letters that changed hands.
    pub(in crate::engine) letters: u32,
}

/// Requests within this time are one meeting.
const ONE_MEETING_MS: i64 = 60_000;

impl Meets {
    /// Meetings of a session.
    pub(in crate::engine) async fn begin<S: Store>(store: &S, session: &[u8; 16]) -> Result<Self, Failure> {
        let kept = store.states(SWITCH).await.map_err(storage)?;
        let switch = if kept.is_empty() { Switch::Off } else { Switch::On };
        let has_given = !store.states(GIVEN).await.map_err(storage)?.is_empty();
        let seen = store.states(SEEN).await.map_err(storage)?;
        let seen = seen.into_iter().filter_map(|(_, bytes)| wire::decode(&bytes, 65_536).ok()).collect::<Vec<_>>();
        let seen: BTreeMap<DeviceId, Seen> = seen.into_iter().collect();
        let nonces = blake3::derive_key("daiban meet nonces v1", session);
        Ok(Self { switch, has_given, nonces, meeting: None, seen })
    }

    /// The incarnation that a session of this station seals under: where neighbours may be given what it seals, drawn by chance, beyond
    /// any that is counted to. J4.
    pub(in crate::engine) fn incarnation(&self, counted: u32, edge: &dyn Edge) -> u32 {
        match self.switch {
            Switch::Off if !self.has_given => counted,
            Switch::Off | Switch::On => drawn(edge),
        }
    }
}

/// What came of what a neighbour said.
struct Heard {
    nearby: Nearby,
    /// Letters that are in safe keeping here now.
    got: Vec<LetterId>,
}

/// What is said next.
struct Saying {
    said: Said,
    reached: Option<Mark>,
    more: More,
}

/// What the other one said that an answer depends on.
struct Told {
    lines: Vec<LineEnd>,
    have: Vec<(PackageKind, u32)>,
}

impl<S: Store> Engine<S> {
    /// Switches meetings with neighbours on or off.
    pub(in crate::engine) async fn switch_meetings(&mut self, switch: Switch) -> Result<(), Failure> {
        let desk = self.desk()?;
        if desk.meets.switch == switch {
            return Ok(());
        }
        let kept = (switch == Switch::On).then(|| vec![1]);
        desk.commit(Batch { states: vec![(SWITCH.to_owned(), kept)], ..Batch::default() }).await?;
        (desk.meets.switch, desk.meets.meeting) = (switch, None);
        if switch == Switch::On {
            desk.seal_for_neighbours().await?;
        }
        self.tell(Changed::Sync);
        Ok(())
    }

    /// Both ends of a line to neighbours; none while nobody is signed in who has switched it on.
    pub fn near_ends(&self) -> Option<Ends> {
        let desk = self.desk.as_ref().filter(|desk| desk.meets.switch == Switch::On)?;
        let mut number = [0; 8];
        number.copy_from_slice(&blake3::derive_key("daiban number on the line v1", &desk.meets.nonces)[..8]);
        Ends::of(&desk.key, desk.edge.clone(), number).ok()
    }

    /// Answers a neighbour. J1, X7, X8.
    pub async fn met_by(&mut self, body: &[u8]) -> Result<Vec<u8>, MeetFault> {
        let now = self.home.edge.now();
        let open = |desk: &&mut Desk<S>| desk.meets.switch == Switch::On;
        let desk = self.desk.as_mut().filter(open).ok_or(MeetFault::Closed)?;
        let Ok((signer, request, hash)) = neighbour::asked(body) else { return self.asked_for_files(body, now).await };
        let device = DeviceId(signer);
        let fresh = nonce::is_fresh(&desk.meets.nonces, request.nonce, device, now, NONCE_MS);
        let for_us = request.to == desk.certificate.device;
        let outcome = match desk.bench().judge(&signer, &request.certificate) {
            Err(NotMet::OtherDistrict) => return Err(MeetFault::Stranger),
            Err(why) => {
                self.not_met(device, request.certificate, why, now).await?;
                MeetOutcome::Not(why)
            }
            Ok(_) if !for_us || !fresh => MeetOutcome::Again,
            Ok(neighbour) => self.answer_neighbour(neighbour, request, now).await?,
        };
        let desk = self.desk()?;
        let certificate = desk.own_certificate().await?;
        let nonce = nonce::give(&desk.meets.nonces, device, now);
        Ok(neighbour::reply(&desk.key, hash, &MeetReply { certificate, nonce, outcome }))
    }

    async fn answer_neighbour(
        &mut self,
        neighbour: Neighbour,
        request: MeetRequest,
        now: Wall,
    ) -> Result<MeetOutcome, Failure> {
        let MeetRequest { certificate, said, after, max_bytes, .. } = request;
        let told = Told { lines: said.lines.clone(), have: said.have.clone() };
        let handed = said.got.len();
        let heard = self.hear(&neighbour, said, now).await?;
        // What was just heard may have been that it is revoked.
        let desk = self.desk()?;
        if let Err(why) = desk.bench().judge(&neighbour.certificate.device.0, &certificate) {
            self.not_met(neighbour.certificate.device, certificate, why, now).await?;
            return Ok(MeetOutcome::Not(why));
        }
        let Saying { mut said, reached, more } = self.say(&neighbour, Some(&told), after, max_bytes, now).await?;
        said.got = heard.got;
        if more == More::No {
            said.letters = self.desk()?.letters_for(&neighbour).await?;
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let tally = Tally {
            received: heard.nearby.changes,
            given: count(said.segments.len()),
            letters: count(handed + said.got.len()),
        };
        self.note_met(&neighbour, certificate, tally, now).await?;
        Ok(MeetOutcome::Met(Box::new(Met { said, more, reached, taken: heard.nearby.segments })))
    }

    /// Takes in what a neighbour says. X7.
    async fn hear(&mut self, neighbour: &Neighbour, said: Said, now: Wall) -> Result<Heard, Failure> {
        let Said { packages, certificates, segments, letters, got, .. } = said;
        let newer = self.desk()?.newer_than_ours(packages);
        if !newer.is_empty() {
            self.adopt(newer, None, Vec::new()).await?;
        }
        let desk = self.desk()?;
        desk.handed_over(neighbour, &got).await?;
        let over = desk.take_letters_of(neighbour, letters, now).await?;
        let nearby = desk.take_nearby(neighbour, certificates, segments, now).await?;
        self.link.repair.begin_anew(&nearby.scopes);
        self.notice_copies(nearby.forked.iter().map(|key| key.device), now);
        if !over.answers.is_empty() {
            self.take_letters(over.answers).await?;
        }
        if !nearby.docs.is_empty() {
            let ids = nearby.docs.iter().map(|doc| crate::projection::case_id(*doc)).collect();
            self.tell(Changed::Cases { ids });
        }
        Ok(Heard { nearby, got: over.got })
    }

    /// What is said to a neighbour: where the lines end here, and what it lacks as far as it has told. J2.
    async fn say(
        &mut self,
        neighbour: &Neighbour,
        told: Option<&Told>,
        after: Option<Mark>,
        max_bytes: u32,
        now: Wall,
    ) -> Result<Saying, Failure> {
        let desk = self.desk()?;
        if !neighbour.shared.is_empty() {
            desk.seal_waiting(usize::MAX).await?;
        }
        let mut said = Said { have: desk.published.versions(), ..Said::default() };
        said.lines = desk.lines(neighbour).await?;
        let Some(told) = told else { return Ok(Saying { said, reached: None, more: More::No }) };
        said.packages = desk.packages_newer_than(&told.have).await?;
        let limit = usize::try_from(max_bytes.min(PORTION)).unwrap_or(usize::MAX);
        let lacking = desk.lacking(neighbour, &told.lines, after, limit).await?;
        let Lacking { segments, certificates, reached, more, forked } = lacking;
        (said.segments, said.certificates) = (segments, certificates);
        self.notice_copies(forked.iter().map(|key| key.device), now);
        Ok(Saying { said, reached, more })
    }

    /// Somebody has numbers of this very device that stand for something else here: a copied disk, or one that went back. What to do about
    /// it the hub says at the next exchange (sync.md section 4).
    pub(super) fn notice_copies(&mut self, forked: impl Iterator<Item = DeviceId>, now: Wall) {
        let own = self.desk.as_ref().map(|desk| desk.certificate.device);
        if forked.into_iter().any(|device| Some(device) == own) {
            self.link.problem(ProblemCode::CopiedDisk, now, 0);
            self.tell(Changed::Sync);
        }
    }

    pub(super) async fn note_met(
        &mut self,
        neighbour: &Neighbour,
        certificate: Signed,
        tally: Tally,
        now: Wall,
    ) -> Result<(), Failure> {
        let (device, desk) = (neighbour.certificate.device, self.desk()?);
        let last = desk.meets.seen.get(&device).filter(|seen| (0..ONE_MEETING_MS).contains(&(now.0 - seen.at.0)));
        let before = last.map(|seen| seen.tally).unwrap_or_default();
        let tally = Tally {
            received: before.received.saturating_add(tally.received),
            given: before.given.saturating_add(tally.given),
            letters: before.letters.saturating_add(tally.letters),
        };
        self.note_seen(device, Seen { certificate, at: now, tally, why: None }).await
    }

    /// A station with which nothing is exchanged. Both are told when it is a copy of this one.
    async fn not_met(&mut self, device: DeviceId, certificate: Signed, why: NotMet, now: Wall) -> Result<(), Failure> {
        if why == NotMet::SameDevice {
            self.link.problem(ProblemCode::CopiedDisk, now, 0);
        }
        self.note_seen(device, Seen { certificate, at: now, tally: Tally::default(), why: Some(why) }).await
    }

    async fn note_seen(&mut self, device: DeviceId, seen: Seen) -> Result<(), Failure> {
        let desk = self.desk()?;
        let name = device.0.iter().fold(SEEN.to_owned(), |name, byte| format!("{name}{byte:02x}"));
        let states = vec![(name, Some(wire::encode(&(device, &seen))))];
        desk.commit(Batch { states, ..Batch::default() }).await?;
        desk.meets.seen.insert(device, seen);
        self.tell(Changed::Sync);
        Ok(())
    }
}

/// Drawn incarnations lie from here on: nothing is counted so far.
const DRAWN: u32 = 1 << 30;

fn drawn(edge: &dyn Edge) -> u32 {
    (u32::from_le_bytes(draw(edge)) >> 2) | DRAWN
}

impl<S: Store> Desk<S> {
    /// From now on what is sealed may be handed to neighbours. What is sealed under a counted incarnation has a number that a disk which goes
    /// back would give once more. J4.
    pub(super) async fn seal_for_neighbours(&mut self) -> Result<(), Failure> {
        if self.meets.switch == Switch::Off && !self.meets.has_given {
            // Before anything is withdrawn: no later session may give a number that was counted once more.
            let states = vec![(GIVEN.to_owned(), Some(Vec::new()))];
            self.commit(Batch { states, ..Batch::default() }).await?;
            self.meets.has_given = true;
        }
        self.withdraw_open_of(|key| key.incarnation < DRAWN).await?;
        if self.incarnation < DRAWN {
            let drawn = drawn(&*self.edge);
            self.reincarnate(drawn);
        }
        Ok(())
    }

    pub(super) async fn own_certificate(&self) -> Result<Signed, Failure> {
        let own = self.certificates(vec![self.certificate.device]).await?;
        own.into_iter().next().ok_or_else(|| internal("a station without its certificate"))
    }

    /// Packages of which somebody has an older version, or none.
    async fn packages_newer_than(&self, have: &[(PackageKind, u32)]) -> Result<Vec<Signed>, Failure> {
        let newer =
            |(kind, version): &(PackageKind, u32)| have.iter().all(|(theirs, older)| theirs != kind || older < version);
        let names: Vec<String> = self
            .published
            .versions()
            .iter()
            .filter(|one| newer(one))
            .map(|(kind, _)| Published::state_name(*kind))
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.store.states("package/").await.map_err(storage)?;
        let meant = stored.iter().filter(|(name, _)| names.contains(name));
        Ok(meant.filter_map(|(_, bytes)| wire::decode(bytes, wire::MAX_INFLATED).ok()).collect())
    }
}
