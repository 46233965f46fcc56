//! How fast and how small a station is with 1,000, 10,000 and 100,000 cases, beside the bare database on the same disk.
//!
//! Measured with the reference in turns: a durable edit against one encrypted insert, signing in to the first list against
//! opening and selecting fifty rows, search against its bare statement. Apart: memory of a fresh process, documents, disk.

mod raw;

use std::path::Path;
use std::process::Command as Process;

use anyhow::{Context, Result, bail};
use daiban_core::doc::{Doc, Edit as DocEdit};
use daiban_core::edge::{Edge, System, draw};
use daiban_core::keys::{Cost, DatabaseKey, Person, Pin, Station as VaultStation, Vault};
use daiban_core::query::{SearchFields, Tokens};
use daiban_core::store::Store;
use daiban_model::access::Role;
use daiban_model::api::{Act, ListCases, Lock, OpenCase, SearchCases, SetField, View};
use daiban_model::case::Command;
use daiban_model::case::field::Field;
use daiban_model::ids::CaseId;
use daiban_tests::bench::corpus::{Case, Corpus};
use daiban_tests::bench::figures::{Clock, Options, Report, Times};
use daiban_tests::bench::hub::{LoopbackHub, agent};
use daiban_tests::bench::station::{Sending, Station};
use daiban_tests::bench::{case_doc, lived};
use raw::Raw;

/// Rounds of edits.
const EDITS: usize = 200;
/// Rounds of signing in.
const UNLOCKS: usize = 15;
/// Queries of each kind of search.
const QUERIES: usize = 240;
/// Turns of each query, of which the middle one counts: on a machine that others use the slowest says nothing of the query.
const TURNS: usize = 5;
/// A page.
const PAGE: u16 = 50;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    if let Some(folder) = options.value("probe") {
        return probe(folder.as_ref()).await;
    }
    let report = Report::new("desk", options.json.clone());
    for size in options.sizes.clone().unwrap_or_else(|| vec![1_000, 10_000, 100_000]) {
        measure(size, &report).await?;
    }
    pin(&report)
}

async fn measure(size: usize, report: &Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let hub = LoopbackHub::start(&folder.path().join("hub")).await?;
    let url = format!("http://127.0.0.1:{}", hub.port);
    let home = folder.path().join("station");
    let mut station = Station::enrolled(&home, &url, &hub.code("这边").await?).await?;
    let corpus = Corpus::made(size, 1)?;
    let clock = Clock::start();
    for (nth, some) in corpus.cases.chunks(1000).enumerate() {
        let written =
            some.iter().enumerate().map(|(at, (case, _))| lived::written(case, nth * 1000 + at, System.now()));
        station.fill(&hub.calendar, &written.collect::<Result<Vec<_>>>()?, Sending::Done).await?;
    }
    report.alone("fill", size, "s", clock.passed().as_secs_f64())?;
    station.afresh().await?;
    let cases: Vec<&Case> = corpus.cases.iter().map(|(case, _)| case).collect();
    disk(&station, &corpus, report)?;
    edits(&mut station, &cases, report).await?;
    unlocks(&mut station, size, report).await?;
    searches(&mut station, &cases, report).await?;
    documents(&mut station, &cases, report).await?;
    station.engine.call(Lock {}).await?;
    drop(station);
    memory(&home, size, report)
}

fn id(case: &Case) -> Result<CaseId> {
    Ok(daiban_core::projection::case_id(case_doc::doc_id(&case.id)?))
}

/// The `nth` of some cases, spread over all of them.
fn spread<'a>(all: &[&'a Case], nth: usize) -> &'a Case {
    all[nth.wrapping_mul(7_919) % all.len()]
}

fn disk(station: &Station, corpus: &Corpus, report: &Report) -> Result<()> {
    let raw = Raw::open(&station.database(), &station.key()?)?;
    raw.checkpoint()?;
    let rows: usize = corpus.cases.iter().map(|(_, line)| line.len()).sum();
    let n = corpus.cases.len();
    let bytes = std::fs::metadata(station.database())?.len();
    report.line("disk per case, against its row as JSON", n, "B", bytes as f64 / n as f64, rows as f64 / n as f64)
}

