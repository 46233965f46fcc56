//! Erasing a document or a division.

use daiban_model::api::View;
use daiban_model::wire::{Cursor, Hash};

use super::fixture::{
    carried, case, doc, eyes, foreign, hash, key, key_in, own, person, places, sealing, segment, state, township,
    village,
};
use crate::query::terms;
use crate::store::{
    Batch, DocState, Erased, PeerId, PeerQuery, PeopleQuery, Quarantined, Receipted, RowQuery, Rows, Store, StoreError,
};

type Checked = Result<(), StoreError>;

/// Two documents of village 1 by device 2, placed, with rows; one of village 2; one of village 1 that village 2 had first.
async fn four<S: Store>(store: &S) -> Checked {
    for number in 1..=2 {
        let id = doc(u128::from(number));
        let docs = vec![state(id, vec![hash(1000 + u64::from(number))])?];
        let rows = vec![case(u128::from(number), "赵桂香")?];
        store.commit(Batch { docs, rows, ..foreign(number, id)? }).await?;
    }
    let there = key_in(2, 2, 1)?;
    let changes = vec![carried(3000, doc(3), 1, there, 0)?, carried(4000, doc(4), 1, there, 1)?];
    let here = key(2, 3)?;
    let again = carried(4000, doc(4), 1, here, 0)?;
    let docs =
        vec![DocState { scope: village(2)?, ..state(doc(3), vec![hash(3000)])? }, state(doc(4), vec![hash(4000)])?];
    let mut third = case(3, "王芳")?;
    third.scope = village(2)?;
    let segments = vec![segment(there)?, segment(here)?];
    let rows = vec![third, case(4, "李强")?];
    let changes = changes.into_iter().chain([again]).collect();
    store.commit(Batch { segments, changes, docs, rows, ..Batch::default() }).await?;
    let (one, two) = (places(&[key(2, 1)?, key(2, 2)?, here])?, places(&[there])?);
    let cursor = |n, seq| Ok::<_, StoreError>((PeerId::Hub, Cursor { scope: village(n)?, seq, chain: hash(seq) }));
    let aside = Quarantined { key: key(2, 9)?, why: "malformed".into(), at_ms: 5, bytes: vec![1] };
    let pending = vec![(key(2, 8)?, Some(vec![1]))];
    let (feed, cursors) = (one.into_iter().chain(two).collect(), vec![cursor(1, 3)?, cursor(2, 1)?]);
    store.commit(Batch { feed, cursors, pending, quarantine: vec![aside], ..Batch::default() }).await.map(drop)
}

async fn listed<S: Store>(store: &S) -> Result<Vec<u128>, StoreError> {
    let eyes = eyes(&[township(1)?]);
    let query = RowQuery::List { view: View::All, eyes, today: 20_260_302, after: None, limit: 50 };
    let Rows { cases, .. } = store.rows(query).await?;
    let mut all: Vec<u128> = cases.iter().map(|case| case.shown.id.0.as_u128()).collect();
    all.sort_unstable();
    Ok(all)
}

async fn found<S: Store>(store: &S, name: &str) -> Result<usize, StoreError> {
    let query = RowQuery::Search { terms: terms(name), eyes: eyes(&[township(1)?]), after: None, limit: 50 };
    Ok(store.rows(query).await?.cases.len())
}

async fn known<S: Store>(store: &S, name: &str) -> Result<usize, StoreError> {
    let query = PeopleQuery::Find { terms: terms(name), eyes: eyes(&[township(1)?]), limit: 50 };
    Ok(store.rows(RowQuery::People(query)).await?.people.len())
}

async fn open<S: Store>(store: &S) -> Result<u32, StoreError> {
    Ok(store.rows(RowQuery::Counts { eyes: eyes(&[township(1)?]), today: 20_260_302 }).await?.counts.open)
}

async fn lengths<S: Store>(store: &S, n: u64) -> Result<Vec<usize>, StoreError> {
    Ok(store.after(village(n)?, 0, usize::MAX).await?.iter().map(|entry| entry.records.len()).collect())
}

pub(super) async fn an_erased_document_leaves_its_neighbours_whole<S: Store>(store: &S) -> Checked {
    four(store).await?;
    let people = vec![person(5, "钱秀英")?, person(6, "孙丽娜")?];
    store.commit(Batch { people, ..Batch::default() }).await?;
    store.commit(Batch { erased: vec![Erased::Doc(doc(5))], ..Batch::default() }).await?;
    assert_eq!((known(store, "秀英").await?, known(store, "丽娜").await?), (0, 1), "a person goes as a case does");
    store.commit(Batch { erased: vec![Erased::Doc(doc(4))], ..Batch::default() }).await?;
    assert_eq!((store.load(doc(4)).await?.state, store.load(doc(4)).await?.tail.len()), (None, 0));
    assert_eq!((listed(store).await?, open(store).await?), (vec![1, 2, 3], 3), "no row and no figure");
    assert_eq!((found(store, "李强").await?, found(store, "赵桂香").await?), (0, 2), "nor a word");
    assert_eq!((lengths(store, 1).await?, lengths(store, 2).await?), (vec![1, 1, 0], vec![1]), "in no segment");
    let known = store.peer(PeerQuery::Known { changes: vec![hash(4000), hash(3000)], actors: vec![] }).await?.known;
    assert_eq!(known, [hash(3000)]);
    store.commit(Batch { erased: vec![Erased::Doc(doc(4)), Erased::Doc(doc(77))], ..Batch::default() }).await?;
    assert_eq!(store.load(doc(1)).await?.seq, Some(1), "twice is no harm");
    Ok(())
}

