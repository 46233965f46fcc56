//! Photographs of papers: taken without a road, carried in pieces over roads that break, seen where they concern somebody and
//! nowhere else.

use std::collections::BTreeSet;
use std::time::Duration;

use daiban_core::files::name_of;
use daiban_core::store::blobs::{Blobs, Party};
use daiban_core::sync::http::Road;
use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    CasePage, Failure, FileSize, FileState, FilesOpen, GotFile, ListReveals, Seen, StorageFault, ThumbView,
};
use daiban_model::case::event::{FileKind, NoticeLine};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Refusal};
use daiban_model::ids::{CaseId, FileHash};
use daiban_model::wire::CHUNK;
use daiban_tests::world::photo::{PLACE, photo, snapshot};
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, LIN_FANG, LUO_JIE, Line, PIN, QIAN_XIUYING,
    QIMUGE, SHAOBUHAI, Station, TIAN_WEIGUO, World, ZHAO_YUNFENG, day, must, some,
};

use crate::{acts, problems};

const ID_CARD: &str = "本人身份证或户口本原件及复印件3份";
const PICTURE: &str = "近期免冠两寸照片3张";

fn village(seed: u64) -> (World, Station, CaseId) {
    let world = World::new(seed);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    village.sync(&world.hub);
    (world, village, case)
}

fn township(world: &World) -> Station {
    world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING)
}

/// The one attachment of a page.
fn only(page: &CasePage) -> (FileHash, FileState, ThumbView) {
    let [file] = page.files.as_slice() else { panic!("one attachment: {:?}", page.files) };
    (file.hash, file.state, file.thumb)
}

fn bytes(got: Result<GotFile, Failure>) -> Vec<u8> {
    match got {
        Ok(GotFile::Here { bytes, .. }) => bytes.0,
        other => panic!("not here: {other:?}"),
    }
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|part| part == needle)
}

/// Exchanges over a line so slow that a request carries one chunk; every third request about attachments is cut, in turn before and
/// after the hub had it. Answers the bytes sent about attachments and the cuts.
fn over_a_bad_line(world: &World, station: &mut Station) -> (usize, usize) {
    let (mut sent, mut cuts, mut carried) = (0, 0, 0);
    for _ in 0..200 {
        if station.view().files.items == 0 {
            return (sent, cuts);
        }
        let Some(out) = must("a request", station.next_request()) else { continue };
        let line = match out.road {
            Road::Files => {
                carried += 1;
                sent += out.body.len();
                match carried % 6 {
                    3 => Line::Cut,
                    0 => Line::LosesReply,
                    _ => Line::Open,
                }
            }
            _ => Line::Open,
        };
        cuts += usize::from(!matches!(line, Line::Open));
        station.clock().advance(Duration::from_secs(60));
        let answer = line.carry(&world.hub, &out);
        must("the answer is taken", station.answered(answer));
    }
    panic!("it never ends: {:?}", station.view().files);
}

#[test]
fn a_photograph_taken_without_a_road_arrives_in_pieces_and_is_seen_where_it_concerns_somebody() {
    let (world, mut village, case) = village(1_401);
    village.line = Line::Cut;
    let picked = photo(1);
    let page = village.attach(case, ID_CARD, "IMG_0001.jpg", &picked).unwrap();
    let (whole, state, thumb) = only(&page);
    assert_eq!((state, thumb), (FileState::Waiting { percent: 0 }, ThumbView::Here), "on this machine");
    let kept = bytes(village.look(case, whole, FileSize::Whole));
    let small = bytes(village.look(case, whole, FileSize::Thumb));
    assert_eq!(name_of(&kept), whole, "named by its bytes");
    assert!(kept.len() > 2 * CHUNK as usize && kept.len() <= 250_000 && small.len() <= 24_000, "{}", kept.len());
    assert!(!holds(&kept, b"Exif") && !holds(&kept, PLACE.as_bytes()) && holds(&picked, PLACE.as_bytes()), "A2");
    village.sync(&world.hub);
    let waiting = village.view().files;
    assert_eq!((waiting.items, waiting.bytes), (2, (kept.len() + small.len()) as u64), "the picture and its small one");

    let (sent, cuts) = over_a_bad_line(&world, &mut village);
    let most = kept.len() + small.len() + cuts * (CHUNK as usize + 1_000) + 10_000;
    assert!(cuts >= 1 && sent <= most, "a cut costs one chunk at most: {sent} bytes, {cuts} cuts");
    assert_eq!(only(&village.page(case)).1, FileState::Arrived, "by the hub's receipt");
    assert_eq!(world.hub.blobs().whole(whole, 0).unwrap().as_deref(), Some(kept.as_slice()), "whole");

    let mut township = township(&world);
    township.sync(&world.hub);
    let elsewhere = (whole, FileState::Elsewhere { percent: 0 }, ThumbView::Elsewhere);
    assert_eq!(only(&township.page(case)), elsewhere, "case data first; the small picture is asked for by looking");
    township.sync(&world.hub);
    assert_eq!(only(&township.page(case)).2, ThumbView::Here);
    assert_eq!(bytes(township.look(case, whole, FileSize::Thumb)), small);
    assert_eq!(township.look(case, whole, FileSize::Whole), Ok(GotFile::Coming), "the whole one on demand");
    township.sync(&world.hub);
    assert_eq!(bytes(township.look(case, whole, FileSize::Whole)), kept);
    assert_eq!(only(&township.page(case)).1, FileState::Arrived);

    let mut neighbour = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    neighbour.sync(&world.hub);
    assert_eq!(
        neighbour.look(case, whole, FileSize::Thumb),
        Err(Failure::NotFound),
        "another village has no such case"
    );
}

