//! What people do with a case: facts that are added and never changed (R76).
//!
//! E1: an event's text is written once, by the device that did the act, and carried as it is ever after. A version that
//! does not know an event's kind keeps and passes on its text unread ([`What::Unknown`]).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::deadline::{Limit, NoticeRule, StopKind};
use crate::identity::CaseNumber;
use crate::ids::{AgentId, CaseId, ItemCode, ScopeCode};
use crate::stamp::{Stamp, TimeQuality, Wall};

/// One act: who, for which unit, when by the station's clock, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Identity and place in the order of facts.
    pub stamp: Stamp,
    /// Who did it.
    pub by: AgentId,
    /// The unit the agent acted for.
    pub unit: ScopeCode,
    /// The station's wall clock.
    pub at: Wall,
    /// Whether that clock could be trusted.
    pub quality: TimeQuality,
    /// The act.
    pub what: What,
}

/// The stored text of an event beside its stamp. Field names are short because they are stored once per act.
#[derive(Serialize, Deserialize)]
struct Stored<W> {
    by: AgentId,
    unit: ScopeCode,
    at: Wall,
    #[serde(default, skip_serializing_if = "is_confirmed", rename = "q")]
    quality: TimeQuality,
    #[serde(flatten)]
    what: W,
}

/// What is read of an event whose kind this version does not know.
#[derive(Deserialize)]
struct Kind {
    k: String,
}

fn is_confirmed(quality: &TimeQuality) -> bool {
    *quality == TimeQuality::Confirmed
}

/// Why a stored text is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored text is not an event")]
pub struct NotAnEvent;

impl Event {
    /// The text to be stored under the event's stamp.
    pub fn to_text(&self) -> String {
        if let What::Unknown { raw, .. } = &self.what {
            return raw.clone();
        }
        let (by, unit, at, quality) = (self.by.clone(), self.unit, self.at, self.quality);
        let stored = Stored { by, unit, at, quality, what: &self.what };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Reads a stored text. A known envelope with an unknown act is an event of kind [`What::Unknown`].
    pub fn from_text(stamp: Stamp, text: &str) -> Result<Self, NotAnEvent> {
        if let Ok(Stored { by, unit, at, quality, what }) = serde_json::from_str::<Stored<What>>(text) {
            return Ok(Self { stamp, by, unit, at, quality, what });
        }
        let Stored { by, unit, at, quality, what } =
            serde_json::from_str::<Stored<Kind>>(text).map_err(|_| NotAnEvent)?;
        Ok(Self { stamp, by, unit, at, quality, what: What::Unknown { kind: what.k, raw: text.to_owned() } })
    }
}

/// The acts of a case's life (requirements S4, Annex C).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum What {
    /// 咨询: someone asked (R38, R44).
    Consulted {
        /// What kind of help was given.
        help: Help,
        /// How the person came.
        way: Way,
        /// The question in plain words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
    /// 一次性告知: everything missing, told in one paper (R50).
    Noticed(Notice),
    /// 委托: the person authorised the agent (R63).
    Mandated(Mandate),
    /// The mandate ended before its term (R65).
    MandateEnded {
        /// Why.
        reason: MandateEnd,
    },
    /// 收件: papers were taken and a slip given (R46).
    Received(Receipt),
    /// 补正: missing papers came in (R53).
    Supplemented {
        /// The papers brought this time.
        papers: Vec<PaperLine>,
        /// Whether all that the notice asked for is in now.
        completeness: Completeness,
    },
    /// 移交: the file left the station for the organ (R49).
    HandedOver {
        /// The organ or unit, as written on the hand-over sheet.
        to: String,
    },
    /// 受理 (R53, R54).
    Accepted {
        /// The legal day of acceptance: the day the last paper came in.
        on: Date,
        /// By whose word.
        basis: AcceptanceBasis,
    },
    /// 不予受理 (R54).
    NotAccepted {
        /// The reason code.
        reason: NotAccepted,
        /// The right organ and its address, where another one is in charge.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        right_office: String,
    },
    /// 办理中: the organ works on it.
    Started,
    /// 中止: a kind of time that does not count began (R59).
    Suspended {
        /// One of the kinds the law knows.
        kind: StopKind,
        /// First day that does not count.
        from: Date,
        /// How many days it is expected to take, as told to the applicant.
        expected_days: u16,
        /// Number of the written notice to the applicant.
        notice_no: String,
    },
    /// The stop ended.
    Resumed {
        /// Last day that does not count.
        to: Date,
    },
    /// The term was prolonged (R60).
    Extended {
        /// Further days, in the unit of the legal limit.
        days: u16,
        /// Who gave leave.
        approver: String,
        /// The reason told to the applicant.
        reason: String,
        /// Number of the written notice.
        notice_no: String,
    },
    /// 办结 with a result (R68).
    Decided(Decision),
    /// 办结(撤回): the applicant withdrew (R74).
    Withdrawn {
        /// Why, in the applicant's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// How many papers were returned.
        papers_returned: u16,
    },
    /// 送达 (R69).
    Delivered {
        /// Day of delivery.
        on: Date,
        /// How.
        way: DeliveryWay,
        /// Who signed for it.
        signer: String,
        /// The signer's relation when it is not the applicant.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        relation: String,
    },
    /// 评价, given by the applicant and never by staff (R165).
    Rated {
        /// 5 非常满意 … 1 非常不满意.
        grade: Grade,
        /// By what means it came.
        channel: String,
    },
    /// 归档: sealed (R75).
    Archived,
    /// A register was typed (R76): the old value stays readable here.
    Typed {
        /// The field, such as `applicant.phone`.
        field: String,
        /// What it read before.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
        /// What it reads now.
        to: String,
    },
    /// A note beside the case.
    Noted {
        /// Its words.
        text: String,
    },
    /// A mistake in a closed file put right by an addition (R75).
    Corrected {
        /// The field, such as `applicant.phone`.
        field: String,
        /// What it should read.
        value: String,
        /// Why.
        reason: String,
    },
    /// Someone looked at an act that did not fit and said what holds (R78).
    Reviewed {
        /// The act.
        act: Stamp,
        /// What the person found.
        finding: String,
    },
    /// Someone chose between two values written apart (rules §10.2).
    Settled {
        /// The field.
        field: String,
        /// The value that stays.
        kept: String,
        /// The values that do not.
        dropped: Vec<String>,
    },
    /// 可能重复: the same matter is in another case too (R78, R88).
    Linked {
        /// The other case.
        other: CaseId,
        /// Why.
        reason: String,
    },
    /// An act of a newer version, kept as it came (E1).
    #[serde(skip)]
    Unknown {
        /// Its kind.
        kind: String,
        /// Its whole stored text.
        raw: String,
    },
}

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
    /// The papers, each as it was found.
    pub papers: Vec<PaperLine>,
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

impl From<&crate::catalogue::Item> for Limits {
    fn from(item: &crate::catalogue::Item) -> Self {
        let crate::catalogue::Item { statutory, promised, clear_facts, notice, .. } = *item;
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
}

/// Five grades (GB/T 39734-2020 cl. 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

impl TryFrom<u8> for Grade {
    type Error = crate::ids::BadId;
    fn try_from(n: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&n) { Ok(Self(n)) } else { Err(crate::ids::BadId { kind: "grade" }) }
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade.0
    }
}
