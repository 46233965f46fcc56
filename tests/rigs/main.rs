//! A tenth of the rigs that `cargo xtask rigs --full` runs, row by row of the reliability table, and proof that they see a loss.

use std::path::Path;

use daiban_tests::rigs::{self, Call, Cuts};

/// The clerk's program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_daiban-rigs");

#[test]
fn row_1_fifty_kills_lose_nothing_that_was_confirmed() {
    let report = rigs::kills(Path::new(PROGRAM), 50, 1);
    report.sound();
    assert!(report.tries == 50 && report.confirmed > 20, "clerks worked: {report:?}");
}

#[test]
fn row_2_no_power_cut_loses_what_was_confirmed() {
    let report = rigs::power_loss(Path::new(PROGRAM), Cuts { acts: 60, every: 3 }, 1);
    report.sound();
    assert!(report.tries > 100, "three images of each: {report:?}");
}

#[test]
fn row_2_a_disk_that_lies_about_what_it_brought_home_is_found_out() {
    let report = rigs::power_loss_on_a_lying_disk(Path::new(PROGRAM), Cuts { acts: 8, every: 5 }, 1);
    assert!(report.faults.iter().any(|fault| fault.contains("is lost")), "the rig sees lost acts: {report:?}");
}

#[test]
fn row_3_whichever_call_fails_it_is_told_and_the_next_start_is_clean() {
    for call in Call::ALL {
        let report = rigs::failing(Path::new(PROGRAM), call, 10, 1);
        report.sound();
        assert!(report.tries > 0, "such calls are made: {call:?}");
    }
}

#[test]
fn row_4_a_disk_without_room_for_a_while_loses_nothing_and_work_goes_on() {
    let report = rigs::full_for_a_while(Path::new(PROGRAM), 10, 1);
    report.sound();
    assert!(report.failed > 20, "acts found no room: {report:?}");
}

#[test]
fn row_4_a_disk_with_64_kib_more_each_time_is_used_to_its_end() {
    let report = rigs::small_disk(Path::new(PROGRAM), 2 * 1024, 1);
    report.sound();
    assert!(report.failed > 20, "acts found no room: {report:?}");
}

#[test]
fn row_5_little_address_space_stops_nobody() {
    for mib in [256, 384, 512] {
        rigs::little_memory(Path::new(PROGRAM), mib, 20, 1).sound();
    }
}

#[test]
fn row_5_too_little_address_space_is_found_out() {
    let report = rigs::little_memory(Path::new(PROGRAM), 24, 5, 1);
    assert!(!report.faults.is_empty(), "the limit is one: {report:?}");
}
