//! The life of a case as the requirements tell it: each test is named after the example it plays (requirements S4).

#![expect(clippy::unwrap_used, reason = "fixtures: what does not parse here is a slip in the test")]

use daiban_model::access::{Principal, Role, Subject, permit};
use daiban_model::calendar::Calendar;
use daiban_model::case::clocks::{Clock, ClockKind, Reckoning};
use daiban_model::case::decide::{Entry, Moment};
use daiban_model::case::event::*;
use daiban_model::case::fold::Case;
use daiban_model::case::{Command, Event, Refusal, Stage, What, decide, fold};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::{Limit, NoticeRule, StopKind};
use daiban_model::identity::CaseNumber;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::{Hlc, TimeQuality, Wall};
use jiff::civil::{Date, date};

mod care;

/// A case that is played day by day.
struct Life {
    calendar: Calendar,
    events: Vec<Event>,
    today: Date,
    who: Principal,
}

fn scope() -> ScopeCode {
    "150205202202".parse().unwrap()
}

impl Life {
    fn on(today: Date) -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
        let calendar = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let unit = "150205".parse().unwrap();
        let agent = "SG-000000-03".parse().unwrap();
        let who = Principal { agent, name: "林芳".into(), role: Role::Window, unit, serves: vec![unit] };
        Self { calendar, events: Vec::new(), today, who }
    }

    fn case(&self) -> Case {
        let (case, anomalies) = fold(&self.events);
        assert_eq!(anomalies, [], "nothing decided is ever flagged");
        case
    }

    fn try_on(&mut self, day: Date, command: Command) -> Result<(), Refusal> {
        self.today = day;
        let at = Wall::at(day.at(9, 30, 0, 0));
        let hlc = Hlc { ms: at.0.unsigned_abs(), counter: 0 };
        let now = Moment { hlc, device: 7, at, quality: TimeQuality::Confirmed, calendar: &self.calendar };
        let subject = Subject { scope: scope(), handler: None };
        let may = permit(&self.who, command.action(), &subject).unwrap();
        let events = decide(&self.case(), command, &may, &now)?;
        self.events.extend(events);
        Ok(())
    }

    fn act(&mut self, day: Date, command: Command) -> &mut Self {
        let told = format!("{command:?}");
        self.try_on(day, command).unwrap_or_else(|why| panic!("{told} on {day}: {why}"));
        self
    }

    fn clock(&self, kind: ClockKind) -> Clock {
        let reckoning = Reckoning { calendar: &self.calendar, now: self.today.at(9, 30, 0, 0) };
        let clocks = reckoning.clocks(&self.case(), None);
        clocks.into_iter().find(|clock| clock.kind == kind).unwrap_or_else(|| panic!("no clock {kind:?}"))
    }

    fn ends(&self, kind: ClockKind) -> Option<Date> {
        self.clock(kind).due.date()
    }

    fn received(day: Date, limits: Limits, papers: &[(&str, PaperState)]) -> Self {
        let mut life = Self::on(day);
        let line = |(name, state): &(&str, PaperState)| PaperLine { name: (*name).into(), state: *state, count: 1 };
        let receipt = Receipt {
            number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
            item: "NM-013".parse().unwrap(),
            item_name: "农药经营许可".into(),
            catalogue: 1,
            id: IdCheck::Seen,
            taken: None,
            limits,
            papers: papers.iter().map(line).collect(),
        };
        life.act(day, Command::Consult { help: Help::Advice, way: Way::Window, words: String::new() });
        life.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy });
        life
    }

    fn accepted(day: Date, limits: Limits) -> Self {
        let mut life = Self::received(day, limits, &[("身份证", PaperState::Copy)]);
        life.act(day, hand_over()).act(day, Command::Accept { basis: AcceptanceBasis::Complete });
        life
    }
}

fn twenty() -> Limits {
    Limits { statutory: Some(Limit::WorkingDays(20)), ..Limits::default() }
}

fn hand_over() -> Command {
    Command::HandOver { to: "石拐区农牧局".into() }
}

