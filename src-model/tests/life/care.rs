//! Promises, mandates that rest, originals, remedies, reminders, charges and trips (R44, R54–R58, R61–R73).

use daiban_model::case::clocks::ClockKind;
use daiban_model::case::decide::{Entry, PromiseRecord};
use daiban_model::case::event::*;
use daiban_model::case::fold::PromiseStanding;
use daiban_model::case::reminders::{self, Reminder, SevenStep};
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::{Limit, Urgency};
use daiban_model::identity::CaseNumber;
use jiff::civil::{Date, date};

use super::{Life, bring, deliver, granted_by_proxy, hand_over, mandate, notice, scope, signed_for, twenty};

fn decided(outcome: Outcome, on: Date, valid_until: Option<Date>) -> Command {
    let (number, reasons) = ("石许〔2026〕1号".into(), "场所不符合条件".into());
    Command::Decide(Decision { outcome, on, number, reasons, valid_until })
}

fn item(code: &str, name: &str, day: Date, papers: &[(&str, PaperState)]) -> Receipt {
    let line = |(name, state): &(&str, PaperState)| PaperLine { name: (*name).into(), state: *state, count: 1 };
    Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: code.parse().unwrap(),
        item_name: name.into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: twenty(),
        papers: papers.iter().map(line).collect(),
    }
}

/// A case received in person at a window.
fn at_window(day: Date, receipt: Receipt) -> Life {
    let mut life = Life::on(day);
    life.act(day, Command::Consult { help: Help::Guidance, way: Way::Window, words: String::new() });
    life.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Unstated });
    life
}

fn charge(amount: &str, payee: &str, receipt_no: &str) -> Command {
    let (payee, receipt_no) = (payee.into(), receipt_no.into());
    Command::PayCharge(Charge { amount: amount.parse().unwrap(), payee, receipt_no })
}

#[test]
fn r44_a_charge_is_passed_on_with_its_receipt_and_agents_take_none() {
    let day = date(2026, 3, 2);
    let mut life = at_window(day, item("GA-018", "居民身份证换领", day, &[("原居民身份证", PaperState::Copy)]));
    assert_eq!((life.case().help, life.case().way), (Some(Help::Guidance), Some(Way::Window)));
    let without = life.try_on(day, charge("20", "公安分局", " "));
    assert_eq!(without, Err(Refusal::Empty { what: Entry::ReceiptNumber }));
    let own = life.try_on(day, charge("10", "林芳", "1"));
    assert_eq!(own, Err(Refusal::NoFeeOfOnesOwn), "服务费 cannot be entered");
    life.act(day, charge("20", "公安分局", "0012345"));
    let paid = Charge { amount: Fen(2_000), payee: "公安分局".into(), receipt_no: "0012345".into() };
    assert_eq!(life.case().charges, [paid]);
    assert_eq!(
        life.try_on(day, charge("20", "公安分局", "0012345")),
        Err(Refusal::DoneBefore),
        "one receipt is one payment"
    );
}

