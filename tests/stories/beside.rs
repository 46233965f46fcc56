//! What stands beside the stages of a case: charges, originals, mandates, reminders, calls (requirements S4).

use daiban_model::api::{
    Failure, GetDayEnd, GetItem, GetToday, HeldBy, Left, ListCases, ListOriginals, ListReminders, LookAtPaper, Offer,
    PaperRef, PreviewDraft, ReceiveDraft, SignatureKind, View,
};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::event::{
    AcceptanceBasis, Callback, Charge, Decision, DeliveryWay, Grade, Help, Keeper, NotAccepted, OriginalsMoved,
    Outcome, PaperName, ReminderKind, Signature, TripCause, Way,
};
use daiban_model::case::{Command, Entry, Refusal, Stage};
use daiban_model::form::Size;
use daiban_model::ids::{AgentId, CaseId};
use daiban_tests::paper::run_on;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, PIN, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, Station,
    WULAN_TUYA, World, ZHAO_YUNFENG, ZHOU_MEILING, day, must, some, wall,
};

use crate::{acts, clock, due};

pub(crate) fn refused(result: Result<impl std::fmt::Debug, Failure>) -> Refusal {
    match result {
        Err(Failure::Refused { why }) => why,
        other => panic!("a refusal: {other:?}"),
    }
}

pub(crate) fn window(world: &World) -> Station {
    world.station("石拐区政务服务中心", DISTRICT, LIN_FANG)
}

/// A case of somebody who came in person.
pub(crate) fn in_person(
    station: &mut Station,
    person: &daiban_tests::world::Person,
    item: &str,
    papers: Papers,
) -> CaseId {
    station.receive_with(person, item, papers, |draft| draft.help = Help::Guidance).cases[0]
}

pub(crate) fn decided(outcome: Outcome, on: &str, number: &str) -> Command {
    let (number, reasons) = (number.to_owned(), "不符合条件".to_owned());
    Command::Decide(Decision { outcome, on: day(on), number, reasons, valid_until: None })
}

pub(crate) fn deliver(signer: &str) -> Command {
    Command::Deliver { way: DeliveryWay::Direct, signer: signer.into(), relation: String::new() }
}

fn words(station: &mut Station, id: CaseId, name: PaperName) -> String {
    let view = station.ask(LookAtPaper { id, paper: PaperRef { name, no: 0 }, size: Size::A4 });
    run_on(&view.pages.iter().map(|page| page.words.as_str()).collect::<Vec<_>>().join(" "))
}

#[test]
fn r44_every_case_says_the_help_and_a_charge_has_its_receipt() {
    let world = World::new(801);
    let mut station = window(&world);
    let case = in_person(&mut station, &SUN_LINA, "GA-018", Papers::All);
    assert_eq!(station.page(case).help, Some(Help::Guidance));
    let charge = |receipt_no: &str| {
        let amount = must("an amount", "20".parse());
        Command::PayCharge(Charge { amount, payee: "公安".into(), receipt_no: receipt_no.into() })
    };
    let without = refused(station.try_act(case, charge("")));
    assert_eq!(without, Refusal::Empty { what: Entry::ReceiptNumber });
    assert!(station.page(case).acts.contains(&Offer::PayCharge));
    let page = station.act(case, charge("0012345"));
    assert_eq!(page.care.charges.len(), 1);
    assert_eq!(acts(&page).last(), Some(&"charged"));
}

