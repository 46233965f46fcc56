//! The story of a case: each act as one line, in words that pages look up by kind.

use daiban_model::api::{AnomalyView, ConflictValue, ConflictView, Masking, StoryLine};
use daiban_model::bundle::{Choice, StepNo};
use daiban_model::case::event::{Event, NotAccepted, Outcome, PrintLine, What};
use daiban_model::case::field::Field;
use daiban_model::identity::{CitizenId, Phone};
use uuid::Uuid;

mod care;

use super::beside;
use super::published::Published;
use crate::doc::Conflict;
use crate::projection::Facts;

/// Signs of a paper's hash in the story.
const SHOWN_OF_HASH: usize = 16;

/// The acts, latest first.
pub(super) fn story(facts: &Facts, published: &Published) -> Vec<StoryLine> {
    facts.events.iter().rev().map(|event| line(facts, event, published)).collect()
}

/// Acts that did not fit and that nobody has looked at.
pub(super) fn anomalies(facts: &Facts, published: &Published) -> Vec<AnomalyView> {
    let open = facts.anomalies.iter().filter(|anomaly| anomaly.finding.is_none());
    open.filter_map(|anomaly| {
        let event = facts.events.iter().find(|event| event.stamp == anomaly.act.stamp)?;
        Some(AnomalyView { line: line(facts, event, published), why: anomaly.why })
    })
    .collect()
}

/// Values written apart, each with who typed it, as far as the story tells.
pub(super) fn conflicts(facts: &Facts, published: &Published) -> Vec<ConflictView> {
    let view = |conflict: &Conflict| {
        let field: Field = conflict.path.parse().ok()?;
        let value = |(value, actor, at): &(String, [u8; 16], daiban_model::stamp::Wall)| {
            let typed = facts.events.iter().rev().find(|event| wrote(event, &conflict.path, value));
            let by = typed.map(|event| published.agent(&event.by)).unwrap_or_default();
            let shown = mask(field, value);
            let masked = if shown == *value { Masking::Whole } else { Masking::Masked };
            ConflictValue { mark: mark(actor), value: shown, masked, by, at: Some(typed.map_or(*at, |event| event.at)) }
        };
        Some(ConflictView { field, values: conflict.values.iter().map(value).collect() })
    };
    facts.conflicts.iter().filter_map(view).collect()
}

/// The mark of a value: who wrote it, as documents count. Nobody has two values in one conflict, and it says nothing of the
/// value.
fn mark(actor: &[u8; 16]) -> String {
    Uuid::from_bytes(*actor).simple().to_string()
}

/// The value with a mark, if it still stands.
pub(super) fn marked<'a>(facts: &'a Facts, field: Field, wanted: &str) -> Option<&'a str> {
    let conflict = facts.conflicts.iter().find(|conflict| conflict.path == field.path())?;
    let found = conflict.values.iter().find(|(_, actor, _)| mark(actor) == wanted);
    found.map(|(value, ..)| value.as_str())
}

fn wrote(event: &Event, path: &str, value: &str) -> bool {
    match &event.what {
        What::Typed { field, to, .. } => field == path && to == value,
        What::Settled { field, kept, .. } => field == path && kept == value,
        _ => false,
    }
}

fn line(facts: &Facts, event: &Event, published: &Published) -> StoryLine {
    let (kind, detail) = kind_and_detail(facts, event, published);
    StoryLine {
        stamp: event.stamp,
        at: event.at,
        quality: event.quality,
        by: published.agent(&event.by),
        unit: published.place(event.unit),
        kind: kind.to_owned(),
        detail,
    }
}

/// The kind, a key of the words, and what is special about this one.
fn kind_and_detail(facts: &Facts, event: &Event, published: &Published) -> (&'static str, String) {
    care::told(&event.what, published).unwrap_or_else(|| told(facts, event))
}

