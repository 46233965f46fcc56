//! Two stations of one district that meet without it (sync.md section 6). Plain functions; the engine owns store and time.
//!
//! - J1: nothing is told to anybody, and nothing that somebody brings is looked at, before the request's signature was found right, the
//!   certificate is of the pinned root and in time, and its device is not revoked as far as is known here. Both ends judge so.
//! - J2: only segments of divisions that both certificates cover are told of, given or taken.
//! - J3: a segment is taken when its device signed it, it goes on from the last one of its line, and all it rests on is here: what
//!   a neighbour gives is a beginning of each line, as a feed is.
//! - J4: what is handed to neighbours was sealed under an incarnation that chance drew for this session. A disk that goes back, or
//!   is copied, begins another session, and so never gives a number a second time that a neighbour knows already.

use std::collections::{BTreeSet, HashMap, HashSet};

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::wire::{
    self, Certificate, Envelope, Hash, MeetFiles, MeetFilesReply, MeetReply, MeetRequest, NotMet, Revocation, Segment,
    SegmentKey, Signed, Why,
};
use ed25519_dalek::SigningKey;

use super::envelope::{self, Unread};
use super::sign::{self, Domain};
use super::station::CheckedSegment;
use super::trail::Wrote;
use super::writer::{Described, Writer, Writers, described};
use crate::doc::Meta;
use crate::store::{StoredChange, StoredSegment};

/// How long a nonce of a meeting is good for.
pub const NONCE_MS: u64 = 10 * 60 * 1000;
/// zstd level of answers: a local line is wide, and somebody works at the machine that packs.
const LEVEL: i32 = 3;

/// Everything a neighbour is judged by.
pub struct Bench<'a> {
    /// The district's root key.
    pub root: [u8; 32],
    /// This station's certificate.
    pub own: &'a Certificate,
    /// Devices that are revoked, as far as is known.
    pub revoked: &'a [Revocation],
    /// Certificates known, by device.
    pub known: &'a HashMap<DeviceId, Certificate>,
    /// The latest time known, in milliseconds since 1970.
    pub now_ms: u64,
}

/// A station that may be told things. J1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its certificate.
    pub certificate: Certificate,
    /// The divisions both read, none inside another. J2.
    pub shared: Vec<ScopeCode>,
}

impl Neighbour {
    /// Whether both read this division.
    pub fn shares(&self, scope: ScopeCode) -> bool {
        self.shared.iter().any(|shared| shared.covers(scope))
    }
}

impl Bench<'_> {
    /// Whether whoever signed is a neighbour. J1.
    pub fn judge(&self, signer: &[u8; 32], shown: &Signed) -> Result<Neighbour, NotMet> {
        let shown: Certificate = sign::open(&self.root, Domain::Certificate, shown).ok_or(NotMet::OtherDistrict)?;
        if shown.device.0 != *signer {
            return Err(NotMet::OtherDistrict);
        }
        if shown.device == self.own.device {
            return Err(NotMet::SameDevice);
        }
        if self.revocation(shown.device).or_else(|| self.revocation(self.own.device)).is_some() {
            return Err(NotMet::Revoked);
        }
        // The district may have given it another one since: divisions that were taken from it are not won back with the old one.
        let later = self.known.get(&shown.device).filter(|known| known.serial > shown.serial).cloned();
        let certificate = later.unwrap_or(shown);
        if self.now_ms > certificate.not_after || self.now_ms > self.own.not_after {
            return Err(NotMet::Expired);
        }
        let shared = shared(&self.own.scopes, &certificate.scopes);
        Ok(Neighbour { certificate, shared })
    }

    fn revocation(&self, device: DeviceId) -> Option<&Revocation> {
        self.revoked.iter().find(|one| one.device == device)
    }

    /// Those who wrote what a neighbour brings, as far as they are known or shown. J1.
    pub(crate) fn writers(&self, neighbour: &Neighbour, shown: &[(Certificate, Signed)]) -> Writers {
        let later = |certificate: &Certificate| {
            self.known.get(&certificate.device).is_none_or(|known| known.serial < certificate.serial)
        };
        let shown = shown.iter().map(|(certificate, _)| certificate).filter(|certificate| later(certificate));
        let all = self.known.values().chain(shown).chain([&neighbour.certificate, self.own]);
        let writer = |certificate: &Certificate| {
            let device = certificate.device;
            let late = self.now_ms > certificate.not_after;
            let revocation = self.revocation(device).cloned();
            let writer = Writer {
                certificate: certificate.clone(),
                revocation,
                not_after: late.then_some(certificate.not_after),
                // Which divisions a device has erased is between it and the hub.
                left: Vec::new(),
            };
            (device, writer)
        };
        all.map(writer).collect()
    }

    /// Certificates that the root signed.
    pub fn certificates(&self, shown: Vec<Signed>) -> Vec<(Certificate, Signed)> {
        let open = |signed: Signed| Some((sign::open(&self.root, Domain::Certificate, &signed)?, signed));
        shown.into_iter().filter_map(open).collect()
    }
}

