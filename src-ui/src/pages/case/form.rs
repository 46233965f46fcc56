//! What each act asks for, and the command that comes of the answers. The engine decides; this only gathers.

use std::collections::BTreeMap;

use daiban_model::api::{CasePage, DeliverResults, HandedOut, Offer};
use daiban_model::bundle::StepNo;
use daiban_model::case::Command;
use daiban_model::case::event::{
    AcceptanceBasis, Decision, Fen, Grade, NoticeLine, Outcome, PaperLine, PaperState, PromiseKind,
};
use daiban_model::case::field::Field;
use daiban_model::deadline::StopKind;
use daiban_model::ids::CaseId;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::beside;
use super::form_beside;
use super::home_form;
use crate::words::one_of;

/// What was typed, by question.
pub(super) type Answers = BTreeMap<String, String>;

/// One question of a form.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// A line; `need` says whether it must be there, `say` what stands there to begin with.
    Text { id: &'static str, label: &'static str, need: Need, say: String },
    /// A number; it must be there.
    Number { id: &'static str, label: &'static str },
    /// Some lines.
    Long { id: &'static str, label: &'static str, need: Need },
    /// One of several, each with its code and word.
    Choice { id: &'static str, label: &'static str, options: Vec<(String, String)> },
    /// An amount in yuan.
    Money { id: &'static str, label: &'static str, need: Need },
    /// What is known and told before anything is asked; nothing where it is empty.
    Told { say: String },
    /// What is known and not asked.
    Given { id: &'static str, say: String },
    /// One of several that may be ticked.
    Among { id: String, name: String, ticked: bool },
    /// A paper that may be brought now.
    Paper { id: String, name: String },
    /// A result that is handed over now; ticked to begin with.
    Tick { id: String, name: String },
    /// An hour of a day; it must be there.
    Hour { id: &'static str, label: &'static str, say: String },
    /// Some lines, of which some stand there to begin with.
    Lines { id: &'static str, label: &'static str, say: String },
    /// One of several that the case knows, each with its key and words; the first one that must be chosen is proposed.
    Pick { id: &'static str, label: &'static str, need: Need, options: Vec<(String, String)> },
    /// Something that holds or does not; not ticked beforehand.
    Mark { id: String, label: &'static str },
    /// What to tell about a missing paper.
    Hint { id: String, paper: String, say: String },
}

/// Whether an answer must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Must,
    /// It may be left out.
    May,
}

impl Ask {
    /// What stands in the field to begin with.
    pub(super) fn proposal(&self) -> Option<(&str, String)> {
        match self {
            Self::Text { id, say, .. } if !say.is_empty() => Some((id, say.clone())),
            Self::Hint { id, say, .. } => Some((id, say.clone())),
            Self::Tick { id, .. } | Self::Among { id, ticked: true, .. } => Some((id, String::new())),
            Self::Given { id, say } => Some((id, say.clone())),
            Self::Lines { id, say, .. } | Self::Hour { id, say, .. } => Some((id, say.clone())),
            Self::Pick { id, need: Need::Must, options, .. } => Some((id, options.first()?.0.clone())),
            _ => None,
        }
    }

    fn lacks(&self, answers: &Answers) -> Option<(&'static str, String)> {
        let (id, label) = match self {
            Self::Text { id, label, need: Need::Must, .. }
            | Self::Number { id, label }
            | Self::Money { id, label, .. }
            | Self::Long { id, label, need: Need::Must }
            | Self::Lines { id, label, .. }
            | Self::Hour { id, label, .. }
            | Self::Pick { id, label, need: Need::Must, .. }
            | Self::Choice { id, label, .. } => (*id, *label),
            _ => return None,
        };
        let empty = answers.get(id).is_none_or(|answer| answer.trim().is_empty());
        if empty && matches!(self, Self::Money { need: Need::May, .. }) {
            return None;
        }
        if empty {
            return Some((id, t!("act.lacking", what = label)));
        }
        let hour = matches!(self, Self::Hour { .. });
        if hour && answers.get(id).is_none_or(|answer| home_form::hour(answer).is_none()) {
            return Some((id, t!("act.no_hour", what = label)));
        }
        let number = matches!(self, Self::Number { .. });
        let readable = answers.get(id).is_some_and(|answer| answer.trim().parse::<u16>().is_ok());
        if matches!(self, Self::Money { .. }) {
            let read = answers.get(id).is_some_and(|answer| answer.parse::<Fen>().is_ok());
            return (!read).then(|| (id, t!("act.not_money", what = label)));
        }
        (number && !readable).then(|| (id, t!("act.not_a_number", what = label)))
    }
}

