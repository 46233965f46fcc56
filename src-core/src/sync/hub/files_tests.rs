use daiban_model::ids::{DeviceId, FileHash, ScopeCode};
use daiban_model::wire::{Have, Nonce, chunks};
use ed25519_dalek::SigningKey;

use super::super::{HubKeys, NewStation};
use super::*;
use crate::store::blobs::SqliteBlobs;
use crate::store::memory::MemoryStore;
use crate::sync::files;
use crate::sync::station::{self, Admission, Enrolled};

const NOW: Wall = Wall(1_772_415_000_000);
const VILLAGE: &str = "150205202202";
const NEXT_VILLAGE: &str = "150205202201";
const TOWNSHIP: &str = "150205202";

fn division(code: &str) -> ScopeCode {
    code.parse().unwrap()
}

async fn hub(share: u64) -> Hub<MemoryStore> {
    let hub = Hub::open(MemoryStore::default(), HubKeys::create([7; 96], NOW)).await.unwrap();
    let blobs = Arc::new(SqliteBlobs::in_memory().unwrap());
    hub.with_files(FilesHere { blobs, share })
}

/// A device that asks about attachments.
struct Device {
    key: SigningKey,
    admission: Admission,
    nonce: Nonce,
}

impl Device {
    async fn enrol(hub: &Hub<MemoryStore>, scope: &str, chance: u8) -> Self {
        let station =
            NewStation { name: "站".into(), unit: division(scope), scopes: vec![division(scope)], device_no: None };
        let code = hub.make_code(station, NOW, [chance; 16]).await.unwrap();
        let key = SigningKey::from_bytes(&[chance; 32]);
        let answer = hub.enrol(&station::enrol(&key, &code), NOW).await.unwrap();
        let Enrolled::Welcome(admission) = station::enrolled(&answer, DeviceId(key.verifying_key().to_bytes())) else {
            panic!("a welcome");
        };
        Self { key, admission: *admission, nonce: Nonce::default() }
    }

    async fn ask(&mut self, hub: &Hub<MemoryStore>, bring: Vec<Bring>, fetch: Vec<Fetch>) -> FilesOutcome {
        for _ in 0..2 {
            let ask = FilesRequest {
                version: wire::VERSION,
                nonce: self.nonce,
                max_bytes: 1 << 20,
                bring: bring.clone(),
                fetch: fetch.clone(),
            };
            let (body, hash) = files::request(&self.key, &ask);
            let answer = hub.files(&body, NOW).await.unwrap();
            let reply = files::reply(&answer, hash, &self.admission.trust).unwrap();
            self.nonce = reply.nonce;
            if reply.outcome != FilesOutcome::StaleNonce {
                return reply.outcome;
            }
        }
        FilesOutcome::StaleNonce
    }

    async fn bring(&mut self, hub: &Hub<MemoryStore>, bring: Bring) -> Taking {
        match self.ask(hub, vec![bring], Vec::new()).await {
            FilesOutcome::Done(mut done) => done.brought.remove(0).taking,
            other => panic!("{other:?}"),
        }
    }

    async fn fetch(&mut self, hub: &Hub<MemoryStore>, name: FileHash) -> Fetching {
        match self.ask(hub, Vec::new(), vec![Fetch { name, have: Have::default() }]).await {
            FilesOutcome::Done(mut done) => done.fetched.remove(0).fetching,
            other => panic!("{other:?}"),
        }
    }

    fn receipt(&self, taking: &Taking) -> FileReceipt {
        let Taking::Whole(signed) = taking else { panic!("a receipt: {taking:?}") };
        files::receipt(signed, &self.admission.trust).expect("the hub's signature")
    }
}

fn photo(seed: u8) -> Vec<u8> {
    let mut bytes = vec![0; 150_000];
    blake3::Hasher::new().update(&[seed]).finalize_xof().fill(&mut bytes);
    bytes
}

fn name(bytes: &[u8]) -> FileHash {
    crate::files::name_of(bytes)
}

fn bring(scope: &str, bytes: &[u8], numbers: &[u32]) -> Bring {
    let piece = |n: &u32| bytes.chunks(CHUNK as usize).nth(*n as usize).unwrap().to_vec();
    let parts = numbers.iter().map(|n| Part { n: *n, bytes: piece(n) }).collect();
    Bring { scope: division(scope), name: name(bytes), size: bytes.len() as u32, parts }
}

fn whole(fetching: Fetching) -> Vec<u8> {
    match fetching {
        Fetching::Parts(parts) => parts.into_iter().flat_map(|part| part.bytes).collect(),
        Fetching::Absent => panic!("absent"),
    }
}

