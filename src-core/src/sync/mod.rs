//! How cases travel (sync.md): segments signed by devices, numbered feeds at the hub, one request for both directions.
//!
//! [`segment`] seals and checks, [`station`] and [`hub`] are the two ends as plain functions of bytes, store and time,
//! [`neighbour`] is how two stations meet without the hub. [`envelope`] signs and packs, [`columns`] lays out what is packed,
//! [`compare`] finds what one side lacks, [`files`] carries attachments after cases, [`http`] talks to the hub's network; [`tls`] tells
//! who answers there. Nothing is decoded as a document before its signature, certificate, scope and actor were found right.

pub mod columns;
pub mod compare;
pub mod envelope;
pub mod files;
pub mod http;
pub mod hub;
pub mod neighbour;
pub mod nonce;
pub mod segment;
pub mod sign;
pub mod station;
pub mod tls;
pub mod writer;
