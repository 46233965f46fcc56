//! The only gate in front of a case: a command becomes events, or a refusal that says what to do.
//!
//! D1: `decide` never yields what `fold` flags on the same state. Every act is tried on a copy of the case first, and its
//! stamp is later than everything the case has seen.

pub mod bounds;
mod bundle;
mod care;
mod command;
mod home;
mod mandate;
mod papers;
mod promises;
mod refusal;
mod result;
mod rights;

use jiff::civil::{Date, DateTime};

pub use command::{Command, PromiseRecord};
pub use refusal::{Entry, Refusal};

use super::beside;
use super::clocks;
use super::event::{
    AcceptanceBasis, DeliveryWay, Event, FileLine, Help, IdCheck, NotAccepted, Notice, PrintLine, Receipt, What,
};
use super::field::Field;
use super::fold::{Case, Stage};
use crate::access::Permit;
use crate::calendar::Calendar;
use crate::catalogue::ProxyMode;
use crate::stamp::{Hlc, Stamp, TimeQuality, Wall};
use crate::visit::Asked;

/// When and where a decision is made; the edges hand it in.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The next reading of the device's hybrid clock.
    pub hlc: Hlc,
    /// The session's mark.
    pub device: u64,
    /// The wall clock.
    pub at: Wall,
    /// Whether it can be trusted.
    pub quality: TimeQuality,
    /// The calendar in force.
    pub calendar: &'a Calendar,
}

impl Moment<'_> {
    /// Today in the district.
    pub fn today(&self) -> Date {
        self.at.date()
    }

    /// The civil time in the district.
    pub fn local(&self) -> DateTime {
        self.at.local()
    }
}

/// Turns a command into events, or says why not. D1.
pub fn decide(case: &Case, command: Command, permit: &Permit, now: &Moment<'_>) -> Result<Vec<Event>, Refusal> {
    if permit.action() != command.action() {
        return Err(Refusal::WrongPermit);
    }
    bounds::look(&command)?;
    mandate::holds(case, &command, permit, now)?;
    let acts = acts(case, command, permit, now)?;
    let mut tried = case.clone();
    let mut hlc = case.last.map_or(now.hlc, |last| now.hlc.max(last.hlc.next()));
    let mut events = Vec::with_capacity(acts.len());
    for what in acts {
        let event = Event {
            stamp: Stamp { hlc, device: now.device },
            by: permit.agent().clone(),
            unit: permit.unit(),
            at: now.at,
            quality: now.quality,
            what,
        };
        tried.step(&event).map_err(Refusal::from)?;
        hlc = hlc.next();
        events.push(event);
    }
    Ok(events)
}

