//! 自助专区 (R126): somebody who is not signed in fills a form at a screen of the hall, one question a screen; a guide stands by.
//!
//! - Z1: nothing that was typed outlasts [`Idle::wipe_s`] seconds without a key or a touch.
//! - Z2: a form that was left is there for whoever knows its code, on the day it was left and until the office closes. Taken once it is
//!   gone.
//! - Z3: what a guide sees of a form is a [`Task`] and its place: neither holds anything that was typed.

use std::fmt;

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::bundle::Answers;
use crate::case::field::Field;
use crate::deadline::OfficeHours;
use crate::ids::{BundleId, ItemCode};
use crate::stamp::Wall;

/// How long nobody may touch a screen: a setting of the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Idle {
    /// Seconds after which it is said.
    pub warn_s: u32,
    /// Seconds after which everything is wiped.
    pub wipe_s: u32,
}

impl Default for Idle {
    fn default() -> Self {
        Self { warn_s: 60, wipe_s: 90 }
    }
}

/// What becomes of a screen that nobody touches. Z1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Watch {
    /// Somebody is there.
    Quiet,
    /// It is said that everything is going to be wiped.
    Warn,
    /// Everything is wiped.
    Wipe,
}

/// A clock that is put right goes back by less; more, and nobody knows how long it has been.
const BACK_MS: i64 = 5_000;

impl Idle {
    /// What is due at `now` when the last key was pressed at `last`, both in milliseconds of one clock. Z1
    pub fn watch(self, last: i64, now: i64) -> Watch {
        let passed = now.saturating_sub(last);
        match passed {
            _ if passed < -BACK_MS || passed >= i64::from(self.wipe_s) * 1000 => Watch::Wipe,
            _ if passed >= i64::from(self.warn_s) * 1000 => Watch::Warn,
            _ => Watch::Quiet,
        }
    }
}

/// What somebody came for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Several items as one.
    Bundle(BundleId),
    /// One item.
    Item(ItemCode),
}

/// One card: one thing to do on one screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Task {
    /// The notice about personal data, before the first field (R196).
    Told,
    /// One question of the bundle, by its place.
    Question {
        /// From 0.
        at: u8,
    },
    /// One fact, typed.
    Fact {
        /// Which.
        field: Field,
    },
    /// Which papers to bring.
    Papers,
    /// Everything once more.
    Check,
}

/// The facts that are asked, in their order. Only what the window would ask first (个人信息保护法 art 6).
pub const FACTS: [Field; 5] = [Field::Employer, Field::Name, Field::CitizenId, Field::Phone, Field::Address];

/// The cards of a matter that asks so many questions first.
pub fn tasks(questions: usize) -> Vec<Task> {
    let questions = (0..=u8::MAX).take(questions).map(|at| Task::Question { at });
    let facts = FACTS.into_iter().map(|field| Task::Fact { field });
    let after = [Task::Papers, Task::Check];
    [Task::Told].into_iter().chain(questions).chain(facts).chain(after).collect()
}

/// A form as far as it was filled in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Form {
    /// For what.
    pub matter: Matter,
    /// The card that was open, from 0.
    pub step: u8,
    /// The answers to the questions of a bundle.
    pub answers: Answers,
    /// What was typed, each fact once.
    pub facts: Vec<(Field, String)>,
}

/// Letters of a code: none that looks like another, on a screen or written by hand.
const LETTERS: [u8; 20] = *b"ACDEFGHJKLMPQRTUVWXY";
/// How many codes there are.
const CODES: u32 = 20 * 20 * 20 * 20;

/// By what a form that was left is found: four letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code([u8; 4]);

/// Not four letters of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has four letters")]
pub struct NoCode;

impl Code {
    /// The code of a drawn number; over all numbers every code is drawn as often as every other, but for one in 26,000.
    pub fn drawn(chance: u32) -> Self {
        let mut left = chance % CODES;
        Self(std::array::from_fn(|_| {
            let letter = LETTERS[usize::try_from(left % 20).unwrap_or(0)];
            left /= 20;
            letter
        }))
    }
}

impl std::str::FromStr for Code {
    type Err = NoCode;

