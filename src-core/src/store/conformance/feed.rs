//! Segments and the numbered feed.

use daiban_model::wire::{Cursor, Hash};

use super::fixture::{
    carried, change, device, doc, foreign, hash, key, key_in, own, places, segment, township, village,
};
use crate::store::{Batch, PeerId, PeerQuery, Placed, Store, StoreError, StoredSegment};

type Checked = Result<(), StoreError>;

async fn seqs<S: Store>(store: &S) -> Result<Vec<u64>, StoreError> {
    Ok(store.after(village(1)?, 0, usize::MAX).await?.iter().map(|entry| entry.seq).collect())
}

pub(super) async fn s5_numbers_are_dense_and_a_failed_batch_gives_them_back<S: Store>(store: &S) -> Checked {
    let numbered = |number| -> Result<Batch, StoreError> {
        Ok(Batch { number: vec![key(2, number)?], ..foreign(number, doc(1))? })
    };
    store.commit(numbered(1)?).await?;
    let mut failing = numbered(2)?;
    failing.outbox.push(hash(404));
    let refused = store.commit(failing).await;
    assert!(matches!(refused, Err(StoreError::Damaged { what: "outbox" })), "after numbering: {refused:?}");
    let placed = store.commit(numbered(3)?).await?;
    assert_eq!(placed.iter().map(|place| place.seq).collect::<Vec<_>>(), [2], "the number was given back");
    assert_eq!(placed, places(&[key(2, 1)?, key(2, 3)?])?[1..], "the chain goes on from the first");
    assert_eq!(seqs(store).await?, [1, 2], "no hole");
    let ends = store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
    assert_eq!(ends.iter().map(|end| (end.seq, end.chain)).collect::<Vec<_>>(), [(2, placed[0].chain)], "the end");
    let unknown = store.commit(Batch { number: vec![key(2, 9)?], ..Batch::default() }).await;
    assert!(matches!(unknown, Err(StoreError::Damaged { what: "segment" })), "only stored ones: {unknown:?}");
    Ok(())
}

pub(super) async fn a_numbered_segment_keeps_its_place<S: Store>(store: &S) -> Checked {
    for number in 1..=3 {
        store.commit(foreign(number, doc(1))?).await?;
    }
    let (first, second, third) = (key(2, 1)?, key(2, 2)?, key(2, 3)?);
    let ask = |keys: &[_]| store.commit(Batch { number: keys.to_vec(), ..Batch::default() });
    let before = ask(&[second, first]).await?;
    let after = ask(&[first, third, second, third]).await?;
    let expected = places(&[second, first, third])?;
    assert_eq!(before, expected[..2], "in the order asked");
    assert_eq!(after, [expected[1], expected[2], expected[0], expected[2]], "a repeat gets the same answer");
    assert_eq!(seqs(store).await?, [1, 2, 3], "each once");
    Ok(())
}

pub(super) async fn numbers_of_several_scopes_come_in_one_batch<S: Store>(store: &S) -> Checked {
    let keys = [key_in(3, 2, 1)?, key_in(1, 2, 1)?, key_in(3, 2, 2)?];
    let segments = keys.iter().map(|key| segment(*key)).collect::<Result<_, _>>()?;
    let placed = store.commit(Batch { segments, number: keys.to_vec(), ..Batch::default() }).await?;
    let seqs: Vec<_> = placed.iter().map(|place| (place.key, place.seq)).collect();
    assert_eq!(seqs, [(keys[0], 1), (keys[1], 1), (keys[2], 2)], "each scope counts by itself");
    Ok(())
}

pub(super) async fn ends_are_asked_for_by_division<S: Store>(store: &S) -> Checked {
    let keys = [key_in(3, 2, 1)?, key_in(1, 2, 1)?, key_in(11, 2, 1)?];
    let segments = keys.iter().map(|key| segment(*key)).collect::<Result<_, _>>()?;
    let read = Cursor { scope: village(11)?, seq: 1, chain: hash(1) };
    let (number, cursors) = (keys.to_vec(), vec![(PeerId::Device(device(3)), read)]);
    store.commit(Batch { segments, number, cursors, ..Batch::default() }).await?;
    for (scopes, expected) in [
        (vec![], &[][..]),
        (vec![village(1)?], &[1]),
        (vec![township(1)?], &[1, 3]),
        (vec![village(11)?, village(2)?], &[11]),
        (vec![township(11)?.parent(), village(3)?], &[1, 3, 11]),
        (vec![village(3)?, village(1)?], &[1, 3]),
    ] {
        let asked = PeerQuery::CursorsUnder { peer: PeerId::Device(device(3)), scopes: scopes.clone() };
        let marks = store.peer(asked).await?;
        let expected = expected.iter().map(|n| village(*n)).collect::<Result<Vec<_>, _>>()?;
        assert_eq!(
            marks.ends.iter().map(|end| end.scope).collect::<Vec<_>>(),
            expected,
            "{scopes:?}, each once, sorted"
        );
        assert_eq!(marks.cursors, [read], "the cursors are the peer's, whatever it asks for");
    }
    Ok(())
}

