//! What is written beside the moves of a case, as somebody in a played district would.

use daiban_model::api::{CasePage, Offer};
use daiban_model::case::Command;
use daiban_model::case::beside::{
    Adult, AppliedFor, Beside, CertificateShown, FoundAt, HelpAsked, HelpedFirst, Late, LateReason, Posted, Reach,
    SiteCheck,
};
use daiban_model::case::event::{PaperState, Signature, Way};
use jiff::civil::DateTime;

/// The command of an offer; for anything else, and where nothing is there to speak of, a note.
pub(super) fn command(offer: Offer, page: &CasePage, text: String, now: DateTime) -> Command {
    let act = match offer {
        Offer::Explain => return Command::Explain { text },
        Offer::ExplainLate => {
            Some(Beside::Late(Late { reason: LateReason::Other, words: text.clone(), told: Way::Phone, told_at: now }))
        }
        Offer::AskHelp => {
            let (to, question, offices) = ("上级".to_owned(), text.clone(), vec!["甲".to_owned(), "乙".to_owned()]);
            Some(Beside::HelpAsked(HelpAsked { to, question, offices, wish: String::new() }))
        }
        Offer::AnswerHelp => page
            .beside
            .help
            .iter()
            .find(|help| help.answer.is_none())
            .map(|help| Beside::HelpAnswered { of: help.act, words: text.clone() }),
        Offer::FindAt => Some(Beside::FoundAt(FoundAt { place: text.clone(), since: now.date(), reach: Reach::Away })),
        Offer::TellDeath => Some(Beside::Died { who: text.clone(), on: now.date() }),
        Offer::Post => {
            Some(Beside::Posted(Posted { number: "1234567890123".into(), to: text.clone(), on: now.date() }))
        }
        Offer::AgreeElectronic => Some(Beside::ElectronicAgreed { to: text.clone() }),
        Offer::CheckSite => Some(Beside::SiteChecked(SiteCheck {
            when: now,
            place: text.clone(),
            staff: vec!["甲".into(), "乙".into()],
            told_on: now.date(),
            findings: text.clone(),
            signature: Signature::Hand,
        })),
        Offer::ApplyFor => Some(Beside::AppliedFor(AppliedFor {
            committee: "村委会".into(),
            helper: "丙".into(),
            reason: text.clone(),
            adults: vec![Adult { name: "丁".into(), signature: Signature::Hand }],
        })),
        Offer::HelpFirst => {
            Some(Beside::HelpedFirst(HelpedFirst { when: now, given: text.clone(), papers_by: now.date() }))
        }
        Offer::ShowCertificate => {
            let paper = page.papers.iter().find(|paper| paper.state == PaperState::Electronic);
            let shown = |name: &String| CertificateShown { paper: name.clone(), issuer: text.clone(), checked: now };
            paper.map(|paper| Beside::CertificateShown(shown(&paper.name)))
        }
        Offer::TellConcern => page.home.visits.last().map(|made| Beside::Concern { of: made.act, words: text.clone() }),
        Offer::ReviewVisit => {
            page.home.visits.last().map(|made| Beside::VisitReviewed { of: made.act, words: text.clone() })
        }
        _ => None,
    };
    act.map_or(Command::Note { text }, |act| Command::Beside(Box::new(act)))
}
