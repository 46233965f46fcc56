//! Papers of real cases: looked at, printed, printed again, and what the case remembers of it.

use daiban_core::engine::Print;
use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    Chain, Failure, ListPapers, ListReveals, LookAtPaper, Outlet, PaperFault, PaperRef, PaperView, PrintPaper,
    RevealLine, Seen,
};
use daiban_model::case::Command;
use daiban_model::case::event::{DeliveryWay, PaperName};
use daiban_model::case::field::Field;
use daiban_model::form::Size;
use daiban_model::ids::{CaseId, FileHash};
use daiban_tests::paper::{faults, run_on, text};
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, LIN_FANG, LONG_NAME, LUO_JIE, PIN, Papers, QIAN_XIUYING, QIMUGE, Station,
    TIAN_WEIGUO, World, ZHAO_YUNFENG, day, must, some,
};

fn named(name: PaperName, no: u8) -> PaperRef {
    PaperRef { name, no }
}

const RECEIPT: PaperRef = PaperRef { name: PaperName::Receipt, no: 0 };

fn look(station: &mut Station, id: CaseId, paper: PaperRef) -> PaperView {
    station.ask(LookAtPaper { id, paper, size: Size::A4 })
}

fn print(station: &mut Station, id: CaseId, paper: PaperRef, hash: FileHash) -> Result<Print, Failure> {
    station.print(&PrintPaper { id, paper, size: Size::A4, hash, to: Outlet::Printer { copies: 2 } })
}

/// What a paper says, as another program reads it.
fn said(station: &mut Station, id: CaseId, paper: PaperRef) -> String {
    let view = look(station, id, paper);
    let pdf = must("printed", print(station, id, paper, view.hash)).pdf;
    assert_eq!(faults(&pdf), "");
    run_on(&text(&pdf))
}

#[test]
fn r46_r183_a_slip_is_printed_as_it_was_looked_at_and_a_reprint_says_so() {
    let world = World::new(701);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-03-02T09:30");
    let case = station.receive(&ZHAO_YUNFENG, "MZ-007");
    let number = station.page(case).row.number.clone();
    assert_eq!(station.page(case).papers.len(), 4, "R46: four paper lines");
    assert!(number.starts_with("石拐-202202-20260302-") && number.ends_with("-0001"), "{number}");
    let offers = station.ask(ListPapers { id: case });
    let slip = some("a slip", offers.iter().find(|offer| offer.paper == RECEIPT));
    assert_eq!((slip.copies, slip.printed, &slip.number), (2, 0, &number), "R46: two copies");

    let view = look(&mut station, case, RECEIPT);
    assert_eq!(view.turn, 1);
    let first = must("printed", print(&mut station, case, RECEIPT, view.hash));
    assert_eq!(FileHash(*blake3::hash(&first.pdf).as_bytes()), view.hash, "O1: byte for byte");
    let words = run_on(&text(&first.pdf));
    for wanted in [
        number.as_str(),
        ZHAO_YUNFENG.name,
        "150205********0008",
        "2026年3月2日9时30分",
        "收件回执",
        "不是受理决定",
        "尾号0001",
    ] {
        assert!(words.contains(wanted), "{wanted}: {words}");
    }
    assert!(!words.contains(ZHAO_YUNFENG.id) && !words.contains("受理通知书"), "R46: masked, and no acceptance");
    assert!(!first.title.contains(ZHAO_YUNFENG.name), "Q2: a queue is told nobody's name");
    assert_eq!(
        run_on(&view.pages[0].words).replace('\u{2060}', ""),
        run_on(&view.pages[0].words),
        "words without joints"
    );
    assert!(run_on(&view.pages[0].words).contains(ZHAO_YUNFENG.name), "what the picture shows is said too");

    world.at("2026-03-03T10:00");
    let again = look(&mut station, case, RECEIPT);
    assert_eq!(again.turn, 2);
    let second = must("printed again", print(&mut station, case, RECEIPT, again.hash));
    let words = run_on(&text(&second.pdf));
    assert!(words.contains("补打，第2次打印") && words.contains(&number), "R183: the number stays");
    let story = station.page(case).story;
    let told: Vec<&str> = story.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(told[..2], ["printed_again", "printed"], "latest first");
    let hash = &again.hash.to_string()[..16];
    assert_eq!(story[0].detail, format!("receipt {number} 2 {hash}"), "which, which print, and its hash (R183)");
}

#[test]
fn o1_what_has_changed_since_the_look_is_not_printed() {
    let world = World::new(702);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = station.receive(&QIAN_XIUYING, "RS-003");
    let view = look(&mut station, case, RECEIPT);
    must("a new number", station.set(case, Field::Phone, "13800138000"));
    let before = station.page(case).story.len();
    let refused = print(&mut station, case, RECEIPT, view.hash).err();
    assert_eq!(refused, Some(Failure::Paper { why: PaperFault::Changed }));
    assert_eq!(station.page(case).story.len(), before, "and nothing is written down");
    let none = station.call(LookAtPaper { id: case, paper: named(PaperName::Completion, 0), size: Size::A4 });
    assert_eq!(none.err(), Some(Failure::Paper { why: PaperFault::NotThere }), "nothing has been decided");
}