/// The divisions that both of two lists cover, none inside another. J2.
fn shared(ours: &[ScopeCode], theirs: &[ScopeCode]) -> Vec<ScopeCode> {
    let both = |(one, other): (ScopeCode, ScopeCode)| {
        let lower = one.covers(other).then_some(other);
        lower.or_else(|| other.covers(one).then_some(one))
    };
    let pairs = ours.iter().flat_map(|one| theirs.iter().map(|other| (*one, *other)));
    let mut all: Vec<ScopeCode> = pairs.filter_map(both).collect();
    all.sort_unstable();
    all.dedup();
    let inside = |scope: &ScopeCode| all.iter().any(|other| other != scope && other.covers(*scope));
    all.iter().filter(|scope| !inside(scope)).copied().collect()
}

/// A request as it is posted, and the hash its answer must be signed for.
pub fn request(key: &SigningKey, request: &MeetRequest) -> (Vec<u8>, Hash) {
    envelope::ask(key, Domain::Meet, request)
}

/// A request that came: who signed it, what it says, its hash.
pub fn asked(body: &[u8]) -> Result<([u8; 32], MeetRequest, Hash), Unread> {
    let envelope: Envelope = wire::decode(body, wire::MAX_BODY).map_err(|_| Unread::Malformed)?;
    let (request, hash) = envelope::asked::<MeetRequest>(&envelope, Domain::Meet)?;
    if request.version == wire::VERSION { Ok((envelope.signer, request, hash)) } else { Err(Unread::Malformed) }
}

/// The answer as it is sent back.
pub fn reply(key: &SigningKey, asked: Hash, reply: &MeetReply) -> Vec<u8> {
    envelope::answer(key, Domain::MeetReply, asked, reply, LEVEL)
}

/// An answer that came: who signed it, and what it says.
pub fn answered(bytes: &[u8], asked: Hash) -> Result<([u8; 32], MeetReply), Unread> {
    let envelope: Envelope = wire::decode(bytes, wire::MAX_BODY).map_err(|_| Unread::Malformed)?;
    Ok((envelope.signer, envelope::answered(&envelope, Domain::MeetReply, asked)?))
}

/// A request for attachments as it is posted, and the hash its answer must be signed for.
pub fn files_request(key: &SigningKey, request: &MeetFiles) -> (Vec<u8>, Hash) {
    envelope::ask(key, Domain::MeetFiles, request)
}

/// A request for attachments that came: who signed it, what it says, its hash.
pub fn files_asked(body: &[u8]) -> Result<([u8; 32], MeetFiles, Hash), Unread> {
    let envelope: Envelope = wire::decode(body, wire::MAX_BODY).map_err(|_| Unread::Malformed)?;
    let (request, hash) = envelope::asked::<MeetFiles>(&envelope, Domain::MeetFiles)?;
    if request.version == wire::VERSION { Ok((envelope.signer, request, hash)) } else { Err(Unread::Malformed) }
}

/// The answer to that as it is sent back.
pub fn files_reply(key: &SigningKey, asked: Hash, reply: &MeetFilesReply) -> Vec<u8> {
    envelope::answer(key, Domain::MeetFilesReply, asked, reply, LEVEL)
}

/// The answer that came: who signed it, and what it says.
pub fn files_answered(bytes: &[u8], asked: Hash) -> Result<([u8; 32], MeetFilesReply), Unread> {
    let envelope: Envelope = wire::decode(bytes, wire::MAX_BODY).map_err(|_| Unread::Malformed)?;
    Ok((envelope.signer, envelope::answered(&envelope, Domain::MeetFilesReply, asked)?))
}

/// A segment whose signature was found right, with what its changes say of themselves.
pub(crate) struct Candidate {
    segment: Segment,
    root: Hash,
    described: Vec<Described>,
    wrote: Wrote,
}

impl Candidate {
    /// Looks at one segment: its writer, its division, its signature, then its changes. J1, J2.
    pub(crate) fn of(segment: Segment, writers: &Writers, neighbour: &Neighbour) -> Result<Self, Box<(Segment, Why)>> {
        let found = match writers.get(&segment.header.device) {
            None => Err(Why::OutOfScope),
            Some(_) if !neighbour.shares(segment.header.scope) => Err(Why::OutOfScope),
            Some(writer) => writer.check(&segment),
        };
        let found = found.and_then(|root| Ok((root, described(&segment).ok_or(Why::Malformed)?)));
        let wrote = writers.get(&segment.header.device).map_or(Wrote::Station, |one| Wrote::under(&one.certificate));
        match found {
            Ok((_, described)) if !wrote.may_say_all(&described) => Err(Box::new((segment, Why::Malformed))),
            Ok((root, described)) => Ok(Self { segment, root, described, wrote }),
            Err(why) => Err(Box::new((segment, why))),
        }
    }

