//! The store on PostgreSQL: the same trait, the same tables and the same answers as on SQLite, for any number of hub processes
//! over one database. The only place that knows this database.
//!
//! Statements are fixed texts; lists go in as arrays, so that a batch of any size takes a few round trips. What runs at the
//! same time is kept apart by locks taken in one order (S5: see `feed.rs`; snapshots: see `changes.rs`). What the server undoes for
//! the sake of another transaction is tried again, and so is what a broken line interrupted: a question at once, a batch once it
//! is clear that it did not land (see `lane.rs`). Errors hold codes, never content.

mod address;
mod asking;
mod cases;
mod changes;
mod columns;
mod documents;
mod erase;
mod fault;
mod feed;
mod flight;
mod homes;
mod integrity;
mod lane;
mod line;
mod outbox;
mod peers;
mod people;
mod repair;
mod schema;
mod search;
mod segments;
mod tries;
mod views;
mod writing;

use std::time::Duration;

use daiban_core::store::{
    Batch, FeedEntry, PeerMarks, PeerQuery, Placed, RowQuery, Rows, Snapshot, Store, StoreError, Stored,
};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;
use tokio::time::timeout;

use self::fault::Fault;
use self::lane::{Lane, Lanes};
use self::line::{Line, Lines};
use self::tries::Tries;

pub use address::{Address, BadAddress};
pub use fault::Trouble;

/// How a transaction begins that writes, and one that reads several things as of one moment.
const WRITING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// The same for what may be forgotten when the server falls: it is not waited for until it is on the disk.
const NOTING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off";
const READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How long one try may take. The server bounds each statement; this bounds a line that says nothing any more.
const TRY: Duration = Duration::from_secs(30);

/// Connections of one process at most, where nothing else is said: one for each request that is worked on.
pub const CONNECTIONS: usize = 16;

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    lines: Lines,
    lanes: Lanes,
}

/// Something that is written in one transaction.
#[derive(Clone, Copy)]
enum Task<'a> {
    Batch(&'a Batch),
    Cover(&'a DocId, &'a Snapshot),
    Wipe,
}

/// Asks until there is an answer, or no sense in asking on. Nothing is written, so it may be asked any number of times.
macro_rules! asked {
    ($store:expr, |$line:ident| $ask:expr) => {{
        let mut tries = Tries::new();
        loop {
            let fault = match $store.lines.line().await {
                Err(fault) => fault,
                Ok(mut held) => {
                    let $line = &mut held;
                    match timeout(TRY, $ask).await {
                        Ok(Ok(answer)) => break Ok(answer),
                        Ok(Err(fault)) => {
                            held.give_up().await;
                            fault
                        }
                        Err(_) => {
                            held.abandon();
                            Fault::Lost(Trouble::Unreachable.into())
                        }
                    }
                }
            };
            if let Err(told) = tries.again(fault).await {
                break Err(told);
            }
        }
    }};
}

impl PostgresStore {
    /// Opens the store of a database, and makes or brings up to date its tables. A newer schema is refused and left untouched.
    /// `chance` tells this process from every other one over the same database.
    pub async fn open(address: &Address, chance: [u8; 16], connections: usize) -> Result<Self, StoreError> {
        let store = Self { lines: Lines::to(address, connections)?, lanes: Lanes::of(chance) };
        asked!(store, |line| schema::prepare(line))?;
        Ok(store)
    }

    /// Looks through the whole database: references, feeds, snapshots, figures. Takes as long as reading it.
    pub async fn integrity(&self) -> Result<(), StoreError> {
        let (mut line, mut tries) = (None, Tries::new());
        loop {
            let fault = match self.lines.line().await {
                Ok(free) => match integrity::look_through(line.insert(free)).await {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                },
                Err(fault) => fault,
            };
            if let Some(mut line) = line.take() {
                line.give_up().await;
            }
            tries.again(fault).await?;
        }
    }

    /// Empties the cache of rows, which are then folded anew from the documents (S4).
    pub async fn wipe_rows(&self) -> Result<(), StoreError> {
        self.write(Task::Wipe).await.map(drop)
    }

    /// Tries a task until it has landed once, or is refused.
    async fn write(&self, task: Task<'_>) -> Result<Vec<Placed>, StoreError> {
        let (lane, mut tries) = (self.lanes.take(), Tries::new());
        let (told, lane) = loop {
            match self.once(task, &lane).await {
                Ok(placed) => break (Ok(placed), lane.on()),
                Err(Fault::Landed) => break (self.places(task).await, lane.on()),
                Err(fault) => {
                    if let Err(told) = tries.again(fault).await {
                        break (Err(told), lane);
                    }
                }
            }
        };
        if tries.were_all_answered() {
            self.lanes.rest(lane);
        }
        told
    }

    async fn once(&self, task: Task<'_>, lane: &Lane) -> Result<Vec<Placed>, Fault> {
        let mut line = self.lines.line().await?;
        let done = timeout(TRY, perform(&mut line, task, lane)).await;
        match done {
            Ok(Ok(placed)) => Ok(placed),
            Ok(Err(fault)) => {
                let fault = line.judged(fault);
                line.give_up().await;
                Err(fault)
            }
            Err(_) => Err(line.judged(Fault::Lost(Trouble::Unreachable.into()))),
        }
    }

    /// The answer to a batch that an earlier try has landed.
    async fn places(&self, task: Task<'_>) -> Result<Vec<Placed>, StoreError> {
        let Task::Batch(batch) = task else { return Ok(Vec::new()) };
        asked!(self, |line| writing::places(line, &batch.number))
    }
}

async fn perform(line: &mut Line, task: Task<'_>, lane: &Lane) -> Result<Vec<Placed>, Fault> {
    match task {
        Task::Batch(batch) => writing::batch(line, batch, lane).await,
        Task::Cover(doc, snapshot) => documents::cover(line, doc, snapshot).await.map(|()| Vec::new()),
        Task::Wipe => {
            line.committing();
            let mut flight = line.flight();
            flight.say(WRITING).await;
            lane.moved(&mut flight).await;
            cases::wipe(&mut flight).await;
            people::wipe(&mut flight).await;
            flight.say("COMMIT").await;
            flight.land().await?;
            line.done();
            Ok(Vec::new())
        }
    }
}

impl Store for PostgresStore {
    async fn commit(&self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        self.write(Task::Batch(&batch)).await
    }

    async fn load(&self, doc: DocId) -> Result<Stored, StoreError> {
        asked!(self, |line| documents::load(line, &doc))
    }

    async fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, StoreError> {
        asked!(self, |line| feed::after(line, scope, seq, max_bytes))
    }

    async fn cover(&self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        self.write(Task::Cover(&doc, &snapshot)).await.map(drop)
    }

    async fn peer(&self, query: PeerQuery) -> Result<PeerMarks, StoreError> {
        if asking::is_about_nothing(&query) {
            return Ok(PeerMarks::default());
        }
        asked!(self, |line| asking::ask(line, &query))
    }

    async fn rows(&self, query: RowQuery) -> Result<Rows, StoreError> {
        asked!(self, |line| views::rows(line, &query))
    }

    async fn states(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        asked!(self, |line| asking::states(line, prefix))
    }
}
