//! Documents of facts: the only place that knows Automerge.
//!
//! A document has two maps made by its genesis: registers (what people type, one text under each path) and events (what people
//! do, one text under each stamp). No container is ever made or replaced later, so two devices that write apart always meet.
//!
//! - C1: the genesis of a kind is the same bytes on every device.
//! - C2: a change is parsed and checked by itself before a document sees it; one whose dependencies are missing is refused.
//! - C3: bytes that make the library panic are refused like others (it can, on damaged changes). The panic ends where documents
//!   are read and is counted; a document that it went through is not used again.
//! - C4: a change claims no more operations than a change of ours could have; what it claims is read before the library goes through it.
//! - C5: a change from elsewhere is taken only when the document gives it back as it came. The library keeps operations, not bytes:
//!   one that is written otherwise than it would write it would be in the way of every later save and opening.

mod change;
mod columns;
mod contain;
mod genesis;
mod moved;

use std::collections::BTreeMap;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, LoadOptions, ObjId, ReadDoc, ScalarValue, Value, VerificationMode};
use daiban_model::stamp::{Stamp, Wall};
use daiban_model::wire::Hash;

pub use change::{Meta, begins, pack, parse, unpack};
pub use columns::cuts;
pub use contain::contained;
pub use moved::Moved;

use contain::contain;

use crate::store::{DocKind, Snapshot, Stored};

/// Why a document or change cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocFault {
    /// Not a change, or a compressed one, which is refused because it may inflate without bound.
    #[error("not a plain change")]
    NotAChange,
    /// It rests on changes that are not here.
    #[error("it rests on changes that are not here")]
    MissingDeps,
    /// The same actor and number with other content: a copied or restored disk.
    #[error("another change has this actor and number")]
    Duplicate,
    /// The stored document does not open.
    #[error("the stored document does not open")]
    Damaged,
}

/// One edit of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Type a register.
    Register {
        /// Its path.
        path: String,
        /// What it shall read.
        value: String,
    },
    /// Add an event.
    Event {
        /// Its stamp.
        stamp: Stamp,
        /// Its text.
        text: String,
    },
}

/// A change just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Its own description.
    pub meta: Meta,
    /// Its raw bytes.
    pub bytes: Vec<u8>,
}

/// Values written apart for one register. Equal values are no conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The register.
    pub path: String,
    /// Each value once, with the actor that wrote it and the change's wall time; the last is what the register shows.
    pub values: Vec<(String, [u8; 16], Wall)>,
}

/// An open document.
pub struct Doc {
    am: Automerge,
    registers: ObjId,
    events: ObjId,
    kind: DocKind,
}

/// How many changes may follow a snapshot before a new one is worth its bytes.
const TAIL: usize = 30;

impl Doc {
    /// A new document: its genesis and nothing else. C1.
    pub fn new(kind: DocKind) -> Result<Self, DocFault> {
        Self::whole(Automerge::load(genesis::bytes(kind)).map_err(|_| DocFault::Damaged)?, kind)
    }

    /// Opens a stored document. Own database: heads are verified by an idle job, not at each opening.
    pub fn open(stored: &Stored) -> Result<Self, DocFault> {
        let kind = stored.state.as_ref().map(|state| state.kind).ok_or(DocFault::Damaged)?;
        let mut doc = match &stored.snapshot {
            None => Self::new(kind)?,
            Some(snapshot) => {
                let bytes = change::inflate(&snapshot.bytes).ok_or(DocFault::Damaged)?;
                let unverified = LoadOptions::new().verification_mode(VerificationMode::DontCheck);
                let am = contain(|| Automerge::load_with_options(&bytes, unverified)).ok_or(DocFault::Damaged)?;
                let am = am.map_err(|_| DocFault::Damaged)?;
                Self::whole(am, kind)?
            }
        };
        doc.apply_all(&stored.tail).map_err(|_| DocFault::Damaged)?;
        Ok(doc)
    }

    fn whole(am: Automerge, kind: DocKind) -> Result<Self, DocFault> {
        let map = |key: &str| match am.get(automerge::ROOT, key) {
            Ok(Some((Value::Object(_), id))) => Ok(id),
            _ => Err(DocFault::Damaged),
        };
        let (registers, events) = (map(genesis::REGISTERS)?, map(genesis::EVENTS)?);
        Ok(Self { am, registers, events, kind })
    }

    /// The kind.
    pub fn kind(&self) -> DocKind {
        self.kind
    }

