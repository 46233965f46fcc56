//! Divisions taken from a device (sync.md section 5): the order goes out with the certificate that does not cover them any more.
//!
//! - O1: work that a device did in a division before it heard of the order is taken whenever it comes: an earlier certificate covers it
//!   (R1 of [`crate::sync::certificates`]). That ends with the device's word that nothing of the division is left: what it sends for it
//!   after that is not taken.
//! - O2: an order is told until the device says that it has carried it out; a device that went back to an earlier disk, and so has the
//!   division again, says so by the serial number it names, is told again, and is heard again. A hub that went back may have forgotten the
//!   word: the device is told again although it has no more to learn, and repeats it.
//! - O3: until that word the division is compared, and its backups are told, like one that the device serves: the device erases nothing that
//!   this hub may need once more (X13).

use std::collections::BTreeSet;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Certificate, Cursor, Forget, Forgot, Hash, Segment, SegmentKey, Signed};
use serde::{Deserialize, Serialize};

use super::{Hub, HubFault};
use crate::store::{Batch, PeerId, PeerQuery, Store, StoreError};
use crate::sync::certificates::{self, covers};
use crate::sync::sign::{self, Domain};
use crate::sync::writer::{Writer, Writers};

/// Under which names orders are kept, by device and division.
const FORGET: &str = "forget/";

/// An order and what came of it, as the hub keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct Ordered {
    order: Signed,
    /// The device's word, and the last segment of each of its lines in the division by then.
    done: Option<(Signed, Vec<SegmentKey>)>,
}

impl Ordered {
    fn opened(&self) -> Option<Forget> {
        // What lies here was signed here.
        wire::decode(&self.order.bytes, wire::MAX_BODY).ok()
    }
}

impl<S: Store> Hub<S> {
    /// Takes divisions from a device, which hears of it at its next exchange: it brings what it still owes of them, erases them and says
    /// so. At least one division stays; a device that is to serve none is revoked.
    pub async fn take_away(&self, device: DeviceId, scopes: &[ScopeCode], now: Wall) -> Result<Certificate, HubFault> {
        let mut next = self.serving(device).await?;
        if let Some(scope) = scopes.iter().find(|scope| !next.scopes.contains(scope)) {
            return Err(HubFault::NotServed(*scope));
        }
        next.scopes.retain(|scope| !scopes.contains(scope));
        if next.scopes.is_empty() {
            return Err(HubFault::BadStation);
        }
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let (certified, mut batch) = self.next_certificate(next, &rows, now).await?;
        for scope in scopes.iter().filter(|scope| !covers(&certified.opened, **scope)) {
            let order = self.order(&certified.opened, *scope, now).await?;
            let ordered = Ordered { order, done: None };
            batch.states.push((name(device, *scope), Some(wire::encode(&ordered))));
        }
        self.store.commit(batch).await?;
        Ok(certified.opened)
    }

    async fn order(&self, certificate: &Certificate, scope: ScopeCode, now: Wall) -> Result<Signed, StoreError> {
        let Certificate { device, serial, .. } = *certificate;
        let asked = PeerQuery::CursorsUnder { peer: PeerId::Device(device), scopes: vec![scope] };
        let mut ends = self.store.peer(asked).await?.ends;
        ends.retain(|end| !covers(certificate, end.scope));
        let forget = Forget { device, scope, serial, ends, hub_ms: now.0.max(0).unsigned_abs() };
        Ok(sign::seal(self.keys.hub(), Domain::Forget, &forget))
    }

    /// The orders a device was given.
    async fn ordered(&self, device: DeviceId) -> Result<Vec<(Forget, Ordered)>, StoreError> {
        let kept = self.store.states(&format!("{FORGET}{device}/")).await?;
        let read = |(_, bytes): &(String, Vec<u8>)| {
            let ordered: Ordered = wire::decode(bytes, wire::MAX_INFLATED).ok()?;
            Some((ordered.opened()?, ordered))
        };
        Ok(kept.iter().filter_map(read).collect())
    }

    /// The orders to be told to a device that has carried out all that came with certificates up to a serial number. O2
    pub(super) async fn orders(
        &self,
        certificate: &Certificate,
        serial: u32,
        now: Wall,
    ) -> Result<Vec<Signed>, StoreError> {
        let (device, mut orders, mut batch) = (certificate.device, Vec::new(), Batch::default());
        let ordered = self.ordered(device).await?;
        if serial < certificate.serial {
            // A hub that went back may have forgotten an order and been shown the certificate that came with it.
            for scope in self.left_without_order(certificate, &ordered).await? {
                let order = self.order(certificate, scope, now).await?;
                let again = Ordered { order: order.clone(), done: None };
                batch.states.push((name(device, scope), Some(wire::encode(&again))));
                orders.push(order);
            }
        }
        for (forget, ordered) in ordered {
            if serial >= forget.serial && ordered.done.is_some() {
                continue;
            }
            orders.push(ordered.order.clone());
            if ordered.done.is_some() {
                let open = Ordered { done: None, ..ordered };
                batch.states.push((name(device, forget.scope), Some(wire::encode(&open))));
            }
        }
        if !batch.states.is_empty() {
            self.store.commit(batch).await?;
        }
        Ok(orders)
    }

