//! Working copies that go ninety days after the hand-over (R203): by a printed list that two people sign (R220). What was done stays.

use daiban_core::doc::Doc;
use daiban_core::projection::Facts;
use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    ApproveWipe, Failure, ListMonth, ListReveals, ListWipe, ListWiped, LookAtWipe, OpenCase, Outlet, PaperFault,
    PrintWipe, SearchCases, Seen, WipedCopy,
};
use daiban_model::case::Command;
use daiban_model::case::beside::{Beside, HelpAsked};
use daiban_model::case::copies::Stays;
use daiban_model::case::event::{Callback, DeliveryWay, Grade};
use daiban_model::ids::CaseId;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    DISTRICT, Fuse, HE_JING, LIN_FANG, LUO_JIE, PIN, Person, QIAN_XIUYING, SUN_LINA, Station, TIAN_WEIGUO, World, day,
    must, some,
};

/// A laptop of the district at which an agent, the administrator and the supervisor have a PIN; the agent sits at it.
fn hall(world: &World) -> Station {
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(LIN_FANG);
    hall.add_person(TIAN_WEIGUO);
    sits(&mut hall, LIN_FANG);
    hall
}

fn sits(hall: &mut Station, who: &str) {
    hall.lock();
    must("somebody signs in", hall.sign_in(who, PIN));
}

/// Handed over today with a photograph, and not finished.
fn handed_over(hall: &mut Station, person: &Person) -> CaseId {
    let case = hall.receive(person, "RS-002");
    let paper = hall.page(case).papers[0].name.clone();
    // Each person's own: what another case names as well stays.
    let seed = person.id.bytes().fold(0, u8::wrapping_add);
    must("a picture", hall.attach(case, &paper, "正面.jpg", &photo(seed)));
    hall.hand_over(case);
    case
}

/// The same, finished.
fn finished(hall: &mut Station, person: &Person) -> CaseId {
    let case = handed_over(hall, person);
    hall.act(case, Command::Withdraw { reason: "不办了".into(), papers_returned: 1 });
    hall.give_back(case);
    case
}

/// Everything is at the district, and in its backup.
fn backed_up(world: &World, hall: &mut Station) {
    for _ in 0..4 {
        hall.sync(&world.hub);
    }
    world.hub.back_up();
    hall.sync(&world.hub);
}

fn approve(ids: &[CaseId], second: &str, pin: &str) -> ApproveWipe {
    ApproveWipe { ids: ids.to_vec(), second: must("a staff number", second.parse()), pin: pin.into() }
}

fn print(hall: &mut Station, ids: &[CaseId]) -> Vec<u8> {
    let hash = hall.ask(LookAtWipe { ids: ids.to_vec() }).hash;
    let call = PrintWipe { ids: ids.to_vec(), hash, to: Outlet::Printer { copies: 1 } };
    must("the list is printed", hall.print_wipe(&call)).pdf
}

/// Printed, and signed by the administrator and the supervisor.
fn goes(hall: &mut Station, case: CaseId) {
    print(hall, &[case]);
    assert_eq!(hall.ask(approve(&[case], TIAN_WEIGUO, PIN)).cases, 1);
}

fn listed(hall: &mut Station) -> Vec<CaseId> {
    hall.ask(ListWipe {}).iter().filter(|row| row.why.is_none()).map(|row| row.id).collect()
}

fn held(hall: &mut Station) -> Vec<Stays> {
    hall.ask(ListWipe {}).iter().filter_map(|row| row.why).collect()
}

fn searched(hall: &mut Station, text: &str) -> Option<WipedCopy> {
    hall.ask(SearchCases { text: text.into(), after: None, limit: 50 }).wiped.map(|wiped| *wiped)
}

