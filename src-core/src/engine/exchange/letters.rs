//! Letters to the hub and back: the same exchange where there is no line (sync.md section 6). U4.
//!
//! What a letter brought stays in the outbox until its answer is here, so the next letter, or a line, brings it again: the
//! hub takes it once.

use daiban_model::api::{Audited, Changed, Failure, LettersRead, ProblemCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Cursors, Delivery, Epoch, ExchangeReply, ExchangeRequest, Hash, Nonce, Outcome, Package, RepairOutcome,
    RepairReply, Segment, Signed,
};

use super::{Came, Settled};
use crate::courier::letter::{self, Gathered, LetterId, LetterKind, MAX_CONTENT, Part, Sealing};
use crate::courier::{Answer, Ask, Letter, MAX_REQUESTS};
use crate::edge::draw;
use crate::engine::desk::Desk;
use crate::engine::{Engine, internal, storage};
use crate::store::{Batch, Store};
use crate::sync::station::{self, Thread};

/// A letter ready to be written to a medium.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Its name.
    pub letter: LetterId,
    /// What it is.
    pub kind: LetterKind,
    /// Who writes: this station's key.
    pub from: [u8; 32],
    /// To whom: the hub's key.
    pub to: [u8; 32],
    /// Its parts.
    pub parts: Vec<Vec<u8>>,
    /// Segments in it.
    pub segments: u32,
    /// Attachments in it.
    pub contents: u32,
}

/// Under which names the hashes of the requests are kept that went out by letter.
const ASKED: &str = "letter/";
/// How many letters without an answer are remembered.
const MOST_ASKED: usize = 32;
/// The same of letters with attachments, of which one medium may carry several.
pub(super) const FILES_ASKED: &str = "files-letter/";
pub(super) const MOST_FILES_ASKED: usize = 128;
/// Raw bytes of records in one request of a letter.
const REQUEST_BYTES: usize = 16 << 20;

/// How much a letter may hold and ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Raw bytes of records without a receipt.
    owed: usize,
    /// Most requests.
    requests: usize,
    /// Most requests for repair, and raw bytes of records in each; the next letter goes on.
    repairs: (usize, usize),
    /// Bytes of frames wanted in each reply.
    wanted: u32,
}

impl Measure {
    /// On a stick.
    const STICK: Self =
        Self { owed: MAX_CONTENT / 2, requests: MAX_REQUESTS, repairs: (16, REQUEST_BYTES), wanted: 2 << 20 };
    /// With a neighbour, whose line carries it to the hub and the answer back: even what no packing makes smaller stays within what
    /// is carried for somebody.
    pub(super) const NEIGHBOUR: Self = Self { owed: 1 << 20, requests: 1, repairs: (1, 1 << 20), wanted: 128 << 10 };
}

impl<S: Store> Engine<S> {
    /// Seals what waits and writes all that the hub has not receipted into a letter.
    pub async fn write_letter(&mut self) -> Result<Outbound, Failure> {
        let outbound = self.desk()?.letter(Measure::STICK).await?;
        self.tell(Changed::Sync);
        Ok(outbound)
    }

    /// Takes in what answers and parcels there are among these parts. Those for others, and those that lack a part, have no effect.
    pub async fn take_letters(&mut self, parts: Vec<Part>) -> Result<LettersRead, Failure> {
        let mut read = LettersRead::default();
        self.take_parcels(&parts, &mut read).await?;
        let desk = self.desk()?;
        let (hub, own) = (desk.trust.hub, desk.key.verifying_key().to_bytes());
        let ours = |part: &Part| part.from() == hub && part.to() == own && part.kind().is_answer();
        let Gathered { letters, torn } = letter::gather(parts.into_iter().filter(ours));
        read.missing.extend(torn.iter().flat_map(|torn| torn.missing.iter().map(|part| (*part, torn.parts))));
        for letter in letters {
            match letter.kind() {
                LetterKind::AnswerFiles => self.take_files_answer(&letter, &mut read).await?,
                _ => self.take_answer(&letter, &mut read).await?,
            }
        }
        if read.letters > 0 {
            self.desk()?.audit(&[Audited::TakenIn { letters: read.letters }]).await?;
        }
        self.tell(Changed::Sync);
        Ok(read)
    }

