//! A week without a road: forty cases, a program that is killed every noon, and one exchange at the end.

use std::collections::BTreeSet;

use daiban_core::store::{PeerId, PeerQuery, Store};
use daiban_model::api::{Failure, Link, ListDrafts, OpenCase, SaveDraft, Sent, Step};
use daiban_model::case::field::Field;
use daiban_model::ids::CaseId;
use daiban_tests::world::{
    BAICAIGOU, FENG_XIAOLIN, GANGFANGDI, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, LONG_NAME, Line, NAREN, Papers, Person,
    QIAN_XIUYING, QIMUGE, SUN_LINA, Shelf, Station, WULAN_TUYA, World, ZHAO_YUNFENG, ZHOU_MEILING, division, now,
};

const DAYS: [&str; 5] = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"];
const ITEMS: [&str; 5] = ["MZ-007", "RS-003", "RS-002", "CL-001", "MZ-001"];
const PEOPLE: [&Person; 8] =
    [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA, &LI_CHUNMEI, &ZHOU_MEILING, &WULAN_TUYA, &FENG_XIAOLIN, &LONG_NAME];

/// Eight people a day, one item each day; every noon the battery runs out in the middle of a draft.
fn a_week(world: &World, village: &mut Station) -> Vec<CaseId> {
    let mut cases = Vec::new();
    for (day, item) in DAYS.into_iter().zip(ITEMS) {
        for (at, person) in PEOPLE.into_iter().enumerate() {
            world.at(&format!("{day}T{:02}:10", 9 + at));
            if at == 3 {
                let draft = village.draft(person, item, Papers::All, |draft| {
                    (draft.step, draft.focus) = (Step::Mandate, "mandate.until".into());
                });
                village.kill();
                village.restart();
                let kept = village.saved(draft);
                assert_eq!((kept.step, kept.focus.as_str()), (Step::Mandate, "mandate.until"), "the same field");
                assert_eq!(kept.person.name, person.name);
                cases.extend(village.ask(daiban_model::api::ReceiveDraft { id: draft }).cases);
            } else {
                cases.push(village.receive(person, item));
            }
            village.sync(&world.hub);
        }
        assert_eq!(village.ask(ListDrafts {}), [], "what came today is registered today (R48)");
    }
    cases
}

#[test]
fn forty_cases_of_a_week_without_a_road_arrive_in_one_exchange() {
    let world = World::new(201);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut foreign = world.station("缸房地便民服务站", GANGFANGDI, NAREN);
    village.line = Line::Cut;
    let cases = a_week(&world, &mut village);
    let numbers: BTreeSet<String> = village.list().into_iter().map(|row| row.number).collect();
    assert_eq!((cases.len(), numbers.len()), (40, 40), "forty cases under forty numbers");
    assert!(numbers.contains("石拐-202202-20260306-01-0008"), "the counter begins anew each day (R77): {numbers:?}");
    let view = village.view();
    assert_eq!((view.state, view.outbox, view.problems.len()), (Link::Offline, 40, 0), "offline is no fault");
    assert_eq!(world.hub.end(division(BAICAIGOU)), 0);

    village.line = Line::Open;
    let trip = village.sync(&world.hub);
    let view = village.view();
    assert_eq!((view.state, view.outbox, view.received_total), (Link::Done, 0, 40), "everything is receipted");
    let end = world.hub.end(division(BAICAIGOU));
    assert_eq!(view.last_receipt.map(|receipt| receipt.seq), Some(end), "under the last number");
    assert!(end <= 8, "what was written offline is sealed when there is a road, not each by itself: {end} segments");
    assert!(trip.requests <= 4, "{trip:?}");
    let feed = now(world.hub.shelf().after(division(BAICAIGOU), 0, usize::MAX)).unwrap();
    assert_eq!(feed.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=end).collect::<Vec<_>>(), "dense");
    assert_eq!(world.hub.verify().faults, []);
    assert!(cases.iter().all(|case| matches!(village.page(*case).sent, Sent::Arrived { .. })));

    township.sync(&world.hub);
    assert_eq!(township.list().len(), 40, "the township sees all of them");
    assert_eq!(township.knows(), village.knows(), "and the same of each");
    foreign.sync(&world.hub);
    assert_eq!((foreign.list(), foreign.search("赵云凤"), foreign.search("0008")), (vec![], vec![], vec![]));
    let hidden = foreign.call(OpenCase { id: cases[0] }).unwrap_err();
    assert_eq!(hidden, Failure::NotFound, "a foreign village is not even told that there is such a case");
    assert!(cases.iter().all(|case| foreign.stored(*case).state.is_none() && foreign.stored(*case).tail.is_empty()));
    let ends = now(foreign.shelf().peer(PeerQuery::Cursors(PeerId::Hub))).unwrap().ends;
    assert_eq!((ends, foreign.rows_of_all()), (vec![], vec![]), "its disk has no byte of them");
}

#[test]
fn drafts_survive_a_kill_at_any_moment_and_are_received_once() {
    let world = World::new(202);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let draft = village.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, |_| ());
    let late = village.saved(draft);
    village.kill();
    village.restart();
    let taken = village.ask(daiban_model::api::ReceiveDraft { id: draft });
    village.kill();
    village.restart();
    assert_eq!(village.list().len(), 1);
    let again = village.call(daiban_model::api::ReceiveDraft { id: draft }).err();
    assert_eq!(again, Some(Failure::NotFound), "pressed twice, received once");
    let late = village.call(SaveDraft { draft: Box::new(late) }).err();
    assert_eq!(late, Some(Failure::NotFound), "a late pause in typing does not bring the draft back");
    assert_eq!((village.ask(ListDrafts {}), village.page(taken.cases[0]).row.name), (vec![], "赵云凤".to_owned()));
}

#[test]
fn on_real_disks_the_same_is_read_after_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_hub(203, Shelf::plain(&folder.path().join("hub.db")).unwrap());
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station_on_disk("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    village.line = Line::Cut;
    let cases: Vec<CaseId> = PEOPLE.into_iter().map(|person| village.receive(person, "MZ-007")).collect();
    let read = |station: &mut Station| {
        (station.list(), cases.iter().map(|case| station.page(*case).story).collect::<Vec<_>>())
    };
    let before = read(&mut village);
    village.kill();
    village.restart();
    assert_eq!(read(&mut village), before, "nothing lived in memory only");
    village.line = Line::LosesReply;
    village.sync(&world.hub);
    village.kill();
    village.restart();
    village.line = Line::Open;
    world.settle(&mut [&mut village, &mut township]);
    village.note(cases[0], "村里记一笔");
    township.note(cases[0], "苏木记一笔");
    township.set(cases[0], Field::Phone, "0472-0000001").unwrap();
    village.set(cases[0], Field::Phone, "0472-0000002").unwrap();
    world.settle(&mut [&mut village, &mut township]);
    let (ours, theirs) = (village.page(cases[0]), township.page(cases[0]));
    assert_eq!((&ours.story, &ours.conflicts), (&theirs.story, &theirs.conflicts));
    assert_eq!((village.list(), ours.conflicts.len()), (township.list(), 1));
    assert_eq!((village.view().outbox, township.view().outbox, world.hub.verify().faults), (0, 0, vec![]));
    assert_eq!((village.refold(), township.refold()), (vec![], vec![]), "rows are what folding anew gives");
}
