//! Rows 12, 14 and 17: contained panics, names that climb, pictures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use daiban_core::courier::folder::{self, FOLDER};
use daiban_core::courier::letter::{self, Sealing};
use daiban_core::courier::{LetterKind, Part};
use daiban_core::doc;
use daiban_core::files::intake::{self, Intake, IntakeFault, LONGEST_SIDE};
use daiban_core::sync::hub::Hub;
use daiban_core::sync::sign::Domain;
use daiban_core::sync::station;
use daiban_core::sync::{columns, sign};
use daiban_district::Limits;
use daiban_model::wire::{self, Cursors, Envelope, ExchangeReply, ExchangeRequest, Hash, Nonce, Outcome, Segment};
use daiban_tests::hostile::{
    Heic, Jpeg, PLACE, Stage, Target, animated_png, animated_webp, frame_of, panicking, png, quarantined, still_webp,
};
use daiban_tests::world::{must, some};
use ed25519_dalek::SigningKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// As many as the row asks for.
const PANICKING: usize = 1_000;

/// Posts to a hub over a connection of its own; answers status and body.
async fn post(address: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = must("a connection", TcpStream::connect(address).await);
    let kind = daiban_core::sync::http::CONTENT_TYPE;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    must("the head is sent", stream.write_all(head.as_bytes()).await);
    must("the body is sent", stream.write_all(body).await);
    let mut answer = Vec::new();
    must("an answer", stream.read_to_end(&mut answer).await);
    let end = some("a head", answer.windows(4).position(|four| four == b"\r\n\r\n")) + 4;
    let status = must("a status", String::from_utf8_lossy(&answer[9..12]).parse());
    (status, answer.split_off(end))
}

fn request(stage: &Stage, nonce: Nonce, segments: Vec<Segment>) -> (Vec<u8>, Hash) {
    let epoch = stage.thread.epoch;
    let cursors = Cursors::All(Vec::new());
    let whole = ExchangeRequest { version: wire::VERSION, nonce, epoch, cursors, max_bytes: 1, packages: 0, segments };
    let body = stage.posted(&columns::encode(&whole), Domain::Request);
    let envelope: Envelope = must("our own", wire::decode(&body, wire::MAX_BODY));
    (body, sign::hash(&envelope.body))
}

/// What a hub whose clock shows today gives to go on with.
async fn fresh_nonce(stage: &Stage, address: &str) -> Nonce {
    let (body, asked) = request(stage, Nonce::default(), Vec::new());
    let (_, answer) = post(address, "/v1/exchange", &body).await;
    let reply: ExchangeReply = must("the hub's own answer", station::reply(&answer, asked, &stage.admission.trust));
    reply.nonce
}

fn delivered(stage: &Stage, answer: &[u8], asked: Hash) -> (usize, usize) {
    let reply: ExchangeReply = must("the hub's own answer", station::reply(answer, asked, &stage.admission.trust));
    match reply.outcome {
        Outcome::Done(delivery) => (delivery.receipts.len(), delivery.refused.len()),
        other => panic!("{other:?}"),
    }
}

