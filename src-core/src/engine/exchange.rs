//! The exchange as the engine sees it: what to ask next, and what to make of the answer. Carrying bytes is somebody else's part.
//!
//! X1: a frame and the cursor behind it are stored in one commit. X2: outbox changes leave only on the hub's receipt.
//! X3: whatever the answer is, the next request can be made; nothing here can wedge.

use std::collections::{BTreeMap, HashMap};

use daiban_model::api::{
    Changed, Failure, GetSync, Link, Problem, ProblemCode, Progress, ReceiptView, SyncNow, SyncView, WaitingCase,
};
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_model::wire::{
    self, Cursor, Delivery, ExchangeReply, Frame, Hash, More, Outcome, PackageKind, Packages, Refused, Segment, SegmentKey, Signed,
    Why,
};

use super::answer::Answer;
use super::desk::{Desk, LAST_OK, THREAD};
use super::published::Published;
use super::{Engine, doc_part, storage, vault_failure};
use crate::keys::incarnation;
use crate::store::{
    Batch, PeerId, PeerQuery, Quarantined, Receipted, Sealed, Store, StoreError, StoredChange, StoredSegment,
};
use crate::sync::http::{Road, RoadFault};
use crate::sync::segment::{self, Sealer};
use crate::sync::station::{self, FrameContext, ReplyFault, Telling, Thread};

/// Bytes to be carried.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The hub's address.
    pub hub: String,
    /// Where to.
    pub road: Road,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Ask again: there is more.
    Again,
    /// Enough for now.
    Done,
}

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Exchange(Hash),
    Packages(Hash),
}

/// The state of the link between two answers.
pub(super) struct LinkState {
    pub(super) state: Link,
    asked: Option<(Asked, Wall)>,
    telling: Telling,
    packages_wanted: bool,
    max_bytes: u32,
    /// The last request went without sealing what waits, to see first whether there is a road.
    held: bool,
    /// Packages were fetched in this run already: one that this version cannot read is not asked for again and again.
    fetched: bool,
    /// Requests of this run that brought nothing but a new nonce or a call for cursors.
    detours: u8,
    progress: Progress,
    problems: BTreeMap<ProblemCode, (Wall, u32)>,
}

/// Frames asked for at first: ten seconds of a 2G line.
const FIRST_BYTES: u32 = 96 << 10;
const LEAST_BYTES: u32 = 16 << 10;
const MOST_BYTES: u32 = 2 << 20;
/// Seconds of line time a frame should take (sync.md section 2).
const LINE_SECONDS: u64 = 10;
/// Most detours of one run.
const DETOURS: u8 = 4;
/// Segments of one request, in raw bytes, as a multiple of what is asked for in frames.
const UP_FACTOR: usize = 6;
/// A difference of clocks that people are told about.
const SKEW_MS: u64 = 5 * 60 * 1000;

impl Default for LinkState {
    fn default() -> Self {
        let progress = Progress { sent: 0, received: 0, bytes_up: 0, bytes_down: 0 };
        Self {
            state: Link::Idle,
            asked: None,
            telling: Telling::Same,
            packages_wanted: false,
            max_bytes: FIRST_BYTES,
            held: false,
            fetched: false,
            detours: 0,
            progress,
            problems: BTreeMap::new(),
        }
    }
}

impl LinkState {
    fn problem(&mut self, code: ProblemCode, since: Wall, records: u32) {
        self.problems.entry(code).or_insert((since, 0)).1 = records;
    }

    /// A request that brought nothing on: another one, but not for ever.
    fn detour(&mut self) -> Turn {
        self.detours += 1;
        if self.detours > DETOURS { Turn::Done } else { Turn::Again }
    }

    /// An answer came that is one: what was wrong with the road is mended.
    fn road_is_good(&mut self) {
        for code in [ProblemCode::HubGarbled, ProblemCode::HubFault, ProblemCode::HubChanged, ProblemCode::UnknownDevice] {
            self.problems.remove(&code);
        }
    }
}

