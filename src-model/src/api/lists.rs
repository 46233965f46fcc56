//! Lists of cases.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::draft::DraftRow;
use super::wipe::WipedCopy;
use crate::case::clocks::Pressing;
use crate::case::fold::Stage;
use crate::ids::CaseId;
use crate::stamp::{TimeQuality, Wall};

/// The work table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetToday {}

/// The work table: what presses, nearest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Today {
    /// Today.
    pub date: Date,
    /// Whether today is a working day.
    pub working: Workday,
    /// Cases whose next step is due, nearest deadline first; at most fifty.
    pub rows: Vec<CaseRow>,
    /// Drafts that wait.
    pub drafts: Vec<DraftRow>,
    /// The figures of the summary sentence.
    pub counts: Counts,
    /// What is still to be sent.
    pub unsent: u32,
    /// The time, as this station reckons it.
    pub now: Wall,
    /// Whether its clock can be trusted (R79).
    pub clock: TimeQuality,
    /// The last year whose holidays are known; from December on it is said when next year's are not (R81).
    pub calendar_until: Option<i16>,
    /// Whether next year's calendar is missed.
    pub calendar: CalendarHere,
}

/// Whether the calendar reaches as far as deadlines do (R81).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarHere {
    /// It does, or it is too early in the year for the next one.
    Enough,
    /// It is December, and next year's is not here.
    NextYearMissing,
}

/// Whether a day is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workday {
    /// A plain working day.
    Working,
    /// A weekend day that is worked.
    MakeUp,
    /// A day of rest.
    Rest,
    /// Past the known calendar.
    Unknown,
}

/// How many cases there are of each view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Unfinished: undecided, or decided and not yet delivered.
    pub open: u32,
    /// Mine to move today or overdue, at most [`Self::MOST_DATED`].
    pub pressing: u32,
    /// Past their day, at most [`Self::MOST_DATED`].
    pub overdue: u32,
    /// Waiting for papers.
    pub supplementing: u32,
    /// Finished.
    pub finished: u32,
    /// Without a known limit (R57).
    pub no_limit: u32,
    /// With an anomaly or a conflict.
    pub attention: u32,
    /// All.
    pub all: u32,
}

impl Counts {
    /// How far is counted along the dates that have come. Time moves cases there and not a write, so they are counted one by one; whoever has
    /// this many knows enough.
    pub const MOST_DATED: u32 = 1_000;
}

/// A page of cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListCases {
    /// Which.
    pub view: View,
    /// Where the last page ended.
    pub after: Option<PageKey>,
    /// How many at most; capped at 200.
    pub limit: u16,
}

/// The closed set of case lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Unfinished, nearest deadline first.
    #[default]
    Open,
    /// Unfinished with a date, nearest first.
    Pressing,
    /// Past their day.
    Overdue,
    /// Waiting for papers.
    Supplementing,
    /// Finished, last changed first.
    Finished,
    /// 无时限办件 (R57).
    NoLimit,
    /// With an anomaly or a conflict.
    Attention,
    /// With something to remind somebody of, by today; the day from which it is shown first.
    Reminders,
    /// All: the unfinished ones as in [`View::Open`], then the finished ones, last changed first.
    All,
}

/// Search everything this person may see.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SearchCases {
    /// Names, pinyin initials, tails of id or phone, case number, item, words of notes.
    pub text: String,
    /// Where the last page ended.
    pub after: Option<PageKey>,
    /// How many at most; capped at 200.
    pub limit: u16,
}

/// Where a page ended: opaque to shells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageKey(pub String);

/// One page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    /// Its rows.
    pub rows: Vec<CaseRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<PageKey>,
    /// Figures for the views' tabs, with the first page of a view; a search and further pages do without.
    pub counts: Option<Counts>,
    /// What stays of a copy that went by rule and whose number was searched for (R203).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wiped: Option<Box<WipedCopy>>,
}

/// One case in a list. Masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Which.
    pub id: CaseId,
    /// 办件号; empty before the receipt.
    pub number: String,
    /// Whose matter.
    pub name: String,
    /// Last four of the citizen id, shown as `…0008`.
    pub id_tail: String,
    /// What.
    pub item: String,
    /// Where it stands.
    pub stage: Stage,
    /// The village's name.
    pub place: String,
    /// The nearest date and whose move it is.
    pub pressing: Option<Pressing>,
    /// Days from today to that date; negative when past.
    pub days_left: Option<i32>,
    /// Received, or opened.
    pub since: Wall,
    /// How many anomalies and conflicts wait for a person.
    pub attention: u16,
    /// How many numbers after its own are kept for the steps of the bundle it leads.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reserved: u16,
}

fn is_zero(n: &u16) -> bool {
    *n == 0
}
