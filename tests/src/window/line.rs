//! A line to the hub as slow as a test wants it: a relay that lets so many bytes pass in a second, each way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval};

/// Bytes that a poor line carries in a second: better than 2G, worse than anything else.
pub const POOR: u64 = 20_000;
/// How often some bytes may pass.
const TICK: Duration = Duration::from_millis(50);
const TICKS_A_SECOND: u64 = 20;

/// The relay; it ends with the test.
pub struct Line {
    address: String,
    rate: Arc<AtomicU64>,
}

impl Line {
    /// A line to the hub at this address, as fast as the machine until it is slowed.
    pub async fn to(hub: &str) -> Result<Self> {
        let hub = hub.strip_prefix("http://").context("the hub has a plain address")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let rate = Arc::new(AtomicU64::new(u64::MAX));
        let shared = rate.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(relay(near, hub.clone(), shared.clone()));
            }
        });
        Ok(Self { address, rate })
    }

    /// Where it begins.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on so many bytes pass in a second, each way.
    pub fn slow_to(&self, bytes_a_second: u64) {
        self.rate.store(bytes_a_second, Ordering::SeqCst);
    }
}

async fn relay(near: TcpStream, hub: String, rate: Arc<AtomicU64>) {
    let Ok(far) = TcpStream::connect(&hub).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    // A side that breaks off ends its direction; the other side notices by itself.
    let _ended = tokio::join!(pass(near_in, far_out, &rate), pass(far_in, near_out, &rate));
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, rate: &AtomicU64) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let share = usize::try_from(rate.load(Ordering::SeqCst) / TICKS_A_SECOND).unwrap_or(usize::MAX);
        let room = share.clamp(1, buffer.len());
        let read = from.read(&mut buffer[..room]).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
        if room < buffer.len() {
            ticks.tick().await;
        }
    }
}
