//! Changes of a frame folded into their documents, one document at a time, so that memory does not grow with the frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use daiban_model::api::Failure;
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_model::wire::{DocId, SegmentKey, Why};

use uuid::Uuid;

use super::desk::{Desk, doc_failure};
use super::exchange::moved::{self, MovedCase, MovedCases};
use super::storage;
use crate::doc::{self, Doc, DocFault};
use crate::projection::{Facts, Row};
use crate::store::{ActorRow, Batch, DocKind, DocState, PeerQuery, Snapshot, Store, StoredChange};
use crate::sync::certificates::covers;
use crate::sync::station::CheckedSegment;
use crate::sync::trail::{Trail, Wrote};

impl<S: Store> Desk<S> {
    /// Whether a file was destroyed here, or its copy let go (K1, W4).
    pub(super) async fn is_let_go(&self, id: DocId) -> Result<bool, Failure> {
        let case = CaseId(Uuid::from_bytes(id));
        Ok(self.is_destroyed(case).await? || self.is_wiped(case).await?)
    }
}

/// What the changes of a frame come to.
#[derive(Default)]
pub(super) struct Fold {
    /// Changes, documents, rows and actors.
    pub(super) batch: Batch,
    /// The documents touched.
    pub(super) docs: Vec<DocId>,
    /// Of documents whose tail has grown long; to be taken once the changes are stored.
    pub(super) snapshots: Vec<(DocId, Snapshot)>,
    /// Cases of which a move came to be known; to be kept in mind once that is stored.
    pub(super) moved: MovedCases,
}

/// A fold; or the first segment that cannot be folded in, and why.
pub(super) type Folded = Result<Fold, (SegmentKey, Why)>;

/// Folds all changes of some segments into their documents.
pub(super) async fn fold_in<S: Store>(
    desk: &Desk<S>,
    segments: &[CheckedSegment],
    scope: ScopeCode,
) -> Result<Folded, Failure> {
    let actors = match actors(desk, segments).await? {
        Ok(actors) => actors,
        Err(culprit) => return Ok(Err((culprit, Why::ForeignActor))),
    };
    // In the order in which the feed first names them: stations that read the same feed list its cases alike.
    let (mut order, mut by_doc) = (Vec::new(), HashMap::<DocId, Vec<&StoredChange>>::new());
    for change in segments.iter().flat_map(|segment| &segment.changes) {
        let changes = by_doc.entry(change.doc).or_default();
        if changes.is_empty() {
            order.push(change.doc);
        }
        changes.push(change);
    }
    let batch = Batch { actors, ..Batch::default() };
    let mut fold = Fold { batch, moved: desk.moves_in(segments), ..Fold::default() };
    let mut gone = BTreeSet::new();
    for doc in order {
        let changes = by_doc.remove(&doc).unwrap_or_default();
        match one(desk, doc, scope, &changes, &mut fold).await? {
            Ok(Folding::Done) => fold.docs.push(doc),
            Ok(Folding::Gone) => drop(gone.insert(doc)),
            Err(culprit) => return Ok(Err(culprit)),
        }
    }
    // In the order of the feed: a store may rely on a change coming after what it rests on.
    let stay = segments.iter().flat_map(|segment| &segment.changes).filter(|change| !gone.contains(&change.doc));
    fold.batch.changes = stay.cloned().collect();
    fold.batch.states.extend(fold.moved.iter().map(|(doc, case)| moved::state(doc, case)));
    Ok(Ok(fold))
}

/// What became of a document's changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    Done,
    /// It was erased here, because it went where this station does not serve or because its term here was over: nothing of it is kept.
    Gone,
}

