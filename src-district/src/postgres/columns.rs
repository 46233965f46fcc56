//! Values as they stand in columns.

use daiban_core::store::{Placed, Records, StoreError, StoredSegment};
use daiban_model::ids::{AgentId, DeviceId, ScopeCode};
use daiban_model::stamp::Hlc;
use daiban_model::wire::{Hash, Header, SegmentKey, Sig};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::fault::Trouble;

const DAMAGED: StoreError = StoreError::Damaged { what: "column" };

/// A value as the driver reads it.
pub(super) fn value<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, StoreError> {
    row.try_get(at).map_err(|_| DAMAGED)
}

/// A number of a column that holds numbers of eight bytes.
pub(super) fn number<T: TryFrom<i64>>(row: &Row, at: usize) -> Result<T, StoreError> {
    T::try_from(value::<i64>(row, at)?).map_err(|_| DAMAGED)
}

/// The same where there may be none.
pub(super) fn number_if<T: TryFrom<i64>>(row: &Row, at: usize) -> Result<Option<T>, StoreError> {
    value::<Option<i64>>(row, at)?.map(|found| T::try_from(found).map_err(|_| DAMAGED)).transpose()
}

/// Bytes of a known length.
pub(super) fn bytes<const N: usize>(row: &Row, at: usize) -> Result<[u8; N], StoreError> {
    sized(value(row, at)?)
}

fn sized<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| DAMAGED)
}

/// A hash.
pub(super) fn hash(row: &Row, at: usize) -> Result<Hash, StoreError> {
    bytes(row, at).map(Hash)
}

/// A number of which nothing is asked but that it comes back, on its way into a column.
pub(super) fn bits(number: u64) -> i64 {
    number.cast_signed()
}

/// A number that went through [`bits`].
pub(super) fn from_bits(row: &Row, at: usize) -> Result<u64, StoreError> {
    value::<i64>(row, at).map(i64::cast_unsigned)
}

/// A number on its way into a column.
pub(super) fn int(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| Trouble::TooLarge.into())
}

/// A bound that may be larger than any number in a column.
pub(super) fn bound(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A scope on its way into a column: twelve digits.
pub(super) fn scope_number(scope: ScopeCode) -> i64 {
    i64::try_from(scope.number()).unwrap_or(i64::MAX)
}

/// The first and last numbers of a division and of what lies below it.
pub(super) fn span(scope: ScopeCode) -> (i64, i64) {
    let span = scope.span();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    (number(*span.start()), number(*span.end()))
}

/// A scope.
pub(super) fn scope(row: &Row, at: usize) -> Result<ScopeCode, StoreError> {
    let number: i64 = value(row, at)?;
    format!("{number:012}").parse().map_err(|_| StoreError::Damaged { what: "scope" })
}

/// A staff number.
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
pub(super) fn segment_key(row: &Row, at: usize) -> Result<SegmentKey, StoreError> {
    Ok(SegmentKey {
        device: DeviceId(bytes(row, at)?),
        incarnation: number(row, at + 1)?,
        scope: scope(row, at + 2)?,
        number: number(row, at + 3)?,
    })
}

/// The columns read by [`frame`]; the table is called `s`, its place, if any, `f`.
macro_rules! frame_columns {
    () => {
        "s.id, s.device, s.incarnation, s.scope, s.number, s.version, s.prev, s.root, s.sig, s.hlc_ms, s.hlc_counter, \
         s.agent, s.count, s.received_ms, f.seq, f.chain"
    };
}
pub(super) use frame_columns;

/// How many columns [`frame_columns`] are.
pub(super) const FRAME: usize = 16;

/// A frame, and its place if it has one.
pub(super) fn frame(row: &Row) -> Result<(StoredSegment, Option<Placed>), StoreError> {
    let key = segment_key(row, 1)?;
    let header = Header {
        version: u8::try_from(value::<i16>(row, 5)?).map_err(|_| DAMAGED)?,
        device: key.device,
        incarnation: key.incarnation,
        scope: key.scope,
        number: key.number,
        prev: hash(row, 6)?,
        hlc: Hlc { ms: from_bits(row, 9)?, counter: u16::try_from(value::<i32>(row, 10)?).map_err(|_| DAMAGED)? },
        agent: agent(value(row, 11)?)?,
        count: number(row, 12)?,
    };
    let segment =
        StoredSegment { header, root: hash(row, 7)?, sig: Sig(bytes(row, 8)?), received_ms: number(row, 13)? };
    let place = match (number_if(row, 14)?, value::<Option<&[u8]>>(row, 15)?) {
        (Some(seq), Some(chain)) => Some(Placed { key, seq, chain: Hash(sized(chain)?) }),
        _ => None,
    };
    Ok((segment, place))
}

/// What the segment `s` carries, in order, as three lists beside its frame; read by [`records`].
macro_rules! carried {
    () => {
        " LEFT JOIN LATERAL (
            SELECT array_agg(o.doc) AS docs, array_agg(o.hash) AS hashes, array_agg(o.bytes) AS changes,
                   sum(octet_length(o.bytes)) AS size
            FROM (
                SELECT c.doc, c.hash, c.bytes FROM record r JOIN change c ON c.id = r.change
                WHERE r.segment = s.id ORDER BY r.ordinal
            ) o
         ) k ON TRUE "
    };
}
pub(super) use carried;

/// Records from three lists that begin at a column.
pub(super) fn records(row: &Row, at: usize) -> Result<Records, StoreError> {
    let list = |at: usize| value::<Option<Vec<&[u8]>>>(row, at).map(Option::unwrap_or_default);
    let (docs, hashes, changes) = (list(at)?, list(at + 1)?, list(at + 2)?);
    let one = |((doc, hash), change): ((&&[u8], &&[u8]), &&[u8])| {
        Ok::<_, StoreError>((sized(doc)?, Hash(sized(hash)?), change.to_vec()))
    };
    docs.iter().zip(&hashes).zip(&changes).map(one).collect()
}
