//! The hub's feeds, read as a stranger would who knows nothing but them.

use std::collections::{BTreeMap, HashMap};

use daiban_core::doc::{Doc, parse};
use daiban_core::store::{DocKind, FeedEntry, Store};
use daiban_core::sync::trail::Trail;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Stamp;
use daiban_model::wire::{DocId, Hash, SegmentKey};

use crate::world::{District, must, now};

/// Incarnations from here on are drawn for a session (J4), not counted.
const DRAWN: u32 = 1 << 30;

/// All documents of all feeds, and where each change first stands.
#[derive(Default)]
pub struct Mirror {
    read: BTreeMap<ScopeCode, u64>,
    docs: BTreeMap<DocId, (ScopeCode, Doc)>,
    trails: BTreeMap<DocId, Trail>,
    places: HashMap<(ScopeCode, DocId, Hash), u64>,
    segments: BTreeMap<SegmentKey, u64>,
    sessions: BTreeMap<(ScopeCode, u64), u32>,
    chains: BTreeMap<(ScopeCode, u64), Hash>,
    faults: Vec<String>,
}

impl Mirror {
    /// Reads on to the present ends.
    pub fn read(&mut self, hub: &District) {
        for end in hub.ends() {
            let mut at = self.read.get(&end.scope).copied().unwrap_or(0);
            while at < end.seq {
                let entries = must("the feed", now(hub.shelf().after(end.scope, at, 4 << 20)));
                let Some(last) = entries.last() else { break };
                let reached = last.seq;
                for entry in entries {
                    self.take(end.scope, &mut at, entry);
                }
                at = at.max(reached);
            }
            self.read.insert(end.scope, at);
        }
    }

    fn take(&mut self, scope: ScopeCode, at: &mut u64, entry: FeedEntry) {
        let (seq, key) = (entry.seq, entry.segment.header.key());
        if seq != *at + 1 {
            self.faults.push(format!("feed {scope}: {seq} follows {at}"));
        }
        *at = seq;
        self.chains.insert((scope, seq), entry.chain);
        self.sessions.insert((scope, seq), if key.incarnation < DRAWN { 0 } else { key.incarnation });
        if let Some(before) = self.segments.insert(key, seq) {
            self.faults.push(format!("feed {scope}: segment {} stands at {before} and at {seq}", key.number));
        }
        for (id, _, raw) in &entry.records {
            if let Some(moved) = parse(raw).ok().and_then(|meta| meta.moved) {
                self.trails.entry(*id).or_default().learn(moved);
            }
        }
        for (id, hash, raw) in entry.records {
            let (home, doc) =
                self.docs.entry(id).or_insert_with(|| (scope, must("a document", Doc::new(DocKind::Case))));
            let trail = self.trails.get(&id);
            // Of several moves a feed may tell the last one first (D6).
            let was_here = *home == scope || trail.is_some_and(|trail| trail.was_in(scope));
            *home = trail.and_then(Trail::home).unwrap_or(*home);
            if *home != scope && !was_here {
                self.faults.push(format!("feed {scope}: {seq} writes into a document of {home}"));
            }
            let known = self.places.contains_key(&(scope, id, hash));
            if parse(&raw).map(|meta| meta.hash) != Ok(hash) {
                self.faults.push(format!("feed {scope}: a change of {seq} is not what its hash says"));
            } else if let (false, Err(fault)) = (known, doc.apply(&raw)) {
                self.faults.push(format!("feed {scope}: a change of {seq} is refused by its document: {fault}"));
            }
            self.places.entry((scope, id, hash)).or_insert(seq);
        }
    }

    /// What does not fit in the feeds themselves.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Where a change first stands in a feed.
    pub fn place(&self, scope: ScopeCode, doc: DocId, change: Hash) -> Option<u64> {
        self.places.get(&(scope, doc, change)).copied()
    }

    /// The chain hash at a place of a feed.
    pub fn chain(&self, scope: ScopeCode, place: u64) -> Option<Hash> {
        self.chains.get(&(scope, place)).copied()
    }

    /// The session that wrote what stands at a place, where its incarnation was drawn for it; else 0.
    pub fn session(&self, scope: ScopeCode, place: u64) -> u32 {
        self.sessions.get(&(scope, place)).copied().unwrap_or_default()
    }

    /// Every document with its scope and heads.
    pub fn heads(&self) -> impl Iterator<Item = (DocId, ScopeCode, Vec<Hash>)> {
        self.docs.iter().map(|(id, (scope, doc))| (*id, *scope, doc.heads()))
    }

    /// Every event of every document.
    pub fn events(&self) -> BTreeMap<DocId, BTreeMap<Stamp, String>> {
        self.docs.iter().map(|(id, (_, doc))| (*id, doc.events().into_iter().collect())).collect()
    }
}
