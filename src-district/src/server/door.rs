//! How a connection begins: by TLS, or without it where that is allowed. Its first byte says which.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use daiban_core::edge::System;
use daiban_core::store::Store;
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::hub::Hub;
use daiban_core::sync::tls::{self, Guests, Running};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::limits::Limits;

/// A record of a handshake (RFC 8446 section 5.1). No HTTP request begins with this byte.
const HANDSHAKE: u8 = 22;
/// What whoever may not go without TLS is told, before anything of theirs is read.
const ONLY_TLS: &[u8] =
    b"HTTP/1.1 426 Upgrade Required\r\nupgrade: TLS/1.3, HTTP/1.1\r\nconnection: close, upgrade\r\n\
    content-type: application/json\r\ncontent-length: 20\r\n\r\n{\"error\":\"tls_only\"}";

/// Where connections come in.
pub(super) struct Door {
    tls: TlsAcceptor,
    plain: PlainLines,
    patience: Duration,
}

/// A connection that was let in.
pub(super) enum Line {
    Tls(Box<TlsStream<TcpStream>>),
    Plain(TcpStream),
}

impl Door {
    /// The hub's door: who comes in sees that it is the hub, and says in each request who they are.
    pub(super) fn of<S: Store>(hub: &Hub<S>, limits: &Limits) -> io::Result<Self> {
        let config = hub.identity().and_then(|own| tls::server(&own, Guests::Nameless, Running::by(Arc::new(System))));
        let tls = TlsAcceptor::from(Arc::new(config.map_err(io::Error::other)?));
        Ok(Self { tls, plain: limits.plain, patience: limits.head })
    }

    /// Lets a connection in, unless it takes too long.
    pub(super) async fn open(&self, stream: TcpStream) -> io::Result<Line> {
        let opened = timeout(self.patience, self.let_in(stream)).await;
        opened.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    async fn let_in(&self, mut stream: TcpStream) -> io::Result<Line> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if first == [HANDSHAKE] {
            return Ok(Line::Tls(Box::new(self.tls.accept(stream).await?)));
        }
        if self.plain.allow(stream.peer_addr()?.ip()) {
            return Ok(Line::Plain(stream));
        }
        stream.write_all(ONLY_TLS).await?;
        stream.shutdown().await?;
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

#[cfg(test)]
mod tests {
    use super::ONLY_TLS;

    #[test]
    fn the_refusal_says_how_long_it_is() {
        let text = std::str::from_utf8(ONLY_TLS).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{text}");
    }
}
