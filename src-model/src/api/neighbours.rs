//! Exchange with the stations of the neighbourhood.

use serde::{Deserialize, Serialize};

use crate::stamp::Wall;
use crate::wire::NotMet;

/// Which stations are near, and what was exchanged with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetNeighbours {}

/// Switch the exchange with neighbours on or off. Off, nothing listens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetNeighbours {
    /// Which.
    pub switch: Switch,
}

/// Exchange with the station at a typed address now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MeetNeighbour {
    /// As its page shows it: `192.168.1.7:47800`.
    pub address: String,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// How the exchange with neighbours stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbours {
    /// Whether it is switched on.
    pub switch: Switch,
    /// Addresses of this station, to be typed at another one; none while nothing listens.
    pub addresses: Vec<String>,
    /// Stations that were met, or would not be, the latest first.
    pub stations: Vec<NeighbourRow>,
    /// Letters of others that lie here, on their way to the district or home.
    pub carried: u32,
}

/// A station that was met, or would not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeighbourRow {
    /// Its name, from its certificate; empty where that is not of this district.
    pub station: String,
    /// The last time.
    pub at: Wall,
    /// Changes that came from it.
    pub received: u32,
    /// Segments that it took.
    pub given: u32,
    /// Letters that changed hands.
    pub letters: u32,
    /// Names of the divisions that both read; none: only letters are carried.
    pub common: Vec<String>,
    /// A key of the words (`not_met.revoked`): why nothing was exchanged.
    pub why: Option<NotMet>,
}

/// Why there was no meeting at a typed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourFault {
    /// It is not an address.
    BadAddress,
    /// It is not switched on here, or does not listen yet.
    Closed,
    /// Nobody answers there: another address, another network, or it is not switched on there.
    Unreachable,
    /// A station of another district.
    Stranger,
    /// Something answers that is no station.
    NoStation,
}
