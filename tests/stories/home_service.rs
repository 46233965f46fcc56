//! 上门服务 and the work-injury call, from the phone to the hand-over (requirements R94-R113).

use std::collections::BTreeSet;

use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    CasePage, DraftPerson, Failure, GetKit, GetRoute, LogCall, PreviewDraft, ReceiveDraft, SaveDraft, StartDraft,
};
use daiban_model::case::beside::{Beside, Posted};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::event::{
    AcceptanceBasis, Decision, DeliveryWay, Help, Outcome, PaperLine, PaperState, Signature, Way,
};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Entry, Refusal, Stage};
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::injury::{Ground, KitPaper, Says};
use daiban_model::person::Telling;
use daiban_model::stamp::Stamp;
use daiban_model::visit::{Addition, Asked, Booking, HomeReason, Interview, Spoken, Visit};
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, LI_CHUNMEI, LIN_FANG, PENG_FEI, QIMUGE, Station,
    TIAN_WEIGUO, World, XU_WEN, ZHAO_YUNFENG, day, must, some,
};
use jiff::civil::DateTime;

use crate::{acts, clock, due};

fn agent(id: &str) -> AgentId {
    must("a staff number", id.parse())
}

fn time(text: &str) -> DateTime {
    must("a time", text.parse())
}

fn booking(at: &str, reasons: &[HomeReason]) -> Booking {
    Booking {
        caller: "钱秀英".into(),
        relation: "邻居".into(),
        phone: "0472-0000001".into(),
        reasons: reasons.iter().copied().collect(),
        at: time(at),
        place: "幸福大院3号".into(),
        staff: vec![agent(QIMUGE), agent(HAO_ZHIQIANG)],
        alone: String::new(),
    }
}

fn visit(of: Stamp, arrived: &str, left: &str) -> Visit {
    Visit {
        booking: Some(of),
        arrived: time(arrived),
        left: time(left),
        place: "幸福大院3号".into(),
        staff: vec![agent(QIMUGE), agent(HAO_ZHIQIANG)],
        badge: Asked::Yes,
        id_checked: Asked::Yes,
        person_seen: Asked::Yes,
        consent: Asked::Yes,
        forms: vec!["养老保险定期待遇领取资格认证".into()],
        taken: Vec::new(),
        left_there: Vec::new(),
        advice: String::new(),
        beyond: String::new(),
        next: "认证结果电话告知".into(),
        next_on: Some(day("2026-03-09")),
        signature: Signature::Thumb { witness: "钱秀英".into() },
    }
}

/// Somebody calls about somebody: nothing is received yet.
fn called(station: &mut Station, person: DraftPerson, words: &str) -> CaseId {
    let call = LogCall { person, help: Help::Guidance, way: Way::Phone, words: words.into() };
    station.ask(call).row.id
}

fn booked(page: &CasePage) -> Stamp {
    some("a booking", page.home.bookings.last()).act
}

fn refused(result: Result<CasePage, Failure>) -> Refusal {
    match result {
        Err(Failure::Refused { why }) => why,
        other => panic!("a refusal: {other:?}"),
    }
}

