//! What stays of a working copy that went (R203): its number, the lines of what was done, what it counted in each month. Nothing of anybody
//! it was about: a line has a time, a member of staff and a kind, and no words.
//!
//! W4: what still comes for such a case from elsewhere is not kept, so that it does not come back by itself, and is not missed: the
//! segments that brought it stay as frames, as they do for a case that moved (X11).

use std::collections::{BTreeMap, BTreeSet};

use daiban_model::api::{Failure, ListWiped, WipeRow, WipedAct, WipedCopy};
use daiban_model::case::What;
use daiban_model::case::month::MonthLine;
use daiban_model::case::secrecy;
use daiban_model::ids::{AgentId, CaseId, ScopeCode};
use daiban_model::stamp::Wall;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::exchange::moved::marks_of;
use super::lists::SENSITIVE;
use super::register::{Register, State};
use super::{Engine, moved, story, wipe};
use crate::store::{CaseRecord, Eyes, Store};

/// The register, by case: nothing in it is typed.
const WIPED: Register = Register { name: "copy-gone/", longest: 0, lacks: "" };
/// Where a number is found in it.
const NUMBERS: Register = Register { name: "copy-number/", longest: 0, lacks: "" };
/// Under which names it was kept that attachments alone were let go.
pub(super) const LET_GO: &str = "wiped/";

/// An entry as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    shown: WipedCopy,
    /// Whose eyes it is for.
    scope: ScopeCode,
    handler: Option<AgentId>,
    /// What it counted in each month (R73): figures of months that are over stay as they were told.
    months: Vec<(Date, MonthLine)>,
}

impl<S: Store> Answer<S> for ListWiped {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<WipedCopy>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        let mut all: Vec<Kept> = desk.entries(&WIPED).await?;
        all.sort_by_key(|kept| std::cmp::Reverse(kept.shown.at));
        Ok(all.into_iter().map(|kept| kept.shown).collect())
    }
}

impl<S: Store> Desk<S> {
    /// Whether the copy of a case went from here by rule. W4
    pub(super) async fn is_wiped(&self, id: CaseId) -> Result<bool, Failure> {
        self.is_entered(&WIPED, &id.to_string()).await
    }

    /// What stays of a copy that goes at this time, on this list, signed by these two.
    pub(super) fn left_of(
        &self,
        file: &OpenFile,
        record: &CaseRecord,
        row: &WipeRow,
        (at, list, signed): (Wall, &str, &[String; 2]),
    ) -> Kept {
        let sensitive = record.item.parse().is_ok_and(|item| secrecy::is_sensitive(&item));
        let lines = story::story(&file.facts, &self.published).into_iter().rev();
        let archived = file.facts.events.iter().find(|event| matches!(event.what, What::Archived));
        let archived = archived.map(|event| event.at.date());
        Kept {
            shown: WipedCopy {
                id: row.id,
                number: row.number.clone(),
                item: if sensitive { SENSITIVE.to_owned() } else { record.shown.item.clone() },
                handed_over: row.handed_over,
                files: u16::try_from(file.facts.case.files.iter().count()).unwrap_or(u16::MAX),
                at,
                list: list.to_owned(),
                signed: signed.clone(),
                acts: lines.map(|line| WipedAct { at: line.at, by: line.by, kind: line.kind }).collect(),
            },
            scope: file.scope,
            handler: record.handler.clone(),
            months: MonthLine::of_case(&file.facts.case, archived, &self.reckoning()),
        }
    }

    /// The states that write an entry, and take away what else was kept of the case.
    pub(super) fn let_go_states(&self, id: CaseId, entry: &Kept) -> Result<Vec<State>, Failure> {
        let gone = [wipe::let_go_before(id), moved::name(id)].into_iter().chain(marks_of(*id.0.as_bytes()));
        let mut states: Vec<State> = gone.map(|name| (name, None)).collect();
        states.push(WIPED.state(&id.to_string(), entry)?);
        states.push(NUMBERS.state(&entry.shown.number, &id)?);
        Ok(states)
    }

    /// The copy that went and had this number, for eyes that saw the case.
    pub(super) async fn wiped_by_number(&self, text: &str) -> Result<Option<WipedCopy>, Failure> {
        let number: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        if !number.chars().any(|sign| sign.is_ascii_digit()) || !number.contains('-') {
            return Ok(None);
        }
        let Some(id) = self.entry::<CaseId>(&NUMBERS, &number).await? else { return Ok(None) };
        let kept: Option<Kept> = self.entry(&WIPED, &id.to_string()).await?;
        let eyes: Eyes = self.eyes();
        let seen = |kept: &Kept| eyes.see(kept.scope, kept.handler.as_ref()) || self.who.role.oversees();
        Ok(kept.filter(seen).map(|kept| kept.shown))
    }

    /// Adds the numbers of cases whose copies went to those that are here, for lines that name these cases.
    pub(super) async fn with_wiped(
        &self,
        numbers: &mut BTreeMap<CaseId, String>,
        named: impl Iterator<Item = CaseId>,
    ) -> Result<(), Failure> {
        let absent: BTreeSet<CaseId> = named.filter(|id| !numbers.contains_key(id)).collect();
        for id in absent {
            let kept: Option<Kept> = self.entry(&WIPED, &id.to_string()).await?;
            numbers.extend(kept.map(|kept| (id, kept.shown.number)));
        }
        Ok(())
    }

    /// What copies that went counted in the month of a day, by division, as far as whoever is signed in saw them.
    pub(super) async fn wiped_month(&self, month: Date) -> Result<BTreeMap<ScopeCode, MonthLine>, Failure> {
        let (eyes, mut units) = (self.eyes(), BTreeMap::<ScopeCode, MonthLine>::new());
        let all: Vec<Kept> = self.entries(&WIPED).await?;
        for kept in all.iter().filter(|kept| eyes.see(kept.scope, kept.handler.as_ref())) {
            for (_, line) in kept.months.iter().filter(|(first, _)| *first == month.first_of_month()) {
                units.entry(kept.scope).or_default().merge(line);
            }
        }
        Ok(units)
    }
}
