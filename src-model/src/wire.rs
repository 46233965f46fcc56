//! The bytes on every road: segments, feeds, the exchange, enrolment, packages (sync.md sections 1-4).
//!
//! Encoded with postcard; the field order is the format, pinned by snapshots, and a changed shape is a new
//! [`VERSION`]. Everything that comes from outside is bounded by the constants here before it is decoded, and verified by
//! the engine before it is used.

mod enrol;
mod exchange;
mod files;
mod meet;
mod recovery;
mod repair;
mod segment;
mod standing;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use enrol::{EnrolReply, EnrolRequest, Hello, Package, PackageKind, PackagesRequest, Welcome};
pub use exchange::{
    Cursor, Cursors, Delivery, Entry, Envelope, Epoch, ExchangeReply, ExchangeRequest, Frame, More, Nonce, Outcome,
    Packages, Packing, Place, Receipt, Refused, Why,
};
pub use files::{
    Bring, Brought, CHUNK, Fetch, Fetched, Fetching, FileReceipt, FilesDone, FilesOutcome, FilesReply, FilesRequest,
    Have, MAX_FILE, MAX_NAMED, MAX_PARTS, NotTaken, Part, Taking, chunk_len, chunks,
};
pub use meet::{
    LetterOutcome, LetterReply, LetterRequest, LineEnd, MAX_CARRIED, MAX_CARRIED_PARTS, MAX_LETTERS, MAX_LINES,
    MAX_SIGNED, Mark, MeetFiles, MeetFilesOutcome, MeetFilesReply, MeetOutcome, MeetReply, MeetRequest, Met, NotMet,
    Parts, Said,
};
pub use recovery::{MAX_BOX, RecoveryReply, RecoveryRequest};
pub use repair::{Compared, RepairOutcome, RepairReply, RepairRequest, Repaired, Revocation, is_within};
pub use segment::{Certificate, DocId, HUB_NO, Header, HubCertificate, Record, Segment, SegmentKey};
pub use standing::{Destroy, Forget, Forgot, Standing, StandingRequest, Succeeds};

/// Version of the wire format.
pub const VERSION: u8 = 1;

/// Largest body of a request or reply, compressed.
pub const MAX_BODY: usize = 8 << 20;
/// What an exchange asks for that only brings.
pub const NO_FRAMES: u32 = 0;
/// Largest body after inflation. The most a hub gives in one answer is 24 MiB of records.
pub const MAX_INFLATED: usize = 32 << 20;
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
/// Most cursors told in one exchange: those of scopes the device had before may be among them.
pub const MAX_CURSORS: usize = MAX_SCOPES * 4;
/// Most records, or numbers of a feed, in one body, whatever they are divided into.
pub const MAX_IN_BODY: usize = 1 << 19;

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

/// Reads a list of at most `N` entries. A few bytes on the road may be many in memory: a list is given up where it grows too long,
/// not when all of it is there. Used as `deserialize_with`.
pub fn at_most<'de, D, T, const N: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_seq(AtMost::<T, N>(std::marker::PhantomData))
}

struct AtMost<T, const N: usize>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> serde::de::Visitor<'de> for AtMost<T, N> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {N} entries")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        if entries.size_hint().is_some_and(|stated| stated > N) {
            return Err(serde::de::Error::invalid_length(N + 1, &self));
        }
        let mut all = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if all.len() == N {
                return Err(serde::de::Error::invalid_length(N + 1, &self));
            }
            all.push(entry);
        }
        Ok(all)
    }
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

#[cfg(test)]
mod tests;
