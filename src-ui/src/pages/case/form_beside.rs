//! What is asked for what is written beside the moves of a case, and the command that comes of it.

use daiban_model::api::{CasePage, Offer};
use daiban_model::case::Command;
use daiban_model::case::beside::{
    Adult, AppliedFor, Beside, CertificateShown, FoundAt, HelpAsked, HelpedFirst, Late, LateReason, Posted, SiteCheck,
};
use daiban_model::case::event::{PaperState, Signature};
use jiff::civil::{DateTime, Time};

use super::form::{Answers, Ask, Need, choice, parsed, said, text};
use crate::words::one_of;

const WAYS: [&str; 5] = ["phone", "window", "beside", "home", "online"];

/// The questions of an act.
pub(super) fn asks(offer: Offer, page: &CasePage) -> Vec<Ask> {
    use Need::{May, Must};
    let long = |id: &'static str, label: &'static str, need: Need| Ask::Long { id, label, need };
    match offer {
        Offer::ExplainLate => {
            let option = |reason: LateReason| {
                let code = crate::say::code(&reason);
                let word = one_of("late_reason", &code).unwrap_or_default().to_owned();
                (code, word)
            };
            let options = LateReason::ALL.map(option).to_vec();
            vec![
                Ask::Choice { id: "reason", label: t!("act.late_reason"), options },
                long("reasons", t!("act.late_words"), May),
                choice("told", t!("act.told_way"), |code| one_of("way", code), &WAYS),
                text("told_at", t!("act.told_at"), Must),
            ]
        }
        Offer::AskHelp => vec![
            text("to", t!("act.help_to"), Must),
            long("question", t!("act.help_question"), Must),
            text("offices", t!("act.help_offices"), Must),
            text("wish", t!("act.help_wish"), May),
        ],
        Offer::AnswerHelp => {
            let open = page.beside.help.iter().find(|help| help.answer.is_none());
            let tick =
                open.map(|help| Ask::Tick { id: format!("help-{}", help.act), name: help.asked.question.clone() });
            tick.into_iter().chain([long("words", t!("act.help_answer"), Must)]).collect()
        }
        Offer::Explain => {
            let told = page.item.as_ref().and_then(|item| crate::parts::spoken(item.as_str())).unwrap_or_default();
            vec![Ask::Text { id: "told", label: t!("act.explained"), need: Must, say: told.to_owned() }]
        }
        Offer::TellConcern | Offer::ReviewVisit => {
            let tick = page.home.visits.last().map(|made| Ask::Tick {
                id: format!("visit-{}", made.act),
                name: crate::dates::full(made.visit.arrived.date()),
            });
            let label = if offer == Offer::TellConcern { t!("act.concern") } else { t!("act.review_words") };
            tick.into_iter().chain([long("words", label, Must)]).collect()
        }
        Offer::FindAt => vec![
            text("place", t!("act.found_place"), Must),
            text("since", t!("act.found_since"), Must),
            choice("reach", t!("act.found_reach"), |code| one_of("reach", code), &["here", "away"]),
        ],
        Offer::TellDeath => {
            vec![text("who", t!("act.died_who"), Must), text("since", t!("act.died_on"), Must)]
        }
        Offer::Post => vec![
            text("mail_number", t!("act.mail_number"), Must),
            Ask::Text { id: "place", label: t!("act.mail_to"), need: Must, say: found(page) },
            Ask::Text { id: "since", label: t!("act.mailed_on"), need: Must, say: crate::desk::today().to_string() },
        ],
        Offer::AgreeElectronic => vec![text("place", t!("act.electronic_to"), Must)],
        Offer::CheckSite => vec![
            text("when", t!("act.site_when"), Must),
            text("place", t!("act.site_place"), Must),
            text("staff", t!("act.site_staff"), Must),
            text("told_on", t!("act.site_told_on"), Must),
            long("findings", t!("act.site_findings"), Must),
        ],
        Offer::ApplyFor => vec![
            text("committee", t!("act.committee"), Must),
            text("helper", t!("act.helper"), Must),
            long("reasons", t!("act.applied_why"), Must),
            long("adults", t!("act.adults"), Must),
        ],
        Offer::HelpFirst => vec![
            text("when", t!("act.helped_when"), Must),
            long("given", t!("act.helped_with"), Must),
            text("papers_by", t!("act.papers_by"), Must),
        ],
        Offer::ShowCertificate => {
            let paper = unproven(page).map(|name| Ask::Tick { id: format!("certificate-{name}"), name });
            paper.into_iter().chain([text("issuer", t!("act.issuer"), Must)]).collect()
        }
        _ => Vec::new(),
    }
}

/// R111: where the person can be found, and how a result would reach them there.
pub(super) fn where_to(page: &CasePage) -> String {
    let Some(found) = &page.beside.found else { return String::new() };
    let way = page.beside.delivery.map(|way| crate::say::code(&way));
    let way = way.and_then(|code| one_of("delivery", &code)).unwrap_or_default();
    match &page.beside.posted {
        Some(posted) => t!("act.where_posted", place = found.place, number = posted.number),
        None => t!("act.where_to", place = found.place, since = crate::dates::full(found.since), way = way),
    }
}

/// Where the person can be found, as far as the case knows.
fn found(page: &CasePage) -> String {
    page.beside.found.as_ref().map(|found| found.place.clone()).unwrap_or_default()
}

