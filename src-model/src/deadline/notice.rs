//! The notice clock: all that is missing is told once and in time, or the file counts as accepted
//! (行政许可法 art 32(4), rules §2, vectors C9, R50, R51, R53).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Clock, Due, Limit};
use crate::calendar::Calendar;

/// What follows when the time for the notice passes in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IfSilent {
    /// The file counts as accepted from the day the papers came in.
    Accepted,
    /// The item has a rule of its own without that effect; being late is only late.
    NotAccepted,
}

/// How long the organ has to tell what is missing, and what its silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NoticeRule {
    /// Counted from the day of receipt.
    pub limit: Limit,
    /// What silence means.
    pub if_silent: IfSilent,
}

impl Default for NoticeRule {
    /// Five working days, then accepted (R51: law for licences, a service standard for the rest).
    fn default() -> Self {
        Self { limit: Limit::WorkingDays(5), if_silent: IfSilent::Accepted }
    }
}

impl NoticeRule {
    /// A rule of the item's own law: no deemed acceptance (R50).
    pub fn own(limit: Limit) -> Self {
        Self { limit, if_silent: IfSilent::NotAccepted }
    }
}

/// A file between receipt and acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeClock {
    /// The day the papers came in; it is not counted.
    pub received: Date,
    /// The rule of the item.
    pub rule: NoticeRule,
    /// When the one notice was given.
    pub given: Option<Date>,
    /// When the last required paper came in.
    pub complete: Option<Date>,
}

/// Where a file stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// The organ still has time to speak.
    Open,
    /// It spoke in time and papers are awaited.
    Noticed,
    /// The papers are complete: accepted on this day.
    Complete {
        /// The acceptance date.
        on: Date,
    },
    /// It kept silent: accepted by law (依法视为受理), an alarm to the window head and the supervisor.
    ByLaw {
        /// The day from whose first minute this holds.
        from: Date,
        /// The acceptance date, the day of receipt.
        on: Date,
    },
    /// It is late under a rule without deemed acceptance.
    Late,
}

impl Standing {
    /// The acceptance date, from which the decision clock runs.
    pub fn accepted_on(self) -> Option<Date> {
        match self {
            Self::Complete { on } | Self::ByLaw { on, .. } => Some(on),
            Self::Open | Self::Noticed | Self::Late => None,
        }
    }
}

impl NoticeClock {
    /// A file that came in on `received` and has heard nothing yet.
    pub fn new(received: Date, rule: NoticeRule) -> Self {
        Self { received, rule, given: None, complete: None }
    }

    /// By when the notice must be given.
    pub fn due(&self, calendar: &Calendar) -> Due {
        Clock::new(self.received, Some(self.rule.limit)).due(calendar)
    }

    /// The day from which the file counts as accepted unless something happens before; `None` once it happened in time
    /// or under a rule without that effect.
    pub fn deemed_from(&self, calendar: &Calendar) -> Option<Date> {
        let due = self.due(calendar).date()?;
        let in_time = |day: Option<Date>| day.is_some_and(|day| day <= due);
        if self.rule.if_silent == IfSilent::NotAccepted || in_time(self.given) || in_time(self.complete) {
            return None;
        }
        due.checked_add(1.day()).ok()
    }

    /// Where the file stands on `today`, things of later days left aside.
    pub fn standing(&self, calendar: &Calendar, today: Date) -> Standing {
        let past = |day: &Date| *day <= today;
        let seen = Self { given: self.given.filter(past), complete: self.complete.filter(past), ..*self };
        match (seen.deemed_from(calendar), seen.complete, seen.given) {
            (Some(from), _, _) if from <= today => Standing::ByLaw { from, on: self.received },
            (_, Some(on), _) => Standing::Complete { on },
            (_, None, Some(_)) => Standing::Noticed,
            (_, None, None) if self.due(calendar).date().is_some_and(|due| due < today) => Standing::Late,
            (_, None, None) => Standing::Open,
        }
    }
}
