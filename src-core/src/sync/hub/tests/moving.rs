//! Cases that move.

use daiban_model::ids::CaseId;

use super::*;
use crate::doc::Moved;

const BY: &str = "SG-000000-03";

async fn moved(hub: &Hub<MemoryStore>, doc: u8, to: &str) -> Result<CaseMoved, HubFault> {
    let case = CaseId(uuid::Uuid::from_bytes([doc; 16]));
    hub.move_case(case, division(to), &BY.parse().unwrap(), NOW).await
}

/// A hub, a device of each village, and a case of the first one with its only change.
async fn two() -> (Hub<MemoryStore>, Device, Device, Doc) {
    let hub = hub().await;
    let mut here = Device::enrol(&hub, &[VILLAGE], 1).await;
    let there = Device::enrol(&hub, &[NEXT_VILLAGE], 2).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let first = here.edit(&mut doc, 1);
    let segment = here.seal(VILLAGE, &[([1; 16], &first)]);
    here.push(&hub, vec![segment]).await;
    (hub, here, there, doc)
}

fn records(delivery: &Delivery, scope: &str) -> Vec<(DocId, Hash)> {
    let frames = delivery.frames.iter().filter(|frame| frame.scope == division(scope));
    let whole = frames.flat_map(|frame| &frame.entries).filter_map(|entry| match entry {
        Entry::Whole(segment) => Some(segment),
        _ => None,
    });
    let parse = |record: &wire::Record| crate::doc::parse(&crate::doc::unpack(&record.change)).unwrap().hash;
    whole.flat_map(|segment| &segment.records).map(|record| (record.doc, parse(record))).collect()
}

#[tokio::test]
async fn d3_both_feeds_tell_of_a_move_and_the_new_one_has_all_of_the_case() {
    let (hub, mut here, mut there, _) = two().await;
    moved(&hub, 1, NEXT_VILLAGE).await.unwrap();
    let (left, came) = (here.push(&hub, Vec::new()).await, there.push(&hub, Vec::new()).await);
    let (left, came) = (records(&left, VILLAGE), records(&came, NEXT_VILLAGE));
    assert_eq!((left.len(), came.len()), (2, 2), "where it goes; and all of it");
    assert_eq!(left.last(), came.last(), "by the same change");
    assert_eq!(hub.verify().await.unwrap().faults, []);
    assert_eq!(hub.devices().await.unwrap().len(), 2, "the hub is no station");
    moved(&hub, 1, NEXT_VILLAGE).await.unwrap();
    let again = there.push(&hub, Vec::new()).await;
    assert_eq!(records(&again, NEXT_VILLAGE).len(), 2, "to move it where it is adds nothing");
}

#[tokio::test]
async fn d4_what_comes_late_is_receipted_and_carried_on_once() {
    let (hub, mut here, mut there, mut doc) = two().await;
    moved(&hub, 1, NEXT_VILLAGE).await.unwrap();
    let late = here.edit(&mut doc, 2);
    let segment = here.seal(VILLAGE, &[([1; 16], &late)]);
    for _ in 0..3 {
        let delivery = here.push(&hub, vec![segment.clone()]).await;
        assert_eq!((here.places(&delivery), delivery.refused), (vec![(2, Some(3))], vec![]), "in the feed it left");
    }
    let came = records(&there.push(&hub, Vec::new()).await, NEXT_VILLAGE);
    assert_eq!(came.iter().filter(|(_, hash)| *hash == late.meta.hash).count(), 1, "and in the other one");
    let other = there.edit(&mut Doc::new(DocKind::Case).unwrap(), 9);
    let mut foreign = Device::enrol(&hub, &["150205202203"], 3).await;
    let segment = foreign.seal("150205202203", &[([1; 16], &other)]);
    let refused = foreign.push(&hub, vec![segment]).await.refused;
    assert!(matches!(refused[0].why, Why::ForeignDocument { ordinal: 0 }), "it never lived there: {refused:?}");
    assert_eq!(hub.verify().await.unwrap().faults, []);
}

