//! TLS between parties that know each other's Ed25519 keys: TLS 1.3 with raw public keys (RFC 7250).
//!
//! - L1: a peer is whoever holds the key. Names, dates and authorities say nothing here, so a wrong clock breaks nothing.
//! - L2: the key is checked in the handshake: not a byte of a request goes to the holder of another one. There is no early data.
//! - L3: no clock is read here; what a configuration takes for the time is told from outside ([`Told`], [`Running`]).
//!
//! Who may do what is not decided here either: a key that is right only says whom one talks to. Certificates of stations and hubs are
//! the district's own ([`daiban_model::wire::Certificate`]) and are read above.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use daiban_model::stamp::Wall;
use ed25519_dalek::SigningKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::ring;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoClientAuth, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, CommonState, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    ServerConfig, SignatureScheme,
};
use zeroize::Zeroizing;

use crate::edge::Edge;

/// A key of ours, as TLS shows it.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("identity")
    }
}

/// A secret Ed25519 key in PKCS #8, up to its 32 bytes (RFC 8410 section 7).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// A public Ed25519 key as a subject's public key info, up to its 32 bytes (RFC 8410 section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

impl Identity {
    /// The identity of a key.
    pub fn of(key: &SigningKey) -> Result<Self, Error> {
        let secret = Zeroizing::new([PKCS8.as_slice(), key.as_bytes()].concat());
        let signing = ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(secret.as_slice()))?;
        let shown = [SPKI.as_slice(), key.verifying_key().as_bytes()].concat();
        Ok(Self(Arc::new(CertifiedKey::new(vec![CertificateDer::from(shown)], signing))))
    }
}

/// The key in what a peer showed; `None` where it is no Ed25519 key.
fn shown_key(shown: &CertificateDer<'_>) -> Option<[u8; 32]> {
    shown.strip_prefix(&SPKI)?.try_into().ok()
}

/// The key of the peer, once the handshake is done. At a server there is one when it listens to [`Guests::Keyed`].
pub fn key_of(connection: &CommonState) -> Option<[u8; 32]> {
    connection.peer_certificates()?.first().and_then(shown_key)
}

/// Whom a client expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// The holder of this key.
    Key([u8; 32]),
    /// Whoever answers, by any Ed25519 key: only to ask who is there. What it says counts by other signatures.
    Anyone,
}

impl Expected {
    fn is(self, key: [u8; 32]) -> bool {
        match self {
            Self::Key(expected) => expected == key,
            Self::Anyone => true,
        }
    }
}

/// What a client of this house shows and expects. With an identity of its own it reaches only servers that listen to
/// [`Guests::Keyed`], without one only others.
pub fn client(expected: Expected, own: Option<&Identity>, time: Arc<dyn TimeProvider>) -> Result<ClientConfig, Error> {
    let provider = provider();
    let verifier = Arc::new(ByKey::new(expected, &provider));
    let builder = ClientConfig::builder_with_details(provider, time).with_protocol_versions(&[&TLS13])?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match own {
        None => builder.with_no_client_auth(),
        Some(own) => builder.with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(own.0.clone()))),
    };
    config.resumption = Resumption::in_memory_sessions(SESSIONS_KEPT_BY_CLIENT);
    Ok(config)
}

/// Whom a server lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guests {
    /// Whoever comes; who they are stands in what they say, signed.
    Nameless,
    /// Whoever shows an Ed25519 key and holds it; [`key_of`] says which.
    Keyed,
}

/// What a server of this house shows and expects.
pub fn server(own: &Identity, guests: Guests, time: Arc<dyn TimeProvider>) -> Result<ServerConfig, Error> {
    let provider = provider();
    let verifier: Arc<dyn ClientCertVerifier> = match guests {
        Guests::Nameless => Arc::new(NoClientAuth),
        Guests::Keyed => Arc::new(ByKey::new(Expected::Anyone, &provider)),
    };
    let mut config = ServerConfig::builder_with_details(provider, time)
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(own.0.clone())));
    // A ticket is a number under which this process remembers the session: a tenth of the bytes of one that holds it. Another
    // process of the same hub does not know it and shakes hands anew.
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS_KEPT_BY_SERVER);
    config.send_tls13_tickets = 1;
    Ok(config)
}

