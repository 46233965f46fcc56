//! Who sees to the frame, and the second person who signs beside them (R220).
//!
//! O1: what is gone for good goes by two people: another one than who is signed in, one of the two a supervisor, both by their own PIN.

use daiban_model::access::{Action, Denied, Principal, Subject, permit};
use daiban_model::api::Failure;
use daiban_model::ids::AgentId;

use super::desk::{Desk, principal, serves};
use super::{Engine, vault_failure};
use crate::keys::Pin;
use crate::store::Store;

impl<S: Store> Engine<S> {
    /// The second person, by a real sign-in: the PIN is tried, and a wrong one costs what it costs at the door. O1
    pub(super) fn signed_beside(&mut self, agent: &AgentId, pin: String) -> Result<Principal, Failure> {
        let now = self.now();
        let second = self.desk()?.second(agent)?;
        let vault = self.vault.as_mut().ok_or(Failure::NotFound)?;
        vault.unlock(agent, &Pin::new(pin), now).map_err(vault_failure)?;
        Ok(second)
    }
}

impl<S: Store> Desk<S> {
    /// Whether somebody's post sees to the frame.
    pub(super) fn may_oversee(&self, who: &Principal) -> Result<(), Failure> {
        if who.role.oversees() { Ok(()) } else { Err(Failure::Denied { action: Action::Archive, why: Denied::Role }) }
    }

    /// Whether whoever is here reads what others did: supervisors alone do.
    pub(super) fn may_audit(&self) -> Result<(), Failure> {
        self.may(Action::Audit, &Subject { scope: self.certificate.unit, handler: None }).map(drop)
    }

    /// Somebody who may sign beside whoever is here. O1
    fn second(&self, agent: &AgentId) -> Result<Principal, Failure> {
        self.may_oversee(&self.who)?;
        let bad = |code: &str| Failure::BadValue { code: code.to_owned(), arg: String::new() };
        if *agent == self.who.agent {
            return Err(bad("second_same"));
        }
        let (now, latest) = (self.now(), self.latest(self.now()));
        let listed = self.published.roster.agents().iter().find(|listed| listed.id == *agent);
        let second = listed.filter(|agent| serves(agent, now, latest)).ok_or(Failure::NotFound)?;
        let second = principal(second, &self.certificate);
        self.may_oversee(&second)?;
        let subject = Subject { scope: self.certificate.unit, handler: None };
        let supervised = [&self.who, &second].into_iter().any(|who| permit(who, Action::Audit, &subject).is_ok());
        if supervised { Ok(second) } else { Err(bad("second_supervisor")) }
    }
}