#[test]
fn r63_fees_are_paid_with_the_power_to_and_up_to_its_limit() {
    let (day, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = granted_by_proxy(&[Power::Submit], until);
    let not_given = life.try_on(day, charge("20", "公安分局", "1"));
    assert_eq!(not_given, Err(Refusal::PowerNotGiven { power: Power::PayFees }));
    let Command::Entrust(letter) = signed_for(&[Power::PayFees], day, until) else { panic!("a mandate") };
    life.act(day, Command::Entrust(Mandate { fee_limit: Some(Fen(3_000)), ..letter }));
    life.act(day, charge("20", "公安分局", "1"));
    assert_eq!(life.try_on(day, charge("10.01", "公安分局", "2")), Err(Refusal::OverFeeLimit { most: Fen(3_000) }));
    life.act(day, charge("10", "公安分局", "2"));
}

#[test]
fn r54_what_is_not_accepted_names_the_right_organ_and_the_remedies() {
    let day = date(2026, 3, 2);
    let refuse =
        |reason, office: &str| Command::RefuseAcceptance { reason, right_office: office.into(), words: String::new() };
    let mut trees = at_window(day, item("LC-001", "林木采伐许可证核发", day, &[("林木权属证明", PaperState::Copy)]));
    trees.act(day, hand_over()).act(day, refuse(NotAccepted::NoLicenceNeeded, ""));
    assert_eq!(trees.case().stage, Stage::NotAccepted, "房前屋后零星林木, at once");
    assert_eq!(trees.ends(ClockKind::Review), Some(date(2026, 5, 6)), "60 days end in the May holiday");
    assert_eq!(trees.ends(ClockKind::Suit), Some(date(2026, 9, 2)), "6 months");
    let mut water = at_window(day, item("SL-001", "取水许可证新办审批", day, &[("取水许可申请书", PaperState::Copy)]));
    water.act(day, hand_over());
    let nameless = water.try_on(day, refuse(NotAccepted::OtherOrgan, " "));
    assert_eq!(nameless, Err(Refusal::Empty { what: Entry::Organ }));
    water.act(day, refuse(NotAccepted::OtherOrgan, "水务部门（石拐区政务服务中心2楼）"));
}

#[test]
fn r55_two_clocks_stand_side_by_side() {
    let limits = Limits { promised: Some(Limit::WorkingDays(5)), ..twenty() };
    let mut life = Life::accepted(date(2026, 2, 13), limits);
    let ends = (life.ends(ClockKind::Statutory), life.ends(ClockKind::Promised));
    assert_eq!(ends, (Some(date(2026, 3, 19)), Some(date(2026, 2, 27))), "D02, D01");
    let urgency = |life: &mut Life, day| {
        life.today = day;
        life.clock(ClockKind::Promised).urgency
    };
    assert_eq!(urgency(&mut life, date(2026, 2, 24)), Some(Urgency::Calm), "three of five are left");
    assert_eq!(urgency(&mut life, date(2026, 2, 26)), Some(Urgency::Soon), "one day is left");
    assert_eq!(urgency(&mut life, date(2026, 2, 28)), Some(Urgency::Late), "after the end");
    assert_eq!(life.clock(ClockKind::Statutory).usage.used, 6, "a make-up Saturday counts");
    let year_before = Life::accepted(date(2025, 1, 24), Limits { promised: Some(Limit::WorkingDays(5)), ..twenty() });
    assert_eq!(year_before.ends(ClockKind::Promised), Some(date(2025, 2, 7)), "D03");
}

#[test]
fn r56_the_unit_is_the_items_and_only_calendar_days_move_to_a_working_day() {
    let ends = |on, limit| {
        let limits = Limits { statutory: Some(limit), ..Limits::default() };
        Life::accepted(on, limits).ends(ClockKind::Statutory)
    };
    assert_eq!(ends(date(2026, 3, 10), Limit::WorkingDays(30)), Some(date(2026, 4, 22)), "D23");
    assert_eq!(ends(date(2026, 3, 10), Limit::calendar_days(30)), Some(date(2026, 4, 9)), "D58");
    assert_eq!(ends(date(2026, 8, 3), Limit::calendar_days(60)), Some(date(2026, 10, 8)), "D67");
    let month = Limit::Months { n: 1, roll: daiban_model::deadline::Roll::ToWorkingDay };
    assert_eq!(ends(date(2026, 1, 31), month), Some(date(2026, 2, 28)), "D74: a make-up Saturday is worked");
}

#[test]
fn r57_an_unknown_limit_has_no_date_and_no_colour() {
    let life = Life::accepted(date(2026, 3, 2), Limits::default());
    let clock = life.clock(ClockKind::Statutory);
    assert_eq!((clock.limit, clock.due.date(), clock.urgency), (None, None, None), "D36: never 20");
}

#[test]
fn r58_on_the_spot_is_due_the_same_day_or_the_next_working_day() {
    let limits = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    for (day, due, why) in [
        (date(2026, 5, 9), date(2026, 5, 9), "D28: a make-up Saturday"),
        (date(2026, 5, 10), date(2026, 5, 11), "D29: a Sunday"),
    ] {
        let mut life = Life::accepted(day, limits);
        assert_eq!(life.ends(ClockKind::Promised), Some(due), "{why}");
        life.act(day, Command::Start).act(day, decided(Outcome::Granted, day, None));
    }
    let sunday = date(2026, 5, 10);
    let mut quick = Life::received(sunday, limits, &[("居民身份证", PaperState::Copy)]);
    quick.act(sunday, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(
        quick.case().decision.map(|decision| decision.on),
        Some(sunday),
        "the weekend window may finish at once"
    );
}

const CERTIFICATE: &str = "结婚证";

/// WJ-005 without the copy of a marriage certificate, at the department.
fn lacking() -> Life {
    let day = date(2026, 4, 20);
    let limits = Limits { promised: Some(Limit::WorkingDays(15)), ..twenty() };
    let mut life = Life::received(
        day,
        limits,
        &[("奖励扶助对象个人申请表", PaperState::Original), (CERTIFICATE, PaperState::Missing)],
    );
    life.act(day, hand_over());
    life
}

fn promise_later(until: Option<Date>, record: PromiseRecord) -> Command {
    Command::PromiseLater { secondary: vec![CERTIFICATE.into()], until, signature: Signature::Hand, record }
}

#[test]
fn r61_a_secondary_paper_may_follow_and_the_result_waits_for_it() {
    let (day, term) = (date(2026, 4, 20), date(2026, 5, 13));
    let mut life = lacking();
    let bare = life.try_on(day, Command::Accept { basis: AcceptanceBasis::Conditional });
    assert_eq!(bare, Err(Refusal::PromiseNeeded));
    let main = Command::PromiseLater {
        secondary: Vec::new(),
        until: None,
        signature: Signature::Hand,
        record: PromiseRecord::Clean,
    };
    assert_eq!(life.try_on(day, main), Err(Refusal::MainPaperMissing));
    let too_long = life.try_on(day, promise_later(Some(date(2026, 5, 14)), PromiseRecord::Clean));
    assert_eq!(
        too_long,
        Err(Refusal::DateTooLate { what: Entry::Term, last: term }),
        "no longer than the promised days"
    );
    let conditionally = || Command::Accept { basis: AcceptanceBasis::Conditional };
    life.act(day, promise_later(None, PromiseRecord::Clean));
    let complete = life.try_on(day, Command::Accept { basis: AcceptanceBasis::Complete });
    assert_eq!(complete, Err(Refusal::PapersMissing { count: 1 }), "a promise is no paper");
    life.act(day, conditionally());
    assert_eq!(life.case().acceptance, Some((day, AcceptanceBasis::Conditional)));
    assert_eq!(life.ends(ClockKind::PromisedPaper), Some(term), "D35");
    assert_eq!(life.ends(ClockKind::Promised), Some(term), "the clock runs from the acceptance");
    life.act(day, Command::Start).act(date(2026, 5, 8), decided(Outcome::Granted, date(2026, 5, 8), None));
    let early = life.try_on(date(2026, 5, 8), deliver(DeliveryWay::Direct, "孙丽娜"));
    assert_eq!(early, Err(Refusal::PapersOwed { count: 1 }));
    life.act(date(2026, 5, 11), bring(CERTIFICATE));
    assert_eq!(life.case().promises[0].standing, PromiseStanding::Kept);
    life.act(date(2026, 5, 11), deliver(DeliveryWay::Direct, "孙丽娜"));
}

#[test]
fn r61_a_broken_promise_ends_the_file_and_counts_against_the_next() {
    let (day, term, after) = (date(2026, 4, 20), date(2026, 5, 13), date(2026, 5, 14));
    let mut life = lacking();
    let record = life.try_on(day, promise_later(None, PromiseRecord::Broken));
    assert_eq!(record, Err(Refusal::BrokePromise), "not for people with broken promises");
    life.act(day, promise_later(None, PromiseRecord::Clean));
    life.act(day, Command::Accept { basis: AcceptanceBasis::Conditional }).act(day, Command::Start);
    let of = life.case().promises[0].act;
    assert_eq!(life.try_on(term, Command::BreakPromise { of }), Err(Refusal::TooEarly { until: term }));
    life.act(after, Command::BreakPromise { of });
    let case = life.case();
    assert_eq!(case.stage, Stage::Decided { outcome: Outcome::Returned }, "终止, no word on the merits");
    assert!(case.broke_promise(), "recorded");
}

#[test]
fn r61_without_promised_days_a_term_must_be_set_and_the_person_known() {
    let day = date(2026, 4, 20);
    let papers = [(CERTIFICATE, PaperState::Missing)];
    let mut unlimited = Life::received(day, twenty(), &papers);
    unlimited.act(day, hand_over());
    let open = unlimited.try_on(day, promise_later(None, PromiseRecord::Clean));
    assert_eq!(open, Err(Refusal::Empty { what: Entry::Term }));
    unlimited.act(day, promise_later(Some(date(2026, 4, 30)), PromiseRecord::Clean));
    let mut unknown = Life::on(day);
    let mut receipt = item("WJ-005", "奖励扶助金", day, &papers);
    receipt.id = IdCheck::Later;
    unknown.act(day, Command::Consult { help: Help::Guidance, way: Way::Window, words: String::new() });
    unknown.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Unstated }).act(day, hand_over());
    unknown.act(day, promise_later(Some(date(2026, 4, 30)), PromiseRecord::Clean));
    let accepted = unknown.try_on(day, Command::Accept { basis: AcceptanceBasis::Conditional });
    assert_eq!(accepted, Err(Refusal::IdNotSeen), "R84");
}

