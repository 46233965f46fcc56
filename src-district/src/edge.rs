//! The one place of this crate that reads a clock or draws a number.

use std::time::{Instant, SystemTime};

use daiban_model::stamp::Wall;

/// The hub's clock.
#[expect(clippy::disallowed_methods, reason = "the edge that hands the time in")]
pub fn wall() -> Wall {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A point to measure from.
#[expect(clippy::disallowed_methods, reason = "the edge that hands the time in")]
pub fn instant() -> Instant {
    Instant::now()
}

/// Random bytes of the operating system.
#[expect(clippy::disallowed_methods, reason = "the edge that hands chance in")]
pub fn chance<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}
