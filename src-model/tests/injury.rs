//! The dates of a work injury, from the accident to the appraisal (requirements R102–R109), by the limits of the district's own list.

#![expect(clippy::unwrap_used, reason = "fixtures: what does not parse here is a slip in the test")]

use daiban_model::calendar::Calendar;
use daiban_model::case::clocks::{ClockKind, Reckoning};
use daiban_model::case::event::Limits;
use daiban_model::catalogue::{Catalogue, Item, ItemRow};
use daiban_model::deadline::{Clock, Due, Limit, NoticeClock, Roll, Stop, StopKind};
use jiff::civil::{Date, date};

fn calendar() -> Calendar {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn item(code: &str) -> Item {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/items.csv");
    let rows: Vec<ItemRow> = csv::Reader::from_path(file).unwrap().deserialize().collect::<Result<_, _>>().unwrap();
    let catalogue = Catalogue::from_rows(1, date(2026, 1, 1), &rows).unwrap();
    catalogue.get(&code.parse().unwrap()).unwrap().clone()
}

/// The employer's and the worker's last day for an accident, and whether the worker's is provisional.
fn reports(accident: Date) -> (Date, Date, bool) {
    let (calendar, injury) = (calendar(), item("RS-075"));
    let reckoning = Reckoning { calendar: &calendar, now: accident.at(9, 0, 0, 0) };
    let clocks = reckoning.outlook(&injury.code, Limits::from(&injury), Some(accident));
    let due = |kind: ClockKind| clocks.iter().find(|clock| clock.kind == kind).unwrap().due;
    let worker = due(ClockKind::WorkerReport);
    (due(ClockKind::EmployerReport).date().unwrap(), worker.date().unwrap(), worker.is_provisional())
}

fn end(start: Date, limit: Option<Limit>) -> Due {
    Clock::new(start, limit).due(&calendar())
}

#[test]
fn r102_both_limits_stand_as_soon_as_the_day_of_the_accident_is_typed() {
    for (accident, employer, worker, provisional, why) in [
        (date(2026, 2, 28), date(2026, 3, 30), date(2027, 3, 1), true, "D49, D50"),
        (date(2026, 1, 20), date(2026, 2, 24), date(2027, 1, 20), true, "D52: the thirty days end in the holiday"),
        (date(2026, 1, 15), date(2026, 2, 14), date(2027, 1, 15), true, "D54: a make-up Saturday counts"),
        (date(2025, 3, 1), date(2025, 3, 31), date(2026, 3, 2), false, "D64: the year ends on a Sunday"),
        (date(2026, 3, 4), date(2026, 4, 3), date(2027, 3, 4), true, "D107: 李春梅"),
    ] {
        assert_eq!(reports(accident), (employer, worker, provisional), "{why}");
    }
}

#[test]
fn r105_the_check_takes_fifteen_days_and_fifteen_again_from_the_completed_papers() {
    let rule = item("RS-075").notice;
    let last = |received: Date| NoticeClock::new(received, rule).due(&calendar()).date().unwrap();
    assert_eq!(last(date(2026, 3, 12)), date(2026, 3, 27));
    assert_eq!(last(date(2026, 3, 6)), date(2026, 3, 23), "D55: the fifteenth day is a Saturday");
    assert_eq!(last(date(2026, 3, 20)), date(2026, 4, 7), "completed on 2026-03-20: again, and past 清明");
}

#[test]
fn r107_sixty_days_or_fifteen_and_twenty_to_deliver() {
    let injury = item("RS-075");
    assert_eq!(end(date(2026, 3, 10), injury.statutory).date(), Some(date(2026, 5, 9)), "D56");
    assert_eq!(end(date(2026, 3, 10), injury.clear_facts).date(), Some(date(2026, 3, 25)), "D57");
    let stop = Stop { from: date(2026, 4, 1), to: Some(date(2026, 4, 30)), kind: StopKind::AwaitedConclusion };
    let stopped = Clock::new(date(2026, 3, 10), injury.statutory).with_stops(&[stop]).due(&calendar());
    assert_eq!(stopped.date(), Some(date(2026, 6, 8)), "D48: a court's conclusion is awaited");
    assert_eq!(end(date(2026, 3, 20), injury.statutory).date(), Some(date(2026, 5, 19)), "D107");
    assert_eq!(end(date(2026, 5, 15), Some(Limit::calendar_days(20))).date(), Some(date(2026, 6, 4)), "D107: delivery");
}

#[test]
fn r108_the_appraisal_takes_sixty_days_and_thirty_more() {
    let appraisal = item("RS-077");
    let applied = Clock::new(date(2026, 5, 11), appraisal.statutory);
    assert_eq!(applied.due(&calendar()).date(), Some(date(2026, 7, 10)), "D60");
    assert_eq!(applied.extended_by(30).due(&calendar()).date(), Some(date(2026, 8, 10)), "D61");
    assert_eq!(end(date(2026, 7, 15), Some(Limit::calendar_days(15))).date(), Some(date(2026, 7, 30)), "D62: again");
    let year = Limit::Years { n: 1, roll: Roll::ToWorkingDay };
    assert_eq!(end(date(2026, 7, 15), Some(year)).date(), Some(date(2027, 7, 15)), "art 28: a re-check after a year");
}

#[test]
fn r109_legal_aid_is_checked_in_seven_days_and_a_lawyer_named_in_three() {
    assert_eq!(end(date(2026, 4, 28), item("SF-001").statutory).date(), Some(date(2026, 5, 6)), "D65");
    assert_eq!(end(date(2026, 5, 6), Some(Limit::calendar_days(3))).date(), Some(date(2026, 5, 9)), "D66");
}