impl<S: Store> Engine<S> {
    /// The next request, if somebody is signed in. Seals what waits.
    pub async fn next_request(&mut self) -> Result<Option<Outgoing>, Failure> {
        let Some(desk) = self.desk.as_mut() else { return Ok(None) };
        let link = &mut self.link;
        // Where nobody answered last time, what waits is sealed only when somebody answers: else a week without a road would
        // make a segment of every edit.
        link.held = link.state == Link::Offline;
        if link.state != Link::Working {
            link.progress = LinkState::default().progress;
            (link.detours, link.fetched) = (0, false);
            link.state = Link::Working;
        }
        let (road, (body, hash)) = if link.packages_wanted {
            (Road::Packages, station::request(&desk.key, &station::packages_request(desk.published.versions())))
        } else {
            let limit = usize::try_from(link.max_bytes).unwrap_or(usize::MAX).saturating_mul(UP_FACTOR);
            if !link.held {
                desk.seal_waiting(limit).await?;
            }
            let segments = desk.sendable(limit).await?;
            let digest = desk.published.digest();
            let ask = station::exchange(desk.thread, &desk.cursors, link.telling, link.max_bytes, digest, segments);
            (Road::Exchange, station::request(&desk.key, &ask))
        };
        let asked = if link.packages_wanted { Asked::Packages(hash) } else { Asked::Exchange(hash) };
        link.asked = Some((asked, desk.edge.now()));
        link.progress.bytes_up += body.len() as u64;
        let hub = desk.hub.clone();
        self.tell(Changed::Sync);
        Ok(Some(Outgoing { hub, road, body }))
    }

    /// Takes in the answer to the last request. X1, X2, X3.
    pub async fn answered(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        let turn = self.turn(answer).await;
        if !matches!(turn, Ok(Turn::Again)) && self.link.state == Link::Working {
            self.link.state = Link::Done;
        }
        self.tell(Changed::Sync);
        turn
    }

