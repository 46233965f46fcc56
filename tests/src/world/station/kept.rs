//! What lies in the store of a station, beside what the engine says of it.

use daiban_core::doc::{self, Doc};
use daiban_core::projection::{Facts, Row};
use daiban_core::store::{
    Batch, CaseRecord, DeviceRow, DocKind, DocState, Eyes, PeopleQuery, RowQuery, Store, Stored, StoredChange,
    StoredSegment,
};
use daiban_core::sync::segment;
use daiban_model::api::View;
use daiban_model::case::Event;
use daiban_model::ids::CaseId;
use daiban_model::wire::{self, Segment};

use super::Station;
use crate::world::{Newer, must, now, some};

impl Station {
    /// Puts a segment of another device onto the disk, as a courier might have brought it.
    pub fn carry_in(&self, from: &Newer, segment: Segment) {
        let root = segment::root(&segment.header, &segment.records);
        let key = segment.header.key();
        let changes = segment.records.iter().zip(0..).map(|(record, ordinal)| {
            let bytes = doc::unpack(&record.change);
            let doc::Meta { hash, actor, seq: actor_seq, .. } = must("a change", doc::parse(&bytes));
            StoredChange {
                hash,
                doc: record.doc,
                scope: key.scope,
                actor,
                actor_seq,
                segment: Some((key, ordinal)),
                bytes,
            }
        });
        let changes = changes.collect();
        let certificate = from.certificate();
        let devices = vec![DeviceRow {
            device: key.device,
            certificate: wire::encode(certificate),
            not_after: u64::MAX >> 1,
            revoked_ms: None,
        }];
        let segments = vec![StoredSegment { header: segment.header, root, sig: segment.sig, received_ms: 0 }];
        must("it is stored", now(self.shelf().commit(Batch { segments, changes, devices, ..Batch::default() })));
    }

    /// Makes all rows anew; answers which came out otherwise.
    pub fn refold(&mut self) -> Vec<CaseId> {
        must("the rows", now(self.engine().refold()))
    }

    /// Every document with its heads, and its row: equal at two stations that know the same.
    pub fn knows(&self) -> Vec<(DocState, Row)> {
        let whole = |(state, row): (DocState, Option<CaseRecord>)| {
            let row = match state.kind {
                DocKind::Case => Row::Case(Box::new(some("a row", row))),
                DocKind::Person | DocKind::Household | DocKind::Enterprise => {
                    let query = RowQuery::People(PeopleQuery::ByDoc(vec![state.doc]));
                    let mut rows = must("rows", now(self.shelf().rows(query))).people;
                    Row::Person(Box::new(some("a row", rows.pop())))
                }
            };
            (state, row)
        };
        self.keeps().into_iter().map(whole).collect()
    }

    /// Every document with its heads, and its row where it has one.
    pub fn keeps(&self) -> Vec<(DocState, Option<CaseRecord>)> {
        let docs = must("documents", now(self.shelf().rows(RowQuery::Docs { after: None, limit: u16::MAX }))).docs;
        let row = |state: DocState| {
            let mut rows = must("rows", now(self.shelf().rows(RowQuery::ByDoc(vec![state.doc])))).cases;
            (state, rows.pop())
        };
        docs.into_iter().map(row).collect()
    }

    /// Every row of the store, whoever may see it.
    pub fn rows_of_all(&self) -> Vec<CaseRecord> {
        let eyes = Eyes { serves: vec![crate::world::division(crate::world::DISTRICT)], only: None };
        let query = RowQuery::List { view: View::All, eyes, today: 20_260_302, after: None, limit: u16::MAX };
        must("rows", now(self.shelf().rows(query))).cases
    }

    /// The small named values of the store under a beginning.
    pub fn states(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        must("states", now(self.shelf().states(prefix)))
    }

    /// Somebody with the key writes past the engine.
    pub fn put_state(&self, name: &str, value: Option<Vec<u8>>) {
        let states = vec![(name.to_owned(), value)];
        must("a state", now(self.shelf().commit(Batch { states, ..Batch::default() })));
    }

    /// What people did with a case, in order, as it is stored.
    pub fn events(&self, id: CaseId) -> Vec<Event> {
        let doc = must("a document", Doc::open(&self.stored(id)));
        Facts::of(&doc).events
    }

    /// A case as it is stored.
    pub fn stored(&self, id: CaseId) -> Stored {
        must("a document", now(self.shelf().load(id.0.into_bytes())))
    }
}
