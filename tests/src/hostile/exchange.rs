//! The exchange: requests as the hub reads them, answers as a station reads them, single segments, and requests about attachments.

use std::collections::HashMap;

use daiban_core::doc;
use daiban_core::store::{PeerId, PeerQuery, Store as _, chain_next};
use daiban_core::sync::http::Road;
use daiban_core::sync::hub::Turned;
use daiban_core::sync::sign::{self, Domain};
use daiban_core::sync::{columns, segment};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{
    self, Bring, CHUNK, Certificate, Cursor, Cursors, Delivery, Entry, Envelope, ExchangeReply, ExchangeRequest, Fetch,
    FilesRequest, Frame, Hash, Header, MAX_INFLATED, More, Nonce, Outcome, Packages, Part, RecoveryRequest, Segment,
};
use ed25519_dalek::SigningKey;

use super::stage::{Stage, at, enveloped, scope, written};
use super::village;
use crate::world::{Station, must, now, some};

/// What an attacker mends in a request: its nonce, and the signatures of its segments.
fn mended(mut request: ExchangeRequest, stage: &Stage) -> ExchangeRequest {
    request.nonce = stage.thread.nonce;
    request.epoch = stage.thread.epoch;
    request.version = wire::VERSION;
    let mut last = (0, Hash::default());
    for segment in &mut request.segments {
        last = stage.resigned(segment, last);
    }
    request
}

/// A request's body, unpacked, as the hub reads it; and what it took of it, as another station would.
pub(super) fn request(plain: &[u8]) {
    let stage = Stage::get();
    let hub = stage.hub();
    let plain = match columns::decode::<ExchangeRequest>(plain) {
        Ok(request) => columns::encode(&mended(request, stage)),
        Err(_) => plain.to_vec(),
    };
    // The same bytes at the other door where a device leaves something.
    let left = now(hub.recovery(&stage.posted(&plain, Domain::Recovery), at()));
    assert!(!matches!(left, Err(Turned::Storage(_))), "the store is not what fails");
    let answer = now(hub.exchange(&stage.posted(&plain, Domain::Request), at()));
    assert!(!matches!(answer, Err(Turned::Storage(_))), "the store is not what fails");
    let audit = must("an audit", now(hub.verify()));
    assert_eq!(audit.faults, [], "the feeds are as they should be");
    for entry in must("the feed", now(hub.store().after(scope(), 1, usize::MAX))) {
        for (_, _, raw) in entry.records {
            super::changes::change(doc::pack(&raw));
        }
    }
}

/// Real ones: all in one segment, each in its own, one that only asks.
pub(super) fn request_samples() -> Vec<Vec<u8>> {
    let stage = Stage::get();
    let request = |segments: Vec<Segment>, cursors: Cursors| {
        let (nonce, epoch) = (stage.thread.nonce, stage.thread.epoch);
        let whole = ExchangeRequest {
            version: wire::VERSION,
            nonce,
            epoch,
            cursors,
            max_bytes: 1 << 20,
            packages: 7,
            segments,
        };
        columns::encode(&whole)
    };
    let (all, _) = stage.sealed((0, Hash::default()), &stage.changes);
    let mut last = (0, Hash::default());
    let single = |change: &(wire::DocId, Vec<u8>)| {
        let (segment, root) = stage.sealed(last, std::slice::from_ref(change));
        last = (segment.header.number, root);
        segment
    };
    let single: Vec<Segment> = stage.changes.iter().map(single).collect();
    let cursor = Cursor { scope: scope(), seq: 1, chain: Hash([3; 32]) };
    vec![
        request(vec![all], Cursors::All(Vec::new())),
        request(single, Cursors::All(vec![cursor])),
        request(Vec::new(), Cursors::Same(Hash([5; 32]))),
        columns::encode(&RecoveryRequest { version: wire::VERSION, nonce: stage.thread.nonce, sealed: vec![7; 63] }),
    ]
}

