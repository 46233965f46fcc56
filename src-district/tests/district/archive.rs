//! `verify-archive`, as whoever keeps the packs runs it.

use daiban_core::archive::{self, Pack};
use daiban_core::sync::sign::{self, Domain};
use daiban_model::ids::DeviceId;
use daiban_model::wire::Certificate;
use ed25519_dalek::SigningKey;

use crate::command::District;

/// A pack that some station of another district sealed.
fn packed() -> Vec<u8> {
    let (root, station) = (SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[7; 32]));
    let certificate = Certificate {
        device: DeviceId(station.verifying_key().to_bytes()),
        station: "白菜沟便民服务站".into(),
        unit: "150205202202".parse().unwrap(),
        scopes: vec!["150205202202".parse().unwrap()],
        device_no: 7,
        not_after: 1_900_000_000_000,
        serial: 1,
    };
    let pack = Pack {
        number: "石拐-202202-20260302-07-0001".into(),
        metadata: vec![("item_code", "事项代码", "MZ-007".into())],
        story: vec!["2026-03-02 09:30 收件".into()],
        acts: Vec::new(),
        papers: Vec::new(),
        files: Vec::new(),
    };
    archive::write(&pack, &station, &sign::seal(&root, Domain::Certificate, &certificate)).unwrap()
}

#[test]
fn r206_the_command_names_the_file_that_was_changed() {
    let district = District::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("202202-20260302-07-0001.zip");
    let pack = packed();
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        district.run("verify-archive", &[path.to_str().unwrap()])
    };
    assert!(check(&pack).refusal().contains("封签不是本区站点的"), "held against this district");
    let program = env!("CARGO_BIN_EXE_daiban-district");
    let alone = std::process::Command::new(program).arg("verify-archive").arg(&path).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&alone.stdout).unwrap();
    assert_eq!((&told["files"], &told["district"]), (&7.into(), &"not_asked".into()), "by itself it is whole");

    let mut changed = pack.clone();
    let at = pack.windows(6).position(|window| window == b"MZ-007").unwrap();
    changed[at] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    let alone = std::process::Command::new(program).arg("verify-archive").arg(&path).output().unwrap();
    assert!(String::from_utf8_lossy(&alone.stderr).contains("00-metadata.json"), "which file");
    assert!(!alone.status.success());
    assert!(check(b"PK").refusal().contains("这不是归档包"));
}
