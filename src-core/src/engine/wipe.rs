//! Working copies that go by rule: ninety days after the file left the station its attachments are let go, by a list that two people
//! approve (R203, R220). The case with all that was done stays; so does what the district does not have yet.

use daiban_model::api::{ApproveWipe, Changed, Failure, ListWipe, Seen, View, WipeRow, Wiped};
use daiban_model::case::retention::wipe_on;
use daiban_model::ids::{CaseId, FileHash};
use daiban_model::wire;

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, storage};
use crate::store::{Batch, Eyes, RowQuery, Store};

/// Under which names it is kept that a case's attachments were let go, and when.
const WIPED: &str = "wiped/";
/// Cases read at a time.
const PAGE: u16 = 200;
/// Most lines of a list: the rest comes with the next one.
const MOST: usize = 500;

fn mark(id: CaseId) -> String {
    format!("{WIPED}{id}")
}

impl<S: Store> Answer<S> for ListWipe {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<WipeRow>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        Ok(desk.wipeable().await?.into_iter().map(|(row, _)| row).collect())
    }
}

impl<S: Store> Answer<S> for ApproveWipe {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Wiped, Failure> {
        let second = engine.signed_beside(&self.second, self.pin)?;
        let desk = engine.desk()?;
        let now = desk.now();
        let listed = desk.wipeable().await?;
        let (mut names, mut states, mut cases) = (Vec::<FileHash>::new(), Vec::new(), 0);
        for id in &self.ids {
            let Some((_, files)) = listed.iter().find(|(row, _)| row.id == *id) else { return Err(Failure::NotFound) };
            names.extend(files);
            states.push((mark(*id), Some(wire::encode(&now))));
            cases += 1;
            // Written down by both before anything goes.
            desk.looked_at(*id, &[Seen::Wiped]).await?;
            desk.looked_as(&second.agent, *id, &[Seen::Wiped]).await?;
        }
        let bytes = desk.attachments.blobs()?.forget(&names).map_err(storage)?;
        desk.commit(Batch { states, ..Batch::default() }).await?;
        engine.tell(Changed::Cases { ids: self.ids });
        Ok(Wiped { cases, bytes })
    }
}

impl<S: Store> Desk<S> {
    /// Finished cases whose file left the station ninety days ago, with the attachments that lie here; what somebody still has to look
    /// at stays.
    async fn wipeable(&self) -> Result<Vec<(WipeRow, Vec<FileHash>)>, Failure> {
        let today = self.now().date();
        let gone = self.store.states(WIPED).await.map_err(storage)?;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            // Whose the cases are is nothing that whoever approves may see; which there are, is.
            let eyes = Eyes { serves: self.certificate.scopes.clone(), only: None };
            let day = crate::projection::day_number(today);
            let query = RowQuery::List { view: View::Finished, eyes, today: day, after, limit: PAGE };
            let rows = self.store.rows(query).await.map_err(storage)?;
            for record in rows.cases {
                let id = record.shown.id;
                if record.shown.attention > 0 || gone.iter().any(|(name, _)| *name == mark(id)) {
                    continue;
                }
                let facts = self.facts_of(id).await?;
                let Some(handed_over) = facts.case.handed_over.as_ref().map(|(mark, _)| mark.at.date()) else {
                    continue;
                };
                let due = wipe_on(handed_over);
                let lines = facts.case.files.iter().flat_map(|(_, line)| line.contents());
                let files: Vec<FileHash> = lines.map(|(name, _)| name).filter(|name| self.is_here(*name)).collect();
                if due <= today && !files.is_empty() {
                    let count = u16::try_from(facts.case.files.iter().count()).unwrap_or(u16::MAX);
                    let number = record.shown.number;
                    found.push((WipeRow { id, number, handed_over, due, files: count }, files));
                }
            }
            after = rows.next;
            if after.is_none() || found.len() >= MOST {
                return Ok(found);
            }
        }
    }

    /// Whether a case's attachments were let go here: small pictures are not fetched again by themselves.
    pub(super) async fn was_wiped(&self, id: CaseId) -> Result<bool, Failure> {
        Ok(!self.store.states(&mark(id)).await.map_err(storage)?.is_empty())
    }
}
