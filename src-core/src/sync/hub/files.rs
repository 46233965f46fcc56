//! `POST /v1/files`: attachments are taken in chunks, proved by their hash, and given to whom they concern.
//!
//! - L1: a device is given a content only where a division that its certificate covers has it, and a division has it only once a
//!   device of it brought all of its bytes there (B5). Who merely knows a hash is told what one is told about nothing.
//! - L2: a receipt is given for a content that is whole, stored and of the name it bears; a repeat gets a receipt again.
//! - L3: no device brings more than its share.
//! - L4: names are hashes. Nothing of a request becomes a path.

use std::sync::Arc;

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Bring, Brought, CHUNK, Certificate, Envelope, Fetch, Fetched, Fetching, FileReceipt, FilesDone, FilesOutcome,
    FilesReply, FilesRequest, Hash, MAX_FILE, MAX_NAMED, MAX_PARTS, NotTaken, Packing, Part, Taking, chunk_len,
};

use super::exchange::Carried;
use super::{Asked, Hub, Turned};
use crate::store::blobs::{Arrival, Arrived, Blobs, Party, Stays};
use crate::store::{Store, StoreError};
use crate::sync::certificates::covers;
use crate::sync::columns;
use crate::sync::sign::{self, Domain};

/// How many bytes one device may bring in all: twenty photographs on each working day of twenty years.
pub const SHARE: u64 = 16 << 30;

/// Where a hub keeps attachments, and how much it takes from each device.
#[derive(Clone)]
pub struct FilesHere {
    /// Where they lie.
    pub blobs: Arc<dyn Blobs>,
    /// Bytes that one device may bring. L3.
    pub share: u64,
}

/// What one request is answered within.
struct Desk<'a> {
    files: &'a FilesHere,
    certificate: &'a Certificate,
    /// Under what it brings: also for divisions that are being taken from it. O1 of [`super::forget`]
    brings: &'a Certificate,
    party: Party,
    now_ms: u64,
}

impl<S: Store> Hub<S> {
    /// The hub with a place for attachments. Without one it says that it is closed for them.
    pub fn with_files(self, files: FilesHere) -> Self {
        Self { files: Some(files), ..self }
    }

    /// Answers a request about attachments.
    pub async fn files(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let asked: Asked<FilesRequest> = self.asked_for(body, Domain::FilesRequest).await?;
        Ok(self.files_answer(&asked, now, Carried::Line).await?.0)
    }

    /// The same by letter: the request's hash, the answer, and how many contents are whole now.
    pub(super) async fn files_by_letter(
        &self,
        body: &[u8],
        device: DeviceId,
        now: Wall,
    ) -> Result<(Hash, Vec<u8>, u32), Turned> {
        let asked: Asked<FilesRequest> = self.asked_for(body, Domain::FilesRequest).await?;
        if asked.device.device != device {
            return Err(Turned::Malformed);
        }
        let (answer, whole) = self.files_answer(&asked, now, Carried::Letter).await?;
        Ok((asked.hash, answer, whole))
    }

    async fn files_answer(
        &self,
        asked: &Asked<FilesRequest>,
        now: Wall,
        carried: Carried,
    ) -> Result<(Vec<u8>, u32), Turned> {
        self.read_epoch().await?;
        let brought = asked.request.bring.iter().map(|bring| bring.scope);
        let brings = self.brings(&asked.certificate, brought).await?;
        let outcome = self.files_outcome(asked, &brings, now, carried)?;
        let mut whole = 0;
        if let (FilesOutcome::Done(done), Some(files)) = (&outcome, &self.files) {
            for one in done.brought.iter().filter(|one| matches!(one.taking, Taking::Whole(_))) {
                self.shared(&*files.blobs, one.name, one.scope).await?;
                whole += 1;
            }
        }
        let (hub_ms, nonce) = (now.0.max(0).unsigned_abs(), self.nonce(asked.device.device, now));
        let body = columns::encode(&FilesReply { outcome, hub_ms, nonce });
        let sig = sign::sign(self.keys.hub(), Domain::Reply, &[&asked.hash.0, &body]);
        Ok((wire::encode(&Envelope { signer: self.keys.hub_public(), sig, packing: Packing::Plain, body }), whole))
    }

