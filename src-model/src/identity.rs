//! Numbers that name a person, a firm or a case, each a checked type (rules §5, vectors).
//!
//! A value that exists passed its check. `Display` and `Debug` are masked; the full value comes only out of a method
//! named `reveal`, so that every place that shows it can be found by that word. An error never repeats what was typed.
//! Stored and sent forms hold the full value: whoever serialises one must be writing to an encrypted place.

mod bank_card;
mod case_number;
mod citizen;
mod contact;
mod credit;

pub use bank_card::{BankCard, BankCardFault};
pub use case_number::{CaseNumber, CaseNumberFault};
pub use citizen::{CitizenId, CitizenIdFault, CitizenIdWarning, Sex};
pub use contact::{Phone, PhoneFault, PhoneKind, Postcode, PostcodeFault, public_address};
pub use credit::{CreditCode, CreditCodeFault};

/// What people type, brought to one form: blanks dropped, full-width signs made half-width, letters made upper-case.
fn plain(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            _ => sign,
        })
        .filter(|sign| !sign.is_whitespace())
        .map(|sign| sign.to_ascii_uppercase())
        .collect()
}

/// The last `n` signs of an ASCII text, all of it if it is shorter.
fn tail(text: &str, n: usize) -> &str {
    text.get(text.len().saturating_sub(n)..).unwrap_or(text)
}

/// The first `head` and last `tail` signs of an ASCII text with `stars` stars between.
fn masked(text: &str, head: usize, stars: usize, last: usize) -> String {
    format!("{}{}{}", text.get(..head).unwrap_or(""), "*".repeat(stars), tail(text, last))
}

/// Stores the full value as text and checks it again when it is read.
macro_rules! stored_as_text {
    ($name:ident, |$text:ident| $parse:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.reveal())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let typed = <String as serde::Deserialize>::deserialize(d)?;
                let $text = typed.as_str();
                $parse.map_err(serde::de::Error::custom)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}
use stored_as_text;

#[cfg(test)]
mod tests;