#[test]
fn r47_one_window_takes_every_item_and_leads_each_to_its_department() {
    let contacts = [
        ("YB-001", "contact", "医疗保障局 张经办 0472-0000021"),
        ("SC-001", "contact", "市场监督管理局 李经办 0472-0000022"),
        ("ZR-008", "contact", "不动产登记中心 王经办 0472-0000023"),
        ("GA-016", "taken_at", "石拐分局户籍窗口 赵民警（一楼东侧）"),
    ];
    let world = World::told(802, &contacts);
    let mut station = window(&world);
    let people = [(&QIAN_XIUYING, "YB-001"), (&SUN_LINA, "SC-001"), (&ZHOU_MEILING, "ZR-008")];
    let departments = ["医疗保障局", "市场监督管理局", "自然资源分局（不动产登记中心）"];
    for (minute, ((person, item), department)) in (0..).step_by(10).zip(people.into_iter().zip(departments)) {
        world.at(&format!("2026-03-02T09:{minute:02}"));
        let case = station.receive(person, item);
        let page = station.page(case);
        let contact = some("a contact", contacts.iter().find(|(code, ..)| *code == item)).2;
        assert_eq!((page.department.as_str(), page.contact.as_str()), (department, contact), "the route is known");
        let page = station.act(case, Command::HandOver { to: department.into() });
        let line = &page.story[0];
        assert_eq!((line.detail.as_str(), line.by.as_str()), (department, "林芳"), "who and where");
        assert_eq!(line.at, wall(&format!("2026-03-02T09:{minute:02}")), "and when: no second queue");
    }
    let draft = station.draft(&SUN_LINA, "GA-016", Papers::All, |draft| draft.help = Help::Guidance);
    let faults = station.ask(PreviewDraft { id: draft }).faults;
    let led: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code.as_str(), fault.arg.as_str())).collect();
    assert_eq!(led, [("taken_elsewhere", contacts[3].2)], "not on the list: led to its place, with a name");
    assert!(matches!(station.call(ReceiveDraft { id: draft }), Err(Failure::DraftFaults { .. })));
    let guide = station.ask(GetItem { code: must("a code", "GA-016".parse()) });
    assert_eq!(guide.item.taken_at, contacts[3].2, "and the guide says where");
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let escorted = |draft: &mut daiban_model::api::Draft| draft.help = Help::Guidance;
    village.receive_with(&SUN_LINA, "GA-016", Papers::All, escorted);
}

#[test]
fn r48_what_is_left_at_the_end_of_the_day_is_asked_for_and_keeps_its_hour() {
    let world = World::new(803);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    assert_eq!(station.ask(GetDayEnd {}).drafts, []);
    world.at("2026-03-02T17:25");
    let id = station.draft(&QIAN_XIUYING, "RS-003", Papers::All, |_| ());
    let left = station.ask(GetDayEnd {}).drafts;
    assert_eq!((left.len(), left[0].left, left[0].begun), (1, Left::Today, wall("2026-03-02T17:25")), "asked");
    station.lock();
    world.at("2026-03-03T08:30");
    must("she signs in", station.sign_in(QIMUGE, PIN));
    let drafts = station.ask(GetToday {}).drafts;
    assert_eq!((drafts.len(), drafts[0].left), (1, Left::Before), "昨日未登记 1 件");
    let taken = station.ask(ReceiveDraft { id });
    let page = station.page(taken.cases[0]);
    assert_eq!(page.row.since, wall("2026-03-02T17:25"), "the true time");
    let line = some("a line", page.story.iter().find(|line| line.kind == "received"));
    assert_eq!(line.at, wall("2026-03-03T08:30"), "and the time of typing");
    assert_eq!(due(&page.clocks, ClockKind::HandOver).0, "2026-03-03", "R49 runs from the true one");

    let slip = |taken: &str| {
        let taken = taken.to_owned();
        move |draft: &mut daiban_model::api::Draft| draft.taken = taken
    };
    let id = station.draft(&SUN_LINA, "RS-003", Papers::All, slip("昨天"));
    let codes = |station: &mut Station, id| -> Vec<String> {
        station.ask(PreviewDraft { id }).faults.into_iter().map(|fault| fault.code).collect()
    };
    assert_eq!(codes(&mut station, id), ["taken_unreadable"]);
    let id = station.draft(&SUN_LINA, "RS-003", Papers::All, slip("2026-03-03 09:30"));
    assert_eq!(codes(&mut station, id), ["date_in_future"]);
    let id = station.draft(&SUN_LINA, "RS-003", Papers::All, slip("2026-03-02 16:40"));
    let paper_slip = station.ask(ReceiveDraft { id }).cases[0];
    assert_eq!(station.page(paper_slip).row.since, wall("2026-03-02T16:40"), "a paper slip typed in");
}

