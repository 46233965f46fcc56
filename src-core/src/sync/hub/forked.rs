//! Numbers that a device has given twice, of which others bring the first ones (sync.md section 7).
//!
//! - K6: what a device wrote under numbers that it gave again, because its disk went back, is not lost where the hub went back, too: it stands
//!   under neither's hand then, and work of others may rest on it. Who has read it brings it, as its device signed it; the hub writes what
//!   it did not know into the feed in a line of its own, as it does with cases that move (D3). A device that brings such segments of its
//!   own gives them other numbers and brings them again.

use std::collections::HashSet;

use daiban_model::stamp::Wall;
use daiban_model::wire::{Hash, Refused, RepairRequest, Segment, Why};

use super::moving::Learned;
use super::{Asked, Hub};
use crate::store::{ActorRow, Batch, PeerQuery, Store, StoreError};
use crate::sync::trail::Wrote;
use crate::sync::writer::{Described, Writer, Writers, described};

/// What became of a segment.
enum Carried {
    /// The hub has all of it.
    Yes,
    /// It rests on what the hub does not have.
    NotYet,
    /// It says what its device may not say, or something else than what is known.
    Never,
}

impl<S: Store> Hub<S> {
    /// Takes what refused segments of other devices carry, where their numbers are given to others by now. What cannot be taken is kept
    /// for a person to look at. K6
    pub(super) async fn carry_forked(
        &self,
        asked: &Asked<RepairRequest>,
        refused: &[Refused],
        writers: &Writers,
        now: Wall,
    ) -> Result<(), StoreError> {
        // What follows such a segment in its line is told as a gap, where the line that stands is shorter. At a hub that never went back a
        // gap is filled by its device, under its own numbers.
        let went_back = self.renewals().await? > 0;
        let breaks = |one: &Refused| match one.why {
            Why::Forked { .. } => true,
            Why::Gap { .. } => went_back,
            _ => false,
        };
        let is_meant = |segment: &&Segment| {
            let key = segment.header.key();
            key.device != asked.device.device && refused.iter().any(|one| one.key == key && breaks(one))
        };
        let mut waiting: Vec<&Segment> = asked.request.segments.iter().filter(is_meant).collect();
        loop {
            let (before, mut left) = (waiting.len(), Vec::new());
            for segment in waiting {
                match self.carry_one(segment, writers, now).await? {
                    Carried::Yes => {}
                    Carried::NotYet => left.push(segment),
                    Carried::Never => self.set_aside(std::slice::from_ref(segment), "forked", now).await?,
                }
            }
            waiting = left;
            // One that was carried may be what another one rests on.
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        // Of a mere gap the rest may still come.
        let is_forked = |segment: &&Segment| {
            let key = segment.header.key();
            refused.iter().any(|one| one.key == key && matches!(one.why, Why::Forked { .. }))
        };
        let aside: Vec<Segment> = waiting.into_iter().filter(is_forked).cloned().collect();
        self.set_aside(&aside, "forked", now).await
    }

    async fn carry_one(&self, segment: &Segment, writers: &Writers, now: Wall) -> Result<Carried, StoreError> {
        let (header, key) = (&segment.header, segment.header.key());
        let is_right =
            |writer: &&Writer| Wrote::under(&writer.certificate) == Wrote::Station && writer.check(segment).is_ok();
        // The hub's own word moves cases (D1): nothing of a station becomes that by being carried.
        let records = writers.get(&key.device).filter(is_right).and_then(|_| described(segment));
        let Some(mut records) = records.filter(|records| Wrote::Station.may_say_all(records)) else {
            return Ok(Carried::Never);
        };
        let (changes, actors) = records.iter().map(|(_, meta, _)| (meta.hash, meta.actor)).unzip();
        let here = self.store.peer(PeerQuery::Known { changes, actors }).await?;
        if here.actors.iter().any(|row| row.device != key.device) {
            return Ok(Carried::Never);
        }
        records.retain(|(_, meta, _)| !here.known.contains(&meta.hash));
        if records.is_empty() {
            return Ok(Carried::Yes);
        }
        if !self.rests_on_known(&records).await?
            || !self.rests_within(key.scope, Wrote::Station, &records, (&HashSet::new(), &Learned::new())).await?
        {
            return Ok(Carried::NotYet);
        }
        let Ok(placing) = self.placing_now(header, Wrote::Station, &records).await? else { return Ok(Carried::Never) };
        let mut batch = Batch::default();
        placing.enter(&mut batch);
        for (_, meta, _) in &records {
            if batch.actors.iter().all(|row| row.actor != meta.actor) {
                let (device, incarnation) = (key.device, key.incarnation);
                batch.actors.push(ActorRow { actor: meta.actor, device, incarnation });
            }
        }
        self.pen(vec![key.scope], &mut batch, now).await?;
        self.write(&mut batch, key.scope, records, &header.agent, now);
        match self.store.commit(batch).await {
            Ok(_) => {}
            Err(StoreError::Clash) => return Ok(Carried::Never),
            Err(fault) => return Err(fault),
        }
        self.settle(placing.onward.into_iter().collect(), [key.scope].into(), now).await?;
        Ok(Carried::Yes)
    }

    async fn rests_on_known(&self, records: &[Described]) -> Result<bool, StoreError> {
        let own: HashSet<Hash> = records.iter().map(|(_, meta, _)| meta.hash).collect();
        let deps = records.iter().flat_map(|(_, meta, _)| meta.deps.iter().copied());
        let deps: Vec<Hash> = deps.filter(|dep| !own.contains(dep)).collect();
        let known = self.store.peer(PeerQuery::Known { changes: deps.clone(), actors: Vec::new() }).await?.known;
        Ok(deps.iter().all(|dep| known.contains(dep)))
    }
}
