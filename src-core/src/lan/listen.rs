//! Who calls here: a bounded server for one kind of request. P2, P4.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use daiban_model::wire::MAX_BODY;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;

use super::PATH;
use crate::engine::MeetFault;
use crate::sync::tls;

/// What whoever calls may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; more are not taken.
    pub connections: usize,
    /// How long the handshake, the head of a request or its body may take.
    pub patience: Duration,
    /// How long a connection may live at all.
    pub life: Duration,
    /// Requests that may come at once, and how many more each second.
    pub requests: (usize, usize),
}

impl Default for Limits {
    fn default() -> Self {
        let (patience, life) = (Duration::from_secs(20), Duration::from_mins(5));
        Self { connections: 16, patience, life, requests: (120, 8) }
    }
}

/// Answers requests: the body as it came.
pub trait Host: Clone + Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, body: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, MeetFault>> + Send;
}

/// Listens until told to stop.
pub async fn serve(
    listener: TcpListener,
    ends: Arc<ServerConfig>,
    host: impl Host,
    limits: Limits,
    mut stop: watch::Receiver<()>,
) -> io::Result<()> {
    let (most, more) = limits.requests;
    let (room, requests) = (Arc::new(Semaphore::new(limits.connections)), Arc::new(Semaphore::new(most)));
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let stream = tokio::select! {
            _ = stop.changed() => return Ok(()),
            _ = second.tick() => {
                requests.add_permits(more.min(most.saturating_sub(requests.available_permits())));
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        // A connection that is gone again, or that there is no room for, is closed.
        let (Ok((stream, _)), Ok(permit)) = (stream, room.clone().try_acquire_owned()) else { continue };
        let line = Line { ends: ends.clone(), host: host.clone(), requests: requests.clone(), limits };
        let mut stop = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = stop.changed() => {}
                ended = timeout(limits.life, line.open(stream)) => if let Ok(Err(fault)) = ended {
                    tracing::debug!(%fault, "a neighbour's connection ended");
                },
            }
            drop(permit);
        });
    }
}

/// One connection.
struct Line<H> {
    ends: Arc<ServerConfig>,
    host: H,
    requests: Arc<Semaphore>,
    limits: Limits,
}

impl<H: Host> Line<H> {
    async fn open(self, stream: TcpStream) -> io::Result<()> {
        let shaken = timeout(self.limits.patience, TlsAcceptor::from(self.ends.clone()).accept(stream)).await;
        let line = shaken.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let key = tls::key_of(line.get_ref().1).ok_or_else(|| io::Error::other("no key"))?;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.limits.patience).max_headers(16).auto_date_header(false);
        let service = service_fn(|request| self.answer(key, request));
        http.serve_connection(TokioIo::new(line), service).await.map_err(io::Error::other)
    }

    async fn answer(&self, key: [u8; 32], request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (status, body) = match self.reply(key, request).await {
            Ok(body) => (StatusCode::OK, body),
            Err(status) => (status, Vec::new()),
        };
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        Ok(response)
    }

    async fn reply(&self, key: [u8; 32], request: Request<Incoming>) -> Result<Vec<u8>, StatusCode> {
        if request.method() != Method::POST || request.uri().path() != PATH {
            return Err(StatusCode::NOT_FOUND);
        }
        match self.requests.try_acquire() {
            Ok(permit) => permit.forget(),
            Err(_) => return Err(StatusCode::TOO_MANY_REQUESTS),
        }
        let body = timeout(self.limits.patience, Limited::new(request.into_body(), MAX_BODY).collect()).await;
        let body = body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let body = Vec::from(body.to_bytes());
        // A signed request begins with the key of who signed it.
        if body.get(..32) != Some(&key) {
            return Err(StatusCode::FORBIDDEN);
        }
        self.host.answer(body).await.map_err(|fault| match fault {
            MeetFault::Closed | MeetFault::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
            MeetFault::Malformed => StatusCode::BAD_REQUEST,
            MeetFault::Stranger => StatusCode::FORBIDDEN,
        })
    }
}
