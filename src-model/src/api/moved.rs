//! Dates that moved because the calendar did (R82): each is listed until somebody has seen to it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lists::CaseRow;
use crate::ids::CaseId;
use crate::stamp::Wall;

/// Open cases whose date moved with a new calendar, nearest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListMoved {}

/// A date that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The case.
    pub case: CaseRow,
    /// The date before.
    pub from: Date,
    /// The date now.
    pub to: Date,
    /// When it moved.
    pub at: Wall,
    /// Whether the applicant has a paper with the date before.
    pub paper: DatedPaper,
}

/// Whether the applicant has a paper on which a date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedPaper {
    /// One was printed: another one with the new date is due.
    Given,
    /// None was.
    None,
}

/// Somebody has seen to these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeenMoved {
    /// Which.
    pub ids: Vec<CaseId>,
}
