//! A bundle on the page of the case that leads it, and of its steps.

use std::collections::BTreeMap;

use daiban_model::access::{Action, permit};
use daiban_model::api::{BundleView, Failure, HandedOut, Lane, PartView, Pending, StepOffer, StepView, Untold};
use daiban_model::bundle::{
    Delivered, Member, Need, OrderStep, Progress, Standing, State, StepKind, StepNo, Whole, member_id,
};
use daiban_model::case::Stage;
use daiban_model::case::clocks::{Basis, Clock, ClockKind};
use daiban_model::case::event::Outcome;
use daiban_model::case::field::Field;
use jiff::civil::DateTime;

use super::{Members, known};
use crate::engine::desk::{Desk, OpenFile};
use crate::store::Store;

impl<S: Store> Desk<S> {
    /// The bundle that a case leads.
    pub(in crate::engine) async fn bundle_view(&self, lead: &OpenFile) -> Result<Option<BundleView>, Failure> {
        let case = &lead.facts.case;
        let Some(whole) = &case.whole else { return Ok(None) };
        let members = self.members(lead).await?;
        let known = known(&members);
        let Some(progress) = Progress::of(case, &known) else { return Ok(None) };
        let now = self.now().local();
        let end = match progress.state {
            State::Done { at } | State::Ended { at, .. } => at,
            State::Waiting | State::Running => now,
        };
        let view = |step: &OrderStep| self.step_view(lead, whole, step, &progress, &members);
        Ok(Some(BundleView {
            id: whole.order.bundle.clone(),
            tone: whole.order.tone,
            steps: whole.order.steps.iter().map(view).collect(),
            tracks: tracks(&whole.order.steps),
            state: progress.state,
            choice: whole.choice,
            pending: self.pending(lead, &progress, &known),
            untold: untold(lead, &members),
            minutes: case.accepted_at.map(|from| self.reckoning().office_minutes(from, end)),
        }))
    }

    /// The bundle that a case is a step of; `None` as well where its lead is not here.
    pub(in crate::engine) async fn part_view(&self, file: &OpenFile) -> Result<Option<PartView>, Failure> {
        let Some(part) = &file.facts.case.part_of else { return Ok(None) };
        let lead = match self.file(part.lead).await {
            Ok(lead) => lead,
            Err(Failure::NotFound) => return Ok(None),
            Err(other) => return Err(other),
        };
        let receipt = lead.facts.case.receipt.as_ref().map(|(_, receipt)| receipt);
        Ok(receipt.map(|receipt| PartView {
            lead: part.lead,
            number: receipt.number.to_string(),
            name: receipt.item_name.clone(),
            results: super::results(&lead.facts.case),
        }))
    }

    fn step_view(
        &self,
        lead: &OpenFile,
        whole: &Whole,
        step: &OrderStep,
        progress: &Progress,
        members: &Members,
    ) -> StepView {
        let standing = progress.standing(step.no).cloned().unwrap_or(Standing::Waits { steps: Vec::new() });
        let member = members.get(&step.no);
        let span = span(&standing, self.now().local());
        let outside = whole.outside.get(&step.no).and_then(|outside| outside.answered.as_ref());
        let decision = member.and_then(|file| file.facts.case.decision.as_ref());
        let result = match (decision, outside) {
            (Some(decision), _) if decision.outcome == Outcome::Granted => decision.number.clone(),
            (Some(decision), _) => decision.reasons.clone(),
            (None, Some(answer)) => answer.result.clone(),
            (None, None) => String::new(),
        };
        StepView {
            no: step.no,
            name: step.name.clone(),
            department: step.department.clone(),
            need: step.need,
            kind: step.kind,
            rank: whole.order.rank(step.no),
            number: step.number.map(|number| number.to_string()).unwrap_or_default(),
            case: member.map(|_| member_id(lead.id, step.no)),
            end: self.end(step, &standing, member),
            minutes: span.map(|(from, to)| self.reckoning().office_minutes(from, to)),
            handed_out: handed_out(member),
            acts: self.step_offers(lead, step, &standing),
            standing,
            result,
        }
    }

