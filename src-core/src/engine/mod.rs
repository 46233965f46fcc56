//! One owner of everything a station knows: typed calls in, answers and change notices out.
//!
//! - N1: every call is answered by the one owner, in the order it came; there is no lock to hold wrongly.
//! - N2: no call waits for a network. Exchanges are asked for here, carried elsewhere and answered back in.
//! - N3: time and chance come through [`Edge`]; the same calls at the same times give the same documents.
//!
//! [`Engine`] is that owner and can be driven directly (simulations do); [`task`] gives it a task of its own and handles for
//! shells. Each file below answers the calls of one page.

mod answer;
mod archive;
mod audit;
mod backup;
mod beside;
mod bundle;
mod care;
mod cases;
mod check;
mod desk;
mod destruction;
mod doc_part;
mod drafts;
mod entrusted;
mod exchange;
mod files;
mod half_day;
mod handing;
mod home;
mod incident;
mod items;
mod lists;
mod moved;
mod need;
mod neighbours;
mod newcomer;
mod oversight;
mod page;
mod papers;
mod people;
mod printer;
mod progress;
mod published;
mod queue;
mod receive;
mod recovery;
mod refold;
mod register;
mod reveals;
mod self_service;
mod session;
mod stick;
mod story;
mod successor;
mod supervise;
pub mod task;
mod told;
mod trail;
mod wipe;
mod wiped;

use std::path::PathBuf;
use std::sync::Arc;

use daiban_model::api::{Changed, Failure, RecoveryFault, StorageFault};
use daiban_model::stamp::Wall;

pub use answer::Answer;
pub use backup::{Pass, Restoring, failure as backup_failure};
pub use exchange::{MeetFault, Outbound, Outgoing, Turn};
pub use newcomer::Enrolment;
pub use papers::Print;
pub use printer::{NoPrinter, Outcome, Printer, PrinterFault};
pub(crate) use self_service::FORMS;

use crate::edge::Edge;
use crate::keys::{Cost, DatabaseKey, Vault, VaultFault, destroy};
use crate::store::{Store, StoreError};
use desk::Desk;
use exchange::LinkState;

/// Where a station lives and what it is made of.
pub struct Home<S> {
    /// Its folder; one station each.
    pub folder: PathBuf,
    /// Time and chance.
    pub edge: Arc<dyn Edge>,
    /// What a PIN costs to try.
    pub cost: Cost,
    /// Opens the store in the folder, or makes a new one.
    pub open: Opener<S>,
    /// What first run proposes: hub address and enrolment code.
    pub hint: Option<(String, String)>,
}

/// The station's database in its folder.
pub const DATABASE: &str = "daiban.db";

/// The station's attachments in its folder, under the same key.
pub const FILES: &str = "files.db";

/// Opens the store in a folder with a key.
pub type Opener<S> = Box<dyn Fn(&std::path::Path, &DatabaseKey) -> Result<S, StoreError> + Send>;

/// The owner of a station.
pub struct Engine<S> {
    home: Home<S>,
    vault: Option<Vault>,
    keys: Keys,
    newcomer: Option<newcomer::Newcomer>,
    desk: Option<Desk<S>>,
    /// The desk while its screen is handed over to whoever comes: then nobody is signed in.
    screen: Option<self_service::Screen<S>>,
    /// The database key while someone is signed in: for another person's first PIN.
    key: Option<DatabaseKey>,
    link: LinkState,
    backups: backup::Turnstile,
    /// What was written to a stick while nobody was signed in who writes that down. B2 of [`backup`]
    unnoted: Vec<register::State>,
    changes: Vec<Changed>,
    /// Something is wanted from the district: the driver is to look at once.
    wish: bool,
}

/// Whether the station's key file could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// It could, or there is none yet.
    Whole,
    /// It makes no sense; it lies where it lay.
    Damaged,
    /// The district ordered all keys to be destroyed.
    Destroyed(Wall),
}

