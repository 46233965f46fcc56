//! Letters: the part of a file, the content of one for the hub, and the content of one for a station.

use daiban_core::courier::letter::{self, Gathered, Sealing};
use daiban_core::courier::{Answer, Ask, LetterKind, Part};
use daiban_core::sync::columns;
use daiban_core::sync::hub::{Room, Turned};
use daiban_core::sync::sign::{self, Domain};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Envelope, ExchangeRequest, Hash, PackageKind, Packing, Signed};
use ed25519_dalek::SigningKey;

use super::exchange;
use super::stage::{Stage, at, hub_key};
use super::village::{self, Village};
use crate::world::{must, now, some};

/// Before the head: a magic word and the head's length.
const FRONT: usize = 12;

/// The first byte says which of the three it is.
pub(super) fn letter(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    match which % 3 {
        0 => part(rest),
        1 => ask(rest),
        _ => answer(rest),
    }
}

/// A file on a stick. Its head is signed anew by the writer, over the hash that its body has.
fn part(file: &[u8]) {
    let file = mended(file).unwrap_or_else(|| file.to_vec());
    let Ok(part) = Part::read(&file) else { return };
    let Gathered { letters, .. } = letter::gather([part.clone(), part]);
    for letter in letters {
        let taken = now(Stage::get().hub().take_letter(&letter, Room::Stick, at(), [3; 48]));
        assert!(!matches!(taken, Err(Turned::Storage(_))), "the store is not what fails");
    }
}

/// Head: letter 16 bytes, kind 1, sender 32, ...; it ends with the hashes of the body and of the whole.
fn mended(file: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u32::from_le_bytes(*file.get(8..FRONT)?.first_chunk()?)).ok()?;
    let (head, body) = file.get(FRONT..)?.split_at_checked(length)?;
    let Signed { mut bytes, .. } = wire::decode(head, 4_096).ok()?;
    let writer = &Stage::get().writer;
    bytes.get_mut(17..49)?.copy_from_slice(&writer.verifying_key().to_bytes());
    let (hash, at) = (sign::hash(body), bytes.len().checked_sub(64)?);
    bytes.get_mut(at..at + 32)?.copy_from_slice(&hash.0);
    let mut whole = blake3::Hasher::new_derive_key("daiban letter whole v1");
    whole.update(&hash.0);
    bytes.get_mut(at + 32..)?.copy_from_slice(whole.finalize().as_bytes());
    let sig = sign::sign(writer, Domain::Letter, &[&bytes]);
    let head = wire::encode(&Signed { bytes, sig });
    let length = u32::try_from(head.len()).ok()?.to_le_bytes();
    Some([&file[..8], &length, &head, body].concat())
}

fn sealed(from: &SigningKey, to: [u8; 32], kind: LetterKind, content: &[u8]) -> Vec<Part> {
    let sealing = Sealing { from, to, kind, letter: [7; 16], once: [9; 32] };
    let files = some("it fits", letter::seal(&sealing, content));
    files.iter().map(|file| must("our own part", Part::read(file))).collect()
}

/// What a station writes to the hub, its requests signed anew.
fn ask(content: &[u8]) {
    let stage = Stage::get();
    let content = match wire::decode::<Ask>(content, letter::MAX_CONTENT) {
        Ok(ask) => {
            let requests = ask.requests.iter().map(|request| again(request)).collect();
            wire::encode(&Ask { requests, ..ask })
        }
        Err(_) => content.to_vec(),
    };
    let to = hub_key().verifying_key().to_bytes();
    let parts = sealed(&stage.writer, to, LetterKind::Ask, &content);
    let letter = some("whole", letter::gather(parts).letters.pop());
    let hub = stage.hub();
    let taken = now(hub.take_letter(&letter, Room::Stick, at(), [3; 48]));
    assert!(!matches!(taken, Err(Turned::Storage(_))), "the store is not what fails");
    assert_eq!(must("an audit", now(hub.verify())).faults, [], "the feeds are as they should be");
}

