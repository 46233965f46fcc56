//! The whole system in one thread: ten stations, one hub, the roads between them, and everything that goes wrong.
//!
//! A run is made from its [`Options`] alone: clocks are set by hand, chance follows from the seed, nothing waits. It has two
//! parts. First people work while roads, machines, disks and clocks fail; then the faults stop, and everything must come to
//! rest. What holds is looked at by seven checks, each with a number:
//!
//! - V1: convergence. Stations that read the same divisions have equal heads and equal rows, those of the hub's feeds; rows are
//!   what folding the documents anew gives.
//! - V2: causality. What a person did or saw at a station stays there to be seen; what was written after something else was
//!   read stands after it in the feed; what one station wrote stands in the order in which it was written (of stations that are
//!   open to neighbours: what one session of it wrote).
//! - V3: nothing lost. What a station confirmed to a person is in the hub's feed at the end, unless the disk that held it was put
//!   back before the hub had it; of a revoked station it is on its own disk.
//! - V4: once. No act stands twice in a document, numbers of feeds are dense, chains and signatures are right, a segment has one
//!   place and one receipt.
//! - V5: liveness. Once the faults have stopped, all queues are empty and everything is read within five rounds.
//! - V6: soundness. No call fails for another reason than the person's or the fault's; no station refuses to start; nothing
//!   panics.
//! - V7: erasure. Of a division that was taken from a station, and of a case that moved away from it, nothing is left there, and the
//!   district was told so.

mod beside;
mod check;
mod dice;
mod exchange;
mod ledger;
mod meet;
mod mirror;
mod options;
mod run;
mod seat;
mod trouble;
mod work;

pub use dice::Dice;
pub use options::{Mistake, Options, Trouble};
pub use run::{Check, Counts, Outcome, Violation, play};
