//! Annex C as a table: from every stage, every move that may be made and none besides.

#![expect(clippy::unwrap_used, reason = "fixtures: what does not parse here is a slip in the test")]

use daiban_model::access::{Principal, Role, Subject, permit};
use daiban_model::calendar::Calendar;
use daiban_model::case::decide::Moment;
use daiban_model::case::event::*;
use daiban_model::case::{Command, Event, Refusal, Stage, decide, fold};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::{Limit, NoticeRule, StopKind};
use daiban_model::identity::CaseNumber;
use daiban_model::stamp::{Hlc, TimeQuality, Wall};
use jiff::civil::{Date, date};

const RECEIVED: Date = date(2026, 3, 2);
const LATER: Date = date(2026, 3, 20);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// 承诺件
    Promised,
    /// 即办件
    OnTheSpot,
}

fn receive(kind: Kind) -> Command {
    let promised = if kind == Kind::OnTheSpot { 0 } else { 8 };
    let limits = Limits {
        statutory: Some(Limit::WorkingDays(20)),
        promised: Some(Limit::WorkingDays(promised)),
        // Silence must not accept while the table is walked; that has its own test.
        notice: NoticeRule::own(Limit::calendar_days(60)),
        ..Limits::default()
    };
    let receipt = Receipt {
        number: CaseNumber::new("150205202202".parse().unwrap(), RECEIVED, 7, 1).unwrap(),
        item: "RS-003".parse().unwrap(),
        item_name: "城乡居民养老保险注销登记".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits,
        papers: vec![PaperLine { name: "居民身份证".into(), state: PaperState::Copy, count: 1 }],
    };
    Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy }
}

fn consult(help: Help) -> Command {
    Command::Consult { help, way: Way::Window, words: String::new() }
}

fn decided(outcome: Outcome) -> Command {
    let (number, reasons) = ("石人社〔2026〕1号".into(), "不符合条件".into());
    Command::Decide(Decision { outcome, on: LATER, number, reasons, valid_until: None })
}

/// Every move, under the name the table knows it by.
fn moves(kind: Kind) -> Vec<(&'static str, Command)> {
    let mandate = Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: [Power::Submit, Power::Supplement].into(),
        from: RECEIVED,
        until: date(2026, 6, 1),
        signature: Signature::Hand,
        fee_limit: None,
        proof: String::new(),
    };
    let line = NoticeLine { paper: "户口簿".into(), hint: String::new() };
    let paper = PaperLine { name: "户口簿".into(), state: PaperState::Original, count: 1 };
    let accept = |basis| Command::Accept { basis };
    vec![
        ("ask", consult(Help::Proxy)),
        ("entrust", Command::Entrust(mandate)),
        ("receive", receive(kind)),
        ("notice", Command::GiveNotice { lines: vec![line], raised_by: "新图".into(), trigger: String::new() }),
        ("supplement", Command::Supplement { papers: vec![paper] }),
        ("hand over", Command::HandOver { to: "人社局".into() }),
        ("accept", accept(AcceptanceBasis::Complete)),
        ("accept conditionally", accept(AcceptanceBasis::Conditional)),
        (
            "not accept",
            Command::RefuseAcceptance {
                reason: NotAccepted::NoLicenceNeeded,
                right_office: String::new(),
                words: String::new(),
            },
        ),
        ("start", Command::Start),
        ("stop", Command::Suspend { kind: StopKind::Testing, expected_days: 9, notice_no: "停1".into() }),
        ("go on", Command::Resume),
        (
            "prolong",
            Command::Extend { days: 5, approver: "局长".into(), reason: "复杂".into(), notice_no: "延1".into() },
        ),
        ("grant", decided(Outcome::Granted)),
        ("deny", decided(Outcome::Denied)),
        ("return", decided(Outcome::Returned)),
        ("at once", Command::FinishAtOnce { number: "即1".into() }),
        ("withdraw", Command::Withdraw { reason: "不办了".into(), papers_returned: 1 }),
        ("deliver", Command::Deliver { way: DeliveryWay::Direct, signer: "钱秀英".into(), relation: String::new() }),
        ("rate", Command::EnterRating { grade: Grade::try_from(5).unwrap(), channel: "纸质".into() }),
        ("archive", Command::Archive),
        ("end the mandate", Command::EndMandate { reason: MandateEnd::Withdrawn }),
    ]
}

