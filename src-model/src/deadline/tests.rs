use jiff::civil::{Time, date};
use proptest::prelude::*;

use super::*;
use crate::calendar::{CalendarYear, DayKind, Layer};

fn known() -> Calendar {
    serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json"))).unwrap()
}

fn stop(from: Date, to: Option<Date>) -> Stop {
    Stop { from, to, kind: StopKind::Testing }
}

fn days(n: u16) -> Option<Limit> {
    Some(Limit::WorkingDays(n))
}

fn certain(date: Date) -> Due {
    Due::On { date, certainty: Certainty::Certain }
}

#[test]
fn the_promise_and_the_law_are_counted_side_by_side() {
    let calendar = known();
    let accepted = date(2026, 9, 29);
    let today = date(2026, 10, 12);
    let promised = Clock::new(accepted, days(5));
    assert_eq!(promised.due(&calendar), certain(today), "30 September, 8, 9, 10 and 12 October");
    assert_eq!(
        promised.used_and_left(&calendar, today),
        Usage { used: 5, total: Some(5), left: Some(0), late: 0 },
        "the last day is running"
    );
    let legal = Clock::new(accepted, days(10));
    assert_eq!(
        legal.used_and_left(&calendar, today),
        Usage { used: 5, total: Some(10), left: Some(5), late: 0 },
        "five more to 19 October"
    );
    assert_eq!(
        promised.used_and_left(&calendar, date(2026, 10, 14)),
        Usage { used: 7, total: Some(5), left: Some(0), late: 2 },
        "two days over"
    );
    assert_eq!(promised.used_and_left(&calendar, date(2026, 9, 1)).used, 0, "nothing is used before it began");
}

#[test]
fn the_reason_names_holidays_and_make_up_days() {
    let calendar = known();
    let reason = Clock::new(date(2026, 9, 29), days(5)).reason(&calendar);
    assert_eq!(reason.holidays, [DaySpan { from: date(2026, 10, 1), to: date(2026, 10, 7) }], "国庆休 7 天");
    assert_eq!(reason.make_up, [date(2026, 10, 10)], "补班计入");
    assert_eq!(reason.rest_days, 8, "the holiday and Sunday 11 October");
    assert_eq!((reason.stopped, reason.rolled_from, reason.unknown_year), (0, None, None), "nothing else happened");
}

#[test]
fn the_reason_of_a_calendar_day_limit_is_where_its_count_ended() {
    let calendar = known();
    let moved = Clock::new(date(2026, 1, 20), Some(Limit::calendar_days(30))).reason(&calendar);
    assert_eq!(moved.rolled_from, Some(date(2026, 2, 19)), "inside the Spring Festival");
    assert_eq!(moved.holidays, [DaySpan { from: date(2026, 2, 19), to: date(2026, 2, 23) }], "what it moved over");
    let kept = Clock::new(date(2026, 3, 10), Some(Limit::calendar_days(60))).reason(&calendar);
    assert_eq!((kept.rolled_from, kept.make_up), (None, vec![date(2026, 5, 9)]), "a make-up Saturday keeps the end");
    let far = Clock::new(date(2026, 2, 28), Some(Limit::Years { n: 1, roll: Roll::ToWorkingDay })).reason(&calendar);
    assert_eq!((far.rolled_from, far.unknown_year), (Some(date(2027, 2, 28)), Some(2027)), "D50");
}

#[test]
fn the_reason_counts_the_days_a_stop_took() {
    let calendar = known();
    let clock = Clock::new(date(2026, 3, 2), days(20));
    let tested = clock.clone().with_stops(&[stop(date(2026, 3, 10), Some(date(2026, 3, 23)))]);
    assert_eq!(tested.reason(&calendar).stopped, 10, "ten working days, as in D44");
    let waiting = clock.with_stops(&[stop(date(2026, 3, 10), None)]);
    assert_eq!(waiting.due(&calendar), Due::Paused { used: 5, left: 15 }, "D47");
    assert_eq!(
        waiting.used_and_left(&calendar, date(2026, 4, 20)),
        Usage { used: 5, total: Some(20), left: Some(15), late: 0 },
        "weeks later nothing more is used"
    );
    assert_eq!(waiting.urgency(&calendar, date(2026, 4, 20).into()), None, "a stopped clock has no colour");
}

