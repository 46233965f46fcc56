use daiban_model::wire::CHUNK;

use super::*;
use crate::edge::{Scripted, draw};
use crate::keys::DatabaseKey;
use daiban_model::stamp::Wall;

const A: Party = Party::Device(DeviceId([1; 32]));
const B: Party = Party::Device(DeviceId([2; 32]));

fn scope(code: &str) -> ScopeCode {
    code.parse().unwrap()
}

fn village() -> ScopeCode {
    scope("150205202202")
}

fn blobs() -> SqliteBlobs {
    SqliteBlobs::in_memory().unwrap()
}

/// Bytes that do not repeat.
fn content(seed: u8, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[seed]);
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

fn name(bytes: &[u8]) -> FileHash {
    FileHash(*blake3::hash(bytes).as_bytes())
}

fn part(bytes: &[u8], n: u32) -> Part {
    let at = (n * CHUNK) as usize;
    Part { n, bytes: bytes[at..bytes.len().min(at + CHUNK as usize)].to_vec() }
}

fn arrival<'a>(party: Party, bytes: &[u8], parts: &'a [Part]) -> Arrival<'a> {
    let (name, size) = (name(bytes), bytes.len() as u32);
    Arrival { party, name, size, parts, stays: Stays::WhileThereIsRoom, scope: Some(village()) }
}

fn keep(blobs: &SqliteBlobs, bytes: &[u8], stays: Stays, at_ms: u64) -> FileHash {
    blobs.keep(&[Kept { bytes, stays }], village(), at_ms).unwrap()[0]
}

#[test]
fn b1_one_content_in_two_cases_is_stored_once_and_owed_once_for_each_division() {
    let (blobs, bytes) = (blobs(), content(1, 100_000));
    let first = keep(&blobs, &bytes, Stays::WhileThereIsRoom, 1);
    let again = keep(&blobs, &bytes, Stays::WhileThereIsRoom, 2);
    assert_eq!((first, again), (name(&bytes), name(&bytes)));
    assert_eq!(blobs.owed().unwrap(), Owed { items: 1, bytes: 100_000 });
    let township = scope("150205202");
    blobs.keep(&[Kept { bytes: &bytes, stays: Stays::WhileThereIsRoom }], township, 3).unwrap();
    assert_eq!(blobs.owed().unwrap().items, 2, "another division has its own receipt");
    let stored: u64 =
        blobs.connection().query_row("SELECT sum(length(bytes)) FROM chunk", [], |row| row.get(0)).unwrap();
    assert_eq!(stored, 100_000, "but the bytes are there once");
    assert_eq!(blobs.whole(first, 4).unwrap(), Some(bytes));
}

#[test]
fn b1_what_is_not_what_its_name_says_is_not_stored() {
    let (blobs, bytes) = (blobs(), content(1, 70_000));
    let mut parts = vec![part(&bytes, 0), part(&bytes, 1)];
    parts[1].bytes[3] ^= 1;
    assert_eq!(blobs.arrive(arrival(A, &bytes, &parts), 1).unwrap(), Arrived::OtherBytes);
    let standing = blobs.standing(name(&bytes), A).unwrap();
    assert_eq!(standing, Standing { whole: None, scopes: vec![], arrived: Have::default() }, "nothing is left of it");
    parts[1].bytes[3] ^= 1;
    assert_eq!(blobs.arrive(arrival(A, &bytes, &parts), 2).unwrap(), Arrived::Whole, "begun anew");
}

#[test]
fn b2_nobody_spoils_what_another_brings() {
    let (blobs, bytes) = (blobs(), content(1, 70_000));
    let wrong = Part { n: 1, bytes: vec![0; 70_000 - CHUNK as usize] };
    blobs.arrive(arrival(A, &bytes, &[wrong]), 1).unwrap();
    let first = blobs.arrive(arrival(B, &bytes, &[part(&bytes, 0)]), 2).unwrap();
    assert_eq!(first, Arrived::Some([0].into_iter().collect()), "the other one's part is not counted");
    assert_eq!(blobs.arrive(arrival(B, &bytes, &[part(&bytes, 1)]), 3).unwrap(), Arrived::Whole);
    assert_eq!(blobs.arrive(arrival(A, &bytes, &[part(&bytes, 0)]), 4).unwrap(), Arrived::OtherBytes, "its own affair");
    assert_eq!(blobs.whole(name(&bytes), 5).unwrap(), Some(bytes));
}