#[test]
fn what_people_type_meanwhile_goes_first() {
    let (world, mut village, case) = village(1_402);
    village.attach(case, ID_CARD, "IMG_0001.jpg", &photo(1)).unwrap();
    let mut roads = Vec::new();
    while let Some(out) = village.next_request().unwrap() {
        roads.push(out.road);
        if roads.len() == 2 {
            village.note(case, "家里来人补充了情况");
        }
        village.clock().advance(Duration::from_secs(60));
        let answer = Line::Open.carry(&world.hub, &out);
        if village.answered(answer).unwrap() == daiban_core::engine::Turn::Done {
            break;
        }
    }
    assert_eq!(roads[..2], [Road::Exchange, Road::Files]);
    assert_eq!(roads[2], Road::Exchange, "the note does not wait for the photograph: {roads:?}");
    assert!(roads[3..].iter().all(|road| *road == Road::Files), "{roads:?}");
    let view = village.view();
    assert_eq!((view.outbox, view.files.items), (0, 0));
}

#[test]
fn a_killed_program_goes_on_where_it_was() {
    let (world, mut village, case) = village(1_403);
    village.attach(case, ID_CARD, "IMG_0001.jpg", &photo(1)).unwrap();
    village.kill();
    village.restart();
    assert_eq!(only(&village.page(case)).1, FileState::Waiting { percent: 0 }, "durable before it was shown");
    let out = village.next_request().unwrap().expect("case data");
    village.answered(Line::Open.carry(&world.hub, &out)).unwrap();
    let out = village.next_request().unwrap().expect("the small picture and a first chunk");
    Line::LosesReply.carry(&world.hub, &out).unwrap_err();
    village.kill();
    village.restart();
    let trip = village.sync(&world.hub);
    assert_eq!(only(&village.page(case)).1, FileState::Arrived);
    let whole = only(&village.page(case)).0;
    let kept = bytes(village.look(case, whole, FileSize::Whole));
    assert!(trip.up < kept.len(), "what had arrived before the kill was asked for and not sent again: {trip:?}");
}

