//! Parcels from one station to another on a stick (R201): sealed for the one they are for, refused whole, written down at both ends.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_core::courier::folder::{self, FOLDER};
use daiban_core::courier::letter::{self, Sealing};
use daiban_core::courier::{LetterId, LetterKind, Parcel, Part};
use daiban_core::sync::sign::{self, Domain};
use daiban_model::api::{Failure, LettersRead, ListParcels, ParcelFault, ParcelLine, ParcelWay, Parcels};
use daiban_model::ids::{CaseId, DeviceId};
use daiban_model::wire::{self, Certificate};
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, LI_CHUNMEI, PIN, Person, QIAN_XIUYING, QIMUGE, SHAOBUHAI,
    SUN_LINA, Station, WULAN_TUYA, World, ZHAO_YUNFENG, ZHOU_MEILING, division, must, wall,
};
use ed25519_dalek::SigningKey;
use tempfile::TempDir;

use crate::problems;

/// Laptop 07 of a village, 03 of its township, 08 of the village beside it; each has been at the district, and knows who is there.
fn three(seed: u64) -> (World, Station, Station, Station, TempDir) {
    let world = World::new(seed);
    let mut seven = world.numbered("白菜沟便民服务站", BAICAIGOU, QIMUGE, 7);
    let mut three = world.numbered("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING, 3);
    let mut eight = world.numbered("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG, 8);
    let known = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    eight.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut seven, &mut three, &mut eight]);
    three.note(known, "苏木看过了");
    world.settle(&mut [&mut three, &mut seven, &mut eight]);
    (world, seven, three, eight, must("a stick", tempfile::tempdir()))
}

const SIX: [&Person; 6] = [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA, &LI_CHUNMEI, &WULAN_TUYA, &ZHOU_MEILING];

/// Six cases that only 07 has, received without a line.
fn six_cases(seven: &mut Station) -> Vec<CaseId> {
    SIX.iter().map(|person| seven.receive(person, "RS-012")).collect()
}

fn parcels(stick: &Path) -> Vec<PathBuf> {
    let folder = must("the folder", fs::read_dir(stick.join(FOLDER)));
    folder.flatten().map(|entry| entry.path()).filter(|file| file.to_string_lossy().contains("parcel-")).collect()
}

fn log(station: &mut Station) -> Vec<ParcelLine> {
    station.ask(ListParcels {}).log
}

/// Reads a stick, files that are no part of anything counted too.
fn reads(station: &mut Station, stick: &Path) -> LettersRead {
    let damaged = must("a stick", folder::read(stick)).damaged;
    LettersRead { damaged, ..station.read_stick(stick) }
}

/// What a parcel did: how many cases came, and why others did not.
fn came(read: &LettersRead) -> (Vec<u32>, Vec<ParcelFault>, u32) {
    (read.parcels.iter().map(|line| line.cases).collect(), read.parcel_faults.clone(), read.damaged)
}

#[test]
fn r201_six_cases_go_from_07_to_03_on_2026_03_03_08_cannot_open_them_and_both_write_it_down() {
    let (world, mut seven, mut three, mut eight, stick) = three(2201);
    world.at("2026-03-03T09:00");
    let cases = six_cases(&mut seven);
    let Parcels { receivers, log: nothing } = seven.ask(ListParcels {});
    let named: Vec<(u8, &str)> = receivers.iter().map(|it| (it.device_no, it.station.as_str())).collect();
    assert_eq!((named, nothing.len()), (vec![(3, "吉忽伦图苏木便民服务中心")], 0), "08 reads nothing that 07 reads");
    assert_eq!(seven.call_parcel(8).err(), Some(Failure::NotFound), "so nothing can be written for it");
    let line = must("a parcel", seven.write_parcel(stick.path(), 3));
    assert_eq!((line.way, line.device_no, line.by.as_str()), (ParcelWay::Sent, 3, "其木格"));
    // The case that all know goes once more: nobody has told 07 what 03 has.
    assert!(line.cases >= 6 && line.changes >= 6 && line.hash.len() == 16, "{line:?}");

    let read = eight.read_stick(stick.path());
    assert_eq!(came(&read), (vec![], vec![ParcelFault::NotOurs], 0), "laptop 08 cannot open it");
    assert_eq!((eight.ask(ListParcels {}).log, eight.list().len()), (vec![], 1), "and has nothing of it");

    world.at("2026-03-03T15:00");
    let read = three.read_stick(stick.path());
    let taken = read.parcels[0].clone();
    assert_eq!(
        (taken.cases, taken.hash.as_str(), taken.waits),
        (line.cases, line.hash.as_str(), 0),
        "as it was written"
    );
    assert!(cases.iter().all(|case| three.page(*case).row.id == *case), "all six are there");
    assert_eq!((log(&mut seven), log(&mut three)), (vec![line], vec![taken.clone()]), "written down at both ends");
    assert_eq!((taken.way, taken.device_no, taken.at), (ParcelWay::Taken, 7, wall("2026-03-03T15:00")));
    assert_eq!(three.read_stick(stick.path()).parcels, std::slice::from_ref(&taken), "taken twice it is taken once");
    assert_eq!(log(&mut three).len(), 1);

    // The hub hears of them from whoever has a line first, and 07 brings the same later.
    for _ in 0..3 {
        three.sync(&world.hub);
    }
    let mut newcomer = world.station("二号机", JIHULUNTU, GAO_JIANPING);
    newcomer.sync(&world.hub);
    assert!(cases.iter().all(|case| newcomer.page(*case).row.id == *case), "the district has them by 03");
    world.settle(&mut [&mut seven, &mut three, &mut eight]);
    assert_eq!((world.hub.verify().faults, seven.view().outbox), (vec![], 0));
    assert_eq!((problems(&mut seven), problems(&mut three)), (vec![], vec![]), "nobody calls anything a copy");
}

