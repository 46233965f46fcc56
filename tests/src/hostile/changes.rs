//! Changes: packed, their checksum always right, read into a document that has a history, and everything that follows from it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use daiban_core::doc::{self, Doc, Edit};
use daiban_core::projection::{self, Facts};
use daiban_core::store::{DocKind, DocState, Stored};
use daiban_model::calendar::Calendar;
use daiban_model::stamp::Wall;

use super::mutate::mutant;
use super::stage::{Changes, scope, written};
use crate::sim::Dice;
use crate::world::must;

fn all() -> &'static (Changes, Changes) {
    static ALL: OnceLock<(Changes, Changes)> = OnceLock::new();
    ALL.get_or_init(written)
}

/// Packed changes of two desks.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let (first, second) = all();
    first.iter().chain(second).map(|(_, raw)| doc::pack(raw).to_vec()).collect()
}

/// A document that knows what the first desk wrote about its first case.
fn known() -> Doc {
    let mut doc = must("a document", Doc::new(DocKind::Case));
    let (first, _) = all();
    for (_, raw) in first.iter().filter(|(id, _)| *id == first[0].0) {
        must("a real change", doc.apply(raw));
    }
    doc
}

/// Reads a packed change as hub and station do.
pub(super) fn change(packed: &[u8]) {
    let raw = doc::unpack(packed);
    let _ = doc::cuts(packed);
    if doc::parse(&raw).is_err() {
        return;
    }
    for mut doc in [known(), must("a document", Doc::new(DocKind::Case))] {
        if doc.apply(&raw).is_ok() {
            used(&mut doc);
        }
    }
}

/// Everything a station does with a document that took a change.
fn used(doc: &mut Doc) {
    let facts = Facts::of(doc);
    let _ = projection::record([1; 16], scope(), &facts, &Calendar::default());
    let edit = Edit::Register { path: "phone".into(), value: "0472-0000001".into() };
    let _ = doc.edit([8; 16], &[edit], Wall(1));
    let state = Some(DocState { doc: [1; 16], kind: DocKind::Case, scope: scope(), heads: doc.heads() });
    let stored = Stored { state, snapshot: Some(doc.snapshot()), ..Stored::default() };
    if let Ok(again) = Doc::open(&stored) {
        let _ = Facts::of(&again);
    }
}

/// Packed changes on which the document library itself panics, found by mutation. What they do here is what they do to whoever
/// reads them without care.
pub fn panicking(count: usize, seed: u64) -> Vec<Vec<u8>> {
    let (real, mut dice, mut found) = (samples(), Dice::new(seed), Vec::<Vec<u8>>::new());
    while found.len() < count {
        // Mutants of those that panicked panic more often.
        let from = if found.len() < 40 { &real } else { &found };
        let packed = mutant(from, &mut dice);
        let before = doc::contained();
        let _ = catch_unwind(AssertUnwindSafe(|| known().apply(&doc::unpack(&packed))));
        if doc::contained() > before && !found.contains(&packed) {
            found.push(packed);
        }
    }
    found
}
