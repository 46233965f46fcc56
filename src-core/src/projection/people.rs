//! From the document of a person, household or enterprise to its row.

use std::collections::BTreeMap;

use daiban_model::api::PersonRow;
use daiban_model::identity::{CitizenId, CreditCode, Phone};
use daiban_model::ids::{PersonId, ScopeCode};
use daiban_model::person::{Event, Fact, Kind, Person, fold, next_check};
use daiban_model::wire::DocId;
use jiff::civil::Date;
use uuid::Uuid;

use crate::doc::{Conflict, Doc};
use crate::query::{SearchFields, Tokens};
use crate::store::{DocKind, PersonRecord};

/// Everything a document says of somebody, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFacts {
    /// What it is about.
    pub kind: Kind,
    /// What the registers show.
    pub registers: BTreeMap<String, String>,
    /// What people did, in the order of their stamps.
    pub events: Vec<Event>,
    /// Values written apart.
    pub conflicts: Vec<Conflict>,
    /// What holds.
    pub person: Person,
}

impl PersonFacts {
    /// Reads a document. An event text that is not one is passed over; it stays in the document.
    pub fn of(doc: &Doc) -> Self {
        let read = |(stamp, text): (_, String)| Event::from_text(stamp, &text).ok();
        let events: Vec<Event> = doc.events().into_iter().filter_map(read).collect();
        let person = fold(&events);
        let kind = match doc.kind() {
            DocKind::Household => Kind::Household,
            DocKind::Enterprise => Kind::Enterprise,
            DocKind::Person | DocKind::Case => Kind::Person,
        };
        Self { kind, registers: doc.registers(), events, conflicts: doc.conflicts(), person }
    }

    /// What a register shows; empty when nothing was typed.
    pub fn fact(&self, fact: Fact) -> &str {
        self.registers.get(fact.path()).map_or("", String::as_str)
    }

    /// The date of birth: as it was typed, else as the number says it.
    pub fn born(&self) -> Option<Date> {
        let typed = self.fact(Fact::Born).parse().ok();
        let number = || CitizenId::parse(self.fact(Fact::Number), Date::MAX).ok().map(|id| id.birth());
        if self.kind == Kind::Person { typed.or_else(number) } else { None }
    }
}

/// A value as lists and pages show it: numbers masked (rules §7).
pub fn mask_fact(kind: Kind, fact: Fact, value: &str) -> String {
    let starred = || if value.is_empty() { String::new() } else { "****".to_owned() };
    match (fact, kind) {
        (Fact::Number, Kind::Enterprise) => CreditCode::parse(value).map_or_else(|_| starred(), |_| value.to_owned()),
        (Fact::Number, _) => CitizenId::parse(value, Date::MAX).map_or_else(|_| starred(), |id| id.to_string()),
        (Fact::Phone | Fact::ContactPhone, _) => Phone::parse(value).map_or_else(|_| starred(), |it| it.to_string()),
        _ => value.to_owned(),
    }
}

/// The word by which people are found whose check is due in a month (R113).
pub fn yearly_word(due: Date) -> String {
    format!("yearly{:04}{:02}", due.year(), due.month())
}

/// The row of somebody. What depends on today, or on a list of places, is added when it is shown.
pub(super) fn record(doc: DocId, scope: ScopeCode, facts: &PersonFacts) -> PersonRecord {
    let born = facts.born();
    let mask = |fact| mask_fact(facts.kind, fact, facts.fact(fact));
    // The months in which a yearly check is due: by them the list of a month is found (R113).
    let due: Vec<String> = facts.person.checks.values().map(|it| yearly_word(next_check(it.on))).collect();
    let mut notes: Vec<&str> = vec![facts.fact(Fact::Address)];
    notes.extend(due.iter().map(String::as_str));
    let shown = PersonRow {
        id: PersonId(Uuid::from_bytes(doc)),
        kind: facts.kind,
        name: facts.fact(Fact::Name).to_owned(),
        number_masked: mask(Fact::Number),
        phone_masked: mask(Fact::Phone),
        address: facts.fact(Fact::Address).to_owned(),
        born_year: born.map(Date::year),
        age: None,
        place: String::new(),
    };
    PersonRecord {
        shown,
        scope,
        handler: facts.person.registered.as_ref().map(|(mark, _)| mark.by.clone()),
        number: facts.fact(Fact::Number).to_owned(),
        born: born.map_or(0, super::day_number),
        household: facts.fact(Fact::Household).parse().ok(),
        same: facts.person.same.keys().copied().collect(),
        updated_ms: facts.person.last.map_or(0, |stamp| stamp.hlc.ms),
        tokens: Tokens::of(&SearchFields {
            name: facts.fact(Fact::Name),
            citizen_id: facts.fact(Fact::Number),
            phone: facts.fact(Fact::Phone),
            names: &[facts.fact(Fact::Contact), facts.fact(Fact::Head)],
            notes: &notes,
            ..SearchFields::default()
        }),
    }
}
