//! One request, both directions.

use serde::{Deserialize, Serialize};

use super::{Hash, MAX_CURSORS, MAX_IN_BODY, MAX_SEGMENTS, Segment, SegmentKey, Sig, Signed, at_most};
use crate::ids::ScopeCode;

/// How far someone has read a scope's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    /// The scope.
    pub scope: ScopeCode,
    /// The last number read; 0 for nothing.
    pub seq: u64,
    /// The chain hash there.
    pub chain: Hash,
}

/// The identity of one history of a hub, renewed by a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub [u8; 8]);

/// Handed out by the hub with each answer and given back with the next request, so that an old request is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Nonce {
    /// The hub's time when it was made.
    pub ms: u64,
    /// The hub's mark on the device and the time.
    pub mac: [u8; 16],
}

/// `POST /v1/exchange`, signed by the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The last nonce received; zeros at first.
    pub nonce: Nonce,
    /// The hub history this device knows.
    pub epoch: Epoch,
    /// How far it has read.
    pub cursors: Cursors,
    /// How many compressed bytes of frames it wants at most. With [`super::NO_FRAMES`] it only brings: cursors are neither compared nor
    /// moved, so that another exchange beside it may read meanwhile.
    pub max_bytes: u32,
    /// Digest over the versions of the packages it has and the serial number of its certificate; of an older device, over the
    /// versions alone.
    pub packages: u64,
    /// Segments to be delivered.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SEGMENTS>")]
    pub segments: Vec<Segment>,
}

/// Cursors, or their hash when they are as the hub last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursors {
    /// As after the last exchange.
    Same(Hash),
    /// All of them.
    All(#[serde(deserialize_with = "at_most::<_, _, MAX_CURSORS>")] Vec<Cursor>),
}

/// A signed request or reply as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Who signed: a device, or the hub.
    pub signer: [u8; 32],
    /// Over a domain word, for replies the request's hash, and the body.
    pub sig: Sig,
    /// How the body is packed.
    pub packing: Packing,
    /// The body.
    pub body: Vec<u8>,
}

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// Plain postcard.
    Plain,
    /// One zstd frame without dictionary.
    Zstd,
    /// Plain postcard, by somebody who reads [`Self::ZstdFirst`]: the answer may be packed so.
    PlainFirst,
    /// One zstd frame with the first dictionary (`assets/wire/exchange-1.dict`).
    ZstdFirst,
}

impl Packing {
    /// Whether whoever packs so reads what is packed with the first dictionary.
    pub fn reads_first(self) -> bool {
        matches!(self, Self::PlainFirst | Self::ZstdFirst)
    }
}

/// The hub's answer to an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeReply {
    /// What came of it.
    pub outcome: Outcome,
    /// The hub's time.
    pub hub_ms: u64,
    /// For the next request.
    pub nonce: Nonce,
    /// The hub's present history.
    pub epoch: Epoch,
}

/// What came of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Done.
    Done(Box<Delivery>),
    /// The nonce was unknown or old: ask again with the new one. Nothing was taken.
    StaleNonce,
    /// Cursors are not as the hub remembers: send all of them. Nothing was taken.
    SendCursors,
    /// The device was revoked. Segments that came along were set aside for a person to look at.
    Revoked,
    /// The hub goes on from an earlier place: its backup was put back. These are places where its feeds stood, the latest of each
    /// scope first. The device goes back in each scope it has read to the first of them that it knows, or to the beginning, tells
    /// what it has beyond (`POST /v1/repair`), and goes on in the reply's epoch. Nothing was taken.
    Rewind(Vec<Cursor>),
    /// The device was revoked and is to destroy its keys: the root's signed [`super::Destroy`]. What came along was set aside before.
    Destroy(Signed),
}

/// What an exchange delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// One for each segment taken.
    pub receipts: Vec<Signed>,
    /// Segments not taken, and why.
    pub refused: Vec<Refused>,
    /// What is new, scope by scope.
    pub frames: Vec<Frame>,
    /// Whether there is more to fetch.
    pub more: More,
    /// Whether the packages and the certificate this device has are the present ones.
    pub packages: Packages,
    /// Number up to which the hub has a backup, per scope of the device.
    pub backed_up: Vec<(ScopeCode, u64)>,
}

/// Whether there is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum More {
    /// All delivered.
    No,
    /// Ask again.
    Yes,
}

/// Whether published packages are up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packages {
    /// As the device has them.
    Same,
    /// Fetch them anew.
    Changed,
}

/// The hub's promise that a segment is in the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The segment.
    pub key: SegmentKey,
    /// Its root.
    pub root: Hash,
    /// Where it stands; `None` while it waits for changes it rests on.
    pub place: Option<Place>,
    /// When the hub took it.
    pub hub_ms: u64,
    /// In which history.
    pub epoch: Epoch,
}

/// A place in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number.
    pub seq: u64,
    /// The chain hash there.
    pub chain: Hash,
}

/// A segment the hub did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The segment.
    pub key: SegmentKey,
    /// Why.
    pub why: Why,
}

/// Why a segment was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The signature does not verify.
    #[error("the signature does not verify")]
    BadSignature,
    /// The device's certificate does not cover the scope.
    #[error("the certificate does not cover the scope")]
    OutOfScope,
    /// The certificate has run out.
    #[error("the certificate has run out")]
    Expired,
    /// Written after the device was revoked.
    #[error("the device was revoked")]
    Revoked,
    /// An earlier segment of this device is missing.
    #[error("an earlier segment is missing")]
    Gap {
        /// The next number the hub expects.
        expected: u32,
    },
    /// The hub has another segment under this number: a copied or restored disk.
    #[error("another segment has this number")]
    Forked {
        /// The last number both agree on.
        last_good: u32,
    },
    /// A change's actor belongs to another device.
    #[error("an actor of another device")]
    ForeignActor,
    /// Too large, too many, or not a change.
    #[error("malformed")]
    Malformed,
    /// A record is of a document that lives in another scope.
    #[error("a document of another scope")]
    ForeignDocument {
        /// The first such record.
        ordinal: u32,
    },
}

/// A stretch of one scope's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The scope.
    pub scope: ScopeCode,
    /// The number of the first segment.
    pub from: u64,
    /// The chain hash at the last one.
    pub chain: Hash,
    /// Certificates of devices whose first segment in this scope is among them, signed by the root.
    pub certificates: Vec<Signed>,
    /// The segments, numbered `from`, `from + 1` …
    #[serde(deserialize_with = "at_most::<_, _, MAX_IN_BODY>")]
    pub entries: Vec<Entry>,
}

/// One number of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// A segment of another device.
    Whole(Segment),
    /// A segment the asking device wrote itself and has: only its name travels.
    Yours {
        /// The incarnation that wrote it.
        incarnation: u32,
        /// Its number.
        number: u32,
    },
    /// A segment of which the hub finds that its store no longer gives what was signed: for setting aside. The root is the one that
    /// was signed, so that the chain goes on.
    Damaged {
        /// What the store gives.
        segment: Segment,
        /// The root its device signed.
        root: Hash,
    },
}
