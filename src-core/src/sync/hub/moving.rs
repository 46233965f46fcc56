//! Cases that go from one division to another (sync.md section 5).
//!
//! - D3: a move is numbered in both feeds in one commit: in the one it leaves, a change that says where it goes; in the one it comes to,
//!   all that is known of it, and that change. The hub signs both; what others wrote stays theirs, and was checked when it came.
//! - D4: whatever comes for a case from a division it has left is taken there and carried on to where the case lives, in a commit after it:
//!   a note of what is to be carried on stands in the first commit and goes with the second.
//! - D5: a hub that went back learns moves from what it once wrote, whoever brings it, and carries on what it then finds here. Of the moves
//!   before and after it went back the later ones have the higher numbers.
//! - D6: the last move of a case stands in the feed of each division that the case has left, so that nobody goes on keeping it.
//! - D8: segments of one request are stored together, and each goes on from what the ones before it say of a case: none is looked at as if
//!   it stood alone.

use std::collections::{BTreeSet, HashMap};

use daiban_model::ids::{AgentId, CaseId, DeviceId, ScopeCode};
use daiban_model::stamp::{Hlc, Wall};
use daiban_model::wire::{self, Certificate, DocId, HUB_NO, Hash, Header};
use serde::{Deserialize, Serialize};

use super::within::Told;
use super::{Hub, HubFault};
use crate::doc::{self, Doc, Meta, Moved};
use crate::store::{ActorRow, Batch, DocKind, PeerQuery, Store, StoreError, StoredChange, StoredSegment};
use crate::sync::certificates::covers;
use crate::sync::segment::{self, Sealer};
use crate::sync::trail::{Trail, Wrote};
use crate::sync::writer::Described;

/// Under which names it is kept which way cases went.
const MOVED: &str = "moved/";
/// Under which names it is kept that something of a case is still to be carried on. D4
const ONWARD: &str = "onward/";
/// What is tried again when another process was there first.
const TRIES: usize = 5;
/// By how much numbers of moves jump when the hub goes back to a backup. D5
const MOVES_PER_EPOCH: u32 = 1_000;
/// Incarnations from here on are not counted.
const DRAWN: u32 = 1 << 30;

/// What the hub keeps of a case that has moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    trail: Trail,
    /// Who ordered the last move.
    by: AgentId,
    /// The changes that stand in the feed of where it lives, as far as that is known.
    carried: Vec<Hash>,
    /// The divisions whose feeds tell its last move. D6
    told: BTreeSet<ScopeCode>,
}

impl Kept {
    fn new(by: AgentId) -> Self {
        Self { trail: Trail::default(), by, carried: Vec::new(), told: BTreeSet::new() }
    }

    /// Adds a move. Whether it was unknown.
    fn learn(&mut self, moved: Moved) -> bool {
        let (before, new) = (self.trail.last(), self.trail.learn(moved));
        if self.trail.last() != before {
            // What was carried went to another division.
            self.carried.clear();
            self.told.clear();
        }
        new
    }
}

/// A move that was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMoved {
    /// The case.
    pub case: CaseId,
    /// The division it left.
    pub from: ScopeCode,
    /// The division it lives in.
    pub to: ScopeCode,
}

/// What is known of cases that have moved from what came before in the same request and is stored together with the rest.
pub(super) type Learned = HashMap<DocId, Kept>;

/// Where the documents of a segment live, and what follows for the commit that stores it.
#[derive(Debug, Clone, Default)]
pub(super) struct Placing {
    /// Bound where they are not bound, and else asserted.
    homes: Vec<(DocId, ScopeCode)>,
    rehomed: Vec<(DocId, ScopeCode, ScopeCode)>,
    states: Vec<(String, Option<Vec<u8>>)>,
    /// What is kept from then on of cases that have moved.
    kept: Vec<(DocId, Kept)>,
    /// Of these something is to be carried on. D4
    pub(super) onward: Vec<DocId>,
}

impl Placing {
    /// Of documents that live in the division of their segment, or else nothing of it is to be stored.
    pub(super) fn of_scope(scope: ScopeCode, records: &[Described]) -> Self {
        Self { homes: records.iter().map(|(doc, ..)| (*doc, scope)).collect(), ..Self::default() }
    }

