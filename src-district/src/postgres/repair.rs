//! For repair: feeds that go back to an earlier place, and what a scope has beyond one.

use daiban_core::store::{Beyond, Placed, Records, StoreError, StoredSegment};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, SegmentKey};
use tokio_postgres::Row;

use super::columns::{self, FRAME, carried, frame_columns, scope_number};
use super::fault::Fault;
use super::flight::values;
use super::line::Line;
use super::segments::keyed;

/// Feeds end here again; the segments stay. Of several ends one after the other is taken, each on what the last one left.
pub(super) async fn rewind(line: &Line, ends: &[Cursor]) -> Result<(), Fault> {
    const LOCK: &str = "SELECT 1 FROM scope_seq WHERE scope = ANY ($1::int8[]) ORDER BY scope FOR UPDATE";
    let mut flight = line.flight();
    flight.send(LOCK, values![ends.iter().map(|end| scope_number(end.scope)).collect::<Vec<_>>()]).await;
    flight.land().await?;
    for end in ends {
        cut(line, end).await?;
    }
    Ok(())
}

async fn cut(line: &Line, end: &Cursor) -> Result<(), Fault> {
    const STANDS: &str = "SELECT chain FROM feed WHERE scope = $1 AND seq = $2";
    const CUT: &str = "DELETE FROM feed WHERE scope = $1 AND seq > $2";
    const END: &str = "UPDATE scope_seq SET n = $2, chain = $3 WHERE scope = $1";
    const RECEIPTS: &str = "
        UPDATE sealed o SET seq = NULL FROM segment s WHERE s.id = o.segment AND s.scope = $1 AND o.seq > $2";
    const REACHED: &str = "
        UPDATE doc d SET seq = g.seq FROM doc o LEFT JOIN (
            SELECT c.doc, max(f.seq) AS seq
            FROM feed f JOIN record r ON r.segment = f.segment JOIN change c ON c.id = r.change GROUP BY c.doc
        ) g ON g.doc = o.id
        WHERE o.id = d.id AND d.scope = $1 AND d.seq > $2";
    let (scope, seq) = (scope_number(end.scope), columns::int(end.seq)?);
    let mut flight = line.flight();
    let seat = flight.send(STANDS, values![scope, seq]).await;
    let rows = flight.land().await?.rows(seat);
    let known = rows.first().map(|row| columns::hash(row, 0)).transpose()?;
    if known.unwrap_or_default() != end.chain || (known.is_none() && end.seq > 0) {
        return Err(StoreError::Clash.into());
    }
    let mut flight = line.flight();
    flight.send(CUT, values![scope, seq]).await;
    flight.send(END, values![scope, seq, end.chain.0.to_vec()]).await;
    flight.send(RECEIPTS, values![scope, seq]).await;
    flight.send(REACHED, values![scope, seq]).await;
    flight.land().await.map(drop)
}

/// What a scope has beyond a place.
pub(super) async fn beyond(line: &Line, scope: ScopeCode, seq: u64) -> Result<Vec<Beyond>, Fault> {
    const BEYOND: &str = "
        SELECT s.device, s.incarnation, s.scope, s.number, s.root, s.hlc_ms, coalesce(f.seq, o.seq)
        FROM segment s LEFT JOIN feed f ON f.segment = s.id LEFT JOIN sealed o ON o.segment = s.id
        WHERE s.scope = $1 AND (f.seq IS NULL OR f.seq > $2)
          AND (EXISTS (SELECT 1 FROM record r WHERE r.segment = s.id)
            OR EXISTS (SELECT 1 FROM pending p WHERE p.scope = s.scope AND p.device = s.device
                       AND p.incarnation = s.incarnation AND p.number = s.number))
        ORDER BY s.hlc_ms, s.root, s.device, s.incarnation, s.number";
    let one = |row: &Row| {
        let (key, root) = (columns::segment_key(row, 0)?, columns::hash(row, 4)?);
        Ok::<_, StoreError>(Beyond { key, root, hlc_ms: columns::from_bits(row, 5)?, seq: columns::number_if(row, 6)? })
    };
    let mut flight = line.flight();
    let last = i64::try_from(seq).unwrap_or(i64::MAX);
    let seat = flight.send(BEYOND, values![scope_number(scope), last]).await;
    Ok(flight.land().await?.rows(seat).iter().map(one).collect::<Result<_, _>>()?)
}

/// Segments with their records, in the order asked.
pub(super) async fn whole(line: &Line, keys: &[SegmentKey]) -> Result<Vec<(StoredSegment, Records)>, Fault> {
    const WHOLE: &str = concat!(
        "SELECT ",
        frame_columns!(),
        ", k.docs, k.hashes, k.changes
          FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[])
            WITH ORDINALITY g (device, incarnation, scope, number, n)
          JOIN segment s ON s.device = g.device AND s.incarnation = g.incarnation AND s.scope = g.scope
            AND s.number = g.number
          LEFT JOIN feed f ON f.segment = s.id",
        carried!(),
        "ORDER BY g.n"
    );
    let one = |row: &Row| Ok::<_, StoreError>((columns::frame(row)?.0, columns::records(row, FRAME)?));
    let mut flight = line.flight();
    let seat = flight.send(WHOLE, keyed(keys.iter().copied()).into()).await;
    Ok(flight.land().await?.rows(seat).iter().map(one).collect::<Result<_, _>>()?)
}

/// The last segment of each line of a device.
pub(super) async fn lines(line: &Line, device: DeviceId) -> Result<Vec<(StoredSegment, Option<Placed>)>, Fault> {
    const LINES: &str = concat!(
        "SELECT ",
        frame_columns!(),
        " FROM (SELECT incarnation, scope, max(number) AS number FROM segment WHERE device = $1 GROUP BY 1, 2) g
          JOIN segment s ON s.device = $1 AND s.incarnation = g.incarnation AND s.scope = g.scope AND s.number = g.number
          LEFT JOIN feed f ON f.segment = s.id ORDER BY s.incarnation, s.scope"
    );
    let mut flight = line.flight();
    let seat = flight.send(LINES, values![device.0.to_vec()]).await;
    Ok(flight.land().await?.rows(seat).iter().map(columns::frame).collect::<Result<_, _>>()?)
}
