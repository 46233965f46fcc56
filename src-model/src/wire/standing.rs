//! `POST /v1/standing`: how a device stands with the district. It says what it has; it is told what is newer.
//!
//! Asked when the hub answers an exchange with [`super::Packages::Changed`]. A hub that does not know this road answers as to any unknown
//! one, and the device asks `POST /v1/packages` as before; a device that does not know it goes on asking that, and keeps the
//! certificate it has until it is brought up to date.

use serde::{Deserialize, Serialize};

use super::{Cursor, Hash, PackageKind, Signed, at_most};
use crate::ids::{AgentId, DeviceId, ScopeCode};

/// Most kinds of packages a device names, and most orders it answers at once.
const MAX_NAMED: usize = 64;
/// Most feeds that an order or its answer names.
const MAX_FEEDS: usize = 4096;

/// What a device has, signed by it as an exchange is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// Versions of the published packages it has.
    #[serde(deserialize_with = "at_most::<_, _, MAX_NAMED>")]
    pub have: Vec<(PackageKind, u32)>,
    /// The serial number of the last certificate all of whose consequences it has carried out: one less than that of its first order that
    /// is still open, else that of the certificate it has.
    pub serial: u32,
    /// Its words: that it carried out an order, a [`Forgot`] that it signed; that it goes on from another device, a [`Succeeds`] that the
    /// other one's key signed.
    #[serde(deserialize_with = "at_most::<_, _, MAX_NAMED>")]
    pub done: Vec<Signed>,
}

/// What is newer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Packages, signed by the root.
    pub packages: Vec<Signed>,
    /// The device's certificate, signed by the root.
    pub certificate: Option<Signed>,
    /// Orders that came with it or with an earlier one: each a [`Forget`] signed by the hub.
    pub orders: Vec<Signed>,
}

/// The district takes a division away from a device: what is here of it is to be erased, once nothing of it is owed any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forget {
    /// The device.
    pub device: DeviceId,
    /// The division; what lies below it too, as far as the certificate does not go on covering it.
    pub scope: ScopeCode,
    /// The serial number of the certificate that does not cover it any more.
    pub serial: u32,
    /// How far the feeds of the division stood at the hub.
    #[serde(deserialize_with = "at_most::<_, _, MAX_FEEDS>")]
    pub ends: Vec<Cursor>,
    /// When, by the hub's time, in milliseconds since 1970.
    pub hub_ms: u64,
}

/// The district's second order to a revoked device: it makes what it holds unreadable for good. Signed by the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroy {
    /// The device.
    pub device: DeviceId,
    /// The two people who decided it, by their staff numbers.
    pub by: [AgentId; 2],
    /// When, by the hub's time, in milliseconds since 1970.
    pub hub_ms: u64,
}

/// A device's word that it has erased a division. All that is left of it there is this, and the hashes of what the device itself signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgot {
    /// The order's hash.
    pub order: Hash,
    /// The device.
    pub device: DeviceId,
    /// The division.
    pub scope: ScopeCode,
    /// How far it had read each feed that it erased: the chain hash there stands for all that was in it.
    #[serde(deserialize_with = "at_most::<_, _, MAX_FEEDS>")]
    pub erased: Vec<Cursor>,
    /// How many documents went.
    pub documents: u32,
    /// When, by the device's clock, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The word of a device that goes on from another one's backup, signed by that other one's key: whoever holds it has all that was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succeeds {
    /// The device that is retired.
    pub from: DeviceId,
    /// The device that goes on.
    pub to: DeviceId,
}
