//! What is written down without moving a case: why it is late, what the upper tier was asked, who looked at the place, who applied in whose
//! name, what was given before any paper, which certificate was shown (requirements R13, R85, R89-R93, R111, R112).

use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    AskProgress, CasePage, Failure, GetToday, ListHelp, ListItems, ListLate, LogCall, LookAtPaper, PaperRef,
};
use daiban_model::case::beside::{
    Adult, AppliedFor, Beside, CertificateShown, FoundAt, HelpAsked, HelpedFirst, Late, LateReason, Posted, Reach,
    SiteCheck,
};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::event::{
    AcceptanceBasis, DeliveryWay, FileKind, Help, NoticeLine, Outcome, PaperLine, PaperName, PaperState, Signature, Way,
};
use daiban_model::case::{Command, Entry, Refusal, Stage};
use daiban_model::form::Size;
use daiban_model::ids::CaseId;
use daiban_tests::paper::run_on;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GANGFANGDI, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, LIN_FANG, NAREN, Papers, QIAN_XIUYING,
    QIMUGE, SUN_LINA, Station, WULAN_TUYA, World, ZHAO_YUNFENG, day, must, some,
};
use jiff::civil::DateTime;

use crate::due;

fn time(text: &str) -> DateTime {
    must("a time", text.parse())
}

fn beside(station: &mut Station, case: CaseId, act: Beside) -> CasePage {
    station.act(case, Command::Beside(Box::new(act)))
}

fn refused(station: &mut Station, case: CaseId, act: Beside) -> Refusal {
    match station.try_act(case, Command::Beside(Box::new(act))) {
        Err(Failure::Refused { why }) => why,
        other => panic!("a refusal: {other:?}"),
    }
}

fn accepted(window: &mut Station, person: &daiban_tests::world::Person, item: &str) -> CaseId {
    let case = window.receive(person, item);
    window.hand_over(case);
    window.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    case
}

#[test]
fn r85_what_is_late_is_said_openly_and_names_nobody() {
    let world = World::new(821);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = accepted(&mut window, &QIAN_XIUYING, "RS-003");
    let said = |told_at: &str| {
        let (reason, words) = (LateReason::System, "省里的系统打不开".to_owned());
        Beside::Late(Late { reason, words, told: Way::Phone, told_at: time(told_at) })
    };
    world.at("2026-03-12T17:00");
    let early = refused(&mut window, case, said("2026-03-12T16:00:00"));
    assert_eq!(early, Refusal::TooEarly { until: day("2026-03-12") }, "it is not late on its day");
    world.at("2026-03-13T10:30");
    let late = window.ask(ListLate {});
    assert_eq!((late.len(), late[0].count, late[0].days, late[0].reason), (1, 1, 1, None), "nobody has said why");
    let to_come = refused(&mut window, case, said("2026-03-13T18:00:00"));
    assert_eq!(to_come, Refusal::DateTooLate { what: Entry::ToldOn, last: day("2026-03-13") });
    let page = beside(&mut window, case, said("2026-03-13T10:20:00"));
    let view = some("how late it is", page.beside.late);
    assert_eq!((view.days, view.said.map(|late| late.told_at)), (1, Some(time("2026-03-13T10:20:00"))));
    let list = window.ask(ListLate {});
    let line = &list[0];
    let item = line.item.as_ref().map(ToString::to_string);
    assert_eq!((item.as_deref(), line.count, line.days, line.reason), (Some("RS-003"), 1, 1, Some(LateReason::System)));
    let told = must("what hangs on the wall", serde_json::to_string(&list));
    assert!(!told.contains(QIAN_XIUYING.name) && !told.contains("0002") && !told.contains("省里"), "{told}");
}