    /// Where documents live once it is stored.
    pub(super) fn settled(&self) -> impl Iterator<Item = (DocId, ScopeCode)> {
        self.homes.iter().copied().chain(self.rehomed.iter().map(|(doc, _, to)| (*doc, *to)))
    }

    /// What is kept of cases that have moved once it is stored.
    pub(super) fn learned(&self) -> impl Iterator<Item = (DocId, Kept)> {
        self.kept.iter().cloned()
    }

    /// Adds what follows to a batch.
    pub(super) fn enter(&self, batch: &mut Batch) {
        batch.homes.extend(&self.homes);
        batch.rehomed.extend(&self.rehomed);
        batch.states.extend(self.states.iter().cloned());
        batch.states.extend(self.kept.iter().map(|(doc, kept)| (named(MOVED, doc), Some(wire::encode(kept)))));
    }
}

impl<S: Store> Hub<S> {
    async fn kept(&self, doc: &DocId) -> Result<Option<Kept>, StoreError> {
        let stored = self.state(&named(MOVED, doc)).await?;
        Ok(stored.and_then(|bytes| wire::decode(&bytes, wire::MAX_INFLATED).ok()))
    }

    /// The same as it will be once what came before in the request is stored: segments of one request go on from one another. D8
    async fn kept_by_then(&self, doc: &DocId, learned: &Learned) -> Result<Option<Kept>, StoreError> {
        match learned.get(doc) {
            Some(kept) => Ok(Some(kept.clone())),
            None => self.kept(doc).await,
        }
    }

    /// What stands of a case in the feed of a division, where it moved there. D7
    pub(super) async fn carried_to(
        &self,
        doc: &DocId,
        scope: ScopeCode,
        learned: &Learned,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        let kept = self.kept_by_then(doc, learned).await?;
        Ok(kept.filter(|kept| kept.trail.home() == Some(scope)).map(|kept| kept.carried))
    }

    /// Where the documents of a segment live: where its division is the first, this one; where the case has left it, the one it went to.
    /// Else the place of the first record of a document that lives elsewhere. K5, D4, D5
    pub(super) async fn placing(
        &self,
        header: &Header,
        wrote: Wrote,
        records: &[Described],
        (homes, learned): (&HashMap<DocId, ScopeCode>, &Learned),
    ) -> Result<Result<Placing, usize>, StoreError> {
        let (scope, at_ms) = (header.scope, header.hlc.ms);
        let (mut placing, mut looked) = (Placing::default(), BTreeSet::new());
        for (ordinal, (doc, ..)) in records.iter().enumerate() {
            if !looked.insert(*doc) {
                continue;
            }
            let known = homes.get(doc).copied();
            if wrote == Wrote::Station && known.is_none_or(|home| home == scope) {
                placing.homes.push((*doc, scope));
                let kept = self.kept_by_then(doc, learned).await?;
                if let Some(mut kept) = kept.filter(|kept| kept.trail.home() == Some(scope)) {
                    let own = records.iter().filter(|(of, ..)| of == doc);
                    kept.carried.extend(own.map(|(_, meta, _)| meta.hash));
                    placing.kept.push((*doc, kept));
                }
                continue;
            }
            let kept = self.kept_by_then(doc, learned).await?;
            let mut kept = kept.unwrap_or_else(|| Kept::new(header.agent.clone()));
            let (own, mut new) = (records.iter().filter(|(of, ..)| of == doc), false);
            if wrote == Wrote::Hub {
                own.clone().filter_map(|(_, meta, _)| meta.moved).for_each(|moved| new |= kept.learn(moved));
            } else if !kept.trail.was_in(scope) {
                return Ok(Err(ordinal));
            }
            let home = kept.trail.home().or(known).unwrap_or(scope);
            match known {
                Some(known) if known != home => placing.rehomed.push((*doc, known, home)),
                _ => placing.homes.push((*doc, home)),
            }
            if wrote == Wrote::Hub && kept.trail.home().is_some() {
                if own.clone().any(|(_, meta, _)| meta.moved == kept.trail.last()) {
                    kept.told.insert(scope);
                }
                kept.carried.extend(own.filter(|_| home == scope).map(|(_, meta, _)| meta.hash));
                placing.kept.push((*doc, kept));
            }
            if new || home != scope {
                placing.states.push((named(ONWARD, doc), Some(wire::encode(&at_ms))));
                placing.onward.push(*doc);
            }
        }
        Ok(Ok(placing))
    }