#[tokio::test]
async fn l2_a_content_comes_in_pieces_and_its_receipt_as_often_as_it_is_asked_for() {
    let hub = hub(SHARE).await;
    let (mut desk, bytes) = (Device::enrol(&hub, VILLAGE, 1).await, photo(1));
    assert_eq!(desk.bring(&hub, bring(VILLAGE, &bytes, &[])).await, Taking::Some(Have::default()), "a question");
    let some = Taking::Some([0].into_iter().collect());
    assert_eq!(desk.bring(&hub, bring(VILLAGE, &bytes, &[0])).await, some);
    assert_eq!(desk.bring(&hub, bring(VILLAGE, &bytes, &[0])).await, some, "a repeat is harmless");
    assert_eq!(desk.bring(&hub, bring(VILLAGE, &bytes, &[])).await, some, "after a cut one asks");
    let taking = desk.bring(&hub, bring(VILLAGE, &bytes, &[1, 2])).await;
    let receipt = desk.receipt(&taking);
    assert_eq!((receipt.name, receipt.scope, receipt.size), (name(&bytes), division(VILLAGE), 150_000));
    for numbers in [vec![], vec![0], vec![0, 1, 2]] {
        let again = desk.bring(&hub, bring(VILLAGE, &bytes, &numbers)).await;
        assert_eq!(desk.receipt(&again).name, name(&bytes), "L2");
    }
    assert_eq!(whole(desk.fetch(&hub, name(&bytes)).await), bytes);
}

#[tokio::test]
async fn l1_a_device_is_given_what_its_divisions_have_and_nothing_for_knowing_a_hash() {
    let hub = hub(SHARE).await;
    let (mut village, bytes) = (Device::enrol(&hub, VILLAGE, 1).await, photo(1));
    let mut neighbour = Device::enrol(&hub, NEXT_VILLAGE, 2).await;
    let mut township = Device::enrol(&hub, TOWNSHIP, 3).await;
    village.bring(&hub, bring(VILLAGE, &bytes, &[0, 1, 2])).await;
    assert_eq!(whole(township.fetch(&hub, name(&bytes)).await), bytes, "a division above it");
    assert_eq!(neighbour.fetch(&hub, name(&bytes)).await, Fetching::Absent);
    assert_eq!(neighbour.fetch(&hub, FileHash([9; 32])).await, Fetching::Absent, "no other answer than for nothing");
    // Claiming it for one's own village without its bytes gives nothing; claiming it for theirs is refused.
    let claim = neighbour.bring(&hub, bring(NEXT_VILLAGE, &bytes, &[])).await;
    assert_eq!(claim, Taking::Some(Have::default()), "not even whether the hub has it");
    let some = neighbour.bring(&hub, bring(NEXT_VILLAGE, &bytes, &[0, 1])).await;
    assert_eq!(some, Taking::Some([0, 1].into_iter().collect()));
    assert_eq!(neighbour.fetch(&hub, name(&bytes)).await, Fetching::Absent);
    let theirs = neighbour.bring(&hub, bring(VILLAGE, &bytes, &[])).await;
    assert_eq!(theirs, Taking::Not(NotTaken::OutOfScope));
    // Whoever brings all of it had it anyway.
    neighbour.bring(&hub, bring(NEXT_VILLAGE, &bytes, &[2])).await;
    assert_eq!(whole(neighbour.fetch(&hub, name(&bytes)).await), bytes);
}

#[tokio::test]
async fn other_bytes_than_the_name_says_are_put_away_and_spoil_nothing() {
    let hub = hub(SHARE).await;
    let (mut desk, bytes) = (Device::enrol(&hub, VILLAGE, 1).await, photo(1));
    let mut other = Device::enrol(&hub, VILLAGE, 2).await;
    let mut bent = bring(VILLAGE, &bytes, &[0, 1, 2]);
    bent.parts[1].bytes[7] ^= 1;
    assert_eq!(other.bring(&hub, bent).await, Taking::Not(NotTaken::OtherBytes));
    assert_eq!(desk.fetch(&hub, name(&bytes)).await, Fetching::Absent, "no receipt, no content");
    let taking = desk.bring(&hub, bring(VILLAGE, &bytes, &[0, 1, 2])).await;
    assert_eq!(desk.receipt(&taking).size, 150_000);
}

