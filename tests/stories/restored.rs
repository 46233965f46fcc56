//! A hub whose disk went and whose backup of yesterday was put back: whoever has something tells it.

use daiban_core::store::{PeerQuery, Store};
use daiban_model::api::{Link, ListItems, ProblemCode, Sent};
use daiban_model::ids::CaseId;
use daiban_model::wire::PackageKind;
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, Line, Newer, QIAN_XIUYING, QIMUGE, SHAOBUHAI, SUN_LINA, Shelf,
    Station, World, ZHAO_YUNFENG, division, must, now,
};

use crate::problems;

/// A village and its township, a case of each, and the backup that holds both.
fn backed_up(seed: u64) -> (World, Station, Station, Shelf) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station_for("吉忽伦图苏木便民服务中心", JIHULUNTU, &[JIHULUNTU], GAO_JIANPING);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    township.receive(&QIAN_XIUYING, "MZ-007");
    world.settle(&mut [&mut village, &mut township]);
    let backup = world.hub.back_up();
    (world, village, township, backup)
}

/// How many different changes the hub has.
fn changes(world: &World) -> u64 {
    world.hub.verify().changes
}

fn at_most_two_contacts(world: &World, stations: &mut [Station]) {
    for _ in 0..2 {
        for station in stations.iter_mut() {
            station.sync(&world.hub);
        }
    }
}

#[test]
fn what_was_receipted_since_the_backup_comes_back_from_those_who_have_it() {
    let (world, mut village, mut township, backup) = backed_up(1001);
    for person in [&SUN_LINA, &QIAN_XIUYING] {
        world.pass(30);
        let case = village.receive(person, "RS-003");
        world.settle(&mut [&mut village, &mut township]);
        township.note(case, "苏木看过了");
        world.settle(&mut [&mut village, &mut township]);
    }
    let (before, known) = (changes(&world), [village.knows(), township.knows()]);
    world.hub.restore(&backup);
    assert_eq!(changes(&world), 2, "the hub of yesterday");

    let mut stations = [village, township];
    at_most_two_contacts(&world, &mut stations);
    let [mut village, mut township] = stations;
    assert_eq!((changes(&world), world.hub.verify().faults), (before, vec![]), "nothing is lost");
    assert_eq!([village.knows(), township.knows()], known, "and nobody lost anything");
    for station in [&mut village, &mut township] {
        assert_eq!((problems(station), station.view().outbox, station.view().state), (vec![], 0, Link::Done));
        assert_eq!(station.sync(&world.hub).requests, 1, "it is over");
        for row in station.list() {
            let Sent::Arrived { seq } = station.page(row.id).sent else { panic!("{row:?} has a place") };
            assert!(seq <= 6, "a place of the new history");
        }
    }
    let mut newcomer = world.station("二号机", JIHULUNTU, GAO_JIANPING);
    newcomer.sync(&world.hub);
    assert_eq!(newcomer.knows().len(), township.knows().len(), "a new machine reads it all");
}

#[test]
fn a_township_brings_what_a_village_that_is_far_away_had_delivered() {
    let (world, mut village, mut township, backup) = backed_up(1002);
    let case = village.receive(&SUN_LINA, "RS-003");
    world.settle(&mut [&mut village, &mut township]);
    world.hub.restore(&backup);
    township.sync(&world.hub);
    let mut newcomer = world.station("二号机", JIHULUNTU, GAO_JIANPING);
    newcomer.sync(&world.hub);
    assert_eq!(newcomer.page(case).row.name, "孙丽娜", "signed by the village, carried by the township");
    assert_eq!(world.hub.verify().faults, []);
    village.note(case, "过了一个月才有路");
    village.sync(&world.hub);
    township.sync(&world.hub);
    assert_eq!((township.page(case).story.len(), village.view().outbox), (5, 0));
}

#[test]
fn a_backup_put_back_without_a_new_history_wedges_nobody() {
    let (world, mut village, mut township, backup) = backed_up(1003);
    village.receive(&SUN_LINA, "RS-003");
    world.settle(&mut [&mut village, &mut township]);
    world.hub.put_back(&backup);
    // Somebody who was away writes first, so that the old numbers are given anew.
    let mut third = world.station("二号机", BAICAIGOU, QIMUGE);
    for person in [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA] {
        third.receive(person, "YB-001");
        third.sync(&world.hub);
    }
    world.settle(&mut [&mut village, &mut township, &mut third]);
    world.settle(&mut [&mut village, &mut township, &mut third]);
    assert_eq!((changes(&world), world.hub.verify().faults), (6, vec![]));
    for station in [&mut village, &mut township, &mut third] {
        assert_eq!((station.view().outbox, problems(station)), (0, vec![]));
    }
    assert_eq!(village.knows().len(), 5, "all of the village's");
    assert_eq!(third.knows(), village.knows());
}

