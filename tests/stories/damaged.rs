//! Bits that go over, devices that are not known or no longer, and segments that should not be.

use daiban_core::store::{Batch, PeerQuery, Store, StoredChange};
use daiban_model::api::{
    Failure, GetSession, GoBackKeys, Link, ListItems, ListRefused, OpenCase, ProblemCode, RefusedWhy, SendRefusedAgain,
    Sent, SessionState, StorageFault,
};
use daiban_model::case::field::Field;
use daiban_model::catalogue::Catalogue;
use daiban_model::ids::CaseId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{PackageKind, Why};
use daiban_tests::world::{
    BAICAIGOU, Flip, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, Line, Newer, PIN, QIAN_XIUYING, QIMUGE, SHAOBUHAI,
    SUN_LINA, Station, World, ZHAO_YUNFENG, day, division, must, now,
};

use crate::problems;

/// Three cases, each in a segment of its own.
fn three_cases(seed: u64) -> (World, Station, Vec<CaseId>) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut cases = Vec::new();
    for person in [&ZHAO_YUNFENG, &QIAN_XIUYING, &SUN_LINA] {
        cases.push(village.receive(person, "MZ-007"));
        village.sync(&world.hub);
        world.pass(1);
    }
    assert_eq!(world.hub.end(division(BAICAIGOU)), 3);
    (world, village, cases)
}

#[test]
fn a_segment_damaged_at_the_hub_is_set_aside_and_the_rest_flows_on() {
    let (world, mut village, cases) = three_cases(601);
    let scope = division(BAICAIGOU);
    world.hub.shelf().flip(Flip { scope, seq: 2, record: 0, bit: 21 });
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    let seen: Vec<CaseId> = township.list().into_iter().map(|row| row.id).collect();
    assert_eq!(seen, [cases[0], cases[2]], "the two whole ones are there");
    assert_eq!(township.call(OpenCase { id: cases[1] }).unwrap_err(), Failure::NotFound);
    assert_eq!(problems(&mut township), [ProblemCode::Quarantined]);
    let aside = now(township.shelf().peer(PeerQuery::Quarantine)).unwrap().quarantine;
    assert_eq!((aside.len(), aside[0].why.as_str()), (1, "the signature does not verify"), "with its reason");

    let faults: Vec<(u64, String)> =
        world.hub.verify().faults.into_iter().map(|fault| (fault.seq, fault.what)).collect();
    assert_eq!(faults, [(2, "the signature does not verify".to_owned())], "the operator is told which one");
    village.receive(&SUN_LINA, "RS-003");
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!((township.list().len(), township.view().state), (3, Link::Done), "later ones come as before");
    township.kill();
    township.restart();
    assert_eq!(
        township.view().problems.iter().map(|p| (p.code, p.records)).collect::<Vec<_>>(),
        [(ProblemCode::Quarantined, 1)]
    );
}

#[test]
fn every_flipped_bit_of_a_record_is_found_whatever_it_hits() {
    let (world, _, cases) = three_cases(602);
    let scope = division(BAICAIGOU);
    for bit in (0..1600).step_by(97) {
        let hub = &world.hub;
        hub.shelf().flip(Flip { scope, seq: 1, record: 0, bit });
        let mut township = world.station(&format!("苏木{bit}"), JIHULUNTU, GAO_JIANPING);
        township.sync(hub);
        assert_eq!(township.list().len(), 2, "bit {bit}");
        assert!(township.stored(cases[0]).state.is_none(), "nothing of it was used");
        // The same bit again: whole once more.
        hub.shelf().flip(Flip { scope, seq: 1, record: 0, bit });
    }
}

#[test]
fn a_device_the_hub_does_not_know_keeps_everything() {
    let (world, mut village, _) = three_cases(603);
    let other = World::new(9_603);
    village.receive(&SUN_LINA, "RS-003");
    village.sync(&other.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![ProblemCode::UnknownDevice], 1));
    assert!(other.hub.ends().is_empty(), "and it took nothing");
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![], 0));
}

