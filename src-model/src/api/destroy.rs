//! Files whose term is over: they go by a list that two people sign, and in no other way (R207, R220).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::retention::Term;
use crate::ids::{AgentId, CaseId};
use crate::stamp::Wall;

/// Which closed files have been kept for their whole term.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListExpired {}

/// A file that may go. By number: whoever signs need not know whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredFile {
    /// Which case.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// 事项代码
    pub item: String,
    /// 保管期限
    pub class: Term,
    /// When it was closed.
    pub closed: Date,
    /// The last day of its term.
    pub until: Date,
}

/// Destroy these files here: every one of them or none.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignDestruction {
    /// Which; all must stand in the list.
    pub ids: Vec<CaseId>,
    /// The second person: another one than who is signed in. One of the two is a supervisor.
    pub second: AgentId,
    /// The second person's PIN, typed by them.
    pub pin: String,
}

/// The register of what was destroyed: number, class and who signed stay for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDestroyed {}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyedFile {
    /// What it was.
    pub file: ExpiredFile,
    /// When it went.
    pub at: Wall,
    /// Who signed, by name.
    pub signed: [String; 2],
}
