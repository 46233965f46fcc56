//! Stories of broken lines: nothing is lost, nothing is done twice (reliability, row 28).

use std::sync::Arc;

use daiban_core::store::{Batch, PeerId, PeerQuery, Quarantined, Receipted, Store, StoreError};
use daiban_district::postgres::PostgresStore;
use daiban_model::ids::ScopeCode;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, block_in_place};

use crate::batches::{brought, end_of, hash, key, sealed, segment};
use crate::cut::{CUTS, Gate, Relay};
use crate::dice::village;
use crate::open;
use crate::server::{Disk, Server};

/// The feed of a scope is these segments in this order, each with its two changes, and its end says so.
async fn feed_is(store: &PostgresStore, scope: ScopeCode, numbers: &[(u8, u32)]) {
    let feed = store.after(scope, 0, usize::MAX).await.unwrap();
    let places: Vec<_> = feed.iter().map(|entry| (entry.seq, entry.segment.header.key())).collect();
    let expected: Vec<_> = (1..).zip(numbers.iter().map(|(device, number)| key(*device, scope, *number))).collect();
    assert_eq!(places, expected, "each once, dense, in the order of their commits");
    assert!(feed.iter().all(|entry| entry.records.len() == 2), "whole");
    let ends = store.peer(PeerQuery::Cursors(PeerId::Hub)).await.unwrap().ends;
    let end = end_of(scope, feed.iter().map(|entry| entry.segment.root));
    assert_eq!(ends.iter().find(|found| found.scope == scope), Some(&end), "the chain");
    assert_eq!(feed.last().map(|entry| entry.chain), Some(end.chain), "up to its end");
}

