//! Masked numbers shown in full, and who looked (rules §7, R199, R208).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::field::Field;
use crate::ids::{CaseId, FileHash};
use crate::person::Fact;
use crate::stamp::Wall;

/// Show a masked value in full; written down (rules §7).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevealField {
    /// Which case.
    pub id: CaseId,
    /// Which field.
    pub field: Field,
    /// Why it must be seen.
    pub why: Why,
}

/// Why a number must be seen in full (R199). A press without a reason shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// 填表
    FillForm,
    /// 核对证件
    Compare,
    /// 打电话联系
    Call,
    /// 本人要看
    Asked,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::FillForm, Self::Compare, Self::Call, Self::Asked];
}

/// Show one of the values written apart in full; written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevealConflict {
    /// Which case.
    pub id: CaseId,
    /// Which field.
    pub field: Field,
    /// The value's mark.
    pub mark: String,
}

/// A value in full.
#[derive(Clone, Serialize, Deserialize)]
pub struct Revealed {
    /// The value.
    pub value: String,
}

/// Who looked at what on this station, in one month. For whoever audits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListReveals {
    /// Any day of the month.
    pub month: Date,
}

/// Who looked at what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveals {
    /// The lines of the month, latest first; the latest two thousand.
    pub lines: Vec<RevealLine>,
    /// Whether the log is as it was written.
    pub chain: Chain,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevealLine {
    /// The number of the line in the whole log.
    pub number: u64,
    /// When.
    pub at: Wall,
    /// Who, by name.
    pub by: String,
    /// At which case.
    pub case: CaseId,
    /// 办件号; empty where the case is not here any more.
    pub case_number: String,
    /// At what; never what it reads.
    pub seen: Seen,
}

/// What somebody looked at. Stored by place: new kinds stand last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// A masked field, in full.
    Field(Field),
    /// An attachment, whole.
    File(FileHash),
    /// A masked value of somebody who is kept here, in full. The line's case is the person's document.
    Fact(Fact),
    /// Everything about somebody, printed for them (R202). The line's case is the person's document.
    MyData,
    /// The whole file, written into a pack for the archive (R206).
    Archived,
    /// Working copies of attachments that were let go (R203); a line for each of the two who approved it.
    Wiped,
    /// A masked field, in full, for this reason.
    FieldFor(Field, Why),
    /// A masked value of somebody who is kept here, in full, for this reason.
    FactFor(Fact, Why),
    /// A file whose term was over, destroyed (R207); a line for each of the two who signed.
    Destroyed,
}

/// Whether a log is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Chain {
    /// Every line is there and follows the one before.
    Whole,
    /// 第 n 行后不连续: the next line is missing, changed or not this station's.
    BrokenAfter {
        /// The last line before.
        number: u64,
    },
}
