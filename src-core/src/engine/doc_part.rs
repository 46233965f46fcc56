//! Changes of a frame folded into their documents, one document at a time, so that memory does not grow with the frame.

use std::collections::BTreeMap;

use daiban_model::api::Failure;
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, SegmentKey};

use super::desk::{Desk, doc_failure};
use super::storage;
use crate::doc::{Doc, DocFault};
use crate::projection::Facts;
use crate::store::{ActorRow, Batch, DocKind, DocState, Store, StoredChange};
use crate::sync::station::CheckedSegment;

/// The changes, documents and rows of a frame; or the segment one of whose changes a document refused.
pub(super) type Folded = Result<(Batch, Vec<DocId>), SegmentKey>;

/// Folds all changes of some segments into their documents.
pub(super) async fn fold_in<S: Store>(
    desk: &Desk<S>,
    segments: &[CheckedSegment],
    scope: ScopeCode,
) -> Result<Folded, Failure> {
    let mut by_doc: BTreeMap<DocId, Vec<&StoredChange>> = BTreeMap::new();
    for change in segments.iter().flat_map(|segment| &segment.changes) {
        by_doc.entry(change.doc).or_default().push(change);
    }
    let (mut batch, mut docs) = (Batch { actors: actors(segments), ..Batch::default() }, Vec::new());
    for (doc, changes) in by_doc {
        match one(desk, doc, scope, &changes, &mut batch).await? {
            Ok(()) => docs.push(doc),
            Err(culprit) => return Ok(Err(culprit)),
        }
    }
    // In the order of the feed: a store may rely on a change coming after what it rests on.
    batch.changes = segments.iter().flat_map(|segment| segment.changes.iter().cloned()).collect();
    Ok(Ok((batch, docs)))
}

async fn one<S: Store>(
    desk: &Desk<S>,
    id: DocId,
    scope: ScopeCode,
    changes: &[&StoredChange],
    batch: &mut Batch,
) -> Result<Result<(), SegmentKey>, Failure> {
    let stored = desk.store.load(id).await.map_err(storage)?;
    let opened = if stored.state.is_some() { Doc::open(&stored) } else { Doc::new(DocKind::Case) };
    let mut doc = opened.map_err(doc_failure)?;
    for change in changes {
        match doc.apply(&change.bytes) {
            Ok(()) => {}
            Err(DocFault::Damaged) => return Err(doc_failure(DocFault::Damaged)),
            Err(_) => match change.segment {
                Some((key, _)) => return Ok(Err(key)),
                None => return Err(super::internal("a change from elsewhere without a segment")),
            },
        }
    }
    let facts = Facts::of(&doc);
    batch.docs.push(DocState { doc: id, kind: doc.kind(), scope, heads: doc.heads() });
    batch.rows.push(desk.record(id, scope, &facts));
    Ok(Ok(()))
}

fn actors(segments: &[CheckedSegment]) -> Vec<ActorRow> {
    let mut actors: Vec<ActorRow> = Vec::new();
    for segment in segments {
        let header = &segment.stored.header;
        for change in &segment.changes {
            if !actors.iter().any(|row| row.actor == change.actor) {
                let (device, incarnation) = (header.device, header.incarnation);
                actors.push(ActorRow { actor: change.actor, device, incarnation });
            }
        }
    }
    actors
}
