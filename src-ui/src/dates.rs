//! How dates, times and sizes are written: 10月12日, 08:16, 14 KB.

use daiban_model::stamp::Wall;
use jiff::civil::{Date, Weekday};

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

/// 10月9日 16:40
pub fn moment(at: Wall) -> String {
    format!("{} {}", day(at.date()), clock(at))
}

/// 2026年10月12日 09:14
pub fn full_moment(at: Wall) -> String {
    format!("{} {}", full(at.date()), clock(at))
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
