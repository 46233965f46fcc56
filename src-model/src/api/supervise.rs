//! What the upper tier is shown: where more was asked for after the one notice, and what each unit did in a month.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lists::CaseRow;
use crate::case::month::MonthLine;
use crate::ids::ScopeCode;
use crate::stamp::Wall;

/// Notices by which more was asked for after the one notice, latest first (R52). For supervisors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListFurtherNotices {}

/// A notice that asked for more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FurtherNotice {
    /// The case.
    pub case: CaseRow,
    /// 第 n 次
    pub no: u8,
    /// When it was given.
    pub at: Wall,
    /// By whom, by name.
    pub by: String,
    /// What is asked for.
    pub papers: Vec<String>,
    /// Why, in writing.
    pub reason: String,
    /// The new paper of the applicant that raised it.
    pub trigger: String,
}

/// 上报: what each unit did for people in a month, those one may see (R73).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListMonth {
    /// Any day of the month.
    pub month: Date,
}

/// One unit's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitMonth {
    /// The unit.
    pub unit: ScopeCode,
    /// Its name.
    pub name: String,
    /// What it did.
    pub line: MonthLine,
    /// Of a hundred in time; `None` where nothing was due.
    pub on_time: Option<u8>,
    /// What is aimed at.
    pub target: u8,
}
