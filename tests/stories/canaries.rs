//! Row 24 of the reliability table: what people typed lies nowhere in clear on a station's disk, nor in what the program logs.
//!
//! Fifty names and numbers go in by every way there is; afterwards every file of the station is read, while it works, after it was killed
//! and after it was locked, in each encoding that a system might have written them in.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use daiban_model::api::{Consent, Failure, FindPeople, FindTwins, GetMyData, KnownFrom, RegisterPerson, SearchCases};
use daiban_model::case::Command;
use daiban_model::case::field::Field;
use daiban_model::identity::CitizenId;
use daiban_model::person::{ConsentBy, Fact, Kind, Telling};
use daiban_tests::world::{BAICAIGOU, Papers, Person, QIMUGE, Station, World, must, some};
use jiff::civil::{Date, date};

/// As many as the row asks for: half of them names, half numbers.
const CANARIES: usize = 50;

/// What the program logs, at its most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A name that stands in no list of ours, and a number of nobody.
fn canary(n: usize) -> (String, String) {
    const SIGNS: [char; 5] = ['翾', '翯', '翱', '翀', '翙'];
    let name: String = ['鹖', SIGNS[n / 5 % 5], SIGNS[n % 5]].into_iter().collect();
    let born = date(1951, 1, 1).saturating_add(jiff::Span::new().days(must("a small number", i64::try_from(n)) * 37));
    let first = format!("150205{}000", born.strftime("%Y%m%d"));
    let number = "0123456789X".chars().map(|sign| format!("{first}{sign}"));
    let number = some("a check sign", number.into_iter().find(|text| CitizenId::parse(text, Date::MAX).is_ok()));
    (name, number)
}

/// The bytes a text might lie in.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 4] {
    let units = || text.encode_utf16();
    [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16LE", units().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", units().flat_map(u16::to_be_bytes).collect()),
        ("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()),
    ]
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in must("a folder", fs::read_dir(folder)).flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(all.insert(path.to_string_lossy().into_owned(), must("a file", fs::read(&path)))),
            }
        }
    }
    all
}

/// Where a canary is found; the place is told, never the canary.
fn hits(places: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut found = Vec::new();
    for n in 0..CANARIES / 2 {
        let (name, number) = canary(n);
        for text in [&name, &number] {
            for (encoding, bytes) in encodings(text) {
                let holds = |content: &[u8]| content.windows(bytes.len()).any(|window| window == bytes);
                let held = places.iter().filter(|(path, content)| holds(content) || holds(path.as_bytes()));
                found.extend(held.map(|(path, _)| format!("canary {n} as {encoding} in {path}")));
            }
        }
    }
    found
}

/// Every way in: cases, drafts, people, notes, searches, wrong values.
fn typed_everywhere(village: &mut Station) {
    for n in 0..CANARIES / 2 {
        let (name, number) = canary(n);
        let (still_name, still_number): (&'static str, &'static str) =
            (String::leak(name.clone()), String::leak(number.clone()));
        let who =
            Person { name: still_name, id: still_number, phone: "", address: still_name, contact: (still_name, "") };
        match n % 5 {
            0 => {
                let case = village.receive(&who, "MZ-007");
                village.note(case, &format!("{name} {number}"));
                let wrong = village.set(case, Field::Phone, &number);
                assert!(matches!(wrong, Err(Failure::BadValue { .. })), "a number is no phone");
                village.act(case, Command::Withdraw { reason: name.clone(), papers_returned: 1 });
            }
            1 => {
                village.receive_with(&who, "RS-012", Papers::All, |draft| draft.person.keep = Some(Consent::Given));
                let hits = village.ask(FindPeople { text: name.clone() });
                if let KnownFrom::Person(id) = hits[0].from {
                    village.ask(GetMyData { id });
                }
            }
            2 => drop(village.draft(&who, "MZ-007", Papers::All, |draft| draft.note = format!("{name} {number}"))),
            3 => {
                let facts =
                    vec![(Fact::Name, name.clone()), (Fact::Number, number.clone()), (Fact::Head, name.clone())];
                let (told, consent) = (Some(Telling::ReadAloud), Some(ConsentBy::Own));
                let call = RegisterPerson { kind: Kind::Person, facts, told, consent, despite_twin: name.clone() };
                village.ask(call);
            }
            _ => {
                village.ask(SearchCases { text: name.clone(), after: None, limit: 9 });
                village.ask(SearchCases { text: number.clone(), after: None, limit: 9 });
                let born = String::new();
                village.ask(FindTwins { kind: Kind::Person, name, number, born });
            }
        }
    }
}

#[test]
fn r200_row_24_fifty_canaries_lie_nowhere_in_clear() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
    let temp = tempfile::tempdir().unwrap();
    let world = World::new(2401);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    typed_everywhere(&mut village);

    let folder = village.folder().to_owned();
    let seen = |when: &str| {
        let mut places = files(&folder);
        places.extend(files(temp.path()));
        places.insert("the log".into(), log.0.lock().unwrap_or_else(PoisonError::into_inner).clone());
        assert!(places.len() >= 4, "{when}: the database, its log, the keys");
        assert_eq!(hits(&places), Vec::<String>::new(), "{when}");
    };
    seen("at work, the write-ahead log full");
    village.kill();
    seen("after a kill");
    village.restart();
    village.sync(&world.hub);
    village.lock();
    seen("after an exchange, locked");
    assert!(log.0.lock().unwrap_or_else(PoisonError::into_inner).len() > 1_000, "something was logged");

    // The search would have found them: one in clear, in each encoding, is seen.
    let (name, _) = canary(7);
    for (encoding, bytes) in encodings(&name) {
        fs::write(temp.path().join("left.behind"), &bytes).unwrap();
        assert_eq!(hits(&files(temp.path())).len(), 1, "{encoding}");
    }
}
