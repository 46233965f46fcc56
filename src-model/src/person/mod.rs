//! Who comes to the station: people, households, enterprises. Each is a document of facts, as a case is.
//!
//! A case keeps what was typed and seen when it was received: evidence, which nothing here changes. It points to the person, and the
//! person is what the next case is filled in from. What people type lies in [`Fact`] registers, what people do in [`Event`]s.
//!
//! - P1: [`fold`] is total, order-free and idempotent, as the fold of a case is.
//! - P2: that two documents are one person is a fact in both, made and taken back by people. It holds while some [`What::Same`] has no
//!   [`What::Apart`] that names it; so desks that join and part in any order, apart from each other, end equal, and nothing is lost.
//! - P3: a consent is for one purpose and one receiver. Taking it back ends its use from then on; what was done stays.

mod decide;
mod event;
mod fact;
mod fold;
mod rules;
mod yearly;

#[cfg(test)]
mod laws;

pub use decide::{Command, Refusal, decide};
pub use event::*;
pub use fact::Fact;
pub use fold::{Consent, Person, Request, fold};
pub use rules::{ANSWER_DAYS, is_child, of_age_on};
pub use yearly::{AHEAD_DAYS, Checked, OLD, is_yearly, listed_from, next_check, yearly_items};
