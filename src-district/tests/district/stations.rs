//! Stories of stations: a code is made, a device enrols, is listed, is revoked, and the feeds are audited.

use daiban_core::sync::station::{self, Enrolled, Telling, Thread};
use daiban_model::ids::DeviceId;
use daiban_model::wire::Outcome;
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
    assert_eq!((code.len(), code.matches('-').count()), (14, 2), "as typed: {code}");

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

#[test]
fn a_station_that_cannot_be_is_told_why() {
    let district = District::new();
    district.import_demo();
    let cases: [(&str, &[&str], &str); 6] = [
        ("code", &["--station", "某站", "--unit", "150205999"], "区划代码 150205999000 不在已发布的区划表里"),
        ("code", &["--station", " ", "--unit", "150205"], "站点要有名称"),
        ("code", &["--station", "某站", "--unit", "150205", "--device-no", "100"], "设备号只能是 1 到 99"),
        ("revoke", &["--device", "abc"], "至少写前八位"),
        ("revoke", &["--device", "0123456789abcdef"], "没有这台设备"),
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
