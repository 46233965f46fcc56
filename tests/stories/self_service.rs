//! A founder at the self-service screen of a hall: what is typed there, who sees it, and how long it is there.

use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    DropForm, Failure, FindPeople, GetAreas, GetDraft, GetSelfService, GetSession, GetToday, LeaveForm, LeftAs,
    ListDrafts, ListSelfPapers, OpenSelfService, PreviewDraft, SearchCases, SessionState, SetPin, StartDraft, TakeForm,
};
use daiban_model::case::field::Field;
use daiban_model::case::typed;
use daiban_model::person::Telling;
use daiban_model::self_service::{Form, Matter, Task, Watch, tasks};
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, HE_JING, LUO_JIE, PIN, QIMUGE, SU_TING, SUN_LINA, Station, World, must, some, wall,
};

const FIRM: &str = "石拐区测试物流有限公司";
/// Where forms lie that were left.
const FORMS: &str = "self/form/";

/// The hall with its guide and window 05.
fn hall(world: &World) -> Station {
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(SU_TING);
    hall.add_person(HE_JING);
    hall
}

/// The guide hands the screen over.
fn hand_over(hall: &mut Station, area: &str) {
    hall.lock();
    must("the guide signs in", hall.sign_in(SU_TING, PIN));
    let session = hall.ask(OpenSelfService { area: must("an area", area.parse()) });
    assert_eq!(session.state, SessionState::SelfService);
}

fn signed_in(hall: &mut Station, agent: &str) {
    must("she signs in", hall.sign_in(agent, PIN));
}

/// A founder has answered all questions and typed the firm, a name and a number; the card of the phone is open.
fn half_done(hall: &mut Station) -> Form {
    let screen = hall.ask(GetSelfService {});
    let row = &screen.matters[0];
    let cards = tasks(row.questions.len());
    let at = some("a card", cards.iter().position(|card| *card == Task::Fact { field: Field::Phone }));
    let typed = [(Field::Employer, FIRM), (Field::Name, SUN_LINA.name), (Field::CitizenId, SUN_LINA.id)];
    Form {
        matter: row.matter.clone(),
        step: must("a step", at.try_into()),
        answers: row.questions.iter().map(|question| (question.id.clone(), 1)).collect(),
        facts: typed.map(|(field, text)| (field, text.to_owned())).into(),
    }
}

fn leave(hall: &mut Station, form: &Form) -> LeftAs {
    hall.ask(LeaveForm { form: Box::new(form.clone()) })
}

fn take(hall: &mut Station, code: &str) -> Result<daiban_model::api::DraftId, Failure> {
    hall.call(TakeForm { code: code.to_owned() }).map(|taken| taken.draft)
}

fn bad(code: &str, arg: &str) -> Failure {
    Failure::BadValue { code: code.into(), arg: arg.into() }
}

