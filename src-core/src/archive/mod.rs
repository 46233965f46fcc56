//! A closed file as one archive pack (DA/T 85-2019, R206): what it is, what was done, the papers in order, and a list of hashes.
//!
//! - A1: the same file gives the same bytes, whenever and wherever it is packed: nothing of the making machine is inside but its seal.
//! - A2: a pack reads without this program: plain texts, JSON, pictures and PDF in a zip, and hashes that `sha256sum -c` checks.
//! - A3: a byte that was changed, a file that is missing, was added or renamed is found, and the file is named.
//!
//! A pack is never changed. What is corrected afterwards is added to the case and makes another pack beside the first (R75).

mod digits;
mod texts;
mod verify;

use std::io::{Cursor, Write};

use daiban_model::case::event::FileKind;
use daiban_model::wire::{self, Signed};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::sync::sign::{self, Domain};

pub use texts::act_word;
pub use verify::{Checked, Fault, verify};

/// The list of hashes, and the seal over it.
const HASHES: &str = "hashes.sha256";
const SEAL: &str = "seal.json";

/// What goes into a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// 办件编号
    pub number: String,
    /// Metadata in order: key, name in Chinese, value.
    pub metadata: Vec<(&'static str, &'static str, String)>,
    /// What was done, a line each, first to last.
    pub story: Vec<String>,
    /// The same as it was written by the desks: one JSON object a line.
    pub acts: Vec<String>,
    /// The papers in the order of the item, with how each came.
    pub papers: Vec<(String, String)>,
    /// Attachments in the order of their papers.
    pub files: Vec<Attached>,
}

/// One attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The paper it shows; empty for anything else.
    pub paper: String,
    /// What it was called.
    pub label: String,
    /// What it is.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the station that packed it signs.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    number: String,
    /// SHA-256 of the list of hashes.
    hashes: [u8; 32],
}

/// The seal as it lies in the pack.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    number: String,
    /// The certificate of the station that packed it, as the district signed it; hexadecimal.
    certificate: String,
    /// The signed [`Seal`]; hexadecimal.
    seal: String,
}

impl Sealed {
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Why a pack could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpackable {
    /// More or larger files than one archive takes.
    #[error("more or larger files than one archive takes")]
    TooLarge,
}

/// The bytes of a pack. A1, A2.
pub fn write(pack: &Pack, key: &SigningKey, certificate: &Signed) -> Result<Vec<u8>, Unpackable> {
    let files = named(pack);
    let hashes = hash_list(&files);
    let seal = Seal { number: pack.number.clone(), hashes: Sha256::digest(hashes.as_bytes()).into() };
    let sealed = Sealed {
        number: pack.number.clone(),
        certificate: digits::text(&wire::encode(certificate)),
        seal: digits::text(&wire::encode(&sign::seal(key, Domain::Archive, &seal))),
    };
    let sealed = sealed.text();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The pictures are packed already, and a store that is only read lasts longest uncompressed.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o444);
    let last = [(HASHES.to_owned(), hashes.into_bytes()), (SEAL.to_owned(), sealed.into_bytes())];
    for (name, bytes) in files.iter().chain(&last) {
        zip.start_file(name.as_str(), options).map_err(|_| Unpackable::TooLarge)?;
        zip.write_all(bytes).map_err(|_| Unpackable::TooLarge)?;
    }
    Ok(zip.finish().map_err(|_| Unpackable::TooLarge)?.into_inner())
}

/// The files of a pack under their names, in order. Names are numbers: nothing personal stands in them.
fn named(pack: &Pack) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("00-metadata.json".to_owned(), texts::metadata_json(pack).into_bytes()),
        ("00-metadata.txt".to_owned(), texts::metadata_text(pack).into_bytes()),
        ("01-acts.jsonl".to_owned(), texts::lines(&pack.acts).into_bytes()),
        ("01-story.txt".to_owned(), texts::lines(&pack.story).into_bytes()),
        ("02-papers.txt".to_owned(), texts::papers(pack).into_bytes()),
    ];
    let attached = (1..).zip(&pack.files).map(|(n, file)| (attached_name(n, file.kind), file.bytes.clone()));
    files.extend(attached);
    files
}

/// The name of the n-th attachment.
fn attached_name(n: usize, kind: FileKind) -> String {
    let end = match kind {
        FileKind::Jpeg => "jpg",
        FileKind::Pdf => "pdf",
    };
    format!("papers/{n:03}.{end}")
}

/// As `sha256sum` writes it, so that it can be checked with what every machine has.
fn hash_list(files: &[(String, Vec<u8>)]) -> String {
    let line = |(name, bytes): &(String, Vec<u8>)| format!("{}  {name}\n", digits::text(&Sha256::digest(bytes)));
    files.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
