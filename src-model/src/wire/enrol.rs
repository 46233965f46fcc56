//! How a station becomes known, and what the district publishes.

use serde::{Deserialize, Serialize};

use super::{Epoch, Sig, Signed};
use crate::ids::DeviceId;

/// The answer to `POST /v1/hello`, asked without a word before a code is shown. It counts when the code's check fits the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The district's root key.
    pub root: [u8; 32],
    /// The hub's certificate, signed by the root.
    pub hub: Signed,
}

/// `POST /v1/enrol`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The one-time code, as typed, without separators.
    pub code: String,
    /// The device's new key.
    pub device: DeviceId,
    /// Over a domain word, the code and the key: proof that the device holds the secret half.
    pub sig: Sig,
}

/// The hub's answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnrolReply {
    /// Welcome.
    Welcome(Box<Welcome>),
    /// The code is unknown, used or too old.
    BadCode,
}

/// What a new station gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The district's root key, pinned from now on.
    pub root: [u8; 32],
    /// The hub's certificate, signed by the root.
    pub hub: Signed,
    /// The device's certificate, signed by the root.
    pub certificate: Signed,
    /// The hub's present history.
    pub epoch: Epoch,
    /// Published packages, signed by the root.
    pub packages: Vec<Signed>,
    /// The hub's time.
    pub hub_ms: u64,
}

/// Something the district publishes: dated, versioned, one writer (design.md idea 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// What it is.
    pub kind: PackageKind,
    /// Rises with each publication of the kind.
    pub version: u32,
    /// JSON of the kind's own type, zstd-compressed.
    pub content: Vec<u8>,
}

/// Kinds of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageKind {
    /// Divisions and service points.
    Organisation,
    /// People.
    Roster,
    /// Items.
    Catalogue,
    /// Holidays and make-up days.
    Calendar,
    /// Devices that are not to be trusted any more: a list of [`super::Revocation`].
    Revocations,
    /// One-thing bundles.
    Bundles,
}

impl PackageKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Organisation, Self::Roster, Self::Catalogue, Self::Calendar, Self::Revocations, Self::Bundles];
}

/// `POST /v1/packages`: an [`super::Envelope`] around this, answered with an envelope around `Vec<Signed>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagesRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The versions the device has.
    pub have: Vec<(PackageKind, u32)>,
}
