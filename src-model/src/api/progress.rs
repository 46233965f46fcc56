//! 办到哪一步了 (R90), and matters that may have been taken twice (R78).

use serde::{Deserialize, Serialize};

use super::lists::CaseRow;
use crate::case::clocks::Pressing;
use crate::case::fold::Stage;
use crate::ids::CaseId;
use crate::stamp::Wall;

/// How far is it? Asked with the slip, or by name with the last four of the id. Answers of the matter alone, and of nobody else.
#[derive(Clone, Serialize, Deserialize)]
pub struct AskProgress {
    /// 办件号, as it stands on the slip; empty where there is none at hand.
    pub number: String,
    /// Name, where there is no number.
    pub name: String,
    /// The last four of the id, where there is no number.
    pub tail: String,
}

/// How far a matter has got, in what may be said to whoever has the slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HowFar {
    /// 办件号
    pub number: String,
    /// Where it stands.
    pub stage: Stage,
    /// Where the file is: the organ or unit it was handed over to, or the station that has it.
    pub lies_at: String,
    /// The last move: a key of the words (`story.handed_over`).
    pub last: String,
    /// When.
    pub last_at: Wall,
    /// What presses now, by when, and whose move it is.
    pub pressing: Option<Pressing>,
    /// Of what time this knowledge is: the last exchange, or the last act where that is later.
    pub known_at: Wall,
}

/// Open matters of one person and one item that were taken more than once (R78): two laptops were without a road.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDoubles {}

/// 可能重复
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Double {
    /// The one that was received first, by the receipt at the desk.
    pub first: DoubleOf,
    /// The later one, which is flagged.
    pub second: CaseRow,
}

/// The earlier of two. Whoever may not see it hears of it all the same, and of nothing else (R88).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubleOf {
    /// Which.
    pub id: CaseId,
    /// 办件号
    pub number: String,
    /// When it was received.
    pub since: Wall,
}
