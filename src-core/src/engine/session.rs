//! Who is here: first run, signing in, locking.

use daiban_model::access::{Action, Denied, Role};
use daiban_model::api::{
    Audited, Changed, Enrol, EnrolmentFault, Failure, GetSession, GoBackKeys, Lock, Session, SessionState, SetPin,
    StorageFault, Tile, Unlock,
};
use daiban_model::ids::{AgentId, DeviceId};
use daiban_model::organisation::Agent;
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_model::wire;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::desk::{self, Desk, Identity, THREAD};
use super::files::Attachments;
use super::published::Published;
use super::refold::Refold;
use super::{Engine, Keys, Outgoing, internal, set_aside, storage, vault_failure};
use crate::edge::draw;
use crate::keys::{DatabaseKey, Person, Pin, Station, Vault, VaultFault, incarnation, restored};
use crate::store::{Batch, DeviceRow, Store};
use crate::sync::address::{Address, PlainLines};
use crate::sync::code::Code;
use crate::sync::http::{Place, Road, RoadFault};
use crate::sync::station::{self, Admission, Enrolled, ReplyFault, Trust};
use crate::sync::tls::Expected;

/// A station between its code and its first PIN. Lives in memory: until then nothing personal is on the disk.
pub(super) struct Newcomer {
    hub: String,
    code: Code,
    key: SigningKey,
    /// Whom the code vouched for; nobody before that, and where it is one of before.
    trust: Option<Trust>,
    pub(super) admission: Option<(Admission, Published)>,
}

impl<S: Store> Engine<S> {
    /// Begins an enrolment: the request to be carried to the hub.
    pub fn begin_enrol(&mut self, call: Enrol) -> Result<Outgoing, Failure> {
        if self.vault.is_some() && !self.is_to_be_renamed() {
            return Err(Failure::Enrolment { why: EnrolmentFault::Already });
        }
        if let Keys::Destroyed(_) = self.keys {
            return Err(Failure::Enrolment { why: EnrolmentFault::Already });
        }
        if self.keys == Keys::Damaged {
            // The station is enrolled; a code would be used up for nothing.
            return Err(vault_failure(VaultFault::Damaged));
        }
        let mut secret = Zeroizing::new([0; 32]);
        self.home.edge.chance(&mut *secret);
        let key = SigningKey::from_bytes(&secret);
        let hub = call.hub.trim().trim_end_matches('/').to_owned();
        let address = Address::read(&hub, PlainLines::Loopback).map_err(not_reached)?;
        let code = Code::read(&call.code);
        if !code.has_check() && !address.is_loopback() {
            return Err(Failure::Enrolment { why: EnrolmentFault::NoCheck });
        }
        let newcomer = Newcomer { hub, code, key, trust: None, admission: None };
        let out = newcomer.asks(self.home.edge.now());
        self.newcomer = Some(newcomer);
        Ok(out)
    }

