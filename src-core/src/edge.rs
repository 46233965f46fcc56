//! The named edge through which time and chance come in.
//!
//! Everything behind it takes values, so that a run can be played again from its inputs. This is the one file of the
//! crate that may read a clock or ask the system for random bytes. It decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use daiban_model::stamp::Wall;

/// A clock and a source of chance.
pub trait Edge: Send + Sync + 'static {
    /// What the wall clock shows. It may jump in both directions: it is evidence, never an order.
    fn now(&self) -> Wall;
    /// Fills `bytes` with chance that is good enough for keys.
    fn chance(&self, bytes: &mut [u8]);
}

impl<E: Edge + ?Sized> Edge for Arc<E> {
    fn now(&self) -> Wall {
        (**self).now()
    }

    fn chance(&self, bytes: &mut [u8]) {
        (**self).chance(bytes);
    }
}

/// As many random bytes as the place they go to wants.
pub fn draw<const N: usize>(edge: &(impl Edge + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    edge.chance(&mut bytes);
    bytes
}

/// The edge of a real machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Edge for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine's clock: handed in at start, nothing behind it reads one"
    )]
    fn now(&self) -> Wall {
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Wall(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => ms(since),
            // An empty clock battery can put a machine before 1970.
            Err(before) => -ms(before.duration()),
        })
    }

    /// Panics when the system has no random bytes to give: going on would make keys that anyone can guess, and no
    /// caller could do better. Supported systems fail here only when they are broken.
    #[expect(clippy::disallowed_methods, reason = "the engine's source of chance: handed in at start")]
    fn chance(&self, bytes: &mut [u8]) {
        if let Err(fault) = getrandom::fill(bytes) {
            panic!("the system gives no random bytes: {fault}");
        }
    }
}

/// The edge of a simulation: a clock that is set by hand and chance that follows from a seed.
///
/// Clones share clock and chance. The bytes of a draw depend on the seed and on how many draws came before, so two
/// devices of one simulation take a seed each.
#[derive(Debug, Clone)]
pub struct Scripted {
    script: Arc<Script>,
}

#[derive(Debug)]
struct Script {
    seed: u64,
    now: AtomicI64,
    draws: AtomicU64,
}

impl Scripted {
    /// A clock that stands at `now`, and the chance of `seed`.
    pub fn new(seed: u64, now: Wall) -> Self {
        Self { script: Arc::new(Script { seed, now: AtomicI64::new(now.0), draws: AtomicU64::new(0) }) }
    }

    /// Puts the clock somewhere, backwards too.
    pub fn set(&self, now: Wall) {
        self.script.now.store(now.0, Ordering::SeqCst);
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.set(Wall(self.now().0.saturating_add(by)));
    }
}

impl Edge for Scripted {
    fn now(&self) -> Wall {
        Wall(self.script.now.load(Ordering::SeqCst))
    }

    fn chance(&self, bytes: &mut [u8]) {
        let draw = self.script.draws.fetch_add(1, Ordering::SeqCst);
        let mut hasher = blake3::Hasher::new_derive_key("daiban scripted chance v1");
        hasher.update(&self.script.seed.to_le_bytes());
        hasher.update(&draw.to_le_bytes());
        hasher.finalize_xof().fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_draws_and_another_seed_others() {
        let draws = |seed| {
            let edge = Scripted::new(seed, Wall(0));
            [draw::<40>(&edge), draw(&edge)]
        };
        assert_eq!(draws(7), draws(7), "a run can be played again");
        assert_ne!(draws(7), draws(8), "devices do not draw alike");
        let [first, second] = draws(7);
        assert_ne!(first, second, "no draw comes twice");
    }

    #[test]
    fn clones_of_a_scripted_edge_share_its_clock_and_its_chance() {
        let edge = Scripted::new(1, Wall(1_000));
        let other: Arc<dyn Edge> = Arc::new(edge.clone());
        edge.advance(Duration::from_millis(500));
        assert_eq!(other.now(), Wall(1_500), "time passed for both");
        edge.set(Wall(-5));
        assert_eq!(other.now(), Wall(-5), "a clock can go back, even before 1970");
        assert_ne!(draw::<16>(&edge), draw::<16>(&other), "a draw of one is not given to the other again");
    }

    #[test]
    fn a_real_machine_has_a_clock_of_this_century_and_chance() {
        assert!(System.now() > Wall(946_684_800_000), "after the year 2000");
        assert_ne!(draw::<32>(&System), draw::<32>(&System), "two draws differ");
    }
}