    /// Until when the owner of an open step has it.
    fn end(&self, step: &OrderStep, standing: &Standing, member: Option<&OpenFile>) -> Option<Clock> {
        let Standing::Open { since } = standing else { return None };
        if step.kind != StepKind::Item {
            return Some(self.reckoning().outside_answer(since.date()));
        }
        let clocks = self.reckoning().clocks(&member?.facts.case, None);
        let running = |clock: &Clock| {
            matches!(clock.kind, ClockKind::Promised | ClockKind::Statutory) && clock.basis == Basis::Fact
        };
        clocks.into_iter().filter(running).min_by_key(|clock| clock.due.date().unwrap_or(jiff::civil::Date::MAX))
    }

    fn step_offers(&self, lead: &OpenFile, step: &OrderStep, standing: &Standing) -> Vec<StepOffer> {
        let mut offers = Vec::new();
        if permit(&self.who, Action::Collect, &lead.subject()).is_err() || !lead.facts.case.stage.is_open() {
            return offers;
        }
        match (step.kind, standing) {
            (StepKind::Outside, Standing::Ready { .. }) => offers.push(StepOffer::Ask),
            (StepKind::Check, Standing::Ready { .. })
            | (StepKind::Outside | StepKind::Check, Standing::Open { .. }) => {
                offers.push(StepOffer::Answer);
            }
            _ => {}
        }
        let over = matches!(standing, Standing::Done { .. } | Standing::Refused { .. } | Standing::Dropped);
        if step.need == Need::Optional && !over {
            offers.push(StepOffer::Drop);
        }
        offers
    }

    fn pending(&self, lead: &OpenFile, progress: &Progress, known: &BTreeMap<StepNo, Member>) -> Pending {
        let case = &lead.facts.case;
        let item = |no: StepNo| {
            let step = case.whole.as_ref().and_then(|whole| whole.order.step(no));
            step.is_some_and(|step| step.kind == StepKind::Item)
        };
        let waits =
            case.stage == Stage::Accepted && (progress.ready().any(item) || progress.verdict(case, known).is_some());
        match (waits, permit(&self.who, Action::Accept, &lead.subject())) {
            (false, _) => Pending::None,
            (true, Ok(_)) => Pending::Mine,
            (true, Err(_)) => Pending::Others,
        }
    }
}

/// From when to when the owner had a step.
fn span(standing: &Standing, now: DateTime) -> Option<(DateTime, DateTime)> {
    match standing {
        Standing::Open { since } => Some((*since, now)),
        Standing::Done { since, at } | Standing::Refused { since, at } => Some((*since, *at)),
        Standing::Waits { .. } | Standing::Ready { .. } | Standing::Dropped | Standing::Stuck => None,
    }
}

fn handed_out(member: Option<&OpenFile>) -> HandedOut {
    match member.and_then(|file| Member::of(&file.facts.case)) {
        Some(Member { delivered: Delivered::Yes, .. }) => HandedOut::Done,
        Some(Member { closed: Some((_, decision)), .. }) if decision.outcome == Outcome::Granted => HandedOut::Waits,
        _ => HandedOut::Nothing,
    }
}

fn tracks(steps: &[OrderStep]) -> Vec<Lane> {
    let mut tracks: Vec<Lane> = Vec::new();
    for step in steps {
        match tracks.iter_mut().find(|track| track.department == step.department) {
            Some(track) => track.steps.push(step.no),
            None => tracks.push(Lane { department: step.department.clone(), steps: vec![step.no] }),
        }
    }
    tracks
}

/// Shared facts that read otherwise at a step whose department has it already (R116). What is finished needs no correction.
fn untold(lead: &OpenFile, members: &Members) -> Vec<Untold> {
    let stale = |field: Field| {
        let differs =
            |file: &OpenFile| file.facts.case.stage.is_open() && file.facts.field(field) != lead.facts.field(field);
        let steps: Vec<StepNo> = members.iter().filter(|(_, file)| differs(file)).map(|(no, _)| *no).collect();
        (!steps.is_empty()).then_some(Untold { field, steps })
    };
    Field::ALL.into_iter().filter_map(stale).collect()
}
