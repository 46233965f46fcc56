//! Which of two sets of segments lacks what, told in one or two round trips of a few hundred bytes when little differs
//! (sync.md section 7). Pure: sets and messages in, messages and roots out.
//!
//! Segments are ordered by their device's clock at sealing, which both ends read in the signed header, and by root.

use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_model::wire::Hash;
use negentropy::{Id, Negentropy, NegentropyStorageVector};

use crate::store::Beyond;

/// Largest message: a few seconds of a slow line; what does not fit comes with the next one.
const MAX_MESSAGE: u64 = 24 << 10;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// Roots that the other side lacks, as far as is known by now.
    pub lacking: Vec<Hash>,
    /// The next message; `None` when all is known.
    pub next: Option<Vec<u8>>,
}

/// A message that is none, or a set that cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message of a comparison")]
pub struct NoMessage;

fn set(segments: &[Beyond]) -> Result<NegentropyStorageVector, NoMessage> {
    let mut set = NegentropyStorageVector::with_capacity(segments.len());
    for segment in segments {
        // The protocol keeps the largest number for "no end".
        let at = segment.hlc_ms.min(u64::MAX - 1);
        set.insert(at, Id::from_byte_array(segment.root.0)).map_err(|_| NoMessage)?;
    }
    set.seal().map_err(|_| NoMessage)?;
    Ok(set)
}

/// The first message of a comparison.
pub fn begin(segments: &[Beyond]) -> Result<Vec<u8>, NoMessage> {
    Negentropy::owned(set(segments)?, MAX_MESSAGE).and_then(|mut ours| ours.initiate()).map_err(|_| NoMessage)
}

/// The hub's answer to a message. It remembers nothing between two of them.
pub fn answer(segments: &[Beyond], message: &[u8]) -> Result<Vec<u8>, NoMessage> {
    let set = set(segments)?;
    let answer = || Negentropy::owned(set, MAX_MESSAGE).and_then(|mut ours| ours.reconcile(message));
    // The message comes from outside: whatever it makes the library do, it is only no message.
    catch_unwind(AssertUnwindSafe(answer)).map_err(|_| NoMessage)?.map_err(|_| NoMessage)
}

/// What the station makes of an answer.
pub fn learn(segments: &[Beyond], message: &[u8]) -> Result<Learned, NoMessage> {
    let set = set(segments)?;
    let learn = || {
        let mut ours = Negentropy::owned(set, MAX_MESSAGE)?;
        ours.set_initiator();
        // What the hub has and this station lacks comes in the feed.
        let (mut lacking, mut _coming) = (Vec::new(), Vec::new());
        let next = ours.reconcile_with_ids(message, &mut lacking, &mut _coming)?;
        Ok::<_, negentropy::Error>(Learned { lacking: lacking.iter().map(|id| Hash(**id)).collect(), next })
    };
    catch_unwind(AssertUnwindSafe(learn)).map_err(|_| NoMessage)?.map_err(|_| NoMessage)
}

#[cfg(test)]
mod tests {
    use daiban_model::ids::DeviceId;
    use daiban_model::wire::SegmentKey;
    use proptest::prelude::*;

    use super::*;

    fn segment(n: u64) -> Beyond {
        let root = Hash(*blake3::hash(&n.to_le_bytes()).as_bytes());
        let scope = "150205202202".parse().unwrap();
        let key = SegmentKey { device: DeviceId([1; 32]), incarnation: 1, scope, number: 1 };
        // Clocks at which several devices seal at once.
        Beyond { key, root, hlc_ms: 1_772_415_000_000 + n / 3 * 60_000, seq: None }
    }

    fn all(numbers: impl Iterator<Item = u64>) -> Vec<Beyond> {
        numbers.map(segment).collect()
    }

    /// Runs a comparison to its end: what the hub lacks, round trips, bytes both ways.
    fn compare(station: &[Beyond], hub: &[Beyond]) -> (Vec<Hash>, u32, usize) {
        let (mut lacking, mut trips, mut bytes) = (Vec::new(), 0, 0);
        let mut next = Some(begin(station).unwrap());
        while let Some(message) = next {
            let back = answer(hub, &message).unwrap();
            (trips, bytes) = (trips + 1, bytes + message.len() + back.len());
            assert!(trips < 100, "it comes to an end");
            let learned = learn(station, &back).unwrap();
            lacking.extend(learned.lacking);
            next = learned.next;
        }
        lacking.sort_unstable();
        lacking.dedup();
        (lacking, trips, bytes)
    }

    fn roots(numbers: impl Iterator<Item = u64>) -> Vec<Hash> {
        let mut roots: Vec<Hash> = numbers.map(|n| segment(n).root).collect();
        roots.sort_unstable();
        roots
    }

    #[test]
    fn equal_sets_cost_one_round_trip_and_a_few_hundred_bytes_at_any_size() {
        // Up to thirty-one are told by their roots: that is less than asking about them.
        for (size, bound) in [(0, 16), (31, 2_048), (32, 380), (1_000, 380), (100_000, 380)] {
            let set = all(0..size);
            let (lacking, trips, bytes) = compare(&set, &set);
            assert_eq!((lacking, trips), (vec![], 1), "{size} segments");
            assert!(bytes <= bound, "{size} segments: {bytes} bytes");
        }
    }

    #[test]
    fn one_difference_costs_a_few_kilobytes() {
        for size in [1_000, 100_000] {
            let (station, hub) = (all(0..size), all((0..size).filter(|n| *n != size / 2)));
            let (lacking, trips, bytes) = compare(&station, &hub);
            assert_eq!(lacking, roots(std::iter::once(size / 2)), "found");
            assert!(bytes <= 5_000 && trips <= 5, "{size} segments: {bytes} bytes in {trips} round trips");
        }
    }

    #[test]
    fn a_hub_that_lost_everything_is_told_everything_in_bounded_messages() {
        let station = all(0..5_000);
        let (lacking, ..) = compare(&station, &[]);
        assert_eq!(lacking, roots(0..5_000));
        let (lacking, ..) = compare(&[], &station);
        assert_eq!(lacking, [], "what the station lacks comes in the feed");
    }

    proptest! {
        #[test]
        fn exactly_what_the_hub_lacks_is_found(ours in prop::collection::btree_set(0u64..400, 0..200),
                                               theirs in prop::collection::btree_set(0u64..400, 0..200)) {
            let (station, hub) = (all(ours.iter().copied()), all(theirs.iter().copied()));
            let (lacking, ..) = compare(&station, &hub);
            prop_assert_eq!(lacking, roots(ours.difference(&theirs).copied()));
        }

        #[test]
        fn any_bytes_are_answered_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..400, to in any::<u8>()) {
            let set = all(0..200);
            let mut bent = begin(&set).unwrap();
            let at = at % bent.len();
            bent[at] = to;
            for message in [bytes, bent] {
                for told in [answer(&set, &message), learn(&set, &message).map(|learned| learned.next.unwrap_or_default())] {
                    prop_assert!(told.is_err() || told.is_ok_and(|told| told.len() <= 32 << 10));
                }
            }
        }
    }
}
