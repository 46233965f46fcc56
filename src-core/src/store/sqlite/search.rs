//! Search along the token index, latest case first: a frequent word is read from its end and stops at a full page.
//!
//! Who may see a case stands in the index too, as marks that no typed text can reach, so that somebody who sees little of a
//! large store does not wait while the rest is passed over.

use daiban_model::ids::{AgentId, ScopeCode};
use rusqlite::{Connection, params};

use super::views::{CaseRows, Page, Seen, case_columns, seen};
use crate::query::Term;
use crate::store::{Eyes, Rows, StoreError};

/// A page of hits. No terms hit nothing.
pub(super) fn search(tx: &Connection, terms: &[Term], eyes: &Eyes, page: &Page<'_>) -> Result<Rows, StoreError> {
    let asked = asked(terms);
    if asked.is_empty() {
        return Ok(Rows::default());
    }
    matching(tx, asked, eyes, &Seen::of(tx, eyes)?, page)
}

fn matching(
    tx: &Connection,
    mut asked: Vec<String>,
    eyes: &Eyes,
    seen: &Seen,
    page: &Page<'_>,
) -> Result<Rows, StoreError> {
    const SEARCH: &str = concat!(
        case_columns!(),
        "FROM case_search CROSS JOIN case_row r ON r.row = case_search.rowid \
         WHERE case_search MATCH ?3 AND case_search.rowid < ?4",
        seen!(),
        "ORDER BY case_search.rowid DESC LIMIT ?5"
    );
    let Some((_, before)) = page.key((0, i64::MAX)).filter(|_| !eyes.serves.is_empty()) else {
        return Ok(Rows::default());
    };
    if seen.scopes.is_some() {
        let places = eyes.serves.iter().map(|scope| quoted([place(*scope).as_str()]));
        asked.push(["(", &places.collect::<Vec<_>>().join(" OR "), ")"].concat());
    }
    asked.extend(eyes.only.iter().map(|agent| quoted([handler(agent).as_str()])));
    let asked = asked.join(" AND ");
    let mut statement = tx.prepare_cached(SEARCH)?;
    let found = statement.query(params![seen.scopes, seen.only, asked, before, page.reach()])?.mapped_records()?;
    Ok(page.of(found, |_, _| 0))
}

/// The terms as the index takes them: quoted, so that nothing in them is an operator.
pub(super) fn asked(terms: &[Term]) -> Vec<String> {
    let quote = |term: &Term| match term {
        Term::Phrase(tokens) => quoted(tokens.iter().map(String::as_str)),
        Term::Prefix(start) => [&quoted([start.as_str()]), " *"].concat(),
    };
    terms.iter().map(quote).collect()
}

fn quoted<'a>(tokens: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted = String::from("\"");
    for token in tokens {
        if quoted.len() > 1 {
            quoted.push(' ');
        }
        // Terms have no quotes; a caller that made its own shall not reach further either.
        quoted.extend(token.chars().filter(|sign| !matches!(sign, '"' | '\0')));
    }
    quoted.push('"');
    quoted
}

/// The marks of a case: its division, those above it, and who opened it.
pub(super) fn marks(scope: ScopeCode, opened_by: Option<&AgentId>) -> Vec<String> {
    let mut marks = vec![place(scope)];
    let mut above = scope.parent();
    while marks.last() != Some(&place(above)) {
        marks.push(place(above));
        above = above.parent();
    }
    marks.extend(opened_by.map(handler));
    marks
}

/// A division by the digits of its level. A bar stands in no typed term.
fn place(scope: ScopeCode) -> String {
    let code = scope.to_string();
    let level = code.strip_suffix("000000").or_else(|| code.strip_suffix("000")).unwrap_or(&code);
    ["|", level].concat()
}

/// Hyphens part words; two numbers that differ only in them are told apart by the row.
fn handler(agent: &AgentId) -> String {
    let letters = agent.as_str().chars().filter(char::is_ascii_alphanumeric);
    std::iter::once('|').chain(letters).collect::<String>().to_ascii_lowercase()
}