#[test]
fn r94_r95_a_visit_is_agreed_on_and_nobody_is_told_in_a_word_to_come_to_the_hall() {
    let world = World::new(701);
    let mut village = world.station("幸福大院代办点", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    world.at("2026-03-02T11:05");
    let case = called(&mut village, ZHAO_YUNFENG.typed(), "养老金资格认证，本人出不了门");
    let wanted = booking("2026-03-04T09:30", &[HomeReason::Aged, HomeReason::LivesAlone]);
    let alone = Booking { staff: vec![agent(QIMUGE)], ..wanted.clone() };
    assert_eq!(refused(village.try_act(case, Command::BookVisit(Box::new(alone)))), Refusal::OneAlone, "or say why");
    let why = Booking { reasons: BTreeSet::new(), ..wanted.clone() };
    let missing = refused(village.try_act(case, Command::BookVisit(Box::new(why))));
    assert_eq!(missing, Refusal::Empty { what: Entry::HomeReasons });
    let page = village.act(case, Command::BookVisit(Box::new(wanted.clone())));
    let pressing = some("something presses", page.row.pressing.clone());
    assert_eq!((pressing.kind, pressing.due.date()), (Some(ClockKind::Visit), Some(day("2026-03-04"))));
    let own = some("a booking", page.home.bookings.first());
    assert_eq!(own.staff, ["其木格", "郝志强"]);

    let other = called(&mut village, LI_CHUNMEI.typed(), "住院，来不了");
    let clash = Booking { at: time("2026-03-04T09:50"), ..wanted };
    assert_eq!(refused(village.try_act(other, Command::BookVisit(Box::new(clash)))), Refusal::StaffBusy, "R94");

    let of = booked(&page);
    let denied = village.try_act(case, Command::RefuseVisit { of, reason: "太远".into() }).unwrap_err();
    assert_eq!(denied, Failure::Denied { action: Action::Accept, why: Denied::Role }, "the upper tier's to say (R95)");
    world.settle(&mut [&mut village, &mut township]);
    let short = refused(township.try_act(case, Command::RefuseVisit { of, reason: "太远".into() }));
    assert_eq!(short, Refusal::ReasonTooShort { least: 10 });
    world.at("2026-03-02T11:30");
    let (to, reason) = (time("2026-03-09T09:30"), "本人已住女儿家，改约3月9日".to_owned());
    let page = village.act(case, Command::MoveVisit { of, to, reason });
    assert_eq!(page.home.bookings[0].booking.at, to, "another day is no refusal");
    world.at("2026-03-02T11:40");
    let reason = "本人已到大厅办完，不用再上门".to_owned();
    let page = township.act(case, Command::RefuseVisit { of, reason });
    assert_eq!(page.home.bookings, [], "with a reason one can read");
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!(village.page(case).anomalies, [], "moved here, refused there: both are told");
}

#[test]
fn r96_the_route_of_the_day_and_the_record_at_the_door_without_a_road() {
    let world = World::new(702);
    let mut village = world.station("幸福大院代办点", BAICAIGOU, QIMUGE);
    world.at("2026-03-02T11:05");
    let first = called(&mut village, ZHAO_YUNFENG.typed(), "养老金资格认证");
    village.act(first, Command::BookVisit(Box::new(booking("2026-03-04T09:30", &[HomeReason::Aged]))));
    let second = called(&mut village, LI_CHUNMEI.typed(), "脚趾骨折");
    village.act(second, Command::BookVisit(Box::new(booking("2026-03-04T14:30", &[HomeReason::Ill]))));
    world.at("2026-03-04T08:00");
    let route = village.ask(GetRoute { day: day("2026-03-04") });
    let stops: Vec<(&str, CaseId)> = route.stops.iter().map(|stop| (stop.name.as_str(), stop.case)).collect();
    assert_eq!(stops, [("赵云凤", first), ("李春梅", second)], "in the order of the hours");
    assert_eq!((route.stops[0].matter.as_str(), route.overdue.len()), ("养老金资格认证", 0));

    world.at("2026-03-04T10:30");
    let of = booked(&village.page(first));
    let record = visit(of, "2026-03-04T09:35", "2026-03-04T10:20");
    let own = Visit { signature: Signature::Thumb { witness: "其木格".into() }, ..record.clone() };
    assert_eq!(refused(village.try_act(first, Command::RecordVisit(Box::new(own)))), Refusal::WitnessIsAgent, "R64");
    let page = village.act(first, Command::RecordVisit(Box::new(record.clone())));
    let made = &page.home.visits[0];
    assert_eq!((made.visit.id_checked, made.visit.next_on), (Asked::Yes, Some(day("2026-03-09"))));
    assert_eq!(
        (made.staff.as_slice(), page.home.bookings.len()),
        (["其木格", "郝志强"].map(String::from).as_slice(), 0)
    );
    let again = refused(village.try_act(first, Command::RecordVisit(Box::new(record))));
    assert_eq!(again, Refusal::DoneBefore, "one record answers a booking");
    world.at("2026-03-05T08:00");
    let route = village.ask(GetRoute { day: day("2026-03-05") });
    assert_eq!((route.stops.len(), route.overdue.len()), (0, 1), "nobody has entered the second one");
}

/// The hand's own words to the questions of the clerk.
fn interview() -> Interview {
    let line = |question: &str, answer: &str| Spoken { question: question.into(), answer: answer.into() };
    Interview {
        place: "包头市某医院骨科6床".into(),
        from: time("2026-03-06T14:20"),
        until: time("2026-03-06T15:05"),
        asked_by: "许文".into(),
        written_by: "彭飞".into(),
        present: Vec::new(),
        interpreter: String::new(),
        lines: vec![line("怎么受的伤？", "3月4日在采砂场，石头滚下来砸了脚。"), line("谁看见的？", "两个工友。")],
        read_back: Asked::Yes,
        signature: Signature::Hand,
    }
}

#[test]
fn r99_r100_r101_r103_r104_r106_r110_r111_the_work_injury_call_from_the_phone_to_the_hand_over() {
    let world = World::new(703);
    let mut bureau = world.station("人社局工伤窗口", DISTRICT, XU_WEN);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-05T10:12");
    let mut person = LI_CHUNMEI.typed();
    person.injured_on = "2026-03-04".into();
    let case = called(&mut bureau, person, "在采砂场受伤，脚趾骨折，住院，身边没人");
    let page = bureau.page(case);
    assert_eq!(
        (page.row.stage, page.story[0].by.as_str()),
        (Stage::Consulting, "许文"),
        "whoever is asked first (R101)"
    );
    world.at("2026-03-05T10:20");
    let ward = Booking {
        caller: "李春梅".into(),
        relation: String::new(),
        phone: "0472-0000002".into(),
        place: "包头市某医院骨科6床".into(),
        staff: vec![agent(XU_WEN), agent(PENG_FEI)],
        ..booking("2026-03-06T14:00", &[HomeReason::Ill])
    };
    bureau.act(case, Command::BookVisit(Box::new(ward)));

    world.at("2026-03-05T16:30");
    let kit = bureau.ask(GetKit { case });
    assert_eq!((kit.papers.len(), kit.papers[0]), (7, KitPaper::Form), "seven papers for the bedside (R103)");
    let filled =
        |page: &CasePage, field: Field| page.fields.iter().find(|view| view.field == field).map(|it| it.value.clone());
    let page = bureau.page(case);
    assert_eq!(filled(&page, Field::InjuredOn).as_deref(), Some("2026-03-04"), "filled with what the call gave");
    assert_eq!(filled(&page, Field::Employer), None, "a line left blank, no reason to wait (R104)");
    assert_eq!(filled(&page, Field::Contact), None, "nobody is with her (R110)");

    world.at("2026-03-06T15:05");
    let unread = Interview { read_back: Asked::No, ..interview() };
    assert_eq!(refused(bureau.try_act(case, Command::RecordInterview(Box::new(unread)))), Refusal::NotReadBack, "R100");
    let one = Interview { written_by: "许文".into(), ..interview() };
    assert_eq!(refused(bureau.try_act(case, Command::RecordInterview(Box::new(one)))), Refusal::OneAlone);
    let page = bureau.act(case, Command::RecordInterview(Box::new(interview())));
    let signed = page.home.interviews[0].act;
    let spoken = "单位先在30天内报，单位不报，您自己一年内都可以报。材料三样，缺哪样一次告诉您。";
    world.at("2026-03-06T15:10");
    bureau.act(case, Command::Explain { text: spoken.into() });
    let page = bureau.act(case, Command::TellGrounds { grounds: [Ground::AtWork].into() });
    assert_eq!(page.home.grounds, [Ground::AtWork].into(), "as she tells it (R106)");
    let count = |says: Says| Ground::ALL.iter().filter(|ground| ground.says() == says).count();
    assert_eq!((count(Says::Is), count(Says::CountsAs), count(Says::IsNot)), (7, 3, 3), "arts 14 to 16");
    must("where it happened", bureau.set(case, Field::InjuredWhere, "石拐区某采砂场"));
    world.at("2026-03-09T10:00");
    let text = "证人是工友老张、老王".to_owned();
    let addition = Addition { to: signed, text, signature: Signature::Hand };
    let page = bureau.act(case, Command::AddToInterview(addition));
    let (record, added) = (&page.home.interviews[0].interview, &page.home.interviews[0].additions);
    assert_eq!((record, added.len()), (&interview(), 1), "what was signed stands; the addition stands below, signed");
    world.settle(&mut [&mut bureau, &mut window]);

    world.at("2026-03-12T10:00");
    let mut draft = window.ask(StartDraft { from: Some(case), item: Some(must("an item", "RS-075".parse())) });
    assert_eq!(draft.case, Some(case), "it goes on in the same case");
    draft.help = Help::Guidance;
    draft.person.told = Some(Telling::Shown);
    let id = draft.id;
    window.ask(SaveDraft { draft: draft.clone() });
    draft.papers = window.ask(PreviewDraft { id }).papers;
    for paper in &mut draft.papers {
        paper.state = Some(PaperState::Copy);
    }
    window.ask(SaveDraft { draft });
    assert_eq!(window.ask(ReceiveDraft { id }).cases, [case], "no second case for one matter");
    let page = window.page(case);
    assert_eq!(due(&page.clocks, ClockKind::EmployerReport).0, "2026-04-03", "30 days (R102)");
    assert_eq!(due(&page.clocks, ClockKind::Notice).0, "2026-03-27", "15 days from the filing (R105)");
    window.act(case, Command::HandOver { to: "人力资源和社会保障局".into() });
    world.settle(&mut [&mut bureau, &mut window]);
    world.at("2026-03-20T09:00");
    bureau.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let page = bureau.act(case, Command::Start);
    assert_eq!(clock(&page.clocks, ClockKind::Statutory).start, day("2026-03-12"), "the day the last paper came in");
    world.at("2026-05-15T10:00");
    let (outcome, on, number) = (Outcome::Granted, day("2026-05-15"), "工伤认字〔2026〕12号".to_owned());
    let page =
        bureau.act(case, Command::Decide(Decision { outcome, on, number, reasons: String::new(), valid_until: None }));
    assert_eq!(due(&page.clocks, ClockKind::Delivery).0, "2026-06-04", "20 days (R107)");
    world.at("2026-05-16T10:00");
    must("where she can be found", bureau.set(case, Field::Address, "河南省信阳市老家，4月20日起"));
    let posted = Posted { number: "1234567890123".into(), to: "河南省信阳市".into(), on: day("2026-05-16") };
    bureau.act(case, Command::Beside(Box::new(Beside::Posted(posted))));
    let give = Command::Deliver { way: DeliveryWay::Post, signer: "李春梅".into(), relation: String::new() };
    let page = bureau.act(case, give);
    assert_eq!((page.row.stage, page.anomalies.len()), (Stage::Delivered, 0), "by post, where she is (R111)");
    let told = acts(&page);
    for kind in ["consulted", "visit_booked", "interviewed", "explained", "grounds_told", "interview_added", "received"]
    {
        assert!(told.contains(&kind), "{kind} in {told:?}");
    }
}

#[test]
fn r96_what_was_seen_at_the_door_is_for_her_agents_alone_and_the_upper_tier_reviews_the_record() {
    let world = World::new(704);
    let mut village = world.station("幸福大院代办点", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut district = world.station("政务服务局", DISTRICT, TIAN_WEIGUO);
    world.at("2026-03-02T11:05");
    let case = called(&mut village, ZHAO_YUNFENG.typed(), "养老金资格认证");
    let page = village.act(case, Command::BookVisit(Box::new(booking("2026-03-04T09:30", &[HomeReason::Aged]))));
    world.at("2026-03-04T10:30");
    let photo = PaperLine { name: "近期照片".into(), state: PaperState::Original, count: 1 };
    let record = Visit { taken: vec![photo], ..visit(booked(&page), "2026-03-04T09:35", "2026-03-04T10:20") };
    let page = village.act(case, Command::RecordVisit(Box::new(record)));
    let of = page.home.visits[0].act;
    assert_eq!(page.home.visits[0].visit.taken[0].name, "近期照片", "one photo was agreed to and taken");
    let seen = || Beside::Concern { of, words: "炉子坏了，屋里冷".into() };
    let page = village.act(case, Command::Beside(Box::new(seen())));
    assert_eq!(page.beside.concerns, ["炉子坏了，屋里冷"]);
    assert!(page.story.iter().all(|line| !line.detail.contains("炉子")), "the story says that, not what");
    let nothing = Beside::Concern { of: some("an act", page.story.last()).stamp, words: "炉子".into() };
    let refused_one = refused(village.try_act(case, Command::Beside(Box::new(nothing))));
    assert_eq!(refused_one, Refusal::DoneBefore, "it belongs to a visit");
    world.settle(&mut [&mut village, &mut township, &mut district]);
    assert_eq!(district.page(case).beside.concerns, [] as [String; 0], "a supervisor reads the record and not this");
    let review = || Command::Beside(Box::new(Beside::VisitReviewed { of, words: "记录完整".into() }));
    let denied = village.try_act(case, review()).unwrap_err();
    assert_eq!(denied, Failure::Denied { action: Action::Accept, why: Denied::Role }, "nobody reviews themselves");
    let page = township.act(case, review());
    let told = &page.beside.reviews[0];
    assert_eq!((told.0.as_str(), told.1, told.2.as_str()), ("高建平", day("2026-03-04"), "记录完整"));
    assert_eq!(page.home.visits[0].visit.next_on, Some(day("2026-03-09")), "the next step stands");
}
