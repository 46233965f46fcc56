//! First run: the district's code makes the station known, then the first PIN makes it one.

use daiban_model::api::{Changed, Enrol, EnrolmentFault, Failure, Session, StorageFault};
use daiban_model::ids::{AgentId, DeviceId};
use daiban_model::stamp::Wall;
use daiban_model::wire;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::desk::{self, Desk, Identity, THREAD};
use super::files::Attachments;
use super::published::Published;
use super::refold::Refold;
use super::session::{hub_time, people, person};
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
        self.backups.is_free()?;
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

    /// The first PIN of a station: key file without a PIN, database, PIN. Killed in between, the station is as before: a key
    /// file in which nobody has a PIN counts as none, and a database that nothing opens is set aside.
    pub(super) async fn settle(&mut self, agent: &AgentId, pin: &Pin) -> Result<(), Failure> {
        pin.check().map_err(vault_failure)?;
        self.backups.is_free()?;
        let newcomer = self.newcomer.as_ref().ok_or(Failure::NotFound)?;
        let (admission, published) = newcomer.admission.as_ref().ok_or(Failure::NotFound)?;
        let (folder, edge) = (&self.home.folder, &*self.home.edge);
        let now = edge.now();
        let staff = people(published, &admission.certificate, now, hub_time(admission, now));
        let persons: Vec<Person> = staff.map(|member| person(member, published)).collect();
        if !persons.iter().any(|person| person.agent == *agent) {
            return Err(Failure::NotFound);
        }
        let key = DatabaseKey::new(draw(edge));
        let station = Station { name: admission.certificate.station.clone(), hub: newcomer.hub.clone() };
        // Refused where a station lies that this program has not read yet; then the note of where it came from stays.
        let mut vault = Vault::create(folder, station, persons, &key, draw(edge)).map_err(vault_failure)?;
        restored::clear(folder).map_err(vault_failure)?;
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

    /// The district whose code was entered, until the station is one of its own.
    pub(super) fn district(&self) -> Option<[u8; 32]> {
        let (admission, _) = self.newcomer.as_ref()?.admission.as_ref()?;
        Some(admission.trust.root)
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
    states.extend(published(admission));
    Batch { states, devices: vec![own_device(admission)], ..Batch::default() }
}

/// What the district told the station when it made it known.
pub(super) fn published(admission: &Admission) -> impl Iterator<Item = (String, Option<Vec<u8>>)> {
    let state = |signed| Some(wire::encode(signed));
    admission.packages.iter().map(move |(package, signed)| (Published::state_name(package.kind), state(signed)))
}

/// This device as its own store knows it.
pub(super) fn own_device(admission: &Admission) -> DeviceRow {
    let (device, not_after) = (admission.certificate.device, admission.certificate.not_after);
    DeviceRow { device, certificate: wire::encode(&admission.signed), not_after, revoked_ms: None }
}

impl<S: Store> Answer<S> for Enrol {
    /// Needs a network: [`super::task`] carries it.
    async fn answer(self, _: &mut Engine<S>) -> Result<Session, Failure> {
        Err(internal("an enrolment without a road"))
    }
}
