//! What may be written beside the moves of a case, and what must stand in it.

use jiff::civil::DateTime;

use super::clocks::pressing_day;
use super::{
    AppliedFor, Beside, CertificateShown, FoundAt, HelpAsked, HelpedFirst, Late, LateReason, Posted, SiteCheck,
};
use crate::access::Permit;
use crate::case::decide::{Entry, Moment, Refusal, bounds};
use crate::case::event::{NoticeLine, PaperState, Signature, What};
use crate::case::fold::Case;
use crate::case::item_law;
use crate::stamp::Stamp;

/// The act as it is written, or why not.
pub(in crate::case) fn decide(case: &Case, act: Beside, permit: &Permit, now: &Moment<'_>) -> Result<What, Refusal> {
    match &act {
        Beside::Late(late) => late_now(case, late, now)?,
        Beside::HelpAsked(asked) => asks(asked)?,
        Beside::HelpAnswered { words, .. } | Beside::Concern { words, .. } | Beside::VisitReviewed { words, .. } => {
            filled(words, Entry::Text)?;
        }
        Beside::SiteChecked(check) => two_looked(check, permit, now)?,
        Beside::AppliedFor(applied) => applies(case, applied, permit)?,
        Beside::HelpedFirst(helped) => helps(helped, now)?,
        Beside::FoundAt(found) => finds(found, now)?,
        Beside::Died { who, on } => {
            let item = case.receipt.as_ref().map(|(_, receipt)| &receipt.item);
            if !item.is_some_and(item_law::is_after_death) {
                return Err(Refusal::NotForItem);
            }
            filled(who, Entry::Text)?;
            not_to_come(on.at(0, 0, 0, 0), Entry::DeathDay, now)?;
        }
        Beside::Posted(posted) => posts(case, posted, now)?,
        Beside::ElectronicAgreed { to } => filled(to, Entry::Place)?,
        Beside::CertificateShown(shown) => certifies(case, shown, now)?,
        Beside::ClockTold { .. } => {}
        Beside::Given(given) if given.to == *permit.agent() || given.originals > given.papers => {
            return Err(Refusal::Empty { what: Entry::Staff });
        }
        // Who answers for the case gives it; a colleague does so only for somebody who has left.
        Beside::Given(_) => {}
        Beside::TakenOver { of } => offered_to(case, *of, permit)?,
        Beside::GivenBack { of, reason } => {
            offered_to(case, *of, permit)?;
            filled(reason, Entry::Reasons)?;
        }
    }
    Ok(What::Beside(Box::new(act)))
}

/// R85: there is nothing to explain before the day has passed, and the applicant has been told.
fn late_now(case: &Case, late: &Late, now: &Moment<'_>) -> Result<(), Refusal> {
    match pressing_day(case, now) {
        Some(until) if now.today() <= until => return Err(Refusal::TooEarly { until }),
        Some(_) => {}
        None => return Err(Refusal::NoSuchMove { from: case.stage }),
    }
    if late.reason == LateReason::Other {
        filled(&late.words, Entry::Reasons)?;
    }
    not_to_come(late.told_at, Entry::ToldOn, now)
}

/// R89: what is asked, about which offices.
fn asks(asked: &HelpAsked) -> Result<(), Refusal> {
    filled(&asked.to, Entry::Organ)?;
    filled(&asked.question, Entry::Text)?;
    if asked.offices.iter().all(|office| office.trim().is_empty()) {
        return Err(Refusal::Empty { what: Entry::Organ });
    }
    Ok(())
}

/// R92: two at least, told before, signed by both sides.
fn two_looked(check: &SiteCheck, permit: &Permit, now: &Moment<'_>) -> Result<(), Refusal> {
    filled(&check.place, Entry::Place)?;
    let mut names: Vec<&str> = check.staff.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Err(Refusal::TwoMustLook);
    }
    filled(&check.findings, Entry::Text)?;
    not_to_come(check.when, Entry::VisitDay, now)?;
    if check.told_on > check.when.date() {
        return Err(Refusal::DateTooLate { what: Entry::ToldOn, last: check.when.date() });
    }
    signed(&check.signature, &names)?;
    signed(&check.signature, &[permit.name()])
}

