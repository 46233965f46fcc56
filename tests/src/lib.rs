//! What stories and measurements share.

#[path = "../bench/mod.rs"]
pub mod bench;
pub mod dictionary;
pub mod forms;
pub mod hostile;
pub mod paper;
pub mod rigs;
pub mod sim;
pub mod window;
pub mod world;
