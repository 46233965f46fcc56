//! The store on PostgreSQL, on a real server that each test starts for itself.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to stop there")]

mod conformance;
mod dice;
mod equal;
mod server;

use daiban_district::postgres::{Address, PostgresStore};

/// Opens the store of a database, as one process of several.
async fn open(address: &str, process: u8) -> PostgresStore {
    let address: Address = address.parse().unwrap();
    PostgresStore::open(&address, [process; 16], 8).await.unwrap()
}
