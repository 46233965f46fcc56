//! Our own hub and station as a program with a role, for the measurement side by side; the words it answers are those of
//! `bench/peers/harness.mjs`.
//!
//! `seed` fills a hub through another station, which stays beside it: what is edited "at the hub" is written there and brought in before
//! any clock starts. The hub is the real one over HTTP, behind a relay that counts; the station is the real engine over its encrypted
//! database, signed in again in each process.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use daiban_core::doc;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{PeerId, PeerQuery, RowQuery, Store};
use daiban_district::folder::Folder;
use daiban_model::case::Event;
use daiban_model::case::event::What;
use daiban_model::wire::{DocId, Hash};
use daiban_tests::bench::case_doc;
use daiban_tests::bench::corpus::{Case, Edit};
use daiban_tests::bench::figures::Clock;
use daiban_tests::bench::hub::{self, LoopbackHub};
use daiban_tests::bench::proxy::Proxy;
use daiban_tests::bench::station::{Sending, Station, Through, Written};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Cases the other station writes before it exchanges, unless told otherwise.
const EACH: usize = 10_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let role = words.next().context("a role: seed, hub, station or crowd")?;
    let options = Options::read(words)?;
    let mut role = match role.as_str() {
        "seed" => {
            seed(&options).await?;
            return say(&json!({ "version": VERSION }));
        }
        "hub" => Role::Hub(Box::new(HubEnd::start(&options).await?)),
        "station" => Role::Stations(vec![None]),
        "crowd" => Role::Stations((0..options.number("stations")?).map(|_| None).collect()),
        other => bail!("no role {other}"),
    };
    say(&json!({ "version": VERSION }))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = role.answer(&words, &options).await;
        say(&answer.unwrap_or_else(|fault| json!({ "fault": format!("{fault:#}") })))?;
    }
    Ok(())
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn say(answer: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    Ok(out.flush()?)
}

/// What stands on the command line behind the role.
struct Options(HashMap<String, String>);

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut all = HashMap::new();
        while let Some(name) = words.next() {
            let value = words.next().with_context(|| format!("{name} needs a value"))?;
            all.insert(name.trim_start_matches('-').to_owned(), value);
        }
        Ok(Self(all))
    }

    fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).with_context(|| format!("--{name}"))
    }

    fn number(&self, name: &str) -> Result<usize> {
        Ok(self.text(name)?.parse()?)
    }

    fn state(&self, name: &str) -> Result<PathBuf> {
        Ok(Path::new(self.text("state")?).join(name))
    }

    fn edits(&self, workload: &str, side: &str) -> Result<Vec<Edit>> {
        let text = fs::read_to_string(Path::new(self.text("corpus")?).join("edits.jsonl"))?;
        let mut edits: Vec<Edit> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        edits.retain(|edit| edit.workload == workload && edit.side == side);
        Ok(edits)
    }
}

/// The other station writes all cases and brings them to the hub; the stations to come get their codes.
async fn seed(options: &Options) -> Result<()> {
    let hub = LoopbackHub::start(&options.state("hub")?).await?;
    let listen = options.text("listen")?;
    let _relay = Proxy::between(listen, hub.port).await?;
    let url = format!("http://{listen}");
    let mut there = Station::enrolled(&options.state("there")?, &url, &hub.code("那边").await?).await?;
    let each = options.number("each").unwrap_or(EACH).max(1);
    let file = File::open(Path::new(options.text("corpus")?).join("cases.jsonl"))?;
    let (mut some, mut nth) = (Vec::new(), 0);
    for line in BufReader::new(file).lines() {
        let case: Case = serde_json::from_str(&line?)?;
        let changes = vec![case_doc::edits_of_case(&case, nth)?];
        some.push(Written { doc: case_doc::doc_id(&case.id)?, scope: case_doc::scope(&case)?, changes });
        nth += 1;
        if some.len() == each {
            there.fill(&hub.calendar, &std::mem::take(&mut some), Sending::Owed).await?;
            there.sync().await?;
        }
    }
    there.fill(&hub.calendar, &some, Sending::Owed).await?;
    there.sync().await?;
    let mut codes = String::new();
    for _ in 0..options.number("stations")? {
        codes += &format!("{}\n", hub.code("这边").await?);
    }
    Ok(fs::write(options.state("codes")?, codes)?)
}

