//! One-thing bundles (一件事一次办): several items of several departments done as one (requirements S6, rules §9).
//!
//! A [`Bundle`] is published like the catalogue: a graph of steps, the questions that say which of them apply, and the papers
//! that several steps share. An [`Order`] is what one applicant chose of it, frozen on the day of the receipt; it lies in a case of
//! its own, the *lead*, under the one acceptance number. Each step with an item becomes a case beside it when its turn comes, and
//! [`Progress`] says from both where the whole stands. Nothing is stored of what follows.
//!
//! - G1: the graph of a bundle has no circle, and every step named in it is there.
//! - G2: where a bundle stands follows from facts alone: the lead's and the members', in whatever order they came.
//! - G3: a step's case has an identity that follows from the lead's ([`member_id`]): two desks that open one step apart open one
//!   case.

mod order;
mod progress;
mod row;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

pub use order::{MergedPaper, NotInCatalogue, Order, OrderStep, StepPaper};
pub use progress::{Answered, Choice, Delivered, Member, Opening, Outside, PartOf, Progress, Standing, State, Whole};
pub use row::{AnswerRow, BundleFault, BundleFaultReason, BundleRow, QuestionRow, SharedPaperRow, StepRow};

use crate::catalogue::Applicant;
use crate::deadline::Limit;
use crate::ids::{BundleId, CaseId, ItemCode};

/// Place of a step in its bundle, from 0. An order keeps the numbers of the bundle it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepNo(pub u8);

/// Whether a step is always part of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Always.
    Required,
    /// By the applicant's answers.
    Optional,
}

/// How a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// An item of the catalogue: a case of its own.
    Item,
    /// A look at something that is there already; opens no case.
    Check,
    /// Outside the system (bank, utility, court): asked for and noted by hand (R128).
    Outside,
}

/// Whether a bundle is taken as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// Taken under one number.
    #[default]
    Orders,
    /// Only guides and reminds; each step is taken by itself (R114).
    GuidesOnly,
}

/// How a bundle speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As everywhere.
    #[default]
    Plain,
    /// After a death: no word of success, and no grade is asked for (R121, R165).
    Gentle,
}

/// One step of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The item; `None` for a step outside the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
    /// Its name in this bundle.
    pub name: String,
    /// Who does it.
    pub department: String,
    /// Whether it is always part of the whole.
    pub need: Need,
    /// How it is done.
    pub kind: StepKind,
    /// What must be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepNo>,
    /// Beside it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A question that says which optional steps apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What answers are kept under.
    pub id: String,
    /// As it is asked.
    pub text: String,
    /// What can be answered.
    pub answers: Vec<Answer>,
}

/// One of the answers to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// In words; empty for a plain yes or no.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The steps it brings in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepNo>,
}

/// The answers to a bundle's questions: the place of the answer under the question's id.
pub type Answers = BTreeMap<String, u8>;

/// A paper that several items name in their own words, or that one step of the bundle makes for the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPaper {
    /// Its name in the merged list.
    pub name: String,
    /// What items call it.
    pub of: Vec<String>,
    /// The step that makes it: then nobody is asked to bring it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<StepNo>,
}

/// One bundle of one published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Its id, unique among bundles and items.
    pub id: BundleId,
    /// 新生儿出生一件事
    pub name: String,
    /// Who may apply.
    pub applicant: Applicant,
    /// The term of the whole, not the sum of its parts (R117); `None` is unknown.
    pub promised: Option<Limit>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// What is asked first, beside the plain questions of [`Bundle::asked`].
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Papers that are one paper to the applicant.
    #[serde(default)]
    pub papers: Vec<SharedPaper>,
    /// Whether it is taken as one.
    #[serde(default)]
    pub handling: Handling,
    /// How it speaks.
    #[serde(default)]
    pub tone: Tone,
    /// Beside it.
    #[serde(default)]
    pub notes: String,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
}

/// All bundles of one version.
///
/// Invariant G1 holds for each; each id stands once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Bundles {
    /// Counts up with every publication.
    pub version: u32,
    /// The first day on which it is in force.
    pub valid_from: Date,
    bundles: Vec<Bundle>,
}

/// Bundles as they were read, not yet looked at.
#[derive(Deserialize)]
struct Stored {
    version: u32,
    valid_from: Date,
    bundles: Vec<Bundle>,
}

/// A graph that is none: a circle, or a step that is not there. G1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the steps of bundle {id} do not follow one another")]
pub struct NoGraph {
    /// Which bundle.
    pub id: BundleId,
}

impl TryFrom<Stored> for Bundles {
    type Error = NoGraph;
    fn try_from(Stored { version, valid_from, bundles }: Stored) -> Result<Self, NoGraph> {
        for (at, bundle) in bundles.iter().enumerate() {
            let again = bundles[..at].iter().any(|earlier| earlier.id == bundle.id);
            if again || !bundle.is_graph() {
                return Err(NoGraph { id: bundle.id.clone() });
            }
        }
        Ok(Self { version, valid_from, bundles })
    }
}

