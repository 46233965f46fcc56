//! What repair asks for: feeds that go back, and what a scope has beyond a place.

use daiban_model::wire::{Cursor, Hash, SegmentKey};

use super::fixture::{change, doc, foreign, hash, key, key_in, own, places, sealing, segment, state, village};
use crate::store::{Batch, PeerId, PeerQuery, Placed, Receipted, Store, StoreError};

type Checked = Result<(), StoreError>;

/// Three segments of device 2 in village 1, placed.
async fn three<S: Store>(store: &S) -> Result<Vec<Placed>, StoreError> {
    for number in 1..=3 {
        let docs = vec![state(doc(u128::from(number)), vec![hash(1000 + u64::from(number))])?];
        store.commit(Batch { docs, ..foreign(number, doc(u128::from(number)))? }).await?;
    }
    let feed = places(&[key(2, 1)?, key(2, 2)?, key(2, 3)?])?;
    store.commit(Batch { feed: feed.clone(), ..Batch::default() }).await?;
    Ok(feed)
}

fn end(place: &Placed) -> Cursor {
    Cursor { scope: place.key.scope, seq: place.seq, chain: place.chain }
}

pub(super) async fn a_feed_goes_back_and_is_filled_anew<S: Store>(store: &S) -> Checked {
    let feed = three(store).await?;
    // An own segment whose receipt names a place that will not be one any more.
    store.commit(own(1, doc(9), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    let receipt = Receipted { key: key(1, 1)?, seq: Some(4), receipt: vec![7; 9], hub_ms: 5 };
    store.commit(Batch { receipts: vec![receipt], ..Batch::default() }).await?;
    assert_eq!(store.load(doc(9)).await?.seq, Some(4), "it has arrived");

    let mine = (PeerId::Hub, end(&feed[0]));
    store.commit(Batch { rewind: vec![end(&feed[0])], cursors: vec![mine], ..Batch::default() }).await?;
    let seqs = |entries: Vec<crate::store::FeedEntry>| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(store.after(village(1)?, 0, usize::MAX).await?), [1], "one is left");
    let ends = store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
    assert_eq!(ends, [end(&feed[0])], "the end goes back with it");
    let reached = |n| async move { Ok::<_, StoreError>(store.load(doc(n)).await?.seq) };
    assert_eq!((reached(1).await?, reached(2).await?), (Some(1), None), "a place is not claimed that is none");
    let stored = store.load(doc(9)).await?;
    assert_eq!((stored.seq, stored.unsent), (None, 0), "the receipt stands, its number does not");
    let owed = store.peer(PeerQuery::Outstanding).await?.outstanding;
    assert_eq!((owed.receipted, owed.last), (1, None), "figures");

    // The hub numbers them anew, in another order.
    let anew = places(&[key(2, 1)?, key(1, 1)?, key(2, 3)?, key(2, 2)?])?;
    store.commit(Batch { feed: anew, ..Batch::default() }).await?;
    assert_eq!(seqs(store.after(village(1)?, 0, usize::MAX).await?), [1, 2, 3, 4], "dense again");
    assert_eq!((reached(2).await?, reached(3).await?, reached(9).await?), (Some(4), Some(3), Some(2)), "new places");
    Ok(())
}

pub(super) async fn a_feed_goes_back_to_a_stored_place_only<S: Store>(store: &S) -> Checked {
    let feed = three(store).await?;
    for wrong in [Cursor { seq: 9, ..end(&feed[1]) }, Cursor { chain: hash(5), ..end(&feed[1]) }] {
        let refused = store.commit(Batch { rewind: vec![end(&feed[2]), wrong], ..Batch::default() }).await;
        assert!(matches!(refused, Err(StoreError::Clash)), "no such place: {refused:?}");
    }
    assert_eq!(store.after(village(1)?, 0, usize::MAX).await?.len(), 3, "and nothing went");
    let start = Cursor { scope: village(1)?, seq: 0, chain: Hash::default() };
    let nowhere = Cursor { scope: village(5)?, ..start };
    store.commit(Batch { rewind: vec![start, nowhere], ..Batch::default() }).await?;
    assert!(store.after(village(1)?, 0, usize::MAX).await?.is_empty(), "back to the beginning");
    store.commit(Batch { feed, ..Batch::default() }).await?;
    assert_eq!(store.after(village(1)?, 0, usize::MAX).await?.len(), 3, "and forth again");
    Ok(())
}

pub(super) async fn what_lies_beyond_a_place_is_told_and_given_whole<S: Store>(store: &S) -> Checked {
    three(store).await?;
    store.commit(foreign(4, doc(4))?).await?;
    // A frame without records, as of one set aside, cannot be sent on; one that waits is here.
    store.commit(Batch { segments: vec![segment(key(2, 5)?)?], ..Batch::default() }).await?;
    let waits = vec![(key(2, 6)?, Some(vec![1]))];
    store.commit(Batch { segments: vec![segment(key(2, 6)?)?], pending: waits, ..Batch::default() }).await?;
    store.commit(Batch { segments: vec![segment(key_in(3, 2, 1)?)?], ..Batch::default() }).await?;
    let beyond = |seq| async move {
        Ok::<_, StoreError>(store.peer(PeerQuery::Beyond { scope: village(1)?, seq }).await?.beyond)
    };
    let numbers = |beyond: &[crate::store::Beyond]| beyond.iter().map(|one| one.key.number).collect::<Vec<_>>();
    assert_eq!(numbers(&beyond(0).await?), [1, 2, 3, 4, 6], "by their clock");
    assert_eq!(numbers(&beyond(2).await?), [3, 4, 6], "placed further on, or not at all");
    let fourth = beyond(3).await?[0];
    let frame = segment(key(2, 4)?)?;
    assert_eq!((fourth.root, fourth.hlc_ms), (frame.root, frame.header.hlc.ms), "as it was signed");
    let asked = PeerQuery::Whole(vec![key(2, 4)?, key(2, 9)?, key(2, 1)?]);
    let whole = store.peer(asked).await?.segments;
    assert_eq!(whole.len(), 2, "an unknown one is left out");
    let numbered = |beyond: &[crate::store::Beyond]| beyond.iter().map(|one| one.seq).collect::<Vec<_>>();
    assert_eq!(numbered(&beyond(2).await?), [Some(3), None, None], "with the number it has here");
    store.commit(own(1, doc(9), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    let receipt = Receipted { key: key(1, 1)?, seq: Some(7), receipt: vec![7; 9], hub_ms: 5 };
    store.commit(Batch { receipts: vec![receipt], ..Batch::default() }).await?;
    let mine = key(1, 1)?;
    let own: Vec<_> = beyond(7).await?.into_iter().filter(|one| one.key == mine).collect();
    assert_eq!(numbered(&own), [Some(7)], "or that its receipt names, before its place is read");
    assert_eq!((&whole[0].0, whole[0].1.len(), whole[1].0.header.number), (&frame, 1, 1), "in the order asked");
    Ok(())
}

pub(super) async fn the_lines_of_a_device_have_an_end_each<S: Store>(store: &S) -> Checked {
    three(store).await?;
    let elsewhere = key_in(3, 2, 1)?;
    let anew = SegmentKey { incarnation: 1, ..key(2, 1)? };
    let segments = vec![segment(elsewhere)?, segment(anew)?, segment(key(4, 1)?)?];
    store.commit(Batch { segments, changes: vec![change(5, doc(1), 1)?], ..Batch::default() }).await?;
    let lines = store.peer(PeerQuery::Lines(key(2, 1)?.device)).await?.frames;
    let ends: Vec<(SegmentKey, Option<u64>)> =
        lines.iter().map(|(stored, place)| (stored.header.key(), place.map(|place| place.seq))).collect();
    assert_eq!(ends, [(key(2, 3)?, Some(3)), (elsewhere, None), (anew, None)], "by incarnation and scope");
    Ok(())
}
