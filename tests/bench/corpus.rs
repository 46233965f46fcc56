//! The cases and edits that are measured with: invented people, one of the 429 items with its papers, 6 to 12 steps, a note.
//!
//! Deterministic: case `i` depends on the seed and `i` alone, so a small corpus is the beginning of a larger one. A corpus
//! made elsewhere in the same JSON lines can be read instead. Citizen ids have the sequence 000, phone numbers begin with
//! 154: neither is ever issued.

mod invent;
mod words;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use daiban_core::files::intake;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::world::photo::photo;

/// One case as the road's limit sees it: a row of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Version of the row.
    pub v: u8,
    /// Eight hexadecimal digits of its beginning and sixteen signs of chance.
    pub id: String,
    /// Its number.
    pub no: String,
    /// What.
    pub item: Item,
    /// Where.
    pub place: Place,
    /// Who.
    pub applicant: Applicant,
    /// By whose hands.
    pub agent: Agent,
    /// How the person came.
    pub channel: String,
    /// Where it stands.
    pub status: String,
    /// Seconds since 1970.
    pub created: i64,
    /// The same.
    pub due: i64,
    /// Five.
    pub papers: Vec<Paper>,
    /// Six to twelve.
    pub events: Vec<Step>,
    /// One at first.
    pub notes: Vec<Note>,
    /// How many photographs lie at the end that shows the row; none at first.
    #[serde(default, skip_serializing_if = "is_none")]
    pub photos: usize,
}

fn is_none(photos: &usize) -> bool {
    *photos == 0
}

/// The item of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Department.
    pub dept: String,
    /// Category.
    pub cat: String,
    /// Days promised.
    pub days: i64,
}

/// The place of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Division, twelve digits.
    pub code: String,
    /// Town.
    pub town: String,
    /// Station.
    pub station: String,
}

/// An invented person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// Name.
    pub name: String,
    /// 男 or 女.
    pub sex: String,
    /// Citizen id.
    pub id: String,
    /// Phone.
    pub phone: String,
    /// Address.
    pub addr: String,
    /// Firm, for items of firms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
}

/// Who serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Name.
    pub name: String,
    /// Staff number.
    pub no: String,
}

/// A paper and its scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Name.
    pub name: String,
    /// Original, copy, both, electronic.
    pub form: String,
    /// How many.
    pub copies: u8,
    /// State.
    pub state: String,
    /// Hash of the scan; empty without one.
    pub sha: String,
}

/// A step of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Eight signs of chance.
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Who.
    pub by: String,
    /// What.
    pub act: String,
    /// The state after it.
    pub to: String,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Eight signs of chance.
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Who.
    pub by: String,
    /// Its words.
    pub text: String,
}

/// One edit of one case: fields set, a step and a note added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// `W3`, `W4` or `photos`.
    pub workload: String,
    /// `station` or `hub`.
    pub side: String,
    /// Which case.
    pub case: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Fields such as `papers.2.state`.
    pub set: BTreeMap<String, Value>,
    /// The step.
    pub event: Step,
    /// The note.
    pub note: Note,
    /// A photograph that comes with it: a file of the corpus' folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

/// Cases and edits, each with the line of JSON that the limit packs.
pub struct Corpus {
    /// Cases.
    pub cases: Vec<(Case, String)>,
    /// Edits, first that of W3.
    pub edits: Vec<(Edit, String)>,
}

/// Cases of a written corpus that are kept in memory.
const KEPT: usize = 10_000;
/// Photographs of a corpus, and where they lie in its folder.
const PHOTOS: u8 = 20;
const PHOTOS_IN: &str = "photos";

fn photo_file(nth: u8) -> String {
    format!("{PHOTOS_IN}/{nth:02}.jpg")
}

impl Corpus {
    /// Invents one.
    pub fn made(count: usize, seed: u64) -> Result<Self> {
        let items = invent::items()?;
        let cases: Vec<Case> = (0..count).map(|nth| invent::case(seed, nth, &items)).collect();
        let edits = invent::edits(seed, &cases);
        Ok(Self { cases: lined(cases)?, edits: lined(edits)? })
    }

    /// Writes one into a folder as `cases.jsonl` and `edits.jsonl`, for programs that read it there. Of a large one only the first cases
    /// are kept in memory; edits are of those.
    pub fn written(folder: &Path, count: usize, seed: u64) -> Result<Self> {
        let items = invent::items()?;
        let mut file = BufWriter::new(File::create(folder.join("cases.jsonl"))?);
        let mut kept = Vec::new();
        for nth in 0..count {
            let case = invent::case(seed, nth, &items);
            writeln!(file, "{}", serde_json::to_string(&case)?)?;
            if nth < KEPT {
                kept.push(case);
            }
        }
        file.flush()?;
        let corpus = Self { edits: lined(invent::edits(seed, &kept))?, cases: lined(kept)? };
        let edits: String = corpus.edits.iter().map(|(_, line)| format!("{line}\n")).collect();
        fs::write(folder.join("edits.jsonl"), edits)?;
        fs::create_dir_all(folder.join(PHOTOS_IN))?;
        for nth in 0..PHOTOS {
            // As they are kept everywhere: upright, small, without a place.
            let kept = intake::take(&photo(nth)).context("a photograph")?.bytes;
            fs::write(folder.join(photo_file(nth)), kept)?;
        }
        Ok(corpus)
    }

    /// Bytes of the photographs of a workload's edits.
    pub fn photo_bytes(&self, folder: &Path, workload: &str, side: &str) -> Result<u64> {
        let files = self.edits_of(workload, side).filter_map(|(edit, _)| edit.photo.as_ref());
        files.map(|file| Ok(fs::metadata(folder.join(file))?.len())).sum()
    }

    /// Reads `cases.jsonl` and `edits.jsonl` of a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Self { cases: lines(&folder.join("cases.jsonl"))?, edits: lines(&folder.join("edits.jsonl"))? })
    }

    /// Edits of a workload and side with their lines.
    pub fn edits_of<'a>(&'a self, workload: &'a str, side: &'a str) -> impl Iterator<Item = &'a (Edit, String)> {
        self.edits.iter().filter(move |(edit, _)| edit.workload == workload && edit.side == side)
    }
}

fn lined<T: Serialize>(all: Vec<T>) -> Result<Vec<(T, String)>> {
    all.into_iter().map(|one| serde_json::to_string(&one).map(|line| (one, line)).map_err(Into::into)).collect()
}

fn lines<T: serde::de::DeserializeOwned>(file: &Path) -> Result<Vec<(T, String)>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let read = |line: &str| Ok((serde_json::from_str(line)?, line.to_owned()));
    text.lines().map(read).collect()
}
