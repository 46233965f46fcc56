//! Lines of the story beside the stages: charges, promises, originals, the mandate, trips, calls.

use daiban_model::case::event::{Charge, Finding, Keeper, OriginalsMoved, Promise, PromiseKind, What};

use super::{joined, named};
use crate::engine::published::Published;

/// The kind and what is special about it; `None` for an act of another page.
pub(super) fn told(what: &What, published: &Published) -> Option<(&'static str, String)> {
    Some(match what {
        What::Charged(Charge { amount, payee, receipt_no }) => ("charged", format!("{payee} {amount}元 {receipt_no}")),
        What::Promised(Promise { kind, papers, .. }) => {
            let papers = joined(papers.iter().map(String::as_str));
            match kind {
                PromiseKind::Later { until } => ("promised_later", named(&papers, &until.to_string())),
                PromiseKind::Instead => ("promised_instead", papers),
            }
        }
        What::PromiseChecked(check) => match check.finding {
            Finding::True => ("promise_true", String::new()),
            Finding::False => ("promise_false", check.measure.clone()),
        },
        What::PromiseBroken { .. } => ("promise_broken", String::new()),
        What::OriginalsMoved(moved) => originals(moved, published),
        What::MandatePaused { reason } => ("mandate_paused", reason.clone()),
        What::MandateResumed => ("mandate_resumed", String::new()),
        What::LeftBefore { witnesses, reason } => {
            ("left_before", named(&joined(witnesses.iter().map(String::as_str)), reason))
        }
        What::Came { .. } => ("came", String::new()),
        What::CalledBack(callback) => ("called_back", named(&callback.spoke_with, &callback.words)),
        What::Reminded { .. } => ("reminded", String::new()),
        _ => return None,
    })
}

fn originals(moved: &OriginalsMoved, published: &Published) -> (&'static str, String) {
    let papers = joined(moved.papers.iter().map(String::as_str));
    match &moved.to {
        Keeper::Agent { agent } => ("originals_to", named(&papers, &published.agent(agent))),
        Keeper::Office { name } => ("originals_to", named(&papers, name)),
        Keeper::Person { signer } => ("originals_returned", named(&papers, signer)),
        Keeper::File => ("originals_filed", papers),
    }
}