/// A note and a phone number through the engine, each against one bare insert of the bytes of its change.
async fn edits(station: &mut Station, cases: &[&Case], report: &Report) -> Result<()> {
    let open: Vec<&Case> =
        cases.iter().copied().enumerate().filter(|(nth, _)| lived::is_open(*nth)).map(|(_, case)| case).collect();
    let store = station.side()?;
    let mut beside = Raw::create(&station.database().with_extension("raw"), &station.key()?)?;
    for (name, typed) in [("durable edit: note", false), ("durable edit: phone", true)] {
        let (mut engine, mut bare) = (Times::default(), Times::default());
        for round in 0..EDITS {
            let case = spread(&open, round + usize::from(typed) * EDITS);
            let id = id(case)?;
            let clock = Clock::start();
            if typed {
                let value = format!("138{:08}", round * 4_001 + 17);
                station.engine.call(SetField { id, field: Field::Phone, value }).await?;
            } else {
                let text = case.notes.first().map(|note| note.text.clone()).unwrap_or_default();
                station.engine.call(Act { id, command: Command::Note { text } }).await?;
            }
            engine.push(clock.millis());
            let bytes = store.load(*id.0.as_bytes()).await?.tail.pop().context("the edit is stored")?;
            let clock = Clock::start();
            beside.insert(&bytes)?;
            bare.push(clock.millis());
        }
        report.line(name, cases.len(), "ms", engine.median(), bare.median())?;
        report.line(format!("{name}, p90"), cases.len(), "ms", engine.at(0.9), bare.at(0.9))?;
    }
    Ok(())
}

/// Signing in to the first list, the PIN's own part taken off, against opening the file and reading fifty rows.
async fn unlocks(station: &mut Station, n: usize, report: &Report) -> Result<()> {
    let (mut engine, mut bare, mut pin) = (Times::default(), Times::default(), Times::default());
    let (path, key) = (station.database(), station.key()?);
    for _ in 0..UNLOCKS {
        station.engine.call(Lock {}).await?;
        let clock = Clock::start();
        let rows = Raw::open(&path, &key)?.first_rows(PAGE)?;
        bare.push(clock.millis());
        let clock = Clock::start();
        station.key_by_pin()?;
        pin.push(clock.millis());
        let clock = Clock::start();
        station.unlock().await?;
        let page = station.engine.call(ListCases { view: View::Open, after: None, limit: PAGE }).await?;
        engine.push(clock.millis());
        if page.rows.len() != rows || rows == 0 {
            bail!("the list has {} rows, the bare select {rows}", page.rows.len());
        }
    }
    report.line("unlock to first list", n, "ms", engine.median() - pin.median(), bare.median())
}

/// What a PIN costs to try on a station: once at each sign-in, whatever the number of cases.
fn pin(report: &Report) -> Result<()> {
    let (folder, mut times) = (tempfile::tempdir()?, Times::default());
    let (agent, key) = (agent()?, DatabaseKey::new(draw(&System)));
    let station = VaultStation { name: "站".into(), hub: String::new() };
    let person = Person { agent: agent.clone(), name: "其木格".into(), role: Role::Window, unit: String::new() };
    let typed = || Pin::new("739104".to_owned());
    let mut vault = Vault::create(folder.path(), station, vec![person], &key, draw(&System))?;
    vault.set_pin(&agent, &typed(), &key, Cost::STATION, draw(&System))?;
    for _ in 0..5 {
        let clock = Clock::start();
        vault.unlock(&agent, &typed(), System.now())?;
        times.push(clock.millis());
    }
    report.alone("PIN (Argon2id)", 0, "ms", times.median())
}

/// What is typed to find a case, by kind.
fn typed(kind: &str, case: &Case, nth: usize) -> Option<String> {
    let han = |text: &str, from: usize, count: usize| -> String { text.chars().skip(from).take(count).collect() };
    let name = &case.applicant.name;
    Some(match kind {
        "two-character name" => han(name, 0, 2),
        "initials" => {
            let fields = SearchFields { name, ..SearchFields::default() };
            let tokens = Tokens::of(&fields).text;
            tokens.split(' ').find(|token| token.is_ascii() && token.len() == name.chars().count())?.to_owned()
        }
        "id tail" => case.applicant.id.get(14..)?.to_owned(),
        "note words" => {
            let words = han(&case.notes.first()?.text, nth % 40, 3);
            words.chars().all(|sign| sign.is_alphanumeric()).then_some(words)?
        }
        _ => format!("{:02}{:04}", nth / 9999, nth % 9999 + 1),
    })
}

