//! The way of an own change to the hub: into the outbox, sealed into a segment, receipted.

use daiban_model::wire::{DocId, Hash, SegmentKey};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{self, frame_columns};
use super::records;
use crate::store::{Outstanding, Receipted, Records, Sealed, StoreError, StoredChange, StoredSegment};

/// Own changes wait from now on. One that travels already is passed over.
pub(super) fn add(tx: &Connection, hashes: &[Hash]) -> Result<(), StoreError> {
    const ADD: &str = "
        INSERT INTO outbox (doc, change, size, segment)
        SELECT doc, row, length(bytes), NULL FROM change WHERE hash = ?1 AND segment IS NULL
        ON CONFLICT (doc, change) DO NOTHING";
    for hash in hashes {
        if tx.prepare_cached(ADD)?.execute([hash.0])? == 0 && !is_stored(tx, hash)? {
            return Err(StoreError::Damaged { what: "outbox" });
        }
    }
    Ok(())
}

/// Whether a change is stored.
pub(super) fn is_stored(tx: &Connection, hash: &Hash) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached("SELECT 1 FROM change WHERE hash = ?1")?.exists([hash.0])?)
}

/// Waiting changes go into stored segments.
pub(super) fn seal(tx: &Connection, sealed: &[Sealed]) -> Result<(), StoreError> {
    // The same hash may wait in two documents: each place takes the oldest.
    const WAITING: &str = "
        SELECT o.doc, o.change FROM change c CROSS JOIN outbox o ON o.doc = c.doc AND o.change = c.row
        WHERE c.hash = ?1 AND c.scope = ?2 AND o.segment IS NULL ORDER BY c.row LIMIT 1";
    const SEAL: &str = "UPDATE outbox SET segment = ?3 WHERE doc = ?1 AND change = ?2";
    const NAMED: &str = "UPDATE change SET segment = ?2 WHERE row = ?1 AND segment IS NULL";
    const SEALED: &str = "INSERT INTO sealed (segment, changes) VALUES (?1, ?2)";
    for sealed in sealed {
        let (segment, _) = records::required(tx, &sealed.key)?;
        for (ordinal, hash) in (0u32..).zip(&sealed.hashes) {
            let waiting: Option<(DocId, i64)> = tx
                .prepare_cached(WAITING)?
                .query_row(params![hash.0, sealed.key.scope.number()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (doc, change) = waiting.ok_or(StoreError::Damaged { what: "outbox" })?;
            tx.prepare_cached(SEAL)?.execute(params![doc, change, segment])?;
            tx.prepare_cached(NAMED)?.execute([change, segment])?;
            records::store_record(tx, segment, ordinal, change)?;
        }
        tx.prepare_cached(SEALED)?.execute(params![segment, sealed.hashes.len()])?;
    }
    Ok(())
}

/// What these segments carry has arrived; a second receipt only brings what the first lacked.
pub(super) fn receive(tx: &Connection, receipts: &[Receipted]) -> Result<(), StoreError> {
    const LAST: &str = "SELECT nth, total FROM sealed WHERE nth IS NOT NULL ORDER BY nth DESC LIMIT 1";
    const FIRST: &str = "
        UPDATE sealed SET receipt = ?2, seq = ?3, hub_ms = ?4, nth = ?5, total = ?6 + changes
        WHERE segment = ?1 AND nth IS NULL";
    const AGAIN: &str = "
        UPDATE sealed SET receipt = ?2, seq = coalesce(?3, seq), hub_ms = ?4 WHERE segment = ?1";
    const LEAVE: &str = "
        DELETE FROM outbox WHERE (doc, change) IN (
            SELECT c.doc, c.row FROM record r CROSS JOIN change c ON c.row = r.change WHERE r.segment = ?1)";
    for receipt in receipts {
        let Some((segment, _)) = records::find(tx, &receipt.key)? else { continue };
        let last: Option<(i64, i64)> =
            tx.prepare_cached(LAST)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (nth, total) = last.unwrap_or_default();
        let Receipted { seq, receipt, hub_ms, .. } = receipt;
        let first = tx.prepare_cached(FIRST)?.execute(params![segment, receipt, seq, hub_ms, nth + 1, total])?;
        if first == 0 {
            tx.prepare_cached(AGAIN)?.execute(params![segment, receipt, seq, hub_ms])?;
        }
        tx.prepare_cached(LEAVE)?.execute([segment])?;
        if let Some(seq) = seq {
            records::reached(tx, segment, *seq)?;
        }
    }
    Ok(())
}

/// A segment came back in the feed: what it carries need not be sent in another one.
pub(super) fn arrived(tx: &Connection, segment: i64) -> Result<(), StoreError> {
    const LEAVE: &str = "
        DELETE FROM outbox WHERE segment IS NULL AND (doc, change) IN (
            SELECT c.doc, c.row FROM record r CROSS JOIN change c ON c.row = r.change WHERE r.segment = ?1)";
    tx.prepare_cached(LEAVE)?.execute([segment])?;
    Ok(())
}

/// Segments that will never arrive give their changes back.
pub(super) fn withdraw(tx: &Connection, keys: &[SegmentKey]) -> Result<(), StoreError> {
    const KEPT: &str = "
        SELECT 1 FROM sealed WHERE segment = ?1 AND seq IS NOT NULL
        UNION ALL SELECT 1 FROM feed WHERE segment = ?1";
    const UNSEAL: &str = "UPDATE outbox SET segment = NULL WHERE segment = ?1";
    const UNNAME: &str = "
        UPDATE change SET segment = NULL
        WHERE segment = ?1 AND row IN (SELECT r.change FROM record r WHERE r.segment = ?1)";
    // Its receipt was of a history that the hub gave up: what it carried, and nothing placed does, waits once more.
    const GIVE: &str = "
        INSERT INTO outbox (doc, change, size, segment)
        SELECT c.doc, c.row, length(c.bytes), NULL FROM record r JOIN change c ON c.row = r.change
        WHERE r.segment = ?1 AND c.segment IS NULL
          AND EXISTS (SELECT 1 FROM sealed WHERE segment = ?1 AND receipt IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM record o JOIN feed f ON f.segment = o.segment WHERE o.change = c.row)
        ON CONFLICT (doc, change) DO NOTHING";
    // Those counted after it counted it too.
    const UNCOUNT: &str = "
        UPDATE sealed SET total = total - (SELECT changes FROM sealed WHERE segment = ?1)
        WHERE nth > (SELECT nth FROM sealed WHERE segment = ?1)";
    for key in keys {
        let Some((segment, _)) = records::find(tx, key)? else { continue };
        if tx.prepare_cached(KEPT)?.exists([segment])? {
            return Err(StoreError::Clash);
        }
        tx.prepare_cached(UNSEAL)?.execute([segment])?;
        tx.prepare_cached(UNNAME)?.execute([segment])?;
        tx.prepare_cached(GIVE)?.execute([segment])?;
        tx.prepare_cached(UNCOUNT)?.execute([segment])?;
        tx.prepare_cached("DELETE FROM record WHERE segment = ?1")?.execute([segment])?;
        tx.prepare_cached("DELETE FROM sealed WHERE segment = ?1")?.execute([segment])?;
        tx.prepare_cached("DELETE FROM segment WHERE row = ?1")?.execute([segment])?;
    }
    Ok(())
}

/// Unsealed changes, oldest first.
pub(super) fn waiting(tx: &Connection, limit: usize) -> Result<Vec<StoredChange>, StoreError> {
    const WAITING: &str = "
        SELECT c.hash, c.doc, c.scope, c.actor, c.actor_seq, c.bytes
        FROM (SELECT change FROM outbox WHERE segment IS NULL ORDER BY change) o CROSS JOIN change c ON c.row = o.change
        ORDER BY c.row";
    let mut statement = tx.prepare_cached(WAITING)?;
    let mut found = statement.query([])?;
    let mut changes: Vec<StoredChange> = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let change = change(row)?;
        bytes += change.bytes.len();
        if bytes > limit && !changes.is_empty() {
            break;
        }
        changes.push(change);
    }
    Ok(changes)
}

fn change(row: &Row<'_>) -> Result<StoredChange, StoreError> {
    Ok(StoredChange {
        hash: Hash(row.get(0)?),
        doc: row.get(1)?,
        scope: columns::scope(row.get(2)?)?,
        actor: row.get(3)?,
        actor_seq: row.get(4)?,
        segment: None,
        bytes: row.get(5)?,
    })
}

/// Own segments without a receipt, oldest first.
pub(super) fn unreceipted(tx: &Connection, limit: usize) -> Result<Vec<(StoredSegment, Records)>, StoreError> {
    const UNRECEIPTED: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM sealed o CROSS JOIN segment s ON s.row = o.segment LEFT JOIN feed f ON f.segment = s.row
         WHERE o.receipt IS NULL ORDER BY o.segment"
    );
    let mut statement = tx.prepare_cached(UNRECEIPTED)?;
    let mut found = statement.query([])?;
    let mut segments = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let (row, segment, _) = columns::frame(row)?;
        let records = records::carried(tx, row)?;
        bytes += records.iter().map(|(.., change)| change.len()).sum::<usize>();
        if bytes > limit && !segments.is_empty() {
            break;
        }
        segments.push((segment, records));
    }
    Ok(segments)
}

