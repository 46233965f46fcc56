//! What one applicant chose of a bundle, with the papers of it: each asked for once (R115).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Bundle, Need, StepKind, StepNo, Tone, waits_for};
use crate::case::event::Limits;
use crate::catalogue::Catalogue;
use crate::identity::CaseNumber;
use crate::ids::{BundleId, ItemCode};

/// What was chosen of a bundle, frozen on the day of the receipt: later versions of bundle and catalogue change nothing in it
/// (rules §10.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which bundle.
    pub bundle: BundleId,
    /// Of which published version.
    pub version: u32,
    /// How it speaks.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub tone: Tone,
    /// The chosen steps, in the bundle's order.
    pub steps: Vec<OrderStep>,
}

fn is_plain(tone: &Tone) -> bool {
    *tone == Tone::Plain
}

/// A chosen step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStep {
    /// Its place in the bundle.
    pub no: StepNo,
    /// The item, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
    /// Its name.
    pub name: String,
    /// Who does it.
    pub department: String,
    /// Whether the whole stands without it.
    pub need: Need,
    /// How it is done.
    pub kind: StepKind,
    /// Which chosen steps must be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepNo>,
    /// The number of its case, given with the order: the case itself is opened when its turn comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CaseNumber>,
    /// The limits of its item.
    #[serde(default)]
    pub limits: Limits,
    /// The papers of its item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<StepPaper>,
}

/// A paper as one step's item names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPaper {
    /// In the item's words.
    pub name: String,
    /// Its line in the merged list; `None` for one that another step makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
}

/// A line of the merged list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedPaper {
    /// Its name, without a count.
    pub name: String,
    /// The highest count that a step asks for.
    pub count: u8,
    /// The steps that need it.
    pub steps: Vec<StepNo>,
}

/// An item of the bundle that the catalogue in force does not have (any more).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("item {code} is not in the catalogue")]
pub struct NotInCatalogue {
    /// Its code.
    pub code: ItemCode,
}

impl Order {
    /// A step by its place in the bundle.
    pub fn step(&self, no: StepNo) -> Option<&OrderStep> {
        self.steps.iter().find(|step| step.no == no)
    }

    /// How many steps stand one after another before this one at most: its place in a drawing of the whole.
    pub fn rank(&self, no: StepNo) -> u8 {
        let before = self.step(no).map(|step| step.after.as_slice()).unwrap_or_default();
        before.iter().map(|no| self.rank(*no).saturating_add(1)).max().unwrap_or(0)
    }

    /// What a step waits for, where `there` are the steps that still count: a dropped one is replaced by what it waited for.
    pub(super) fn waits_for(&self, no: StepNo, there: impl Fn(StepNo) -> bool) -> Vec<StepNo> {
        let after = |no: StepNo| self.step(no).map(|step| step.after.as_slice()).unwrap_or_default();
        waits_for(no, after, there)
    }

    /// Whether its steps follow one another. An order that somebody made up is no order.
    pub fn is_sound(&self) -> bool {
        let earlier = |at: usize, no: &StepNo| self.steps[..at].iter().any(|step| step.no == *no);
        let placed = |(at, step): (usize, &OrderStep)| !earlier(at, &step.no);
        // Whoever waits must be waited for by nobody it waits for: taken in rounds, as the bundle's own graph is.
        let mut done: BTreeSet<StepNo> = BTreeSet::new();
        while let Some(free) =
            self.steps.iter().find(|s| !done.contains(&s.no) && s.after.iter().all(|no| done.contains(no)))
        {
            done.insert(free.no);
        }
        self.steps.iter().enumerate().all(placed) && done.len() == self.steps.len()
    }
}

impl Bundle {
    /// The papers of the chosen steps, equal ones once with the highest count, each with the steps that need it (R115).
    pub fn merged_papers(
        &self,
        chosen: &BTreeSet<StepNo>,
        catalogue: &Catalogue,
    ) -> Result<Vec<MergedPaper>, NotInCatalogue> {
        self.papers_of(chosen, catalogue).map(|(merged, _)| merged)
    }

