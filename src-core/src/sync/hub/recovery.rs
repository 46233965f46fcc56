//! Boxes with recovery codes: kept for stations, opened only when the district's operator asks, who leaves a line about it.

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, MAX_BOX, RecoveryReply, RecoveryRequest};

use super::{Asked, Hub, HubFault, Turned};
use crate::keys::recovery::RecoveryCode;
use crate::store::{Batch, PeerQuery, Store};
use crate::sync::sign::{self, Domain};

/// Under this name, and the device's key, the hub keeps its box.
const BOXES: &str = "recovery/";
/// Under this name, the device's key and the time, who asked for its code.
const ASKED: &str = "recovered/";
/// Longest reason an operator gives, in bytes.
const MAX_REASON: usize = 1_024;

/// Who asked for a station's code, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// When.
    pub at: Wall,
    /// By whom and why, in the operator's words.
    pub reason: String,
}

impl<S: Store> Hub<S> {
    /// Answers `POST /v1/recovery`.
    pub async fn recovery(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let asked: Asked<RecoveryRequest> = self.asked_for(body, Domain::Recovery).await?;
        if asked.device.revoked_ms.is_some() {
            return Err(Turned::UnknownDevice);
        }
        let device = asked.device.device;
        let RecoveryRequest { nonce, sealed, .. } = asked.request;
        if sealed.is_empty() || sealed.len() > MAX_BOX {
            return Err(Turned::Malformed);
        }
        let reply = if self.is_fresh(nonce, device, now) {
            let kept = sign::hash(&sealed);
            let states = vec![(format!("{BOXES}{device}"), Some(sealed))];
            self.store.commit(Batch { states, ..Batch::default() }).await?;
            RecoveryReply::Kept(kept)
        } else {
            RecoveryReply::StaleNonce
        };
        Ok(self.reply(asked.hash, &reply))
    }

    /// The code that opens a station for somebody who forgot a PIN. Who asks and why is written down before the code is told.
    pub async fn recovery_code(&self, device: DeviceId, reason: &str, now: Wall) -> Result<RecoveryCode, HubFault> {
        let rows = self.store.peer(PeerQuery::Devices(vec![device])).await?.devices;
        if rows.first().ok_or(HubFault::UnknownDevice)?.revoked_ms.is_some() {
            return Err(HubFault::Revoked);
        }
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > MAX_REASON {
            return Err(HubFault::NoReason);
        }
        let stored = self.store.states(&format!("{BOXES}{device}")).await?;
        let (_, sealed) = stored.first().ok_or(HubFault::NoRecovery)?;
        let code = RecoveryCode::open(self.keys.root(), &device, sealed).ok_or(HubFault::Damaged("recovery"))?;
        let line = format!("{ASKED}{device}/{:015}", now.0.max(0));
        let states = vec![(line, Some(wire::encode(&reason)))];
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok(code)
    }

    /// Who asked for a station's code, earliest first.
    pub async fn recoveries(&self, device: DeviceId) -> Result<Vec<AskedFor>, HubFault> {
        let stored = self.store.states(&format!("{ASKED}{device}/")).await?;
        let line = |(name, bytes): &(String, Vec<u8>)| {
            let at = Wall(name.rsplit('/').next()?.parse().ok()?);
            Some(AskedFor { at, reason: wire::decode(bytes, MAX_REASON + 16).ok()? })
        };
        Ok(stored.iter().filter_map(line).collect())
    }
}
