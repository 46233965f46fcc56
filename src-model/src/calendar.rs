//! Which days are working days (vectors C1, C11): the State Council's years and a local layer over them.
//!
//! Two statements are kept apart: whether a day is a working day, and whether that is known. Days of a year that no
//! national layer covers count Monday to Friday; who uses such a day must say that the result is provisional. Nothing
//! here reads a clock or a file. Every answer is total: at the ends of what [`Date`] can hold it stays at the end.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// Whose list of days it is. A local layer overrides the national one for the days it names (放假办法 art 4, R80).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The State Council's notice for the whole year.
    #[default]
    National,
    /// The few days that this place sets otherwise.
    Local,
}

/// One year of one layer, as it stands in a calendar file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// The year that every day below lies in.
    pub year: i16,
    /// National unless the file says otherwise.
    #[serde(default)]
    pub layer: Layer,
    /// Days off, weekends inside a holiday included.
    pub off: Vec<Date>,
    /// Weekend days that are worked (补班).
    pub work: Vec<Date>,
    /// The notice that the days were taken from.
    pub source: String,
}

/// Why a list of years is no calendar. Each case names the place to correct.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CalendarFault {
    /// A layer states no notice, so nobody can check it.
    #[error("the calendar of {year} names no source")]
    NoSource {
        /// The layer's year.
        year: i16,
    },
    /// A day of another year stands in this year's layer.
    #[error("{day} does not belong to the calendar of {year}")]
    OtherYear {
        /// The layer's year.
        year: i16,
        /// The stray day.
        day: Date,
    },
    /// A day stands in both lists, or twice in one.
    #[error("{day} is named twice")]
    Twice {
        /// The day.
        day: Date,
    },
    /// A Monday-to-Friday day needs no make-up; most likely the date was mistyped.
    #[error("{day} is no weekend day and cannot be a make-up workday")]
    NotAWeekend {
        /// The day.
        day: Date,
    },
    /// Two national layers for one year.
    #[error("{year} has two national calendars")]
    TwoNational {
        /// The year.
        year: i16,
    },
    /// Two local layers contradict each other.
    #[error("local calendars disagree about {day}")]
    LocalDisagree {
        /// The day.
        day: Date,
    },
}

/// What a day is, as the day ruler paints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DayKind {
    /// An ordinary working day.
    Working,
    /// A weekend day that is worked (补班).
    MakeUp,
    /// An ordinary weekend day.
    Rest,
    /// A day off by a notice, weekend or not.
    Holiday,
}

impl DayKind {
    /// Whether offices work on such a day.
    pub fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::MakeUp)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Off,
    Work,
}

/// All known years with their local layers.
///
/// Invariants: `marks` is sorted by day and holds each day once; `known` is sorted and holds national years only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<CalendarYear>", into = "Vec<CalendarYear>")]
pub struct Calendar {
    years: Vec<CalendarYear>,
    marks: Vec<(Date, Mark)>,
    known: Vec<i16>,
}

impl TryFrom<Vec<CalendarYear>> for Calendar {
    type Error = CalendarFault;
    fn try_from(years: Vec<CalendarYear>) -> Result<Self, CalendarFault> {
        Self::from_years(years)
    }
}

impl From<Calendar> for Vec<CalendarYear> {
    fn from(calendar: Calendar) -> Self {
        calendar.years
    }
}

impl Calendar {
    /// Checks the layers and joins them; their order does not matter.
    pub fn from_years(years: Vec<CalendarYear>) -> Result<Self, CalendarFault> {
        let mut known = Vec::new();
        let (mut national, mut local) = (BTreeMap::new(), BTreeMap::new());
        for year in &years {
            let marks = year.marks()?;
            match year.layer {
                Layer::National if known.contains(&year.year) => {
                    return Err(CalendarFault::TwoNational { year: year.year });
                }
                Layer::National => {
                    known.push(year.year);
                    national.extend(marks);
                }
                Layer::Local => {
                    for (day, mark) in marks {
                        if local.insert(day, mark).is_some_and(|earlier| earlier != mark) {
                            return Err(CalendarFault::LocalDisagree { day });
                        }
                    }
                }
            }
        }
        known.sort_unstable();
        national.extend(local);
        Ok(Self { years, marks: national.into_iter().collect(), known })
    }

    /// The same calendar with one more layer (R80, R82).
    pub fn with(&self, year: CalendarYear) -> Result<Self, CalendarFault> {
        let mut years = self.years.clone();
        years.push(year);
        Self::from_years(years)
    }

    /// This calendar with the years of a newer file: a layer of a year that the file has takes the place of the one before, all others stay
    /// (R80, R82).
    pub fn renewed(&self, newer: &Self) -> Result<Self, CalendarFault> {
        let replaced =
            |year: &&CalendarYear| newer.years.iter().any(|other| (other.year, other.layer) == (year.year, year.layer));
        let kept = self.years.iter().filter(|year| !replaced(year));
        Self::from_years(kept.chain(&newer.years).cloned().collect())
    }

