//! Rows of cases: views, counts, search.

use daiban_model::api::{Counts, View};
use daiban_model::ids::ScopeCode;
use jiff::civil::{Date, date};

use super::fixture::{agent, answered, case, doc, eyes, mixed, township, village};
use crate::query::{Term, terms};
use crate::store::{Batch, CaseRecord, Eyes, Flag, RowQuery, Rows, Standing, Store, StoreError};

type Checked = Result<(), StoreError>;

const TODAY: u32 = 20_260_310;
const VIEWS: [View; 9] = [
    View::Open,
    View::Pressing,
    View::Overdue,
    View::Supplementing,
    View::Finished,
    View::NoLimit,
    View::Attention,
    View::Reminders,
    View::All,
];

async fn store_all<S: Store>(store: &S, cases: &[CaseRecord]) -> Checked {
    // In two batches, so that rows are not only written into an empty table.
    let (first, second) = cases.split_at(cases.len() / 2);
    for rows in [first, second] {
        store.commit(Batch { rows: rows.to_vec(), ..Batch::default() }).await?;
    }
    Ok(())
}

async fn page<S: Store>(
    store: &S,
    view: View,
    eyes: &Eyes,
    after: Option<String>,
    limit: u16,
) -> Result<Rows, StoreError> {
    store.rows(RowQuery::List { view, eyes: eyes.clone(), today: TODAY, after, limit }).await
}

/// Reads a view in pages of seven.
async fn paged<S: Store>(store: &S, view: View, eyes: &Eyes) -> Result<Vec<CaseRecord>, StoreError> {
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let rows = page(store, view, eyes, after, 7).await?;
        assert!(rows.cases.len() <= 7, "{view:?}: no more than asked");
        assert!(rows.next.is_none() || rows.cases.len() == 7, "{view:?}: a full page goes on");
        seen.extend(rows.cases);
        after = rows.next;
        if after.is_none() {
            return Ok(seen);
        }
    }
}

/// What a view shows, by its definition.
fn shown(view: View, cases: &[CaseRecord], sees: &dyn Fn(&CaseRecord) -> bool) -> Vec<CaseRecord> {
    let open = |case: &CaseRecord| case.standing == Standing::Open;
    let wanted = |case: &CaseRecord| match view {
        View::Open => open(case),
        View::Pressing => open(case) && case.due.is_some(),
        View::Overdue => open(case) && case.due.is_some_and(|due| due < TODAY),
        View::Supplementing => case.supplementing == Flag::Yes,
        View::Finished => !open(case),
        View::NoLimit => case.no_limit == Flag::Yes,
        View::Attention => case.shown.attention > 0,
        View::Reminders => case.remind.is_some_and(|day| day <= TODAY),
        View::All => true,
    };
    let mut shown: Vec<_> = answered(cases).into_iter().filter(|case| wanted(case) && sees(case)).collect();
    match view {
        View::All => {
            let parts = [View::Open, View::Finished];
            shown = parts.into_iter().flat_map(|part| self::shown(part, cases, sees)).collect();
        }
        View::Finished => {
            shown.reverse();
            shown.sort_by_key(|case| std::cmp::Reverse(case.updated_ms));
        }
        View::Reminders => shown.sort_by_key(|case| case.remind.unwrap_or(u32::MAX)),
        _ => shown.sort_by_key(|case| case.due.unwrap_or(u32::MAX)),
    }
    shown
}

/// Cases as search finds them: the one that came last first.
fn latest_first(cases: &[CaseRecord], hit: impl Fn(&CaseRecord) -> bool) -> Vec<CaseRecord> {
    answered(cases).into_iter().filter(|case| hit(case)).rev().collect()
}

async fn counts<S: Store>(store: &S, eyes: &Eyes) -> Result<Counts, StoreError> {
    Ok(store.rows(RowQuery::Counts { eyes: eyes.clone(), today: TODAY }).await?.counts)
}

