//! A second station without a window: the same engine over the same road, for what somebody elsewhere sees.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use daiban_core::edge::{Edge, System};
use daiban_core::engine::task::{self, Finding, Handle, Neighbourhood};
use daiban_core::engine::{DATABASE, Engine, Home};
use daiban_core::keys::{Cost, DatabaseKey};
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{Batch, Store};
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::http::Http;
use daiban_model::api::{
    Act, CasePage, CaseRow, Enrol, GetNeighbours, GetSession, GetSync, OpenCase, SearchCases, SetNeighbours, SetPin,
    Switch, SyncNow, SyncView, Unlock,
};
use daiban_model::case::Command;
use daiban_model::ids::CaseId;
use daiban_model::wire::{self, Why};

use super::page::until;
use super::people::PIN;
use crate::world::now;

/// How long an exchange may take.
const EXCHANGE: Duration = Duration::from_secs(60);

/// What the district said of a segment of a machine's first incarnation.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// The scope of the segment.
    pub scope: &'a str,
    /// Its number.
    pub number: u64,
    /// Why it was not taken.
    pub why: Why,
}

impl Refusal<'_> {
    /// As the engine keeps it.
    fn state(self) -> (String, Option<Vec<u8>>) {
        let Self { scope, number, why } = self;
        (format!("refused/1/{scope}/{number}"), Some(wire::encode(&(why, System.now()))))
    }
}

fn start(folder: &Path, states: Vec<(String, Option<Vec<u8>>)>) -> Result<Handle> {
    let open = move |folder: &Path, key: &DatabaseKey| {
        let store = SqliteStore::open(&folder.join(DATABASE), key)?;
        now(store.commit(Batch { states: states.clone(), ..Batch::default() }))?;
        Ok(store)
    };
    let home = Home {
        folder: folder.to_owned(),
        edge: Arc::new(System),
        cost: Cost::SIMULATION,
        open: Box::new(open),
        hint: None,
    };
    Ok(task::spawn(Engine::at(home)?, Http::new(PlainLines::Loopback))?)
}

/// Somebody at another station.
pub struct Colleague(Handle);

impl Colleague {
    /// Enrols a new station by `URL#CODE`; its first person signs in.
    pub async fn enrol(folder: &Path, enrol: &str) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (hub, code) = enrol.split_once('#').context("an address, a # and a code")?;
        let handle = start(folder, Vec::new())?;
        let session = handle.call(Enrol { hub: hub.to_owned(), code: code.to_owned() }).await?;
        let first = session.people.first().context("nobody works at this station")?;
        handle.call(SetPin { agent: first.agent.clone(), pin: PIN.to_owned() }).await?;
        Ok(Self(handle))
    }

    /// Starts on a folder in which somebody has worked before, and signs in as the first who has a PIN.
    pub async fn resume(folder: &Path) -> Result<Self> {
        Self::signed_in(start(folder, Vec::new())?).await
    }

    /// The same, on a machine that the district told so.
    pub async fn refused(folder: &Path, refusal: Refusal<'_>) -> Result<Self> {
        Self::signed_in(start(folder, vec![refusal.state()])?).await
    }

    async fn signed_in(handle: Handle) -> Result<Self> {
        let session = handle.call(GetSession {}).await?;
        let ready = session.people.into_iter().find(|tile| tile.ready).context("nobody has a PIN")?;
        handle.call(Unlock { agent: ready.agent, pin: PIN.to_owned() }).await?;
        Ok(Self(handle))
    }

    /// Writes a note into a case.
    pub async fn note(&self, id: CaseId, text: &str) -> Result<()> {
        Ok(self.0.call(Act { id, command: Command::Note { text: text.to_owned() } }).await.map(drop)?)
    }

    /// Exchanges with the district until one whole exchange went through.
    pub async fn exchange(&self) -> Result<SyncView> {
        let before = self.0.call(GetSync {}).await?.last_ok;
        self.0.call(SyncNow {}).await?;
        until("the other station has exchanged", EXCHANGE, async || {
            let now = self.0.call(GetSync {}).await?;
            Ok((now.last_ok != before && now.outbox == 0 && now.progress.is_none()).then_some(now))
        })
        .await
    }

    /// Listens for neighbours from now on; the address at which it can be met.
    pub async fn meets_neighbours(&self) -> Result<String> {
        let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        self.0.meet_neighbours(Neighbourhood { listen, finding: Finding::Typed });
        self.0.call(SetNeighbours { switch: Switch::On }).await?;
        until("the other station can be met", EXCHANGE, async || {
            Ok(self.0.call(GetNeighbours {}).await?.addresses.into_iter().next())
        })
        .await
    }

    /// What a search finds there.
    pub async fn search(&self, text: &str) -> Result<Vec<CaseRow>> {
        let page = self.0.call(SearchCases { text: text.to_owned(), after: None, limit: 50 }).await?;
        Ok(page.rows)
    }

    /// One case, whole.
    pub async fn open(&self, id: CaseId) -> Result<Box<CasePage>> {
        Ok(self.0.call(OpenCase { id }).await?)
    }
}
