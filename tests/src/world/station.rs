//! A station and the people at it.

use std::path::Path;
use std::sync::Arc;

use daiban_core::doc;
use daiban_core::edge::{Edge, Scripted};
use daiban_core::engine::{Answer, DATABASE, Engine, Home, Outgoing, Turn};
use daiban_core::keys::{Cost, DatabaseKey};
use daiban_core::store::{
    Batch, CaseRecord, DeviceRow, DocState, Eyes, RowQuery, Store, Stored, StoredChange, StoredSegment,
};
use daiban_core::sync::http::RoadFault;
use daiban_core::sync::segment;
use daiban_model::api::{
    Act, CasePage, CaseRow, Consent, Draft, DraftId, Enrol, Failure, GetDraft, GetSync, ListCases, Lock, OpenCase,
    PreviewDraft, ReceiveDraft, SaveDraft, SearchCases, Session, SetField, SetPin, SignatureKind, StartDraft, SyncView,
    Taken, Unlock, View,
};
use daiban_model::case::Command;
use daiban_model::case::event::{PaperState, Power};
use daiban_model::case::field::Field;
use daiban_model::ids::CaseId;
use daiban_model::wire::{self, Segment};
use tempfile::TempDir;

use super::{District, Line, Newer, PIN, Person, Shelf, must, now, some};

/// A station of this world.
pub struct Station {
    /// Its name.
    pub name: String,
    /// The road to the district.
    pub line: Line,
    /// The last word of its engine on the road.
    engine: Option<Engine<Shelf>>,
    agent: String,
    clock: Scripted,
    shelf: Option<Shelf>,
    folder: TempDir,
}

/// What an exchange cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trip {
    /// Requests made.
    pub requests: u32,
    /// Bytes of their bodies.
    pub up: usize,
    /// Bytes of the answers' bodies.
    pub down: usize,
}

/// Which papers the person brought.
#[derive(Debug, Clone, Copy)]
pub enum Papers {
    /// All of them.
    All,
    /// All but the one at this place.
    Without(usize),
}

impl Station {
    /// A machine that no district knows yet.
    pub fn unenrolled(name: &str, clock: Scripted) -> Self {
        Self::fresh(name, clock, Some(Shelf::memory()))
    }

    pub(super) fn fresh(name: &str, clock: Scripted, shelf: Option<Shelf>) -> Self {
        let folder = must("a folder", tempfile::tempdir());
        let mut station =
            Self { name: name.to_owned(), line: Line::Open, engine: None, agent: String::new(), clock, shelf, folder };
        station.start();
        station
    }

    /// A second machine made from a copy of this one's disk.
    pub fn copy(&self, clock: Scripted) -> Self {
        let folder = must("a folder", tempfile::tempdir());
        for entry in must("the folder", std::fs::read_dir(self.folder.path())) {
            let from = must("a file", entry).path();
            let name = some("a name", from.file_name());
            must("a copy", std::fs::copy(&from, folder.path().join(name)));
        }
        let shelf = some("a memory disk", self.shelf.as_ref()).image();
        let (name, agent) = (self.name.clone(), self.agent.clone());
        let mut copy = Self { name, line: Line::Open, engine: None, agent, clock, shelf: Some(shelf), folder };
        copy.restart();
        copy
    }

    /// The program starts; nobody is signed in.
    pub fn start(&mut self) {
        let shelf = self.shelf.clone();
        let open = move |folder: &Path, key: &DatabaseKey| match &shelf {
            Some(shelf) => Ok(shelf.clone()),
            None => Shelf::encrypted(&folder.join(DATABASE), key),
        };
        let edge: Arc<dyn Edge> = Arc::new(self.clock.clone());
        let (folder, cost) = (self.folder.path().to_owned(), Cost::SIMULATION);
        let home = Home { folder, edge, cost, open: Box::new(open), hint: None };
        self.engine = Some(must("the engine starts", Engine::at(home)));
    }

    /// The program is gone from one moment to the next.
    pub fn kill(&mut self) {
        self.engine = None;
    }

    /// The program starts and the same person signs in.
    pub fn restart(&mut self) {
        self.start();
        let agent = self.agent.clone();
        must("she signs in again", self.sign_in(&agent, PIN));
    }

    fn engine(&mut self) -> &mut Engine<Shelf> {
        some("the program runs", self.engine.as_mut())
    }

    /// Makes a call.
    pub fn call<C: Answer<Shelf>>(&mut self, call: C) -> Result<C::Reply, Failure> {
        now(self.engine().call(call))
    }

    /// Makes a call that must work.
    #[track_caller]
    pub fn ask<C: Answer<Shelf>>(&mut self, call: C) -> C::Reply {
        let name = self.name.clone();
        must(&format!("{} at {name}", C::NAME), self.call(call))
    }

    /// Redeems an enrolment code over the road as it is.
    pub fn try_enrol(&mut self, hub: &District, code: &str) -> Result<Session, Failure> {
        let call = Enrol { hub: "http://hub.invalid".into(), code: code.into() };
        let out = self.engine().begin_enrol(call)?;
        let answer = self.line.carry(hub, &out);
        now(self.engine().enrolled(answer))
    }

    pub(super) fn enrol(&mut self, hub: &District, code: &str) {
        must("the enrolment", self.try_enrol(hub, code));
    }

    /// Somebody chooses the station's first PIN, or a person's own.
    pub fn first_pin(&mut self, agent: &str) {
        self.agent = agent.to_owned();
        self.add_person(agent);
    }

    /// Somebody chooses a PIN while somebody else is signed in.
    pub fn add_person(&mut self, agent: &str) {
        self.ask(SetPin { agent: must("a staff number", agent.parse()), pin: PIN.into() });
    }

