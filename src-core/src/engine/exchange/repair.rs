//! Going back with a hub that went back, and telling it what it lacks (sync.md section 7).
//!
//! X5: which scopes are to be compared is on the disk before the first question and until the last answer, so a repair that is
//! cut short begins again. X6: what is sent is what the hub lacks, whoever wrote it; nothing is taken back here.

use std::collections::BTreeMap;

use daiban_model::api::{Failure, ProblemCode};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Compared, Cursor, Hash, Nonce, PackageKind, Refused, RepairOutcome, RepairReply, RepairRequest, Repaired,
    Segment, SegmentKey, Signed, Why,
};

use super::backed;
use super::link::LinkState;
use super::outgoing::{REFUSED, refused_name};
use super::{Settled, Turn, UP_FACTOR};
use crate::engine::desk::{Desk, THREAD};
use crate::engine::published::Published;
use crate::engine::{Engine, storage};
use crate::store::{Batch, Beyond, PeerId, PeerQuery, Store};
use crate::sync::certificates;
use crate::sync::compare;
use crate::sync::segment;
use crate::sync::station::{self, Telling, Thread};

/// Under which names the scopes are kept that are to be compared, with the place from which.
const REPAIR: &str = "repair/";
/// When everything was compared last.
const COMPARED: &str = "compared-at";
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Scopes compared in one request.
const SCOPES: usize = 16;
/// Most segments of one request; their certificates come along.
const SEGMENTS: usize = 256;

/// What a repair under way has found so far.
#[derive(Default)]
pub(in crate::engine) struct Repair {
    /// Messages to be sent next, by scope; none for a scope about which all is known.
    next: BTreeMap<ScopeCode, Option<Vec<u8>>>,
    /// What the hub lacks and has not been sent, in the order of its devices' clocks.
    lacking: Vec<SegmentKey>,
    /// What was sent, and which scopes were asked about, with the last request.
    sent: Vec<SegmentKey>,
    asked: Vec<ScopeCode>,
    /// Packages the hub asked for.
    wanted: Vec<PackageKind>,
}

impl Repair {
    /// What is to be brought although nobody compared anything: the work of a device from whose backup this one goes on.
    pub(super) fn bring_first(&mut self, inherited: Vec<SegmentKey>) {
        if self.lacking.is_empty() {
            self.lacking = inherited;
        }
    }

    /// Whether anything is to be brought.
    pub(super) fn brings(&self) -> bool {
        !self.lacking.is_empty()
    }

    /// Something came into these scopes that the comparison under way does not know of: it begins anew, whatever is answered to it.
    pub(super) fn begin_anew(&mut self, scopes: &[ScopeCode]) {
        self.next.retain(|scope, _| !scopes.contains(scope));
        self.asked.retain(|scope| !scopes.contains(scope));
    }
}

impl LinkState {
    /// Whether the hub waits for packages.
    pub(super) fn owes_packages(&self) -> bool {
        !self.repair.wanted.is_empty()
    }

    /// Whether the hub is to be shown who this device is.
    pub(super) fn is_unknown(&self) -> bool {
        self.introduced && !self.is_known
    }
}

impl<S: Store> Desk<S> {
    /// Scopes to be compared, with the place from which.
    pub(super) async fn repairs(&self) -> Result<Vec<(ScopeCode, u64)>, Failure> {
        let kept = self.store.states(REPAIR).await.map_err(storage)?;
        Ok(kept.iter().filter_map(|(_, bytes)| wire::decode(bytes, 64).ok()).collect())
    }

    /// Goes back in each scope to the first of these places that is known here, and notes that it is to be compared from there on.
    pub(super) async fn go_back(&mut self, places: Vec<Cursor>, thread: Thread) -> Result<(), Failure> {
        let mut scopes: Vec<ScopeCode> = self.cursors.iter().map(|cursor| cursor.scope).collect();
        let own = self.store.peer(PeerQuery::Lines(self.certificate.device)).await.map_err(storage)?.frames;
        scopes.extend(own.iter().map(|(stored, _)| stored.header.scope));
        scopes.sort_unstable();
        scopes.dedup();
        let mut batch = Batch::default();
        for scope in scopes {
            let reached = self.cursor(scope);
            let mut common = Cursor { scope, seq: 0, chain: Hash::default() };
            for place in places.iter().filter(|place| place.scope == scope && place.seq <= reached.seq) {
                if self.knows(*place).await? {
                    common = *place;
                    break;
                }
            }
            batch.rewind.push(common);
            if reached.seq == 0 && self.beyond(scope, 0).await?.is_empty() {
                // Of a division that was erased only hashes are here: nothing of it is read or compared.
                continue;
            }
            batch.cursors.push((PeerId::Hub, common));
            batch.states.push((repair_name(scope), Some(wire::encode(&(scope, common.seq)))));
            // Of the numbers beyond it none is in a backup of this history, whatever was told of them in the other one. X13
            batch.states.push(backed::backed_up(scope, self.backed_up_to(scope).await?.min(common.seq)));
        }
        batch.states.push((THREAD.to_owned(), Some(wire::encode(&(thread.epoch, thread.nonce)))));
        let cursors = batch.cursors.iter().map(|(_, cursor)| *cursor).filter(|cursor| cursor.seq > 0).collect();
        // Where the disk is full it has not gone back: asked again, it must still know which places those are.
        self.commit(batch).await?;
        (self.cursors, self.thread) = (cursors, thread);
        Ok(())
    }