/// Row 12: contained panics. A thousand changes on which the document library panics come to a hub that listens: each is refused
/// by name in its signed answer or kept unopened, nothing is a fault of the hub (5xx), others are served between them, and the same
/// process stands at the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_12_a_thousand_changes_that_panic_the_library_disturb_nobody_at_the_hub() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let corpus = panicking(PANICKING, 12);
    std::panic::set_hook(hook);
    let stage = Stage::get();
    let hub: Hub<_> = stage.hub();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let serving = tokio::spawn(daiban_district::serve(listener, hub, Limits::default(), std::future::pending()));
    let nonce = fresh_nonce(stage, &address).await;
    let (mut last, mut refused, mut others) = ((0, Hash::default()), 0, 0);
    for (nth, packed) in corpus.iter().enumerate() {
        let doc = *blake3::hash(&nth.to_le_bytes()).as_bytes().first_chunk().expect("sixteen bytes");
        let (segment, root) = stage.sealed(last, &[(doc, doc::unpack(packed))]);
        let number = segment.header.number;
        let (body, asked) = request(stage, nonce, vec![segment]);
        let (status, answer) = post(&address, "/v1/exchange", &body).await;
        assert_eq!(status, 200, "change {nth}: a signed answer, no fault of the hub");
        let (taken, not) = delivered(stage, &answer, asked);
        assert_eq!(taken + not, 1, "change {nth}: taken unopened, or refused by name");
        refused += not;
        if taken == 1 {
            last = (number, root);
        }
        if nth % 10 == 0 {
            let (body, asked) = request(stage, nonce, Vec::new());
            let (status, answer) = post(&address, "/v1/exchange", &body).await;
            assert_eq!((status, delivered(stage, &answer, asked)), (200, (0, 0)), "another session goes on");
            others += 1;
        }
    }
    assert_eq!(others, PANICKING / 10, "all of them");
    assert!(!serving.is_finished(), "the process that began is the one that ends: no restart");
    println!("{refused} of {PANICKING} refused by the hub, the others kept for the stations to refuse");
    // Not even a request: 4xx, as for anybody.
    for packed in corpus.iter().take(50) {
        let (status, _) = post(&address, "/v1/exchange", packed).await;
        assert!((400..500).contains(&status), "{status}");
    }
}

/// Row 12: contained panics, at a station: what came is set aside with its reason, and people go on working.
#[test]
fn row_12_changes_that_panic_the_library_are_set_aside_at_a_station() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let corpus = panicking(PANICKING, 13);
    let frame = some("a target", Target::of("frame"));
    let (before, mut aside) = (doc::contained(), 0);
    for (nth, packed) in corpus.iter().enumerate() {
        let doc = *blake3::hash(&nth.to_le_bytes()).as_bytes().first_chunk().expect("sixteen bytes");
        let had = quarantined().len();
        (frame.run)(&frame_of(&[(doc, doc::unpack(packed))]));
        // A new station begins with nothing set aside.
        aside += usize::from(quarantined().len() > had || quarantined().len() == 1);
    }
    std::panic::set_hook(hook);
    let reasons: BTreeSet<String> = quarantined().into_iter().collect();
    println!("{aside} of {PANICKING} set aside, {} panics contained; reasons: {reasons:?}", doc::contained() - before);
    assert!(aside > PANICKING / 2, "they are kept: {aside}");
    assert!(reasons.contains("malformed"), "with the reason: {reasons:?}");
}

fn names_below(folder: &Path) -> BTreeSet<String> {
    let entries = must("the folder", fs::read_dir(folder));
    entries.map(|entry| must("a file", entry).file_name().to_string_lossy().into_owned()).collect()
}

fn part_of(key: u8, content: &[u8]) -> Vec<u8> {
    let (from, to) = (SigningKey::from_bytes(&[key; 32]), SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes());
    let sealing = Sealing { from: &from, to, kind: LetterKind::Ask, letter: [key; 16], once: [key; 32] };
    some("it fits", letter::seal(&sealing, content)).remove(0)
}

/// Names that a medium can hold: reserved, unseen, endless, of other systems; with our ending and in front of it.
fn on_a_medium() -> Vec<String> {
    let odd = [
        "..%2f..%2fetc%2fpasswd",
        "..\\..\\windows\\system32",
        "C:\\daiban",
        "\\\\srv\\c$\\x",
        "CON",
        "NUL",
        "aux",
        "LPT9",
        "trailing.",
        "trailing ",
        " leading",
        "-rf",
        "--help",
        "$(id)",
        "`id`",
        ";id",
        "|id",
        "a\nb",
        "a\rb",
        "a\tb",
        "\u{202E}lbd",
        "\u{200B}",
        "\u{FEFF}",
        "\u{1B}[2J",
        "~",
        "~root",
        "*",
        "?",
        "<a>",
        "\"a\"",
        "'a'",
        "....",
        "desktop.ini",
        ".hidden",
        "daiban.db",
        "files.db-wal",
        "keys.json",
        "ask-000000000000-01of01",
        "ASK-000000000000-01OF01",
        "İ",
        "ß",
        "ﬁ",
        "ＣＯＮ",
        "e\u{301}",
        "é",
        "身份证",
        "\u{1820}\u{180B}",
        "🐎",
        "0",
        "%00",
        "%s%s%n",
    ];
    let mut names: Vec<String> = Vec::new();
    for name in odd {
        names.extend([format!("{name}.dbl"), format!("{name}.DBL"), name.to_owned(), format!("{name}.tmp")]);
    }
    names.extend([format!("{}.dbl", "a".repeat(251)), format!("{}.dbl", "长".repeat(80))]);
    names.sort_unstable();
    names.dedup();
    names
}

