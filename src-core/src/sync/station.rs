//! The station's end: what it asks, and what it makes of the answer. Plain functions; the engine owns store and time.
//!
//! - T1: an answer counts only when the hub pinned at enrolment signed it for exactly this request.
//! - T2: a frame goes on from the cursor: numbers dense, chain right; else nothing of it is used.
//! - T3: a segment that does not verify is set aside with its reason and keeps its place in the chain; the rest flows on. One
//!   that was damaged at the hub does too, when its device's signature vouches for the root it had.

use std::collections::HashMap;

use daiban_model::ids::DeviceId;
use daiban_model::wire::{
    self, Certificate, Cursor, Cursors, Destroy, EnrolReply, EnrolRequest, Entry, Envelope, Epoch, ExchangeReply,
    ExchangeRequest, Forget, Forgot, Frame, Hash, Hello, HubCertificate, Nonce, Package, PackagesRequest, Receipt,
    Segment, SegmentKey, Signed, Welcome, Why,
};
use ed25519_dalek::SigningKey;

use super::certificates::{self, Known};
use super::code::Code;
use super::columns::Body;
use super::envelope;
use super::hub::cursors_hash;
use super::segment;
use super::sign::{self, Domain};
use super::trail::Wrote;
use crate::doc::{self, Meta};
use crate::store::{Placed, StoredChange, StoredSegment, chain_next};

/// Why an answer is not one. Each has its own sentence on the sync page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyFault {
    /// Not of the protocol's shape.
    #[error("not an answer")]
    Garbled,
    /// Not signed by the hub this station was enrolled with.
    #[error("signed by another hub")]
    OtherHub,
}

/// Whom a station trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The district's root key.
    pub root: [u8; 32],
    /// The hub's key.
    pub hub: [u8; 32],
}

/// Encodes, packs and signs a request. The second value is the hash its answer must be signed for.
pub fn request<T: Body>(key: &SigningKey, value: &T) -> (Vec<u8>, Hash) {
    envelope::ask(key, Domain::Request, value)
}

/// The same, packed with the dictionary of small bodies, and to be answered with it.
pub fn brief_request<T: Body>(key: &SigningKey, value: &T) -> (Vec<u8>, Hash) {
    envelope::ask_briefly(key, Domain::Request, value)
}

/// Opens an answer. T1.
pub fn reply<T: Body>(bytes: &[u8], asked: Hash, trust: &Trust) -> Result<T, ReplyFault> {
    let envelope: Envelope = wire::decode(bytes, wire::MAX_BODY).map_err(|_| ReplyFault::Garbled)?;
    if envelope.signer != trust.hub {
        return Err(ReplyFault::OtherHub);
    }
    // Signed for another request, or damaged on the way: the hub is the right one, the answer is none.
    envelope::answered(&envelope, Domain::Reply, asked).map_err(|_| ReplyFault::Garbled)
}

/// What the last answer left behind for the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Thread {
    /// The hub's history.
    pub epoch: Epoch,
    /// The next nonce.
    pub nonce: Nonce,
}

/// Whether cursors are told or taken as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// As after the last answer.
    Same,
    /// All of them.
    All,
}

/// The request of one exchange.
pub fn exchange(
    thread: Thread,
    cursors: &[Cursor],
    telling: Telling,
    max_bytes: u32,
    packages: u64,
    segments: Vec<Segment>,
) -> ExchangeRequest {
    let cursors = match telling {
        Telling::Same => Cursors::Same(cursors_hash(cursors)),
        Telling::All => Cursors::All(cursors.to_vec()),
    };
    let Thread { epoch, nonce } = thread;
    ExchangeRequest { version: wire::VERSION, nonce, epoch, cursors, max_bytes, packages, segments }
}

/// A checked frame, ready to be stored.
#[derive(Debug, Default)]
pub struct Checked {
    /// Segments found right, with their changes.
    pub segments: Vec<CheckedSegment>,
    /// Places of all, own ones too.
    pub placed: Vec<Placed>,
    /// Certificates of devices not known before.
    pub certificates: Vec<(Certificate, Signed)>,
    /// Segments to be set aside. T3.
    pub aside: Vec<(StoredSegment, Segment, Why)>,
    /// The cursor after it; `None` when all of it was read before.
    pub reached: Option<Cursor>,
}

/// A segment found right.
#[derive(Debug)]
pub struct CheckedSegment {
    /// Its frame.
    pub stored: StoredSegment,
    /// Its changes, described.
    pub changes: Vec<StoredChange>,
    /// Who wrote it.
    pub wrote: Wrote,
}

/// Why a frame is not used. The next exchange tells all cursors; if that does not help, repair must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// It does not go on from the cursor.
    #[error("it does not go on from the cursor")]
    NotNext,
    /// The chain is not what its segments give.
    #[error("the chain does not fit")]
    Chain,
    /// It gives a number to a segment of another division: no feed holds such.
    #[error("it numbers a segment of another division")]
    OtherScope,
    /// It names a segment of this device that is not here.
    #[error("it names a segment of this device that is not here")]
    UnknownOwn,
}

