//! `daiban-district`: the district's hub.
//!
//! A thin shell around `daiban_core::sync::hub`: it speaks HTTP, holds the bounds of whatever comes from outside, keeps the data
//! folder and reads the district's own files. What is taken, numbered and delivered is decided in the core. It may not open a
//! document, hold a rule of the trade, or write personal data into a log. Start with [`router`], then [`server`].
#![warn(missing_docs, unreachable_pub)]

pub mod courier;
pub mod edge;
pub mod folder;
pub mod import;
pub mod limits;
pub mod postgres;
pub mod published;
pub mod router;
mod routes;
pub mod server;
pub mod store;

pub use limits::Limits;
pub use server::serve;