#[test]
fn the_same_photograph_is_kept_and_sent_once() {
    let (world, mut village, case) = village(1_404);
    let other = village.receive(&QIAN_XIUYING, "MZ-007");
    let whole = only(&village.attach(case, ID_CARD, "a.jpg", &photo(1)).unwrap()).0;
    let again = village.attach(case, ID_CARD, "b.jpg", &photo(1));
    assert_eq!(again.err(), Some(Failure::Refused { why: Refusal::FileThere }));
    village.sync(&world.hub);
    let before = village.view().received_total;
    let page = village.attach(other, ID_CARD, "c.jpg", &photo(1)).unwrap();
    assert_eq!(only(&page), (whole, FileState::Arrived, ThumbView::Here), "the district has it already");
    let trip = village.sync(&world.hub);
    assert!(trip.up < 10_000, "only the fact travels: {trip:?}");
    assert_eq!(village.view().received_total, before + 1);
    // Both desks photograph the same sheet: one attachment.
    let mut township = township(&world);
    township.sync(&world.hub);
    township.act(case, Command::SetAsideFile { hash: whole, paper: ID_CARD.into(), reason: "拍糊了".into() });
    village.act(case, Command::SetAsideFile { hash: whole, paper: ID_CARD.into(), reason: "拍反了".into() });
    world.settle(&mut [&mut village, &mut township]);
    for station in [&mut village, &mut township] {
        let page = station.page(case);
        assert_eq!((page.files.len(), page.anomalies.len()), (0, 0), "both wanted it gone");
        assert_eq!(acts(&page).iter().filter(|kind| **kind == "file_set_aside").count(), 2, "the story stays");
        assert_eq!(station.look(case, whole, FileSize::Whole), Err(Failure::NotFound));
    }
    assert_eq!(only(&village.page(other)).1, FileState::Arrived, "the other case keeps its own");
    let page = township.attach(case, ID_CARD, "d.jpg", &photo(1)).unwrap();
    assert_eq!(page.files.len(), 1, "added again after all");
}

#[test]
fn whole_pictures_are_for_those_who_may_see_numbers() {
    let (world, mut village, case) = village(1_405);
    let whole = only(&village.attach(case, ID_CARD, "a.jpg", &snapshot(1)).unwrap()).0;
    village.add_person(BAI_YUNXIA);
    village.lock();
    village.sign_in(BAI_YUNXIA, PIN).unwrap();
    let own = village.receive(&QIAN_XIUYING, "MZ-007");
    let mine = only(&village.attach(own, ID_CARD, "b.jpg", &snapshot(2)).unwrap()).0;
    assert!(matches!(village.look(own, mine, FileSize::Thumb), Ok(GotFile::Here { kind: FileKind::Jpeg, .. })));
    let denied = Failure::Denied { action: Action::Reveal, why: Denied::Role };
    assert_eq!(village.look(own, mine, FileSize::Whole), Err(denied), "R213: a part-timer reveals nothing");
    assert_eq!(village.look(case, whole, FileSize::Thumb), Err(Failure::NotFound), "nor sees others' cases");
    assert_eq!(village.attach(case, "", "c.jpg", &snapshot(3)).err(), Some(Failure::NotFound));
    assert_eq!(
        village.look(own, whole, FileSize::Thumb),
        Err(Failure::NotFound),
        "not by naming a hash in an own case"
    );
    village.lock();
    assert_eq!(village.attach(own, "", "c.jpg", &snapshot(3)).err(), Some(Failure::Locked));
    village.sign_in(QIMUGE, PIN).unwrap();
    assert_eq!(village.page(own).files_open, FilesOpen::Open);
    village.sync(&world.hub);
}

#[test]
fn who_looked_at_a_whole_picture_is_written_down_before_it_is_shown() {
    let (world, mut village, case) = village(1_411);
    let whole = only(&village.attach(case, ID_CARD, "a.jpg", &snapshot(1)).unwrap()).0;
    village.sync(&world.hub);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    for person in [LIN_FANG, TIAN_WEIGUO] {
        window.add_person(person);
    }
    let looks = |window: &mut Station| {
        window.lock();
        must("the supervisor signs in", window.sign_in(TIAN_WEIGUO, PIN));
        let lines = window.ask(ListReveals { month: day("2026-03-02") }).lines;
        window.lock();
        must("the window signs in again", window.sign_in(LIN_FANG, PIN));
        lines
    };
    looks(&mut window);
    window.sync(&world.hub);
    assert_eq!(window.look(case, whole, FileSize::Whole), Ok(GotFile::Coming));
    window.page(case);
    window.sync(&world.hub);
    bytes(window.look(case, whole, FileSize::Thumb));
    assert_eq!(looks(&mut window), [], "a small picture shows no numbers, and what is not here is not seen");
    bytes(window.look(case, whole, FileSize::Whole));
    let told: Vec<_> = looks(&mut window).into_iter().map(|line| (line.by, line.case, line.seen)).collect();
    assert_eq!(told, [("林芳".to_owned(), case, Seen::File(whole))]);
}