/// Everything a frame is checked with.
pub struct FrameContext<'a> {
    /// Whom the station trusts.
    pub trust: &'a Trust,
    /// This device.
    pub device: DeviceId,
    /// How far the scope's feed was read.
    pub cursor: Cursor,
    /// Certificates known, by device.
    pub known: &'a Known,
    /// Roots of this device's segments in the scope, by incarnation and number.
    pub own: &'a HashMap<(u32, u32), Hash>,
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
}

/// Checks a frame. T2, T3.
pub fn check(frame: Frame, context: &FrameContext<'_>) -> Result<Checked, FrameFault> {
    // A letter may be late: what was read meanwhile is passed over, and the rest must go on from there.
    let read = (context.cursor.seq + 1).checked_sub(frame.from).and_then(|read| usize::try_from(read).ok());
    let read = read.filter(|_| frame.from > 0).ok_or(FrameFault::NotNext)?;
    if frame.scope != context.cursor.scope {
        return Err(FrameFault::NotNext);
    }
    if read > 0 && read >= frame.entries.len() {
        return Ok(Checked::default());
    }
    let mut checked = Checked::default();
    let mut known = Known::new();
    for signed in frame.certificates {
        let opened: Option<Certificate> = sign::open(&context.trust.root, Domain::Certificate, &signed);
        if let Some(certificate) = opened {
            // What was known of its device before counts too.
            context
                .known
                .get(&certificate.device)
                .into_iter()
                .for_each(|one| certificates::learn(&mut known, one.clone()));
            certificates::learn(&mut known, certificate.clone());
            checked.certificates.push((certificate, signed));
        }
    }
    let (mut seq, mut chain) = (context.cursor.seq, context.cursor.chain);
    for entry in frame.entries.into_iter().skip(read) {
        let (key, root) = match entry {
            Entry::Yours { incarnation, number } => {
                let root = *context.own.get(&(incarnation, number)).ok_or(FrameFault::UnknownOwn)?;
                (SegmentKey { device: context.device, incarnation, scope: frame.scope, number }, root)
            }
            Entry::Whole(segment) => whole(segment, &known, context, &mut checked),
            Entry::Damaged { segment, root } => damaged(segment, root, &known, context, &mut checked)?,
        };
        if key.scope != frame.scope {
            return Err(FrameFault::OtherScope);
        }
        (seq, chain) = (seq + 1, chain_next(chain, root));
        checked.placed.push(Placed { key, seq, chain });
    }
    if chain != frame.chain {
        return Err(FrameFault::Chain);
    }
    checked.reached = Some(Cursor { scope: frame.scope, seq, chain });
    Ok(checked)
}

/// One segment: into the good ones or aside.
fn whole(segment: Segment, new: &Known, context: &FrameContext<'_>, checked: &mut Checked) -> (SegmentKey, Hash) {
    let key = segment.header.key();
    let root = segment::root(&segment.header, &segment.records);
    let stored = StoredSegment { header: segment.header.clone(), root, sig: segment.sig, received_ms: context.now_ms };
    let certificate = new.get(&key.device).or_else(|| context.known.get(&key.device));
    let found = match certificate {
        None => Err(Why::OutOfScope),
        Some(certificate) => segment::check(&segment, certificate),
    };
    let wrote = certificate.map_or(Wrote::Station, Wrote::under);
    match found.and_then(|_| described(&segment, key, wrote)) {
        Ok(changes) => checked.segments.push(CheckedSegment { stored, changes, wrote }),
        Err(why) => checked.aside.push((stored, segment, why)),
    }
    (key, root)
}

/// One segment that the hub says is damaged: aside, when its device signed the root.
fn damaged(
    segment: Segment,
    root: Hash,
    new: &Known,
    context: &FrameContext<'_>,
    checked: &mut Checked,
) -> Result<(SegmentKey, Hash), FrameFault> {
    let (header, sig) = (segment.header.clone(), segment.sig);
    let key = header.key();
    let known = new.contains_key(&key.device) || context.known.contains_key(&key.device);
    if !known || !sign::verify(&key.device.0, Domain::Segment, &[&root.0], &sig) {
        return Err(FrameFault::Chain);
    }
    checked.aside.push((StoredSegment { header, root, sig, received_ms: context.now_ms }, segment, Why::BadSignature));
    Ok((key, root))
}

fn described(segment: &Segment, key: SegmentKey, wrote: Wrote) -> Result<Vec<StoredChange>, Why> {
    let describe = |(ordinal, record): (usize, &wire::Record)| {
        let bytes = doc::unpack(&record.change);
        let meta = doc::parse(&bytes).map_err(|_| Why::Malformed)?;
        if !wrote.may_say(&meta) {
            return Err(Why::Malformed);
        }
        let Meta { hash, actor, seq: actor_seq, .. } = meta;
        let segment = Some((key, u32::try_from(ordinal).unwrap_or(u32::MAX)));
        Ok(StoredChange { hash, doc: record.doc, scope: key.scope, actor, actor_seq, segment, bytes })
    };
    segment.records.iter().enumerate().map(describe).collect()
}

