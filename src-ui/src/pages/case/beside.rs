//! What is asked for, and what comes of it, where an act stands beside the stages: charges, promises, originals, the mandate, trips,
//! calls.

use daiban_model::api::{CasePage, Offer, SessionState};
use daiban_model::case::Command;
use daiban_model::case::event::{
    Callback, Charge, Finding, Grade, Keeper, Mandate, OriginalsMoved, Power, PromiseCheck, PromiseKind, Signature,
    TripCause,
};
use daiban_model::ids::AgentId;
use leptos::prelude::WithUntracked;

use super::form::{Answers, Ask, Need, choice, parsed, reasons, said, text};
use crate::desk::{desk, today};
use crate::say;
use crate::words::one_of;

const POWERS: [Power; 7] =
    [Power::Ask, Power::FillForms, Power::Submit, Power::Supplement, Power::Follow, Power::Collect, Power::PayFees];

/// The questions of such an act; `None` where it is another one.
pub(super) fn asks(offer: Offer, page: &CasePage) -> Option<Vec<Ask>> {
    use Need::{May, Must};
    Some(match offer {
        Offer::PayCharge => vec![
            Ask::Money { id: "amount", label: t!("act.amount"), need: Must },
            Ask::Text { id: "payee", label: t!("act.payee"), need: Must, say: page.department.clone() },
            text("receipt_no", t!("act.receipt_no"), Must),
        ],
        Offer::PromiseLater => {
            let mut asks = vec![text("term", t!("act.promise_term"), May)];
            asks.extend(signature_asks());
            asks
        }
        Offer::PromiseInstead => {
            let tick = |name: &String| Ask::Tick { id: format!("promise-{name}"), name: name.clone() };
            page.care.promisable.iter().map(tick).chain(signature_asks()).collect()
        }
        Offer::CheckPromise => vec![
            Ask::Given { id: "of", say: open_promise(page, |kind| kind == PromiseKind::Instead) },
            choice("finding", t!("act.finding"), |code| one_of("finding", code), &["true", "false"]),
            Ask::Long { id: "measure", label: t!("act.measure"), need: May },
        ],
        Offer::BreakPromise => {
            vec![Ask::Given { id: "of", say: open_promise(page, |kind| kind != PromiseKind::Instead) }]
        }
        Offer::MoveOriginals => {
            let out = page.care.originals.iter().filter(|original| original.keeper.is_out());
            let tick = |paper: &String| Ask::Tick { id: format!("original-{paper}"), name: paper.clone() };
            let ticks = out.map(|original| tick(&original.paper));
            let keepers = ["person", "agent", "office", "file"];
            ticks
                .chain([
                    choice("with", t!("act.original_with"), |code| one_of("keeper", code), &keepers),
                    text("who", t!("act.original_who"), May),
                    text("place", t!("act.original_place"), May),
                ])
                .collect()
        }
        Offer::PauseMandate => vec![reasons(Must)],
        Offer::EndMandate => {
            let codes = ["withdrawn", "agent_left", "death"];
            vec![choice("why", t!("act.mandate_end"), |code| one_of("mandate_end", code), &codes)]
        }
        Offer::Entrust => entrust_asks(page),
        Offer::Come if page.care.max_trips.is_some_and(|most| page.care.trips.len() >= usize::from(most)) => {
            let codes = TripCause::ALL.map(|cause| say::code(&cause));
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            vec![choice("cause", t!("act.trip_cause"), |code| one_of("trip_cause", code), &codes)]
        }
        Offer::CallBack => vec![
            Ask::Text { id: "spoke_with", label: t!("act.spoke_with"), need: Must, say: page.row.name.clone() },
            choice("grade", t!("act.satisfied"), |code| one_of("grade", code), &["5", "4", "3", "2", "1"]),
            Ask::Long { id: "words", label: t!("act.their_words"), need: May },
        ],
        Offer::Come | Offer::ResumeMandate => Vec::new(),
        _ => return None,
    })
}

fn signature_asks() -> Vec<Ask> {
    let codes = ["hand", "thumb", "guardian"];
    vec![
        choice("sign", t!("act.how_signed"), |code| one_of("signature", code), &codes),
        text("other", t!("act.witness_or_guardian"), Need::May),
        text("relation", t!("act.guardian_relation"), Need::May),
    ]
}

fn entrust_asks(page: &CasePage) -> Vec<Ask> {
    let before = page.mandate.as_ref();
    let power = |power: Power| {
        let code = say::code(&power);
        let name = one_of("power", &code).unwrap_or_default().to_owned();
        // As in the letter before; nothing is added by itself.
        let ticked = before.is_some_and(|mandate| mandate.powers.contains(&power));
        Ask::Among { id: format!("power-{code}"), name, ticked }
    };
    let mut asks: Vec<Ask> = POWERS.map(power).into();
    asks.push(text("until", t!("act.mandate_until"), Need::Must));
    asks.push(Ask::Money { id: "fee_limit", label: t!("act.fee_limit"), need: Need::May });
    asks.extend(signature_asks());
    asks.push(text("proof", t!("act.proof"), Need::May));
    asks
}

