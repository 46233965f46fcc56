//! The hub from outside: over sockets, and by its command line.

mod command;
mod http;
mod import;
mod network;
mod stations;