pub(super) async fn every_view_pages_through_what_it_counts<S: Store>(store: &S) -> Checked {
    let cases = mixed(120)?;
    store_all(store, &cases).await?;
    let district = eyes(&[district()?]);
    let counts = counts(store, &district).await?;
    for view in VIEWS {
        let expected = shown(view, &cases, &|_| true);
        assert!(!expected.is_empty() && (view == View::All || expected.len() < 120), "{view:?}: worth looking at");
        assert_eq!(names(&paged(store, view, &district).await?), names(&expected), "{view:?} in pages");
        let whole = page(store, view, &district, None, 200).await?;
        assert_eq!((whole.cases, whole.next), (expected.clone(), None), "{view:?} at once");
        let counted = match view {
            View::Open => counts.open,
            View::Overdue => counts.overdue,
            View::Supplementing => counts.supplementing,
            View::Finished => counts.finished,
            View::NoLimit => counts.no_limit,
            View::Attention => counts.attention,
            View::All => counts.all,
            // Shown by day, and not counted.
            View::Reminders => continue,
            View::Pressing => {
                let come = |case: &&CaseRecord| case.due.is_some_and(|due| due <= TODAY);
                assert_eq!(counts.pressing as usize, expected.iter().filter(come).count(), "due today or before");
                continue;
            }
        };
        assert_eq!(counted as usize, expected.len(), "{view:?} counted");
    }
    Ok(())
}

pub(super) async fn what_is_late_is_counted_up_to_a_bound<S: Store>(store: &S) -> Checked {
    let dated = |n: u128, due: u32| case(n, "王芳").map(|case| CaseRecord { due: Some(due), ..case });
    let most = u128::from(Counts::MOST_DATED);
    let mut cases = (1..most).map(|n| dated(n, TODAY - 1)).collect::<Result<Vec<_>, _>>()?;
    cases.extend([dated(most, TODAY)?, dated(most + 1, TODAY)?]);
    store_all(store, &cases).await?;
    let here = eyes(&[district()?]);
    let dates = |counts: Counts| (counts.overdue, counts.pressing, counts.open);
    assert_eq!(
        dates(counts(store, &here).await?),
        (999, 1_000, 1_001),
        "the latest come first, others have their day today"
    );
    store
        .commit(Batch { rows: vec![dated(most, TODAY - 2)?, dated(most + 1, TODAY - 1)?], ..Batch::default() })
        .await?;
    assert_eq!(dates(counts(store, &here).await?), (1_000, 1_000, 1_001), "no further");
    Ok(())
}

fn names(cases: &[CaseRecord]) -> Vec<String> {
    cases.iter().map(|case| case.shown.number.clone()).collect()
}

fn district() -> Result<ScopeCode, StoreError> {
    township(1).map(ScopeCode::parent)
}

pub(super) async fn lists_hide_what_the_eyes_may_not_see<S: Store>(store: &S) -> Checked {
    let cases = mixed(120)?;
    store_all(store, &cases).await?;
    let own = Eyes { serves: vec![village(1)?], only: Some(agent(2)?) };
    let sights = [
        eyes(&[village(1)?]),
        eyes(&[village(2)?, village(11)?]),
        eyes(&[township(11)?]),
        eyes(&[township(1)?, village(1)?]),
        eyes(&[village(7)?]),
        eyes(&[]),
        own,
    ];
    for eyes in sights {
        let sees = |case: &CaseRecord| {
            let own = eyes.only.is_none() || eyes.only == case.handler;
            own && eyes.serves.iter().any(|served| served.covers(case.scope))
        };
        for view in VIEWS {
            let expected = shown(view, &cases, &sees);
            assert_eq!(names(&paged(store, view, &eyes).await?), names(&expected), "{view:?} for {eyes:?}");
        }
        let counts = counts(store, &eyes).await?;
        let count = |view| shown(view, &cases, &sees).len() as u32;
        let expected = (count(View::Open), count(View::Overdue), count(View::Finished), count(View::All));
        assert_eq!((counts.open, counts.overdue, counts.finished, counts.all), expected, "counts for {eyes:?}");
        let found = search(store, "王芳", &eyes).await?;
        let named = latest_first(&cases, |case| sees(case) && case.shown.name == "王芳");
        assert_eq!(names(&found), names(&named), "search for {eyes:?}");
    }
    Ok(())
}

