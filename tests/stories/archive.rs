//! A finished case is filed: one pack, sealed, read without this program, and beside it another when something was put right.

use std::fs;

use daiban_core::archive::{self, Fault};
use daiban_model::api::{
    Archived, Failure, ListDestroyed, ListExpired, ListReveals, OpenCase, Seen, SignDestruction, WriteArchive,
};
use daiban_model::case::Command;
use daiban_model::case::event::DeliveryWay;
use daiban_model::case::field::Field;
use daiban_model::case::retention::Term;
use daiban_model::ids::CaseId;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{DISTRICT, LIN_FANG, LUO_JIE, PIN, SUN_LINA, Station, TIAN_WEIGUO, World, day, must};

/// A case done while the person waited, with two pictures, delivered and closed.
fn closed(window: &mut Station) -> CaseId {
    let case = window.receive(&SUN_LINA, "YB-001");
    let paper = window.page(case).papers[0].name.clone();
    must("a picture", window.attach(case, &paper, "正面.jpg", &photo(1)));
    must("another", window.attach(case, &paper, "反面.jpg", &photo(2)));
    window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    let given = Command::Deliver { way: DeliveryWay::Direct, signer: "孙丽娜".into(), relation: String::new() };
    window.act(case, given);
    window.give_back(case);
    case
}

/// A window where administrator and supervisor can sign, the clerk signed in, and a case closed on 2026-05-20.
fn window_with_a_closed_case(world: &World) -> (Station, CaseId) {
    let mut window = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    window.add_person(LIN_FANG);
    window.add_person(TIAN_WEIGUO);
    window.lock();
    must("the window signs in", window.sign_in(LIN_FANG, PIN));
    world.at("2026-05-20T10:00");
    let case = closed(&mut window);
    (window, case)
}

fn write(station: &mut Station, case: CaseId, folder: &std::path::Path) -> Result<Archived, Failure> {
    station.call(WriteArchive { id: case, folder: folder.to_string_lossy().into_owned() })
}

#[test]
fn r206_a_closed_case_becomes_a_pack_that_reads_without_the_program() {
    let world = World::new(2061);
    let mut window = world.station_on_disk("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = closed(&mut window);
    let folder = tempfile::tempdir().unwrap();
    let open = write(&mut window, case, folder.path()).unwrap_err();
    assert_eq!(open, Failure::BadValue { code: "archive_not_closed".into(), arg: String::new() });
    window.act(case, Command::Archive);
    let packed = must("a pack", write(&mut window, case, folder.path()));
    assert_eq!(packed.files, 9, "metadata, acts, story, papers, two pictures, hashes, seal");
    assert!(!packed.name.contains(SUN_LINA.name) && packed.name.is_ascii(), "nothing personal in a file's name");

    let bytes = fs::read(folder.path().join(&packed.name)).unwrap();
    let checked = must("every file is as it was packed", archive::verify(&bytes, None));
    let number = window.page(case).row.number;
    assert_eq!((checked.files, checked.number.as_str()), (9, number.as_str()));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut text = |name: &str| std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&text("00-metadata.json")).unwrap();
    for (key, value) in [
        ("item_code", "YB-001"),
        ("number", number.as_str()),
        ("applicant", "孙丽娜"),
        ("received", "2026-03-02 09:00"),
        ("decided", "2026-03-02 09:00"),
        ("handlers", "林芳"),
        ("keep_until", "2036-12-31"),
    ] {
        assert_eq!(metadata[key], value, "{key}");
    }
    assert!(text("00-metadata.txt").contains("申请人：孙丽娜"), "for people too");
    assert!(text("01-story.txt").contains("收件，给回执"));
    assert!(text("02-papers.txt").starts_with("01 "), "papers in order");

    let mut changed = bytes.clone();
    let at = bytes.windows(4).position(|window| window == b"\xFF\xD8\xFF\xE0").unwrap() + 500;
    changed[at] ^= 1;
    assert_eq!(archive::verify(&changed, None), Err(Fault::Changed { name: "papers/001.jpg".into() }));
}

#[test]
fn r206_packing_twice_changes_nothing_and_a_correction_is_another_pack() {
    let world = World::new(2062);
    let mut window = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    window.add_person(LIN_FANG);
    window.add_person(TIAN_WEIGUO);
    window.lock();
    must("the window signs in", window.sign_in(LIN_FANG, PIN));
    let case = closed(&mut window);
    window.act(case, Command::Archive);
    let folder = tempfile::tempdir().unwrap();
    let first = must("a pack", write(&mut window, case, folder.path()));
    let bytes = fs::read(folder.path().join(&first.name)).unwrap();
    world.at("2026-04-07T09:00");
    assert_eq!(must("the same", write(&mut window, case, folder.path())), first);
    assert_eq!(fs::read(folder.path().join(&first.name)).unwrap(), bytes, "read-only and as it was");
    let reason = "回执上的电话抄错了".to_owned();
    window.act(case, Command::Correct { field: Field::Phone, value: "13800138000".into(), reason });
    let second = must("another", write(&mut window, case, folder.path()));
    assert_ne!(second.name, first.name, "beside the first, never over it");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

    window.lock();
    must("the supervisor signs in", window.sign_in(TIAN_WEIGUO, PIN));
    let lines = window.ask(ListReveals { month: jiff::civil::date(2026, 3, 2) }).lines;
    assert_eq!(lines.iter().filter(|line| line.seen == Seen::Archived).count(), 1, "that it left is written down");
}

