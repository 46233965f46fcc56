//! What the stations promised to the people at them.

use std::collections::BTreeSet;

use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Stamp;
use daiban_model::wire::{DocId, Hash};

/// One event that a station confirmed to the person who did it.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The seat.
    pub seat: usize,
    /// The document.
    pub doc: DocId,
    /// Its scope.
    pub scope: ScopeCode,
    /// The event.
    pub stamp: Stamp,
    /// Its text.
    pub text: String,
    /// The change that brought it.
    pub change: Hash,
    /// How far the station had read the scope's feed.
    pub read: u64,
    /// Of which history that was: a hub that went back gives the numbers after that again.
    pub chain: Hash,
    /// The disk that held it came back from an earlier copy before the hub had it.
    pub excused: bool,
}

/// An act by its mark, which no other act has.
#[derive(Debug, Clone)]
pub struct Deed {
    /// The mark, as it stands in the event's text.
    pub mark: String,
    /// Whether it typed a register: the next person's event then names it once more, as what was there before.
    pub typed: bool,
}

/// All promises, in the order they were made.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Promises.
    pub promises: Vec<Promise>,
    /// Acts that were tried, promised or not.
    pub deeds: Vec<Deed>,
}

impl Ledger {
    /// A mark for the next act.
    pub fn mark(&self) -> String {
        format!("〔{:04}〕", self.deeds.len() + 1)
    }

    /// An act will be tried.
    pub fn tries(&mut self, mark: &str, typed: bool) {
        self.deeds.push(Deed { mark: mark.to_owned(), typed });
    }

    /// A disk or the hub went back, and what is in `before` and not in `after` is nowhere any more: neither at the hub nor on the disk
    /// of anybody who may still bring it.
    pub fn excuse_destroyed(&mut self, before: &BTreeSet<Hash>, after: &BTreeSet<Hash>) -> usize {
        let mut gone = 0;
        for promise in self.promises.iter_mut().filter(|promise| !promise.excused) {
            if before.contains(&promise.change) && !after.contains(&promise.change) {
                promise.excused = true;
                gone += 1;
            }
        }
        gone
    }

    /// A disk comes back from a copy: what was promised since and has not reached the hub is gone, and nobody is to blame.
    pub fn excuse(&mut self, seat: usize, since: usize, arrived: impl Fn(&Promise) -> bool) -> usize {
        let mut gone = 0;
        for promise in self.promises.iter_mut().skip(since) {
            if promise.seat == seat && !promise.excused && !arrived(promise) {
                promise.excused = true;
                gone += 1;
            }
        }
        gone
    }
}