/// What must be answered and is not.
pub(super) fn lacking(asks: &[Ask], answers: &Answers) -> Vec<(&'static str, String)> {
    let mut lacking: Vec<_> = asks.iter().filter_map(|ask| ask.lacks(answers)).collect();
    let papers: Vec<&String> =
        asks.iter().filter_map(|ask| if let Ask::Paper { id, .. } = ask { Some(id) } else { None }).collect();
    if !papers.is_empty() && papers.iter().all(|id| !answers.contains_key(*id)) {
        lacking.push(("papers", t!("act.no_paper").to_owned()));
    }
    let ticks: Vec<&String> =
        asks.iter().filter_map(|ask| if let Ask::Tick { id, .. } = ask { Some(id) } else { None }).collect();
    if !ticks.is_empty() && ticks.iter().all(|id| !answers.contains_key(*id)) {
        lacking.push(("results", t!("act.no_result").to_owned()));
    }
    lacking
}

pub(super) fn text(id: &'static str, label: &'static str, need: Need) -> Ask {
    Ask::Text { id, label, need, say: String::new() }
}

fn number(id: &'static str, label: &'static str) -> Ask {
    Ask::Number { id, label }
}

pub(super) fn reasons(need: Need) -> Ask {
    Ask::Long { id: "reasons", label: t!("act.reasons"), need }
}

pub(super) fn choice(
    id: &'static str,
    label: &'static str,
    word: fn(&str) -> Option<&'static str>,
    codes: &[&str],
) -> Ask {
    let option = |code: &&str| ((*code).to_owned(), word(code).unwrap_or_default().to_owned());
    Ask::Choice { id, label, options: codes.iter().map(option).collect() }
}

const DELIVERIES: [&str; 7] = ["direct", "to_agent", "for_other", "post", "electronic", "entrusted", "left"];
const NOT_ACCEPTED: [&str; 4] = ["no_licence_needed", "other_organ", "out_of_scope", "false_papers"];

/// The questions of an act.
pub(super) fn asks(offer: Offer, page: &CasePage) -> Vec<Ask> {
    use Need::{May, Must};
    if let Some(asks) = beside::asks(offer, page) {
        return asks;
    }
    match offer {
        Offer::GiveNotice => notice_asks(page),
        Offer::CheckId => vec![text("id_number", t!("person.id"), Must)],
        Offer::Supplement => paper_asks(page),
        Offer::HandOver => vec![Ask::Text { id: "to", label: t!("act.to"), need: Must, say: page.department.clone() }],
        Offer::FinishAtOnce => vec![text("number", t!("act.result_number"), Must)],
        Offer::Withdraw => vec![reasons(May), number("returned", t!("act.papers_returned"))],
        Offer::DeliverResults => result_asks(page).into_iter().chain(asks(Offer::Deliver, page)).collect(),
        Offer::ChooseResults => {
            let codes = ["together", "as_they_come"];
            vec![choice("choice", t!("act.results_choice"), |code| one_of("results", code), &codes)]
        }
        Offer::Deliver => vec![
            Ask::Told { say: form_beside::where_to(page) },
            choice("way", t!("act.delivery_way"), |code| one_of("delivery", code), &DELIVERIES),
            Ask::Text { id: "signer", label: t!("act.signer"), need: Must, say: page.row.name.clone() },
            text("signer_relation", t!("act.signer_relation"), May),
            Ask::Long { id: "left_before", label: t!("act.left_before"), need: May },
            text("left_reason", t!("act.left_reason"), May),
        ],
        Offer::EnterRating => vec![
            choice("grade", t!("act.grade"), |code| one_of("grade", code), &["5", "4", "3", "2", "1"]),
            text("channel", t!("act.channel"), Must),
        ],
        Offer::Note => vec![Ask::Long { id: "text", label: t!("act.text"), need: Must }],
        Offer::Correct => {
            let options =
                Field::ALL.map(|field| (field.path().replace('.', "_"), crate::say::field(field).to_owned())).to_vec();
            let which = Ask::Choice { id: "field", label: t!("act.which_field"), options };
            vec![which, text("value", t!("act.right_value"), Must), reasons(Must)]
        }
        home if home_form::HOME.contains(&home) => home_form::asks(home, page),
        organ => organ_asks(organ, page),
    }
}

