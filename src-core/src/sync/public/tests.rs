//! A proxy with a certificate of an invented authority: for `localhost`, from 2026-02-01 to 2026-05-01.

use std::time::Duration;

use daiban_model::stamp::Wall;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::sync::address::PlainLines;
use crate::sync::http::{CONTENT_TYPE, Carrier, Http, Place, Road, RoadFault};
use crate::sync::tls::Expected;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2026-03-02
const WITHIN: i64 = 1_772_415_000_000;

fn trusting() -> Authorities {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(include_bytes!("authority.der").as_slice())).unwrap();
    Authorities::These(Arc::new(roots))
}

/// A proxy that answers one request with a word, and gives what it was sent.
async fn proxy() -> (u16, JoinHandle<Vec<u8>>) {
    let chain = vec![CertificateDer::from(include_bytes!("localhost.der").as_slice())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(include_bytes!("localhost.key.der").as_slice()));
    let provider = Arc::new(ring::default_provider());
    let time: Arc<dyn TimeProvider> = Arc::new(crate::sync::tls::Told::default());
    let config = ServerConfig::builder_with_details(provider, time).with_safe_default_protocol_versions().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(stream).await else { return Vec::new() };
        let mut words = vec![0; 4096];
        let read = stream.read(&mut words).await.unwrap_or(0);
        words.truncate(read);
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: 4\r\n\r\nhere");
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _closed = stream.shutdown().await;
        words
    });
    (port, heard)
}

async fn ask(scheme: &str, authorities: Authorities, time: i64) -> (Result<Vec<u8>, RoadFault>, Vec<u8>) {
    let (port, heard) = proxy().await;
    let hub = format!("{scheme}://localhost:{port}");
    let place = Place { hub, expected: Expected::Key([1; 32]), time: Wall(time) };
    let http = Http::with(PlainLines::Loopback, authorities);
    let answer = http.post(&place, Road::Exchange, b"words of a person".to_vec()).await;
    drop(http);
    (answer, timeout(Duration::from_secs(20), heard).await.unwrap().unwrap())
}

#[tokio::test]
async fn a_certificate_is_good_from_any_clock_that_has_not_left_it_behind() {
    for (what, time) in [
        ("a right clock", WITHIN),
        ("1970", 0),
        ("before 1970", -DAY),
        ("three years back", WITHIN - 3 * 365 * DAY),
        ("the day before it begins", WITHIN - 30 * DAY),
    ] {
        let (answer, heard) = ask("https+public", trusting(), time).await;
        assert_eq!(answer, Ok(b"here".to_vec()), "{what}");
        assert!(heard.ends_with(b"words of a person"), "{what}");
    }
}

#[tokio::test]
async fn one_that_has_run_out_hears_nothing_and_the_fault_is_named() {
    for time in [WITHIN + 90 * DAY, WITHIN + 3653 * DAY] {
        let (answer, heard) = ask("https+public", trusting(), time).await;
        assert_eq!((answer, heard), (Err(RoadFault::Dates), Vec::new()), "at {time}");
    }
}

#[tokio::test]
async fn one_that_nobody_vouches_for_hears_nothing() {
    let mut roots = RootCertStore::empty();
    // Somebody else is believed.
    roots.add(CertificateDer::from(include_bytes!("localhost.der").as_slice())).unwrap();
    let other = Authorities::These(Arc::new(roots));
    let (answer, heard) = ask("https+public", other, WITHIN).await;
    assert_eq!((answer, heard), (Err(RoadFault::OtherHub), Vec::new()), "its authority is not one of ours");
    let (answer, heard) = ask("https", trusting(), WITHIN).await;
    assert_eq!((answer, heard), (Err(RoadFault::OtherHub), Vec::new()), "and a public certificate is no hub's key");
}
