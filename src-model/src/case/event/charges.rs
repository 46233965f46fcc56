//! Official charges that an agent passes on (R44). The agent takes none: there is no act for a fee of one's own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::BadId;

/// An amount of money in 分, so that nothing is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub u32);

impl FromStr for Fen {
    type Err = BadId;

    /// Reads yuan as people write them: `20`, `20.5`, `20.50`.
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { kind: "amount" };
        let (yuan, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit());
        if yuan.is_empty() || rest.len() > 2 || !digits(yuan) || !digits(rest) {
            return Err(bad());
        }
        let yuan: u32 = yuan.parse().map_err(|_| bad())?;
        let cents: u32 = if rest.is_empty() { 0 } else { rest.parse().map_err(|_| bad())? };
        let cents = if rest.len() == 1 { cents * 10 } else { cents };
        yuan.checked_mul(100).and_then(|whole| whole.checked_add(cents)).map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for Fen {
    /// In yuan: `20`, `20.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(f, "{}", self.0 / 100),
            cents => write!(f, "{}.{cents:02}", self.0 / 100),
        }
    }
}

/// An official charge passed on to the office that takes it, with its receipt (rules §9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// How much.
    pub amount: Fen,
    /// The office that took it.
    pub payee: String,
    /// 票据号
    pub receipt_no: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, fen, shown) in [("20", 2_000, "20"), (" 20.5", 2_050, "20.50"), ("0.07", 7, "0.07")] {
            let amount: Fen = text.parse().unwrap();
            assert_eq!((amount, amount.to_string().as_str()), (Fen(fen), shown), "{text}");
        }
        for text in ["", ".5", "二十", "-1", "1.234", "99999999999", "42949673"] {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
    }
}
