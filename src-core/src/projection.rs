//! From a document to the row of its case. Nothing here depends on the hour: a row made today and one refolded next year from
//! the same document and calendar are equal (S4). What depends on today is added when a row is shown.

use daiban_model::api::CaseRow;
use daiban_model::calendar::Calendar;
use daiban_model::case::clocks::Reckoning;
use daiban_model::case::event::{FileLine, Notice};
use daiban_model::case::field::{self, Field};
use daiban_model::case::fold::{Anomaly, Case};
use daiban_model::case::{Event, Stage, What, fold, reminders};
use daiban_model::deadline::Due;
use daiban_model::ids::{AgentId, CaseId, FileHash, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::DocId;
use std::collections::BTreeMap;
use uuid::Uuid;

pub use people::{PersonFacts, mask_fact, yearly_word};

use crate::doc::{Conflict, Doc};
use crate::query::{SearchFields, Tokens};
use crate::store::{CaseRecord, DocKind, Flag, PersonRecord, Standing};

mod people;

/// Everything a document says, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the registers show.
    pub registers: BTreeMap<String, String>,
    /// What people did, in the order of their stamps.
    pub events: Vec<Event>,
    /// Values written apart.
    pub conflicts: Vec<Conflict>,
    /// The state that follows.
    pub case: Case,
    /// What did not fit.
    pub anomalies: Vec<Anomaly>,
}

impl Facts {
    /// Reads a document. An event text that is not one is passed over; it stays in the document.
    pub fn of(doc: &Doc) -> Self {
        let read = |(stamp, text): (_, String)| Event::from_text(stamp, &text).ok();
        let events: Vec<Event> = doc.events().into_iter().filter_map(read).collect();
        let (case, anomalies) = fold(&events);
        Self { registers: doc.registers(), events, conflicts: doc.conflicts(), case, anomalies }
    }

    /// What a field shows; empty when nothing was typed.
    pub fn field(&self, field: Field) -> &str {
        self.registers.get(field.path()).map_or("", String::as_str)
    }

    /// The contents that its attachments name, thumbnails too.
    pub fn files(&self) -> Vec<FileHash> {
        let of = |line: &FileLine| [Some(line.hash), line.thumb.map(|thumb| thumb.hash)];
        self.case.files.iter().flat_map(|(_, line)| of(line)).flatten().collect()
    }

    /// The day of the accident or diagnosis, when it was typed.
    pub fn injured_on(&self) -> Option<jiff::civil::Date> {
        self.field(Field::InjuredOn).parse().ok()
    }

    /// The day the file was closed: sealed, or ended without anything left to do.
    pub fn closed_on(&self) -> Option<jiff::civil::Date> {
        let ended = |event: &Event| match self.case.stage {
            Stage::Archived => matches!(event.what, What::Archived),
            Stage::Delivered | Stage::Rated => matches!(event.what, What::Delivered { .. }),
            Stage::NotAccepted => matches!(event.what, What::NotAccepted { .. }),
            Stage::Decided { .. } if !self.case.stage.awaits_delivery() => matches!(event.what, What::Withdrawn { .. }),
            _ => false,
        };
        // Of several the first counts: a later one did not fit (F1).
        self.events.iter().find(|event| ended(event)).map(|event| event.at.date())
    }

    /// Anomalies nobody has looked at and conflicts nobody has settled, of fields that are known to this version: nobody could
    /// settle others here.
    pub fn attention(&self) -> usize {
        let known = self.conflicts.iter().filter(|conflict| conflict.path.parse::<Field>().is_ok());
        self.anomalies.iter().filter(|anomaly| anomaly.finding.is_none()).count() + known.count()
    }
}

/// The case a document is about.
pub fn case_id(doc: DocId) -> CaseId {
    CaseId(Uuid::from_bytes(doc))
}

/// The row of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Of a case.
    Case(Box<CaseRecord>),
    /// Of a person, household or enterprise.
    Person(Box<PersonRecord>),
}

/// The row of a document of whatever kind.
pub fn row(id: DocId, scope: ScopeCode, doc: &Doc, calendar: &Calendar) -> Row {
    match doc.kind() {
        DocKind::Case => Row::Case(Box::new(record(id, scope, &Facts::of(doc), calendar))),
        DocKind::Person | DocKind::Household | DocKind::Enterprise => {
            Row::Person(Box::new(people::record(id, scope, &PersonFacts::of(doc))))
        }
    }
}

