//! 一件事一次办: several departments under one number (requirements R114-R128).

use daiban_core::edge::Edge;
use daiban_model::api::{
    AdvanceBundle, BundleView, CasePage, DeliverResults, Failure, HandedOut, Offer, Pending, StepView,
};
use daiban_model::bundle::{Choice, Standing, State, StepNo, Tone};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::event::{AcceptanceBasis, Decision, DeliveryWay, Outcome};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::deadline::{Due, Urgency};
use daiban_model::ids::CaseId;
use daiban_tests::world::{
    DISTRICT, FENG_XIAOLIN, HE_JING, LIN_FANG, LIU_JIAHUI, SUN_LINA, Station, WULAN_TUYA, World, ZHOU_MEILING, must,
    some,
};
use jiff::civil::DateTime;

use crate::{clock, due};

pub(crate) fn accept(window: &mut Station, lead: CaseId) -> CasePage {
    window.act(lead, Command::Accept { basis: AcceptanceBasis::Complete })
}

fn bundle(page: &CasePage) -> &BundleView {
    some("a bundle", page.bundle.as_ref())
}

fn step<'a>(view: &'a BundleView, name: &str) -> &'a StepView {
    some(name, view.steps.iter().find(|step| step.name.contains(name)))
}

fn names(view: &BundleView, steps: &[StepNo]) -> Vec<String> {
    let name = |no: &StepNo| some("a step", view.steps.iter().find(|step| step.no == *no)).name.clone();
    steps.iter().map(name).collect()
}

/// A department enters its result.
pub(crate) fn finish(window: &mut Station, lead: CaseId, name: &str, outcome: Outcome) -> CasePage {
    let page = window.page(lead);
    let case = some("it is handed out", step(bundle(&page), name).case);
    let on = window.clock().now().date();
    let (number, reasons) = (format!("{name}第1号"), "不符合条件".to_owned());
    let reasons = if outcome == Outcome::Denied { reasons } else { String::new() };
    window.act(case, Command::Decide(Decision { outcome, on, number, reasons, valid_until: None }));
    window.page(lead)
}

pub(crate) fn time(text: &str) -> DateTime {
    must("a time", text.parse())
}

