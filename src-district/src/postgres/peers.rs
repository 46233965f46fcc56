//! Writing what is known of others: cursors, devices, actors, segments set aside or waiting, and small named values.
//!
//! A statement may touch a row once only. Where a batch names one twice, what the parts would come to one after the other is
//! reckoned first; rows go in sorted order, so that writers do not wait for each other in a ring.

use std::collections::{BTreeMap, HashMap};

use daiban_core::store::{ActorRow, Batch, DeviceRow, PeerId, Quarantined, StoreError};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, SegmentKey};
use tokio_postgres::Row;

use super::columns::{self, scope_number};
use super::flight::{Flight, Landed, Seat, values};
use super::segments::keyed;

/// The name of a peer as it stands in a column.
pub(super) fn name(peer: &PeerId) -> &[u8] {
    match peer {
        PeerId::Hub => &[],
        PeerId::Device(device) => &device.0,
    }
}

/// Stores the parts of a batch that are about others, except actors.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, batch: &'a Batch) -> Result<(), StoreError> {
    cursors(flight, &batch.cursors).await;
    devices(flight, batch).await?;
    set_aside(flight, &batch.quarantine).await?;
    wait(flight, &batch.pending).await;
    states(flight, &batch.states).await;
    Ok(())
}

async fn cursors<'a>(flight: &mut Flight<'a>, cursors: &'a [(PeerId, Cursor)]) {
    const CURSORS: &str = "
        INSERT INTO cursor (peer, scope, seq, chain)
        SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::bytea[])
        ON CONFLICT (peer, scope) DO UPDATE SET seq = excluded.seq, chain = excluded.chain";
    let last: BTreeMap<(&[u8], ScopeCode), &Cursor> =
        cursors.iter().map(|(peer, at)| ((name(peer), at.scope), at)).collect();
    if last.is_empty() {
        return;
    }
    let values = values![
        last.keys().map(|(peer, _)| *peer).collect::<Vec<_>>(),
        last.keys().map(|(_, scope)| scope_number(*scope)).collect::<Vec<_>>(),
        last.values().map(|at| columns::bits(at.seq)).collect::<Vec<_>>(),
        last.values().map(|at| &at.chain.0[..]).collect::<Vec<_>>(),
    ];
    flight.send(CURSORS, values).await;
}

/// The last certificate counts, and the first revocation.
async fn devices<'a>(flight: &mut Flight<'a>, batch: &'a Batch) -> Result<(), StoreError> {
    const DEVICES: &str = "
        INSERT INTO device (key, certificate, not_after) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::int8[])
        ON CONFLICT (key) DO UPDATE SET certificate = excluded.certificate, not_after = excluded.not_after";
    const REVOKE: &str = "
        INSERT INTO device (key, certificate, not_after, revoked_ms)
        SELECT g.key, ''::bytea, 0, g.ms FROM unnest($1::bytea[], $2::int8[]) g (key, ms)
        ON CONFLICT (key) DO UPDATE SET revoked_ms = coalesce(device.revoked_ms, excluded.revoked_ms)";
    let last: BTreeMap<DeviceId, &DeviceRow> = batch.devices.iter().map(|row| (row.device, row)).collect();
    if !last.is_empty() {
        let values = values![
            last.values().map(|row| &row.device.0[..]).collect::<Vec<_>>(),
            last.values().map(|row| row.certificate.as_slice()).collect::<Vec<_>>(),
            last.values().map(|row| columns::int(row.not_after)).collect::<Result<Vec<_>, _>>()?,
        ];
        flight.send(DEVICES, values).await;
    }
    let mut revoked: BTreeMap<DeviceId, u64> = BTreeMap::new();
    let with_certificate = batch.devices.iter().filter_map(|row| Some((row.device, row.revoked_ms?)));
    for (device, ms) in with_certificate.chain(batch.revoked.iter().copied()) {
        revoked.entry(device).or_insert(ms);
    }
    if !revoked.is_empty() {
        let keys = revoked.keys().map(|device| device.0.to_vec()).collect::<Vec<_>>();
        let times = revoked.values().map(|ms| columns::int(*ms)).collect::<Result<Vec<_>, _>>()?;
        flight.send(REVOKE, values![keys, times]).await;
    }
    Ok(())
}

/// Binds actors that are not bound, and asks for the devices of them all; read by [`bound`].
pub(super) async fn bind<'a>(flight: &mut Flight<'a>, actors: &'a [ActorRow]) -> Option<Seat> {
    const BIND: &str = "
        INSERT INTO actor (actor, device, incarnation) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::int8[])
        ON CONFLICT DO NOTHING";
    if actors.is_empty() {
        return None;
    }
    let mut sorted: Vec<&ActorRow> = actors.iter().collect();
    // Stable: of two bindings of one actor the first counts.
    sorted.sort_by_key(|row| row.actor);
    let values = values![
        sorted.iter().map(|row| &row.actor[..]).collect::<Vec<_>>(),
        sorted.iter().map(|row| &row.device.0[..]).collect::<Vec<_>>(),
        sorted.iter().map(|row| i64::from(row.incarnation)).collect::<Vec<_>>(),
    ];
    flight.send(BIND, values).await;
    Some(ask_bound(flight, actors.iter().map(|row| row.actor)).await)
}

