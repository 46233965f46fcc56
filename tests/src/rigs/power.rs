//! Row 2: the power goes.
//!
//! A clerk's script is recorded once. Then, for each call that brings something to the disk, the folder is made as it may be found
//! when the power goes just before that call is done: what was synced is there, of the rest some, none, or half.

use std::collections::BTreeMap;
use std::path::Path;

use daiban_model::ids::CaseId;

use super::clerk::{Script, looked_at};
use super::trace::{Step, recorded};
use super::{Report, base};
use crate::sim::Dice;
use crate::world::must;

/// What becomes of writes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None of them landed.
    Dropped,
    /// Some landed and earlier ones did not.
    Reordered,
    /// They landed up to one, of which some sectors did.
    Torn,
    /// Not even what was synced landed: a disk that lies. Nothing can hold then, which shows that the rig sees it.
    Lying,
}

/// The losses a station must survive.
const LOSSES: [Loss; 3] = [Loss::Dropped, Loss::Reordered, Loss::Torn];
/// What lands whole or not at all.
const SECTOR: usize = 512;

/// A change of one file that may not have landed.
#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

/// A change of the folder's names that may not have landed.
#[derive(Debug, Clone)]
enum Naming {
    Give(String, usize),
    Take(String),
}

/// A file, whatever it is called.
#[derive(Debug, Clone, Default)]
struct Content {
    landed: Vec<u8>,
    open: Vec<Change>,
    /// Where the next write without a place goes.
    end: usize,
}

/// A disk with a memory in front of it.
#[derive(Debug, Clone, Default)]
struct Disk {
    contents: Vec<Content>,
    /// Names as the program sees them.
    names: BTreeMap<String, usize>,
    landed: BTreeMap<String, usize>,
    open: Vec<Naming>,
}

impl Disk {
    fn of(folder: &Path) -> Self {
        let mut disk = Self::default();
        for entry in must("the folder", std::fs::read_dir(folder)) {
            let file = must("a file", entry);
            let landed = must("its content", std::fs::read(file.path()));
            disk.contents.push(Content { landed, ..Content::default() });
            disk.names.insert(file.file_name().to_string_lossy().into_owned(), disk.contents.len() - 1);
        }
        disk.landed = disk.names.clone();
        disk
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Write { file, at, bytes } => {
                let content = self.content(file);
                let at = at.unwrap_or(content.end);
                content.end = at + bytes.len();
                if !bytes.is_empty() {
                    content.open.push(Change::Write(at, bytes.clone()));
                }
            }
            Step::Cut { file, length } => self.content(file).open.push(Change::Cut(*length)),
            Step::Make { file } => {
                if let Some(known) = self.names.get(file).copied() {
                    let content = &mut self.contents[known];
                    content.end = 0;
                    content.open.push(Change::Cut(0));
                } else {
                    self.content(file);
                }
            }
            Step::Remove { file } => {
                self.names.remove(file);
                self.open.push(Naming::Take(file.clone()));
            }
            Step::Rename { from, to } => {
                if let Some(known) = self.names.remove(from) {
                    self.names.insert(to.clone(), known);
                    self.open.push(Naming::Give(to.clone(), known));
                    self.open.push(Naming::Take(from.clone()));
                }
            }
            Step::Sync { file } => {
                if let Some(known) = self.names.get(file).copied() {
                    let content = &mut self.contents[known];
                    let open = std::mem::take(&mut content.open);
                    open.iter().for_each(|change| land(&mut content.landed, change));
                }
            }
            Step::SyncFolder => {
                let open = std::mem::take(&mut self.open);
                open.iter().for_each(|naming| name(&mut self.landed, naming));
            }
            Step::Confirmed(..) => {}
        }
    }

    fn content(&mut self, file: &str) -> &mut Content {
        let known = match self.names.get(file) {
            Some(known) => *known,
            None => {
                self.contents.push(Content::default());
                let known = self.contents.len() - 1;
                self.names.insert(file.to_owned(), known);
                self.open.push(Naming::Give(file.to_owned(), known));
                known
            }
        };
        &mut self.contents[known]
    }

    /// Whether anything would be lost.
    fn is_settled(&self) -> bool {
        self.open.is_empty() && self.contents.iter().all(|content| content.open.is_empty())
    }

    /// The files as the next start finds them.
    fn after(&self, loss: Loss, dice: &mut Dice) -> BTreeMap<String, Vec<u8>> {
        let mut names = self.landed.clone();
        // Names land in order, as a journal has them.
        let named = if loss == Loss::Dropped { 0 } else { dice.below(self.open.len() + 1) };
        self.open[..named].iter().for_each(|naming| name(&mut names, naming));
        let files = names.into_iter().map(|(name, known)| (name, self.contents[known].after(loss, dice)));
        files.collect()
    }
}

