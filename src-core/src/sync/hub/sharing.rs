//! Attachments of cases that moved: the division where a case lives has what those have which it left (B5).

use daiban_model::ids::{FileHash, ScopeCode};
use daiban_model::wire;

use super::Hub;
use crate::doc::Doc;
use crate::projection::Facts;
use crate::store::blobs::{Blobs, Party};
use crate::store::{Batch, DocKind, Store, StoreError};
use crate::sync::trail::Trail;

/// Under which names attachments are kept that a division gets when another one has them.
const SHARE: &str = "share/";

impl<S: Store> Hub<S> {
    /// Lets the division where a case lives have the attachments that those have which it left: what is here now, and what comes later.
    pub(super) async fn share(&self, trail: &Trail, tail: &[Vec<u8>]) -> Result<(), StoreError> {
        let (Some(files), Some(home), Ok(mut open)) = (&self.files, trail.home(), Doc::new(DocKind::Case)) else {
            return Ok(());
        };
        if open.apply_all(tail).is_err() {
            return Ok(());
        }
        let mut states = Vec::new();
        for name in Facts::of(&open).files() {
            let standing = files.blobs.standing(name, Party::Own)?;
            let has = |scope: ScopeCode| standing.scopes.iter().any(|(has, _)| *has == scope);
            match trail.homes().find(|former| *former != home && has(*former)) {
                _ if has(home) => {}
                Some(former) if standing.whole.is_some() => files.blobs.share(name, former, home)?,
                _ => {
                    let formers: Vec<ScopeCode> = trail.homes().filter(|former| *former != home).collect();
                    states.push((share_name(name, home), Some(wire::encode(&formers))));
                }
            }
        }
        if states.is_empty() {
            return Ok(());
        }
        self.store.commit(Batch { states, ..Batch::default() }).await.map(drop)
    }

    /// A division has an attachment now: so has the one that a case went to which names it.
    pub(super) async fn shared(&self, blobs: &dyn Blobs, name: FileHash, from: ScopeCode) -> Result<(), StoreError> {
        let mut states = Vec::new();
        for (state, bytes) in self.store.states(&share_beginning(name)).await? {
            let to = state.strip_prefix(&share_beginning(name)).and_then(|code| code.parse().ok());
            let formers: Vec<ScopeCode> = wire::decode(&bytes, 65_536).unwrap_or_default();
            let Some(to) = to.filter(|_| formers.contains(&from)) else { continue };
            blobs.share(name, from, to)?;
            states.push((state, None));
        }
        if states.is_empty() {
            return Ok(());
        }
        self.store.commit(Batch { states, ..Batch::default() }).await.map(drop)
    }
}

fn share_beginning(name: FileHash) -> String {
    name.0.iter().fold(SHARE.to_owned(), |text, byte| format!("{text}{byte:02x}")) + "/"
}

fn share_name(name: FileHash, to: ScopeCode) -> String {
    format!("{}{to}", share_beginning(name))
}
