//! A hub whose keys are known, two devices that it knows, and what they have written: made once, and set up again for each input.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use daiban_core::store::Store as _;
use daiban_core::store::blobs::SqliteBlobs;
use daiban_core::store::memory::MemoryStore;
use daiban_core::sync::hub::{FilesHere, Hub, HubKeys, NewStation, SHARE};
use daiban_core::sync::segment::{self, Sealer};
use daiban_core::sync::sign::{self, Domain};
use daiban_core::sync::station::{self, Admission, Enrolled, Telling, Thread};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::{Hlc, Wall};
use daiban_model::wire::{self, DocId, Envelope, ExchangeReply, Hash, Outcome, Packing, Segment};
use ed25519_dalek::SigningKey;

use crate::world::{
    BAICAIGOU, GAO_JIANPING, QIAN_XIUYING, QIMUGE, World, ZHAO_YUNFENG, division, must, now, some, wall,
};

/// Changes of one device, in the order they were made.
pub type Changes = Vec<(DocId, Vec<u8>)>;

/// A hub and two devices.
pub struct Stage {
    image: MemoryStore,
    keys: Vec<u8>,
    /// Whom stations of this hub trust, and its history.
    pub admission: Admission,
    /// The device that an attacker has in hand.
    pub writer: SigningKey,
    /// What it may send next.
    pub thread: Thread,
    /// What it has to send.
    pub changes: Changes,
}

/// When everything here happens.
pub fn at() -> Wall {
    wall("2026-03-02T09:00")
}

/// The hub's secret bytes: root, hub, nonces.
fn secrets() -> [u8; 96] {
    std::array::from_fn(|at| u8::try_from(at).unwrap_or(0).wrapping_mul(37).wrapping_add(11))
}

fn secret(part: usize) -> SigningKey {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&secrets()[part * 32..part * 32 + 32]);
    SigningKey::from_bytes(&bytes)
}

impl Stage {
    /// The one of this process.
    pub fn get() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(Self::set_up)
    }

    fn set_up() -> Self {
        let (first, changes) = written();
        let hub = must("a hub", now(Hub::open(MemoryStore::new(), HubKeys::create(secrets(), at()))));
        let (writer, neighbour) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[9; 32]));
        enrolled(&hub, &neighbour, "白菜沟二号机", 1);
        let admission = enrolled(&hub, &writer, "白菜沟便民服务站", 2);
        let before = thread(&hub, &neighbour, &admission);
        let (sealed, _) = segment::seal(sealer(&neighbour, (0, Hash::default())), &neighbour, &first);
        let brought = exchanged(&hub, &neighbour, &admission, before, vec![sealed]);
        assert_eq!(brought, 1, "the neighbour's work is at the hub");
        let thread = thread(&hub, &writer, &admission);
        Self {
            image: hub.store().clone(),
            keys: HubKeys::create(secrets(), at()).to_bytes().to_vec(),
            admission,
            writer,
            thread,
            changes,
        }
    }

    /// The hub as it was set up. Nothing of what happens to it stays.
    pub fn hub(&self) -> Hub<MemoryStore> {
        let keys = some("keys", HubKeys::from_bytes(&self.keys));
        must("a hub", now(Hub::open(self.image.clone(), keys)))
    }

    /// The same with a place for attachments.
    pub fn hub_with_files(&self) -> Hub<MemoryStore> {
        let blobs = Arc::new(must("a place for attachments", SqliteBlobs::in_memory()));
        self.hub().with_files(FilesHere { blobs, share: SHARE })
    }

    /// A body as the writer posts it: packed and signed.
    pub fn posted(&self, plain: &[u8], domain: Domain) -> Vec<u8> {
        enveloped(&self.writer, plain, |body| sign::sign(&self.writer, domain, &[body]))
    }

    /// Seals some changes into the writer's next segment.
    pub fn sealed(&self, last: (u32, Hash), changes: &[(DocId, Vec<u8>)]) -> (Segment, Hash) {
        segment::seal(sealer(&self.writer, last), &self.writer, changes)
    }

    /// Signs a segment anew, as its writer, for the place after `last`. Answers its number and root.
    pub fn resigned(&self, segment: &mut Segment, last: (u32, Hash)) -> (u32, Hash) {
        let header = &mut segment.header;
        header.device = DeviceId(self.writer.verifying_key().to_bytes());
        header.version = wire::VERSION;
        header.count = u32::try_from(segment.records.len()).unwrap_or(u32::MAX);
        (header.number, header.prev) = (last.0 + 1, last.1);
        let root = segment::root(header, &segment.records);
        segment.sig = sign::sign(&self.writer, Domain::Segment, &[&root.0]);
        (header.number, root)
    }
}