#[test]
fn r54_acceptance_and_refusal_are_on_paper_with_the_right_organ() {
    let world = World::new(804);
    let mut station = window(&world);
    world.at("2026-03-02T10:00");
    let refuse = |station: &mut Station, item, reason, right_office: &str, words_of: &str| {
        let case = in_person(station, &WULAN_TUYA, item, Papers::All);
        station.hand_over(case);
        let (right_office, told) = (right_office.to_owned(), words_of.to_owned());
        let page = station.act(case, Command::RefuseAcceptance { reason, right_office, words: told });
        assert_eq!(page.row.stage, Stage::NotAccepted);
        assert_eq!(due(&page.clocks, ClockKind::Review).0, "2026-05-06", "复议 60 days");
        assert_eq!(due(&page.clocks, ClockKind::Suit).0, "2026-09-02", "诉讼 6 months");
        let paper = words(station, case, PaperName::Refusal);
        for wanted in ["不予受理通知书", "2026年3月2日", "六十日", "2026年5月6日", "六个月", "2026年9月2日", "盖章"]
        {
            assert!(paper.contains(wanted), "date, seal and remedies with their days: {wanted} in {paper}");
        }
        paper
    };
    let odd_trees = "房前屋后零星林木，森林法第五十六条";
    let trees = refuse(&mut station, "LC-001", NotAccepted::NoLicenceNeeded, "", odd_trees);
    assert!(trees.contains("不需要取得许可") && trees.contains("房前屋后零星林木"), "无需许可: {trees}");
    let nameless = Command::RefuseAcceptance {
        reason: NotAccepted::OtherOrgan,
        right_office: String::new(),
        words: String::new(),
    };
    let case = in_person(&mut station, &WULAN_TUYA, "NM-013", Papers::All);
    station.hand_over(case);
    assert_eq!(refused(station.try_act(case, nameless)), Refusal::Empty { what: Entry::Organ }, "the right organ");
    let right = "水务部门（石拐区政务服务中心2楼）";
    let water = refuse(&mut station, "SL-001", NotAccepted::OtherOrgan, right, "");
    assert!(water.contains(right), "非本机关职权, named with its address: {water}");
    let case = in_person(&mut station, &ZHOU_MEILING, "RS-003", Papers::All);
    station.hand_over(case);
    station.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let accepted = words(&mut station, case, PaperName::Acceptance);
    for wanted in ["受理通知书", "10个工作日", "2026年3月16日", "8个工作日", "2026年3月12日", "查询与投诉", "盖章"]
    {
        assert!(accepted.contains(wanted), "legal and promised end, where to ask: {wanted} in {accepted}");
    }
}

#[test]
fn r57_a_case_without_a_limit_has_no_date_and_a_list_of_its_own() {
    let world = World::new(805);
    let mut station = window(&world);
    let case = station.receive(&ZHAO_YUNFENG, "MZ-007");
    station.hand_over(case);
    let page = station.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let legal = clock(&page.clocks, ClockKind::Statutory);
    assert_eq!((legal.limit, legal.due.date(), legal.urgency), (None, None, None), "D36: never 20");
    let list = station.ask(ListCases { view: View::NoLimit, after: None, limit: 9 });
    assert_eq!(list.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [case], "无时限办件");
    assert_eq!(list.counts.map(|counts| counts.no_limit), Some(1));
}

#[test]
fn r63_r64_a_child_is_entrusted_by_the_guardian_and_a_letter_bounds_what_is_paid() {
    let world = World::new(808);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let by_hand = |draft: &mut daiban_model::api::Draft| {
        draft.person.citizen_id = "150205201503150008".into();
        draft.person.name = "孙小雨".into();
        draft.person.guardian = "孙丽娜".into();
        draft.person.guardian_relation = "母女".into();
        draft.person.guardian_consent = Some(daiban_model::api::Consent::Given);
    };
    let id = station.draft(&SUN_LINA, "YB-001", Papers::All, by_hand);
    let faults: Vec<String> = station.ask(PreviewDraft { id }).faults.into_iter().map(|fault| fault.code).collect();
    assert_eq!(faults, ["guardian_signs"]);
    let taken = station.receive_with(&SUN_LINA, "YB-001", Papers::All, |draft| {
        by_hand(draft);
        draft.mandate.signature = Some(SignatureKind::Guardian);
        draft.mandate.other = "孙丽娜".into();
        draft.mandate.relation = "母女".into();
        draft.mandate.proof = "户口簿".into();
        draft.mandate.fee_limit = "30".into();
    });
    let mandate = some("a mandate", station.page(taken.cases[0]).mandate);
    assert_eq!(mandate.fee_limit.map(|limit| limit.to_string()).as_deref(), Some("30"));
    assert_eq!(mandate.signature, Signature::Guardian { name: "孙丽娜".into(), relation: "母女".into() });
}

