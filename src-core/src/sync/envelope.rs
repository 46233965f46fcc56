//! What requests and replies travel in: packed, signed by their sender under a word of their own; a reply for exactly one request.

use daiban_model::wire::{self, Envelope, Hash, Packing};
use ed25519_dalek::SigningKey;

use super::columns::{self, Body};
use super::dictionary;
use super::segment;
use super::sign::{self, Domain};

/// Why an envelope was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not of the protocol's shape.
    #[error("malformed")]
    Malformed,
    /// Not signed by whom it names, or for another purpose or request.
    #[error("the signature is wrong")]
    BadSignature,
}

/// zstd level of large requests: what a village laptop packs without being felt.
const REQUEST_LEVEL: i32 = 9;

/// Encodes, packs and signs a request. The second value is the hash its answer must be signed for.
pub fn ask<T: Body>(key: &SigningKey, domain: Domain, value: &T) -> (Vec<u8>, Hash) {
    let plain = columns::encode(value);
    let (packing, body) = match plain.len() {
        0..=512 => (Packing::Plain, plain.as_slice().into()),
        _ => segment::squeeze(&plain, REQUEST_LEVEL),
    };
    let sig = sign::sign(key, domain, &[&body]);
    let hash = sign::hash(&body);
    let envelope = Envelope { signer: key.verifying_key().to_bytes(), sig, packing, body: body.into_owned() };
    (wire::encode(&envelope), hash)
}

/// The same for somebody who reads the dictionary of small bodies, and is answered with it.
pub fn ask_briefly<T: Body>(key: &SigningKey, domain: Domain, value: &T) -> (Vec<u8>, Hash) {
    let plain = columns::encode(value);
    let (packing, body) = match dictionary::squeeze(&plain) {
        Some(small) => (Packing::ZstdFirst, small),
        None if plain.len() <= 512 => (Packing::PlainFirst, plain),
        None => return ask(key, domain, value),
    };
    let (sig, hash) = (sign::sign(key, domain, &[&body]), sign::hash(&body));
    (wire::encode(&Envelope { signer: key.verifying_key().to_bytes(), sig, packing, body }), hash)
}

/// The request in an envelope, when its signer signed it, and its hash. Verified before it is unpacked, unpacked within its bound.
pub fn asked<T: Body>(envelope: &Envelope, domain: Domain) -> Result<(T, Hash), Unread> {
    if !sign::verify(&envelope.signer, domain, &[&envelope.body], &envelope.sig) {
        return Err(Unread::BadSignature);
    }
    Ok((unpacked(envelope)?, sign::hash(&envelope.body)))
}

/// Encodes, packs at a level and signs the reply to a request.
pub fn answer<T: Body>(key: &SigningKey, domain: Domain, asked: Hash, value: &T, level: i32) -> Vec<u8> {
    let plain = columns::encode(value);
    let (packing, body) = segment::squeeze(&plain, level);
    let sig = sign::sign(key, domain, &[&asked.0, &body]);
    wire::encode(&Envelope { signer: key.verifying_key().to_bytes(), sig, packing, body: body.into_owned() })
}

/// The same to a request that was packed so.
pub fn answer_in<T: Body>(
    key: &SigningKey,
    domain: Domain,
    (asked, packing): (Hash, Packing),
    value: &T,
    level: i32,
) -> Vec<u8> {
    let small = if packing.reads_first() { dictionary::squeeze(&columns::encode(value)) } else { None };
    let Some(body) = small else { return answer(key, domain, asked, value, level) };
    let sig = sign::sign(key, domain, &[&asked.0, &body]);
    wire::encode(&Envelope { signer: key.verifying_key().to_bytes(), sig, packing: Packing::ZstdFirst, body })
}

/// The reply in an envelope, when its signer signed it for exactly this request.
pub fn answered<T: Body>(envelope: &Envelope, domain: Domain, asked: Hash) -> Result<T, Unread> {
    if !sign::verify(&envelope.signer, domain, &[&asked.0, &envelope.body], &envelope.sig) {
        return Err(Unread::BadSignature);
    }
    unpacked(envelope)
}

fn unpacked<T: Body>(envelope: &Envelope) -> Result<T, Unread> {
    let plain = segment::unsqueeze(envelope.packing, &envelope.body).ok_or(Unread::Malformed)?;
    columns::decode(&plain).map_err(|_| Unread::Malformed)
}
