//! What comes out: finished at once, decided, handed over, withdrawn, corrected (R45, R58, R68, R69, R74, R75, R84).

use daiban_model::case::clocks::{ClockKind, Reckoning};
use daiban_model::case::decide::Entry;
use daiban_model::case::event::*;
use daiban_model::case::{Command, Refusal, Stage, What};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::Limit;
use daiban_model::identity::CaseNumber;
use jiff::civil::{Date, date};

use super::{Life, hand_over, scope, twenty};

#[test]
fn r45_a_promised_item_goes_step_by_step_and_one_on_the_spot_in_one_press() {
    let day = date(2026, 3, 2);
    let promised = Limits { promised: Some(Limit::WorkingDays(1)), ..twenty() };
    let mut slow = Life::received(day, promised, &[("身份证", PaperState::Copy)]);
    let at_once = slow.try_on(day, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(at_once, Err(Refusal::NoSuchMove { from: Stage::Received }));
    let on_the_spot = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    let mut quick = Life::received(day, on_the_spot, &[("身份证", PaperState::Copy)]);
    quick.act(day, Command::FinishAtOnce { number: "1".into() });
    let case = quick.case();
    assert_eq!(case.stage, Stage::Decided { outcome: Outcome::Granted });
    assert_eq!(case.acceptance, Some((day, AcceptanceBasis::Complete)), "both are recorded");
}

#[test]
fn r68_r69_a_refusal_has_reasons_and_the_result_is_due_in_ten_working_days() {
    let mut life = Life::accepted(date(2026, 6, 1), twenty());
    life.act(date(2026, 6, 2), Command::Start);
    let decided = |reasons: &str| {
        Command::Decide(Decision {
            outcome: Outcome::Denied,
            on: date(2026, 6, 12),
            number: "不予1".into(),
            reasons: reasons.into(),
            valid_until: None,
        })
    };
    assert!(matches!(life.try_on(date(2026, 6, 12), decided("")), Err(Refusal::Empty { .. })), "行政许可法 art 38");
    life.act(date(2026, 6, 12), decided("场所不符合条件"));
    assert_eq!(life.ends(ClockKind::Delivery), Some(date(2026, 6, 29)), "D30");
    let for_other = |relation: &str| Command::Deliver {
        way: DeliveryWay::ForOther,
        signer: "孙丽娜".into(),
        relation: relation.into(),
    };
    assert_eq!(life.try_on(date(2026, 6, 18), for_other("")), Err(Refusal::RelationNeeded));
    life.act(date(2026, 6, 18), for_other("母女"));
}

#[test]
fn r74_withdrawn_until_the_decision_and_not_after() {
    let mut early = Life::accepted(date(2026, 3, 2), twenty());
    let withdraw = || Command::Withdraw { reason: "不办了".into(), papers_returned: 6 };
    early.act(date(2026, 3, 6), withdraw());
    let reckoning = Reckoning { calendar: &early.calendar, now: early.today.at(9, 30, 0, 0) };
    assert_eq!(reckoning.pressing(&early.case()), None, "what was taken back has no result to deliver");
    assert_eq!(early.case().stage, Stage::Decided { outcome: Outcome::Withdrawn });
    let mut late = Life::accepted(date(2026, 3, 2), twenty());
    let granted = Decision {
        outcome: Outcome::Granted,
        on: date(2026, 3, 16),
        number: "许1".into(),
        reasons: String::new(),
        valid_until: None,
    };
    late.act(date(2026, 3, 3), Command::Start).act(date(2026, 3, 16), Command::Decide(granted));
    assert_eq!(late.try_on(date(2026, 3, 17), withdraw()), Err(Refusal::DoneBefore));
}

#[test]
fn r75_a_closed_file_takes_corrections_as_additions_only() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    let granted = Decision {
        outcome: Outcome::Granted,
        on: date(2026, 3, 16),
        number: "许1".into(),
        reasons: String::new(),
        valid_until: None,
    };
    let delivered =
        Command::Deliver { way: DeliveryWay::Direct, signer: "乌兰图雅".into(), relation: String::new() };
    life.act(date(2026, 3, 3), Command::Start).act(date(2026, 3, 16), Command::Decide(granted));
    life.act(date(2026, 3, 20), delivered).act(date(2026, 4, 1), Command::Archive);
    let phone = daiban_model::case::field::Field::Phone;
    let typed = Command::Type { field: phone, from: String::new(), to: "0472-0000001".into() };
    assert_eq!(life.try_on(date(2026, 4, 7), typed), Err(Refusal::Closed));
    let correction = Command::Correct { field: phone, value: "0472-0000001".into(), reason: "原号少一位".into() };
    life.act(date(2026, 4, 7), correction);
    assert_eq!(life.case().stage, Stage::Archived);
}

