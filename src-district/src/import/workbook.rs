//! Workbooks: how large they grow is found out before they are opened, and rows are read one by one.
//!
//! The library that reads sheets trusts what a file says of itself. So every part is inflated once with a counter and thrown
//! away, which also finds parts that lie about their size; only then is the file opened.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

use super::fault::{At, Fault, What};
use super::grid::{Grid, MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row, bounded};

/// The most that all parts of a workbook inflate to.
pub const MAX_INFLATED: u64 = 256 << 20;
/// The most parts; a plain table has about ten.
const MAX_PARTS: usize = 512;
/// The most text of all cells together. Cells may repeat one shared text, so this is not the file's size.
const MAX_TEXT: usize = 64 << 20;
/// The most texts that cells may share. The reader makes room for as many as the file says.
const MAX_SHARED: u64 = 4_000_000;

/// Whether it is a zip archive, as new workbooks are.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether it is an old workbook, or a new one under a password.
pub(super) fn is_old(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
}

/// Reads the first sheet.
pub(super) fn grid(bytes: &[u8]) -> Result<Grid, Vec<Fault>> {
    if is_old(bytes) {
        return Err(Fault::of_file(What::OldWorkbook));
    }
    check_bounds(bytes).map_err(Fault::of_file)?;
    let broken = |_| Fault::of_file(What::NotAWorkbook);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheet = book.sheet_names().into_iter().next().ok_or_else(|| Fault::of_file(What::Empty))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let (mut rows, mut faults, mut text) = (Vec::<Row>::new(), Vec::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let at = At::Line(u64::from(row) + 1);
        let Some(words) = words(cell.get_value()) else {
            faults.push(Fault::of_row(at, What::FormulaError));
            continue;
        };
        if words.is_empty() {
            continue;
        }
        text += words.len();
        check_cell(row, column, words.len(), text).map_err(Fault::of_file)?;
        place(&mut rows, at, column as usize, words).map_err(Fault::of_file)?;
    }
    if faults.is_empty() { headed(rows) } else { Err(faults) }
}

fn check_cell(row: u32, column: u32, length: usize, text: usize) -> Result<(), What> {
    match () {
        () if row as usize > MAX_ROWS => Err(What::TooManyRows { limit: MAX_ROWS }),
        () if column as usize >= MAX_COLUMNS => Err(What::TooManyColumns { limit: MAX_COLUMNS }),
        () if length > MAX_CELL => Err(What::LongCell { limit: MAX_CELL / 3 }),
        () if text > MAX_TEXT => Err(What::Inflates { limit_mib: MAX_TEXT >> 20 }),
        () => Ok(()),
    }
}

/// Rows come in order; a file in which they do not was not written by a spreadsheet.
fn place(rows: &mut Vec<Row>, at: At, column: usize, words: String) -> Result<(), What> {
    match rows.last().map(|row| row.at.cmp(&at)) {
        Some(std::cmp::Ordering::Greater) => return Err(What::NotAWorkbook),
        Some(std::cmp::Ordering::Equal) => {}
        Some(std::cmp::Ordering::Less) | None => rows.push(Row { at, cells: Vec::new() }),
    }
    if let Some(Row { cells, .. }) = rows.last_mut() {
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = words;
    }
    Ok(())
}

/// The first row that holds anything is the heading; no row may go on beyond it.
fn headed(mut rows: Vec<Row>) -> Result<Grid, Vec<Fault>> {
    if rows.is_empty() {
        return Err(Fault::of_file(What::Empty));
    }
    let heading = rows.remove(0).cells;
    let expected = heading.len();
    let beyond = rows.iter().filter(|row| row.cells.len() > expected);
    let faults: Vec<_> =
        beyond.map(|row| Fault::of_row(row.at, What::CellCount { found: row.cells.len(), expected })).collect();
    if faults.is_empty() { bounded(Grid { heading, rows }) } else { Err(faults) }
}

/// A cell as someone would type it; `None` for a formula that failed.
fn words(value: &DataRef<'_>) -> Option<String> {
    match value {
        DataRef::Empty => Some(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.trim().to_owned()),
        DataRef::SharedString(text) => Some(text.trim().to_owned()),
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) => Some(number.to_string()),
        DataRef::Bool(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Some(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(moment) => Some(moment.as_f64().to_string()),
        DataRef::Error(_) => None,
    }
}

/// Counts parts, inflates each with a limit, and looks for a count that the reader would make room for.
fn check_bounds(bytes: &[u8]) -> Result<(), What> {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let inflates = || What::Inflates { limit_mib: usize::try_from(MAX_INFLATED >> 20).unwrap_or(0) };
    if !is_zip(bytes) {
        return Err(What::NotAWorkbook);
    }
    if bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).count() > MAX_PARTS {
        return Err(inflates());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| What::NotAWorkbook)?;
    let mut total = 0_u64;
    for at in 0..archive.len() {
        total = total.saturating_add(archive.by_index(at).map_err(|_| What::NotAWorkbook)?.size());
    }
    if total > MAX_INFLATED {
        return Err(inflates());
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| What::NotAWorkbook)?;
        let stated = part.size();
        let (found, shared) = inflate(part.take(stated + 1))?;
        if found > stated || shared > MAX_SHARED {
            return Err(inflates());
        }
    }
    Ok(())
}

/// How long a part is, and the largest number it states as its count of shared texts.
fn inflate(mut part: impl Read) -> Result<(u64, u64), What> {
    const COUNT: &[u8] = b"uniqueCount";
    /// Room for the word and its digits across the border of two pieces.
    const OVERLAP: usize = 64;
    let (mut found, mut shared, mut kept) = (0, 0, 0);
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = part.read(&mut piece[kept..]).map_err(|_| What::NotAWorkbook)?;
        let filled = kept + read;
        let hits = piece[..filled].windows(COUNT.len()).enumerate().filter(|(_, window)| *window == COUNT);
        let stated = hits.map(|(at, _)| stated_count(&piece[at + COUNT.len()..filled]));
        shared = stated.max().unwrap_or(0).max(shared);
        if read == 0 {
            return Ok((found, shared));
        }
        found += read as u64;
        kept = filled.min(OVERLAP);
        piece.copy_within(filled - kept..filled, 0);
    }
}

/// The number in `="123"`, saturating. Written in any other way it counts as too large; cut off at the end of a piece it is
/// looked at again with the next one.
fn stated_count(rest: &[u8]) -> u64 {
    match rest {
        [b'=', b'"' | b'\'', digits @ ..] => {
            let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
            digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
        }
        [] | [b'='] => 0,
        _ => u64::MAX,
    }
}
