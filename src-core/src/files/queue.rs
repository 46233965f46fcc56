//! What of the attachments travels next. Plain: what is owed and what the hub is known to have, in; what to bring, out.
//!
//! - Q1: a chunk that the hub said it has is never sent again.
//! - Q2: after a cut nothing is guessed: the next request asks, and only its answer says which chunks go.
//! - Q3: a request carries at least one chunk where there is one to carry, and not more bytes than the line is good for.

use std::collections::HashMap;

use daiban_model::ids::{FileHash, ScopeCode};
use daiban_model::wire::{Have, MAX_NAMED, MAX_PARTS, chunk_len};

use crate::store::blobs::{Debt, Tried};

/// What the hub is known to have of contents that are owed to it.
pub type Known = HashMap<(FileHash, ScopeCode), Have>;

/// Contents named in one request: more would be names without bytes.
const NAMED: usize = 16;
const _: () = assert!(NAMED <= MAX_NAMED, "the hub takes no more");

/// What to bring of one content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Which.
    pub debt: Debt,
    /// Its chunks; none makes it a question.
    pub parts: Vec<u32>,
}

/// What the next request brings, in the order of the debts, within so many bytes. Q1, Q2, Q3.
pub fn next(debts: &[Debt], known: &Known, most_bytes: u32) -> Vec<Load> {
    let (mut loads, mut bytes, mut parts_in_all) = (Vec::new(), 0_u32, 0_usize);
    for debt in debts.iter().take(NAMED) {
        let nothing = Have::default();
        let have = match (known.get(&(debt.name, debt.scope)), debt.tried) {
            (Some(have), _) => have,
            // Nobody has heard of it: it may go at once.
            (None, Tried::No) => &nothing,
            (None, Tried::Yes) => {
                loads.push(Load { debt: debt.clone(), parts: Vec::new() });
                continue;
            }
        };
        let mut parts = Vec::new();
        if have.lacks(debt.size).next().is_none() {
            // All there and no receipt: it is asked for.
            loads.push(Load { debt: debt.clone(), parts });
            continue;
        }
        for n in have.lacks(debt.size) {
            let length = chunk_len(debt.size, n).unwrap_or_default();
            let fits = bytes.saturating_add(length) <= most_bytes && parts_in_all < MAX_PARTS;
            if !fits && parts_in_all > 0 {
                break;
            }
            bytes = bytes.saturating_add(length);
            parts_in_all += 1;
            parts.push(n);
        }
        if parts.is_empty() {
            break;
        }
        loads.push(Load { debt: debt.clone(), parts });
    }
    loads
}

#[cfg(test)]
mod tests {
    use daiban_model::wire::CHUNK;
    use proptest::prelude::*;

    use super::*;

    fn debt(n: u8, size: u32, tried: Tried) -> Debt {
        Debt { name: FileHash([n; 32]), scope: "150205202202".parse().unwrap(), size, tried }
    }

    #[test]
    fn q2_after_a_cut_it_asks_first_and_then_brings_what_is_lacking() {
        let debts = [debt(1, 3 * CHUNK, Tried::Yes), debt(2, CHUNK, Tried::No)];
        let loads = next(&debts, &Known::new(), 10 * CHUNK);
        assert_eq!(loads.iter().map(|load| load.parts.len()).collect::<Vec<_>>(), [0, 1], "a question, and a new one");
        let known = Known::from([((debts[0].name, debts[0].scope), [1].into_iter().collect())]);
        let loads = next(&debts, &known, 2 * CHUNK);
        assert_eq!(loads.iter().map(|load| load.parts.clone()).collect::<Vec<_>>(), [vec![0, 2]], "the line is full");
    }

    proptest! {
        #[test]
        fn q1_q3_nothing_twice_at_least_one_and_never_beyond_the_line(
            sizes in prop::collection::vec((1u32..5 * CHUNK, any::<u8>()), 1..20), most in 0u32..8 * CHUNK,
        ) {
            let debts: Vec<Debt> =
                (0..).zip(&sizes).map(|(n, (size, _))| debt(n, *size, Tried::Yes)).collect();
            let have = |bits: u8| (0..5).filter(|n| bits & (1 << n) != 0).collect::<Have>();
            let known: Known =
                debts.iter().zip(&sizes).map(|(debt, (_, bits))| ((debt.name, debt.scope), have(*bits))).collect();
            let loads = next(&debts, &known, most);
            let sent: Vec<(&Debt, u32)> =
                loads.iter().flat_map(|load| load.parts.iter().map(move |n| (&load.debt, *n))).collect();
            let has = |debt: &Debt, n| known[&(debt.name, debt.scope)].has(n);
            prop_assert!(sent.iter().all(|(debt, n)| !has(debt, *n)), "Q1");
            let bytes: u32 = sent.iter().filter_map(|(debt, n)| chunk_len(debt.size, *n)).sum();
            prop_assert!(bytes <= most || sent.len() == 1, "Q3");
            let lacking = debts.first().is_some_and(|debt| known[&(debt.name, debt.scope)].lacks(debt.size).next().is_some());
            prop_assert!(!lacking || !sent.is_empty(), "Q3: at least one");
        }
    }
}
