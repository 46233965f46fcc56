//! 自助专区: what a screen without anybody signed in asks, what the guide sees, and how a window takes a form over (R126).

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::draft::DraftId;
use crate::bundle::{Answers, Question};
use crate::ids::BundleId;
use crate::self_service::{Code, Form, Idle, Matter, Task};

/// Hand this station's screen over to whoever comes: nobody is signed in from then on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSelfService {
    /// The area: the bundle it is about.
    pub area: BundleId,
}

/// What can be done at this screen. Answered only while it is handed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSelfService {}

/// What can be done at a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfService {
    /// Its area's name.
    pub area: String,
    /// What somebody may have come for.
    pub matters: Vec<MatterRow>,
    /// How long nobody may touch it.
    pub idle: Idle,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterRow {
    /// Which.
    pub matter: Matter,
    /// Its name.
    pub name: String,
    /// What is asked first.
    pub questions: Vec<Question>,
}

/// Which papers to bring by these answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListSelfPapers {
    /// For what.
    pub matter: Matter,
    /// The answers so far.
    pub answers: Answers,
}

/// Leave a form for the window.
#[derive(Clone, Serialize, Deserialize)]
pub struct LeaveForm {
    /// As far as it was filled in.
    pub form: Box<Form>,
}

/// A form waits for the window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeftAs {
    /// By what it is found.
    pub code: Code,
    /// Until when.
    pub until: DateTime,
}

/// The self-service areas as their guide sees them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetAreas {}

/// What can be opened for self-service, and which forms wait. No typed word is in it, and no code: only whoever left a form has that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Areas {
    /// Areas with their names.
    pub areas: Vec<(BundleId, String)>,
    /// Forms that were left, the first one first.
    pub left: Vec<LeftForm>,
}

/// A form that waits, as the guide sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftForm {
    /// Which one: drawn, and no code.
    pub mark: u32,
    /// For what.
    pub name: String,
    /// The card that was open.
    pub task: Task,
    /// Its place, from 1.
    pub step: u8,
    /// How many cards there are.
    pub of: u8,
    /// When it was left.
    pub left: DateTime,
    /// Until when it is there.
    pub until: DateTime,
}

/// Throw a form away that nobody comes for. What is gone already stays gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropForm {
    /// Which one.
    pub mark: u32,
}

/// Take a form over into a new case of one's own.
#[derive(Clone, Serialize, Deserialize)]
pub struct TakeForm {
    /// The letters, as they were said.
    pub code: String,
}

/// A form that was taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakenForm {
    /// The draft it has become.
    pub draft: DraftId,
}
