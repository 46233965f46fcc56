//! What can happen to a machine in the middle of its work, and stores that do not keep their promise.
//!
//! A machine goes off before or after a commit of the story's choice and stays off until it is started again: what was asked of
//! it meanwhile is answered by an error, as a killed program answers nothing. A [`Flaw`] is a store as a careless author would
//! have written it; simulations use them to show that their checks can fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_core::store::{Batch, StoreError};

/// When a machine goes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fuse {
    /// This many commits still land; the one after them does not.
    Before(u32),
    /// This many commits still land, and one more; but nobody hears of that one.
    After(u32),
}

/// A promise of the store that is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// The cursor moves in a commit of its own, before the frame behind it lands.
    CursorApart,
    /// Asked for the last segment of a line, it gives the one before.
    LastButOne,
    /// Every seventh act of a person is confirmed and forgotten.
    ForgetsActs,
    /// Every seventh lot of segments is numbered and forgotten.
    ForgetsSegments,
    /// Every fifth commit leaves the rows as they were.
    StaleRows,
    /// The last entry of a feed is read twice, under two numbers.
    FeedTwice,
    /// What is to be erased stays.
    KeepsErased,
}

/// What can happen to one machine. Clones share it.
#[derive(Clone, Default)]
pub struct Hazard(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    fuse: Option<Fuse>,
    off: bool,
    flaw: Option<Flaw>,
    commits: u64,
    acts: u64,
}

/// What becomes of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It lands and is told.
    Lands,
    /// It lands and nobody hears of it.
    Unheard,
    /// It does not land.
    Lost,
}

impl Hazard {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine will go off.
    pub fn light(&self, fuse: Fuse) {
        self.state().fuse = Some(fuse);
    }

    /// The machine is on, and will stay so.
    pub fn put_out(&self) {
        let mut state = self.state();
        (state.fuse, state.off) = (None, false);
    }

    /// Whether the machine went off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// From now on the store has this flaw.
    pub fn flaw(&self, flaw: Flaw) {
        self.state().flaw = Some(flaw);
    }

    pub(super) fn has(&self, flaw: Flaw) -> bool {
        self.state().flaw == Some(flaw)
    }

    pub(super) fn alive(&self) -> Result<(), StoreError> {
        if self.state().off { Err(off()) } else { Ok(()) }
    }

    /// Whether this batch is confirmed and forgotten.
    pub(super) fn forgets(&self, batch: &Batch) -> bool {
        let mut state = self.state();
        state.acts += u64::from(!batch.outbox.is_empty() || !batch.number.is_empty());
        let concerned = match state.flaw {
            Some(Flaw::ForgetsActs) => !batch.outbox.is_empty(),
            Some(Flaw::ForgetsSegments) => !batch.number.is_empty(),
            _ => false,
        };
        concerned && state.acts.is_multiple_of(7)
    }

    /// What becomes of the next commit.
    pub(super) fn fate(&self) -> Fate {
        let mut state = self.state();
        let (fate, fuse) = match state.fuse {
            _ if state.off => (Fate::Lost, None),
            None => (Fate::Lands, None),
            Some(Fuse::Before(0)) => (Fate::Lost, None),
            Some(Fuse::After(0)) => (Fate::Unheard, None),
            Some(Fuse::Before(left)) => (Fate::Lands, Some(Fuse::Before(left - 1))),
            Some(Fuse::After(left)) => (Fate::Lands, Some(Fuse::After(left - 1))),
        };
        state.fuse = fuse;
        state.off |= fate != Fate::Lands;
        fate
    }

    /// The commits that a batch is made of: one, where the store is as it should be.
    pub(super) fn parts(&self, mut batch: Batch) -> Vec<Batch> {
        let mut state = self.state();
        state.commits += 1;
        match state.flaw {
            Some(Flaw::CursorApart) if !batch.feed.is_empty() => {
                let cursors = std::mem::take(&mut batch.cursors);
                vec![Batch { cursors, ..Batch::default() }, batch]
            }
            Some(Flaw::KeepsErased) => vec![Batch { erased: Vec::new(), ..batch }],
            Some(Flaw::StaleRows) if state.commits.is_multiple_of(5) => vec![Batch { rows: Vec::new(), ..batch }],
            _ => vec![batch],
        }
    }
}

/// What a machine that is off answers.
pub(super) fn off() -> StoreError {
    StoreError::Backend("the machine is off".into())
}
