//! What stories and measurements share.

#[path = "../bench/mod.rs"]
pub mod bench;
