//! Who looked at a masked number or a whole attachment: shown only after it is written down, and read by whoever audits (rules §7, R199, R208).
//!
//! - V1: a number is shown after the line about it is durable; what cannot be written down is not shown.
//! - V2: lines are only added. Each is signed by this station and names the one before it, so that a line that was taken out,
//!   changed or cut off the end shows.
//!
//! The log stays on the station: it says who looked, never at what.

use std::collections::BTreeMap;

use daiban_model::access::{Action, Subject};
use daiban_model::api::{
    Chain, Failure, ListReveals, RevealConflict, RevealField, RevealLine, Revealed, Reveals, Seen,
};
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Hash, Signed};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, storage, story};
use crate::store::{Batch, RowQuery, Store, StoreError};
use crate::sync::sign::{self, Domain};

/// Where the log stands: how many lines, and the hash of the last.
const END: &str = "reveals";
/// Most lines of one month that are answered, the latest.
const MOST: usize = 2_000;
/// Longest stored line.
const LINE: usize = 1_024;

/// One line as it is signed.
#[derive(Serialize, Deserialize)]
struct Line {
    number: u64,
    before: Hash,
    at: Wall,
    by: AgentId,
    case: CaseId,
    seen: Seen,
}

/// Under which names the lines are kept.
const LOG: &str = "reveal/";

/// Where the lines of one month are kept, each under its number.
fn month(day: Date) -> String {
    format!("{LOG}{:04}{:02}/", day.year(), day.month())
}

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
        desk.may(Action::Audit, &Subject { scope: desk.certificate.unit, handler: None })?;
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
        let (mut number, mut before) = self.reveals_end().await?;
        let (at, mut states) = (self.now(), Vec::new());
        for seen in all {
            number += 1;
            let line = Line { number, before, at, by: by.clone(), case, seen: *seen };
            let signed = wire::encode(&sign::seal(&self.key, Domain::Reveal, &line));
            before = sign::hash(&signed);
            states.push((format!("{}{number:012}", month(at.date())), Some(signed)));
            // Who looked at which field or attachment of which case, and nothing of what it says (rules §7).
            tracing::info!(agent = %by, %case, ?seen, "revealed");
        }
        if states.is_empty() {
            return Ok(());
        }
        states.push((END.to_owned(), Some(wire::encode(&(number, before)))));
        self.commit(Batch { states, ..Batch::default() }).await
    }

    /// Who looked at any of these, latest first, over all months: what a person may ask about their own data (R202).
    pub(super) async fn views_of(&self, cases: &[CaseId]) -> Result<Vec<RevealLine>, Failure> {
        let stored = self.store.states(LOG).await.map_err(storage)?;
        let mut lines: Vec<Line> = stored.iter().filter_map(|(_, bytes)| self.opened(bytes)).collect();
        lines.retain(|line| cases.contains(&line.case));
        lines.sort_by_key(|line| line.number);
        self.told(lines).await
    }

    async fn reveals_end(&self) -> Result<(u64, Hash), Failure> {
        let found = self.store.states(END).await.map_err(storage)?;
        match found.into_iter().find(|(name, _)| name == END) {
            None => Ok((0, Hash::default())),
            Some((_, bytes)) => wire::decode(&bytes, 64).map_err(|_| storage(StoreError::Damaged { what: "reveals" })),
        }
    }

    async fn reveals(&self, day: Date) -> Result<Reveals, Failure> {
        let stored = self.store.states(LOG).await.map_err(storage)?;
        let (count, end) = self.reveals_end().await?;
        let wanted = month(day);
        let numbered = |(name, bytes): &'_ (String, Vec<u8>)| {
            let number: u64 = name.rsplit('/').next()?.parse().ok()?;
            Some((number, (sign::hash(bytes), name.starts_with(&wanted).then(|| bytes.clone()))))
        };
        let all: BTreeMap<u64, (Hash, Option<Vec<u8>>)> = stored.iter().filter_map(numbered).collect();
        let before = |number: u64| match number {
            1 => Some(Hash::default()),
            _ => all.get(&(number - 1)).map(|(hash, _)| *hash),
        };
        let mut lines = Vec::new();
        // The end is known by itself, so that lines cut off there are missed too.
        let last = all.get(&count).map(|(hash, _)| *hash).unwrap_or_default();
        let mut bad = if last == end { None } else { Some(count.max(1)) };
        bad = (1..=count).find(|number| !all.contains_key(number)).or(bad);
        for (number, (_, bytes)) in &all {
            let Some(bytes) = bytes else { continue };
            match self.opened(bytes).filter(|line| line.number == *number && before(*number) == Some(line.before)) {
                Some(line) => lines.push(line),
                None => bad = Some(bad.map_or(*number, |earlier| earlier.min(*number))),
            }
        }
        let chain = bad.map_or(Chain::Whole, |number| Chain::BrokenAfter { number: number - 1 });
        let from = lines.len().saturating_sub(MOST);
        Ok(Reveals { lines: self.told(lines.split_off(from)).await?, chain })
    }

    /// A line that this station signed.
    fn opened(&self, bytes: &[u8]) -> Option<Line> {
        let signed: Signed = wire::decode(bytes, LINE).ok()?;
        sign::open(&self.certificate.device.0, Domain::Reveal, &signed)
    }

    /// Lines with names and case numbers, latest first.
    async fn told(&self, lines: Vec<Line>) -> Result<Vec<RevealLine>, Failure> {
        let docs = lines.iter().map(|line| line.case.0.into_bytes()).collect();
        let rows = self.store.rows(RowQuery::ByDoc(docs)).await.map_err(storage)?.cases;
        let told = |line: &Line| {
            let row = rows.iter().find(|row| row.shown.id == line.case);
            RevealLine {
                number: line.number,
                at: line.at,
                by: self.published.agent(&line.by),
                case: line.case,
                case_number: row.map(|row| row.shown.number.clone()).unwrap_or_default(),
                seen: line.seen,
            }
        };
        Ok(lines.iter().rev().map(told).collect())
    }
}
