//! Both ends over real sockets.

use rustls::HandshakeKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use super::*;
use crate::edge::Scripted;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

fn identity(seed: u8) -> Identity {
    Identity::of(&key(seed)).unwrap()
}

fn at(ms: i64) -> Arc<dyn TimeProvider> {
    Running::by(Arc::new(Scripted::new(1, Wall(ms))))
}

const NOW: i64 = 1_772_000_000_000;

fn serving(guests: Guests, time: i64) -> Arc<ServerConfig> {
    Arc::new(server(&identity(1), guests, at(time)).unwrap())
}

/// A server that takes one guest and tells what came of it: the guest's key, how they shook hands, and what it heard.
async fn one_guest(config: Arc<ServerConfig>) -> (String, JoinHandle<io::Result<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut stream: server::TlsStream<TcpStream> = TlsAcceptor::from(config).accept(stream).await?;
        stream.write_all(b"here").await?;
        let mut words = Vec::new();
        stream.read_to_end(&mut words).await?;
        let (_, connection) = stream.get_ref();
        Ok(Heard { guest: key_of(connection), shaken: connection.handshake_kind(), words })
    });
    (address, heard)
}

#[derive(Debug)]
struct Heard {
    guest: Option<[u8; 32]>,
    shaken: Option<HandshakeKind>,
    words: Vec<u8>,
}

/// Goes there, hears that somebody is, and says something.
async fn visit(address: &str, config: &Arc<ClientConfig>) -> io::Result<Option<[u8; 32]>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("hub").unwrap();
    let mut stream: client::TlsStream<TcpStream> = TlsConnector::from(config.clone()).connect(name, stream).await?;
    let met = key_of(stream.get_ref().1);
    stream.read_exact(&mut [0; 4]).await?;
    stream.write_all(b"words of a person").await?;
    stream.shutdown().await?;
    Ok(met)
}

fn guest(expected: Expected, own: Option<u8>, time: i64) -> Arc<ClientConfig> {
    Arc::new(client(expected, own.map(identity).as_ref(), at(time)).unwrap())
}

#[tokio::test]
async fn the_holder_of_the_expected_key_is_heard_whatever_the_clocks_say() {
    let thirty_years = 30 * 365 * 24 * 60 * 60 * 1000;
    for (there, here) in [(NOW, NOW), (NOW, -86_400_000), (NOW, 0), (NOW, NOW + thirty_years), (0, NOW)] {
        let (address, heard) = one_guest(serving(Guests::Nameless, there)).await;
        let met = visit(&address, &guest(Expected::Key(public(1)), None, here)).await.unwrap();
        assert_eq!(met, Some(public(1)), "hub at {there}, station at {here}");
        assert_eq!(heard.await.unwrap().unwrap().words, b"words of a person");
    }
}

#[tokio::test]
async fn the_holder_of_another_key_hears_nothing() {
    let (address, heard) = one_guest(serving(Guests::Nameless, NOW)).await;
    let fault = visit(&address, &guest(Expected::Key(public(2)), None, NOW)).await.unwrap_err();
    assert_eq!(TlsFault::behind(&fault), Some(TlsFault::OtherPeer));
    heard.await.unwrap().expect_err("the handshake was broken off before a word was said");
}

#[tokio::test]
async fn who_shows_a_key_without_holding_it_is_nobody() {
    let stolen = CertifiedKey::new(identity(1).0.cert.clone(), identity(3).0.key.clone());
    let config = server(&Identity(Arc::new(stolen)), Guests::Nameless, at(NOW)).unwrap();
    let (address, heard) = one_guest(Arc::new(config)).await;
    let fault = visit(&address, &guest(Expected::Key(public(1)), None, NOW)).await.unwrap_err();
    assert_eq!(TlsFault::behind(&fault), Some(TlsFault::OtherPeer), "{fault}");
    heard.await.unwrap().expect_err("broken off");
}

