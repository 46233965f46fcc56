//! The desk of whoever is signed in: the open store, the station's identity, and the one way a case is written.

use std::sync::Arc;

use daiban_model::access::{Action, Permit, Principal, Role, Subject, permit};
use daiban_model::api::Failure;
use daiban_model::case::clocks::Reckoning;
use daiban_model::case::decide::Moment;
use daiban_model::ids::{AgentId, CaseId, DeviceId, ScopeCode};
use daiban_model::stamp::{Hlc, HybridClock, TimeQuality, Wall};
use daiban_model::wire::{self, Certificate, Cursor, DocId, Signed};
use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::exchange::Meets;
use super::exchange::moved::{self, MovedCases};
use super::files::Attachments;
use super::published::Published;
use super::refold::Refold;
use super::successor::Succession;
use super::told::Told;
use super::{internal, storage};
use crate::doc::{Doc, DocFault, Edit};
use crate::edge::{Edge, draw};
use crate::projection::{self, Facts};
use crate::store::{
    Batch, CaseRecord, DocKind, DocState, Eyes, PeerId, PeerQuery, Snapshot, Store, StoreError, Stored, StoredChange,
};
use crate::sync::certificates;
use crate::sync::http::Place;
use crate::sync::station::{Thread, Trust};
use crate::sync::tls::Expected;

/// Who this station is: kept inside the encrypted database.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) secret: [u8; 32],
    pub(crate) root: [u8; 32],
    pub(crate) hub_key: [u8; 32],
    pub(crate) hub: String,
    pub(crate) certificate: Signed,
}

/// An open station and the person at it.
pub(crate) struct Desk<S> {
    pub(crate) store: Arc<S>,
    pub(crate) edge: Arc<dyn Edge>,
    pub(crate) who: Principal,
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
    pub(crate) trust: Trust,
    pub(crate) hub: String,
    pub(crate) incarnation: u32,
    pub(crate) published: Published,
    pub(crate) clock: HybridClock,
    pub(crate) quality: TimeQuality,
    /// What the clock showed when it was looked at last.
    pub(crate) seen: Wall,
    /// The time that somebody typed because the clock is wrong.
    pub(crate) told: Told,
    /// This session's Automerge actor: never used by another session or device.
    pub(crate) actor: [u8; 16],
    /// The short mark of this session in stamps.
    pub(crate) tag: u64,
    pub(crate) thread: Thread,
    pub(crate) cursors: Vec<Cursor>,
    /// Whether rows are being made anew.
    pub(crate) refold: Refold,
    /// Certificates of all devices known here, opened.
    pub(crate) devices: certificates::Known,
    pub(crate) attachments: Attachments,
    /// Meetings with neighbours.
    pub(super) meets: Meets,
    /// Cases that the district moved to another division.
    pub(crate) moved: MovedCases,
    /// Devices from whose backups this one goes on.
    pub(crate) succession: Succession,
    /// Whether a copy here goes as soon as the hub has a backup of it, as far as somebody has looked (X15).
    pub(crate) copies_wait: bool,
}

/// A case as it is worked on.
pub(crate) struct OpenFile {
    pub(crate) id: CaseId,
    pub(crate) scope: ScopeCode,
    pub(crate) stored: Stored,
    pub(crate) doc: Doc,
    pub(crate) facts: Facts,
}

/// Whether edits of a document come to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staged {
    /// They do.
    Something,
    /// All stands already.
    Nothing,
}

/// Names of the small values a station keeps.
pub(crate) const IDENTITY: &str = "identity";
pub(crate) const CLOCK: &str = "clock";
pub(crate) const THREAD: &str = "thread";
pub(crate) const LAST_OK: &str = "last-ok";

