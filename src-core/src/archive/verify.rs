//! Looking a pack through: every file against the list, the list against the seal. A3. What a pack claims is bounded before it is read.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use daiban_model::wire::{self, Certificate, Signed};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{HASHES, SEAL, Seal, Sealed, digits};
use crate::sync::sign::{self, Domain};

/// Most files of a pack.
const MOST: usize = 1_000;
/// Most bytes of one file.
const LARGEST: u64 = 64 << 20;
/// Most bytes of a list or a seal.
const LONGEST: usize = 1 << 20;

/// A pack in which everything is as it was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// 办件编号
    pub number: String,
    /// Files in it, the list and the seal included.
    pub files: usize,
    /// The station that packed it.
    pub station: String,
    /// When its certificate ends, in milliseconds since 1970: a seal made while it was valid stays good.
    pub not_after: u64,
}

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No archive, or one that cannot be read to its end.
    #[error("not a readable archive")]
    NotAnArchive,
    /// It claims more than a pack ever holds.
    #[error("larger than any archive pack")]
    TooLarge,
    /// A file differs from the list.
    #[error("{name} was changed")]
    Changed {
        /// Which.
        name: String,
    },
    /// The list names a file that is not there.
    #[error("{name} is missing")]
    Missing {
        /// Which.
        name: String,
    },
    /// A file that the list does not name.
    #[error("{name} does not belong to it")]
    Added {
        /// Which.
        name: String,
    },
    /// The list is not the one that was sealed.
    #[error("the list of hashes is not the one that was sealed")]
    BadSeal,
    /// The station is none of the district that is asked for.
    #[error("the seal is not of a station of this district")]
    ForeignSeal,
}

/// Looks a pack through. With the district's public key also whether one of its stations packed it.
pub fn verify(bytes: &[u8], root: Option<&[u8; 32]>) -> Result<Checked, Fault> {
    let files = read(bytes)?;
    let text = |name: &str| {
        let found = files.get(name).ok_or_else(|| Fault::Missing { name: name.to_owned() })?;
        if found.len() > LONGEST { Err(Fault::TooLarge) } else { Ok(found.as_slice()) }
    };
    let (list, sealed) = (text(HASHES)?, text(SEAL)?);
    let (number, certificate) = seal(list, sealed, root)?;
    let list = std::str::from_utf8(list).map_err(|_| Fault::Changed { name: HASHES.to_owned() })?;
    let mut named = BTreeMap::new();
    for line in list.lines() {
        let (hash, name) = line.split_once("  ").ok_or_else(|| Fault::Changed { name: HASHES.to_owned() })?;
        named.insert(name, hash);
    }
    for (name, bytes) in files.iter().filter(|(name, _)| !matches!(name.as_str(), HASHES | SEAL)) {
        match named.remove(name.as_str()) {
            None => return Err(Fault::Added { name: name.clone() }),
            Some(hash) if hash != digits::text(&Sha256::digest(bytes)) => {
                return Err(Fault::Changed { name: name.clone() });
            }
            Some(_) => {}
        }
    }
    if let Some(name) = named.keys().next() {
        return Err(Fault::Missing { name: (*name).to_owned() });
    }
    let Certificate { station, not_after, .. } = certificate;
    Ok(Checked { number, files: files.len(), station, not_after })
}

/// The case number and the station that sealed this list.
fn seal(list: &[u8], sealed: &[u8], root: Option<&[u8; 32]>) -> Result<(String, Certificate), Fault> {
    let changed = || Fault::Changed { name: SEAL.to_owned() };
    let bytes = sealed;
    let sealed: Sealed = serde_json::from_slice(bytes).map_err(|_| changed())?;
    // A seal is written in one way only: a blank more is a change too.
    if sealed.text().as_bytes() != bytes {
        return Err(changed());
    }
    let signed = |text: &str| -> Option<Signed> { wire::decode(&digits::bytes(text)?, LONGEST).ok() };
    let certificate = signed(&sealed.certificate).ok_or(Fault::BadSeal)?;
    let opened: Certificate = match root {
        Some(root) => sign::open(root, Domain::Certificate, &certificate).ok_or(Fault::ForeignSeal)?,
        None => wire::decode(&certificate.bytes, LONGEST).map_err(|_| Fault::BadSeal)?,
    };
    let seal = signed(&sealed.seal).ok_or(Fault::BadSeal)?;
    let seal: Seal = sign::open(&opened.device.0, Domain::Archive, &seal).ok_or(Fault::BadSeal)?;
    let fits = seal.number == sealed.number && seal.hashes[..] == Sha256::digest(list)[..];
    if fits { Ok((seal.number, opened)) } else { Err(Fault::BadSeal) }
}

/// Every file by its name. Checksums of the archive itself say nothing: what was changed is told by name below.
fn read(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::NotAnArchive)?;
    if zip.len() > MOST {
        return Err(Fault::TooLarge);
    }
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).map_err(|_| Fault::NotAnArchive)?;
        let name = file.name().map_err(|_| Fault::NotAnArchive)?.into_owned();
        if file.size() > LARGEST {
            return Err(Fault::TooLarge);
        }
        let mut content = Vec::new();
        // A byte that was changed fails the archive's own check at the end; what was read until then is enough to say which file.
        let read = file.by_ref().take(LARGEST + 1).read_to_end(&mut content);
        if read.is_err() {
            return Err(Fault::Changed { name });
        }
        if content.len() as u64 > LARGEST {
            return Err(Fault::TooLarge);
        }
        files.insert(name, content);
    }
    Ok(files)
}
