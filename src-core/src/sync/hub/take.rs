//! Taking segments: checked one by one; [`super::keep`] stores them together.

use std::collections::{HashMap, HashSet};

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Hash, Refused, Segment, SegmentKey, Signed, Why};

use super::Hub;
use super::moving::{Learned, Placing};
use crate::doc::{self, Meta};
use crate::store::{ActorRow, PeerQuery, Placed, Store, StoreError, StoredChange, StoredSegment};
use crate::sync::segment;
use crate::sync::trail::Wrote;
use crate::sync::writer::{Described, Writers, described};

/// What came of the segments of one request.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) receipts: Vec<Signed>,
    pub(super) refused: Vec<Refused>,
}

/// A segment found right and ready to be stored.
pub(super) struct Ready {
    pub(super) stored: StoredSegment,
    pub(super) changes: Vec<StoredChange>,
    pub(super) actors: Vec<ActorRow>,
    /// Changes it rests on that the hub does not have, or its feed. K3, D7
    pub(super) missing: bool,
    /// Of one that waits.
    pub(super) encoded: Vec<u8>,
    /// Who wrote it.
    pub(super) wrote: Wrote,
    /// Where its documents live.
    pub(super) placing: Placing,
}

impl Ready {
    /// Its records, described anew.
    pub(super) fn described(&self) -> Vec<Described> {
        let describe =
            |change: &StoredChange| Some((change.doc, doc::parse(&change.bytes).ok()?, change.bytes.clone()));
        self.changes.iter().filter_map(describe).collect()
    }
}

/// What is known while the segments of one request are looked at: what is stored, and what came before in the request.
#[derive(Default)]
pub(super) struct Seen {
    last: HashMap<Line, Last>,
    changes: HashSet<Hash>,
    /// What gets a place in which feed.
    placed: HashSet<(ScopeCode, Hash)>,
    actors: HashMap<[u8; 16], DeviceId>,
    homes: HashMap<wire::DocId, ScopeCode>,
    /// Which way cases went. D8
    learned: Learned,
}

/// One line of numbers: a device and an incarnation of it in a scope.
pub(super) type Line = (DeviceId, u32, ScopeCode);

