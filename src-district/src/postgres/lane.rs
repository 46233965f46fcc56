//! How a writer finds out whether its batch landed when the line broke off at the commit.
//!
//! Each writer has a row of its own, its *lane*, and every batch begins by moving it on by one in the batch's own transaction. A
//! batch that comes again waits there until the server is through with its first coming, and then either finds the lane moved
//! (it landed: nothing is written twice) or moves it (it did not: nothing is lost). A first coming that the server only reads
//! afterwards fails at the same place.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::flight::{Flight, values};

/// The lanes of one store: those at rest, and what new ones are named from.
pub(super) struct Lanes {
    seed: [u8; 32],
    made: AtomicU64,
    resting: Mutex<Vec<Lane>>,
}

/// One lane, and how many batches have landed on it.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    id: [u8; 16],
    landed: i64,
}

impl Lanes {
    /// Lanes that no other process has: their names come from chance.
    pub(super) fn of(chance: [u8; 16]) -> Self {
        let seed = blake3::derive_key("daiban postgres lane v1", &chance);
        Self { seed, made: AtomicU64::new(0), resting: Mutex::default() }
    }

    /// A lane that nobody else moves meanwhile.
    pub(super) fn take(&self) -> Lane {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        resting.unwrap_or_else(|| {
            let nth = self.made.fetch_add(1, Ordering::Relaxed);
            let hash = blake3::keyed_hash(&self.seed, &nth.to_le_bytes());
            let mut id = [0; 16];
            id.copy_from_slice(&hash.as_bytes()[..16]);
            Lane { id, landed: 0 }
        })
    }

    /// Puts a lane to rest after a batch. Only one whose every try was answered: on another, a try that was lost may still move it.
    pub(super) fn rest(&self, lane: Lane) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
    }
}

impl Lane {
    /// The statement every batch begins with. A lane that has been moved already refuses by its `NOT NULL`.
    pub(super) async fn moved(&self, flight: &mut Flight<'_>) {
        const MOVE: &str = "
            INSERT INTO lane (id, n, used) VALUES ($1, $2, now())
            ON CONFLICT (id) DO UPDATE SET
                used = excluded.used, n = CASE WHEN lane.n < excluded.n THEN excluded.n END";
        flight.send(MOVE, values![self.id.to_vec(), self.landed + 1]).await;
    }

    /// The lane after its batch landed.
    pub(super) fn on(self) -> Self {
        Self { landed: self.landed + 1, ..self }
    }
}