#[test]
fn r201_one_byte_changed_and_nothing_is_imported() {
    let (world, mut seven, mut three, _, stick) = three(2202);
    world.at("2026-03-03T09:00");
    six_cases(&mut seven);
    must("a parcel", seven.write_parcel(stick.path(), 3));
    let [file] = <[PathBuf; 1]>::try_from(parcels(stick.path())).unwrap();
    let whole = fs::read(&file).unwrap();
    let before = three.knows();
    // Behind the magic word, in the signed head, in the sealed content, in its last seal.
    for at in [9, 20, 60, 130, 200, 400, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&file, &changed).unwrap();
        let read = reads(&mut three, stick.path());
        assert_eq!(came(&read), (vec![], vec![], 1), "byte {at}: 签名不符");
        assert!(three.knows() == before && log(&mut three).is_empty(), "byte {at}: nothing is imported");
    }
    fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    assert_eq!(came(&reads(&mut three, stick.path())), (vec![], vec![], 1), "cut off");
    fs::write(&file, &whole).unwrap();
    assert_eq!(came(&three.read_stick(stick.path())).1, [], "and whole again it is taken");
    assert_eq!(log(&mut three).len(), 1);
}

#[test]
fn r201_an_opened_parcel_goes_from_the_stick_on_wish_and_no_other() {
    let (world, mut seven, mut three, mut eight, stick) = three(2203);
    world.at("2026-03-03T09:00");
    six_cases(&mut seven);
    must("a parcel", seven.write_parcel(stick.path(), 3));
    seven.write_stick(stick.path());
    let on_stick = |stick: &Path| -> Vec<LetterId> {
        let parts = must("a stick", folder::read(stick)).parts;
        parts.iter().filter(|(_, part)| part.kind() == LetterKind::Parcel).map(|(_, part)| part.letter()).collect()
    };
    let there = on_stick(stick.path());
    let none: [LetterId; 0] = [];
    assert_eq!(three.parcels_done(there.clone()), none, "not before it was opened");
    eight.read_stick(stick.path());
    assert_eq!(eight.parcels_done(there.clone()), none, "nor by whom it was not for");
    assert_eq!(seven.parcels_done(there.clone()), none, "nor by whoever wrote it");
    three.read_stick(stick.path());
    let done = three.parcels_done(there.clone());
    assert_eq!(done, there, "what was taken whole");
    assert_eq!(must("removed", folder::remove(stick.path(), &done)), 1);
    assert_eq!((on_stick(stick.path()).len(), must("the rest", folder::read(stick.path())).parts.len()), (0, 1));
    assert_eq!(world.hub.take_stick(stick.path()).answered.len(), 1, "the letter for the district is untouched");
}