impl<S: Store> Desk<S> {
    /// Opens the desk: identity, publications, clock, cursors.
    pub(crate) async fn open(
        store: S,
        attachments: Attachments,
        edge: Arc<dyn Edge>,
        agent: &AgentId,
        incarnation: u32,
    ) -> Result<Self, Failure> {
        let damaged = || storage(StoreError::Damaged { what: "identity" });
        let state = |found: Vec<(String, Vec<u8>)>, name: &str| {
            found.into_iter().find(|(found, _)| found == name).map(|(_, bytes)| bytes)
        };
        let identity = state(store.states(IDENTITY).await.map_err(storage)?, IDENTITY).ok_or_else(damaged)?;
        let identity: Identity = wire::decode(&identity, 65_536).map_err(|_| damaged())?;
        let certificate: Certificate = wire::decode(&identity.certificate.bytes, 65_536).map_err(|_| damaged())?;
        let last = state(store.states(CLOCK).await.map_err(storage)?, CLOCK);
        let last: Hlc = last.and_then(|bytes| wire::decode(&bytes, 64).ok()).unwrap_or_default();
        let thread = state(store.states(THREAD).await.map_err(storage)?, THREAD);
        let (epoch, nonce) = thread.and_then(|bytes| wire::decode(&bytes, 64).ok()).unwrap_or_default();
        let published = Published::load(&store, edge.now()).await.map_err(storage)?;
        // Someone who is on no roster any more may still open the station, and see nothing (R219).
        let who = Principal {
            agent: agent.clone(),
            name: published.agent(agent),
            role: Role::HallGuide,
            unit: certificate.unit,
            serves: Vec::new(),
        };
        let marks = store.peer(PeerQuery::Cursors(PeerId::Hub)).await.map_err(storage)?;
        let key = SigningKey::from_bytes(&identity.secret);
        let session: [u8; 16] = draw(&*edge);
        let meets = Meets::begin(&store, &session).await?;
        let incarnation = meets.incarnation(incarnation, &*edge);
        let refold = Refold::load(&store).await.map_err(storage)?;
        let devices = certificates::load(&store).await.map_err(storage)?;
        let moved = moved::load(&store).await.map_err(storage)?;
        let told = Told::load(&store, edge.now()).await.map_err(storage)?;
        let succession = Succession::load(&store).await.map_err(storage)?;
        let actor = actor(&certificate.device, incarnation, &session);
        let mut desk = Self {
            refold,
            actor,
            tag: session_mark(&actor),
            trust: Trust { root: identity.root, hub: identity.hub_key },
            hub: identity.hub.clone(),
            clock: HybridClock::resume(last),
            quality: clock_quality(last, edge.now(), told),
            told,
            seen: edge.now(),
            thread: Thread { epoch, nonce },
            cursors: marks.cursors,
            devices,
            store: Arc::new(store),
            edge,
            who,
            key,
            certificate,
            incarnation,
            published,
            attachments,
            meets,
            moved,
            succession,
            copies_wait: false,
        };
        desk.catch_up_with_roster();
        Ok(desk)
    }

    /// Rights follow the latest roster (R219), never beyond what the station's certificate covers.
    pub(crate) fn catch_up_with_roster(&mut self) {
        let now = self.now();
        let latest = self.latest(now);
        let listed = self.published.roster.agents().iter().find(|agent| agent.id == self.who.agent);
        match listed.filter(|agent| serves(agent, now, latest)) {
            Some(agent) => self.who = principal(agent, &self.certificate),
            // Whoever is on the list no more, or not today, may still open the station, and see nothing.
            None => (self.who.role, self.who.serves) = (Role::HallGuide, Vec::new()),
        }
    }

    /// The time: what the clock shows, or what somebody typed because it is wrong.
    pub(crate) fn now(&self) -> Wall {
        self.told.time(self.edge.now())
    }

    /// The latest of what the clock shows, what this station has written, and what the hub said last.
    pub(crate) fn latest(&self, now: Wall) -> Wall {
        let known = self.clock.last().ms.max(self.thread.nonce.ms);
        now.max(Wall(i64::try_from(known).unwrap_or(i64::MAX)))
    }

