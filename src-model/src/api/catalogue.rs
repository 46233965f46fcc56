//! The catalogue and its guides.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::bundle::BundleRow;
use super::case::Verification;
use crate::case::clocks::Clock;
use crate::catalogue::{Assessment, Item};
use crate::ids::ItemCode;

/// Items of the catalogue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListItems {
    /// Chinese, pinyin initials or code; empty for all.
    pub text: String,
    /// Only this category; empty for all.
    pub category: String,
}

/// Items found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Items {
    /// The catalogue's version.
    pub version: u32,
    /// Each category with how many items it has.
    pub categories: Vec<(String, u32)>,
    /// The items.
    pub rows: Vec<ItemRow>,
    /// Bundles whose name has the text, or that bring in one of the items found; all for an empty text.
    pub bundles: Vec<BundleRow>,
    /// Certificates that a village may not issue and that the text names (R13).
    pub forbidden: Vec<ForbiddenRow>,
}

/// A certificate that no village issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForbiddenRow {
    /// What it is called, without 证明.
    pub name: String,
    /// The right office.
    pub office: String,
    /// The way there, or what stands in its place.
    pub way: String,
    /// The item by which that office issues it.
    pub item: Option<ItemCode>,
}

/// One item in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Code.
    pub code: ItemCode,
    /// Official name, verbatim.
    pub name: String,
    /// Department.
    pub department: String,
    /// Category.
    pub category: String,
    /// Whether its figures may be quoted.
    pub verified: Verification,
}

/// The guide of one item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetItem {
    /// Which.
    pub code: ItemCode,
}

/// The guide of one item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ItemGuide {
    /// The item as published.
    pub item: Item,
    /// The catalogue's version.
    pub version: u32,
    /// First day that version is in force.
    pub valid_from: Date,
    /// The dates if it were received now.
    pub outlook: Vec<Clock>,
}

/// What was thought through before sensitive data are handled (R205). For those who oversee.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListAssessments {}

/// A matter that handles sensitive data, and its assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessedItem {
    /// Code.
    pub code: ItemCode,
    /// Official name, verbatim.
    pub name: String,
    /// The assessment, and until when it is kept at least; `None` where there is none: then the matter cannot be taken.
    pub assessment: Option<(Assessment, Date)>,
}
