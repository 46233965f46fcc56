//! Papers on their way out. What is printed is what was looked at: a look gives the hash, and the print asks for just that.

use daiban_model::api::{
    Failure, LookAtPaper, Outlet, PaperFault, PaperOffer, PaperOut, PaperRef, PaperView, PrintPaper,
};
use daiban_model::form::Size;
use daiban_model::ids::CaseId;

use crate::transport;

/// Where the person wants a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The system's printer.
    Printer,
    /// A file in the folder of documents.
    File,
}

impl Way {
    fn outlet(self, offer: &PaperOffer) -> Outlet {
        match self {
            Self::Printer => Outlet::Printer { copies: offer.copies },
            Self::File => Outlet::Folder,
        }
    }
}

/// Asks for the pages of a paper.
pub async fn look(id: CaseId, paper: PaperRef, size: Size) -> Result<PaperView, Failure> {
    transport::call(LookAtPaper { id, paper, size }).await
}

/// Puts out what was looked at.
pub async fn put_out(
    id: CaseId,
    offer: &PaperOffer,
    size: Size,
    view: &PaperView,
    way: Way,
) -> Result<PaperOut, Failure> {
    let (paper, to) = (offer.paper, way.outlet(offer));
    transport::call(PrintPaper { id, paper, size, hash: view.hash, to }).await
}

/// Several papers in one press, each as it is now. Answers where the last one lies, or what stopped it and how many were out by then.
pub async fn put_out_all(papers: &[(CaseId, PaperOffer)], way: Way) -> Result<String, (usize, Failure)> {
    let mut place = String::new();
    for (done, (id, offer)) in papers.iter().enumerate() {
        let stopped = |failure| (done, failure);
        let view = look(*id, offer.paper, Size::A4).await.map_err(stopped)?;
        place = put_out(*id, offer, Size::A4, &view, way).await.map_err(stopped)?.place;
    }
    Ok(place)
}

/// Whether the paper is another one after such a failure: the case changed, or the print stands in it although no sheet came out. A printer
/// that is not there is found out before.
pub fn is_another_now(failure: &Failure) -> bool {
    !matches!(failure, Failure::Paper { why: PaperFault::NoPrinter })
}