    async fn turn(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        let Some(desk) = self.desk.as_mut() else { return Ok(Turn::Done) };
        let link = &mut self.link;
        let (Some((asked, since)), now) = (link.asked.take(), desk.edge.now()) else { return Ok(Turn::Done) };
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(fault) => {
                link.state = Link::Offline;
                let code = match fault {
                    RoadFault::Unreachable | RoadFault::BadAddress => return Ok(Turn::Done),
                    RoadFault::UnknownDevice => ProblemCode::UnknownDevice,
                    RoadFault::HubFault => ProblemCode::HubFault,
                    RoadFault::Garbled => ProblemCode::HubGarbled,
                };
                link.problem(code, now, 0);
                return Ok(Turn::Done);
            }
        };
        link.progress.bytes_down += bytes.len() as u64;
        link.max_bytes = measured(bytes.len(), since, now, link.max_bytes);
        let taken = match asked {
            Asked::Packages(hash) => {
                link.packages_wanted = false;
                station::reply(&bytes, hash, &desk.trust).map(Taken::Packages)
            }
            Asked::Exchange(hash) => station::reply(&bytes, hash, &desk.trust).map(Taken::Reply),
        };
        match taken {
            Ok(taken) => {
                link.road_is_good();
                self.taken(taken, now).await
            }
            Err(fault) => {
                link.state = Link::Offline;
                let code = match fault {
                    ReplyFault::Garbled => ProblemCode::HubGarbled,
                    ReplyFault::OtherHub => ProblemCode::HubChanged,
                };
                link.problem(code, now, 0);
                Ok(Turn::Done)
            }
        }
    }

    async fn taken(&mut self, taken: Taken, now: Wall) -> Result<Turn, Failure> {
        match taken {
            Taken::Packages(packages) => {
                self.adopt(packages).await?;
                Ok(Turn::Again)
            }
            Taken::Reply(reply) => self.reply(reply, now).await,
        }
    }

    async fn reply(&mut self, reply: ExchangeReply, now: Wall) -> Result<Turn, Failure> {
        let ExchangeReply { outcome, hub_ms, nonce, epoch } = reply;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.thread = Thread { epoch, nonce };
        skew(desk, &mut self.link, hub_ms, now);
        match outcome {
            Outcome::StaleNonce => Ok(self.link.detour()),
            Outcome::SendCursors => {
                self.link.telling = Telling::All;
                Ok(self.link.detour())
            }
            Outcome::Revoked => {
                self.link.problem(ProblemCode::Revoked, now, 0);
                Ok(Turn::Done)
            }
            Outcome::Done(delivery) => self.delivered(*delivery, now).await,
        }
    }

    async fn delivered(&mut self, delivery: Delivery, now: Wall) -> Result<Turn, Failure> {
        let Delivery { receipts, refused, frames, more, packages, .. } = delivery;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let told = std::mem::replace(&mut self.link.telling, Telling::Same);
        let sent = desk.receipted(&receipts).await?;
        self.link.progress.sent += sent;
        let settled = self.refused(&refused, now).await?;
        let came = self.take_frames(frames, now).await?;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.settle_thread(now).await?;
        let rest = more == More::Yes || desk.has_more_to_send().await?;
        self.link.packages_wanted = packages == Packages::Changed && !self.link.fetched;
        self.link.fetched |= self.link.packages_wanted;
        if let Came::Unusable = came {
            // Told all cursors, the hub sends everything whole from there on; if that was so already, it makes no sense.
            self.link.telling = Telling::All;
            if told == Telling::Same {
                return Ok(self.link.detour());
            }
            self.link.problem(ProblemCode::HubGarbled, now, 0);
        }
        let moved = sent > 0 || settled == Settled::Anew || came == Came::Something;
        let again = (rest && (moved || self.link.held)) || self.link.packages_wanted;
        Ok(if again { Turn::Again } else { Turn::Done })
    }

    /// Takes in what came, and tells the pages.
    async fn take_frames(&mut self, frames: Vec<Frame>, now: Wall) -> Result<Came, Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let (mut came, mut touched) = (Came::Nothing, Vec::new());
        for frame in frames {
            match desk.take_frame(frame, now).await? {
                Some(stored) => {
                    self.link.progress.received += stored.changes;
                    touched.extend(stored.docs);
                    came = if came == Came::Nothing { Came::Something } else { came };
                }
                None => came = Came::Unusable,
            }
        }
        if !touched.is_empty() {
            let many = touched.len() > 200;
            let ids = if many { Vec::new() } else { touched.into_iter().map(crate::projection::case_id).collect() };
            self.tell(Changed::Cases { ids });
        }
        Ok(came)
    }

    /// Notes what the hub will not take. Where that leaves a hole in this device's numbers, or where the hub knows another
    /// history of them, everything else begins anew under the next incarnation (sync.md section 4). X3.
    async fn refused(&mut self, refused: &[Refused], now: Wall) -> Result<Settled, Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let is_fork = |refused: &&Refused| matches!(refused.why, Why::Forked { .. });
        let waits = |refused: &&Refused| matches!(refused.why, Why::Gap { .. } | Why::Expired | Why::Revoked);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (forked, waiting) = (refused.iter().filter(is_fork).count(), refused.iter().filter(waits).count());
        self.link.problems.remove(&ProblemCode::RefusedByHub);
        if waiting > 0 {
            self.link.problem(ProblemCode::RefusedByHub, now, count(waiting));
        }
        let never: Vec<&Refused> = refused.iter().filter(|one| !is_fork(one) && !waits(one)).collect();
        desk.set_refused(&never, now).await?;
        let hole = never.iter().any(|one| one.why != Why::OutOfScope);
        if forked == 0 && !hole {
            return Ok(Settled::AsBefore);
        }
        if forked > 0 {
            self.link.problem(ProblemCode::Forked, now, count(forked));
        }
        let next = incarnation::raise(&self.home.folder).map_err(vault_failure)?;
        desk.begin_anew(next).await?;
        Ok(Settled::Anew)
    }

    /// Takes newer packages into use; the old ones stay when one does not read.
    async fn adopt(&mut self, packages: Vec<Signed>) -> Result<(), Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let Some(opened) = station::open_packages(packages, &desk.trust) else {
            self.link.problem(ProblemCode::HubGarbled, desk.edge.now(), 0);
            return Ok(());
        };
        let mut states = Vec::new();
        for (package, signed) in &opened {
            if desk.published.adopt(package).is_ok() {
                states.push((Published::state_name(package.kind), Some(wire::encode(signed))));
            }
        }
        desk.commit(Batch { states, ..Batch::default() }).await?;
        desk.catch_up_with_roster();
        self.tell(Changed::Catalogue);
        if opened.iter().any(|(package, _)| package.kind == PackageKind::Calendar) {
            // Dates of open cases follow the calendar in force (rules §10.3).
            self.refold().await?;
        }
        self.refresh_people()
    }
}

