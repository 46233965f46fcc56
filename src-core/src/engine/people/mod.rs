//! People, households and enterprises: registered, looked at, told apart, joined.
//!
//! A case keeps what was typed when it was received. Here is what is known of those it is for: the next case is filled in from it.

mod data;
mod page;
mod received;
mod twins;
mod yearly;

use daiban_model::access::{Action, Permit, Subject, permit};
use daiban_model::api::{
    ActOnPerson, Changed, DraftPerson, Failure, FillFromPerson, FilledIn, Later, OpenPerson, PersonPage,
    RegisterPerson, RevealFact, Revealed, Seen,
};
use daiban_model::case::decide::Moment;
use daiban_model::identity::CitizenId;
use daiban_model::ids::{CaseId, PersonId, ScopeCode};
use daiban_model::person::{self, Command, ConsentBy, Fact, Kind, Purpose, decide, is_child};
use daiban_model::wire::DocId;

use super::answer::Answer;
use super::desk::{Desk, Staged, doc_failure};
use super::drafts::fresh_id;
use super::{Engine, check, internal, storage};
use crate::doc::{Doc, Edit};
use crate::projection::{self, PersonFacts, Row};
use crate::store::{Batch, DocKind, Store, Stored};

/// The version of the notice about personal information that is given now (R196): the words of `notice.personal` in the window.
pub(in crate::engine) const NOTICE: u16 = 1;

/// Somebody as they are worked on.
pub(super) struct PersonFile {
    pub(super) id: PersonId,
    pub(super) scope: ScopeCode,
    stored: Stored,
    doc: Doc,
    pub(super) facts: PersonFacts,
}

impl PersonFile {
    /// What an action on it is about.
    pub(super) fn subject(&self) -> Subject {
        let handler = self.facts.person.registered.as_ref().map(|(mark, _)| mark.by.clone());
        Subject { scope: self.scope, handler }
    }

    /// Under which id looks at it are written down, among those at cases.
    pub(super) fn seen_as(&self) -> CaseId {
        projection::case_id(self.id.0.into_bytes())
    }
}

impl<S: Store> Answer<S> for OpenPerson {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<PersonPage>, Failure> {
        let desk = engine.desk()?;
        let file = desk.person(self.id).await?;
        Ok(Box::new(desk.person_page(&file).await?))
    }
}

