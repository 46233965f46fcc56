//! `POST /v1/repair`: a hub that went back to a backup, or a feed that does not fit, is filled again by those who have it.

use serde::{Deserialize, Serialize};

use super::{Epoch, Nonce, PackageKind, Refused, Segment, SegmentKey, Signed};
use crate::ids::{DeviceId, ScopeCode};

/// What a device asks, signed by it as an exchange is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRequest {
    /// [`super::VERSION`].
    pub version: u8,
    /// The last nonce received.
    pub nonce: Nonce,
    /// Versions of the published packages the device has.
    pub have: Vec<(PackageKind, u32)>,
    /// Packages the hub asked for, and always the list of revocations: the hub may have forgotten some.
    pub packages: Vec<Signed>,
    /// Scopes to be compared.
    pub scopes: Vec<Compared>,
    /// Certificates of the devices whose segments come along, signed by the root; the device's own one when the hub does not know
    /// it.
    pub certificates: Vec<Signed>,
    /// Segments the hub lacks, of this and of other devices.
    pub segments: Vec<Segment>,
}

/// One message of a comparison of two sets of segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The scope.
    pub scope: ScopeCode,
    /// The place up to which both feeds are known to be equal; only what lies beyond is compared.
    pub from: u64,
    /// The message, in the form of the reconciliation protocol.
    pub message: Vec<u8>,
}

/// The hub's answer to a repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairReply {
    /// What came of it.
    pub outcome: RepairOutcome,
    /// The hub's time.
    pub hub_ms: u64,
    /// For the next request.
    pub nonce: Nonce,
    /// The hub's present history.
    pub epoch: Epoch,
}

/// What came of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RepairOutcome {
    /// Done.
    Done(Box<Repaired>),
    /// The nonce was unknown or old: ask again with the new one. Nothing was taken.
    StaleNonce,
    /// The device was revoked.
    Revoked,
}

/// What a repair brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Repaired {
    /// One for each segment taken.
    pub receipts: Vec<Signed>,
    /// Segments not taken, and why.
    pub refused: Vec<Refused>,
    /// Answers to the comparisons.
    pub scopes: Vec<Compared>,
    /// Packages the hub lacks in the version the device has.
    pub wanted: Vec<PackageKind>,
}

/// A device that was revoked; the list of all of them is a published package, so that a hub that forgot hears of it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The device.
    pub device: DeviceId,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The last valid segment of each incarnation and scope: those and earlier ones stay valid, nothing later is.
    pub valid: Vec<SegmentKey>,
}

impl Revocation {
    /// Whether a segment of the device was written in time.
    pub fn leaves_valid(&self, key: &SegmentKey) -> bool {
        is_within(&self.valid, key)
    }
}

/// Whether a segment is not later than the last one of its line among these.
pub fn is_within(last: &[SegmentKey], key: &SegmentKey) -> bool {
    let line = |last: &SegmentKey| (last.device, last.incarnation, last.scope);
    last.iter().any(|last| line(last) == line(key) && key.number <= last.number)
}
