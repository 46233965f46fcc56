//! A whole station on a stick, and the way back onto another laptop (R87).
//!
//! - S1: what lies on the stick is encrypted as on the station's disk: the databases under their key, the key in each person's wrap. Names
//!   of files tell the device's number and the time, nobody and no case.
//! - S2: a backup has its name only when all of it was read back from the stick and is what was written; then, and not before, an earlier one
//!   of this device goes. One that was cut short has another name and is never offered.
//! - S3: nothing of a backup is decoded or put into the program's folder before its list was found signed by its device, the device
//!   certified by its district, and every file was found to be what the list says.
//! - S4: killed at any moment, a restore leaves a laptop that is no station yet, or one that was put back: the key file comes last.
//!
//! Attachments that the hub has receipted stay behind: they are most of the bytes, and are fetched again when somebody looks. A database is
//! copied on the station's own disk first; on a stick no database is ever open.

mod read;
mod write;

use daiban_model::api::BackupMade;
use daiban_model::identity::CaseNumber;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Hash, Signed};
use serde::{Deserialize, Serialize};

use crate::courier::folder::MediumFault;
use crate::engine::{DATABASE, FILES};
use crate::keys::{KEYS, VaultFault};
use crate::store::StoreError;
use crate::sync::sign::{self, Domain};

pub use read::{find, restore};
pub use write::{Source, write};

/// The version of the list; a program reads no later one.
const VERSION: u8 = 1;
/// The list of a backup, in its folder.
const LIST: &str = "backup.list";
/// Longest list.
const MAX_LIST: usize = 65_536;
/// The files of a backup, in the order in which they are put back.
const PARTS: [&str; 3] = [FILES, DATABASE, KEYS];
/// How folders of backups begin, and how one ends that is not whole yet.
const BEGINNING: &str = "backup-";
const UNFINISHED: &str = ".new";

/// Why a backup could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The medium: take another one, make room, plug it in again.
    #[error(transparent)]
    Medium(#[from] MediumFault),
    /// No backup of that name lies there.
    #[error("there is no such backup")]
    NotThere,
    /// Cut short or changed.
    #[error("the backup is damaged")]
    Damaged,
    /// Of a later version of the program.
    #[error("the backup was written by a newer version")]
    Newer,
    /// Of another district.
    #[error("the backup was made in another district")]
    OtherDistrict,
    /// The station's own database: it could not be copied, or does not stand the look through it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The district had the keys of this station destroyed meanwhile.
    #[error("the keys of this station were destroyed")]
    Destroyed,
    /// The program's folder could not be written.
    #[error(transparent)]
    Folder(#[from] VaultFault),
}

/// What a backup consists of, as its device signs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct List {
    at: Wall,
    incarnation: u32,
    cases: u32,
    last: Option<CaseNumber>,
    /// Size and hash of each of [`PARTS`].
    parts: [(u64, Hash); PARTS.len()],
}

/// The file: a version of one byte, then this.
#[derive(Serialize, Deserialize)]
struct Sheet {
    root: [u8; 32],
    certificate: Signed,
    list: Signed,
}

/// A list whose signatures were found right.
struct Opened {
    root: [u8; 32],
    certificate: Certificate,
    list: List,
}

impl Opened {
    /// Signature before content. S3
    fn of(bytes: &[u8]) -> Result<Self, BackupError> {
        let damaged = || BackupError::Damaged;
        let (version, sheet) = bytes.split_first().ok_or_else(damaged)?;
        match *version {
            VERSION => {}
            later if later > VERSION => return Err(BackupError::Newer),
            _ => return Err(damaged()),
        }
        let Sheet { root, certificate, list } = wire::decode(sheet, MAX_LIST).map_err(|_| damaged())?;
        let certificate: Certificate = sign::open(&root, Domain::Certificate, &certificate).ok_or_else(damaged)?;
        let list = sign::open(&certificate.device.0, Domain::Backup, &list).ok_or_else(damaged)?;
        Ok(Self { root, certificate, list })
    }

    fn made(&self) -> BackupMade {
        made(&self.list, self.certificate.device_no)
    }
}

fn made(list: &List, device_no: u8) -> BackupMade {
    let List { at, cases, last, parts, .. } = list;
    BackupMade { at: *at, device_no, cases: *cases, last: *last, bytes: parts.iter().map(|(size, _)| size).sum() }
}

/// How folders of a device's backups begin.
fn beginning(device_no: u8) -> String {
    format!("{BEGINNING}{device_no:02}-")
}
