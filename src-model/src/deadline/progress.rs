//! What a running clock shows: counts, colour, the reason for its date and the cells of the day ruler.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{Clock, Due, Limit, Roll, Step, Unit, Walk};
use crate::calendar::{Calendar, DayKind, days_between};

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DaySpan {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl DaySpan {
    /// Whether `day` lies in it.
    pub fn holds(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Counts for “用时 4，承诺 8” (R55), in days that count: working days, or all days for a limit in other units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Usage {
    /// Days after the start up to and including today; the days after the end included.
    pub used: u32,
    /// Days of the limit with its extension; `None` for an unknown limit and for half a day.
    pub total: Option<u32>,
    /// Days after today up to and including the last one; `None` where no number was stated.
    pub left: Option<u32>,
    /// Days after the end.
    pub late: u32,
}

/// How near the end is (R55).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Urgency {
    /// Time enough.
    Calm,
    /// A fifth of the time, or one day, or less is left.
    Soon,
    /// The end has passed.
    Late,
}

/// Why the date is what it is, so that a screen can say it in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reason {
    /// Rest days that were passed over, holidays included.
    pub rest_days: u32,
    /// The holidays among them, run by run: “10月1日至7日放假不计”.
    pub holidays: Vec<DaySpan>,
    /// Make-up workdays that count, or that kept an end from moving: “10月10日补班计入”.
    pub make_up: Vec<Date>,
    /// Days that would have counted but for a stop.
    pub stopped: u32,
    /// The rest day on which the count ended, if the end moved from there.
    pub rolled_from: Option<Date>,
    /// The first year looked at that no calendar covers.
    pub unknown_year: Option<i16>,
}

/// How a cell of the day ruler is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fill {
    /// The day it began, which is not counted.
    Start,
    /// A counted day up to today.
    Used,
    /// A counted day still to come.
    Left,
    /// A day that does not count.
    Rest,
    /// A day on which the clock stood still.
    Stopped,
    /// A counted day after the end.
    Overdue,
}

/// One cell of the day ruler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RulerDay {
    /// The day.
    pub date: Date,
    /// What kind of day it is.
    pub day: DayKind,
    /// How it is painted.
    pub fill: Fill,
    /// Whether it is the last day: the bar.
    pub ends: bool,
    /// Whether it is today.
    pub today: bool,
}

/// More cells than any screen shows; a clock of years is told in words.
const LONGEST_RULER: usize = 400;

impl Clock {
    /// Counts on `today`; for a finished case ask for the day it was finished on.
    pub fn used_and_left(&self, calendar: &Calendar, today: Date) -> Usage {
        let used = self.counted(calendar, self.start_day(), today);
        let total = match self.limit {
            None | Some(Limit::HalfDay) => None,
            Some(_) => self.course().map(|course| course.days),
        };
        let (left, late) = match self.due(calendar) {
            Due::Unknown => (None, 0),
            Due::Paused { used: until_stop, left } => (Some(until_stop + left - used.min(until_stop)), 0),
            Due::On { date, .. } => (Some(self.ahead(calendar, today, date)), self.counted(calendar, date, today)),
            Due::At { at, .. } => {
                (Some(self.ahead(calendar, today, at.date())), self.counted(calendar, at.date(), today))
            }
        };
        Usage { used, total, left, late }
    }

    /// How near the end is at `now`; `None` where there is no end to be near to.
    pub fn urgency(&self, calendar: &Calendar, now: DateTime) -> Option<Urgency> {
        match self.due(calendar) {
            Due::Unknown | Due::Paused { .. } => None,
            // R124: amber at three hours, red at the due time.
            Due::At { at, .. } if at <= now => Some(Urgency::Late),
            Due::At { .. } if self.office_minutes_used(calendar, now) >= 180 => Some(Urgency::Soon),
            Due::At { .. } => Some(Urgency::Calm),
            Due::On { date, .. } if date < now.date() => Some(Urgency::Late),
            Due::On { .. } => {
                let Usage { left, total, .. } = self.used_and_left(calendar, now.date());
                let (left, total) = (left.unwrap_or(0), total.unwrap_or(0));
                Some(if left <= 1 || left.saturating_mul(5) <= total { Urgency::Soon } else { Urgency::Calm })
            }
        }
    }

