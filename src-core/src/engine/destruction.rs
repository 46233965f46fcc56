//! Closed files whose term is over: destroyed by a list that two people sign, and in no other way (R207, R220).
//!
//! K1: what goes is written into the register, with who signed, in the commit that erases it.

use daiban_model::api::{
    Changed, DestroyedFile, ExpiredFile, Failure, ListDestroyed, ListExpired, Seen, SignDestruction, View,
};
use daiban_model::ids::CaseId;

use super::answer::Answer;
use super::desk::Desk;
use super::exchange::moved::Going;
use super::register::Register;
use super::{Engine, storage};
use crate::store::{Batch, Erased, Store};

/// The register: nothing in it is typed.
const DESTROYED: Register = Register { name: "destroyed/", longest: 0, lacks: "" };

impl<S: Store> Answer<S> for ListExpired {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<ExpiredFile>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        desk.expired().await
    }
}

impl<S: Store> Answer<S> for ListDestroyed {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<DestroyedFile>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        desk.entries(&DESTROYED).await
    }
}

impl<S: Store> Answer<S> for SignDestruction {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<DestroyedFile>, Failure> {
        let second = engine.signed_beside(&self.second, self.pin)?;
        let desk = engine.desk()?;
        let now = desk.now();
        let listed = desk.expired().await?;
        let signed = [desk.who.name.clone(), second.name.clone()];
        let (mut batch, mut pictures) = (Batch::default(), Vec::new());
        for id in &self.ids {
            let file = listed.iter().find(|file| file.id == *id).cloned().ok_or(Failure::NotFound)?;
            let (doc, files) = (*id.0.as_bytes(), desk.facts_of(*id).await?.files().into_iter().collect());
            let home = desk.store.load(doc).await.map_err(storage)?.state.map(|state| state.scope);
            pictures.push(Going { doc, files, homes: home.into_iter().collect() });
            // Written down by both before anything goes.
            desk.looked_at(*id, &[Seen::Destroyed]).await?;
            desk.looked_as(&second.agent, *id, &[Seen::Destroyed]).await?;
            let line = DestroyedFile { file, at: now, signed: signed.clone() };
            batch.states.push(DESTROYED.state(&id.to_string(), &line)?);
            batch.erased.push(Erased::Doc(*id.0.as_bytes()));
        }
        // First the attachments: which they are is told by the documents.
        desk.erase_files_of(&pictures).await?;
        desk.commit(batch).await?;
        let register = desk.entries(&DESTROYED).await?;
        engine.tell(Changed::Cases { ids: self.ids });
        Ok(register)
    }
}

impl<S: Store> Desk<S> {
    /// Whether a file was destroyed here: what still comes for it is not kept. K1
    pub(super) async fn is_destroyed(&self, id: CaseId) -> Result<bool, Failure> {
        self.is_entered(&DESTROYED, &id.to_string()).await
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
}
