//! 工作副本: when a station's own copy of a finished case stays although its day has come (R203; rules §7, §8).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::{Event, What};
use super::fold::{Case, PromiseStanding, Stage};

/// Why a copy stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stays {
    /// 评价还没结: a bad rating that nobody has called back about, one that may still be changed, a concern nobody has looked at.
    Review,
    /// 还有没了结的事: an act that did not fit, a question to the upper tier, a promise, an original, what the person asked.
    Issue,
    /// 还没归档: only from here its file can still be made (R207).
    NotArchived,
    /// The bundle it is a step of is not finished.
    Bundle,
    /// The district does not have all of it yet.
    Unsent,
    /// The district has it, and not yet in a backup.
    NotBackedUp,
}

impl Stays {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Review, Self::Issue, Self::NotArchived, Self::Bundle, Self::Unsent, Self::NotBackedUp];
}

/// Days in which an applicant may give another grade (R164, ours).
const CHANGED_WITHIN: i32 = 10;
/// 差评: not content, and not content at all.
const BAD: u8 = 2;

/// Whether a case is under review, or something of it is not settled. Whatever is doubtful keeps the copy: it can go later, and does not
/// come back by itself.
pub fn stays(case: &Case, events: &[Event], today: Date) -> Option<Stays> {
    if is_reviewed(case, events, today) {
        return Some(Stays::Review);
    }
    let asked = case.beside.help.iter().any(|help| help.answer.is_none());
    // A broken promise is what the next one is refused for (rules §9).
    let promised = case.promises.iter().any(|it| it.standing != PromiseStanding::Kept);
    if asked || promised || case.originals_out().next().is_some() {
        return Some(Stays::Issue);
    }
    matches!(case.stage, Stage::Delivered | Stage::Rated).then_some(Stays::NotArchived)
}

fn is_reviewed(case: &Case, events: &[Event], today: Date) -> bool {
    let rated = events.iter().filter_map(|event| match &event.what {
        What::Rated { grade, .. } => Some((event.stamp, event.at.date(), u8::from(*grade))),
        _ => None,
    });
    let rated = rated.max_by_key(|(stamp, ..)| *stamp).is_some_and(|(stamp, on, grade)| {
        let called = case.callback.as_ref().filter(|(mark, _)| mark.stamp > stamp);
        let content = called.is_some_and(|(_, callback)| u8::from(callback.grade) > BAD);
        today <= on.saturating_add(CHANGED_WITHIN.days()) || (grade <= BAD && !content)
    });
    let looked_at = |visit| case.beside.reviews.iter().any(|(_, of, _)| *of == visit);
    rated || case.beside.concerns.iter().any(|(_, of, _)| !looked_at(*of))
}
