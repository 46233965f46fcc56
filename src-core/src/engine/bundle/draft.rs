//! A bundle before it is received: its guide, its questions, its one list of papers.

use std::collections::BTreeSet;

use daiban_model::api::{
    BundleGuide, BundlePreview, BundleRow, Draft, DraftBundle, DraftFault, DraftPaper, Failure, GetBundle, GuideStep,
    Step,
};
use daiban_model::bundle::{Bundle, Handling, MergedPaper, StepNo};
use daiban_model::ids::ItemCode;

use crate::engine::Engine;
use crate::engine::answer::Answer;
use crate::engine::desk::Desk;
use crate::store::Store;

impl<S: Store> Answer<S> for GetBundle {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<BundleGuide>, Failure> {
        let desk = engine.desk()?;
        let bundles = desk.published.bundles.as_ref().ok_or(Failure::NotFound)?;
        let bundle = bundles.get(&self.id).ok_or(Failure::NotFound)?;
        let all: BTreeSet<StepNo> = bundle.numbered().map(|(no, _)| no).collect();
        Ok(Box::new(BundleGuide {
            row: row(bundle),
            applicant: bundle.applicant,
            version: bundles.version,
            tone: bundle.tone,
            questions: bundle.asked(),
            steps: steps(bundle, &all),
            source: bundle.source.clone(),
        }))
    }
}

/// A bundle in a list.
pub(in crate::engine) fn row(bundle: &Bundle) -> BundleRow {
    BundleRow {
        id: bundle.id.clone(),
        name: bundle.name.clone(),
        steps: u8::try_from(bundle.steps.len()).unwrap_or(u8::MAX),
        promised: bundle.promised,
        handling: bundle.handling,
    }
}

fn steps(bundle: &Bundle, chosen: &BTreeSet<StepNo>) -> Vec<GuideStep> {
    let name = |no: &StepNo| bundle.step(*no).map(|step| step.name.clone());
    let chosen_steps = bundle.numbered().filter(|(no, _)| chosen.contains(no));
    let guide = |(no, step): (StepNo, &daiban_model::bundle::Step)| GuideStep {
        no,
        item: step.item.clone(),
        name: step.name.clone(),
        department: step.department.clone(),
        need: step.need,
        kind: step.kind,
        after: bundle.waits_for(no, chosen).iter().filter_map(name).collect(),
    };
    chosen_steps.map(guide).collect()
}

impl<S: Store> Desk<S> {
    /// The bundle of a draft, where it is published.
    pub(in crate::engine) fn drafted<'a>(&'a self, draft: &'a Draft) -> Option<(&'a Bundle, &'a DraftBundle)> {
        let wanted = draft.bundle.as_ref()?;
        Some((self.published.bundles.as_ref()?.get(&wanted.id)?, wanted))
    }

    /// Bundles that a search finds: by their name, or by an item that was found.
    pub(in crate::engine) fn find_bundles(&self, text: &str, items: &[&ItemCode]) -> Vec<BundleRow> {
        let text = text.trim();
        let by_item = |bundle: &Bundle| {
            let close = items.iter().take(CLOSEST);
            close.into_iter().any(|code| bundle.steps.iter().any(|step| step.item.as_ref() == Some(*code)))
        };
        let all = self.published.bundles.iter().flat_map(|bundles| bundles.all());
        let (named, others): (Vec<&Bundle>, Vec<&Bundle>) =
            all.partition(|bundle| text.is_empty() || bundle.name.contains(text));
        let brought = others.into_iter().filter(|bundle| by_item(bundle));
        named.into_iter().chain(brought).map(row).collect()
    }

    /// What a draft's bundle asks, and which steps apply.
    pub(in crate::engine) fn bundle_preview(&self, draft: &Draft) -> Option<BundlePreview> {
        let (bundle, wanted) = self.drafted(draft)?;
        let chosen = bundle.chosen(&wanted.answers).unwrap_or_default();
        Some(BundlePreview {
            name: bundle.name.clone(),
            tone: bundle.tone,
            questions: bundle.asked(),
            steps: steps(bundle, &chosen),
        })
    }

    /// The one list of papers, once all questions are answered (R115).
    pub(in crate::engine) fn bundle_papers(&self, draft: &Draft) -> Vec<DraftPaper> {
        let Some((bundle, wanted)) = self.drafted(draft) else { return Vec::new() };
        let (Ok(chosen), Some(catalogue)) = (bundle.chosen(&wanted.answers), &self.published.catalogue) else {
            return Vec::new();
        };
        let merged = bundle.merged_papers(&chosen, catalogue).unwrap_or_default();
        let item = |no: &StepNo| bundle.step(*no).and_then(|step| step.item.clone());
        let paper = |MergedPaper { name, count, steps }: MergedPaper| {
            let before = draft.papers.iter().find(|paper| paper.name == name);
            let (state, hint) = before.map_or((None, String::new()), |paper| (paper.state, paper.hint.clone()));
            let count = before.map_or(count, |paper| paper.count.max(count));
            DraftPaper { name, state, count, hint, items: steps.iter().filter_map(item).collect() }
        };
        merged.into_iter().map(paper).collect()
    }

    /// What must be put right before a bundle is received.
    pub(in crate::engine) fn bundle_faults(&self, draft: &Draft) -> Vec<DraftFault> {
        let fault = |focus: String, code: &str, arg: String| DraftFault {
            step: Step::Items,
            focus,
            code: code.to_owned(),
            arg,
        };
        if draft.bundle.is_none() {
            return Vec::new();
        }
        let Some((bundle, wanted)) = self.drafted(draft) else {
            return vec![fault("items".into(), "unknown_bundle", String::new())];
        };
        if bundle.handling == Handling::GuidesOnly {
            return vec![fault("items".into(), "guides_only", bundle.name.clone())];
        }
        let asked = bundle.asked();
        let text = |id: &str| asked.iter().find(|question| question.id == id).map(|question| question.text.clone());
        let chosen = match bundle.chosen(&wanted.answers) {
            Ok(chosen) => chosen,
            Err(open) => {
                let open = open.into_iter().map(|id| (format!("bundle.{id}"), text(&id).unwrap_or_default()));
                return open.map(|(focus, text)| fault(focus, "question_open", text)).collect();
            }
        };
        let catalogue = self.published.catalogue.as_ref();
        match catalogue.map(|catalogue| bundle.merged_papers(&chosen, catalogue)) {
            Some(Ok(_)) => Vec::new(),
            Some(Err(missing)) => vec![fault("items".into(), "unknown_item", missing.code.to_string())],
            None => vec![fault("items".into(), "unknown_item", String::new())],
        }
    }
}

/// Of how many of the items found the bundles are shown: farther hits have little to do with what was typed.
const CLOSEST: usize = 5;