#[test]
fn r116_r117_r118_r119_r120_a_newborn_from_one_form_to_one_window() {
    let world = World::new(601);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-03-09T09:40");
    let taken = window.receive_bundle(&LIU_JIAHUI, "newborn", &[]);
    let [lead] = taken.cases[..] else { panic!("one number for the whole") };
    let row = &taken.rows[0];
    assert_eq!((row.number.as_str(), row.item.as_str()), ("石拐-000000-20260309-01-0001", "新生儿出生一件事"));
    let page = window.page(lead);
    assert_eq!(bundle(&page).state, State::Waiting);
    assert!(page.acts.contains(&Offer::Accept) && !page.acts.contains(&Offer::Start), "{:?}", page.acts);

    world.at("2026-03-09T10:00");
    let page = accept(&mut window, lead);
    assert_eq!(due(&page.clocks, ClockKind::Promised).0, "2026-03-16", "its own 5 working days, not the sum (R117)");
    let view = bundle(&page);
    let numbers: Vec<&str> = view.steps.iter().map(|step| &step.number[step.number.len() - 4..]).collect();
    assert_eq!(numbers, ["0002", "0003", "0004", "0005", "0006", "0007"], "under the one number");
    let since = time("2026-03-09T10:00");
    for name in ["出生医学证明", "预防接种证"] {
        assert_eq!(step(view, name).standing, Standing::Open { since }, "handed out together (R118)");
    }
    let waits = step(view, "户口登记");
    let Standing::Waits { steps } = &waits.standing else { panic!("it waits: {:?}", waits.standing) };
    assert_eq!((names(view, steps), waits.case), (vec!["《出生医学证明》首次签发".into()], None), "and says for what");
    let tracks: Vec<(&str, usize)> =
        view.tracks.iter().map(|track| (track.department.as_str(), track.steps.len())).collect();
    let one_each = [("公安分局", 1), ("医疗保障局", 1), ("税务局", 1), ("人力资源和社会保障局", 1)];
    assert_eq!(tracks[0], ("卫生健康委员会", 2), "one track for each department");
    assert_eq!(tracks[1..], one_each);

    world.at("2026-03-10T09:30");
    let page = finish(&mut window, lead, "出生医学证明", Outcome::Granted);
    let opened = step(bundle(&page), "户口登记");
    assert_eq!(opened.standing, Standing::Open { since: time("2026-03-10T09:30") }, "opens as it is there (R118)");
    let member = window.page(some("its case", opened.case));
    assert_eq!(some("its lead", member.part_of.as_ref()).number, "石拐-000000-20260309-01-0001");
    assert_eq!((member.row.stage, member.row.number.as_str()), (Stage::InProcess, opened.number.as_str()));
    assert!(member.fields.iter().any(|view| view.field == Field::CitizenId), "the id was typed once (R116)");

    world.at("2026-03-10T10:00");
    let page = must("the phone", window.set(lead, Field::Phone, "13800138000"));
    let [untold] = bundle(&page).untold.as_slice() else { panic!("{:?}", bundle(&page).untold) };
    let told_by_hand = names(bundle(&page), &untold.steps);
    assert_eq!((untold.field, told_by_hand), (Field::Phone, vec!["《预防接种证》办理".into(), "户口登记".into()]));

    let early = window.call(DeliverResults { id: lead, ..by_hand(&[]) }).unwrap_err();
    assert_eq!(early, Failure::Refused { why: Refusal::TogetherOnly }, "results wait until all are there (R120)");
    for (at, name) in [
        ("2026-03-11T11:00", "户口登记"),
        ("2026-03-12T09:00", "预防接种证"),
        ("2026-03-12T10:00", "参保登记"),
        ("2026-03-13T09:00", "社会保障卡"),
    ] {
        world.at(at);
        let page = finish(&mut window, lead, name, Outcome::Granted);
        assert_eq!((bundle(&page).state, page.row.stage), (State::Running, Stage::Accepted), "{name}");
    }
    let page = window.page(lead);
    let card = window.page(some("a case", step(bundle(&page), "社会保障卡").case));
    let phone = some("a phone", card.fields.iter().find(|view| view.field == Field::Phone));
    assert!(phone.value.ends_with("8000"), "a step that began later has the new number: {}", phone.value);
    assert!(!card.acts.contains(&Offer::Deliver), "not by itself");
    world.at("2026-03-13T16:00");
    let page = finish(&mut window, lead, "医疗保险费", Outcome::Granted);
    assert_eq!(bundle(&page).state, State::Done { at: time("2026-03-13T16:00") }, "with the last step (R119)");
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted });

    world.at("2026-03-16T10:00");
    let post = step(bundle(&page), "社会保障卡").no;
    let here: Vec<StepNo> = bundle(&page).steps.iter().map(|step| step.no).filter(|no| *no != post).collect();
    let page = *window.ask(DeliverResults { id: lead, ..by_hand(&here) });
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted }, "the card is still to come");
    let handed = bundle(&page).steps.iter().filter(|step| step.handed_out == HandedOut::Done).count();
    assert_eq!(handed, 5, "one proof with a row for each");
    world.at("2026-03-18T10:00");
    let call = DeliverResults { id: lead, way: DeliveryWay::Post, ..by_hand(&[post]) };
    assert_eq!(window.ask(call).row.stage, Stage::Delivered, "by post, at her wish");
    assert_eq!(window.page(lead).anomalies, []);
}

fn by_hand(steps: &[StepNo]) -> DeliverResults {
    DeliverResults {
        id: must("an id", "00000000000070008000000000000000".parse()),
        steps: steps.to_vec(),
        way: DeliveryWay::Direct,
        signer: "刘佳慧".into(),
        relation: String::new(),
    }
}

