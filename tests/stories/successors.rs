//! What can go wrong on the way from a laptop that broke to the one that goes on from its backup (R87), and what must not come of it.

use std::fs;

use daiban_model::api::{GetBackup, GetSession, SessionState};
use daiban_model::wire::PackageKind;
use daiban_tests::world::{BAI_YUNXIA, BAICAIGOU, Line, PIN, QIMUGE, Station, World, backups, day, must, some};
use tempfile::TempDir;

use crate::backups::{NEW, numbers, seven};
use crate::problems;

/// A laptop on which the backup lies, with a code for it; the old one is gone.
fn put_back(seed: u64) -> (World, Station, String, TempDir) {
    let (world, mut seven, _, stick) = seven(seed);
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    let mut nine = Station::empty_laptop(NEW, world.clock());
    let name = backups(stick.path()).backups[0].name.clone();
    must("put back", nine.restore(stick.path(), &name));
    let code = world.code_numbered(NEW, BAICAIGOU, 9);
    must("the code", nine.try_enrol(&world.hub, &code));
    (world, nine, code, stick)
}

/// All six cases are at the district, once, under the numbers on their receipts, and the old laptop is retired.
#[track_caller]
fn all_is_there(world: &World, nine: &mut Station) {
    world.settle(&mut [nine]);
    assert_eq!((nine.view().outbox, problems(nine)), (0, vec![]), "nothing is owed and nothing wrong");
    assert_eq!((world.hub.quarantine().len(), world.hub.verify().faults), (0, vec![]));
    assert_eq!(numbers(nine), (1..=6).map(|n| format!("07-{n:04}")).collect::<Vec<_>>());
    let devices = world.hub.devices();
    let old = some("the old one", devices.iter().find(|one| one.device_no == 7));
    assert!(old.revoked_ms.is_some(), "07 is retired");
}

#[test]
fn h3_killed_between_the_new_name_and_the_note_of_it_nothing_of_the_old_laptop_is_lost() {
    let (world, mut nine, code, _stick) = put_back(8720);
    let note = nine.folder().join("restored.json");
    let noted = must("the note", fs::read(&note));
    nine.line = Line::Cut;
    must("she signs in", nine.sign_in(QIMUGE, PIN));
    nine.kill();
    must("the note was not away yet", fs::write(&note, noted));
    nine.start();
    assert_eq!(nine.ask(GetSession {}).state, SessionState::Restored);
    nine.line = Line::Open;
    must("the same code once more", nine.try_enrol(&world.hub, &code));
    must("she signs in", nine.sign_in(QIMUGE, PIN));
    all_is_there(&world, &mut nine);
}

#[test]
fn h2_neighbours_switched_on_before_the_first_exchange_leave_the_old_laptops_work_as_it_is() {
    let (world, mut nine, _, _stick) = put_back(8721);
    nine.line = Line::Cut;
    must("she signs in", nine.sign_in(QIMUGE, PIN));
    nine.open_to_neighbours();
    nine.line = Line::Open;
    all_is_there(&world, &mut nine);
}

#[test]
fn h2_a_station_that_only_a_stick_reaches_retires_the_old_laptop_by_stick() {
    let (world, mut nine, _, stick) = put_back(8722);
    must("she signs in", nine.sign_in(QIMUGE, PIN));
    for _ in 0..3 {
        nine.write_stick(stick.path());
        world.hub.take_stick(stick.path());
        nine.read_stick(stick.path());
    }
    let devices = world.hub.devices();
    let of = |no: u8| some("the device", devices.iter().find(|one| one.device_no == no));
    assert!(of(7).revoked_ms.is_some() && of(7).successor == Some(of(9).device), "without any line");
    assert_eq!((world.hub.quarantine().len(), world.hub.verify().faults), (0, vec![]));
}

#[test]
fn r219_who_was_dismissed_since_the_backup_does_not_open_it() {
    let (world, mut seven, _, stick) = seven(8723);
    seven.add_person(BAI_YUNXIA);
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    world.hub.publish(PackageKind::Roster, &world.hub.roster_with_end(BAI_YUNXIA, "2026-02-27"));
    let mut nine = Station::empty_laptop(NEW, world.clock());
    let name = backups(stick.path()).backups[0].name.clone();
    must("put back", nine.restore(stick.path(), &name));
    must("the code", nine.try_enrol(&world.hub, &world.code_numbered(NEW, BAICAIGOU, 9)));
    must("she may come to the door", nine.sign_in(BAI_YUNXIA, PIN));
    assert!(nine.list().is_empty(), "and sees nothing, before any exchange");
    nine.lock();
    assert!(nine.sign_in(BAI_YUNXIA, PIN).is_err(), "once");
    must("her colleague opens it", nine.sign_in(QIMUGE, PIN));
    all_is_there(&world, &mut nine);
}

#[test]
fn s1_copies_that_a_kill_left_are_gone_at_the_next_start_keys_first() {
    let (_, mut seven, _, _stick) = seven(8724);
    for draft in ["backup.tmp", "restore.tmp"] {
        let folder = seven.folder().join(draft);
        must("a folder", fs::create_dir(&folder));
        for file in ["keys.json", "daiban.db", "files.db"] {
            must("a copy", fs::copy(seven.folder().join(file), folder.join(file)));
        }
    }
    seven.kill();
    seven.start();
    for draft in ["backup.tmp", "restore.tmp"] {
        assert!(!seven.folder().join(draft).exists(), "{draft}");
    }
    must("she signs in", seven.sign_in(QIMUGE, PIN));
}

#[cfg(unix)]
#[test]
fn s3_what_others_left_on_the_stick_is_neither_followed_nor_read_without_end() {
    let (_, mut seven, _, stick) = seven(8725);
    let theirs = stick.path().join("daiban/backup-99-20260101-000000");
    must("a folder", fs::create_dir_all(&theirs));
    must("a list without end", std::os::unix::fs::symlink("/dev/zero", theirs.join("backup.list")));
    must("the backup", seven.back_up(stick.path()));
    let found = backups(stick.path());
    assert_eq!((found.backups.len(), found.damaged), (1, 1));
}

#[test]
fn a_backup_from_a_clock_that_ran_ahead_is_due_again() {
    let (world, mut seven, _, stick) = seven(8726);
    world.at("2027-03-02T09:00");
    must("the backup", seven.back_up(stick.path()));
    world.at("2026-03-03T09:00");
    assert!(seven.ask(GetBackup {}).due, "nobody knows when it was made");
    let made = must("another", seven.back_up(stick.path()));
    assert_eq!((made.at.date(), seven.ask(GetBackup {}).due), (day("2026-03-03"), false));
}

#[test]
fn a_key_file_of_which_only_the_copy_before_is_there_is_backed_up() {
    let (world, mut seven, _, stick) = seven(8727);
    let keys = seven.folder().join("keys.json");
    must("between two moves", fs::rename(&keys, seven.folder().join("keys.json.before")));
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    let mut nine = Station::empty_laptop(NEW, world.clock());
    nine.go_on_from(stick.path(), &world.hub, &world.code_numbered(NEW, BAICAIGOU, 9), QIMUGE);
    assert_eq!(numbers(&mut nine).len(), 6);
}
