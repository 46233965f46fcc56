//! The durable home of changes and of the rows derived from them.
//!
//! - S1: [`Store::commit`] is one transaction: changes, rows, search, cursors, receipts and outbox land together or not at all.
//! - S2: a change is durable before it is shown, acknowledged or sent.
//! - S3: no change is ever deleted, only covered by a snapshot, or erased by order of the district (S6); a damaged file is set aside,
//!   never removed.
//! - S4: rows are a cache of documents: wiping them and refolding gives equal rows.
//! - S5: numbers of a feed are dense: a number is given in the transaction that stores the segment, and a rollback gives it back.
//! - S6: what is erased is gone from the disk, pages and log too; what a person did here and was never sealed is not erased: a batch that
//!   would is a [`StoreError::Clash`].
//!
//! Stations and the hub use the same trait and the same tables (sync.md section 9). Nothing here knows Automerge: changes are
//! bytes with a hash. [`sqlite`] is the only place that knows SQL, [`memory`] serves simulations, and [`conformance`] is run
//! against both.

mod batch;
pub mod blobs;
mod cases;
pub mod conformance;
pub mod memory;
mod peers;
mod people;
pub mod sqlite;

use std::future::Future;

use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, Hash};
use serde::{Deserialize, Serialize};

pub use batch::{Batch, Erased, Placed, Receipted, Sealed, StoredChange, StoredSegment, chain_next};
pub use cases::{CaseRecord, Eyes, Flag, RowQuery, Rows, Standing};
pub use peers::{ActorRow, Beyond, DeviceRow, Outstanding, PeerId, PeerMarks, PeerQuery, Quarantined};
pub use people::{MOST as MOST_PEOPLE, PeopleQuery, PersonRecord};

/// See the module's invariants.
pub trait Store: Send + Sync + 'static {
    /// Stores all of it, or nothing. Answers the places given to `batch.number`, in their order.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Vec<Placed>, StoreError>> + Send;
    /// One document. An unknown one is [`Stored::default`], not an error.
    fn load(&self, doc: DocId) -> impl Future<Output = Result<Stored, StoreError>> + Send;
    /// A scope's feed after a number, until about `max_bytes` of records; at least one segment where there is one.
    fn after(
        &self,
        scope: ScopeCode,
        seq: u64,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Vec<FeedEntry>, StoreError>> + Send;
    /// Lets `snapshot` stand for the stored changes inside it: those up to its heads, as many as it counts. A snapshot that
    /// lacks one of them, because another was stored meanwhile, is a [`StoreError::Clash`]; one older than the present is
    /// passed over. The document's heads stay as they are.
    fn cover(&self, doc: DocId, snapshot: Snapshot) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// What is known of the other side and of what is owed to it.
    fn peer(&self, query: PeerQuery) -> impl Future<Output = Result<PeerMarks, StoreError>> + Send;
    /// Lists, search and counts; a closed set.
    fn rows(&self, query: RowQuery) -> impl Future<Output = Result<Rows, StoreError>> + Send;
    /// A small named value, written through [`Batch::states`]. Names starting with a common prefix can be listed.
    fn states(&self, prefix: &str) -> impl Future<Output = Result<Vec<(String, Vec<u8>)>, StoreError>> + Send;
}

/// Why the store could not do it; each case exists because the screen acts differently.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the database: wait.
    #[error("the database is held by another program")]
    Busy,
    /// The disk is full: nothing was written.
    #[error("the disk is full")]
    Full,
    /// Written by a newer version of the program; nothing was touched.
    #[error("the database has schema {found}, newer than this program")]
    NewerSchema {
        /// The schema found.
        found: u32,
    },
    /// The key does not open it, or it is not a database.
    #[error("the key does not open the database")]
    WrongKey,
    /// Something stored does not make sense; it was left as it is.
    #[error("stored data are damaged: {what}")]
    Damaged {
        /// Which table or check; never content.
        what: &'static str,
    },
    /// A unique fact exists already with other content: a fork (see `change` and `segment`).
    #[error("another change or segment has this place")]
    Clash,
    /// Anything else.
    #[error("the database failed: {0}")]
    Backend(Box<dyn std::error::Error + Send + Sync>),
}

/// What kind of document it is; each kind has its own genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// 办件
    Case,
    /// 个人
    Person,
    /// 家庭
    Household,
    /// 企业
    Enterprise,
}

impl DocKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Case, Self::Person, Self::Household, Self::Enterprise];

    /// The number stores keep it under. Never changed once released.
    pub const fn number(self) -> u8 {
        match self {
            Self::Case => 1,
            Self::Person => 2,
            Self::Household => 3,
            Self::Enterprise => 4,
        }
    }

    /// The kind kept under a number; `None` for one of a newer version.
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| i64::from(kind.number()) == number)
    }
}

/// A document's present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocState {
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// Its scope.
    pub scope: ScopeCode,
    /// Hashes of its latest changes, sorted.
    pub heads: Vec<Hash>,
}

/// A document as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// `None` for an unknown document.
    pub state: Option<DocState>,
    /// The snapshot, if there is one.
    pub snapshot: Option<Snapshot>,
    /// Raw changes after the snapshot, in the order they were stored.
    pub tail: Vec<Vec<u8>>,
    /// How many of its changes are not yet receipted.
    pub unsent: u32,
    /// The highest number one of its changes has in the scope's feed, as far as known here.
    pub seq: Option<u64>,
}

/// A document saved whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The saved document, packed.
    pub bytes: Vec<u8>,
    /// Heads at the time of saving.
    pub heads: Vec<Hash>,
    /// How many stored changes are inside; a genesis is not one of them.
    pub changes: u32,
}

/// Records of a segment in order: document, change hash and raw change.
pub type Records = Vec<(DocId, Hash, Vec<u8>)>;

/// One entry of a feed, with what is needed to send it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its number.
    pub seq: u64,
    /// The chain hash there.
    pub chain: Hash,
    /// The frame.
    pub segment: StoredSegment,
    /// Its records, in order: document, change hash and raw change.
    pub records: Records,
}