#[tokio::test]
async fn a_guest_is_known_by_the_key_it_holds() {
    let (address, heard) = one_guest(serving(Guests::Keyed, NOW)).await;
    visit(&address, &guest(Expected::Key(public(1)), Some(7), NOW)).await.unwrap();
    assert_eq!(heard.await.unwrap().unwrap().guest, Some(public(7)));

    let (address, heard) = one_guest(serving(Guests::Keyed, NOW)).await;
    let nameless = visit(&address, &guest(Expected::Key(public(1)), None, NOW)).await;
    assert!(nameless.is_err(), "who shows no key is not let in");
    heard.await.unwrap().expect_err("not let in");
}

#[tokio::test]
async fn a_second_visit_takes_up_the_first_even_when_the_clock_jumped() {
    let config = serving(Guests::Nameless, NOW);
    let clock = Scripted::new(1, Wall(NOW));
    let time = Running::by(Arc::new(clock.clone()));
    let own = Arc::new(client(Expected::Key(public(1)), None, time).unwrap());
    for (round, shaken) in [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed].into_iter().enumerate()
    {
        let (address, heard) = one_guest(config.clone()).await;
        visit(&address, &own).await.unwrap();
        assert_eq!(heard.await.unwrap().unwrap().shaken, Some(shaken), "visit {round}");
    }
    for jump in [0, NOW * 2] {
        clock.set(Wall(jump));
        let (address, heard) = one_guest(config.clone()).await;
        assert_eq!(visit(&address, &own).await.unwrap(), Some(public(1)), "at {jump}");
        heard.await.unwrap().unwrap();
    }
}

/// Bytes of a handshake each way, up to the first word of the client and with the server's ticket.
fn shaken(server: &Arc<ServerConfig>, client: &Arc<ClientConfig>) -> (usize, usize) {
    let name = ServerName::try_from("10.0.0.8").unwrap();
    let mut here = rustls::ClientConnection::new(client.clone(), name).unwrap();
    let mut there = rustls::ServerConnection::new(server.clone()).unwrap();
    let (mut up, mut down) = (0, 0);
    loop {
        let (mut out, mut back) = (Vec::new(), Vec::new());
        while here.wants_write() {
            up += here.write_tls(&mut out).unwrap();
        }
        let mut rest = out.as_slice();
        while !rest.is_empty() {
            there.read_tls(&mut rest).unwrap();
            there.process_new_packets().unwrap();
        }
        while there.wants_write() {
            down += there.write_tls(&mut back).unwrap();
        }
        if out.is_empty() && back.is_empty() {
            return (up, down);
        }
        let mut rest = back.as_slice();
        while !rest.is_empty() {
            here.read_tls(&mut rest).unwrap();
            here.process_new_packets().unwrap();
        }
    }
}

#[test]
fn a_handshake_is_small_and_one_that_is_taken_up_again_no_larger() {
    let (server, client) = (serving(Guests::Nameless, NOW), guest(Expected::Key(public(1)), None, NOW));
    let (first, second) = (shaken(&server, &client), shaken(&server, &client));
    println!("a first handshake takes {first:?} bytes up and down, a later one {second:?}");
    assert!(first.0 + first.1 <= 900, "{first:?}");
    assert!(second.0 + second.1 <= 800, "{second:?}");
}

#[tokio::test]
async fn what_does_not_speak_tls_is_told_from_what_does() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _gone = stream.read_to_end(&mut Vec::new()).await;
    });
    let fault = visit(&address, &guest(Expected::Anyone, None, NOW)).await.unwrap_err();
    assert_eq!(TlsFault::behind(&fault), Some(TlsFault::NoTls), "{fault}");
    answering.await.unwrap();
    let nobody = visit("127.0.0.1:9", &guest(Expected::Anyone, None, NOW)).await.unwrap_err();
    assert_eq!(TlsFault::behind(&nobody), None, "{nobody}");
}