#[test]
fn r89_what_goes_beyond_the_station_is_asked_of_the_upper_tier_and_comes_back_into_the_case() {
    let world = World::new(822);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = village.receive(&QIAN_XIUYING, "RS-003");
    world.at("2026-03-04T10:00");
    let asked = HelpAsked {
        to: "石拐区政务服务中心".into(),
        question: "两个部门都要对方先出材料".into(),
        offices: vec!["公安分局".into(), "人力资源和社会保障局".into()],
        wish: "请定一个先后".into(),
    };
    let nobody = HelpAsked { offices: vec![" ".into()], ..asked.clone() };
    assert_eq!(refused(&mut village, case, Beside::HelpAsked(nobody)), Refusal::Empty { what: Entry::Organ });
    let page = beside(&mut village, case, Beside::HelpAsked(asked));
    let of = page.beside.help[0].act;
    assert_eq!(page.beside.help[0].due, Some(day("2026-03-09")), "three working days");
    assert_eq!(due(&page.clocks, ClockKind::HelpAnswer).0, "2026-03-09");
    let answer = || Beside::HelpAnswered { of, words: "先到公安分局开证明，人社局凭证明办".into() };
    let denied = village.try_act(case, Command::Beside(Box::new(answer()))).unwrap_err();
    assert_eq!(denied, Failure::Denied { action: Action::Accept, why: Denied::Role }, "nobody answers themselves");
    world.settle(&mut [&mut village, &mut window]);
    let waiting = window.ask(ListHelp {});
    assert_eq!((waiting.len(), waiting[0].case.id, waiting[0].help.by.as_str()), (1, case, "其木格"));

    world.at("2026-03-06T09:00");
    beside(&mut window, case, answer());
    assert_eq!(window.ask(ListHelp {}), [], "answered on 2026-03-06");
    world.settle(&mut [&mut village, &mut window]);
    let page = village.page(case);
    let (on, words) = some("the answer", page.beside.help[0].answer.clone());
    assert_eq!((on, words.as_str()), (day("2026-03-06"), "先到公安分局开证明，人社局凭证明办"));
    assert!(page.clocks.iter().all(|clock| clock.kind != ClockKind::HelpAnswer), "nothing runs any more");
    assert_eq!(page.row.stage, Stage::Received, "and the case stands where it stood");
}

