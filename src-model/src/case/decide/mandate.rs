//! What an agent may do for somebody (R63–R65).

use super::{Command, Entry, Moment, Refusal};
use crate::access::Permit;
use crate::case::event::{DeliveryWay, Help, Mandate, Power, Signature, What};
use crate::case::fold::Case;
use crate::case::fold::MandateState;
use crate::identity::CitizenId;

/// R63, R65: what an agent does for someone needs a mandate that holds today and gives the power.
pub(super) fn holds(case: &Case, command: &Command, permit: &Permit, now: &Moment<'_>) -> Result<(), Refusal> {
    let Some(power) = command.power(permit.name()) else { return Ok(()) };
    // Whoever came in person acts in person; but a result is handed to nobody's agent.
    if case.help != Some(Help::Proxy) && power != Power::Collect {
        return Ok(());
    }
    let state = case.mandate.as_ref().ok_or(Refusal::NoMandate)?;
    if let Some(since) = state.paused {
        return Err(Refusal::MandatePaused { since });
    }
    if !state.holds_on(now.today()) {
        return Err(Refusal::MandateOver { until: state.ended.unwrap_or(state.mandate.until) });
    }
    if !state.mandate.powers.contains(&power) {
        return Err(Refusal::PowerNotGiven { power });
    }
    if acts_in_person(case, state, command, permit) { Ok(()) } else { Err(Refusal::NotTheAgent) }
}

/// R63: nobody is a sub-agent. Whom the letter names acts, or the colleague who took the case over in the agent's absence (R37, R41). What
/// an organ takes in or hands out is the organ's act; but nobody else than the agent signs for the person's result.
fn acts_in_person(case: &Case, state: &MandateState, command: &Command, permit: &Permit) -> bool {
    let named = state.mandate.agent == *permit.agent() || case.beside.taker() == Some(permit.agent());
    match command {
        Command::Supplement { .. } => named || case.handed_over.is_some(),
        Command::Deliver { way, signer, .. } => named || *way == DeliveryWay::ToAgent && signer.trim() != permit.name(),
        Command::FinishAtOnce { .. } => true,
        _ => named,
    }
}

/// R63, R64, R65.
pub(super) fn entrust(mandate: Mandate, permit: &Permit, now: &Moment<'_>) -> Result<What, Refusal> {
    if mandate.powers.is_empty() {
        return Err(Refusal::Empty { what: Entry::Powers });
    }
    let longest = mandate.from.saturating_add(jiff::Span::new().years(1));
    if mandate.until < mandate.from || mandate.until > longest {
        return Err(Refusal::BadTerm);
    }
    signed(&mandate.signature, permit)?;
    proven(&mandate, now)?;
    Ok(What::Mandated(mandate))
}

/// R64: whoever saw the thumb pressed can be found again, and a guardian shows what makes them one.
fn proven(mandate: &Mandate, now: &Moment<'_>) -> Result<(), Refusal> {
    match &mandate.signature {
        Signature::Hand => Ok(()),
        Signature::Thumb { .. } if mandate.proof.trim().is_empty() => {
            Err(Refusal::Empty { what: Entry::WitnessNumber })
        }
        Signature::Thumb { .. } => {
            CitizenId::parse(&mandate.proof, now.today()).map(drop).map_err(|_| Refusal::WitnessNumberWrong)
        }
        Signature::Guardian { .. } if mandate.proof.trim().is_empty() => Err(Refusal::Empty { what: Entry::Proof }),
        Signature::Guardian { .. } => Ok(()),
    }
}

/// R64: a thumbprint has a witness who is not the agent; who signs for somebody says as what.
pub(super) fn signed(signature: &Signature, permit: &Permit) -> Result<(), Refusal> {
    match signature {
        Signature::Thumb { witness } if witness.trim().is_empty() => Err(Refusal::Empty { what: Entry::Witness }),
        Signature::Thumb { witness } if witness.trim() == permit.name() => Err(Refusal::WitnessIsAgent),
        Signature::Guardian { name, relation } if name.trim().is_empty() || relation.trim().is_empty() => {
            Err(Refusal::Empty { what: Entry::Guardian })
        }
        Signature::Hand | Signature::Thumb { .. } | Signature::Guardian { .. } => Ok(()),
    }
}