#[test]
fn r126_the_screen_is_wiped_after_ninety_seconds_and_window_05_finds_the_form_by_its_code_until_half_past_five() {
    let world = World::new(2601);
    let mut hall = hall(&world);
    world.at("2026-03-03T09:50");
    hand_over(&mut hall, "enterprise-start");
    let idle = hall.ask(GetSelfService {}).idle;
    let watch = |at: &str| idle.watch(wall("2026-03-03T10:00:00").0, wall(at).0);
    let (key, warned, wiped) = ("2026-03-03T10:00:30", "2026-03-03T10:01:00", "2026-03-03T10:01:30");
    assert_eq!([key, warned, wiped].map(watch), [Watch::Quiet, Watch::Warn, Watch::Wipe], "after the last key at ten");
    world.at("2026-03-03T09:59:30");
    let form = half_done(&mut hall);
    assert!(hall.states(FORMS).is_empty(), "what is typed is at no place but the screen");
    let LeftAs { code, until } = leave(&mut hall, &form);
    let other = leave(&mut hall, &form).code;
    assert_eq!(until.to_string(), "2026-03-03T17:30:00", "until the office closes");
    assert_eq!((code.to_string().len(), code == other), (4, false), "four letters, each form its own");
    // A power cut; the form is there still, and the screen is not.
    hall.kill();
    hall.start();
    assert_eq!(hall.ask(GetSession {}).state, SessionState::Locked, "nobody is at a machine that was switched on");
    world.at("2026-03-03T17:29:59");
    signed_in(&mut hall, HE_JING);
    let draft = must("window 05 types the code", take(&mut hall, &format!(" {} ", code.to_string().to_lowercase())));
    let draft = hall.ask(GetDraft { id: draft });
    assert_eq!(draft.bundle.as_ref().map(|bundle| bundle.answers.clone()), Some(form.answers.clone()));
    let person = &draft.person;
    assert_eq!([&person.employer, &person.name, &person.citizen_id], [FIRM, SUN_LINA.name, SUN_LINA.id]);
    assert_eq!((person.phone.as_str(), person.told), ("", Some(Telling::Shown)), "half done, and told before");
    let preview = hall.ask(PreviewDraft { id: draft.id });
    assert!(preview.faults.iter().any(|fault| fault.focus == "person.phone"), "what is missing is asked at the window");
    assert!(!preview.faults.iter().any(|fault| fault.focus.starts_with("bundle.")), "and no question again");
    assert_eq!(take(&mut hall, &code.to_string()), Err(bad("self_code", "")), "taken once");
    assert_eq!(hall.states(FORMS).len(), 1, "nothing of it is left but in her draft");
    world.at("2026-03-03T17:30:00");
    assert_eq!(take(&mut hall, &other.to_string()), Err(bad("self_code", "")), "the office is closed");
    hall.ask(GetSession {});
    assert!(hall.states(FORMS).is_empty(), "erased, not only hidden");
}

#[test]
fn r126_what_nobody_fetched_is_erased_when_the_station_runs_again() {
    let world = World::new(2602);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    leave(&mut hall, &form);
    hall.kill();
    world.at("2026-03-04T08:30");
    hall.start();
    signed_in(&mut hall, SU_TING);
    hall.ask(GetSession {});
    assert!(hall.states(FORMS).is_empty());
    assert!(hall.ask(GetAreas {}).left.is_empty());
}

#[test]
fn r126_nobody_at_the_screen_reaches_a_case_and_only_a_pin_ends_it() {
    let world = World::new(2603);
    let mut hall = hall(&world);
    world.at("2026-03-03T09:00");
    hall.lock();
    signed_in(&mut hall, HE_JING);
    hall.receive_bundle(&SUN_LINA, "enterprise-start", &[]);
    hand_over(&mut hall, "enterprise-start");
    let text = || SUN_LINA.name.to_owned();
    assert_eq!(hall.call(GetToday {}).err(), Some(Failure::Locked));
    assert_eq!(hall.call(SearchCases { text: text(), after: None, limit: 50 }).err(), Some(Failure::Locked));
    assert_eq!(hall.call(FindPeople { text: text() }).err(), Some(Failure::Locked));
    assert_eq!(hall.call(ListDrafts {}).err(), Some(Failure::Locked));
    assert_eq!(hall.call(StartDraft { from: None, item: None }).err(), Some(Failure::Locked));
    assert_eq!(take(&mut hall, "ACDE"), Err(Failure::Locked), "nor a form that somebody else left");
    assert_eq!(hall.call(GetAreas {}).err(), Some(Failure::Locked));
    let pin = SetPin { agent: must("a staff number", HE_JING.parse()), pin: "260817".into() };
    assert_eq!(hall.call(pin).err(), Some(Failure::Locked), "nor a PIN of somebody else");
    assert!(matches!(hall.sign_in(SU_TING, "000000"), Err(Failure::WrongPin { .. })));
    assert_eq!(hall.ask(GetSession {}).state, SessionState::SelfService, "a wrong PIN changes nothing");
    signed_in(&mut hall, SU_TING);
    assert!(matches!(hall.ask(GetSession {}).state, SessionState::Open { .. }));
    assert_eq!(hall.call(GetSelfService {}).err(), Some(Failure::Locked), "and the screen is nobody's any more");
}

