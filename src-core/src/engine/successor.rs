//! A station that was put back from a backup becomes a device of its own (R87).
//!
//! - H1: before anybody works on it, it has a key and a number of its own. What the device before it had not delivered is sealed once more
//!   under that one's key, in an incarnation drawn by chance, as on any disk that went back; from then on it is brought as others' work is.
//! - H2: when all of that is at the district, it hears that this device goes on from the other one, by a word that the other one's key
//!   signs, and retires it.
//! - H3: one commit makes it another device; killed before that the code is entered again, killed after it nothing is lost by that either.

use daiban_model::api::{EnrolmentFault, Failure};
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Epoch, Refused, Signed, Succeeds};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use super::desk::{Desk, IDENTITY, Identity, THREAD};
use super::newcomer::{Newcomer, own_device, published};
use super::recovery::DEPOSITED;
use super::{Engine, receive, storage, vault_failure};
use crate::edge::draw;
use crate::keys::{Station, restored};
use crate::store::{Batch, Store, StoreError};
use crate::sync::sign::{self, Domain};

/// Under this name it is kept whom this station goes on from.
pub(super) const SUCCESSION: &str = "succession";
/// Most devices before it that are remembered.
const MOST: usize = 16;

/// Whom a station goes on from.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Succession {
    /// Their keys, the first one first.
    formers: Vec<[u8; 32]>,
    /// In which of its histories the hub has heard of it.
    heard: Option<Epoch>,
}

impl Succession {
    pub(super) async fn load<S: Store>(store: &S) -> Result<Self, StoreError> {
        let kept = store.states(SUCCESSION).await?;
        Ok(kept.first().and_then(|(_, bytes)| wire::decode(bytes, 4096).ok()).unwrap_or_default())
    }

    /// The devices before this one.
    pub(super) fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.formers.iter().map(|secret| DeviceId(SigningKey::from_bytes(secret).verifying_key().to_bytes()))
    }

    fn state(&self) -> (String, Option<Vec<u8>>) {
        (SUCCESSION.to_owned(), Some(wire::encode(self)))
    }
}

impl<S: Store> Desk<S> {
    /// Whether the hub, in its present history, is still to hear whom this station goes on from. H2
    pub(super) fn owes_succession(&self) -> bool {
        !self.succession.formers.is_empty() && self.succession.heard != Some(self.thread.epoch)
    }

    /// The words that say so, once nothing of those devices is owed any more.
    pub(super) async fn succession_words(&self) -> Result<Vec<Signed>, Failure> {
        if !self.owes_succession() || !self.inherited().await?.is_empty() {
            return Ok(Vec::new());
        }
        let word = |secret: &[u8; 32]| {
            let key = SigningKey::from_bytes(secret);
            let from = DeviceId(key.verifying_key().to_bytes());
            sign::seal(&key, Domain::Succeeds, &Succeeds { from, to: self.certificate.device })
        };
        Ok(self.succession.formers.iter().map(word).collect())
    }

    /// Notes what the hub does not take of the work of the devices before: it is not brought again, and the word is not kept back by it. H2
    pub(super) async fn note_inherited(&self, refused: &[Refused], now: Wall) -> Result<(), Failure> {
        let formers: Vec<DeviceId> = self.succession.devices().collect();
        let inherited: Vec<&Refused> = refused.iter().filter(|one| formers.contains(&one.key.device)).collect();
        self.set_refused(&inherited, now).await
    }

    /// Before this station becomes another device: seals what the present one has not delivered, once and for all. H1
    pub(super) async fn hand_down(&mut self) -> Result<(), Failure> {
        // Beyond any that is counted to, and beyond that of another laptop which goes on from the same backup.
        self.reincarnate((u32::from_le_bytes(draw(&*self.edge)) >> 2) | (1 << 30));
        self.withdraw_open().await?;
        self.seal_waiting(usize::MAX).await
    }

    /// The hub has heard them.
    pub(super) async fn succession_heard(&mut self) -> Result<(), Failure> {
        let heard = Succession { heard: Some(self.thread.epoch), ..self.succession.clone() };
        self.commit(Batch { states: vec![heard.state()], ..Batch::default() }).await?;
        self.succession = heard;
        Ok(())
    }
}

impl Newcomer {
    /// Makes a station that was put back a device of its own in its store, before that is opened for work. H1, H3
    pub(super) async fn succeed<S: Store>(&self, store: &S) -> Result<(), Failure> {
        let (admission, _) = self.admission.as_ref().ok_or(Failure::Locked)?;
        let damaged = || storage(StoreError::Damaged { what: "identity" });
        let kept = store.states(IDENTITY).await.map_err(storage)?;
        let kept = kept.into_iter().find(|(name, _)| name == IDENTITY).ok_or_else(damaged)?;
        let before: Identity = wire::decode(&kept.1, 65_536).map_err(|_| damaged())?;
        if before.root != admission.trust.root {
            return Err(Failure::Enrolment { why: EnrolmentFault::OtherDistrict });
        }
        let mut succession = Succession::load(store).await.map_err(storage)?;
        // Named so already, and stopped before it was noted: it goes on from itself.
        let identity = self.identity(admission);
        if before.secret != identity.secret {
            succession.formers.push(before.secret);
        }
        let spare = succession.formers.len().saturating_sub(MOST);
        succession = Succession { formers: succession.formers.split_off(spare), heard: None };
        let mut batch = Batch { devices: vec![own_device(admission)], ..Batch::default() };
        batch.states = vec![
            (IDENTITY.to_owned(), Some(wire::encode(&identity))),
            succession.state(),
            // The box of the device before lies at the hub under that one's name.
            (DEPOSITED.to_owned(), None),
        ];
        // The history that was read stays; a nonce is each device's own.
        let thread = store.states(THREAD).await.map_err(storage)?;
        let thread = thread.first().and_then(|(_, bytes)| wire::decode::<(Epoch, wire::Nonce)>(bytes, 64).ok());
        let epoch = thread.map_or(admission.epoch, |(epoch, _)| epoch);
        let nonce = wire::Nonce { ms: admission.hub_ms, ..wire::Nonce::default() };
        batch.states.push((THREAD.to_owned(), Some(wire::encode(&(epoch, nonce)))));
        // Numbers begin anew with the device's own digits.
        let counted = store.states(receive::COUNTER).await.map_err(storage)?;
        batch.states.extend(counted.into_iter().map(|(name, _)| (name, None)));
        // Who may sign in is told by the roster of today, not by that of the backup's day (R219).
        batch.states.extend(published(admission));
        store.commit(batch).await.map(drop).map_err(storage)
    }
}

impl<S: Store> Engine<S> {
    /// Whether this station was put back and still lives under the name of the device before it.
    pub(super) fn is_to_be_renamed(&self) -> bool {
        self.vault.is_some() && restored::is_noted(&self.home.folder)
    }

    /// What follows from it, now that the desk is open. H1
    pub(super) async fn succeeded(&mut self) -> Result<(), Failure> {
        let desk = self.desk()?;
        let station = Station { name: desk.certificate.station.clone(), hub: desk.hub.clone() };
        self.renew_recovery()?;
        self.refresh_people()?;
        if let Some(vault) = &mut self.vault {
            vault.set_station(station).map_err(vault_failure)?;
        }
        restored::clear(&self.home.folder).map_err(vault_failure)?;
        self.newcomer = None;
        Ok(())
    }
}