impl<S: Store> Answer<S> for RegisterPerson {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<PersonPage>, Failure> {
        let desk = engine.desk()?;
        let mut batch = Batch::default();
        let file = desk.register(self, &mut batch).await?;
        desk.commit(batch).await?;
        let page = desk.person_page(&file).await?;
        engine.tell(Changed::People);
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for ActOnPerson {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<PersonPage>, Failure> {
        let desk = engine.desk()?;
        let file = desk.person(self.id).await?;
        let command = desk.looked_over(&file, self.command)?;
        let other = match &command {
            Command::Join { other, .. } | Command::Part { other, .. } => Some(desk.person(*other).await?),
            _ => None,
        };
        let mut batch = Batch::default();
        let file = match other {
            Some(other) => desk.of_both(file, other, command, &mut batch)?,
            None => {
                let edits = desk.decided_on(&file, command)?;
                desk.stage_person(file, &edits, &mut batch)?
            }
        };
        desk.commit(batch).await?;
        let page = desk.person_page(&file).await?;
        engine.tell(Changed::People);
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for RevealFact {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Revealed, Failure> {
        let desk = engine.desk()?;
        let file = desk.person(self.id).await?;
        desk.may(Action::Reveal, &file.subject())?;
        desk.looked_at(file.seen_as(), &[Seen::FactFor(self.fact, self.why)]).await?;
        Ok(Revealed { value: file.facts.fact(self.fact).to_owned() })
    }
}

impl<S: Store> Answer<S> for FillFromPerson {
    /// Numbers are copied for those who may see them whole (R213); others type them anew.
    async fn answer(self, engine: &mut Engine<S>) -> Result<FilledIn, Failure> {
        let desk = engine.desk()?;
        let file = desk.person(self.id).await?;
        let facts = &file.facts;
        let whole = desk.may(Action::Reveal, &file.subject()).is_ok();
        let hidden = |fact: &Fact| fact.is_masked() && !facts.fact(*fact).is_empty();
        let masked: Vec<Seen> = Fact::ALL.into_iter().filter(|fact| whole && hidden(fact)).map(Seen::Fact).collect();
        desk.looked_at(file.seen_as(), &masked).await?;
        let value = |fact: Fact| {
            if whole || !fact.is_masked() { facts.fact(fact).to_owned() } else { String::new() }
        };
        let later = |fact: Fact| if facts.fact(fact).is_empty() { Later::Absent } else { Later::Given };
        Ok(Box::new(DraftPerson {
            name: value(Fact::Name),
            citizen_id: if facts.kind == Kind::Person { value(Fact::Number) } else { String::new() },
            id_later: later(Fact::Number),
            phone: value(Fact::Phone),
            phone_none: later(Fact::Phone),
            address: value(Fact::Address),
            household: value(Fact::Registered),
            contact: value(Fact::Contact),
            contact_phone: value(Fact::ContactPhone),
            guardian: value(Fact::Guardian),
            guardian_relation: value(Fact::GuardianRelation),
            known: Some(file.id),
            ..DraftPerson::default()
        }))
    }
}

impl<S: Store> Desk<S> {
    /// Opens somebody whom this person may see. Somebody outside is not there.
    pub(super) async fn person(&self, id: PersonId) -> Result<PersonFile, Failure> {
        let stored = self.store.load(id.0.into_bytes()).await.map_err(storage)?;
        let state = stored.state.as_ref().filter(|state| state.kind != DocKind::Case).ok_or(Failure::NotFound)?;
        let scope = state.scope;
        let doc = Doc::open(&stored).map_err(doc_failure)?;
        let facts = PersonFacts::of(&doc);
        let file = PersonFile { id, scope, stored, doc, facts };
        permit(&self.who, Action::Read, &file.subject()).map_err(|_| Failure::NotFound)?;
        Ok(file)
    }

    /// Registers somebody apart from a case.
    async fn register(&mut self, call: RegisterPerson, batch: &mut Batch) -> Result<PersonFile, Failure> {
        let RegisterPerson { kind, facts, told, consent, despite_twin } = call;
        self.may(Action::Collect, &Subject { scope: self.scope(), handler: None })?;
        let today = self.now().date();
        let facts = facts
            .into_iter()
            .map(|(fact, value)| Ok((fact, check::fact(kind, fact, &value, today)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        let value = |wanted: Fact| facts.iter().find(|(fact, _)| *fact == wanted).map_or("", |(_, value)| value);
        check::fact(kind, Fact::Name, value(Fact::Name), today)?;
        let day = self.sure_day();
        if kind == Kind::Person && consent_missing(value(Fact::Number), value(Fact::Born), consent.as_ref(), day) {
            return Err(bad("guardian_needed"));
        }
        let twins = self.twins(kind, value(Fact::Name), value(Fact::Number), value(Fact::Born), &[]).await?;
        if !twins.is_empty() && despite_twin.trim().is_empty() {
            return Err(bad("twin_known"));
        }
        let mut commands = vec![Command::Register { kind, despite: despite_twin.trim().to_owned() }];
        if kind != Kind::Household {
            let how = told.ok_or_else(|| bad("notice_first"))?;
            let by = consent.ok_or_else(|| bad("keep_first"))?;
            commands.push(Command::Tell { version: NOTICE, how });
            commands.push(Command::Consent { purpose: Purpose::Keep, to: String::new(), by });
        }
        self.begin(kind, facts, commands, batch)
    }

    /// A new document: its registers and first acts as one change.
    pub(super) fn begin(
        &mut self,
        kind: Kind,
        facts: Vec<(Fact, String)>,
        commands: Vec<Command>,
        batch: &mut Batch,
    ) -> Result<PersonFile, Failure> {
        let doc_kind = match kind {
            Kind::Person => DocKind::Person,
            Kind::Household => DocKind::Household,
            Kind::Enterprise => DocKind::Enterprise,
        };
        let mut chance = [0; 10];
        self.edge.chance(&mut chance);
        let id = PersonId(fresh_id(self.now().0.max(0).unsigned_abs(), &chance));
        let doc = Doc::new(doc_kind).map_err(doc_failure)?;
        let facts_now = PersonFacts::of(&doc);
        let mut file = PersonFile { id, scope: self.scope(), stored: Stored::default(), doc, facts: facts_now };
        let filled = facts.into_iter().filter(|(_, value)| !value.is_empty());
        let mut edits: Vec<Edit> =
            filled.map(|(fact, value)| Edit::Register { path: fact.path().to_owned(), value }).collect();
        for command in commands {
            // Each act rests on the ones before it: they are tried on the facts so far and written as one change.
            let (event, new) = self.decided_event(&file, command)?;
            file.facts.events.push(event);
            file.facts.person = person::fold(&file.facts.events);
            edits.extend(new);
        }
        self.stage_person(file, &edits, batch)
    }

    /// What is typed in a command is looked at like what is typed when somebody is registered.
    fn looked_over(&self, file: &PersonFile, command: Command) -> Result<Command, Failure> {
        let today = self.now().date();
        let facts = &file.facts;
        match command {
            Command::Register { .. } => Err(internal("a command that has a call of its own")),
            Command::Type { fact, to, reason, .. } => {
                let to = check::fact(facts.kind, fact, &to, today)?;
                let number = CitizenId::parse(facts.fact(Fact::Number), today).ok();
                let otherwise = number.is_some_and(|number| match fact {
                    Fact::Born => to != number.birth().to_string(),
                    Fact::Sex => (to == "女") != (number.sex() == daiban_model::identity::Sex::Female),
                    _ => false,
                });
                if otherwise && reason.trim().is_empty() {
                    // R83: what the number says may be corrected, with a reason.
                    return Err(bad("reason_needed"));
                }
                Ok(Command::Type { fact, from: facts.fact(fact).to_owned(), to, reason })
            }
            Command::Consent { by: ConsentBy::Own, .. }
                if facts.born().is_some_and(|born| is_child(born, self.sure_day())) =>
            {
                Err(bad("guardian_needed"))
            }
            other => Ok(other),
        }
    }

    /// A joining or parting is written into both documents in one commit, so that whichever comes to a desk says so. P2
    fn of_both(
        &mut self,
        file: PersonFile,
        other: PersonFile,
        command: Command,
        batch: &mut Batch,
    ) -> Result<PersonFile, Failure> {
        let mirrored = match command.clone() {
            Command::Join { reason, .. } => Command::Join { other: file.id, reason },
            Command::Part { reason, .. } => Command::Part { other: file.id, reason },
            _ => return Err(internal("a command about one")),
        };
        let edits = self.decided_on(&file, command)?;
        match self.decided_on(&other, mirrored) {
            Ok(edits) => drop(self.stage_person(other, &edits, batch)?),
            // The other document says so already: it came without this one.
            Err(Failure::PersonRefused { why: person::Refusal::StandsAlready | person::Refusal::NothingToReferTo }) => {
            }
            Err(failure) => return Err(failure),
        }
        self.stage_person(file, &edits, batch)
    }

    /// What a command comes to: an event, and the register that goes with it.
    pub(super) fn decided_on(&mut self, file: &PersonFile, command: Command) -> Result<Vec<Edit>, Failure> {
        self.decided_event(file, command).map(|(_, edits)| edits)
    }

    pub(super) fn decided_event(
        &mut self,
        file: &PersonFile,
        command: Command,
    ) -> Result<(person::Event, Vec<Edit>), Failure> {
        let permit: Permit = self.may(command.action(), &file.subject())?;
        let register = match &command {
            Command::Type { fact, to, .. } => Some((*fact, to.clone())),
            _ => None,
        };
        let now: Moment<'_> = self.tick();
        let decided = decide(file.id, &file.facts.person, command, &permit, &now);
        let event = decided.map_err(|why| Failure::PersonRefused { why })?;
        self.clock.observe(event.stamp.hlc, self.edge.now());
        let mut edits = vec![Edit::Event { stamp: event.stamp, text: event.to_text() }];
        edits.extend(register.map(|(fact, value)| Edit::Register { path: fact.path().to_owned(), value }));
        Ok((event, edits))
    }

    /// Prepares edits of somebody's document for a commit.
    pub(super) fn stage_person(
        &self,
        mut file: PersonFile,
        edits: &[Edit],
        batch: &mut Batch,
    ) -> Result<PersonFile, Failure> {
        let id: DocId = file.id.0.into_bytes();
        if self.stage_doc((id, file.scope), &mut file.doc, &mut file.stored, edits, batch)? == Staged::Something {
            file.facts = PersonFacts::of(&file.doc);
            if let Row::Person(row) = self.row(id, file.scope, &file.doc) {
                batch.people.push(*row);
            }
        }
        Ok(file)
    }
}

/// Whether somebody under fourteen is registered without a guardian's consent (R198).
fn consent_missing(number: &str, born: &str, consent: Option<&ConsentBy>, today: jiff::civil::Date) -> bool {
    let by_number = CitizenId::parse(number, today).ok().map(|id| id.birth());
    let born = born.parse().ok().or(by_number);
    let child = born.is_some_and(|born| is_child(born, today));
    child && !matches!(consent, Some(ConsentBy::Guardian { .. }))
}

pub(super) fn bad(code: &str) -> Failure {
    Failure::BadValue { code: code.to_owned(), arg: String::new() }
}
