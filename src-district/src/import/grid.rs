//! A heading and rows of plain cells: what CSV files, sheets and lists of JSON have in common.

use serde_json::Value;

use super::fault::{At, Fault, MAX_FAULTS, What, quoted};

/// The most rows of one table.
pub const MAX_ROWS: usize = 100_000;
/// The most columns of one table; the widest the district uses has seventeen.
pub(super) const MAX_COLUMNS: usize = 64;
/// The longest cell, in bytes: what a spreadsheet itself can hold, in Chinese.
pub(super) const MAX_CELL: usize = 3 * 32_767;

/// A table as it was read: plain words, nothing checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// The heading.
    pub heading: Vec<String>,
    /// The rows that hold anything.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub at: At,
    /// Its cells, under the heading's in order; missing ones at the end are empty.
    pub cells: Vec<String>,
}

/// Reads a CSV file. Quotes may hold commas and line breaks; blank lines are passed over.
pub(super) fn from_csv(text: &str) -> Result<Grid, Vec<Fault>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut grid, mut faults) = (Grid::default(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|_| Fault::of_file(What::NotUtf8))?;
        let at = At::Line(record.position().map_or(0, |position| line_of(text, position)));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if grid.heading.is_empty() {
            grid.heading = record.iter().map(str::to_owned).collect();
            continue;
        }
        match csv_fault(&record, grid.heading.len()) {
            Some(what) => faults.push(Fault::of_row(at, what)),
            None => grid.rows.push(Row { at, cells: record.iter().map(str::to_owned).collect() }),
        }
        if grid.rows.len() > MAX_ROWS {
            return Err(Fault::of_file(What::TooManyRows { limit: MAX_ROWS }));
        }
        if faults.len() >= MAX_FAULTS {
            faults.push(Fault::of_row(At::File, What::TooMany));
            return Err(faults);
        }
    }
    if faults.is_empty() { bounded(grid) } else { Err(faults) }
}

/// The reader notes where it stood before it passed over blank lines; those count too.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let from = usize::try_from(position.byte()).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let blank = from.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n');
    position.line() + blank.count() as u64
}

fn csv_fault(record: &csv::StringRecord, expected: usize) -> Option<What> {
    let found = record.len();
    // A quote that is never closed swallows the lines after it, so the row is short and one cell runs over lines.
    if found < expected && record.iter().any(|cell| cell.contains('\n')) {
        return Some(What::OpenQuote);
    }
    if found != expected {
        return Some(What::CellCount { found, expected });
    }
    record.iter().any(|cell| cell.len() > MAX_CELL).then_some(What::LongCell { limit: MAX_CELL / 3 })
}

/// Holds the bounds that every table has.
pub(super) fn bounded(grid: Grid) -> Result<Grid, Vec<Fault>> {
    if grid.heading.len() > MAX_COLUMNS {
        return Err(Fault::of_file(What::TooManyColumns { limit: MAX_COLUMNS }));
    }
    if grid.rows.is_empty() {
        return Err(Fault::of_file(What::Empty));
    }
    Ok(grid)
}

/// Reads a list of flat objects; the heading is every key that occurs.
pub(super) fn from_list(value: &Value) -> Result<Grid, Vec<Fault>> {
    const EXPECTED: &str = "由对象组成的列表，对象的键是列名";
    let Value::Array(entries) = value else {
        return Err(Fault::of_file(What::Shape { expected: EXPECTED }));
    };
    if entries.len() > MAX_ROWS {
        return Err(Fault::of_file(What::TooManyRows { limit: MAX_ROWS }));
    }
    let (mut grid, mut faults) = (Grid::default(), Vec::new());
    for (at, entry) in (1..).map(At::Entry).zip(entries) {
        let Value::Object(object) = entry else {
            faults.push(Fault::of_row(at, What::Shape { expected: "一个对象" }));
            continue;
        };
        let mut cells = vec![String::new(); grid.heading.len()];
        for (key, value) in object {
            let column = grid.heading.iter().position(|name| name == key).unwrap_or(grid.heading.len());
            if column == grid.heading.len() {
                grid.heading.push(key.clone());
                cells.push(String::new());
            }
            match cell(key, value) {
                Some(text) => cells[column] = text,
                None => faults.push(Fault {
                    at,
                    column: Some(quoted(key)),
                    what: What::Shape { expected: "文字、数字、空值，或文字的列表" },
                }),
            }
        }
        grid.rows.push(Row { at, cells });
        if grid.heading.len() > MAX_COLUMNS || faults.len() >= MAX_FAULTS {
            break;
        }
    }
    if faults.is_empty() { bounded(grid) } else { Err(faults) }
}

/// A list inside a cell is joined by the sign that parts it in a table.
fn cell(column: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()).filter(|text| text.len() <= MAX_CELL),
        Value::Array(parts) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            parts.map(|parts| parts.join(if column == "materials" { "|" } else { ";" }))
        }
        Value::Object(_) => None,
    }
}
