//! The bytes of every road, pinned: a test that fails here says that released stations would no longer be understood.

use insta::assert_snapshot;

use super::*;
use crate::ids::{DeviceId, FileHash, ScopeCode};
use crate::stamp::Hlc;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn scope() -> ScopeCode {
    "150205202202".parse().unwrap()
}

fn header() -> Header {
    Header {
        version: VERSION,
        device: DeviceId([1; 32]),
        incarnation: 1,
        scope: scope(),
        number: 2,
        prev: Hash([3; 32]),
        hlc: Hlc { ms: 1_772_415_000_000, counter: 4 },
        agent: "SG-202202-01".parse().unwrap(),
        count: 1,
    }
}

fn segment() -> Segment {
    let records = vec![Record { doc: [5; 16], change: vec![6, 7, 8] }];
    Segment { header: header(), records, sig: Sig([9; 64]) }
}

fn pinned<T>(value: &T) -> String
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let bytes = encode(value);
    assert_eq!(decode::<T>(&bytes, MAX_BODY).as_ref(), Ok(value), "what was encoded is read again");
    assert_eq!(decode::<T>(&bytes[..bytes.len() - 1], MAX_BODY), Err(WireFault::Shape), "a cut one is not");
    hex(&bytes)
}

#[test]
fn a_segment_is_these_bytes() {
    assert_snapshot!(pinned(&segment()), @"010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af04020303030303030303030303030303030303030303030303030303030303030303c0bbaae1ca33040c53472d3230323230322d30310101050505050505050505050505050505050306070809090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909");
}

#[test]
fn a_request_and_its_envelope_are_these_bytes() {
    let request = ExchangeRequest {
        version: VERSION,
        nonce: Nonce { ms: 7, mac: [8; 16] },
        epoch: Epoch([9; 8]),
        cursors: Cursors::Same(Hash([1; 32])),
        max_bytes: 98_304,
        packages: 11,
        segments: Vec::new(),
    };
    assert_snapshot!(pinned(&request), @"01070808080808080808080808080808080809090909090909090001010101010101010101010101010101010101010101010101010101010101018080060b00");
    let envelope = Envelope { signer: [1; 32], sig: Sig([2; 64]), packing: Packing::Zstd, body: vec![3, 4] };
    assert_snapshot!(pinned(&envelope), @"01010101010101010101010101010101010101010101010101010101010101010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020201020304");
}

#[test]
fn a_delivery_is_these_bytes() {
    let entries = vec![Entry::Yours { incarnation: 1, number: 2 }, Entry::Whole(segment())];
    let frame = Frame { scope: scope(), from: 3, chain: Hash([4; 32]), certificates: Vec::new(), entries };
    let refused = Refused { key: header().key(), why: Why::Gap { expected: 1 } };
    let delivery = Delivery {
        receipts: vec![Signed { bytes: vec![1], sig: Sig([2; 64]) }],
        refused: vec![refused],
        frames: vec![frame],
        more: More::Yes,
        packages: Packages::Changed,
        backed_up: vec![(scope(), 9)],
    };
    let reply = ExchangeReply {
        outcome: Outcome::Done(Box::new(delivery)),
        hub_ms: 1,
        nonce: Nonce::default(),
        epoch: Epoch::default(),
    };
    assert_snapshot!(pinned(&reply), @"0001010102020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af04020401019afeb5c7af04030404040404040404040404040404040404040404040404040404040404040404000201010200010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af04020303030303030303030303030303030303030303030303030303030303030303c0bbaae1ca33040c53472d3230323230322d303101010505050505050505050505050505050503060708090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090101019afeb5c7af04090100000000000000000000000000000000000000000000000000");
}

/// Cases came to the end of the list later; a station that does not know them must not read them as another one.
#[test]
fn reasons_added_later_are_these_bytes() {
    assert_snapshot!(pinned(&Why::ForeignDocument { ordinal: 300 }), @"08ac02");
}

