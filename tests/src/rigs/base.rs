//! Folders of stations for rigs.

use std::path::Path;

use daiban_core::edge::Scripted;
use tempfile::TempDir;

use crate::world::{BAICAIGOU, QIMUGE, Station, World, must, wall};

/// What people come for.
const ITEMS: [&str; 2] = ["MZ-007", "YB-001"];

/// A station's folder with a few cases in it, as a program that was closed left it.
pub(super) fn home(seed: u64) -> TempDir {
    let folder = must("a folder", tempfile::tempdir());
    let world = World::small(seed, &ITEMS);
    let mut station = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    for person in [&crate::world::ZHAO_YUNFENG, &crate::world::SUN_LINA] {
        station.receive(person, "MZ-007");
    }
    station.sync(&world.hub);
    station.kill();
    copy(station.folder(), folder.path());
    folder
}

/// A copy of a folder.
pub(super) fn fresh(home: &TempDir) -> TempDir {
    let folder = must("a folder", tempfile::tempdir());
    copy(home.path(), folder.path());
    folder
}

pub(super) fn copy(from: &Path, to: &Path) {
    for entry in must("the folder", std::fs::read_dir(from)) {
        let file = must("a file", entry);
        must("a copy", std::fs::copy(file.path(), to.join(file.file_name())));
    }
}

/// The station in a folder. The seed must be another one each time a program starts: it is what its session draws from.
pub(super) fn station(folder: &Path, seed: u64) -> Station {
    Station::over(folder, QIMUGE, Scripted::new(seed, wall("2026-03-03T09:00")))
}

/// Puts such a folder where somebody wants to try things by hand.
pub fn home_in(folder: &Path) {
    copy(home(1).path(), folder);
}
