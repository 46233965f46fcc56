//! 取号: what a hall's guide asks of the engine (R127).

use serde::{Deserialize, Serialize};

use crate::queue::{First, Group, Ticket};

/// How the hall stands today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetQueue {}

/// Give somebody a number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TakeNumber {
    /// For which windows.
    pub group: Group,
    /// Why they go first, if so.
    pub first: Option<First>,
}

/// Call the next to a window.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CallNumber {
    /// Of which group.
    pub group: Group,
    /// To which window.
    pub window: u8,
}

/// The hall today: the groups that gave numbers, in the order of their letters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Queue {
    /// Each with its numbers.
    pub groups: Vec<GroupQueue>,
}

/// One group of windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupQueue {
    /// Which.
    pub group: Group,
    /// How many numbers it has given.
    pub given: u16,
    /// Who waits, in the order in which they are going to be called.
    pub waiting: Vec<Ticket>,
    /// Who was called last, the latest first; a handful, as on the board.
    pub called: Vec<Ticket>,
    /// How long those who were called waited on average, in minutes.
    pub mean_minutes: Option<u32>,
}
