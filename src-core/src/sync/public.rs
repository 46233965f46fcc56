//! TLS by public certificates: for a hub behind a proxy that shows one under its name.
//!
//! The dates of a certificate are judged by a time that is told. A certificate that is not valid *yet* is taken as if it were: that says
//! something about this machine's clock alone, which may stand at 1970. One that has run out is not.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, WebPkiServerVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Whom one believes what they certify.
#[derive(Debug, Clone)]
pub enum Authorities {
    /// Those that this system trusts.
    System,
    /// These and no others.
    These(Arc<RootCertStore>),
}

/// What a client shows and expects.
pub fn client(authorities: &Authorities, time: Arc<dyn TimeProvider>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let judge: Arc<dyn ServerCertVerifier> = match authorities {
        Authorities::System => Arc::new(Verifier::new(provider.clone())?),
        Authorities::These(roots) => WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone())
            .build()
            .map_err(|fault| Error::General(fault.to_string()))?,
    };
    let builder = ClientConfig::builder_with_details(provider, time).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(InTime { judge });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Certificates of a chain, each of which may begin later than the one before.
const CHAIN: usize = 8;

/// Judges as another does, at the earliest time from the one told on at which the certificates are valid.
#[derive(Debug)]
struct InTime {
    judge: Arc<dyn ServerCertVerifier>,
}

impl ServerCertVerifier for InTime {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut at = now;
        for _ in 0..CHAIN {
            match self.judge.verify_server_cert(shown, chain, name, ocsp, at) {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }))
                    if not_before > at =>
                {
                    at = not_before;
                }
                judged => return judged,
            }
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidYet))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, shown, by)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, shown, by)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests;
