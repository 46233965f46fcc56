//! A TCP relay before the hub that counts what passes at its sockets: bytes each way, requests, connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What has passed so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// Bytes to the hub.
    pub up: u64,
    /// Bytes from the hub.
    pub down: u64,
    /// Requests.
    pub requests: u64,
    /// Connections.
    pub connections: u64,
}

#[derive(Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    requests: AtomicU64,
    connections: AtomicU64,
}

/// The relay.
pub struct Proxy {
    counters: Arc<Counters>,
}

const REQUEST: &[u8] = b"POST /v1/";

impl Proxy {
    /// Starts relaying from an address to a port of this machine.
    pub async fn between(listen: &str, port: u16) -> Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| listen.to_owned())?;
        let counters = Arc::new(Counters::default());
        let counted = counters.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(relay(near, port, counted.clone()));
            }
        });
        Ok(Self { counters })
    }

    /// What has passed so far.
    pub fn passed(&self) -> Passed {
        let Counters { up, down, requests, connections } = &*self.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Passed { up: read(up), down: read(down), requests: read(requests), connections: read(connections) }
    }
}

async fn relay(near: TcpStream, port: u16, counters: Arc<Counters>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let _unsupported = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let up = counters.clone();
    // A side that breaks off ends the relay of its direction; the other side notices by itself.
    let _ended = tokio::join!(
        pass(near_in, far_out, move |bytes, requests| {
            up.up.fetch_add(bytes, Ordering::SeqCst);
            up.requests.fetch_add(requests, Ordering::SeqCst);
        }),
        pass(far_in, near_out, move |bytes, _| {
            counters.down.fetch_add(bytes, Ordering::SeqCst);
        }),
    );
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: impl Fn(u64, u64)) -> std::io::Result<()> {
    let (mut buffer, mut tail) = (vec![0; 64 << 10], Vec::new());
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        // A request's first words may come in two pieces: the end of the last piece is looked at again.
        tail.extend_from_slice(&buffer[..read]);
        let requests = tail.windows(REQUEST.len()).filter(|window| *window == REQUEST).count();
        let keep = tail.len().saturating_sub(REQUEST.len() - 1);
        tail.drain(..keep);
        count(read as u64, requests as u64);
        to.write_all(&buffer[..read]).await?;
    }
}
