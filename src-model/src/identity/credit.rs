//! The unified social credit code (GB 32100-2015, with the organisation code of GB 11714 inside; rules §5).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{masked, plain, stored_as_text, tail};

/// The 31 signs in their order; I, O, S, V and Z are left out because they are misread.
const SIGNS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A unified social credit code (统一社会信用代码) of 18 signs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CreditCode(String);

/// Why a text is no credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CreditCodeFault {
    /// Nothing was typed.
    #[error("the credit code is empty")]
    Empty,
    /// An old registration number of 15 digits: ask for the code on the new licence.
    #[error("a registration number of the old form with 15 digits")]
    OldRegistration,
    /// Signs are missing or too many.
    #[error("a credit code has 18 signs, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A sign that no credit code has; most likely a letter O for a zero or an I for a one.
    #[error("sign {at} of a credit code cannot stand there")]
    Character {
        /// Its place, counted from 1.
        at: usize,
    },
    /// One sign was misread, or two were swapped.
    #[error("the last sign of the credit code should be {expected}")]
    CheckSign {
        /// What the other 17 signs ask for.
        expected: char,
    },
    /// The last sign fits, but signs 9 to 17 fail their own check.
    #[error("the organisation code in signs 9 to 17 fails its check")]
    Organisation {
        /// What sign 17 should be.
        expected: char,
    },
}

impl CreditCode {
    /// Checks what was typed.
    pub fn parse(text: &str) -> Result<Self, CreditCodeFault> {
        let text = plain(text);
        let values = values(&text)?;
        let expected = char::from(check_sign(&values));
        if !text.ends_with(expected) {
            return Err(CreditCodeFault::CheckSign { expected });
        }
        let expected = char::from(organisation_sign(&values));
        if text.get(16..17).is_some_and(|sign| sign.starts_with(expected)) {
            Ok(Self(text))
        } else {
            Err(CreditCodeFault::Organisation { expected })
        }
    }

    /// The full code.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last `n` signs, for searching by the tail.
    pub fn tail(&self, n: usize) -> &str {
        tail(&self.0, n)
    }
}

/// The value of each sign, its place in the set.
fn values(text: &str) -> Result<Vec<usize>, CreditCodeFault> {
    let found = text.chars().count();
    match found {
        0 => return Err(CreditCodeFault::Empty),
        15 if text.bytes().all(|sign| sign.is_ascii_digit()) => return Err(CreditCodeFault::OldRegistration),
        18 => {}
        _ => return Err(CreditCodeFault::Length { found }),
    }
    let value = |(at, sign): (usize, char)| {
        let place = SIGNS.iter().position(|known| char::from(*known) == sign);
        place.ok_or(CreditCodeFault::Character { at: at + 1 })
    };
    text.chars().enumerate().map(value).collect()
}

fn check_sign(values: &[usize]) -> u8 {
    let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    SIGNS[(31 - sum % 31) % 31]
}

/// In the organisation code a letter counts from A = 10 in the whole alphabet, not by its place in the set.
fn organisation_sign(values: &[usize]) -> u8 {
    let value = |place: &usize| char::from(SIGNS[*place]).to_digit(36).unwrap_or(0);
    let sum: u32 = values.iter().skip(8).zip(ORGANISATION_WEIGHTS).map(|(place, weight)| value(place) * weight).sum();
    b"0X987654321"[sum as usize % 11]
}

impl fmt::Display for CreditCode {
    /// `91150205******007A`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&masked(&self.0, 8, 6, 4))
    }
}

stored_as_text!(CreditCode, |text| Self::parse(text));
