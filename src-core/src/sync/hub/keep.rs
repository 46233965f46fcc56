//! Keeping what was found right: stored and numbered in one transaction, receipted; what waits is placed when it can be.

use std::collections::{BTreeSet, HashMap, HashSet};

use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId, Hash, Place, Receipt, Refused, Segment, SegmentKey, Signed, Why};

use super::Hub;
use super::moving::{Learned, Placing};
use super::take::{Line, Ready, Seen, Taken, is_poison, line_of, ready, root_of};
use crate::store::{Batch, PeerQuery, Placed, Quarantined, Store, StoreError, StoredChange};
use crate::sync::trail::Wrote;
use crate::sync::writer::described;
use crate::sync::{segment, sign};

impl<S: Store> Hub<S> {
    /// Stores all at once; should one clash with what another process stored meanwhile, each by itself. K4.
    pub(super) async fn keep(&self, ready: Vec<Ready>, now: Wall, taken: &mut Taken) -> Result<(), StoreError> {
        if ready.is_empty() {
            return Ok(());
        }
        let mut ready = ready;
        match self.store.commit(batch(&ready)).await {
            Ok(placed) => self.receipt_all(&ready, &placed, now, taken),
            Err(StoreError::Clash) => self.keep_each(&mut ready, now, taken).await?,
            Err(other) => return Err(other),
        }
        // Of one that waits, too.
        let onward = ready.iter().flat_map(|one| one.placing.onward.iter().copied()).collect();
        self.settle(onward, ready.iter().map(|one| one.stored.header.scope).collect(), now).await
    }