/// Row 10: a revoked device, by line.
#[test]
fn a_revoked_device_is_refused_and_what_it_brings_is_set_aside() {
    let (world, mut village, _) = three_cases(604);
    village.receive(&SUN_LINA, "RS-003");
    world.hub.revoke("白菜沟便民服务站");
    village.sync(&world.hub);
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![ProblemCode::Revoked], 1), "nothing is lost");
    assert_eq!(world.hub.end(division(BAICAIGOU)), 3, "nothing is taken");
    let aside = world.hub.quarantine();
    assert_eq!((aside.len(), aside[0].why.as_str()), (1, "revoked"), "once, for a person to look at");
    assert_eq!(village.list().len(), 4, "the person goes on working");
}

#[test]
fn a_device_of_another_village_does_not_take_a_case_over() {
    let (world, _, cases) = three_cases(605);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    let before = township.knows();
    let mut rogue = Newer::enrol(&world, "绍卜亥", SHAOBUHAI);
    let change = rogue.write(cases[0], &[r#""k":"noted","text":"x""#]);
    let segment = rogue.seal(SHAOBUHAI, &[change]);
    let refused = rogue.exchange(&world.hub, vec![segment]).refused;
    let why = Why::ForeignDocument { ordinal: 0 };
    assert_eq!(refused.iter().map(|one| one.why).collect::<Vec<_>>(), [why], "the case lives in another village");
    assert_eq!(world.hub.quarantine().len(), 1, "kept for a person to look at");
    township.sync(&world.hub);
    assert_eq!((problems(&mut township), township.knows()), (vec![], before), "nobody else hears of it");
}

#[test]
fn a_record_of_a_foreign_case_is_kept_apart_and_the_rest_arrives() {
    let (world, mut village, cases) = three_cases(609);
    let mut next = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    next.sync(&world.hub);
    // However it got onto this disk: a change of a case of another village stands in its outbox, among its own.
    let mut stray = Newer::enrol(&world, "二号机", SHAOBUHAI);
    let (doc, bytes) = stray.write(cases[0], &[r#""k":"noted","text":"x""#]);
    let meta = daiban_core::doc::parse(&bytes).unwrap();
    let (hash, actor, actor_seq) = (meta.hash, meta.actor, meta.seq);
    let change = StoredChange { hash, doc, scope: division(SHAOBUHAI), actor, actor_seq, segment: None, bytes };
    next.receive(&SUN_LINA, "MZ-007");
    now(next.shelf().commit(Batch { changes: vec![change], outbox: vec![hash], ..Batch::default() })).unwrap();
    let case = next.receive(&QIAN_XIUYING, "MZ-007");
    next.sync(&world.hub);
    assert_eq!(
        (problems(&mut next), next.view().outbox),
        (vec![ProblemCode::RefusedByHub], 1),
        "one is kept and shown"
    );
    assert!(matches!(next.page(case).sent, Sent::Arrived { .. }), "what stood in the same segment has arrived");
    assert_eq!(world.hub.verify().changes, 5, "three of the village, two of the next");
    village.sync(&world.hub);
    next.receive(&QIAN_XIUYING, "RS-003");
    next.sync(&world.hub);
    assert_eq!((next.view().outbox, next.sync(&world.hub).requests), (1, 1), "and it is not sent for ever");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn an_actor_of_another_device_is_refused_by_the_hub() {
    let (world, mut village, cases) = three_cases(606);
    let mut rogue = Newer::enrol(&world, "二号机", BAICAIGOU);
    rogue.exchange(&world.hub, Vec::new());
    let feed = now(world.hub.shelf().after(division(BAICAIGOU), 0, usize::MAX)).unwrap();
    let stolen = daiban_core::doc::parse(&feed[0].records[0].2).unwrap();
    rogue.actor = stolen.actor;
    let change = rogue.write(cases[0], &[r#""k":"noted","text":"冒名""#]);
    let segment = rogue.seal(BAICAIGOU, &[change]);
    let refused = rogue.exchange(&world.hub, vec![segment]).refused;
    assert_eq!(refused.iter().map(|one| one.why).collect::<Vec<_>>(), [daiban_model::wire::Why::ForeignActor]);
    assert_eq!(world.hub.quarantine().len(), 1, "kept for a person to look at");
    village.sync(&world.hub);
    assert_eq!(village.page(cases[0]).story.len(), 4, "nobody's story has it");
}

#[test]
fn typed_nonsense_is_refused_with_a_reason_and_nothing_is_lost() {
    let (world, mut village, cases) = three_cases(607);
    village.line = Line::Cut;
    let bad = |station: &mut Station, field, value: &str| match station.set(cases[0], field, value).unwrap_err() {
        Failure::BadValue { code, arg } => (code, arg),
        other => panic!("{other:?}"),
    };
    assert_eq!(bad(&mut village, Field::CitizenId, "150205200102290005"), ("id_no_such_date".into(), String::new()));
    assert_eq!(bad(&mut village, Field::CitizenId, "110105194912310021"), ("id_check_sign".into(), "X".into()));
    assert_eq!(bad(&mut village, Field::CitizenId, "150205451208201"), ("id_fifteen".into(), String::new()));
    assert_eq!(bad(&mut village, Field::Phone, "1380013"), ("phone_wrong".into(), String::new()));
    assert_eq!(bad(&mut village, Field::Name, " "), ("name_empty".into(), String::new()));
    assert_eq!(bad(&mut village, Field::InjuredOn, "2026-03-03"), ("date_in_future".into(), String::new()));
    let command = daiban_model::case::Command::Type { field: Field::Phone, from: String::new(), to: "12".into() };
    let by_the_back_door = village.try_act(cases[0], command).unwrap_err();
    assert_eq!(by_the_back_door, Failure::BadValue { code: "phone_wrong".into(), arg: String::new() });
    let draft = village.draft(&ZHAO_YUNFENG, "MZ-007", daiban_tests::world::Papers::All, |draft| {
        draft.items.push("ZZ-999".parse().unwrap());
        draft.person.citizen_id = "150205194508200009".into();
    });
    let Err(Failure::DraftFaults { faults }) = village.call(daiban_model::api::ReceiveDraft { id: draft }) else {
        panic!("it was received");
    };
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["id_check_sign", "unknown_item"], "each with the step and field to go to");
    assert_eq!(village.saved(draft).person.name, "赵云凤", "the draft is as it was");
    drop(world);
}

#[test]
fn a_segment_that_went_bad_on_its_way_to_the_hub_holds_up_nothing_else() {
    let world = World::new(608);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.line = Line::Cut;
    let bad = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let good = village.receive(&QIAN_XIUYING, "MZ-007");
    village.shelf().wear(1);
    village.line = Line::Open;
    village.sync(&world.hub);
    let told = |station: &mut Station| {
        let view = station.view();
        (view.problems.iter().map(|problem| (problem.code, problem.records)).collect::<Vec<_>>(), view.outbox)
    };
    assert_eq!(told(&mut village), (vec![(ProblemCode::RefusedByHub, 1)], 1), "one is refused and kept");
    assert_eq!(world.hub.quarantine().len(), 1, "the hub keeps what came of it");
    let cases = village.ask(ListRefused {});
    let told_of: Vec<_> = cases.iter().map(|case| (case.id, case.changes, case.why)).collect();
    assert_eq!(told_of, [(bad, 1, RefusedWhy::Unsound)], "the page names the case, and why");
    village.ask(SendRefusedAgain {});
    village.sync(&world.hub);
    assert_eq!(told(&mut village).0, [(ProblemCode::RefusedByHub, 1)], "what is unsound is not sent again and again");
    assert!(matches!(village.page(good).sent, Sent::Arrived { seq: 1 }), "what came after it has arrived");
    assert!(matches!(village.page(bad).sent, Sent::Waiting { changes: 1 }));
    village.kill();
    village.restart();
    village.receive(&SUN_LINA, "MZ-007");
    assert_eq!(village.sync(&world.hub).requests, 1);
    assert_eq!(
        told(&mut village),
        (vec![(ProblemCode::RefusedByHub, 1)], 1),
        "still said after a restart, and not twice"
    );
    assert_eq!((world.hub.end(division(BAICAIGOU)), world.hub.verify().faults), (2, vec![]));
}

#[test]
fn what_the_district_had_not_yet_given_to_the_station_goes_once_more_by_a_button() {
    let world = World::new(621);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    village.line = Line::Cut;
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    // As it is after a hub said so: the station keeps the answer under the segment's name.
    let kept = daiban_model::wire::encode(&(Why::OutOfScope, Wall(1)));
    let states = vec![(format!("refused/1/{BAICAIGOU}/1"), Some(kept))];
    now(village.shelf().commit(Batch { states, ..Batch::default() })).unwrap();
    village.line = Line::Open;
    village.sync(&world.hub);
    let told = |station: &mut Station| (problems(station), station.view().outbox);
    assert_eq!(told(&mut village), (vec![ProblemCode::RefusedByHub], 1), "it is not sent again by itself");
    let cases: Vec<_> = village.ask(ListRefused {}).into_iter().map(|case| (case.id, case.name, case.why)).collect();
    assert_eq!(cases, [(case, "赵云凤".to_owned(), RefusedWhy::OutOfScope)], "the page says whose it is, and why");
    village.ask(SendRefusedAgain {});
    village.sync(&world.hub);
    assert_eq!(told(&mut village), (vec![], 0), "the district takes it now");
    assert_eq!(village.ask(ListRefused {}), []);
}

#[test]
fn a_damaged_key_file_is_said_and_the_one_before_opens_the_station() {
    let world = World::new(620);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.kill();
    let file = village.folder().join("keys.json");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    village.start();
    assert_eq!(village.ask(GetSession {}).state, SessionState::KeysDamaged, "the window opens and says so");
    assert!(village.sign_in(QIMUGE, PIN).is_err(), "nobody gets in");
    let code = world.code("白菜沟便民服务站", BAICAIGOU, &[BAICAIGOU]);
    let damaged = Some(Failure::Storage { why: StorageFault::Damaged });
    assert_eq!(village.try_enrol(&world.hub, &code).err(), damaged, "and no code is used up");
    let session = village.ask(GoBackKeys {});
    assert_eq!(session.state, SessionState::Locked);
    assert!(session.people.iter().any(|tile| tile.ready), "the first PIN is in the copy too");
    must("she signs in", village.sign_in(QIMUGE, PIN));
    assert_eq!(village.page(case).row.name, "赵云凤");
    let kept = std::fs::read_dir(village.folder()).unwrap();
    let aside = kept.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("damaged"));
    assert_eq!(aside.count(), 1, "the damaged one is kept");

    village.kill();
    for name in ["keys.json", "keys.json.before"] {
        std::fs::write(village.folder().join(name), b"{").unwrap();
    }
    village.start();
    assert_eq!(village.call(GoBackKeys {}).err(), damaged, "there is nothing to go back to");
    assert_eq!(village.ask(GetSession {}).state, SessionState::KeysDamaged, "and it still says so");
    assert_eq!(std::fs::read(&file).unwrap(), b"{", "nothing was touched");
}

#[test]
fn a_list_that_does_not_read_is_said_and_the_one_before_stays_in_use() {
    let world = World::new(621);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let items =
        |station: &mut Station| station.ask(ListItems { text: String::new(), category: String::new() }).rows.len();
    world.hub.publish(PackageKind::Catalogue, &"a form of some later version");
    village.sync(&world.hub);
    assert_eq!(problems(&mut village), [ProblemCode::UnreadablePackage], "somebody is told");
    assert_eq!(items(&mut village), 429, "the list before");
    world.hub.publish(PackageKind::Catalogue, &Catalogue::new(3, day("2026-03-01"), Vec::new()).unwrap());
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), items(&mut village)), (vec![], 0), "the next one reads");

    village.put_state("package/Calendar", Some(vec![1, 2, 3]));
    village.restart();
    assert_eq!(problems(&mut village), [ProblemCode::UnreadablePackage], "a damaged one locks nobody out");
    village.sync(&world.hub);
    assert_eq!(problems(&mut village), [], "the district sends it anew");
}
