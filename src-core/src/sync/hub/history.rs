//! What outlives a hub's database or is renewed with it: its epoch, what is backed up, who was revoked.

use std::sync::atomic::Ordering;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Epoch, Package, PackageKind, Revocation, Segment, Signed};

use super::repair::witnessed_name;
use super::{Hub, HubFault};
use crate::store::{Batch, PeerId, PeerQuery, Store, StoreError};
use crate::sync::sign::{self, Domain};
use crate::sync::writer::Writer;

/// Names of the hub's own values.
pub(super) const EPOCH: &str = "epoch";
const BACKED_UP: &str = "backed-up";
const RENEWALS: &str = "renewals";
const RENEWED: &str = "renewed-at";

/// By how much versions of packages jump at a renewal, so that none is given twice: what was published since the backup is out at
/// the stations.
const VERSIONS_PER_EPOCH: u32 = 1_000;
/// Largest content of a list of revocations.
const MAX_LIST: usize = 4 << 20;

/// What is backed up: since when that is known, and up to which number of each feed.
type BackedUp = (u64, Vec<(ScopeCode, u64)>);

impl<S: Store> Hub<S> {
    /// The hub's present history.
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Relaxed).to_le_bytes())
    }

    /// Another process may have renewed it.
    pub(super) async fn read_epoch(&self) -> Result<Epoch, StoreError> {
        let stored = self.state(EPOCH).await?;
        let bytes: [u8; 8] =
            stored.and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Damaged { what: "epoch" })?;
        self.epoch.store(u64::from_le_bytes(bytes), Ordering::Relaxed);
        Ok(Epoch(bytes))
    }

    pub(super) async fn state(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.store.states(name).await?;
        Ok(found.into_iter().find(|(found, _)| found == name).map(|(_, bytes)| bytes))
    }

    /// Begins another history: to be done once after a backup was put back and before the hub serves again. Stations that come
    /// then tell what they have beyond the backup. Everything in the store is what was backed up.
    pub async fn renew_epoch(&self, now: Wall, chance: [u8; 8]) -> Result<Epoch, HubFault> {
        let renewals = self.renewals().await? + 1;
        let ends = self.ends().await?;
        let states = vec![
            (EPOCH.to_owned(), Some(chance.to_vec())),
            (RENEWALS.to_owned(), Some(wire::encode(&renewals))),
            (RENEWED.to_owned(), Some(wire::encode(&now.0.max(0).unsigned_abs()))),
            (BACKED_UP.to_owned(), Some(wire::encode(&(now.0.max(0).unsigned_abs(), ends)))),
        ];
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok(self.read_epoch().await?)
    }

    pub(super) async fn renewals(&self) -> Result<u32, StoreError> {
        let stored = self.state(RENEWALS).await?;
        Ok(stored.and_then(|bytes| wire::decode(&bytes, 16).ok()).unwrap_or(0))
    }

    /// When the present history began, where that was by going back.
    pub(super) async fn renewed_ms(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.state(RENEWED).await?.and_then(|bytes| wire::decode(&bytes, 16).ok()))
    }

    /// The version after `last`.
    pub(super) async fn next_version(&self, last: u32) -> Result<u32, StoreError> {
        Ok(last.max(self.renewals().await?.saturating_mul(VERSIONS_PER_EPOCH)).saturating_add(1))
    }

    /// Where every feed ends: to be read before a backup is made, and noted by [`Hub::note_backup`] when it is safe.
    pub async fn ends(&self) -> Result<Vec<(ScopeCode, u64)>, HubFault> {
        let ends = self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
        Ok(ends.into_iter().map(|end| (end.scope, end.seq)).collect())
    }

    /// Notes that a backup holds every feed up to these numbers. Stations are told with their next exchange.
    pub async fn note_backup(&self, ends: Vec<(ScopeCode, u64)>, now: Wall) -> Result<(), HubFault> {
        let noted = wire::encode(&(now.0.max(0).unsigned_abs(), ends));
        self.store.commit(Batch { states: vec![(BACKED_UP.to_owned(), Some(noted))], ..Batch::default() }).await?;
        Ok(())
    }

    /// What was noted as backed up since a device was answered last.
    pub(super) async fn backed_up_since(&self, ms: u64) -> Result<Vec<(ScopeCode, u64)>, StoreError> {
        let noted = self.state(BACKED_UP).await?;
        let noted: Option<BackedUp> = noted.and_then(|bytes| wire::decode(&bytes, wire::MAX_INFLATED).ok());
        Ok(noted.filter(|(at, _)| *at >= ms).map(|(_, ends)| ends).unwrap_or_default())
    }

    /// Revokes a device: from now on nothing it brings is taken and nothing is delivered to it. What it had delivered stays valid.
    pub async fn revoke(&self, device: DeviceId, now: Wall) -> Result<(), HubFault> {
        let known = self.store.peer(PeerQuery::Devices(vec![device])).await?;
        if known.devices.is_empty() {
            return Err(HubFault::UnknownDevice);
        }
        Ok(self.revoke_known(device, now).await?)
    }

    /// The same for one that is known.
    pub(super) async fn revoke_known(&self, device: DeviceId, now: Wall) -> Result<(), StoreError> {
        let at_ms = now.0.max(0).unsigned_abs();
        let lines = self.store.peer(PeerQuery::Lines(device)).await?.frames;
        let valid = lines.iter().map(|(stored, _)| stored.header.key()).collect();
        self.enter_revocations(vec![Revocation { device, at_ms, valid }]).await
    }

    /// A person has looked at what neighbours took from a revoked device before they knew, and lets it stand: it counts as delivered in
    /// time, gets its numbers, and so does what waited for it. Answers how many segments that are.
    pub async fn let_stand(&self, device: DeviceId, now: Wall) -> Result<u32, HubFault> {
        let aside = self.store.peer(PeerQuery::Quarantine).await?.quarantine;
        let witnessed = self.store.states(&format!("witnessed/{device}/")).await?;
        let theirs = aside.iter().filter(|one| {
            let name = witnessed_name(&one.key);
            one.key.device == device && witnessed.iter().any(|(known, _)| *known == name)
        });
        let mut segments: Vec<Segment> =
            theirs.filter_map(|one| wire::decode(&one.bytes, wire::MAX_INFLATED).ok()).collect();
        segments.sort_by_key(|segment| (segment.header.hlc, segment.header.key()));
        let mut list = self.revocations().await?;
        let (Some(entry), Some(certificate)) =
            (list.iter_mut().find(|one| one.device == device), self.certificate_of(device).await?)
        else {
            return Err(HubFault::UnknownDevice);
        };
        segments.retain(|segment| !entry.leaves_valid(&segment.header.key()));
        if segments.is_empty() {
            return Ok(0);
        }
        entry.valid.extend(segments.iter().map(|segment| segment.header.key()));
        let revocation = Some(entry.clone());
        let json = serde_json::to_vec(&list).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
        let (_, states) = self.package(PackageKind::Revocations, &json).await?;
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        let writers = [(device, Writer { revocation, ..self.writer(&certificate).await? })].into();
        let taken = self.take(&segments, &writers, now).await?;
        Ok(u32::try_from(taken.receipts.len()).unwrap_or(u32::MAX))
    }

    async fn certificate_of(&self, device: DeviceId) -> Result<Option<Certificate>, StoreError> {
        let rows = self.store.peer(PeerQuery::Devices(vec![device])).await?.devices;
        Ok(rows.first().and_then(|row| self.certificate(row)))
    }

    /// The devices that are revoked.
    pub async fn revocations(&self) -> Result<Vec<Revocation>, StoreError> {
        let published = self.published().await?;
        let list = published.iter().find(|(kind, ..)| *kind == PackageKind::Revocations);
        Ok(list.and_then(|(.., signed)| self.listed(signed)).unwrap_or_default())
    }

    fn listed(&self, signed: &Signed) -> Option<Vec<Revocation>> {
        let package: Package = sign::open(&self.keys.root_public(), Domain::Package, signed)?;
        let json = zstd::bulk::decompress(&package.content, MAX_LIST).ok()?;
        (package.kind == PackageKind::Revocations).then(|| serde_json::from_slice(&json).ok()).flatten()
    }

    /// Adds devices to the list and publishes it; the first entry of a device stands.
    async fn enter_revocations(&self, more: Vec<Revocation>) -> Result<(), StoreError> {
        let mut list = self.revocations().await?;
        let new: Vec<_> = more.into_iter().filter(|one| list.iter().all(|known| known.device != one.device)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let revoked = new.iter().map(|one| (one.device, one.at_ms)).collect();
        list.extend(new);
        let json = serde_json::to_vec(&list).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
        let (_, states) = self.package(PackageKind::Revocations, &json).await?;
        self.store.commit(Batch { revoked, states, ..Batch::default() }).await.map(drop)
    }

    /// Takes in a package that the district once signed and this hub may have forgotten: a later version than its own, or
    /// revocations that are not on its list. Anything else changes nothing.
    pub async fn present(&self, signed: &Signed) -> Result<(), StoreError> {
        let Some(package) = sign::open::<Package>(&self.keys.root_public(), Domain::Package, signed) else {
            return Ok(());
        };
        if package.kind == PackageKind::Revocations {
            return self.enter_revocations(self.listed(signed).unwrap_or_default()).await;
        }
        let published = self.published().await?;
        let own = published.iter().find(|(kind, ..)| *kind == package.kind).map_or(0, |(_, own, _)| *own);
        if package.version <= own {
            return Ok(());
        }
        let states = Self::entered(&published, (package.kind, package.version, signed.clone()));
        self.store.commit(Batch { states, ..Batch::default() }).await.map(drop)
    }
}
