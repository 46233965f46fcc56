//! Papers of cases, as somebody at the desk reads them.

use daiban_model::api::{LookAtPaper, PaperRef};
use daiban_model::case::event::PaperName;
use daiban_model::form::Size;
use daiban_model::ids::CaseId;

use super::Station;
use crate::paper::run_on;

impl Station {
    /// What stands on a paper of a case, without white space.
    #[track_caller]
    pub fn reads(&mut self, id: CaseId, name: PaperName, no: u8) -> String {
        let view = self.ask(LookAtPaper { id, paper: PaperRef { name, no }, size: Size::A4 });
        view.pages.iter().map(|page| run_on(&page.words)).collect()
    }
}
