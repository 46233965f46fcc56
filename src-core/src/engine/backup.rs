//! Backups as the engine sees them (R87): what is to be written, that it was, and that one was put back. The slow medium is used beside it. N2

use std::path::PathBuf;

use daiban_model::api::{
    BackupFault, BackupMade, BackupView, BackupsFound, Changed, Failure, FindBackups, GetBackup, RestoreBackup,
    Session, View, WriteBackup,
};
use daiban_model::stamp::Wall;
use daiban_model::wire;
use jiff::ToSpan as _;

use super::answer::Answer;
use super::desk::{Desk, IDENTITY, Identity};
use super::stick::{self, beside, place};
use super::{Engine, Keys, internal, storage, vault_failure};
use crate::backup::{self, BackupError, Source};
use crate::keys::{DatabaseKey, Vault, restored};
use crate::store::{Batch, Eyes, RowQuery, Store, StoreError};

/// Under this name it is kept what the last backup held.
const LAST: &str = "backup-last";

/// Where a backup is to be put back.
pub struct Restoring {
    into: PathBuf,
    district: Option<[u8; 32]>,
    now: Wall,
}

impl Restoring {
    /// Puts it back: all of it or nothing.
    pub fn restore(&self, call: &RestoreBackup) -> Result<(), Failure> {
        let Self { into, district, now } = self;
        backup::restore(&place(&call.path)?, &call.name, into, *district, *now).map_err(failure)
    }
}

impl<S: Store> Engine<S> {
    /// What is to be written, by whoever is signed in.
    pub async fn backup_source(&mut self) -> Result<Source, Failure> {
        let database = DatabaseKey::new(*self.key.as_ref().ok_or(Failure::Locked)?.as_bytes());
        let folder = self.home.folder.clone();
        let desk = self.desk()?;
        let identity = desk.identity().await?;
        Ok(Source {
            folder,
            database,
            key: desk.key.clone(),
            root: desk.trust.root,
            certificate: (desk.certificate.clone(), identity.certificate),
            incarnation: desk.incarnation,
        })
    }

    /// It was written and read back.
    pub async fn backed_up(&mut self, made: &BackupMade) -> Result<(), Failure> {
        let desk = self.desk()?;
        let states = vec![(LAST.to_owned(), Some(wire::encode(made)))];
        desk.commit(Batch { states, ..Batch::default() }).await?;
        self.tell(Changed::Sync);
        Ok(())
    }

    /// Where a backup may be put back: on a laptop that is no station, or where one was put back and nobody has gone on from it.
    pub fn restoring(&self) -> Result<Restoring, Failure> {
        let occupied = self.vault.is_some() && !restored::is_noted(&self.home.folder);
        if occupied || self.keys != Keys::Whole {
            return Err(Failure::Backup { why: BackupFault::Occupied });
        }
        Ok(Restoring { into: self.home.folder.clone(), district: self.district(), now: self.now() })
    }

    /// It was put back.
    pub async fn restored(&mut self) -> Result<Session, Failure> {
        self.vault = Vault::load(&self.home.folder).map_err(vault_failure)?;
        self.tell(Changed::Session);
        self.session().await
    }
}

impl<S: Store> Desk<S> {
    /// Who this station is, as it is kept.
    pub(super) async fn identity(&self) -> Result<Identity, Failure> {
        let kept = self.store.states(IDENTITY).await.map_err(storage)?;
        let bytes = kept.into_iter().find(|(name, _)| name == IDENTITY).map(|(_, bytes)| bytes);
        let identity = bytes.and_then(|bytes| wire::decode(&bytes, 65_536).ok());
        identity.ok_or_else(|| storage(StoreError::Damaged { what: "identity" }))
    }

    /// Whether there is anything here to lose.
    async fn has_cases(&self) -> Result<bool, Failure> {
        let eyes = Eyes { serves: self.certificate.scopes.clone(), only: None };
        let query = RowQuery::List { view: View::All, eyes, today: 0, after: None, limit: 1 };
        Ok(!self.store.rows(query).await.map_err(storage)?.cases.is_empty())
    }
}

impl<S: Store> Answer<S> for GetBackup {
    async fn answer(self, engine: &mut Engine<S>) -> Result<BackupView, Failure> {
        let desk = engine.desk()?;
        let kept = desk.store.states(LAST).await.map_err(storage)?;
        let last: Option<BackupMade> = kept.first().and_then(|(_, bytes)| wire::decode(bytes, 256).ok());
        let (today, calendar) = (desk.now().date(), &desk.published.calendar);
        let due = match &last {
            // R87: daily. Today's work need not be in one yet; that of a whole working day before today must.
            Some(last) => {
                let next = calendar.next_working(last.at.date().saturating_add(1.day()));
                next < today
            }
            None => desk.has_cases().await?,
        };
        Ok(BackupView { last, due })
    }
}

impl<S: Store> Answer<S> for WriteBackup {
    /// Uses a slow medium: [`super::task`] writes it.
    async fn answer(self, _: &mut Engine<S>) -> Result<BackupMade, Failure> {
        Err(internal("a backup without a stick"))
    }
}

impl<S: Store> Answer<S> for RestoreBackup {
    /// Uses a slow medium: [`super::task`] reads it.
    async fn answer(self, _: &mut Engine<S>) -> Result<Session, Failure> {
        Err(internal("a restore without a stick"))
    }
}

/// Writes a backup.
pub(super) async fn write(call: &WriteBackup, source: Source, now: Wall) -> Result<BackupMade, Failure> {
    let medium = place(&call.path)?;
    beside(move || backup::write(&source, &medium, now)).await?.map_err(failure)
}

/// The backups on a stick.
pub(super) async fn find(call: FindBackups) -> Result<BackupsFound, Failure> {
    let medium = place(&call.path)?;
    beside(move || backup::find(&medium)).await?.map_err(failure)
}

/// Puts a backup back.
pub(super) async fn restore(call: RestoreBackup, restoring: Restoring) -> Result<(), Failure> {
    beside(move || restoring.restore(&call)).await?
}

/// What a person is told of it.
pub fn failure(fault: BackupError) -> Failure {
    let why = match fault {
        BackupError::Medium(fault) => return stick::failure(fault),
        BackupError::Store(fault) => return storage(fault),
        BackupError::Folder(fault) => return vault_failure(fault),
        BackupError::NotThere => BackupFault::NotThere,
        BackupError::Damaged => BackupFault::Damaged,
        BackupError::Newer => BackupFault::Newer,
        BackupError::OtherDistrict => BackupFault::OtherDistrict,
    };
    Failure::Backup { why }
}
