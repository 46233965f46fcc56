//! The bytes on every road: segments, feeds, the exchange, enrolment, packages (sync.md sections 1-4).
//!
//! Encoded with postcard; the field order is the format, pinned by snapshots, and a changed shape is a new
//! [`VERSION`]. Everything that comes from outside is bounded by the constants here before it is decoded, and verified by
//! the engine before it is used.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, DeviceId, ScopeCode};
use crate::stamp::Hlc;

/// Version of the wire format.
pub const VERSION: u8 = 1;

/// Largest body of a request or reply, compressed.
pub const MAX_BODY: usize = 8 << 20;
/// Largest body after inflation.
pub const MAX_INFLATED: usize = 64 << 20;
/// Most records in one segment.
pub const MAX_RECORDS: usize = 4096;
/// Largest single change.
pub const MAX_CHANGE: usize = 1 << 20;
/// Records of a segment are closed at about this many bytes, so that a cut costs little on a slow line.
pub const SEGMENT_BYTES: usize = 192 << 10;
/// Most segments in one exchange.
pub const MAX_SEGMENTS: usize = 1024;
/// Most scopes of one device.
pub const MAX_SCOPES: usize = 64;

/// A 32-byte hash. BLAKE3 unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(pub [u8; 32]);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..6].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sig(pub [u8; 64]);

impl fmt::Debug for Sig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sig")
    }
}

impl Serialize for Sig {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (left, right) = self.0.split_at(32);
        (<[u8; 32]>::try_from(left).unwrap_or_default(), <[u8; 32]>::try_from(right).unwrap_or_default()).serialize(s)
    }
}

impl<'de> Deserialize<'de> for Sig {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let (left, right) = <([u8; 32], [u8; 32])>::deserialize(d)?;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&left);
        bytes[32..].copy_from_slice(&right);
        Ok(Self(bytes))
    }
}

/// A value and the signature over its encoded bytes. The bytes are carried as they were signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The encoded value.
    pub bytes: Vec<u8>,
    /// Over a domain word and the bytes.
    pub sig: Sig,
}

/// A document's identity on the wire: the uuid of what it is about.
pub type DocId = [u8; 16];

/// One change of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The document.
    pub doc: DocId,
    /// The change, packed: see the engine's `doc::packed`.
    pub change: Vec<u8>,
}

/// What a device says about a run of records of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`VERSION`].
    pub version: u8,
    /// The writing device.
    pub device: DeviceId,
    /// Rises when the device was restored, re-imaged or copied.
    pub incarnation: u32,
    /// The one scope of all records.
    pub scope: ScopeCode,
    /// 1, 2, 3 … per device, incarnation and scope.
    pub number: u32,
    /// Root of the segment before; zeros for the first.
    pub prev: Hash,
    /// The device's clock at sealing.
    pub hlc: Hlc,
    /// Who was signed in at sealing.
    pub agent: AgentId,
    /// How many records.
    pub count: u32,
}

/// A run of records, sealed by its device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The header.
    pub header: Header,
    /// The records, in the order they were made.
    pub records: Vec<Record>,
    /// Over the root.
    pub sig: Sig,
}

/// What names a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SegmentKey {
    /// The writing device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: u32,
    /// The scope.
    pub scope: ScopeCode,
    /// The number.
    pub number: u32,
}

impl Header {
    /// What names the segment.
    pub fn key(&self) -> SegmentKey {
        let Self { device, incarnation, scope, number, .. } = *self;
        SegmentKey { device, incarnation, scope, number }
    }
}

/// Leave of a device to write for some scopes, signed by the district's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The device's key.
    pub device: DeviceId,
    /// The station's name, as on slips.
    pub station: String,
    /// The unit it stands for.
    pub unit: ScopeCode,
    /// Divisions it reads and writes; each covers what lies below it.
    pub scopes: Vec<ScopeCode>,
    /// The two digits in its case numbers (R77).
    pub device_no: u8,
    /// Not valid after this time, in milliseconds since 1970.
    pub not_after: u64,
    /// Rises with each certificate the district gives.
    pub serial: u32,
}

/// The hub's own key, signed by the district's root; the hub signs receipts and replies with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubCertificate {
    /// The hub's key.
    pub key: [u8; 32],
    /// Not valid after this time, in milliseconds since 1970.
    pub not_after: u64,
}

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
    /// [`VERSION`].
    pub version: u8,
    /// The last nonce received; zeros at first.
    pub nonce: Nonce,
    /// The hub history this device knows.
    pub epoch: Epoch,
    /// How far it has read.
    pub cursors: Cursors,
    /// How many compressed bytes of frames it wants at most.
    pub max_bytes: u32,
    /// Digest over the versions of the packages it has.
    pub packages: u64,
    /// Segments to be delivered.
    pub segments: Vec<Segment>,
}

/// Cursors, or their hash when they are as the hub last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursors {
    /// As after the last exchange.
    Same(Hash),
    /// All of them.
    All(Vec<Cursor>),
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
    /// Whether the packages this device has are the present ones.
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
}

/// `POST /v1/enrol`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// [`VERSION`].
    pub version: u8,
    /// The one-time code, as typed, without separators.
    pub code: String,
    /// The device's new key.
    pub device: DeviceId,
    /// Over a domain word, the code and the key: proof that the device holds the secret half.
    pub sig: Sig,
}

/// The hub's answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnrolReply {
    /// Welcome.
    Welcome(Box<Welcome>),
    /// The code is unknown, used or too old.
    BadCode,
}

/// What a new station gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The district's root key, pinned from now on.
    pub root: [u8; 32],
    /// The hub's certificate, signed by the root.
    pub hub: Signed,
    /// The device's certificate, signed by the root.
    pub certificate: Signed,
    /// The hub's present history.
    pub epoch: Epoch,
    /// Published packages, signed by the root.
    pub packages: Vec<Signed>,
    /// The hub's time.
    pub hub_ms: u64,
}

/// Something the district publishes: dated, versioned, one writer (design.md idea 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// What it is.
    pub kind: PackageKind,
    /// Rises with each publication of the kind.
    pub version: u32,
    /// JSON of the kind's own type, zstd-compressed.
    pub content: Vec<u8>,
}

/// Kinds of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageKind {
    /// Divisions and service points.
    Organisation,
    /// People.
    Roster,
    /// Items.
    Catalogue,
    /// Holidays and make-up days.
    Calendar,
}

impl PackageKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Organisation, Self::Roster, Self::Catalogue, Self::Calendar];
}

/// `POST /v1/packages`: an [`Envelope`] around this, answered with an envelope around `Vec<Signed>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagesRequest {
    /// [`VERSION`].
    pub version: u8,
    /// The versions the device has.
    pub have: Vec<(PackageKind, u32)>,
}

/// Why bytes are not a value of the wanted shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// More bytes than the bound.
    #[error("larger than the bound")]
    TooLarge,
    /// Not of the shape, or with bytes left over.
    #[error("not of the expected shape")]
    Shape,
}

/// Encodes a value.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap_or_default()
}

/// Decodes a whole value of at most `bound` bytes.
pub fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8], bound: usize) -> Result<T, WireFault> {
    if bytes.len() > bound {
        return Err(WireFault::TooLarge);
    }
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(WireFault::Shape),
    }
}
