//! How cases travel (sync.md): segments signed by devices, numbered feeds at the hub, one request for both directions.
//!
//! [`segment`] seals and checks, [`station`] and [`hub`] are the two ends as plain functions of bytes, store and time,
//! [`neighbour`] is how two stations meet without the hub. [`envelope`] signs and packs, [`columns`] lays out what is packed,
//! [`compare`] finds what one side lacks, [`trail`] knows which way a case has gone, [`files`] carries attachments after cases, [`http`] is the only part that talks to the hub's
//! network, by the ways of [`address`]; [`tls`] and [`public`] tell who answers there, and [`code`] how a new station comes to know it;
//! [`certificates`] says whose word counts where. Nothing is decoded as a document before its signature, certificate, scope and actor
//! were found right.

pub mod address;
pub mod certificates;
pub mod code;
pub mod columns;
pub mod compare;
mod dictionary;
pub mod envelope;
pub mod files;
pub mod http;
pub mod hub;
pub mod neighbour;
pub mod nonce;
pub mod public;
pub mod segment;
pub mod sign;
pub mod station;
pub mod tls;
pub mod trail;
pub mod writer;