fn notice(papers: &[&str], raised_by: &str) -> Command {
    let line = |paper: &&str| NoticeLine { paper: (*paper).into(), hint: String::new() };
    Command::GiveNotice {
        lines: papers.iter().map(line).collect(),
        raised_by: raised_by.into(),
        trigger: String::new(),
    }
}

fn bring(paper: &str) -> Command {
    Command::Supplement { papers: vec![PaperLine { name: paper.into(), state: PaperState::Original, count: 1 }] }
}

fn mandate(from: Date, until: Date, signature: Signature) -> Command {
    let proof = match signature {
        Signature::Hand => String::new(),
        Signature::Thumb { .. } => "150205195807040002".to_owned(),
        Signature::Guardian { .. } => "户口簿".to_owned(),
    };
    Command::Entrust(Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: [Power::FillForms, Power::Submit, Power::Follow].into(),
        from,
        until,
        signature,
        fee_limit: None,
        proof,
    })
}

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
fn r49_received_before_the_may_holiday_the_file_goes_on_after_it() {
    let life = Life::received(date(2026, 4, 30), twenty(), &[("身份证", PaperState::Copy)]);
    assert_eq!(life.ends(ClockKind::HandOver), Some(date(2026, 5, 6)), "holiday 05-01…05");
}

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
fn r59_days_of_a_test_do_not_count() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    let stop = Command::Suspend { kind: StopKind::Testing, expected_days: 14, notice_no: "检1".into() };
    life.act(date(2026, 3, 2), Command::Start).act(date(2026, 3, 10), stop);
    assert_eq!(life.ends(ClockKind::Statutory), None, "D47: no end while it is open");
    life.act(date(2026, 3, 23), Command::Resume);
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 4, 14)), "D44");
}

#[test]
fn r60_an_extension_comes_once_and_before_the_first_end() {
    let extend =
        || Command::Extend {
            days: 10, approver: "局长".into(), reason: "情况复杂".into(), notice_no: "延1".into()
        };
    let mut late = Life::accepted(date(2026, 3, 2), twenty());
    assert_eq!(late.try_on(date(2026, 3, 31), extend()), Err(Refusal::TooLateToProlong { ended: date(2026, 3, 30) }));
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    life.act(date(2026, 3, 27), extend());
    assert_eq!(life.ends(ClockKind::Statutory), Some(date(2026, 4, 14)), "D18");
    assert_eq!(life.try_on(date(2026, 3, 27), extend()), Err(Refusal::DoneBefore));
}

#[test]
fn r63_r65_no_mandate_no_proxy_and_no_act_after_its_term() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    let receipt = || Receipt {
        number: CaseNumber::new(scope(), from, 7, 1).unwrap(),
        item: "MZ-007".parse().unwrap(),
        item_name: "高龄津贴".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits::default(),
        papers: vec![PaperLine { name: "身份证".into(), state: PaperState::Missing, count: 1 }],
    };
    let receive = || Command::Receive { receipt: Box::new(receipt()), proxy: ProxyMode::Proxy };
    assert_eq!(life.try_on(from, receive()), Err(Refusal::NoMandate));
    life.act(from, mandate(from, until, Signature::Thumb { witness: "钱秀英".into() })).act(from, receive());
    life.act(from, notice(&["身份证"], ""));
    let not_given = life.try_on(date(2026, 4, 10), bring("身份证"));
    assert_eq!(not_given, Err(Refusal::PowerNotGiven { power: Power::Supplement }), "R63: the power was not ticked");
    let mut all = Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: [Power::Submit, Power::Supplement].into(),
        from,
        until,
        signature: Signature::Hand,
        fee_limit: None,
        proof: String::new(),
    };
    life.act(date(2026, 4, 10), Command::Entrust(all.clone())).act(date(2026, 4, 10), bring("身份证"));
    assert_eq!(life.try_on(date(2026, 6, 2), hand_over()), Err(Refusal::MandateOver { until }), "R65: one day late");
    (all.from, all.until) = (date(2026, 6, 3), date(2026, 8, 31));
    life.act(date(2026, 6, 3), Command::Entrust(all)).act(date(2026, 6, 3), hand_over());
}

