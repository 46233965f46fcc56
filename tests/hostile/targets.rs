//! Row 11: ten thousand mutants for each place where bytes from outside are read.

use daiban_tests::hostile::{Target, trial};
use daiban_tests::world::some;

use crate::most;

/// For each target.
const MUTANTS: u32 = 10_000;

fn hold(name: &str) {
    // What is contained is counted, and what is not is told below.
    if std::env::var_os("LOUD").is_none() {
        std::panic::set_hook(Box::new(|_| ()));
    }
    let target = some("a target", Target::of(name));
    let before = daiban_core::doc::contained();
    let trial = trial(&target, MUTANTS, 20_261_124, most());
    drop(std::panic::take_hook());
    let trial = trial.unwrap_or_else(|fault| panic!("{fault}"));
    let contained = daiban_core::doc::contained() - before;
    println!("{name}: {trial:?}, {contained} panics contained");
    assert_eq!(trial.mutants, MUTANTS, "all of them");
}

/// Row 11: the answer of a hub at a station.
#[test]
fn row_11_ten_thousand_frames_hurt_no_station() {
    hold("frame");
}

/// Row 11: the request of a device at the hub.
#[test]
fn row_11_ten_thousand_requests_hurt_no_hub() {
    hold("request");
}

/// Row 11: one segment.
#[test]
fn row_11_ten_thousand_segments_are_read_or_refused() {
    hold("segment");
}

/// Row 11: heads of letters' parts, letters for the hub, answers for a station.
#[test]
fn row_11_ten_thousand_letters_are_read_or_refused() {
    hold("letter");
}

/// Row 11: what a neighbour asks and answers.
#[test]
fn row_11_ten_thousand_meetings_hurt_no_station() {
    hold("meeting");
}

/// Row 11: one change in a document.
#[test]
fn row_11_ten_thousand_changes_are_read_or_refused() {
    hold("change");
}

/// Row 11: what the window asks.
#[test]
fn row_11_ten_thousand_calls_are_answered_or_refused() {
    hold("call");
}

/// Row 11: what an operator imports.
#[test]
fn row_11_ten_thousand_imports_are_read_or_refused() {
    hold("import");
}

/// Row 11: requests about attachments.
#[test]
fn row_11_ten_thousand_requests_about_attachments_hurt_no_hub() {
    hold("attachment");
}

/// Row 11: how a device stands, at both ends.
#[test]
fn row_11_ten_thousand_standings_hurt_neither_end() {
    hold("standing");
}

/// Row 11: what somebody picks as a photograph.
#[test]
fn row_11_ten_thousand_pictures_are_taken_or_refused() {
    hold("picture");
}
