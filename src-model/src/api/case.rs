//! One case, whole.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::beside::BesideView;
use super::bundle::{BundleView, PartView};
use super::care::CareView;
use super::files::{FileView, FilesOpen};
use super::home::HomeView;
use super::lists::CaseRow;
use super::progress::DoubleOf;
use crate::case::Command;
use crate::case::clocks::Clock;
use crate::case::event::{Fen, Help, IdCheck, NoticeLine, PaperLine, Power, Signature};
use crate::case::field::Field;
use crate::case::fold::Misfit;
use crate::case::retention::Term;
use crate::deadline::{RulerDay, StopKind};
use crate::ids::{CaseId, ItemCode, PersonId};
use crate::stamp::{Stamp, TimeQuality, Wall};

/// One case, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenCase {
    /// Which.
    pub id: CaseId,
}

/// Move a case. `Receive` comes from drafts only, and `Settle` from [`SettleField`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    /// Which.
    pub id: CaseId,
    /// What.
    pub command: Command,
}

/// Type a register.
#[derive(Clone, Serialize, Deserialize)]
pub struct SetField {
    /// Which case.
    pub id: CaseId,
    /// Which field.
    pub field: Field,
    /// What it shall read.
    pub value: String,
}

/// Choose between values written apart.
#[derive(Clone, Serialize, Deserialize)]
pub struct SettleField {
    /// Which case.
    pub id: CaseId,
    /// Which field.
    pub field: Field,
    /// Which value stays.
    pub kept: Kept,
}

/// Which value of a disputed field stays.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Kept {
    /// One of those that stand, by its mark: it is chosen without being shown.
    Standing {
        /// The mark of a [`ConflictValue`].
        mark: String,
    },
    /// As typed now: one of them, or a third one where both were wrong.
    Typed {
        /// The value.
        value: String,
    },
}

/// The page of one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CasePage {
    /// What the list shows of it.
    pub row: CaseRow,
    /// The item.
    pub item: Option<ItemCode>,
    /// Department in charge.
    pub department: String,
    /// How long its file is kept once it is closed (R207).
    #[serde(default)]
    pub keeping: Option<Term>,
    /// The last day it is kept; `None` for ever, or while it is not closed.
    #[serde(default)]
    pub keep_until: Option<Date>,
    /// Whom to ask there; empty where the department has named nobody (R47).
    #[serde(default)]
    pub contact: String,
    /// Kind of help.
    pub help: Option<Help>,
    /// Who it is for, where they are kept here.
    pub person: Option<PersonId>,
    /// Registers with a value, masked where they must be.
    pub fields: Vec<FieldView>,
    /// The two clocks and all other dates, with their reasons.
    pub clocks: Vec<Clock>,
    /// The days of the most pressing clock, for the day ruler.
    pub ruler: Vec<RulerDay>,
    /// What this person may do now.
    pub acts: Vec<Offer>,
    /// The kinds of time that do not count for the item.
    pub stops: Vec<StopKind>,
    /// The papers.
    pub papers: Vec<PaperLine>,
    /// Attachments that count.
    pub files: Vec<FileView>,
    /// Whether more may be added.
    pub files_open: FilesOpen,
    /// Notices given.
    pub notices: Vec<NoticeView>,
    /// The mandate, if any.
    pub mandate: Option<MandateView>,
    /// What happened, latest first.
    pub story: Vec<StoryLine>,
    /// Acts that did not fit and that nobody has looked at.
    pub anomalies: Vec<AnomalyView>,
    /// Values written apart.
    pub conflicts: Vec<ConflictView>,
    /// Whether the person's document was seen (R84).
    pub id: IdCheck,
    /// How far it has got.
    pub sent: Sent,
    /// Visits and interviews.
    pub home: HomeView,
    /// Charges, promises, originals, trips and calls.
    pub care: CareView,
    /// The bundle it leads.
    pub bundle: Option<BundleView>,
    /// The bundle it is a step of.
    pub part_of: Option<PartView>,
    /// Whether the item is as it was when the case was received (R11).
    pub standing: ItemStanding,
    /// What was written beside its moves.
    pub beside: BesideView,
    /// Earlier cases of the same person and item that are open too and not linked with it (R78).
    pub doubles: Vec<DoubleOf>,
}

/// Whether an item is still as it was when a case was received. The case keeps its version all the same (R11, rules §10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ItemStanding {
    /// It is, or nothing was received yet.
    Current,
    /// Its limits are others now.
    Changed {
        /// In the catalogue of this version.
        since: u32,
    },
    /// 事项已取消
    Withdrawn,
}

/// A register on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    /// Which.
    pub field: Field,
    /// Its value, masked where it must be.
    pub value: String,
    /// Whether it is masked.
    pub masked: Masking,
}

/// Whether a shown value is the whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Masking {
    /// As stored.
    Whole,
    /// Partly hidden; it can be shown in full.
    Masked,
    /// Partly hidden, and not for whoever is signed in to see in full (R199, R213).
    Withheld,
}

