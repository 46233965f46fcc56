//! Writing: every change of a map goes through [`Write::put`], which remembers what was there, so that a batch that fails
//! half way leaves nothing. S1.

use std::collections::BTreeMap;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, SegmentKey};

use super::state::{SealedSegment, State, next_row};
use crate::store::{
    ActorRow, Batch, CaseRecord, DeviceRow, PersonRecord, Placed, Quarantined, Receipted, Sealed, Snapshot, StoreError,
    StoredChange, StoredSegment, chain_next,
};

type Undo = Box<dyn FnOnce(&mut State)>;

/// One transaction.
pub(super) struct Write<'a> {
    pub(super) state: &'a mut State,
    undo: Vec<Undo>,
}

impl<'a> Write<'a> {
    /// Does all of it, or nothing.
    pub(super) fn whole<T>(
        state: &'a mut State,
        act: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut write = Write { state, undo: Vec::new() };
        let done = act(&mut write);
        if done.is_err() {
            while let Some(undo) = write.undo.pop() {
                undo(write.state);
            }
        }
        done
    }

    pub(super) fn put<K: Ord + Clone + 'static, V: 'static>(
        &mut self,
        map: fn(&mut State) -> &mut BTreeMap<K, V>,
        key: K,
        value: Option<V>,
    ) {
        let before = match value {
            Some(value) => map(self.state).insert(key.clone(), value),
            None => map(self.state).remove(&key),
        };
        self.undo.push(Box::new(move |state| {
            match before {
                Some(before) => map(state).insert(key, before),
                None => map(state).remove(&key),
            };
        }));
    }

    /// The parts in the same order as the database stores them.
    pub(super) fn batch(&mut self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        batch.erased.iter().try_for_each(|erased| self.erase(*erased))?;
        batch.withdrawn.iter().try_for_each(|key| self.withdraw(*key))?;
        batch.rewind.iter().try_for_each(|end| self.rewind(*end))?;
        batch.segments.into_iter().try_for_each(|segment| self.segment(segment))?;
        batch.changes.into_iter().try_for_each(|change| self.change(change))?;
        for doc in batch.docs {
            self.put(|s| &mut s.docs, doc.doc, Some(doc));
        }
        batch.rows.into_iter().for_each(|row| self.case(row));
        batch.people.into_iter().for_each(|row| self.person(row));
        let placed = batch.number.iter().map(|key| self.number(*key)).collect::<Result<_, _>>()?;
        batch.feed.iter().try_for_each(|place| self.place(*place))?;
        batch.outbox.iter().try_for_each(|hash| self.wait(*hash))?;
        batch.sealed.iter().try_for_each(|sealed| self.seal(sealed))?;
        batch.receipts.into_iter().for_each(|receipt| self.receive(receipt));
        for (peer, cursor) in batch.cursors {
            self.put(|s| &mut s.cursors, (peer, cursor.scope), Some(cursor));
        }
        batch.devices.into_iter().for_each(|device| self.device(device));
        batch.revoked.into_iter().for_each(|(device, ms)| self.revoke(device, ms));
        batch.actors.into_iter().try_for_each(|actor| self.actor(actor))?;
        batch.rehomed.into_iter().try_for_each(|(doc, from, to)| self.rehome(doc, from, to))?;
        batch.homes.into_iter().try_for_each(|(doc, scope)| self.home(doc, scope))?;
        batch.quarantine.into_iter().for_each(|segment| self.set_aside(segment));
        for (key, bytes) in batch.pending {
            self.put(|s| &mut s.pending, key, bytes);
        }
        for (name, value) in batch.states {
            self.put(|s| &mut s.states, name, value);
        }
        Ok(placed)
    }

