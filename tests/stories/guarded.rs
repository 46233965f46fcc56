//! What the law guards: who collects a result, whose document was seen, who looked at a number, what waits to be delivered.

use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    CaseRow, Chain, Failure, GetToday, Kept, Later, ListCases, ListReveals, Masking, Offer, RevealConflict,
    RevealField, Seen, SettleField, StartDraft, View, Why,
};
use daiban_model::case::clocks::{ClockKind, Whose};
use daiban_model::case::event::{AcceptanceBasis, DeliveryWay, IdCheck, PaperName, Power};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, LUO_JIE, PIN, Papers, QIAN_XIUYING, QIMUGE,
    SUN_LINA, TIAN_WEIGUO, World, ZHAO_YUNFENG, day, must,
};

fn deliver(way: DeliveryWay, signer: &str) -> Command {
    Command::Deliver { way, signer: signer.into(), relation: String::new() }
}

fn refused(why: Refusal) -> Failure {
    Failure::Refused { why }
}

#[test]
fn the_agent_of_a_mandate_collects_under_it_whoever_writes_the_sheet() {
    let world = World::new(1001);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = village.receive(&ZHAO_YUNFENG, "YB-001");
    world.settle(&mut [&mut village, &mut window]);
    window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    let not_given = refused(Refusal::PowerNotGiven { power: Power::Collect });
    for way in [DeliveryWay::Direct, DeliveryWay::ForOther, DeliveryWay::ToAgent] {
        let given = window.try_act(case, deliver(way, " 其木格 ")).unwrap_err();
        assert_eq!(given, not_given, "领结果 was not ticked, whatever the sheet says: {way:?}");
    }
    window.act(case, deliver(DeliveryWay::Direct, "赵云凤"));
}

#[test]
fn without_a_document_the_papers_are_taken_and_the_organ_waits() {
    let world = World::new(1002);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let taken = village.receive_with(&QIAN_XIUYING, "RS-003", Papers::All, |draft| {
        draft.person.citizen_id.clear();
        draft.person.id_later = Later::Absent;
    });
    let case = taken.cases[0];
    let slip = village.reads(case, PaperName::Receipt, 0);
    assert!(slip.contains("证件待核"), "R84: {slip}");
    assert_eq!(village.page(case).acts[0], Offer::CheckId, "what comes first");
    village.hand_over(case);
    world.settle(&mut [&mut village, &mut township]);
    let accept = || Command::Accept { basis: AcceptanceBasis::Complete };
    assert_eq!(township.try_act(case, accept()).unwrap_err(), refused(Refusal::IdNotSeen));
    // A number that somebody knows by heart is not a document that somebody saw.
    township.set(case, Field::CitizenId, QIAN_XIUYING.id).unwrap();
    assert_eq!(township.try_act(case, accept()).unwrap_err(), refused(Refusal::IdNotSeen));
    let check = |number: &str| Command::CheckId { from: String::new(), number: number.into() };
    let wrong = township.try_act(case, check("150205195807040001")).unwrap_err();
    assert!(matches!(wrong, Failure::BadValue { .. }), "a number that cannot be is not seen either: {wrong:?}");
    let page = township.act(case, check(QIAN_XIUYING.id));
    assert_eq!((page.id, page.acts.contains(&Offer::CheckId)), (IdCheck::Seen, false));
    assert_eq!(township.act(case, accept()).row.stage, Stage::Accepted);
    assert!(township.page(case).story.iter().any(|line| line.kind == "id_checked"), "it stands in the story");
}

