//! Disks of stations: copied while the program runs, put back while it does not, given to a second machine.

use std::path::{Path, PathBuf};

use daiban_core::edge::Scripted;
use daiban_core::engine::DATABASE;
use tempfile::TempDir;

use super::{Keeping, Station};
use crate::world::{Shelf, must};

/// A copy of everything a station's disk holds.
pub struct Image {
    folder: TempDir,
    shelf: Option<Shelf>,
}

/// How much of a disk comes back from a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Returned {
    /// The whole folder.
    Whole,
    /// The database alone, as from somebody's backup of the one large file.
    Database,
}

/// Where a station's files are.
pub(super) enum Folder {
    /// Its own; gone with it.
    Own(TempDir),
    /// Somebody else's.
    Given(PathBuf),
}

impl Folder {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(path) => path,
        }
    }
}

impl Station {
    /// A second machine made from a copy of this one's disk.
    pub fn copy(&self, clock: Scripted) -> Self {
        let mut copy = self.from_image(&self.image(), clock);
        copy.restart();
        copy
    }

    /// A second machine made from an earlier copy of this one's disk; its program does not run yet.
    pub fn from_image(&self, image: &Image, clock: Scripted) -> Self {
        let mut copy = Self::fresh(&self.name, clock, self.keeping);
        (copy.agent, copy.luck) = (self.agent.clone(), self.luck);
        copy.kill();
        copy.put_back(image, Returned::Whole);
        copy
    }

    /// A copy of the disk as it is now, taken while the program may be running.
    pub fn image(&self) -> Image {
        let folder = must("a folder", tempfile::tempdir());
        copy_files(self.folder.path(), folder.path(), |_| true);
        let shelf = (self.keeping == Keeping::Memory).then(|| self.shelf().image());
        Image { folder, shelf }
    }

    /// Puts an earlier copy of the disk back while the program does not run.
    pub fn put_back(&mut self, image: &Image, returned: Returned) {
        assert!(self.engine.is_none(), "{}: a disk is put back while nobody uses it", self.name);
        if let Some(shelf) = &image.shelf {
            self.shelf().put_back(shelf);
        }
        let is_database = |name: &str| name.starts_with(DATABASE);
        let wanted = |name: &str| returned == Returned::Whole || is_database(name);
        for entry in must("the folder", std::fs::read_dir(self.folder.path())) {
            let file = must("a file", entry);
            if wanted(&file.file_name().to_string_lossy()) {
                must("it is removed", std::fs::remove_file(file.path()));
            }
        }
        copy_files(image.folder.path(), self.folder.path(), wanted);
    }
}

fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) {
    for entry in must("the folder", std::fs::read_dir(from)) {
        let file = must("a file", entry);
        let name = file.file_name();
        if wanted(&name.to_string_lossy()) {
            must("a copy", std::fs::copy(file.path(), to.join(name)));
        }
    }
}
