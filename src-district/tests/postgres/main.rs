//! The store on PostgreSQL, on a real server that each test starts for itself.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to stop there")]

mod batches;
mod broken;
mod conformance;
mod cut;
#[expect(dead_code, reason = "measurements make requests beforehand")]
mod device;
mod dice;
mod equal;
#[expect(dead_code, reason = "measurements look at the process too")]
mod server;
mod together;

use daiban_district::postgres::{Address, PostgresStore};

/// Opens the store of a database, as one process of several.
async fn open(address: &str, process: u8) -> PostgresStore {
    let address: Address = address.parse().unwrap();
    PostgresStore::open(&address, [process; 16], 8).await.unwrap()
}
