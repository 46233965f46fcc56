//! Finding a case by its number, for the operator. The hub keeps no rows of cases; a number says in which division it was given.

use daiban_model::identity::CaseNumber;
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_model::wire::DocId;

use super::{Hub, HubFault};
use crate::doc::Doc;
use crate::projection::{Facts, case_id};
use crate::store::{DocKind, PeerId, PeerQuery, Store};

/// Bytes of a feed read at once.
const PIECE: usize = 4 << 20;

impl<S: Store> Hub<S> {
    /// The case with this number.
    pub async fn case_of(&self, number: &CaseNumber) -> Result<Option<CaseId>, HubFault> {
        let text = number.to_string();
        let ends = self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends;
        // What a number says of its division is looked at first; it may have been given at a township's desk.
        let (first, others): (Vec<_>, Vec<_>) = ends.into_iter().partition(|end| text.contains(&end.scope.unit()));
        for end in first.into_iter().chain(others) {
            if let Some(doc) = self.named_in(end.scope, end.seq, &text).await? {
                return Ok(Some(case_id(doc)));
            }
        }
        Ok(None)
    }

    /// The document of a feed whose case has this number. Texts stand in changes as they were written.
    async fn named_in(&self, scope: ScopeCode, end: u64, text: &str) -> Result<Option<DocId>, HubFault> {
        let (mut at, needle) = (0, text.as_bytes());
        while at < end {
            let entries = self.store.after(scope, at, PIECE).await?;
            let Some(last) = entries.last() else { break };
            at = last.seq;
            for (doc, _, raw) in entries.iter().flat_map(|entry| &entry.records) {
                if raw.windows(needle.len()).any(|part| part == needle) && self.has_number(*doc, text).await? {
                    return Ok(Some(*doc));
                }
            }
        }
        Ok(None)
    }

    async fn has_number(&self, doc: DocId, text: &str) -> Result<bool, HubFault> {
        let tail = self.store.load(doc).await?.tail;
        let Ok(mut open) = Doc::new(DocKind::Case) else { return Ok(false) };
        if open.apply_all(&tail).is_err() {
            return Ok(false);
        }
        let receipt = Facts::of(&open).case.receipt;
        Ok(receipt.is_some_and(|(_, receipt)| receipt.number.to_string() == text))
    }
}
