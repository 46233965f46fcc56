//! Cases that go from one colleague to another (R34, R41): offered on a sheet, taken over or given back line by line.
//!
//! G1: until a line is taken over, whoever gave it answers for it and has it in the list; from then on the taker does.

use daiban_model::access::{Action, Subject};
use daiban_model::api::{
    AnswerSheet, Changed, Colleague, Failure, GetHanding, GetLeaving, Givable, GiveCases, GiveLine, HandLine,
    HandSheet, HandedView, Handing, Leaving, ListHandSheets, View, Waits,
};
use daiban_model::case::Command;
use daiban_model::case::beside::{Beside, Given, Handed, Offered};
use daiban_model::case::event::{MandateEnd, PaperState};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Case;
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::stamp::Stamp;

use super::answer::Answer;
use super::desk::{Desk, OpenFile, doc_failure};
use super::{Engine, bundle, storage};
use crate::doc::Doc;
use crate::projection::{Facts, handed_word};
use crate::query;
use crate::store::{Batch, Eyes, RowQuery, Store};

/// Most cases of one sheet.
const MOST: usize = 100;
/// Most cases that are looked at for somebody's sheets, latest first.
const FOUND: u16 = 200;

impl<S: Store> Answer<S> for GiveCases {
    /// All of a sheet or nothing of it.
    async fn answer(self, engine: &mut Engine<S>) -> Result<HandSheet, Failure> {
        let desk = engine.desk()?;
        let (now, latest) = (desk.now(), desk.latest(desk.now()));
        let taker = desk.published.roster.get(&self.to).filter(|agent| super::desk::serves(agent, now, latest));
        if taker.is_none() {
            return Err(Failure::NotFound);
        }
        if self.lines.is_empty() || self.lines.len() > MOST {
            return Err(Failure::BadValue { code: "too_long".to_owned(), arg: MOST.to_string() });
        }
        let moment = desk.tick();
        let sheet = Stamp { hlc: moment.hlc, device: moment.device };
        let mut batch = Batch::default();
        for line in &self.lines {
            let file = desk.file(line.id).await?;
            let given = given(sheet, &self.to, line, &file.facts.case);
            let edits = desk.decided(&file, Command::Beside(Box::new(Beside::Given(given))))?;
            desk.stage(file, &edits, &mut batch)?;
        }
        desk.commit(batch).await?;
        let sheets = desk.hand_sheets().await?;
        let ids = self.lines.into_iter().map(|line| line.id).collect();
        engine.tell(Changed::Cases { ids });
        sheets.into_iter().find(|known| known.sheet == sheet).ok_or(Failure::NotFound)
    }
}

impl<S: Store> Answer<S> for AnswerSheet {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<HandSheet>, Failure> {
        let desk = engine.desk()?;
        let mut batch = Batch::default();
        let taken = self.taken.iter().map(|id| (*id, None));
        let back = self.back.iter().map(|(id, reason)| (*id, Some(reason.clone())));
        let mut ids = Vec::new();
        for (id, reason) in taken.chain(back) {
            desk.answer_line(id, reason, &mut batch).await?;
            ids.push(id);
        }
        desk.commit(batch).await?;
        let sheets = desk.hand_sheets().await?;
        engine.tell(Changed::Cases { ids });
        Ok(sheets)
    }
}

impl<S: Store> Answer<S> for ListHandSheets {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<HandSheet>, Failure> {
        engine.desk()?.hand_sheets().await
    }
}

impl<S: Store> Answer<S> for GetHanding {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Handing>, Failure> {
        let desk = engine.desk()?;
        let me = desk.who.agent.clone();
        let (colleagues, cases) = (desk.takers(), desk.givable(&me).await?);
        let leaving = if desk.leaves(&me) { Some(Box::new(desk.leaving(&me).await?)) } else { None };
        Ok(Box::new(Handing { colleagues, cases, sheets: desk.hand_sheets().await?, leaving }))
    }
}

impl<S: Store> Answer<S> for GetLeaving {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Leaving>, Failure> {
        engine.desk()?.leaving(&self.agent).await.map(Box::new)
    }
}

/// What lies in the bag: as it was counted, else as the case says.
fn given(sheet: Stamp, to: &AgentId, line: &GiveLine, case: &Case) -> Given {
    let (papers, originals) = bag(case);
    Given {
        sheet,
        to: to.clone(),
        papers: line.papers.unwrap_or(papers),
        originals: line.originals.unwrap_or(originals),
        note: line.note.clone(),
    }
}

