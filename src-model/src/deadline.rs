//! When something is due, and why then (rules §1, vectors C1–C14).
//!
//! A [`Clock`] is a start, a limit and what stopped or prolonged it; it answers with a [`Due`], with counts
//! ([`Usage`]), with the [`Reason`] for the date and with the cells of the day ruler. Nothing is guessed: a limit that
//! nobody stated is [`Due::Unknown`], a date that leans on a year without a calendar is [`Certainty::Provisional`].
//! All arithmetic is total: past the last day that can be written, a clock ends on that day.

mod before;
mod half_day;
mod notice;
mod progress;

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

pub use before::{Before, before, keep_until};
pub use half_day::{HalfDay, HoursFault, OfficeHours};
pub use notice::{IfSilent, NoticeClock, NoticeRule, Standing};
pub use progress::{DaySpan, Fill, Reason, RulerDay, Urgency, Usage};

use crate::calendar::{Calendar, days_between};

/// What happens when the last day is a rest day (民法典 art 203).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Roll {
    /// Limits on an office or a person: the end moves to the next working day.
    ToWorkingDay,
    /// Keeping and deleting periods: the end stays (C13).
    Stay,
}

/// A length of time with its unit. New kinds are added at the end: the order is part of the packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Limit {
    /// Working days (行政许可法 art 82). None at all means on the spot (即办, C3).
    WorkingDays(u16),
    /// Days that all count (自然日, C4).
    CalendarDays {
        /// How many.
        n: u16,
        /// What a rest day does to the end.
        roll: Roll,
    },
    /// Months, to the same day of the later month (民法典 art 202, C5).
    Months {
        /// How many.
        n: u16,
        /// What a rest day does to the end.
        roll: Roll,
    },
    /// Years, to the same day of the later year (C5).
    Years {
        /// How many.
        n: u16,
        /// What a rest day does to the end.
        roll: Roll,
    },
    /// Half a working day: four office hours, or same day and next noon (C10).
    HalfDay,
}

/// How a limit is counted, for the word behind its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// 工作日
    WorkingDay,
    /// 自然日
    CalendarDay,
    /// 个月
    Month,
    /// 年
    Year,
}

impl Limit {
    /// A limit in calendar days on an office or a person.
    pub fn calendar_days(n: u16) -> Self {
        Self::CalendarDays { n, roll: Roll::ToWorkingDay }
    }

    /// The unit of the number.
    pub fn unit(self) -> Unit {
        match self {
            Self::WorkingDays(_) | Self::HalfDay => Unit::WorkingDay,
            Self::CalendarDays { .. } => Unit::CalendarDay,
            Self::Months { .. } => Unit::Month,
            Self::Years { .. } => Unit::Year,
        }
    }

    /// Twice the number, so that half a day needs no fraction.
    pub fn halves(self) -> u32 {
        match self {
            Self::HalfDay => 1,
            Self::WorkingDays(n) | Self::CalendarDays { n, .. } | Self::Months { n, .. } | Self::Years { n, .. } => {
                u32::from(n) * 2
            }
        }
    }

    /// Whether the matter is finished while the person waits (即办, R58).
    pub fn is_on_the_spot(self) -> bool {
        self == Self::WorkingDays(0)
    }
}

/// What may stop a clock (行政许可法 art 45; 工伤保险条例 art 20, R59). No other kind exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// 听证
    Hearing,
    /// 招标
    Bidding,
    /// 拍卖
    Auction,
    /// 检验
    Inspection,
    /// 检测
    Testing,
    /// 检疫
    Quarantine,
    /// 鉴定
    Appraisal,
    /// 专家评审
    ExpertReview,
    /// 等待法院或其他机关的结论, for work injury only
    AwaitedConclusion,
}

impl StopKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Hearing,
        Self::Bidding,
        Self::Auction,
        Self::Inspection,
        Self::Testing,
        Self::Quarantine,
        Self::Appraisal,
        Self::ExpertReview,
        Self::AwaitedConclusion,
    ];
}

/// Days that do not count, the first and the last included (C6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The first day that does not count.
    pub from: Date,
    /// The last one; `None` while the stop is open. A stop that ends before it begins stops nothing.
    pub to: Option<Date>,
    /// Why the clock stood still.
    pub kind: StopKind,
}