/// The figure of row 28.
const COMMITS: u32 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_28_a_line_cut_at_the_commit_five_hundred_times_loses_nothing_and_doubles_nothing() {
    let server = Server::start(Disk::Quick).unwrap();
    let direct = server.database().unwrap();
    let relay = Relay::before(server.socket()).await;
    let store = open(&relay.address(&direct), 1).await;
    let (scope, own) = (village(0), village(3));
    for n in 1..=COMMITS {
        // Something that keeps its place, something that can be done once only, and something that would be there twice.
        let (one, other) = (brought(2, scope, n), sealed(own, n));
        let mut batch = Batch { segments: [one.segments, other.segments].concat(), number: one.number, ..other };
        batch.changes.extend(one.changes);
        let aside = Quarantined { key: key(9, scope, n), why: "forked".into(), at_ms: 1, bytes: vec![1] };
        batch.quarantine.push(aside);
        let cut = CUTS[usize::try_from(n).unwrap() % CUTS.len()];
        relay.cut_next(cut);
        let placed = store.commit(batch).await.unwrap_or_else(|fault| panic!("{cut:?} at {n}: {fault}"));
        let places: Vec<_> = placed.iter().map(|place| (place.key, place.seq)).collect();
        assert_eq!(places, [(key(2, scope, n), u64::from(n))], "{cut:?} at {n}: the answer of the one that landed");
    }
    assert_eq!(relay.cuts(), usize::try_from(COMMITS).unwrap(), "each commit was cut");
    let direct = open(&direct, 2).await;
    feed_is(&direct, scope, &(1..=COMMITS).map(|n| (2, n)).collect::<Vec<_>>()).await;
    let owed = direct.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await.unwrap().segments;
    assert_eq!(owed.len(), usize::try_from(COMMITS).unwrap(), "each own change was sealed once");
    direct.integrity().await.unwrap();
    let aside = direct.peer(PeerQuery::Quarantine).await.unwrap().quarantine;
    assert_eq!(aside.len(), usize::try_from(COMMITS).unwrap(), "each set aside once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_landed_is_not_done_again_over_what_another_process_wrote_since() {
    let server = Server::start(Disk::Quick).unwrap();
    let direct = server.database().unwrap();
    let relay = Relay::before(server.socket()).await;
    let (ours, theirs) = (Arc::new(open(&relay.address(&direct), 1).await), open(&direct, 2).await);
    let said = |word: &str| Batch { states: vec![("word".into(), Some(word.as_bytes().to_vec()))], ..Batch::default() };
    for _ in 0..10 {
        let ((done, is_done), (cut, is_cut)) = (oneshot::channel(), oneshot::channel());
        relay.cut_next_at(Gate { done, cut: is_cut });
        let writing = tokio::spawn({
            let (ours, batch) = (ours.clone(), said("ours"));
            async move { ours.commit(batch).await }
        });
        is_done.await.unwrap();
        theirs.commit(said("theirs")).await.unwrap();
        cut.send(()).unwrap();
        writing.await.unwrap().unwrap();
        let heard = ours.states("word").await.unwrap();
        assert_eq!(heard, [("word".to_owned(), b"theirs".to_vec())], "the later word stands");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_counts_once_whatever_becomes_of_the_line() {
    let server = Server::start(Disk::Quick).unwrap();
    let relay = Relay::before(server.socket()).await;
    let store = open(&relay.address(&server.database().unwrap()), 1).await;
    let scope = village(1);
    for number in 1..=8 {
        store.commit(sealed(scope, number)).await.unwrap();
        let (key, seq) = (key(1, scope, number), Some(u64::from(number)));
        let receipts = vec![Receipted { key, seq, receipt: vec![7], hub_ms: 1 }];
        relay.cut_next(CUTS[usize::try_from(number).unwrap() % CUTS.len()]);
        store.commit(Batch { receipts, ..Batch::default() }).await.unwrap();
    }
    let owed = store.peer(PeerQuery::Outstanding).await.unwrap().outstanding;
    assert_eq!((owed.changes, owed.receipted, relay.cuts()), (0, 8, 8), "all arrived, each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_whose_lines_are_cut_now_and_then_leave_dense_feeds() {
    const EACH: u32 = 40;
    let server = Server::start(Disk::Quick).unwrap();
    let direct = server.database().unwrap();
    let relay = Relay::before(server.socket()).await;
    let stores = [Arc::new(open(&relay.address(&direct), 1).await), Arc::new(open(&relay.address(&direct), 2).await)];
    relay.cut_now_and_then(7);
    let mut writers = JoinSet::new();
    for device in 2..8_u8 {
        let store = stores[usize::from(device) % 2].clone();
        // Four share a feed, two have one each.
        let scope = village(usize::from(device.saturating_sub(5)));
        writers.spawn(async move {
            for number in 1..=EACH {
                let placed = store.commit(brought(device, scope, number)).await.unwrap();
                let feed = store.after(scope, placed[0].seq - 1, 1).await.unwrap();
                assert_eq!(feed[0].segment.header.key(), placed[0].key, "its place is its own");
            }
        });
    }
    writers.join_all().await;
    relay.cut_no_more();
    assert!(relay.cuts() > 50, "{} cuts", relay.cuts());
    let store = open(&direct, 3).await;
    for (scope, writers) in [(village(0), 4), (village(1), 1), (village(2), 1)] {
        let feed = store.after(scope, 0, usize::MAX).await.unwrap();
        let of = |key: daiban_model::wire::SegmentKey| (key.device.0[0], key.number);
        let order: Vec<_> = feed.iter().map(|entry| of(entry.segment.header.key())).collect();
        assert_eq!(order.len(), usize::try_from(writers * EACH).unwrap(), "nothing lost, nothing doubled");
        feed_is(&store, scope, &order).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_and_rises_in_the_middle_loses_nothing_it_answered() {
    const BATCHES: u32 = 40;
    let mut server = Server::start(Disk::Synced).unwrap();
    let store = Arc::new(open(&server.database().unwrap(), 1).await);
    let scope = village(0);
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 1..=BATCHES {
                store.commit(brought(2, scope, number)).await.unwrap();
                tell.send(number).await.unwrap();
            }
        }
    });
    while let Some(number) = told.recv().await {
        if number % 20 == 10 {
            block_in_place(|| server.crash().and_then(|()| server.run())).unwrap();
        }
    }
    writing.await.unwrap();
    store.integrity().await.unwrap();
    feed_is(&store, scope, &(1..=BATCHES).map(|n| (2, n)).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_is_told_and_nothing_is_said_to_have_landed() {
    let mut server = Server::start(Disk::Quick).unwrap();
    let store = open(&server.database().unwrap(), 1).await;
    block_in_place(|| server.crash()).unwrap();
    let told = store.commit(brought(2, village(0), 1)).await;
    let Err(StoreError::Backend(fault)) = told else { panic!("{told:?}") };
    assert_eq!(fault.to_string(), "the database server cannot be reached", "no word of where it is");
    block_in_place(|| server.run()).unwrap();
    assert!(store.after(village(0), 0, 1).await.unwrap().is_empty(), "nothing landed");
    let one = segment(key(2, village(0), 1));
    store.commit(Batch { segments: vec![one], ..Batch::default() }).await.unwrap();
    let known = store.peer(PeerQuery::Known { changes: vec![hash(1)], actors: Vec::new() }).await.unwrap();
    assert!(known.known.is_empty(), "and it goes on as before");
}
