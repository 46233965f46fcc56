//! `POST /v1/exchange`: what a device brings is taken, what is new for it is delivered, in one answer.

use std::collections::HashSet;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Certificate, Cursor, Cursors, Delivery, Entry, ExchangeReply, ExchangeRequest, Frame, Hash, More, Outcome,
    PackageKind, Packages, PackagesRequest, SegmentKey, Signed,
};

use super::take::Taken;
use super::{Asked, Hub, Turned};
use crate::store::{Batch, FeedEntry, PeerId, PeerQuery, Store, StoreError};
use crate::sync::certificates::{self, covers};
use crate::sync::segment;

/// About how much smaller records are on the road; only used to decide when to stop adding segments.
const SHRINK: usize = 6;

impl<S: Store> Hub<S> {
    /// Answers one exchange.
    pub async fn exchange(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let epoch = self.read_epoch().await?;
        let asked: Asked<ExchangeRequest> = self.asked(body).await?;
        let outcome = self.outcome(&asked, now, Carried::Line).await?;
        let reply = ExchangeReply {
            outcome,
            hub_ms: now.0.max(0).unsigned_abs(),
            nonce: self.nonce(asked.device.device, now),
            epoch,
        };
        Ok(self.reply_to(&asked, &reply))
    }

    pub(super) async fn outcome(
        &self,
        asked: &Asked<ExchangeRequest>,
        now: Wall,
        carried: Carried,
    ) -> Result<Outcome, Turned> {
        let Asked { device, request, .. } = asked;
        if request.version != wire::VERSION || request.segments.len() > wire::MAX_SEGMENTS {
            return Err(Turned::Malformed);
        }
        if device.revoked_ms.is_some() {
            return self.revoked(asked, now, carried).await;
        }
        if carried == Carried::Line && !self.is_fresh(request.nonce, device.device, now) {
            return Ok(Outcome::StaleNonce);
        }
        let peer = PeerId::Device(device.device);
        let remembered = self.store.peer(PeerQuery::CursorsUnder { peer, scopes: Vec::new() }).await?.cursors;
        let told = match request.max_bytes {
            wire::NO_FRAMES => Some(remembered.clone()),
            _ => present(&request.cursors, &remembered),
        };
        let Some(cursors) = told else { return Ok(Outcome::SendCursors) };
        let certificate = &self.in_force(&asked.certificate, now).await?;
        if let Some(back) = self.turned_back(request).await? {
            return Ok(back);
        }
        let taken = self.take(&request.segments, &self.only(certificate, &request.segments).await?, now).await?;
        let own = match (carried, &request.cursors) {
            (Carried::Line, Cursors::Same(_)) => Own::Named,
            (Carried::Line, Cursors::All(_)) => Own::Whole,
            (Carried::Letter, _) => own_of(request),
        };
        let asked = Wanted { device: device.device, own, max_bytes: request.max_bytes };
        let (frames, mut reached, more) = self.deliver(&asked, certificate, cursors).await?;
        if let Cursors::All(_) = request.cursors {
            // What it does not tell any more it has erased.
            let begun = |at: &&Cursor| at.seq > 0 && reached.iter().all(|told| told.scope != at.scope);
            let gone = |at: &Cursor| Cursor { scope: at.scope, seq: 0, chain: Hash::default() };
            let gone: Vec<Cursor> = remembered.iter().filter(begun).map(gone).collect();
            reached.extend(gone);
        }
        if reached.is_empty() {
            // Nothing to read yet. That the device has exchanged is remembered all the same: its code is used up.
            reached.push(Cursor { scope: certificate.unit, seq: 0, chain: Hash::default() });
        }
        let mut delivery = Delivery { frames, more, ..nothing_but(taken) };
        if !self.has_newest(request.packages, certificate).await? {
            delivery.packages = Packages::Changed;
        }
        // Who tells all cursors may have missed an answer, or got its nonce with another one than this. X15
        let since = if let Cursors::All(_) = request.cursors { 0 } else { request.nonce.ms };
        if carried == Carried::Line {
            // Whether the answer to a letter ever arrives is nobody's to know.
            self.remember(peer, &remembered, reached).await?;
        }
        let backed_up = self.backed_up_since(since).await?;
        // Of a division that is leaving, too. O3
        let brings = self.brings(certificate, backed_up.iter().map(|(scope, _)| *scope)).await?;
        delivery.backed_up = backed_up.into_iter().filter(|(scope, _)| covers(&brings, *scope)).collect();
        Ok(Outcome::Done(Box::new(delivery)))
    }