/// Row 14: two hundred names on a stick, links and folders among them. Nothing outside our folder is read, written or removed, and
/// nothing there is called otherwise than by us.
#[test]
fn row_14_no_name_on_a_stick_leads_out_of_its_folder() {
    let (stick, outside) = (must("a stick", tempfile::tempdir()), must("a place", tempfile::tempdir()));
    let ours = stick.path().join(FOLDER);
    must("our folder", fs::create_dir(&ours));
    let names = on_a_medium();
    assert!(names.len() >= 200, "{}", names.len());
    let part = part_of(1, b"x");
    for name in &names {
        must(name, fs::write(ours.join(name), &part));
    }
    let secret = outside.path().join("secret.dbl");
    must("a file outside", fs::write(&secret, part_of(9, b"not on the stick")));
    must("a link", std::os::unix::fs::symlink(&secret, ours.join("link.dbl")));
    must("a link to a folder", std::os::unix::fs::symlink(outside.path(), ours.join("folder.dbl")));
    must("a hard link", fs::hard_link(&secret, ours.join("hard.dbl")));
    must("a folder", fs::create_dir(ours.join("dir.dbl")));
    let (before, held) = (names_below(outside.path()), must("the secret", fs::read(&secret)));
    let found = must("read", folder::read(stick.path()));
    assert!(found.parts.iter().all(|(file, _)| file.parent() == Some(ours.as_path())), "from our folder only");
    assert!(!found.parts.iter().any(|(file, _)| file.ends_with("link.dbl")), "a link is not followed");
    let from = |key: u8| SigningKey::from_bytes(&[key; 32]).verifying_key().to_bytes();
    let to = SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes();
    for key in [1, 9] {
        must("superseded", folder::supersede(stick.path(), &from(key), &to, LetterKind::Ask, &[[77; 16]]));
    }
    let written = must("written", folder::write(stick.path(), [3; 16], LetterKind::Answer, &[part_of(3, b"y")]));
    assert!(written.iter().all(|file| file.parent() == Some(ours.as_path())), "into our folder");
    assert_eq!(names_below(outside.path()), before, "no file came, none went");
    assert_eq!(must("the secret", fs::read(&secret)), held, "nor was it changed");
}

/// Row 14: our folder on the medium is itself a link, or what we are about to write is there already as one: nothing is written
/// where it leads.
#[test]
fn row_14_a_folder_that_is_a_link_is_no_folder_of_ours() {
    let (stick, outside) = (must("a stick", tempfile::tempdir()), must("a place", tempfile::tempdir()));
    must("a link", std::os::unix::fs::symlink(outside.path(), stick.path().join(FOLDER)));
    must("a part outside", fs::write(outside.path().join("theirs.dbl"), part_of(1, b"x")));
    let before = names_below(outside.path());
    let parts = [part_of(3, b"y")];
    assert!(folder::write(stick.path(), [3; 16], LetterKind::Ask, &parts).is_err(), "nothing is written there");
    let found = folder::read(stick.path()).map(|found| found.parts.len()).unwrap_or_default();
    assert_eq!(found, 0, "nothing is read there");
    assert_eq!(names_below(outside.path()), before, "no file came, none went");

    let stick = must("a stick", tempfile::tempdir());
    let target = outside.path().join("precious");
    must("a file outside", fs::write(&target, b"precious"));
    must("our folder", fs::create_dir(stick.path().join(FOLDER)));
    let name = must("written", folder::write(stick.path(), [3; 16], LetterKind::Ask, &parts)).remove(0);
    must("taken away", fs::remove_file(&name));
    for planted in [name.with_extension("tmp"), name.clone()] {
        must("a planted link", std::os::unix::fs::symlink(&target, planted));
    }
    let _ = folder::write(stick.path(), [3; 16], LetterKind::Ask, &parts);
    assert_eq!(must("the file", fs::read(&target)), b"precious", "what a planted link names is not written over");
    assert!(must("a part", Part::read(&parts[0]).map(|part| part.letter())) == [3; 16], "ours was whole");
}

