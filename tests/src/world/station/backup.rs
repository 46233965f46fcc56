//! Backups of stations on sticks, and laptops that go on from them.

use std::path::Path;

use daiban_core::backup;
use daiban_core::edge::{Edge as _, Scripted};
use daiban_core::engine::backup_failure;
use daiban_model::api::{BackupMade, BackupsFound, Failure, RestoreBackup, Session};

use super::{Keeping, Station};
use crate::world::{District, PIN, must, now};

impl Station {
    /// Writes a backup to a stick, as the program does beside its engine.
    pub fn back_up(&mut self, stick: &Path) -> Result<BackupMade, Failure> {
        let source = now(self.engine().backup_source())?;
        let made = backup::write(&source, stick, self.clock.now()).map_err(backup_failure)?;
        now(self.engine().backed_up(&made))?;
        Ok(made)
    }

    /// A laptop that is no station yet, with an empty disk.
    pub fn empty_laptop(name: &str, clock: Scripted) -> Self {
        Self::fresh(name, clock, Keeping::Disk)
    }

    /// Puts a backup back.
    pub fn restore(&mut self, stick: &Path, name: &str) -> Result<Session, Failure> {
        let call = RestoreBackup { path: stick.to_string_lossy().into_owned(), name: name.to_owned() };
        self.engine().restoring()?.restore(&call)?;
        now(self.engine().restored())
    }

    /// Puts the only backup on a stick back, enters a code for a new device and signs in.
    pub fn go_on_from(&mut self, stick: &Path, hub: &District, code: &str, agent: &str) {
        let found = backups(stick);
        assert_eq!((found.backups.len(), found.damaged), (1, 0), "one backup lies there");
        must("the backup is put back", self.restore(stick, &found.backups[0].name));
        must("the code is taken", self.try_enrol(hub, code));
        must("her own PIN opens it", self.sign_in(agent, PIN));
    }
}

/// The backups on a stick.
pub fn backups(stick: &Path) -> BackupsFound {
    must("the stick", backup::find(stick).map_err(backup_failure))
}
