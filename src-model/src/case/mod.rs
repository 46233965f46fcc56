//! The life of a case: [`event`] is what people did, [`mod@fold`] is what follows from it, [`mod@decide`] is the gate in front,
//! [`clocks`] are the dates the law and the department set, [`item_law`] is what the law says of single items alone, [`reminders`]
//! what somebody is to be told in time, [`month`] is what is reported of them, [`typed`] looks at what a hand wrote, [`beside`] is what is
//! written down without moving the case, [`copies`] is why a station's own copy stays.

pub mod beside;
pub mod clocks;
pub mod copies;
pub mod decide;
pub mod event;
pub mod field;
pub mod fold;
pub mod item_law;
pub mod month;
pub mod need;
pub mod reminders;
pub mod retention;
pub mod secrecy;
pub mod typed;

#[cfg(test)]
mod laws;

pub use decide::{Command, Entry, Refusal, decide};
pub use event::{Event, What};
pub use fold::{Anomaly, Case, Stage, fold};
