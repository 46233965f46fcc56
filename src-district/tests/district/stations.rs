//! Stories of stations: a code is made, a device enrols, is listed, is revoked, and the feeds are audited.

use daiban_core::keys::recovery::{self, Holder, RecoveryCode};
use daiban_core::keys::{DatabaseKey, Station, Vault};
use daiban_core::sync::envelope;
use daiban_core::sync::sign::Domain;
use daiban_core::sync::station::{self, Enrolled, Telling, Thread};
use daiban_model::ids::DeviceId;
use daiban_model::wire::{Nonce, Outcome, RecoveryReply, RecoveryRequest, VERSION};
use ed25519_dalek::SigningKey;
use serde_json::json;

use crate::command::{District, Served};
use crate::http::post;

const CODE: [&str; 4] = ["--station", "幸福大院代办点", "--unit", "150205202202"];

async fn enrol(served: &Served, key: &SigningKey, code: &str) -> Enrolled {
    let answer = post(&served.address, "/v1/enrol", &station::enrol(key, code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    station::enrolled(&answer.body, DeviceId(key.verifying_key().to_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_station_is_enrolled_listed_revoked_and_audited_while_the_hub_serves() {
    let district = District::new();
    district.import_demo();
    let served = district.serve();
    let code = district
        .run("code", &[CODE.as_slice(), &["--scope", "150205202202", "--scope", "150205202201"]].concat())
        .json();
    assert_eq!(code["station"], "幸福大院代办点", "{code}");
    assert!(code["valid_until"].as_str().unwrap().ends_with("+08:00"), "{code}");
    let code = code["code"].as_str().unwrap();
    assert_eq!((code.len(), code.matches('-').count()), (24, 4), "as typed, with the check of the district: {code}");

    let key = SigningKey::from_bytes(&[5; 32]);
    let Enrolled::Welcome(admission) = enrol(&served, &key, code).await else { panic!("not welcome") };
    assert_eq!(admission.packages.len(), 4, "everything the district publishes comes with the welcome");
    assert_eq!(admission.certificate.scopes.len(), 2, "both resettled villages");
    assert!(matches!(enrol(&served, &key, "AAAA-AAAA-AAAA").await, Enrolled::BadCode), "a code nobody made");

    let device = admission.certificate.device.to_string();
    let listed = district.run("devices", &["--json"]).json();
    assert_eq!((&listed[0]["device"], &listed[0]["revoked_ms"]), (&json!(device), &json!(null)), "in force");
    let shown = district.run("devices", &[]).out;
    assert!(shown.contains("幸福大院代办点") && shown.contains("有效"), "{shown}");

    let revoked = district.run("revoke", &["--device", &device[..8]]).json();
    assert_eq!(revoked["revoked"], json!(device), "by the first digits");
    assert!(district.run("devices", &[]).out.contains("已撤销"), "listed as such");
    let asked = station::exchange(Thread::default(), &[], Telling::All, 1 << 16, 0, Vec::new());
    let (request, hash) = station::request(&key, &asked);
    let answer = post(&served.address, "/v1/exchange", &request).await;
    let reply: station::Answer = station::reply(&answer.body, hash, &admission.trust).unwrap();
    assert_eq!(reply.outcome, Outcome::Revoked, "at its first contact, without a restart of the hub");
    let audit = district.run("verify", &[]).json();
    assert_eq!(audit["faults"], json!([]), "nothing was written yet, and nothing is wrong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_goes_on_from_its_backup_and_knows_who_was_revoked_since() {
    let district = District::new();
    district.import_demo();
    let served = district.serve();
    let code = district.run("code", &CODE).json()["code"].as_str().unwrap().to_owned();
    let key = SigningKey::from_bytes(&[5; 32]);
    let Enrolled::Welcome(admission) = enrol(&served, &key, &code).await else { panic!("not welcome") };
    let copy = district.file("backup.db", "yesterday's");
    let there = district.run("backup", &["--to", &copy]);
    assert!(there.refusal().contains("备份没有写成"), "never over a file that is there: {}", there.said);
    std::fs::remove_file(&copy).unwrap();
    assert_eq!(district.run("backup", &["--to", &copy]).json()["segments"], json!(0), "while the hub serves");
    let device = admission.certificate.device.to_string();
    district.run("revoke", &["--device", &device[..8]]).json();
    drop(served);

    let nonsense = district.file("nonsense.db", "not a database");
    assert!(!district.run("restore", &["--from", &nonsense]).done, "a backup that does not read");
    assert!(district.run("devices", &[]).out.contains("已撤销"), "leaves everything as it was");
    let restored = district.run("restore", &["--from", &copy]).json();
    assert_eq!(restored["packages"], json!(5), "what the old database still tells: four lists and the revocations");
    assert!(std::path::Path::new(restored["aside"].as_str().unwrap()).exists(), "the old one is kept");
    assert!(district.run("devices", &[]).out.contains("已撤销"), "a revocation does not come back to life");
    let served = district.serve();
    let asked = station::exchange(Thread::default(), &[], Telling::All, 1 << 16, 0, Vec::new());
    let (request, hash) = station::request(&key, &asked);
    let answer = post(&served.address, "/v1/exchange", &request).await;
    let reply: station::Answer = station::reply(&answer.body, hash, &admission.trust).unwrap();
    assert_eq!(reply.outcome, Outcome::Revoked);
    assert_ne!(reply.epoch, admission.epoch, "and stations see that it is another history");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_for_a_forgotten_pin_is_told_once_the_station_left_it_and_a_line_says_who_asked() {
    let district = District::new();
    district.import_demo();
    let served = district.serve();
    let code = district.run("code", &CODE).json()["code"].as_str().unwrap().to_owned();
    let key = SigningKey::from_bytes(&[5; 32]);
    let Enrolled::Welcome(admission) = enrol(&served, &key, &code).await else { panic!("not welcome") };
    let device = admission.certificate.device.to_string();
    let ask = ["--device", &device[..8], "--reason", "其木格忘了口令，已回拨核实"];
    assert!(district.run("recover", &ask).refusal().contains("还没有把找回码交上来"), "nothing is there yet");
    let leave = async |nonce, sealed: &[u8]| {
        let request = RecoveryRequest { version: VERSION, nonce, sealed: sealed.to_vec() };
        let (request, hash) = envelope::ask(&key, Domain::Recovery, &request);
        let answer = post(&served.address, "/v1/recovery", &request).await;
        station::reply::<RecoveryReply>(&answer.body, hash, &admission.trust)
    };
    assert_eq!(leave(Nonce::default(), &[1; 63]).await, Ok(RecoveryReply::StaleNonce), "nobody puts an old box back");
    let asked = station::exchange(Thread::default(), &[], Telling::All, 1 << 16, 0, Vec::new());
    let (request, hash) = station::request(&key, &asked);
    let answer = post(&served.address, "/v1/exchange", &request).await;
    let reply: station::Answer = station::reply(&answer.body, hash, &admission.trust).unwrap();
    assert!(matches!(leave(reply.nonce, &[1; 63]).await, Ok(RecoveryReply::Kept(_))));
    assert!(district.run("recover", &ask).refusal().contains("读不出来"), "a box that the root key does not open");
    let folder = tempfile::tempdir().unwrap();
    let (name, hub) = ("白菜沟".to_owned(), served.address.clone());
    let database = DatabaseKey::new([3; 32]);
    let mut vault = Vault::create(folder.path(), Station { name, hub }, Vec::new(), &database, [4; 16]).unwrap();
    let holder = Holder { root: admission.trust.root, device: admission.certificate.device };
    vault.renew_recovery(&database, &holder, [6; recovery::CHANCE]).unwrap();
    assert!(leave(reply.nonce, vault.recovery_box().unwrap()).await.is_ok());
    let refused = district.run("recover", &["--device", &device[..8], "--reason", " "]);
    assert!(refused.refusal().contains("写明谁忘了口令"), "{refused:#?}");
    let told = district.run("recover", &ask).json()["code"].as_str().unwrap().to_owned();
    let code = RecoveryCode::read(&told).unwrap();
    assert_eq!(vault.recover(&code).unwrap().as_bytes(), &[3; 32], "the code opens the station");
    let lines = district.run("recover", &["--device", &device[..8]]).json()["asked"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 1, "only what was told: {lines}");
    assert_eq!(lines[0]["reason"], "其木格忘了口令，已回拨核实");
    district.run("revoke", &["--device", &device[..8]]).json();
    assert!(district.run("recover", &ask).refusal().contains("已撤销"), "a stolen laptop stays shut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn divisions_are_given_and_taken_and_a_revoked_device_is_ordered_to_destroy_its_keys() {
    let district = District::new();
    district.import_demo();
    let served = district.serve();
    let code = district.run("code", &CODE).json()["code"].as_str().unwrap().to_owned();
    let key = SigningKey::from_bytes(&[5; 32]);
    let Enrolled::Welcome(admission) = enrol(&served, &key, &code).await else { panic!("not welcome") };
    let device = admission.certificate.device.to_string();
    let on = |command: &str, more: &[&str]| district.run(command, &[&["--device", &device[..8]], more].concat());

    let given = on("scopes", &["--give", "150205202201"]).json();
    assert_eq!(given["scopes"], json!(["150205202201", "150205202202"]), "{given}");
    assert!(on("scopes", &["--give", "150205999"]).refusal().contains("不在已发布的区划表里"));
    assert!(on("scopes", &["--take", "150205202203"]).refusal().contains("没有单列 150205202203"));
    let all = on("scopes", &["--take", "150205202201", "--take", "150205202202"]);
    assert!(all.refusal().contains("请用 revoke"), "{all:#?}");
    assert!(!on("scopes", &[]).done, "one of the two must be said");
    let taken = on("scopes", &["--take", "150205202201"]).json();
    assert!(taken["serial"].as_u64() > given["serial"].as_u64(), "{taken}");
    assert!(district.run("devices", &[]).out.contains("待清除 150205202201"), "until it says that it has erased it");
    let renewed = on("renew", &[]).json();
    assert_eq!((&renewed["scopes"], renewed["serial"].as_u64() > taken["serial"].as_u64()), (&taken["scopes"], true));

    let two = ["--by", "SG-000000-21", "--by", "SG-000000-31", "--yes"];
    assert!(on("destroy-keys", &two).refusal().contains("还没有撤销"), "never the first order");
    on("revoke", &[]).json();
    assert!(on("destroy-keys", &two[..4]).refusal().contains("什么也没做"));
    assert!(on("destroy-keys", &[&two[..2], &two[4..]].concat()).refusal().contains("两个人"));
    let same = [&two[..2], &two[..2], &two[4..]].concat();
    assert!(on("destroy-keys", &same).refusal().contains("同一个人"));
    on("destroy-keys", &two).json();
    assert!(district.run("devices", &[]).out.contains("已撤销，待销毁"));
    let mut thread = Thread::default();
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let asked = station::exchange(thread, &[], Telling::All, 1 << 16, 0, Vec::new());
        let (request, hash) = station::request(&key, &asked);
        let answer = post(&served.address, "/v1/exchange", &request).await;
        let reply: station::Answer = station::reply(&answer.body, hash, &admission.trust).unwrap();
        thread = Thread { epoch: reply.epoch, nonce: reply.nonce };
        outcomes.push(reply.outcome);
    }
    assert_eq!(outcomes[0], Outcome::Revoked, "in a thread that the hub did not begin");
    let Outcome::Destroy(order) = &outcomes[1] else { panic!("{outcomes:?}") };
    assert!(station::destroy(order, admission.certificate.device, &admission.trust).is_some(), "signed by the root");
    assert!(district.run("devices", &[]).out.contains("密钥已令销毁"));
}

#[test]
fn a_station_that_cannot_be_is_told_why() {
    let district = District::new();
    district.import_demo();
    let moving = ["--case", "石拐-202202-20260302-07-0001", "--to", "150205202203", "--by", "SG-000000-03"];
    let cases: [(&str, &[&str], &str); 7] = [
        ("code", &["--station", "某站", "--unit", "150205999"], "区划代码 150205999000 不在已发布的区划表里"),
        ("code", &["--station", " ", "--unit", "150205"], "站点要有名称"),
        ("code", &["--station", "某站", "--unit", "150205", "--device-no", "100"], "设备号只能是 1 到 99"),
        ("revoke", &["--device", "abc"], "至少写前八位"),
        ("revoke", &["--device", "0123456789abcdef"], "没有这台设备"),
        ("move-case", &moving, "还没有收到过编号"),
        ("serve", &["--listen", "nowhere"], "无法监听 nowhere"),
    ];
    for (command, arguments, expected) in cases {
        let ran = district.run(command, arguments);
        assert!(ran.refusal().contains(expected), "{ran:#?}");
    }
    let first = [CODE.as_slice(), &["--device-no", "7"]].concat();
    assert!(district.run("code", &first).done, "seven is free");
    let ran = district.run("code", &first);
    assert!(ran.refusal().contains("这个设备号已经给了别的设备"), "{ran:#?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_asked_to_stop_ends_well() {
    let district = District::new();
    let mut served = district.serve();
    let id = served.child.id().to_string();
    let asked = std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(asked.success(), "the signal was sent");
    assert!(served.child.wait().unwrap().success(), "it ended by itself, and well");
}