#[test]
fn r207_a_file_is_kept_for_its_class_and_goes_by_a_list_that_two_sign() {
    let world = World::completed_with(2063, |items| {
        let item = items.iter_mut().find(|item| item["code"] == "YB-002");
        must("an item", item.ok_or("none"))["keep"] = "thirty".into();
    });
    let (mut window, case) = window_with_a_closed_case(&world);
    let page = window.act(case, Command::Archive);
    assert_eq!((page.keeping, page.keep_until), (Some(Term::Ten), Some(day("2036-12-31"))), "a proxy record (D101)");
    let longer = window.receive(&SUN_LINA, "YB-002");
    assert_eq!(window.page(longer).keeping, Some(Term::Thirty), "as its department has set it");
    let homestead = window.receive(&SUN_LINA, "NM-031");
    assert_eq!(
        window.page(homestead).keeping,
        Some(Term::Thirty),
        "land and household without a word of the department"
    );
    for _ in 0..4 {
        window.sync(&world.hub);
    }
    assert!(matches!(window.call(ListExpired {}), Err(Failure::Denied { .. })), "no agent's list");
    window.lock();
    world.at("2036-12-31T10:00");
    must("the administrator", window.sign_in(LUO_JIE, PIN));
    assert_eq!(window.ask(ListExpired {}), [], "its last day");
    window.lock();
    world.at("2037-01-04T10:00");
    must("the administrator", window.sign_in(LUO_JIE, PIN));
    let list = window.ask(ListExpired {});
    let [file] = list.as_slice() else { panic!("one file: {list:?}") };
    assert_eq!((file.id, file.class, file.closed), (case, Term::Ten, day("2026-05-20")));
    let sign = |ids: &[CaseId], second: &str, pin: &str| SignDestruction {
        ids: ids.to_vec(),
        second: must("a staff number", second.parse()),
        pin: pin.into(),
    };
    let alone = window.call(sign(&[case], LUO_JIE, PIN)).err();
    assert_eq!(alone, Some(Failure::BadValue { code: "second_same".into(), arg: String::new() }), "two signatures");
    assert!(matches!(window.call(sign(&[case], TIAN_WEIGUO, "000000")), Err(Failure::WrongPin { .. })));
    assert_eq!(window.call(sign(&[longer], TIAN_WEIGUO, PIN)).err(), Some(Failure::NotFound), "only by the list");
    let register = window.ask(sign(&[case], TIAN_WEIGUO, PIN));
    assert_eq!(register.len(), 1);
    assert_eq!(
        (register[0].file.number.as_str(), &register[0].signed),
        (file.number.as_str(), &["罗杰".to_owned(), "田卫国".to_owned()])
    );
    assert_eq!((window.ask(ListExpired {}), window.ask(ListDestroyed {})), (Vec::new(), register), "the line stays");
    window.lock();
    must("the supervisor", window.sign_in(TIAN_WEIGUO, PIN));
    assert_eq!(window.call(OpenCase { id: case }).err(), Some(Failure::NotFound), "it is gone");
    assert_eq!(window.page(longer).row.id, longer, "and nothing else");
}

#[test]
fn k1_what_comes_late_for_a_destroyed_file_harms_nothing_beside_it() {
    let world = World::new(2064);
    let mut other = world.station("石拐区政务服务中心二号窗", DISTRICT, LIN_FANG);
    let (mut window, case) = window_with_a_closed_case(&world);
    let beside = window.receive(&SUN_LINA, "YB-002");
    world.settle(&mut [&mut window, &mut other]);
    // Before it is sealed, somebody without a line writes into both: one segment carries both.
    other.note(case, "来得太晚的话");
    other.note(beside, "旁边的件也写了一句");
    window.act(case, Command::Archive);
    window.sync(&world.hub);
    window.lock();
    world.at("2037-01-04T10:00");
    must("the administrator", window.sign_in(LUO_JIE, PIN));
    let second = must("a staff number", TIAN_WEIGUO.parse());
    window.ask(SignDestruction { ids: vec![case], second, pin: PIN.into() });
    world.at("2026-05-21T09:00");
    window.lock();
    must("the window signs in", window.sign_in(LIN_FANG, PIN));
    world.settle(&mut [&mut other, &mut window]);
    assert_eq!(window.call(OpenCase { id: case }).err(), Some(Failure::NotFound), "it does not come back");
    let told = window.page(beside).story;
    assert!(told.iter().any(|line| line.detail.contains("旁边的件")), "the other one has what was written: {told:?}");
    assert_eq!(window.view().problems, [], "and nothing is called damaged");
}
