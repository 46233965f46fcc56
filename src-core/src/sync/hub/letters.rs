//! Letters from stations: the same exchange, carried by anybody (sync.md section 6).

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Cursor, Delivery, ExchangeReply, ExchangeRequest, Frame, LetterOutcome, LetterReply, LetterRequest, More,
    Outcome, Parts, RepairOutcome, RepairReply, RepairRequest, Signed,
};

use super::exchange::{Carried, nothing_but};
use super::take::Taken;
use super::{Asked, Hub, Turned};
use crate::courier::letter::{self, LetterKind, MAX_CONTENT, Sealing};
use crate::courier::{Answer, Ask, Letter, LetterFault, LetterId, MAX_REQUESTS, Part};
use crate::store::{DeviceRow, PeerQuery, Store};

/// What came of a letter.
pub struct Answered {
    /// Who wrote it.
    pub device: DeviceId,
    /// Segments taken, also those that had been taken before.
    pub taken: u32,
    /// Segments not taken.
    pub refused: u32,
    /// Attachments that are whole now.
    pub contents: u32,
    /// What the answer is.
    pub kind: LetterKind,
    /// The answer's name.
    pub letter: LetterId,
    /// Who signed it: the hub's key.
    pub from: [u8; 32],
    /// Its parts, for the way back.
    pub parts: Vec<Vec<u8>>,
}

/// Chance that an answer needs: its name and the key made for it.
pub type Chance = [u8; 48];

/// Room for the answer to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// On a stick: as much as it carries in a minute.
    Stick,
    /// Over the line of another station, which carries it home: one reply for each request.
    Line,
}

impl Room {
    /// Bytes of frames after which nothing is added.
    fn bytes(self) -> usize {
        match self {
            Self::Stick => MAX_CONTENT / 2,
            Self::Line => 0,
        }
    }
}

impl<S: Store> Hub<S> {
    /// Takes in a whole letter and writes its answer. A letter that was taken before gets an answer of the same weight. K1, K2.
    pub async fn take_letter(
        &self,
        letter: &Letter,
        room: Room,
        now: Wall,
        chance: Chance,
    ) -> Result<Answered, Turned> {
        if letter.kind().is_answer() {
            return Err(Turned::Malformed);
        }
        let device = DeviceId(letter.from());
        let content = letter.open(self.keys.hub()).map_err(|fault| match fault {
            LetterFault::NotOurs => Turned::OtherHub,
            LetterFault::Damaged => Turned::Malformed,
        })?;
        let ask: Ask = wire::decode(&content, MAX_CONTENT).map_err(|_| Turned::Malformed)?;
        if ask.requests.is_empty() || ask.requests.len().max(ask.repairs.len()) > MAX_REQUESTS {
            return Err(Turned::Malformed);
        }
        let row = self.known(device, &ask.certificates).await?;
        self.read_epoch().await?;
        let mut answer = Answer { to: letter.id(), replies: Vec::new(), repaired: Vec::new(), packages: Vec::new() };
        if letter.kind() == LetterKind::AskFiles {
            let mut came = Came::default();
            for request in &ask.requests {
                let (hash, reply, whole) = self.files_by_letter(request, device, now).await?;
                answer.replies.push((hash, reply));
                came.contents = came.contents.saturating_add(whole);
            }
            return self.sealed(device, LetterKind::AnswerFiles, &answer, &came, chance);
        }
        let mut came = Came { room: room.bytes(), ..Came::default() };
        for request in &ask.repairs {
            let asked: Asked<RepairRequest> = self.asked(request).await?;
            if asked.device.device != device {
                return Err(Turned::Malformed);
            }
            let outcome = self.mended(&asked, now, Carried::Letter).await?;
            came.note_repair(&outcome);
            let (hub_ms, nonce) = (now.0.max(0).unsigned_abs(), self.nonce(device, now));
            let reply = RepairReply { outcome, hub_ms, nonce, epoch: self.epoch() };
            answer.repaired.push((asked.hash, self.reply(asked.hash, &reply)));
        }
        for request in &ask.requests {
            let asked: Asked<ExchangeRequest> = self.asked(request).await?;
            if asked.device.device != device {
                return Err(Turned::Malformed);
            }
            self.answer_one(&asked, now, &mut answer, &mut came).await?;
        }
        if row.revoked_ms.is_none() {
            answer.packages = self.newer(&ask.have).await?;
            let told = ask.certificates.get(1..).unwrap_or_default();
            self.note_done(device, told).await?;
            self.note_succession(device, told, now).await?;
            answer.packages.extend(self.newer_standing(device, &ask.certificates, now).await?);
        }
        self.sealed(device, LetterKind::Answer, &answer, &came, chance)
    }

    /// `POST /v1/letter`: a station that has a line brings the letter of one that has none. The letter counts as if it had come on a
    /// stick; who brings it learns nothing of it, and must be in good standing itself.
    pub async fn letter(&self, body: &[u8], now: Wall, chance: Chance) -> Result<Vec<u8>, Turned> {
        let epoch = self.read_epoch().await?;
        let asked: Asked<LetterRequest> = self.asked(body).await?;
        let device = &asked.device;
        let outcome = if device.revoked_ms.is_some() || now.0.max(0).unsigned_abs() > device.not_after {
            LetterOutcome::NotFromYou
        } else if !self.is_fresh(asked.request.nonce, device.device, now) {
            LetterOutcome::StaleNonce
        } else {
            self.brought(&asked.request.parts, now, chance).await?
        };
        let nonce = self.nonce(device.device, now);
        let reply = LetterReply { outcome, hub_ms: now.0.max(0).unsigned_abs(), nonce, epoch };
        Ok(self.reply(asked.hash, &reply))
    }