/// One encoded segment as a hub keeps one that waits: decoded, mended, checked, its changes described.
pub(super) fn segment(bytes: &[u8]) {
    let stage = Stage::get();
    let Ok(mut segment) = wire::decode::<Segment>(bytes, MAX_INFLATED) else { return };
    let _ = segment::check(&segment, &stage.admission.certificate);
    stage.resigned(&mut segment, (0, Hash::default()));
    if segment::check(&segment, &stage.admission.certificate).is_err() {
        return;
    }
    for record in &segment.records {
        let _ = doc::parse(&doc::unpack(&record.change));
    }
}

pub(super) fn segment_samples() -> Vec<Vec<u8>> {
    let stage = Stage::get();
    let of = |changes: &[(wire::DocId, Vec<u8>)]| wire::encode(&stage.sealed((0, Hash::default()), changes).0);
    vec![of(&stage.changes), of(&stage.changes[..1])]
}

/// A device whose certificate a frame of the village's district brings along.
pub(super) fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[21; 32])
}

pub(super) fn certificate() -> Certificate {
    Certificate {
        device: DeviceId(stranger().verifying_key().to_bytes()),
        station: "白菜沟二号机".into(),
        unit: scope(),
        scopes: vec![scope()],
        device_no: 17,
        not_after: u64::MAX,
        serial: 90,
    }
}

/// An answer's body, unpacked, as a station's engine reads it. Its frames go on from where the station stands, its segments and
/// its certificate are signed, its chain is right.
pub(super) fn reply(plain: &[u8]) {
    village::with(|village| {
        let out = loop {
            let out = some("a request", must("a request", village.station.next_request()));
            if out.road == Road::Exchange {
                break out;
            }
            let answer = village.world.hub.answer(out.road, &out.body);
            must("an answer", village.station.answered(answer));
        };
        let plain = match columns::decode::<ExchangeReply>(plain) {
            Ok(reply) => columns::encode(&told_anew(reply, &village.station, village.inputs)),
            Err(_) => plain.to_vec(),
        };
        let asked: Envelope = must("our own request", wire::decode(&out.body, wire::MAX_BODY));
        let (_, hub) = village::keys();
        let body = enveloped(&hub, &plain, |body| sign::sign(&hub, Domain::Reply, &[&sign::hash(&asked.body).0, body]));
        must("the engine goes on", village.station.answered(Ok(body)));
        village.still_works();
    });
}

fn told_anew(mut reply: ExchangeReply, station: &Station, input: u32) -> ExchangeReply {
    let Outcome::Done(delivery) = &mut reply.outcome else { return reply };
    let cursors = must("cursors", now(station.shelf().peer(PeerQuery::Cursors(PeerId::Hub)))).cursors;
    let mut ends: HashMap<ScopeCode, Cursor> = cursors.into_iter().map(|cursor| (cursor.scope, cursor)).collect();
    let (root, _) = village::keys();
    for (at, frame) in delivery.frames.iter_mut().enumerate() {
        let fresh = Cursor { scope: frame.scope, seq: 0, chain: Hash::default() };
        let end = ends.entry(frame.scope).or_insert(fresh);
        frame.from = end.seq + 1;
        frame.certificates = vec![sign::seal(&root, Domain::Certificate, &certificate())];
        for (nth, entry) in frame.entries.iter_mut().enumerate() {
            let number = u32::try_from(at * 1_000 + nth).unwrap_or(0) + input * 1_000_000 + 1;
            let Some(root) = resigned(entry, number) else { continue };
            *end = Cursor { scope: frame.scope, seq: end.seq + 1, chain: chain_next(end.chain, root) };
        }
        frame.chain = end.chain;
    }
    reply
}

