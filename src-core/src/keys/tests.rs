//! Stories of a laptop that several people share, and that can be stolen, switched off or damaged.

use std::fs;
use std::path::Path;
use std::time::Duration;

use daiban_model::access::Role;
use daiban_model::ids::{AgentId, DeviceId};
use daiban_model::stamp::Wall;
use ed25519_dalek::SigningKey;
use tempfile::TempDir;

use super::incarnation;
use super::recovery::{Holder, RecoveryCode};
use super::{Cost, DatabaseKey, Person, Pin, Station, Vault, VaultFault};
use crate::edge::{Edge, Scripted, draw};

const QIMUGE: &str = "SG-202202-01";
const BAIYUNXIA: &str = "SG-202202-02";
const RIGHT: &str = "739104";
const OTHER: &str = "260815";
const KEY: [u8; 32] = *b"canary of the database key 32 by";

const DEVICE: DeviceId = DeviceId([7; 32]);

fn district() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn agent(id: &str) -> AgentId {
    id.parse().unwrap()
}

fn person(id: &str, name: &str) -> Person {
    Person { agent: agent(id), name: name.to_owned(), role: Role::FullTimeAgent, unit: "白音村".to_owned() }
}

fn both() -> Vec<Person> {
    vec![person(QIMUGE, "其木格"), person(BAIYUNXIA, "白云霞")]
}

fn pin(typed: &str) -> Pin {
    Pin::new(typed.to_owned())
}

/// A laptop in its folder, with a clock that the test sets.
struct Laptop {
    folder: TempDir,
    edge: Scripted,
}

impl Laptop {
    fn new() -> Self {
        let monday = Wall::at(jiff::civil::date(2026, 3, 2).at(9, 0, 0, 0));
        Self { folder: tempfile::tempdir().unwrap(), edge: Scripted::new(1, monday) }
    }

    /// With 其木格 signed up and 白云霞 on the list.
    fn enrolled() -> (Self, Vault) {
        let laptop = Self::new();
        let station = Station { name: "白音村代办点".to_owned(), hub: "http://hub.example:8440".to_owned() };
        let key = DatabaseKey::new(KEY);
        let mut vault = Vault::create(laptop.path(), station, both(), &key, draw(&laptop.edge)).unwrap();
        laptop.set_pin(&mut vault, QIMUGE, RIGHT).unwrap();
        (laptop, vault)
    }

    fn renew_recovery(&self, vault: &mut Vault) -> Result<(), VaultFault> {
        let holder = Holder { root: district().verifying_key().to_bytes(), device: DEVICE };
        vault.renew_recovery(&DatabaseKey::new(KEY), &holder, draw(&self.edge))
    }

    /// As the district reads it out.
    fn code(&self, vault: &Vault) -> RecoveryCode {
        RecoveryCode::open(&district(), &DEVICE, vault.recovery_box().unwrap()).unwrap()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn set_pin(&self, vault: &mut Vault, who: &str, typed: &str) -> Result<(), VaultFault> {
        vault.set_pin(&agent(who), &pin(typed), &DatabaseKey::new(KEY), Cost::SIMULATION, draw(&self.edge))
    }

    fn load(&self) -> Vault {
        Vault::load(self.path()).unwrap().unwrap()
    }

    /// Starts the program anew and tries a PIN.
    fn try_pin(&self, who: &str, typed: &str) -> Result<[u8; 32], VaultFault> {
        let key = self.load().unlock(&agent(who), &pin(typed), self.edge.now())?;
        Ok(*key.as_bytes())
    }

    fn pass(&self, seconds: u64) {
        self.edge.advance(Duration::from_secs(seconds));
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path().join(name), bytes).unwrap();
    }

    /// Changes the key file as someone with the disk would, and mends its check.
    fn forge(&self, change: impl Fn(&mut serde_json::Value)) {
        let mut sheet: serde_json::Value = serde_json::from_slice(&self.file("keys.json")).unwrap();
        change(&mut sheet["content"]);
        let content: super::vault::Content = serde_json::from_value(sheet["content"].clone()).unwrap();
        let check = blake3::hash(&serde_json::to_vec(&content).unwrap());
        sheet["check"] = check.to_hex().as_str().into();
        self.put("keys.json", &serde_json::to_vec(&sheet).unwrap());
    }
}

