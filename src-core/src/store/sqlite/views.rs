//! Lists of cases, each read along its own index, and their figures.
//!
//! A page goes on after the sort key of its last row, so that neither length nor place in a list costs anything.

use daiban_model::api::{Counts, View};
use daiban_model::identity::CaseNumber;
use daiban_model::ids::PersonId;
use daiban_model::wire::DocId;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::cases::{NO_DATE, numbered};
use super::columns;
use crate::query::Tokens;
use crate::store::{CaseRecord, Eyes, Flag, MOST_PEOPLE, Rows, Standing, StoreError};

/// Most cases of one person that are answered.
const PERSON: u16 = 50;

/// The columns read by [`record`].
macro_rules! case_columns {
    () => {
        "SELECT r.row, r.scope, r.handler, r.standing, r.due, r.supplementing, r.no_limit, r.updated_ms, r.citizen_id, \
         r.item, r.shown, r.person, r.remind "
    };
}
pub(super) use case_columns;

/// Which rows are seen: `?1` the scopes as a JSON list, or null for all there are; `?2` the handler, or null.
macro_rules! seen {
    () => {
        " AND (?1 IS NULL OR r.scope IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR r.handler = ?2) "
    };
}
pub(super) use seen;

/// Cases in the order of their date.
macro_rules! by_date {
    ($which:literal) => {
        concat!(
            case_columns!(),
            "FROM case_row r WHERE ",
            $which,
            " AND (r.due, r.row) > (?3, ?4)",
            seen!(),
            "ORDER BY r.due, r.row LIMIT ?5"
        )
    };
}

const OPEN: &str = by_date!("r.standing = 0");
// `?6` is the first day that is not wanted.
const DATED: &str = by_date!("r.standing = 0 AND r.due < ?6");
const SUPPLEMENTING: &str = by_date!("r.supplementing = 1");
const NO_LIMIT: &str = by_date!("r.no_limit = 1");
const ATTENTION: &str = by_date!("r.attention = 1");
const FINISHED: &str = concat!(
    case_columns!(),
    "FROM case_row r WHERE r.standing = 1 AND (r.updated_ms, r.row) < (?3, ?4)",
    seen!(),
    "ORDER BY r.updated_ms DESC, r.row DESC LIMIT ?5"
);
// `?6` is the last day that is wanted.
const REMINDERS: &str = concat!(
    case_columns!(),
    "FROM case_row r WHERE r.remind < 99999999 AND r.remind <= ?6 AND (r.remind, r.row) > (?3, ?4)",
    seen!(),
    "ORDER BY r.remind, r.row LIMIT ?5"
);
/// Before every key of a list that ascends, and of one that descends.
const EARLIEST: (i64, i64) = (-1, 0);
const LATEST: (i64, i64) = (i64::MAX, i64::MAX);
/// The two parts of the list of all, as its keys name them.
const UNFINISHED: &str = "o";
const FINISHED_PART: &str = "f";

/// Where to go on, and how far.
pub(super) struct Page<'a> {
    pub(super) after: Option<&'a str>,
    pub(super) limit: u16,
}

impl Page<'_> {
    /// The sort key to go on after; `None` for a key that no list gave.
    pub(super) fn key(&self, first: (i64, i64)) -> Option<(i64, i64)> {
        let Some(after) = self.after else { return Some(first) };
        let (sorted, row) = after.split_once('.')?;
        Some((sorted.parse().ok()?, row.parse().ok()?))
    }

    /// One more than wanted, to know whether there are more.
    pub(super) fn reach(&self) -> i64 {
        i64::from(self.limit.max(1)) + 1
    }

    /// The page of rows read, at most [`Self::reach`] of them.
    pub(super) fn of(&self, mut found: Vec<(i64, CaseRecord)>, key: impl Fn(i64, &CaseRecord) -> i64) -> Rows {
        let wanted = usize::from(self.limit.max(1));
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more).map(|(row, last)| format!("{}.{row}", key(*row, last)));
        Rows { cases: found.into_iter().map(|(_, record)| record).collect(), next, ..Rows::default() }
    }
}

