//! What someone may want done to a case, and the right and power each needs.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::bundle::{Choice, Opening, Order, StepNo};
use crate::case::beside::Beside;
use crate::case::event::{
    AcceptanceBasis, Callback, Charge, Decision, DeliveryWay, FileLine, Grade, Help, Mandate, MandateEnd, NotAccepted,
    NoticeLine, OriginalsMoved, Outcome, PaperLine, PrintLine, PromiseCheck, Receipt, ReminderKind, Signature,
    TripCause, Way,
};
use crate::case::field::Field;
use crate::catalogue::ProxyMode;
use crate::deadline::StopKind;
use crate::ids::{CaseId, FileHash};
use crate::injury::Ground;
use crate::person::Telling;
use crate::stamp::Stamp;
use crate::visit::{Addition, Booking, Interview, Visit};

/// What someone wants done to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Register the question.
    Consult {
        /// Kind of help.
        help: Help,
        /// How the person came.
        way: Way,
        /// In plain words.
        words: String,
    },
    /// Tell who handles the data, why and how long (R196).
    Tell {
        /// The version of the notice.
        version: u16,
        /// How.
        how: Telling,
    },
    /// Tell everything missing at once.
    GiveNotice {
        /// Every missing or wrong paper.
        lines: Vec<NoticeLine>,
        /// What the applicant's new papers raised; needed for a further notice with new lines.
        raised_by: String,
        /// Which of those papers.
        #[serde(default)]
        trigger: String,
    },
    /// Write the mandate.
    Entrust(Mandate),
    /// End the mandate.
    EndMandate {
        /// Why.
        reason: MandateEnd,
    },
    /// Take the papers. The receipt carries number, item and limits, which the engine fills in.
    Receive {
        /// Number, item, limits, papers.
        receipt: Box<Receipt>,
        /// What the item allows an agent to do.
        proxy: ProxyMode,
    },
    /// Take missing papers.
    Supplement {
        /// The papers brought.
        papers: Vec<PaperLine>,
    },
    /// 核证件: the document is there now, and this is its number.
    CheckId {
        /// What the register read.
        from: String,
        /// The number on the document.
        number: String,
    },
    /// Send the file on.
    HandOver {
        /// To which organ or unit.
        to: String,
    },
    /// Accept.
    Accept {
        /// By whose word.
        basis: AcceptanceBasis,
    },
    /// Do not accept.
    RefuseAcceptance {
        /// The reason code.
        reason: NotAccepted,
        /// The right organ and its address.
        right_office: String,
        /// What was found, in plain words.
        words: String,
    },
    /// Begin work.
    Start,
    /// Stop the clock.
    Suspend {
        /// Kind.
        kind: StopKind,
        /// Expected length.
        expected_days: u16,
        /// The written notice.
        notice_no: String,
    },
    /// End the stop.
    Resume,
    /// Prolong.
    Extend {
        /// Further days.
        days: u16,
        /// Who gave leave.
        approver: String,
        /// Why.
        reason: String,
        /// The written notice.
        notice_no: String,
    },
    /// Enter the result.
    Decide(Decision),
    /// 即办件: accept and decide in one press, both recorded (R45, R58).
    FinishAtOnce {
        /// Number of the result.
        number: String,
    },
    /// Enter the applicant's withdrawal.
    Withdraw {
        /// In the applicant's words.
        reason: String,
        /// Papers returned.
        papers_returned: u16,
    },
    /// Hand over the result.
    Deliver {
        /// How.
        way: DeliveryWay,
        /// Who signed.
        signer: String,
        /// Relation, when it is not the applicant.
        relation: String,
    },
    /// Type in a paper rating.
    EnterRating {
        /// The grade.
        grade: Grade,
        /// Where the paper came from.
        channel: String,
    },
    /// Seal.
    Archive,
    /// Type a register.
    Type {
        /// Which.
        field: Field,
        /// What it read.
        from: String,
        /// What it shall read.
        to: String,
    },
    /// Add a note.
    Note {
        /// Its words.
        text: String,
    },
    /// Put a mistake in a closed file right.
    Correct {
        /// Which field.
        field: Field,
        /// What it should read.
        value: String,
        /// Why.
        reason: String,
    },
    /// Say what holds about an act that did not fit.
    Review {
        /// The act.
        act: Stamp,
        /// The finding.
        finding: String,
    },
    /// Choose between values written apart.
    Settle {
        /// The field.
        field: Field,
        /// The value that stays.
        kept: String,
        /// The others.
        dropped: Vec<String>,
    },
    /// Add an attachment whose content the station holds.
    AddFile(FileLine),
    /// Take an attachment out of what counts.
    SetAsideFile {
        /// The content.
        hash: FileHash,
        /// The paper it was added to.
        paper: String,
        /// Why.
        reason: String,
    },
    /// Note that a paper was printed. The engine fills it in when it has made the paper.
    Print(PrintLine),
    /// Mark as the same matter as another case.
    Link {
        /// The other case.
        other: CaseId,
        /// Why.
        reason: String,
    },
    /// Agree on a visit.
    BookVisit(Box<Booking>),
    /// Agree on another time.
    MoveVisit {
        /// The act that made the booking.
        of: Stamp,
        /// When now.
        to: DateTime,
        /// Why.
        reason: String,
    },
    /// Do not go: the upper tier's to say.
    RefuseVisit {
        /// The act that made the booking.
        of: Stamp,
        /// Why, in ten characters at least.
        reason: String,
    },
    /// Enter what was done at the door.
    RecordVisit(Box<Visit>),
    /// Enter what the person said in the call afterwards.
    GradeVisit {
        /// The act of the record.
        of: Stamp,
        /// As the person said.
        grade: Grade,
    },
    /// Enter a signed interview.
    RecordInterview(Box<Interview>),
    /// Add to a signed interview.
    AddToInterview(Addition),
    /// Note that it was explained, and in which words.
    Explain {
        /// What was said.
        text: String,
    },
    /// Note the grounds as the person tells them.
    TellGrounds {
        /// Which.
        grounds: BTreeSet<Ground>,
    },
    /// 一件事: what the applicant chose of a bundle. Comes from drafts only.
    Order(Box<Order>),
    /// Hand a step out. Comes from the bundle it belongs to.
    OpenStep(Box<Opening>),
    /// Ask for a step outside the system.
    AskStep {
        /// Which.
        step: StepNo,
    },
    /// Enter what came of a step outside the system.
    AnswerStep {
        /// Which.
        step: StepNo,
        /// Granted or denied.
        outcome: Outcome,
        /// In words, or the number of the paper.
        result: String,
    },
    /// Leave an optional step out, by the applicant's word.
    DropStep {
        /// Which.
        step: StepNo,
        /// In the applicant's words.
        reason: String,
    },
    /// Say how the results shall reach the applicant.
    ChooseResults {
        /// Together, or each when it is there.
        choice: Choice,
    },
    /// Enter an official charge that was passed on.
    PayCharge(Charge),
    /// 容缺受理: promise to bring what is missing later.
    PromiseLater {
        /// The secondary papers of the item; the engine fills them in.
        #[serde(default)]
        secondary: Vec<String>,
        /// The last day; `None` for the end of the promised days.
        until: Option<Date>,
        /// How the promise is signed.
        signature: Signature,
        /// Whether the person broke one before; the engine fills it in.
        #[serde(default)]
        record: PromiseRecord,
    },
    /// 告知承诺: promise instead of bringing.
    PromiseInstead {
        /// Which papers.
        papers: Vec<String>,
        /// Those that may be promised; the engine fills them in.
        #[serde(default)]
        allowed: Vec<String>,
        /// How the promise is signed.
        signature: Signature,
        /// Whether the person broke one before; the engine fills it in.
        #[serde(default)]
        record: PromiseRecord,
    },
    /// Enter what a check of a promise found.
    CheckPromise(PromiseCheck),
    /// End the file because what was promised did not come.
    BreakPromise {
        /// The act that made the promise.
        of: Stamp,
    },
    /// Note where originals went.
    MoveOriginals(OriginalsMoved),
    /// Let the mandate rest.
    PauseMandate {
        /// Why.
        reason: String,
    },
    /// Go on under the mandate.
    ResumeMandate,
    /// 留置送达
    LeaveDocument {
        /// Who saw it, each with the unit.
        witnesses: Vec<String>,
        /// Why nobody signed.
        reason: String,
    },
    /// Note that the person came once more.
    Come {
        /// Why.
        cause: Option<TripCause>,
        /// How often the item lets people come; the engine fills it in.
        #[serde(default)]
        most: Option<u8>,
    },
    /// Enter the call after the delivery.
    CallBack(Callback),
    /// Note that the person was reminded.
    Remind {
        /// Of what.
        kind: ReminderKind,
    },
    /// End a bundle whose steps are done, or one of which was refused. Comes from its steps.
    CloseWhole(Decision),
    /// Write down what moves nothing: see [`crate::case::beside`].
    Beside(Box<Beside>),
}

/// Whether a person's earlier promises were kept, as far as this desk knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseRecord {
    /// None was broken.
    #[default]
    Clean,
    /// One was broken, or found false.
    Broken,
}
