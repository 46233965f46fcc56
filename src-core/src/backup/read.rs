//! From the stick. S3, S4

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use daiban_model::api::{BackupFound, BackupsFound};
use daiban_model::stamp::Wall;

use super::write::put;
use super::{BEGINNING, BackupError, LIST, List, MAX_LIST, Opened, PARTS, UNFINISHED};
use crate::courier::folder::{self, MediumFault};
use crate::engine::set_aside;
use crate::keys::destroy::{READ_DRAFT, clear_drafts, wipe_wraps};
use crate::keys::{Vault, VaultFault, incarnation, make_folder, restored};

/// The backups on a medium, the latest first. Only their lists are read.
pub fn find(medium: &Path) -> Result<BackupsFound, BackupError> {
    if !medium.is_dir() {
        return Err(MediumFault::Gone.into());
    }
    let (folder, mut found) = (folder::ours(medium)?, BackupsFound::default());
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(&folder).map_err(MediumFault::from)? {
        let entry = entry.map_err(MediumFault::from)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(BEGINNING) || name.ends_with(UNFINISHED) {
            continue;
        }
        match opened(&entry.path()) {
            Ok(opened) => {
                let made = opened.made();
                found.backups.push(BackupFound { name, station: opened.certificate.station, made });
            }
            Err(_) => found.damaged += 1,
        }
    }
    found.backups.sort_by_key(|one| std::cmp::Reverse(one.made.at.0));
    Ok(found)
}

/// Puts a backup into the folder of a program that is no station yet: all of it or nothing. `district` is the one whose code was entered, if
/// one was. S3, S4
pub fn restore(
    medium: &Path,
    name: &str,
    into: &Path,
    district: Option<[u8; 32]>,
    now: Wall,
) -> Result<(), BackupError> {
    let from = place(medium, name)?;
    let opened = opened(&from)?;
    if district.is_some_and(|district| district != opened.root) {
        return Err(BackupError::OtherDistrict);
    }
    make_folder(into)?;
    let draft = into.join(READ_DRAFT);
    clear_drafts(into)?;
    let done = brought(&from, &draft, &opened.list).and_then(|()| put_in(&draft, into, &opened, now));
    let _ = clear_drafts(into);
    done
}

/// The folder of a backup; a name is a name and no way elsewhere.
fn place(medium: &Path, name: &str) -> Result<PathBuf, BackupError> {
    if !medium.is_dir() {
        return Err(MediumFault::Gone.into());
    }
    let plain = name.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
    let from = folder::ours(medium)?.join(name);
    if !plain || !name.starts_with(BEGINNING) || !from.is_dir() {
        return Err(BackupError::NotThere);
    }
    Ok(from)
}

pub(super) fn opened(from: &Path) -> Result<Opened, BackupError> {
    let mut bytes = Vec::new();
    let list = file(&from.join(LIST))?;
    list.take(MAX_LIST as u64).read_to_end(&mut bytes).map_err(MediumFault::from)?;
    Opened::of(&bytes)
}

/// A file of a backup: one that is not there, or leads elsewhere, makes it a damaged one.
fn file(path: &Path) -> Result<File, BackupError> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => Ok(File::open(path).map_err(MediumFault::from)?),
        _ => Err(BackupError::Damaged),
    }
}

/// Copies all files beside the program's own, and finds them to be what the list says.
fn brought(from: &Path, draft: &Path, list: &List) -> Result<(), BackupError> {
    fs::create_dir(draft).map_err(VaultFault::from)?;
    for (part, (size, hash)) in PARTS.iter().zip(&list.parts) {
        let source = file(&from.join(part))?;
        // No more than the list says: a stick must not fill the disk.
        let found = put(source.take(size.saturating_add(1)), &draft.join(part)).map_err(|fault| match fault {
            // Of the two the station's disk is written.
            MediumFault::Full => BackupError::Folder(VaultFault::Full),
            other => BackupError::Medium(other),
        })?;
        if found != *hash {
            return Err(BackupError::Damaged);
        }
    }
    match Vault::load(draft) {
        Ok(Some(vault)) if vault.anyone_ready() => Ok(()),
        Err(VaultFault::Newer) => Err(BackupError::Newer),
        Err(VaultFault::Damaged) | Ok(_) => Err(BackupError::Damaged),
        Err(fault) => Err(fault.into()),
    }
}

/// The note that this laptop is to become a device of its own comes before the key file, which makes it a station. S4
fn put_in(draft: &Path, into: &Path, opened: &Opened, now: Wall) -> Result<(), BackupError> {
    incarnation::raise_past(into, opened.list.incarnation)?;
    restored::note(into, opened.root)?;
    // What a first run that was cut short left, or a backup that was put back before this one: its keys open nothing any more. S4
    wipe_wraps(into)?;
    set_aside(into, now).map_err(VaultFault::from)?;
    for part in PARTS {
        fs::rename(draft.join(part), into.join(part)).map_err(VaultFault::from)?;
    }
    folder::sync_folder(into).map_err(VaultFault::from)?;
    Ok(())
}
