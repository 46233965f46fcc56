//! One case: opened, moved, typed into, settled.

use daiban_model::access::{Action, Subject};
use daiban_model::api::{Act, CasePage, Changed, Failure, Kept, OpenCase, SetField, SettleField};
use daiban_model::case::event::{AcceptanceBasis, DeliveryWay, Event, IdCheck};
use daiban_model::case::field::{self, Field, WhileDisputed};
use daiban_model::case::{Command, Refusal, decide};

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, bundle, check, story};
use crate::doc::Edit;
use crate::store::{Batch, Store};

impl<S: Store> Answer<S> for OpenCase {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let page = desk.case_page(&file).await?;
        let wanted = !desk.was_wiped(self.id).await? && desk.want_thumbs(&file);
        engine.wish |= wanted;
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for Act {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let elsewhere = matches!(
            self.command,
            Command::Receive { .. }
                | Command::Settle { .. }
                | Command::AddFile(_)
                | Command::Order(_)
                | Command::OpenStep(_)
                | Command::CloseWhole(_)
                | Command::Print(_)
        ) || matches!(&self.command, Command::Beside(act) if super::beside::has_own_call(act));
        if elsewhere {
            return Err(super::internal("a command that has a call of its own"));
        }
        let command = checked(self.command, &file, desk.now().date())?;
        let command = desk.collected(&file, command);
        desk.agent_listed(&file, &command)?;
        let command = desk.informed(&file, command).await?;
        desk.still_agreed(&file, &command).await?;
        let file = desk.act(file, command).await?;
        let page = desk.case_page(&file).await?;
        engine.tell(Changed::Cases { ids: vec![self.id] });
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for SetField {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let value = check::field(self.field, &self.value, desk.now().date())?;
        let file = desk.file(self.id).await?;
        let from = file.facts.field(self.field).to_owned();
        let file = match from == value {
            true => file,
            false => desk.act(file, Command::Type { field: self.field, from, to: value }).await?,
        };
        let page = desk.case_page(&file).await?;
        engine.tell(Changed::Cases { ids: vec![self.id] });
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for SettleField {
    /// A settlement keeps one of the values that stand, or a third one that is right where both were wrong.
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        let field = self.field;
        let conflict = file.facts.conflicts.iter().find(|conflict| conflict.path == field.path());
        let values = conflict.ok_or(Failure::NotFound)?.values.iter().map(|(value, ..)| value);
        let kept = match self.kept {
            Kept::Standing { mark } => story::marked(&file.facts, field, &mark).ok_or(Failure::NotFound)?.to_owned(),
            Kept::Typed { value } if values.clone().any(|standing| *standing == value) => value,
            Kept::Typed { value } => check::field(field, &value, desk.now().date())?,
        };
        let dropped = values.filter(|value| **value != kept).cloned().collect();
        let file = desk.act(file, Command::Settle { field, kept, dropped }).await?;
        let page = desk.case_page(&file).await?;
        engine.tell(Changed::Cases { ids: vec![self.id] });
        Ok(Box::new(page))
    }
}

impl<S: Store> Desk<S> {
    /// What the agent of the mandate signs for was collected, whoever enters it and whatever the sheet calls it (R63).
    pub(super) fn collected(&self, file: &OpenFile, command: Command) -> Command {
        let agent = file.facts.case.mandate.as_ref().map(|state| self.published.agent(&state.mandate.agent));
        match command {
            Command::Deliver { signer, relation, .. } if agent.as_deref() == Some(signer.trim()) => {
                Command::Deliver { way: DeliveryWay::ToAgent, signer, relation }
            }
            other => other,
        }
    }

    /// R63: whom a letter names is on the published list and in office, and nobody else signs as the agent.
    fn agent_listed(&self, file: &OpenFile, command: &Command) -> Result<(), Failure> {
        let why = match command {
            Command::Entrust(mandate) => {
                let listed = self.published.roster.get(&mandate.agent);
                let now = self.now();
                let serves = listed.is_some_and(|agent| super::desk::serves(agent, now, self.latest(now)));
                (!serves).then_some(Refusal::AgentNotListed)
            }
            Command::Deliver { way: DeliveryWay::ToAgent, signer, .. } => {
                // The agent of the letter, or the colleague who took the case over in the agent's absence (R37, R41).
                let case = &file.facts.case;
                let letter = case.mandate.as_ref().map(|state| &state.mandate.agent);
                let may_sign: Vec<String> =
                    letter.into_iter().chain(case.beside.taker()).map(|agent| self.published.agent(agent)).collect();
                let other =
                    letter.is_some() && !signer.trim().is_empty() && !may_sign.iter().any(|name| name == signer.trim());
                other.then_some(Refusal::NotTheAgent)
            }
            _ => None,
        };
        why.map_or(Ok(()), |why| Err(Failure::Refused { why }))
    }

    /// R197: what was agreed to be passed on to an office, and then not any more, does not go there. What was passed on stays so.
    async fn still_agreed(&self, file: &OpenFile, command: &Command) -> Result<(), Failure> {
        let receipt = file.facts.case.receipt.as_ref().map(|(_, receipt)| receipt);
        let known = file.facts.registers.get(field::FOR).and_then(|id| id.parse().ok());
        let (Command::HandOver { .. }, Some(receipt), Some(known)) = (command, receipt, known) else { return Ok(()) };
        let Some(department) = self.item(&receipt.item).map(|item| item.department.clone()) else { return Ok(()) };
        // A person whom this desk may not see is seen by the desk that took the consent back.
        for row in self.joined(known).await? {
            let taken_back = match self.person(row.shown.id).await {
                Ok(person) => person.facts.person.took_back(&department),
                Err(Failure::NotFound) => false,
                Err(failure) => return Err(failure),
            };
            if taken_back {
                return Err(Failure::Refused { why: Refusal::ConsentWithdrawn { to: department } });
            }
        }
        Ok(())
    }

    /// Carries out a command on an open case and makes it durable.
    pub(super) async fn act(&mut self, mut file: OpenFile, command: Command) -> Result<OpenFile, Failure> {
        self.fits_bundle(&file, &command).await?;
        self.free_to_go(&file, &command).await?;
        let mut edits = self.decided(&file, command)?;
        let mut batch = Batch::default();
        if file.facts.case.whole.is_some() || file.facts.case.part_of.is_some() {
            bundle::tried(&mut file, &edits);
            edits.extend(self.follow(&file, &mut batch).await?);
        }
        self.write_with(file, &edits, batch).await
    }

    /// What a command comes to: events, and the registers that go with them.
    pub(super) fn decided(&mut self, file: &OpenFile, command: Command) -> Result<Vec<Edit>, Failure> {
        self.decided_as(file, command, &file.subject())
    }

    /// The same, with rights reckoned for another subject: whoever a case was offered to does not have it yet (R41).
    pub(super) fn decided_as(
        &mut self,
        file: &OpenFile,
        command: Command,
        subject: &Subject,
    ) -> Result<Vec<Edit>, Failure> {
        undisputed(file, &command)?;
        identified(file, &command)?;
        let permit = self.may(command.action(), subject)?;
        let register = match &command {
            Command::Type { field, to, .. } => Some((*field, to.clone())),
            Command::Settle { field, kept, .. } => Some((*field, kept.clone())),
            Command::CheckId { number, .. } => Some((Field::CitizenId, number.clone())),
            _ => None,
        };
        let now = self.tick();
        let events = decide(&file.facts.case, command, &permit, &now).map_err(|why| Failure::Refused { why })?;
        if let Some(last) = events.last() {
            // A decision may use later readings than the one it was given; the next act comes after all of them.
            self.clock.observe(last.stamp.hlc, self.now());
        }
        let mut edits: Vec<Edit> = events.iter().map(event_edit).collect();
        edits.extend(register.map(|(field, value)| Edit::Register { path: field.path().to_owned(), value }));
        Ok(edits)
    }
}

pub(super) fn event_edit(event: &Event) -> Edit {
    Edit::Event { stamp: event.stamp, text: event.to_text() }
}

/// What is typed in a command is looked at like what is typed in a field.
fn checked(command: Command, file: &OpenFile, today: jiff::civil::Date) -> Result<Command, Failure> {
    Ok(match command {
        Command::Type { field, to, .. } => {
            let from = file.facts.field(field).to_owned();
            Command::Type { field, from, to: check::field(field, &to, today)? }
        }
        Command::CheckId { number, .. } => {
            let from = file.facts.field(Field::CitizenId).to_owned();
            Command::CheckId { from, number: check::field(Field::CitizenId, &number, today)? }
        }
        Command::Correct { field, value, reason } => {
            Command::Correct { field, value: check::field(field, &value, today)?, reason }
        }
        other => other,
    })
}

/// The field that others rest on and that nobody has chosen for yet.
pub(super) fn disputed(file: &OpenFile) -> Option<Field> {
    let waits = |field: &Field| {
        field.while_disputed() == WhileDisputed::Waits
            && file.facts.conflicts.iter().any(|conflict| conflict.path == field.path())
    };
    Field::ALL.into_iter().find(waits)
}

/// Whether nobody has seen the person's document yet, or its number was taken out again (R84).
pub(super) fn unidentified(file: &OpenFile) -> bool {
    let case = &file.facts.case;
    case.receipt.is_some() && (case.id == IdCheck::Later || file.facts.field(Field::CitizenId).is_empty())
}

/// R84: who is not known is not accepted. Silence accepts all the same (行政许可法 art 32(4)).
fn identified(file: &OpenFile, command: &Command) -> Result<(), Failure> {
    let accepts = match command {
        Command::Accept { basis } => *basis != AcceptanceBasis::Deemed,
        Command::FinishAtOnce { .. } => true,
        _ => false,
    };
    if accepts && unidentified(file) { Err(Failure::Refused { why: Refusal::IdNotSeen }) } else { Ok(()) }
}

/// A field that others rest on waits until someone has chosen (design.md section 4); notes and the choice itself go on.
fn undisputed(file: &OpenFile, command: &Command) -> Result<(), Failure> {
    // A picture of a paper may be what settles it.
    let beside = command.action() == Action::Annotate || matches!(command, Command::AddFile(_));
    // A paper bears the name and the number that are in doubt.
    if beside && !matches!(command, Command::Print(_)) {
        return Ok(());
    }
    match disputed(file) {
        Some(field) => Err(Failure::Refused { why: Refusal::Disputed { field } }),
        None => Ok(()),
    }
}
