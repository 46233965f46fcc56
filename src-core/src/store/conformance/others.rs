//! What is known of other devices and of the hub.

use daiban_model::wire::Cursor;

use super::fixture::{device, doc, foreign, hash, key, key_in, own, segment, village};
use crate::store::{ActorRow, Batch, DeviceRow, PeerId, PeerQuery, Quarantined, Store, StoreError, StoredChange};

type Checked = Result<(), StoreError>;

pub(super) async fn cursors_move_with_what_was_read<S: Store>(store: &S) -> Checked {
    let at = |n, seq| Ok::<_, StoreError>(Cursor { scope: village(n)?, seq, chain: hash(seq) });
    let hub = |n, seq| Ok::<_, StoreError>((PeerId::Hub, at(n, seq)?));
    let cursors = |peer| store.peer(PeerQuery::Cursors(peer));
    store.commit(Batch { cursors: vec![hub(2, 4)?, hub(1, 7)?], ..foreign(1, doc(1))? }).await?;
    assert_eq!(cursors(PeerId::Hub).await?.cursors, [at(1, 7)?, at(2, 4)?], "by scope");
    let mut failing = Batch { cursors: vec![hub(1, 9)?], ..foreign(2, doc(1))? };
    failing.outbox.push(hash(404));
    assert!(store.commit(failing).await.is_err(), "a batch that fails");
    assert_eq!(cursors(PeerId::Hub).await?.cursors, [at(1, 7)?, at(2, 4)?], "does not move them");
    let peer = PeerId::Device(device(3));
    store.commit(Batch { cursors: vec![hub(1, 2)?, (peer, at(1, 5)?)], ..Batch::default() }).await?;
    assert_eq!(cursors(PeerId::Hub).await?.cursors, [at(1, 2)?, at(2, 4)?], "back, after the hub was restored");
    assert_eq!(cursors(peer).await?.cursors, [at(1, 5)?], "each peer has its own");
    Ok(())
}

pub(super) async fn a_revocation_outlives_a_new_certificate<S: Store>(store: &S) -> Checked {
    let row = |n: u8, revoked_ms| DeviceRow {
        device: device(n),
        certificate: vec![n; 60],
        not_after: 1_900_000_000_000,
        revoked_ms,
    };
    let devices = vec![row(2, None), row(1, None)];
    store.commit(Batch { devices, revoked: vec![(device(1), 50), (device(9), 60)], ..Batch::default() }).await?;
    store.commit(Batch { devices: vec![row(1, None)], revoked: vec![(device(1), 70)], ..Batch::default() }).await?;
    let asked = vec![device(1), device(8), device(2)];
    let known = store.peer(PeerQuery::Devices(asked)).await?.devices;
    assert_eq!(known, [row(1, Some(50)), row(2, None)], "the first revocation stands");
    let all = store.peer(PeerQuery::AllDevices).await?.devices;
    assert_eq!(all.iter().map(|row| row.device).collect::<Vec<_>>(), [device(1), device(2), device(9)], "all");
    assert_eq!(all[2].revoked_ms, Some(60), "one that is not known yet can be revoked");
    Ok(())
}

pub(super) async fn an_actor_belongs_to_one_device<S: Store>(store: &S) -> Checked {
    let bind = |n: u8| ActorRow { actor: [7; 16], device: device(n), incarnation: 1 };
    store.commit(Batch { actors: vec![bind(1), bind(1)], ..Batch::default() }).await?;
    let stolen = store.commit(Batch { actors: vec![bind(2)], ..Batch::default() }).await;
    assert!(matches!(stolen, Err(StoreError::Clash)), "bound at first use: {stolen:?}");
    let asked = PeerQuery::Known { changes: vec![], actors: vec![[7; 16], [8; 16]] };
    assert_eq!(store.peer(asked).await?.actors, [bind(1)], "to the first");
    Ok(())
}

pub(super) async fn a_document_lives_in_one_scope<S: Store>(store: &S) -> Checked {
    let homes = vec![(doc(1), village(1)?), (doc(2), village(2)?), (doc(1), village(1)?)];
    store.commit(Batch { homes, ..Batch::default() }).await?;
    let mut elsewhere = Batch { homes: vec![(doc(3), village(1)?), (doc(1), village(2)?)], ..foreign(1, doc(1))? };
    elsewhere.number.push(key(2, 1)?);
    let refused = store.commit(elsewhere).await;
    assert!(matches!(refused, Err(StoreError::Clash)), "it lives where it was first seen: {refused:?}");
    assert!(store.after(village(1)?, 0, 100).await?.is_empty(), "and nothing of that batch was stored");
    let asked = PeerQuery::Homes(vec![doc(2), doc(3), doc(1)]);
    assert_eq!(store.peer(asked).await?.homes, [(doc(2), village(2)?), (doc(1), village(1)?)], "in the order asked");
    Ok(())
}