#[test]
fn r90_how_far_is_it_with_the_slip_at_another_point() {
    let world = World::new(823);
    let mut village = world.station("幸福大院代办点", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.receive(&SUN_LINA, "MZ-007");
    world.at("2026-03-03T17:05");
    village.act(case, Command::HandOver { to: "吉忽伦图苏木".into() });
    let number = village.page(case).row.number;
    world.at("2026-03-03T17:10");
    world.settle(&mut [&mut village, &mut township]);
    world.at("2026-03-05T10:00");
    let ask = |number: &str, name: &str, tail: &str| AskProgress {
        number: number.into(),
        name: name.into(),
        tail: tail.into(),
    };
    for station in [&mut village, &mut township] {
        let told = station.ask(ask(&number, "", ""));
        let [far] = told.as_slice() else { panic!("one matter: {told:?}") };
        assert_eq!(
            (far.stage, far.lies_at.as_str(), far.last.as_str()),
            (Stage::HandedOver, "吉忽伦图苏木", "handed_over")
        );
        assert_eq!(far.last_at.local(), time("2026-03-03T17:05:00"));
        assert_eq!(far.known_at.local(), time("2026-03-03T17:10:00"), "数据截至 2026-03-03 17:10");
        let text = must("an answer", serde_json::to_string(far));
        assert!(!text.contains(ZHAO_YUNFENG.name) && !text.contains(SUN_LINA.name), "nothing of anybody: {text}");
    }
    assert_eq!(township.ask(ask("", "赵云凤", "0008")).len(), 1, "by name with the last four of the id");
    for (name, tail) in [("赵云凤", "0009"), ("赵云凤", ""), ("赵云", "0008"), ("孙丽娜", "0008")] {
        assert_eq!(township.ask(ask("", name, tail)), [], "{name} {tail}: nothing is told to whoever does not know");
    }
    assert_eq!(township.ask(ask("石拐-202202-20260302-01-9999", "", "")), []);
}

#[test]
fn r91_an_electronic_certificate_counts_and_a_photograph_is_a_copy() {
    let world = World::new(824);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-04T09:30");
    let taken = window.receive_with(&SUN_LINA, "SC-023", Papers::All, |draft| {
        draft.papers[0].state = Some(PaperState::Copy);
        draft.papers[1].state = Some(PaperState::Electronic);
    });
    let case = taken.cases[0];
    let page = window.page(case);
    let (first, second) = (page.papers[0].name.clone(), page.papers[1].name.clone());
    assert_eq!((page.papers[1].state, page.notices.len()), (PaperState::Electronic, 0), "no copy is asked for");
    let shown = |paper: &str| {
        let (paper, issuer, checked) =
            (paper.to_owned(), "国家市场监督管理总局".to_owned(), time("2026-03-04T09:25:00"));
        Beside::CertificateShown(CertificateShown { paper, issuer, checked })
    };
    must("a picture", window.attach(case, &first, "IMG_0001.jpg", &photo(1)));
    let page = window.page(case);
    assert_eq!(
        (page.files[0].kind, page.papers[0].state),
        (FileKind::Jpeg, PaperState::Copy),
        "a photograph is a copy"
    );
    assert_eq!(refused(&mut window, case, shown(&first)), Refusal::NotElectronic, "and no certificate");
    let page = beside(&mut window, case, shown(&second));
    assert_eq!(page.beside.certificates[0].issuer, "国家市场监督管理总局", "the line says where it came from");
    let again = Command::GiveNotice {
        lines: vec![NoticeLine { paper: second, hint: "要复印件".into() }],
        raised_by: String::new(),
        trigger: String::new(),
    };
    let why = window.try_act(case, again).unwrap_err();
    assert_eq!(why, Failure::Refused { why: Refusal::ProvenAlready }, "not asked for again on paper");
}

#[test]
fn r92_two_look_at_the_place_and_both_sides_sign() {
    let world = World::new(825);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-20T09:00");
    let case = accepted(&mut window, &WULAN_TUYA, "NM-013");
    window.act(case, Command::Start);
    world.at("2026-03-25T11:00");
    let check = SiteCheck {
        when: time("2026-03-25T10:00:00"),
        place: "三岔口嘎查农药店".into(),
        staff: vec!["张检查".into(), "李检查".into()],
        told_on: day("2026-03-23"),
        findings: "货架和仓库分开，符合".into(),
        signature: Signature::Hand,
    };
    for staff in [vec!["张检查".to_owned()], vec!["张检查".into(), " 张检查".into()], Vec::new()] {
        let one = SiteCheck { staff, ..check.clone() };
        assert_eq!(refused(&mut window, case, Beside::SiteChecked(one)), Refusal::TwoMustLook, "行政许可法 art 34");
    }
    let untold = SiteCheck { told_on: day("2026-03-26"), ..check.clone() };
    let why = refused(&mut window, case, Beside::SiteChecked(untold));
    assert_eq!(why, Refusal::DateTooLate { what: Entry::ToldOn, last: day("2026-03-25") }, "told before");
    let own = SiteCheck { signature: Signature::Thumb { witness: "李检查".into() }, ..check.clone() };
    assert_eq!(refused(&mut window, case, Beside::SiteChecked(own)), Refusal::WitnessIsAgent);
    let before = due(&window.page(case).clocks, ClockKind::Statutory);
    let page = beside(&mut window, case, Beside::SiteChecked(check.clone()));
    assert_eq!(page.beside.checks, [check]);
    assert_eq!((page.row.stage, due(&page.clocks, ClockKind::Statutory)), (Stage::InProcess, before), "and is no stop");
}

#[test]
fn r93_the_committee_applies_where_the_law_lets_it_and_every_adult_signs() {
    let world = World::new(826);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-09T10:00");
    let case = window.receive_with(&ZHAO_YUNFENG, "MZ-001", Papers::Without(0), |_| ()).cases[0];
    let thumb = |witness: &str| Signature::Thumb { witness: witness.into() };
    let applied = |adults: Vec<Adult>| {
        Beside::AppliedFor(AppliedFor {
            committee: "白菜沟嘎查村民委员会".into(),
            helper: "其木格".into(),
            reason: "本人行动不便，不识字".into(),
            adults,
        })
    };
    let adult = |signature| vec![Adult { name: "赵云凤".into(), signature }];
    assert_eq!(refused(&mut window, case, applied(Vec::new())), Refusal::Empty { what: Entry::Signer });
    let own = refused(&mut window, case, applied(adult(thumb("其木格"))));
    assert_eq!(own, Refusal::WitnessIsAgent, "whoever helps is no witness");
    let page = beside(&mut window, case, applied(adult(thumb("钱秀英"))));
    let told = some("who applied", page.beside.applied);
    assert_eq!(
        (told.committee.as_str(), told.helper.as_str(), told.adults.len()),
        ("白菜沟嘎查村民委员会", "其木格", 1)
    );
    let twice = refused(&mut window, case, applied(adult(thumb("钱秀英"))));
    assert_eq!(twice, Refusal::DoneBefore, "one application has one applicant");
    let other = window.receive(&ZHAO_YUNFENG, "MZ-007");
    let why = refused(&mut window, other, applied(adult(thumb("钱秀英"))));
    assert_eq!(why, Refusal::NotForItem, "社会救助暂行办法 arts 11, 16");
    world.at("2026-03-10T09:00");
    let lacking = window.page(case).papers[0].name.clone();
    let brought = PaperLine { name: lacking, state: PaperState::Copy, count: 1 };
    window.act(case, Command::Supplement { papers: vec![brought] });
    window.hand_over(case);
    window.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let page = window.page(case);
    assert_eq!(due(&page.clocks, ClockKind::Statutory).0, "2026-04-22", "D23: 30 working days");
    window.act(case, Command::Start);
    let special =
        Command::Extend {
            days: 15, approver: "局长".into(), reason: "情况特殊".into(), notice_no: "延1".into()
        };
    let page = window.act(case, special);
    assert_eq!(due(&page.clocks, ClockKind::Statutory).0, "2026-05-15", "D24: 45 in special cases");
}

#[test]
fn r111_a_result_follows_the_person_to_where_she_is() {
    let world = World::new(827);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = window.receive(&LI_CHUNMEI, "YB-001");
    let found =
        |place: &str, since: &str, reach| Beside::FoundAt(FoundAt { place: place.into(), since: day(since), reach });
    let page = beside(&mut window, case, found("包头市某医院骨科6床", "2026-03-02", Reach::Here));
    assert_eq!(page.beside.delivery, Some(DeliveryWay::Direct), "to the bed");
    window.act(case, Command::FinishAtOnce { number: "YB-1".into() });
    world.at("2026-05-16T10:00");
    let page = beside(&mut window, case, found("河南省信阳市老家", "2026-04-20", Reach::Away));
    let where_now = some("where she is", page.beside.found);
    assert_eq!((where_now.place.as_str(), where_now.since), ("河南省信阳市老家", day("2026-04-20")));
    assert_eq!(page.beside.delivery, Some(DeliveryWay::Post), "by post, with the receiving place of her home");
    let deliver = |way| Command::Deliver { way, signer: "李春梅".into(), relation: String::new() };
    let unposted = window.try_act(case, deliver(DeliveryWay::Post));
    let why = Failure::Refused { why: Refusal::Empty { what: Entry::MailNumber } };
    assert_eq!(unposted.err(), Some(why), "what goes by post can be followed");
    let electronic = window.try_act(case, deliver(DeliveryWay::Electronic));
    let why = Failure::Refused { why: Refusal::Empty { what: Entry::ElectronicConsent } };
    assert_eq!(electronic.err(), Some(why), "electronically with consent only");
    let to = "河南省信阳市老家".to_owned();
    let posted = |number: &str, on| Beside::Posted(Posted { number: number.into(), to: to.clone(), on: day(on) });
    let nameless = refused(&mut window, case, posted(" ", "2026-05-16"));
    assert_eq!(nameless, Refusal::Empty { what: Entry::MailNumber });
    let page = beside(&mut window, case, posted("1234567890123", "2026-05-16"));
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted }, "in the post it is not delivered yet");
    assert_eq!(page.beside.posted.map(|posted| posted.number).as_deref(), Some("1234567890123"), "EMS number typed");
    world.at("2026-05-22T10:00");
    let page = window.act(case, deliver(DeliveryWay::Post));
    assert_eq!(page.row.stage, Stage::Delivered, "proof back 2026-05-22");
    let proof = PaperRef { name: PaperName::DeliveryProof, no: 0 };
    let sheet = run_on(&window.ask(LookAtPaper { id: case, paper: proof, size: Size::A4 }).pages[0].words);
    for wanted in ["河南省信阳市老家", "1234567890123", "2026年5月22日"] {
        assert!(sheet.contains(wanted), "where, by which post, when: {wanted} in {sheet}");
    }
    let kept: Vec<&str> =
        page.story.iter().filter(|line| line.kind == "found_at").map(|line| line.detail.as_str()).collect();
    assert_eq!(kept, ["河南省信阳市老家", "包头市某医院骨科6床"], "from when to when stays in the story");
}

