//! Rows made anew from documents: after the calendar changed (R82), and to repair a cache (S4).

use daiban_model::api::{Changed, Failure};
use daiban_model::ids::CaseId;

use super::desk::{Desk, doc_failure};
use super::{Engine, storage};
use crate::doc::Doc;
use crate::projection::{self, Facts};
use crate::query::Tokens;
use crate::store::{Batch, CaseRecord, DocState, RowQuery, Store};

/// Documents looked at before what differs is committed.
const RUN: u16 = 200;

impl<S: Store> Engine<S> {
    /// Folds every document again and replaces the rows that come out otherwise; answers which cases those are.
    pub async fn refold(&mut self) -> Result<Vec<CaseId>, Failure> {
        let ids = self.desk()?.refold().await?;
        if !ids.is_empty() {
            self.tell(Changed::Cases { ids: Vec::new() });
        }
        Ok(ids)
    }
}

impl<S: Store> Desk<S> {
    async fn refold(&self) -> Result<Vec<CaseId>, Failure> {
        let (mut after, mut changed) = (None, Vec::new());
        loop {
            let docs = self.store.rows(RowQuery::Docs { after, limit: RUN }).await.map_err(storage)?.docs;
            let Some(last) = docs.last() else { return Ok(changed) };
            after = Some(last.doc);
            let mut rows = Vec::new();
            for state in &docs {
                rows.extend(self.row_if_other(state).await?);
            }
            changed.extend(rows.iter().map(|row| row.shown.id));
            if !rows.is_empty() {
                self.commit(Batch { rows, ..Batch::default() }).await?;
            }
        }
    }

    async fn row_if_other(&self, state: &DocState) -> Result<Option<CaseRecord>, Failure> {
        let doc = Doc::open(&self.store.load(state.doc).await.map_err(storage)?).map_err(doc_failure)?;
        let row = projection::record(state.doc, state.scope, &Facts::of(&doc), &self.published.calendar);
        let stored = self.store.rows(RowQuery::ByDoc(vec![state.doc])).await.map_err(storage)?.cases;
        // The store keeps search tokens apart and does not give them back.
        let bare = CaseRecord { tokens: Tokens::default(), ..row.clone() };
        Ok((stored.first() != Some(&bare)).then_some(row))
    }
}
