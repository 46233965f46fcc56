//! Meetings: what a neighbour asks, and what one answers. The neighbour is a station of the district that means harm.

use daiban_core::sync::sign::{self, Domain};
use daiban_core::sync::{columns, neighbour, segment};
use daiban_model::ids::DeviceId;
use daiban_model::wire::{
    self, Envelope, Hash, LineEnd, Mark, MeetOutcome, MeetReply, MeetRequest, Met, More, Nonce, NotMet, PackageKind,
    Parts, Said, Segment, SegmentKey, Signed,
};

use super::exchange::{certificate, stranger};
use super::stage::{Stage, enveloped, scope, written};
use super::village::{self, Village};
use crate::world::must;

/// The first byte says which of the two it is.
pub(super) fn meeting(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    village::with(|village| {
        village.station.open_to_neighbours();
        match which % 2 {
            0 => asks(village, rest),
            _ => answers(village, rest),
        }
        village.still_works();
    });
}

fn shown() -> Signed {
    sign::seal(&village::keys().0, Domain::Certificate, &certificate())
}

/// What a neighbour says, its segments signed anew in a line of their own.
fn mended(mut said: Said, input: u32) -> Said {
    let mut last = (0, Hash::default());
    for segment in &mut said.segments {
        let header = &mut segment.header;
        (header.version, header.device, header.incarnation) = (wire::VERSION, certificate().device, input + 1);
        header.count = u32::try_from(segment.records.len()).unwrap_or(u32::MAX);
        (header.number, header.prev) = (last.0 + 1, last.1);
        let root = segment::root(header, &segment.records);
        segment.sig = sign::sign(&stranger(), Domain::Segment, &[&root.0]);
        last = (segment.header.number, root);
    }
    said.certificates.push(shown());
    said
}

/// A request: first who asks, then what was made.
fn asks(village: &mut Village, plain: &[u8]) {
    let own = DeviceId(village.world.hub.device("白菜沟便民服务站").0);
    let hello = MeetRequest {
        version: wire::VERSION,
        to: DeviceId([0; 32]),
        nonce: Nonce::default(),
        certificate: shown(),
        said: Said::default(),
        after: None,
        max_bytes: 1 << 20,
    };
    let (body, hash) = neighbour::request(&stranger(), &hello);
    let answer = must("an answer", village.station.answer_neighbour(&body));
    let (_, MeetReply { nonce, .. }) = must("a reply", neighbour::answered(&answer, hash));
    let plain = match columns::decode::<MeetRequest>(plain) {
        Ok(request) => {
            let said = mended(request.said, village.inputs);
            columns::encode(&MeetRequest {
                version: wire::VERSION,
                to: own,
                nonce,
                certificate: shown(),
                said,
                ..request
            })
        }
        Err(_) => plain.to_vec(),
    };
    let body = enveloped(&stranger(), &plain, |body| sign::sign(&stranger(), Domain::Meet, &[body]));
    drop(village.station.answer_neighbour(&body));
}

/// An answer: first that it is there, then what was made.
fn answers(village: &mut Village, plain: &[u8]) {
    let mut next = must("a meeting", village.station.begin_meeting());
    let again = MeetReply { certificate: shown(), nonce: Nonce::default(), outcome: MeetOutcome::Again };
    let made = match columns::decode::<MeetReply>(plain) {
        Ok(MeetReply { outcome: MeetOutcome::Met(met), .. }) => {
            let said = mended(met.said.clone(), village.inputs);
            columns::encode(&MeetReply { outcome: MeetOutcome::Met(Box::new(Met { said, ..*met })), ..again.clone() })
        }
        Ok(other) => columns::encode(&MeetReply { certificate: shown(), ..other }),
        Err(_) => plain.to_vec(),
    };
    for plain in [columns::encode(&again), made] {
        let Some(body) = next else { return };
        let asked = sign::hash(&must("an envelope", wire::decode::<Envelope>(&body, wire::MAX_BODY)).body);
        let answer =
            enveloped(&stranger(), &plain, |body| sign::sign(&stranger(), Domain::MeetReply, &[&asked.0, body]));
        next = must("the engine goes on", village.station.go_on_meeting(Ok(answer)));
    }
}

fn said(segments: Vec<Segment>) -> Said {
    let key = SegmentKey { device: certificate().device, incarnation: 1, scope: scope(), number: 3 };
    Said {
        have: vec![(PackageKind::Roster, 1), (PackageKind::Revocations, 7)],
        packages: vec![shown()],
        lines: vec![LineEnd { key, root: Hash([7; 32]) }],
        certificates: vec![shown()],
        segments,
        letters: vec![Parts(vec![vec![1; 200], Vec::new()])],
        got: vec![[9; 16]],
    }
}

/// Real ones: all in one segment, each in its own, one that only asks; and the answers to them.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let (first, second) = written();
    let all: Vec<_> = first.into_iter().chain(second).collect();
    let sealed = |changes: &[(wire::DocId, Vec<u8>)]| Stage::get().sealed((0, Hash::default()), changes).0;
    let whole = said(vec![sealed(&all)]);
    let single = said(all.chunks(1).map(sealed).collect());
    let after = Some(Mark { hlc_ms: 1_772_415_000_000, root: Hash([3; 32]) });
    let request = |said: &Said| {
        let request = MeetRequest {
            version: wire::VERSION,
            to: DeviceId([1; 32]),
            nonce: Nonce::default(),
            certificate: shown(),
            said: said.clone(),
            after,
            max_bytes: 1 << 20,
        };
        [vec![0], columns::encode(&request)].concat()
    };
    let reply = |outcome: MeetOutcome| {
        let reply = MeetReply { certificate: shown(), nonce: Nonce::default(), outcome };
        [vec![1], columns::encode(&reply)].concat()
    };
    let met =
        |said: &Said, more| MeetOutcome::Met(Box::new(Met { said: said.clone(), more, reached: after, taken: 1 }));
    vec![
        request(&whole),
        request(&single),
        request(&Said::default()),
        reply(met(&whole, More::No)),
        reply(met(&single, More::Yes)),
        reply(MeetOutcome::Not(NotMet::Expired)),
        reply(MeetOutcome::Again),
    ]
}
