//! Lists inside a tree of JSON, read entry by entry so that each fault has its place.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::{At, Fault, MAX_FAULTS, What};

/// Reads every entry of a list, or tells which ones are not of the wanted shape. A list that is absent is empty.
pub(super) fn entries<T: DeserializeOwned>(
    list: Option<&Value>,
    name: &str,
    expected: &'static str,
) -> Result<Vec<(At, T)>, Vec<Fault>> {
    let entries = match list {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(Fault::of_file(What::Shape { expected: "列表" })),
    };
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for (at, entry) in (1..).map(At::Entry).zip(entries) {
        match T::deserialize(entry) {
            Ok(value) => read.push((at, value)),
            Err(_) => faults.push(Fault { at, column: Some(name.to_owned()), what: What::Shape { expected } }),
        }
        if faults.len() >= MAX_FAULTS {
            break;
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}
