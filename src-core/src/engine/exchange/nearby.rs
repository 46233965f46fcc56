//! What this station and a neighbour lack of each other, and taking in what comes from one (sync.md section 6).
//!
//! X7: what comes from a neighbour is stored and folded in once, without a place in a feed. No cursor moves and nothing leaves the outbox
//! for it; when the hub's feed brings the same segment, it only takes its place. The hub is told of it by the next comparison.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use daiban_model::api::Failure;
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Hash, LineEnd, Mark, More, Segment, SegmentKey, Signed, Why};

use super::repair;
use crate::engine::desk::Desk;
use crate::engine::doc_part::{self, Fold};
use crate::engine::storage;
use crate::store::{Batch, DeviceRow, PeerQuery, Quarantined, Store, StoreError};
use crate::sync::neighbour::{self, Bench, Candidate, Here, Line, Neighbour, Sifted, line_of};
use crate::sync::station::CheckedSegment;

/// What came of what a neighbour brought.
#[derive(Debug, Default)]
pub(super) struct Nearby {
    /// Segments taken in.
    pub(super) segments: u32,
    /// Their changes.
    pub(super) changes: u32,
    pub(super) docs: Vec<wire::DocId>,
    /// Divisions into which something came.
    pub(super) scopes: Vec<ScopeCode>,
    /// Numbers under which another segment is here: a copied or restored disk.
    pub(super) forked: Vec<SegmentKey>,
}

/// What a neighbour lacks.
#[derive(Debug)]
pub(super) struct Lacking {
    pub(super) segments: Vec<Segment>,
    /// The writers' certificates.
    pub(super) certificates: Vec<Signed>,
    /// Where it stopped, and whether there is more.
    pub(super) reached: Option<Mark>,
    pub(super) more: More,
    /// Lines that end otherwise there.
    pub(super) forked: Vec<SegmentKey>,
}

/// Most segments looked at for one answer: more than a township writes in years, so that the latest are among them.
const LOOK: usize = 200_000;

