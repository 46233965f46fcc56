//! From facts to what holds of somebody. P1, P2, P3.

use std::collections::{BTreeMap, BTreeSet};

use super::{Care, Checked, ConsentBy, Event, Kind, Purpose, Telling, What, Wish};
use crate::case::fold::Mark;
use crate::ids::{ItemCode, PersonId};
use crate::stamp::Stamp;

/// What holds of a person, household or enterprise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Who registered it, and as what; `None` while that act has not come.
    pub registered: Option<(Mark, Kind)>,
    /// Every notice that was given, with its version.
    pub told: Vec<(Mark, u16, Telling)>,
    /// Every consent, also those that were withdrawn, by the act.
    pub consents: BTreeMap<Stamp, Consent>,
    /// The care mark, as it was set last. Shown only while a consent stands: see [`Person::care`].
    pub marked: BTreeSet<Care>,
    /// Documents about the same one, each with the joins that stand. P2
    pub same: BTreeMap<PersonId, BTreeSet<Stamp>>,
    /// The last yearly check of each item, by the day it was made.
    pub checks: BTreeMap<ItemCode, Checked>,
    /// What the person asked about their data.
    pub requests: BTreeMap<Stamp, Request>,
    /// The greatest stamp seen.
    pub last: Option<Stamp>,
}

/// A consent and whether it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who wrote it down.
    pub mark: Mark,
    /// For what.
    pub purpose: Purpose,
    /// To whom; empty where it stays here.
    pub to: String,
    /// By whom.
    pub by: ConsentBy,
    /// When it was taken back.
    pub withdrawn: Option<Mark>,
}

/// A request of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who wrote it down.
    pub mark: Mark,
    /// What is asked.
    pub wish: Wish,
    /// In plain words.
    pub words: String,
    /// What was answered, and when.
    pub answer: Option<(Mark, String)>,
}

impl Person {
    /// Whether somebody consented to this and has not taken it back. A consent to pass on is for the receiver it names alone.
    pub fn consents_to(&self, purpose: Purpose, to: &str) -> bool {
        let stands = |consent: &&Consent| consent.withdrawn.is_none() && consent.purpose == purpose;
        self.consents.values().filter(stands).any(|consent| to.is_empty() || consent.to == to)
    }

    /// A consent to pass on to this receiver that was given and taken back, and none that stands.
    pub fn took_back(&self, to: &str) -> bool {
        let gone =
            |consent: &Consent| consent.withdrawn.is_some() && consent.purpose == Purpose::PassOn && consent.to == to;
        !self.consents_to(Purpose::PassOn, to) && self.consents.values().any(gone)
    }

    /// The care mark, while the person wants it to be seen.
    pub fn care(&self) -> BTreeSet<Care> {
        if self.consents_to(Purpose::Care, "") { self.marked.clone() } else { BTreeSet::new() }
    }

    /// The newest version of the notice that was given.
    pub fn told_version(&self) -> Option<u16> {
        self.told.iter().map(|(_, version, _)| *version).max()
    }
}

/// What holds of somebody. P1
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Person {
    let mut ordered: BTreeMap<Stamp, &Event> = BTreeMap::new();
    for event in events {
        // One stamp names one act. Should two texts ever claim it, all desks must choose the same one.
        ordered
            .entry(event.stamp)
            .and_modify(|kept| *kept = if event.to_text() < kept.to_text() { event } else { *kept })
            .or_insert(event);
    }
    let mut person = Person::default();
    // A withdrawal, an answer or a parting may bear an earlier stamp than what it names, where a clock ran ahead: it holds all the same.
    for event in ordered.values() {
        person.begin(event);
    }
    for event in ordered.values() {
        person.end(event);
    }
    person.same.retain(|_, joins| !joins.is_empty());
    person
}

impl Person {
    fn begin(&mut self, event: &Event) {
        let mark = || Mark::from(event);
        match &event.what {
            What::Registered { kind, .. } => {
                self.registered.get_or_insert_with(|| (mark(), *kind));
            }
            What::Told { version, how } => self.told.push((mark(), *version, *how)),
            What::Consented { purpose, to, by } => {
                let (to, by) = (to.clone(), by.clone());
                let consent = Consent { mark: mark(), purpose: *purpose, to, by, withdrawn: None };
                self.consents.insert(event.stamp, consent);
            }
            What::Cared { needs } => self.marked.clone_from(needs),
            What::Same { other, .. } => {
                self.same.entry(*other).or_default().insert(event.stamp);
            }
            What::Asked { wish, words } => {
                let request = Request { mark: mark(), wish: *wish, words: words.clone(), answer: None };
                self.requests.insert(event.stamp, request);
            }
            What::Checked(checked) => {
                let last = self.checks.entry(checked.item.clone()).or_insert_with(|| checked.clone());
                if checked.on >= last.on {
                    *last = checked.clone();
                }
            }
            What::Typed { .. }
            | What::ConsentWithdrawn { .. }
            | What::Apart { .. }
            | What::Answered { .. }
            | What::Unknown { .. } => {}
        }
        self.last = Some(event.stamp);
    }

    fn end(&mut self, event: &Event) {
        match &event.what {
            What::ConsentWithdrawn { consent, .. } => {
                if let Some(consent) = self.consents.get_mut(consent) {
                    consent.withdrawn.get_or_insert_with(|| event.into());
                }
            }
            What::Apart { other, joins, .. } => {
                if let Some(standing) = self.same.get_mut(other) {
                    standing.retain(|join| !joins.contains(join));
                }
            }
            What::Answered { asked, words } => {
                if let Some(request) = self.requests.get_mut(asked) {
                    request.answer.get_or_insert_with(|| (event.into(), words.clone()));
                }
            }
            _ => {}
        }
    }
}
