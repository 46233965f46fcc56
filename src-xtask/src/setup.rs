//! What a fresh machine with only Rust and git needs. Looks first, installs only what is missing: the second time takes
//! a few hundredths of a second.

use anyhow::Result;

use crate::process::heading;
use crate::{packages, wasm};

/// What the machine shall be able to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build the window's pages.
    Pages,
    /// Build and open the window on a screen.
    Window,
    /// Build the window and drive it without a screen, and start database servers.
    Test,
    /// Start database servers.
    Database,
}

/// Installs what `purpose` asks for and this machine lacks.
pub fn prepare(purpose: Purpose) -> Result<()> {
    heading("set-up");
    // In one go: whoever has to type the command by hand types it once.
    let wanted = match purpose {
        Purpose::Pages => Vec::new(),
        Purpose::Window => packages::WINDOW.to_vec(),
        Purpose::Test => {
            [packages::WINDOW, packages::VIRTUAL_SCREEN, packages::RIGS, packages::PAPERS, packages::DATABASE_SERVER]
                .concat()
        }
        Purpose::Database => packages::DATABASE_SERVER.to_vec(),
    };
    packages::provide(&wanted)?;
    if purpose == Purpose::Database {
        return Ok(());
    }
    wasm::provide().map(drop)
}
