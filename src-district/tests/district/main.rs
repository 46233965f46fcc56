//! The hub from outside: over sockets, and by its command line.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to stop there")]

mod command;
mod http;
mod import;
mod network;
mod stations;
