//! Stories of the network: who asks for what there is not, sends too much, too slowly, or in crowds.

use std::time::Duration;

use daiban_core::store::memory::MemoryStore;
use daiban_core::sync::hub::{Hub, HubKeys, NewStation};
use daiban_core::sync::station::{self, Enrolled};
use daiban_district::Limits;
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Envelope, Packing, Sig};
use ed25519_dalek::SigningKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::http::{PATIENCE, answer, connect, head, post, rest, send};

const KIND: &str = daiban_core::sync::http::CONTENT_TYPE;

/// A hub on a port of its own.
struct Running {
    address: String,
    hub: Hub<MemoryStore>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

async fn start(limits: Limits) -> Running {
    let hub = Hub::open(MemoryStore::new(), HubKeys::create([7; 96], Wall(0))).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel();
    let serving = daiban_district::serve(listener, hub.clone(), limits, async {
        // A test that never stops it drops the other end; that is no wish to stop.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    });
    Running { address, hub, stop, ended: tokio::spawn(serving) }
}

fn envelope(signer: [u8; 32]) -> Vec<u8> {
    wire::encode(&Envelope { signer, sig: Sig([0; 64]), packing: Packing::Plain, body: vec![1, 2, 3] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_not_is_refused_in_words_of_http() {
    let Running { address, .. } = start(Limits::default()).await;
    for (method, path, kind, status, error) in [
        ("GET", "/", KIND, 404, "not_found"),
        ("POST", "/v1/exchange/../devices", KIND, 404, "not_found"),
        ("GET", "/v1/devices", KIND, 404, "not_found"),
        ("GET", "/v1/exchange", KIND, 405, "method"),
        ("POST", "/v1/exchange", "application/json", 415, "content_type"),
        ("POST", "/v1/enrol", "", 415, "content_type"),
    ] {
        let answer = send(&address, method, path, kind, b"").await;
        assert_eq!(
            (answer.status, answer.text()),
            (status, format!("{{\"error\":\"{error}\"}}")),
            "{method} {path} {kind}"
        );
        for header in [
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src",
            "date: ",
        ] {
            assert!(answer.head.contains(header), "{header} in {}", answer.head);
        }
    }
}

#[tokio::test]
async fn health_tells_the_version_and_nothing_of_the_data() {
    let Running { address, .. } = start(Limits::default()).await;
    let answer = send(&address, "GET", "/health", "", b"").await;
    let expected = format!("{{\"ok\":true,\"version\":\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!((answer.status, answer.text()), (200, expected), "no epoch, no counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_and_strangers_are_turned_away() {
    let Running { address, .. } = start(Limits::default()).await;
    for path in ["/v1/enrol", "/v1/exchange", "/v1/packages", "/v1/files"] {
        for body in [b"".as_slice(), b"\0", &[0xFF; 4096]] {
            let answer = post(&address, path, body).await;
            assert_eq!((answer.status, answer.text()), (400, "{\"error\":\"malformed\"}".into()), "{path}");
        }
    }
    for path in ["/v1/exchange", "/v1/packages", "/v1/files"] {
        let answer = post(&address, path, &envelope([9; 32])).await;
        assert_eq!((answer.status, answer.text()), (401, "{\"error\":\"unknown_device\"}".into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_station_enrols_once_and_a_forged_request_in_its_name_is_refused() {
    let Running { address, hub, .. } = start(Limits::default()).await;
    let unit = "150205202202".parse().unwrap();
    let new = NewStation { name: "幸福大院代办点".into(), unit, scopes: vec![unit], device_no: Some(7) };
    let code = hub.make_code(new, daiban_district::edge::wall(), [3; 16]).await.unwrap();
    let key = SigningKey::from_bytes(&[5; 32]);
    let device = DeviceId(key.verifying_key().to_bytes());
    let answer = post(&address, "/v1/enrol", &station::enrol(&key, &code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.head.contains(&format!("content-type: {KIND}")), "{}", answer.head);
    let mut names: Vec<&str> = answer.head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["connection", "content-length", "content-type"], "every header costs on a slow line");
    let Enrolled::Welcome(admission) = station::enrolled(&answer.body, device) else { panic!("not welcome") };
    assert_eq!(admission.certificate.device_no, 7, "the number the district gave");

    let (request, hash) = station::request(&key, &station::packages_request(Vec::new()));
    let answer = post(&address, "/v1/packages", &request).await;
    let packages: Result<Vec<wire::Signed>, _> = station::reply(&answer.body, hash, &admission.trust);
    assert_eq!((answer.status, packages.unwrap().len()), (200, 0), "nothing is published yet");

    let forged = post(&address, "/v1/exchange", &envelope(device.0)).await;
    assert_eq!((forged.status, forged.text()), (403, "{\"error\":\"bad_signature\"}".into()), "no key, no answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_large_a_body_is_refused_whether_it_says_so_or_not() {
    let Running { address, .. } = start(Limits { body: 4096, ..Limits::default() }).await;
    let mut stream = connect(&address).await;
    stream.write_all(head("POST", "/v1/exchange", KIND, 4097).as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 413, "by its head alone");
    let mut stream = connect(&address).await;
    let head = format!(
        "POST /v1/exchange HTTP/1.1\r\nhost: hub\r\ncontent-type: {KIND}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"1000\r\n").await.unwrap();
    stream.write_all(&[0; 4096]).await.unwrap();
    stream.write_all(b"\r\n1\r\n0\r\n").await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 413, "by what arrived");
    assert_eq!(post(&address, "/v1/exchange", &[0xFF; 4096]).await.status, 400, "the bound itself fits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_stops_coming_times_out() {
    let limits = Limits { pause: Duration::from_millis(100), ..Limits::default() };
    let Running { address, .. } = start(limits).await;
    let mut stream = connect(&address).await;
    stream.write_all(head("POST", "/v1/exchange", KIND, 100).as_bytes()).await.unwrap();
    stream.write_all(&[0; 10]).await.unwrap();
    let answer = answer(&mut stream).await;
    assert_eq!((answer.status, answer.text()), (408, "{\"error\":\"too_slow\"}".into()), "ninety bytes never came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_drips_times_out_as_a_whole() {
    let limits = Limits { request: Duration::from_millis(300), ..Limits::default() };
    let Running { address, .. } = start(limits).await;
    let (mut reader, mut writer) = connect(&address).await.into_split();
    writer.write_all(head("POST", "/v1/exchange", KIND, 1_000_000).as_bytes()).await.unwrap();
    let dripping = tokio::spawn(async move {
        let mut drip = tokio::time::interval(Duration::from_millis(20));
        while writer.write_all(&[0]).await.is_ok() {
            drip.tick().await;
        }
    });
    let mut bytes = Vec::new();
    let _reset = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes).await;
    dripping.abort();
    assert!(bytes.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&bytes));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_end_and_a_silent_connection_are_closed() {
    let limits = Limits { head: Duration::from_millis(100), ..Limits::default() };
    let Running { address, .. } = start(limits).await;
    let mut silent = connect(&address).await;
    let mut slow = connect(&address).await;
    slow.write_all(b"POST /v1/exchange HTTP/1.1\r\nhost: hub\r\n").await.unwrap();
    assert_eq!(rest(&mut silent).await, b"", "nothing was asked");
    let closed = rest(&mut slow).await;
    assert!(closed.is_empty() || closed.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&closed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_answered_waits_for_longer_than_a_head_may_take() {
    let Running { address, .. } = start(Limits { head: Duration::from_millis(100), ..Limits::default() }).await;
    let mut kept = connect(&address).await;
    assert_eq!(health(&mut kept).await, Some(200), "a look for news");
    let mut silent = connect(&address).await;
    assert_eq!(rest(&mut silent).await, b"", "one that came later, and asked for nothing, is gone");
    assert_eq!(health(&mut kept).await, Some(200), "the next look pays for no connection");
    assert!(Limits::default().idle > daiban_core::sync::http::LONGEST_LOOK, "between all looks of a station");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_head_is_closed_on_a_kept_connection_too() {
    let Running { address, .. } = start(Limits { head: Duration::from_millis(100), ..Limits::default() }).await;
    let mut kept = connect(&address).await;
    assert_eq!(health(&mut kept).await, Some(200), "answered once");
    kept.write_all(b"GET /health HTTP/1.1\r\nhost:").await.unwrap();
    assert_eq!(rest(&mut kept).await, b"", "long before an idle one would be");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_connection_that_is_not_used_ends() {
    let Running { address, .. } = start(Limits { idle: Duration::from_millis(100), ..Limits::default() }).await;
    let mut kept = connect(&address).await;
    assert_eq!(health(&mut kept).await, Some(200), "answered once");
    assert_eq!(rest(&mut kept).await, b"", "and not for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_waited_longest_makes_room_for_who_comes() {
    let Running { address, .. } = start(Limits { connections: 3, ..Limits::default() }).await;
    let (mut first, mut second, mut third) =
        (connect(&address).await, connect(&address).await, connect(&address).await);
    for kept in [&mut first, &mut second, &mut third] {
        assert_eq!(health(kept).await, Some(200), "there is room for three");
    }
    assert_eq!(health(&mut first).await, Some(200), "the first looks once more");
    let mut fourth = connect(&address).await;
    assert_eq!(health(&mut fourth).await, Some(200), "without waiting for anybody");
    assert_eq!(rest(&mut second).await, b"", "it was the longest without a request");
    for kept in [&mut first, &mut third] {
        assert_eq!(health(kept).await, Some(200), "the others stay");
    }
}

/// Asks on a connection that stays open.
async fn health(stream: &mut TcpStream) -> Option<u16> {
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: hub\r\n\r\n").await.ok()?;
    let mut came = Vec::new();
    while !came.ends_with(b"\"}") {
        let mut some = [0; 512];
        match timeout(PATIENCE, stream.read(&mut some)).await.expect("answered in time") {
            Ok(bytes) if bytes > 0 => came.extend_from_slice(&some[..bytes]),
            _ => return None,
        }
    }
    String::from_utf8(came).ok()?.split(' ').nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_head_is_refused() {
    let Running { address, .. } = start(Limits::default()).await;
    let mut stream = connect(&address).await;
    let long = format!("GET /health HTTP/1.1\r\nhost: hub\r\nx-long: {}\r\n\r\n", "x".repeat(64 << 10));
    let _closed = stream.write_all(long.as_bytes()).await;
    assert_eq!(answer(&mut stream).await.status, 431, "more than sixteen KiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_together_take_too_much_space_are_put_off() {
    let Running { address, .. } = start(Limits { held: 8 << 10, ..Limits::default() }).await;
    let answer = post(&address, "/v1/exchange", &[0xFF; 20 << 10]).await;
    assert_eq!((answer.status, answer.text()), (503, "{\"error\":\"busy\"}".into()), "come again");
    assert!(answer.head.contains("retry-after: 5"), "{}", answer.head);
    assert_eq!(post(&address, "/v1/exchange", &[0xFF; 7 << 10]).await.status, 400, "the space was given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_answered_while_idle_peers_hold_their_connections() {
    let Running { address, .. } = start(Limits { working: 2, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(connect(&address).await);
    }
    let mut crowd = JoinSet::new();
    for number in 0..100_u8 {
        let address = address.clone();
        crowd.spawn(async move { post(&address, "/v1/exchange", &envelope([number; 32])).await.status });
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers, vec![401; 100], "each one, two at a time");
    drop(idle);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn past_the_bound_a_connection_waits_until_another_one_ends() {
    let Running { address, .. } = start(Limits { connections: 1, ..Limits::default() }).await;
    let first = connect(&address).await;
    let waiting = tokio::spawn({
        let address = address.clone();
        async move { send(&address, "GET", "/health", "", b"").await.status }
    });
    drop(first);
    assert_eq!(waiting.await.unwrap(), 200, "answered once there is room");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_closes_idle_connections_and_takes_no_new_ones() {
    let Running { address, stop, ended, .. } = start(Limits::default()).await;
    let mut idle = connect(&address).await;
    assert_eq!(send(&address, "GET", "/health", "", b"").await.status, 200, "it runs");
    stop.send(()).unwrap();
    ended.await.unwrap().unwrap();
    assert_eq!(rest(&mut idle).await, b"", "closed");
    assert!(tokio::net::TcpStream::connect(&address).await.is_err(), "nobody listens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_for_a_peer_that_never_finishes() {
    let limits = Limits { farewell: Duration::from_millis(100), ..Limits::default() };
    let Running { address, stop, ended, .. } = start(limits).await;
    let mut slow = connect(&address).await;
    slow.write_all(head("POST", "/v1/exchange", KIND, 100).as_bytes()).await.unwrap();
    assert_eq!(send(&address, "GET", "/health", "", b"").await.status, 200, "both are connected");
    stop.send(()).unwrap();
    ended.await.unwrap().unwrap();
}
