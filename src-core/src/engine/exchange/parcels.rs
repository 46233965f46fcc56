//! Parcels: what one station of the district brings another one on a stick (R201; sync.md section 6). The segments are those that neighbours
//! tell each other on a line, judged alike (J1–J4), in a letter sealed for the other one. The hub hears of them from whoever has a line first.
//!
//! - P1: a parcel is refused whole: before it is known that all of it is there as its writer signed it, who that is, and that the counts are
//!   right, nothing of it is looked at.
//! - P2: it is written down as taken after all of it was stored. One that was taken in part says so, and is not let go from the stick.
//! - P3: it says where the lines end at its writer, so that the parcel that goes back brings only what is lacking.

use std::collections::BTreeSet;

use daiban_model::api::{
    Audited, Changed, Failure, LettersRead, ListParcels, ParcelFault, ParcelLine, ParcelWay, Parcels, Receiver,
};
use daiban_model::ids::DeviceId;
use daiban_model::wire::{self, DocId, HUB_NO, NotMet, Segment, SegmentKey, Signed};

use super::Engine;
use super::meeting::Tally;
use super::nearby::Lacking;
use crate::courier::letter::{self, Gathered, Letter, LetterKind, MAX_CONTENT, Part, Sealing};
use crate::courier::{LetterId, Parcel, ParcelBody};
use crate::edge::draw;
use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::engine::register::Register;
use crate::engine::{Outbound, internal, storage};
use crate::projection::case_id;
use crate::store::{Batch, PeerQuery, RowQuery, Store};
use crate::sync::neighbour::Neighbour;
use crate::sync::segment;

/// The log, by the parcel's whole name.
const LOG: Register = Register { name: "parcel/", longest: 0, lacks: "" };
/// Under which names it is kept where the lines of another station ended when it last said so.
const ENDS: &str = "parcel-lines/";
/// Raw bytes of records in one parcel; what is left comes with the next one.
const PARCEL_BYTES: usize = 32 << 20;
/// Most segments of one parcel.
const MAX_SEGMENTS: usize = 20_000;
/// Packed content may become so large.
const MAX_BODY: usize = 2 * PARCEL_BYTES;
/// zstd level: the stick is slow, and somebody waits.
const LEVEL: i32 = 3;

impl<S: Store> Answer<S> for ListParcels {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Parcels, Failure> {
        let desk = engine.desk()?;
        let mut log: Vec<ParcelLine> = desk.entries(&LOG).await?;
        log.sort_by_key(|line| std::cmp::Reverse(line.at));
        let receiver = |(neighbour, _): (Neighbour, Signed)| Receiver {
            device_no: neighbour.certificate.device_no,
            common: neighbour.shared.iter().map(|scope| desk.published.place(*scope)).collect(),
            station: neighbour.certificate.station,
        };
        let receivers = desk.receivers().await?.into_iter().map(receiver).collect();
        Ok(Parcels { receivers, log })
    }
}

impl<S: Store> Engine<S> {
    /// Seals what waits and writes what a station lacks into a parcel, with the line that is to be written down once it lies on the stick.
    pub async fn write_parcel(&mut self, to: u8) -> Result<(Outbound, ParcelLine), Failure> {
        let desk = self.desk()?;
        let all = desk.receivers().await?;
        let (neighbour, _) = all.into_iter().find(|(it, _)| it.certificate.device_no == to).ok_or(Failure::NotFound)?;
        desk.seal_for_neighbours().await?;
        desk.seal_waiting(usize::MAX).await?;
        let told = desk.ends_of(neighbour.certificate.device).await?;
        let Lacking { segments, certificates, more, .. } = desk.lacking_for_parcel(&neighbour, &told).await?;
        let (cases, changes) = desk.counted(&segments).await?;
        let counts = (count(segments.len()), changes);
        let body = ParcelBody { lines: desk.lines(&neighbour).await?, certificates, segments, counts };
        let packed =
            zstd::bulk::compress(&wire::encode(&body), LEVEL).map_err(|_| internal("a parcel does not pack"))?;
        let parcel = Parcel { certificate: desk.own_certificate().await?, packed };
        let (letter, once): (LetterId, [u8; 32]) = (draw(&*desk.edge), draw(&*desk.edge));
        let (kind, to) = (LetterKind::Parcel, neighbour.certificate.device.0);
        let sealing = Sealing { from: &desk.key, to, kind, letter, once };
        let parts =
            letter::seal(&sealing, &wire::encode(&parcel)).ok_or_else(|| internal("a parcel that is too large"))?;
        let read: Vec<Part> = parts.iter().filter_map(|part| Part::read(part).ok()).collect();
        let whole = letter::gather(read).letters.pop().ok_or_else(|| internal("a parcel that is not whole"))?;
        let mut line = desk.parcel_line(&neighbour, &whole, ParcelWay::Sent);
        (line.cases, line.changes, line.more) = (cases, changes, more == wire::More::Yes);
        let (from, segments) = (desk.key.verifying_key().to_bytes(), counts.0);
        self.tell(Changed::Sync);
        Ok((Outbound { letter, kind, from, to, parts, segments, contents: 0 }, line))
    }

