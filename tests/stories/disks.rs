//! Disks that are full, copied, put back from a copy, or lose the cache of rows.

use daiban_core::edge::Edge as _;
use daiban_core::engine::Turn;
use daiban_core::store::{Batch, Store};
use daiban_district::import;
use daiban_model::api::{Failure, ProblemCode, ReceiveDraft, StorageFault};
use daiban_model::ids::CaseId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, PackageKind};
use daiban_tests::world::{
    BAICAIGOU, Fuse, GAO_JIANPING, JIHULUNTU, Line, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, Station, World,
    ZHAO_YUNFENG, division, must, now,
};

use crate::problems;

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let world = World::new(901);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let draft = village.draft(&QIAN_XIUYING, "MZ-007", Papers::All, |_| ());
    village.shelf().fill();
    let full = Failure::Storage { why: StorageFault::Full };
    assert_eq!(village.call(ReceiveDraft { id: draft }).err(), Some(full.clone()));
    let refused = village.try_act(case, daiban_model::case::Command::Note { text: "x".into() }).err();
    assert_eq!(refused, Some(full));
    assert_eq!((village.list().len(), village.page(case).story.len()), (1, 4), "nothing is shown that is not durable");
    village.shelf().make_room();
    village.ask(ReceiveDraft { id: draft });
    village.note(case, "补记");
    village.sync(&world.hub);
    assert_eq!((village.list().len(), village.view().outbox), (2, 0));
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_full_disk_in_the_middle_of_an_exchange_leaves_cursor_and_frame_together() {
    let world = World::new(902);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    township.shelf().fill();
    assert_eq!(township.try_sync(&world.hub).err(), Some(Failure::Storage { why: StorageFault::Full }));
    assert_eq!(problems(&mut township), [ProblemCode::DiskFull], "what to do stands on the exchange page");
    assert_eq!(township.list(), []);
    township.shelf().make_room();
    township.sync(&world.hub);
    assert_eq!((township.knows(), problems(&mut township)), (village.knows(), vec![]));
}

#[test]
fn a_full_disk_at_the_hub_is_the_hubs_fault_and_passes() {
    let world = World::new(903);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    world.hub.shelf().fill();
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![ProblemCode::HubFault], 1));
    world.hub.shelf().make_room();
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![], 0));
    assert_eq!(world.hub.end(division(BAICAIGOU)), 1, "the failed try left no gap");
}

/// A station with three cases at the hub, and a copy of its disk from when it had one.
fn restored(seed: u64) -> (World, Station) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let last_week = village.shelf().image();
    for person in [&QIAN_XIUYING, &SUN_LINA] {
        world.pass(60);
        village.receive(person, "MZ-007");
        village.sync(&world.hub);
    }
    village.kill();
    village.shelf().put_back(&last_week);
    village.restart();
    assert_eq!(village.list().len(), 1, "the disk of last week");
    (world, village)
}

#[test]
fn a_disk_put_back_from_last_week_gets_back_what_the_hub_has_of_it() {
    let (world, mut village) = restored(904);
    village.sync(&world.hub);
    assert_eq!(village.list().len(), 3, "its own cases come home");
    world.pass(24 * 60);
    village.receive(&ZHAO_YUNFENG, "RS-003");
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![]));
    assert_eq!((world.hub.end(division(BAICAIGOU)), world.hub.verify().faults), (4, vec![]));
}

#[test]
fn a_disk_put_back_and_worked_on_before_it_met_the_hub_loses_neither_side() {
    let (world, mut village) = restored(905);
    world.pass(24 * 60);
    village.line = Line::Cut;
    let old = village.list()[0].id;
    village.note(old, "还原之后写的");
    village.receive(&ZHAO_YUNFENG, "RS-003");
    village.line = Line::Open;
    village.sync(&world.hub);
    world.settle(&mut [&mut village]);
    assert_eq!((village.list().len(), village.view().outbox), (4, 0), "both histories, all of it at the hub");
    assert_eq!(problems(&mut village), [ProblemCode::Forked], "and the person is told");
    assert_eq!(world.hub.verify().faults, []);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    assert_eq!(township.knows(), village.knows());
}