const SESSIONS_KEPT_BY_CLIENT: usize = 8;
/// A district has some hundred stations.
const SESSIONS_KEPT_BY_SERVER: usize = 4096;

/// One way to agree on a key and two ciphers, the one first that old processors do well: what is offered is sent each time.
fn provider() -> Arc<CryptoProvider> {
    let cipher_suites =
        vec![ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256, ring::cipher_suite::TLS13_AES_128_GCM_SHA256];
    Arc::new(CryptoProvider { cipher_suites, kx_groups: vec![ring::kx_group::X25519], ..ring::default_provider() })
}

/// Knows peers by their key. L1, L2.
#[derive(Debug)]
struct ByKey {
    expected: Expected,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ByKey {
    fn new(expected: Expected, provider: &CryptoProvider) -> Self {
        Self { expected, algorithms: provider.signature_verification_algorithms }
    }

    fn check(&self, shown: &CertificateDer<'_>) -> Result<(), Error> {
        match shown_key(shown) {
            Some(key) if self.expected.is(key) => Ok(()),
            Some(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            None => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
        }
    }

    fn signed(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(shown.as_ref());
        verify_tls13_signature_with_raw_key(message, &key, by, &self.algorithms)
    }
}

/// Raw keys are of TLS 1.3; an earlier one is not offered.
fn too_old() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::PeerIncompatible(PeerIncompatible::Tls13RequiredForQuic))
}

impl ServerCertVerifier for ByKey {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(shown).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        too_old()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, shown, by)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for ByKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(shown).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        too_old()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, shown, by)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// The time as somebody told it last, in whole seconds; 1970 until then. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<AtomicU64>);

impl Told {
    /// From now on it is this time.
    pub fn tell(&self, time: Wall) {
        self.0.store(seconds(time), Ordering::SeqCst);
    }
}

impl TimeProvider for Told {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0.load(Ordering::SeqCst))))
    }
}

/// The time of an edge. One before 1970 counts as 1970.
pub struct Running(Arc<dyn Edge>);

impl Running {
    /// The time of this edge.
    pub fn by(edge: Arc<dyn Edge>) -> Arc<Self> {
        Arc::new(Self(edge))
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("running")
    }
}

impl TimeProvider for Running {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds(self.0.now()))))
    }
}

fn seconds(time: Wall) -> u64 {
    time.0.max(0).unsigned_abs() / 1000
}

/// Why TLS did not come about, as far as a person acts differently on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// Somebody else answered: another key, or one that nobody vouches for.
    #[error("somebody else answered")]
    OtherPeer,
    /// What answered does not speak TLS.
    #[error("what answered does not speak TLS")]
    NoTls,
    /// The certificate is not valid at this time: it has run out, or the clock is wrong.
    #[error("the certificate is not valid at this time")]
    Dates,
}

impl TlsFault {
    /// What stood behind a connection that failed; `None` where TLS had no part in it.
    pub fn behind(fault: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(fault);
        while let Some(fault) = next {
            if let Some(tls) = fault.downcast_ref::<Error>() {
                return Self::of(tls);
            }
            // An error of a socket shows what it wraps, and passes that over when it is asked for its source.
            next = match fault.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => fault.source(),
            };
        }
        None
    }

    fn of(tls: &Error) -> Option<Self> {
        use CertificateError as Bad;
        match tls {
            Error::InvalidCertificate(
                Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. },
            ) => Some(Self::Dates),
            Error::InvalidCertificate(_) | Error::PeerIncompatible(_) | Error::AlertReceived(_) => {
                Some(Self::OtherPeer)
            }
            Error::InvalidMessage(_) => Some(Self::NoTls),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
