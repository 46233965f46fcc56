//! The list of requirements and what is claimed of it. A claimed id has a test whose name begins with it; the same run that holds
//! this rule runs that test, and `cargo xtask requirements` shows how each went.

use std::collections::BTreeMap;

use crate::source::{Source, house, read, root};

/// Systems with the last id of each (requirements, section 0.3).
const SYSTEMS: [(&str, u32); 15] = [
    ("S1", 17),
    ("S2", 27),
    ("S3", 43),
    ("S4", 93),
    ("S5", 113),
    ("S6", 128),
    ("S7", 137),
    ("S8", 145),
    ("S9", 153),
    ("S10", 161),
    ("S11", 174),
    ("S12", 186),
    ("S13", 194),
    ("S14", 210),
    ("S15", 223),
];

/// The rows of a file in `tests/data`, without its heading.
fn rows(name: &str) -> Vec<Vec<String>> {
    let text = read(&root().join("tests/data").join(name));
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(id: &str) -> u32 {
    id.strip_prefix('R').and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{id} is no id"))
}

/// Ids at the beginning of test functions' names, with the functions; and functions named so that are no tests.
fn named(source: &Source) -> (BTreeMap<u32, Vec<String>>, Vec<String>) {
    let (mut found, mut no_tests) = (BTreeMap::<u32, Vec<String>>::new(), Vec::new());
    let lines: Vec<&str> = source.code.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim_start().trim_start_matches("async ");
        let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next()) else { continue };
        let ids: Vec<u32> = name.split('_').map_while(|part| part.strip_prefix('r')?.parse().ok()).collect();
        let above = lines[..at].iter().rev().map(|line| line.trim()).take_while(|line| line.starts_with("#["));
        let is_test = above.into_iter().any(|line| line == "#[test]" || line.starts_with("#[tokio::test"));
        if !ids.is_empty() && !is_test {
            no_tests.push(format!("{}:{}: {name}", source.path, at + 1));
        }
        ids.into_iter().for_each(|id| found.entry(id).or_default().push(name.to_owned()));
    }
    (found, no_tests)
}

#[test]
fn the_list_has_every_requirement_once_and_in_order() {
    let list = rows("requirements.csv");
    let ids: Vec<u32> = list.iter().map(|row| number(&row[0])).collect();
    assert_eq!(ids, (1..=223).collect::<Vec<u32>>(), "R1 to R223");
    for row in &list {
        assert_eq!(row.len(), 3, "id, system and title, with no comma in a title: {row:?}");
        let system = SYSTEMS.iter().find(|(_, last)| number(&row[0]) <= *last).map(|(name, _)| *name);
        assert_eq!(Some(row[1].as_str()), system, "{} belongs to another system", row[0]);
        assert!(!row[2].trim().is_empty(), "{} has no title", row[0]);
    }
}

#[test]
fn every_claimed_requirement_has_a_test_that_names_it() {
    let bad = Source::new("tests/stories/a.rs", "fn r1_looks_like_a_test() {}\n#[test]\nfn r2_r3_is_one() {}\n");
    let (ids, no_tests) = named(&bad);
    assert_eq!((ids.contains_key(&3), no_tests.len()), (true, 1), "the rule knows a test from what looks like one");

    let (mut tests, mut no_tests) = (BTreeMap::<u32, Vec<String>>::new(), Vec::new());
    for source in house().iter().filter(|source| !source.path.starts_with("tests/window/")) {
        let (found, none) = named(source);
        no_tests.extend(none);
        found.into_iter().for_each(|(id, names)| tests.entry(id).or_default().extend(names));
    }
    assert_eq!(no_tests, [] as [String; 0], "a function named after a requirement is a test of it");
    let unknown: Vec<u32> = tests.keys().copied().filter(|id| !(1..=223).contains(id)).collect();
    assert_eq!(unknown, [] as [u32; 0], "there is no such requirement");

    let mut last = 0;
    for row in rows("claimed.csv") {
        let (first, end) = (number(&row[0]), number(&row[1]));
        assert!(last < first && first <= end, "ranges are in order and do not overlap: {row:?}");
        last = end;
        let without: Vec<u32> = (first..=end).filter(|id| !tests.contains_key(id)).collect();
        assert_eq!(without, [] as [u32; 0], "claimed, and no test's name begins with it: write one, or claim less");
    }
}
