//! The numbered feed of each scope: places given (hub), places taken over (station), and reading on.
//!
//! S5: the row of a scope's end is locked before anything is read that numbering rests on, and moves in the same transaction. So
//! the order of numbers is the order in which they come in sight, and a rollback gives them back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use daiban_core::store::{Batch, FeedEntry, Placed, StoreError, chain_next};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{Cursor, DocId, Hash};
use tokio_postgres::Row;

use super::columns::{self, FRAME, carried, frame_columns, scope_number};
use super::fault::Fault;
use super::flight::{Flight, Landed, Seat, values};
use super::line::Line;
use super::segments::Frames;

/// The ends of the feeds a batch extends, locked.
#[derive(Default)]
pub(super) struct Ends {
    now: BTreeMap<ScopeCode, Cursor>,
    moved: BTreeSet<ScopeCode>,
}

/// Places as they stand before a batch takes some over.
type Taken = HashMap<(ScopeCode, u64), (i64, Hash)>;

/// Where the answers of [`lock`] and [`taken`] come in.
pub(super) struct Seats {
    ends: Option<Seat>,
    taken: Option<Seat>,
}

fn scopes(batch: &Batch) -> BTreeSet<ScopeCode> {
    batch.number.iter().chain(batch.feed.iter().map(|place| &place.key)).map(|key| key.scope).collect()
}

/// Locks the ends of a batch's feeds, in sorted order, and asks for the places it would take over.
pub(super) async fn lock(flight: &mut Flight<'_>, batch: &Batch) -> Seats {
    let scopes = scopes(batch);
    let ends = if scopes.is_empty() { None } else { Some(lock_ends(flight, &scopes).await) };
    Seats { ends, taken: None }
}

async fn lock_ends(flight: &mut Flight<'_>, scopes: &BTreeSet<ScopeCode>) -> Seat {
    const LOCK: &str = "SELECT scope, n, chain FROM scope_seq WHERE scope = ANY ($1::int8[]) ORDER BY scope FOR UPDATE";
    flight.send(LOCK, values![scopes.iter().copied().map(scope_number).collect::<Vec<_>>()]).await
}

/// Asks for the places a batch would take over.
pub(super) async fn taken(flight: &mut Flight<'_>, seats: &mut Seats, batch: &Batch) -> Result<(), StoreError> {
    const TAKEN: &str = "
        SELECT f.scope, f.seq, f.segment, f.chain FROM unnest($1::int8[], $2::int8[]) g (scope, seq)
        JOIN feed f ON f.scope = g.scope AND f.seq = g.seq";
    if batch.feed.is_empty() {
        return Ok(());
    }
    let of = batch.feed.iter().map(|place| scope_number(place.key.scope)).collect::<Vec<_>>();
    let at = batch.feed.iter().map(|place| columns::int(place.seq)).collect::<Result<Vec<_>, _>>()?;
    seats.taken = Some(flight.send(TAKEN, values![of, at]).await);
    Ok(())
}

/// The locked ends. A feed that is extended for the first time is opened.
pub(super) async fn ends(line: &Line, seats: &Seats, landed: &mut Landed, batch: &Batch) -> Result<Ends, Fault> {
    const OPEN: &str = "
        INSERT INTO scope_seq (scope, n, chain) SELECT g, 0, $2 FROM unnest($1::int8[]) g ON CONFLICT DO NOTHING";
    let Some(seat) = seats.ends else { return Ok(Ends::default()) };
    let scopes = scopes(batch);
    let mut rows = landed.rows(seat);
    if rows.len() < scopes.len() {
        let mut flight = line.flight();
        let all = scopes.iter().copied().map(scope_number).collect::<Vec<_>>();
        flight.send(OPEN, values![all, Hash::default().0.to_vec()]).await;
        let seat = lock_ends(&mut flight, &scopes).await;
        rows = flight.land().await?.rows(seat);
    }
    let ends = rows.iter().map(|row| end(row).map(|end| (end.scope, end))).collect::<Result<_, _>>()?;
    Ok(Ends { now: ends, moved: BTreeSet::new() })
}

fn end(row: &Row) -> Result<Cursor, StoreError> {
    Ok(Cursor { scope: columns::scope(row, 0)?, seq: columns::number(row, 1)?, chain: columns::hash(row, 2)? })
}

