//! The exchange of several systems side by side: the same cases, the same edits, the same line, one clock.
//!
//! A system is a program ([`program`]) with a hub's and a station's role, which this side starts, tells what to do and watches from
//! outside: [`play`] goes through the workloads, [`rows`] compares what both ends show afterwards, [`line`](mod@line) and [`shaper`] are the slow
//! road between them, [`measured`] is a row of the result and [`table`] the page made of them.
//!
//! To measure something more, add a row to [`play::WORKLOADS`] and edits under its name to the corpus; to measure a further system, write
//! a program that answers the words of `bench/peers/harness.mjs`.

pub mod line;
pub mod machine;
pub mod measured;
pub mod page;
pub mod play;
pub mod program;
pub mod rows;
pub mod shaper;
pub mod table;
