//! PINs, locking, and two people at one laptop.

use daiban_core::engine::Turn;
use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    Failure, FindPeople, GetDraft, GetSession, ListDrafts, OpenCase, Recover, RecoveryFault, RevealField, SessionState,
    SetPin, StartDraft, Unlock, Why,
};
use daiban_model::case::field::Field;
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, HAO_ZHIQIANG, Line, PIN, Papers, QIAN_XIUYING, QIMUGE, SHAOBUHAI, SUN_LINA,
    Station, World, ZHAO_YUNFENG, must,
};

#[test]
fn r200_wrong_pins_cost_ten_minutes_and_never_data() {
    let world = World::new(701);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.lock();
    for left in [4, 3, 2, 1] {
        assert_eq!(village.sign_in(QIMUGE, "000000").err(), Some(Failure::WrongPin { left }));
    }
    assert_eq!(village.sign_in(QIMUGE, "000000").err(), Some(Failure::WaitForPin { seconds: 600 }));
    assert_eq!(
        village.sign_in(QIMUGE, PIN).err(),
        Some(Failure::WaitForPin { seconds: 600 }),
        "even the right one waits"
    );
    village.kill();
    village.start();
    assert!(village.sign_in(QIMUGE, PIN).is_err(), "ending the program does not make tries cheaper");
    world.pass(10);
    must("after the pause", village.sign_in(QIMUGE, PIN));
    assert_eq!(village.list().len(), 1);
}

#[test]
fn a_weak_pin_is_refused_before_anything_is_written() {
    let world = World::new(702);
    let code = world.code("白菜沟便民服务站", BAICAIGOU, &[BAICAIGOU]);
    let mut station = Station::unenrolled("白菜沟便民服务站", world.clock());
    must("the enrolment", station.try_enrol(&world.hub, &code));
    let agent = || QIMUGE.parse().unwrap();
    for weak in ["12345", "123456", "111111"] {
        let refused = station.call(SetPin { agent: agent(), pin: weak.into() }).err();
        assert_eq!(refused, Some(Failure::WeakPin), "{weak}");
    }
    let nobody = station.call(SetPin { agent: "SG-999999-99".parse().unwrap(), pin: PIN.into() }).err();
    assert_eq!(nobody, Some(Failure::NotFound), "not one of the station's people");
    station.first_pin(QIMUGE);
    assert!(matches!(station.ask(GetSession {}).state, SessionState::Open { .. }));
}

#[test]
fn whoever_forgot_a_pin_opens_the_station_with_the_districts_code_and_nothing_is_lost() {
    let world = World::new(705);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    village.line = Line::Cut;
    let unsent = village.receive(&QIAN_XIUYING, "MZ-007");
    village.kill();
    village.start();
    let agent = || QIMUGE.parse().unwrap();
    let recover = |code: &str, pin: &str| Recover { agent: agent(), code: code.into(), pin: pin.into() };
    let why = |why| Some(Failure::Recovery { why });
    assert!(world.hub.recovery_code("白菜沟便民服务站", "  ").is_err(), "the district writes down who asks, and why");
    let code = must("the district reads it out", world.hub.recovery_code("白菜沟便民服务站", "其木格忘了口令，已核实"));
    let slip = code.replacen(code.chars().next().unwrap(), if code.starts_with('7') { "8" } else { "7" }, 1);
    assert_eq!(village.call(recover(&slip, "807153")).err(), why(RecoveryFault::Mistyped), "one letter heard wrong");
    let right = village.call(recover(&code, "111111")).err();
    assert_eq!(right, Some(Failure::WeakPin), "a weak PIN does not use the code up");
    must("she is in, without a line", village.call(recover(&code.to_lowercase(), "807153")));
    assert_eq!(village.list().len(), 2, "both cases are there");
    assert!(village.list().iter().any(|row| row.id == unsent), "also the one that never left the laptop");

    village.lock();
    assert_eq!(village.call(recover(&code, "260817")).err(), why(RecoveryFault::NotThisStation), "R3: used up");
    assert!(village.sign_in(QIMUGE, PIN).is_err(), "the forgotten PIN opens nothing any more");
    must("the new one does", village.sign_in(QIMUGE, "807153"));
    village.line = Line::Open;
    village.sync(&world.hub);
    let next = must("the next code", world.hub.recovery_code("白菜沟便民服务站", "再问一次"));
    assert_ne!(next, code, "the station has left another one");
    village.lock();
    must("and it opens", village.call(recover(&next, "260817")));
}

#[test]
fn nobody_is_let_into_a_revoked_laptop() {
    let world = World::new(706);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    must("while it is in force", world.hub.recovery_code("白菜沟便民服务站", "核实过"));
    world.hub.revoke("白菜沟便民服务站");
    assert!(world.hub.recovery_code("白菜沟便民服务站", "核实过").is_err(), "it was stolen");
}

