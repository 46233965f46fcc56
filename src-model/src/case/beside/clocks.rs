//! Dates that follow from what was written beside the moves of a case, and from the law of single items after its end.

use jiff::civil::Date;

use crate::case::clocks::{Basis, Clock, ClockKind, Pressing, Reckoning, Whose};
use crate::case::decide::Moment;
use crate::case::event::Outcome;
use crate::case::fold::{Case, Stage};
use crate::case::item_law::{is_appraisal, is_legal_aid};
use crate::deadline::{Certainty, Due, Limit, Roll};

/// The upper tier answers within three working days (R89, ours).
const ANSWER: Limit = Limit::WorkingDays(3);

impl Reckoning<'_> {
    /// What presses besides the step the case stands at.
    pub(in crate::case) fn besides(&self, case: &Case) -> impl Iterator<Item = Pressing> {
        let asked = self.help_answer(case).map(|clock| (clock, Whose::Organ));
        let papers = self.papers_after(case).map(|clock| (clock, Whose::Applicant));
        let papers = papers.into_iter().chain(self.death_registration(case).map(|clock| (clock, Whose::Mine)));
        let pressing = |(clock, whose): (Clock, Whose)| Pressing { kind: Some(clock.kind), due: clock.due, whose };
        asked.into_iter().chain(papers).map(pressing)
    }

    /// Their dates, with those that run on after a result was handed over.
    pub(in crate::case) fn beside_clocks(&self, case: &Case) -> impl Iterator<Item = Clock> {
        let own = self.help_answer(case).into_iter().chain(self.papers_after(case));
        own.chain(self.death_registration(case)).chain(self.after_result(case))
    }

    fn help_answer(&self, case: &Case) -> Option<Clock> {
        let asked = case.beside.help_open()?.mark.at.date();
        Some(self.clock(ClockKind::HelpAnswer, asked, Some(ANSWER)))
    }

    /// One month, in the country (户口登记条例 art 8).
    fn death_registration(&self, case: &Case) -> Option<Clock> {
        let (.., on) = case.beside.died.as_ref().filter(|_| case.stage.is_open())?;
        let month = Limit::Months { n: 1, roll: Roll::ToWorkingDay };
        Some(self.clock(ClockKind::DeathRegistration, *on, Some(month)))
    }

    /// Until the papers are in. The day is the department's word, whatever later calendars say.
    fn papers_after(&self, case: &Case) -> Option<Clock> {
        let (_, helped) = case.beside.helped.last()?;
        let here = case.receipt.is_some() && case.missing().next().is_none();
        let clock = (!here).then(|| self.clock(ClockKind::PapersAfter, helped.when.date(), None))?;
        let due = Due::On { date: helped.papers_by, certainty: Certainty::Certain };
        Some(Clock { due, basis: Basis::Fact, ..clock })
    }

    /// 再次鉴定 and 复查鉴定 after an appraisal; a lawyer after legal aid was granted.
    fn after_result(&self, case: &Case) -> Vec<Clock> {
        let Some((item, decision)) =
            case.receipt.as_ref().map(|(_, receipt)| &receipt.item).zip(case.decision.as_ref())
        else {
            return Vec::new();
        };
        let received = case.delivery.as_ref().map(|(on, ..)| *on);
        let handed_over = matches!(case.stage, Stage::Delivered | Stage::Rated | Stage::Archived);
        if let Some(on) = received.filter(|_| is_appraisal(item) && handed_over) {
            let year = Limit::Years { n: 1, roll: Roll::ToWorkingDay };
            return vec![
                self.clock(ClockKind::AppraisalAgain, on, Some(Limit::calendar_days(15))),
                self.clock(ClockKind::AppraisalReview, decision.on, Some(year)),
            ];
        }
        if is_legal_aid(item) && decision.outcome == Outcome::Granted && case.stage != Stage::Archived {
            return vec![self.clock(ClockKind::LawyerNamed, decision.on, Some(Limit::calendar_days(3)))];
        }
        Vec::new()
    }
}

/// The last day of what a case waits for now.
pub(super) fn pressing_day(case: &Case, now: &Moment<'_>) -> Option<Date> {
    Reckoning { calendar: now.calendar, now: now.local() }.pressing(case)?.due.date()
}
