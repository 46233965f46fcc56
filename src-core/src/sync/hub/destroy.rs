//! The second order to a revoked device: to destroy its keys (sync.md section 4). By itself a revoked device only stops; what lies on it stays.
//!
//! - D1: it is given by two people, after the revocation, and signed by the root.
//! - D2: it goes out only when what the device has brought lies here already: its contact before brought it, for a person to look at.

use daiban_model::ids::{AgentId, DeviceId};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Destroy, Segment, Signed};

use super::{Hub, HubFault};
use crate::store::{Batch, PeerQuery, Store, StoreError};
use crate::sync::sign::{self, Domain};

/// Under which names the orders are kept.
const DESTROY: &str = "destroy/";
/// Under which names it is kept when one was first told.
const TOLD: &str = "destroy-told/";

/// How an order to destroy keys stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destruction {
    /// The device has not come since.
    Ordered,
    /// It was told, and does it.
    Told,
}

impl<S: Store> Hub<S> {
    /// Orders a revoked device to destroy its keys. Its disk is then unreadable for everybody, the district too. D1
    pub async fn destroy_keys(&self, device: DeviceId, by: [AgentId; 2], now: Wall) -> Result<(), HubFault> {
        let rows = self.store.peer(PeerQuery::Devices(vec![device])).await?.devices;
        if rows.first().ok_or(HubFault::UnknownDevice)?.revoked_ms.is_none() {
            return Err(HubFault::NotRevoked);
        }
        if by[0] == by[1] {
            return Err(HubFault::OnePerson);
        }
        let order = Destroy { device, by, hub_ms: now.0.max(0).unsigned_abs() };
        let signed = sign::seal(self.keys.root(), Domain::Destroy, &order);
        let states = vec![(format!("{DESTROY}{device}"), Some(wire::encode(&signed)))];
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok(())
    }

    /// The order to be told to a revoked device that brought these, if there is one. D2
    pub(super) async fn destruction(
        &self,
        device: DeviceId,
        brought: &[Segment],
        now: Wall,
    ) -> Result<Option<Signed>, StoreError> {
        let Some(bytes) = self.state(&format!("{DESTROY}{device}")).await? else { return Ok(None) };
        let aside = self.store.peer(PeerQuery::Quarantine).await?.quarantine;
        let lies_here = |one: &Segment| {
            let bytes = wire::encode(one);
            aside.iter().any(|kept| kept.bytes == bytes)
        };
        if !brought.iter().all(lies_here) {
            return Ok(None);
        }
        let at = Some(wire::encode(&now.0.max(0).unsigned_abs()));
        self.store.commit(Batch { states: vec![(format!("{TOLD}{device}"), at)], ..Batch::default() }).await?;
        wire::decode(&bytes, wire::MAX_BODY).map(Some).map_err(|_| StoreError::Damaged { what: "destroy" })
    }

    pub(super) async fn destruction_of(&self, device: DeviceId) -> Result<Option<Destruction>, StoreError> {
        let told = self.state(&format!("{TOLD}{device}")).await?.map(|_| Destruction::Told);
        let ordered = self.state(&format!("{DESTROY}{device}")).await?.map(|_| Destruction::Ordered);
        Ok(told.or(ordered))
    }
}
