//! Devices that go on from another one's backup (R87): the word of the one before, signed by its key, retires it.
//!
//! It comes when all that lay unsent in the backup is here, and revokes: should the one before turn up all the same, what it brings is kept
//! for a person to look at, like that of any revoked one.

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, HUB_NO, Signed, Succeeds};

use super::Hub;
use crate::store::{Batch, PeerQuery, Store, StoreError};
use crate::sync::sign::{self, Domain};

/// Under which names it is kept that a device goes on from another one.
const SUCCEEDS: &str = "succeeds/";

impl<S: Store> Hub<S> {
    /// Notes from whom a device goes on, and retires those. What is not signed by a known device's key says nothing.
    pub(super) async fn note_succession(&self, to: DeviceId, words: &[Signed], now: Wall) -> Result<(), StoreError> {
        for signed in words {
            let Ok(said) = wire::decode::<Succeeds>(&signed.bytes, 128) else { continue };
            let opened: Option<Succeeds> = sign::open(&said.from.0, Domain::Succeeds, signed);
            let Some(Succeeds { from, .. }) = opened.filter(|word| word.to == to && word.from != to) else { continue };
            let rows = self.store.peer(PeerQuery::Devices(vec![from])).await?.devices;
            let known = rows.first().and_then(|row| self.certificate(row));
            if known.is_none_or(|certificate| certificate.device_no == HUB_NO) {
                continue;
            }
            let states = vec![(format!("{SUCCEEDS}{to}/{from}"), Some(wire::encode(&now)))];
            self.store.commit(Batch { states, ..Batch::default() }).await?;
            self.revoke_known(from, now).await?;
        }
        Ok(())
    }

    /// The device that goes on from one, the first one where there are several.
    pub(super) async fn successor(&self, device: DeviceId) -> Result<Option<DeviceId>, StoreError> {
        let mut to: Vec<(Wall, DeviceId)> = Vec::new();
        for (name, at) in self.store.states(SUCCEEDS).await? {
            let mut parts = name.trim_start_matches(SUCCEEDS).split('/');
            let (Some(new), Some(old)) = (parts.next(), parts.next()) else { continue };
            if let (true, Ok(new), Ok(at)) = (old == device.to_string(), new.parse(), wire::decode(&at, 16)) {
                to.push((at, new));
            }
        }
        Ok(to.into_iter().min().map(|(_, new)| new))
    }
}
