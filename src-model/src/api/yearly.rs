//! Who must be checked this month (R113).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::person::PersonRow;
use crate::ids::ItemCode;

/// Yearly checks that are due within thirty days, or past, nearest first. Nobody's benefit ends by this list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListYearly {}

/// A check that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearlyLine {
    /// Who.
    pub person: PersonRow,
    /// For which item.
    pub item: ItemCode,
    /// Its name.
    pub name: String,
    /// The last check.
    pub last: Date,
    /// When the next one is due.
    pub due: Date,
    /// Whether a check at home is offered.
    pub home: HomeCheck,
}

/// Whether a check at home is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeCheck {
    /// To the old and to those who cannot come.
    Offered,
    /// On wish.
    OnWish,
}
