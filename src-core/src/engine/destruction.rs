//! Closed files whose term is over: destroyed by a list that two people sign, and in no other way (R207, R220).
//!
//! K1: what goes is written into the register, with who signed, in the commit that erases it.

use std::collections::BTreeSet;

use daiban_model::api::{
    Changed, DestroyedFile, ExpiredFile, Failure, ListDestroyed, ListExpired, Seen, SignDestruction, View,
};
use daiban_model::ids::{CaseId, FileHash, ScopeCode};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, storage, vault_failure};
use crate::keys::Pin;
use crate::store::{Batch, Erased, Store};

/// Under which names the register is kept.
const REGISTER: &str = "destroyed/";

/// A line of the register as it is stored.
#[derive(Serialize, Deserialize)]
struct Line(DestroyedFile);

impl<S: Store> Answer<S> for ListExpired {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<ExpiredFile>, Failure> {
        let desk = engine.desk()?;
        desk.may_wipe(&desk.who)?;
        desk.expired().await
    }
}

impl<S: Store> Answer<S> for ListDestroyed {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<DestroyedFile>, Failure> {
        let desk = engine.desk()?;
        desk.may_wipe(&desk.who)?;
        desk.destroyed().await
    }
}

impl<S: Store> Answer<S> for SignDestruction {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<DestroyedFile>, Failure> {
        let now = engine.now();
        let second = engine.desk()?.second(&self.second)?;
        // The second sign-in is a real one: its PIN is tried, and a wrong one costs what it costs at the door.
        let vault = engine.vault.as_mut().ok_or(Failure::NotFound)?;
        vault.unlock(&self.second, &Pin::new(self.pin), now).map_err(vault_failure)?;
        let desk = engine.desk()?;
        let listed = desk.expired().await?;
        let signed = [desk.who.name.clone(), second.name.clone()];
        let (mut batch, mut pictures) = (Batch::default(), Vec::new());
        for id in &self.ids {
            let file = listed.iter().find(|file| file.id == *id).cloned().ok_or(Failure::NotFound)?;
            let (doc, files) = (*id.0.as_bytes(), desk.facts_of(*id).await?.files().into_iter().collect());
            let home = desk.store.load(doc).await.map_err(storage)?.state.map(|state| state.scope);
            let pictures_of: (BTreeSet<FileHash>, BTreeSet<ScopeCode>) = (files, home.into_iter().collect());
            pictures.push((doc, pictures_of));
            // Written down by both before anything goes.
            desk.looked_at(*id, &[Seen::Destroyed]).await?;
            desk.looked_as(&second.agent, *id, &[Seen::Destroyed]).await?;
            let line = DestroyedFile { file, at: now, signed: signed.clone() };
            let bytes = serde_json::to_vec(&Line(line)).map_err(|_| super::internal("a line does not write"))?;
            batch.states.push((name(*id), Some(bytes)));
            batch.erased.push(Erased::Doc(*id.0.as_bytes()));
        }
        // First the attachments: which they are is told by the documents.
        for (doc, (files, homes)) in &pictures {
            desk.erase_files_of(*doc, files, homes).await?;
        }
        desk.commit(batch).await?;
        let register = desk.destroyed().await?;
        engine.tell(Changed::Cases { ids: self.ids });
        Ok(register)
    }
}

fn name(id: CaseId) -> String {
    format!("{REGISTER}{id}")
}

impl<S: Store> Desk<S> {
    /// Whether a file was destroyed here: what still comes for it is not kept. K1
    pub(super) async fn is_destroyed(&self, id: CaseId) -> Result<bool, Failure> {
        Ok(!self.store.states(&name(id)).await.map_err(storage)?.is_empty())
    }

    /// Closed files whose last day is over, of which nothing waits to be sent or looked at.
    async fn expired(&self) -> Result<Vec<ExpiredFile>, Failure> {
        let today = self.now().date();
        let mut found = Vec::new();
        for row in self.rows_of(View::Finished, self.station_eyes(), |_| true).await? {
            let facts = self.facts_of(row.shown.id).await?;
            let Some((class, closed)) = self.keeping(&facts).zip(facts.closed_on()) else { continue };
            let unsent = self.store.load(*row.shown.id.0.as_bytes()).await.map_err(storage)?.unsent;
            let owed = unsent > 0 || self.is_owed(&facts.files().into_iter().collect())?;
            let over = class.until(closed).filter(|until| *until < today && row.shown.attention == 0 && !owed);
            found.extend(over.map(|until| ExpiredFile {
                id: row.shown.id,
                number: row.shown.number.clone(),
                item: row.item.clone(),
                class,
                closed,
                until,
            }));
        }
        Ok(found)
    }

    async fn destroyed(&self) -> Result<Vec<DestroyedFile>, Failure> {
        let stored = self.store.states(REGISTER).await.map_err(storage)?;
        let lines = stored.iter().filter_map(|(_, bytes)| serde_json::from_slice::<Line>(bytes).ok());
        Ok(lines.map(|Line(line)| line).collect())
    }
}
