//! Papers of a case: which there are, how they look, and onto the printer or into a file with them.

use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use crate::case::event::PaperName;
use crate::form::Size;
use crate::ids::{CaseId, FileHash};

/// Which papers a case has now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListPapers {
    /// Which case.
    pub id: CaseId,
}

/// One paper of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PaperRef {
    /// Which.
    pub name: PaperName,
    /// Of several of one kind, such as notices, which; 0 where there is one.
    pub no: u8,
}

/// A paper in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperOffer {
    /// Which.
    pub paper: PaperRef,
    /// The number on it.
    pub number: String,
    /// How often it was printed.
    pub printed: u16,
    /// How many sheets the law or the station wants of it.
    pub copies: u8,
}

/// A paper to look at. Numbers on it that are not masked are shown only to whoever may see them, and that is written down (R199).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookAtPaper {
    /// Which case.
    pub id: CaseId,
    /// Which paper.
    pub paper: PaperRef,
    /// On what.
    pub size: Size,
}

/// A paper as it will be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperView {
    /// The hash of the PDF. To print is to print just this.
    pub hash: FileHash,
    /// Which print it will be.
    pub turn: u16,
    /// Its pages.
    pub pages: Vec<PaperPage>,
}

/// One page on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperPage {
    /// An SVG picture of it.
    pub picture: Bytes,
    /// Everything that stands on it, in words, for whoever cannot see the picture.
    pub words: String,
}

/// Print what was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrintPaper {
    /// Which case.
    pub id: CaseId,
    /// Which paper.
    pub paper: PaperRef,
    /// On what.
    pub size: Size,
    /// What was looked at: if the case has changed since, nothing is printed and it is looked at anew.
    pub hash: FileHash,
    /// Where to.
    pub to: Outlet,
}

/// Where a paper goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Outlet {
    /// The printer that the system prints on.
    Printer {
        /// How many sheets of each page, at least one.
        copies: u8,
    },
    /// A PDF in the person's folder of documents.
    Folder,
}

/// It was handed on, and the print stands in the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperOut {
    /// Which print it was.
    pub turn: u16,
    /// Where the file lies; empty when it went to the printer.
    pub place: String,
}

/// Why there is no paper, or none came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PaperFault {
    /// The case has no such paper yet.
    NotThere,
    /// The case has changed since the paper was looked at.
    Changed,
    /// No font has this sign: it is written by hand.
    NoGlyph {
        /// The sign.
        sign: char,
    },
    /// More pages than a paper may have.
    TooLong,
    /// The system has no printer set up.
    NoPrinter,
    /// The system did not take the paper. The print stands in the case; printed again it bears 补打.
    PrinterRefused,
    /// The file could not be written.
    NotSaved,
    /// A defect of the program.
    Template,
}
