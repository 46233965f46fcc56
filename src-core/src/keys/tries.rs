//! Wrong PINs in a row, and the pauses they cost.
//!
//! T1: the count grows whatever the clock does; only the right PIN clears it.
//! T2: no pause lasts longer than [`LONGEST`], even after the clock was far ahead and has been put right.

use std::collections::BTreeMap;

use daiban_model::ids::AgentId;
use daiban_model::stamp::Wall;
use serde::{Deserialize, Serialize};

use super::VaultFault;

/// Wrong tries without a pause.
const FREE: u32 = 5;
/// The first pause in seconds: ten minutes (R200); each wrong try more doubles it.
const FIRST: u32 = 10 * 60;
/// The longest pause in seconds.
const LONGEST: u32 = 30 * 60;

/// The wrong tries of each person. Kept in a file of its own, so that the wraps are not rewritten for a slip of the
/// finger.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tries(BTreeMap<AgentId, Row>);

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    wrong: u32,
    last: Wall,
}

impl Tries {
    /// Lets a try happen and counts it as wrong until [`Tries::forget`] says otherwise, or names the seconds to wait.
    pub(super) fn begin(&mut self, agent: &AgentId, now: Wall) -> Result<(), VaultFault> {
        let row = self.0.entry(agent.clone()).or_insert(Row { wrong: 0, last: now });
        // The clock went back: the pause starts again from here. Nobody gains by it, and nobody waits for a day long
        // gone. T2
        row.last = row.last.min(now);
        let pause = i64::from(pause(row.wrong)) * 1000;
        let rest = pause.saturating_sub(now.0.saturating_sub(row.last.0));
        if rest > 0 {
            let seconds = u32::try_from((rest + 999) / 1000).unwrap_or(LONGEST);
            return Err(VaultFault::Wait { seconds });
        }
        *row = Row { wrong: row.wrong.saturating_add(1), last: now };
        Ok(())
    }

    /// What to tell somebody whose try was wrong.
    pub(super) fn refusal(&self, agent: &AgentId) -> VaultFault {
        let wrong = self.0.get(agent).map_or(0, |row| row.wrong);
        match u8::try_from(FREE.saturating_sub(wrong)) {
            Ok(left @ 1..) => VaultFault::WrongPin { left },
            Ok(0) | Err(_) => VaultFault::Wait { seconds: pause(wrong) },
        }
    }

    /// The person knows the PIN, or has a new one.
    pub(super) fn forget(&mut self, agent: &AgentId) {
        self.0.remove(agent);
    }

    /// Drops people who are not `here`.
    pub(super) fn retain(&mut self, here: impl Fn(&AgentId) -> bool) {
        self.0.retain(|agent, _| here(agent));
    }
}

/// The pause in seconds after this many wrong tries in a row.
fn pause(wrong: u32) -> u32 {
    match wrong.checked_sub(FREE) {
        None => 0,
        Some(more) => FIRST.checked_mul(1 << more.min(10)).map_or(LONGEST, |pause| pause.min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn r200_five_tries_are_free_then_pauses_go_from_ten_minutes_to_half_an_hour() {
        let pauses: Vec<u32> = [0, 4, 5, 6, 7, 10, 11, 12, u32::MAX].into_iter().map(pause).collect();
        assert_eq!(pauses, [0, 0, 600, 1200, 1800, 1800, 1800, 1800, 1800], "five tries are free");
    }

    proptest! {
        #[test]
        fn t1_t2_whatever_the_clock_does_tries_count_and_no_pause_is_longer_than_half_an_hour(
            clock in prop::collection::vec(any::<i64>(), 1..40),
        ) {
            let agent: AgentId = "SG-202202-01".parse().unwrap();
            let mut tries = Tries::default();
            let mut tried = 0;
            for now in clock {
                match tries.begin(&agent, Wall(now)) {
                    Ok(()) => tried += 1,
                    Err(VaultFault::Wait { seconds }) => prop_assert!((1..=LONGEST).contains(&seconds)),
                    Err(other) => prop_assert!(false, "{other}"),
                }
                prop_assert_eq!(tries.0[&agent].wrong, tried);
            }
        }
    }
}