impl<S: Store> Engine<S> {
    /// Looks at a station's folder. Nothing is opened before someone signs in.
    pub fn at(home: Home<S>) -> Result<Self, Failure> {
        if let Some(destroyed) = destroy::ordered(&home.folder).map_err(vault_failure)? {
            // What a kill left of it is done now.
            destroy::carry_out(&home.folder).map_err(vault_failure)?;
            return Ok(Self::over(home, None, Keys::Destroyed(destroyed.at)));
        }
        if let Err(fault) = destroy::clear_drafts(&home.folder) {
            // A copy that cannot be removed now keeps nobody from work; the next start tries again.
            tracing::warn!(%fault, "what a backup left could not be removed");
        }
        let (vault, keys) = match Vault::load(&home.folder) {
            // A key file in which nobody has a PIN is a first run that was cut short.
            Ok(vault) => (vault.filter(Vault::anyone_ready), Keys::Whole),
            // The window opens all the same, to say so and to offer the file before.
            Err(VaultFault::Damaged) => (None, Keys::Damaged),
            Err(fault) => return Err(vault_failure(fault)),
        };
        Ok(Self::over(home, vault, keys))
    }

    fn over(home: Home<S>, vault: Option<Vault>, keys: Keys) -> Self {
        Self {
            home,
            vault,
            keys,
            newcomer: None,
            desk: None,
            screen: None,
            key: None,
            link: LinkState::default(),
            backups: backup::Turnstile::default(),
            unnoted: Vec::new(),
            changes: Vec::new(),
            wish: false,
        }
    }

    /// Destroys this station's keys, as the district's verified order says. K6 of [`crate::keys`]
    fn destroy_keys(&mut self) -> Result<(), Failure> {
        let now = self.now();
        destroy::note(&self.home.folder, now).map_err(vault_failure)?;
        (self.desk, self.screen, self.key, self.vault, self.newcomer) = (None, None, None, None, None);
        self.keys = Keys::Destroyed(now);
        self.tell(Changed::Session);
        destroy::carry_out(&self.home.folder).map_err(vault_failure)
    }

    /// Answers one call. N1.
    pub async fn call<C: Answer<S>>(&mut self, call: C) -> Result<C::Reply, Failure> {
        call.answer(self).await
    }

    /// What changed since the last time this was asked.
    pub fn changes(&mut self) -> Vec<Changed> {
        std::mem::take(&mut self.changes)
    }

    /// Whether something came to be wanted from the district since the last time this was asked.
    pub fn wishes(&mut self) -> bool {
        std::mem::take(&mut self.wish)
    }

    /// What the station's clock shows.
    pub fn now(&self) -> Wall {
        self.home.edge.now()
    }

    /// The desk of whoever is signed in.
    fn desk(&mut self) -> Result<&mut Desk<S>, Failure> {
        self.desk.as_mut().ok_or(Failure::Locked)
    }

    fn tell(&mut self, change: Changed) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

/// A database left behind by a first run that was cut short: nothing opens it, and nothing may remove it (S3).
pub(crate) fn set_aside(folder: &std::path::Path, now: Wall) -> std::io::Result<()> {
    let of = |file: &str| [file.to_owned(), format!("{file}-wal"), format!("{file}-shm")];
    for name in of(DATABASE).into_iter().chain(of(FILES)) {
        let from = folder.join(&name);
        if from.exists() {
            let to = folder.join(format!("{name}.unfinished-{}", now.0));
            std::fs::rename(from, to)?;
        }
    }
    Ok(())
}

fn storage(fault: StoreError) -> Failure {
    let why = match &fault {
        StoreError::Busy => StorageFault::Busy,
        StoreError::Full => StorageFault::Full,
        StoreError::NewerSchema { .. } => StorageFault::NewerSchema,
        StoreError::WrongKey | StoreError::Damaged { .. } => StorageFault::Damaged,
        StoreError::Clash | StoreError::Backend(_) => StorageFault::Io,
    };
    tracing::warn!(fault = %fault, "the store could not do it");
    Failure::Storage { why }
}

fn vault_failure(fault: VaultFault) -> Failure {
    match fault {
        VaultFault::WrongPin { left } => Failure::WrongPin { left },
        VaultFault::Wait { seconds } => Failure::WaitForPin { seconds },
        VaultFault::WeakPin => Failure::WeakPin,
        VaultFault::WrongCode => Failure::Recovery { why: RecoveryFault::NotThisStation },
        VaultFault::UnknownPerson | VaultFault::NoPin => Failure::NotFound,
        VaultFault::Newer => Failure::Storage { why: StorageFault::NewerSchema },
        VaultFault::Damaged => Failure::Storage { why: StorageFault::Damaged },
        VaultFault::Full => Failure::Storage { why: StorageFault::Full },
        VaultFault::Io => Failure::Storage { why: StorageFault::Io },
    }
}

/// A defect of this program: logged under a number, shown by that number.
fn internal(what: &'static str) -> Failure {
    tracing::error!(what, "internal fault");
    Failure::Internal { id: what.to_owned() }
}
