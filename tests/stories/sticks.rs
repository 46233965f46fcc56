//! A stick in a coat pocket instead of a line: written at the village, taken at the district, read again at the village; torn,
//! repeated, tampered with and late. Every file lies in a real folder.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_core::courier::folder::FOLDER;
use daiban_model::api::{LettersRead, ProblemCode};
use daiban_tests::world::{
    BAICAIGOU, FENG_XIAOLIN, GANGFANGDI, NAREN, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, Station, World, ZHAO_YUNFENG,
    division, must,
};
use tempfile::TempDir;

use crate::problems;

fn village(seed: u64) -> (World, Station, TempDir) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    (world, village, must("a stick", tempfile::tempdir()))
}

fn files(stick: &Path) -> Vec<PathBuf> {
    let folder = must("the folder", fs::read_dir(stick.join(FOLDER)));
    let mut files: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Row 7: nothing leaves its source before the hub's signed receipt is back.
#[test]
fn a_week_without_a_line_goes_by_stick_and_the_receipts_come_back_on_it() {
    let (world, mut village, stick) = village(901);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.receive(&QIAN_XIUYING, "MZ-007");
    let mut neighbour = world.station("白菜沟第二台", BAICAIGOU, QIMUGE);
    neighbour.receive(&SUN_LINA, "MZ-007");
    neighbour.sync(&world.hub);
    village.write_stick(stick.path());
    assert_eq!(village.view().outbox, 2, "nothing leaves the outbox before the answer is here");
    let report = world.hub.take_stick(stick.path());
    assert_eq!((report.answered.len(), report.answered[0].taken), (1, 1), "one letter, one segment");
    assert_eq!(world.hub.end(division(BAICAIGOU)), 2, "in the feed behind the neighbour's");
    let read = village.read_stick(stick.path());
    assert_eq!((read.letters, read.sent, read.received), (1, 2, 1), "receipts and the neighbour's case");
    assert_eq!((village.view().outbox, village.rows_of_all().len()), (0, 3));
    neighbour.sync(&world.hub);
    assert_eq!(neighbour.knows(), village.knows(), "both know the same");
    let trip = village.sync(&world.hub);
    assert_eq!((world.hub.verify().faults.len(), village.view().outbox), (0, 0), "a line goes on from there");
    assert!(trip.requests <= 2, "at most one more round trip to tell where it stands");
}

/// Row 9: a replayed bundle.
#[test]
fn u4_a_letter_taken_a_hundred_times_and_its_answer_read_as_often_count_once() {
    let (world, mut village, stick) = village(902);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.write_stick(stick.path());
    for _ in 0..100 {
        world.hub.take_stick(stick.path());
    }
    assert_eq!(world.hub.verify().changes, 1, "each change once");
    let first = village.read_stick(stick.path());
    let known = village.knows();
    for _ in 0..20 {
        let again = village.read_stick(stick.path());
        assert_eq!((again.sent, again.received, again.unreadable), (0, 0, 0), "nothing new");
    }
    assert_eq!((first.sent, village.view().outbox), (1, 0));
    assert_eq!(village.knows(), known, "the same as after the first time");
}

#[test]
fn a_letter_that_comes_after_the_line_was_there_changes_nothing_and_hurts_nothing() {
    let (world, mut village, early) = village(903);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.write_stick(early.path());
    world.hub.take_stick(early.path());
    village.receive(&QIAN_XIUYING, "MZ-007");
    village.sync(&world.hub);
    village.receive(&FENG_XIAOLIN, "MZ-007");
    let read = village.read_stick(early.path());
    assert_eq!((read.letters, read.unreadable), (1, 0), "late, and passed over");
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, world.hub.verify().changes, village.rows_of_all().len()), (0, 3, 3));
    assert_eq!(problems(&mut village), [], "nobody has to do anything");
}

/// Rows 6 and 8: torn and tampered copies, and the whole one after them.
#[test]
fn r201_u1_a_torn_or_tampered_stick_has_no_effect_and_the_next_copy_goes_through() {
    let (world, mut village, stick) = village(904);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let file = village.write_stick(stick.path()).remove(0);
    let whole = must("the file", fs::read(&file));
    for cut in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        must("a torn copy", fs::write(&file, &whole[..cut]));
        let report = world.hub.take_stick(stick.path());
        assert_eq!((report.answered.len(), report.turned.len()), (0, 0), "cut after {cut} bytes");
    }
    for bit in (0..whole.len() * 8).step_by(whole.len() * 8 / 97) {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        must("a changed copy", fs::write(&file, flipped));
        assert!(world.hub.take_stick(stick.path()).answered.is_empty(), "bit {bit}");
    }
    assert_eq!((world.hub.end(division(BAICAIGOU)), world.hub.quarantine().len()), (0, 0), "nothing came in");
    must("copied again", fs::write(&file, &whole));
    assert_eq!(world.hub.take_stick(stick.path()).answered.len(), 1, "and now it did");
}

#[test]
fn r201_u2_a_courier_with_another_station_learns_nothing_and_loses_nothing() {
    let (world, mut village, stick) = village(905);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.write_stick(stick.path());
    let mut courier = world.station("缸房地便民服务站", GANGFANGDI, NAREN);
    courier.write_stick(stick.path());
    assert_eq!(files(stick.path()).len(), 2, "both letters lie side by side");
    assert_eq!(world.hub.take_stick(stick.path()).answered.len(), 2);
    let theirs = courier.read_stick(stick.path());
    assert_eq!((theirs.letters, theirs.received, courier.rows_of_all().len()), (1, 0, 0), "its own answer only");
    assert_eq!(village.read_stick(stick.path()).sent, 1, "the village's answer is still there");
    let text = ZHAO_YUNFENG.id.as_bytes();
    for file in files(stick.path()) {
        let bytes = must("a file", fs::read(&file));
        assert!(!bytes.windows(text.len()).any(|part| part == text), "no number can be read on the stick");
    }
}

