//! Rows made anew from documents: after the calendar changed (R82), for a version that makes them otherwise, and to repair a
//! cache (S4).
//!
//! - F1: what begins a refold and the mark that one is due land in one commit, and each run moves the mark in the commit of its
//!   rows: whatever moment the power goes, the next person who signs in gets the rest.
//! - F2: a document that does not open is flagged for a person and passed over; its last row stays.

use daiban_model::api::{Changed, Failure, StorageFault};
use daiban_model::ids::CaseId;
use daiban_model::wire::{self, DocId};
use uuid::Uuid;

use super::desk::{Desk, doc_failure};
use super::{Engine, Turn, storage};
use crate::doc::Doc;
use crate::projection::{self, Row};
use crate::query::Tokens;
use crate::store::{Batch, CaseRecord, DocState, PeopleQuery, PersonRecord, RowQuery, Rows, Store, StoreError};

/// Documents looked at in one run, between two calls of somebody who is at work.
const RUN: u16 = 200;
/// How this version makes rows; raised whenever a document comes out as another row.
const ROWS: u32 = 3;
/// The name under which it is kept which version made the rows.
const MADE_BY: &str = "rows";
/// The name of the mark: where the refold under way has got to.
const MARK: &str = "refold";
/// Under which names the documents are kept that do not open.
pub(super) const UNREADABLE: &str = "unreadable/";

/// A small named value to be written.
type State = (String, Option<Vec<u8>>);

/// Whether rows are being made anew, and after which document to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refold {
    /// All rows are as this version makes them.
    Done,
    /// Those after this document are still to be looked at.
    After(Option<DocId>),
}

impl Refold {
    /// What a store says; a mark that does not read means all of them.
    pub(crate) async fn load<S: Store>(store: &S) -> Result<Self, StoreError> {
        let own = |found: Vec<(String, Vec<u8>)>, name: &str| found.into_iter().find(|(found, _)| found == name);
        let mark = own(store.states(MARK).await?, MARK);
        let made_by = own(store.states(MADE_BY).await?, MADE_BY);
        let made_by = made_by.and_then(|(_, bytes)| wire::decode::<u32>(&bytes, 8).ok());
        Ok(match mark {
            Some((_, bytes)) => Self::After(wire::decode(&bytes, 32).unwrap_or(None)),
            None if made_by != Some(ROWS) => Self::After(None),
            None => Self::Done,
        })
    }

    /// The mark that all rows are to be made anew.
    pub(crate) fn due() -> State {
        (MARK.to_owned(), Some(wire::encode(&None::<DocId>)))
    }

    /// The mark of a new store, whose rows this version makes.
    pub(crate) fn fresh() -> State {
        (MADE_BY.to_owned(), Some(wire::encode(&ROWS)))
    }

    fn states(self) -> Vec<State> {
        match self {
            Self::After(doc) => vec![(MARK.to_owned(), Some(wire::encode(&doc)))],
            Self::Done => vec![(MARK.to_owned(), None), Self::fresh()],
        }
    }
}

impl<S: Store> Engine<S> {
    /// Folds every document again and replaces the rows that come out otherwise; answers which cases those are.
    pub async fn refold(&mut self) -> Result<Vec<CaseId>, Failure> {
        let desk = self.desk()?;
        desk.commit(Batch { states: vec![Refold::due()], ..Batch::default() }).await?;
        desk.refold = Refold::After(None);
        let mut changed = Vec::new();
        while let Refold::After(after) = self.desk()?.refold {
            changed.extend(self.desk()?.refold_run(after).await?);
        }
        if !changed.is_empty() {
            self.tell(Changed::Cases { ids: Vec::new() });
        }
        Ok(changed)
    }

    /// One run of a refold that is due, for the time between two calls. F1
    pub async fn refold_on(&mut self) -> Result<Turn, Failure> {
        let Some(desk) = self.desk.as_mut() else { return Ok(Turn::Done) };
        let Refold::After(after) = desk.refold else { return Ok(Turn::Done) };
        let changed = desk.refold_run(after).await?;
        let turn = if desk.refold == Refold::Done { Turn::Done } else { Turn::Again };
        if !changed.is_empty() {
            self.tell(Changed::Cases { ids: Vec::new() });
        }
        Ok(turn)
    }
}

impl<S: Store> Desk<S> {
    async fn refold_run(&mut self, after: Option<DocId>) -> Result<Vec<CaseId>, Failure> {
        let docs = self.store.rows(RowQuery::Docs { after, limit: RUN }).await.map_err(storage)?.docs;
        let flagged = self.store.states(UNREADABLE).await.map_err(storage)?;
        let moves = self.moves_kept().await?;
        let mut batch = Batch::default();
        for state in &docs {
            let flag = flag(state.doc);
            let known = flagged.iter().any(|(name, _)| *name == flag);
            match self.row_if_other(state).await {
                Ok(other) => {
                    match other {
                        Some((Row::Case(row), before)) => {
                            batch.states.extend(self.moved_state(before.as_ref(), &row, &moves));
                            batch.rows.push(*row);
                        }
                        Some((Row::Person(row), _)) => batch.people.push(*row),
                        None => {}
                    }
                    batch.states.extend(known.then_some((flag, None)));
                }
                Err(Failure::Storage { why: StorageFault::Damaged }) if known => {}
                Err(Failure::Storage { why: StorageFault::Damaged }) => {
                    batch.states.push((flag, Some(wire::encode(&self.now()))));
                }
                Err(other) => return Err(other),
            }
        }
        let full = docs.len() == usize::from(RUN);
        let next = docs.last().filter(|_| full).map_or(Refold::Done, |last| Refold::After(Some(last.doc)));
        batch.states.extend(next.states());
        let people = batch.people.iter().map(|row| projection::case_id(row.shown.id.0.into_bytes()));
        let changed = batch.rows.iter().map(|row| row.shown.id).chain(people).collect();
        self.commit(batch).await?;
        self.refold = next;
        Ok(changed)
    }

    /// The row that a document comes out as, with the one before, where they differ.
    async fn row_if_other(&self, state: &DocState) -> Result<Option<(Row, Option<CaseRecord>)>, Failure> {
        let doc = Doc::open(&self.store.load(state.doc).await.map_err(storage)?).map_err(doc_failure)?;
        let row = self.row(state.doc, state.scope, &doc);
        let query = match &row {
            Row::Case(_) => RowQuery::ByDoc(vec![state.doc]),
            Row::Person(_) => RowQuery::People(PeopleQuery::ByDoc(vec![state.doc])),
        };
        let mut stored = match self.store.rows(query).await {
            Ok(rows) => rows,
            // A row that does not read is a cache that went bad: it is made anew.
            Err(StoreError::Damaged { .. }) => Rows::default(),
            Err(fault) => return Err(storage(fault)),
        };
        // The store keeps search tokens apart and does not give them back.
        let equal = match &row {
            Row::Case(row) => {
                let bare = CaseRecord { tokens: Tokens::default(), ..(**row).clone() };
                stored.cases.first() == Some(&bare)
            }
            Row::Person(row) => {
                let bare = PersonRecord { tokens: Tokens::default(), ..(**row).clone() };
                stored.people.first() == Some(&bare)
            }
        };
        Ok((!equal).then(|| (row, stored.cases.pop())))
    }
}

/// The name under which it is kept that a document does not open.
pub(super) fn flag(doc: DocId) -> String {
    format!("{UNREADABLE}{}", Uuid::from_bytes(doc).simple())
}
