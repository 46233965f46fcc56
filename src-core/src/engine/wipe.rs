//! Working copies that go by rule: ninety days after the file left the station its attachments are let go and then all that was written of
//! it, by a printed list that two people approve (R203, R220). The number and the lines of what was done stay ([`super::wiped`]).
//!
//! - W1: what stays of a copy is written, with who signed and on which list, in the commit that erases the rest.
//! - W2: attachments go before it. A batch that is cut between the two leaves its cases in the list, and is signed once more.
//! - W3: nothing goes that the district has not, or that a district which goes back to its last backup may have from nobody else (X13).
//! - W5: the cases of a bundle that left the station go in one batch or stay: what is left of it could not say how far the whole has come.

use std::collections::BTreeSet;

use daiban_model::api::{
    ApproveWipe, Changed, Failure, ListWipe, LookAtWipe, PaperFault, PaperView, PrintWipe, Seen, View, WipeRow, Wiped,
};
use daiban_model::case::copies::{self, Stays};
use daiban_model::case::retention::{WORKING_COPY_DAYS, wipe_on};
use daiban_model::form::{CopiesList, CopyLine, Form, Head, Sheet};
use daiban_model::ids::{CaseId, FileHash};
use daiban_model::stamp::Wall;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::desk::{Desk, OpenFile, doc_failure};
use super::exchange::moved::Going;
use super::papers::{self, Print};
use super::register::Register;
use super::wiped::LET_GO;
use super::{Engine, storage};
use crate::doc::Doc;
use crate::projection::{Facts, PersonFacts};
use crate::store::blobs::Party;
use crate::store::{Batch, CaseRecord, Erased, Store};

/// Most lines of a list: the rest comes with the next one.
const MOST: usize = 500;
/// Lists that were printed.
const PRINTED: Register = Register { name: "copies-list/", longest: 0, lacks: "" };

/// A list that was printed.
#[derive(Serialize, Deserialize)]
struct Printed {
    /// What stands on it, top right.
    number: String,
    at: Wall,
    by: String,
    ids: BTreeSet<CaseId>,
    hash: FileHash,
}

/// A copy whose day has come.
struct Due {
    row: WipeRow,
    record: CaseRecord,
    /// The cases of its bundle, itself among them; none where it stands alone. W5
    whole: Vec<CaseId>,
}

impl<S: Store> Answer<S> for ListWipe {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<WipeRow>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        let rows: Vec<WipeRow> = desk.copies_due().await?.into_iter().map(|due| due.row).collect();
        // What was backed up is told to whoever asks for it. X15
        desk.copies_wait = rows.iter().any(|row| row.why == Some(Stays::NotBackedUp));
        Ok(rows)
    }
}

impl<S: Store> Answer<S> for LookAtWipe {
    async fn answer(self, engine: &mut Engine<S>) -> Result<PaperView, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        let (sheet, on) = desk.copies_sheet(&self.ids).await?;
        Ok(papers::beside(&sheet, on)?.0)
    }
}

impl<S: Store> Answer<S> for ApproveWipe {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Wiped, Failure> {
        let second = engine.signed_beside(&self.second, self.pin)?;
        let desk = engine.desk()?;
        let (now, going) = (desk.now(), desk.going(&self.ids).await?);
        let list = desk.printed(&self.ids).await?;
        let signed = [desk.who.name.clone(), second.name.clone()];
        let (mut batch, mut files) = (Batch::default(), Vec::new());
        for due in &going {
            let id = due.row.id;
            // Written down by both before anything goes.
            desk.looked_at(id, &[Seen::Wiped]).await?;
            desk.looked_as(&second.agent, id, &[Seen::Wiped]).await?;
            let file = desk.copy(id).await?;
            let entry = desk.left_of(&file, &due.record, &due.row, (now, &list, &signed));
            batch.states.extend(desk.let_go_states(id, &entry)?);
            batch.erased.push(Erased::Doc(*id.0.as_bytes()));
            let homes = desk.homes_of(id, file.scope);
            files.push(Going { doc: *id.0.as_bytes(), files: file.facts.files().into_iter().collect(), homes });
        }
        let names: BTreeSet<FileHash> = files.iter().flat_map(|one| one.files.iter().copied()).collect();
        let before = desk.bytes_of(&names)?;
        desk.erase_files_of(&files).await?;
        let bytes = before.saturating_sub(desk.bytes_of(&names)?);
        desk.commit(batch).await?;
        let cases = u32::try_from(going.len()).unwrap_or(u32::MAX);
        engine.tell(Changed::Cases { ids: self.ids });
        Ok(Wiped { cases, bytes })
    }
}

