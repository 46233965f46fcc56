//! Stories of the operator who brings files.

use serde_json::{Value, json};

use crate::command::{District, asset};

fn outcomes(answer: &Value) -> Vec<(String, String, u64, u64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |package: &Value| {
        let (kind, outcome) = (text(&package["kind"]), text(&package["outcome"]));
        (kind, outcome, package["version"].as_u64().unwrap(), package["entries"].as_u64().unwrap())
    };
    answer["packages"].as_array().unwrap().iter().map(told).collect()
}

fn expected(outcome: &str, version: u64) -> Vec<(String, String, u64, u64)> {
    let kinds = [("organisation", 42), ("roster", 31), ("catalogue", 429), ("calendar", 2)];
    kinds.map(|(kind, entries)| (kind.to_owned(), outcome.to_owned(), version, entries)).to_vec()
}

#[test]
fn the_demo_district_is_published_once_and_not_again_while_nothing_changes() {
    let district = District::new();
    assert_eq!(outcomes(&district.import_demo()), expected("published", 1), "all four");
    assert_eq!(outcomes(&district.import_demo()), expected("unchanged", 1), "stations need not fetch them again");
}

#[test]
fn a_dry_run_checks_and_publishes_nothing() {
    let district = District::new();
    let items = asset("items.csv");
    let dry = district.run("import", &["--items", &items, "--dry-run"]).json();
    assert_eq!(dry["packages"][0]["outcome"], "checked");
    assert_eq!(
        (&dry["packages"][0]["added"], &dry["packages"][0]["version"]),
        (&json!(429), &json!(0)),
        "none in force"
    );
    let real = district.run("import", &["--items", &items]).json();
    assert_eq!(outcomes(&real)[0].2, 1, "the first version still");
}

#[test]
fn a_change_is_counted_and_makes_the_next_version() {
    let district = District::new();
    district.import_demo();
    let items = std::fs::read_to_string(asset("items.csv")).unwrap();
    let without: Vec<&str> = items.lines().filter(|line| !line.starts_with("RS-002,")).collect();
    let file =
        district.file("items.csv", &without.join("\n").replace("RS-001,城乡居民养老保险参保登记", "RS-001,参保登记"));
    let answer = district.run("import", &["--items", &file]).json();
    let package = &answer["packages"][0];
    let counts = ["version", "entries", "added", "changed", "removed"].map(|count| package[count].as_u64().unwrap());
    assert_eq!(counts, [2, 428, 0, 1, 1], "one renamed, one gone");
}

#[test]
fn one_fault_anywhere_keeps_every_file_from_being_published() {
    let district = District::new();
    let items = std::fs::read_to_string(asset("items.csv")).unwrap();
    let broken = items.replacen(",10,,,不收费,居民身份证|居民户口簿,", ",十天,,,不收费,居民身份证|居民户口簿,", 1);
    let file = district.file("清单.csv", &broken);
    let ran = district.run("import", &["--places", &asset("places.json"), "--items", &file]);
    let said = ran.refusal();
    assert!(
        said.contains("清单.csv：1 处问题\n  第 2 行，“statutory_days 法定时限”一列：不是这里可以填的数"),
        "{said}"
    );
    assert!(said.contains("这次没有发布任何内容"), "{said}");
    let again = district.run("import", &["--places", &asset("places.json")]).json();
    assert_eq!(again["packages"][0]["version"], 1, "the good file was held back too");
}

#[test]
fn a_roster_is_checked_against_the_divisions_in_force() {
    let district = District::new();
    district.run("import", &["--places", &asset("places.json")]).json();
    let file = district.file(
        "名册.csv",
        "工号,姓名,岗位,单位代码,服务范围,电话,聘任日期\nSG-1,测试,专职代办员,150205999,,,2026-01-05\n",
    );
    let ran = district.run("import", &["--roster", &file]);
    let said = ran.refusal();
    assert!(said.contains("第 2 行，“单位代码”一列：区划代码 150205999000 不在区划表里"), "{said}");
}

#[test]
fn an_operator_in_the_wrong_place_is_told_what_to_do() {
    let district = District::new();
    let cases: [(&str, &[&str], &str); 4] = [
        ("init", &[], "已有枢纽的数据，没有改动"),
        ("import", &[], "没有指定文件"),
        ("import", &["--items", "没有.csv"], "没有.csv：1 处问题\n  文件：找不到这个文件，请核对路径"),
        ("import", &["--items", "事项.docx"], "只能导入 .csv、.xlsx 或 .json 文件"),
    ];
    for (command, arguments, expected) in cases {
        let ran = district.run(command, arguments);
        assert!(ran.refusal().contains(expected), "{ran:#?}");
    }
    std::fs::remove_dir_all(district.data()).unwrap();
    let ran = district.run("verify", &[]);
    assert!(ran.refusal().contains("这个目录里没有枢纽"), "{ran:#?}");
}

#[test]
fn a_damaged_key_file_or_database_is_told_and_left_as_it_is() {
    let district = District::new();
    let (keys, database) = (district.data().join("district.keys"), district.data().join("hub.db"));
    let kept = std::fs::read(&keys).unwrap();
    std::fs::write(&keys, &kept[..100]).unwrap();
    let ran = district.run("devices", &[]);
    assert!(ran.refusal().contains("密钥文件 district.keys 已损坏"), "{ran:#?}");
    std::fs::write(&keys, &kept).unwrap();
    std::fs::write(&database, "不是数据库".repeat(1000)).unwrap();
    let ran = district.run("devices", &[]);
    assert!(ran.refusal().contains("没有改动") || ran.refusal().contains("原样保留"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(&database).unwrap(), "不是数据库".repeat(1000), "not a byte was changed");
}

#[cfg(unix)]
#[test]
fn the_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let district = District::new();
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(district.data()), mode(district.data().join("district.keys"))), (0o700, 0o600));
}
