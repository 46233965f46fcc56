//! How the exchange stands, for the page that shows it.

use daiban_model::api::{
    Failure, GetSync, Link, Problem, ProblemCode, Progress, ReceiptView, SyncNow, SyncView, WaitingCase,
};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Why};

use super::outgoing::REFUSED;
use crate::engine::answer::Answer;
use crate::engine::desk::{Desk, LAST_OK};
use crate::engine::refold::UNREADABLE;
use crate::engine::{Engine, storage};
use crate::store::{CaseRecord, PeerQuery, RowQuery, Store};

impl<S: Store> Answer<S> for GetSync {
    async fn answer(self, engine: &mut Engine<S>) -> Result<SyncView, Failure> {
        engine.sync_view().await
    }
}

impl<S: Store> Answer<S> for SyncNow {
    /// The exchange itself is carried by [`crate::engine::task`]; this only says how things stand.
    async fn answer(self, engine: &mut Engine<S>) -> Result<SyncView, Failure> {
        engine.sync_view().await
    }
}

impl<S: Store> Engine<S> {
    pub(super) async fn sync_view(&mut self) -> Result<SyncView, Failure> {
        let state = self.link.state;
        let problems = self.problems().await?;
        self.desk()?;
        let (Some(desk), link) = (&self.desk, &self.link) else { return Err(Failure::Locked) };
        let owed = desk.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding;
        let last_ok = desk.store.states(LAST_OK).await.map_err(storage)?;
        let last_ok = last_ok.first().and_then(|(_, bytes)| wire::decode(bytes, 16).ok());
        let last_receipt = owed.last.map(|(key, seq, changes, hub_ms)| ReceiptView {
            scope: key.scope,
            place: desk.published.place(key.scope),
            seq,
            changes,
            at: Wall(i64::try_from(hub_ms).unwrap_or(i64::MAX)),
        });
        let files = desk.files_waiting();
        let left = owed.bytes.saturating_add(files.bytes).saturating_sub(files.sent);
        let progress = Progress { seconds_left: link.seconds_for(left), ..link.progress };
        Ok(SyncView {
            state,
            hub: desk.hub.clone(),
            outbox: owed.changes,
            outbox_bytes: owed.bytes,
            waiting: desk.waiting(&owed.docs).await?,
            files,
            progress: (state == Link::Working).then_some(progress),
            last_ok,
            last_receipt,
            received_total: owed.receipted,
            backed_up: desk.backed_up().await?,
            clock_ahead: link.clock_ahead,
            problems,
            decisions: desk.decisions().await?,
        })
    }
}

impl<S: Store> Engine<S> {
    /// What a person must act on: what went wrong with the road, and what was set aside here or at the hub, which outlives the
    /// program.
    async fn problems(&mut self) -> Result<Vec<Problem>, Failure> {
        let mut problems = self.link.problems.clone();
        let desk = self.desk()?;
        let mut add = |code, since: Wall| {
            let entry = problems.entry(code).or_insert((since, 0));
            *entry = (entry.0.min(since), entry.1 + 1);
        };
        for aside in desk.store.peer(PeerQuery::Quarantine).await.map_err(storage)?.quarantine {
            add(ProblemCode::Quarantined, Wall(i64::try_from(aside.at_ms).unwrap_or(i64::MAX)));
        }
        for (_, bytes) in desk.store.states(REFUSED).await.map_err(storage)? {
            let kept: Option<(Why, Wall)> = wire::decode(&bytes, 64).ok();
            add(ProblemCode::RefusedByHub, kept.map_or(Wall(0), |(_, since)| since));
        }
        for (_, bytes) in desk.store.states(UNREADABLE).await.map_err(storage)? {
            add(ProblemCode::UnreadableCase, wire::decode(&bytes, 16).unwrap_or(Wall(0)));
        }
        for since in desk.published.unreadable.values() {
            add(ProblemCode::UnreadablePackage, *since);
        }
        let problem = |(code, (since, records))| Problem { code, since, records };
        Ok(problems.into_iter().map(problem).collect())
    }
}

impl<S: Store> Desk<S> {
    async fn waiting(&self, docs: &[(wire::DocId, u32, u64)]) -> Result<Vec<WaitingCase>, Failure> {
        let few = &docs[..docs.len().min(20)];
        let rows = self.own_cases(few.iter().map(|(doc, ..)| *doc).collect()).await?;
        let waiting = rows.iter().filter_map(|row| {
            let (_, changes, bytes) = few.iter().find(|(doc, ..)| doc == row.shown.id.0.as_bytes())?;
            let (name, item) = (row.shown.name.clone(), row.shown.item.clone());
            Some(WaitingCase { id: row.shown.id, name, item, changes: *changes, bytes: *bytes })
        });
        Ok(waiting.collect())
    }

    /// Rows of those cases that whoever is signed in may see.
    pub(super) async fn own_cases(&self, docs: Vec<wire::DocId>) -> Result<Vec<CaseRecord>, Failure> {
        let mut rows = self.store.rows(RowQuery::ByDoc(docs)).await.map_err(storage)?.cases;
        let eyes = self.eyes();
        rows.retain(|row| {
            let own = eyes.only.is_none() || eyes.only == row.handler;
            own && eyes.serves.iter().any(|served| served.covers(row.scope))
        });
        Ok(rows)
    }
}