/// R93: only where the law lets the committee apply, and every adult signs.
fn applies(case: &Case, applied: &AppliedFor, permit: &Permit) -> Result<(), Refusal> {
    let item = case.receipt.as_ref().map(|(_, receipt)| &receipt.item);
    if !item.is_some_and(item_law::committee_may_apply) {
        return Err(Refusal::NotForItem);
    }
    filled(&applied.committee, Entry::Organ)?;
    filled(&applied.helper, Entry::Staff)?;
    filled(&applied.reason, Entry::Reasons)?;
    if applied.adults.is_empty() {
        return Err(Refusal::Empty { what: Entry::Signer });
    }
    applied.adults.iter().try_for_each(|adult| {
        filled(&adult.name, Entry::Signer)?;
        signed(&adult.signature, &[applied.helper.trim(), permit.name(), adult.name.trim()])
    })
}

/// R112: help comes first; until when the papers come is the department's to set.
fn helps(helped: &HelpedFirst, now: &Moment<'_>) -> Result<(), Refusal> {
    filled(&helped.given, Entry::Text)?;
    not_to_come(helped.when, Entry::VisitDay, now)?;
    let first = helped.when.date();
    if helped.papers_by < first { Err(Refusal::DateTooEarly { what: Entry::Papers, first }) } else { Ok(()) }
}

/// R111.
fn finds(found: &FoundAt, now: &Moment<'_>) -> Result<(), Refusal> {
    filled(&found.place, Entry::Place)?;
    not_to_come(found.since.at(0, 0, 0, 0), Entry::VisitDay, now)
}

/// R111: what goes into the post can be followed, and there is a result to post.
fn posts(case: &Case, posted: &Posted, now: &Moment<'_>) -> Result<(), Refusal> {
    filled(&posted.number, Entry::MailNumber)?;
    filled(&posted.to, Entry::Place)?;
    let Some(decision) = case.decision.as_ref().filter(|_| case.stage.awaits_delivery()) else {
        return Err(Refusal::NoSuchMove { from: case.stage });
    };
    if posted.on < decision.on {
        return Err(Refusal::DateTooEarly { what: Entry::PostedOn, first: decision.on });
    }
    not_to_come(posted.on.at(0, 0, 0, 0), Entry::PostedOn, now)
}

/// R91: it stands for a paper that was taken as an electronic one; a photograph of a paper is a copy and no certificate.
fn certifies(case: &Case, shown: &CertificateShown, now: &Moment<'_>) -> Result<(), Refusal> {
    filled(&shown.issuer, Entry::Organ)?;
    let line = case.papers.iter().find(|paper| paper.name == shown.paper);
    if line.is_none_or(|paper| paper.state != PaperState::Electronic) {
        return Err(Refusal::NotElectronic);
    }
    not_to_come(shown.checked, Entry::DecidedOn, now)
}

/// R91: what an electronic certificate proves is not asked for again on paper.
pub(in crate::case) fn not_asked_again(case: &Case, lines: &[NoticeLine]) -> Result<(), Refusal> {
    let proven = |line: &NoticeLine| case.beside.certificates.iter().any(|(_, shown)| shown.paper == line.paper);
    if lines.iter().any(proven) { Err(Refusal::ProvenAlready) } else { Ok(()) }
}

/// R41: whoever it was offered to says yes or no.
fn offered_to(case: &Case, of: Stamp, permit: &Permit) -> Result<(), Refusal> {
    let offer = case.beside.offers.iter().find(|offer| offer.mark.stamp == of).ok_or(Refusal::DoneBefore)?;
    if offer.given.to == *permit.agent() { Ok(()) } else { Err(Refusal::OfferedToOther) }
}