#[test]
fn a_repair_is_these_bytes() {
    let compared = Compared { scope: scope(), from: 3, message: vec![0x61, 0, 2, 0] };
    let request = RepairRequest {
        version: VERSION,
        nonce: Nonce { ms: 7, mac: [8; 16] },
        have: vec![(PackageKind::Revocations, 2)],
        packages: Vec::new(),
        scopes: vec![compared.clone()],
        certificates: vec![Signed { bytes: vec![1], sig: Sig([2; 64]) }],
        segments: vec![segment()],
    };
    assert_snapshot!(pinned(&request), @"01070808080808080808080808080808080801040200019afeb5c7af040304610002000101010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020201010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af04020303030303030303030303030303030303030303030303030303030303030303c0bbaae1ca33040c53472d3230323230322d30310101050505050505050505050505050505050306070809090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909");
    let repaired = Repaired {
        receipts: Vec::new(),
        refused: Vec::new(),
        scopes: vec![compared],
        wanted: vec![PackageKind::Roster],
    };
    let outcome = RepairOutcome::Done(Box::new(repaired));
    let reply = RepairReply { outcome, hub_ms: 1, nonce: Nonce::default(), epoch: Epoch([9; 8]) };
    assert_snapshot!(pinned(&reply), @"000000019afeb5c7af0403046100020001010100000000000000000000000000000000000909090909090909");
    let rewind = Outcome::Rewind(vec![Cursor { scope: scope(), seq: 5, chain: Hash([6; 32]) }]);
    assert_snapshot!(pinned(&rewind), @"04019afeb5c7af04050606060606060606060606060606060606060606060606060606060606060606");
}

#[test]
fn a_receipt_and_a_certificate_are_these_bytes() {
    let place = Some(Place { seq: 5, chain: Hash([6; 32]) });
    let receipt = Receipt { key: header().key(), root: Hash([7; 32]), place, hub_ms: 8, epoch: Epoch([9; 8]) };
    assert_snapshot!(pinned(&receipt), @"0101010101010101010101010101010101010101010101010101010101010101019afeb5c7af0402070707070707070707070707070707070707070707070707070707070707070701050606060606060606060606060606060606060606060606060606060606060606080909090909090909");
    let certificate = Certificate {
        device: DeviceId([1; 32]),
        station: "白菜沟嘎查便民服务站".into(),
        unit: scope(),
        scopes: vec![scope()],
        device_no: 7,
        not_after: 1_835_487_000_000,
        serial: 3,
    };
    assert_snapshot!(pinned(&certificate), @"01010101010101010101010101010101010101010101010101010101010101011ee799bde88f9ce6b29fe5988ee69fa5e4bebfe6b091e69c8de58aa1e7ab999afeb5c7af04019afeb5c7af0407c0ebb3dcb53503");
}

#[test]
fn an_enrolment_and_a_package_are_these_bytes() {
    let package = Package { kind: PackageKind::Catalogue, version: 2, content: vec![1, 2, 3] };
    assert_snapshot!(pinned(&package), @"020203010203");
    let request = PackagesRequest { version: VERSION, have: vec![(PackageKind::Calendar, 1)] };
    assert_snapshot!(pinned(&request), @"01010301");
}

#[test]
fn a_standing_and_its_orders_are_these_bytes() {
    let signed = |n| Signed { bytes: vec![n], sig: Sig([2; 64]) };
    let (have, done) = (vec![(PackageKind::Calendar, 1)], vec![signed(4)]);
    let request = StandingRequest { version: VERSION, have, serial: 300, done };
    assert_snapshot!(pinned(&request), @"01010301ac0201010402020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202");
    let standing = Standing { packages: vec![signed(1)], certificate: Some(signed(3)), orders: vec![signed(5)] };
    assert_snapshot!(pinned(&standing), @"010101020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020101030202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020201010502020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202");
    let (device, ends) = (DeviceId([1; 32]), vec![Cursor { scope: scope(), seq: 5, chain: Hash([6; 32]) }]);
    let forget = Forget { device, scope: scope(), serial: 7, ends: ends.clone(), hub_ms: 9 };
    assert_snapshot!(pinned(&forget), @"01010101010101010101010101010101010101010101010101010101010101019afeb5c7af0407019afeb5c7af0405060606060606060606060606060606060606060606060606060606060606060609");
    let forgot = Forgot { order: Hash([8; 32]), device, scope: scope(), erased: ends, documents: 3, at_ms: 9 };
    assert_snapshot!(pinned(&forgot), @"080808080808080808080808080808080808080808080808080808080808080801010101010101010101010101010101010101010101010101010101010101019afeb5c7af04019afeb5c7af040506060606060606060606060606060606060606060606060606060606060606060309");
}