#[test]
fn r112_help_comes_first_and_the_papers_after() {
    let world = World::new(828);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    world.at("2026-03-07T16:10");
    let call = LogCall {
        person: QIAN_XIUYING.typed(),
        help: Help::Guidance,
        way: Way::Home,
        words: "家里着火，没有吃的".into(),
    };
    let case = township.ask(call).row.id;
    let helped = |papers_by: &str| {
        let (when, given) = (time("2026-03-07T16:00:00"), "米、面、油和棉被".to_owned());
        Beside::HelpedFirst(HelpedFirst { when, given, papers_by: day(papers_by) })
    };
    let early = refused(&mut township, case, helped("2026-03-06"));
    assert_eq!(early, Refusal::DateTooEarly { what: Entry::Papers, first: day("2026-03-07") });
    let page = beside(&mut township, case, helped("2026-03-13"));
    assert_eq!((page.row.stage, page.beside.helped.len()), (Stage::Consulting, 1), "before anything was received");
    assert_eq!(due(&page.clocks, ClockKind::PapersAfter).0, "2026-03-13", "as the department set it");
    let today = township.ask(GetToday {});
    let pressing = some("it presses", today.rows[0].pressing.clone());
    assert_eq!((pressing.kind, pressing.due.date()), (Some(ClockKind::PapersAfter), Some(day("2026-03-13"))));

    world.at("2026-03-12T09:00");
    let mut draft =
        township.ask(daiban_model::api::StartDraft { from: Some(case), item: Some(must("an item", "MZ-005".parse())) });
    let id = draft.id;
    draft.help = Help::Guidance;
    draft.person.told = Some(daiban_model::person::Telling::Shown);
    township.ask(daiban_model::api::SaveDraft { draft: draft.clone() });
    draft.papers = township.ask(daiban_model::api::PreviewDraft { id }).papers;
    draft.papers.iter_mut().for_each(|paper| paper.state = Some(PaperState::Copy));
    township.ask(daiban_model::api::SaveDraft { draft });
    assert_eq!(township.ask(daiban_model::api::ReceiveDraft { id }).cases, [case], "the same matter goes on");
    let page = township.page(case);
    assert!(page.clocks.iter().all(|clock| clock.kind != ClockKind::PapersAfter), "the papers are in");
}

