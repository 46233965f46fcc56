//! What every store must do, done by this one.

use daiban_core::store::conformance;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::open;
use crate::server::{Disk, Server};

/// The suite makes and wipes stores without waiting; a thread of the test's own waits for it.
fn block<T>(work: impl Future<Output = T>) -> T {
    block_in_place(|| Handle::current().block_on(work))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_does_what_every_store_does() {
    let server = Server::start(Disk::Quick).unwrap();
    let make = || block(async { open(&server.database().unwrap(), 1).await });
    conformance::all(make, |store| block(store.wipe_rows()).unwrap()).await;
}