fn acts(case: &Case, command: Command, permit: &Permit, now: &Moment<'_>) -> Result<Vec<What>, Refusal> {
    let act = match command {
        Command::Consult { help, way, words } => What::Consulted { help, way, words },
        Command::Tell { version, how } => What::Told { version, how },
        Command::GiveNotice { lines, raised_by, trigger } => {
            papers::notice(case, Notice { no: 0, lines, term: None, raised_by, trigger }, now)?
        }
        Command::Entrust(mandate) => mandate::entrust(mandate, permit, now)?,
        Command::EndMandate { reason } => What::MandateEnded { reason },
        Command::PauseMandate { reason } => What::MandatePaused { reason: filled(reason, Entry::Reasons)? },
        Command::ResumeMandate => What::MandateResumed,
        Command::Receive { receipt, proxy } => receive(case, *receipt, proxy, now)?,
        Command::Supplement { papers } => papers::supplement(case, papers)?,
        Command::CheckId { from, number } => return check_id(from, number),
        Command::HandOver { to } => What::HandedOver { to: filled(to, Entry::Organ)? },
        // 即办件: from 收件 to 受理 only together with the result (Annex C).
        Command::Accept { basis }
            if basis != AcceptanceBasis::Deemed && case.stage == Stage::Received && case.whole.is_none() =>
        {
            return Err(Refusal::NoSuchMove { from: case.stage });
        }
        Command::Accept { basis } => accept(case, basis, now)?,
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office, words } => {
            let right_office = filled(right_office, Entry::Organ)?;
            What::NotAccepted { reason: NotAccepted::OtherOrgan, right_office, words }
        }
        Command::RefuseAcceptance { reason, right_office, words } => What::NotAccepted { reason, right_office, words },
        // What is to be done of a bundle is done in its steps.
        Command::Start if case.whole.is_some() => return Err(Refusal::NoSuchMove { from: case.stage }),
        Command::Start => What::Started,
        Command::Suspend { kind, expected_days, notice_no } => {
            result::known_stop(case, kind)?;
            if expected_days == 0 {
                return Err(Refusal::Empty { what: Entry::Days });
            }
            let notice_no = filled(notice_no, Entry::NoticeNumber)?;
            What::Suspended { kind, from: now.today(), expected_days, notice_no }
        }
        Command::Resume => What::Resumed { to: now.today() },
        Command::Extend { days, approver, reason, notice_no } => {
            result::in_time_to_extend(case, now)?;
            result::within_law(case, days)?;
            What::Extended {
                days,
                approver: filled(approver, Entry::Approver)?,
                reason: filled(reason, Entry::Reasons)?,
                notice_no: filled(notice_no, Entry::NoticeNumber)?,
            }
        }
        Command::Decide(decision) => result::enter(case, decision, now)?,
        Command::FinishAtOnce { number } => return result::at_once(case, number, now),
        Command::Withdraw { reason, papers_returned } => What::Withdrawn { reason, papers_returned },
        Command::Deliver { way, signer, relation } => deliver(case, way, signer, relation, now)?,
        Command::LeaveDocument { witnesses, reason } => return care::leave(case, witnesses, reason, now),
        Command::EnterRating { grade, channel } => What::Rated { grade, channel },
        Command::Archive => care::archive(case)?,
        Command::Type { field, from, to } => {
            What::Typed { field: field.path().to_owned(), from: bounds::cut(from), to }
        }
        Command::Note { text } => What::Noted { text: filled(text, Entry::Text)? },
        Command::Correct { field, value, reason } => {
            let reason = filled(reason, Entry::Reasons)?;
            What::Corrected { field: field.path().to_owned(), value, reason }
        }
        Command::Review { act, finding } => What::Reviewed { act, finding: filled(finding, Entry::Text)? },
        Command::Settle { field, kept, dropped } => {
            let dropped = dropped.into_iter().map(bounds::cut).collect();
            What::Settled { field: field.path().to_owned(), kept, dropped }
        }
        Command::AddFile(line) => add_file(case, line)?,
        Command::SetAsideFile { hash, paper, reason } => {
            let reason = filled(reason, Entry::Reasons)?;
            What::FileSetAside { hash, paper, reason }
        }
        Command::Print(line) => print(case, line)?,
        Command::Link { other, reason } => What::Linked { other, reason: filled(reason, Entry::Reasons)? },
        Command::BookVisit(booking) => home::book(*booking, now)?,
        Command::MoveVisit { of, to, reason } => home::move_to(of, to, reason, now)?,
        Command::RefuseVisit { of, reason } => home::refuse(of, reason)?,
        Command::RecordVisit(visit) => home::visit(case, *visit, permit, now)?,
        Command::GradeVisit { of, grade } => What::VisitGraded { of, grade },
        Command::RecordInterview(interview) => home::interview(*interview, permit, now)?,
        Command::AddToInterview(addition) => home::add(addition, permit)?,
        Command::Explain { text } => What::Explained { text: filled(text, Entry::Text)? },
        Command::TellGrounds { grounds } => What::GroundsTold { grounds },
        Command::Order(order) => bundle::order(*order)?,
        Command::OpenStep(opening) => bundle::open(*opening)?,
        Command::AskStep { step } => What::StepAsked { step },
        Command::AnswerStep { step, outcome, result } => bundle::answer(case, step, outcome, result)?,
        Command::DropStep { step, reason } => bundle::drop_step(case, step, reason)?,
        Command::ChooseResults { choice } => What::ResultsChosen { choice },
        Command::CloseWhole(decision) => bundle::close(case, decision)?,
        Command::PayCharge(charge) => care::charge(case, charge, permit)?,
        Command::MoveOriginals(moved) => care::move_originals(moved)?,
        Command::Come { cause, most } => care::come(case, cause, most)?,
        Command::CallBack(callback) => care::call_back(callback)?,
        Command::Remind { kind } => What::Reminded { kind },
        Command::PromiseLater { secondary, until, signature, record } => {
            let asked = promises::Asked { allowed: secondary, signature, record };
            promises::later(case, asked, until, permit, now)?
        }
        Command::PromiseInstead { papers, allowed, signature, record } => {
            promises::instead(case, papers, promises::Asked { allowed, signature, record }, permit)?
        }
        Command::CheckPromise(check) => promises::check(check)?,
        Command::BreakPromise { of } => promises::broken(case, of, now)?,
        Command::Beside(act) => beside::gate::decide(case, *act, permit, now)?,
    };
    Ok(vec![act])
}

fn filled(text: String, what: Entry) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::Empty { what }) } else { Ok(text) }
}

/// R46, R63, R66.
fn receive(case: &Case, receipt: Receipt, proxy: ProxyMode, now: &Moment<'_>) -> Result<What, Refusal> {
    taken_before(receipt.taken, now)?;
    if case.help == Some(Help::Proxy) {
        if matches!(proxy, ProxyMode::Escort | ProxyMode::ConsultOnly) {
            return Err(Refusal::PersonNeeded);
        }
        let state = case.mandate.as_ref().ok_or(Refusal::NoMandate)?;
        if !state.holds_on(now.today()) {
            return Err(Refusal::MandateOver { until: state.mandate.until });
        }
    }
    Ok(What::Received(receipt))
}

/// R84: the document is seen, and its number stands in the register from now on; what stood there before stays readable.
fn check_id(from: String, number: String) -> Result<Vec<What>, Refusal> {
    let to = filled(number, Entry::IdNumber)?;
    let field = Field::CitizenId.path().to_owned();
    let typed = (from != to).then(|| What::Typed { field, from: bounds::cut(from), to });
    Ok(typed.into_iter().chain([What::IdChecked]).collect())
}