/// Eyes as the statements take them.
pub(super) struct Seen {
    pub(super) scopes: Option<String>,
    pub(super) only: Option<String>,
}

impl Seen {
    /// Divisions are few; which of them are seen is settled once and not for each row.
    pub(super) fn of(tx: &Connection, eyes: &Eyes) -> Result<Self, StoreError> {
        let mut statement = tx.prepare_cached("SELECT DISTINCT scope FROM case_tally")?;
        let mut found = statement.query([])?;
        let (mut seen, mut hidden) = (Vec::new(), 0);
        while let Some(row) = found.next()? {
            let number = row.get(0)?;
            let scope = columns::scope(number)?;
            if eyes.serves.iter().any(|served| served.covers(scope)) {
                seen.push(number.to_string());
            } else {
                hidden += 1;
            }
        }
        let scopes = (hidden > 0).then(|| ["[", &seen.join(","), "]"].concat());
        Ok(Self { scopes, only: eyes.only.as_ref().map(ToString::to_string) })
    }
}

/// A page of a view.
pub(super) fn list(tx: &Connection, view: View, eyes: &Eyes, today: u32, page: &Page<'_>) -> Result<Rows, StoreError> {
    let due = |_: i64, record: &CaseRecord| i64::from(record.due.unwrap_or(NO_DATE));
    let remind = |_: i64, record: &CaseRecord| i64::from(record.remind.unwrap_or(NO_DATE));
    let updated = |_: i64, record: &CaseRecord| i64::try_from(record.updated_ms).unwrap_or(i64::MAX);
    let (sql, before) = match view {
        View::Open => (OPEN, None),
        View::Pressing => (DATED, Some(NO_DATE)),
        View::Overdue => (DATED, Some(today)),
        View::Supplementing => (SUPPLEMENTING, None),
        View::NoLimit => (NO_LIMIT, None),
        View::Attention => (ATTENTION, None),
        View::Reminders => (REMINDERS, Some(today)),
        View::Finished => (FINISHED, None),
        View::All => return all(tx, &Seen::of(tx, eyes)?, page),
    };
    let Some(key) = page.key(if view == View::Finished { LATEST } else { EARLIEST }) else {
        return Ok(Rows::default());
    };
    let seen = Seen::of(tx, eyes)?;
    let mut statement = tx.prepare_cached(sql)?;
    let found = match before {
        Some(before) => {
            statement.query(params![seen.scopes, seen.only, key.0, key.1, page.reach(), before])?.mapped_records()?
        }
        None => statement.query(params![seen.scopes, seen.only, key.0, key.1, page.reach()])?.mapped_records()?,
    };
    Ok(match view {
        View::Finished => page.of(found, updated),
        View::Reminders => page.of(found, remind),
        _ => page.of(found, due),
    })
}

/// All cases: the unfinished ones along their dates, and where those end the finished ones along their last change. A key says
/// which of the two it belongs to.
fn all(tx: &Connection, seen: &Seen, page: &Page<'_>) -> Result<Rows, StoreError> {
    let (part, key) = match page.after.map(|after| after.split_once(':').unwrap_or_default()) {
        None => (UNFINISHED, Some(EARLIEST)),
        Some((part, after)) => (part, Page { after: Some(after), limit: page.limit }.key(EARLIEST)),
    };
    let Some(key) = key else { return Ok(Rows::default()) };
    let reach = usize::try_from(page.reach()).unwrap_or(usize::MAX);
    let read = |sql: &str, (sorted, row): (i64, i64), most: usize| {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        tx.prepare_cached(sql)?.query(params![seen.scopes, seen.only, sorted, row, most])?.mapped_records()
    };
    let mut found: Vec<(String, CaseRecord)> = Vec::new();
    if part == UNFINISHED {
        let due =
            |(row, case): (i64, CaseRecord)| (format!("{UNFINISHED}:{}.{row}", case.due.unwrap_or(NO_DATE)), case);
        found.extend(read(OPEN, key, reach)?.into_iter().map(due));
    }
    if found.len() < reach && (part == UNFINISHED || part == FINISHED_PART) {
        let from = if part == UNFINISHED { LATEST } else { key };
        let updated = |(row, case): (i64, CaseRecord)| (format!("{FINISHED_PART}:{}.{row}", case.updated_ms), case);
        found.extend(read(FINISHED, from, reach - found.len())?.into_iter().map(updated));
    }
    let wanted = reach - 1;
    let next = if found.len() > wanted { found.get(wanted - 1).map(|(key, _)| key.clone()) } else { None };
    found.truncate(wanted);
    Ok(Rows { cases: found.into_iter().map(|(_, case)| case).collect(), next, ..Rows::default() })
}

