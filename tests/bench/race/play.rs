//! One system through the workloads: fill the hub, make the edits, start the clock, exchange, stop it, compare.
//!
//! P1: every workload is a fresh station process on the state the last one left; the hub's process stays. P2: edits are made before the
//! clock starts, rows are compared after it has stopped. P3: a system that fails is a row that says so, and so are the workloads it does
//! not come to.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::line::Line;
use super::machine::Machine;
use super::measured::{Each, Measured, Packets};
use super::program::{Answer, Program, Used};
use super::rows::Shown;
use super::shaper::{LAN, Profile};
use crate::bench::corpus::{Corpus, Edit};
use crate::bench::figures::{Clock, Times};

/// A system to be measured.
#[derive(Debug, Clone)]
pub struct System {
    /// Its name in the results.
    pub name: String,
    /// The program and its first arguments.
    pub command: Vec<OsString>,
    /// Arguments behind those of its role.
    pub options: Vec<(String, String)>,
    /// What its first exchange does.
    pub first: FirstSync,
    /// The largest number of cases worth trying.
    pub at_most: usize,
}

/// What a first exchange does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSync {
    /// Everything.
    Whole,
    /// It only fetches; the first exchange in both directions costs something of its own.
    FetchOnly,
}

/// Something to be exchanged. Its edits bear its name in the corpus.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// Only systems whose first exchange is of this kind play it; nothing: all.
    pub only: Option<FirstSync>,
    /// What it is, for the page.
    pub what: &'static str,
}

/// The workloads in their order: each begins where the last one ended.
pub const WORKLOADS: [Workload; 6] = [
    Workload { name: "W1", only: None, what: "first sync: an empty station gets all cases" },
    Workload {
        name: "W2-first",
        only: Some(FirstSync::FetchOnly),
        what: "the first exchange in both directions after W1, where a system makes that difference",
    },
    Workload { name: "W2", only: None, what: "nothing changed" },
    Workload { name: "W3", only: None, what: "one case changed at the hub" },
    Workload {
        name: "W4",
        only: None,
        what: "two weeks apart: 500 edits at the station and 500 at the hub (450 each among 1,000 cases), a tenth of \
               them on cases that both sides edit, a twenty-fifth in the same field",
    },
    Workload {
        name: PHOTOS,
        only: None,
        what: "a day out: 200 edits at the station, every tenth with a photograph of about 200 kB",
    },
];
/// The name of the workload with photographs.
pub const PHOTOS: &str = "photos";
/// The name of the crowd's workload.
pub const CROWD: &str = "crowd";

/// Over a slow line a first sync of more cases than this is not worth the time it takes.
const FIRST_SYNC_OVER_SLOW: usize = 1_000;
/// Above this only the cases that edits are about are compared row by row.
const ALL_ROWS: usize = 100_000;

/// Where systems are measured.
pub struct Course<'a> {
    /// The cases, written to a folder.
    pub corpus: &'a Corpus,
    /// That folder.
    pub folder: &'a Path,
    /// How many cases there are.
    pub n: usize,
    /// The road.
    pub line: &'a Line,
    /// What it is like while it is measured; nothing on loopback.
    pub profile: Option<Profile>,
    /// How long a workload may take.
    pub limit: Duration,
}