    async fn keep_each(&self, ready: &mut [Ready], now: Wall, taken: &mut Taken) -> Result<(), StoreError> {
        // What follows a segment that clashed would stand in its line with a hole before it.
        let mut broken: HashMap<Line, u32> = HashMap::new();
        for one in ready {
            let key = one.stored.header.key();
            if let Some(expected) = broken.get(&line_of(key)).copied() {
                taken.refused.push(Refused { key, why: Why::Gap { expected } });
                continue;
            }
            // A case may have been moved meanwhile.
            if let Ok(placing) = self.placing_now(&one.stored.header, one.wrote, &one.described()).await? {
                one.placing = placing;
            }
            match self.store.commit(batch(std::slice::from_ref(one))).await {
                Ok(placed) => self.receipt_all(std::slice::from_ref(one), &placed, now, taken),
                Err(StoreError::Clash) => {
                    let why = self.clash(one).await?;
                    if is_poison(why) {
                        self.set_aside(&[whole(one)], &why.to_string(), now).await?;
                    }
                    taken.refused.push(Refused { key, why });
                    broken.insert(line_of(key), key.number);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// What a segment clashed with: a document or an actor that another process bound meanwhile; else it is a fork.
    async fn clash(&self, one: &Ready) -> Result<Why, StoreError> {
        let key = one.stored.header.key();
        let homes =
            self.store.peer(PeerQuery::Homes(one.changes.iter().map(|change| change.doc).collect())).await?.homes;
        let foreign = |change: &StoredChange| homes.iter().any(|(doc, home)| *doc == change.doc && *home != key.scope);
        if let Some(ordinal) = one.changes.iter().position(foreign) {
            return Ok(Why::ForeignDocument { ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX) });
        }
        let actors = one.actors.iter().map(|row| row.actor).collect();
        let bound = self.store.peer(PeerQuery::Known { changes: Vec::new(), actors }).await?.actors;
        let stolen = bound.iter().any(|row| row.device != key.device);
        Ok(if stolen { Why::ForeignActor } else { Why::Forked { last_good: key.number - 1 } })
    }

    fn receipt_all(&self, ready: &[Ready], placed: &[Placed], now: Wall, taken: &mut Taken) {
        for one in ready {
            let key = one.stored.header.key();
            let place = placed.iter().find(|placed| placed.key == key).copied();
            taken.receipts.push(self.receipt(key, one.stored.root, place, now));
        }
    }

    pub(super) fn receipt(&self, key: SegmentKey, root: Hash, placed: Option<Placed>, now: Wall) -> Signed {
        let place = placed.map(|placed| Place { seq: placed.seq, chain: placed.chain });
        let hub_ms = now.0.max(0).unsigned_abs();
        let receipt = Receipt { key, root, place, hub_ms, epoch: self.epoch() };
        sign::seal(self.keys.hub(), sign::Domain::Receipt, &receipt)
    }

    /// What follows from something that was stored: cases that moved are carried on, and segments that waited for what is there now get their
    /// numbers. Each may give the other something to do. K3, D4
    pub(super) async fn settle(
        &self,
        mut onward: BTreeSet<DocId>,
        mut scopes: BTreeSet<ScopeCode>,
        now: Wall,
    ) -> Result<(), StoreError> {
        while !onward.is_empty() || !scopes.is_empty() {
            while let Some(doc) = onward.pop_first() {
                scopes.extend(self.onward(doc, now).await?);
            }
            while let Some(scope) = scopes.pop_first() {
                // One that is placed may be what another one waits for.
                while self.release_some(scope, now, &mut onward).await? {}
            }
        }
        Ok(())
    }

    /// Places what waits for nothing any more. Whether there was any.
    async fn release_some(
        &self,
        scope: ScopeCode,
        now: Wall,
        onward: &mut BTreeSet<DocId>,
    ) -> Result<bool, StoreError> {
        let pending = self.store.peer(PeerQuery::Pending(scope)).await?.pending;
        let mut waiting: HashSet<SegmentKey> = pending.iter().map(|(key, _)| *key).collect();
        let mut any = false;
        for (key, bytes) in pending {
            // A device's segments keep their order.
            if waiting.contains(&SegmentKey { number: key.number - 1, ..key }) {
                continue;
            }
            let Ok(segment) = wire::decode::<Segment>(&bytes, wire::MAX_INFLATED) else { continue };
            let Some(described) = described(&segment) else { continue };
            let own: HashSet<Hash> = described.iter().map(|(_, meta, _)| meta.hash).collect();
            let deps = described.iter().flat_map(|(_, meta, _)| meta.deps.iter().copied());
            let deps: Vec<Hash> = deps.filter(|dep| !own.contains(dep)).collect();
            let known = self.store.peer(PeerQuery::Known { changes: deps.clone(), actors: Vec::new() }).await?;
            let wrote = if key.device == self.device() { Wrote::Hub } else { Wrote::Station };
            let is_known = deps.iter().all(|dep| known.known.contains(dep));
            if is_known && self.rests_within(scope, wrote, &described, (&HashSet::new(), &Learned::new())).await? {
                let placing = self.placing_now(&segment.header, wrote, &described).await?;
                // One of a document that lives elsewhere by now is set aside.
                let placing = placing.unwrap_or_else(|_| Placing::of_scope(scope, &described));
                let one = ready(&segment, root_of(&segment), described, wrote, &Seen::default(), now);
                onward.extend(placing.onward.iter().copied());
                self.place_pending(Ready { placing, ..one }, now).await?;
                waiting.remove(&key);
                any = true;
            }
        }
        Ok(any)
    }

    /// Places one that waited, or sets it aside when its number, an actor or a document was taken while it waited: it must not
    /// hold up what waits behind it. K4.
    async fn place_pending(&self, one: Ready, now: Wall) -> Result<(), StoreError> {
        let (key, one) = (one.stored.header.key(), Ready { missing: false, ..one });
        let mut placing = batch(std::slice::from_ref(&one));
        placing.pending.push((key, None));
        match self.store.commit(placing).await {
            Err(StoreError::Clash) => {
                let why = self.clash(&one).await?;
                self.set_aside(&[whole(&one)], &why.to_string(), now).await?;
                self.store.commit(Batch { pending: vec![(key, None)], ..Batch::default() }).await.map(drop)
            }
            other => other.map(drop),
        }
    }

    /// Keeps segments that were not taken, with the reason, for a person to look at.
    pub(super) async fn set_aside(&self, segments: &[Segment], why: &str, now: Wall) -> Result<(), StoreError> {
        if segments.is_empty() {
            return Ok(());
        }
        let at_ms = now.0.max(0).unsigned_abs();
        let aside = |segment: &Segment| Quarantined {
            key: segment.header.key(),
            why: why.to_owned(),
            at_ms,
            bytes: wire::encode(segment),
        };
        let quarantine = segments.iter().map(aside).collect();
        self.store.commit(Batch { quarantine, ..Batch::default() }).await.map(drop)
    }
}

/// The segment as it came.
fn whole(one: &Ready) -> Segment {
    let records: Vec<_> = one.changes.iter().map(|change| (change.doc, change.hash, change.bytes.clone())).collect();
    segment::travelling(&one.stored, &records)
}

/// Segments that rest on nothing missing are stored and numbered; the others wait whole. K3.
fn batch(ready: &[Ready]) -> Batch {
    let mut batch = Batch::default();
    for one in ready {
        let key = one.stored.header.key();
        batch.segments.push(one.stored.clone());
        if one.missing {
            batch.pending.push((key, Some(one.encoded.clone())));
        } else {
            batch.changes.extend(one.changes.iter().cloned());
            batch.actors.extend(one.actors.iter().copied());
            one.placing.enter(&mut batch);
            batch.number.push(key);
        }
    }
    batch
}
