//! The life of a case: [`event`] is what people did, [`fold`] is what follows from it, [`decide`] is the gate in front,
//! [`clocks`] are the dates the law and the department set.

pub mod clocks;
pub mod decide;
pub mod event;
pub mod field;
pub mod fold;

#[cfg(test)]
mod laws;

pub use decide::{Command, Refusal, decide};
pub use event::{Event, What};
pub use fold::{Anomaly, Case, Stage, fold};
