//! Certificates that change, divisions that are given and taken.

use daiban_model::wire::{Cursor, Forget, Forgot, Standing, StandingRequest};

use super::*;

impl Device {
    async fn standing(&self, hub: &Hub<MemoryStore>, serial: u32, done: Vec<Signed>) -> Standing {
        let ask = StandingRequest { version: wire::VERSION, have: Vec::new(), serial, done };
        let (body, hash) = station::request(&self.key, &ask);
        station::reply(&hub.standing(&body, NOW).await.unwrap(), hash, self.trust()).unwrap()
    }

    /// Its word that it has carried out an order.
    fn word(&self, order: &Signed) -> Signed {
        let device = self.admission.certificate.device;
        let Forget { scope, ends, .. } = station::order(order, device, self.trust()).expect("an order to this device");
        let order = sign::hash(&order.bytes);
        station::forgot(&self.key, &Forgot { order, device, scope, erased: ends, documents: 1, at_ms: 5 })
    }
}

/// A device of two divisions that has written in both, and the first of which was taken from it.
async fn taken_from() -> (Hub<MemoryStore>, Device, Certificate) {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE, NEXT_VILLAGE], 1).await;
    let (here, there) = (device.case(VILLAGE, 1), device.case(NEXT_VILLAGE, 2));
    device.push(&hub, vec![here, there]).await;
    let id = device.admission.certificate.device;
    let next = hub.take_away(id, &[division(VILLAGE)], NOW).await.unwrap();
    assert_eq!(next.scopes, [division(NEXT_VILLAGE)]);
    (hub, device, next)
}

#[tokio::test]
async fn o1_what_was_written_before_the_order_was_heard_is_taken_and_nothing_after_the_word() {
    let (hub, mut device, next) = taken_from().await;
    let late = device.case(VILLAGE, 3);
    let delivery = device.push(&hub, vec![late]).await;
    let given: Vec<ScopeCode> = delivery.frames.iter().map(|frame| frame.scope).collect();
    assert_eq!(
        (device.places(&delivery), given),
        (vec![(2, Some(2))], vec![division(NEXT_VILLAGE)]),
        "taken, not given"
    );
    let Standing { certificate, orders, .. } = device.standing(&hub, next.serial - 1, Vec::new()).await;
    let own = station::own_certificate(&certificate.unwrap(), next.device, device.trust());
    assert_eq!((own.as_ref(), orders.len()), (Some(&next), 1));
    let view = &hub.devices().await.unwrap()[0];
    assert_eq!((&view.leaving, &view.erased), (&vec![division(VILLAGE)], &vec![]));

    let word = device.word(&orders[0]);
    let mut forged = word.clone();
    forged.bytes[70] ^= 1;
    device.standing(&hub, next.serial, vec![forged]).await;
    assert_eq!(hub.devices().await.unwrap()[0].erased, [], "somebody else's word is none");
    let told = device.standing(&hub, next.serial, vec![word]).await;
    assert_eq!((told.certificate, told.orders), (None, vec![]), "it is over");
    let view = &hub.devices().await.unwrap()[0];
    assert_eq!((&view.leaving, &view.erased), (&vec![], &vec![division(VILLAGE)]));
    let more = device.case(VILLAGE, 4);
    assert_eq!(whys(&device.push(&hub, vec![more]).await), [(3, Why::OutOfScope)]);
    let elsewhere = device.case(NEXT_VILLAGE, 5);
    assert_eq!(device.push(&hub, vec![elsewhere]).await.refused, [], "where it serves it goes on");
    assert_eq!(hub.verify().await.unwrap().faults, [], "and what it signed there stays valid");
}

#[tokio::test]
async fn o2_a_device_with_an_earlier_disk_is_told_again_and_heard_again() {
    let (hub, mut device, next) = taken_from().await;
    let orders = device.standing(&hub, next.serial - 1, Vec::new()).await.orders;
    let word = device.word(&orders[0]);
    assert_eq!(device.standing(&hub, next.serial, vec![word.clone()]).await.orders, []);
    assert_eq!(device.standing(&hub, next.serial - 1, Vec::new()).await.orders, orders, "by the number it names");
    let late = device.case(VILLAGE, 6);
    assert_eq!(device.push(&hub, vec![late]).await.refused, [], "what it wrote there is taken");
    assert_eq!(device.standing(&hub, next.serial, vec![word]).await.orders, [], "until it says so once more");
}

