//! What the district published, as this station has it.

use std::collections::BTreeMap;

use daiban_model::bundle::Bundles;
use daiban_model::calendar::Calendar;
use daiban_model::catalogue::Catalogue;
use daiban_model::ids::{AgentId, ScopeCode};
use daiban_model::organisation::{PlaceTree, Roster};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Package, PackageKind, Signed};

use crate::store::{Store, StoreError};
use crate::sync::hub::standing_digest;

/// Opened packages. What was never published is empty, which every page can show.
#[derive(Default)]
pub(crate) struct Published {
    pub(crate) places: PlaceTree,
    pub(crate) roster: Roster,
    pub(crate) catalogue: Option<Catalogue>,
    pub(crate) calendar: Calendar,
    pub(crate) bundles: Option<Bundles>,
    /// Devices that are not to be trusted any more: which of their segments the hub takes is the hub's to say, and neighbours have only
    /// this list.
    pub(crate) revocations: Vec<wire::Revocation>,
    versions: Vec<(PackageKind, u32)>,
    /// Packages that came or lay here and did not read, by the name they are stored under, and since when.
    pub(crate) unreadable: BTreeMap<String, Wall>,
}

/// A package whose content is not of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the package {0:?} does not read")]
pub(crate) struct Unreadable(PackageKind);

/// Largest package after inflation.
const MAX_CONTENT: usize = 32 << 20;

impl Published {
    /// Reads what the store has.
    pub(crate) async fn load<S: Store>(store: &S, now: Wall) -> Result<Self, StoreError> {
        let mut published = Self::default();
        for (name, bytes) in store.states("package/").await? {
            let package = wire::decode(&bytes, wire::MAX_INFLATED)
                .and_then(|signed: Signed| wire::decode::<Package>(&signed.bytes, wire::MAX_INFLATED));
            let read = package.is_ok_and(|package| published.adopt(&package, now).is_ok());
            if !read {
                // Without it the digest differs, so the hub sends it anew; nobody is locked out meanwhile.
                tracing::warn!(name, "a stored package does not read");
                published.unreadable.entry(name).or_insert(now);
            }
        }
        Ok(published)
    }

    /// Takes a package into use. Its signature was checked when it came. One that does not read is remembered, so that somebody
    /// is told: the one before stays in use.
    pub(crate) fn adopt(&mut self, package: &Package, now: Wall) -> Result<(), Unreadable> {
        let name = Self::state_name(package.kind);
        let read = self.read(package);
        match &read {
            Ok(()) => drop(self.unreadable.remove(&name)),
            Err(_) => drop(self.unreadable.entry(name).or_insert(now)),
        }
        read
    }

    fn read(&mut self, package: &Package) -> Result<(), Unreadable> {
        let unreadable = || Unreadable(package.kind);
        let json = zstd::bulk::decompress(&package.content, MAX_CONTENT).map_err(|_| unreadable())?;
        fn read<T: serde::de::DeserializeOwned>(json: &[u8]) -> Option<T> {
            serde_json::from_slice(json).ok()
        }
        match package.kind {
            PackageKind::Organisation => self.places = read(&json).ok_or_else(unreadable)?,
            PackageKind::Roster => self.roster = read(&json).ok_or_else(unreadable)?,
            PackageKind::Catalogue => self.catalogue = Some(read(&json).ok_or_else(unreadable)?),
            PackageKind::Calendar => self.calendar = read(&json).ok_or_else(unreadable)?,
            PackageKind::Bundles => self.bundles = Some(read(&json).ok_or_else(unreadable)?),
            PackageKind::Revocations => self.revocations = read(&json).ok_or_else(unreadable)?,
        }
        self.versions.retain(|(kind, _)| *kind != package.kind);
        self.versions.push((package.kind, package.version));
        Ok(())
    }

    /// The name a package is stored under.
    pub(crate) fn state_name(kind: PackageKind) -> String {
        format!("package/{kind:?}")
    }

    /// Versions in use.
    pub(crate) fn versions(&self) -> Vec<(PackageKind, u32)> {
        self.versions.clone()
    }

    /// The digest the hub compares, of a device whose certificate has this serial number.
    pub(crate) fn digest(&self, serial: u32) -> u64 {
        standing_digest(&self.versions, serial)
    }

    /// The name of a division, or its code where it is not in the list.
    pub(crate) fn place(&self, code: ScopeCode) -> String {
        self.places.get(code).map_or_else(|| code.to_string(), |place| place.name.clone())
    }

    /// The name of a member of staff, or the number where it is not in the list.
    pub(crate) fn agent(&self, id: &AgentId) -> String {
        let known = self.roster.agents().iter().find(|agent| agent.id == *id);
        known.map_or_else(|| id.to_string(), |agent| agent.name.clone())
    }
}
