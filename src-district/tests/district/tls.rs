//! Stories of the hub's door: TLS under its own key, and without it only for its own machine.

use std::net::UdpSocket;

use daiban_core::edge::{Edge, System};
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::code::Code;
use daiban_core::sync::http::{Carrier, Http, Place, Road, RoadFault};
use daiban_core::sync::station;
use daiban_core::sync::tls::Expected;
use tokio::io::AsyncWriteExt;

use crate::command::District;
use crate::http::{connect, head, rest, send};

const CODE: [&str; 4] = ["--station", "幸福大院代办点", "--unit", "150205202202"];

fn at(hub: &str, expected: Expected) -> Place {
    Place { hub: hub.to_owned(), expected, time: System.now() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_port_speaks_tls_to_stations_and_http_to_its_own_machine() {
    let district = District::new();
    district.import_demo();
    let served = district.serve();
    let printed = district.run("code", &CODE).json();
    let code = Code::read(printed["code"].as_str().unwrap());
    let http = Http::new(PlainLines::Loopback);
    let hello = http.post(&at(&served.address, Expected::Anyone), Road::Hello, Vec::new()).await.unwrap();
    let trust = station::hello(&hello, &code).expect("the code vouches for this district");
    let pinned = at(&served.address, Expected::Key(trust.hub));
    assert_eq!(
        http.post(&pinned, Road::Hello, Vec::new()).await.unwrap(),
        hello,
        "under the key that the root certified"
    );
    let other = at(&served.address, Expected::Key([9; 32]));
    assert_eq!(http.post(&other, Road::Hello, Vec::new()).await, Err(RoadFault::OtherHub));
    let plain = send(&served.address, "GET", "/health", "", b"").await;
    assert_eq!(plain.status, 200, "a proxy on this machine needs no TLS");
}

/// An address of this machine that is not its loopback; nothing is sent to find it.
fn outer() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then(|| address.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_elsewhere_nothing_is_read_without_tls_unless_the_operator_allows_it() {
    // A machine without any network has no elsewhere; what decides is tested by itself in `sync::address`.
    let Some(host) = outer() else { return };
    let district = District::new();
    let closed = district.serve_with(&["--listen", "0.0.0.0:0"]);
    let port = closed.address.rsplit(':').next().unwrap().to_owned();
    let mut stream = connect(&format!("{host}:{port}")).await;
    stream.write_all(head("GET", "/health", "", 0).as_bytes()).await.unwrap();
    let told = String::from_utf8(rest(&mut stream).await).unwrap();
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 426 "), "{told}");
    let before = at(&format!("http://{host}:{port}"), Expected::Anyone);
    let hello = Http::new(PlainLines::Loopback).post(&before, Road::Hello, Vec::new()).await;
    assert!(hello.is_ok(), "an address of before is gone to by TLS");
    drop(closed);
    let open = district.serve_with(&["--listen", "0.0.0.0:0", "--allow-plain"]);
    let port = open.address.rsplit(':').next().unwrap();
    assert_eq!(send(&format!("{host}:{port}"), "GET", "/health", "", b"").await.status, 200, "he answers for the line");
}
