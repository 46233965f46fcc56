//! The papers to print, as values; every shell shows them alike.

use daiban_model::api::{NoticeSheet, Sheets, Slip};
use daiban_model::case::clocks::{Basis, ClockKind};
use daiban_model::case::event::IdCheck;
use daiban_model::case::field::Field;

use super::desk::{Desk, OpenFile};
use super::{cases, items, story};
use crate::store::Store;

impl<S: Store> Desk<S> {
    /// The slip and the latest notice of a case.
    pub(super) fn sheets(&self, file: &OpenFile) -> Sheets {
        Sheets { slip: self.slip(file), notice: self.notice(file) }
    }

    fn slip(&self, file: &OpenFile) -> Option<Slip> {
        let facts = &file.facts;
        let (mark, receipt) = facts.case.receipt.as_ref()?;
        let event = facts.events.iter().find(|event| event.stamp == mark.stamp)?;
        let reckoning = self.reckoning();
        let clocks = reckoning.clocks(&facts.case, facts.injured_on());
        let hand_over_by = clocks.iter().find(|clock| clock.kind == ClockKind::HandOver).cloned();
        let supplement = clocks.iter().find(|clock| clock.kind == ClockKind::Supplement && clock.basis == Basis::Fact);
        let item = self.item(&receipt.item);
        Some(Slip {
            number: receipt.number.to_string(),
            name: facts.field(Field::Name).to_owned(),
            id_masked: story::mask(Field::CitizenId, facts.field(Field::CitizenId)),
            id: if cases::unidentified(file) { IdCheck::Later } else { IdCheck::Seen },
            agent: self.published.agent(&mark.by),
            station: self.certificate.station.clone(),
            received: mark.at,
            quality: event.quality,
            item: receipt.item_name.clone(),
            papers: receipt.papers.clone(),
            hand_over_by,
            supplement_by: supplement.and_then(|clock| clock.due.date()),
            verified: item.map_or(daiban_model::api::Verification::Unverified, items::verification),
            clocks,
        })
    }

    fn notice(&self, file: &OpenFile) -> Option<NoticeSheet> {
        let facts = &file.facts;
        let (mark, notice) = facts.case.notices.last()?;
        let receipt = facts.case.receipt.as_ref().map(|(_, receipt)| receipt);
        Some(NoticeSheet {
            number: receipt.map(|receipt| receipt.number.to_string()).unwrap_or_default(),
            no: notice.no,
            name: facts.field(Field::Name).to_owned(),
            items: receipt.map(|receipt| receipt.item_name.clone()).into_iter().collect(),
            lines: notice.lines.clone(),
            term: notice.term,
            given: mark.at,
            agent: self.published.agent(&mark.by),
            station: self.certificate.station.clone(),
        })
    }
}