    /// Takes in an answer to an enrolment, and says how it goes on. Who answered is known before the code is shown (E2).
    pub async fn enrolled(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Enrolment, Failure> {
        let bytes = answer.map_err(not_reached)?;
        let newcomer = self.newcomer.as_mut().ok_or_else(|| internal("an enrolment nobody asked for"))?;
        if newcomer.is_greeting() {
            newcomer.trust = Some(station::hello(&bytes, &newcomer.code).map_err(|fault| Failure::Enrolment {
                why: match fault {
                    ReplyFault::Garbled => EnrolmentFault::NotAHub,
                    ReplyFault::OtherHub => EnrolmentFault::OtherDistrict,
                },
            })?);
            return Ok(Enrolment::Ask(newcomer.asks(self.home.edge.now())));
        }
        self.welcomed(&bytes).await.map(|session| Enrolment::Done(Box::new(session)))
    }

    async fn welcomed(&mut self, bytes: &[u8]) -> Result<Session, Failure> {
        let fault = |why| Failure::Enrolment { why };
        let newcomer = self.newcomer.as_mut().ok_or_else(|| internal("an enrolment nobody asked for"))?;
        let device = DeviceId(newcomer.key.verifying_key().to_bytes());
        match station::enrolled(bytes, device) {
            Enrolled::BadCode => Err(fault(EnrolmentFault::BadCode)),
            Enrolled::NotAHub => Err(fault(EnrolmentFault::NotAHub)),
            Enrolled::Welcome(admission) if newcomer.trust.as_ref().is_some_and(|known| *known != admission.trust) => {
                Err(fault(EnrolmentFault::OtherDistrict))
            }
            // Of another district than the backup that was put back.
            Enrolled::Welcome(admission)
                if restored::district(&self.home.folder).is_some_and(|root| root != admission.trust.root) =>
            {
                Err(fault(EnrolmentFault::OtherDistrict))
            }
            Enrolled::Welcome(admission) => {
                let mut published = Published::default();
                for (package, _) in &admission.packages {
                    published.adopt(package, self.home.edge.now()).map_err(|_| fault(EnrolmentFault::NotAHub))?;
                }
                newcomer.admission = Some((*admission, published));
                self.tell(Changed::Session);
                self.session().await
            }
        }
    }

    pub(super) async fn session(&mut self) -> Result<Session, Failure> {
        if let Some(desk) = self.desk.as_ref().or(self.screen.as_ref().map(|screen| &screen.desk)) {
            desk.tidy_forms().await;
        }
        let now = self.home.edge.now();
        let (hub_hint, code_hint) = self.home.hint.clone().unzip();
        let mut session = Session {
            state: SessionState::Fresh,
            station: None,
            people: Vec::new(),
            now,
            clock: TimeQuality::Confirmed,
            hub_hint,
            code_hint,
            recovered: 0,
        };
        if let Some(desk) = &self.desk {
            let who = &desk.who;
            session.state = SessionState::Open {
                agent: who.agent.clone(),
                name: who.name.clone(),
                role: who.role,
                unit: desk.published.place(who.unit),
            };
            session.station = Some(desk.certificate.station.clone());
            (session.clock, session.now) = (desk.quality, desk.now());
            session.recovered = u32::try_from(super::drafts::rows(desk).await?.len()).unwrap_or(u32::MAX);
        } else if let Some(screen) = &self.screen {
            session.state = SessionState::SelfService;
            (session.clock, session.now) = (screen.desk.quality, screen.desk.now());
        } else if let Some(vault) = &self.vault {
            session.state = SessionState::Locked;
            if self.is_to_be_renamed() && self.district().is_none() {
                session.state = SessionState::Restored;
                session.hub_hint = Some(vault.station().hub.clone());
            }
        } else if let Keys::Destroyed(at) = self.keys {
            session.state = SessionState::Destroyed { at };
        } else if self.keys == Keys::Damaged {
            session.state = SessionState::KeysDamaged;
        } else if let Some((admission, published)) = self.newcomer.as_ref().and_then(|n| n.admission.as_ref()) {
            session.state = SessionState::NeedsPin;
            session.station = Some(admission.certificate.station.clone());
            let latest = hub_time(admission, now);
            session.people =
                people(published, &admission.certificate, now, latest).map(|agent| tile(agent, published)).collect();
        }
        if let Some(vault) = &self.vault {
            session.station.get_or_insert_with(|| vault.station().name.clone());
            session.people = vault.people();
        }
        Ok(session)
    }

    /// The first PIN of a station: key file without a PIN, database, PIN. Killed in between, the station is as before: a key
    /// file in which nobody has a PIN counts as none, and a database that nothing opens is set aside.
    async fn settle(&mut self, agent: &AgentId, pin: &Pin) -> Result<(), Failure> {
        pin.check().map_err(vault_failure)?;
        let newcomer = self.newcomer.as_ref().ok_or(Failure::NotFound)?;
        let (admission, published) = newcomer.admission.as_ref().ok_or(Failure::NotFound)?;
        let (folder, edge) = (&self.home.folder, &*self.home.edge);
        let now = edge.now();
        let staff = people(published, &admission.certificate, now, hub_time(admission, now));
        let persons: Vec<Person> = staff.map(|member| person(member, published)).collect();
        if !persons.iter().any(|person| person.agent == *agent) {
            return Err(Failure::NotFound);
        }
        restored::clear(folder).map_err(vault_failure)?;
        let key = DatabaseKey::new(draw(edge));
        let station = Station { name: admission.certificate.station.clone(), hub: newcomer.hub.clone() };
        let mut vault = Vault::create(folder, station, persons, &key, draw(edge)).map_err(vault_failure)?;
        set_aside(folder, edge.now()).map_err(|_| Failure::Storage { why: StorageFault::Io })?;
        let incarnation = incarnation::load(folder).map_err(vault_failure)?;
        let store = (self.home.open)(folder, &key).map_err(storage)?;
        store.commit(first_batch(newcomer, admission)).await.map_err(storage)?;
        vault.set_pin(agent, pin, &key, self.home.cost, draw(edge)).map_err(vault_failure)?;
        let files = Attachments::open(folder, &key);
        self.desk = Some(Desk::open(store, files, self.home.edge.clone(), agent, incarnation).await?);
        self.key = Some(key);
        self.vault = Some(vault);
        self.newcomer = None;
        self.ensure_recovery()
    }

    async fn sign_in(&mut self, agent: &AgentId, pin: &Pin) -> Result<(), Failure> {
        let now = self.home.edge.now();
        let vault = self.vault.as_mut().ok_or(Failure::NotFound)?;
        let key = vault.unlock(agent, pin, now).map_err(vault_failure)?;
        self.open_desk(agent, key).await?;
        self.ensure_recovery()
    }

    /// Opens the station's store for somebody who has proved who they are.
    pub(super) async fn open_desk(&mut self, agent: &AgentId, key: DatabaseKey) -> Result<(), Failure> {
        // Somebody has a PIN: whatever the screen was handed over for is over, and its store is opened by them.
        self.screen = None;
        let incarnation = incarnation::load(&self.home.folder).map_err(vault_failure)?;
        let is_new = self.is_to_be_renamed();
        if is_new {
            let newcomer = self.newcomer.as_ref().filter(|it| it.admission.is_some()).ok_or(Failure::Locked)?;
            let (store, files) = self.opened(&key)?;
            let mut before = Desk::open(store, files, self.home.edge.clone(), agent, incarnation).await?;
            before.hand_down().await?;
            newcomer.succeed(&*before.store).await?;
        }
        let (store, files) = self.opened(&key)?;
        self.desk = Some(Desk::open(store, files, self.home.edge.clone(), agent, incarnation).await?);
        self.key = Some(key);
        if is_new && let Err(fault) = self.succeeded().await {
            // Nobody works under a name that is only half taken.
            (self.desk, self.key) = (None, None);
            return Err(fault);
        }
        Ok(())
    }

    fn opened(&self, key: &DatabaseKey) -> Result<(S, Attachments), Failure> {
        let folder = &self.home.folder;
        Ok(((self.home.open)(folder, key).map_err(storage)?, Attachments::open(folder, key)))
    }

    /// The district whose code was entered, until the station is one of its own.
    pub(super) fn district(&self) -> Option<[u8; 32]> {
        let (admission, _) = self.newcomer.as_ref()?.admission.as_ref()?;
        Some(admission.trust.root)
    }

    /// People of the lock screen follow the roster.
    pub(super) fn refresh_people(&mut self) -> Result<(), Failure> {
        let (Some(desk), Some(vault)) = (&self.desk, &mut self.vault) else { return Ok(()) };
        let now = self.home.edge.now();
        let staff = people(&desk.published, &desk.certificate, now, desk.latest(now));
        let persons = staff.map(|member| person(member, &desk.published)).collect();
        vault.set_people(persons).map(drop).map_err(vault_failure)
    }
}

/// How an enrolment goes on.
pub enum Enrolment {
    /// This is to be carried, and its answer brought back.
    Ask(Outgoing),
    /// The district knows the station.
    Done(Box<Session>),
}

impl Newcomer {
    /// Who the station is from now on.
    pub(super) fn identity(&self, admission: &Admission) -> Identity {
        Identity {
            secret: self.key.to_bytes(),
            root: admission.trust.root,
            hub_key: admission.trust.hub,
            hub: self.hub.clone(),
            certificate: admission.signed.clone(),
        }
    }

