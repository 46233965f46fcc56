//! Why a command was not carried out.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::event::{Fen, Power};
use crate::case::field::Field;
use crate::case::fold::{Misfit, Stage};

/// Why a command was not carried out. The screen has one sentence for each, saying what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// The permit is for something else.
    #[error("the permit is for another action")]
    WrongPermit,
    /// Annex C has no such move.
    #[error("no such move from here")]
    NoSuchMove {
        /// Where the case stands.
        from: Stage,
    },
    /// Done before.
    #[error("this has been done before")]
    DoneBefore,
    /// The file is closed; corrections are added.
    #[error("the file is closed")]
    Closed,
    /// Something that must be written is empty.
    #[error("a required entry is empty")]
    Empty {
        /// Which entry: a key of the screen's words.
        what: Entry,
    },
    /// A second notice with new lines and no new papers that raised it (R52).
    #[error("everything missing must be told in one notice")]
    SecondList,
    /// The person took back the consent to pass data on to this office: nothing goes there any more, and they are asked whether the
    /// matter shall be withdrawn (R197).
    #[error("the consent to pass data on was taken back")]
    ConsentWithdrawn {
        /// The office.
        to: String,
    },
    /// Proxy work needs a mandate (R63).
    #[error("proxy work needs a mandate")]
    NoMandate,
    /// The mandate has ended (R65).
    #[error("the mandate has ended")]
    MandateOver {
        /// Its last day.
        until: Date,
    },
    /// The mandate rests (R65).
    #[error("the mandate rests")]
    MandatePaused {
        /// Since when.
        since: Date,
    },
    /// The mandate does not give this power (R63).
    #[error("the mandate does not give this power")]
    PowerNotGiven {
        /// The power.
        power: Power,
    },
    /// The item needs the person; it can be prepared and escorted only (R66).
    #[error("the item needs the person there")]
    PersonNeeded,
    /// The witness of a thumbprint is the agent (R64).
    #[error("the witness must be someone else")]
    WitnessIsAgent,
    /// The number of the witness does not hold (R64).
    #[error("the number of the witness does not hold")]
    WitnessNumberWrong,
    /// The mandate names somebody else (R63).
    #[error("the mandate names somebody else")]
    NotTheAgent,
    /// Whom the mandate names is not on the published list, or not in office (R63).
    #[error("the agent is not on the published list")]
    AgentNotListed,
    /// The mandate's term is empty or longer than a year.
    #[error("the mandate's term must end within a year")]
    BadTerm,
    /// Papers asked for are still missing.
    #[error("papers are missing")]
    PapersMissing {
        /// How many.
        count: usize,
    },
    /// 证件待核: the person's document was not seen yet (R84).
    #[error("the document was not seen yet")]
    IdNotSeen,
    /// What is missing is no secondary paper, or none that may be promised (R61, R62).
    #[error("a main paper is missing")]
    MainPaperMissing,
    /// 容缺受理 without a promise (R61).
    #[error("the papers must be promised first")]
    PromiseNeeded,
    /// The person broke a promise before (R61, R62).
    #[error("a promise was broken before")]
    BrokePromise,
    /// A promise that the matter rests on was found false (R62).
    #[error("a promise was found false")]
    PromiseFalse,
    /// The result is handed over when the promised papers are in (R61).
    #[error("promised papers have not come in")]
    PapersOwed {
        /// How many.
        count: usize,
    },
    /// Somebody's originals are still out (R67).
    #[error("originals are still out")]
    OriginalsOut {
        /// How many.
        count: usize,
    },
    /// Agents take no fee (R44).
    #[error("agents take no fee")]
    NoFeeOfOnesOwn,
    /// More than the mandate lets be paid (R63).
    #[error("the mandate lets {most} yuan be paid")]
    OverFeeLimit {
        /// The most, in all.
        most: Fen,
    },
    /// The term has not run out (R51, R53).
    #[error("the term has not run out")]
    TooEarly {
        /// Its last day.
        until: Date,
    },
    /// The term of the one-time notice passed in silence: the file counts as accepted (R51).
    #[error("the term of the notice had ended already")]
    TooLateToTell {
        /// Its last day.
        ended: Date,
    },
    /// The extension came after the first end (R60).
    #[error("the term had ended already")]
    TooLateToProlong {
        /// The first end.
        ended: Date,
    },
    /// A text or a list is longer than any that is written by hand.
    #[error("an entry is too long")]
    TooLong {
        /// Which.
        what: Entry,
        /// The most characters or lines.
        most: usize,
    },
    /// A date lies before the first day it may have (R68).
    #[error("a date is too early")]
    DateTooEarly {
        /// Which.
        what: Entry,
        /// The first day it may have.
        first: Date,
    },
    /// A date lies after the last day it may have (R68).
    #[error("a date is too late")]
    DateTooLate {
        /// Which.
        what: Entry,
        /// The last day it may have.
        last: Date,
    },
    /// The extension is longer than the law allows (R60).
    #[error("the law allows {most} further days")]
    TooManyDays {
        /// The most that may be given.
        most: u16,
    },
    /// The item has no legal limit that could be prolonged (R57, R60).
    #[error("there is no legal limit to prolong")]
    NothingToProlong,
    /// The item's law does not know this kind of stop (R59).
    #[error("the law of this item does not know this stop")]
    StopNotForItem,
    /// Nobody else may stand where the applicant should (R69).
    #[error("the signer's relation is needed")]
    RelationNeeded,
    /// The same picture of the same paper is there already.
    #[error("this attachment is there already")]
    FileThere,
    /// The picture belongs to no paper of the case and to no visit that was agreed to (R97).
    #[error("no paper asks for this picture")]
    NoLineForPicture,
    /// A single person goes, or asks and writes at once, and nothing says why (R94, R100).
    #[error("two people are needed, or a reason for one alone")]
    OneAlone,
    /// A refusal to go needs a reason one can read (R95).
    #[error("the reason is shorter than {least} characters")]
    ReasonTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// What was written down is read back before it is signed (R100).
    #[error("it was not read back")]
    NotReadBack,
    /// Somebody who shall go is on another visit then (R94).
    #[error("somebody is on another visit then")]
    StaffBusy,
    /// The steps of a bundle do not follow one another.
    #[error("the steps of the bundle go in a circle")]
    StepsInCircle,
    /// The bundle does not stand without this step (R119).
    #[error("the bundle does not stand without this step")]
    StepNeeded,
    /// The results of a bundle are handed over together, from its own page (R120).
    #[error("the results are handed over together")]
    TogetherOnly,
    /// It is not the turn of this step yet (R118).
    #[error("it is not the turn of this step")]
    NotItsTurn,
    /// Fewer than two of the organ's staff looked at the place (R92).
    #[error("two of the staff must look at the place")]
    TwoMustLook,
    /// The law of the item does not know this (R93).
    #[error("the law of this item does not know this")]
    NotForItem,
    /// The paper was not taken as an electronic certificate (R91).
    #[error("the paper was not taken as an electronic certificate")]
    NotElectronic,
    /// An electronic certificate proves it: it is not asked for again on paper (R91).
    #[error("an electronic certificate proves it already")]
    ProvenAlready,
    /// The case was offered to somebody else (R41).
    #[error("the case was offered to somebody else")]
    OfferedToOther,
    /// Two values of a field stand side by side; someone must choose first.
    #[error("a field is disputed")]
    Disputed {
        /// The field.
        field: Field,
    },
}

