//! The way of an own change to the hub: into the outbox, sealed into a segment, receipted.

use daiban_core::store::{Outstanding, Receipted, Records, Sealed, StoreError, StoredChange, StoredSegment};
use daiban_model::wire::{Hash, SegmentKey};
use tokio_postgres::Row;

use super::changes::{self, Places};
use super::columns::{self, FRAME, carried, frame_columns, scope_number};
use super::fault::Fault;
use super::flight::{Flight, Landed, Seat, values};
use super::line::Line;
use super::segments::{self, Frames};

/// Own changes wait from now on. One that travels already is passed over. Answers the hashes that are not stored.
pub(super) async fn add<'a>(flight: &mut Flight<'a>, hashes: &'a [Hash]) -> Option<Seat> {
    const ADD: &str = "
        INSERT INTO outbox (doc, change, size, segment)
        SELECT c.doc, c.id, octet_length(c.bytes), NULL FROM unnest($1::bytea[]) g (hash) JOIN change c ON c.hash = g.hash
        WHERE c.segment IS NULL
        ON CONFLICT DO NOTHING";
    const ABSENT: &str = "
        SELECT 1 FROM unnest($1::bytea[]) g (hash)
        WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.hash = g.hash) LIMIT 1";
    if hashes.is_empty() {
        return None;
    }
    let all = || hashes.iter().map(|hash| &hash.0[..]).collect::<Vec<_>>();
    flight.send(ADD, values![all()]).await;
    Some(flight.send(ABSENT, values![all()]).await)
}

/// Whether all changes that [`add`] was given are stored.
pub(super) fn added(seat: Option<Seat>, landed: &mut Landed) -> Result<(), StoreError> {
    match seat.map(|seat| landed.rows(seat)) {
        Some(absent) if !absent.is_empty() => Err(StoreError::Damaged { what: "outbox" }),
        _ => Ok(()),
    }
}

/// Waiting changes go into stored segments.
pub(super) async fn seal(line: &Line, sealed: &[Sealed], frames: &Frames) -> Result<(), Fault> {
    const SEAL: &str = "
        UPDATE outbox o SET segment = $1 FROM unnest($2::bytea[], $3::int8[]) g (doc, change)
        WHERE o.doc = g.doc AND o.change = g.change";
    const SEALED: &str = "INSERT INTO sealed (segment, changes) VALUES ($1, $2)";
    for one in sealed {
        let segment = frames.required(&one.key)?.id;
        let waiting = waiting_for(line, one).await?;
        let (docs, ids): (Vec<Vec<u8>>, Vec<i64>) = waiting.into_iter().unzip();
        let mut places = Places::default();
        for (ordinal, id) in (0..).zip(&ids) {
            places.push(segment, ordinal, *id);
        }
        let mut flight = line.flight();
        flight.send(SEAL, values![segment, docs, ids.clone()]).await;
        flight.land().await?;
        changes::name(line, ids.iter().map(|id| (*id, segment)).collect()).await?;
        places.stored(line).await?;
        let mut flight = line.flight();
        flight.send(SEALED, values![segment, columns::bound(ids.len())]).await;
        flight.land().await?;
    }
    Ok(())
}

/// The document and id of each change to be sealed. The same hash may wait in two documents: each place takes the oldest.
async fn waiting_for(line: &Line, sealed: &Sealed) -> Result<Vec<(Vec<u8>, i64)>, Fault> {
    const WAITING: &str = "
        SELECT w.doc, w.id
        FROM (
            SELECT g.hash, g.n, row_number() OVER (PARTITION BY g.hash ORDER BY g.n) AS nth
            FROM unnest($1::bytea[]) WITH ORDINALITY g (hash, n)
        ) g
        JOIN LATERAL (
            SELECT c.doc, c.id FROM change c JOIN outbox o ON o.doc = c.doc AND o.change = c.id
            WHERE c.hash = g.hash AND c.scope = $2 AND o.segment IS NULL ORDER BY c.id OFFSET g.nth - 1 LIMIT 1
        ) w ON TRUE
        ORDER BY g.n";
    let hashes = sealed.hashes.iter().map(|hash| &hash.0[..]).collect::<Vec<_>>();
    let mut flight = line.flight();
    let seat = flight.send(WAITING, values![hashes, scope_number(sealed.key.scope)]).await;
    let rows = flight.land().await?.rows(seat);
    if rows.len() != sealed.hashes.len() {
        return Err(StoreError::Damaged { what: "outbox" }.into());
    }
    let one = |row: &Row| Ok::<_, StoreError>((columns::value(row, 0)?, columns::value(row, 1)?));
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}