pub(super) async fn a_station_takes_places_over_without_a_hole<S: Store>(store: &S) -> Checked {
    let keys = [key(2, 1)?, key(2, 2)?, key(2, 3)?];
    for number in 1..=3 {
        store.commit(foreign(number, doc(1))?).await?;
    }
    let places = places(&keys)?;
    let take = |feed: Vec<Placed>| store.commit(Batch { feed, ..Batch::default() });
    take(places[..1].to_vec()).await?;
    let hole = take(places[2..].to_vec()).await;
    assert!(matches!(hole, Err(StoreError::Damaged { what: "feed" })), "the second is missing: {hole:?}");
    for _ in 0..3 {
        take(places.clone()).await?;
    }
    assert_eq!(seqs(store).await?, [1, 2, 3], "a repeat changes nothing");
    let other = take(vec![Placed { key: keys[1], ..places[0] }]).await;
    assert!(matches!(other, Err(StoreError::Clash)), "another segment there: {other:?}");
    store.commit(foreign(4, doc(1))?).await?;
    let torn = take(vec![Placed { key: key(2, 4)?, seq: 4, chain: hash(8) }]).await;
    assert!(matches!(torn, Err(StoreError::Clash)), "another history: {torn:?}");
    assert_eq!(seqs(store).await?, [1, 2, 3], "refused without a trace");
    Ok(())
}

pub(super) async fn a_feed_is_read_on_in_pieces<S: Store>(store: &S) -> Checked {
    for number in 1..=5 {
        store.commit(Batch { number: vec![key(2, number)?], ..foreign(number, doc(1))? }).await?;
    }
    // Each change has a hundred bytes.
    for (after, max_bytes, expected) in [
        (0, 1, &[1][..]),
        (0, 200, &[1, 2]),
        (0, 299, &[1, 2]),
        (2, usize::MAX, &[3, 4, 5]),
        (5, 100, &[]),
        (u64::MAX, 100, &[]),
    ] {
        let entries = store.after(village(1)?, after, max_bytes).await?;
        let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, expected, "after {after}, {max_bytes} bytes");
    }
    let first = &store.after(village(1)?, 0, 1).await?[0];
    let sent = carried(1001, doc(1), 1, key(2, 1)?, 0)?;
    assert_eq!(first.segment, segment(key(2, 1)?)?, "the frame as it came");
    assert_eq!(first.records, [(sent.doc, sent.hash, sent.bytes)], "with its records");
    assert!(store.after(village(2)?, 0, 100).await?.is_empty(), "another scope has none");
    Ok(())
}

pub(super) async fn a_change_that_travels_twice_stands_in_both_segments<S: Store>(store: &S) -> Checked {
    let (first, again) = (key(2, 1)?, key(3, 1)?);
    let one = carried(1, doc(1), 1, first, 0)?;
    let two = carried(2, doc(1), 2, first, 1)?;
    let batch = |key, changes| -> Result<Batch, StoreError> {
        Ok(Batch { segments: vec![segment(key)?], changes, number: vec![key], ..Batch::default() })
    };
    store.commit(batch(first, vec![one.clone(), two.clone()])?).await?;
    let moved = |change: &crate::store::StoredChange, ordinal| crate::store::StoredChange {
        segment: Some((again, ordinal)),
        ..change.clone()
    };
    store.commit(batch(again, vec![moved(&two, 0), moved(&one, 1)])?).await?;
    let feed = store.after(village(1)?, 0, usize::MAX).await?;
    let hashes: Vec<Vec<Hash>> =
        feed.iter().map(|entry| entry.records.iter().map(|(_, hash, _)| *hash).collect()).collect();
    assert_eq!(hashes, [[hash(1), hash(2)], [hash(2), hash(1)]], "each verifies when it is sent on");
    assert_eq!(store.load(doc(1)).await?.tail.len(), 2, "the document has each once");
    let other = carried(3, doc(1), 3, first, 0)?;
    let refused = store.commit(Batch { changes: vec![other], ..Batch::default() }).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "a place in a segment is taken: {refused:?}");
    Ok(())
}

pub(super) async fn a_segment_is_one_frame_for_ever<S: Store>(store: &S) -> Checked {
    let frame = segment(key(2, 1)?)?;
    let (again, later) = (frame.clone(), segment(key(2, 2)?)?);
    store.commit(Batch { segments: vec![frame.clone()], ..Batch::default() }).await?;
    store.commit(Batch { segments: vec![again, later.clone()], ..Batch::default() }).await?;
    let forked = StoredSegment { root: hash(5), ..frame.clone() };
    let refused = store.commit(Batch { segments: vec![forked], ..Batch::default() }).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "a copied disk: {refused:?}");
    let asked = vec![key(2, 2)?, key(2, 7)?, key(2, 1)?];
    let frames = store.peer(PeerQuery::Segments(asked)).await?.frames;
    assert_eq!(frames, [(later.clone(), None), (frame, None)], "unknown ones are left out");
    let last = |incarnation| PeerQuery::Last { device: device(2), incarnation, scope: later.header.scope };
    assert_eq!(store.peer(last(0)).await?.frames, [(later.clone(), None)], "the last one");
    assert!(store.peer(last(1)).await?.frames.is_empty(), "none of the next incarnation");
    let unnamed = own(1, doc(1), 1)?;
    let mut lost = change(2, doc(1), 2)?;
    lost.segment = Some((key(2, 8)?, 0));
    let refused = store.commit(Batch { changes: vec![lost], ..unnamed }).await;
    assert!(matches!(refused, Err(StoreError::Damaged { what: "segment" })), "no frame for it: {refused:?}");
    Ok(())
}