enum Taken {
    Packages(Vec<Signed>),
    Reply(ExchangeReply),
}

/// What the frames of an answer brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Nothing,
    Something,
    /// At least one of them does not go on from where this station is.
    Unusable,
}

/// What became of this device's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    AsBefore,
    /// They begin anew under another incarnation.
    Anew,
}

/// What a frame brought.
struct Stored {
    changes: u32,
    docs: Vec<wire::DocId>,
}

impl<S: Store> Desk<S> {
    /// Seals what waits.
    async fn seal_waiting(&mut self, limit: usize) -> Result<(), Failure> {
        let waiting = self.store.peer(PeerQuery::Outbox { limit }).await.map_err(storage)?.outbox;
        self.seal(waiting).await
    }

    /// The segments to be sent, oldest first: sealed, without a receipt, and not among those that the hub will never take.
    async fn sendable(&self, limit: usize) -> Result<Vec<Segment>, Failure> {
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        // Those are asked for too, and must not crowd out the others. X3.
        let theirs = refused.len().saturating_mul(wire::SEGMENT_BYTES + wire::MAX_CHANGE);
        let query = PeerQuery::Unreceipted { limit: limit.saturating_add(theirs) };
        let sealed = self.store.peer(query).await.map_err(storage)?.segments;
        let mut bytes = 0;
        let is_refused = |key: &SegmentKey| refused.iter().any(|(found, _)| *found == refused_name(key));
        let others = sealed.iter().filter(|(stored, _)| !is_refused(&stored.header.key())).take(wire::MAX_SEGMENTS);
        let fitting = others.take_while(|(_, records)| {
            let before = bytes;
            bytes += records.iter().map(|(.., raw)| raw.len()).sum::<usize>();
            before == 0 || bytes <= limit
        });
        Ok(fitting.map(|(stored, records)| segment::travelling(stored, records)).collect())
    }

    /// Whether something waits that the hub may take.
    async fn has_more_to_send(&self) -> Result<bool, Failure> {
        let waiting = self.store.peer(PeerQuery::Outbox { limit: 1 }).await.map_err(storage)?.outbox;
        Ok(!waiting.is_empty() || !self.sendable(1).await?.is_empty())
    }

    async fn seal(&mut self, waiting: Vec<StoredChange>) -> Result<(), Failure> {
        let mut by_scope: BTreeMap<ScopeCode, Vec<StoredChange>> = BTreeMap::new();
        for change in waiting {
            by_scope.entry(change.scope).or_default().push(change);
        }
        let mut batch = Batch::default();
        for (scope, changes) in by_scope {
            let query = PeerQuery::Last { device: self.certificate.device, incarnation: self.incarnation, scope };
            let last = self.store.peer(query).await.map_err(storage)?.frames;
            let mut last = last.first().map(|(stored, _)| (stored.header.number, stored.root)).unwrap_or_default();
            for run in runs(changes) {
                last = self.seal_run(scope, last, run, &mut batch);
            }
        }
        if batch.segments.is_empty() { Ok(()) } else { self.commit(batch).await }
    }

    fn seal_run(&mut self, scope: ScopeCode, last: (u32, Hash), run: Vec<StoredChange>, batch: &mut Batch) -> (u32, Hash) {
        let now = self.edge.now();
        let sealer = Sealer {
            device: self.certificate.device,
            incarnation: self.incarnation,
            scope,
            last,
            hlc: self.clock.tick(now),
            agent: self.who.agent.clone(),
        };
        let hashes = run.iter().map(|change| change.hash).collect();
        let records: Vec<_> = run.into_iter().map(|change| (change.doc, change.bytes)).collect();
        let (sealed, root) = segment::seal(sealer, &self.key, &records);
        let (number, key) = (sealed.header.number, sealed.header.key());
        let received_ms = now.0.max(0).unsigned_abs();
        batch.segments.push(StoredSegment { header: sealed.header, root, sig: sealed.sig, received_ms });
        batch.sealed.push(Sealed { key, hashes });
        (number, root)
    }

