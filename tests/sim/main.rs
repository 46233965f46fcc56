//! A tenth of the simulation that `cargo xtask sim` plays, and proof that each of its checks can fail.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use daiban_tests::sim::{Check, Mistake, Options, Outcome, play};
use daiban_tests::world::Flaw;

/// As many things happen before the faults stop.
const STEPS: u32 = 300;

fn hold(seeds: RangeInclusive<u64>) {
    for seed in seeds {
        let options = Options::of(seed, STEPS);
        let Outcome { violations, counts, .. } = play(&options);
        let told: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "to see all of it: {}\n{}", options.words(), told.join("\n"));
        assert!(counts.promises > 50 && counts.requests > 50, "seed {seed}: people worked and exchanged: {counts:?}");
    }
}

// Fifty seeds in five tests, so that they share the processors: rows 9 and 18 to 22 of the reliability table but for the hub's
// own restore.

#[test]
fn everything_holds_from_seed_1_to_10() {
    hold(1..=10);
}

#[test]
fn everything_holds_from_seed_11_to_20() {
    hold(11..=20);
}

#[test]
fn everything_holds_from_seed_21_to_30() {
    hold(21..=30);
}

#[test]
fn everything_holds_from_seed_31_to_40() {
    hold(31..=40);
}

#[test]
fn everything_holds_from_seed_41_to_50() {
    hold(41..=50);
}

/// Seeds that found a fault when they were played first.
#[test]
fn what_was_found_once_stays_mended() {
    for seed in [68, 107, 172, 184, 304, 314] {
        hold(seed..=seed);
    }
}

#[test]
fn a_seed_plays_twice_alike_and_another_one_otherwise() {
    for seed in [3, 7] {
        let options = Options::of(seed, 120);
        let (first, again) = (play(&options), play(&options));
        assert_eq!(first.journal, again.journal, "line by line");
        assert_eq!(first.digest, again.digest, "down to the hashes in the feeds");
    }
    assert_ne!(play(&Options::of(4, 40)).digest, play(&Options::of(5, 40)).digest);
}

/// Plays seeds with a mistake built in until all of these checks have seen it.
fn seen(mistake: Mistake, by: &[Check], within: u64) {
    let mut open: BTreeSet<Check> = by.iter().copied().collect();
    let mut all = BTreeSet::new();
    for seed in 1..=within {
        let outcome = play(&Options { mistake: Some(mistake), ..Options::of(seed, STEPS) });
        for violation in outcome.violations {
            open.remove(&violation.check);
            all.insert(violation.check);
        }
        if open.is_empty() {
            return;
        }
    }
    panic!("{mistake:?}: not seen by {open:?} in {within} seeds; seen by {all:?}");
}

#[test]
fn a_cursor_that_moves_before_its_frame_is_seen() {
    seen(Mistake::Station(Flaw::CursorApart), &[Check::Convergence, Check::Soundness], 20);
}

#[test]
fn a_segment_number_that_is_given_again_is_seen() {
    seen(Mistake::Station(Flaw::LastButOne), &[Check::Liveness, Check::Soundness], 3);
}

#[test]
fn an_actor_that_is_kept_for_ever_is_seen() {
    seen(Mistake::PinnedActor, &[Check::Liveness], 20);
}

#[test]
fn acts_that_are_confirmed_and_forgotten_are_seen() {
    seen(Mistake::Station(Flaw::ForgetsActs), &[Check::Causality], 3);
}

#[test]
fn segments_that_are_receipted_and_forgotten_are_seen() {
    seen(Mistake::Hub(Flaw::ForgetsSegments), &[Check::NothingLost, Check::Liveness], 20);
}

#[test]
fn rows_that_do_not_follow_their_documents_are_seen() {
    seen(Mistake::Station(Flaw::StaleRows), &[Check::Convergence], 3);
}

#[test]
fn a_feed_that_says_something_twice_is_seen() {
    seen(Mistake::Hub(Flaw::FeedTwice), &[Check::Once], 3);
}

#[test]
fn what_stays_although_it_is_to_be_erased_is_seen() {
    seen(Mistake::Station(Flaw::KeepsErased), &[Check::Erasure], 60);
}

#[test]
fn an_act_that_is_done_again_without_looking_is_seen() {
    seen(Mistake::BlindRetry, &[Check::Once], 20);
}