#[test]
fn r68_a_result_is_dated_between_the_acceptance_and_today() {
    let (accepted, today) = (date(2026, 3, 2), date(2026, 3, 16));
    let mut life = Life::accepted(accepted, twenty());
    life.act(date(2026, 3, 3), Command::Start);
    let granted = |on: Date, valid_until: Option<Date>| {
        Command::Decide(Decision {
            outcome: Outcome::Granted,
            on,
            number: "许1".into(),
            reasons: String::new(),
            valid_until,
        })
    };
    let what = Entry::DecidedOn;
    let early = life.try_on(today, granted(date(2026, 3, 1), None));
    assert_eq!(early, Err(Refusal::DateTooEarly { what, first: accepted }), "before the case was accepted");
    let late = life.try_on(today, granted(date(2026, 3, 17), None));
    assert_eq!(late, Err(Refusal::DateTooLate { what, last: today }), "tomorrow");
    let void = life.try_on(today, granted(date(2026, 3, 10), Some(date(2026, 3, 9))));
    assert_eq!(void, Err(Refusal::DateTooEarly { what: Entry::ValidUntil, first: date(2026, 3, 10) }));
    life.act(today, granted(accepted, Some(date(2031, 3, 1))));
    assert_eq!(life.ends(ClockKind::Delivery), Some(date(2026, 3, 16)), "ten working days from the day typed");
}

#[test]
fn r58_what_is_finished_on_the_spot_has_a_number() {
    let day = date(2026, 3, 2);
    let on_the_spot = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    let mut quick = Life::received(day, on_the_spot, &[("身份证", PaperState::Copy)]);
    let nameless = quick.try_on(day, Command::FinishAtOnce { number: " ".into() });
    assert_eq!(nameless, Err(Refusal::Empty { what: Entry::ResultNumber }));
}

#[test]
fn r84_without_a_document_papers_are_taken_and_nothing_is_accepted() {
    let day = date(2026, 3, 2);
    let mut life = Life::on(day);
    life.act(day, Command::Consult { help: Help::Advice, way: Way::Window, words: String::new() });
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "YB-001".parse().unwrap(),
        item_name: "城乡居民参保登记".into(),
        catalogue: 1,
        id: IdCheck::Later,
        taken: None,
        limits: Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() },
        papers: vec![PaperLine { name: "户口簿".into(), state: PaperState::Copy, count: 1 }],
    };
    life.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy });
    let at_once = || Command::FinishAtOnce { number: "1".into() };
    assert_eq!(life.try_on(day, at_once()), Err(Refusal::IdNotSeen), "证件待核");
    let mut other = Life { calendar: life.calendar.clone(), events: life.events.clone(), ..Life::on(day) };
    other.act(day, hand_over());
    let complete = Command::Accept { basis: AcceptanceBasis::Complete };
    assert_eq!(other.try_on(day, complete), Err(Refusal::IdNotSeen), "and not by a promise either, which R61 tells");
    let deemed = Command::Accept { basis: AcceptanceBasis::Deemed };
    other.act(date(2026, 3, 10), deemed);
    assert_eq!(other.case().stage, Stage::Accepted, "silence accepts all the same (rules §2)");
    let check = |number: &str| Command::CheckId { from: String::new(), number: number.into() };
    assert_eq!(life.try_on(day, check(" ")), Err(Refusal::Empty { what: Entry::IdNumber }));
    life.act(day, check("150205194508200008"));
    let typed = life.events.iter().any(|event| matches!(&event.what, What::Typed { to, .. } if to.ends_with("0008")));
    assert!(typed, "the number that was typed then stands in the story");
    life.act(day, at_once());
}
