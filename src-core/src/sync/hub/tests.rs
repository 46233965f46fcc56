mod forget;
mod moving;
mod repair;

use std::collections::BTreeMap;

use daiban_model::ids::ScopeCode;
use daiban_model::stamp::{Hlc, Stamp};
use daiban_model::wire::{
    Delivery, DocId, EnrolReply, Entry, ExchangeReply, Hash, Header, More, Outcome, PackageKind, Place, Receipt,
    Refused, Segment, SegmentKey, Why,
};
use ed25519_dalek::SigningKey;

use super::*;
use crate::doc::{Doc, Edit, NewChange};
use crate::store::DocKind;
use crate::store::memory::MemoryStore;
use crate::sync::segment::{self, Sealer};
use crate::sync::station::{self, Admission, Enrolled, Telling, Thread, Trust};

const NOW: Wall = Wall(1_772_415_000_000);
const VILLAGE: &str = "150205202202";
const NEXT_VILLAGE: &str = "150205202201";

fn division(code: &str) -> ScopeCode {
    code.parse().unwrap()
}

async fn hub() -> Hub<MemoryStore> {
    Hub::open(MemoryStore::default(), HubKeys::create([7; 96], NOW)).await.unwrap()
}

async fn code(hub: &Hub<MemoryStore>, scopes: &[&str], chance: u8) -> String {
    let scopes: Vec<_> = scopes.iter().map(|scope| division(scope)).collect();
    let station = NewStation { name: "站".into(), unit: scopes[0], scopes, device_no: None };
    hub.make_code(station, NOW, [chance; 16]).await.unwrap()
}

/// A device that does what a test says, right or wrong.
struct Device {
    key: SigningKey,
    admission: Admission,
    thread: Thread,
    last: BTreeMap<ScopeCode, (u32, Hash)>,
    actor: [u8; 16],
}

impl Device {
    async fn enrol(hub: &Hub<MemoryStore>, scopes: &[&str], chance: u8) -> Self {
        let code = code(hub, scopes, chance).await;
        Self::redeem(hub, &code, chance).await.expect("a welcome")
    }

    async fn redeem(hub: &Hub<MemoryStore>, code: &str, chance: u8) -> Option<Self> {
        let key = SigningKey::from_bytes(&[chance; 32]);
        let answer = hub.enrol(&station::enrol(&key, code), NOW).await.unwrap();
        let Enrolled::Welcome(admission) = station::enrolled(&answer, DeviceId(key.verifying_key().to_bytes())) else {
            assert_eq!(wire::decode(&answer, 64), Ok(EnrolReply::BadCode));
            return None;
        };
        let (thread, last) = (Thread::default(), BTreeMap::new());
        Some(Self { key, admission: *admission, thread, last, actor: [chance; 16] })
    }

    fn edit(&self, doc: &mut Doc, n: u64) -> NewChange {
        let stamp = Stamp { hlc: Hlc { ms: 1_000 + n, counter: 0 }, device: u64::from(self.actor[0]) };
        doc.edit(self.actor, &[Edit::Event { stamp, text: format!("act {n}") }], NOW).unwrap().unwrap()
    }

    /// The next segment of a scope.
    fn seal(&mut self, scope: &str, changes: &[(DocId, &NewChange)]) -> Segment {
        let scope = division(scope);
        let last = self.last.get(&scope).copied().unwrap_or_default();
        let device = self.admission.certificate.device;
        let (hlc, agent) = (Hlc { ms: 5_000, counter: 0 }, "SG-202202-01".parse().unwrap());
        let sealer = Sealer { device, incarnation: 1, scope, last, hlc, agent };
        let changes: Vec<_> = changes.iter().map(|(doc, change)| (*doc, change.bytes.clone())).collect();
        let (segment, root) = segment::seal(sealer, &self.key, &changes);
        self.last.insert(scope, (segment.header.number, root));
        segment
    }

    /// A segment with one change of a document of its own.
    fn case(&mut self, scope: &str, doc: u8) -> Segment {
        let change = self.edit(&mut Doc::new(DocKind::Case).unwrap(), u64::from(doc));
        self.seal(scope, &[([doc; 16], &change)])
    }

