//! Papers for a bedside: printed in one go before anything is received, and filled with what is known by then (R103, R104).

use daiban_model::api::{GetKit, ListPapers, LogCall, LookAtPaper, Offer, Outlet, PaperOffer, PaperRef, PrintPaper};
use daiban_model::case::Command;
use daiban_model::case::event::{Help, PaperName, Signature, Way};
use daiban_model::case::field::Field;
use daiban_model::form::Size;
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::visit::{Addition, Asked, Booking, HomeReason, Interview, Spoken, Visit};
use daiban_tests::paper::{faults, run_on, text};
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, LI_CHUNMEI, PENG_FEI, QIMUGE, Station, World, XU_WEN, ZHAO_YUNFENG, must, some,
};

const WARD: &str = "包头市某医院骨科6床";

fn agent(id: &str) -> AgentId {
    must("a staff number", id.parse())
}

fn at(text: &str) -> jiff::civil::DateTime {
    must("a time", text.parse())
}

/// 2026-03-05: she calls from the ward, and somebody is to come the next day.
fn called(bureau: &mut Station) -> CaseId {
    let mut person = LI_CHUNMEI.typed();
    (person.injured_on, person.address, person.employer) = ("2026-03-04".into(), WARD.into(), String::new());
    let words = "在采砂场受伤，脚趾骨折，住院，身边没人".to_owned();
    let case = bureau.ask(LogCall { person, help: Help::Guidance, way: Way::Phone, words }).row.id;
    let booking = Booking {
        caller: "李春梅".into(),
        relation: String::new(),
        phone: "0472-0000002".into(),
        reasons: [HomeReason::Ill].into(),
        at: at("2026-03-06T14:00"),
        place: WARD.into(),
        staff: vec![agent(XU_WEN), agent(PENG_FEI)],
        alone: String::new(),
    };
    bureau.act(case, Command::BookVisit(Box::new(booking)));
    case
}

/// Puts a paper out as the window does; answers what another program reads of it.
fn put_out(station: &mut Station, id: CaseId, offer: &PaperOffer) -> String {
    let (paper, size, to) = (offer.paper, Size::A4, Outlet::Folder);
    let view = station.ask(LookAtPaper { id, paper, size });
    let print = must("printed", station.print(&PrintPaper { id, paper, size, hash: view.hash, to }));
    assert_eq!(faults(&print.pdf), "", "{:?} is a sound PDF", paper.name);
    assert!(!print.title.contains(LI_CHUNMEI.name), "Q2: {}", print.title);
    run_on(&text(&print.pdf))
}

#[test]
fn r103_r104_seven_papers_for_the_bedside_in_one_press_with_what_the_call_gave() {
    let world = World::new(801);
    let mut bureau = world.station("人社局工伤窗口", DISTRICT, XU_WEN);
    world.at("2026-03-05T10:12");
    let case = called(&mut bureau);
    world.at("2026-03-05T16:30");
    let kit = bureau.ask(GetKit { case });
    let papers: Vec<String> = kit.sheets.iter().map(|offer| put_out(&mut bureau, case, offer)).collect();
    let [form, notice, guide, checklist, mandate, interview, privacy] = papers.as_slice() else {
        panic!("seven papers: {:?}", kit.sheets)
    };
    for words in ["工伤认定申请表", "李春梅", WARD, "2026年3月4日", "单位不盖章、单位找不到的，单位一栏空着"]
    {
        assert!(form.contains(words), "the form says {words}: {form}");
    }
    assert!(form.contains("工作单位单位联系人"), "the employer's line is blank (R104): {form}");
    assert!(notice.contains("一次性告知书") && notice.contains("诊断证明"), "what will be asked for: {notice}");
    for words in ["单位先在30天内报", "2026年4月3日", "您自己一年内都可以报", "3样"] {
        assert!(guide.contains(words), "in plain words {words} (R99, R102): {guide}");
    }
    assert!(checklist.contains("材料清单") && checklist.contains("劳动关系"), "art 18: {checklist}");
    assert!(mandate.contains("代办委托书") && mandate.contains("李春梅"), "{mandate}");
    assert!(interview.contains("怎么受的伤") && interview.contains("答："), "questions and room to write: {interview}");
    assert!(privacy.contains("个人信息告知") && privacy.contains("不影响给您办"), "{privacy}");
    assert!(papers.iter().all(|paper| !paper.contains("none")), "nothing stands for nothing");

    let page = bureau.page(case);
    let printed = page.story.iter().filter(|line| line.kind == "printed").count();
    assert_eq!((printed, page.anomalies.len()), (7, 0), "each print stands in the case (R183)");
    assert!(page.acts.contains(&Offer::TellGrounds) && page.acts.contains(&Offer::MoveVisit), "{:?}", page.acts);
    let again = bureau.ask(GetKit { case }).sheets;
    assert!(again.iter().all(|offer| offer.printed == 1), "{again:?}");
    assert!(put_out(&mut bureau, case, &again[0]).contains("补打，第2次打印"), "a reprint says so");
}