    /// Keeps what a revoked device brings for a person to look at: only in a thread the hub itself began, and only what the device
    /// itself signed.
    async fn revoked(&self, asked: &Asked<ExchangeRequest>, now: Wall, carried: Carried) -> Result<Outcome, Turned> {
        let Asked { device, certificate, request, .. } = asked;
        if carried == Carried::Letter || self.is_fresh(request.nonce, device.device, now) {
            let own = |one: &&wire::Segment| segment::check(one, certificate).is_ok();
            let own: Vec<wire::Segment> = request.segments.iter().filter(own).cloned().collect();
            if let Some(order) = self.destruction(device.device, &own, now).await? {
                return Ok(Outcome::Destroy(order));
            }
            self.set_aside(&own, "revoked", now).await?;
        }
        Ok(Outcome::Revoked)
    }

    /// More frames for somebody whose first ones are on their way.
    pub(super) async fn go_on(
        &self,
        asked: &Asked<ExchangeRequest>,
        cursors: Vec<Cursor>,
    ) -> Result<(Vec<Frame>, More), StoreError> {
        let wanted =
            Wanted { device: asked.device.device, own: own_of(&asked.request), max_bytes: asked.request.max_bytes };
        let (frames, _, more) = self.deliver(&wanted, &asked.certificate, cursors).await?;
        Ok((frames, more))
    }

    /// Frames of every scope the certificate covers, and the cursors the device will have after them.
    async fn deliver(
        &self,
        wanted: &Wanted,
        certificate: &Certificate,
        mut cursors: Vec<Cursor>,
    ) -> Result<(Vec<Frame>, Vec<Cursor>, More), StoreError> {
        let (peer, scopes) = (PeerId::Device(wanted.device), certificate.scopes.clone());
        let ends = self.store.peer(PeerQuery::CursorsUnder { peer, scopes }).await?.ends;
        let mut left = usize::try_from(wanted.max_bytes).unwrap_or(usize::MAX).min(wire::MAX_BODY / 2) * SHRINK;
        let (mut frames, mut more) = (Vec::new(), More::No);
        for end in ends {
            let at = match cursors.iter_mut().find(|cursor| cursor.scope == end.scope) {
                Some(cursor) => cursor,
                None => {
                    cursors.push(Cursor { scope: end.scope, seq: 0, chain: Hash::default() });
                    let Some(cursor) = cursors.last_mut() else { continue };
                    cursor
                }
            };
            if at.seq >= end.seq {
                continue;
            }
            if left == 0 {
                more = More::Yes;
                break;
            }
            let entries = self.store.after(end.scope, at.seq, left).await?;
            let Some(last) = entries.last() else { continue };
            *at = Cursor { scope: end.scope, seq: last.seq, chain: last.chain };
            left = left.saturating_sub(entries.iter().map(size).sum());
            if last.seq < end.seq {
                more = More::Yes;
            }
            frames.push(self.frame(wanted, end.scope, &entries).await?);
        }
        Ok((frames, cursors, more))
    }

    /// The certificates under which these devices write for a division. R1 of [`certificates`].
    async fn certificates_for(&self, writers: Vec<DeviceId>, scope: ScopeCode) -> Result<Vec<Signed>, StoreError> {
        let mut all = Vec::new();
        for row in self.store.peer(PeerQuery::Devices(writers)).await?.devices {
            if self.certificate(&row).is_some_and(|certificate| covers(&certificate, scope)) {
                all.extend(wire::decode::<Signed>(&row.certificate, wire::MAX_BODY).ok());
                continue;
            }
            let former = certificates::former(&*self.store, row.device).await?;
            all.extend(former.into_iter().filter(|(one, _)| covers(one, scope)).map(|(_, signed)| signed));
        }
        Ok(all)
    }

    async fn frame(&self, wanted: &Wanted, scope: ScopeCode, entries: &[FeedEntry]) -> Result<Frame, StoreError> {
        let own = |entry: &FeedEntry| match &wanted.own {
            Own::Named => entry.segment.header.device == wanted.device,
            Own::Those(keys) => keys.contains(&entry.segment.header.key()),
            Own::Whole => false,
        };
        let firsts = entries.iter().filter(|entry| entry.segment.header.number == 1 && !own(entry));
        let writers = firsts.map(|entry| entry.segment.header.device).collect();
        let certificates = self.certificates_for(writers, scope).await?;
        let travelling = |entry: &FeedEntry| {
            if own(entry) {
                let header = &entry.segment.header;
                return Entry::Yours { incarnation: header.incarnation, number: header.number };
            }
            let (segment, root) = (segment::of_entry(entry), entry.segment.root);
            match segment::root(&segment.header, &segment.records) == root {
                true => Entry::Whole(segment),
                false => Entry::Damaged { segment, root },
            }
        };
        Ok(Frame {
            scope,
            from: entries.first().map_or(0, |entry| entry.seq),
            chain: entries.last().map_or(Hash::default(), |entry| entry.chain),
            certificates,
            entries: entries.iter().map(travelling).collect(),
        })
    }

