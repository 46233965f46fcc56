//! `serve`: the hub on the network.

use std::panic::PanicHookInfo;

use anyhow::{Context, Result};
use daiban_core::sync::address::PlainLines;
use daiban_district::Limits;
use serde_json::json;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Serve, answer, hub};

pub(super) async fn serve(command: Serve) -> Result<()> {
    log();
    let hub = hub(&command.at).await?;
    let address = &command.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("无法监听 {address}：地址写错了，端口被占用，或没有权限"))?;
    let plain = if command.allow_plain { PlainLines::Anywhere } else { PlainLines::Loopback };
    let limits = Limits { plain, ..Limits::default() };
    let shutdown = stopped().context("无法接收系统的停止信号")?;
    answer(&json!({ "listening": listener.local_addr()?.to_string() }))?;
    daiban_district::serve(listener, hub, limits, shutdown).await.context("枢纽停止运行")
}

/// Log lines go to stderr; `DAIBAN_LOG` says how much. A panic is noted by its place alone: its text may hold what was read.
fn log() {
    let filter = EnvFilter::try_from_env("DAIBAN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a request was not finished");
    }));
}

/// Ends with the first signal to stop.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut stop, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = stop.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends with the first signal to stop.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to be told, the hub runs until its process is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
