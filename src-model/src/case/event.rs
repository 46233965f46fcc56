//! What people do with a case: facts that are added and never changed (R76).
//!
//! E1: an event's text is written once, by the device that did the act, and carried as it is ever after. A version that
//! does not know an event's kind keeps and passes on its text unread ([`What::Unknown`]).

mod care;
mod charges;
mod files;
mod originals;
mod parts;
mod prints;
mod promises;
mod text;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

pub use care::*;
pub use charges::*;
pub use files::*;
pub use originals::*;
pub use parts::*;
pub use prints::*;
pub use promises::*;
pub use text::*;

use super::beside::Beside;
use crate::bundle::{Choice, Opening, Order, StepNo};
use crate::deadline::StopKind;
use crate::ids::{AgentId, CaseId, FileHash, ScopeCode};
use crate::injury::Ground;
use crate::person::Telling;
use crate::stamp::{Stamp, TimeQuality, Wall};
use crate::visit::{Addition, Booking, Interview, Visit};

/// One act: who, for which unit, when by the station's clock, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<W = What> {
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
    pub what: W,
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
    /// 告知: the notice about personal information was given before anything was asked (R196; 个人信息保护法 arts 14, 17, 35).
    Told {
        /// The version of the notice.
        version: u16,
        /// How.
        how: Telling,
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
    /// 核证件: the document that was not at hand at the receipt was seen (R84).
    IdChecked,
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
        /// What was found, in plain words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
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
    /// 附件: a photograph or document of a paper, named by the hash of its bytes.
    FileAdded(FileLine),
    /// An attachment that does not count any more; its bytes and this story stay (R75).
    FileSetAside {
        /// The content.
        hash: FileHash,
        /// The paper it was added to.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        paper: String,
        /// Why.
        reason: String,
    },
    /// 一件事: what the applicant chose of a bundle; this case leads it (R114, R117).
    Ordered(Box<Order>),
    /// 联办: this case is a step of a bundle and the department has it now (R118).
    StepOpened(Box<Opening>),
    /// A step outside the system was asked for (R128).
    StepAsked {
        /// Which.
        step: StepNo,
    },
    /// What came of a step outside the system.
    StepAnswered {
        /// Which.
        step: StepNo,
        /// Granted or denied.
        outcome: Outcome,
        /// In words, or the number of the paper.
        result: String,
    },
    /// The applicant does not want an optional step any more (R119).
    StepDropped {
        /// Which.
        step: StepNo,
        /// In the applicant's words.
        reason: String,
    },
    /// How the results of a bundle shall reach the applicant (R120).
    ResultsChosen {
        /// Together, or each when it is there.
        choice: Choice,
    },
    /// 上门预约: somebody asked to be served at home (R94).
    VisitBooked(Box<Booking>),
    /// The booking stands for another time (R95).
    VisitMoved {
        /// The act that made it.
        of: Stamp,
        /// When now.
        to: DateTime,
        /// Why.
        reason: String,
    },
    /// 不上门, with a reason and by the upper tier (R95).
    VisitRefused {
        /// The act that made the booking.
        of: Stamp,
        /// Why.
        reason: String,
    },
    /// 上门服务记录 (R96).
    VisitMade(Box<Visit>),
    /// The call after a visit (templates §13).
    VisitGraded {
        /// The act of the record.
        of: Stamp,
        /// As the person said.
        grade: Grade,
    },
    /// 询问笔录, signed (R100).
    Interviewed(Box<Interview>),
    /// An addition to a signed interview, signed again (R100).
    InterviewAdded(Addition),
    /// 讲明白了: steps, papers and limits in plain words (R99).
    Explained {
        /// What was said.
        text: String,
    },
    /// The grounds of arts 14–16 as the person told them; no conclusion (R106).
    GroundsTold {
        /// Which.
        grounds: BTreeSet<Ground>,
    },
    /// 打印: a paper was made and went to a printer or a file (R183).
    Printed(PrintLine),
    /// An official charge was passed on (R44).
    Charged(Charge),
    /// 容缺 or 告知承诺: promised instead of brought (R61, R62).
    Promised(Promise),
    /// A promise was checked (R62).
    PromiseChecked(PromiseCheck),
    /// The term of a promised paper passed without it: the file ends (R61).
    PromiseBroken {
        /// The act that made the promise.
        of: Stamp,
    },
    /// Originals went from one hand to another, or back (R67).
    OriginalsMoved(OriginalsMoved),
    /// 中止代办: nothing is done under the mandate for a time (R65).
    MandatePaused {
        /// Why.
        reason: String,
    },
    /// The mandate goes on.
    MandateResumed,
    /// 留置送达: nobody would sign, and these saw it left (R69).
    LeftBefore {
        /// Who saw it, each with the unit.
        witnesses: Vec<String>,
        /// Why nobody signed.
        reason: String,
    },
    /// The person came once more (R72).
    Came {
        /// Why, where the item promises fewer trips.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<TripCause>,
    },
    /// 回访 (R73).
    CalledBack(Callback),
    /// The person was reminded (R65, R71).
    Reminded {
        /// Of what.
        kind: ReminderKind,
    },
    /// What moves nothing: see [`super::beside`].
    Beside(Box<Beside>),
    /// An act of a newer version, kept as it came (E1).
    #[serde(skip)]
    Unknown {
        /// Its kind.
        kind: String,
        /// Its whole stored text.
        raw: String,
    },
}