    /// Notes receipts; answers how many changes left the outbox. A receipt that does not verify counts for nothing. X2.
    async fn receipted(&self, receipts: &[Signed]) -> Result<u32, Failure> {
        let mut batch = Batch::default();
        for signed in receipts {
            let Some(receipt) = station::receipt(signed, &self.trust) else { continue };
            batch.receipts.push(Receipted {
                key: receipt.key,
                seq: receipt.place.map(|place| place.seq),
                receipt: wire::encode(signed),
                hub_ms: receipt.hub_ms,
            });
        }
        if batch.receipts.is_empty() {
            return Ok(0);
        }
        let before = self.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding.changes;
        self.commit(batch).await?;
        let after = self.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding.changes;
        Ok(before.saturating_sub(after))
    }

    /// Remembers segments the hub will never take, so that they are shown and not sent for ever.
    async fn set_refused(&self, refused: &[&Refused], now: Wall) -> Result<(), Failure> {
        let state = |one: &&Refused| (refused_name(&one.key), Some(wire::encode(&(one.why, now))));
        let states: Vec<_> = refused.iter().map(state).collect();
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }

    /// Gives the changes of all segments that the hub has neither taken nor refused back to the outbox, to be sealed under
    /// another incarnation.
    async fn begin_anew(&mut self, incarnation: u32) -> Result<(), Failure> {
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        let query = PeerQuery::Unreceipted { limit: usize::MAX };
        let open = self.store.peer(query).await.map_err(storage)?.segments;
        let keys = open.iter().map(|(stored, _)| stored.header.key());
        let keys = keys.filter(|key| !refused.iter().any(|(name, _)| *name == refused_name(key))).collect();
        // One that has a place is at the hub: only its receipt is late.
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let unplaced = frames.into_iter().filter(|(_, place)| place.is_none());
        let withdrawn = unplaced.map(|(stored, _)| stored.header.key()).collect();
        self.commit(Batch { withdrawn, ..Batch::default() }).await?;
        self.reincarnate(incarnation);
        Ok(())
    }

    /// Checks and stores one frame with the cursor behind it. `None` when nothing of it can be used. X1.
    async fn take_frame(&mut self, frame: Frame, now: Wall) -> Result<Option<Stored>, Failure> {
        let scope = frame.scope;
        let cursor = self.cursor(scope);
        let own = self.own_roots(&frame).await?;
        let now_ms = now.0.max(0).unsigned_abs();
        let context =
            FrameContext { trust: &self.trust, device: self.certificate.device, cursor, known: &self.devices, own: &own, now_ms };
        let Ok(mut checked) = station::check(frame, &context) else { return Ok(None) };
        let Some(reached) = checked.reached else { return Ok(None) };
        let (mut batch, docs) = self.merge(&mut checked, scope).await?;
        let changes = u32::try_from(batch.changes.len()).unwrap_or(u32::MAX);
        for (stored, whole, why) in checked.aside {
            let (key, at_ms, bytes) = (stored.header.key(), now_ms, wire::encode(&whole));
            batch.segments.push(stored);
            batch.quarantine.push(Quarantined { key, why: why.to_string(), at_ms, bytes });
        }
        for (certificate, signed) in checked.certificates {
            let (device, not_after) = (certificate.device, certificate.not_after);
            batch.devices.push(crate::store::DeviceRow { device, certificate: wire::encode(&signed), not_after, revoked_ms: None });
            self.devices.insert(device, certificate);
        }
        batch.feed = checked.placed;
        batch.cursors.push((PeerId::Hub, reached));
        if !self.commit_frame(batch).await? {
            return Ok(None);
        }
        self.cursors.retain(|cursor| cursor.scope != scope);
        self.cursors.push(reached);
        Ok(Some(Stored { changes, docs }))
    }