#[test]
fn two_laptops_from_one_disk_image_both_keep_working() {
    let world = World::new(906);
    let mut first = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    first.sync(&world.hub);
    let mut second = first.copy(world.clock());
    for (station, person) in [(&mut first, &QIAN_XIUYING), (&mut second, &SUN_LINA)] {
        station.receive(person, "RS-003");
        station.sync(&world.hub);
    }
    for n in 0..3 {
        world.pass(30);
        for station in [&mut first, &mut second] {
            let case = station.list()[0].id;
            station.note(case, &format!("第 {n} 次"));
        }
        world.settle(&mut [&mut first, &mut second]);
    }
    assert_eq!((first.list().len(), first.knows()), (3, second.knows()), "nothing of either is lost");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn two_copies_of_a_disk_with_stopped_clocks_write_into_one_case_and_both_lines_stay() {
    let world = World::new(908);
    let mut first = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = first.receive(&ZHAO_YUNFENG, "MZ-007");
    first.sync(&world.hub);
    let mut second = first.copy(world.clock());
    // Both hybrid clocks go on from one reading, and neither wall clock helps them apart.
    first.clock().set(Wall(0));
    second.clock().set(Wall(0));
    first.note(case, "甲机写的");
    second.note(case, "乙机写的");
    let now = world.hub.clock().now();
    first.clock().set(now);
    second.clock().set(now);
    world.settle(&mut [&mut first, &mut second]);
    for station in [&mut first, &mut second] {
        let story = station.page(case).story;
        let mut notes: Vec<&str> =
            story.iter().filter(|line| line.kind == "noted").map(|line| line.detail.as_str()).collect();
        notes.sort_unstable();
        assert_eq!(notes, ["乙机写的", "甲机写的"], "no act hides another one");
    }
}

#[test]
fn a_station_killed_while_it_begins_anew_sends_what_it_wrote_in_the_order_of_writing() {
    for (seed, fuse) in [(909, Fuse::Before(0)), (910, Fuse::After(0))] {
        let (world, mut village) = restored(seed);
        world.pass(24 * 60);
        let earlier = village.receive(&ZHAO_YUNFENG, "RS-003");
        // The machine goes off at the first commit after the hub said that it has another history of these numbers.
        let mut out = village.next_request().unwrap().expect("a request");
        village.hazard().light(fuse);
        while village.answered(Line::Open.carry(&world.hub, &out)).is_ok() {
            out = village.next_request().unwrap().expect("a request until the numbers are refused");
        }
        village.kill();
        village.restart();
        world.pass(1);
        let later = village.receive(&QIAN_XIUYING, "CL-001");
        world.settle(&mut [&mut village]);
        let feed = now(world.hub.shelf().after(division(BAICAIGOU), 0, usize::MAX)).unwrap();
        let docs: Vec<_> = feed.iter().flat_map(|entry| &entry.records).map(|(doc, ..)| *doc).collect();
        let place = |case: CaseId| docs.iter().position(|doc| doc == case.0.as_bytes());
        assert!(place(earlier).is_some() && place(earlier) < place(later), "{fuse:?}: what was written first is first");
    }
}

#[test]
fn rows_wiped_and_folded_anew_are_equal() {
    let world = World::new(907);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    for item in ["MZ-007", "RS-003", "CL-001"] {
        let case = village.receive_with(&ZHAO_YUNFENG, item, Papers::Without(0), |_| ()).cases[0];
        world.settle(&mut [&mut village, &mut township]);
        village.note(case, "村里记一笔");
        township.note(case, "苏木记一笔");
    }
    world.settle(&mut [&mut village, &mut township]);
    let (before, found) = (village.knows(), village.search("一笔").len());
    village.shelf().wipe_rows();
    assert_eq!(village.list(), [], "the cache is empty");
    assert_eq!(village.refold().len(), 3, "every row comes back");
    assert_eq!((village.knows(), village.search("一笔").len()), (before, found), "S4: rows are a cache of documents");
    assert_eq!(
        (village.refold(), township.refold()),
        (vec![], vec![]),
        "a row that was kept up is the row folded anew"
    );
}

#[test]
fn no_case_number_is_given_twice_after_a_disk_was_put_back() {
    let (world, mut village) = restored(908);
    village.sync(&world.hub);
    let numbers = |station: &mut Station| {
        let mut numbers: Vec<String> = station.list().into_iter().map(|row| row.number).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers(&mut village).len(), 3, "the two of this week came back");
    village.receive(&ZHAO_YUNFENG, "GA-001");
    let all = numbers(&mut village);
    let counters: Vec<&str> = all.iter().map(|number| &number[number.len() - 4..]).collect();
    assert_eq!(counters, ["0001", "0002", "0003", "0004"], "R77: {all:?}");
}

/// A station with these cases whose rows all show another name than their documents.
fn with_wrong_rows(seed: u64) -> (World, Station, Vec<CaseId>) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut cases = Vec::new();
    for person in [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA] {
        cases.push(village.receive(person, "MZ-007"));
        world.pass(1);
    }
    let mut rows = village.rows_of_all();
    rows.iter_mut().for_each(|row| row.shown.name = "旧名".to_owned());
    must("rows", now(village.shelf().commit(Batch { rows, ..Batch::default() })));
    (world, village, cases)
}