#[test]
fn r119_two_windows_finish_two_steps_without_a_road_and_both_count() {
    let world = World::new(602);
    let mut first = world.station("一件事窗口", DISTRICT, HE_JING);
    let mut second = world.station("综合窗口", DISTRICT, LIN_FANG);
    macro_rules! meet {
        () => {
            world.settle(&mut [&mut first, &mut second])
        };
    }
    world.at("2026-03-09T10:00");
    let others = [("step-4", 0), ("step-5", 0), ("step-6", 1)];
    let lead = first.receive_bundle(&SUN_LINA, "flexible-worker", &others).cases[0];
    accept(&mut first, lead);
    meet!();

    world.at("2026-03-10T09:00");
    finish(&mut first, lead, "灵活就业登记", Outcome::Granted);
    world.at("2026-03-10T09:30");
    let page = finish(&mut second, lead, "就业困难人员认定", Outcome::Granted);
    let waits = &step(bundle(&page), "社保补贴").standing;
    assert!(matches!(waits, Standing::Waits { .. }), "the other desk's half is not known here: {waits:?}");
    meet!();
    for desk in [&mut first, &mut second] {
        let page = desk.page(lead);
        let ready = &step(bundle(&page), "社保补贴").standing;
        assert_eq!(*ready, Standing::Ready { since: time("2026-03-10T09:30") }, "since the later of the two");
        assert_eq!((bundle(&page).pending, page.anomalies.len()), (Pending::Mine, 0));
        assert!(page.acts.contains(&Offer::Advance));
    }
    world.at("2026-03-10T14:40");
    first.ask(AdvanceBundle { id: lead });
    world.at("2026-03-10T14:50");
    second.ask(AdvanceBundle { id: lead });
    meet!();
    let page = first.page(lead);
    let opened = step(bundle(&page), "社保补贴");
    assert_eq!(opened.standing, Standing::Open { since: time("2026-03-10T14:40") }, "one case, since the first press");
    assert_eq!(first.page(some("its case", opened.case)).anomalies, [], "and nothing for anybody to look at");

    world.at("2026-03-11T09:00");
    for name in ["基本养老保险参保", "职工医保参保", "社保补贴"] {
        finish(&mut first, lead, name, Outcome::Granted);
    }
    meet!();
    finish(&mut second, lead, "社会保险费", Outcome::Granted);
    meet!();
    let page = first.page(lead);
    assert_eq!((bundle(&page).state, page.row.attention), (State::Done { at: time("2026-03-11T09:00") }, 0));
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted });
    assert_eq!(first.knows(), second.knows(), "both desks know the same");
}

#[test]
fn r119_the_last_two_steps_finished_apart_end_the_whole_with_one_press() {
    let world = World::new(603);
    let mut first = world.station("一件事窗口", DISTRICT, HE_JING);
    let mut second = world.station("综合窗口", DISTRICT, LIN_FANG);
    world.at("2026-03-09T10:00");
    let lead = first.receive_bundle(&WULAN_TUYA, "transport-firm", &[("step-2", 1)]).cases[0];
    accept(&mut first, lead);
    for name in ["公司设立登记", "道路货物运输经营许可"] {
        finish(&mut first, lead, name, Outcome::Granted);
    }
    let lead_two = first
        .receive_bundle(&ZHOU_MEILING, "elder-benefit", &[("step-1", 0), ("step-2", 1), ("step-3", 1), ("step-4", 1)])
        .cases[0];
    accept(&mut first, lead_two);
    world.settle(&mut [&mut first, &mut second]);
    finish(&mut first, lead, "道路运输证", Outcome::Granted);
    finish(&mut first, lead_two, "高龄津贴", Outcome::Granted);
    finish(&mut second, lead_two, "失能老年人补贴", Outcome::Granted);
    world.settle(&mut [&mut first, &mut second]);
    assert_eq!(second.page(lead).row.stage, Stage::Decided { outcome: Outcome::Granted }, "one desk saw it all");
    let page = second.page(lead_two);
    assert!(matches!(bundle(&page).state, State::Done { .. }), "it is done whoever looks");
    assert_eq!((page.row.stage, bundle(&page).pending), (Stage::Accepted, Pending::Mine), "and waits for a press");
    for desk in [&mut first, &mut second] {
        desk.ask(AdvanceBundle { id: lead_two });
    }
    world.settle(&mut [&mut first, &mut second]);
    let page = first.page(lead_two);
    assert_eq!(
        (page.row.stage, page.row.attention),
        (Stage::Decided { outcome: Outcome::Granted }, 0),
        "twice is once"
    );
}

