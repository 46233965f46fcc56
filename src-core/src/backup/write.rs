//! Onto the stick. S1, S2

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use daiban_model::api::BackupMade;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Hash, Signed};
use ed25519_dalek::SigningKey;

use super::read::opened;
use super::{BackupError, LIST, List, PARTS, Sheet, UNFINISHED, VERSION, beginning, made};
use crate::courier::folder::{self, MediumFault};
use crate::engine::{DATABASE, FILES, FORMS};
use crate::keys::destroy::{self, WRITE_DRAFT, clear_drafts};
use crate::keys::{DatabaseKey, Vault, VaultFault};
use crate::store::StoreError;
use crate::store::blobs::SqliteBlobs;
use crate::store::sqlite::SqliteStore;
use crate::sync::sign::{self, Domain};

/// Bytes copied at a time.
const PIECE: usize = 1 << 20;

/// A station that is to be written to a stick. The program may go on working meanwhile.
pub struct Source {
    /// Its folder.
    pub folder: PathBuf,
    /// Opens its databases.
    pub database: DatabaseKey,
    /// Signs the list.
    pub key: SigningKey,
    /// The district.
    pub root: [u8; 32],
    /// This device, as the district certified it.
    pub certificate: (Certificate, Signed),
    /// The incarnation it lives in.
    pub incarnation: u32,
}

/// Writes a backup and reads it back; earlier ones of the same device go after that. S2
pub fn write(source: &Source, medium: &Path, now: Wall) -> Result<BackupMade, BackupError> {
    if !medium.is_dir() {
        return Err(MediumFault::Gone.into());
    }
    let draft = source.folder.join(WRITE_DRAFT);
    let done = copied(source, &draft).and_then(|(cases, last)| {
        let list = |parts| List { at: now, incarnation: source.incarnation, cases, last, parts };
        onto(source, &draft, medium, &list)
    });
    // What cannot be removed now is when the program starts.
    let _ = clear_drafts(&source.folder);
    done
}

/// Copies of the databases and the key file beside the station's own: each as of one moment, and looked through.
fn copied(source: &Source, draft: &Path) -> Result<(u32, Option<CaseNumber>), BackupError> {
    clear_drafts(&source.folder)?;
    fs::create_dir(draft).map_err(VaultFault::from)?;
    let database = source.folder.join(DATABASE);
    if !database.is_file() {
        return Err(StoreError::Damaged { what: "no database" }.into());
    }
    SqliteStore::open(&database, &source.database)?.backup_to(&draft.join(DATABASE))?;
    let copy = SqliteStore::open(&draft.join(DATABASE), &source.database)?;
    copy.integrity()?;
    // What somebody typed at a self-service screen is there until the office closes, and a stick lies in a drawer for years (R126).
    copy.forget(FORMS)?;
    let tally = copy.tally(source.certificate.0.device_no)?;
    drop(copy);
    // After the database: what that names is here, or the hub had receipted it by then.
    let files = SqliteBlobs::open(&source.folder.join(FILES), &source.database)?;
    files.spare_to(&SqliteBlobs::open(&draft.join(FILES), &source.database)?)?;
    Vault::copy(&source.folder, draft)?;
    Ok(tally)
}

/// What is signed of a backup, once its files are known.
type Listing<'a> = &'a dyn Fn([(u64, Hash); PARTS.len()]) -> List;