#[test]
fn r126_the_guide_sees_steps_and_not_what_was_typed() {
    let world = World::new(2604);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    let code = leave(&mut hall, &form).code.to_string();
    signed_in(&mut hall, SU_TING);
    let seen = hall.ask(GetAreas {});
    let [left] = seen.left.as_slice() else { panic!("one form waits: {seen:?}") };
    assert_eq!((left.name.as_str(), left.step, left.of), ("企业开办一件事", 9, 12));
    assert_eq!(left.task, Task::Fact { field: Field::Phone }, "which card is open, not what stands on it");
    let said = format!("{seen:?}");
    for word in [FIRM, SUN_LINA.name, SUN_LINA.id, &code] {
        assert!(!said.contains(word), "{word} in {said}");
    }
    let denied = Failure::Denied { action: Action::Collect, why: Denied::Role };
    assert_eq!(take(&mut hall, &code), Err(denied), "a guide takes no form over");
    // Neither has a village any hall.
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let denied = Failure::Denied { action: Action::Queue, why: Denied::Role };
    let area = || must("an area", "enterprise-start".parse());
    assert_eq!(village.call(OpenSelfService { area: area() }).err(), Some(denied));
}

#[test]
fn r126_five_wrong_codes_cost_ten_minutes_also_after_a_restart() {
    let world = World::new(2605);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    let code = leave(&mut hall, &form).code.to_string();
    signed_in(&mut hall, HE_JING);
    let wrong: Vec<&str> =
        ["ACDE", "FGHJ", "KLMP", "QRTU", "VWXY", "CCCC"].into_iter().filter(|it| *it != code).collect();
    assert_eq!(take(&mut hall, "O0I1"), Err(bad("self_code", "")), "no code at all is no guess");
    for guess in &wrong[..5] {
        assert_eq!(take(&mut hall, guess), Err(bad("self_code", "")));
    }
    assert_eq!(take(&mut hall, &code), Err(bad("self_pause", "10")), "not even the right one");
    hall.kill();
    hall.start();
    signed_in(&mut hall, HE_JING);
    world.at("2026-03-03T10:04");
    assert_eq!(take(&mut hall, &code), Err(bad("self_pause", "6")));
    world.at("2026-03-03T10:10");
    must("after the pause", take(&mut hall, &code));
}

#[test]
fn r126_a_construction_projects_items_one_by_one() {
    let world = World::new(2606);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "construction");
    let screen = hall.ask(GetSelfService {});
    let item = Matter::Item(must("an item code", "ZJ-009".parse()));
    let row = some("施工许可", screen.matters.iter().find(|row| row.matter == item));
    assert_eq!((screen.area.as_str(), row.questions.len()), ("工程建设项目联合审批", 0), "{screen:?}");
    let papers = hall.ask(ListSelfPapers { matter: item.clone(), answers: Default::default() });
    assert!(!papers.is_empty(), "what to bring");
    let elsewhere = Matter::Bundle(must("a bundle id", "enterprise-start".parse()));
    let asked = ListSelfPapers { matter: elsewhere, answers: Default::default() };
    assert_eq!(hall.call(asked).err(), Some(Failure::NotFound), "another area's");
    let facts = vec![(Field::Employer, FIRM.to_owned())];
    let form = Form { matter: item, step: 2, answers: Default::default(), facts };
    let code = leave(&mut hall, &form).code;
    signed_in(&mut hall, HE_JING);
    let draft = must("the window takes it", take(&mut hall, &code.to_string()));
    let draft = hall.ask(GetDraft { id: draft });
    assert_eq!(draft.items.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ZJ-009"]);
    assert_eq!(draft.person.employer, FIRM);
}

#[test]
fn what_no_card_asks_is_left_by_nobody() {
    let world = World::new(2607);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    let mut refused = |change: &dyn Fn(&mut Form)| {
        let mut form = form.clone();
        change(&mut form);
        hall.call(LeaveForm { form: Box::new(form) }).err()
    };
    let not_found = Some(Failure::NotFound);
    assert_eq!(refused(&|form| form.facts.push((Field::InjuredHow, "x".into()))), not_found);
    assert_eq!(refused(&|form| form.answers = [("no-question".to_owned(), 0)].into()), not_found);
    assert_eq!(refused(&|form| form.facts.push((Field::Name, "x".into()))), not_found, "each once");
    assert_eq!(refused(&|form| form.step = 12), not_found, "there are twelve cards");
    assert_eq!(refused(&|form| form.step = 0), not_found, "nobody is told yet");
    let long = refused(&|form| form.facts.push((Field::Address, "长".repeat(501))));
    assert_eq!(long, Some(bad("too_long", "500")));
    let long = |form: &mut Form| form.facts[1].1 = "长".repeat(51);
    assert_eq!(refused(&long), Some(bad("too_long", "50")), "a name");
    for _ in 0..60 {
        leave(&mut hall, &form);
    }
    let full = hall.call(LeaveForm { form: Box::new(form) }).err();
    assert_eq!(full, Some(bad("self_full", "")), "whoever plays at the screen fills no disk");
}

