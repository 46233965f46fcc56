//! Which columns a table has: under their own names or the Chinese ones, in any order, none twice, none unknown.

use super::fault::{At, Fault, What, quoted};
use super::grid::{Grid, Row};

/// A column that a table may have.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name in the district's data files.
    pub(super) name: &'static str,
    /// Its name on a sheet made by hand.
    pub(super) zh: &'static str,
    /// Whether it must be there.
    pub(super) need: Need,
}

/// Whether a column must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Required,
    /// It may.
    Optional,
    /// It may, and is not used.
    Unused,
}

pub(super) const fn required(name: &'static str, zh: &'static str) -> Column {
    Column { name, zh, need: Need::Required }
}

pub(super) const fn optional(name: &'static str, zh: &'static str) -> Column {
    Column { name, zh, need: Need::Optional }
}

pub(super) const fn unused(name: &'static str, zh: &'static str) -> Column {
    Column { name, zh, need: Need::Unused }
}

impl Column {
    fn is_called(&self, heading: &str) -> bool {
        let heading = heading.trim();
        heading.eq_ignore_ascii_case(self.name) || heading == self.zh
    }
}

/// The heading of a table, understood.
pub(super) struct Layout<'a> {
    columns: &'static [Column],
    heading: &'a [String],
    /// Where each column stands in the rows.
    places: Vec<Option<usize>>,
}

impl<'a> Layout<'a> {
    /// Understands a heading, or tells everything that is wrong with it.
    pub(super) fn of(grid: &'a Grid, columns: &'static [Column]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut tell = |what| faults.push(Fault::of_row(At::File, what));
        for name in &grid.heading {
            if !columns.iter().any(|column| column.is_called(name)) {
                let used = columns.iter().filter(|column| column.need != Need::Unused);
                let known = used.map(|column| column.name).collect::<Vec<_>>().join("、");
                tell(What::UnknownColumn { name: quoted(name), known });
            }
        }
        for column in columns {
            match grid.heading.iter().filter(|name| column.is_called(name)).count() {
                0 if column.need == Need::Required => tell(What::MissingColumn { name: title(column) }),
                0 | 1 => {}
                _ => tell(What::TwiceColumn { name: title(column) }),
            }
        }
        let place = |column: &Column| grid.heading.iter().position(|name| column.is_called(name));
        let places = columns.iter().map(place).collect();
        if faults.is_empty() { Ok(Self { columns, heading: &grid.heading, places }) } else { Err(faults) }
    }

    /// A row under this heading.
    pub(super) fn record<'r>(&'r self, row: &'r Row) -> Record<'r> {
        Record { layout: self, row }
    }

    /// How the file itself calls a column.
    fn heading_of(&self, name: &str) -> String {
        let place = self.columns.iter().position(|column| column.name == name).and_then(|at| self.places[at]);
        place.map_or_else(|| name.to_owned(), |at| self.heading[at].trim().to_owned())
    }
}

fn title(column: &Column) -> String {
    format!("{}（{}）", column.name, column.zh)
}

/// One row with its heading.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    layout: &'r Layout<'r>,
    row: &'r Row,
}

impl<'r> Record<'r> {
    /// A cell without blanks around it; empty where there is no such column.
    pub(super) fn get(self, name: &str) -> &'r str {
        let column = self.layout.columns.iter().position(|column| column.name == name);
        let place = column.and_then(|at| self.layout.places[at]);
        place.and_then(|at| self.row.cells.get(at)).map_or("", |cell| cell.trim())
    }

    /// A cell that must hold something.
    pub(super) fn filled(self, name: &str) -> Result<&'r str, Fault> {
        match self.get(name) {
            "" => Err(self.fault(name, What::Blank)),
            text => Ok(text),
        }
    }

    /// The parts of a cell, each parsed.
    pub(super) fn parts<T>(self, name: &str, read: impl Fn(&str) -> Result<T, What>) -> Result<Vec<T>, Fault> {
        let parts = self.get(name).split([';', '；', '、']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(read).collect::<Result<_, _>>().map_err(|what| self.fault(name, what))
    }

    /// A cell that may be empty, parsed.
    pub(super) fn known<T>(self, name: &str, read: impl Fn(&str) -> Result<T, What>) -> Result<Option<T>, Fault> {
        match self.get(name) {
            "" => Ok(None),
            text => read(text).map(Some).map_err(|what| self.fault(name, what)),
        }
    }

    /// A cell that must hold something, parsed.
    pub(super) fn must<T>(self, name: &str, read: impl Fn(&str) -> Result<T, What>) -> Result<T, Fault> {
        read(self.filled(name)?).map_err(|what| self.fault(name, what))
    }

    /// A fault in one of its cells.
    pub(super) fn fault(self, name: &str, what: What) -> Fault {
        Fault { at: self.row.at, column: Some(self.layout.heading_of(name)), what }
    }
}

/// Keeps the value, or notes the fault and goes on to the next cell.
pub(super) fn note<T>(cell: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    cell.map_err(|fault| faults.push(fault)).ok()
}

/// A division's code.
pub(super) fn code(text: &str) -> Result<daiban_model::ids::ScopeCode, What> {
    text.parse().map_err(|_| What::Form { rule: "区划代码是 6、9 或 12 位数字" })
}

/// A day, as people and spreadsheets write it.
pub(super) fn day(text: &str) -> Result<jiff::civil::Date, What> {
    let wrong = || What::Form { rule: "日期写成 2026-03-02 的样子" };
    let numbers: Option<Vec<i16>> = text.split(['-', '/', '.']).map(|part| part.trim().parse().ok()).collect();
    let [year @ 1900..=9999, month, day] = numbers.unwrap_or_default()[..] else { return Err(wrong()) };
    let (month, day) = (i8::try_from(month).map_err(|_| wrong())?, i8::try_from(day).map_err(|_| wrong())?);
    jiff::civil::Date::new(year, month, day).map_err(|_| wrong())
}

/// One of the words that the model knows a value by.
pub(super) fn word<T: serde::de::DeserializeOwned>(text: &str, known: &str) -> Result<T, What> {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};
    let words: StrDeserializer<'_, Error> = text.into_deserializer();
    T::deserialize(words).map_err(|_| What::UnknownWord { word: quoted(text), known: known.to_owned() })
}
