//! A real station: the engine over an encrypted database in a folder, carried over HTTP; and a side door for filling it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use daiban_core::doc::{Doc, Edit as DocEdit};
use daiban_core::edge::{Edge, System, draw};
use daiban_core::engine::{DATABASE, Engine, Enrolment, FILES, Home, Opener, Outgoing, Turn};
use daiban_core::files::{intake, name_of};
use daiban_core::keys::{Cost, DatabaseKey, Pin, Vault};
use daiban_core::projection::{self, Facts};
use daiban_core::store::blobs::{Blobs, Kept, SqliteBlobs, Stays};
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{Batch, DocKind, DocState, RowQuery, Store, StoredChange};
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::http::{Carrier, Http, Road, RoadFault};
use daiban_model::api::{Enrol, Lock, SetPin, Unlock};
use daiban_model::calendar::Calendar;
use daiban_model::case::event::{FileLine, Thumb};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::DocId;
use tokio::time::timeout;

use super::figures::Clock;
use super::hub::agent;

const PIN: &str = "739104";
/// How long to wait before a road that broke is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// Documents of one commit when a store is filled.
const FILL: usize = 250;

/// A station and whoever sits at it.
pub struct Station {
    /// The engine.
    pub engine: Engine<SqliteStore>,
    carrier: Http,
    folder: PathBuf,
    key: Arc<Mutex<Option<[u8; 32]>>>,
}

/// How an exchange went.
pub struct Through {
    /// How often the road broke.
    pub broken: u32,
    /// When everything but attachments was through.
    pub cases_done: Duration,
}

/// One document to be written from outside the engine.
pub struct Written {
    /// Which.
    pub doc: DocId,
    /// Of which division.
    pub scope: ScopeCode,
    /// What is written: the edits of each change.
    pub changes: Vec<Vec<DocEdit>>,
}

/// Whether what is written from outside still has to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It goes into the outbox.
    Owed,
    /// It counts as sent long ago.
    Done,
}

impl Station {
    /// A station in a folder that was enrolled before, or never.
    pub fn at(folder: &Path) -> Result<Self> {
        let key = Arc::new(Mutex::new(None));
        let kept = key.clone();
        let open: Opener<SqliteStore> = Box::new(move |folder, key| {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(*key.as_bytes());
            SqliteStore::open(&folder.join(DATABASE), key)
        });
        // The PIN's own cost is measured by itself.
        let cost = Cost::SIMULATION;
        let home = Home { folder: folder.to_owned(), edge: Arc::new(System), cost, open, hint: None };
        std::fs::create_dir_all(folder)?;
        Ok(Self { engine: Engine::at(home)?, carrier: Http::new(PlainLines::Anywhere), folder: folder.to_owned(), key })
    }

    /// Enrols it and signs in.
    pub async fn enrolled(folder: &Path, hub: &str, code: &str) -> Result<Self> {
        let mut station = Self::at(folder)?;
        let call = Enrol { hub: hub.to_owned(), code: code.to_owned() };
        let mut out = station.engine.begin_enrol(call)?;
        loop {
            let answer = station.carrier.post(&out.to, out.road, out.body).await;
            match station.engine.enrolled(answer).await? {
                Enrolment::Ask(next) => out = next,
                Enrolment::Done(_) => break,
            }
        }
        station.engine.call(SetPin { agent: agent()?, pin: PIN.to_owned() }).await?;
        Ok(station)
    }

    /// Signs in.
    pub async fn unlock(&mut self) -> Result<()> {
        self.engine.call(Unlock { agent: agent()?, pin: PIN.to_owned() }).await.map(drop).context("unlock")
    }

    /// Only the first part of signing in: from the PIN to the key, with the count of tries kept on the disk.
    pub fn key_by_pin(&self) -> Result<()> {
        let mut vault = Vault::load(&self.folder)?.context("a key file")?;
        Ok(vault.unlock(&agent()?, &Pin::new(PIN.to_owned()), System.now()).map(drop)?)
    }

    /// Signs out and in, so that nothing is left in memory.
    pub async fn afresh(&mut self) -> Result<()> {
        self.engine.call(Lock {}).await?;
        self.unlock().await
    }

    /// Exchanges until there is nothing more to send or fetch.
    pub async fn sync(&mut self) -> Result<()> {
        while let Some(out) = self.engine.next_request().await? {
            let answer = self.post(out).await?;
            if let Err(fault) = &answer {
                bail!("the road: {fault}");
            }
            if self.engine.answered(answer).await? == Turn::Done {
                break;
            }
        }
        Ok(())
    }

