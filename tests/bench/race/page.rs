//! The page that is made of all rows: what was measured, how it came out, against our own bounds, and where others do better.

use super::measured::Measured;
use super::play::WORKLOADS;
use super::shaper::GPRS;
use super::table::{crowds, tables};

/// The limit's name among the systems.
pub const LIMIT: &str = "limit: zstd -19";
/// Our own name among the systems.
pub const OURS: &str = "ours";

/// The whole page.
pub fn page(rows: &[Measured]) -> String {
    let workloads: String = WORKLOADS.iter().map(|one| format!("| {} | {} |\n", one.name, one.what)).collect();
    let crowd = crowds(rows);
    let crowd = if crowd.is_empty() { String::new() } else { format!("\n{CROWD_HEAD}\n{crowd}") };
    format!(
        "{HEAD}\n{workloads}{COUNTED}\n## Results\n\n{}{}{crowd}\n## Our bounds\n\n{}\n## Where another system did better\n\n{}{CAVEATS}",
        origin(rows),
        tables(rows),
        bounds(rows),
        losses(rows),
    )
}

const HEAD: &str = "\
# The exchange beside other systems

Made by `cargo xtask bench sync --peers --json docs/benchmarks.jsonl` from that file; edit the program (`tests/bench/race/page.rs`), not this
page. How many bytes and requests, and how long, does it take to bring a village station and the district's hub to the same state? Every
system gets the same invented cases, the same edits and the same line, in the same run.

| workload | |
|---|---|";

const COUNTED: &str = "\
| crowd | many stations, each with all cases and one edit of its own, exchange at the same time |

- **Bytes**: TCP payload at the hub's sockets, up (station to hub) + down, with HTTP headers, WebSocket frames and handshakes; no TLS.
- **Requests**: HTTP requests; for WebSocket the frames of both directions.
- **Seconds**: from the start of the exchange to its end, by one clock outside of all systems. Edits are made before; afterwards both ends
  are compared, row by row.
- **Hidden edits**: edits of which something (a field, an event, a note) is in sight at neither end. Where both sides set the same
  field, either value may stand: a system that shows both is not rewarded, one that decides silently is not punished.
- **Stations** are a new process for each workload, on the state that the last one left; the hub's process stays.
- **The limit** is one zstd stream (level 19) of the rows or edits as JSON: no ids, no signatures, no acknowledgement, no history;
  photographs, which no packing makes smaller, as they are.
- **(edits ... s)** behind a time: from the start until everything but photographs was through. Only ours tells the two apart.
- **Lines**: `2g` is 64 kbit/s, 400 ms each way, 3 % of packets lost, 32 KB of queue; `2g-cut` is dead for 5 s of every 20 s besides.

A cell is: kB up + kB down, requests, seconds.
";

const CROWD_HEAD: &str = "### Many stations at once\n";

const CAVEATS: &str = "
## Caveats

- One run, on a machine that others used too (`load` in the rows of JSON): seconds move by a factor of two between runs, bytes and
  requests hardly. Loopback seconds say little about the field; those over `2g` do.
- The slow line is an emulator in user space: two network namespaces joined by TUN devices, with the kernel's own TCP (reno) at both
  ends, so that loss, retransmission and queues act as they would; it adds about a millisecond. Losses come from a fixed seed, but
  which packets they hit depends on timing. Every system must wait out its own retransmissions; one run is one throw of the dice.
- A first sync of more than 1,000 cases is not played over a slow line; the store is filled over a good one and the row left out.
- Ours encrypts its database at the station, signs and verifies everything and keeps full history; the others do none of it here.
  The cost of that is in our bytes (signatures, hashes) and in our CPU seconds.
- Our hub is counted by a relay inside its own process, before its socket. What was edited \"at the hub\" comes from another station
  that has exchanged before the clock starts.
- PouchDB: express-pouchdb compresses downwards only, which is most of W4. Six connections are kept open. One side's edit of a case that
  both sides edited is out of sight until the application resolves the conflict; that is its way, not a fault of the measurement.
- automerge-repo: the station gets the list of document addresses for nothing. Only open documents are compared, so the station opens all of
  them first, and this counts. It has no signal for the end: the last message is, after 3 s of silence (10 s on a slow line), which
  are subtracted. Keep-alive is set to an hour, since the default drops a busy station.
- The peers hold one revision of each case, without history; nothing of an application stands around them.
- Memory of a Node process that does nothing is about 60 MiB.
- The crowd's stations share one process and thus two cores with the hub. automerge-repo is not in it: after ten minutes its fifty
  stations had not opened their thousand documents, and it was stopped by hand.
- At more than 100,000 cases only the cases of the edits are compared row by row; the heads of all documents are compared still.
";

/// Machine, days and versions.
fn origin(rows: &[Measured]) -> String {
    let mut machines: Vec<&str> = rows.iter().map(|row| row.machine.machine.as_str()).collect();
    machines.sort_unstable();
    machines.dedup();
    let mut days: Vec<&str> = rows.iter().map(|row| row.machine.measured.as_str()).collect();
    days.sort_unstable();
    let days = match (days.first(), days.last()) {
        (Some(first), Some(last)) if first == last => (*first).to_owned(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => String::new(),
    };
    let mut versions: Vec<String> = Vec::new();
    for row in rows.iter().filter(|row| !row.version.is_empty()) {
        let version = format!("{} {}", row.system, row.version);
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    format!("Measured {days} on {}. Versions: {}.\n", machines.join("; "), versions.join("; "))
}

fn find<'a>(rows: &'a [Measured], system: &str, workload: &str, link: &str, n: usize) -> Option<&'a Measured> {
    rows.iter().find(|row| row.system == system && row.workload == workload && row.link == link && row.n == n)
}