impl Course<'_> {
    /// Plays all workloads of a system; gives each row as it comes.
    pub fn play(&self, system: &System, mut give: impl FnMut(Measured) -> Result<()>) -> Result<()> {
        let state = tempfile::tempdir()?;
        let ends = Ends { course: self, system, state: state.path(), listen: self.address()? };
        let workloads = WORKLOADS.iter().filter(|one| one.only.is_none_or(|kind| kind == system.first));
        let mut hub = ends.filled("1")?;
        let mut failed = None;
        for workload in workloads {
            let hidden_row = workload.name.starts_with("W1") && self.is_filled_quickly();
            let row = match failed {
                Some(earlier) => self.row(system, workload.name, &format!("not run, {earlier} did not end well")),
                None => ends
                    .workload(&mut hub, workload.name)
                    .unwrap_or_else(|fault| self.row(system, workload.name, &format!("failed: {fault:#}"))),
            };
            if row.status != "ok" && failed.is_none() {
                failed = Some(workload.name);
            }
            if !hidden_row || row.status != "ok" {
                give(row)?;
            }
        }
        Ok(())
    }

    /// Many stations at once: each has all cases and has written one edit; then all of them exchange at the same time.
    pub fn crowd(&self, system: &System, stations: usize) -> Result<Measured> {
        let state = tempfile::tempdir()?;
        let ends = Ends { course: self, system, state: state.path(), listen: self.address()? };
        let mut hub = ends.filled(&stations.to_string())?;
        let row = ends.crowd(&mut hub, stations);
        Ok(row.unwrap_or_else(|fault| self.row(system, CROWD, &format!("failed: {fault:#}"))))
    }

    /// A first sync of so many cases over a slow line is played on a good network instead, only to get to the state after it.
    fn is_filled_quickly(&self) -> bool {
        self.profile.is_some() && self.n > FIRST_SYNC_OVER_SLOW
    }

    fn address(&self) -> Result<String> {
        let port = match self.line {
            Line::Loopback => TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            Line::Slow(_) => 8719,
        };
        Ok(format!("{}:{port}", self.line.hub_host()))
    }

    fn edits(&self, workload: &str) -> Vec<&Edit> {
        self.corpus.edits.iter().map(|(edit, _)| edit).filter(|edit| edit.workload == workload).collect()
    }

    fn row(&self, system: &System, workload: &str, status: &str) -> Measured {
        Measured {
            bench: "sync".to_owned(),
            system: system.name.clone(),
            workload: workload.to_owned(),
            n: self.n,
            link: self.profile.map_or("loopback", |profile| profile.name).to_owned(),
            status: status.to_owned(),
            machine: Machine::now(),
            ..Measured::default()
        }
    }
}

/// Both ends of one system.
struct Ends<'a> {
    course: &'a Course<'a>,
    system: &'a System,
    state: &'a Path,
    listen: String,
}

impl Ends<'_> {
    /// Fills the hub in a process of its own, so that its memory is not counted later, and starts it.
    fn filled(&self, stations: &str) -> Result<Program> {
        let seeding = Program::start(&mut self.command("seed", &["--listen", &self.listen, "--stations", stations])?)?;
        seeding.end().context("filling the hub")?;
        Program::start(&mut self.command("hub", &["--listen", &self.listen])?).context("starting the hub")
    }

    fn station(&self) -> Result<Program> {
        Program::start(&mut self.command("station", &["--hub", &self.listen])?).context("starting the station")
    }

    fn command(&self, role: &str, more: &[&str]) -> Result<Command> {
        let (program, first) = self.system.command.split_first().context("a system has a program")?;
        let line = self.course.line;
        let mut command = if matches!(role, "seed" | "hub") { line.at_hub(program) } else { line.at_station(program) };
        command.args(first).arg(role).arg("--corpus").arg(self.course.folder).arg("--state").arg(self.state).args(more);
        for (name, value) in &self.system.options {
            command.arg(format!("--{name}")).arg(value);
        }
        Ok(command)
    }

    fn workload(&self, hub: &mut Program, name: &str) -> Result<Measured> {
        let Course { line, profile, .. } = *self.course;
        let edits = self.course.edits(name);
        line.become_like(LAN);
        if name == "W1" {
            // Whatever a station has to make or be told once before its first exchange.
            let mut station = self.station()?;
            station.ask("open")?;
            station.end()?;
        }
        if edits.iter().any(|edit| edit.side == "hub") {
            hub.ask(&format!("edit {name}"))?;
        }
        if edits.iter().any(|edit| edit.side == "station") {
            let mut station = self.station()?;
            station.ask(&format!("edit {name}"))?;
            station.end()?;
        }
        let mut station = self.station()?;
        station.ask("open")?;
        let slow = profile.filter(|_| name != "W1" || !self.course.is_filled_quickly());
        let row = self.timed(hub, &mut station, name, slow.unwrap_or(LAN))?;
        line.become_like(LAN);
        if row.status != "ok" {
            return Ok(row);
        }
        let row = self.compared(row, hub, &mut station, &edits)?;
        station.end()?;
        Ok(row)
    }

    /// The exchange itself, between two looks at everything that counts.
    fn timed(&self, hub: &mut Program, station: &mut Program, name: &str, profile: Profile) -> Result<Measured> {
        let Course { line, limit, .. } = *self.course;
        let before = Looks::at(hub, station, line)?;
        hub.forget_peak();
        station.forget_peak();
        line.become_like(profile);
        let clock = Clock::start();
        let answer = station.ask_within(&format!("sync {name}"), limit)?;
        let seconds = clock.passed().as_secs_f64();
        let after = Looks::at(hub, station, line)?;
        let mut row = self.course.row(self.system, name, "ok");
        row.version.clone_from(&station.version);
        after.since(&before, &mut row);
        match answer {
            Answer::TooLate => row.status = format!("stopped at the limit of {} s", limit.as_secs()),
            Answer::Came(answer) => {
                row.seconds = Some(seconds - answer["idle"].as_f64().unwrap_or(0.0));
                row.broken = answer["broken"].as_u64().unwrap_or(0);
                row.each = each(&answer);
                row.cases_done = answer["cases_done"].as_f64().filter(|_| name == PHOTOS);
            }
        }
        Ok(row)
    }

    fn compared(
        &self,
        mut row: Measured,
        hub: &mut Program,
        station: &mut Program,
        edits: &[&Edit],
    ) -> Result<Measured> {
        let (here, there) = (self.state.join("here.jsonl"), self.state.join("there.jsonl"));
        let only = if self.course.n > ALL_ROWS { format!(" {}", row.workload) } else { String::new() };
        station.ask(&format!("rows {}{only}", here.display()))?;
        hub.ask(&format!("rows {}{only}", there.display()))?;
        let (here, there) = (Shown::read(&here, edits)?, Shown::read(&there, edits)?);
        ensure!(!only.is_empty() || here.len() == self.course.n, "{} of {} cases", here.len(), self.course.n);
        row.equal = Some(here.is_equal(&there));
        row.hidden = Some(here.hidden(edits));
        Ok(row)
    }

    fn crowd(&self, hub: &mut Program, stations: usize) -> Result<Measured> {
        let count = stations.to_string();
        let mut crowd = Program::start(&mut self.command("crowd", &["--hub", &self.listen, "--stations", &count])?)?;
        crowd.ask("open")?;
        crowd.ask("edit W4")?;
        let mut row = self.timed(hub, &mut crowd, CROWD, self.course.profile.unwrap_or(LAN))?;
        if row.status == "ok" {
            let mut edits = self.course.edits("W4");
            edits.retain(|edit| edit.side == "station");
            edits.truncate(stations);
            let file = self.state.join("there.jsonl");
            hub.ask(&format!("rows {}", file.display()))?;
            row.hidden = Some(Shown::read(&file, &edits)?.hidden(&edits));
            crowd.end()?;
        }
        Ok(row)
    }
}

