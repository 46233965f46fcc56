//! Promises in place of papers (R61, R62).

use jiff::civil::Date;

use super::mandate::signed;
use super::{Entry, Moment, PromiseRecord, Refusal, filled};
use crate::access::Permit;
use crate::case::event::{Finding, Promise, PromiseCheck, PromiseKind, Signature, What};
use crate::case::fold::Case;
use crate::deadline::Clock;
use crate::stamp::Stamp;

/// What is asked of somebody who promises.
pub(super) struct Asked {
    /// The papers that the department lets be promised.
    pub(super) allowed: Vec<String>,
    /// How the promise is signed.
    pub(super) signature: Signature,
    /// Whether the person broke one before.
    pub(super) record: PromiseRecord,
}

impl Asked {
    fn look(&self, case: &Case, papers: &[String], permit: &Permit) -> Result<(), Refusal> {
        if self.record == PromiseRecord::Broken || case.broke_promise() {
            return Err(Refusal::BrokePromise);
        }
        if papers.is_empty() {
            return Err(Refusal::Empty { what: Entry::Papers });
        }
        if !papers.iter().all(|paper| self.allowed.contains(paper)) {
            return Err(Refusal::MainPaperMissing);
        }
        signed(&self.signature, permit)
    }
}

/// 容缺受理: the papers follow within the promised days of the item, or within a term that the department set. Accepting comes after it,
/// and is the organ's.
pub(super) fn later(
    case: &Case,
    asked: Asked,
    until: Option<Date>,
    permit: &Permit,
    now: &Moment<'_>,
) -> Result<What, Refusal> {
    let papers: Vec<String> = case.missing().map(|paper| paper.name.clone()).collect();
    asked.look(case, &papers, permit)?;
    let limit = case.limits().promised;
    let longest = limit.and_then(|limit| Clock::new(now.today(), Some(limit)).due(now.calendar).date());
    let (what, first) = (Entry::Term, now.today());
    let until = until.or(longest).ok_or(Refusal::Empty { what })?;
    if until < first {
        return Err(Refusal::DateTooEarly { what, first });
    }
    if let Some(last) = longest.filter(|last| until > *last) {
        return Err(Refusal::DateTooLate { what, last });
    }
    Ok(What::Promised(Promise { kind: PromiseKind::Later { until }, papers, signature: asked.signature }))
}

/// 告知承诺: only where the department lets these papers be promised.
pub(super) fn instead(case: &Case, papers: Vec<String>, asked: Asked, permit: &Permit) -> Result<What, Refusal> {
    asked.look(case, &papers, permit)?;
    Ok(What::Promised(Promise { kind: PromiseKind::Instead, papers, signature: asked.signature }))
}

/// A false promise has consequences, and they are named.
pub(super) fn check(check: PromiseCheck) -> Result<What, Refusal> {
    if check.finding == Finding::False {
        filled(check.measure.clone(), Entry::Measure)?;
    }
    Ok(What::PromiseChecked(check))
}

/// Not before the term is over.
pub(super) fn broken(case: &Case, of: Stamp, now: &Moment<'_>) -> Result<What, Refusal> {
    let promised = case.promises.iter().find(|it| it.act == of);
    match promised.map(|it| it.promise.kind) {
        Some(PromiseKind::Later { until }) if now.today() <= until => Err(Refusal::TooEarly { until }),
        _ => Ok(What::PromiseBroken { of }),
    }
}
