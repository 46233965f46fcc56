//! Taking segments: checked one by one, stored together, numbered in the transaction that stores them.

use std::collections::{HashMap, HashSet};

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Hash, Place, Receipt, Refused, Segment, SegmentKey, Signed, Why};

use super::Hub;
use crate::doc::{self, Meta};
use crate::store::{
    ActorRow, Batch, DeviceRow, PeerQuery, Placed, Quarantined, Store, StoreError, StoredChange, StoredSegment,
};
use crate::sync::{segment, sign};

/// What came of the segments of one request.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) receipts: Vec<Signed>,
    pub(super) refused: Vec<Refused>,
}

/// A segment found right and ready to be stored.
struct Ready {
    stored: StoredSegment,
    changes: Vec<StoredChange>,
    actors: Vec<ActorRow>,
    /// Changes it rests on that the hub does not have. K3.
    missing: bool,
    encoded: Vec<u8>,
}

/// What is known while the segments of one request are looked at: what is stored, and what came before in the request.
#[derive(Default)]
struct Seen {
    last: HashMap<Line, Last>,
    changes: HashSet<Hash>,
    actors: HashMap<[u8; 16], DeviceId>,
}

/// A record: its document, what its change says of itself, the change.
type Described = (wire::DocId, Meta, Vec<u8>);

/// One line of a device's numbers: an incarnation in a scope.
type Line = (u32, ScopeCode);

/// The last segment of a line.
#[derive(Clone, Copy)]
struct Last {
    number: u32,
    root: Hash,
    /// It waits without a place in the feed, and so must all that follow it: a device's segments keep their order.
    waits: Waits,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    Yes,
    No,
}

impl Last {
    const NONE: Self = Self { number: 0, root: Hash([0; 32]), waits: Waits::No };
}

impl<S: Store> Hub<S> {
    pub(super) fn all_refused(segments: &[Segment], why: Why) -> Taken {
        let refused = segments.iter().map(|segment| Refused { key: segment.header.key(), why }).collect();
        Taken { refused, ..Taken::default() }
    }

    /// Takes what can be taken. K1, K2, K3, K4.
    pub(super) async fn take(
        &self,
        segments: &[Segment],
        device: &DeviceRow,
        certificate: &Certificate,
        now: Wall,
    ) -> Result<Taken, StoreError> {
        let (mut taken, mut seen, mut ready) = (Taken::default(), Seen::default(), Vec::new());
        for segment in segments {
            let key = segment.header.key();
            match self.look(segment, device, certificate, &mut seen, now).await? {
                Look::Ready(one) => ready.push(*one),
                Look::Again(placed) => taken.receipts.push(self.receipt(key, root_of(segment), placed, now)),
                Look::Not(why) => {
                    taken.refused.push(Refused { key, why });
                    // Later segments of a chain that broke would only be reported as gaps.
                    if matches!(why, Why::BadSignature | Why::Malformed | Why::ForeignActor) {
                        self.set_aside(std::slice::from_ref(segment), &why.to_string(), now).await?;
                    }
                }
            }
        }
        self.keep(ready, now, &mut taken).await?;
        Ok(taken)
    }

    async fn look(
        &self,
        segment: &Segment,
        device: &DeviceRow,
        certificate: &Certificate,
        seen: &mut Seen,
        now: Wall,
    ) -> Result<Look, StoreError> {
        if segment.header.device != device.device {
            return Ok(Look::Not(Why::ForeignActor));
        }
        let root = match segment::check(segment, certificate) {
            Ok(root) => root,
            Err(why) => return Ok(Look::Not(why)),
        };
        if let Some(look) = self.continuity(segment, root, seen).await? {
            return Ok(look);
        }
        let Some(metas) = described(segment) else { return Ok(Look::Not(Why::Malformed)) };
        self.learn(&metas, seen).await?;
        if metas.iter().any(|(_, meta, _)| seen.actors.get(&meta.actor).is_some_and(|d| *d != device.device)) {
            return Ok(Look::Not(Why::ForeignActor));
        }
        let key = segment.header.key();
        let line = (key.incarnation, key.scope);
        let mut one = ready(segment, root, metas, seen, now);
        one.missing |= seen.last.get(&line).is_some_and(|last| last.waits == Waits::Yes);
        if !one.missing {
            seen.changes.extend(one.changes.iter().map(|change| change.hash));
        } else if one.encoded.is_empty() {
            one.encoded = wire::encode(segment);
        }
        let waits = if one.missing { Waits::Yes } else { Waits::No };
        seen.last.insert(line, Last { number: key.number, root, waits });
        Ok(Look::Ready(Box::new(one)))
    }

