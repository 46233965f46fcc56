//! How long a connection may take over what: the head of a request is short work, waiting for the next request is not.
//!
//! A station looks for news every half a minute, and a new connection for each look would cost more bytes than the look. So one that
//! was answered may wait longer than that; but only while nobody else needs its place: the one that has waited longest is sent away for
//! whoever comes.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::service::Service;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::limits::Limits;

/// Connections that wait for their next request, in the order in which they began to.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    line: Mutex<Line>,
    one_more: Notify,
}

#[derive(Debug, Default)]
struct Line {
    next: u64,
    all: BTreeMap<u64, Arc<Shared>>,
}

/// What a connection is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A head is due: of the first request, or of one that has begun to arrive.
    Head,
    /// A request is read, worked on and answered; others bound that.
    Request,
    /// The answer is being written.
    Answer,
    /// It waits for the next request, at this place of the line. What of a next request came together with the one before counts as
    /// not come.
    Idle(u64),
    /// Its place was given to another one.
    Gone,
}

#[derive(Debug)]
struct Shared {
    phase: Mutex<Phase>,
    changed: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waiting {
    /// Sends the connection away that has waited longest. Whether there was one.
    pub(super) fn send_one_away(&self) -> bool {
        while let Some((_, oldest)) = { lock(&self.line).all.pop_first() } {
            let mut phase = lock(&oldest.phase);
            // It may have begun to ask just now.
            if let Phase::Idle(_) = *phase {
                *phase = Phase::Gone;
                oldest.changed.notify_one();
                return true;
            }
        }
        false
    }

    /// Done when another connection has begun to wait.
    pub(super) async fn one_more(&self) {
        self.one_more.notified().await;
    }
}

/// One connection's pace.
#[derive(Debug)]
pub(super) struct Pace {
    waiting: Arc<Waiting>,
    shared: Arc<Shared>,
}

impl Pace {
    /// Of a connection that was just let in.
    pub(super) fn new(waiting: Arc<Waiting>) -> Arc<Self> {
        let shared = Shared { phase: Mutex::new(Phase::Head), changed: Notify::new() };
        Arc::new(Self { waiting, shared: Arc::new(shared) })
    }

    /// Done when the connection has taken too long, or has lost its place.
    pub(super) async fn is_over(&self, limits: &Limits) {
        loop {
            let phase = *lock(&self.shared.phase);
            let bound = match phase {
                Phase::Head => limits.head,
                Phase::Idle(_) => limits.idle,
                Phase::Request | Phase::Answer => Duration::MAX,
                Phase::Gone => return,
            };
            let changed = timeout(bound, self.shared.changed.notified()).await;
            if changed.is_err() && *lock(&self.shared.phase) == phase {
                return;
            }
        }
    }

    /// Goes over to what `next` says, unless that is nothing.
    fn step(&self, next: impl FnOnce(Phase) -> Option<Phase>) {
        let mut phase = lock(&self.shared.phase);
        let Some(after) = next(*phase).filter(|_| *phase != Phase::Gone) else { return };
        let before = std::mem::replace(&mut *phase, after);
        drop(phase);
        if let Phase::Idle(place) = before {
            lock(&self.waiting.line).all.remove(&place);
        }
        self.shared.changed.notify_one();
    }

    fn asks(&self) {
        self.step(|phase| matches!(phase, Phase::Idle(_)).then_some(Phase::Head));
    }

    fn works(&self) {
        self.step(|_| Some(Phase::Request));
    }

    fn answers(&self) {
        self.step(|phase| (phase == Phase::Request).then_some(Phase::Answer));
    }

    /// An answer in pieces is not over while pieces go out.
    fn goes_on(&self) {
        self.step(|phase| matches!(phase, Phase::Idle(_)).then_some(Phase::Answer));
    }

    /// What was to be written has been, for now.
    fn is_flushed(&self) {
        if *lock(&self.shared.phase) != Phase::Answer {
            return;
        }
        // Both at once: whoever takes it out of the line must find it waiting.
        let mut line = lock(&self.waiting.line);
        line.next += 1;
        let place = line.next;
        line.all.insert(place, self.shared.clone());
        *lock(&self.shared.phase) = Phase::Idle(place);
        drop(line);
        self.shared.changed.notify_one();
        self.waiting.one_more.notify_one();
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.step(|_| Some(Phase::Gone));
    }
}

/// A connection whose bytes set its pace.
pub(super) struct Paced<L> {
    line: L,
    pace: Arc<Pace>,
}

impl<L> Paced<L> {
    pub(super) fn new(line: L, pace: Arc<Pace>) -> Self {
        Self { line, pace }
    }
}

impl<L: AsyncRead + Unpin> AsyncRead for Paced<L> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.line).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.pace.asks();
        }
        Poll::Ready(Ok(()))
    }
}

impl<L: AsyncWrite + Unpin> AsyncWrite for Paced<L> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.pace.goes_on();
        Pin::new(&mut self.line).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pace.goes_on();
        Pin::new(&mut self.line).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.line.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.line).poll_flush(cx))?;
        self.pace.is_flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(cx)
    }
}

/// A service whose requests set the pace of their connection.
pub(super) struct Served<S> {
    service: S,
    pace: Arc<Pace>,
}

impl<S> Served<S> {
    pub(super) fn new(service: S, pace: Arc<Pace>) -> Self {
        Self { service, pace }
    }
}

impl<R, S> Service<R> for Served<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn call(&self, request: R) -> Self::Future {
        self.pace.works();
        let (answer, pace) = (self.service.call(request), self.pace.clone());
        Box::pin(async move {
            let answer = answer.await;
            pace.answers();
            answer
        })
    }
}
