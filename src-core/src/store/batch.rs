//! What one act writes.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, Header, SegmentKey, Sig};

#[cfg(doc)]
use super::StoreError;
use super::{ActorRow, CaseRecord, DeviceRow, DocState, PeerId, PersonRecord, Quarantined};

/// Everything one act writes. Empty parts cost nothing. The parts are stored in the order of the fields.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// What is erased before the rest of the batch is stored. S6
    pub erased: Vec<Erased>,
    /// Own sealed segments that the hub will never take, because a copied or restored disk used their numbers: their frames go,
    /// their changes go back into the outbox to be sealed anew. So may others' segments whose number the hub gives to another one: only
    /// their frames go. One with a place, or with a receipt that names one, is a [`StoreError::Clash`].
    pub withdrawn: Vec<SegmentKey>,
    /// Station: feeds that end here again, because the hub goes on from an earlier place. Places after it go, segments and their
    /// changes stay. A place that is not stored is a [`StoreError::Clash`].
    pub rewind: Vec<Cursor>,
    /// Segments with their headers; stored before the changes that name them. Storing an equal one again does nothing; another
    /// root under a stored key is a [`StoreError::Clash`].
    pub segments: Vec<StoredSegment>,
    /// Changes. One that is stored already (same document and hash) is passed over, but stands as a record in the segment it
    /// names, so that each segment can be sent on whole; the same (actor, doc, seq) with another hash is a
    /// [`StoreError::Clash`], and so is another change in the same place of a segment.
    pub changes: Vec<StoredChange>,
    /// Documents touched, with their heads after these changes.
    pub docs: Vec<DocState>,
    /// Rows replaced as a whole, with their search tokens.
    pub rows: Vec<CaseRecord>,
    /// The same for people, households and enterprises.
    pub people: Vec<PersonRecord>,
    /// Hub: stored segments that get the next numbers of their scopes, in this order. One that has a place keeps it.
    pub number: Vec<SegmentKey>,
    /// Station: places the hub gave. Must go on densely from what is stored of the scope; one that is stored already is passed
    /// over, another segment or chain hash there is a [`StoreError::Clash`], a hole is [`StoreError::Damaged`]. What a placed
    /// segment carries has arrived: it leaves the outbox if it was not yet sealed.
    pub feed: Vec<Placed>,
    /// Hashes of own changes that go into the outbox.
    pub outbox: Vec<Hash>,
    /// Own outbox changes that were sealed into a stored segment; keeps order: their place in `hashes` is their ordinal.
    pub sealed: Vec<Sealed>,
    /// Receipts of own segments; their changes leave the outbox. One of an unknown segment is passed over.
    pub receipts: Vec<Receipted>,
    /// How far a peer has read, or how far this store has read of a peer.
    pub cursors: Vec<(PeerId, Cursor)>,
    /// Devices and their certificates; replaces what is stored of a device except a revocation.
    pub devices: Vec<DeviceRow>,
    /// Devices revoked, with the time; the first revocation stands.
    pub revoked: Vec<(DeviceId, u64)>,
    /// Actors bound to devices. Binding one to another device is a [`StoreError::Clash`].
    pub actors: Vec<ActorRow>,
    /// Hub: documents that leave the scope they live in for another one, before `homes` are looked at. One that does not live in the first
    /// is a [`StoreError::Clash`].
    pub rehomed: Vec<(DocId, ScopeCode, ScopeCode)>,
    /// Hub: documents bound to the scope they live in. Binding one to another scope is a [`StoreError::Clash`].
    pub homes: Vec<(DocId, ScopeCode)>,
    /// Segments set aside with their reason; the same bytes only once.
    pub quarantine: Vec<Quarantined>,
    /// Segments that wait for changes they rest on; `None` takes one out.
    pub pending: Vec<(SegmentKey, Option<Vec<u8>>)>,
    /// Small named values; `None` removes one.
    pub states: Vec<(String, Option<Vec<u8>>)>,
}

/// Something of which nothing is to be left but the hashes of what this device itself signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// A document: its row with the words it is found by, its snapshot, its changes and their places in segments. Segments stay as frames.
    Doc(DocId),
    /// A division: its documents, and those of which nothing but changes are here; what is left of its feed, with the cursors into
    /// it, what waits and what was set aside. Frames of own sealed segments stay with their receipts: they hold hashes, and go on being
    /// counted and numbered. A document that lives in another division stays whole, whatever segments brought it.
    Scope(ScopeCode),
}

/// One change as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The change's own hash.
    pub hash: Hash,
    /// The document.
    pub doc: DocId,
    /// The scope it was written in.
    pub scope: ScopeCode,
    /// Who wrote it, as Automerge counts.
    pub actor: [u8; 16],
    /// The actor's number for it in this document.
    pub actor_seq: u64,
    /// The segment that carries it and its ordinal there; `None` while it is unsent.
    pub segment: Option<(SegmentKey, u32)>,
    /// The raw change, uncompressed.
    pub bytes: Vec<u8>,
}

/// A segment's frame; its records are the changes that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSegment {
    /// The header.
    pub header: Header,
    /// The root that was signed.
    pub root: Hash,
    /// The device's signature.
    pub sig: Sig,
    /// When it was stored here, in milliseconds since 1970.
    pub received_ms: u64,
}

/// A segment's place in its scope's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The segment.
    pub key: SegmentKey,
    /// Its number.
    pub seq: u64,
    /// The chain hash there: see [`chain_next`].
    pub chain: Hash,
}

/// The chain hash after one more segment: BLAKE3 over the last one and the segment's root.
pub fn chain_next(last: Hash, root: Hash) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("daiban feed chain v1");
    hasher.update(&last.0);
    hasher.update(&root.0);
    Hash(*hasher.finalize().as_bytes())
}

/// Outbox changes that went into a segment.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The segment.
    pub key: SegmentKey,
    /// Its changes, in order.
    pub hashes: Vec<Hash>,
}

/// A receipt of the hub for an own segment.
#[derive(Debug, Clone)]
pub struct Receipted {
    /// The segment.
    pub key: SegmentKey,
    /// Its place; `None` while the hub keeps it waiting.
    pub seq: Option<u64>,
    /// The signed receipt, as it came.
    pub receipt: Vec<u8>,
    /// The hub's time.
    pub hub_ms: u64,
}
