//! The edge at which a paper leaves the program: the system's printer, or a folder of the person.
//!
//! The engine starts no programs and writes no files for people; a shell that can gives it a [`Printer`].

use std::future::Future;
use std::pin::Pin;

/// What a shell's printing comes to.
pub type Outcome<'a, T> = Pin<Box<dyn Future<Output = Result<T, PrinterFault>> + Send + 'a>>;

/// A way for papers out of the program.
pub trait Printer: Send + Sync + 'static {
    /// Whether the system prints anywhere, asked before a print is written down.
    fn ready(&self) -> Outcome<'_, ()>;
    /// Hands a PDF to the system's printer. `title` is what its queue shows.
    fn print<'a>(&'a self, title: &'a str, pdf: &'a [u8], copies: u8) -> Outcome<'a, ()>;
    /// Writes a PDF where the person keeps documents and says where that is.
    fn save<'a>(&'a self, title: &'a str, pdf: &'a [u8]) -> Outcome<'a, String>;
}

/// Why a paper did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrinterFault {
    /// The system has no printer set up.
    #[error("no printer is set up")]
    NoPrinter,
    /// The system has one and did not take the paper.
    #[error("the printer did not take the paper")]
    Refused,
    /// The file could not be written.
    #[error("the file could not be written")]
    NotSaved,
}

/// A shell without any way out.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPrinter;

impl Printer for NoPrinter {
    fn ready(&self) -> Outcome<'_, ()> {
        Box::pin(async { Err(PrinterFault::NoPrinter) })
    }

    fn print<'a>(&'a self, _: &'a str, _: &'a [u8], _: u8) -> Outcome<'a, ()> {
        self.ready()
    }

    fn save<'a>(&'a self, _: &'a str, _: &'a [u8]) -> Outcome<'a, String> {
        Box::pin(async { Err(PrinterFault::NotSaved) })
    }
}
