//! What people do at a station: drafts, cases, searches, attachments.

use daiban_model::api::{
    Act, AddFile, Bytes, CasePage, CaseRow, Consent, Draft, DraftId, Failure, FileSize, GetDraft, GetFile, GotFile,
    ListCases, OpenCase, PreviewDraft, ReceiveDraft, SaveDraft, SearchCases, SetField, SignatureKind, StartDraft,
    Taken, View,
};
use daiban_model::case::Command;
use daiban_model::case::event::{Keeper, OriginalsMoved, PaperState, Power};
use daiban_model::case::field::Field;
use daiban_model::ids::{CaseId, FileHash};

use super::{Papers, Station};
use crate::world::{Person, must};

impl Station {
    /// A draft with everything asked, not yet received.
    pub fn draft(&mut self, person: &Person, item: &str, papers: Papers, change: impl FnOnce(&mut Draft)) -> DraftId {
        must("a draft", self.try_draft(person, item, papers, change))
    }

    /// The same, where something may come between.
    pub fn try_draft(
        &mut self,
        person: &Person,
        item: &str,
        papers: Papers,
        change: impl FnOnce(&mut Draft),
    ) -> Result<DraftId, Failure> {
        let mut draft = self.call(StartDraft { from: None, item: Some(must("an item code", item.parse())) })?;
        draft.person = person.typed();
        let id = draft.id;
        self.call(SaveDraft { draft: draft.clone() })?;
        draft.papers = self.call(PreviewDraft { id })?.papers;
        for (at, paper) in draft.papers.iter_mut().enumerate() {
            let missing = matches!(papers, Papers::Without(absent) if absent == at);
            paper.state = Some(if missing { PaperState::Missing } else { PaperState::Original });
        }
        draft.mandate.powers = [Power::FillForms, Power::Submit, Power::Supplement, Power::Follow].into();
        draft.mandate.until = "2026-12-31".into();
        draft.mandate.signature = Some(SignatureKind::Hand);
        draft.mandate.consent = Some(Consent::Given);
        change(&mut draft);
        self.call(SaveDraft { draft })?;
        Ok(id)
    }

    /// 收件, with all papers.
    pub fn receive(&mut self, person: &Person, item: &str) -> CaseId {
        self.receive_with(person, item, Papers::All, |_| ()).cases[0]
    }

    /// 收件, with something special about it.
    pub fn receive_with(
        &mut self,
        person: &Person,
        item: &str,
        papers: Papers,
        change: impl FnOnce(&mut Draft),
    ) -> Taken {
        let id = self.draft(person, item, papers, change);
        self.ask(ReceiveDraft { id })
    }

    /// The last saved text of a draft.
    pub fn saved(&mut self, id: DraftId) -> Draft {
        *self.ask(GetDraft { id })
    }

    /// Moves a case; the rules may refuse.
    pub fn try_act(&mut self, id: CaseId, command: Command) -> Result<CasePage, Failure> {
        self.call(Act { id, command }).map(|page| *page)
    }

    /// Moves a case.
    #[track_caller]
    pub fn act(&mut self, id: CaseId, command: Command) -> CasePage {
        *self.ask(Act { id, command })
    }

    /// Hands a case over.
    #[track_caller]
    pub fn hand_over(&mut self, id: CaseId) -> CasePage {
        self.act(id, Command::HandOver { to: "吉忽伦图苏木便民服务中心".into() })
    }

    /// Gives every original back, against the applicant's signature.
    #[track_caller]
    pub fn give_back(&mut self, id: CaseId) -> CasePage {
        let page = self.page(id);
        let out = page.care.originals.iter().filter(|original| original.keeper.is_out());
        let papers = out.map(|original| original.paper.clone()).collect();
        let to = Keeper::Person { signer: page.row.name };
        self.act(id, Command::MoveOriginals(OriginalsMoved { papers, to, place: String::new() }))
    }

    /// Adds a note.
    #[track_caller]
    pub fn note(&mut self, id: CaseId, text: &str) -> CasePage {
        self.act(id, Command::Note { text: text.into() })
    }

    /// Types a field.
    pub fn set(&mut self, id: CaseId, field: Field, value: &str) -> Result<CasePage, Failure> {
        self.call(SetField { id, field, value: value.into() }).map(|page| *page)
    }

    /// The page of a case.
    #[track_caller]
    pub fn page(&mut self, id: CaseId) -> CasePage {
        *self.ask(OpenCase { id })
    }

    /// All cases, the unfinished ones first.
    pub fn list(&mut self) -> Vec<CaseRow> {
        self.ask(ListCases { view: View::All, after: None, limit: 200 }).rows
    }

    /// What a search finds.
    pub fn search(&mut self, text: &str) -> Vec<CaseRow> {
        self.ask(SearchCases { text: text.into(), after: None, limit: 200 }).rows
    }

    /// Adds a picked file to a case.
    pub fn attach(&mut self, case: CaseId, paper: &str, label: &str, bytes: &[u8]) -> Result<CasePage, Failure> {
        let (paper, label, bytes) = (paper.into(), label.into(), Bytes(bytes.to_owned()));
        self.call(AddFile { case, paper, label, bytes }).map(|page| *page)
    }

    /// Looks at an attachment.
    pub fn look(&mut self, case: CaseId, file: FileHash, size: FileSize) -> Result<GotFile, Failure> {
        self.call(GetFile { case, file, size })
    }
}
