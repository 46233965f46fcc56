//! Working copies that go by rule (R203): attachments first, then the fields, by a printed list that two people sign (R220). The number and
//! the lines of what was done stay.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::papers::Outlet;
use crate::case::copies::Stays;
use crate::ids::{AgentId, CaseId, FileHash};
use crate::stamp::Wall;

/// Which working copies may go today, and which stay although their day has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListWipe {}

/// A working copy whose day has come. By number: whoever approves need not know whose it is. Of those that may go at most five hundred are
/// answered: the rest comes with the next list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeRow {
    /// Which case.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// When the file left the station.
    pub handed_over: Date,
    /// From which day on the copy may go.
    pub due: Date,
    /// How many attachments lie here.
    pub files: u16,
    /// Why it stays although its day has come; `None` for one that may go.
    pub why: Option<Stays>,
}

/// The list of these as it will be printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookAtWipe {
    /// Which; all must be of those that may go.
    pub ids: Vec<CaseId>,
}

/// Print the list that was looked at. It is written down first, so that what is approved is what stands on paper.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrintWipe {
    /// Which.
    pub ids: Vec<CaseId>,
    /// What was looked at.
    pub hash: FileHash,
    /// Where to.
    pub to: Outlet,
}

/// Let these copies go from this station. The district has them, or they stay.
#[derive(Clone, Serialize, Deserialize)]
pub struct ApproveWipe {
    /// Which: just those of a list that was printed.
    pub ids: Vec<CaseId>,
    /// The second person: another one than who is signed in. One of the two is a supervisor.
    pub second: AgentId,
    /// The second person's PIN, typed by them.
    pub pin: String,
}

/// What went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiped {
    /// Cases whose copies went.
    pub cases: u32,
    /// Bytes of attachments that were freed.
    pub bytes: u64,
}

/// Copies that went, latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListWiped {}

/// What stays of a copy that went: its number and what was done, and nothing of anybody it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipedCopy {
    /// Which case it was.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// What it was about; 敏感事项 where the name says too much.
    pub item: String,
    /// When the file left the station.
    pub handed_over: Date,
    /// How many attachments it had.
    pub files: u16,
    /// When the copy went.
    pub at: Wall,
    /// The number of the printed list.
    pub list: String,
    /// The two who signed, by name.
    pub signed: [String; 2],
    /// What was done, first to last.
    pub acts: Vec<WipedAct>,
}

/// One line of what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipedAct {
    /// When.
    pub at: Wall,
    /// Which member of staff, by name.
    pub by: String,
    /// A key of the words (`story.received`).
    pub kind: String,
}