/// Signs an entry's segment anew under a number that was not there before.
fn resigned(entry: &mut Entry, number: u32) -> Option<Hash> {
    match entry {
        Entry::Whole(segment) => {
            let header: &mut Header = &mut segment.header;
            header.device = certificate().device;
            header.number = number;
            header.count = u32::try_from(segment.records.len()).unwrap_or(u32::MAX);
            let root = segment::root(header, &segment.records);
            segment.sig = sign::sign(&stranger(), Domain::Segment, &[&root.0]);
            Some(root)
        }
        Entry::Damaged { segment, root } => {
            segment.header.device = certificate().device;
            segment.header.number = number;
            segment.sig = sign::sign(&stranger(), Domain::Segment, &[&root.0]);
            Some(*root)
        }
        Entry::Yours { .. } => None,
    }
}

/// The body of an answer that brings some changes in one frame.
pub fn frame_of(changes: &[(wire::DocId, Vec<u8>)]) -> Vec<u8> {
    answer(vec![whole(changes)])
}

fn whole(changes: &[(wire::DocId, Vec<u8>)]) -> Entry {
    Entry::Whole(Stage::get().sealed((0, Hash::default()), changes).0)
}

fn answer(entries: Vec<Entry>) -> Vec<u8> {
    let frames = vec![Frame { scope: scope(), from: 1, chain: Hash::default(), certificates: Vec::new(), entries }];
    let (receipts, refused, backed_up) = (Vec::new(), Vec::new(), Vec::new());
    let delivery = Delivery { receipts, refused, frames, more: More::No, packages: Packages::Same, backed_up };
    let (nonce, epoch) = (Nonce::default(), Stage::get().thread.epoch);
    let outcome = Outcome::Done(Box::new(delivery));
    columns::encode(&ExchangeReply { outcome, hub_ms: at().0.unsigned_abs(), nonce, epoch })
}

/// A delivery of one frame, in one segment, in several, and with one of the station's own.
pub(super) fn reply_samples() -> Vec<Vec<u8>> {
    let (first, second) = written();
    let all: Vec<_> = first.into_iter().chain(second).collect();
    vec![
        answer(vec![whole(&all)]),
        answer(all.chunks(1).map(whole).collect()),
        answer(vec![whole(&all[..1]), Entry::Yours { incarnation: 1, number: 1 }]),
    ]
}

/// A request about attachments, unpacked, as the hub reads it.
pub(super) fn files(plain: &[u8]) {
    let stage = Stage::get();
    let hub = stage.hub_with_files();
    let plain = match columns::decode::<FilesRequest>(plain) {
        Ok(request) => columns::encode(&FilesRequest { version: wire::VERSION, nonce: stage.thread.nonce, ..request }),
        Err(_) => plain.to_vec(),
    };
    for _ in 0..2 {
        let answer = now(hub.files(&stage.posted(&plain, Domain::FilesRequest), at()));
        assert!(!matches!(answer, Err(Turned::Storage(_))), "the store is not what fails");
    }
}

pub(super) fn files_samples() -> Vec<Vec<u8>> {
    let content: Vec<u8> = (0..CHUNK + 5_000).map(|at| at.to_le_bytes()[0]).collect();
    let name = daiban_core::files::name_of(&content);
    let parts: Vec<Part> =
        (0..).zip(content.chunks(CHUNK as usize)).map(|(n, part)| Part { n, bytes: part.to_vec() }).collect();
    let size = CHUNK + 5_000;
    let request = |bring: Vec<Bring>, fetch: Vec<Fetch>| {
        let nonce = Stage::get().thread.nonce;
        columns::encode(&FilesRequest { version: wire::VERSION, nonce, max_bytes: 1 << 20, bring, fetch })
    };
    let have = [0, 3, 80].into_iter().collect();
    vec![
        request(vec![Bring { scope: scope(), name, size, parts: parts[1..].to_vec() }], Vec::new()),
        request(vec![Bring { scope: scope(), name, size, parts: Vec::new() }], vec![Fetch { name, have }]),
        request(
            vec![Bring { scope: scope(), name, size: 5_000, parts: vec![Part { n: 0, ..parts[1].clone() }] }],
            Vec::new(),
        ),
    ]
}