    async fn knows(&self, place: Cursor) -> Result<bool, Failure> {
        let entries = self.store.after(place.scope, place.seq.saturating_sub(1), 0).await.map_err(storage)?;
        Ok(entries.first().is_some_and(|entry| entry.seq == place.seq && entry.chain == place.chain))
    }

    /// Once a week everything is compared, although nothing is known to differ. Whether that is now: then it has been noted.
    pub(super) async fn is_compared_today(&self, now: Wall) -> Result<bool, Failure> {
        let kept = self.store.states(COMPARED).await.map_err(storage)?;
        let last: Option<Wall> = kept.first().and_then(|(_, bytes)| wire::decode(bytes, 16).ok());
        // A clock that was put back begins a new week.
        if last.is_some_and(|last| (0..WEEK_MS).contains(&(now.0 - last.0))) {
            return Ok(false);
        }
        let mut states = vec![(COMPARED.to_owned(), Some(wire::encode(&now)))];
        if last.is_some() {
            let scope = |cursor: &Cursor| (repair_name(cursor.scope), Some(wire::encode(&(cursor.scope, cursor.seq))));
            states.extend(self.cursors.iter().map(scope));
        }
        self.commit(Batch { states, ..Batch::default() }).await?;
        Ok(last.is_some() && !self.cursors.is_empty())
    }

    /// The next request of a repair.
    pub(super) async fn repair(
        &self,
        link: &mut LinkState,
        repairs: &[(ScopeCode, u64)],
    ) -> Result<RepairRequest, Failure> {
        let mut request = RepairRequest {
            version: wire::VERSION,
            nonce: self.thread.nonce,
            have: self.published.versions(),
            packages: self.packages(&link.repair.wanted).await?,
            scopes: Vec::new(),
            certificates: Vec::new(),
            segments: Vec::new(),
        };
        // While segments are on their way nothing is compared: what is being told would be found lacking again.
        if link.repair.lacking.is_empty() {
            for (scope, from) in repairs.iter().take(SCOPES) {
                let message = match link.repair.next.get(scope) {
                    Some(known) => known.clone(),
                    None => compare::begin(&self.beyond(*scope, *from).await?).ok(),
                };
                link.repair.asked.push(*scope);
                request.scopes.extend(message.map(|message| Compared { scope: *scope, from: *from, message }));
            }
        } else {
            let limit = usize::try_from(link.max_bytes).unwrap_or(usize::MAX).saturating_mul(UP_FACTOR);
            (link.repair.sent, request.segments) = self.portion(&link.repair.lacking, limit).await?;
        }
        let mut writers: Vec<DeviceId> = request.segments.iter().map(|segment| segment.header.device).collect();
        writers.push(self.certificate.device);
        writers.sort_unstable();
        writers.dedup();
        // A hub that went back may have forgotten this device, or have an earlier certificate of it.
        let went_back = link.is_unknown() || link.telling == Telling::All;
        if went_back || writers.len() > 1 || !request.segments.is_empty() {
            request.certificates = self.certificates(writers).await?;
        }
        Ok(request)
    }

    /// What this station has of a scope beyond a place, without what the hub will never take.
    pub(super) async fn beyond(&self, scope: ScopeCode, seq: u64) -> Result<Vec<Beyond>, Failure> {
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        let mut beyond = self.store.peer(PeerQuery::Beyond { scope, seq }).await.map_err(storage)?.beyond;
        let own = self.certificate.device;
        beyond.retain(|one| one.key.device != own || refused.iter().all(|(name, _)| *name != refused_name(&one.key)));
        Ok(beyond)
    }