#[test]
fn the_order_to_destroy_keys_is_these_bytes() {
    let by = ["SG-000000-21".parse().unwrap(), "SG-000000-31".parse().unwrap()];
    let destroy = Destroy { device: DeviceId([1; 32]), by, hub_ms: 9 };
    assert_snapshot!(pinned(&destroy), @"01010101010101010101010101010101010101010101010101010101010101010c53472d3030303030302d32310c53472d3030303030302d333109");
    let outcome = Outcome::Destroy(Signed { bytes: vec![1], sig: Sig([2; 64]) });
    assert_snapshot!(pinned(&outcome), @"05010102020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202");
}

#[test]
fn attachments_travel_in_these_bytes() {
    let (name, part) = (FileHash([2; 32]), Part { n: 1, bytes: vec![3, 4] });
    let bring = vec![Bring { scope: scope(), name, size: 65_538, parts: vec![part.clone()] }];
    let fetch = vec![Fetch { name, have: [0, 9].into_iter().collect() }];
    let request =
        FilesRequest { version: VERSION, nonce: Nonce { ms: 7, mac: [8; 16] }, max_bytes: 65_536, bring, fetch };
    assert_snapshot!(pinned(&request), @"010708080808080808080808080808080808808004019afeb5c7af0402020202020202020202020202020202020202020202020202020202020202028280040101020304010202020202020202020202020202020202020202020202020202020202020202020102");
    let receipt = FileReceipt { name, scope: scope(), size: 65_538, hub_ms: 9, epoch: Epoch([6; 8]) };
    assert_snapshot!(pinned(&receipt), @"02020202020202020202020202020202020202020202020202020202020202029afeb5c7af04828004090606060606060606");
    let taking = [
        Taking::Whole(Signed { bytes: encode(&receipt), sig: Sig([5; 64]) }),
        Taking::Some(Have::all(65_538)),
        Taking::Not(NotTaken::Quota),
    ];
    let brought = taking.into_iter().map(|taking| Brought { name, scope: scope(), taking }).collect();
    let fetched = [Fetching::Parts(vec![part]), Fetching::Absent].map(|fetching| Fetched { name, fetching }).into();
    let outcome = FilesOutcome::Done(Box::new(FilesDone { brought, fetched }));
    assert_snapshot!(pinned(&FilesReply { outcome, hub_ms: 1, nonce: Nonce::default() }), @"000302020202020202020202020202020202020202020202020202020202020202029afeb5c7af04003202020202020202020202020202020202020202020202020202020202020202029afeb5c7af048280040906060606060606060505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050502020202020202020202020202020202020202020202020202020202020202029afeb5c7af0401010302020202020202020202020202020202020202020202020202020202020202029afeb5c7af040201020202020202020202020202020202020202020202020202020202020202020202000101020304020202020202020202020202020202020202020202020202020202020202020201010000000000000000000000000000000000");
}