    /// Whether it is still to be seen who answers.
    fn is_greeting(&self) -> bool {
        self.code.has_check() && self.trust.is_none()
    }

    /// What is to be asked next: who is there, without a word about the code, then to be let in.
    fn asks(&self, now: Wall) -> Outgoing {
        let expected = self.trust.as_ref().map_or(Expected::Anyone, |trust| Expected::Key(trust.hub));
        let to = Place { hub: self.hub.clone(), expected, time: desk::plausible(now, WRITTEN) };
        match self.is_greeting() {
            true => Outgoing { to, road: Road::Hello, body: Vec::new() },
            false => Outgoing { to, road: Road::Enrol, body: station::enrol(&self.key, self.code.letters()) },
        }
    }
}

/// A time before this program was there: what a clock is measured by that no hub has told the time yet. 2026-01-01.
const WRITTEN: Wall = Wall(1_767_196_800_000);

/// Why an enrolment got no answer.
fn not_reached(fault: RoadFault) -> Failure {
    let why = match fault {
        RoadFault::BadAddress => EnrolmentFault::BadAddress,
        RoadFault::Unreachable => EnrolmentFault::Unreachable,
        RoadFault::UnknownDevice | RoadFault::HubFault | RoadFault::Garbled => EnrolmentFault::NotAHub,
        RoadFault::OtherHub => EnrolmentFault::OtherDistrict,
        RoadFault::NoTls => EnrolmentFault::NoTls,
        RoadFault::Dates => EnrolmentFault::Dates,
    };
    Failure::Enrolment { why }
}

/// Everything a new station's database begins with.
fn first_batch(newcomer: &Newcomer, admission: &Admission) -> Batch {
    let identity = newcomer.identity(admission);
    // No nonce yet, but the hub's time: the only one to go by where this machine's clock is plainly wrong.
    let nonce = wire::Nonce { ms: admission.hub_ms, ..wire::Nonce::default() };
    let thread = wire::encode(&(admission.epoch, nonce));
    let mut states = vec![
        (desk::IDENTITY.to_owned(), Some(wire::encode(&identity))),
        (THREAD.to_owned(), Some(thread)),
        Refold::fresh(),
    ];
    for (package, signed) in &admission.packages {
        states.push((Published::state_name(package.kind), Some(wire::encode(signed))));
    }
    Batch { states, devices: vec![own_device(admission)], ..Batch::default() }
}

/// This device as its own store knows it.
pub(super) fn own_device(admission: &Admission) -> DeviceRow {
    let (device, not_after) = (admission.certificate.device, admission.certificate.not_after);
    DeviceRow { device, certificate: wire::encode(&admission.signed), not_after, revoked_ms: None }
}

/// Staff who work at a station: those who serve any of its divisions today.
fn people<'a>(
    published: &'a Published,
    certificate: &'a wire::Certificate,
    now: Wall,
    latest: Wall,
) -> impl Iterator<Item = &'a Agent> {
    let here = move |agent: &&Agent| {
        let at_home = certificate.unit == agent.unit;
        let served = agent.scopes().any(|scope| certificate.scopes.iter().any(|own| own.covers(scope)));
        desk::serves(agent, now, latest) && (at_home || served)
    };
    published.roster.agents().iter().filter(here)
}