/// The questions of what is done for the organ in charge.
fn organ_asks(offer: Offer, page: &CasePage) -> Vec<Ask> {
    use Need::{May, Must};
    let notice_no = || text("notice_no", t!("act.notice_no"), Must);
    match offer {
        Offer::Accept => {
            let owed = page.care.promises.iter().any(|it| it.found.is_none() && it.kind != PromiseKind::Instead);
            vec![Ask::Given { id: "basis", say: if owed { "conditional" } else { "complete" }.to_owned() }]
        }
        Offer::RefuseAcceptance => vec![
            choice("reason", t!("act.why_not"), |code| one_of("not_accepted", code), &NOT_ACCEPTED),
            text("right_office", t!("act.right_office"), May),
            Ask::Long { id: "found", label: t!("act.found_facts"), need: May },
        ],
        Offer::Suspend => vec![
            Ask::Choice { id: "kind", label: t!("act.stop_kind"), options: page.stops.iter().map(stop).collect() },
            number("days", t!("act.expected_days")),
            notice_no(),
        ],
        Offer::Extend => vec![
            number("days", t!("act.further_days")),
            text("approver", t!("act.approver"), Must),
            reasons(Must),
            notice_no(),
        ],
        Offer::Decide => vec![
            choice("outcome", t!("act.outcome"), |code| one_of("outcome", code), &["granted", "denied"]),
            text("number", t!("act.result_number"), Must),
            reasons(May),
            text("valid_until", t!("act.valid_until"), May),
        ],
        Offer::Return => vec![reasons(May)],
        beside => form_beside::asks(beside, page),
    }
}

fn stop(kind: &StopKind) -> (String, String) {
    let code = crate::say::code(kind);
    let word = one_of("stop", &code).unwrap_or_default();
    (code, word.to_owned())
}

fn notice_asks(page: &CasePage) -> Vec<Ask> {
    let missing = page.papers.iter().filter(|paper| paper.state == PaperState::Missing);
    let told = page.notices.last().map(|notice| notice.lines.as_slice()).unwrap_or_default();
    let hint = |paper: &PaperLine| {
        let say = told.iter().find(|line| line.paper == paper.name).map(|line| line.hint.clone()).unwrap_or_default();
        Ask::Hint { id: format!("hint-{}", paper.name), paper: paper.name.clone(), say }
    };
    let mut asks: Vec<Ask> = missing.map(hint).collect();
    asks.push(Ask::Long { id: "others", label: t!("act.other_papers"), need: Need::May });
    if !page.notices.is_empty() {
        asks.push(text("raised_by", t!("act.raised_by"), Need::May));
        asks.push(text("trigger", t!("act.trigger"), Need::May));
    }
    asks
}

fn paper_asks(page: &CasePage) -> Vec<Ask> {
    let missing =
        page.papers.iter().filter(|paper| paper.state == PaperState::Missing).map(|paper| paper.name.as_str());
    let told = page.notices.iter().flat_map(|notice| &notice.lines).map(|line| line.paper.as_str());
    let mut names: Vec<&str> = Vec::new();
    for name in missing.chain(told) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Ask::Paper { id: format!("paper-{name}"), name: name.to_owned() }).collect()
}

