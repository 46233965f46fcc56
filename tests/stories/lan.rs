//! Neighbours on a local line while the district is away: both ways, by certificate, once, and with letters for each other.

use daiban_core::files::name_of;
use daiban_core::store::blobs::Blobs as _;
use daiban_core::sync::http::RoadFault;
use daiban_model::api::{FileSize, GotFile, NeighbourRow, ProblemCode};
use daiban_model::wire::NotMet;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    BAICAIGOU, FENG_XIAOLIN, GANGFANGDI, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, NAREN, QIAN_XIUYING, QIMUGE, Returned,
    SUN_LINA, Station, World, ZHAO_YUNFENG, division, must, some,
};

use crate::problems;

/// Two desks of one village, which have switched it on and never seen the hub since they were enrolled.
fn two(seed: u64) -> (World, Station, Station) {
    let world = World::new(seed);
    let (first, second) = desks(&world);
    (world, first, second)
}

fn desks(world: &World) -> (Station, Station) {
    let mut first = world.station("白菜沟一号机", BAICAIGOU, QIMUGE);
    let mut second = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    first.open_to_neighbours();
    second.open_to_neighbours();
    (first, second)
}

fn met(station: &mut Station, name: &str) -> NeighbourRow {
    some(name, station.neighbours().stations.into_iter().find(|row| row.station == name))
}

#[test]
fn two_desks_exchange_both_ways_without_the_district_and_later_every_case_arrives_once() {
    let (world, mut first, mut second) = two(1_001);
    let one = first.receive(&ZHAO_YUNFENG, "MZ-007");
    second.receive(&SUN_LINA, "MZ-007");
    let requests = must("they meet", first.meet(&mut second));
    assert!(requests <= 6, "{requests} requests");
    assert_eq!(first.knows(), second.knows(), "both know the same");
    second.note(one, "邻居代为电话联系，明天送来");
    must("they meet again", second.meet(&mut first));
    assert!(first.page(one).story.iter().any(|line| line.kind == "noted"), "what the other one added is here");
    assert_eq!(first.rows_of_all().len(), 2);
    assert_eq!((first.view().outbox, second.view().outbox), (1, 2), "X2: nothing leaves before the hub's receipt");
    let row = met(&mut first, "白菜沟二号机");
    assert_eq!((row.why, row.common), (None, vec!["白菜沟嘎查".to_owned()]), "by the name in its certificate");
    world.settle(&mut [&mut first, &mut second]);
    let audit = world.hub.verify();
    assert_eq!((audit.changes, audit.faults), (3, vec![]), "the two cases and the note, once each");
    assert_eq!((first.view().outbox, second.view().outbox), (0, 0));
    assert_eq!(first.knows(), second.knows());
    assert_eq!((problems(&mut first), problems(&mut second)), (vec![], vec![]), "nobody has to do anything");
    assert_eq!(first.sync(&world.hub).requests, 1, "and then there is nothing more to say");
}

#[test]
fn only_who_is_near_is_told_what_lies_here_and_a_station_of_the_township_reads_its_villages() {
    let (world, mut first, mut second) = two(1_002);
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    second.receive(&SUN_LINA, "MZ-007");
    let mut township = world.station("吉忽伦图苏木", JIHULUNTU, GAO_JIANPING);
    let mut foreign = world.station("缸房地便民服务站", GANGFANGDI, NAREN);
    foreign.receive(&FENG_XIAOLIN, "MZ-007");
    assert_eq!(township.meet(&mut first), Ok(0), "it has not switched it on");
    assert_eq!(first.meet(&mut township), Err(RoadFault::Unreachable), "and so does not answer");
    township.open_to_neighbours();
    foreign.open_to_neighbours();
    must("the township meets one", township.meet(&mut first));
    must("the other meets the township", second.meet(&mut township));
    assert_eq!(township.rows_of_all().len(), 2, "both villages' cases are at the township");
    assert_eq!(second.rows_of_all().len(), 2, "and the first one's came on to the second through it");
    must("they are of one district", foreign.meet(&mut first));
    must("both ways", first.meet(&mut foreign));
    assert_eq!((foreign.rows_of_all().len(), first.rows_of_all().len()), (1, 1), "no case goes to another village");
    assert_eq!(foreign.states("carried/ask/").len(), 1, "only its sealed letter does");
    assert_eq!(
        met(&mut foreign, "白菜沟一号机").common,
        Vec::<String>::new(),
        "the page says that they share no village"
    );
    let text = ZHAO_YUNFENG.id.as_bytes();
    let carried = foreign.states("carried/");
    assert!(
        carried.iter().all(|(_, bytes)| !bytes.windows(text.len()).any(|part| part == text)),
        "U2: nobody reads it"
    );
}

