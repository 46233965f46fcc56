//! What the hub has in a backup, and so will not have to be brought again.
//!
//! - X13: nothing is erased here that a hub which goes back to its last backup may have from nobody else. What a person did here counts as
//!   safe when the hub has given it a number and said that this number is in a backup; what others did, when its number is, or when a
//!   comparison has shown that the hub has it without this station.
//! - X14: of a division that is leaving nothing is read any more, so places are not told by frames. Own work there that the hub has taken
//!   without giving it a number yet is brought again: a repeat gets the number (K2).
//! - X15: what was backed up is told since the nonce that a request bears, or to whoever tells all cursors. Who comes seldom gets another nonce
//!   first, and tells them where something waits for that.

use std::collections::BTreeSet;

use daiban_model::api::Failure;
use daiban_model::ids::ScopeCode;
use daiban_model::wire::{self, DocId, Segment, SegmentKey};

use crate::engine::desk::Desk;
use crate::engine::storage;
use crate::store::{Batch, Beyond, PeerQuery, Records, Store, StoredSegment};
use crate::sync::certificates::covers;
use crate::sync::segment;

/// Under which names the last backed up number of each feed is kept.
const BACKED_UP: &str = "backed-up/";

impl<S: Store> Desk<S> {
    /// Remembers up to where the hub has a backup; a letter may be late and tell of an earlier one.
    pub(super) async fn note_backup(&self, told: &[(ScopeCode, u64)]) -> Result<(), Failure> {
        let mut states = Vec::new();
        let leaving = self.leaving_feeds().await?;
        // Of what was erased here nothing is noted any more: numbers of another history would look like these.
        let is_here = |scope: &ScopeCode| covers(&self.certificate, *scope) || leaving.contains(scope);
        for (scope, seq) in told.iter().filter(|(scope, _)| is_here(scope)) {
            if *seq > self.backed_up_to(*scope).await? {
                states.push(backed_up(*scope, *seq));
            }
        }
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }

    /// Up to which number of a feed the hub has a backup.
    pub(super) async fn backed_up_to(&self, scope: ScopeCode) -> Result<u64, Failure> {
        let name = backed_up_name(scope);
        let kept = self.store.states(&name).await.map_err(storage)?;
        let own = kept.iter().find(|(found, _)| *found == name);
        Ok(own.and_then(|(_, bytes)| wire::decode(bytes, 16).ok()).unwrap_or(0))
    }

    /// How many numbers of this station's feeds the hub has a backup of.
    pub(super) async fn backed_up(&self) -> Result<u64, Failure> {
        let kept = self.store.states(BACKED_UP).await.map_err(storage)?;
        Ok(kept.iter().filter_map(|(_, bytes)| wire::decode::<u64>(bytes, 16).ok()).sum())
    }

    /// The names under which backups are noted of a division that the certificate does not cover.
    pub(super) async fn backups_of(&self, division: ScopeCode) -> Result<Vec<String>, Failure> {
        let is_of = |name: &String| {
            let scope = name.strip_prefix(BACKED_UP).and_then(|code| code.parse().ok());
            scope.is_some_and(|scope| division.covers(scope) && !covers(&self.certificate, scope))
        };
        let kept = self.store.states(BACKED_UP).await.map_err(storage)?;
        Ok(kept.into_iter().map(|(name, _)| name).filter(is_of).collect())
    }

    /// Whether something here goes as soon as the hub has a backup of it. X15
    pub(super) async fn waits_for_backup(&self) -> Result<bool, Failure> {
        Ok(self.copies_wait || self.is_left_by_a_case() || !self.leaving_feeds().await?.is_empty())
    }

    /// Whether a feed is still to be compared with the hub, which may lack something of it.
    async fn is_to_be_compared(&self, feed: ScopeCode) -> Result<bool, Failure> {
        Ok(self.repairs().await?.iter().any(|(scope, _)| *scope == feed))
    }

    /// Own segments of a feed that have no number, as far as they can be brought: without those that the hub has set aside.
    async fn unnumbered(&self, feed: ScopeCode) -> Result<Vec<(StoredSegment, Records)>, Failure> {
        let device = self.certificate.device;
        let own = |one: &Beyond| one.key.device == device && one.seq.is_none();
        let keys: Vec<SegmentKey> =
            self.beyond(feed, u64::MAX).await?.into_iter().filter(own).map(|one| one.key).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut segments = self.store.peer(PeerQuery::Whole(keys)).await.map_err(storage)?.segments;
        segments.retain(|(stored, records)| usize::try_from(stored.header.count) == Ok(records.len()));
        Ok(segments)
    }

    /// Whether the hub can go back to its last backup and need nothing of a feed from here. X13
    pub(super) async fn is_safe(&self, feed: ScopeCode) -> Result<bool, Failure> {
        if self.is_to_be_compared(feed).await? || !self.unnumbered(feed).await?.is_empty() {
            return Ok(false);
        }
        let safe = self.backed_up_to(feed).await?;
        let later = |one: &Beyond| one.seq.is_some_and(|seq| seq > safe);
        Ok(!self.beyond(feed, safe).await?.iter().any(later))
    }

    /// The same of one document, of which `seq` is the highest number it has in any feed here.
    pub(super) async fn is_safe_of(&self, doc: DocId, feed: ScopeCode, seq: Option<u64>) -> Result<bool, Failure> {
        let reached = seq.unwrap_or(0).min(self.cursor(feed).seq);
        if self.is_to_be_compared(feed).await? || self.backed_up_to(feed).await? < reached {
            return Ok(false);
        }
        Ok(!self.unnumbered(feed).await?.iter().flat_map(|(_, records)| records).any(|(of, ..)| *of == doc))
    }

    /// Own work in these feeds that the hub has receipted and not numbered, about as many bytes as asked for. X14
    pub(super) async fn unnumbered_of(&self, feeds: &[ScopeCode], limit: usize) -> Result<Vec<Segment>, Failure> {
        let mut unnumbered = Vec::new();
        for feed in feeds {
            unnumbered.extend(self.unnumbered(*feed).await?);
        }
        if unnumbered.is_empty() {
            return Ok(Vec::new());
        }
        // Those without a receipt go as ever.
        let open = self.store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await.map_err(storage)?.segments;
        let open: BTreeSet<SegmentKey> = open.iter().map(|(stored, _)| stored.header.key()).collect();
        unnumbered.retain(|(stored, _)| !open.contains(&stored.header.key()));
        let mut bytes = 0;
        let fitting = unnumbered.iter().take_while(|(_, records)| {
            let before = bytes;
            bytes += records.iter().map(|(.., raw)| raw.len()).sum::<usize>();
            before == 0 || bytes <= limit
        });
        Ok(fitting.map(|(stored, records)| segment::travelling(stored, records)).collect())
    }
}

/// The last backed up number of a feed, as a batch takes it.
pub(super) fn backed_up(scope: ScopeCode, seq: u64) -> (String, Option<Vec<u8>>) {
    (backed_up_name(scope), Some(wire::encode(&seq)))
}

fn backed_up_name(scope: ScopeCode) -> String {
    format!("{BACKED_UP}{scope}")
}
