//! What comes in: frames checked, folded into their documents and stored with the cursor behind them. X1.

use std::collections::HashMap;

use daiban_model::api::Failure;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Cursor, Frame, Hash, SegmentKey, Signed};

use crate::engine::desk::{Desk, LAST_OK, THREAD};
use crate::engine::doc_part::Fold;
use crate::engine::{doc_part, internal, storage};
use crate::store::{Batch, PeerId, PeerQuery, Placed, Quarantined, Records, Store, StoreError, StoredSegment};
use crate::sync::certificates;
use crate::sync::segment;
use crate::sync::station::{self, FrameContext};

/// What became of a frame.
pub(super) enum FrameTaken {
    /// Nothing of it can be used.
    Unusable,
    /// All of it was here already.
    Known,
    /// Stored, with the cursor behind it.
    Stored(Stored),
}

/// What a frame brought.
pub(super) struct Stored {
    pub(super) changes: u32,
    pub(super) docs: Vec<wire::DocId>,
}

impl<S: Store> Desk<S> {
    /// Checks and stores one frame with the cursor behind it. X1.
    pub(super) async fn take_frame(&mut self, frame: Frame, now: Wall) -> Result<FrameTaken, Failure> {
        let scope = frame.scope;
        let cursor = self.cursor(scope);
        let own = self.own_roots(&frame).await?;
        let now_ms = now.0.max(0).unsigned_abs();
        let context = FrameContext {
            trust: &self.trust,
            device: self.certificate.device,
            cursor,
            known: &self.devices,
            own: &own,
            now_ms,
        };
        let Ok(mut checked) = station::check(frame, &context) else { return Ok(FrameTaken::Unusable) };
        let Some(reached) = checked.reached else { return Ok(FrameTaken::Known) };
        let Fold { mut batch, docs, snapshots, moved } = self.merge(&mut checked, scope).await?;
        let changes = u32::try_from(batch.changes.len()).unwrap_or(u32::MAX);
        for (stored, whole, why) in checked.aside {
            let (key, at_ms, bytes) = (stored.header.key(), now_ms, wire::encode(&whole));
            batch.segments.push(stored);
            batch.quarantine.push(Quarantined { key, why: why.to_string(), at_ms, bytes });
        }
        self.enter_certificates(&mut batch, &checked.certificates).await?;
        batch.feed = checked.placed;
        batch.cursors.push((PeerId::Hub, reached));
        if !self.commit_frame(batch).await? {
            return Ok(FrameTaken::Unusable);
        }
        self.moved.extend(moved);
        for (doc, snapshot) in snapshots {
            self.cover(doc, snapshot).await;
        }
        self.cursors.retain(|cursor| cursor.scope != scope);
        self.cursors.push(reached);
        for (certificate, _) in checked.certificates {
            certificates::learn(&mut self.devices, certificate);
        }
        Ok(FrameTaken::Stored(Stored { changes, docs }))
    }

    /// Enters certificates into a batch beside what is stored of their devices.
    pub(super) async fn enter_certificates(
        &self,
        batch: &mut Batch,
        all: &[(Certificate, Signed)],
    ) -> Result<(), Failure> {
        let devices = all.iter().map(|(certificate, _)| certificate.device).collect();
        let known = self.store.peer(PeerQuery::Devices(devices)).await.map_err(storage)?.devices;
        certificates::enter_all(batch, known, all.iter().map(|(certificate, signed)| (certificate, signed)));
        Ok(())
    }

    /// Commits a frame; not when it says of a stored segment or change something else than what is stored.
    async fn commit_frame(&self, mut batch: Batch) -> Result<bool, Failure> {
        batch.states.push(self.clock_state());
        match self.store.commit(batch.clone()).await {
            Ok(_) => return Ok(true),
            Err(StoreError::Clash) => {}
            Err(fault) => return Err(storage(fault)),
        }
        batch.withdrawn = self.displaced(&batch.segments).await?;
        if batch.withdrawn.is_empty() {
            return Ok(false);
        }
        match self.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Clash) => Ok(false),
            Err(fault) => Err(storage(fault)),
        }
    }

    /// Segments here without a place whose numbers the hub gives to others: it went back to a backup, and was filled by the other one
    /// of two copies of a disk. What they carry stays; whoever wrote it brings it under other numbers.
    async fn displaced(&self, segments: &[StoredSegment]) -> Result<Vec<SegmentKey>, Failure> {
        let keys = segments.iter().map(|stored| stored.header.key()).collect();
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let other = |(here, place): &(StoredSegment, Option<Placed>)| {
            let key = here.header.key();
            let named = segments.iter().find(|stored| stored.header.key() == key);
            (place.is_none() && named.is_some_and(|stored| stored.root != here.root)).then_some(key)
        };
        Ok(frames.iter().filter_map(other).collect())
    }

    /// Folds the changes of a frame into their documents, one document at a time. A segment one of whose changes a document
    /// refuses is set aside whole, and the rest is folded again without it.
    async fn merge(&mut self, checked: &mut station::Checked, scope: ScopeCode) -> Result<Fold, Failure> {
        loop {
            match doc_part::fold_in(self, &checked.segments, scope).await? {
                Ok(mut fold) => {
                    for segment in &checked.segments {
                        self.clock.observe(segment.stored.header.hlc, self.edge.now());
                        fold.batch.segments.push(segment.stored.clone());
                    }
                    return Ok(fold);
                }
                Err((culprit, why)) => {
                    let Some(at) = checked.segments.iter().position(|one| one.stored.header.key() == culprit) else {
                        return Err(internal("a refused change without a segment"));
                    };
                    let bad = checked.segments.remove(at);
                    let records: Vec<_> =
                        bad.changes.into_iter().map(|change| (change.doc, change.hash, change.bytes)).collect();
                    let whole = segment::travelling(&bad.stored, &records);
                    checked.aside.push((bad.stored, whole, why));
                }
            }
        }
    }

    pub(super) fn cursor(&self, scope: ScopeCode) -> Cursor {
        let known = self.cursors.iter().find(|cursor| cursor.scope == scope).copied();
        known.unwrap_or(Cursor { scope, seq: 0, chain: Hash::default() })
    }

    /// Roots of this device's own segments that a frame names and that are here with all they carry: of a division that was erased
    /// only hashes are left, and it comes back whole.
    async fn own_roots(&self, frame: &Frame) -> Result<HashMap<(u32, u32), Hash>, Failure> {
        let (device, scope) = (self.certificate.device, frame.scope);
        let named = frame.entries.iter().filter_map(|entry| match entry {
            wire::Entry::Yours { incarnation, number } => {
                Some(SegmentKey { device, incarnation: *incarnation, scope, number: *number })
            }
            wire::Entry::Whole(_) | wire::Entry::Damaged { .. } => None,
        });
        let keys: Vec<SegmentKey> = named.collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let segments = self.store.peer(PeerQuery::Whole(keys)).await.map_err(storage)?.segments;
        let whole = |(stored, records): &&(StoredSegment, Records)| {
            usize::try_from(stored.header.count).is_ok_and(|count| count == records.len())
        };
        let root = |(stored, _): &(StoredSegment, _)| ((stored.header.incarnation, stored.header.number), stored.root);
        Ok(segments.iter().filter(whole).map(root).collect())
    }

    pub(super) async fn settle_thread(&self, now: Wall) -> Result<(), Failure> {
        let thread = wire::encode(&(self.thread.epoch, self.thread.nonce));
        let states = vec![(THREAD.to_owned(), Some(thread)), (LAST_OK.to_owned(), Some(wire::encode(&now)))];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}
