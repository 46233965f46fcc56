//! Changes, documents and snapshots.

use super::fixture::{carried, case, change, doc, eyes, foreign, hash, key, own, segment, state, village};
use crate::store::{
    Batch, PeerQuery, RowQuery, Snapshot, Store, StoreError, Stored, StoredChange, conformance::fixture,
};

type Checked = Result<(), StoreError>;

fn snapshot(heads: &[u64], changes: u32) -> Snapshot {
    Snapshot { bytes: vec![changes as u8; 40], heads: heads.iter().map(|n| hash(*n)).collect(), changes }
}

pub(super) async fn s1_a_batch_lands_together_or_not_at_all<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    let mut batch = own(2, doc(1), 2)?;
    batch.changes.push(change(3, doc(1), 1)?);
    batch.segments.push(segment(key(2, 1)?)?);
    batch.number.push(key(2, 1)?);
    batch.rows.push(case(1, "赵桂香")?);
    batch.states.push(("draft/1".into(), Some(vec![1])));
    let refused = store.commit(batch).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "the last change is a fork: {refused:?}");
    let stored = store.load(doc(1)).await?;
    assert_eq!((stored.tail.len(), stored.unsent), (1, 1), "no change and no outbox entry of the batch");
    assert_eq!(stored.state, Some(state(doc(1), vec![hash(1)])?), "heads as before");
    let here = eyes(&[village(1)?]);
    let counted = store.rows(RowQuery::Counts { eyes: here, today: 20_260_302 }).await?;
    assert_eq!(counted.counts.all, 0, "no row");
    assert!(store.states("").await?.is_empty(), "no named value");
    assert!(store.after(village(1)?, 0, usize::MAX).await?.is_empty(), "no place in the feed");
    let frames = store.peer(PeerQuery::Segments(vec![key(2, 1)?])).await?.frames;
    assert!(frames.is_empty(), "no segment");
    Ok(())
}

pub(super) async fn an_unknown_document_is_empty<S: Store>(store: &S) -> Checked {
    assert_eq!(store.load(doc(404)).await?, Stored::default(), "absence is a value");
    Ok(())
}

pub(super) async fn changes_are_read_in_the_order_they_were_stored<S: Store>(store: &S) -> Checked {
    for (n, seq) in [(5, 1), (3, 2), (9, 3), (1, 4)] {
        store.commit(own(n, doc(1), seq)?).await?;
        store.commit(own(n + 100, doc(2), seq + 100)?).await?;
    }
    let stored = store.load(doc(1)).await?;
    let firsts: Vec<u8> = stored.tail.iter().filter_map(|bytes| bytes.first().copied()).collect();
    assert_eq!(firsts, [5, 3, 9, 1], "each rests on earlier ones");
    assert_eq!(stored.unsent, 4, "all are own");
    assert_eq!(stored.seq, None, "none has arrived");
    Ok(())
}

pub(super) async fn a_change_stored_again_is_passed_over<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    for _ in 0..3 {
        store.commit(own(1, doc(1), 1)?).await?;
        store.commit(foreign(1, doc(1))?).await?;
    }
    let stored = store.load(doc(1)).await?;
    assert_eq!((stored.tail.len(), stored.unsent), (2, 1), "each once");
    Ok(())
}

pub(super) async fn the_same_actor_and_number_with_other_content_is_a_fork<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    let fork = store.commit(own(2, doc(1), 1)?).await;
    assert!(matches!(fork, Err(StoreError::Clash)), "a copied disk: {fork:?}");
    store.commit(own(2, doc(2), 1)?).await?;
    assert_eq!(store.load(doc(2)).await?.tail.len(), 1, "numbers count in each document by itself");
    Ok(())
}

pub(super) async fn one_change_may_stand_in_two_documents<S: Store>(store: &S) -> Checked {
    // A change does not name its document, so two first edits of one moment can be the same bytes.
    let (here, there) = (own(1, doc(1), 1)?, own(1, doc(2), 1)?);
    store.commit(here).await?;
    store.commit(there).await?;
    let outbox = store.peer(PeerQuery::Outbox { limit: usize::MAX }).await?.outbox;
    assert_eq!(outbox.iter().map(|change| change.doc).collect::<Vec<_>>(), [doc(1), doc(2)], "both wait");
    store.commit(fixture::sealing(1, &[1, 1])?).await?;
    let segments = store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await?.segments;
    let carried = segments.iter().flat_map(|(_, records)| records.iter().map(|(doc, ..)| *doc));
    assert_eq!(carried.collect::<Vec<_>>(), [doc(1), doc(2)], "and both travel");
    Ok(())
}

pub(super) async fn s3_a_snapshot_covers_what_it_holds_and_nothing_is_deleted<S: Store>(store: &S) -> Checked {
    let key = key(2, 1)?;
    let changes = (1..=4).map(|n| carried(n, doc(1), n, key, n as u32 - 1)).collect::<Result<Vec<_>, _>>()?;
    let docs = vec![state(doc(1), vec![hash(4)])?];
    let segments = vec![segment(key)?];
    store.commit(Batch { segments, changes, docs, number: vec![key], ..Batch::default() }).await?;
    store.commit(own(5, doc(1), 1)?).await?;
    store.cover(doc(1), snapshot(&[4], 4)).await?;
    let stored = store.load(doc(1)).await?;
    assert_eq!(stored.snapshot, Some(snapshot(&[4], 4)), "the snapshot stands for four");
    assert_eq!(stored.tail.iter().map(|bytes| bytes[0]).collect::<Vec<_>>(), [5], "one follows it");
    assert_eq!(stored.state, Some(state(doc(1), vec![hash(5)])?), "the heads stay as they are");
    store.cover(doc(1), snapshot(&[2], 2)).await?;
    assert_eq!(store.load(doc(1)).await?, stored, "an older one is passed over");
    store.cover(doc(1), snapshot(&[5], 5)).await?;
    assert!(store.load(doc(1)).await?.tail.is_empty(), "a newer one replaces it");
    let feed = store.after(village(1)?, 0, usize::MAX).await?;
    assert_eq!(feed[0].records.len(), 4, "what is covered is still sent on");
    Ok(())
}

pub(super) async fn a_snapshot_that_lacks_a_change_is_refused<S: Store>(store: &S) -> Checked {
    for n in 1..=3 {
        store.commit(own(n, doc(1), n)?).await?;
    }
    let before = store.load(doc(1)).await?;
    // Made of 1 and 3, while 2 came in from elsewhere.
    let refused = store.cover(doc(1), snapshot(&[3], 2)).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "reading would lose a change: {refused:?}");
    let refused = store.cover(doc(1), snapshot(&[77], 1)).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "heads that are not stored: {refused:?}");
    assert_eq!(store.load(doc(1)).await?, before, "nothing moved");
    Ok(())
}

pub(super) async fn documents_are_listed_by_their_id<S: Store>(store: &S) -> Checked {
    for n in [5, 1, 4, 2, 3] {
        store.commit(own(n, doc(n.into()), 1)?).await?;
    }
    // The hub may hold changes of a document it never opened.
    let unopened: StoredChange = change(9, doc(9), 1)?;
    store.commit(Batch { changes: vec![unopened], ..Batch::default() }).await?;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.rows(RowQuery::Docs { after, limit: 2 }).await?.docs;
        let Some(last) = page.last() else { break };
        after = Some(last.doc);
        seen.extend(page.into_iter().map(|state| state.doc));
    }
    assert_eq!(seen, [doc(1), doc(2), doc(3), doc(4), doc(5)], "each once, in order");
    Ok(())
}
