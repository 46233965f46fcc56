use std::fs;
use std::path::PathBuf;

use daiban_model::api::View;
use tempfile::TempDir;

use super::*;
use crate::query::Tokens;
use crate::store::conformance::{self, fixture};
use crate::store::{CaseRecord, Eyes};

struct Place {
    _folder: TempDir,
    path: PathBuf,
    key: DatabaseKey,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("cases.db"), _folder: folder, key: DatabaseKey::new([7; 32]) }
    }

    fn open(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&self.path, &self.key)
    }

    fn beside(&self, end: &str) -> PathBuf {
        PathBuf::from([self.path.to_str().unwrap(), end].concat())
    }

    /// All bytes of the database and what stands beside it.
    fn bytes(&self) -> Vec<Vec<u8>> {
        ["", "-wal", "-shm"].iter().filter_map(|end| fs::read(self.beside(end)).ok()).collect()
    }

    /// What a power cut now would leave, as a place of its own.
    fn after_power_cut(&self) -> Self {
        let copy = Self::new();
        for end in ["", "-wal"] {
            let _ = fs::copy(self.beside(end), copy.beside(end));
        }
        copy
    }
}

fn all_cases() -> RowQuery {
    let eyes = Eyes { serves: vec!["150205".parse().unwrap()], only: None };
    RowQuery::List { view: View::All, eyes, today: 20_260_302, after: None, limit: 200 }
}

/// An edit: change, document, row, search and outbox.
fn edit(n: u64) -> Batch {
    let doc = fixture::doc(n.into());
    Batch { rows: vec![fixture::case(n.into(), "赵桂香").unwrap()], ..fixture::own(n, doc, 1).unwrap() }
}

fn holds(place: &Place, words: &[&str]) -> bool {
    let found = |bytes: &Vec<u8>, word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    place.bytes().iter().any(|bytes| words.iter().any(|word| found(bytes, word)))
}

#[tokio::test]
async fn it_does_what_every_store_does() {
    let folder = tempfile::tempdir().unwrap();
    let count = AtomicUsize::new(0);
    let path = || folder.path().join(format!("{}.db", count.fetch_add(1, Ordering::Relaxed)));
    let key = DatabaseKey::new([7; 32]);
    conformance::all(|| SqliteStore::open(&path(), &key).unwrap(), |store| store.wipe_rows().unwrap()).await;
    conformance::all(|| SqliteStore::open_plain(&path()).unwrap(), |store| store.wipe_rows().unwrap()).await;
}

#[tokio::test]
async fn s2_what_was_committed_is_there_after_a_power_cut_and_what_was_not_is_not() {
    let place = Place::new();
    let store = place.open().unwrap();
    for n in 1..=5 {
        store.commit(edit(n)).await.unwrap();
    }
    let cut = place.after_power_cut();
    let torn = {
        let mut writer = store.writer();
        let tx = writer.transaction().unwrap();
        // More than the cache holds, so that unfinished pages reach the log.
        for n in 10..3000 {
            records::store_changes(&tx, &edit(n).changes).unwrap();
            cases::store(&tx, &edit(n).rows).unwrap();
        }
        place.after_power_cut()
    };
    let log = |place: &Place| fs::metadata(place.beside("-wal")).unwrap().len();
    assert!(log(&torn) > log(&cut) + 1_000_000, "the unfinished part is in the log");
    for place in [cut, torn] {
        let store = place.open().unwrap();
        assert_eq!(store.rows(all_cases()).await.unwrap().cases.len(), 5, "acts that were acknowledged, whole");
        assert_eq!(store.load(fixture::doc(5)).await.unwrap().tail.len(), 1, "with their changes");
        assert_eq!(store.load(fixture::doc(10)).await.unwrap(), Stored::default(), "nothing half done");
        store.integrity().unwrap();
    }
    store.commit(edit(6)).await.unwrap();
    assert_eq!(store.rows(all_cases()).await.unwrap().cases.len(), 6, "a transaction that was dropped left nothing");
}