async fn searches(station: &mut Station, cases: &[&Case], report: &Report) -> Result<()> {
    let raw = Raw::open(&station.database(), &station.key()?)?;
    for kind in ["two-character name", "initials", "id tail", "note words", "case number"] {
        let (mut engine, mut bare) = (Times::default(), Times::default());
        let asked = (0..).map(|nth| nth * 7_919 % cases.len()).take(QUERIES * 4);
        for text in asked.filter_map(|nth| typed(kind, cases[nth], nth)).take(QUERIES) {
            let asked = raw::asked(&text);
            let (mut this, mut reference) = (Times::default(), Times::default());
            for _ in 0..TURNS {
                let clock = Clock::start();
                let rows = raw.search(&asked, PAGE)?;
                reference.push(clock.millis());
                let call = SearchCases { text: text.clone(), after: None, limit: PAGE };
                let clock = Clock::start();
                let page = station.engine.call(call).await?;
                this.push(clock.millis());
                if page.rows.len() != rows || rows == 0 {
                    bail!("a search by {kind} gives {} rows, bare {rows}", page.rows.len());
                }
            }
            engine.push(this.median());
            bare.push(reference.median());
        }
        report.line(format!("search by {kind}, p50"), cases.len(), "ms", engine.median(), bare.median())?;
        report.line(format!("search by {kind}, p99"), cases.len(), "ms", engine.at(0.99), bare.at(0.99))?;
    }
    Ok(())
}

/// A case with twelve acts: its document opened and edited in memory, and its page through the engine, against reading its bytes.
async fn documents(station: &mut Station, cases: &[&Case], report: &Report) -> Result<()> {
    let closed = cases.iter().copied().enumerate().filter(|(nth, _)| !lived::is_open(*nth));
    let long: Vec<&Case> = closed.map(|(_, case)| case).filter(|case| case.events.len() == 12).collect();
    let (store, raw) = (station.side()?, Raw::open(&station.database(), &station.key()?)?);
    let (mut open, mut edit, mut page, mut bare) =
        (Times::default(), Times::default(), Times::default(), Times::default());
    for round in 0..EDITS {
        let id = id(spread(&long, round))?;
        let clock = Clock::start();
        raw.document(id.0.as_bytes())?;
        bare.push(clock.millis());
        let stored = store.load(*id.0.as_bytes()).await?;
        let clock = Clock::start();
        let mut doc = Doc::open(&stored)?;
        open.push(clock.millis());
        let edits = [DocEdit::Register { path: Field::Remark.path().to_owned(), value: format!("{round}") }];
        let clock = Clock::start();
        doc.edit(draw(&System), &edits, System.now())?;
        edit.push(clock.millis());
        let clock = Clock::start();
        station.engine.call(OpenCase { id }).await?;
        page.push(clock.millis());
    }
    report.line("document of 12 acts: open", cases.len(), "ms", open.median(), bare.median())?;
    report.line("document of 12 acts: edit in memory", cases.len(), "ms", edit.median(), bare.median())?;
    report.line("case of 12 acts: page", cases.len(), "ms", page.median(), bare.median())
}

/// Memory of a fresh process that signs in, lists, searches, opens and edits.
fn memory(home: &Path, n: usize, report: &Report) -> Result<()> {
    let out = Process::new(std::env::current_exe()?).arg("--probe").arg(home).output()?;
    if !out.status.success() {
        bail!("the probe failed: {}", String::from_utf8_lossy(&out.stderr));
    }
    let told = String::from_utf8(out.stdout)?;
    let mut figures = told.split_whitespace().map(str::parse::<f64>);
    let mut next = || figures.next().context("a figure of the probe")?.context("a number");
    let (empty, peak, after) = (next()?, next()?, next()?);
    report.line("memory at most, against the bare process", n, "MB", peak, empty)?;
    report.line("memory after it", n, "MB", after, empty)
}

/// What the fresh process does.
#[expect(clippy::print_stdout, reason = "its figures go to the process that started it")]
async fn probe(home: &Path) -> Result<()> {
    let empty = resident("VmRSS")?;
    let mut station = Station::at(home)?;
    station.unlock().await?;
    let mut after = None;
    for _ in 0..20 {
        let page = station.engine.call(ListCases { view: View::Open, after: after.take(), limit: 200 }).await?;
        for row in page.rows.iter().step_by(20) {
            station.engine.call(OpenCase { id: row.id }).await?;
            station.engine.call(Act { id: row.id, command: Command::Note { text: "已电话说明".into() } }).await?;
            station.engine.call(SearchCases { text: row.name.clone(), after: None, limit: PAGE }).await?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    println!("{empty} {} {}", resident("VmHWM")?, resident("VmRSS")?);
    Ok(())
}

/// A line of this process's status, in MB.
fn resident(line: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(':'));
    let kib: f64 = found.and_then(|value| value.split_whitespace().next()).context("a line of the status")?.parse()?;
    Ok(kib * 1024.0 / 1e6)
}
