//! Changes and which segments carry them.
//!
//! Ids of changes rise as they are stored, but transactions end in any order: one that began earlier may end later. Whoever reads a
//! document's changes up to an id and counts on having all of them (a snapshot that stands for them) must know that none comes in
//! below it afterwards. So each batch with changes holds its documents' guards shared, and covering one takes its guard alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use daiban_core::store::{StoreError, StoredChange};
use daiban_model::wire::{DocId, Hash};

use super::columns;
use super::fault::Fault;
use super::flight::{Flight, Seat, values};
use super::line::Line;
use super::segments::Frames;

/// Advisory locks of this store are told apart from others' by this first half.
const GUARDS: i32 = 0x6461_6962;
/// How many guards the documents share. Few, so that a batch of any size takes few locks.
const GUARD_COUNT: u8 = 16;

fn guard_of(doc: &DocId) -> i32 {
    // The last byte of an id is chance; the first ones are time.
    i32::from(doc[15] % GUARD_COUNT)
}

/// Holds the guards of these changes' documents together with other writers.
pub(super) async fn guard(flight: &mut Flight<'_>, changes: &[StoredChange]) {
    const GUARD: &str = "SELECT count(pg_advisory_xact_lock_shared($1, g)) FROM unnest($2::int4[]) g";
    if !changes.is_empty() {
        let guards: BTreeSet<i32> = changes.iter().map(|change| guard_of(&change.doc)).collect();
        flight.send(GUARD, values![GUARDS, guards.into_iter().collect::<Vec<_>>()]).await;
    }
}

/// Takes a document's guard alone: no batch that stores a change of it is on its way.
pub(super) async fn guard_alone(flight: &mut Flight<'_>, doc: &DocId) {
    const GUARD: &str = "SELECT count(pg_advisory_xact_lock($1, $2))";
    flight.send(GUARD, values![GUARDS, guard_of(doc)]).await;
}

/// Stores changes. One that is stored is passed over, and so is a fork of one, which [`Stored::of`] finds missing.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, changes: &'a [StoredChange], frames: &Frames) -> Option<Seat> {
    const STORE: &str = "
        INSERT INTO change (hash, doc, scope, actor, actor_seq, segment, bytes)
        SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::int8[], $4::bytea[], $5::int8[], $6::int8[], $7::bytea[])
        ON CONFLICT DO NOTHING RETURNING id";
    if changes.is_empty() {
        return None;
    }
    let carrier = |change: &StoredChange| Some(frames.find(&change.segment?.0)?.id);
    let values = values![
        changes.iter().map(|change| &change.hash.0[..]).collect::<Vec<_>>(),
        changes.iter().map(|change| &change.doc[..]).collect::<Vec<_>>(),
        changes.iter().map(|change| columns::scope_number(change.scope)).collect::<Vec<_>>(),
        changes.iter().map(|change| &change.actor[..]).collect::<Vec<_>>(),
        changes.iter().map(|change| columns::bits(change.actor_seq)).collect::<Vec<_>>(),
        changes.iter().map(carrier).collect::<Vec<_>>(),
        changes.iter().map(|change| change.bytes.as_slice()).collect::<Vec<_>>(),
    ];
    Some(flight.send(STORE, values).await)
}

/// The ids of a batch's changes, in their order.
pub(super) struct Stored {
    ids: Vec<i64>,
    /// Whether all of them were new, so that no record can be in another's place.
    all_new: bool,
}

impl Stored {
    /// `new` are the ids that were given. When some are missing, those changes stood there before, or are forks.
    pub(super) async fn of(
        line: &Line,
        changes: &[StoredChange],
        frames: &Frames,
        new: Vec<i64>,
    ) -> Result<Self, Fault> {
        if new.len() == changes.len() {
            return Ok(Self { ids: new, all_new: true });
        }
        const KNOWN: &str = "
            SELECT g.n, c.id, c.segment IS NULL
            FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY g (hash, doc, n)
            JOIN change c ON c.hash = g.hash AND c.doc = g.doc ORDER BY g.n";
        let mut flight = line.flight();
        let hashes = changes.iter().map(|change| &change.hash.0[..]).collect::<Vec<_>>();
        let docs = changes.iter().map(|change| &change.doc[..]).collect::<Vec<_>>();
        let seat = flight.send(KNOWN, values![hashes, docs]).await;
        let known = flight.land().await?.rows(seat);
        if known.len() != changes.len() {
            return Err(StoreError::Clash.into());
        }
        let (mut ids, mut unnamed) = (Vec::with_capacity(known.len()), HashMap::new());
        for (row, change) in known.iter().zip(changes) {
            let id: i64 = columns::value(row, 1)?;
            ids.push(id);
            if let (true, Some((key, _))) = (columns::value(row, 2)?, &change.segment) {
                unnamed.entry(id).or_insert(frames.required(key)?.id);
            }
        }
        name(line, unnamed).await?;
        Ok(Self { ids, all_new: false })
    }
}

