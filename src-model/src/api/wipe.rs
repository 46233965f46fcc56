//! Working copies that go by rule (R203): attachments first, by a list that two people approve (R220). What was done stays.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, CaseId};

/// Which working copies of attachments may go today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListWipe {}

/// A working copy that may go. By number: whoever approves need not know whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeRow {
    /// Which case.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// When the file left the station.
    pub handed_over: Date,
    /// From which day on the copy may go: ninety days later.
    pub due: Date,
    /// How many attachments lie here.
    pub files: u16,
}

/// Let the attachments of these cases go from this station. The district has them, or they stay.
#[derive(Clone, Serialize, Deserialize)]
pub struct ApproveWipe {
    /// Which; all must stand in the list.
    pub ids: Vec<CaseId>,
    /// The second person: another one than who is signed in. One of the two is a supervisor.
    pub second: AgentId,
    /// The second person's PIN, typed by them.
    pub pin: String,
}

/// What went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiped {
    /// Cases whose attachments went.
    pub cases: u32,
    /// Bytes that were freed.
    pub bytes: u64,
}
