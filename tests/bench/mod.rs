//! What the measurements share: a corpus, cases as documents, a hub on loopback, a station, a counting proxy, figures.
//!
//! The programs are `bench/desk.rs`, `bench/sync.rs` with `bench/ours.rs`, and the peers' in `bench/peers`. Every figure is a ratio to a reference measured in the same run;
//! nothing here asserts a time.

pub mod case_doc;
pub mod corpus;
pub mod figures;
pub mod hub;
pub mod limit;
pub mod lived;
pub mod proxy;
pub mod race;
pub mod station;