#[test]
fn r62_a_promise_stands_for_a_certificate_until_it_is_found_false() {
    let (day, checked) = (date(2026, 3, 2), date(2026, 3, 12));
    let statement = "经济困难状况说明表或诚信承诺";
    let papers = [("居民身份证", PaperState::Copy), (statement, PaperState::Missing)];
    let mut life = at_window(day, item("SF-001", "对公民法律援助申请的审批", day, &papers));
    let promise = |allowed: Vec<String>, record| Command::PromiseInstead {
        papers: vec![statement.into()],
        allowed,
        signature: Signature::Hand,
        record,
    };
    let off = life.try_on(day, promise(Vec::new(), PromiseRecord::Clean));
    assert_eq!(off, Err(Refusal::MainPaperMissing), "only where the department switched it on");
    life.act(day, promise(vec![statement.into()], PromiseRecord::Clean));
    assert_eq!(life.case().missing().count(), 0, "the promise stands for it");
    life.act(day, hand_over()).act(day, Command::Accept { basis: AcceptanceBasis::Complete }).act(day, Command::Start);
    let of = life.case().promises[0].act;
    let check =
        |measure: &str| Command::CheckPromise(PromiseCheck { of, finding: Finding::False, measure: measure.into() });
    assert_eq!(life.try_on(checked, check("")), Err(Refusal::Empty { what: Entry::Measure }));
    life.act(checked, check("终止援助，已记入失信名单"));
    let granted = life.try_on(checked, decided(Outcome::Granted, checked, None));
    assert_eq!(granted, Err(Refusal::PromiseFalse), "what rests on it is not granted");
    life.act(checked, decided(Outcome::Denied, checked, None));
    let mut next = at_window(checked, item("SF-001", "对公民法律援助申请的审批", checked, &papers));
    let refused = next.try_on(checked, promise(vec![statement.into()], PromiseRecord::Broken));
    assert_eq!(refused, Err(Refusal::BrokePromise), "the next one is refused");
}

