//! What moves an end: holidays, stops, extensions (R49, R59, R60).

use daiban_model::case::clocks::ClockKind;
use daiban_model::case::decide::Entry;
use daiban_model::case::event::*;
use daiban_model::case::{Command, Refusal};
use daiban_model::deadline::StopKind;
use jiff::civil::date;

use super::{Life, twenty};

#[test]
fn r49_received_before_the_may_holiday_the_file_goes_on_after_it() {
    let life = Life::received(date(2026, 4, 30), twenty(), &[("身份证", PaperState::Copy)]);
    assert_eq!(life.ends(ClockKind::HandOver), Some(date(2026, 5, 6)), "holiday 05-01…05");
}

#[test]
fn r59_days_of_a_test_do_not_count() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    let stop = Command::Suspend { kind: StopKind::Testing, expected_days: 14, notice_no: "检1".into() };
    life.act(date(2026, 3, 2), Command::Start).act(date(2026, 3, 10), stop);
    assert_eq!(life.ends(ClockKind::Statutory), None, "D47: no end while it is open");
    life.act(date(2026, 3, 23), Command::Resume);
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 4, 14)), "D44");
}

#[test]
fn r60_an_extension_comes_once_and_before_the_first_end() {
    let extend =
        || Command::Extend {
            days: 10, approver: "局长".into(), reason: "情况复杂".into(), notice_no: "延1".into()
        };
    let mut late = Life::accepted(date(2026, 3, 2), twenty());
    assert_eq!(late.try_on(date(2026, 3, 31), extend()), Err(Refusal::TooLateToProlong { ended: date(2026, 3, 30) }));
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    life.act(date(2026, 3, 27), extend());
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 4, 14)), "D18");
    assert_eq!(life.try_on(date(2026, 3, 27), extend()), Err(Refusal::DoneBefore));
}

#[test]
fn r60_an_extension_is_no_longer_than_the_law_allows() {
    let extend = |days: u16| Command::Extend {
        days,
        approver: "局长".into(),
        reason: "情况复杂".into(),
        notice_no: "延1".into(),
    };
    let mut licence = Life::accepted(date(2026, 3, 2), twenty());
    let too_many = licence.try_on(date(2026, 3, 27), extend(11));
    assert_eq!(too_many, Err(Refusal::TooManyDays { most: 10 }), "行政许可法 art 42");
    assert_eq!(licence.try_on(date(2026, 3, 27), extend(0)), Err(Refusal::Empty { what: Entry::Days }));
    licence.act(date(2026, 3, 27), extend(10));
    let mut unknown = Life::accepted(date(2026, 3, 2), Limits::default());
    assert_eq!(unknown.try_on(date(2026, 3, 3), extend(5)), Err(Refusal::NothingToProlong), "R57");
}

#[test]
fn r59_only_a_work_injury_waits_for_a_court() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    life.act(date(2026, 3, 2), Command::Start);
    let stop = |kind| Command::Suspend { kind, expected_days: 14, notice_no: "停1".into() };
    let court = life.try_on(date(2026, 3, 3), stop(StopKind::AwaitedConclusion));
    assert_eq!(court, Err(Refusal::StopNotForItem), "工伤保险条例 art 20 is the law of one item");
    life.act(date(2026, 3, 3), stop(StopKind::Testing));
}
