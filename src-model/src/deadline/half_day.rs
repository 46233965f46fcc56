//! The half-day clock of 企业开办 (rules §1, vectors C10, R124) and the office hours it runs in.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use super::{Certainty, Clock, Due, Step};
use crate::calendar::Calendar;

const NOON: Time = Time::constant(12, 0, 0, 0);
const FOUR_HOURS: i64 = 4 * 3600;

/// When an office is open on a working day: a morning and an afternoon. A setting of the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "[(Time, Time); 2]", into = "[(Time, Time); 2]")]
pub struct OfficeHours {
    sessions: [(Time, Time); 2],
}

/// Why hours cannot be office hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum HoursFault {
    /// A session closes before it opens, or lasts less than a minute.
    #[error("office hours must open before they close")]
    Empty,
    /// The afternoon opens before the morning closes.
    #[error("the afternoon must not open before the morning closes")]
    Overlap,
}

impl Default for OfficeHours {
    /// 08:30–12:00 and 14:30–17:30: an assumption until the district sets its own (vectors, settings).
    fn default() -> Self {
        let at = Time::constant;
        Self { sessions: [(at(8, 30, 0, 0), at(12, 0, 0, 0)), (at(14, 30, 0, 0), at(17, 30, 0, 0))] }
    }
}

impl TryFrom<[(Time, Time); 2]> for OfficeHours {
    type Error = HoursFault;
    fn try_from([morning, afternoon]: [(Time, Time); 2]) -> Result<Self, HoursFault> {
        Self::new(morning, afternoon)
    }
}

impl From<OfficeHours> for [(Time, Time); 2] {
    fn from(hours: OfficeHours) -> Self {
        hours.sessions
    }
}

impl OfficeHours {
    /// Hours of one working day, each session as opening and closing time.
    pub fn new(morning: (Time, Time), afternoon: (Time, Time)) -> Result<Self, HoursFault> {
        if [morning, afternoon].iter().any(|(open, close)| seconds(*close) - seconds(*open) < 60) {
            return Err(HoursFault::Empty);
        }
        if afternoon.0 < morning.1 {
            return Err(HoursFault::Overlap);
        }
        Ok(Self { sessions: [morning, afternoon] })
    }

    /// When the office opens in the morning.
    pub fn opening(self) -> Time {
        self.sessions[0].0
    }

    /// When it closes for the day: the end of every deadline that is a day.
    pub fn closing(self) -> Time {
        self.sessions[1].1
    }

    /// Seconds that the office is open on one day between two times of it.
    fn open_seconds(self, from: Time, to: Time) -> i64 {
        self.sessions.iter().map(|(open, close)| (seconds(to.min(*close)) - seconds(from.max(*open))).max(0)).sum()
    }

    /// The time of the day at which `wanted` open seconds after `from` have passed, or what is still wanted then.
    fn after(self, from: Time, mut wanted: i64) -> Result<Time, i64> {
        for (open, close) in self.sessions {
            let begin = from.max(open);
            let here = (seconds(close) - seconds(begin)).max(0);
            if wanted <= here {
                return Ok(begin.saturating_add(SignedDuration::from_secs(wanted)));
            }
            wanted -= here;
        }
        Err(wanted)
    }
}

/// Both readings of half a working day; the earlier one is the due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfDay {
    /// Four office hours after acceptance.
    pub four_hours_end: DateTime,
    /// Accepted before noon: closing time; else noon of the next working day.
    pub split_end: DateTime,
}

impl HalfDay {
    /// The earlier reading (rules §1).
    pub fn due(self) -> DateTime {
        self.four_hours_end.min(self.split_end)
    }
}

impl Clock {
    /// Both readings of the half-day clock; `None` while an open stop stands in the way.
    pub fn half_day(&self, calendar: &Calendar) -> Option<HalfDay> {
        let (first, from) = self.half_day_start(calendar)?;
        let split_end = if from < NOON {
            first.to_datetime(self.hours.closing())
        } else {
            self.next_open(calendar, first)?.to_datetime(NOON)
        };
        let (mut day, mut wanted) = (first, self.hours.after(from, FOUR_HOURS));
        loop {
            match wanted {
                Ok(time) => return Some(HalfDay { four_hours_end: day.to_datetime(time), split_end }),
                Err(_) if day == Date::MAX => return Some(HalfDay { four_hours_end: DateTime::MAX, split_end }),
                Err(seconds) => {
                    day = self.next_open(calendar, day)?;
                    wanted = self.hours.after(self.hours.opening(), seconds);
                }
            }
        }
    }

    /// Office minutes used up to `now`, for “用了 2 小时 50 分” on a half-day clock.
    pub fn office_minutes_used(&self, calendar: &Calendar, now: DateTime) -> u32 {
        let Some((first, from)) = self.half_day_start(calendar) else { return 0 };
        let (hours, today) = (self.hours, now.date());
        let last = if self.is_stopped(today) || !calendar.is_working(today) { Time::MIN } else { now.time() };
        let used = match today.cmp(&first) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => hours.open_seconds(from, now.time()),
            std::cmp::Ordering::Greater => {
                let whole = hours.open_seconds(hours.opening(), hours.closing());
                let between = today.yesterday().map_or(0, |eve| self.counted(calendar, first, eve));
                hours.open_seconds(from, hours.closing())
                    + i64::from(between) * whole
                    + hours.open_seconds(hours.opening(), last)
            }
        };
        u32::try_from(used / 60).unwrap_or(u32::MAX)
    }

    pub(super) fn half_day_due(&self, calendar: &Calendar) -> Due {
        let Some(half) = self.half_day(calendar) else { return Due::Paused { used: 0, left: 1 } };
        let at = half.due();
        // Whether the start day is open at all decides the rest, so it is looked at as well.
        let known = calendar.knows_all(self.start_day(), at.date());
        Due::At { at, certainty: if known { Certainty::Certain } else { Certainty::Provisional } }
    }

    /// The first open day and the time from which it counts.
    fn half_day_start(&self, calendar: &Calendar) -> Option<(Date, Time)> {
        let day = self.settle(calendar, self.start_day())?;
        let from =
            if day == self.start_day() { self.start.time().max(self.hours.opening()) } else { self.hours.opening() };
        Some((day, from))
    }

    fn next_open(&self, calendar: &Calendar, day: Date) -> Option<Date> {
        match self.step(day) {
            Step::To(next) => self.settle(calendar, next),
            Step::Paused => None,
            Step::EndOfTime => Some(Date::MAX),
        }
    }
}

fn seconds(time: Time) -> i64 {
    time.duration_since(Time::MIN).as_secs()
}
