//! What the organ does: stops, prolongs, decides (R58–R60, R68).

use jiff::civil::Date;

use super::{Entry, Moment, Refusal, accept, filled};
use crate::case::event::{AcceptanceBasis, Decision, Outcome, Receipt, What};
use crate::case::fold::{Case, Mark, Stage};
use crate::case::{clocks, item_law};
use crate::deadline::StopKind;

/// R60: once, and before the first end.
pub(super) fn in_time_to_extend(case: &Case, now: &Moment<'_>) -> Result<(), Refusal> {
    match clocks::statutory_end(case, now.calendar) {
        Some(ended) if now.today() > ended => Err(Refusal::TooLateToProlong { ended }),
        _ => Ok(()),
    }
}

/// R59: no other kind of time stops the clock of this item.
pub(super) fn known_stop(case: &Case, kind: StopKind) -> Result<(), Refusal> {
    let known = |(_, receipt): &(Mark, Receipt)| item_law::stops(&receipt.item).any(|known| known == kind);
    if case.receipt.as_ref().is_none_or(known) { Ok(()) } else { Err(Refusal::StopNotForItem) }
}

/// R60: no longer than the law of the item allows.
pub(super) fn within_law(case: &Case, days: u16) -> Result<(), Refusal> {
    let Some((_, receipt)) = &case.receipt else { return Ok(()) };
    let most = item_law::longest_extension(receipt).ok_or(Refusal::NothingToProlong)?;
    match days {
        0 => Err(Refusal::Empty { what: Entry::Days }),
        days if days > most => Err(Refusal::TooManyDays { most }),
        _ => Ok(()),
    }
}

/// R68: a result is not older than what it decides and not from tomorrow, and it holds for a day at least.
fn dated(decision: &Decision, first: Option<Date>, today: Date) -> Result<(), Refusal> {
    let what = Entry::DecidedOn;
    if let Some(first) = first.filter(|first| decision.on < *first) {
        return Err(Refusal::DateTooEarly { what, first });
    }
    if decision.on > today {
        return Err(Refusal::DateTooLate { what, last: today });
    }
    match decision.valid_until {
        Some(until) if until < decision.on => {
            Err(Refusal::DateTooEarly { what: Entry::ValidUntil, first: decision.on })
        }
        _ => Ok(()),
    }
}

/// R53, R68: a refusal has reasons, a grant has a number, a return waits for the notice's term.
pub(super) fn enter(case: &Case, decision: Decision, now: &Moment<'_>) -> Result<What, Refusal> {
    match decision.outcome {
        // From 受理 to 办结 only in the one press of a 即办件 (Annex C).
        Outcome::Granted | Outcome::Denied if case.stage == Stage::Accepted => {
            return Err(Refusal::NoSuchMove { from: case.stage });
        }
        // R62: what rests on a false promise is not granted.
        Outcome::Granted if case.broke_promise() => return Err(Refusal::PromiseFalse),
        Outcome::Granted => {
            filled(decision.number.clone(), Entry::ResultNumber)?;
        }
        Outcome::Denied => {
            filled(decision.reasons.clone(), Entry::Reasons)?;
            filled(decision.number.clone(), Entry::ResultNumber)?;
        }
        Outcome::Returned => {
            let term = case.notices.last().and_then(|(_, notice)| notice.term);
            if let Some(until) = term.filter(|until| now.today() <= *until) {
                return Err(Refusal::TooEarly { until });
            }
            dated(&decision, term.and_then(|until| until.tomorrow().ok()), now.today())?;
        }
        Outcome::Withdrawn => return Err(Refusal::NoSuchMove { from: case.stage }),
    }
    dated(&decision, case.acceptance.map(|(on, _)| on), now.today())?;
    Ok(What::Decided(decision))
}

pub(super) fn at_once(case: &Case, number: String, now: &Moment<'_>) -> Result<Vec<What>, Refusal> {
    if !case.is_on_the_spot() {
        return Err(Refusal::NoSuchMove { from: case.stage });
    }
    let number = filled(number, Entry::ResultNumber)?;
    let accepted = accept(case, AcceptanceBasis::Complete, now)?;
    let (outcome, on, reasons) = (Outcome::Granted, now.today(), String::new());
    Ok(vec![accepted, What::Decided(Decision { outcome, on, number, reasons, valid_until: None })])
}
