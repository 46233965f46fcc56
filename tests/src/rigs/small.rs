//! Rows 4 and 5: little room on the disk, little room in memory.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::clerk::{Said, Script};
use super::{Report, base};
use crate::world::{
    BAICAIGOU, GAO_JIANPING, JIHULUNTU, Keeping, Papers, QIMUGE, Station, World, ZHAO_YUNFENG, must, some,
};

/// A disk of its own in memory, the station on it, ballast in the rest of it but for what a program needs to start, and then the clerk.
const ON_A_SMALL_DISK: &str = r#"
    set -e
    mount -t tmpfs -o size="$3"k tmpfs "$1"
    cp "$2"/* "$1"/
    free=$(df --output=avail -k "$1" | tail -1)
    head -c $(((free - 256) * 1024)) /dev/zero > "$1/ballast"
    shift 3
    exec "$@"
"#;

/// A clerk works on a full disk. Whenever it is told so, everything can still be read, 64 KiB of room are made, and it goes on without
/// a new start, until all of the last `kib` are used. R1 to R4.
pub fn small_disk(program: &Path, kib: u32, seed: u64) -> Report {
    let (home, place) = (base::home(seed), must("a folder", tempfile::tempdir()));
    let ballast = Some(place.path().join("ballast"));
    let script = Script { folder: place.path().to_owned(), seed: seed + 1, from: 1, acts: 5, ballast };
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "small-disk"]);
    // What the folder holds already comes on top, and what a program needs to start.
    let all = u64::from(kib) + (super::clerk::LAST >> 10) + 500;
    command.arg(place.path()).arg(home.path()).arg(all.to_string()).arg(program).args(script.words());
    let (said, ended_well) = heard(command);
    let mut report = Report { tries: 1, ..Report::default() };
    for one in &said {
        match one {
            Said::Failed(act, why) => {
                report.failed += 1;
                if !why.contains("Full") {
                    report.faults.push(format!("act {act} was told to have failed for {why}"));
                }
            }
            Said::Fault(fault) | Said::NoStart(fault) => report.faults.push(fault.clone()),
            Said::Confirmed(..) => report.confirmed += 1,
            Said::Ready | Said::Done => {}
        }
    }
    if !ended_well || said.last() != Some(&Said::Done) {
        report.faults.push(format!("it ended before its end: {:?}", said.last()));
    }
    report
}

/// A clerk, and a station that reads a long feed, within so much address space. R1, R4.
pub fn little_memory(program: &Path, mib: u32, acts: u32, seed: u64) -> Report {
    let (home, mut report) = (base::home(seed), Report::default());
    let folder = base::fresh(&home);
    let script = Script { folder: folder.path().to_owned(), seed: seed + 1, from: 1, acts, ballast: None };
    let within = |words: Vec<String>| {
        let mut command = Command::new("prlimit");
        command.arg(format!("--as={}", u64::from(mib) << 20)).arg(program).args(words);
        heard(command)
    };
    for (what, words) in [("clerk", script.words()), ("reader", vec!["reader".into(), seed.to_string()])] {
        let (said, ended_well) = within(words);
        report.tries += 1;
        let mut confirmed = Vec::new();
        for one in &said {
            match one {
                Said::Confirmed(act, case) => confirmed.push((*act, *case)),
                Said::Failed(act, why) => report.faults.push(format!("{mib} MiB, {what}: act {act} failed: {why}")),
                Said::Fault(fault) | Said::NoStart(fault) => report.faults.push(format!("{mib} MiB, {what}: {fault}")),
                Said::Ready | Said::Done => {}
            }
        }
        if !ended_well || said.last() != Some(&Said::Done) {
            report.faults.push(format!("{mib} MiB, {what}: it ended before its end: {:?}", said.last()));
        }
        if what == "clerk" {
            let faults = super::clerk::looked_at(folder.path(), seed + 2, &confirmed);
            report.faults.extend(faults.into_iter().map(|fault| format!("{mib} MiB: {fault}")));
        }
        report.confirmed += confirmed.len() as u64;
    }
    report
}

/// A district in one process: a village writes long notes, and its township's new station on a real database reads them all.
pub fn reader(seed: u64) -> Result<(), String> {
    let world = World::small(seed, &["MZ-007", "YB-001"]);
    let mut village = world.station_kept("白菜沟便民服务站", BAICAIGOU, &[BAICAIGOU], QIMUGE, Keeping::Memory);
    let mut township = world.station_on_disk("苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut dice = crate::sim::Dice::new(seed);
    for nth in 0..8 {
        let again = |draft: &mut daiban_model::api::Draft| draft.despite_open = format!("第{nth}次");
        let case = village.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, again).cases[0];
        for _ in 0..60 {
            // Words that do not shrink, so that the feed is as long in bytes as it is in letters.
            let letter = |_| char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or(0));
            let words: String = (0..2_000).map(letter).collect();
            village.note(case, &words);
        }
    }
    village.sync(&world.hub);
    township.sync(&world.hub);
    let acts = |station: &mut Station| -> Vec<usize> {
        let cases: Vec<_> = station.list().into_iter().map(|row| row.id).collect();
        cases.into_iter().map(|case| station.page(case).story.len()).collect()
    };
    match acts(&mut township) == acts(&mut village) {
        true => Ok(()),
        false => Err("it did not read everything".into()),
    }
}

fn heard(mut command: Command) -> (Vec<Said>, bool) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = must("a process", command.spawn());
    let out = some("what it says", child.stdout.take());
    let said = BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| Said::read(&line)).collect();
    let ended_well = must("its end", child.wait()).success();
    (said, ended_well)
}
