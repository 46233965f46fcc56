//! Small precious files in a station's folder: whole or not there, whatever moment the power goes.
//!
//! A write makes a new file beside the old one, brings it to the disk, moves the old one to `name.before` and the new
//! one to `name`. Between the two moves only `name.before` is there, and [`load`] reads that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::VaultFault;
use super::hex::Hex;

/// The version of every key file. A field that is added, dropped or reordered needs a higher one: older programs then
/// leave the file alone instead of dropping what they do not know.
const VERSION: u32 = 2;

/// What becomes of the file that a write replaces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Previous {
    /// It stays as `name.before`.
    Kept,
    /// It goes: the content is worth little.
    Replaced,
}

/// A file's content with its version and a hash that shows damage (not tampering: it has no key).
#[derive(Serialize, Deserialize)]
struct Sheet<T> {
    version: u32,
    check: Hex<32>,
    content: T,
}

/// Any version's first field.
#[derive(Deserialize)]
struct Front {
    version: u32,
}

/// Reads a file, or the copy of it that a kill between two moves left behind.
pub(super) fn load<T: Serialize + DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, VaultFault> {
    match read(&folder.join(name))? {
        Some(content) => Ok(Some(content)),
        None => read(&before(folder, name)),
    }
}

/// Copies a file, or the copy of it that a kill between two moves left behind, under its name into another folder.
pub(super) fn copy(folder: &Path, name: &str, to: &Path) -> io::Result<()> {
    match fs::copy(folder.join(name), to.join(name)) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            fs::copy(before(folder, name), to.join(name)).map(drop)
        }
        done => done.map(drop),
    }
}

/// Writes a file. A kill at any point leaves the old content or the new one to be read.
pub(super) fn save<T>(folder: &Path, name: &str, content: &T, previous: Previous) -> Result<(), VaultFault>
where
    T: Serialize + DeserializeOwned,
{
    let (path, fresh) = (folder.join(name), folder.join(format!("{name}.new")));
    let present = if previous == Previous::Kept { present::<T>(&path)? } else { Present::Nothing };
    write_through(&fresh, &text(content)?)?;
    match present {
        Present::Nothing => {}
        Present::Whole => fs::rename(&path, before(folder, name))?,
        // Damaged since it was loaded: it must not push out the good copy before it.
        Present::Damaged => set_aside(folder, name)?,
    }
    fs::rename(&fresh, &path)?;
    sync_folder(folder)?;
    Ok(())
}

/// What a write finds in its place.
enum Present {
    Nothing,
    Whole,
    Damaged,
}

fn present<T: Serialize + DeserializeOwned>(path: &Path) -> Result<Present, VaultFault> {
    match read::<T>(path) {
        Ok(Some(_)) => Ok(Present::Whole),
        Ok(None) => Ok(Present::Nothing),
        Err(VaultFault::Damaged) => Ok(Present::Damaged),
        Err(fault) => Err(fault),
    }
}

/// Goes back to the copy before, if that one is whole and worth it; the damaged file is set aside. Otherwise nothing is touched.
pub(super) fn go_back<T: Serialize + DeserializeOwned>(
    folder: &Path,
    name: &str,
    worth: impl Fn(&T) -> bool,
) -> Result<Option<T>, VaultFault> {
    match load(folder, name) {
        Err(VaultFault::Damaged) => {}
        sound => return sound,
    }
    let Some(content) = read::<T>(&before(folder, name))?.filter(worth) else { return Err(VaultFault::Damaged) };
    set_aside(folder, name)?;
    // The copy stays what it is; the file is written anew from it.
    save(folder, name, &content, Previous::Kept)?;
    Ok(Some(content))
}

fn before(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.before"))
}

fn read<T: Serialize + DeserializeOwned>(path: &Path) -> Result<Option<T>, VaultFault> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(fault.into()),
    };
    let front: Front = serde_json::from_slice(&bytes).map_err(|_| VaultFault::Damaged)?;
    if front.version > VERSION {
        return Err(VaultFault::Newer);
    }
    let sheet: Sheet<T> = serde_json::from_slice(&bytes).map_err(|_| VaultFault::Damaged)?;
    let sound = (1..=VERSION).contains(&sheet.version) && sheet.check == check(&sheet.content)?;
    if sound { Ok(Some(sheet.content)) } else { Err(VaultFault::Damaged) }
}

fn text<T: Serialize>(content: &T) -> Result<Vec<u8>, VaultFault> {
    let sheet = Sheet { version: VERSION, check: check(content)?, content };
    serde_json::to_vec_pretty(&sheet).map_err(|_| VaultFault::Io)
}

fn check<T: Serialize>(content: &T) -> Result<Hex<32>, VaultFault> {
    let bytes = serde_json::to_vec(content).map_err(|_| VaultFault::Io)?;
    Ok(Hex(*blake3::hash(&bytes).as_bytes()))
}

/// Puts a damaged file where no later write reaches it. Two different ones get two names.
fn set_aside(folder: &Path, name: &str) -> Result<(), VaultFault> {
    let path = folder.join(name);
    let mark = blake3::hash(&fs::read(&path)?).to_hex();
    let aside = folder.join(format!("{name}.damaged-{}", &mark[..8]));
    tracing::warn!(name, "a damaged key file was set aside");
    Ok(fs::rename(path, aside)?)
}

/// Writes a new file that only this user may read, and waits until the disk has it.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What an interrupted write left; `create_new` then refuses anything put here in between, links too.
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the disk has the names too. Windows cannot open a folder for this, and orders the moves in its journal.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
