//! 取号: numbers for people who wait in a hall, by group of windows (R127). A number says who goes first and why, and nothing else: no
//! name, no matter.
//!
//! - Q1: the numbers of a group and a day are 1, 2, 3, ... and none is given twice.
//! - Q2: whoever cannot wait long is called before the others; among equals the lower number is.
//! - Q3: a number is called once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stamp::Wall;

/// Most numbers of a group in a day: three digits.
pub const MOST: u16 = 999;

/// A group of windows: a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Group(char);

/// Not one of the letters A to Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a group of windows is a letter from A to Z")]
pub struct NoGroup;

impl TryFrom<char> for Group {
    type Error = NoGroup;

    fn try_from(letter: char) -> Result<Self, NoGroup> {
        let letter = letter.to_ascii_uppercase();
        if letter.is_ascii_uppercase() { Ok(Self(letter)) } else { Err(NoGroup) }
    }
}

impl From<Group> for char {
    fn from(group: Group) -> Self {
        group.0
    }
}

/// Why somebody goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// 年长
    Old,
    /// 行动不便、残疾
    Disabled,
    /// 带婴幼儿、怀孕
    Infant,
}

/// A number that somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Of which windows.
    pub group: Group,
    /// The number, from 1 on.
    pub no: u16,
    /// When it was taken.
    pub taken: Wall,
    /// Why its holder goes first, if so.
    pub first: Option<First>,
    /// When it was called, and to which window; `None` while its holder waits.
    pub called: Option<(Wall, u8)>,
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:03}", self.group.0, self.no)
    }
}

impl Ticket {
    /// How long its holder waited, in milliseconds; `None` while that is not known.
    pub fn waited_ms(&self) -> Option<u64> {
        self.called.map(|(at, _)| u64::try_from(at.0.saturating_sub(self.taken.0)).unwrap_or(0))
    }
}

/// The next number of a group of which these are all of the day; `None` when there are none left. Q1
pub fn issue(tickets: &[Ticket], group: Group, first: Option<First>, at: Wall) -> Option<Ticket> {
    let last = tickets.iter().filter(|ticket| ticket.group == group).map(|ticket| ticket.no).max().unwrap_or(0);
    (last < MOST).then(|| Ticket { group, no: last + 1, taken: at, first, called: None })
}

/// Whose turn it is at a window of a group. Q2, Q3
pub fn next(tickets: &[Ticket], group: Group) -> Option<Ticket> {
    let waiting = tickets.iter().filter(|ticket| ticket.group == group && ticket.called.is_none());
    waiting.min_by_key(|ticket| (ticket.first.is_none(), ticket.no)).copied()
}

/// How long people waited on average, in whole minutes, rounded; `None` where nobody was called.
pub fn mean_wait_minutes(tickets: &[Ticket]) -> Option<u32> {
    let waits: Vec<u64> = tickets.iter().filter_map(Ticket::waited_ms).collect();
    let count = u64::try_from(waits.len()).ok().filter(|count| *count > 0)?;
    u32::try_from((waits.iter().sum::<u64>() / count + 30_000) / 60_000).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group() -> Group {
        Group('A')
    }

    #[test]
    fn a_group_is_a_letter() {
        assert_eq!(Group::try_from('b'), Ok(Group('B')), "typed small");
        assert_eq!([Group::try_from('甲'), Group::try_from('1')], [Err(NoGroup); 2]);
    }

    #[test]
    fn the_last_number_of_a_day_is_said_not_given_twice() {
        let last = Ticket { group: group(), no: MOST, taken: Wall(0), first: None, called: None };
        assert_eq!(issue(&[last], group(), None, Wall(1)), None);
        let other = issue(&[last], Group('B'), None, Wall(1));
        assert_eq!(
            other.map(|ticket| ticket.to_string()).as_deref(),
            Some("B001"),
            "another group has its own numbers"
        );
    }

    proptest! {
        /// Q1, Q2, Q3, whoever comes and whenever somebody is called.
        #[test]
        fn everybody_is_called_once_and_nobody_before_one_who_goes_first(
            steps in proptest::collection::vec(proptest::option::of(proptest::option::of(0u8..3)), 1..60)
        ) {
            let firsts = [First::Old, First::Disabled, First::Infant];
            let mut tickets: Vec<Ticket> = Vec::new();
            for (at, step) in (0i64..).zip(steps) {
                match step {
                    Some(first) => {
                        let first = first.map(|nth| firsts[usize::from(nth)]);
                        let ticket = issue(&tickets, group(), first, Wall(at)).unwrap();
                        prop_assert_eq!(usize::from(ticket.no), tickets.len() + 1);
                        tickets.push(ticket);
                    }
                    None => {
                        let waiting: Vec<Ticket> =
                            tickets.iter().filter(|ticket| ticket.called.is_none()).copied().collect();
                        let called = next(&tickets, group());
                        prop_assert_eq!(called.is_none(), waiting.is_empty());
                        let Some(called) = called else { continue };
                        prop_assert!(called.first.is_some() || waiting.iter().all(|other| other.first.is_none()));
                        prop_assert!(waiting.iter().all(|other| other.first.is_some() != called.first.is_some()
                            || other.no >= called.no));
                        let found = tickets.iter_mut().find(|ticket| ticket.no == called.no).unwrap();
                        found.called = Some((Wall(at), 5));
                    }
                }
            }
        }
    }
}