#[test]
fn a_stop_on_the_day_an_end_moved_to_moves_it_on() {
    let calendar = known();
    // Thirty days end on Saturday 2026-05-30; the experts sit from Sunday to Tuesday.
    let clock = Clock::new(date(2026, 4, 30), Some(Limit::calendar_days(30)));
    assert_eq!(clock.due(&calendar), certain(date(2026, 6, 1)), "without them it is Monday");
    let stopped = clock.with_stops(&[stop(date(2026, 5, 31), Some(date(2026, 6, 2)))]);
    assert_eq!(stopped.due(&calendar), certain(date(2026, 6, 3)), "no deadline falls on a stopped day");
}

#[test]
fn stops_may_overlap_touch_and_stand_in_any_order() {
    let calendar = known();
    let clock = Clock::new(date(2026, 3, 2), days(20));
    let pieces = [
        stop(date(2026, 3, 18), Some(date(2026, 3, 23))),
        stop(date(2026, 3, 10), Some(date(2026, 3, 15))),
        stop(date(2026, 3, 12), Some(date(2026, 3, 17))),
        stop(date(2026, 3, 30), Some(date(2026, 3, 1))),
    ];
    let whole = [stop(date(2026, 3, 10), Some(date(2026, 3, 23)))];
    assert_eq!(clock.clone().with_stops(&pieces), clock.clone().with_stops(&whole), "the same days stand still");
    assert_eq!(clock.with_stops(&pieces).due(&calendar), certain(date(2026, 4, 14)), "D44");
}

#[test]
fn the_ruler_shows_one_cell_a_day() {
    let calendar = known();
    let today = date(2026, 10, 12);
    let clock = Clock::new(date(2026, 9, 29), days(10));
    let ruler = clock.ruler(&calendar, today);
    assert_eq!(ruler.len(), 21, "29 September to 19 October");
    let signs: String = ruler.iter().map(|cell| sign(cell.fill)).collect();
    assert_eq!(signs, "SU.......UUU.ULLLL..L", "start, used, rest, left");
    assert_eq!(ruler[11].day, DayKind::MakeUp, "Saturday 10 October is worked");
    assert!(ruler[13].today && ruler[20].ends, "the bar stands on the last cell");
}

#[test]
fn the_ruler_goes_on_to_today_when_the_end_has_passed() {
    let calendar = known();
    let ruler = Clock::new(date(2026, 9, 14), days(15)).ruler(&calendar, date(2026, 10, 12));
    let signs: String = ruler.iter().map(|cell| sign(cell.fill)).collect();
    assert_eq!(signs, "SUUUU.UUUUU...UUU.......UUU.O", "one working day over, the Sunday before it is a rest day");
    assert_eq!(ruler.iter().position(|cell| cell.ends), Some(26), "promised for 10 October");
}

#[test]
fn the_ruler_shows_stops_and_moved_ends() {
    let calendar = known();
    let stops = [stop(date(2026, 5, 6), Some(date(2026, 5, 7)))];
    let clock = Clock::new(date(2026, 5, 4), Some(Limit::calendar_days(10))).with_stops(&stops);
    let signs: String = clock.ruler(&calendar, date(2026, 5, 9)).iter().map(|cell| sign(cell.fill)).collect();
    assert_eq!(signs, "SU--UULLLLLLL.L", "ends on Saturday 16 May, so on Monday");
    let unknown = Clock::new(date(2026, 5, 4), None);
    assert_eq!(unknown.ruler(&calendar, date(2026, 5, 9)).len(), 6, "without a limit the days pass all the same");
    assert!(unknown.ruler(&calendar, Date::MAX).len() <= 400, "and never fill the machine");
}

fn sign(fill: Fill) -> char {
    match fill {
        Fill::Start => 'S',
        Fill::Used => 'U',
        Fill::Left => 'L',
        Fill::Rest => '.',
        Fill::Stopped => '-',
        Fill::Overdue => 'O',
    }
}

#[test]
fn the_colour_turns_at_a_fifth_or_one_day_and_after_the_end() {
    let calendar = known();
    let clock = Clock::new(date(2026, 3, 2), days(20));
    for (now, expected) in [
        (date(2026, 3, 23), Urgency::Calm),
        (date(2026, 3, 24), Urgency::Soon),
        (date(2026, 3, 30), Urgency::Soon),
        (date(2026, 3, 31), Urgency::Late),
    ] {
        assert_eq!(clock.urgency(&calendar, now.into()), Some(expected), "on {now}");
    }
    assert_eq!(Clock::new(date(2026, 3, 2), None).urgency(&calendar, date(2027, 1, 1).into()), None, "R57: no colour");
}

