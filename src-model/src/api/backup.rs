//! A copy of the station on a stick, and going on from it on another laptop (R87).

use serde::{Deserialize, Serialize};

use crate::identity::CaseNumber;
use crate::stamp::Wall;

/// When was the last backup made, and is one due?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetBackup {}

/// How backups stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// The last one that was written and read back.
    pub last: Option<BackupMade>,
    /// Whether a whole working day is in no backup.
    pub due: bool,
}

/// Write the whole station to a stick, encrypted as it is, and read it back; an earlier one there goes when this one is whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteBackup {
    /// Where the stick is.
    pub path: String,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMade {
    /// When it was made.
    pub at: Wall,
    /// The two digits of the device it was made on.
    pub device_no: u8,
    /// Cases in it.
    pub cases: u32,
    /// The last number that this device had given.
    pub last: Option<CaseNumber>,
    /// Bytes of its files.
    pub bytes: u64,
}

/// Which backups lie on a stick?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindBackups {
    /// Where the stick is.
    pub path: String,
}

/// What was found on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BackupsFound {
    /// Those whose list is right, the latest first.
    pub backups: Vec<BackupFound>,
    /// How many are damaged or were cut short.
    pub damaged: u32,
}

/// A backup to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFound {
    /// Under which name it lies on the stick.
    pub name: String,
    /// The station it was made at.
    pub station: String,
    /// What it holds.
    pub made: BackupMade,
}

/// On a laptop that is no station yet: go on from a backup. Afterwards the district's code for a new device is needed, and people sign in
/// with their own PINs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreBackup {
    /// Where the stick is.
    pub path: String,
    /// Which of its backups.
    pub name: String,
}

/// Why nothing was restored, or no backup written; nothing that was there before is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupFault {
    /// No backup of this name lies there.
    NotThere,
    /// It was cut short or changed: take another one.
    Damaged,
    /// It was written by a newer version: update the program.
    Newer,
    /// It was made in another district than the one whose code was entered.
    OtherDistrict,
    /// This laptop is a station already.
    Occupied,
    /// One is being written or put back: wait until that is done.
    Busy,
}
