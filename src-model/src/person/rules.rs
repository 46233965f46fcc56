//! What the law says about people's data, as numbers.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// Working days in which a question about one's own data is answered (R202, ours).
pub const ANSWER_DAYS: u16 = 15;

/// Years below which a guardian consents (个人信息保护法 art 31).
const CHILD: i64 = 14;

/// The day from which no guardian is asked any more: the fourteenth birthday, 1 March for a child born on 29 February.
pub fn of_age_on(born: Date) -> Date {
    let same_day = Date::new(born.year().saturating_add(14), born.month(), born.day());
    same_day.unwrap_or_else(|_| {
        let years: Span = CHILD.years();
        born.saturating_add(years).saturating_add(1.day())
    })
}

/// Whether somebody born then is under fourteen on a day (R198).
pub fn is_child(born: Date, on: Date) -> bool {
    on < of_age_on(born)
}
