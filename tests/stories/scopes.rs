//! Divisions given to a station and taken from it, certificates that run out or change, and the second order to a revoked station.

use daiban_core::edge::Edge as _;
use daiban_core::store::blobs::Blobs as _;
use daiban_core::store::{PeerId, PeerQuery, Store as _};
use daiban_model::api::{Decided, EnrolmentFault, Failure, GetSession, ListItems, OpenCase, ProblemCode, SessionState};
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_model::wire::{self, Certificate, PackageKind, Signed};
use daiban_tests::world::photo;
use daiban_tests::world::{
    BAICAIGOU, BAO_JINSHAN, GAO_JIANPING, JIHULUNTU, Line, QIAN_XIUYING, QIMUGE, SANCHAKOU, SUN_LINA, Station, World,
    ZHAO_YUNFENG, division, must, now,
};

use crate::problems;

/// The certificate a station keeps of itself.
fn own(station: &Station, world: &World) -> Certificate {
    let device = world.hub.device(&station.name);
    let rows = must("its row", now(station.shelf().peer(PeerQuery::Devices(vec![device])))).devices;
    let signed: Signed = must("a certificate", wire::decode(&rows[0].certificate, 65_536));
    must("a certificate", wire::decode(&signed.bytes, 65_536))
}

#[test]
fn a_division_that_is_given_is_filled_and_written_for() {
    let world = World::new(1201);
    let mut van = world.station_for("苏木流动服务车", JIHULUNTU, &[BAICAIGOU], GAO_JIANPING);
    let mut village = world.station("三岔口便民服务站", SANCHAKOU, BAO_JINSHAN);
    for person in [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA] {
        village.receive(person, "MZ-007");
    }
    world.settle(&mut [&mut van, &mut village]);
    assert_eq!((village.list().len(), van.list().len()), (3, 0), "it does not come there yet");
    let given = world.hub.give("苏木流动服务车", &[SANCHAKOU]);
    assert_eq!(given.scopes, [division(BAICAIGOU), division(SANCHAKOU)]);
    van.sync(&world.hub);
    assert_eq!((own(&van, &world), problems(&mut van)), (given.clone(), vec![]), "it has its new certificate");
    assert_eq!((van.knows(), van.list().len()), (village.knows(), 3), "and in the same run all there is");
    let case = village.list()[0].id;
    van.note(case, "车到村里办的");
    world.settle(&mut [&mut van, &mut village]);
    assert_eq!(village.page(case).story[0].detail, "车到村里办的", "what is written there goes to those who read it");
    van.restart();
    assert_eq!(own(&van, &world).serial, given.serial, "a certificate in use stays so");
    assert_eq!(van.sync(&world.hub).requests, 1, "and nothing is asked twice");
    let again = world.hub.give("苏木流动服务车", &[SANCHAKOU]);
    assert_eq!(again.serial, given.serial, "what it serves already changes nothing");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_certificate_that_ran_out_while_nobody_could_come_is_renewed_and_everything_is_taken() {
    let world = World::new(1202);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut village, &mut township]);
    let before = own(&village, &world);
    village.note(case, "下了大雪，路断了");
    world.at("2028-09-01T09:00");
    village.note(case, "路通了");
    assert!(before.not_after < 1_850_000_000_000, "it ran out in the spring of 2028");
    village.sync(&world.hub);
    let after = own(&village, &world);
    assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![]), "all of it was taken");
    assert!(after.serial > before.serial && after.not_after > before.not_after + 70_000_000_000, "for two years more");
    assert_eq!(Certificate { serial: before.serial, not_after: before.not_after, ..after.clone() }, before);
    township.sync(&world.hub);
    assert_eq!(township.knows(), village.knows(), "others take what was written under either of them");
    village.sync(&world.hub);
    assert_eq!(own(&village, &world), after, "not each time anew");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_certificate_comes_on_a_stick_too_and_late_letters_bring_none_back() {
    let world = World::new(1203);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let (first, second) = (must("a stick", tempfile::tempdir()), must("a stick", tempfile::tempdir()));
    let old = world.hub.renew("白菜沟便民服务站");
    village.write_stick(first.path());
    world.hub.take_stick(first.path());
    let new = world.hub.renew("白菜沟便民服务站");
    village.write_stick(second.path());
    world.hub.take_stick(second.path());
    village.read_stick(second.path());
    assert_eq!((own(&village, &world), village.view().outbox), (new.clone(), 0));
    village.read_stick(first.path());
    assert_eq!(own(&village, &world), new, "a letter that is late changes nothing");
    assert!(old.serial < new.serial, "although it brought one");
}