/// Our figures against the bounds we set ourselves.
fn bounds(rows: &[Measured]) -> String {
    let mut sizes: Vec<usize> = rows.iter().filter(|row| row.system == OURS).map(|row| row.n).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut out = "| bound | cases | measured | |\n|---|--:|---|---|\n".to_owned();
    for n in sizes {
        for (workload, most, requests) in [("W1", 1.4, 60), ("W4", 1.6, 6)] {
            let (ours, floor) = (find(rows, OURS, workload, "loopback", n), find(rows, LIMIT, workload, "none", n));
            if let Some((ours, floor)) = ours.zip(floor) {
                let ratio = both(ours) as f64 / both(floor) as f64;
                let held = ratio <= most && ours.requests <= requests;
                let bound = format!("{workload}: at most {most} times the limit and {requests} requests");
                out += &line(&bound, n, &format!("{ratio:.2} times, {} requests", ours.requests), held);
            }
        }
        for (workload, most) in [("W2", 800), ("W3", 1_300)] {
            if let Some(ours) = find(rows, OURS, workload, "loopback", n) {
                let held = both(ours) <= most && ours.requests == 1;
                let bound = format!("{workload}: one request, at most {most} B both ways");
                out += &line(&bound, n, &format!("{} B, {} requests", both(ours), ours.requests), held);
            }
        }
        out += &over_2g(rows, n).unwrap_or_default();
    }
    out
}

/// Two weeks apart over the slow line, against the time that the limit's bytes and one round trip take.
fn over_2g(rows: &[Measured], n: usize) -> Option<String> {
    let (ours, floor) = (find(rows, OURS, "W4", GPRS.name, n)?, find(rows, LIMIT, "W4", "none", n)?);
    let least = floor.bytes_up.max(floor.bytes_down) as f64 / GPRS.rate + 2.0 * GPRS.delay.as_secs_f64();
    let took = ours.seconds?;
    let bound = "W4 over 2g: at most twice what the limit's longer direction and one round trip take";
    Some(line(bound, n, &format!("{took:.1} s, {:.2} times {least:.1} s", took / least), took <= 2.0 * least))
}

fn line(bound: &str, n: usize, measured: &str, held: bool) -> String {
    format!("| {bound} | {n} | {measured} | {} |\n", if held { "held" } else { "**missed**" })
}

fn both(row: &Measured) -> u64 {
    row.bytes_up + row.bytes_down
}

/// Everything in which another system came out better than ours in the same workload.
fn losses(rows: &[Measured]) -> String {
    let mut out = String::new();
    for theirs in rows.iter().filter(|row| row.system != OURS && row.system != LIMIT && row.status == "ok") {
        let Some(ours) = find(rows, OURS, &theirs.workload, &theirs.link, theirs.n) else { continue };
        let mut better = Vec::new();
        let mut compare = |what: &str, their: Option<f64>, our: Option<f64>, unit: &str| {
            if let Some((their, our)) = their.zip(our).filter(|(their, our)| their < our) {
                better.push(format!("{what} {their:.2} against {our:.2}{unit}"));
            }
        };
        compare("bytes", Some(both(theirs) as f64 / 1000.0), Some(both(ours) as f64 / 1000.0), " kB");
        compare("requests", Some(theirs.requests as f64), Some(ours.requests as f64), "");
        compare("time", theirs.seconds, ours.seconds, " s");
        compare("memory at the station", theirs.station_mib, ours.station_mib, " MiB");
        compare("memory at the hub", theirs.hub_mib, ours.hub_mib, " MiB");
        compare("CPU at the station", theirs.station_cpu, ours.station_cpu, " s");
        compare("CPU at the hub", theirs.hub_cpu, ours.hub_cpu, " s");
        if !better.is_empty() {
            let (n, workload, link) = (theirs.n, &theirs.workload, &theirs.link);
            out += &format!("- {}, {workload} of {n} over {link}: {}.\n", theirs.system, better.join("; "));
        }
    }
    if out.is_empty() { "In no row of these tables.\n".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(system: &str, workload: &str, link: &str, bytes: u64) -> Measured {
        Measured {
            system: system.into(),
            workload: workload.into(),
            link: link.into(),
            n: 10,
            bytes_down: bytes,
            requests: 1,
            seconds: Some(1.0),
            status: "ok".into(),
            ..Measured::default()
        }
    }

    #[test]
    fn a_bound_that_is_missed_is_said_to_be() {
        let limit = row(LIMIT, "W1", "none", 1000);
        let page = |bytes| bounds(&[limit.clone(), row(OURS, "W1", "loopback", bytes)]);
        assert!(page(1400).contains("1.40 times, 1 requests | held"), "just held: {}", page(1400));
        assert!(page(1410).contains("**missed**"), "just missed");
    }

    #[test]
    fn a_row_in_which_another_system_is_better_is_listed() {
        let rows = [row(OURS, "W2", "loopback", 600), row("theirs", "W2", "loopback", 590)];
        assert_eq!(losses(&rows), "- theirs, W2 of 10 over loopback: bytes 0.59 against 0.60 kB.\n");
        assert_eq!(losses(&rows[..1]), "In no row of these tables.\n");
    }
}