impl<S: Store> Desk<S> {
    /// Everything a neighbour is judged by. J1.
    pub(in crate::engine) fn bench(&self) -> Bench<'_> {
        // Not by the own hybrid clock: one that ran ahead stays there, and nobody would be in time ever again.
        let now_ms = millis(self.now()).max(self.thread.nonce.ms);
        let Self { trust, certificate: own, devices: known, .. } = self;
        Bench { root: trust.root, own, revoked: &self.published.revocations, known, now_ms }
    }

    /// Where each line ends that both read. J2.
    pub(super) async fn lines(&self, neighbour: &Neighbour) -> Result<Vec<LineEnd>, Failure> {
        let mut lines = Vec::new();
        for row in self.store.peer(PeerQuery::AllDevices).await.map_err(storage)?.devices {
            let frames = self.store.peer(PeerQuery::Lines(row.device)).await.map_err(storage)?.frames;
            let ends = frames.iter().map(|(stored, _)| LineEnd { key: stored.header.key(), root: stored.root });
            lines.extend(ends.filter(|end| neighbour.shares(end.key.scope)));
        }
        lines.truncate(wire::MAX_LINES);
        Ok(lines)
    }

    /// What a neighbour lacks that says where its lines end: from a place on, about as many bytes as asked for. J2, J3.
    pub(super) async fn lacking(
        &self,
        neighbour: &Neighbour,
        told: &[LineEnd],
        after: Option<Mark>,
        limit: usize,
    ) -> Result<Lacking, Failure> {
        let mut lacking = Lacking {
            segments: Vec::new(),
            certificates: Vec::new(),
            reached: after,
            more: More::No,
            forked: Vec::new(),
        };
        let told: HashMap<Line, LineEnd> = told.iter().map(|end| (line_of(&end.key), *end)).collect();
        let mut keys = Vec::new();
        for own in self.lines(neighbour).await? {
            let from = match told.get(&line_of(&own.key)) {
                None => 0,
                Some(theirs) if theirs.key.number > own.key.number => continue,
                Some(theirs) if self.root_of(&own, theirs.key).await? == Some(theirs.root) => theirs.key.number,
                Some(theirs) => {
                    lacking.forked.push(theirs.key);
                    continue;
                }
            };
            keys.extend((from + 1..=own.key.number).map(|number| SegmentKey { number, ..own.key }));
        }
        keys.truncate(LOOK);
        self.fill(&mut lacking, keys, after, limit).await?;
        Ok(lacking)
    }

    async fn root_of(&self, own: &LineEnd, key: SegmentKey) -> Result<Option<Hash>, Failure> {
        if own.key == key {
            return Ok(Some(own.root));
        }
        let frames = self.store.peer(PeerQuery::Segments(vec![key])).await.map_err(storage)?.frames;
        Ok(frames.first().map(|(stored, _)| stored.root))
    }

    /// The first of these in the order of clock and root. Those that were written after their device was revoked are not passed on.
    async fn fill(
        &self,
        lacking: &mut Lacking,
        keys: Vec<SegmentKey>,
        after: Option<Mark>,
        limit: usize,
    ) -> Result<(), Failure> {
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let mark = |header: &wire::Header, root| Mark { hlc_ms: header.hlc.ms, root };
        let marked = frames.iter().map(|(stored, _)| (mark(&stored.header, stored.root), stored.header.key()));
        let mut wanted: Vec<(Mark, SegmentKey)> =
            marked.filter(|(mark, key)| Some(*mark) > after && self.stands(key)).collect();
        wanted.sort_unstable();
        let keys: Vec<SegmentKey> = wanted.iter().map(|(_, key)| *key).collect();
        let (named, segments) = self.portion(&keys, limit).await?;
        lacking.more = if named.len() < keys.len() { More::Yes } else { More::No };
        lacking.reached = named.len().checked_sub(1).and_then(|last| wanted.get(last)).map(|(mark, _)| *mark).or(after);
        lacking.certificates = self.certificates(writers_of(&segments)).await?;
        lacking.segments = segments;
        Ok(())
    }

    /// Whether a segment was written before its device was revoked, if it was.
    fn stands(&self, key: &SegmentKey) -> bool {
        let revoked = self.published.revocations.iter().find(|one| one.device == key.device);
        revoked.is_none_or(|one| one.leaves_valid(key))
    }

    /// Takes in what a neighbour brought. J1, J2, J3, X7.
    pub(super) async fn take_nearby(
        &mut self,
        neighbour: &Neighbour,
        certificates: Vec<Signed>,
        segments: Vec<Segment>,
        now: Wall,
    ) -> Result<Nearby, Failure> {
        let mut nearby = Nearby::default();
        if segments.is_empty() {
            return Ok(nearby);
        }
        let shown = self.bench().certificates(certificates);
        let writers = self.bench().writers(neighbour, &shown);
        let looked = segments.into_iter().map(|segment| Candidate::of(segment, &writers, neighbour));
        let (mut candidates, mut aside) = (Vec::new(), Vec::new());
        for found in looked {
            match found {
                Ok(candidate) => candidates.push(candidate),
                // What is not for here, or of somebody who is not known or was revoked, is only not taken.
                Err(found) => {
                    if let (segment, Why::BadSignature | Why::Malformed) = *found {
                        aside.push((segment, Why::Malformed));
                    }
                }
            }
        }
        let mut banned: BTreeSet<DeviceId> = BTreeSet::new();
        loop {
            let Sifted { ready, forked } =
                neighbour::sift(&candidates, self.here(&candidates).await?, &banned, millis(now));
            nearby.forked = forked;
            let mut by_scope: BTreeMap<ScopeCode, Vec<CheckedSegment>> = BTreeMap::new();
            for one in ready {
                by_scope.entry(one.stored.header.scope).or_default().push(one);
            }
            let mut culprit = None;
            for (scope, segments) in by_scope {
                culprit = culprit.or(self.keep_nearby(scope, segments, &shown, &mut nearby, now).await?);
            }
            let Some((key, why)) = culprit else { break };
            // Everything else goes on without whoever brought something that no document takes.
            banned.insert(key.device);
            aside.extend(candidates.iter().filter(|one| one.key() == key).map(|one| (one.segment().clone(), why)));
        }
        self.set_nearby_aside(aside, now).await?;
        Ok(nearby)
    }

    /// What is here of what came, and of what it rests on.
    async fn here(&self, candidates: &[Candidate]) -> Result<Here, Failure> {
        let mut here = Here::default();
        let keys: Vec<SegmentKey> = candidates.iter().map(Candidate::key).collect();
        let lines: BTreeSet<Line> = keys.iter().map(line_of).collect();
        for (device, incarnation, scope) in lines {
            let query = PeerQuery::Last { device, incarnation, scope };
            let last = self.store.peer(query).await.map_err(storage)?.frames;
            let end = last.first().map(|(stored, _)| (stored.header.number, stored.root)).unwrap_or_default();
            here.ends.insert((device, incarnation, scope), end);
        }
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        here.held.extend(frames.iter().map(|(stored, _)| (stored.header.key(), stored.root)));
        let changes = candidates.iter().flat_map(Candidate::rests_on).collect();
        let known = PeerQuery::Known { changes, actors: Vec::new() };
        here.changes.extend(self.store.peer(known).await.map_err(storage)?.known);
        let waited = candidates.iter().flat_map(Candidate::waits_for).filter(|(_, dep)| !here.changes.contains(dep));
        let waited: Vec<(wire::DocId, Hash)> = waited.collect();
        let (mut of_gone, mut looked) = (Vec::new(), BTreeMap::new());
        for (doc, dep) in waited {
            let is_gone = match looked.get(&doc) {
                Some(is_gone) => *is_gone,
                None => *looked.entry(doc).or_insert(self.is_let_go(doc).await?),
            };
            of_gone.extend(is_gone.then_some(dep));
        }
        // Nothing of a file that went from here is kept (K1, W4): nothing is waited for, or its whole line would wait for ever.
        here.changes.extend(of_gone);
        Ok(here)
    }

    /// Stores and folds in what came for one division; or tells the first that no document takes: then none of them is stored.
    async fn keep_nearby(
        &mut self,
        scope: ScopeCode,
        segments: Vec<CheckedSegment>,
        shown: &[(Certificate, Signed)],
        nearby: &mut Nearby,
        now: Wall,
    ) -> Result<Option<(SegmentKey, Why)>, Failure> {
        let Fold { mut batch, docs, snapshots, moved } = match doc_part::fold_in(self, &segments, scope).await? {
            Ok(fold) => fold,
            Err(culprit) => return Ok(Some(culprit)),
        };
        for one in &segments {
            self.clock.observe(one.stored.header.hlc, now);
            batch.segments.push(one.stored.clone());
        }
        let writers: BTreeSet<DeviceId> = segments.iter().map(|one| one.stored.header.device).collect();
        let new = shown.iter().filter(|(one, _)| writers.contains(&one.device) && self.is_newer(one));
        let new: Vec<(Certificate, Signed)> = new.cloned().collect();
        for (Certificate { device, not_after, .. }, signed) in &new {
            let (device, not_after) = (*device, *not_after);
            batch.devices.push(DeviceRow { device, certificate: wire::encode(signed), not_after, revoked_ms: None });
        }
        batch.states.push(repair::to_compare(&self.repairs().await?, self.cursor(scope)));
        batch.states.push(self.clock_state());
        let changes = batch.changes.len();
        match self.store.commit(batch).await {
            Ok(_) => {}
            // A number or an actor that is here with something else: a copied disk. All of it comes by the hub, which sorts it out.
            Err(StoreError::Clash) => {
                nearby.forked.extend(segments.iter().map(|one| one.stored.header.key()));
                return Ok(None);
            }
            Err(fault) => return Err(storage(fault)),
        }
        self.moved.extend(moved);
        for (doc, snapshot) in snapshots {
            self.cover(doc, snapshot).await;
        }
        self.devices.extend(new.into_iter().map(|(certificate, _)| (certificate.device, certificate)));
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        nearby.segments = nearby.segments.saturating_add(count(segments.len()));
        nearby.changes = nearby.changes.saturating_add(count(changes));
        nearby.docs.extend(docs);
        nearby.scopes.push(scope);
        Ok(None)
    }

    fn is_newer(&self, certificate: &Certificate) -> bool {
        let known = self.devices.get(&certificate.device);
        certificate.device != self.certificate.device && known.is_none_or(|known| known.serial < certificate.serial)
    }

    async fn set_nearby_aside(&self, aside: Vec<(Segment, Why)>, now: Wall) -> Result<(), Failure> {
        if aside.is_empty() {
            return Ok(());
        }
        let one = |(segment, why): (Segment, Why)| Quarantined {
            key: segment.header.key(),
            why: why.to_string(),
            at_ms: millis(now),
            bytes: wire::encode(&segment),
        };
        let quarantine = aside.into_iter().map(one).collect();
        self.commit(Batch { quarantine, ..Batch::default() }).await
    }
}

fn millis(at: Wall) -> u64 {
    at.0.max(0).unsigned_abs()
}

fn writers_of(segments: &[Segment]) -> Vec<DeviceId> {
    let writers: BTreeSet<DeviceId> = segments.iter().map(|segment| segment.header.device).collect();
    writers.into_iter().collect()
}