    /// Commits a frame; not when it says of a stored segment or change something else than what is stored.
    async fn commit_frame(&self, mut batch: Batch) -> Result<bool, Failure> {
        batch.states.push(self.clock_state());
        match self.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Clash) => Ok(false),
            Err(fault) => Err(storage(fault)),
        }
    }

    /// Folds the changes of a frame into their documents, one document at a time. A segment one of whose changes a document
    /// refuses is set aside whole, and the rest is folded again without it.
    async fn merge(
        &mut self,
        checked: &mut station::Checked,
        scope: ScopeCode,
    ) -> Result<(Batch, Vec<wire::DocId>), Failure> {
        loop {
            match doc_part::fold_in(self, &checked.segments, scope).await? {
                Ok((mut batch, docs)) => {
                    for segment in &checked.segments {
                        self.clock.observe(segment.stored.header.hlc, self.edge.now());
                        batch.segments.push(segment.stored.clone());
                    }
                    return Ok((batch, docs));
                }
                Err((culprit, why)) => {
                    let Some(at) = checked.segments.iter().position(|one| one.stored.header.key() == culprit) else {
                        return Err(super::internal("a refused change without a segment"));
                    };
                    let bad = checked.segments.remove(at);
                    let records: Vec<_> =
                        bad.changes.into_iter().map(|change| (change.doc, change.hash, change.bytes)).collect();
                    let whole = segment::travelling(&bad.stored, &records);
                    checked.aside.push((bad.stored, whole, why));
                }
            }
        }
    }

    fn cursor(&self, scope: ScopeCode) -> Cursor {
        let known = self.cursors.iter().find(|cursor| cursor.scope == scope).copied();
        known.unwrap_or(Cursor { scope, seq: 0, chain: Hash::default() })
    }

    /// Roots of this device's own segments that a frame names.
    async fn own_roots(&self, frame: &Frame) -> Result<HashMap<(u32, u32), Hash>, Failure> {
        let (device, scope) = (self.certificate.device, frame.scope);
        let named = frame.entries.iter().filter_map(|entry| match entry {
            wire::Entry::Yours { incarnation, number } => {
                Some(SegmentKey { device, incarnation: *incarnation, scope, number: *number })
            }
            wire::Entry::Whole(_) | wire::Entry::Damaged { .. } => None,
        });
        let keys: Vec<SegmentKey> = named.collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let frames = self.store.peer(PeerQuery::Segments(keys)).await.map_err(storage)?.frames;
        let root = |(stored, _): &(StoredSegment, _)| {
            ((stored.header.incarnation, stored.header.number), stored.root)
        };
        Ok(frames.iter().map(root).collect())
    }

    async fn settle_thread(&self, now: Wall) -> Result<(), Failure> {
        let thread = wire::encode(&(self.thread.epoch, self.thread.nonce));
        let states = vec![(THREAD.to_owned(), Some(thread)), (LAST_OK.to_owned(), Some(wire::encode(&now)))];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}

/// Under which names the segments are kept that the hub will never take.
const REFUSED: &str = "refused/";

fn refused_name(key: &SegmentKey) -> String {
    format!("{REFUSED}{}/{}/{}", key.incarnation, key.scope, key.number)
}

