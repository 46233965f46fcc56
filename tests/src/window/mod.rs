//! The product as a person meets it: a hub started by its own commands, a window on a screen of its own, keys and a mouse.
//!
//! The window tests and the demonstration share this. Nothing here knows how pages are built: it looks for the names pages
//! give their parts (`data-test`) and for what stands on the screen.

pub mod colleague;
pub mod dates;
pub mod district;
pub mod job;
pub mod line;
pub mod page;
pub mod people;
pub mod programs;
pub mod screen;
pub mod station;