    /// The same over a road that breaks: it is tried again a second later, as often as it takes.
    pub async fn sync_through(&mut self) -> Result<Through> {
        let (clock, mut broken, mut cases_done) = (Clock::start(), 0, None);
        while let Some(out) = self.engine.next_request().await? {
            if out.road == Road::Files && cases_done.is_none() {
                cases_done = Some(clock.passed());
            }
            let answer = self.post(out).await?;
            let faulty = answer.is_err();
            let turn = self.engine.answered(answer).await?;
            if faulty {
                broken += 1;
                let _a_second = timeout(AGAIN, std::future::pending::<()>()).await;
            } else if turn == Turn::Done {
                break;
            }
        }
        Ok(Through { broken, cases_done: cases_done.unwrap_or_else(|| clock.passed()) })
    }

    /// Carries a request, and beside a large one what the engine wants at the same time, as the driver does.
    async fn post(&mut self, out: Outgoing) -> Result<Result<Vec<u8>, RoadFault>> {
        let Some(small) = self.engine.beside_request() else {
            return Ok(self.carrier.post(&out.to, out.road, out.body).await);
        };
        let (beside, answer) = tokio::join!(
            self.carrier.post(&small.to, small.road, small.body),
            self.carrier.post(&out.to, out.road, out.body)
        );
        self.engine.answered_beside(beside).await?;
        Ok(answer)
    }

    /// The bytes of the database key.
    pub fn key(&self) -> Result<[u8; 32]> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).context("nobody has signed in yet")
    }

    /// The file of the database.
    pub fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }

    /// Another connection to the database.
    pub fn side(&self) -> Result<SqliteStore> {
        Ok(SqliteStore::open(&self.database(), &DatabaseKey::new(self.key()?))?)
    }

    /// Heads of every document.
    pub async fn heads(&self) -> Result<std::collections::BTreeMap<DocId, Vec<daiban_model::wire::Hash>>> {
        let (store, mut heads, mut after) = (self.side()?, std::collections::BTreeMap::new(), None);
        loop {
            let docs = store.rows(RowQuery::Docs { after, limit: 5000 }).await?.docs;
            let Some(last) = docs.last() else { return Ok(heads) };
            after = Some(last.doc);
            heads.extend(docs.into_iter().map(|state| (state.doc, state.heads)));
        }
    }

    /// Opens a document from the database.
    pub async fn doc(&self, store: &SqliteStore, id: DocId) -> Result<Doc> {
        Ok(Doc::open(&store.load(id).await?)?)
    }

    /// Takes in a photograph as the engine would; gives what a case says of it.
    pub fn keep_photo(&self, picked: &[u8], scope: ScopeCode) -> Result<FileLine> {
        let kept = intake::take(picked)?;
        let small = kept.thumb.context("a small picture")?;
        let blobs = SqliteBlobs::open(&self.folder.join(FILES), &DatabaseKey::new(self.key()?))?;
        let contents = [(&small, Stays::Always), (&kept.bytes, Stays::WhileThereIsRoom)];
        let contents = contents.map(|(bytes, stays)| Kept { bytes, stays });
        blobs.keep(&contents, scope, System.now().0.unsigned_abs())?;
        Ok(FileLine {
            hash: name_of(&kept.bytes),
            kind: kept.kind,
            bytes: u32::try_from(kept.bytes.len())?,
            thumb: Some(Thumb { hash: name_of(&small), bytes: u32::try_from(small.len())? }),
            paper: String::new(),
            label: "IMG_0001.jpg".to_owned(),
        })
    }

    /// Writes changes of many documents as a session of this device would, in few commits.
    pub async fn fill(&self, calendar: &Calendar, all: &[Written], sending: Sending) -> Result<()> {
        let (store, actor) = (self.side()?, draw::<16>(&System));
        for some in all.chunks(FILL) {
            let mut batch = Batch::default();
            for written in some {
                write(&store, actor, calendar, written, &mut batch).await?;
            }
            if sending == Sending::Done {
                batch.outbox.clear();
            }
            store.commit(batch).await?;
        }
        Ok(())
    }
}

async fn write(
    store: &SqliteStore,
    actor: [u8; 16],
    calendar: &Calendar,
    written: &Written,
    batch: &mut Batch,
) -> Result<()> {
    let Written { doc: id, scope, changes } = written;
    let stored = store.load(*id).await?;
    let mut doc = if stored.state.is_some() { Doc::open(&stored)? } else { Doc::new(DocKind::Case)? };
    for edits in changes {
        let new = doc.edit(actor, edits, System.now())?.context("an edit that changes nothing")?;
        let (hash, actor, actor_seq) = (new.meta.hash, new.meta.actor, new.meta.seq);
        let (doc, scope, bytes) = (*id, *scope, new.bytes);
        batch.changes.push(StoredChange { hash, doc, scope, actor, actor_seq, segment: None, bytes });
        batch.outbox.push(hash);
    }
    batch.rows.push(projection::record(*id, *scope, &Facts::of(&doc), calendar));
    batch.docs.push(DocState { doc: *id, kind: doc.kind(), scope: *scope, heads: doc.heads() });
    Ok(())
}