#[tokio::test]
async fn another_key_opens_nothing_and_touches_nothing() {
    let place = Place::new();
    place.open().unwrap().commit(edit(1)).await.unwrap();
    let before = place.bytes();
    for wrong in [SqliteStore::open(&place.path, &DatabaseKey::new([8; 32])), SqliteStore::open_plain(&place.path)] {
        assert!(matches!(wrong, Err(StoreError::WrongKey)), "{:?}", wrong.err());
    }
    assert_eq!(place.bytes(), before, "not a byte");
    let plain = Place::new();
    SqliteStore::open_plain(&plain.path).unwrap().commit(edit(1)).await.unwrap();
    assert!(matches!(plain.open(), Err(StoreError::WrongKey)), "a plain one is not taken for an encrypted one");
    assert_eq!(place.open().unwrap().rows(all_cases()).await.unwrap().cases.len(), 1, "the right key still does");
}

#[tokio::test]
async fn a_newer_schema_is_refused_without_writing() {
    let place = Place::new();
    let store = place.open().unwrap();
    store.commit(edit(1)).await.unwrap();
    store.writer().pragma_update(None, "user_version", 99).unwrap();
    // With its log still beside it, as after a kill.
    let left = place.after_power_cut();
    let before = left.bytes();
    let refused = left.open().err();
    assert!(matches!(refused, Some(StoreError::NewerSchema { found: 99 })), "{refused:?}");
    let after = left.bytes();
    assert_eq!(after[..2], before[..2], "neither the file nor its log");
}