    /// Whether the segment goes on from the last one of its device, incarnation and scope.
    async fn continuity(&self, segment: &Segment, root: Hash, seen: &mut Seen) -> Result<Option<Look>, StoreError> {
        let header = &segment.header;
        let (device, incarnation, scope) = (header.device, header.incarnation, header.scope);
        let Last { number, root: last_root, .. } = match seen.last.get(&(incarnation, scope)) {
            Some(last) => *last,
            None => {
                let marks = self.store.peer(PeerQuery::Last { device, incarnation, scope }).await?;
                let last = marks.frames.first().map_or(Last::NONE, |(stored, place)| {
                    let waits = if place.is_none() { Waits::Yes } else { Waits::No };
                    Last { number: stored.header.number, root: stored.root, waits }
                });
                seen.last.insert((incarnation, scope), last);
                last
            }
        };
        if header.number > number + 1 {
            return Ok(Some(Look::Not(Why::Gap { expected: number + 1 })));
        }
        if header.number == number + 1 {
            let forked = header.prev != last_root;
            return Ok(forked.then_some(Look::Not(Why::Forked { last_good: number.saturating_sub(1) })));
        }
        let marks = self.store.peer(PeerQuery::Segments(vec![header.key()])).await?;
        Ok(Some(match marks.frames.first() {
            Some((stored, placed)) if stored.root == root => Look::Again(*placed),
            _ => Look::Not(Why::Forked { last_good: header.number - 1 }),
        }))
    }

    /// Learns which of these changes, their dependencies and actors the store knows.
    async fn learn(&self, metas: &[Described], seen: &mut Seen) -> Result<(), StoreError> {
        let changes = metas.iter().flat_map(|(_, meta, _)| meta.deps.iter().copied());
        let changes: Vec<Hash> = changes.filter(|dep| !seen.changes.contains(dep)).collect();
        let mut actors: Vec<[u8; 16]> = metas.iter().map(|(_, meta, _)| meta.actor).collect();
        actors.sort_unstable();
        actors.dedup();
        actors.retain(|actor| !seen.actors.contains_key(actor));
        let marks = self.store.peer(PeerQuery::Known { changes, actors }).await?;
        seen.changes.extend(marks.known);
        seen.actors.extend(marks.actors.into_iter().map(|row| (row.actor, row.device)));
        Ok(())
    }

    /// Stores all at once; should one clash with what another process stored meanwhile, each by itself. K4.
    async fn keep(&self, ready: Vec<Ready>, now: Wall, taken: &mut Taken) -> Result<(), StoreError> {
        if ready.is_empty() {
            return Ok(());
        }
        let whole = batch(&ready);
        match self.store.commit(whole).await {
            Ok(placed) => self.receipt_all(&ready, &placed, now, taken),
            Err(StoreError::Clash) => {
                // What follows a segment that clashed would stand in its line with a hole before it.
                let mut broken: HashMap<Line, u32> = HashMap::new();
                for one in &ready {
                    let key = one.stored.header.key();
                    let line = (key.incarnation, key.scope);
                    if let Some(expected) = broken.get(&line).copied() {
                        taken.refused.push(Refused { key, why: Why::Gap { expected } });
                        continue;
                    }
                    match self.store.commit(batch(std::slice::from_ref(one))).await {
                        Ok(placed) => self.receipt_all(std::slice::from_ref(one), &placed, now, taken),
                        Err(StoreError::Clash) => {
                            let why = Why::Forked { last_good: key.number - 1 };
                            taken.refused.push(Refused { key, why });
                            broken.insert(line, key.number);
                        }
                        Err(other) => return Err(other),
                    }
                }
            }
            Err(other) => return Err(other),
        }
        self.release(&ready, now).await
    }

    fn receipt_all(&self, ready: &[Ready], placed: &[Placed], now: Wall, taken: &mut Taken) {
        for one in ready {
            let key = one.stored.header.key();
            let place = placed.iter().find(|placed| placed.key == key).copied();
            taken.receipts.push(self.receipt(key, one.stored.root, place, now));
        }
    }

    fn receipt(&self, key: SegmentKey, root: Hash, placed: Option<Placed>, now: Wall) -> Signed {
        let place = placed.map(|placed| Place { seq: placed.seq, chain: placed.chain });
        let hub_ms = now.0.max(0).unsigned_abs();
        let receipt = Receipt { key, root, place, hub_ms, epoch: self.epoch };
        sign::seal(self.keys.hub(), sign::Domain::Receipt, &receipt)
    }

