//! What people at the stations do, and what the stations promise them for it.

use std::collections::{BTreeMap, BTreeSet};

use daiban_core::doc::Doc;
use daiban_core::store::{PeerId, PeerQuery, Store as _};
use daiban_model::api::{
    Act, CasePage, Failure, Kept, ListCases, Offer, OpenCase, ReceiveDraft, SetField, SettleField, View,
};
use daiban_model::case::Command;
use daiban_model::case::event::{
    AcceptanceBasis, Callback, Charge, Decision, DeliveryWay, Grade, Keeper, NotAccepted, NoticeLine, OriginalsMoved,
    Outcome, PaperLine, PaperState, TripCause,
};
use daiban_model::case::field::Field;
use daiban_model::deadline::StopKind;
use daiban_model::ids::CaseId;
use daiban_model::injury::Ground;
use daiban_model::stamp::Stamp;
use daiban_model::visit::{Booking, HomeReason};

use super::beside;
use super::ledger::Promise;
use super::options::Mistake;
use super::run::{Check, Run};
use crate::world::{
    FENG_XIAOLIN, LONG_NAME, Papers, Person, QIAN_XIUYING, QIMUGE, SUN_LINA, WULAN_TUYA, ZHAO_YUNFENG, ZHOU_MEILING,
    must, now,
};

const PEOPLE: [&Person; 7] =
    [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA, &ZHOU_MEILING, &WULAN_TUYA, &FENG_XIAOLIN, &LONG_NAME];
/// What people come for.
pub(super) const ITEMS: [&str; 4] = ["MZ-007", "YB-001", "RS-003", "CL-001"];

/// One thing a person wants done to a case.
#[derive(Clone)]
enum Wish {
    Do(Command),
    Type(Field, String),
    Settle(Field, Kept),
}

impl Run {
    /// Somebody receives a case or works one.
    pub(super) fn work(&mut self, at: usize) {
        let cases = match self.seats[at].station.call(ListCases { view: View::All, after: None, limit: 60 }) {
            Ok(page) => page.rows,
            Err(failure) => return self.failed(at, "list", &failure),
        };
        if cases.is_empty() || self.dice.percent(22) {
            return self.receive(at);
        }
        // Most work is on what came last, so that desks meet over the same cases.
        let few = if self.dice.percent(60) { cases.len().min(3) } else { cases.len() };
        let case = cases[self.dice.below(few)].id;
        self.act(at, case);
    }

    fn receive(&mut self, at: usize) {
        let mark = self.ledger.mark();
        self.ledger.tries(&mark, false);
        let person = self.dice.pick(&PEOPLE).copied().unwrap_or(&ZHAO_YUNFENG);
        let item = self.dice.pick(&ITEMS).copied().unwrap_or("MZ-007");
        let papers = if self.dice.percent(30) { Papers::Without(0) } else { Papers::All };
        let station = &mut self.seats[at].station;
        let until = daiban_core::edge::Edge::now(station.clock()).date().saturating_add(jiff::Span::new().days(200));
        let draft = station.try_draft(person, item, papers, |draft| {
            draft.mandate.until = until.to_string();
            draft.despite_open = mark.clone();
        });
        let taken = draft.and_then(|id| station.call(ReceiveDraft { id }));
        match taken {
            Ok(taken) => {
                self.note(at, &format!("receives {item} {mark}"));
                for case in taken.cases {
                    if self.promised(at, case, &BTreeSet::new()) == 0 {
                        self.unseen(at, "a case");
                    }
                }
            }
            Err(failure) => self.failed(at, "receive", &failure),
        }
    }

    fn act(&mut self, at: usize, case: CaseId) {
        let Some(page) = self.look(at, case) else { return };
        let mark = self.ledger.mark();
        let Some(wish) = self.wish(&page, &mark) else { return };
        let types = matches!(wish, Wish::Type(..));
        self.ledger.tries(&mark, types);
        let before: BTreeSet<Stamp> = page.story.iter().map(|line| line.stamp).collect();
        let mut done = self.do_it(at, case, wish.clone());
        if done.is_err() && self.options.mistake == Some(Mistake::BlindRetry) && !self.seats[at].station.runs() {
            self.restart(at);
            done = self.do_it(at, case, wish);
        }
        if done.is_ok() && self.promised(at, case, &before) == 0 && !types {
            self.unseen(at, "an act");
        }
    }

