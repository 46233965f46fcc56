//! Dates that moved because the calendar did (R82, rules §10.3): nothing moves silently, so each is kept here until somebody has seen to it.

use daiban_model::api::{DatedPaper, Failure, ListMoved, Moved, SeenMoved};
use daiban_model::ids::CaseId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, storage};
use crate::projection::{case_id, date_of};
use crate::store::{Batch, CaseRecord, RowQuery, Standing, Store};

/// Under which names it is kept, each under its case; "moved/" is for cases that moved.
const MOVED: &str = "date-moved/";

/// A move as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    from: u32,
    at: Wall,
}

pub(super) fn name(case: CaseId) -> String {
    format!("{MOVED}{case}")
}

impl<S: Store> Answer<S> for ListMoved {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Moved>, Failure> {
        engine.desk()?.moved().await
    }
}

impl<S: Store> Answer<S> for SeenMoved {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Moved>, Failure> {
        let desk = engine.desk()?;
        let seen = desk.moved().await?.into_iter().map(|moved| moved.case.id).filter(|id| self.ids.contains(id));
        let states = seen.map(|id| (name(id), None)).collect();
        desk.commit(Batch { states, ..Batch::default() }).await?;
        desk.moved().await
    }
}

impl<S: Store> Desk<S> {
    /// What is kept of a row that comes out with another date; the first date somebody was told is the one that counts.
    pub(super) fn moved_state(
        &self,
        before: Option<&CaseRecord>,
        now: &CaseRecord,
        kept: &[(String, Vec<u8>)],
    ) -> Option<(String, Option<Vec<u8>>)> {
        let from =
            before?.due.filter(|from| now.standing == Standing::Open && now.due.is_some_and(|to| to != *from))?;
        let name = name(now.shown.id);
        let first = kept.iter().find(|(known, _)| *known == name);
        let first = first.and_then(|(_, bytes)| wire::decode::<Kept>(bytes, 64).ok());
        let from = first.map_or(from, |first| first.from);
        Some((name, Some(wire::encode(&Kept { from, at: self.now() }))))
    }

    pub(super) async fn moves_kept(&self) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        self.store.states(MOVED).await.map_err(storage)
    }

    async fn moved(&self) -> Result<Vec<Moved>, Failure> {
        let mut found: Vec<(DocId, Kept)> = Vec::new();
        for (name, bytes) in self.moves_kept().await? {
            let id = name.strip_prefix(MOVED).and_then(|id| id.parse::<CaseId>().ok());
            let kept = wire::decode::<Kept>(&bytes, 64).ok();
            found.extend(id.zip(kept).map(|(id, kept)| (id.0.into_bytes(), kept)));
        }
        let docs = found.iter().map(|(doc, _)| *doc).collect();
        let rows = self.store.rows(RowQuery::ByDoc(docs)).await.map_err(storage)?.cases;
        let mut moved = Vec::new();
        for row in rows {
            let Some((_, kept)) = found.iter().find(|(doc, _)| case_id(*doc) == row.shown.id) else { continue };
            moved.extend(self.moved_line(row, kept).await?);
        }
        moved.sort_by_key(|line| line.to);
        Ok(moved)
    }

    /// A line for eyes that see the case; one that ended meanwhile, or went back to its date, is none.
    async fn moved_line(&self, row: CaseRecord, kept: &Kept) -> Result<Option<Moved>, Failure> {
        let dates: Option<(Date, Date)> = date_of(kept.from).zip(row.due.and_then(date_of));
        let seen = self.eyes().see(row.scope, row.handler.as_ref()) && row.standing == Standing::Open;
        let Some((from, to)) = dates.filter(|(from, to)| seen && from != to) else { return Ok(None) };
        let printed = self.facts_of(row.shown.id).await?.case.prints.iter().next().is_some();
        let paper = if printed { DatedPaper::Given } else { DatedPaper::None };
        Ok(self.shown(vec![row]).pop().map(|case| Moved { case, from, to, at: kept.at, paper }))
    }
}
