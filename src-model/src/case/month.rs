//! 上报: the month's line to the upper tier, in the seven steps of proxy work (R73; rules §9). It is counted from what people did and never
//! typed in (R187).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clocks::Reckoning;
use super::event::Help;
use super::fold::Case;
use super::reminders::{SevenStep, seven_steps};

/// Of a hundred cases so many are finished in time: the target of the office (rules §9).
pub const TARGET: u8 = 100;

/// What one unit did for people in a month, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthLine {
    /// 委托
    pub entrusted: u32,
    /// 受理: papers were taken.
    pub taken: u32,
    /// 办理: the organ's result is there.
    pub handled: u32,
    /// 送达
    pub delivered: u32,
    /// 归档
    pub archived: u32,
    /// 回访
    pub called_back: u32,
    /// Of those handled: before or on the last day.
    pub in_time: u32,
    /// Of those handled: after it.
    pub late: u32,
}

impl MonthLine {
    /// What one case adds to each month, for a desk that keeps this and not the case.
    pub fn of_case(case: &Case, archived: Option<Date>, reckoning: &Reckoning<'_>) -> Vec<(Date, Self)> {
        let steps = seven_steps(case, archived).into_iter().filter_map(|(_, day)| day);
        let days = steps.chain(case.decision.as_ref().map(|decision| decision.on));
        let months: BTreeSet<Date> = days.map(Date::first_of_month).collect();
        let line = |month| {
            let mut line = Self::default();
            line.add(case, archived, month, reckoning);
            (month, line)
        };
        months.into_iter().map(line).filter(|(_, line)| !line.is_empty()).collect()
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.entrusted += other.entrusted;
        self.taken += other.taken;
        self.handled += other.handled;
        self.delivered += other.delivered;
        self.archived += other.archived;
        self.called_back += other.called_back;
        self.in_time += other.in_time;
        self.late += other.late;
    }

    /// Adds what was done of a case in the month of this day. `archived` is the day the case was sealed.
    pub fn add(&mut self, case: &Case, archived: Option<Date>, month: Date, reckoning: &Reckoning<'_>) {
        if case.help != Some(Help::Proxy) {
            return;
        }
        let within = |day: Date| (day.year(), day.month()) == (month.year(), month.month());
        for (step, _) in seven_steps(case, archived).into_iter().filter(|(_, day)| day.is_some_and(within)) {
            let count = match step {
                SevenStep::Entrusted => &mut self.entrusted,
                SevenStep::Taken => &mut self.taken,
                SevenStep::Handled => &mut self.handled,
                SevenStep::Delivered => &mut self.delivered,
                SevenStep::Archived => &mut self.archived,
                SevenStep::CalledBack => &mut self.called_back,
                // This line itself.
                SevenStep::Reported => continue,
            };
            *count += 1;
        }
        let decided = case.decision.as_ref().map(|decision| decision.on).filter(|day| within(*day));
        // Nobody is late where no limit is known (R57).
        if let Some((on, last)) = decided.zip(reckoning.last_day(case)) {
            *(if on <= last { &mut self.in_time } else { &mut self.late }) += 1;
        }
    }

    /// Of a hundred cases with a limit so many in time, rounded down: one late case is never told as none.
    pub fn on_time(&self) -> Option<u8> {
        let all = u64::from(self.in_time) + u64::from(self.late);
        let percent = (u64::from(self.in_time) * 100).checked_div(all)?;
        u8::try_from(percent).ok()
    }

    /// Whether there is anything to report.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_late_case_is_never_told_as_none() {
        let line = |in_time, late| MonthLine { in_time, late, ..MonthLine::default() };
        assert_eq!(line(0, 0).on_time(), None, "nothing was due");
        assert_eq!(line(4, 0).on_time(), Some(TARGET));
        assert_eq!(line(999, 1).on_time(), Some(99));
    }
}