#[test]
fn a_station_opens_with_the_pin_of_each_person_and_gives_the_same_key() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    for (who, typed) in [(QIMUGE, RIGHT), (BAIYUNXIA, OTHER)] {
        assert_eq!(laptop.try_pin(who, typed), Ok(KEY), "{who} opens after a restart");
    }
    assert_eq!(laptop.try_pin(BAIYUNXIA, RIGHT), Err(VaultFault::WrongPin { left: 4 }), "the other's PIN does not");
}

#[test]
fn before_sign_in_the_station_shows_its_name_its_people_and_who_has_a_pin() {
    let laptop = Laptop::new();
    assert!(Vault::load(laptop.path()).unwrap().is_none(), "first run");
    let (laptop, _) = Laptop::enrolled();
    let vault = laptop.load();
    assert_eq!(
        (vault.station().name.as_str(), vault.station().hub.as_str()),
        ("白音村代办点", "http://hub.example:8440")
    );
    let tiles = vault.people();
    let seen: Vec<_> = tiles.iter().map(|tile| (tile.name.as_str(), tile.unit.as_str(), tile.ready)).collect();
    assert_eq!(seen, [("其木格", "白音村", true), ("白云霞", "白音村", false)], "in the order of the roster");
    assert!(vault.anyone_ready());
    assert_eq!(laptop.try_pin(BAIYUNXIA, OTHER), Err(VaultFault::NoPin));
    assert_eq!(laptop.try_pin("SG-202202-09", OTHER), Err(VaultFault::UnknownPerson));
}

#[test]
fn five_wrong_pins_cost_a_pause_that_doubles_and_the_right_one_ends_it() {
    let (laptop, _) = Laptop::enrolled();
    for left in [4, 3, 2, 1] {
        assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::WrongPin { left }), "a restart does not reset it");
    }
    assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::Wait { seconds: 600 }), "the fifth");
    laptop.pass(599);
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::Wait { seconds: 1 }), "not even the right one");
    laptop.pass(1);
    for seconds in [1200, 1800, 1800] {
        assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::Wait { seconds }), "one try, then a longer pause");
        laptop.pass(seconds.into());
    }
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "never data loss");
    assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::WrongPin { left: 4 }), "counted from the start again");
}

#[test]
fn one_persons_wrong_tries_do_not_keep_another_out() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    for _ in 0..5 {
        assert!(laptop.try_pin(QIMUGE, OTHER).is_err());
    }
    assert_eq!(laptop.try_pin(BAIYUNXIA, OTHER), Ok(KEY), "she works on");
    let mut vault = laptop.load();
    laptop.set_pin(&mut vault, QIMUGE, "846207").unwrap();
    assert_eq!(laptop.try_pin(QIMUGE, "846207"), Ok(KEY), "a new PIN, set by who is signed in, ends the pause");
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::WrongPin { left: 4 }), "and the old one is gone");
}

#[test]
fn a_clock_set_back_neither_shortens_a_pause_nor_makes_it_last_for_years() {
    let (laptop, _) = Laptop::enrolled();
    let today = laptop.edge.now();
    laptop.pass(20 * 365 * 24 * 3600);
    for _ in 0..5 {
        assert!(laptop.try_pin(QIMUGE, OTHER).is_err());
    }
    laptop.edge.set(today);
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::Wait { seconds: 600 }), "the pause starts again here");
    laptop.pass(10);
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::Wait { seconds: 590 }), "and runs, over restarts too");
    laptop.pass(590);
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "ten minutes, not twenty years");
}

#[test]
fn a_try_is_counted_before_it_is_made() {
    let (laptop, _) = Laptop::enrolled();
    let sound = laptop.file("keys.json");
    laptop.forge(|content| content["people"][0]["wrap"]["cost"]["kib"] = 1.into());
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::Damaged), "this try ends in the middle, as by a kill");
    laptop.put("keys.json", &sound);
    assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::WrongPin { left: 3 }), "and is the first of two");
}

