//! Papers of a case: listed, looked at, printed.
//!
//! - O1: what is printed is what was looked at, byte for byte; if the case has changed meanwhile nothing is printed.
//! - O2: a print stands in the case, with the hash of its PDF, before the paper leaves the program. What then goes wrong at the
//!   printer costs a sheet that says 补打 and never a paper that nobody knows of.
//! - O3: whole numbers of a person are shown on a paper only after it is written down who looks (V1).

mod build;

pub(super) use build::{is_injury, title};

use daiban_model::access::{Action, permit};
use daiban_model::api::{
    Audited, Bytes, Changed, Failure, ListPapers, LookAtPaper, Outlet, PaperFault, PaperOffer, PaperPage, PaperRef,
    PaperView, PrintPaper, Seen,
};
use daiban_model::case::Command;
use daiban_model::case::event::{PaperName, PrintLine};
use daiban_model::case::field::Field;
use daiban_model::form::{Sheet, Size};
use daiban_model::ids::FileHash;
use daiban_model::injury::KitPaper;
use jiff::civil::Date;

use super::Engine;
use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use crate::print::{self, Pages, PrintFault};
use crate::store::Store;

/// A paper of a case, ready to be laid out.
struct Made {
    sheet: Sheet,
    /// The paper's own date.
    on: Date,
    /// What stands on it whole.
    whole: Vec<Seen>,
}

/// A printed paper on its way out of the program.
#[derive(Debug, Clone)]
pub struct Print {
    /// The file.
    pub pdf: Vec<u8>,
    /// What a queue or a folder calls it: the kind of paper and its number, nobody's name.
    pub title: String,
    /// Which print it is.
    pub turn: u16,
}

impl<S: Store> Answer<S> for ListPapers {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<PaperOffer>, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        Ok(build::papers(&file).into_iter().map(|paper| offer(&file, paper)).collect())
    }
}

impl<S: Store> Answer<S> for LookAtPaper {
    async fn answer(self, engine: &mut Engine<S>) -> Result<PaperView, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let made = desk.made(&file, self.paper, self.size)?;
        let turn = made.sheet.head.print;
        let (view, _) = seen(&laid_out(&made)?, turn)?;
        if !made.whole.is_empty() {
            desk.looked(&file, &made.whole).await?;
        }
        Ok(view)
    }
}

impl<S: Store> Engine<S> {
    /// Makes a paper, writes the print down and hands the file over. O1, O2
    pub async fn print_paper(&mut self, call: &PrintPaper) -> Result<Print, Failure> {
        if matches!(call.to, Outlet::Printer { copies: 0 }) {
            return Err(super::internal("no copies"));
        }
        let desk = self.desk()?;
        let file = desk.file(call.id).await?;
        let made = desk.made(&file, call.paper, call.size)?;
        let pages = laid_out(&made)?;
        let pdf = pages.pdf().map_err(fault)?;
        if hash(&pdf) != call.hash {
            return Err(Failure::Paper { why: PaperFault::Changed });
        }
        let (number, turn) = (made.sheet.head.number, made.sheet.head.print);
        let title = [title(call.paper.name), &number].join("-");
        let title = title.trim_end_matches('-').to_owned();
        let pages = u16::try_from(pages.count()).unwrap_or(u16::MAX);
        let line = PrintLine { paper: call.paper.name, number, turn, pages, hash: call.hash };
        desk.act(file, Command::Print(line)).await?;
        desk.audit(&[Audited::Printed { case: call.id, paper: call.paper.name }]).await?;
        self.tell(Changed::Cases { ids: vec![call.id] });
        Ok(Print { pdf, title, turn })
    }
}

impl<S: Store> Desk<S> {
    /// A paper of a case with its turn.
    fn made(&self, file: &OpenFile, paper: PaperRef, size: Size) -> Result<Made, Failure> {
        let subject = file.subject();
        // Whoever may not put a print into the case does not get a paper out of it.
        self.may(Action::Annotate, &subject)?;
        let reveal = permit(&self.who, Action::Reveal, &subject).ok();
        let not_there = || Failure::Paper { why: PaperFault::NotThere };
        let number = build::number(file, paper);
        let mut made = self.sheet(file, paper, reveal.as_ref()).ok_or_else(not_there)?;
        made.sheet.head.print = file.facts.case.prints.count(paper.name, &number).saturating_add(1);
        made.sheet.head.number = number;
        // A roll is for the slip that people take home.
        made.sheet.head.size = if paper.name == PaperName::Receipt { size } else { Size::A4 };
        Ok(made)
    }
}

fn offer(file: &OpenFile, paper: PaperRef) -> PaperOffer {
    let number = build::number(file, paper);
    let printed = file.facts.case.prints.count(paper.name, &number);
    PaperOffer { paper, number, printed, copies: copies(paper.name) }
}

/// The set for a bedside (R103): what was told and signed already as it stands, the rest to be finished by hand.
pub(super) fn kit(file: &OpenFile) -> Vec<PaperOffer> {
    let papers = build::papers(file);
    let latest = |kit: KitPaper| {
        let fits =
            |paper: &&PaperRef| paper.name == kit.paper() && (paper.name != PaperName::Interview || paper.no == 0);
        papers.iter().rev().find(fits).map(|paper| offer(file, *paper))
    };
    KitPaper::ALL.into_iter().filter_map(latest).collect()
}

impl Made {
    /// A paper on which no number of a person stands whole.
    fn masked(sheet: Sheet, on: Date) -> Self {
        Self { sheet, on, whole: Vec::new() }
    }
}

/// The registers that a mandate bears whole.
fn on_a_mandate() -> Vec<Seen> {
    vec![Seen::Field(Field::CitizenId), Seen::Field(Field::Phone)]
}

/// A paper that is of no case: as it is looked at, and the file it is printed from.
pub(super) fn beside(sheet: &Sheet, on: Date) -> Result<(PaperView, Vec<u8>), Failure> {
    seen(&print::lay_out(sheet, on).map_err(fault)?, sheet.head.print)
}

fn seen(pages: &Pages, turn: u16) -> Result<(PaperView, Vec<u8>), Failure> {
    let pdf = pages.pdf().map_err(fault)?;
    let page = |(svg, words): (String, String)| PaperPage { picture: Bytes(svg.into_bytes()), words };
    let pages = pages.pictures().into_iter().map(page).collect();
    Ok((PaperView { hash: hash(&pdf), turn, pages }, pdf))
}

fn laid_out(made: &Made) -> Result<Pages, Failure> {
    print::lay_out(&made.sheet, made.on).map_err(fault)
}

fn hash(pdf: &[u8]) -> FileHash {
    FileHash(*blake3::hash(pdf).as_bytes())
}

fn fault(fault: PrintFault) -> Failure {
    let why = match fault {
        PrintFault::NoGlyph { sign } => PaperFault::NoGlyph { sign },
        PrintFault::TooLong => PaperFault::TooLong,
        PrintFault::Template { .. } => {
            tracing::error!(%fault, "a paper could not be made");
            PaperFault::Template
        }
    };
    Failure::Paper { why }
}

/// How many sheets the foot of a paper names.
fn copies(paper: PaperName) -> u8 {
    match paper {
        PaperName::Mandate => 3,
        PaperName::InjuryClaim => 3,
        PaperName::DeliveryProof
        | PaperName::SpokenGuide
        | PaperName::Checklist
        | PaperName::Interview
        | PaperName::HomeVisit
        | PaperName::Label => 1,
        _ => 2,
    }
}