    /// The order of these steps; `number` gives the number of each step's case.
    pub fn order<E: From<NotInCatalogue>>(
        &self,
        version: u32,
        chosen: &BTreeSet<StepNo>,
        catalogue: &Catalogue,
        mut number: impl FnMut() -> Result<CaseNumber, E>,
    ) -> Result<Order, E> {
        let (_, mut papers) = self.papers_of(chosen, catalogue)?;
        let mut steps = Vec::new();
        for (no, step) in self.numbered().filter(|(no, _)| chosen.contains(no)) {
            let item = step.item.as_ref().filter(|_| step.kind == StepKind::Item);
            steps.push(OrderStep {
                no,
                item: item.cloned(),
                name: step.name.clone(),
                department: step.department.clone(),
                need: step.need,
                kind: step.kind,
                after: self.waits_for(no, chosen),
                number: item.map(|_| number()).transpose()?,
                limits: item.and_then(|code| catalogue.get(code)).map(Limits::from).unwrap_or_default(),
                papers: papers
                    .iter_mut()
                    .find(|(of, _)| *of == no)
                    .map(|(_, papers)| std::mem::take(papers))
                    .unwrap_or_default(),
            });
        }
        Ok(Order { bundle: self.id.clone(), version, tone: self.tone, steps })
    }

    /// The merged list, and for each step its papers with their lines there.
    fn papers_of(&self, chosen: &BTreeSet<StepNo>, catalogue: &Catalogue) -> Result<Papers, NotInCatalogue> {
        let (mut merged, mut each) = (Vec::<MergedPaper>::new(), Vec::new());
        for (no, step) in self.numbered().filter(|(no, step)| chosen.contains(no) && step.kind == StepKind::Item) {
            let Some(code) = &step.item else { continue };
            let item = catalogue.get(code).ok_or_else(|| NotInCatalogue { code: code.clone() })?;
            let mut own = Vec::new();
            for name in &item.papers {
                let shared = self.papers.iter().find(|paper| paper.of.contains(name));
                let made = shared.and_then(|paper| paper.made_by).filter(|by| *by != no && chosen.contains(by));
                let line = made.is_none().then(|| {
                    let (plain, count) = counted(name);
                    merge(&mut merged, shared.map_or(plain, |paper| paper.name.as_str()), count, no)
                });
                own.push(StepPaper { name: name.clone(), line });
            }
            each.push((no, own));
        }
        Ok((merged, each))
    }
}

type Papers = (Vec<MergedPaper>, Vec<(StepNo, Vec<StepPaper>)>);

/// Puts a paper into the list, and says into which line.
fn merge(merged: &mut Vec<MergedPaper>, name: &str, count: u8, no: StepNo) -> u16 {
    let at = merged.iter().position(|paper| paper.name == name).unwrap_or_else(|| {
        merged.push(MergedPaper { name: name.to_owned(), count, steps: Vec::new() });
        merged.len() - 1
    });
    let paper = &mut merged[at];
    paper.count = paper.count.max(count);
    if !paper.steps.contains(&no) {
        paper.steps.push(no);
    }
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// A paper's name without the count at its end, and the count: 近期两寸免冠白底彩照3张 is three of them.
fn counted(name: &str) -> (&str, u8) {
    let digits = |text: &str| text.trim_end_matches(|sign: char| sign.is_ascii_digit()).len();
    let bare = name.strip_suffix(['份', '张']).unwrap_or(name);
    let at = digits(bare);
    match bare[at..].parse() {
        Ok(count) if bare.len() < name.len() && at > 0 => (&bare[..at], count),
        _ => (name, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_stands_at_the_end_or_is_one() {
        assert_eq!(counted("近期两寸免冠白底彩照3张"), ("近期两寸免冠白底彩照", 3));
        assert_eq!(counted("身份证复印件12份"), ("身份证复印件", 12));
        assert_eq!(counted("居民户口簿"), ("居民户口簿", 1));
        assert_eq!(counted("第3张"), ("第", 3), "whatever stands before");
        assert_eq!(counted("3张"), ("3张", 1), "a count of nothing is a name");
        assert_eq!(counted("表格999份"), ("表格999份", 1), "nobody brings so many");
    }
}
