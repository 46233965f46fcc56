//! Cases that the district moves from one division to another, while somebody works on them.

use daiban_core::doc::Doc;
use daiban_core::store::blobs::Blobs as _;
use daiban_core::store::{DocKind, Store as _};
use daiban_model::api::{Decided, Failure, FileSize, GotFile, OpenCase};
use daiban_model::case::field::Field;
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_tests::world::{
    BAICAIGOU, BAO_JINSHAN, Fuse, GAO_JIANPING, JIHULUNTU, Line, QIAN_XIUYING, QIMUGE, SANCHAKOU, Station, World,
    ZHAO_YUNFENG, division, must, now, photo, some,
};

use crate::problems;

/// 其木格's village with two cases, 包金山's village and the township's centre, all of one mind.
fn two_villages(seed: u64) -> (World, Station, Station, Station, CaseId) {
    let world = World::new(seed);
    let mut from = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut to = world.station("三岔口便民服务站", SANCHAKOU, BAO_JINSHAN);
    let mut centre = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let case = from.receive(&ZHAO_YUNFENG, "MZ-007");
    from.receive(&QIAN_XIUYING, "MZ-007");
    from.note(case, "搬到三岔口住了");
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    (world, from, to, centre, case)
}

/// Where a case lives, as a station knows.
fn home(station: &Station, case: CaseId) -> Option<ScopeCode> {
    station.stored(case).state.map(|state| state.scope)
}

/// Everything of a case that lies at a station, whoever asks.
fn left_of(station: &Station, case: CaseId) -> Vec<String> {
    let doc = *case.0.as_bytes();
    let mut left: Vec<String> = Vec::new();
    let stored = station.stored(case);
    left.extend(stored.state.iter().map(|state| format!("{state:?}")));
    left.extend(stored.tail.iter().map(|bytes| format!("a change of {} bytes", bytes.len())));
    left.extend(station.rows_of_all().iter().filter(|row| row.shown.id == case).map(|row| format!("{row:?}")));
    for scope in [BAICAIGOU, SANCHAKOU] {
        for entry in must("a feed", now(station.shelf().after(division(scope), 0, usize::MAX))) {
            left.extend(
                entry.records.iter().filter(|(id, ..)| *id == doc).map(|_| format!("a record of {}", entry.seq)),
            );
        }
    }
    left
}

fn told_of(station: &mut Station) -> Vec<(Decided, String, bool)> {
    let decisions = station.view().decisions;
    decisions.into_iter().map(|one| (one.what, one.place, one.case.is_empty())).collect()
}

fn notes(station: &mut Station, case: CaseId) -> Vec<String> {
    let page = station.page(case);
    page.story.iter().rev().filter(|line| line.kind == "noted").map(|line| line.detail.clone()).collect()
}

