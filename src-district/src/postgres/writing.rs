//! One batch, one transaction. S1.
//!
//! A batch takes three round trips however large it is: what must be locked and looked at; what is written; what rests on that,
//! with the commit. Only what is rare takes more: changes that are stored already, the way of own changes to a hub.

use daiban_core::store::{Batch, PeerId, Placed, StoreError, StoredChange};
use daiban_model::wire::SegmentKey;

use super::changes::{self, Stored};
use super::fault::Fault;
use super::feed::{self, Entries};
use super::lane::Lane;
use super::line::Line;
use super::segments::{self, Frames};
use super::{cases, columns, documents, erase, homes, outbox, peers, people, repair};

/// Writes a batch; answers the places given to `batch.number`.
pub(super) async fn batch(line: &mut Line, batch: &Batch, lane: &Lane) -> Result<Vec<Placed>, Fault> {
    if is_plain(batch) {
        return plain(line, batch, lane).await.map(|()| Vec::new());
    }
    let Looked { frames, carried, entries, bound } = look(line, batch, lane).await?;
    let stored = write(line, batch, carried, &frames, entries.as_ref().ok()).await?;
    let places = changes::records(line, carried, &stored, &frames).await?;
    if carried.len() < batch.changes.len() {
        return Err(StoreError::Damaged { what: "segment" }.into());
    }
    let entries = entries?;
    own(line, batch, &frames).await?;
    let receipted = outbox::receive(line, &batch.receipts, &frames).await?;
    bound?;
    line.committing();
    let mut flight = line.flight();
    places.send(&mut flight).await;
    let (reached, mut older) = entries.reached(batch, &frames);
    older.extend(receipted);
    documents::reached(&mut flight, reached).await?;
    documents::reached_by(&mut flight, &older).await?;
    outbox::arrived(&mut flight, &entries.arrived).await;
    flight.say("COMMIT").await;
    flight.land().await?;
    line.done();
    Ok(entries.answers)
}

/// Whether nothing in a batch can clash: then it goes in one round trip.
fn is_plain(batch: &Batch) -> bool {
    let Batch {
        erased,
        withdrawn,
        rewind,
        segments,
        changes,
        number,
        feed,
        outbox,
        sealed,
        receipts,
        actors,
        rehomed,
        homes,
        ..
    } = batch;
    erased.is_empty()
        && withdrawn.is_empty()
        && rewind.is_empty()
        && segments.is_empty()
        && changes.is_empty()
        && number.is_empty()
        && feed.is_empty()
        && outbox.is_empty()
        && sealed.is_empty()
        && receipts.is_empty()
        && actors.is_empty()
        && rehomed.is_empty()
        && homes.is_empty()
}

/// Whether a batch only says how far devices have read. A device that finds its cursors forgotten tells them again: one more round
/// trip after a fall of the server, against waiting for the disk once more in every exchange.
fn is_a_note(batch: &Batch) -> bool {
    let Batch { docs, rows, people, devices, revoked, quarantine, pending, states, cursors, .. } = batch;
    let other = docs.len()
        + rows.len()
        + people.len()
        + devices.len()
        + revoked.len()
        + quarantine.len()
        + pending.len()
        + states.len();
    other == 0 && cursors.iter().all(|(peer, _)| *peer != PeerId::Hub)
}

async fn plain(line: &mut Line, batch: &Batch, lane: &Lane) -> Result<(), Fault> {
    line.committing();
    let mut flight = line.flight();
    flight.say(if is_a_note(batch) { super::NOTING } else { super::WRITING }).await;
    lane.moved(&mut flight).await;
    documents::send(&mut flight, &batch.docs).await;
    cases::send(&mut flight, &batch.rows).await?;
    people::send(&mut flight, &batch.people).await?;
    peers::send(&mut flight, batch).await?;
    flight.say("COMMIT").await;
    flight.land().await?;
    line.done();
    Ok(())
}

/// What a batch finds. Of several reasons to refuse it the one told is the first in the order in which the parts stand in a batch,
/// as in every other store.
struct Looked<'a> {
    frames: Frames,
    /// The changes up to the first that names a segment which is not stored.
    carried: &'a [StoredChange],
    /// What its numbering and placing come to.
    entries: Result<Entries, StoreError>,
    /// Whether its actors are its devices', and its documents live where it says.
    bound: Result<(), StoreError>,
}

