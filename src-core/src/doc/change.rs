//! Single changes as bytes: read with suspicion, described without opening a document, packed for the road.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::Change;
use daiban_model::wire::{Hash, MAX_CHANGE};
use sha2::{Digest, Sha256};

use super::DocFault;

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
}

impl Meta {
    pub(super) fn of(change: &Change) -> Self {
        let known = super::genesis::heads();
        Self {
            hash: Hash(change.hash().0),
            actor: super::actor(change.actor_id()),
            seq: change.seq(),
            deps: change.deps().iter().map(|dep| Hash(dep.0)).filter(|dep| !known.contains(dep)).collect(),
        }
    }
}

/// Magic bytes of every chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk type of a plain change. A compressed one (2) may inflate without bound and is refused.
const PLAIN: u8 = 1;

/// Reads a raw change: bounded, plain, whole, its checksum right. C2, C3.
pub(super) fn read(bytes: &[u8]) -> Result<Change, DocFault> {
    if bytes.len() > MAX_CHANGE || bytes.get(..4) != Some(&MAGIC) || bytes.get(8) != Some(&PLAIN) {
        return Err(DocFault::NotAChange);
    }
    // The library reads a change without looking at its checksum.
    if bytes.get(4..8) != Sha256::digest(&bytes[8..]).get(..4) {
        return Err(DocFault::NotAChange);
    }
    let change = catch_unwind(AssertUnwindSafe(|| Change::from_bytes(bytes.to_vec())));
    let change = change.map_err(|_| DocFault::NotAChange)?.map_err(|_| DocFault::NotAChange)?;
    if change.actor_id().to_bytes().len() == 16 { Ok(change) } else { Err(DocFault::NotAChange) }
}

/// Describes a raw change.
pub fn parse(bytes: &[u8]) -> Result<Meta, DocFault> {
    read(bytes).map(|change| Meta::of(&change))
}

/// A raw change without the eight bytes that follow from the rest: magic and checksum.
pub fn pack(bytes: &[u8]) -> &[u8] {
    bytes.get(8..).unwrap_or_default()
}

/// The number of the column that holds what was written, and its kind: see the format's `value raw`.
const TEXTS: u64 = 0x57;

/// Where a packed change names the changes it rests on, and where it holds the texts that were written. Only lengths are read
/// and nothing is believed: bytes of another shape have two empty ranges at their end.
pub fn cuts(packed: &[u8]) -> (Range<usize>, Range<usize>) {
    let fits = |(deps, texts): &(Range<usize>, Range<usize>)| deps.end <= texts.start && texts.end <= packed.len();
    let none = packed.len()..packed.len();
    found(packed).filter(fits).unwrap_or((none.clone(), none))
}

/// Kind, length, rests-on, actor, number, first operation, time, message, other actors, columns with their lengths, columns.
fn found(packed: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let mut at = 1;
    number(packed, &mut at)?;
    let count = number(packed, &mut at)?;
    let start = at;
    skip(&mut at, count.checked_mul(32)?)?;
    let deps = start..at;
    skip_sized(packed, &mut at)?;
    for _ in 0..3 {
        number(packed, &mut at)?;
    }
    skip_sized(packed, &mut at)?;
    for _ in 0..number(packed, &mut at)? {
        skip_sized(packed, &mut at)?;
    }
    let (mut before, mut texts) = (0_u64, None);
    for _ in 0..number(packed, &mut at)? {
        let (column, length) = (number(packed, &mut at)?, number(packed, &mut at)?);
        if column == TEXTS {
            texts = Some((before, length));
        }
        before = before.checked_add(length)?;
    }
    let (before, length) = texts?;
    skip(&mut at, before)?;
    let start = at;
    skip(&mut at, length)?;
    Some((deps, start..at))
}

/// A number in LEB128.
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn skip(at: &mut usize, length: u64) -> Option<()> {
    *at = at.checked_add(usize::try_from(length).ok()?)?;
    Some(())
}

/// Past a length and as many bytes.
fn skip_sized(bytes: &[u8], at: &mut usize) -> Option<()> {
    let length = number(bytes, at)?;
    skip(at, length)
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