#[test]
fn parts_come_in_any_order_twice_and_of_wrong_length_without_harm() {
    let (blobs, bytes) = (blobs(), content(1, 3 * CHUNK as usize + 7));
    for n in [3, 1, 1, 0] {
        blobs.arrive(arrival(A, &bytes, &[part(&bytes, n)]), 1).unwrap();
    }
    let short = Part { n: 2, bytes: vec![1; 5] };
    let beyond = Part { n: 4, bytes: vec![1; 5] };
    let some = blobs.arrive(arrival(A, &bytes, &[short, beyond]), 2).unwrap();
    assert_eq!(some, Arrived::Some([0, 1, 3].into_iter().collect()), "neither counts");
    assert_eq!(blobs.brought(A).unwrap(), bytes.len() as u64, "what has begun counts in full");
    assert_eq!(blobs.arrive(arrival(A, &bytes, &[part(&bytes, 2)]), 3).unwrap(), Arrived::Whole);
    assert_eq!(blobs.chunk(name(&bytes), 3).unwrap(), Some(part(&bytes, 3).bytes));
    assert_eq!(blobs.chunk(name(&bytes), 4).unwrap(), None);
    assert_eq!(blobs.brought(A).unwrap(), bytes.len() as u64, "and once it is whole too");
}

#[test]
fn b3_nothing_is_freed_that_is_owed_and_no_thumbnail_ever() {
    let blobs = blobs();
    let owed = keep(&blobs, &content(1, 60_000), Stays::WhileThereIsRoom, 1);
    let sent = keep(&blobs, &content(2, 50_000), Stays::WhileThereIsRoom, 2);
    let thumb = keep(&blobs, &content(3, 5_000), Stays::Always, 3);
    let fresh = keep(&blobs, &content(4, 40_000), Stays::WhileThereIsRoom, 4);
    for name in [sent, thumb, fresh] {
        blobs.receipted(name, village(), b"receipt").unwrap();
    }
    assert_eq!(blobs.make_room(200_000).unwrap(), 0, "there is room");
    assert_eq!(blobs.make_room(110_000).unwrap(), 50_000, "the longest unused that has its receipt");
    assert_eq!(blobs.make_room(0).unwrap(), 40_000, "all that may go");
    let here = |name| blobs.standing(name, Party::Own).unwrap().whole.is_some();
    assert_eq!([owed, sent, thumb, fresh].map(here), [true, false, true, false]);
    assert_eq!(blobs.standing(sent, Party::Own).unwrap().scopes, [(village(), Receipted::Yes)], "its story stays");
    let back = content(2, 50_000);
    let parts = [part(&back, 0)];
    let fetched = Arrival { scope: None, ..arrival(Party::Own, &back, &parts) };
    assert_eq!(blobs.arrive(fetched, 9).unwrap(), Arrived::Whole, "and it can be fetched again");
    assert_eq!(blobs.owed().unwrap().items, 1, "which owes nothing");
}

#[test]
fn debts_go_small_ones_first_then_by_age_and_leave_with_their_receipt() {
    let blobs = blobs();
    let second = keep(&blobs, &content(1, 60_000), Stays::WhileThereIsRoom, 2);
    let first = keep(&blobs, &content(2, 60_000), Stays::WhileThereIsRoom, 1);
    let thumb = keep(&blobs, &content(3, 5_000), Stays::Always, 9);
    let names = || blobs.debts(10).unwrap().into_iter().map(|debt| debt.name).collect::<Vec<_>>();
    assert_eq!(names(), [thumb, first, second]);
    blobs.tried(&[(first, village())]).unwrap();
    assert_eq!(blobs.debts(2).unwrap()[1].tried, Tried::Yes);
    blobs.receipted(first, village(), b"receipt").unwrap();
    blobs.receipted(FileHash([9; 32]), village(), b"receipt").unwrap();
    assert_eq!(names(), [thumb, second], "a receipt for what is not owed changes nothing");
}

#[test]
fn a_file_of_another_key_or_a_newer_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("files.db");
    let edge = Scripted::new(1, Wall(0));
    let key = DatabaseKey::new(draw(&edge));
    let name = keep(&SqliteBlobs::open(&path, &key).unwrap(), &content(1, 9_000), Stays::WhileThereIsRoom, 1);
    let other = SqliteBlobs::open(&path, &DatabaseKey::new(draw(&edge)));
    assert!(matches!(other, Err(StoreError::WrongKey)));
    let blobs = SqliteBlobs::open(&path, &key).unwrap();
    assert_eq!(blobs.whole(name, 2).unwrap(), Some(content(1, 9_000)));
    blobs.connection().pragma_update(None, "user_version", 99).unwrap();
    drop(blobs);
    assert!(matches!(SqliteBlobs::open(&path, &key), Err(StoreError::NewerSchema { found: 99 })));
}

#[test]
fn b6_in_another_history_of_the_hub_what_is_still_here_is_owed_anew() {
    let blobs = blobs();
    let here = keep(&blobs, &content(1, 60_000), Stays::WhileThereIsRoom, 2);
    let freed = keep(&blobs, &content(2, 60_000), Stays::WhileThereIsRoom, 1);
    for name in [here, freed] {
        blobs.tried(&[(name, village())]).unwrap();
        blobs.receipted(name, village(), b"receipt").unwrap();
    }
    assert_eq!(blobs.make_room(60_000).unwrap(), 60_000);
    blobs.reopen().unwrap();
    let debts = blobs.debts(10).unwrap();
    assert_eq!(
        debts.iter().map(|debt| (debt.name, debt.tried)).collect::<Vec<_>>(),
        [(here, Tried::Yes)],
        "asked first"
    );
    assert_eq!(blobs.make_room(0).unwrap(), 0, "and not freed before it is receipted again");
}

