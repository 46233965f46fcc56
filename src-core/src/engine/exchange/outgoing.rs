//! What goes out: changes sealed into segments, and what became of the segments at the hub.

use std::collections::BTreeMap;

use daiban_model::api::Failure;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId, Hash, Refused, Segment, SegmentKey, Signed, Why};

use crate::engine::desk::Desk;
use crate::engine::storage;
use crate::store::{Batch, PeerQuery, Receipted, Sealed, Store, StoredChange, StoredSegment};
use crate::sync::segment::{self, Sealer};
use crate::sync::station;

impl<S: Store> Desk<S> {
    /// Seals what waits.
    pub(in crate::engine) async fn seal_waiting(&mut self, limit: usize) -> Result<(), Failure> {
        let waiting = self.store.peer(PeerQuery::Outbox { limit }).await.map_err(storage)?.outbox;
        self.seal(waiting).await
    }

    /// What a device from whose backup this one goes on had not delivered, sealed under its key. It is brought as others' work is.
    pub(in crate::engine) async fn inherited(&self) -> Result<Vec<SegmentKey>, Failure> {
        if !self.owes_succession() {
            return Ok(Vec::new());
        }
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        let open = self.store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await.map_err(storage)?.segments;
        let keys = open.iter().map(|(stored, _)| stored.header.key());
        let theirs = keys.filter(|key| key.device != self.certificate.device);
        Ok(theirs.filter(|key| refused.iter().all(|(name, _)| *name != refused_name(key))).collect())
    }

    /// The segments of the next request, oldest first.
    pub(super) async fn sendable(&self, limit: usize) -> Result<Vec<Segment>, Failure> {
        let mut segments = self.owed(limit).await?;
        segments.extend(self.unnumbered_of(&self.leaving_feeds().await?, limit).await?);
        segments.truncate(wire::MAX_SEGMENTS);
        Ok(segments)
    }

    /// Own segments sealed, without a receipt, and not among those that the hub will never take: about as many bytes as asked for.
    pub(super) async fn owed(&self, limit: usize) -> Result<Vec<Segment>, Failure> {
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        // Those are asked for too, and must not crowd out the others. X3.
        let theirs = refused.len().saturating_mul(wire::SEGMENT_BYTES + wire::MAX_CHANGE);
        let query = PeerQuery::Unreceipted { limit: limit.saturating_add(theirs) };
        let sealed = self.store.peer(query).await.map_err(storage)?.segments;
        let mut bytes = 0;
        let is_refused = |key: &SegmentKey| refused.iter().any(|(found, _)| *found == refused_name(key));
        let own = sealed.iter().filter(|(stored, _)| stored.header.device == self.certificate.device);
        let others = own.filter(|(stored, _)| !is_refused(&stored.header.key()));
        let fitting = others.take_while(|(_, records)| {
            let before = bytes;
            bytes += records.iter().map(|(.., raw)| raw.len()).sum::<usize>();
            before == 0 || bytes <= limit
        });
        Ok(fitting.map(|(stored, records)| segment::travelling(stored, records)).collect())
    }

    /// Whether something waits that the hub may take.
    pub(super) async fn has_more_to_send(&self) -> Result<bool, Failure> {
        let waiting = self.store.peer(PeerQuery::Outbox { limit: 1 }).await.map_err(storage)?.outbox;
        Ok(!waiting.is_empty() || !self.owed(1).await?.is_empty())
    }

    async fn seal(&mut self, waiting: Vec<StoredChange>) -> Result<(), Failure> {
        let foreign = self.store.states(FOREIGN).await.map_err(storage)?;
        // Documents of which the hub says that they live elsewhere come last, each by itself.
        let mut by_scope: BTreeMap<(Option<DocId>, ScopeCode), Vec<StoredChange>> = BTreeMap::new();
        for change in waiting {
            let apart = foreign.iter().any(|(name, _)| *name == foreign_name(&change.doc)).then_some(change.doc);
            by_scope.entry((apart, change.scope)).or_default().push(change);
        }
        let (mut batch, mut ends) = (Batch::default(), BTreeMap::new());
        for ((_, scope), changes) in by_scope {
            let query = PeerQuery::Last { device: self.certificate.device, incarnation: self.incarnation, scope };
            let last = self.store.peer(query).await.map_err(storage)?.frames;
            let stored = last.first().map(|(stored, _)| (stored.header.number, stored.root)).unwrap_or_default();
            let end = ends.entry(scope).or_insert(stored);
            for run in segment::runs(changes, |change: &StoredChange| change.bytes.len()) {
                *end = self.seal_run(scope, *end, run, &mut batch);
            }
        }
        if batch.segments.is_empty() { Ok(()) } else { self.commit(batch).await }
    }