/// Which end this process is.
enum Role {
    Hub(Box<HubEnd>),
    /// Stations that have been opened, or not yet.
    Stations(Vec<Option<Station>>),
}

impl Role {
    async fn answer(&mut self, words: &[&str], options: &Options) -> Result<Value> {
        match (self, words) {
            (Self::Hub(end), ["counts"]) => Ok(serde_json::to_value(end.relay.passed())?),
            (Self::Hub(end), ["edit", workload]) => {
                write(&end.there, &options.edits(workload, "hub")?, options).await?;
                end.there.sync().await?;
                Ok(json!({}))
            }
            (Self::Hub(end), ["rows", file, only @ ..]) => {
                end.there.sync().await?;
                end.is_at_the_same_heads().await?;
                end.has_photos(options).await?;
                rows(&end.there, file, only, options).await
            }
            (Self::Stations(all), ["open"]) => open(all, options).await,
            (Self::Stations(all), ["edit", workload]) => edit(all, &options.edits(workload, "station")?, options).await,
            (Self::Stations(all), ["sync", _]) => sync(all).await,
            (Self::Stations(all), ["rows", file, only @ ..]) => rows(opened(all)?, file, only, options).await,
            (_, other) => bail!("no such command: {}", other.join(" ")),
        }
    }
}

fn opened(all: &[Option<Station>]) -> Result<&Station> {
    all.first().and_then(Option::as_ref).context("open comes first")
}

/// Signs in; a station that never was, is enrolled. Those of a crowd fetch everything at once.
async fn open(all: &mut [Option<Station>], options: &Options) -> Result<Value> {
    let codes = fs::read_to_string(options.state("codes")?)?;
    let crowd = all.len() > 1;
    for ((nth, place), code) in all.iter_mut().enumerate().zip(codes.lines()) {
        let folder = options.state(&format!("station-{nth}"))?;
        let mut station = if folder.exists() {
            let mut station = Station::at(&folder)?;
            station.unlock().await?;
            station
        } else {
            Station::enrolled(&folder, &format!("http://{}", options.text("hub")?), code).await?
        };
        if crowd {
            station.sync().await?;
        }
        *place = Some(station);
    }
    Ok(json!({}))
}

/// A station makes all edits; of a crowd each makes one.
async fn edit(all: &mut [Option<Station>], edits: &[Edit], options: &Options) -> Result<Value> {
    if all.iter().any(Option::is_none) {
        open(all, options).await?;
    }
    let share = if all.len() > 1 { 1 } else { edits.len().max(1) };
    for (station, some) in all.iter().flatten().zip(edits.chunks(share)) {
        write(station, some, options).await?;
    }
    Ok(json!({}))
}

async fn write(station: &Station, edits: &[Edit], options: &Options) -> Result<()> {
    let store = station.side()?;
    let mut all = Vec::new();
    for edit in edits {
        let doc = case_doc::doc_id(&edit.case)?;
        let scope = store.load(doc).await?.state.context("an edit of a case that is here")?.scope;
        let mut edits = case_doc::edits_of_edit(edit, scope)?;
        if let Some(file) = &edit.photo {
            let photo = fs::read(Path::new(options.text("corpus")?).join(file))?;
            edits.push(case_doc::pictured(edit, scope, station.keep_photo(&photo, scope)?)?);
        }
        all.push(Written { doc, scope, changes: vec![edits] });
    }
    station.fill(&hub::calendar()?, &all, Sending::Owed).await
}

