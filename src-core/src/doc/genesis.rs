//! The first change of every document of a kind: byte for byte the same on every device (C1).

use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjType, ROOT};
use daiban_model::wire::Hash;

use crate::store::DocKind;

/// Key of the map of registers.
pub(super) const REGISTERS: &str = "f";
/// Key of the map of events.
pub(super) const EVENTS: &str = "e";

/// A kind's first change: saved whole, and its hash.
struct First {
    kind: DocKind,
    bytes: Vec<u8>,
    head: Option<Hash>,
}

/// A saved document with nothing but the genesis.
pub(super) fn bytes(kind: DocKind) -> &'static [u8] {
    all().iter().find(|first| first.kind == kind).map_or(&[], |first| &first.bytes)
}

/// The hash of a kind's genesis.
pub(super) fn head(kind: DocKind) -> Option<Hash> {
    all().iter().find(|first| first.kind == kind).and_then(|first| first.head)
}

/// The hashes of the geneses of all kinds.
pub(super) fn heads() -> impl Iterator<Item = Hash> {
    all().iter().filter_map(|first| first.head)
}

/// The kind whose genesis has this hash.
pub(super) fn kind_of(head: Hash) -> Option<DocKind> {
    all().iter().find(|first| first.head == Some(head)).map(|first| first.kind)
}

fn all() -> &'static [First] {
    static ALL: OnceLock<Vec<First>> = OnceLock::new();
    ALL.get_or_init(|| {
        let first = |kind| {
            let am = make(mark(kind));
            let head = am.get_heads().first().map(|head| Hash(head.0));
            First { kind, bytes: am.save_nocompress(), head }
        };
        DocKind::ALL.into_iter().map(first).collect()
    })
}

/// A kind's mark and the version of its schema. Never changed: another mark is another genesis.
const fn mark(kind: DocKind) -> [u8; 2] {
    match kind {
        DocKind::Case => [0xCA, 1],
        DocKind::Person => [0xBE, 1],
        DocKind::Household => [0xB0, 1],
        DocKind::Enterprise => [0xEE, 1],
    }
}

/// The actor is the kind's mark and schema version, the time is zero: nothing of the making device is inside.
fn make(mark: [u8; 2]) -> Automerge {
    let mut actor = [0; 16];
    actor[..2].copy_from_slice(&mark);
    let mut am = Automerge::new().with_actor(ActorId::from(actor));
    // Putting two objects into an empty document cannot fail; were it to, every test of documents would.
    let _ = am.transact_with::<_, _, automerge::AutomergeError, _>(
        |_: &()| CommitOptions::default().with_time(0),
        |tx| {
            tx.put_object(ROOT, REGISTERS, ObjType::Map)?;
            tx.put_object(ROOT, EVENTS, ObjType::Map)?;
            Ok(())
        },
    );
    am
}