    fn withdraw(&mut self, key: SegmentKey) -> Result<(), StoreError> {
        if !self.state.segments.contains_key(&key) {
            return Ok(());
        }
        let receipt = self.state.sealed.get(&key).and_then(|sealed| sealed.receipt.clone());
        if receipt.as_ref().is_some_and(|receipt| receipt.seq.is_some()) || self.state.places.contains_key(&key) {
            return Err(StoreError::Clash);
        }
        for (ordinal, row) in self.state.carried_rows(&key) {
            if self.state.outbox.get(&row) == Some(&Some(key)) {
                self.put(|s| &mut s.outbox, row, Some(None));
            }
            let Some(change) = self.state.changes.get(&row).cloned() else { continue };
            if change.segment.is_some_and(|(named, _)| named == key) {
                self.put(|s| &mut s.changes, row, Some(StoredChange { segment: None, ..change }));
            }
            self.put(|s| &mut s.records, (key, ordinal), None);
            if receipt.is_some() {
                self.give_back(row);
            }
        }
        let row = self.state.segment_rows.iter().find(|(_, stored)| **stored == key).map(|(row, _)| *row);
        row.into_iter().for_each(|row| self.put(|s| &mut s.segment_rows, row, None));
        self.put(|s| &mut s.sealed, key, None);
        self.put(|s| &mut s.segments, key, None);
        Ok(())
    }

    /// Its receipt was of a history that the hub gave up: what no placed segment carries waits once more.
    fn give_back(&mut self, row: u64) {
        let unnamed = self.state.changes.get(&row).is_some_and(|change| change.segment.is_none());
        let arrived =
            self.state.records.iter().any(|((key, _), other)| *other == row && self.state.places.contains_key(key));
        if unnamed && !arrived && !self.state.outbox.contains_key(&row) {
            self.put(|s| &mut s.outbox, row, Some(None));
        }
    }

    fn segment(&mut self, segment: StoredSegment) -> Result<(), StoreError> {
        let key = segment.header.key();
        match self.state.segments.get(&key) {
            Some(known) if known.root == segment.root => Ok(()),
            Some(_) => Err(StoreError::Clash),
            None => {
                self.put(|s| &mut s.segment_rows, next_row(&self.state.segment_rows), Some(key));
                self.put(|s| &mut s.segments, key, Some(segment));
                Ok(())
            }
        }
    }

    fn required(&self, key: &SegmentKey) -> Result<&StoredSegment, StoreError> {
        self.state.segments.get(key).ok_or(StoreError::Damaged { what: "segment" })
    }

    fn change(&mut self, change: StoredChange) -> Result<(), StoreError> {
        if let Some((key, _)) = &change.segment {
            self.required(key)?;
        }
        let segment = change.segment;
        let row = match self.state.by_hash.get(&(change.hash, change.doc)) {
            Some(row) => {
                let row = *row;
                self.name(row, segment);
                row
            }
            None => self.first(change)?,
        };
        segment.map_or(Ok(()), |(key, ordinal)| self.record(key, ordinal, row))
    }

    fn first(&mut self, change: StoredChange) -> Result<u64, StoreError> {
        let actor = (change.doc, change.actor, change.actor_seq);
        if self.state.by_actor.contains_key(&actor) {
            return Err(StoreError::Clash);
        }
        let row = next_row(&self.state.changes);
        self.put(|s| &mut s.by_hash, (change.hash, change.doc), Some(row));
        self.put(|s| &mut s.by_actor, actor, Some(row));
        self.put(|s| &mut s.by_doc, (change.doc, row), Some(()));
        self.put(|s| &mut s.changes, row, Some(change));
        Ok(row)
    }

    /// A change that had no segment has one.
    fn name(&mut self, row: u64, segment: Option<(SegmentKey, u32)>) {
        if let Some(change) = self.state.changes.get(&row).filter(|change| change.segment.is_none()).cloned() {
            self.put(|s| &mut s.changes, row, Some(StoredChange { segment, ..change }));
        }
    }

    fn record(&mut self, key: SegmentKey, ordinal: u32, row: u64) -> Result<(), StoreError> {
        match self.state.records.get(&(key, ordinal)) {
            Some(known) if *known == row => Ok(()),
            Some(_) => Err(StoreError::Clash),
            None => {
                self.put(|s| &mut s.records, (key, ordinal), Some(row));
                Ok(())
            }
        }
    }