/// The later of what the clock shows and what the hub said when it welcomed the station.
fn hub_time(admission: &Admission, now: Wall) -> Wall {
    now.max(Wall(i64::try_from(admission.hub_ms).unwrap_or(i64::MAX)))
}

fn person(agent: &Agent, published: &Published) -> Person {
    Person { agent: agent.id.clone(), name: agent.name.clone(), role: agent.role, unit: published.place(agent.unit) }
}

fn tile(agent: &Agent, published: &Published) -> Tile {
    let Person { agent, name, role, unit } = person(agent, published);
    Tile { agent, name, role, unit, ready: false }
}

impl<S: Store> Answer<S> for GetSession {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        engine.session().await
    }
}

impl<S: Store> Answer<S> for Enrol {
    /// Needs a network: [`super::task`] carries it.
    async fn answer(self, _: &mut Engine<S>) -> Result<Session, Failure> {
        Err(internal("an enrolment without a road"))
    }
}

impl<S: Store> Answer<S> for SetPin {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        let pin = Pin::new(self.pin);
        if engine.vault.is_none() {
            engine.settle(&self.agent, &pin).await?;
        } else {
            engine.add_pin(&self.agent, &pin)?;
        }
        engine.tell(Changed::Session);
        engine.session().await
    }
}

impl<S: Store> Engine<S> {
    /// Another person's PIN, typed by them while someone is signed in.
    fn add_pin(&mut self, agent: &AgentId, pin: &Pin) -> Result<(), Failure> {
        let (Some(desk), Some(vault)) = (&self.desk, &mut self.vault) else { return Err(Failure::Locked) };
        let person = vault.people().into_iter().find(|person| person.agent == *agent).ok_or(Failure::NotFound)?;
        // Whoever has a PIN changes it alone.
        if person.ready && desk.who.agent != *agent {
            return Err(Failure::NotFound);
        }
        if desk.who.agent != *agent && !desk.vouches_for(agent) {
            return Err(Failure::Denied { action: Action::Collect, why: Denied::Role });
        }
        let key = self.key.as_ref().ok_or(Failure::Locked)?;
        vault.set_pin(agent, pin, key, self.home.cost, draw(&*self.home.edge)).map_err(vault_failure)
    }
}

