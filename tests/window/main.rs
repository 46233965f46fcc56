//! The real window in the real WebKit: each test has a hub, a folder and a screen of its own.

#![expect(clippy::print_stdout, reason = "figures of a run are read in the test's output")]

mod attachments;
mod backup;
mod bundles;
mod copied;
mod copies;
mod hall;
mod home_service;
mod keyboard;
mod lived_in;
mod looks;
mod mistakes;
mod neighbour;
mod office;
mod parcels;
mod printing;
mod self_service;
mod stage;
mod stick;
mod syncing;
mod work_injury;
