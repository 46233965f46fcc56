//! What is known of others: cursors, devices, actors, segments set aside or waiting, and small named values.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, SegmentKey};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{self, frame_columns};
use super::{feed, outbox, repair};
use crate::store::{
    ActorRow, Batch, DeviceRow, PeerId, PeerMarks, PeerQuery, Placed, Quarantined, StoreError, StoredSegment,
};

macro_rules! devices {
    () => {
        "SELECT key, certificate, not_after, revoked_ms FROM device"
    };
}

/// Stores the parts of a batch that are about others.
pub(super) fn store(tx: &Connection, batch: &Batch) -> Result<(), StoreError> {
    const CURSOR: &str = "
        INSERT INTO cursor (peer, scope, seq, chain) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (peer, scope) DO UPDATE SET seq = excluded.seq, chain = excluded.chain";
    const DEVICE: &str = "
        INSERT INTO device (key, certificate, not_after) VALUES (?1, ?2, ?3)
        ON CONFLICT (key) DO UPDATE SET certificate = excluded.certificate, not_after = excluded.not_after";
    const REVOKE: &str = "
        INSERT INTO device (key, certificate, not_after, revoked_ms) VALUES (?1, x'', 0, ?2)
        ON CONFLICT (key) DO UPDATE SET revoked_ms = coalesce(revoked_ms, excluded.revoked_ms)";
    for (peer, at) in &batch.cursors {
        tx.prepare_cached(CURSOR)?.execute(params![name(peer), at.scope.number(), at.seq, at.chain.0])?;
    }
    for device in &batch.devices {
        tx.prepare_cached(DEVICE)?.execute(params![device.device.0, device.certificate, device.not_after])?;
        if let Some(ms) = device.revoked_ms {
            tx.prepare_cached(REVOKE)?.execute(params![device.device.0, ms])?;
        }
    }
    for (device, ms) in &batch.revoked {
        tx.prepare_cached(REVOKE)?.execute(params![device.0, ms])?;
    }
    for actor in &batch.actors {
        bind(tx, actor)?;
    }
    for (doc, from, to) in &batch.rehomed {
        const REHOME: &str = "UPDATE home SET scope = ?3 WHERE doc = ?1 AND scope = ?2";
        if tx.prepare_cached(REHOME)?.execute(params![doc, from.number(), to.number()])? == 0 {
            return Err(StoreError::Clash);
        }
    }
    for (doc, scope) in &batch.homes {
        settle(tx, doc, *scope)?;
    }
    batch.quarantine.iter().try_for_each(|segment| set_aside(tx, segment))?;
    batch.pending.iter().try_for_each(|(key, bytes)| wait(tx, key, bytes.as_deref()))?;
    batch.states.iter().try_for_each(|(name, value)| set(tx, name, value.as_deref()))
}

fn set(tx: &Connection, name: &str, value: Option<&[u8]>) -> Result<(), StoreError> {
    const STATE: &str = "
        INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    match value {
        Some(value) => tx.prepare_cached(STATE)?.execute(params![name, value])?,
        None => tx.prepare_cached("DELETE FROM state WHERE name = ?1")?.execute([name])?,
    };
    Ok(())
}

fn name(peer: &PeerId) -> &[u8] {
    match peer {
        PeerId::Hub => &[],
        PeerId::Device(device) => &device.0,
    }
}

fn bind(tx: &Connection, actor: &ActorRow) -> Result<(), StoreError> {
    const BIND: &str = "INSERT INTO actor (actor, device, incarnation) VALUES (?1, ?2, ?3)";
    match bound(tx, &actor.actor)? {
        Some(known) if known.device == actor.device => Ok(()),
        Some(_) => Err(StoreError::Clash),
        None => {
            tx.prepare_cached(BIND)?.execute(params![actor.actor, actor.device.0, actor.incarnation])?;
            Ok(())
        }
    }
}

fn bound(tx: &Connection, actor: &[u8; 16]) -> Result<Option<ActorRow>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT device, incarnation FROM actor WHERE actor = ?1")?;
    let read = |row: &Row<'_>| Ok(ActorRow { actor: *actor, device: DeviceId(row.get(0)?), incarnation: row.get(1)? });
    Ok(statement.query_row([actor], read).optional()?)
}