    /// The latest day this machine knows of, for what nobody may become again: a child, somebody not yet appointed.
    pub(crate) fn sure_day(&self) -> Date {
        self.latest(self.now()).date()
    }

    /// The hub, and by what it is known.
    pub(crate) fn place(&self) -> Place {
        let signed = Wall(i64::try_from(self.thread.nonce.ms).unwrap_or(i64::MAX));
        let time = plausible(self.now(), signed);
        Place { hub: self.hub.clone(), expected: Expected::Key(self.trust.hub), time }
    }

    /// What lists and search may show: nothing at all to posts that do not read cases (R216, R218).
    pub(crate) fn eyes(&self) -> Eyes {
        let mut eyes = Eyes::of(&self.who);
        let reads =
            |scope: &ScopeCode| permit(&self.who, Action::Read, &Subject { scope: *scope, handler: None }).is_ok();
        eyes.serves.retain(reads);
        eyes
    }

    pub(crate) fn reckoning(&self) -> Reckoning<'_> {
        Reckoning { calendar: &self.published.calendar, now: self.now().local() }
    }

    /// Begins another incarnation of this device, because the hub knows another history of the present one (sync.md section 4):
    /// numbers, actor and mark begin anew, so nothing written from now on can be taken for something written elsewhere.
    pub(crate) fn reincarnate(&mut self, incarnation: u32) {
        let session: [u8; 16] = draw(&*self.edge);
        self.incarnation = incarnation;
        self.actor = actor(&self.certificate.device, incarnation, &session);
        self.tag = session_mark(&self.actor);
    }

    /// The moment of the next act.
    pub(crate) fn tick(&mut self) -> Moment<'_> {
        let shown = self.edge.now();
        if is_a_jump(self.seen, shown) {
            // Until the hub has seen it right again.
            self.quality = TimeQuality::Unconfirmed;
        }
        (self.seen, self.told) = (shown, self.told.seen(shown));
        let at = self.now();
        let hlc = self.clock.tick(at);
        Moment { hlc, device: self.tag, at, quality: self.quality, calendar: &self.published.calendar }
    }

    /// Leave to do something to a case, or the refusal a screen can say.
    pub(crate) fn may(&self, action: Action, subject: &Subject) -> Result<Permit, Failure> {
        permit(&self.who, action, subject).map_err(|why| Failure::Denied { action, why })
    }

    /// Opens a case that this person may see. A case outside is not there.
    pub(crate) async fn file(&self, id: CaseId) -> Result<OpenFile, Failure> {
        let stored = self.store.load(*id.0.as_bytes()).await.map_err(storage)?;
        let scope = stored.state.as_ref().map(|state| state.scope).ok_or(Failure::NotFound)?;
        let doc = Doc::open(&stored).map_err(doc_failure)?;
        let facts = Facts::of(&doc);
        let file = OpenFile { id, scope, stored, doc, facts };
        permit(&self.who, Action::Read, &file.subject()).map_err(|_| Failure::NotFound)?;
        Ok(file)
    }

    /// What a case says, for rules that look at cases and not for anybody's eyes.
    pub(crate) async fn facts_of(&self, id: CaseId) -> Result<Facts, Failure> {
        let stored = self.store.load(*id.0.as_bytes()).await.map_err(storage)?;
        Ok(Facts::of(&Doc::open(&stored).map_err(doc_failure)?))
    }

    /// Writes edits of one case: change, row, search and outbox in one commit (S1, S2).
    pub(crate) async fn write(&mut self, file: OpenFile, edits: &[Edit]) -> Result<OpenFile, Failure> {
        self.write_with(file, edits, Batch::default()).await
    }

    /// The same, together with what was prepared for other cases.
    pub(crate) async fn write_with(
        &mut self,
        file: OpenFile,
        edits: &[Edit],
        mut batch: Batch,
    ) -> Result<OpenFile, Failure> {
        let file = self.stage(file, edits, &mut batch)?;
        self.commit(batch).await?;
        if let Some(snapshot) = file.doc.snapshot_after(file.stored.tail.len()) {
            self.cover(*file.id.0.as_bytes(), snapshot).await;
        }
        Ok(file)
    }

    /// Prepares edits of one case for a commit.
    pub(crate) fn stage(&self, mut file: OpenFile, edits: &[Edit], batch: &mut Batch) -> Result<OpenFile, Failure> {
        let id: DocId = *file.id.0.as_bytes();
        if self.stage_doc((id, file.scope), &mut file.doc, &mut file.stored, edits, batch)? == Staged::Something {
            file.facts = Facts::of(&file.doc);
            batch.rows.push(self.record(id, file.scope, &file.facts));
        }
        Ok(file)
    }

    /// Prepares edits of a document of whatever kind for a commit; its row is the caller's.
    pub(crate) fn stage_doc(
        &self,
        (id, scope): (DocId, ScopeCode),
        doc: &mut Doc,
        stored: &mut Stored,
        edits: &[Edit],
        batch: &mut Batch,
    ) -> Result<Staged, Failure> {
        let Some(new) = doc.edit(self.actor, edits, self.now()).map_err(doc_failure)? else {
            return Ok(Staged::Nothing);
        };
        if new.bytes.len() > wire::MAX_CHANGE {
            // Nothing has been written yet; a change this large no document would ever take in again.
            return Err(Failure::BadValue { code: "too_long".to_owned(), arg: String::new() });
        }
        let (hash, actor, actor_seq) = (new.meta.hash, new.meta.actor, new.meta.seq);
        stored.tail.push(new.bytes.clone());
        stored.unsent += 1;
        batch.changes.push(StoredChange { hash, doc: id, scope, actor, actor_seq, segment: None, bytes: new.bytes });
        batch.outbox.push(hash);
        batch.docs.push(DocState { doc: id, kind: doc.kind(), scope, heads: doc.heads() });
        Ok(Staged::Something)
    }

    /// The row of a case under the calendar in force.
    pub(crate) fn record(&self, doc: DocId, scope: ScopeCode, facts: &Facts) -> CaseRecord {
        projection::record(doc, scope, facts, &self.published.calendar)
    }

    /// The row of a document of whatever kind.
    pub(crate) fn row(&self, id: DocId, scope: ScopeCode, doc: &Doc) -> projection::Row {
        projection::row(id, scope, doc, &self.published.calendar)
    }

    /// Commits with the clock's reading, so that it never runs back across a restart.
    pub(crate) async fn commit(&self, mut batch: Batch) -> Result<(), Failure> {
        batch.states.push(self.clock_state());
        batch.states.extend(self.told.state());
        self.store.commit(batch).await.map(drop).map_err(storage)
    }

    pub(crate) fn clock_state(&self) -> (String, Option<Vec<u8>>) {
        (CLOCK.to_owned(), Some(wire::encode(&self.clock.last())))
    }

    /// Takes a snapshot. What it follows is durable already: one that cannot be taken now is taken later, and nobody is told that
    /// the act failed.
    pub(crate) async fn cover(&self, doc: DocId, snapshot: Snapshot) {
        if let Err(fault) = self.store.cover(doc, snapshot).await {
            tracing::warn!(%fault, "a snapshot was not taken");
        }
    }

    /// A new, empty case of a division.
    pub(crate) fn new_file(&self, id: CaseId, scope: ScopeCode) -> Result<OpenFile, Failure> {
        let doc = Doc::new(DocKind::Case).map_err(doc_failure)?;
        let facts = Facts::of(&doc);
        Ok(OpenFile { id, scope, stored: Stored::default(), doc, facts })
    }
}