#[tokio::test]
async fn l3_a_device_brings_its_share_and_no_more() {
    let hub = hub(200_000).await;
    let mut desk = Device::enrol(&hub, VILLAGE, 1).await;
    let (first, second) = (photo(1), photo(2));
    desk.bring(&hub, bring(VILLAGE, &first, &[0])).await;
    let refused = desk.bring(&hub, bring(VILLAGE, &second, &[0])).await;
    assert_eq!(refused, Taking::Not(NotTaken::Quota), "what has begun counts in full");
    let taking = desk.bring(&hub, bring(VILLAGE, &first, &[1, 2])).await;
    assert_eq!(desk.receipt(&taking).name, name(&first), "and may be ended");
    let mut other = Device::enrol(&hub, VILLAGE, 2).await;
    let taking = other.bring(&hub, bring(VILLAGE, &second, &[0, 1, 2])).await;
    assert_eq!(other.receipt(&taking).name, name(&second), "another device has a share of its own");
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused() {
    let hub = hub(SHARE).await;
    let (mut desk, bytes) = (Device::enrol(&hub, VILLAGE, 1).await, photo(1));
    let with = |change: fn(&mut Bring)| {
        let mut bring = bring(VILLAGE, &bytes, &[0]);
        change(&mut bring);
        bring
    };
    let malformed = [
        with(|bring| bring.size = 0),
        with(|bring| bring.size = MAX_FILE + 1),
        with(|bring| bring.parts[0].n = 9),
        with(|bring| bring.parts[0].n = u32::MAX),
        with(|bring| bring.parts[0].bytes.truncate(9)),
        with(|bring| bring.parts[0].n = 2),
    ];
    for bring in malformed {
        assert_eq!(desk.bring(&hub, bring).await, Taking::Not(NotTaken::Malformed));
    }
    let ask = |bring: Vec<Bring>, fetch: Vec<Fetch>, nonce: Nonce| {
        let ask = FilesRequest { version: wire::VERSION, nonce, max_bytes: 1, bring, fetch };
        files::request(&desk.key, &ask).0
    };
    let fetch = Fetch { name: name(&bytes), have: Have::default() };
    let long = with(|bring| bring.parts[0].bytes.push(0));
    let many = vec![long.clone(), long];
    for body in [
        ask(vec![], vec![fetch; MAX_NAMED + 1], desk.nonce),
        ask(vec![bring(VILLAGE, &bytes, &[]); MAX_NAMED + 1], vec![], desk.nonce),
        ask(vec![bring(VILLAGE, &bytes, &[0; MAX_PARTS + 1])], vec![], desk.nonce),
        ask(many, vec![], desk.nonce),
    ] {
        assert!(matches!(hub.files(&body, NOW).await, Err(Turned::Malformed)));
    }
    assert!(chunks(MAX_FILE) >= 160, "a whole PDF");
}

#[tokio::test]
async fn the_revoked_the_expired_and_the_unknown_get_nothing() {
    let hub = hub(SHARE).await;
    let (mut desk, bytes) = (Device::enrol(&hub, VILLAGE, 1).await, photo(1));
    desk.bring(&hub, bring(VILLAGE, &bytes, &[0, 1, 2])).await;
    let stranger = SigningKey::from_bytes(&[8; 32]);
    let ask = FilesRequest { version: wire::VERSION, nonce: desk.nonce, max_bytes: 1, bring: vec![], fetch: vec![] };
    let unknown = hub.files(&files::request(&stranger, &ask).0, NOW).await;
    assert!(matches!(unknown, Err(Turned::UnknownDevice)));
    // A request made for the exchange is worth nothing here, and the other way round.
    let plain = sign::sign(&desk.key, Domain::Request, &[&columns::encode(&ask)]);
    let signer = desk.key.verifying_key().to_bytes();
    let body = Envelope { signer, sig: plain, packing: Packing::Plain, body: columns::encode(&ask) };
    assert!(matches!(hub.files(&wire::encode(&body), NOW).await, Err(Turned::BadSignature)));
    let (body, _) = files::request(&desk.key, &ask);
    assert!(matches!(hub.exchange(&body, NOW).await, Err(Turned::BadSignature)));
    let later = Wall(NOW.0 + 40 * 366 * 24 * 60 * 60 * 1000);
    let (body, hash) = files::request(&desk.key, &ask);
    let reply = files::reply(&hub.files(&body, later).await.unwrap(), hash, &desk.admission.trust).unwrap();
    assert_eq!(reply.outcome, FilesOutcome::Revoked, "the certificate has run out");
    hub.revoke(desk.admission.certificate.device, NOW).await.unwrap();
    let fetch = Fetch { name: name(&bytes), have: Have::default() };
    assert_eq!(desk.ask(&hub, vec![bring(VILLAGE, &bytes, &[])], vec![fetch]).await, FilesOutcome::Revoked);
}

#[tokio::test]
async fn a_hub_without_a_place_for_attachments_says_so() {
    let hub = Hub { files: None, ..hub(SHARE).await };
    let mut desk = Device::enrol(&hub, VILLAGE, 1).await;
    assert_eq!(desk.ask(&hub, vec![bring(VILLAGE, &photo(1), &[])], vec![]).await, FilesOutcome::Closed);
}
