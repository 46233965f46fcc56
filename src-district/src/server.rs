//! The listening side: connections are counted, their heads and lives are bounded, and a stop lets running requests end.

mod door;
mod pace;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use daiban_core::store::Store;
use daiban_core::sync::hub::Hub;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use self::door::{Door, Line};
use self::pace::{Pace, Paced, Served, Waiting};
use crate::limits::Limits;
use crate::router::router;

/// The largest head of a request.
const MAX_HEAD: usize = 16 << 10;
/// How long to wait for a connection to end when the system has no room for another.
const NO_ROOM: Duration = Duration::from_millis(200);

/// Serves the hub until `shutdown` is done, then lets running requests finish within the farewell time. One port speaks TLS under
/// the hub's key and, to peers that may go without, plain HTTP.
pub async fn serve<S: Store>(
    listener: TcpListener,
    hub: Hub<S>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let door = Arc::new(Door::of(&hub, &limits)?);
    if let Err(fault) = hub.carry_on().await {
        // It stays noted.
        tracing::error!(%fault, "what an earlier start left of cases that moved is still to be carried on");
    }
    let router = TowerToHyperService::new(router(hub, &limits));
    let graceful = GracefulShutdown::new();
    let (stop, stopping) = watch::channel(());
    let room = Room { places: Arc::new(Semaphore::new(limits.connections.max(1))), waiting: Arc::default() };
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = room.accept(&listener) => accepted,
        };
        let Some((stream, permit)) = accepted else { continue };
        let (door, router, watcher, mut stopping) =
            (door.clone(), router.clone(), graceful.watcher(), stopping.clone());
        let (limits, pace) = (limits.clone(), Pace::new(room.waiting.clone()));
        tokio::spawn(async move {
            let serving = async {
                let line = tokio::select! {
                    _ = stopping.changed() => return,
                    line = door.open(stream) => line,
                };
                let line: Box<dyn Duplex> = match line {
                    Ok(Line::Tls(line)) => line,
                    Ok(Line::Plain(line)) => Box::new(line),
                    Err(fault) => return tracing::debug!(%fault, "a connection was not opened"),
                };
                let (line, service) = (Paced::new(line, pace.clone()), Served::new(router, pace.clone()));
                tokio::select! {
                    // A peer that breaks off is no fault of the hub's; its requests were logged.
                    _ended = watcher.watch(http().serve_connection(TokioIo::new(line), service)) => {}
                    () = pace.is_over(&limits) => {}
                }
            };
            // Neither is one that takes too long.
            let _ended = timeout(limits.connection, serving).await;
            drop(permit);
        });
    }
    drop((listener, stop));
    if timeout(limits.farewell, graceful.shutdown()).await.is_err() {
        // Whoever is still sending asks again later; calls that reached the store end by themselves.
        tracing::warn!("requests were cut off because the hub was stopped");
    }
    Ok(())
}

/// Both directions of a connection.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<L: AsyncRead + AsyncWrite + Send + Unpin> Duplex for L {}

/// Room for connections.
struct Room {
    places: Arc<Semaphore>,
    waiting: Arc<Waiting>,
}

impl Room {
    /// The next connection, once there is room for it. One that is gone before it was taken is passed over.
    async fn accept(&self, listener: &TcpListener) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Replies are written whole; waiting for more to send would only add to a slow line's delay.
                let _unsupported = stream.set_nodelay(true);
                Some((stream, self.place().await?))
            }
            Err(error) if is_about_the_peer(&error) => None,
            Err(error) => {
                tracing::error!(%error, "no connection can be taken now");
                let _nobody_waits = self.waiting.send_one_away();
                let free = self.places.available_permits();
                // Another one ending makes room; there is nothing else to wait for.
                let more = self.places.acquire_many(u32::try_from(free + 1).unwrap_or(u32::MAX));
                let _waited = timeout(NO_ROOM, more).await;
                None
            }
        }
    }

    /// A place: one that is free, or that of the connection that has waited longest for its next request, or the next to end.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(permit) = self.places.clone().try_acquire_owned() {
                return Some(permit);
            }
            if self.waiting.send_one_away() {
                return self.places.clone().acquire_owned().await.ok();
            }
            tokio::select! {
                permit = self.places.clone().acquire_owned() => return permit.ok(),
                () = self.waiting.one_more() => {}
            }
        }
    }
}

fn is_about_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    // The router writes it where somebody reads it.
    http.auto_date_header(false);
    // How long a head may take is said in `pace`: the timer at hand would also run while nothing is asked.
    http.header_read_timeout(None::<Duration>).max_buf_size(MAX_HEAD).max_headers(32);
    http
}
