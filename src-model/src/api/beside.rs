//! What was written beside the moves of a case, and the lists that follow: what is late and why, what the upper tier was asked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lists::CaseRow;
use crate::case::beside::{
    AppliedFor, CertificateShown, FoundAt, HelpAsked, HelpedFirst, Late, LateReason, Posted, SiteCheck,
};
use crate::case::event::DeliveryWay;
use crate::ids::ItemCode;
use crate::stamp::{Stamp, Wall};

/// What a case knows of all that moved nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BesideView {
    /// Days past the day it presses for, and why, where somebody said so (R85).
    pub late: Option<LateView>,
    /// What the upper tier was asked, latest first (R89).
    pub help: Vec<HelpView>,
    /// Checks at the place (R92).
    pub checks: Vec<SiteCheck>,
    /// Who applied in the person's place (R93).
    pub applied: Option<AppliedFor>,
    /// What was given before the papers (R112).
    pub helped: Vec<HelpedFirst>,
    /// Where the person can be found (R111).
    pub found: Option<FoundAt>,
    /// How a result would reach the person there (R111).
    pub delivery: Option<DeliveryWay>,
    /// What is in the post, and under which number (R111).
    #[serde(default)]
    pub posted: Option<Posted>,
    /// Where to the person agreed to get the result electronically (R111).
    #[serde(default)]
    pub electronic: String,
    /// Certificates that were shown (R91).
    pub certificates: Vec<CertificateShown>,
    /// Signs of need or neglect, for those who handle the person's matters; empty for everybody else (R96).
    pub concerns: Vec<String>,
    /// What the upper tier said of visits: by whom, when, in words.
    pub reviews: Vec<(String, Date, String)>,
    /// Who has the case now, by name.
    pub handler: String,
    /// To whom it is offered, by name; that one has not said yet.
    pub offered_to: String,
}

/// How late a case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateView {
    /// Days past the day.
    pub days: u16,
    /// What was said of it; `None` while nobody has.
    pub said: Option<Late>,
}

/// A request to the upper tier on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpView {
    /// The act.
    pub act: Stamp,
    /// What was asked.
    pub asked: HelpAsked,
    /// By whom, by name.
    pub by: String,
    /// When.
    pub at: Wall,
    /// Until when an answer is due.
    pub due: Option<Date>,
    /// The answer, with the day it came.
    pub answer: Option<(Date, String)>,
}

/// What is late at this point, without anything about anybody (R85): it may hang on the wall.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListLate {}

/// Late cases of one item for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateLine {
    /// The item; `None` for what is not talked about by name (R210).
    pub item: Option<ItemCode>,
    /// How many.
    pub count: u32,
    /// The most days past the day.
    pub days: u16,
    /// Why; `None` where nobody has said.
    pub reason: Option<LateReason>,
}

/// Requests to the upper tier that nobody has answered, nearest first (R89).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListHelp {}

/// A request that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpRow {
    /// The case.
    pub case: CaseRow,
    /// What was asked.
    pub help: HelpView,
}
