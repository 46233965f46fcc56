//! Which scope each document lives in: bound by the first segment that gets a number (K5), until it is moved.

use std::collections::HashMap;

use daiban_core::store::StoreError;
use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;
use tokio_postgres::Row;

use super::columns::{self, scope_number};
use super::flight::{Flight, Landed, Seat, values};

/// Binds documents that are not bound, and asks where they all live; read by [`settled`].
pub(super) async fn settle<'a>(flight: &mut Flight<'a>, homes: &'a [(DocId, ScopeCode)]) -> Option<Seat> {
    const SETTLE: &str = "
        INSERT INTO home (doc, scope) SELECT * FROM unnest($1::bytea[], $2::int8[]) ON CONFLICT DO NOTHING";
    if homes.is_empty() {
        return None;
    }
    // In one order for all writers. Stable: of two homes of one document the first counts.
    let mut sorted: Vec<&(DocId, ScopeCode)> = homes.iter().collect();
    sorted.sort_by_key(|(doc, _)| *doc);
    let docs = sorted.iter().map(|(doc, _)| &doc[..]).collect::<Vec<_>>();
    let scopes = sorted.iter().map(|(_, scope)| scope_number(*scope)).collect::<Vec<_>>();
    flight.send(SETTLE, values![docs, scopes]).await;
    Some(ask(flight, homes.iter().map(|(doc, _)| *doc)).await)
}

/// Moves documents that live where the batch says; read by [`moved`].
pub(super) async fn rehome<'a>(flight: &mut Flight<'a>, all: &'a [(DocId, ScopeCode, ScopeCode)]) -> Vec<Seat> {
    const REHOME: &str = "UPDATE home SET scope = $3 WHERE doc = $1 AND scope = $2 RETURNING doc";
    let mut seats = Vec::with_capacity(all.len());
    for (doc, from, to) in all {
        seats.push(flight.send(REHOME, values![&doc[..], scope_number(*from), scope_number(*to)]).await);
    }
    seats
}

/// Whether each lived there.
pub(super) fn moved(seats: Vec<Seat>, landed: &mut Landed) -> Result<(), StoreError> {
    let all = seats.into_iter().all(|seat| !landed.rows(seat).is_empty());
    if all { Ok(()) } else { Err(StoreError::Clash) }
}

/// Asks where documents live, in the order asked; read by [`read`].
pub(super) async fn ask(flight: &mut Flight<'_>, docs: impl Iterator<Item = DocId>) -> Seat {
    const HOMES: &str = "
        SELECT h.doc, h.scope FROM unnest($1::bytea[]) WITH ORDINALITY g (doc, n) JOIN home h ON h.doc = g.doc ORDER BY g.n";
    flight.send(HOMES, values![docs.map(|doc| doc.to_vec()).collect::<Vec<_>>()]).await
}

/// Documents and where they live.
pub(super) fn read(rows: &[Row]) -> Result<Vec<(DocId, ScopeCode)>, StoreError> {
    rows.iter().map(|row| Ok((columns::bytes(row, 0)?, columns::scope(row, 1)?))).collect()
}

/// Whether each document of a batch lives where the batch says.
pub(super) fn settled(asked: &[(DocId, ScopeCode)], seat: Option<Seat>, landed: &mut Landed) -> Result<(), StoreError> {
    let Some(seat) = seat else { return Ok(()) };
    let known: HashMap<DocId, ScopeCode> = read(&landed.rows(seat))?.into_iter().collect();
    let at_home = |(doc, scope): &(DocId, ScopeCode)| known.get(doc) == Some(scope);
    if asked.iter().all(at_home) { Ok(()) } else { Err(StoreError::Clash) }
}
