//! Attachments as a case knows them: names of contents, never the contents themselves.

use serde::{Deserialize, Serialize};

use crate::ids::FileHash;

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// Its content.
    pub hash: FileHash,
    /// What kind of content.
    pub kind: FileKind,
    /// How many bytes.
    pub bytes: u32,
    /// A small picture of it, a content of its own that travels first; a PDF has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb: Option<Thumb>,
    /// The paper it shows, by its name in the catalogue; empty for anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub paper: String,
    /// What the person's file was called. A label and nothing else: never a path, never a key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// A small picture of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumb {
    /// Its content.
    pub hash: FileHash,
    /// How many bytes.
    pub bytes: u32,
}

/// Kinds of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A photograph, written anew by the desk that took it in.
    Jpeg,
    /// A document, as it came.
    Pdf,
}

impl FileLine {
    /// Every content it names, with its size.
    pub fn contents(&self) -> impl Iterator<Item = (FileHash, u32)> {
        std::iter::once((self.hash, self.bytes)).chain(self.thumb.map(|thumb| (thumb.hash, thumb.bytes)))
    }
}
