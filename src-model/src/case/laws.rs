//! The laws of the fold and the gate, proved on random lives.

use proptest::prelude::*;

use super::decide::{Command, Moment, PromiseRecord, decide};
use super::event::*;
use super::fold::{Case, Stage, fold};
use super::{Event, What};
use crate::access::{Action, Principal, Role, Subject, permit};
use crate::bundle::{Choice, Need, Opening, Order, OrderStep, StepKind, StepNo, Tone};
use crate::calendar::Calendar;
use crate::catalogue::ProxyMode;
use crate::deadline::{Limit, StopKind};
use crate::identity::CaseNumber;
use crate::ids::{CaseId, FileHash, ScopeCode};
use crate::injury::Ground;
use crate::stamp::{Hlc, Stamp, TimeQuality, Wall};
use crate::visit::{Addition, Asked, Booking, HomeReason, Interview, Spoken, Visit};

const START: i64 = 1_772_415_000_000;
const DAY: i64 = 86_400_000;

fn scope() -> ScopeCode {
    "150205202202".parse().unwrap()
}

fn window() -> Principal {
    let unit = "150205".parse().unwrap();
    let agent = "SG-000000-03".parse().unwrap();
    Principal { agent, name: "林芳".into(), role: Role::Window, unit, serves: vec![unit] }
}

fn receipt(promised: Option<Limit>, state: PaperState) -> Receipt {
    let date = jiff::civil::date(2026, 3, 2);
    Receipt {
        number: CaseNumber::new(scope(), date, 7, 1).unwrap(),
        item: "RS-003".parse().unwrap(),
        item_name: "城乡居民养老保险注销登记".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits { statutory: Some(Limit::WorkingDays(10)), promised, ..Limits::default() },
        papers: vec![PaperLine { name: "居民身份证".into(), state, count: 1 }],
    }
}

fn mandate() -> Mandate {
    let from = jiff::civil::date(2026, 3, 2);
    Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: [Power::Submit, Power::Supplement, Power::PayFees].into(),
        from,
        until: jiff::civil::date(2026, 6, 1),
        signature: Signature::Hand,
        fee_limit: Some(Fen(3_000)),
        proof: String::new(),
    }
}

fn line() -> NoticeLine {
    NoticeLine { paper: "居民身份证".into(), hint: String::new() }
}

fn file(n: u8) -> FileLine {
    let (hash, thumb) = (FileHash([n; 32]), Some(Thumb { hash: FileHash([n + 100; 32]), bytes: 6_000 }));
    let (paper, label) = ("居民身份证".into(), "IMG_0001.jpg".into());
    FileLine { hash, kind: FileKind::Jpeg, bytes: 180_000, thumb, paper, label }
}

fn order() -> Order {
    let step = |no: u8, kind, need, after: &[u8]| OrderStep {
        no: StepNo(no),
        item: (kind == StepKind::Item).then(|| "RS-003".parse().unwrap()),
        name: "一步".into(),
        department: "公安分局".into(),
        need,
        kind,
        after: after.iter().copied().map(StepNo).collect(),
        number: None,
        limits: Limits::default(),
        papers: Vec::new(),
    };
    let steps = vec![
        step(0, StepKind::Item, Need::Required, &[]),
        step(1, StepKind::Outside, Need::Required, &[0]),
        step(2, StepKind::Check, Need::Optional, &[1]),
    ];
    Order { bundle: "newborn".parse().unwrap(), version: 1, tone: Tone::Plain, steps }
}

fn opening() -> Opening {
    Opening {
        lead: CaseId(uuid::Uuid::from_u128(1)),
        step: StepNo(0),
        handler: "SG-000000-03".parse().unwrap(),
        help: Help::Guidance,
        mandate: None,
        receipt: receipt(Some(Limit::WorkingDays(8)), PaperState::Copy),
        to: "公安分局".into(),
    }
}

fn bundle_command() -> impl Strategy<Value = Command> {
    let decision = |outcome| Decision {
        outcome,
        on: jiff::civil::date(2026, 3, 6),
        number: "1".into(),
        reasons: "不符合条件".into(),
        valid_until: None,
    };
    let mut circle = order();
    circle.steps[0].after = vec![StepNo(2)];
    prop_oneof![
        Just(Command::Order(Box::new(order()))),
        Just(Command::Order(Box::new(order()))),
        Just(Command::Order(Box::new(circle))),
        Just(Command::OpenStep(Box::new(opening()))),
        (0u8..4).prop_map(|no| Command::AskStep { step: StepNo(no) }),
        (0u8..4, prop_oneof![Just(Outcome::Granted), Just(Outcome::Denied), Just(Outcome::Returned)])
            .prop_map(|(no, outcome)| Command::AnswerStep { step: StepNo(no), outcome, result: "办好了".into() }),
        (0u8..4).prop_map(|no| Command::DropStep { step: StepNo(no), reason: "不办了".into() }),
        prop_oneof![Just(Choice::Together), Just(Choice::AsTheyCome)]
            .prop_map(|choice| Command::ChooseResults { choice }),
        prop_oneof![Just(Outcome::Granted), Just(Outcome::Denied), Just(Outcome::Withdrawn)]
            .prop_map(move |outcome| Command::CloseWhole(decision(outcome))),
    ]
}