    /// Divisions that an earlier certificate of a device covered, the present one does not, and no order is known about.
    async fn left_without_order(
        &self,
        certificate: &Certificate,
        ordered: &[(Forget, Ordered)],
    ) -> Result<BTreeSet<ScopeCode>, StoreError> {
        let former = certificates::former(&*self.store, certificate.device).await?;
        let scopes = former.into_iter().flat_map(|(one, _)| one.scopes);
        let unknown = |scope: &ScopeCode| ordered.iter().all(|(forget, _)| !forget.scope.covers(*scope));
        Ok(scopes.filter(|scope| !covers(certificate, *scope) && unknown(scope)).collect())
    }

    /// Notes what a device says it has carried out. Its cursors into what it erased begin anew.
    pub(super) async fn note_done(&self, device: DeviceId, done: &[Signed]) -> Result<(), StoreError> {
        let opened = |signed: &Signed| Some((sign::open::<Forgot>(&device.0, Domain::Forgot, signed)?, signed.clone()));
        let said: Vec<(Forgot, Signed)> =
            done.iter().filter_map(opened).filter(|(one, _)| one.device == device).collect();
        if said.is_empty() {
            return Ok(());
        }
        let (ordered, mut batch) = (self.ordered(device).await?, Batch::default());
        let lines = self.store.peer(PeerQuery::Lines(device)).await?.frames;
        let lines: Vec<SegmentKey> = lines.iter().map(|(stored, _)| stored.header.key()).collect();
        for (forgot, signed) in said {
            let begin = |at: &Cursor| Cursor { scope: at.scope, seq: 0, chain: Hash::default() };
            let cursors = forgot.erased.iter().filter(|at| forgot.scope.covers(at.scope)).map(begin);
            batch.cursors.extend(cursors.map(|cursor| (PeerId::Device(device), cursor)));
            let meant = ordered.iter().find(|(_, one)| sign::hash(&one.order.bytes) == forgot.order);
            let Some((forget, one)) = meant else { continue };
            let last = lines.iter().filter(|key| forget.scope.covers(key.scope)).copied().collect();
            let done = Ordered { order: one.order.clone(), done: Some((signed, last)) };
            batch.states.push((name(device, forget.scope), Some(wire::encode(&done))));
        }
        self.store.commit(batch).await.map(drop)
    }

    /// Orders about divisions that a device serves again mean nothing any more.
    pub(super) async fn recalled(&self, certificate: &Certificate, batch: &mut Batch) -> Result<(), StoreError> {
        let ordered = self.ordered(certificate.device).await?;
        let again = ordered.iter().filter(|(forget, _)| covers(certificate, forget.scope));
        batch.states.extend(again.map(|(forget, _)| (name(certificate.device, forget.scope), None)));
        Ok(())
    }

    /// The divisions that are being taken from a device, and those it has erased.
    pub(super) async fn leaving(&self, device: DeviceId) -> Result<(Vec<ScopeCode>, Vec<ScopeCode>), StoreError> {
        let (open, done): (Vec<_>, Vec<_>) =
            self.ordered(device).await?.into_iter().partition(|(_, ordered)| ordered.done.is_none());
        let scopes = |all: Vec<(Forget, Ordered)>| all.into_iter().map(|(forget, _)| forget.scope).collect();
        Ok((scopes(open), scopes(done)))
    }

    /// An exchange brings the asking device's own segments and nobody else's. O1
    pub(super) async fn only(&self, certificate: &Certificate, brought: &[Segment]) -> Result<Writers, StoreError> {
        let within = brought.iter().all(|segment| covers(certificate, segment.header.scope));
        let writer = match within {
            true => Writer { certificate: certificate.clone(), revocation: None, not_after: None, left: Vec::new() },
            false => self.writer(certificate).await?,
        };
        Ok([(certificate.device, writer)].into())
    }

    /// Under what a device brings something of these divisions, and hears what the hub has of them. O1, O3
    pub(super) async fn brings(
        &self,
        certificate: &Certificate,
        mut scopes: impl Iterator<Item = ScopeCode>,
    ) -> Result<Certificate, StoreError> {
        if scopes.all(|scope| covers(certificate, scope)) {
            return Ok(certificate.clone());
        }
        let Writer { mut certificate, left, .. } = self.writer(certificate).await?;
        certificate.scopes.retain(|scope| left.iter().all(|(gone, _)| !gone.covers(*scope)));
        Ok(certificate)
    }

    /// A device with all that it may ever have signed for, without what it has left for good. O1
    pub(super) async fn writer(&self, certificate: &Certificate) -> Result<Writer, StoreError> {
        let (device, mut known) = (certificate.device, certificates::Known::new());
        certificates::learn(&mut known, certificate.clone());
        for (former, _) in certificates::former(&*self.store, device).await? {
            certificates::learn(&mut known, former);
        }
        let left = self.ordered(device).await?.into_iter();
        let left = left.filter(|(forget, _)| !covers(certificate, forget.scope));
        let left = left.filter_map(|(forget, ordered)| Some((forget.scope, ordered.done?.1))).collect();
        let certificate = known.remove(&device).unwrap_or_else(|| certificate.clone());
        Ok(Writer { certificate, revocation: None, not_after: None, left })
    }
}

fn name(device: DeviceId, scope: ScopeCode) -> String {
    format!("{FORGET}{device}/{scope}")
}
