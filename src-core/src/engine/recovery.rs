//! Somebody forgot a PIN: the district reads out a code, and the person chooses another PIN (reliability: nobody is shut out of what
//! villagers entrusted to this laptop).
//!
//! The code is made here and known to the district alone; the exchange leaves its box at the hub ([`super::exchange`]).

use daiban_model::api::{Changed, Failure, Recover, RecoveryFault, Session};
use daiban_model::wire;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, storage, vault_failure};
use crate::edge::draw;
use crate::keys::Pin;
use crate::keys::recovery::{Holder, RecoveryCode};
use crate::store::{Batch, Store};
use crate::sync::sign;

/// Under this name the station keeps the hash of the box that the hub has said to keep.
pub(super) const DEPOSITED: &str = "recovery-deposited";

impl<S: Store> Answer<S> for Recover {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        let (typed, pin) = (Zeroizing::new(self.code), Pin::new(self.pin));
        pin.check().map_err(vault_failure)?;
        let why = RecoveryFault::Mistyped;
        let code = RecoveryCode::read(&typed).map_err(|_| Failure::Recovery { why })?;
        let vault = engine.vault.as_mut().ok_or(Failure::NotFound)?;
        let key = vault.recover(&code).map_err(vault_failure)?;
        vault.set_pin(&self.agent, &pin, &key, engine.home.cost, draw(&*engine.home.edge)).map_err(vault_failure)?;
        engine.open_desk(&self.agent, key).await?;
        engine.renew_recovery()?;
        engine.tell(Changed::Session);
        engine.session().await
    }
}

impl<S: Store> Engine<S> {
    /// A station that has no code gets one: a new one, or one from before there were codes.
    pub(super) fn ensure_recovery(&mut self) -> Result<(), Failure> {
        match &self.vault {
            Some(vault) if vault.recovery_box().is_none() => self.renew_recovery(),
            _ => Ok(()),
        }
    }

    pub(super) fn renew_recovery(&mut self) -> Result<(), Failure> {
        let (Some(vault), Some(key), Some(desk)) = (&mut self.vault, &self.key, &self.desk) else { return Ok(()) };
        let holder = Holder { root: desk.trust.root, device: desk.certificate.device };
        vault.renew_recovery(key, &holder, draw(&*self.home.edge)).map_err(vault_failure)
    }

    /// The box that the hub does not keep yet.
    pub(super) async fn recovery_owed(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let (Some(vault), Some(desk)) = (&self.vault, &mut self.desk) else { return Ok(None) };
        let Some(sealed) = vault.recovery_box() else { return Ok(None) };
        let kept = desk.store.states(DEPOSITED).await.map_err(storage)?;
        let is_kept = kept.first().is_some_and(|(_, hash)| *hash == wire::encode(&sign::hash(sealed)));
        Ok((!is_kept).then(|| sealed.to_vec()))
    }
}

impl<S: Store> Desk<S> {
    /// The hub keeps the box with this hash.
    pub(super) async fn note_deposit(&self, kept: wire::Hash) -> Result<(), Failure> {
        let states = vec![(DEPOSITED.to_owned(), Some(wire::encode(&kept)))];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}
