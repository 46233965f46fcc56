//! Reading documents, feeds and what is known of others.

use daiban_model::ids::ScopeCode;
use daiban_model::wire::{Cursor, DocId, Hash, SegmentKey};

use super::state::State;
use crate::store::{
    FeedEntry, Outstanding, PeerId, PeerMarks, PeerQuery, Placed, Records, Stored, StoredChange, StoredSegment,
};

impl State {
    /// Rows of the changes a segment carries, by ordinal.
    pub(super) fn carried_rows(&self, key: &SegmentKey) -> Vec<(u32, u64)> {
        self.records.range((*key, 0)..=(*key, u32::MAX)).map(|((_, ordinal), row)| (*ordinal, *row)).collect()
    }

    /// Rows of the changes with a hash; it may stand in several documents.
    pub(super) fn rows_of(&self, hash: &Hash) -> Vec<u64> {
        self.by_hash.range((*hash, [0; 16])..=(*hash, [u8::MAX; 16])).map(|(_, row)| *row).collect()
    }

    /// The end of a feed.
    pub(super) fn end(&self, scope: ScopeCode) -> Cursor {
        self.ends.get(&scope).copied().unwrap_or(Cursor { scope, seq: 0, chain: Hash::default() })
    }

    pub(super) fn carried(&self, key: &SegmentKey) -> Records {
        let changes = self.carried_rows(key).into_iter().filter_map(|(_, row)| self.changes.get(&row));
        changes.map(|change| (change.doc, change.hash, change.bytes.clone())).collect()
    }

    pub(super) fn load(&self, doc: &DocId) -> Stored {
        let (covered, snapshot) = self.snapshots.get(doc).cloned().map_or((0, None), |(row, whole)| (row, Some(whole)));
        let rows = self.by_doc.range((*doc, covered + 1)..=(*doc, u64::MAX)).map(|((_, row), ())| row);
        let tail = rows.filter_map(|row| self.changes.get(row)).map(|change| change.bytes.clone()).collect();
        let waiting = self.outbox.keys().filter_map(|row| self.changes.get(row)).filter(|change| change.doc == *doc);
        let unsent = u32::try_from(waiting.count()).unwrap_or(u32::MAX);
        let state = self.docs.get(doc).cloned();
        let seq = state.as_ref().and_then(|_| self.reached.get(doc).copied());
        Stored { state, snapshot, tail, unsent, seq }
    }

    pub(super) fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Vec<FeedEntry> {
        let Some(next) = seq.checked_add(1) else { return Vec::new() };
        let places = self.feed.range((scope, next)..=(scope, u64::MAX)).map(|(_, place)| *place);
        let entries = places.filter_map(|Placed { key, seq, chain }| {
            let segment = self.segments.get(&key)?.clone();
            Some(FeedEntry { seq, chain, segment, records: self.carried(&key) })
        });
        fitting(entries, max_bytes, |entry| bytes(&entry.records))
    }

    pub(super) fn ask(&self, query: &PeerQuery) -> PeerMarks {
        let mut marks = PeerMarks::default();
        match query {
            PeerQuery::Cursors(peer) => {
                marks.cursors = self.cursors_of(peer);
                marks.ends = self.ends.values().copied().collect();
            }
            PeerQuery::CursorsUnder { peer, scopes } => {
                let under = |end: &&Cursor| scopes.iter().any(|scope| scope.covers(end.scope));
                marks.cursors = self.cursors_of(peer);
                marks.ends = self.ends.values().filter(under).copied().collect();
            }
            PeerQuery::Outbox { limit } => marks.outbox = self.waiting(*limit),
            PeerQuery::Unreceipted { limit } => marks.segments = self.unreceipted(*limit),
            PeerQuery::Devices(keys) => {
                marks.devices = keys.iter().filter_map(|key| self.devices.get(key).cloned()).collect();
            }
            PeerQuery::AllDevices => marks.devices = self.devices.values().cloned().collect(),
            PeerQuery::Segments(keys) => marks.frames = keys.iter().filter_map(|key| self.frame(key)).collect(),
            PeerQuery::Last { device, incarnation, scope } => {
                let key = |number| SegmentKey { device: *device, incarnation: *incarnation, scope: *scope, number };
                let last = self.segments.range(key(0)..=key(u32::MAX)).next_back();
                marks.frames = last.and_then(|(key, _)| self.frame(key)).into_iter().collect();
            }
            PeerQuery::Known { changes, actors } => {
                marks.known = changes.iter().filter(|hash| !self.rows_of(hash).is_empty()).copied().collect();
                marks.actors = actors.iter().filter_map(|actor| self.actors.get(actor).copied()).collect();
            }
            PeerQuery::Homes(docs) => {
                marks.homes = docs.iter().filter_map(|doc| Some((*doc, *self.homes.get(doc)?))).collect();
            }
            PeerQuery::Beyond { scope, seq } => marks.beyond = self.beyond(*scope, *seq),
            PeerQuery::Whole(keys) => marks.segments = self.whole(keys),
            PeerQuery::Lines(device) => marks.frames = self.lines(*device),
            PeerQuery::Pending(scope) => {
                let waiting = self.pending.iter().filter(|(key, _)| key.scope == *scope);
                marks.pending = waiting.map(|(key, bytes)| (*key, bytes.clone())).collect();
            }
            PeerQuery::Quarantine => marks.quarantine = self.quarantine.values().rev().cloned().collect(),
            PeerQuery::Outstanding => marks.outstanding = self.outstanding(),
        }
        marks
    }