pub(super) async fn a_row_is_replaced_as_a_whole<S: Store>(store: &S) -> Checked {
    let here = eyes(&[district()?]);
    let put = |row: &CaseRecord| store.commit(Batch { rows: vec![row.clone()], ..Batch::default() });
    let mut row = case(1, "赵桂香")?;
    row.due = Some(TODAY);
    put(&row).await?;
    put(&case(2, "王芳")?).await?;
    // First what is only shown, then a date, then everything.
    row.shown.days_left = Some(8);
    put(&row).await?;
    row.due = Some(TODAY - 1);
    put(&row).await?;
    assert_eq!(page(store, View::Overdue, &here, None, 9).await?.cases, answered(std::slice::from_ref(&row)), "past");
    let changed = case(1, "单桂英")?;
    row = CaseRecord { scope: village(2)?, handler: None, standing: Standing::Finished, due: None, ..changed };
    row.shown.attention = 1;
    put(&row).await?;
    let found = store.rows(RowQuery::ByDoc(vec![doc(1), doc(77)])).await?.cases;
    assert_eq!(found, answered(std::slice::from_ref(&row)), "as last written; unknown ones are left out");
    let all = page(store, View::All, &here, None, 9).await?.cases;
    assert_eq!(names(&all), names(&[case(2, "王芳")?, row]), "what is finished comes after what is not");
    let expected = Counts { open: 1, finished: 1, attention: 1, all: 2, ..Counts::default() };
    assert_eq!(counts(store, &here).await?, expected, "figures follow");
    assert_eq!(counts(store, &eyes(&[village(1)?])).await?.all, 1, "also those of the village it left");
    assert!(search(store, "赵桂香", &here).await?.is_empty(), "the old name is gone");
    assert_eq!(search(store, "shangy", &here).await?.len(), 1, "the new one is found");
    Ok(())
}

async fn search<S: Store>(store: &S, typed: &str, eyes: &Eyes) -> Result<Vec<CaseRecord>, StoreError> {
    let query = RowQuery::Search { terms: terms(typed), eyes: eyes.clone(), after: None, limit: 200 };
    Ok(store.rows(query).await?.cases)
}

pub(super) async fn search_finds_names_initials_and_tails<S: Store>(store: &S) -> Checked {
    let names = ["赵桂香", "王芳", "王芳芳", "单桂英", "阿丽米热·买买提依明", "张𫝀"];
    let cases = (1..).zip(names).map(|(n, name)| case(n, name)).collect::<Result<Vec<_>, _>>()?;
    store_all(store, &cases).await?;
    let here = eyes(&[district()?]);
    for (typed, expected) in [
        ("桂香", &["赵桂香"][..]),
        ("王芳", &["王芳芳", "王芳"]),
        ("芳王", &[]),
        ("zgx", &["赵桂香"]),
        ("wf", &["王芳芳", "王芳"]),
        ("SHAN gui", &["单桂英"]),
        ("买买提", &["阿丽米热·买买提依明"]),
        ("almr", &["阿丽米热·买买提依明"]),
        ("𫝀", &["张𫝀"]),
        ("桂 0004", &["单桂英"]),
        ("13800000002", &["王芳"]),
        ("070003", &["王芳芳"]),
        ("200201 20260302 王", &["王芳芳", "王芳"]),
        ("养老 王芳", &["王芳芳", "王芳"]),
        ("保养", &[]),
        ("香城", &[]),
        ("cxjmyl zgx", &["赵桂香"]),
        ("没有这个人", &[]),
    ] {
        let found = search(store, typed, &here).await?;
        assert_eq!(found.iter().map(|case| case.shown.name.as_str()).collect::<Vec<_>>(), expected, "{typed}");
    }
    Ok(())
}

pub(super) async fn search_pages_from_the_latest_case<S: Store>(store: &S) -> Checked {
    let cases = mixed(60)?;
    store_all(store, &cases).await?;
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let query = RowQuery::Search { terms: terms("zgx"), eyes: eyes(&[district()?]), after, limit: 7 };
        let rows = store.rows(query).await?;
        assert!(rows.cases.len() <= 7, "no more than asked");
        seen.extend(rows.cases);
        after = rows.next;
        if after.is_none() {
            break;
        }
    }
    let expected = latest_first(&cases, |case| case.shown.name == "赵桂香");
    assert_eq!(names(&seen), names(&expected), "each once");
    Ok(())
}

pub(super) async fn search_has_no_operators<S: Store>(store: &S) -> Checked {
    store_all(store, &[case(1, "赵桂香")?, case(2, "王芳")?]).await?;
    let here = eyes(&[district()?]);
    for (typed, expected) in [
        ("", 0),
        ("*", 0),
        ("\"", 0),
        ("\"王芳", 1),
        ("王芳\" OR \"赵桂香", 0),
        ("王芳 NOT 赵桂香", 0),
        ("^王芳", 1),
        ("tokens:王芳", 0),
        ("NEAR(王 芳)", 0),
        ("{tokens}", 0),
        ("-王芳", 1),
        ("王芳 |", 1),
        ("'; DELETE FROM doc; --", 0),
    ] {
        assert_eq!(search(store, typed, &here).await?.len(), expected, "{typed}");
    }
    // Terms that were not made of a typed text do not reach further either.
    for term in [Term::Prefix("\" OR \"wf".into()), Term::Phrase(vec!["\"".into()]), Term::Phrase(vec![])] {
        let query = RowQuery::Search { terms: vec![term], eyes: here.clone(), after: None, limit: 9 };
        assert!(store.rows(query).await?.cases.len() < 2, "no operator");
    }
    Ok(())
}