impl Content {
    fn after(&self, loss: Loss, dice: &mut Dice) -> Vec<u8> {
        let mut landed = self.landed.clone();
        match loss {
            Loss::Dropped | Loss::Lying => {}
            Loss::Reordered => {
                let some = self.open.iter().filter(|_| dice.percent(50));
                some.for_each(|change| land(&mut landed, change));
            }
            Loss::Torn => {
                let whole = dice.below(self.open.len() + 1);
                self.open[..whole].iter().for_each(|change| land(&mut landed, change));
                if let Some(Change::Write(at, bytes)) = self.open.get(whole) {
                    for (sector, part) in bytes.chunks(SECTOR).enumerate() {
                        if dice.percent(50) {
                            land(&mut landed, &Change::Write(at + sector * SECTOR, part.to_vec()));
                        }
                    }
                }
            }
        }
        landed
    }
}

fn land(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, bytes) => {
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
        Change::Cut(length) => content.resize(*length, 0),
    }
}

fn name(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    match naming {
        Naming::Give(name, known) => drop(names.insert(name.clone(), *known)),
        Naming::Take(name) => drop(names.remove(name)),
    }
}

/// Which power cuts are played.
#[derive(Debug, Clone, Copy)]
pub struct Cuts {
    /// Acts of the script.
    pub acts: u32,
    /// One in how many calls.
    pub every: usize,
}

/// Lets the power go at the calls of a clerk's script that bring something to the disk, in three ways each. R1, R2, R3.
pub fn power_loss(program: &Path, cuts: Cuts, seed: u64) -> Report {
    play(program, cuts, seed, &LOSSES)
}

/// The same on a disk that lies about what it has brought home: the rig must find that acts are lost.
pub fn power_loss_on_a_lying_disk(program: &Path, cuts: Cuts, seed: u64) -> Report {
    play(program, cuts, seed, &[Loss::Lying])
}

fn play(program: &Path, cuts: Cuts, seed: u64, losses: &[Loss]) -> Report {
    let home = base::home(seed);
    let folder = base::fresh(&home);
    let mut disk = Disk::of(folder.path());
    let never = disk.clone();
    let script = Script { folder: folder.path().to_owned(), seed: seed + 1, from: 1, acts: cuts.acts, ballast: None };
    let steps = recorded(program, &script);
    let (mut dice, mut report) = (Dice::new(seed), Report::default());
    let (mut confirmed, mut calls): (Vec<(u32, CaseId)>, usize) = (Vec::new(), 0);
    for step in &steps {
        if let Step::Confirmed(act, case) = step {
            confirmed.push((*act, *case));
        }
        if matches!(step, Step::Sync { .. } | Step::SyncFolder) && !disk.is_settled() {
            calls += 1;
            if calls.is_multiple_of(cuts.every) {
                for loss in losses {
                    let before = if *loss == Loss::Lying { &never } else { &disk };
                    let files = before.after(*loss, &mut dice);
                    let start = seed.wrapping_mul(100_000).wrapping_add(u64::from(report.tries));
                    let faults = found(&files, start, &confirmed);
                    let told = |fault| format!("{loss:?} before call {calls} of seed {seed}: {fault}");
                    report.faults.extend(faults.into_iter().map(told));
                    report.tries += 1;
                }
            }
        }
        disk.take(step);
    }
    report.confirmed = confirmed.len() as u64;
    assert!(confirmed.len() == cuts.acts as usize, "the script was done: {} acts", confirmed.len());
    report
}

fn found(files: &BTreeMap<String, Vec<u8>>, seed: u64, confirmed: &[(u32, CaseId)]) -> Vec<String> {
    let folder = must("a folder", tempfile::tempdir());
    for (name, content) in files {
        must("a file", std::fs::write(folder.path().join(name), content));
    }
    looked_at(folder.path(), seed, confirmed)
}
