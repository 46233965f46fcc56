//! Who is here: signing in, letting a colleague in, locking.

use daiban_model::access::{Action, Denied, Role};
use daiban_model::api::{
    Audited, Changed, Failure, GetSession, GoBackKeys, Lock, Session, SessionState, SetPin, Tile, Unlock,
};
use daiban_model::ids::AgentId;
use daiban_model::organisation::Agent;
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_model::wire;

use super::answer::Answer;
use super::desk::{self, Desk};
use super::files::Attachments;
use super::published::Published;
use super::{Engine, Keys, storage, vault_failure};
use crate::edge::draw;
use crate::keys::{DatabaseKey, Person, Pin, Vault, incarnation};
use crate::store::Store;
use crate::sync::station::Admission;

impl<S: Store> Engine<S> {
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
            self.backups.is_free()?;
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
        if let Err(fault) = self.note_what_was_written().await {
            // It stays due, which keeps nobody out.
            tracing::warn!(?fault, "what lies on a stick was not written down");
        }
        Ok(())
    }

    fn opened(&self, key: &DatabaseKey) -> Result<(S, Attachments), Failure> {
        let folder = &self.home.folder;
        Ok(((self.home.open)(folder, key).map_err(storage)?, Attachments::open(folder, key)))
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

/// Staff who work at a station: those who serve any of its divisions today.
pub(super) fn people<'a>(
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
pub(super) fn hub_time(admission: &Admission, now: Wall) -> Wall {
    now.max(Wall(i64::try_from(admission.hub_ms).unwrap_or(i64::MAX)))
}

pub(super) fn person(agent: &Agent, published: &Published) -> Person {
    Person { agent: agent.id.clone(), name: agent.name.clone(), role: agent.role, unit: published.place(agent.unit) }
}

pub(super) fn tile(agent: &Agent, published: &Published) -> Tile {
    let Person { agent, name, role, unit } = person(agent, published);
    Tile { agent, name, role, unit, ready: false }
}

impl<S: Store> Answer<S> for GetSession {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        engine.session().await
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