pub(super) async fn cases_of_a_person_come_latest_first<S: Store>(store: &S) -> Checked {
    let mut cases = mixed(60)?;
    for case in &mut cases[..55] {
        case.citizen_id = "150205196204010000".into();
    }
    cases[59].citizen_id = String::new();
    store_all(store, &cases).await?;
    let ask = |citizen_id: &str, eyes: Eyes| store.rows(RowQuery::Person { citizen_id: citizen_id.to_owned(), eyes });
    let found = ask("150205196204010000", eyes(&[district()?])).await?.cases;
    let expected: Vec<_> = latest_first(&cases[..55], |_| true).into_iter().take(50).collect();
    assert_eq!(names(&found), names(&expected), "at most fifty");
    let found = ask("150205196204010000", eyes(&[village(11)?])).await?.cases;
    assert_eq!(found.len(), 6, "only where the eyes reach");
    assert!(ask("", eyes(&[district()?])).await?.cases.is_empty(), "an unknown id is nobody's");
    Ok(())
}

pub(super) async fn the_highest_number_of_a_device_and_day_is_known<S: Store>(store: &S) -> Checked {
    let ask = |day: Date, device| store.rows(RowQuery::Highest { date: day, device });
    let today = date(2026, 3, 2);
    assert_eq!(ask(today, 7).await?.highest, 0, "none was given");
    let mut cases = Vec::new();
    for (n, number) in (1..).zip([
        "石拐-200201-20260302-07-0003",
        "石拐-202202-20260302-07-0012",
        "石拐-200201-20260302-08-0040",
        "石拐-200201-20260303-07-0050",
        "",
        "not a number",
    ]) {
        cases.push(case(n, "王芳")?);
        number.clone_into(&mut cases[n as usize - 1].shown.number);
    }
    cases[1].scope = village(11)?;
    store_all(store, &cases).await?;
    assert_eq!(ask(today, 7).await?.highest, 12, "of this device and day, in whatever division");
    assert_eq!(ask(today, 9).await?.highest, 0, "another device");
    assert_eq!(ask(date(2026, 3, 3), 7).await?.highest, 50, "another day");
    cases[4].shown.number = "石拐-200201-20260302-07-0013".to_owned();
    store.commit(Batch { rows: cases.split_off(4), ..Batch::default() }).await?;
    assert_eq!(ask(today, 7).await?.highest, 13, "a row that got its number later");
    Ok(())
}

pub(super) async fn a_key_that_no_list_gave_leads_nowhere<S: Store>(store: &S) -> Checked {
    store_all(store, &mixed(20)?).await?;
    let here = eyes(&[district()?]);
    for key in ["", ".", "x.y", "1", "1.2.3", "' OR 1=1", ":", "o:", "x:1.2", "o:1"] {
        for view in [View::Open, View::All] {
            let rows = page(store, view, &here, Some(key.to_owned()), 9).await?;
            assert!(rows.cases.is_empty() && rows.next.is_none(), "{view:?} {key}");
        }
    }
    Ok(())
}

pub(super) async fn s4_rows_are_folded_anew<S: Store>(store: &S, wipe: impl Fn()) -> Checked {
    let cases = mixed(60)?;
    store_all(store, &cases).await?;
    let district = eyes(&[district()?]);
    let mut before = Vec::new();
    for view in VIEWS {
        before.push(paged(store, view, &district).await?);
    }
    let counted = counts(store, &district).await?;
    wipe();
    assert_eq!(counts(store, &district).await?, Counts::default(), "nothing is left");
    assert!(search(store, "王芳", &district).await?.is_empty(), "not in the index either");
    store_all(store, &cases).await?;
    for (view, before) in VIEWS.into_iter().zip(before) {
        assert_eq!(paged(store, view, &district).await?, before, "{view:?}");
    }
    assert_eq!(counts(store, &district).await?, counted, "figures");
    assert_eq!(search(store, "王芳", &district).await?.len(), 40, "found again");
    Ok(())
}