    /// V2: what was confirmed is there to be seen at once.
    fn unseen(&mut self, at: usize, what: &str) {
        let name = self.seats[at].station.name.clone();
        self.violation(Check::Causality, format!("{name} confirmed {what} and does not show it"));
    }

    fn do_it(&mut self, at: usize, case: CaseId, wish: Wish) -> Result<(), ()> {
        let (what, done) = match wish {
            Wish::Do(command) => {
                let what = format!("does {command:?}");
                (what, self.seats[at].station.call(Act { id: case, command }).map(drop))
            }
            Wish::Settle(field, kept) => {
                let call = SettleField { id: case, field, kept };
                (format!("settles {field:?}"), self.seats[at].station.call(call).map(drop))
            }
            Wish::Type(field, value) => {
                let what = format!("types {field:?} {value}");
                (what, self.seats[at].station.call(SetField { id: case, field, value }).map(drop))
            }
        };
        match done {
            Ok(()) => {
                self.note(at, &what);
                Ok(())
            }
            Err(failure) => {
                self.failed(at, &what, &failure);
                Err(())
            }
        }
    }

    fn wish(&mut self, page: &CasePage, mark: &str) -> Option<Wish> {
        let disputed = page.conflicts.first().filter(|_| self.dice.percent(40));
        if let Some(conflict) = disputed {
            let mark = self.dice.pick(&conflict.values)?.mark.clone();
            return Some(Wish::Settle(conflict.field, Kept::Standing { mark }));
        }
        let odd = page.anomalies.first().filter(|_| self.dice.percent(30));
        if let Some(anomaly) = odd {
            return Some(Wish::Do(Command::Review { act: anomaly.line.stamp, finding: mark.into() }));
        }
        match self.dice.below(10) {
            0..=2 => Some(Wish::Do(Command::Note { text: mark.into() })),
            3..=4 => Some(self.typed(mark)),
            _ => {
                let offer = self.dice.pick(&page.acts).copied()?;
                Some(Wish::Do(self.command(offer, page, mark)))
            }
        }
    }

    fn typed(&mut self, mark: &str) -> Wish {
        let number = self.ledger.deeds.len() % 10_000_000;
        match self.dice.below(8) {
            0 | 1 => Wish::Type(Field::Phone, format!("0472-{number:07}")),
            2 => {
                let person = self.dice.pick(&PEOPLE).copied().unwrap_or(&ZHAO_YUNFENG);
                Wish::Type(Field::CitizenId, person.id.into())
            }
            3 => Wish::Type(Field::Contact, format!("邻居{mark}")),
            4 | 5 => Wish::Type(Field::Address, format!("{mark}号院")),
            _ => Wish::Type(Field::Remark, format!("尽快{mark}")),
        }
    }

