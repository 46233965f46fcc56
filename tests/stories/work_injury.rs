//! 李春梅, a migrant worker without a local household, was hurt on 2026-03-04 (requirements R101-R110).

use daiban_model::api::{Masking, Offer, PreviewDraft};
use daiban_model::case::beside::{Beside, Posted};
use daiban_model::case::clocks::{Basis, ClockKind};
use daiban_model::case::event::{AcceptanceBasis, Decision, DeliveryWay, Outcome, PaperLine, PaperName, PaperState};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Stage};
use daiban_model::deadline::{Certainty, Due};
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, Papers, QIMUGE, World, XU_WEN, day,
};

use crate::{clock, due};

const INJURY: &str = "RS-075";

#[test]
fn the_dates_of_the_accident_stand_on_the_screen_before_anything_is_received() {
    let world = World::new(301);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-03-06T14:30");
    let draft = village.draft(&LI_CHUNMEI, INJURY, Papers::Without(1), |draft| {
        draft.person.injured_on = "2026-03-04".into();
    });
    let preview = village.ask(PreviewDraft { id: draft });
    assert_eq!(preview.faults, [], "no local household, no contact, no bank card is asked for (R110)");
    let clocks = &preview.outlook[0].clocks;
    assert_eq!(due(clocks, ClockKind::EmployerReport), ("2026-04-03".into(), Basis::Fact), "30 days, art 17(1)");
    let year = clock(clocks, ClockKind::WorkerReport).due;
    let provisional = Due::On { date: day("2027-03-04"), certainty: Certainty::Provisional };
    assert_eq!(year, provisional, "1 year, art 17(2); the calendar of 2027 is not known yet (D107)");
    assert_eq!(due(clocks, ClockKind::Notice).0, "2026-03-23", "15 days end on a Saturday (D55)");
    assert_eq!(due(clocks, ClockKind::Statutory), ("2026-05-06".into(), Basis::IfAcceptedToday), "60 days, art 20");
    assert_eq!(due(clocks, ClockKind::ClearFacts), ("2026-03-23".into(), Basis::IfAcceptedToday), "15 days, art 20");
    let notice = preview.notice.expect("one paper is missing");
    assert_eq!(notice.lines.len(), 1);
    assert_eq!(notice.lines[0].paper, "劳动关系（含事实劳动关系）证明材料", "art 18");
}

#[test]
fn her_case_goes_from_the_ward_to_the_delivered_finding() {
    let world = World::new(302);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut bureau = world.station("人社局工伤窗口", DISTRICT, XU_WEN);

    world.at("2026-03-12T10:00");
    let taken = village.receive_with(&LI_CHUNMEI, INJURY, Papers::Without(1), |draft| {
        draft.person.injured_on = "2026-03-04".into();
        draft.note = "脚趾骨折，住院，身边无人".into();
    });
    let case = taken.cases[0];
    assert_eq!(taken.rows[0].number, "石拐-202202-20260312-01-0001");
    let slip = village.reads(case, PaperName::Receipt, 0);
    assert!(slip.contains("411525********000X") && !slip.contains(LI_CHUNMEI.id), "never the whole id: {slip}");
    assert!(slip.contains("2026年4月3日"), "the employer's day: {slip}");
    assert!(slip.contains("请在2026年3月19日前交到本站"), "five working days from the notice: {slip}");
    let notice = village.reads(case, PaperName::Notice, 1);
    assert!(notice.contains("第1次") && notice.contains("李春梅"), "the one-time notice goes with the slip: {notice}");

    let page = village.page(case);
    assert_eq!((page.notices.len(), page.notices[0].lines.len()), (1, 1));
    assert_eq!(page.row.stage, Stage::Supplementing { notice: 1 });
    assert!(page.fields.iter().all(|view| view.field != Field::Household), "no household was asked for");
    let id = page.fields.iter().find(|view| view.field == Field::CitizenId).expect("the id");
    assert_eq!(id.masked, Masking::Masked);

    world.at("2026-03-19T16:00");
    let paper = |name: &str| PaperLine { name: name.into(), state: PaperState::Copy, count: 2 };
    let page = village.act(case, Command::Supplement { papers: vec![paper("劳动关系（含事实劳动关系）证明材料")] });
    assert_eq!(page.row.stage, Stage::Received, "two colleagues' statements and a badge photo will do (R104)");
    world.at("2026-03-20T09:00");
    village.act(case, Command::HandOver { to: "人力资源和社会保障局".into() });
    world.settle(&mut [&mut village, &mut township, &mut bureau]);

    let page = bureau.page(case);
    assert_eq!(due(&page.clocks, ClockKind::Notice).0, "2026-03-27", "15 days from the receipt (R105)");
    world.at("2026-03-20T15:00");
    let page = bureau.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let accepted = clock(&page.clocks, ClockKind::Statutory);
    assert_eq!(accepted.start, day("2026-03-19"), "the day the last paper came in");
    assert_eq!(accepted.due.date(), Some(day("2026-05-18")), "60 days");
    assert_eq!(
        due(&page.clocks, ClockKind::ClearFacts),
        ("2026-04-03".into(), Basis::Fact),
        "15 days where facts are clear"
    );
    bureau.act(case, Command::Start);
    world.at("2026-05-15T10:00");
    let (outcome, on, number) = (Outcome::Granted, day("2026-05-15"), "工伤认字〔2026〕12号".to_owned());
    let decision = Decision { outcome, on, number, reasons: String::new(), valid_until: None };
    let page = bureau.act(case, Command::Decide(decision));
    assert_eq!(due(&page.clocks, ClockKind::Delivery).0, "2026-06-04", "20 days (办法 art 22, D107)");
    world.settle(&mut [&mut village, &mut township, &mut bureau]);

    world.at("2026-05-22T11:00");
    let page = village.page(case);
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted });
    assert!(page.acts.contains(&Offer::Deliver), "the result goes where she is (R111)");
    let posted = Posted { number: "1234567890123".into(), to: "河南省信阳市".into(), on: day("2026-05-16") };
    village.act(case, Command::Beside(Box::new(Beside::Posted(posted))));
    let way = DeliveryWay::Post;
    let page = village.act(case, Command::Deliver { way, signer: "李春梅".into(), relation: String::new() });
    assert_eq!(page.row.stage, Stage::Delivered);
    world.settle(&mut [&mut village, &mut township, &mut bureau]);
    assert_eq!(bureau.page(case).anomalies, []);
    assert_eq!((village.knows(), village.knows()), (township.knows(), bureau.knows()), "everybody knows the same");
}