impl<S: Store> Engine<S> {
    /// Writes the list down and hands the file over, as a paper of a case is (O1, O2 of `papers`).
    pub async fn print_wipe(&mut self, call: &PrintWipe) -> Result<Print, Failure> {
        let desk = self.desk()?;
        desk.may_oversee(&desk.who)?;
        let (sheet, on) = desk.copies_sheet(&call.ids).await?;
        let (view, pdf) = papers::beside(&sheet, on)?;
        if view.hash != call.hash {
            return Err(Failure::Paper { why: PaperFault::Changed });
        }
        let number = sheet.head.number;
        let (at, by) = (desk.now(), desk.who.name.clone());
        let ids = call.ids.iter().copied().collect();
        let no = desk.next_no(&PRINTED).await?;
        let list = Printed { number: number.clone(), at, by, ids, hash: view.hash };
        desk.enter(&PRINTED, &Register::numbered(no), &list).await?;
        Ok(Print { pdf, title: ["工作副本清理清单", &number].join("-"), turn: 1 })
    }
}

impl<S: Store> Desk<S> {
    /// The copies of these cases, all of which may go.
    async fn going(&self, ids: &[CaseId]) -> Result<Vec<Due>, Failure> {
        let mut due = self.copies_due().await?;
        due.retain(|due| due.row.why.is_none());
        // W5
        let here = |due: &&Due| ids.contains(&due.row.id);
        let left = due.iter().filter(here).flat_map(|due| &due.whole).find(|id| !ids.contains(id));
        if let Some(left) = left.and_then(|id| due.iter().find(|due| due.row.id == *id)) {
            return Err(Failure::BadValue { code: "copies_bundle".to_owned(), arg: left.row.number.clone() });
        }
        due.retain(|due| ids.contains(&due.row.id));
        if ids.is_empty() || due.len() != ids.len() { Err(Failure::NotFound) } else { Ok(due) }
    }

    /// The number of the last printed list on which just these stand.
    async fn printed(&self, ids: &[CaseId]) -> Result<String, Failure> {
        let ids: BTreeSet<CaseId> = ids.iter().copied().collect();
        let lists: Vec<Printed> = self.entries(&PRINTED).await?;
        let list = lists.into_iter().rev().find(|list| list.ids == ids);
        list.map(|list| list.number)
            .ok_or_else(|| Failure::BadValue { code: "copies_unprinted".to_owned(), arg: String::new() })
    }

    /// The list of these cases as a paper, with the day it is dated.
    async fn copies_sheet(&self, ids: &[CaseId]) -> Result<(Sheet, Date), Failure> {
        let (on, rows) = (self.now().date(), self.going(ids).await?);
        let files = rows.iter().map(|due| u32::from(due.row.files)).sum();
        let line = |Due { row, .. }: Due| CopyLine {
            number: row.number,
            handed_over: Some(row.handed_over),
            due: Some(row.due),
            files: Some(row.files),
        };
        let form = CopiesList { rows: rows.into_iter().map(line).collect(), files: Some(files), days: Some(days()) };
        let no = self.next_no(&PRINTED).await?;
        let number = format!("QL-{}-{no:03}", on.strftime("%Y%m%d"));
        let unit = self.certificate.station.clone();
        let head = Head { brand: "石心实意".to_owned(), unit, number, dated: Some(on), ..Head::default() };
        Ok((Sheet { head, form: Form::CopiesList(Box::new(form)) }, on))
    }

    /// Finished cases whose file left the station ninety days ago, each with why it stays, if it does.
    async fn copies_due(&self) -> Result<Vec<Due>, Failure> {
        let today = self.now().date();
        let (mut found, mut ready) = (Vec::new(), 0);
        // Whose the cases are is nothing that whoever approves may see; which there are, is.
        for record in self.rows_of(View::Finished, self.station_eyes(), |_| true).await? {
            // Nothing is handed over before it was received: most are too young, and are not opened.
            if wipe_on(record.shown.since.date()) > today {
                continue;
            }
            let file = self.copy(record.shown.id).await?;
            let handed_over = file.facts.case.handed_over.as_ref().map(|(mark, _)| mark.at.date());
            let Some(handed_over) = handed_over.filter(|on| wipe_on(*on) <= today) else { continue };
            let lines = file.facts.case.files.iter().map(|(_, line)| line);
            let here = lines.filter(|line| line.contents().any(|(name, _)| self.is_here(name))).count();
            let why = self.why_it_stays(&record, &file, today).await?;
            let row = WipeRow {
                id: record.shown.id,
                number: record.shown.number.clone(),
                handed_over,
                due: wipe_on(handed_over),
                files: u16::try_from(here).unwrap_or(u16::MAX),
                why,
            };
            ready += usize::from(why.is_none());
            found.push(Due { row, record, whole: self.whole_of(&file).await? });
            if ready >= MOST {
                break;
            }
        }
        let ready: BTreeSet<CaseId> = found.iter().filter(|due| due.row.why.is_none()).map(|due| due.row.id).collect();
        for due in &mut found {
            let waits = due.whole.iter().any(|id| !ready.contains(id));
            due.row.why = due.row.why.or(waits.then_some(Stays::Bundle));
        }
        Ok(found)
    }

