use daiban_model::stamp::{Hlc, Stamp, Wall};

use super::*;
use crate::store::DocState;

fn register(path: &str, value: &str) -> Edit {
    Edit::Register { path: path.into(), value: value.into() }
}

fn event(ms: u64, text: &str) -> Edit {
    Edit::Event { stamp: Stamp { hlc: Hlc { ms, counter: 0 }, device: 7 }, text: text.into() }
}

fn made(doc: &mut Doc, actor: u8, edits: &[Edit]) -> NewChange {
    doc.edit([actor; 16], edits, Wall(1_772_415_000_000)).unwrap().expect("something changed")
}

fn stored(doc: &Doc, snapshot: Option<Snapshot>, tail: Vec<Vec<u8>>) -> Stored {
    let scope = "150205202202".parse().unwrap();
    let state = DocState { doc: [1; 16], kind: DocKind::Case, scope, heads: doc.heads() };
    Stored { state: Some(state), snapshot, tail, ..Stored::default() }
}

#[test]
fn c1_the_genesis_never_changes() {
    let text = |hash: daiban_model::wire::Hash| -> String { hash.0.iter().map(|byte| format!("{byte:02x}")).collect() };
    let all: Vec<String> = genesis::heads().map(text).collect();
    assert_eq!(all, GENESES, "documents of the field rest on these hashes");
}

/// Case, person, household, enterprise.
const GENESES: [&str; 4] = [
    "cf5102d5fafe3ca77fc948ee3bd2ba7729aa655af5219654016c4964fc03b6d0",
    "77141e7ee993aa730631845d2b4d73434d6e0ec4728e45dc934518809f09bd5b",
    "516490fbf13a064509667eb78ec5113b7896c76f284f4cde436c9b9d08d676e0",
    "930a75f531fce62c452ff32973db6717b39ee5f89406aeacef2b5e7db4b75234",
];

#[test]
fn a_first_change_says_what_kind_of_document_it_begins() {
    for kind in DocKind::ALL {
        let mut doc = Doc::new(kind).unwrap();
        let first = made(&mut doc, 1, &[register("name", "赵云凤")]);
        let second = made(&mut doc, 1, &[register("phone", "0472-0000001")]);
        assert_eq!((begins(&first.bytes), begins(&second.bytes)), (Some(kind), None), "{kind:?}");
        assert_eq!(doc.snapshot().changes, 2, "{kind:?}: a genesis does not count");
        let other = DocKind::ALL.into_iter().find(|other| *other != kind).unwrap();
        let refused = Doc::new(other).unwrap().apply(&first.bytes);
        assert_eq!(refused, Err(DocFault::MissingDeps), "{kind:?} in a document of another kind");
    }
}

#[test]
fn two_desks_that_write_apart_meet_with_everything_kept() {
    let (mut left, mut right) = (Doc::new(DocKind::Case).unwrap(), Doc::new(DocKind::Case).unwrap());
    let a = made(&mut left, 1, &[register("applicant.phone", "0472-0000001"), event(1, "left")]);
    let b = made(&mut right, 2, &[register("applicant.phone", "0472-0000002"), event(2, "right")]);
    left.apply(&b.bytes).unwrap();
    right.apply(&a.bytes).unwrap();
    right.apply(&a.bytes).expect("a second time changes nothing");
    assert_eq!(left.heads(), right.heads());
    assert_eq!(left.events().len(), 2, "both acts");
    let conflicts = left.conflicts();
    assert_eq!(conflicts, right.conflicts(), "both desks see the same conflict");
    let values: Vec<&str> = conflicts[0].values.iter().map(|(value, ..)| value.as_str()).collect();
    assert_eq!(values.last(), Some(&left.registers()["applicant.phone"].as_str()), "the shown one is last");
    assert_eq!(values.len(), 2);
}

#[test]
fn equal_values_written_apart_are_no_conflict_and_a_later_choice_ends_one() {
    let (mut left, mut right) = (Doc::new(DocKind::Case).unwrap(), Doc::new(DocKind::Case).unwrap());
    made(&mut left, 1, &[register("a", "same"), register("b", "x")]);
    let b = made(&mut right, 2, &[register("a", "same"), register("b", "y")]);
    left.apply(&b.bytes).unwrap();
    assert_eq!(left.conflicts().iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["b"]);
    made(&mut left, 1, &[register("b", "y")]);
    assert_eq!(left.conflicts(), [], "settled");
}

#[test]
fn a_document_opens_from_snapshot_and_tail() {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    made(&mut doc, 1, &[register("a", "1")]);
    let snapshot = doc.snapshot();
    let tail = made(&mut doc, 1, &[event(9, "later")]);
    let opened = Doc::open(&stored(&doc, Some(snapshot), vec![tail.bytes])).unwrap();
    assert_eq!((opened.heads(), opened.events(), opened.registers()), (doc.heads(), doc.events(), doc.registers()));
}

#[test]
fn an_edit_that_changes_nothing_is_no_change() {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    assert_eq!(doc.edit([1; 16], &[], Wall(0)), Ok(None));
}

#[test]
fn c2_changes_are_refused_before_the_document_sees_them() {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let mut elsewhere = Doc::new(DocKind::Case).unwrap();
    made(&mut elsewhere, 1, &[register("a", "1")]);
    let second = made(&mut elsewhere, 1, &[register("a", "2")]);
    assert_eq!(doc.apply(&second.bytes), Err(DocFault::MissingDeps));
    assert_eq!(Doc::new(DocKind::Case).unwrap().apply(b"nonsense"), Err(DocFault::NotAChange));
    let mut compressed = second.bytes.clone();
    compressed[8] = 2;
    assert_eq!(parse(&compressed), Err(DocFault::NotAChange), "a compressed chunk");
}

#[test]
fn c3_flipped_bits_never_pass_and_never_panic() {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let change = made(&mut doc, 1, &[register("applicant.name", "李春梅"), event(1, "{}")]);
    for at in 0..change.bytes.len() * 8 {
        let mut bytes = change.bytes.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(parse(&bytes).is_err(), "bit {at}");
        // With the checksum made right again the damage reaches the decoder: any answer will do, a panic will not.
        let _ = Doc::new(DocKind::Case).unwrap().apply(&unpack(pack(&bytes)));
    }
}

#[test]
fn a_packed_change_is_the_same_change() {
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let change = made(&mut doc, 1, &[register("a", "1")]);
    assert_eq!(unpack(pack(&change.bytes)), change.bytes);
    assert_eq!(parse(&change.bytes), Ok(change.meta.clone()));
    assert_eq!(change.meta.deps, [], "the genesis is known everywhere");
}