#[test]
fn r119_a_refused_required_step_ends_the_whole_and_the_rest_goes_on_alone() {
    let world = World::new(604);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-03-09T10:00");
    let lead = window.receive_bundle(&LIU_JIAHUI, "newborn", &[("maternity-claim", 1)]).cases[0];
    accept(&mut window, lead);
    let page = finish(&mut window, lead, "预防接种证", Outcome::Denied);
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Denied });
    let told = some("its end", page.story.iter().find(|line| line.kind == "denied"));
    assert_eq!(told.detail, "不符合条件", "with the step's reasons");
    world.at("2026-03-10T10:00");
    let page = finish(&mut window, lead, "出生医学证明", Outcome::Granted);
    assert_eq!(step(bundle(&page), "户口登记").case, None, "nothing new is begun");
    let claim = some("its case", step(bundle(&page), "出生医学证明").case);
    let give = Command::Deliver { way: DeliveryWay::Direct, signer: "刘佳慧".into(), relation: String::new() };
    assert_eq!(window.act(claim, give).row.stage, Stage::Delivered, "what is done is handed over by itself");

    let lead = window.receive_bundle(&SUN_LINA, "newborn", &[("maternity-claim", 1)]).cases[0];
    accept(&mut window, lead);
    let page = window.page(lead);
    let (claim, needed) = (step(bundle(&page), "生育保险").no, step(bundle(&page), "户口登记").no);
    let kept = window.try_act(lead, Command::DropStep { step: needed, reason: "不办了".into() }).unwrap_err();
    assert_eq!(kept, Failure::Refused { why: Refusal::StepNeeded });
    let page = window.act(lead, Command::DropStep { step: claim, reason: "单位已经申领".into() });
    assert_eq!(step(bundle(&page), "生育保险").standing, Standing::Dropped);
    let case = window.page(some("its case", step(bundle(&page), "生育保险").case));
    assert_eq!(case.row.stage, Stage::Decided { outcome: Outcome::Withdrawn }, "taken back in the same press");
}

#[test]
fn r120_who_wants_parts_gets_each_result_when_it_is_there() {
    let world = World::new(605);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-03-09T10:00");
    let lead = window.receive_bundle(&LIU_JIAHUI, "newborn", &[]).cases[0];
    accept(&mut window, lead);
    finish(&mut window, lead, "出生医学证明", Outcome::Granted);
    let case = some("its case", step(bundle(&window.page(lead)), "出生医学证明").case);
    let give = Command::Deliver { way: DeliveryWay::Direct, signer: "刘佳慧".into(), relation: String::new() };
    let together = window.try_act(case, give.clone()).unwrap_err();
    assert_eq!(together, Failure::Refused { why: Refusal::TogetherOnly });
    window.act(lead, Command::ChooseResults { choice: Choice::AsTheyCome });
    assert_eq!(window.act(case, give).row.stage, Stage::Delivered, "because she asked for it");
}

