//! A laptop dies and another one goes on from the backup on a stick (R87): nothing is lost, no number exists twice, and the district knows.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_model::api::{
    BackupFault, Chain, EnrolmentFault, Failure, FileSize, GetBackup, GetSession, GotFile, ListPapers, ListReveals,
    LookAtPaper, Outlet, PaperRef, PrintPaper, ProblemCode, RevealField, SessionState, StickFault, Why,
};
use daiban_model::case::event::PaperName;
use daiban_model::case::field::Field;
use daiban_model::form::Size;
use daiban_model::ids::CaseId;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, Keeping, LI_CHUNMEI, LIN_FANG, LIU_JIAHUI, LUO_JIE, Line,
    PIN, Person, QIAN_XIUYING, QIMUGE, SUN_LINA, Station, TIAN_WEIGUO, WULAN_TUYA, World, ZHAO_YUNFENG, backups, day,
    must, some,
};
use tempfile::TempDir;

use crate::problems;

const STATION: &str = "白菜沟便民服务站";
pub const NEW: &str = "白菜沟便民服务站（新电脑）";
const TAKEN: [&Person; 6] = [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA, &LI_CHUNMEI, &LIU_JIAHUI, &WULAN_TUYA];

/// Laptop 07 with the six cases of 2026-03-02, of which the district has the first four.
pub fn seven(seed: u64) -> (World, Station, Vec<CaseId>, TempDir) {
    let world = World::small(seed, &["MZ-007", "RS-003"]);
    let mut seven = world.numbered_kept(STATION, BAICAIGOU, QIMUGE, 7, Keeping::Disk);
    let mut cases: Vec<CaseId> = TAKEN[..4].iter().map(|person| seven.receive(person, "RS-003")).collect();
    seven.sync(&world.hub);
    cases.extend(TAKEN[4..].iter().map(|person| seven.receive(person, "RS-003")));
    (world, seven, cases, must("a stick", tempfile::tempdir()))
}

/// The last seven signs of each number, sorted: device and counter.
pub fn numbers(station: &mut Station) -> Vec<String> {
    let tail = |number: String| number[number.len() - 7..].to_owned();
    let mut numbers: Vec<String> = station.list().into_iter().map(|row| tail(row.number)).collect();
    numbers.sort_unstable();
    numbers
}

/// Every file below a folder with its bytes.
fn all_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in must("a folder", fs::read_dir(folder)) {
        let path = must("an entry", entry).path();
        match path.is_dir() {
            true => files.extend(all_files(&path)),
            false => files.push((path.clone(), must("a file", fs::read(&path)))),
        }
    }
    files.sort_unstable();
    files
}

#[test]
fn r87_a_backup_of_07_goes_on_as_09_with_every_receipt_and_number() {
    let (world, mut seven, cases, stick) = seven(8701);
    let before = seven.page(cases[0]).row;
    world.at("2026-03-02T17:00");
    let made = must("the backup", seven.back_up(stick.path()));
    assert_eq!((made.cases, made.device_no, made.at.date()), (6, 7, day("2026-03-02")));
    assert!(some("a last number", made.last).to_string().ends_with("-07-0006"), "{:?}", made.last);
    seven.kill();

    world.at("2026-03-03T08:30");
    let mut nine = Station::empty_laptop(NEW, world.clock());
    nine.go_on_from(stick.path(), &world.hub, &world.code_numbered(NEW, BAICAIGOU, 9), QIMUGE);
    let kept: Vec<String> = (1..=6).map(|n| format!("07-{n:04}")).collect();
    assert_eq!(numbers(&mut nine), kept, "6 cases, last 07-0006");
    let row = nine.page(cases[0]).row;
    assert_eq!((row.number, row.name, row.since), (before.number, before.name, before.since), "as the receipt says");
    let new = nine.receive(&ZHAO_YUNFENG, "MZ-007");
    assert!(nine.page(new).row.number.ends_with("-20260303-09-0001"), "{}", nine.page(new).row.number);

    nine.sync(&world.hub);
    assert_eq!((nine.view().outbox, problems(&mut nine)), (0, vec![]), "what lay unsent in the backup is there, too");
    assert_eq!((world.hub.verify().faults, world.hub.quarantine().len()), (vec![], 0));
    let devices = world.hub.devices();
    let of = |no: u8| some("the device", devices.iter().find(|one| one.device_no == no));
    assert_eq!((of(7).revoked_ms.is_some(), of(7).successor), (true, Some(of(9).device)), "07 is marked retired");
    assert_eq!((of(9).revoked_ms, of(9).successor), (None, None));

    let mut township = world.station_for("吉忽伦图苏木便民服务中心", JIHULUNTU, &[JIHULUNTU], GAO_JIANPING);
    township.sync(&world.hub);
    assert!(township.knows() == nine.knows(), "all seven cases are at the district");
}

