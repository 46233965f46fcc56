//! Bundles at the desk: a step whose turn comes is handed out in the commit that brings its turn, and so is the end of the whole.
//!
//! What two desks finished apart nobody's commit saw; the lead's page then offers to see to it ([`AdvanceBundle`]). Nothing is
//! written because something was read or came in.

mod draft;
mod page;

use std::collections::BTreeMap;

use daiban_model::access::{Action, permit};
use daiban_model::api::{AdvanceBundle, CasePage, Changed, DeliverResults, Failure};
use daiban_model::bundle::{
    Choice, Delivered, Member, Opening, OrderStep, Progress, State, StepKind, StepNo, member_id,
};
use daiban_model::case::event::{Help, IdCheck, Outcome, PaperLine, PaperState, Receipt};
use daiban_model::case::fold::Case;
use daiban_model::case::{Command, Event, Refusal, Stage, fold};
use daiban_model::ids::CaseId;

use super::answer::Answer;
use super::desk::{Desk, OpenFile, doc_failure};
use super::{Engine, drafts, storage};
use crate::doc::{Doc, Edit};
use crate::projection::Facts;
use crate::store::{Batch, Store};

/// The cases that the steps of a bundle became, as far as they are here.
pub(super) type Members = BTreeMap<StepNo, OpenFile>;

impl<S: Store> Answer<S> for AdvanceBundle {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let lead = desk.file(self.id).await?;
        desk.may(Action::Accept, &lead.subject())?;
        let mut batch = Batch::default();
        let own = desk.follow(&lead, &mut batch).await?;
        let touched = touched(&batch, self.id);
        let lead = desk.write_with(lead, &own, batch).await?;
        let page = desk.case_page(&lead).await?;
        engine.tell(Changed::Cases { ids: touched });
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for DeliverResults {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let lead = desk.file(self.id).await?;
        let id = self.id;
        let (lead, batch, own) = desk.deliver(lead, self).await?;
        let touched = touched(&batch, id);
        let lead = desk.write_with(lead, &own, batch).await?;
        let page = desk.case_page(&lead).await?;
        engine.tell(Changed::Cases { ids: touched });
        Ok(Box::new(page))
    }
}

/// The cases of a commit, the one at hand among them.
fn touched(batch: &Batch, id: CaseId) -> Vec<CaseId> {
    batch.rows.iter().map(|row| row.shown.id).chain([id]).collect()
}

/// A file with acts that are decided and not yet written, so that what follows from them can be.
pub(super) fn tried(file: &mut OpenFile, edits: &[Edit]) {
    for edit in edits {
        if let Edit::Event { stamp, text } = edit {
            file.facts.events.extend(Event::from_text(*stamp, text));
        }
    }
    (file.facts.case, file.facts.anomalies) = fold(&file.facts.events);
}

/// What is known of the members.
pub(super) fn known(members: &Members) -> BTreeMap<StepNo, Member> {
    members.iter().filter_map(|(no, file)| Some((*no, Member::of(&file.facts.case)?))).collect()
}

impl<S: Store> Desk<S> {
    /// The cases that the steps of a lead became.
    pub(super) async fn members(&self, lead: &OpenFile) -> Result<Members, Failure> {
        let mut members = Members::new();
        let Some(whole) = &lead.facts.case.whole else { return Ok(members) };
        for step in whole.order.steps.iter().filter(|step| step.kind == StepKind::Item) {
            let id = member_id(lead.id, step.no);
            let stored = self.store.load(*id.0.as_bytes()).await.map_err(storage)?;
            let Some(scope) = stored.state.as_ref().map(|state| state.scope) else { continue };
            let doc = Doc::open(&stored).map_err(doc_failure)?;
            let facts = Facts::of(&doc);
            members.insert(step.no, OpenFile { id, scope, stored, doc, facts });
        }
        Ok(members)
    }

    /// What follows for a bundle from what was just decided in one of its cases, its facts tried already: what concerns other cases is
    /// prepared in the batch, what concerns this one is answered.
    pub(super) async fn follow(&mut self, acted: &OpenFile, batch: &mut Batch) -> Result<Vec<Edit>, Failure> {
        let case = &acted.facts.case;
        let above = match &case.part_of {
            // A step whose lead is not here (yet) is a case like others.
            Some(part) => match self.file(part.lead).await {
                Ok(lead) => Some(lead),
                Err(Failure::NotFound) => return Ok(Vec::new()),
                Err(other) => return Err(other),
            },
            None if case.whole.is_some() => None,
            None => return Ok(Vec::new()),
        };
        let lead = above.as_ref().unwrap_or(acted);
        let members = self.members(lead).await?;
        let mut known = known(&members);
        if let (Some(part), Some(member)) = (&case.part_of, Member::of(case)) {
            known.insert(part.step, member);
        }
        let own = self.next(lead, &known, batch)?;
        if above.is_none() {
            self.take_back(lead, members, batch)?;
        }
        match above {
            None => Ok(own),
            Some(_) if own.is_empty() => Ok(own),
            Some(lead) => self.stage(lead, &own, batch).map(|_| Vec::new()),
        }
    }

