//! Cases that the district moved to another division (sync.md section 5).
//!
//! - X10: from the moment a move is known here, a case is of the division it went to: whoever does not serve that one does not see it any
//!   more. What is owed of it goes out as ever, and the hub carries it on.
//! - X11: of a case that went where this station does not serve nothing is left once nothing of it is owed and the hub has said that all of
//!   its numbers are in a backup: until then others may need this station to fill a hub that goes back. What stays is its number, where it
//!   went and when.

use std::collections::{BTreeMap, BTreeSet};

use daiban_model::api::{Decided, Decision, Failure};
use daiban_model::ids::{CaseId, FileHash, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::outgoing;
use crate::doc::{self, Doc};
use crate::engine::desk::Desk;
use crate::engine::{refold, storage};
use crate::projection::Facts;
use crate::store::{Batch, Erased, Store, StoreError};
use crate::sync::certificates::covers;
use crate::sync::station::CheckedSegment;
use crate::sync::trail::{Trail, Wrote};

/// Under which names it is kept which way cases went.
const MOVED: &str = "moved/";

/// A case that moved, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MovedCase {
    /// Which way.
    pub(crate) trail: Trail,
    /// Its number.
    number: String,
    /// When this station heard of the last move.
    at: Wall,
    left: Left,
}

/// Whether something of it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Left {
    Something,
    Nothing,
}

/// The names of what is kept about a document that is here: they go with it.
pub(in crate::engine) fn marks_of(doc: DocId) -> [String; 2] {
    [outgoing::foreign_name(&doc), refold::flag(doc)]
}

/// A case of which nothing is to be left here, with the attachments it names and where it has lived.
pub(in crate::engine) struct Going {
    pub(in crate::engine) doc: DocId,
    pub(in crate::engine) files: BTreeSet<FileHash>,
    pub(in crate::engine) homes: BTreeSet<ScopeCode>,
}

impl MovedCase {
    /// Whether all of it here was erased.
    pub(crate) fn is_gone(&self) -> bool {
        self.left == Left::Nothing
    }

    /// Notes that it is here, and what its document says of itself.
    pub(crate) fn is_here(&mut self, facts: &Facts) {
        self.left = Left::Something;
        if let Some((_, receipt)) = &facts.case.receipt {
            self.number = receipt.number.to_string();
        }
    }
}

/// All cases that moved.
pub(crate) type MovedCases = BTreeMap<DocId, MovedCase>;

/// What a store knows of them.
pub(in crate::engine) async fn load<S: Store>(store: &S) -> Result<MovedCases, StoreError> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let doc = Uuid::try_parse(name.strip_prefix(MOVED)?).ok()?;
        Some((doc.into_bytes(), wire::decode(&bytes, 65_536).ok()?))
    };
    Ok(store.states(MOVED).await?.into_iter().filter_map(read).collect())
}

/// A case that moved, as a batch takes it.
pub(in crate::engine) fn state(doc: &DocId, moved: &MovedCase) -> (String, Option<Vec<u8>>) {
    (format!("{MOVED}{}", Uuid::from_bytes(*doc).simple()), Some(wire::encode(moved)))
}

impl<S: Store> Desk<S> {
    /// The cases of which some segments tell a move that was not known.
    pub(in crate::engine) fn moves_in(&self, segments: &[CheckedSegment]) -> MovedCases {
        let mut new = MovedCases::new();
        for change in segments.iter().filter(|one| one.wrote == Wrote::Hub).flat_map(|one| &one.changes) {
            let Some(moved) = doc::parse(&change.bytes).ok().and_then(|meta| meta.moved) else { continue };
            let known = new.get(&change.doc).or_else(|| self.moved.get(&change.doc)).cloned();
            let mut case = known.unwrap_or_else(|| MovedCase {
                trail: Trail::default(),
                number: String::new(),
                at: self.now(),
                left: Left::Something,
            });
            if case.trail.learn(moved) {
                case.at = self.now();
                new.insert(change.doc, case);
            }
        }
        new
    }

    /// Cases that are still here although they went where this station does not serve.
    fn departing(&self) -> Vec<(DocId, MovedCase)> {
        let away = |case: &MovedCase| case.trail.home().is_some_and(|home| !covers(&self.certificate, home));
        let leaving = self.moved.iter().filter(|(_, case)| !case.is_gone() && away(case));
        leaving.map(|(doc, case)| (*doc, case.clone())).collect()
    }

    /// Whether there is any.
    pub(super) fn is_left_by_a_case(&self) -> bool {
        !self.departing().is_empty()
    }

    /// Those among them that once lived in one of these divisions.
    pub(super) fn leaving_from(&self, feeds: &[ScopeCode]) -> Vec<(DocId, ScopeCode)> {
        let leaving = self.departing().into_iter();
        leaving.filter_map(|(doc, case)| Some((doc, case.trail.homes().find(|home| feeds.contains(home))?))).collect()
    }