    /// The layers as they were given.
    pub fn years(&self) -> &[CalendarYear] {
        &self.years
    }

    /// What kind of day `date` is.
    pub fn kind(&self, date: Date) -> DayKind {
        let mark = self.marks.binary_search_by_key(&date, |(day, _)| *day).ok().map(|at| self.marks[at].1);
        match (mark, is_weekend(date)) {
            (Some(Mark::Off), _) => DayKind::Holiday,
            (Some(Mark::Work), true) => DayKind::MakeUp,
            (Some(Mark::Work), false) | (None, false) => DayKind::Working,
            (None, true) => DayKind::Rest,
        }
    }

    /// Whether `date` is a working day (C1).
    pub fn is_working(&self, date: Date) -> bool {
        self.kind(date).is_working()
    }

    /// Whether a national layer covers the year of `date`.
    pub fn knows(&self, date: Date) -> bool {
        self.known.binary_search(&date.year()).is_ok()
    }

    /// Whether every day from `first` to `last` lies in a known year; nothing is asked when `first` is after `last`.
    pub fn knows_all(&self, first: Date, last: Date) -> bool {
        first > last || (first.year()..=last.year()).all(|year| self.known.binary_search(&year).is_ok())
    }

    /// The last year that a national layer covers, to be shown with every provisional date (R81).
    pub fn last_known_year(&self) -> Option<i16> {
        self.known.last().copied()
    }

    /// The first working day on or after `date`.
    pub fn next_working(&self, date: Date) -> Date {
        let mut day = date;
        while !self.is_working(day) {
            let Ok(later) = day.tomorrow() else { break };
            day = later;
        }
        day
    }

    /// The last working day on or before `date`.
    pub fn last_working(&self, date: Date) -> Date {
        let mut day = date;
        while !self.is_working(day) {
            let Ok(earlier) = day.yesterday() else { break };
            day = earlier;
        }
        day
    }

    /// How many working days lie after `start` up to and including `end`; none when `end` is not after `start`.
    ///
    /// Counted by weeks and corrected by the named days, so that a span of years costs no more than one of days.
    pub fn working_between(&self, start: Date, end: Date) -> u32 {
        if end <= start {
            return 0;
        }
        let weekdays = weekdays_before(day_number(end) + 1) - weekdays_before(day_number(start) + 1);
        let first = self.marks.partition_point(|(day, _)| *day <= start);
        let marks = self.marks[first..].iter().take_while(|(day, _)| *day <= end);
        let correction: i64 = marks
            .map(|(day, mark)| match (mark, is_weekend(*day)) {
                (Mark::Off, false) => -1,
                (Mark::Work, true) => 1,
                (Mark::Off, true) | (Mark::Work, false) => 0,
            })
            .sum();
        u32::try_from(weekdays + correction).unwrap_or(0)
    }

    /// How many working days a year has; a checked file of 2025 or 2026 gives 248 (R17).
    pub fn working_days_in(&self, year: i16) -> u32 {
        match (Date::new(year, 1, 1), Date::new(year, 12, 31)) {
            (Ok(first), Ok(last)) => u32::from(self.is_working(first)) + self.working_between(first, last),
            _ => 0,
        }
    }
}