    fn command(&mut self, offer: Offer, page: &CasePage, mark: &str) -> Command {
        let text = mark.to_owned();
        let today = daiban_core::edge::Edge::now(self.world.hub.clock()).date();
        let decision =
            |outcome| Decision { outcome, on: today, number: text.clone(), reasons: text.clone(), valid_until: None };
        let missing = || page.papers.iter().filter(|paper| paper.state == PaperState::Missing);
        match offer {
            Offer::CheckId => {
                let number = self.dice.pick(&PEOPLE).map_or("", |person| person.id).to_owned();
                Command::CheckId { from: String::new(), number }
            }
            Offer::GiveNotice => {
                let papers = page.papers.iter().take(2);
                let line = |paper: &PaperLine| NoticeLine { paper: paper.name.clone(), hint: text.clone() };
                Command::GiveNotice {
                    lines: papers.map(line).collect(),
                    raised_by: text.clone(),
                    trigger: String::new(),
                }
            }
            Offer::Supplement => {
                let bring = |paper: &PaperLine| PaperLine { state: PaperState::Original, ..paper.clone() };
                Command::Supplement { papers: missing().map(bring).collect() }
            }
            Offer::HandOver => Command::HandOver { to: text },
            Offer::Accept => Command::Accept { basis: AcceptanceBasis::Complete },
            Offer::AcceptDeemed => Command::Accept { basis: AcceptanceBasis::Deemed },
            Offer::RefuseAcceptance => {
                Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office: text, words: String::new() }
            }
            Offer::Start => Command::Start,
            Offer::Suspend => Command::Suspend { kind: StopKind::Hearing, expected_days: 3, notice_no: text },
            Offer::Resume => Command::Resume,
            Offer::Extend => {
                Command::Extend { days: 5, approver: "领导".into(), reason: text.clone(), notice_no: "延".into() }
            }
            Offer::Decide if self.dice.percent(50) => Command::Decide(decision(Outcome::Granted)),
            Offer::Decide => Command::Decide(decision(Outcome::Denied)),
            Offer::Return => Command::Decide(decision(Outcome::Returned)),
            Offer::FinishAtOnce => Command::FinishAtOnce { number: text },
            Offer::Withdraw => Command::Withdraw { reason: text, papers_returned: 1 },
            Offer::Deliver => Command::Deliver { way: DeliveryWay::Direct, signer: text, relation: String::new() },
            Offer::EnterRating => Command::EnterRating { grade: must("a grade", Grade::try_from(5)), channel: text },
            Offer::Archive => Command::Archive,
            // These worlds publish no bundles; whoever is offered one all the same writes it down.
            Offer::Note | Offer::Advance | Offer::DeliverResults | Offer::ChooseResults => Command::Note { text },
            Offer::PayCharge => {
                let amount = must("an amount", "20".parse());
                Command::PayCharge(Charge { amount, payee: "公安分局".into(), receipt_no: text })
            }
            Offer::MoveOriginals => {
                let out = page.care.originals.iter().filter(|original| original.keeper.is_out());
                let papers = out.map(|original| original.paper.clone()).take(1).collect();
                let to = Keeper::Person { signer: "本人".into() };
                Command::MoveOriginals(OriginalsMoved { papers, to, place: String::new() })
            }
            Offer::PauseMandate => Command::PauseMandate { reason: text },
            Offer::ResumeMandate => Command::ResumeMandate,
            Offer::Come => Command::Come { cause: Some(TripCause::System), most: None },
            Offer::CallBack => {
                let grade = must("a grade", Grade::try_from(4));
                Command::CallBack(Callback { spoke_with: "本人".into(), grade, words: text })
            }
            // Promises and new mandates have stories of their own.
            Offer::PromiseLater
            | Offer::PromiseInstead
            | Offer::CheckPromise
            | Offer::BreakPromise
            | Offer::Entrust
            | Offer::EndMandate => Command::Note { text },
            Offer::TellGrounds => Command::TellGrounds { grounds: [Ground::AtWork].into() },
            Offer::BookVisit => Command::BookVisit(Box::new(Booking {
                caller: text.clone(),
                relation: String::new(),
                phone: String::new(),
                reasons: [HomeReason::Aged].into(),
                at: today.at(16, 30, 0, 0),
                place: text,
                staff: vec![must("a staff number", QIMUGE.parse())],
                alone: "只有一人在站".into(),
            })),
            // Records of visits have stories of their own.
            Offer::MoveVisit
            | Offer::RefuseVisit
            | Offer::RecordVisit
            | Offer::GradeVisit
            | Offer::RecordInterview
            | Offer::AddToInterview => Command::Note { text },
            Offer::Explain
            | Offer::TellConcern
            | Offer::ReviewVisit
            | Offer::ExplainLate
            | Offer::AskHelp
            | Offer::AnswerHelp
            | Offer::FindAt
            | Offer::TellDeath
            | Offer::Post
            | Offer::AgreeElectronic
            | Offer::CheckSite
            | Offer::ApplyFor
            | Offer::HelpFirst
            | Offer::ShowCertificate => beside::command(offer, page, text, today.at(0, 0, 0, 0)),
            Offer::Correct => Command::Correct { field: Field::Remark, value: "更正".into(), reason: text },
        }
    }

    /// Writes down what a station has just confirmed: every event of the case that was not there before. Answers how many.
    fn promised(&mut self, at: usize, case: CaseId, before: &BTreeSet<Stamp>) -> usize {
        let Some(page) = self.look(at, case) else { return 0 };
        let new: Vec<Stamp> =
            page.story.iter().map(|line| line.stamp).filter(|stamp| !before.contains(stamp)).collect();
        if new.is_empty() {
            return 0; // Where a value was typed that stood there already, nothing was done.
        }
        let station = &self.seats[at].station;
        let stored = station.stored(case);
        let (Ok(doc), Some(state)) = (Doc::open(&stored), stored.state.as_ref()) else {
            self.violation(Check::Soundness, "a case that was just written does not open".into());
            return new.len();
        };
        let texts: BTreeMap<Stamp, String> = doc.events().into_iter().collect();
        let cursors = must("cursors", now(station.shelf().peer(PeerQuery::Cursors(PeerId::Hub)))).cursors;
        let read = cursors.iter().find(|cursor| cursor.scope == state.scope).map(|cursor| (cursor.seq, cursor.chain));
        let (read, chain) = read.unwrap_or_default();
        // An act rests on all heads there were, so its change is the only one left.
        let Some(change) = state.heads.first().copied().filter(|_| state.heads.len() == 1) else {
            self.violation(Check::Soundness, "an act left a document with several heads".into());
            return new.len();
        };
        for &stamp in &new {
            let Some(text) = texts.get(&stamp).cloned() else { continue };
            let (doc, scope) = (state.doc, state.scope);
            let promise = Promise { seat: at, doc, scope, stamp, text, change, read, chain, excused: false };
            self.ledger.promises.push(promise);
        }
        new.len()
    }

    /// Somebody opens a case that was seen before, or one of the list.
    pub(super) fn look_somewhere(&mut self, at: usize) {
        let seen: Vec<CaseId> = self.seats[at].seen.keys().copied().collect();
        if let Some(case) = self.dice.pick(&seen).copied() {
            self.note(at, "looks");
            self.look(at, case);
        }
    }

    /// Opens a case. V2: what was there before is there still.
    pub(super) fn look(&mut self, at: usize, case: CaseId) -> Option<CasePage> {
        let page = match self.seats[at].station.call(OpenCase { id: case }) {
            Ok(page) => page,
            Err(failure) => {
                let seat = &mut self.seats[at];
                let taken = seat.homes.get(&case).is_some_and(|home| !seat.covers(*home));
                let moved = || !seat.station.states(&format!("moved/{}", case.0.simple())).is_empty();
                if failure == Failure::NotFound && (taken || moved()) {
                    // Of a division that was taken from the station, or gone to another one.
                    seat.seen.remove(&case);
                    return None;
                }
                if failure == Failure::NotFound && seat.seen.contains_key(&case) {
                    let name = self.seats[at].station.name.clone();
                    self.violation(Check::Causality, format!("{name} does not find a case any more that it showed"));
                } else {
                    self.failed(at, "look", &failure);
                }
                return None;
            }
        };
        if let Some(state) = self.seats[at].station.stored(case).state {
            self.seats[at].homes.insert(case, state.scope);
        }
        let lines = page.story.iter().map(|line| (line.stamp, (line.kind.clone(), line.detail.clone())));
        let lines: BTreeMap<Stamp, (String, String)> = lines.collect();
        let seen = self.seats[at].seen.entry(case).or_default();
        let gone = seen.iter().find(|(stamp, line)| lines.get(*stamp) != Some(*line));
        let gone = gone.map(|(stamp, line)| (*stamp, line.clone(), lines.get(stamp).cloned()));
        *seen = lines;
        if let Some((stamp, line, instead)) = gone {
            let name = self.seats[at].station.name.clone();
            let what = format!("{name} showed {line:?} ({stamp}) in {case:?}, and shows {instead:?} in its place");
            self.violation(Check::Causality, what);
        }
        Some(*page)
    }
}