#[test]
fn r64_the_witness_of_a_thumbprint_is_someone_else() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    let by_thumb = |witness: &str| mandate(from, until, Signature::Thumb { witness: witness.into() });
    assert_eq!(life.try_on(from, by_thumb("林芳")), Err(Refusal::WitnessIsAgent));
    assert_eq!(life.try_on(from, by_thumb(" ")), Err(Refusal::Empty { what: Entry::Witness }));
    let Command::Entrust(letter) = by_thumb("钱秀英") else { panic!("a mandate") };
    let number = |proof: &str| Command::Entrust(Mandate { proof: proof.into(), ..letter.clone() });
    assert_eq!(life.try_on(from, number("")), Err(Refusal::Empty { what: Entry::WitnessNumber }));
    assert_eq!(life.try_on(from, number("150205195807040003")), Err(Refusal::WitnessNumberWrong), "the check sign");
    life.act(from, by_thumb("钱秀英"));
}

#[test]
fn r66_what_needs_the_person_is_escorted_not_represented() {
    let day = date(2026, 3, 4);
    let mut life = Life::on(day);
    life.act(day, Command::Consult { help: Help::Proxy, way: Way::Beside, words: String::new() });
    life.act(day, mandate(day, day, Signature::Hand));
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "GA-016".parse().unwrap(),
        item_name: "无犯罪记录证明".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits::default(),
        papers: Vec::new(),
    };
    let receive = Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Escort };
    assert_eq!(life.try_on(day, receive), Err(Refusal::PersonNeeded));
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
fn r60_an_extension_is_no_longer_than_the_law_allows() {
    let extend = |days: u16| Command::Extend {
        days,
        approver: "局长".into(),
        reason: "情况复杂".into(),
        notice_no: "延1".into(),
    };
    let mut licence = Life::accepted(date(2026, 3, 2), twenty());
    let too_many = licence.try_on(date(2026, 3, 27), extend(11));
    assert_eq!(too_many, Err(Refusal::TooManyDays { most: 10 }), "行政许可法 art 42");
    assert_eq!(licence.try_on(date(2026, 3, 27), extend(0)), Err(Refusal::Empty { what: Entry::Days }));
    licence.act(date(2026, 3, 27), extend(10));
    let mut unknown = Life::accepted(date(2026, 3, 2), Limits::default());
    assert_eq!(unknown.try_on(date(2026, 3, 3), extend(5)), Err(Refusal::NothingToProlong), "R57");
}

#[test]
fn r59_only_a_work_injury_waits_for_a_court() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    life.act(date(2026, 3, 2), Command::Start);
    let stop = |kind| Command::Suspend { kind, expected_days: 14, notice_no: "停1".into() };
    let court = life.try_on(date(2026, 3, 3), stop(StopKind::AwaitedConclusion));
    assert_eq!(court, Err(Refusal::StopNotForItem), "工伤保险条例 art 20 is the law of one item");
    life.act(date(2026, 3, 3), stop(StopKind::Testing));
}

#[test]
fn r58_what_is_finished_on_the_spot_has_a_number() {
    let day = date(2026, 3, 2);
    let on_the_spot = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    let mut quick = Life::received(day, on_the_spot, &[("身份证", PaperState::Copy)]);
    let nameless = quick.try_on(day, Command::FinishAtOnce { number: " ".into() });
    assert_eq!(nameless, Err(Refusal::Empty { what: Entry::ResultNumber }));
}