#[test]
fn a_count_that_cannot_be_read_or_kept_shuts_nobody_out() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.put("tries.json", b"{");
    assert_eq!(laptop.try_pin(QIMUGE, OTHER), Err(VaultFault::WrongPin { left: 4 }), "damaged: from the start");
    fs::remove_file(laptop.path().join("tries.json")).unwrap();
    fs::create_dir(laptop.path().join("tries.json")).unwrap();
    for left in [4, 3, 2, 1] {
        let wrong = vault.unlock(&agent(QIMUGE), &pin(OTHER), laptop.edge.now()).err();
        assert_eq!(wrong, Some(VaultFault::WrongPin { left }), "where it cannot be kept, the program counts in memory");
    }
    assert!(vault.unlock(&agent(QIMUGE), &pin(RIGHT), laptop.edge.now()).is_ok(), "a full disk shuts nobody out");
}

#[test]
fn a_weak_pin_is_not_set_and_the_old_one_stays() {
    let (laptop, mut vault) = Laptop::enrolled();
    assert_eq!(laptop.set_pin(&mut vault, QIMUGE, "123456"), Err(VaultFault::WeakPin));
    assert_eq!(laptop.set_pin(&mut vault, "SG-202202-09", OTHER), Err(VaultFault::UnknownPerson));
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY));
}

#[test]
fn k3_a_key_of_another_database_is_not_wrapped() {
    let (laptop, mut vault) = Laptop::enrolled();
    let foreign = DatabaseKey::new([9; 32]);
    let set = vault.set_pin(&agent(BAIYUNXIA), &pin(OTHER), &foreign, Cost::SIMULATION, draw(&laptop.edge));
    assert_eq!(set, Err(VaultFault::Damaged), "she would sign in and find nothing");
}

#[test]
fn the_cost_of_a_try_can_rise() {
    let (laptop, mut vault) = Laptop::enrolled();
    assert!(vault.is_cheaper_than(&agent(QIMUGE), Cost::STATION), "made at the price of a simulation");
    let (who, typed, key) = (agent(QIMUGE), pin(RIGHT), DatabaseKey::new(KEY));
    vault.set_pin(&who, &typed, &key, Cost::STATION, draw(&laptop.edge)).unwrap();
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "at the price of a station");
    assert!(!laptop.load().is_cheaper_than(&who, Cost::STATION));
}

#[test]
fn k1_neither_key_nor_pin_stands_in_any_file() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, "石心canary代办").unwrap();
    let _ = laptop.try_pin(QIMUGE, OTHER);
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    let canaries =
        [KEY.as_slice(), hex.as_bytes(), RIGHT.as_bytes(), OTHER.as_bytes(), "石心canary代办".as_bytes(), b"canary"];
    let mut files = 0;
    for entry in fs::read_dir(laptop.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        files += 1;
        for canary in canaries {
            assert!(!bytes.windows(canary.len()).any(|part| part == canary), "{}", String::from_utf8_lossy(canary));
        }
    }
    assert_eq!(files, 3, "keys.json, its copy before, and the tries");
    assert_eq!(format!("{:?}", DatabaseKey::new(KEY)), "database key", "nor in a log");
}

#[test]
fn a_wrap_opens_for_its_owner_at_its_station_only() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    let sound = laptop.file("keys.json");
    let forged = |change: &dyn Fn(&mut serde_json::Value), who| {
        laptop.put("keys.json", &sound);
        laptop.forge(change);
        fs::remove_file(laptop.path().join("tries.json")).unwrap();
        laptop.try_pin(who, RIGHT)
    };
    let refused = Err(VaultFault::WrongPin { left: 4 });
    assert_eq!(forged(&|_| {}, QIMUGE), Ok(KEY), "the forger mends the check well");
    let moved = |content: &mut serde_json::Value| content["people"][1]["wrap"] = content["people"][0]["wrap"].clone();
    assert_eq!(forged(&moved, BAIYUNXIA), refused, "under another person");
    let station = |content: &mut serde_json::Value| content["vault"] = "00".repeat(16).into();
    assert_eq!(forged(&station, QIMUGE), refused, "at another station");
    for (part, length) in [("salt", 16), ("nonce", 12), ("sealed", 32), ("tag", 16)] {
        let spoil = |content: &mut serde_json::Value| content["people"][0]["wrap"][part] = "5a".repeat(length).into();
        assert_eq!(forged(&spoil, QIMUGE), refused, "{part} changed");
    }
    let cost = |content: &mut serde_json::Value| content["people"][0]["wrap"]["cost"]["passes"] = 2.into();
    assert_eq!(forged(&cost, QIMUGE), refused, "cost changed");
    let huge = |content: &mut serde_json::Value| content["people"][0]["wrap"]["cost"]["kib"] = u32::MAX.into();
    assert_eq!(forged(&huge, QIMUGE), Err(VaultFault::Damaged), "no file makes the program ask for 4 TiB");
}

