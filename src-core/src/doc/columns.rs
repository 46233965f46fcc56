//! The layout of a packed change, read with suspicion and without the document library: where its parts lie, and how much they claim.

use std::ops::Range;

/// The number of the column that holds what was written, and its kind: see the format's `value raw`.
const TEXTS: u64 = 0x57;

/// Where a packed change names the changes it rests on, and where it holds the texts that were written. Only lengths are read
/// and nothing is believed: bytes of another shape have two empty ranges at their end.
pub fn cuts(packed: &[u8]) -> (Range<usize>, Range<usize>) {
    let fits = |(deps, texts): &(Range<usize>, Range<usize>)| deps.end <= texts.start && texts.end <= packed.len();
    let none = packed.len()..packed.len();
    found(packed).filter(fits).unwrap_or((none.clone(), none))
}

/// Kind, length, rests-on, actor, number, first operation, time, message, other actors, columns with their lengths, columns.
fn found(packed: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let Layout { deps, columns } = layout(packed)?;
    let (_, texts) = columns.into_iter().find(|(column, _)| *column == TEXTS)?;
    Some((deps, texts))
}

/// Where the parts of a packed change lie.
struct Layout {
    deps: Range<usize>,
    /// Each column's number, with its kind in the lowest bits, and its place.
    columns: Vec<(u64, Range<usize>)>,
}

fn layout(packed: &[u8]) -> Option<Layout> {
    let mut at = 1;
    number(packed, &mut at)?;
    let count = number(packed, &mut at)?;
    let start = at;
    skip(&mut at, count.checked_mul(32)?)?;
    let deps = start..at;
    skip_sized(packed, &mut at)?;
    for _ in 0..3 {
        number(packed, &mut at)?;
    }
    skip_sized(packed, &mut at)?;
    for _ in 0..number(packed, &mut at)? {
        skip_sized(packed, &mut at)?;
    }
    let (mut named, mut columns) = (Vec::new(), Vec::new());
    for _ in 0..number(packed, &mut at)? {
        named.push((number(packed, &mut at)?, number(packed, &mut at)?));
    }
    for (column, length) in named {
        let start = at;
        skip(&mut at, length)?;
        columns.push((column, start..at));
    }
    Some(Layout { deps, columns })
}

/// Most operations of one change. The largest that this program makes has about a hundred.
const MAX_OPERATIONS: u64 = 4096;

/// Whether no column says that it has more entries than a change may have operations. Columns tell repetitions by their number: a
/// few bytes can mean a million million entries, and the library goes through all of them. Bytes of another shape are not bounded.
pub(super) fn are_bounded(packed: &[u8]) -> bool {
    let Some(Layout { columns, .. }) = layout(packed) else { return false };
    columns.into_iter().all(|(column, place)| {
        let entries = packed.get(place).and_then(|bytes| entries(column & 7, bytes));
        entries.is_some_and(|entries| entries <= MAX_OPERATIONS)
    })
}

/// How many entries a column has, by its kind: the automerge binary format, sections on column types. Stops where there are too many.
fn entries(kind: u64, bytes: &[u8]) -> Option<u64> {
    let (mut at, mut total) = (0, 0_u64);
    while kind != RAW && at < bytes.len() && total <= MAX_OPERATIONS {
        let count = match kind {
            // How many entries are false, then how many true, and so on.
            BOOLEAN => number(bytes, &mut at)?,
            _ => match signed(bytes, &mut at)? {
                0 => number(bytes, &mut at)?,
                run if run > 0 => {
                    value(kind, bytes, &mut at)?;
                    run.unsigned_abs()
                }
                literal => {
                    let count = literal.unsigned_abs().min(MAX_OPERATIONS + 1);
                    for _ in 0..count {
                        value(kind, bytes, &mut at)?;
                    }
                    count
                }
            },
        };
        total = total.saturating_add(count);
    }
    Some(total)
}

/// Kinds of columns that are not runs of numbers.
const BOOLEAN: u64 = 4;
const STRING: u64 = 5;
const RAW: u64 = 7;

/// Past one value of a column.
fn value(kind: u64, bytes: &[u8], at: &mut usize) -> Option<()> {
    match kind {
        STRING => skip_sized(bytes, at).filter(|()| *at <= bytes.len()),
        // A signed number takes as many bytes as an unsigned one of the same look.
        _ => number(bytes, at).map(drop),
    }
}

/// A signed number in LEB128.
fn signed(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut number = 0_i64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= i64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let negative = byte & 0x40 != 0 && shift + 7 < 64;
            return Some(if negative { number | (-1_i64 << (shift + 7)) } else { number });
        }
    }
    None
}

/// A number in LEB128.
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn skip(at: &mut usize, length: u64) -> Option<()> {
    *at = at.checked_add(usize::try_from(length).ok()?)?;
    Some(())
}

/// Past a length and as many bytes.
fn skip_sized(bytes: &[u8], at: &mut usize) -> Option<()> {
    let length = number(bytes, at)?;
    skip(at, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_without_going_through_them() {
        // A run of 2^40 ones; five literals; three nulls; texts; truths.
        let long = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 1];
        assert!(entries(2, &long).is_some_and(|count| count > MAX_OPERATIONS), "refused by its number");
        assert_eq!(entries(2, &[0x7B, 1, 2, 3, 4, 5, 0, 3]), Some(8), "literals and nulls");
        assert_eq!(entries(5, &[0x7E, 1, b'a', 2, b'b', b'c', 4, 1, b'd']), Some(6), "texts");
        assert_eq!(entries(4, &[0, 7, 2]), Some(9), "truths");
        assert_eq!(entries(7, &[0x80; 40]), Some(0), "what was written is not counted");
        assert_eq!(entries(5, &[0x7F, 9, b'a']), None, "a text that breaks off");
        assert_eq!(signed(&[0x40], &mut 0), Some(-64), "the sign is the last byte's sixth bit");
        assert_eq!(signed(&[0xFF; 12], &mut 0), None, "no number is that long");
    }
}
