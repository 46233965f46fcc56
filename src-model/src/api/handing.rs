//! Cases that go from one colleague to another, with the sheet both sign (R34, R41, templates §22).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::home::Colleague;
use super::lists::CaseRow;
use crate::ids::{AgentId, CaseId};
use crate::stamp::{Stamp, Wall};

/// Offer cases to a colleague. Until that one has said yes whoever gave them answers for them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GiveCases {
    /// To whom.
    pub to: AgentId,
    /// Which, each with what lies in its bag.
    pub lines: Vec<GiveLine>,
}

/// A case that is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveLine {
    /// Which.
    pub id: CaseId,
    /// Papers in the bag; `None` counts those the case says were taken.
    pub papers: Option<u16>,
    /// Of them originals.
    pub originals: Option<u16>,
    /// Money and receipts, the number of the seal.
    pub note: String,
}

/// Say yes or no to what was offered to whoever is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerSheet {
    /// Taken over.
    pub taken: Vec<CaseId>,
    /// Given back, each with the reason.
    pub back: Vec<(CaseId, String)>,
}

/// The sheets that whoever is signed in gave or was given, latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListHandSheets {}

/// What whoever is signed in may give away, and to whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetHanding {}

/// What whoever is signed in may give away and to whom, the sheets there are, and what is left to be settled before a last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handing {
    /// Who may be asked to take over: colleagues of this unit, of those beside it and of the one above.
    pub colleagues: Vec<Colleague>,
    /// Open cases that whoever is signed in answers for and that are offered to nobody.
    pub cases: Vec<Givable>,
    /// Sheets as [`ListHandSheets`] gives them.
    pub sheets: Vec<HandSheet>,
    /// What is left, where a last day has been set (R34).
    pub leaving: Option<Box<Leaving>>,
}

/// A case that may be given away, with what the case says lies in its bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Givable {
    /// The case.
    pub row: CaseRow,
    /// Papers in the bag.
    pub papers: u16,
    /// Of them originals.
    pub originals: u16,
}

/// A hand-over sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandSheet {
    /// What tells it from others.
    pub sheet: Stamp,
    /// Who gave, by name.
    pub from: String,
    /// Who takes, by name.
    pub to: String,
    /// When it was given.
    pub at: Wall,
    /// Whether it waits for whoever is signed in.
    pub waits: Waits,
    /// The cases.
    pub lines: Vec<HandLine>,
    /// Papers of all lines.
    pub papers: u32,
    /// Of them originals.
    pub originals: u32,
    /// What the lines come to, as sixteen signs: the same sheet on both sides has the same.
    pub hash: String,
}

/// Whether a sheet waits for whoever is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// For me.
    ForMe,
    /// For the other one.
    ForOther,
    /// For nobody.
    Done,
}

/// A case on a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandLine {
    /// The case.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// Whose matter.
    pub name: String,
    /// What.
    pub item: String,
    /// Papers in the bag.
    pub papers: u16,
    /// Of them originals.
    pub originals: u16,
    /// What came of it.
    pub handed: HandedView,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum HandedView {
    /// Nobody has said yet.
    Open,
    /// Taken over.
    Taken {
        /// When.
        at: Wall,
    },
    /// Given back.
    Back {
        /// Why.
        reason: String,
    },
}

/// What somebody who leaves still answers for (R34).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetLeaving {
    /// Who.
    pub agent: AgentId,
}

/// What somebody who leaves still answers for. The end is complete when nothing is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Name.
    pub name: String,
    /// The last day, if it has been set.
    pub until: Option<Date>,
    /// Open cases.
    pub cases: Vec<CaseRow>,
    /// Of them those with a mandate that names this person: it ends with the person (民法典 art 173).
    pub mandates: Vec<CaseId>,
    /// Originals that lie with this person, in these cases.
    pub originals: Vec<(CaseId, String)>,
    /// Visits that were agreed on with this person.
    pub bookings: Vec<CaseId>,
    /// Cases whose mandate ended because this person left, and that nobody has signed anew: the principal is asked for another letter, or
    /// takes the papers back.
    pub letters: Vec<CaseRow>,
}

impl Leaving {
    /// How many lines are to be settled.
    pub fn lines(&self) -> usize {
        self.cases.len() + self.mandates.len() + self.originals.len() + self.bookings.len()
    }
}
