//! How long what a hand typed may be. Everything in a command is stored for ever and travels over thin lines.
//!
//! B1: every text and every list of a command has a bound, looked at before anything else is; a new command does not compile
//! until it says which.

use super::{Command, Entry, Refusal, bundle, home};
use crate::case::beside::gate;
use crate::case::event::{
    Callback, Charge, Decision, FileLine, Keeper, Mandate, NoticeLine, OriginalsMoved, PaperLine, PrintLine,
    PromiseCheck, Receipt, Signature,
};

/// Longest name of a person, or what somebody is to somebody (R86).
pub const NAME: usize = 50;
/// Longest number of a document or paper.
pub const NUMBER: usize = 100;
/// Longest line: an organ, a paper, where to get it.
pub const LINE: usize = 200;
/// Longest value of a register.
pub const VALUE: usize = 500;
/// Longest text of its own: a note, reasons, a question in plain words.
pub const TEXT: usize = 2_000;
/// Most lines of a list: papers, lines of a notice, values that were dropped.
pub const LINES: usize = 100;

/// Says which text or list of a command is too long. B1.
pub(super) fn look(command: &Command) -> Result<(), Refusal> {
    use Entry as E;
    match command {
        Command::Consult { words, help: _, way: _ } => text(E::Text, words),
        Command::Tell { version: _, how: _ } => Ok(()),
        Command::GiveNotice { lines, raised_by, trigger } => {
            notice(lines)?;
            line(E::Papers, trigger)?;
            line(E::Text, raised_by)
        }
        Command::Entrust(mandate) => signed(mandate),
        Command::Receive { receipt, proxy: _ } => taken(receipt),
        Command::Supplement { papers: brought } => papers(brought),
        Command::CheckId { from: _, number } => short(E::IdNumber, number),
        Command::HandOver { to } => line(E::Organ, to),
        Command::RefuseAcceptance { reason: _, right_office, words } => {
            line(E::Organ, right_office)?;
            text(E::Reasons, words)
        }
        Command::Suspend { notice_no, kind: _, expected_days: _ } => short(E::NoticeNumber, notice_no),
        Command::Extend { approver, reason, notice_no, days: _ } => {
            within(E::Approver, approver, NAME)?;
            text(E::Reasons, reason)?;
            short(E::NoticeNumber, notice_no)
        }
        Command::Decide(Decision { number, reasons, outcome: _, on: _, valid_until: _ }) => {
            short(E::ResultNumber, number)?;
            text(E::Reasons, reasons)
        }
        Command::FinishAtOnce { number } => short(E::ResultNumber, number),
        Command::Withdraw { reason, papers_returned: _ } => text(E::Reasons, reason),
        Command::Deliver { signer, relation, way: _ } => {
            within(E::Signer, signer, NAME)?;
            within(E::Relation, relation, NAME)
        }
        Command::EnterRating { channel, grade: _ } => line(E::Channel, channel),
        // What stood in a register may be anything that another device wrote; it is cut where it is told.
        Command::Type { to, field: _, from: _ } => within(E::Value, to, VALUE),
        Command::Note { text: words } => text(E::Text, words),
        Command::Correct { value, reason, field: _ } => {
            within(E::Value, value, VALUE)?;
            text(E::Reasons, reason)
        }
        Command::Review { finding, act: _ } => text(E::Text, finding),
        // What stays is one of those values, or was looked at as a field is.
        Command::Settle { kept: _, dropped, field: _ } => few(E::Value, dropped.len()),
        Command::Link { reason, other: _ } => text(E::Reasons, reason),
        Command::AddFile(FileLine { paper, label, hash: _, kind: _, bytes: _, thumb: _ }) => {
            line(E::Papers, paper)?;
            short(E::Text, label)
        }
        Command::SetAsideFile { paper, reason, hash: _ } => {
            line(E::Papers, paper)?;
            text(E::Reasons, reason)
        }
        Command::BookVisit(booking) => home::look_at_booking(booking),
        Command::MoveVisit { reason, of: _, to: _ } | Command::RefuseVisit { reason, of: _ } => {
            text(E::Reasons, reason)
        }
        Command::RecordVisit(visit) => home::look_at_visit(visit),
        Command::RecordInterview(interview) => home::look_at_interview(interview),
        Command::AddToInterview(addition) => home::look_at_addition(addition),
        Command::Explain { text: words } => text(E::Text, words),
        // No set holds more than there are grounds.
        Command::TellGrounds { grounds: _ } | Command::GradeVisit { of: _, grade: _ } => Ok(()),
        Command::Order(order) => bundle::look_at_order(order),
        Command::OpenStep(opening) => bundle::look_at_opening(opening),
        Command::AnswerStep { result, step: _, outcome: _ } => text(E::Text, result),
        Command::DropStep { reason, step: _ } => text(E::Reasons, reason),
        Command::CloseWhole(Decision { number, reasons, outcome: _, on: _, valid_until: _ }) => {
            short(E::ResultNumber, number)?;
            text(E::Reasons, reasons)
        }
        Command::AskStep { step: _ } | Command::ChooseResults { choice: _ } => Ok(()),
        Command::Print(PrintLine { number, paper: _, turn: _, pages: _, hash: _ }) => short(E::NoticeNumber, number),
        Command::PayCharge(Charge { payee, receipt_no, amount: _ }) => {
            line(E::Payee, payee)?;
            short(E::ReceiptNumber, receipt_no)
        }
        Command::PromiseLater { secondary, signature: signed, until: _, record: _ } => {
            names(secondary)?;
            signature(signed)
        }
        Command::PromiseInstead { papers: promised, allowed, signature: signed, record: _ } => {
            names(promised)?;
            names(allowed)?;
            signature(signed)
        }
        Command::CheckPromise(PromiseCheck { measure, of: _, finding: _ }) => text(E::Measure, measure),
        Command::MoveOriginals(moved) => originals(moved),
        Command::PauseMandate { reason } => text(E::Reasons, reason),
        Command::LeaveDocument { witnesses, reason } => {
            few(E::Witness, witnesses.len())?;
            witnesses.iter().try_for_each(|witness| line(E::Witness, witness))?;
            text(E::Reasons, reason)
        }
        Command::CallBack(Callback { spoke_with, words, grade: _ }) => {
            within(E::SpokeWith, spoke_with, NAME)?;
            text(E::Text, words)
        }
        Command::Beside(act) => gate::look(act),
        Command::EndMandate { reason: _ }
        | Command::BreakPromise { of: _ }
        | Command::ResumeMandate
        | Command::Come { cause: _, most: _ }
        | Command::Remind { kind: _ }
        | Command::Accept { basis: _ }
        | Command::Start
        | Command::Resume
        | Command::Archive => Ok(()),
    }
}

