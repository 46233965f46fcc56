//! When and where a fact was written: a total order for display and folding.
//!
//! Three times are kept apart: the device's wall clock ([`Wall`], evidence), the hybrid logical clock ([`Hlc`], order) and
//! the hub's time of receipt (which lives in receipts, not here). Clocks never reject and never merge anything.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::BadId;

/// A reading of a device's wall clock, in milliseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub i64);

impl Wall {
    /// The civil date and time in the district (UTC+8, no daylight saving). Readings beyond the calendar saturate.
    pub fn local(self) -> DateTime {
        let limit = if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let instant = Timestamp::from_millisecond(self.0).unwrap_or(limit);
        Offset::constant(8).to_datetime(instant)
    }

    /// The civil date in the district.
    pub fn date(self) -> Date {
        self.local().date()
    }

    /// The reading a clock in the district shows at this civil time.
    pub fn at(local: DateTime) -> Self {
        let instant = Offset::constant(8).to_timestamp(local).unwrap_or(Timestamp::MAX);
        Self(instant.as_millisecond())
    }
}

/// What the station knew of its own clock when it wrote a fact (sync.md section 8, rules §10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeQuality {
    /// The clock agreed with the hub, or nothing spoke against it.
    #[default]
    Confirmed,
    /// The clock had moved or disagreed with the hub: 时间存疑.
    Unconfirmed,
}

/// A hybrid logical clock: milliseconds, then a counter for what happens within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Hlc {
    /// Milliseconds since 1970, the larger of the wall clock and anything seen.
    pub ms: u64,
    /// Breaks ties within one millisecond.
    pub counter: u16,
}

/// The last millisecond a stamp can name, some 8,900 years from now.
const LAST_MS: u64 = (1 << 48) - 1;

impl Hlc {
    /// The smallest reading greater than this one.
    pub fn next(self) -> Self {
        match self.counter.checked_add(1) {
            Some(counter) => Self { ms: self.ms, counter },
            // Twelve hexadecimal digits is all a stamp's text holds; a clock that far gone stays there.
            None => Self { ms: (self.ms + 1).min(LAST_MS), counter: 0 },
        }
    }
}

/// A device's hybrid clock.
///
/// H1: each tick is greater than every earlier tick and every adopted observation.
/// H2: a reading more than a day ahead of the wall clock is not adopted, so one broken clock cannot drag the others along.
#[derive(Debug, Clone, Copy, Default)]
pub struct HybridClock {
    last: Hlc,
}

/// How far ahead of the wall clock a foreign reading may be and still be adopted.
const ADOPT_AHEAD_MS: u64 = 24 * 60 * 60 * 1000;

impl HybridClock {
    /// A clock that goes on from the last reading stored.
    pub fn resume(last: Hlc) -> Self {
        Self { last }
    }

    /// The next reading at wall time `now`.
    pub fn tick(&mut self, now: Wall) -> Hlc {
        let wall = Hlc { ms: now.0.max(0).unsigned_abs(), counter: 0 };
        self.last = wall.max(self.last.next());
        self.last
    }

    /// Takes note of a foreign reading.
    pub fn observe(&mut self, seen: Hlc, now: Wall) {
        if seen.ms <= now.0.max(0).unsigned_abs().saturating_add(ADOPT_AHEAD_MS) {
            self.last = self.last.max(seen);
        }
    }

    /// The last reading given or adopted.
    pub fn last(&self) -> Hlc {
        self.last
    }
}

/// The identity of one fact and its place in the total order: hybrid clock, then the session that wrote it.
///
/// Its text is 32 hexadecimal digits that sort as the stamp does; it is the key of an event in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp {
    /// Order.
    pub hlc: Hlc,
    /// A short mark of the writing session; unique within a district.
    pub device: u64,
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}{:04x}{:016x}", self.hlc.ms, self.hlc.counter, self.device)
    }
}

impl FromStr for Stamp {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { kind: "stamp" };
        let hex = |part: Option<&str>| part.and_then(|t| u64::from_str_radix(t, 16).ok()).ok_or_else(bad);
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(bad());
        }
        let counter = u16::try_from(hex(text.get(12..16))?).map_err(|_| bad())?;
        Ok(Self { hlc: Hlc { ms: hex(text.get(..12))?, counter }, device: hex(text.get(16..))? })
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn h2_a_clock_a_day_ahead_is_not_adopted() {
        let now = Wall(1_000_000_000_000);
        let mut clock = HybridClock::default();
        clock.observe(Hlc { ms: 1_000_000_000_000 + ADOPT_AHEAD_MS + 1, counter: 0 }, now);
        assert_eq!(clock.tick(now), Hlc { ms: 1_000_000_000_000, counter: 0 }, "the far reading left no trace");
        let near = Hlc { ms: 1_000_000_000_000 + ADOPT_AHEAD_MS, counter: 3 };
        clock.observe(near, now);
        assert_eq!(clock.tick(now), near.next(), "a reading within a day is overtaken");
    }

    #[test]
    fn wall_time_reads_in_beijing() {
        let wall = Wall::at(jiff::civil::date(2026, 3, 2).at(9, 30, 0, 0));
        assert_eq!(wall.0, 1_772_415_000_000, "01:30 UTC");
        assert_eq!(wall.date(), jiff::civil::date(2026, 3, 2));
        assert_eq!(Wall(i64::MAX).date().year(), 9999, "saturates");
    }

    proptest! {
        #[test]
        fn h1_ticks_rise_whatever_the_wall_clock_does(walls in prop::collection::vec(0i64..5_000_000_000_000, 1..50)) {
            let mut clock = HybridClock::default();
            let mut last = Hlc::default();
            for wall in walls {
                let tick = clock.tick(Wall(wall));
                prop_assert!(tick > last);
                last = tick;
            }
        }

        #[test]
        fn stamps_sort_as_their_texts(a in any::<(u32, u16, u64)>(), b in any::<(u32, u16, u64)>()) {
            let stamp = |(ms, counter, device): (u32, u16, u64)| Stamp { hlc: Hlc { ms: ms.into(), counter }, device };
            let (a, b) = (stamp(a), stamp(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(a.to_string().parse::<Stamp>(), Ok(a));
        }
    }
}
