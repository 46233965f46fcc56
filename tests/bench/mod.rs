//! What the measurements share: a corpus, cases as documents, a hub on loopback, a station, a counting proxy, figures.
//!
//! The programs are `bench/desk.rs`, `bench/sync.rs` with `bench/ours.rs`, `bench/crowd.rs`, and the peers' in `bench/peers`. Every
//! figure is a ratio to a reference measured in the same run;
//! nothing here asserts a time.

pub mod bare;
pub mod case_doc;
pub mod corpus;
#[path = "../../src-district/tests/postgres/device.rs"]
pub mod device;
pub mod figures;
pub mod hub;
pub mod limit;
pub mod lived;
pub mod proxy;
pub mod race;
#[path = "../../src-district/tests/postgres/server.rs"]
pub mod server;
pub mod station;
