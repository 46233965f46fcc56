//! How long a closed file is kept (R207; 国家档案局令 8号, DA/T 85-2019), and when a station's own working copy goes (R203).

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::ids::ItemCode;

/// The class of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// 定期 10 年: 即办 and proxy records
    Ten,
    /// 定期 30 年
    Thirty,
    /// 永久
    Permanent,
}

impl Term {
    /// The last day of keeping: the end of the n-th year after closing (ours, C14); `None` for ever.
    pub fn until(self, closed: Date) -> Option<Date> {
        let years = match self {
            Self::Ten => 10,
            Self::Thirty => 30,
            Self::Permanent => return None,
        };
        let year = closed.year().checked_add(years).filter(|year| *year <= 9999)?;
        Some(date(year, 12, 31))
    }
}

/// Items about status, households and rural land, as the catalogue numbers them: households (公安), marriage and adoption (民政), land
/// contracts and homesteads (农牧). Their departments set the class; until then the longer term holds.
const STATUS: [&str; 16] = [
    "GA-001", "GA-002", "GA-003", "GA-004", "GA-005", "GA-006", "GA-007", "GA-008", "GA-009", "GA-010", "GA-011",
    "MZ-016", "MZ-020", "NM-027", "NM-028", "NM-031",
];

/// What the codes of real estate begin with.
const LAND: &str = "ZR-";

/// The class of an item's file while its department has set none (rules §8).
pub fn term(item: &ItemCode) -> Term {
    let code = item.as_str();
    if code.starts_with(LAND) || STATUS.contains(&code) { Term::Thirty } else { Term::Ten }
}

/// Days after the hand-over for which a station keeps its own working copy (rules §8, our choice).
pub const WORKING_COPY_DAYS: i32 = 90;

/// The day on which a station's working copy may go: calendar days, no move to a working day.
pub fn wipe_on(handed_over: Date) -> Date {
    handed_over.saturating_add(WORKING_COPY_DAYS.days())
}

/// The day until which an impact assessment is kept at least (个人信息保护法 art 56): three years, no move.
pub fn assessment_until(assessed: Date) -> Date {
    assessed.saturating_add(3.years())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r203_r205_r207_terms_are_those_of_the_vectors() {
        assert_eq!(wipe_on(date(2026, 3, 31)), date(2026, 6, 29), "D100");
        let item: ItemCode = "RS-012".parse().unwrap();
        assert_eq!(term(&item).until(date(2026, 5, 20)), Some(date(2036, 12, 31)), "D101");
        assert_eq!(assessment_until(date(2026, 3, 2)), date(2029, 3, 2), "D102");
        assert_eq!(Term::Permanent.until(date(2026, 5, 20)), None);
    }
}