#[test]
fn r64_a_guardian_signs_with_relation_and_proof() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    let guardian = |relation: &str| Signature::Guardian { name: "孙丽娜".into(), relation: relation.into() };
    let open = life.try_on(from, mandate(from, until, guardian("")));
    assert_eq!(open, Err(Refusal::Empty { what: Entry::Guardian }));
    let Command::Entrust(letter) = mandate(from, until, guardian("母女")) else { panic!("a mandate") };
    let unproven = life.try_on(from, Command::Entrust(Mandate { proof: " ".into(), ..letter.clone() }));
    assert_eq!(unproven, Err(Refusal::Empty { what: Entry::Proof }));
    life.act(from, Command::Entrust(Mandate { proof: "户口簿".into(), ..letter }));
    assert_eq!(life.case().mandate.map(|state| state.mandate.proof).as_deref(), Some("户口簿"));
}

#[test]
fn r65_a_mandate_is_reminded_of_rests_ends_and_is_signed_anew_with_the_gap_shown() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    life.act(from, mandate(from, until, Signature::Hand));
    let papers = [("身份证", PaperState::Copy)];
    let receipt = item("MZ-007", "高龄津贴", from, &papers);
    life.act(from, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Unstated });
    let first = reminders::reminders(&life.case(), &life.calendar)[0];
    let wanted = Reminder { kind: ReminderKind::MandateEnds, on: date(2026, 5, 25), due: Some(until) };
    assert_eq!(first, wanted, "seven days before");
    let pause = Command::PauseMandate { reason: "本人住院，先不办".into() };
    life.act(date(2026, 4, 1), pause);
    assert_eq!(life.try_on(date(2026, 4, 2), hand_over()), Err(Refusal::MandatePaused { since: date(2026, 4, 1) }));
    life.act(date(2026, 4, 7), Command::ResumeMandate);
    assert_eq!(life.try_on(date(2026, 6, 2), hand_over()), Err(Refusal::MandateOver { until }), "“提交” is blocked");
    let again = date(2026, 6, 3);
    life.act(again, mandate(again, date(2026, 8, 31), Signature::Hand));
    assert_eq!(life.case().mandate.map(|state| state.gap), Some(1), "a gap of one day");
    life.act(again, hand_over());
}

