//! Values as they stand in columns.

use daiban_model::ids::{AgentId, DeviceId, ScopeCode};
use daiban_model::stamp::Hlc;
use daiban_model::wire::{Hash, Header, SegmentKey, Sig};
use rusqlite::Row;

use crate::store::{Placed, StoreError, StoredSegment};

/// A scope from its number.
pub(super) fn scope(number: u64) -> Result<ScopeCode, StoreError> {
    format!("{number:012}").parse().map_err(|_| StoreError::Damaged { what: "scope" })
}

/// A staff number from its text.
pub(super) fn agent(text: &str) -> Result<AgentId, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged { what: "agent" })
}

/// Hashes one after the other.
pub(super) fn hashes(bytes: &[u8]) -> Result<Vec<Hash>, StoreError> {
    let (chunks, []) = bytes.as_chunks::<32>() else { return Err(StoreError::Damaged { what: "heads" }) };
    Ok(chunks.iter().copied().map(Hash).collect())
}

/// The bytes of [`hashes`].
pub(super) fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// A segment's key from four columns.
pub(super) fn segment_key(row: &Row<'_>, at: usize) -> Result<SegmentKey, StoreError> {
    Ok(SegmentKey {
        device: DeviceId(row.get(at)?),
        incarnation: row.get(at + 1)?,
        scope: scope(row.get(at + 2)?)?,
        number: row.get(at + 3)?,
    })
}

/// The columns read by [`frame`]; the table is called `s`, its place, if any, `f`.
macro_rules! frame_columns {
    () => {
        "s.row, s.device, s.incarnation, s.scope, s.number, s.version, s.prev, s.root, s.sig, s.hlc_ms, s.hlc_counter, \
         s.agent, s.count, s.received_ms, f.seq, f.chain"
    };
}
pub(super) use frame_columns;

/// A segment's row, its frame, and its place if it has one.
pub(super) fn frame(row: &Row<'_>) -> Result<(i64, StoredSegment, Option<Placed>), StoreError> {
    let key = segment_key(row, 1)?;
    let header = Header {
        version: row.get(5)?,
        device: key.device,
        incarnation: key.incarnation,
        scope: key.scope,
        number: key.number,
        prev: Hash(row.get(6)?),
        hlc: Hlc { ms: row.get(9)?, counter: row.get(10)? },
        agent: agent(&row.get::<_, String>(11)?)?,
        count: row.get(12)?,
    };
    let segment = StoredSegment { header, root: Hash(row.get(7)?), sig: Sig(row.get(8)?), received_ms: row.get(13)? };
    let place = match (row.get(14)?, row.get(15)?) {
        (Some(seq), Some(chain)) => Some(Placed { key, seq, chain: Hash(chain) }),
        _ => None,
    };
    Ok((row.get(0)?, segment, place))
}
