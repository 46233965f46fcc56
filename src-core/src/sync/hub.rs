//! The hub's end: takes segments, numbers them, delivers what is new; enrols, certifies, publishes.
//!
//! - K1: nothing is decoded as a change before the request's signature, the device's certificate, the scope and the segment's
//!   signature were found right; then headers of changes only. The hub opens no document to relay one.
//! - K2: a repeat is harmless: the same segment gets the same receipt.
//! - K3: a segment that rests on changes the hub does not have gets no number until they are there, so feeds are causal.
//! - K4: one segment that is not taken never keeps another device's from being taken.
//! - K5: a document lives in the scope of the first of its segments that got a number, until the hub moves it (`moving`); nobody writes
//!   to it from a scope it has never lived in.
//! - K6: what stood under numbers that a device gave again is taken from those who have read it (`forked`).

mod admin;
mod destroy;
mod exchange;
mod files;
mod find;
mod forget;
mod forked;
mod history;
mod keep;
mod keys;
mod letters;
mod moving;
mod recovery;
mod repair;
mod sharing;
mod standing;
mod successor;
mod take;
mod within;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Envelope, Hello, Nonce, Signed};

pub use admin::{Audit, AuditFault, DeviceView, NewStation};
pub use destroy::Destruction;
pub(crate) use exchange::{cursors_hash, standing_digest};
pub use files::{FilesHere, SHARE};
pub use keys::HubKeys;
pub use letters::{Answered, Chance, Room};
pub use moving::CaseMoved;
pub use recovery::AskedFor;

use super::columns::Body;
use super::envelope::{self, Unread};
use super::nonce;
use super::sign::{self, Domain};
use super::tls::Identity;
use crate::store::{DeviceRow, PeerQuery, Store, StoreError};

/// The hub over some store. Cheap to clone; any number may serve one database.
pub struct Hub<S> {
    store: Arc<S>,
    keys: Arc<HubKeys>,
    /// As last read from the store.
    epoch: Arc<AtomicU64>,
    files: Option<FilesHere>,
}

impl<S> Clone for Hub<S> {
    fn clone(&self) -> Self {
        let (store, keys, epoch, files) =
            (self.store.clone(), self.keys.clone(), self.epoch.clone(), self.files.clone());
        Self { store, keys, epoch, files }
    }
}

/// Why the hub could not do what its operator asked.
#[derive(Debug, thiserror::Error)]
pub enum HubFault {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// All ninety-nine device numbers are given.
    #[error("no device number is left")]
    NoDeviceNumber,
    /// The device number is given already.
    #[error("the device number is taken")]
    DeviceNumberTaken,
    /// A station needs a name and between one and 64 scopes.
    #[error("a station needs a name and at least one division")]
    BadStation,
    /// No such device.
    #[error("no such device")]
    UnknownDevice,
    /// The device was revoked: nobody is let into it any more, and it is given nothing.
    #[error("the device was revoked")]
    Revoked,
    /// The station has not left a recovery code yet.
    #[error("no recovery code is kept for this device")]
    NoRecovery,
    /// Who asks for a code must say who and why.
    #[error("a reason is needed")]
    NoReason,
    /// The device was not revoked: its keys are not destroyed before that.
    #[error("the device was not revoked")]
    NotRevoked,
    /// One person alone decides no such thing.
    #[error("two different people must decide it")]
    OnePerson,
    /// The device does not serve the division by itself: it serves none of it, or a larger one that holds it.
    #[error("the device does not serve the division {0} by itself")]
    NotServed(daiban_model::ids::ScopeCode),
    /// No case of that id has come here.
    #[error("no such case")]
    UnknownCase,
    /// No station works in the division.
    #[error("no station serves the division {0}")]
    NobodyThere(daiban_model::ids::ScopeCode),
    /// Something the hub itself wrote does not read.
    #[error("the hub's own record {0} does not read")]
    Damaged(&'static str),
}

/// Why a request was turned away without an answer of the protocol.
#[derive(Debug, thiserror::Error)]
pub enum Turned {
    /// Not a request, or past its bounds.
    #[error("not a request")]
    Malformed,
    /// No such device here.
    #[error("unknown device")]
    UnknownDevice,
    /// The signature is not the device's.
    #[error("the signature is not the device's")]
    BadSignature,
    /// A letter for another hub.
    #[error("for another hub")]
    OtherHub,
    /// The store failed; the device may ask again later.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

impl From<Unread> for Turned {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Malformed => Self::Malformed,
            Unread::BadSignature => Self::BadSignature,
        }
    }
}

