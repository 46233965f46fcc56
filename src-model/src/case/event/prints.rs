//! Prints of papers, as a case remembers them (R183).

use serde::{Deserialize, Serialize};

use crate::ids::FileHash;

/// One print: enough to say of a sheet on a table whether it is the one that was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintLine {
    /// Which paper.
    pub paper: PaperName,
    /// The number on it. It stays when the paper is printed again.
    pub number: String,
    /// Which print of it, counted from 1; it stands on the sheet, from the second on with 补打.
    pub turn: u16,
    /// How many pages.
    pub pages: u16,
    /// The BLAKE3 hash of the PDF, byte for byte.
    pub hash: FileHash,
}

/// The papers that are made from a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperName {
    /// 收件回执
    Receipt,
    /// 一次性告知书
    Notice,
    /// 补正通知书
    Supplement,
    /// 代办委托书
    Mandate,
    /// 代办终止单
    MandateEnd,
    /// 交接单
    HandOver,
    /// 受理通知书
    Acceptance,
    /// 不予受理通知书
    Refusal,
    /// 办结通知书, 代办办结单
    Completion,
    /// 决定书送达页
    DecisionCover,
    /// 送达回证
    DeliveryProof,
    /// 容缺受理承诺书
    Conditional,
    /// 告知承诺书
    Promise,
    /// 工伤认定申请表
    InjuryClaim,
    /// What is said in plain words, in large print
    SpokenGuide,
    /// 材料清单
    Checklist,
    /// 询问笔录
    Interview,
    /// 个人信息告知
    PrivacyNotice,
    /// 上门服务记录
    HomeVisit,
    /// 代办中止单
    MandatePause,
    /// 续办委托书
    MandateRenewal,
    /// 办件标签, the size of a badge
    Label,
}
