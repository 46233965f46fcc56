//! 自助专区 (R126). While a screen is handed over the desk lies in a [`Screen`]: nobody is signed in, every call that needs somebody answers
//! that the station is locked, and only the few calls of the screen itself reach the store.
//!
//! What is typed never comes here before a code is wanted for it. From then on it lies in the encrypted database, for it must outlast a power
//! cut; it is erased when a window takes it over, and else when the office closes or, where nothing runs then, with the first thing that runs
//! (Z2 of [`daiban_model::self_service`]). Nothing of it travels, and no backup has it.

use std::collections::{BTreeMap, BTreeSet};

use daiban_model::access::{Action, Subject};
use daiban_model::api::{
    Areas, Changed, DraftBundle, DraftId, DraftPerson, DropForm, Failure, GetAreas, GetSelfService, LeaveForm, LeftAs,
    LeftForm, ListSelfPapers, MatterRow, OpenSelfService, SelfService, Session, TakeForm, TakenForm,
};
use daiban_model::bundle::{Answers, Bundle, Handling};
use daiban_model::case::event::Help;
use daiban_model::case::field::Field;
use daiban_model::case::typed;
use daiban_model::catalogue::Applicant;
use daiban_model::deadline::OfficeHours;
use daiban_model::ids::BundleId;
use daiban_model::person::Telling;
use daiban_model::self_service::{self as rules, Code, FACTS, Form, Idle, Matter};
use daiban_model::stamp::Wall;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::Desk;
use super::register::State;
use super::{Engine, internal, storage};
use crate::edge::draw;
use crate::store::{Batch, Store};

/// Under which names forms are kept: their code.
pub(crate) const FORMS: &str = "self/form/";
/// Where the hours of wrong codes are kept, so that a restart forgets none.
const WRONG: &str = "self/wrong";
/// Most forms that wait at once: whoever plays at the screen fills no disk.
const MOST: usize = 60;

/// A screen that is handed over.
pub(super) struct Screen<S> {
    /// The desk that nobody sits at.
    pub(super) desk: Desk<S>,
    area: BundleId,
}

/// A form as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// By what a guide names it who has no code.
    mark: u32,
    left: DateTime,
    until: DateTime,
    form: Form,
}

impl<S: Store> Engine<S> {
    fn screen(&self) -> Result<&Screen<S>, Failure> {
        self.screen.as_ref().ok_or(Failure::Locked)
    }
}

impl<S: Store> Answer<S> for OpenSelfService {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        desk.area(&self.area)?;
        let desk = engine.desk.take().ok_or(Failure::Locked)?;
        engine.key = None;
        engine.screen = Some(Screen { desk, area: self.area });
        engine.tell(Changed::Session);
        engine.session().await
    }
}

impl<S: Store> Answer<S> for GetSelfService {
    async fn answer(self, engine: &mut Engine<S>) -> Result<SelfService, Failure> {
        let Screen { desk, area } = engine.screen()?;
        let bundle = desk.area(area)?;
        Ok(SelfService { area: bundle.name.clone(), matters: desk.matters(bundle), idle: Idle::default() })
    }
}

impl<S: Store> Answer<S> for ListSelfPapers {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<String>, Failure> {
        let Screen { desk, area } = engine.screen()?;
        let known = desk.matters(desk.area(area)?).into_iter().any(|row| row.matter == self.matter);
        if known { Ok(desk.papers_to_bring(&self.matter, &self.answers)) } else { Err(Failure::NotFound) }
    }
}

impl<S: Store> Answer<S> for LeaveForm {
    async fn answer(self, engine: &mut Engine<S>) -> Result<LeftAs, Failure> {
        let Screen { desk, area } = engine.screen()?;
        let matters = desk.matters(desk.area(area)?);
        let row = matters.iter().find(|row| row.matter == self.form.matter).ok_or(Failure::NotFound)?;
        fits(row, &self.form)?;
        desk.leave_form(*self.form).await
    }
}

impl<S: Store> Answer<S> for GetAreas {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Areas, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        desk.seen_areas().await
    }
}

impl<S: Store> Answer<S> for DropForm {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Areas, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        let marked = desk.left_forms().await?.into_iter().filter(|(_, kept)| kept.mark == self.mark);
        let states: Vec<State> = marked.map(|(code, _)| (named(code), None)).collect();
        if !states.is_empty() {
            desk.commit(Batch { states, ..Batch::default() }).await?;
        }
        desk.seen_areas().await
    }
}

impl<S: Store> Answer<S> for TakeForm {
    async fn answer(self, engine: &mut Engine<S>) -> Result<TakenForm, Failure> {
        let desk = engine.desk()?;
        desk.may(Action::Collect, &Subject { scope: desk.who.unit, handler: None })?;
        let draft = desk.take_form(&self.code).await?;
        engine.tell(Changed::Cases { ids: Vec::new() });
        Ok(TakenForm { draft })
    }
}

