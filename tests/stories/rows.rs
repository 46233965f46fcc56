//! Rows of the reliability table whose figure is a count of seeds: 19 and 20.
//!
//! A seed chooses who writes how much, who meets the hub first, and whether the clocks of both machines stood still.

use daiban_core::edge::Edge;
use daiban_model::ids::CaseId;
use daiban_model::stamp::Wall;
use daiban_tests::world::{BAICAIGOU, Line, QIAN_XIUYING, QIMUGE, Returned, SUN_LINA, Station, World, ZHAO_YUNFENG};

/// Seeds of rows 19 and 20.
const SEEDS: u64 = 200;

/// What a seed chooses.
struct Choice {
    first: u64,
    second: u64,
    second_meets_first: bool,
    clocks_stand: bool,
    meets_between: bool,
}

impl Choice {
    fn of(seed: u64) -> Self {
        Self {
            first: seed % 4,
            second: 1 + seed / 4 % 3,
            second_meets_first: seed / 12 % 2 == 1,
            clocks_stand: seed / 24 % 2 == 1,
            meets_between: seed / 48 % 2 == 1,
        }
    }
}

/// A village with a case that the hub has, not counting on any other machine.
fn village(seed: u64) -> (World, Station, CaseId) {
    let world = World::small(seed, &["MZ-007", "RS-003"]);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    (world, village, case)
}

/// Writes notes that tell machine and turn.
fn write(station: &mut Station, case: CaseId, machine: &str, notes: u64) -> Vec<String> {
    let notes: Vec<String> = (0..notes).map(|n| format!("{machine}第{n}条")).collect();
    for note in &notes {
        station.note(case, note);
    }
    notes
}

/// The notes of a case, sorted.
fn notes(station: &mut Station, case: CaseId) -> Vec<String> {
    let story = station.page(case).story;
    let mut notes: Vec<String> =
        story.into_iter().filter(|line| line.kind == "noted").map(|line| line.detail).collect();
    notes.sort_unstable();
    notes
}

fn is_quiet(station: &mut Station, seed: u64) {
    assert_eq!(station.view().outbox, 0, "seed {seed}: {} has delivered everything", station.name);
}

#[test]
fn row_19_two_machines_of_one_disk_lose_nothing_in_two_hundred_seeds() {
    for seed in 0..SEEDS {
        let choice = Choice::of(seed);
        let (world, mut first, case) = village(20_000 + seed);
        let mut second = first.copy(world.clock());
        if choice.clocks_stand {
            first.clock().set(Wall(0));
            second.clock().set(Wall(0));
        }
        let mut written = write(&mut first, case, "甲机", choice.first);
        written.extend(write(&mut second, case, "乙机", choice.second));
        let now = world.hub.clock().now();
        first.clock().set(now);
        second.clock().set(now);
        let own = first.receive(&SUN_LINA, "RS-003");
        second.receive(&QIAN_XIUYING, "RS-003");
        let mut order = [&mut first, &mut second];
        if choice.second_meets_first {
            order.reverse();
        }
        order[0].sync(&world.hub);
        if choice.meets_between {
            written.extend(write(order[0], case, "先到的", 1));
        }
        world.settle(&mut order);
        written.sort_unstable();
        for station in [&mut first, &mut second] {
            assert_eq!(notes(station, case), written, "seed {seed}: no note hides another one");
            assert_eq!(station.list().len(), 3, "seed {seed}: the cases of both");
            is_quiet(station, seed);
        }
        assert_eq!(second.page(own).row.name, "孙丽娜");
        assert_eq!(first.knows(), second.knows(), "seed {seed}");
        assert_eq!(world.hub.verify().faults, [], "seed {seed}");
    }
}

#[test]
fn row_20_a_machine_put_back_to_an_older_copy_loses_nothing_in_two_hundred_seeds() {
    for seed in 0..SEEDS {
        let choice = Choice::of(seed);
        let (world, mut station, case) = village(21_000 + seed);
        let older = station.image();
        let mut written = write(&mut station, case, "之前", choice.second);
        station.sync(&world.hub);
        station.kill();
        station.put_back(&older, if choice.second_meets_first { Returned::Whole } else { Returned::Database });
        station.restart();
        assert_eq!(notes(&mut station, case), Vec::<String>::new(), "seed {seed}: the disk is as it was");
        if choice.clocks_stand {
            station.clock().set(Wall(0));
        }
        if choice.meets_between {
            station.line = Line::LosesReply;
            station.sync(&world.hub);
            station.line = Line::Open;
        }
        written.extend(write(&mut station, case, "之后", choice.first));
        station.clock().set(world.hub.clock().now());
        let new = station.receive(&SUN_LINA, "RS-003");
        world.settle(&mut [&mut station]);
        written.sort_unstable();
        assert_eq!(notes(&mut station, case), written, "seed {seed}: what was there before and what came after");
        is_quiet(&mut station, seed);
        assert_eq!(world.hub.verify().faults, [], "seed {seed}");
        let mut newcomer = world.station("二号机", BAICAIGOU, QIMUGE);
        newcomer.sync(&world.hub);
        assert_eq!(newcomer.knows(), station.knows(), "seed {seed}: the hub has all of it");
        assert_eq!(newcomer.page(new).row.name, "孙丽娜");
    }
}
