//! Devices that push to a hub and read from it, as a station does, without a station around them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use daiban_core::doc::{Doc, Edit};
use daiban_core::store::{Batch, DocKind, Store, chain_next};
use daiban_core::sync::hub::{Hub, NewStation};
use daiban_core::sync::segment::{self, Sealer};
use daiban_core::sync::station::{self, Admission, Answer, Enrolled, Telling, Thread};
use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::{Hlc, Stamp, Wall};
use daiban_model::wire::{Cursor, Delivery, DocId, Hash, Outcome, Receipt, Segment};
use ed25519_dalek::SigningKey;

/// The time of these tests.
pub const NOW: Wall = Wall(1_772_415_000_000);

/// One device, enrolled.
pub struct Device {
    pub key: SigningKey,
    pub admission: Admission,
    thread: Thread,
    last: BTreeMap<ScopeCode, (u32, Hash)>,
    cursors: BTreeMap<ScopeCode, Cursor>,
    telling: Telling,
    actor: [u8; 16],
    documents: u64,
    now: Wall,
}

impl Device {
    /// The `n`-th device, by a code of its own. Numbers of devices in case numbers are few; here they are given again.
    pub async fn enrol<S: Store>(hub: &Hub<S>, n: u64, scope: ScopeCode) -> Result<Self> {
        Self::enrol_at(hub, n, scope, NOW).await
    }

    /// The same at another time, for a hub that goes by its own clock.
    pub async fn enrol_at<S: Store>(hub: &Hub<S>, n: u64, scope: ScopeCode, now: Wall) -> Result<Self> {
        let chance = *blake3::hash(&n.to_le_bytes()).as_bytes();
        let (mut code_chance, mut actor) = ([0; 16], [0; 16]);
        code_chance.copy_from_slice(&chance[..16]);
        actor.copy_from_slice(&chance[16..]);
        let station = NewStation { name: "站".into(), unit: scope, scopes: vec![scope], device_no: Some(1) };
        let code = hub.make_code(station, now, code_chance).await?;
        let states = vec![("device-no/01".to_owned(), None)];
        hub.store().commit(Batch { states, ..Batch::default() }).await?;
        let key = SigningKey::from_bytes(&chance);
        let answer = hub.enrol(&station::enrol(&key, &code), now).await?;
        let Enrolled::Welcome(admission) = station::enrolled(&answer, DeviceId(key.verifying_key().to_bytes())) else {
            bail!("not welcome");
        };
        Ok(Self { now, ..Self::admitted(key, *admission, actor) })
    }

    /// A device that was let in by other means.
    pub fn admitted(key: SigningKey, admission: Admission, actor: [u8; 16]) -> Self {
        let (thread, last, cursors) = (Thread::default(), BTreeMap::new(), BTreeMap::new());
        Self { key, admission, thread, last, cursors, telling: Telling::All, actor, documents: 0, now: NOW }
    }

    /// The next segment of a scope: cases of their own, each with so many changes.
    pub fn cases(&mut self, scope: ScopeCode, cases: usize, changes: usize) -> Result<Segment> {
        let mut all = Vec::with_capacity(cases * changes);
        for _ in 0..cases {
            self.documents += 1;
            let mut id: DocId = self.actor;
            id[..8].copy_from_slice(&self.documents.to_be_bytes());
            let mut doc = Doc::new(DocKind::Case)?;
            for nth in 0..changes {
                let hlc = Hlc { ms: 1_000 + nth as u64, counter: 0 };
                let stamp = Stamp { hlc, device: u64::from(self.actor[0]) };
                let text = format!("{{\"what\":\"noted\",\"text\":\"第{nth}次联系，材料已补齐 {}\"}}", self.documents);
                let new = doc.edit(self.actor, &[Edit::Event { stamp, text }], NOW)?.context("an edit")?;
                all.push((id, new.bytes));
            }
        }
        let last = self.last.get(&scope).copied().unwrap_or_default();
        let (hlc, agent) = (Hlc { ms: 5_000, counter: 0 }, "SG-202202-01".parse()?);
        let device = self.admission.certificate.device;
        let sealer = Sealer { device, incarnation: 1, scope, last, hlc, agent };
        let (segment, root) = segment::seal(sealer, &self.key, &all);
        self.last.insert(scope, (segment.header.number, root));
        Ok(segment)
    }

    /// The body of a request, and what its answer is to be held against.
    pub fn request(&self, segments: Vec<Segment>, max_bytes: u32) -> (Vec<u8>, Hash) {
        let cursors: Vec<Cursor> = self.cursors.values().copied().collect();
        let asked = station::exchange(self.thread, &cursors, self.telling, max_bytes, 0, segments);
        station::request(&self.key, &asked)
    }

    /// Takes for granted that the segment just sealed comes next in a feed that nobody else writes to, so that requests can be made
    /// before they are sent.
    pub fn foresee(&mut self, scope: ScopeCode, root: Hash) {
        let at = self.cursors.get(&scope).copied().unwrap_or(Cursor { scope, seq: 0, chain: Hash::default() });
        self.cursors.insert(scope, Cursor { scope, seq: at.seq + 1, chain: chain_next(at.chain, root) });
    }

    /// Tells all cursors next time: of two requests at once the hub may remember either.
    pub fn tell_all(&mut self) {
        self.telling = Telling::All;
    }

    /// Takes an answer in; `None` asks to come again with the nonce it brought.
    pub fn answered(&mut self, bytes: &[u8], asked: Hash) -> Result<Option<Delivery>> {
        let answer: Answer = station::reply(bytes, asked, &self.admission.trust)?;
        self.thread = Thread { epoch: answer.epoch, nonce: answer.nonce };
        match answer.outcome {
            Outcome::StaleNonce => Ok(None),
            Outcome::Done(delivery) => {
                for frame in &delivery.frames {
                    let seq = frame.from + frame.entries.len() as u64 - 1;
                    self.cursors.insert(frame.scope, Cursor { scope: frame.scope, seq, chain: frame.chain });
                }
                self.telling = Telling::Same;
                Ok(Some(*delivery))
            }
            other => bail!("{other:?}"),
        }
    }

    /// One exchange, and another one where the nonce was not good any more.
    pub async fn exchange<S: Store>(&mut self, hub: &Hub<S>, segments: Vec<Segment>) -> Result<Delivery> {
        for _ in 0..2 {
            let (body, asked) = self.request(segments.clone(), 1 << 20);
            if let Some(delivery) = self.answered(&hub.exchange(&body, self.now).await?, asked)? {
                return Ok(delivery);
            }
        }
        bail!("the nonce just given is not taken")
    }

    /// What the hub signed.
    pub fn receipts(&self, delivery: &Delivery) -> Vec<Receipt> {
        delivery.receipts.iter().filter_map(|signed| station::receipt(signed, &self.admission.trust)).collect()
    }
}
