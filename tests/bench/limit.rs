//! The floor of the road: rows as JSON in one stream of zstd.

use anyhow::Result;

/// zstd level of the floor.
pub const LEVEL: i32 = 19;

/// Bytes of some rows in one stream.
pub fn bytes<'a>(rows: impl Iterator<Item = &'a str>) -> Result<usize> {
    let all: Vec<&str> = rows.collect();
    if all.is_empty() {
        return Ok(0);
    }
    Ok(zstd::bulk::compress(all.join("\n").as_bytes(), LEVEL)?.len())
}
