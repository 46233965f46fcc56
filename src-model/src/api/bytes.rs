//! Bytes on the way between a window and the engine: base64 in JSON (RFC 4648 section 4).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a file. `Debug` tells how many, never which.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Bytes {
    /// As text.
    pub fn to_base64(&self) -> String {
        let mut text = String::with_capacity(self.0.len().div_ceil(3) * 4);
        for three in self.0.chunks(3) {
            let [a, b, c] = [three.first(), three.get(1), three.get(2)].map(|byte| u32::from(*byte.unwrap_or(&0)));
            let word = a << 16 | b << 8 | c;
            for at in 0..4 {
                // The mask keeps the index below 64.
                let digit = DIGITS[usize::try_from(word >> (18 - 6 * at) & 63).unwrap_or_default()];
                text.push(if at <= three.len() { char::from(digit) } else { '=' });
            }
        }
        text
    }

    /// From text; `None` when it is not base64.
    pub fn from_base64(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('=').as_bytes();
        if text.len() % 4 == 1 {
            return None;
        }
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
        for four in text.chunks(4) {
            let mut word = 0_u32;
            for at in 0..4 {
                word = word << 6 | four.get(at).map_or(Some(0), |digit| value(*digit))?;
            }
            bytes.extend_from_slice(&word.to_be_bytes()[1..four.len()]);
        }
        Some(Self(bytes))
    }
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::from_base64(&text).ok_or_else(|| D::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (plain, text) in pairs {
            assert_eq!(Bytes(plain.into()).to_base64(), text, "RFC 4648 section 10");
            assert_eq!(Bytes::from_base64(text), Some(Bytes(plain.into())));
        }
        for bad in ["Z", "Zg=x", "Zm 9", "中文"] {
            assert_eq!(Bytes::from_base64(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = Bytes(bytes.clone()).to_base64();
            prop_assert_eq!(Bytes::from_base64(&text), Some(Bytes(bytes)));
        }
    }
}
