//! The hub's data folder: the key file, the database and the attachments.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use daiban_core::store::StoreError;
use daiban_core::store::blobs::SqliteBlobs;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::sync::hub::{FilesHere, Hub, HubFault, HubKeys, SHARE};
use daiban_model::stamp::Wall;

const KEYS: &str = "district.keys";
const DATABASE: &str = "hub.db";
const FILES: &str = "files.db";

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
    /// Makes the folder with new keys and an empty database. `chance` becomes the keys.
    pub async fn create(path: &Path, chance: [u8; 96], now: Wall) -> Result<Self, FolderFault> {
        create_private(path)?;
        // New keys over another hub's database would fit none of its certificates.
        if path.join(DATABASE).exists() {
            return Err(FolderFault::Exists);
        }
        let keys = HubKeys::create(chance, now);
        write_new(&path.join(KEYS), &keys.to_bytes())?;
        let folder = Self(path.to_owned());
        folder.open().await?;
        Ok(folder)
    }

    /// A folder made before.
    pub fn at(path: &Path) -> Result<Self, FolderFault> {
        if path.join(KEYS).is_file() { Ok(Self(path.to_owned())) } else { Err(FolderFault::Absent) }
    }

    /// Opens the hub. Several programs may have it open at once.
    pub async fn open(&self) -> Result<Hub<SqliteStore>, FolderFault> {
        let keys = HubKeys::from_bytes(&fs::read(self.0.join(KEYS))?).ok_or(FolderFault::BadKeys)?;
        let store = SqliteStore::open_plain(&self.0.join(DATABASE))?;
        let blobs = Arc::new(SqliteBlobs::open_plain(&self.0.join(FILES))?);
        Ok(Hub::open(store, keys).await?.with_files(FilesHere { blobs, share: SHARE }))
    }

    /// Where the key file is, of which a copy belongs in a safe.
    pub fn keys(&self) -> PathBuf {
        self.0.join(KEYS)
    }
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
