//! What the dictionary of small exchanges is made of (`assets/wire`): bodies of requests and answers about single acts, in worlds whose people are
//! invented and whose keys, ids and times are chance.
//!
//! Made once for each version of the dictionary; a later one gets another number, and both stay as long as stations use them.

use daiban_core::engine::Turn;
use daiban_core::sync::http::Road;
use daiban_core::sync::segment;
use daiban_model::case::field::Field;
use daiban_model::wire::{self, Envelope};

use crate::world::{
    BAICAIGOU, FENG_XIAOLIN, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, Line, Person, QIAN_XIUYING, QIMUGE, SUN_LINA,
    Station, World, ZHAO_YUNFENG, must,
};

/// Bytes of the dictionary: from here on more of it saves nothing.
const SIZE: usize = 4096;
/// Worlds that it is made of.
const WORLDS: std::ops::RangeInclusive<u64> = 901..=906;
/// Acts in each.
const ACTS: usize = 60;

const PEOPLE: [(&Person, &str); 5] = [
    (&ZHAO_YUNFENG, "MZ-007"),
    (&QIAN_XIUYING, "MZ-007"),
    (&SUN_LINA, "RS-003"),
    (&LI_CHUNMEI, "MZ-007"),
    (&FENG_XIAOLIN, "RS-003"),
];
const NOTES: [&str; 6] = [
    "电话里说明天带身份证来",
    "材料齐了，等盖章",
    "已经告诉他儿子",
    "下周三上门",
    "没人接电话，明天再打",
    "请村里开了证明",
];

/// The bodies of one world: what a village sent about each act, and what its township's centre was answered.
pub fn bodies(seed: u64, acts: usize) -> Vec<Vec<u8>> {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut centre = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let cases: Vec<_> = PEOPLE.iter().map(|(person, item)| village.receive(person, item)).collect();
    world.settle(&mut [&mut village, &mut centre]);
    let (mut all, mut handed_over) = (Vec::new(), 0);
    for act in 0..acts {
        let (case, turn) = (cases[act % cases.len()], act / cases.len());
        match act % 4 {
            0 => drop(village.note(case, NOTES[turn % NOTES.len()])),
            1 => drop(must("a phone", village.set(case, Field::Phone, &format!("155{:08}", act * 7_919 % 99_999_999)))),
            2 => drop(must("an address", village.set(case, Field::Address, &format!("白菜沟嘎查{act}号")))),
            _ if handed_over < cases.len() && turn > 5 => {
                village.hand_over(cases[handed_over]);
                handed_over += 1;
            }
            _ => drop(village.note(case, &format!("第{turn}次联系"))),
        }
        world.pass(7);
        all.extend(exchanged(&world, &mut village).into_iter().map(|(asked, _)| asked));
        all.extend(exchanged(&world, &mut centre).into_iter().map(|(_, answer)| answer));
    }
    all
}

/// What one run of exchanges carried, unpacked: each request with its answer.
fn exchanged(world: &World, station: &mut Station) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    while let Some(out) = must("a request", station.next_request()) {
        let answer = Line::Open.carry(&world.hub, &out);
        if let (Road::Exchange, Ok(bytes)) = (out.road, &answer) {
            all.push((plain(&out.body), plain(bytes)));
        }
        if must("an answer", station.answered(answer)) == Turn::Done {
            break;
        }
    }
    all
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    let envelope: Envelope = must("an envelope", wire::decode(bytes, wire::MAX_BODY));
    segment::unsqueeze(envelope.packing, &envelope.body).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The dictionary.
pub fn train() -> Vec<u8> {
    let samples: Vec<Vec<u8>> = WORLDS.flat_map(|seed| bodies(seed, ACTS)).collect();
    must("a dictionary", zstd::dict::from_samples(&samples, SIZE))
}
