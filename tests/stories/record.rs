//! The record of a case: what was done by whom at which machine, under which number, and what happens when two machines meet
//! (requirements R76-R78).

use daiban_model::api::{Failure, ListDoubles, Sent};
use daiban_model::case::event::{Event, What};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Misfit;
use daiban_model::case::{Command, Stage};
use daiban_model::ids::CaseId;
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, PIN, QIAN_XIUYING, QIMUGE, Station, World,
    ZHAO_YUNFENG, must, some,
};

fn number(station: &mut Station, case: CaseId) -> String {
    station.page(case).row.number
}

#[test]
fn r76_every_move_is_an_event_with_who_where_when_before_and_after() {
    let world = World::new(801);
    let mut laptop = world.numbered("幸福大院代办点", BAICAIGOU, QIMUGE, 7);
    world.at("2026-03-02T09:30");
    let case = laptop.receive(&QIAN_XIUYING, "MZ-007");
    let before = laptop.stored(case);
    world.at("2026-03-02T09:40");
    must("another phone", laptop.set(case, Field::Phone, "13800138000"));
    laptop.act(case, Command::Note { text: "电话换了".into() });

    let events = laptop.events(case);
    let received = some("the receipt", events.iter().find(|event| matches!(event.what, What::Received(_))));
    let typed = some("the change", events.iter().find(|event| matches!(event.what, What::Typed { .. })));
    let who = |event: &Event| (event.by.to_string(), event.unit.to_string(), event.at.local().to_string());
    assert_eq!(who(received), (QIMUGE.into(), BAICAIGOU.into(), "2026-03-02T09:30:00".into()));
    assert_eq!(who(typed), (QIMUGE.into(), BAICAIGOU.into(), "2026-03-02T09:40:00".into()));
    assert_eq!(received.stamp.device, typed.stamp.device, "one machine");
    assert!(received.stamp < typed.stamp, "and its own count goes on");
    let What::Typed { field, from, to } = &typed.what else { panic!("a change: {:?}", typed.what) };
    assert_eq!((field.as_str(), from.as_str(), to.as_str()), ("applicant.phone", "0472-0000001", "13800138000"));
    let told = some("a line", laptop.page(case).story.into_iter().find(|line| line.kind == "typed"));
    assert_eq!(told.detail, "0472-***0001 → 138****8000", "the story names nobody's number");

    // Nothing takes an event out again: what was stored before is stored still.
    let after = laptop.stored(case);
    let kept = |change: &Vec<u8>| after.tail.contains(change);
    assert!(after.snapshot.is_some() || before.tail.iter().all(kept), "changes are added, never taken away");
    let old: Vec<_> = events.iter().filter(|event| event.stamp <= received.stamp).cloned().collect();
    assert!(old.iter().all(|event| laptop.events(case).contains(event)));
}

#[test]
fn r77_two_laptops_number_their_first_cases_at_the_same_minute() {
    let world = World::new(802);
    let mut seven = world.numbered("幸福大院代办点", BAICAIGOU, QIMUGE, 7);
    let mut eight = world.numbered("白菜沟便民服务站", BAICAIGOU, QIMUGE, 8);
    let (one, other) = (seven.receive(&ZHAO_YUNFENG, "MZ-007"), eight.receive(&QIAN_XIUYING, "MZ-007"));
    assert_eq!(number(&mut seven, one), "石拐-202202-20260302-07-0001");
    assert_eq!(number(&mut eight, other), "石拐-202202-20260302-08-0001");
    let next = seven.receive(&QIAN_XIUYING, "RS-012");
    assert_eq!(number(&mut seven, next), "石拐-202202-20260302-07-0002");
    seven.act(next, Command::Withdraw { reason: "不办了".into(), papers_returned: 0 });
    seven.kill();
    seven.restart();
    let after = seven.receive(&QIAN_XIUYING, "RS-002");
    assert_eq!(number(&mut seven, after), "石拐-202202-20260302-07-0003", "a number is given once");
    world.at("2026-03-03T09:00");
    let tomorrow = seven.receive(&QIAN_XIUYING, "RS-003");
    assert_eq!(number(&mut seven, tomorrow), "石拐-202202-20260303-07-0001", "each day from the beginning");
}

