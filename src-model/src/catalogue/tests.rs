use jiff::civil::date;

use super::*;
use crate::deadline::IfSilent;

const ITEMS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/items.csv"));

fn rows() -> Vec<ItemRow> {
    csv::Reader::from_reader(ITEMS).deserialize().collect::<Result<_, _>>().unwrap()
}

fn catalogue() -> Catalogue {
    Catalogue::from_rows(1, date(2026, 1, 1), &rows()).unwrap()
}

fn item<'a>(catalogue: &'a Catalogue, code: &str) -> &'a Item {
    catalogue.get(&code.parse().unwrap()).unwrap()
}

fn codes<'a>(found: &[&'a Item]) -> Vec<&'a str> {
    found.iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn the_whole_list_is_read_with_its_known_figures() {
    let catalogue = catalogue();
    let count = |test: fn(&Item) -> bool| catalogue.items().iter().filter(|item| test(item)).count();
    assert_eq!(catalogue.items().len(), 429, "R1");
    assert_eq!(count(|item| item.verified == Verified::Yes), 32, "traced to a source");
    assert_eq!(count(|item| item.statutory.is_some()), 134, "legal days");
    assert_eq!(count(|item| item.promised.is_some() || item.clear_facts.is_some()), 144, "the promised column");
    assert_eq!(count(|item| item.clear_facts.is_some()), 1, "of which one is the legal term for clear facts");
    assert_eq!(count(Item::is_on_the_spot), 115, "即办件");
    assert_eq!(count(Item::counts_calendar_days), 26, "自然日");
    assert_eq!(count(|item| item.max_trips.is_some()), 28, "trips");
    assert_eq!(count(|item| !item.papers.is_empty()), 424, "papers");
    assert_eq!(count(|item| item.lists.contains(&ItemList::Provinces)), 127, "跨省通办");
}

#[test]
fn work_injury_counts_calendar_days_and_promises_nothing() {
    let catalogue = catalogue();
    let injury = item(&catalogue, "RS-075");
    assert_eq!(injury.statutory, Some(Limit::calendar_days(60)), "工伤保险条例 art 20");
    assert_eq!((injury.promised, injury.clear_facts), (None, Some(Limit::calendar_days(15))), "rules §3");
    assert_eq!(injury.notice, NoticeRule::own(Limit::calendar_days(15)), "工伤认定办法 art 8");
}

#[test]
fn single_items_read_as_the_requirements_say() {
    let catalogue = catalogue();
    let pension = item(&catalogue, "RS-003");
    assert_eq!(
        (pension.statutory, pension.promised),
        (Some(Limit::WorkingDays(10)), Some(Limit::WorkingDays(8))),
        "R1"
    );
    assert_eq!((pension.fee.as_deref(), pension.papers.len()), (Some("不收费"), 5), "R1");
    let allowance = item(&catalogue, "MZ-007");
    assert_eq!((allowance.statutory, allowance.promised), (None, None), "R57: never a default");
    assert_eq!((allowance.papers.len(), allowance.papers[0].as_str()), (4, "本人身份证或户口本原件及复印件3份"), "R15");
    assert!(item(&catalogue, "RS-036").papers.is_empty(), "no list known");
    let half: Vec<_> = catalogue.items().iter().filter(|item| item.promised == Some(Limit::HalfDay)).collect();
    assert_eq!(half.len(), 1, "企业开办");
}

#[test]
fn items_that_need_the_person_are_escorted() {
    let catalogue = catalogue();
    for code in ["MZ-016", "MZ-020", "GA-016", "GA-017", "GA-018", "GA-020", "GA-026", "GA-028", "RS-012"] {
        assert_eq!(item(&catalogue, code).proxy, ProxyMode::Escort, "{code} (R16)");
    }
    assert_eq!(item(&catalogue, "RS-003").proxy, ProxyMode::Unstated, "nobody has said");
}

#[test]
fn three_items_have_a_notice_rule_of_their_own() {
    let catalogue = catalogue();
    let own: Vec<_> = catalogue.items().iter().filter(|item| item.notice.if_silent == IfSilent::NotAccepted).collect();
    assert_eq!(codes(&own), ["RS-075", "SF-009", "ZF-001"], "R50");
    assert_eq!(item(&catalogue, "ZF-001").notice.limit, Limit::WorkingDays(7), "条例 art 30");
    assert_eq!(item(&catalogue, "SF-009").notice.limit, Limit::WorkingDays(5), "行政复议法 art 30");
}

