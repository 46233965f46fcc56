//! Texts that mean harm to a database: statements, operators of search, signs that end or hide others.

use daiban_model::api::View;
use daiban_model::case::Stage;
use daiban_model::ids::CaseId;

use super::fixture::{case, eyes, village};
use crate::query::{SearchFields, Tokens, terms};
use crate::store::{Batch, CaseRecord, RowQuery, Store, StoreError};

/// Five hundred of them, each another.
pub fn hostile_texts() -> Vec<String> {
    const STATEMENTS: [&str; 20] = [
        "'",
        "\"",
        "' OR 1=1 --",
        "'; DROP TABLE case_row; --",
        "' UNION SELECT * FROM state --",
        "1; DELETE FROM doc",
        "') OR ('1'='1",
        "\\'; SELECT pg_sleep(5); --",
        "$$; SELECT 1; $$",
        "E'\\x27'",
        "/* */ OR 1=1",
        "`; ATTACH 'x' AS y",
        "%' OR name LIKE '%",
        "_",
        "%",
        "?1",
        "$1",
        ":name",
        "@name",
        "; PRAGMA user_version=0",
    ];
    const OPERATORS: [&str; 15] = [
        "*",
        "^",
        "NEAR(a b)",
        "a NEAR b",
        "\"a b\"",
        "a OR b",
        "a AND NOT b",
        "(a)",
        "-a",
        "col:a",
        "{a b}:c",
        "a+b",
        "a & b | !c",
        "a <-> b",
        "a:*",
    ];
    const AROUND: [(&str, &str); 15] = [
        ("", ""),
        ("王", ""),
        ("", "芳"),
        (" ", " "),
        ("\u{202E}", ""),
        ("\u{200B}", "\u{200B}"),
        ("\u{FF07}", ""),
        ("\u{2019}", ""),
        ("\u{1F40E}", ""),
        ("\u{1820}\u{180B}", ""),
        ("e\u{301}", ""),
        ("\t", "\n"),
        ("\u{1}", "\u{7F}"),
        ("(((", ")))"),
        ("0", "0"),
    ];
    let all = STATEMENTS.iter().chain(&OPERATORS);
    all.flat_map(|text| AROUND.iter().map(move |(before, after)| [*before, *text, *after].concat())).collect()
}

/// Row 15: texts in every field of a row, of named values, and of what is searched for. Each comes back as it was, finds itself and
/// nothing else, and is a fault of nobody.
pub(super) async fn hostile_texts_are_texts<S: Store>(store: &S) -> Result<(), StoreError> {
    let texts = hostile_texts();
    assert!(texts.len() >= 500, "{}", texts.len());
    let here = eyes(&[village(1)?]);
    let mut rows = vec![case(9_000, "赵桂香")?];
    store.commit(Batch { rows: rows.clone(), ..Batch::default() }).await?;
    for (n, text) in (1..).zip(&texts) {
        let row = with(case(n, text)?, text);
        let name = ["text/", &n.to_string(), "/", &text.replace('\0', "")].concat();
        let states = vec![(name.clone(), Some(text.as_bytes().to_vec()))];
        store.commit(Batch { rows: vec![row.clone()], states, ..Batch::default() }).await?;
        let same = RowQuery::ByDoc(vec![row.shown.id.0.into_bytes()]);
        let wanted = CaseRecord { tokens: Tokens::default(), ..row.clone() };
        rows.push(row);
        assert_eq!(store.rows(same).await?.cases, [wanted], "{text:?} comes back as it was");
        assert_eq!(store.states(&name).await?, [(name.clone(), text.as_bytes().to_vec())], "{text:?} names one value");
        let found = RowQuery::Search { terms: terms(text), eyes: here.clone(), after: None, limit: 200 };
        let found = store.rows(found).await?.cases;
        let hits: Vec<CaseId> = rows.iter().filter(|row| hit(row, text)).map(|row| row.shown.id).collect();
        assert!(found.iter().all(|row| hits.contains(&row.shown.id)), "{text:?} finds what it does not say");
        assert_eq!(found.len(), hits.len().min(200), "{text:?} finds all that it says");
        for (view, after) in [(View::All, None), (View::All, Some(text.clone()))] {
            let list = RowQuery::List { view, eyes: here.clone(), today: 20_260_302, after, limit: 1 };
            assert!(store.rows(list).await?.cases.len() <= 1, "{text:?} as a place to go on from");
        }
    }
    let all = RowQuery::List { view: View::All, eyes: here, today: 20_260_302, after: None, limit: 1_000 };
    assert_eq!(store.rows(all).await?.cases.len(), texts.len() + 1, "as many as were written");
    Ok(())
}

/// Whether a search finds a row, by looking.
fn hit(row: &CaseRecord, text: &str) -> bool {
    let terms = terms(text);
    !terms.is_empty() && row.tokens.answer(&terms)
}

/// The text in every field that holds one.
fn with(mut row: CaseRecord, text: &str) -> CaseRecord {
    let own = text.to_owned();
    row.tokens = Tokens::of(&SearchFields {
        name: text,
        number: text,
        item_name: text,
        notes: &[text],
        ..SearchFields::default()
    });
    (row.citizen_id, row.item) = (own.clone(), own.clone());
    (row.shown.number, row.shown.name, row.shown.id_tail) = (own.clone(), own.clone(), own.clone());
    (row.shown.item, row.shown.place, row.shown.stage) = (own.clone(), own, Stage::Supplementing { notice: 1 });
    row
}
