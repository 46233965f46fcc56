//! A row of the corpus as the case an agent would have worked on: real acts, each its own change.
//!
//! One in ten is open and was received in these days; the others have gone their way, as most of a station's cases have.

use anyhow::{Context, Result};
use daiban_core::doc::Edit as DocEdit;
use daiban_model::case::Event;
use daiban_model::case::event::{
    AcceptanceBasis, Completeness, Decision, DeliveryWay, Help, IdCheck, Limits, Notice, NoticeLine, Outcome,
    PaperLine, PaperState, Receipt, Way, What,
};
use daiban_model::deadline::Limit;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::{Hlc, Stamp, TimeQuality, Wall};
use jiff::civil::Date;

use super::case_doc::{self, register};
use super::corpus::Case;
use super::hub::AGENT;
use super::station::Written;

/// Whether the nth case is still open.
pub fn is_open(nth: usize) -> bool {
    nth.is_multiple_of(10)
}

/// The case as changes: the receipt as one, each later act as another.
pub fn written(case: &Case, nth: usize, now: Wall) -> Result<Written> {
    let (doc, scope) = (case_doc::doc_id(&case.id)?, case_doc::scope(case)?);
    // Received between now and the promised days ago, with a few that are late.
    let ago = i64::try_from(nth / 10)? % (case.item.days.min(30) + 1) * 86_400;
    let begun = if is_open(nth) { now.0 / 1000 - ago } else { case.created };
    let acts = acts(case, nth, scope, Wall(begun * 1000).date())?;
    let mut events = Vec::with_capacity(acts.len());
    for (at, what) in acts.into_iter().enumerate() {
        let ms = u64::try_from(begun + 600 * i64::try_from(at)?)? * 1000;
        let stamp = Stamp { hlc: Hlc { ms, counter: 0 }, device: 0x5eed };
        let (unit, quality) = (scope, TimeQuality::Confirmed);
        let event = Event { stamp, by: AGENT.parse()?, unit, at: Wall(i64::try_from(ms)?), quality, what };
        events.push(DocEdit::Event { stamp, text: event.to_text() });
    }
    let later = events.split_off(3.min(events.len()));
    let mut first = registers(case);
    first.extend(events);
    let changes = std::iter::once(first).chain(later.into_iter().map(|event| vec![event])).collect();
    Ok(Written { doc, scope, changes })
}

fn registers(case: &Case) -> Vec<DocEdit> {
    let who = &case.applicant;
    let mut registers = vec![
        register("applicant.name", &who.name),
        register("applicant.id", &who.id),
        register("applicant.phone", &who.phone),
        register("applicant.address", &who.addr),
    ];
    registers.extend(who.org.iter().map(|org| register("employer.name", org)));
    registers
}

/// Acts of a life, the note third: six to nine where the case is open, else ten to twelve.
fn acts(case: &Case, nth: usize, unit: ScopeCode, day: Date) -> Result<Vec<What>> {
    let papers = |state| -> Vec<PaperLine> {
        case.papers.iter().map(|paper| PaperLine { name: paper.name.clone(), state, count: paper.copies }).collect()
    };
    let missing = case.papers.last().map(|paper| paper.name.clone()).context("a case has papers")?;
    let lines = vec![NoticeLine { paper: missing.clone(), hint: String::new() }];
    let all = vec![
        What::Consulted { help: Help::Guidance, way: Way::Window, words: String::new() },
        What::Received(receipt(case, nth, unit, day, papers(PaperState::Original))?),
        What::Noted { text: case.notes.first().map(|note| note.text.clone()).unwrap_or_default() },
        What::Noticed(Notice { no: 1, lines, term: None, raised_by: String::new(), trigger: String::new() }),
        What::Supplemented {
            papers: vec![PaperLine { name: missing, state: PaperState::Original, count: 1 }],
            completeness: Completeness::Complete,
        },
        What::HandedOver { to: case.item.dept.clone() },
        What::Accepted { on: day, basis: AcceptanceBasis::Complete },
        What::Started,
        What::Typed { field: "applicant.phone".into(), from: String::new(), to: case.applicant.phone.clone() },
        What::Decided(Decision {
            outcome: Outcome::Granted,
            on: day,
            number: case.no.clone(),
            reasons: String::new(),
            valid_until: None,
        }),
        What::Delivered {
            on: day,
            way: DeliveryWay::Direct,
            signer: case.applicant.name.clone(),
            relation: String::new(),
        },
        What::Archived,
    ];
    let count = if is_open(nth) { case.events.len().min(9) } else { case.events.len().max(10) };
    Ok(all.into_iter().take(count).collect())
}

fn receipt(case: &Case, nth: usize, unit: ScopeCode, day: Date, papers: Vec<PaperLine>) -> Result<Receipt> {
    let (device, counter) = (u8::try_from(nth / 9999 % 100)?, u16::try_from(nth % 9999 + 1)?);
    let promised = Some(Limit::WorkingDays(u16::try_from(case.item.days)?));
    Ok(Receipt {
        number: CaseNumber::new(unit, day, device, counter)?,
        item: case.item.code.parse()?,
        item_name: case.item.name.clone(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits { promised, ..Limits::default() },
        papers,
    })
}