    /// A segment that claims to follow `before`.
    fn case_after(&mut self, before: &Segment, doc: u8) -> Segment {
        let root = segment::root(&before.header, &before.records);
        let kept = std::mem::replace(&mut self.last, [(before.header.scope, (before.header.number, root))].into());
        let segment = self.case(VILLAGE, doc);
        self.last = kept;
        segment
    }

    /// The same segment as if it said something else of itself, signed anew.
    fn resealed(&self, segment: &Segment, change: impl FnOnce(&mut Header)) -> Segment {
        let mut header = segment.header.clone();
        change(&mut header);
        let root = segment::root(&header, &segment.records);
        Segment { sig: sign::sign(&self.key, Domain::Segment, &[&root.0]), header, records: segment.records.clone() }
    }

    fn trust(&self) -> &Trust {
        &self.admission.trust
    }

    /// One exchange that tells no cursors; the nonce is fetched first where there is none.
    async fn push(&mut self, hub: &Hub<MemoryStore>, segments: Vec<Segment>) -> Delivery {
        self.ask(hub, Telling::All, segments).await
    }

    async fn ask(&mut self, hub: &Hub<MemoryStore>, telling: Telling, segments: Vec<Segment>) -> Delivery {
        for _ in 0..2 {
            let ask = station::exchange(self.thread, &[], telling, 1 << 20, 0, segments.clone());
            let (body, hash) = station::request(&self.key, &ask);
            let answer = hub.exchange(&body, NOW).await.unwrap();
            let reply: ExchangeReply = station::reply(&answer, hash, self.trust()).unwrap();
            self.thread = Thread { epoch: reply.epoch, nonce: reply.nonce };
            match reply.outcome {
                Outcome::StaleNonce => {}
                Outcome::Done(delivery) => return *delivery,
                other => panic!("{other:?}"),
            }
        }
        panic!("the nonce just given is not taken");
    }

    fn receipts(&self, delivery: &Delivery) -> Vec<Receipt> {
        delivery
            .receipts
            .iter()
            .map(|signed| station::receipt(signed, self.trust()).expect("the hub signed it"))
            .collect()
    }

    fn places(&self, delivery: &Delivery) -> Vec<(u32, Option<u64>)> {
        let place = |receipt: Receipt| (receipt.key.number, receipt.place.map(|place: Place| place.seq));
        self.receipts(delivery).into_iter().map(place).collect()
    }
}

fn whys(delivery: &Delivery) -> Vec<(u32, Why)> {
    delivery.refused.iter().map(|Refused { key, why }| (key.number, *why)).collect()
}

async fn feed(hub: &Hub<MemoryStore>) -> Vec<(u64, SegmentKey)> {
    let entries = hub.store().after(division(VILLAGE), 0, usize::MAX).await.unwrap();
    entries.iter().map(|entry| (entry.seq, entry.segment.header.key())).collect()
}

#[tokio::test]
async fn a_hub_opened_again_goes_on_with_its_epoch() {
    let keys = HubKeys::create([7; 96], NOW);
    let again = HubKeys::from_bytes(&keys.to_bytes()).expect("the key file reads");
    let hub = Hub::open(MemoryStore::default(), keys).await.unwrap();
    let other = Hub::open(MemoryStore::default(), again).await.unwrap();
    assert_eq!(hub.epoch(), other.epoch());
}

#[tokio::test]
async fn k2_the_same_segment_gets_the_same_receipt() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let segment = device.case(VILLAGE, 1);
    let first = device.push(&hub, vec![segment.clone()]).await;
    let second = device.push(&hub, vec![segment.clone(), segment]).await;
    let (first, second) = (device.receipts(&first), device.receipts(&second));
    assert_eq!(first[0].place, second[0].place);
    assert_eq!(
        (second.len(), second[0].place, first[0].root),
        (2, second[1].place, second[1].root),
        "twice in one request"
    );
    assert_eq!(feed(&hub).await.len(), 1, "and it stands there once");
}

#[tokio::test]
async fn a_gap_names_the_number_that_is_missing_and_takes_nothing_after_it() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let segments: Vec<_> = (1..=4).map(|n| device.case(VILLAGE, n)).collect();
    let delivery = device.push(&hub, vec![segments[0].clone(), segments[2].clone(), segments[3].clone()]).await;
    assert_eq!(device.places(&delivery), [(1, Some(1))]);
    assert_eq!(whys(&delivery), [(3, Why::Gap { expected: 2 }), (4, Why::Gap { expected: 2 })]);
    let delivery = device.push(&hub, segments).await;
    assert_eq!(device.places(&delivery), [(1, Some(1)), (2, Some(2)), (3, Some(3)), (4, Some(4))]);
}