#[test]
fn a_repair_that_is_cut_short_anywhere_begins_again() {
    for cut in 0..7 {
        for line in [Line::Cut, Line::LosesReply] {
            let (world, mut village, mut township, backup) = backed_up(1004);
            let case = village.receive(&SUN_LINA, "RS-003");
            world.settle(&mut [&mut village, &mut township]);
            let before = changes(&world);
            world.hub.restore(&backup);
            for _ in 0..cut {
                let Some(out) = township.next_request().unwrap() else { break };
                let answer = Line::Open.carry(&world.hub, &out);
                township.answered(answer).unwrap();
            }
            township.line = line;
            township.sync(&world.hub);
            township.kill();
            township.restart();
            township.line = Line::Open;
            township.sync(&world.hub);
            township.sync(&world.hub);
            assert_eq!(changes(&world), before, "cut at request {cut}: the township alone brings it back");
            village.sync(&world.hub);
            assert_eq!(village.page(case).story.len(), 4);
        }
    }
}

#[test]
fn who_was_enrolled_or_revoked_since_the_backup_still_is() {
    let (world, mut village, mut township, backup) = backed_up(1005);
    let mut newcomer = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    let code = world.code("三号机", SHAOBUHAI, &[SHAOBUHAI]);
    let case = newcomer.receive(&SUN_LINA, "RS-003");
    let theirs = village.receive(&SUN_LINA, "YB-001");
    world.settle(&mut [&mut village, &mut township, &mut newcomer]);
    world.hub.revoke("白菜沟便民服务站");
    let version = world
        .hub
        .publish(PackageKind::Catalogue, &serde_json::json!({"version": 7, "valid_from": "2026-03-03", "items": []}));
    village.sync(&world.hub);
    township.sync(&world.hub);
    newcomer.sync(&world.hub);
    let before = changes(&world);

    world.hub.restore(&backup);
    newcomer.sync(&world.hub);
    assert_eq!(
        (problems(&mut newcomer), newcomer.view().state),
        (vec![], Link::Done),
        "its certificate is the district's"
    );
    village.note(theirs, "撤销之后写的");
    village.sync(&world.hub);
    assert_eq!(
        (problems(&mut village), village.view().outbox),
        (vec![ProblemCode::Revoked], 1),
        "a revocation is heard again"
    );
    township.sync(&world.hub);
    newcomer.sync(&world.hub);
    assert_eq!(
        (changes(&world), world.hub.verify().faults),
        (before, vec![]),
        "what the revoked one had delivered is valid"
    );
    assert!(matches!(newcomer.page(case).sent, Sent::Arrived { .. }));
    let items = township.ask(ListItems { text: String::new(), category: String::new() });
    let again = world
        .hub
        .publish(PackageKind::Catalogue, &serde_json::json!({"version": 8, "valid_from": "2026-03-03", "items": []}));
    assert_eq!(
        (items.version, version < again),
        (7, true),
        "what was published since the backup holds, and no version comes twice"
    );
    let numbers: Vec<u8> = world.hub.devices().iter().map(|device| device.device_no).collect();
    let mut other = Station::unenrolled("三号机", world.clock());
    assert!(other.try_enrol(&world.hub, &code).is_err(), "a code of which the hub has no record any more");
    let mut fourth = world.station("四号机", SHAOBUHAI, HAO_ZHIQIANG);
    fourth.sync(&world.hub);
    let given =
        world.hub.devices().into_iter().find(|device| device.station == "四号机").map(|device| device.device_no);
    assert!(given.is_some_and(|given| !numbers.contains(&given)), "no device number is given twice");
}

#[test]
fn stations_hear_what_is_backed_up() {
    let (world, mut village, _, _) = backed_up(1006);
    village.receive(&SUN_LINA, "RS-003");
    village.sync(&world.hub);
    assert_eq!(village.view().backed_up, 1, "as of the backup");
    world.pass(60);
    world.hub.back_up();
    assert_eq!(village.view().backed_up, 1, "nobody has told it yet");
    village.sync(&world.hub);
    assert_eq!(village.view().backed_up, 2);
    village.kill();
    village.restart();
    assert_eq!(village.view().backed_up, 2, "it is remembered");
}