#[test]
fn an_item_is_found_by_what_people_say() {
    let catalogue = catalogue();
    let first = |text: &str, n: usize| codes(&catalogue.find(text)).into_iter().take(n).collect::<Vec<_>>();
    assert!(first("gljt", 9).contains(&"MZ-007"), "initials");
    assert_eq!(codes(&catalogue.find("sydj")), ["RS-047", "WJ-001", "NM-005", "RS-080"], "exact initials first (R8)");
    assert_eq!(codes(&catalogue.find("zdshbz")), ["MZ-001", "MZ-002", "MZ-014"], "R8");
    assert_eq!(first("rs075", 1), ["RS-075"], "a code without its hyphen");
    assert_eq!(first("RS-075", 1), ["RS-075"], "a code");
    assert_eq!(first("工伤认定", 1), ["RS-075"], "a name begins so");
    assert_eq!(codes(&catalogue.find("高令津贴")), ["MZ-007"], "one sign is wrong");
    assert_eq!(codes(&catalogue.find("高龄津")), ["MZ-007"], "a part");
    assert!(catalogue.find("量子计算机").is_empty(), "what is not there is not found");
    assert_eq!(catalogue.find(" ").len(), 429, "nothing typed finds everything");
    let spoken = ["MZ-007", "MZ-008"].map(|code| Spoken { word: "老人钱".to_owned(), item: code.parse().unwrap() });
    assert_eq!(codes(&catalogue.find_spoken("老人钱", &spoken)), ["MZ-007", "MZ-008"], "spoken words");
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let good = || rows().swap_remove(2);
    let faulty = vec![
        good(),
        ItemRow {
            code: "RS-900".to_owned(),
            statutory_days: "10".to_owned(),
            promised_days: "12".to_owned(),
            ..good()
        },
        ItemRow { code: String::new(), name_zh: " ".to_owned(), ..good() },
        good(),
        ItemRow { code: "RS 901".to_owned(), promised_days: "1.5".to_owned(), ..good() },
        ItemRow {
            code: "RS-902".to_owned(), scope: "就近;远方".to_owned(), verified: "maybe".to_owned(), ..good()
        },
    ];
    let faults = Catalogue::from_rows(1, date(2026, 1, 1), &faulty).unwrap_err();
    let unknown = |word: &str| RowFaultReason::UnknownWord { word: word.to_owned() };
    let expected = [
        (3, Column::PromisedDays, RowFaultReason::PromisedOverStatutory),
        (4, Column::Code, RowFaultReason::Empty),
        (4, Column::NameZh, RowFaultReason::Empty),
        (5, Column::Code, RowFaultReason::Duplicate { first_line: 2 }),
        (6, Column::PromisedDays, RowFaultReason::NotANumber),
        (6, Column::Code, RowFaultReason::BadCode),
        (7, Column::Scope, unknown("远方")),
        (7, Column::Verified, unknown("maybe")),
    ];
    assert_eq!(faults, expected.map(|(line, column, reason)| (line, RowFault { column, reason })), "line by line");
}

#[test]
fn days_of_different_units_are_not_compared() {
    let calendar = "unit: statutory_days are calendar days";
    let row = |statutory: &str, promised: &str, source: &str| ItemRow {
        statutory_days: statutory.to_owned(),
        promised_days: promised.to_owned(),
        source: source.to_owned(),
        ..rows().swap_remove(2)
    };
    assert!(row("3", "0.5", calendar).item().is_ok(), "half a working day against three calendar days");
    assert!(row("60", "30", calendar).item().is_ok(), "less than the law allows");
    assert!(row("30", "60", calendar).item().is_err(), "more than the law allows, in calendar days too");
    assert!(row("0", "0.5", "x").item().is_err(), "half a day is more than on the spot");
}

#[test]
fn a_district_may_state_the_proxy_mode_and_the_notice_rule() {
    let row = ItemRow { proxy_mode: "仅咨询".to_owned(), notice_rule: "3wd".to_owned(), ..rows().swap_remove(2) };
    let item = row.item().unwrap();
    assert_eq!(
        (item.proxy, item.notice),
        (ProxyMode::ConsultOnly, NoticeRule::own(Limit::WorkingDays(3))),
        "as stated"
    );
    let vague = ItemRow { notice_rule: "soon".to_owned(), ..row };
    assert_eq!(vague.item().unwrap_err()[0].column, Column::NoticeRule, "a vague term is no term");
}

#[test]
fn a_catalogue_survives_text_and_binary_and_keeps_its_order() {
    let catalogue = catalogue();
    let bytes = postcard::to_stdvec(&catalogue).unwrap();
    assert_eq!(postcard::from_bytes::<Catalogue>(&bytes).unwrap(), catalogue, "in a package");
    let mut json: serde_json::Value = serde_json::to_value(&catalogue).unwrap();
    json["items"].as_array_mut().unwrap().reverse();
    assert_eq!(serde_json::from_value::<Catalogue>(json.clone()).unwrap(), catalogue, "put in order again");
    json["items"][0] = json["items"][1].clone();
    assert!(serde_json::from_value::<Catalogue>(json).is_err(), "one code twice");
}
