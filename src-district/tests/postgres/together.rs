//! Stories of several processes over one database: each with connections of its own, none knowing of the others.

use std::sync::Arc;
use std::time::Duration;

use daiban_core::store::{Batch, DeviceRow, PeerId, PeerQuery, Placed, Snapshot, Store, StoreError};
use daiban_core::sync::hub::{Hub, HubKeys};
use daiban_district::postgres::{Address, PostgresStore, Trouble};
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{Cursor, Hash};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_postgres::NoTls;

use crate::batches::{brought, change, hash, key};
use crate::device::{Device, NOW};
use crate::dice::{Dice, case, village};
use crate::open;
use crate::server::{Disk, Server};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Makes everybody wait for four seconds before they look for a deadlock.
const PATIENCE: &str =
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''4s''', current_database()); END $$";

/// One of several hub processes with the same keys.
async fn hub(address: &str, process: u8) -> Hub<PostgresStore> {
    Hub::open(open(address, process).await, HubKeys::create([7; 96], NOW)).await.unwrap()
}

/// Somebody else at the database.
async fn stranger(address: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.batch_execute("SET search_path = daiban").await.unwrap();
    client
}

/// Whether every writer has come to its end, and to a good one.
fn is_over(writing: &mut JoinSet<()>) -> bool {
    while let Some(ended) = writing.try_join_next() {
        ended.unwrap();
    }
    writing.is_empty()
}

/// Waits until a question is answered with at least so many.
async fn until(client: &tokio_postgres::Client, question: &str, count: i64) {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let looked = async {
        while client.query_one(question, &[]).await.unwrap().get::<_, i64>(0) < count {
            beat.tick().await;
        }
    };
    timeout(Duration::from_secs(20), looked).await.expect(question);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hubs_take_pushes_to_the_same_and_to_different_villages_at_once() {
    const EACH: u32 = 25;
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let hubs = [hub(&address, 1).await, hub(&address, 2).await];
    let mut pushing = JoinSet::new();
    for n in 0..8_u64 {
        // Four share a village, four have one each.
        let scope = village(usize::try_from(n.saturating_sub(3)).unwrap());
        let (mut device, hubs) = (Device::enrol(&hubs[0], n, scope).await.unwrap(), hubs.clone());
        pushing.spawn(async move {
            let mut places: Vec<Placed> = Vec::new();
            for turn in 0..EACH {
                let segment = device.cases(scope, 2, 2).unwrap();
                // By turns through either hub, and now and then through both at once, as after a reply that was lost.
                let (here, there) = (&hubs[turn as usize % 2], &hubs[(turn as usize + 1) % 2]);
                let delivery = if turn % 5 == 1 {
                    device.tell_all();
                    let (body, asked) = device.request(vec![segment], 1 << 20);
                    let (first, second) = tokio::join!(here.exchange(&body, NOW), there.exchange(&body, NOW));
                    let again = device.answered(&second.unwrap(), asked).unwrap().unwrap();
                    let first = device.answered(&first.unwrap(), asked).unwrap().unwrap();
                    let place = |delivery| device.receipts(delivery)[0].place;
                    assert_eq!(place(&first), place(&again), "one segment, one place");
                    device.tell_all();
                    first
                } else {
                    device.exchange(here, vec![segment]).await.unwrap()
                };
                assert_eq!(delivery.refused, [], "nothing is refused");
                let receipt = &device.receipts(&delivery)[0];
                let place = receipt.place.expect("a place at once");
                places.push(Placed { key: receipt.key, seq: place.seq, chain: place.chain });
            }
            places
        });
    }
    let receipted: Vec<Placed> = pushing.join_all().await.concat();
    let audit = hubs[1].verify().await.unwrap();
    assert_eq!((audit.feeds, audit.segments, audit.changes), (5, 200, 800), "all of it");
    assert_eq!(audit.faults, [], "dense, chained, signed");
    for n in 0..5 {
        let feed = hubs[0].store().after(village(n), 0, usize::MAX).await.unwrap();
        let seqs: Vec<u64> = feed.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=if n == 0 { 100 } else { 25 }).collect::<Vec<_>>(), "no hole");
        for entry in feed {
            let key = entry.segment.header.key();
            let place = Placed { key, seq: entry.seq, chain: entry.chain };
            assert!(receipted.contains(&place), "what the feed says is what was receipted");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_9_an_upload_that_comes_a_hundred_times_over_seven_days_eight_at_once_counts_once() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let hubs = [hub(&address, 1).await, hub(&address, 2).await];
    let scope = village(0);
    let mut device = Device::enrol(&hubs[0], 1, scope).await.unwrap();
    device.exchange(&hubs[0], vec![]).await.unwrap();
    let segment = device.cases(scope, 2, 2).unwrap();
    device.tell_all();
    let (body, asked) = device.request(vec![segment], 1 << 20);
    let first = device.answered(&hubs[0].exchange(&body, NOW).await.unwrap(), asked).unwrap().unwrap();
    let place = device.receipts(&first)[0].place.expect("a place at once");
    let feed = hubs[0].store().after(scope, 0, usize::MAX).await.unwrap();
    let mut placed = 0;
    for day in 0..7 {
        for _ in 0..100_u32.div_ceil(7) {
            let mut pushing = JoinSet::new();
            for n in 0..8 {
                let (hub, body) = (hubs[n % 2].clone(), body.clone());
                pushing.spawn(async move { hub.exchange(&body, Wall(NOW.0 + day * DAY_MS)).await.unwrap() });
            }
            for answer in pushing.join_all().await {
                // A thread that is too old is asked to begin anew, and takes nothing either.
                let Some(again) = device.answered(&answer, asked).unwrap() else { continue };
                assert_eq!(device.receipts(&again)[0].place, Some(place), "the place it has");
                placed += 1;
            }
        }
    }
    assert!(placed >= 100, "{placed} times it was taken as new");
    for hub in &hubs {
        let audit = hub.verify().await.unwrap();
        assert_eq!((audit.segments, audit.changes, audit.faults), (1, 4, vec![]), "each change once");
        assert_eq!(hub.store().after(scope, 0, usize::MAX).await.unwrap(), feed, "letter by letter");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_a_later_number_before_an_earlier_one() {
    const EACH: u32 = 60;
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let stores = [Arc::new(open(&address, 1).await), Arc::new(open(&address, 2).await)];
    let scope = village(0);
    let mut writing = JoinSet::new();
    for device in 2..6_u8 {
        let store = stores[usize::from(device) % 2].clone();
        writing.spawn(async move {
            for number in 1..=EACH {
                store.commit(brought(device, scope, number)).await.unwrap();
            }
        });
    }
    let (reader, mut seen) = (open(&address, 3).await, 0);
    loop {
        let over = is_over(&mut writing);
        for entry in reader.after(scope, seen, usize::MAX).await.unwrap() {
            assert_eq!(entry.seq, seen + 1, "who reads on from the last one seen misses none");
            seen = entry.seq;
        }
        if over {
            break;
        }
    }
    assert_eq!(seen, u64::from(4 * EACH), "to the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_taken_among_writers_never_hides_a_change() {
    const EACH: u64 = 120;
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let stores = [Arc::new(open(&address, 1).await), Arc::new(open(&address, 2).await)];
    let doc = [5; 16];
    let mut writing = JoinSet::new();
    for device in 2..6_u8 {
        let store = stores[usize::from(device) % 2].clone();
        writing.spawn(async move {
            for n in 0..EACH {
                let n = (u64::from(device) << 32) | n;
                let changes = vec![change(n, doc, village(usize::from(device)), device, None)];
                store.commit(Batch { changes, ..Batch::default() }).await.unwrap();
            }
        });
    }
    let (covering, mut covered, mut before) = (open(&address, 3).await, 0, 0);
    while !is_over(&mut writing) {
        let stored = covering.load(doc).await.unwrap();
        let inside = stored.snapshot.map_or(0, |snapshot| snapshot.changes);
        let all = u64::from(inside) + stored.tail.len() as u64;
        assert!(all >= before, "{all} changes are less than {before}");
        before = all;
        let Some(last) = stored.tail.last() else { continue };
        let head = hash(u64::from_le_bytes(last[..8].try_into().unwrap()));
        let snapshot = Snapshot { bytes: vec![1], heads: vec![head], changes: u32::try_from(all).unwrap() };
        match covering.cover(doc, snapshot).await {
            Ok(()) => covered += 1,
            Err(StoreError::Clash) => {}
            Err(fault) => panic!("{fault}"),
        }
    }
    assert!(covered > 10, "{covered} snapshots");
    let stored = covering.load(doc).await.unwrap();
    let inside = stored.snapshot.map_or(0, |snapshot| snapshot.changes);
    assert_eq!(u64::from(inside) + stored.tail.len() as u64, 4 * EACH, "every change is in it or after it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_the_server_undoes_to_end_a_deadlock_comes_again() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    // The server undoes whoever looks for a deadlock and finds one: the batch, long after the stranger has begun to wait for it.
    stranger(&address).await.batch_execute(PATIENCE).await.unwrap();
    let store = Arc::new(open(&address, 1).await);
    let device = DeviceRow { device: DeviceId([4; 32]), certificate: vec![1], not_after: 7, revoked_ms: None };
    let at = |seq| Cursor { scope: village(0), seq, chain: Hash::default() };
    let batch = |seq, certificate: u8| {
        let device = DeviceRow { certificate: vec![certificate], ..device.clone() };
        Batch { cursors: vec![(PeerId::Hub, at(seq))], devices: vec![device], ..Batch::default() }
    };
    store.commit(batch(1, 1)).await.unwrap();
    let (stranger, looker) = (stranger(&address).await, stranger(&address).await);
    // The stranger holds the device and then wants the cursor; the batch holds the cursor and waits for the device.
    stranger.batch_execute("SET deadlock_timeout = '60s'").await.unwrap();
    stranger.batch_execute("BEGIN; UPDATE device SET not_after = 8").await.unwrap();
    let writing = tokio::spawn({
        let (store, batch) = (store.clone(), batch(2, 2));
        async move { store.commit(batch).await }
    });
    until(&looker, "SELECT count(*) FROM pg_locks WHERE NOT granted", 1).await;
    stranger.batch_execute("UPDATE cursor SET seq = 9; COMMIT").await.unwrap();
    writing.await.unwrap().unwrap();
    // The server counts it a moment later.
    until(&looker, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", 1).await;
    let cursors = store.peer(PeerQuery::Cursors(PeerId::Hub)).await.unwrap().cursors;
    let devices = store.peer(PeerQuery::AllDevices).await.unwrap().devices;
    assert_eq!((cursors, devices[0].certificate.clone()), (vec![at(2)], vec![2]), "after the stranger, and whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_given_up_half_way_leaves_nothing_and_no_line_in_its_middle() {
    let server = Server::start(Disk::Quick).unwrap();
    let direct = server.database().unwrap();
    let address: Address = direct.parse().unwrap();
    // One connection: were it handed on within the transaction, the next batch would be part of it.
    let store = PostgresStore::open(&address, [1; 16], 1).await.unwrap();
    store.commit(brought(2, village(0), 1)).await.unwrap();
    let stranger = stranger(&direct).await;
    stranger.batch_execute("BEGIN; SELECT 1 FROM scope_seq FOR UPDATE").await.unwrap();
    let given_up = timeout(Duration::from_millis(300), store.commit(brought(2, village(0), 2))).await;
    assert!(given_up.is_err(), "it waited for the feed's end");
    stranger.batch_execute("COMMIT").await.unwrap();
    let placed = store.commit(brought(2, village(0), 3)).await.unwrap();
    assert_eq!(placed[0].seq, 2, "the one given up took no number");
    let asked = PeerQuery::Segments(vec![key(2, village(0), 2), placed[0].key]);
    let frames = store.peer(asked).await.unwrap().frames;
    assert_eq!(
        frames.iter().map(|(_, place)| *place).collect::<Vec<_>>(),
        [Some(placed[0])],
        "nor did it leave a frame"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_held_too_long_is_told_as_busy() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let store = open(&address, 1).await;
    store.commit(brought(2, village(0), 1)).await.unwrap();
    let stranger = stranger(&address).await;
    stranger.batch_execute("BEGIN; SELECT 1 FROM scope_seq FOR UPDATE").await.unwrap();
    let told = store.commit(brought(2, village(0), 2)).await;
    assert!(matches!(told, Err(StoreError::Busy)), "come again: {told:?}");
    let elsewhere = store.commit(brought(2, village(1), 1)).await.unwrap();
    assert_eq!(elsewhere[0].seq, 1, "another village is not held up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_refused_without_writing() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    drop(open(&address, 1).await);
    let stranger = stranger(&address).await;
    stranger.batch_execute("INSERT INTO schema_version VALUES (99, now())").await.unwrap();
    let written = || async {
        // The number of the next transaction that writes, in the whole server.
        let next = "SELECT txid_snapshot_xmax(txid_current_snapshot())";
        stranger.query_one(next, &[]).await.unwrap().get::<_, i64>(0)
    };
    let (before, parsed) = (written().await, address.parse::<Address>().unwrap());
    let told = PostgresStore::open(&parsed, [2; 16], 1).await.err();
    assert!(matches!(told, Some(StoreError::NewerSchema { found: 99 })), "{told:?}");
    assert_eq!(written().await, before, "nothing was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_make_the_tables_once() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let mut starting = JoinSet::new();
    for process in 0..6 {
        let address = address.clone();
        starting.spawn(async move { hub(&address, process).await });
    }
    let hubs = starting.join_all().await;
    let made = stranger(&address).await.query_one("SELECT count(*) FROM schema_version", &[]).await.unwrap();
    assert_eq!((hubs.len(), made.get::<_, i64>(0)), (6, 4), "each step by one of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_together_is_found() {
    let server = Server::start(Disk::Quick).unwrap();
    for (what, spoil) in [
        ("feed", "DELETE FROM feed WHERE seq = 2"),
        ("feed", "UPDATE scope_seq SET n = 4"),
        ("record", "DELETE FROM change WHERE id = 1"),
        ("snapshot", "DELETE FROM change WHERE doc = '\\x05050505050505050505050505050505'"),
        ("case_tally", "DELETE FROM case_tally"),
        ("case_tally", "UPDATE case_tally SET open = open + 1"),
    ] {
        let address = server.database().unwrap();
        let (store, stranger) = (open(&address, 1).await, stranger(&address).await);
        for number in 1..=3 {
            store.commit(brought(2, village(0), number)).await.unwrap();
        }
        let (rows, changes) = (vec![case(&mut Dice::of(1), 1)], vec![change(9, [5; 16], village(0), 5, None)]);
        store.commit(Batch { rows, changes, ..Batch::default() }).await.unwrap();
        store.cover([5; 16], Snapshot { bytes: vec![1], heads: vec![hash(9)], changes: 1 }).await.unwrap();
        store.integrity().await.unwrap();
        stranger.batch_execute(spoil).await.unwrap();
        let told = store.integrity().await;
        assert!(matches!(told, Err(StoreError::Damaged { what: found }) if found == what), "{spoil}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_needs_no_more_than_a_schema_of_its_own() {
    let server = Server::start(Disk::Quick).unwrap();
    let address = server.database().unwrap();
    let (owner, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    owner.batch_execute("CREATE ROLE clerk LOGIN; CREATE SCHEMA daiban AUTHORIZATION clerk").await.unwrap();
    let store = open(&address.replace("daiban@", "clerk@"), 1).await;
    let placed = store.commit(brought(2, village(0), 1)).await.unwrap();
    assert_eq!(placed[0].seq, 1, "it made its tables and wrote into them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_used_is_told_by_its_reason() {
    let server = Server::start(Disk::Quick).unwrap();
    let none = server.address("nowhere").parse().unwrap();
    let told = PostgresStore::open(&none, [1; 16], 1).await.err();
    let Some(StoreError::Backend(told)) = told else { panic!("{told:?}") };
    assert_eq!(told.downcast_ref(), Some(&Trouble::NoDatabase));
    let direct = server.database().unwrap();
    let client = stranger(&direct).await;
    client.batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0").await.unwrap();
    client.batch_execute("CREATE ROLE visitor LOGIN").await.unwrap();
    let told = PostgresStore::open(&server.address("latin").parse().unwrap(), [1; 16], 1).await.err();
    let Some(StoreError::Backend(told)) = told else { panic!("{told:?}") };
    assert_eq!(told.downcast_ref(), Some(&Trouble::NotUtf8), "it could not hold a name");
    let visitor = direct.replace("daiban@", "visitor:geheim@").parse().unwrap();
    let told = PostgresStore::open(&visitor, [1; 16], 1).await.err();
    let Some(StoreError::Backend(told)) = told else { panic!("{told:?}") };
    assert_eq!(told.downcast_ref(), Some(&Trouble::NotAllowed("42501".into())), "a role that may make nothing");
    assert!(!format!("{told} {told:?}").contains("geheim"), "and no password is told");
}
