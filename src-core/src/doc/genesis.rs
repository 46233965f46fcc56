//! The first change of every document of a kind: byte for byte the same on every device (C1).

use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjType, ROOT};

use crate::store::DocKind;

/// Key of the map of registers.
pub(super) const REGISTERS: &str = "f";
/// Key of the map of events.
pub(super) const EVENTS: &str = "e";

/// A saved document with nothing but the genesis.
pub(super) fn bytes(kind: DocKind) -> &'static [u8] {
    static CASE: OnceLock<Vec<u8>> = OnceLock::new();
    match kind {
        DocKind::Case => CASE.get_or_init(|| make([0xCA, 1])),
    }
}

/// The actor is the kind's mark and schema version, the time is zero: nothing of the making device is inside.
fn make(mark: [u8; 2]) -> Vec<u8> {
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
    am.save_nocompress()
}

/// The hash of the genesis of every kind.
pub(super) fn heads() -> &'static [daiban_model::wire::Hash] {
    static HEADS: OnceLock<Vec<daiban_model::wire::Hash>> = OnceLock::new();
    HEADS.get_or_init(|| {
        let head = |am: Automerge| am.get_heads().into_iter().map(|head| daiban_model::wire::Hash(head.0));
        Automerge::load(bytes(DocKind::Case)).into_iter().flat_map(head).collect()
    })
}