/// Runs of changes that each make one segment.
fn runs(changes: Vec<StoredChange>) -> Vec<Vec<StoredChange>> {
    let (mut runs, mut run, mut bytes) = (Vec::new(), Vec::new(), 0);
    for change in changes {
        bytes += change.bytes.len();
        run.push(change);
        if bytes >= wire::SEGMENT_BYTES || run.len() >= wire::MAX_RECORDS {
            runs.push(std::mem::take(&mut run));
            bytes = 0;
        }
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// How many bytes to ask for next: ten seconds of the line as it was just now.
fn measured(bytes: usize, since: Wall, now: Wall, last: u32) -> u32 {
    let millis = (now.0 - since.0).max(1).unsigned_abs();
    if bytes < 4096 {
        return last;
    }
    let line = (bytes as u64).saturating_mul(LINE_SECONDS * 1000) / millis;
    // At most fourfold at a time: one lucky answer is not a faster line.
    let most = last.saturating_mul(4).min(MOST_BYTES);
    u32::try_from(line).unwrap_or(MOST_BYTES).clamp(LEAST_BYTES, most)
}

/// Measures the difference of clocks and marks this station's when it is large (sync.md section 8).
fn skew<S>(desk: &mut Desk<S>, link: &mut LinkState, hub_ms: u64, now: Wall) {
    let apart = now.0.max(0).unsigned_abs().abs_diff(hub_ms);
    if apart > SKEW_MS {
        link.problem(ProblemCode::ClockSkew, now, 0);
        desk.quality = TimeQuality::Unconfirmed;
    } else {
        link.problems.remove(&ProblemCode::ClockSkew);
        desk.quality = TimeQuality::Confirmed;
    }
}

impl<S: Store> Answer<S> for GetSync {
    async fn answer(self, engine: &mut Engine<S>) -> Result<SyncView, Failure> {
        engine.sync_view().await
    }
}

impl<S: Store> Answer<S> for SyncNow {
    /// The exchange itself is carried by [`super::task`]; this only says how things stand.
    async fn answer(self, engine: &mut Engine<S>) -> Result<SyncView, Failure> {
        engine.sync_view().await
    }
}

impl<S: Store> Engine<S> {
    async fn sync_view(&mut self) -> Result<SyncView, Failure> {
        let progress = (self.link.state == Link::Working).then_some(self.link.progress);
        let state = self.link.state;
        let problems = self.problems().await?;
        let desk = self.desk()?;
        let owed = desk.store.peer(PeerQuery::Outstanding).await.map_err(storage)?.outstanding;
        let last_ok = desk.store.states(LAST_OK).await.map_err(storage)?;
        let last_ok = last_ok.first().and_then(|(_, bytes)| wire::decode(bytes, 16).ok());
        let last_receipt = owed.last.map(|(key, seq, changes, hub_ms)| ReceiptView {
            scope: key.scope,
            place: desk.published.place(key.scope),
            seq,
            changes,
            at: Wall(i64::try_from(hub_ms).unwrap_or(i64::MAX)),
        });
        Ok(SyncView {
            state,
            hub: desk.hub.clone(),
            outbox: owed.changes,
            outbox_bytes: owed.bytes,
            waiting: desk.waiting(&owed.docs).await?,
            progress,
            last_ok,
            last_receipt,
            received_total: owed.receipted,
            problems,
        })
    }
}

impl<S: Store> Engine<S> {
    /// What a person must act on: what went wrong with the road, and what was set aside here or at the hub, which outlives the
    /// program.
    async fn problems(&mut self) -> Result<Vec<Problem>, Failure> {
        let mut problems = self.link.problems.clone();
        let desk = self.desk()?;
        let mut add = |code, since: Wall| {
            let entry = problems.entry(code).or_insert((since, 0));
            *entry = (entry.0.min(since), entry.1 + 1);
        };
        for aside in desk.store.peer(PeerQuery::Quarantine).await.map_err(storage)?.quarantine {
            add(ProblemCode::Quarantined, Wall(i64::try_from(aside.at_ms).unwrap_or(i64::MAX)));
        }
        for (_, bytes) in desk.store.states(REFUSED).await.map_err(storage)? {
            let kept: Option<(Why, Wall)> = wire::decode(&bytes, 64).ok();
            add(ProblemCode::RefusedByHub, kept.map_or(Wall(0), |(_, since)| since));
        }
        let problem = |(code, (since, records))| Problem { code, since, records };
        Ok(problems.into_iter().map(problem).collect())
    }
}

impl<S: Store> Desk<S> {
    async fn waiting(&self, docs: &[(wire::DocId, u32, u64)]) -> Result<Vec<WaitingCase>, Failure> {
        let few = &docs[..docs.len().min(20)];
        let query = crate::store::RowQuery::ByDoc(few.iter().map(|(doc, ..)| *doc).collect());
        let rows = self.store.rows(query).await.map_err(storage)?.cases;
        let eyes = self.eyes();
        let mine = |row: &&crate::store::CaseRecord| {
            let own = eyes.only.is_none() || eyes.only == row.handler;
            own && eyes.serves.iter().any(|served| served.covers(row.scope))
        };
        let waiting = rows.iter().filter(mine).filter_map(|row| {
            let (_, changes, bytes) = few.iter().find(|(doc, ..)| doc == row.shown.id.0.as_bytes())?;
            let (name, item) = (row.shown.name.clone(), row.shown.item.clone());
            Some(WaitingCase { id: row.shown.id, name, item, changes: *changes, bytes: *bytes })
        });
        Ok(waiting.collect())
    }
}