/// What stood in a register, as far as it is told beside what stands there now.
pub(super) fn cut(text: String) -> String {
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

pub(super) fn signed(mandate: &Mandate) -> Result<(), Refusal> {
    short(Entry::Witness, &mandate.proof)?;
    signature(&mandate.signature)
}

fn names(papers: &[String]) -> Result<(), Refusal> {
    few(Entry::Papers, papers.len())?;
    papers.iter().try_for_each(|paper| line(Entry::Papers, paper))
}

fn originals(moved: &OriginalsMoved) -> Result<(), Refusal> {
    names(&moved.papers)?;
    line(Entry::Place, &moved.place)?;
    match &moved.to {
        Keeper::Person { signer } => within(Entry::Signer, signer, NAME),
        Keeper::Office { name } => line(Entry::Organ, name),
        Keeper::Agent { .. } | Keeper::File => Ok(()),
    }
}

pub(in crate::case) fn signature(signature: &Signature) -> Result<(), Refusal> {
    match signature {
        Signature::Hand => Ok(()),
        Signature::Thumb { witness } => within(Entry::Witness, witness, NAME),
        Signature::Guardian { name, relation } => {
            within(Entry::Guardian, name, NAME)?;
            within(Entry::Guardian, relation, NAME)
        }
    }
}

pub(super) fn taken(receipt: &Receipt) -> Result<(), Refusal> {
    line(Entry::Text, &receipt.item_name)?;
    papers(&receipt.papers)
}

fn notice(lines: &[NoticeLine]) -> Result<(), Refusal> {
    few(Entry::NoticeLines, lines.len())?;
    lines.iter().try_for_each(|told| {
        line(Entry::NoticeLines, &told.paper)?;
        line(Entry::NoticeLines, &told.hint)
    })
}

pub(in crate::case) fn papers(papers: &[PaperLine]) -> Result<(), Refusal> {
    few(Entry::Papers, papers.len())?;
    papers.iter().try_for_each(|paper| line(Entry::Papers, &paper.name))
}

pub(in crate::case) fn few(what: Entry, lines: usize) -> Result<(), Refusal> {
    if lines > LINES { Err(Refusal::TooLong { what, most: LINES }) } else { Ok(()) }
}

fn short(what: Entry, text: &str) -> Result<(), Refusal> {
    within(what, text, NUMBER)
}

pub(in crate::case) fn line(what: Entry, text: &str) -> Result<(), Refusal> {
    within(what, text, LINE)
}

pub(in crate::case) fn text(what: Entry, text: &str) -> Result<(), Refusal> {
    within(what, text, TEXT)
}

pub(in crate::case) fn within(what: Entry, text: &str, most: usize) -> Result<(), Refusal> {
    // Characters are counted only where there are bytes enough for too many of them.
    let long = text.len() > most && text.chars().count() > most;
    if long { Err(Refusal::TooLong { what, most }) } else { Ok(()) }
}