#[test]
fn r78_the_same_matter_taken_on_two_laptops_is_kept_twice_and_flagged_once() {
    let world = World::new(803);
    let mut seven = world.numbered("幸福大院代办点", BAICAIGOU, QIMUGE, 7);
    let mut eight = world.numbered("绍卜亥便民服务站", BAICAIGOU, HAO_ZHIQIANG, 8);
    seven.add_person(BAI_YUNXIA);
    seven.lock();
    must("she signs in again", seven.sign_in(QIMUGE, PIN));
    world.at("2026-03-02T09:30");
    let first = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    world.at("2026-03-02T14:00");
    let second = eight.receive(&ZHAO_YUNFENG, "MZ-007");
    assert_eq!(eight.ask(ListDoubles {}), [], "nobody knows yet");

    world.at("2026-03-06T10:00");
    world.settle(&mut [&mut seven, &mut eight]);
    assert_eq!(seven.list().len(), 2, "both are kept");
    let doubles = seven.ask(ListDoubles {});
    let [double] = doubles.as_slice() else { panic!("one pair: {doubles:?}") };
    assert_eq!((double.first.id, double.second.id), (first, second), "the first by its receipt, not by the exchange");
    assert_eq!(seven.page(second).doubles.len(), 1, "可能重复");
    assert_eq!(seven.page(first).doubles, [], "the first one is not flagged");
    let at_eight = eight.page(second).doubles;
    assert_eq!(at_eight[0].number, number(&mut seven, first), "whoever took the second hears of the first");
    assert_eq!(eight.call(daiban_model::api::OpenCase { id: first }).err(), Some(Failure::NotFound), "and no more");
    assert_eq!(seven.page(second).row.since.local().to_string(), "2026-03-02T14:00:00", "legal time is the receipt's");

    // The part-timer links her own; the reason is typed.
    eight.act(second, Command::Link { other: first, reason: "重复，赵云凤已在幸福大院收件".into() });
    world.settle(&mut [&mut seven, &mut eight]);
    assert_eq!((seven.ask(ListDoubles {}), seven.page(second).doubles.len()), (Vec::new(), 0), "said what it is");
    assert_eq!(seven.page(second).row.stage, Stage::Received, "and both stay");
}

#[test]
fn r78_of_two_who_close_one_file_the_first_by_the_desk_holds() {
    let world = World::new(804);
    let mut seven = world.numbered("幸福大院代办点", BAICAIGOU, QIMUGE, 7);
    let mut centre = world.numbered("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING, 3);
    let case = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut seven, &mut centre]);
    world.at("2026-03-03T10:00");
    centre.act(case, Command::Withdraw { reason: "本人在苏木说不办了".into(), papers_returned: 4 });
    world.at("2026-03-03T11:00");
    seven.act(case, Command::Withdraw { reason: "本人打电话说不办了".into(), papers_returned: 4 });
    // The later act reaches the district first.
    seven.sync(&world.hub);
    world.settle(&mut [&mut seven, &mut centre]);
    for station in [&mut seven, &mut centre] {
        let page = station.page(case);
        let withdrawn: Vec<&str> =
            page.story.iter().filter(|line| line.kind == "withdrawn").map(|line| line.by.as_str()).collect();
        assert_eq!(withdrawn, ["其木格", "高建平"], "both are kept");
        let [anomaly] = page.anomalies.as_slice() else { panic!("one is flagged: {:?}", page.anomalies) };
        assert_eq!((anomaly.why, anomaly.line.by.as_str()), (Misfit::DoneBefore, "其木格"));
        assert!(matches!(page.sent, Sent::Arrived { .. }));
    }
}
