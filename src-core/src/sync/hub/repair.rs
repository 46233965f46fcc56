//! `POST /v1/repair`: devices tell what a hub lacks that went back to a backup, and bring it, their own and others'.
//!
//! A segment is as good as its device's signature, whoever brings it. A device that the hub does not know any more shows its
//! certificate, which the district's root signed.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Certificate, Compared, Cursor, Cursors, Envelope, Epoch, ExchangeRequest, Hash, Outcome, PackageKind,
    Refused, RepairOutcome, RepairReply, RepairRequest, Repaired, Revocation, Segment, SegmentKey, Signed, Why,
};

use super::exchange::Carried;
use super::{Asked, Hub, Turned};
use crate::store::{Batch, DeviceRow, PeerId, PeerQuery, Store, StoreError};
use crate::sync::certificates::{self, covers};
use crate::sync::compare;
use crate::sync::envelope;
use crate::sync::sign::{self, Domain};
use crate::sync::writer::{Writer, Writers};

/// Under which name it is kept that a neighbour of a revoked device brought a segment of it.
pub(super) fn witnessed_name(key: &SegmentKey) -> String {
    let SegmentKey { device, incarnation, scope, number } = key;
    format!("witnessed/{device}/{incarnation}/{scope}/{number}")
}

impl<S: Store> Hub<S> {
    /// Answers one repair.
    pub async fn repair(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let epoch = self.read_epoch().await?;
        let asked = self.asked_or_introduced(body).await?;
        let outcome = self.mended(&asked, now, Carried::Line).await?;
        let reply = RepairReply {
            outcome,
            hub_ms: now.0.max(0).unsigned_abs(),
            nonce: self.nonce(asked.device.device, now),
            epoch,
        };
        Ok(self.reply(asked.hash, &reply))
    }

    /// A device the hub knows, or one that shows a certificate of the district for the key it signs with.
    async fn asked_or_introduced(&self, body: &[u8]) -> Result<Asked<RepairRequest>, Turned> {
        match self.asked(body).await {
            Err(Turned::UnknownDevice) => {}
            other => return other,
        }
        let envelope: Envelope = wire::decode(body, wire::MAX_BODY).map_err(|_| Turned::Malformed)?;
        let device = DeviceId(envelope.signer);
        let (request, hash) = envelope::asked::<RepairRequest>(&envelope, Domain::Request)?;
        let shown = request.certificates.iter().take(wire::MAX_SIGNED).find_map(|signed| {
            let certificate = self.opened(signed)?;
            (certificate.device == device).then(|| (certificate, signed.clone()))
        });
        let (certificate, signed) = shown.ok_or(Turned::UnknownDevice)?;
        // It may stand on the list of revocations although its certificate was forgotten.
        let known = self.store.peer(PeerQuery::Devices(vec![device])).await?.devices;
        let revoked_ms = known.first().and_then(|row| row.revoked_ms);
        let device =
            DeviceRow { device, certificate: wire::encode(&signed), not_after: certificate.not_after, revoked_ms };
        Ok(Asked { device, certificate, request, hash, packing: envelope.packing })
    }

    pub(super) fn opened(&self, signed: &Signed) -> Option<Certificate> {
        sign::open(&self.keys.root_public(), Domain::Certificate, signed)
    }

