//! `POST /v1/standing`, and what a device is told there: its certificate, which is renewed and changed, and orders (see [`super::forget`]).
//!
//! - M1: a device that was not revoked never stays without a certificate: whoever comes with one that ends within ninety days, or has
//!   ended while nobody could come, exchanges under the next one at once and hears of it with the same answer.
//! - M2: serial numbers rise, also over a hub that went back to a backup; of two certificates the one with the higher number is in
//!   force, and what was signed under the other one stays valid (R1 of [`crate::sync::certificates`]).

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Signed, Standing, StandingRequest};

use super::{Asked, Hub, HubFault, Turned};
use crate::store::{Batch, DeviceRow, PeerQuery, Store, StoreError};
use crate::sync::certificates::{self, covers};
use crate::sync::sign::{self, Domain};

/// How long a certificate is valid.
const TWO_YEARS_MS: u64 = 2 * 366 * 24 * 60 * 60 * 1000;
/// How long before its end the next one is given: a village that is cut off for a winter gets it before.
const RENEWAL_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// By how much serial numbers jump when the hub goes back to a backup: what was given since is out at the stations. M2
const SERIALS_PER_EPOCH: u32 = 1_000;

/// A certificate with the root's signature.
pub(super) struct Certified {
    pub(super) opened: Certificate,
    pub(super) signed: Signed,
}

impl<S: Store> Hub<S> {
    /// Tells a device what is newer than what it has.
    pub async fn standing(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let asked: Asked<StandingRequest> = self.asked(body).await?;
        let Asked { device, certificate, request, hash, .. } = &asked;
        if request.version != wire::VERSION {
            return Err(Turned::Malformed);
        }
        if device.revoked_ms.is_some() {
            return Err(Turned::UnknownDevice);
        }
        self.note_done(device.device, &request.done).await?;
        self.note_succession(device.device, &request.done, now).await?;
        let newer = request.serial < certificate.serial;
        let standing = Standing {
            packages: self.newer(&request.have).await?,
            certificate: newer.then(|| wire::decode(&device.certificate, wire::MAX_BODY).ok()).flatten(),
            orders: self.orders(certificate, request.serial, now).await?,
        };
        Ok(self.reply(*hash, &standing))
    }

    /// The certificate a device exchanges under: the one it has, or the next one where that is due. M1
    pub(super) async fn in_force(&self, present: &Certificate, now: Wall) -> Result<Certificate, StoreError> {
        if !Self::is_about_to_end(present, now) {
            return Ok(present.clone());
        }
        self.certify(present.clone(), now).await
    }

    /// Whether the next certificate is due.
    pub(super) fn is_about_to_end(present: &Certificate, now: Wall) -> bool {
        now.0.max(0).unsigned_abs().saturating_add(RENEWAL_MS) > present.not_after
    }

    /// Gives a device its next certificate.
    async fn certify(&self, next: Certificate, now: Wall) -> Result<Certificate, StoreError> {
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let (certified, batch) = self.next_certificate(next, &rows, now).await?;
        self.store.commit(batch).await?;
        Ok(certified.opened)
    }

    /// The next certificate of a device, valid for two years from now, and what is to be stored of it. M2
    pub(super) async fn next_certificate(
        &self,
        next: Certificate,
        rows: &[DeviceRow],
        now: Wall,
    ) -> Result<(Certified, Batch), StoreError> {
        let given = rows.iter().filter_map(|row| self.certificate(row)).map(|one| one.serial).max().unwrap_or(0);
        let serial = given.max(self.renewals().await?.saturating_mul(SERIALS_PER_EPOCH)).saturating_add(1);
        let not_after = now.0.max(0).unsigned_abs() + TWO_YEARS_MS;
        let opened = Certificate { serial, not_after, ..next };
        let signed = sign::seal(self.keys.root(), Domain::Certificate, &opened);
        let (mut batch, stored) = (Batch::default(), rows.iter().find(|row| row.device == opened.device));
        certificates::enter(&mut batch, stored, &opened, &signed);
        Ok((Certified { opened, signed }, batch))
    }

    /// Gives a device a new certificate now, instead of when the one it has is about to end. It hears of it at its next exchange.
    pub async fn renew(&self, device: DeviceId, now: Wall) -> Result<Certificate, HubFault> {
        let present = self.serving(device).await?;
        Ok(self.certify(present, now).await?)
    }

    /// Gives a device divisions to read and write, which it hears of and is filled with at its next exchange. Those it serves already
    /// change nothing.
    pub async fn give(&self, device: DeviceId, scopes: &[ScopeCode], now: Wall) -> Result<Certificate, HubFault> {
        let mut next = self.serving(device).await?;
        if scopes.iter().all(|scope| covers(&next, *scope)) {
            return Ok(next);
        }
        next.scopes.extend(scopes);
        next.scopes.sort_unstable();
        next.scopes.dedup();
        if next.scopes.len() > wire::MAX_SCOPES {
            return Err(HubFault::BadStation);
        }
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let (certified, mut batch) = self.next_certificate(next, &rows, now).await?;
        self.recalled(&certified.opened, &mut batch).await?;
        self.store.commit(batch).await?;
        Ok(certified.opened)
    }

    /// The certificate of a device that is known and was not revoked.
    pub(super) async fn serving(&self, device: DeviceId) -> Result<Certificate, HubFault> {
        let rows = self.store.peer(PeerQuery::Devices(vec![device])).await?.devices;
        let row = rows.first().ok_or(HubFault::UnknownDevice)?;
        if row.revoked_ms.is_some() {
            return Err(HubFault::Revoked);
        }
        self.certificate(row).ok_or(HubFault::Damaged("device"))
    }
}
