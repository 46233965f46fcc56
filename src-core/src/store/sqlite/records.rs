//! Segments, changes, documents and their snapshots.

use std::collections::HashMap;

use daiban_model::wire::{DocId, Hash, SegmentKey};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns;
use crate::store::{DocKind, DocState, Records, Rows, Snapshot, StoreError, Stored, StoredChange, StoredSegment};

/// A segment's row and root.
pub(super) fn find(tx: &Connection, key: &SegmentKey) -> Result<Option<(i64, Hash)>, StoreError> {
    const FIND: &str =
        "SELECT row, root FROM segment WHERE device = ?1 AND incarnation = ?2 AND scope = ?3 AND number = ?4";
    let found = tx
        .prepare_cached(FIND)?
        .query_row(params![key.device.0, key.incarnation, key.scope.number(), key.number], |row| {
            Ok((row.get(0)?, Hash(row.get(1)?)))
        })
        .optional()?;
    Ok(found)
}

/// A segment that must be there.
pub(super) fn required(tx: &Connection, key: &SegmentKey) -> Result<(i64, Hash), StoreError> {
    find(tx, key)?.ok_or(StoreError::Damaged { what: "segment" })
}

pub(super) fn store_segments(tx: &Connection, segments: &[StoredSegment]) -> Result<(), StoreError> {
    const STORE: &str = "
        INSERT INTO segment (device, incarnation, scope, number, version, prev, root, sig, hlc_ms, hlc_counter, agent,
                             count, received_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    for segment in segments {
        let header = &segment.header;
        match find(tx, &header.key())? {
            Some((_, root)) if root == segment.root => continue,
            Some(_) => return Err(StoreError::Clash),
            None => {}
        }
        tx.prepare_cached(STORE)?.execute(params![
            header.device.0,
            header.incarnation,
            header.scope.number(),
            header.number,
            header.version,
            header.prev.0,
            segment.root.0,
            segment.sig.0,
            header.hlc.ms,
            header.hlc.counter,
            header.agent.as_str(),
            header.count,
            segment.received_ms,
        ])?;
    }
    Ok(())
}

pub(super) fn store_changes(tx: &Connection, changes: &[StoredChange]) -> Result<(), StoreError> {
    const STORE: &str = "
        INSERT INTO change (hash, doc, scope, actor, actor_seq, segment, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const KNOWN: &str = "SELECT row FROM change WHERE hash = ?1 AND doc = ?2";
    const NAMED: &str = "UPDATE change SET segment = ?2 WHERE row = ?1 AND segment IS NULL";
    let mut segments: HashMap<SegmentKey, i64> = HashMap::new();
    for change in changes {
        let segment = match &change.segment {
            None => None,
            Some((key, ordinal)) => {
                let row = match segments.get(key) {
                    Some(row) => *row,
                    None => *segments.entry(*key).or_insert(required(tx, key)?.0),
                };
                Some((row, *ordinal))
            }
        };
        let known: Option<i64> =
            tx.prepare_cached(KNOWN)?.query_row(params![change.hash.0, change.doc], |row| row.get(0)).optional()?;
        let row = match known {
            Some(row) => {
                if let Some((segment, _)) = segment {
                    tx.prepare_cached(NAMED)?.execute([row, segment])?;
                }
                row
            }
            None => tx.prepare_cached(STORE)?.insert(params![
                change.hash.0,
                change.doc,
                change.scope.number(),
                change.actor,
                change.actor_seq,
                segment.map(|(row, _)| row),
                change.bytes,
            ])?,
        };
        if let Some((segment, ordinal)) = segment {
            store_record(tx, segment, ordinal, row)?;
        }
    }
    Ok(())
}

/// Notes that a segment carries a change at this place.
pub(super) fn store_record(tx: &Connection, segment: i64, ordinal: u32, change: i64) -> Result<(), StoreError> {
    const KNOWN: &str = "SELECT change FROM record WHERE segment = ?1 AND ordinal = ?2";
    const STORE: &str = "INSERT INTO record (segment, ordinal, change) VALUES (?1, ?2, ?3)";
    let known: Option<i64> =
        tx.prepare_cached(KNOWN)?.query_row(params![segment, ordinal], |row| row.get(0)).optional()?;
    match known {
        Some(there) if there == change => Ok(()),
        Some(_) => Err(StoreError::Clash),
        None => {
            tx.prepare_cached(STORE)?.execute(params![segment, ordinal, change])?;
            Ok(())
        }
    }
}

/// What a segment carries, in order: document, change hash and raw change.
pub(super) fn carried(tx: &Connection, segment: i64) -> Result<Records, StoreError> {
    const CARRIED: &str = "
        SELECT c.doc, c.hash, c.bytes FROM record r CROSS JOIN change c ON c.row = r.change
        WHERE r.segment = ?1 ORDER BY r.ordinal";
    let mut statement = tx.prepare_cached(CARRIED)?;
    let records = statement.query_map([segment], |row| Ok((row.get(0)?, Hash(row.get(1)?), row.get(2)?)))?;
    Ok(records.collect::<Result<_, _>>()?)
}

pub(super) fn store_docs(tx: &Connection, docs: &[DocState]) -> Result<(), StoreError> {
    const AGAIN: &str = "UPDATE doc SET kind = ?2, scope = ?3, heads = ?4 WHERE id = ?1";
    // Its changes may have come, and been placed, before it.
    const FIRST: &str = "
        INSERT INTO doc (id, kind, scope, heads, seq) VALUES (?1, ?2, ?3, ?4, (
            SELECT max(seq) FROM (
                SELECT f.seq FROM change c JOIN feed f ON f.segment = c.segment WHERE c.doc = ?1
                UNION ALL
                SELECT s.seq FROM change c JOIN sealed s ON s.segment = c.segment WHERE c.doc = ?1)))";
    for doc in docs {
        let values = params![doc.doc, doc.kind.number(), doc.scope.number(), columns::joined(&doc.heads)];
        if tx.prepare_cached(AGAIN)?.execute(values)? == 0 {
            tx.prepare_cached(FIRST)?.execute(values)?;
        }
    }
    Ok(())
}

/// Notes how far the documents of a segment have got.
pub(super) fn reached(tx: &Connection, segment: i64, seq: u64) -> Result<(), StoreError> {
    const REACHED: &str = "
        UPDATE doc SET seq = ?2 WHERE coalesce(seq, 0) < ?2 AND id IN (
            SELECT c.doc FROM record r CROSS JOIN change c ON c.row = r.change WHERE r.segment = ?1)";
    tx.prepare_cached(REACHED)?.execute(params![segment, seq])?;
    Ok(())
}

pub(super) fn load(tx: &Connection, doc: &DocId) -> Result<Stored, StoreError> {
    const STATE: &str = "SELECT id, kind, scope, heads, seq FROM doc WHERE id = ?1";
    const SNAPSHOT: &str = "SELECT covered, changes, heads, bytes FROM snapshot WHERE doc = ?1";
    const TAIL: &str = "SELECT bytes FROM change WHERE doc = ?1 AND row > ?2 ORDER BY row";
    const UNSENT: &str = "SELECT count(*) FROM outbox WHERE doc = ?1";
    let (state, seq) = match tx.prepare_cached(STATE)?.query([doc])?.next()? {
        Some(row) => (Some(state(row)?), row.get(4)?),
        None => (None, None),
    };
    let (covered, snapshot) = match tx.prepare_cached(SNAPSHOT)?.query([doc])?.next()? {
        None => (0, None),
        Some(row) => {
            let heads = columns::hashes(row.get_ref(2)?.as_blob().unwrap_or_default())?;
            (row.get::<_, i64>(0)?, Some(Snapshot { bytes: row.get(3)?, heads, changes: row.get(1)? }))
        }
    };
    let mut tail = tx.prepare_cached(TAIL)?;
    let tail = tail.query_map(params![doc, covered], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let unsent = tx.prepare_cached(UNSENT)?.query_row([doc], |row| row.get(0))?;
    Ok(Stored { state, snapshot, tail, unsent, seq })
}

/// Up to its latest head, a snapshot must hold every stored change: then reading goes on after that one.
pub(super) fn cover(tx: &Connection, doc: &DocId, snapshot: &Snapshot) -> Result<(), StoreError> {
    const HEAD: &str = "SELECT row FROM change WHERE hash = ?1 AND doc = ?2";
    const INSIDE: &str = "SELECT count(*) FROM change WHERE doc = ?1 AND row <= ?2";
    const STORE: &str = "
        INSERT INTO snapshot (doc, covered, changes, heads, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (doc) DO UPDATE SET
            covered = excluded.covered, changes = excluded.changes, heads = excluded.heads, bytes = excluded.bytes
        WHERE excluded.covered >= covered";
    let mut covered: i64 = 0;
    for head in &snapshot.heads {
        let row: Option<i64> = tx.prepare_cached(HEAD)?.query_row(params![head.0, doc], |row| row.get(0)).optional()?;
        covered = covered.max(row.unwrap_or(0));
    }
    let inside: u32 = tx.prepare_cached(INSIDE)?.query_row(params![doc, covered], |row| row.get(0))?;
    if inside != snapshot.changes {
        return Err(StoreError::Clash);
    }
    let heads = columns::joined(&snapshot.heads);
    tx.prepare_cached(STORE)?.execute(params![doc, covered, snapshot.changes, heads, snapshot.bytes])?;
    Ok(())
}

/// Documents in order of their id.
pub(super) fn docs(tx: &Connection, after: Option<&DocId>, limit: u16) -> Result<Rows, StoreError> {
    // An empty blob sorts before every id.
    const DOCS: &str = "SELECT id, kind, scope, heads FROM doc WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = tx.prepare_cached(DOCS)?;
    let mut found = statement.query(params![after.map_or(&[][..], |id| id.as_slice()), limit])?;
    let mut docs = Vec::new();
    while let Some(row) = found.next()? {
        docs.push(state(row)?);
    }
    Ok(Rows { docs, ..Rows::default() })
}

fn state(row: &Row<'_>) -> Result<DocState, StoreError> {
    let kind = DocKind::of_number(row.get(1)?).ok_or(StoreError::Damaged { what: "doc" })?;
    let heads = columns::hashes(row.get_ref(3)?.as_blob().unwrap_or_default())?;
    Ok(DocState { doc: row.get(0)?, kind, scope: columns::scope(row.get(2)?)?, heads })
}
