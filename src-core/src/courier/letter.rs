//! Letters and their parts. U1, U2.
//!
//! A part is a magic word, a signed head, and a piece of the sealed content. The key of the content is agreed between the
//! recipient's device key and a key made for this letter alone; each part is sealed by ChaCha20-Poly1305 under its number.

use std::collections::BTreeMap;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Nonce, Tag};
use daiban_model::wire::{self, Hash, Signed};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::keys::agree::agree;
use crate::sync::sign::{self, Domain};

/// Names a letter; drawn by its sender.
pub type LetterId = [u8; 16];

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LetterKind {
    /// From a station to the hub.
    Ask,
    /// From the hub to a station.
    Answer,
    /// From a station to the hub, with attachments.
    AskFiles,
    /// The answer to that.
    AnswerFiles,
    /// From a station to another one.
    Parcel,
}

impl LetterKind {
    /// Whether it goes to a station.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answer | Self::AnswerFiles)
    }
}

/// Content of one part: sticks are slow, and a torn part costs no more than this.
pub const PART_BYTES: usize = 4 << 20;
/// Most parts of a letter.
pub const MAX_PARTS: usize = 64;
/// Largest content of a letter.
pub const MAX_CONTENT: usize = PART_BYTES * MAX_PARTS;
/// Largest file that can be a part.
pub const MAX_FILE: usize = MAGIC.len() + 4 + MAX_HEAD + PART_BYTES + TAG;

const MAGIC: &[u8; 8] = b"DAIBAN\x00\x01";
const MAX_HEAD: usize = 1024;
const TAG: usize = 16;

/// What the sender signs of each part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    letter: LetterId,
    kind: LetterKind,
    from: [u8; 32],
    to: [u8; 32],
    /// The public half of the key made for this letter.
    once: [u8; 32],
    part: u16,
    parts: u16,
    /// Of this part's sealed content.
    body: Hash,
    /// Over the hashes of all parts in order.
    whole: Hash,
}

/// One part whose hash and signature are right. That its sender is somebody is for the recipient to know.
#[derive(Debug, Clone)]
pub struct Part {
    head: Head,
    body: Vec<u8>,
}

/// Why bytes are not a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartFault {
    /// Something else: leave it alone.
    #[error("not a part of a letter")]
    Foreign,
    /// A part that was cut, changed or forged: copy it again.
    #[error("a damaged part of a letter")]
    Damaged,
}

impl Part {
    /// Reads a part: bounds, then signature, then hash. U1.
    pub fn read(file: &[u8]) -> Result<Self, PartFault> {
        let rest = file.strip_prefix(MAGIC.as_slice()).ok_or(PartFault::Foreign)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(PartFault::Damaged)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| PartFault::Damaged)?;
        if length > MAX_HEAD || rest.len() < length || file.len() > MAX_FILE {
            return Err(PartFault::Damaged);
        }
        let (head, body) = rest.split_at(length);
        let signed: Signed = wire::decode(head, MAX_HEAD).map_err(|_| PartFault::Damaged)?;
        let from = sender(&signed).ok_or(PartFault::Damaged)?;
        let head: Head = sign::open(&from, Domain::Letter, &signed).ok_or(PartFault::Damaged)?;
        let fits = head.part < head.parts && usize::from(head.parts) <= MAX_PARTS && body.len() >= TAG;
        if !fits || sign::hash(body) != head.body {
            return Err(PartFault::Damaged);
        }
        Ok(Self { head, body: body.to_vec() })
    }

    /// The letter it belongs to.
    pub fn letter(&self) -> LetterId {
        self.head.letter
    }

    /// Who signed it.
    pub fn from(&self) -> [u8; 32] {
        self.head.from
    }

    /// For whom it is.
    pub fn to(&self) -> [u8; 32] {
        self.head.to
    }

    /// What it is part of.
    pub fn kind(&self) -> LetterKind {
        self.head.kind
    }
}

/// Who says to have signed a head. Only used to verify that very signature.
fn sender(signed: &Signed) -> Option<[u8; 32]> {
    wire::decode::<Head>(&signed.bytes, MAX_HEAD).ok().map(|head| head.from)
}

/// A letter of which all parts are there.
#[derive(Debug, Clone)]
pub struct Letter {
    head: Head,
    bodies: Vec<Vec<u8>>,
}

/// What became of some parts.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// Letters that are whole.
    pub letters: Vec<Letter>,
    /// Letters that lack parts: which, and how many there are in all.
    pub torn: Vec<Torn>,
}

/// A letter that lacks parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Which letter.
    pub letter: LetterId,
    /// Who signed it.
    pub from: [u8; 32],
    /// The numbers that are missing, from 1.
    pub missing: Vec<u16>,
    /// How many parts it has.
    pub parts: u16,
}

/// Puts parts together, however they come: twice, in any order, of several letters.
pub fn gather(parts: impl IntoIterator<Item = Part>) -> Gathered {
    // Parts that say different things of their letter are of different letters, whatever number they bear.
    let mut piles: BTreeMap<_, BTreeMap<u16, Part>> = BTreeMap::new();
    for part in parts {
        let Head { letter, from, whole, parts, .. } = part.head;
        piles.entry((letter, from, whole, parts)).or_default().insert(part.head.part, part);
    }
    let mut gathered = Gathered::default();
    for ((letter, from, _, parts), pile) in piles {
        let missing: Vec<u16> = (0..parts).filter(|number| !pile.contains_key(number)).map(|it| it + 1).collect();
        if missing.is_empty() {
            gathered.letters.extend(Letter::of(pile));
        } else {
            gathered.torn.push(Torn { letter, from, missing, parts });
        }
    }
    gathered
}