#[tokio::test]
async fn a_fork_is_told_from_a_repeat() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let segments: Vec<_> = (1..=3).map(|n| device.case(VILLAGE, n)).collect();
    device.push(&hub, segments.clone()).await;
    let other_second = device.resealed(&segments[1], |header| header.hlc.ms += 1);
    let after_second = device.case_after(&segments[1], 9);
    let other_fourth = device.resealed(&after_second, |header| header.number = 4);
    let delivery = device.push(&hub, vec![other_second, other_fourth]).await;
    assert_eq!(whys(&delivery), [(2, Why::Forked { last_good: 1 }), (4, Why::Forked { last_good: 2 })]);
    assert_eq!(feed(&hub).await.len(), 3, "the hub's history stays");
}

#[tokio::test]
async fn what_a_device_may_not_write_is_not_taken() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut other = Device::enrol(&hub, &[NEXT_VILLAGE], 2).await;
    let out_of_scope = device.case(NEXT_VILLAGE, 1);
    let delivery = device.push(&hub, vec![out_of_scope]).await;
    assert_eq!(whys(&delivery), [(1, Why::OutOfScope)]);

    let theirs = other.case(NEXT_VILLAGE, 2);
    let delivery = device.push(&hub, vec![theirs.clone()]).await;
    assert_eq!(whys(&delivery), [(1, Why::ForeignActor)], "somebody else's segment");
    other.push(&hub, vec![theirs]).await;
    device.actor = other.actor;
    let in_their_name = device.case(VILLAGE, 3);
    let delivery = device.push(&hub, vec![in_their_name.clone()]).await;
    assert_eq!(whys(&delivery), [(1, Why::ForeignActor)], "an actor that is bound to another device");

    let mut bent = in_their_name.clone();
    bent.records[0].change[20] ^= 1;
    assert_eq!(whys(&device.push(&hub, vec![bent]).await), [(1, Why::BadSignature)]);
    let no_change = Segment { records: vec![wire::Record { doc: [1; 16], change: vec![1, 2, 3] }], ..in_their_name };
    let no_change = device.resealed(&no_change, |_| ());
    assert_eq!(whys(&device.push(&hub, vec![no_change]).await), [(1, Why::Malformed)], "well signed, and nonsense");
    assert_eq!(feed(&hub).await, [], "K1: none of it is in the feed");
    let aside = hub.store().peer(PeerQuery::Quarantine).await.unwrap().quarantine;
    assert_eq!(aside.len(), 4, "all but the one out of scope are kept for a person to look at");
}

#[tokio::test]
async fn changes_that_rest_on_each_other_are_numbered_at_once_within_one_request() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let changes: Vec<_> = (0..3).map(|n| device.edit(&mut doc, n)).collect();
    let segments: Vec<_> = changes.iter().map(|change| device.seal(VILLAGE, &[([1; 16], change)])).collect();
    let delivery = device.push(&hub, segments).await;
    assert_eq!(device.places(&delivery), [(1, Some(1)), (2, Some(2)), (3, Some(3))]);
}

#[tokio::test]
async fn k3_a_segment_waits_for_what_it_rests_on_and_gets_its_number_then() {
    let hub = hub().await;
    let mut early = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut late = Device::enrol(&hub, &[VILLAGE], 9).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let first = early.edit(&mut doc, 1);
    let second = late.edit(&mut doc, 2);
    let third = early.edit(&mut doc, 3);
    let (before, after) = (early.seal(VILLAGE, &[([1; 16], &first)]), early.seal(VILLAGE, &[([1; 16], &third)]));

    let answer = late.seal(VILLAGE, &[([1; 16], &second)]);
    let unrelated = late.case(VILLAGE, 7);
    let delivery = late.push(&hub, vec![answer, unrelated]).await;
    assert_eq!(late.places(&delivery), [(1, None), (2, None)], "taken, and waiting; what follows keeps its order");
    assert_eq!(feed(&hub).await, [], "feeds are causal");

    let delivery = early.push(&hub, vec![before, after]).await;
    assert_eq!(early.places(&delivery)[0], (1, Some(1)));
    let order: Vec<(u8, u32)> = feed(&hub)
        .await
        .iter()
        .map(|(_, key)| (u8::from(key.device == late.admission.certificate.device), key.number))
        .collect();
    assert_eq!(order, [(0, 1), (1, 1), (1, 2), (0, 2)], "each after what it rests on, each device in its own order");
    assert_eq!(hub.store().peer(PeerQuery::Pending(division(VILLAGE))).await.unwrap().pending, []);
    assert_eq!(hub.verify().await.unwrap().faults, []);
    let mut reader = Device::enrol(&hub, &[VILLAGE], 3).await;
    let frame = &reader.push(&hub, Vec::new()).await.frames[0];
    assert_eq!((frame.entries.len(), frame.certificates.len()), (4, 2), "with the certificates of both writers");
}

