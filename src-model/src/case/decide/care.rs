//! Charges, originals, trips, calls, and what is left behind (R44, R67, R69, R72, R73).

use super::{Entry, Moment, Refusal, filled, handed_out};
use crate::access::Permit;
use crate::case::event::{Callback, Charge, DeliveryWay, Fen, Help, Keeper, OriginalsMoved, Outcome, TripCause, What};
use crate::case::fold::{Case, Stage};

/// R44: with the office's receipt, and never to the agent; R63: no more than the mandate lets be paid.
pub(super) fn charge(case: &Case, charge: Charge, permit: &Permit) -> Result<What, Refusal> {
    if charge.amount == Fen(0) {
        return Err(Refusal::Empty { what: Entry::Amount });
    }
    filled(charge.receipt_no.clone(), Entry::ReceiptNumber)?;
    let payee = filled(charge.payee.clone(), Entry::Payee)?;
    let agent = payee.trim() == permit.name() || payee.trim() == permit.agent().as_str();
    if agent {
        return Err(Refusal::NoFeeOfOnesOwn);
    }
    let limit = case.mandate.as_ref().filter(|_| case.help == Some(Help::Proxy));
    let limit = limit.and_then(|state| state.mandate.fee_limit);
    let paid: u64 = case.charges.iter().chain([&charge]).map(|one| u64::from(one.amount.0)).sum();
    match limit {
        Some(most) if paid > u64::from(most.0) => Err(Refusal::OverFeeLimit { most }),
        _ => Ok(What::Charged(charge)),
    }
}

/// R67: nothing goes back without a signature.
pub(super) fn move_originals(moved: OriginalsMoved) -> Result<What, Refusal> {
    if moved.papers.is_empty() {
        return Err(Refusal::Empty { what: Entry::Papers });
    }
    match &moved.to {
        Keeper::Person { signer } => drop(filled(signer.clone(), Entry::Signer)?),
        Keeper::Office { name } => drop(filled(name.clone(), Entry::Organ)?),
        Keeper::Agent { .. } | Keeper::File => {}
    }
    Ok(What::OriginalsMoved(moved))
}

/// R67: no file is closed while somebody's original is out.
pub(super) fn archive(case: &Case) -> Result<What, Refusal> {
    match case.originals_out().count() {
        0 => Ok(What::Archived),
        count => Err(Refusal::OriginalsOut { count }),
    }
}

/// R72: once more than the item promises needs a cause; where the item promises nothing, none is asked for.
pub(super) fn come(case: &Case, cause: Option<TripCause>, most: Option<u8>) -> Result<What, Refusal> {
    let beyond = most.is_some_and(|most| case.trips.len() >= usize::from(most));
    if beyond && cause.is_none() {
        return Err(Refusal::Empty { what: Entry::TripCause });
    }
    Ok(What::Came { cause })
}

/// R73: somebody was spoken to.
pub(super) fn call_back(callback: Callback) -> Result<What, Refusal> {
    filled(callback.spoke_with.clone(), Entry::SpokeWith)?;
    Ok(What::CalledBack(callback))
}

/// R69: 留置 needs witnesses and the reason.
pub(super) fn leave(
    case: &Case,
    witnesses: Vec<String>,
    reason: String,
    now: &Moment<'_>,
) -> Result<Vec<What>, Refusal> {
    handed_out(case)?;
    // What the applicant took back has no paper to be left (templates §10).
    if case.stage == (Stage::Decided { outcome: Outcome::Withdrawn }) {
        return Err(Refusal::NoSuchMove { from: case.stage });
    }
    if witnesses.is_empty() || witnesses.iter().any(|witness| witness.trim().is_empty()) {
        return Err(Refusal::Empty { what: Entry::Witness });
    }
    let reason = filled(reason, Entry::Reasons)?;
    let signer = witnesses.join("、");
    let left = What::LeftBefore { witnesses, reason };
    let (on, way, relation) = (now.today(), DeliveryWay::Left, String::new());
    Ok(vec![left, What::Delivered { on, way, signer, relation }])
}
