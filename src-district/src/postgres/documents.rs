//! Documents: their state, how far they have got, their snapshots, and reading one.

use std::collections::HashMap;

use daiban_core::store::{DocKind, DocState, Rows, Snapshot, StoreError, Stored};
use daiban_model::wire::{DocId, Hash};
use tokio_postgres::Row;

use super::changes;
use super::columns::{self, scope_number};
use super::fault::Fault;
use super::flight::{Flight, values};
use super::line::Line;

/// Stores documents. Of one that is named twice the last state counts.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, docs: &'a [DocState]) {
    // Its changes may have come, and been placed, before it.
    const STORE: &str = "
        INSERT INTO doc (id, kind, scope, heads, seq)
        SELECT g.id, g.kind, g.scope, g.heads, CASE WHEN NOT EXISTS (SELECT 1 FROM doc d WHERE d.id = g.id) THEN (
            SELECT max(p.seq) FROM (
                SELECT f.seq FROM change c JOIN feed f ON f.segment = c.segment WHERE c.doc = g.id
                UNION ALL
                SELECT s.seq FROM change c JOIN sealed s ON s.segment = c.segment WHERE c.doc = g.id
            ) p
        ) END
        FROM unnest($1::bytea[], $2::int2[], $3::int8[], $4::bytea[]) g (id, kind, scope, heads)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, heads = excluded.heads";
    if docs.is_empty() {
        return;
    }
    let last: HashMap<&DocId, &DocState> = docs.iter().map(|doc| (&doc.doc, doc)).collect();
    let mut docs: Vec<&DocState> = last.into_values().collect();
    // In one order for all writers, so that they do not wait for each other in a ring.
    docs.sort_unstable_by_key(|doc| doc.doc);
    let values = values![
        docs.iter().map(|doc| &doc.doc[..]).collect::<Vec<_>>(),
        docs.iter().map(|doc| i16::from(doc.kind.number())).collect::<Vec<_>>(),
        docs.iter().map(|doc| scope_number(doc.scope)).collect::<Vec<_>>(),
        docs.iter().map(|doc| columns::joined(&doc.heads)).collect::<Vec<_>>(),
    ];
    flight.send(STORE, values).await;
}

/// Notes how far documents have got.
pub(super) async fn reached(flight: &mut Flight<'_>, reached: HashMap<DocId, u64>) -> Result<(), StoreError> {
    const REACHED: &str = "
        UPDATE doc d SET seq = g.seq FROM unnest($1::bytea[], $2::int8[]) g (id, seq)
        WHERE d.id = g.id AND coalesce(d.seq, 0) < g.seq";
    if reached.is_empty() {
        return Ok(());
    }
    let mut reached: Vec<(DocId, u64)> = reached.into_iter().collect();
    reached.sort_unstable();
    let docs = reached.iter().map(|(doc, _)| doc.to_vec()).collect::<Vec<_>>();
    let seqs = reached.iter().map(|(_, seq)| columns::int(*seq)).collect::<Result<Vec<_>, _>>()?;
    flight.send(REACHED, values![docs, seqs]).await;
    Ok(())
}

/// The same for all documents of stored segments.
pub(super) async fn reached_by(flight: &mut Flight<'_>, segments: &[(i64, u64)]) -> Result<(), StoreError> {
    const REACHED: &str = "
        UPDATE doc d SET seq = g.seq FROM (
            SELECT c.doc, max(p.seq) AS seq
            FROM unnest($1::int8[], $2::int8[]) p (segment, seq)
            JOIN record r ON r.segment = p.segment JOIN change c ON c.id = r.change GROUP BY c.doc
        ) g
        WHERE d.id = g.doc AND coalesce(d.seq, 0) < g.seq";
    if segments.is_empty() {
        return Ok(());
    }
    let ids = segments.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let seqs = segments.iter().map(|(_, seq)| columns::int(*seq)).collect::<Result<Vec<_>, _>>()?;
    flight.send(REACHED, values![ids, seqs]).await;
    Ok(())
}

