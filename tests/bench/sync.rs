//! How many bytes and requests the road takes: the workloads W1 to W4 through a real hub over HTTP, against the floor.
//!
//! W1: an empty station gets all cases. W2: nothing changed. W3: one case changed elsewhere. W4: 500 edits here and 500
//! elsewhere, 50 of them on the same cases, 20 in the same field. Both sides are compared after each.
//!
//! `--corpus DIR` reads a corpus, `--each K` makes the other station exchange after every K cases, as villages do.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result, bail};
use daiban_core::doc;
use daiban_core::store::{PeerId, PeerQuery, Store};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{DocId, Hash};
use daiban_tests::bench::case_doc;
use daiban_tests::bench::corpus::{Corpus, Edit};
use daiban_tests::bench::figures::{Clock, Options, Report};
use daiban_tests::bench::hub::LoopbackHub;
use daiban_tests::bench::limit;
use daiban_tests::bench::proxy::Proxy;
use daiban_tests::bench::station::{Sending, Station, Written};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let report = Report::new("sync", options.json.clone());
    for size in options.sizes.clone().unwrap_or_else(|| vec![10_000]) {
        let mut corpus = match options.value("corpus") {
            Some(folder) => Corpus::read(folder.as_ref())?,
            None => Corpus::made(size, 1)?,
        };
        corpus.cases.truncate(size);
        let each = options.value("each").map(str::parse).transpose()?;
        measure(&corpus, each, &report).await?;
    }
    Ok(())
}

/// Everything one run works on.
struct Run<'a> {
    corpus: &'a Corpus,
    hub: LoopbackHub,
    proxy: Proxy,
    here: Station,
    there: Station,
    scopes: HashMap<&'a str, ScopeCode>,
    report: &'a Report,
}

async fn measure(corpus: &Corpus, each: Option<usize>, report: &Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let hub = LoopbackHub::start(&folder.path().join("hub")).await?;
    let proxy = Proxy::to(hub.port).await?;
    let direct = format!("http://127.0.0.1:{}", hub.port);
    let there = Station::enrolled(&folder.path().join("there"), &direct, &hub.code("那边").await?).await?;
    let here = Station::enrolled(&folder.path().join("here"), &proxy.url, &hub.code("这边").await?).await?;
    let mut scopes = HashMap::new();
    for (case, _) in &corpus.cases {
        scopes.insert(case.id.as_str(), case_doc::scope(case)?);
    }
    let mut run = Run { corpus, hub, proxy, here, there, scopes, report };
    run.seed(each).await?;
    let rows = corpus.cases.iter().map(|(_, line)| line.as_str());
    run.workload(&named("W1", each), (0, limit::bytes(rows)?)).await?;
    run.rows_are_whole().await?;
    run.workload("W2", (0, 0)).await?;
    let one: Vec<&Edit> = edits(corpus, "W3", "hub");
    run.write_there(&one).await?;
    run.workload("W3", (0, floor(corpus, "W3", "hub")?)).await?;
    run.nothing_is_hidden(&one).await?;
    let (near, far) = (edits(corpus, "W4", "station"), edits(corpus, "W4", "hub"));
    run.write_there(&far).await?;
    run.here.fill(&run.hub.calendar, &run.written(&near)?, Sending::Owed).await?;
    run.workload("W4", (floor(corpus, "W4", "station")?, floor(corpus, "W4", "hub")?)).await?;
    run.nothing_is_hidden(&near).await?;
    run.nothing_is_hidden(&far).await
}

fn named(workload: &str, each: Option<usize>) -> String {
    each.map_or_else(|| workload.to_owned(), |each| format!("{workload} each {each}"))
}

fn edits<'a>(corpus: &'a Corpus, workload: &'a str, side: &'a str) -> Vec<&'a Edit> {
    corpus.edits_of(workload, side).map(|(edit, _)| edit).collect()
}

fn floor(corpus: &Corpus, workload: &str, side: &str) -> Result<usize> {
    limit::bytes(corpus.edits_of(workload, side).map(|(_, line)| line.as_str()))
}

