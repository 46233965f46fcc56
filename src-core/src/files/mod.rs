//! Attachments: what a person photographs or picks becomes a small, clean content with a name of its own.
//!
//! [`intake`] turns bytes from outside into a checked content, [`queue`] says what travels next, after case data. Where contents
//! lie is [`crate::store::blobs`]; how they travel is [`crate::sync::files`].
//!
//! - A1: what a file is, its first bytes say; its name says nothing. Bytes and pixels are bounded before anything is decoded.
//! - A2: what is kept of a picture is written anew: upright, at most 2,000 pixels long, at most 250 kB, nothing but pixels.
//! - A3: a content's name is the BLAKE3 hash of its bytes. No name from outside ever becomes a path or a key.
//! - A4: what the person picked is read, never changed or removed.

pub mod intake;
mod jpeg;
pub mod label;
pub mod queue;
mod shrink;

use daiban_model::ids::FileHash;

/// The name of a content. A3.
pub fn name_of(bytes: &[u8]) -> FileHash {
    FileHash(*blake3::hash(bytes).as_bytes())
}