fn try_on(events: &[Event], day: Date, command: Command) -> Result<Vec<Event>, Refusal> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
    let calendar: Calendar = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let unit = "150205".parse().unwrap();
    let agent = "SG-000000-03".parse().unwrap();
    let who = Principal { agent, name: "林芳".into(), role: Role::Window, unit, serves: vec![unit] };
    let (at, (case, anomalies)) = (Wall::at(day.at(9, 30, 0, 0)), fold(events));
    assert_eq!(anomalies, [], "nothing decided is ever flagged");
    let hlc = Hlc { ms: at.0.unsigned_abs(), counter: 0 };
    let now = Moment { hlc, device: 7, at, quality: TimeQuality::Confirmed, calendar: &calendar };
    let subject = Subject { scope: "150205202202".parse().unwrap(), handler: None };
    let may = permit(&who, command.action(), &subject).unwrap();
    decide(&case, command, &may, &now)
}

/// The case after these moves, all made on the first day but the last ones.
fn after(kind: Kind, help: Help, names: &[&str]) -> Vec<Event> {
    let mut events = Vec::new();
    for name in names {
        let found = moves(kind).into_iter().find(|(known, _)| known == name);
        let command = if *name == "ask" { consult(help) } else { found.unwrap().1 };
        let early = matches!(*name, "ask" | "entrust" | "receive" | "notice");
        let day = if early { RECEIVED } else { LATER };
        let made = try_on(&events, day, command).unwrap_or_else(|why| panic!("{name} of {names:?}: {why}"));
        events.extend(made);
    }
    events
}

fn allowed(events: &[Event], kind: Kind) -> Vec<&'static str> {
    let open = |(name, command): (&'static str, Command)| try_on(events, LATER, command).is_ok().then_some(name);
    moves(kind).into_iter().filter_map(open).collect()
}

#[test]
fn r45_annex_c_has_these_moves_and_no_others() {
    use Kind::{OnTheSpot, Promised};
    let received = ["ask", "entrust", "receive"];
    let with = |more: &[&'static str]| [&received[..], more].concat();
    let working = with(&["hand over", "accept", "start"]);
    let over = |more: &[&'static str]| [&working[..], more].concat();
    let table: Vec<(Kind, Vec<&str>, Stage, &[&str])> = vec![
        (Promised, vec![], Stage::New, &["ask"]),
        (Promised, vec!["ask"], Stage::Consulting, &["entrust", "notice", "withdraw"]),
        (
            Promised,
            vec!["ask", "entrust"],
            Stage::Mandated,
            &["entrust", "receive", "notice", "withdraw", "end the mandate"],
        ),
        (
            Promised,
            received.to_vec(),
            Stage::Received,
            &["entrust", "notice", "hand over", "withdraw", "end the mandate"],
        ),
        (
            OnTheSpot,
            received.to_vec(),
            Stage::Received,
            &["entrust", "notice", "hand over", "at once", "withdraw", "end the mandate"],
        ),
        (
            Promised,
            with(&["notice"]),
            Stage::Supplementing { notice: 1 },
            &["entrust", "supplement", "return", "withdraw", "end the mandate"],
        ),
        (
            Promised,
            with(&["hand over"]),
            Stage::HandedOver,
            &["entrust", "notice", "accept", "not accept", "withdraw", "end the mandate"],
        ),
        (Promised, with(&["hand over", "not accept"]), Stage::NotAccepted, &["end the mandate"]),
        (
            OnTheSpot,
            with(&["hand over", "accept"]),
            Stage::Accepted,
            &["entrust", "start", "prolong", "withdraw", "end the mandate"],
        ),
        (
            Promised,
            working.clone(),
            Stage::InProcess,
            &["entrust", "stop", "prolong", "grant", "deny", "withdraw", "end the mandate"],
        ),
        (Promised, over(&["stop"]), Stage::Suspended, &["entrust", "go on", "withdraw", "end the mandate"]),
        (
            Promised,
            over(&["deny"]),
            Stage::Decided { outcome: Outcome::Denied },
            &["entrust", "deliver", "end the mandate"],
        ),
        (Promised, over(&["grant", "deliver"]), Stage::Delivered, &["rate", "archive", "end the mandate"]),
        (Promised, over(&["grant", "deliver", "rate"]), Stage::Rated, &["archive", "end the mandate"]),
        (Promised, over(&["grant", "deliver", "archive"]), Stage::Archived, &[]),
    ];
    for (kind, life, stage, expected) in table {
        let events = after(kind, Help::Proxy, &life);
        assert_eq!(fold(&events).0.stage, stage, "{life:?}");
        assert_eq!(allowed(&events, kind), expected, "from {stage:?} after {life:?}");
    }
}

#[test]
fn a_mandate_is_for_proxy_work_alone_and_other_help_goes_without() {
    let asked = after(Kind::Promised, Help::Advice, &["ask"]);
    assert_eq!(allowed(&asked, Kind::Promised), ["receive", "notice", "withdraw"], "委托 is 代办 only");
    let received = after(Kind::OnTheSpot, Help::Advice, &["ask", "receive"]);
    assert_eq!(allowed(&received, Kind::OnTheSpot), ["notice", "hand over", "at once", "withdraw"]);
}
