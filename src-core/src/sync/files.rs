//! How attachments travel: requests and answers that are not packed (a photograph is packed already), signed like all others but
//! under a word of their own.

use daiban_model::wire::{self, Envelope, FileReceipt, FilesReply, FilesRequest, Hash, Packing, Signed};
use ed25519_dalek::SigningKey;

use super::columns::{self, Body};
use super::sign::{self, Domain};
use super::station::{self, ReplyFault, Trust};

impl Body for FilesRequest {}

impl Body for FilesReply {}

/// Encodes and signs a request. The second value is the hash its answer must be signed for.
pub fn request(key: &SigningKey, value: &FilesRequest) -> (Vec<u8>, Hash) {
    let body = columns::encode(value);
    let (sig, hash) = (sign::sign(key, Domain::FilesRequest, &[&body]), sign::hash(&body));
    let envelope = Envelope { signer: key.verifying_key().to_bytes(), sig, packing: Packing::Plain, body };
    (wire::encode(&envelope), hash)
}

/// Opens an answer: signed by the pinned hub for exactly this request.
pub fn reply(bytes: &[u8], asked: Hash, trust: &Trust) -> Result<FilesReply, ReplyFault> {
    station::reply(bytes, asked, trust)
}

/// Opens a receipt.
pub fn receipt(signed: &Signed, trust: &Trust) -> Option<FileReceipt> {
    sign::open(&trust.hub, Domain::FileReceipt, signed)
}
