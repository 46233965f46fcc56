//! The programs of this workspace: built here and started from where they were built.
//!
//! Always with `--workspace`: cargo then gives the libraries the same features as in the tests' build, and what one
//! command has compiled serves the next. With `--package` it would compile most libraries a second time.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, root, run};

/// How a program is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Soon built, with the line of every failure.
    Development,
    /// For figures and long runs.
    Optimised,
}

/// Builds programs by name.
pub fn build(names: &[&str], profile: Profile) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked", "--workspace"]);
    if profile == Profile::Optimised {
        command.arg("--release");
    }
    for name in names {
        command.args(["--bin", name]);
    }
    run(&mut command)
}

/// A program that [`build`] has built.
pub fn built(name: &str, profile: Profile) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = match profile {
        Profile::Development => "debug",
        Profile::Optimised => "release",
    };
    target.join(folder).join(name)
}

/// Builds one program and gives the command that starts it.
pub fn program(name: &str, profile: Profile) -> Result<Command> {
    build(&[name], profile)?;
    Ok(Command::new(built(name, profile)))
}
