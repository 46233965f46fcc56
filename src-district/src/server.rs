//! The listening side: connections are counted, their heads and lives are bounded, and a stop lets running requests end.

mod door;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use daiban_core::store::Store;
use daiban_core::sync::hub::Hub;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use self::door::{Door, Line};
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
    let service = TowerToHyperService::new(router(hub, &limits));
    let graceful = GracefulShutdown::new();
    let (stop, stopping) = watch::channel(());
    let room = Arc::new(Semaphore::new(limits.connections.max(1)));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, permit)) = accepted else { continue };
        let (door, service, watcher, mut stopping) =
            (door.clone(), service.clone(), graceful.watcher(), stopping.clone());
        let (http, life) = (http(&limits), limits.connection);
        tokio::spawn(async move {
            let serving = async {
                let line = tokio::select! {
                    _ = stopping.changed() => return,
                    line = door.open(stream) => line,
                };
                // A peer that breaks off is no fault of the hub's; its requests were logged.
                let _ended = match line {
                    Ok(Line::Tls(line)) => watcher.watch(http.serve_connection(TokioIo::new(line), service)).await,
                    Ok(Line::Plain(line)) => watcher.watch(http.serve_connection(TokioIo::new(line), service)).await,
                    Err(fault) => return tracing::debug!(%fault, "a connection was not opened"),
                };
            };
            // Neither is one that takes too long.
            let _ended = timeout(life, serving).await;
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

/// The next connection, once there is room for one. A connection that is gone before it was taken is passed over.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Replies are written whole; waiting for more to send would only add to a slow line's delay.
            let _unsupported = stream.set_nodelay(true);
            Some((stream, permit))
        }
        Err(error) if is_about_the_peer(&error) => None,
        Err(error) => {
            tracing::error!(%error, "no connection can be taken now");
            let free = room.available_permits();
            // Another one ending makes room; there is nothing else to wait for.
            let _waited = timeout(NO_ROOM, room.acquire_many(u32::try_from(free + 1).unwrap_or(u32::MAX))).await;
            None
        }
    }
}

fn is_about_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // The router writes it where somebody reads it.
    http.auto_date_header(false);
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(MAX_HEAD).max_headers(32);
    http
}
