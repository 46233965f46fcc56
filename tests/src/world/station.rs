//! A station and the people at it.

mod backup;
mod image;
mod near;
mod parcels;
mod prints;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use daiban_core::courier::{Part, folder};
use daiban_core::doc::{self, Doc};
use daiban_core::edge::{Edge, Scripted};
use daiban_core::engine::{Answer, DATABASE, Engine, Enrolment, FILES, Home, Outbound, Outgoing, Print, Turn};
use daiban_core::keys::{Cost, DatabaseKey, Pin, Vault};
use daiban_core::projection::{Facts, Row};
use daiban_core::store::blobs::SqliteBlobs;
use daiban_core::store::{
    Batch, CaseRecord, DeviceRow, DocKind, DocState, Eyes, PeopleQuery, RowQuery, Store, Stored, StoredChange,
    StoredSegment,
};
use daiban_core::sync::http::RoadFault;
use daiban_core::sync::segment;
use daiban_model::api::{
    Act, AddFile, Bytes, CasePage, CaseRow, Consent, Draft, DraftId, Enrol, Failure, FileSize, GetDraft, GetFile,
    GetSync, GotFile, LettersRead, ListCases, Lock, OpenCase, PreviewDraft, PrintPaper, PrintWipe, ReceiveDraft,
    SaveDraft, SearchCases, Session, SetField, SetPin, SignatureKind, StartDraft, SyncView, Taken, Unlock, View,
};
use daiban_model::case::event::{Keeper, OriginalsMoved, PaperState, Power};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Event};
use daiban_model::ids::{CaseId, FileHash};
use daiban_model::wire::{self, Segment};

pub use self::backup::backups;
use self::image::Folder;
pub use self::image::{Image, Returned};
use super::{District, Hazard, Line, Newer, PIN, Person, Shelf, must, now, some};

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
    luck: Luck,
    keeping: Keeping,
    hazard: Hazard,
    /// The store: one in memory stays when the program ends, one on a disk is opened anew.
    shelf: Arc<Mutex<Option<Shelf>>>,
    folder: Folder,
}

/// Where a station keeps what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keeping {
    /// In memory.
    Memory,
    /// In an encrypted database on a disk.
    Disk,
}

/// Chance at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Luck {
    /// Follows from the station's seed.
    Seeded,
    /// As from an author who keeps one actor for ever: what should differ from session to session is always the same.
    Pinned,
}

/// An edge whose draws for sessions never change.
struct Pinned(Scripted);

impl Edge for Pinned {
    fn now(&self) -> daiban_model::stamp::Wall {
        self.0.now()
    }

