//! The operator's day with the data in PostgreSQL: every command, two hubs at once, and the mistakes that would show an empty hub.

use daiban_core::sync::station::{self, Enrolled};
use daiban_model::ids::DeviceId;
use daiban_model::wire::{Delivery, Segment};
use ed25519_dalek::SigningKey;
use serde_json::json;

use crate::command::{District, Served};
use crate::device::Device;
use crate::http::post;
use crate::server::{Disk, Server};

const UNIT: &str = "150205202202";

async fn enrol(served: &Served, code: &str) -> Device {
    let key = SigningKey::from_bytes(&[5; 32]);
    let answer = post(&served.address, "/v1/enrol", &station::enrol(&key, code)).await;
    let device = DeviceId(key.verifying_key().to_bytes());
    let Enrolled::Welcome(admission) = station::enrolled(&answer.body, device) else { panic!("{}", answer.text()) };
    assert_eq!(admission.packages.len(), 4, "everything the district publishes");
    Device::admitted(key, *admission, [5; 16])
}

async fn exchange(served: &Served, device: &mut Device, segments: Vec<Segment>) -> Delivery {
    loop {
        let (body, asked) = device.request(segments.clone(), 1 << 20);
        let answer = post(&served.address, "/v1/exchange", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if let Some(delivery) = device.answered(&answer.body, asked).unwrap() {
            return delivery;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_lives_in_postgresql_from_its_first_day() {
    let server = Server::start(Disk::Quick).unwrap();
    let district = District::planned(Some(server.database().unwrap()));
    district.run("init", &[]).json();
    district.import_demo();
    let made = district.run("code", &["--station", "幸福大院代办点", "--unit", UNIT]).json();
    let served = district.serve();
    let mut device = enrol(&served, made["code"].as_str().unwrap()).await;
    let scope = UNIT.parse().unwrap();
    let first = device.cases(scope, 3, 2).unwrap();
    let delivery = exchange(&served, &mut device, vec![first.clone()]).await;
    assert_eq!(device.receipts(&delivery)[0].place.map(|place| place.seq), Some(1), "the first of the village's feed");

    // A second process over the same database; then the first one is gone.
    let other = district.serve();
    drop(served);
    let second = device.cases(scope, 1, 1).unwrap();
    let delivery = exchange(&other, &mut device, vec![first, second]).await;
    let places: Vec<_> =
        device.receipts(&delivery).iter().map(|receipt| receipt.place.map(|place| place.seq)).collect();
    assert_eq!(places, [Some(1), Some(2)], "the repeat keeps its place, the new one comes after it");

    let audit = district.run("verify", &[]).json();
    assert_eq!(
        (&audit["segments"], &audit["changes"], &audit["faults"]),
        (&json!(2), &json!(7), &json!([])),
        "{audit}"
    );
    let listed = district.run("devices", &["--json"]).json();
    let id = listed[0]["device"].as_str().unwrap();
    assert_eq!(listed[0]["read"][0][1], json!(2), "how far it has read");
    assert!(district.run("revoke", &["--device", &id[..8]]).done, "by its first digits");
    let (body, _) = device.request(Vec::new(), 1 << 20);
    let answer = post(&other.address, "/v1/exchange", &body).await;
    assert_eq!(answer.status, 200, "told in the protocol, at its next contact");
    let data: Vec<_> = std::fs::read_dir(district.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!data.iter().any(|name| name == "hub.db"), "{data:?}: the folder holds no data");
}

#[test]
fn keys_and_database_that_do_not_belong_together_are_not_opened() {
    let server = Server::start(Disk::Quick).unwrap();
    let (address, empty) = (server.database().unwrap(), server.database().unwrap());
    let ours = District::planned(Some(address.clone()));
    assert!(ours.run("init", &[]).done, "a hub is made");
    let (theirs, in_folder) = (District::planned(Some(address.clone())), District::new());
    let password = address.replace("daiban@", "daiban:geheim@");
    let cases: [(&District, Option<&str>, &str, &str); 8] = [
        (&ours, None, "devices", "这个枢纽的数据在 PostgreSQL 里"),
        (&ours, Some(&empty), "devices", "这个数据库里没有枢纽的数据"),
        (&ours, Some(&address), "init", "已有枢纽的数据，没有改动"),
        (&theirs, Some(&address), "init", "这个数据库里是别的枢纽的数据"),
        (&in_folder, Some(&address), "devices", "数据就在数据目录的 hub.db 里"),
        (&ours, Some("postgres://daiban:geheim@10.0.0.7/hub"), "devices", "数据库在别的机器上"),
        (&ours, Some("postgres://daiban:geheim@localhost:geheim/hub"), "devices", "数据库的地址看不懂"),
        (&ours, Some(&password.replace("/hub", "/nowhere")), "devices", "服务器上没有这个数据库"),
    ];
    for (district, store, command, expected) in cases {
        let ran = district.run_on(store, command, &[]);
        assert!(ran.refusal().contains(expected), "{ran:#?}");
        assert!(!ran.said.contains("geheim"), "no password: {}", ran.said);
    }
    let third = District::planned(Some(empty));
    assert!(third.run("init", &[]).done, "the refusals left the other database empty");
    assert!(ours.run("devices", &[]).done, "and the hub is as it was");
}
