//! Search by the same tokens as everywhere: see [`daiban_core::query`].
//!
//! The index holds the words of a case as a set; it finds every case that has them all. A phrase is then looked for in the tokens
//! themselves, because an index of places keeps only the first few hundred of a word. No dictionary and no collation has a say.

use daiban_core::query::Term;
use daiban_core::store::{Eyes, Rows};

use super::fault::Fault;
use super::flight::values;
use super::line::Line;
use super::views::{Page, Seen, case_columns, records, seen};

/// The longest word; more than the longest token there is, and less than the database takes.
const LONGEST: usize = 1024;

/// Tokens with a blank around each, in which a phrase is found by looking.
pub(super) fn apart(tokens: &str) -> String {
    let mut text = String::with_capacity(tokens.len() + 2);
    text.push(' ');
    text.extend(tokens.chars().filter(|sign| *sign != '\0'));
    text.push(' ');
    text
}

/// Tokens as the text of a set of words.
pub(super) fn vector(tokens: &str) -> String {
    let mut words: Vec<&str> = tokens.split(' ').filter(|word| is_word(word)).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.len() <= LONGEST
}

/// A word as the database reads it, with nothing in it that could be an operator.
fn quoted(word: &str) -> String {
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for sign in word.chars().filter(|sign| *sign != '\0') {
        if matches!(sign, '\'' | '\\') {
            quoted.push(sign);
        }
        quoted.push(sign);
    }
    quoted.push('\'');
    quoted
}

/// Terms as the database takes them.
pub(super) struct Asked {
    /// All words that must be there.
    pub(super) words: String,
    /// Phrases, with blanks around each.
    pub(super) phrases: Vec<String>,
}

/// `None` for terms that nothing can hit.
pub(super) fn asked(terms: &[Term]) -> Option<Asked> {
    let (mut words, mut phrases) = (Vec::new(), Vec::new());
    for term in terms {
        match term {
            Term::Phrase(tokens) => {
                if tokens.is_empty() || !tokens.iter().all(|token| is_word(token)) {
                    return None;
                }
                words.extend(tokens.iter().map(|token| quoted(token)));
                phrases.push(apart(&tokens.join(" ")));
            }
            Term::Prefix(start) if is_word(start) => words.push([&quoted(start), ":*"].concat()),
            Term::Prefix(_) => return None,
        }
    }
    (!words.is_empty()).then(|| Asked { words: words.join(" & "), phrases })
}

/// A page of hits, latest case first. No terms hit nothing.
pub(super) async fn search(line: &Line, terms: &[Term], eyes: &Eyes, page: &Page<'_>) -> Result<Rows, Fault> {
    const SEARCH: &str = concat!(
        case_columns!(),
        "FROM case_row r WHERE r.words @@ $4::text::tsquery AND r.id < $6
         AND NOT EXISTS (SELECT 1 FROM unnest($5::text[]) p WHERE strpos(r.tokens, p) = 0)",
        seen!(),
        "ORDER BY r.id DESC LIMIT $7"
    );
    let (Some(Asked { words, phrases }), Some((_, before))) = (asked(terms), page.key((0, i64::MAX))) else {
        return Ok(Rows::default());
    };
    let mut values = Seen::of(eyes).values();
    values.append(&mut values![words, phrases, before, page.reach()]);
    let mut flight = line.flight();
    let seat = flight.send(SEARCH, values).await;
    let found = records(&flight.land().await?.rows(seat))?;
    Ok(page.of(found, |_, _| 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_nothing_in_it_is_an_operator() {
        assert_eq!(quoted("o'b\\x\0:*"), "'o''b\\\\x:*'", "its quotes and slashes doubled, no end of text in it");
        assert_eq!(vector("b a b | 'x"), "'''x' 'a' 'b' '|'", "each once");
        assert_eq!(apart("王 芳"), " 王 芳 ", "so that 王芳 is not found in 王芳芳's second half alone");
    }

    #[test]
    fn terms_that_nothing_can_hit_are_not_asked() {
        for term in [Term::Phrase(Vec::new()), Term::Phrase(vec![String::new()]), Term::Prefix("x".repeat(LONGEST + 1))]
        {
            assert!(asked(std::slice::from_ref(&term)).is_none(), "{term:?}");
        }
    }
}
