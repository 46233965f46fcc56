//! What may be done to a bundle (R116–R122, R128). Which steps' turn it is was looked at before: it lies in other cases too.

use super::{Entry, Refusal};
use super::{bounds, filled};
use crate::bundle::{Need, Opening, Order, StepNo, Whole};
use crate::case::event::{Decision, Outcome, What};
use crate::case::fold::{Case, Stage};

/// R114: an order whose steps follow one another.
pub(super) fn order(order: Order) -> Result<What, Refusal> {
    if order.steps.is_empty() {
        return Err(Refusal::Empty { what: Entry::Steps });
    }
    if order.is_sound() { Ok(What::Ordered(Box::new(order))) } else { Err(Refusal::StepsInCircle) }
}

/// R118: no paper is missing where the department begins.
pub(super) fn open(opening: Opening) -> Result<What, Refusal> {
    let to = filled(opening.to, Entry::Organ)?;
    Ok(What::StepOpened(Box::new(Opening { to, ..opening })))
}

/// R128: what an office outside the system said stands in words.
pub(super) fn answer(case: &Case, step: StepNo, outcome: Outcome, result: String) -> Result<What, Refusal> {
    if !matches!(outcome, Outcome::Granted | Outcome::Denied) {
        return Err(Refusal::NoSuchMove { from: case.stage });
    }
    Ok(What::StepAnswered { step, outcome, result: filled(result, Entry::Text)? })
}

/// R119: only what the whole stands without, and by the applicant's word.
pub(super) fn drop_step(case: &Case, step: StepNo, reason: String) -> Result<What, Refusal> {
    let chosen = whole(case)?.order.step(step);
    if chosen.is_none_or(|step| step.need == Need::Required) {
        return Err(Refusal::StepNeeded);
    }
    Ok(What::StepDropped { step, reason: filled(reason, Entry::Reasons)? })
}

/// R119: once, from under way to its end.
pub(super) fn close(case: &Case, decision: Decision) -> Result<What, Refusal> {
    whole(case)?;
    match (case.stage, decision.outcome) {
        (Stage::Accepted, Outcome::Granted | Outcome::Denied) => Ok(What::Decided(decision)),
        (from, _) => Err(Refusal::NoSuchMove { from }),
    }
}

fn whole(case: &Case) -> Result<&Whole, Refusal> {
    case.whole.as_deref().ok_or(Refusal::NoSuchMove { from: case.stage })
}

/// B1, of an order: it holds what was published, but a command may be made by hand.
pub(super) fn look_at_order(order: &Order) -> Result<(), Refusal> {
    bounds::few(Entry::Steps, order.steps.len())?;
    order.steps.iter().try_for_each(|step| {
        bounds::line(Entry::Steps, &step.name)?;
        bounds::line(Entry::Organ, &step.department)?;
        bounds::few(Entry::Steps, step.after.len())?;
        bounds::few(Entry::Papers, step.papers.len())?;
        step.papers.iter().try_for_each(|paper| bounds::line(Entry::Papers, &paper.name))
    })
}

/// B1, of an opening.
pub(super) fn look_at_opening(opening: &Opening) -> Result<(), Refusal> {
    opening.mandate.as_ref().map_or(Ok(()), bounds::signed)?;
    bounds::taken(&opening.receipt)?;
    bounds::line(Entry::Organ, &opening.to)
}
