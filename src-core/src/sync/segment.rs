//! Sealing and checking segments.
//!
//! G1: the root covers the header and the hash of each record, so a record can be erased when the law asks and the chain still
//! verifies. G2: nothing of a segment is decoded before its signature was found right.

use std::borrow::Cow;

use daiban_model::ids::{AgentId, DeviceId, ScopeCode};
use daiban_model::stamp::Hlc;
use daiban_model::wire::{self, Certificate, DocId, Hash, Header, MAX_CHANGE, MAX_RECORDS, Record, Segment, Why};
use ed25519_dalek::SigningKey;

use super::sign::{self, Domain};
use crate::doc;
use crate::store::{FeedEntry, StoredSegment};

/// Who seals, and after what.
#[derive(Debug, Clone)]
pub struct Sealer {
    /// The device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: u32,
    /// The scope.
    pub scope: ScopeCode,
    /// Number and root of its last segment there; 0 and zeros at first.
    pub last: (u32, Hash),
    /// The device's clock.
    pub hlc: Hlc,
    /// Who is signed in.
    pub agent: AgentId,
}

/// Seals raw changes into the next segment.
pub fn seal(sealer: Sealer, key: &SigningKey, changes: &[(DocId, Vec<u8>)]) -> (Segment, Hash) {
    let Sealer { device, incarnation, scope, last: (number, prev), hlc, agent } = sealer;
    let count = u32::try_from(changes.len()).unwrap_or(u32::MAX);
    let number = number.saturating_add(1);
    let header = Header { version: wire::VERSION, device, incarnation, scope, number, prev, hlc, agent, count };
    let pack = |(doc, raw): &(DocId, Vec<u8>)| Record { doc: *doc, change: doc::pack(raw).to_vec() };
    let records: Vec<Record> = changes.iter().map(pack).collect();
    let root = root(&header, &records);
    let sig = sign::sign(key, Domain::Segment, &[&root.0]);
    (Segment { header, records, sig }, root)
}

/// Runs that each make one segment.
pub fn runs<T>(all: Vec<T>, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let (mut runs, mut run, mut bytes) = (Vec::new(), Vec::new(), 0);
    for one in all {
        bytes += size(&one);
        run.push(one);
        if bytes >= wire::SEGMENT_BYTES || run.len() >= MAX_RECORDS {
            runs.push(std::mem::take(&mut run));
            bytes = 0;
        }
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// The root of a segment. G1.
pub fn root(header: &Header, records: &[Record]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("daiban segment root v1");
    hasher.update(&wire::encode(header));
    for record in records {
        let mut inner = blake3::Hasher::new_derive_key("daiban record v1");
        inner.update(&record.doc);
        inner.update(&record.change);
        hasher.update(inner.finalize().as_bytes());
    }
    Hash(*hasher.finalize().as_bytes())
}

/// Bounds, certificate, scope and signature, in the order of their cost. Gives the root. G2.
pub fn check(segment: &Segment, certificate: &Certificate) -> Result<Hash, Why> {
    let header = &segment.header;
    let count_fits = usize::try_from(header.count).is_ok_and(|count| count == segment.records.len());
    let small = segment.records.len() <= MAX_RECORDS && segment.records.iter().all(|r| r.change.len() <= MAX_CHANGE);
    // An honest device closes a run at SEGMENT_BYTES, so that no reply ever grows past its bound.
    let bytes: usize = segment.records.iter().map(|record| record.change.len()).sum();
    let small = small && bytes <= wire::SEGMENT_BYTES + MAX_CHANGE;
    if header.version != wire::VERSION || header.number == 0 || !count_fits || !small || segment.records.is_empty() {
        return Err(Why::Malformed);
    }
    if certificate.device != header.device || !certificate.scopes.iter().any(|scope| scope.covers(header.scope)) {
        return Err(Why::OutOfScope);
    }
    let root = root(header, &segment.records);
    if sign::verify(&header.device.0, Domain::Segment, &[&root.0], &segment.sig) {
        Ok(root)
    } else {
        Err(Why::BadSignature)
    }
}

/// A stored segment as it travels.
pub fn travelling(stored: &StoredSegment, records: &[(DocId, Hash, Vec<u8>)]) -> Segment {
    let pack = |(doc, _, raw): &(DocId, Hash, Vec<u8>)| Record { doc: *doc, change: doc::pack(raw).to_vec() };
    Segment { header: stored.header.clone(), records: records.iter().map(pack).collect(), sig: stored.sig }
}

/// A feed entry as it travels.
pub fn of_entry(entry: &FeedEntry) -> Segment {
    travelling(&entry.segment, &entry.records)
}

/// Up to this size the tightest packing costs a few tenths of a second, which even a good line would spend on the bytes it saves.
const SMALL: usize = 640 << 10;
/// zstd level of small bodies: 6 % under level 12 on a day's edits.
const TIGHTEST: i32 = 19;

/// Packs an encoded body when that makes it smaller; `level` is for what is not small.
pub fn squeeze(bytes: &[u8], level: i32) -> (wire::Packing, Cow<'_, [u8]>) {
    let level = if bytes.len() <= SMALL { TIGHTEST } else { level };
    match zstd::bulk::compress(bytes, level) {
        Ok(small) if small.len() < bytes.len() => (wire::Packing::Zstd, Cow::Owned(small)),
        _ => (wire::Packing::Plain, Cow::Borrowed(bytes)),
    }
}

/// Unpacks a body, never to more than the bound.
pub fn unsqueeze(packing: wire::Packing, body: &[u8]) -> Option<Cow<'_, [u8]>> {
    match packing {
        wire::Packing::Plain | wire::Packing::PlainFirst => Some(Cow::Borrowed(body)),
        wire::Packing::ZstdFirst => super::dictionary::unsqueeze(body).map(Cow::Owned),
        wire::Packing::Zstd => {
            let claimed = zstd::zstd_safe::get_frame_content_size(body).ok().flatten()?;
            let size = usize::try_from(claimed).ok().filter(|size| *size <= wire::MAX_INFLATED)?;
            zstd::bulk::decompress(body, size).ok().map(Cow::Owned)
        }
    }
}
