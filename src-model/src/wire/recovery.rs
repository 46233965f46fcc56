//! The box that lets the district help somebody who forgot a PIN.

use serde::{Deserialize, Serialize};

use super::{Hash, Nonce};

/// Largest box.
pub const MAX_BOX: usize = 256;

/// `POST /v1/recovery`: a station leaves its present box at the hub. Only the district's root key opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The last nonce received, so that nobody puts an old box back.
    pub nonce: Nonce,
    /// The box.
    pub sealed: Vec<u8>,
}

/// The hub's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecoveryReply {
    /// It keeps the box with this BLAKE3 hash.
    Kept(Hash),
    /// The nonce was unknown or old: bring it another time. Nothing was taken.
    StaleNonce,
}
