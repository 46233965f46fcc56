//! Stations at a real hub over TLS: who answers is known before a word is said, whatever the clock shows.

use std::sync::Arc;

use daiban_core::edge::{Edge, Scripted, System};
use daiban_core::engine::{DATABASE, Engine, Enrolment, Home, Turn};
use daiban_core::keys::Cost;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::http::{Carrier, Http};
use daiban_model::api::{Enrol, EnrolmentFault, Failure, GetSync, Link, ProblemCode, SetPin};
use daiban_model::stamp::Wall;
use daiban_tests::bench::hub::{LoopbackHub, agent};
use daiban_tests::bench::proxy::{Passed, Proxy};
use daiban_tests::world::must;
use tempfile::TempDir;

/// A laptop with the real engine, its database on a disk, and a clock that is set by hand.
struct Laptop {
    engine: Engine<SqliteStore>,
    http: Http,
    _folder: TempDir,
}

impl Laptop {
    fn with(clock: Scripted) -> Self {
        let folder = must("a folder", tempfile::tempdir());
        let home = Home {
            folder: folder.path().to_owned(),
            edge: Arc::new(clock),
            cost: Cost::SIMULATION,
            open: Box::new(|folder, key| SqliteStore::open(&folder.join(DATABASE), key)),
            hint: None,
        };
        let http = Http::new(PlainLines::Loopback);
        Self { engine: must("an engine", Engine::at(home)), http, _folder: folder }
    }

    async fn enrol(&mut self, hub: &str, code: &str) -> Result<(), Failure> {
        let mut out = self.engine.begin_enrol(Enrol { hub: hub.into(), code: code.into() })?;
        loop {
            let answer = self.http.post(&out.to, out.road, out.body).await;
            match self.engine.enrolled(answer).await? {
                Enrolment::Ask(next) => out = next,
                Enrolment::Done(_) => break,
            }
        }
        self.engine.call(SetPin { agent: must("a staff number", agent()), pin: "739104".into() }).await.map(drop)
    }

    /// One run of exchanges; `elsewhere` is where the network leads instead.
    async fn sync(&mut self, elsewhere: Option<&str>) -> (Link, Vec<ProblemCode>) {
        while let Some(mut out) = must("a request", self.engine.next_request().await) {
            out.to.hub = elsewhere.map_or(out.to.hub, str::to_owned);
            let answer = self.http.post(&out.to, out.road, out.body).await;
            if must("a turn", self.engine.answered(answer).await) == Turn::Done {
                break;
            }
        }
        let view = must("the state", self.engine.call(GetSync {}).await);
        (view.state, view.problems.iter().map(|problem| problem.code).collect())
    }
}

async fn hub(folder: &TempDir) -> (LoopbackHub, String) {
    let hub = must("a hub", LoopbackHub::start(&folder.path().join("hub")).await);
    let address = format!("127.0.0.1:{}", hub.port);
    (hub, address)
}

