//! The least of HTTP that a test needs: bytes as they are on the line, so that a slow or rude peer can be played.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer of a test takes longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub async fn connect(address: &str) -> TcpStream {
    timeout(PATIENCE, TcpStream::connect(address)).await.expect("in time").unwrap()
}

/// Everything until the other side closes.
pub async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A side that closed with bytes of ours unread resets the connection; what came before counts.
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("closed in time");
    bytes
}

/// The answer to what was written, read until the connection is closed.
pub async fn answer(stream: &mut TcpStream) -> Answer {
    let bytes = rest(stream).await;
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {bytes:?}"));
    let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head, body: bytes[at + 4..].to_vec() }
}

/// The head of a request that closes its connection afterwards.
pub fn head(method: &str, path: &str, kind: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    )
}

pub async fn send(address: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
    let mut stream = connect(address).await;
    stream.write_all(head(method, path, kind, body.len()).as_bytes()).await.unwrap();
    // A side that refuses by the head may close before the body is written.
    let _refused = stream.write_all(body).await;
    answer(&mut stream).await
}

pub async fn post(address: &str, path: &str, body: &[u8]) -> Answer {
    send(address, "POST", path, daiban_core::sync::http::CONTENT_TYPE, body).await
}
