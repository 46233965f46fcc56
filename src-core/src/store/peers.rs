//! What is known of the other side, and what is owed to it.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, SegmentKey};

#[cfg(doc)]
use super::Store;
use super::{Placed, Records, StoredChange, StoredSegment};

/// Who is on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeerId {
    /// The district's hub.
    Hub,
    /// A device.
    Device(DeviceId),
}

/// What to ask of [`Store::peer`].
#[derive(Debug, Clone)]
pub enum PeerQuery {
    /// Cursors of a peer, and the end of every feed here.
    Cursors(PeerId),
    /// Cursors of a peer, and the ends of the feeds of these divisions and of what lies below them: what [`Self::Cursors`] answers,
    /// for a peer that sees little of a large store.
    CursorsUnder {
        /// The peer.
        peer: PeerId,
        /// The divisions; none are enough to ask for the cursors alone.
        scopes: Vec<ScopeCode>,
    },
    /// Unsealed outbox changes, oldest first, at most `limit` bytes but at least one.
    Outbox {
        /// Bytes.
        limit: usize,
    },
    /// Own sealed segments without a receipt, oldest first, at most `limit` bytes but at least one.
    Unreceipted {
        /// Bytes.
        limit: usize,
    },
    /// Devices by key; unknown ones are left out.
    Devices(Vec<DeviceId>),
    /// All devices.
    AllDevices,
    /// Stored frames of these segments; unknown ones are left out.
    Segments(Vec<SegmentKey>),
    /// The last segment stored of a device, incarnation and scope.
    Last {
        /// The device.
        device: DeviceId,
        /// Its incarnation.
        incarnation: u32,
        /// The scope.
        scope: ScopeCode,
    },
    /// Which of these changes are stored, with the device their actors are bound to.
    Known {
        /// Change hashes.
        changes: Vec<Hash>,
        /// Actors.
        actors: Vec<[u8; 16]>,
    },
    /// The scopes these documents live in, as far as they are bound.
    Homes(Vec<DocId>),
    /// Segments of a scope that have no place up to `seq`, whether one further on or none; only those that can be sent on or
    /// wait, in the order of clock and root.
    Beyond {
        /// The scope.
        scope: ScopeCode,
        /// The place.
        seq: u64,
    },
    /// Segments with their records, in the order asked; unknown ones are left out.
    Whole(Vec<SegmentKey>),
    /// The last segment stored of each incarnation and scope of a device.
    Lines(DeviceId),
    /// Waiting segments of a scope.
    Pending(ScopeCode),
    /// Set-aside segments, latest first.
    Quarantine,
    /// The size of the outbox and the last receipt.
    Outstanding,
}

/// The answer to a [`PeerQuery`]; what was not asked for is empty.
#[derive(Debug, Clone, Default)]
pub struct PeerMarks {
    /// The peer's cursors.
    pub cursors: Vec<Cursor>,
    /// The end of every feed here.
    pub ends: Vec<Cursor>,
    /// Outbox changes.
    pub outbox: Vec<StoredChange>,
    /// Segments with their records (document, change hash, raw change).
    pub segments: Vec<(StoredSegment, Records)>,
    /// Frames alone, with the place of those that have one.
    pub frames: Vec<(StoredSegment, Option<Placed>)>,
    /// Devices.
    pub devices: Vec<DeviceRow>,
    /// Changes that are stored.
    pub known: Vec<Hash>,
    /// Actors that are bound.
    pub actors: Vec<ActorRow>,
    /// Segments beyond a place.
    pub beyond: Vec<Beyond>,
    /// Documents with the scope they live in.
    pub homes: Vec<(DocId, ScopeCode)>,
    /// Waiting segments, encoded.
    pub pending: Vec<(SegmentKey, Vec<u8>)>,
    /// Set-aside segments.
    pub quarantine: Vec<Quarantined>,
    /// Outbox size and last receipt.
    pub outstanding: Outstanding,
}

/// A segment as two stores compare what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// Which.
    pub key: SegmentKey,
    /// Its root.
    pub root: Hash,
    /// Its device's clock at sealing, in milliseconds since 1970.
    pub hlc_ms: u64,
    /// The number it has in the feed here, or that the receipt of an own one names although its place was not read yet.
    pub seq: Option<u64>,
}

/// What is still owed to the hub.
#[derive(Debug, Clone, Default)]
pub struct Outstanding {
    /// Changes without a receipt.
    pub changes: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Per document, latest first, at most fifty: document, changes, bytes.
    pub docs: Vec<(DocId, u32, u64)>,
    /// The last receipt with a number: key, number, changes covered, hub time.
    pub last: Option<(SegmentKey, u64, u32, u64)>,
    /// Changes ever receipted.
    pub receipted: u64,
}

/// A device as known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its key.
    pub device: DeviceId,
    /// Its certificate with the root's signature, encoded.
    pub certificate: Vec<u8>,
    /// End of validity, in milliseconds since 1970.
    pub not_after: u64,
    /// When it was revoked, in milliseconds since 1970.
    pub revoked_ms: Option<u64>,
}

/// An actor and the device it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorRow {
    /// The actor.
    pub actor: [u8; 16],
    /// Its device.
    pub device: DeviceId,
    /// The device's incarnation.
    pub incarnation: u32,
}

/// A segment set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The segment.
    pub key: SegmentKey,
    /// Why: a short code.
    pub why: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The segment as it came.
    pub bytes: Vec<u8>,
}