    fn seal_run(
        &mut self,
        scope: ScopeCode,
        last: (u32, Hash),
        run: Vec<StoredChange>,
        batch: &mut Batch,
    ) -> (u32, Hash) {
        let now = self.edge.now();
        let sealer = Sealer {
            device: self.certificate.device,
            incarnation: self.incarnation,
            scope,
            last,
            hlc: self.clock.tick(now),
            agent: self.who.agent.clone(),
        };
        let hashes = run.iter().map(|change| change.hash).collect();
        let records: Vec<_> = run.into_iter().map(|change| (change.doc, change.bytes)).collect();
        let (sealed, root) = segment::seal(sealer, &self.key, &records);
        let (number, key) = (sealed.header.number, sealed.header.key());
        let received_ms = now.0.max(0).unsigned_abs();
        batch.segments.push(StoredSegment { header: sealed.header, root, sig: sealed.sig, received_ms });
        batch.sealed.push(Sealed { key, hashes });
        (number, root)
    }

    /// Notes receipts; answers how many changes left the outbox. A receipt that does not verify counts for nothing. X2.
    pub(super) async fn receipted(&self, receipts: &[Signed]) -> Result<u32, Failure> {
        let mut batch = Batch::default();
        for signed in receipts {
            let Some(receipt) = station::receipt(signed, &self.trust) else { continue };
            batch.receipts.push(Receipted {
                key: receipt.key,
                seq: receipt.place.map(|place| place.seq),
                receipt: wire::encode(signed),
                hub_ms: receipt.hub_ms,
            });
        }
        if batch.receipts.is_empty() {
            return Ok(0);
        }
        let before = self.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding.changes;
        self.commit(batch).await?;
        let after = self.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding.changes;
        Ok(before.saturating_sub(after))
    }

    /// Remembers segments the hub will never take, so that they are shown and not sent for ever.
    pub(in crate::engine) async fn set_refused(&self, refused: &[&Refused], now: Wall) -> Result<(), Failure> {
        let state = |one: &&Refused| (refused_name(&one.key), Some(wire::encode(&(one.why, now))));
        let states: Vec<_> = refused.iter().map(state).collect();
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }

    /// Of refused segments that carry a foreign document beside others: notes the document, so that what is sealed anew keeps it
    /// apart and the others can go. Answers which segments those are.
    pub(super) async fn part_foreign(&self, refused: &[&Refused]) -> Result<Vec<SegmentKey>, Failure> {
        if !refused.iter().any(|one| matches!(one.why, Why::ForeignDocument { .. })) {
            return Ok(Vec::new());
        }
        let query = PeerQuery::Unreceipted { limit: usize::MAX };
        let sealed = self.store.peer(query).await.map_err(storage)?.segments;
        let (mut batch, mut parted) = (Batch::default(), Vec::new());
        for one in refused {
            let Why::ForeignDocument { ordinal } = one.why else { continue };
            let Some((_, records)) = sealed.iter().find(|(stored, _)| stored.header.key() == one.key) else { continue };
            let Some((doc, ..)) = usize::try_from(ordinal).ok().and_then(|at| records.get(at)) else { continue };
            if records.iter().any(|(other, ..)| other != doc) {
                batch.states.push((foreign_name(doc), Some(Vec::new())));
                parted.push(one.key);
            }
        }
        self.commit(batch).await?;
        Ok(parted)
    }

    /// Gives the changes of this device's segments that the hub has neither taken nor refused back to the outbox, to be sealed under
    /// another incarnation. What a device before it sealed stays as it is: under another key the hub would not take it.
    pub(in crate::engine) async fn withdraw_open(&self) -> Result<(), Failure> {
        self.withdraw_open_of(|_| true).await
    }

    /// The same of some of them.
    pub(super) async fn withdraw_open_of(&self, wanted: impl Fn(&SegmentKey) -> bool) -> Result<(), Failure> {
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        let query = PeerQuery::Unreceipted { limit: usize::MAX };
        let open = self.store.peer(query).await.map_err(storage)?.segments;
        let keys = open.iter().map(|(stored, _)| stored.header.key());
        let own = keys.filter(|key| key.device == self.certificate.device && wanted(key));
        let keys = own.filter(|key| !refused.iter().any(|(name, _)| *name == refused_name(key))).collect();
        // One that has a place is at the hub: only its receipt is late.
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let unplaced = frames.into_iter().filter(|(_, place)| place.is_none());
        let withdrawn = unplaced.map(|(stored, _)| stored.header.key()).collect();
        self.commit(Batch { withdrawn, ..Batch::default() }).await
    }
}

/// Under which names the segments are kept that the hub will never take.
pub(super) const REFUSED: &str = "refused/";

/// Under which names the documents are kept of which the hub says that they live in another scope.
const FOREIGN: &str = "foreign/";

pub(super) fn foreign_name(doc: &DocId) -> String {
    format!("{FOREIGN}{}", uuid::Uuid::from_bytes(*doc).simple())
}

/// The division of a segment from the name it is kept under.
pub(super) fn refused_scope(name: &str) -> Option<ScopeCode> {
    name.strip_prefix(REFUSED)?.split('/').nth(1)?.parse().ok()
}

/// Whether a segment was not taken because its division was not this station's: the hub has not kept it.
pub(super) fn is_scope(bytes: &[u8]) -> bool {
    matches!(wire::decode::<(Why, Wall)>(bytes, 64), Ok((Why::OutOfScope, _)))
}

pub(super) fn refused_name(key: &SegmentKey) -> String {
    format!("{REFUSED}{}/{}/{}", key.incarnation, key.scope, key.number)
}