    pub(super) async fn mended(
        &self,
        asked: &Asked<RepairRequest>,
        now: Wall,
        carried: Carried,
    ) -> Result<RepairOutcome, Turned> {
        let Asked { device, certificate, request, .. } = asked;
        let bounded = request.segments.len() <= wire::MAX_SEGMENTS
            && request.scopes.len() <= wire::MAX_SCOPES
            && request.certificates.len().max(request.packages.len()) <= wire::MAX_SIGNED;
        if request.version != wire::VERSION || !bounded {
            return Err(Turned::Malformed);
        }
        if device.revoked_ms.is_some() {
            return Ok(RepairOutcome::Revoked);
        }
        if carried == Carried::Line && !self.is_fresh(request.nonce, device.device, now) {
            return Ok(RepairOutcome::StaleNonce);
        }
        for package in &request.packages {
            self.present(package).await?;
        }
        self.admit(&request.certificates).await?;
        // A hub that went back may have been shown a later one just now.
        let present = self.row_of(device.device).await?.and_then(|row| self.certificate(&row));
        let certificate = &self.in_force(present.as_ref().unwrap_or(certificate), now).await?;
        let writers = self.writers(asked, now.0.max(0).unsigned_abs()).await?;
        let taken = self.take(&request.segments, &writers, now).await?;
        self.carry_forked(asked, &taken.refused, &writers, now).await?;
        self.set_witnessed_aside(asked, &taken.refused, now).await?;
        // A division that is leaving is compared, too. O3
        let mut scopes = Vec::new();
        let brings = self.brings(certificate, request.scopes.iter().map(|told| told.scope)).await?;
        for told in request.scopes.iter().filter(|told| covers(&brings, told.scope)) {
            scopes.extend(self.compared(told).await?);
        }
        let wanted = self.wanted(&request.have).await?;
        let (receipts, refused) = (taken.receipts, taken.refused);
        Ok(RepairOutcome::Done(Box::new(Repaired { receipts, refused, scopes, wanted })))
    }

    /// What a neighbour took from a device before it knew that this one was revoked is kept for a person to look at: work of others may
    /// rest on it, and waits until then (see [`Hub::let_stand`]).
    async fn set_witnessed_aside(
        &self,
        asked: &Asked<RepairRequest>,
        refused: &[Refused],
        now: Wall,
    ) -> Result<(), StoreError> {
        let is_witnessed = |segment: &&Segment| {
            let key = segment.header.key();
            key.device != asked.device.device && refused.iter().any(|one| one.key == key && one.why == Why::Revoked)
        };
        let witnessed: Vec<Segment> = asked.request.segments.iter().filter(is_witnessed).cloned().collect();
        if witnessed.is_empty() {
            return Ok(());
        }
        // The device itself may have brought the same, and then it lies there for another reason.
        self.set_aside(&witnessed, "witnessed", now).await?;
        let states = witnessed.iter().map(|one| (witnessed_name(&one.header.key()), Some(Vec::new()))).collect();
        self.store.commit(Batch { states, ..Batch::default() }).await.map(drop)
    }

    /// The answer to one comparison; a message that is none gets none.
    async fn compared(&self, told: &Compared) -> Result<Option<Compared>, StoreError> {
        let Compared { scope, from, message } = told;
        let beyond = self.store.peer(PeerQuery::Beyond { scope: *scope, seq: *from }).await?.beyond;
        let answer = compare::answer(&beyond, message);
        Ok(answer.ok().map(|message| Compared { scope: *scope, from: *from, message }))
    }

    async fn wanted(&self, have: &[(PackageKind, u32)]) -> Result<Vec<PackageKind>, StoreError> {
        let published = self.published().await?;
        let own = |kind: PackageKind| published.iter().find(|(k, ..)| *k == kind).map_or(0, |(_, version, _)| *version);
        let later = have.iter().filter(|(kind, version)| *kind != PackageKind::Revocations && *version > own(*kind));
        Ok(later.map(|(kind, _)| *kind).take(PackageKind::ALL.len()).collect())
    }