fn filled(text: &str, what: Entry) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::Empty { what }) } else { Ok(()) }
}

fn not_to_come(time: DateTime, what: Entry, now: &Moment<'_>) -> Result<(), Refusal> {
    if time > now.local() { Err(Refusal::DateTooLate { what, last: now.today() }) } else { Ok(()) }
}

/// R64: the witness of a thumbprint is none of these.
fn signed(signature: &Signature, others: &[&str]) -> Result<(), Refusal> {
    match signature {
        Signature::Thumb { witness } if witness.trim().is_empty() => Err(Refusal::Empty { what: Entry::Witness }),
        Signature::Thumb { witness } if others.contains(&witness.trim()) => Err(Refusal::WitnessIsAgent),
        Signature::Guardian { name, relation } if name.trim().is_empty() || relation.trim().is_empty() => {
            Err(Refusal::Empty { what: Entry::Guardian })
        }
        Signature::Hand | Signature::Thumb { .. } | Signature::Guardian { .. } => Ok(()),
    }
}

/// B1, of an act beside the moves.
pub(in crate::case) fn look(act: &Beside) -> Result<(), Refusal> {
    use Entry as E;
    let names = |what: Entry, names: &[String]| {
        bounds::few(what, names.len())?;
        names.iter().try_for_each(|name| bounds::within(what, name, bounds::NAME))
    };
    match act {
        Beside::Late(Late { words, reason: _, told: _, told_at: _ }) => bounds::text(E::Reasons, words),
        Beside::HelpAsked(HelpAsked { to, question, offices, wish }) => {
            bounds::line(E::Organ, to)?;
            bounds::text(E::Text, question)?;
            names(E::Organ, offices)?;
            bounds::text(E::Text, wish)
        }
        Beside::HelpAnswered { words, of: _ }
        | Beside::Concern { words, of: _ }
        | Beside::VisitReviewed { words, of: _ } => bounds::text(E::Text, words),
        Beside::SiteChecked(SiteCheck { place, staff, findings, signature, when: _, told_on: _ }) => {
            bounds::line(E::Place, place)?;
            names(E::Staff, staff)?;
            bounds::text(E::Text, findings)?;
            bounds::signature(signature)
        }
        Beside::AppliedFor(AppliedFor { committee, helper, reason, adults }) => {
            bounds::line(E::Organ, committee)?;
            bounds::within(E::Staff, helper, bounds::NAME)?;
            bounds::text(E::Reasons, reason)?;
            bounds::few(E::Signer, adults.len())?;
            adults.iter().try_for_each(|adult| {
                bounds::within(E::Signer, &adult.name, bounds::NAME)?;
                bounds::signature(&adult.signature)
            })
        }
        Beside::HelpedFirst(HelpedFirst { given, when: _, papers_by: _ }) => bounds::text(E::Text, given),
        Beside::FoundAt(FoundAt { place, since: _, reach: _ }) => bounds::line(E::Place, place),
        Beside::Died { who, on: _ } => bounds::within(E::Text, who, bounds::NAME),
        Beside::Posted(Posted { number, to, on: _ }) => {
            bounds::within(E::MailNumber, number, bounds::NUMBER)?;
            bounds::line(E::Place, to)
        }
        Beside::ElectronicAgreed { to } => bounds::line(E::Place, to),
        Beside::CertificateShown(CertificateShown { paper, issuer, checked: _ }) => {
            bounds::line(E::Papers, paper)?;
            bounds::line(E::Organ, issuer)
        }
        Beside::Given(given) => bounds::line(E::Text, &given.note),
        Beside::GivenBack { reason, of: _ } => bounds::text(E::Reasons, reason),
        Beside::ClockTold { shown: _, told: _ } | Beside::TakenOver { of: _ } => Ok(()),
    }
}
