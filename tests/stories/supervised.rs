//! What a supervisor is shown without asking for it (requirements S4, S11).

use daiban_model::access::{Action, Denied};
use daiban_model::api::{Failure, ListFurtherNotices, ListMonth, LookAtPaper, PaperRef};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::event::{
    AcceptanceBasis, Callback, Decision, DeliveryWay, Grade, Help, NoticeLine, Outcome, PaperLine, PaperName,
    PaperState,
};
use daiban_model::case::{Command, Refusal};
use daiban_model::form::Size;
use daiban_tests::paper::run_on;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, Papers, QIAN_XIUYING, QIMUGE, TIAN_WEIGUO, WULAN_TUYA,
    World, ZHAO_YUNFENG, day, must, some,
};
use jiff::civil::Date;

use crate::due;

fn notice(papers: &[&str], raised_by: &str, trigger: &str) -> Command {
    let line = |paper: &&str| NoticeLine { paper: (*paper).into(), hint: String::new() };
    Command::GiveNotice {
        lines: papers.iter().map(line).collect(),
        raised_by: raised_by.into(),
        trigger: trigger.into(),
    }
}

fn bring(papers: &[&str]) -> Command {
    let line = |paper: &&str| PaperLine { name: (*paper).into(), state: PaperState::Copy, count: 1 };
    Command::Supplement { papers: papers.iter().map(line).collect() }
}

#[test]
fn r52_a_second_list_needs_a_new_paper_that_raised_it_and_the_supervisor_sees_it() {
    let world = World::new(861);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let mut office = world.station("政务服务局", DISTRICT, TIAN_WEIGUO);
    let guided = |draft: &mut daiban_model::api::Draft| draft.help = Help::Guidance;
    let case = window.receive_with(&WULAN_TUYA, "SC-001", Papers::All, guided).cases[0];
    window.hand_over(case);
    world.at("2026-03-04T10:00");
    window.act(case, notice(&["设备清单", "平面图"], "", ""));
    assert_eq!(window.call(ListFurtherNotices {}).err(), Some(denied()), "a supervisor's list");
    world.at("2026-03-10T10:00");
    window.act(case, bring(&["设备清单", "平面图"]));
    world.at("2026-03-11T10:00");
    let blocked = window.try_act(case, notice(&["租赁合同"], "", "")).err();
    assert_eq!(blocked, Some(Failure::Refused { why: Refusal::SecondList }), "one list");
    let old = window.try_act(case, notice(&["租赁合同"], "新图地址不一致", "营业执照")).err();
    assert_eq!(old, Some(Failure::Refused { why: Refusal::SecondList }), "no new paper raised it");
    world.settle(&mut [&mut window, &mut office]);
    assert_eq!(office.ask(ListFurtherNotices {}), [], "one notice is no second");

    let page = window.act(case, notice(&["租赁合同"], "新图地址不一致", "平面图"));
    assert_eq!(page.notices.last().map(|notice| notice.no), Some(2), "第 2 次");
    let paper = PaperRef { name: PaperName::Notice, no: 2 };
    let sheet = run_on(&window.ask(LookAtPaper { id: case, paper, size: Size::A4 }).pages[0].words);
    assert!(sheet.contains("租赁合同") && sheet.contains("新图地址不一致"), "with its reason in writing: {sheet}");
    world.settle(&mut [&mut window, &mut office]);
    let seen = office.ask(ListFurtherNotices {});
    let [line] = seen.as_slice() else { panic!("one line: {seen:?}") };
    assert_eq!((line.case.id, line.no, line.by.as_str()), (case, 2, "林芳"));
    assert_eq!(
        (line.papers.as_slice(), line.reason.as_str(), line.trigger.as_str()),
        (["租赁合同".to_owned()].as_slice(), "新图地址不一致", "平面图")
    );
    assert_eq!(window.refold(), [], "found again when the rows are made anew");
}

fn denied() -> Failure {
    Failure::Denied { action: Action::Audit, why: Denied::Role }
}

#[test]
fn r73_seven_steps_with_a_call_back_and_the_months_line_to_the_upper_tier() {
    let world = World::new(862);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = village.receive(&ZHAO_YUNFENG, "RS-001");
    let waits = village.receive(&QIAN_XIUYING, "RS-001");
    for id in [case, waits] {
        village.hand_over(id);
    }
    world.settle(&mut [&mut village, &mut township, &mut window]);
    window.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    window.act(case, Command::Start);
    world.at("2026-03-20T10:00");
    let (outcome, on, number) = (Outcome::Granted, day("2026-03-13"), "石人社〔2026〕9号".to_owned());
    window.act(case, Command::Decide(Decision { outcome, on, number, reasons: String::new(), valid_until: None }));
    world.settle(&mut [&mut village, &mut township, &mut window]);
    let given = Command::Deliver { way: DeliveryWay::Direct, signer: "赵云凤".into(), relation: String::new() };
    let page = village.act(case, given);
    assert_eq!(due(&page.clocks, ClockKind::Callback).0, "2026-04-03", "ten working days after 2026-03-20");
    world.settle(&mut [&mut village, &mut township, &mut window]);
    world.at("2026-03-25T10:00");
    let grade = must("a grade", Grade::try_from(4));
    let words = "满意".to_owned();
    let page = township.act(case, Command::CallBack(Callback { spoke_with: "钱秀英".into(), grade, words }));
    let (by, _, said) = some("the call", page.care.callback);
    assert_eq!((by.as_str(), said.spoke_with.as_str(), said.words.as_str()), ("高建平", "钱秀英", "满意"));
    let steps: Vec<(&str, Option<Date>)> = page.care.steps.iter().map(|it| (it.step.as_str(), it.on)).collect();
    let on = |text| Some(day(text));
    assert_eq!(
        steps,
        [
            ("entrusted", on("2026-03-02")),
            ("taken", on("2026-03-02")),
            ("handled", on("2026-03-20")),
            ("delivered", on("2026-03-20")),
            ("archived", None),
            ("reported", on("2026-03-31")),
            ("called_back", on("2026-03-25")),
        ],
        "委托、受理、办理、送达、归档、上报、回访"
    );

    world.at("2026-04-01T09:00");
    let march = ListMonth { month: day("2026-03-31") };
    let lines = township.ask(march.clone());
    let [line] = lines.as_slice() else { panic!("one unit: {lines:?}") };
    assert_eq!(line.name, "白菜沟嘎查");
    let counted = line.line;
    assert_eq!((counted.entrusted, counted.taken, counted.handled), (2, 2, 1));
    assert_eq!((counted.delivered, counted.archived, counted.called_back), (1, 0, 1));
    assert_eq!((counted.in_time, counted.late, line.on_time, line.target), (1, 0, Some(100), 100), "on time: 100 %");
    world.settle(&mut [&mut village, &mut township, &mut window]);
    assert_eq!(village.ask(march), lines, "the station sees its own line, and nobody types it");
    assert_eq!(township.ask(ListMonth { month: day("2026-02-01") }), [], "nothing in the month before");
}
