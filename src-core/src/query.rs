//! What search finds a case by, and how a typed text becomes search terms.
//!
//! Han characters are one token each, so that two-character names hit; a run of them is a phrase. Letters and digits are
//! one token a word and match by their beginning. Both stores index [`Tokens`] and answer [`Term`]s alike. A typed text has
//! no operators: signs only part words.

mod alike;
mod spelling;

pub use alike::{Alike, alike};
pub use spelling::by_pinyin;

/// Most characters of a typed text that are looked at.
const TYPED: usize = 200;
/// Most conditions made of a typed text.
const TERMS: usize = 12;
/// Longest word; what is longer is cut, in texts and in what is typed.
const WORD: usize = 64;
/// Most characters of free text that are indexed for one case.
const FREE: usize = 4_000;
/// Stands between fields, so that no phrase reaches from one into the next.
const FENCE: &str = "|";

/// What a case is found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Tokens separated by blanks; fields are kept apart by a lone `|`, which no term contains.
    pub text: String,
}

/// The texts of a case that search looks into. What is empty costs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SearchFields<'a> {
    /// The applicant's name: found by its characters, its spelling in letters and its initials.
    pub name: &'a str,
    /// The full citizen id: found whole and by its last four and six.
    pub citizen_id: &'a str,
    /// The phone number: found whole and by its last four.
    pub phone: &'a str,
    /// The case number: found by each part, by device and counter, and by all its digits.
    pub number: &'a str,
    /// The item's name.
    pub item_name: &'a str,
    /// The initials of the item's name, as the catalogue has them.
    pub item_initials: &'a str,
    /// Other names that are found as the applicant's is: contact, employer.
    pub names: &'a [&'a str],
    /// Free texts: notes, address. The first 4,000 characters of them all.
    pub notes: &'a [&'a str],
}

/// One condition of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These tokens in a row.
    Phrase(Vec<String>),
    /// A token that begins so.
    Prefix(String),
}

impl Tokens {
    /// The tokens of a case.
    pub fn of(fields: &SearchFields<'_>) -> Self {
        let mut tokens = Self::default();
        for name in std::iter::once(&fields.name).chain(fields.names) {
            tokens.field(words(name, usize::MAX));
            tokens.field(spelling::of_name(name));
        }
        tokens.field(tails(fields.citizen_id, &[6, 4]));
        tokens.field(tails(fields.phone, &[4]));
        tokens.field(number(fields.number));
        tokens.field(words(fields.item_name, usize::MAX));
        tokens.field(words(fields.item_initials, usize::MAX));
        let mut left = FREE;
        for note in fields.notes {
            tokens.field(words(note, left));
            left = left.saturating_sub(note.chars().count());
        }
        tokens
    }

    fn field(&mut self, words: impl IntoIterator<Item = String>) {
        let mut words = words.into_iter().peekable();
        if words.peek().is_none() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
            self.text.push_str(FENCE);
        }
        for word in words {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(&word);
        }
    }

    /// Whether every term hits: what the database does, done by looking.
    pub fn answer(&self, terms: &[Term]) -> bool {
        let tokens: Vec<&str> = self.text.split(' ').collect();
        terms.iter().all(|term| match term {
            Term::Phrase(phrase) => tokens.windows(phrase.len().max(1)).any(|window| window == phrase.as_slice()),
            Term::Prefix(start) => tokens.iter().any(|token| token.starts_with(start.as_str())),
        })
    }
}

/// The conditions of a typed text; none when it has neither letters nor digits.
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut phrase = Vec::new();
    let mut word = String::new();
    for sign in text.chars().take(TYPED).filter_map(folded).chain(std::iter::once(' ')) {
        let kind = Kind::of(sign);
        if kind != Kind::Letter && !word.is_empty() {
            terms.push(Term::Prefix(cut(std::mem::take(&mut word))));
        }
        if kind != Kind::Han && !phrase.is_empty() {
            terms.push(Term::Phrase(std::mem::take(&mut phrase)));
        }
        match kind {
            Kind::Han => phrase.push(sign.to_string()),
            Kind::Letter => word.extend(sign.to_lowercase()),
            Kind::Gap => {}
        }
    }
    terms.truncate(TERMS);
    terms
}

/// What a character is to the index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A token by itself.
    Han,
    /// Part of a word.
    Letter,
    /// Between words.
    Gap,
}

impl Kind {
    fn of(sign: char) -> Self {
        match sign {
            // Characters without a code of their own come in the private areas from older systems.
            '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => Self::Han,
            '\u{20000}'..='\u{3FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Self::Han,
            _ if sign.is_alphanumeric() => Self::Letter,
            _ => Self::Gap,
        }
    }
}

/// Full-width signs become plain ones, `ü` is typed `v`; marks that only choose a shape are dropped.
fn folded(sign: char) -> Option<char> {
    match sign {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(sign) - 0xFEE0),
        'ü' | 'Ü' => Some('v'),
        '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => None,
        _ => Some(sign),
    }
}

fn cut(word: String) -> String {
    if word.len() <= WORD { word } else { word.chars().take(WORD).collect() }
}

/// Han characters one by one, other words whole.
fn words(text: &str, limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    for sign in text.chars().take(limit).filter_map(folded).chain(std::iter::once(' ')) {
        let kind = Kind::of(sign);
        if kind != Kind::Letter && !word.is_empty() {
            all.push(cut(std::mem::take(&mut word)));
        }
        match kind {
            Kind::Han => all.push(sign.to_string()),
            Kind::Letter => word.extend(sign.to_lowercase()),
            Kind::Gap => {}
        }
    }
    all
}

/// All signs of a number as one word, and its last ones.
fn tails(text: &str, lengths: &[usize]) -> Vec<String> {
    let whole = cut(words(text, WORD).concat());
    let count = whole.chars().count();
    let tail = |length: &usize| whole.chars().skip(count - length).collect();
    let shorter = lengths.iter().filter(|length| **length < count).map(tail);
    (count > 0).then(|| whole.clone()).into_iter().chain(shorter).collect()
}

/// `石拐-202202-20260302-07-0001`: each part, `070001`, and all digits in a row.
fn number(text: &str) -> Vec<String> {
    let mut parts = words(text, WORD);
    let digits: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).collect();
    let whole = digits.concat();
    let short = match digits.as_slice() {
        [.., device, counter] => [*device, *counter].concat(),
        _ => return parts,
    };
    parts.extend([short, whole]);
    parts
}

#[cfg(test)]
mod tests;