    /// Hands out what may begin, and ends what has come to its end. A person who may not leaves it to a desk that may.
    fn next(
        &mut self,
        lead: &OpenFile,
        known: &BTreeMap<StepNo, Member>,
        batch: &mut Batch,
    ) -> Result<Vec<Edit>, Failure> {
        let Some(progress) = Progress::of(&lead.facts.case, known) else { return Ok(Vec::new()) };
        if lead.facts.case.stage != Stage::Accepted || permit(&self.who, Action::Accept, &lead.subject()).is_err() {
            return Ok(Vec::new());
        }
        for no in progress.ready() {
            self.open_step(lead, no, batch)?;
        }
        match progress.verdict(&lead.facts.case, known) {
            Some(verdict) => left_for_later(self.decided(lead, Command::CloseWhole(verdict))),
            None => Ok(Vec::new()),
        }
    }

    /// A step becomes a case: with the facts of the whole, which are asked for once (R116).
    fn open_step(&mut self, lead: &OpenFile, no: StepNo, batch: &mut Batch) -> Result<(), Failure> {
        let Some(opening) = self.opening(lead, no) else { return Ok(()) };
        let file = self.new_file(member_id(lead.id, no), lead.scope)?;
        let acts = left_for_later(self.decided(&file, Command::OpenStep(Box::new(opening))))?;
        if acts.is_empty() {
            return Ok(());
        }
        let registers = &lead.facts.registers;
        let known = registers.iter().map(|(path, value)| Edit::Register { path: path.clone(), value: value.clone() });
        let edits: Vec<Edit> = known.chain(acts).collect();
        self.stage(file, &edits, batch).map(drop)
    }

    /// How a step begins; `None` for one that is no case.
    fn opening(&self, lead: &OpenFile, no: StepNo) -> Option<Opening> {
        let case = &lead.facts.case;
        let step = case.whole.as_ref()?.order.step(no)?;
        let (item, number) = (step.item.clone()?, step.number?);
        let (mark, whole) = case.receipt.as_ref()?;
        let entrusted = self.item(&item).is_none_or(drafts::may_be_entrusted);
        let mandate = case.mandate.as_ref().filter(|state| entrusted && state.ended.is_none());
        let help = case.help.unwrap_or(Help::Guidance);
        Some(Opening {
            lead: lead.id,
            step: no,
            handler: case.opened.as_ref().map_or_else(|| mark.by.clone(), |opened| opened.by.clone()),
            help: if help == Help::Proxy && mandate.is_none() { Help::Guidance } else { help },
            mandate: mandate.map(|state| state.mandate.clone()),
            receipt: Receipt {
                number,
                item,
                item_name: step.name.clone(),
                catalogue: whole.catalogue,
                limits: step.limits,
                id: if case.id == IdCheck::Seen { IdCheck::Seen } else { IdCheck::Later },
                taken: None,
                papers: papers(case, whole, step),
            },
            to: step.department.clone(),
        })
    }

    /// What the applicant does not want any more is taken back where it had begun (R74, R119).
    fn take_back(&mut self, lead: &OpenFile, members: Members, batch: &mut Batch) -> Result<(), Failure> {
        let case = &lead.facts.case;
        let withdrawn = matches!(case.stage, Stage::Decided { outcome: Outcome::Withdrawn });
        let dropped = |no: &StepNo| case.whole.as_ref().is_some_and(|whole| whole.dropped.contains_key(no));
        for (no, file) in members {
            if file.facts.case.stage.is_open() && (withdrawn || dropped(&no)) {
                let reason = reason(lead, no);
                let acts = left_for_later(self.decided(&file, Command::Withdraw { reason, papers_returned: 0 }))?;
                if !acts.is_empty() {
                    self.stage(file, &acts, batch)?;
                }
            }
        }
        Ok(())
    }

