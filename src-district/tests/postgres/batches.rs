//! Batches small enough to count what came of them.

use daiban_core::store::{Batch, Sealed, StoredChange, StoredSegment, chain_next};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Hlc;
use daiban_model::wire::{Cursor, DocId, Hash, Header, SegmentKey, Sig, VERSION};

use crate::dice::agent;

pub fn hash(n: u64) -> Hash {
    Hash(*blake3::hash(&n.to_le_bytes()).as_bytes())
}

pub fn key(device: u8, scope: ScopeCode, number: u32) -> SegmentKey {
    SegmentKey { device: DeviceId([device; 32]), incarnation: 0, scope, number }
}

pub fn segment(key: SegmentKey) -> StoredSegment {
    let SegmentKey { device, incarnation, scope, number } = key;
    let (prev, hlc, agent) = (hash(u64::from(number)), Hlc { ms: 1_772_415_000_000, counter: 7 }, agent(1));
    let header = Header { version: VERSION, device, incarnation, scope, number, prev, hlc, agent, count: 2 };
    let root = hash(scope.number() ^ (u64::from(device.0[0]) << 48) ^ u64::from(number));
    StoredSegment { header, root, sig: Sig([9; 64]), received_ms: 1_772_415_000_500 }
}

/// A change of a document; its place in the segment, if it came in one.
pub fn change(n: u64, doc: DocId, scope: ScopeCode, device: u8, segment: Option<(SegmentKey, u32)>) -> StoredChange {
    let bytes = [&n.to_le_bytes()[..], &[7; 92]].concat();
    StoredChange { hash: hash(n), doc, scope, actor: [device; 16], actor_seq: n, segment, bytes }
}

/// Segment `number` of a device with two changes, to be numbered.
pub fn brought(device: u8, scope: ScopeCode, number: u32) -> Batch {
    let key = key(device, scope, number);
    let n = (u64::from(device) << 40) | (u64::from(number) << 8);
    let changes = (0..2).map(|at| change(n + u64::from(at), [device; 16], scope, device, Some((key, at)))).collect();
    Batch { segments: vec![segment(key)], changes, number: vec![key], ..Batch::default() }
}

/// An own change that is sealed into own segment `number` in the same batch: done twice, there is nothing left to seal.
pub fn sealed(scope: ScopeCode, number: u32) -> Batch {
    let key = key(1, scope, number);
    let n = (1 << 50) | u64::from(number);
    let own = change(n, [1; 16], scope, 1, None);
    let sealed = Sealed { key, hashes: vec![own.hash] };
    let (segments, outbox) = (vec![segment(key)], vec![own.hash]);
    Batch { segments, outbox, sealed: vec![sealed], changes: vec![own], ..Batch::default() }
}

/// What the end of a feed must be when these segments stand in it in this order.
pub fn end_of(scope: ScopeCode, roots: impl Iterator<Item = Hash>) -> Cursor {
    roots.fold(Cursor { scope, seq: 0, chain: Hash::default() }, |end, root| Cursor {
        seq: end.seq + 1,
        chain: chain_next(end.chain, root),
        ..end
    })
}