/// The first acts of a life have these stamps, so that some of them are bookings, records and offers.
fn first_stamp(n: u16) -> Stamp {
    Stamp { hlc: Hlc { ms: START.unsigned_abs(), counter: n }, device: 7 }
}

fn home_command() -> impl Strategy<Value = Command> {
    let staff = || vec!["SG-202202-01".parse().unwrap(), "SG-202202-02".parse().unwrap()];
    let at = |day| jiff::civil::date(2026, 3, day).at(9, 30, 0, 0);
    let booking = Booking {
        caller: "钱秀英".into(),
        relation: "邻居".into(),
        phone: String::new(),
        reasons: [HomeReason::Aged].into(),
        at: at(31),
        place: "幸福大院3号".into(),
        staff: staff(),
        alone: String::new(),
    };
    let visit = Visit {
        booking: None,
        arrived: at(1),
        left: at(1),
        place: "幸福大院3号".into(),
        staff: staff(),
        badge: Asked::Yes,
        id_checked: Asked::Yes,
        person_seen: Asked::Yes,
        consent: Asked::No,
        forms: Vec::new(),
        taken: Vec::new(),
        left_there: Vec::new(),
        advice: String::new(),
        beyond: String::new(),
        next: String::new(),
        next_on: None,
        signature: Signature::Hand,
    };
    let interview = |read_back| Interview {
        place: "病房".into(),
        from: at(1),
        until: at(1),
        asked_by: "许文".into(),
        written_by: "彭飞".into(),
        present: Vec::new(),
        interpreter: String::new(),
        lines: vec![Spoken { question: "怎么受的伤？".into(), answer: "石头砸的。".into() }],
        read_back,
        signature: Signature::Hand,
    };
    let of = (0u16..6).prop_map(first_stamp);
    prop_oneof![
        Just(Command::BookVisit(Box::new(booking))),
        of.clone().prop_map(move |of| Command::MoveVisit { of, to: at(30), reason: "改天".into() }),
        of.clone().prop_map(|of| Command::RefuseVisit { of, reason: "本人已经到大厅来办完了".into() }),
        (prop::option::of(of.clone()))
            .prop_map(move |booking| Command::RecordVisit(Box::new(Visit { booking, ..visit.clone() }))),
        of.clone().prop_map(|of| Command::GradeVisit { of, grade: Grade::try_from(5).unwrap() }),
        Just(Command::RecordInterview(Box::new(interview(Asked::Yes)))),
        Just(Command::RecordInterview(Box::new(interview(Asked::No)))),
        of.prop_map(|to| Command::AddToInterview(Addition { to, text: "补充".into(), signature: Signature::Hand })),
        Just(Command::TellGrounds { grounds: [Ground::AtWork].into() }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![4 => case_command(), 1 => bundle_command(), 1 => home_command(), 2 => care_command()]
}

fn care_command() -> impl Strategy<Value = Command> {
    let card = || "居民身份证".to_owned();
    let stamp = |n: u16| Stamp { hlc: Hlc { ms: START.unsigned_abs(), counter: n }, device: 7 };
    let of = (0u16..9).prop_map(stamp);
    let charge = |fen, no: &str| {
        Command::PayCharge(Charge { amount: Fen(fen), payee: "公安分局".into(), receipt_no: no.into() })
    };
    let lacking = |until| Command::PromiseLater {
        secondary: vec![card()],
        until,
        signature: Signature::Hand,
        record: PromiseRecord::Clean,
    };
    let to = prop_oneof![
        Just(Keeper::Agent { agent: "SG-202000-01".parse().unwrap() }),
        Just(Keeper::Office { name: "人社局".into() }),
        Just(Keeper::Person { signer: "钱秀英".into() }),
        Just(Keeper::File),
    ];
    let finding = prop_oneof![Just(Finding::True), Just(Finding::False)];
    prop_oneof![
        Just(charge(2_000, "0012345")),
        Just(charge(1_500, "0012346")),
        Just(charge(0, "1")),
        Just(lacking(None)),
        Just(lacking(Some(jiff::civil::date(2026, 3, 5)))),
        Just(Command::PromiseInstead {
            papers: vec![card()],
            allowed: vec![card()],
            signature: Signature::Hand,
            record: PromiseRecord::Clean,
        }),
        (of.clone(), finding).prop_map(|(of, finding)| {
            Command::CheckPromise(PromiseCheck { of, finding, measure: "停发".into() })
        }),
        of.prop_map(|of| Command::BreakPromise { of }),
        to.prop_map(move |to| {
            Command::MoveOriginals(OriginalsMoved { papers: vec![card()], to, place: "铁皮柜".into() })
        }),
        Just(Command::PauseMandate { reason: "外出".into() }),
        Just(Command::ResumeMandate),
        Just(Command::LeaveDocument {
            witnesses: vec!["郝志强（绍卜亥嘎查）".into()], reason: "拒签".into()
        }),
        (prop::option::of(Just(TripCause::System)), prop::option::of(0u8..2))
            .prop_map(|(cause, most)| Command::Come { cause, most }),
        Just(Command::CallBack(Callback {
            spoke_with: "钱秀英".into(),
            grade: Grade::try_from(4).unwrap(),
            words: String::new(),
        })),
        Just(Command::Remind { kind: ReminderKind::Renewal }),
    ]
}

fn case_command() -> impl Strategy<Value = Command> {
    let id_card = |state| PaperLine { name: "居民身份证".into(), state, count: 1 };
    let decision = |outcome| Decision {
        outcome,
        on: jiff::civil::date(2026, 3, 6),
        number: "石人社〔2026〕1号".into(),
        reasons: "不符合条件".into(),
        valid_until: None,
    };
    let receive =
        |promised, state| Command::Receive { receipt: Box::new(receipt(promised, state)), proxy: ProxyMode::Proxy };
    let unseen = Receipt { id: IdCheck::Later, ..receipt(Some(Limit::WorkingDays(0)), PaperState::Copy) };
    prop_oneof![
        Just(Command::Receive { receipt: Box::new(unseen), proxy: ProxyMode::Proxy }),
        Just(Command::CheckId { from: String::new(), number: "150205194508200008".into() }),
        Just(Command::Consult { help: Help::Advice, way: Way::Window, words: String::new() }),
        Just(Command::Consult { help: Help::Proxy, way: Way::Home, words: "摔伤了".into() }),
        Just(Command::Entrust(mandate())),
        Just(receive(Some(Limit::WorkingDays(8)), PaperState::Copy)),
        Just(receive(Some(Limit::WorkingDays(0)), PaperState::Original)),
        Just(receive(None, PaperState::Missing)),
        Just(Command::GiveNotice { lines: vec![line()], raised_by: String::new(), trigger: String::new() }),
        Just(Command::GiveNotice {
            lines: vec![NoticeLine { paper: "户口簿".into(), hint: String::new() }],
            raised_by: "新证地址不一致".into(),
            trigger: "居民身份证".into()
        }),
        Just(Command::Supplement { papers: vec![id_card(PaperState::Original)] }),
        Just(Command::Supplement { papers: vec![id_card(PaperState::Missing)] }),
        Just(Command::HandOver { to: "吉忽伦图苏木便民服务中心".into() }),
        prop_oneof![Just(AcceptanceBasis::Complete), Just(AcceptanceBasis::Deemed), Just(AcceptanceBasis::Conditional)]
            .prop_map(|basis| Command::Accept { basis }),
        Just(Command::RefuseAcceptance {
            reason: NotAccepted::NoLicenceNeeded,
            right_office: String::new(),
            words: String::new()
        }),
        Just(Command::Start),
        Just(Command::Suspend { kind: StopKind::Testing, expected_days: 10, notice_no: "告1".into() }),
        Just(Command::Resume),
        Just(Command::Extend {
            days: 10, approver: "局长".into(), reason: "复杂".into(), notice_no: "延1".into()
        }),
        prop_oneof![Just(Outcome::Granted), Just(Outcome::Denied), Just(Outcome::Returned), Just(Outcome::Withdrawn)]
            .prop_map(move |outcome| Command::Decide(decision(outcome))),
        Just(Command::FinishAtOnce { number: "1".into() }),
        Just(Command::Withdraw { reason: "不办了".into(), papers_returned: 1 }),
        Just(Command::Deliver { way: DeliveryWay::Direct, signer: "孙丽娜".into(), relation: String::new() }),
        Just(Command::Archive),
        Just(Command::Note { text: "记一笔".into() }),
        (0u8..3).prop_map(|n| Command::AddFile(file(n))),
        (0u8..3).prop_map(|n| Command::SetAsideFile {
            hash: FileHash([n; 32]),
            paper: "居民身份证".into(),
            reason: "拍糊了".into()
        }),
        Just(Command::EndMandate { reason: MandateEnd::Withdrawn }),
        super::beside::samples::command((0u16..6).prop_map(first_stamp)),
        (1u16..3).prop_map(|turn| Command::Print(PrintLine {
            paper: PaperName::Receipt,
            number: "石拐-202202-20260302-07-0001".into(),
            turn,
            pages: 1,
            hash: FileHash([9; 32]),
        })),
    ]
}

/// A life: each command is tried, a day or so later each time, and what is refused leaves no trace.
fn live(commands: &[(Command, u8)], device: u64) -> Vec<Event> {
    let calendar = Calendar::default();
    let subject = Subject { scope: scope(), handler: None };
    let (mut events, mut at) = (Vec::new(), START);
    for (index, (command, days)) in commands.iter().enumerate() {
        at += i64::from(*days) * DAY / 4;
        let (case, before) = fold(&events);
        let hlc = Hlc { ms: at.unsigned_abs(), counter: u16::try_from(index).unwrap() };
        let now = Moment { hlc, device, at: Wall(at), quality: TimeQuality::Confirmed, calendar: &calendar };
        let permit = permit(&window(), command.action(), &subject).expect("a window may do all of these");
        let mut command = command.clone();
        if let Command::Decide(decision) | Command::CloseWhole(decision) = &mut command {
            decision.on = now.today();
        }
        if let Ok(new) = decide(&case, command.clone(), &permit, &now) {
            events.extend(new);
            let (_, after) = fold(&events);
            assert_eq!(before.len(), after.len(), "D1: {command:?} was decided and then flagged");
        }
    }
    events
}

fn lives() -> impl Strategy<Value = Vec<(Command, u8)>> {
    prop::collection::vec((command(), 0u8..40), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn d1_decide_never_yields_what_fold_flags(commands in lives()) {
        let events = live(&commands, 7);
        let (_, anomalies) = fold(&events);
        prop_assert!(anomalies.is_empty());
    }

    #[test]
    fn f1_f2_f3_fold_is_total_order_free_and_idempotent(left in lives(), right in lives(), seed in any::<u64>()) {
        let mut events = live(&left, 7);
        events.extend(live(&right, 8));
        let expected = fold(&events);
        let mut mixed: Vec<Event> = events.iter().chain(events.iter()).cloned().collect();
        let mut state = seed | 1;
        for index in (1..mixed.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            mixed.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
        }
        prop_assert_eq!(fold(&mixed), expected);
    }

    #[test]
    fn e1_events_survive_a_round_trip(commands in lives()) {
        for event in live(&commands, 7) {
            let text = event.to_text();
            let read = Event::from_text(event.stamp, &text);
            prop_assert_eq!(read.as_ref().map(Event::to_text), Ok(text));
            prop_assert_eq!(read, Ok(event));
        }
    }

    #[test]
    fn e1_unknown_events_survive_a_round_trip(kind in "[a-z_]{1,20}", extra in "[a-z0-9 石拐]{0,40}") {
        let text = format!(
            r#"{{"by":"SG-202202-01","unit":"150205202202","at":1772415000000,"k":"x_{kind}","extra":{{"deep":["{extra}"]}}}}"#
        );
        let stamp = Stamp { hlc: Hlc { ms: 1, counter: 0 }, device: 7 };
        let event = Event::from_text(stamp, &text).expect("the envelope is known");
        prop_assert!(matches!(event.what, What::Unknown { .. }), "kept as unknown");
        prop_assert_eq!(event.to_text(), text);
        let (case, anomalies) = fold([&event]);
        prop_assert_eq!((case.stage, anomalies.len()), (Stage::New, 0), "it changes nothing and flags nothing");
    }
}

#[test]
fn a_promised_item_never_jumps_from_receipt_to_result() {
    let calendar = Calendar::default();
    let case = Case { stage: Stage::Received, receipt: None, ..Case::default() };
    let subject = Subject { scope: scope(), handler: None };
    let hlc = Hlc { ms: 1, counter: 0 };
    let now = Moment { hlc, device: 7, at: Wall(START), quality: TimeQuality::Confirmed, calendar: &calendar };
    let may = permit(&window(), Action::Accept, &subject).unwrap();
    let at_once = decide(&case, Command::FinishAtOnce { number: "1".into() }, &may, &now);
    assert_eq!(at_once, Err(super::Refusal::NoSuchMove { from: Stage::Received }), "R45");
}