impl Bundles {
    /// All bundles, in the order of the list.
    pub fn all(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The bundle with this id.
    pub fn get(&self, id: &BundleId) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.id == *id)
    }
}

impl Bundle {
    /// A step by its place.
    pub fn step(&self, no: StepNo) -> Option<&Step> {
        self.steps.get(usize::from(no.0))
    }

    /// The steps with their places.
    pub fn numbered(&self) -> impl Iterator<Item = (StepNo, &Step)> {
        (0..=u8::MAX).map(StepNo).zip(&self.steps)
    }

    /// Every question: those of the list, then for each optional step that none of them brings in, whether it is wanted.
    pub fn asked(&self) -> Vec<Question> {
        let covered: BTreeSet<StepNo> = self
            .questions
            .iter()
            .flat_map(|question| &question.answers)
            .flat_map(|answer| answer.steps.clone())
            .collect();
        let plain = |(no, step): (StepNo, &Step)| {
            let (text, steps) = (String::new(), vec![no]);
            let answers = vec![Answer { text: text.clone(), steps }, Answer { text, steps: Vec::new() }];
            Question { id: format!("step-{}", no.0), text: step.name.clone(), answers }
        };
        let open = |(no, step): &(StepNo, &Step)| step.need == Need::Optional && !covered.contains(no);
        self.questions.iter().cloned().chain(self.numbered().filter(open).map(plain)).collect()
    }

    /// The steps that apply by these answers, or the questions that are still open.
    pub fn chosen(&self, answers: &Answers) -> Result<BTreeSet<StepNo>, Vec<String>> {
        let required = self.numbered().filter(|(_, step)| step.need == Need::Required).map(|(no, _)| no);
        let mut chosen: BTreeSet<StepNo> = required.collect();
        let mut open = Vec::new();
        for question in self.asked() {
            let place = answers.get(&question.id).map(|place| usize::from(*place));
            match place.and_then(|place| question.answers.get(place)) {
                Some(answer) => chosen.extend(answer.steps.iter().copied()),
                None => open.push(question.id),
            }
        }
        if open.is_empty() { Ok(chosen) } else { Err(open) }
    }

    /// What a step waits for among the chosen ones: a prerequisite that is not chosen is replaced by its own (R114).
    pub fn waits_for(&self, no: StepNo, chosen: &BTreeSet<StepNo>) -> Vec<StepNo> {
        let after = |no: StepNo| self.step(no).map(|step| step.after.as_slice()).unwrap_or_default();
        waits_for(no, after, |no| chosen.contains(&no))
    }

    /// G1.
    fn is_graph(&self) -> bool {
        let there = |no: &StepNo| usize::from(no.0) < self.steps.len();
        let asked = self.questions.iter().flat_map(|question| &question.answers).flat_map(|answer| &answer.steps);
        let made = self.papers.iter().filter_map(|paper| paper.made_by.as_ref());
        let named = self.steps.iter().flat_map(|step| &step.after).chain(asked).chain(made);
        named.into_iter().all(there) && self.steps.len() <= MAX_STEPS && in_circle(&self.steps).is_none()
    }
}

/// Most steps of a bundle.
const MAX_STEPS: usize = 64;

/// A step that waits, in the end, for itself.
fn in_circle(steps: &[Step]) -> Option<StepNo> {
    let mut done = BTreeSet::new();
    // Each round takes what rests on nothing else any more; what is left when a round takes nothing goes in a circle.
    loop {
        let free = |no: &StepNo| steps[usize::from(no.0)].after.iter().all(|before| done.contains(before));
        let left = (0..=u8::MAX).map(StepNo).take(steps.len()).filter(|no| !done.contains(no));
        let left: Vec<StepNo> = left.collect();
        let taken: Vec<StepNo> = left.iter().copied().filter(free).collect();
        match (left.first(), taken.is_empty()) {
            (None, _) => return None,
            (Some(no), true) => return Some(*no),
            (Some(_), false) => done.extend(taken),
        }
    }
}

/// The nearest steps before `no` that are `there`, along a graph without circles.
fn waits_for<'a>(no: StepNo, after: impl Fn(StepNo) -> &'a [StepNo], there: impl Fn(StepNo) -> bool) -> Vec<StepNo> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<StepNo> = after(no).to_vec();
    while let Some(before) = open.pop() {
        if there(before) {
            found.insert(before);
        } else if seen.insert(before) {
            open.extend(after(before));
        }
    }
    found.into_iter().collect()
}

/// The identity of the case that a step becomes. G3.
///
/// Version 8 tells it from every identity that a device draws; the chance in the lead's own keeps it apart from other bundles'.
pub fn member_id(lead: CaseId, no: StepNo) -> CaseId {
    let mut bytes = *lead.0.as_bytes();
    bytes[15] ^= no.0;
    let made: Uuid = Builder::from_custom_bytes(bytes).into_uuid();
    CaseId(made)
}

#[cfg(test)]
mod tests;