/// The size of the outbox and the last receipt.
pub(super) fn outstanding(tx: &Connection) -> Result<Outstanding, StoreError> {
    const SIZE: &str = "SELECT count(*), coalesce(sum(size), 0) FROM outbox";
    const DOCS: &str = "
        SELECT doc, count(*), sum(size) FROM outbox GROUP BY doc ORDER BY max(change) DESC LIMIT 50";
    const RECEIPTED: &str = "SELECT total FROM sealed WHERE nth IS NOT NULL ORDER BY nth DESC LIMIT 1";
    const LAST: &str = "
        SELECT s.device, s.incarnation, s.scope, s.number, o.seq, o.changes, o.hub_ms
        FROM sealed o CROSS JOIN segment s ON s.row = o.segment
        WHERE o.nth IS NOT NULL AND o.seq IS NOT NULL ORDER BY o.nth DESC LIMIT 1";
    let (changes, bytes) = tx.prepare_cached(SIZE)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut docs = tx.prepare_cached(DOCS)?;
    let docs = docs.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let receipted = tx.prepare_cached(RECEIPTED)?.query_row([], |row| row.get(0)).optional()?.unwrap_or_default();
    let last = match tx.prepare_cached(LAST)?.query([])?.next()? {
        None => None,
        Some(row) => Some((columns::segment_key(row, 0)?, row.get(4)?, row.get(5)?, row.get(6)?)),
    };
    Ok(Outstanding { changes, bytes, docs, last, receipted })
}