#[test]
fn a_hub_that_went_back_hears_of_certificates_it_gave_since() {
    let world = World::new(1204);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let backup = world.hub.back_up();
    let given = world.hub.give("白菜沟便民服务站", &[SANCHAKOU]);
    village.sync(&world.hub);
    world.hub.restore(&backup);
    village.sync(&world.hub);
    let device = world.hub.device("白菜沟便民服务站");
    let known = world.hub.devices().into_iter().find(|view| view.device == device).map(|view| view.scopes);
    assert_eq!(known, Some(given.scopes.clone()), "the station shows what it has");
    let next = world.hub.renew("白菜沟便民服务站");
    assert!(next.serial > given.serial + 500, "numbers given since the backup are not given again");
    village.sync(&world.hub);
    assert_eq!((own(&village, &world), problems(&mut village)), (next, vec![]));
}

#[test]
fn a_hub_of_an_earlier_version_is_asked_as_before() {
    let world = World::new(1205);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    village.line = Line::Older;
    let few = serde_json::json!({"version": 7, "valid_from": "2026-03-03", "items": []});
    world.hub.publish(PackageKind::Catalogue, &few);
    village.sync(&world.hub);
    let items = village.ask(ListItems { text: String::new(), category: String::new() });
    assert_eq!((items.version, problems(&mut village)), (7, vec![]), "what is published arrives");
}

/// All that a station has of a division, whoever asks; nothing, where it has erased it.
fn left_of(station: &Station, scope: ScopeCode) -> Vec<String> {
    let shelf = station.shelf();
    let mut left: Vec<String> =
        station.keeps().iter().filter(|(state, _)| state.scope == scope).map(|one| format!("{one:?}")).collect();
    left.extend(station.rows_of_all().iter().filter(|row| row.scope == scope).map(|row| format!("{row:?}")));
    let marks = must("cursors", now(shelf.peer(PeerQuery::Cursors(PeerId::Hub))));
    left.extend(marks.cursors.iter().chain(&marks.ends).filter(|at| at.scope == scope).map(|at| format!("{at:?}")));
    let beyond = must("segments", now(shelf.peer(PeerQuery::Beyond { scope, seq: 0 }))).beyond;
    left.extend(beyond.iter().map(|one| format!("{one:?}")));
    left.extend(must("a feed", now(shelf.after(scope, 0, usize::MAX))).iter().map(|entry| format!("{entry:?}")));
    left
}

/// A service van that works for two villages, with a case of its own in the one that will be taken.
fn van(seed: u64) -> (World, Station, Station, CaseId) {
    let world = World::new(seed);
    let mut van = world.station_for("苏木流动服务车", JIHULUNTU, &[SANCHAKOU, BAICAIGOU], GAO_JIANPING);
    let mut village = world.station("三岔口便民服务站", SANCHAKOU, BAO_JINSHAN);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let case = van.receive(&SUN_LINA, "RS-003");
    world.settle(&mut [&mut van, &mut village]);
    assert_eq!((van.list().len(), village.list().len()), (2, 2));
    (world, van, village, case)
}