#[test]
fn what_passes_its_card_passes_the_window_too() {
    let world = World::new(2609);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let mut form = half_done(&mut hall);
    let day = must("a day", "2026-03-03".parse());
    for field in [Field::Address, Field::Employer] {
        let text = "长".repeat(500);
        assert_eq!(typed::field(field, &text, day).as_ref(), Ok(&text), "its card");
        form.facts.retain(|(typed, _)| *typed != field);
        form.facts.push((field, text));
    }
    leave(&mut hall, &form);
}

#[test]
fn r126_an_empty_form_takes_no_place() {
    let world = World::new(2610);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let full = half_done(&mut hall);
    let blank = full.facts.iter().map(|(field, _)| (*field, " ".to_owned())).collect();
    let empty = Form { answers: Default::default(), facts: blank, ..full.clone() };
    let refused = hall.call(LeaveForm { form: Box::new(empty.clone()) }).err();
    assert_eq!(refused, Some(bad("self_empty", "")));
    assert!(hall.states(FORMS).is_empty());
    leave(&mut hall, &Form { answers: full.answers, ..empty.clone() });
    leave(&mut hall, &Form { facts: full.facts, ..empty });
    assert_eq!(hall.states(FORMS).len(), 2, "one answer is something, and so is one word");
}

#[test]
fn r126_a_guide_removes_a_form_that_waits_for_nobody() {
    let world = World::new(2611);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    let codes: Vec<String> = (0..60).map(|_| leave(&mut hall, &form).code.to_string()).collect();
    assert_eq!(hall.call(DropForm { mark: 0 }).err(), Some(Failure::Locked), "not at the screen");
    signed_in(&mut hall, SU_TING);
    let waiting = hall.ask(GetAreas {}).left;
    assert_eq!(waiting.len(), 60);
    let mark = waiting[0].mark;
    let left = hall.ask(DropForm { mark }).left;
    assert!(left.len() == 59 && left.iter().all(|form| form.mark != mark), "that one and no other");
    assert_eq!(hall.ask(DropForm { mark }).left.len(), 59, "gone already");
    assert_eq!(hall.states(FORMS).len(), 59, "erased");
    hand_over(&mut hall, "enterprise-start");
    let code = leave(&mut hall, &form).code.to_string();
    signed_in(&mut hall, HE_JING);
    must("there was a place again", take(&mut hall, &code));
    let taken = codes.iter().take(5).filter(|code| take(&mut hall, code).is_ok()).count();
    assert!(taken >= 4, "the others are where they were");
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let denied = Failure::Denied { action: Action::Queue, why: Denied::Role };
    assert_eq!(village.call(DropForm { mark }).err(), Some(denied));
}

#[test]
fn no_backup_has_a_form_that_was_left() {
    let world = World::new(2608);
    let mut hall = hall(&world);
    world.at("2026-03-03T10:00");
    hand_over(&mut hall, "enterprise-start");
    let form = half_done(&mut hall);
    leave(&mut hall, &form);
    signed_in(&mut hall, HE_JING);
    let stick = must("a stick", tempfile::tempdir());
    must("the backup", hall.back_up(stick.path()));
    assert_eq!(hall.states(FORMS).len(), 1, "it waits where it was left");
    hall.kill();
    let name = "石拐区政务服务中心（新电脑）";
    let mut other = Station::empty_laptop(name, world.clock());
    other.go_on_from(stick.path(), &world.hub, &world.code_numbered(name, DISTRICT, 9), HE_JING);
    assert!(other.states(FORMS).is_empty(), "on the same day, in the same hour");
}
