//! Lists of cases, each read along its own index, and their figures.
//!
//! A page goes on after the sort key of its last row, so that neither length nor place in a list costs anything.

use daiban_core::query::Tokens;
use daiban_core::store::{CaseRecord, Eyes, Flag, MOST_PEOPLE, RowQuery, Rows, Standing, StoreError};
use daiban_model::api::{Counts, View};
use daiban_model::ids::PersonId;
use daiban_model::wire::DocId;
use jiff::civil::Date;
use tokio_postgres::Row;
use uuid::Uuid;

use super::cases::{NO_DATE, numbered};
use super::fault::Fault;
use super::flight::{Value, values};
use super::line::Line;
use super::{columns, documents, people, search};

/// Most cases of one person that are answered.
const PERSON: i64 = 50;

/// The columns read by [`records`].
macro_rules! case_columns {
    () => {
        "SELECT r.id, r.scope, r.handler, r.standing, r.due, r.supplementing, r.no_limit, r.updated_ms, r.citizen_id, \
         r.item, r.shown, r.person, r.remind "
    };
}
pub(super) use case_columns;

/// Which rows are seen: `$1` and `$2` the first and last scopes of the divisions served, `$3` the handler, or null. Counted, so that
/// the rows are still read along the list's own index.
macro_rules! seen {
    () => {
        " AND (SELECT count(*) FROM unnest($1::int8[], $2::int8[]) s (low, high) WHERE r.scope BETWEEN s.low AND s.high) > 0
          AND ($3::text IS NULL OR r.handler = $3) "
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
            " AND (r.due, r.id) > ($4, $5)",
            seen!(),
            "ORDER BY r.due, r.id LIMIT $6"
        )
    };
}

const OPEN: &str = by_date!("r.standing = 0");
// `$7` is the first day that is not wanted.
const DATED: &str = by_date!("r.standing = 0 AND r.due < $7");
const SUPPLEMENTING: &str = by_date!("r.supplementing = 1");
const NO_LIMIT: &str = by_date!("r.no_limit = 1");
const ATTENTION: &str = by_date!("r.attention = 1");
const FINISHED: &str = concat!(
    case_columns!(),
    "FROM case_row r WHERE r.standing = 1 AND (r.updated_ms, r.id) < ($4, $5)",
    seen!(),
    "ORDER BY r.updated_ms DESC, r.id DESC LIMIT $6"
);
// `$7` is the last day that is wanted.
const REMINDERS: &str = concat!(
    case_columns!(),
    "FROM case_row r WHERE r.remind < 99999999 AND r.remind <= $7 AND (r.remind, r.id) > ($4, $5)",
    seen!(),
    "ORDER BY r.remind, r.id LIMIT $6"
);
/// Before every key of a list that ascends, and of one that descends.
const EARLIEST: (i64, i64) = (-1, 0);
const LATEST: (i64, i64) = (i64::MAX, i64::MAX);
/// The two parts of the list of all, as its keys name them.
const UNFINISHED: &str = "o";
const FINISHED_PART: &str = "f";

/// Where to go on, and how far.
pub(super) struct Page<'a> {
    after: Option<&'a str>,
    limit: u16,
}

impl<'a> Page<'a> {
    fn new(after: Option<&'a String>, limit: u16) -> Self {
        Self { after: after.map(String::as_str), limit }
    }

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
    low: Vec<i64>,
    high: Vec<i64>,
    only: Option<String>,
}

impl Seen {
    pub(super) fn of(eyes: &Eyes) -> Self {
        let (low, high) = eyes.serves.iter().copied().map(columns::span).unzip();
        Self { low, high, only: eyes.only.as_ref().map(ToString::to_string) }
    }

    /// The first three values of a statement with [`seen`].
    pub(super) fn values<'a>(self) -> Vec<Value<'a>> {
        values![self.low, self.high, self.only]
    }
}

/// Answers a question about cases.
pub(super) async fn rows(line: &mut Line, query: &RowQuery) -> Result<Rows, Fault> {
    match query {
        RowQuery::List { view, eyes, today, after, limit } => {
            list(line, *view, eyes, *today, &Page::new(after.as_ref(), *limit)).await
        }
        RowQuery::Search { terms, eyes, after, limit } => {
            search::search(line, terms, eyes, &Page::new(after.as_ref(), *limit)).await
        }
        RowQuery::Counts { eyes, today } => counts(line, eyes, *today).await,
        RowQuery::Person { citizen_id, eyes } => person(line, citizen_id, eyes).await,
        RowQuery::For { people, eyes } => of_people(line, people, eyes).await,
        RowQuery::People(query) => people::ask(line, query).await,
        RowQuery::Highest { date, device } => highest(line, *date, *device).await,
        RowQuery::ByDoc(docs) => by_doc(line, docs).await,
        RowQuery::Docs { after, limit } => documents::list(line, after.as_ref(), *limit).await,
    }
}

