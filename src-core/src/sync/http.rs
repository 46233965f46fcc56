//! The road over HTTP: posts bytes, gets bytes, says plainly what went wrong. Knows nothing of what it carries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daiban_model::stamp::Wall;
use daiban_model::wire::MAX_BODY;

use super::address::{Address, PlainLines, Way};
use super::public::{self, Authorities};
use super::tls::{self, Expected, TlsFault, Told};

/// Why a road did not lead there. Offline is not a fault of anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoadFault {
    /// The address is not one.
    #[error("not an address")]
    BadAddress,
    /// Nobody answered in time.
    #[error("nobody answered")]
    Unreachable,
    /// The hub does not know this device (401).
    #[error("the hub does not know this device")]
    UnknownDevice,
    /// The hub reported a fault of its own (5xx).
    #[error("the hub reported a fault of its own")]
    HubFault,
    /// Something answered that is not the hub's protocol.
    #[error("the answer is not of the protocol")]
    Garbled,
    /// The one who answered does not hold the hub's key, or has no certificate for this name. Nothing was said to them.
    #[error("somebody else answered")]
    OtherHub,
    /// The one who answered does not speak TLS. Nothing was said to them.
    #[error("what answered does not speak TLS")]
    NoTls,
    /// The certificate has run out, by the time this station takes for the right one.
    #[error("the certificate has run out")]
    Dates,
}

impl From<TlsFault> for RoadFault {
    fn from(fault: TlsFault) -> Self {
        match fault {
            TlsFault::OtherPeer => Self::OtherHub,
            TlsFault::NoTls => Self::NoTls,
            TlsFault::Dates => Self::Dates,
        }
    }
}

/// Where bytes are posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
    /// `/v1/hello`
    Hello,
    /// `/v1/enrol`
    Enrol,
    /// `/v1/exchange`
    Exchange,
    /// `/v1/packages`
    Packages,
    /// `/v1/files`
    Files,
    /// `/v1/repair`
    Repair,
    /// `/v1/recovery`
    Recovery,
    /// `/v1/standing`
    Standing,
    /// `/v1/letter`
    Letter,
}

impl Road {
    /// The path at the hub.
    pub fn path(self) -> &'static str {
        match self {
            Self::Hello => "/v1/hello",
            Self::Enrol => "/v1/enrol",
            Self::Exchange => "/v1/exchange",
            Self::Packages => "/v1/packages",
            Self::Files => "/v1/files",
            Self::Repair => "/v1/repair",
            Self::Recovery => "/v1/recovery",
            Self::Standing => "/v1/standing",
            Self::Letter => "/v1/letter",
        }
    }
}

/// A hub to go to, and by what it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its address as it was typed, see [`Address`].
    pub hub: String,
    /// Who must answer there, where the address goes by the hub's key.
    pub expected: Expected,
    /// The time by which certificates are judged: this machine's, or the last the hub signed where the machine's is plainly wrong.
    pub time: Wall,
}

/// Carries bytes to a hub and back. The engine knows no other way out; simulations have their own.
pub trait Carrier: Send + Sync + 'static {
    /// Posts a body; answers the body that came back.
    fn post(&self, to: &Place, road: Road, body: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, RoadFault>> + Send;
}

/// The carrier over HTTP and TLS. Connections stay open between the requests of a run; after that, TLS is taken up again where it was.
#[derive(Debug, Clone)]
pub struct Http {
    plain: PlainLines,
    authorities: Authorities,
    time: Told,
    clients: Arc<Mutex<HashMap<Known, reqwest::Client>>>,
}

/// By what a peer is known: each has connections of its own, so that none is taken for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Known {
    Nothing,
    Key(Expected),
    Authority,
}

/// What a hub's answers are marked as.
pub const CONTENT_TYPE: &str = "application/vnd.daiban";
/// A slow line needs patience: the whole request may take this long.
const PATIENCE: Duration = Duration::from_secs(120);
/// But nobody waits this long for a hub that is not there.
const CONNECT: Duration = Duration::from_secs(10);
/// How often a station looks for news when nothing happens there. The hub keeps a connection open for longer, so that a look does not have to
/// pay for another one.
pub const LONGEST_LOOK: Duration = Duration::from_secs(30);
/// How long a connection is kept without use: less than the hub does, so that none is used that the hub is just closing.
const KEPT: Duration = Duration::from_mins(1);
/// Peers whose connections are kept. A station knows one, and two while it is enrolled.
const PEERS: usize = 8;

impl Http {
    /// A carrier with its own connections, which trusts the public authorities that this system trusts.
    pub fn new(plain: PlainLines) -> Self {
        Self::with(plain, Authorities::System)
    }

    /// The same with other public authorities.
    pub fn with(plain: PlainLines, authorities: Authorities) -> Self {
        Self { plain, authorities, time: Told::default(), clients: Arc::default() }
    }

    fn client(&self, known: Known) -> Result<reqwest::Client, RoadFault> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&known) {
            return Ok(client.clone());
        }
        let time = Arc::new(self.time.clone());
        let tls = match known {
            Known::Key(expected) => tls::client(expected, None, time),
            Known::Authority => public::client(&self.authorities, time),
            // Without TLS nothing of this is used.
            Known::Nothing => tls::client(Expected::Anyone, None, time),
        };
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .pool_idle_timeout(KEPT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(tls.map_err(|_| RoadFault::OtherHub)?)
            .build()
            .map_err(|_| RoadFault::BadAddress)?;
        if clients.len() >= PEERS {
            clients.clear();
        }
        clients.insert(known, client.clone());
        Ok(client)
    }
}

impl Carrier for Http {
    async fn post(&self, to: &Place, road: Road, body: Vec<u8>) -> Result<Vec<u8>, RoadFault> {
        let address = Address::read(&to.hub, self.plain)?;
        let known = match address.way() {
            Way::Plain => Known::Nothing,
            Way::Pinned => Known::Key(to.expected),
            Way::Public => Known::Authority,
        };
        self.time.tell(to.time);
        let request = self.client(known)?.post(address.at(road.path())?).header("content-type", CONTENT_TYPE);
        let sent = request.body(body).send().await;
        let mut answer =
            sent.map_err(|fault| TlsFault::behind(&fault).map_or(RoadFault::Unreachable, RoadFault::from))?;
        match answer.status().as_u16() {
            200 => {}
            401 => return Err(RoadFault::UnknownDevice),
            // Too slow, too many, or a fault of its own: all of them mean later.
            408 | 429 | 500..=599 => return Err(RoadFault::HubFault),
            _ => return Err(RoadFault::Garbled),
        }
        let mut whole = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|_| RoadFault::Unreachable)? {
            if whole.len() + part.len() > MAX_BODY {
                return Err(RoadFault::Garbled);
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole)
    }
}
