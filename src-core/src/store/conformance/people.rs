//! Rows of people, households and enterprises.

use daiban_model::ids::{PersonId, ScopeCode};
use uuid::Uuid;

use super::fixture::{agent, case, doc, eyes, person, township, village};
use crate::query::{Tokens, terms};
use crate::store::{Batch, Eyes, PeopleQuery, PersonRecord, RowQuery, Store, StoreError};

type Checked = Result<(), StoreError>;

async fn keep<S: Store>(store: &S, people: &[PersonRecord]) -> Checked {
    // In two batches, so that rows are not only written into an empty table.
    let (first, second) = people.split_at(people.len() / 2);
    for people in [first, second] {
        store.commit(Batch { people: people.to_vec(), ..Batch::default() }).await?;
    }
    Ok(())
}

async fn ask<S: Store>(store: &S, query: PeopleQuery) -> Result<Vec<PersonRecord>, StoreError> {
    Ok(store.rows(RowQuery::People(query)).await?.people)
}

async fn find<S: Store>(store: &S, text: &str, eyes: &Eyes, limit: u16) -> Result<Vec<String>, StoreError> {
    let query = PeopleQuery::Find { terms: terms(text), eyes: eyes.clone(), limit };
    Ok(names(&ask(store, query).await?))
}

fn names(people: &[PersonRecord]) -> Vec<String> {
    people.iter().map(|person| person.shown.name.clone()).collect()
}

/// As a store answers it: without tokens.
fn bare(person: &PersonRecord) -> PersonRecord {
    PersonRecord { tokens: Tokens::default(), ..person.clone() }
}

fn district() -> Result<ScopeCode, StoreError> {
    township(1).map(ScopeCode::parent)
}

pub(super) async fn people_are_found_by_name_initials_and_tails<S: Store>(store: &S) -> Checked {
    let all = ["赵云凤", "钱秀英", "钱秀瑛", "阿丽米热·买买提依明", "张𫝀"];
    let people = (1..).zip(all).map(|(n, name)| person(n, name)).collect::<Result<Vec<_>, _>>()?;
    keep(store, &people).await?;
    let here = eyes(&[district()?]);
    for (typed, expected) in [
        ("云凤", &["赵云凤"][..]),
        ("秀英", &["钱秀英"]),
        ("qxy", &["钱秀瑛", "钱秀英"]),
        ("almr", &["阿丽米热·买买提依明"]),
        ("𫝀", &["张𫝀"]),
        ("13800000002", &["钱秀英"]),
        ("没有这个人", &[]),
        ("", &[]),
        ("\" OR \"", &[]),
    ] {
        assert_eq!(find(store, typed, &here, 9).await?, expected, "{typed}");
    }
    assert_eq!(find(store, "qxy", &here, 1).await?, ["钱秀瑛"], "no more than asked");
    Ok(())
}

pub(super) async fn people_are_hidden_from_eyes_that_do_not_reach<S: Store>(store: &S) -> Checked {
    let mut people = (1..=3).map(|n| person(n, "王芳")).collect::<Result<Vec<_>, _>>()?;
    people[1].scope = village(11)?;
    people[2].handler = Some(agent(2)?);
    keep(store, &people).await?;
    for (eyes, expected) in [
        (eyes(&[district()?]), 3),
        (eyes(&[village(1)?]), 2),
        (eyes(&[township(11)?]), 1),
        (Eyes { serves: vec![village(1)?], only: Some(agent(2)?) }, 1),
        (eyes(&[]), 0),
    ] {
        assert_eq!(find(store, "王芳", &eyes, 9).await?.len(), expected, "{eyes:?}");
    }
    Ok(())
}