    fn case(&mut self, record: CaseRecord) {
        let doc = record.shown.id.0.into_bytes();
        let row = self.state.case_rows.get(&doc).copied().unwrap_or_else(|| next_row(&self.state.cases));
        self.put(|s| &mut s.case_rows, doc, Some(row));
        self.put(|s| &mut s.cases, row, Some(record));
    }

    fn person(&mut self, record: PersonRecord) {
        let doc = record.shown.id.0.into_bytes();
        let row = self.state.people_rows.get(&doc).copied().unwrap_or_else(|| next_row(&self.state.people));
        self.put(|s| &mut s.people_rows, doc, Some(row));
        self.put(|s| &mut s.people, row, Some(record));
    }

    /// S5: the end moves with what it numbers, and back with it.
    fn number(&mut self, key: SegmentKey) -> Result<Placed, StoreError> {
        let root = self.required(&key)?.root;
        if let Some(place) = self.state.places.get(&key) {
            return Ok(*place);
        }
        let end = self.state.end(key.scope);
        let place = Placed { key, seq: end.seq + 1, chain: chain_next(end.chain, root) };
        self.enter(place);
        Ok(place)
    }

    fn place(&mut self, place: Placed) -> Result<(), StoreError> {
        let root = self.required(&place.key)?.root;
        match self.state.feed.get(&(place.key.scope, place.seq)) {
            Some(known) if *known == place => return Ok(()),
            Some(_) => return Err(StoreError::Clash),
            None => {}
        }
        let end = self.state.end(place.key.scope);
        if end.seq + 1 != place.seq {
            return Err(StoreError::Damaged { what: "feed" });
        }
        if chain_next(end.chain, root) != place.chain || self.state.places.contains_key(&place.key) {
            return Err(StoreError::Clash);
        }
        self.enter(place);
        for (_, row) in self.state.carried_rows(&place.key) {
            if self.state.outbox.get(&row) == Some(&None) {
                self.put(|s| &mut s.outbox, row, None);
            }
        }
        Ok(())
    }

    fn enter(&mut self, place: Placed) {
        let Placed { key, seq, chain } = place;
        self.put(|s| &mut s.feed, (key.scope, seq), Some(place));
        self.put(|s| &mut s.places, key, Some(place));
        self.put(|s| &mut s.ends, key.scope, Some(Cursor { scope: key.scope, seq, chain }));
        self.reached(key, seq);
    }

    pub(super) fn reached(&mut self, key: SegmentKey, seq: u64) {
        for (_, row) in self.state.carried_rows(&key) {
            let Some(doc) = self.state.changes.get(&row).map(|change| change.doc) else { continue };
            if self.state.reached.get(&doc).is_none_or(|known| *known < seq) {
                self.put(|s| &mut s.reached, doc, Some(seq));
            }
        }
    }

    fn wait(&mut self, hash: Hash) -> Result<(), StoreError> {
        let rows = self.state.rows_of(&hash);
        if rows.is_empty() {
            return Err(StoreError::Damaged { what: "outbox" });
        }
        for row in rows {
            let unsent = self.state.changes.get(&row).is_some_and(|change| change.segment.is_none());
            if unsent && !self.state.outbox.contains_key(&row) {
                self.put(|s| &mut s.outbox, row, Some(None));
            }
        }
        Ok(())
    }

    fn seal(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        let key = sealed.key;
        self.required(&key)?;
        for (ordinal, hash) in (0u32..).zip(&sealed.hashes) {
            let waits = |row: &u64| {
                let in_scope = self.state.changes.get(row).is_some_and(|change| change.scope == key.scope);
                in_scope && self.state.outbox.get(row) == Some(&None)
            };
            let row = self.state.rows_of(hash).into_iter().filter(waits).min();
            let row = row.ok_or(StoreError::Damaged { what: "outbox" })?;
            self.put(|s| &mut s.outbox, row, Some(Some(key)));
            self.name(row, Some((key, ordinal)));
            self.record(key, ordinal, row)?;
        }
        if self.state.sealed.contains_key(&key) {
            return Err(StoreError::Clash);
        }
        let changes = u32::try_from(sealed.hashes.len()).unwrap_or(u32::MAX);
        self.put(|s| &mut s.sealed, key, Some(SealedSegment { changes, receipt: None }));
        Ok(())
    }