/// Opens a receipt.
pub fn receipt(signed: &Signed, trust: &Trust) -> Option<Receipt> {
    sign::open(&trust.hub, Domain::Receipt, signed)
}

/// Reads who answers, before a code is shown: the district that the code vouches for, or nobody. E2.
pub fn hello(bytes: &[u8], code: &Code) -> Result<Trust, ReplyFault> {
    let Hello { root, hub } = wire::decode(bytes, 4096).map_err(|_| ReplyFault::Garbled)?;
    let hub: HubCertificate = sign::open(&root, Domain::HubCertificate, &hub).ok_or(ReplyFault::OtherHub)?;
    code.vouches_for(&root).then_some(Trust { root, hub: hub.key }).ok_or(ReplyFault::OtherHub)
}

/// The request of an enrolment, with proof that the device holds its key.
pub fn enrol(key: &SigningKey, code: &str) -> Vec<u8> {
    let code = Code::read(code).letters().to_owned();
    let device = DeviceId(key.verifying_key().to_bytes());
    let sig = sign::sign(key, Domain::Enrol, &[code.as_bytes(), &device.0]);
    wire::encode(&EnrolRequest { version: wire::VERSION, code, device, sig })
}

/// What came of an enrolment.
pub enum Enrolled {
    /// The district knows the station now.
    Welcome(Box<Admission>),
    /// The code is unknown, used or too old.
    BadCode,
    /// Something else answered, or an answer that does not hold together.
    NotAHub,
}

/// What a station keeps of its enrolment.
pub struct Admission {
    /// Whom to trust from now on.
    pub trust: Trust,
    /// This device's certificate.
    pub certificate: Certificate,
    /// The same, signed.
    pub signed: Signed,
    /// The hub's history.
    pub epoch: Epoch,
    /// Published packages, opened and signed.
    pub packages: Vec<(Package, Signed)>,
    /// The hub's time.
    pub hub_ms: u64,
}

/// Reads the answer to an enrolment: the root is pinned here, everything else must be signed by it.
pub fn enrolled(bytes: &[u8], device: DeviceId) -> Enrolled {
    match wire::decode::<EnrolReply>(bytes, wire::MAX_INFLATED) {
        Ok(EnrolReply::BadCode) => Enrolled::BadCode,
        Ok(EnrolReply::Welcome(welcome)) => match admission(*welcome, device) {
            Some(admission) => Enrolled::Welcome(Box::new(admission)),
            None => Enrolled::NotAHub,
        },
        Err(_) => Enrolled::NotAHub,
    }
}

fn admission(welcome: Welcome, device: DeviceId) -> Option<Admission> {
    let Welcome { root, hub, certificate: signed, epoch, packages, hub_ms } = welcome;
    let hub: HubCertificate = sign::open(&root, Domain::HubCertificate, &hub)?;
    let certificate: Certificate = sign::open(&root, Domain::Certificate, &signed)?;
    let trust = Trust { root, hub: hub.key };
    let packages = open_packages(packages, &trust)?;
    (certificate.device == device).then_some(Admission { trust, certificate, signed, epoch, packages, hub_ms })
}

/// Opens packages; all must be signed by the root.
pub fn open_packages(packages: Vec<Signed>, trust: &Trust) -> Option<Vec<(Package, Signed)>> {
    let open = |signed: Signed| Some((sign::open(&trust.root, Domain::Package, &signed)?, signed));
    packages.into_iter().map(open).collect()
}

/// The request for newer packages.
pub fn packages_request(have: Vec<(wire::PackageKind, u32)>) -> PackagesRequest {
    PackagesRequest { version: wire::VERSION, have }
}

/// A device's own certificate as the district gives it a new one; `None` where it is none, or another device's.
pub fn own_certificate(signed: &Signed, device: DeviceId, trust: &Trust) -> Option<Certificate> {
    let opened: Certificate = sign::open(&trust.root, Domain::Certificate, signed)?;
    (opened.device == device).then_some(opened)
}

/// An order to this device to erase a division; `None` where it is none, or for another device.
pub fn order(signed: &Signed, device: DeviceId, trust: &Trust) -> Option<Forget> {
    let opened: Forget = sign::open(&trust.hub, Domain::Forget, signed)?;
    (opened.device == device).then_some(opened)
}

/// The district's order to this device to destroy its keys; `None` where it is none, or for another device.
pub fn destroy(signed: &Signed, device: DeviceId, trust: &Trust) -> Option<Destroy> {
    let opened: Destroy = sign::open(&trust.root, Domain::Destroy, signed)?;
    (opened.device == device).then_some(opened)
}

/// This device's word that it has carried out an order.
pub fn forgot(key: &SigningKey, word: &Forgot) -> Signed {
    sign::seal(key, Domain::Forgot, word)
}

/// The type of an exchange's answer, for [`reply`].
pub type Answer = ExchangeReply;
