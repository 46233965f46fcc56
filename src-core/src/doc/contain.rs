//! Where a panic of the document library ends. C3.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

static CONTAINED: AtomicU64 = AtomicU64::new(0);

/// How many panics of the document library have been contained since this process began: an operator looks at it, tests count by it.
pub fn contained() -> u64 {
    CONTAINED.load(Ordering::Relaxed)
}

/// What the library makes of some bytes; `None` when it panicked. What the work had in hand then must not be used again.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    if done.is_err() {
        let before = CONTAINED.fetch_add(1, Ordering::Relaxed);
        // The panic's own text is not repeated: it may hold what was being read.
        tracing::warn!(count = before + 1, "the document library gave up on damaged bytes");
    }
    done.ok()
}
