//! What may be done in home service (R94–R96, R100).

use jiff::civil::DateTime;

use super::bounds;
use super::mandate::signed;
use super::{Entry, Moment, Refusal, filled};
use crate::access::Permit;
use crate::case::event::{Signature, What};
use crate::case::fold::Case;
use crate::stamp::Stamp;
use crate::visit::{Addition, Asked, Booking, Interview, SHORTEST_REFUSAL, Visit};

/// R94: why at home, where, and two go where possible.
pub(super) fn book(booking: Booking, now: &Moment<'_>) -> Result<What, Refusal> {
    filled(booking.caller.clone(), Entry::Caller)?;
    filled(booking.place.clone(), Entry::Place)?;
    if booking.reasons.is_empty() {
        return Err(Refusal::Empty { what: Entry::HomeReasons });
    }
    to_come(booking.at, now)?;
    match booking.staff.as_slice() {
        [] => Err(Refusal::Empty { what: Entry::Staff }),
        [_] if booking.alone.trim().is_empty() => Err(Refusal::OneAlone),
        [one, two, ..] if one == two => Err(Refusal::OneAlone),
        _ => Ok(What::VisitBooked(Box::new(booking))),
    }
}

/// R95: another day is no refusal.
pub(super) fn move_to(of: Stamp, to: DateTime, reason: String, now: &Moment<'_>) -> Result<What, Refusal> {
    to_come(to, now)?;
    Ok(What::VisitMoved { of, to, reason: filled(reason, Entry::Reasons)? })
}

/// R95: nobody is told to come to the hall in a word or two.
pub(super) fn refuse(of: Stamp, reason: String) -> Result<What, Refusal> {
    if reason.trim().chars().count() < SHORTEST_REFUSAL {
        return Err(Refusal::ReasonTooShort { least: SHORTEST_REFUSAL });
    }
    Ok(What::VisitRefused { of, reason })
}

/// R96: who went, from when to when, and signed before somebody else than those who went.
pub(super) fn visit(case: &Case, visit: Visit, permit: &Permit, now: &Moment<'_>) -> Result<What, Refusal> {
    filled(visit.place.clone(), Entry::Place)?;
    if visit.staff.is_empty() {
        return Err(Refusal::Empty { what: Entry::Staff });
    }
    in_order(visit.arrived, visit.left, now)?;
    signed(&visit.signature, permit)?;
    let known = |of: Stamp| case.home.bookings.iter().any(|booked| booked.act == of);
    if visit.booking.is_some_and(|of| !known(of)) {
        return Err(Refusal::DoneBefore);
    }
    Ok(What::VisitMade(Box::new(visit)))
}

/// R100: two people, read back, signed.
pub(super) fn interview(interview: Interview, permit: &Permit, now: &Moment<'_>) -> Result<What, Refusal> {
    filled(interview.place.clone(), Entry::Place)?;
    let asked = filled(interview.asked_by.clone(), Entry::Staff)?;
    let wrote = filled(interview.written_by.clone(), Entry::Staff)?;
    if asked.trim() == wrote.trim() {
        return Err(Refusal::OneAlone);
    }
    if interview.lines.is_empty() {
        return Err(Refusal::Empty { what: Entry::Text });
    }
    if interview.read_back == Asked::No {
        return Err(Refusal::NotReadBack);
    }
    in_order(interview.from, interview.until, now)?;
    signed(&interview.signature, permit)?;
    let by_thumb_of_staff = |witness: &str| [asked.trim(), wrote.trim()].contains(&witness.trim());
    if matches!(&interview.signature, Signature::Thumb { witness } if by_thumb_of_staff(witness)) {
        return Err(Refusal::WitnessIsAgent);
    }
    Ok(What::Interviewed(Box::new(interview)))
}

/// R100: what was signed stays; an addition is signed again.
pub(super) fn add(addition: Addition, permit: &Permit) -> Result<What, Refusal> {
    signed(&addition.signature, permit)?;
    let text = filled(addition.text, Entry::Text)?;
    Ok(What::InterviewAdded(Addition { text, ..addition }))
}

fn to_come(at: DateTime, now: &Moment<'_>) -> Result<(), Refusal> {
    let (what, first) = (Entry::VisitDay, now.today());
    if at.date() < first { Err(Refusal::DateTooEarly { what, first }) } else { Ok(()) }
}

/// From before until, and not from tomorrow.
fn in_order(from: DateTime, until: DateTime, now: &Moment<'_>) -> Result<(), Refusal> {
    let what = Entry::VisitDay;
    if until < from {
        return Err(Refusal::DateTooEarly { what, first: from.date() });
    }
    if until.date() > now.today() { Err(Refusal::DateTooLate { what, last: now.today() }) } else { Ok(()) }
}

/// B1, of a booking.
pub(super) fn look_at_booking(booking: &Booking) -> Result<(), Refusal> {
    let Booking { caller, relation, phone, reasons: _, at: _, place, staff, alone } = booking;
    bounds::within(Entry::Caller, caller, bounds::NAME)?;
    bounds::within(Entry::Relation, relation, bounds::NAME)?;
    bounds::within(Entry::Caller, phone, bounds::NAME)?;
    bounds::line(Entry::Place, place)?;
    bounds::few(Entry::Staff, staff.len())?;
    bounds::line(Entry::Reasons, alone)
}

/// B1, of a visit.
pub(super) fn look_at_visit(visit: &Visit) -> Result<(), Refusal> {
    bounds::line(Entry::Place, &visit.place)?;
    bounds::few(Entry::Staff, visit.staff.len())?;
    for papers in [&visit.forms, &visit.left_there] {
        bounds::few(Entry::Papers, papers.len())?;
        papers.iter().try_for_each(|paper| bounds::line(Entry::Papers, paper))?;
    }
    bounds::papers(&visit.taken)?;
    for text in [&visit.advice, &visit.beyond, &visit.next] {
        bounds::text(Entry::Text, text)?;
    }
    bounds::signature(&visit.signature)
}

/// B1, of an interview: a page has some thirty lines, and nobody is asked for longer than an hour or two.
pub(super) fn look_at_interview(interview: &Interview) -> Result<(), Refusal> {
    bounds::line(Entry::Place, &interview.place)?;
    for name in [&interview.asked_by, &interview.written_by, &interview.interpreter] {
        bounds::within(Entry::Staff, name, bounds::NAME)?;
    }
    bounds::few(Entry::Staff, interview.present.len())?;
    interview.present.iter().try_for_each(|name| bounds::within(Entry::Staff, name, bounds::NAME))?;
    bounds::few(Entry::Text, interview.lines.len())?;
    interview.lines.iter().try_for_each(|line| {
        bounds::text(Entry::Text, &line.question)?;
        bounds::text(Entry::Text, &line.answer)
    })?;
    bounds::signature(&interview.signature)
}

/// B1, of an addition.
pub(super) fn look_at_addition(addition: &Addition) -> Result<(), Refusal> {
    bounds::text(Entry::Text, &addition.text)?;
    bounds::signature(&addition.signature)
}
