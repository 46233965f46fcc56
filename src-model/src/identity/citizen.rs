//! The citizen identity number (GB 11643-1999, rules §5).

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{masked, plain, stored_as_text, tail};
use crate::ids::ScopeCode;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_SIGNS: &[u8; 11] = b"10X98765432";
/// Province codes of GB/T 2260, and the three of the residence permits for people from 港澳台.
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 81, 82, 83,
];

/// A citizen identity number of 18 signs, a 港澳台居民居住证 or a 外国人永久居留身份证 number of the same form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CitizenId(String);

/// Why a text is no citizen identity number, in the order in which a person should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CitizenIdFault {
    /// Nothing was typed. Only some items serve a person without a number (R84).
    #[error("the citizen id is empty")]
    Empty,
    /// An old card of 15 digits: ask kindly for the number of the new card or of the household book.
    #[error("a citizen id of the old form with 15 digits")]
    FifteenDigits,
    /// Signs are missing or too many.
    #[error("a citizen id has 18 signs, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A sign that is no digit, or an X before the last place.
    #[error("sign {at} of a citizen id cannot stand there")]
    Character {
        /// Its place, counted from 1.
        at: usize,
    },
    /// Signs 7 to 14 are no date.
    #[error("the birth date of a citizen id does not exist")]
    NoSuchDate,
    /// The birth date is after today.
    #[error("the birth date of a citizen id lies in the future")]
    InFuture,
    /// One sign was misread, or two were swapped.
    #[error("the last sign of the citizen id should be {expected}")]
    CheckSign {
        /// What the other 17 signs ask for.
        expected: char,
    },
}

/// What deserves a second look at the card, and is no reason to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CitizenIdWarning {
    /// No province has this code.
    UnknownProvince,
    /// The county is not among those known here; it may be an old one.
    UnknownCounty,
}

/// Sex as the number states it; a person may correct it with a reason (R83).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
}

impl CitizenId {
    /// Checks what was typed. `today` is the day on which it is typed.
    pub fn parse(text: &str, today: Date) -> Result<Self, CitizenIdFault> {
        let text = plain(text);
        check_signs(&text)?;
        let born = birth_date(&text).ok_or(CitizenIdFault::NoSuchDate)?;
        if born > today {
            return Err(CitizenIdFault::InFuture);
        }
        let expected = check_sign(&text);
        if text.ends_with(expected) { Ok(Self(text)) } else { Err(CitizenIdFault::CheckSign { expected }) }
    }

    /// The full number. Showing it is an act that is written down (R199).
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last `n` signs, for searching by the tail.
    pub fn tail(&self, n: usize) -> &str {
        tail(&self.0, n)
    }

    /// The date of birth.
    pub fn birth(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::MIN)
    }

    /// Sex by the last digit of the sequence: odd is male.
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Full years of age on `day`; none before birth.
    pub fn age_on(&self, day: Date) -> u16 {
        let born = self.birth();
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        let years = i32::from(day.year()) - i32::from(born.year()) - i32::from(before_birthday);
        u16::try_from(years).unwrap_or(0)
    }

    /// Whether a guardian must consent on `day` (个人信息保护法 art 31); it ends on the 14th birthday (R198).
    pub fn is_under_14_on(&self, day: Date) -> bool {
        self.age_on(day) < 14
    }

    /// What deserves a second look. `counties` are the divisions this place knows; a county is doubted only when its
    /// neighbours in the same prefecture are known. Numbers of foreigners (9…) carry no division.
    pub fn warnings(&self, counties: &[ScopeCode]) -> Vec<CitizenIdWarning> {
        let code = |digits: usize| self.0.get(..digits).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        if self.0.starts_with('9') {
            return Vec::new();
        }
        if !PROVINCES.iter().any(|province| u64::from(*province) == code(2)) {
            return vec![CitizenIdWarning::UnknownProvince];
        }
        let known = |digits: u32| {
            counties.iter().any(|county| county.number() / 10_u64.pow(12 - digits) == code(digits as usize))
        };
        if known(4) && !known(6) { vec![CitizenIdWarning::UnknownCounty] } else { Vec::new() }
    }
}

fn check_signs(text: &str) -> Result<(), CitizenIdFault> {
    let found = text.chars().count();
    match found {
        0 => return Err(CitizenIdFault::Empty),
        15 if text.bytes().all(|sign| sign.is_ascii_digit()) => return Err(CitizenIdFault::FifteenDigits),
        18 => {}
        _ => return Err(CitizenIdFault::Length { found }),
    }
    let wrong = text.chars().enumerate().find(|(at, sign)| !(sign.is_ascii_digit() || (*at == 17 && *sign == 'X')));
    wrong.map_or(Ok(()), |(at, _)| Err(CitizenIdFault::Character { at: at + 1 }))
}

/// No living person was born before 1800; such a year is a slip of the pen.
fn birth_date(text: &str) -> Option<Date> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (year >= 1800).then_some(date)
}

fn check_sign(text: &str) -> char {
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(sign, weight)| u32::from(sign.wrapping_sub(b'0')) * weight).sum();
    char::from(CHECK_SIGNS[sum as usize % CHECK_SIGNS.len()])
}

impl fmt::Display for CitizenId {
    /// `150205********0008`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&masked(&self.0, 6, 8, 4))
    }
}

// What was once stored was checked against its day; a stored number has no "today" to be checked against again.
stored_as_text!(CitizenId, |text| Self::parse(text, Date::MAX));
