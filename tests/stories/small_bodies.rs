//! What a single act costs on the road: small bodies are packed with a dictionary that both ends have (sync.md section 2).

use daiban_tests::dictionary::bodies;
use daiban_tests::world::{BAICAIGOU, GAO_JIANPING, JIHULUNTU, Line, QIMUGE, World, ZHAO_YUNFENG, must};
use zstd::bulk::{Compressor, compress};

const FIRST: &[u8] = include_bytes!("../../assets/wire/exchange-1.dict");

/// A world that the dictionary was not made of.
const UNSEEN: u64 = 999;

#[test]
fn bodies_of_single_acts_lose_a_quarter_by_the_dictionary() {
    let mut packer = must("the dictionary", Compressor::with_dictionary(19, FIRST));
    let (mut without, mut with) = (0, 0);
    for body in bodies(UNSEEN, 40) {
        without += must("packed", compress(&body, 19)).len().min(body.len());
        with += must("packed", packer.compress(&body)).len().min(body.len());
    }
    assert!(with * 4 < without * 3, "{with} B with it, {without} B without");
}

#[test]
fn a_hub_of_an_earlier_version_is_asked_in_the_old_way_and_nothing_waits() {
    let world = World::new(951);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut centre = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    // After a new start nobody knows what the hub reads.
    village.kill();
    village.restart();
    village.line = Line::Older;
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    assert_eq!(village.view().outbox, 0, "it went out");
    assert_eq!(village.view().problems, [], "and nobody is told of it");
    centre.sync(&world.hub);
    assert_eq!(centre.list().iter().map(|row| row.id).collect::<Vec<_>>(), [case]);
    // And it comes to know a newer one only with its next start.
    village.line = Line::Open;
    village.note(case, "电话里说明天来");
    village.sync(&world.hub);
    assert_eq!(village.view().outbox, 0);
}
