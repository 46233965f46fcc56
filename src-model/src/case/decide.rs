//! The only gate in front of a case: a command becomes events, or a refusal that says what to do.
//!
//! D1: `decide` never yields what `fold` flags on the same state. Every act is tried on a copy of the case first, and its
//! stamp is later than everything the case has seen.

pub mod bounds;
mod bundle;
mod command;
mod home;
mod refusal;

use jiff::civil::{Date, DateTime};

pub use command::Command;
pub use refusal::{Entry, Refusal};

use super::event::{
    AcceptanceBasis, Completeness, Decision, DeliveryWay, Event, FileLine, Help, IdCheck, Mandate, NotAccepted, Notice,
    NoticeLine, Outcome, PaperLine, PaperState, Power, PrintLine, Receipt, Signature, What,
};
use super::field::Field;
use super::fold::{Case, Mark, Stage};
use super::{beside, clocks, item_law};
use crate::access::Permit;
use crate::calendar::Calendar;
use crate::catalogue::ProxyMode;
use crate::deadline::StopKind;
use crate::stamp::{Hlc, Stamp, TimeQuality, Wall};

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
    under_mandate(case, &command, permit, now)?;
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

/// R63, R65: what an agent does for someone needs a mandate that holds today and gives the power.
fn under_mandate(case: &Case, command: &Command, permit: &Permit, now: &Moment<'_>) -> Result<(), Refusal> {
    let Some(power) = command.power(permit.name()) else { return Ok(()) };
    // Whoever came in person acts in person; but a result is handed to nobody's agent.
    if case.help != Some(Help::Proxy) && power != Power::Collect {
        return Ok(());
    }
    let state = case.mandate.as_ref().ok_or(Refusal::NoMandate)?;
    if !state.holds_on(now.today()) {
        return Err(Refusal::MandateOver { until: state.ended.unwrap_or(state.mandate.until) });
    }
    if state.mandate.powers.contains(&power) { Ok(()) } else { Err(Refusal::PowerNotGiven { power }) }
}

fn acts(case: &Case, command: Command, permit: &Permit, now: &Moment<'_>) -> Result<Vec<What>, Refusal> {
    let act = match command {
        Command::Consult { help, way, words } => What::Consulted { help, way, words },
        Command::Tell { version, how } => What::Told { version, how },
        Command::GiveNotice { lines, raised_by } => notice(case, lines, raised_by, now)?,
        Command::Entrust(mandate) => entrust(mandate, permit)?,
        Command::EndMandate { reason } => What::MandateEnded { reason },
        Command::Receive { receipt, proxy } => receive(case, *receipt, proxy, now)?,
        Command::Supplement { papers } => supplement(case, papers)?,
        Command::CheckId { from, number } => return check_id(from, number),
        Command::HandOver { to } => What::HandedOver { to: filled(to, Entry::Organ)? },
        // 即办件: from 收件 to 受理 only together with the result (Annex C).
        Command::Accept { basis }
            if basis != AcceptanceBasis::Deemed && case.stage == Stage::Received && case.whole.is_none() =>
        {
            return Err(Refusal::NoSuchMove { from: case.stage });
        }
        Command::Accept { basis } => accept(case, basis, now)?,
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office } => {
            let right_office = filled(right_office, Entry::Organ)?;
            What::NotAccepted { reason: NotAccepted::OtherOrgan, right_office }
        }
        Command::RefuseAcceptance { reason, right_office } => What::NotAccepted { reason, right_office },
        // What is to be done of a bundle is done in its steps.
        Command::Start if case.whole.is_some() => return Err(Refusal::NoSuchMove { from: case.stage }),
        Command::Start => What::Started,
        Command::Suspend { kind, expected_days, notice_no } => {
            known_stop(case, kind)?;
            if expected_days == 0 {
                return Err(Refusal::Empty { what: Entry::Days });
            }
            let notice_no = filled(notice_no, Entry::NoticeNumber)?;
            What::Suspended { kind, from: now.today(), expected_days, notice_no }
        }
        Command::Resume => What::Resumed { to: now.today() },
        Command::Extend { days, approver, reason, notice_no } => {
            in_time_to_extend(case, now)?;
            within_law(case, days)?;
            What::Extended {
                days,
                approver: filled(approver, Entry::Approver)?,
                reason: filled(reason, Entry::Reasons)?,
                notice_no: filled(notice_no, Entry::NoticeNumber)?,
            }
        }
        Command::Decide(decision) => result(case, decision, now)?,
        Command::FinishAtOnce { number } => return at_once(case, number, now),
        Command::Withdraw { reason, papers_returned } => What::Withdrawn { reason, papers_returned },
        Command::Deliver { way, signer, relation } => deliver(way, signer, relation, now)?,
        Command::EnterRating { grade, channel } => What::Rated { grade, channel },
        Command::Archive => What::Archived,
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
        Command::Beside(act) => beside::gate::decide(case, *act, permit, now)?,
    };
    Ok(vec![act])
}

