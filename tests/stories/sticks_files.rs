//! Photographs on a stick: behind the cases, in letters of their own, torn, repeated, tampered with, and back to other desks.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_core::store::blobs::{Blobs as _, Party};
use daiban_model::api::{FileSize, GotFile, LettersRead};
use daiban_model::ids::{CaseId, FileHash};
use daiban_tests::world::photo::{photo, snapshot};
use daiban_tests::world::{BAICAIGOU, GAO_JIANPING, JIHULUNTU, QIMUGE, Station, World, ZHAO_YUNFENG, must, some};
use tempfile::TempDir;

use crate::problems;

/// Room enough.
const ROOM: u64 = 1 << 30;

/// A village without a line, with a case that has photographs, and a stick.
fn village(seed: u64, photographs: u8) -> (World, Station, CaseId, Vec<FileHash>, TempDir) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    for n in 0..photographs {
        must("a photograph", village.attach(case, "本人身份证或户口本原件及复印件3份", &format!("{n}.jpg"), &photo(n)));
    }
    let files = village.page(case).files.iter().map(|file| file.hash).collect();
    (world, village, case, files, must("a stick", tempfile::tempdir()))
}

fn write(village: &mut Station, stick: &TempDir) -> Vec<PathBuf> {
    village.write_stick(stick.path());
    village.write_files(stick.path(), ROOM)
}

/// There and back.
fn round(world: &World, village: &mut Station, stick: &TempDir) -> LettersRead {
    write(village, stick);
    world.hub.take_stick(stick.path());
    village.read_stick(stick.path())
}

fn is_there(world: &World, file: FileHash) -> bool {
    must("how it stands", world.hub.blobs().standing(file, Party::Own)).whole.is_some()
}

fn flip(file: &Path, at: usize) {
    let mut bytes = must("a file", fs::read(file));
    let place = at % bytes.len();
    bytes[place] ^= 1;
    must("written", fs::write(file, bytes));
}

#[test]
fn a_photograph_goes_by_stick_and_its_receipt_comes_back() {
    let (world, mut village, case, files, stick) = village(2_201, 3);
    let owed = village.view().files.items;
    assert_eq!((files.len(), owed), (3, 6), "three with their small ones");
    let written = write(&mut village, &stick);
    assert!(!written.is_empty() && written.iter().all(|file| file.is_file()));
    assert_eq!(village.view().files.items, owed, "U4: nothing leaves before the receipt");
    let report = world.hub.take_stick(stick.path());
    let whole: u32 = report.answered.iter().map(|done| done.contents).sum();
    assert_eq!((whole, report.torn.len(), report.damaged), (6, 0, 0), "{report:?}");
    assert!(files.iter().all(|file| is_there(&world, *file)));
    let read = village.read_stick(stick.path());
    assert_eq!((read.files, read.unreadable, read.unknown), (6, 0, 0));
    assert_eq!((village.view().files.items, village.view().outbox), (0, 0));
    assert_eq!(village.write_files(stick.path(), ROOM), Vec::<PathBuf>::new(), "and then there is nothing to carry");
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    assert!(!matches!(township.look(case, files[0], FileSize::Whole), Ok(GotFile::Here { .. })), "not here yet");
    round(&world, &mut township, &stick);
    let seen = township.look(case, files[0], FileSize::Whole);
    assert!(matches!(seen, Ok(GotFile::Here { .. })), "what somebody wants to see comes by stick too: {seen:?}");
    assert_eq!(problems(&mut village), vec![]);
}

#[test]
fn a_torn_photograph_costs_no_case_and_no_other_photograph() {
    let (world, mut village, case, files, stick) = village(2_202, 2);
    let big = must("a sheet", village.attach(case, "近期免冠两寸照片3张", "本.jpg", &snapshot(8))).files;
    let written = write(&mut village, &stick);
    let whole = must("a file", fs::read(&written[0]));
    for cut in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        must("torn", fs::write(&written[0], &whole[..cut]));
        let report = world.hub.take_stick(stick.path());
        assert!(report.answered.iter().all(|done| done.refused == 0), "cut at {cut}: {report:?}");
        assert!(files.iter().all(|file| !is_there(&world, *file)) || written.len() > 1, "nothing half");
    }
    assert!(world.hub.verify().changes > 0, "the case is there all the same");
    let read = village.read_stick(stick.path());
    assert_eq!((village.view().outbox, read.files < 6), (0, true), "and receipted");
    let read = round(&world, &mut village, &stick);
    assert_eq!((village.view().files.items, read.unreadable), (0, 0), "the next one brings what was torn");
    assert!(files.iter().chain(big.iter().map(|file| &file.hash)).all(|file| is_there(&world, *file)));
}