fn again(request: &[u8]) -> Vec<u8> {
    let Ok(Envelope { packing, body, .. }) = wire::decode::<Envelope>(request, wire::MAX_BODY) else {
        return request.to_vec();
    };
    let writer = &Stage::get().writer;
    let sig = sign::sign(writer, Domain::Request, &[&body]);
    wire::encode(&Envelope { signer: writer.verifying_key().to_bytes(), sig, packing, body })
}

/// What the hub writes to a station: it answers the letter the station has just written, each reply signed anew.
fn answer(content: &[u8]) {
    village::with(|village| {
        let content = match wire::decode::<Answer>(content, letter::MAX_CONTENT) {
            Ok(answer) => wire::encode(&told_anew(answer, village)),
            Err(_) => content.to_vec(),
        };
        let station = village.world.hub.device("白菜沟便民服务站");
        let (_, hub) = village::keys();
        let parts = sealed(&hub, station.0, LetterKind::Answer, &content);
        must("the engine goes on", village.station.take_parts(parts));
        village.still_works();
    });
}

fn told_anew(answer: Answer, village: &mut Village) -> Answer {
    let out = must("a letter", village.station.letter());
    let (_, hub) = village::keys();
    let name = out.letter.iter().fold("letter/".to_owned(), |name, byte| format!("{name}{byte:02x}"));
    let kept = village.station.states(&name).pop().map(|(_, bytes)| bytes).unwrap_or_default();
    let (_, hashes): (Wall, Vec<Hash>) = must("what was asked", wire::decode(&kept, 1 << 16));
    let reply = |(at, (_, reply)): (usize, &(Hash, Vec<u8>))| {
        let hash = hashes.get(at % hashes.len().max(1)).copied().unwrap_or_default();
        let Ok(Envelope { packing, body, .. }) = wire::decode::<Envelope>(reply, wire::MAX_BODY) else {
            return (hash, reply.clone());
        };
        let sig = sign::sign(&hub, Domain::Reply, &[&hash.0, &body]);
        (hash, wire::encode(&Envelope { signer: hub.verifying_key().to_bytes(), sig, packing, body }))
    };
    Answer { to: out.letter, replies: answer.replies.iter().enumerate().map(reply).collect(), ..answer }
}

/// Real ones of each kind.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let stage = Stage::get();
    let request = |plain: Vec<u8>| stage.posted(&plain, Domain::Request);
    let requests: Vec<Vec<u8>> = exchange::request_samples().into_iter().take(2).map(told_all).map(request).collect();
    let ask = wire::encode(&Ask {
        have: vec![(PackageKind::Catalogue, 1)],
        requests,
        repairs: Vec::new(),
        certificates: Vec::new(),
    });
    let to = hub_key().verifying_key().to_bytes();
    let sealing = Sealing { from: &stage.writer, to, kind: LetterKind::Ask, letter: [7; 16], once: [9; 32] };
    let file = some("it fits", letter::seal(&sealing, &ask)).remove(0);
    let replies = exchange::reply_samples().into_iter().map(|plain| {
        let envelope = Envelope { signer: to, sig: wire::Sig([0; 64]), packing: Packing::Plain, body: plain };
        (Hash::default(), wire::encode(&envelope))
    });
    let answer =
        wire::encode(&Answer { to: [7; 16], replies: replies.collect(), packages: Vec::new(), repaired: Vec::new() });
    [(0, file), (1, ask), (2, answer)].into_iter().map(|(which, bytes)| [vec![which], bytes].concat()).collect()
}

/// A letter tells all its cursors.
fn told_all(plain: Vec<u8>) -> Vec<u8> {
    let mut request: ExchangeRequest = must("our own request", columns::decode(&plain));
    request.cursors = wire::Cursors::All(Vec::new());
    columns::encode(&request)
}
