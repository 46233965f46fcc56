//! What a test begins with: a district that serves, and one station of it.

use std::path::PathBuf;

use anyhow::Result;
use daiban_tests::window::district::{District, Serving};
use daiban_tests::window::station::Station;
use tempfile::TempDir;

/// The station of these tests stands in this village of Jihulunt.
pub const VILLAGE: &str = "150205202202";
/// The township it belongs to.
pub const TOWNSHIP: &str = "150205202";
/// A village of another township.
pub const ELSEWHERE: &str = "150205101208";

/// A district and one station, gone with the test.
pub struct Stage {
    pub district: District,
    pub station: Station,
    pub serving: Option<Serving>,
    folder: TempDir,
}

impl Stage {
    /// Founds the district, lets it serve and makes a code for the station. Pictures go to a folder of the test's own.
    pub fn new(name: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut district = District::found(folder.path())?;
        let serving = Some(district.serve()?);
        let enrol = district.code("幸福大院代办点", VILLAGE)?;
        let station = Station::new(&folder.path().join("station"), &enrol, &shots(name))?;
        Ok(Self { district, station, serving, folder })
    }

    /// A folder for somebody else's station.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The line is cut: the hub is not there any more.
    pub fn go_offline(&mut self) {
        self.serving = None;
    }

    /// The hub is there again, at the same address with the same data.
    pub fn come_online(&mut self) -> Result<()> {
        self.serving = Some(self.district.serve()?);
        Ok(())
    }
}

/// `target/screens/NAME`
pub fn shots(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    target.join("screens").join(name)
}
