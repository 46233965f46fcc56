//! The store on SQLite: encrypted by SQLCipher on a station, plain at the hub. The only place that knows SQL.
//!
//! One writer behind a lock, a few readers beside it. Methods answer without waiting for anything but the disk, so callers
//! run them on a thread of their own; no lock is held across an `await`, because there is none. Statements are fixed texts;
//! lists go in as one JSON parameter.

mod cases;
mod columns;
mod erase;
mod fault;
mod feed;
mod outbox;
mod peers;
mod people;
mod records;
mod repair;
pub(super) mod schema;
mod search;
mod views;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use daiban_model::identity::CaseNumber;
use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::keys::DatabaseKey;

use super::{Batch, FeedEntry, PeerMarks, PeerQuery, Placed, RowQuery, Rows, Snapshot, Store, StoreError, Stored};

/// Readers beside the writer.
const READERS: usize = 2;

/// A store in one file.
///
/// A page that once could not be read leaves a connection to an encrypted file unable to read any other, though nothing is damaged;
/// and a file that another program held shut while it was opened stays open for reading only. Whatever fails so is tried again on a
/// new connection, and only what fails twice says so.
pub struct SqliteStore {
    path: PathBuf,
    key: Option<DatabaseKey>,
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
}

impl SqliteStore {
    /// Opens or makes an encrypted database. A newer or damaged one, or one of another key, is left untouched.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        Self::connect(path, Some(key))
    }

    /// Opens or makes a database without encryption, for the hub on its own server.
    pub fn open_plain(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, None)
    }

    fn connect(path: &Path, key: Option<&DatabaseKey>) -> Result<Self, StoreError> {
        let writer = Mutex::new(schema::writer(path, key)?);
        let readers = (0..READERS).map(|_| schema::reader(path, key).map(Mutex::new)).collect::<Result<_, _>>()?;
        let key = key.map(|key| DatabaseKey::new(*key.as_bytes()));
        Ok(Self { path: path.to_owned(), key, writer, readers, turn: AtomicUsize::new(0) })
    }

    /// Looks through the whole file: pages, indexes, and that every feed is dense. Takes as long as reading it.
    pub fn integrity(&self) -> Result<(), StoreError> {
        schema::integrity(&self.writer(), self.key.is_some())
    }

    /// Empties the cache of rows, which are then folded anew from the documents (S4).
    pub fn wipe_rows(&self) -> Result<(), StoreError> {
        self.write(|tx| cases::wipe(tx).and_then(|()| people::wipe(tx)))
    }

    /// Writes a whole copy under the same key to a path where nothing stands yet, while others read on.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_str().ok_or(StoreError::Backend("the path is not text".into()))?;
        self.writer().execute("VACUUM INTO ?1", [path])?;
        Ok(())
    }

    /// Takes out the named values whose name starts so, and leaves nothing of them in the file or in its log.
    pub fn forget(&self, prefix: &str) -> Result<(), StoreError> {
        let writer = self.writer();
        writer.execute("DELETE FROM state WHERE substr(name, 1, length(?1)) = ?1", [prefix])?;
        erase::end(&writer)
    }

    /// How many cases there are, and the last number that a device gave: what a backup says of itself. Reads all rows.
    pub fn tally(&self, device_no: u8) -> Result<(u32, Option<CaseNumber>), StoreError> {
        self.read(|tx| views::tally(tx, device_no))
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back; the connection is as good as before.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads several things as of one moment.
    fn read<T>(&self, ask: impl Fn(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let Some(mut reader) =
            free.or_else(|| Some(self.readers.get(turn)?.lock().unwrap_or_else(PoisonError::into_inner)))
        else {
            return Err(StoreError::Busy);
        };
        let once = |reader: &mut Connection| ask(&reader.transaction()?);
        match once(&mut reader) {
            Err(fault) if self.may_be_its_connection(&fault) => {
                *reader = schema::reader(&self.path, self.key.as_ref())?;
                once(&mut reader)
            }
            answer => answer,
        }
    }

    /// Whether another connection may do better.
    fn may_be_its_connection(&self, fault: &StoreError) -> bool {
        match fault {
            StoreError::Damaged { what: fault::FILE } => self.key.is_some(),
            StoreError::Backend(fault) => fault::is_read_only(fault.as_ref()),
            _ => false,
        }
    }

    /// Writes in the one transaction that may be open.
    fn write<T>(&self, act: impl Fn(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut writer = self.writer();
        match one_transaction(&mut writer, &act) {
            Err(fault) if self.may_be_its_connection(&fault) => {
                *writer = schema::writer(&self.path, self.key.as_ref())?;
                one_transaction(&mut writer, &act)
            }
            answer => answer,
        }
    }

    fn commit_now(&self, batch: &Batch) -> Result<Vec<Placed>, StoreError> {
        if batch.erased.is_empty() {
            return self.write(|tx| store(tx, batch));
        }
        // By itself, and by the one writer there is: see `erase.rs` for what else it takes. S6
        let mut writer = self.writer();
        erase::begin(&writer)?;
        let done = one_transaction(&mut writer, |tx: &Transaction<'_>| store(tx, batch));
        erase::end(&writer)?;
        done
    }
}

fn one_transaction<T>(
    writer: &mut Connection,
    act: impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // Taken at once, so that two processes wait for each other at the start and not in the middle.
    let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = act(&tx)?;
    tx.commit()?;
    Ok(done)
}

/// All parts of a batch, in the order of its fields.
fn store(tx: &Transaction<'_>, batch: &Batch) -> Result<Vec<Placed>, StoreError> {
    erase::erase(tx, &batch.erased)?;
    outbox::withdraw(tx, &batch.withdrawn)?;
    repair::rewind(tx, &batch.rewind)?;
    records::store_segments(tx, &batch.segments)?;
    records::store_changes(tx, &batch.changes)?;
    records::store_docs(tx, &batch.docs)?;
    cases::store(tx, &batch.rows)?;
    people::store(tx, &batch.people)?;
    let placed = feed::number(tx, &batch.number)?;
    feed::place(tx, &batch.feed)?;
    outbox::add(tx, &batch.outbox)?;
    outbox::seal(tx, &batch.sealed)?;
    outbox::receive(tx, &batch.receipts)?;
    peers::store(tx, batch)?;
    Ok(placed)
}

impl Store for SqliteStore {
    async fn commit(&self, batch: Batch) -> Result<Vec<Placed>, StoreError> {
        self.commit_now(&batch)
    }

    async fn load(&self, doc: DocId) -> Result<Stored, StoreError> {
        self.read(|tx| records::load(tx, &doc))
    }

    async fn after(&self, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, StoreError> {
        self.read(|tx| feed::after(tx, scope, seq, max_bytes))
    }

    async fn cover(&self, doc: DocId, snapshot: Snapshot) -> Result<(), StoreError> {
        self.write(|tx| records::cover(tx, &doc, &snapshot))
    }

    async fn peer(&self, query: PeerQuery) -> Result<PeerMarks, StoreError> {
        self.read(|tx| peers::ask(tx, &query))
    }

    async fn rows(&self, query: RowQuery) -> Result<Rows, StoreError> {
        self.read(|tx| match &query {
            RowQuery::List { view, eyes, today, after, limit } => {
                let page = views::Page { after: after.as_deref(), limit: *limit };
                views::list(tx, *view, eyes, *today, &page)
            }
            RowQuery::Search { terms, eyes, after, limit } => {
                search::search(tx, terms, eyes, &views::Page { after: after.as_deref(), limit: *limit })
            }
            RowQuery::Counts { eyes, today } => views::counts(tx, eyes, *today),
            RowQuery::Person { citizen_id, eyes } => views::person(tx, citizen_id, eyes),
            RowQuery::For { people, eyes } => views::of_people(tx, people, eyes),
            RowQuery::People(query) => people::ask(tx, query),
            RowQuery::Highest { date, device } => views::highest(tx, *date, *device),
            RowQuery::ByDoc(docs) => views::by_doc(tx, docs),
            RowQuery::Docs { after, limit } => records::docs(tx, after.as_ref(), *limit),
        })
    }

    async fn states(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.read(|tx| peers::states(tx, prefix))
    }
}

#[cfg(test)]
mod tests;