/// What a batch writes into feeds.
#[derive(Default)]
pub(super) struct Entries {
    /// Answers to `number`, in its order.
    pub(super) answers: Vec<Placed>,
    /// New places with their segments' ids, in order.
    pub(super) entered: Vec<(i64, Placed)>,
    /// Segments whose places were taken over: what they carry has arrived.
    pub(super) arrived: Vec<i64>,
    ends: Ends,
}

impl Entries {
    /// Reckons what numbering and taking over come to, without writing.
    pub(super) fn of(
        batch: &Batch,
        frames: &Frames,
        ends: Ends,
        (seats, landed): (&Seats, &mut Landed),
    ) -> Result<Self, StoreError> {
        let rows = seats.taken.map(|seat| landed.rows(seat)).unwrap_or_default();
        let place = |row: &Row| {
            let at = (columns::scope(row, 0)?, columns::number(row, 1)?);
            Ok((at, (columns::value(row, 2)?, columns::hash(row, 3)?)))
        };
        let mut taken: Taken = rows.iter().map(place).collect::<Result<_, StoreError>>()?;
        let mut entries = Self { ends, ..Self::default() };
        entries.number(batch, frames)?;
        taken.extend(entries.entered.iter().map(|(id, place)| ((place.key.scope, place.seq), (*id, place.chain))));
        entries.take_over(batch, frames, taken)?;
        Ok(entries)
    }

    /// Gives the next numbers; a segment that has a place keeps it.
    fn number(&mut self, batch: &Batch, frames: &Frames) -> Result<(), StoreError> {
        let mut given: HashMap<i64, Placed> = HashMap::new();
        for key in &batch.number {
            let frame = frames.required(key)?;
            let place = match given.get(&frame.id).copied().or(frame.place) {
                Some(place) => place,
                None => {
                    let end = self.ends.of(key.scope);
                    let place = Placed { key: *key, seq: end.seq + 1, chain: chain_next(end.chain, frame.root) };
                    self.enter(frame.id, place);
                    place
                }
            };
            given.insert(frame.id, place);
            self.answers.push(place);
        }
        Ok(())
    }

    /// Takes over the places the hub gave.
    fn take_over(&mut self, batch: &Batch, frames: &Frames, mut taken: Taken) -> Result<(), StoreError> {
        for place in &batch.feed {
            let frame = frames.required(&place.key)?;
            let at = (place.key.scope, place.seq);
            match taken.get(&at) {
                Some(there) if *there == (frame.id, place.chain) => continue,
                Some(_) => return Err(StoreError::Clash),
                None => {}
            }
            let end = self.ends.of(place.key.scope);
            if end.seq + 1 != place.seq {
                return Err(StoreError::Damaged { what: "feed" });
            }
            let elsewhere = frame.place.is_some() || self.entered.iter().any(|(id, _)| *id == frame.id);
            if elsewhere || chain_next(end.chain, frame.root) != place.chain {
                return Err(StoreError::Clash);
            }
            taken.insert(at, (frame.id, place.chain));
            self.enter(frame.id, *place);
            self.arrived.push(frame.id);
        }
        Ok(())
    }

    fn enter(&mut self, id: i64, place: Placed) {
        let Placed { key, seq, chain } = place;
        self.entered.push((id, place));
        self.ends.now.insert(key.scope, Cursor { scope: key.scope, seq, chain });
        self.ends.moved.insert(key.scope);
    }

