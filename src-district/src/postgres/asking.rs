//! Answering what is asked of others: see [`PeerQuery`].

use daiban_core::store::{DeviceRow, PeerId, PeerMarks, PeerQuery, Quarantined, StoreError};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::Cursor;
use tokio_postgres::Row;

use super::columns::{self, frame_columns, scope_number};
use super::fault::Fault;
use super::flight::{Value, values};
use super::line::Line;
use super::segments::keyed;
use super::{changes, feed, homes, outbox, peers, repair};

macro_rules! devices {
    () => {
        "SELECT d.key, d.certificate, d.not_after, d.revoked_ms FROM "
    };
}

/// Whether a question names nothing to be asked about.
pub(super) fn is_about_nothing(query: &PeerQuery) -> bool {
    match query {
        PeerQuery::Devices(keys) => keys.is_empty(),
        PeerQuery::Segments(keys) => keys.is_empty(),
        PeerQuery::Known { changes, actors } => changes.is_empty() && actors.is_empty(),
        PeerQuery::Homes(docs) => docs.is_empty(),
        PeerQuery::Whole(keys) => keys.is_empty(),
        _ => false,
    }
}

/// Answers a question about others.
pub(super) async fn ask(line: &mut Line, query: &PeerQuery) -> Result<PeerMarks, Fault> {
    let mut marks = PeerMarks::default();
    match query {
        PeerQuery::Cursors(peer) => (marks.cursors, marks.ends) = cursors(line, peer).await?,
        PeerQuery::CursorsUnder { peer, scopes } => {
            (marks.cursors, marks.ends) = cursors_under(line, peer, scopes).await?;
        }
        PeerQuery::Outbox { limit } => marks.outbox = outbox::waiting(line, *limit).await?,
        PeerQuery::Unreceipted { limit } => marks.segments = outbox::unreceipted(line, *limit).await?,
        PeerQuery::Devices(keys) => {
            const DEVICES: &str = concat!(
                devices!(),
                "unnest($1::bytea[]) WITH ORDINALITY g (key, n) JOIN device d ON d.key = g.key ORDER BY g.n"
            );
            let keys = keys.iter().map(|key| &key.0[..]).collect::<Vec<_>>();
            marks.devices = read(&rows(line, DEVICES, values![keys]).await?, device)?;
        }
        PeerQuery::AllDevices => {
            const DEVICES: &str = concat!(devices!(), "device d ORDER BY d.key");
            marks.devices = read(&rows(line, DEVICES, Vec::new()).await?, device)?;
        }
        PeerQuery::Segments(keys) => {
            const FRAMES: &str = concat!(
                "SELECT ",
                frame_columns!(),
                " FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[])
                    WITH ORDINALITY g (device, incarnation, scope, number, n)
                  JOIN segment s ON s.device = g.device AND s.incarnation = g.incarnation AND s.scope = g.scope
                    AND s.number = g.number
                  LEFT JOIN feed f ON f.segment = s.id ORDER BY g.n"
            );
            let keys = keyed(keys.iter().copied()).into();
            marks.frames = read(&rows(line, FRAMES, keys).await?, columns::frame)?;
        }
        PeerQuery::Last { device, incarnation, scope } => {
            const LAST: &str = concat!(
                "SELECT ",
                frame_columns!(),
                " FROM segment s LEFT JOIN feed f ON f.segment = s.id
                 WHERE s.device = $1 AND s.incarnation = $2 AND s.scope = $3 ORDER BY s.number DESC LIMIT 1"
            );
            let key = values![device.0.to_vec(), i64::from(*incarnation), scope_number(*scope)];
            marks.frames = read(&rows(line, LAST, key).await?, columns::frame)?;
        }
        PeerQuery::Known { changes, actors } => {
            let mut flight = line.flight();
            let known = changes::known(&mut flight, changes).await;
            let bound = peers::ask_bound(&mut flight, actors.iter().copied()).await;
            let mut landed = flight.land().await?;
            marks.known = read(&landed.rows(known), |row| columns::hash(row, 0))?;
            marks.actors = peers::actors(&landed.rows(bound))?;
        }
        PeerQuery::Homes(docs) => {
            let mut flight = line.flight();
            let seat = homes::ask(&mut flight, docs.iter().copied()).await;
            marks.homes = homes::read(&flight.land().await?.rows(seat))?;
        }
        PeerQuery::Beyond { scope, seq } => marks.beyond = repair::beyond(line, *scope, *seq).await?,
        PeerQuery::Whole(keys) => marks.segments = repair::whole(line, keys).await?,
        PeerQuery::Lines(device) => marks.frames = repair::lines(line, *device).await?,
        PeerQuery::Pending(scope) => {
            const PENDING: &str = "
                SELECT device, incarnation, scope, number, bytes FROM pending WHERE scope = $1
                ORDER BY device, incarnation, number";
            let found = rows(line, PENDING, values![scope_number(*scope)]).await?;
            marks.pending = read(&found, |row| Ok((columns::segment_key(row, 0)?, columns::value(row, 4)?)))?;
        }
        PeerQuery::Quarantine => {
            const QUARANTINE: &str = "
                SELECT device, incarnation, scope, number, why, at_ms, bytes FROM quarantine ORDER BY id DESC";
            marks.quarantine = read(&rows(line, QUARANTINE, Vec::new()).await?, aside)?;
        }
        PeerQuery::Outstanding => marks.outstanding = outbox::outstanding(line).await?,
    }
    Ok(marks)
}

