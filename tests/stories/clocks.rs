//! Reliability row 21: a clock that is wrong by years breaks no exchange, no order and no date, and a person is told by how much.

use daiban_core::edge::Edge;
use daiban_core::sync::http::RoadFault;
use daiban_core::sync::tls::Expected;
use daiban_model::api::{CasePage, Draft, ProblemCode};
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, JIHULUNTU, Papers, QIAN_XIUYING, QIMUGE, Station, World, ZHAO_YUNFENG, must, some,
};

use crate::problems;

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// Clocks that are wrong, seen from a right one.
fn wrong(right: Wall) -> [(&'static str, Wall); 5] {
    [
        ("an empty battery", Wall(3_600_000)),
        ("before 1970", Wall(-86_400_000)),
        ("three years back", Wall(right.0 - 3 * YEAR_MS)),
        ("ten years ahead", Wall(right.0 + 10 * YEAR_MS)),
        ("2038", Wall(2_147_483_648_000)),
    ]
}

fn doubted(page: &CasePage) -> Vec<bool> {
    page.story.iter().rev().map(|line| line.quality == TimeQuality::Unconfirmed).collect()
}

/// The time by which the next exchange would judge a certificate.
fn judged_by(station: &mut Station) -> Wall {
    some("a request", must("a request", station.next_request())).to.time
}

#[test]
fn a_clock_that_is_wrong_by_years_breaks_no_exchange_no_order_and_no_date() {
    for (seed, nth) in (540..).zip(0..5) {
        let world = World::new(seed);
        let (what, wrong) = wrong(world.hub.clock().now())[nth];
        let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
        let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
        let before = village.receive(&ZHAO_YUNFENG, "MZ-007");
        village.sync(&world.hub);
        let signed = world.hub.clock().now();

        // It jumps while the program is open and nobody has a road.
        village.clock().set(wrong);
        let in_half_a_year = |draft: &mut Draft| draft.mandate.until = Wall(wrong.0 + YEAR_MS / 2).date().to_string();
        let meanwhile = village.receive_with(&QIAN_XIUYING, "MZ-007", Papers::All, in_half_a_year).cases[0];
        village.note(before, "先记下");
        assert!(doubted(&village.page(meanwhile)).iter().all(|doubt| *doubt), "{what}: 时间存疑 from the first act on");
        assert_eq!(doubted(&village.page(before)), [false, false, false, false, true], "{what}: and only from then on");
        assert_eq!(judged_by(&mut village), signed, "{what}: certificates are judged by what the hub signed last");
        must("offline", village.answered(Err(RoadFault::Unreachable)));

        village.sync(&world.hub);
        assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![ProblemCode::ClockSkew]), "{what}");
        assert_eq!(village.view().clock_ahead, Some(wrong.0 - world.hub.clock().now().0), "{what}: by how much");

        // Others, whose clocks are right, go on after what was written under the wrong one.
        township.sync(&world.hub);
        township.note(before, "收到了");
        township.sync(&world.hub);
        village.sync(&world.hub);
        village.note(before, "知道了");
        village.sync(&world.hub);
        township.sync(&world.hub);
        for station in [&mut village, &mut township] {
            let page = station.page(before);
            let told: Vec<&str> = page.story.iter().rev().skip(4).map(|line| line.detail.as_str()).collect();
            assert_eq!(told, ["先记下", "收到了", "知道了"], "{what}: as they happened, at {}", station.name);
            assert!(page.anomalies.is_empty(), "{what}: nothing that does not fit: {:?}", page.anomalies);
        }
        assert_eq!(world.hub.verify().faults, [], "{what}: numbers and chains are whole");

        // Switched off and on, and at last put right.
        village.kill();
        village.restart();
        village.sync(&world.hub);
        assert_eq!(village.list().len(), 2, "{what}: nothing is hidden from her");
        village.clock().set(world.hub.clock().now());
        village.sync(&world.hub);
        assert_eq!(problems(&mut village), [], "{what}: put right");
        village.note(meanwhile, "钟对好了");
        assert_eq!(doubted(&village.page(meanwhile)).last(), Some(&false), "{what}: the hub has confirmed the clock");
        assert_eq!(judged_by(&mut village), village.clock().now(), "{what}: and it is gone by again");
    }
}

#[test]
fn a_station_expects_the_hub_it_was_enrolled_with() {
    let world = World::new(545);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let out = village.next_request().unwrap().expect("a request");
    let Expected::Key(key) = out.to.expected else { panic!("anyone would do: {:?}", out.to) };
    assert_ne!(key, world.hub.root(), "not the root's, which is kept from the network");
}
