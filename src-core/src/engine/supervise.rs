//! What the upper tier is shown: where more was asked for after the one notice (R52), and what each unit did in a month (R73).

use std::collections::BTreeMap;

use daiban_model::api::{Failure, FurtherNotice, ListFurtherNotices, ListMonth, UnitMonth, View};
use daiban_model::case::What;
use daiban_model::case::event::NoticeLine;
use daiban_model::case::month::{self, MonthLine};
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;

use super::answer::Answer;
use super::{Engine, storage};
use crate::projection::{FURTHER_NOTICE, is_further};
use crate::query;
use crate::store::{CaseRecord, RowQuery, Store};

/// Most cases looked at, latest first.
const MOST: u16 = 200;

impl<S: Store> Answer<S> for ListFurtherNotices {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<FurtherNotice>, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        let terms = query::terms(FURTHER_NOTICE);
        let query = RowQuery::Search { terms, eyes: desk.eyes(), after: None, limit: MOST };
        let mut found = Vec::new();
        for record in desk.store.rows(query).await.map_err(storage)?.cases {
            let facts = desk.facts_of(record.shown.id).await?;
            // What was asked for tells what the matter is (R210).
            let told = |text: String| if desk.is_hidden(&record) { String::new() } else { text };
            let papers = |lines: &[NoticeLine]| lines.iter().map(|line| told(line.paper.clone())).collect();
            let Some(case) = desk.shown(vec![record.clone()]).pop() else { continue };
            let further = facts.case.notices.iter().filter(|(_, notice)| is_further(notice));
            found.extend(further.map(|(mark, notice)| FurtherNotice {
                case: case.clone(),
                no: notice.no,
                at: mark.at,
                by: desk.published.agent(&mark.by),
                papers: papers(&notice.lines),
                reason: told(notice.raised_by.clone()),
                trigger: told(notice.trigger.clone()),
            }));
        }
        found.sort_by_key(|notice| std::cmp::Reverse(notice.at));
        Ok(found)
    }
}

impl<S: Store> Answer<S> for ListMonth {
    /// Counted from the cases each time, and from what stays of those whose copies went: a line is what the records say and nothing else (R187).
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<UnitMonth>, Failure> {
        let desk = engine.desk()?;
        let mut units: BTreeMap<ScopeCode, MonthLine> = BTreeMap::new();
        // Nothing was done in the month of a case that was last changed before it.
        let from = Wall::at(self.month.first_of_month().at(0, 0, 0, 0)).0.max(0).unsigned_abs();
        let since = |row: &CaseRecord| row.updated_ms >= from;
        let mut records = desk.rows_of(View::Open, desk.eyes(), |_| true).await?;
        records.retain(since);
        records.extend(desk.rows_of(View::Finished, desk.eyes(), since).await?);
        for record in records {
            let facts = desk.facts_of(record.shown.id).await?;
            let archived = facts.events.iter().find(|event| matches!(event.what, What::Archived));
            let archived = archived.map(|event| event.at.date());
            units.entry(record.scope).or_default().add(&facts.case, archived, self.month, &desk.reckoning());
        }
        for (unit, line) in desk.wiped_month(self.month).await? {
            units.entry(unit).or_default().merge(&line);
        }
        let told = |(unit, line): (ScopeCode, MonthLine)| UnitMonth {
            unit,
            name: desk.published.place(unit),
            line,
            on_time: line.on_time(),
            target: month::TARGET,
        };
        Ok(units.into_iter().filter(|(_, line)| !line.is_empty()).map(told).collect())
    }
}
