//! The store in plain maps, for simulations: quick, without a disk, and cloned to play a disk image that was copied or
//! restored. Search looks through all tokens.

mod erase;
mod reading;
mod repair;
mod state;
mod views;
mod writing;

use std::sync::{Mutex, MutexGuard, PoisonError};

use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;

use self::state::State;
use self::writing::Write;
use super::{Batch, FeedEntry, PeerMarks, PeerQuery, Placed, RowQuery, Rows, Snapshot, Store, StoreError, Stored};

/// A store that is gone when it is dropped. A clone is a copy of all it holds at that moment.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the cache of rows, which are then folded anew from the documents (S4).
    pub fn wipe_rows(&self) {
        self.state().wipe_rows();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self { state: Mutex::new(self.state().clone()) }
    }
}

impl Store for MemoryStore {
    async fn commit(&self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        Write::whole(&mut self.state(), |write| write.batch(batch))
    }

    async fn load(&self, doc: DocId) -> Result<Stored, StoreError> {
        Ok(self.state().load(&doc))
    }

    async fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, StoreError> {
        Ok(self.state().after(scope, seq, max_bytes))
    }

    async fn cover(&self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        Write::whole(&mut self.state(), |write| write.cover(doc, snapshot))
    }

    async fn peer(&self, query: PeerQuery) -> Result<PeerMarks, StoreError> {
        Ok(self.state().ask(&query))
    }

    async fn rows(&self, query: RowQuery) -> Result<Rows, StoreError> {
        Ok(self.state().rows(&query))
    }

    async fn states(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(self.state().states(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_does_what_every_store_does() {
        crate::store::conformance::all(MemoryStore::new, MemoryStore::wipe_rows).await;
    }
}