    /// The same from what is stored now.
    pub(super) async fn placing_now(
        &self,
        header: &Header,
        wrote: Wrote,
        records: &[Described],
    ) -> Result<Result<Placing, usize>, StoreError> {
        let docs: BTreeSet<DocId> = records.iter().map(|(doc, ..)| *doc).collect();
        let homes = self.store.peer(PeerQuery::Homes(docs.into_iter().collect())).await?.homes;
        self.placing(header, wrote, records, (&homes.into_iter().collect(), &Learned::new())).await
    }

    /// Moves a case to another division. To move it where it is changes nothing.
    pub async fn move_case(&self, case: CaseId, to: ScopeCode, by: &AgentId, now: Wall) -> Result<CaseMoved, HubFault> {
        self.read_epoch().await?;
        let doc = *case.0.as_bytes();
        if !self.is_served(to).await? {
            return Err(HubFault::NobodyThere(to));
        }
        for _ in 0..TRIES {
            let homes = self.store.peer(PeerQuery::Homes(vec![doc])).await?.homes;
            let from = homes.first().map(|(_, home)| *home).ok_or(HubFault::UnknownCase)?;
            if from == to {
                return Ok(CaseMoved { case, from, to });
            }
            let batch = self.moving(doc, (from, to), by, now).await?;
            match self.store.commit(batch).await {
                Ok(_) => {
                    self.settle([doc].into(), BTreeSet::new(), now).await?;
                    return Ok(CaseMoved { case, from, to });
                }
                Err(StoreError::Clash) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(HubFault::Store(StoreError::Busy))
    }

    /// Whether a station works there.
    async fn is_served(&self, scope: ScopeCode) -> Result<bool, StoreError> {
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let serves = |one: Certificate| one.device_no != HUB_NO && covers(&one, scope);
        Ok(rows.iter().filter(|row| row.revoked_ms.is_none()).filter_map(|row| self.certificate(row)).any(serves))
    }

    /// The commit of a move. D3
    async fn moving(
        &self,
        doc: DocId,
        (from, to): (ScopeCode, ScopeCode),
        by: &AgentId,
        now: Wall,
    ) -> Result<Batch, HubFault> {
        let tail = self.store.load(doc).await?.tail;
        let is_case = tail.first().is_some_and(|first| doc::begins(first) == Some(DocKind::Case));
        if !is_case {
            return Err(HubFault::UnknownCase);
        }
        let damaged = |_| HubFault::Damaged("case");
        let mut open = Doc::new(DocKind::Case).map_err(damaged)?;
        open.apply_all(&tail).map_err(damaged)?;
        let mut kept = self.kept(&doc).await?.unwrap_or_else(|| Kept::new(by.clone()));
        let moved = kept.trail.next(from, to, self.renewals().await?.saturating_mul(MOVES_PER_EPOCH));
        kept.learn(moved);
        let change = open.moved(self.mover(&doc, moved, to, now), moved, now).map_err(damaged)?;
        let mut batch = Batch { rehomed: vec![(doc, from, to)], ..Batch::default() };
        batch.actors.push(ActorRow { actor: change.meta.actor, device: self.device(), incarnation: DRAWN });
        self.pen(vec![from, to], &mut batch, now).await?;
        let mut all = described(doc, tail).map_err(|()| HubFault::Damaged("case"))?;
        let leave = (doc, change.meta, change.bytes);
        all.push(leave.clone());
        let carried = all.iter().map(|(_, meta, _)| meta.hash).collect();
        self.write(&mut batch, from, vec![leave], by, now);
        self.write(&mut batch, to, all, by, now);
        let kept = Kept { by: by.clone(), carried, told: [from, to].into(), ..kept };
        batch.states.push((named(MOVED, &doc), Some(wire::encode(&kept))));
        // What another process took in meanwhile is not in it.
        batch.states.push((named(ONWARD, &doc), Some(wire::encode(&now.0.max(0).unsigned_abs()))));
        Ok(batch)
    }

    /// Carries on to where a case lives what is known of it and was not carried there yet. Answers the divisions whose feeds grew. D4, D6
    pub(super) async fn onward(&self, doc: DocId, now: Wall) -> Result<BTreeSet<ScopeCode>, StoreError> {
        for _ in 0..TRIES {
            let done = (named(ONWARD, &doc), None);
            let tail = self.store.load(doc).await?.tail;
            let (Some(mut kept), Ok(mut all)) = (self.kept(&doc).await?, described(doc, tail.clone())) else {
                self.store.commit(Batch { states: vec![done], ..Batch::default() }).await?;
                return Ok(BTreeSet::new());
            };
            let Some(moved) = kept.trail.last() else { return Ok(BTreeSet::new()) };
            let home = moved.to;
            let mut batch = Batch { homes: vec![(doc, home)], states: vec![done], ..Batch::default() };
            let last: Vec<_> = all.iter().filter(|(_, meta, _)| meta.moved == Some(moved)).cloned().collect();
            all.retain(|(_, meta, _)| !kept.carried.contains(&meta.hash));
            let untold = kept.trail.homes().filter(|one| *one != home && !kept.told.contains(one));
            let mut tellings = Vec::new();
            for one in untold.collect::<BTreeSet<_>>() {
                match self.telling((doc, one), moved, &last, now).await? {
                    Told::Already => drop(kept.told.insert(one)),
                    Told::By(change) => tellings.push((one, *change)),
                    Told::Later => {}
                }
            }
            // One of those may be new: it is of the case like any other.
            for (_, change) in &tellings {
                if !kept.carried.contains(&change.1.hash) && all.iter().all(|(_, meta, _)| meta.hash != change.1.hash) {
                    batch.actors.push(ActorRow { actor: change.1.actor, device: self.device(), incarnation: DRAWN });
                    all.push(change.clone());
                }
            }
            let carried = if all.is_empty() { None } else { Some(home) };
            let grown: BTreeSet<ScopeCode> = tellings.iter().map(|(one, _)| *one).chain(carried).collect();
            if !grown.is_empty() {
                self.pen(grown.iter().copied().collect(), &mut batch, now).await?;
                kept.told.extend(&grown);
                kept.carried.extend(all.iter().map(|(_, meta, _)| meta.hash));
                for (one, change) in tellings {
                    self.write(&mut batch, one, vec![change], &kept.by, now);
                }
                self.write(&mut batch, home, all, &kept.by, now);
            }
            batch.states.push((named(MOVED, &doc), Some(wire::encode(&kept))));
            match self.store.commit(batch).await {
                Ok(_) => {
                    self.share(&kept.trail, &tail).await?;
                    return Ok(grown);
                }
                Err(StoreError::Clash) => {}
                Err(fault) => return Err(fault),
            }
        }
        // It stays noted, and is done when the hub starts.
        tracing::warn!("something of a case that moved is still to be carried on");
        Ok(BTreeSet::new())
    }

    /// Carries on what a hub that was killed has left; to be done before it serves. D4
    pub async fn carry_on(&self) -> Result<(), StoreError> {
        for (name, bytes) in self.store.states(ONWARD).await? {
            let doc = name.strip_prefix(ONWARD).and_then(|id| uuid::Uuid::try_parse(id).ok());
            let at: u64 = wire::decode(&bytes, 16).unwrap_or_default();
            if let Some(doc) = doc {
                let at = Wall(i64::try_from(at).unwrap_or(i64::MAX));
                self.settle([doc.into_bytes()].into(), BTreeSet::new(), at).await?;
            }
        }
        Ok(())
    }

    /// The hub as it writes.
    pub(super) fn device(&self) -> DeviceId {
        DeviceId(self.keys.hub_public())
    }

    /// An actor that no other move has, nor another feed that is told of it.
    pub(super) fn mover(&self, doc: &DocId, moved: Moved, told: ScopeCode, now: Wall) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_derive_key("daiban mover v1");
        hasher.update(&self.keys.hub_public()).update(doc).update(&wire::encode(&(self.epoch(), moved, told, now)));
        let mut actor = [0; 16];
        actor.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        actor
    }

    /// Enters the hub's own certificate where it does not cover these divisions yet or is about to end.
    pub(super) async fn pen(&self, scopes: Vec<ScopeCode>, batch: &mut Batch, now: Wall) -> Result<(), StoreError> {
        let (device, rows) = (self.device(), self.store.peer(PeerQuery::AllDevices).await?.devices);
        let present = rows.iter().find(|row| row.device == device).and_then(|row| self.certificate(row));
        let is_good =
            |one: &Certificate| scopes.iter().all(|scope| covers(one, *scope)) && !Self::is_about_to_end(one, now);
        if present.as_ref().is_some_and(is_good) {
            return Ok(());
        }
        let mut all: Vec<ScopeCode> = present.map(|one| one.scopes).unwrap_or_default();
        all.extend(scopes.iter().map(|scope| district(*scope)));
        all.sort_unstable();
        all.dedup();
        let unit = all.first().copied().unwrap_or_else(|| district(scopes[0]));
        let next = Certificate {
            device,
            station: String::new(),
            unit,
            scopes: all,
            device_no: HUB_NO,
            not_after: 0,
            serial: 0,
        };
        let (_, own) = self.next_certificate(next, &rows, now).await?;
        batch.devices.extend(own.devices);
        batch.states.extend(own.states);
        Ok(())
    }

    /// Writes records into a division's feed: signed segments in a line of their own, so that neither another process nor
    /// a hub that goes back gives a number of it again.
    pub(super) fn write(&self, batch: &mut Batch, scope: ScopeCode, records: Vec<Described>, by: &AgentId, now: Wall) {
        let mut hasher = blake3::Hasher::new_derive_key("daiban hub line v1");
        hasher.update(&wire::encode(&(self.epoch(), scope, now)));
        for (doc, meta, _) in &records {
            hasher.update(doc).update(&meta.hash.0);
        }
        let mut drawn = [0; 4];
        drawn.copy_from_slice(&hasher.finalize().as_bytes()[..4]);
        let (device, incarnation) = (self.device(), u32::from_le_bytes(drawn) % DRAWN + DRAWN);
        let now_ms = now.0.max(0).unsigned_abs();
        let mut last = (0, Hash::default());
        for run in segment::runs(records, |(.., bytes): &Described| bytes.len()) {
            let hlc = Hlc { ms: now_ms, counter: 0 };
            let sealer = Sealer { device, incarnation, scope, last, hlc, agent: by.clone() };
            let raw: Vec<_> = run.iter().map(|(doc, _, bytes)| (*doc, bytes.clone())).collect();
            let (sealed, root) = segment::seal(sealer, self.keys.hub(), &raw);
            let key = sealed.header.key();
            last = (key.number, root);
            batch.segments.push(StoredSegment { header: sealed.header, root, sig: sealed.sig, received_ms: now_ms });
            batch.number.push(key);
            for (ordinal, (doc, meta, bytes)) in (0_u32..).zip(run) {
                let Meta { hash, actor, seq: actor_seq, .. } = meta;
                let segment = Some((key, ordinal));
                batch.changes.push(StoredChange { hash, doc, scope, actor, actor_seq, segment, bytes });
            }
        }
    }
}

/// All changes of a document, described.
fn described(doc: DocId, tail: Vec<Vec<u8>>) -> Result<Vec<Described>, ()> {
    let describe = |bytes: Vec<u8>| doc::parse(&bytes).map(|meta| (doc, meta, bytes)).map_err(drop);
    tail.into_iter().map(describe).collect()
}

/// The district of a division.
fn district(scope: ScopeCode) -> ScopeCode {
    let upper = scope.parent();
    if upper == scope { scope } else { district(upper) }
}

fn named(beginning: &str, doc: &DocId) -> String {
    format!("{beginning}{}", uuid::Uuid::from_bytes(*doc).simple())
}