/// The first round trip: locks in sorted order, segments stored, everything asked that the rest rests on.
async fn look<'a>(line: &mut Line, batch: &'a Batch, lane: &Lane) -> Result<Looked<'a>, Fault> {
    let mut flight = line.begin(super::WRITING).await;
    lane.moved(&mut flight).await;
    if !batch.erased.is_empty() {
        // By itself, before all that the batch brings.
        flight.land().await?;
        erase::erase(line, &batch.erased).await?;
        flight = line.flight();
    }
    if !batch.withdrawn.is_empty() {
        // By itself: the same keys may come again in this batch.
        flight.land().await?;
        outbox::withdraw(line, &batch.withdrawn).await?;
        flight = line.flight();
    }
    if !batch.rewind.is_empty() {
        // By itself too: the same places may be given again in this batch.
        flight.land().await?;
        repair::rewind(line, &batch.rewind).await?;
        flight = line.flight();
    }
    let mut of_feed = feed::lock(&mut flight, batch).await;
    changes::guard(&mut flight, &batch.changes).await;
    let of_segments = segments::send(&mut flight, batch).await;
    feed::taken(&mut flight, &mut of_feed, batch).await?;
    let of_actors = peers::bind(&mut flight, &batch.actors).await;
    let of_moves = homes::rehome(&mut flight, &batch.rehomed).await;
    let of_homes = homes::settle(&mut flight, &batch.homes).await;
    let mut landed = flight.land().await?;
    let ends = feed::ends(line, &of_feed, &mut landed, batch).await?;
    let frames = segments::landed(&of_segments, &mut landed)?;
    frames.agree(&batch.segments)?;
    let is_lost = |change: &StoredChange| change.segment.is_some_and(|(key, _)| frames.find(&key).is_none());
    let carried = batch.changes.iter().position(is_lost).map_or(&batch.changes[..], |lost| &batch.changes[..lost]);
    let entries = Entries::of(batch, &frames, ends, (&of_feed, &mut landed));
    let bound = peers::bound(&batch.actors, of_actors, &mut landed);
    let bound = bound.and_then(|()| homes::moved(of_moves, &mut landed));
    let bound = bound.and_then(|()| homes::settled(&batch.homes, of_homes, &mut landed));
    Ok(Looked { frames, carried, entries, bound })
}

/// The second round trip: everything that can be written before ids of changes are known.
async fn write(
    line: &Line,
    batch: &Batch,
    carried: &[StoredChange],
    frames: &Frames,
    entries: Option<&Entries>,
) -> Result<Stored, Fault> {
    let mut flight = line.flight();
    let of_changes = changes::send(&mut flight, carried, frames).await;
    documents::send(&mut flight, &batch.docs).await;
    cases::send(&mut flight, &batch.rows).await?;
    people::send(&mut flight, &batch.people).await?;
    if let Some(entries) = entries {
        entries.send(&mut flight).await?;
    }
    peers::send(&mut flight, batch).await?;
    let mut landed = flight.land().await?;
    let new = of_changes.map(|seat| landed.rows(seat)).unwrap_or_default();
    let new = new.iter().map(|row| columns::value(row, 0)).collect::<Result<Vec<i64>, _>>()?;
    Stored::of(line, carried, frames, new).await
}

/// Own changes: into the outbox, and from there into segments.
async fn own(line: &Line, batch: &Batch, frames: &Frames) -> Result<(), Fault> {
    if !batch.outbox.is_empty() {
        let mut flight = line.flight();
        let seat = outbox::add(&mut flight, &batch.outbox).await;
        outbox::added(seat, &mut flight.land().await?)?;
    }
    outbox::seal(line, &batch.sealed, frames).await
}

/// The places of a batch that landed before: what has a place keeps it.
pub(super) async fn places(line: &Line, keys: &[SegmentKey]) -> Result<Vec<Placed>, Fault> {
    let mut flight = line.flight();
    let seat = segments::look_up(&mut flight, keys.iter().copied()).await;
    let mut landed = flight.land().await?;
    let frames = segments::landed(&segments::Seats::of_look_up(seat), &mut landed)?;
    Ok(segments::places(&frames, keys)?)
}