fn each(answer: &Value) -> Option<Each> {
    let mut times = Times::default();
    let all = answer["each"].as_array()?;
    all.iter().filter_map(Value::as_f64).for_each(|one| times.push(one));
    Some(Each { stations: all.len(), p50: times.median(), p99: times.at(0.99) })
}

/// Everything that counts, at one moment.
struct Looks {
    counts: Value,
    hub: Used,
    station: Used,
    packets: Option<Packets>,
}

impl Looks {
    fn at(hub: &mut Program, station: &Program, line: &Line) -> Result<Self> {
        let packets = line.carried().map(|(up, down)| Packets {
            ip_up: up.bytes,
            ip_down: down.bytes,
            offered: up.packets + down.packets,
            dropped: up.lost + up.overflowed + down.lost + down.overflowed,
        });
        Ok(Self { counts: hub.ask("counts")?, hub: hub.used()?, station: station.used()?, packets })
    }

    fn since(&self, before: &Self, row: &mut Measured) {
        let count = |name: &str| {
            let of = |counts: &Value| counts[name].as_u64().unwrap_or(0);
            of(&self.counts).saturating_sub(of(&before.counts))
        };
        row.bytes_up = count("up");
        row.bytes_down = count("down");
        row.requests = count("requests");
        row.connections = count("connections");
        row.station_mib = Some(self.station.peak_mib);
        row.hub_mib = Some(self.hub.peak_mib);
        row.station_cpu = Some(self.station.cpu - before.station.cpu);
        row.hub_cpu = Some(self.hub.cpu - before.hub.cpu);
        row.packets = self.packets.zip(before.packets).map(|(now, before)| Packets {
            ip_up: now.ip_up - before.ip_up,
            ip_down: now.ip_down - before.ip_down,
            offered: now.offered - before.offered,
            dropped: now.dropped - before.dropped,
        });
    }
}