#[tokio::test]
async fn k4_what_clashes_is_a_fork_and_keeps_nobody_else_waiting() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE, NEXT_VILLAGE], 1).await;
    // The same actor and number of one document, twice: a disk that was put back.
    let (one, two) = (Doc::new(DocKind::Case), Doc::new(DocKind::Case));
    let (one, two) = (device.edit(&mut one.unwrap(), 1), device.edit(&mut two.unwrap(), 2));
    let good = device.seal(VILLAGE, &[([1; 16], &one)]);
    let clash = device.seal(VILLAGE, &[([1; 16], &two)]);
    let behind = device.case(VILLAGE, 5);
    let elsewhere = device.case(NEXT_VILLAGE, 6);
    let delivery = device.push(&hub, vec![good, clash, behind, elsewhere]).await;
    assert_eq!(whys(&delivery), [(2, Why::Forked { last_good: 1 }), (3, Why::Gap { expected: 2 })]);
    assert_eq!(device.places(&delivery), [(1, Some(1)), (1, Some(1))], "the others are taken, the other village's too");
    assert_eq!(hub.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn k5_nobody_writes_into_a_document_of_another_scope() {
    let hub = hub().await;
    let mut owner = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut other = Device::enrol(&hub, &[NEXT_VILLAGE, VILLAGE], 2).await;
    let theirs = owner.case(VILLAGE, 7);
    owner.push(&hub, vec![theirs]).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let own = other.edit(&mut doc, 1);
    let foreign = other.edit(&mut Doc::new(DocKind::Case).unwrap(), 2);
    let mixed = other.seal(NEXT_VILLAGE, &[([8; 16], &own), ([7; 16], &foreign)]);
    let elsewhere = other.case(VILLAGE, 9);
    let delivery = other.push(&hub, vec![mixed, elsewhere]).await;
    assert_eq!(whys(&delivery), [(1, Why::ForeignDocument { ordinal: 1 })], "it names the record");
    assert_eq!(other.places(&delivery), [(1, Some(2))], "the right to both scopes does not move a document");
    let aside = hub.store().peer(PeerQuery::Quarantine).await.unwrap().quarantine;
    assert_eq!(aside.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), ["a document of another scope"]);
    // Two scopes claim a new document within one request: the first holds it.
    let mut third = Device::enrol(&hub, &[NEXT_VILLAGE, VILLAGE], 3).await;
    let (here, there) = (third.case(VILLAGE, 11), third.case(NEXT_VILLAGE, 11));
    let delivery = third.push(&hub, vec![here, there]).await;
    assert_eq!(whys(&delivery), [(1, Why::ForeignDocument { ordinal: 0 })]);
}

