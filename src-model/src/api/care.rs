//! What a case knows beside its stages: charges, promises, originals, trips, the call afterwards, what runs out; and the lists that are
//! made of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::draft::DraftRow;
use super::lists::CaseRow;
use crate::case::event::{Callback, Charge, Finding, Keeper, PromiseKind, ReminderKind};
use crate::deadline::Before;
use crate::ids::CaseId;
use crate::stamp::{Stamp, Wall};

/// What a case knows beside its stages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CareView {
    /// Official charges passed on.
    pub charges: Vec<Charge>,
    /// Promises, in their order.
    pub promises: Vec<PromiseView>,
    /// Papers that may still be promised instead (R62).
    pub promisable: Vec<String>,
    /// Originals that were taken.
    pub originals: Vec<OriginalView>,
    /// How often the person came, each with its day (R72).
    pub trips: Vec<Date>,
    /// How often the item lets people come; `None` is unknown, and has no colour.
    pub max_trips: Option<u8>,
    /// The call after the delivery, and who made it.
    pub callback: Option<(String, Wall, Callback)>,
    /// When what was granted must be applied for anew (R71).
    pub renewal: Option<RenewalView>,
    /// What somebody is to be reminded of from today on, or was to be already.
    pub reminders: Vec<ReminderKind>,
    /// The seven steps of proxy work; none where the person acts (R73).
    pub steps: Vec<StepDone>,
}

/// A promise on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseView {
    /// The act that made it.
    pub act: Stamp,
    /// What was promised.
    pub kind: PromiseKind,
    /// The papers it is about.
    pub papers: Vec<String>,
    /// Kept or found true, broken or found false; `None` while it is open.
    pub found: Option<Finding>,
}

/// An original on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalView {
    /// The paper.
    pub paper: String,
    /// How many.
    pub count: u8,
    /// Who has it.
    pub keeper: Keeper,
    /// The name of whoever has it.
    pub name: String,
    /// Since when.
    pub since: Wall,
    /// Where it is kept.
    pub place: String,
}

/// When what was granted must be applied for anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalView {
    /// The last day of validity.
    pub expires: Date,
    /// The last day to apply.
    pub apply_by: Before,
    /// The day to remind the holder.
    pub remind_on: Date,
}

/// One of the seven steps (R73).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDone {
    /// A key of the words (`seven.entrusted`).
    pub step: String,
    /// When; `None` while it is still to come.
    pub on: Option<Date>,
}

/// What people are to be reminded of today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListReminders {}

/// One reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderRow {
    /// The case.
    pub row: CaseRow,
    /// What it is about.
    pub kind: ReminderKind,
    /// The day from which it is shown.
    pub on: Date,
    /// The last day for it.
    pub due: Option<Date>,
}

/// 手中原件: originals that agents hold here (R67).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListOriginals {}

/// An original that an agent holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOriginal {
    /// The case.
    pub case: CaseId,
    /// 办件号
    pub number: String,
    /// Whose; empty where a list may not name them.
    pub name: String,
    /// The original.
    pub original: OriginalView,
    /// Whether whoever asks holds it.
    pub held: HeldBy,
}

/// Who holds something, seen from whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBy {
    /// Whoever asks.
    Me,
    /// Somebody else.
    Other,
}

/// What is left open at the end of the day (R48): asked before the station is locked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetDayEnd {}

/// What is left open at the end of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayEnd {
    /// Receipts and questions that are not registered yet.
    pub drafts: Vec<DraftRow>,
    /// Originals in the hands of whoever asks.
    pub originals: Vec<HeldOriginal>,
}
