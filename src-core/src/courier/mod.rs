//! The road without a line: sealed letters that anybody may carry on a stick.
//!
//! - U1: nothing in a letter is decoded before each part's hash and its sender's signature were found right; a letter that
//!   lacks a part has no effect at all.
//! - U2: nobody but the recipient can read it. Who carries it sees keys and sizes, no names and no cases.
//! - U3: a letter is finished when each part was read back from the medium and hashed; until then nothing says "done".
//! - U4: a letter can be taken twice, late and out of order. What it brings stays at its source until the answer is there.
//!
//! - U5: attachments go in letters of their own: what carries them may be torn without costing a case.
//!
//! [`letter`] makes parts of bytes and bytes of parts, [`folder`] brings parts to a medium and back. What a letter says is the
//! ordinary exchange (sync.md section 6): [`Ask`] holds requests as they would be posted, [`Answer`] the hub's replies. Nothing
//! here knows a store or an engine, and a database never lies on a stick.

pub mod folder;
pub mod letter;

use daiban_model::wire::{self, Hash, LineEnd, PackageKind, Segment, Signed};
use serde::{Deserialize, Serialize};

pub use letter::{Letter, LetterFault, LetterId, LetterKind, Part, PartFault};

/// What a station writes to the hub.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ask {
    /// The versions of the packages it has.
    pub have: Vec<(PackageKind, u32)>,
    /// The writer's certificate: a hub that went back to a backup may have forgotten it.
    pub certificates: Vec<Signed>,
    /// Signed requests for repair, as they would be posted: what such a hub lacks. Taken before the others.
    pub repairs: Vec<Vec<u8>>,
    /// Signed requests, as they would be posted, in their order.
    #[serde(deserialize_with = "wire::at_most::<_, _, MAX_REQUESTS>")]
    pub requests: Vec<Vec<u8>>,
}

/// What the hub writes back.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The letter it answers.
    pub to: LetterId,
    /// Signed replies, each with the hash of the request that it answers.
    #[serde(deserialize_with = "wire::at_most::<_, _, MAX_REPLIES>")]
    pub replies: Vec<(Hash, Vec<u8>)>,
    /// The same for what was repaired.
    pub repaired: Vec<(Hash, Vec<u8>)>,
    /// Packages newer than the station's, signed by the root.
    pub packages: Vec<Signed>,
}

/// What a station writes to another one: who it is, and the rest packed, to be looked at once that is known to be somebody.
#[derive(Clone, Serialize, Deserialize)]
pub struct Parcel {
    /// The writer's certificate.
    pub certificate: Signed,
    /// A packed [`ParcelBody`].
    pub packed: Vec<u8>,
}

/// What two stations tell each other of what both read, as far as it goes on a stick.
#[derive(Clone, Serialize, Deserialize)]
pub struct ParcelBody {
    /// Where the lines of numbers end at the writer's.
    #[serde(deserialize_with = "wire::at_most::<_, _, { wire::MAX_LINES }>")]
    pub lines: Vec<LineEnd>,
    /// Certificates of those who wrote the segments.
    #[serde(deserialize_with = "wire::at_most::<_, _, { wire::MAX_SIGNED }>")]
    pub certificates: Vec<Signed>,
    /// What the reader lacks, in the order of clock and root.
    #[serde(deserialize_with = "wire::at_most::<_, _, MAX_PARCEL>")]
    pub segments: Vec<Segment>,
    /// How many segments and changes there are.
    pub counts: (u32, u32),
}

/// Most segments in one parcel.
pub const MAX_PARCEL: usize = 20_000;
/// Most requests in one letter.
pub const MAX_REQUESTS: usize = 64;
/// Most replies in one answer: a request may get several.
pub const MAX_REPLIES: usize = 4096;
