//! Frames of segments: stored once, found by their keys.

use std::collections::{BTreeSet, HashMap, HashSet};

use daiban_core::store::{Batch, Placed, StoreError, StoredSegment};
use daiban_model::wire::{Hash, SegmentKey};
use tokio_postgres::Row;

use super::columns::{self, scope_number};
use super::flight::{Flight, Landed, Seat, values};

/// A stored frame as far as writing needs it.
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) root: Hash,
    pub(super) place: Option<Placed>,
    /// Whether this batch brought it: nothing else of it was stored before.
    pub(super) fresh: bool,
}

/// The frames a batch names.
#[derive(Default)]
pub(super) struct Frames(HashMap<SegmentKey, Found>);

impl Frames {
    pub(super) fn find(&self, key: &SegmentKey) -> Option<&Found> {
        self.0.get(key)
    }

    /// A frame that must be there.
    pub(super) fn required(&self, key: &SegmentKey) -> Result<&Found, StoreError> {
        self.find(key).ok_or(StoreError::Damaged { what: "segment" })
    }

    /// Whether a frame's root is this one. Another one is a fork.
    pub(super) fn agree(&self, segments: &[StoredSegment]) -> Result<(), StoreError> {
        let agrees =
            |segment: &StoredSegment| self.find(&segment.header.key()).is_some_and(|found| found.root == segment.root);
        if segments.iter().all(agrees) { Ok(()) } else { Err(StoreError::Clash) }
    }
}

/// Where the answers of [`send`] come in.
pub(super) struct Seats {
    stored: Option<Seat>,
    found: Option<Seat>,
}

/// Stores the frames of a batch, passes over those that are stored, and asks for all that the batch names.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, batch: &'a Batch) -> Seats {
    let mut seats = Seats { stored: None, found: None };
    if !batch.segments.is_empty() {
        seats.stored = Some(store(flight, &batch.segments).await);
    }
    let named = named(batch);
    if !named.is_empty() {
        seats.found = Some(look_up(flight, named).await);
    }
    seats
}

/// The frames that were asked for.
pub(super) fn landed(seats: &Seats, landed: &mut Landed) -> Result<Frames, StoreError> {
    let stored = seats.stored.map(|seat| landed.rows(seat)).unwrap_or_default();
    let fresh: HashSet<i64> = stored.iter().map(|row| columns::value(row, 0)).collect::<Result<_, _>>()?;
    let rows = seats.found.map(|seat| landed.rows(seat)).unwrap_or_default();
    let found = |row: &Row| {
        let (key, id) = (columns::segment_key(row, 0)?, columns::value(row, 4)?);
        let place = match columns::number_if(row, 6)? {
            Some(seq) => Some(Placed { key, seq, chain: columns::hash(row, 7)? }),
            None => None,
        };
        Ok((key, Found { id, root: columns::hash(row, 5)?, place, fresh: fresh.contains(&id) }))
    };
    rows.iter().map(found).collect::<Result<_, _>>().map(Frames)
}

/// Every key of a batch whose row is needed.
fn named(batch: &Batch) -> BTreeSet<SegmentKey> {
    let carrying = batch.changes.iter().filter_map(|change| change.segment.map(|(key, _)| key));
    (batch.segments.iter().map(|segment| segment.header.key()))
        .chain(carrying)
        .chain(batch.number.iter().copied())
        .chain(batch.feed.iter().map(|place| place.key))
        .chain(batch.sealed.iter().map(|sealed| sealed.key))
        .chain(batch.receipts.iter().map(|receipt| receipt.key))
        .collect()
}

async fn store<'a>(flight: &mut Flight<'a>, segments: &'a [StoredSegment]) -> Seat {
    const STORE: &str = "
        INSERT INTO segment (device, incarnation, scope, number, version, prev, root, sig, hlc_ms, hlc_counter, agent, count,
                             received_ms)
        SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::int2[], $6::bytea[], $7::bytea[],
                             $8::bytea[], $9::int8[], $10::int4[], $11::text[], $12::int8[], $13::int8[])
        ON CONFLICT (device, incarnation, scope, number) DO NOTHING RETURNING id";
    let headers = || segments.iter().map(|segment| &segment.header);
    let values = values![
        headers().map(|header| &header.device.0[..]).collect::<Vec<_>>(),
        headers().map(|header| i64::from(header.incarnation)).collect::<Vec<_>>(),
        headers().map(|header| scope_number(header.scope)).collect::<Vec<_>>(),
        headers().map(|header| i64::from(header.number)).collect::<Vec<_>>(),
        headers().map(|header| i16::from(header.version)).collect::<Vec<_>>(),
        headers().map(|header| &header.prev.0[..]).collect::<Vec<_>>(),
        segments.iter().map(|segment| &segment.root.0[..]).collect::<Vec<_>>(),
        segments.iter().map(|segment| &segment.sig.0[..]).collect::<Vec<_>>(),
        headers().map(|header| columns::bits(header.hlc.ms)).collect::<Vec<_>>(),
        headers().map(|header| i32::from(header.hlc.counter)).collect::<Vec<_>>(),
        headers().map(|header| header.agent.as_str()).collect::<Vec<_>>(),
        headers().map(|header| i64::from(header.count)).collect::<Vec<_>>(),
        segments.iter().map(|segment| columns::bits(segment.received_ms)).collect::<Vec<_>>(),
    ];
    flight.send(STORE, values).await
}

/// Asks for frames by key: key, id, root and place of each that is stored.
pub(super) async fn look_up(flight: &mut Flight<'_>, keys: impl IntoIterator<Item = SegmentKey>) -> Seat {
    const LOOK_UP: &str = "
        SELECT s.device, s.incarnation, s.scope, s.number, s.id, s.root, f.seq, f.chain
        FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[]) g (device, incarnation, scope, number)
        JOIN segment s
            ON s.device = g.device AND s.incarnation = g.incarnation AND s.scope = g.scope AND s.number = g.number
        LEFT JOIN feed f ON f.segment = s.id";
    let [device, incarnation, scope, number] = keyed(keys);
    flight.send(LOOK_UP, vec![device, incarnation, scope, number]).await
}

/// Keys as four lists.
pub(super) fn keyed<'a>(keys: impl IntoIterator<Item = SegmentKey>) -> [super::flight::Value<'a>; 4] {
    let keys: Vec<SegmentKey> = keys.into_iter().collect();
    [
        Box::new(keys.iter().map(|key| key.device.0.to_vec()).collect::<Vec<_>>()),
        Box::new(keys.iter().map(|key| i64::from(key.incarnation)).collect::<Vec<_>>()),
        Box::new(keys.iter().map(|key| scope_number(key.scope)).collect::<Vec<_>>()),
        Box::new(keys.iter().map(|key| i64::from(key.number)).collect::<Vec<_>>()),
    ]
}

/// The places of stored segments, in the order asked; for a batch that landed before.
pub(super) fn places(found: &Frames, keys: &[SegmentKey]) -> Result<Vec<Placed>, StoreError> {
    keys.iter().map(|key| found.required(key)?.place.ok_or(StoreError::Damaged { what: "feed" })).collect()
}

impl Seats {
    /// Seats of a flight that only looks up.
    pub(super) fn of_look_up(seat: Seat) -> Self {
        Self { stored: None, found: Some(seat) }
    }
}