#[test]
fn a_station_of_another_district_learns_nothing_not_even_who_answers() {
    let (_world, mut first, _) = two(1_003);
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    let other = World::new(2_003);
    let (mut stranger, _) = desks(&other);
    stranger.receive(&SUN_LINA, "MZ-007");
    assert_eq!(stranger.meet(&mut first), Err(RoadFault::UnknownDevice));
    assert_eq!(first.meet(&mut stranger), Err(RoadFault::UnknownDevice));
    assert_eq!((stranger.rows_of_all().len(), first.rows_of_all().len()), (1, 1));
    assert_eq!(stranger.neighbours().stations, [], "no name, no key");
}

/// Row 10, between neighbours.
#[test]
fn a_revoked_neighbour_gets_nothing_and_the_list_of_revocations_goes_from_station_to_station() {
    let (world, mut first, mut second) = two(1_004);
    let mut third = world.station("白菜沟三号机", BAICAIGOU, QIMUGE);
    third.open_to_neighbours();
    second.receive(&SUN_LINA, "MZ-007");
    world.hub.revoke("白菜沟一号机");
    third.sync(&world.hub);
    must("the list goes on", third.meet(&mut second));
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    must("they meet", first.meet(&mut second));
    assert_eq!((first.rows_of_all().len(), second.rows_of_all().len()), (1, 1), "nothing went either way");
    assert_eq!(met(&mut second, "白菜沟一号机").why, Some(NotMet::Revoked));
    assert_eq!(met(&mut first, "白菜沟二号机").why, Some(NotMet::Revoked), "both are told");
    assert_eq!(first.view().outbox, 1, "and its work is still there");
}

#[test]
fn a_certificate_that_has_run_out_opens_nothing() {
    let world = World::new(1_005);
    let mut old = world.station("白菜沟一号机", BAICAIGOU, QIMUGE);
    old.open_to_neighbours();
    old.receive(&ZHAO_YUNFENG, "MZ-007");
    world.at("2027-03-02T09:00");
    let mut young = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    young.open_to_neighbours();
    world.at("2028-03-05T09:00");
    must("they meet", old.meet(&mut young));
    must("they meet", young.meet(&mut old));
    assert_eq!((old.rows_of_all().len(), young.rows_of_all().len()), (1, 0));
    assert_eq!(met(&mut young, "白菜沟一号机").why, Some(NotMet::Expired));
    // An empty clock battery does not make it valid again: the district's last word is a time, too.
    young.sync(&world.hub);
    young.clock().set(daiban_model::stamp::Wall(0));
    must("they meet", young.meet(&mut old));
    assert_eq!(young.rows_of_all().len(), 0);
}

/// Row 9, between neighbours: whatever is cut, repeated or bent.
#[test]
fn x8_cut_repeated_and_bent_meetings_do_no_harm() {
    let (world, mut first, mut second) = two(1_006);
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    second.receive(&SUN_LINA, "MZ-007");
    let mut heard: Vec<Vec<u8>> = Vec::new();
    for cut in 0..5 {
        let mut next = must("a meeting", first.begin_meeting());
        for _ in 0..cut {
            let Some(body) = next.take() else { break };
            heard.push(body.clone());
            let answer = second.answer_neighbour(&body);
            next = must("an answer", first.go_on_meeting(answer));
        }
        must("the line is cut", first.go_on_meeting(Err(RoadFault::Unreachable)));
    }
    let known = second.knows();
    for body in &heard {
        for _ in 0..20 {
            drop(second.answer_neighbour(body));
        }
        for at in (0..body.len()).step_by(body.len() / 23 + 1) {
            let mut bent = body.clone();
            bent[at] ^= 4;
            let answer = second.answer_neighbour(&bent);
            assert!(answer.is_err(), "byte {at} of a request went over");
        }
    }
    assert_eq!(second.knows(), known, "the same as after the first time");
    world.pass(60);
    for body in &heard {
        let mut third = world.station("白菜沟三号机", BAICAIGOU, QIMUGE);
        third.open_to_neighbours();
        drop(third.answer_neighbour(body));
        drop(second.answer_neighbour(body));
        assert_eq!(third.rows_of_all().len(), 0, "what was said to one is said to nobody else");
    }
    must("they meet", first.meet(&mut second));
    assert_eq!((first.knows(), first.rows_of_all().len()), (second.knows(), 2));
    world.settle(&mut [&mut first, &mut second]);
    assert_eq!(world.hub.verify().changes, 2, "once each");
}

