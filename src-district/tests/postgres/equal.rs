//! One run of batches and questions, thrown by dice, on three stores at once: memory, SQLite and PostgreSQL give the same
//! answers, letter by letter, and refuse the same for the same reason.

use std::collections::BTreeSet;

use daiban_core::query::terms;
use daiban_core::store::memory::MemoryStore;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{
    ActorRow, Batch, DeviceRow, DocKind, DocState, Erased, Eyes, PeerId, PeerQuery, PeopleQuery, Placed, Quarantined,
    Receipted, RowQuery, Rows, Sealed, Snapshot, Store, StoreError, StoredChange, StoredSegment, chain_next,
};
use daiban_district::postgres::PostgresStore;
use daiban_model::api::View;
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Hlc;
use daiban_model::wire::{Cursor, DocId, Hash, Header, SegmentKey, Sig, VERSION};

use crate::dice::{Dice, agent, case, person, person_id, village};
use crate::open;
use crate::server::{Disk, Server};

const VIEWS: [View; 8] = [
    View::Open,
    View::Pressing,
    View::Overdue,
    View::Supplementing,
    View::Finished,
    View::NoLimit,
    View::Attention,
    View::All,
];
const DOCS: u8 = 12;
const OWN: u8 = 1;

/// Three stores, and what the dice have thrown so far.
struct Run {
    memory: MemoryStore,
    sqlite: SqliteStore,
    postgres: PostgresStore,
    dice: Dice,
    changes: Vec<StoredChange>,
    keys: Vec<SegmentKey>,
    refused: BTreeSet<String>,
    taken: usize,
}

fn doc(n: usize) -> DocId {
    [u8::try_from(n % usize::from(DOCS)).unwrap(); 16]
}

fn hash(n: u64) -> Hash {
    Hash(*blake3::hash(&n.to_le_bytes()).as_bytes())
}

/// An answer as it is compared: a refusal by its reason.
fn told<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(StoreError::Backend(fault)) => panic!("no store may fail here: {fault}"),
        Err(refused) => format!("refused: {refused:?}"),
    }
}

impl Run {
    fn fresh_change(&mut self, device: u8, scope: usize) -> StoredChange {
        if let (true, Some(known)) = (self.dice.once_in(5), self.dice.of_these(&self.changes)) {
            return known.clone();
        }
        let n = self.changes.len() as u64;
        // Now and then a number that was used: a fork.
        let actor_seq = if self.dice.once_in(25) { n / 2 } else { n };
        let bytes = vec![device; 20 + self.dice.throw(100)];
        let doc = doc(self.dice.throw(usize::from(DOCS)));
        let (scope, actor) = (village(scope), [device; 16]);
        let change = StoredChange { hash: hash(n), doc, scope, actor, actor_seq, segment: None, bytes };
        self.changes.push(change.clone());
        change
    }

    fn segment(&mut self, key: SegmentKey) -> StoredSegment {
        let SegmentKey { device, incarnation, scope, number } = key;
        let header = Header {
            version: VERSION,
            device,
            incarnation,
            scope,
            number,
            prev: hash(u64::from(number)),
            hlc: Hlc { ms: u64::MAX / 3, counter: 65_535 },
            agent: agent(1),
            count: 1,
        };
        let seed = scope.number() ^ (u64::from(device.0[0]) << 48) ^ u64::from(number);
        let root = hash(if self.dice.once_in(40) { seed + 7 } else { seed });
        self.keys.push(key);
        StoredSegment { header, root, sig: Sig([9; 64]), received_ms: 1_772_415_000_500 }
    }

    fn key(&mut self, device: u8) -> SegmentKey {
        let (scope, number) = (village(self.dice.throw(3)), u32::try_from(1 + self.dice.throw(60)).unwrap());
        SegmentKey { device: DeviceId([device; 32]), incarnation: 0, scope, number }
    }