async fn list(line: &mut Line, view: View, eyes: &Eyes, today: u32, page: &Page<'_>) -> Result<Rows, Fault> {
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
        View::All => return all(line, eyes, page).await,
    };
    let Some(key) = page.key(if view == View::Finished { LATEST } else { EARLIEST }) else {
        return Ok(Rows::default());
    };
    let mut values = stretch(eyes, key, page);
    if let Some(before) = before {
        values.append(&mut values![i64::from(before)]);
    }
    let mut flight = line.flight();
    let seat = flight.send(sql, values).await;
    let found = records(&flight.land().await?.rows(seat))?;
    Ok(match view {
        View::Finished => page.of(found, updated),
        View::Reminders => page.of(found, remind),
        _ => page.of(found, due),
    })
}

/// The values of a statement over a stretch of a list.
fn stretch<'a>(eyes: &Eyes, key: (i64, i64), page: &Page<'_>) -> Vec<Value<'a>> {
    let mut values = Seen::of(eyes).values();
    values.append(&mut values![key.0, key.1, page.reach()]);
    values
}

/// All cases: the unfinished ones along their dates, and where those end the finished ones along their last change. A key says
/// which of the two it belongs to.
async fn all(line: &mut Line, eyes: &Eyes, page: &Page<'_>) -> Result<Rows, Fault> {
    let (part, key) = match page.after.map(|after| after.split_once(':').unwrap_or_default()) {
        None => (UNFINISHED, Some(EARLIEST)),
        Some((part, after)) => (part, Page { after: Some(after), limit: page.limit }.key(EARLIEST)),
    };
    let Some(key) = key.filter(|_| part == UNFINISHED || part == FINISHED_PART) else { return Ok(Rows::default()) };
    let mut flight = line.begin(super::READING).await;
    let (open, finished) = if part == UNFINISHED {
        let open = flight.send(OPEN, stretch(eyes, key, page)).await;
        (Some(open), flight.send(FINISHED, stretch(eyes, LATEST, page)).await)
    } else {
        (None, flight.send(FINISHED, stretch(eyes, key, page)).await)
    };
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    let open = open.map_or(Ok(Vec::new()), |seat| records(&landed.rows(seat)))?;
    let due = |(row, case): (i64, CaseRecord)| (format!("{UNFINISHED}:{}.{row}", case.due.unwrap_or(NO_DATE)), case);
    let updated = |(row, case): (i64, CaseRecord)| (format!("{FINISHED_PART}:{}.{row}", case.updated_ms), case);
    let mut found: Vec<(String, CaseRecord)> = open.into_iter().map(due).collect();
    found.extend(records(&landed.rows(finished))?.into_iter().map(updated));
    let wanted = usize::from(page.limit.max(1));
    let next = if found.len() > wanted { found.get(wanted - 1).map(|(key, _)| key.clone()) } else { None };
    found.truncate(wanted);
    Ok(Rows { cases: found.into_iter().map(|(_, case)| case).collect(), next, ..Rows::default() })
}

/// The highest number a device gave on a day.
async fn highest(line: &Line, date: Date, device: u8) -> Result<Rows, Fault> {
    const HIGHEST: &str = "SELECT coalesce(max(counter), 0) FROM case_row WHERE numbered = $1 AND numbered > 0";
    let mut flight = line.flight();
    let seat = flight.send(HIGHEST, values![numbered(date, device)]).await;
    let found = flight.land().await?.rows(seat);
    let highest = found.first().map_or(Ok(0), |row| columns::number(row, 0))?;
    Ok(Rows { highest, ..Rows::default() })
}

/// Reads the rows of a statement over [`case_columns`].
pub(super) fn records(rows: &[Row]) -> Result<Vec<(i64, CaseRecord)>, StoreError> {
    rows.iter().map(record).collect()
}

fn record(row: &Row) -> Result<(i64, CaseRecord), StoreError> {
    let (due, remind): (u32, u32) = (columns::number(row, 4)?, columns::number(row, 12)?);
    let flag = |at: usize| Ok::<_, StoreError>(if columns::value::<i16>(row, at)? == 1 { Flag::Yes } else { Flag::No });
    let text =
        |at: usize| String::from_utf8(columns::value(row, at)?).map_err(|_| StoreError::Damaged { what: "case_row" });
    let record = CaseRecord {
        shown: serde_json::from_str(columns::value(row, 10)?).map_err(|_| StoreError::Damaged { what: "case_row" })?,
        scope: columns::scope(row, 1)?,
        handler: columns::value::<Option<&str>>(row, 2)?.map(columns::agent).transpose()?,
        standing: if columns::value::<i16>(row, 3)? == 0 { Standing::Open } else { Standing::Finished },
        due: (due < NO_DATE).then_some(due),
        remind: (remind < NO_DATE).then_some(remind),
        supplementing: flag(5)?,
        no_limit: flag(6)?,
        updated_ms: columns::number(row, 7)?,
        citizen_id: text(8)?,
        item: text(9)?,
        person: person_of(row)?,
        tokens: Tokens::default(),
    };
    Ok((columns::value(row, 0)?, record))
}

