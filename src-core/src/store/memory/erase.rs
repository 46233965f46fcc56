//! Erasing a document or a division. S6

use std::collections::BTreeSet;

use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, SegmentKey};

use super::writing::Write;
use crate::store::{Erased, StoreError, StoredChange};

impl Write<'_> {
    pub(super) fn erase(&mut self, erased: Erased) -> Result<(), StoreError> {
        match erased {
            Erased::Doc(doc) => self.erase_doc(doc),
            Erased::Scope(scope) => {
                self.docs_of(scope).into_iter().try_for_each(|doc| self.erase_doc(doc))?;
                self.erase_feed(scope);
                Ok(())
            }
        }
    }

    fn docs_of(&self, scope: ScopeCode) -> BTreeSet<DocId> {
        let docs = &self.state.docs;
        let states = docs.values().filter(|state| state.scope == scope).map(|state| state.doc);
        let stray = |change: &&StoredChange| change.scope == scope && !docs.contains_key(&change.doc);
        states.chain(self.state.changes.values().filter(stray).map(|change| change.doc)).collect()
    }

    fn erase_doc(&mut self, doc: DocId) -> Result<(), StoreError> {
        let rows: Vec<u64> = self.state.by_doc.range((doc, 0)..=(doc, u64::MAX)).map(|((_, row), ())| *row).collect();
        if rows.iter().any(|row| self.state.outbox.get(row) == Some(&None)) {
            return Err(StoreError::Clash);
        }
        let places: Vec<_> =
            self.state.records.iter().filter(|(_, row)| rows.contains(row)).map(|(place, _)| *place).collect();
        places.into_iter().for_each(|place| self.put(|s| &mut s.records, place, None));
        for row in rows {
            let Some(change) = self.state.changes.get(&row).cloned() else { continue };
            self.put(|s| &mut s.outbox, row, None);
            self.put(|s| &mut s.by_hash, (change.hash, doc), None);
            self.put(|s| &mut s.by_actor, (doc, change.actor, change.actor_seq), None);
            self.put(|s| &mut s.by_doc, (doc, row), None);
            self.put(|s| &mut s.changes, row, None);
        }
        self.put(|s| &mut s.snapshots, doc, None);
        self.put(|s| &mut s.docs, doc, None);
        self.put(|s| &mut s.reached, doc, None);
        if let Some(row) = self.state.case_rows.get(&doc).copied() {
            self.put(|s| &mut s.cases, row, None);
            self.put(|s| &mut s.case_rows, doc, None);
        }
        if let Some(row) = self.state.people_rows.get(&doc).copied() {
            self.put(|s| &mut s.people, row, None);
            self.put(|s| &mut s.people_rows, doc, None);
        }
        Ok(())
    }

    fn erase_feed(&mut self, scope: ScopeCode) {
        let of_scope = |key: &SegmentKey| key.scope == scope;
        let places: Vec<_> = self.state.records.keys().filter(|(key, _)| of_scope(key)).copied().collect();
        places.into_iter().for_each(|place| self.put(|s| &mut s.records, place, None));
        let numbers: Vec<_> = self.state.feed.keys().filter(|(feed, _)| *feed == scope).copied().collect();
        numbers.into_iter().for_each(|number| self.put(|s| &mut s.feed, number, None));
        let placed: Vec<_> = self.state.places.keys().filter(|key| of_scope(key)).copied().collect();
        placed.into_iter().for_each(|key| self.put(|s| &mut s.places, key, None));
        self.put(|s| &mut s.ends, scope, None);
        let foreign = |key: &SegmentKey| of_scope(key) && !self.state.sealed.contains_key(key);
        let rows: Vec<_> =
            self.state.segment_rows.iter().filter(|(_, key)| foreign(key)).map(|(row, key)| (*row, *key)).collect();
        for (row, key) in rows {
            self.unname(key);
            self.put(|s| &mut s.segment_rows, row, None);
            self.put(|s| &mut s.segments, key, None);
        }
        let cursors: Vec<_> = self.state.cursors.keys().filter(|(_, at)| *at == scope).copied().collect();
        cursors.into_iter().for_each(|cursor| self.put(|s| &mut s.cursors, cursor, None));
        let pending: Vec<_> = self.state.pending.keys().filter(|key| of_scope(key)).copied().collect();
        pending.into_iter().for_each(|key| self.put(|s| &mut s.pending, key, None));
        let aside = self.state.quarantine.iter().filter(|(_, aside)| of_scope(&aside.key)).map(|(row, _)| *row);
        let aside: Vec<u64> = aside.collect();
        aside.into_iter().for_each(|row| self.put(|s| &mut s.quarantine, row, None));
    }

    /// Changes of documents that stay are not named by a segment that goes.
    fn unname(&mut self, key: SegmentKey) {
        let named = |change: &StoredChange| change.segment.is_some_and(|(segment, _)| segment == key);
        let named: Vec<_> =
            self.state.changes.iter().filter(|(_, change)| named(change)).map(|(row, _)| *row).collect();
        for row in named {
            let change = self.state.changes.get(&row).cloned();
            self.put(|s| &mut s.changes, row, change.map(|change| StoredChange { segment: None, ..change }));
        }
    }
}