/// Reads one feed as somebody who knows no other.
async fn read_alone(hub: &Hub<MemoryStore>, scope: &str) -> Doc {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    for entry in hub.store().after(division(scope), 0, usize::MAX).await.unwrap() {
        for (.., raw) in &entry.records {
            doc.apply(raw).unwrap_or_else(|fault| panic!("{scope}: what stands at {} rests on: {fault}", entry.seq));
        }
    }
    doc
}

#[tokio::test]
async fn d6_a_division_is_told_where_a_case_went_on_to_by_what_it_can_read() {
    let (hub, mut here, mut there, mut doc) = two().await;
    let _third = Device::enrol(&hub, &["150205202203"], 3).await;
    moved(&hub, 1, NEXT_VILLAGE).await.unwrap();
    let act = there.edit(&mut doc, 2);
    let segment = there.seal(NEXT_VILLAGE, &[([1; 16], &act)]);
    there.push(&hub, vec![segment]).await;
    moved(&hub, 1, "150205202203").await.unwrap();
    let told = records(&here.push(&hub, Vec::new()).await, VILLAGE);
    assert_eq!(told.len(), 3, "the first village hears that it went on");
    assert!(told.iter().all(|(_, hash)| *hash != act.meta.hash), "and not what was done there");
    for scope in [VILLAGE, NEXT_VILLAGE] {
        read_alone(&hub, scope).await;
    }
    let known = hub.store().load([1; 16]).await.unwrap().tail;
    assert_eq!(read_alone(&hub, "150205202203").await.snapshot().changes, u32::try_from(known.len()).unwrap());
}

#[tokio::test]
async fn d7_what_rests_on_a_late_edit_waits_until_that_is_carried_on() {
    let (hub, _, mut there, mut doc) = two().await;
    moved(&hub, 1, NEXT_VILLAGE).await.unwrap();
    let mut both = Device::enrol(&hub, &[VILLAGE, NEXT_VILLAGE], 3).await;
    let late = both.edit(&mut doc, 2);
    let late_segment = both.seal(VILLAGE, &[([1; 16], &late)]);
    let next = both.edit(&mut doc, 3);
    let segments = vec![late_segment, both.seal(NEXT_VILLAGE, &[([1; 16], &next)])];
    let delivery = both.push(&hub, segments).await;
    assert_eq!(delivery.refused, []);
    for scope in [VILLAGE, NEXT_VILLAGE] {
        read_alone(&hub, scope).await;
    }
    let came = records(&there.push(&hub, Vec::new()).await, NEXT_VILLAGE);
    assert_eq!(came.last().map(|(_, hash)| *hash), Some(next.meta.hash), "after what it rests on");
    assert_eq!(hub.store().peer(PeerQuery::Pending(division(NEXT_VILLAGE))).await.unwrap().pending, []);
}

#[tokio::test]
async fn d1_nobody_but_the_hub_moves_a_case() {
    let (hub, mut here, mut there, mut doc) = two().await;
    let to = Moved { nth: 1, from: division(VILLAGE), to: division(NEXT_VILLAGE) };
    let forged = doc.moved([1; 16], to, NOW).unwrap();
    let segment = here.seal(VILLAGE, &[([1; 16], &forged)]);
    let delivery = here.push(&hub, vec![segment]).await;
    assert_eq!(delivery.refused.iter().map(|one| one.why).collect::<Vec<_>>(), [Why::Malformed]);
    assert_eq!(records(&there.push(&hub, Vec::new()).await, NEXT_VILLAGE), []);
    let new =
        NewStation { name: "站".into(), unit: division(VILLAGE), scopes: vec![division(VILLAGE)], device_no: Some(0) };
    assert!(hub.make_code(new, NOW, [9; 16]).await.is_err(), "no station gets the hub's number");
}

#[tokio::test]
async fn what_cannot_be_moved_is_said() {
    let (hub, ..) = two().await;
    assert!(matches!(moved(&hub, 8, NEXT_VILLAGE).await, Err(HubFault::UnknownCase)));
    assert!(matches!(moved(&hub, 1, "150205202203").await, Err(HubFault::NobodyThere(_))));
}
