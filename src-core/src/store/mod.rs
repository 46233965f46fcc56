//! The durable home of changes and of the rows derived from them.
//!
//! - S1: [`Store::commit`] is one transaction: changes, rows, search, cursors, receipts and outbox land together or not at all.
//! - S2: a change is durable before it is shown, acknowledged or sent.
//! - S3: no change is ever deleted, only covered by a snapshot; a damaged file is set aside, never removed.
//! - S4: rows are a cache of documents: wiping them and refolding gives equal rows.
//! - S5: numbers of a feed are dense: a number is given in the transaction that stores the segment, and a rollback gives it back.
//!
//! Stations and the hub use the same trait and the same tables (sync.md section 9). Nothing here knows Automerge: changes are
//! bytes with a hash. [`sqlite`] is the only place that knows SQL, [`memory`] serves simulations, and [`conformance`] is run
//! against both.

pub mod conformance;
pub mod memory;
pub mod sqlite;

use std::future::Future;

use daiban_model::access::Principal;
use daiban_model::api::{CaseRow, Counts, View};
use daiban_model::ids::{AgentId, DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, Header, SegmentKey, Sig};
use serde::{Deserialize, Serialize};

/// See the module's invariants.
pub trait Store: Send + Sync + 'static {
    /// Stores all of it, or nothing. Answers the places given to `batch.number`, in their order.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Vec<Placed>, StoreError>> + Send;
    /// One document. An unknown one is [`Stored::default`], not an error.
    fn load(&self, doc: DocId) -> impl Future<Output = Result<Stored, StoreError>> + Send;
    /// A scope's feed after a number, until about `max_bytes` of records; at least one segment where there is one.
    fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize)
    -> impl Future<Output = Result<Vec<FeedEntry>, StoreError>> + Send;
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

/// Everything one act writes. Empty parts cost nothing. The parts are stored in the order of the fields.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Own sealed segments that the hub will never take, because a copied or restored disk used their numbers: their frames go,
    /// their changes go back into the outbox to be sealed anew. One with a receipt or a place is a [`StoreError::Clash`].
    pub withdrawn: Vec<SegmentKey>,
    /// Segments with their headers; stored before the changes that name them. Storing an equal one again does nothing; another
    /// root under a stored key is a [`StoreError::Clash`].
    pub segments: Vec<StoredSegment>,
    /// Changes. One that is stored already (same document and hash) is passed over, but stands as a record in the segment it
    /// names, so that each segment can be sent on whole; the same (actor, doc, seq) with another hash is a
    /// [`StoreError::Clash`], and so is another change in the same place of a segment.
    pub changes: Vec<StoredChange>,
    /// Documents touched, with their heads after these changes.
    pub docs: Vec<DocState>,
    /// Rows replaced as a whole, with their search tokens.
    pub rows: Vec<CaseRecord>,
    /// Hub: stored segments that get the next numbers of their scopes, in this order. One that has a place keeps it.
    pub number: Vec<SegmentKey>,
    /// Station: places the hub gave. Must go on densely from what is stored of the scope; one that is stored already is passed
    /// over, another segment or chain hash there is a [`StoreError::Clash`], a hole is [`StoreError::Damaged`]. What a placed
    /// segment carries has arrived: it leaves the outbox if it was not yet sealed.
    pub feed: Vec<Placed>,
    /// Hashes of own changes that go into the outbox.
    pub outbox: Vec<Hash>,
    /// Own outbox changes that were sealed into a stored segment; keeps order: their place in `hashes` is their ordinal.
    pub sealed: Vec<Sealed>,
    /// Receipts of own segments; their changes leave the outbox. One of an unknown segment is passed over.
    pub receipts: Vec<Receipted>,
    /// How far a peer has read, or how far this store has read of a peer.
    pub cursors: Vec<(PeerId, Cursor)>,
    /// Devices and their certificates; replaces what is stored of a device except a revocation.
    pub devices: Vec<DeviceRow>,
    /// Devices revoked, with the time; the first revocation stands.
    pub revoked: Vec<(DeviceId, u64)>,
    /// Actors bound to devices. Binding one to another device is a [`StoreError::Clash`].
    pub actors: Vec<ActorRow>,
    /// Segments set aside with their reason; the same bytes only once.
    pub quarantine: Vec<Quarantined>,
    /// Segments that wait for changes they rest on; `None` takes one out.
    pub pending: Vec<(SegmentKey, Option<Vec<u8>>)>,
    /// Small named values; `None` removes one.
    pub states: Vec<(String, Option<Vec<u8>>)>,
}