/// Entries that must not be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Lines of a notice.
    NoticeLines,
    /// Powers of a mandate.
    Powers,
    /// The witness.
    Witness,
    /// The number of the witness.
    WitnessNumber,
    /// The guardian.
    Guardian,
    /// What makes somebody a guardian.
    Proof,
    /// Papers brought.
    Papers,
    /// The organ it goes to.
    Organ,
    /// The written notice's number.
    NoticeNumber,
    /// Reasons.
    Reasons,
    /// The number of the result.
    ResultNumber,
    /// Who gave leave.
    Approver,
    /// Who signed.
    Signer,
    /// Text.
    Text,
    /// Further or expected days.
    Days,
    /// The day of the result.
    DecidedOn,
    /// The last day of validity.
    ValidUntil,
    /// The number of the document.
    IdNumber,
    /// What somebody is to somebody.
    Relation,
    /// Where a rating came from.
    Channel,
    /// The value of a field.
    Value,
    /// Steps of a bundle.
    Steps,
    /// Who called.
    Caller,
    /// Where.
    Place,
    /// Why at home.
    HomeReasons,
    /// Who goes, asks or writes.
    Staff,
    /// The day of a visit.
    VisitDay,
    /// How much was paid.
    Amount,
    /// Who took it.
    Payee,
    /// The number of its receipt.
    ReceiptNumber,
    /// The last day for something.
    Term,
    /// What was done about something false.
    Measure,
    /// Why somebody had to come once more.
    TripCause,
    /// Who was spoken to.
    SpokeWith,
    /// When the papers were taken.
    TakenAt,
    /// When somebody was told.
    ToldOn,
    /// The day somebody died.
    DeathDay,
    /// The number of the post.
    MailNumber,
    /// The day something was posted.
    PostedOn,
    /// That the person agreed to get it electronically.
    ElectronicConsent,
}

impl From<Misfit> for Refusal {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::NoSuchMove { from } => Self::NoSuchMove { from },
            Misfit::DoneBefore | Misfit::NothingToReferTo => Self::DoneBefore,
            Misfit::Closed => Self::Closed,
        }
    }
}