#[test]
fn a_disputed_number_does_not_keep_a_picture_of_the_card_out() {
    let (world, mut village, case) = village(1_406);
    let mut township = township(&world);
    township.sync(&world.hub);
    village.set(case, Field::CitizenId, "150205195807040002").unwrap();
    township.set(case, Field::CitizenId, "150205197003120006").unwrap();
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!(village.page(case).conflicts.len(), 1);
    village.attach(case, ID_CARD, "a.jpg", &snapshot(1)).unwrap();
    let smuggled = village.page(case).files[0].hash;
    let line = daiban_model::case::event::FileLine {
        hash: FileHash([7; 32]),
        kind: FileKind::Jpeg,
        bytes: 1,
        thumb: None,
        paper: String::new(),
        label: String::new(),
    };
    assert!(village.try_act(case, Command::AddFile(line)).is_err(), "no attachment without its bytes");
    assert_eq!(village.page(case).files[0].hash, smuggled);
}

#[test]
fn what_is_no_picture_is_refused_with_what_to_do_and_leaves_nothing() {
    let (world, mut village, case) = village(1_407);
    let heic = [b"\0\0\0\x18ftypheic".as_slice(), &[0; 40]].concat();
    for (picked, code) in [
        (heic.as_slice(), "file_heic"),
        (b"GIF89a", "file_other_kind"),
        (b"", "file_empty"),
        (&photo(1)[..9_000], "file_damaged"),
    ] {
        let refused = village.attach(case, ID_CARD, "a.jpg", picked).err();
        assert_eq!(refused, Some(Failure::BadValue { code: code.into(), arg: String::new() }));
    }
    assert_eq!((village.page(case).files.len(), village.view().files.items), (0, 0));
    village.sync(&world.hub);
    assert_eq!(problems(&mut village), []);
}

#[test]
fn a_damaged_store_of_attachments_keeps_nobody_from_working() {
    let (world, mut village, case) = village(1_408);
    village.attach(case, ID_CARD, "a.jpg", &snapshot(1)).unwrap();
    village.kill();
    let file = village.folder().join("files.db");
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(file.with_file_name(format!("files.db{end}")));
    }
    let before = vec![0x5A; 20_000];
    std::fs::write(&file, &before).unwrap();
    village.restart();
    village.note(case, "照常办件");
    village.sync(&world.hub);
    assert_eq!(village.view().outbox, 0, "cases go on");
    assert_eq!(only(&village.page(case)).1, FileState::Elsewhere { percent: 0 });
    let refused = village.attach(case, ID_CARD, "b.jpg", &snapshot(2)).err();
    assert_eq!(refused, Some(Failure::Storage { why: StorageFault::Damaged }));
    assert_eq!(std::fs::read(&file).unwrap(), before, "a damaged file is left as it is (S3)");
}

/// Row 14: two hundred names of attachments.
#[test]
fn no_name_from_outside_becomes_a_path() {
    let (world, mut village, case) = village(1_409);
    let outside: BTreeSet<_> = names_in(village.folder());
    let corpus = corpus();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    let picked = snapshot(1);
    let papers: Vec<String> = (0..100).map(|n| format!("纸{n}")).collect();
    let lines = papers.iter().map(|paper| NoticeLine { paper: paper.clone(), hint: String::new() }).collect();
    village.act(case, Command::GiveNotice { lines, raised_by: String::new(), trigger: String::new() });
    for (n, name) in corpus.iter().enumerate() {
        // Half of them as the file's name, half as the paper's, which no case has (R97).
        let (paper, label) = if n % 2 == 0 {
            (papers[n / 2 % papers.len()].clone(), name.clone())
        } else {
            (name.clone(), String::new())
        };
        match village.attach(case, &paper, &label, &picked) {
            Ok(_) | Err(Failure::BadValue { .. }) => {}
            Err(Failure::Refused { why: Refusal::FileThere | Refusal::NoLineForPicture }) => {}
            Err(other) => panic!("{name:?}: {other:?}"),
        }
    }
    village.sync(&world.hub);
    assert_eq!(names_in(village.folder()), outside, "no file came, none went");
    let page = village.page(case);
    assert!(page.files.len() > 80, "they are labels: {}", page.files.len());
    for file in &page.files {
        assert!(!file.label.contains(['/', '\\', '\0', '\u{202E}']) && file.label.chars().count() <= 60);
        assert_eq!(file.hash, page.files[0].hash, "one content, whatever it is called");
    }
    let standing = world.hub.blobs().standing(page.files[0].hash, Party::Own).unwrap();
    assert!(standing.whole.is_some(), "at the hub under its hash");
}

