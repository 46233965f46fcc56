//! Whether somebody is known already: by number, or by date of birth and a name that is written the same or nearly so.

use std::collections::BTreeSet;

use daiban_model::api::{Failure, FindTwins, Twin, TwinWhy};
use daiban_model::identity::CitizenId;
use daiban_model::ids::PersonId;
use daiban_model::person::{Fact, Kind};
use daiban_model::wire::DocId;
use jiff::civil::Date;

use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::engine::{Engine, check, storage};
use crate::projection::day_number;
use crate::query::{Alike, alike};
use crate::store::{PeopleQuery, PersonRecord, RowQuery, Store};

/// Most documents that are followed as being about one.
const JOINED: usize = 50;

impl<S: Store> Answer<S> for FindTwins {
    /// What cannot be a number or date yet, because it is still being typed, is like nobody's.
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Twin>, Failure> {
        let desk = engine.desk()?;
        let today = desk.now().date();
        let whole = |fact, value: &str| check::fact(self.kind, fact, value, today).unwrap_or_default();
        let (number, born) = (whole(Fact::Number, &self.number), whole(Fact::Born, &self.born));
        desk.twins(self.kind, self.name.trim(), &number, &born, &[]).await
    }
}

impl<S: Store> Desk<S> {
    /// Who is known already that looks like this. `apart_from` are documents that are about it anyhow.
    pub(in crate::engine) async fn twins(
        &self,
        kind: Kind,
        name: &str,
        number: &str,
        born: &str,
        apart_from: &[PersonId],
    ) -> Result<Vec<Twin>, Failure> {
        let by_number = CitizenId::parse(number, Date::MAX).ok().map(|id| id.birth());
        let day = born.parse().ok().or(by_number).filter(|_| kind == Kind::Person).map_or(0, day_number);
        let query = RowQuery::People(PeopleQuery::Alike { number: number.to_owned(), born: day });
        let found = self.store.rows(query).await.map_err(storage)?.people;
        let others = found.into_iter().filter(|row| row.shown.kind == kind && !apart_from.contains(&row.shown.id));
        let twin = |row: PersonRecord| {
            let names = alike(name, &row.shown.name);
            let why = match names {
                _ if !number.is_empty() && row.number == number => TwinWhy::SameNumber,
                // Two numbers that both check are two people, unless their names are the same.
                Some(Alike::Same) => TwinWhy::SameNameAndBirth,
                Some(Alike::Nearly) if number.is_empty() || row.number.is_empty() => TwinWhy::AlikeNameAndBirth,
                Some(Alike::Nearly) | None => return None,
            };
            let (place, by) = (self.published.place(row.scope), row.handler.as_ref());
            let by = by.map(|agent| self.published.agent(agent)).unwrap_or_default();
            let seen = self.eyes().see(row.scope, row.handler.as_ref());
            Some(Twin { why, person: seen.then(|| self.person_row(row)), place, by })
        };
        let mut twins: Vec<Twin> = others.filter_map(twin).collect();
        twins.sort_by_key(|twin| twin.why);
        Ok(twins)
    }

    /// Every document that people said is about the same one, this one first and the others as they were registered. P2
    pub(in crate::engine) async fn joined(&self, id: PersonId) -> Result<Vec<PersonRecord>, Failure> {
        let mut seen = BTreeSet::from([id]);
        let (mut wanted, mut found): (Vec<PersonId>, Vec<PersonRecord>) = (vec![id], Vec::new());
        while !wanted.is_empty() && found.len() < JOINED {
            let docs: Vec<DocId> = wanted.drain(..).map(|id| id.0.into_bytes()).collect();
            let query = RowQuery::People(PeopleQuery::ByDoc(docs));
            for row in self.store.rows(query).await.map_err(storage)?.people {
                wanted.extend(row.same.iter().copied().filter(|other| seen.insert(*other)));
                found.push(row);
            }
        }
        // Ids rise as people are registered: every desk reads the same order.
        found.sort_by_key(|row| (row.shown.id != id, row.shown.id));
        Ok(found)
    }
}