fn open_promise(page: &CasePage, wanted: impl Fn(PromiseKind) -> bool) -> String {
    let open = page.care.promises.iter().find(|promise| promise.found.is_none() && wanted(promise.kind));
    open.map(|promise| promise.act.to_string()).unwrap_or_default()
}

/// The command that comes of the answers; `None` when one of them cannot be read.
pub(super) fn command(offer: Offer, answers: &Answers) -> Option<Command> {
    let said = |id: &str| said(answers, id);
    let record = Default::default();
    Some(match offer {
        Offer::PayCharge => {
            let (payee, receipt_no) = (said("payee"), said("receipt_no"));
            Command::PayCharge(Charge { amount: said("amount").parse().ok()?, payee, receipt_no })
        }
        Offer::PromiseLater => {
            let until = Some(said("term")).filter(|term| !term.is_empty());
            let until = until.map(|term| term.parse()).transpose().ok()?;
            Command::PromiseLater { secondary: Vec::new(), until, signature: signature(answers)?, record }
        }
        Offer::PromiseInstead => {
            let papers = named(answers, "promise-");
            Command::PromiseInstead { papers, allowed: Vec::new(), signature: signature(answers)?, record }
        }
        Offer::CheckPromise => {
            let finding = parsed::<Finding>(&said("finding"))?;
            Command::CheckPromise(PromiseCheck { of: said("of").parse().ok()?, finding, measure: said("measure") })
        }
        Offer::BreakPromise => Command::BreakPromise { of: said("of").parse().ok()? },
        Offer::MoveOriginals => {
            let to = match said("with").as_str() {
                "agent" => Keeper::Agent { agent: said("who").parse().ok()? },
                "office" => Keeper::Office { name: said("who") },
                "person" => Keeper::Person { signer: said("who") },
                _ => Keeper::File,
            };
            Command::MoveOriginals(OriginalsMoved { papers: named(answers, "original-"), to, place: said("place") })
        }
        Offer::PauseMandate => Command::PauseMandate { reason: said("reasons") },
        Offer::ResumeMandate => Command::ResumeMandate,
        Offer::EndMandate => Command::EndMandate { reason: parsed(&said("why"))? },
        Offer::Entrust => Command::Entrust(mandate(answers)?),
        Offer::Come => Command::Come { cause: parsed(&said("cause")), most: None },
        Offer::CallBack => {
            let grade = said("grade").parse::<u8>().ok().and_then(|grade| Grade::try_from(grade).ok())?;
            Command::CallBack(Callback { spoke_with: said("spoke_with"), grade, words: said("words") })
        }
        _ => return None,
    })
}

fn named(answers: &Answers, prefix: &str) -> Vec<String> {
    answers.keys().filter_map(|id| id.strip_prefix(prefix)).map(str::to_owned).collect()
}

fn signature(answers: &Answers) -> Option<Signature> {
    let (other, relation) = (said(answers, "other"), said(answers, "relation"));
    Some(match said(answers, "sign").as_str() {
        "hand" => Signature::Hand,
        "thumb" => Signature::Thumb { witness: other },
        "guardian" => Signature::Guardian { name: other, relation },
        _ => return None,
    })
}

/// The letter is to whoever writes it, from today on.
fn mandate(answers: &Answers) -> Option<Mandate> {
    let agent: AgentId =
        desk().session.with_untracked(|session| match session.as_ref().map(|it| it.state.clone()) {
            Some(SessionState::Open { agent, .. }) => Some(agent),
            _ => None,
        })?;
    let powers = named(answers, "power-").iter().filter_map(|code| parsed(code)).collect();
    let limit = Some(said(answers, "fee_limit")).filter(|limit| !limit.is_empty());
    Some(Mandate {
        agent,
        powers,
        from: today(),
        until: said(answers, "until").parse().ok()?,
        signature: signature(answers)?,
        fee_limit: limit.map(|limit| limit.parse()).transpose().ok()?,
        proof: said(answers, "proof"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(said: &[(&str, &str)]) -> Answers {
        said.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn originals_go_back_against_a_signature() {
        let given = answers(&[("original-户口簿", ""), ("with", "person"), ("who", "赵云凤")]);
        let to = Keeper::Person { signer: "赵云凤".to_owned() };
        let moved = OriginalsMoved { papers: vec!["户口簿".to_owned()], to, place: String::new() };
        assert_eq!(command(Offer::MoveOriginals, &given), Some(Command::MoveOriginals(moved)));
    }

    #[test]
    fn an_amount_that_is_none_makes_no_command() {
        let given = answers(&[("amount", "二十"), ("payee", "公安分局"), ("receipt_no", "0012345")]);
        assert_eq!(command(Offer::PayCharge, &given), None);
    }
}
