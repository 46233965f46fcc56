//! The numbered feed of each scope: places given (hub), places taken over (station), and reading on.

use std::collections::{BTreeMap, HashMap};

use daiban_model::ids::ScopeCode;
use daiban_model::wire::{Cursor, Hash, SegmentKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{self, frame_columns};
use super::records;
use crate::store::{FeedEntry, Placed, StoreError, chain_next};

/// Gives the next numbers, scopes in sorted order. S5.
pub(super) fn number(tx: &Connection, keys: &[SegmentKey]) -> Result<Vec<Placed>, StoreError> {
    let mut placed: HashMap<SegmentKey, Placed> = HashMap::new();
    let mut fresh: BTreeMap<ScopeCode, Vec<(SegmentKey, i64, Hash)>> = BTreeMap::new();
    for key in keys {
        let waiting = fresh.entry(key.scope).or_default();
        if placed.contains_key(key) || waiting.iter().any(|(seen, ..)| seen == key) {
            continue;
        }
        let (row, root) = records::required(tx, key)?;
        match place_of(tx, key, row)? {
            Some(place) => drop(placed.insert(*key, place)),
            None => waiting.push((*key, row, root)),
        }
    }
    for (scope, segments) in fresh.into_iter().filter(|(_, segments)| !segments.is_empty()) {
        let end = extend(tx, scope, segments.len())?;
        let (mut seq, mut chain) = (end.seq - segments.len() as u64, end.chain);
        for (key, row, root) in segments {
            (seq, chain) = (seq + 1, chain_next(chain, root));
            enter(tx, &Placed { key, seq, chain }, row)?;
            placed.insert(key, Placed { key, seq, chain });
        }
        close(tx, scope, chain)?;
    }
    // Every key was placed above.
    Ok(keys.iter().filter_map(|key| placed.get(key).copied()).collect())
}

/// Takes over the places the hub gave.
pub(super) fn place(tx: &Connection, places: &[Placed]) -> Result<(), StoreError> {
    const TAKEN: &str = "SELECT segment, chain FROM feed WHERE scope = ?1 AND seq = ?2";
    for place in places {
        let scope = place.key.scope;
        let (row, root) = records::required(tx, &place.key)?;
        let taken: Option<(i64, Hash)> = tx
            .prepare_cached(TAKEN)?
            .query_row(params![scope.number(), place.seq], |row| Ok((row.get(0)?, Hash(row.get(1)?))))
            .optional()?;
        match taken {
            Some((there, chain)) if there == row && chain == place.chain => continue,
            Some(_) => return Err(StoreError::Clash),
            None => {}
        }
        let end = extend(tx, scope, 1)?;
        if end.seq != place.seq {
            return Err(StoreError::Damaged { what: "feed" });
        }
        if chain_next(end.chain, root) != place.chain {
            return Err(StoreError::Clash);
        }
        enter(tx, place, row)?;
        close(tx, scope, place.chain)?;
        super::outbox::arrived(tx, row)?;
    }
    Ok(())
}

/// Moves the end of a feed on by so many; answers the new number with the old chain hash.
fn extend(tx: &Connection, scope: ScopeCode, by: usize) -> Result<Cursor, StoreError> {
    const EXTEND: &str = "UPDATE scope_seq SET n = n + ?2 WHERE scope = ?1 RETURNING n, chain";
    const OPEN: &str = "INSERT INTO scope_seq (scope, n, chain) VALUES (?1, ?2, ?3) RETURNING n, chain";
    let read = |row: &rusqlite::Row<'_>| Ok(Cursor { scope, seq: row.get(0)?, chain: Hash(row.get(1)?) });
    let known = tx.prepare_cached(EXTEND)?.query_row(params![scope.number(), by], read).optional()?;
    match known {
        Some(end) => Ok(end),
        None => Ok(tx.prepare_cached(OPEN)?.query_row(params![scope.number(), by, Hash::default().0], read)?),
    }
}

fn enter(tx: &Connection, place: &Placed, row: i64) -> Result<(), StoreError> {
    const ENTER: &str = "INSERT INTO feed (scope, seq, segment, chain) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(ENTER)?.execute(params![place.key.scope.number(), place.seq, row, place.chain.0])?;
    records::reached(tx, row, place.seq)
}

fn close(tx: &Connection, scope: ScopeCode, chain: Hash) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE scope_seq SET chain = ?2 WHERE scope = ?1")?.execute(params![scope.number(), chain.0])?;
    Ok(())
}

fn place_of(tx: &Connection, key: &SegmentKey, row: i64) -> Result<Option<Placed>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT seq, chain FROM feed WHERE segment = ?1")?;
    let place = |row: &rusqlite::Row<'_>| Ok(Placed { key: *key, seq: row.get(0)?, chain: Hash(row.get(1)?) });
    Ok(statement.query_row([row], place).optional()?)
}

/// The end of every feed.
pub(super) fn ends(tx: &Connection) -> Result<Vec<Cursor>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT scope, n, chain FROM scope_seq WHERE n > 0 ORDER BY scope")?;
    let mut found = statement.query([])?;
    let mut ends = Vec::new();
    while let Some(row) = found.next()? {
        ends.push(Cursor { scope: columns::scope(row.get(0)?)?, seq: row.get(1)?, chain: Hash(row.get(2)?) });
    }
    Ok(ends)
}

/// The ends of the feeds of divisions and of what lies below them.
pub(super) fn ends_under(tx: &Connection, scopes: &[ScopeCode]) -> Result<Vec<Cursor>, StoreError> {
    const ENDS: &str = "SELECT scope, n, chain FROM scope_seq WHERE n > 0 AND scope BETWEEN ?1 AND ?2";
    let mut statement = tx.prepare_cached(ENDS)?;
    // Divisions may lie within each other.
    let mut ends: BTreeMap<ScopeCode, Cursor> = BTreeMap::new();
    for span in scopes.iter().map(|scope| scope.span()) {
        let mut found = statement.query([*span.start(), *span.end()])?;
        while let Some(row) = found.next()? {
            let end = Cursor { scope: columns::scope(row.get(0)?)?, seq: row.get(1)?, chain: Hash(row.get(2)?) };
            ends.insert(end.scope, end);
        }
    }
    Ok(ends.into_values().collect())
}

/// A stretch of a feed.
pub(super) fn after(
    tx: &Connection,
    scope: ScopeCode,
    seq: u64,
    max_bytes: usize,
) -> Result<Vec<FeedEntry>, StoreError> {
    const AFTER: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM feed f CROSS JOIN segment s ON s.row = f.segment WHERE f.scope = ?1 AND f.seq > ?2 ORDER BY f.seq"
    );
    let mut statement = tx.prepare_cached(AFTER)?;
    let mut found = statement.query(params![scope.number(), i64::try_from(seq).unwrap_or(i64::MAX)])?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let (row, segment, place) = columns::frame(row)?;
        let Some(place) = place else { break };
        let records = records::carried(tx, row)?;
        bytes += records.iter().map(|(.., change)| change.len()).sum::<usize>();
        if bytes > max_bytes && !entries.is_empty() {
            break;
        }
        entries.push(FeedEntry { seq: place.seq, chain: place.chain, segment, records });
    }
    Ok(entries)
}
