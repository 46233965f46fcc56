//! The local line between stations of one neighbourhood (sync.md section 6): who listens, who calls, who is found. Carries bytes and
//! knows by which key the other end is known; what the bytes mean is [`crate::sync::neighbour`]'s.
//!
//! - P1: nothing listens, asks or announces itself unless a person has switched it on and is signed in.
//! - P2: both ends are known by their device keys before a byte of a request goes over, and what is signed inside must be signed by the
//!   same key: nobody passes on what was said to somebody else.
//! - P3: what is announced to everybody on the line is a number drawn for the session and a port: no name, no place, no key.
//! - P4: connections, bodies, time and the number of requests are bounded: a stranger on the line costs little.

pub mod call;
pub mod find;
pub mod listen;

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rustls::{ClientConfig, ServerConfig};

use crate::edge::Edge;
use crate::sync::tls::{self, Expected, Guests, Identity, Running};

/// The path of a request.
pub const PATH: &str = "/v1/meet";
/// The port a station listens at where it is free, so that an address can be typed without one.
pub const PORT: u16 = 47_800;

/// Both ends of a line, as a station's key makes them.
#[derive(Clone)]
pub struct Ends {
    /// For whoever calls.
    pub server: Arc<ServerConfig>,
    /// For calling.
    pub client: Arc<ClientConfig>,
    /// What the station is found by: a number of the session, which says nothing. P3.
    pub number: [u8; 8],
}

impl Ends {
    /// The ends of a station.
    pub fn of(key: &SigningKey, edge: Arc<dyn Edge>, number: [u8; 8]) -> Result<Self, rustls::Error> {
        let (own, time) = (Identity::of(key)?, Running::by(edge));
        let server = Arc::new(tls::server(&own, Guests::Keyed, time.clone())?);
        let client = Arc::new(tls::client(Expected::Anyone, Some(&own), time)?);
        Ok(Self { server, client, number })
    }
}