/// A document lives where it was first bound.
fn settle(tx: &Connection, doc: &DocId, scope: ScopeCode) -> Result<(), StoreError> {
    match home(tx, doc)? {
        Some(known) if known == scope => Ok(()),
        Some(_) => Err(StoreError::Clash),
        None => {
            let mut bind = tx.prepare_cached("INSERT INTO home (doc, scope) VALUES (?1, ?2)")?;
            bind.execute(params![doc, scope.number()])?;
            Ok(())
        }
    }
}

fn homes(tx: &Connection, docs: &[DocId]) -> Result<Vec<(DocId, ScopeCode)>, StoreError> {
    let bound = docs.iter().filter_map(|doc| home(tx, doc).map(|home| home.map(|scope| (*doc, scope))).transpose());
    bound.collect()
}

fn home(tx: &Connection, doc: &DocId) -> Result<Option<ScopeCode>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT scope FROM home WHERE doc = ?1")?;
    statement.query_row([doc], |row| row.get(0)).optional()?.map(columns::scope).transpose()
}

fn set_aside(tx: &Connection, segment: &Quarantined) -> Result<(), StoreError> {
    const SET_ASIDE: &str = "
        INSERT INTO quarantine (device, incarnation, scope, number, digest, why, at_ms, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (device, incarnation, scope, number, digest) DO NOTHING";
    let Quarantined { key, why, at_ms, bytes } = segment;
    let digest = blake3::hash(bytes);
    tx.prepare_cached(SET_ASIDE)?.execute(params![
        key.device.0,
        key.incarnation,
        key.scope.number(),
        key.number,
        digest.as_bytes(),
        why,
        at_ms,
        bytes
    ])?;
    Ok(())
}

fn wait(tx: &Connection, key: &SegmentKey, bytes: Option<&[u8]>) -> Result<(), StoreError> {
    const WAIT: &str = "
        INSERT INTO pending (scope, device, incarnation, number, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (scope, device, incarnation, number) DO UPDATE SET bytes = excluded.bytes";
    const GO: &str = "DELETE FROM pending WHERE scope = ?1 AND device = ?2 AND incarnation = ?3 AND number = ?4";
    let SegmentKey { device, incarnation, scope, number } = key;
    match bytes {
        Some(bytes) => {
            tx.prepare_cached(WAIT)?.execute(params![scope.number(), device.0, incarnation, number, bytes])?
        }
        None => tx.prepare_cached(GO)?.execute(params![scope.number(), device.0, incarnation, number])?,
    };
    Ok(())
}

/// Answers a question about others.
pub(super) fn ask(tx: &Connection, query: &PeerQuery) -> Result<PeerMarks, StoreError> {
    let mut marks = PeerMarks::default();
    match query {
        PeerQuery::Cursors(peer) => {
            marks.cursors = cursors(tx, peer)?;
            marks.ends = feed::ends(tx)?;
        }
        PeerQuery::CursorsUnder { peer, scopes } => {
            marks.cursors = cursors(tx, peer)?;
            marks.ends = feed::ends_under(tx, scopes)?;
        }
        PeerQuery::Outbox { limit } => marks.outbox = outbox::waiting(tx, *limit)?,
        PeerQuery::Unreceipted { limit } => marks.segments = outbox::unreceipted(tx, *limit)?,
        PeerQuery::Devices(keys) => marks.devices = devices(tx, keys)?,
        PeerQuery::AllDevices => {
            let mut statement = tx.prepare_cached(concat!(devices!(), " ORDER BY key"))?;
            marks.devices = statement.query_map([], device)?.collect::<Result<_, _>>()?;
        }
        PeerQuery::Segments(keys) => {
            for key in keys {
                marks.frames.extend(frame(tx, key)?);
            }
        }
        PeerQuery::Last { device, incarnation, scope } => marks.frames.extend(last(tx, *device, *incarnation, *scope)?),
        PeerQuery::Known { changes, actors } => {
            for hash in changes {
                if outbox::is_stored(tx, hash)? {
                    marks.known.push(*hash);
                }
            }
            for actor in actors {
                marks.actors.extend(bound(tx, actor)?);
            }
        }
        PeerQuery::Homes(docs) => marks.homes = homes(tx, docs)?,
        PeerQuery::Beyond { scope, seq } => marks.beyond = repair::beyond(tx, *scope, *seq)?,
        PeerQuery::Whole(keys) => marks.segments = repair::whole(tx, keys)?,
        PeerQuery::Lines(device) => marks.frames = repair::lines(tx, *device)?,
        PeerQuery::Pending(scope) => marks.pending = pending(tx, *scope)?,
        PeerQuery::Quarantine => marks.quarantine = quarantine(tx)?,
        PeerQuery::Outstanding => marks.outstanding = outbox::outstanding(tx)?,
    }
    Ok(marks)
}

fn devices(tx: &Connection, keys: &[DeviceId]) -> Result<Vec<DeviceRow>, StoreError> {
    let mut statement = tx.prepare_cached(concat!(devices!(), " WHERE key = ?1"))?;
    let known = keys.iter().filter_map(|key| statement.query_row([key.0], device).optional().transpose());
    Ok(known.collect::<Result<_, _>>()?)
}

fn device(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    let (certificate, not_after, revoked_ms) = (row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(DeviceRow { device: DeviceId(row.get(0)?), certificate, not_after, revoked_ms })
}

fn cursors(tx: &Connection, peer: &PeerId) -> Result<Vec<Cursor>, StoreError> {
    const CURSORS: &str = "SELECT scope, seq, chain FROM cursor WHERE peer = ?1 ORDER BY scope";
    let mut statement = tx.prepare_cached(CURSORS)?;
    let mut found = statement.query([name(peer)])?;
    let mut cursors = Vec::new();
    while let Some(row) = found.next()? {
        cursors.push(Cursor { scope: columns::scope(row.get(0)?)?, seq: row.get(1)?, chain: Hash(row.get(2)?) });
    }
    Ok(cursors)
}

type Framed = (StoredSegment, Option<Placed>);

pub(super) fn frame(tx: &Connection, key: &SegmentKey) -> Result<Option<Framed>, StoreError> {
    const FRAME: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM segment s LEFT JOIN feed f ON f.segment = s.row
         WHERE s.device = ?1 AND s.incarnation = ?2 AND s.scope = ?3 AND s.number = ?4"
    );
    let SegmentKey { device, incarnation, scope, number } = key;
    let mut statement = tx.prepare_cached(FRAME)?;
    let mut found = statement.query(params![device.0, incarnation, scope.number(), number])?;
    found.next()?.map(|row| columns::frame(row).map(|(_, segment, place)| (segment, place))).transpose()
}

fn last(tx: &Connection, device: DeviceId, incarnation: u32, scope: ScopeCode) -> Result<Option<Framed>, StoreError> {
    const LAST: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM segment s LEFT JOIN feed f ON f.segment = s.row
         WHERE s.device = ?1 AND s.incarnation = ?2 AND s.scope = ?3 ORDER BY s.number DESC LIMIT 1"
    );
    let mut statement = tx.prepare_cached(LAST)?;
    let mut found = statement.query(params![device.0, incarnation, scope.number()])?;
    found.next()?.map(|row| columns::frame(row).map(|(_, segment, place)| (segment, place))).transpose()
}

fn pending(tx: &Connection, scope: ScopeCode) -> Result<Vec<(SegmentKey, Vec<u8>)>, StoreError> {
    const PENDING: &str = "
        SELECT device, incarnation, scope, number, bytes FROM pending WHERE scope = ?1
        ORDER BY device, incarnation, number";
    let mut statement = tx.prepare_cached(PENDING)?;
    let mut found = statement.query([scope.number()])?;
    let mut waiting = Vec::new();
    while let Some(row) = found.next()? {
        waiting.push((columns::segment_key(row, 0)?, row.get(4)?));
    }
    Ok(waiting)
}

fn quarantine(tx: &Connection) -> Result<Vec<Quarantined>, StoreError> {
    const QUARANTINE: &str = "
        SELECT device, incarnation, scope, number, why, at_ms, bytes FROM quarantine ORDER BY row DESC";
    let mut statement = tx.prepare_cached(QUARANTINE)?;
    let mut found = statement.query([])?;
    let mut aside = Vec::new();
    while let Some(row) = found.next()? {
        let key = columns::segment_key(row, 0)?;
        aside.push(Quarantined { key, why: row.get(4)?, at_ms: row.get(5)?, bytes: row.get(6)? });
    }
    Ok(aside)
}

/// Named values whose name starts so, in the order of their names.
pub(super) fn states(tx: &Connection, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT name, value FROM state WHERE name >= ?1 ORDER BY name")?;
    let mut found = statement.query([prefix])?;
    let mut states = Vec::new();
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        if !name.starts_with(prefix) {
            break;
        }
        states.push((name, row.get(1)?));
    }
    Ok(states)
}