fn filled(text: String, what: Entry) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::Empty { what }) } else { Ok(text) }
}

/// R50, R52: one notice lists everything; a later one with new lines must be raised by new papers.
fn notice(case: &Case, lines: Vec<NoticeLine>, raised_by: String, now: &Moment<'_>) -> Result<What, Refusal> {
    if lines.is_empty() {
        return Err(Refusal::Empty { what: Entry::NoticeLines });
    }
    beside::gate::not_asked_again(case, &lines)?;
    let told = case.notices.iter().flat_map(|(_, notice)| &notice.lines);
    let told: Vec<&str> = told.map(|line| line.paper.as_str()).collect();
    let adds = !told.is_empty() && lines.iter().any(|line| !told.contains(&line.paper.as_str()));
    if adds && raised_by.trim().is_empty() {
        return Err(Refusal::SecondList);
    }
    if let Some(from) = clocks::deemed_from(case, now.calendar).filter(|from| now.today() >= *from) {
        // The term passed in silence: the file counts as accepted (行政许可法 art 32(4)), and no notice undoes that.
        return Err(Refusal::TooLateToTell { ended: from.yesterday().unwrap_or(from) });
    }
    let no = u8::try_from(case.notices.len() + 1).unwrap_or(u8::MAX);
    let term = clocks::supplement_term(case, now);
    Ok(What::Noticed(Notice { no, lines, term, raised_by }))
}

/// R63, R64, R65.
fn entrust(mandate: Mandate, permit: &Permit) -> Result<What, Refusal> {
    if mandate.powers.is_empty() {
        return Err(Refusal::Empty { what: Entry::Powers });
    }
    let longest = mandate.from.saturating_add(jiff::Span::new().years(1));
    if mandate.until < mandate.from || mandate.until > longest {
        return Err(Refusal::BadTerm);
    }
    match &mandate.signature {
        Signature::Thumb { witness } if witness.trim().is_empty() => Err(Refusal::Empty { what: Entry::Witness }),
        Signature::Thumb { witness } if witness.trim() == permit.name() => Err(Refusal::WitnessIsAgent),
        Signature::Guardian { name, relation } if name.trim().is_empty() || relation.trim().is_empty() => {
            Err(Refusal::Empty { what: Entry::Guardian })
        }
        _ => Ok(What::Mandated(mandate)),
    }
}

