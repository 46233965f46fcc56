//! Destroying the keys of a station (sync.md section 4): afterwards nobody opens what lies on its disk. K6
//!
//! The database key stands on the disk inside wraps alone (K1), so writing over the files that hold wraps, and every copy that was kept of
//! them, is enough; the database itself is left as it is. What a solid-state disk keeps of bytes written over needs a person's PIN
//! still, as before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use daiban_model::stamp::Wall;
use serde::{Deserialize, Serialize};

use super::VaultFault;
use super::file::{self, Previous};

const FILE: &str = "destroyed.json";
/// What files that hold wraps are called, and their copies.
const WRAPS: [&str; 2] = ["keys.json", "tries.json"];

/// Folders in a station's folder where copies of all it has lie while a backup is written or put back.
pub(crate) const WRITE_DRAFT: &str = "backup.tmp";
pub(crate) const READ_DRAFT: &str = "restore.tmp";

/// That the keys of this station were destroyed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// When the order came.
    pub at: Wall,
}

/// What was ordered, if it was.
pub fn ordered(folder: &Path) -> Result<Option<Destroyed>, VaultFault> {
    file::load(folder, FILE)
}

/// Notes the order; it is on the disk when this answers. Whoever calls this has verified it.
pub fn note(folder: &Path, at: Wall) -> Result<(), VaultFault> {
    file::save(folder, FILE, &Destroyed { at }, Previous::Replaced)
}

/// Destroys whatever wraps there are, also those of a backup that was being written or put back. May be done again.
pub fn carry_out(folder: &Path) -> Result<(), VaultFault> {
    // First the station's own: a copy that does not go must not keep them.
    wipe_wraps(folder)?;
    clear_drafts(folder)
}

/// Removes what a kill left of such copies, their wraps first.
pub(crate) fn clear_drafts(folder: &Path) -> Result<(), VaultFault> {
    for draft in [WRITE_DRAFT, READ_DRAFT].map(|name| folder.join(name)) {
        if draft.is_dir() {
            wipe_wraps(&draft)?;
            fs::remove_dir_all(&draft)?;
        }
    }
    Ok(())
}

/// Writes over the wraps of a folder and removes them.
pub(crate) fn wipe_wraps(folder: &Path) -> Result<(), VaultFault> {
    let mut wraps: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_wrap = WRAPS.iter().any(|wrap| name.to_string_lossy().starts_with(wrap));
        wraps.extend((is_wrap && entry.file_type()?.is_file()).then(|| entry.path()));
    }
    for path in &wraps {
        wipe(path)?;
    }
    file::sync_folder(folder)?;
    Ok(())
}

/// Writes over a file, brings that to the disk, and removes it.
fn wipe(path: &Path) -> io::Result<()> {
    let length = usize::try_from(fs::metadata(path)?.len()).unwrap_or(0);
    let mut file: File = OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k6_the_copies_of_a_backup_that_was_cut_short_go_with_the_order() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        for within in ["", WRITE_DRAFT, READ_DRAFT].map(|name| folder.join(name)) {
            fs::create_dir_all(&within).unwrap();
            for wrap in ["keys.json", "keys.json.before", "tries.json", "daiban.db"] {
                fs::write(within.join(wrap), wrap).unwrap();
            }
        }
        carry_out(folder).unwrap();
        let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["daiban.db"], "what nobody can open stays where it is");
        carry_out(folder).unwrap();
    }
}