impl Run<'_> {
    /// The other station writes all cases and brings them to the hub.
    async fn seed(&mut self, each: Option<usize>) -> Result<()> {
        let mut all = Vec::new();
        for (nth, (case, _)) in self.corpus.cases.iter().enumerate() {
            let changes = vec![case_doc::edits_of_case(case, nth)?];
            all.push(Written { doc: case_doc::doc_id(&case.id)?, scope: case_doc::scope(case)?, changes });
        }
        for some in all.chunks(each.unwrap_or(all.len()).max(1)) {
            self.there.fill(&self.hub.calendar, some, Sending::Owed).await?;
            self.there.sync().await?;
        }
        Ok(())
    }

    fn written(&self, edits: &[&Edit]) -> Result<Vec<Written>> {
        let written = |edit: &&Edit| {
            let scope = *self.scopes.get(edit.case.as_str()).context("an edit of an unknown case")?;
            let changes = vec![case_doc::edits_of_edit(edit, scope)?];
            Ok(Written { doc: case_doc::doc_id(&edit.case)?, scope, changes })
        };
        edits.iter().map(written).collect()
    }

    async fn write_there(&mut self, edits: &[&Edit]) -> Result<()> {
        self.there.fill(&self.hub.calendar, &self.written(edits)?, Sending::Owed).await?;
        self.there.sync().await
    }

    /// One exchange of a station that has just signed in, measured; then both sides are compared.
    async fn workload(&mut self, name: &str, (floor_up, floor_down): (usize, usize)) -> Result<()> {
        self.here.afresh().await?;
        self.proxy.take();
        let clock = Clock::start();
        self.here.sync().await?;
        let seconds = clock.passed().as_secs_f64();
        let passed = self.proxy.take();
        let (n, report) = (self.corpus.cases.len(), self.report);
        report.line(format!("{name} up"), n, "B", passed.up as f64, floor_up as f64)?;
        report.line(format!("{name} down"), n, "B", passed.down as f64, floor_down as f64)?;
        let (both, floor) = (passed.up + passed.down, floor_up + floor_down);
        report.line(format!("{name} both"), n, "B", both as f64, floor as f64)?;
        report.alone(format!("{name} requests"), n, "", passed.requests as f64)?;
        report.alone(format!("{name} seconds"), n, "s", seconds)?;
        self.both_sides_are_equal().await
    }

    /// The station's heads against what the hub's feeds come to, and against the other station's.
    async fn both_sides_are_equal(&mut self) -> Result<()> {
        self.there.sync().await?;
        let (here, there, hub) = (self.here.heads().await?, self.there.heads().await?, self.hub_heads().await?);
        if here != hub || here != there || here.len() != self.corpus.cases.len() {
            bail!("the two sides differ: {} here, {} there, {} at the hub", here.len(), there.len(), hub.len());
        }
        Ok(())
    }

    async fn hub_heads(&self) -> Result<BTreeMap<DocId, Vec<Hash>>> {
        let store = self.hub.hub.store();
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

    /// Every row can be rebuilt from its document, letter by letter.
    async fn rows_are_whole(&self) -> Result<()> {
        let store = self.here.side()?;
        for (case, line) in &self.corpus.cases {
            let id = case_doc::doc_id(&case.id)?;
            let row = case_doc::row(id, &self.here.doc(&store, id).await?)?;
            if serde_json::to_string(&row)? != *line {
                bail!("a row did not come whole: {line} became {}", serde_json::to_string(&row)?);
            }
        }
        Ok(())
    }

    /// Each edit's step and note are in sight, and each value set is shown or stands beside the one shown.
    async fn nothing_is_hidden(&self, edits: &[&Edit]) -> Result<()> {
        let store = self.here.side()?;
        let mut hidden = 0;
        for edit in edits {
            let doc = self.here.doc(&store, case_doc::doc_id(&edit.case)?).await?;
            let stamps: HashSet<_> = doc.events().into_iter().map(|(stamp, _)| stamp).collect();
            let (registers, conflicts) = (doc.registers(), doc.conflicts());
            let told = stamps.contains(&case_doc::stamp(&edit.event.id, edit.event.at)?)
                && stamps.contains(&case_doc::stamp(&edit.note.id, edit.note.at)?);
            let set = edit.set.iter().all(|(field, value)| {
                let (path, value) = (case_doc::path_of(field), case_doc::text_of(value));
                let beside = conflicts.iter().filter(|conflict| conflict.path == path);
                registers.get(&path) == Some(&value)
                    || beside.flat_map(|conflict| &conflict.values).any(|(other, ..)| *other == value)
            });
            hidden += usize::from(!told || !set);
        }
        if hidden > 0 { bail!("{hidden} edits are hidden") } else { Ok(()) }
    }
}