    /// As it was written down or read out: large or small, with spaces between.
    fn from_str(text: &str) -> Result<Self, NoCode> {
        let letters: Vec<u8> =
            text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|b| b.to_ascii_uppercase()).collect();
        let letters: [u8; 4] = letters.try_into().map_err(|_| NoCode)?;
        if letters.iter().all(|letter| LETTERS.contains(letter)) { Ok(Self(letters)) } else { Err(NoCode) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for Code {
    type Error = NoCode;
    fn try_from(text: String) -> Result<Self, NoCode> {
        text.parse()
    }
}

/// Until when a form left at this hour is kept: until the office closes, or where people are served after that (延时服务) to the end of the
/// day. Z2
pub fn kept_until(left: DateTime, hours: OfficeHours) -> DateTime {
    let closing = left.date().to_datetime(hours.closing());
    if left < closing { closing } else { left.date().to_datetime(Time::MAX) }
}

/// Whether a form is still there. A clock that fell back to another day keeps none. Z2
pub fn is_there(left: DateTime, until: DateTime, now: DateTime) -> bool {
    left.date() == now.date() && now < until
}

/// Wrong codes within [`PAUSE_MIN`] minutes after which nobody may try for as long: there are 160,000 codes.
const MOST_WRONG: usize = 5;
/// Minutes that a wrong code counts.
const PAUSE_MIN: i64 = 10;

/// The wrong codes that still count.
pub fn counting(wrong: &[Wall], now: Wall) -> Vec<Wall> {
    let counts = |at: &&Wall| (now.0.saturating_sub(at.0)).saturating_abs() < PAUSE_MIN * 60_000;
    wrong.iter().filter(counts).copied().collect()
}

/// For how many minutes no code may be tried, after these wrong ones.
pub fn pause(wrong: &[Wall], now: Wall) -> Option<i64> {
    let counting = counting(wrong, now);
    let since = counting.iter().rev().nth(MOST_WRONG - 1)?;
    let passed = now.0.saturating_sub(since.0).max(0) / 60_000;
    Some((PAUSE_MIN - passed).max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r126_a_minute_is_said_and_a_minute_and_a_half_wipes() {
        let ten = 36_000_000;
        for (passed, then, why) in [
            (0, Watch::Quiet, "10:00:00 the last key"),
            (59_999, Watch::Quiet, "not yet"),
            (60_000, Watch::Warn, "10:01:00"),
            (89_999, Watch::Warn, "not yet"),
            (90_000, Watch::Wipe, "10:01:30"),
            (8 * 3_600_000, Watch::Wipe, "the machine slept"),
            (-900, Watch::Quiet, "a clock that is put right"),
            (-3_600_000, Watch::Wipe, "a clock that fell back: nobody knows how long it has been"),
        ] {
            assert_eq!(Idle::default().watch(ten, ten + passed), then, "{why}");
        }
    }

    #[test]
    fn r126_a_form_is_there_until_the_office_closes() {
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        let until = kept_until(at("2026-03-03T10:01"), OfficeHours::default());
        assert_eq!(until, at("2026-03-03T17:30"));
        for (now, there) in [
            ("2026-03-03T10:01", true),
            ("2026-03-03T09:59", true),
            ("2026-03-03T17:29:59", true),
            ("2026-03-03T17:30", false),
            ("2026-03-04T09:00", false),
            ("2026-03-02T12:00", false),
        ] {
            assert_eq!(is_there(at("2026-03-03T10:01"), until, at(now)), there, "{now}");
        }
        let late = kept_until(at("2026-03-03T18:10"), OfficeHours::default());
        assert_eq!(late.date(), at("2026-03-03T00:00").date(), "served late: never over the night");
        assert!(is_there(at("2026-03-03T18:10"), late, at("2026-03-03T18:30")));
    }

    #[test]
    fn one_task_a_card_and_the_notice_before_the_first_fact() {
        let cards = tasks(4);
        assert_eq!(cards.len(), 12, "notice, four questions, five facts, papers, check");
        assert_eq!(cards[0], Task::Told);
        assert_eq!(cards[5], Task::Fact { field: Field::Employer });
        assert_eq!(cards.last(), Some(&Task::Check));
    }

    #[test]
    fn after_five_wrong_codes_nobody_tries_for_ten_minutes() {
        let minute = |n: i64| Wall(n * 60_000);
        let wrong: Vec<Wall> = (0..4).map(minute).collect();
        assert_eq!(pause(&wrong, minute(4)), None, "four");
        let wrong: Vec<Wall> = (0..5).map(minute).collect();
        assert_eq!(pause(&wrong, minute(5)), Some(5), "the first of them counts five minutes more");
        assert_eq!(pause(&wrong, minute(10)), None, "four count");
        assert_eq!(counting(&wrong, minute(12)), [minute(3), minute(4)], "the others are forgotten");
    }

    proptest! {
        /// Whatever is drawn is four letters that are read back as they were written, large or small.
        #[test]
        fn a_code_is_read_back(chance: u32) {
            let code = Code::drawn(chance);
            let text = code.to_string();
            prop_assert_eq!(text.len(), 4);
            prop_assert_eq!(text.parse(), Ok(code));
            prop_assert_eq!(format!(" {} {} ", text[..2].to_lowercase(), &text[2..]).parse(), Ok(code));
        }
    }

    #[test]
    fn what_looks_like_another_letter_is_in_no_code() {
        for text in ["ABCD", "OOOO", "AC1D", "ACD", "ACDEF", ""] {
            assert_eq!(text.parse::<Code>(), Err(NoCode), "{text}");
        }
        let all: std::collections::BTreeSet<Code> = (0..CODES).map(Code::drawn).collect();
        assert_eq!(all.len(), 160_000, "every code can be drawn");
    }
}
