//! 审计 (R208): who signed in, looked, searched by number, printed, exported, took in, and when rights changed. For whoever audits.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::reveal::{Chain, Seen};
use crate::case::event::PaperName;
use crate::ids::CaseId;
use crate::stamp::Wall;

/// The lines of a month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListAudit {
    /// Any day of the month.
    pub month: Date,
}

/// Write the lines of a month into a folder, as a text that reads without this program.
#[derive(Clone, Serialize, Deserialize)]
pub struct ExportAudit {
    /// Any day of the month.
    pub month: Date,
    /// Where.
    pub folder: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditWritten {
    /// The file's name.
    pub name: String,
    /// How many lines.
    pub lines: u32,
}

/// The trail of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Its lines, latest first.
    pub lines: Vec<AuditLine>,
    /// Whether the whole trail is as it was written.
    pub chain: Chain,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its number in the whole trail.
    pub number: u64,
    /// When.
    pub at: Wall,
    /// Who, by name.
    pub by: String,
    /// What; never what was read or searched for.
    pub act: Audited,
    /// 办件号 of the case it was about; empty where there is none, or it is not here any more.
    pub case_number: String,
}

/// What is written into the trail. Stored by place: new kinds stand last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audited {
    /// 登录
    SignedIn,
    /// A masked number or a whole attachment was shown.
    Looked {
        /// Of which case or person.
        case: CaseId,
        /// What.
        seen: Seen,
    },
    /// 按证件号查
    SearchedByNumber,
    /// 打印
    Printed {
        /// Of which case.
        case: CaseId,
        /// Which paper.
        paper: PaperName,
    },
    /// 导出: the trail itself was written out.
    Exported,
    /// 收进: letters of a stick were taken in.
    TakenIn {
        /// How many.
        letters: u32,
    },
    /// 权限变动: another roster of the district is in force.
    RightsChanged {
        /// Its version.
        version: u32,
    },
}

impl Audited {
    /// Which case or person it was about.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::Looked { case, .. } | Self::Printed { case, .. } => Some(*case),
            Self::SignedIn
            | Self::SearchedByNumber
            | Self::Exported
            | Self::TakenIn { .. }
            | Self::RightsChanged { .. } => None,
        }
    }
}