fn names_in(folder: &std::path::Path) -> BTreeSet<String> {
    let entries = must("the folder", std::fs::read_dir(folder));
    entries.map(|entry| must("a file", entry).file_name().to_string_lossy().into_owned()).collect()
}

/// Names that have broken programs: climbing, absolute, of other systems, reserved, unseen, endless.
fn corpus() -> Vec<String> {
    let climbs =
        ["../", "..\\", "/", "\\\\srv\\c$\\", "C:\\", "c:/", "file:///", "./", ".//../", "%2e%2e%2f", "..%c0%af", "~/"];
    let targets = ["etc/passwd", "daiban.db", "files.db-wal", "x.jpg", "..", "", "a/b/c.png", "desktop.ini"];
    let mut all: Vec<String> =
        climbs.iter().flat_map(|climb| targets.iter().map(move |target| format!("{climb}{climb}{target}"))).collect();
    for device in ["CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "con.jpg", "nul.tar.gz", "CLOCK$", "aux "] {
        all.extend([device.to_owned(), format!("{device}."), format!("dir/{device}"), format!("{device}\0.jpg")]);
    }
    for mark in ['\u{202E}', '\u{200B}', '\u{FEFF}', '\u{2066}', '\u{0}', '\n', '\r', '\u{7F}', '\u{1B}', '\u{180E}'] {
        all.extend([format!("a{mark}gpj.exe"), format!("{mark}"), format!("身份证{mark}.jpg")]);
    }
    let odd = [
        "a:b",
        "a|b",
        "a?b",
        "a*b",
        "<a>",
        "\"a\"",
        "a;rm -rf",
        "$(id)",
        "`id`",
        "' OR 1=1 --",
        "trailing.",
        "trailing ",
    ];
    all.extend(odd.map(str::to_owned));
    for unit in ["a", "长", "../", "🐎", "e\u{301}", "\u{1820}"] {
        all.extend([unit.repeat(4096), unit.repeat(255), format!("{}.jpg", unit.repeat(1_000))]);
    }
    all.extend(["Files.DB", "FILES.db", "İ.jpg", "ß", "ﬁle.jpg", "ＣＯＮ"].map(str::to_owned));
    all
}

#[test]
fn nothing_of_an_attachment_lies_in_clear_on_the_disk() {
    let world = World::new(1_410);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&ZHAO_YUNFENG, "MZ-007");
    // A name and a number as people write them, in UTF-8, UTF-16 and GB18030.
    let canaries: [&[u8]; 6] = [
        "赵云凤".as_bytes(),
        b"150205194508200008",
        b"\x75\x8d\x91\x4e\xe4\x51",
        b"1\x005\x000\x002\x000\x005\x001\x009\x00",
        b"\xd5\xd4\xd4\xc6\xb7\xef",
        b"canary-of-the-file-name",
    ];
    let document = [b"%PDF-1.7\n".to_vec(), canaries.concat().repeat(9_000)].concat();
    village.attach(case, ID_CARD, "canary-of-the-file-name.pdf", &document).unwrap();
    let page = village.attach(case, PICTURE, "canary-of-the-file-name.jpg", &photo(1)).unwrap();
    let whole = some("the photograph", page.files.iter().find(|file| file.kind == FileKind::Jpeg)).hash;
    let thumb = bytes(village.look(case, whole, FileSize::Thumb));
    let kept = bytes(village.look(case, whole, FileSize::Whole));
    let looked = |station: &Station, when: &str| {
        for entry in std::fs::read_dir(station.folder()).unwrap() {
            let path = entry.unwrap().path();
            let content = std::fs::read(&path).unwrap();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            for canary in canaries {
                assert!(!holds(&content, canary), "{when}: {:?} in {name}", String::from_utf8_lossy(canary));
            }
            for picture in [&kept[300..364], &kept[kept.len() - 64..], &thumb[300..364], &document[..64]] {
                assert!(!holds(&content, picture), "{when}: a piece of a picture in {name}");
            }
            assert!(!holds(&content, b"\xFF\xD8\xFF\xE0\0\x10JFIF"), "{when}: a JPEG begins in {name}");
        }
    };
    assert!(
        village.folder().join("files.db").exists() && village.folder().join("files.db-wal").exists(),
        "both are looked at"
    );
    looked(&village, "while it runs");
    village.sync(&world.hub);
    looked(&village, "after it was sent");
    village.lock();
    village.kill();
    looked(&village, "after it was killed");
}