#[test]
fn two_numbers_side_by_side_are_masked_and_a_look_at_one_is_written_down() {
    let world = World::new(1003);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut village, &mut township]);
    village.set(case, Field::CitizenId, QIAN_XIUYING.id).unwrap();
    township.set(case, Field::CitizenId, SUN_LINA.id).unwrap();
    world.settle(&mut [&mut village, &mut township]);

    let page = village.page(case);
    let [conflict] = page.conflicts.as_slice() else { panic!("one field: {:?}", page.conflicts) };
    let told = serde_json::to_string(&page).unwrap();
    for number in [ZHAO_YUNFENG.id, QIAN_XIUYING.id, SUN_LINA.id] {
        assert!(!told.contains(number), "no number stands whole anywhere on the page");
    }
    let mut whole: Vec<String> = Vec::new();
    for value in &conflict.values {
        assert_eq!(value.masked, Masking::Masked, "{}", value.value);
        let look = RevealConflict { id: case, field: Field::CitizenId, mark: value.mark.clone() };
        whole.push(village.ask(look).value);
    }
    whole.sort_unstable();
    assert_eq!(whole, [QIAN_XIUYING.id, SUN_LINA.id], "shown when asked for");
    let gone = RevealConflict { id: case, field: Field::CitizenId, mark: "0".into() };
    assert_eq!(village.call(gone).err(), Some(Failure::NotFound), "a value that stands no more");

    let hers = conflict.values.iter().find(|value| value.by == "其木格").unwrap();
    let kept = Kept::Standing { mark: hers.mark.clone() };
    let page = village.ask(SettleField { id: case, field: Field::CitizenId, kept });
    assert_eq!((page.conflicts.len(), page.row.id_tail.as_str()), (0, "0002"), "chosen by its mark");
    let by_hand = Command::Settle { field: Field::CitizenId, kept: String::new(), dropped: Vec::new() };
    assert!(village.try_act(case, by_hand).is_err(), "a settlement has a call of its own");
}

#[test]
fn who_looked_is_kept_over_a_restart_and_read_by_the_supervisor_alone() {
    let world = World::new(1004);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    window.add_person(LIN_FANG);
    window.add_person(TIAN_WEIGUO);
    window.lock();
    must("the window signs in", window.sign_in(LIN_FANG, PIN));
    let case = window.receive(&SUN_LINA, "YB-001");
    let list = || ListReveals { month: day("2026-03-15") };
    for field in [Field::CitizenId, Field::Phone] {
        window.ask(RevealField { id: case, field, why: Why::FillForm });
    }
    let denied = Failure::Denied { action: Action::Audit, why: Denied::Role };
    assert_eq!(window.call(list()).err(), Some(denied), "nobody audits what they did themselves");
    world.at("2026-04-01T09:00");
    // Copying a person into a new case shows the numbers too.
    window.ask(StartDraft { from: Some(case), item: None });
    window.kill();
    window.start();
    must("the supervisor signs in", window.sign_in(TIAN_WEIGUO, PIN));
    let march = window.ask(list());
    let told: Vec<_> = march.lines.iter().map(|line| (line.number, line.by.as_str(), line.seen)).collect();
    assert_eq!(
        told,
        [
            (2, "林芳", Seen::FieldFor(Field::Phone, Why::FillForm)),
            (1, "林芳", Seen::FieldFor(Field::CitizenId, Why::FillForm))
        ],
        "latest first"
    );
    assert!(march.lines[0].case_number.starts_with("石拐-"), "{}", march.lines[0].case_number);
    assert_eq!(march.chain, Chain::Whole);
    let april = window.ask(ListReveals { month: day("2026-04-30") });
    assert_eq!((april.lines.len(), april.chain), (2, Chain::Whole), "id and phone");
    assert_eq!(window.call(RevealField { id: case, field: Field::Phone, why: Why::Call }).err(), {
        Some(Failure::Denied { action: Action::Reveal, why: Denied::Role })
    });

    // Somebody with the key takes a line out, and puts another one's bytes in its place.
    let lines = window.states("reveal/");
    window.put_state(&lines[1].0, Some(lines[0].1.clone()));
    assert_eq!(window.ask(list()).chain, Chain::BrokenAfter { number: 1 }, "第 1 行后不连续");
    window.put_state(&lines[1].0, None);
    assert_eq!(window.ask(list()).chain, Chain::BrokenAfter { number: 1 }, "taken out");
    window.put_state(&lines[1].0, Some(lines[1].1.clone()));
    assert_eq!(window.ask(list()).chain, Chain::Whole, "put back");
    window.put_state(&lines[3].0, None);
    assert_eq!(window.ask(list()).chain, Chain::BrokenAfter { number: 3 }, "cut off at the end");
}

