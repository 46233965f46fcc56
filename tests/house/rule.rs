//! What a rule is, and the one way to hold it: first against its own bad example, then against the house.

use crate::source::{Source, house};

/// Which part of a file a rule reads.
#[derive(Clone, Copy)]
pub enum Part {
    /// Code without comments, texts and tests.
    Product,
    /// The same with texts.
    ProductText,
    /// Code with tests, without comments and texts.
    Code,
    /// Code that only tests run.
    Tests,
}

/// A rule about words: `forbidden` in `part` of the files below `where_`, except in `except`, is a breach.
pub struct Rule {
    /// Words looked for, each as a whole: `sleep` does not find `asleep`.
    pub forbidden: &'static [&'static str],
    pub part: Part,
    /// Where the rule reaches; empty: everywhere. A folder ends in `/`.
    pub within: &'static [&'static str],
    /// Where the words may stand, each with its reason.
    pub except: &'static [(&'static str, &'static str)],
    /// What to do about a breach.
    pub mend: &'static str,
    /// (path, source) that breaks the rule.
    pub bad: (&'static str, &'static str),
    /// (path, source) that does not.
    pub good: (&'static str, &'static str),
}

impl Rule {
    /// Fails with every breach in the house, or when the rule does not know its own examples.
    pub fn holds(&self) {
        hold(|source| self.breaches(source), self.bad, self.good, self.mend);
    }

    fn breaches(&self, source: &Source) -> Vec<String> {
        let allowed: Vec<&str> = self.except.iter().map(|(place, _reason)| *place).collect();
        let reached = self.within.is_empty() || source.is_in(self.within);
        if !reached || source.is_in(&allowed) {
            return Vec::new();
        }
        let tests;
        let part = match self.part {
            Part::Product => &source.product,
            Part::ProductText => &source.product_text,
            Part::Code => &source.code,
            Part::Tests => {
                tests = source.test_code();
                &tests
            }
        };
        let found = part.lines().enumerate().filter_map(|(at, line)| {
            let word = self.forbidden.iter().find(|word| has_word(line, word))?;
            Some(format!("{}:{}: {word}", source.path, at + 1))
        });
        found.collect()
    }
}

/// Holds any finder of breaches against a bad and a good example, then against every file of the house.
pub fn hold(breaches: impl Fn(&Source) -> Vec<String>, bad: (&str, &str), good: (&str, &str), mend: &str) {
    assert!(!breaches(&Source::new(bad.0, bad.1)).is_empty(), "the rule does not find its own bad example");
    let wrongly = breaches(&Source::new(good.0, good.1));
    assert!(wrongly.is_empty(), "the rule finds fault with its good example: {wrongly:?}");
    let found: Vec<String> = house().iter().flat_map(breaches).collect();
    assert!(found.is_empty(), "{} breach(es). {mend}\n  {}", found.len(), found.join("\n  "));
}

/// True when `word` stands in `line` with no letter, digit or `_` attached to an end of it that is one.
pub fn has_word(line: &str, word: &str) -> bool {
    let joins = |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_');
    let (starts, ends) = (joins(word.chars().next()), joins(word.chars().last()));
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(starts && joins(before) || ends && joins(after))
    })
}

#[test]
fn a_word_is_found_whole_only() {
    assert!(has_word("use axum::Router;", "axum"), "followed by a colon");
    assert!(!has_word("fn asleep()", "sleep"), "inside another word");
    assert!(has_word("x.__TAURI__.y", "__TAURI__"), "between dots");
    assert!(has_word("thread::sleep(d)", "sleep("), "an end that is no letter needs no border");
}
