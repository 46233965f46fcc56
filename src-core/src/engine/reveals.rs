//! Who looked at a masked number or a whole attachment: shown only after it is written down, and read by whoever audits (rules §7, R199, R208).
//!
//! - V1: a number is shown after the line about it is durable; what cannot be written down is not shown.
//! - V2: lines are only added. Each is signed by this station and names the one before it, so that a line that was taken out,
//!   changed or cut off the end shows.
//!
//! The log stays on the station: it says who looked, never at what.

use std::collections::BTreeMap;

use daiban_model::access::Action;
use daiban_model::api::{
    Audited, Failure, ListReveals, RevealConflict, RevealField, RevealLine, Revealed, Reveals, Seen,
};
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::stamp::Wall;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::trail::{Numbered, Trail};
use super::{Engine, storage, story};
use crate::store::{Batch, RowQuery, Store};
use crate::sync::sign::Domain;

/// The log of looks.
const LOOKS: Trail = Trail { log: LOG, end: "reveals", domain: Domain::Reveal };
/// Most lines of one month that are answered, the latest.
const MOST: usize = 2_000;

/// What one line says.
#[derive(Serialize, Deserialize)]
struct Look {
    at: Wall,
    by: AgentId,
    case: CaseId,
    seen: Seen,
}

/// Under which names the lines are kept.
const LOG: &str = "reveal/";

/// A line of the log.
type Line = Numbered<Look>;

impl<S: Store> Answer<S> for RevealField {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Revealed, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let seen = Seen::FieldFor(self.field, self.why);
        desk.reveal(&file, seen, file.facts.field(self.field).to_owned()).await
    }
}

impl<S: Store> Answer<S> for RevealConflict {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Revealed, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let value = story::marked(&file.facts, self.field, &self.mark).ok_or(Failure::NotFound)?.to_owned();
        desk.reveal(&file, Seen::Field(self.field), value).await
    }
}

impl<S: Store> Answer<S> for ListReveals {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Reveals, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        desk.reveals(self.month).await
    }
}

impl<S: Store> Desk<S> {
    /// Writes down who looks, then shows. V1
    async fn reveal(&self, file: &OpenFile, seen: Seen, value: String) -> Result<Revealed, Failure> {
        self.may(Action::Reveal, &file.subject())?;
        self.looked(file, &[seen]).await?;
        Ok(Revealed { value })
    }

    /// Writes down that whoever is signed in is about to see these whole. V1
    pub(super) async fn looked(&self, file: &OpenFile, all: &[Seen]) -> Result<(), Failure> {
        self.looked_at(file.id, all).await
    }

    /// The same for a document of whatever kind, by its id. V1
    pub(super) async fn looked_at(&self, case: CaseId, all: &[Seen]) -> Result<(), Failure> {
        self.looked_as(&self.who.agent, case, all).await
    }

    /// The same for somebody who signed in beside whoever is here (R220). V1
    pub(super) async fn looked_as(&self, by: &AgentId, case: CaseId, all: &[Seen]) -> Result<(), Failure> {
        let at = self.now();
        let look = |seen: &Seen| Look { at, by: by.clone(), case, seen: *seen };
        let mut states = self.added(&LOOKS, at, all.iter().map(look).collect()).await?;
        if states.is_empty() {
            return Ok(());
        }
        for seen in all {
            // Who looked at which field or attachment of which case, and nothing of what it says (rules §7).
            tracing::info!(agent = %by, %case, ?seen, "revealed");
        }
        let looks: Vec<Audited> = all.iter().map(|seen| Audited::Looked { case, seen: *seen }).collect();
        states.extend(self.audited(by, &looks).await?);
        self.commit(Batch { states, ..Batch::default() }).await
    }

    /// Who looked at any of these, latest first, over all months: what a person may ask about their own data (R202).
    pub(super) async fn views_of(&self, cases: &[CaseId]) -> Result<Vec<RevealLine>, Failure> {
        let stored = self.store.states(LOG).await.map_err(storage)?;
        let mut lines: Vec<Line> = stored.iter().filter_map(|(_, bytes)| self.opened(&LOOKS, bytes)).collect();
        lines.retain(|line| cases.contains(&line.said.case));
        lines.sort_by_key(|line| line.number);
        self.told(lines).await
    }

    async fn reveals(&self, day: Date) -> Result<Reveals, Failure> {
        let (mut lines, chain) = self.month_of(&LOOKS, day).await?;
        let from = lines.len().saturating_sub(MOST);
        Ok(Reveals { lines: self.told(lines.split_off(from)).await?, chain })
    }

    /// Lines with names and case numbers, latest first.
    async fn told(&self, lines: Vec<Line>) -> Result<Vec<RevealLine>, Failure> {
        let docs = lines.iter().map(|line| line.said.case.0.into_bytes()).collect();
        let rows = self.store.rows(RowQuery::ByDoc(docs)).await.map_err(storage)?.cases;
        let mut numbers: BTreeMap<CaseId, String> =
            rows.into_iter().map(|row| (row.shown.id, row.shown.number)).collect();
        self.with_wiped(&mut numbers, lines.iter().map(|line| line.said.case)).await?;
        let told = |line: &Line| {
            let said = &line.said;
            RevealLine {
                number: line.number,
                at: said.at,
                by: self.published.agent(&said.by),
                case: said.case,
                case_number: numbers.get(&said.case).cloned().unwrap_or_default(),
                seen: said.seen,
            }
        };
        Ok(lines.iter().rev().map(told).collect())
    }
}