#[test]
fn half_a_day_is_counted_in_office_minutes() {
    let calendar = known();
    let clock = Clock::new(date(2026, 3, 3).at(9, 10, 0, 0), Some(Limit::HalfDay));
    for (now, minutes, urgency) in [
        (date(2026, 3, 3).at(8, 0, 0, 0), 0, Urgency::Calm),
        (date(2026, 3, 3).at(12, 0, 0, 0), 170, Urgency::Calm),
        (date(2026, 3, 3).at(14, 40, 0, 0), 180, Urgency::Soon),
        (date(2026, 3, 3).at(15, 40, 0, 0), 240, Urgency::Late),
        (date(2026, 3, 5).at(9, 0, 0, 0), 350 + 390 + 30, Urgency::Late),
        (date(2026, 3, 8).at(9, 0, 0, 0), 350 + 3 * 390, Urgency::Late),
    ] {
        assert_eq!(clock.office_minutes_used(&calendar, now), minutes, "minutes at {now}");
        assert_eq!(clock.urgency(&calendar, now), Some(urgency), "colour at {now}");
    }
}

#[test]
fn a_half_day_clock_stands_still_like_any_other() {
    let calendar = known();
    let clock = Clock::new(date(2026, 3, 3).at(16, 0, 0, 0), Some(Limit::HalfDay));
    let reviewed = clock.clone().with_stops(&[stop(date(2026, 3, 4), Some(date(2026, 3, 5)))]);
    let at = date(2026, 3, 6).at(11, 0, 0, 0);
    assert_eq!(reviewed.due(&calendar), Due::At { at, certainty: Certainty::Certain }, "two days later");
    let open = clock.with_stops(&[stop(date(2026, 3, 4), None)]);
    assert_eq!(open.due(&calendar), Due::Paused { used: 0, left: 1 }, "no end while the stop is open");
}

#[test]
fn office_hours_must_make_sense() {
    let at = |hour| Time::constant(hour, 0, 0, 0);
    assert_eq!(OfficeHours::new((at(9), at(9)), (at(14), at(17))), Err(HoursFault::Empty), "closed when it opens");
    assert_eq!(OfficeHours::new((at(9), at(15)), (at(14), at(17))), Err(HoursFault::Overlap), "twice open");
    let hours = OfficeHours::new((at(9), at(12)), (at(12), at(17))).unwrap();
    let json = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<OfficeHours>(&json).unwrap(), hours, "a setting survives");
    assert!(serde_json::from_str::<OfficeHours>(&json.replace("09", "13")).is_err(), "a broken one is refused");
}

#[test]
fn on_the_spot_in_an_unknown_year_is_provisional() {
    let calendar = known();
    let new_year = Clock::new(date(2027, 1, 1), days(0)).due(&calendar);
    assert_eq!(
        new_year,
        Due::On { date: date(2027, 1, 1), certainty: Certainty::Provisional },
        "the day itself may turn out to be off"
    );
}

#[test]
fn a_file_waits_is_noticed_or_is_accepted_by_law() {
    let calendar = known();
    let silent = NoticeClock::new(date(2026, 9, 24), NoticeRule::default());
    assert_eq!(silent.standing(&calendar, date(2026, 10, 9)), Standing::Open, "the fifth day is still running");
    let by_law = Standing::ByLaw { from: date(2026, 10, 10), on: date(2026, 9, 24) };
    assert_eq!(silent.standing(&calendar, date(2026, 10, 10)), by_law, "from its first minute on");
    assert_eq!(by_law.accepted_on(), Some(date(2026, 9, 24)), "dated to the receipt");
    let late = NoticeClock { given: Some(date(2026, 10, 12)), ..silent };
    assert_eq!(late.standing(&calendar, date(2026, 10, 12)), by_law, "a late notice undoes nothing");
    let noticed = NoticeClock { given: Some(date(2026, 9, 28)), ..silent };
    assert_eq!(noticed.standing(&calendar, date(2026, 9, 27)), Standing::Open, "the day before it was given");
    assert_eq!(noticed.standing(&calendar, date(2026, 12, 1)), Standing::Noticed, "papers are awaited");
    let complete = NoticeClock { complete: Some(date(2026, 10, 20)), ..noticed };
    let accepted = Standing::Complete { on: date(2026, 10, 20) };
    assert_eq!(complete.standing(&calendar, date(2026, 10, 20)), accepted, "the last paper came");
}