/// Whether a date leans on days that no calendar covers (C11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// Every day looked at lies in a known year.
    Certain,
    /// 待国务院公布节假日后重算
    Provisional,
}

/// The answer of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Due {
    /// By closing time of this day.
    On {
        /// The last day.
        date: Date,
        /// Whether it may still move.
        certainty: Certainty,
    },
    /// By this minute: half-day clocks only.
    At {
        /// The last moment.
        at: DateTime,
        /// Whether it may still move.
        certainty: Certainty,
    },
    /// A stop is open: no end date, only counts, in the unit of the limit.
    Paused {
        /// Days used before the stop.
        used: u32,
        /// Days that will be left when it ends.
        left: u32,
    },
    /// No number was ever stated (C12): 时限待主管部门确认, never a default.
    Unknown,
}

impl Due {
    /// The last day, if there is one.
    pub fn date(self) -> Option<Date> {
        match self {
            Self::On { date, .. } => Some(date),
            Self::At { at, .. } => Some(at.date()),
            Self::Paused { .. } | Self::Unknown => None,
        }
    }

    /// The last moment, for sorting days and minutes into one list.
    pub fn moment(self, hours: OfficeHours) -> Option<DateTime> {
        match self {
            Self::On { date, .. } => Some(date.to_datetime(hours.closing())),
            Self::At { at, .. } => Some(at),
            Self::Paused { .. } | Self::Unknown => None,
        }
    }

    /// Whether the date waits for the State Council's notice (C11).
    pub fn is_provisional(self) -> bool {
        matches!(
            self,
            Self::On { certainty: Certainty::Provisional, .. } | Self::At { certainty: Certainty::Provisional, .. }
        )
    }
}

/// One running limit: from when, how long, what prolonged it and what stopped it.
///
/// Invariant: `spans` are closed stops, sorted, neither overlapping nor touching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    start: DateTime,
    limit: Option<Limit>,
    extension: u16,
    spans: Vec<DaySpan>,
    open: Option<Date>,
    hours: OfficeHours,
}

/// How a limit is walked: which days count, how many of them, and what follows.
#[derive(Clone, Copy)]
struct Course {
    unit: Unit,
    days: u32,
    roll: Roll,
}

enum Step {
    To(Date),
    Paused,
    EndOfTime,
}

enum Walk {
    Ended { raw: Date, end: Date },
    Paused { used: u32, left: u32 },
}

impl Clock {
    /// A clock from `start` on. The start is the acceptance day; its time of day matters to half-day clocks only.
    pub fn new(start: impl Into<DateTime>, limit: Option<Limit>) -> Self {
        let hours = OfficeHours::default();
        Self { start: start.into(), limit, extension: 0, spans: Vec::new(), open: None, hours }
    }

    /// Prolonged by `more` of the same unit, counted on from the last day (C7).
    pub fn extended_by(mut self, more: u16) -> Self {
        self.extension = more;
        self
    }

    /// Stopped on these days; their order and overlaps do not matter.
    pub fn with_stops(mut self, stops: &[Stop]) -> Self {
        self.open = stops.iter().filter(|stop| stop.to.is_none()).map(|stop| stop.from).min();
        self.spans = joined(stops);
        self
    }

    /// With the office hours of this district; they matter to half-day clocks only.
    pub fn with_hours(mut self, hours: OfficeHours) -> Self {
        self.hours = hours;
        self
    }

    /// The limit, without its extension.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// When it is due (C2–C7, C10–C12).
    pub fn due(&self, calendar: &Calendar) -> Due {
        if self.limit == Some(Limit::HalfDay) {
            return self.half_day_due(calendar);
        }
        let Some(course) = self.course() else { return Due::Unknown };
        match self.walk(calendar, course) {
            Walk::Ended { raw, end } => Due::On { date: end, certainty: self.certainty(calendar, course, raw, end) },
            Walk::Paused { used, left } => Due::Paused { used, left },
        }
    }

    /// The day the count itself ended on, before it moved to a working day.
    pub fn raw_end(&self, calendar: &Calendar) -> Option<Date> {
        match self.walk(calendar, self.course()?) {
            Walk::Ended { raw, .. } => Some(raw),
            Walk::Paused { .. } => None,
        }
    }

    fn start_day(&self) -> Date {
        self.start.date()
    }

