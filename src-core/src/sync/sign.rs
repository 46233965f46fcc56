//! Signatures with a domain: what was signed for one purpose is worth nothing for another.

use daiban_model::wire::{self, Hash, Sig, Signed};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// A segment's root, by its device.
    Segment,
    /// A device's certificate, by the root.
    Certificate,
    /// The hub's certificate, by the root.
    HubCertificate,
    /// A published package, by the root.
    Package,
    /// A receipt, by the hub.
    Receipt,
    /// A request, by a device.
    Request,
    /// A reply, by the hub.
    Reply,
    /// An enrolment, by the new device.
    Enrol,
    /// A line about somebody who looked at a masked number, by the station.
    Reveal,
    /// A line of the audit trail, by the station.
    Audit,
    /// A request about attachments, by a device.
    FilesRequest,
    /// A receipt for an attachment, by the hub.
    FileReceipt,
    /// The head of a letter's part, by its sender.
    Letter,
    /// A request to keep a recovery code, by a device.
    Recovery,
    /// The list of an archive pack, by the station that made it.
    Archive,
    /// An order to erase a division, by the hub.
    Forget,
    /// A device's word that it did.
    Forgot,
    /// The order to destroy keys, by the root.
    Destroy,
    /// A request to another station, by a device.
    Meet,
    /// The answer to that, by the other station's device.
    MeetReply,
    /// A request to another station about attachments, by a device.
    MeetFiles,
    /// The answer to that, by the other station's device.
    MeetFilesReply,
    /// The list of a backup, by the device it was made on.
    Backup,
    /// That another device goes on from a backup, by the device it was made on.
    Succeeds,
}

impl Domain {
    fn context(self) -> &'static str {
        match self {
            Self::Segment => "daiban segment v1",
            Self::Certificate => "daiban certificate v1",
            Self::HubCertificate => "daiban hub certificate v1",
            Self::Package => "daiban package v1",
            Self::Receipt => "daiban receipt v1",
            Self::Request => "daiban request v1",
            Self::Reply => "daiban reply v1",
            Self::Enrol => "daiban enrol v1",
            Self::Reveal => "daiban reveal v1",
            Self::Audit => "daiban audit v1",
            Self::FilesRequest => "daiban files request v1",
            Self::FileReceipt => "daiban file receipt v1",
            Self::Letter => "daiban letter v1",
            Self::Recovery => "daiban recovery v1",
            Self::Archive => "daiban archive v1",
            Self::Forget => "daiban forget v1",
            Self::Forgot => "daiban forgot v1",
            Self::Destroy => "daiban destroy keys v1",
            Self::Meet => "daiban meet v1",
            Self::MeetReply => "daiban meet reply v1",
            Self::MeetFiles => "daiban meet files v1",
            Self::MeetFilesReply => "daiban meet files reply v1",
            Self::Backup => "daiban backup v1",
            Self::Succeeds => "daiban succeeds v1",
        }
    }
}

/// BLAKE3 of some parts under a domain; each part's length is part of what is hashed.
fn digest(domain: Domain, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(domain.context());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// Signs some parts.
pub fn sign(key: &SigningKey, domain: Domain, parts: &[&[u8]]) -> Sig {
    Sig(key.sign(&digest(domain, parts)).to_bytes())
}

/// Whether a signature is right. Strict: weak keys and second forms of a signature are refused.
pub fn verify(key: &[u8; 32], domain: Domain, parts: &[&[u8]], sig: &Sig) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    key.verify_strict(&digest(domain, parts), &Signature::from_bytes(&sig.0)).is_ok()
}

/// Encodes and signs a value.
pub fn seal<T: Serialize>(key: &SigningKey, domain: Domain, value: &T) -> Signed {
    let bytes = wire::encode(value);
    let sig = sign(key, domain, &[&bytes]);
    Signed { bytes, sig }
}

/// Verifies first, decodes after. `None` when either fails.
pub fn open<T: DeserializeOwned>(key: &[u8; 32], domain: Domain, signed: &Signed) -> Option<T> {
    if !verify(key, domain, &[&signed.bytes], &signed.sig) {
        return None;
    }
    wire::decode(&signed.bytes, wire::MAX_INFLATED).ok()
}

/// A plain BLAKE3 hash.
pub fn hash(bytes: &[u8]) -> Hash {
    Hash(*blake3::hash(bytes).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_worth_nothing_for_another_purpose_or_another_split() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key().to_bytes();
        let sig = sign(&key, Domain::Segment, &[b"ab", b"c"]);
        assert!(verify(&public, Domain::Segment, &[b"ab", b"c"], &sig));
        assert!(!verify(&public, Domain::Receipt, &[b"ab", b"c"], &sig), "other purpose");
        assert!(!verify(&public, Domain::Segment, &[b"a", b"bc"], &sig), "other split");
        assert!(!verify(&[0; 32], Domain::Segment, &[b"ab", b"c"], &sig), "weak key");
    }
}