#[test]
fn r203_r220_handed_over_on_2026_03_31_it_goes_on_2026_06_29_by_a_printed_list_that_two_sign() {
    let world = World::new(1518);
    let mut hall = hall(&world);
    world.at("2026-03-31T10:00");
    let case = finished(&mut hall, &QIAN_XIUYING);
    let still_open = handed_over(&mut hall, &SUN_LINA);
    let number = hall.page(case).row.number;
    let denied = Failure::Denied { action: Action::Archive, why: Denied::Role };
    assert_eq!(hall.call(ListWipe {}).err(), Some(denied), "an agent does not clear her own table");
    backed_up(&world, &mut hall);
    let month = hall.ask(ListMonth { month: day("2026-03-01") });
    world.at("2026-06-28T17:00");
    sits(&mut hall, LUO_JIE);
    assert_eq!(listed(&mut hall), [], "not a day early");
    world.at("2026-06-29T09:00");
    sits(&mut hall, LUO_JIE);
    let rows = hall.ask(ListWipe {});
    let [row] = rows.as_slice() else { panic!("one, the other is open: {rows:?}") };
    assert_eq!((row.id, row.due, row.files, row.why), (case, day("2026-06-29"), 1, None), "D100");

    world.at("2026-06-29T09:04");
    let unprinted = hall.call(approve(&[case], TIAN_WEIGUO, PIN)).err();
    assert_eq!(unprinted, Some(Failure::BadValue { code: "copies_unprinted".into(), arg: String::new() }));
    let view = hall.ask(LookAtWipe { ids: vec![case] });
    assert!(view.pages[0].words.contains(&number) && !view.pages[0].words.contains(QIAN_XIUYING.name));
    assert!(print(&mut hall, &[case]).starts_with(b"%PDF"));
    let stale = PrintWipe { ids: vec![case], hash: view.hash, to: Outlet::Folder };
    let changed = Failure::Paper { why: PaperFault::Changed };
    assert_eq!(hall.print_wipe(&stale).err(), Some(changed), "another list has another number");
    let alone = hall.call(approve(&[case], LUO_JIE, PIN)).err();
    assert_eq!(alone, Some(Failure::BadValue { code: "second_same".into(), arg: String::new() }));
    assert!(matches!(hall.call(approve(&[case], TIAN_WEIGUO, "000000")), Err(Failure::WrongPin { .. })));
    assert_eq!(hall.call(approve(&[still_open], TIAN_WEIGUO, PIN)).err(), Some(Failure::NotFound), "only by the list");
    assert_eq!(listed(&mut hall), [case], "nothing went");

    let wiped = hall.ask(approve(&[case], TIAN_WEIGUO, PIN));
    assert!(wiped.cases == 1 && wiped.bytes > 1_000, "{wiped:?}");
    assert_eq!(listed(&mut hall), []);
    let [left] = <[WipedCopy; 1]>::try_from(hall.ask(ListWiped {})).unwrap();
    assert_eq!((left.number.as_str(), left.handed_over, left.files), (number.as_str(), day("2026-03-31"), 1));
    assert_eq!((left.list.as_str(), left.signed.join("、").as_str()), ("QL-20260629-001", "罗杰、田卫国"));
    let acts: Vec<&str> = left.acts.iter().map(|act| act.kind.as_str()).collect();
    assert!(acts.contains(&"received") && acts.contains(&"handed_over") && acts.contains(&"withdrawn"), "{acts:?}");
    nothing_of_her_is_left(&mut hall, case, &left);
    sits(&mut hall, LIN_FANG);
    assert_eq!(searched(&mut hall, &number).as_ref(), Some(&left), "found by its number, by whoever handled it");
    assert_eq!(hall.page(still_open).row.id, still_open, "and nothing else went");
    assert_eq!(hall.ask(ListMonth { month: day("2026-03-01") }), month, "months that are over count what they counted");
    sits(&mut hall, TIAN_WEIGUO);
    let lines = hall.ask(ListReveals { month: day("2026-06-29") }).lines;
    let by: Vec<(&str, &str)> = lines
        .iter()
        .filter(|line| line.seen == Seen::Wiped)
        .map(|line| (line.by.as_str(), line.case_number.as_str()))
        .collect();
    assert_eq!(by, [("田卫国", number.as_str()), ("罗杰", number.as_str())], "both are written down, with the number");
}

