//! Beside the stages of a case: charges, promises, originals, trips, calls, and what somebody is to be reminded of (R44, R61–R73).

use daiban_model::access::Action;
use daiban_model::api::{
    CareView, DayEnd, Failure, GetDayEnd, HeldBy, HeldOriginal, ListOriginals, ListReminders, Offer, OriginalView,
    PromiseView, ReminderRow, RenewalView, StepDone, View,
};
use daiban_model::case::decide::PromiseRecord;
use daiban_model::case::event::{Finding, Help, Keeper, Outcome, PromiseKind, ReminderKind, What};
use daiban_model::case::field::Field;
use daiban_model::case::fold::{Original, PromiseStanding, Promised};
use daiban_model::case::reminders::{self, SevenStep};
use daiban_model::case::{Case, Command, Stage};
use daiban_model::catalogue::Item;

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, drafts, storage};
use crate::projection::day_number;
use crate::store::{CaseRecord, Eyes, RowQuery, Store};

/// Rows looked at in one go.
const PAGE: u16 = 200;

impl<S: Store> Answer<S> for ListReminders {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<ReminderRow>, Failure> {
        let desk = engine.desk()?;
        let today = desk.now().date();
        let mut rows = Vec::new();
        for record in desk.reminded().await? {
            let facts = desk.facts_of(record.shown.id).await?;
            let due = reminders::reminders(&facts.case, &desk.published.calendar);
            let shown = desk.shown(vec![record]).pop();
            let mine = due.into_iter().filter(|it| it.on <= today && it.kind != ReminderKind::Original);
            rows.extend(mine.zip(shown.into_iter().cycle()).map(|(it, row)| ReminderRow {
                row,
                kind: it.kind,
                on: it.on,
                due: it.due,
            }));
        }
        rows.sort_by_key(|row| row.due.unwrap_or(row.on));
        Ok(rows)
    }
}

impl<S: Store> Answer<S> for ListOriginals {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<HeldOriginal>, Failure> {
        engine.desk()?.held_originals().await
    }
}

impl<S: Store> Answer<S> for GetDayEnd {
    async fn answer(self, engine: &mut Engine<S>) -> Result<DayEnd, Failure> {
        let desk = engine.desk()?;
        let drafts = drafts::rows(desk).await?;
        let mut originals = desk.held_originals().await?;
        originals.retain(|held| held.held == HeldBy::Me);
        Ok(DayEnd { drafts, originals })
    }
}

impl<S: Store> Desk<S> {
    /// Cases of which somebody is to be reminded until today.
    async fn reminded(&self) -> Result<Vec<CaseRecord>, Failure> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (eyes, today) = (self.eyes(), day_number(self.now().date()));
            let query = RowQuery::List { view: View::Reminders, eyes, today, after, limit: PAGE };
            let rows = self.store.rows(query).await.map_err(storage)?;
            found.extend(rows.cases);
            after = rows.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    async fn held_originals(&self) -> Result<Vec<HeldOriginal>, Failure> {
        let mut held = Vec::new();
        for record in self.reminded().await? {
            let facts = self.facts_of(record.shown.id).await?;
            let hidden = self.is_hidden(&record);
            let with_agents = facts.case.originals.iter().filter_map(|original| match &original.keeper {
                Keeper::Agent { agent } => Some((original, agent)),
                Keeper::Office { .. } | Keeper::Person { .. } | Keeper::File => None,
            });
            held.extend(with_agents.map(|(original, agent)| HeldOriginal {
                case: record.shown.id,
                number: record.shown.number.clone(),
                name: if hidden { String::new() } else { record.shown.name.clone() },
                original: self.original(original),
                held: if *agent == self.who.agent { HeldBy::Me } else { HeldBy::Other },
            }));
        }
        held.sort_by_key(|one| one.original.since);
        Ok(held)
    }

