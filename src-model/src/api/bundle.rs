//! One-thing bundles: what is asked first, and where one of them stands.

use serde::{Deserialize, Serialize};

use crate::bundle::{Answers, Choice, Handling, Need, Question, Standing, State, StepKind, StepNo, Tone};
use crate::case::clocks::Clock;
use crate::case::event::DeliveryWay;
use crate::case::field::Field;
use crate::catalogue::Applicant;
use crate::deadline::Limit;
use crate::ids::{BundleId, CaseId, ItemCode};

/// A bundle in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleRow {
    /// Which.
    pub id: BundleId,
    /// Its name.
    pub name: String,
    /// How many steps it can have.
    pub steps: u8,
    /// The term of the whole; `None` is unknown.
    pub promised: Option<Limit>,
    /// Whether it is taken as one.
    pub handling: Handling,
}

/// The guide of one bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetBundle {
    /// Which.
    pub id: BundleId,
}

/// The guide of one bundle: its questions and its steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BundleGuide {
    /// What lists show of it.
    pub row: BundleRow,
    /// Who may apply.
    pub applicant: Applicant,
    /// The published version.
    pub version: u32,
    /// How it speaks.
    pub tone: Tone,
    /// What is asked first.
    pub questions: Vec<Question>,
    /// All its steps.
    pub steps: Vec<GuideStep>,
    /// Where it comes from.
    pub source: String,
}

/// A step in a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideStep {
    /// Its place.
    pub no: StepNo,
    /// The item, where it has one.
    pub item: Option<ItemCode>,
    /// Its name.
    pub name: String,
    /// Who does it.
    pub department: String,
    /// Whether it is always part of the whole.
    pub need: Need,
    /// How it is done.
    pub kind: StepKind,
    /// What must be done before: names of steps.
    pub after: Vec<String>,
}

/// The bundle of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftBundle {
    /// Which.
    pub id: BundleId,
    /// The answers so far.
    pub answers: Answers,
}

/// The bundle of a draft, as it would be received.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BundlePreview {
    /// Its name.
    pub name: String,
    /// How it speaks.
    pub tone: Tone,
    /// What is asked, with the answers in the draft.
    pub questions: Vec<Question>,
    /// The steps that apply by the answers, with what each waits for; none while a question is open.
    pub steps: Vec<GuideStep>,
}

/// A bundle on the page of the case that leads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BundleView {
    /// Which.
    pub id: BundleId,
    /// How it speaks.
    pub tone: Tone,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// The steps of each department, in the order in which departments first come.
    pub tracks: Vec<Lane>,
    /// Where the whole stands.
    pub state: State,
    /// How the results shall reach the applicant.
    pub choice: Choice,
    /// Steps that may begin, or a result that is to be written down, and that another desk has not seen to.
    pub pending: Pending,
    /// What was corrected after departments had taken it over.
    pub untold: Vec<Untold>,
    /// Office minutes from the acceptance to the end, or to now.
    pub minutes: Option<u32>,
}

/// Whether something waits for a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// It does, and this person may.
    Mine,
    /// It does, and somebody else must.
    Others,
    /// Nothing.
    None,
}

/// A department and its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The department.
    pub department: String,
    /// Its steps.
    pub steps: Vec<StepNo>,
}

/// One step on the page of the case that leads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepView {
    /// Its place.
    pub no: StepNo,
    /// Its name.
    pub name: String,
    /// Who does it: its owner.
    pub department: String,
    /// Whether the whole stands without it.
    pub need: Need,
    /// How it is done.
    pub kind: StepKind,
    /// The number of its case; empty for one that is no case.
    pub number: String,
    /// Its case, once it is handed out.
    pub case: Option<CaseId>,
    /// How many steps stand before it, one after another: the column of a drawing.
    pub rank: u8,
    /// Where it stands.
    pub standing: Standing,
    /// Until when its owner has it, while it is open.
    pub end: Option<Clock>,
    /// Office minutes its owner had it.
    pub minutes: Option<u32>,
    /// What came of it, in words.
    pub result: String,
    /// Whether its result is handed over.
    pub handed_out: HandedOut,
    /// What this person may do about it.
    pub acts: Vec<StepOffer>,
}

/// Whether a step's result is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedOut {
    /// There is none yet, or none at all.
    Nothing,
    /// It waits for the others, or for the applicant.
    Waits,
    /// The applicant has it.
    Done,
}

/// What can be done about a step from the lead's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOffer {
    /// Ask the office outside.
    Ask,
    /// Enter its answer.
    Answer,
    /// Leave it out.
    Drop,
}

/// A shared fact that was corrected when departments had it already: each must be told (R116).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Which.
    pub field: Field,
    /// The steps whose departments still have the old value.
    pub steps: Vec<StepNo>,
}

/// The bundle a case is a step of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartView {
    /// The case of the whole.
    pub lead: CaseId,
    /// Its acceptance number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Whether this step's result waits for the others (R120).
    pub results: Choice,
}

/// Hand out the steps whose turn it is, and write the result down where there is one: what two desks finished apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdvanceBundle {
    /// The case that leads it.
    pub id: CaseId,
}

/// 一窗发证: hand over results of a bundle, with one proof (R120).
#[derive(Clone, Serialize, Deserialize)]
pub struct DeliverResults {
    /// The case that leads it.
    pub id: CaseId,
    /// Of which steps.
    pub steps: Vec<StepNo>,
    /// How.
    pub way: DeliveryWay,
    /// Who signed.
    pub signer: String,
    /// Relation, when it is not the applicant.
    pub relation: String,
}
