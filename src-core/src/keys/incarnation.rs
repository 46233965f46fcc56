//! The device's incarnation, kept outside the database (sync.md section 4).
//!
//! It rises on a restore, a re-image, a copied disk, or when the hub knows a later segment than the device. A database
//! that is put back from a copy brings its old numbers along; this file does not go back with it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VaultFault;
use super::file::{self, Previous};

const FILE: &str = "incarnation.json";

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Incarnation(u32);

/// The incarnation this device lives in: 1 as long as nothing made it rise.
///
/// A damaged file is no answer: a number used twice would fork the device's segments.
pub fn load(folder: &Path) -> Result<u32, VaultFault> {
    Ok(file::load::<Incarnation>(folder, FILE)?.map_or(1, |kept| kept.0.max(1)))
}

/// Begins the next incarnation; it is on the disk when this answers.
pub fn raise(folder: &Path) -> Result<u32, VaultFault> {
    raise_past(folder, 0)
}

/// Begins an incarnation above the present one and above `seen`, the highest that somebody else knows of this device.
pub fn raise_past(folder: &Path, seen: u32) -> Result<u32, VaultFault> {
    let next = load(folder)?.max(seen).saturating_add(1);
    file::save(folder, FILE, &Incarnation(next), Previous::Kept)?;
    Ok(next)
}