#[test]
fn r67_an_original_is_followed_until_it_is_signed_back() {
    let day = date(2026, 3, 2);
    let book = "户口簿";
    let mut life = at_window(day, item("RS-003", "注销登记", day, &[(book, PaperState::Original)]));
    let held = &life.case().originals[0];
    assert_eq!((held.keeper.is_out(), held.since.local()), (true, day.at(9, 30, 0, 0)));
    let to =
        |keeper| Command::MoveOriginals(OriginalsMoved { papers: vec![book.into()], to: keeper, place: String::new() });
    let gao: daiban_model::ids::AgentId = "SG-202000-01".parse().unwrap();
    life.act(date(2026, 3, 3), to(Keeper::Agent { agent: gao.clone() }));
    assert_eq!(life.case().originals[0].keeper, Keeper::Agent { agent: gao });
    life.act(date(2026, 3, 3), hand_over()).act(date(2026, 3, 4), Command::Accept { basis: AcceptanceBasis::Complete });
    assert_eq!(
        life.case().originals[0].keeper,
        Keeper::Office { name: "石拐区农牧局".into() },
        "it goes with the file"
    );
    life.act(date(2026, 3, 5), Command::Start)
        .act(date(2026, 3, 16), decided(Outcome::Granted, date(2026, 3, 16), None));
    life.act(date(2026, 3, 19), deliver(DeliveryWay::Direct, "赵云凤"));
    let back = Keeper::Agent { agent: "SG-202202-01".parse().unwrap() };
    life.act(date(2026, 3, 20), to(back));
    assert_eq!(life.try_on(date(2026, 3, 20), Command::Archive), Err(Refusal::OriginalsOut { count: 1 }));
    let unsigned = life.try_on(date(2026, 3, 21), to(Keeper::Person { signer: " ".into() }));
    assert_eq!(unsigned, Err(Refusal::Empty { what: Entry::Signer }));
    life.act(date(2026, 3, 21), to(Keeper::Person { signer: "赵云凤".into() }));
    assert_eq!(life.try_on(date(2026, 3, 21), to(Keeper::File)), Err(Refusal::DoneBefore));
    life.act(date(2026, 3, 21), Command::Archive);
}

