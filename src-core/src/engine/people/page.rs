//! The page of somebody: what is known, what they agreed to, who belongs to them, what they have here.

use daiban_model::access::{Action, permit};
use daiban_model::api::{
    CaseRow, CheckView, ConsentView, FactView, Failure, HouseholdView, Masking, PersonPage, PersonRow, RequestView,
    Written,
};
use daiban_model::case::fold::Mark;
use daiban_model::deadline::{Clock, Limit};
use daiban_model::ids::{ItemCode, PersonId};
use daiban_model::person::{ANSWER_DAYS, Care, Fact, Kind, Request, is_child, next_check, of_age_on, yearly_items};
use daiban_model::stamp::Stamp;
use jiff::civil::Date;

use super::PersonFile;
use crate::engine::desk::Desk;
use crate::engine::storage;
use crate::projection::{PersonFacts, date_of, mask_fact};
use crate::store::{CaseRecord, PeopleQuery, PersonRecord, RowQuery, Store};

/// What stands in place of what is not shown of a child (R198).
const HIDDEN: &str = "****";

impl<S: Store> Desk<S> {
    /// The page of somebody who is open.
    pub(super) async fn person_page(&self, file: &PersonFile) -> Result<PersonPage, Failure> {
        let facts = &file.facts;
        let joined = self.joined(file.id).await?;
        let ids: Vec<PersonId> = joined.iter().map(|row| row.shown.id).collect();
        let numbers: Vec<String> = joined.iter().map(|row| row.number.clone()).collect();
        let (own, others): (Vec<_>, Vec<_>) = joined.into_iter().partition(|row| row.shown.id == file.id);
        let seen = |row: &PersonRecord| self.eyes().see(row.scope, row.handler.as_ref());
        let others: Vec<PersonRow> = others.into_iter().filter(seen).map(|row| self.person_row(row)).collect();
        let row = own.into_iter().next().map(|row| self.person_row(row)).ok_or(Failure::NotFound)?;
        let name = facts.fact(Fact::Name);
        let twins = self.twins(facts.kind, name, facts.fact(Fact::Number), facts.fact(Fact::Born), &ids).await?;
        let today = self.sure_day();
        let of_age = facts.born().filter(|born| is_child(*born, today)).map(of_age_on);
        let told = facts.person.told.last().map(|(mark, version, how)| (self.written(mark), *version, *how));
        Ok(PersonPage {
            row,
            facts: self.fact_views(file, &others).await?,
            registered: facts.person.registered.as_ref().map(|(mark, _)| self.written(mark)),
            told,
            consents: self.consent_views(facts),
            care: self.care(file),
            child_until: of_age,
            household: self.household(file).await?,
            cases: self.cases_of(ids.clone(), &numbers).await?,
            joined: others,
            twins,
            requests: self.request_views(facts),
            checks: self.check_views(facts),
            deletion: self.deletion(facts, &ids, &numbers).await?,
        })
    }

    /// The care mark, for those who handle the person's matters and nobody else.
    pub(super) fn care(&self, file: &PersonFile) -> Vec<Care> {
        let handles = permit(&self.who, Action::Collect, &file.subject()).is_ok();
        if handles { file.facts.person.care().into_iter().collect() } else { Vec::new() }
    }

    /// A row as it is shown today to whoever is signed in. A child's numbers and address are one level deeper (R198).
    pub(in crate::engine) fn person_row(&self, record: PersonRecord) -> PersonRow {
        let today = self.sure_day();
        let born = date_of(record.born);
        let mut row = record.shown;
        row.place = self.published.place(record.scope);
        row.age = born.map(|born| full_years(born, today));
        if born.is_some_and(|born| is_child(born, today)) {
            for value in [&mut row.number_masked, &mut row.phone_masked, &mut row.address] {
                if !value.is_empty() {
                    HIDDEN.clone_into(value);
                }
            }
        }
        row
    }

    pub(super) fn written(&self, mark: &Mark) -> Written {
        Written { by: self.published.agent(&mark.by), at: mark.at }
    }