/// A case by proxy that the organ has granted, under a mandate with these powers.
fn granted_by_proxy(powers: &[Power], until: Date) -> Life {
    let day = date(2026, 3, 2);
    let mut life = Life::on(day);
    life.act(day, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    life.act(day, signed_for(powers, day, until));
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "MZ-007".parse().unwrap(),
        item_name: "高龄津贴".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: twenty(),
        papers: vec![PaperLine { name: "身份证".into(), state: PaperState::Copy, count: 1 }],
    };
    life.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy });
    life.act(day, hand_over()).act(day, Command::Accept { basis: AcceptanceBasis::Complete });
    let (number, reasons, on) = ("许1".into(), String::new(), date(2026, 3, 9));
    life.act(day, Command::Start);
    let outcome = Outcome::Granted;
    life.act(on, Command::Decide(Decision { outcome, on, number, reasons, valid_until: None }));
    life
}

fn signed_for(powers: &[Power], from: Date, until: Date) -> Command {
    Command::Entrust(Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: powers.iter().copied().collect(),
        from,
        until,
        signature: Signature::Hand,
        fee_limit: None,
        proof: String::new(),
    })
}

fn deliver(way: DeliveryWay, signer: &str) -> Command {
    Command::Deliver { way, signer: signer.into(), relation: String::new() }
}