#[test]
fn r96_r100_r104_what_was_said_and_done_stands_on_papers_of_its_own() {
    let world = World::new(802);
    let mut bureau = world.station("人社局工伤窗口", DISTRICT, XU_WEN);
    world.at("2026-03-05T10:12");
    let case = called(&mut bureau);
    let to_come = bureau.reads(case, PaperName::HomeVisit, 0);
    assert!(to_come.contains("上门服务记录") && to_come.contains("2026-03-0614:00"), "what was agreed on: {to_come}");
    world.at("2026-03-06T15:05");
    let line = |question: &str, answer: &str| Spoken { question: question.into(), answer: answer.into() };
    let record = Interview {
        place: WARD.into(),
        from: at("2026-03-06T14:20"),
        until: at("2026-03-06T15:05"),
        asked_by: "许文".into(),
        written_by: "彭飞".into(),
        present: Vec::new(),
        interpreter: String::new(),
        lines: vec![line("怎么受的伤？", "3月4日在采砂场，石头滚下来砸了脚。")],
        read_back: Asked::Yes,
        signature: Signature::Hand,
    };
    let page = bureau.act(case, Command::RecordInterview(Box::new(record)));
    let to = page.home.interviews[0].act;
    bureau
        .act(case, Command::AddToInterview(Addition { to, text: "证人是工友老张".into(), signature: Signature::Hand }));
    let visit = Visit {
        booking: Some(some("a booking", page.home.bookings.first()).act),
        arrived: at("2026-03-06T14:05"),
        left: at("2026-03-06T15:05"),
        place: WARD.into(),
        staff: vec![agent(XU_WEN), agent(PENG_FEI)],
        badge: Asked::Yes,
        id_checked: Asked::Yes,
        person_seen: Asked::Yes,
        consent: Asked::No,
        forms: vec!["工伤认定申请表".into()],
        taken: Vec::new(),
        left_there: Vec::new(),
        advice: "三样材料都讲了".into(),
        beyond: String::new(),
        next: "补证人证言".into(),
        next_on: None,
        signature: Signature::Hand,
    };
    bureau.act(case, Command::RecordVisit(Box::new(visit)));
    must("where", bureau.set(case, Field::InjuredWhere, "石拐区某采砂场"));
    must("hospital", bureau.set(case, Field::DiagnosedBy, "某医院"));

    let signed = bureau.reads(case, PaperName::Interview, 1);
    for words in ["询问笔录", "石头滚下来砸了脚", "补充：证人是工友老张", "2026年3月6日15时05分"]
    {
        assert!(signed.contains(words), "the record says {words}: {signed}");
    }
    let done = bureau.reads(case, PaperName::HomeVisit, 1);
    for words in ["14时05分", "许文", "彭飞", "三样材料都讲了", "补证人证言", "√已出示工作证"]
    {
        assert!(done.contains(words), "the record of the visit says {words}: {done}");
    }
    let form = bureau.reads(case, PaperName::InjuryClaim, 0);
    for words in ["石拐区某采砂场", "石头滚下来砸了脚", "送到：某医院"] {
        assert!(form.contains(words), "the form takes {words} from what was said: {form}");
    }
}

#[test]
fn r94_a_visit_that_is_no_injury_takes_no_form_of_one_along() {
    let world = World::new(803);
    let mut village = world.station("幸福大院代办点", BAICAIGOU, QIMUGE);
    world.at("2026-03-02T11:05");
    let (person, words) = (ZHAO_YUNFENG.typed(), "养老金资格认证，本人出不了门".to_owned());
    let case = village.ask(LogCall { person, help: Help::Guidance, way: Way::Phone, words }).row.id;
    assert_eq!(village.ask(ListPapers { id: case }), [], "a question alone has no paper");
    let booking = Booking {
        caller: "钱秀英".into(),
        relation: "邻居".into(),
        phone: String::new(),
        reasons: [HomeReason::Aged, HomeReason::LivesAlone].into(),
        at: at("2026-03-04T09:30"),
        place: "幸福大院3号".into(),
        staff: vec![agent(QIMUGE)],
        alone: "郝志强休假".into(),
    };
    village.act(case, Command::BookVisit(Box::new(booking)));
    let named = |offers: &[PaperOffer]| -> Vec<PaperRef> { offers.iter().map(|offer| offer.paper).collect() };
    let kit = named(&village.ask(GetKit { case }).sheets);
    assert!(kit.len() == 6 && kit.iter().all(|paper| paper.name != PaperName::InjuryClaim), "{kit:?}");
    let offers = named(&village.ask(ListPapers { id: case }));
    assert!(offers.contains(&PaperRef { name: PaperName::HomeVisit, no: 0 }), "and the record to fill in: {offers:?}");
}
