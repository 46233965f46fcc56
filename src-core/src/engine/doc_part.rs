//! Changes of a frame folded into their documents, one document at a time, so that memory does not grow with the frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use daiban_model::api::Failure;
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, SegmentKey, Why};

use super::desk::{Desk, doc_failure};
use super::storage;
use crate::doc::{self, Doc, DocFault};
use crate::projection::Row;
use crate::store::{ActorRow, Batch, DocKind, DocState, PeerQuery, Snapshot, Store, StoredChange};
use crate::sync::station::CheckedSegment;

/// What the changes of a frame come to.
#[derive(Default)]
pub(super) struct Fold {
    /// Changes, documents, rows and actors.
    pub(super) batch: Batch,
    /// The documents touched.
    pub(super) docs: Vec<DocId>,
    /// Of documents whose tail has grown long; to be taken once the changes are stored.
    pub(super) snapshots: Vec<(DocId, Snapshot)>,
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
    let mut fold = Fold { batch: Batch { actors, ..Batch::default() }, ..Fold::default() };
    for doc in order {
        let changes = by_doc.remove(&doc).unwrap_or_default();
        match one(desk, doc, scope, &changes, &mut fold).await? {
            Ok(()) => fold.docs.push(doc),
            Err(culprit) => return Ok(Err(culprit)),
        }
    }
    // In the order of the feed: a store may rely on a change coming after what it rests on.
    fold.batch.changes = segments.iter().flat_map(|segment| segment.changes.iter().cloned()).collect();
    Ok(Ok(fold))
}

async fn one<S: Store>(
    desk: &Desk<S>,
    id: DocId,
    scope: ScopeCode,
    changes: &[&StoredChange],
    fold: &mut Fold,
) -> Result<Result<(), (SegmentKey, Why)>, Failure> {
    let stored = desk.store.load(id).await.map_err(storage)?;
    let culprit = |why| match changes.first().and_then(|change| change.segment) {
        Some((key, _)) => Ok(Err((key, why))),
        None => Err(super::internal("a change from elsewhere without a segment")),
    };
    // A case has one scope at a time: a device of another division does not take it over by writing to it.
    if stored.state.as_ref().is_some_and(|state| state.scope != scope) {
        return culprit(Why::OutOfScope);
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
    fold.batch.docs.push(DocState { doc: id, kind: doc.kind(), scope, heads: doc.heads() });
    match desk.row(id, scope, &doc) {
        Row::Case(row) => fold.batch.rows.push(*row),
        Row::Person(row) => fold.batch.people.push(*row),
    }
    fold.snapshots.extend(doc.snapshot_after(stored.tail.len() + changes.len()).map(|snapshot| (id, snapshot)));
    Ok(Ok(()))
}

/// The actors of some segments; or the segment that writes as an actor of another device.
async fn actors<S: Store>(
    desk: &Desk<S>,
    segments: &[CheckedSegment],
) -> Result<Result<Vec<ActorRow>, SegmentKey>, Failure> {
    let all = segments.iter().flat_map(|segment| segment.changes.iter().map(|change| change.actor));
    let query = PeerQuery::Known { changes: Vec::new(), actors: all.collect::<BTreeSet<_>>().into_iter().collect() };
    let known = desk.store.peer(query).await.map_err(storage)?.actors;
    let mut bound: BTreeMap<[u8; 16], ActorRow> = known.into_iter().map(|row| (row.actor, row)).collect();
    for segment in segments {
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
