//! The life of a case by the roles of Annex C, from the first question to the archive and after.

use daiban_model::access::{Action, Denied};
use daiban_model::api::{Failure, Offer};
use daiban_model::case::event::{
    AcceptanceBasis, Decision, DeliveryWay, Grade, NoticeLine, Outcome, PaperLine, PaperState,
};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::deadline::StopKind;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, LUO_JIE, PIN, Papers, QIAN_XIUYING, QIMUGE, SU_HE,
    SUN_LINA, World, XU_WEN, day, must,
};

use crate::acts;

fn grade(n: u8) -> Grade {
    must("a grade", Grade::try_from(n))
}

fn granted(number: &str, on: &str) -> Command {
    let (outcome, number) = (Outcome::Granted, number.to_owned());
    Command::Decide(Decision { outcome, on: day(on), number, reasons: String::new(), valid_until: None })
}

#[test]
fn from_the_village_to_the_archive_each_by_whom_annex_c_names() {
    let world = World::new(401);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut district = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    district.add_person(XU_WEN);
    district.add_person(SU_HE);
    district.lock();
    must("let in by the administrator", district.sign_in(XU_WEN, PIN));
    macro_rules! meet {
        () => {
            world.settle(&mut [&mut village, &mut township, &mut district])
        };
    }

    world.at("2026-03-02T09:30");
    let case = village.receive_with(&QIAN_XIUYING, "RS-003", Papers::Without(1), |_| ()).cases[0];
    let line = |paper: &str| NoticeLine { paper: paper.into(), hint: String::new() };
    let second = village.try_act(
        case,
        Command::GiveNotice { lines: vec![line("户口簿")], raised_by: String::new(), trigger: String::new() },
    );
    assert_eq!(
        second.unwrap_err(),
        Failure::Refused { why: Refusal::SecondList },
        "everything missing at one time (R52)"
    );
    let missing = village.page(case).notices[0].lines[0].paper.clone();
    world.at("2026-03-04T09:00");
    let brought = PaperLine { name: missing, state: PaperState::Copy, count: 1 };
    assert_eq!(village.act(case, Command::Supplement { papers: vec![brought] }).row.stage, Stage::Received);
    let own = village.try_act(case, Command::Accept { basis: AcceptanceBasis::Complete }).unwrap_err();
    let denied = Failure::Denied { action: Action::Accept, why: Denied::Role };
    assert_eq!(own, denied, "the station is not the organ");
    let page = village.hand_over(case);
    assert!(!page.acts.contains(&Offer::Accept), "and is not offered it");
    meet!();

    world.at("2026-03-05T10:00");
    township.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let denied = township.try_act(case, Command::Start).unwrap_err();
    assert_eq!(denied, Failure::Denied { action: Action::Process, why: Denied::Role }, "the department works on it");
    meet!();
    district.act(case, Command::Start);
    let stop =
        Command::Suspend { kind: StopKind::ExpertReview, expected_days: 3, notice_no: "中止〔2026〕1号".into() };
    district.act(case, stop);
    world.at("2026-03-09T10:00");
    district.act(case, Command::Resume);
    let early = district.try_act(case, Command::Archive).unwrap_err();
    assert_eq!(early, Failure::Denied { action: Action::Archive, why: Denied::Role });
    district.act(case, granted("石人社〔2026〕3号", "2026-03-09"));
    meet!();

    world.at("2026-03-11T16:00");
    let given = Command::Deliver { way: DeliveryWay::ForOther, signer: "孙丽娜".into(), relation: String::new() };
    assert_eq!(village.try_act(case, given).unwrap_err(), Failure::Refused { why: Refusal::RelationNeeded }, "R69");
    let given = Command::Deliver { way: DeliveryWay::Direct, signer: "钱秀英".into(), relation: String::new() };
    village.act(case, given);
    let rating = Command::EnterRating { grade: grade(5), channel: "paper".into() };
    let own = village.try_act(case, rating.clone()).unwrap_err();
    assert_eq!(own, Failure::Denied { action: Action::EnterRating, why: Denied::Role }, "never by the handling agent");
    meet!();
    township.act(case, rating);
    township.give_back(case);
    meet!();
    district.lock();
    must("the archivist signs in", district.sign_in(SU_HE, PIN));
    world.at("2026-04-01T09:00");
    assert_eq!(district.act(case, Command::Archive).row.stage, Stage::Archived);
    meet!();

    world.at("2026-04-07T09:00");
    let closed = village.set(case, Field::Phone, "0472-0000009").unwrap_err();
    assert_eq!(closed, Failure::Refused { why: Refusal::Closed }, "closed is closed (R75)");
    let correct = |value: &str| Command::Correct {
        field: Field::Phone,
        value: value.into(),
        reason: "归档后发现电话有误".into(),
    };
    let wrong = township.try_act(case, correct("12")).unwrap_err();
    assert_eq!(wrong, Failure::BadValue { code: "phone_wrong".into(), arg: String::new() }, "corrections are checked");
    let page = township.act(case, correct("0472-0000009"));
    let phone = page.fields.iter().find(|view| view.field == Field::Phone).map(|view| view.value.clone());
    assert!(
        phone.is_some_and(|shown| shown.ends_with("0001")),
        "the old value stays, the correction stands in the story"
    );
    meet!();
    let told = [
        "consulted",
        "told",
        "mandated",
        "received",
        "noticed",
        "supplemented",
        "handed_over",
        "accepted",
        "started",
        "suspended",
        "resumed",
        "granted",
        "delivered",
        "rated",
        "originals_returned",
        "archived",
        "corrected",
    ];
    assert_eq!(acts(&village.page(case)), told);
    assert_eq!(village.page(case).anomalies, [], "nothing of it did not fit");
    assert_eq!((village.knows(), village.knows()), (township.knows(), district.knows()));
}