fn onto(source: &Source, draft: &Path, medium: &Path, list: Listing<'_>) -> Result<BackupMade, BackupError> {
    let (folder, device_no) = (folder::ours(medium)?, source.certificate.0.device_no);
    let needed: u64 = PARTS.iter().map(|part| fs::metadata(draft.join(part)).map_or(0, |it| it.len())).sum();
    if folder::free(medium).is_some_and(|free| free < needed) {
        return Err(MediumFault::Full.into());
    }
    fs::create_dir_all(&folder).map_err(MediumFault::from)?;
    clear_unfinished(&folder, device_no)?;
    let begun = folder.join(format!("{}begun{UNFINISHED}", beginning(device_no)));
    let done = fill(source, draft, &begun, list).map_err(BackupError::from).and_then(|list| {
        // No copy of keys outlives the order to destroy them.
        match destroy::ordered(&source.folder)? {
            Some(_) => Err(BackupError::Destroyed),
            None => Ok(finish(source, &folder, &begun, &list).map(|()| list)?),
        }
    });
    if done.is_err() {
        // On a stick that was pulled this fails as well; what is left there has no name that is ever offered.
        drop(fs::remove_dir_all(&begun));
    }
    Ok(made(&done?, device_no))
}

/// Writes all files and reads every one of them back. S2
fn fill(source: &Source, draft: &Path, begun: &Path, list: Listing<'_>) -> Result<List, MediumFault> {
    fs::create_dir(begun)?;
    let mut parts = [(0, Hash::default()); PARTS.len()];
    for (part, told) in PARTS.iter().zip(&mut parts) {
        let from = draft.join(part);
        let size = fs::metadata(&from).map_err(MediumFault::Io)?.len();
        *told = (size, put(File::open(from).map_err(MediumFault::Io)?, &begun.join(part))?);
    }
    let list = list(parts);
    let listed = put(&sheet(source, &list)[..], &begun.join(LIST))?;
    folder::sync_folder(begun)?;
    let parts = PARTS.iter().zip(parts.iter().map(|(_, hash)| *hash));
    for (part, hash) in parts.chain([(&LIST, listed)]) {
        if folder::read_back(&begun.join(part))? != hash {
            return Err(MediumFault::Unreliable);
        }
    }
    Ok(list)
}

/// Gives a whole backup its name, and takes away the ones before it. S2
fn finish(source: &Source, folder: &Path, begun: &Path, list: &List) -> Result<(), MediumFault> {
    let (device, device_no) = (source.certificate.0.device, source.certificate.0.device_no);
    let name = format!("{}{}", beginning(device_no), list.at.local().strftime("%Y%m%d-%H%M%S"));
    let whole = folder.join(&name);
    if whole.exists() {
        // Of the same second.
        fs::remove_dir_all(&whole)?;
    }
    fs::rename(begun, &whole)?;
    folder::sync_folder(folder)?;
    if let Err(fault) = supersede(folder, device, &name) {
        // The new one is whole; an old one that does not go takes room, no more.
        tracing::warn!(%fault, "an earlier backup stays");
    }
    Ok(())
}

fn sheet(source: &Source, list: &List) -> Vec<u8> {
    let list = sign::seal(&source.key, Domain::Backup, list);
    let sheet = Sheet { root: source.root, certificate: source.certificate.1.clone(), list };
    [&[VERSION][..], &wire::encode(&sheet)].concat()
}

/// What earlier tries of this device left.
fn clear_unfinished(folder: &Path, device_no: u8) -> Result<(), MediumFault> {
    for entry in fs::read_dir(folder)? {
        let (entry, ours) = (entry?, beginning(device_no));
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&ours) && name.ends_with(UNFINISHED) && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Earlier backups of a device go; what cannot be read may be somebody else's and stays.
fn supersede(folder: &Path, device: DeviceId, keep: &str) -> Result<(), MediumFault> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir() && entry.file_name() != keep;
        let of = is_folder.then(|| opened(&entry.path()).ok()).flatten();
        if of.is_some_and(|opened| opened.certificate.device == device) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file, brought to the medium when this answers with its hash.
pub(super) fn put(mut from: impl Read, to: &Path) -> Result<Hash, MediumFault> {
    let (mut out, mut hasher, mut piece) = (File::create_new(to)?, blake3::Hasher::new(), vec![0; PIECE]);
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            Err(fault) => return Err(fault.into()),
        };
        hasher.update(read);
        out.write_all(read)?;
    }
    out.sync_all()?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}