pub(super) async fn a_document_moves_from_where_it_lives<S: Store>(store: &S) -> Checked {
    let lives = |n| PeerQuery::Homes(vec![doc(n)]);
    store.commit(Batch { homes: vec![(doc(1), village(1)?), (doc(2), village(2)?)], ..Batch::default() }).await?;
    let moves = |from, to| Ok::<_, StoreError>(vec![(doc(1), village(from)?, village(to)?)]);
    let not_there = store.commit(Batch { rehomed: moves(2, 3)?, ..foreign(1, doc(1))? }).await;
    assert!(matches!(not_there, Err(StoreError::Clash)), "somebody moved it before: {not_there:?}");
    let unknown = vec![(doc(9), village(1)?, village(2)?)];
    let unknown = store.commit(Batch { rehomed: unknown, ..Batch::default() }).await;
    assert!(matches!(unknown, Err(StoreError::Clash)), "it lives nowhere: {unknown:?}");
    assert_eq!(store.peer(lives(1)).await?.homes, [(doc(1), village(1)?)], "nothing of that was stored");
    assert!(store.peer(PeerQuery::Segments(vec![key(2, 1)?])).await?.frames.is_empty(), "nor what came with it");
    // Numbered in both feeds, and its change once, in both segments.
    let (leave, arrival) = (key(2, 1)?, key_in(2, 3, 1)?);
    let mut batch = Batch { rehomed: moves(1, 2)?, homes: vec![(doc(1), village(2)?)], ..foreign(1, doc(1))? };
    let again = batch.changes[0].clone();
    batch.segments.push(segment(arrival)?);
    batch.changes.push(StoredChange { segment: Some((arrival, 0)), scope: village(2)?, ..again });
    batch.number = vec![leave, arrival];
    let placed = store.commit(batch).await?;
    assert_eq!(placed.iter().map(|place| (place.key, place.seq)).collect::<Vec<_>>(), [(leave, 1), (arrival, 1)]);
    assert_eq!(store.peer(lives(1)).await?.homes, [(doc(1), village(2)?)], "there from now on");
    for scope in [1, 2] {
        let feed = store.after(village(scope)?, 0, usize::MAX).await?;
        assert_eq!(feed[0].records.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [doc(1)], "in both feeds");
    }
    assert_eq!(store.load(doc(1)).await?.tail.len(), 1, "and once in itself");
    Ok(())
}

pub(super) async fn segments_wait_and_are_set_aside<S: Store>(store: &S) -> Checked {
    let pending = |n, number, bytes: &[u8]| Ok::<_, StoreError>((key_in(n, 2, number)?, Some(bytes.to_vec())));
    let waiting = vec![pending(1, 2, b"two")?, pending(1, 1, b"one")?, pending(2, 1, b"far")?];
    store.commit(Batch { pending: waiting, ..Batch::default() }).await?;
    store.commit(Batch { pending: vec![pending(1, 2, b"new")?], ..Batch::default() }).await?;
    let found = store.peer(PeerQuery::Pending(village(1)?)).await?.pending;
    assert_eq!(found, [(key(2, 1)?, b"one".to_vec()), (key(2, 2)?, b"new".to_vec())], "of this scope");
    store.commit(Batch { pending: vec![(key(2, 1)?, None)], ..Batch::default() }).await?;
    assert_eq!(store.peer(PeerQuery::Pending(village(1)?)).await?.pending.len(), 1, "one goes on");

    let aside = |why: &str, bytes: &[u8]| {
        let (why, bytes) = (why.to_owned(), bytes.to_vec());
        Ok::<_, StoreError>(Quarantined { key: key(2, 5)?, why, at_ms: 5, bytes })
    };
    let (poison, fork) = (aside("malformed", b"poison")?, aside("forked", b"fork")?);
    for segment in [&poison, &fork, &poison, &poison] {
        store.commit(Batch { quarantine: vec![segment.clone()], ..Batch::default() }).await?;
    }
    let found = store.peer(PeerQuery::Quarantine).await?.quarantine;
    assert_eq!(found, [fork, poison], "latest first, the same bytes once");
    Ok(())
}

pub(super) async fn named_values_are_listed_by_their_beginning<S: Store>(store: &S) -> Checked {
    let set = |name: &str, value: Option<&[u8]>| (name.to_owned(), value.map(<[u8]>::to_vec));
    let states = vec![
        set("draft/2", Some(b"b")),
        set("draft/1", Some(b"a")),
        set("draf", Some(b"no")),
        set("drafts", Some(b"no")),
        set("draft/3", Some(b"")),
        set("draft%", Some(b"no")),
    ];
    store.commit(Batch { states, ..Batch::default() }).await?;
    let states = vec![set("draft/2", Some(b"B")), set("draft/1", None), set("draft/9", None)];
    store.commit(Batch { states, ..Batch::default() }).await?;
    let found = store.states("draft/").await?;
    assert_eq!(found, [("draft/2".to_owned(), b"B".to_vec()), ("draft/3".to_owned(), vec![])], "no other name");
    assert_eq!(store.states("").await?.len(), 5, "all");
    Ok(())
}

pub(super) async fn what_is_known_is_told_apart<S: Store>(store: &S) -> Checked {
    store.commit(own(1, doc(1), 1)?).await?;
    let asked = PeerQuery::Known { changes: vec![hash(2), hash(1), hash(3)], actors: vec![] };
    assert_eq!(store.peer(asked).await?.known, [hash(1)], "only what is stored");
    Ok(())
}