/// The division everything belongs to.
pub fn scope() -> ScopeCode {
    division(BAICAIGOU)
}

/// A body packed into an envelope.
pub fn enveloped(signer: &SigningKey, plain: &[u8], sig: impl FnOnce(&[u8]) -> wire::Sig) -> Vec<u8> {
    let packed = zstd::bulk::compress(plain, 1).unwrap_or_default();
    let (packing, body) =
        if packed.len() < plain.len() { (Packing::Zstd, packed) } else { (Packing::Plain, plain.to_vec()) };
    let sig = sig(&body);
    wire::encode(&Envelope { signer: signer.verifying_key().to_bytes(), sig, packing, body })
}

/// The hub's own key.
pub fn hub_key() -> SigningKey {
    secret(1)
}

fn sealer(key: &SigningKey, last: (u32, Hash)) -> Sealer {
    let device = DeviceId(key.verifying_key().to_bytes());
    let hlc = Hlc { ms: at().0.unsigned_abs(), counter: 0 };
    let agent = must("a staff number", GAO_JIANPING.parse());
    Sealer { device, incarnation: 1, scope: scope(), last, hlc, agent }
}

fn enrolled(hub: &Hub<MemoryStore>, key: &SigningKey, name: &str, no: u8) -> Admission {
    let new = NewStation { name: name.into(), unit: scope(), scopes: vec![scope()], device_no: Some(no) };
    let code = must("a code", now(hub.make_code(new, at(), [no; 16])));
    let answer = must("an enrolment", now(hub.enrol(&station::enrol(key, &code), at())));
    match station::enrolled(&answer, DeviceId(key.verifying_key().to_bytes())) {
        Enrolled::Welcome(admission) => *admission,
        Enrolled::BadCode | Enrolled::NotAHub => panic!("no welcome"),
    }
}

fn asked(
    hub: &Hub<MemoryStore>,
    key: &SigningKey,
    admission: &Admission,
    thread: Thread,
    segments: Vec<Segment>,
) -> ExchangeReply {
    let ask = station::exchange(thread, &[], Telling::All, 1 << 20, 0, segments);
    let (body, hash) = station::request(key, &ask);
    let answer = must("an answer", now(hub.exchange(&body, at())));
    must("a reply", station::reply(&answer, hash, &admission.trust))
}

fn thread(hub: &Hub<MemoryStore>, key: &SigningKey, admission: &Admission) -> Thread {
    let before = Thread { epoch: admission.epoch, ..Thread::default() };
    let reply = asked(hub, key, admission, before, Vec::new());
    Thread { epoch: reply.epoch, nonce: reply.nonce }
}

/// Exchanges; answers how many segments were receipted.
fn exchanged(
    hub: &Hub<MemoryStore>,
    key: &SigningKey,
    admission: &Admission,
    thread: Thread,
    segments: Vec<Segment>,
) -> usize {
    match asked(hub, key, admission, thread, segments).outcome {
        Outcome::Done(delivery) => delivery.receipts.len(),
        other => panic!("{other:?}"),
    }
}

/// What two desks of one village really write about the same cases: the first one's changes, and those of the second, which rest on
/// them.
pub fn written() -> (Changes, Changes) {
    let world = World::small(4_001, &["MZ-007", "YB-001"]);
    let mut first = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut second = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    let one = first.receive(&ZHAO_YUNFENG, "MZ-007");
    let two = first.receive(&QIAN_XIUYING, "YB-001");
    first.note(one, "老人行动不便，下周上门");
    first.sync(&world.hub);
    second.sync(&world.hub);
    second.note(one, "已电话联系");
    second.note(two, "材料齐全，今天送苏木");
    must("a field", second.set(two, daiban_model::case::field::Field::Phone, "0472-0000009"));
    second.hand_over(one);
    second.receive(&crate::world::SUN_LINA, "MZ-007");
    second.sync(&world.hub);
    let feed = must("the feed", now(world.hub.shelf().after(scope(), 0, usize::MAX)));
    let mut by_device: BTreeMap<DeviceId, Changes> = BTreeMap::new();
    for entry in feed {
        let changes = by_device.entry(entry.segment.header.device).or_default();
        changes.extend(entry.records.into_iter().map(|(doc, _, raw)| (doc, raw)));
    }
    let own = |name: &str| by_device.get(&world.hub.device(name)).cloned().unwrap_or_default();
    (own("白菜沟便民服务站"), own("白菜沟二号机"))
}