#[tokio::test]
async fn a_damaged_file_is_told_and_left_as_it_is() {
    let place = Place::new();
    let store = place.open().unwrap();
    for n in 1..=300 {
        store.commit(edit(n)).await.unwrap();
    }
    drop(store);
    let whole = fs::read(&place.path).unwrap();
    let damage = |bytes: Vec<u8>| {
        fs::write(&place.path, &bytes).unwrap();
        let told = place.open().err();
        assert_eq!(fs::read(&place.path).unwrap(), bytes, "left as it is");
        told
    };
    for (what, bytes) in [
        ("cut in the middle", whole[..whole.len() / 2].to_vec()),
        ("cut after the first page", whole[..4096].to_vec()),
        ("cut within the first page", whole[..1000].to_vec()),
        ("another file", vec![b'x'; 9000]),
        ("a bit of the first page", [&whole[..100], &[whole[100] ^ 1], &whole[101..]].concat()),
    ] {
        let told = damage(bytes);
        assert!(matches!(told, Some(StoreError::WrongKey | StoreError::Damaged { .. })), "{what}: {told:?}");
    }
    // A page in the middle is noticed when it is read.
    let at = whole.len() / 2;
    let told = damage([&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat());
    assert!(told.is_none(), "opening reads only what it needs: {told:?}");
    let store = place.open().unwrap();
    let told = store.integrity();
    assert!(matches!(told, Err(StoreError::Damaged { .. })), "{told:?}");
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room() {
    let place = Place::new();
    let store = place.open().unwrap();
    store.commit(edit(1)).await.unwrap();
    let limit = |pages: i64| {
        let writer = store.writer();
        let present: i64 = writer.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let asked = [present + pages].map(|pages| pages.to_string()).concat();
        writer.pragma_update_and_check(None, "max_page_count", asked, |_| Ok(())).unwrap();
    };
    limit(3);
    let mut done = 1;
    let told = loop {
        match store.commit(edit(done + 1)).await {
            Ok(_) => done += 1,
            Err(told) => break told,
        }
    };
    assert!(matches!(told, StoreError::Full), "{told:?}");
    let counted = store.rows(all_cases()).await.unwrap().cases.len() as u64;
    assert_eq!(counted, done, "reading still works, every acknowledged act is there");
    assert_eq!(store.load(fixture::doc(u128::from(done) + 1)).await.unwrap(), Stored::default(), "none by half");
    limit(10_000);
    store.commit(edit(done + 1)).await.unwrap();
    assert_eq!(store.rows(all_cases()).await.unwrap().cases.len() as u64, done + 1, "and on");
    store.integrity().unwrap();
}

#[tokio::test]
async fn a_database_held_by_another_program_is_waited_for() {
    let place = Place::new();
    let store = place.open().unwrap();
    let mut other = schema::writer(&place.path, Some(&place.key)).unwrap();
    store.writer().busy_timeout(std::time::Duration::from_millis(20)).unwrap();
    let tx = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let told = store.commit(edit(1)).await;
    assert!(matches!(told, Err(StoreError::Busy)), "{told:?}");
    assert!(store.rows(all_cases()).await.unwrap().cases.is_empty(), "reading goes on");
    drop(tx);
    store.commit(edit(1)).await.unwrap();
}

#[tokio::test]
async fn a_document_saved_whole_stands_for_its_changes() {
    use crate::doc::{Doc, Edit};
    use daiban_model::stamp::Wall;
    let store = crate::store::memory::MemoryStore::new();
    let id = fixture::doc(1);
    let mut doc = Doc::new(crate::store::DocKind::Case).unwrap();
    for n in 1..=3 {
        let edit = Edit::Register { path: "applicant.name".into(), value: n.to_string() };
        let new = doc.edit([1; 16], &[edit], Wall(n)).unwrap().unwrap();
        let change = fixture::change(0, id, new.meta.seq).unwrap();
        let change = crate::store::StoredChange { hash: new.meta.hash, bytes: new.bytes, ..change };
        let docs = vec![fixture::state(id, doc.heads()).unwrap()];
        store.commit(Batch { changes: vec![change], docs, ..Batch::default() }).await.unwrap();
    }
    store.cover(id, doc.snapshot()).await.unwrap();
    let stored = store.load(id).await.unwrap();
    assert!(stored.tail.is_empty(), "the genesis is not stored and not counted");
    assert_eq!(Doc::open(&stored).unwrap().registers(), doc.registers(), "the same document");
}

#[tokio::test]
async fn names_and_numbers_cannot_be_found_in_the_file() {
    let words = ["赵桂香", "1502051961", "RS-001", "CREATE TABLE", "SG-1", "-20260302-07-"];
    let plain = Place::new();
    let store = SqliteStore::open_plain(&plain.path).unwrap();
    store.commit(edit(1)).await.unwrap();
    assert!(words.iter().all(|word| holds(&plain, &[word])), "this test can fail");
    let place = Place::new();
    let store = place.open().unwrap();
    for n in 1..=200 {
        store.commit(edit(n)).await.unwrap();
    }
    assert_eq!(place.bytes().len(), 3, "file, log and index are there to look into");
    assert!(!holds(&place, &words), "while it is open");
    drop(store);
    assert!(!holds(&place, &words), "and after");
    assert_eq!(format!("{:?}", place.key), "database key", "nor is the key ever printed");
}

#[tokio::test]
async fn a_copy_is_whole_and_under_the_same_key() {
    let (place, copy) = (Place::new(), Place::new());
    let store = place.open().unwrap();
    for n in 1..=20 {
        store.commit(edit(n)).await.unwrap();
    }
    store.backup_to(&copy.path).unwrap();
    store.commit(edit(21)).await.unwrap();
    assert!(!holds(&copy, &["赵桂香", "CREATE TABLE"]), "encrypted");
    let restored = copy.open().unwrap();
    restored.integrity().unwrap();
    assert_eq!(restored.rows(all_cases()).await.unwrap().cases.len(), 20, "as it was at that moment");
    assert!(store.backup_to(&copy.path).is_err(), "a file that is there is not written over");
}

/// Row 33: backups while a writer commits without a pause. Each is whole, and equal, hash by hash, to the store as it was after some
/// of the acts: a prefix.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_somebody_writes_is_a_prefix() {
    const ACTS: u64 = 300;
    let place = Place::new();
    let store = std::sync::Arc::new(place.open().unwrap());
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for n in 1..=ACTS {
            writer.commit(edit(n)).await.unwrap();
        }
    });
    let mut sizes = Vec::new();
    while !writing.is_finished() || sizes.is_empty() {
        let copy = Place::new();
        store.backup_to(&copy.path).unwrap();
        let restored = copy.open().unwrap();
        restored.integrity().unwrap();
        let docs = RowQuery::Docs { after: None, limit: u16::MAX };
        sizes.push((copy, restored.rows(docs).await.unwrap().docs.len()));
    }
    writing.await.unwrap();
    for (copy, size) in &sizes {
        let prefix = Place::new();
        let until = prefix.open().unwrap();
        for n in 1..=u64::try_from(*size).unwrap() {
            until.commit(edit(n)).await.unwrap();
        }
        let mark = async |store: SqliteStore| {
            let docs = store.rows(RowQuery::Docs { after: None, limit: u16::MAX }).await.unwrap().docs;
            let mut hasher = blake3::Hasher::new();
            for doc in &docs {
                hasher.update(format!("{doc:?}{:?}", store.load(doc.doc).await.unwrap()).as_bytes());
            }
            (docs.len(), hasher.finalize())
        };
        assert_eq!(mark(copy.open().unwrap()).await, mark(until).await, "as after act {size}");
    }
    println!("{} copies, of {:?} acts", sizes.len(), sizes.iter().map(|(_, size)| *size).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_act_that_leaves_the_lists_alone_does_not_write_their_indexes() {
    let place = Place::new();
    let store = place.open().unwrap();
    for n in 1..=300 {
        store.commit(edit(n)).await.unwrap();
    }
    let pages = |record: CaseRecord| {
        let log = || fs::metadata(place.beside("-wal")).unwrap().len();
        store.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let mut writer = store.writer();
        let tx = writer.transaction().unwrap();
        cases::store(&tx, &[record]).unwrap();
        tx.commit().unwrap();
        log() / 4096
    };
    let mut case = fixture::case(150, "赵桂香").unwrap();
    case.shown.days_left = Some(9);
    assert!(pages(case.clone()) <= 2, "one page and its frame");
    case.tokens = Tokens { text: "other".into() };
    assert!(pages(case) > 2, "this test can fail");
}

#[tokio::test]
async fn a_database_of_the_first_version_knows_its_numbers_after_the_migration() {
    const BACK: &str = "
        DROP TABLE person_search;
        DROP TABLE person_row;
        DROP INDEX case_remind;
        ALTER TABLE case_row DROP COLUMN remind;
        DROP INDEX case_for;
        ALTER TABLE case_row DROP COLUMN person;
        DROP TABLE home;
        DROP INDEX segment_scope;
        DROP INDEX case_numbered;
        ALTER TABLE case_row DROP COLUMN numbered;
        ALTER TABLE case_row DROP COLUMN counter;
        PRAGMA user_version = 1;";
    let place = Place::new();
    let store = place.open().unwrap();
    let mut unnumbered = fixture::case(2, "王芳").unwrap();
    unnumbered.shown.number.clear();
    let rows = vec![fixture::case(12, "赵桂香").unwrap(), unnumbered];
    store.commit(Batch { rows, ..Batch::default() }).await.unwrap();
    let ask = || RowQuery::Highest { date: jiff::civil::date(2026, 3, 2), device: 7 };
    assert_eq!(store.rows(ask()).await.unwrap().highest, 12, "as it is written now");
    store.writer().execute_batch(BACK).unwrap();
    drop(store);
    let store = place.open().unwrap();
    assert_eq!(store.rows(ask()).await.unwrap().highest, 12, "as it is found after the migration");
    assert_eq!(store.rows(all_cases()).await.unwrap().cases.len(), 2);
    store.integrity().unwrap();
}

#[tokio::test]
async fn a_page_torn_while_the_log_was_carried_over_is_no_damage() {
    let place = Place::new();
    let store = place.open().unwrap();
    for n in 0..20 {
        store.commit(edit(n)).await.unwrap();
    }
    // The power goes in the middle of a checkpoint: the log has every page whole, the file has half of one.
    let copy = place.after_power_cut();
    let mut file = fs::read(&copy.path).unwrap();
    file.resize(file.len().max(8 * 4096), 0);
    file[5 * 4096..5 * 4096 + 2048].fill(0xAB);
    fs::write(&copy.path, file).unwrap();
    let found = copy.open().unwrap();
    found.integrity().unwrap();
    assert_eq!(found.rows(all_cases()).await.unwrap().cases.len(), 20, "all of it is there");
}

#[test]
fn a_statement_is_planned_once_whatever_is_asked() {
    const ASK: &str = "
        SELECT r.row FROM case_search CROSS JOIN case_row r ON r.row = case_search.rowid
        WHERE case_search MATCH ?1 AND case_search.rowid < ?2 ORDER BY case_search.rowid DESC LIMIT ?3";
    let place = Place::new();
    let _writer = place.open().unwrap();
    let reader = schema::reader(&place.path, Some(&place.key)).unwrap();
    let planned_again = |reader: &Connection| {
        let mut statement = reader.prepare(ASK).unwrap();
        for asked in ["\"赵桂\"", "\"zg\"", "\"0008\""] {
            let found = statement.query_map((asked, 1000, 50), |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(found.count(), 0, "an empty store");
        }
        statement.get_status(rusqlite::StatementStatus::RePrepare)
    };
    assert_eq!(planned_again(&reader), 0);
    reader.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, false).unwrap();
    assert!(planned_again(&reader) > 0, "what the setting is for");
}
