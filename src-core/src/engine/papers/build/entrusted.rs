//! The letter by which somebody lets an agent act, and its end; promises in place of papers.

use daiban_model::access::Permit;
use daiban_model::api::{PaperRef, Seen};
use daiban_model::case::event::{self, Event, Mandate, MandateEnd, PaperName, PromiseKind, Signature, What};
use daiban_model::case::field::Field;
use daiban_model::form::{
    ChangeKind, Conditional, Form, MandateChange, MandateLetter, PaperRow, Person, Promise, Shown,
};
use daiban_model::identity::CitizenId;
use daiban_model::organisation::Post;
use jiff::civil::Date;

use super::super::{Made, on_a_mandate};
use super::end::returned;
use super::{id_of, mandates, masked_id, name_of, number, phone_of, taken};
use crate::engine::desk::{Desk, OpenFile};
use crate::projection::Facts;
use crate::store::Store;

impl<S: Store> Desk<S> {
    /// The one paper of a case that bears whole numbers, where the person who prints it may see them. O3
    pub(super) fn mandate_letter(&self, file: &OpenFile, reveal: Option<&Permit>) -> Option<Made> {
        let facts = &file.facts;
        let mandate = &facts.case.mandate.as_ref()?.mandate;
        let id = id_of(facts);
        let form = MandateLetter {
            principal: Person {
                name: name_of(facts),
                sex: id.as_ref().map(CitizenId::sex),
                born: id.as_ref().map(CitizenId::birth),
                id: id.as_ref().map(|id| Shown::for_document(id, reveal)).unwrap_or_default(),
                household: facts.field(Field::Household).to_owned(),
                address: facts.field(Field::Address).to_owned(),
                phone: phone_of(facts, Field::Phone)
                    .map(|phone| Shown::for_document(&phone, reveal))
                    .unwrap_or_default(),
                ..Person::default()
            },
            items: vec![self.line(file)],
            department: self.department(file),
            papers: taken(facts),
            ..self.entrusted(mandate)
        };
        let sheet = self.headed(file, Form::Mandate(Box::new(form)), mandate.from, None);
        let whole: Vec<Seen> = if reveal.is_some() { on_a_mandate() } else { Vec::new() };
        Some(Made { sheet, on: mandate.from, whole })
    }

    fn entrusted(&self, mandate: &Mandate) -> MandateLetter {
        let agent = self.published.roster.agents().iter().find(|one| one.id == mandate.agent);
        let post = agent.map(|agent| match agent.post {
            Post::FullTime => "专职代办员",
            Post::PartTime => "兼职代办员",
        });
        let thumb = matches!(mandate.signature, Signature::Thumb { .. });
        let guardian = matches!(mandate.signature, Signature::Guardian { .. });
        let witness = CitizenId::parse(&mandate.proof, Date::MAX).ok().filter(|_| thumb);
        MandateLetter {
            witness_id: witness.map(|id| Shown::masked(&id)).unwrap_or_default(),
            guardian_proof: if guardian { mandate.proof.clone() } else { String::new() },
            agent: self.published.agent(&mandate.agent),
            agent_post: post.unwrap_or_default().to_owned(),
            agent_no: mandate.agent.to_string(),
            agent_phone: self.phone_of_agent(&mandate.agent),
            powers: mandate.powers.clone(),
            from: Some(mandate.from),
            until: Some(mandate.until),
            fee_limit: mandate.fee_limit.map(|limit| limit.to_string()).unwrap_or_default(),
            signature: Some(mandate.signature.clone()),
            ..MandateLetter::default()
        }
    }

    /// 代办中止单, 终止单, 续办委托书 (R65).
    pub(super) fn mandate_change(&self, file: &OpenFile, kind: ChangeKind) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let state = facts.case.mandate.as_ref()?;
        let from = match kind {
            ChangeKind::Ended => state.ended?,
            ChangeKind::Suspended => state.paused?,
            ChangeKind::Renewed => state.mandate.from,
        };
        let told = facts.events.iter().rev();
        let (mut reason, mut words) = (None, String::new());
        match kind {
            ChangeKind::Ended => reason = told.clone().find_map(|event| ended_by(&event.what)),
            ChangeKind::Suspended => words = told.clone().find_map(|event| paused_for(&event.what)).unwrap_or_default(),
            ChangeKind::Renewed => {}
        }
        let before = mandates(facts).saturating_sub(u8::from(kind == ChangeKind::Renewed));
        let earlier = PaperRef { name: PaperName::Mandate, no: before };
        let agent = self.published.agent(&state.mandate.agent);
        let renewed = kind == ChangeKind::Renewed;
        let form = MandateChange {
            kind,
            principal: name_of(facts),
            id: masked_id(facts),
            item: self.line(file),
            reason,
            words,
            new_agent: if renewed { agent.clone() } else { String::new() },
            agent,
            earlier: number(file, earlier),
            from: Some(from),
            until: renewed.then_some(state.mandate.until),
            returned: returned(&facts.case),
            ..MandateChange::default()
        };
        Some((Form::MandateChange(Box::new(form)), from))
    }

    /// 容缺受理承诺书 with its notice (R61).
    pub(super) fn conditional(&self, file: &OpenFile, no: u8) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (event, promise) = promised(facts, no)?;
        let PromiseKind::Later { until } = promise.kind else { return None };
        let missing = promise.papers.iter().map(|name| PaperRow { name: name.clone(), ..PaperRow::default() });
        let form = Conditional {
            organ: self.department(file),
            applicant: name_of(facts),
            id: masked_id(facts),
            item: self.line(file),
            papers: taken(facts),
            missing: missing.collect(),
            supplement_by: Some(until),
            supplement_how: String::new(),
            checked_by: self.published.agent(&event.by),
            accepted: facts.case.acceptance.map(|(on, _)| on),
        };
        Some((Form::Conditional(Box::new(form)), event.at.date()))
    }

    /// 告知承诺书 (R62). What the department tells of the certificate is written in by hand where nobody has published it.
    pub(super) fn promise(&self, file: &OpenFile, no: u8) -> Option<(Form, Date)> {
        let facts = &file.facts;
        let (event, promise) = promised(facts, no)?;
        let form = Promise {
            organ: self.department(file),
            applicant: name_of(facts),
            id: masked_id(facts),
            item: self.line(file),
            certificate: promise.papers.join("、"),
            ..Promise::default()
        };
        Some((Form::Promise(Box::new(form)), event.at.date()))
    }
}

/// The act of a promise, counted from 1.
fn promised(facts: &Facts, no: u8) -> Option<(&Event, &event::Promise)> {
    let wanted = facts.case.promises.get(usize::from(no).checked_sub(1)?)?;
    let event = facts.events.iter().find(|event| event.stamp == wanted.act)?;
    Some((event, &wanted.promise))
}

fn ended_by(what: &What) -> Option<MandateEnd> {
    if let What::MandateEnded { reason } = what { Some(*reason) } else { None }
}

fn paused_for(what: &What) -> Option<String> {
    if let What::MandatePaused { reason } = what { Some(reason.clone()) } else { None }
}
