//! Closed files as packs for the archive (R206).

use serde::{Deserialize, Serialize};

use crate::ids::CaseId;

/// Write a closed file as a pack into a folder.
#[derive(Clone, Serialize, Deserialize)]
pub struct WriteArchive {
    /// Which; must be closed (归档).
    pub id: CaseId,
    /// The folder, which must exist: a stick of the archive, a share of the district.
    pub folder: String,
}

/// A pack that was written, read-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The file's name in the folder: the digits of the case number, and nothing personal.
    pub name: String,
    /// How many files are in it.
    pub files: u16,
    /// How many bytes it has.
    pub bytes: u64,
}