pub(super) async fn whoever_has_the_same_number_or_birthday_is_found_everywhere<S: Store>(store: &S) -> Checked {
    let mut people = (1..=4).map(|n| person(n, "王芳")).collect::<Result<Vec<_>, _>>()?;
    people[1].scope = village(11)?;
    people[1].born = 19_620_202;
    people[2].born = 0;
    people[2].number = String::new();
    people[3].born = 19_620_202;
    keep(store, &people).await?;
    let number = people[0].number.clone();
    for (number, born, expected) in [
        (number.as_str(), 0, &[0][..]),
        (number.as_str(), 19_620_202, &[0, 1, 3]),
        ("", 19_620_202, &[1, 3]),
        ("", 0, &[]),
        ("150205190001010000", 19_000_101, &[]),
    ] {
        let found = ask(store, PeopleQuery::Alike { number: number.into(), born }).await?;
        let expected: Vec<PersonRecord> = expected.iter().map(|at: &usize| bare(&people[*at])).collect();
        assert_eq!(found, expected, "{number} {born}");
    }
    Ok(())
}

pub(super) async fn a_household_knows_its_members<S: Store>(store: &S) -> Checked {
    let household = PersonId(Uuid::from_u128(99));
    let mut people = (1..=3).map(|n| person(n, "王芳")).collect::<Result<Vec<_>, _>>()?;
    (people[0].household, people[2].household) = (Some(household), Some(household));
    keep(store, &people).await?;
    let found = ask(store, PeopleQuery::Members(household)).await?;
    assert_eq!(found, [bare(&people[0]), bare(&people[2])], "first registered first");
    assert!(ask(store, PeopleQuery::Members(PersonId(Uuid::from_u128(98)))).await?.is_empty());
    people[2].household = None;
    keep(store, &people[2..]).await?;
    assert_eq!(ask(store, PeopleQuery::Members(household)).await?.len(), 1, "somebody moved out");
    Ok(())
}

pub(super) async fn a_person_is_replaced_as_a_whole<S: Store>(store: &S) -> Checked {
    let here = eyes(&[district()?]);
    keep(store, &[person(1, "赵云风")?, person(2, "王芳")?]).await?;
    let mut row = person(1, "赵云凤")?;
    (row.scope, row.same, row.handler) = (village(2)?, vec![PersonId(Uuid::from_u128(2))], None);
    keep(store, std::slice::from_ref(&row)).await?;
    let found = ask(store, PeopleQuery::ByDoc(vec![doc(2), doc(77), doc(1)])).await?;
    assert_eq!(found, [bare(&person(2, "王芳")?), bare(&row)], "in the order asked; unknown ones are left out");
    assert!(find(store, "云风", &here, 9).await?.is_empty(), "the old name is gone");
    assert_eq!(find(store, "云凤", &here, 9).await?, ["赵云凤"], "the new one is found");
    Ok(())
}

pub(super) async fn cases_are_found_by_whom_they_are_for<S: Store>(store: &S) -> Checked {
    let (one, two) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
    let mut cases = (1..=4).map(|n| case(n, "王芳")).collect::<Result<Vec<_>, _>>()?;
    (cases[0].person, cases[1].person, cases[3].person) = (Some(one), Some(two), Some(one));
    cases[3].scope = village(11)?;
    store.commit(Batch { rows: cases.clone(), ..Batch::default() }).await?;
    let ask = |people: &[PersonId], eyes: Eyes| store.rows(RowQuery::For { people: people.to_vec(), eyes });
    let numbers = |rows: &crate::store::Rows| -> Vec<String> {
        rows.cases.iter().map(|case| case.shown.number.clone()).collect()
    };
    let all: Vec<String> = cases.iter().map(|case| case.shown.number.clone()).collect();
    let expected = |wanted: &[usize]| -> Vec<String> { wanted.iter().map(|at| all[*at].clone()).collect() };
    let here = || district().map(|district| eyes(&[district]));
    assert_eq!(numbers(&ask(&[one], here()?).await?), expected(&[3, 0]), "latest first");
    assert_eq!(numbers(&ask(&[one, two], eyes(&[village(1)?])).await?), expected(&[1, 0]), "where the eyes reach");
    assert!(ask(&[], here()?).await?.cases.is_empty(), "for nobody");
    cases[0].person = None;
    store.commit(Batch { rows: vec![cases[0].clone()], ..Batch::default() }).await?;
    assert_eq!(numbers(&ask(&[one], here()?).await?), expected(&[3]), "it points to nobody any more");
    assert_eq!(ask(&[one], here()?).await?.cases[0].person, Some(one));
    Ok(())
}