    fn cursors_of(&self, peer: &PeerId) -> Vec<Cursor> {
        self.cursors.iter().filter(|((of, _), _)| of == peer).map(|(_, cursor)| *cursor).collect()
    }

    pub(super) fn frame(&self, key: &SegmentKey) -> Option<(StoredSegment, Option<Placed>)> {
        Some((self.segments.get(key)?.clone(), self.places.get(key).copied()))
    }

    fn waiting(&self, limit: usize) -> Vec<StoredChange> {
        let waiting = self.outbox.iter().filter(|(_, sealed)| sealed.is_none());
        // It may stand in a segment of somebody else's by now; on its own way it has none yet.
        let unsealed = |(row, _)| Some(StoredChange { segment: None, ..self.changes.get(row)?.clone() });
        let changes = waiting.filter_map(unsealed);
        fitting(changes, limit, |change| change.bytes.len())
    }

    fn unreceipted(&self, limit: usize) -> Vec<(StoredSegment, Records)> {
        let open = |key: &&SegmentKey| self.sealed.get(key).is_some_and(|sealed| sealed.receipt.is_none());
        let keys = self.segment_rows.values().filter(open);
        let segments = keys.filter_map(|key| Some((self.segments.get(key)?.clone(), self.carried(key))));
        fitting(segments, limit, |(_, records)| bytes(records))
    }

    fn outstanding(&self) -> Outstanding {
        let mut owed = Outstanding::default();
        for change in self.outbox.keys().rev().filter_map(|row| self.changes.get(row)) {
            let size = change.bytes.len() as u64;
            owed.changes += 1;
            owed.bytes += size;
            match owed.docs.iter_mut().find(|(doc, ..)| *doc == change.doc) {
                Some((_, changes, bytes)) => (*changes, *bytes) = (*changes + 1, *bytes + size),
                None => owed.docs.push((change.doc, 1, size)),
            }
        }
        owed.docs.truncate(50);
        for key in self.receipted.values() {
            let Some(sealed) = self.sealed.get(key) else { continue };
            owed.receipted += u64::from(sealed.changes);
            let Some(receipt) = &sealed.receipt else { continue };
            let numbered = receipt.seq.map(|seq| (*key, seq, sealed.changes, receipt.hub_ms));
            owed.last = numbered.or(owed.last);
        }
        owed
    }

    pub(super) fn states(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let from = self.states.range(prefix.to_owned()..).take_while(|(name, _)| name.starts_with(prefix));
        from.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn bytes(records: &Records) -> usize {
    records.iter().map(|(.., change)| change.len()).sum()
}

/// As many as fit, at least one.
fn fitting<T>(all: impl Iterator<Item = T>, limit: usize, size: impl Fn(&T) -> usize) -> Vec<T> {
    let mut taken = 0;
    let fits = |(at, one): &(usize, T)| {
        taken += size(one);
        *at == 0 || taken <= limit
    };
    all.enumerate().take_while(fits).map(|(_, one)| one).collect()
}