    /// A parcel lies on the stick and was read back (U3). P2
    pub async fn parcel_written(&mut self, letter: LetterId, line: ParcelLine) -> Result<ParcelLine, Failure> {
        self.unnoted.push(LOG.state(&name(letter), &line)?);
        self.note_what_was_written().await?;
        Ok(line)
    }

    /// Which of these parcels can go from the stick: all of each was taken in here and is written down. P2
    pub async fn parcels_done(&mut self, letters: Vec<LetterId>) -> Result<Vec<LetterId>, Failure> {
        let desk = self.desk()?;
        let mut done = Vec::new();
        for letter in letters {
            let line: Option<ParcelLine> = desk.entry(&LOG, &name(letter)).await?;
            let whole = line.is_some_and(|line| line.way == ParcelWay::Taken && line.waits == 0);
            done.extend(whole.then_some(letter));
        }
        Ok(done)
    }

    /// Takes in the parcels among some parts. P1
    pub(super) async fn take_parcels(&mut self, parts: &[Part], read: &mut LettersRead) -> Result<(), Failure> {
        let own = self.desk()?.key.verifying_key().to_bytes();
        let parcels = parts.iter().filter(|part| part.kind() == LetterKind::Parcel && part.from() != own);
        let (ours, others): (Vec<&Part>, Vec<&Part>) = parcels.partition(|part| part.to() == own);
        let others: BTreeSet<LetterId> = others.iter().map(|part| part.letter()).collect();
        read.parcel_faults.extend(others.iter().map(|_| ParcelFault::NotOurs));
        let Gathered { letters, torn } = letter::gather(ours.into_iter().cloned());
        read.parcel_faults.extend(torn.iter().map(|_| ParcelFault::Torn));
        for letter in letters {
            match self.take_parcel(&letter).await? {
                Ok(line) => read.parcels.push(line),
                Err(fault) => read.parcel_faults.push(fault),
            }
        }
        if !read.parcels.is_empty() {
            self.desk()?.audit(&[Audited::TakenIn { letters: count(read.parcels.len()) }]).await?;
        }
        Ok(())
    }

    async fn take_parcel(&mut self, letter: &Letter) -> Result<Result<ParcelLine, ParcelFault>, Failure> {
        let desk = self.desk()?;
        let now = desk.now();
        let opened = letter.open(&desk.key).ok();
        let parcel = opened.and_then(|content| wire::decode::<Parcel>(&content, MAX_CONTENT).ok());
        let Some(Parcel { certificate, packed }) = parcel else { return Ok(Err(ParcelFault::Malformed)) };
        let neighbour = match desk.bench().judge(&letter.from(), &certificate) {
            Ok(neighbour) if neighbour.shared.is_empty() => return Ok(Err(ParcelFault::NothingShared)),
            Ok(neighbour) => neighbour,
            Err(why) => return Ok(Err(refused(why))),
        };
        let Some(body) = unpacked(&packed) else { return Ok(Err(ParcelFault::Malformed)) };
        let ParcelBody { lines, certificates, segments, .. } = body;
        let roots: Vec<_> =
            segments.iter().map(|one| (one.header.key(), segment::root(&one.header, &one.records))).collect();
        let docs: BTreeSet<DocId> = segments.iter().flat_map(docs_of).collect();
        let changes = changes_in(&segments);
        let nearby = desk.take_nearby(&neighbour, certificates, segments, now).await?;
        self.link.repair.begin_anew(&nearby.scopes);
        self.notice_copies(nearby.forked.iter().map(|key| key.device), now);
        let desk = self.desk()?;
        desk.keep_ends(neighbour.certificate.device, &lines).await?;
        let mut line = desk.parcel_line(&neighbour, letter, ParcelWay::Taken);
        line.cases =
            count(desk.store.rows(RowQuery::ByDoc(docs.into_iter().collect())).await.map_err(storage)?.cases.len());
        (line.changes, line.waits) = (changes, desk.lacks(&roots).await?);
        // Taken twice it stands where it stood, unless more of it is here now.
        let before: Option<ParcelLine> = desk.entry(&LOG, &name(letter.id())).await?;
        if let Some(before) = before.filter(|before| before.waits == line.waits) {
            line = before;
        } else {
            desk.enter(&LOG, &name(letter.id()), &line).await?;
        }
        let tally = Tally { received: nearby.changes, given: 0, letters: 1 };
        self.note_met(&neighbour, certificate, tally, now).await?;
        if !nearby.docs.is_empty() {
            self.tell(Changed::Cases { ids: nearby.docs.iter().map(|doc| case_id(*doc)).collect() });
        }
        Ok(Ok(line))
    }
}