/// R51, R53: the acceptance day is the day the last paper came in; silence accepts from the receipt day.
fn accept(case: &Case, basis: AcceptanceBasis, now: &Moment<'_>) -> Result<What, Refusal> {
    let received = case.receipt.as_ref().map(|(mark, _)| mark.at.date()).unwrap_or(now.today());
    // Nobody accepts for a person whose document was not seen (R84); silence still does, for that is the law (rules §2).
    if case.id == IdCheck::Later && basis != AcceptanceBasis::Deemed {
        return Err(Refusal::IdNotSeen);
    }
    let on = match basis {
        AcceptanceBasis::Deemed => match clocks::deemed_from(case, now.calendar) {
            Some(from) if now.today() >= from => received,
            Some(from) => return Err(Refusal::TooEarly { until: from }),
            None => return Err(Refusal::NoSuchMove { from: case.stage }),
        },
        // 容缺: with a promise (R61).
        AcceptanceBasis::Conditional if case.owed().is_none() => return Err(Refusal::PromiseNeeded),
        AcceptanceBasis::Conditional => now.today(),
        AcceptanceBasis::Complete => {
            let count = case.missing().count();
            if count > 0 {
                return Err(Refusal::PapersMissing { count });
            }
            case.completed_on.unwrap_or(received)
        }
    };
    Ok(What::Accepted { on, basis })
}

/// R97: a picture belongs to a paper of the case, or to a visit that the person agreed to; there is no album. What is there already is not
/// added again.
fn add_file(case: &Case, line: FileLine) -> Result<What, Refusal> {
    let told = case.notices.iter().flat_map(|(_, notice)| &notice.lines).map(|told| &told.paper);
    let mut lines = case.papers.iter().map(|paper| &paper.name).chain(told);
    let agreed = line.paper.is_empty() && case.home.visits.iter().any(|made| made.visit.consent == Asked::Yes);
    if !agreed && !lines.any(|paper| *paper == line.paper) {
        return Err(Refusal::NoLineForPicture);
    }
    match case.files.get(line.hash, &line.paper) {
        Some(_) => Err(Refusal::FileThere),
        None => Ok(What::FileAdded(line)),
    }
}

/// R183: the sheet bears its turn, so it is the next one and no other. Before the receipt there is no number to bear (R103).
fn print(case: &Case, line: PrintLine) -> Result<What, Refusal> {
    if case.receipt.is_some() {
        filled(line.number.clone(), Entry::NoticeNumber)?;
    }
    let next = case.prints.count(line.paper, &line.number).saturating_add(1);
    if line.turn == next { Ok(What::Printed(line)) } else { Err(Refusal::DoneBefore) }
}

/// R69: someone else than the applicant signs with the relation named.
fn deliver(case: &Case, way: DeliveryWay, signer: String, relation: String, now: &Moment<'_>) -> Result<What, Refusal> {
    handed_out(case)?;
    if way == DeliveryWay::Left {
        // Who saw it left signs in place of the person.
        return Err(Refusal::Empty { what: Entry::Witness });
    }
    sent_to_them(case, way)?;
    let signer = filled(signer, Entry::Signer)?;
    if way == DeliveryWay::ForOther && relation.trim().is_empty() {
        return Err(Refusal::RelationNeeded);
    }
    Ok(What::Delivered { on: now.today(), way, signer, relation })
}

/// R111: what went by post has a number, and whoever gets it electronically agreed. Results of a bundle go together (R120).
fn sent_to_them(case: &Case, way: DeliveryWay) -> Result<(), Refusal> {
    let alone = case.whole.is_none() && case.part_of.is_none();
    match way {
        DeliveryWay::Post if alone && case.beside.posted.is_none() => Err(Refusal::Empty { what: Entry::MailNumber }),
        DeliveryWay::Electronic if alone && case.beside.electronic.is_none() => {
            Err(Refusal::Empty { what: Entry::ElectronicConsent })
        }
        _ => Ok(()),
    }
}

/// R61: the result waits for what was promised.
fn handed_out(case: &Case) -> Result<(), Refusal> {
    match case.owed() {
        Some(owed) => Err(Refusal::PapersOwed { count: owed.promise.papers.len() }),
        None => Ok(()),
    }
}

/// R48: papers that are typed in later were taken before now, and not so long ago that nobody remembers the hour.
fn taken_before(taken: Option<DateTime>, now: &Moment<'_>) -> Result<(), Refusal> {
    const WITHIN: i32 = 31;
    let Some(taken) = taken else { return Ok(()) };
    let (what, today) = (Entry::TakenAt, now.today());
    let first = today.saturating_sub(jiff::Span::new().days(WITHIN));
    if taken > now.local() {
        return Err(Refusal::DateTooLate { what, last: today });
    }
    if taken.date() < first { Err(Refusal::DateTooEarly { what, first }) } else { Ok(()) }
}