/// Row 10: a revoked device, by stick: nothing is served to it, not even what the district publishes meanwhile.
#[test]
fn a_revoked_device_is_told_by_stick_too_and_what_it_brings_is_set_aside() {
    let (world, mut village, stick) = village(906);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.write_stick(stick.path());
    world.hub.revoke("白菜沟便民服务站");
    let mut neighbour = world.station("白菜沟第二台", BAICAIGOU, QIMUGE);
    neighbour.receive(&SUN_LINA, "MZ-007");
    neighbour.sync(&world.hub);
    let news = must("news", serde_json::to_value(["a new list"]));
    world.hub.publish(daiban_model::wire::PackageKind::Organisation, &news);
    world.hub.take_stick(stick.path());
    let answer: u64 = files(stick.path())
        .iter()
        .filter(|it| it.to_string_lossy().contains("answer-"))
        .map(|it| must("its size", fs::metadata(it)).len())
        .sum();
    assert!(answer < 1_000, "the answer says that it is revoked, and nothing else: {answer} bytes");
    assert_eq!(
        (world.hub.end(division(BAICAIGOU)), world.hub.quarantine().len()),
        (1, 1),
        "kept for a person to look at"
    );
    village.read_stick(stick.path());
    assert_eq!(problems(&mut village), [ProblemCode::Revoked], "said on the page");
    assert_eq!(village.view().outbox, 1, "and the work is still here");
}

/// Row 8: a bundle of another district.
#[test]
fn a_letter_for_another_district_is_turned_away_and_stays_on_the_stick() {
    let (_world, mut village, stick) = village(907);
    let other = World::new(9_907);
    village.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, |_| {});
    village.write_stick(stick.path());
    let report = other.hub.take_stick(stick.path());
    assert_eq!(report.turned.iter().map(|it| it.why).collect::<Vec<_>>(), ["other_hub"], "not for here");
    assert_eq!(files(stick.path()).len(), 1, "to be carried on");
}

/// A village that only a stick reaches, its neighbour on a line, and the backup from before their work.
fn restored(seed: u64) -> (World, Station, Station, TempDir) {
    let (world, mut village, stick) = village(seed);
    let backup = world.hub.back_up();
    let mut neighbour = world.station("白菜沟第二台", BAICAIGOU, QIMUGE);
    neighbour.receive(&SUN_LINA, "MZ-007");
    neighbour.sync(&world.hub);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    round(&world, &mut village, &stick);
    assert_eq!((village.view().outbox, village.rows_of_all().len(), world.hub.verify().changes), (0, 2, 2));
    world.hub.restore(&backup);
    (world, village, neighbour, stick)
}

/// A letter there and its answer back.
fn round(world: &World, village: &mut Station, stick: &TempDir) -> LettersRead {
    village.write_stick(stick.path());
    world.hub.take_stick(stick.path());
    village.read_stick(stick.path())
}

#[test]
fn a_hub_that_went_back_to_its_backup_says_so_by_stick_and_is_filled_by_the_next_letter() {
    let (world, mut village, neighbour, stick) = restored(908);
    drop(neighbour);
    village.receive(&QIAN_XIUYING, "MZ-007");
    let first = round(&world, &mut village, &stick);
    assert_eq!((first.restored, first.sent, first.unreadable), (true, 0, 0), "the page asks for another letter");
    assert_eq!(village.rows_of_all().len(), 3, "and nothing went");
    let second = round(&world, &mut village, &stick);
    assert_eq!((second.restored, second.sent, second.unreadable), (false, 1, 0));
    assert_eq!((world.hub.verify().changes, world.hub.verify().faults), (3, vec![]), "own work and the neighbour's");
    assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![]));
    let size = |files: Vec<PathBuf>| files.iter().map(|file| must("a file", fs::metadata(file)).len()).sum::<u64>();
    let third = size(village.write_stick(stick.path()));
    assert!(third < 3_000, "what came back with its place is not sent again: {third}");
    village.sync(&world.hub);
    village.sync(&world.hub);
    assert_eq!(village.sync(&world.hub).requests, 1, "a line finds nothing lacking");
    let mut newcomer = world.station("三号机", BAICAIGOU, QIMUGE);
    newcomer.sync(&world.hub);
    assert_eq!(newcomer.knows(), village.knows());
}

#[test]
fn answers_of_a_history_that_was_given_up_count_for_nothing() {
    let (world, mut village, stick) = village(909);
    let backup = world.hub.back_up();
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.write_stick(stick.path());
    world.hub.take_stick(stick.path());
    world.hub.restore(&backup);
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, world.hub.verify().changes), (0, 1), "the line brought it");
    let late = village.read_stick(stick.path());
    assert_eq!((late.late, late.sent, late.received, late.restored), (1, 0, 0, false), "an answer from before");
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![]));
    assert_eq!(village.sync(&world.hub).requests, 1);
}

#[test]
fn a_hub_that_forgot_a_device_with_its_backup_knows_it_again_by_its_letter() {
    let world = World::new(910);
    let backup = world.hub.back_up();
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    world.hub.restore(&backup);
    let stick = must("a stick", tempfile::tempdir());
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    for _ in 0..2 {
        round(&world, &mut village, &stick);
    }
    assert_eq!((village.view().outbox, world.hub.verify().changes), (0, 1));
}