    fn chance(&self, bytes: &mut [u8]) {
        match bytes.len() {
            16 => bytes.fill(7),
            _ => self.0.chance(bytes),
        }
    }
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
        Self::fresh(name, clock, Keeping::Memory)
    }

    pub(super) fn fresh(name: &str, clock: Scripted, keeping: Keeping) -> Self {
        let folder = Folder::Own(must("a folder", tempfile::tempdir()));
        let mut station = Self::off(name, clock, keeping, folder);
        station.start();
        station
    }

    /// The station whose encrypted database lies in this folder, and who will sign in there; the program does not run yet.
    pub fn over(folder: &Path, agent: &str, clock: Scripted) -> Self {
        let mut station = Self::off("", clock, Keeping::Disk, Folder::Given(folder.to_owned()));
        station.agent = agent.to_owned();
        station
    }

    fn off(name: &str, clock: Scripted, keeping: Keeping, folder: Folder) -> Self {
        let hazard = Hazard::default();
        let shelf = (keeping == Keeping::Memory).then(|| Shelf::memory().with(&hazard));
        Self {
            name: name.to_owned(),
            line: Line::Open,
            engine: None,
            agent: String::new(),
            clock,
            luck: Luck::Seeded,
            keeping,
            hazard,
            shelf: Arc::new(Mutex::new(shelf)),
            folder,
        }
    }

    /// The program starts; nobody is signed in.
    pub fn start(&mut self) {
        must("the engine starts", self.try_start());
    }

    /// The machine is switched on and the program started, if it can be.
    pub fn try_start(&mut self) -> Result<(), Failure> {
        self.hazard.put_out();
        let (place, keeping, hazard) = (self.shelf.clone(), self.keeping, self.hazard.clone());
        let open = move |folder: &Path, key: &DatabaseKey| {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            if keeping == Keeping::Disk {
                *place = None;
                *place = Some(Shelf::encrypted(&folder.join(DATABASE), key)?.with(&hazard));
            }
            Ok(some("a store", place.clone()))
        };
        let edge: Arc<dyn Edge> = match self.luck {
            Luck::Seeded => Arc::new(self.clock.clone()),
            Luck::Pinned => Arc::new(Pinned(self.clock.clone())),
        };
        let (folder, cost) = (self.folder.path().to_owned(), Cost::SIMULATION);
        let home = Home { folder, edge, cost, open: Box::new(open), hint: None };
        self.engine = Some(Engine::at(home)?);
        Ok(())
    }

    /// The program is gone from one moment to the next.
    pub fn kill(&mut self) {
        self.engine = None;
        if self.keeping == Keeping::Disk {
            *self.shelf.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Whether the program runs.
    pub fn runs(&self) -> bool {
        self.engine.is_some()
    }

    /// The program starts and the same person signs in, if it can be.
    pub fn try_restart(&mut self) -> Result<(), Failure> {
        self.try_start()?;
        let agent = self.agent.clone();
        self.sign_in(&agent, PIN).map(drop)
    }

    /// Chance at this station from its next start on.
    pub fn luck(&mut self, luck: Luck) {
        self.luck = luck;
    }

    /// What can happen to this machine.
    pub fn hazard(&self) -> &Hazard {
        &self.hazard
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

    /// Prints a paper of a case: the file that would go to the printer.
    pub fn print(&mut self, call: &PrintPaper) -> Result<Print, Failure> {
        now(self.engine().print_paper(call))
    }

    /// Prints the list of working copies that are to go.
    pub fn print_wipe(&mut self, call: &PrintWipe) -> Result<Print, Failure> {
        now(self.engine().print_wipe(call))
    }

    /// Makes a call that must work.
    #[track_caller]
    pub fn ask<C: Answer<Shelf>>(&mut self, call: C) -> C::Reply {
        let name = self.name.clone();
        must(&format!("{} at {name}", C::NAME), self.call(call))
    }

    /// Redeems an enrolment code over the road as it is.
    pub fn try_enrol(&mut self, hub: &District, code: &str) -> Result<Session, Failure> {
        self.try_enrol_at("http://127.0.0.1", hub, code)
    }

    /// The same with this address.
    pub fn try_enrol_at(&mut self, address: &str, hub: &District, code: &str) -> Result<Session, Failure> {
        let call = Enrol { hub: address.into(), code: code.into() };
        let mut out = self.engine().begin_enrol(call)?;
        loop {
            let answer = self.line.carry(hub, &out);
            match now(self.engine().enrolled(answer))? {
                Enrolment::Ask(next) => out = next,
                Enrolment::Done(session) => return Ok(*session),
            }
        }
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
        self.rest();
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

    /// The station's store; one on a disk is there while somebody is signed in.
    pub fn shelf(&self) -> Shelf {
        some("an open store", self.shelf.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Its store, while the station runs or keeps it in memory.
    pub fn open_shelf(&self) -> Option<Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its attachments, opened as whoever signs in here opens them.
    pub fn files(&self) -> SqliteBlobs {
        let vault = must("the key file", Vault::load(self.folder()));
        let (agent, pin) = (must("a staff number", self.agent.parse()), Pin::new(PIN.into()));
        let key = must("the key", some("a key file", vault).unlock(&agent, &pin, self.clock.now()));
        must("the attachments", SqliteBlobs::open(&self.folder().join(FILES), &key))
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

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
            self.carry_beside(hub, &mut trip)?;
            let answer = self.line.carry(hub, &out);
            trip.up += out.body.len();
            trip.down += answer.as_ref().map_or(0, Vec::len);
            if self.answered(answer)? == Turn::Done {
                break;
            }
        }
        self.rest();
        Ok(trip)
    }

    /// What travels at the same time as a large request.
    fn carry_beside(&mut self, hub: &District, trip: &mut Trip) -> Result<(), Failure> {
        let Some(out) = self.beside_request() else { return Ok(()) };
        let answer = self.line.carry(hub, &out);
        trip.requests += 1;
        trip.up += out.body.len();
        trip.down += answer.as_ref().map_or(0, Vec::len);
        now(self.engine().answered_beside(answer))
    }

    /// What the engine would send at the same time as its large last request.
    pub fn beside_request(&mut self) -> Option<Outgoing> {
        self.engine().beside_request()
    }

    /// Gives the engine the answer to that.
    #[track_caller]
    pub fn answered_beside(&mut self, answer: Result<Vec<u8>, RoadFault>) {
        must("the answer beside", now(self.engine().answered_beside(answer)));
    }

    /// Nobody asks for anything for a while: what the engine does then.
    fn rest(&mut self) {
        // What a full disk hinders goes on later.
        while now(self.engine().refold_on()) == Ok(Turn::Again) {}
    }

    /// Writes all that the district has not receipted to a stick.
    pub fn write_stick(&mut self, stick: &Path) -> Vec<PathBuf> {
        let out = must("a letter", self.letter());
        let files = must("a stick", folder::write(stick, out.letter, out.kind, &out.parts));
        must("a stick", folder::supersede(stick, &out.from, &out.to, out.kind, &[out.letter]));
        files
    }

    /// Writes attachments that the district has not receipted to a stick with so much room.
    pub fn write_files(&mut self, stick: &Path, room: u64) -> Vec<PathBuf> {
        let letters = must("letters", now(self.engine().write_files_letters(room)));
        let (mut files, mut keep) = (Vec::new(), Vec::new());
        for out in &letters {
            files.extend(must("a stick", folder::write(stick, out.letter, out.kind, &out.parts)));
            keep.push(out.letter);
        }
        if let Some(out) = letters.first() {
            must("a stick", folder::supersede(stick, &out.from, &out.to, out.kind, &keep));
        }
        files
    }

    /// Takes in the answers on a stick.
    pub fn read_stick(&mut self, stick: &Path) -> LettersRead {
        let parts = must("a stick", folder::read(stick)).parts.into_iter().map(|(_, part)| part).collect();
        must("the answers", self.take_parts(parts))
    }

    /// A letter with all that the district has not receipted, as it goes to a stick.
    pub fn letter(&mut self) -> Result<Outbound, Failure> {
        now(self.engine().write_letter())
    }

    /// Takes in parts of letters, wherever they come from.
    pub fn take_parts(&mut self, parts: Vec<Part>) -> Result<LettersRead, Failure> {
        let read = now(self.engine().take_letters(parts));
        self.rest();
        read
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
    pub fn knows(&self) -> Vec<(DocState, Row)> {
        let whole = |(state, row): (DocState, Option<CaseRecord>)| {
            let row = match state.kind {
                DocKind::Case => Row::Case(Box::new(some("a row", row))),
                DocKind::Person | DocKind::Household | DocKind::Enterprise => {
                    let query = RowQuery::People(PeopleQuery::ByDoc(vec![state.doc]));
                    let mut rows = must("rows", now(self.shelf().rows(query))).people;
                    Row::Person(Box::new(some("a row", rows.pop())))
                }
            };
            (state, row)
        };
        self.keeps().into_iter().map(whole).collect()
    }

    /// Every document with its heads, and its row where it has one.
    pub fn keeps(&self) -> Vec<(DocState, Option<CaseRecord>)> {
        let docs = must("documents", now(self.shelf().rows(RowQuery::Docs { after: None, limit: u16::MAX }))).docs;
        let row = |state: DocState| {
            let mut rows = must("rows", now(self.shelf().rows(RowQuery::ByDoc(vec![state.doc])))).cases;
            (state, rows.pop())
        };
        docs.into_iter().map(row).collect()
    }

    /// Every row of the store, whoever may see it.
    pub fn rows_of_all(&self) -> Vec<CaseRecord> {
        let eyes = Eyes { serves: vec![super::division(super::DISTRICT)], only: None };
        let query = RowQuery::List { view: View::All, eyes, today: 20_260_302, after: None, limit: u16::MAX };
        must("rows", now(self.shelf().rows(query))).cases
    }

    /// The small named values of the store under a beginning.
    pub fn states(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        must("states", now(self.shelf().states(prefix)))
    }

    /// Somebody with the key writes past the engine.
    pub fn put_state(&self, name: &str, value: Option<Vec<u8>>) {
        let states = vec![(name.to_owned(), value)];
        must("a state", now(self.shelf().commit(Batch { states, ..Batch::default() })));
    }

    /// What people did with a case, in order, as it is stored.
    pub fn events(&self, id: CaseId) -> Vec<Event> {
        let doc = must("a document", Doc::open(&self.stored(id)));
        Facts::of(&doc).events
    }

    /// A case as it is stored.
    pub fn stored(&self, id: CaseId) -> Stored {
        must("a document", now(self.shelf().load(id.0.into_bytes())))
    }
}