#[test]
fn an_item_with_its_own_rule_is_never_accepted_by_silence() {
    let calendar = known();
    let clock = NoticeClock::new(date(2026, 3, 12), NoticeRule::own(Limit::calendar_days(15)));
    assert_eq!(clock.due(&calendar), certain(date(2026, 3, 27)), "工伤认定办法 art 8");
    assert_eq!(clock.deemed_from(&calendar), None, "R50");
    assert_eq!(clock.standing(&calendar, date(2026, 3, 28)), Standing::Late, "late, and no more");
}

#[test]
fn the_ends_of_time_stop_every_clock() {
    let calendar = known();
    let last = date(9999, 12, 30);
    let forever = [stop(date(2026, 1, 1), Some(Date::MAX))];
    for limit in [
        Limit::WorkingDays(u16::MAX),
        Limit::calendar_days(u16::MAX),
        Limit::Months { n: u16::MAX, roll: Roll::ToWorkingDay },
        Limit::Years { n: u16::MAX, roll: Roll::Stay },
        Limit::HalfDay,
    ] {
        for start in [last, Date::MAX] {
            let clock = Clock::new(start, Some(limit)).extended_by(u16::MAX);
            for clock in [clock.clone().with_stops(&forever), clock] {
                assert!(clock.due(&calendar).date().is_some(), "{limit:?} from {start} ends somewhere");
                clock.used_and_left(&calendar, Date::MAX);
                clock.reason(&calendar);
                assert!(clock.ruler(&calendar, Date::MAX).len() <= 400, "{limit:?} from {start}");
            }
        }
    }
    let first = Clock::new(Date::MIN, days(u16::MAX)).due(&calendar);
    assert!(first.is_provisional(), "nobody knows the holidays of that time");
    assert_eq!(keep_until(Date::MAX, 10), Date::MAX, "kept to the end of days");
    assert_eq!(before(&calendar, Date::MIN, 30).raw, Date::MIN, "no day lies before the first");
}

#[test]
fn clocks_survive_text_and_binary() {
    let calendar = known();
    let clock = Clock::new(date(2026, 9, 29), days(10));
    let view = (clock.due(&calendar), clock.reason(&calendar), clock.ruler(&calendar, date(2026, 10, 12)));
    let json = serde_json::to_string(&view).unwrap();
    assert_eq!(serde_json::from_str::<(Due, Reason, Vec<RulerDay>)>(&json).unwrap(), view, "as JSON");
    let bytes = postcard::to_stdvec(&(Limit::HalfDay, Limit::calendar_days(60), NoticeRule::default())).unwrap();
    assert_eq!(
        postcard::from_bytes::<(Limit, Limit, NoticeRule)>(&bytes).unwrap(),
        (Limit::HalfDay, Limit::calendar_days(60), NoticeRule::default()),
        "in a package"
    );
}

fn some_day() -> impl Strategy<Value = Date> {
    (0i32..900).prop_map(|offset| date(2025, 1, 1).saturating_add(offset.days()))
}

fn some_limit() -> impl Strategy<Value = Limit> {
    let roll = prop_oneof![Just(Roll::ToWorkingDay), Just(Roll::Stay)];
    prop_oneof![
        (0u16..60).prop_map(Limit::WorkingDays),
        (0u16..100, roll.clone()).prop_map(|(n, roll)| Limit::CalendarDays { n, roll }),
        (0u16..8, roll.clone()).prop_map(|(n, roll)| Limit::Months { n, roll }),
        (0u16..3, roll).prop_map(|(n, roll)| Limit::Years { n, roll }),
        Just(Limit::HalfDay),
    ]
}

fn longer(limit: Limit) -> Limit {
    match limit {
        Limit::WorkingDays(n) => Limit::WorkingDays(n + 1),
        Limit::CalendarDays { n, roll } => Limit::CalendarDays { n: n + 1, roll },
        Limit::Months { n, roll } => Limit::Months { n: n + 1, roll },
        Limit::Years { n, roll } => Limit::Years { n: n + 1, roll },
        Limit::HalfDay => Limit::WorkingDays(1),
    }
}