async fn rows(line: &Line, sql: &'static str, values: Vec<Value<'_>>) -> Result<Vec<Row>, Fault> {
    let mut flight = line.flight();
    let seat = flight.send(sql, values).await;
    Ok(flight.land().await?.rows(seat))
}

fn read<T>(rows: &[Row], one: impl Fn(&Row) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
    rows.iter().map(one).collect()
}

const CURSORS: &str = "SELECT scope, seq, chain FROM cursor WHERE peer = $1 ORDER BY scope";

/// A peer's cursors and the ends of some feeds, as of one moment.
async fn cursors_under(
    line: &mut Line,
    peer: &PeerId,
    scopes: &[ScopeCode],
) -> Result<(Vec<Cursor>, Vec<Cursor>), Fault> {
    if scopes.is_empty() {
        return Ok((read(&rows(line, CURSORS, values![peers::name(peer).to_vec()]).await?, cursor)?, Vec::new()));
    }
    let mut flight = line.begin(super::READING).await;
    let cursors = flight.send(CURSORS, values![peers::name(peer).to_vec()]).await;
    let ends = feed::ask_ends_under(&mut flight, scopes).await;
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    Ok((read(&landed.rows(cursors), cursor)?, feed::read_ends(&landed.rows(ends))?))
}

fn cursor(row: &Row) -> Result<Cursor, StoreError> {
    let (scope, chain) = (columns::scope(row, 0)?, columns::hash(row, 2)?);
    Ok(Cursor { scope, seq: columns::from_bits(row, 1)?, chain })
}

/// A peer's cursors and the end of every feed, as of one moment.
async fn cursors(line: &mut Line, peer: &PeerId) -> Result<(Vec<Cursor>, Vec<Cursor>), Fault> {
    let mut flight = line.begin(super::READING).await;
    let cursors = flight.send(CURSORS, values![peers::name(peer).to_vec()]).await;
    let ends = feed::ask_ends(&mut flight).await;
    flight.say("COMMIT").await;
    let mut landed = flight.land().await?;
    line.done();
    Ok((read(&landed.rows(cursors), cursor)?, feed::read_ends(&landed.rows(ends))?))
}

fn device(row: &Row) -> Result<DeviceRow, StoreError> {
    let (device, certificate) = (DeviceId(columns::bytes(row, 0)?), columns::value(row, 1)?);
    Ok(DeviceRow { device, certificate, not_after: columns::number(row, 2)?, revoked_ms: columns::number_if(row, 3)? })
}

fn aside(row: &Row) -> Result<Quarantined, StoreError> {
    let (key, why) = (columns::segment_key(row, 0)?, columns::value(row, 4)?);
    Ok(Quarantined { key, why, at_ms: columns::number(row, 5)?, bytes: columns::value(row, 6)? })
}

/// Named values whose name starts so, in the order of their names.
pub(super) async fn states(line: &Line, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    const STATES: &str = "SELECT name, value FROM state WHERE name >= $1 AND name < $2 ORDER BY name";
    let damaged = || StoreError::Damaged { what: "state" };
    let found = rows(line, STATES, values![prefix.as_bytes(), after_all(prefix)]).await?;
    let state = |row: &Row| {
        let name = String::from_utf8(columns::value(row, 0)?).map_err(|_| damaged())?;
        Ok((name, columns::value(row, 1)?))
    };
    Ok(read(&found, state)?)
}

/// What comes after all names that start so: the last byte moved on by one. No text has a byte 255.
fn after_all(prefix: &str) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_vec();
    match end.last_mut() {
        Some(last) => *last += 1,
        None => end.push(u8::MAX),
    }
    end
}