impl OpenFile {
    /// What an action on it is about.
    pub(crate) fn subject(&self) -> Subject {
        Subject { scope: self.scope, handler: self.facts.case.handler().cloned() }
    }
}

pub(crate) fn doc_failure(fault: DocFault) -> Failure {
    match fault {
        DocFault::Damaged => storage(StoreError::Damaged { what: "document" }),
        DocFault::NotAChange | DocFault::MissingDeps | DocFault::Duplicate => {
            internal("a document refused its own change")
        }
    }
}

/// Whether somebody holds a post. A clock that fell back, to 1970 when its battery is empty, makes nobody a person not yet appointed
/// (sync.md section 8); one that ran ahead and was put right ends nobody's post.
pub(crate) fn serves(agent: &daiban_model::organisation::Agent, now: Wall, latest: Wall) -> bool {
    let not_over = agent.ended.is_none_or(|last| now.date() <= last);
    agent.appointed <= latest.date() && not_over
}

/// The time by which certificates are judged (sync.md section 8): the clock's, unless that is before what the hub signed last, or so far
/// after it that the station's own certificate would have run out; then the hub's.
pub(crate) fn plausible(now: Wall, signed: Wall) -> Wall {
    const TWO_YEARS_MS: i64 = 2 * 366 * 24 * 60 * 60 * 1000;
    let right = (signed.0..=signed.0.saturating_add(TWO_YEARS_MS)).contains(&now.0);
    if right { now } else { signed }
}