#[test]
fn r86_a_long_name_stands_whole_on_slip_and_mandate_and_notice() {
    let world = World::new(703);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = station.receive_with(&LONG_NAME, "RS-003", Papers::Without(1), |_| ()).cases[0];
    for (name, no) in
        [(PaperName::Receipt, 0), (PaperName::Mandate, 1), (PaperName::Notice, 1), (PaperName::Supplement, 1)]
    {
        let words = said(&mut station, case, named(name, no));
        assert!(words.contains(LONG_NAME.name), "{name:?}: {words}");
    }
    let notice = station.page(case).notices[0].clone();
    let words = said(&mut station, case, named(PaperName::Notice, 1));
    let paper = some("a line", notice.lines.first());
    assert!(words.contains(&run_on(&paper.paper)), "R50: what is missing is on it");
    let label = station.ask(LookAtPaper { id: case, paper: named(PaperName::Label, 0), size: Size::A4 });
    assert_eq!(label.pages.len(), 1, "one badge-size label");
    assert!(run_on(&label.pages[0].words).contains(LONG_NAME.name), "whole on it too");
    let slip = station.ask(LookAtPaper { id: case, paper: RECEIPT, size: Size::Slip });
    assert!(run_on(&slip.pages[0].words).contains(LONG_NAME.name), "also on the narrow one");
}

#[test]
fn o3_a_mandate_shows_the_whole_number_to_whoever_may_see_it_and_writes_the_look_down() {
    let world = World::new(704);
    let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = station.receive(&QIAN_XIUYING, "RS-003");
    let mandate = named(PaperName::Mandate, 1);
    assert!(said(&mut station, case, mandate).contains(QIAN_XIUYING.id), "R63: the person is named beyond doubt");
    let mut station = world.station("白菜沟代办点", BAICAIGOU, BAI_YUNXIA);
    let own = station.receive(&ZHAO_YUNFENG, "MZ-007");
    let words = said(&mut station, own, mandate);
    assert!(words.contains("150205********0008") && !words.contains(ZHAO_YUNFENG.id), "R213: finished by hand");
    assert!(station.page(own).story.iter().any(|line| line.kind == "printed"), "the print is in the case");
}

#[test]
fn r208_a_supervisor_reads_who_looked_at_a_mandate_and_prints_nothing() {
    let world = World::new(705);
    let mut station = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    station.add_person(LIN_FANG);
    station.add_person(TIAN_WEIGUO);
    station.lock();
    must("the window", station.sign_in(LIN_FANG, PIN));
    let case = station.receive(&QIAN_XIUYING, "RS-003");
    look(&mut station, case, named(PaperName::Mandate, 1));
    look(&mut station, case, RECEIPT);
    station.lock();
    must("the supervisor", station.sign_in(TIAN_WEIGUO, PIN));
    let log = station.ask(ListReveals { month: day("2026-03-02") });
    let seen: Vec<Seen> = log.lines.iter().map(|line: &RevealLine| line.seen).collect();
    assert_eq!(seen.len(), 2, "the mandate's two numbers, and none for the slip: {seen:?}");
    assert_eq!(log.chain, Chain::Whole);
    let refused = station.call(LookAtPaper { id: case, paper: RECEIPT, size: Size::A4 }).err();
    assert_eq!(refused, Some(Failure::Denied { action: Action::Annotate, why: Denied::Role }));
}

#[test]
fn r69_the_cover_of_a_decision_names_the_last_days_for_remedies() {
    let world = World::new(706);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-02T10:00");
    let case = window.receive(&QIAN_XIUYING, "YB-001");
    window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    let blank = said(&mut window, case, named(PaperName::DecisionCover, 0));
    assert!(blank.contains("最后一天是年月日"), "before it is delivered they are written in by hand: {blank}");
    let (signer, relation) = (QIAN_XIUYING.name.to_owned(), String::new());
    window.act(case, Command::Deliver { way: DeliveryWay::Direct, signer, relation });
    let cover = said(&mut window, case, named(PaperName::DecisionCover, 0));
    for wanted in ["YB-2026-1", "最后一天是2026年5月6日", "最后一天是2026年9月2日"] {
        assert!(cover.contains(wanted), "60 days, moved past the holiday, and 6 months: {wanted} in {cover}");
    }
    let proof = said(&mut window, case, named(PaperName::DeliveryProof, 0));
    assert!(proof.contains("直接送达") && proof.contains("YB-2026-1"), "{proof}");
    let done = said(&mut window, case, named(PaperName::Completion, 0));
    assert!(done.contains("准予") && done.contains("YB-2026-1"), "{done}");
    let acceptance = said(&mut window, case, named(PaperName::Acceptance, 0));
    assert!(acceptance.contains("受理日期2026年3月2日"), "{acceptance}");
}

#[test]
fn prints_made_apart_are_all_kept_and_the_district_knows_them() {
    let world = World::new(707);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut district = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    district.add_person(LIN_FANG);
    district.lock();
    must("the window", district.sign_in(LIN_FANG, PIN));
    let case = village.receive(&QIAN_XIUYING, "RS-003");
    world.settle(&mut [&mut village, &mut district]);
    for station in [&mut village, &mut district] {
        let view = look(station, case, RECEIPT);
        assert_eq!(view.turn, 1, "neither knows of the other");
        must("printed", print(station, case, RECEIPT, view.hash));
    }
    world.settle(&mut [&mut village, &mut district]);
    for station in [&mut village, &mut district] {
        assert_eq!(look(station, case, RECEIPT).turn, 3, "both count");
        assert!(station.page(case).anomalies.is_empty(), "and none is in the way");
    }
}
