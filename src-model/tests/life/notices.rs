//! What is lacking: one notice, the papers that come, and silence (R50 to R53).

use daiban_model::case::clocks::ClockKind;
use daiban_model::case::decide::Entry;
use daiban_model::case::event::*;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::deadline::{Limit, NoticeRule};
use jiff::civil::{Date, date};

use super::{Life, bring, hand_over, notice, twenty};

#[test]
fn r50_r53_one_notice_two_lines_and_acceptance_on_the_day_of_the_last_paper() {
    let papers = [("设备清单", PaperState::Missing), ("平面图", PaperState::Missing)];
    let mut life = Life::received(date(2026, 3, 2), twenty(), &papers);
    assert_eq!(life.ends(ClockKind::Notice), Some(date(2026, 3, 9)), "D38");
    life.act(date(2026, 3, 4), notice(&["设备清单", "平面图"], ""));
    life.act(date(2026, 3, 10), bring("设备清单"));
    assert_eq!(life.case().stage, Stage::Supplementing { notice: 1 }, "one is still missing");
    life.act(date(2026, 3, 20), bring("平面图"));
    life.act(date(2026, 3, 20), hand_over());
    life.act(date(2026, 3, 23), Command::Accept { basis: AcceptanceBasis::Complete });
    assert_eq!(life.case().acceptance, Some((date(2026, 3, 20), AcceptanceBasis::Complete)));
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 4, 20)), "D42");
}

#[test]
fn r51_silence_past_day_five_accepts_from_the_day_of_receipt() {
    let mut life = Life::received(date(2026, 9, 24), twenty(), &[("身份证", PaperState::Copy)]);
    let deemed = || Command::Accept { basis: AcceptanceBasis::Deemed };
    let early = life.try_on(date(2026, 10, 9), deemed());
    assert_eq!(early, Err(Refusal::TooEarly { until: date(2026, 10, 10) }), "D37: the organ still has the day");
    life.act(date(2026, 10, 10), deemed());
    assert_eq!(life.case().acceptance, Some((date(2026, 9, 24), AcceptanceBasis::Deemed)));
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 10, 29)), "D43");
}

#[test]
fn r51_an_item_with_its_own_notice_rule_is_never_accepted_by_silence() {
    let notice = NoticeRule::own(Limit::calendar_days(15));
    let mut life = Life::received(date(2026, 3, 12), Limits { notice, ..twenty() }, &[("身份证", PaperState::Copy)]);
    assert_eq!(life.ends(ClockKind::Notice), Some(date(2026, 3, 27)), "R105");
    let deemed = life.try_on(date(2026, 6, 1), Command::Accept { basis: AcceptanceBasis::Deemed });
    assert_eq!(deemed, Err(Refusal::NoSuchMove { from: Stage::Received }));
}

#[test]
fn r52_a_second_list_needs_new_papers_that_raised_it() {
    let papers = [("设备清单", PaperState::Missing), ("平面图", PaperState::Missing)];
    let mut life = Life::received(date(2026, 3, 2), twenty(), &papers);
    life.act(date(2026, 3, 4), notice(&["设备清单", "平面图"], ""));
    life.act(date(2026, 3, 10), bring("设备清单")).act(date(2026, 3, 10), bring("平面图"));
    let blocked = life.try_on(date(2026, 3, 11), notice(&["租赁合同"], ""));
    assert_eq!(blocked, Err(Refusal::SecondList));
    let raised = |trigger: &str| Command::GiveNotice {
        lines: vec![NoticeLine { paper: "租赁合同".into(), hint: String::new() }],
        raised_by: "新图地址不一致".into(),
        trigger: trigger.into(),
    };
    let by_nothing = life.try_on(date(2026, 3, 11), raised("身份证"));
    assert_eq!(by_nothing, Err(Refusal::SecondList), "no new paper raised it");
    life.act(date(2026, 3, 11), raised("平面图"));
    let case = life.case();
    let (_, second) = &case.notices[1];
    assert_eq!((second.no, second.raised_by.as_str(), second.trigger.as_str()), (2, "新图地址不一致", "平面图"));
}

#[test]
fn r53_a_return_is_dated_after_the_term_of_the_notice() {
    let mut life = Life::received(date(2026, 3, 2), twenty(), &[("设备清单", PaperState::Missing)]);
    life.act(date(2026, 3, 4), notice(&["设备清单"], ""));
    let returned = |on: Date| {
        Command::Decide(Decision {
            outcome: Outcome::Returned,
            on,
            number: String::new(),
            reasons: String::new(),
            valid_until: None,
        })
    };
    let (term, today) = (date(2026, 3, 11), date(2026, 3, 13));
    assert_eq!(life.try_on(term, returned(term)), Err(Refusal::TooEarly { until: term }));
    let back = life.try_on(today, returned(term));
    assert_eq!(back, Err(Refusal::DateTooEarly { what: Entry::DecidedOn, first: date(2026, 3, 12) }));
    life.act(today, returned(date(2026, 3, 12)));
}

#[test]
fn r51_a_notice_after_the_term_is_too_late_and_says_so() {
    let mut life = Life::received(date(2026, 9, 24), twenty(), &[("设备清单", PaperState::Missing)]);
    let late = life.try_on(date(2026, 10, 10), notice(&["设备清单"], ""));
    assert_eq!(late, Err(Refusal::TooLateToTell { ended: date(2026, 10, 9) }), "D37: silence has accepted");
}
