//! How many bytes, requests and seconds the road takes: our exchange beside other systems and beside the limit, in one run.
//!
//! `--peers DIR` measures the systems of `bench/peers` too, installed in DIR. `--link loopback,2g` names the lines, `--sizes` the numbers of
//! cases, `--only NAME` a part of the systems' names, `--crowd N` a number of stations at once. `--corpus DIR` reads a corpus, `--each K`
//! makes the other station exchange after every K cases, as villages do. With `--json FILE.jsonl` rows are kept there, and FILE.md is
//! made of all that are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use daiban_tests::bench::corpus::Corpus;
use daiban_tests::bench::figures::Options;
use daiban_tests::bench::limit;
use daiban_tests::bench::race::line::Line;
use daiban_tests::bench::race::machine::Machine;
use daiban_tests::bench::race::measured::{self, Measured};
use daiban_tests::bench::race::page;
use daiban_tests::bench::race::play::{Course, FirstSync, PHOTOS, System};
use daiban_tests::bench::race::shaper::{PROFILES, Profile};
use daiban_tests::bench::race::table;

fn main() -> Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let run = Run { systems: systems(&options)?, json: options.json.clone(), options };
    let sizes = run.options.sizes.clone().unwrap_or_else(|| vec![10_000]);
    let mut rows = Vec::new();
    for size in sizes {
        rows.extend(run.size(size)?);
    }
    if let Some(json) = &run.json {
        rows = measured::read(json)?;
        measured::write(json, &rows, page::LIMIT)?;
        let file = json.with_extension("md");
        std::fs::write(&file, page::page(&rows)).with_context(|| file.display().to_string())?;
    }
    tell(&table::tables(&rows));
    tell(&table::crowds(&rows));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the tables are what this program is for")]
fn tell(text: &str) {
    println!("{text}");
}

struct Run {
    systems: Vec<System>,
    json: Option<PathBuf>,
    options: Options,
}

impl Run {
    fn size(&self, size: usize) -> Result<Vec<Measured>> {
        let made = tempfile::tempdir()?;
        let (corpus, folder, n) = match self.options.value("corpus") {
            Some(folder) => {
                let corpus = Corpus::read(folder.as_ref())?;
                let n = corpus.cases.len();
                (corpus, Path::new(folder), n)
            }
            None => (Corpus::written(made.path(), size, 1)?, made.path(), size),
        };
        let mut rows = Vec::new();
        for name in self.options.value("link").unwrap_or("loopback").split(',') {
            let profile = profile(name)?;
            let line = if profile.is_some() { Line::slow()? } else { Line::Loopback };
            let limit = patience(profile, n);
            let course = Course { corpus: &corpus, folder, n, line: &line, profile, limit };
            self.course(&course, &mut rows)?;
        }
        if n == corpus.cases.len() && self.options.value("crowd").is_none() {
            for row in floors(&corpus, folder)? {
                self.keep(row, &mut rows)?;
            }
        }
        Ok(rows)
    }

    fn course(&self, course: &Course<'_>, rows: &mut Vec<Measured>) -> Result<()> {
        for system in self.systems.iter().filter(|system| course.n <= system.at_most) {
            let mut system = system.clone();
            if system.name == AUTOMERGE {
                let quiet = if course.profile.is_some() { "10" } else { "3" };
                system.options.push(("quiet".to_owned(), quiet.to_owned()));
            }
            match self.options.value("crowd") {
                Some(stations) => self.keep(course.crowd(&system, stations.parse()?)?, rows)?,
                None => course.play(&system, |row| self.keep(row, rows))?,
            }
        }
        Ok(())
    }

    fn keep(&self, row: Measured, rows: &mut Vec<Measured>) -> Result<()> {
        let Measured { system, link, workload, n, bytes_up, bytes_down, requests, seconds, status, .. } = &row;
        let seconds = seconds.unwrap_or(0.0);
        tell(&format!(
            "{system} | {link} | {n} | {workload}: {bytes_up} + {bytes_down} B, {requests}, {seconds:.3} s, {status}"
        ));
        if let Some(json) = &self.json {
            row.keep(json)?;
        }
        rows.push(row);
        Ok(())
    }
}

const AUTOMERGE: &str = "automerge-repo";

fn profile(name: &str) -> Result<Option<Profile>> {
    match PROFILES.into_iter().find(|profile| profile.name == name) {
        Some(profile) => Ok(Some(profile)),
        None if name == "loopback" => Ok(None),
        None => bail!("{name}: no such line"),
    }
}

/// How long a workload may take: what nobody would wait for is not waited for here.
fn patience(profile: Option<Profile>, n: usize) -> Duration {
    let seconds = if profile.is_some() { 900 } else { 120.max(n / 50) };
    Duration::from_secs(seconds as u64)
}

/// Ours, and where they are installed the others. Every further system is a few lines here and a program.
fn systems(options: &Options) -> Result<Vec<System>> {
    let ours = std::env::current_exe()?.with_file_name("bench-ours").into_os_string();
    let mut own = Vec::new();
    if let Some(each) = options.value("each") {
        own.push(("each".to_owned(), each.to_owned()));
    }
    let name = options.value("each").map_or_else(|| "ours".to_owned(), |each| format!("ours each {each}"));
    let mut all =
        vec![System { name, command: vec![ours], options: own, first: FirstSync::Whole, at_most: usize::MAX }];
    if let Some(folder) = options.value("peers") {
        let program = |file: &str| vec![OsString::from("node"), Path::new(folder).join(file).into_os_string()];
        for batch in [1000, 100] {
            let options = vec![("batch".to_owned(), batch.to_string())];
            let (name, command) = (format!("PouchDB, batches of {batch}"), program("pouchdb.mjs"));
            all.push(System { name, command, options, first: FirstSync::FetchOnly, at_most: 10_000 });
        }
        let (name, command) = (AUTOMERGE.to_owned(), program("automerge-repo.mjs"));
        all.push(System { name, command, options: Vec::new(), first: FirstSync::Whole, at_most: 10_000 });
    }
    let wanted = options.value("only").unwrap_or_default();
    all.retain(|system| system.name.contains(wanted));
    Ok(all)
}

/// The limit: what one stream of zstd makes of the rows, with no protocol around it.
fn floors(corpus: &Corpus, folder: &Path) -> Result<Vec<Measured>> {
    let floor = |workload: &str, up: usize, down: usize| Measured {
        bench: "sync".to_owned(),
        system: page::LIMIT.to_owned(),
        version: format!("zstd {}", zstd::zstd_safe::version_string()),
        workload: workload.to_owned(),
        n: corpus.cases.len(),
        link: "none".to_owned(),
        bytes_up: up as u64,
        bytes_down: down as u64,
        status: "ok".to_owned(),
        machine: Machine::now(),
        ..Measured::default()
    };
    let of = |workload, side| limit::bytes(corpus.edits_of(workload, side).map(|(_, line)| line.as_str()));
    Ok(vec![
        floor("W1", 0, limit::bytes(corpus.cases.iter().map(|(_, line)| line.as_str()))?),
        floor("W2", 0, 0),
        floor("W3", 0, of("W3", "hub")?),
        floor("W4", of("W4", "station")?, of("W4", "hub")?),
        floor(PHOTOS, of(PHOTOS, "station")? + usize::try_from(corpus.photo_bytes(folder, PHOTOS, "station")?)?, 0),
    ])
}
