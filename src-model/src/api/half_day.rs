//! How often half a day was enough, and who held it (R125).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::lists::CaseRow;

/// What was promised within half a day and done in one month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetHalfDays {
    /// Any day of the month.
    pub month: Date,
}

/// How often half a day was enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfDays {
    /// Each matter, in the order in which they were accepted.
    pub lines: Vec<HalfDayLine>,
    /// Done in time.
    pub in_time: u32,
    /// All that were done.
    pub all: u32,
}

/// One matter that was promised within half a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfDayLine {
    /// The case.
    pub case: CaseRow,
    /// When its papers were complete and it was accepted: the applicant's own time is not counted.
    pub from: DateTime,
    /// When it was done.
    pub done: DateTime,
    /// Office minutes it took.
    pub minutes: u32,
    /// Whether that was in time.
    pub promise: HalfDay,
    /// Office minutes of each step, the longest first: its name and who held it.
    pub held: Vec<(String, String, u32)>,
}

/// Whether a promise was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HalfDay {
    /// In time.
    Kept,
    /// Late.
    Broken,
}
