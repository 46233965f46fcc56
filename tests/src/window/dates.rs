//! The dates a work injury brings, reckoned here from the law's own numbers, and written as screens write them.
//!
//! 工伤保险条例 art 17: thirty days for the employer, one year for the worker, both from the accident. Art 20: sixty days for
//! the decision from the day of acceptance, fifteen where the facts are clear. A last day that is a day of rest moves on.

use std::path::Path;

use anyhow::{Result, anyhow};
use daiban_core::edge::{Edge, System};
use daiban_district::import;
use daiban_model::calendar::Calendar;
use daiban_model::deadline::{Clock, Limit, Roll};
use jiff::ToSpan;
use jiff::civil::Date;

/// The dates of a work injury that happened two days ago and is accepted today.
#[derive(Debug, Clone, Copy)]
pub struct InjuryDates {
    /// The accident
    pub injured_on: Date,
    /// The station's day
    pub today: Date,
    /// Thirty days from the accident
    pub employer: Date,
    /// One year from the accident
    pub worker: Date,
    /// Sixty days from today
    pub decision: Date,
    /// Fifteen days from today
    pub clear_facts: Date,
}

impl InjuryDates {
    /// Reckons them by the calendar of the house.
    pub fn reckon() -> Result<Self> {
        let calendar = calendar()?;
        let today = System.now().date();
        let injured_on = today.saturating_sub(2.days());
        let due = |start: Date, limit: Limit| {
            Clock::new(start, Some(limit)).due(&calendar).date().ok_or_else(|| anyhow!("a limit without an end"))
        };
        Ok(Self {
            injured_on,
            today,
            employer: due(injured_on, Limit::calendar_days(30))?,
            worker: due(injured_on, Limit::Years { n: 1, roll: Roll::ToWorkingDay })?,
            decision: due(today, Limit::calendar_days(60))?,
            clear_facts: due(today, Limit::calendar_days(15))?,
        })
    }

    /// Each date with the name of its clock on a page.
    pub fn clocks(&self) -> [(&'static str, Date); 4] {
        [
            ("clock-employer_report", self.employer),
            ("clock-worker_report", self.worker),
            ("clock-statutory", self.decision),
            ("clock-clear_facts", self.clear_facts),
        ]
    }

    /// A day as a clock shows it: with its year where that is another one.
    pub fn words(&self, day: Date) -> String {
        let year = if day.year() == self.today.year() { String::new() } else { format!("{}年", day.year()) };
        format!("{year}{}月{}日", day.month(), day.day())
    }
}

fn calendar() -> Result<Calendar> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data/calendar.json");
    let content =
        import::read(&file).map_err(|faults| anyhow!("the calendar does not read: {} faults", faults.len()))?;
    import::calendar(&content).map_err(|faults| anyhow!("the calendar is wrong in {} places", faults.len()))
}
