//! Where contents of attachments lie: in a database of their own beside the first, under the same key, so that a photograph is
//! encrypted like everything else and a backup of cases stays small.
//!
//! - B1: a content is stored under the hash of its bytes, once, whoever names it; what does not have that hash is not stored.
//! - B2: what has come in part is kept apart for each party that brings it, so that nobody can spoil what another brings.
//! - B3: nothing is freed that is owed to the hub without its receipt; thumbnails are never freed.
//! - B4: a debt is stored in one transaction with its content, before any document names it.
//! - B5: a scope has a content only when a party brought all of its bytes for that scope, or for one that a case came from which names it:
//!   to know a hash is not to have the file.
//! - B6: a receipt counts in the history of the hub that gave it; in another one what is still here is owed anew.
//! - B7: what is erased is gone from the disk, pages and log too; a content goes with the last division that has it.

mod sqlite;
#[cfg(test)]
mod tests;

use daiban_model::ids::{DeviceId, FileHash, ScopeCode};
use daiban_model::wire::{Have, Part};

pub use sqlite::SqliteBlobs;

use super::StoreError;

/// Who brings contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The hub, to a station; or the station itself.
    Own,
    /// A device, to the hub.
    Device(DeviceId),
}

/// A content that a station took in itself.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Whether it may ever be freed.
    pub stays: Stays,
}

/// Whether a content stays when room is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// A thumbnail: always.
    Always,
    /// It can be fetched again.
    WhileThereIsRoom,
}

/// Whether a debt was ever put on the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The hub may have some of it.
    Yes,
    /// The hub cannot know it from here.
    No,
}

/// A content that is owed to the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// The content.
    pub name: FileHash,
    /// For which division.
    pub scope: ScopeCode,
    /// How many bytes.
    pub size: u32,
    /// Whether some of it was sent before.
    pub tried: Tried,
}

/// How one content stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its size, when it is here whole.
    pub whole: Option<u32>,
    /// Divisions that have it: with a receipt, at a station; at the hub the receipt is its own affair.
    pub scopes: Vec<(ScopeCode, Receipted)>,
    /// What of it has come in part.
    pub arrived: Have,
}

/// Whether the hub's receipt is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipted {
    /// It is.
    Yes,
    /// It is owed.
    No,
}

/// Chunks that came of a content.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Who brings it.
    pub party: Party,
    /// The content.
    pub name: FileHash,
    /// How many bytes it has in all.
    pub size: u32,
    /// The chunks, each of the length its number demands.
    pub parts: &'a [Part],
    /// Whether it stays once it is whole.
    pub stays: Stays,
    /// The division that has it from then on; `None` for what a station fetches.
    pub scope: Option<ScopeCode>,
}

/// What became of chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// These are here now.
    Some(Have),
    /// It is whole.
    Whole,
    /// All came, and they are something else: put away. B1.
    OtherBytes,
}

/// What is owed, in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Owed {
    /// Contents without a receipt.
    pub items: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// See the module's invariants. Answers without waiting for anything but the disk; a hub may put object storage behind it.
pub trait Blobs: Send + Sync + 'static {
    /// Stores contents with the debts that come of them, all or nothing; each is named by its hash. B1, B4.
    fn keep(&self, contents: &[Kept<'_>], scope: ScopeCode, at_ms: u64) -> Result<Vec<FileHash>, StoreError>;
    /// A whole content; it counts as used now.
    fn whole(&self, name: FileHash, at_ms: u64) -> Result<Option<Vec<u8>>, StoreError>;
    /// One chunk of a whole content.
    fn chunk(&self, name: FileHash, n: u32) -> Result<Option<Vec<u8>>, StoreError>;
    /// How a content stands, and what of it a party has brought.
    fn standing(&self, name: FileHash, party: Party) -> Result<Standing, StoreError>;
    /// What is owed, small ones first, then the oldest.
    fn debts(&self, limit: u16) -> Result<Vec<Debt>, StoreError>;
    /// How much is owed.
    fn owed(&self) -> Result<Owed, StoreError>;
    /// Notes that debts are put on the road.
    fn tried(&self, debts: &[(FileHash, ScopeCode)]) -> Result<(), StoreError>;
    /// Stores the hub's receipt for a debt; one for what is not owed changes nothing.
    fn receipted(&self, name: FileHash, scope: ScopeCode, receipt: &[u8]) -> Result<(), StoreError>;
    /// All receipts of what is still here count for nothing any more. B6.
    fn reopen(&self) -> Result<(), StoreError>;
    /// Takes in chunks; the last one makes the content whole. B1, B2, B5.
    fn arrive(&self, arrival: Arrival<'_>, at_ms: u64) -> Result<Arrived, StoreError>;
    /// Lets a division have a content that another one has and that is here; nothing where that is not so. B5
    fn share(&self, name: FileHash, from: ScopeCode, to: ScopeCode) -> Result<(), StoreError>;
    /// How many bytes a party has brought, whole and in part.
    fn brought(&self, party: Party) -> Result<u64, StoreError>;
    /// The contents that a division has.
    fn of(&self, scope: ScopeCode) -> Result<Vec<FileHash>, StoreError>;
    /// Contents that a division is to have no more, owed or not: whoever asks has seen to that. One that no division has then, also one
    /// that was only fetched, is erased, with what of it has come in part. B7
    fn erase(&self, gone: &[(FileHash, ScopeCode)]) -> Result<(), StoreError>;
    /// Frees contents, longest unused first, until all that may be freed take at most so many bytes. Answers what was freed. B3.
    fn make_room(&self, most: u64) -> Result<u64, StoreError>;
    /// Lets contents go, thumbnails too, as far as nothing of them is owed. Answers what was freed. B3.
    fn forget(&self, names: &[FileHash]) -> Result<u64, StoreError>;
}