/// Changes that had no segment have one.
pub(super) async fn name(line: &Line, unnamed: HashMap<i64, i64>) -> Result<(), Fault> {
    const NAME: &str = "
        UPDATE change c SET segment = g.segment FROM unnest($1::int8[], $2::int8[]) g (change, segment)
        WHERE c.id = g.change AND c.segment IS NULL";
    if unnamed.is_empty() {
        return Ok(());
    }
    let (ids, segments): (Vec<i64>, Vec<i64>) = unnamed.into_iter().unzip();
    let mut flight = line.flight();
    flight.send(NAME, values![ids, segments]).await;
    flight.land().await.map(drop)
}

/// Which change stands where in which segment.
#[derive(Default)]
pub(super) struct Places {
    segments: Vec<i64>,
    ordinals: Vec<i64>,
    changes: Vec<i64>,
}

impl Places {
    pub(super) fn push(&mut self, segment: i64, ordinal: u32, change: i64) {
        self.segments.push(segment);
        self.ordinals.push(i64::from(ordinal));
        self.changes.push(change);
    }

    /// Sends them on their way; a place that is taken keeps what stands there.
    pub(super) async fn send(self, flight: &mut Flight<'_>) {
        const STORE: &str = "
            INSERT INTO record (segment, ordinal, change) SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[])
            ON CONFLICT DO NOTHING";
        if !self.segments.is_empty() {
            flight.send(STORE, values![self.segments, self.ordinals, self.changes]).await;
        }
    }

    /// Stores them one transaction's step ahead of the others, and looks whether each place was free or theirs.
    pub(super) async fn stored(self, line: &Line) -> Result<(), Fault> {
        const TAKEN: &str = "
            SELECT 1 FROM unnest($1::int8[], $2::int8[], $3::int8[]) g (segment, ordinal, change)
            JOIN record r ON r.segment = g.segment AND r.ordinal = g.ordinal WHERE r.change <> g.change LIMIT 1";
        if self.segments.is_empty() {
            return Ok(());
        }
        let taken = values![self.segments.clone(), self.ordinals.clone(), self.changes.clone()];
        let mut flight = line.flight();
        self.send(&mut flight).await;
        let seat = flight.send(TAKEN, taken).await;
        if flight.land().await?.rows(seat).is_empty() { Ok(()) } else { Err(StoreError::Clash.into()) }
    }
}

/// The records of a batch's changes: those that can go with the commit, after those that cannot were looked at.
pub(super) async fn records(
    line: &Line,
    changes: &[StoredChange],
    stored: &Stored,
    frames: &Frames,
) -> Result<Places, Fault> {
    let (mut places, mut taken, mut sure) = (Places::default(), HashSet::new(), stored.all_new);
    for (change, id) in changes.iter().zip(&stored.ids) {
        let Some((key, ordinal)) = &change.segment else { continue };
        let frame = frames.required(key)?;
        sure &= frame.fresh && taken.insert((frame.id, *ordinal));
        places.push(frame.id, *ordinal, *id);
    }
    if sure {
        return Ok(places);
    }
    places.stored(line).await?;
    Ok(Places::default())
}

/// Which of these hashes are stored, in the order asked.
pub(super) async fn known<'a>(flight: &mut Flight<'a>, hashes: &'a [Hash]) -> Seat {
    const KNOWN: &str = "
        SELECT g.hash FROM unnest($1::bytea[]) WITH ORDINALITY g (hash, n)
        WHERE EXISTS (SELECT 1 FROM change c WHERE c.hash = g.hash) ORDER BY g.n";
    flight.send(KNOWN, values![hashes.iter().map(|hash| &hash.0[..]).collect::<Vec<_>>()]).await
}