#[tokio::test]
async fn k5_what_waited_is_looked_at_again_when_its_turn_comes() {
    let hub = hub().await;
    let mut owner = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut thief = Device::enrol(&hub, &[NEXT_VILLAGE], 2).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let first = owner.edit(&mut doc, 1);
    let grab = thief.edit(&mut doc, 2);
    let grabbing = thief.seal(NEXT_VILLAGE, &[([1; 16], &grab)]);
    let behind = thief.case(NEXT_VILLAGE, 5);
    let delivery = thief.push(&hub, vec![grabbing, behind]).await;
    assert_eq!(thief.places(&delivery), [(1, None), (2, None)], "it rests on what the hub does not have yet");
    let owned = owner.seal(VILLAGE, &[([1; 16], &first)]);
    assert_eq!(owner.push(&hub, vec![owned]).await.refused, [], "waiting binds nothing");
    let mut third = Device::enrol(&hub, &[NEXT_VILLAGE], 3).await;
    let segment = third.case(NEXT_VILLAGE, 6);
    third.push(&hub, vec![segment]).await;
    let aside = hub.store().peer(PeerQuery::Quarantine).await.unwrap().quarantine;
    assert_eq!(aside.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), ["a document of another scope"]);
    assert_eq!(hub.store().peer(PeerQuery::Pending(division(NEXT_VILLAGE))).await.unwrap().pending, []);
    let placed = hub.store().after(division(NEXT_VILLAGE), 0, usize::MAX).await.unwrap();
    assert_eq!(placed.len(), 2, "what waited behind it is placed");
    assert_eq!(hub.verify().await.unwrap().faults, []);
}

#[tokio::test]
async fn own_segments_come_back_by_name_or_whole_to_a_device_that_tells_all_cursors() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let segment = device.case(VILLAGE, 1);
    let named = device.ask(&hub, Telling::Same, vec![segment.clone()]).await;
    assert_eq!(named.frames[0].entries, [Entry::Yours { incarnation: 1, number: 1 }]);
    let whole = device.ask(&hub, Telling::All, Vec::new()).await;
    assert_eq!(whole.frames[0].entries, [Entry::Whole(segment)], "its disk may have lost it");
    assert_eq!(whole.more, More::No);
}

#[tokio::test]
async fn a_request_that_is_replayed_or_of_another_device_is_none() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let other = Device::enrol(&hub, &[VILLAGE], 2).await;
    device.push(&hub, Vec::new()).await;
    let ask = station::exchange(device.thread, &[], Telling::All, 1 << 20, 0, Vec::new());
    let (body, _) = station::request(&other.key, &ask);
    let answer = hub.exchange(&body, NOW).await.unwrap();
    let hash = sign::hash(&wire::decode::<Envelope>(&body, 4096).unwrap().body);
    let reply: ExchangeReply = station::reply(&answer, hash, other.trust()).unwrap();
    assert_eq!(reply.outcome, Outcome::StaleNonce, "a nonce is one device's");
    let unknown = SigningKey::from_bytes(&[77; 32]);
    let (body, _) = station::request(&unknown, &ask);
    assert!(matches!(hub.exchange(&body, NOW).await, Err(Turned::UnknownDevice)));
    let (mut body, _) = station::request(&device.key, &ask);
    *body.last_mut().unwrap() ^= 1;
    assert!(matches!(hub.exchange(&body, NOW).await, Err(Turned::BadSignature | Turned::Malformed)));
    let later = Wall(NOW.0 + 25 * 60 * 60 * 1000);
    let (body, hash) = station::request(&device.key, &ask);
    let reply: ExchangeReply =
        station::reply(&hub.exchange(&body, later).await.unwrap(), hash, device.trust()).unwrap();
    assert_eq!(reply.outcome, Outcome::StaleNonce, "and good for a day");
}

#[tokio::test]
async fn a_revoked_device_gets_nothing_not_even_packages() {
    let hub = hub().await;
    let device = Device::enrol(&hub, &[VILLAGE], 1).await;
    hub.publish(PackageKind::Roster, b"[]".to_vec()).await.unwrap();
    let (body, hash) = station::request(&device.key, &station::packages_request(Vec::new()));
    let packages: Vec<Signed> = station::reply(&hub.packages(&body).await.unwrap(), hash, device.trust()).unwrap();
    assert_eq!(packages.len(), 1);
    hub.revoke(device.admission.certificate.device, NOW).await.unwrap();
    assert!(matches!(hub.packages(&body).await, Err(Turned::UnknownDevice)));
}

#[tokio::test]
async fn a_code_is_used_up_by_the_first_exchange_even_when_there_is_nothing_to_read() {
    let hub = hub().await;
    let code = code(&hub, &[VILLAGE], 1).await;
    Device::redeem(&hub, &code, 1).await.expect("a welcome");
    let mut second = Device::redeem(&hub, &code, 2).await.expect("the first machine was switched off in between");
    second.push(&hub, Vec::new()).await;
    assert!(
        Device::redeem(&hub, &code, 3).await.is_none(),
        "two machines with one device number would number cases alike"
    );
}