pub(super) async fn an_erased_division_leaves_hashes_of_own_work_alone<S: Store>(store: &S) -> Checked {
    four(store).await?;
    store.commit(own(1, doc(9), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    let receipt = Receipted { key: key(1, 1)?, seq: Some(4), receipt: vec![7; 9], hub_ms: 5 };
    store.commit(Batch { receipts: vec![receipt], ..Batch::default() }).await?;
    store.commit(Batch { erased: vec![Erased::Scope(village(1)?)], ..Batch::default() }).await?;
    assert_eq!((listed(store).await?, open(store).await?), (vec![3], 1), "what another division has stays");
    assert_eq!((found(store, "赵桂香").await?, found(store, "王芳").await?), (0, 1));
    let docs = store.rows(RowQuery::Docs { after: None, limit: 50 }).await?.docs;
    assert_eq!(docs.iter().map(|state| state.doc).collect::<Vec<_>>(), [doc(3)]);
    assert_eq!((lengths(store, 1).await?, lengths(store, 2).await?), (vec![], vec![1]));
    let marks = store.peer(PeerQuery::Cursors(PeerId::Hub)).await?;
    let scopes = |all: &[Cursor]| all.iter().map(|at| at.scope).collect::<Vec<_>>();
    assert_eq!((scopes(&marks.ends), scopes(&marks.cursors)), (vec![village(2)?], vec![village(2)?]));
    assert_eq!(store.peer(PeerQuery::Beyond { scope: village(1)?, seq: 0 }).await?.beyond, [], "nothing to send on");
    assert_eq!(store.peer(PeerQuery::Pending(village(1)?)).await?.pending, []);
    assert_eq!(store.peer(PeerQuery::Quarantine).await?.quarantine, []);
    let frames = store.peer(PeerQuery::Segments(vec![key(1, 1)?, key(2, 1)?])).await?.frames;
    assert_eq!(frames, [(segment(key(1, 1)?)?, None)], "the hash of what this device signed");
    let owed = store.peer(PeerQuery::Outstanding).await?.outstanding;
    assert_eq!((owed.changes, owed.receipted), (0, 1), "and that it was receipted");
    Ok(())
}

pub(super) async fn an_erased_division_can_be_filled_again<S: Store>(store: &S) -> Checked {
    four(store).await?;
    store.commit(own(1, doc(9), 1)?).await?;
    store.commit(sealing(1, &[1])?).await?;
    let receipt = Receipted { key: key(1, 1)?, seq: Some(4), receipt: vec![7; 9], hub_ms: 5 };
    store.commit(Batch { receipts: vec![receipt], ..Batch::default() }).await?;
    store.commit(Batch { erased: vec![Erased::Scope(village(1)?)], ..Batch::default() }).await?;
    for number in 1..=3 {
        let id = doc(u128::from(number) % 3 + 1);
        let docs = vec![state(id, vec![hash(1000 + u64::from(number))])?];
        store.commit(Batch { docs, ..foreign(number, id)? }).await?;
    }
    let mine = carried(1, doc(9), 1, key(1, 1)?, 0)?;
    let docs = vec![state(doc(9), vec![hash(1)])?];
    let feed = places(&[key(2, 1)?, key(2, 2)?, key(2, 3)?, key(1, 1)?])?;
    let back = Batch { segments: vec![segment(key(1, 1)?)?], changes: vec![mine], docs, feed, ..Batch::default() };
    store.commit(back).await?;
    assert_eq!(lengths(store, 1).await?, [1, 1, 1, 1], "from the first number on");
    let nine = store.load(doc(9)).await?;
    assert_eq!((nine.tail.len(), nine.seq, nine.unsent), (1, Some(4), 0), "own work came home");
    let last = PeerQuery::Last { device: key(1, 1)?.device, incarnation: 0, scope: village(1)? };
    assert_eq!(store.peer(last).await?.frames.len(), 1, "and numbers go on after it");
    Ok(())
}

pub(super) async fn s6_what_was_never_sealed_is_not_erased<S: Store>(store: &S) -> Checked {
    four(store).await?;
    store.commit(own(1, doc(1), 1)?).await?;
    for erased in [Erased::Doc(doc(1)), Erased::Scope(village(1)?)] {
        let both = vec![Erased::Doc(doc(2)), erased];
        let refused = store.commit(Batch { erased: both, ..Batch::default() }).await;
        assert!(matches!(refused, Err(StoreError::Clash)), "{erased:?}: {refused:?}");
    }
    assert_eq!((listed(store).await?.len(), store.load(doc(2)).await?.tail.len()), (4, 1), "and nothing went with it");
    store.commit(sealing(1, &[1])?).await?;
    store.commit(Batch { erased: vec![Erased::Doc(doc(1))], ..Batch::default() }).await?;
    let owed = store.peer(PeerQuery::Outstanding).await?.outstanding;
    assert_eq!((owed.changes, owed.docs), (0, vec![]), "what was sealed is for the engine to judge");
    assert_eq!(lengths(store, 1).await?, [0, 1, 1]);
    let chain = store.after(village(1)?, 0, usize::MAX).await?.last().map_or(Hash::default(), |entry| entry.chain);
    assert_eq!(chain, places(&[key(2, 1)?, key(2, 2)?, key(2, 3)?])?[2].chain, "the chain stands");
    Ok(())
}