/// Whether a form holds what its cards ask, and no more than anybody types.
fn fits(row: &MatterRow, form: &Form) -> Result<(), Failure> {
    let cards = rules::tasks(row.questions.len()).len();
    let answered = |(id, place): (&String, &u8)| {
        let question = row.questions.iter().find(|question| question.id == *id);
        question.is_some_and(|question| usize::from(*place) < question.answers.len())
    };
    let facts: BTreeSet<Field> = form.facts.iter().map(|(field, _)| *field).collect();
    let asked = facts.iter().all(|field| FACTS.contains(field)) && facts.len() == form.facts.len();
    let asked = asked && form.answers.iter().all(answered);
    if !asked || !(1..cards).contains(&usize::from(form.step)) {
        return Err(Failure::NotFound);
    }
    // A form in which nothing is takes the place of one in which something is.
    if form.answers.is_empty() && form.facts.iter().all(|(_, text)| text.trim().is_empty()) {
        return Err(Failure::BadValue { code: "self_empty".to_owned(), arg: String::new() });
    }
    for (field, text) in &form.facts {
        let longest = typed::longest(*field);
        if text.chars().count() > longest {
            return Err(Failure::BadValue { code: "too_long".to_owned(), arg: longest.to_string() });
        }
    }
    Ok(())
}

impl<S: Store> Desk<S> {
    /// What firms and projects come for (自助专区、工程建设项目自助申报专区).
    fn areas(&self) -> impl Iterator<Item = &Bundle> {
        let all = self.published.bundles.iter().flat_map(|bundles| bundles.all());
        all.filter(|bundle| bundle.applicant == Applicant::Enterprise && !self.matters(bundle).is_empty())
    }

    fn area(&self, id: &BundleId) -> Result<&Bundle, Failure> {
        self.areas().find(|bundle| bundle.id == *id).ok_or(Failure::NotFound)
    }

    /// What somebody may come for in an area: the bundle as one, or, where it only guides, each of its items.
    fn matters(&self, area: &Bundle) -> Vec<MatterRow> {
        if area.handling == Handling::Orders {
            let matter = Matter::Bundle(area.id.clone());
            return vec![MatterRow { matter, name: area.name.clone(), questions: area.asked() }];
        }
        let codes = area.steps.iter().filter_map(|step| step.item.as_ref());
        let items = codes.filter_map(|code| self.item(code));
        let row = |item: &daiban_model::catalogue::Item| MatterRow {
            matter: Matter::Item(item.code.clone()),
            name: item.name.clone(),
            questions: Vec::new(),
        };
        items.map(row).collect()
    }

    fn bundle(&self, id: &BundleId) -> Option<&Bundle> {
        self.published.bundles.as_ref()?.get(id)
    }

    fn papers_to_bring(&self, matter: &Matter, answers: &Answers) -> Vec<String> {
        match matter {
            Matter::Item(code) => self.item(code).map(|item| item.papers.clone()).unwrap_or_default(),
            Matter::Bundle(id) => {
                let chosen = self.bundle(id).and_then(|bundle| Some((bundle, bundle.chosen(answers).ok()?)));
                let Some(((bundle, chosen), catalogue)) = chosen.zip(self.published.catalogue.as_ref()) else {
                    return Vec::new();
                };
                let merged = bundle.merged_papers(&chosen, catalogue).unwrap_or_default();
                merged.into_iter().map(|paper| paper.name).collect()
            }
        }
    }

    /// The forms that wait, by their codes.
    async fn left_forms(&self) -> Result<BTreeMap<Code, Kept>, Failure> {
        let stored = self.store.states(FORMS).await.map_err(storage)?;
        let now = self.now().local();
        let read = |(name, bytes): (String, Vec<u8>)| {
            let code = name.strip_prefix(FORMS)?.parse().ok()?;
            let kept: Kept = serde_json::from_slice(&bytes).ok()?;
            rules::is_there(kept.left, kept.until, now).then_some((code, kept))
        };
        Ok(stored.into_iter().filter_map(read).collect())
    }

    async fn seen_areas(&self) -> Result<Areas, Failure> {
        let areas = self.areas().map(|bundle| (bundle.id.clone(), bundle.name.clone())).collect();
        let mut left: Vec<LeftForm> = self.left_forms().await?.values().map(|kept| self.as_seen(kept)).collect();
        left.sort_by_key(|form| form.left);
        Ok(Areas { areas, left })
    }

    /// Erases what is over, whoever is here. Z2
    pub(super) async fn tidy_forms(&self) {
        if let Err(fault) = self.erase_left_forms().await {
            // It is asked again in half a minute; nothing shows them meanwhile.
            tracing::warn!(?fault, "forms whose time is over were not erased");
        }
    }