/// Papers that were taken, and how many of them are originals.
fn bag(case: &Case) -> (u16, u16) {
    let count = |fits: fn(PaperState) -> bool| {
        let papers = case.papers.iter().filter(|paper| fits(paper.state));
        papers.map(|paper| u16::from(paper.count)).fold(0, u16::saturating_add)
    };
    (count(|state| state != PaperState::Missing), count(|state| state == PaperState::Original))
}

impl<S: Store> Desk<S> {
    /// Says yes, or no with a reason, to one line. G1
    async fn answer_line(&mut self, id: CaseId, back: Option<String>, batch: &mut Batch) -> Result<(), Failure> {
        let mut file = self.offered_file(id).await?;
        let offer = file.facts.case.beside.offer_open().ok_or(Failure::NotFound)?;
        let (of, giver) = (offer.mark.stamp, offer.mark.by.clone());
        let subject = Subject { scope: file.scope, handler: None };
        let act = match &back {
            None => Beside::TakenOver { of },
            Some(reason) => Beside::GivenBack { of, reason: reason.clone() },
        };
        let mut edits = self.decided_as(&file, Command::Beside(Box::new(act)), &subject)?;
        bundle::tried(&mut file, &edits);
        if back.is_none() && self.leaves(&giver) && names(&file.facts.case, &giver) {
            // 民法典 art 173: it ended with the agent; the principal is asked for another letter (R34).
            let end = Command::EndMandate { reason: MandateEnd::AgentLeft };
            edits.extend(self.decided_as(&file, end, &subject)?);
        }
        self.stage(file, &edits, batch).map(drop)
    }

    /// A case that was offered to whoever is signed in: they may look at what they are to answer for.
    async fn offered_file(&self, id: CaseId) -> Result<OpenFile, Failure> {
        let stored = self.store.load(*id.0.as_bytes()).await.map_err(storage)?;
        let scope = stored.state.as_ref().map(|state| state.scope).ok_or(Failure::NotFound)?;
        let doc = Doc::open(&stored).map_err(doc_failure)?;
        let facts = Facts::of(&doc);
        let mine = facts.case.beside.offer_open().is_some_and(|offer| offer.given.to == self.who.agent);
        let file = OpenFile { id, scope, stored, doc, facts };
        if mine { Ok(file) } else { Err(Failure::NotFound) }
    }

    /// Open cases that somebody answers for and that wait for nobody's yes.
    async fn givable(&self, agent: &AgentId) -> Result<Vec<Givable>, Failure> {
        let eyes = Eyes { only: Some(agent.clone()), ..self.eyes() };
        let mut cases = Vec::new();
        for row in self.rows_of(View::Open, eyes, |_| true).await? {
            let case = self.facts_of(row.shown.id).await?.case;
            if case.beside.offer_open().is_none() {
                let (papers, originals) = bag(&case);
                cases.extend(self.shown(vec![row]).into_iter().map(|row| Givable { row, papers, originals }));
            }
        }
        Ok(cases)
    }

    /// Colleagues who may be asked to take cases over.
    fn takers(&self) -> Vec<Colleague> {
        let mut all = self.colleagues();
        all.retain(|one| one.agent != self.who.agent);
        all
    }

    /// Whether a last day has been set for somebody.
    fn leaves(&self, agent: &AgentId) -> bool {
        self.published.roster.get(agent).is_some_and(|agent| agent.ended.is_some())
    }

    /// The sheets that whoever is signed in gave or was given, latest first.
    async fn hand_sheets(&self) -> Result<Vec<HandSheet>, Failure> {
        let terms = query::terms(&handed_word(&self.who.agent));
        let query = RowQuery::Search { terms, eyes: self.station_eyes(), after: None, limit: FOUND };
        let rows = self.store.rows(query).await.map_err(storage)?.cases;
        let mut sheets: Vec<HandSheet> = Vec::new();
        for row in rows {
            let facts = self.facts_of(row.shown.id).await?;
            for offer in &facts.case.beside.offers {
                let mine = offer.mark.by == self.who.agent || offer.given.to == self.who.agent;
                if mine {
                    let line = hand_line(row.shown.id, &facts, offer);
                    match sheets.iter_mut().find(|sheet| sheet.sheet == offer.given.sheet) {
                        Some(sheet) => sheet.lines.push(line),
                        None => sheets.push(self.begun_sheet(offer, line)),
                    }
                }
            }
        }
        for sheet in &mut sheets {
            self.complete(sheet);
        }
        sheets.sort_by_key(|sheet| std::cmp::Reverse(sheet.sheet));
        Ok(sheets)
    }