fn person_of(row: &Row) -> Result<Option<PersonId>, StoreError> {
    let bytes: Option<&[u8]> = columns::value(row, 11)?;
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).map(PersonId).map_err(|_| StoreError::Damaged { what: "case_row" });
    bytes.map(id).transpose()
}

/// Figures of all views: sums over the tally, and a bounded count along the dates that have come.
async fn counts(line: &mut Line, eyes: &Eyes, today: u32) -> Result<Rows, Fault> {
    const TALLY: &str = concat!(
        "SELECT coalesce(sum(r.open), 0)::int8, coalesce(sum(r.supplementing), 0)::int8, coalesce(sum(r.finished), 0)::int8,
                coalesce(sum(r.no_limit), 0)::int8, coalesce(sum(r.attention), 0)::int8, coalesce(sum(r.n), 0)::int8
         FROM case_tally r WHERE TRUE",
        seen!()
    );
    const DUE: &str = concat!(
        "SELECT count(*) FILTER (WHERE due < $4), count(*) FROM (SELECT r.due FROM case_row r
         WHERE r.standing = 0 AND r.due <= $4",
        seen!(),
        "ORDER BY r.due LIMIT $5) dated"
    );
    let mut flight = line.begin(super::READING).await;
    let tally = flight.send(TALLY, Seen::of(eyes).values()).await;
    let mut values = Seen::of(eyes).values();
    values.append(&mut values![i64::from(today), i64::from(Counts::MOST_DATED)]);
    let due = flight.send(DUE, values).await;
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    let mut counts = Counts::default();
    if let Some(row) = landed.rows(tally).first() {
        (counts.open, counts.supplementing) = (columns::number(row, 0)?, columns::number(row, 1)?);
        (counts.finished, counts.no_limit) = (columns::number(row, 2)?, columns::number(row, 3)?);
        (counts.attention, counts.all) = (columns::number(row, 4)?, columns::number(row, 5)?);
    }
    if let Some(row) = landed.rows(due).first() {
        (counts.overdue, counts.pressing) = (columns::number(row, 0)?, columns::number(row, 1)?);
    }
    Ok(Rows { counts, ..Rows::default() })
}

/// Cases of one person, latest first.
async fn person(line: &Line, citizen_id: &str, eyes: &Eyes) -> Result<Rows, Fault> {
    const PERSON_OF: &str = concat!(
        case_columns!(),
        "FROM case_row r WHERE r.citizen_id = $4 AND r.citizen_id <> ''::bytea",
        seen!(),
        "ORDER BY r.id DESC LIMIT $5"
    );
    let mut values = Seen::of(eyes).values();
    values.append(&mut values![citizen_id.as_bytes(), PERSON]);
    let mut flight = line.flight();
    let seat = flight.send(PERSON_OF, values).await;
    let found = records(&flight.land().await?.rows(seat))?;
    Ok(Rows { cases: found.into_iter().map(|(_, record)| record).collect(), ..Rows::default() })
}

/// Cases for any of some people, latest first.
async fn of_people(line: &Line, people: &[PersonId], eyes: &Eyes) -> Result<Rows, Fault> {
    const FOR: &str = concat!(
        case_columns!(),
        "FROM case_row r WHERE r.person = ANY ($4::bytea[])",
        seen!(),
        "ORDER BY r.id DESC LIMIT $5"
    );
    let mut values = Seen::of(eyes).values();
    let ids = people.iter().map(|person| person.0.into_bytes().to_vec()).collect::<Vec<_>>();
    values.append(&mut values![ids, columns::bound(MOST_PEOPLE)]);
    let mut flight = line.flight();
    let seat = flight.send(FOR, values).await;
    let found = records(&flight.land().await?.rows(seat))?;
    Ok(Rows { cases: found.into_iter().map(|(_, record)| record).collect(), ..Rows::default() })
}

/// Cases by their document, in the order asked.
async fn by_doc(line: &Line, docs: &[DocId]) -> Result<Rows, Fault> {
    const BY_DOC: &str = concat!(
        case_columns!(),
        "FROM unnest($1::bytea[]) WITH ORDINALITY g (doc, n) JOIN case_row r ON r.doc = g.doc ORDER BY g.n"
    );
    let mut flight = line.flight();
    let seat = flight.send(BY_DOC, values![docs.iter().map(|doc| &doc[..]).collect::<Vec<_>>()]).await;
    let found = records(&flight.land().await?.rows(seat))?;
    Ok(Rows { cases: found.into_iter().map(|(_, record)| record).collect(), ..Rows::default() })
}
