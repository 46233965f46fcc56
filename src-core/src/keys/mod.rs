//! The keys of a station: who may open its database, readable before anybody has signed in.
//!
//! - K1: the database key is stored only inside wraps: one per person, each made from that person's PIN, and one made from a code that
//!   only the district can read ([`recovery`]).
//! - K2: once somebody can open the database, somebody can: the last wrap is never dropped.
//! - K3: all wraps of a station hold the same key.
//! - K4: a wrong PIN costs time, never data.
//! - K5: at every moment of a write a whole file can be read; a damaged or newer one is never written over.
//! - K6: only by the district's signed order are all wraps destroyed. The order is on the disk before the first of them goes, and what a
//!   kill left of them goes at the next start.
//!
//! Start with [`Vault`]. Nothing here knows the database or the network, and nothing reads a clock or draws a number:
//! both are arguments. Deriving a key from a PIN is slow on purpose and blocks its thread for up to a second.

pub(crate) mod agree;
pub mod destroy;
mod file;
mod hex;
pub mod incarnation;
mod pin;
pub mod recovery;
pub mod restored;
mod tries;
mod vault;
mod wrap;

use std::fmt;
use std::io;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub use pin::Pin;
pub(crate) use vault::make_folder;
pub use vault::{KEYS, Person, Station, Vault};
pub use wrap::Cost;

/// The key of a station's database. Wiped from memory when dropped; never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// A new key from random bytes.
    pub fn new(chance: [u8; 32]) -> Self {
        Self(chance)
    }

    /// The bytes, for the database's own door only.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Tells this key from others and says nothing else about it: the key is random, so its hash cannot be searched
    /// for.
    fn mark(&self) -> [u8; 32] {
        blake3::derive_key("daiban database key mark v1", &self.0)
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("database key")
    }
}

/// Why the vault did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultFault {
    /// Wrong PIN: try again.
    #[error("wrong PIN")]
    WrongPin {
        /// Tries before a pause.
        left: u8,
    },
    /// Too many wrong PINs in a row: wait.
    #[error("too many wrong PINs")]
    Wait {
        /// Seconds.
        seconds: u32,
    },
    /// The PIN is too short, too long or too simple: choose another.
    #[error("the PIN is too weak")]
    WeakPin,
    /// The code is right in itself, but not this station's present one: ask the district again.
    #[error("not this station's recovery code")]
    WrongCode,
    /// Not one of the station's people.
    #[error("nobody here has this staff number")]
    UnknownPerson,
    /// The person has no PIN yet: somebody who is signed in sets one.
    #[error("no PIN is set")]
    NoPin,
    /// Written by a newer version: update the program. Nothing was touched.
    #[error("the key file was written by a newer version")]
    Newer,
    /// The file does not make sense, or does not belong to this database: it was left as it is.
    #[error("the key file is damaged")]
    Damaged,
    /// The disk is full: nothing was changed.
    #[error("the disk is full")]
    Full,
    /// Reading or writing failed; the log has the kind.
    #[error("reading or writing the key file failed")]
    Io,
}

impl From<io::Error> for VaultFault {
    fn from(fault: io::Error) -> Self {
        tracing::warn!(kind = ?fault.kind(), "a key file could not be read or written");
        match fault.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io,
        }
    }
}

#[cfg(test)]
mod tests;