/// The line a segment stands in.
pub(super) fn line_of(key: SegmentKey) -> Line {
    (key.device, key.incarnation, key.scope)
}

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
    /// Takes what can be taken. K1, K2, K3, K4.
    pub(super) async fn take(&self, segments: &[Segment], writers: &Writers, now: Wall) -> Result<Taken, StoreError> {
        let (mut taken, mut seen, mut ready) = (Taken::default(), Seen::default(), Vec::new());
        // What the hub once wrote comes first: it may say where a case lives that others write of (D5).
        let hub = self.device();
        let (first, then): (Vec<&Segment>, Vec<&Segment>) =
            segments.iter().partition(|segment| segment.header.device == hub);
        for segment in first.into_iter().chain(then) {
            let key = segment.header.key();
            match self.look(segment, writers, &mut seen, now).await? {
                Look::Ready(one) => ready.push(*one),
                Look::Again(placed) => taken.receipts.push(self.receipt(key, root_of(segment), placed, now)),
                Look::Not(why) => {
                    taken.refused.push(Refused { key, why });
                    if is_poison(why) {
                        self.set_aside(std::slice::from_ref(segment), &why.to_string(), now).await?;
                    }
                }
            }
        }
        self.keep(ready, now, &mut taken).await?;
        Ok(taken)
    }

    async fn look(&self, segment: &Segment, writers: &Writers, seen: &mut Seen, now: Wall) -> Result<Look, StoreError> {
        let device = segment.header.device;
        let Some(writer) = writers.get(&device) else { return Ok(Look::Not(Why::ForeignActor)) };
        let root = match writer.check(segment) {
            Ok(root) => root,
            Err(why) => return Ok(Look::Not(why)),
        };
        if let Some(look) = self.continuity(segment, root, seen).await? {
            return Ok(look);
        }
        let Some(metas) = described(segment) else { return Ok(Look::Not(Why::Malformed)) };
        let wrote = Wrote::under(&writer.certificate);
        if !wrote.may_say_all(&metas) {
            return Ok(Look::Not(Why::Malformed));
        }
        self.learn(&metas, seen).await?;
        let foreign = |meta: &Meta| seen.actors.get(&meta.actor).is_some_and(|bound| *bound != device);
        if wrote == Wrote::Station && metas.iter().any(|(_, meta, _)| foreign(meta)) {
            return Ok(Look::Not(Why::ForeignActor));
        }
        let key = segment.header.key();
        let placing = match self.placing(&segment.header, wrote, &metas, (&seen.homes, &seen.learned)).await? {
            Ok(placing) => placing,
            Err(ordinal) => {
                return Ok(Look::Not(Why::ForeignDocument { ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX) }));
            }
        };
        let line = line_of(key);
        let is_within = self.rests_within(key.scope, wrote, &metas, (&seen.placed, &seen.learned)).await?;
        let mut one = Ready { placing, ..ready(segment, root, metas, wrote, seen, now) };
        if !is_within {
            one.missing = true;
            // It may wait for what is to be carried on.
            one.placing.onward.extend(one.changes.iter().map(|change| change.doc));
        }
        one.missing |= seen.last.get(&line).is_some_and(|last| last.waits == Waits::Yes);
        if !one.missing {
            seen.changes.extend(one.changes.iter().map(|change| change.hash));
            seen.placed.extend(one.changes.iter().map(|change| (key.scope, change.hash)));
            seen.homes.extend(one.placing.settled());
            seen.learned.extend(one.placing.learned());
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
        let Last { number, root: last_root, .. } = match seen.last.get(&line_of(header.key())) {
            Some(last) => *last,
            None => {
                let marks = self.store.peer(PeerQuery::Last { device, incarnation, scope }).await?;
                let last = marks.frames.first().map_or(Last::NONE, |(stored, place)| {
                    let waits = if place.is_none() { Waits::Yes } else { Waits::No };
                    Last { number: stored.header.number, root: stored.root, waits }
                });
                seen.last.insert(line_of(header.key()), last);
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

    /// Learns which of these changes, their dependencies, actors and documents the store knows.
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
        let docs: HashSet<wire::DocId> = metas.iter().map(|(doc, ..)| *doc).collect();
        let unknown = docs.into_iter().filter(|doc| !seen.homes.contains_key(doc)).collect();
        seen.homes.extend(self.store.peer(PeerQuery::Homes(unknown)).await?.homes);
        Ok(())
    }
}

/// What a look at a segment found.
enum Look {
    Ready(Box<Ready>),
    /// Stored before: the same receipt again. K2.
    Again(Option<Placed>),
    Not(Why),
}

/// Whether a segment is refused for what it is and not for when it came: such a one is kept for a person to look at. Later segments
/// of a line that broke would only be reported as gaps.
pub(super) fn is_poison(why: Why) -> bool {
    match why {
        Why::BadSignature | Why::Malformed | Why::ForeignActor | Why::ForeignDocument { .. } => true,
        Why::OutOfScope | Why::Expired | Why::Revoked | Why::Gap { .. } | Why::Forked { .. } => false,
    }
}

pub(super) fn root_of(segment: &Segment) -> Hash {
    segment::root(&segment.header, &segment.records)
}

pub(super) fn ready(
    segment: &Segment,
    root: Hash,
    metas: Vec<Described>,
    wrote: Wrote,
    seen: &Seen,
    now: Wall,
) -> Ready {
    let key = segment.header.key();
    let mut own: HashSet<Hash> = HashSet::new();
    let mut missing = false;
    let mut changes = Vec::with_capacity(metas.len());
    let mut actors: Vec<ActorRow> = Vec::new();
    for (ordinal, (doc, meta, bytes)) in metas.into_iter().enumerate() {
        missing |= meta.deps.iter().any(|dep| !own.contains(dep) && !seen.changes.contains(dep));
        own.insert(meta.hash);
        // What the hub carries on was written by others.
        if wrote == Wrote::Station && !actors.iter().any(|row| row.actor == meta.actor) {
            actors.push(ActorRow { actor: meta.actor, device: key.device, incarnation: key.incarnation });
        }
        let segment = Some((key, u32::try_from(ordinal).unwrap_or(u32::MAX)));
        let Meta { hash, actor, seq: actor_seq, .. } = meta;
        changes.push(StoredChange { hash, doc, scope: key.scope, actor, actor_seq, segment, bytes });
    }
    let received_ms = now.0.max(0).unsigned_abs();
    let stored = StoredSegment { header: segment.header.clone(), root, sig: segment.sig, received_ms };
    let encoded = if missing { wire::encode(segment) } else { Vec::new() };
    Ready { stored, changes, actors, missing, encoded, wrote, placing: Placing::default() }
}
