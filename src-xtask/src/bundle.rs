//! The Debian package of the desktop program. The bundler comes from npm: its package ships the program itself.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{find, heading, run};
use crate::{setup, ui};

/// Builds the pages and the program optimised, and packs them; the .deb lies in `target/release/bundle/deb`.
pub fn bundle() -> Result<()> {
    setup::prepare(setup::Purpose::Window)?;
    ui::build()?;
    heading("bundle");
    let npx = find("npx").context("npx is missing: sudo apt-get install -y npm")?;
    run(Command::new(npx).args(["--yes", "@tauri-apps/cli@2", "build", "--bundles", "deb"]))
}
