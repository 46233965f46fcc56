//! Where a store of this world stands: kept when a program is killed, and able to fail as disks do.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use daiban_core::keys::DatabaseKey;
use daiban_core::store::memory::MemoryStore;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{
    Batch, FeedEntry, PeerMarks, PeerQuery, Placed, RowQuery, Rows, Snapshot, Store, StoreError, Stored,
};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, SegmentKey};

use super::hazard::{Fate, Flaw, Hazard, off};

/// A store that outlives whoever opened it.
#[derive(Clone)]
pub struct Shelf {
    home: Arc<Mutex<Home>>,
    flips: Arc<Mutex<Vec<Flip>>>,
    worn: Arc<Mutex<Option<u32>>>,
    full: Arc<AtomicBool>,
    spoilt: Arc<Mutex<Vec<DocId>>>,
    hazard: Hazard,
}

#[derive(Clone)]
enum Home {
    Memory(Arc<MemoryStore>),
    Sqlite(Arc<SqliteStore>),
}

/// A bit of a stored segment that went over.
#[derive(Debug, Clone, Copy)]
pub struct Flip {
    /// The feed.
    pub scope: ScopeCode,
    /// The number in it.
    pub seq: u64,
    /// The record.
    pub record: usize,
    /// The bit, counted from the end of the record.
    pub bit: usize,
}

impl Shelf {
    fn new(home: Home) -> Self {
        Self {
            home: Arc::new(Mutex::new(home)),
            flips: Arc::default(),
            worn: Arc::default(),
            full: Arc::default(),
            spoilt: Arc::default(),
            hazard: Hazard::default(),
        }
    }

    /// The same store in a machine to which this can happen.
    pub(super) fn with(self, hazard: &Hazard) -> Self {
        Self { hazard: hazard.clone(), ..self }
    }

    /// What can happen to its machine.
    pub fn hazard(&self) -> &Hazard {
        &self.hazard
    }

    /// Looks through the whole file, where there is one.
    pub fn integrity(&self) -> Result<(), StoreError> {
        match self.home() {
            Home::Memory(_) => Ok(()),
            Home::Sqlite(store) => store.integrity(),
        }
    }

    /// In memory.
    pub fn memory() -> Self {
        Self::new(Home::Memory(Arc::new(MemoryStore::new())))
    }

    /// In an encrypted file.
    pub fn encrypted(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        Ok(Self::new(Home::Sqlite(Arc::new(SqliteStore::open(path, key)?))))
    }

    /// In a plain file, as the hub's.
    pub fn plain(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::new(Home::Sqlite(Arc::new(SqliteStore::open_plain(path)?))))
    }

    fn home(&self) -> Home {
        self.home.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A copy of a memory disk as it is now.
    pub fn image(&self) -> Self {
        match self.home() {
            Home::Memory(store) => Self::new(Home::Memory(Arc::new((*store).clone()))),
            Home::Sqlite(_) => panic!("only a memory disk is copied here"),
        }
    }

    /// Puts an earlier copy back in the place of what is there.
    pub fn put_back(&self, image: &Self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = image.image().home();
    }

    /// From now on a bit reads wrongly.
    pub fn flip(&self, flip: Flip) {
        self.flips.lock().unwrap_or_else(PoisonError::into_inner).push(flip);
    }

    /// From now on a bit of the sealed segment with this number reads wrongly.
    pub fn wear(&self, number: u32) {
        *self.worn.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
    }

    /// From now on these documents read wrongly, and no others.
    pub fn spoil(&self, docs: &[DocId]) {
        *self.spoilt.lock().unwrap_or_else(PoisonError::into_inner) = docs.to_vec();
    }

    /// The disk is full.
    pub fn fill(&self) {
        self.full.store(true, Ordering::SeqCst);
    }

    /// There is room again.
    pub fn make_room(&self) {
        self.full.store(false, Ordering::SeqCst);
    }

    /// Empties the cache of rows.
    pub fn wipe_rows(&self) {
        match self.home() {
            Home::Memory(store) => store.wipe_rows(),
            Home::Sqlite(store) => super::must("rows are wiped", store.wipe_rows()),
        }
    }

    fn bent(&self, scope: ScopeCode, mut entries: Vec<FeedEntry>) -> Vec<FeedEntry> {
        for flip in self.flips.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|flip| flip.scope == scope)
        {
            let entry = entries.iter_mut().find(|entry| entry.seq == flip.seq);
            if let Some((_, _, raw)) = entry.and_then(|entry| entry.records.get_mut(flip.record)) {
                let at = raw.len() - 1 - flip.bit / 8;
                raw[at] ^= 1 << (flip.bit % 8);
            }
        }
        entries
    }
}

macro_rules! pass {
    ($shelf:ident, $store:ident => $call:expr) => {{
        $shelf.hazard.alive()?;
        match $shelf.home() {
            Home::Memory($store) => $call.await,
            Home::Sqlite($store) => $call.await,
        }
    }};
}

impl Store for Shelf {
    async fn commit(&self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full);
        }
        if self.hazard.forgets(&batch)
            && let Home::Memory(store) = self.home()
        {
            return MemoryStore::clone(&store).commit(batch).await;
        }
        let mut placed = Vec::new();
        for part in self.hazard.parts(batch) {
            let fate = self.hazard.fate();
            if fate != Fate::Lost {
                placed = match self.home() {
                    Home::Memory(store) => store.commit(part).await?,
                    Home::Sqlite(store) => store.commit(part).await?,
                };
            }
            if fate != Fate::Lands {
                return Err(off());
            }
        }
        Ok(placed)
    }

    async fn load(&self, doc: DocId) -> Result<Stored, StoreError> {
        let mut stored: Stored = pass!(self, store => store.load(doc))?;
        if self.spoilt.lock().unwrap_or_else(PoisonError::into_inner).contains(&doc) {
            stored.tail.iter_mut().for_each(|change| change.truncate(change.len() / 2));
        }
        Ok(stored)
    }

    async fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, StoreError> {
        let mut entries = pass!(self, store => store.after(scope, seq, max_bytes))?;
        if self.hazard.has(Flaw::FeedTwice) {
            let again = entries.last().map(|last| FeedEntry { seq: last.seq + 1, ..last.clone() });
            entries.extend(again);
        }
        Ok(self.bent(scope, entries))
    }

    async fn cover(&self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        pass!(self, store => store.cover(doc, snapshot))
    }

    async fn peer(&self, query: PeerQuery) -> Result<PeerMarks, StoreError> {
        let of_line = matches!(query, PeerQuery::Last { .. });
        let mut marks = pass!(self, store => store.peer(query))?;
        if of_line && self.hazard.has(Flaw::LastButOne) {
            let last = marks.frames.first().map(|(stored, _)| stored.header.key());
            let before = last.filter(|key| key.number > 1).map(|key| SegmentKey { number: key.number - 1, ..key });
            let keys = before.into_iter().collect();
            marks = pass!(self, store => store.peer(PeerQuery::Segments(keys)))?;
        }
        let worn = *self.worn.lock().unwrap_or_else(PoisonError::into_inner);
        let segment = marks.segments.iter_mut().find(|(stored, _)| Some(stored.header.number) == worn);
        if let Some(bit) = segment.and_then(|(_, records)| records.first_mut()?.2.last_mut()) {
            *bit ^= 4;
        }
        Ok(marks)
    }

    async fn rows(&self, query: RowQuery) -> Result<Rows, StoreError> {
        pass!(self, store => store.rows(query))
    }

    async fn states(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        pass!(self, store => store.states(prefix))
    }
}