    /// Which one.
    pub(crate) fn key(&self) -> SegmentKey {
        self.segment.header.key()
    }

    /// It as it came.
    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Changes it rests on, its own left out.
    pub(crate) fn rests_on(&self) -> impl Iterator<Item = Hash> {
        self.waits_for().map(|(_, dep)| dep)
    }

    /// The same with the document that each is about.
    pub(crate) fn waits_for(&self) -> impl Iterator<Item = (wire::DocId, Hash)> {
        let own: HashSet<Hash> = self.described.iter().map(|(_, meta, _)| meta.hash).collect();
        let deps = self.described.iter().flat_map(|(doc, meta, _)| meta.deps.iter().map(|dep| (*doc, *dep)));
        deps.filter(move |(_, dep)| !own.contains(dep))
    }

    fn checked(&self, now_ms: u64) -> CheckedSegment {
        let (header, key) = (self.segment.header.clone(), self.key());
        let change = |(ordinal, (doc, meta, bytes)): (usize, &Described)| {
            let Meta { hash, actor, seq: actor_seq, .. } = *meta;
            let segment = Some((key, u32::try_from(ordinal).unwrap_or(u32::MAX)));
            StoredChange { hash, doc: *doc, scope: key.scope, actor, actor_seq, segment, bytes: bytes.clone() }
        };
        let changes = self.described.iter().enumerate().map(change).collect();
        CheckedSegment {
            stored: StoredSegment { header, root: self.root, sig: self.segment.sig, received_ms: now_ms },
            changes,
            wrote: self.wrote,
        }
    }
}

/// One line of numbers: a device and an incarnation of it in a division.
pub(crate) type Line = (DeviceId, u32, ScopeCode);

/// The line a segment stands in.
pub(crate) fn line_of(key: &SegmentKey) -> Line {
    (key.device, key.incarnation, key.scope)
}

/// What is here already.
#[derive(Default)]
pub(crate) struct Here {
    /// Where each line ends.
    pub(crate) ends: HashMap<Line, (u32, Hash)>,
    /// Roots of those that are here among those that came.
    pub(crate) held: HashMap<SegmentKey, Hash>,
    /// Changes that are here among those that the others rest on.
    pub(crate) changes: HashSet<Hash>,
}

/// What of some segments can be taken.
#[derive(Default)]
pub(crate) struct Sifted {
    /// These, in an order in which each rests on what is here or comes before it.
    pub(crate) ready: Vec<CheckedSegment>,
    /// These have a number under which another one is here.
    pub(crate) forked: Vec<SegmentKey>,
}

/// Picks what can be taken, whatever order it came in; `banned` brought something that no document takes. J3.
pub(crate) fn sift(candidates: &[Candidate], mut here: Here, banned: &BTreeSet<DeviceId>, now_ms: u64) -> Sifted {
    let mut sifted = Sifted::default();
    let mut left: Vec<&Candidate> =
        candidates.iter().filter(|one| !banned.contains(&one.segment.header.device)).collect();
    loop {
        let before = left.len();
        left.retain(|one| match fit(one, &here) {
            Fit::Now => {
                here.ends.insert(line_of(&one.key()), (one.key().number, one.root));
                here.changes.extend(one.described.iter().map(|(_, meta, _)| meta.hash));
                sifted.ready.push(one.checked(now_ms));
                false
            }
            Fit::Forked => {
                sifted.forked.push(one.key());
                false
            }
            Fit::Never => false,
            Fit::Later => true,
        });
        if left.len() == before {
            return sifted;
        }
    }
}

enum Fit {
    Now,
    /// When what it rests on or what comes before it is here.
    Later,
    Forked,
    /// It is here already.
    Never,
}

fn fit(one: &Candidate, here: &Here) -> Fit {
    let (key, header) = (one.key(), &one.segment.header);
    let (number, last) = here.ends.get(&line_of(&key)).copied().unwrap_or_default();
    match here.held.get(&key) {
        Some(root) if *root == one.root => return Fit::Never,
        Some(_) => return Fit::Forked,
        None => {}
    }
    if key.number > number + 1 {
        return Fit::Later;
    }
    if key.number <= number {
        return Fit::Never;
    }
    if header.prev != last {
        return Fit::Forked;
    }
    if one.rests_on().all(|dep| here.changes.contains(&dep)) { Fit::Now } else { Fit::Later }
}
