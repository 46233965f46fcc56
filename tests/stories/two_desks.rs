//! Two desks that serve the same village act on one case while neither has a road.

use daiban_model::api::{Draft, Failure, Kept, Offer, Sent, SettleField};
use daiban_model::case::event::{Help, Outcome};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Misfit;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::ids::CaseId;
use daiban_tests::world::{BAICAIGOU, GAO_JIANPING, JIHULUNTU, Papers, QIMUGE, Station, World, ZHAO_YUNFENG, some};

use crate::acts;

/// A village station and its township's, both with one case that the village received.
fn two_desks(seed: u64) -> (World, Station, Station, CaseId) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    // She stands at the desk herself: under a letter only whom it names would act for her (R63).
    let beside_her = |draft: &mut Draft| draft.help = Help::Guidance;
    let case = village.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, beside_her).cases[0];
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!(township.page(case).row.stage, Stage::Received, "the township has it");
    (world, village, township, case)
}

fn both_end_equal(world: &World, village: &mut Station, township: &mut Station) {
    world.settle(&mut [village, township]);
    assert_eq!(village.knows(), township.knows(), "same heads, same rows");
    assert_eq!(world.hub.verify().faults, [], "every segment verifies, every number is there");
}

#[test]
fn both_hand_over_and_both_acts_stay_until_somebody_says_what_holds() {
    let (world, mut village, mut township, case) = two_desks(101);
    world.at("2026-03-03T10:00");
    village.hand_over(case);
    world.at("2026-03-03T10:05");
    township.act(case, Command::HandOver { to: "石拐区政务服务中心".into() });
    world.settle(&mut [&mut village, &mut township]);

    for station in [&mut village, &mut township] {
        let page = station.page(case);
        let handed = acts(&page).into_iter().filter(|kind| *kind == "handed_over").count();
        assert_eq!(handed, 2, "both acts stay");
        assert_eq!(page.row.stage, Stage::HandedOver);
        let [anomaly] = page.anomalies.as_slice() else { panic!("one act does not fit: {:?}", page.anomalies) };
        assert_eq!((anomaly.why, anomaly.line.by.as_str()), (Misfit::DoneBefore, "高建平"), "the later one is flagged");
        assert_eq!(page.row.attention, 1, "lists show it too");
    }
    let act = township.page(case).anomalies[0].line.stamp;
    let page = village.act(case, Command::Review { act, finding: "同一袋材料，苏木重复登记".into() });
    assert_eq!((page.anomalies.len(), page.row.attention), (0, 0), "looked at");
    both_end_equal(&world, &mut village, &mut township);
    let page = township.page(case);
    assert_eq!(page.anomalies, [], "the finding reached the other desk");
    assert_eq!(acts(&page).last(), Some(&"reviewed"));
}

#[test]
fn one_withdraws_while_the_other_hands_over() {
    let (world, mut village, mut township, case) = two_desks(102);
    world.at("2026-03-03T10:00");
    village.act(case, Command::Withdraw { reason: "家里人已经办了".into(), papers_returned: 4 });
    world.at("2026-03-03T10:05");
    township.hand_over(case);
    world.settle(&mut [&mut village, &mut township]);
    for station in [&mut village, &mut township] {
        let page = station.page(case);
        let withdrawn = Stage::Decided { outcome: Outcome::Withdrawn };
        assert_eq!(page.row.stage, withdrawn, "the first act holds");
        assert_eq!(page.anomalies[0].why, Misfit::NoSuchMove { from: withdrawn }, "the bag is on its way for nothing");
    }
    let act = village.page(case).anomalies[0].line.stamp;
    township.act(case, Command::Review { act, finding: "材料已退回本人".into() });
    both_end_equal(&world, &mut village, &mut township);
}

#[test]
fn a_withdrawal_after_the_hand_over_fits_even_when_both_were_written_apart() {
    let (world, mut village, mut township, case) = two_desks(103);
    world.at("2026-03-03T10:00");
    village.hand_over(case);
    world.at("2026-03-03T10:05");
    township.act(case, Command::Withdraw { reason: "本人撤回".into(), papers_returned: 4 });
    both_end_equal(&world, &mut village, &mut township);
    assert_eq!(village.page(case).anomalies, [], "withdrawal is possible until the decision (R74)");
}

#[test]
fn two_phones_and_two_ids_are_shown_and_work_waits_for_the_id_only() {
    let (world, mut village, mut township, case) = two_desks(104);
    village.set(case, Field::Phone, "0472-0000001").unwrap();
    township.set(case, Field::Phone, "0472-0000002").unwrap();
    village.set(case, Field::CitizenId, "150205195807040002").unwrap();
    township.set(case, Field::CitizenId, "150205197003120006").unwrap();
    world.settle(&mut [&mut village, &mut township]);

    for station in [&mut village, &mut township] {
        let page = station.page(case);
        let disputed: Vec<Field> = page.conflicts.iter().map(|conflict| conflict.field).collect();
        assert_eq!(disputed, [Field::CitizenId, Field::Phone], "both fields, on both pages");
        let mut phones: Vec<(&str, &str)> =
            page.conflicts[1].values.iter().map(|value| (value.by.as_str(), value.value.as_str())).collect();
        phones.sort_unstable();
        assert_eq!(phones, [("其木格", "0472-***0001"), ("高建平", "0472-***0002")], "who typed what, masked");
        assert_eq!(page.row.attention, 2);
        assert_eq!(page.acts, [Offer::Note], "nothing that rests on the id is offered");
        let refused = station.try_act(case, Command::HandOver { to: "苏木".into() }).unwrap_err();
        assert_eq!(refused, Failure::Refused { why: Refusal::Disputed { field: Field::CitizenId } });
    }

    let settle = |field: Field, kept: &str| SettleField { id: case, field, kept: Kept::Typed { value: kept.into() } };
    let page = village.ask(settle(Field::Phone, "0472-0000002"));
    assert_eq!(page.conflicts.len(), 1, "the phone is settled");
    let nonsense = village.call(settle(Field::CitizenId, "150205197003120005")).unwrap_err();
    assert_eq!(
        nonsense,
        Failure::BadValue { code: "id_check_sign".into(), arg: "6".into() },
        "a third value is checked"
    );
    world.settle(&mut [&mut village, &mut township]);
    let page = township.ask(settle(Field::CitizenId, "150205195807040002"));
    assert_eq!((page.conflicts.len(), page.row.attention), (0, 0));
    both_end_equal(&world, &mut village, &mut township);
    let page = village.hand_over(case);
    assert_eq!(page.row.id_tail, "0002", "the id that was chosen");
    assert_eq!(page.sent, Sent::Waiting { changes: 1 }, "the page does not claim that the act has arrived");
    both_end_equal(&world, &mut village, &mut township);
    assert!(matches!(village.page(case).sent, Sent::Arrived { .. }));
}

#[test]
fn the_same_choice_at_both_desks_is_no_new_conflict() {
    let (world, mut village, mut township, case) = two_desks(105);
    village.set(case, Field::Phone, "0472-0000001").unwrap();
    township.set(case, Field::Phone, "0472-0000002").unwrap();
    world.settle(&mut [&mut village, &mut township]);
    for station in [&mut village, &mut township] {
        station.ask(SettleField { id: case, field: Field::Phone, kept: Kept::Typed { value: "0472-0000001".into() } });
    }
    both_end_equal(&world, &mut village, &mut township);
    assert_eq!(village.page(case).conflicts, [], "equal values are settled silently");
    let shown = township.page(case).fields.into_iter().find(|view| view.field == Field::Phone);
    assert!(some("the phone", shown).value.ends_with("0001"));
}