#[tokio::test]
async fn o3_backups_of_a_division_that_leaves_are_told_until_the_word() {
    let (hub, mut device, next) = taken_from().await;
    let told = async |device: &mut Device| {
        hub.note_backup(hub.ends().await.unwrap(), NOW).await.unwrap();
        let told = device.push(&hub, Vec::new()).await.backed_up;
        told.into_iter().map(|(scope, _)| scope).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut device).await, [division(NEXT_VILLAGE), division(VILLAGE)], "it waits for that");
    let orders = device.standing(&hub, next.serial - 1, Vec::new()).await.orders;
    let word = device.word(&orders[0]);
    device.standing(&hub, next.serial, vec![word]).await;
    assert_eq!(told(&mut device).await, [division(NEXT_VILLAGE)], "and then it is nobody's business there");
}

#[tokio::test]
async fn a_reader_takes_what_a_device_wrote_under_any_of_its_certificates() {
    let (hub, mut device, _) = taken_from().await;
    let late = device.case(VILLAGE, 3);
    device.push(&hub, vec![late]).await;
    let mut reader = Device::enrol(&hub, &[VILLAGE, NEXT_VILLAGE], 5).await;
    let frames = reader.push(&hub, Vec::new()).await.frames;
    let (own, mut known) = (Default::default(), crate::sync::certificates::Known::new());
    // The narrower one is known first, as to a station that reads the other division before.
    for frame in frames.into_iter().rev() {
        let cursor = Cursor { scope: frame.scope, seq: 0, chain: Hash::default() };
        let id = reader.admission.certificate.device;
        let context =
            station::FrameContext { trust: reader.trust(), device: id, cursor, known: &known, own: &own, now_ms: 5 };
        let checked = station::check(frame, &context).unwrap();
        assert_eq!((checked.aside.len(), checked.segments.is_empty()), (0, false), "{:?}", cursor.scope);
        checked.certificates.into_iter().for_each(|(one, _)| crate::sync::certificates::learn(&mut known, one));
    }
    assert_eq!(known.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_given_or_taken_changes_nothing() {
    let hub = hub().await;
    let device = Device::enrol(&hub, &["150205202", NEXT_VILLAGE], 1).await;
    let (id, before) = (device.admission.certificate.device, hub.devices().await.unwrap());
    let take = async |scopes: &[&str]| {
        let scopes: Vec<_> = scopes.iter().map(|scope| division(scope)).collect();
        hub.take_away(id, &scopes, NOW).await
    };
    assert!(matches!(take(&[VILLAGE]).await, Err(HubFault::NotServed(scope)) if scope == division(VILLAGE)));
    assert!(matches!(take(&["150205202", NEXT_VILLAGE]).await, Err(HubFault::BadStation)), "one stays");
    let many: Vec<_> = (101..200).map(|n| division(&format!("150205300{n}"))).collect();
    assert!(matches!(hub.give(id, &many, NOW).await, Err(HubFault::BadStation)));
    let nobody = DeviceId([9; 32]);
    assert!(matches!(hub.renew(nobody, NOW).await, Err(HubFault::UnknownDevice)));
    assert_eq!(hub.devices().await.unwrap(), before);
    // A division that a larger one of the device holds is no order to erase.
    take(&[NEXT_VILLAGE]).await.unwrap();
    assert_eq!(device.standing(&hub, 0, Vec::new()).await.orders, []);
    hub.revoke(id, NOW).await.unwrap();
    assert!(matches!(hub.renew(id, NOW).await, Err(HubFault::Revoked)));
    let ask = StandingRequest { version: wire::VERSION, have: Vec::new(), serial: 0, done: Vec::new() };
    let (body, _) = station::request(&device.key, &ask);
    assert!(matches!(hub.standing(&body, NOW).await, Err(Turned::UnknownDevice)), "and a revoked one is told nothing");
}