    fn original(&self, original: &Original) -> OriginalView {
        let name = match &original.keeper {
            Keeper::Agent { agent } => self.published.agent(agent),
            Keeper::Office { name } => name.clone(),
            Keeper::Person { signer } => signer.clone(),
            Keeper::File => String::new(),
        };
        OriginalView {
            paper: original.paper.clone(),
            count: original.count,
            keeper: original.keeper.clone(),
            name,
            since: original.since,
            place: original.place.clone(),
        }
    }

    /// What the page shows beside the stages.
    pub(super) fn care_view(&self, file: &OpenFile) -> CareView {
        let case = &file.facts.case;
        let item = self.item_of(case);
        let promisable = |paper: &String| case.missing().any(|missing| missing.name == *paper);
        let today = self.now().date();
        let due = reminders::reminders(case, &self.published.calendar);
        let renewal = reminders::renewal(case, &self.published.calendar);
        CareView {
            charges: case.charges.clone(),
            promises: case.promises.iter().map(promise).collect(),
            promisable: item
                .into_iter()
                .flat_map(|item| &item.promisable)
                .filter(|it| promisable(it))
                .cloned()
                .collect(),
            originals: case.originals.iter().map(|original| self.original(original)).collect(),
            trips: case.trips.iter().map(|trip| trip.on).collect(),
            max_trips: item.and_then(|item| item.max_trips),
            callback: case
                .callback
                .as_ref()
                .map(|(mark, callback)| (self.published.agent(&mark.by), mark.at, callback.clone())),
            renewal: renewal.map(|it| RenewalView {
                expires: it.expires,
                apply_by: it.apply_by,
                remind_on: it.remind_on,
            }),
            reminders: due.into_iter().filter(|it| it.on <= today).map(|it| it.kind).collect(),
            steps: if case.help == Some(Help::Proxy) { steps(file) } else { Vec::new() },
        }
    }

    fn item_of(&self, case: &Case) -> Option<&Item> {
        self.item(&case.receipt.as_ref()?.1.item)
    }

    /// What the catalogue and other cases say goes into a command before it is decided.
    pub(super) async fn informed(&self, file: &OpenFile, command: Command) -> Result<Command, Failure> {
        let item = self.item_of(&file.facts.case);
        Ok(match command {
            Command::Come { cause, .. } => Command::Come { cause, most: item.and_then(|item| item.max_trips) },
            Command::PromiseLater { until, signature, .. } => {
                let secondary = item.map(|item| item.secondary.clone()).unwrap_or_default();
                Command::PromiseLater { secondary, until, signature, record: self.record_of(file).await? }
            }
            Command::PromiseInstead { papers, signature, .. } => {
                let allowed = item.map(|item| item.promisable.clone()).unwrap_or_default();
                Command::PromiseInstead { papers, allowed, signature, record: self.record_of(file).await? }
            }
            other => other,
        })
    }

    /// Whether the person broke a promise in any case that this machine knows of (rules §9).
    async fn record_of(&self, file: &OpenFile) -> Result<PromiseRecord, Failure> {
        let eyes = Eyes { serves: self.certificate.scopes.clone(), only: None };
        let citizen_id = file.facts.field(Field::CitizenId).to_owned();
        if citizen_id.is_empty() {
            return Ok(PromiseRecord::Clean);
        }
        let query = RowQuery::Person { citizen_id, eyes };
        for row in self.store.rows(query).await.map_err(storage)?.cases {
            if self.facts_of(row.shown.id).await?.case.broke_promise() {
                return Ok(PromiseRecord::Broken);
            }
        }
        Ok(PromiseRecord::Clean)
    }