    /// The first segments that fit into a request, and which of those named they stand for. One that the disk does not give back as
    /// it was signed is passed over.
    pub(super) async fn portion(
        &self,
        lacking: &[SegmentKey],
        limit: usize,
    ) -> Result<(Vec<SegmentKey>, Vec<Segment>), Failure> {
        let (mut named, mut segments, mut bytes) = (Vec::new(), Vec::new(), 0);
        for key in lacking.iter().take(SEGMENTS) {
            let whole = self.store.peer(PeerQuery::Whole(vec![*key])).await.map_err(storage)?.segments;
            if let Some((stored, records)) = whole.first() {
                bytes += records.iter().map(|(.., raw)| raw.len()).sum::<usize>();
                if bytes > limit && !segments.is_empty() {
                    break;
                }
                let travelling = segment::travelling(stored, records);
                if segment::root(&travelling.header, &travelling.records) == stored.root {
                    segments.push(travelling);
                }
            }
            named.push(*key);
        }
        Ok((named, segments))
    }

    /// Certificates of devices, the present ones first; of each also the earlier ones that cover what its present one does not.
    pub(super) async fn certificates(&self, devices: Vec<DeviceId>) -> Result<Vec<Signed>, Failure> {
        let rows = self.store.peer(PeerQuery::Devices(devices)).await.map_err(storage)?.devices;
        let present = rows.iter().filter_map(|row| wire::decode(&row.certificate, 65_536).ok());
        let mut all: Vec<Signed> = present.collect();
        for row in &rows {
            let former = certificates::former(&*self.store, row.device).await.map_err(storage)?;
            all.extend(former.into_iter().map(|(_, signed)| signed));
        }
        Ok(all)
    }

    /// The same by letter, which cannot ask first: all that has no place in the feeds that are to be compared, own work and others',
    /// except what waits for its first receipt and goes as ever. What has come back with its place goes no second time.
    pub(super) async fn repairs_by_letter(&self, limit: usize, most: usize) -> Result<Vec<(Vec<u8>, Hash)>, Failure> {
        let mut lacking = Vec::new();
        let waiting = self.store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await.map_err(storage)?.segments;
        for (scope, _) in self.repairs().await? {
            let unplaced = self.beyond(scope, u64::MAX).await?.into_iter().map(|one| one.key);
            lacking.extend(unplaced.filter(|key| waiting.iter().all(|(stored, _)| stored.header.key() != *key)));
        }
        lacking.extend(self.inherited().await?);
        let (mut lacking, mut requests) = (lacking.as_slice(), Vec::new());
        while !lacking.is_empty() && requests.len() < most {
            let (named, segments) = self.portion(lacking, limit).await?;
            lacking = lacking.get(named.len()..).unwrap_or_default();
            let mut writers: Vec<DeviceId> = segments.iter().map(|segment| segment.header.device).collect();
            writers.sort_unstable();
            writers.dedup();
            let request = RepairRequest {
                version: wire::VERSION,
                nonce: Nonce::default(),
                have: self.published.versions(),
                packages: self.packages(&[]).await?,
                scopes: Vec::new(),
                certificates: self.certificates(writers).await?,
                segments,
            };
            requests.push(station::request(&self.key, &request));
        }
        Ok(requests)
    }

    /// Packages as the district signed them: those asked for, and the revocations, of which the hub may have forgotten some.
    pub(super) async fn packages(&self, wanted: &[PackageKind]) -> Result<Vec<Signed>, Failure> {
        let stored = self.store.states("package/").await.map_err(storage)?;
        let mut names: Vec<String> = wanted.iter().map(|kind| Published::state_name(*kind)).collect();
        names.push(Published::state_name(PackageKind::Revocations));
        let meant = stored.iter().filter(|(name, _)| names.contains(name));
        Ok(meant.filter_map(|(_, bytes)| wire::decode(bytes, wire::MAX_INFLATED).ok()).collect())
    }

    /// Takes in what the hub says to the comparison of a scope.
    async fn learn(&self, told: &Compared, from: u64, repair: &mut Repair) -> Result<(), Failure> {
        let beyond = self.beyond(told.scope, from).await?;
        // An answer that is none ends the comparison; the weekly one begins anew.
        let Ok(learned) = compare::learn(&beyond, &told.message) else {
            repair.next.insert(told.scope, None);
            return Ok(());
        };
        // In the order of the clocks: what rests on something comes after it.
        let lacking = beyond.iter().filter(|one| learned.lacking.contains(&one.root)).map(|one| one.key);
        repair.lacking.extend(lacking);
        repair.next.insert(told.scope, learned.next);
        Ok(())
    }