/// Asks which devices actors are bound to, in the order asked; read by [`actors`].
pub(super) async fn ask_bound(flight: &mut Flight<'_>, actors: impl Iterator<Item = [u8; 16]>) -> Seat {
    const BOUND: &str = "
        SELECT a.actor, a.device, a.incarnation FROM unnest($1::bytea[]) WITH ORDINALITY g (actor, n)
        JOIN actor a ON a.actor = g.actor ORDER BY g.n";
    flight.send(BOUND, values![actors.map(|actor| actor.to_vec()).collect::<Vec<_>>()]).await
}

/// Bound actors.
pub(super) fn actors(rows: &[Row]) -> Result<Vec<ActorRow>, StoreError> {
    let actor = |row: &Row| {
        let (actor, device) = (columns::bytes(row, 0)?, DeviceId(columns::bytes(row, 1)?));
        Ok(ActorRow { actor, device, incarnation: columns::number(row, 2)? })
    };
    rows.iter().map(actor).collect()
}

/// Whether each actor of a batch belongs to the device it names.
pub(super) fn bound(asked: &[ActorRow], seat: Option<Seat>, landed: &mut Landed) -> Result<(), StoreError> {
    let Some(seat) = seat else { return Ok(()) };
    let bound: HashMap<[u8; 16], DeviceId> =
        actors(&landed.rows(seat))?.into_iter().map(|row| (row.actor, row.device)).collect();
    let own = |row: &ActorRow| bound.get(&row.actor) == Some(&row.device);
    if asked.iter().all(own) { Ok(()) } else { Err(StoreError::Clash) }
}

async fn set_aside<'a>(flight: &mut Flight<'a>, segments: &'a [Quarantined]) -> Result<(), StoreError> {
    const SET_ASIDE: &str = "
        INSERT INTO quarantine (device, incarnation, scope, number, digest, why, at_ms, bytes)
        SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::bytea[], $6::text[], $7::int8[],
                             $8::bytea[])
        ON CONFLICT (device, incarnation, scope, number, digest) DO NOTHING";
    if segments.is_empty() {
        return Ok(());
    }
    let mut values: Vec<_> = keyed(segments.iter().map(|segment| segment.key)).into();
    values.append(&mut values![
        segments.iter().map(|segment| blake3::hash(&segment.bytes).as_bytes().to_vec()).collect::<Vec<_>>(),
        segments.iter().map(|segment| segment.why.as_str()).collect::<Vec<_>>(),
        segments.iter().map(|segment| columns::int(segment.at_ms)).collect::<Result<Vec<_>, _>>()?,
        segments.iter().map(|segment| segment.bytes.as_slice()).collect::<Vec<_>>(),
    ]);
    flight.send(SET_ASIDE, values).await;
    Ok(())
}

async fn wait<'a>(flight: &mut Flight<'a>, pending: &'a [(SegmentKey, Option<Vec<u8>>)]) {
    const WAIT: &str = "
        INSERT INTO pending (device, incarnation, scope, number, bytes)
        SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::bytea[])
        ON CONFLICT (scope, device, incarnation, number) DO UPDATE SET bytes = excluded.bytes";
    const GO: &str = "
        DELETE FROM pending p USING unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[])
            g (device, incarnation, scope, number)
        WHERE p.scope = g.scope AND p.device = g.device AND p.incarnation = g.incarnation AND p.number = g.number";
    let last: BTreeMap<SegmentKey, Option<&[u8]>> =
        pending.iter().map(|(key, bytes)| (*key, bytes.as_deref())).collect();
    let (waiting, gone): (Vec<_>, Vec<_>) = last.into_iter().partition(|(_, bytes)| bytes.is_some());
    if !gone.is_empty() {
        flight.send(GO, keyed(gone.iter().map(|(key, _)| *key)).into()).await;
    }
    if !waiting.is_empty() {
        let mut values: Vec<_> = keyed(waiting.iter().map(|(key, _)| *key)).into();
        values.append(&mut values![waiting.iter().filter_map(|(_, bytes)| *bytes).collect::<Vec<_>>()]);
        flight.send(WAIT, values).await;
    }
}

async fn states<'a>(flight: &mut Flight<'a>, states: &'a [(String, Option<Vec<u8>>)]) {
    const STATE: &str = "
        INSERT INTO state (name, value) SELECT * FROM unnest($1::bytea[], $2::bytea[])
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    const NONE: &str = "DELETE FROM state WHERE name = ANY ($1::bytea[])";
    let last: BTreeMap<&str, Option<&[u8]>> =
        states.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
    let (kept, gone): (Vec<_>, Vec<_>) = last.into_iter().partition(|(_, value)| value.is_some());
    if !gone.is_empty() {
        flight.send(NONE, values![gone.iter().map(|(name, _)| name.as_bytes()).collect::<Vec<_>>()]).await;
    }
    if !kept.is_empty() {
        let names = kept.iter().map(|(name, _)| name.as_bytes()).collect::<Vec<_>>();
        flight.send(STATE, values![names, kept.iter().filter_map(|(_, value)| *value).collect::<Vec<_>>()]).await;
    }
}
