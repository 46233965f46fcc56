//! One entry of `bundles.json` and the way from there to a [`Bundle`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Answer, Bundle, Bundles, Handling, MAX_STEPS, Need, Question, SharedPaper, Step, StepKind, StepNo, Tone, in_circle,
};
use crate::catalogue::{Applicant, Catalogue};
use crate::deadline::Limit;
use crate::ids::{BundleId, ItemCode};

/// An entry as it stands in the file. Steps are named by their item's code, or by their name where there is no code.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each field is the key of that name in the file")]
pub struct BundleRow {
    pub id: String,
    pub name_zh: String,
    pub applicant_kind: Applicant,
    pub promised_working_days: Option<f64>,
    pub items: Vec<StepRow>,
    #[serde(default)]
    pub questions: Vec<QuestionRow>,
    #[serde(default)]
    pub shared_papers: Vec<SharedPaperRow>,
    #[serde(default)]
    pub handling: Handling,
    #[serde(default)]
    pub tone: Tone,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    pub source: String,
}

/// A step as it stands in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each field is the key of that name in the file")]
pub struct StepRow {
    pub item_code: Option<String>,
    pub name_zh: String,
    pub department_zh: String,
    pub optional: bool,
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default)]
    pub note: String,
    /// `check` for a look at something that is there already; else it follows from the code.
    pub kind: Option<StepKind>,
}

/// A question as it stands in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each field is the key of that name in the file")]
pub struct QuestionRow {
    pub id: String,
    pub text_zh: String,
    pub answers: Vec<AnswerRow>,
}

/// An answer as it stands in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each field is the key of that name in the file")]
pub struct AnswerRow {
    pub text_zh: String,
    #[serde(default)]
    pub steps: Vec<String>,
}

/// A shared paper as it stands in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "each field is the key of that name in the file")]
pub struct SharedPaperRow {
    pub name_zh: String,
    #[serde(default)]
    pub of: Vec<String>,
    pub made_by: Option<String>,
}

/// What is wrong with one entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bundle {id}: {why}")]
pub struct BundleFault {
    /// The entry's id, as it stands there.
    pub id: String,
    /// What.
    pub why: BundleFaultReason,
}

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleFaultReason {
    /// No id can be written so.
    #[error("is no bundle id")]
    BadId,
    /// Another bundle has the id, or an item has it as its code.
    #[error("the id is given already")]
    IdTaken,
    /// No step, or more than an order can hold.
    #[error("has no step or too many")]
    StepCount,
    /// Working days are a whole number or 0.5.
    #[error("promises a number of days that is none")]
    BadPromise,
    /// The catalogue has no such item (R17).
    #[error("{code} is not in the catalogue")]
    UnknownItem {
        /// The code.
        code: String,
    },
    /// Two steps have one name.
    #[error("{step} stands twice")]
    SameStep {
        /// The name or code.
        step: String,
    },
    /// A name stands for no step of this bundle.
    #[error("{step} is no step of this bundle")]
    UnknownStep {
        /// The name or code.
        step: String,
    },
    /// A step waits, in the end, for itself.
    #[error("{step} waits for itself")]
    Circle {
        /// The name or code.
        step: String,
    },
    /// A question brings in a step that is always there.
    #[error("{step} is asked for and required")]
    AskedAndRequired {
        /// The name or code.
        step: String,
    },
}

impl StepRow {
    /// What other steps call it.
    fn key(&self) -> &str {
        self.item_code.as_deref().unwrap_or(&self.name_zh)
    }
}

impl Bundles {
    /// Reads all entries of a file, or tells every fault with the place of its entry, counted from 1.
    pub fn from_rows(
        version: u32,
        valid_from: Date,
        rows: &[BundleRow],
        catalogue: &Catalogue,
    ) -> Result<Self, Vec<(usize, BundleFault)>> {
        let (mut bundles, mut faults) = (Vec::<Bundle>::new(), Vec::new());
        for (at, row) in (1..).zip(rows) {
            let mut whys = Vec::new();
            let bundle = Reader { row, catalogue, faults: &mut whys }.bundle();
            if let Some(bundle) = bundle {
                if bundles.iter().any(|earlier| earlier.id == bundle.id) {
                    whys.push(BundleFaultReason::IdTaken);
                }
                bundles.push(bundle);
            }
            faults.extend(whys.into_iter().map(|why| (at, BundleFault { id: row.id.clone(), why })));
        }
        if faults.is_empty() { Ok(Self { version, valid_from, bundles }) } else { Err(faults) }
    }
}

/// One entry on its way.
struct Reader<'a> {
    row: &'a BundleRow,
    catalogue: &'a Catalogue,
    faults: &'a mut Vec<BundleFaultReason>,
}

