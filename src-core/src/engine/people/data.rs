//! Everything that is known here about one person, collected for them (R202; 个人信息保护法 art 45).

use daiban_model::access::Action;
use daiban_model::api::{Deletion, Failure, GetMyData, MyCase, MyData, Seen};
use daiban_model::case::retention;
use daiban_model::ids::{CaseId, PersonId};
use daiban_model::person::{Fact, Request, Wish};

use super::PersonFile;
use crate::engine::Engine;
use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::projection::PersonFacts;
use crate::store::{CaseRecord, Store};

impl<S: Store> Answer<S> for GetMyData {
    /// Nothing is masked, so it is written down before it is collected, as every look at a whole number is. V1
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<MyData>, Failure> {
        let desk = engine.desk()?;
        let file = desk.person(self.id).await?;
        desk.may(Action::Reveal, &file.subject())?;
        desk.looked_at(file.seen_as(), &[Seen::MyData]).await?;
        Ok(Box::new(desk.my_data(&file).await?))
    }
}

impl<S: Store> Desk<S> {
    async fn my_data(&self, file: &PersonFile) -> Result<MyData, Failure> {
        let joined = self.joined(file.id).await?;
        let (mut ids, mut numbers): (Vec<PersonId>, Vec<String>) = (Vec::new(), Vec::new());
        let mut data = MyData {
            name: file.facts.fact(Fact::Name).to_owned(),
            at: self.now(),
            station: self.certificate.station.clone(),
            agent: self.who.name.clone(),
            facts: Vec::new(),
            told: Vec::new(),
            consents: Vec::new(),
            care: Vec::new(),
            cases: Vec::new(),
            views: Vec::new(),
            requests: Vec::new(),
        };
        let mut looked: Vec<CaseId> = Vec::new();
        for row in joined {
            ids.push(row.shown.id);
            numbers.push(row.number.clone());
            // A document outside this desk's villages is there for the desk that may see it.
            let Ok(document) = self.person(row.shown.id).await else { continue };
            looked.push(document.seen_as());
            self.add(&document, &mut data);
        }
        for record in self.case_records(ids, &numbers).await? {
            looked.push(record.shown.id);
            data.cases.push(self.my_case(record).await?);
        }
        data.views = self.views_of(&looked).await?;
        Ok(data)
    }

    /// What can be answered to somebody who asked that their data be deleted, while nobody has answered.
    pub(super) async fn deletion(
        &self,
        facts: &PersonFacts,
        people: &[PersonId],
        numbers: &[String],
    ) -> Result<Deletion, Failure> {
        let waits = |request: &Request| request.wish == Wish::Delete && request.answer.is_none();
        if !facts.person.requests.values().any(waits) {
            return Ok(Deletion::NotAsked);
        }
        let mut answer = Deletion::Free;
        for record in self.case_records(people.to_vec(), numbers).await? {
            let case = self.facts_of(record.shown.id).await?;
            let Some(closed) = case.closed_on() else { return Ok(Deletion::OpenCases) };
            let Some((_, receipt)) = case.case.receipt.as_ref() else { continue };
            answer = match (retention::term(&receipt.item).until(closed), answer) {
                (None, _) | (_, Deletion::KeptForEver) => Deletion::KeptForEver,
                (Some(day), Deletion::KeptUntil { day: other }) => Deletion::KeptUntil { day: day.max(other) },
                (Some(day), _) => Deletion::KeptUntil { day },
            };
        }
        Ok(answer)
    }

    fn add(&self, document: &PersonFile, data: &mut MyData) {
        let facts = &document.facts;
        let place = self.published.place(document.scope);
        let value = |fact: Fact| {
            let value = facts.fact(fact);
            (!value.is_empty()).then(|| (fact, value.to_owned(), place.clone()))
        };
        data.facts.extend(Fact::ALL.into_iter().filter(|fact| *fact != Fact::Household).filter_map(value));
        data.told.extend(facts.person.told.iter().map(|(mark, version, how)| (mark.at, *version, *how)));
        data.consents.extend(self.consent_views(facts));
        data.care.extend(self.care(document));
        data.requests.extend(self.request_views(facts));
    }

    async fn my_case(&self, record: CaseRecord) -> Result<MyCase, Failure> {
        let file = self.file(record.shown.id).await?;
        let case = &file.facts.case;
        let fields = file
            .facts
            .registers
            .iter()
            .filter(|(path, value)| !value.is_empty() && path.as_str() != daiban_model::case::field::FOR);
        let closed = file.facts.closed_on();
        let term = case.receipt.as_ref().map(|(_, receipt)| retention::term(&receipt.item));
        Ok(MyCase {
            fields: fields.map(|(path, value)| (path.clone(), value.clone())).collect(),
            papers: case.papers.iter().map(|paper| paper.name.clone()).collect(),
            keep_until: closed.zip(term).and_then(|(closed, term)| term.until(closed)),
            row: self.shown(vec![record]).pop().ok_or(Failure::NotFound)?,
        })
    }
}
