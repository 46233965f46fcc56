//! Bank cards, the bank number of a 社保卡 included (rules §5).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{plain, stored_as_text, tail};

/// A bank card number of 16 to 19 digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BankCard(String);

/// Why a text is no bank card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum BankCardFault {
    /// Nothing was typed.
    #[error("the card number is empty")]
    Empty,
    /// A sign that is no digit.
    #[error("a card number holds digits only")]
    NotANumber,
    /// Digits are missing or too many.
    #[error("a card number has 16 to 19 digits, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// One digit was misread, or two were swapped.
    #[error("the last digit of the card number should be {expected}")]
    CheckDigit {
        /// What the other digits ask for.
        expected: char,
    },
}

impl BankCard {
    /// Checks what was typed.
    pub fn parse(text: &str) -> Result<Self, BankCardFault> {
        let text: String = plain(text).chars().filter(|sign| *sign != '-').collect();
        if text.is_empty() {
            return Err(BankCardFault::Empty);
        }
        if !text.bytes().all(|sign| sign.is_ascii_digit()) {
            return Err(BankCardFault::NotANumber);
        }
        if !(16..=19).contains(&text.len()) {
            return Err(BankCardFault::Length { found: text.len() });
        }
        let expected = check_digit(&text);
        if text.ends_with(expected) { Ok(Self(text)) } else { Err(BankCardFault::CheckDigit { expected }) }
    }

    /// The full number.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last `n` digits.
    pub fn tail(&self, n: usize) -> &str {
        tail(&self.0, n)
    }
}

/// Luhn: from the right, every digit that will stand in an even place counts twice, its digits added.
fn check_digit(digits: &str) -> char {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .bytes()
        .rev()
        .skip(1)
        .enumerate()
        .map(|(at, sign)| (at, sign - b'0'))
        .map(|(at, digit)| u32::from(if at % 2 == 0 { doubled(digit) } else { digit }))
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

impl fmt::Display for BankCard {
    /// `****0004`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("****{}", self.tail(4)))
    }
}

stored_as_text!(BankCard, |text| Self::parse(text));