#[test]
fn what_is_finished_on_the_spot_is_accepted_and_decided_in_one_press() {
    let world = World::new(402);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-02T10:05");
    let case = window.receive(&SUN_LINA, "YB-001");
    assert_eq!(window.page(case).acts.first(), Some(&Offer::FinishAtOnce), "the likeliest comes first (R58)");
    let page = window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted });
    assert_eq!(
        acts(&page).split_last_chunk::<2>().map(|(_, last)| *last),
        Some(["accepted", "granted"]),
        "both recorded"
    );
    let page = window.note(case, "当场办完");
    let mut stamps: Vec<_> = page.story.iter().map(|line| line.stamp).collect();
    stamps.dedup();
    assert_eq!(stamps.len(), page.story.len(), "no two acts have one stamp");

    let promised = window.receive(&QIAN_XIUYING, "RS-002");
    let skipped = window.try_act(promised, Command::FinishAtOnce { number: "1".into() }).unwrap_err();
    let refused = Failure::Refused { why: Refusal::NoSuchMove { from: Stage::Received } };
    assert_eq!(skipped, refused, "no jump from 收件 to 办结 for a promised item (R45)");
}

#[test]
fn silence_accepts_from_the_day_of_the_receipt() {
    let world = World::new(403);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-09-24T09:00");
    let case = village.receive(&SUN_LINA, "NM-013");
    village.hand_over(case);
    world.settle(&mut [&mut village, &mut window]);
    world.at("2026-10-09T17:00");
    let early = window.try_act(case, Command::Accept { basis: AcceptanceBasis::Deemed }).unwrap_err();
    assert_eq!(early, Failure::Refused { why: Refusal::TooEarly { until: day("2026-10-10") } }, "D37");
    world.at("2026-10-10T00:01");
    let page = window.act(case, Command::Accept { basis: AcceptanceBasis::Deemed });
    let legal = crate::clock(&page.clocks, daiban_model::case::clocks::ClockKind::Statutory);
    assert_eq!((legal.start, legal.due.date()), (day("2026-09-24"), Some(day("2026-10-29"))), "D43");
}
