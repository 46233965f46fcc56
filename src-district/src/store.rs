//! The one store of a hub, whichever it is: a file beside the keys, or a PostgreSQL database.

use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{
    Batch, FeedEntry, PeerMarks, PeerQuery, Placed, RowQuery, Rows, Snapshot, Store, StoreError, Stored,
};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;

use crate::postgres::PostgresStore;

/// A hub's store. What the two give is equal; the conformance suite holds them to it.
pub enum HubStore {
    /// One file, for one machine.
    Sqlite(SqliteStore),
    /// A database, for any number of hub processes.
    Postgres(PostgresStore),
}

/// The same call on either.
macro_rules! either {
    ($store:expr, |$one:ident| $call:expr) => {
        match $store {
            HubStore::Sqlite($one) => $call.await,
            HubStore::Postgres($one) => $call.await,
        }
    };
}

impl Store for HubStore {
    async fn commit(&self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        either!(self, |store| store.commit(batch))
    }

    async fn load(&self, doc: DocId) -> Result<Stored, StoreError> {
        either!(self, |store| store.load(doc))
    }

    async fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, StoreError> {
        either!(self, |store| store.after(scope, seq, max_bytes))
    }

    async fn cover(&self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        either!(self, |store| store.cover(doc, snapshot))
    }

    async fn peer(&self, query: PeerQuery) -> Result<PeerMarks, StoreError> {
        either!(self, |store| store.peer(query))
    }

    async fn rows(&self, query: RowQuery) -> Result<Rows, StoreError> {
        either!(self, |store| store.rows(query))
    }

    async fn states(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        either!(self, |store| store.states(prefix))
    }
}