    /// Values of this document; beside each what else was written: apart at another desk, or in documents about the same one.
    async fn fact_views(&self, file: &PersonFile, others: &[PersonRow]) -> Result<Vec<FactView>, Failure> {
        let mut beside: Vec<PersonFacts> = Vec::new();
        for other in others {
            beside.push(self.person(other.id).await?.facts);
        }
        let hidden = self.hidden(&file.subject());
        let kind = file.facts.kind;
        let child = file.facts.born().is_some_and(|born| is_child(born, self.sure_day()));
        let shown = |fact: Fact, value: &str| match mask_fact(kind, fact, value) {
            masked if child && masked != value => HIDDEN.to_owned(),
            masked => masked,
        };
        let view = |fact: Fact| {
            let value = file.facts.fact(fact);
            let apart = file.facts.conflicts.iter().filter(|conflict| conflict.path == fact.path());
            let apart = apart.flat_map(|conflict| conflict.values.iter().map(|(value, ..)| value.as_str()));
            let mut others: Vec<String> = Vec::new();
            for other in apart.chain(beside.iter().map(|facts| facts.fact(fact))) {
                let other_shown = shown(fact, other);
                if !other.is_empty() && other != value && !others.contains(&other_shown) {
                    others.push(other_shown);
                }
            }
            let value_shown = shown(fact, value);
            let masked = if value_shown == value { Masking::Whole } else { hidden };
            let some = !value.is_empty() || !others.is_empty();
            some.then_some(FactView { fact, value: value_shown, masked, others })
        };
        Ok(Fact::ALL.into_iter().filter(|fact| *fact != Fact::Household).filter_map(view).collect())
    }

    pub(super) fn consent_views(&self, facts: &PersonFacts) -> Vec<ConsentView> {
        let view = |(stamp, consent): (&Stamp, &daiban_model::person::Consent)| ConsentView {
            stamp: *stamp,
            purpose: consent.purpose,
            to: consent.to.clone(),
            by: consent.by.clone(),
            written: self.written(&consent.mark),
            withdrawn: consent.withdrawn.as_ref().map(|mark| mark.at),
        };
        facts.person.consents.iter().rev().map(view).collect()
    }

    pub(super) fn request_views(&self, facts: &PersonFacts) -> Vec<RequestView> {
        let view = |(stamp, request): (&Stamp, &Request)| {
            let clock = Clock::new(request.mark.at.date(), Some(Limit::WorkingDays(ANSWER_DAYS)));
            RequestView {
                stamp: *stamp,
                wish: request.wish,
                words: request.words.clone(),
                written: self.written(&request.mark),
                due: clock.due(&self.published.calendar).date(),
                answer: request.answer.as_ref().map(|(mark, words)| (self.written(mark), words.clone())),
            }
        };
        facts.person.requests.iter().rev().map(view).collect()
    }

    /// What must be shown every year, each item once; only people are asked.
    fn check_views(&self, facts: &PersonFacts) -> Vec<CheckView> {
        let view = |item: ItemCode| {
            let last = facts.person.checks.get(&item).map(|checked| checked.on);
            let name = self.item(&item).map_or_else(|| item.to_string(), |item| item.name.clone());
            CheckView { item, name, last, due: last.map(next_check) }
        };
        let wanted = yearly_items().filter(|_| facts.kind == Kind::Person);
        wanted.map(view).collect()
    }

    async fn household(&self, file: &PersonFile) -> Result<Option<HouseholdView>, Failure> {
        let id = match file.facts.kind {
            Kind::Household => Some(file.id),
            Kind::Person => file.facts.fact(Fact::Household).parse().ok(),
            Kind::Enterprise => None,
        };
        let Some(id) = id else { return Ok(None) };
        let Ok(household) = self.person(id).await else { return Ok(None) };
        let members = RowQuery::People(PeopleQuery::Members(id));
        let members = self.store.rows(members).await.map_err(storage)?.people;
        let seen = members.into_iter().filter(|row| self.eyes().see(row.scope, row.handler.as_ref()));
        let members = seen.map(|row| self.person_row(row)).collect();
        Ok(Some(HouseholdView { id, head: household.facts.fact(Fact::Head).to_owned(), members }))
    }

    /// Cases that point to any of these, and those that were received before anybody was registered, by number.
    pub(super) async fn case_records(
        &self,
        people: Vec<PersonId>,
        numbers: &[String],
    ) -> Result<Vec<CaseRecord>, Failure> {
        let query = RowQuery::For { people, eyes: self.eyes() };
        let mut cases = self.store.rows(query).await.map_err(storage)?.cases;
        for number in numbers.iter().filter(|number| !number.is_empty()) {
            let query = RowQuery::Person { citizen_id: number.clone(), eyes: self.eyes() };
            for case in self.store.rows(query).await.map_err(storage)?.cases {
                if cases.iter().all(|known| known.shown.id != case.shown.id) {
                    cases.push(case);
                }
            }
        }
        cases.sort_by_key(|case| std::cmp::Reverse(case.shown.since));
        Ok(cases)
    }

    async fn cases_of(&self, people: Vec<PersonId>, numbers: &[String]) -> Result<Vec<CaseRow>, Failure> {
        Ok(self.shown(self.case_records(people, numbers).await?))
    }
}

fn full_years(born: Date, today: Date) -> u16 {
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(before_birthday);
    u16::try_from(years).unwrap_or(0)
}
