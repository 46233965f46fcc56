//! The work table, lists and search.

use daiban_model::api::{
    CalendarHere, CaseRow, Counts, DraftRow, Failure, GetToday, ListCases, Page, PageKey, SearchCases, Today, View,
    Workday,
};
use daiban_model::calendar::DayKind;
use daiban_model::case::secrecy;
use jiff::civil::Date;

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, storage};
use crate::projection::day_number;
use crate::query;
use crate::store::{CaseRecord, PeerQuery, RowQuery, Rows, Store};

/// What stands in a list in place of a sensitive item's name.
pub(super) const SENSITIVE: &str = "敏感事项";
/// Most rows of one page.
const PAGE: u16 = 200;
/// Rows on the work table.
const TODAY: u16 = 50;

impl<S: Store> Answer<S> for GetToday {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Today, Failure> {
        let drafts: Vec<DraftRow> = super::drafts::rows(engine.desk()?).await?;
        let desk = engine.desk()?;
        let date = desk.now().date();
        let rows = desk.list(View::Pressing, None, TODAY).await?;
        let unsent = desk.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding.changes;
        let working = match (desk.published.calendar.knows(date), desk.published.calendar.kind(date)) {
            (false, _) => Workday::Unknown,
            (_, DayKind::Working) => Workday::Working,
            (_, DayKind::MakeUp) => Workday::MakeUp,
            (_, DayKind::Rest | DayKind::Holiday) => Workday::Rest,
        };
        let counts = desk.counts().await?;
        let calendar_until = desk.published.calendar.last_known_year();
        let missing = date.month() == 12 && calendar_until.is_none_or(|year| year <= date.year());
        let calendar = if missing { CalendarHere::NextYearMissing } else { CalendarHere::Enough };
        Ok(Today {
            date,
            working,
            rows: desk.shown(rows.cases),
            drafts,
            counts,
            unsent,
            now: desk.now(),
            clock: desk.quality,
            calendar_until,
            calendar,
        })
    }
}

impl<S: Store> Answer<S> for ListCases {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Page, Failure> {
        let desk = engine.desk()?;
        let counts = if self.after.is_none() { Some(desk.counts().await?) } else { None };
        let rows = desk.list(self.view, self.after, self.limit.clamp(1, PAGE)).await?;
        Ok(desk.page(rows, counts))
    }
}

impl<S: Store> Answer<S> for SearchCases {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Page, Failure> {
        let desk = engine.desk()?;
        desk.audit_search(&self.text).await?;
        let first = self.after.is_none();
        let rows = desk.search(&self.text, self.after, self.limit.clamp(1, PAGE)).await?;
        let wiped = if first { desk.wiped_by_number(&self.text).await?.map(Box::new) } else { None };
        Ok(Page { wiped, ..desk.page(rows, None) })
    }
}

impl<S: Store> Desk<S> {
    async fn list(&self, view: View, after: Option<PageKey>, limit: u16) -> Result<Rows, Failure> {
        let (eyes, today) = (self.eyes(), day_number(self.now().date()));
        let query = RowQuery::List { view, eyes, today, after: after.map(|key| key.0), limit };
        self.store.rows(query).await.map_err(storage)
    }

    /// Hits of a typed text; a text without a term finds nothing.
    pub(crate) async fn search(&self, text: &str, after: Option<PageKey>, limit: u16) -> Result<Rows, Failure> {
        let terms = query::terms(text);
        if terms.is_empty() {
            return Ok(Rows::default());
        }
        let query = RowQuery::Search { terms, eyes: self.eyes(), after: after.map(|key| key.0), limit };
        self.store.rows(query).await.map_err(storage)
    }

    async fn counts(&self) -> Result<Counts, Failure> {
        let query = RowQuery::Counts { eyes: self.eyes(), today: day_number(self.now().date()) };
        Ok(self.store.rows(query).await.map_err(storage)?.counts)
    }

    fn page(&self, rows: Rows, counts: Option<Counts>) -> Page {
        Page { next: rows.next.map(PageKey), rows: self.shown(rows.cases), counts, wiped: None }
    }

    /// Rows as they are shown today.
    pub(crate) fn shown(&self, records: Vec<CaseRecord>) -> Vec<CaseRow> {
        let today = self.now().date();
        records.into_iter().map(|record| self.shown_on(record, today)).collect()
    }

    /// R210: a matter whose very name says something about somebody stands in a list without names, but for whoever handles it.
    pub(super) fn is_hidden(&self, record: &CaseRecord) -> bool {
        let sensitive = record.item.parse().is_ok_and(|item| secrecy::is_sensitive(&item));
        sensitive && record.handler.as_ref() != Some(&self.who.agent)
    }

    fn shown_on(&self, record: CaseRecord, today: Date) -> CaseRow {
        let hidden = self.is_hidden(&record);
        let mut row = record.shown;
        if hidden {
            (row.name, row.id_tail) = (String::new(), String::new());
            SENSITIVE.clone_into(&mut row.item);
        }
        row.place = self.published.place(record.scope);
        let due = row.pressing.as_ref().and_then(|pressing| pressing.due.date());
        row.days_left = due.and_then(|due| (due - today).get_days().into());
        row
    }
}
