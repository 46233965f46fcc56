//! A device of another version, or one that does as it likes: it speaks the wire without an engine.

use std::collections::BTreeMap;

use daiban_core::doc::{Doc, Edit};
use daiban_core::edge::{Edge, Scripted, draw};
use daiban_core::store::DocKind;
use daiban_core::sync::http::Road;
use daiban_core::sync::segment::{self, Sealer};
use daiban_core::sync::station::{self, Admission, Enrolled, Telling, Thread};
use daiban_model::ids::{CaseId, DeviceId, ScopeCode};
use daiban_model::stamp::{HybridClock, Stamp};
use daiban_model::wire::{
    Cursor, Delivery, DocId, Entry, ExchangeReply, Hash, Header, More, Outcome, Segment, SegmentKey, Signed,
};
use ed25519_dalek::SigningKey;

use super::{District, World, division, must, some};

/// A device that is nobody's station.
pub struct Newer {
    key: SigningKey,
    admission: Admission,
    clock: Scripted,
    hlc: HybridClock,
    thread: Thread,
    cursors: Vec<Cursor>,
    last: BTreeMap<ScopeCode, (u32, Hash)>,
    /// Documents as it has them.
    pub docs: BTreeMap<DocId, Doc>,
    /// Its actor; may be set to somebody else's.
    pub actor: [u8; 16],
}

impl Newer {
    /// Enrols with a code of its own.
    pub fn enrol(world: &World, name: &str, unit: &str) -> Self {
        let code = world.code(name, unit, &[unit]);
        let clock = world.clock();
        let key = SigningKey::from_bytes(&draw(&clock));
        let answer = must("enrolment", world.hub.answer(Road::Enrol, &station::enrol(&key, &code)));
        let Enrolled::Welcome(admission) = station::enrolled(&answer, DeviceId(key.verifying_key().to_bytes())) else {
            panic!("no welcome");
        };
        let thread = Thread { epoch: admission.epoch, ..Thread::default() };
        let (actor, hlc) = (draw(&clock), HybridClock::default());
        let admission = *admission;
        let (cursors, last, docs) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { key, admission, clock, hlc, thread, cursors, last, docs, actor }
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Signed {
        &self.admission.signed
    }

    /// Its key.
    pub fn device(&self) -> DeviceId {
        self.admission.certificate.device
    }

    /// A stamp of its own for the next act.
    pub fn stamp(&mut self) -> Stamp {
        let hlc = self.hlc.tick(self.clock.now());
        Stamp { hlc, device: 0xFEED }
    }

    /// The text of an act.
    pub fn text(&self, act: &str) -> String {
        let (unit, at) = (self.admission.certificate.unit, self.clock.now().0);
        format!(r#"{{"by":"SG-202000-01","unit":"{unit}","at":{at},{act}}}"#)
    }

    /// Writes acts into a document, a new one where it has none; answers the change.
    pub fn write(&mut self, case: CaseId, acts: &[&str]) -> (DocId, Vec<u8>) {
        let doc = case.0.into_bytes();
        let edits: Vec<Edit> =
            acts.iter().map(|act| Edit::Event { stamp: self.stamp(), text: self.text(act) }).collect();
        self.edit(doc, &edits)
    }

    /// Makes any change of a document.
    pub fn edit(&mut self, doc: DocId, edits: &[Edit]) -> (DocId, Vec<u8>) {
        let (actor, at) = (self.actor, self.clock.now());
        let opened = self.docs.entry(doc).or_insert_with(|| must("a document", Doc::new(DocKind::Case)));
        let change = must("an edit", opened.edit(actor, edits, at));
        (doc, some("a change", change).bytes)
    }

    /// Seals records into its next segment.
    pub fn seal(&mut self, scope: &str, records: &[(DocId, Vec<u8>)]) -> Segment {
        let scope = division(scope);
        let last = self.last.get(&scope).copied().unwrap_or_default();
        let (device, hlc) = (self.device(), self.hlc.tick(self.clock.now()));
        let agent = must("a staff number", super::GAO_JIANPING.parse());
        let sealer = Sealer { device, incarnation: 1, scope, last, hlc, agent };
        let (segment, root) = segment::seal(sealer, &self.key, records);
        self.last.insert(scope, (segment.header.number, root));
        segment
    }

    /// Signs a segment anew after its header was changed.
    pub fn reseal(&self, header: Header, segment: &Segment) -> Segment {
        let root = segment::root(&header, &segment.records);
        let domain = daiban_core::sync::sign::Domain::Segment;
        let sig = daiban_core::sync::sign::sign(&self.key, domain, &[&root.0]);
        Segment { header, records: segment.records.clone(), sig }
    }

    /// Sends segments and takes in what is new; answers what the hub said.
    pub fn exchange(&mut self, hub: &District, segments: Vec<Segment>) -> Delivery {
        let mut telling = Telling::Same;
        for _ in 0..4 {
            let ask = station::exchange(self.thread, &self.cursors, telling, 1 << 20, 0, segments.clone());
            let (body, hash) = station::request(&self.key, &ask);
            let answer = must("an answer", hub.answer(Road::Exchange, &body));
            let reply: ExchangeReply = must("a reply", station::reply(&answer, hash, &self.admission.trust));
            self.thread = Thread { epoch: reply.epoch, nonce: reply.nonce };
            match reply.outcome {
                Outcome::StaleNonce => {}
                Outcome::SendCursors => telling = Telling::All,
                Outcome::Revoked | Outcome::Destroy(_) => panic!("revoked"),
                Outcome::Rewind(_) => panic!("this device does not go back"),
                Outcome::Done(delivery) => {
                    self.take(&delivery);
                    assert_eq!(delivery.more, More::No, "this device reads all at once");
                    return *delivery;
                }
            }
        }
        panic!("the hub gives no delivery");
    }

    fn take(&mut self, delivery: &Delivery) {
        for frame in &delivery.frames {
            for entry in &frame.entries {
                let Entry::Whole(segment) = entry else { continue };
                for record in &segment.records {
                    let doc =
                        self.docs.entry(record.doc).or_insert_with(|| must("a document", Doc::new(DocKind::Case)));
                    must("a change", doc.apply(&daiban_core::doc::unpack(&record.change)));
                }
            }
            let seq = frame.from + frame.entries.len() as u64 - 1;
            self.cursors.retain(|cursor| cursor.scope != frame.scope);
            self.cursors.push(Cursor { scope: frame.scope, seq, chain: frame.chain });
        }
    }

    /// The key of one of its segments.
    pub fn segment_key(&self, scope: &str, number: u32) -> SegmentKey {
        SegmentKey { device: self.device(), incarnation: 1, scope: division(scope), number }
    }
}
