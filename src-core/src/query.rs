//! What search finds a case by, and how a typed text becomes search terms.
//!
//! Han characters are one token each, so that two-character names hit; a run of them is a phrase. Letters and digits are
//! one token a word and match by their beginning. Both stores index [`Tokens`] and answer [`Term`]s alike.

/// What a case is found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Tokens separated by blanks; fields are kept apart by a lone `|`, which no term contains.
    pub text: String,
}

/// One condition of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These tokens in a row.
    Phrase(Vec<String>),
    /// A token that begins so.
    Prefix(String),
}
