//! People, households and enterprises that are known here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::case::Masking;
use super::draft::DraftPerson;
use super::lists::CaseRow;
use super::reveal::RevealLine;
use super::reveal::Why;
use crate::ids::{ItemCode, PersonId};
use crate::person::{Care, Command, ConsentBy, Fact, Kind, Purpose, Telling, Wish};
use crate::stamp::{Stamp, Wall};

/// Somebody in a list. Masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// As what they are known.
    pub kind: Kind,
    /// 姓名、名称
    pub name: String,
    /// 证件号, masked.
    pub number_masked: String,
    /// 电话, masked.
    pub phone_masked: String,
    /// 住处
    pub address: String,
    /// Year of birth: it tells two of one name apart, with the place (R86).
    pub born_year: Option<i16>,
    /// Full years of age today; filled in when shown.
    pub age: Option<u16>,
    /// The village it was registered in; filled in when shown.
    pub place: String,
}

/// The page of somebody.
#[derive(Clone, Serialize, Deserialize)]
pub struct OpenPerson {
    /// Who.
    pub id: PersonId,
}

/// Register somebody apart from a case.
#[derive(Clone, Serialize, Deserialize)]
pub struct RegisterPerson {
    /// As what.
    pub kind: Kind,
    /// What is known, as typed.
    pub facts: Vec<(Fact, String)>,
    /// How the notice was given (R196); nothing is kept before that. Not asked for households.
    pub told: Option<Telling>,
    /// Who agreed that the station keeps it (R197).
    pub consent: Option<ConsentBy>,
    /// Why it is registered although somebody alike is known.
    pub despite_twin: String,
}

/// Write down one more fact about somebody.
#[derive(Clone, Serialize, Deserialize)]
pub struct ActOnPerson {
    /// Who.
    pub id: PersonId,
    /// What.
    pub command: Command,
}

/// Show a masked value in full; written down (R199).
#[derive(Clone, Serialize, Deserialize)]
pub struct RevealFact {
    /// Who.
    pub id: PersonId,
    /// Which value.
    pub fact: Fact,
    /// Why it must be seen.
    pub why: Why,
}

/// Fill in a new case from somebody who is known. What may not be seen whole is left open.
#[derive(Clone, Serialize, Deserialize)]
pub struct FillFromPerson {
    /// Who.
    pub id: PersonId,
}

/// Who is known already that looks like what was typed.
#[derive(Clone, Serialize, Deserialize)]
pub struct FindTwins {
    /// As what.
    pub kind: Kind,
    /// 姓名、名称, as typed.
    pub name: String,
    /// 证件号 or 信用代码, as typed.
    pub number: String,
    /// Date of birth where no number says it, as typed.
    pub born: String,
}

/// Somebody who looks like what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// In what they are alike.
    pub why: TwinWhy,
    /// Who; `None` where this person may not see them, but may know that they exist.
    pub person: Option<PersonRow>,
    /// Where they are registered.
    pub place: String,
    /// By whom: the one to ask.
    pub by: String,
}

/// In what two are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwinWhy {
    /// The same number: one and the same, or one number is wrong.
    SameNumber,
    /// The same name and date of birth.
    SameNameAndBirth,
    /// Born on one day, with names that sound or look alike.
    AlikeNameAndBirth,
}

/// The page of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonPage {
    /// As in a list.
    pub row: PersonRow,
    /// What is known, in the order of the form. Masked.
    pub facts: Vec<FactView>,
    /// By whom it was registered, and when.
    pub registered: Option<Written>,
    /// The last notice that was given (R196).
    pub told: Option<(Written, u16, Telling)>,
    /// Every consent, latest first.
    pub consents: Vec<ConsentView>,
    /// The care mark; empty for those who do not handle the person's matters.
    pub care: Vec<Care>,
    /// The day from which no guardian is asked any more; `None` for those of age (R198).
    pub child_until: Option<Date>,
    /// The household, with everybody in it.
    pub household: Option<HouseholdView>,
    /// Their cases, latest first.
    pub cases: Vec<CaseRow>,
    /// Other documents that people said are about the same one.
    pub joined: Vec<PersonRow>,
    /// Others that look like it and are not joined.
    pub twins: Vec<Twin>,
    /// What they asked about their data, latest first (R202).
    pub requests: Vec<RequestView>,
    /// The last yearly check of each item, with the next one (R113).
    pub checks: Vec<CheckView>,
    /// What can be answered to somebody who asked that their data be deleted (R202).
    pub deletion: Deletion,
}

