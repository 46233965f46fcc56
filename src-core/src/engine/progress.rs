//! 办到哪一步了 (R90), and matters that may have been taken twice (R78).

use std::collections::BTreeMap;

use daiban_model::api::{AskProgress, Double, DoubleOf, Failure, HowFar, ListDoubles, View};
use daiban_model::case::event::What;
use daiban_model::case::field;
use daiban_model::stamp::Wall;
use daiban_model::wire;

use super::answer::Answer;
use super::desk::{Desk, LAST_OK, OpenFile};
use super::{Engine, storage, story};
use crate::query;
use crate::store::{CaseRecord, RowQuery, Store};

/// Hits looked at for one question.
const HITS: u16 = 50;
/// How many signs of the id are asked for.
const TAIL: usize = 4;

impl<S: Store> Answer<S> for AskProgress {
    /// Asked at any point: what is answered stands on the slip or concerns the matter alone, so whose case it is makes no difference.
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<HowFar>, Failure> {
        let desk = engine.desk()?;
        let (number, name, tail) = (self.number.trim(), self.name.trim(), self.tail.trim().to_uppercase());
        let by_name = !name.is_empty() && tail.chars().count() == TAIL;
        let terms = query::terms(if number.is_empty() { name } else { number });
        if terms.is_empty() || (number.is_empty() && !by_name) {
            return Ok(Vec::new());
        }
        let query = RowQuery::Search { terms, eyes: desk.station_eyes(), after: None, limit: HITS };
        let rows = desk.store.rows(query).await.map_err(storage)?.cases;
        let meant = |row: &&CaseRecord| match number.is_empty() {
            true => row.shown.name == name && row.citizen_id.ends_with(&tail),
            false => row.shown.number == number,
        };
        let mut answers = Vec::new();
        for row in rows.iter().filter(meant) {
            answers.extend(desk.progress(row).await?);
        }
        Ok(answers)
    }
}

impl<S: Store> Answer<S> for ListDoubles {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Double>, Failure> {
        let desk = engine.desk()?;
        let mut matters: BTreeMap<(String, String), Vec<CaseRecord>> = BTreeMap::new();
        for row in desk.rows_of(View::Open, desk.station_eyes(), |_| true).await? {
            if row.shown.stage.is_open() && !row.item.is_empty() && !row.citizen_id.is_empty() {
                matters.entry((row.citizen_id.clone(), row.item.clone())).or_default().push(row);
            }
        }
        let mut doubles = Vec::new();
        for mut rows in matters.into_values().filter(|rows| rows.len() > 1) {
            rows.sort_by(earlier);
            for row in rows.into_iter().skip(1) {
                doubles.extend(desk.double(row).await?);
            }
        }
        Ok(doubles)
    }
}

/// By the receipt at the desk, never by the exchange (rules §10.1).
fn earlier(one: &CaseRecord, other: &CaseRecord) -> std::cmp::Ordering {
    (one.shown.since, &one.shown.number).cmp(&(other.shown.since, &other.shown.number))
}

impl<S: Store> Desk<S> {
    async fn progress(&self, row: &CaseRecord) -> Result<Option<HowFar>, Failure> {
        let facts = self.facts_of(row.shown.id).await?;
        let Some(last) = facts.events.iter().rev().find(|event| moved(&event.what)) else { return Ok(None) };
        let lies_at = match &facts.case.handed_over {
            Some((_, to)) => to.clone(),
            None => self.published.place(row.scope),
        };
        let exchanged = self.store.states(LAST_OK).await.map_err(storage)?;
        let exchanged = exchanged.first().and_then(|(_, bytes)| wire::decode::<Wall>(bytes, 16).ok());
        Ok(Some(HowFar {
            number: row.shown.number.clone(),
            stage: facts.case.stage,
            lies_at,
            last: story::kind(&facts, last, &self.published).to_owned(),
            last_at: last.at,
            pressing: self.reckoning().pressing(&facts.case),
            known_at: exchanged.unwrap_or(last.at).max(last.at),
        }))
    }

    /// Earlier cases of the same person and item that are open too, and that nobody has linked with this one.
    pub(super) async fn doubles_of(&self, file: &OpenFile) -> Result<Vec<DoubleOf>, Failure> {
        let facts = &file.facts;
        let Some((mark, receipt)) = facts.case.receipt.as_ref().filter(|_| facts.case.stage.is_open()) else {
            return Ok(Vec::new());
        };
        let citizen_id = facts.field(field::Field::CitizenId).to_owned();
        if citizen_id.is_empty() {
            return Ok(Vec::new());
        }
        let query = RowQuery::Person { citizen_id, eyes: self.station_eyes() };
        let mut rows = self.store.rows(query).await.map_err(storage)?.cases;
        let (own, item) = ((mark.at, receipt.number.to_string()), receipt.item.to_string());
        rows.retain(|row| {
            let before = (row.shown.since, &row.shown.number) < (own.0, &own.1);
            row.shown.id != file.id && row.item == item && row.shown.stage.is_open() && before
        });
        rows.sort_by(earlier);
        let mut doubles = Vec::new();
        for row in rows {
            let linked = facts.case.links.contains(&row.shown.id)
                || self.facts_of(row.shown.id).await?.case.links.contains(&file.id);
            if !linked {
                let CaseRecord { shown, .. } = row;
                doubles.push(DoubleOf { id: shown.id, number: shown.number, since: shown.since });
            }
        }
        Ok(doubles)
    }

    async fn double(&self, row: CaseRecord) -> Result<Option<Double>, Failure> {
        // Whoever may not see it is not told of it: it is told where it is handled.
        let Ok(file) = self.file(row.shown.id).await else { return Ok(None) };
        let first = self.doubles_of(&file).await?.into_iter().next();
        Ok(first.zip(self.shown(vec![row]).pop()).map(|(first, second)| Double { first, second }))
    }
}

/// Whether an act moved the matter on, in what somebody who asks would call a move.
fn moved(what: &What) -> bool {
    !matches!(
        what,
        What::Told { .. }
            | What::Typed { .. }
            | What::Noted { .. }
            | What::Reviewed { .. }
            | What::Settled { .. }
            | What::Linked { .. }
            | What::FileAdded(_)
            | What::FileSetAside { .. }
            | What::Printed(_)
            | What::Beside(_)
            | What::Unknown { .. }
    )
}
