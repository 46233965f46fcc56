//! Runs of changes, sealed by their device, and the certificates that give devices leave.

use serde::{Deserialize, Serialize};

use super::{Hash, MAX_RECORDS, Sig, at_most};
use crate::ids::{AgentId, DeviceId, ScopeCode};
use crate::stamp::Hlc;

/// A document's identity on the wire: the uuid of what it is about.
pub type DocId = [u8; 16];

/// One change of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The document.
    pub doc: DocId,
    /// The change, packed: see the engine's `doc::packed`.
    pub change: Vec<u8>,
}

/// What a device says about a run of records of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`super::VERSION`].
    pub version: u8,
    /// The writing device.
    pub device: DeviceId,
    /// Rises when the device was restored, re-imaged or copied.
    pub incarnation: u32,
    /// The one scope of all records.
    pub scope: ScopeCode,
    /// 1, 2, 3 … per device, incarnation and scope.
    pub number: u32,
    /// Root of the segment before; zeros for the first.
    pub prev: Hash,
    /// The device's clock at sealing.
    pub hlc: Hlc,
    /// Who was signed in at sealing.
    pub agent: AgentId,
    /// How many records.
    pub count: u32,
}

/// A run of records, sealed by its device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The header.
    pub header: Header,
    /// The records, in the order they were made.
    #[serde(deserialize_with = "at_most::<_, _, MAX_RECORDS>")]
    pub records: Vec<Record>,
    /// Over the root.
    pub sig: Sig,
}

/// What names a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SegmentKey {
    /// The writing device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: u32,
    /// The scope.
    pub scope: ScopeCode,
    /// The number.
    pub number: u32,
}

impl Header {
    /// What names the segment.
    pub fn key(&self) -> SegmentKey {
        let Self { device, incarnation, scope, number, .. } = *self;
        SegmentKey { device, incarnation, scope, number }
    }
}

/// The device number of the hub: it writes what it alone decides, and no case.
pub const HUB_NO: u8 = 0;

/// Leave of a device to write for some scopes, signed by the district's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The device's key.
    pub device: DeviceId,
    /// The station's name, as on slips.
    pub station: String,
    /// The unit it stands for.
    pub unit: ScopeCode,
    /// Divisions it reads and writes; each covers what lies below it.
    pub scopes: Vec<ScopeCode>,
    /// The two digits in its case numbers (R77); [`HUB_NO`] is the hub's own, which gives none.
    pub device_no: u8,
    /// Not valid after this time, in milliseconds since 1970.
    pub not_after: u64,
    /// Rises with each certificate the district gives.
    pub serial: u32,
}

/// The hub's own key, signed by the district's root; the hub signs receipts and replies with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubCertificate {
    /// The hub's key.
    pub key: [u8; 32],
    /// Not valid after this time, in milliseconds since 1970.
    pub not_after: u64,
}