#[test]
fn u4_a_letter_carried_for_a_neighbour_reaches_the_district_and_its_receipt_comes_back() {
    let (world, mut village, _) = two(1_007);
    let mut courier = world.station("缸房地便民服务站", GANGFANGDI, NAREN);
    courier.open_to_neighbours();
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    must("they meet", village.meet(&mut courier));
    assert_eq!(courier.neighbours().carried, 1, "it has the letter");
    must("they meet again", courier.meet(&mut village));
    assert_eq!(courier.neighbours().carried, 1, "the same is not given twice");
    assert_eq!(village.view().outbox, 1, "nothing leaves before the answer is here");
    courier.sync(&world.hub);
    assert_eq!(world.hub.end(division(BAICAIGOU)), 1, "the village's case is at the district");
    assert_eq!(courier.rows_of_all().len(), 0, "and the courier has read nothing");
    must("they meet a third time", courier.meet(&mut village));
    assert_eq!((village.view().outbox, courier.neighbours().carried), (0, 0), "the receipt has come home");
    village.receive(&SUN_LINA, "MZ-007");
    must("something new", village.meet(&mut courier));
    courier.sync(&world.hub);
    village.sync(&world.hub);
    must("late", courier.meet(&mut village));
    assert_eq!((village.view().outbox, world.hub.verify().changes), (0, 2), "a line meanwhile does no harm");
    assert_eq!(courier.sync(&world.hub).requests, 1, "the courier has nothing more to bring");
}

