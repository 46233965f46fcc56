//! For repair: feeds that go back to an earlier place, and what a scope has beyond one.

use std::collections::BTreeMap;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, SegmentKey};

use super::state::State;
use super::writing::Write;
use crate::store::{Beyond, Placed, Receipted, Records, StoreError, StoredSegment};

impl Write<'_> {
    /// A feed ends here again; the segments stay.
    pub(super) fn rewind(&mut self, end: Cursor) -> Result<(), StoreError> {
        let Cursor { scope, seq, chain } = end;
        let known = self.state.feed.get(&(scope, seq)).map(|place| place.chain);
        if known.unwrap_or_default() != chain || (known.is_none() && seq > 0) {
            return Err(StoreError::Clash);
        }
        let cut: Vec<Placed> = self
            .state
            .feed
            .range((scope, seq.saturating_add(1))..=(scope, u64::MAX))
            .map(|(_, place)| *place)
            .collect();
        for place in cut {
            self.put(|s| &mut s.feed, (scope, place.seq), None);
            self.put(|s| &mut s.places, place.key, None);
        }
        if self.state.ends.contains_key(&scope) {
            self.put(|s| &mut s.ends, scope, (seq > 0).then_some(end));
        }
        self.forget_numbers(scope, seq);
        let beyond = |(doc, reached): (&_, &u64)| (*reached > seq).then_some(*doc);
        let mut docs: Vec<_> = self.state.reached.iter().filter_map(beyond).collect();
        docs.retain(|doc| self.state.docs.get(doc).is_some_and(|state| state.scope == scope));
        for doc in docs {
            self.put(|s| &mut s.reached, doc, None);
        }
        // A document may stand in the feed of another scope too.
        let left: Vec<Placed> = self.state.feed.values().copied().collect();
        for Placed { key, seq, .. } in left {
            self.reached(key, seq);
        }
        Ok(())
    }

    fn forget_numbers(&mut self, scope: ScopeCode, seq: u64) {
        let named = self.state.sealed.iter().filter(|(key, sealed)| {
            key.scope == scope && sealed.receipt.as_ref().is_some_and(|receipt| receipt.seq > Some(seq))
        });
        let named: Vec<_> = named.map(|(key, sealed)| (*key, sealed.clone())).collect();
        for (key, mut sealed) in named {
            sealed.receipt = sealed.receipt.map(|receipt| Receipted { seq: None, ..receipt });
            self.put(|s| &mut s.sealed, key, Some(sealed));
        }
    }
}

impl State {
    pub(super) fn beyond(&self, scope: ScopeCode, seq: u64) -> Vec<Beyond> {
        let further = |key: &&SegmentKey| self.places.get(key).is_none_or(|place| place.seq > seq);
        let kept = |key: &&SegmentKey| !self.carried_rows(key).is_empty() || self.pending.contains_key(key);
        let keys = self.segments.keys().filter(|key| key.scope == scope).filter(further).filter(kept);
        let described = keys.filter_map(|key| {
            let segment = self.segments.get(key)?;
            let named = || self.sealed.get(key)?.receipt.as_ref()?.seq;
            let seq = self.places.get(key).map(|place| place.seq).or_else(named);
            Some(Beyond { key: *key, root: segment.root, hlc_ms: segment.header.hlc.ms, seq })
        });
        let mut beyond: Vec<Beyond> = described.collect();
        beyond.sort_unstable_by_key(|one| (one.hlc_ms, one.root, one.key));
        beyond
    }

    pub(super) fn whole(&self, keys: &[SegmentKey]) -> Vec<(StoredSegment, Records)> {
        keys.iter().filter_map(|key| Some((self.segments.get(key)?.clone(), self.carried(key)))).collect()
    }

    pub(super) fn lines(&self, device: DeviceId) -> Vec<(StoredSegment, Option<Placed>)> {
        let mut last: BTreeMap<(u32, ScopeCode), SegmentKey> = BTreeMap::new();
        // Keys ascend by their number within a line.
        last.extend(
            self.segments.keys().filter(|key| key.device == device).map(|key| ((key.incarnation, key.scope), *key)),
        );
        last.values().filter_map(|key| self.frame(key)).collect()
    }
}