#[test]
fn row_8_a_letter_with_photographs_that_was_tampered_with_has_no_effect() {
    let (world, mut village, _, files, stick) = village(2_203, 2);
    let written = write(&mut village, &stick);
    let whole = must("a file", fs::read(&written[0]));
    // The first eight bytes say that it is a letter: what does not begin so is nobody's.
    for at in (8..whole.len()).step_by(whole.len() / 200 + 1) {
        flip(&written[0], at);
        let report = world.hub.take_stick(stick.path());
        let whole_now: u32 = report.answered.iter().map(|done| done.contents).sum();
        assert_eq!((whole_now, report.damaged + u32::try_from(report.torn.len()).unwrap_or(0) > 0), (0, true), "{at}");
        must("as it was", fs::write(&written[0], &whole));
    }
    assert!(files.iter().all(|file| !is_there(&world, *file)));
    let other = World::new(2_204);
    let report = other.hub.take_stick(stick.path());
    assert!(report.answered.is_empty() && !report.turned.is_empty(), "another district's hub: {report:?}");
    world.hub.take_stick(stick.path());
    let answers: Vec<PathBuf> = walk(stick.path()).into_iter().filter(|file| is_answer(file)).collect();
    let answer = some("an answer", answers.first()).clone();
    let good = must("a file", fs::read(&answer));
    for at in (0..good.len()).step_by(good.len() / 100 + 1) {
        flip(&answer, at);
        assert_eq!(village.read_stick(stick.path()).files, 0, "a forged receipt pays no debt: {at}");
        must("as it was", fs::write(&answer, &good));
    }
    assert_eq!(village.read_stick(stick.path()).files, 4);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = must("a folder", fs::read_dir(folder)).filter_map(Result::ok).map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn is_answer(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("files-answer-"))
}

#[test]
fn row_9_letters_with_photographs_taken_again_and_again_are_taken_once() {
    let (world, mut village, _, files, stick) = village(2_205, 2);
    write(&mut village, &stick);
    let mut answers = Vec::new();
    for _ in 0..10 {
        let report = world.hub.take_stick(stick.path());
        answers.push(report.answered.iter().map(|done| done.contents).sum::<u32>());
    }
    assert_eq!(answers, vec![4; 10], "the same receipts each time");
    let device = Party::Device(world.hub.device("白菜沟便民服务站"));
    let brought = must("its share", world.hub.blobs().brought(device));
    let sizes = files.iter().map(|file| must("how it stands", world.hub.blobs().standing(*file, device)).whole);
    let sizes: u64 = sizes.map(|size| u64::from(size.unwrap_or(0))).sum();
    assert!(brought < sizes + 60_000, "and counted once: {brought} of {sizes}");
    for _ in 0..5 {
        village.read_stick(stick.path());
    }
    assert_eq!((village.view().files.items, problems(&mut village)), (0, vec![]));
}

#[test]
fn a_small_stick_carries_the_cases_and_as_many_photographs_as_fit() {
    let (world, mut village, case, _, stick) = village(2_206, 2);
    for n in 10..50 {
        must("a photograph", village.attach(case, "本人身份证或户口本原件及复印件3份", &format!("{n}.jpg"), &photo(n)));
    }
    village.write_stick(stick.path());
    assert_eq!(village.write_files(stick.path(), 1 << 20), Vec::<PathBuf>::new(), "no room for a letter");
    world.hub.take_stick(stick.path());
    village.read_stick(stick.path());
    assert_eq!(village.view().outbox, 0, "the cases went");
    let one = village.write_files(stick.path(), 5 << 20).len();
    assert_eq!(one, 1, "one letter");
    let mut rounds = 0;
    while village.view().files.items > 0 {
        village.write_stick(stick.path());
        village.write_files(stick.path(), 5 << 20);
        world.hub.take_stick(stick.path());
        village.read_stick(stick.path());
        rounds += 1;
        assert!(rounds < 20, "each one brings some: {:?}", village.view().files);
    }
    assert!(rounds > 1, "in several ways");
}

#[test]
fn a_revoked_station_brings_no_photograph_by_stick() {
    let (world, mut village, _, files, stick) = village(2_207, 1);
    village.sync(&world.hub);
    let case = village.list()[0].id;
    must("another", village.attach(case, "本人身份证或户口本原件及复印件3份", "x.jpg", &photo(9)));
    world.hub.revoke("白菜沟便民服务站");
    write(&mut village, &stick);
    world.hub.take_stick(stick.path());
    let read = village.read_stick(stick.path());
    assert_eq!((read.files, is_there(&world, files[0])), (0, true), "only what came before");
    assert!(village.view().files.items > 0);
}