/// The rights of a member of staff at a station: never beyond what the station's certificate covers.
pub(crate) fn principal(agent: &daiban_model::organisation::Agent, certificate: &Certificate) -> Principal {
    let mut serves = Vec::new();
    for wanted in agent.scopes() {
        for covered in &certificate.scopes {
            if covered.covers(wanted) {
                serves.push(wanted);
            } else if wanted.covers(*covered) {
                serves.push(*covered);
            }
        }
    }
    // Acting for a unit that this station may not write for would make cases that the hub never takes.
    let unit = if serves.iter().any(|served| served.covers(agent.unit)) {
        agent.unit
    } else {
        serves.first().copied().unwrap_or(agent.unit)
    };
    serves.sort_unstable();
    serves.dedup();
    Principal { agent: agent.id.clone(), name: agent.name.clone(), role: agent.role, unit, serves }
}

/// The actor of a session (sync.md section 4).
fn actor(device: &DeviceId, incarnation: u32, session: &[u8; 16]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key("daiban actor v1");
    hasher.update(&device.0).update(&incarnation.to_le_bytes()).update(session);
    let mut actor = [0; 16];
    actor.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    actor
}

/// The mark of a session in stamps. Not of the device: a copied or restored disk brings its hybrid clock along, and two acts on
/// one case under one stamp would be one act.
fn session_mark(actor: &[u8; 16]) -> u64 {
    let mut mark = [0; 8];
    mark.copy_from_slice(&actor[..8]);
    u64::from_le_bytes(mark)
}

/// R79: a start earlier than the last act, or more than a year after it, puts the clock in doubt.
fn clock_quality(last: Hlc, now: Wall, told: Told) -> TimeQuality {
    let last = Wall(i64::try_from(last.ms).unwrap_or(i64::MAX));
    let doubted = told != Told::Never || (last.0 > 0 && is_a_jump(last, now));
    if doubted { TimeQuality::Unconfirmed } else { TimeQuality::Confirmed }
}

/// Whether no clock that is right goes so from one look to the next: five minutes back, or more than a year on.
pub(super) fn is_a_jump(before: Wall, now: Wall) -> bool {
    const BACK_MS: i64 = 5 * 60 * 1000;
    const YEAR_MS: i64 = 366 * 24 * 60 * 60 * 1000;
    !(-BACK_MS..=YEAR_MS).contains(&now.0.saturating_sub(before.0))
}