    /// Hands over results: each step's case gets its proof, and the whole when nothing is left to hand over (R120).
    async fn deliver(&mut self, lead: OpenFile, call: DeliverResults) -> Result<(OpenFile, Batch, Vec<Edit>), Failure> {
        let mut members = self.members(&lead).await?;
        let case = &lead.facts.case;
        let progress = Progress::of(case, &known(&members)).ok_or(Failure::NotFound)?;
        let whole = case.whole.as_ref().ok_or(Failure::NotFound)?;
        let running = matches!(progress.state, State::Waiting | State::Running);
        if running && whole.choice == Choice::Together {
            return Err(Failure::Refused { why: Refusal::TogetherOnly });
        }
        let command = Command::Deliver { way: call.way, signer: call.signer.clone(), relation: call.relation.clone() };
        let mut batch = Batch::default();
        for no in &call.steps {
            let file = members.remove(no).ok_or(Failure::NotFound)?;
            let command = self.collected(&file, command.clone());
            let mut acts = file;
            let edits = self.decided(&acts, command)?;
            tried(&mut acts, &edits);
            members.insert(*no, self.stage(acts, &edits, &mut batch)?);
        }
        let waits = |member: &Member| {
            matches!(&member.closed, Some((_, decision)) if decision.outcome == Outcome::Granted)
                && member.delivered == Delivered::No
        };
        let open = known(&members).values().any(waits);
        let own = match matches!(case.stage, Stage::Decided { .. }) && !open {
            true => {
                let command = self.collected(&lead, command);
                self.decided(&lead, command)?
            }
            false => Vec::new(),
        };
        Ok((lead, batch, own))
    }

    /// What a command on a case of a bundle must not do by itself.
    pub(super) async fn fits_bundle(&self, file: &OpenFile, command: &Command) -> Result<(), Failure> {
        let case = &file.facts.case;
        let alone = |lead: &Case| match results(lead) {
            Choice::AsTheyCome => Ok(()),
            Choice::Together => Err(Failure::Refused { why: Refusal::TogetherOnly }),
        };
        match command {
            Command::Deliver { .. } if case.whole.is_some() => alone(case),
            Command::Deliver { .. } => match &case.part_of {
                None => Ok(()),
                Some(part) => match self.file(part.lead).await {
                    Ok(lead) => alone(&lead.facts.case),
                    Err(Failure::NotFound) => Ok(()),
                    Err(other) => Err(other),
                },
            },
            Command::AskStep { step } | Command::AnswerStep { step, .. } => {
                let members = self.members(file).await?;
                let progress = Progress::of(case, &known(&members));
                let turn = progress.as_ref().and_then(|progress| progress.standing(*step));
                use daiban_model::bundle::Standing as At;
                match turn {
                    Some(At::Waits { .. } | At::Stuck) => Err(Failure::Refused { why: Refusal::NotItsTurn }),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// How results are handed over: by the applicant's choice, and one by one where the whole came to nothing.
fn results(lead: &Case) -> Choice {
    let over = lead.decision.as_ref().is_some_and(|decision| decision.outcome != Outcome::Granted);
    lead.whole.as_ref().map_or(Choice::AsTheyCome, |whole| if over { Choice::AsTheyCome } else { whole.choice })
}

/// What cannot be done now, for a field is disputed or a document not seen, is offered on the lead's page afterwards.
fn left_for_later(decided: Result<Vec<Edit>, Failure>) -> Result<Vec<Edit>, Failure> {
    match decided {
        Err(Failure::Refused { .. } | Failure::Denied { .. }) => Ok(Vec::new()),
        other => other,
    }
}

/// The applicant's words for taking a step back, as they stand at the lead.
fn reason(lead: &OpenFile, no: StepNo) -> String {
    use daiban_model::case::What;
    let told = lead.facts.events.iter().rev().find_map(|event| match &event.what {
        What::StepDropped { step, reason } if *step == no => Some(reason.clone()),
        What::Withdrawn { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    told.unwrap_or_default()
}

/// The papers of a step as they stand at the lead; what another step makes comes without paper.
fn papers(case: &Case, whole: &Receipt, step: &OrderStep) -> Vec<PaperLine> {
    let line = |paper: &daiban_model::bundle::StepPaper| {
        let merged = paper.line.and_then(|line| whole.papers.get(usize::from(line)));
        let now = merged.map(|line| case.papers.iter().find(|paper| paper.name == line.name).unwrap_or(line));
        let (state, count) = now.map_or((PaperState::Electronic, 1), |paper| (paper.state, paper.count));
        PaperLine { name: paper.name.clone(), state, count }
    };
    step.papers.iter().map(line).collect()
}