/// Who wrote something down, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// By name.
    pub by: String,
    /// When.
    pub at: Wall,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactView {
    /// Which.
    pub fact: Fact,
    /// What is shown.
    pub value: String,
    /// Whether more can be revealed.
    pub masked: Masking,
    /// Other values: written apart at two desks, or of documents about the same one. Masked too.
    pub others: Vec<String>,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// The act, for taking it back.
    pub stamp: Stamp,
    /// For what.
    pub purpose: Purpose,
    /// To whom.
    pub to: String,
    /// By whom.
    pub by: ConsentBy,
    /// Who wrote it down.
    pub written: Written,
    /// When it was taken back.
    pub withdrawn: Option<Wall>,
}

/// A household and who belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdView {
    /// Which.
    pub id: PersonId,
    /// 户主
    pub head: String,
    /// Everybody in it.
    pub members: Vec<PersonRow>,
}

/// A question about one's own data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView {
    /// The act, for the answer.
    pub stamp: Stamp,
    /// What is asked.
    pub wish: Wish,
    /// In plain words.
    pub words: String,
    /// Who wrote it down.
    pub written: Written,
    /// The last day to answer; `None` where the calendar does not reach that far.
    pub due: Option<Date>,
    /// What was answered.
    pub answer: Option<(Written, String)>,
}

/// Everything that is known here about one person, for a printed copy (R202; 个人信息保护法 art 45). Written down as a look at all of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct GetMyData {
    /// Who; after their identity was checked.
    pub id: PersonId,
}

/// Everything that is known here about one person, nothing masked: it is for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyData {
    /// 姓名、名称
    pub name: String,
    /// When it was collected.
    pub at: Wall,
    /// Where, and by whom.
    pub station: String,
    /// By name.
    pub agent: String,
    /// Each value with its document's village; joined documents one after the other.
    pub facts: Vec<(Fact, String, String)>,
    /// Notices given: when, version, how.
    pub told: Vec<(Wall, u16, Telling)>,
    /// Consents.
    pub consents: Vec<ConsentView>,
    /// The care mark.
    pub care: Vec<Care>,
    /// Cases, with every value that stands in them and until when they are kept.
    pub cases: Vec<MyCase>,
    /// Who looked at masked values or whole attachments on this station.
    pub views: Vec<RevealLine>,
    /// What was asked about these data.
    pub requests: Vec<RequestView>,
}

/// One case of the printed copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyCase {
    /// As in a list.
    pub row: CaseRow,
    /// What stands in it: the field's path and its value.
    pub fields: Vec<(String, String)>,
    /// Papers, with their attachments.
    pub papers: Vec<String>,
    /// Until when the law keeps it, once it is closed: it is not deleted before (R207).
    pub keep_until: Option<Date>,
}

/// What a case is filled in with.
pub type FilledIn = Box<DraftPerson>;

/// A yearly check on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
    /// For which item.
    pub item: ItemCode,
    /// Its name.
    pub name: String,
    /// The last one; `None` where there was none.
    pub last: Option<Date>,
    /// When the next one is due.
    pub due: Option<Date>,
}

/// Whether data may be deleted that somebody asks to be deleted (个人信息保护法 art 47; R202).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Deletion {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// Nothing keeps it here.
    Free,
    /// A matter is still being handled.
    OpenCases,
    /// The law keeps the files of finished matters.
    KeptUntil {
        /// Until this day.
        day: Date,
    },
    /// A file is kept for ever.
    KeptForEver,
}
