//! Whose segments may be brought, and by whom: the same at the hub and between neighbours.

use std::collections::HashMap;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{self, Certificate, Hash, Revocation, Segment, SegmentKey, Why};

use super::segment;
use crate::doc::{self, Meta};

/// A device whose segments somebody brings.
pub(crate) struct Writer {
    pub(crate) certificate: Certificate,
    /// Of one that was revoked: its segments up to there stay valid.
    pub(crate) revocation: Option<Revocation>,
    /// Of one that does not bring its segments itself: not valid after this time by its own clock.
    pub(crate) not_after: Option<u64>,
    /// Divisions it said to have erased, with its last segments in them.
    pub(crate) left: Vec<(ScopeCode, Vec<SegmentKey>)>,
}

/// Those whose segments may be brought.
pub(crate) type Writers = HashMap<DeviceId, Writer>;

impl Writer {
    /// Whether the device signed this, in time and for a scope it may write. Gives the root.
    pub(crate) fn check(&self, segment: &Segment) -> Result<Hash, Why> {
        let (root, key) = (segment::check(segment, &self.certificate)?, segment.header.key());
        if self.revocation.as_ref().is_some_and(|one| !one.leaves_valid(&key)) {
            return Err(Why::Revoked);
        }
        if self.left.iter().any(|(scope, last)| scope.covers(key.scope) && !wire::is_within(last, &key)) {
            return Err(Why::OutOfScope);
        }
        match self.not_after {
            Some(not_after) if segment.header.hlc.ms > not_after => Err(Why::Expired),
            _ => Ok(root),
        }
    }
}

/// A record: its document, what its change says of itself, the change.
pub(crate) type Described = (wire::DocId, Meta, Vec<u8>);

/// Every record with what its change says of itself; `None` when one is not a change.
pub(crate) fn described(segment: &Segment) -> Option<Vec<Described>> {
    let describe = |record: &wire::Record| {
        let raw = doc::unpack(&record.change);
        Some((record.doc, doc::parse(&raw).ok()?, raw))
    };
    segment.records.iter().map(describe).collect()
}