fn some_stops() -> impl Strategy<Value = Vec<Stop>> {
    prop::collection::vec(
        (some_day(), 0i32..40).prop_map(|(from, n)| stop(from, Some(from.saturating_add(n.days())))),
        0..4,
    )
}

proptest! {
    #[test]
    fn more_days_never_end_earlier(start in some_day(), limit in some_limit(), stops in some_stops()) {
        let calendar = known();
        let end = |limit| Clock::new(start, Some(limit)).with_stops(&stops).due(&calendar).date();
        prop_assert!(end(limit) <= end(longer(limit)), "{limit:?}");
    }

    #[test]
    fn an_extension_is_the_same_as_a_longer_limit(start in some_day(), n in 0u16..60, more in 0u16..40) {
        let calendar = known();
        let extended = Clock::new(start, days(n)).extended_by(more).due(&calendar);
        prop_assert_eq!(extended, Clock::new(start, days(n + more)).due(&calendar), "C7");
    }

    #[test]
    fn a_stop_never_makes_the_end_earlier(start in some_day(), limit in some_limit(), stops in some_stops()) {
        let calendar = known();
        let clock = Clock::new(start, Some(limit));
        let ends: Vec<_> = (0..=stops.len()).map(|n| clock.clone().with_stops(&stops[..n]).due(&calendar).date()).collect();
        prop_assert!(ends.is_sorted(), "{limit:?}: {ends:?}");
    }

    #[test]
    fn a_limit_that_moves_ends_on_a_working_day(start in some_day(), limit in some_limit(), stops in some_stops()) {
        let calendar = known();
        let end = Clock::new(start, Some(limit)).with_stops(&stops).due(&calendar).date().unwrap();
        let stays = matches!(limit, Limit::CalendarDays { roll: Roll::Stay, .. }
            | Limit::Months { roll: Roll::Stay, .. } | Limit::Years { roll: Roll::Stay, .. });
        prop_assert!(stays || calendar.is_working(end), "{limit:?} ends on {end}");
        prop_assert!(stays || !stops.iter().any(|stop| stop.from <= end && stop.to >= Some(end)), "and on no stopped day");
    }

    #[test]
    fn used_and_left_make_the_whole(start in some_day(), n in 1u16..60, stops in some_stops(), after in 0i32..60) {
        let calendar = known();
        let clock = Clock::new(start, days(n)).with_stops(&stops);
        let today = start.saturating_add(after.days());
        let Usage { used, left, late, .. } = clock.used_and_left(&calendar, today);
        prop_assert_eq!(used - late + left.unwrap(), u32::from(n), "on {}", today);
        prop_assert!(late == 0 || left == Some(0), "nothing is left of a late case");
    }

    #[test]
    fn the_ruler_and_the_counts_agree(start in some_day(), limit in some_limit(), stops in some_stops(), after in 0i32..90) {
        let calendar = known();
        let clock = Clock::new(start, Some(limit)).with_stops(&stops);
        let today = start.saturating_add(after.days());
        let ruler = clock.ruler(&calendar, today);
        let end = clock.due(&calendar).date().unwrap();
        let cells = |wanted: Fill| u32::try_from(ruler.iter().filter(|cell| cell.fill == wanted).count()).unwrap();
        let usage = clock.used_and_left(&calendar, today);
        prop_assert_eq!(cells(Fill::Overdue), usage.late);
        if calendar.is_working(start) && clock.raw_end(&calendar) == Some(end) && ruler.len() < 400 {
            prop_assert_eq!(Some(cells(Fill::Left)), usage.left);
            prop_assert_eq!(cells(Fill::Used) + cells(Fill::Overdue), usage.used);
        }
    }

    #[test]
    fn one_more_day_off_never_makes_working_days_end_earlier(start in some_day(), n in 0u16..30, off in some_day()) {
        let plain = known();
        let local = CalendarYear {
            year: off.year(), layer: Layer::Local, off: vec![off], work: vec![], source: "invented".to_owned(),
        };
        let clock = Clock::new(start, days(n));
        prop_assert!(clock.due(&plain).date() <= clock.due(&plain.with(local).unwrap()).date());
    }
}