#[test]
fn people_who_leave_lose_their_wrap_in_every_copy_and_people_who_stay_keep_theirs() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    let mut renamed = person(BAIYUNXIA, "白云霞");
    renamed.unit = "白音村便民服务站".to_owned();
    let new = person("SG-202202-03", "罗杰");
    let remaining = vault.set_people(vec![new.clone(), renamed, new]).unwrap();
    assert_eq!(remaining, [], "nobody stays against the roster");
    let seen: Vec<_> = laptop.load().people().into_iter().map(|tile| (tile.name, tile.ready)).collect();
    assert_eq!(seen, [("罗杰".to_owned(), false), ("白云霞".to_owned(), true)], "each once, in the new order");
    assert_eq!(laptop.try_pin(BAIYUNXIA, OTHER), Ok(KEY), "she did not notice");
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Err(VaultFault::UnknownPerson));
    assert_eq!(laptop.file("keys.json.before"), laptop.file("keys.json"), "the copy opens for nobody else either");
}

#[test]
fn k2_the_last_person_with_a_pin_remains_until_another_has_one() {
    let (laptop, mut vault) = Laptop::enrolled();
    let successor = || vec![person("SG-202202-03", "罗杰")];
    assert_eq!(vault.set_people(successor()).unwrap(), [agent(QIMUGE)], "her key is the only one");
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "the village's cases are not lost");
    let mut vault = laptop.load();
    assert_eq!(vault.set_people(successor()).unwrap(), [agent(QIMUGE)], "the same roster again changes nothing");
    assert_eq!(vault.set_people(Vec::new()).unwrap(), [agent(QIMUGE)], "nor does an empty one");
    vault.set_people(successor()).unwrap();
    laptop.set_pin(&mut vault, QIMUGE, OTHER).unwrap();
    assert_eq!(vault.people().len(), 2, "her own new PIN does not send her away");
    laptop.set_pin(&mut vault, "SG-202202-03", "846207").unwrap();
    assert_eq!(laptop.load().people().len(), 1, "now it does");
    assert_eq!(laptop.try_pin("SG-202202-03", "846207"), Ok(KEY));
}

#[test]
fn a_station_that_nobody_can_open_is_made_anew_and_any_other_is_not() {
    let laptop = Laptop::new();
    let station = |name: &str| Station { name: name.to_owned(), hub: "http://hub.example".to_owned() };
    let make = |name: &str| {
        Vault::create(laptop.path(), station(name), both(), &DatabaseKey::new(KEY), draw(&laptop.edge)).map(drop)
    };
    make("甲").unwrap();
    assert!(!laptop.load().anyone_ready(), "the program was killed before the first PIN: that key is lost");
    make("乙").unwrap();
    let mut vault = laptop.load();
    assert_eq!(vault.station().name, "乙");
    laptop.set_pin(&mut vault, QIMUGE, RIGHT).unwrap();
    assert_eq!(make("丙"), Err(VaultFault::Io), "there is something to lose");
    vault.set_station(station("丁")).unwrap();
    assert_eq!(laptop.load().station().name, "丁");
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "wraps do not hang on the name");
}