    /// What may be done beside the stages, each with the right it needs.
    pub(super) fn care_moves(&self, case: &Case) -> Vec<(Offer, Action)> {
        let mut moves = Vec::new();
        let item = self.item_of(case);
        let missing: Vec<&str> = case.missing().map(|paper| paper.name.as_str()).collect();
        let named = |papers: &[String], paper: &str| papers.iter().any(|one| one == paper);
        if let Some(item) = item.filter(|_| !missing.is_empty()) {
            let early = matches!(case.stage, Stage::Received | Stage::Supplementing { .. } | Stage::HandedOver);
            let later = case.owed().is_none() && missing.iter().all(|paper| named(&item.secondary, paper));
            if early && later {
                moves.push((Offer::PromiseLater, Action::Collect));
            }
            if early && missing.iter().any(|paper| named(&item.promisable, paper)) {
                moves.push((Offer::PromiseInstead, Action::Collect));
            }
        }
        if case.owed().is_some() {
            if !matches!(case.stage, Stage::Supplementing { .. }) {
                moves.push((Offer::Supplement, Action::Collect));
            }
            moves.push((Offer::BreakPromise, Action::Accept));
        }
        let unchecked = |it: &Promised| it.standing == PromiseStanding::Open && it.promise.kind == PromiseKind::Instead;
        if case.promises.iter().any(unchecked) {
            moves.push((Offer::CheckPromise, Action::Process));
        }
        moves.extend(beside(case));
        moves
    }
}

/// What needs nothing of the catalogue.
fn beside(case: &Case) -> Vec<(Offer, Action)> {
    let mut moves = Vec::new();
    let at_work = !matches!(case.stage, Stage::New | Stage::Consulting | Stage::Mandated | Stage::Archived);
    if at_work && case.originals_out().next().is_some() {
        moves.push((Offer::MoveOriginals, Action::Collect));
    }
    if at_work {
        moves.push((Offer::PayCharge, Action::Collect));
    }
    if at_work && case.stage.is_open() && case.help != Some(Help::Proxy) {
        moves.push((Offer::Come, Action::Attend));
    }
    if at_work && case.help == Some(Help::Proxy) {
        moves.extend(of_mandate(case));
    }
    let delivered = matches!(case.stage, Stage::Delivered | Stage::Rated | Stage::Archived);
    if delivered && case.callback.is_none() {
        moves.push((Offer::CallBack, Action::Annotate));
    }
    moves
}

fn of_mandate(case: &Case) -> Vec<(Offer, Action)> {
    let signs =
        case.stage.is_open() || matches!(case.stage, Stage::Decided { outcome } if outcome != Outcome::Withdrawn);
    let Some(state) = case.mandate.as_ref().filter(|_| signs) else { return Vec::new() };
    let mut moves = vec![(Offer::Entrust, Action::Collect)];
    if state.ended.is_none() {
        let rests = if state.paused.is_some() { Offer::ResumeMandate } else { Offer::PauseMandate };
        moves.push((rests, Action::Collect));
        moves.push((Offer::EndMandate, Action::Collect));
    }
    moves
}

fn promise(it: &Promised) -> PromiseView {
    PromiseView {
        act: it.act,
        kind: it.promise.kind,
        papers: it.promise.papers.clone(),
        found: match it.standing {
            PromiseStanding::Open => None,
            PromiseStanding::Kept => Some(Finding::True),
            PromiseStanding::Broken => Some(Finding::False),
        },
    }
}

fn steps(file: &OpenFile) -> Vec<StepDone> {
    let archived = file.facts.events.iter().find(|event| matches!(event.what, What::Archived));
    let archived = archived.map(|event| event.at.date());
    let key = |step| match step {
        SevenStep::Entrusted => "entrusted",
        SevenStep::Taken => "taken",
        SevenStep::Handled => "handled",
        SevenStep::Delivered => "delivered",
        SevenStep::Archived => "archived",
        SevenStep::Reported => "reported",
        SevenStep::CalledBack => "called_back",
    };
    let seven = reminders::seven_steps(&file.facts.case, archived);
    seven.into_iter().map(|(step, on)| StepDone { step: key(step).to_owned(), on }).collect()
}