/// What came of several receipts of one segment.
struct Receipt<'a> {
    segment: i64,
    last: &'a Receipted,
    /// The last place any of them named, and the highest.
    seq: Option<u64>,
    highest: Option<u64>,
}

fn merged<'a>(receipts: &'a [Receipted], frames: &Frames) -> Vec<Receipt<'a>> {
    let mut merged: Vec<Receipt<'a>> = Vec::new();
    for receipt in receipts {
        let Some(frame) = frames.find(&receipt.key) else { continue };
        let seq = receipt.seq;
        match merged.iter_mut().find(|known| known.segment == frame.id) {
            Some(known) => {
                (known.last, known.seq, known.highest) = (receipt, seq.or(known.seq), known.highest.max(seq));
            }
            None => merged.push(Receipt { segment: frame.id, last: receipt, seq, highest: seq }),
        }
    }
    merged
}

/// What these segments carry has arrived; a second receipt only brings what the first lacked. Answers the places named.
pub(super) async fn receive(line: &Line, receipts: &[Receipted], frames: &Frames) -> Result<Vec<(i64, u64)>, Fault> {
    const RECEIVE: &str = "
        WITH last AS (
            SELECT coalesce(max(nth), 0) AS nth, coalesce(max(total), 0) AS total FROM sealed WHERE nth IS NOT NULL
        ), given AS (
            SELECT * FROM unnest($1::int8[], $2::bytea[], $3::int8[], $4::int8[])
                WITH ORDINALITY g (segment, receipt, seq, hub_ms, n)
        ), fresh AS (
            SELECT s.segment, row_number() OVER (ORDER BY g.n) AS nth, sum(s.changes) OVER (ORDER BY g.n) AS total
            FROM given g JOIN sealed s ON s.segment = g.segment WHERE s.nth IS NULL
        )
        UPDATE sealed s SET
            receipt = g.receipt, seq = coalesce(g.seq, s.seq), hub_ms = g.hub_ms,
            nth = coalesce(s.nth, l.nth + f.nth), total = coalesce(s.total, l.total + f.total)
        FROM given g CROSS JOIN last l LEFT JOIN fresh f ON f.segment = g.segment WHERE s.segment = g.segment";
    const LEAVE: &str = "
        DELETE FROM outbox o USING unnest($1::int8[]) g (segment), record r, change c
        WHERE r.segment = g.segment AND c.id = r.change AND o.doc = c.doc AND o.change = c.id";
    let merged = merged(receipts, frames);
    if merged.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || merged.iter().map(|one| one.segment).collect::<Vec<_>>();
    let seqs = merged.iter().map(|one| one.seq.map(columns::int).transpose()).collect::<Result<Vec<_>, _>>()?;
    let values = values![
        ids(),
        merged.iter().map(|one| one.last.receipt.as_slice()).collect::<Vec<_>>(),
        seqs,
        merged.iter().map(|one| columns::bits(one.last.hub_ms)).collect::<Vec<_>>(),
    ];
    let mut flight = line.flight();
    flight.send(RECEIVE, values).await;
    flight.send(LEAVE, values![ids()]).await;
    flight.land().await?;
    Ok(merged.iter().filter_map(|one| Some((one.segment, one.highest?))).collect())
}

