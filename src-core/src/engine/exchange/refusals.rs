//! Records that the hub did not take: whose they are, why, and sending them once more.
//!
//! They stay at the station, sealed as they are; see [`super::outgoing`].

use std::collections::BTreeMap;

use daiban_model::api::{Failure, ListRefused, RefusedCase, RefusedWhy, SendRefusedAgain, SyncView};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId, Why};

use super::outgoing::REFUSED;
use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::engine::{Engine, storage};
use crate::store::{Batch, PeerQuery, Store};

/// Cases a page shows at most.
const SHOWN: usize = 50;

impl<S: Store> Answer<S> for ListRefused {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<RefusedCase>, Failure> {
        let desk = engine.desk()?;
        let refused = desk.refused_docs().await?;
        let rows = desk.own_cases(refused.keys().take(SHOWN).copied().collect()).await?;
        let case = |row: crate::store::CaseRecord| {
            let (changes, since, why) = *refused.get(row.shown.id.0.as_bytes())?;
            let (name, item) = (row.shown.name, row.shown.item);
            Some(RefusedCase { id: row.shown.id, name, item, changes, since, why })
        };
        Ok(rows.into_iter().filter_map(case).collect())
    }
}

impl<S: Store> Answer<S> for SendRefusedAgain {
    /// Only forgets that they were refused: the next exchange brings them again, and the hub decides anew.
    async fn answer(self, engine: &mut Engine<S>) -> Result<SyncView, Failure> {
        let desk = engine.desk()?;
        let kept = desk.store.states(REFUSED).await.map_err(storage)?;
        let mendable = kept.into_iter().filter(|(_, bytes)| why(bytes).1 == RefusedWhy::OutOfScope);
        let states: Vec<_> = mendable.map(|(name, _)| (name, None)).collect();
        if !states.is_empty() {
            desk.commit(Batch { states, ..Batch::default() }).await?;
        }
        engine.sync_view().await
    }
}

impl<S: Store> Desk<S> {
    /// Documents with refused records: how many changes, since when and why.
    async fn refused_docs(&self) -> Result<BTreeMap<DocId, (u32, Wall, RefusedWhy)>, Failure> {
        let mut docs: BTreeMap<DocId, (u32, Wall, RefusedWhy)> = BTreeMap::new();
        let kept = self.store.states(REFUSED).await.map_err(storage)?;
        if kept.is_empty() {
            return Ok(docs);
        }
        let query = PeerQuery::Unreceipted { limit: usize::MAX };
        let open = self.store.peer(query).await.map_err(storage)?.segments;
        for (stored, records) in open {
            let name = super::outgoing::refused_name(&stored.header.key());
            let Some((_, bytes)) = kept.iter().find(|(found, _)| *found == name) else { continue };
            let (since, why) = why(bytes);
            for (doc, ..) in records {
                docs.entry(doc).or_insert((0, since, why)).0 += 1;
            }
        }
        Ok(docs)
    }
}

fn why(bytes: &[u8]) -> (Wall, RefusedWhy) {
    match wire::decode::<(Why, Wall)>(bytes, 64) {
        Ok((Why::OutOfScope, since)) => (since, RefusedWhy::OutOfScope),
        Ok((_, since)) => (since, RefusedWhy::Unsound),
        Err(_) => (Wall(0), RefusedWhy::Unsound),
    }
}
