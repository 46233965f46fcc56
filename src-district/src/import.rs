//! Reading the district's own files: places, people, items, bundles and calendars as CSV, XLSX or JSON.
//!
//! A file is bounded before it is parsed and checked by the model's own rules before it is anything. Every fault of a file is
//! told at once, with its line, in words the person at the district can act on; a file with a fault yields nothing. Nothing
//! here writes.

mod bundles;
mod calendar;
mod columns;
mod fault;
mod file;
mod grid;
mod items;
mod places;
mod roster;
mod tree;
mod workbook;

pub use bundles::bundles;
pub use calendar::calendar;
pub use fault::{At, Fault, What};
pub use file::{Content, Form, MAX_BYTES, parse, read};
pub use grid::{Grid, MAX_ROWS, Row};
pub use items::catalogue;
pub use places::places;
pub use roster::roster;
pub use workbook::MAX_INFLATED;

#[cfg(test)]
mod tests;