/// One document, as of one moment.
pub(super) async fn load(line: &mut Line, doc: &DocId) -> Result<Stored, Fault> {
    const STATE: &str = "SELECT id, kind, scope, heads, seq FROM doc WHERE id = $1";
    const SNAPSHOT: &str = "SELECT changes, heads, bytes FROM snapshot WHERE doc = $1";
    const TAIL: &str = "
        SELECT bytes FROM change
        WHERE doc = $1 AND id > coalesce((SELECT covered FROM snapshot WHERE doc = $1), 0) ORDER BY id";
    const UNSENT: &str = "SELECT count(*) FROM outbox WHERE doc = $1";
    let mut flight = line.begin(super::READING).await;
    let state_of = flight.send(STATE, values![doc.to_vec()]).await;
    let snapshot_of = flight.send(SNAPSHOT, values![doc.to_vec()]).await;
    let tail_of = flight.send(TAIL, values![doc.to_vec()]).await;
    let unsent_of = flight.send(UNSENT, values![doc.to_vec()]).await;
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    let (mut stored, states) = (Stored::default(), landed.rows(state_of));
    if let Some(row) = states.first() {
        (stored.state, stored.seq) = (Some(state(row)?), columns::number_if(row, 4)?);
    }
    if let Some(row) = landed.rows(snapshot_of).first() {
        let heads = columns::hashes(columns::value(row, 1)?)?;
        stored.snapshot = Some(Snapshot { bytes: columns::value(row, 2)?, heads, changes: columns::number(row, 0)? });
    }
    stored.tail = landed.rows(tail_of).iter().map(|row| columns::value(row, 0)).collect::<Result<_, _>>()?;
    stored.unsent = landed.rows(unsent_of).first().map_or(Ok(0), |row| columns::number(row, 0))?;
    Ok(stored)
}

/// Up to its latest head, a snapshot must hold every stored change: then reading goes on after that one.
pub(super) async fn cover(line: &mut Line, doc: &DocId, snapshot: &Snapshot) -> Result<(), Fault> {
    const INSIDE: &str = "
        SELECT h.covered, (SELECT count(*) FROM change c WHERE c.doc = $1 AND c.id <= h.covered)
        FROM (SELECT coalesce(max(id), 0) AS covered FROM change WHERE doc = $1 AND hash = ANY ($2::bytea[])) h";
    const STORE: &str = "
        INSERT INTO snapshot AS s (doc, covered, changes, heads, bytes) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (doc) DO UPDATE SET
            covered = excluded.covered, changes = excluded.changes, heads = excluded.heads, bytes = excluded.bytes
        WHERE excluded.covered >= s.covered";
    let mut flight = line.begin(super::WRITING).await;
    changes::guard_alone(&mut flight, doc).await;
    let heads = snapshot.heads.iter().map(|Hash(head)| &head[..]).collect::<Vec<_>>();
    let seat = flight.send(INSIDE, values![doc.to_vec(), heads]).await;
    let rows = flight.land().await?.rows(seat);
    let (covered, inside): (i64, i64) = match rows.first() {
        Some(row) => (columns::value(row, 0)?, columns::value(row, 1)?),
        None => (0, 0),
    };
    if inside != i64::from(snapshot.changes) {
        return Err(StoreError::Clash.into());
    }
    line.committing();
    let mut flight = line.flight();
    let (count, heads) = (i64::from(snapshot.changes), columns::joined(&snapshot.heads));
    flight.send(STORE, values![doc.to_vec(), covered, count, heads, snapshot.bytes.as_slice()]).await;
    flight.say("COMMIT").await;
    flight.land().await?;
    line.done();
    Ok(())
}

/// Documents in order of their id.
pub(super) async fn list(line: &Line, after: Option<&DocId>, limit: u16) -> Result<Rows, Fault> {
    // No bytes at all sort before every id.
    const DOCS: &str = "SELECT id, kind, scope, heads FROM doc WHERE id > $1 ORDER BY id LIMIT $2";
    let after = after.map_or_else(Vec::new, |id| id.to_vec());
    let mut flight = line.flight();
    let seat = flight.send(DOCS, values![after, i64::from(limit)]).await;
    let rows = flight.land().await?.rows(seat);
    Ok(Rows { docs: rows.iter().map(state).collect::<Result<_, _>>()?, ..Rows::default() })
}

fn state(row: &Row) -> Result<DocState, StoreError> {
    let kind = DocKind::of_number(columns::value::<i16>(row, 1)?.into()).ok_or(StoreError::Damaged { what: "doc" })?;
    let heads = columns::hashes(columns::value(row, 3)?)?;
    Ok(DocState { doc: columns::bytes(row, 0)?, kind, scope: columns::scope(row, 2)?, heads })
}
