//! Lists, search and counts by looking at every row.

use daiban_model::api::{Counts, View};

use super::state::State;
use crate::query::Tokens;
use crate::store::{CaseRecord, Eyes, Flag, MOST_PEOPLE, PeopleQuery, PersonRecord, RowQuery, Rows, Standing};

/// Where a row stands in a list: lists ascend by it.
type Place = (i64, i64, i64);

impl State {
    pub(super) fn wipe_rows(&mut self) {
        self.cases.clear();
        self.case_rows.clear();
        self.people.clear();
        self.people_rows.clear();
    }

    pub(super) fn rows(&self, query: &RowQuery) -> Rows {
        match query {
            RowQuery::List { view, eyes, today, after, limit } => {
                let place = |row: u64, case: &CaseRecord| place(*view, row, case);
                self.page(eyes, after.as_deref(), *limit, |case| shows(*view, case, *today), place)
            }
            RowQuery::Search { terms, eyes, after, limit } => {
                let hits = |case: &CaseRecord| !terms.is_empty() && case.tokens.answer(terms);
                self.page(eyes, after.as_deref(), *limit, hits, |row, _| arrival(row))
            }
            RowQuery::Counts { eyes, today } => Rows { counts: self.counts(eyes, *today), ..Rows::default() },
            RowQuery::Person { citizen_id, eyes } => {
                let own = |case: &CaseRecord| !citizen_id.is_empty() && case.citizen_id == *citizen_id;
                let page = self.page(eyes, None, 50, own, |row, _| arrival(row));
                Rows { next: None, ..page }
            }
            RowQuery::For { people, eyes } => {
                let own = |case: &CaseRecord| case.person.is_some_and(|person| people.contains(&person));
                let most = u16::try_from(MOST_PEOPLE).unwrap_or(u16::MAX);
                Rows { next: None, ..self.page(eyes, None, most, own, |row, _| arrival(row)) }
            }
            RowQuery::People(query) => Rows { people: self.people(query), ..Rows::default() },
            RowQuery::Highest { date, device } => {
                let numbers = self.cases.values().filter_map(CaseRecord::number);
                let own = numbers.filter(|number| number.date() == *date && number.device() == *device);
                Rows { highest: own.map(|number| number.counter()).max().unwrap_or(0), ..Rows::default() }
            }
            RowQuery::ByDoc(docs) => {
                let rows = docs.iter().filter_map(|doc| self.cases.get(self.case_rows.get(doc)?));
                Rows { cases: rows.map(answered).collect(), ..Rows::default() }
            }
            RowQuery::Docs { after, limit } => {
                let wanted = self.docs.values().filter(|state| after.is_none_or(|after| state.doc > after));
                Rows { docs: wanted.take(usize::from(*limit)).cloned().collect(), ..Rows::default() }
            }
        }
    }

    fn people(&self, query: &PeopleQuery) -> Vec<PersonRecord> {
        let answered = |person: &PersonRecord| PersonRecord { tokens: Tokens::default(), ..person.clone() };
        let all = self.people.values();
        match query {
            PeopleQuery::Find { terms, eyes, limit } => {
                let hits = all.rev().filter(|person| !terms.is_empty() && person.tokens.answer(terms));
                let seen = hits.filter(|person| eyes.see(person.scope, person.handler.as_ref()));
                seen.take(usize::from(*limit)).map(answered).collect()
            }
            PeopleQuery::Alike { number, born } => {
                let numbered = |person: &PersonRecord| !number.is_empty() && person.number == *number;
                let alike = all.filter(|person| numbered(person) || (*born > 0 && person.born == *born));
                alike.take(MOST_PEOPLE).map(answered).collect()
            }
            PeopleQuery::Members(household) => {
                let members = all.filter(|person| person.household == Some(*household));
                members.take(MOST_PEOPLE).map(answered).collect()
            }
            PeopleQuery::ByDoc(docs) => {
                let rows = docs.iter().filter_map(|doc| self.people.get(self.people_rows.get(doc)?));
                rows.map(answered).collect()
            }
        }
    }