/// Segments came back in the feed: what they carry need not be sent in another one.
pub(super) async fn arrived<'a>(flight: &mut Flight<'a>, segments: &'a [i64]) {
    const LEAVE: &str = "
        DELETE FROM outbox o USING unnest($1::int8[]) g (segment), record r, change c
        WHERE r.segment = g.segment AND c.id = r.change AND o.doc = c.doc AND o.change = c.id AND o.segment IS NULL";
    if !segments.is_empty() {
        flight.send(LEAVE, values![segments]).await;
    }
}

/// Segments that will never arrive give their changes back.
pub(super) async fn withdraw(line: &Line, keys: &[SegmentKey]) -> Result<(), Fault> {
    const KEPT: &str = "
        SELECT 1 FROM unnest($1::int8[]) g (segment)
        WHERE EXISTS (SELECT 1 FROM sealed s WHERE s.segment = g.segment AND s.seq IS NOT NULL)
           OR EXISTS (SELECT 1 FROM feed f WHERE f.segment = g.segment) LIMIT 1";
    const UNSEAL: &str = "
        UPDATE outbox o SET segment = NULL FROM unnest($1::int8[]) g (segment), record r, change c
        WHERE r.segment = g.segment AND c.id = r.change AND o.doc = c.doc AND o.change = c.id AND o.segment = g.segment";
    const UNNAME: &str = "
        UPDATE change c SET segment = NULL FROM unnest($1::int8[]) g (segment), record r
        WHERE r.segment = g.segment AND c.id = r.change AND c.segment = g.segment";
    // Its receipt was of a history that the hub gave up: what it carried, and nothing placed does, waits once more.
    const GIVE: &str = "
        INSERT INTO outbox (doc, change, size, segment)
        SELECT DISTINCT c.doc, c.id, octet_length(c.bytes), NULL::int8 FROM unnest($1::int8[]) g (segment)
        JOIN record r ON r.segment = g.segment JOIN change c ON c.id = r.change
        WHERE c.segment IS NULL AND EXISTS (SELECT 1 FROM sealed s WHERE s.segment = g.segment AND s.receipt IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM record o JOIN feed f ON f.segment = o.segment WHERE o.change = c.id)
        ON CONFLICT DO NOTHING";
    // Those counted after them counted them too.
    const UNCOUNT: &str = "
        UPDATE sealed s SET total = s.total - (
            SELECT coalesce(sum(w.changes), 0)::int8 FROM sealed w WHERE w.segment = ANY ($1::int8[]) AND w.nth < s.nth)
        WHERE s.nth > (SELECT min(w.nth) FROM sealed w WHERE w.segment = ANY ($1::int8[]))";
    let mut flight = line.flight();
    let seat = segments::look_up(&mut flight, keys.iter().copied()).await;
    let mut landed = flight.land().await?;
    let frames = segments::landed(&segments::Seats::of_look_up(seat), &mut landed)?;
    let ids = keys.iter().filter_map(|key| frames.find(key)).map(|frame| frame.id).collect::<Vec<_>>();
    let mut flight = line.flight();
    let seat = flight.send(KEPT, values![ids.clone()]).await;
    if !flight.land().await?.rows(seat).is_empty() {
        return Err(StoreError::Clash.into());
    }
    let mut flight = line.flight();
    for sql in [
        UNSEAL,
        UNNAME,
        GIVE,
        UNCOUNT,
        "DELETE FROM record WHERE segment = ANY ($1::int8[])",
        "DELETE FROM sealed WHERE segment = ANY ($1::int8[])",
        "DELETE FROM segment WHERE id = ANY ($1::int8[])",
    ] {
        flight.send(sql, values![ids.clone()]).await;
    }
    flight.land().await.map(drop)
}

