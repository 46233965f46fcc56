//! How cases travel (sync.md): segments signed by devices, numbered feeds at the hub, one request for both directions.
//!
//! [`segment`] seals and checks, [`station`] and [`hub`] are the two ends as plain functions of bytes, store and time,
//! [`columns`] lays out what is packed, [`compare`] finds what one side lacks, [`files`] carries attachments after cases,
//! [`certificates`] says whose word counts where; [`http`] is the only part that talks to a network; [`tls`] tells who answers there.
//! Nothing is decoded as a document before its signature, certificate, scope and actor were found right.

pub mod certificates;
pub mod columns;
pub mod compare;
pub mod files;
pub mod http;
pub mod hub;
pub mod segment;
pub mod sign;
pub mod station;
pub mod tls;
