//! The district's keys.

use daiban_model::stamp::Wall;
use daiban_model::wire::{Epoch, HubCertificate, Signed};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::sync::sign::{self, Domain};
use crate::sync::tls::Identity;

/// The root key, which stations pin; the hub's own key, which signs receipts and replies; and a key for nonces.
///
/// One file of 96 secret bytes and the hub's certificate. Keep a copy in a safe: whoever has it is the district.
pub struct HubKeys {
    root: SigningKey,
    hub: SigningKey,
    nonce: Zeroizing<[u8; 32]>,
    certificate: Signed,
}

const TEN_YEARS_MS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

impl HubKeys {
    /// New keys from 96 random bytes.
    pub fn create(chance: [u8; 96], now: Wall) -> Self {
        let chance = Zeroizing::new(chance);
        let part = |at: usize| {
            let mut bytes = Zeroizing::new([0; 32]);
            bytes.copy_from_slice(&chance[at..at + 32]);
            bytes
        };
        let (root, hub) = (SigningKey::from_bytes(&part(0)), SigningKey::from_bytes(&part(32)));
        let not_after = now.0.max(0).unsigned_abs() + TEN_YEARS_MS;
        let certificate = HubCertificate { key: hub.verifying_key().to_bytes(), not_after };
        let certificate = sign::seal(&root, Domain::HubCertificate, &certificate);
        Self { root, hub, nonce: part(64), certificate }
    }

    /// The bytes of the key file.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        bytes.extend_from_slice(self.root.as_bytes());
        bytes.extend_from_slice(self.hub.as_bytes());
        bytes.extend_from_slice(self.nonce.as_slice());
        bytes.extend_from_slice(&daiban_model::wire::encode(&self.certificate));
        bytes
    }

    /// Reads a key file.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let part = |at: usize| Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.get(at..at + 32)?).ok()?));
        let certificate: Signed = daiban_model::wire::decode(bytes.get(96..)?, 4096).ok()?;
        let root = SigningKey::from_bytes(&*part(0)?);
        let hub = SigningKey::from_bytes(&*part(32)?);
        let opened: HubCertificate =
            sign::open(&root.verifying_key().to_bytes(), Domain::HubCertificate, &certificate)?;
        (opened.key == hub.verifying_key().to_bytes()).then_some(Self { root, hub, nonce: part(64)?, certificate })
    }

    pub(super) fn root(&self) -> &SigningKey {
        &self.root
    }

    pub(super) fn hub(&self) -> &SigningKey {
        &self.hub
    }

    pub(super) fn certificate(&self) -> &Signed {
        &self.certificate
    }

    /// The district's root key, which stations pin.
    pub fn root_public(&self) -> [u8; 32] {
        self.root.verifying_key().to_bytes()
    }

    /// The hub's key as TLS shows it.
    pub(super) fn identity(&self) -> Result<Identity, rustls::Error> {
        Identity::of(&self.hub)
    }

    pub(super) fn hub_public(&self) -> [u8; 32] {
        self.hub.verifying_key().to_bytes()
    }

    pub(super) fn nonce_secret(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// The epoch of a new hub; a restore draws another one.
    pub(super) fn first_epoch(&self) -> Epoch {
        let mut epoch = [0; 8];
        let hash = blake3::derive_key("daiban first epoch v1", self.nonce.as_slice());
        epoch.copy_from_slice(&hash[..8]);
        Epoch(epoch)
    }
}
