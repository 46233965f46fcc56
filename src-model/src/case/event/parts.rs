//! What acts carry: papers, notices, mandates, receipts, decisions.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::Fen;
use crate::catalogue::Item;
use crate::deadline::{Limit, NoticeRule};
use crate::identity::CaseNumber;
use crate::ids::{AgentId, BadId, ItemCode};

/// Kind of help (R44). All free and voluntary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Help {
    /// 咨询
    Advice,
    /// 指导
    Guidance,
    /// 协调
    Coordination,
    /// 代办
    Proxy,
}

/// How the person was served (R44).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 窗口
    Window,
    /// 帮办
    Beside,
    /// 上门
    Home,
    /// 线上
    Online,
    /// 电话
    Phone,
}

/// A one-time notice (R50, templates §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// 第 n 次; the second needs a reason (R52).
    pub no: u8,
    /// Every missing or wrong paper.
    pub lines: Vec<NoticeLine>,
    /// Last day to supplement; `None` while the term is not set.
    pub term: Option<Date>,
    /// Why there is a further notice with new lines: what the applicant's new papers raised (R52).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub raised_by: String,
    /// Which of those papers (R52).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trigger: String,
}

/// One line of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// The paper.
    pub paper: String,
    /// The standard, where to get it, what may replace it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// A mandate (代办委托书; rules §9, 民法典 arts 165, 173).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The agent, named.
    pub agent: AgentId,
    /// What the agent may do.
    pub powers: BTreeSet<Power>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// How it was signed.
    pub signature: Signature,
    /// The most that may be paid for the person in all; `None` sets no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_limit: Option<Fen>,
    /// The number of the witness of a thumbprint, or what proves that the guardian is one (R64).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proof: String,
}

/// What a mandate may allow (templates §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// 咨询
    Ask,
    /// 填表
    FillForms,
    /// 提交
    Submit,
    /// 补正
    Supplement,
    /// 查询进度
    Follow,
    /// 领取结果
    Collect,
    /// 代缴规费
    PayFees,
}

/// How a paper was signed (R64).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Signature {
    /// By hand.
    Hand,
    /// By thumb, before a witness who is not the agent.
    Thumb {
        /// The witness's name.
        witness: String,
    },
    /// By a guardian, for a child or someone who cannot act.
    Guardian {
        /// The guardian's name.
        name: String,
        /// Relation to the person.
        relation: String,
    },
}

/// Why a mandate ended early (R65, 民法典 art 173).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateEnd {
    /// The person took it back.
    Withdrawn,
    /// The agent resigned.
    AgentLeft,
    /// One of the two died.
    Death,
}

/// 收件: what was taken, under which number and which version of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Unique without a network (R77).
    pub number: CaseNumber,
    /// The item.
    pub item: ItemCode,
    /// The item's official name on that day.
    pub item_name: String,
    /// The catalogue in force; the case keeps it (rules §10.3).
    pub catalogue: u32,
    /// The limits of that version.
    pub limits: Limits,
    /// Whether the person's document was seen (R84).
    #[serde(default, skip_serializing_if = "IdCheck::is_seen")]
    pub id: IdCheck,
    /// When the papers were taken, where they were typed in later; the act says when that was (R48).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<DateTime>,
    /// The papers, each as it was found.
    pub papers: Vec<PaperLine>,
}

/// Whether the document that says who the person is was held against the person (R84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdCheck {
    /// It was there.
    #[default]
    Seen,
    /// 证件待核: papers may be taken; the organ does not accept before it was seen.
    Later,
}

impl IdCheck {
    fn is_seen(&self) -> bool {
        *self == Self::Seen
    }
}

/// The limits of an item as they stood when the case was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// 法定; `None` is unknown and never a default (R57).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory: Option<Limit>,
    /// 承诺
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// The shorter legal limit where facts and rights are clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_facts: Option<Limit>,
    /// When the one-time notice is due, and whether silence accepts.
    #[serde(default)]
    pub notice: NoticeRule,
}

impl From<&Item> for Limits {
    fn from(item: &Item) -> Self {
        let Item { statutory, promised, clear_facts, notice, .. } = *item;
        Self { statutory, promised, clear_facts, notice }
    }
}

/// One paper and how it came (R67, R91).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperLine {
    /// Its name in the catalogue.
    pub name: String,
    /// Present or not, and in what form.
    pub state: PaperState,
    /// How many.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u8,
}

fn one() -> u8 {
    1
}

fn is_one(n: &u8) -> bool {
    *n == 1
}

/// The state of one paper: 有 (original or copy), 缺, 电子.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperState {
    /// The original was left.
    Original,
    /// A copy was left; the original was seen and given back.
    Copy,
    /// An electronic certificate (国务院令716 arts 8-12).
    Electronic,
    /// 缺
    Missing,
}

/// Whether a supplement answers the whole notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// All in.
    Complete,
    /// Some still missing.
    Partly,
}

/// By whose word a case was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceBasis {
    /// The papers were complete.
    Complete,
    /// 依法视为受理: the notice term passed in silence (行政许可法 art 32(4)).
    Deemed,
    /// 容缺受理
    Conditional,
}

/// Why a case was not accepted (R54).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAccepted {
    /// 无需许可
    NoLicenceNeeded,
    /// 非本机关职权
    OtherOrgan,
    /// 不属受理范围
    OutOfScope,
    /// 材料虚假
    FalsePapers,
}

/// The organ's result (R68).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// 准予 / 不予 / 退回
    pub outcome: Outcome,
    /// The day it was made.
    pub on: Date,
    /// The number of the paper.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// The reasons; a refusal must have them (行政许可法 art 38).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasons: String,
    /// Last day of validity, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予
    Granted,
    /// 不予
    Denied,
    /// 退回: nothing supplied by the term, no refusal on the merits (R53).
    Returned,
    /// 撤回
    Withdrawn,
}

/// How a result reached the applicant (templates §10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryWay {
    /// 直接
    Direct,
    /// 留置
    Left,
    /// 委托
    Entrusted,
    /// 邮寄
    Post,
    /// 电子
    Electronic,
    /// 代收
    ForOther,
    /// 代办员代领, under a mandate that gives the power to collect (R63)
    ToAgent,
}

/// Five grades (GB/T 39734-2020 cl. 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

impl TryFrom<u8> for Grade {
    type Error = BadId;
    fn try_from(n: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&n) { Ok(Self(n)) } else { Err(BadId { kind: "grade" }) }
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade.0
    }
}