async fn one<S: Store>(
    desk: &Desk<S>,
    id: DocId,
    scope: ScopeCode,
    changes: &[&StoredChange],
    fold: &mut Fold,
) -> Result<Result<Folding, (SegmentKey, Why)>, Failure> {
    let stored = desk.store.load(id).await.map_err(storage)?;
    let culprit = |why| match changes.first().and_then(|change| change.segment) {
        Some((key, _)) => Ok(Err((key, why))),
        None => Err(super::internal("a change from elsewhere without a segment")),
    };
    let trail = fold.moved.get(&id).or_else(|| desk.moved.get(&id)).map(|case| &case.trail);
    // A case has one scope at a time: a device of another division does not take it over by writing to it. Where it once lived, somebody
    // may not have heard that it moved.
    let lives = stored.state.as_ref().map(|state| state.scope);
    let home = trail.and_then(Trail::home).or(lives).unwrap_or(scope);
    // Of several moves a feed may tell the last one first: a hub that went back learns them in any order (D6).
    let was_here = lives == Some(scope) || trail.is_some_and(|trail| trail.was_in(scope));
    if home != scope && !was_here {
        return culprit(Why::OutOfScope);
    }
    // One that is read for the first time is kept, although it has left already, until the hub has all of that in a backup (X11): this may
    // be the only reader who can tell a hub that goes back that it moved.
    let erased = desk.moved.get(&id).is_some_and(MovedCase::is_gone);
    if lives.is_none() && erased && !covers(&desk.certificate, home) {
        return Ok(Ok(Folding::Gone));
    }
    // Of a file that two people destroyed, or whose copy they let go, nothing begins anew, and what lies beside it goes on (K1, W4).
    if lives.is_none() && desk.is_let_go(id).await? {
        return Ok(Ok(Folding::Gone));
    }
    // What kind of document it is says its first change, by the genesis it rests on.
    let begun = || changes.first().and_then(|change| doc::begins(&change.bytes)).unwrap_or(DocKind::Case);
    let opened = if stored.state.is_some() { Doc::open(&stored) } else { Doc::new(begun()) };
    let mut doc = opened.map_err(doc_failure)?;
    for change in changes {
        match doc.apply(&change.bytes) {
            Ok(()) => {}
            Err(DocFault::Damaged) => return Err(doc_failure(DocFault::Damaged)),
            Err(_) => match change.segment {
                Some((key, _)) => return Ok(Err((key, Why::Malformed))),
                None => return Err(super::internal("a change from elsewhere without a segment")),
            },
        }
    }
    let came_back = desk.moved.get(&id).filter(|case| case.is_gone());
    if let (Some(case), None) = (came_back, fold.moved.get(&id)) {
        fold.moved.insert(id, case.clone());
    }
    if let Some(case) = fold.moved.get_mut(&id) {
        case.is_here(&Facts::of(&doc));
    }
    fold.batch.docs.push(DocState { doc: id, kind: doc.kind(), scope: home, heads: doc.heads() });
    match desk.row(id, home, &doc) {
        Row::Case(row) => fold.batch.rows.push(*row),
        Row::Person(row) => fold.batch.people.push(*row),
    }
    fold.snapshots.extend(doc.snapshot_after(stored.tail.len() + changes.len()).map(|snapshot| (id, snapshot)));
    Ok(Ok(Folding::Done))
}

/// The actors of some segments; or the segment that writes as an actor of another device.
async fn actors<S: Store>(
    desk: &Desk<S>,
    segments: &[CheckedSegment],
) -> Result<Result<Vec<ActorRow>, SegmentKey>, Failure> {
    // What the hub carries on from another division was written by others, whose it found it to be.
    let own = || segments.iter().filter(|segment| segment.wrote == Wrote::Station);
    let all = own().flat_map(|segment| segment.changes.iter().map(|change| change.actor));
    let query = PeerQuery::Known { changes: Vec::new(), actors: all.collect::<BTreeSet<_>>().into_iter().collect() };
    let known = desk.store.peer(query).await.map_err(storage)?.actors;
    let mut bound: BTreeMap<[u8; 16], ActorRow> = known.into_iter().map(|row| (row.actor, row)).collect();
    for segment in own() {
        let key = segment.stored.header.key();
        for change in &segment.changes {
            let (actor, device, incarnation) = (change.actor, key.device, key.incarnation);
            let row = bound.entry(actor).or_insert(ActorRow { actor, device, incarnation });
            if row.device != device {
                return Ok(Err(key));
            }
        }
    }
    Ok(Ok(bound.into_values().collect()))
}