    fn known_key(&mut self) -> SegmentKey {
        match self.dice.once_in(30) {
            true => self.key(9),
            false => self.dice.of_these(&self.keys).copied().unwrap_or_else(|| self.key(9)),
        }
    }

    /// A batch of a few parts.
    async fn batch(&mut self) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..=self.dice.throw(3) {
            match self.dice.throw(17) {
                0..=2 => self.brought(&mut batch),
                3 => (0..=self.dice.throw(3)).for_each(|_| batch.number.push(self.known_key())),
                4 | 5 => self.own(&mut batch),
                6 => self.sealed(&mut batch).await,
                7 => self.receipted(&mut batch),
                8 => batch.withdrawn.push(self.known_key()),
                9 => self.placed(&mut batch).await,
                10 => self.about_devices(&mut batch),
                11 => self.set_aside(&mut batch),
                12 => self.named(&mut batch),
                13 => self.at_home(&mut batch),
                14 => self.gone_back(&mut batch).await,
                15 => self.erased(&mut batch),
                _ => self.rows(&mut batch),
            }
        }
        batch
    }

    fn brought(&mut self, batch: &mut Batch) {
        let device = u8::try_from(2 + self.dice.throw(3)).unwrap();
        let scope = self.dice.throw(3);
        let key = SegmentKey { scope: village(scope), ..self.key(device) };
        batch.segments.push(self.segment(key));
        for ordinal in 0..self.dice.throw(5) {
            let ordinal = if self.dice.once_in(40) { 0 } else { u32::try_from(ordinal).unwrap() };
            let change = self.fresh_change(device, scope);
            batch.docs.push(self.state(change.doc));
            batch.changes.push(StoredChange { segment: Some((key, ordinal)), ..change });
        }
        if !self.dice.once_in(3) {
            batch.number.push(key);
        }
    }

    fn state(&mut self, doc: DocId) -> DocState {
        let heads = (0..=self.dice.next() % 2).map(hash).collect();
        DocState { doc, kind: DocKind::ALL[self.dice.throw(4)], scope: village(self.dice.throw(3)), heads }
    }

    fn own(&mut self, batch: &mut Batch) {
        let scope = self.dice.throw(3);
        let change = self.fresh_change(OWN, scope);
        batch.outbox.push(if self.dice.once_in(30) { hash(u64::MAX) } else { change.hash });
        batch.docs.push(self.state(change.doc));
        batch.changes.push(change);
    }

    async fn sealed(&mut self, batch: &mut Batch) {
        let waiting = self.memory.peer(PeerQuery::Outbox { limit: usize::MAX }).await.unwrap().outbox;
        let key = self.key(OWN);
        let mut hashes: Vec<Hash> =
            waiting.iter().filter(|change| change.scope == key.scope).map(|change| change.hash).take(3).collect();
        if self.dice.once_in(20) {
            hashes.push(hash(3));
        }
        batch.segments.push(self.segment(key));
        batch.sealed.push(Sealed { key, hashes });
    }

    fn receipted(&mut self, batch: &mut Batch) {
        for _ in 0..=self.dice.throw(2) {
            let seq = (!self.dice.once_in(3)).then(|| self.dice.next() % 50 + 1);
            let receipt = Receipted { key: self.known_key(), seq, receipt: vec![7; 9], hub_ms: self.dice.next() % 99 };
            batch.receipts.push(receipt);
        }
    }

    /// The next place of a feed, and sometimes a wrong one.
    async fn placed(&mut self, batch: &mut Batch) {
        let key = self.known_key();
        let frames = self.memory.peer(PeerQuery::Segments(vec![key])).await.unwrap().frames;
        let ends = self.memory.peer(PeerQuery::Cursors(PeerId::Hub)).await.unwrap().ends;
        let end = ends.into_iter().find(|end| end.scope == key.scope);
        let (seq, chain) = end.map_or((0, Hash::default()), |end| (end.seq, end.chain));
        let root = frames.first().map_or(Hash::default(), |(segment, _)| segment.root);
        let place = Placed { key, seq: seq + 1, chain: chain_next(chain, root) };
        batch.feed.push(match self.dice.throw(12) {
            0 => Placed { seq: place.seq + 1, ..place },
            1 => Placed { chain: hash(1), ..place },
            2 => Placed { seq: place.seq.saturating_sub(1).max(1), ..place },
            _ => place,
        });
    }

    fn about_devices(&mut self, batch: &mut Batch) {
        let device = |dice: &mut Dice| DeviceId([u8::try_from(dice.throw(5)).unwrap(); 32]);
        for _ in 0..=self.dice.throw(2) {
            let peer = if self.dice.once_in(2) { PeerId::Hub } else { PeerId::Device(device(&mut self.dice)) };
            let scope = village(self.dice.throw(4));
            batch.cursors.push((peer, Cursor { scope, seq: self.dice.next() % 9, chain: hash(self.dice.next() % 9) }));
            let revoked_ms = self.dice.once_in(6).then(|| self.dice.next() % 9);
            let (device, not_after) = (device(&mut self.dice), self.dice.next() % 1000);
            batch.devices.push(DeviceRow { device, certificate: vec![1; self.dice.throw(9)], not_after, revoked_ms });
            let actor = [u8::try_from(self.dice.throw(40)).unwrap(); 16];
            let owner = if self.dice.once_in(20) { 3 } else { actor[0] % 5 };
            let incarnation = u32::try_from(self.dice.throw(3)).unwrap();
            batch.actors.push(ActorRow { actor, device: DeviceId([owner; 32]), incarnation });
            if self.dice.once_in(5) {
                batch.revoked.push((device, self.dice.next() % 9));
            }
        }
    }

    /// Documents live in a scope; now and then one is said to live elsewhere.
    fn at_home(&mut self, batch: &mut Batch) {
        for _ in 0..=self.dice.throw(2) {
            let n = self.dice.throw(usize::from(DOCS));
            let scope = if self.dice.once_in(8) { self.dice.throw(3) } else { n % 3 };
            batch.homes.push((doc(n), village(scope)));
        }
    }

    /// A feed that ends at an earlier place again; sometimes at one that is none.
    async fn gone_back(&mut self, batch: &mut Batch) {
        let ends = self.memory.peer(PeerQuery::Cursors(PeerId::Hub)).await.unwrap().ends;
        let Some(end) = self.dice.of_these(&ends).copied() else { return };
        let back = self.dice.next() % 3;
        let Some(seq) = end.seq.checked_sub(back) else { return };
        let entries = self.memory.after(end.scope, seq.saturating_sub(1), 0).await.unwrap();
        let chain = entries.first().filter(|entry| entry.seq == seq).map_or(Hash::default(), |entry| entry.chain);
        let chain = if self.dice.once_in(10) { hash(4) } else { chain };
        batch.rewind.push(Cursor { seq, chain, ..end });
    }

    /// A document goes, and now and then a whole division.
    fn erased(&mut self, batch: &mut Batch) {
        let doc = doc(self.dice.throw(usize::from(DOCS)));
        batch.erased.push(match self.dice.once_in(6) {
            true => Erased::Scope(village(self.dice.throw(3))),
            false => Erased::Doc(doc),
        });
    }

    fn set_aside(&mut self, batch: &mut Batch) {
        for _ in 0..=self.dice.throw(2) {
            let (key, bytes) = (self.known_key(), vec![1; self.dice.throw(3)]);
            let why = ["malformed", "forked"][self.dice.throw(2)].to_owned();
            batch.quarantine.push(Quarantined { key, why, at_ms: self.dice.next() % 99, bytes });
            let waiting = (!self.dice.once_in(3)).then(|| vec![2; self.dice.throw(3)]);
            batch.pending.push((self.known_key(), waiting));
        }
    }

    fn named(&mut self, batch: &mut Batch) {
        const NAMES: [&str; 7] = ["draft/1", "draft/2", "draft", "drafts", "Draft/1", "稿/一", "\u{10FFFF}"];
        for _ in 0..=self.dice.throw(3) {
            let value = (!self.dice.once_in(3)).then(|| vec![0; self.dice.throw(3)]);
            batch.states.push((NAMES[self.dice.throw(NAMES.len())].to_owned(), value));
        }
    }

    fn rows(&mut self, batch: &mut Batch) {
        for _ in 0..=self.dice.throw(4) {
            let n = u8::try_from(self.dice.throw(40)).unwrap();
            batch.rows.push(case(&mut self.dice, n));
        }
        for _ in 0..self.dice.throw(4) {
            let n = u8::try_from(self.dice.throw(20)).unwrap();
            batch.people.push(person(&mut self.dice, n));
        }
    }

    async fn commit(&mut self) {
        let batch = self.batch().await;
        let memory = told(self.memory.commit(batch.clone()).await);
        let sqlite = told(self.sqlite.commit(batch.clone()).await);
        let postgres = told(self.postgres.commit(batch.clone()).await);
        let about = format!("{batch:?}");
        alike(&memory, &sqlite, &["memory and SQLite after ", &about].concat());
        alike(&sqlite, &postgres, &["SQLite and PostgreSQL after ", &about].concat());
        match postgres.strip_prefix("refused: ") {
            Some(why) => drop(self.refused.insert(why.to_owned())),
            None => self.taken += 1,
        }
    }

    /// Half of the snapshots fit what is stored.
    async fn cover(&mut self) {
        let doc = doc(self.dice.throw(usize::from(DOCS)));
        let stored = self.memory.load(doc).await.unwrap();
        let inside = stored.snapshot.map_or(0, |snapshot| snapshot.changes) + u32::try_from(stored.tail.len()).unwrap();
        let last = self.changes.iter().filter(|change| change.doc == doc).map(|change| change.hash).collect();
        let changes = if self.dice.once_in(2) { inside } else { inside.saturating_sub(1) };
        let snapshot = Snapshot { bytes: vec![3; self.dice.throw(9)], heads: last, changes };
        let memory = told(self.memory.cover(doc, snapshot.clone()).await);
        let sqlite = told(self.sqlite.cover(doc, snapshot.clone()).await);
        let postgres = told(self.postgres.cover(doc, snapshot).await);
        assert_eq!((&memory, &sqlite), (&sqlite, &postgres), "a snapshot of {inside}");
    }

    async fn everything_is_equal(&mut self) {
        let (memory, sqlite, postgres) =
            (everything(&self.memory).await, everything(&self.sqlite).await, everything(&self.postgres).await);
        for ((memory, sqlite), postgres) in memory.iter().zip(&sqlite).zip(&postgres) {
            alike(memory, sqlite, "memory and SQLite");
            alike(sqlite, postgres, "SQLite and PostgreSQL");
        }
        assert_eq!((memory.len(), sqlite.len()), (postgres.len(), postgres.len()), "as many answers");
    }
}