    /// Sends the new places and ends on their way.
    pub(super) async fn send(&self, flight: &mut Flight<'_>) -> Result<(), StoreError> {
        const ENTER: &str = "
            INSERT INTO feed (scope, seq, segment, chain)
            SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::bytea[])";
        const MOVE: &str = "
            UPDATE scope_seq s SET n = g.n, chain = g.chain
            FROM unnest($1::int8[], $2::int8[], $3::bytea[]) g (scope, n, chain) WHERE s.scope = g.scope";
        if self.entered.is_empty() {
            return Ok(());
        }
        let (ids, places): (Vec<i64>, Vec<Placed>) = self.entered.iter().copied().unzip();
        let of = places.iter().map(|place| scope_number(place.key.scope)).collect::<Vec<_>>();
        let at = places.iter().map(|place| columns::int(place.seq)).collect::<Result<Vec<_>, _>>()?;
        let chains = places.iter().map(|place| place.chain.0.to_vec()).collect::<Vec<_>>();
        flight.send(ENTER, values![of, at, ids, chains]).await;
        let moved = || self.ends.moved.iter().filter_map(|scope| self.ends.now.get(scope));
        let of = moved().map(|end| scope_number(end.scope)).collect::<Vec<_>>();
        let at = moved().map(|end| columns::int(end.seq)).collect::<Result<Vec<_>, _>>()?;
        let chains = moved().map(|end| end.chain.0.to_vec()).collect::<Vec<_>>();
        flight.send(MOVE, values![of, at, chains]).await;
        Ok(())
    }

    /// How far documents got by segments that this batch brought whole; and the segments of which that must be looked up.
    pub(super) fn reached(&self, batch: &Batch, frames: &Frames) -> (HashMap<DocId, u64>, Vec<(i64, u64)>) {
        let fresh: HashMap<i64, u64> = self.entered.iter().map(|(id, place)| (*id, place.seq)).collect();
        let mut known = HashMap::new();
        for change in &batch.changes {
            let frame = change.segment.as_ref().and_then(|(key, _)| frames.find(key));
            let seq = frame.filter(|frame| frame.fresh).and_then(|frame| fresh.get(&frame.id));
            if let Some(seq) = seq {
                let at = known.entry(change.doc).or_insert(*seq);
                *at = (*at).max(*seq);
            }
        }
        let is_fresh = |place: &Placed| frames.find(&place.key).is_some_and(|frame| frame.fresh);
        let older = self.entered.iter().filter(|(_, place)| !is_fresh(place)).map(|(id, place)| (*id, place.seq));
        (known, older.collect())
    }
}

impl Ends {
    fn of(&self, scope: ScopeCode) -> Cursor {
        self.now.get(&scope).copied().unwrap_or(Cursor { scope, seq: 0, chain: Hash::default() })
    }
}

/// Asks for the end of every feed; read by [`read_ends`].
pub(super) async fn ask_ends(flight: &mut Flight<'_>) -> Seat {
    const ENDS: &str = "SELECT scope, n, chain FROM scope_seq WHERE n > 0 ORDER BY scope";
    flight.send(ENDS, Vec::new()).await
}

/// The same for the feeds of divisions and of what lies below them.
pub(super) async fn ask_ends_under(flight: &mut Flight<'_>, scopes: &[ScopeCode]) -> Seat {
    const ENDS: &str = "
        SELECT DISTINCT s.scope, s.n, s.chain FROM unnest($1::int8[], $2::int8[]) g (low, high)
        JOIN scope_seq s ON s.scope BETWEEN g.low AND g.high WHERE s.n > 0 ORDER BY s.scope";
    let (low, high): (Vec<i64>, Vec<i64>) = scopes.iter().copied().map(columns::span).unzip();
    flight.send(ENDS, values![low, high]).await
}

pub(super) fn read_ends(rows: &[Row]) -> Result<Vec<Cursor>, StoreError> {
    rows.iter().map(end).collect()
}

/// Entries asked for at first, and at most, in one go.
const FEW: usize = 32;
const MANY: usize = 1024;

/// A stretch of a feed. Entries never change once they are there, so it may be read piece by piece.
pub(super) async fn after(line: &Line, scope: ScopeCode, seq: u64, max_bytes: usize) -> Result<Vec<FeedEntry>, Fault> {
    const AFTER: &str = concat!(
        "SELECT ",
        frame_columns!(),
        ", k.docs, k.hashes, k.changes FROM feed f JOIN segment s ON s.id = f.segment",
        carried!(),
        "WHERE f.scope = $1 AND f.seq > $2 ORDER BY f.seq LIMIT $3"
    );
    let (mut entries, mut bytes, mut asked) = (Vec::new(), 0, FEW);
    let Ok(mut at) = i64::try_from(seq) else { return Ok(entries) };
    loop {
        let mut flight = line.flight();
        let seat = flight.send(AFTER, values![scope_number(scope), at, columns::bound(asked)]).await;
        let rows = flight.land().await?.rows(seat);
        for row in &rows {
            let (segment, place) = columns::frame(row)?;
            let Some(place) = place else { return Ok(entries) };
            let records = columns::records(row, FRAME)?;
            bytes += records.iter().map(|(.., change)| change.len()).sum::<usize>();
            if bytes > max_bytes && !entries.is_empty() {
                return Ok(entries);
            }
            at = columns::int(place.seq)?;
            entries.push(FeedEntry { seq: place.seq, chain: place.chain, segment, records });
        }
        if rows.len() < asked {
            return Ok(entries);
        }
        // About as many as still fit, judged by those that came.
        let each = bytes / entries.len().max(1) + 1;
        asked = (max_bytes.saturating_sub(bytes) / each + 1).clamp(FEW, MANY);
    }
}
