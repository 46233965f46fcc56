//! The other systems that the exchange is measured beside: programs for Node, installed by the machine's own npm from a lock.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{find, heading, root, run};

const LOCK: &str = "package-lock.json";

/// Copies the programs beside the builds and installs there what they build on; gives the folder. A folder that has the same lock is
/// used as it is.
pub fn provide() -> Result<PathBuf> {
    heading("peers");
    if find("node").is_none() || find("npm").is_none() {
        bail!("the peers run on Node 20 or later: install `node` and `npm`, or leave out --peers");
    }
    let (source, target) = (root().join("tests/bench/peers"), root().join("target/peers"));
    fs::create_dir_all(&target)?;
    let lock = fs::read(source.join(LOCK)).context(LOCK)?;
    let installed = target.join("node_modules").is_dir() && fs::read(target.join(LOCK)).is_ok_and(|old| old == lock);
    for entry in fs::read_dir(&source)? {
        let file = entry?;
        if file.file_type()?.is_file() && (!installed || file.file_name() != LOCK) {
            fs::copy(file.path(), target.join(file.file_name()))?;
        }
    }
    if !installed {
        // Half an installation must not pass for one: the lock comes back when everything else is there.
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&target))
            .inspect_err(|_| drop(fs::remove_file(target.join(LOCK))))?;
    }
    Ok(target)
}
