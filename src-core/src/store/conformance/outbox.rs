//! The way of an own change: outbox, sealed, receipted.

use daiban_model::wire::SegmentKey;

use super::fixture::{carried, doc, hash, key, own, places, sealing, segment};
use crate::store::{Batch, Outstanding, PeerQuery, Receipted, Store, StoreError};

type Checked = Result<(), StoreError>;

fn receipt(key: SegmentKey, seq: Option<u64>) -> Batch {
    let receipt = Receipted { key, seq, receipt: vec![7; 90], hub_ms: 1_772_415_009_000 };
    Batch { receipts: vec![receipt], ..Batch::default() }
}

async fn owed<S: Store>(store: &S) -> Result<Outstanding, StoreError> {
    Ok(store.peer(PeerQuery::Outstanding).await?.outstanding)
}

/// How many wait unsealed, how many segments without a receipt.
async fn waiting<S: Store>(store: &S) -> Result<(usize, usize), StoreError> {
    let outbox = store.peer(PeerQuery::Outbox { limit: usize::MAX }).await?.outbox;
    let segments = store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await?.segments;
    Ok((outbox.len(), segments.len()))
}

pub(super) async fn an_own_change_waits_is_sealed_and_receipted<S: Store>(store: &S) -> Checked {
    for n in 1..=3 {
        store.commit(own(n, doc(1), n)?).await?;
    }
    let outbox = store.peer(PeerQuery::Outbox { limit: usize::MAX }).await?.outbox;
    assert_eq!(
        outbox.iter().map(|change| change.hash).collect::<Vec<_>>(),
        [hash(1), hash(2), hash(3)],
        "oldest first"
    );
    assert_eq!(outbox[0], own(1, doc(1), 1)?.changes[0], "whole, without a segment");
    store.commit(sealing(1, &[2, 1])?).await?;
    assert_eq!(waiting(store).await?, (1, 1), "two are sealed, one waits");
    let (frame, records) = &store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await?.segments[0];
    assert_eq!(*frame, segment(key(1, 1)?)?, "the frame");
    assert_eq!(records.iter().map(|(_, hash, _)| *hash).collect::<Vec<_>>(), [hash(2), hash(1)], "in sealed order");
    assert_eq!(store.load(doc(1)).await?.unsent, 3, "sealed is not sent");
    store.commit(receipt(key(1, 1)?, Some(41))).await?;
    assert_eq!(waiting(store).await?, (1, 0), "it has arrived");
    let stored = store.load(doc(1)).await?;
    assert_eq!((stored.unsent, stored.seq, stored.tail.len()), (1, Some(41), 3), "one is still to go");
    let owed = owed(store).await?;
    assert_eq!((owed.changes, owed.receipted), (1, 2), "figures");
    assert_eq!(owed.last, Some((key(1, 1)?, 41, 2, 1_772_415_009_000)), "the last receipt");
    store.commit(own(1, doc(1), 1)?).await?;
    assert_eq!(waiting(store).await?, (1, 0), "what has arrived does not wait again");
    let unknown = store.commit(sealing(2, &[2])?).await;
    assert!(matches!(unknown, Err(StoreError::Damaged { what: "outbox" })), "nothing there to seal: {unknown:?}");
    Ok(())
}

pub(super) async fn a_receipt_that_comes_twice_counts_once<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    for _ in 0..3 {
        store.commit(receipt(key(1, 1)?, Some(5))).await?;
    }
    store.commit(receipt(key(1, 77)?, Some(6))).await?;
    let owed = owed(store).await?;
    assert_eq!((owed.changes, owed.receipted), (0, 1), "once, and an unknown one not at all");
    Ok(())
}

pub(super) async fn a_receipt_without_a_number_gets_it_later<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    store.commit(receipt(key(1, 1)?, None)).await?;
    assert_eq!(waiting(store).await?, (0, 0), "the hub has it");
    assert_eq!((store.load(doc(1)).await?.seq, owed(store).await?.last), (None, None), "but no place yet");
    store.commit(receipt(key(1, 1)?, Some(9))).await?;
    store.commit(receipt(key(1, 1)?, None)).await?;
    assert_eq!(store.load(doc(1)).await?.seq, Some(9), "now it has one, and keeps it");
    assert_eq!(owed(store).await?.last.map(|(_, seq, ..)| seq), Some(9), "also in the figures");
    Ok(())
}