/// The row of a case.
pub fn record(doc: DocId, scope: ScopeCode, facts: &Facts, calendar: &Calendar) -> CaseRecord {
    let case = &facts.case;
    let receipt = case.receipt.as_ref();
    let since = receipt.map(|(mark, _)| mark.at).or(case.opened.as_ref().map(|mark| mark.at)).unwrap_or(Wall(0));
    // Only running dates are asked for; they do not depend on the time given here.
    let pressing = Reckoning { calendar, now: since.local() }.pressing(case);
    let due = pressing.as_ref().map_or(Due::Unknown, |pressing| pressing.due);
    let number = receipt.map(|(_, receipt)| receipt.number.to_string()).unwrap_or_default();
    let item_name = receipt.map(|(_, receipt)| receipt.item_name.clone()).unwrap_or_default();
    let attention = u16::try_from(facts.attention()).unwrap_or(u16::MAX);
    let citizen_id = facts.field(Field::CitizenId);
    let shown = CaseRow {
        id: case_id(doc),
        number: number.clone(),
        name: facts.field(Field::Name).to_owned(),
        id_tail: tail(citizen_id, 4),
        item: item_name.clone(),
        stage: case.stage,
        place: String::new(),
        pressing,
        days_left: None,
        since,
        attention,
        reserved: reserved(case),
    };
    // A result that lies in a drawer is work still to be done, with a date of its own (R69).
    let open = case.stage.is_open() || case.stage.awaits_delivery();
    let accepted = matches!(case.stage, Stage::Accepted | Stage::InProcess);
    CaseRecord {
        tokens: tokens(facts, &number, &item_name),
        scope,
        handler: case.handler().cloned(),
        citizen_id: citizen_id.to_owned(),
        item: receipt.map(|(_, receipt)| receipt.item.to_string()).unwrap_or_default(),
        standing: if open { Standing::Open } else { Standing::Finished },
        due: due.date().map(day_number),
        remind: reminders::first_day(case, calendar).map(day_number),
        supplementing: flag(matches!(case.stage, Stage::Supplementing { .. })),
        no_limit: flag(accepted && due == Due::Unknown),
        person: facts.registers.get(field::FOR).and_then(|id| id.parse().ok()),
        updated_ms: case.last.map_or(0, |stamp| stamp.hlc.ms),
        shown,
    }
}

/// How many numbers after its own a bundle keeps for its steps.
fn reserved(case: &Case) -> u16 {
    let own = case.receipt.as_ref().map(|(_, receipt)| receipt.number.counter());
    let steps = case.whole.iter().flat_map(|whole| &whole.order.steps);
    let last = steps.filter_map(|step| step.number).map(|number| number.counter()).max();
    last.zip(own).map_or(0, |(last, own)| last.saturating_sub(own))
}

fn flag(set: bool) -> Flag {
    if set { Flag::Yes } else { Flag::No }
}

/// A date as `yyyymmdd`, which sorts as dates do.
pub fn day_number(date: jiff::civil::Date) -> u32 {
    let part = |n: i8| u32::from(n.unsigned_abs());
    u32::from(date.year().unsigned_abs()) * 10_000 + part(date.month()) * 100 + part(date.day())
}

/// A date from its `yyyymmdd`.
pub fn date_of(number: u32) -> Option<jiff::civil::Date> {
    let part = |n: u32| i8::try_from(n).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    jiff::civil::Date::new(year, part(number / 100 % 100)?, part(number % 100)?).ok()
}

fn tail(text: &str, n: usize) -> String {
    let skip = text.chars().count().saturating_sub(n);
    text.chars().skip(skip).collect()
}

/// The words by which the cases that somebody gave or was given are found (R41).
pub fn handed_word(agent: &AgentId) -> String {
    format!("handed{}", agent.as_str().replace('-', ""))
}

/// The word by which the cases are found in which something more was asked for after the one notice (R52).
pub const FURTHER_NOTICE: &str = "furthernotice";

fn further_notice(facts: &Facts) -> bool {
    facts.case.notices.iter().any(|(_, notice)| is_further(notice))
}

/// Whether a notice asks for more than the one before it did, with a reason (R52).
pub fn is_further(notice: &Notice) -> bool {
    notice.no > 1 && !notice.raised_by.is_empty()
}

fn handed(facts: &Facts) -> Vec<String> {
    let offers = facts.case.beside.offers.iter();
    offers.flat_map(|offer| [handed_word(&offer.mark.by), handed_word(&offer.given.to)]).collect()
}

fn tokens(facts: &Facts, number: &str, item_name: &str) -> Tokens {
    let note = |event: &Event| match &event.what {
        What::Noted { text } => Some(text.clone()),
        What::Consulted { words, .. } if !words.is_empty() => Some(words.clone()),
        _ => None,
    };
    let notes: Vec<String> = facts.events.iter().filter_map(note).collect();
    let mut notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    notes.push(facts.field(Field::Address));
    let handed = handed(facts);
    notes.extend(handed.iter().map(String::as_str));
    notes.extend(further_notice(facts).then_some(FURTHER_NOTICE));
    Tokens::of(&SearchFields {
        name: facts.field(Field::Name),
        citizen_id: facts.field(Field::CitizenId),
        phone: facts.field(Field::Phone),
        number,
        item_name,
        names: &[facts.field(Field::Contact), facts.field(Field::Employer)],
        notes: &notes,
        ..SearchFields::default()
    })
}