/// Neither a row, nor a document, nor a picture, nor her name in what stays.
fn nothing_of_her_is_left(hall: &mut Station, case: CaseId, left: &WipedCopy) {
    assert_eq!(hall.call(OpenCase { id: case }).err(), Some(Failure::NotFound));
    assert_eq!(hall.search(QIAN_XIUYING.name), []);
    assert!(hall.stored(case).state.is_none() && hall.stored(case).tail.is_empty());
    let kept = format!("{left:?}{:?}", hall.states("copy"));
    assert!(!kept.contains(QIAN_XIUYING.name) && !kept.contains(QIAN_XIUYING.id));
    let kept = hall.states("copy-gone/").into_iter().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
    assert!(kept.into_iter().all(|text| !text.contains(QIAN_XIUYING.name) && !text.contains("不办了")), "no words");
}

#[test]
fn r203_what_comes_later_does_not_bring_it_back_is_not_asked_for_again_and_the_district_has_it_all() {
    let world = World::new(1530);
    let mut other = world.station("石拐区政务服务中心二号窗", DISTRICT, LIN_FANG);
    let mut hall = hall(&world);
    world.at("2026-03-31T10:00");
    let case = finished(&mut hall, &QIAN_XIUYING);
    let beside = handed_over(&mut hall, &SUN_LINA);
    world.settle(&mut [&mut hall, &mut other]);
    world.at("2026-06-29T08:00");
    backed_up(&world, &mut hall);
    // Somebody without a line writes into both meanwhile: one segment carries both.
    other.note(case, "清完以后写的");
    other.note(beside, "旁边的件也写了一句");
    world.at("2026-06-29T09:00");
    sits(&mut hall, LUO_JIE);
    goes(&mut hall, case);
    let backup = world.hub.back_up();

    world.settle(&mut [&mut other, &mut hall]);
    assert_eq!(hall.call(OpenCase { id: case }).err(), Some(Failure::NotFound), "it does not come back");
    sits(&mut hall, LIN_FANG);
    let told = hall.page(beside).story;
    assert!(told.iter().any(|line| line.detail.contains("旁边的件")), "the other one has what was written");
    let quiet = |hall: &mut Station, when: &str| {
        for _ in 0..4 {
            hall.sync(&world.hub);
        }
        assert_eq!(hall.view().problems, [], "{when}: nothing is missed");
        assert_eq!(hall.sync(&world.hub).requests, 1, "{when}: nothing is asked for again");
        assert!(hall.stored(case).state.is_none(), "{when}: it stays away");
    };
    quiet(&mut hall, "afterwards");
    // Once a week everything is compared.
    for week in ["2026-07-07T09:00", "2026-07-15T09:00"] {
        world.at(week);
        quiet(&mut hall, week);
    }
    // A hub that goes back to its last backup has it from there, and lacks nothing that only this station had.
    let before = world.hub.verify().changes;
    world.hub.restore(&backup);
    for _ in 0..3 {
        hall.sync(&world.hub);
        other.sync(&world.hub);
    }
    quiet(&mut hall, "after the hub went back");
    assert_eq!((world.hub.verify().changes, world.hub.verify().faults), (before, vec![]), "the hub has everything");
    hall.kill();
    hall.restart();
    quiet(&mut hall, "after a start");

    let mut newcomer = world.station("三号窗", DISTRICT, LIN_FANG);
    for _ in 0..4 {
        newcomer.sync(&world.hub);
    }
    let doc = must("it opens", Doc::open(&newcomer.stored(case)));
    assert!(Facts::of(&doc).events.len() >= 4, "a new machine reads it whole");
    assert!(newcomer.page(case).story.iter().any(|line| line.detail == "清完以后写的"), "with what came later");
}

