//! `POST /v1/files`: attachments in chunks, after case data. One request asks which chunks of some contents the hub lacks, brings
//! some, and fetches others.
//!
//! A content is cut into chunks of [`CHUNK`] bytes; it is complete when all are there and their hash is its name.

use serde::{Deserialize, Serialize};

use super::{Epoch, Nonce, Signed, at_most};
use crate::ids::{FileHash, ScopeCode};

/// Bytes of every chunk but the last.
pub const CHUNK: u32 = 64 << 10;
/// Largest content.
pub const MAX_FILE: u32 = 10 << 20;
/// Most contents named in one request, brought or fetched.
pub const MAX_NAMED: usize = 64;
/// Most chunks in one request or answer: four megabytes.
pub const MAX_PARTS: usize = 64;

/// How many chunks a content of this size has.
pub const fn chunks(size: u32) -> u32 {
    size.div_ceil(CHUNK)
}

/// How long a chunk of a content of this size is; `None` where there is no such chunk.
pub const fn chunk_len(size: u32, n: u32) -> Option<u32> {
    if n >= chunks(size) {
        return None;
    }
    let left = size - n * CHUNK;
    Some(if left < CHUNK { left } else { CHUNK })
}

/// Which chunks are there: a bit each, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Have(Vec<u8>);

impl Have {
    /// All of a content of this size.
    pub fn all(size: u32) -> Self {
        (0..chunks(size)).collect()
    }

    /// Whether a chunk is there.
    pub fn has(&self, n: u32) -> bool {
        let byte = usize::try_from(n / 8).ok().and_then(|at| self.0.get(at));
        byte.is_some_and(|byte| byte & (1 << (n % 8)) != 0)
    }

    /// Notes a chunk.
    pub fn add(&mut self, n: u32) {
        let at = usize::try_from(n / 8).unwrap_or(usize::MAX);
        // No content has more chunks than this; a larger number is nobody's.
        if n < chunks(MAX_FILE) {
            if self.0.len() <= at {
                self.0.resize(at + 1, 0);
            }
            self.0[at] |= 1 << (n % 8);
        }
    }

    /// How many are there.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }

    /// The chunks of a content of this size that are not there.
    pub fn lacks(&self, size: u32) -> impl Iterator<Item = u32> {
        (0..chunks(size)).filter(|n| !self.has(*n))
    }

    /// How much of a content of this size is there, in bytes.
    pub fn bytes(&self, size: u32) -> u32 {
        (0..chunks(size)).filter(|n| self.has(*n)).filter_map(|n| chunk_len(size, n)).sum()
    }
}

impl FromIterator<u32> for Have {
    fn from_iter<I: IntoIterator<Item = u32>>(all: I) -> Self {
        let mut have = Self::default();
        all.into_iter().for_each(|n| have.add(n));
        have
    }
}

/// A request about attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The last nonce received.
    pub nonce: Nonce,
    /// How many bytes of chunks are wanted at most; one chunk comes in any case.
    pub max_bytes: u32,
    /// Contents this device has for the hub.
    #[serde(deserialize_with = "at_most::<_, _, MAX_NAMED>")]
    pub bring: Vec<Bring>,
    /// Contents this device wants.
    #[serde(deserialize_with = "at_most::<_, _, MAX_NAMED>")]
    pub fetch: Vec<Fetch>,
}

/// A content for the hub. Without parts it is a question: which chunks are there?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bring {
    /// The division whose case names it.
    pub scope: ScopeCode,
    /// The content.
    pub name: FileHash,
    /// How many bytes it has.
    pub size: u32,
    /// Some of its chunks.
    #[serde(deserialize_with = "at_most::<_, _, MAX_PARTS>")]
    pub parts: Vec<Part>,
}

/// A chunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 0.
    pub n: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A content wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// The content.
    pub name: FileHash,
    /// What is here already.
    pub have: Have,
}

/// The hub's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesReply {
    /// What came of it.
    pub outcome: FilesOutcome,
    /// The hub's time.
    pub hub_ms: u64,
    /// For the next request.
    pub nonce: Nonce,
}

/// What came of a request about attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilesOutcome {
    /// Done.
    Done(Box<FilesDone>),
    /// The nonce was unknown or old: ask again with the new one. Nothing was taken.
    StaleNonce,
    /// The device was revoked or its certificate has run out. Nothing was taken and nothing is given.
    Revoked,
    /// This hub takes and gives no attachments.
    Closed,
}

/// What became of each content named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesDone {
    /// One for each brought, in the order of the request.
    pub brought: Vec<Brought>,
    /// One for each wanted, in the order of the request.
    pub fetched: Vec<Fetched>,
}

/// What became of a content brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The content.
    pub name: FileHash,
    /// For which division.
    pub scope: ScopeCode,
    /// How it stands.
    pub taking: Taking,
}

/// How a content stands at the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Taking {
    /// All there: the hub's signed [`FileReceipt`].
    Whole(Signed),
    /// These chunks are there.
    Some(Have),
    /// Not taken.
    Not(NotTaken),
}

/// Why a content is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum NotTaken {
    /// The device's certificate does not cover the division.
    #[error("the certificate does not cover the scope")]
    OutOfScope,
    /// This device has brought as much as it may.
    #[error("the device's share is used up")]
    Quota,
    /// Too large, empty, or a chunk of the wrong length.
    #[error("malformed")]
    Malformed,
    /// All chunks came, and together they are something else than the name says. They were put away: begin anew.
    #[error("the bytes are not what the name says")]
    OtherBytes,
}

/// What became of a content wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The content.
    pub name: FileHash,
    /// What comes.
    pub fetching: Fetching,
}

/// What comes of a content wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fetching {
    /// Some of its chunks; none where the answer was full.
    Parts(Vec<Part>),
    /// Not here, or not for this device: the answer is the same.
    Absent,
}

/// The hub's promise that it has a content whole, for a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReceipt {
    /// The content.
    pub name: FileHash,
    /// For which division.
    pub scope: ScopeCode,
    /// How many bytes.
    pub size: u32,
    /// When the hub had all of it.
    pub hub_ms: u64,
    /// In which history.
    pub epoch: Epoch,
}
