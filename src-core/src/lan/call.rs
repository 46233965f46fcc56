//! Calling another station: one connection for one meeting. P2.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use daiban_model::wire::MAX_BODY;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::PATH;
use crate::sync::http::RoadFault;
use crate::sync::tls;

/// Nobody waits this long for a station that is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// A large answer from a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to another station.
pub struct Call {
    line: SendRequest<Full<Bytes>>,
    /// The key of who answers.
    key: [u8; 32],
}

impl Call {
    /// Connects; whoever answers holds the key it is known by from now on.
    pub async fn open(to: SocketAddr, ends: Arc<ClientConfig>) -> Result<Self, RoadFault> {
        let line = timeout(CONNECT, shaken(to, ends)).await.map_err(|_| RoadFault::Unreachable)?;
        let line = line.map_err(|_| RoadFault::Unreachable)?;
        let key = tls::key_of(line.get_ref().1).ok_or(RoadFault::Garbled)?;
        let (line, connection) = handshake(TokioIo::new(line)).await.map_err(|_| RoadFault::Unreachable)?;
        // It ends when the call is dropped, or with a fault that the next request shows.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { line, key })
    }

    /// Posts a request; answers the answer, signed by whoever holds the line's key.
    pub async fn post(&mut self, body: Vec<u8>) -> Result<Vec<u8>, RoadFault> {
        timeout(PATIENCE, self.posted(body)).await.map_err(|_| RoadFault::Unreachable)?
    }

    async fn posted(&mut self, body: Vec<u8>) -> Result<Vec<u8>, RoadFault> {
        let request = Request::post(PATH).header("host", "neighbour").body(Full::new(Bytes::from(body)));
        let request = request.map_err(|_| RoadFault::Garbled)?;
        self.line.ready().await.map_err(|_| RoadFault::Unreachable)?;
        let answer = self.line.send_request(request).await.map_err(|_| RoadFault::Unreachable)?;
        match answer.status().as_u16() {
            200 => {}
            403 => return Err(RoadFault::UnknownDevice),
            408 | 429 | 500..=599 => return Err(RoadFault::HubFault),
            _ => return Err(RoadFault::Garbled),
        }
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await.map_err(|_| RoadFault::Garbled)?;
        let body = Vec::from(body.to_bytes());
        if body.get(..32) == Some(&self.key) { Ok(body) } else { Err(RoadFault::Garbled) }
    }
}

async fn shaken(to: SocketAddr, ends: Arc<ClientConfig>) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let stream = TcpStream::connect(to).await?;
    // Requests are written whole; waiting for more to send would only add to the delay.
    let _unsupported = stream.set_nodelay(true);
    TlsConnector::from(ends).connect(ServerName::IpAddress(to.ip().into()), stream).await
}