#[test]
fn a_case_that_moves_leaves_the_one_desk_and_comes_whole_to_the_other() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_101);
    let before = from.page(case).story;
    let moved = world.hub.move_case(case, SANCHAKOU);
    assert_eq!((moved.from, moved.to), (division(BAICAIGOU), division(SANCHAKOU)));
    to.sync(&world.hub);
    assert_eq!(to.page(case).story, before, "all that anybody did, under the same names and times");
    assert_eq!(to.list().len(), 1, "and nothing else of that village");
    from.sync(&world.hub);
    assert_eq!((from.list().len(), from.search("赵云峰").len()), (1, 0), "it is not on the desk it left");
    assert_eq!(from.call(OpenCase { id: case }).err(), Some(Failure::NotFound));
    let line = (Decided::CaseMoved, "三岔口嘎查".to_owned(), false);
    assert_eq!(told_of(&mut from), std::slice::from_ref(&line), "which says where it went");
    to.note(case, "收到了，接着办");
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!(centre.page(case).story, to.page(case).story, "whoever reads both has it once");
    assert_eq!((home(&centre, case), centre.list().len()), (Some(division(SANCHAKOU)), 2));
    assert!(!left_of(&from, case).is_empty(), "the hub has no backup of it yet, and may need this one");
    world.hub.back_up();
    from.sync(&world.hub);
    assert_eq!(left_of(&from, case), Vec::<String>::new(), "X11: nothing is left");
    assert_eq!(told_of(&mut from), [line], "but where it went");
    from.restart();
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!((problems(&mut from), problems(&mut to), problems(&mut centre)), (vec![], vec![], vec![]));
    assert_eq!(from.sync(&world.hub).requests, 1, "and nothing is asked twice");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn what_somebody_away_added_to_a_case_that_moved_meanwhile_is_added_where_it_went() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_102);
    let mut away = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    away.sync(&world.hub);
    for desk in [&mut from, &mut away] {
        desk.line = Line::Cut;
    }
    from.note(case, "在山上记的");
    away.note(case, "在沟里记的");
    must("a phone", away.set(case, Field::Phone, "15500000077"));
    world.hub.move_case(case, SANCHAKOU);
    to.sync(&world.hub);
    must("another", to.set(case, Field::Phone, "15500000088"));
    world.settle(&mut [&mut to, &mut centre]);
    for desk in [&mut from, &mut away] {
        desk.line = Line::Open;
    }
    world.settle(&mut [&mut from, &mut away, &mut to, &mut centre]);
    let noted = notes(&mut to, case);
    for text in ["在山上记的", "在沟里记的"] {
        assert!(noted.iter().any(|note| note == text), "{text} in {noted:?}");
    }
    assert_eq!(to.page(case).conflicts.len(), 1, "two who typed one field are shown to a person, as ever");
    assert_eq!(centre.page(case).story, to.page(case).story);
    assert_eq!((from.view().outbox, away.view().outbox), (0, 0), "nothing waits");
    assert_eq!((from.list().len(), away.list().len()), (1, 1));
    world.hub.back_up();
    world.settle(&mut [&mut from, &mut away, &mut to, &mut centre]);
    assert_eq!((left_of(&from, case), left_of(&away, case)), (vec![], vec![]), "and nothing is left with either");
    assert_eq!((problems(&mut from), problems(&mut away), problems(&mut to)), (vec![], vec![], vec![]));
    assert_eq!(world.hub.quarantine(), [], "nothing of it was set aside");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_case_that_comes_back_comes_back_whole() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_103);
    world.hub.move_case(case, SANCHAKOU);
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    world.hub.back_up();
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!(left_of(&from, case), Vec::<String>::new());
    to.note(case, "又搬回去了");
    to.sync(&world.hub);
    world.hub.move_case(case, BAICAIGOU);
    let again = world.hub.move_case(case, BAICAIGOU);
    assert_eq!((again.from, again.to), (division(BAICAIGOU), division(BAICAIGOU)), "it is there");
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!(notes(&mut from, case), ["搬到三岔口住了", "又搬回去了"]);
    assert_eq!((from.list().len(), to.list().len(), centre.list().len()), (2, 0, 2));
    from.note(case, "接着办");
    world.hub.back_up();
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!((left_of(&to, case), problems(&mut to), problems(&mut from)), (vec![], vec![], vec![]));
    assert_eq!(centre.page(case).story, from.page(case).story);
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn a_hub_that_went_back_to_before_a_move_hears_of_it_from_whoever_knows() {
    for who in ["old", "new", "both"] {
        let (world, mut from, mut to, mut centre, case) = two_villages(2_104);
        let backup = world.hub.back_up();
        world.hub.move_case(case, SANCHAKOU);
        for (desk, knows) in [(&mut from, who != "new"), (&mut to, who != "old")] {
            if knows {
                desk.sync(&world.hub);
            }
        }
        if who != "old" {
            to.note(case, "备份以后记的");
            to.sync(&world.hub);
        }
        world.hub.restore(&backup);
        world.settle(&mut [&mut from, &mut to, &mut centre]);
        world.settle(&mut [&mut from, &mut to, &mut centre]);
        assert_eq!((from.list().len(), to.list().len(), centre.list().len()), (1, 1, 2), "{who}: it moved");
        assert_eq!(centre.page(case).story, to.page(case).story, "{who}");
        assert_eq!(notes(&mut to, case).len(), if who == "old" { 1 } else { 2 }, "{who}: nothing is lost");
        assert_eq!((problems(&mut from), problems(&mut to)), (vec![], vec![]), "{who}");
        world.hub.back_up();
        world.settle(&mut [&mut from, &mut to, &mut centre]);
        assert_eq!((left_of(&from, case), world.hub.verify().faults), (vec![], vec![]), "{who}");
    }
}