#[test]
fn a_station_with_a_line_brings_its_neighbours_work_and_the_neighbour_need_only_hear_of_it() {
    let (world, mut away, mut near) = two(1_008);
    let one = away.receive(&ZHAO_YUNFENG, "MZ-007");
    must("they meet", away.meet(&mut near));
    near.note(one, "转告");
    near.sync(&world.hub);
    assert_eq!(world.hub.verify().changes, 2, "the case itself, and the note that rests on it");
    let mut township = world.station("吉忽伦图苏木", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    assert_eq!(township.rows_of_all().len(), 1, "the township has it while its village is still away");
    assert_eq!(away.view().outbox, 1);
    away.sync(&world.hub);
    assert_eq!((away.view().outbox, world.hub.verify().changes), (0, 2));
}

/// Row 19, on a local line.
#[test]
fn two_laptops_of_one_disk_notice_each_other_and_nothing_is_lost() {
    let (world, mut first, mut second) = two(1_009);
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    let mut copy = first.copy(world.clock());
    copy.receive(&SUN_LINA, "MZ-007");
    first.receive(&QIAN_XIUYING, "MZ-007");
    must("they meet", first.meet(&mut copy));
    assert_eq!(problems(&mut first), [ProblemCode::CopiedDisk]);
    assert_eq!(problems(&mut copy), [ProblemCode::CopiedDisk], "both are told");
    assert_eq!((first.rows_of_all().len(), copy.rows_of_all().len()), (2, 2), "each keeps its own");
    must("one meets a neighbour", first.meet(&mut second));
    must("so does the other", copy.meet(&mut second));
    assert_eq!(second.rows_of_all().len(), 3, "J4: nothing either of them sealed has the other's number");
    world.settle(&mut [&mut first, &mut copy, &mut second]);
    // The case that both copies had not yet sealed stands in a segment of each, and once in its document.
    assert_eq!((world.hub.verify().changes, second.rows_of_all().len()), (4, 3));
    assert_eq!(first.knows(), second.knows());
    assert_eq!((copy.knows(), problems(&mut copy)), (second.knows(), vec![]), "the district has settled it");
}

/// Row 20, on a local line: a neighbour is a backup.
#[test]
fn j4_a_disk_that_went_back_gets_its_lost_work_from_its_neighbour_and_gives_no_number_twice() {
    for returned in [Returned::Whole, Returned::Database] {
        let (world, mut first, mut second) = two(1_010);
        let before = first.image();
        first.receive(&ZHAO_YUNFENG, "MZ-007");
        must("they meet", first.meet(&mut second));
        first.kill();
        first.put_back(&before, returned);
        first.restart();
        assert_eq!(first.rows_of_all().len(), 0, "the disk is as it was");
        first.receive(&SUN_LINA, "MZ-007");
        first.sync(&world.hub);
        second.sync(&world.hub);
        world.settle(&mut [&mut first, &mut second]);
        assert_eq!((first.rows_of_all().len(), world.hub.verify().changes), (2, 2), "the neighbour had it");
        assert_eq!((first.knows(), problems(&mut first)), (second.knows(), vec![]));
    }
}

/// Row 10: what a neighbour took before it knew waits for a person, and what rests on it waits with it.
#[test]
fn what_a_neighbour_took_from_a_station_before_it_was_known_as_revoked_is_for_a_person_to_let_stand() {
    let (world, mut gone, mut near) = two(1_011);
    let case = gone.receive(&LI_CHUNMEI, "MZ-007");
    world.hub.revoke("白菜沟一号机");
    must("they meet", gone.meet(&mut near));
    near.note(case, "邻居不知道，照常办");
    near.receive(&SUN_LINA, "MZ-007");
    near.sync(&world.hub);
    near.sync(&world.hub);
    let aside = world.hub.quarantine();
    assert_eq!((aside.len(), aside[0].why.as_str()), (1, "witnessed"), "for a person to look at");
    assert_eq!(world.hub.let_stand("白菜沟一号机"), 1);
    let mut other = world.station("白菜沟三号机", BAICAIGOU, QIMUGE);
    world.settle(&mut [&mut near, &mut other]);
    assert_eq!((other.knows(), world.hub.verify().changes), (near.knows(), 3), "nothing of the neighbour's is lost");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_neighbour_gives_the_photographs_it_took_in_for_a_division_both_read() {
    let (world, mut first, mut second) = two(1_011);
    let case = first.receive(&ZHAO_YUNFENG, "MZ-007");
    let page = must("a photograph", first.attach(case, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo(3)));
    let file = page.files[0].hash;
    must("they meet", second.meet(&mut first));
    assert!(matches!(second.look(case, file, FileSize::Whole), Ok(GotFile::Coming)), "it is asked for");
    must("they meet again", second.meet(&mut first));
    let seen = second.look(case, file, FileSize::Whole);
    assert!(matches!(&seen, Ok(GotFile::Here { bytes, .. }) if name_of(&bytes.0) == file), "by its hash: {seen:?}");
    assert_eq!((first.view().files.items, second.view().files.items), (2, 0), "who took it in owes it to the district");
    let requests = must("they meet again", second.meet(&mut first));
    assert!(requests <= 4, "and it is not asked for twice: {requests}");
    world.settle(&mut [&mut first, &mut second]);
    assert_eq!((problems(&mut first), problems(&mut second)), (vec![], vec![]));
}

#[test]
fn a_neighbour_of_another_village_gets_no_photograph_although_it_knows_the_name() {
    let (world, mut first, _) = two(1_012);
    let case = first.receive(&ZHAO_YUNFENG, "MZ-007");
    must("a photograph", first.attach(case, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo(4)));
    let mut foreign = world.station("缸房地便民服务站", GANGFANGDI, NAREN);
    foreign.open_to_neighbours();
    // The same picture was taken there too, and so its name is known; the content there is freed.
    let other = foreign.receive(&FENG_XIAOLIN, "MZ-007");
    let known =
        must("the same", foreign.attach(other, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo(4))).files[0].hash;
    foreign.sync(&world.hub);
    must("room is made", foreign.files().forget(&[known]));
    assert!(matches!(foreign.look(other, known, FileSize::Whole), Ok(GotFile::Coming)));
    must("they meet", foreign.meet(&mut first));
    assert!(!matches!(foreign.look(other, known, FileSize::Whole), Ok(GotFile::Here { .. })), "X12: not from there");
    foreign.sync(&world.hub);
    assert!(matches!(foreign.look(other, known, FileSize::Whole), Ok(GotFile::Here { .. })), "but from the district");
}