fn names(station: &mut Station, cases: &[CaseId]) -> Vec<String> {
    let rows = station.list();
    let name = |case: &CaseId| rows.iter().find(|row| row.id == *case).map(|row| row.name.clone()).unwrap_or_default();
    cases.iter().map(name).collect()
}

#[test]
fn a_refold_that_was_cut_short_goes_on_when_somebody_signs_in() {
    let (_, mut village, cases) = with_wrong_rows(909);
    village.restart();
    assert_eq!(names(&mut village, &cases), ["旧名", "旧名", "旧名"], "nothing is due: nothing is looked at");
    let mut docs: Vec<[u8; 16]> = cases.iter().map(|case| *case.0.as_bytes()).collect();
    docs.sort_unstable();
    let mark = |doc: Option<[u8; 16]>| Some(wire::encode(&doc));
    village.put_state("refold", mark(Some(docs[0])));
    village.restart();
    assert_eq!(names(&mut village, &cases), ["旧名", "钱秀英", "孙丽娜"], "from where the power went");
    assert_eq!(village.states("refold"), [], "and is not due any more");
    village.put_state("refold", mark(None));
    village.restart();
    assert_eq!(names(&mut village, &cases), ["赵云凤", "钱秀英", "孙丽娜"]);
}

#[test]
fn rows_that_another_version_made_are_made_anew() {
    let (_, mut village, cases) = with_wrong_rows(910);
    village.put_state("rows", None);
    village.restart();
    assert_eq!(names(&mut village, &cases), ["赵云凤", "钱秀英", "孙丽娜"]);
    assert_eq!(village.states("rows").len(), 1, "and the next start has nothing to do");
}

#[test]
fn a_new_calendar_and_the_mark_that_rows_are_due_land_together() {
    let (world, mut village, cases) = with_wrong_rows(911);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
    let content = import::read(std::path::Path::new(file)).unwrap();
    world.hub.publish(PackageKind::Calendar, &import::calendar(&content).unwrap());
    while let Some(out) = must("a request", village.next_request()) {
        let answer = village.line.carry(&world.hub, &out);
        if must("the answer", village.answered(answer)) == Turn::Done {
            break;
        }
    }
    // The power goes before a single row was looked at.
    village.kill();
    assert_eq!(village.states("refold").len(), 1, "the mark is on the disk");
    village.restart();
    assert_eq!(names(&mut village, &cases), ["赵云凤", "钱秀英", "孙丽娜"]);
}

#[test]
fn a_document_that_does_not_open_is_flagged_and_does_not_stop_the_others() {
    let (_, mut village, cases) = with_wrong_rows(912);
    village.shelf().spoil(&[*cases[1].0.as_bytes()]);
    village.refold();
    assert_eq!(names(&mut village, &cases), ["赵云凤", "旧名", "孙丽娜"], "the others, and its last row stays");
    let told = |station: &mut Station| {
        let problems = station.view().problems;
        problems.iter().map(|problem| (problem.code, problem.records)).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut village), [(ProblemCode::UnreadableCase, 1)]);
    village.refold();
    village.restart();
    assert_eq!(told(&mut village), [(ProblemCode::UnreadableCase, 1)], "once, and still there after a restart");
    village.shelf().spoil(&[]);
    village.refold();
    assert_eq!((names(&mut village, &cases)[1].as_str(), told(&mut village)), ("钱秀英", vec![]), "it opens again");
}
