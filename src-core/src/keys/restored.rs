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
        Ok(()) => Ok(file::sync_folder(folder)?),
        // Nothing was noted. On a new laptop there is not even a folder yet.
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_laptop_has_nothing_to_clear_and_no_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("not-yet");
        clear(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        note(&folder, [7; 32]).unwrap();
        assert!(is_noted(&folder) && district(&folder) == Some([7; 32]));
        clear(&folder).unwrap();
        assert!(!is_noted(&folder), "gone, and gone again is no fault");
        clear(&folder).unwrap();
    }
}
