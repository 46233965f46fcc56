//! Each feed can be read alone, also where a case moved and the hub knows more of it than that feed (sync.md section 5).
//!
//! - D7: what rests on a change of a case that moved gets its number when that change stands in the same feed, and not when it stands in
//!   some feed: whoever reads one division only would refuse it.
//! - D6: a division that the case has left is told of the last move by a change that rests on what its feed has. That may be less than
//!   what the move itself rests on: the case went on from there, or the hub went back and that feed was not brought again yet.

use std::collections::HashSet;

use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;
use daiban_model::wire::{DocId, Hash};

use super::Hub;
use super::moving::Learned;
use crate::doc::{Doc, Moved};
use crate::store::{DocKind, PeerId, PeerQuery, Store, StoreError};
use crate::sync::trail::Wrote;
use crate::sync::writer::Described;

/// Bytes of a feed read at once.
const PIECE: usize = 4 << 20;

/// How a division is told of the last move of a case.
pub(super) enum Told {
    /// Its feed says so already.
    Already,
    /// By this change.
    By(Box<Described>),
    /// Its feed has nothing of the case that a change could rest on: it is told when it has.
    Later,
}

impl<S: Store> Hub<S> {
    /// Whether all that a segment rests on stands in its own feed, or among what is placed there before it. D7
    pub(super) async fn rests_within(
        &self,
        scope: ScopeCode,
        wrote: Wrote,
        records: &[Described],
        (placed, learned): (&HashSet<(ScopeCode, Hash)>, &Learned),
    ) -> Result<bool, StoreError> {
        let own: HashSet<Hash> = records.iter().map(|(_, meta, _)| meta.hash).collect();
        let is_open = |dep: &Hash| !own.contains(dep) && !placed.contains(&(scope, *dep));
        let docs: HashSet<DocId> = records.iter().map(|(doc, ..)| *doc).collect();
        for doc in docs {
            let of_doc = records.iter().filter(|(of, ..)| *of == doc);
            let mut deps: HashSet<Hash> = of_doc.flat_map(|(_, meta, _)| meta.deps.iter().copied()).collect();
            deps.retain(is_open);
            if deps.is_empty() {
                continue;
            }
            match (wrote, self.carried_to(&doc, scope, learned).await?) {
                (Wrote::Station, None) => continue,
                (Wrote::Station, Some(carried)) => deps.retain(|dep| !carried.contains(dep)),
                (Wrote::Hub, _) => {
                    for (_, meta, _) in self.held(scope, doc).await? {
                        deps.remove(&meta.hash);
                    }
                }
            }
            if !deps.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What a feed has of a case, in its order.
    async fn held(&self, scope: ScopeCode, doc: DocId) -> Result<Vec<Described>, StoreError> {
        let ends = self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
        let end = ends.iter().find(|end| end.scope == scope).map_or(0, |end| end.seq);
        let (mut at, mut held, mut seen) = (0, Vec::new(), HashSet::new());
        while at < end {
            let entries = self.store.after(scope, at, PIECE).await?;
            let Some(last) = entries.last() else { break };
            at = last.seq;
            let records = entries.into_iter().flat_map(|entry| entry.records);
            let new = records.filter(|(of, hash, _)| *of == doc && seen.insert(*hash));
            held.extend(new.filter_map(|(of, _, raw)| Some((of, crate::doc::parse(&raw).ok()?, raw))));
        }
        Ok(held)
    }

    /// How a division that the case has left is told of its last move. D6
    pub(super) async fn telling(
        &self,
        (doc, scope): (DocId, ScopeCode),
        moved: Moved,
        said: &[Described],
        now: Wall,
    ) -> Result<Told, StoreError> {
        let held = self.held(scope, doc).await?;
        if held.iter().any(|(_, meta, _)| meta.moved == Some(moved)) {
            return Ok(Told::Already);
        }
        let has = |dep: &Hash| held.iter().any(|(_, meta, _)| meta.hash == *dep);
        if let Some(whole) = said.iter().find(|(_, meta, _)| meta.deps.iter().all(has) && !held.is_empty()) {
            return Ok(Told::By(Box::new(whole.clone())));
        }
        let raw: Vec<_> = held.into_iter().map(|(.., raw)| raw).collect();
        let Ok(mut open) = Doc::new(DocKind::Case) else { return Ok(Told::Later) };
        if raw.is_empty() || open.apply_all(&raw).is_err() {
            return Ok(Told::Later);
        }
        let change = open.moved(self.mover(&doc, moved, scope, now), moved, now);
        Ok(change.map_or(Told::Later, |change| Told::By(Box::new((doc, change.meta, change.bytes)))))
    }
}
