//! Limits that end at a date instead of starting there, and keeping terms.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;

/// The last day for something that must be done some days before a date (C8), such as a renewal (行政许可法 art 50).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Before {
    /// The legal day, rest day or not.
    pub raw: Date,
    /// The last working day on or before it, the day to tell people.
    pub safe: Date,
}

/// `days` calendar days before `date` (C8, R71).
pub fn before(calendar: &Calendar, date: Date, days: u16) -> Before {
    let raw = date.saturating_sub(i32::from(days).days());
    Before { raw, safe: calendar.last_working(raw) }
}

/// The last day of keeping for `years` years: the end of that calendar year after the closing year (C14, R207).
pub fn keep_until(closed: Date, years: u16) -> Date {
    let last = i32::from(closed.year()) + i32::from(years);
    i16::try_from(last).ok().and_then(|year| Date::new(year, 12, 31).ok()).unwrap_or(Date::MAX)
}
