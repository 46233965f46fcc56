//! Dates that follow the law in force: items that change while a case is open, local days, years that nobody has announced yet, and a clock
//! that is wrong (requirements R11, R79-R82, R108, R109).

use daiban_district::import::{self, Form};
use daiban_model::api::{
    CalendarHere, CasePage, Failure, GetSession, GetToday, ItemStanding, ListMoved, ReceiveDraft, SeenMoved, TellTime,
};
use daiban_model::calendar::Calendar;
use daiban_model::case::clocks::{ClockKind, Whose};
use daiban_model::case::event::{AcceptanceBasis, Decision, DeliveryWay, Outcome, PaperName};
use daiban_model::case::{Command, Stage};
use daiban_model::deadline::{Clock, Limit};
use daiban_model::ids::CaseId;
use daiban_model::stamp::TimeQuality;
use daiban_model::wire::PackageKind;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, LIN_FANG, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, Station, World, ZHAO_YUNFENG, day, must,
    some,
};
use serde_json::{Value, json};

use crate::due;

/// Received, handed over and accepted in one morning.
fn accepted(window: &mut Station, person: &daiban_tests::world::Person, item: &str) -> CaseId {
    let case = window.receive(person, item);
    window.hand_over(case);
    window.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    case
}

fn calendar(value: &Value) -> Calendar {
    let content = must("a file", import::parse(Form::Json, value.to_string().as_bytes()));
    must("a calendar", import::calendar(&content))
}

fn ends(calendar: &Calendar, from: &str, days: u16) -> (String, bool) {
    let due = Clock::new(day(from), Some(Limit::WorkingDays(days))).due(calendar);
    (some("a day", due.date()).to_string(), due.is_provisional())
}

fn promised(page: &CasePage) -> String {
    due(&page.clocks, ClockKind::Promised).0
}

#[test]
fn r11_an_open_case_keeps_its_item_and_a_withdrawn_item_takes_no_new_one() {
    let world = World::new(811);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let old = accepted(&mut window, &QIAN_XIUYING, "RS-003");
    assert_eq!(promised(&window.page(old)), "2026-03-12", "8 working days");
    world.at("2026-03-04T09:00");
    world.hub.publish_changed(2, |items| {
        let item = some("RS-003", items.iter_mut().find(|item| item["code"] == "RS-003"));
        item["promised"] = json!({ "WorkingDays": 5 });
        items.retain(|item| item["code"] != "MZ-007");
    });
    let open = window.receive(&ZHAO_YUNFENG, "MZ-007");
    window.sync(&world.hub);
    assert_eq!(promised(&window.page(old)), "2026-03-12", "never silently reckoned anew");
    assert_eq!(window.page(old).standing, ItemStanding::Changed { since: 2 }, "and it is said");
    world.at("2026-03-05T09:00");
    let new = accepted(&mut window, &SUN_LINA, "RS-003");
    assert_eq!(promised(&window.page(new)), "2026-03-12", "5 working days from 2026-03-05");
    assert_eq!(window.page(new).standing, ItemStanding::Current);

    let page = window.page(open);
    assert_eq!((page.standing, page.row.stage), (ItemStanding::Withdrawn, Stage::Received), "事项已取消，按原版本办理");
    window.hand_over(open);
    let draft = window.draft(&SUN_LINA, "MZ-007", Papers::All, |_| ());
    let faults = match window.call(ReceiveDraft { id: draft }) {
        Err(Failure::DraftFaults { faults }) => faults,
        other => panic!("no new case of a withdrawn item: {other:?}"),
    };
    assert!(faults.iter().any(|fault| fault.code == "unknown_item"), "{faults:?}");
}

#[test]
fn r80_a_local_day_off_lies_over_the_national_calendar_and_names_its_source() {
    let world = World::new(812);
    let national = world.hub.calendar();
    let file =
        |source: &str| json!({ "year": 2026, "layer": "local", "off": ["2026-07-06"], "work": [], "source": source });
    let local = calendar(&file("自治区人民政府通知（虚拟）"));
    let both = must("one over the other", national.renewed(&local));
    assert_eq!(ends(&national, "2026-07-03", 3), ("2026-07-08".into(), false));
    assert_eq!(ends(&both, "2026-07-03", 3), ("2026-07-09".into(), false), "D99");
    assert_eq!(ends(&both, "2026-03-02", 8), ends(&national, "2026-03-02", 8), "all other days as before");
    let content = must("a file", import::parse(Form::Json, file(" ").to_string().as_bytes()));
    assert!(import::calendar(&content).is_err(), "放假办法 art 4: a source is needed");

    // It travels like the national one and holds at the desk.
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.hub.publish(PackageKind::Calendar, &both);
    window.sync(&world.hub);
    world.at("2026-06-24T10:00");
    let case = accepted(&mut window, &QIAN_XIUYING, "RS-003");
    assert_eq!(promised(&window.page(case)), ends(&both, "2026-06-24", 8).0);
    assert_ne!(ends(&both, "2026-06-24", 8), ends(&national, "2026-06-24", 8), "2026-07-06 is not counted");
}

