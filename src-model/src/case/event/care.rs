//! What is done for the person beside the matter itself: how often they had to come (R72), the call afterwards (R73), the reminder
//! before something ends (R65, R71).

use serde::{Deserialize, Serialize};

use super::Grade;

/// Why somebody had to come once more (R72).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TripCause {
    /// 缺材料
    PapersMissing,
    /// 系统
    System,
    /// 窗口
    Window,
    /// 本人
    Own,
}

impl TripCause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::PapersMissing, Self::System, Self::Window, Self::Own];
}

/// 回访: the call after the delivery. No rating: that is the applicant's own (R165).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Who was spoken to.
    pub spoke_with: String,
    /// How satisfied they are.
    pub grade: Grade,
    /// In their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// What somebody is reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// The mandate ends: sign anew or let it end (R65).
    MandateEnds,
    /// What was granted runs out: apply for the next (R71).
    Renewal,
    /// The call after the delivery is due (R73).
    Callback,
    /// A promised paper is due (R61).
    PromisedPaper,
    /// An original lies with an agent (R67).
    Original,
}