/// The results that wait, each with a tick.
fn result_asks(page: &CasePage) -> Vec<Ask> {
    let steps = page.bundle.iter().flat_map(|bundle| &bundle.steps);
    let waiting = steps.filter(|step| step.handed_out == HandedOut::Waits);
    waiting.map(|step| Ask::Tick { id: format!("result-{}", step.no.0), name: step.name.clone() }).collect()
}

/// What a filled form asks of the engine.
pub(super) enum Wanted {
    /// An act on this case.
    Act(Command),
    /// See to what two desks finished apart.
    Advance,
    /// Hand results over.
    Deliver(DeliverResults),
}

/// What comes of the answers; `None` when one of them cannot be read.
pub(super) fn wanted(id: CaseId, offer: Offer, answers: &Answers) -> Option<Wanted> {
    match offer {
        Offer::Advance => Some(Wanted::Advance),
        Offer::DeliverResults => {
            let no = |id: &String| id.strip_prefix("result-")?.parse().ok().map(StepNo);
            let steps = answers.keys().filter_map(no).collect();
            let (way, signer, relation) =
                (parsed(&said(answers, "way"))?, said(answers, "signer"), said(answers, "signer_relation"));
            Some(Wanted::Deliver(DeliverResults { id, steps, way, signer, relation }))
        }
        other => command(other, answers).map(Wanted::Act),
    }
}

/// The value of a code in the model's own spelling.
pub(super) fn parsed<T: DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(Value::String(code.to_owned())).ok()
}

pub(super) fn said(answers: &Answers, id: &str) -> String {
    answers.get(id).map(|answer| answer.trim().to_owned()).unwrap_or_default()
}

/// The command that comes of the answers; `None` when one of them cannot be read.
fn command(offer: Offer, answers: &Answers) -> Option<Command> {
    let said = |id: &str| said(answers, id);
    if let Some(command) = beside::command(offer, answers) {
        return Some(command);
    }
    Some(match offer {
        Offer::GiveNotice => {
            Command::GiveNotice { lines: notice_lines(answers), raised_by: said("raised_by"), trigger: said("trigger") }
        }
        // What the register reads now the engine knows.
        Offer::CheckId => Command::CheckId { from: String::new(), number: said("id_number") },
        Offer::Supplement => Command::Supplement { papers: brought(answers) },
        Offer::HandOver => Command::HandOver { to: said("to") },
        Offer::FinishAtOnce => Command::FinishAtOnce { number: said("number") },
        Offer::Withdraw => {
            Command::Withdraw { reason: said("reasons"), papers_returned: said("returned").parse().ok()? }
        }
        Offer::Deliver if said("way") == "left" => {
            let told = said("left_before");
            let witnesses = told.lines().map(str::trim).filter(|line| !line.is_empty());
            let witnesses = witnesses.map(str::to_owned).collect();
            Command::LeaveDocument { witnesses, reason: said("left_reason") }
        }
        Offer::Deliver => {
            Command::Deliver { way: parsed(&said("way"))?, signer: said("signer"), relation: said("signer_relation") }
        }
        Offer::EnterRating => {
            let grade = said("grade").parse::<u8>().ok().and_then(|grade| Grade::try_from(grade).ok())?;
            Command::EnterRating { grade, channel: said("channel") }
        }
        Offer::ChooseResults => Command::ChooseResults { choice: parsed(&said("choice"))? },
        Offer::Archive => Command::Archive,
        Offer::Note => Command::Note { text: said("text") },
        Offer::Correct => {
            let field = Field::ALL.into_iter().find(|field| field.path().replace('.', "_") == said("field"))?;
            Command::Correct { field, value: said("value"), reason: said("reasons") }
        }
        home if home_form::HOME.contains(&home) => return home_form::command(home, answers),
        organ => return organ_command(organ, answers),
    })
}