    async fn take_answer(&mut self, letter: &Letter, read: &mut LettersRead) -> Result<(), Failure> {
        let desk = self.desk()?;
        let now = desk.now();
        let opened = letter.open(&desk.key).ok();
        let Some(answer) = opened.and_then(|content| wire::decode::<Answer>(&content, MAX_CONTENT).ok()) else {
            read.unreadable += 1;
            return Ok(());
        };
        let Some(asked) = desk.asked_by(ASKED, answer.to).await? else {
            // Of a letter this station does not remember: another copy of the disk wrote it, or it is very old.
            read.unknown += 1;
            return Ok(());
        };
        read.letters += 1;
        for (hash, reply) in &answer.replies {
            let right = asked.contains(hash);
            let desk = self.desk()?;
            match right.then(|| station::reply::<ExchangeReply>(reply, *hash, &desk.trust)) {
                Some(Ok(reply)) => self.take_reply(reply, now, read).await?,
                _ => read.unreadable += 1,
            }
        }
        for (hash, reply) in &answer.repaired {
            let right = asked.contains(hash);
            let desk = self.desk()?;
            match right.then(|| station::reply::<RepairReply>(reply, *hash, &desk.trust)) {
                Some(Ok(reply)) => self.take_repaired(reply, now, read).await?,
                _ => read.unreadable += 1,
            }
        }
        let desk = self.desk()?;
        let (certificate, orders) = (desk.later_certificate(&answer.packages), desk.orders_among(&answer.packages));
        let newer = desk.newer_than_ours(answer.packages);
        if !newer.is_empty() || certificate.is_some() || !orders.is_empty() {
            self.adopt(newer, certificate, orders).await?;
        }
        self.forget_what_is_due().await
    }

    /// One reply, as [`Self::delivered`] takes one from a line, but without its thread: the next request on a line goes on from the
    /// last one there.
    async fn take_reply(&mut self, reply: ExchangeReply, now: Wall, read: &mut LettersRead) -> Result<(), Failure> {
        let desk = self.desk()?;
        let epoch = reply.epoch;
        let same = epoch == desk.thread.epoch || desk.thread.epoch == Epoch::default();
        let delivery = match reply.outcome {
            Outcome::Done(delivery) if same => *delivery,
            // Of a history that the hub has given up meanwhile: what it says of places and receipts holds no more.
            Outcome::Done(_) => {
                read.late += 1;
                return Ok(());
            }
            Outcome::Rewind(places) => {
                // Later than the last word on a line, else that one counts.
                if reply.hub_ms >= desk.thread.nonce.ms {
                    desk.attachments.another_history();
                    let nonce = desk.thread.nonce;
                    desk.go_back(places, Thread { epoch, nonce }).await?;
                    read.restored = true;
                }
                return Ok(());
            }
            Outcome::Revoked => {
                self.link.problem(ProblemCode::Revoked, now, 0);
                return Ok(());
            }
            Outcome::Destroy(order) => {
                let desk = self.desk()?;
                if station::destroy(&order, desk.certificate.device, &desk.trust).is_some() {
                    self.destroy_keys()?;
                }
                return Ok(());
            }
            // Neither is ever an answer to a letter.
            Outcome::StaleNonce | Outcome::SendCursors => return Ok(()),
        };
        let Delivery { receipts, refused, frames, backed_up, .. } = delivery;
        read.sent += self.desk()?.receipted(&receipts).await?;
        self.desk()?.note_backup(&backed_up).await?;
        if self.refused(&refused, now).await? == Settled::Anew {
            read.anew = true;
        }
        let before = self.link.progress.received;
        if self.take_frames(frames, now).await? == Came::Unusable {
            read.unreadable += 1;
        }
        read.received += self.link.progress.received.saturating_sub(before);
        Ok(())
    }
}

impl<S: Store> Engine<S> {
    /// What came of work that a hub lacked which went back to a backup. That all of it is there is asked on the next line.
    async fn take_repaired(&mut self, reply: RepairReply, now: Wall, read: &mut LettersRead) -> Result<(), Failure> {
        let desk = self.desk()?;
        let RepairOutcome::Done(repaired) = reply.outcome else { return Ok(()) };
        if reply.epoch != desk.thread.epoch {
            read.late += 1;
            return Ok(());
        }
        read.sent += desk.receipted(&repaired.receipts).await?;
        desk.note_inherited(&repaired.refused, now).await?;
        // What others wrote is theirs to see to.
        let device = desk.certificate.device;
        let own: Vec<_> = repaired.refused.into_iter().filter(|one| one.key.device == device).collect();
        if self.not_repaired(own, now).await? == Settled::Anew {
            read.anew = true;
        }
        Ok(())
    }
}

