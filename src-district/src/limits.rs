//! What the hub spends at most on whoever knocks.

use std::time::Duration;

use daiban_core::sync::address::PlainLines;
use daiban_core::sync::http::LONGEST_LOOK;
use daiban_model::wire;

/// Bounds of connections, bodies, time and work. Past one of them a peer is turned away; the others notice nothing.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue.
    pub connections: usize,
    /// How long the head of a request may take, the first one of a connection with the handshake before it.
    pub head: Duration,
    /// How long a connection that was answered may wait for its next request, while nobody else needs its place. Longer than a
    /// station waits between two looks.
    pub idle: Duration,
    /// How long a connection may live at all, which also bounds how slowly an answer may be taken.
    pub connection: Duration,
    /// The longest pause between two pieces of a body.
    pub pause: Duration,
    /// The longest a request may take as a whole.
    pub request: Duration,
    /// The largest body, in bytes.
    pub body: usize,
    /// Bytes of all bodies held at once. Space is taken as bytes arrive, so an announced size costs nothing.
    pub held: usize,
    /// Requests worked on at once; each takes a thread while the database does.
    pub working: usize,
    /// How long running requests get to finish when the hub is stopped.
    pub farewell: Duration,
    /// Whose connections may go without TLS.
    pub plain: PlainLines,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2048,
            head: Duration::from_secs(15),
            idle: LONGEST_LOOK * 5 / 2,
            connection: Duration::from_mins(10),
            pause: Duration::from_secs(20),
            request: Duration::from_mins(1),
            body: wire::MAX_BODY + 4096,
            held: 256 << 20,
            working: 16,
            farewell: Duration::from_secs(10),
            plain: PlainLines::Loopback,
        }
    }
}