pub(super) async fn a_withdrawn_segment_gives_its_changes_back<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    store.commit(own(2, doc(1), 2)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    store.commit(sealing(2, &[2])?).await?;
    // The hub has another segment under number 2: it comes in where the own one was.
    let mut theirs = segment(key(1, 2)?)?;
    theirs.root = hash(99);
    let batch = Batch { withdrawn: vec![key(1, 2)?], segments: vec![theirs.clone()], ..Batch::default() };
    store.commit(batch).await?;
    assert_eq!(waiting(store).await?, (1, 1), "one waits again");
    let frames = store.peer(PeerQuery::Segments(vec![key(1, 2)?])).await?.frames;
    assert_eq!(frames, [(theirs, None)], "the hub's history stands");
    let mut anew = sealing(3, &[2])?;
    let key = SegmentKey { incarnation: 1, number: 1, ..key(1, 3)? };
    (anew.segments, anew.sealed[0].key) = (vec![segment(key)?], key);
    store.commit(anew).await?;
    store.commit(receipt(key, Some(3))).await?;
    assert_eq!(waiting(store).await?, (0, 1), "it arrived in the next incarnation");
    let refused = store.commit(Batch { withdrawn: vec![key], ..Batch::default() }).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "what has arrived cannot be taken back: {refused:?}");
    Ok(())
}

pub(super) async fn what_comes_back_in_the_feed_need_not_be_sent<S: Store>(store: &S) -> Checked {
    // The disk was restored from last week: the change waits here, but the hub has it in the old segment.
    store.commit(own(1, doc(1), 1)?).await?;
    let old = key(1, 1)?;
    let back = carried(1, doc(1), 1, old, 0)?;
    let batch = Batch { segments: vec![segment(old)?], changes: vec![back], ..Batch::default() };
    store.commit(batch).await?;
    assert_eq!(store.load(doc(1)).await?.unsent, 1, "a courier may have brought it: no proof");
    store.commit(Batch { feed: places(&[old])?, ..Batch::default() }).await?;
    let stored = store.load(doc(1)).await?;
    assert_eq!((stored.unsent, stored.seq), (0, Some(1)), "its place is the proof");
    Ok(())
}

pub(super) async fn what_is_owed_is_counted_by_document<S: Store>(store: &S) -> Checked {
    for n in 1..=60u64 {
        store.commit(own(n, doc(n.into()), 1)?).await?;
    }
    store.commit(own(61, doc(3), 2)?).await?;
    store.commit(sealing(1, &[61])?).await?;
    let owed = owed(store).await?;
    assert_eq!((owed.changes, owed.bytes), (61, 6100), "sealed ones are owed too");
    assert_eq!(owed.docs.len(), 50, "a list that fits a screen");
    assert_eq!(owed.docs[..2], [(doc(3), 2, 200), (doc(60), 1, 100)], "latest first");
    Ok(())
}

pub(super) async fn the_outbox_is_read_in_pieces<S: Store>(store: &S) -> Checked {
    for n in 1..=4 {
        store.commit(own(n, doc(1), n)?).await?;
    }
    for (limit, expected) in [(0, 1), (100, 1), (250, 2), (400, 4)] {
        let outbox = store.peer(PeerQuery::Outbox { limit }).await?.outbox;
        assert_eq!(outbox.len(), expected, "{limit} bytes of changes of a hundred");
    }
    store.commit(sealing(1, &[1])?).await?;
    store.commit(sealing(2, &[2, 3])?).await?;
    for (limit, expected) in [(0, 1), (299, 1), (300, 2)] {
        let segments = store.peer(PeerQuery::Unreceipted { limit }).await?.segments;
        assert_eq!(segments.len(), expected, "{limit} bytes of segments");
    }
    Ok(())
}