#[test]
fn r13_a_village_issues_no_certificate_of_kinship_and_says_who_does() {
    let world = World::new(829);
    let mut village = world.station("缸房地村便民服务站", GANGFANGDI, NAREN);
    let listed = |text: &str| ListItems { text: text.into(), category: String::new() };
    let found = village.ask(listed("亲属关系证明")).forbidden;
    let [kinship] = found.as_slice() else { panic!("one kind: {found:?}") };
    assert_eq!(kinship.office, "公安户籍窗口或公证处");
    assert_eq!(kinship.item.as_ref().map(ToString::to_string).as_deref(), Some("GA-015"));
    assert_eq!(village.ask(listed("养老")).forbidden, []);
    // No form of the station is one of the twenty.
    for form in daiban_model::form::Form::blanks() {
        let text = must("a form", serde_json::to_string(&form));
        assert!(!text.contains("亲属关系证明"), "{}", form.template());
    }

    let call = LogCall {
        person: SUN_LINA.typed(),
        help: Help::Advice,
        way: Way::Window,
        words: "要开亲属关系证明；告知去公安户籍窗口或公证处".into(),
    };
    let page = *village.ask(call);
    assert_eq!((page.row.stage, page.story[0].kind.as_str()), (Stage::Consulting, "consulted"), "logged as 咨询");
    let demanded = HelpAsked {
        to: "石拐区政务服务中心".into(),
        question: "被要求提供村级亲属关系证明".into(),
        offices: vec!["某银行网点".into()],
        wish: String::new(),
    };
    let page = beside(&mut village, page.row.id, Beside::HelpAsked(demanded));
    assert_eq!(page.beside.help[0].asked.question, "被要求提供村级亲属关系证明", "and whoever demanded it is reported");
}