/// Reads all rows of a statement over [`case_columns`].
pub(super) trait CaseRows {
    fn mapped_records(self) -> Result<Vec<(i64, CaseRecord)>, StoreError>;
}

impl CaseRows for rusqlite::Rows<'_> {
    fn mapped_records(mut self) -> Result<Vec<(i64, CaseRecord)>, StoreError> {
        let mut found = Vec::new();
        while let Some(row) = self.next()? {
            found.push(record(row)?);
        }
        Ok(found)
    }
}

fn record(row: &Row<'_>) -> Result<(i64, CaseRecord), StoreError> {
    let shown = row.get_ref(10)?.as_str().unwrap_or_default();
    let (due, remind): (u32, u32) = (row.get(4)?, row.get(12)?);
    let flag =
        |at: usize| -> rusqlite::Result<Flag> { Ok(if row.get::<_, u8>(at)? == 1 { Flag::Yes } else { Flag::No }) };
    let record = CaseRecord {
        shown: serde_json::from_str(shown).map_err(|_| StoreError::Damaged { what: "case_row" })?,
        scope: columns::scope(row.get(1)?)?,
        handler: row.get::<_, Option<String>>(2)?.map(|text| columns::agent(&text)).transpose()?,
        standing: if row.get::<_, u8>(3)? == 0 { Standing::Open } else { Standing::Finished },
        due: (due < NO_DATE).then_some(due),
        remind: (remind < NO_DATE).then_some(remind),
        supplementing: flag(5)?,
        no_limit: flag(6)?,
        updated_ms: row.get(7)?,
        citizen_id: row.get(8)?,
        item: row.get(9)?,
        person: row.get::<_, Option<[u8; 16]>>(11)?.map(|id| PersonId(Uuid::from_bytes(id))),
        tokens: Tokens::default(),
    };
    Ok((row.get(0)?, record))
}

/// Figures of all views: sums over the tally, and a bounded count along the dates that have come.
pub(super) fn counts(tx: &Connection, eyes: &Eyes, today: u32) -> Result<Rows, StoreError> {
    const TALLY: &str = concat!(
        "SELECT total(r.open), total(r.supplementing), total(r.finished), total(r.no_limit), total(r.attention), total(r.n) \
         FROM case_tally r WHERE TRUE",
        seen!()
    );
    const DUE: &str = concat!(
        "SELECT total(due < ?3), count(*) FROM (SELECT r.due FROM case_row r INDEXED BY case_open \
         WHERE r.standing = 0 AND r.due <= ?3",
        seen!(),
        "ORDER BY r.due LIMIT ?4)"
    );
    let seen = Seen::of(tx, eyes)?;
    let figure = |row: &Row<'_>, at: usize| -> rusqlite::Result<u32> { Ok(row.get::<_, f64>(at)? as u32) };
    let mut counts = tx.prepare_cached(TALLY)?.query_row(params![seen.scopes, seen.only], |row| {
        Ok(Counts {
            open: figure(row, 0)?,
            supplementing: figure(row, 1)?,
            finished: figure(row, 2)?,
            no_limit: figure(row, 3)?,
            attention: figure(row, 4)?,
            all: figure(row, 5)?,
            ..Counts::default()
        })
    })?;
    (counts.overdue, counts.pressing) =
        tx.prepare_cached(DUE)?.query_row(params![seen.scopes, seen.only, today, Counts::MOST_DATED], |row| {
            Ok((figure(row, 0)?, row.get(1)?))
        })?;
    Ok(Rows { counts, ..Rows::default() })
}

