//! Laws of persons, whatever people do at however many desks.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::case::event::Deed;
use crate::ids::PersonId;
use crate::stamp::{Hlc, Stamp, TimeQuality, Wall};

fn person(n: u8) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(n) + 1))
}

fn stamp(n: u16) -> Stamp {
    Stamp { hlc: Hlc { ms: 1_772_415_000_000 + u64::from(n / 4), counter: n % 4 }, device: u64::from(n % 3) }
}

fn event(n: u16, what: What) -> Event {
    Event {
        stamp: stamp(n),
        by: "SG-202202-01".parse().unwrap(),
        unit: "150205202202".parse().unwrap(),
        at: Wall(1_772_415_000_000 + i64::from(n)),
        quality: TimeQuality::Confirmed,
        what,
    }
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        Just(What::Registered { kind: Kind::Person, despite: String::new() }),
        any::<u16>().prop_map(|version| What::Told { version: version % 4, how: Telling::ReadAloud }),
        (0u8..3, 0usize..6).prop_map(|(to, purpose)| What::Consented {
            purpose: Purpose::ALL[purpose],
            to: if to == 0 { String::new() } else { format!("部门{to}") },
            by: ConsentBy::Own,
        }),
        (0u16..40).prop_map(|n| What::ConsentWithdrawn { consent: stamp(n), reason: String::new() }),
        (0u8..3).prop_map(|n| What::Same { other: person(n), reason: "同一证件号".into() }),
        (0u8..3, 0u16..40).prop_map(|(n, join)| What::Apart {
            other: person(n),
            joins: vec![stamp(join)],
            reason: "两个人".into()
        }),
        (0usize..5, 1i8..28).prop_map(|(item, day)| What::Checked(Checked {
            item: yearly_items().nth(item).unwrap(),
            on: jiff::civil::date(2026, 3, day),
            way: crate::case::event::Way::Home,
        })),
        Just(What::Asked { wish: Wish::Copy, words: String::new() }),
        (0u16..40).prop_map(|n| What::Answered { asked: stamp(n), words: "已打印".into() }),
        Just(What::unknown("later".into(), r#"{"by":"SG-1","unit":"150205202202","k":"later"}"#.into())),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((0u16..40, what()), 0..40)
        .prop_map(|all| all.into_iter().map(|(n, what)| event(n, what)).collect())
}

proptest! {
    #[test]
    fn p1_fold_is_order_free_and_idempotent(all in events(), turn in 0usize..40) {
        let once = fold(&all);
        let mut turned = all.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        turned.reverse();
        turned.extend(all.clone());
        prop_assert_eq!(fold(&turned), once);
    }

    #[test]
    fn p2_a_join_holds_until_it_is_named_by_a_parting(all in events()) {
        let held = fold(&all).same;
        let events: Vec<&Event> = all.iter().collect();
        for (other, joins) in &held {
            for join in joins {
                let parted = |event: &&&Event| matches!(
                    &event.what, What::Apart { other: named, joins, .. } if named == other && joins.contains(join));
                // Of two texts under one stamp only one counts; a parting that counts is among those that fold kept.
                let kept = events.iter().filter(parted).filter(|event| {
                    events.iter().filter(|one| one.stamp == event.stamp).all(|one| event.to_text() <= one.to_text())
                });
                prop_assert_eq!(kept.count(), 0);
            }
        }
    }

    #[test]
    fn e1_what_is_stored_is_read_back(n in 0u16..40, what in what()) {
        let event = event(n, what);
        let text = event.to_text();
        let again = Event::from_text(event.stamp, &text).unwrap();
        prop_assert_eq!(&again.what, &event.what);
        prop_assert_eq!(again.to_text(), text);
    }
}

#[test]
fn a_parting_written_under_an_earlier_stamp_holds_all_the_same() {
    let join = event(9, What::Same { other: person(2), reason: "同一证件号".into() });
    let part = event(1, What::Apart { other: person(2), joins: vec![join.stamp], reason: "两个人".into() });
    assert!(fold([&join, &part]).same.is_empty(), "a clock ran ahead at the desk that joined them");
    let again = event(12, What::Same { other: person(2), reason: "看了户口簿".into() });
    assert_eq!(fold([&join, &part, &again]).same.len(), 1, "a join that was not known when they were parted");
}

#[test]
fn r198_a_guardian_consents_up_to_the_day_before_the_fourteenth_birthday() {
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    let born = day("2015-03-15"); // 孙小雨
    for (on, child) in [("2026-03-02", true), ("2029-03-14", true), ("2029-03-15", false)] {
        assert_eq!(is_child(born, day(on)), child, "{on}");
    }
    assert_eq!(of_age_on(day("2012-02-29")), day("2026-03-01"), "there is no 29 February in 2026");
}
