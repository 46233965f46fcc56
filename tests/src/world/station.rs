//! A station and the people at it.

mod backup;
mod desk;
mod image;
mod kept;
mod near;
mod parcels;
mod prints;
mod roads;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use daiban_core::edge::{Edge, Scripted};
use daiban_core::engine::{Answer, DATABASE, Engine, Enrolment, FILES, Home, Print};
use daiban_core::keys::{Cost, DatabaseKey, Pin, Vault};
use daiban_core::store::blobs::SqliteBlobs;
use daiban_model::api::{Enrol, Failure, Lock, PrintPaper, PrintWipe, Session, SetPin, Unlock};

pub use self::backup::backups;
use self::image::Folder;
pub use self::image::{Image, Returned};
use super::{District, Hazard, Line, PIN, Shelf, must, now, some};

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
}