#[test]
fn locking_keeps_the_draft_and_nobody_else_sees_it() {
    let world = World::new(703);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    let draft = village.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, |draft| draft.focus = "mandate.until".into());
    village.lock();
    assert_eq!(village.call(ListDrafts {}).err(), Some(Failure::Locked));
    assert_eq!(village.next_request().map(|out| out.is_none()), Ok(true), "a locked station does not exchange");

    must("her colleague signs in", village.sign_in(BAI_YUNXIA, PIN));
    assert_eq!(village.ask(ListDrafts {}), [], "R219: her draft is saved and locked");
    assert_eq!(village.call(GetDraft { id: draft }).err(), Some(Failure::NotFound));
    village.lock();
    must("she comes back", village.sign_in(QIMUGE, PIN));
    assert_eq!(village.saved(draft).focus, "mandate.until", "the same field");
}

#[test]
fn a_part_timer_at_the_same_laptop_sees_own_cases_only() {
    let world = World::new(704);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    village.line = Line::Cut;
    let hers = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.lock();
    must("the part-timer signs in", village.sign_in(BAI_YUNXIA, PIN));
    let own = village.receive(&QIAN_XIUYING, "MZ-007");
    assert_eq!(village.list().iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
    assert_eq!(village.search("赵云凤"), []);
    assert_eq!(village.ask(FindPeople { text: "赵云凤".into() }), []);
    assert_eq!(village.call(OpenCase { id: hers }).err(), Some(Failure::NotFound));
    let view = village.view();
    assert_eq!(view.outbox, 2, "what waits on this machine is counted");
    assert_eq!(view.waiting.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["钱秀英"], "and not named");
    let reveal = village.call(RevealField { id: own, field: Field::CitizenId, why: Why::FillForm }).err();
    assert_eq!(reveal, Some(Failure::Denied { action: Action::Reveal, why: Denied::Role }), "R213");
    village.lock();
    must("the full-timer signs in", village.sign_in(QIMUGE, PIN));
    assert_eq!(village.list().len(), 2, "she sees both");
    let revealed = village.ask(RevealField { id: own, field: Field::CitizenId, why: Why::FillForm });
    assert_eq!(revealed.value, QIAN_XIUYING.id);
}

#[test]
fn nobody_changes_the_pin_of_somebody_who_has_one() {
    let world = World::new(705);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    let stolen = village.call(SetPin { agent: BAI_YUNXIA.parse().unwrap(), pin: "846201".into() }).err();
    assert_eq!(stolen, Some(Failure::NotFound));
    let own = village.call(SetPin { agent: QIMUGE.parse().unwrap(), pin: "846201".into() });
    assert!(own.is_ok(), "her own she may change");
    village.lock();
    assert!(village.call(Unlock { agent: QIMUGE.parse().unwrap(), pin: PIN.into() }).is_err(), "the old one is gone");
    must("the new one", village.sign_in(QIMUGE, "846201"));
}

#[test]
fn somebody_who_helps_out_in_the_next_village_writes_for_that_village() {
    let world = World::new(706);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(HAO_ZHIQIANG);
    village.lock();
    must("he signs in", village.sign_in(HAO_ZHIQIANG, PIN));
    let case = village.receive(&SUN_LINA, "MZ-007");
    assert!(village.page(case).row.number.starts_with("石拐-202202-"), "the unit he acts for here");
    village.sync(&world.hub);
    assert_eq!(village.view().outbox, 0, "the hub takes it: the station may write for this village");
}

#[test]
fn who_has_no_business_with_cases_sees_none() {
    let world = World::new(707);
    let mut village = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let mut district = world.station("石拐区政务服务中心", DISTRICT, "SG-000000-31");
    world.settle(&mut [&mut village, &mut district]);
    let case = village.list()[0].id;
    assert_eq!(district.call(OpenCase { id: case }).err(), Some(Failure::NotFound), "R218: the administrator");
    assert_eq!((district.list(), district.search("赵云凤")), (vec![], vec![]), "no list and no search either");
    let start = district.call(StartDraft { from: None, item: None }).err();
    assert_eq!(
        start,
        Some(Failure::Denied { action: Action::Collect, why: Denied::Role }),
        "said before anything is typed"
    );
    for (agent, sees) in [("SG-000000-21", true), ("SG-000000-13", false)] {
        district.lock();
        let taken = district.sign_in(agent, PIN);
        if taken.is_err() {
            must("somebody is here", district.sign_in("SG-000000-31", PIN));
            district.add_person(agent);
            district.lock();
            must("now she can", district.sign_in(agent, PIN));
        }
        assert_eq!(district.call(OpenCase { id: case }).is_ok(), sees, "R216, R217: {agent}");
        assert_eq!(district.list().len(), usize::from(sees), "{agent}");
    }
}

#[test]
fn locking_in_the_middle_of_an_exchange_ends_that_exchange_only() {
    let world = World::new(708);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let out = must("a request", village.next_request()).expect("something to send");
    village.lock();
    let answer = village.line.carry(&world.hub, &out);
    assert_eq!(village.answered(answer), Ok(Turn::Done), "the answer comes to a locked station");
    must("she comes back", village.sign_in(QIMUGE, PIN));
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, world.hub.verify().changes), (0, 1));
}
