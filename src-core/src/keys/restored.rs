//! That a station was put back from a backup and has not become a device of its own yet. It lies outside the database, like the
//! incarnation: whoever opens the database first must know it before anything is written.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VaultFault;
use super::file::{self, Previous};
use super::hex::Hex;

const FILE: &str = "restored.json";

/// The district of the backup, by its root key.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct District(Hex<32>);

/// Notes it; on the disk when this answers.
pub fn note(folder: &Path, root: [u8; 32]) -> Result<(), VaultFault> {
    file::save(folder, FILE, &District(Hex(root)), Previous::Replaced)
}

/// Whether it is so. A damaged note counts: a number given under the old name could exist twice.
pub fn is_noted(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

/// The district of the backup, as far as the note tells.
pub fn district(folder: &Path) -> Option<[u8; 32]> {
    file::load::<District>(folder, FILE).ok().flatten().map(|noted| noted.0.0)
}

/// The station has become a device of its own, or another one altogether.
pub fn clear(folder: &Path) -> Result<(), VaultFault> {
    match fs::remove_file(folder.join(FILE)) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault.into()),
        Ok(()) | Err(_) => {}
    }
    Ok(file::sync_folder(folder)?)
}