fn now() -> Scripted {
    Scripted::new(7, System.now())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_21_enrolment_and_exchange_go_through_tls_at_any_clock() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, address) = hub(&folder).await;
    let year = 365 * 24 * 60 * 60 * 1000;
    let right = System.now().0;
    for (seed, wrong) in (1..).zip([0, -86_400_000, 2_147_483_648_000, right - 3 * year, right + 10 * year]) {
        let clock = Scripted::new(seed, Wall(wrong));
        let mut laptop = Laptop::with(clock.clone());
        laptop.enrol(&address, &hub.code("错钟").await.unwrap()).await.unwrap();
        assert_eq!(laptop.sync(None).await, (Link::Done, vec![ProblemCode::ClockSkew]), "at {wrong}");
        clock.set(System.now());
        assert_eq!(laptop.sync(None).await, (Link::Done, vec![]), "put right");
        clock.set(Wall(wrong));
        assert_eq!(laptop.sync(None).await, (Link::Done, vec![ProblemCode::ClockSkew]), "wrong while it is open");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_new_costs_little_on_a_kept_connection_and_not_much_on_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, _) = hub(&folder).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let relay = Proxy::between(&free, hub.port).await.unwrap();
    let mut laptop = Laptop::with(now());
    laptop.enrol(&free, &hub.code("新站").await.unwrap()).await.unwrap();
    laptop.sync(None).await;
    laptop.sync(None).await;
    let passed = || {
        let Passed { up, down, connections, .. } = relay.passed();
        (up + down, connections)
    };
    let begun = passed();
    laptop.sync(None).await;
    let kept = passed();
    laptop.http = Http::new(PlainLines::Loopback);
    laptop.sync(None).await;
    let fresh = passed();
    println!("nothing new: {} bytes on a kept connection, {} on a new one", kept.0 - begun.0, fresh.0 - kept.0);
    assert_eq!((kept.1 - begun.1, fresh.1 - kept.1), (0, 1), "connections opened");
    assert!(kept.0 - begun.0 <= 800, "{} bytes", kept.0 - begun.0);
    assert!(fresh.0 - kept.0 <= 1_700, "{} bytes", fresh.0 - kept.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_shown_to_its_own_district_only() {
    let folder = tempfile::tempdir().unwrap();
    let (own, address) = hub(&folder).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, wrong_address) = hub(&elsewhere).await;
    let code = own.code("新站").await.unwrap();
    let why = |fault: EnrolmentFault| Err(Failure::Enrolment { why: fault });

    let mut laptop = Laptop::with(now());
    assert_eq!(laptop.enrol(&wrong_address, &code).await, why(EnrolmentFault::OtherDistrict), "another district");
    let slip = code.replacen(&code[..1], if code.starts_with('A') { "B" } else { "A" }, 1);
    assert_eq!(laptop.enrol(&address, &slip).await, why(EnrolmentFault::OtherDistrict), "a letter typed wrong");
    let old = &code[..14];
    assert_eq!(laptop.enrol("10.99.99.99:8620", old).await, why(EnrolmentFault::NoCheck), "nothing was sent");
    assert_eq!(other.hub.devices().await.unwrap().len(), 0);
    laptop.enrol(&address, &code.to_lowercase()).await.unwrap();
    assert_eq!(own.hub.devices().await.unwrap().len(), 1);

    let mut beside = Laptop::with(now());
    let before = own.code("老码").await.unwrap();
    beside.enrol(&format!("http://{address}"), &before[..14]).await.unwrap();
    assert_eq!(beside.sync(None).await, (Link::Done, vec![]), "on the hub's own machine a code of before still serves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_station_says_nothing_to_a_hub_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (own, address) = hub(&folder).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, wrong_address) = hub(&elsewhere).await;
    let mut laptop = Laptop::with(now());
    laptop.enrol(&address, &own.code("新站").await.unwrap()).await.unwrap();
    assert_eq!(laptop.sync(None).await, (Link::Done, vec![]));
    let refused = (Link::Offline, vec![ProblemCode::HubChanged]);
    assert_eq!(laptop.sync(Some(&wrong_address)).await, refused, "another district's hub");
    assert_eq!(other.hub.devices().await.unwrap().len(), 0);

    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let portal = plain.local_addr().unwrap().to_string();
    let heard = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://portal.invalid/\r\n\r\n").await.unwrap();
        let mut heard = Vec::new();
        let _gone = stream.read_to_end(&mut heard).await;
        heard
    });
    let (state, problems) = laptop.sync(Some(&portal)).await;
    assert_eq!((state, problems.contains(&ProblemCode::NoTls)), (Link::Offline, true), "a page to sign in at");
    let heard = heard.await.unwrap();
    assert!(!heard.windows(4).any(|four| four == b"POST"), "it got a greeting of TLS and no request");
    assert_eq!(laptop.sync(None).await, (Link::Done, vec![]), "the next exchange mends it");
}