#[test]
fn a_hub_that_knew_nothing_of_a_case_tells_its_old_division_of_the_move_after_the_case() {
    let world = World::new(2_111);
    let mut from = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut to = world.station("三岔口便民服务站", SANCHAKOU, BAO_JINSHAN);
    let backup = world.hub.back_up();
    let case = from.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut from, &mut to]);
    world.hub.move_case(case, SANCHAKOU);
    world.settle(&mut [&mut from, &mut to]);
    world.hub.restore(&backup);
    // The village it went to is the first that brings it.
    world.settle(&mut [&mut to]);
    world.settle(&mut [&mut from, &mut to]);
    let feed = must("a feed", now(world.hub.shelf().after(division(BAICAIGOU), 0, usize::MAX)));
    let mut alone = must("a document", Doc::new(DocKind::Case));
    for (.., raw) in feed.iter().flat_map(|entry| &entry.records) {
        must("a change that rests on what this feed has", alone.apply(raw));
    }
    assert!(!feed.is_empty());
    let mut late = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    late.sync(&world.hub);
    assert_eq!((late.list().len(), problems(&mut late)), (0, vec![]), "so does who comes later");
    assert_eq!((from.list().len(), to.list().len(), world.hub.verify().faults), (0, 1, vec![]));
}

#[test]
fn a_move_travels_by_stick_and_between_neighbours_too() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_105);
    world.hub.move_case(case, SANCHAKOU);
    let stick = must("a stick", tempfile::tempdir());
    for station in [&mut from, &mut to] {
        let any = station.list().first().map(|row| row.id);
        if let Some(any) = any {
            station.note(any, "要用优盘送的");
        }
        for _ in 0..2 {
            station.write_stick(stick.path());
            world.hub.take_stick(stick.path());
            station.read_stick(stick.path());
        }
    }
    assert_eq!((from.list().len(), to.list().len()), (1, 1), "by letters");
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    let mut second = world.station("三岔口二号机", SANCHAKOU, BAO_JINSHAN);
    to.open_to_neighbours();
    second.open_to_neighbours();
    to.note(case, "只有这台机器知道");
    must("they meet", to.meet(&mut second));
    assert_eq!(second.page(case).story, to.page(case).story, "a neighbour that has never seen the hub's feed");
    world.settle(&mut [&mut from, &mut to, &mut second, &mut centre]);
    assert_eq!((second.knows(), problems(&mut second)), (to.knows(), vec![]));
}

#[test]
fn a_move_that_only_a_newcomer_has_read_is_not_forgotten_with_the_hub() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_113);
    let mut newcomer = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    let backup = world.hub.back_up();
    world.hub.move_case(case, SANCHAKOU);
    newcomer.sync(&world.hub);
    assert_eq!(newcomer.list().len(), 1, "it reads of the case and of its move at once, and shows nothing of it");
    world.hub.restore(&backup);
    for _ in 0..2 {
        world.settle(&mut [&mut newcomer, &mut from, &mut to, &mut centre]);
    }
    assert_eq!((from.list().len(), to.list().len(), centre.list().len()), (1, 1, 2), "it moved");
    world.hub.back_up();
    world.settle(&mut [&mut newcomer, &mut from, &mut to, &mut centre]);
    assert_eq!((left_of(&newcomer, case), left_of(&from, case)), (vec![], vec![]), "X11");
    assert_eq!((problems(&mut newcomer), world.hub.verify().faults), (vec![], vec![]));
}

#[test]
fn a_desk_that_comes_seldom_hears_of_the_backup_too() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_112);
    world.hub.move_case(case, SANCHAKOU);
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    world.hub.back_up();
    world.pass(3 * 24 * 60);
    from.sync(&world.hub);
    assert_eq!(
        (left_of(&from, case), problems(&mut from)),
        (vec![], vec![]),
        "X15: although it needs another nonce first"
    );
}