#[test]
fn a_division_that_is_taken_is_delivered_first_and_then_leaves_nothing() {
    let (world, mut van, mut village, case) = van(1206);
    let scope = division(SANCHAKOU);
    // Far from any road: she writes on, with a photograph, and the district decides meanwhile.
    van.line = Line::Cut;
    van.note(case, "车在沟里记的");
    let page = must("a photograph", van.attach(case, "死亡证明或火化证明", "证.jpg", &photo::photo(3)));
    let whole = page.files[0].hash;
    assert!(must("a content", van.files().whole(whole, 0)).is_some());
    let taken = world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    assert_eq!(taken.scopes, [division(BAICAIGOU)]);
    van.sync(&world.hub);
    van.line = Line::Open;
    van.sync(&world.hub);
    van.sync(&world.hub);
    assert_eq!((van.view().outbox, problems(&mut van)), (0, vec![]), "what was owed is delivered");
    assert!(!left_of(&van, scope).is_empty(), "and the hub has no backup of it yet");
    assert_eq!((van.list(), van.search("孙丽娜")), (vec![], vec![]), "not for her any more");
    world.hub.back_up();
    van.sync(&world.hub);
    assert_eq!(left_of(&van, scope), Vec::<String>::new(), "and nothing of the division is left");
    assert_eq!((van.list(), van.search("孙丽娜")), (vec![], vec![]), "not a row, not a word");
    assert_eq!(van.call(OpenCase { id: case }).err(), Some(Failure::NotFound));
    assert_eq!(must("a content", van.files().whole(whole, 0)), None, "nor the photograph");
    village.sync(&world.hub);
    let story = village.page(case).story;
    assert_eq!(story.first().map(|line| line.kind.as_str()), Some("file_added"), "those who stay have it all");
    assert!(story.iter().any(|line| line.detail == "车在沟里记的"));
    let view = world.hub.devices().into_iter().find(|view| view.station == "苏木流动服务车");
    assert_eq!(view.map(|view| (view.leaving, view.erased)), Some((vec![], vec![scope])), "the district was told so");
    let decisions: Vec<Decided> = van.view().decisions.iter().map(|decision| decision.what).collect();
    assert_eq!(decisions, [Decided::Forgotten], "and the agent");
    assert_eq!(van.sync(&world.hub).requests, 1, "it is over");
    van.restart();
    assert_eq!((van.list(), world.hub.verify().faults), (vec![], vec![]));
}

#[test]
fn what_is_owed_of_a_division_that_leaves_is_not_erased_and_not_shown() {
    let (world, mut van, _, case) = van(1207);
    world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    // It hears of it, and the machine goes off in the middle; then the road is gone before anything could be sent.
    let heard = |van: &mut Station| van.view().decisions.iter().any(|one| one.what == Decided::Leaving);
    while !heard(&mut van) {
        let out = must("a request", van.next_request()).expect("a request until it hears of it");
        must("an answer", van.answered(Line::Open.carry(&world.hub, &out)));
    }
    van.kill();
    van.restart();
    assert_eq!(
        (van.list(), van.call(OpenCase { id: case }).err()),
        (vec![], Some(Failure::NotFound)),
        "not for her any more"
    );
    assert!(!left_of(&van, division(SANCHAKOU)).is_empty(), "although it is still here");
    van.sync(&world.hub);
    world.hub.back_up();
    van.sync(&world.hub);
    assert_eq!(left_of(&van, division(SANCHAKOU)), Vec::<String>::new());
}

#[test]
fn x13_a_hub_that_goes_back_is_filled_by_a_station_that_is_to_forget() {
    let (world, mut van, mut village, case) = van(1215);
    let scope = division(SANCHAKOU);
    let backup = world.hub.back_up();
    van.note(case, "备份以后记的");
    van.sync(&world.hub);
    world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    van.sync(&world.hub);
    assert_eq!((van.view().outbox, van.list().len()), (0, 0), "it has a receipt for all of it, and has heard");
    world.hub.restore(&backup);
    van.sync(&world.hub);
    village.sync(&world.hub);
    assert!(village.page(case).story.iter().any(|line| line.detail == "备份以后记的"), "nobody else had it");
    assert!(!left_of(&van, scope).is_empty(), "and it may be needed once more");
    world.hub.restore(&backup);
    van.sync(&world.hub);
    let backup = world.hub.back_up();
    van.sync(&world.hub);
    assert_eq!(left_of(&van, scope), Vec::<String>::new());
    let view = world.hub.devices().into_iter().find(|view| view.station == "苏木流动服务车");
    assert_eq!(
        view.map(|view| (view.leaving, view.erased)),
        Some((vec![], vec![scope])),
        "the hub had forgotten that too"
    );
    world.hub.restore(&backup);
    world.settle(&mut [&mut van, &mut village]);
    assert_eq!(left_of(&van, scope), Vec::<String>::new(), "of what is gone nothing comes back");
    assert_eq!((problems(&mut van), problems(&mut village), world.hub.verify().faults), (vec![], vec![], vec![]));
    assert!(village.page(case).story.iter().any(|line| line.detail == "备份以后记的"));
}

