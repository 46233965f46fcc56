//! Backups as the engine sees them (R87): what is to be written, that it was, and that one was put back. The slow medium is used beside it. N2
//!
//! - B1: one backup is written or put back at a time, and meanwhile nobody makes the laptop a station of its own.
//! - B2: what was written to a stick and read back lies there, also when the station was locked meanwhile: it is written down at the next
//!   sign-in.

use std::path::PathBuf;
use std::sync::{Arc, Weak};

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

/// The right to work on backups, of which there is one. B1
#[derive(Default)]
pub(super) struct Turnstile(Weak<()>);

/// Held as long as the work lasts.
pub struct Pass(#[expect(dead_code, reason = "that it lives is all it tells")] Arc<()>);

impl Turnstile {
    fn enter(&mut self) -> Result<Pass, Failure> {
        self.is_free()?;
        let pass = Arc::new(());
        self.0 = Arc::downgrade(&pass);
        Ok(Pass(pass))
    }

    /// Refuses while somebody is inside.
    pub(super) fn is_free(&self) -> Result<(), Failure> {
        if self.0.strong_count() == 0 { Ok(()) } else { Err(Failure::Backup { why: BackupFault::Busy }) }
    }
}

/// Where a backup is to be put back.
pub struct Restoring {
    /// Until the engine has taken note that it is done.
    _pass: Pass,
    into: PathBuf,
    district: Option<[u8; 32]>,
    now: Wall,
}

impl Restoring {
    /// Puts it back: all of it or nothing.
    pub fn restore(&self, call: &RestoreBackup) -> Result<(), Failure> {
        let Self { into, district, now, .. } = self;
        backup::restore(&place(&call.path)?, &call.name, into, *district, *now).map_err(failure)
    }
}

impl<S: Store> Engine<S> {
    /// What is to be written, by whoever is signed in. B1
    pub async fn backup_source(&mut self) -> Result<(Source, Pass, Wall), Failure> {
        let pass = self.backups.enter()?;
        let database = DatabaseKey::new(*self.key.as_ref().ok_or(Failure::Locked)?.as_bytes());
        let folder = self.home.folder.clone();
        let desk = self.desk()?;
        let identity = desk.identity().await?;
        let source = Source {
            folder,
            database,
            key: desk.key.clone(),
            root: desk.trust.root,
            certificate: (desk.certificate.clone(), identity.certificate),
            incarnation: desk.incarnation,
        };
        Ok((source, pass, desk.now()))
    }

    /// It was written and read back.
    pub async fn backed_up(&mut self, made: BackupMade) -> Result<(), Failure> {
        self.unnoted.push((LAST.to_owned(), Some(wire::encode(&made))));
        self.note_what_was_written().await
    }

    /// Writes it down; nobody signed in, it waits until somebody is. B2
    pub(super) async fn note_what_was_written(&mut self) -> Result<(), Failure> {
        let Some(desk) = &mut self.desk else { return Ok(()) };
        if self.unnoted.is_empty() {
            return Ok(());
        }
        desk.commit(Batch { states: self.unnoted.clone(), ..Batch::default() }).await?;
        self.unnoted.clear();
        self.tell(Changed::Sync);
        Ok(())
    }

    /// Where a backup may be put back: on a laptop that is no station, or where one was put back and nobody has gone on from it.
    pub fn restoring(&mut self) -> Result<Restoring, Failure> {
        let occupied = self.vault.is_some() && !restored::is_noted(&self.home.folder);
        if occupied || self.keys != Keys::Whole {
            return Err(Failure::Backup { why: BackupFault::Occupied });
        }
        let (into, district, now) = (self.home.folder.clone(), self.district(), self.now());
        Ok(Restoring { _pass: self.backups.enter()?, into, district, now })
    }

    /// It was put back; whose turn it was may be over after this.
    pub async fn restored(&mut self) -> Result<Session, Failure> {
        // A code that was on its way meanwhile made the laptop known elsewhere.
        if self.district().is_some_and(|root| restored::district(&self.home.folder) != Some(root)) {
            self.newcomer = None;
        }
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
            // Made by a clock that ran ahead: nobody knows when that was.
            Some(last) if last.at > desk.now() => true,
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

/// Writes a backup, and gives the turn back with it.
pub(super) async fn write(
    call: &WriteBackup,
    source: Source,
    pass: Pass,
    now: Wall,
) -> Result<(BackupMade, Pass), Failure> {
    let medium = place(&call.path)?;
    beside(move || backup::write(&source, &medium, now).map(|made| (made, pass))).await?.map_err(failure)
}

/// The backups on a stick.
pub(super) async fn find(call: FindBackups) -> Result<BackupsFound, Failure> {
    let medium = place(&call.path)?;
    beside(move || backup::find(&medium)).await?.map_err(failure)
}

/// Puts a backup back, and gives the turn back with it.
pub(super) async fn restore(call: RestoreBackup, restoring: Restoring) -> Result<Restoring, Failure> {
    beside(move || restoring.restore(&call).map(|()| restoring)).await?
}

/// What a person is told of it.
pub fn failure(fault: BackupError) -> Failure {
    let why = match fault {
        BackupError::Medium(fault) => return stick::failure(fault),
        BackupError::Store(fault) => return storage(fault),
        BackupError::Folder(fault) => return vault_failure(fault),
        BackupError::Destroyed => return Failure::Locked,
        BackupError::NotThere => BackupFault::NotThere,
        BackupError::Damaged => BackupFault::Damaged,
        BackupError::Newer => BackupFault::Newer,
        BackupError::OtherDistrict => BackupFault::OtherDistrict,
    };
    Failure::Backup { why }
}