    /// Keeps the cursors the device will have, so that it need not tell them next time.
    async fn remember(&self, peer: PeerId, stored: &[Cursor], reached: Vec<Cursor>) -> Result<(), StoreError> {
        let moved: Vec<_> = reached.into_iter().filter(|cursor| !stored.contains(cursor)).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let cursors = moved.into_iter().map(|cursor| (peer, cursor)).collect();
        self.store.commit(Batch { cursors, ..Batch::default() }).await.map(drop)
    }

    /// `POST /v1/packages`: packages that are newer than the device's.
    pub async fn packages(&self, body: &[u8]) -> Result<Vec<u8>, Turned> {
        let asked: Asked<PackagesRequest> = self.asked(body).await?;
        if asked.device.revoked_ms.is_some() {
            return Err(Turned::UnknownDevice);
        }
        Ok(self.reply(asked.hash, &self.newer(&asked.request.have).await?))
    }

    /// Packages that are newer than those somebody has.
    pub(super) async fn newer(&self, have: &[(PackageKind, u32)]) -> Result<Vec<Signed>, StoreError> {
        let known = |kind, version| have.iter().any(|(k, v)| *k == kind && *v >= version);
        let packages = self.published().await?.into_iter();
        Ok(packages.filter(|(kind, version, _)| !known(*kind, *version)).map(|(.., package)| package).collect())
    }

    /// Whether a device that told this digest has everything that is newest for it. An older one tells of packages alone.
    async fn has_newest(&self, told: u64, certificate: &Certificate) -> Result<bool, StoreError> {
        let versions = self.versions().await?;
        if told == packages_digest(&versions) {
            return Ok(true);
        }
        // A hub that went back may have forgotten the word of a device which thinks that all is said. O2
        let is_newest = told == standing_digest(&versions, certificate.serial);
        Ok(is_newest && self.leaving(certificate.device).await?.0.is_empty())
    }
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// Over a line, in a thread the hub itself began with a nonce.
    Line,
    /// In a letter. It may be old and come twice; all it brings is taken once (K2), and its cursors are all told.
    Letter,
}

/// What a device asked for.
struct Wanted {
    device: DeviceId,
    own: Own,
    max_bytes: u32,
}

/// How a device's own segments go back to it.
enum Own {
    /// By name: it has them.
    Named,
    /// Whole: a device that tells all its cursors may have lost what it once sent (a restored disk).
    Whole,
    /// By name those that came with this very letter, so that it has them; the others whole.
    Those(HashSet<SegmentKey>),
}

fn own_of(letter: &ExchangeRequest) -> Own {
    Own::Those(letter.segments.iter().map(|segment| segment.header.key()).collect())
}

/// A delivery without news.
pub(super) fn nothing_but(taken: Taken) -> Delivery {
    let Taken { receipts, refused } = taken;
    let (frames, backed_up) = (Vec::new(), Vec::new());
    Delivery { receipts, refused, frames, more: More::No, packages: Packages::Same, backed_up }
}

/// Cursors as they are: told, or remembered and confirmed by their hash.
fn present(told: &Cursors, remembered: &[Cursor]) -> Option<Vec<Cursor>> {
    match told {
        Cursors::All(cursors) if cursors.len() <= wire::MAX_CURSORS => Some(cursors.clone()),
        Cursors::All(_) => None,
        Cursors::Same(hash) => (cursors_hash(remembered) == *hash).then(|| remembered.to_vec()),
    }
}

fn size(entry: &FeedEntry) -> usize {
    // A segment costs its signature and two hashes, which do not shrink.
    entry.records.iter().map(|(_, _, raw)| raw.len()).sum::<usize>() + 160 * SHRINK
}

/// The hash both ends make of a set of cursors.
pub(crate) fn cursors_hash(cursors: &[Cursor]) -> Hash {
    let mut sorted = cursors.to_vec();
    sorted.retain(|cursor| cursor.seq > 0);
    sorted.sort_unstable();
    Hash(*blake3::hash(&wire::encode(&sorted)).as_bytes())
}

/// The digest both ends make of package versions and the serial number of a device's certificate.
pub(crate) fn standing_digest(versions: &[(PackageKind, u32)], serial: u32) -> u64 {
    digest(&(sorted(versions), serial))
}

/// What an older device makes of package versions.
fn packages_digest(versions: &[(PackageKind, u32)]) -> u64 {
    digest(&sorted(versions))
}

fn sorted(versions: &[(PackageKind, u32)]) -> Vec<(PackageKind, u32)> {
    let mut sorted = versions.to_vec();
    sorted.sort_unstable();
    sorted
}

fn digest<T: serde::Serialize>(value: &T) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(&wire::encode(value)).as_bytes()[..8]);
    u64::from_le_bytes(first)
}