    fn files_outcome(
        &self,
        asked: &Asked<FilesRequest>,
        brings: &Certificate,
        now: Wall,
        carried: Carried,
    ) -> Result<FilesOutcome, Turned> {
        let Asked { device, certificate, request, .. } = asked;
        if !within_bounds(request) {
            return Err(Turned::Malformed);
        }
        let now_ms = now.0.max(0).unsigned_abs();
        if device.revoked_ms.is_some() || now_ms > device.not_after {
            return Ok(FilesOutcome::Revoked);
        }
        // What a letter brings is taken once, and what it asks for is sealed for its writer.
        if carried == Carried::Line && !self.is_fresh(request.nonce, device.device, now) {
            return Ok(FilesOutcome::StaleNonce);
        }
        let Some(files) = &self.files else { return Ok(FilesOutcome::Closed) };
        let desk = Desk { files, certificate, brings, party: Party::Device(device.device), now_ms };
        let mut brought = Vec::with_capacity(request.bring.len());
        for bring in &request.bring {
            let taking = match desk.take(bring)? {
                Took::Whole(size) => {
                    let (name, scope, hub_ms, epoch) = (bring.name, bring.scope, now_ms, self.epoch());
                    let receipt = FileReceipt { name, scope, size, hub_ms, epoch };
                    Taking::Whole(sign::seal(self.keys.hub(), Domain::FileReceipt, &receipt))
                }
                Took::Not(why) => Taking::Not(why),
                Took::Some(have) => Taking::Some(have),
            };
            brought.push(Brought { name: bring.name, scope: bring.scope, taking });
        }
        let fetched = desk.give(&request.fetch, request.max_bytes)?;
        Ok(FilesOutcome::Done(Box::new(FilesDone { brought, fetched })))
    }
}

/// Whether a request keeps to the bounds that an honest device keeps to.
fn within_bounds(request: &FilesRequest) -> bool {
    let parts = || request.bring.iter().flat_map(|bring| &bring.parts);
    request.version == wire::VERSION
        && request.bring.len() <= MAX_NAMED
        && request.fetch.len() <= MAX_NAMED
        && parts().count() <= MAX_PARTS
        && parts().all(|part| part.bytes.len() <= CHUNK as usize)
}

/// What became of a content brought.
enum Took {
    Whole(u32),
    Some(wire::Have),
    Not(NotTaken),
}

impl Desk<'_> {
    /// L2, L3.
    fn take(&self, bring: &Bring) -> Result<Took, StoreError> {
        let Bring { scope, name, size, parts } = bring;
        if !covers(self.brings, *scope) {
            return Ok(Took::Not(NotTaken::OutOfScope));
        }
        let fits = |part: &Part| chunk_len(*size, part.n).is_some_and(|length| part.bytes.len() == length as usize);
        if *size == 0 || *size > MAX_FILE || !parts.iter().all(fits) {
            return Ok(Took::Not(NotTaken::Malformed));
        }
        let standing = self.files.blobs.standing(*name, self.party)?;
        if let Some(size) = standing.whole.filter(|_| standing.scopes.iter().any(|(has, _)| has == scope)) {
            return Ok(Took::Whole(size));
        }
        if parts.is_empty() {
            return Ok(Took::Some(standing.arrived));
        }
        let new = if standing.arrived.count() == 0 { u64::from(*size) } else { 0 };
        if self.files.blobs.brought(self.party)?.saturating_add(new) > self.files.share {
            return Ok(Took::Not(NotTaken::Quota));
        }
        let (party, stays) = (self.party, Stays::WhileThereIsRoom);
        let arrival = Arrival { party, name: *name, size: *size, parts, stays, scope: Some(*scope) };
        Ok(match self.files.blobs.arrive(arrival, self.now_ms)? {
            Arrived::Some(have) => Took::Some(have),
            Arrived::Whole => Took::Whole(*size),
            Arrived::OtherBytes => Took::Not(NotTaken::OtherBytes),
        })
    }

    /// L1.
    fn give(&self, wanted: &[Fetch], max_bytes: u32) -> Result<Vec<Fetched>, StoreError> {
        let (mut left, mut given) = (u64::from(max_bytes), 0);
        let mut fetched = Vec::with_capacity(wanted.len());
        for Fetch { name, have } in wanted {
            let standing = self.files.blobs.standing(*name, self.party)?;
            let may = standing.scopes.iter().any(|(scope, _)| covers(self.certificate, *scope));
            let Some(size) = standing.whole.filter(|_| may) else {
                fetched.push(Fetched { name: *name, fetching: Fetching::Absent });
                continue;
            };
            let mut parts = Vec::new();
            for n in have.lacks(size) {
                let length = u64::from(chunk_len(size, n).unwrap_or_default());
                if given > 0 && (length > left || given >= MAX_PARTS) {
                    break;
                }
                let Some(bytes) = self.files.blobs.chunk(*name, n)? else { break };
                (left, given) = (left.saturating_sub(length), given + 1);
                parts.push(Part { n, bytes });
            }
            fetched.push(Fetched { name: *name, fetching: Fetching::Parts(parts) });
        }
        Ok(fetched)
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
