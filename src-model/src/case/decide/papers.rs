//! What is missing, told in one notice, and what comes in (R50, R52, R53).

use super::{Entry, Moment, Refusal};
use crate::case::event::{Completeness, Notice, PaperLine, PaperState, What};
use crate::case::fold::promises::completes;
use crate::case::fold::{Case, Stage};
use crate::case::{beside, clocks};

/// R50, R52: one notice lists everything; a later one with new lines must be raised by new papers.
pub(super) fn notice(case: &Case, wanted: Notice, now: &Moment<'_>) -> Result<What, Refusal> {
    let lines = &wanted.lines;
    if lines.is_empty() {
        return Err(Refusal::Empty { what: Entry::NoticeLines });
    }
    beside::gate::not_asked_again(case, lines)?;
    let told = case.notices.iter().flat_map(|(_, notice)| &notice.lines);
    let told: Vec<&str> = told.map(|line| line.paper.as_str()).collect();
    let adds = !told.is_empty() && lines.iter().any(|line| !told.contains(&line.paper.as_str()));
    let raised = || !wanted.raised_by.trim().is_empty() && since_notice(case, &wanted.trigger);
    if adds && !raised() {
        return Err(Refusal::SecondList);
    }
    if let Some(from) = clocks::deemed_from(case, now.calendar).filter(|from| now.today() >= *from) {
        // The term passed in silence: the file counts as accepted (行政许可法 art 32(4)), and no notice undoes that.
        return Err(Refusal::TooLateToTell { ended: from.yesterday().unwrap_or(from) });
    }
    let no = u8::try_from(case.notices.len() + 1).unwrap_or(u8::MAX);
    let term = clocks::supplement_term(case, now);
    Ok(What::Noticed(Notice { no, term, ..wanted }))
}

/// R53: the papers brought are noted; when none is missing any more the supplement is complete.
pub(super) fn supplement(case: &Case, papers: Vec<PaperLine>) -> Result<What, Refusal> {
    if papers.is_empty() {
        return Err(Refusal::Empty { what: Entry::Papers });
    }
    if !matches!(case.stage, Stage::Supplementing { .. })
        && let Some(completeness) = completes(case, &papers)
    {
        return Ok(What::Supplemented { papers, completeness });
    }
    let brought = |name: &str| papers.iter().any(|paper| paper.name == name && paper.state != PaperState::Missing);
    let asked = case.notices.last().map(|(_, notice)| notice.lines.as_slice()).unwrap_or_default();
    let in_before = |name: &str| case.papers.iter().any(|p| p.name == name && p.state != PaperState::Missing);
    // A paper that was there already and is asked for again was wrong: only bringing it anew answers the notice.
    let noticed_complete = asked.iter().all(|line| brought(&line.paper) || since_notice(case, &line.paper));
    let none_missing = case.missing().all(|paper| brought(&paper.name) || in_before(&paper.name));
    let complete = noticed_complete && none_missing;
    let completeness = if complete { Completeness::Complete } else { Completeness::Partly };
    Ok(What::Supplemented { papers, completeness })
}

/// Whether a paper that was missing at the receipt has come in since.
fn since_notice(case: &Case, name: &str) -> bool {
    let was = |papers: &[PaperLine]| papers.iter().find(|paper| paper.name == name).map(|paper| paper.state);
    let at_receipt = case.receipt.as_ref().and_then(|(_, receipt)| was(&receipt.papers));
    let now = was(&case.papers);
    now.is_some_and(|state| state != PaperState::Missing) && at_receipt != now
}