#[test]
fn a_result_in_a_drawer_presses_until_it_is_delivered() {
    let world = World::new(1005);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-06-12T10:00");
    let case = window.receive(&SUN_LINA, "YB-001");
    window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    let ids = |rows: Vec<CaseRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let list = |view: View| ListCases { view, after: None, limit: 50 };
    let today = window.ask(GetToday {});
    let [row] = today.rows.as_slice() else { panic!("it is on the work table: {:?}", today.rows) };
    let pressing = row.pressing.as_ref().unwrap();
    let due = (pressing.kind, pressing.due.date(), pressing.whose);
    assert_eq!(due, (Some(ClockKind::Delivery), Some(day("2026-06-29")), Whose::Mine), "D30, 行政许可法 art 44");
    assert_eq!((today.counts.open, today.counts.finished, today.counts.pressing), (1, 0, 0), "not due yet");
    assert_eq!(ids(window.ask(list(View::Pressing)).rows), [case]);
    assert_eq!(ids(window.ask(list(View::Finished)).rows), []);
    world.at("2026-06-29T09:00");
    assert_eq!(window.ask(GetToday {}).counts.pressing, 1, "its day");
    world.at("2026-06-30T09:00");
    assert_eq!(window.ask(GetToday {}).counts.overdue, 1, "the day after");
    assert_eq!(ids(window.ask(list(View::Overdue)).rows), [case]);
    let again = window.receive(&SUN_LINA, "YB-001");
    assert_ne!(again, case, "R88: a decided matter is no open one");
    window.act(case, deliver(DeliveryWay::Direct, "孙丽娜"));
    assert_eq!(ids(window.ask(list(View::Finished)).rows), [case], "handed over");
    assert_eq!(window.ask(GetToday {}).counts.overdue, 0);
    window.act(again, Command::Withdraw { reason: "不办了".into(), papers_returned: 1 });
    assert_eq!(window.ask(GetToday {}).counts.finished, 2, "what was taken back waits for nothing");
    assert_eq!(window.refold(), [], "rows made anew say the same (S4)");
}

#[test]
fn the_list_of_all_begins_with_what_is_due_and_ends_with_what_was_finished_longest_ago() {
    let world = World::new(1006);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let mut take = |person, item, day: &str| {
        world.at(&format!("{day}T10:00"));
        window.receive(person, item)
    };
    let first = take(&SUN_LINA, "YB-001", "2026-03-02");
    let late = take(&QIAN_XIUYING, "RS-003", "2026-03-03");
    let second = take(&ZHAO_YUNFENG, "YB-001", "2026-03-04");
    let today = take(&ZHAO_YUNFENG, "RS-003", "2026-03-05");
    let withdraw = || Command::Withdraw { reason: "不办了".into(), papers_returned: 0 };
    window.act(second, withdraw());
    world.pass(1);
    window.act(first, withdraw());
    let order: Vec<_> = window.list().into_iter().map(|row| row.id).collect();
    assert_eq!(order, [late, today, first, second], "没办完的排前面, then what changed last");
    let (mut after, mut paged) = (None, Vec::new());
    loop {
        let page = window.ask(ListCases { view: View::All, after, limit: 1 });
        paged.extend(page.rows.into_iter().map(|row| row.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, order, "page by page the same");
}

#[test]
fn a_number_that_a_part_timer_may_not_see_is_asked_for_and_not_said_to_be_missing() {
    let world = World::new(1007);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    village.lock();
    must("the part-timer signs in", village.sign_in(BAI_YUNXIA, PIN));
    let own = village.receive(&QIAN_XIUYING, "MZ-007");
    let person = village.ask(StartDraft { from: Some(own), item: None }).person;
    assert_eq!((person.citizen_id.as_str(), person.phone.as_str()), ("", ""), "R213");
    assert_eq!((person.id_later, person.phone_none), (Later::Given, Later::Given), "she types them anew, no 证件待核");
}