/// The first paper that was taken as an electronic one and whose issuer nobody has named.
fn unproven(page: &CasePage) -> Option<String> {
    let shown = |name: &str| page.beside.certificates.iter().any(|shown| shown.paper == name);
    let paper = page.papers.iter().find(|paper| paper.state == PaperState::Electronic && !shown(&paper.name))?;
    Some(paper.name.clone())
}

/// The command that comes of the answers; `None` when one of them cannot be read.
pub(super) fn command(offer: Offer, answers: &Answers) -> Option<Command> {
    let said = |id: &str| said(answers, id);
    if offer == Offer::Explain {
        return Some(Command::Explain { text: said("told") });
    }
    let act = match offer {
        Offer::ExplainLate => Beside::Late(Late {
            reason: parsed(&said("reason"))?,
            words: said("reasons"),
            told: parsed(&said("told"))?,
            told_at: hour(&said("told_at"))?,
        }),
        Offer::AskHelp => Beside::HelpAsked(HelpAsked {
            to: said("to"),
            question: said("question"),
            offices: listed(&said("offices")),
            wish: said("wish"),
        }),
        Offer::AnswerHelp => {
            let of = answers.keys().find_map(|id| id.strip_prefix("help-")?.parse().ok())?;
            Beside::HelpAnswered { of, words: said("words") }
        }
        Offer::TellConcern | Offer::ReviewVisit => {
            let of = answers.keys().find_map(|id| id.strip_prefix("visit-")?.parse().ok())?;
            let words = said("words");
            if offer == Offer::TellConcern {
                Beside::Concern { of, words }
            } else {
                Beside::VisitReviewed { of, words }
            }
        }
        Offer::FindAt => {
            let (place, since, reach) = (said("place"), said("since").parse().ok()?, parsed(&said("reach"))?);
            Beside::FoundAt(FoundAt { place, since, reach })
        }
        Offer::TellDeath => Beside::Died { who: said("who"), on: said("since").parse().ok()? },
        Offer::Post => {
            let (number, to, on) = (said("mail_number"), said("place"), said("since").parse().ok()?);
            Beside::Posted(Posted { number, to, on })
        }
        Offer::AgreeElectronic => Beside::ElectronicAgreed { to: said("place") },
        Offer::CheckSite => Beside::SiteChecked(SiteCheck {
            when: moment(&said("when"))?,
            place: said("place"),
            staff: listed(&said("staff")),
            told_on: said("told_on").parse().ok()?,
            findings: said("findings"),
            signature: Signature::Hand,
        }),
        Offer::ApplyFor => Beside::AppliedFor(AppliedFor {
            committee: said("committee"),
            helper: said("helper"),
            reason: said("reasons"),
            adults: said("adults").lines().filter_map(adult).collect(),
        }),
        Offer::HelpFirst => Beside::HelpedFirst(HelpedFirst {
            when: moment(&said("when"))?,
            given: said("given"),
            papers_by: said("papers_by").parse().ok()?,
        }),
        Offer::ShowCertificate => {
            let paper = answers.keys().find_map(|id| id.strip_prefix("certificate-"))?.to_owned();
            Beside::CertificateShown(CertificateShown { paper, issuer: said("issuer"), checked: crate::desk::now() })
        }
        _ => return None,
    };
    Some(Command::Beside(Box::new(act)))
}

/// `甲、乙` or `甲，乙`.
fn listed(text: &str) -> Vec<String> {
    let parts = text.split(['\u{3001}', '\u{ff0c}', ',', ' ']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `2026-03-25 10:00`
fn moment(text: &str) -> Option<DateTime> {
    text.trim().replacen(' ', "T", 1).parse().ok()
}

/// `10:20` of today, or a whole moment.
fn hour(text: &str) -> Option<DateTime> {
    let today = |time: Time| crate::desk::today().to_datetime(time);
    text.trim().parse::<Time>().ok().map(today).or_else(|| moment(text))
}

/// A name, signed by hand; with a second name, by thumb before that witness.
fn adult(line: &str) -> Option<Adult> {
    let mut names = listed(line).into_iter();
    let name = names.next()?;
    let signature = names.next().map_or(Signature::Hand, |witness| Signature::Thumb { witness });
    Some(Adult { name, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(said: &[(&str, &str)]) -> Answers {
        said.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn adults_sign_by_hand_or_by_thumb_before_a_witness() {
        let said =
            [("committee", "某村"), ("helper", "甲"), ("reasons", "行动不便"), ("adults", "赵云凤，钱秀英\n\n孙丽娜")];
        let Some(Command::Beside(act)) = command(Offer::ApplyFor, &answers(&said)) else { panic!("a command") };
        let Beside::AppliedFor(applied) = *act else { panic!("an application") };
        let thumb = Signature::Thumb { witness: "钱秀英".into() };
        let signed: Vec<_> = applied.adults.iter().map(|adult| adult.signature.clone()).collect();
        assert_eq!(signed, [thumb, Signature::Hand]);
    }

    #[test]
    fn an_hour_is_today_and_what_is_no_time_makes_no_command() {
        assert_eq!(moment("2026-03-25 10:00"), "2026-03-25T10:00:00".parse().ok());
        let said = [("when", "昨天"), ("given", "米面"), ("papers_by", "2026-03-13")];
        assert_eq!(command(Offer::HelpFirst, &answers(&said)), None);
    }
}