#[test]
fn r65_a_mandate_that_ends_is_told_seven_days_before() {
    let world = World::new(809);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let until = |draft: &mut daiban_model::api::Draft| draft.mandate.until = "2026-06-01".into();
    let case = station.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, until).cases[0];
    world.at("2026-05-24T09:00");
    assert_eq!(station.ask(ListReminders {}), []);
    world.at("2026-05-25T09:00");
    let told = station.ask(ListReminders {});
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].row.id, told[0].kind, told[0].due), (case, ReminderKind::MandateEnds, Some(day("2026-06-01"))));
    station.act(case, Command::PauseMandate { reason: "本人住院".into() });
    let page = station.page(case);
    let (paper, size) = (PaperRef { name: PaperName::MandatePause, no: 1 }, Size::A4);
    let sheet = run_on(&station.ask(LookAtPaper { id: case, paper, size }).pages[0].words);
    assert!(sheet.contains("代办中止单") && sheet.contains("本人住院"), "{sheet}");
    assert!(page.acts.contains(&Offer::ResumeMandate) && !page.acts.contains(&Offer::PauseMandate));
    station.act(case, Command::ResumeMandate);
    world.at("2026-06-02T09:00");
    let over = refused(station.try_act(case, Command::HandOver { to: "民政局".into() }));
    assert_eq!(over, Refusal::MandateOver { until: day("2026-06-01") });
}

#[test]
fn r67_originals_in_hand_are_listed_every_evening_and_no_file_is_closed_over_them() {
    let world = World::new(810);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    world.at("2026-03-02T09:30");
    let case = village.receive(&ZHAO_YUNFENG, "RS-002");
    let book = "居民户口簿";
    let held = village.ask(ListOriginals {});
    let one = some("the book", held.iter().find(|one| one.original.paper == book));
    assert_eq!(
        (one.held, one.original.name.as_str(), one.original.since),
        (HeldBy::Me, "其木格", wall("2026-03-02T09:30"))
    );
    assert_eq!(village.ask(GetDayEnd {}).originals.len(), held.len(), "手中原件, every evening");
    let id: AgentId = must("a number", GAO_JIANPING.parse());
    let to = |to| Command::MoveOriginals(OriginalsMoved { papers: vec![book.into()], to, place: "铁皮柜".into() });
    world.at("2026-03-03T09:00");
    village.act(case, to(Keeper::Agent { agent: id }));
    world.settle(&mut [&mut village, &mut township]);
    let with_gao = some("the book", township.ask(ListOriginals {}).into_iter().find(|one| one.held == HeldBy::Me));
    assert_eq!((with_gao.original.name.as_str(), with_gao.original.place.as_str()), ("高建平", "铁皮柜"));
    village.hand_over(case);
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!(village.ask(ListOriginals {}), [], "they went with the file");
}

#[test]
fn r70_a_closing_sheet_says_days_originals_and_charges() {
    let world = World::new(811);
    let mut station = window(&world);
    world.at("2026-03-02T10:00");
    let case = in_person(&mut station, &QIAN_XIUYING, "RS-003", Papers::All);
    station.hand_over(case);
    station.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    station.act(case, Command::Start);
    let amount = must("an amount", "20".parse());
    station.act(case, Command::PayCharge(Charge { amount, payee: "公安".into(), receipt_no: "0012345".into() }));
    world.at("2026-03-06T10:00");
    station.act(case, decided(Outcome::Granted, "2026-03-06", "石人社〔2026〕3号"));
    let paper = station.page(case).papers[0].name.clone();
    let back = OriginalsMoved {
        papers: vec![paper.clone()],
        to: Keeper::Person { signer: "钱秀英".into() },
        place: String::new(),
    };
    station.act(case, Command::MoveOriginals(back));
    station.act(case, deliver("钱秀英"));
    let sheet = words(&mut station, case, PaperName::Completion);
    for wanted in ["4个工作日", "8个工作日", "10个工作日", "石人社〔2026〕3号", "0012345", run_on(&paper).as_str()]
    {
        assert!(sheet.contains(wanted), "用时 4 / 承诺 8 / 法定 10: {wanted} in {sheet}");
    }
}

