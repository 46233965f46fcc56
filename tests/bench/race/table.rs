//! Rows as tables of Markdown: one for each number of cases, a line for each system and road.

use super::measured::Measured;
use super::play::{CROWD, WORKLOADS};

/// All tables, largest number of cases first.
pub fn tables(rows: &[Measured]) -> String {
    let mut sizes: Vec<usize> = rows.iter().filter(|row| row.workload != CROWD).map(|row| row.n).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.dedup();
    sizes.into_iter().map(|n| table(rows, n)).collect()
}

fn table(rows: &[Measured], n: usize) -> String {
    let rows: Vec<&Measured> = rows.iter().filter(|row| row.n == n && row.workload != CROWD).collect();
    let played = WORKLOADS.map(|one| one.name).into_iter().filter(|name| rows.iter().any(|row| row.workload == *name));
    let played: Vec<&str> = played.collect();
    let mut out = format!("\n### {} cases\n\n| system | line |", grouped(n as u64));
    out += &played.iter().map(|name| format!(" {name} |")).collect::<String>();
    out += " hidden edits | MiB station, hub | CPU s station, hub |\n|---|---|";
    out += &"---|".repeat(played.len());
    out += "--:|--:|--:|\n";
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        let line = (row.link.as_str(), row.system.as_str());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    // By road, and in the order in which systems were measured.
    lines.sort_by_key(|(link, _)| order(link));
    for (link, system) in lines {
        let own: Vec<&Measured> = rows.iter().copied().filter(|row| row.link == link && row.system == system).collect();
        let cell = |name: &&str| {
            let row = own.iter().find(|row| row.workload == **name);
            format!(" {} |", row.map_or_else(String::new, |row| cell(row)))
        };
        let cells: String = played.iter().map(cell).collect();
        out += &format!("| {system} | {link} |{cells} {} | {} | {} |\n", hidden(&own), memory(&own), cpu(&own));
    }
    out
}

fn order(link: &str) -> usize {
    ["none", "loopback", "lan", "sat", "2g", "2g-cut"].iter().position(|one| *one == link).unwrap_or(usize::MAX)
}

/// Kilobytes up and down, requests, seconds; or what went wrong.
fn cell(row: &Measured) -> String {
    if row.status.starts_with("not run") {
        return row.status.clone();
    }
    let bytes = format!("{} + {} kB", kilobytes(row.bytes_up), kilobytes(row.bytes_down));
    let requests = if row.link == "none" { String::new() } else { format!(", {}", grouped(row.requests)) };
    let seconds = row.seconds.map_or_else(String::new, |seconds| format!(", {}", duration(seconds)));
    let done = row.cases_done.map_or_else(String::new, |seconds| format!(" (edits {})", duration(seconds)));
    let broken = if row.broken > 0 { format!(", broken {} times", row.broken) } else { String::new() };
    let unequal = if row.equal == Some(false) { ", **ends differ**" } else { "" };
    let fault = if row.status == "ok" { String::new() } else { format!(" **{}**", row.status) };
    format!("{bytes}{requests}{seconds}{done}{broken}{unequal}{fault}")
}

fn hidden(rows: &[&Measured]) -> String {
    let told: Vec<usize> = rows.iter().filter_map(|row| row.hidden).collect();
    if told.is_empty() { String::new() } else { told.iter().sum::<usize>().to_string() }
}

fn memory(rows: &[&Measured]) -> String {
    let most = |of: fn(&Measured) -> Option<f64>| rows.iter().filter_map(|row| of(row)).fold(0.0, f64::max);
    let (station, hub) = (most(|row| row.station_mib), most(|row| row.hub_mib));
    if station == 0.0 { String::new() } else { format!("{station:.0}, {hub:.0}") }
}

/// Of all workloads together.
fn cpu(rows: &[&Measured]) -> String {
    let sum = |of: fn(&Measured) -> Option<f64>| -> Option<f64> { rows.iter().map(|row| of(row)).sum() };
    let both = sum(|row| row.station_cpu).zip(sum(|row| row.hub_cpu));
    both.map_or_else(String::new, |(station, hub)| format!("{station:.1}, {hub:.1}"))
}

/// The stations of a crowd, a line for each system.
pub fn crowds(rows: &[Measured]) -> String {
    let line = |row: &Measured| {
        let each = row.each.map_or_else(String::new, |each| format!("{} / {}", duration(each.p50), duration(each.p99)));
        let stations = row.each.map_or_else(String::new, |each| each.stations.to_string());
        let hidden = row.hidden.map_or_else(String::new, |hidden| hidden.to_string());
        let memory = row.hub_mib.map_or_else(String::new, |mib| format!("{mib:.0}"));
        let (n, cell) = (grouped(row.n as u64), cell(row));
        format!("| {} | {} | {n} | {stations} | {cell} | {each} | {memory} | {hidden} |\n", row.system, row.link)
    };
    let lines: String = rows.iter().filter(|row| row.workload == CROWD).map(line).collect();
    if lines.is_empty() {
        return lines;
    }
    let head =
        "| system | line | cases | stations | all together | one station, p50 / p99 | MiB hub | hidden edits |\n";
    format!("{head}|---|---|--:|--:|---|---|--:|--:|\n{lines}")
}

/// Three digits that mean something.
fn kilobytes(bytes: u64) -> String {
    let kb = bytes as f64 / 1000.0;
    match bytes {
        0 => "0".to_owned(),
        1..10_000 => format!("{kb:.2}"),
        10_000..100_000 => format!("{kb:.1}"),
        _ => grouped(kb.round() as u64),
    }
}

fn duration(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{} s", grouped(seconds.round() as u64)) }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|one| std::str::from_utf8(one).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_bytes_requests_and_time_and_never_hides_a_fault() {
        let row = Measured {
            link: "2g".into(),
            bytes_up: 320,
            bytes_down: 1_234_567,
            requests: 1_100,
            seconds: Some(12.6),
            status: "ok".into(),
            ..Measured::default()
        };
        assert_eq!(cell(&row), "0.32 + 1,235 kB, 1,100, 13 s");
        let stopped = Measured { status: "stopped at the limit of 9 s".into(), seconds: None, ..row.clone() };
        assert_eq!(cell(&stopped), "0.32 + 1,235 kB, 1,100 **stopped at the limit of 9 s**");
        assert!(cell(&Measured { equal: Some(false), ..row }).contains("ends differ"), "a difference is shown");
    }

    #[test]
    fn each_size_has_a_table_with_a_line_for_each_system_and_road() {
        let row = |system: &str, link: &str, n| Measured {
            system: system.into(),
            link: link.into(),
            workload: "W2".into(),
            n,
            status: "ok".into(),
            ..Measured::default()
        };
        let all = tables(&[row("ours", "2g", 10), row("ours", "loopback", 10), row("theirs", "loopback", 2000)]);
        let lines: Vec<&str> = all.lines().filter(|line| line.starts_with("| ") && !line.contains("system")).collect();
        let begin = |line: &&str| line.split('|').take(3).collect::<String>();
        let begins: Vec<String> = lines.iter().map(begin).collect();
        assert_eq!(begins, [" theirs  loopback ", " ours  loopback ", " ours  2g "], "largest first, good lines first");
    }
}
