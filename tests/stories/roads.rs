//! Roads that fail in every way a road can: nothing is lost, nothing is doubled, the next exchange mends it.

use daiban_district::import::{self, Form};
use daiban_model::api::{Draft, Failure, GetSession, Link, ListItems, ProblemCode, SessionState};
use daiban_model::deadline::{Certainty, Due};
use daiban_model::ids::CaseId;
use daiban_model::wire::PackageKind;
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, JIHULUNTU, Line, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, Station, World, ZHAO_YUNFENG,
    day, division,
};

use crate::problems;

fn village(seed: u64) -> (World, Station) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.sync(&world.hub);
    (world, village)
}

#[test]
fn a_lost_reply_and_a_repeated_push_double_nothing() {
    let (world, mut village) = village(501);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.line = Line::LosesReply;
    village.sync(&world.hub);
    village.receive(&QIAN_XIUYING, "MZ-007");
    village.sync(&world.hub);
    assert_eq!(world.hub.end(division(BAICAIGOU)), 1, "the hub has what was sealed before the road went");
    assert_eq!((village.view().outbox, village.view().state), (2, Link::Offline), "the station does not know");
    village.line = Line::Open;
    village.sync(&world.hub);
    let view = village.view();
    assert_eq!((view.outbox, view.received_total, view.state), (0, 2, Link::Done));
    assert_eq!(world.hub.verify().changes, 2, "each change once");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn the_same_push_gets_the_same_place_however_often_it_comes() {
    let (world, mut village) = village(502);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.line = Line::LosesReply;
    for _ in 0..5 {
        village.sync(&world.hub);
        village.kill();
        village.restart();
    }
    village.line = Line::Open;
    village.sync(&world.hub);
    assert_eq!(village.view().last_receipt.map(|receipt| receipt.seq), Some(1));
    assert_eq!((world.hub.end(division(BAICAIGOU)), village.view().outbox), (1, 0));
}

#[test]
fn each_kind_of_wrong_answer_has_its_own_sentence_and_goes_away() {
    let (world, mut village) = village(503);
    let other = World::new(9_503);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    let roads = [
        (Line::Cut, vec![]),
        (Line::Fault, vec![ProblemCode::HubFault]),
        (Line::Garbage, vec![ProblemCode::HubGarbled]),
        (Line::Bent, vec![ProblemCode::HubGarbled]),
        (Line::Elsewhere(other.hub.clone()), vec![ProblemCode::UnknownDevice]),
        (Line::Elsewhere(world.hub.impostor()), vec![ProblemCode::UnknownDevice]),
        (Line::Elsewhere(world.hub.with_another_hub_key(world.seed)), vec![ProblemCode::HubChanged]),
    ];
    for (line, expected) in roads {
        village.line = line;
        village.sync(&world.hub);
        assert_eq!(problems(&mut village), expected);
        assert_eq!((village.view().state, village.view().outbox), (Link::Offline, 1), "nothing is lost: {expected:?}");
        village.line = Line::Open;
        let case = village.receive(&SUN_LINA, "YB-001");
        village.sync(&world.hub);
        assert_eq!(
            (problems(&mut village), village.view().outbox),
            (vec![], 0),
            "the next exchange mends {expected:?}"
        );
        village.act(case, daiban_model::case::Command::Withdraw { reason: String::new(), papers_returned: 2 });
    }
}

#[test]
fn nothing_new_is_one_small_request() {
    let (world, mut village) = village(504);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let trip = village.sync(&world.hub);
    assert_eq!(trip.requests, 1);
    assert!(trip.up <= 300 && trip.down <= 300, "a few hundred bytes: {trip:?}");
    let case = village.list()[0].id;
    village.note(case, "已电话告知");
    let trip = village.sync(&world.hub);
    assert_eq!(trip.requests, 1, "and one change is one request too: {trip:?}");
}

#[test]
fn an_old_nonce_and_unknown_cursors_cost_a_round_trip_and_nothing_else() {
    let (world, mut village) = village(505);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    world.pass(25 * 60);
    assert_eq!(village.sync(&world.hub).requests, 2, "the nonce of yesterday");
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    let case = village.list()[0].id;
    village.note(case, "再次电话告知");
    village.sync(&world.hub);
    township.line = Line::LosesReply;
    township.sync(&world.hub);
    township.line = Line::Open;
    assert_eq!(township.sync(&world.hub).requests, 2, "the hub thought the answer had arrived");
    assert_eq!(township.page(case).story.len(), village.page(case).story.len());
}

#[test]
fn a_long_feed_comes_in_pieces_and_a_cut_loses_one_at_most() {
    let (world, mut village) = village(506);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    for n in 0..300 {
        // Words that do not shrink, so that the feed is long.
        let words: String = (0..2_000).map(|at| char::from(b'a' + blend(n * 2_000 + at) % 26)).collect();
        village.note(case, &words);
        if n % 10 == 9 {
            village.sync(&world.hub);
        }
    }
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut carried = 0;
    let mut seen = std::collections::BTreeSet::new();
    while township.list().is_empty() || township.knows() != village.knows() {
        let out = township.next_request().unwrap().expect("a request");
        carried += 1;
        assert!(carried < 60, "it comes to an end");
        let answer = Line::Open.carry(&world.hub, &out);
        // Every third answer is cut off.
        let answer = if carried % 3 == 0 { Line::Cut.carry(&world.hub, &out) } else { answer };
        township.answered(answer).unwrap();
        seen.insert(township.list().first().map(|row| row.id).map_or(0, |id| township.page(id).story.len()));
    }
    assert!(seen.len() >= 3, "it came in pieces: {seen:?}");
    assert_eq!(township.page(case).story.len(), 304, "consulted, told, mandated, received and 300 notes: all there");
    for station in [&village, &township] {
        let stored = station.stored(case);
        assert!(stored.snapshot.is_some() && stored.tail.len() <= 30, "a long tail is covered, here and there");
    }
}

#[test]
fn what_is_new_comes_down_while_much_goes_up_and_each_may_fail_alone() {
    let (world, mut village) = village(520);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    let told = |station: &mut Station| station.page(case).story.len();
    for (round, (large_arrives, small_arrives)) in [(true, true), (true, false), (false, true)].into_iter().enumerate()
    {
        write_much(&mut township, case, 2 * round);
        township.sync(&world.hub);
        write_much(&mut village, case, 2 * round + 1);
        let before = told(&mut village);
        let large = village.next_request().unwrap().expect("much goes up");
        let small = village.beside_request().expect("something beside it");
        assert!(village.beside_request().is_none(), "one is enough");
        assert!(large.body.len() > 24_000 && small.body.len() < 400, "{} and {}", large.body.len(), small.body.len());
        let carry = |arrives: bool, out| if arrives { Line::Open } else { Line::Cut }.carry(&world.hub, out);
        let (beside, answer) = (carry(small_arrives, &small), carry(large_arrives, &large));
        village.answered_beside(beside);
        let came = told(&mut village) - before;
        assert_eq!(came, if small_arrives { MUCH } else { 0 }, "what came down is there, whatever becomes of the rest");
        village.answered(answer).unwrap();
        village.sync(&world.hub);
        assert_eq!((problems(&mut village), village.view().outbox), (vec![], 0), "round {round}");
        township.sync(&world.hub);
        assert_eq!(village.knows(), township.knows(), "round {round}");
    }
    assert_eq!(told(&mut village), 4 + 6 * MUCH, "each note once");
    assert_eq!(world.hub.verify().faults, []);
}

const MUCH: usize = 30;

/// Notes of letters that do not shrink by much.
fn write_much(station: &mut Station, case: CaseId, from: usize) {
    for n in 0..MUCH {
        let at = (from * MUCH + n) * 2_000;
        let words: String = (at..at + 2_000).map(|at| char::from(b'a' + blend(blend_all(at)) % 26)).collect();
        station.note(case, &words);
    }
}

/// Neighbours have nothing in common afterwards.
fn blend_all(n: usize) -> usize {
    let mixed = (n as u64 ^ 0x5851_F42D).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 8).unwrap_or(n)
}