#[test]
fn r121_after_a_death_gentle_words_and_no_grade_is_asked_for() {
    let world = World::new(606);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-05-12T09:00");
    let lead = window.receive_bundle(&FENG_XIAOLIN, "after-death", &[]).cases[0];
    let page = accept(&mut window, lead);
    assert_eq!((bundle(&page).tone, bundle(&page).steps.len()), (Tone::Gentle, 7));
    assert!(page.acts.contains(&Offer::TellDeath));
    let died = |on: &str| {
        let (who, on) = ("郑玉珍".to_owned(), must("a day", on.parse()));
        Command::Beside(Box::new(daiban_model::case::beside::Beside::Died { who, on }))
    };
    let to_come = window.try_act(lead, died("2026-05-13")).unwrap_err();
    assert!(matches!(to_come, Failure::Refused { why: Refusal::DateTooLate { .. } }), "{to_come:?}");
    let page = window.act(lead, died("2026-05-10"));
    assert_eq!(
        crate::due(&page.clocks, ClockKind::DeathRegistration).0,
        "2026-06-10",
        "one month, in the country (D75)"
    );
    let names: Vec<String> = bundle(&page).steps.iter().map(|step| step.name.clone()).collect();
    for left_out in ["遗属待遇", "账户余额", "一次性支取", "公积金", "驾驶证", "残疾人证"] {
        assert!(names.iter().all(|name| !name.contains(left_out)), "only what applies: {left_out} in {names:?}");
    }
    for said in [include_str!("../../assets/words/zh.json"), include_str!("../../assets/forms/one-thing.typ")] {
        assert!(!said.contains("注销成功"), "no word of success, on screen or paper");
    }
    let open: Vec<&str> = bundle(&page)
        .steps
        .iter()
        .filter(|step| matches!(step.standing, Standing::Open { .. }))
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(open, ["死亡医学证明（推断）书开具", "惠民殡葬补贴申领"], "the certificate first");
    finish(&mut window, lead, "死亡医学证明", Outcome::Granted);
    finish(&mut window, lead, "户口注销", Outcome::Granted);
    for name in ["养老保险注销", "社会保障卡注销", "惠民殡葬"] {
        finish(&mut window, lead, name, Outcome::Granted);
    }
    let page = window.page(lead);
    for name in ["火化证明", "停发"] {
        let (step, result) = (step(bundle(&page), name).no, "已办".to_owned());
        window.act(lead, Command::AnswerStep { step, outcome: Outcome::Granted, result });
    }
    let page = window.page(lead);
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Granted }, "{:?}", bundle(&page).state);
    let all: Vec<StepNo> =
        bundle(&page).steps.iter().filter(|step| step.handed_out == HandedOut::Waits).map(|step| step.no).collect();
    let page = *window.ask(DeliverResults { id: lead, ..by_hand(&all) });
    assert_eq!(page.row.stage, Stage::Delivered);
    assert!(!page.acts.contains(&Offer::EnterRating), "nobody who lost someone is asked for a grade (R165)");
}

#[test]
fn r123_r124_r125_a_firm_in_half_a_day_across_noon_and_who_held_it() {
    let world = World::new(607);
    let mut window = world.station("企业开办专窗", DISTRICT, HE_JING);
    world.at("2026-03-03T09:05");
    let lead = window.receive_bundle(&SUN_LINA, "enterprise-start", &[]).cases[0];
    world.at("2026-03-03T09:10");
    let page = accept(&mut window, lead);
    let at = |page: &CasePage| match clock(&page.clocks, ClockKind::Promised).due {
        Due::At { at, .. } => at,
        other => panic!("a half-day clock has an hour: {other:?}"),
    };
    assert_eq!(at(&page), time("2026-03-03T15:40"), "four office hours, across noon (D82)");
    world.at("2026-03-03T09:25");
    finish(&mut window, lead, "名称自主申报", Outcome::Granted);
    world.at("2026-03-03T10:40");
    let page = finish(&mut window, lead, "公司设立登记", Outcome::Granted);
    for name in ["公章刻制", "信息确认", "社会保险登记", "单位参保登记"] {
        let step = step(bundle(&page), name);
        assert_eq!(step.standing, Standing::Open { since: time("2026-03-03T10:40") }, "{name} at once (R123)");
        assert!(!step.department.is_empty(), "with its owner");
    }
    let licence = step(bundle(&page), "公司设立登记");
    assert_eq!(licence.minutes, Some(75), "the registry held it an hour and a quarter (R125)");
    world.at("2026-03-03T14:45");
    let page = window.page(lead);
    assert_eq!(bundle(&page).minutes, Some(185), "2 h 50 before noon and a quarter of an hour after");
    assert_eq!(clock(&page.clocks, ClockKind::Promised).urgency, Some(Urgency::Soon), "amber after three hours (R124)");
    world.at("2026-03-03T15:05");
    for name in ["公章刻制", "信息确认", "社会保险登记", "单位参保登记"] {
        finish(&mut window, lead, name, Outcome::Granted);
    }
    let page = window.page(lead);
    assert_eq!(bundle(&page).state, State::Done { at: time("2026-03-03T15:05") });
    assert_eq!(bundle(&page).minutes, Some(205), "3 h 25 min, in time (R125)");
}