impl<S: Store> Desk<S> {
    pub(super) async fn letter(&mut self, measure: Measure) -> Result<Outbound, Failure> {
        self.seal_waiting(measure.owed).await?;
        let mut owed = self.owed(measure.owed).await?;
        owed.extend(self.unnumbered_of(&self.leaving_feeds().await?, measure.owed).await?);
        let segments = u32::try_from(owed.len()).unwrap_or(u32::MAX);
        let mut requests = Vec::new();
        let mut hashes: Vec<Hash> = Vec::new();
        let digest = self.published.digest(self.standing_serial().await?);
        for run in runs(owed).into_iter().take(measure.requests) {
            let (request, hash) = station::request(&self.key, &self.asking(run, measure.wanted, digest));
            requests.push(request);
            hashes.push(hash);
        }
        let (most, bytes) = measure.repairs;
        let repairs = self.repairs_by_letter(bytes, most).await?;
        hashes.extend(repairs.iter().map(|(_, hash)| *hash));
        let repairs = repairs.into_iter().map(|(request, _)| request).collect();
        // Who this is, and what it has erased; a word that is told twice is no harm, so it counts as told only on a line.
        let mut certificates = self.certificates(vec![self.certificate.device]).await?;
        certificates.extend(self.untold().await?.1);
        let ask = Ask { have: self.published.versions(), certificates, repairs, requests };
        let (letter, once): (LetterId, [u8; 32]) = (draw(&*self.edge), draw(&*self.edge));
        let sealing = Sealing { from: &self.key, to: self.trust.hub, kind: LetterKind::Ask, letter, once };
        let parts =
            letter::seal(&sealing, &wire::encode(&ask)).ok_or_else(|| internal("a letter that is too large"))?;
        self.remember_letter((ASKED, MOST_ASKED), letter, &hashes).await?;
        let from = self.key.verifying_key().to_bytes();
        Ok(Outbound { letter, kind: LetterKind::Ask, from, to: self.trust.hub, parts, segments, contents: 0 })
    }

    /// A request as it would be posted, but all cursors told: nobody knows what the hub remembers when it arrives.
    fn asking(&self, segments: Vec<Segment>, wanted: u32, digest: u64) -> ExchangeRequest {
        ExchangeRequest {
            version: wire::VERSION,
            nonce: Nonce::default(),
            epoch: self.thread.epoch,
            cursors: Cursors::All(self.cursors.clone()),
            max_bytes: wanted,
            packages: digest,
            segments,
        }
    }

    /// Keeps what an answer must be signed for, and forgets the oldest.
    pub(super) async fn remember_letter(
        &self,
        (asked, most): (&str, usize),
        letter: LetterId,
        hashes: &[Hash],
    ) -> Result<(), Failure> {
        let mut known = self.store.states(asked).await.map_err(storage)?;
        let when = |bytes: &[u8]| wire::decode::<(Wall, Vec<Hash>)>(bytes, 1 << 16).map_or(Wall(0), |(at, _)| at);
        known.sort_by_key(|(_, bytes)| std::cmp::Reverse(when(bytes)));
        let old = known.into_iter().skip(most - 1).map(|(name, _)| (name, None));
        let mut states: Vec<_> = old.collect();
        states.push((asked_name(asked, letter), Some(wire::encode(&(self.now(), hashes)))));
        self.commit(Batch { states, ..Batch::default() }).await
    }

    /// Packages of a late letter may be older than what came over a line meanwhile.
    pub(super) fn newer_than_ours(&self, packages: Vec<Signed>) -> Vec<Signed> {
        let have = self.published.versions();
        let is_newer = |signed: &Signed| {
            let opened = station::open_packages(vec![signed.clone()], &self.trust).unwrap_or_default();
            let known =
                |package: &Package| have.iter().any(|(kind, at)| *kind == package.kind && *at >= package.version);
            opened.iter().all(|(package, _)| !known(package)) && !opened.is_empty()
        };
        packages.into_iter().filter(is_newer).collect()
    }

    pub(super) async fn asked_by(&self, asked: &str, letter: LetterId) -> Result<Option<Vec<Hash>>, Failure> {
        let name = asked_name(asked, letter);
        let found = self.store.states(&name).await.map_err(storage)?.into_iter().find(|(found, _)| *found == name);
        Ok(found.and_then(|(_, bytes)| wire::decode::<(Wall, Vec<Hash>)>(&bytes, 1 << 16).ok()).map(|(_, asked)| asked))
    }
}

fn asked_name(asked: &str, letter: LetterId) -> String {
    letter.iter().fold(asked.to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

/// Segments by request; one without segments when there are none, for what is new at the hub.
fn runs(segments: Vec<Segment>) -> Vec<Vec<Segment>> {
    let (mut runs, mut run, mut bytes) = (Vec::new(), Vec::new(), 0);
    for segment in segments {
        let size: usize = segment.records.iter().map(|record| record.change.len()).sum();
        if !run.is_empty() && (bytes + size > REQUEST_BYTES || run.len() >= wire::MAX_SEGMENTS) {
            runs.push(std::mem::take(&mut run));
            bytes = 0;
        }
        bytes += size;
        run.push(segment);
    }
    runs.push(run);
    runs
}