#[test]
fn a_case_moves_with_its_photographs_also_with_those_that_are_late() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_106);
    let first =
        must("a photograph", from.attach(case, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo::photo(3))).files
            [0]
        .hash;
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    from.line = Line::Cut;
    let late = must("another", from.attach(case, "近期免冠两寸照片3张", "本.jpg", &photo::photo(4)));
    let late = some("the other", late.files.iter().map(|file| file.hash).find(|hash| *hash != first));
    world.hub.move_case(case, SANCHAKOU);
    to.sync(&world.hub);
    assert!(is_seen(&world, &mut to, case, first), "the one the district had");
    from.line = Line::Open;
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert!(is_seen(&world, &mut to, case, late), "and the one that came after the move");
    world.hub.back_up();
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    let files = from.files();
    assert_eq!(
        [first, late].map(|hash| must("a content", files.whole(hash, 0))),
        [None, None],
        "gone from the old desk"
    );
    assert!(is_seen(&world, &mut centre, case, first), "and nowhere else");
}

/// Whether a station gets a whole picture when somebody looks.
fn is_seen(world: &World, station: &mut Station, case: CaseId, file: daiban_model::ids::FileHash) -> bool {
    for _ in 0..6 {
        if let Ok(GotFile::Here { .. }) = station.look(case, file, FileSize::Whole) {
            return true;
        }
        station.sync(&world.hub);
    }
    false
}

#[test]
fn an_attachment_that_another_case_names_stays_when_one_case_moves() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_107);
    let other = some("the other case", from.list().iter().map(|row| row.id).find(|id| *id != case));
    let file = must("a photograph", from.attach(case, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo::photo(5)))
        .files[0]
        .hash;
    must("the same", from.attach(other, "本人身份证或户口本原件及复印件3份", "证.jpg", &photo::photo(5)));
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    world.hub.move_case(case, SANCHAKOU);
    world.hub.back_up();
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!(left_of(&from, case), Vec::<String>::new());
    assert!(is_seen(&world, &mut from, other, file), "it is of the other case too");
}

#[test]
fn a_case_that_is_unknown_or_would_go_where_nobody_works_does_not_move() {
    let (world, mut from, _, _, case) = two_villages(2_108);
    let unknown = some("an id", serde_json::from_str(r#""09090909-0909-4909-8909-090909090909""#).ok());
    assert!(world.hub.try_move_case(unknown, SANCHAKOU).is_err());
    assert!(world.hub.try_move_case(case, "150205101208").is_err(), "nobody would see it");
    from.sync(&world.hub);
    assert_eq!((from.list().len(), told_of(&mut from)), (2, vec![]));
}

#[test]
fn a_division_that_is_taken_takes_what_moved_out_of_it_along() {
    let (world, mut from, mut to, _, case) = two_villages(2_109);
    world.hub.give("白菜沟便民服务站", &["150205202204"]);
    world.hub.move_case(case, SANCHAKOU);
    world.settle(&mut [&mut from, &mut to]);
    assert!(!left_of(&from, case).is_empty(), "no backup yet");
    world.hub.take_away("白菜沟便民服务站", &[BAICAIGOU]);
    for _ in 0..3 {
        from.sync(&world.hub);
        world.hub.back_up();
    }
    assert_eq!((left_of(&from, case), from.rows_of_all()), (vec![], vec![]));
}

#[test]
fn a_hub_that_is_killed_between_two_commits_carries_on_when_it_starts() {
    let (world, mut from, mut to, mut centre, case) = two_villages(2_110);
    let hazard = world.hub.shelf().hazard().clone();
    from.line = Line::Cut;
    from.note(case, "送到一半的");
    // The move lands, and nobody hears of it.
    hazard.light(Fuse::Before(1));
    assert!(world.hub.try_move_case(case, SANCHAKOU).is_err(), "the machine is off");
    hazard.put_out();
    world.hub.start_again();
    to.sync(&world.hub);
    assert_eq!(notes(&mut to, case), ["搬到三岔口住了"], "both halves of it landed");
    // Neither is what comes late lost on the way.
    hazard.light(Fuse::Before(1));
    from.line = Line::Open;
    let lost = from.try_sync(&world.hub);
    assert!(hazard.is_off(), "killed while it took what came: {lost:?}");
    hazard.put_out();
    world.hub.start_again();
    to.sync(&world.hub);
    assert_eq!(notes(&mut to, case), ["搬到三岔口住了", "送到一半的"], "before the old desk comes again");
    world.settle(&mut [&mut from, &mut to, &mut centre]);
    assert_eq!((centre.page(case).story, from.view().outbox), (to.page(case).story, 0));
    assert_eq!(world.hub.verify().faults, []);
}
