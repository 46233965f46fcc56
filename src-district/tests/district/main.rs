//! The hub from outside: over sockets, and by its command line.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to stop there")]

mod archive;
mod command;
#[path = "../postgres/device.rs"]
#[expect(dead_code, reason = "other tests ask more of a device")]
mod device;
mod http;
mod import;
mod network;
mod postgres;
#[path = "../postgres/server.rs"]
#[expect(dead_code, reason = "other tests ask more of a server")]
mod server;
mod stations;
mod tls;