#[test]
fn r203_it_stays_while_it_is_reviewed_or_under_an_issue_or_not_safe_at_the_district() {
    let world = World::new(1531);
    let mut hall = hall(&world);
    hall.add_person(HE_JING);
    world.at("2026-03-31T10:00");
    let rated = finished_at_once(&mut hall, &QIAN_XIUYING);
    let asked = finished(&mut hall, &SUN_LINA);
    let offices = vec!["民政局".to_owned(), "人社局".to_owned()];
    let ask = HelpAsked {
        to: "石拐区政务服务中心".into(), question: "算谁的".into(), offices, wish: String::new()
    };
    hall.act(asked, Command::Beside(Box::new(Beside::HelpAsked(ask))));
    backed_up(&world, &mut hall);
    world.at("2026-06-25T10:00");
    sits(&mut hall, HE_JING);
    let bad = Command::EnterRating { grade: must("a grade", Grade::try_from(2)), channel: "paper".into() };
    hall.act(rated, bad);
    world.at("2026-06-29T09:00");
    sits(&mut hall, LUO_JIE);
    let mut why = held(&mut hall);
    why.sort_unstable();
    assert_eq!(why, [Stays::Review, Stays::Issue], "差评 not closed; a question without an answer");
    assert_eq!(listed(&mut hall), []);
    sits(&mut hall, LIN_FANG);
    let grade = must("a grade", Grade::try_from(4));
    hall.act(rated, Command::CallBack(Callback { spoke_with: "钱秀英".into(), grade, words: "改好了".into() }));
    sits(&mut hall, LUO_JIE);
    assert!(held(&mut hall).contains(&Stays::Review), "within ten days of the grade another one may be given");
    world.at("2026-07-06T09:00");
    sits(&mut hall, LUO_JIE);
    assert!(held(&mut hall).contains(&Stays::NotArchived), "its file can be made from here only");
    sits(&mut hall, LIN_FANG);
    hall.act(rated, Command::Archive);
    sits(&mut hall, LUO_JIE);
    assert!(held(&mut hall).contains(&Stays::Unsent), "what was written last is not at the district");
    for _ in 0..4 {
        hall.sync(&world.hub);
    }
    assert!(held(&mut hall).contains(&Stays::NotBackedUp), "and then in no backup of it");
    world.hub.back_up();
    hall.sync(&world.hub);
    assert_eq!((listed(&mut hall), held(&mut hall)), (vec![rated], vec![Stays::Issue]));
}

/// Finished while she waits and handed over afterwards, so that it can be rated.
fn finished_at_once(hall: &mut Station, person: &Person) -> CaseId {
    let case = hall.receive(person, "YB-001");
    hall.hand_over(case);
    hall.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    hall.act(case, Command::Deliver { way: DeliveryWay::Direct, signer: person.name.into(), relation: String::new() });
    hall.give_back(case);
    case
}

#[test]
fn r203_power_that_goes_between_the_attachments_and_the_fields_costs_one_more_signature() {
    let world = World::new(1532);
    let mut hall = hall(&world);
    world.at("2026-03-31T10:00");
    let case = finished(&mut hall, &QIAN_XIUYING);
    backed_up(&world, &mut hall);
    world.at("2026-06-29T09:00");
    sits(&mut hall, LUO_JIE);
    print(&mut hall, &[case]);
    // Both lines of the log land, the last commit does not.
    hall.hazard().light(Fuse::Before(2));
    assert!(hall.call(approve(&[case], TIAN_WEIGUO, PIN)).is_err());
    hall.kill();
    hall.restart();
    let rows = hall.ask(ListWipe {});
    let row = some("it is still to go", rows.first());
    assert_eq!((row.id, row.files), (case, 0), "its attachments went first");
    assert_eq!(hall.ask(ListWiped {}), [], "and nothing says that it went");
    goes(&mut hall, case);
    assert_eq!((listed(&mut hall), hall.ask(ListWiped {}).len()), (vec![], 1));
}

#[test]
fn w4_what_a_neighbour_adds_to_a_copy_that_went_keeps_nothing_else_of_its_line_back() {
    let world = World::new(1530);
    let mut hall = hall(&world);
    let mut beside = world.station("二号窗口", DISTRICT, HE_JING);
    world.at("2026-03-31T10:00");
    let case = finished(&mut hall, &QIAN_XIUYING);
    backed_up(&world, &mut hall);
    beside.sync(&world.hub);
    world.at("2026-06-29T09:00");
    sits(&mut hall, LUO_JIE);
    goes(&mut hall, case);
    sits(&mut hall, LIN_FANG);
    // Two acts, the second of which rests on the first, then a case that the hall lacks.
    beside.note(case, "补记一条");
    beside.note(case, "再补记一条");
    let new = beside.receive(&SUN_LINA, "RS-002");
    for station in [&mut hall, &mut beside] {
        station.open_to_neighbours();
    }
    must("they meet", hall.meet(&mut beside).map_err(|fault| format!("{fault:?}")));
    assert_eq!(hall.page(new).row.id, new, "the line went on");
    assert!(hall.call(OpenCase { id: case }).is_err(), "and the copy did not come back");
}
