//! Attachments: added, looked at, set aside (which is an act like others).

use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use crate::case::event::FileKind;
use crate::ids::{CaseId, FileHash};
use crate::stamp::Wall;

/// Add a picked file to a case. What the person picked stays as it is; the station keeps a small, clean copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddFile {
    /// Which case.
    pub case: CaseId,
    /// Which paper it shows; empty for anything else.
    pub paper: String,
    /// What the file was called.
    pub label: String,
    /// The file as picked.
    pub bytes: Bytes,
}

/// Look at an attachment of a case.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct GetFile {
    /// Which case.
    pub case: CaseId,
    /// Which attachment, by its whole content.
    pub file: FileHash,
    /// Small or whole. To see one whole is to see the numbers on it: that needs the right to, and is logged (rules §7).
    pub size: FileSize,
}

/// Which picture of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSize {
    /// The thumbnail.
    Thumb,
    /// The whole content.
    Whole,
}

/// What is answered about a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum GotFile {
    /// Here it is.
    Here {
        /// What it is.
        kind: FileKind,
        /// Its bytes.
        bytes: Bytes,
    },
    /// It is asked for at the district; ask again when the exchange moved on.
    Coming,
    /// The district was asked and does not have it yet.
    NotYetThere,
}

/// An attachment on the page of its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// Its content.
    pub hash: FileHash,
    /// What kind of content.
    pub kind: FileKind,
    /// How many bytes.
    pub bytes: u32,
    /// The paper it shows.
    pub paper: String,
    /// What the file was called.
    pub label: String,
    /// Who added it, by name.
    pub by: String,
    /// When.
    pub at: Wall,
    /// Whether its small picture is on this machine.
    pub thumb: ThumbView,
    /// How far it has got.
    pub state: FileState,
}

/// Whether there is a small picture to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThumbView {
    /// On this machine.
    Here,
    /// At the district, or on its way.
    Elsewhere,
    /// This kind of content has none.
    None,
}

/// How far an attachment has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FileState {
    /// On this machine, not all of it at the district.
    Waiting {
        /// How much of it the district has, in percent.
        percent: u8,
    },
    /// At the district, by its signed receipt, and here.
    Arrived,
    /// At the district; here as far as it was fetched.
    Elsewhere {
        /// How much of it is here, in percent.
        percent: u8,
    },
}

/// Whether attachments may be added by this person now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilesOpen {
    /// They may.
    Open,
    /// They may not.
    #[default]
    Closed,
}

/// Attachments that wait to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FilesWaiting {
    /// How many contents.
    pub items: u32,
    /// Their bytes.
    pub bytes: u64,
    /// How many of those bytes the district has already.
    pub sent: u64,
}
