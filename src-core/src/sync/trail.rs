//! Which way a case has gone through the divisions (sync.md section 5).
//!
//! - D1: only the hub moves a case. A change that says so is taken in segments that the hub wrote, and in no others: the hub asks for
//!   that before it numbers anything, stations before they take anything in.
//! - D2: the moves of a case are counted; whoever knows the same moves, in whatever order they came, knows the same home.

use daiban_model::ids::ScopeCode;
use daiban_model::wire::{Certificate, HUB_NO};
use serde::{Deserialize, Serialize};

use super::writer::Described;
use crate::doc::{Meta, Moved};

/// Who wrote a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// A station.
    Station,
    /// The hub.
    Hub,
}

impl Wrote {
    /// Whose certificate it is.
    pub fn under(certificate: &Certificate) -> Self {
        if certificate.device_no == HUB_NO { Self::Hub } else { Self::Station }
    }

    /// Whether whoever wrote it may say what a change says. D1
    pub fn may_say(self, meta: &Meta) -> bool {
        self == Self::Hub || meta.moved.is_none()
    }

    /// The same of all records of a segment.
    pub(crate) fn may_say_all(self, described: &[Described]) -> bool {
        described.iter().all(|(_, meta, _)| self.may_say(meta))
    }
}

/// The moves of one case. D2
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trail(Vec<Moved>);

impl Trail {
    /// Adds a move. Whether it was unknown: of two with one number, which only a hub that went back can give, the first stands.
    pub fn learn(&mut self, moved: Moved) -> bool {
        match self.0.binary_search_by_key(&moved.nth, |known| known.nth) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, moved);
                true
            }
        }
    }

    /// The next move from here to there, its number above the least: a hub that went back may have forgotten some.
    pub fn next(&self, from: ScopeCode, to: ScopeCode, least: u32) -> Moved {
        Moved { nth: self.0.last().map_or(0, |last| last.nth).max(least).saturating_add(1), from, to }
    }

    /// The last move.
    pub fn last(&self) -> Option<Moved> {
        self.0.last().copied()
    }

    /// Where it lives; nothing where it has never moved.
    pub fn home(&self) -> Option<ScopeCode> {
        self.0.last().map(|last| last.to)
    }

    /// The divisions it has lived in.
    pub fn homes(&self) -> impl Iterator<Item = ScopeCode> {
        self.0.iter().flat_map(|moved| [moved.from, moved.to])
    }

    /// Whether it ever lived there.
    pub fn was_in(&self, scope: ScopeCode) -> bool {
        self.homes().any(|home| home == scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(nth: u32, from: &str, to: &str) -> Moved {
        Moved { nth, from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn d2_the_same_moves_in_any_order_lead_to_one_home() {
        const A: &str = "150205202202";
        const B: &str = "150205202203";
        let all = [moved(1, A, B), moved(2, B, A), moved(3, A, B)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let mut trail = Trail::default();
            assert!(order.iter().all(|at| trail.learn(all[*at])), "each is new once");
            assert!(!trail.learn(all[0]), "and known after that");
            assert_eq!(trail.home(), Some(B.parse().unwrap()));
            assert!(trail.was_in(A.parse().unwrap()));
            assert_eq!(trail.next(all[0].to, all[0].from, 0).nth, 4);
            assert_eq!(trail.next(all[0].to, all[0].from, 100).nth, 101);
        }
        assert_eq!(Trail::default().home(), None);
    }
}
