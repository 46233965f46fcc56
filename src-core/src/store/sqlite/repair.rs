//! For repair: feeds that go back to an earlier place, and what a scope has beyond one.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, Hash, SegmentKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{self, frame_columns};
use super::records;
use crate::store::{Beyond, Placed, Records, StoreError, StoredSegment};

/// Feeds end here again; the segments stay.
pub(super) fn rewind(tx: &Connection, ends: &[Cursor]) -> Result<(), StoreError> {
    const STANDS: &str = "SELECT chain FROM feed WHERE scope = ?1 AND seq = ?2";
    const CUT: &str = "DELETE FROM feed WHERE scope = ?1 AND seq > ?2";
    const END: &str = "UPDATE scope_seq SET n = ?2, chain = ?3 WHERE scope = ?1";
    const RECEIPTS: &str = "
        UPDATE sealed SET seq = NULL
        WHERE seq > ?2 AND segment IN (SELECT s.row FROM segment s WHERE s.scope = ?1)";
    const REACHED: &str = "
        UPDATE doc SET seq = (
            SELECT max(f.seq) FROM change c JOIN record r ON r.change = c.row JOIN feed f ON f.segment = r.segment
            WHERE c.doc = doc.id)
        WHERE scope = ?1 AND seq > ?2";
    for Cursor { scope, seq, chain } in ends {
        let known: Option<[u8; 32]> =
            tx.prepare_cached(STANDS)?.query_row(params![scope.number(), seq], |row| row.get(0)).optional()?;
        if known.map_or(Hash::default(), Hash) != *chain || (known.is_none() && *seq > 0) {
            return Err(StoreError::Clash);
        }
        tx.prepare_cached(CUT)?.execute(params![scope.number(), seq])?;
        tx.prepare_cached(END)?.execute(params![scope.number(), seq, chain.0])?;
        tx.prepare_cached(RECEIPTS)?.execute(params![scope.number(), seq])?;
        tx.prepare_cached(REACHED)?.execute(params![scope.number(), seq])?;
    }
    Ok(())
}

/// What a scope has beyond a place.
pub(super) fn beyond(tx: &Connection, scope: ScopeCode, seq: u64) -> Result<Vec<Beyond>, StoreError> {
    const BEYOND: &str = "
        SELECT s.device, s.incarnation, s.scope, s.number, s.root, s.hlc_ms, coalesce(f.seq, o.seq)
        FROM segment s INDEXED BY segment_scope LEFT JOIN feed f ON f.segment = s.row
          LEFT JOIN sealed o ON o.segment = s.row
        WHERE s.scope = ?1 AND (f.seq IS NULL OR f.seq > ?2)
          AND (EXISTS (SELECT 1 FROM record r WHERE r.segment = s.row)
            OR EXISTS (SELECT 1 FROM pending p WHERE p.scope = s.scope AND p.device = s.device
                       AND p.incarnation = s.incarnation AND p.number = s.number))
        ORDER BY s.hlc_ms, s.root, s.device, s.incarnation, s.number";
    let mut statement = tx.prepare_cached(BEYOND)?;
    let mut found = statement.query(params![scope.number(), i64::try_from(seq).unwrap_or(i64::MAX)])?;
    let mut beyond = Vec::new();
    while let Some(row) = found.next()? {
        let (key, root) = (columns::segment_key(row, 0)?, Hash(row.get(4)?));
        beyond.push(Beyond { key, root, hlc_ms: row.get(5)?, seq: row.get(6)? });
    }
    Ok(beyond)
}

/// Segments with their records, in the order asked.
pub(super) fn whole(tx: &Connection, keys: &[SegmentKey]) -> Result<Vec<(StoredSegment, Records)>, StoreError> {
    let mut segments = Vec::new();
    for key in keys {
        let Some((segment, _)) = super::peers::frame(tx, key)? else { continue };
        let Some((row, _)) = records::find(tx, key)? else { continue };
        segments.push((segment, records::carried(tx, row)?));
    }
    Ok(segments)
}

/// The last segment of each line of a device.
pub(super) fn lines(tx: &Connection, device: DeviceId) -> Result<Vec<(StoredSegment, Option<Placed>)>, StoreError> {
    const LINES: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM segment s LEFT JOIN feed f ON f.segment = s.row
         WHERE s.device = ?1 AND s.number = (
             SELECT max(o.number) FROM segment o
             WHERE o.device = s.device AND o.incarnation = s.incarnation AND o.scope = s.scope)
         ORDER BY s.incarnation, s.scope"
    );
    let mut statement = tx.prepare_cached(LINES)?;
    let mut found = statement.query([device.0])?;
    let mut lines = Vec::new();
    while let Some(row) = found.next()? {
        let (_, segment, place) = columns::frame(row)?;
        lines.push((segment, place));
    }
    Ok(lines)
}