/// One change as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The change's own hash.
    pub hash: Hash,
    /// The document.
    pub doc: DocId,
    /// The scope it was written in.
    pub scope: ScopeCode,
    /// Who wrote it, as Automerge counts.
    pub actor: [u8; 16],
    /// The actor's number for it in this document.
    pub actor_seq: u64,
    /// The segment that carries it and its ordinal there; `None` while it is unsent.
    pub segment: Option<(SegmentKey, u32)>,
    /// The raw change, uncompressed.
    pub bytes: Vec<u8>,
}

/// A segment's frame; its records are the changes that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSegment {
    /// The header.
    pub header: Header,
    /// The root that was signed.
    pub root: Hash,
    /// The device's signature.
    pub sig: Sig,
    /// When it was stored here, in milliseconds since 1970.
    pub received_ms: u64,
}

/// A segment's place in its scope's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The segment.
    pub key: SegmentKey,
    /// Its number.
    pub seq: u64,
    /// The chain hash there: see [`chain_next`].
    pub chain: Hash,
}

/// The chain hash after one more segment: BLAKE3 over the last one and the segment's root.
pub fn chain_next(last: Hash, root: Hash) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("daiban feed chain v1");
    hasher.update(&last.0);
    hasher.update(&root.0);
    Hash(*hasher.finalize().as_bytes())
}

/// Outbox changes that went into a segment.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The segment.
    pub key: SegmentKey,
    /// Its changes, in order.
    pub hashes: Vec<Hash>,
}

/// A receipt of the hub for an own segment.
#[derive(Debug, Clone)]
pub struct Receipted {
    /// The segment.
    pub key: SegmentKey,
    /// Its place; `None` while the hub keeps it waiting.
    pub seq: Option<u64>,
    /// The signed receipt, as it came.
    pub receipt: Vec<u8>,
    /// The hub's time.
    pub hub_ms: u64,
}

/// Who is on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeerId {
    /// The district's hub.
    Hub,
    /// A device.
    Device(DeviceId),
}

/// What kind of document it is; each kind has its own genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// 办件
    Case,
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
    pub records: Vec<(DocId, Hash, Vec<u8>)>,
}

/// What to ask of [`Store::peer`].
#[derive(Debug, Clone)]
pub enum PeerQuery {
    /// Cursors of a peer, and the end of every feed here.
    Cursors(PeerId),
    /// Unsealed outbox changes, oldest first, at most `limit` bytes but at least one.
    Outbox {
        /// Bytes.
        limit: usize,
    },
    /// Own sealed segments without a receipt, oldest first, at most `limit` bytes but at least one.
    Unreceipted {
        /// Bytes.
        limit: usize,
    },
    /// Devices by key; unknown ones are left out.
    Devices(Vec<DeviceId>),
    /// All devices.
    AllDevices,
    /// Stored frames of these segments; unknown ones are left out.
    Segments(Vec<SegmentKey>),
    /// The last segment stored of a device, incarnation and scope.
    Last {
        /// The device.
        device: DeviceId,
        /// Its incarnation.
        incarnation: u32,
        /// The scope.
        scope: ScopeCode,
    },
    /// Which of these changes are stored, with the device their actors are bound to.
    Known {
        /// Change hashes.
        changes: Vec<Hash>,
        /// Actors.
        actors: Vec<[u8; 16]>,
    },
    /// Waiting segments of a scope.
    Pending(ScopeCode),
    /// Set-aside segments, latest first.
    Quarantine,
    /// The size of the outbox and the last receipt.
    Outstanding,
}

/// The answer to a [`PeerQuery`]; what was not asked for is empty.
#[derive(Debug, Clone, Default)]
pub struct PeerMarks {
    /// The peer's cursors.
    pub cursors: Vec<Cursor>,
    /// The end of every feed here.
    pub ends: Vec<Cursor>,
    /// Outbox changes.
    pub outbox: Vec<StoredChange>,
    /// Segments with their records (document, change hash, raw change).
    pub segments: Vec<(StoredSegment, Vec<(DocId, Hash, Vec<u8>)>)>,
    /// Frames alone, with the place of those that have one.
    pub frames: Vec<(StoredSegment, Option<Placed>)>,
    /// Devices.
    pub devices: Vec<DeviceRow>,
    /// Changes that are stored.
    pub known: Vec<Hash>,
    /// Actors that are bound.
    pub actors: Vec<ActorRow>,
    /// Waiting segments, encoded.
    pub pending: Vec<(SegmentKey, Vec<u8>)>,
    /// Set-aside segments.
    pub quarantine: Vec<Quarantined>,
    /// Outbox size and last receipt.
    pub outstanding: Outstanding,
}