impl<S: Store> Desk<S> {
    /// Stations that a parcel can be written for, by their numbers.
    async fn receivers(&self) -> Result<Vec<(Neighbour, Signed)>, Failure> {
        let known =
            self.devices.values().filter(|one| one.device_no != HUB_NO && one.device != self.certificate.device);
        let mut shown = self.certificates(known.map(|one| one.device).collect()).await?;
        shown.extend(self.meets.seen.values().map(|seen| seen.certificate.clone()));
        let mut all: Vec<(Neighbour, Signed)> = Vec::new();
        for (certificate, signed) in self.bench().certificates(shown) {
            let Ok(neighbour) = self.bench().judge(&certificate.device.0, &signed) else { continue };
            let known = all.iter().any(|(one, _)| one.certificate.device == neighbour.certificate.device);
            if !known && !neighbour.shared.is_empty() && neighbour.certificate.device_no != HUB_NO {
                all.push((neighbour, signed));
            }
        }
        all.sort_by_key(|(one, _)| one.certificate.device_no);
        Ok(all)
    }

    /// What a station lacks, as much of it as a parcel holds: an answer on a line holds less.
    async fn lacking_for_parcel(&self, neighbour: &Neighbour, told: &[wire::LineEnd]) -> Result<Lacking, Failure> {
        let mut all = self.lacking(neighbour, told, None, PARCEL_BYTES).await?;
        loop {
            let bytes = all.segments.iter().flat_map(|one| &one.records).map(|record| record.change.len()).sum();
            let room = PARCEL_BYTES.saturating_sub(bytes);
            if all.more == wire::More::No || room == 0 || all.segments.len() >= MAX_SEGMENTS {
                return Ok(all);
            }
            let next = self.lacking(neighbour, told, all.reached, room).await?;
            let new = next.certificates.into_iter().filter(|one| !all.certificates.contains(one));
            all.certificates.extend(new.collect::<Vec<_>>());
            all.segments.extend(next.segments);
            (all.reached, all.more) = (next.reached, next.more);
        }
    }

    /// Cases and changes in some segments.
    async fn counted(&self, segments: &[Segment]) -> Result<(u32, u32), Failure> {
        let docs: BTreeSet<DocId> = segments.iter().flat_map(docs_of).collect();
        let cases = self.store.rows(RowQuery::ByDoc(docs.into_iter().collect())).await.map_err(storage)?.cases;
        Ok((count(cases.len()), changes_in(segments)))
    }

    fn parcel_line(&self, neighbour: &Neighbour, letter: &Letter, way: ParcelWay) -> ParcelLine {
        ParcelLine {
            parcel: letter.id()[..4].iter().map(|byte| format!("{byte:02X}")).collect(),
            way,
            station: neighbour.certificate.station.clone(),
            device_no: neighbour.certificate.device_no,
            at: self.now(),
            by: self.who.name.clone(),
            cases: 0,
            changes: 0,
            hash: letter.whole().0[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
            waits: 0,
            more: false,
        }
    }

    /// How many of these segments are not here.
    async fn lacks(&self, roots: &[(SegmentKey, wire::Hash)]) -> Result<u32, Failure> {
        let keys = roots.iter().map(|(key, _)| *key).collect();
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let here = |(key, root): &&(SegmentKey, wire::Hash)| {
            frames.iter().any(|(stored, _)| stored.header.key() == *key && stored.root == *root)
        };
        Ok(count(roots.iter().filter(|one| !here(one)).count()))
    }

    /// Where the lines of a station ended when it last said so. P3
    async fn ends_of(&self, device: DeviceId) -> Result<Vec<wire::LineEnd>, Failure> {
        let name = ends_name(device);
        let kept = self.store.states(&name).await.map_err(storage)?;
        let own = kept.iter().find(|(found, _)| *found == name);
        Ok(own.and_then(|(_, bytes)| wire::decode(bytes, wire::MAX_BODY).ok()).unwrap_or_default())
    }

    async fn keep_ends(&self, device: DeviceId, lines: &[wire::LineEnd]) -> Result<(), Failure> {
        let states = vec![(ends_name(device), Some(wire::encode(&lines)))];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}

/// What was packed, with the counts its writer says. P1
fn unpacked(packed: &[u8]) -> Option<ParcelBody> {
    let bytes = zstd::bulk::decompress(packed, MAX_BODY).ok()?;
    let body: ParcelBody = wire::decode(&bytes, MAX_BODY).ok()?;
    let counts = (count(body.segments.len()), changes_in(&body.segments));
    (counts == body.counts).then_some(body)
}

fn docs_of(segment: &Segment) -> impl Iterator<Item = DocId> {
    segment.records.iter().map(|record| record.doc)
}

fn changes_in(segments: &[Segment]) -> u32 {
    count(segments.iter().map(|segment| segment.records.len()).sum())
}

fn refused(why: NotMet) -> ParcelFault {
    match why {
        NotMet::OtherDistrict | NotMet::SameDevice => ParcelFault::Stranger,
        NotMet::Revoked => ParcelFault::Revoked,
        NotMet::Expired => ParcelFault::Expired,
    }
}

fn name(letter: LetterId) -> String {
    letter.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ends_name(device: DeviceId) -> String {
    device.0.iter().fold(ENDS.to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
