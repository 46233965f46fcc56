//! How much a hub on PostgreSQL takes in and gives out, beside the bare database on the same server and disk.
//!
//! In turns with the reference: segments of one change and of two hundred, through a whole exchange (verify, decode, check, store,
//! number, sign a receipt, answer) against inserts of the same rows. Then the same with feeds of growing length, with one and
//! three hub processes, reading a feed back, and a thousand stations that come back at once over HTTP.
//!
//! `--sizes 10000,100000,1000000` changes in the feeds (10,000,000 takes about a quarter of an hour), `--stations 1000`, `--rounds 3`,
//! `--segments 400` per round.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use daiban_core::store::{Batch, Store, StoredChange, StoredSegment};
use daiban_core::sync::hub::{Hub, HubKeys};
use daiban_core::sync::segment;
use daiban_district::postgres::{Address, CONNECTIONS, PostgresStore};
use daiban_district::{Limits, edge};
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{Hash, Segment};
use daiban_tests::bench::bare::{Bare, Rows};
use daiban_tests::bench::device::{Device, NOW};
use daiban_tests::bench::figures::{Clock, Options, Report, Times};
use daiban_tests::bench::server::{Disk, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Devices that push at the same time, each to its own village.
const WRITERS: usize = 8;

type PgHub = Hub<PostgresStore>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let number = |name: &str, otherwise: usize| options.value(name).map_or(Ok(otherwise), str::parse);
    let (stations, rounds, segments) = (number("stations", 1000)?, number("rounds", 3)?, number("segments", 400)?);
    let sizes = options.sizes.clone().unwrap_or_else(|| vec![10_000, 100_000, 1_000_000]);
    let run = Run { server: Server::start(Disk::Synced)?, report: Report::new("hub", options.json.clone()), rounds };
    run.ingest("segments of one change", segments, 1).await?;
    run.ingest("segments of 200 changes", (segments / 20).max(WRITERS), 200).await?;
    run.growing(&sizes, segments).await?;
    run.processes(segments).await?;
    run.crowd(stations).await
}

struct Run {
    server: Server,
    report: Report,
    rounds: usize,
}

/// One of several hub processes: the same keys, connections of its own.
async fn hub(address: &str, process: u8) -> Result<PgHub> {
    let store = PostgresStore::open(&address.parse::<Address>()?, [process; 16], CONNECTIONS).await?;
    Ok(Hub::open(store, HubKeys::create([7; 96], NOW)).await?)
}

fn village(n: usize) -> Result<ScopeCode> {
    (150_205_200_001 + n as u64).to_string().parse().context("a village")
}

/// A device with its requests made beforehand, so that the station's own work is not counted.
struct Writer {
    bodies: Vec<Vec<u8>>,
    rows: Vec<Rows>,
    changes: usize,
}

impl Writer {
    async fn with(device: &mut Device, hub: &PgHub, scope: ScopeCode, segments: usize, each: usize) -> Result<Self> {
        // The nonce it gets here is good for all of them.
        device.exchange(hub, Vec::new()).await?;
        let (mut bodies, mut rows) = (Vec::with_capacity(segments), Vec::with_capacity(segments));
        for _ in 0..segments {
            // As cases are: a first change and a few later ones.
            let changes = each.min(5);
            let segment = device.cases(scope, each / changes, changes)?;
            rows.push(Rows::of(&segment)?);
            let root = segment::root(&segment.header, &segment.records);
            bodies.push(device.request(vec![segment], 1 << 20).0);
            device.foresee(scope, root);
        }
        Ok(Self { bodies, rows, changes: segments * each })
    }
}

/// Writers of their own villages, enrolled in a fresh stretch of numbers.
async fn writers(hub: &PgHub, first: usize, segments: usize, each: usize) -> Result<Vec<Writer>> {
    let mut writers = Vec::new();
    for n in first..first + WRITERS {
        let scope = village(n)?;
        let mut device = Device::enrol(hub, n as u64, scope).await?;
        writers.push(Writer::with(&mut device, hub, scope, segments / WRITERS, each).await?);
    }
    Ok(writers)
}