    fn begun_sheet(&self, offer: &Offered, line: HandLine) -> HandSheet {
        let waits = if offer.given.to == self.who.agent { Waits::ForMe } else { Waits::ForOther };
        HandSheet {
            sheet: offer.given.sheet,
            from: self.published.agent(&offer.mark.by),
            to: self.published.agent(&offer.given.to),
            at: offer.mark.at,
            waits,
            lines: vec![line],
            papers: 0,
            originals: 0,
            hash: String::new(),
        }
    }

    /// Sums and the sign by which both sides know that they have the same lines.
    fn complete(&self, sheet: &mut HandSheet) {
        sheet.lines.sort_by(|a, b| a.number.cmp(&b.number));
        sheet.papers = sheet.lines.iter().map(|line| u32::from(line.papers)).sum();
        sheet.originals = sheet.lines.iter().map(|line| u32::from(line.originals)).sum();
        if sheet.lines.iter().all(|line| line.handed != HandedView::Open) {
            sheet.waits = Waits::Done;
        }
        let mut hasher = blake3::Hasher::new_derive_key("daiban hand-over sheet v1");
        for line in &sheet.lines {
            hasher
                .update(line.id.0.as_bytes())
                .update(&line.papers.to_le_bytes())
                .update(&line.originals.to_le_bytes());
        }
        sheet.hash = hasher.finalize().to_hex().chars().take(16).collect();
    }

    /// What somebody still answers for. Their own eyes are enough; others need to see everything of the division.
    async fn leaving(&self, agent: &AgentId) -> Result<Leaving, Failure> {
        if *agent != self.who.agent {
            self.may(Action::Archive, &Subject { scope: self.who.unit, handler: None })?;
        }
        let listed = self.published.roster.get(agent).ok_or(Failure::NotFound)?;
        let mut leaving = Leaving {
            name: listed.name.clone(),
            until: listed.ended,
            cases: Vec::new(),
            mandates: Vec::new(),
            originals: Vec::new(),
            bookings: Vec::new(),
            letters: Vec::new(),
        };
        let eyes = Eyes { only: Some(agent.clone()), ..self.eyes() };
        for row in self.rows_of(View::Open, eyes, |_| true).await? {
            let facts = self.facts_of(row.shown.id).await?;
            add(&mut leaving, agent, row.shown.id, &facts.case);
            leaving.cases.extend(self.shown(vec![row]));
        }
        // What was taken over from them, with a letter that ended and was not signed anew.
        let terms = query::terms(&handed_word(agent));
        let query = RowQuery::Search { terms, eyes: self.eyes(), after: None, limit: FOUND };
        for row in self.store.rows(query).await.map_err(storage)?.cases {
            let case = self.facts_of(row.shown.id).await?.case;
            let ended =
                case.mandate.as_ref().is_some_and(|state| state.ended.is_some() && state.mandate.agent == *agent);
            if ended && case.stage.is_open() {
                leaving.letters.extend(self.shown(vec![row]));
            }
        }
        Ok(leaving)
    }
}

/// Whether a mandate that holds names somebody.
fn names(case: &Case, agent: &AgentId) -> bool {
    case.mandate.as_ref().is_some_and(|state| state.ended.is_none() && state.mandate.agent == *agent)
}

fn add(leaving: &mut Leaving, agent: &AgentId, id: CaseId, case: &Case) {
    if names(case, agent) {
        leaving.mandates.push(id);
    }
    let originals = case.papers.iter().filter(|paper| paper.state == PaperState::Original);
    // What went to the organ with the file does not lie here any more.
    if case.handed_over.is_none() {
        leaving.originals.extend(originals.map(|paper| (id, paper.name.clone())));
    }
    if case.home.next().is_some_and(|booked| booked.booking.staff.contains(agent)) {
        leaving.bookings.push(id);
    }
}

fn hand_line(id: CaseId, facts: &Facts, offer: &Offered) -> HandLine {
    let receipt = facts.case.receipt.as_ref().map(|(_, receipt)| receipt);
    HandLine {
        id,
        number: receipt.map(|receipt| receipt.number.to_string()).unwrap_or_default(),
        name: facts.field(Field::Name).to_owned(),
        item: receipt.map(|receipt| receipt.item_name.clone()).unwrap_or_default(),
        papers: offer.given.papers,
        originals: offer.given.originals,
        handed: match &offer.outcome {
            Handed::Open => HandedView::Open,
            Handed::Taken(mark) => HandedView::Taken { at: mark.at },
            Handed::Back(_, reason) => HandedView::Back { reason: reason.clone() },
        },
    }
}