fn blend(n: usize) -> u8 {
    u8::try_from((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56).unwrap_or(0)
}

#[test]
fn a_new_catalogue_arrives_and_one_that_does_not_read_stops_nothing() {
    let (world, mut village) = village(507);
    let all = village.ask(ListItems { text: String::new(), category: String::new() });
    assert_eq!((all.version, all.rows.len()), (1, 429));
    world
        .hub
        .publish(PackageKind::Catalogue, &serde_json::json!({"version": 2, "valid_from": "2026-03-03", "items": []}));
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    let all = village.ask(ListItems { text: String::new(), category: String::new() });
    assert_eq!((all.version, all.rows.len()), (2, 0), "the new one is in use");
    world.hub.publish(PackageKind::Catalogue, &serde_json::json!({"a shape": "of a newer version"}));
    let trip = village.sync(&world.hub);
    assert!(trip.requests <= 3, "it is not asked for again and again: {trip:?}");
    let all = village.ask(ListItems { text: String::new(), category: String::new() });
    assert_eq!(all.version, 2, "the old one stays");
}

#[test]
fn an_enrolment_says_what_is_wrong_and_a_code_is_good_for_one_machine() {
    let world = World::new(508);
    let code = world.code("白菜沟便民服务站", BAICAIGOU, &[BAICAIGOU]);
    let fresh = |line: Line, code: &str| {
        let mut station = Station::unenrolled("新机器", world.clock());
        station.line = line;
        station.try_enrol(&world.hub, code).map(|_| station)
    };
    use daiban_model::api::EnrolmentFault as Fault;
    let why = |fault| Failure::Enrolment { why: fault };
    assert_eq!(fresh(Line::Cut, &code).err(), Some(why(Fault::Unreachable)));
    assert_eq!(fresh(Line::Garbage, &code).err(), Some(why(Fault::NotAHub)));
    assert_eq!(fresh(Line::Open, "ABCD-EFGH-JKMN").err(), Some(why(Fault::BadCode)));
    assert_eq!(fresh(Line::LosesReply, &code).err(), Some(why(Fault::Unreachable)));
    let mut station = fresh(Line::Open, &code.to_lowercase()).expect("the same code again, typed in small letters");
    assert!(matches!(station.ask(GetSession {}).state, SessionState::NeedsPin));
    station.first_pin(QIMUGE);
    station.sync(&world.hub);
    assert_eq!(fresh(Line::Open, &code).err(), Some(why(Fault::BadCode)), "once it has worked, it is used up");
    let twice = station.try_enrol(&world.hub, &code).err();
    assert_eq!(twice, Some(why(Fault::Already)));
}

#[test]
fn a_clock_that_is_an_hour_wrong_is_said_and_marked_on_what_is_written() {
    let (world, mut village) = village(509);
    village.clock().advance(std::time::Duration::from_secs(3600));
    village.sync(&world.hub);
    assert_eq!(problems(&mut village), [ProblemCode::ClockSkew]);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    let doubted =
        village.page(case).story.iter().all(|line| line.quality == daiban_model::stamp::TimeQuality::Unconfirmed);
    assert!(doubted, "R79: 时间存疑");
    village.clock().set(daiban_core::edge::Edge::now(world.hub.clock()));
    village.sync(&world.hub);
    assert_eq!((problems(&mut village), village.view().outbox), (vec![], 0));
}

#[test]
fn a_clock_that_fell_to_1970_takes_nobodys_post_away() {
    use daiban_model::stamp::Wall;
    let (world, mut village) = village(511);
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    // An empty battery: she was appointed in 2025, the laptop says 1970.
    village.kill();
    village.clock().set(Wall(3_600_000));
    village.restart();
    assert_eq!(village.list().len(), 1, "she sees her cases");
    let in_half_a_year = |draft: &mut Draft| draft.mandate.until = "1970-06-30".into();
    village.receive_with(&QIAN_XIUYING, "MZ-007", Papers::All, in_half_a_year);
    village.sync(&world.hub);
    assert_eq!((village.view().outbox, problems(&mut village)), (0, vec![ProblemCode::ClockSkew]));

    let code = world.code("新机器", BAICAIGOU, &[BAICAIGOU]);
    let mut fresh = Station::unenrolled("新机器", world.clock());
    fresh.clock().set(Wall(-86_400_000));
    fresh.try_enrol(&world.hub, &code).unwrap();
    fresh.first_pin(QIMUGE);
    fresh.sync(&world.hub);
    fresh.kill();
    fresh.restart();
    assert_eq!(fresh.list().len(), 2, "a station that was never told the time but by the hub");
}

#[test]
fn a_new_calendar_moves_open_dates_past_the_last_known_year() {
    let (world, mut village) = village(510);
    world.at("2026-12-31T16:00");
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    let due = |station: &mut Station| station.page(case).row.pressing.expect("a date").due;
    let on = |date, certainty| Due::On { date: day(date), certainty };
    assert_eq!(due(&mut village), on("2027-01-01", Certainty::Provisional), "待国务院公布节假日后重算 (R81)");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
    let mut years: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let off = ["2027-01-01", "2027-01-02", "2027-01-03"];
    years.push(serde_json::json!({"year": 2027, "off": off, "work": [], "source": "虚构的通知"}));
    let content = import::parse(Form::Json, &serde_json::to_vec(&years).unwrap()).unwrap();
    world.hub.publish(PackageKind::Calendar, &import::calendar(&content).unwrap());
    village.sync(&world.hub);
    assert_eq!(due(&mut village), on("2027-01-04", Certainty::Certain));
    let listed = village.list()[0].pressing.as_ref().map(|pressing| pressing.due);
    assert_eq!(listed, Some(on("2027-01-04", Certainty::Certain)), "lists follow (R82)");
    assert_eq!(village.refold(), [], "and are what folding anew gives");
}