/// Changes a second through the hubs, writers dealt out among them.
async fn through(hubs: &[PgHub], writers: Vec<Writer>) -> Result<(f64, Times)> {
    let changes: usize = writers.iter().map(|writer| writer.changes).sum();
    let (clock, mut pushing) = (Clock::start(), JoinSet::new());
    for (n, writer) in writers.into_iter().enumerate() {
        let hub = hubs[n % hubs.len()].clone();
        pushing.spawn(async move {
            let mut times = Vec::new();
            for body in &writer.bodies {
                let clock = Clock::start();
                hub.exchange(body, NOW).await?;
                times.push(clock.millis());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Times::default();
    for pushed in pushing.join_all().await {
        pushed?.into_iter().for_each(|time| times.push(time));
    }
    Ok((changes as f64 / clock.passed().as_secs_f64(), times))
}

/// The same rows into the bare tables.
async fn bare(address: &str, writers: &mut [Writer]) -> Result<f64> {
    let changes: usize = writers.iter().map(|writer| writer.changes).sum();
    let mut connections = Vec::new();
    for writer in writers {
        connections.push((Bare::to(address).await?, std::mem::take(&mut writer.rows)));
    }
    let (clock, mut inserting) = (Clock::start(), JoinSet::new());
    for (bare, rows) in connections {
        inserting.spawn(async move {
            for rows in &rows {
                bare.insert(rows).await?;
            }
            anyhow::Ok(())
        });
    }
    inserting.join_all().await.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(changes as f64 / clock.passed().as_secs_f64())
}

impl Run {
    /// Rounds of the hub and the bare database in turns; the middle one of each counts.
    async fn ingest(&self, name: &str, segments: usize, each: usize) -> Result<()> {
        let (ours, theirs) = (self.server.database()?, self.server.database()?);
        let hub = hub(&ours, 1).await?;
        drop(self::hub(&theirs, 2).await?);
        let (mut value, mut reference, mut last) = (Times::default(), Times::default(), Times::default());
        // The first round warms both up: statements, caches, files.
        for round in 0..=self.rounds {
            let mut writers = writers(&hub, round * WRITERS, segments, each).await?;
            let raw = bare(&theirs, &mut writers).await?;
            let (rate, times) = through(std::slice::from_ref(&hub), writers).await?;
            if round > 0 {
                reference.push(raw);
                value.push(rate);
                last = times;
            }
        }
        let n = segments * each;
        self.report.line(format!("ingest, {name}"), n, "changes/s", value.median(), reference.median())?;
        self.report.alone(format!("exchange p50, {name}"), n, "ms", last.median())?;
        self.report.alone(format!("exchange p99, {name}"), n, "ms", last.at(0.99))?;
        self.audited(&hub, (self.rounds + 1) * (segments / WRITERS * WRITERS)).await
    }

    async fn audited(&self, hub: &PgHub, segments: usize) -> Result<()> {
        let audit = hub.verify().await?;
        if !audit.faults.is_empty() || audit.segments != segments as u64 {
            bail!("the feeds hold {} segments of {segments}, with faults {:?}", audit.segments, audit.faults);
        }
        Ok(())
    }

    /// The same push, read and idle exchange among more and more.
    async fn growing(&self, sizes: &[usize], segments: usize) -> Result<()> {
        let address = self.server.database()?;
        let hub = hub(&address, 1).await?;
        let bare = Bare::to(&address).await?;
        let (mut filled, mut fresh, mut first) = (0, 1_000, None);
        let scope = village(0)?;
        let mut reader = Device::enrol(&hub, 77, scope).await?;
        for size in sizes {
            filled = fill(&hub, filled, *size).await?;
            bare.settled().await?;
            let mut rates = Times::default();
            for _ in 0..self.rounds {
                let writers = writers(&hub, fresh, segments, 10).await?;
                fresh += WRITERS;
                rates.push(through(std::slice::from_ref(&hub), writers).await?.0);
            }
            let flat = *first.get_or_insert(rates.median());
            self.report.line("ingest among so many changes", *size, "changes/s", rates.median(), flat)?;
            self.reading(&hub, &bare, &mut reader, *size).await?;
            self.report.alone("memory of the hub's process", *size, "MiB", resident()?)?;
        }
        Ok(())
    }

    /// A feed read from its beginning, and an exchange with nothing new.
    async fn reading(&self, hub: &PgHub, bare: &Bare, reader: &mut Device, size: usize) -> Result<()> {
        const STRETCH: u64 = 40;
        let (scope, mut ours, mut raw, mut idle) = (village(0)?, Times::default(), Times::default(), Times::default());
        let mut changes = 0;
        for _ in 0..=self.rounds {
            let clock = Clock::start();
            let feed = hub.store().after(scope, 0, 4 << 20).await?;
            let (seconds, records) = (clock.passed().as_secs_f64(), feed.iter().map(|entry| entry.records.len()).sum());
            changes = records;
            ours.push(changes as f64 / seconds);
            let last = i64::try_from(feed.last().map_or(STRETCH, |entry| entry.seq))?;
            let clock = Clock::start();
            let (rows, _) = bare.read(i64::try_from(scope.number())?, 0, last).await?;
            raw.push(rows as f64 / clock.passed().as_secs_f64());
        }
        self.report.line("feed read from its beginning", size, "changes/s", ours.median(), raw.median())?;
        while !reader.exchange(hub, Vec::new()).await?.frames.is_empty() {}
        for _ in 0..50 {
            let clock = Clock::start();
            reader.exchange(hub, Vec::new()).await?;
            idle.push(clock.millis());
        }
        if changes == 0 {
            bail!("the feed is empty");
        }
        self.report.alone("exchange with nothing new, p50", size, "ms", idle.median())
    }

    /// One and three hub processes over one database; the reference is one.
    async fn processes(&self, segments: usize) -> Result<()> {
        let address = self.server.database()?;
        let hubs = [hub(&address, 1).await?, hub(&address, 2).await?, hub(&address, 3).await?];
        let (mut one, mut three) = (Times::default(), Times::default());
        for round in 0..=self.rounds {
            let alone = through(&hubs[..1], writers(&hubs[0], 2 * round * WRITERS, segments, 10).await?).await?.0;
            let together = through(&hubs, writers(&hubs[0], (2 * round + 1) * WRITERS, segments, 10).await?).await?.0;
            if round > 0 {
                one.push(alone);
                three.push(together);
            }
        }
        let n = segments * 10;
        self.report.line("ingest through three hubs", n, "changes/s", three.median(), one.median())?;
        self.audited(&hubs[2], (self.rounds + 1) * 2 * (segments / WRITERS * WRITERS)).await
    }

    /// Stations that all come back at one moment, each with one small edit, over HTTP.
    async fn crowd(&self, stations: usize) -> Result<()> {
        let hub = hub(&self.server.database()?, 1).await?;
        let mut bodies = Vec::new();
        for n in 0..stations {
            let scope = village(n)?;
            let mut device = Device::enrol_at(&hub, n as u64, scope, edge::wall()).await?;
            bodies.push(Writer::with(&mut device, &hub, scope, 1, 1).await?.bodies.remove(0));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(daiban_district::serve(listener, hub.clone(), Limits::default(), std::future::pending()));
        let (before, gate) = (resident()?, Arc::new(Barrier::new(stations)));
        let mut coming = JoinSet::new();
        for body in bodies {
            let gate = gate.clone();
            coming.spawn(async move {
                gate.wait().await;
                let clock = Clock::start();
                let status = tokio::time::timeout(Duration::from_secs(60), post(address, &body)).await??;
                anyhow::Ok((status, clock.millis()))
            });
        }
        let clock = Clock::start();
        let (mut times, mut refused) = (Times::default(), 0);
        for came in coming.join_all().await {
            let (status, millis) = came?;
            times.push(millis);
            refused += usize::from(status != 200);
        }
        if refused > 0 {
            bail!("{refused} of {stations} were not answered");
        }
        self.report.alone("stations back at once, all done", stations, "s", clock.passed().as_secs_f64())?;
        self.report.alone("stations back at once, p50", stations, "ms", times.median())?;
        self.report.alone("stations back at once, p99", stations, "ms", times.at(0.99))?;
        self.report.line("memory while they are there", stations, "MiB", resident()?, before)?;
        self.audited(&hub, stations).await
    }
}

/// The least of HTTP: one request, one answer, and its status.
async fn post(address: std::net::SocketAddr, body: &[u8]) -> Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /v1/exchange HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
        daiban_core::sync::http::CONTENT_TYPE,
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = answer.get(9..12).context("a status")?;
    Ok(std::str::from_utf8(status)?.parse()?)
}

/// Fills twenty feeds by the store itself, in segments of 200 changes, until there are so many changes in all.
async fn fill(hub: &PgHub, from: usize, to: usize) -> Result<usize> {
    const EACH: usize = 200;
    const FEEDS: usize = 20;
    let (from, to) = (from / EACH, to.div_ceil(EACH));
    let mut filling = JoinSet::new();
    for lane in 0..4 {
        let hub = hub.clone();
        filling.spawn(async move {
            // Each feed is one lane's, so that its numbers follow the segments' own.
            for n in (from..to).filter(|n| n % FEEDS % 4 == lane) {
                let batch = filled(village(n % FEEDS)?, n, EACH)?;
                hub.store().commit(batch).await?;
            }
            anyhow::Ok(())
        });
    }
    filling.join_all().await.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(to * EACH)
}

/// A segment of a device that nobody knows: filling is about size, not about signatures.
fn filled(scope: ScopeCode, n: usize, each: usize) -> Result<Batch> {
    let unsigned = Segment {
        header: daiban_model::wire::Header {
            version: daiban_model::wire::VERSION,
            device: daiban_model::ids::DeviceId([200; 32]),
            incarnation: 1,
            scope,
            number: u32::try_from(n)? + 1,
            prev: Hash::default(),
            hlc: daiban_model::stamp::Hlc { ms: 5_000, counter: 0 },
            agent: "SG-202202-01".parse()?,
            count: u32::try_from(each)?,
        },
        records: Vec::new(),
        sig: daiban_model::wire::Sig([9; 64]),
    };
    let key = unsigned.header.key();
    let change = |at: usize| {
        let hash = *blake3::hash(&(n * each + at).to_le_bytes()).as_bytes();
        let mut doc = [0; 16];
        doc.copy_from_slice(&hash[..16]);
        let bytes = hash.iter().cycle().take(140).copied().collect();
        let segment = Some((key, u32::try_from(at)?));
        anyhow::Ok(StoredChange { hash: Hash(hash), doc, scope, actor: [200; 16], actor_seq: 1, segment, bytes })
    };
    let root = segment::root(&unsigned.header, &unsigned.records);
    let stored = StoredSegment { header: unsigned.header, root, sig: unsigned.sig, received_ms: 1 };
    let changes = (0..each).map(change).collect::<Result<_>>()?;
    Ok(Batch { segments: vec![stored], changes, number: vec![key], ..Batch::default() })
}

/// Memory of this process in the machine, in MiB.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}
