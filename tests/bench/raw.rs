//! The bare encrypted database: the same library, settings and disk as the store's, and nothing of the store.

use std::path::Path;

use anyhow::Result;
use daiban_core::query::{self, Term};
use rusqlite::{Connection, params};

/// One connection.
pub(crate) struct Raw(Connection);

impl Raw {
    /// Opens a file as the store does.
    pub(crate) fn open(path: &Path, key: &[u8; 32]) -> Result<Self> {
        let connection = Connection::open(path)?;
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{digits}'\";"))?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch(
            "PRAGMA cache_size = -2048; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL;",
        )?;
        Ok(Self(connection))
    }

    /// A new file with one table.
    pub(crate) fn create(path: &Path, key: &[u8; 32]) -> Result<Self> {
        let raw = Self::open(path, key)?;
        raw.0.execute_batch("CREATE TABLE raw (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
        Ok(raw)
    }

    /// Bytes on the disk, in a transaction of their own.
    pub(crate) fn insert(&mut self, bytes: &[u8]) -> Result<()> {
        let tx = self.0.transaction()?;
        tx.prepare_cached("INSERT INTO raw (bytes) VALUES (?1)")?.execute([bytes])?;
        Ok(tx.commit()?)
    }

    /// The log carried over into the file.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        Ok(self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// How many rows the first page of open cases has.
    pub(crate) fn first_rows(&self, limit: u16) -> Result<usize> {
        const ROWS: &str = "SELECT row, shown FROM case_row WHERE standing = 0 ORDER BY due, row LIMIT ?1";
        let mut statement = self.0.prepare_cached(ROWS)?;
        let rows = statement.query_map([limit], |row| row.get::<_, String>(1))?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.len())
    }

    /// How many rows a page of hits has.
    pub(crate) fn search(&self, asked: &str, limit: u16) -> Result<usize> {
        const HITS: &str = "
            SELECT r.row, r.scope, r.handler, r.standing, r.due, r.supplementing, r.no_limit, r.updated_ms, r.citizen_id,
                   r.item, r.shown
            FROM case_search CROSS JOIN case_row r ON r.row = case_search.rowid
            WHERE case_search MATCH ?1 ORDER BY case_search.rowid DESC LIMIT ?2";
        let mut statement = self.0.prepare_cached(HITS)?;
        let rows = statement
            .query_map(params![asked, limit], |row| row.get::<_, String>(10))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rows.len())
    }

    /// The bytes of a document's changes.
    pub(crate) fn document(&self, id: &[u8; 16]) -> Result<usize> {
        let mut statement = self.0.prepare_cached("SELECT bytes FROM change WHERE doc = ?1 ORDER BY row")?;
        let changes = statement.query_map([id], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(changes.iter().map(Vec::len).sum())
    }
}

/// A typed text as the index takes it.
pub(crate) fn asked(text: &str) -> String {
    let term = |term: Term| match term {
        Term::Phrase(tokens) => format!("\"{}\"", tokens.join(" ")),
        Term::Prefix(start) => format!("\"{start}\" *"),
    };
    query::terms(text).into_iter().map(term).collect::<Vec<_>>().join(" ")
}
