//! How dates, times and sizes are written: 10月12日, 08:16, 14 KB.

use daiban_model::api::Counts;
use daiban_model::stamp::Wall;
use jiff::civil::{Date, DateTime, Weekday};

/// 10月12日
pub fn day(date: Date) -> String {
    t!("date.day", m = date.month(), d = date.day())
}

/// 2027年4月11日
pub fn full(date: Date) -> String {
    t!("date.full", y = date.year(), m = date.month(), d = date.day())
}

/// A day as seen from another one: with its year only where that is another year.
pub fn near(date: Date, from: Date) -> String {
    if date.year() == from.year() { day(date) } else { full(date) }
}

/// A day typed as 2027-04-11, as people say it; anything else as it was typed.
pub fn typed(text: &str) -> String {
    text.trim().parse().map_or_else(|_| text.to_owned(), full)
}

/// 星期一
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => t!("date.monday"),
        Weekday::Tuesday => t!("date.tuesday"),
        Weekday::Wednesday => t!("date.wednesday"),
        Weekday::Thursday => t!("date.thursday"),
        Weekday::Friday => t!("date.friday"),
        Weekday::Saturday => t!("date.saturday"),
        Weekday::Sunday => t!("date.sunday"),
    }
}

/// 08:16
pub fn clock(at: Wall) -> String {
    let local = at.local();
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// 3月4日 09:30, of an hour that was agreed on
pub fn hour(at: DateTime) -> String {
    format!("{} {:02}:{:02}", day(at.date()), at.hour(), at.minute())
}

/// 10月9日 16:40
pub fn moment(at: Wall) -> String {
    format!("{} {}", day(at.date()), clock(at))
}

/// How wrong this machine's clock is, from how far it is ahead of the district's in milliseconds.
pub fn clock_off(ahead: i64) -> String {
    let much = span(ahead.unsigned_abs());
    if ahead > 0 { t!("date.clock_fast", much = much) } else { t!("date.clock_slow", much = much) }
}

/// 12 分钟, 3 小时, 5 天, 10 年: one number is enough to see what is wrong.
fn span(ms: u64) -> String {
    let minutes = ms / 60_000;
    match (minutes, minutes / 60, minutes / (24 * 60)) {
        (0..120, ..) => t!("date.minutes", n = minutes),
        (_, hours @ 0..48, _) => t!("date.hours", n = hours),
        (.., days @ 0..365) => t!("date.days", n = days),
        (.., days) => t!("date.years", n = (days * 100 + 18_262) / 36_525),
    }
}

/// 10,248
pub fn count(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 27, and 999+ where the engine stopped counting.
pub fn late(n: u32) -> String {
    if n < Counts::MOST_DATED { count(n) } else { format!("{}+", Counts::MOST_DATED - 1) }
}

/// 14 KB, 1.1 MB
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} KB", count.div_ceil(1_000)),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_written_as_people_say_them() {
        let today = date(2026, 10, 12);
        assert_eq!((day(today), weekday(today)), ("10月12日".to_owned(), "星期一"));
        assert_eq!(full(date(2027, 4, 11)), "2027年4月11日");
        assert_eq!(
            (near(today, date(2026, 1, 1)), near(today, date(2027, 1, 1))),
            (day(today), full(today)),
            "the year only where it is needed"
        );
        assert_eq!(moment(Wall::at(today.at(8, 5, 0, 0))), "10月12日 08:05");
    }

    #[test]
    fn a_wrong_clock_is_told_in_one_number() {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        for (ahead, text) in [
            (6 * 60_000, "这台电脑的钟比区里快了 6 分钟"),
            (-3 * 3_600_000, "这台电脑的钟比区里慢了 3 小时"),
            (-40 * DAY, "这台电脑的钟比区里慢了 40 天"),
            (-3 * 365 * DAY, "这台电脑的钟比区里慢了 3 年"),
            (3653 * DAY, "这台电脑的钟比区里快了 10 年"),
            (-20_515 * DAY, "这台电脑的钟比区里慢了 56 年"),
        ] {
            assert_eq!(clock_off(ahead), text, "{ahead}");
        }
    }

    #[test]
    fn long_counts_are_parted_in_threes() {
        for (n, text) in [(0, "0"), (999, "999"), (10_248, "10,248"), (1_000_000, "1,000,000")] {
            assert_eq!(count(n), text, "{n}");
        }
    }

    #[test]
    fn sizes_are_written_short() {
        for (count, text) in [(0, "0 B"), (999, "999 B"), (13_400, "14 KB"), (1_180_000, "1.1 MB")] {
            assert_eq!(bytes(count), text, "{count}");
        }
    }
}