#[test]
fn r81_past_the_last_calendar_a_date_is_provisional_and_december_says_so() {
    let world = World::new(813);
    let known = world.hub.calendar();
    assert_eq!(ends(&known, "2026-12-28", 5), ("2027-01-04".into(), true), "D92: Monday to Friday, nothing taken off");
    assert_eq!(ends(&known, "2026-12-24", 5), ("2026-12-31".into(), false), "D95");
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-11-30T09:00");
    let today = window.ask(GetToday {});
    assert_eq!((today.calendar_until, today.calendar), (Some(2026), CalendarHere::Enough));
    world.at("2026-12-01T09:00");
    assert_eq!(window.ask(GetToday {}).calendar, CalendarHere::NextYearMissing, "from 1 December on");
    world.at("2026-12-28T09:00");
    let case = accepted(&mut window, &QIAN_XIUYING, "RS-003");
    let page = window.page(case);
    let promised = some("a clock", page.clocks.iter().find(|clock| clock.kind == ClockKind::Promised));
    assert!(promised.due.is_provisional(), "待国务院公布节假日后重算");
    let printed = window.reads(case, PaperName::Acceptance, 0);
    assert!(printed.contains("待国务院公布节假日后重算"), "printed so: {printed}");
}

#[test]
fn r82_a_new_calendar_moves_open_dates_and_lists_every_one_of_them() {
    let world = World::new(814);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.hub.publish_changed(2, |items| {
        let item = some("RS-003", items.iter_mut().find(|item| item["code"] == "RS-003"));
        item["promised"] = json!({ "WorkingDays": 5 });
    });
    window.sync(&world.hub);
    world.at("2026-12-24T09:00");
    let inside = accepted(&mut window, &SUN_LINA, "RS-003");
    world.at("2026-12-28T09:00");
    let case = accepted(&mut window, &QIAN_XIUYING, "RS-003");
    let closed = accepted(&mut window, &ZHAO_YUNFENG, "RS-003");
    window.act(closed, Command::Withdraw { reason: "不办了".into(), papers_returned: 1 });
    assert_eq!(promised(&window.page(case)), "2027-01-04", "D92");
    assert_eq!(window.ask(ListMoved {}), []);
    window.sync(&world.hub);
    world.hub.move_case(case, BAICAIGOU);
    window.sync(&world.hub);
    let ways = window.states("moved/");
    assert_eq!(ways.len(), 1, "where the case went");

    let year = json!({
        "year": 2027, "off": ["2027-01-01", "2027-01-02", "2027-01-03"], "work": [], "source": "虚拟"
    });
    let renewed = must("one more year", world.hub.calendar().renewed(&calendar(&year)));
    world.hub.publish(PackageKind::Calendar, &renewed);
    window.sync(&world.hub);
    assert_eq!(promised(&window.page(case)), "2027-01-05", "D93");
    assert_eq!(promised(&window.page(inside)), "2026-12-31", "what was known has not moved");
    let list = window.ask(ListMoved {});
    let told: Vec<_> = list.iter().map(|line| (line.case.id, line.from.to_string(), line.to.to_string())).collect();
    assert_eq!(told, [(case, "2027-01-04".into(), "2027-01-05".into())], "a list of one change");
    assert_eq!(window.ask(SeenMoved { ids: vec![case] }), [], "somebody told the applicant");
    assert_eq!(window.states("moved/"), ways, "a date that moved says nothing of a case that did");
    assert_eq!(window.refold(), [], "and the rows are what the documents say");
}

