//! A TCP relay on loopback that counts what passes at the hub's sockets: bytes each way, requests, connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What passed since the last look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Where stations find it.
    pub url: String,
}

const REQUEST: &[u8] = b"POST /v1/";

impl Proxy {
    /// Starts relaying to a port of this machine.
    pub async fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let counters = Arc::new(Counters::default());
        let counted = counters.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(relay(near, port, counted.clone()));
            }
        });
        Ok(Self { counters, url })
    }

    /// What passed since the last call of this.
    pub fn take(&self) -> Passed {
        let Counters { up, down, requests, connections } = &*self.counters;
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        Passed { up: take(up), down: take(down), requests: take(requests), connections: take(connections) }
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
