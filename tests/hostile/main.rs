//! Rows of the reliability table about bytes that mean harm. Each test names its row.

#![expect(clippy::print_stdout, reason = "figures of a run are read in the test's output")]

mod rows;
mod targets;

use daiban_tests::hostile::{Cost, Meter, bombs};
use std::time::Duration;

/// Builds that are not optimised take several times as long; a machine that is busy takes longer still. What is asserted is far
/// above what is asked of a release, which `targets` prints.
const SLOW: u32 = if cfg!(debug_assertions) { 5 } else { 1 };

/// Row 13: bombs. Each is refused at once, within 64 MiB beyond itself, for a reason that can be told.
#[test]
fn row_13_every_bomb_is_refused_at_once_and_for_a_reason() {
    let mut faults = Vec::new();
    for (name, make) in bombs() {
        let bomb = make();
        let mut meter = Meter::new();
        let (reason, cost) = meter.measure(|| (bomb.read)(&bomb.bytes));
        let kib = cost.kib.unwrap_or(0);
        println!("{name}: {} bytes, {:?}, {} KiB: {reason:?}", bomb.bytes.len(), cost.time, kib);
        if reason.as_deref().is_none_or(str::is_empty) {
            faults.push(format!("{name}: accepted"));
        }
        if cost.time > Duration::from_secs(1) * SLOW || kib > 64 << 10 {
            faults.push(format!("{name}: {cost:?}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What a mutant may cost at most before its test fails.
fn most() -> Cost {
    // Telling where a panic came from takes memory of its own.
    let kib = std::env::var_os("LOUD").is_none().then_some(64 << 10);
    Cost { time: Duration::from_secs(2), kib }
}