#[test]
fn r71_r73_people_are_reminded_and_called_back() {
    let world = World::new(812);
    let mut station = window(&world);
    world.at("2026-03-02T10:00");
    let case = station.receive(&WULAN_TUYA, "NM-013");
    station.hand_over(case);
    station.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    station.act(case, Command::Start);
    world.at("2026-03-20T10:00");
    let (outcome, number, reasons) = (Outcome::Granted, "石农许〔2026〕1号".into(), String::new());
    let valid_until = Some(day("2026-12-31"));
    station.act(case, Command::Decide(Decision { outcome, on: day("2026-03-20"), number, reasons, valid_until }));
    let page = station.act(case, deliver("乌兰图雅"));
    assert_eq!(due(&page.clocks, ClockKind::Callback).0, "2026-04-03", "R73: ten working days");
    let kinds = |station: &mut Station| -> Vec<ReminderKind> {
        station.ask(ListReminders {}).into_iter().map(|row| row.kind).collect()
    };
    assert_eq!(kinds(&mut station), [ReminderKind::Callback]);
    world.at("2026-03-25T10:00");
    let grade = must("a grade", Grade::try_from(4));
    let (spoke_with, said) = ("钱秀英".to_owned(), "满意".to_owned());
    let page = station.act(case, Command::CallBack(Callback { spoke_with, grade, words: said }));
    assert_eq!(page.care.callback.map(|(by, ..)| by).as_deref(), Some("林芳"));
    let done: Vec<&str> =
        page.care.steps.iter().filter(|step| step.on.is_some()).map(|step| step.step.as_str()).collect();
    assert_eq!(done, ["entrusted", "taken", "handled", "delivered", "reported", "called_back"], "委托…回访");
    assert_eq!(kinds(&mut station), []);
    let renewal = some("a renewal", page.care.renewal);
    assert_eq!((renewal.apply_by.raw, renewal.remind_on), (day("2026-10-02"), day("2026-09-02")), "R71: 农药 90 days");
    world.at("2026-09-03T10:00");
    assert_eq!(kinds(&mut station), [ReminderKind::Renewal]);
    station.act(case, Command::Remind { kind: ReminderKind::Renewal });
    assert_eq!(kinds(&mut station), [], "told");
}

#[test]
fn r72_trips_are_counted_and_one_more_than_promised_has_a_cause() {
    let world = World::new(813);
    let mut station = window(&world);
    let case = in_person(&mut station, &WULAN_TUYA, "LC-001", Papers::All);
    let page = station.page(case);
    assert_eq!((page.care.trips.len(), page.care.max_trips), (1, Some(0)));
    world.at("2026-03-10T10:00");
    let come = |cause| Command::Come { cause, most: None };
    let why = refused(station.try_act(case, come(None)));
    assert_eq!(why, Refusal::Empty { what: Entry::TripCause }, "whatever a page says of the item");
    let page = station.act(case, come(Some(TripCause::PapersMissing)));
    assert_eq!(page.care.trips, [day("2026-03-02"), day("2026-03-10")]);
    let proxy = station.receive(&ZHAO_YUNFENG, "MZ-007");
    assert_eq!(station.page(proxy).care.trips, [], "代办: 0");
    let home = station.receive_with(&ZHOU_MEILING, "RS-002", Papers::All, |draft| {
        (draft.help, draft.way) = (Help::Guidance, Way::Home);
    });
    assert_eq!(station.page(home.cases[0]).care.trips, [], "上门: 0");
}
