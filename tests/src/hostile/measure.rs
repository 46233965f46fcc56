//! What one input costs, in time and in memory.
//!
//! Memory is the peak of what is resident above what was resident before: the system keeps that peak and sets it back when asked
//! (man 5 proc, `clear_refs`). It needs no allocator of our own and sees what C libraries take as well. It is the process's, so one
//! test at a time measures.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What an input cost, or may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// How long it took.
    pub time: Duration,
    /// How much memory it took beyond what was there, in KiB; `None` where the system does not tell.
    pub kib: Option<u64>,
}

/// Measures, and is alone in doing so.
pub struct Meter {
    _alone: MutexGuard<'static, ()>,
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl Meter {
    /// Waits until nobody else measures in this process.
    pub fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        Self { _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Measures one piece of work.
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    pub fn measure<T>(&mut self, work: impl FnOnce() -> T) -> (T, Cost) {
        let settable = std::fs::write("/proc/self/clear_refs", "5").is_ok();
        let (before, begun) = (kib("VmRSS:"), Instant::now());
        let done = work();
        let time = begun.elapsed();
        let peak = kib("VmHWM:").zip(before).filter(|_| settable);
        (done, Cost { time, kib: peak.map(|(peak, before)| peak.saturating_sub(before)) })
    }
}

fn kib(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let found = status.lines().find_map(|one| one.strip_prefix(line))?;
    found.trim().split(' ').next()?.parse().ok()
}