/// What is still owed to the hub.
#[derive(Debug, Clone, Default)]
pub struct Outstanding {
    /// Changes without a receipt.
    pub changes: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Per document, latest first, at most fifty: document, changes, bytes.
    pub docs: Vec<(DocId, u32, u64)>,
    /// The last receipt with a number: key, number, changes covered, hub time.
    pub last: Option<(SegmentKey, u64, u32, u64)>,
    /// Changes ever receipted.
    pub receipted: u64,
}

/// A device as known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its key.
    pub device: DeviceId,
    /// Its certificate with the root's signature, encoded.
    pub certificate: Vec<u8>,
    /// End of validity, in milliseconds since 1970.
    pub not_after: u64,
    /// When it was revoked, in milliseconds since 1970.
    pub revoked_ms: Option<u64>,
}

/// An actor and the device it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorRow {
    /// The actor.
    pub actor: [u8; 16],
    /// Its device.
    pub device: DeviceId,
    /// The device's incarnation.
    pub incarnation: u32,
}

/// A segment set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The segment.
    pub key: SegmentKey,
    /// Why: a short code.
    pub why: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The segment as it came.
    pub bytes: Vec<u8>,
}

/// The row of one case: what lists sort, filter and show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// What lists show.
    pub shown: CaseRow,
    /// The division it belongs to.
    pub scope: ScopeCode,
    /// Who opened it.
    pub handler: Option<AgentId>,
    /// Full citizen id, for finding the same person; empty when not known.
    pub citizen_id: String,
    /// The item's code; empty before the receipt.
    pub item: String,
    /// Unfinished or finished.
    pub standing: Standing,
    /// The nearest date as `yyyymmdd`, if any.
    pub due: Option<u32>,
    /// Waiting for papers.
    pub supplementing: Flag,
    /// Unfinished without a known limit (R57).
    pub no_limit: Flag,
    /// The last act, in milliseconds since 1970.
    pub updated_ms: u64,
    /// What search finds it by: see [`crate::query::Tokens::of`]. Empty in what a store answers: the index cannot be read back.
    pub tokens: crate::query::Tokens,
}

/// Whether a case still needs work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Unfinished.
    Open,
    /// Decided, delivered, archived or not accepted.
    Finished,
}

/// Whether a mark is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Set.
    Yes,
    /// Not set.
    No,
}

/// Whose eyes a list is for: rows outside are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eyes {
    /// Divisions, each covering what lies below it.
    pub serves: Vec<ScopeCode>,
    /// Only cases of this handler (R213).
    pub only: Option<AgentId>,
}

impl Eyes {
    /// The eyes of someone signed in.
    pub fn of(who: &Principal) -> Self {
        use daiban_model::access::Role;
        let only = (who.role == Role::PartTimeAgent).then(|| who.agent.clone());
        Self { serves: who.serves.clone(), only }
    }
}

/// What to ask of [`Store::rows`].
#[derive(Debug, Clone)]
pub enum RowQuery {
    /// A page of a view. `today` is `yyyymmdd`.
    List {
        /// Which view.
        view: View,
        /// Whose eyes.
        eyes: Eyes,
        /// Today.
        today: u32,
        /// Where the last page ended.
        after: Option<String>,
        /// Rows at most.
        limit: u16,
    },
    /// A page of hits, latest opened first.
    Search {
        /// All must hit.
        terms: Vec<crate::query::Term>,
        /// Whose eyes.
        eyes: Eyes,
        /// Where the last page ended.
        after: Option<String>,
        /// Rows at most.
        limit: u16,
    },
    /// Figures of all views.
    Counts {
        /// Whose eyes.
        eyes: Eyes,
        /// Today.
        today: u32,
    },
    /// Cases of one person, latest first, at most fifty.
    Person {
        /// The full citizen id.
        citizen_id: String,
        /// Whose eyes.
        eyes: Eyes,
    },
    /// These cases; unknown ones are left out.
    ByDoc(Vec<DocId>),
    /// Documents in order of their id, for refolding and audits.
    Docs {
        /// After this one.
        after: Option<DocId>,
        /// Documents at most.
        limit: u16,
    },
}

/// The answer to a [`RowQuery`]; what was not asked for is empty.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Rows.
    pub cases: Vec<CaseRecord>,
    /// Where to go on.
    pub next: Option<String>,
    /// Figures.
    pub counts: Counts,
    /// Documents.
    pub docs: Vec<DocState>,
}