    /// Segments that waited for what was just stored get their numbers now. K3.
    async fn release(&self, ready: &[Ready], now: Wall) -> Result<(), StoreError> {
        let mut scopes: Vec<_> = ready.iter().map(|one| one.stored.header.scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in scopes {
            // One that is placed may be what another one waits for.
            while self.release_some(scope, now).await? {}
        }
        Ok(())
    }

    /// Places what waits for nothing any more. Whether there was any.
    async fn release_some(&self, scope: ScopeCode, now: Wall) -> Result<bool, StoreError> {
        let mut any = false;
        for (key, bytes) in self.store.peer(PeerQuery::Pending(scope)).await?.pending {
            let Ok(segment) = wire::decode::<Segment>(&bytes, wire::MAX_INFLATED) else { continue };
            let raws: Vec<_> = segment.records.iter().map(|record| doc::unpack(&record.change)).collect();
            let metas: Vec<Meta> = raws.iter().filter_map(|raw| doc::parse(raw).ok()).collect();
            let own: HashSet<Hash> = metas.iter().map(|meta| meta.hash).collect();
            let deps = metas.iter().flat_map(|meta| meta.deps.iter().copied()).filter(|dep| !own.contains(dep));
            let deps: Vec<Hash> = deps.collect();
            let known = self.store.peer(PeerQuery::Known { changes: deps.clone(), actors: Vec::new() }).await?;
            if deps.iter().all(|dep| known.known.contains(dep)) && self.is_next(key).await? {
                self.place_pending(key, &segment, metas, raws, now).await?;
                any = true;
            }
        }
        Ok(any)
    }

    /// Whether the segment before it in its line has a place.
    async fn is_next(&self, key: SegmentKey) -> Result<bool, StoreError> {
        if key.number == 1 {
            return Ok(true);
        }
        let before = SegmentKey { number: key.number - 1, ..key };
        let frames = self.store.peer(PeerQuery::Segments(vec![before])).await?.frames;
        Ok(frames.first().is_some_and(|(_, place)| place.is_some()))
    }

    async fn place_pending(
        &self,
        key: SegmentKey,
        segment: &Segment,
        metas: Vec<Meta>,
        raws: Vec<Vec<u8>>,
        now: Wall,
    ) -> Result<(), StoreError> {
        let described = segment.records.iter().zip(metas).zip(raws);
        let described = described.map(|((record, meta), raw)| (record.doc, meta, raw)).collect();
        let one = ready(segment, root_of(segment), described, &Seen::default(), now);
        let mut batch = batch(&[Ready { missing: false, ..one }]);
        batch.pending.push((key, None));
        match self.store.commit(batch).await {
            Err(StoreError::Clash) => {
                // Its actor or number was taken while it waited. It must not hold up what waits behind it. K4.
                self.set_aside(std::slice::from_ref(segment), "clash while waiting", now).await?;
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

/// What a look at a segment found.
enum Look {
    Ready(Box<Ready>),
    /// Stored before: the same receipt again. K2.
    Again(Option<Placed>),
    Not(Why),
}

/// Every record with what its change says of itself; `None` when one is not a change.
fn described(segment: &Segment) -> Option<Vec<Described>> {
    let describe = |record: &wire::Record| {
        let raw = doc::unpack(&record.change);
        Some((record.doc, doc::parse(&raw).ok()?, raw))
    };
    segment.records.iter().map(describe).collect()
}

fn root_of(segment: &Segment) -> Hash {
    segment::root(&segment.header, &segment.records)
}

fn ready(segment: &Segment, root: Hash, metas: Vec<Described>, seen: &Seen, now: Wall) -> Ready {
    let key = segment.header.key();
    let mut own: HashSet<Hash> = HashSet::new();
    let mut missing = false;
    let mut changes = Vec::with_capacity(metas.len());
    let mut actors: Vec<ActorRow> = Vec::new();
    for (ordinal, (doc, meta, bytes)) in metas.into_iter().enumerate() {
        missing |= meta.deps.iter().any(|dep| !own.contains(dep) && !seen.changes.contains(dep));
        own.insert(meta.hash);
        if !actors.iter().any(|row| row.actor == meta.actor) {
            actors.push(ActorRow { actor: meta.actor, device: key.device, incarnation: key.incarnation });
        }
        let segment = Some((key, u32::try_from(ordinal).unwrap_or(u32::MAX)));
        let Meta { hash, actor, seq: actor_seq, .. } = meta;
        changes.push(StoredChange { hash, doc, scope: key.scope, actor, actor_seq, segment, bytes });
    }
    let received_ms = now.0.max(0).unsigned_abs();
    let stored = StoredSegment { header: segment.header.clone(), root, sig: segment.sig, received_ms };
    let encoded = if missing { wire::encode(segment) } else { Vec::new() };
    Ready { stored, changes, actors, missing, encoded }
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
            batch.number.push(key);
        }
    }
    batch
}