impl<'a> Reader<'a> {
    /// The bundle; `None` where its id or its graph cannot be told. What else is wrong stands in `faults`.
    fn bundle(mut self) -> Option<Bundle> {
        let row = self.row;
        let id: Option<BundleId> = row.id.parse().ok();
        match &id {
            None => self.faults.push(BundleFaultReason::BadId),
            Some(id) if self.catalogue.get(&ItemCode::from(id)).is_some() => {
                self.faults.push(BundleFaultReason::IdTaken);
            }
            Some(_) => {}
        }
        if row.items.is_empty() || row.items.len() > MAX_STEPS {
            self.faults.push(BundleFaultReason::StepCount);
            return None;
        }
        let places = self.places();
        let steps: Vec<Step> = row.items.iter().map(|step| self.step(step, &places)).collect();
        if let Some(no) = in_circle(&steps) {
            let step = row.items[usize::from(no.0)].key().to_owned();
            self.faults.push(BundleFaultReason::Circle { step });
            return None;
        }
        Some(Bundle {
            id: id?,
            name: row.name_zh.clone(),
            applicant: row.applicant_kind,
            promised: self.promised(),
            questions: row.questions.iter().map(|question| self.question(question, &places, &steps)).collect(),
            papers: row.shared_papers.iter().map(|paper| self.paper(paper, &places)).collect(),
            steps,
            handling: row.handling,
            tone: row.tone,
            notes: row.notes.clone(),
            source: row.source.clone(),
        })
    }

    fn places(&mut self) -> BTreeMap<&'a str, StepNo> {
        let (row, mut places) = (self.row, BTreeMap::new());
        for (no, step) in (0..=u8::MAX).map(StepNo).zip(&row.items) {
            if places.insert(step.key(), no).is_some() {
                self.faults.push(BundleFaultReason::SameStep { step: step.key().to_owned() });
            }
        }
        places
    }

    fn step(&mut self, row: &StepRow, places: &BTreeMap<&str, StepNo>) -> Step {
        let item = row.item_code.as_ref().and_then(|code| {
            let known = code.parse().ok().filter(|code| self.catalogue.get(code).is_some());
            if known.is_none() {
                self.faults.push(BundleFaultReason::UnknownItem { code: code.clone() });
            }
            known
        });
        let by_code = if row.item_code.is_some() { StepKind::Item } else { StepKind::Outside };
        Step {
            item,
            name: row.name_zh.clone(),
            department: row.department_zh.clone(),
            need: if row.optional { Need::Optional } else { Need::Required },
            kind: row.kind.unwrap_or(by_code),
            after: self.named(&row.after, places),
            note: row.note.clone(),
        }
    }

    fn question(&mut self, row: &QuestionRow, places: &BTreeMap<&str, StepNo>, steps: &[Step]) -> Question {
        let mut answers = Vec::new();
        for answer in &row.answers {
            let named = self.named(&answer.steps, places);
            let required = |no: &&StepNo| steps[usize::from(no.0)].need == Need::Required;
            for no in named.iter().filter(required) {
                let step = self.row.items[usize::from(no.0)].key().to_owned();
                self.faults.push(BundleFaultReason::AskedAndRequired { step });
            }
            answers.push(Answer { text: answer.text_zh.clone(), steps: named });
        }
        Question { id: row.id.clone(), text: row.text_zh.clone(), answers }
    }

    fn paper(&mut self, row: &SharedPaperRow, places: &BTreeMap<&str, StepNo>) -> SharedPaper {
        let made_by = self.named(row.made_by.as_slice(), places).first().copied();
        SharedPaper { name: row.name_zh.clone(), of: row.of.clone(), made_by }
    }

    fn named(&mut self, names: &[String], places: &BTreeMap<&str, StepNo>) -> Vec<StepNo> {
        let mut found = Vec::new();
        for name in names {
            match places.get(name.as_str()) {
                Some(no) => found.push(*no),
                None => self.faults.push(BundleFaultReason::UnknownStep { step: name.clone() }),
            }
        }
        found
    }

    fn promised(&mut self) -> Option<Limit> {
        let days = self.row.promised_working_days?;
        let limit = match days {
            0.5 => Some(Limit::HalfDay),
            _ => whole(days).map(Limit::WorkingDays),
        };
        if limit.is_none() {
            self.faults.push(BundleFaultReason::BadPromise);
        }
        limit
    }
}

/// A whole number of days, as one written with a point may be.
fn whole(days: f64) -> Option<u16> {
    let fits = days.fract() == 0.0 && (0.0..=366.0).contains(&days);
    (0..=366).find(|n| fits && f64::from(*n) == days)
}