/// Fails with what stands around the first difference: answers are long.
fn alike(one: &str, other: &str, what: &str) {
    let at = one.chars().zip(other.chars()).position(|(one, other)| one != other);
    let around = |text: &str| text.chars().skip(at.unwrap_or(0).saturating_sub(200)).take(400).collect::<String>();
    assert!(one == other, "{what}\n\none: {}\n\nother: {}", around(one), around(other));
}

/// Every answer a store can give.
async fn everything<S: Store>(store: &S) -> Vec<String> {
    let mut answers = Vec::new();
    for n in 0..usize::from(DOCS) {
        answers.push(told(store.load(doc(n)).await));
    }
    for (scope, after, bytes) in [(0, 0, usize::MAX), (1, 2, 300), (2, 0, 1), (0, 7, 1000), (2, u64::MAX, 9)] {
        answers.push(told(store.after(village(scope), after, bytes).await));
    }
    for query in peer_queries() {
        answers.push(told(store.peer(query).await));
    }
    for prefix in ["", "draft", "draft/", "稿", "\u{10FFFF}", "x"] {
        answers.push(told(store.states(prefix).await));
    }
    for query in row_queries() {
        answers.append(&mut paged(store, query).await);
    }
    answers
}

fn peer_queries() -> Vec<PeerQuery> {
    let devices: Vec<DeviceId> = (0..7).rev().map(|n| DeviceId([n; 32])).collect();
    let key = |device, scope, number| SegmentKey {
        device: DeviceId([device; 32]),
        incarnation: 0,
        scope: village(scope),
        number,
    };
    let keys: Vec<SegmentKey> = (0..40).map(|n| key(n % 5, usize::from(n % 3), u32::from(n))).collect();
    let whole = keys.iter().rev().copied().collect();
    let last = |n: u8| PeerQuery::Last { device: DeviceId([n; 32]), incarnation: 0, scope: village(1) };
    let mut queries = vec![
        PeerQuery::Cursors(PeerId::Hub),
        PeerQuery::Cursors(PeerId::Device(DeviceId([2; 32]))),
        PeerQuery::CursorsUnder { peer: PeerId::Hub, scopes: vec![village(2), village(0)] },
        PeerQuery::CursorsUnder { peer: PeerId::Hub, scopes: vec![village(1), village(0).parent()] },
        PeerQuery::Outbox { limit: usize::MAX },
        PeerQuery::Outbox { limit: 0 },
        PeerQuery::Outbox { limit: 150 },
        PeerQuery::Unreceipted { limit: usize::MAX },
        PeerQuery::Unreceipted { limit: 150 },
        PeerQuery::Devices(devices),
        PeerQuery::AllDevices,
        PeerQuery::Segments(keys),
        PeerQuery::Whole(whole),
        PeerQuery::Whole(Vec::new()),
        PeerQuery::Homes((0..usize::from(DOCS)).rev().map(doc).collect()),
        PeerQuery::Homes(Vec::new()),
        PeerQuery::Known { changes: (0..50).rev().map(hash).collect(), actors: (0..50).map(|n| [n; 16]).collect() },
        PeerQuery::Quarantine,
        PeerQuery::Outstanding,
    ];
    queries.extend((0..5).map(last));
    queries.extend((0..3).map(|n| PeerQuery::Pending(village(n))));
    queries.extend((0..6).map(|n| PeerQuery::Lines(DeviceId([n; 32]))));
    for seq in [0, 2, u64::MAX] {
        queries.extend((0..3).map(|n| PeerQuery::Beyond { scope: village(n), seq }));
    }
    queries
}