impl<S: Store> Desk<S> {
    /// Nobody lets a colleague in who may do more than they may themselves: that would be a way to more rights.
    fn vouches_for(&self, agent: &AgentId) -> bool {
        let Some(other) = self.published.roster.agents().iter().find(|listed| listed.id == *agent) else {
            return false;
        };
        let other = desk::principal(other, &self.certificate);
        let within = |scope: &daiban_model::ids::ScopeCode| self.who.serves.iter().any(|own| own.covers(*scope));
        // Letting people in is the administrator's office (R218), who sees no case either way.
        let office = self.who.role == Role::Administrator;
        office || (self.who.role.includes_all_of(other.role) && other.serves.iter().all(within))
    }
}

impl<S: Store> Answer<S> for GoBackKeys {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        if engine.keys == Keys::Damaged {
            engine.vault = Vault::go_back(&engine.home.folder).map_err(vault_failure)?;
            engine.keys = Keys::Whole;
            engine.tell(Changed::Session);
        }
        engine.session().await
    }
}

impl<S: Store> Answer<S> for Unlock {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        let pin = Pin::new(self.pin);
        engine.sign_in(&self.agent, &pin).await?;
        // A full disk keeps nobody out: what they do there is refused, and looks are (V1).
        if let Err(fault) = engine.desk()?.audit(&[Audited::SignedIn]).await {
            tracing::warn!(?fault, "a sign-in was not written down");
        }
        engine.tell(Changed::Session);
        engine.session().await
    }
}

impl<S: Store> Answer<S> for Lock {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        (engine.desk, engine.screen, engine.key) = (None, None, None);
        engine.tell(Changed::Session);
        engine.session().await
    }
}