#[test]
fn k5_a_kill_at_any_step_of_a_write_leaves_the_old_file_or_the_new_one() {
    let (laptop, mut vault) = Laptop::enrolled();
    let old = laptop.file("keys.json");
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    let new = laptop.file("keys.json");
    let half = &new[..new.len() / 2];
    type Left<'a> = &'a [(&'a str, &'a [u8])];
    let kills: [(&str, Left<'_>, bool); 6] = [
        ("nothing written yet", &[("keys.json", &old), ("keys.json.new", b"")], false),
        ("half written", &[("keys.json", &old), ("keys.json.new", half)], false),
        ("written", &[("keys.json", &old), ("keys.json.new", &new)], false),
        ("old one moved away", &[("keys.json.before", &old), ("keys.json.new", &new)], false),
        ("old one moved away, new one torn", &[("keys.json.before", &old), ("keys.json.new", half)], false),
        ("new one in its place", &[("keys.json.before", &old), ("keys.json", &new)], true),
    ];
    for (step, left, second) in kills {
        let laptop = Laptop::new();
        left.iter().for_each(|(name, bytes)| laptop.put(name, bytes));
        assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "{step}: it opens");
        assert_eq!(laptop.load().people()[1].ready, second, "{step}: the old or the new, nothing between");
        let mut vault = laptop.load();
        laptop.set_pin(&mut vault, BAIYUNXIA, "846207").unwrap();
        assert_eq!(laptop.try_pin(BAIYUNXIA, "846207"), Ok(KEY), "{step}: the next write is not hindered");
        assert!(!laptop.path().join("keys.json.new").exists(), "{step}: nothing is left over");
    }
}

#[test]
fn k5_a_damaged_file_is_named_and_left_as_it_is_until_someone_goes_back() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    let sound = laptop.file("keys.json");
    let text = String::from_utf8(sound.clone()).unwrap();
    let flipped = text.replace("hub.example", "hub.exbmple");
    let half = &text[..text.len() / 2];
    for damage in [half, "", "{}", "null", &flipped, &text.replace("\"version\": 2", "\"version\": 0")] {
        laptop.put("keys.json", damage.as_bytes());
        assert_eq!(Vault::load(laptop.path()).err(), Some(VaultFault::Damaged), "{damage}");
        let again = Vault::create(laptop.path(), vault.station().clone(), both(), &DatabaseKey::new(KEY), [0; 16]);
        assert_eq!(again.err(), Some(VaultFault::Damaged), "first run does not write over it");
        assert_eq!(laptop.file("keys.json"), damage.as_bytes(), "not a byte was touched");
    }
    laptop.put("keys.json", flipped.as_bytes());
    let back = Vault::go_back(laptop.path()).unwrap().unwrap();
    assert!(!back.people()[1].ready, "the copy from before her PIN");
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "the station opens again");
    let aside = fs::read_dir(laptop.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let aside: Vec<_> = aside.filter(|name| name.starts_with("keys.json.damaged-")).collect();
    assert_eq!(aside.len(), 1, "the damaged one is kept");
    assert_eq!(laptop.file(&aside[0]), flipped.as_bytes());
}

#[test]
fn k5_going_back_touches_nothing_where_no_whole_copy_is() {
    let (laptop, _) = Laptop::enrolled();
    laptop.put("keys.json", b"torn");
    laptop.put("keys.json.before", b"torn too");
    assert_eq!(Vault::go_back(laptop.path()).err(), Some(VaultFault::Damaged));
    assert_eq!((laptop.file("keys.json"), laptop.file("keys.json.before")), (b"torn".to_vec(), b"torn too".to_vec()));
}