fn row_queries() -> Vec<RowQuery> {
    let district = village(0).parent().parent();
    let eyes = [
        Eyes { serves: vec![district], only: None },
        Eyes { serves: vec![village(0).parent(), village(4)], only: None },
        Eyes { serves: vec![village(1)], only: Some(agent(1)) },
        Eyes { serves: Vec::new(), only: None },
    ];
    let (today, after, limit) = (20_260_310, None, 7);
    let mut queries = vec![
        RowQuery::ByDoc((0..50).rev().map(|n| [n; 16]).collect()),
        RowQuery::Highest { date: jiff::civil::date(2026, 3, 2), device: 7 },
        RowQuery::Highest { date: jiff::civil::date(2026, 3, 2), device: 8 },
        RowQuery::Docs { after: None, limit: 5 },
        RowQuery::Docs { after: Some([5; 16]), limit: 50 },
    ];
    for eyes in eyes {
        for view in VIEWS {
            queries.push(RowQuery::List { view, eyes: eyes.clone(), today, after: after.clone(), limit });
        }
        for typed in ["王芳", "芳王", "wf", "桂 00", "低保", "的低", "𫝀", "o'b", "150205", "x \\ \"", "养老 g", ""]
        {
            queries.push(RowQuery::Search { terms: terms(typed), eyes: eyes.clone(), after: after.clone(), limit });
        }
        queries.push(RowQuery::Counts { eyes: eyes.clone(), today });
        queries.push(RowQuery::Person { citizen_id: "150205196204010300".into(), eyes: eyes.clone() });
        queries.push(RowQuery::Person { citizen_id: String::new(), eyes: eyes.clone() });
        queries.push(RowQuery::For { people: vec![person_id(3), person_id(1)], eyes: eyes.clone() });
        queries.push(RowQuery::For { people: Vec::new(), eyes: eyes.clone() });
        for (typed, limit) in [("王芳", 9), ("wf", 3), ("150205", 50), ("o'b", 9), ("", 9)] {
            let query = PeopleQuery::Find { terms: terms(typed), eyes: eyes.clone(), limit };
            queries.push(RowQuery::People(query));
        }
    }
    for (number, born) in [("150205196204010300", 0), ("", 19_620_401), ("o'b\0", 19_620_402), ("", 0)] {
        queries.push(RowQuery::People(PeopleQuery::Alike { number: number.into(), born }));
    }
    queries.extend((0..4).map(|n| RowQuery::People(PeopleQuery::Members(person_id(n)))));
    queries.push(RowQuery::People(PeopleQuery::ByDoc((0..25).rev().map(|n| person_id(n).0.into_bytes()).collect())));
    queries
}

