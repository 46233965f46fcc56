//! Who must be checked this month (R113).

use daiban_model::api::{Failure, HomeCheck, ListYearly, YearlyLine};
use daiban_model::person::{OLD, listed_from, next_check};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::engine::{Engine, storage};
use crate::projection::yearly_word;
use crate::query;
use crate::store::{PeopleQuery, PersonRecord, RowQuery, Store};

/// Most people of one month.
const MOST: u16 = 200;
/// For how many months somebody who did not come stays on the list.
const PAST_MONTHS: i32 = 24;

impl<S: Store> Answer<S> for ListYearly {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<YearlyLine>, Failure> {
        let desk = engine.desk()?;
        let today = desk.now().date();
        let mut lines: Vec<YearlyLine> = Vec::new();
        // Found by the month in which a check is due; the day is looked at in the document.
        for back in -1..=PAST_MONTHS {
            let month = today.first_of_month().saturating_sub(back.months());
            for record in desk.due_in(month).await? {
                for line in desk.yearly_lines(record, today).await? {
                    let known = lines.iter().any(|other| other.person.id == line.person.id && other.item == line.item);
                    lines.extend((!known).then_some(line));
                }
            }
        }
        lines.sort_by(|a, b| (a.due, &a.person.name).cmp(&(b.due, &b.person.name)));
        Ok(lines)
    }
}

impl<S: Store> Desk<S> {
    async fn due_in(&self, month: Date) -> Result<Vec<PersonRecord>, Failure> {
        let query = PeopleQuery::Find { terms: query::terms(&yearly_word(month)), eyes: self.eyes(), limit: MOST };
        Ok(self.store.rows(RowQuery::People(query)).await.map_err(storage)?.people)
    }

    async fn yearly_lines(&self, record: PersonRecord, today: Date) -> Result<Vec<YearlyLine>, Failure> {
        let file = self.person(record.shown.id).await?;
        let cared_for = !self.care(&file).is_empty();
        let person = self.person_row(record);
        let old = person.age.is_some_and(|age| age >= OLD);
        let line = |checked: &daiban_model::person::Checked| {
            let due = next_check(checked.on);
            (today >= listed_from(due)).then(|| YearlyLine {
                person: person.clone(),
                name: self.item(&checked.item).map(|item| item.name.clone()).unwrap_or_default(),
                item: checked.item.clone(),
                last: checked.on,
                due,
                home: if old || cared_for { HomeCheck::Offered } else { HomeCheck::OnWish },
            })
        };
        Ok(file.facts.person.checks.values().filter_map(line).collect())
    }
}
