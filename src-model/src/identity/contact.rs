//! How a person is reached: telephone numbers, postcodes, and addresses as they may be made public.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{masked, plain, stored_as_text, tail};

/// A telephone number of the mainland, stored as `13800138000` or `0472-0000001`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// What kind of line a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneKind {
    /// A mobile: it can take a message.
    Mobile,
    /// A landline with its area code.
    Landline,
}

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum PhoneFault {
    /// Nothing was typed.
    #[error("the telephone number is empty")]
    Empty,
    /// Words such as 无: tick "no phone" and take a contact person's number (R84).
    #[error("a telephone number holds digits only")]
    NotANumber,
    /// The second digit of a mobile is 3 to 9.
    #[error("no mobile number begins so")]
    MobilePrefix,
    /// A mobile has 11 digits.
    #[error("a mobile number has 11 digits, not {found}")]
    MobileLength {
        /// How many there are.
        found: usize,
    },
    /// A landline begins with its area code, which begins with 0.
    #[error("the area code is missing or wrong")]
    AreaCode,
    /// After the area code come 7 or 8 digits.
    #[error("a landline has 7 or 8 digits after the area code, not {found}")]
    LandlineLength {
        /// How many there are.
        found: usize,
    },
}

impl Phone {
    /// Checks what was typed; blanks, hyphens and the country code are dropped.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let text: String = plain(text).chars().filter(|sign| !matches!(sign, '-' | '—' | '–' | '(' | ')')).collect();
        let abroad = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086"));
        let digits = abroad.unwrap_or(&text);
        if digits.is_empty() {
            return Err(PhoneFault::Empty);
        }
        if !digits.bytes().all(|sign| sign.is_ascii_digit()) {
            return Err(PhoneFault::NotANumber);
        }
        if digits.starts_with('1') { mobile(digits) } else { landline(digits) }
    }

    /// Mobile or landline.
    pub fn kind(&self) -> PhoneKind {
        if self.0.starts_with('0') { PhoneKind::Landline } else { PhoneKind::Mobile }
    }

    /// The full number.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last `n` digits, for searching by the tail.
    pub fn tail(&self, n: usize) -> &str {
        tail(&self.0, n)
    }

    /// As it stands on a slip: `尾号8000`.
    pub fn on_slip(&self) -> String {
        format!("尾号{}", self.tail(4))
    }
}

fn mobile(digits: &str) -> Result<Phone, PhoneFault> {
    if !matches!(digits.as_bytes().get(1), None | Some(b'3'..=b'9')) {
        return Err(PhoneFault::MobilePrefix);
    }
    match digits.len() {
        11 => Ok(Phone(digits.to_owned())),
        found => Err(PhoneFault::MobileLength { found }),
    }
}

/// 010 and 02x have three digits, all other area codes four.
fn landline(digits: &str) -> Result<Phone, PhoneFault> {
    let width = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return Err(PhoneFault::AreaCode),
    };
    let (area, rest) = digits.split_at_checked(width).ok_or(PhoneFault::LandlineLength { found: 0 })?;
    match rest.len() {
        7 | 8 => Ok(Phone(format!("{area}-{rest}"))),
        found => Err(PhoneFault::LandlineLength { found }),
    }
}

impl fmt::Display for Phone {
    /// `138****8000`, `0472-***0001`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            PhoneKind::Mobile => f.pad(&masked(&self.0, 3, 4, 4)),
            PhoneKind::Landline => {
                let head = self.0.find('-').map_or(0, |at| at + 1);
                f.pad(&masked(&self.0, head, self.0.len().saturating_sub(head + 4), 4))
            }
        }
    }
}

stored_as_text!(Phone, |text| Self::parse(text));

/// A postcode of six digits. It names a place, not a person, and is shown in full.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Postcode(String);

/// Why a text is no postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum PostcodeFault {
    /// Digits are missing or too many.
    #[error("a postcode has 6 digits, not {found}")]
    Length {
        /// How many signs there are.
        found: usize,
    },
    /// A sign that is no digit; most likely a letter O for a zero.
    #[error("a postcode holds digits only")]
    NotANumber,
}

impl Postcode {
    /// Checks what was typed.
    pub fn parse(text: &str) -> Result<Self, PostcodeFault> {
        let text = plain(text);
        match text.chars().count() {
            6 if text.bytes().all(|sign| sign.is_ascii_digit()) => Ok(Self(text)),
            6 => Err(PostcodeFault::NotANumber),
            found => Err(PostcodeFault::Length { found }),
        }
    }

    /// The six digits.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

stored_as_text!(Postcode, |text| Self::parse(text));

/// An address as it may stand in a public notice: nothing below the village (个人信息保护法 art 25, R185).
///
/// It is cut behind the first village word after the township; without one, behind the township; without that, nothing
/// of it may be shown.
pub fn public_address(address: &str) -> &str {
    const TOWNSHIPS: [&str; 5] = ["苏木", "镇", "街道", "乡", "园区"];
    const VILLAGES: [&str; 4] = ["嘎查", "社区", "居委会", "村"];
    let behind = |from: usize, words: &[&str]| {
        let text = address.get(from..).unwrap_or("");
        words.iter().filter_map(|word| text.find(word).map(|at| from + at + word.len())).min()
    };
    let township = behind(0, &TOWNSHIPS);
    let village = behind(township.unwrap_or(0), &VILLAGES);
    address.get(..village.or(township).unwrap_or(0)).unwrap_or("")
}