/// Why a whole letter was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LetterFault {
    /// It is for somebody else: carry it on.
    #[error("for somebody else")]
    NotOurs,
    /// It does not open.
    #[error("it does not open")]
    Damaged,
}

impl Letter {
    fn of(pile: BTreeMap<u16, Part>) -> Option<Self> {
        let head = pile.values().next()?.head.clone();
        // What one head says of the whole, all must say.
        let same = |part: &Part| {
            let Head { kind, to, once, .. } = &part.head;
            (*kind, *to, *once) == (head.kind, head.to, head.once)
        };
        let hashes: Vec<Hash> = pile.values().map(|part| part.head.body).collect();
        let agree = pile.values().all(same) && whole(&hashes) == head.whole;
        agree.then(|| Self { head, bodies: pile.into_values().map(|part| part.body).collect() })
    }

    /// Its name.
    pub fn id(&self) -> LetterId {
        self.head.letter
    }

    /// Who signed it.
    pub fn from(&self) -> [u8; 32] {
        self.head.from
    }

    /// For whom it is.
    pub fn to(&self) -> [u8; 32] {
        self.head.to
    }

    /// What it is.
    pub fn kind(&self) -> LetterKind {
        self.head.kind
    }

    /// The hash over all of it, as its sender signed it.
    pub fn whole(&self) -> Hash {
        self.head.whole
    }

    /// Opens it with the recipient's key. All of it, or nothing. U2.
    pub fn open(&self, key: &SigningKey) -> Result<Vec<u8>, LetterFault> {
        if key.verifying_key().to_bytes() != self.head.to {
            return Err(LetterFault::NotOurs);
        }
        let once = VerifyingKey::from_bytes(&self.head.once).map_err(|_| LetterFault::Damaged)?;
        let cipher = cipher(key, &once, &self.head).ok_or(LetterFault::Damaged)?;
        let mut content = Vec::new();
        for (number, body) in self.bodies.iter().enumerate() {
            let (sealed, tag) = body.split_last_chunk::<TAG>().ok_or(LetterFault::Damaged)?;
            let (at, tag) = (content.len(), Tag::from(*tag));
            content.extend_from_slice(sealed);
            let Some(piece) = content.get_mut(at..) else { return Err(LetterFault::Damaged) };
            cipher
                .decrypt_inout_detached(&nonce(number), &self.head.letter, piece.into(), &tag)
                .map_err(|_| LetterFault::Damaged)?;
        }
        Ok(content)
    }
}

/// Who writes to whom.
pub struct Sealing<'a> {
    /// The sender's key.
    pub from: &'a SigningKey,
    /// The recipient's public key.
    pub to: [u8; 32],
    /// What it is.
    pub kind: LetterKind,
    /// Its name, drawn.
    pub letter: LetterId,
    /// The secret of the key made for it, drawn.
    pub once: [u8; 32],
}

/// Seals a content into parts. `None` when it is too large, or the recipient's key is none. U2.
pub fn seal(sealing: &Sealing<'_>, content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let Sealing { from, to, kind, letter, .. } = *sealing;
    if content.len() > MAX_CONTENT {
        return None;
    }
    let once = SigningKey::from_bytes(&sealing.once);
    let recipient = VerifyingKey::from_bytes(&to).ok()?;
    let pieces: Vec<&[u8]> = if content.is_empty() { vec![content] } else { content.chunks(PART_BYTES).collect() };
    let mut head = Head {
        letter,
        kind,
        from: from.verifying_key().to_bytes(),
        to,
        once: once.verifying_key().to_bytes(),
        part: 0,
        parts: u16::try_from(pieces.len()).ok()?,
        body: Hash::default(),
        whole: Hash::default(),
    };
    let cipher = cipher(&once, &recipient, &head)?;
    let mut bodies = Vec::with_capacity(pieces.len());
    for (number, piece) in pieces.into_iter().enumerate() {
        let mut body = piece.to_vec();
        let tag = cipher.encrypt_inout_detached(&nonce(number), &letter, body.as_mut_slice().into()).ok()?;
        body.extend_from_slice(&tag);
        bodies.push(body);
    }
    let hashes: Vec<Hash> = bodies.iter().map(|body| sign::hash(body)).collect();
    head.whole = whole(&hashes);
    let part = |(number, (body, hash)): (usize, (Vec<u8>, Hash))| {
        let head = Head { part: u16::try_from(number).unwrap_or(u16::MAX), body: hash, ..head.clone() };
        file(&sign::seal(from, Domain::Letter, &head), &body)
    };
    Some(bodies.into_iter().zip(hashes).enumerate().map(part).collect())
}

fn file(signed: &Signed, body: &[u8]) -> Vec<u8> {
    let head = wire::encode(signed);
    let mut file = Vec::with_capacity(MAGIC.len() + 4 + head.len() + body.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend_from_slice(&head);
    file.extend_from_slice(body);
    file
}

fn whole(hashes: &[Hash]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("daiban letter whole v1");
    for hash in hashes {
        hasher.update(&hash.0);
    }
    Hash(*hasher.finalize().as_bytes())
}

/// The cipher of a letter, from either end.
fn cipher(secret: &SigningKey, public: &VerifyingKey, head: &Head) -> Option<ChaCha20Poly1305> {
    agree(secret, public, "daiban letter key v1", &[&head.once, &head.from, &head.to, &head.letter])
}

/// The key is used for one letter only, so the part's number is enough.
fn nonce(part: usize) -> Nonce {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&(part as u64).to_le_bytes());
    Nonce::from(bytes)
}

#[cfg(test)]
mod tests;