/// R46, R63, R66.
fn receive(case: &Case, receipt: Receipt, proxy: ProxyMode, now: &Moment<'_>) -> Result<What, Refusal> {
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

/// R53: the papers brought are noted; when none is missing any more the supplement is complete.
fn supplement(case: &Case, papers: Vec<PaperLine>) -> Result<What, Refusal> {
    if papers.is_empty() {
        return Err(Refusal::Empty { what: Entry::Papers });
    }
    let brought = |name: &str| papers.iter().any(|paper| paper.name == name && paper.state != PaperState::Missing);
    let asked = case.notices.last().map(|(_, notice)| notice.lines.as_slice()).unwrap_or_default();
    let in_before = |name: &str| case.papers.iter().any(|p| p.name == name && p.state != PaperState::Missing);
    // A paper that was there already and is asked for again was wrong: only bringing it anew answers the notice.
    let noticed_complete = asked.iter().all(|line| brought(&line.paper) || since_notice(case, &line.paper));
    let none_missing = case.missing().all(|paper| brought(&paper.name) || in_before(&paper.name));
    let complete = noticed_complete && none_missing;
    let completeness = if complete { Completeness::Complete } else { Completeness::Partly };
    Ok(What::Supplemented { papers, completeness })
}

/// Whether a paper that was missing at the receipt has come in since.
fn since_notice(case: &Case, name: &str) -> bool {
    let was = |papers: &[PaperLine]| papers.iter().find(|paper| paper.name == name).map(|paper| paper.state);
    let at_receipt = case.receipt.as_ref().and_then(|(_, receipt)| was(&receipt.papers));
    let now = was(&case.papers);
    now.is_some_and(|state| state != PaperState::Missing) && at_receipt != now
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

/// R60: once, and before the first end.
fn in_time_to_extend(case: &Case, now: &Moment<'_>) -> Result<(), Refusal> {
    match clocks::statutory_end(case, now.calendar) {
        Some(ended) if now.today() > ended => Err(Refusal::TooLateToProlong { ended }),
        _ => Ok(()),
    }
}

/// R59: no other kind of time stops the clock of this item.
fn known_stop(case: &Case, kind: StopKind) -> Result<(), Refusal> {
    let known = |(_, receipt): &(Mark, Receipt)| item_law::stops(&receipt.item).any(|known| known == kind);
    if case.receipt.as_ref().is_none_or(known) { Ok(()) } else { Err(Refusal::StopNotForItem) }
}

/// R60: no longer than the law of the item allows.
fn within_law(case: &Case, days: u16) -> Result<(), Refusal> {
    let Some((_, receipt)) = &case.receipt else { return Ok(()) };
    let most = item_law::longest_extension(receipt).ok_or(Refusal::NothingToProlong)?;
    match days {
        0 => Err(Refusal::Empty { what: Entry::Days }),
        days if days > most => Err(Refusal::TooManyDays { most }),
        _ => Ok(()),
    }
}

/// R68: a result is not older than what it decides and not from tomorrow, and it holds for a day at least.
fn dated(decision: &Decision, first: Option<Date>, today: Date) -> Result<(), Refusal> {
    let what = Entry::DecidedOn;
    if let Some(first) = first.filter(|first| decision.on < *first) {
        return Err(Refusal::DateTooEarly { what, first });
    }
    if decision.on > today {
        return Err(Refusal::DateTooLate { what, last: today });
    }
    match decision.valid_until {
        Some(until) if until < decision.on => {
            Err(Refusal::DateTooEarly { what: Entry::ValidUntil, first: decision.on })
        }
        _ => Ok(()),
    }
}

/// R53, R68: a refusal has reasons, a grant has a number, a return waits for the notice's term.
fn result(case: &Case, decision: Decision, now: &Moment<'_>) -> Result<What, Refusal> {
    match decision.outcome {
        // From 受理 to 办结 only in the one press of a 即办件 (Annex C).
        Outcome::Granted | Outcome::Denied if case.stage == Stage::Accepted => {
            return Err(Refusal::NoSuchMove { from: case.stage });
        }
        Outcome::Granted => {
            filled(decision.number.clone(), Entry::ResultNumber)?;
        }
        Outcome::Denied => {
            filled(decision.reasons.clone(), Entry::Reasons)?;
            filled(decision.number.clone(), Entry::ResultNumber)?;
        }
        Outcome::Returned => {
            let term = case.notices.last().and_then(|(_, notice)| notice.term);
            if let Some(until) = term.filter(|until| now.today() <= *until) {
                return Err(Refusal::TooEarly { until });
            }
            dated(&decision, term.and_then(|until| until.tomorrow().ok()), now.today())?;
        }
        Outcome::Withdrawn => return Err(Refusal::NoSuchMove { from: case.stage }),
    }
    dated(&decision, case.acceptance.map(|(on, _)| on), now.today())?;
    Ok(What::Decided(decision))
}

fn at_once(case: &Case, number: String, now: &Moment<'_>) -> Result<Vec<What>, Refusal> {
    if !case.is_on_the_spot() {
        return Err(Refusal::NoSuchMove { from: case.stage });
    }
    let number = filled(number, Entry::ResultNumber)?;
    let accepted = accept(case, AcceptanceBasis::Complete, now)?;
    let (outcome, on, reasons) = (Outcome::Granted, now.today(), String::new());
    Ok(vec![accepted, What::Decided(Decision { outcome, on, number, reasons, valid_until: None })])
}

/// What is there already is not added again.
fn add_file(case: &Case, line: FileLine) -> Result<What, Refusal> {
    match case.files.get(line.hash, &line.paper) {
        Some(_) => Err(Refusal::FileThere),
        None => Ok(What::FileAdded(line)),
    }
}

/// R183: the sheet bears its turn, so it is the next one and no other.
fn print(case: &Case, line: PrintLine) -> Result<What, Refusal> {
    let number = filled(line.number.clone(), Entry::NoticeNumber)?;
    let next = case.prints.count(line.paper, &number).saturating_add(1);
    if line.turn == next { Ok(What::Printed(line)) } else { Err(Refusal::DoneBefore) }
}

/// R69: someone else than the applicant signs with the relation named.
fn deliver(way: DeliveryWay, signer: String, relation: String, now: &Moment<'_>) -> Result<What, Refusal> {
    let signer = filled(signer, Entry::Signer)?;
    if way == DeliveryWay::ForOther && relation.trim().is_empty() {
        return Err(Refusal::RelationNeeded);
    }
    Ok(What::Delivered { on: now.today(), way, signer, relation })
}