#[test]
fn r68_a_refusal_shows_the_last_days_for_the_remedies() {
    let mut life = Life::accepted(date(2026, 3, 2), twenty());
    life.act(date(2026, 3, 3), Command::Start)
        .act(date(2026, 3, 30), decided(Outcome::Denied, date(2026, 3, 30), None));
    life.act(date(2026, 3, 31), deliver(DeliveryWay::Direct, "乌兰图雅"));
    assert_eq!(life.ends(ClockKind::Review), Some(date(2026, 6, 1)), "D68");
    assert_eq!(life.ends(ClockKind::Suit), Some(date(2026, 9, 30)), "D70");
}

#[test]
fn r69_what_nobody_signs_for_is_left_before_witnesses() {
    let mut life = Life::accepted(date(2026, 6, 1), twenty());
    life.act(date(2026, 6, 2), Command::Start)
        .act(date(2026, 6, 12), decided(Outcome::Denied, date(2026, 6, 12), None));
    let day = date(2026, 6, 18);
    let alone = life.try_on(day, deliver(DeliveryWay::Left, "本人"));
    assert_eq!(alone, Err(Refusal::Empty { what: Entry::Witness }));
    let left = |witnesses: &[&str], reason: &str| Command::LeaveDocument {
        witnesses: witnesses.iter().map(|one| (*one).into()).collect(),
        reason: reason.into(),
    };
    assert_eq!(life.try_on(day, left(&[], "拒签")), Err(Refusal::Empty { what: Entry::Witness }));
    assert_eq!(life.try_on(day, left(&["郝志强，绍卜亥嘎查"], "")), Err(Refusal::Empty { what: Entry::Reasons }));
    life.act(day, left(&["郝志强，绍卜亥嘎查", "钱秀英，幸福大院"], "拒绝签收"));
    let way = life.case().delivery.map(|(on, way, _)| (on, way));
    assert_eq!(way, Some((day, DeliveryWay::Left)));
}

#[test]
fn r71_a_licence_is_reminded_of_before_it_runs_out() {
    let expiry = date(2026, 6, 30);
    let granted = |name: &str| {
        let day = date(2026, 3, 2);
        let mut life = at_window(day, item("NM-013", name, day, &[("申请书", PaperState::Copy)]));
        life.act(day, hand_over())
            .act(day, Command::Accept { basis: AcceptanceBasis::Complete })
            .act(day, Command::Start);
        life.act(day, decided(Outcome::Granted, day, Some(expiry)));
        life
    };
    let mut plain = granted("动物诊疗许可证核发");
    let renewal = reminders::renewal(&plain.case(), &plain.calendar).unwrap();
    assert_eq!((renewal.apply_by.raw, renewal.apply_by.safe), (date(2026, 5, 31), date(2026, 5, 29)), "D79");
    assert_eq!(renewal.remind_on, date(2026, 5, 1), "sixty days before");
    plain.act(date(2026, 5, 6), Command::Remind { kind: ReminderKind::Renewal });
    let left = reminders::reminders(&plain.case(), &plain.calendar);
    assert!(left.iter().all(|reminder| reminder.kind != ReminderKind::Renewal), "done: {left:?}");
    let raw = |name: &str| {
        let life = granted(name);
        reminders::renewal(&life.case(), &life.calendar).map(|renewal| renewal.apply_by.raw)
    };
    assert_eq!(raw("取水许可证新办审批"), Some(date(2026, 5, 16)), "45 days");
    assert_eq!(raw("农药经营许可证核发（其他农药）"), Some(date(2026, 4, 1)), "90 days");
    assert_eq!(raw("城乡居民参保登记"), None, "no licence runs out");
}

