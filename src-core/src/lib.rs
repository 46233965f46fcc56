//! `daiban-core`: the engine. Everything the program does stands here, behind typed calls; shells stay thin.
//!
//! Start with [`engine`], then [`doc`] (cases as documents of facts), [`store`] (where they live) and [`sync`] (how they
//! travel).

pub mod archive;
pub mod backup;
pub mod courier;
pub mod doc;
pub mod edge;
pub mod engine;
pub mod files;
pub mod keys;
pub mod lan;
pub mod print;
pub mod projection;
pub mod query;
pub mod store;
pub mod sync;
