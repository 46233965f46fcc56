//! Identifiers. Each is its own type, parsed once at the edge; a value that exists is well formed.
//!
//! In text (JSON, the window's calls) an id is a string; in binary (wire, packages) it is as small as it can be.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct BadId {
    /// The kind that was wanted; never the text itself, which may be personal data.
    pub kind: &'static str,
}

/// Text form in human-readable formats, `$inner` in binary ones.
macro_rules! text_or_binary {
    ($name:ident, $inner:ty, $kind:literal, |$v:ident| $to:expr, |$raw:ident| $from:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() {
                    s.collect_str(self)
                } else {
                    let $v = self;
                    $to.serialize(s)
                }
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    String::deserialize(d)?.parse().map_err(D::Error::custom)
                } else {
                    let $raw = <$inner>::deserialize(d)?;
                    $from.ok_or_else(|| D::Error::custom(BadId { kind: $kind }))
                }
            }
        }
    };
}

/// A case (办件). A uuid of version 7, made on the device that opened the case; that of a step of a bundle follows from the
/// bundle's own and has version 8 (see [`crate::bundle::member_id`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId(pub Uuid);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case:{self}")
    }
}

impl FromStr for CaseId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::try_parse(text).map(Self).map_err(|_| BadId { kind: "case id" })
    }
}

text_or_binary!(CaseId, [u8; 16], "case id", |v| v.0.as_bytes(), |raw| Some(Self(Uuid::from_bytes(raw))));

/// A person, a household or an enterprise that is known here. A uuid of version 7, made on the device that registered it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub Uuid);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "person:{self}")
    }
}

impl FromStr for PersonId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::try_parse(text).map(Self).map_err(|_| BadId { kind: "person id" })
    }
}

text_or_binary!(PersonId, [u8; 16], "person id", |v| v.0.as_bytes(), |raw| Some(Self(Uuid::from_bytes(raw))));

/// A device: its Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId(pub [u8; 32]);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device:{:.8}", self.to_string())
    }
}

impl FromStr for DeviceId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        hex32(text).map(Self).ok_or(BadId { kind: "device id" })
    }
}

text_or_binary!(DeviceId, [u8; 32], "device id", |v| v.0, |raw| Some(Self(raw)));

/// The content of an attachment: the BLAKE3 hash of its bytes. Equal contents have one name, wherever they came from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileHash(pub [u8; 32]);

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file:{:.8}", self.to_string())
    }
}

impl FromStr for FileHash {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        hex32(text).map(Self).ok_or(BadId { kind: "file hash" })
    }
}

text_or_binary!(FileHash, [u8; 32], "file hash", |v| v.0, |raw| Some(Self(raw)));

/// 32 bytes from 64 hexadecimal digits.
pub fn hex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// A division of the state's code table, the unit that data is shared by (a village, a township, the district).
///
/// Always twelve digits: county 6 + township 3 + village 3, a missing level as zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeCode(u64);

impl ScopeCode {
    /// Whether `other` is this division or lies below it.
    pub fn covers(self, other: Self) -> bool {
        let width = self.level_width();
        self.0 / width == other.0 / width
    }

    /// The numbers of this division and of all that lies below it: one stretch.
    pub fn span(self) -> RangeInclusive<u64> {
        self.0..=self.0 + (self.level_width() - 1)
    }

    /// The division one level up; the district is its own parent.
    pub fn parent(self) -> Self {
        match self.level_width() {
            1 => Self(self.0 / 1_000 * 1_000),
            _ => Self(self.0 / 1_000_000 * 1_000_000),
        }
    }

    /// The six digits after the county, as they stand in a case number (R77).
    pub fn unit(self) -> String {
        format!("{:06}", self.0 % 1_000_000)
    }

    /// The number whose digits are the code.
    pub fn number(self) -> u64 {
        self.0
    }

    fn level_width(self) -> u64 {
        match self.0 {
            n if n.is_multiple_of(1_000_000) => 1_000_000,
            n if n.is_multiple_of(1_000) => 1_000,
            _ => 1,
        }
    }

    fn from_number(n: u64) -> Option<Self> {
        (100_000_000_000..1_000_000_000_000).contains(&n).then_some(Self(n))
    }
}

impl fmt::Display for ScopeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for ScopeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scope:{self}")
    }
}

impl FromStr for ScopeCode {
    type Err = BadId;
    /// Accepts 6, 9 or 12 digits; the shorter forms are filled with zeros.
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "division code" };
        if !matches!(text.len(), 6 | 9 | 12) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad);
        }
        format!("{text:0<12}").parse().ok().and_then(Self::from_number).ok_or(bad)
    }
}

text_or_binary!(ScopeCode, u64, "division code", |v| v.0, |raw| Self::from_number(raw));

/// A short code made of ASCII letters, digits and hyphens, such as an item code or a staff number.
macro_rules! short_code {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let fits = !text.is_empty() && text.len() <= $max;
                let clean = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                if fits && clean { Ok(Self(text.to_owned())) } else { Err(BadId { kind: $kind }) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

short_code! {
    /// A service item (事项), such as `RS-075`.
    ItemCode, "item code", 24
}
short_code! {
    /// A one-thing bundle (一件事), such as `newborn`.
    BundleId, "bundle id", 24
}
short_code! {
    /// A member of staff, such as `SG-202202-01`.
    AgentId, "staff number", 32
}

impl From<&BundleId> for ItemCode {
    /// What the receipt of a bundle names: bundles and items share one space of codes.
    fn from(id: &BundleId) -> Self {
        Self(id.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_covers_itself_and_what_lies_below() {
        let code = |text: &str| text.parse::<ScopeCode>().unwrap();
        let (district, township, village) = (code("150205"), code("150205202"), code("150205202202"));
        for (upper, lower, expected) in [
            (district, village, true),
            (township, village, true),
            (village, village, true),
            (village, township, false),
            (code("150205201"), village, false),
            (code("150205202201"), village, false),
        ] {
            assert_eq!(upper.covers(lower), expected, "{upper:?} over {lower:?}");
        }
        assert_eq!((village.parent(), township.parent(), district.parent()), (township, district, district));
        assert_eq!(village.unit(), "202202");
    }

    #[test]
    fn ids_refuse_what_is_not_theirs() {
        assert!("15020520220".parse::<ScopeCode>().is_err(), "eleven digits");
        assert!("000000000000".parse::<ScopeCode>().is_err(), "no such county");
        assert!("RS 075".parse::<ItemCode>().is_err(), "a blank");
        assert!("".parse::<AgentId>().is_err(), "nothing");
        assert!("zz".parse::<DeviceId>().is_err(), "too short");
    }

    #[test]
    fn ids_survive_text_and_binary() {
        let case = CaseId(Uuid::from_u128(7));
        let scope: ScopeCode = "150205202202".parse().unwrap();
        let json = serde_json::to_string(&(case, scope)).unwrap();
        assert_eq!(serde_json::from_str::<(CaseId, ScopeCode)>(&json).unwrap(), (case, scope));
        let bytes = postcard::to_stdvec(&(case, scope)).unwrap();
        assert_eq!(postcard::from_bytes::<(CaseId, ScopeCode)>(&bytes).unwrap(), (case, scope));
    }
}
