//! Erasing a document or a division so that its pages hold nothing of it. S6
//!
//! Deleting alone leaves what was deleted in free space, in pages that are free, in the words of the search index, and in the log. So what
//! is deleted or replaced is written over, at all times and not only here (`secure_delete`, see `schema.rs`: else earlier versions of
//! a row would lie about in its page); the index is written anew (`optimize`), and the log is cut to nothing. Rewriting the whole
//! file (`VACUUM`) would do the same at the cost of holding all of it in memory, because temporary files of an encrypted database are.

use rusqlite::{Connection, params};

use crate::store::{Erased, StoreError};

/// What the transaction needs around it. References are not looked up one by one: for each change that goes that would mean reading
/// all records. What refers goes first here, and `integrity` looks through it.
pub(super) fn begin(writer: &Connection) -> Result<(), StoreError> {
    writer.execute_batch("PRAGMA foreign_keys = OFF;")?;
    Ok(())
}

/// After the transaction: as before, and nothing of the old pages in the log.
pub(super) fn end(writer: &Connection) -> Result<(), StoreError> {
    writer.execute_batch("PRAGMA foreign_keys = ON;")?;
    let held: bool = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if held {
        // Somebody reads an old page for longer than this waits. Closing the file cuts the log too.
        tracing::warn!("the log still holds pages from before something was erased");
    }
    Ok(())
}

pub(super) fn erase(tx: &Connection, erased: &[Erased]) -> Result<(), StoreError> {
    const TABLE: &str = "
        CREATE TEMP TABLE IF NOT EXISTS erasing (doc BLOB PRIMARY KEY) WITHOUT ROWID;
        DELETE FROM temp.erasing;";
    const DOCS_OF: &str = "
        INSERT OR IGNORE INTO temp.erasing (doc)
        SELECT id FROM doc WHERE scope = ?1
        UNION SELECT c.doc FROM change c WHERE c.scope = ?1 AND NOT EXISTS (SELECT 1 FROM doc d WHERE d.id = c.doc)";
    for one in erased {
        tx.execute_batch(TABLE)?;
        match one {
            Erased::Doc(doc) => drop(tx.execute("INSERT INTO temp.erasing (doc) VALUES (?1)", [doc])?),
            Erased::Scope(scope) => drop(tx.execute(DOCS_OF, [scope.number()])?),
        }
        docs(tx)?;
        if let Erased::Scope(scope) = one {
            feed(tx, scope.number())?;
        }
    }
    if !erased.is_empty() {
        tx.execute("INSERT INTO case_search (case_search) VALUES ('optimize')", [])?;
        tx.execute("INSERT INTO person_search (person_search) VALUES ('optimize')", [])?;
    }
    Ok(())
}

/// The documents listed.
fn docs(tx: &Connection) -> Result<(), StoreError> {
    const UNSEALED: &str = "SELECT 1 FROM outbox WHERE segment IS NULL AND doc IN (SELECT doc FROM temp.erasing)";
    const TALLY: &str = "
        UPDATE case_tally SET
            open = case_tally.open - r.open,
            supplementing = case_tally.supplementing - r.supplementing,
            finished = case_tally.finished - r.finished,
            no_limit = case_tally.no_limit - r.no_limit,
            attention = case_tally.attention - r.attention,
            n = case_tally.n - r.n
        FROM (
            SELECT scope, coalesce(handler, '') AS handler, sum(1 - standing) AS open, sum(supplementing) AS supplementing,
                   sum(standing) AS finished, sum(no_limit) AS no_limit, sum(attention) AS attention, count(*) AS n
            FROM case_row WHERE doc IN (SELECT doc FROM temp.erasing) GROUP BY 1, 2
        ) r
        WHERE case_tally.scope = r.scope AND case_tally.handler = r.handler";
    const GONE: [&str; 9] = [
        "DELETE FROM case_search
         WHERE rowid IN (SELECT row FROM case_row WHERE doc IN (SELECT doc FROM temp.erasing))",
        "DELETE FROM case_row WHERE doc IN (SELECT doc FROM temp.erasing)",
        "DELETE FROM person_search
         WHERE rowid IN (SELECT row FROM person_row WHERE doc IN (SELECT doc FROM temp.erasing))",
        "DELETE FROM person_row WHERE doc IN (SELECT doc FROM temp.erasing)",
        "DELETE FROM outbox WHERE doc IN (SELECT doc FROM temp.erasing)",
        "DELETE FROM record
         WHERE change IN (SELECT row FROM change WHERE doc IN (SELECT doc FROM temp.erasing))",
        "DELETE FROM snapshot WHERE doc IN (SELECT doc FROM temp.erasing)",
        "DELETE FROM change WHERE doc IN (SELECT doc FROM temp.erasing)",
        "DELETE FROM doc WHERE id IN (SELECT doc FROM temp.erasing)",
    ];
    if tx.prepare(UNSEALED)?.exists([])? {
        return Err(StoreError::Clash);
    }
    tx.execute(TALLY, [])?;
    GONE.into_iter().try_for_each(|sql| tx.execute(sql, []).map(drop))?;
    Ok(())
}

