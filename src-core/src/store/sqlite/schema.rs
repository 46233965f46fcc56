//! Opening a file: the key, the schema's version and its migrations, and the settings of each connection.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

use crate::keys::DatabaseKey;
use crate::store::StoreError;

/// Migrations in order; the schema's version is how many were run. Never edited after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/0001_base.sql"),
    include_str!("../../../migrations/0002_numbers.sql"),
    include_str!("../../../migrations/0003_scopes.sql"),
    include_str!("../../../migrations/0004_people.sql"),
    include_str!("../../../migrations/0005_reminders.sql"),
];

/// How long to wait for another program. The window stays alive meanwhile: callers are on their own thread.
const PATIENCE: Duration = Duration::from_secs(3);

/// Each connection keeps about 2 MiB of pages; lists and search read along indexes and need no more. What is deleted or replaced is
/// written over at once, always: what lay free for years could not be found again when a division is to be erased (S6).
const SETTINGS: &str = "
    PRAGMA cache_size = -2048;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = 16777216;
";

/// The one connection that writes. Nothing is written before key and version are known to fit.
pub(super) fn writer(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    writer_of(path, key, MIGRATIONS)
}

/// The same for a file with tables of its own.
pub(in crate::store) fn writer_of(
    path: &Path,
    key: Option<&DatabaseKey>,
    migrations: &[&str],
) -> Result<Connection, StoreError> {
    let mut connection = open(path, key, OpenFlags::SQLITE_OPEN_CREATE)?;
    // Until it is known to be ours, closing must not even carry the log over into the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version = probe(&connection)?;
    let newest = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if version > newest {
        return Err(StoreError::NewerSchema { found: version });
    }
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Backend("the file system cannot hold a write-ahead log".into()));
    }
    connection.execute_batch(SETTINGS)?;
    migrate(&mut connection, migrations)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    let connection = open(path, key, OpenFlags::empty())?;
    connection.execute_batch(SETTINGS)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn open(path: &Path, key: Option<&DatabaseKey>, extra: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(96);
    // A statement is planned once, whatever is bound to it later. Otherwise the library asks statistics that nobody gathers
    // here at each binding, and parses and plans anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if let Some(key) = key {
        unlock(&connection, key)?;
    }
    Ok(connection)
}

/// Gives the raw key. It goes in as text because the statement takes no parameters; the text is wiped.
fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<(), StoreError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Room for all of it at once: a text that grows leaves copies behind.
    let mut statement = Zeroizing::new(String::with_capacity(96));
    statement.push_str("PRAGMA key = \"x'");
    for byte in key.as_bytes() {
        for half in [byte >> 4, byte & 15] {
            statement.push(char::from(DIGITS[usize::from(half)]));
        }
    }
    statement.push_str("'\"");
    // What fails is told by the answer; the library would also print it.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    connection.execute_batch(&statement).map_err(|_| StoreError::WrongKey)
}

/// Reads the schema and its version: the first thing that fails with a wrong key.
fn probe(connection: &Connection) -> Result<u32, StoreError> {
    let read = || -> rusqlite::Result<u32> {
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0))?;
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    read().map_err(|fault| match fault.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::WrongKey,
        _ => fault.into(),
    })
}

/// Each migration is one transaction with its version, so that a kill leaves the one before or the one after.
fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    for (version, sql) in (1u32..).zip(migrations) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read under the lock: another program may have come first.
        let present: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if present < version {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", version)?;
        }
        tx.commit()?;
    }
    Ok(())
}

/// Pages with their keys, indexes against tables, and feeds against their ends.
pub(super) fn integrity(connection: &Connection, encrypted: bool) -> Result<(), StoreError> {
    if encrypted {
        // The check reads the file without its log: pages that a power cut tore while the log was carried over are whole again only
        // once that is done.
        connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()))?;
        let mut check = connection.prepare("PRAGMA cipher_integrity_check")?;
        if check.query([])?.next()?.is_some() {
            return Err(StoreError::Damaged { what: "pages" });
        }
    }
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged { what: "tables" });
    }
    if connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get::<_, i64>(0))? > 0 {
        return Err(StoreError::Damaged { what: "references" });
    }
    for check in [
        "INSERT INTO case_search (case_search) VALUES ('integrity-check')",
        "INSERT INTO person_search (person_search) VALUES ('integrity-check')",
    ] {
        connection.execute(check, []).map_err(|_| StoreError::Damaged { what: "search" })?;
    }
    let holes: i64 = connection.query_row(
        "SELECT count(*) FROM scope_seq e
         WHERE e.n <> (SELECT count(*) FROM feed f WHERE f.scope = e.scope)
            OR e.n <> (SELECT coalesce(max(f.seq), 0) FROM feed f WHERE f.scope = e.scope)",
        [],
        |row| row.get(0),
    )?;
    if holes > 0 { Err(StoreError::Damaged { what: "feed" }) } else { Ok(()) }
}