/// What is done for the organ in charge.
fn organ_command(offer: Offer, answers: &Answers) -> Option<Command> {
    let said = |id: &str| said(answers, id);
    let days = || said("days").parse::<u16>().ok();
    let notice_no = said("notice_no");
    Some(match offer {
        Offer::Accept => Command::Accept { basis: parsed(&said("basis"))? },
        Offer::AcceptDeemed => Command::Accept { basis: AcceptanceBasis::Deemed },
        Offer::RefuseAcceptance => Command::RefuseAcceptance {
            reason: parsed(&said("reason"))?,
            right_office: said("right_office"),
            words: said("found"),
        },
        Offer::Start => Command::Start,
        Offer::Suspend => Command::Suspend { kind: parsed(&said("kind"))?, expected_days: days()?, notice_no },
        Offer::Resume => Command::Resume,
        Offer::Extend => {
            Command::Extend { days: days()?, approver: said("approver"), reason: said("reasons"), notice_no }
        }
        Offer::Decide => Command::Decide(decision(parsed(&said("outcome"))?, answers)),
        Offer::Return => Command::Decide(decision(Outcome::Returned, answers)),
        beside => return form_beside::command(beside, answers),
    })
}

/// A decision of today; the day is the station's, which the page does not know better than the engine.
fn decision(outcome: Outcome, answers: &Answers) -> Decision {
    let said = |id: &str| said(answers, id);
    Decision {
        outcome,
        on: crate::desk::today(),
        number: said("number"),
        reasons: said("reasons"),
        valid_until: said("valid_until").parse().ok(),
    }
}

fn notice_lines(answers: &Answers) -> Vec<NoticeLine> {
    let told = answers.iter().filter_map(|(id, hint)| {
        let paper = id.strip_prefix("hint-")?.to_owned();
        Some(NoticeLine { paper, hint: hint.trim().to_owned() })
    });
    let others = answers.get("others").map(String::as_str).unwrap_or_default();
    let others = others.lines().map(str::trim).filter(|line| !line.is_empty());
    told.chain(others.map(|paper| NoticeLine { paper: paper.to_owned(), hint: String::new() })).collect()
}

fn brought(answers: &Answers) -> Vec<PaperLine> {
    let line = |(id, state): (&String, &String)| {
        Some(PaperLine { name: id.strip_prefix("paper-")?.to_owned(), state: parsed(state)?, count: 1 })
    };
    answers.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(said: &[(&str, &str)]) -> Answers {
        said.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn a_supplement_names_only_the_papers_that_were_brought() {
        let command = command(Offer::Supplement, &answers(&[("paper-费用清单", "original"), ("note", "x")]));
        let papers = vec![PaperLine { name: "费用清单".to_owned(), state: PaperState::Original, count: 1 }];
        assert_eq!(command, Some(Command::Supplement { papers }));
    }

    #[test]
    fn a_notice_tells_everything_missing_and_what_was_added_line_by_line() {
        let lines = notice_lines(&answers(&[("hint-照片", "半年内"), ("others", "户口簿\n\n 诊断书 ")]));
        let names: Vec<&str> = lines.iter().map(|line| line.paper.as_str()).collect();
        assert_eq!(names, ["照片", "户口簿", "诊断书"]);
    }

    #[test]
    fn a_question_that_must_be_answered_is_named_when_it_is_not() {
        let asks = [text("to", "交给哪里", Need::Must), text("number", "号", Need::May)];
        let lacking: Vec<_> = lacking(&asks, &answers(&[("to", " ")])).into_iter().map(|(id, _)| id).collect();
        assert_eq!(lacking, ["to"], "a blank is no answer, and what may be left out is not asked again");
    }

    #[test]
    fn a_number_that_is_none_is_said() {
        let lacking: Vec<_> = lacking(&[number("days", "几天")], &answers(&[("days", "三天")]));
        assert_eq!(lacking.len(), 1, "words are no number");
    }

    #[test]
    fn a_grade_outside_the_five_makes_no_command() {
        assert_eq!(command(Offer::EnterRating, &answers(&[("grade", "6"), ("channel", "纸")])), None);
    }
}
