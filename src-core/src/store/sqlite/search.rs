//! Search along the token index, latest case first: a frequent word is read from its end and stops at a full page.

use rusqlite::{Connection, params};

use super::views::{Page, Records, Seen, case_columns, seen};
use crate::query::Term;
use crate::store::{Eyes, Rows, StoreError};

/// A page of hits. No terms hit nothing.
pub(super) fn search(tx: &Connection, terms: &[Term], eyes: &Eyes, page: &Page<'_>) -> Result<Rows, StoreError> {
    const SEARCH: &str = concat!(
        case_columns!(),
        "FROM case_search CROSS JOIN case_row r ON r.row = case_search.rowid \
         WHERE case_search MATCH ?3 AND case_search.rowid < ?4",
        seen!(),
        "ORDER BY case_search.rowid DESC LIMIT ?5"
    );
    let asked = asked(terms);
    let Some((_, before)) = page.key((0, i64::MAX)).filter(|_| !asked.is_empty()) else {
        return Ok(Rows::default());
    };
    let seen = Seen::of(tx, eyes)?;
    let mut statement = tx.prepare_cached(SEARCH)?;
    let found = statement.query(params![seen.scopes, seen.only, asked, before, page.reach()])?.mapped_records()?;
    Ok(page.of(found, |_, _| 0))
}

/// The terms as the index takes them: quoted, so that nothing in them is an operator.
fn asked(terms: &[Term]) -> String {
    let mut asked = String::new();
    let mut quote = |text: &mut dyn Iterator<Item = &str>, end: &str| {
        asked.push('"');
        for (at, token) in text.enumerate() {
            if at > 0 {
                asked.push(' ');
            }
            // Terms have no quotes; a caller that made its own shall not reach further either.
            asked.extend(token.chars().filter(|sign| !matches!(sign, '"' | '\0')));
        }
        asked.push_str(end);
    };
    for term in terms {
        match term {
            Term::Phrase(tokens) => quote(&mut tokens.iter().map(String::as_str), "\" "),
            Term::Prefix(start) => quote(&mut std::iter::once(start.as_str()), "\" * "),
        }
    }
    asked
}
