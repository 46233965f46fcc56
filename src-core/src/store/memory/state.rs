//! What the store holds: the tables of the database as maps.

use std::collections::BTreeMap;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{Cursor, DocId, Hash, SegmentKey};

use crate::store::{
    ActorRow, CaseRecord, DeviceRow, DocState, PeerId, PersonRecord, Placed, Quarantined, Receipted, Snapshot,
    StoredChange, StoredSegment,
};

/// Rows are numbers that rise as things are stored.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) segments: BTreeMap<SegmentKey, StoredSegment>,
    pub(super) segment_rows: BTreeMap<u64, SegmentKey>,
    pub(super) changes: BTreeMap<u64, StoredChange>,
    pub(super) by_hash: BTreeMap<(Hash, DocId), u64>,
    pub(super) by_actor: BTreeMap<(DocId, [u8; 16], u64), u64>,
    pub(super) by_doc: BTreeMap<(DocId, u64), ()>,
    pub(super) records: BTreeMap<(SegmentKey, u32), u64>,
    pub(super) docs: BTreeMap<DocId, DocState>,
    pub(super) reached: BTreeMap<DocId, u64>,
    pub(super) snapshots: BTreeMap<DocId, (u64, Snapshot)>,
    pub(super) feed: BTreeMap<(ScopeCode, u64), Placed>,
    pub(super) places: BTreeMap<SegmentKey, Placed>,
    pub(super) ends: BTreeMap<ScopeCode, Cursor>,
    pub(super) outbox: BTreeMap<u64, Option<SegmentKey>>,
    pub(super) sealed: BTreeMap<SegmentKey, SealedSegment>,
    pub(super) receipted: BTreeMap<u64, SegmentKey>,
    pub(super) cursors: BTreeMap<(PeerId, ScopeCode), Cursor>,
    pub(super) devices: BTreeMap<DeviceId, DeviceRow>,
    pub(super) actors: BTreeMap<[u8; 16], ActorRow>,
    pub(super) homes: BTreeMap<DocId, ScopeCode>,
    pub(super) quarantine: BTreeMap<u64, Quarantined>,
    pub(super) pending: BTreeMap<SegmentKey, Vec<u8>>,
    pub(super) states: BTreeMap<String, Vec<u8>>,
    pub(super) cases: BTreeMap<u64, CaseRecord>,
    pub(super) case_rows: BTreeMap<DocId, u64>,
    pub(super) people: BTreeMap<u64, PersonRecord>,
    pub(super) people_rows: BTreeMap<DocId, u64>,
}

/// An own segment on its way.
#[derive(Clone)]
pub(super) struct SealedSegment {
    pub(super) changes: u32,
    pub(super) receipt: Option<Receipted>,
}

/// The row after the last.
pub(super) fn next_row<V>(map: &BTreeMap<u64, V>) -> u64 {
    map.last_key_value().map_or(1, |(last, _)| last + 1)
}
