//! Programs started here, each ended with its owner.

use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, Result, bail};

/// A program of the house, built beside the one that asks.
pub fn built(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("this program has no path")?;
    let found = own.ancestors().skip(1).take(3).map(|folder| folder.join(name)).find(|file| file.is_file());
    match found {
        Some(file) => Ok(file),
        None => bail!("{name} is not built yet: `cargo xtask test` and `cargo xtask run --headless` build it first"),
    }
}

/// A program of the system.
pub fn installed(name: &str, package: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.with_context(|| format!("{name} is missing: `cargo xtask setup` installs {package}"))
}

/// A program that runs as long as this value lives.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn();
        Ok(Self(child.with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?))
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a program that has ended already.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// The process whose command line has this word in it and that is the program of this name.
pub fn find_process(program: &str, word: &str) -> Option<u32> {
    let entries = std::fs::read_dir("/proc").ok()?;
    entries.flatten().find_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let mut words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let first = words.next()?;
        let named = PathBuf::from(first.as_ref()).file_name().is_some_and(|name| name == program);
        (named && words.any(|one| one == word)).then_some(id)
    })
}

/// Ends a process at once, as a power cut would: it gets no chance to write anything.
pub fn kill_at_once(id: u32) -> Result<()> {
    let status = Command::new("kill").args(["-KILL", &id.to_string()]).status().context("cannot start kill")?;
    if !status.success() {
        bail!("process {id} could not be ended");
    }
    Ok(())
}

/// Whether a process is there.
pub fn is_alive(id: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // A process that waits only to be buried is gone.
    state.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}
