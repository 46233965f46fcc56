//! The life of a case as the requirements tell it: each test is named after the example it plays (requirements S4).

#![expect(clippy::unwrap_used, reason = "fixtures: what does not parse here is a slip in the test")]

use daiban_model::access::{Principal, Role, Subject, permit};
use daiban_model::calendar::Calendar;
use daiban_model::case::clocks::{Clock, ClockKind, Reckoning};
use daiban_model::case::decide::Moment;
use daiban_model::case::event::*;
use daiban_model::case::fold::Case;
use daiban_model::case::{Command, Event, Refusal, decide, fold};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::Limit;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::{Hlc, TimeQuality, Wall};
use jiff::civil::{Date, date};

mod bounds;
mod care;
mod mandates;
mod notices;
mod results;
mod terms;

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
