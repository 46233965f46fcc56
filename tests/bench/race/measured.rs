//! One row of the result: a system, a workload, a line, and what it cost. A line of JSON when it is kept.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::machine::Machine;

/// What one workload of one system cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Always `sync`.
    pub bench: String,
    /// The system.
    pub system: String,
    /// What it says its version is.
    pub version: String,
    /// `W1` and so on.
    pub workload: String,
    /// Cases at the hub.
    pub n: usize,
    /// `loopback`, the name of a line, or `none` for the limit.
    pub link: String,
    /// TCP payload at the hub's sockets, station to hub.
    pub bytes_up: u64,
    /// The same, hub to station.
    pub bytes_down: u64,
    /// HTTP requests; for a WebSocket its frames in both directions.
    pub requests: u64,
    /// TCP connections opened.
    pub connections: u64,
    /// From the start of the exchange to its end.
    pub seconds: Option<f64>,
    /// From the start until all but attachments was through, where a system tells the two apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases_done: Option<f64>,
    /// Of a crowd: the station in the middle and the last but one in a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// Peak memory of the station's process in this workload, in MiB.
    pub station_mib: Option<f64>,
    /// Peak memory of the hub's process in this workload, in MiB.
    pub hub_mib: Option<f64>,
    /// CPU seconds of the station.
    pub station_cpu: Option<f64>,
    /// CPU seconds of the hub.
    pub hub_cpu: Option<f64>,
    /// Times the road broke and was tried again.
    pub broken: u64,
    /// IP packets offered to the line and those it lost or had no room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<Packets>,
    /// Whether both ends show the same afterwards; nothing where that was not looked at.
    pub equal: Option<bool>,
    /// Edits of which something is out of sight at both ends afterwards.
    pub hidden: Option<usize>,
    /// `ok`, or what went wrong.
    pub status: String,
    /// Where and when.
    #[serde(flatten)]
    pub machine: Machine,
}

/// Times of the stations of a crowd, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Each {
    /// How many stations.
    pub stations: usize,
    /// Half of them were done by then.
    pub p50: f64,
    /// 99 of 100 were.
    pub p99: f64,
}

/// What the line carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Packets {
    /// Bytes of IP, station to hub.
    pub ip_up: u64,
    /// Bytes of IP, hub to station.
    pub ip_down: u64,
    /// Packets offered, both ways.
    pub offered: u64,
    /// Packets lost or without room, both ways.
    pub dropped: u64,
}

impl Measured {
    /// What no later row replaces: the same thing measured again does.
    fn place(&self) -> (&str, &str, &str, usize) {
        (&self.system, &self.workload, &self.link, self.n)
    }

    /// Appends it to a file.
    pub fn keep(&self, file: &Path) -> Result<()> {
        let mut open = OpenOptions::new().create(true).append(true).open(file)?;
        Ok(writeln!(open, "{}", serde_json::to_string(self)?)?)
    }
}

/// Rows of a file, the last of each place.
pub fn read(file: &Path) -> Result<Vec<Measured>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut all: Vec<Measured> = Vec::new();
    for line in text.lines() {
        let row: Measured = serde_json::from_str(line).with_context(|| line.to_owned())?;
        all.retain(|earlier| earlier.place() != row.place());
        all.push(row);
    }
    Ok(all)
}

/// Writes the rows back, one of each place, each with its bytes beside those of the limit named.
pub fn write(file: &Path, rows: &[Measured], limit: &str) -> Result<()> {
    let line = |row| Ok(serde_json::to_string(&Kept::of(row, rows, limit))? + "\n");
    let lines: Result<Vec<String>> = rows.iter().map(line).collect();
    Ok(fs::write(file, lines?.concat())?)
}

/// A row as all measurements are kept: what was measured, the figure, its unit, the reference and the ratio.
#[derive(Serialize)]
struct Kept<'a> {
    case: String,
    value: u64,
    unit: &'static str,
    reference: Option<u64>,
    ratio: Option<f64>,
    #[serde(flatten)]
    row: &'a Measured,
}

impl<'a> Kept<'a> {
    fn of(row: &'a Measured, rows: &[Measured], limit: &str) -> Self {
        let value = row.bytes_up + row.bytes_down;
        let floor = |other: &&Measured| other.system == limit && other.workload == row.workload && other.n == row.n;
        let reference = rows.iter().find(floor).map(|floor| floor.bytes_up + floor.bytes_down);
        let ratio = reference.filter(|bytes| *bytes > 0).map(|bytes| value as f64 / bytes as f64);
        let case = format!("{}, {}, {}: bytes on the sockets", row.system, row.link, row.workload);
        Self { case, value, unit: "B", reference, ratio, row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_again_replaces_what_was_measured_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.jsonl");
        let row =
            |workload: &str, n, bytes_up| Measured { workload: workload.into(), n, bytes_up, ..Measured::default() };
        for one in [row("W2", 10, 1), row("W3", 10, 2), row("W2", 20, 3), row("W2", 10, 4)] {
            one.keep(&file).unwrap();
        }
        let bytes: Vec<u64> = read(&file).unwrap().iter().map(|row| row.bytes_up).collect();
        assert_eq!(bytes, [2, 3, 4], "the first of the same workload and size is gone");
        let limit =
            Measured { system: "limit".into(), workload: "W3".into(), n: 10, bytes_up: 4, ..Measured::default() };
        limit.keep(&file).unwrap();
        write(&file, &read(&file).unwrap(), "limit").unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let kept: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(kept.len(), 4, "and stays so in the file");
        assert_eq!((&kept[0]["value"], &kept[0]["reference"], &kept[0]["ratio"]), (&2.into(), &4.into(), &0.5.into()));
        assert_eq!(read(&file).unwrap().len(), 4, "and is read again");
    }
}
