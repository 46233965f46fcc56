//! Papers on the way out: the hand-over, the result, its delivery.

use daiban_model::case::Case;
use daiban_model::case::clocks::{Basis, ClockKind};
use daiban_model::case::event::{self, DeliveryWay, Keeper, PaperState, What};
use daiban_model::case::fold::Original;
use daiban_model::deadline::{self, Due, Limit, Roll};
use daiban_model::form::{
    Charge, Completion, DecisionCover, DeliveryProof, DeliveryRow, Form, HandOver, HandOverRow, PaperRow, Term,
};
use jiff::civil::Date;

use super::{masked_id, name_of};
use crate::engine::desk::{Desk, OpenFile};
use crate::store::Store;

impl<S: Store> Desk<S> {
    pub(super) fn hand_over(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (mark, receipt) = facts.case.receipt.as_ref()?;
        let gone = facts.case.handed_over.as_ref();
        let papers = &facts.case.papers;
        let count = |fits: fn(PaperState) -> bool| -> u32 {
            papers.iter().filter(|paper| fits(paper.state)).map(|paper| u32::from(paper.count)).sum()
        };
        let row = HandOverRow {
            number: receipt.number.to_string(),
            applicant: name_of(facts),
            item: receipt.item_name.clone(),
            papers: Some(count(|state| state != PaperState::Missing)),
            originals: Some(count(|state| state == PaperState::Original)),
        };
        let form = HandOver {
            from: self.certificate.station.clone(),
            to: gone.map(|(_, to)| to.clone()).unwrap_or_default(),
            at: gone.map(|(mark, _)| mark.at.local()),
            by: gone.map(|(mark, _)| self.published.agent(&mark.by)).unwrap_or_default(),
            files: vec![row],
            ..HandOver::default()
        };
        Some((Form::HandOver(Box::new(form)), gone.map_or(mark, |(mark, _)| mark).at.date()))
    }

    pub(super) fn completion(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let case = &facts.case;
        let (decision, (mark, receipt)) = (case.decision.as_ref()?, case.receipt.as_ref()?);
        let accepted = case.acceptance.map(|(on, _)| on);
        let limit = receipt.limits.promised.or(receipt.limits.statutory);
        let used = accepted.map(|from| {
            let clock = deadline::Clock::new(from, limit).with_stops(&case.stops);
            clock.used_and_left(&self.published.calendar, decision.on).used
        });
        let term = |kind, limit| Term { kind, limit, due: Due::Unknown, basis: Basis::Fact };
        let form = Completion {
            applicant: name_of(facts),
            id: masked_id(facts),
            item: self.line(file),
            agent: case.mandate.as_ref().map(|state| self.published.agent(&state.mandate.agent)).unwrap_or_default(),
            received: Some(mark.at.local()),
            accepted,
            decided: Some(decision.on),
            days_used: used,
            terms: vec![
                term(ClockKind::Statutory, receipt.limits.statutory),
                term(ClockKind::Promised, receipt.limits.promised),
            ],
            outcome: Some(decision.outcome),
            result_number: decision.number.clone(),
            valid_until: decision.valid_until,
            reasons: decision.reasons.clone(),
            way: case.delivery.as_ref().map(|(_, way, _)| *way),
            returned: returned(case),
            charges: case.charges.iter().map(|paid| charge(paid, &receipt.item_name)).collect(),
        };
        Some((Form::Completion(Box::new(form)), decision.on))
    }

    /// The remedies run from the day after the person knows of the decision, which is the day of delivery; before it they are blank.
    pub(super) fn decision_cover(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let decision = facts.case.decision.as_ref()?;
        let delivered = facts.case.delivery.as_ref().map(|(on, ..)| *on);
        let by = |limit: Limit| {
            delivered.and_then(|on| deadline::Clock::new(on, Some(limit)).due(&self.published.calendar).date())
        };
        let form = DecisionCover {
            organ: self.department(file),
            applicant: name_of(facts),
            item: self.line(file),
            number: decision.number.clone(),
            decided: Some(decision.on),
            delivered,
            review_by: by(Limit::calendar_days(60)),
            suit_by: by(Limit::Months { n: 6, roll: Roll::ToWorkingDay }),
        };
        Some((Form::DecisionCover(Box::new(form)), delivered.unwrap_or(decision.on)))
    }

    pub(super) fn delivery_proof(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let decision = facts.case.decision.as_ref()?;
        let delivered = facts.events.iter().find_map(|event| match &event.what {
            What::Delivered { on, way, signer, relation } => Some((event, *on, *way, signer.clone(), relation.clone())),
            _ => None,
        });
        let mut row =
            DeliveryRow {
                document: "结果文书".to_owned(), number: decision.number.clone(), ..DeliveryRow::default()
            };
        let mut servers = Vec::new();
        if let Some((event, on, way, signer, relation)) = delivered {
            let relation =
                if way == DeliveryWay::ToAgent && relation.is_empty() { "代办员".to_owned() } else { relation };
            row = DeliveryRow { on: Some(on), way: Some(way), signer, relation, ..row };
            servers.push(self.published.agent(&event.by));
        }
        let left = facts.events.iter().find_map(|event| match &event.what {
            What::LeftBefore { witnesses, reason } => {
                Some((format!("见证人：{}", witnesses.join("；")), reason.clone()))
            }
            _ => None,
        });
        let posted = facts.case.beside.posted.as_ref();
        let posted = posted.map(|(_, posted)| format!("{}寄出，邮件号 {}", posted.on, posted.number));
        let form = DeliveryProof {
            organ: self.certificate.station.clone(),
            recipient: name_of(facts),
            place: facts.case.beside.found.as_ref().map(|(_, found)| found.place.clone()).unwrap_or_default(),
            rows: vec![row],
            servers,
            refused: left.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
            note: left.map(|(witnesses, _)| witnesses).or(posted).unwrap_or_default(),
        };
        let on = facts.case.delivery.as_ref().map_or(decision.on, |(on, ..)| *on);
        Some((Form::DeliveryProof(Box::new(form)), on))
    }
}

/// Originals that were given back.
pub(super) fn returned(case: &Case) -> Vec<PaperRow> {
    let back = case.originals.iter().filter(|original| matches!(original.keeper, Keeper::Person { .. }));
    let row = |original: &Original| PaperRow {
        name: original.paper.clone(),
        state: Some(PaperState::Original),
        count: Some(u32::from(original.count)),
        note: String::new(),
    };
    back.map(row).collect()
}

/// An official charge as it stands on the closing sheet.
fn charge(charge: &event::Charge, what: &str) -> Charge {
    Charge {
        what: what.to_owned(),
        amount: charge.amount.to_string(),
        payee: charge.payee.clone(),
        receipt_no: charge.receipt_no.clone(),
    }
}
