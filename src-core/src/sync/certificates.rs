//! Certificates of devices as somebody keeps them: a station those of others and its own, the hub all of them.
//!
//! R1: a device gets a new certificate when its divisions change or the one before runs out, and what it signed under an earlier one
//! stays valid: it counts where any certificate that the root gave it covers the division.

use std::collections::HashMap;

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{self, Certificate, Signed};

use crate::store::{Batch, DeviceRow, PeerQuery, Store, StoreError};

/// Under which names certificates are kept that cover what a later one does not.
const FORMER: &str = "certificate/";

/// Opened certificates, each with all divisions that any certificate of its device covers. R1
pub type Known = HashMap<DeviceId, Certificate>;

/// Whether a certificate covers a division.
pub fn covers(certificate: &Certificate, scope: ScopeCode) -> bool {
    certificate.scopes.iter().any(|upper| upper.covers(scope))
}

/// Adds a certificate to those known. R1
pub fn learn(known: &mut Known, new: Certificate) {
    let (mut later, earlier) = match known.remove(&new.device) {
        Some(before) if before.serial > new.serial => (before, new.scopes),
        Some(before) => (new, before.scopes),
        None => (new, Vec::new()),
    };
    later.scopes.extend(earlier);
    later.scopes.sort_unstable();
    later.scopes.dedup();
    known.insert(later.device, later);
}

/// Everything a store has, opened. What lies there was verified when it came.
pub async fn load<S: Store>(store: &S) -> Result<Known, StoreError> {
    let mut known = Known::new();
    let rows = store.peer(PeerQuery::AllDevices).await?.devices;
    let former = store.states(FORMER).await?;
    let all = rows.iter().map(|row| &row.certificate).chain(former.iter().map(|(_, bytes)| bytes));
    all.filter_map(|bytes| opened(bytes)).for_each(|(certificate, _)| learn(&mut known, certificate));
    Ok(known)
}

/// The earlier certificates of a device that cover what its present one does not.
pub async fn former<S: Store>(store: &S, device: DeviceId) -> Result<Vec<(Certificate, Signed)>, StoreError> {
    let kept = store.states(&format!("{FORMER}{device}/")).await?;
    Ok(kept.iter().filter_map(|(_, bytes)| opened(bytes)).collect())
}

/// Enters a certificate into a batch, `stored` being what the store has of its device. The one with the higher serial number stands as
/// the device's; the other one is kept beside it where it covers what that one does not.
pub fn enter(batch: &mut Batch, stored: Option<&DeviceRow>, certificate: &Certificate, signed: &Signed) {
    let before = stored.and_then(|row| opened(&row.certificate));
    let Some((before, before_signed)) = before else {
        batch.devices.push(row(certificate, signed));
        return;
    };
    let is_later = certificate.serial > before.serial;
    let (later, earlier, earlier_signed) = match is_later {
        true => (certificate, &before, &before_signed),
        false => (&before, certificate, signed),
    };
    if is_later {
        batch.devices.push(row(certificate, signed));
    }
    if earlier.serial != later.serial && !earlier.scopes.iter().all(|scope| covers(later, *scope)) {
        let name = format!("{FORMER}{}/{:010}", earlier.device, earlier.serial);
        batch.states.push((name, Some(wire::encode(earlier_signed))));
    }
}

/// Enters several, of which some may be of one device, in any order; `stored` is what the store has of their devices.
pub fn enter_all<'a>(
    batch: &mut Batch,
    mut stored: Vec<DeviceRow>,
    all: impl Iterator<Item = (&'a Certificate, &'a Signed)>,
) {
    for (certificate, signed) in all {
        let before = batch.devices.len();
        enter(batch, stored.iter().find(|row| row.device == certificate.device), certificate, signed);
        if let Some(entered) = batch.devices.get(before) {
            stored.retain(|row| row.device != entered.device);
            stored.push(entered.clone());
        }
    }
}

fn row(certificate: &Certificate, signed: &Signed) -> DeviceRow {
    let Certificate { device, not_after, .. } = *certificate;
    DeviceRow { device, certificate: wire::encode(signed), not_after, revoked_ms: None }
}

/// A certificate as a store keeps it.
fn opened(bytes: &[u8]) -> Option<(Certificate, Signed)> {
    let signed: Signed = wire::decode(bytes, 65_536).ok()?;
    Some((wire::decode(&signed.bytes, 65_536).ok()?, signed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use crate::sync::sign::{self, Domain};

    const HERE: &str = "150205202202";
    const THERE: &str = "150205202201";

    fn certificate(serial: u32, scopes: &[&str]) -> (Certificate, Signed) {
        let root = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
        let scopes: Vec<ScopeCode> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        let device = DeviceId([7; 32]);
        let one = Certificate {
            device,
            station: "站".into(),
            unit: scopes[0],
            scopes,
            device_no: 1,
            not_after: u64::from(serial),
            serial,
        };
        let signed = sign::seal(&root, Domain::Certificate, &one);
        (one, signed)
    }

    #[tokio::test]
    async fn r1_whatever_comes_first_all_divisions_stay_covered() {
        let all = [certificate(1, &[HERE]), certificate(2, &[HERE, THERE]), certificate(3, &[THERE])];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let (store, mut live) = (MemoryStore::default(), Known::new());
            for at in order {
                let (certificate, signed) = &all[at];
                let stored = store.peer(PeerQuery::Devices(vec![certificate.device])).await.unwrap().devices;
                let mut batch = Batch::default();
                enter(&mut batch, stored.first(), certificate, signed);
                store.commit(batch).await.unwrap();
                learn(&mut live, certificate.clone());
            }
            let known = load(&store).await.unwrap();
            let (device, one) = known.iter().next().unwrap();
            assert_eq!((one.serial, one.not_after), (3, 3), "the latest is the one in force: {order:?}");
            assert!(covers(one, HERE.parse().unwrap()) && covers(one, THERE.parse().unwrap()), "{order:?}");
            assert_eq!(known, live, "the same as was learned on the way");
            let row = &store.peer(PeerQuery::Devices(vec![*device])).await.unwrap().devices[0];
            assert_eq!(opened(&row.certificate).unwrap().0.serial, 3);
            assert!(former(&store, *device).await.unwrap().iter().any(|(one, _)| covers(one, HERE.parse().unwrap())));
        }
    }

    #[tokio::test]
    async fn a_certificate_that_only_runs_longer_leaves_nothing_behind() {
        let store = MemoryStore::default();
        for serial in [1, 2, 2, 1] {
            let (certificate, signed) = certificate(serial, &[HERE]);
            let stored = store.peer(PeerQuery::Devices(vec![certificate.device])).await.unwrap().devices;
            let mut batch = Batch::default();
            enter(&mut batch, stored.first(), &certificate, &signed);
            store.commit(batch).await.unwrap();
        }
        assert_eq!(former(&store, DeviceId([7; 32])).await.unwrap(), []);
        assert_eq!(load(&store).await.unwrap()[&DeviceId([7; 32])].serial, 2);
    }
}