/// Cases of one person, latest first.
pub(super) fn person(tx: &Connection, citizen_id: &str, eyes: &Eyes) -> Result<Rows, StoreError> {
    const PERSON_OF: &str = concat!(
        case_columns!(),
        "FROM case_row r WHERE r.citizen_id = ?3 AND r.citizen_id <> ''",
        seen!(),
        "ORDER BY r.row DESC LIMIT ?4"
    );
    let seen = Seen::of(tx, eyes)?;
    let mut statement = tx.prepare_cached(PERSON_OF)?;
    let found = statement.query(params![seen.scopes, seen.only, citizen_id, PERSON])?.mapped_records()?;
    Ok(Rows { cases: found.into_iter().map(|(_, record)| record).collect(), ..Rows::default() })
}

/// Cases for any of some people, latest first.
pub(super) fn of_people(tx: &Connection, people: &[PersonId], eyes: &Eyes) -> Result<Rows, StoreError> {
    const FOR: &str = concat!(
        case_columns!(),
        "FROM case_row r WHERE r.person IS NOT NULL AND r.person IN (SELECT unhex(value) FROM json_each(?3))",
        seen!(),
        "ORDER BY r.row DESC LIMIT ?4"
    );
    let seen = Seen::of(tx, eyes)?;
    let ids = serde_json::to_string(people).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
    let mut statement = tx.prepare_cached(FOR)?;
    let most = i64::try_from(MOST_PEOPLE).unwrap_or(i64::MAX);
    let found = statement.query(params![seen.scopes, seen.only, ids, most])?.mapped_records()?;
    Ok(Rows { cases: found.into_iter().map(|(_, record)| record).collect(), ..Rows::default() })
}

/// The highest number a device gave on a day.
pub(super) fn highest(tx: &Connection, date: Date, device: u8) -> Result<Rows, StoreError> {
    const HIGHEST: &str = "SELECT coalesce(max(counter), 0) FROM case_row WHERE numbered = ?1 AND numbered > 0";
    let highest = tx.prepare_cached(HIGHEST)?.query_row([numbered(date, device)], |row| row.get(0))?;
    Ok(Rows { highest, ..Rows::default() })
}

/// How many cases there are, and the last number of a device.
pub(super) fn tally(tx: &Connection, device: u8) -> Result<(u32, Option<CaseNumber>), StoreError> {
    const LAST: &str = "
        SELECT json_extract(shown, '$.number') FROM case_row WHERE numbered > 0 AND numbered % 100 = ?1
        ORDER BY numbered DESC, counter DESC LIMIT 1";
    let cases = tx.query_row("SELECT count(*) FROM case_row", [], |row| row.get(0))?;
    let last: Option<String> = tx.query_row(LAST, [device], |row| row.get(0)).optional()?;
    Ok((cases, last.and_then(|number| number.parse().ok())))
}

/// Cases by their document.
pub(super) fn by_doc(tx: &Connection, docs: &[DocId]) -> Result<Rows, StoreError> {
    const BY_DOC: &str = concat!(case_columns!(), "FROM case_row r WHERE r.doc = ?1");
    let mut statement = tx.prepare_cached(BY_DOC)?;
    let mut cases = Vec::new();
    for doc in docs {
        let found = statement.query_row([doc], |row| Ok(record(row))).optional()?.transpose()?;
        cases.extend(found.map(|(_, record)| record));
    }
    Ok(Rows { cases, ..Rows::default() })
}
