//! Attachments between neighbours: what somebody here wants to see, and a neighbour took in. Asked last, when all that is written has gone both ways.
//!
//! X12: a neighbour is given what this station itself took in for a division that both read, and nothing else: to know a hash is not to have the
//! file (B5). What is fetched is kept when its hash is right (B1). No debt is paid: that is the hub's receipt alone.

use daiban_model::api::{Changed, Failure};
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Fetch, Fetched, Fetching, MAX_PARTS, MeetFiles, MeetFilesOutcome, MeetFilesReply, NotMet, Part, chunk_len,
};

use super::asking::{Meeting, Phase};
use super::{MeetFault, PORTION};
use crate::engine::desk::Desk;
use crate::engine::{Engine, storage};
use crate::store::Store;
use crate::store::blobs::Party;
use crate::sync::neighbour::{self, NONCE_MS, Neighbour};
use crate::sync::nonce;

/// Contents asked for at once.
const WANTED: usize = 16;

impl<S: Store> Engine<S> {
    /// Answers a neighbour who wants attachments. J1, X12.
    pub(super) async fn asked_for_files(&mut self, body: &[u8], now: Wall) -> Result<Vec<u8>, MeetFault> {
        let (signer, request, hash) = neighbour::files_asked(body)?;
        let (desk, device) = (self.desk()?, DeviceId(signer));
        let fresh = nonce::is_fresh(&desk.meets.nonces, request.nonce, device, now, NONCE_MS);
        let for_us = request.to == desk.certificate.device;
        let outcome = match desk.bench().judge(&signer, &request.certificate) {
            Err(NotMet::OtherDistrict) => return Err(MeetFault::Stranger),
            Err(why) => MeetFilesOutcome::Not(why),
            Ok(_) if !for_us || !fresh => MeetFilesOutcome::Again,
            Ok(neighbour) => MeetFilesOutcome::Given(desk.give_files(&neighbour, &request)?),
        };
        let nonce = nonce::give(&desk.meets.nonces, device, now);
        Ok(neighbour::files_reply(&desk.key, hash, &MeetFilesReply { nonce, outcome }))
    }

    /// The request for what somebody here wants to see, where there is something and this neighbour shares a division.
    pub(super) async fn ask_files(&mut self, mut meeting: Meeting) -> Result<Option<Vec<u8>>, Failure> {
        let desk = self.desk()?;
        let Some(neighbour) = meeting.neighbour.clone().filter(|it| !it.shared.is_empty()) else { return Ok(None) };
        let Ok(blobs) = desk.attachments.blobs().cloned() else { return Ok(None) };
        let mut fetch = Vec::new();
        for want in desk.attachments.wanted.iter().filter(|want| !meeting.absent.contains(&want.name)).take(WANTED) {
            let have = blobs.standing(want.name, Party::Own).map_err(storage)?.arrived;
            fetch.push(Fetch { name: want.name, have });
        }
        if fetch.is_empty() || !meeting.may_go_on() {
            return Ok(None);
        }
        let request = MeetFiles {
            version: wire::VERSION,
            to: neighbour.certificate.device,
            nonce: meeting.nonce,
            certificate: desk.own_certificate().await?,
            max_bytes: PORTION,
            fetch,
        };
        let (body, hash) = neighbour::files_request(&desk.key, &request);
        meeting.asks(hash, Phase::Files);
        desk.meets.meeting = Some(meeting);
        Ok(Some(body))
    }

    /// Takes in what a neighbour gives; the next request, where that was not all.
    pub(super) async fn given_files(
        &mut self,
        mut meeting: Meeting,
        answer: &[u8],
        now: Wall,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Ok((signer, reply)) = neighbour::files_answered(answer, meeting.asked) else { return Ok(None) };
        let ours = meeting.neighbour.as_ref().is_some_and(|it| it.certificate.device.0 == signer);
        let (true, MeetFilesOutcome::Given(given)) = (ours, reply.outcome) else { return Ok(None) };
        meeting.nonce = reply.nonce;
        let (absent, mut came): (Vec<_>, Vec<_>) =
            given.into_iter().partition(|one: &Fetched| one.fetching == Fetching::Absent);
        // The hub may have it: only this neighbour is asked no more.
        let before = meeting.absent.len();
        meeting.absent.extend(absent.into_iter().map(|one| one.name));
        came.retain(|one| one.fetching != Fetching::Parts(Vec::new()));
        if came.is_empty() && meeting.absent.len() == before {
            return Ok(None);
        }
        self.desk()?.fetched(came, now)?;
        self.tell(Changed::Cases { ids: Vec::new() });
        self.ask_files(meeting).await
    }
}

impl<S: Store> Desk<S> {
    /// X12.
    fn give_files(&self, neighbour: &Neighbour, asked: &MeetFiles) -> Result<Vec<Fetched>, Failure> {
        let blobs = self.attachments.blobs()?;
        let (mut left, mut given) = (u64::from(asked.max_bytes.min(PORTION)), 0);
        let mut fetched = Vec::with_capacity(asked.fetch.len());
        for Fetch { name, have } in &asked.fetch {
            let standing = blobs.standing(*name, Party::Own).map_err(storage)?;
            let may = standing.scopes.iter().any(|(scope, _)| neighbour.shares(*scope));
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
                let Some(bytes) = blobs.chunk(*name, n).map_err(storage)? else { break };
                (left, given) = (left.saturating_sub(length), given + 1);
                parts.push(Part { n, bytes });
            }
            fetched.push(Fetched { name: *name, fetching: Fetching::Parts(parts) });
        }
        Ok(fetched)
    }
}