fn told(facts: &Facts, event: &Event) -> (&'static str, String) {
    match &event.what {
        What::Consulted { words, .. } => ("consulted", words.clone()),
        What::Noticed(notice) => {
            let papers: Vec<&str> = notice.lines.iter().map(|line| line.paper.as_str()).collect();
            ("noticed", papers.join("、"))
        }
        What::Mandated(mandate) => ("mandated", mandate.until.to_string()),
        What::MandateEnded { .. } => ("mandate_ended", String::new()),
        What::Received(receipt) => ("received", receipt.number.to_string()),
        What::Supplemented { papers, .. } => {
            let papers: Vec<&str> = papers.iter().map(|paper| paper.name.as_str()).collect();
            ("supplemented", papers.join("、"))
        }
        What::Told { version, .. } => ("told", version.to_string()),
        What::IdChecked => ("id_checked", String::new()),
        What::HandedOver { to } => ("handed_over", to.clone()),
        What::Accepted { on, .. } => ("accepted", on.to_string()),
        What::NotAccepted { right_office, reason, words } => match reason {
            NotAccepted::OtherOrgan => ("not_accepted_other_organ", right_office.clone()),
            NotAccepted::NoLicenceNeeded => ("not_accepted_no_licence_needed", words.clone()),
            NotAccepted::OutOfScope => ("not_accepted_out_of_scope", words.clone()),
            NotAccepted::FalsePapers => ("not_accepted_false_papers", words.clone()),
        },
        What::Started => ("started", String::new()),
        What::Suspended { notice_no, .. } => ("suspended", notice_no.clone()),
        What::Resumed { to } => ("resumed", to.to_string()),
        What::Extended { days, reason, .. } => ("extended", format!("{days} {reason}")),
        What::Decided(decision) => match decision.outcome {
            Outcome::Granted => ("granted", decision.number.clone()),
            Outcome::Denied => ("denied", decision.reasons.clone()),
            Outcome::Returned => ("returned", decision.reasons.clone()),
            Outcome::Withdrawn => ("withdrawn", decision.reasons.clone()),
        },
        What::Withdrawn { reason, .. } => ("withdrawn", reason.clone()),
        What::Delivered { signer, relation, .. } => ("delivered", format!("{signer} {relation}").trim().to_owned()),
        What::Rated { grade, .. } => ("rated", u8::from(*grade).to_string()),
        What::Archived => ("archived", String::new()),
        What::Typed { field, from, to } => ("typed", changed(field, from, to)),
        What::Noted { text } => ("noted", text.clone()),
        What::Corrected { field, value, reason } => ("corrected", format!("{}（{reason}）", masked(field, value))),
        What::Reviewed { finding, .. } => ("reviewed", finding.clone()),
        What::Settled { field, kept, .. } => ("settled", masked(field, kept)),
        What::Linked { reason, .. } => ("linked", reason.clone()),
        What::FileAdded(line) => ("file_added", named(&line.paper, &line.label)),
        What::FileSetAside { paper, reason, .. } => ("file_set_aside", named(paper, reason)),
        What::VisitBooked(booking) => ("visit_booked", named(&hour(booking.at), &booking.place)),
        What::VisitMoved { to, reason, .. } => ("visit_moved", named(&hour(*to), reason)),
        What::VisitRefused { reason, .. } => ("visit_refused", reason.clone()),
        What::VisitMade(visit) => ("visit_made", named(&hour(visit.arrived), &visit.place)),
        What::VisitGraded { grade, .. } => ("visit_graded", u8::from(*grade).to_string()),
        What::Interviewed(interview) => ("interviewed", named(&hour(interview.from), &interview.place)),
        What::InterviewAdded(addition) => ("interview_added", addition.text.clone()),
        What::Explained { text } => ("explained", text.clone()),
        What::GroundsTold { .. } => ("grounds_told", String::new()),
        What::Ordered(order) => ("ordered", joined(order.steps.iter().map(|step| step.name.as_str()))),
        What::StepOpened(opening) => ("step_opened", opening.to.clone()),
        What::StepAsked { step } => ("step_asked", step_name(facts, *step)),
        What::StepAnswered { step, outcome, result } => {
            let kind = if *outcome == Outcome::Granted { "step_done" } else { "step_refused" };
            (kind, named(&step_name(facts, *step), result))
        }
        What::StepDropped { step, reason } => ("step_dropped", named(&step_name(facts, *step), reason)),
        What::ResultsChosen { choice } => match choice {
            Choice::Together => ("results_together", String::new()),
            Choice::AsTheyCome => ("results_as_they_come", String::new()),
        },
        // Told beside the stages, or of a newer version.
        What::Charged(_)
        | What::Promised(_)
        | What::PromiseChecked(_)
        | What::PromiseBroken { .. }
        | What::OriginalsMoved(_)
        | What::MandatePaused { .. }
        | What::MandateResumed
        | What::LeftBefore { .. }
        | What::Came { .. }
        | What::CalledBack(_)
        | What::Reminded { .. }
        | What::Unknown { .. } => ("unknown", String::new()),
        What::Printed(line) => (if line.turn > 1 { "printed_again" } else { "printed" }, printed(line)),
        What::Beside(act) => beside::told(act),
    }
}

/// Which paper, its number, which print, and the beginning of its hash: enough to tell one file from another.
fn printed(line: &PrintLine) -> String {
    let paper = serde_json::to_value(line.paper).ok();
    let paper = paper.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    let hash: String = line.hash.to_string().chars().take(SHOWN_OF_HASH).collect();
    format!("{paper} {} {} {hash}", line.number, line.turn)
}

/// The kind of an act: a key of the words.
pub(super) fn kind(facts: &Facts, event: &Event, published: &Published) -> &'static str {
    kind_and_detail(facts, event, published).0
}

/// 2026-03-04 09:30
fn hour(at: jiff::civil::DateTime) -> String {
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join("、")
}

fn step_name(facts: &Facts, no: StepNo) -> String {
    let step = facts.case.whole.as_ref().and_then(|whole| whole.order.step(no));
    step.map(|step| step.name.clone()).unwrap_or_default()
}

fn named(paper: &str, rest: &str) -> String {
    [paper, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("，")
}

fn changed(field: &str, from: &str, to: &str) -> String {
    match from.is_empty() {
        true => masked(field, to),
        false => format!("{} → {}", masked(field, from), masked(field, to)),
    }
}

fn masked(path: &str, value: &str) -> String {
    path.parse().map_or_else(|_| value.to_owned(), |field| mask(field, value))
}

/// A value as lists and pages show it: numbers of people masked (rules §7).
pub(super) fn mask(field: Field, value: &str) -> String {
    match field {
        Field::CitizenId => match CitizenId::parse(value, jiff::civil::Date::MAX) {
            Ok(id) => id.to_string(),
            Err(_) if value.is_empty() => String::new(),
            Err(_) => "****".to_owned(),
        },
        Field::Phone | Field::ContactPhone => match Phone::parse(value) {
            Ok(phone) => phone.to_string(),
            Err(_) if value.is_empty() => String::new(),
            Err(_) => "****".to_owned(),
        },
        _ => value.to_owned(),
    }
}
