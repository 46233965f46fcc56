//! `POST /v1/meet`: two stations of one district exchange without it; `POST /v1/letter`: one of them brings the other's letter to the
//! hub (sync.md section 6).

use serde::{Deserialize, Serialize};

use super::files::{Fetch, Fetched, MAX_NAMED};
use super::{Epoch, Hash, MAX_SEGMENTS, More, Nonce, PackageKind, Segment, SegmentKey, Signed, at_most};
use crate::ids::DeviceId;

/// Most lines told in one request: those of forty villages with thirty sessions a month for a year.
pub const MAX_LINES: usize = 1 << 14;
/// Most packages, certificates or letters in one request.
pub const MAX_SIGNED: usize = 256;
/// Most bytes of all parts of a letter that is carried for somebody.
pub const MAX_CARRIED: usize = 6 << 20;
/// Most letters handed over in one request.
pub const MAX_LETTERS: usize = 4;
/// Most parts of a letter that is carried for somebody.
pub const MAX_CARRIED_PARTS: usize = 4;

/// The parts of one sealed letter, as they would lie on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parts(#[serde(deserialize_with = "at_most::<_, _, MAX_CARRIED_PARTS>")] pub Vec<Vec<u8>>);

/// What one station asks another, signed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// Whom it is for. Zeros in the first request, when nobody knows yet who answers: then nothing is said.
    pub to: DeviceId,
    /// The last nonce the other one gave; zeros at first.
    pub nonce: Nonce,
    /// The asker's certificate, signed by the district's root.
    pub certificate: Signed,
    /// What it says.
    pub said: Said,
    /// Where the other one is to go on in telling what the asker lacks; from the beginning where there is nothing.
    pub after: Option<Mark>,
    /// How many bytes of records it wants at most.
    pub max_bytes: u32,
}

/// What two stations tell each other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Said {
    /// Versions of the published packages it has.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SIGNED>")]
    pub have: Vec<(PackageKind, u32)>,
    /// Packages the other one lacks, signed by the root; the list of revocations before all.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SIGNED>")]
    pub packages: Vec<Signed>,
    /// Where each line of numbers ends that both may read: a device, an incarnation and a division.
    #[serde(deserialize_with = "at_most::<_, _, MAX_LINES>")]
    pub lines: Vec<LineEnd>,
    /// Certificates of those who wrote the segments, signed by the root.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SIGNED>")]
    pub certificates: Vec<Signed>,
    /// Segments that the other one lacks, in the order of clock and root.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SEGMENTS>")]
    pub segments: Vec<Segment>,
    /// Letters: for the hub, to be carried there; or for the other one, from the hub.
    #[serde(deserialize_with = "at_most::<_, _, MAX_LETTERS>")]
    pub letters: Vec<Parts>,
    /// Letters of the other one that are in safe keeping here.
    #[serde(deserialize_with = "at_most::<_, _, MAX_SIGNED>")]
    pub got: Vec<[u8; 16]>,
}

/// The end of a line of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineEnd {
    /// Its last segment.
    pub key: SegmentKey,
    /// The root of that one.
    pub root: Hash,
}

/// A place in the order of clock and root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// The device's clock at sealing, in milliseconds since 1970.
    pub hlc_ms: u64,
    /// The segment's root.
    pub root: Hash,
}

/// The answer, signed for exactly that request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetReply {
    /// The answerer's certificate, signed by the root.
    pub certificate: Signed,
    /// For the next request.
    pub nonce: Nonce,
    /// What came of it.
    pub outcome: MeetOutcome,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeetOutcome {
    /// Done.
    Met(Box<Met>),
    /// The nonce was unknown or old, or it was for nobody yet: ask again with the new one. Nothing was taken.
    Again,
    /// Nothing is exchanged with that station.
    Not(NotMet),
}

/// What a meeting brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// What the answerer says.
    pub said: Said,
    /// Whether it has more that the asker lacks.
    pub more: More,
    /// Where it stopped.
    pub reached: Option<Mark>,
    /// How many of the segments that came it took in.
    pub taken: u32,
}

/// Why two stations exchange nothing. Each has its own sentence on the sync page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotMet {
    /// Its certificate is not of this district.
    #[error("of another district")]
    OtherDistrict,
    /// A certificate has run out.
    #[error("a certificate has run out")]
    Expired,
    /// It was revoked.
    #[error("revoked")]
    Revoked,
    /// It is a copy of this very device.
    #[error("a copy of this device")]
    SameDevice,
}

/// What one station asks another about attachments, signed by it: on the same road, when all that is written has gone both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetFiles {
    /// [`super::VERSION`].
    pub version: u8,
    /// Whom it is for.
    pub to: DeviceId,
    /// The last nonce the other one gave.
    pub nonce: Nonce,
    /// The asker's certificate, signed by the district's root.
    pub certificate: Signed,
    /// How many bytes of chunks are wanted at most; one chunk comes in any case.
    pub max_bytes: u32,
    /// Contents it wants.
    #[serde(deserialize_with = "at_most::<_, _, MAX_NAMED>")]
    pub fetch: Vec<Fetch>,
}

/// The answer, signed for exactly that request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetFilesReply {
    /// For the next request.
    pub nonce: Nonce,
    /// What came of it.
    pub outcome: MeetFilesOutcome,
}

/// What came of a request about attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeetFilesOutcome {
    /// One for each wanted, in the order of the request.
    Given(Vec<Fetched>),
    /// The nonce was unknown or old.
    Again,
    /// Nothing is exchanged with that station.
    Not(NotMet),
}

/// `POST /v1/letter`: a letter of another station, signed by the one that brings it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The last nonce received.
    pub nonce: Nonce,
    /// The letter.
    pub parts: Parts,
}

/// The hub's answer to who brings a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterReply {
    /// What came of it.
    pub outcome: LetterOutcome,
    /// The hub's time.
    pub hub_ms: u64,
    /// For the next request.
    pub nonce: Nonce,
    /// The hub's present history.
    pub epoch: Epoch,
}

/// What came of a letter that was brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterOutcome {
    /// Taken; the answer, to be carried back.
    Answered(Parts),
    /// The nonce was unknown or old: ask again with the new one.
    StaleNonce,
    /// Not a whole letter for this hub, or of somebody it does not know.
    Unread,
    /// Who brings it was revoked, or its certificate has run out.
    NotFromYou,
}
