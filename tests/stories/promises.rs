//! What somebody promises instead of a paper: to bring it later, or that it is as they say (R61, R62).

use daiban_model::api::{LookAtPaper, Offer, PaperRef};
use daiban_model::case::clocks::ClockKind;
use daiban_model::case::decide::PromiseRecord;
use daiban_model::case::event::{
    AcceptanceBasis, Finding, Outcome, PaperLine, PaperName, PaperState, PromiseCheck, Signature,
};
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::form::Size;
use daiban_tests::paper::run_on;
use daiban_tests::world::{Papers, QIAN_XIUYING, SUN_LINA, Station, World, ZHOU_MEILING, day};

use crate::beside::{decided, deliver, in_person, refused, window};
use crate::due;

const CERTIFICATE: &str = "结婚证";

fn later() -> Command {
    let (until, signature) = (None, Signature::Hand);
    // What a page says of the catalogue and of the record counts for nothing.
    Command::PromiseLater { secondary: vec!["居民身份证".into()], until, signature, record: PromiseRecord::Clean }
}

/// Papers brought for a case, as they are typed.
fn brought(name: &str) -> Command {
    Command::Supplement { papers: vec![PaperLine { name: name.into(), state: PaperState::Copy, count: 1 }] }
}

#[test]
fn r61_what_may_follow_is_the_departments_to_say_and_a_broken_promise_is_remembered() {
    let world = World::completed(806, &[("WJ-005", "secondary", &[CERTIFICATE])]);
    let mut station = window(&world);
    world.at("2026-04-20T10:00");
    let main = in_person(&mut station, &QIAN_XIUYING, "WJ-005", Papers::Without(1));
    assert_eq!(refused(station.try_act(main, later())), Refusal::MainPaperMissing, "the id card is no secondary paper");
    let lacking = |station: &mut Station, person| {
        let case = in_person(station, person, "WJ-005", Papers::Without(3));
        let page = station.page(case);
        assert_eq!(page.notices[0].lines[0].paper, CERTIFICATE, "asked for by the notice of the receipt");
        assert!(page.acts.contains(&Offer::PromiseLater), "and the person chooses");
        case
    };
    let accepted = |station: &mut Station, case| {
        assert_eq!(station.act(case, later()).row.stage, Stage::Received, "the file goes on");
        station.hand_over(case);
        station.act(case, Command::Accept { basis: AcceptanceBasis::Conditional });
        station.act(case, Command::Start)
    };
    let kept = lacking(&mut station, &SUN_LINA);
    let page = accepted(&mut station, kept);
    let (paper, size) = (PaperRef { name: PaperName::Conditional, no: 1 }, Size::A4);
    let sheet = run_on(&station.ask(LookAtPaper { id: kept, paper, size }).pages[0].words);
    assert!(sheet.contains("容缺") && sheet.contains(CERTIFICATE) && sheet.contains("2026年5月13日"), "{sheet}");
    assert_eq!(due(&page.clocks, ClockKind::PromisedPaper).0, "2026-05-13", "D35");
    let broken = lacking(&mut station, &ZHOU_MEILING);
    let of = accepted(&mut station, broken).care.promises[0].act;
    world.at("2026-05-11T10:00");
    station.act(kept, decided(Outcome::Granted, "2026-05-11", "奖1"));
    assert_eq!(refused(station.try_act(kept, deliver("孙丽娜"))), Refusal::PapersOwed { count: 1 });
    station.act(kept, brought(CERTIFICATE));
    assert_eq!(station.act(kept, deliver("孙丽娜")).row.stage, Stage::Delivered, "the paper is in: the result may go");
    world.at("2026-05-13T17:00");
    let early = refused(station.try_act(broken, Command::BreakPromise { of }));
    assert_eq!(early, Refusal::TooEarly { until: day("2026-05-13") });
    world.at("2026-05-14T09:00");
    let page = station.act(broken, Command::BreakPromise { of });
    assert_eq!(page.row.stage, Stage::Decided { outcome: Outcome::Returned }, "终止");
    let next = lacking(&mut station, &ZHOU_MEILING);
    assert_eq!(refused(station.try_act(next, later())), Refusal::BrokePromise, "and recorded");
}

#[test]
fn r62_a_promise_is_taken_where_it_is_switched_on_and_a_false_one_ends_that() {
    let statement = "经济困难状况说明表或诚信承诺";
    let world = World::completed(807, &[("SF-001", "promisable", &[statement])]);
    let mut station = window(&world);
    world.at("2026-03-02T10:00");
    let case = in_person(&mut station, &SUN_LINA, "SF-001", Papers::Without(2));
    let page = station.page(case);
    assert_eq!(page.care.promisable, [statement], "the choice is shown because the department switched it on");
    assert!(page.acts.contains(&Offer::PromiseInstead));
    let promise = || Command::PromiseInstead {
        papers: vec![statement.into()],
        allowed: Vec::new(),
        signature: Signature::Hand,
        record: PromiseRecord::Clean,
    };
    let page = station.act(case, promise());
    assert_eq!(page.row.stage, Stage::Received, "nothing is missing any more");
    let (paper, size) = (PaperRef { name: PaperName::Promise, no: 1 }, Size::A4);
    let sheet = run_on(&station.ask(LookAtPaper { id: case, paper, size }).pages[0].words);
    assert!(sheet.contains("告知承诺书") && sheet.contains(statement), "{sheet}");
    station.hand_over(case);
    station.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    let page = station.act(case, Command::Start);
    world.at("2026-03-12T10:00");
    assert!(page.acts.contains(&Offer::CheckPromise));
    let of = page.care.promises[0].act;
    let measure = "援助终止，已记录".to_owned();
    let page = station.act(case, Command::CheckPromise(PromiseCheck { of, finding: Finding::False, measure }));
    assert_eq!(page.care.promises[0].found, Some(Finding::False));
    let granted = refused(station.try_act(case, decided(Outcome::Granted, "2026-03-12", "1")));
    assert_eq!(granted, Refusal::PromiseFalse);
    station.act(case, decided(Outcome::Denied, "2026-03-12", "不予1"));
    let next = in_person(&mut station, &SUN_LINA, "SF-001", Papers::Without(2));
    assert_eq!(refused(station.try_act(next, promise())), Refusal::BrokePromise, "the next promise is refused");
    let other = in_person(&mut station, &ZHOU_MEILING, "SF-001", Papers::Without(2));
    station.act(other, promise());
}