impl CalendarYear {
    fn marks(&self) -> Result<BTreeMap<Date, Mark>, CalendarFault> {
        let year = self.year;
        if self.source.trim().is_empty() {
            return Err(CalendarFault::NoSource { year });
        }
        let mut marks = BTreeMap::new();
        let off = self.off.iter().map(|day| (*day, Mark::Off));
        for (day, mark) in off.chain(self.work.iter().map(|day| (*day, Mark::Work))) {
            if day.year() != year {
                return Err(CalendarFault::OtherYear { year, day });
            }
            if mark == Mark::Work && self.layer == Layer::National && !is_weekend(day) {
                return Err(CalendarFault::NotAWeekend { day });
            }
            if marks.insert(day, mark).is_some() {
                return Err(CalendarFault::Twice { day });
            }
        }
        Ok(marks)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Days since a Monday long ago.
fn day_number(date: Date) -> i64 {
    const MONDAY: Date = Date::constant(1900, 1, 1);
    date.duration_since(MONDAY).as_secs() / 86_400
}

/// Mondays to Fridays among the days `0..number`.
fn weekdays_before(number: i64) -> i64 {
    5 * number.div_euclid(7) + number.rem_euclid(7).min(5)
}

/// How many days lie after `start` up to and including `end`; none when `end` is not after `start`.
pub fn days_between(start: Date, end: Date) -> u32 {
    u32::try_from(day_number(end) - day_number(start)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn known() -> Calendar {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json"));
        serde_json::from_str(text).unwrap()
    }

    fn layer(year: i16, layer: Layer, off: &[Date], work: &[Date]) -> CalendarYear {
        CalendarYear { year, layer, off: off.to_vec(), work: work.to_vec(), source: "invented".to_owned() }
    }

    #[test]
    fn both_known_years_have_248_working_days() {
        let calendar = known();
        assert_eq!((calendar.working_days_in(2025), calendar.working_days_in(2026)), (248, 248), "R17");
        assert_eq!(calendar.last_known_year(), Some(2026), "2027 is not announced yet");
        assert!(!calendar.knows(date(2027, 1, 1)), "and nothing about it is known");
    }

    #[test]
    fn each_kind_of_day_is_told_apart() {
        let calendar = known();
        for (day, expected) in [
            (date(2026, 3, 2), DayKind::Working),
            (date(2026, 3, 7), DayKind::Rest),
            (date(2026, 2, 14), DayKind::MakeUp),
            (date(2026, 10, 3), DayKind::Holiday),
            (date(2027, 1, 1), DayKind::Working),
        ] {
            assert_eq!(calendar.kind(day), expected, "{day}");
        }
    }

    #[test]
    fn a_local_layer_wins_over_the_national_one_in_any_order() {
        let local = layer(2026, Layer::Local, &[date(2026, 7, 6)], &[date(2026, 10, 7)]);
        let after = known().with(local.clone()).unwrap();
        let mut years = vec![local];
        years.extend(known().years().iter().cloned());
        let before = Calendar::from_years(years).unwrap();
        for calendar in [after, before] {
            assert_eq!(calendar.kind(date(2026, 7, 6)), DayKind::Holiday, "the local festival");
            assert_eq!(calendar.kind(date(2026, 10, 7)), DayKind::Working, "a Wednesday worked here");
            assert_eq!(calendar.kind(date(2026, 10, 6)), DayKind::Holiday, "a day the layer does not name");
        }
    }

    #[test]
    fn a_local_layer_alone_makes_no_year_known() {
        let calendar = Calendar::from_years(vec![layer(2027, Layer::Local, &[date(2027, 7, 6)], &[])]).unwrap();
        assert!(!calendar.knows(date(2027, 7, 6)), "the State Council has not spoken");
        assert!(!calendar.is_working(date(2027, 7, 6)), "but the local day is off");
    }

    #[test]
    fn a_faulty_file_is_refused_with_the_day_to_correct() {
        let (monday, saturday) = (date(2026, 3, 2), date(2026, 3, 7));
        let national = |off: &[Date], work: &[Date]| layer(2026, Layer::National, off, work);
        let local = |off: &[Date], work: &[Date]| layer(2026, Layer::Local, off, work);
        let unsigned = CalendarYear { source: "  ".to_owned(), ..national(&[], &[]) };
        for (years, fault) in [
            (vec![national(&[saturday], &[saturday])], CalendarFault::Twice { day: saturday }),
            (vec![national(&[monday, monday], &[])], CalendarFault::Twice { day: monday }),
            (vec![national(&[], &[monday])], CalendarFault::NotAWeekend { day: monday }),
            (vec![national(&[date(2025, 3, 3)], &[])], CalendarFault::OtherYear { year: 2026, day: date(2025, 3, 3) }),
            (vec![national(&[], &[]), national(&[], &[])], CalendarFault::TwoNational { year: 2026 }),
            (vec![unsigned], CalendarFault::NoSource { year: 2026 }),
            (vec![local(&[saturday], &[]), local(&[], &[saturday])], CalendarFault::LocalDisagree { day: saturday }),
        ] {
            assert_eq!(Calendar::from_years(years), Err(fault.clone()), "{fault}");
        }
    }

    #[test]
    fn a_calendar_survives_text_and_binary() {
        let calendar = known();
        let json = serde_json::to_string(&calendar).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar, "as JSON");
        let bytes = postcard::to_stdvec(&calendar).unwrap();
        assert_eq!(postcard::from_bytes::<Calendar>(&bytes).unwrap(), calendar, "in a package");
    }

    #[test]
    fn the_ends_of_time_stop_every_search() {
        let last = layer(9999, Layer::National, &[Date::MAX], &[]);
        let calendar = Calendar::from_years(vec![last]).unwrap();
        assert_eq!(calendar.next_working(Date::MAX), Date::MAX, "no later day exists");
        assert_eq!(calendar.last_working(Date::MIN).year(), Date::MIN.year(), "no earlier year exists");
        assert!(calendar.working_between(Date::MIN, Date::MAX) > 5_000_000, "twenty thousand years are counted");
    }

    proptest! {
        #[test]
        fn counting_by_weeks_equals_counting_by_days(offset in -400i32..800, length in -5i32..500) {
            let calendar = known();
            let start = date(2025, 6, 1).saturating_add(jiff::Span::new().days(offset));
            let end = start.saturating_add(jiff::Span::new().days(length));
            let slow = start.series(jiff::Span::new().days(1)).skip(1).take_while(|day| *day <= end)
                .filter(|day| calendar.is_working(*day)).count();
            prop_assert_eq!(calendar.working_between(start, end) as usize, slow);
            prop_assert_eq!(days_between(start, end), u32::try_from(length).unwrap_or(0));
        }
    }
}