#[test]
fn b7_what_is_erased_is_in_neither_pages_nor_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("files.db");
    // The key only changes how pages are written: without one they are read here as whoever holds the key reads them.
    let blobs = SqliteBlobs::open_plain(&path).unwrap();
    let all: Vec<Vec<u8>> = (1..=6).map(|seed| content(seed, 150_000)).collect();
    let township = scope("150205202");
    for (at, bytes) in all.iter().enumerate().take(4) {
        keep(&blobs, bytes, Stays::WhileThereIsRoom, at as u64);
    }
    blobs.keep(&[Kept { bytes: &all[3], stays: Stays::Always }], township, 9).unwrap();
    let parts = [part(&all[4], 0), part(&all[4], 1), part(&all[4], 2)];
    let fetched = Arrival { scope: None, ..arrival(Party::Own, &all[4], &parts) };
    assert_eq!(blobs.arrive(fetched, 9).unwrap(), Arrived::Whole);
    let begun = [part(&all[5], 1)];
    blobs.arrive(Arrival { scope: None, ..arrival(Party::Own, &all[5], &begun) }, 9).unwrap();
    let holds = |bytes: &[u8]| {
        // A page may end in the middle of one of them.
        let needles = [&bytes[70_000..70_040], &bytes[75_000..75_040], &bytes[80_000..80_040]];
        ["", "-wal"].iter().any(|end| {
            let file = std::fs::read(format!("{}{end}", path.display())).unwrap_or_default();
            file.windows(40).any(|window| needles.contains(&window))
        })
    };
    assert!(all.iter().all(|bytes| holds(bytes)), "the scan finds what is there");

    let mut own: Vec<FileHash> = all[..4].iter().map(|bytes| name(bytes)).collect();
    own.sort_unstable();
    assert_eq!(blobs.of(village()).unwrap(), own);
    let gone: Vec<_> = all[1..].iter().map(|bytes| (name(bytes), village())).collect();
    blobs.erase(&gone).unwrap();
    let found: Vec<bool> = all.iter().map(|bytes| holds(bytes)).collect();
    assert_eq!(
        found,
        [true, false, false, true, false, false],
        "the first was not named, the fourth is the township's too"
    );
    assert!(blobs.whole(name(&all[0]), 9).unwrap().is_some());
    assert_eq!((blobs.of(village()).unwrap(), blobs.owed().unwrap().items), (vec![name(&all[0])], 2));
}

#[test]
fn b5_a_content_is_shared_with_the_division_a_case_went_to() {
    let (blobs, bytes) = (blobs(), content(5, 1_000));
    let (there, elsewhere) = (scope("150205202203"), scope("150205202204"));
    let has = |scope| blobs.standing(name(&bytes), B).unwrap().scopes.iter().any(|(has, _)| *has == scope);
    blobs.share(name(&bytes), village(), there).unwrap();
    assert!(!has(there), "nobody has it");
    let parts = [part(&bytes, 0)];
    assert_eq!(blobs.arrive(arrival(A, &bytes, &parts), 1).unwrap(), Arrived::Whole);
    blobs.share(name(&bytes), elsewhere, there).unwrap();
    assert!(!has(there), "those there do not have it themselves");
    let before = blobs.brought(A).unwrap();
    blobs.share(name(&bytes), village(), there).unwrap();
    blobs.share(name(&bytes), village(), there).unwrap();
    assert!(has(there) && has(village()), "both have it");
    assert_eq!(blobs.brought(A).unwrap(), before, "and nobody's share grew");
    blobs.erase(&[(name(&bytes), village())]).unwrap();
    assert_eq!(blobs.standing(name(&bytes), B).unwrap().whole, Some(1_000), "it goes with the last of them");
}

#[test]
fn what_is_spared_lies_in_the_one_file_while_the_copy_is_still_open() {
    let (place, key) = (tempfile::tempdir().unwrap(), DatabaseKey::new([7; 32]));
    let at = |name: &str| place.path().join(name);
    let from = SqliteBlobs::open(&at("from"), &key).unwrap();
    let bytes = content(3, 300_000);
    let name = keep(&from, &bytes, Stays::WhileThereIsRoom, 1);
    let copy = SqliteBlobs::open(&at("copy"), &key).unwrap();
    from.spare_to(&copy).unwrap();
    std::fs::copy(at("copy"), at("elsewhere")).unwrap();
    let elsewhere = SqliteBlobs::open(&at("elsewhere"), &key).unwrap();
    assert_eq!(elsewhere.whole(name, 2).unwrap(), Some(bytes));
}