    /// Erases what can be erased. Whether there was any. X11
    pub(super) async fn leave_moved(&mut self) -> Result<bool, Failure> {
        let (mut batch, mut gone, mut going) = (Batch::default(), Vec::new(), Vec::new());
        for (doc, case) in self.departing() {
            let stored = self.store.load(doc).await.map_err(storage)?;
            if stored.state.is_some() {
                let open = Doc::open(&stored).map(|open| Facts::of(&open).files()).unwrap_or_default();
                let files: BTreeSet<FileHash> = open.into_iter().collect();
                if stored.unsent > 0 || self.is_owed(&files)? || !self.is_case_safe(doc, &case, stored.seq).await? {
                    continue;
                }
                going.push(Going { doc, files, homes: case.trail.homes().collect() });
                batch.erased.push(Erased::Doc(doc));
            }
            let case = MovedCase { left: Left::Nothing, ..case };
            batch.states.push(state(&doc, &case));
            batch.states.extend(marks_of(doc).map(|name| (name, None)));
            gone.push((doc, case));
        }
        if gone.is_empty() {
            return Ok(false);
        }
        self.erase_files_of(&going).await?;
        self.commit(batch).await?;
        tracing::info!(cases = gone.len(), "cases that moved away were erased");
        self.moved.extend(gone);
        Ok(true)
    }

    /// Whether one of these attachments has no receipt yet.
    pub(in crate::engine) fn is_owed(&self, files: &BTreeSet<FileHash>) -> Result<bool, Failure> {
        if files.is_empty() {
            return Ok(false);
        }
        let debts = self.attachments.blobs()?.debts(u16::MAX).map_err(storage)?;
        Ok(debts.iter().any(|debt| files.contains(&debt.name)))
    }

    /// Whether the hub has all of a case in a backup, as far as it was read here. X13
    async fn is_case_safe(&self, doc: DocId, case: &MovedCase, seq: Option<u64>) -> Result<bool, Failure> {
        for scope in case.trail.homes().filter(|home| covers(&self.certificate, *home)) {
            if !self.is_safe_of(doc, scope, seq).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same of these.
    pub(super) async fn are_cases_safe(&self, docs: impl Iterator<Item = DocId>) -> Result<bool, Failure> {
        for doc in docs {
            let seq = self.store.load(doc).await.map_err(storage)?.seq;
            if let Some(case) = self.moved.get(&doc)
                && !self.is_case_safe(doc, case, seq).await?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The divisions a document has lived in, as far as is known here.
    pub(in crate::engine) fn homes_of(&self, case: CaseId, home: ScopeCode) -> BTreeSet<ScopeCode> {
        let moved = self.moved.get(case.0.as_bytes());
        moved.into_iter().flat_map(|moved| moved.trail.homes()).chain([home]).collect()
    }

    /// Whether the hub has a document in a backup, as far as it was read here, wherever it has lived. X13
    pub(in crate::engine) async fn is_copy_safe(
        &self,
        doc: DocId,
        home: ScopeCode,
        seq: Option<u64>,
    ) -> Result<bool, Failure> {
        match self.moved.get(&doc) {
            Some(case) => self.is_case_safe(doc, case, seq).await,
            None => self.is_safe_of(doc, home, seq).await,
        }
    }

    /// Attachments of cases that go, as far as no other case here names them. All at once: what others name is read from all that is here.
    pub(in crate::engine) async fn erase_files_of(&self, going: &[Going]) -> Result<(), Failure> {
        let mut left: BTreeSet<FileHash> = going.iter().flat_map(|one| one.files.iter().copied()).collect();
        if left.is_empty() {
            return Ok(());
        }
        let goes: BTreeSet<DocId> = going.iter().map(|one| one.doc).collect();
        for (other, _) in self.docs().await?.into_iter().filter(|(other, _)| !goes.contains(other)) {
            let Ok(open) = Doc::open(&self.store.load(other).await.map_err(storage)?) else { continue };
            for name in Facts::of(&open).files() {
                left.remove(&name);
            }
        }
        let of = |one: &Going| {
            let only: Vec<FileHash> = one.files.intersection(&left).copied().collect();
            only.into_iter().flat_map(|name| one.homes.iter().map(move |home| (name, *home))).collect::<Vec<_>>()
        };
        let gone: Vec<_> = going.iter().flat_map(of).collect();
        if gone.is_empty() { Ok(()) } else { self.attachments.blobs()?.erase(&gone).map_err(storage) }
    }

    /// Where cases went that are not this station's any more, the latest first.
    pub(super) fn moved_away(&self) -> Vec<Decision> {
        let line = |case: &MovedCase| {
            let home = case.trail.home().filter(|home| !covers(&self.certificate, *home) && !case.number.is_empty())?;
            let (what, place) = (Decided::CaseMoved, self.published.place(home));
            Some(Decision { what, place, case: case.number.clone(), at: case.at, changes: 0, files: 0 })
        };
        self.moved.values().filter_map(line).collect()
    }
}
