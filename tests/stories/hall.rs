//! A hall on a full morning: numbers, who goes first, and how long people waited.

use daiban_model::access::{Action, Denied};
use daiban_model::api::{CallNumber, Failure, GetQueue, GroupQueue, Queue, TakeNumber};
use daiban_model::queue::{First, Group};
use daiban_tests::world::{BAICAIGOU, DISTRICT, QIMUGE, SU_TING, Station, World, must};

fn group(letter: char) -> Group {
    must("a letter", letter.try_into())
}

fn only(queue: &Queue) -> &GroupQueue {
    let [group] = queue.groups.as_slice() else { panic!("one group: {queue:?}") };
    group
}

fn take(hall: &mut Station, first: Option<First>) -> Queue {
    hall.ask(TakeNumber { group: group('A'), first })
}

fn call(hall: &mut Station) -> (String, Queue) {
    let queue = hall.ask(CallNumber { group: group('A'), window: 5 });
    (only(&queue).called[0].to_string(), queue)
}

#[test]
fn r127_fourteen_numbers_and_the_wheelchair_after_the_third() {
    let world = World::new(2701);
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, SU_TING);
    // Fourteen come in the first hour; the ninth in a wheelchair.
    for no in 1..=8 {
        world.at(&format!("2026-03-02T09:{:02}", no - 1));
        take(&mut hall, None);
    }
    for (at, no) in [("2026-03-02T09:07", "A001"), ("2026-03-02T09:08", "A002"), ("2026-03-02T09:09", "A003")] {
        world.at(at);
        assert_eq!(call(&mut hall).0, no);
    }
    world.at("2026-03-02T09:09");
    let queue = take(&mut hall, Some(First::Disabled));
    let next = only(&queue).waiting[0];
    assert_eq!((next.to_string().as_str(), next.first), ("A009", Some(First::Disabled)), "with the reason");
    world.at("2026-03-02T09:10");
    assert_eq!(call(&mut hall).0, "A009", "after A003, before whoever came earlier");
    // A power cut; what was given and called stands.
    hall.kill();
    must("the machine starts again", hall.try_restart());
    for no in 4..=8 {
        world.at(&format!("2026-03-02T09:{:02}", no + 7));
        assert_eq!(call(&mut hall).0, format!("A{no:03}"), "then in turn");
    }
    for no in 10..=14 {
        world.at(&format!("2026-03-02T09:{:02}", no + 30));
        take(&mut hall, None);
        world.at(&format!("2026-03-02T09:{:02}", no + 38));
        assert_eq!(call(&mut hall).0, format!("A{no:03}"));
    }
    let queue = hall.ask(GetQueue {});
    let all = only(&queue);
    assert_eq!((all.given, all.waiting.len(), all.mean_minutes), (14, 0, Some(7)), "{all:?}");
    world.at("2026-03-03T09:00");
    assert_eq!(hall.ask(GetQueue {}).groups, [], "a new day begins with A001");
    let told = only(&take(&mut hall, None)).waiting[0].to_string();
    assert_eq!(told, "A001");
}

#[test]
fn r127_a_village_agent_gives_no_numbers() {
    let world = World::new(2702);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let denied = Failure::Denied { action: Action::Queue, why: Denied::Role };
    assert_eq!(village.call(TakeNumber { group: group('A'), first: None }), Err(denied.clone()));
    assert_eq!(village.call(GetQueue {}), Err(denied));
}