#[test]
fn r63_an_agent_collects_a_result_only_with_the_power_to() {
    let (until, day) = (date(2026, 6, 1), date(2026, 4, 10));
    let mut life = granted_by_proxy(&[Power::Submit, Power::Supplement], until);
    let not_given = Err(Refusal::PowerNotGiven { power: Power::Collect });
    assert_eq!(life.try_on(day, deliver(DeliveryWay::ToAgent, "其木格")), not_given, "领取结果 was not ticked");
    let named_otherwise = life.try_on(day, deliver(DeliveryWay::Direct, "林芳"));
    assert_eq!(named_otherwise, not_given, "who hands it over does not sign for it either");
    life.act(day, signed_for(&[Power::Collect], day, until));
    life.act(day, deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(life.case().stage, Stage::Delivered, "signed for anew, while the result waits");
}

#[test]
fn r65_the_power_to_collect_ends_with_the_mandate() {
    let until = date(2026, 3, 31);
    let mut late = granted_by_proxy(&[Power::Submit, Power::Collect], until);
    let over = late.try_on(date(2026, 4, 1), deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(over, Err(Refusal::MandateOver { until }));
    let mut withdrawn = granted_by_proxy(&[Power::Submit, Power::Collect], until);
    let on = date(2026, 3, 10);
    withdrawn.act(on, Command::EndMandate { reason: MandateEnd::Withdrawn });
    let over = withdrawn.try_on(on, deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(over, Err(Refusal::MandateOver { until: on }), "taken back");
    withdrawn.act(on, deliver(DeliveryWay::Direct, "赵云凤"));
}

#[test]
fn r63_without_a_mandate_no_agent_collects_and_submitting_at_once_needs_the_power() {
    let day = date(2026, 3, 2);
    let on_the_spot = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    let mut own = Life::received(day, on_the_spot, &[("身份证", PaperState::Copy)]);
    own.act(day, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(own.try_on(day, deliver(DeliveryWay::ToAgent, "其木格")), Err(Refusal::NoMandate));
    let mut proxy = Life::on(day);
    proxy.act(day, Command::Consult { help: Help::Proxy, way: Way::Window, words: String::new() });
    proxy.act(day, signed_for(&[Power::FillForms], day, date(2026, 6, 1)));
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "YB-001".parse().unwrap(),
        item_name: "城乡居民参保登记".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: on_the_spot,
        papers: Vec::new(),
    };
    proxy.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy });
    let at_once = proxy.try_on(day, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(at_once, Err(Refusal::PowerNotGiven { power: Power::Submit }));
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

#[test]
fn r51_a_notice_after_the_term_is_too_late_and_says_so() {
    let mut life = Life::received(date(2026, 9, 24), twenty(), &[("设备清单", PaperState::Missing)]);
    let late = life.try_on(date(2026, 10, 10), notice(&["设备清单"], ""));
    assert_eq!(late, Err(Refusal::TooLateToTell { ended: date(2026, 10, 9) }), "D37: silence has accepted");
}

#[test]
fn b1_every_text_of_a_command_has_a_bound() {
    use daiban_model::case::decide::bounds;
    let (day, long) = (date(2026, 3, 2), |most: usize| "长".repeat(most + 1));
    let life = || Life::accepted(day, twenty());
    let line = |paper: String, hint: String| Command::GiveNotice {
        lines: vec![NoticeLine { paper, hint }],
        raised_by: String::new(),
        trigger: String::new(),
    };
    let paper = |name: String| PaperLine { name, state: PaperState::Copy, count: 1 };
    let extend =
        |approver: String, reason: String, notice_no: String| Command::Extend { days: 5, approver, reason, notice_no };
    let decide = |number: String, reasons: String| {
        Command::Decide(Decision { outcome: Outcome::Denied, on: day, number, reasons, valid_until: None })
    };
    let thumb = |witness: String| mandate(day, day, Signature::Thumb { witness });
    let guardian = |name: String, relation: String| mandate(day, day, Signature::Guardian { name, relation });
    let deliver = |signer: String, relation: String| Command::Deliver { way: DeliveryWay::ForOther, signer, relation };
    let phone = daiban_model::case::field::Field::Phone;
    let act = Life::accepted(day, twenty()).events[0].stamp;
    let other = "0195a3f0-0000-7000-8000-000000000000".parse().unwrap();
    let (name, number, text) = (long(bounds::NAME), long(bounds::NUMBER), long(bounds::TEXT));
    let (row, value, short) = (long(bounds::LINE), long(bounds::VALUE), || "短".to_owned());
    let many = vec![NoticeLine { paper: short(), hint: String::new() }; bounds::LINES + 1];
    let commands = vec![
        Command::Consult { help: Help::Advice, way: Way::Window, words: text.clone() },
        line(row.clone(), short()),
        line(short(), row.clone()),
        Command::GiveNotice { lines: many, raised_by: short(), trigger: String::new() },
        Command::GiveNotice { lines: Vec::new(), raised_by: row.clone(), trigger: String::new() },
        thumb(name.clone()),
        guardian(name.clone(), short()),
        guardian(short(), name.clone()),
        Command::Supplement { papers: vec![paper(row.clone())] },
        Command::Supplement { papers: vec![paper(short()); bounds::LINES + 1] },
        Command::CheckId { from: String::new(), number: number.clone() },
        Command::HandOver { to: row.clone() },
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office: row.clone(), words: short() },
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office: short(), words: text.clone() },
        Command::Suspend { kind: StopKind::Testing, expected_days: 3, notice_no: number.clone() },
        extend(name.clone(), short(), short()),
        extend(short(), text.clone(), short()),
        extend(short(), short(), number.clone()),
        decide(number.clone(), short()),
        decide(short(), text.clone()),
        Command::FinishAtOnce { number },
        Command::Withdraw { reason: text.clone(), papers_returned: 1 },
        deliver(name.clone(), short()),
        deliver(short(), name),
        Command::EnterRating { grade: Grade::try_from(5).unwrap(), channel: row },
        Command::Type { field: phone, from: String::new(), to: value.clone() },
        Command::Note { text: text.clone() },
        Command::Correct { field: phone, value: value.clone(), reason: short() },
        Command::Correct { field: phone, value: short(), reason: text.clone() },
        Command::Review { act, finding: text.clone() },
        Command::Settle { field: phone, kept: short(), dropped: vec![short(); bounds::LINES + 1] },
        Command::Link { other, reason: text },
    ];
    for command in commands {
        let told = format!("{command:?}").chars().take(60).collect::<String>();
        let refused = life().try_on(day, command);
        assert!(matches!(refused, Err(Refusal::TooLong { .. })), "{told}: {refused:?}");
    }
    let mut typed = life();
    typed.act(day, Command::Type { field: phone, from: "旧".repeat(9_000), to: "0472-0000001".into() });
    let told = typed.events.iter().find_map(|event| match &event.what {
        What::Typed { from, .. } => Some(from.chars().count()),
        _ => None,
    });
    assert_eq!(told, Some(bounds::VALUE), "what another device wrote can be put right, however long it is");
}