    async fn erase_left_forms(&self) -> Result<(), Failure> {
        let stored = self.store.states(FORMS).await.map_err(storage)?;
        if stored.is_empty() {
            return Ok(());
        }
        let there: Vec<String> = self.left_forms().await?.keys().map(|code| named(*code)).collect();
        let over = stored.into_iter().map(|(name, _)| name).filter(|name| !there.contains(name));
        let states: Vec<State> = over.map(|name| (name, None)).collect();
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }

    async fn leave_form(&self, form: Form) -> Result<LeftAs, Failure> {
        self.erase_left_forms().await?;
        let there = self.left_forms().await?;
        if there.len() >= MOST {
            return Err(Failure::BadValue { code: "self_full".to_owned(), arg: String::new() });
        }
        let mut code = Code::drawn(u32::from_le_bytes(draw(&*self.edge)));
        while there.contains_key(&code) {
            code = Code::drawn(u32::from_le_bytes(draw(&*self.edge)));
        }
        let left = self.now().local();
        let until = rules::kept_until(left, OfficeHours::default());
        let mark = u32::from_le_bytes(draw(&*self.edge));
        let kept = Kept { mark, left, until, form };
        let kept = serde_json::to_vec(&kept).map_err(|_| internal("a form does not write"))?;
        self.commit(Batch { states: vec![(named(code), Some(kept))], ..Batch::default() }).await?;
        Ok(LeftAs { code, until })
    }

    /// A form as its guide sees it. Z3
    fn as_seen(&self, kept: &Kept) -> LeftForm {
        let Form { matter, step, .. } = &kept.form;
        let (name, questions) = match matter {
            Matter::Bundle(id) => self.bundle(id).map(|it| (it.name.clone(), it.asked().len())).unwrap_or_default(),
            Matter::Item(code) => (self.item(code).map(|item| item.name.clone()).unwrap_or_default(), 0),
        };
        let cards = rules::tasks(questions);
        LeftForm {
            mark: kept.mark,
            name,
            task: cards.get(usize::from(*step)).copied().unwrap_or(rules::Task::Check),
            step: step.saturating_add(1),
            of: u8::try_from(cards.len()).unwrap_or(u8::MAX),
            left: kept.left,
            until: kept.until,
        }
    }

    /// The form of a code becomes a draft of whoever typed it, and is gone from where it was, in one commit. Z2
    async fn take_form(&self, code: &str) -> Result<DraftId, Failure> {
        let now = self.now();
        let wrong = self.wrong_codes().await?;
        if let Some(minutes) = rules::pause(&wrong, now) {
            return Err(Failure::BadValue { code: "self_pause".to_owned(), arg: minutes.to_string() });
        }
        let bad = || Failure::BadValue { code: "self_code".to_owned(), arg: String::new() };
        // What cannot be a code is a slip of the hand and no guess.
        let code: Code = code.parse().map_err(|_| bad())?;
        let Some(kept) = self.left_forms().await?.remove(&code) else {
            let mut wrong = rules::counting(&wrong, now);
            wrong.push(now);
            let counted = serde_json::to_vec(&wrong).map_err(|_| internal("hours do not write"))?;
            let states = vec![(WRONG.to_owned(), Some(counted))];
            self.commit(Batch { states, ..Batch::default() }).await?;
            return Err(bad());
        };
        let draft = self.draft_of(kept.form);
        let states = vec![(named(code), None), self.written_draft(&draft)?];
        self.commit(Batch { states, ..Batch::default() }).await?;
        Ok(draft.id)
    }

    async fn wrong_codes(&self) -> Result<Vec<Wall>, Failure> {
        let stored = self.store.states(WRONG).await.map_err(storage)?;
        Ok(stored.first().and_then(|(_, bytes)| serde_json::from_slice(bytes).ok()).unwrap_or_default())
    }

    /// A new case with what was typed at the screen. The founder acts alone: nobody is entrusted with anything yet.
    fn draft_of(&self, form: Form) -> daiban_model::api::Draft {
        let mut facts: BTreeMap<Field, String> = form.facts.into_iter().collect();
        let mut fact = |field| facts.remove(&field).unwrap_or_default();
        let person = DraftPerson {
            employer: fact(Field::Employer),
            name: fact(Field::Name),
            citizen_id: fact(Field::CitizenId),
            phone: fact(Field::Phone),
            address: fact(Field::Address),
            // The notice stood before the first card on which something is typed.
            told: Some(Telling::Shown),
            ..DraftPerson::default()
        };
        let mut draft = self.new_draft(person);
        draft.help = Help::Guidance;
        match form.matter {
            Matter::Bundle(id) => draft.bundle = Some(DraftBundle { id, answers: form.answers }),
            Matter::Item(code) => draft.items = vec![code],
        }
        draft
    }
}

fn named(code: Code) -> String {
    format!("{FORMS}{code}")
}