/// A request whose signature was found right.
struct Asked<T> {
    device: DeviceRow,
    certificate: Certificate,
    request: T,
    /// Hash of the request's body, which the reply's signature covers.
    hash: wire::Hash,
    /// How it was packed.
    packing: wire::Packing,
}

/// How long a nonce is good for.
const NONCE_MS: u64 = 24 * 60 * 60 * 1000;

impl<S: Store> Hub<S> {
    /// Opens a hub; on a new store this begins its first epoch.
    pub async fn open(store: S, keys: HubKeys) -> Result<Self, HubFault> {
        let hub = Self { store: Arc::new(store), keys: Arc::new(keys), epoch: Arc::default(), files: None };
        if hub.state(history::EPOCH).await?.is_none() {
            let states = vec![(history::EPOCH.to_owned(), Some(hub.keys.first_epoch().0.to_vec()))];
            hub.store.commit(crate::store::Batch { states, ..Default::default() }).await?;
        }
        hub.read_epoch().await.map_err(|_| HubFault::Damaged("epoch"))?;
        Ok(hub)
    }

    /// The store, for tests and tools.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The district's root key.
    pub fn root(&self) -> [u8; 32] {
        self.keys.root_public()
    }

    /// The key that the hub signs with, which stations pin.
    pub fn identity_key(&self) -> [u8; 32] {
        self.keys.hub_public()
    }

    /// Who the hub is in TLS: the holder of the key that stations pin.
    pub fn identity(&self) -> Result<Identity, rustls::Error> {
        self.keys.identity()
    }

    /// `POST /v1/hello`: who the hub is, for a station that has a code.
    pub fn hello(&self) -> Vec<u8> {
        wire::encode(&Hello { root: self.keys.root_public(), hub: self.keys.certificate().clone() })
    }

    /// Opens a signed request: bound, device, signature, then decode. K1.
    async fn asked<T: Body>(&self, body: &[u8]) -> Result<Asked<T>, Turned> {
        self.asked_for(body, Domain::Request).await
    }

    async fn asked_for<T: Body>(&self, body: &[u8], domain: Domain) -> Result<Asked<T>, Turned> {
        let envelope: Envelope = wire::decode(body, wire::MAX_BODY).map_err(|_| Turned::Malformed)?;
        let id = DeviceId(envelope.signer);
        let marks = self.store.peer(PeerQuery::Devices(vec![id])).await?;
        let device = marks.devices.into_iter().next().ok_or(Turned::UnknownDevice)?;
        let (request, hash) = envelope::asked(&envelope, domain)?;
        let certificate = self.certificate(&device).ok_or(Turned::UnknownDevice)?;
        Ok(Asked { device, certificate, request, hash, packing: envelope.packing })
    }

    fn certificate(&self, device: &DeviceRow) -> Option<Certificate> {
        let signed: Signed = wire::decode(&device.certificate, wire::MAX_BODY).ok()?;
        sign::open(&self.keys.root_public(), Domain::Certificate, &signed)
    }

    /// Packs and signs a reply to a request.
    fn reply<T: Body>(&self, request: wire::Hash, value: &T) -> Vec<u8> {
        envelope::answer(self.keys.hub(), Domain::Reply, request, value, REPLY_LEVEL)
    }

    /// The same, packed as whoever asked can read it.
    fn reply_to<A, T: Body>(&self, asked: &Asked<A>, value: &T) -> Vec<u8> {
        envelope::answer_in(self.keys.hub(), Domain::Reply, (asked.hash, asked.packing), value, REPLY_LEVEL)
    }

    fn nonce(&self, device: DeviceId, now: Wall) -> Nonce {
        nonce::give(self.keys.nonce_secret(), device, now)
    }

    fn is_fresh(&self, given: Nonce, device: DeviceId, now: Wall) -> bool {
        nonce::is_fresh(self.keys.nonce_secret(), given, device, now, NONCE_MS)
    }
}

/// zstd level of large replies: 9 % under level 12 for four times its CPU, a quarter of a millisecond a case; on a slow line the
/// bytes it saves take a hundred times longer than it does.
const REPLY_LEVEL: i32 = 16;

#[cfg(test)]
mod tests;