#[test]
fn r87_what_the_old_laptop_did_after_the_backup_is_not_lost_and_it_stays_retired() {
    let (world, mut seven, cases, stick) = seven(8702);
    must("the backup", seven.back_up(stick.path()));
    // It goes on for a while: some of it reaches the district, some does not.
    seven.note(cases[4], "备份以后写的，送到了");
    let late = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    seven.sync(&world.hub);
    seven.note(cases[5], "备份以后写的，没送到");

    let mut nine = Station::empty_laptop(NEW, world.clock());
    nine.go_on_from(stick.path(), &world.hub, &world.code_numbered(NEW, BAICAIGOU, 9), QIMUGE);
    let same_day = nine.receive(&SUN_LINA, "MZ-007");
    assert!(nine.page(same_day).row.number.ends_with("-09-0001"), "also on the day of the backup");
    nine.note(cases[4], "新电脑上写的");
    world.settle(&mut [&mut nine]);
    let mut notes: Vec<String> =
        nine.page(cases[4]).story.into_iter().filter(|it| it.kind == "noted").map(|it| it.detail).collect();
    notes.sort_unstable();
    assert_eq!(notes, ["备份以后写的，送到了", "新电脑上写的"]);
    assert!(nine.page(late).row.number.ends_with("-07-0007"), "it came from the district");

    seven.sync(&world.hub);
    assert_eq!(problems(&mut seven), [ProblemCode::Revoked], "the old one is refused");
    assert_eq!(seven.view().outbox, 1, "and keeps what it has");
    assert_eq!(world.hub.quarantine().len(), 1, "which lies at the district for a person to look at");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn r87_two_laptops_from_one_backup_are_two_devices_and_share_what_they_wrote() {
    let (world, mut seven, cases, stick) = seven(8703);
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    let (mut eight, mut nine) =
        (Station::empty_laptop("八号", world.clock()), Station::empty_laptop("九号", world.clock()));
    eight.go_on_from(stick.path(), &world.hub, &world.code_numbered("八号", BAICAIGOU, 8), QIMUGE);
    nine.go_on_from(stick.path(), &world.hub, &world.code_numbered("九号", BAICAIGOU, 9), QIMUGE);
    eight.note(cases[5], "八号写的");
    nine.note(cases[5], "九号写的");
    for _ in 0..2 {
        eight.sync(&world.hub);
        nine.sync(&world.hub);
    }
    eight.sync(&world.hub);
    assert!(eight.knows() == nine.knows(), "both know what both wrote");
    assert_eq!(problems(&mut eight), []);
    // What lay unsent in the backup came with the first of them; the second one's copy of it lies there for a person to look at.
    assert_eq!((world.hub.quarantine().len(), world.hub.verify().faults), (1, vec![]));
}

#[test]
fn r87_a_print_that_the_power_broke_off_is_offered_again_with_the_same_number() {
    let world = World::small(8710, &["RS-003"]);
    let mut seven = world.numbered_kept(STATION, BAICAIGOU, QIMUGE, 7, Keeping::Disk);
    let case = seven.receive(&ZHAO_YUNFENG, "RS-003");
    let paper = PaperRef { name: PaperName::Receipt, no: 0 };
    let print = |seven: &mut Station| {
        let hash = seven.ask(LookAtPaper { id: case, paper, size: Size::A4 }).hash;
        seven.print(&PrintPaper { id: case, paper, size: Size::A4, hash, to: Outlet::Printer { copies: 2 } })
    };
    let first = must("handed to the printer", print(&mut seven));
    seven.kill();
    seven.restart();
    let offers = seven.ask(ListPapers { id: case });
    let offer = some("the slip", offers.into_iter().find(|offer| offer.paper == paper));
    assert_eq!((offer.printed, offer.number), (1, seven.page(case).row.number), "it is known that one was begun");
    let again = must("printed again", print(&mut seven));
    assert_eq!((first.title, first.turn, again.turn), (again.title, 1, 2), "the same number, and 补打 on the sheet");
}

#[test]
fn r87_a_code_that_is_late_costs_nothing_and_without_one_nobody_works_under_the_old_number() {
    let (world, mut seven, _, stick) = seven(8704);
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    let mut nine = Station::empty_laptop(NEW, world.clock());
    let name = backups(stick.path()).backups[0].name.clone();
    let session = must("put back", nine.restore(stick.path(), &name));
    assert_eq!((session.state, session.hub_hint.as_deref()), (SessionState::Restored, Some("http://127.0.0.1")));
    assert_eq!(nine.sign_in(QIMUGE, PIN).err(), Some(Failure::Locked));

    let code = world.code_numbered(NEW, BAICAIGOU, 9);
    must("the code", nine.try_enrol(&world.hub, &code));
    assert_eq!(nine.ask(GetSession {}).state, SessionState::Locked);
    nine.kill();
    nine.start();
    assert_eq!(nine.ask(GetSession {}).state, SessionState::Restored, "the power went before anybody signed in");
    must("the same code once more", nine.try_enrol(&world.hub, &code));
    must("she signs in", nine.sign_in(QIMUGE, PIN));
    // The first word to the district does not arrive: nothing is sealed under a name it does not know.
    nine.line = Line::Cut;
    nine.sync(&world.hub);
    nine.line = Line::Open;
    nine.kill();
    nine.restart();
    nine.sync(&world.hub);
    assert_eq!((nine.view().outbox, numbers(&mut nine).len()), (0, 6));
    assert_eq!((world.hub.quarantine().len(), world.hub.verify().faults), (0, vec![]));
    nine.lock();
    assert!(nine.sign_in(BAI_YUNXIA, PIN).is_err(), "whoever had no PIN has none");
}

#[test]
fn r87_pictures_that_the_district_lacks_are_in_the_backup() {
    let (world, mut seven, cases, stick) = seven(8705);
    let paper = seven.page(cases[0]).papers[0].name.clone();
    must("a picture", seven.attach(cases[0], &paper, "a.jpg", &photo(1)));
    seven.sync(&world.hub);
    must("a picture", seven.attach(cases[1], &paper, "b.jpg", &photo(2)));
    must("the backup", seven.back_up(stick.path()));
    seven.kill();
    let mut nine = Station::empty_laptop(NEW, world.clock());
    nine.go_on_from(stick.path(), &world.hub, &world.code_numbered(NEW, BAICAIGOU, 9), QIMUGE);
    let whole = |station: &mut Station, case: CaseId| {
        let file = station.page(case).files[0].hash;
        must("a look", station.look(case, file, FileSize::Whole))
    };
    assert!(matches!(whole(&mut nine, cases[1]), GotFile::Here { .. }), "nobody else has it");
    assert!(!matches!(whole(&mut nine, cases[0]), GotFile::Here { .. }), "the district has this one");
    nine.sync(&world.hub);
    assert!(matches!(whole(&mut nine, cases[0]), GotFile::Here { .. }), "and gives it back");
    assert_eq!(nine.view().files.items, 0, "the other one is delivered");
}

#[test]
fn r87_the_lines_that_say_who_looked_go_on_from_those_of_the_device_before() {
    let (world, stick) = (World::small(8709, &["RS-003"]), must("a stick", tempfile::tempdir()));
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(LIN_FANG);
    hall.add_person(TIAN_WEIGUO);
    must("the window signs in", hall.sign_in(LIN_FANG, PIN));
    let case = hall.receive(&SUN_LINA, "RS-003");
    let reveal = RevealField { id: case, field: Field::Phone, why: Why::FillForm };
    hall.ask(reveal.clone());
    must("the backup", hall.back_up(stick.path()));
    hall.kill();
    let mut other = Station::empty_laptop("新窗口", world.clock());
    other.go_on_from(stick.path(), &world.hub, &world.code("新窗口", DISTRICT, &[DISTRICT]), LIN_FANG);
    other.ask(reveal);
    other.lock();
    must("the supervisor signs in", other.sign_in(TIAN_WEIGUO, PIN));
    let log = other.ask(ListReveals { month: day("2026-03-02") });
    assert_eq!((log.lines.len(), log.chain), (2, Chain::Whole), "one under each name");
}

#[test]
fn r87_a_damaged_torn_or_foreign_backup_is_refused_whole() {
    let (world, mut seven, _, stick) = seven(8706);
    must("the backup", seven.back_up(stick.path()));
    let name = backups(stick.path()).backups[0].name.clone();
    let folder = stick.path().join("daiban").join(&name);
    let mut nine = Station::empty_laptop(NEW, world.clock());
    let damaged = Some(Failure::Backup { why: BackupFault::Damaged });
    let empty = all_files(nine.folder());
    for (file, whole) in all_files(&folder) {
        let steps = if whole.len() > 4096 { whole.len() / 7 } else { 97 };
        for at in (0..whole.len()).step_by(steps.max(1)) {
            let mut other = whole.clone();
            other[at] ^= 1;
            must("a flipped bit", fs::write(&file, &other));
            let refused = nine.restore(stick.path(), &name).err();
            let newer = Some(Failure::Backup { why: BackupFault::Newer });
            assert!(refused == damaged || refused == newer, "{file:?} at {at}: {refused:?}");
            must("a torn file", fs::write(&file, &whole[..at]));
            assert_eq!(nine.restore(stick.path(), &name).err(), damaged, "{file:?} cut at {at}");
        }
        must("a missing file", fs::remove_file(&file));
        assert_eq!(nine.restore(stick.path(), &name).err(), damaged, "without {file:?}");
        must("it is back", fs::write(&file, &whole));
        assert_eq!(all_files(nine.folder()), empty, "nothing was written");
    }
    assert_eq!(nine.restore(stick.path(), "../daiban").err(), Some(Failure::Backup { why: BackupFault::NotThere }));

    let other = World::small(8799, &["MZ-007"]);
    must("a code of another district", nine.try_enrol(&other.hub, &other.code("别区", BAICAIGOU, &[BAICAIGOU])));
    let foreign = Some(Failure::Backup { why: BackupFault::OtherDistrict });
    assert_eq!(nine.restore(stick.path(), &name).err(), foreign);
    assert_eq!(all_files(nine.folder()), empty, "nothing was written");
    let mut later = Station::empty_laptop(NEW, world.clock());
    must("put back first", later.restore(stick.path(), &name));
    let refused = later.try_enrol(&other.hub, &other.code("别区", DISTRICT, &[BAICAIGOU])).err();
    assert_eq!(refused, Some(Failure::Enrolment { why: EnrolmentFault::OtherDistrict }));
    assert_eq!(seven.restore(stick.path(), &name).err(), Some(Failure::Backup { why: BackupFault::Occupied }));
}

#[test]
fn r87_an_earlier_backup_goes_only_when_the_next_one_is_whole() {
    let (world, mut seven, cases, stick) = seven(8707);
    must("the first", seven.back_up(stick.path()));
    let first = backups(stick.path()).backups;
    // The station's own database is cut short: there is nothing whole to write.
    world.pass(60);
    seven.note(cases[0], "又写了一条");
    let keys = seven.folder().join("keys.json");
    let aside = seven.folder().join("elsewhere");
    must("the key file is away", fs::rename(&keys, &aside));
    must("and the one before it", fs::remove_file(seven.folder().join("keys.json.before")));
    assert!(seven.back_up(stick.path()).is_err());
    assert_eq!(backups(stick.path()).backups, first, "the earlier one stands");
    must("it is back", fs::rename(&aside, &keys));
    must("the second", seven.back_up(stick.path()));
    let second = backups(stick.path()).backups;
    assert_eq!(
        (second.len(), second[0].made.at.0 > first[0].made.at.0),
        (1, true),
        "one backup of a device on a stick"
    );
    assert!(!seven.folder().join("backup.tmp").exists(), "no copies are left");
    let text: Vec<String> =
        all_files(stick.path()).iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
    assert!(text.iter().all(|path| path.contains("backup-07-2026")), "names tell device and time: {text:?}");
    let gone = stick.path().join("pulled");
    assert_eq!(seven.back_up(&gone).err(), Some(Failure::Stick { why: StickFault::Gone }));
}

#[test]
fn r87_a_station_that_locks_itself_meanwhile_knows_its_backup_at_the_next_sign_in() {
    let (_, mut seven, _, stick) = seven(8711);
    let made = must("the backup", seven.back_up_while(stick.path(), Station::lock));
    must("she signs in", seven.sign_in(QIMUGE, PIN));
    let view = seven.ask(GetBackup {});
    assert_eq!((view.last, view.due), (Some(made), false));
}

#[test]
fn r87_one_backup_is_written_or_put_back_at_a_time_and_nobody_begins_a_station_meanwhile() {
    let (world, mut seven, _, stick) = seven(8712);
    let busy = Some(Failure::Backup { why: BackupFault::Busy });
    let beside = must("another stick", tempfile::tempdir());
    let made = seven.back_up_while(stick.path(), |seven| assert_eq!(seven.back_up(beside.path()).err(), busy));
    must("the first one", made);
    must("and then the other one", seven.back_up(beside.path()));
    seven.kill();

    let name = backups(stick.path()).backups[0].name.clone();
    let mut nine = Station::empty_laptop(NEW, world.clock());
    let code = world.code_numbered(NEW, BAICAIGOU, 9);
    let session = nine.restore_while(stick.path(), &name, |nine| {
        assert_eq!(nine.restore(stick.path(), &name).err(), busy, "a second press");
        assert_eq!(nine.try_enrol(&world.hub, &code).err(), busy, "the code is not spent");
    });
    assert_eq!(must("put back", session).state, SessionState::Restored);
    must("another choice may be made", nine.restore(stick.path(), &name));
    must("the code is taken", nine.try_enrol(&world.hub, &code));
    must("her own PIN opens it", nine.sign_in(QIMUGE, PIN));
    assert_eq!(numbers(&mut nine).len(), 6);
}

#[test]
fn r87_a_backup_is_due_when_a_whole_working_day_is_in_none() {
    let (world, mut seven, _, stick) = seven(8708);
    assert!(seven.ask(GetBackup {}).due, "there are cases, and no backup at all");
    world.at("2026-03-06T17:00");
    must("on Friday", seven.back_up(stick.path()));
    let view = seven.ask(GetBackup {});
    assert_eq!((view.due, view.last.map(|it| it.cases)), (false, Some(6)));
    world.at("2026-03-09T17:00");
    assert!(!seven.ask(GetBackup {}).due, "on Monday nothing but today is in none");
    world.at("2026-03-10T08:00");
    assert!(seven.ask(GetBackup {}).due, "on Tuesday all of Monday is in none");
}