#[test]
fn chunks_cover_a_content_without_gap_or_overlap() {
    for size in [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, MAX_FILE] {
        let lengths: Vec<u32> = (0..chunks(size)).map_while(|n| chunk_len(size, n)).collect();
        assert_eq!(lengths.iter().sum::<u32>(), size);
        assert!(lengths.iter().all(|length| (1..=CHUNK).contains(length)), "{size}");
        assert_eq!(chunk_len(size, chunks(size)), None, "and no further one");
        let all = Have::all(size);
        assert_eq!((all.count(), all.bytes(size), all.lacks(size).next()), (chunks(size), size, None));
    }
    let mut some: Have = [1].into_iter().collect();
    some.add(u32::MAX);
    assert_eq!((some.count(), some.bytes(CHUNK + 5)), (1, 5), "a number beyond all contents is nobody's");
    assert_eq!(some.lacks(3 * CHUNK).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn bytes_past_the_bound_or_left_over_are_refused() {
    let bytes = encode(&header());
    assert_eq!(decode::<Header>(&bytes, bytes.len() - 1), Err(WireFault::TooLarge));
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(decode::<Header>(&longer, MAX_BODY), Err(WireFault::Shape), "a byte too many");
}

#[test]
fn a_meeting_of_two_stations_is_these_bytes() {
    let signed = || Signed { bytes: vec![1], sig: Sig([2; 64]) };
    let line = LineEnd { key: header().key(), root: Hash([7; 32]) };
    let said = Said {
        have: vec![(PackageKind::Revocations, 3)],
        packages: vec![signed()],
        lines: vec![line],
        certificates: vec![signed()],
        segments: vec![segment()],
        letters: vec![Parts(vec![vec![8, 9]])],
        got: vec![[6; 16]],
    };
    let request = MeetRequest {
        version: VERSION,
        to: DeviceId([4; 32]),
        nonce: Nonce { ms: 7, mac: [8; 16] },
        certificate: signed(),
        said: Said::default(),
        after: Some(Mark { hlc_ms: 5, root: Hash([6; 32]) }),
        max_bytes: 1024,
    };
    assert_snapshot!(pinned(&request), @"010404040404040404040404040404040404040404040404040404040404040404070808080808080808080808080808080801010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020200000000000000010506060606060606060606060606060606060606060606060606060606060606068008");
    let met = Met { said, more: More::Yes, reached: None, taken: 2 };
    let reply = |outcome| MeetReply { certificate: signed(), nonce: Nonce { ms: 7, mac: [8; 16] }, outcome };
    assert_snapshot!(pinned(&reply(MeetOutcome::Met(Box::new(met)))), @"01010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020207080808080808080808080808080808080001040301010102020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af040207070707070707070707070707070707070707070707070707070707070707070101010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020201010101010101010101010101010101010101010101010101010101010101010101019afeb5c7af04020303030303030303030303030303030303030303030303030303030303030303c0bbaae1ca33040c53472d3230323230322d3031010105050505050505050505050505050505030607080909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090909090901010208090106060606060606060606060606060606010002");
    assert_snapshot!(pinned(&reply(MeetOutcome::Not(NotMet::Revoked))), @"01010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020207080808080808080808080808080808080202");
}

#[test]
fn a_letter_brought_for_another_station_is_these_bytes() {
    let nonce = Nonce { ms: 7, mac: [8; 16] };
    let request = LetterRequest { version: VERSION, nonce, parts: Parts(vec![vec![1, 2], vec![3]]) };
    assert_snapshot!(pinned(&request), @"010708080808080808080808080808080808020201020103");
    let outcome = LetterOutcome::Answered(Parts(vec![vec![4, 5]]));
    assert_snapshot!(pinned(&LetterReply { outcome, hub_ms: 9, nonce, epoch: Epoch([1; 8]) }), @"00010204050907080808080808080808080808080808080101010101010101");
}

#[test]
fn attachments_between_stations_are_these_bytes() {
    let nonce = Nonce { ms: 7, mac: [8; 16] };
    let certificate = Signed { bytes: vec![1], sig: Sig([2; 64]) };
    let name = FileHash([5; 32]);
    let fetch = vec![Fetch { name, have: [0].into_iter().collect() }];
    let request = MeetFiles { version: VERSION, to: DeviceId([4; 32]), nonce, certificate, max_bytes: 1024, fetch };
    assert_snapshot!(pinned(&request), @"010404040404040404040404040404040404040404040404040404040404040404070808080808080808080808080808080801010202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020280080105050505050505050505050505050505050505050505050505050505050505050101");
    let given = Fetched { name, fetching: Fetching::Parts(vec![Part { n: 0, bytes: vec![9] }]) };
    let reply = MeetFilesReply { nonce, outcome: MeetFilesOutcome::Given(vec![given]) };
    assert_snapshot!(pinned(&reply), @"0708080808080808080808080808080808000105050505050505050505050505050505050505050505050505050505050505050001000109");
}