#[test]
fn a_hub_that_went_back_to_a_time_before_the_word_hears_it_again() {
    let (world, mut van, _, _) = van(1218);
    let (name, scope) = ("苏木流动服务车", division(SANCHAKOU));
    van.sync(&world.hub);
    world.hub.take_away(name, &[SANCHAKOU]);
    let backup = world.hub.back_up();
    van.sync(&world.hub);
    van.sync(&world.hub);
    assert_eq!(left_of(&van, scope), Vec::<String>::new());
    let told =
        || world.hub.devices().into_iter().find(|view| view.station == name).map(|view| (view.leaving, view.erased));
    assert_eq!(told(), Some((vec![], vec![scope])));
    world.hub.restore(&backup);
    assert_eq!(told(), Some((vec![scope], vec![])), "the order is in the backup, the word is not");
    // The station shows the last certificate, and has carried out all that came with it.
    van.sync(&world.hub);
    assert_eq!((told(), left_of(&van, scope), problems(&mut van)), (Some((vec![], vec![scope])), vec![], vec![]));
    let end = van.sync(&world.hub).requests;
    assert_eq!(end, 1, "and then it is over");
}

#[test]
fn x14_work_that_waited_at_the_hub_gets_its_number_although_its_division_leaves() {
    let (world, mut van, _, case) = van(1216);
    let mut desk = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    van.line = Line::Cut;
    van.note(case, "搬走以前记的");
    world.hub.move_case(case, BAICAIGOU);
    desk.sync(&world.hub);
    van.open_to_neighbours();
    desk.open_to_neighbours();
    must("they meet", van.meet(&mut desk));
    van.note(case, "听说搬走以后记的");
    world.hub.take_away("苏木流动服务车", &[BAICAIGOU]);
    van.line = Line::Open;
    // The second note waits until the first is carried on, and so is receipted without a number.
    for _ in 0..3 {
        van.sync(&world.hub);
        world.hub.back_up();
    }
    assert_eq!((left_of(&van, division(BAICAIGOU)), problems(&mut van)), (vec![], vec![]));
    desk.sync(&world.hub);
    let story = desk.page(case).story;
    for text in ["搬走以前记的", "听说搬走以后记的"] {
        assert!(story.iter().any(|line| line.detail == text), "{text}");
    }
}

#[test]
fn a_division_that_is_given_back_comes_whole_and_goes_on() {
    let (world, mut van, mut village, case) = van(1208);
    world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    van.sync(&world.hub);
    world.hub.back_up();
    van.sync(&world.hub);
    assert_eq!(left_of(&van, division(SANCHAKOU)), Vec::<String>::new());
    village.note(case, "她走以后记的");
    village.sync(&world.hub);
    world.hub.give("苏木流动服务车", &[SANCHAKOU]);
    van.sync(&world.hub);
    assert_eq!(van.knows(), village.knows(), "own work too, of which only hashes were left");
    van.note(case, "又回来了");
    world.settle(&mut [&mut van, &mut village]);
    assert_eq!((van.knows(), problems(&mut van)), (village.knows(), vec![]), "its numbers go on");
    assert_eq!(world.hub.verify().faults, []);
    let what: Vec<Decided> = van.view().decisions.iter().map(|decision| decision.what).collect();
    assert_eq!(what, [Decided::Given]);
}