/// Something this person may do to this case now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// 一次性告知
    GiveNotice,
    /// 核证件
    CheckId,
    /// 补正收件
    Supplement,
    /// 移交
    HandOver,
    /// 受理
    Accept,
    /// 依法视为受理
    AcceptDeemed,
    /// 不予受理
    RefuseAcceptance,
    /// 开始办理
    Start,
    /// 中止
    Suspend,
    /// 恢复
    Resume,
    /// 延期
    Extend,
    /// 录入结果
    Decide,
    /// 当场办完
    FinishAtOnce,
    /// 退回
    Return,
    /// 撤回
    Withdraw,
    /// 送达
    Deliver,
    /// 录入纸质评价
    EnterRating,
    /// 归档
    Archive,
    /// 记一笔
    Note,
    /// 更正
    Correct,
    /// 分送各部门, or 办结: what a bundle waits for
    Advance,
    /// 一窗发证
    DeliverResults,
    /// How the results shall reach the applicant
    ChooseResults,
    /// 代缴规费
    PayCharge,
    /// 容缺受理
    PromiseLater,
    /// 告知承诺
    PromiseInstead,
    /// 核查承诺
    CheckPromise,
    /// 承诺未兑现，终止
    BreakPromise,
    /// 原件去向
    MoveOriginals,
    /// 续办委托
    Entrust,
    /// 中止委托
    PauseMandate,
    /// 恢复委托
    ResumeMandate,
    /// 终止委托
    EndMandate,
    /// 又跑一趟
    Come,
    /// 回访
    CallBack,
    /// 约上门
    BookVisit,
    /// 上门改日子
    MoveVisit,
    /// 不上门
    RefuseVisit,
    /// 记上门
    RecordVisit,
    /// 上门后回访
    GradeVisit,
    /// 录询问笔录
    RecordInterview,
    /// 笔录补充
    AddToInterview,
    /// 记下本人说的情形
    TellGrounds,
    /// 讲明白了 (R99)
    Explain,
    /// What was seen on a visit (R96)
    TellConcern,
    /// 审核走访记录 (R96)
    ReviewVisit,
    /// 说明逾期 (R85)
    ExplainLate,
    /// 请上级协调 (R89)
    AskHelp,
    /// 答复协调
    AnswerHelp,
    /// Where the person can be found (R111)
    FindAt,
    /// 记下逝者和日子 (R121)
    TellDeath,
    /// 寄出 (R111)
    Post,
    /// 同意电子送达 (R111)
    AgreeElectronic,
    /// 现场核查 (R92)
    CheckSite,
    /// 村里代为申请 (R93)
    ApplyFor,
    /// 先救助，手续后补 (R112)
    HelpFirst,
    /// 核电子证照 (R91)
    ShowCertificate,
}

/// A notice on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    /// 第 n 次
    pub no: u8,
    /// When.
    pub at: Wall,
    /// Lines.
    pub lines: Vec<NoticeLine>,
    /// Last day to supplement.
    pub term: Option<Date>,
}

/// A mandate on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandateView {
    /// The agent's name.
    pub agent: String,
    /// Powers.
    pub powers: BTreeSet<Power>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// How it was signed.
    pub signature: Signature,
    /// The day it was ended early.
    pub ended: Option<Date>,
    /// Since when it rests.
    pub paused: Option<Date>,
    /// Days between the end of the one before and this one.
    pub gap: u16,
    /// The most that may be paid for the person.
    pub fee_limit: Option<Fen>,
}

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryLine {
    /// The act.
    pub stamp: Stamp,
    /// When, by the station's clock.
    pub at: Wall,
    /// Whether that clock could be trusted.
    pub quality: TimeQuality,
    /// Who, by name.
    pub by: String,
    /// For which unit, by name.
    pub unit: String,
    /// The kind of act: a key of the words (`story.received`).
    pub kind: String,
    /// What is special about it, as it was written.
    pub detail: String,
}

/// An act that did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyView {
    /// The act.
    pub line: StoryLine,
    /// Why it did not fit.
    pub why: Misfit,
}

/// Values written apart for one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictView {
    /// The field.
    pub field: Field,
    /// Each value once.
    pub values: Vec<ConflictValue>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictValue {
    /// What tells it from the others, as long as nobody writes it anew.
    pub mark: String,
    /// The value, masked where it must be.
    pub value: String,
    /// Whether it is masked.
    pub masked: Masking,
    /// Who wrote it, by name; empty when the writer is not known here.
    pub by: String,
    /// When it was written.
    pub at: Option<Wall>,
}

/// How far a case has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Sent {
    /// Some of it only on this machine.
    Waiting {
        /// How many changes.
        changes: u32,
    },
    /// All at the district, with the receipt's number.
    Arrived {
        /// The highest sequence number of its changes in the village's feed.
        seq: u64,
    },
}

/// Whether a figure may be quoted (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Traced to a source.
    Verified,
    /// 示例数据 / 待核实
    Unverified,
}