    /// The cases of its bundle that are here, itself among them; none where it stands alone. W5
    async fn whole_of(&self, file: &OpenFile) -> Result<Vec<CaseId>, Failure> {
        let lead = match &file.facts.case.part_of {
            Some(part) => match self.copy(part.lead).await {
                Ok(lead) => lead,
                Err(Failure::NotFound) => return Ok(Vec::new()),
                Err(other) => return Err(other),
            },
            None if file.facts.case.whole.is_some() => self.copy(file.id).await?,
            None => return Ok(Vec::new()),
        };
        let members = self.members(&lead).await?;
        let counts = |one: &&OpenFile| one.facts.case.handed_over.is_some() || one.facts.case.stage.is_open();
        Ok(members.values().chain([&lead]).filter(counts).map(|one| one.id).collect())
    }

    /// A case, for a rule that looks at it and not for anybody's eyes.
    async fn copy(&self, id: CaseId) -> Result<OpenFile, Failure> {
        let stored = self.store.load(*id.0.as_bytes()).await.map_err(storage)?;
        let scope = stored.state.as_ref().map(|state| state.scope).ok_or(Failure::NotFound)?;
        let doc = Doc::open(&stored).map_err(doc_failure)?;
        let facts = Facts::of(&doc);
        Ok(OpenFile { id, scope, stored, doc, facts })
    }

    async fn why_it_stays(&self, row: &CaseRecord, file: &OpenFile, today: Date) -> Result<Option<Stays>, Failure> {
        let case = &file.facts.case;
        if let Some(why) = copies::stays(case, &file.facts.events, today) {
            return Ok(Some(why));
        }
        if row.shown.attention > 0 || self.is_asked_about(row).await? {
            return Ok(Some(Stays::Issue));
        }
        // W3
        if file.stored.unsent > 0 || self.is_owed(&file.facts.files().into_iter().collect())? {
            return Ok(Some(Stays::Unsent));
        }
        let safe = self.is_copy_safe(*file.id.0.as_bytes(), file.scope, file.stored.seq).await?;
        Ok((!safe).then_some(Stays::NotBackedUp))
    }

    /// Whether the person asked about their data and has no answer yet (R202): until then all of it is there.
    async fn is_asked_about(&self, row: &CaseRecord) -> Result<bool, Failure> {
        let Some(person) = row.person else { return Ok(false) };
        for row in self.joined(person).await? {
            let stored = self.store.load(row.shown.id.0.into_bytes()).await.map_err(storage)?;
            let facts = PersonFacts::of(&Doc::open(&stored).map_err(doc_failure)?);
            if facts.person.requests.values().any(|request| request.answer.is_none()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many bytes these take here.
    fn bytes_of(&self, names: &BTreeSet<FileHash>) -> Result<u64, Failure> {
        let blobs = self.attachments.blobs()?;
        let size = |name: &FileHash| blobs.standing(*name, Party::Own).map(|it| u64::from(it.whole.unwrap_or(0)));
        names.iter().map(size).sum::<Result<u64, _>>().map_err(storage)
    }

    /// Whether a case's attachments alone were let go here, by a version that went no further: small pictures are not fetched again by
    /// themselves.
    pub(super) async fn was_wiped(&self, id: CaseId) -> Result<bool, Failure> {
        Ok(!self.store.states(&let_go_before(id)).await.map_err(storage)?.is_empty())
    }
}

/// Under which name that is kept.
pub(super) fn let_go_before(id: CaseId) -> String {
    format!("{LET_GO}{id}")
}

fn days() -> u16 {
    u16::try_from(WORKING_COPY_DAYS).unwrap_or(u16::MAX)
}