    /// Notes that scopes about which all is known and said need no more comparing.
    async fn close(&self, repair: &mut Repair) -> Result<(), Failure> {
        if !repair.lacking.is_empty() {
            return Ok(());
        }
        let done: Vec<ScopeCode> =
            repair.next.iter().filter(|(_, next)| next.is_none()).map(|(scope, _)| *scope).collect();
        let states: Vec<_> = done.iter().map(|scope| (repair_name(*scope), None)).collect();
        done.iter().for_each(|scope| drop(repair.next.remove(scope)));
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }
}

impl<S: Store> Engine<S> {
    /// Takes in the answer to a repair. X5, X6.
    pub(super) async fn repaired(&mut self, reply: RepairReply, now: Wall) -> Result<Turn, Failure> {
        let RepairReply { outcome, nonce, .. } = reply;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.thread.nonce = nonce;
        match outcome {
            RepairOutcome::StaleNonce => Ok(self.link.detour()),
            RepairOutcome::Revoked => {
                self.link.problem(ProblemCode::Revoked, now, 0);
                Ok(Turn::Done)
            }
            RepairOutcome::Done(repaired) => self.mend(*repaired, now).await,
        }
    }

    async fn mend(&mut self, repaired: Repaired, now: Wall) -> Result<Turn, Failure> {
        let Repaired { receipts, refused, scopes, wanted } = repaired;
        let moved = !receipts.is_empty() || !refused.is_empty() || !wanted.is_empty();
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        self.link.is_known = true;
        self.link.progress.sent += desk.receipted(&receipts).await?;
        let mut repair = std::mem::take(&mut self.link.repair);
        let (sent, asked) = (std::mem::take(&mut repair.sent), std::mem::take(&mut repair.asked));
        repair.lacking.retain(|key| !sent.contains(key));
        for (scope, from) in desk.repairs().await?.into_iter().filter(|(scope, _)| asked.contains(scope)) {
            match scopes.iter().find(|told| told.scope == scope && told.from == from) {
                Some(told) => desk.learn(told, from, &mut repair).await?,
                // Not answered: a scope this device does not serve any more.
                None => drop(repair.next.insert(scope, None)),
            }
        }
        desk.close(&mut repair).await?;
        repair.wanted = wanted;
        let more = moved || !repair.lacking.is_empty() || !repair.next.is_empty() || self.link.introduced;
        self.link.repair = repair;
        if !more && self.link.telling == Telling::Same {
            // The weekly comparison found nothing: the exchange before it was the last word.
            return Ok(Turn::Done);
        }
        self.link.telling = Telling::All;
        // What is wrong with own segments is seen to as after an exchange; what others wrote is theirs to bring, except for those who do so no
        // more.
        desk.note_inherited(&refused, now).await?;
        let own = desk.certificate.device;
        let own: Vec<_> = refused.into_iter().filter(|one| one.key.device == own).collect();
        self.not_repaired(own, now).await?;
        Ok(Turn::Again)
    }

    /// Own segments that a hub which went back does not take again, because another copy of this disk was here first, go back into the
    /// outbox although they had receipts: those were of the history that was given up.
    pub(super) async fn not_repaired(&mut self, mut own: Vec<Refused>, now: Wall) -> Result<Settled, Failure> {
        if own.is_empty() {
            return Ok(Settled::AsBefore);
        }
        let mut keys = Vec::new();
        for one in &mut own {
            if let Why::Gap { expected } = one.why {
                one.why = Why::Forked { last_good: expected.saturating_sub(1) };
            }
            keys.extend(matches!(one.why, Why::Forked { .. }).then_some(one.key));
        }
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let frames = desk.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let unplaced = frames.iter().filter(|(_, place)| place.is_none());
        let withdrawn: Vec<SegmentKey> = unplaced.map(|(stored, _)| stored.header.key()).collect();
        if !withdrawn.is_empty() {
            desk.commit(Batch { withdrawn, ..Batch::default() }).await?;
        }
        self.refused(&own, now).await
    }
}

/// Notes that a scope is to be compared from a place on, or from an earlier one that is noted already.
pub(super) fn to_compare(noted: &[(ScopeCode, u64)], reached: Cursor) -> (String, Option<Vec<u8>>) {
    let Cursor { scope, seq, .. } = reached;
    let from = noted.iter().filter(|(known, _)| *known == scope).map(|(_, from)| *from).min();
    (repair_name(scope), Some(wire::encode(&(scope, from.map_or(seq, |from| from.min(seq))))))
}

pub(super) fn repair_name(scope: ScopeCode) -> String {
    format!("{REPAIR}{scope}")
}
