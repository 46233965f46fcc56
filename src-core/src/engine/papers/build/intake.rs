//! Papers on the way in: what was taken, what is missing, what was accepted.

use daiban_model::case::clocks::{Basis, ClockKind};
use daiban_model::case::event::{IdCheck, PaperState, What};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Mark;
use daiban_model::case::item_law;
use daiban_model::form::{Acceptance, Form, Label, OneTimeNotice, PaperRow, Receipt, Refusal, Shown, Supplement};
use jiff::civil::Date;

use super::{decision_terms, masked_id, name_of, phone_of, taken};
use crate::engine::desk::{Desk, OpenFile};
use crate::engine::{cases, items};
use crate::store::Store;

impl<S: Store> Desk<S> {
    pub(super) fn receipt(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (mark, receipt) = facts.case.receipt.as_ref()?;
        let event = facts.events.iter().find(|event| event.stamp == mark.stamp)?;
        let way = facts.events.iter().find_map(|event| match event.what {
            What::Consulted { way, .. } => Some(way),
            _ => None,
        });
        let clocks = self.reckoning().clocks(&facts.case, facts.injured_on());
        let due = |kind: ClockKind| {
            let clock = clocks.iter().find(|clock| clock.kind == kind && clock.basis == Basis::Fact);
            clock.and_then(|clock| clock.due.date())
        };
        let mandate = facts.case.mandate.as_ref().map(|state| &state.mandate);
        let (lacking, taken): (Vec<_>, Vec<_>) =
            receipt.papers.iter().partition(|paper| paper.state == PaperState::Missing);
        let (phone, contact_phone) = (phone_of(facts, Field::Phone), phone_of(facts, Field::ContactPhone));
        let form = Receipt {
            applicant: name_of(facts),
            id: masked_id(facts),
            id_check: if cases::unidentified(file) { IdCheck::Later } else { IdCheck::Seen },
            phone: phone.or(contact_phone).map(|phone| Shown::tail(&phone)).unwrap_or_default(),
            contact: facts.field(Field::Contact).to_owned(),
            way,
            agent: self.published.agent(&mark.by),
            agent_no: mark.by.to_string(),
            received: Some(mark.at.local()),
            clock: Some(event.quality),
            items: vec![self.line(file)],
            powers: mandate.map(|mandate| mandate.powers.clone()).unwrap_or_default(),
            mandate_until: mandate.map(|mandate| mandate.until),
            signature: mandate.map(|mandate| mandate.signature.clone()),
            papers: taken.into_iter().map(PaperRow::from).collect(),
            lacking: lacking.into_iter().map(PaperRow::from).collect(),
            lacking_by: due(ClockKind::Supplement),
            send_to: facts.case.handed_over.as_ref().map(|(_, to)| to.clone()).unwrap_or_default(),
            send_by: due(ClockKind::HandOver),
            terms: decision_terms(&clocks),
            verified: self.item(&receipt.item).map(items::verification),
            enquiry: self.phone_of_agent(&mark.by),
        };
        Some((Form::Receipt(Box::new(form)), mark.at.date()))
    }

    /// What goes onto the bag of papers (R86).
    pub(super) fn label(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (mark, _) = facts.case.receipt.as_ref()?;
        let there = facts.case.papers.iter().filter(|paper| paper.state != PaperState::Missing);
        let form = Label {
            applicant: name_of(facts),
            item: self.line(file),
            received: Some(mark.at.local()),
            papers: Some(there.map(|paper| u32::from(paper.count)).sum()),
            agent: self.published.agent(&mark.by),
        };
        Some((Form::Label(Box::new(form)), mark.at.date()))
    }

    pub(super) fn one_time_notice(&self, file: &OpenFile, no: u8) -> Option<(OneTimeNotice, Date)> {
        let facts = &file.facts;
        let (mark, notice) = facts.case.notices.iter().find(|(_, notice)| notice.no == no)?;
        let received = facts.case.receipt.as_ref().map(|(mark, _)| mark.at.local());
        let form = OneTimeNotice {
            no,
            raised_by: notice.raised_by.clone(),
            applicant: name_of(facts),
            item: self.line(file),
            received,
            told: Some(mark.at.local()),
            lines: notice.lines.clone(),
            term: notice.term,
            agent: self.published.agent(&mark.by),
            enquiry: self.phone_of_agent(&mark.by),
        };
        Some((form, mark.at.date()))
    }

    /// The notice of the organ, with what came in after it.
    pub(super) fn supplement_notice(&self, file: &OpenFile, no: u8) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (notice, on) = self.one_time_notice(file, no)?;
        let (mark, _) = facts.case.notices.iter().find(|(_, notice)| notice.no == no)?;
        let next = facts.case.notices.iter().find(|(_, notice)| notice.no > no).map(|(mark, _)| mark.stamp);
        let after =
            facts.events.iter().filter(|event| event.stamp > mark.stamp && next.is_none_or(|next| event.stamp < next));
        let (mut brought, mut last) = (Vec::new(), None);
        for event in after {
            if let What::Supplemented { papers, .. } = &event.what {
                brought.extend(papers.iter().filter(|paper| paper.state != PaperState::Missing).map(PaperRow::from));
                last = Some(Mark::from(event));
            }
        }
        let form = Supplement {
            officer: notice.agent.clone(),
            notice,
            brought,
            brought_on: last.as_ref().map(|mark| mark.at.date()),
            receiver: last.map(|mark| self.published.agent(&mark.by)).unwrap_or_default(),
        };
        Some((Form::Supplement(Box::new(form)), on))
    }

    pub(super) fn acceptance(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (on, basis) = facts.case.acceptance?;
        let (mark, receipt) = facts.case.receipt.as_ref()?;
        let accepted = facts.events.iter().find(|event| matches!(event.what, What::Accepted { .. }))?;
        let clocks = self.reckoning().clocks(&facts.case, None);
        let form = Acceptance {
            organ: self.department(file),
            applicant: name_of(facts),
            id: masked_id(facts),
            contact: facts.field(Field::Contact).to_owned(),
            phone: phone_of(facts, Field::Phone).map(|phone| Shown::masked(&phone)).unwrap_or_default(),
            item: self.line(file),
            applied: Some(mark.at.local()),
            accepted: Some(on),
            basis: Some(basis),
            officer: self.published.agent(&accepted.by),
            papers: taken(facts),
            terms: decision_terms(&clocks),
            stops: item_law::stops(&receipt.item).collect(),
            enquiry: self.phone_of_agent(&accepted.by),
        };
        Some((Form::Acceptance(Box::new(form)), accepted.at.date()))
    }

    pub(super) fn refusal(&self, file: &OpenFile) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (at, reason, right_office, words) = facts.events.iter().rev().find_map(|event| match &event.what {
            What::NotAccepted { reason, right_office, words } => {
                Some((event.at, *reason, right_office.clone(), words.clone()))
            }
            _ => None,
        })?;
        let clocks = self.reckoning().clocks(&facts.case, None);
        let by = |kind| clocks.iter().find(|clock| clock.kind == kind).and_then(|clock| clock.due.date());
        let form = Refusal {
            organ: self.department(file),
            applicant: name_of(facts),
            id: masked_id(facts),
            item: self.line(file),
            applied: facts.case.receipt.as_ref().map(|(mark, _)| mark.at.local()),
            reason: Some(reason),
            right_office,
            facts: words,
            decided: Some(at.date()),
            review_by: by(ClockKind::Review),
            suit_by: by(ClockKind::Suit),
        };
        Some((Form::Refusal(Box::new(form)), at.date()))
    }
}
