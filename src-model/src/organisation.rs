//! Places, service points and the people who serve there (R28–R34). What the roles may do is `access`'s matter.

mod places;
mod roster;

pub use places::{Place, PlaceFault, PlaceKind, PlaceTree, ServicePoint, Tier};
pub use roster::{Agent, Post, Roster, RosterFault, StaffSource};

#[cfg(test)]
mod tests;