/// What is left of a feed.
fn feed(tx: &Connection, scope: u64) -> Result<(), StoreError> {
    const GONE: [&str; 8] = [
        "DELETE FROM record WHERE segment IN (SELECT row FROM segment WHERE scope = ?1)",
        "DELETE FROM feed WHERE scope = ?1",
        "DELETE FROM scope_seq WHERE scope = ?1",
        "UPDATE change SET segment = NULL WHERE segment IN (
             SELECT s.row FROM segment s
             WHERE s.scope = ?1 AND NOT EXISTS (SELECT 1 FROM sealed o WHERE o.segment = s.row))",
        "DELETE FROM segment WHERE scope = ?1 AND NOT EXISTS (SELECT 1 FROM sealed o WHERE o.segment = segment.row)",
        "DELETE FROM cursor WHERE scope = ?1",
        "DELETE FROM pending WHERE scope = ?1",
        "DELETE FROM quarantine WHERE scope = ?1",
    ];
    GONE.into_iter().try_for_each(|sql| tx.execute(sql, params![scope]).map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::conformance::fixture;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Batch, CaseRecord, Snapshot, Store};

    /// How often something stands in a file and its log.
    fn count(path: &Path, needle: &[u8]) -> usize {
        let read = |end: &str| std::fs::read(format!("{}{end}", path.display())).unwrap_or_default();
        ["", "-wal"].map(read).iter().map(|file| file.windows(needle.len()).filter(|at| *at == needle).count()).sum()
    }

    /// Two hundred cases in village 1 and as many in village 2, each written twice, with names and texts of their own.
    async fn filled(store: &SqliteStore) {
        for round in 0..2_u64 {
            let mut batch = Batch::default();
            for n in 1..=400_u32 {
                written(&mut batch, n, round);
                if n % 20 == 0 {
                    store.commit(std::mem::take(&mut batch)).await.unwrap();
                }
            }
        }
        for n in (1..=400_u32).filter(|n| n % 10 < 2) {
            let bytes = format!("snapshot of {}", text(n)).repeat(300).into_bytes();
            let heads = vec![fixture::hash(u64::from(n) * 2 + 1)];
            store.cover(fixture::doc(u128::from(n)), Snapshot { bytes, heads, changes: 2 }).await.unwrap();
        }
    }

    fn text(n: u32) -> &'static str {
        if n % 2 == 1 { "the-text-of-one" } else { "the-text-of-two" }
    }

    fn written(batch: &mut Batch, n: u32, round: u64) {
        let (village, name) = if n % 2 == 1 { (1, "赵桂香") } else { (2, "王芳") };
        let id = fixture::doc(u128::from(n));
        let key = fixture::key_in(village, 2, n * 2 + u32::try_from(round).unwrap()).unwrap();
        let mut change = fixture::carried(u64::from(n) * 2 + round, id, round + 1, key, 0).unwrap();
        change.bytes = text(n).repeat(40 + usize::try_from(n % 200).unwrap()).into_bytes();
        let mut row: CaseRecord = fixture::case(u128::from(n), name).unwrap();
        row.scope = fixture::village(village).unwrap();
        row.shown.attention = u16::try_from(round).unwrap();
        let mut state = fixture::state(id, vec![change.hash]).unwrap();
        state.scope = row.scope;
        batch.segments.push(fixture::segment(key).unwrap());
        batch.docs.push(state);
        batch.rows.push(row);
        batch.number.push(key);
        batch.changes.push(change);
    }

    #[tokio::test]
    async fn s6_neither_pages_nor_words_nor_log_hold_what_was_erased() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.db");
        // The key only changes how pages are written: without one they are read here as whoever holds the key reads them.
        let store = SqliteStore::open_plain(&path).unwrap();
        filled(&store).await;
        let gone = ["赵桂香", "the-text-of-one"].map(str::as_bytes);
        let stays = ["王芳", "the-text-of-two"].map(str::as_bytes);
        for needle in gone.iter().chain(&stays) {
            assert!(count(&path, needle) >= 200, "the scan finds what is there");
        }
        let words = |word: &str| -> i64 {
            let sql = "SELECT count(*) FROM case_search_data WHERE instr(block, ?1) > 0";
            store.writer().query_row(sql, [word.as_bytes()], |row| row.get(0)).unwrap()
        };
        assert!(words("赵") > 0 && words("王") > 0, "the index has its words");

        let erased = vec![Erased::Scope(fixture::village(1).unwrap())];
        store.commit(Batch { erased, ..Batch::default() }).await.unwrap();
        assert_eq!(gone.map(|needle| count(&path, needle)), [0, 0], "neither in pages nor in the log");
        assert_eq!((words("赵"), words("王") > 0), (0, true), "nor among the words");
        assert_eq!(std::fs::metadata(folder.path().join("cases.db-wal")).unwrap().len(), 0, "the log is cut");
        assert!(stays.iter().all(|needle| count(&path, needle) >= 200), "and the neighbours are whole");
        store.integrity().unwrap();
        let erased = vec![Erased::Doc(fixture::doc(2))];
        let before = count(&path, stays[1]);
        store.commit(Batch { erased, ..Batch::default() }).await.unwrap();
        assert!(count(&path, stays[1]) < before, "a single one too");
        store.integrity().unwrap();
    }
}
