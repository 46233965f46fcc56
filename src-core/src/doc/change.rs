//! Single changes as bytes: read with suspicion, described without opening a document, packed for the road.

use automerge::Change;
use daiban_model::wire::{Hash, MAX_CHANGE};
use sha2::{Digest, Sha256};

use super::{DocFault, Moved, columns};
use crate::store::DocKind;

/// What a change says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Its hash.
    pub hash: Hash,
    /// Its actor.
    pub actor: [u8; 16],
    /// The actor's number for it in this document.
    pub seq: u64,
    /// Changes it rests on. Its genesis is known everywhere and left out.
    pub deps: Vec<Hash>,
    /// Where its document goes, where it says so.
    pub moved: Option<Moved>,
}

impl Meta {
    pub(super) fn of(change: &Change) -> Self {
        let known: Vec<Hash> = super::genesis::heads().collect();
        Self {
            hash: Hash(change.hash().0),
            actor: super::actor(change.actor_id()),
            seq: change.seq(),
            deps: change.deps().iter().map(|dep| Hash(dep.0)).filter(|dep| !known.contains(dep)).collect(),
            moved: Moved::of(change),
        }
    }
}

/// The kind of the document that a change begins: its genesis is what the change rests on. `None` for a later change, for one of a kind
/// that this version does not know, and for what is no change.
pub fn begins(bytes: &[u8]) -> Option<DocKind> {
    let change = read(bytes).ok()?;
    change.deps().iter().find_map(|dep| super::genesis::kind_of(Hash(dep.0)))
}

/// Magic bytes of every chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk type of a plain change. A compressed one (2) may inflate without bound and is refused.
const PLAIN: u8 = 1;

/// The end of the year 9999, in milliseconds since 1970.
const LAST_MS: u64 = 253_402_300_799_999;

/// Reads a raw change: bounded, plain, whole, its checksum right. C2, C3.
pub(super) fn read(bytes: &[u8]) -> Result<Change, DocFault> {
    if bytes.len() > MAX_CHANGE || bytes.get(..4) != Some(&MAGIC) || bytes.get(8) != Some(&PLAIN) {
        return Err(DocFault::NotAChange);
    }
    // The library reads a change without looking at its checksum.
    if bytes.get(4..8) != Sha256::digest(&bytes[8..]).get(..4) {
        return Err(DocFault::NotAChange);
    }
    if !columns::are_bounded(&bytes[8..]) {
        return Err(DocFault::NotAChange);
    }
    let change = super::contain::contain(|| Change::from_bytes(bytes.to_vec())).ok_or(DocFault::NotAChange)?;
    let change = change.map_err(|_| DocFault::NotAChange)?;
    // Numbers that no device counts to, and times that no clock shows, are not reckoned with.
    let counted = change.seq() <= u64::from(u32::MAX) && change.timestamp().unsigned_abs() <= LAST_MS;
    if counted && change.actor_id().to_bytes().len() == 16 { Ok(change) } else { Err(DocFault::NotAChange) }
}

/// Describes a raw change.
pub fn parse(bytes: &[u8]) -> Result<Meta, DocFault> {
    read(bytes).map(|change| Meta::of(&change))
}

/// A raw change without the eight bytes that follow from the rest: magic and checksum.
pub fn pack(bytes: &[u8]) -> &[u8] {
    bytes.get(8..).unwrap_or_default()
}

/// A packed change made whole again. The result is not yet checked.
pub fn unpack(packed: &[u8]) -> Vec<u8> {
    let checksum = Sha256::digest(packed);
    let mut bytes = Vec::with_capacity(packed.len() + 8);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&checksum[..4]);
    bytes.extend_from_slice(packed);
    bytes
}

/// Snapshots are our own bytes, but a damaged disk is not ours.
const MAX_SNAPSHOT: usize = 64 << 20;

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    // Compressing into memory cannot fail; if it did, the bytes would be kept as they are and not inflate.
    zstd::bulk::compress(bytes, 3).unwrap_or_else(|_| bytes.to_vec())
}

pub(super) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::decompress(bytes, MAX_SNAPSHOT).ok()
}
