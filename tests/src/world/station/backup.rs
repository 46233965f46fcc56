//! Backups of stations on sticks, and laptops that go on from them.

use std::path::Path;

use daiban_core::backup;
use daiban_core::edge::Scripted;
use daiban_core::engine::backup_failure;
use daiban_model::api::{BackupMade, BackupsFound, Failure, RestoreBackup, Session};

use super::{Keeping, Station};
use crate::world::{District, PIN, must, now};

impl Station {
    /// Writes a backup to a stick, as the program does beside its engine.
    pub fn back_up(&mut self, stick: &Path) -> Result<BackupMade, Failure> {
        self.back_up_while(stick, |_| ())
    }

    /// The same, and what happens between the writing and the word that it is done.
    pub fn back_up_while(&mut self, stick: &Path, meanwhile: impl FnOnce(&mut Self)) -> Result<BackupMade, Failure> {
        let (source, _pass, at) = now(self.engine().backup_source())?;
        let made = backup::write(&source, stick, at).map_err(backup_failure)?;
        meanwhile(self);
        now(self.engine().backed_up(made.clone()))?;
        Ok(made)
    }

    /// A laptop that is no station yet, with an empty disk.
    pub fn empty_laptop(name: &str, clock: Scripted) -> Self {
        Self::fresh(name, clock, Keeping::Disk)
    }

    /// Puts a backup back.
    pub fn restore(&mut self, stick: &Path, name: &str) -> Result<Session, Failure> {
        self.restore_while(stick, name, |_| ())
    }

    /// The same, and what happens before the engine hears that it is done.
    pub fn restore_while(
        &mut self,
        stick: &Path,
        name: &str,
        meanwhile: impl FnOnce(&mut Self),
    ) -> Result<Session, Failure> {
        let call = RestoreBackup { path: stick.to_string_lossy().into_owned(), name: name.to_owned() };
        let restoring = self.engine().restoring()?;
        restoring.restore(&call)?;
        meanwhile(self);
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