/// Every page of a list. What a page is followed by is each store's own word; that it is, and by what, is compared.
async fn paged<S: Store>(store: &S, query: RowQuery) -> Vec<String> {
    let mut answers = Vec::new();
    let mut at = query;
    loop {
        let Rows { cases, people, next, counts, docs, highest } = store.rows(at.clone()).await.unwrap();
        let rest = format!("{counts:?} {docs:?} {highest} {}", next.is_some());
        answers.push(format!("{} {at:?} {cases:?} {people:?} {rest}", answers.len()));
        let Some(next) = next else { return answers.into_iter().map(without_place).collect() };
        match &mut at {
            RowQuery::List { after, .. } | RowQuery::Search { after, .. } => *after = Some(next),
            other => panic!("{other:?} has one page"),
        }
    }
}

fn without_place(answer: String) -> String {
    match (answer.find("after: Some("), answer.find(", limit")) {
        (Some(from), Some(to)) if from < to => [&answer[..from], &answer[to..]].concat(),
        _ => answer,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_sqlite_and_postgresql_answer_letter_by_letter_alike() {
    let server = Server::start(Disk::Quick).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut refused, mut taken) = (BTreeSet::new(), 0);
    for seed in 1..=8 {
        let mut run = Run {
            memory: MemoryStore::new(),
            sqlite: SqliteStore::open_plain(&folder.path().join(seed.to_string())).unwrap(),
            postgres: open(&server.database().unwrap(), 1).await,
            dice: Dice::of(seed),
            changes: Vec::new(),
            keys: Vec::new(),
            refused: BTreeSet::new(),
            taken: 0,
        };
        for step in 1..=120 {
            match run.dice.once_in(8) {
                true => run.cover().await,
                false => run.commit().await,
            }
            if step % 40 == 0 {
                run.everything_is_equal().await;
            }
        }
        run.postgres.integrity().await.unwrap();
        taken += run.taken;
        refused.append(&mut run.refused);
    }
    assert!(taken > 300, "most batches are taken: {taken}");
    let expected =
        ["Clash", "Damaged { what: \"feed\" }", "Damaged { what: \"outbox\" }", "Damaged { what: \"segment\" }"];
    assert_eq!(refused.iter().map(String::as_str).collect::<Vec<_>>(), expected, "and every reason to refuse was met");
}