    async fn brought(&self, parts: &Parts, now: Wall, chance: Chance) -> Result<LetterOutcome, Turned> {
        let parts = parts.0.iter().filter_map(|part| Part::read(part).ok());
        let Some(letter) = letter::gather(parts).letters.pop() else { return Ok(LetterOutcome::Unread) };
        match self.take_letter(&letter, Room::Line, now, chance).await {
            Ok(answered) => Ok(LetterOutcome::Answered(Parts(answered.parts))),
            Err(Turned::Storage(fault)) => Err(Turned::Storage(fault)),
            Err(_) => Ok(LetterOutcome::Unread),
        }
    }

    /// Who is unknown or was revoked learns nothing that lies at the hub; a revoked one is told so by the exchange itself. One that
    /// a restored hub forgot shows its certificate.
    async fn known(&self, device: DeviceId, shown: &[Signed]) -> Result<DeviceRow, Turned> {
        if let Some(row) = self.row_of(device).await? {
            return Ok(row);
        }
        self.admit(shown.get(..1).unwrap_or_default()).await?;
        self.row_of(device).await?.ok_or(Turned::UnknownDevice)
    }

    pub(super) async fn row_of(&self, device: DeviceId) -> Result<Option<DeviceRow>, Turned> {
        Ok(self.store.peer(PeerQuery::Devices(vec![device])).await?.devices.into_iter().next())
    }

    /// The certificate in force, where the letter shows an older one, and orders that came with it. They travel among the packages, as a
    /// device's word about orders does among the certificates it shows: who does not know them there passes them over.
    async fn newer_standing(&self, device: DeviceId, shown: &[Signed], now: Wall) -> Result<Vec<Signed>, Turned> {
        let Some(row) = self.row_of(device).await? else { return Ok(Vec::new()) };
        let Some(present) = self.certificate(&row) else { return Ok(Vec::new()) };
        let shown = shown.first().and_then(|signed| self.opened(signed)).map_or(0, |one| one.serial);
        let mut newer = self.orders(&present, shown, now).await?;
        if shown < present.serial {
            newer.extend(wire::decode::<Signed>(&row.certificate, wire::MAX_BODY).ok());
        }
        Ok(newer)
    }

    async fn answer_one(
        &self,
        asked: &Asked<ExchangeRequest>,
        now: Wall,
        answer: &mut Answer,
        came: &mut Came,
    ) -> Result<(), Turned> {
        let mut outcome = self.outcome(asked, now, Carried::Letter).await?;
        loop {
            let rest = came.note(&outcome, &asked.request);
            let reply = self.wrapped(asked, outcome, now);
            came.bytes += reply.len();
            answer.replies.push((asked.hash, reply));
            let Some(cursors) = rest.filter(|_| came.bytes < came.room) else { return Ok(()) };
            let (frames, more) = self.go_on(asked, cursors).await?;
            if frames.is_empty() {
                return Ok(());
            }
            outcome = Outcome::Done(Box::new(Delivery { frames, more, ..nothing_but(Taken::default()) }));
        }
    }

    fn wrapped(&self, asked: &Asked<ExchangeRequest>, outcome: Outcome, now: Wall) -> Vec<u8> {
        let hub_ms = now.0.max(0).unsigned_abs();
        let nonce = self.nonce(asked.device.device, now);
        self.reply(asked.hash, &ExchangeReply { outcome, hub_ms, nonce, epoch: self.epoch() })
    }

    fn sealed(
        &self,
        device: DeviceId,
        kind: LetterKind,
        answer: &Answer,
        came: &Came,
        chance: Chance,
    ) -> Result<Answered, Turned> {
        let (mut name, mut once) = ([0; 16], [0; 32]);
        name.copy_from_slice(&chance[..16]);
        once.copy_from_slice(&chance[16..]);
        let sealing = Sealing { from: self.keys.hub(), to: device.0, kind, letter: name, once };
        let parts = letter::seal(&sealing, &wire::encode(answer)).ok_or(Turned::Malformed)?;
        let from = self.keys.hub_public();
        let Came { taken, refused, contents, .. } = *came;
        Ok(Answered { device, kind, taken, refused, contents, letter: name, from, parts })
    }
}

/// What was done for a letter so far.
#[derive(Default)]
struct Came {
    taken: u32,
    refused: u32,
    contents: u32,
    bytes: usize,
    room: usize,
}

impl Came {
    fn note_repair(&mut self, outcome: &RepairOutcome) {
        let RepairOutcome::Done(repaired) = outcome else { return };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.taken = self.taken.saturating_add(count(repaired.receipts.len()));
        self.refused = self.refused.saturating_add(count(repaired.refused.len()));
    }

    /// Notes an outcome; answers where the feeds go on when there is more.
    fn note(&mut self, outcome: &Outcome, request: &ExchangeRequest) -> Option<Vec<Cursor>> {
        let Outcome::Done(delivery) = outcome else { return None };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.taken = self.taken.saturating_add(count(delivery.receipts.len()));
        self.refused = self.refused.saturating_add(count(delivery.refused.len()));
        let wire::Cursors::All(told) = &request.cursors else { return None };
        (delivery.more == More::Yes).then(|| reached(told.clone(), &delivery.frames))
    }
}

/// The cursors after some frames.
fn reached(mut cursors: Vec<Cursor>, frames: &[Frame]) -> Vec<Cursor> {
    for frame in frames {
        let seq = frame.from + frame.entries.len() as u64 - 1;
        cursors.retain(|cursor| cursor.scope != frame.scope);
        cursors.push(Cursor { scope: frame.scope, seq, chain: frame.chain });
    }
    cursors
}