#[test]
fn a_disk_from_before_a_division_was_taken_is_told_again_and_heard_again() {
    let (world, mut van, mut village, case) = van(1209);
    van.line = Line::Cut;
    van.note(case, "没发出去的");
    let before = van.shelf().image();
    van.line = Line::Open;
    world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    van.sync(&world.hub);
    world.hub.back_up();
    van.sync(&world.hub);
    assert_eq!(left_of(&van, division(SANCHAKOU)), Vec::<String>::new());
    van.kill();
    van.shelf().put_back(&before);
    van.restart();
    van.note(case, "盘倒回去以后写的");
    for _ in 0..3 {
        van.sync(&world.hub);
        world.hub.back_up();
    }
    assert_eq!((van.view().outbox, left_of(&van, division(SANCHAKOU))), (0, vec![]), "once more");
    village.sync(&world.hub);
    assert!(village.page(case).story.iter().any(|line| line.detail == "盘倒回去以后写的"), "nothing of it was dropped");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_division_is_taken_and_given_by_stick_too() {
    let (world, mut van, _, case) = van(1211);
    let stick = must("a stick", tempfile::tempdir());
    van.note(case, "要用优盘送的");
    world.hub.take_away("苏木流动服务车", &[SANCHAKOU]);
    for _ in 0..3 {
        van.write_stick(stick.path());
        world.hub.take_stick(stick.path());
        van.read_stick(stick.path());
        world.hub.back_up();
    }
    assert_eq!((van.view().outbox, left_of(&van, division(SANCHAKOU))), (0, vec![]));
    let view = world.hub.devices().into_iter().find(|view| view.station == "苏木流动服务车");
    assert_eq!(view.map(|view| view.leaving), Some(vec![]), "its word came with a letter");
}

/// Names of the files of a station that hold keys.
fn key_files(station: &Station) -> Vec<String> {
    let names = must("a folder", std::fs::read_dir(station.folder()));
    let names = names.map(|entry| must("an entry", entry).file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("keys.") || name.starts_with("tries.")).collect();
    names.sort();
    names
}

#[test]
fn a_revoked_station_keeps_what_it_has_until_a_second_order_destroys_its_keys() {
    let world = World::new(1212);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    village.note(case, "没来得及送的");
    world.hub.revoke("白菜沟便民服务站");
    village.sync(&world.hub);
    village.restart();
    assert_eq!(
        (village.list().len(), village.page(case).story.len()),
        (1, 5),
        "it only stopped: all of it can be read"
    );
    village.sync(&world.hub);
    assert_eq!(problems(&mut village), [ProblemCode::Revoked]);
    let stick = must("a stick", tempfile::tempdir());
    assert_eq!(village.write_stick(stick.path()).len(), 1, "and what it owes can be carried out");

    world.hub.destroy_keys("白菜沟便民服务站");
    village.sync(&world.hub);
    assert!(matches!(village.ask(GetSession {}).state, SessionState::Destroyed { .. }));
    assert_eq!(key_files(&village), Vec::<String>::new(), "no wrap of the key is left");
    assert!(village.folder().join("daiban.db").exists(), "what it sealed lies where it lay");
    assert_eq!(world.hub.quarantine().len(), 1, "what it owed lies at the district for a person to look at");
    village.kill();
    village.start();
    assert!(matches!(village.ask(GetSession {}).state, SessionState::Destroyed { .. }), "it says so at every start");
    assert!(village.sign_in(QIMUGE, daiban_tests::world::PIN).is_err(), "nobody opens it");
    let again = village.try_enrol(&world.hub, &world.code("白菜沟便民服务站", BAICAIGOU, &[BAICAIGOU]));
    assert_eq!(again.err(), Some(Failure::Enrolment { why: EnrolmentFault::Already }));
}

#[test]
fn the_order_waits_until_what_is_owed_lies_at_the_district() {
    let world = World::new(1213);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    village.note(case, "撤销以前写的");
    world.hub.revoke("白菜沟便民服务站");
    world.hub.destroy_keys("白菜沟便民服务站");
    village.sync(&world.hub);
    assert_eq!(village.page(case).story.len(), 5, "its first contact only brings what it owes");
    assert_eq!(world.hub.quarantine().len(), 1);
    village.sync(&world.hub);
    assert!(matches!(village.ask(GetSession {}).state, SessionState::Destroyed { .. }));
}

#[test]
fn a_destruction_that_was_cut_short_is_finished_at_the_next_start() {
    let world = World::new(1214);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.kill();
    must("the note", daiban_core::keys::destroy::note(village.folder(), village.clock().now()));
    assert!(!key_files(&village).is_empty(), "the power went before the first of them went");
    village.start();
    assert_eq!(key_files(&village), Vec::<String>::new());
    assert!(matches!(village.ask(GetSession {}).state, SessionState::Destroyed { .. }));
}