    /// Signs in.
    pub fn sign_in(&mut self, agent: &str, pin: &str) -> Result<Session, Failure> {
        let session = self.call(Unlock { agent: must("a staff number", agent.parse()), pin: pin.into() })?;
        self.agent = agent.to_owned();
        Ok(session)
    }

    /// Signs out.
    pub fn lock(&mut self) {
        self.ask(Lock {});
    }

    /// The station's clock.
    pub fn clock(&self) -> &Scripted {
        &self.clock
    }

    /// The station's disk, where it is one in memory.
    pub fn shelf(&self) -> &Shelf {
        some("a memory disk", self.shelf.as_ref())
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A draft with everything asked, not yet received.
    pub fn draft(&mut self, person: &Person, item: &str, papers: Papers, change: impl FnOnce(&mut Draft)) -> DraftId {
        let mut draft = self.ask(StartDraft { from: None, item: Some(must("an item code", item.parse())) });
        draft.person = person.typed();
        let id = draft.id;
        self.ask(SaveDraft { draft: draft.clone() });
        draft.papers = self.ask(PreviewDraft { id }).papers;
        for (at, paper) in draft.papers.iter_mut().enumerate() {
            let missing = matches!(papers, Papers::Without(absent) if absent == at);
            paper.state = Some(if missing { PaperState::Missing } else { PaperState::Original });
        }
        draft.mandate.powers = [Power::FillForms, Power::Submit, Power::Supplement, Power::Follow].into();
        draft.mandate.until = "2026-12-31".into();
        draft.mandate.signature = Some(SignatureKind::Hand);
        draft.mandate.consent = Some(Consent::Given);
        change(&mut draft);
        self.ask(SaveDraft { draft });
        id
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

    /// All cases, latest first.
    pub fn list(&mut self) -> Vec<CaseRow> {
        self.ask(ListCases { view: View::All, after: None, limit: 200 }).rows
    }

    /// What a search finds.
    pub fn search(&mut self, text: &str) -> Vec<CaseRow> {
        self.ask(SearchCases { text: text.into(), after: None, limit: 200 }).rows
    }

    /// How the exchange stands.
    pub fn view(&mut self) -> SyncView {
        self.ask(GetSync {})
    }

    /// Exchanges until the engine has enough.
    #[track_caller]
    pub fn sync(&mut self, hub: &District) -> Trip {
        must("the exchange", self.try_sync(hub))
    }

    /// Exchanges until the engine has enough, or its store fails.
    #[track_caller]
    pub fn try_sync(&mut self, hub: &District) -> Result<Trip, Failure> {
        let mut trip = Trip::default();
        while let Some(out) = self.next_request()? {
            trip.requests += 1;
            assert!(trip.requests < 200, "{} never has enough", self.name);
            let answer = self.line.carry(hub, &out);
            trip.up += out.body.len();
            trip.down += answer.as_ref().map_or(0, Vec::len);
            if self.answered(answer)? == Turn::Done {
                break;
            }
        }
        Ok(trip)
    }

    /// What the engine would send next.
    pub fn next_request(&mut self) -> Result<Option<Outgoing>, Failure> {
        now(self.engine().next_request())
    }

    /// Gives the engine an answer.
    pub fn answered(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        now(self.engine().answered(answer))
    }

    /// Puts a segment of another device onto the disk, as a courier might have brought it.
    pub fn carry_in(&self, from: &Newer, segment: Segment) {
        let root = segment::root(&segment.header, &segment.records);
        let key = segment.header.key();
        let changes = segment.records.iter().zip(0..).map(|(record, ordinal)| {
            let bytes = doc::unpack(&record.change);
            let doc::Meta { hash, actor, seq: actor_seq, .. } = must("a change", doc::parse(&bytes));
            StoredChange {
                hash,
                doc: record.doc,
                scope: key.scope,
                actor,
                actor_seq,
                segment: Some((key, ordinal)),
                bytes,
            }
        });
        let changes = changes.collect();
        let certificate = from.certificate();
        let devices = vec![DeviceRow {
            device: key.device,
            certificate: wire::encode(certificate),
            not_after: u64::MAX >> 1,
            revoked_ms: None,
        }];
        let segments = vec![StoredSegment { header: segment.header, root, sig: segment.sig, received_ms: 0 }];
        must("it is stored", now(self.shelf().commit(Batch { segments, changes, devices, ..Batch::default() })));
    }

    /// Makes all rows anew; answers which came out otherwise.
    pub fn refold(&mut self) -> Vec<CaseId> {
        must("the rows", now(self.engine().refold()))
    }

    /// Every document with its heads, and its row: equal at two stations that know the same.
    pub fn knows(&self) -> Vec<(DocState, CaseRecord)> {
        let docs = must("documents", now(self.shelf().rows(RowQuery::Docs { after: None, limit: u16::MAX }))).docs;
        let row = |state: DocState| {
            let mut rows = must("rows", now(self.shelf().rows(RowQuery::ByDoc(vec![state.doc])))).cases;
            let row = some("a row", rows.pop());
            (state, row)
        };
        docs.into_iter().map(row).collect()
    }

    /// Every row of the store, whoever may see it.
    pub fn rows_of_all(&self) -> Vec<CaseRecord> {
        let eyes = Eyes { serves: vec![super::division(super::DISTRICT)], only: None };
        let query = RowQuery::List { view: View::All, eyes, today: 20_260_302, after: None, limit: u16::MAX };
        must("rows", now(self.shelf().rows(query))).cases
    }

    /// A case as it is stored.
    pub fn stored(&self, id: CaseId) -> Stored {
        must("a document", now(self.shelf().load(id.0.into_bytes())))
    }
}