#[test]
fn r72_a_trip_more_than_the_item_promises_needs_a_cause_and_proxy_counts_none() {
    let (day, again) = (date(2026, 3, 2), date(2026, 3, 10));
    let mut life = at_window(day, item("LC-001", "林木采伐许可证核发", day, &[("林木权属证明", PaperState::Copy)]));
    assert_eq!(life.case().trips.len(), 1, "the receipt was the first");
    let come = |cause, most| Command::Come { cause, most };
    assert_eq!(life.try_on(again, come(None, Some(0))), Err(Refusal::Empty { what: Entry::TripCause }));
    life.act(again, come(Some(TripCause::System), Some(0)));
    assert_eq!(life.case().trips[1].cause, Some(TripCause::System));
    let mut unknown = at_window(day, item("MZ-007", "高龄津贴", day, &[("身份证", PaperState::Copy)]));
    unknown.act(again, come(None, None));
    assert_eq!(granted_by_proxy(&[Power::Submit], date(2026, 6, 1)).case().trips, [], "代办: 0");
}

#[test]
fn r73_seven_steps_with_a_call_back_within_ten_working_days() {
    let mut life = granted_by_proxy(&[Power::Submit], date(2026, 6, 1));
    let delivered = date(2026, 3, 20);
    life.act(delivered, deliver(DeliveryWay::Direct, "钱秀英"));
    assert_eq!(life.ends(ClockKind::Callback), Some(date(2026, 4, 3)));
    let call = |with: &str| {
        let (spoke_with, words) = (with.into(), "办得快".into());
        Command::CallBack(Callback { spoke_with, grade: Grade::try_from(4).unwrap(), words })
    };
    let on = date(2026, 3, 25);
    assert_eq!(life.try_on(on, call("")), Err(Refusal::Empty { what: Entry::SpokeWith }));
    life.act(on, call("钱秀英"));
    assert_eq!(life.try_on(on, call("钱秀英")), Err(Refusal::DoneBefore));
    let steps = reminders::seven_steps(&life.case(), None);
    let (entrusted, handled) = (Some(date(2026, 3, 2)), Some(date(2026, 3, 9)));
    let wanted = [
        (SevenStep::Entrusted, entrusted),
        (SevenStep::Taken, entrusted),
        (SevenStep::Handled, handled),
        (SevenStep::Delivered, Some(delivered)),
        (SevenStep::Archived, None),
        (SevenStep::Reported, Some(date(2026, 3, 31))),
        (SevenStep::CalledBack, Some(on)),
    ];
    assert_eq!(steps, wanted);
}

#[test]
fn r48_what_is_typed_in_later_counts_from_the_hour_the_papers_were_taken() {
    let (taken, typed) = (date(2026, 4, 30).at(16, 50, 0, 0), date(2026, 5, 6));
    let mut life = Life::on(typed);
    life.act(typed, Command::Consult { help: Help::Advice, way: Way::Window, words: String::new() });
    let receive = |taken| {
        let mut receipt = item("NM-013", "农药经营许可", typed, &[("身份证", PaperState::Copy)]);
        receipt.taken = Some(taken);
        Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Unstated }
    };
    let tomorrow = life.try_on(typed, receive(date(2026, 5, 7).at(9, 0, 0, 0)));
    assert_eq!(tomorrow, Err(Refusal::DateTooLate { what: Entry::TakenAt, last: typed }));
    life.act(typed, receive(taken));
    let case = life.case();
    let (mark, _) = case.receipt.as_ref().unwrap();
    assert_eq!(mark.at.local(), taken, "the true time");
    assert_eq!(life.events.last().unwrap().at.date(), typed, "and the time of typing beside it");
    assert_eq!(life.ends(ClockKind::HandOver), Some(typed), "R49 runs from the true one");
    life.act(typed, notice(&["设备清单"], ""));
}