    /// Takes in a raw change, of this or another device. C2, C3, C5. One that is here already changes nothing. A document that
    /// refused a change may be half changed: it is opened anew.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<(), DocFault> {
        let hash = change::read(bytes)?.hash();
        self.apply_all(std::slice::from_ref(&bytes))?;
        let given_back = contain(|| self.am.get_change_by_hash(&hash)).flatten();
        if given_back.is_some_and(|again| again.raw_bytes() == bytes) { Ok(()) } else { Err(DocFault::NotAChange) }
    }

    /// Takes in raw changes in an order in which each rests on earlier ones.
    pub fn apply_all<B: AsRef<[u8]>>(&mut self, all: &[B]) -> Result<(), DocFault> {
        if all.is_empty() {
            return Ok(());
        }
        let changes = all.iter().map(|bytes| change::read(bytes.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let applied = contain(|| self.am.apply_changes(changes)).ok_or(DocFault::NotAChange)?;
        applied.map_err(|fault| match fault {
            automerge::AutomergeError::DuplicateSeqNumber(..) => DocFault::Duplicate,
            _ => DocFault::NotAChange,
        })?;
        if self.am.get_missing_deps(&[]).is_empty() { Ok(()) } else { Err(DocFault::MissingDeps) }
    }

    /// Makes one change of all edits, by this actor. `None` when they change nothing.
    pub fn edit(&mut self, actor: [u8; 16], edits: &[Edit], at: Wall) -> Result<Option<NewChange>, DocFault> {
        self.am.set_actor(ActorId::from(actor));
        let before = self.am.get_heads();
        let (registers, events) = (self.registers.clone(), self.events.clone());
        let options = |_: &()| CommitOptions::default().with_time(at.0);
        self.am
            .transact_with::<_, _, automerge::AutomergeError, _>(options, |tx| {
                for edit in edits {
                    match edit {
                        Edit::Register { path, value } => {
                            tx.put(&registers, path.as_str(), ScalarValue::Str(value.as_str().into()))?;
                        }
                        Edit::Event { stamp, text } => {
                            tx.put(&events, stamp.to_string(), ScalarValue::Str(text.as_str().into()))?;
                        }
                    }
                }
                Ok(())
            })
            .map_err(|_| DocFault::Damaged)?;
        if self.am.get_heads() == before {
            return Ok(None);
        }
        let change = self.am.get_last_local_change().ok_or(DocFault::Damaged)?;
        Ok(Some(NewChange { meta: Meta::of(&change), bytes: change.raw_bytes().to_vec() }))
    }

    /// What the registers show.
    pub fn registers(&self) -> BTreeMap<String, String> {
        self.texts(&self.registers)
    }

    /// Stamps and texts of all events, in the order of their stamps. A key that is no stamp is passed over.
    pub fn events(&self) -> Vec<(Stamp, String)> {
        self.texts(&self.events).into_iter().filter_map(|(key, text)| Some((key.parse().ok()?, text))).collect()
    }

    fn texts(&self, map: &ObjId) -> BTreeMap<String, String> {
        self.am
            .map_range(map, ..)
            .filter_map(|item| Some((item.key.to_string(), text_of(&item.value.into_value())?)))
            .collect()
    }

    /// Registers with different values written apart.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let disputed = self.am.map_range(&self.registers, ..).filter(|item| item.conflict);
        disputed.filter_map(|item| self.conflict(&item.key)).collect()
    }

    fn conflict(&self, path: &str) -> Option<Conflict> {
        let mut values: Vec<(String, [u8; 16], Wall)> = Vec::new();
        for (value, id) in self.am.get_all(&self.registers, path).ok()? {
            let Some(text) = text_of(&value) else { continue };
            let written = self.am.hash_for_opid(&id).and_then(|hash| self.am.get_change_meta_by_hash(&hash));
            let (actor, at) = written.map_or(([0; 16], Wall(0)), |meta| (actor(&meta.actor), Wall(meta.timestamp)));
            // The last writer of equal values stands for them; what the register shows stays last.
            values.retain(|(seen, ..)| *seen != text);
            values.push((text, actor, at));
        }
        (values.len() > 1).then(|| Conflict { path: path.to_owned(), values })
    }

    /// Hashes of the latest changes, sorted.
    pub fn heads(&self) -> Vec<Hash> {
        let mut heads: Vec<Hash> = self.am.get_heads().into_iter().map(|head| Hash(head.0)).collect();
        heads.sort_unstable();
        heads
    }

    /// A snapshot, when the tail has grown long enough to be worth one.
    pub fn snapshot_after(&self, tail: usize) -> Option<Snapshot> {
        if tail >= TAIL { contain(|| self.snapshot()) } else { None }
    }

    /// The document saved whole.
    pub fn snapshot(&self) -> Snapshot {
        // The genesis is known everywhere and not stored: it does not count.
        let genesis: Vec<_> = genesis::head(self.kind).iter().map(|head| automerge::ChangeHash(head.0)).collect();
        let changes = u32::try_from(self.am.get_changes(&genesis).len()).unwrap_or(u32::MAX);
        Snapshot { bytes: change::deflate(&self.am.save_nocompress()), heads: self.heads(), changes }
    }
}

fn text_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Scalar(scalar) => scalar.as_str().map(str::to_owned),
        Value::Object(_) => None,
    }
}

fn actor(id: &ActorId) -> [u8; 16] {
    let mut bytes = [0; 16];
    let from = id.to_bytes();
    let n = from.len().min(16);
    bytes[..n].copy_from_slice(&from[..n]);
    bytes
}

#[cfg(test)]
mod tests;