#[test]
fn r124_half_a_day_across_a_holiday() {
    let world = World::new(608);
    let mut window = world.station("企业开办专窗", DISTRICT, HE_JING);
    for (accepted, end, why) in [
        ("2026-03-03T11:30", "2026-03-03T17:30", "D83: the same day"),
        ("2026-03-03T16:00", "2026-03-04T11:00", "D85: into the next morning"),
        ("2026-03-03T17:20", "2026-03-04T12:00", "D86: noon comes first"),
        ("2026-03-06T18:00", "2026-03-09T12:00", "D87: Friday evening"),
        ("2026-03-07T10:00", "2026-03-09T15:00", "D88: a Saturday"),
        ("2026-09-30T16:00", "2026-10-08T11:00", "D90: across the national holiday"),
    ] {
        world.at(accepted);
        let lead = window.receive_bundle(&SUN_LINA, "enterprise-start", &[]).cases[0];
        let page = accept(&mut window, lead);
        let due = clock(&page.clocks, ClockKind::Promised).due;
        let Due::At { at, .. } = due else { panic!("a half-day clock has an hour: {due:?}") };
        assert_eq!(at, time(end), "{why}");
        window.act(lead, Command::Withdraw { reason: "下一例".into(), papers_returned: 0 });
    }
}

#[test]
fn r128_an_office_outside_is_asked_and_is_late_after_ten_working_days() {
    let world = World::new(609);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-03-09T10:00");
    let lead = window.receive_bundle(&ZHOU_MEILING, "house-transfer", &[]).cases[0];
    let page = accept(&mut window, lead);
    let water = step(bundle(&page), "用水过户").no;
    let early = window.try_act(lead, Command::AskStep { step: water }).unwrap_err();
    assert_eq!(early, Failure::Refused { why: Refusal::NotItsTurn }, "the house is not transferred yet");
    for name in ["网签备案", "税费核缴"] {
        let (step, result) = (step(bundle(&page), name).no, "已办".to_owned());
        window.act(lead, Command::AnswerStep { step, outcome: Outcome::Granted, result });
    }
    finish(&mut window, lead, "转移登记", Outcome::Granted);
    world.at("2026-03-10T09:00");
    let page = window.act(lead, Command::AskStep { step: water });
    let end = some("a term", step(bundle(&page), "用水过户").end.clone());
    assert_eq!(
        (end.due.date().map(|day| day.to_string()), end.urgency),
        (Some("2026-03-24".into()), Some(Urgency::Calm))
    );
    world.at("2026-03-24T17:00");
    let urgency = |page: &CasePage| step(bundle(page), "用水过户").end.as_ref().and_then(|clock| clock.urgency);
    assert_eq!(urgency(&window.page(lead)), Some(Urgency::Calm), "the last day");
    world.at("2026-03-25T09:00");
    assert_eq!(urgency(&window.page(lead)), Some(Urgency::Soon), "amber: it is asked again");
    let result = "户号已更名".to_owned();
    let page = window.act(lead, Command::AnswerStep { step: water, outcome: Outcome::Granted, result });
    let done = step(bundle(&page), "用水过户");
    assert_eq!((done.result.as_str(), done.number.as_str()), ("户号已更名", ""), "entered by hand, no case");
    let told = &page.story[0];
    assert_eq!((told.kind.as_str(), told.by.as_str()), ("step_done", "何静"), "and by whom");
}

#[test]
fn r77_numbers_kept_for_steps_are_given_to_nobody_else() {
    let world = World::new(610);
    let mut window = world.station("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-03-09T10:00");
    window.receive_bundle(&LIU_JIAHUI, "newborn", &[]);
    // A disk that was put back has forgotten how far it had counted; the rows are all it knows.
    for (name, _) in window.states("counter/") {
        window.put_state(&name, None);
    }
    let next = window.receive_bundle(&SUN_LINA, "newborn", &[]);
    assert_eq!(next.rows[0].number, "石拐-000000-20260309-01-0008", "0002 to 0007 wait for their steps");
}