/// All stations at once.
async fn sync(all: &mut [Option<Station>]) -> Result<Value> {
    if let [Some(one)] = all {
        let Through { broken, cases_done } = one.sync_through().await?;
        return Ok(json!({ "broken": broken, "cases_done": cases_done.as_secs_f64() }));
    }
    let mut running = JoinSet::new();
    for (nth, place) in all.iter_mut().enumerate() {
        let mut station = place.take().context("open comes first")?;
        running.spawn(async move {
            let clock = Clock::start();
            let through = station.sync_through().await;
            (nth, station, through, clock.passed().as_secs_f64())
        });
    }
    let (mut each, mut again) = (Vec::new(), 0);
    while let Some(done) = running.join_next().await {
        let (nth, station, through, seconds) = done?;
        all[nth] = Some(station);
        each.push(seconds);
        again += through?.broken;
    }
    Ok(json!({ "each": each, "broken": again }))
}

/// Writes what a station shows as rows of the corpus; with a workload only the cases that its edits are about.
async fn rows(station: &Station, file: &str, only: &[&str], options: &Options) -> Result<Value> {
    let wanted: Option<HashSet<DocId>> = match only {
        [] => None,
        [workload, ..] => {
            let mut edits = options.edits(workload, "station")?;
            edits.extend(options.edits(workload, "hub")?);
            Some(edits.iter().map(|edit| case_doc::doc_id(&edit.case)).collect::<Result<_>>()?)
        }
    };
    let (store, mut out, mut after) = (station.side()?, BufWriter::new(File::create(file)?), None);
    loop {
        let docs = store.rows(RowQuery::Docs { after, limit: 5000 }).await?.docs;
        let Some(last) = docs.last() else { break };
        after = Some(last.doc);
        for state in docs.iter().filter(|state| wanted.as_ref().is_none_or(|wanted| wanted.contains(&state.doc))) {
            let row = case_doc::row(state.doc, &station.doc(&store, state.doc).await?)?;
            writeln!(out, "{}", serde_json::to_string(&row)?)?;
        }
    }
    out.flush()?;
    Ok(json!({}))
}

/// The hub, the relay before it, and the station beside it.
struct HubEnd {
    hub: LoopbackHub,
    relay: Proxy,
    there: Station,
}

impl HubEnd {
    async fn start(options: &Options) -> Result<Self> {
        let hub = LoopbackHub::again(&options.state("hub")?).await?;
        let relay = Proxy::between(options.text("listen")?, hub.port).await?;
        let mut there = Station::at(&options.state("there")?)?;
        there.unlock().await?;
        Ok(Self { hub, relay, there })
    }

    /// Every photograph that the station beside it knows of lies whole at the hub.
    async fn has_photos(&self, options: &Options) -> Result<()> {
        let (store, blobs) = (self.there.side()?, Folder::at(&options.state("hub")?)?.files()?.blobs);
        for edit in options.edits("photos", "station")?.iter().filter(|edit| edit.photo.is_some()) {
            let doc = self.there.doc(&store, case_doc::doc_id(&edit.case)?).await?;
            for (stamp, text) in doc.events() {
                let What::FileAdded(line) = Event::from_text(stamp, &text)?.what else { continue };
                blobs.whole(line.hash, 0)?.context("a photograph that the hub has not got whole")?;
            }
        }
        Ok(())
    }

    /// What the hub's feeds come to is what the station beside it has.
    async fn is_at_the_same_heads(&self) -> Result<()> {
        let (there, hub) = (self.there.heads().await?, heads(self.hub.hub.store()).await?);
        if there == hub {
            Ok(())
        } else {
            bail!("the hub's feeds come to {} documents, not {}", hub.len(), there.len())
        }
    }
}

async fn heads(store: &SqliteStore) -> Result<BTreeMap<DocId, Vec<Hash>>> {
    let (mut heads, mut rested_on): (BTreeMap<DocId, Vec<Hash>>, HashSet<Hash>) = Default::default();
    for end in store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends {
        let mut seq = 0;
        while seq < end.seq {
            for entry in store.after(end.scope, seq, 4 << 20).await? {
                seq = entry.seq;
                for (doc, hash, bytes) in entry.records {
                    heads.entry(doc).or_default().push(hash);
                    rested_on.extend(doc::parse(&bytes)?.deps);
                }
            }
        }
    }
    for all in heads.values_mut() {
        all.retain(|hash| !rested_on.contains(hash));
        all.sort_unstable();
    }
    Ok(heads)
}
