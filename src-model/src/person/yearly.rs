//! Yearly checks: who must show once a year that a benefit still rests on what it rested on (R113). Nobody's benefit ends by a program.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::event::Way;
use crate::ids::ItemCode;

/// Items with a check every year: 养老金 and 供养亲属 (RS-012, RS-013), 工伤 (RS-088, RS-089), and the residence permit, which is signed within
/// the month before each full year (GA-024; 居住证暂行条例 art 10).
const YEARLY: [&str; 5] = ["RS-012", "RS-013", "RS-088", "RS-089", "GA-024"];

/// Days before the day on which somebody stands on the list.
pub const AHEAD_DAYS: i32 = 30;

/// From which age a check at home is offered (老年人权益保障法 art 2).
pub const OLD: u16 = 60;

/// A check that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// For which item.
    pub item: ItemCode,
    /// When.
    pub on: Date,
    /// How the person was met.
    pub way: Way,
}

/// Whether an item has a check every year.
pub fn is_yearly(item: &ItemCode) -> bool {
    YEARLY.contains(&item.as_str())
}

/// Every such item.
pub fn yearly_items() -> impl Iterator<Item = ItemCode> {
    YEARLY.into_iter().filter_map(|code| code.parse().ok())
}

/// The day of the next check: twelve months after the last.
pub fn next_check(last: Date) -> Date {
    last.saturating_add(12.months())
}

/// From which day on somebody stands on the list.
pub fn listed_from(due: Date) -> Date {
    due.saturating_sub(AHEAD_DAYS.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r113_a_check_is_due_after_twelve_months_and_listed_thirty_days_before() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let due = next_check(day("2025-03-20"));
        assert_eq!((due, listed_from(due)), (day("2026-03-20"), day("2026-02-18")));
        assert_eq!(next_check(day("2026-03-03")), day("2027-03-03"));
        assert_eq!(next_check(day("2024-02-29")), day("2025-02-28"), "a day that is not there");
        assert_eq!(yearly_items().filter(is_yearly).count(), 5);
    }
}
