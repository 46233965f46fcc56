//! From a path to a table or a tree, with the bounds of each form held first.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::fault::{Fault, What};
use super::grid::{self, Grid};
use super::workbook;

/// The largest file that is read. Trees of JSON grow in memory, so they get a quarter of it.
pub const MAX_BYTES: usize = 32 << 20;
const MAX_JSON: usize = MAX_BYTES / 4;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated, UTF-8.
    Csv,
    /// A workbook; its first sheet counts.
    Xlsx,
    /// JSON.
    Json,
}

impl Form {
    /// By the ending of the file's name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" | "xls" => Some(Self::Xlsx),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A heading and rows.
    Table(Grid),
    /// A tree of JSON.
    Tree(Value),
}

/// Reads a file whole and parses it.
pub fn read(path: &Path) -> Result<Content, Vec<Fault>> {
    let form = Form::of(path).ok_or_else(|| Fault::of_file(What::UnknownForm))?;
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::of_file(What::NotFound),
        _ => Fault::of_file(What::Unreadable),
    })?;
    let mut bytes = Vec::new();
    // One byte beyond the bound tells a file that is too large from one that just fits, whatever its metadata say.
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|_| Fault::of_file(What::Unreadable))?;
    parse(form, &bytes)
}

/// Parses the bytes of a file.
pub fn parse(form: Form, bytes: &[u8]) -> Result<Content, Vec<Fault>> {
    let limit = if form == Form::Json { MAX_JSON } else { MAX_BYTES };
    if bytes.len() > limit {
        return Err(Fault::of_file(What::TooLarge { limit_mib: limit >> 20 }));
    }
    match form {
        Form::Xlsx => workbook::grid(bytes).map(Content::Table),
        Form::Csv => grid::from_csv(text(bytes)?).map(Content::Table),
        Form::Json => tree(text(bytes)?).map(Content::Tree),
    }
}

/// UTF-8 without its mark. What else it may be is told by its first bytes.
fn text(bytes: &[u8]) -> Result<&str, Vec<Fault>> {
    if workbook::is_zip(bytes) || workbook::is_old(bytes) {
        return Err(Fault::of_file(What::WorkbookByAnotherName));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(Fault::of_file(What::NotUtf8)),
    }
}

/// The reader stops at 128 levels, so a deep file is refused and not followed.
fn tree(text: &str) -> Result<Value, Vec<Fault>> {
    let refuse =
        |error: serde_json::Error| Fault::of_file(What::NotJson { line: error.line(), column: error.column() });
    serde_json::from_str(text).map_err(refuse)
}