#[test]
fn r201_what_goes_back_brings_only_what_is_lacking_and_a_later_parcel_takes_the_place_of_the_first() {
    let (world, mut seven, mut three, _, stick) = three(2204);
    world.at("2026-03-03T09:00");
    let cases = six_cases(&mut seven);
    must("a parcel", seven.write_parcel(stick.path(), 3));
    must("another one", seven.write_parcel(stick.path(), 3));
    assert_eq!((parcels(stick.path()).len(), log(&mut seven).len()), (1, 2), "one on the stick, both in the log");
    three.read_stick(stick.path());
    three.note(cases[0], "苏木收到了");
    let back = must("a parcel", three.write_parcel(stick.path(), 7));
    assert_eq!((back.cases, back.changes), (1, 1), "07 has said what it has");
    let read = seven.read_stick(stick.path());
    assert_eq!(read.parcels.len(), 1, "{read:?}");
    assert!(seven.page(cases[0]).story.iter().any(|line| line.detail == "苏木收到了"));
    let again = must("a parcel", seven.write_parcel(stick.path(), 3));
    assert_eq!((again.cases, again.changes), (0, 0), "and now 03 has too");
    // A program that ends and begins anew hands nothing over under a number that it could give twice.
    seven.kill();
    seven.restart();
    let late = seven.receive(&QIAN_XIUYING, "MZ-007");
    must("a parcel", seven.write_parcel(stick.path(), 3));
    three.read_stick(stick.path());
    assert_eq!(three.page(late).row.id, late);
    world.settle(&mut [&mut three, &mut seven]);
    assert_eq!((world.hub.verify().faults, problems(&mut seven), problems(&mut three)), (vec![], vec![], vec![]));
    assert_eq!(seven.view().outbox, 0);
}

#[test]
fn r201_r204_a_parcel_of_a_lost_laptop_is_refused_and_one_of_another_district_too() {
    let (world, mut seven, mut three, _, stick) = three(2205);
    world.at("2026-03-12T09:00");
    six_cases(&mut seven);
    must("a parcel", seven.write_parcel(stick.path(), 3));
    world.hub.revoke("白菜沟便民服务站");
    for _ in 0..2 {
        three.sync(&world.hub);
    }
    let before = three.knows();
    assert_eq!(came(&three.read_stick(stick.path())), (vec![], vec![ParcelFault::Revoked], 0));
    assert!(three.knows() == before && log(&mut three).is_empty(), "nothing of it");
    assert_eq!(three.call_parcel(7).err(), Some(Failure::NotFound), "and nothing is written for it");

    // Somebody who knows its key and has made a certificate of their own.
    let (root, writer) = (SigningKey::from_bytes(&[5; 32]), SigningKey::from_bytes(&[6; 32]));
    let certificate = Certificate {
        device: DeviceId(writer.verifying_key().to_bytes()),
        station: "白菜沟便民服务站".into(),
        unit: division(BAICAIGOU),
        scopes: vec![division(BAICAIGOU)],
        device_no: 7,
        not_after: u64::MAX,
        serial: 1,
    };
    let parcel = Parcel { certificate: sign::seal(&root, Domain::Certificate, &certificate), packed: vec![1, 2, 3] };
    let to = three.device().0;
    let sealing = Sealing { from: &writer, to, kind: LetterKind::Parcel, letter: [1; 16], once: [2; 32] };
    let sealed = letter::seal(&sealing, &wire::encode(&parcel)).unwrap();
    let parts = sealed.iter().map(|part| Part::read(part).unwrap()).collect();
    let read = must("read", three.take_parts(parts));
    assert_eq!(came(&read), (vec![], vec![ParcelFault::Stranger], 0));
    assert!(three.knows() == before);
}

#[test]
fn r201_new_cases_go_also_where_the_history_before_them_is_long() {
    let (world, mut seven, mut three, _, stick) = three(2210);
    let known = seven.list()[0].id;
    for n in 0..300 {
        seven.note(known, &format!("第 {n} 次联系"));
        seven.sync(&world.hub);
    }
    world.at("2026-03-03T09:00");
    let cases = six_cases(&mut seven);
    let line = must("a parcel", seven.write_parcel(stick.path(), 3));
    assert!(!line.more && line.changes > 300, "all of it fits: {line:?}");
    let taken = three.read_stick(stick.path()).parcels[0].clone();
    assert_eq!((taken.cases, taken.waits), (line.cases, 0));
    assert!(cases.iter().all(|case| three.page(*case).row.id == *case), "all six are there");
}

#[test]
fn r201_a_parcel_after_a_letter_makes_nobody_take_the_disk_for_a_copy() {
    let (world, mut seven, _, _, stick) = three(2211);
    let cases = six_cases(&mut seven);
    seven.write_stick(stick.path());
    must("a parcel on the same stick", seven.write_parcel(stick.path(), 3));
    seven.lock();
    must("she signs in again", seven.sign_in(QIMUGE, PIN));
    seven.note(cases[0], "回来又写了一条");
    world.hub.take_stick(stick.path());
    for _ in 0..3 {
        seven.sync(&world.hub);
    }
    assert_eq!((problems(&mut seven), seven.view().outbox), (vec![], 0));
    assert_eq!((world.hub.verify().faults, world.hub.quarantine().len()), (vec![], 0));
}