    fn page(
        &self,
        eyes: &Eyes,
        after: Option<&str>,
        limit: u16,
        shows: impl Fn(&CaseRecord) -> bool,
        place: impl Fn(u64, &CaseRecord) -> Place,
    ) -> Rows {
        let after = after.map(parsed);
        if after == Some(None) {
            return Rows::default();
        }
        let seen = self.cases.iter().filter(|(_, case)| sees(eyes, case) && shows(case));
        let placed = seen.map(|(row, case)| (place(*row, case), case));
        let mut wanted: Vec<_> =
            placed.filter(|(place, _)| after.flatten().is_none_or(|after| *place > after)).collect();
        wanted.sort_unstable_by_key(|(place, _)| *place);
        let limit = usize::from(limit.max(1));
        let next = wanted.get(limit - 1).filter(|_| wanted.len() > limit);
        let next = next.map(|((part, sorted, row), _)| format!("{part}:{sorted}.{row}"));
        Rows { cases: wanted.iter().take(limit).map(|(_, case)| answered(case)).collect(), next, ..Rows::default() }
    }

    fn counts(&self, eyes: &Eyes, today: u32) -> Counts {
        let seen: Vec<&CaseRecord> = self.cases.values().filter(|case| sees(eyes, case)).collect();
        let count = |view| u32::try_from(seen.iter().filter(|case| shows(view, case, today)).count());
        let count = |view| count(view).unwrap_or(u32::MAX);
        let come = |case: &&&CaseRecord| shows(View::Pressing, case, today) && case.due.is_some_and(|due| due <= today);
        Counts {
            open: count(View::Open),
            pressing: u32::try_from(seen.iter().filter(come).count()).unwrap_or(u32::MAX).min(Counts::MOST_DATED),
            overdue: count(View::Overdue).min(Counts::MOST_DATED),
            supplementing: count(View::Supplementing),
            finished: count(View::Finished),
            no_limit: count(View::NoLimit),
            attention: count(View::Attention),
            all: count(View::All),
        }
    }
}

fn parsed(after: &str) -> Option<Place> {
    let (part, key) = after.split_once(':')?;
    let (sorted, row) = key.split_once('.')?;
    Some((part.parse().ok()?, sorted.parse().ok()?, row.parse().ok()?))
}

/// The index cannot be read back; what is answered has no tokens.
fn answered(case: &CaseRecord) -> CaseRecord {
    CaseRecord { tokens: Tokens::default(), ..case.clone() }
}

fn sees(eyes: &Eyes, case: &CaseRecord) -> bool {
    eyes.see(case.scope, case.handler.as_ref())
}

fn shows(view: View, case: &CaseRecord, today: u32) -> bool {
    let open = case.standing == Standing::Open;
    match view {
        View::Open => open,
        View::Pressing => open && case.due.is_some(),
        View::Overdue => open && case.due.is_some_and(|due| due < today),
        View::Supplementing => case.supplementing == Flag::Yes,
        View::Finished => !open,
        View::NoLimit => case.no_limit == Flag::Yes,
        View::Attention => case.shown.attention > 0,
        View::Reminders => case.remind.is_some_and(|day| day <= today),
        View::All => true,
    }
}

fn place(view: View, row: u64, case: &CaseRecord) -> Place {
    let row = i64::try_from(row).unwrap_or(i64::MAX);
    match view {
        View::All if case.standing == Standing::Finished => place(View::Finished, row.unsigned_abs(), case),
        View::Reminders => (0, case.remind.map_or(i64::MAX, i64::from), row),
        View::Finished => (1, -i64::try_from(case.updated_ms).unwrap_or(i64::MAX), -row),
        _ => (0, case.due.map_or(i64::MAX, i64::from), row),
    }
}

/// Search goes back from the case that came last.
fn arrival(row: u64) -> Place {
    let row = i64::try_from(row).unwrap_or(i64::MAX);
    (0, -row, -row)
}