    fn receive(&mut self, receipt: Receipted) {
        let (key, seq) = (receipt.key, receipt.seq);
        if let Some(known) = self.state.sealed.get(&key).cloned() {
            if known.receipt.is_none() {
                self.put(|s| &mut s.receipted, next_row(&self.state.receipted), Some(key));
            }
            let before = known.receipt.and_then(|receipt| receipt.seq);
            let receipt = Receipted { seq: seq.or(before), ..receipt };
            self.put(|s| &mut s.sealed, key, Some(SealedSegment { changes: known.changes, receipt: Some(receipt) }));
        }
        for (_, row) in self.state.carried_rows(&key) {
            self.put(|s| &mut s.outbox, row, None);
        }
        seq.into_iter().for_each(|seq| self.reached(key, seq));
    }

    fn device(&mut self, device: DeviceRow) {
        let known = self.state.devices.get(&device.device).and_then(|known| known.revoked_ms);
        let revoked_ms = known.or(device.revoked_ms);
        self.put(|s| &mut s.devices, device.device, Some(DeviceRow { revoked_ms, ..device }));
    }

    fn revoke(&mut self, device: DeviceId, ms: u64) {
        let unknown = DeviceRow { device, certificate: Vec::new(), not_after: 0, revoked_ms: None };
        let row = self.state.devices.get(&device).cloned().unwrap_or(unknown);
        let revoked_ms = row.revoked_ms.or(Some(ms));
        self.put(|s| &mut s.devices, device, Some(DeviceRow { revoked_ms, ..row }));
    }

    fn actor(&mut self, actor: ActorRow) -> Result<(), StoreError> {
        match self.state.actors.get(&actor.actor) {
            Some(known) if known.device == actor.device => Ok(()),
            Some(_) => Err(StoreError::Clash),
            None => {
                self.put(|s| &mut s.actors, actor.actor, Some(actor));
                Ok(())
            }
        }
    }

    fn rehome(&mut self, doc: DocId, from: ScopeCode, to: ScopeCode) -> Result<(), StoreError> {
        if self.state.homes.get(&doc) != Some(&from) {
            return Err(StoreError::Clash);
        }
        self.put(|s| &mut s.homes, doc, Some(to));
        Ok(())
    }

    fn home(&mut self, doc: DocId, scope: ScopeCode) -> Result<(), StoreError> {
        match self.state.homes.get(&doc) {
            Some(known) if *known == scope => Ok(()),
            Some(_) => Err(StoreError::Clash),
            None => {
                self.put(|s| &mut s.homes, doc, Some(scope));
                Ok(())
            }
        }
    }

    fn set_aside(&mut self, segment: Quarantined) {
        let known =
            self.state.quarantine.values().any(|aside| aside.key == segment.key && aside.bytes == segment.bytes);
        if !known {
            self.put(|s| &mut s.quarantine, next_row(&self.state.quarantine), Some(segment));
        }
    }

    pub(super) fn cover(&mut self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        let head = |head: &Hash| self.state.by_hash.get(&(*head, doc)).copied();
        let covered = snapshot.heads.iter().filter_map(head).max().unwrap_or(0);
        let inside = self.state.by_doc.range((doc, 0)..=(doc, covered)).count();
        if inside != usize::try_from(snapshot.changes).unwrap_or(usize::MAX) {
            return Err(StoreError::Clash);
        }
        if self.state.snapshots.get(&doc).is_none_or(|(present, _)| *present <= covered) {
            self.put(|s| &mut s.snapshots, doc, Some((covered, snapshot)));
        }
        Ok(())
    }
}