/// Unsealed changes, oldest first.
pub(super) async fn waiting(line: &Line, limit: usize) -> Result<Vec<StoredChange>, Fault> {
    const WAITING: &str = "
        SELECT c.hash, c.doc, c.scope, c.actor, c.actor_seq, c.bytes
        FROM (
            SELECT change, sum(size) OVER (ORDER BY change) AS total, row_number() OVER (ORDER BY change) AS nth
            FROM outbox WHERE segment IS NULL
        ) o JOIN change c ON c.id = o.change
        WHERE o.total <= $1::int8 OR o.nth = 1 ORDER BY o.change";
    let mut flight = line.flight();
    let seat = flight.send(WAITING, values![columns::bound(limit)]).await;
    let rows = flight.land().await?.rows(seat);
    let change = |row: &Row| {
        Ok::<_, StoreError>(StoredChange {
            hash: columns::hash(row, 0)?,
            doc: columns::bytes(row, 1)?,
            scope: columns::scope(row, 2)?,
            actor: columns::bytes(row, 3)?,
            actor_seq: columns::from_bits(row, 4)?,
            segment: None,
            bytes: columns::value(row, 5)?,
        })
    };
    Ok(rows.iter().map(change).collect::<Result<_, _>>()?)
}

/// Own segments without a receipt, oldest first.
pub(super) async fn unreceipted(line: &Line, limit: usize) -> Result<Vec<(StoredSegment, Records)>, Fault> {
    const UNRECEIPTED: &str = concat!(
        "SELECT * FROM (SELECT ",
        frame_columns!(),
        ", k.docs, k.hashes, k.changes, sum(coalesce(k.size, 0)) OVER (ORDER BY s.id) AS total,
           row_number() OVER (ORDER BY s.id) AS nth
           FROM sealed o JOIN segment s ON s.id = o.segment LEFT JOIN feed f ON f.segment = s.id",
        carried!(),
        "WHERE o.receipt IS NULL) w WHERE w.total <= $1::int8 OR w.nth = 1 ORDER BY w.id"
    );
    let mut flight = line.flight();
    let seat = flight.send(UNRECEIPTED, values![columns::bound(limit)]).await;
    let rows = flight.land().await?.rows(seat);
    let one = |row: &Row| Ok::<_, StoreError>((columns::frame(row)?.0, columns::records(row, FRAME)?));
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}

/// The size of the outbox and the last receipt.
pub(super) async fn outstanding(line: &mut Line) -> Result<Outstanding, Fault> {
    const SIZE: &str = "SELECT count(*), coalesce(sum(size), 0)::int8 FROM outbox";
    const DOCS: &str = "
        SELECT doc, count(*), sum(size)::int8 FROM outbox GROUP BY doc ORDER BY max(change) DESC LIMIT 50";
    const RECEIPTED: &str = "SELECT coalesce(max(total), 0) FROM sealed WHERE nth IS NOT NULL";
    const LAST: &str = "
        SELECT s.device, s.incarnation, s.scope, s.number, o.seq, o.changes, o.hub_ms
        FROM sealed o JOIN segment s ON s.id = o.segment
        WHERE o.nth IS NOT NULL AND o.seq IS NOT NULL ORDER BY o.nth DESC LIMIT 1";
    let mut flight = line.begin(super::READING).await;
    let (size_of, docs_of) = (flight.send(SIZE, Vec::new()).await, flight.send(DOCS, Vec::new()).await);
    let (receipted_of, last_of) = (flight.send(RECEIPTED, Vec::new()).await, flight.send(LAST, Vec::new()).await);
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    let mut owed = Outstanding::default();
    if let Some(row) = landed.rows(size_of).first() {
        (owed.changes, owed.bytes) = (columns::number(row, 0)?, columns::number(row, 1)?);
    }
    let doc =
        |row: &Row| Ok::<_, StoreError>((columns::bytes(row, 0)?, columns::number(row, 1)?, columns::number(row, 2)?));
    owed.docs = landed.rows(docs_of).iter().map(doc).collect::<Result<_, _>>()?;
    owed.receipted = landed.rows(receipted_of).first().map_or(Ok(0), |row| columns::number(row, 0))?;
    if let Some(row) = landed.rows(last_of).first() {
        let key = columns::segment_key(row, 0)?;
        let hub_ms = columns::from_bits(row, 6)?;
        owed.last = Some((key, columns::number(row, 4)?, columns::number(row, 5)?, hub_ms));
    }
    Ok(owed)
}