#[test]
fn k5_a_file_damaged_while_the_program_runs_does_not_push_out_the_copy_before() {
    let (laptop, mut vault) = Laptop::enrolled();
    let copy = laptop.file("keys.json.before");
    laptop.put("keys.json", b"torn");
    laptop.set_pin(&mut vault, BAIYUNXIA, OTHER).unwrap();
    assert_eq!(laptop.try_pin(BAIYUNXIA, OTHER), Ok(KEY), "written whole from memory");
    assert_eq!(laptop.file("keys.json.before"), copy, "the good copy is still there");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_as_it_is() {
    let (laptop, mut vault) = Laptop::enrolled();
    let newer = String::from_utf8(laptop.file("keys.json")).unwrap().replace("\"version\": 2", "\"version\": 3");
    laptop.put("keys.json", newer.as_bytes());
    assert_eq!(Vault::load(laptop.path()).err(), Some(VaultFault::Newer));
    assert_eq!(Vault::go_back(laptop.path()).err(), Some(VaultFault::Newer), "going back is for damage");
    assert_eq!(laptop.set_pin(&mut vault, BAIYUNXIA, OTHER), Err(VaultFault::Newer), "a program still running either");
    assert_eq!(laptop.file("keys.json"), newer.as_bytes());
    assert!(!laptop.path().join("keys.json.new").exists(), "not even a beginning was written");
    laptop.put("keys.json", br#"{"version": 7, "people": "of another shape"}"#);
    assert_eq!(Vault::load(laptop.path()).err(), Some(VaultFault::Newer), "whatever it holds");
}

#[test]
fn a_file_of_the_first_version_opens_and_gets_a_recovery_code() {
    let (laptop, _) = Laptop::enrolled();
    let text = String::from_utf8(laptop.file("keys.json")).unwrap();
    assert!(!text.contains("recovery"), "as the first version wrote it");
    laptop.put("keys.json", text.replace("\"version\": 2", "\"version\": 1").as_bytes());
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "nobody is shut out by an update");
    let mut vault = Vault::load(laptop.path()).unwrap().unwrap();
    assert_eq!(vault.recovery_box(), None);
    laptop.renew_recovery(&mut vault).unwrap();
    assert!(Vault::load(laptop.path()).unwrap().unwrap().recovery_box().is_some());
}

#[test]
fn r3_a_code_that_was_replaced_opens_nothing_and_is_in_no_file() {
    let (laptop, mut vault) = Laptop::enrolled();
    laptop.renew_recovery(&mut vault).unwrap();
    let first = laptop.code(&vault);
    assert_eq!(*vault.recover(&first).unwrap().as_bytes(), KEY);
    let sealed: String = vault.recovery_box().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    laptop.renew_recovery(&mut vault).unwrap();
    assert_eq!(vault.recover(&first).err(), Some(VaultFault::WrongCode));
    assert_eq!(*vault.recover(&laptop.code(&vault)).unwrap().as_bytes(), KEY, "the present one does");
    for name in ["keys.json", "keys.json.before"] {
        assert!(!String::from_utf8(laptop.file(name)).unwrap().contains(&sealed), "{name} still has the earlier one");
    }
    assert_eq!(laptop.try_pin(QIMUGE, RIGHT), Ok(KEY), "PINs are as they were");
}

#[cfg(unix)]
#[test]
fn only_the_user_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let (laptop, _) = Laptop::enrolled();
    laptop.put("incarnation.json.new", b"left over, open to all");
    incarnation::raise(laptop.path()).unwrap();
    for name in ["keys.json", "keys.json.before", "tries.json", "incarnation.json"] {
        let mode = fs::metadata(laptop.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_incarnation_starts_at_one_and_only_rises() {
    let laptop = Laptop::new();
    assert_eq!(incarnation::load(laptop.path()), Ok(1), "a device in its first life");
    assert_eq!(incarnation::raise(laptop.path()), Ok(2));
    assert_eq!(incarnation::raise_past(laptop.path(), 7), Ok(8), "the hub had seen 7");
    assert_eq!(incarnation::raise_past(laptop.path(), 3), Ok(9), "what others know less of does not matter");
    assert_eq!(incarnation::load(laptop.path()), Ok(9));
}

#[test]
fn an_incarnation_is_whole_after_a_kill_and_never_guessed_from_a_damaged_file() {
    let laptop = Laptop::new();
    incarnation::raise(laptop.path()).unwrap();
    incarnation::raise(laptop.path()).unwrap();
    fs::remove_file(laptop.path().join("incarnation.json")).unwrap();
    assert_eq!(incarnation::load(laptop.path()), Ok(2), "between two moves the number before still counts");
    assert_eq!(incarnation::raise(laptop.path()), Ok(3));
    laptop.put("incarnation.json", b"");
    assert_eq!(incarnation::load(laptop.path()), Err(VaultFault::Damaged), "1 would fork the device");
    assert_eq!(incarnation::raise(laptop.path()), Err(VaultFault::Damaged));
}