fn bare(intake: &Intake) -> bool {
    let thumb = intake.thumb.as_deref().unwrap_or_default();
    [intake.bytes.as_slice(), thumb].into_iter().all(|jpeg| {
        let holds = |needle: &[u8]| jpeg.windows(needle.len()).any(|part| part == needle);
        let marked = jpeg.windows(2).any(|pair| pair[0] == 0xFF && matches!(pair[1], 0xE1..=0xEF | 0xFE));
        !marked && !holds(PLACE.as_bytes()) && !holds(b"Exif") && !holds(b"GPS") && !holds(b"ns.adobe.com")
    })
}

/// Row 17: a hundred pictures with all that phones and programs write beside the pixels. None of it is left, no side is longer than
/// 2,000, and those that lie on their side stand up.
#[test]
fn row_17_a_hundred_pictures_come_out_without_a_place_and_small() {
    let mut clean = 0;
    for nth in 0..100_u64 {
        let (long, short) = (64 + u32::try_from(nth).unwrap_or(0) * 29, 40 + u32::try_from(nth).unwrap_or(0) * 3);
        let orientation = u8::try_from(nth % 8).unwrap_or(0) + 1;
        let (bytes, jpeg) = match nth % 5 {
            0..=2 => (Jpeg { width: long, height: short, seed: nth }.with_place(orientation), true),
            3 if nth % 2 == 0 => (animated_png(long.min(900), short, nth), false),
            3 => (png(long.min(900), short, nth), false),
            _ if nth % 2 == 0 => (animated_webp(long.min(900), short, nth), false),
            _ => (still_webp(long.min(900), short, nth), false),
        };
        let intake = intake::take(&bytes).unwrap_or_else(|fault| panic!("picture {nth}: {fault}"));
        let kept = must("a whole picture", image::load_from_memory(&intake.bytes));
        assert!(kept.width().max(kept.height()) <= LONGEST_SIDE, "picture {nth}");
        let on_its_side = jpeg && orientation >= 5;
        assert_eq!(kept.height() > kept.width(), on_its_side && long > short, "picture {nth} stands up");
        assert!(bare(&intake), "picture {nth} carries something");
        clean += u32::from(bare(&intake));
    }
    assert_eq!(clean, 100, "100 of 100");
}

/// Row 17: what newer phones make is refused with words that say what to do; what breaks off is never half a picture.
#[test]
fn row_17_heic_says_what_to_do_and_what_breaks_off_is_refused() {
    let words = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/words/zh.json");
    let words: serde_json::Value = must("words", serde_json::from_slice(&must("words", fs::read(words))));
    let text = words.to_string();
    for brand in [*b"heic", *b"heix", *b"mif1", *b"hevc", *b"avif", *b"msf1"] {
        let fault = intake::take(&Heic { brand }.bytes()).unwrap_err();
        assert_eq!(fault, IntakeFault::Heic, "{brand:?}");
        assert!(text.contains(fault.code()), "there is a sentence for {}", fault.code());
    }
    let photo = Jpeg { width: 600, height: 400, seed: 5 }.with_place(1);
    let end = photo.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap_or(0);
    for share in 1..100 {
        let cut = &photo[..end * share / 100];
        assert!(intake::take(cut).is_err(), "{share} % of it");
    }
}