/// Devices of a district at work, and a hub that loses what came since its backup.
fn a_district_after_a_restore(seed: u64, devices: usize, rounds: usize) {
    let world = World::new(seed);
    let villages = [(BAICAIGOU, QIMUGE), (SHAOBUHAI, HAO_ZHIQIANG)];
    let mut stations: Vec<Station> = (0..devices)
        .map(|n| match n % 8 {
            0 => world.station(&format!("township {n}"), JIHULUNTU, GAO_JIANPING),
            _ => world.station(&format!("village {}", n % 2), villages[n % 2].0, villages[n % 2].1),
        })
        .collect();
    for station in &mut stations {
        station.receive(&ZHAO_YUNFENG, "MZ-007");
        station.sync(&world.hub);
    }
    let backup = world.hub.back_up();
    let before = changes(&world);
    for round in 0..rounds {
        for station in &mut stations {
            for n in 0..5 {
                let case = station.list()[0].id;
                station.note(case, &format!("第{round}轮第{n}次"));
            }
            station.sync(&world.hub);
        }
        world.pass(45);
    }
    let after = changes(&world);
    assert_eq!(after - before, (devices * rounds * 5) as u64, "changes since the backup");
    world.hub.restore(&backup);
    at_most_two_contacts(&world, &mut stations);
    assert_eq!((changes(&world), world.hub.verify().faults), (after, vec![]), "0 lost");
    for station in &mut stations {
        assert_eq!((station.view().outbox, problems(station)), (0, vec![]));
    }
    for place in ["township", "village 0", "village 1"] {
        let known: Vec<_> = stations.iter().filter(|one| one.name.starts_with(place)).map(Station::knows).collect();
        assert!(known.windows(2).all(|pair| pair[0] == pair[1]), "{place}: all know the same");
    }
    for place in [BAICAIGOU, SHAOBUHAI] {
        let owed = now(world.hub.shelf().peer(PeerQuery::Pending(division(place))));
        assert_eq!(must("what waits", owed).pending, [], "nothing waits");
    }
}

/// The figures of row 18: fifty devices, two thousand changes since the backup.
#[test]
fn row_18_a_district_at_work_loses_nothing_and_is_whole_after_two_contacts() {
    a_district_after_a_restore(1007, 50, 8);
}

#[test]
fn a_station_whose_disk_is_full_goes_back_as_soon_as_there_is_room() {
    let (world, mut village, mut township, backup) = backed_up(1009);
    village.receive(&SUN_LINA, "RS-003");
    world.settle(&mut [&mut village, &mut township]);
    world.hub.restore(&backup);
    // Somebody else is first, so that the old numbers are given anew.
    let mut third = world.station("二号机", BAICAIGOU, QIMUGE);
    third.receive(&QIAN_XIUYING, "YB-001");
    third.sync(&world.hub);
    township.shelf().fill();
    assert!(township.try_sync(&world.hub).is_err(), "it cannot even note that it has to go back");
    township.shelf().make_room();
    world.settle(&mut [&mut township, &mut village]);
    world.settle(&mut [&mut township, &mut village]);
    assert_eq!((township.knows().len(), problems(&mut township)), (4, vec![]), "as if it had not been full");
}

#[test]
fn what_differs_without_anybody_noticing_is_found_within_a_week() {
    let (world, mut village, mut township, _) = backed_up(1008);
    assert_eq!(township.sync(&world.hub).requests, 1);
    // A segment that stands on the township's disk and that no road has ever carried to the hub.
    let mut stray = Newer::enrol(&world, "二号机", BAICAIGOU);
    let other: CaseId = "019cac0f-2680-7000-8000-000000000077".parse().unwrap();
    let (doc, bytes) = stray.write(other, &[r#""k":"noted","text":"x""#]);
    let segment = stray.seal(BAICAIGOU, &[(doc, bytes)]);
    township.carry_in(&stray, segment);
    assert_eq!((township.sync(&world.hub).requests, changes(&world)), (1, 2), "nobody asks");
    world.pass(8 * 24 * 60);
    township.sync(&world.hub);
    assert_eq!(changes(&world), 3, "the weekly comparison finds it");
    world.pass(60);
    assert_eq!(township.sync(&world.hub).requests, 1, "and then it is quiet for a week");
    village.sync(&world.hub);
    assert_eq!((village.knows().len(), problems(&mut village)), (2, vec![]));
}