    /// Why the clock ends when it does; for a stopped clock, what has happened so far.
    pub fn reason(&self, calendar: &Calendar) -> Reason {
        let Some(course) = self.course() else { return Reason::default() };
        let half = (self.limit == Some(Limit::HalfDay)).then(|| self.due(calendar).date()).flatten();
        let walk = half.map_or_else(|| self.walk(calendar, course), |end| Walk::Ended { raw: end, end });
        let start = self.start_day();
        let (raw, end) = match walk {
            Walk::Ended { raw, end } => (raw, end),
            Walk::Paused { .. } => self.open.map_or((start, start), |open| (open, open)),
        };
        let mut reason = Reason { stopped: self.stopped_days(calendar, start, end), ..Reason::default() };
        match (course.unit, course.roll) {
            (Unit::WorkingDay, _) => self.tell(calendar, DaySpan { from: start, to: end }, &mut reason),
            (_, Roll::Stay) => return reason,
            (_, Roll::ToWorkingDay) => {
                reason.rolled_from = (raw != end).then_some(raw);
                // The raw end itself is looked at: a rest day moves it, a make-up day keeps it.
                let eve = raw.yesterday().unwrap_or(raw);
                self.tell(calendar, DaySpan { from: eve, to: end }, &mut reason);
            }
        }
        reason
    }

    /// The cells from the start to the end, or to today if that is later.
    pub fn ruler(&self, calendar: &Calendar, today: Date) -> Vec<RulerDay> {
        let end = self.due(calendar).date();
        let raw = self.raw_end(calendar).filter(|_| self.limit != Some(Limit::HalfDay));
        let last = end.unwrap_or(today).max(today).max(self.start_day());
        let mut cells = Vec::new();
        let mut next = Some(self.start_day());
        while let Some(date) = next.filter(|date| *date <= last && cells.len() < LONGEST_RULER) {
            // Between the end of the count and the day it moved to, nothing counts.
            let moves = raw.is_some_and(|raw| raw < date) && end.is_some_and(|end| date < end);
            let fill = if moves { Fill::Rest } else { self.fill(calendar, date, today, end) };
            cells.push(RulerDay {
                date,
                day: calendar.kind(date),
                fill,
                ends: end == Some(date),
                today: date == today,
            });
            next = date.tomorrow().ok();
        }
        cells
    }

    fn fill(&self, calendar: &Calendar, date: Date, today: Date, end: Option<Date>) -> Fill {
        if date == self.start_day() {
            Fill::Start
        } else if self.is_stopped(date) {
            Fill::Stopped
        } else if self.counts_in_working_days() && !calendar.is_working(date) {
            Fill::Rest
        } else if end.is_some_and(|end| end < date) {
            Fill::Overdue
        } else if date <= today {
            Fill::Used
        } else {
            Fill::Left
        }
    }

    /// Days that count after `start` up to and including `end`.
    pub(super) fn counted(&self, calendar: &Calendar, start: Date, end: Date) -> u32 {
        self.in_unit(calendar, start, end).saturating_sub(self.stopped_days(calendar, start, end))
    }

    fn ahead(&self, calendar: &Calendar, today: Date, end: Date) -> u32 {
        self.counted(calendar, today.max(self.start_day()), end)
    }

    fn counts_in_working_days(&self) -> bool {
        self.limit.is_none_or(|limit| limit.unit() == Unit::WorkingDay)
    }

    fn in_unit(&self, calendar: &Calendar, start: Date, end: Date) -> u32 {
        if self.counts_in_working_days() { calendar.working_between(start, end) } else { days_between(start, end) }
    }

    /// Days after `start` up to and including `end` that would have counted but for a stop.
    fn stopped_days(&self, calendar: &Calendar, start: Date, end: Date) -> u32 {
        let open = self.open.map(|from| DaySpan { from, to: Date::MAX });
        // Closed spans are cut where the open one begins, so that no day is taken twice.
        let closed = self.spans.iter().filter_map(|span| match self.open.map(Date::yesterday) {
            None => Some(*span),
            Some(Ok(eve)) => Some(DaySpan { from: span.from, to: span.to.min(eve) }),
            Some(Err(_)) => None,
        });
        closed
            .chain(open)
            .map(|span| {
                let eve = span.from.yesterday().unwrap_or(span.from);
                self.in_unit(calendar, eve.max(start), span.to.min(end))
            })
            .fold(0, u32::saturating_add)
    }

    /// Notes the days after `span.from` up to `span.to` that need a word.
    fn tell(&self, calendar: &Calendar, span: DaySpan, reason: &mut Reason) {
        let mut day = span.from;
        while let Step::To(next) = self.step(day) {
            if next > span.to {
                break;
            }
            match calendar.kind(next) {
                DayKind::Working => {}
                DayKind::MakeUp => reason.make_up.push(next),
                DayKind::Rest => reason.rest_days += 1,
                DayKind::Holiday => {
                    reason.rest_days += 1;
                    match reason.holidays.last_mut() {
                        Some(run) if run.to == day => run.to = next,
                        _ => reason.holidays.push(DaySpan { from: next, to: next }),
                    }
                }
            }
            if reason.unknown_year.is_none() && !calendar.knows(next) {
                reason.unknown_year = Some(next.year());
            }
            day = next;
        }
    }
}