    /// Takes in certificates that the root signed and the hub forgot, or has in an older form. The device numbers in them are given.
    pub(super) async fn admit(&self, certificates: &[Signed]) -> Result<(), StoreError> {
        let opened: Vec<_> = certificates.iter().filter_map(|signed| Some((self.opened(signed)?, signed))).collect();
        let ids = opened.iter().map(|(certificate, _)| certificate.device).collect();
        let known = self.store.peer(PeerQuery::Devices(ids)).await?.devices;
        let mut batch = Batch::default();
        certificates::enter_all(&mut batch, known, opened.iter().map(|(certificate, signed)| (certificate, *signed)));
        let numbers = batch.devices.iter().filter_map(|row| self.certificate(row)).map(|one| one.device_no);
        let numbers: Vec<_> = numbers.map(|no| (format!("device-no/{no:02}"), Some(vec![1]))).collect();
        batch.states.extend(numbers);
        let nothing = batch.devices.is_empty() && batch.states.is_empty();
        if nothing { Ok(()) } else { self.store.commit(batch).await.map(drop) }
    }

    /// Those whose segments a request brings, as far as the hub knows them by now.
    async fn writers(&self, asked: &Asked<RepairRequest>, now_ms: u64) -> Result<Writers, StoreError> {
        let mut ids: Vec<DeviceId> = asked.request.segments.iter().map(|segment| segment.header.device).collect();
        ids.sort_unstable();
        ids.dedup();
        let (revocations, renewed_ms) = (self.revocations().await?, self.renewed_ms().await?);
        let rows = self.store.peer(PeerQuery::Devices(ids)).await?.devices;
        let mut writers = Writers::new();
        for row in rows {
            let Some(certificate) = self.certificate(&row) else { continue };
            let by_another = row.device != asked.device.device;
            // Revoked by a hub that had gone back and did not know all of its work: what others have of it came to them in a feed,
            // before the revocation.
            let witnessed = |one: &&Revocation| by_another && renewed_ms.is_some_and(|renewed| one.at_ms > renewed);
            let revocation =
                revocations.iter().find(|one| one.device == row.device).filter(|one| !witnessed(one)).cloned();
            // A clock that ran ahead is no expiry: only what an expired device may have sealed since is left to it.
            let not_after = (by_another && now_ms > row.not_after).then_some(row.not_after);
            let writer = Writer { revocation, not_after, ..self.writer(&certificate).await? };
            writers.insert(row.device, writer);
        }
        Ok(writers)
    }

    /// Whether a device has to go back: it knows another history, or a place that is none here.
    pub(super) async fn turned_back(&self, request: &ExchangeRequest) -> Result<Option<Outcome>, StoreError> {
        let foreign = request.epoch != self.epoch() && request.epoch != Epoch::default();
        let Cursors::All(told) = &request.cursors else { return Ok(foreign.then_some(Outcome::SendCursors)) };
        let (mut places, mut lost) = (Vec::new(), false);
        for cursor in told.iter().filter(|cursor| cursor.seq > 0) {
            if self.chain_at(cursor.scope, cursor.seq).await? == Some(cursor.chain) {
                places.push(*cursor);
            } else {
                lost = true;
                places.extend(self.places(cursor.scope).await?);
            }
        }
        Ok((foreign || lost).then_some(Outcome::Rewind(places)))
    }

    async fn chain_at(&self, scope: ScopeCode, seq: u64) -> Result<Option<Hash>, StoreError> {
        let entries = self.store.after(scope, seq.saturating_sub(1), 0).await?;
        Ok(entries.first().filter(|entry| entry.seq == seq).map(|entry| entry.chain))
    }

    /// Places of a feed, denser towards its end: whoever knows the feed up to somewhere finds a place at most twice as far back.
    async fn places(&self, scope: ScopeCode) -> Result<Vec<Cursor>, StoreError> {
        let ends = self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
        let end = ends.iter().find(|end| end.scope == scope).map_or(0, |end| end.seq);
        let (mut places, mut back) = (Vec::new(), 0);
        while let Some(seq) = end.checked_sub(back).filter(|seq| *seq > 0) {
            let chain = self.chain_at(scope, seq).await?;
            places.extend(chain.map(|chain| Cursor { scope, seq, chain }));
            back = (back * 2).max(1);
        }
        Ok(places)
    }
}