    /// How the limit is walked. Half a day is one working day to everything that counts in days.
    fn course(&self) -> Option<Course> {
        let more = i32::from(self.extension);
        let far = |span: Span| days_between(self.start_day(), self.start_day().saturating_add(span));
        Some(match self.limit? {
            Limit::WorkingDays(n) => {
                Course { unit: Unit::WorkingDay, days: u32::from(n) + u32::from(self.extension), roll: Roll::Stay }
            }
            Limit::CalendarDays { n, roll } => {
                Course { unit: Unit::CalendarDay, days: u32::from(n) + u32::from(self.extension), roll }
            }
            Limit::Months { n, roll } => {
                Course { unit: Unit::CalendarDay, days: far((i32::from(n) + more).months()), roll }
            }
            // The span type holds no more than this many years; nor does the calendar.
            Limit::Years { n, roll } => {
                Course { unit: Unit::CalendarDay, days: far((i32::from(n) + more).min(10_000).years()), roll }
            }
            Limit::HalfDay => Course { unit: Unit::WorkingDay, days: 1, roll: Roll::Stay },
        })
    }

    fn walk(&self, calendar: &Calendar, course: Course) -> Walk {
        let (mut day, mut left) = (self.start_day(), course.days);
        while left > 0 {
            day = match self.step(day) {
                Step::To(next) => next,
                Step::Paused => return Walk::Paused { used: course.days - left, left },
                Step::EndOfTime => return Walk::Ended { raw: Date::MAX, end: Date::MAX },
            };
            if course.unit != Unit::WorkingDay || calendar.is_working(day) {
                left -= 1;
            }
        }
        let on_the_spot = course.unit == Unit::WorkingDay && course.days == 0;
        if !on_the_spot && course.roll == Roll::Stay {
            return Walk::Ended { raw: day, end: day };
        }
        match self.settle(calendar, day) {
            Some(end) => Walk::Ended { raw: if on_the_spot { end } else { day }, end },
            None => Walk::Paused { used: course.days, left: 0 },
        }
    }

    /// The first working day on or after `day` that no stop covers; `None` behind an open stop.
    fn settle(&self, calendar: &Calendar, mut day: Date) -> Option<Date> {
        while self.is_stopped(day) || !calendar.is_working(day) {
            day = match self.step(day) {
                Step::To(next) => next,
                Step::Paused => return None,
                Step::EndOfTime => return Some(Date::MAX),
            };
        }
        Some(day)
    }

    /// The next day that no stop covers. A stop is jumped over, however long it is.
    fn step(&self, day: Date) -> Step {
        let Ok(mut next) = day.tomorrow() else { return Step::EndOfTime };
        if let Some(span) = self.spans.iter().find(|span| span.holds(next)) {
            let Ok(after) = span.to.tomorrow() else { return Step::EndOfTime };
            next = after;
        }
        if self.open.is_some_and(|from| from <= next) { Step::Paused } else { Step::To(next) }
    }

    fn is_stopped(&self, day: Date) -> bool {
        self.open.is_some_and(|from| from <= day) || self.spans.iter().any(|span| span.holds(day))
    }

    /// C11. The start day is looked at too where it may itself be the end (on the spot).
    fn certainty(&self, calendar: &Calendar, course: Course, raw: Date, end: Date) -> Certainty {
        let known = match (course.unit, course.roll) {
            (Unit::WorkingDay, _) if course.days == 0 => calendar.knows_all(self.start_day(), end),
            (Unit::WorkingDay, _) => match self.start_day().tomorrow() {
                Ok(first) => calendar.knows_all(first, end),
                Err(_) => false,
            },
            (_, Roll::ToWorkingDay) => calendar.knows_all(raw, end),
            (_, Roll::Stay) => true,
        };
        if known { Certainty::Certain } else { Certainty::Provisional }
    }
}

/// Closed stops as sorted spans that neither overlap nor touch.
fn joined(stops: &[Stop]) -> Vec<DaySpan> {
    let closed = stops.iter().filter_map(|stop| stop.to.map(|to| DaySpan { from: stop.from, to }));
    let mut spans: Vec<DaySpan> = closed.filter(|span| span.from <= span.to).collect();
    spans.sort_unstable_by_key(|span| span.from);
    spans.dedup_by(|next, kept| {
        let joins = next.from <= kept.to.saturating_add(1.day());
        if joins {
            kept.to = kept.to.max(next.to);
        }
        joins
    });
    spans
}

#[cfg(test)]
mod tests;
