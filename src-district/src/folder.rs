//! The hub's data folder: the key file, the attachments, and the database or a mark that it is a PostgreSQL one.
//!
//! Keys and database belong together: the same keys over an empty database would answer every station as if it had lost all it
//! sent. So the folder says where its data are, and a PostgreSQL database says whose they are; neither opens with another.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use daiban_core::store::blobs::SqliteBlobs;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::store::{Batch, Store, StoreError};
use daiban_core::sync::hub::{FilesHere, Hub, HubFault, HubKeys, SHARE};
use daiban_model::stamp::Wall;

use crate::postgres::{self, Address, PostgresStore};
use crate::store::HubStore;

const KEYS: &str = "district.keys";
const DATABASE: &str = "hub.db";
const FILES: &str = "files.db";
/// Stands in the folder of a hub whose data are in PostgreSQL.
const ELSEWHERE: &str = "hub.postgresql";
/// Under this name a PostgreSQL database holds the root key of its district.
const OWNER: &str = "district";

/// Where a hub's data are.
#[derive(Debug, Clone)]
pub enum Base {
    /// In the folder itself.
    Folder,
    /// In a PostgreSQL database. The second value, drawn from chance, tells this process from others there.
    Postgres(Address, [u8; 16]),
}

/// A data folder that has been made.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// Why a folder cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// There is a hub already; making another one would lock out every station of the first.
    #[error("the folder holds a hub already")]
    Exists,
    /// No hub was made here.
    #[error("the folder holds no hub")]
    Absent,
    /// The data are in a PostgreSQL database, and none was named.
    #[error("the hub's data are in PostgreSQL")]
    Elsewhere,
    /// A PostgreSQL database was named, and the data are in the folder.
    #[error("the hub's data are in the folder")]
    Here,
    /// The database holds another hub's data.
    #[error("the database belongs to another hub")]
    Foreign,
    /// The database holds no hub's data, and no hub is to be made.
    #[error("the database holds no hub")]
    Empty,
    /// The key file is cut off or changed.
    #[error("the key file does not read")]
    BadKeys,
    /// The system refuses.
    #[error("the folder cannot be used: {0}")]
    System(#[from] io::Error),
    /// The database does not open.
    #[error(transparent)]
    Hub(#[from] HubFault),
}

impl From<StoreError> for FolderFault {
    fn from(fault: StoreError) -> Self {
        Self::Hub(HubFault::Store(fault))
    }
}

impl Folder {
    /// Makes the folder with new keys and an empty database in it. `chance` becomes the keys.
    pub async fn create(path: &Path, chance: [u8; 96], now: Wall) -> Result<Self, FolderFault> {
        Self::create_on(&Base::Folder, path, chance, now).await
    }

    /// Makes the folder with new keys, and an empty database or a claim on one.
    pub async fn create_on(base: &Base, path: &Path, chance: [u8; 96], now: Wall) -> Result<Self, FolderFault> {
        create_private(path)?;
        // New keys over another hub's database would fit none of its certificates.
        if [KEYS, DATABASE].iter().any(|name| path.join(name).exists()) {
            return Err(FolderFault::Exists);
        }
        let (folder, keys) = (Self(path.to_owned()), HubKeys::create(chance, now));
        match base {
            Base::Folder => {
                write_new(&path.join(KEYS), &keys.to_bytes())?;
                folder.open().await?;
            }
            Base::Postgres(address, process) => {
                // Nothing is left behind of a database that cannot be reached or is taken.
                let store = PostgresStore::open(address, *process, postgres::CONNECTIONS).await?;
                if !store.states("").await?.is_empty() {
                    return Err(FolderFault::Foreign);
                }
                fs::write(path.join(ELSEWHERE), [])?;
                write_new(&path.join(KEYS), &keys.to_bytes())?;
                let states = vec![(OWNER.to_owned(), Some(keys.root_public().to_vec()))];
                store.commit(Batch { states, ..Batch::default() }).await?;
                Hub::open(store, keys).await?;
            }
        }
        Ok(folder)
    }

    /// A folder made before.
    pub fn at(path: &Path) -> Result<Self, FolderFault> {
        if path.join(KEYS).is_file() { Ok(Self(path.to_owned())) } else { Err(FolderFault::Absent) }
    }

    /// Opens the hub whose data are in the folder. Several programs may have it open at once.
    pub async fn open(&self) -> Result<Hub<SqliteStore>, FolderFault> {
        let keys = self.read_keys()?;
        Ok(Hub::open(self.sqlite()?, keys).await?.with_files(self.files()?))
    }

    /// Opens the hub, wherever its data are.
    pub async fn open_on(&self, base: &Base) -> Result<Hub<HubStore>, FolderFault> {
        let keys = self.read_keys()?;
        let store = match base {
            Base::Folder => HubStore::Sqlite(self.sqlite()?),
            Base::Postgres(address, process) => HubStore::Postgres(self.postgres(address, *process, &keys).await?),
        };
        Ok(Hub::open(store, keys).await?.with_files(self.files()?))
    }

    /// The district's public key, which every station's certificate is signed with.
    pub fn root(&self) -> Result<[u8; 32], FolderFault> {
        self.read_keys().map(|keys| keys.root_public())
    }

    fn read_keys(&self) -> Result<HubKeys, FolderFault> {
        HubKeys::from_bytes(&fs::read(self.0.join(KEYS))?).ok_or(FolderFault::BadKeys)
    }

    /// Attachments lie in the folder, wherever the rest is.
    pub fn files(&self) -> Result<FilesHere, FolderFault> {
        Ok(FilesHere { blobs: Arc::new(SqliteBlobs::open_plain(&self.0.join(FILES))?), share: SHARE })
    }

    fn sqlite(&self) -> Result<SqliteStore, FolderFault> {
        if self.0.join(ELSEWHERE).exists() {
            return Err(FolderFault::Elsewhere);
        }
        Ok(SqliteStore::open_plain(&self.0.join(DATABASE))?)
    }

    async fn postgres(
        &self,
        address: &Address,
        process: [u8; 16],
        keys: &HubKeys,
    ) -> Result<PostgresStore, FolderFault> {
        if !self.0.join(ELSEWHERE).exists() {
            return Err(FolderFault::Here);
        }
        let store = PostgresStore::open(address, process, postgres::CONNECTIONS).await?;
        let owner = store.states(OWNER).await?.into_iter().find(|(name, _)| name == OWNER);
        match owner {
            Some((_, root)) if root == keys.root_public() => Ok(store),
            Some(_) => Err(FolderFault::Foreign),
            None => Err(FolderFault::Empty),
        }
    }

    /// Puts a backup in the place of the database, which is set aside under the name answered; `None` where there was none. The
    /// backup is copied and looked through first. Not while a hub serves the folder.
    pub fn put_back(&self, backup: &Path, now: Wall) -> Result<Option<PathBuf>, FolderFault> {
        let (database, fresh) = (self.0.join(DATABASE), self.0.join("hub.db.restoring"));
        for left in [fresh.clone(), beside(&fresh, "-wal"), beside(&fresh, "-shm")] {
            match fs::remove_file(left) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault.into()),
                _ => {}
            }
        }
        fs::copy(backup, &fresh)?;
        fs::File::open(&fresh)?.sync_all()?;
        SqliteStore::open_plain(&fresh)?.integrity()?;
        let aside = self.0.join(format!("{DATABASE}.before-{}", now.0));
        let stood = database.exists();
        for end in ["", "-wal", "-shm"] {
            let part = beside(&database, end);
            if part.exists() {
                fs::rename(part, beside(&aside, end))?;
            }
        }
        fs::rename(&fresh, &database)?;
        Ok(stood.then_some(aside))
    }

    /// Lets a restored hub hear what the database that was set aside still tells: publications and revocations since the backup.
    /// One that does not open tells nothing. Answers how many packages it read.
    pub async fn hear<S: Store>(&self, hub: &Hub<S>, aside: &Path) -> Result<usize, FolderFault> {
        let Ok(store) = SqliteStore::open_plain(aside) else { return Ok(0) };
        let Ok(before) = Hub::open(store, self.read_keys()?).await else { return Ok(0) };
        let packages = before.published().await.unwrap_or_default();
        for (.., package) in &packages {
            hub.present(package).await?;
        }
        Ok(packages.len())
    }

    /// Where the key file is, of which a copy belongs in a safe.
    pub fn keys(&self) -> PathBuf {
        self.0.join(KEYS)
    }
}

/// A file that stands beside another one of the same name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // A folder that stood there before keeps its rights otherwise, and the database lies in it unencrypted.
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Never over an existing file; readable by its owner alone; on the disk before this returns.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FolderFault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FolderFault::Exists,
        _ => FolderFault::System(error),
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a key file must not pass for a hub; if it cannot be removed either, the first error is the one to tell.
        let _left = fs::remove_file(path);
        FolderFault::System(error)
    })
}