#[test]
fn r79_a_clock_that_went_back_is_doubted_and_the_typed_time_stands_beside_it() {
    let world = World::new(815);
    let mut village = world.numbered("幸福大院代办点", BAICAIGOU, QIMUGE, 7);
    world.at("2026-03-02T16:40");
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    village.kill();
    village.clock().set(daiban_tests::world::wall("2026-02-27T08:30"));
    village.restart();
    assert_eq!(village.ask(GetToday {}).clock, TimeQuality::Unconfirmed, "an alarm at the start");
    let early = village.call(TellTime { at: must("a time", "2026-03-01T08:31:00".parse()) }).err();
    let refused = Failure::BadValue { code: "time_before_last".into(), arg: "2026-03-02".into() };
    assert_eq!(early, Some(refused), "nobody lives before the last act");
    let session = village.ask(TellTime { at: must("a time", "2026-03-03T08:31:00".parse()) });
    assert_eq!(
        (session.clock, session.now.local().to_string()),
        (TimeQuality::Unconfirmed, "2026-03-03T08:31:00".into())
    );

    let case = village.receive(&QIAN_XIUYING, "MZ-007");
    let page = village.page(case);
    assert_eq!(page.row.number, "石拐-202202-20260303-07-0001", "numbered by the day it is");
    let both = some("both times", page.story.iter().find(|line| line.kind == "clock_told"));
    assert_eq!(both.detail, "2026-02-27T08:30:00 → 2026-03-03T08:31:00");
    assert!(page.story.iter().all(|line| line.quality == TimeQuality::Unconfirmed), "时间存疑 until it is confirmed");
    let second = village.receive(&SUN_LINA, "MZ-007");
    assert!(village.page(second).story.iter().all(|line| line.kind != "clock_told"), "the first one alone");

    // Off and on again, the word still holds; put right, it holds no more.
    village.kill();
    village.clock().set(daiban_tests::world::wall("2026-02-27T09:00"));
    village.restart();
    assert_eq!(village.ask(GetSession {}).now.local().to_string(), "2026-03-03T09:01:00");
    village.clock().set(daiban_tests::world::wall("2026-03-03T09:10"));
    world.hub.clock().set(daiban_tests::world::wall("2026-03-03T09:10"));
    assert_eq!(village.ask(GetSession {}).now.local().to_string(), "2026-03-03T09:10:00", "not four days further on");
    village.sync(&world.hub);
    assert_eq!(village.ask(GetToday {}).clock, TimeQuality::Confirmed, "the district has seen it");
    village.note(case, "钟对好了");
    assert_eq!(village.page(case).story[0].quality, TimeQuality::Confirmed);
}

fn granted(window: &mut Station, case: CaseId, on: &str) {
    window.act(case, Command::Start);
    let (outcome, number) = (Outcome::Granted, "石人社〔2026〕1号".to_owned());
    let decision = Decision { outcome, on: day(on), number, reasons: String::new(), valid_until: None };
    window.act(case, Command::Decide(decision));
}

#[test]
fn r108_after_an_appraisal_the_days_for_another_one_stand_on_the_page() {
    let world = World::new(816);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-05-11T09:00");
    let case = accepted(&mut window, &daiban_tests::world::LI_CHUNMEI, "RS-077");
    assert_eq!(due(&window.page(case).clocks, ClockKind::Statutory).0, "2026-07-10", "D60: 60 days");
    window.act(case, Command::Start);
    world.at("2026-07-08T09:00");
    let more =
        Command::Extend {
            days: 30, approver: "鉴定委员会".into(), reason: "伤情复杂".into(), notice_no: "延1".into()
        };
    let page = window.act(case, more);
    assert_eq!(due(&page.clocks, ClockKind::Statutory).0, "2026-08-10", "D61: and 30 more");
    world.at("2026-07-15T09:00");
    let (outcome, number) = (Outcome::Granted, "劳鉴〔2026〕3号".to_owned());
    let decision = Decision { outcome, on: day("2026-07-15"), number, reasons: String::new(), valid_until: None };
    window.act(case, Command::Decide(decision));
    let page = window
        .act(case, Command::Deliver { way: DeliveryWay::Direct, signer: "李春梅".into(), relation: String::new() });
    assert_eq!(due(&page.clocks, ClockKind::AppraisalAgain).0, "2026-07-30", "D62: to the autonomous region");
    assert_eq!(due(&page.clocks, ClockKind::AppraisalReview).0, "2027-07-15", "art 28");
}

#[test]
fn r109_legal_aid_is_checked_in_seven_days_and_the_lawyer_named_in_three_beside_the_injury() {
    let world = World::new(817);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let injury = window.receive(&daiban_tests::world::LI_CHUNMEI, "RS-075");
    world.at("2026-04-28T09:00");
    let aid = accepted(&mut window, &daiban_tests::world::LI_CHUNMEI, "SF-001");
    assert_eq!(due(&window.page(aid).clocks, ClockKind::Statutory).0, "2026-05-06", "D65: over the May holiday");
    let page = window.act(injury, Command::Link { other: aid, reason: "没有工资和合同，同时申请法律援助".into() });
    assert_eq!(page.row.stage, Stage::Received, "offered beside it, and it goes on by itself");
    world.at("2026-05-06T09:00");
    granted(&mut window, aid, "2026-05-06");
    let page = window.page(aid);
    assert_eq!(due(&page.clocks, ClockKind::LawyerNamed).0, "2026-05-09", "D66");
    assert_eq!(
        page.row.pressing.map(|pressing| pressing.whose),
        Some(Whose::Mine),
        "the result waits to be handed over"
    );
}
