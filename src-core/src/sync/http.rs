//! The road over HTTP: posts bytes, gets bytes, says plainly what went wrong. Knows nothing of what it carries.

use std::time::Duration;

use daiban_model::wire::MAX_BODY;

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
}

/// Where bytes are posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
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
    /// `/v1/letter`
    Letter,
}

impl Road {
    /// The path at the hub.
    pub fn path(self) -> &'static str {
        match self {
            Self::Enrol => "/v1/enrol",
            Self::Exchange => "/v1/exchange",
            Self::Packages => "/v1/packages",
            Self::Files => "/v1/files",
            Self::Repair => "/v1/repair",
            Self::Recovery => "/v1/recovery",
            Self::Letter => "/v1/letter",
        }
    }
}

/// Carries bytes to a hub and back. The engine knows no other way out; simulations have their own.
pub trait Carrier: Send + Sync + 'static {
    /// Posts a body; answers the body that came back.
    fn post(&self, hub: &str, road: Road, body: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, RoadFault>> + Send;
}

/// The carrier over HTTP(S).
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

/// What a hub's answers are marked as.
pub const CONTENT_TYPE: &str = "application/vnd.daiban";
/// A slow line needs patience: the whole request may take this long.
const PATIENCE: Duration = Duration::from_secs(120);
/// But nobody waits this long for a hub that is not there.
const CONNECT: Duration = Duration::from_secs(10);

impl Http {
    /// A carrier with its own connections.
    pub fn new() -> Result<Self, RoadFault> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| RoadFault::BadAddress)?;
        Ok(Self { client })
    }
}

impl Carrier for Http {
    async fn post(&self, hub: &str, road: Road, body: Vec<u8>) -> Result<Vec<u8>, RoadFault> {
        let url = reqwest::Url::parse(hub).and_then(|url| url.join(road.path())).map_err(|_| RoadFault::BadAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RoadFault::BadAddress);
        }
        let sent = self.client.post(url).header("content-type", CONTENT_TYPE).body(body).send().await;
        let mut answer = sent.map_err(|_| RoadFault::Unreachable)?;
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
