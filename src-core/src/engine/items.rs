//! The catalogue as pages show it.

use daiban_model::access::Role;
use daiban_model::api::{
    AssessedItem, Draft, DraftFault, Failure, ForbiddenRow, GetItem, ItemGuide, ItemRow, Items, ListAssessments,
    ListItems, Step, Verification,
};
use daiban_model::case::event::Limits;
use daiban_model::catalogue::{Item, Verified};
use daiban_model::forbidden::{self, Forbidden};

use super::Engine;
use super::answer::Answer;
use super::desk::Desk;
use crate::store::Store;

impl<S: Store> Answer<S> for ListItems {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Items, Failure> {
        let desk = engine.desk()?;
        let Some(catalogue) = &desk.published.catalogue else {
            return Ok(Items {
                version: 0,
                categories: Vec::new(),
                rows: Vec::new(),
                bundles: Vec::new(),
                forbidden: forbidden_rows(&self.text),
            });
        };
        let found =
            if self.text.trim().is_empty() { catalogue.items().iter().collect() } else { catalogue.find(&self.text) };
        let in_category = |item: &&Item| self.category.is_empty() || item.category == self.category;
        let categories = catalogue.categories().into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        let codes: Vec<_> = found.iter().map(|item| &item.code).collect();
        let bundles = desk.find_bundles(&self.text, &codes);
        Ok(Items {
            bundles,
            version: catalogue.version,
            categories,
            rows: found.into_iter().filter(in_category).map(row).collect(),
            forbidden: forbidden_rows(&self.text),
        })
    }
}

impl<S: Store> Answer<S> for GetItem {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<ItemGuide>, Failure> {
        let desk = engine.desk()?;
        let catalogue = desk.published.catalogue.as_ref().ok_or(Failure::NotFound)?;
        let item = catalogue.get(&self.code).ok_or(Failure::NotFound)?.clone();
        let outlook = desk.reckoning().outlook(&item.code, Limits::from(&item), None);
        Ok(Box::new(ItemGuide { item, version: catalogue.version, valid_from: catalogue.valid_from, outlook }))
    }
}

impl<S: Store> Answer<S> for ListAssessments {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<AssessedItem>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        let items = desk.published.catalogue.iter().flat_map(|catalogue| catalogue.items());
        let line = |item: &Item| AssessedItem {
            code: item.code.clone(),
            name: item.name.clone(),
            assessment: item.assessment.clone().map(|made| (made.clone(), made.kept_until())),
        };
        Ok(items.filter(|item| item.needs_assessment()).map(line).collect())
    }
}

/// R13: what a village does not issue, and who does.
fn forbidden_rows(text: &str) -> Vec<ForbiddenRow> {
    let row = |kind: &Forbidden| ForbiddenRow {
        name: kind.name.to_owned(),
        office: kind.office.to_owned(),
        way: kind.way.to_owned(),
        item: kind.item(),
    };
    forbidden::named(text).map(row).collect()
}

fn row(item: &Item) -> ItemRow {
    let Item { code, name, department, category, .. } = item;
    ItemRow {
        code: code.clone(),
        name: name.clone(),
        department: department.clone(),
        category: category.clone(),
        verified: verification(item),
    }
}

pub(super) fn verification(item: &Item) -> Verification {
    match item.verified {
        Verified::Yes => Verification::Verified,
        Verified::No => Verification::Unverified,
    }
}

impl<S: Store> Desk<S> {
    /// What of a draft's items is not taken at this desk, or not at all.
    pub(super) fn not_here(&self, draft: &Draft) -> Vec<DraftFault> {
        let fault = |code: &str, arg: &str| DraftFault {
            step: Step::Items,
            focus: "items".into(),
            code: code.into(),
            arg: arg.into(),
        };
        let mut faults = Vec::new();
        for item in draft.items.iter().filter_map(|code| self.item(code)) {
            // R205: before sensitive data are asked for, somebody has thought it through.
            if !item.is_switched_on() {
                faults.push(fault("not_assessed", item.code.as_str()));
            }
            // R47: what does not stand on the 综合受理 list is led to its place by name. A station goes there for the person.
            if self.who.role == Role::Window && !item.is_taken_at_one_window() {
                faults.push(fault("taken_elsewhere", &item.taken_at));
            }
        }
        faults
    }
}
