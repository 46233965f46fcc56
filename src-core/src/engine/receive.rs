//! 收件: a draft becomes cases, one an item, each with its number, its mandate, its notice and its note, in one commit.

use daiban_model::api::{Changed, Draft, DraftFault, Failure, Later, ReceiveDraft, SignatureKind, Step, Taken};
use daiban_model::case::Command;
use daiban_model::case::event::{Help, IdCheck, Limits, Mandate, PaperLine, PaperState, Receipt, Signature};
use daiban_model::case::field::{self, Field};
use daiban_model::catalogue::Item;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::{CaseId, PersonId, ScopeCode};
use daiban_model::wire;

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, check, drafts, internal, people, storage};
use crate::doc::Edit;
use crate::projection::day_number;
use crate::store::{Batch, RowQuery, Store};

impl<S: Store> Answer<S> for ReceiveDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Taken, Failure> {
        let desk = engine.desk()?;
        let mut draft = desk.draft(self.id).await?;
        draft.papers = desk.papers(&draft);
        let items = desk.checked(&draft).await?;
        let mut counter = desk.counter().await?;
        let (mut batch, mut files) = (Batch::default(), Vec::new());
        let person = desk.person_of(&draft, &items, &mut batch).await?;
        for item in &items {
            counter = counter
                .checked_add(1)
                .filter(|n| *n <= 9999)
                .ok_or_else(|| internal("no case number is left today"))?;
            let file = desk.receive(&draft, person, item, counter, &mut batch)?;
            files.push(file);
        }
        batch.states.push((desk.counter_name(), Some(wire::encode(&counter))));
        batch.states.push(Desk::<S>::without_draft(draft.id));
        desk.commit(batch).await?;
        let sheets = files.iter().map(|file| desk.sheets(file)).collect();
        let cases: Vec<CaseId> = files.iter().map(|file| file.id).collect();
        engine.tell(Changed::Cases { ids: cases.clone() });
        if person.is_some() {
            engine.tell(Changed::People);
        }
        Ok(Taken { cases, sheets })
    }
}

impl<S: Store> Desk<S> {
    /// The items of a draft that has nothing to be put right.
    async fn checked(&self, draft: &Draft) -> Result<Vec<Item>, Failure> {
        let today = self.now().date();
        let mut faults = check::draft(draft, today);
        faults.extend(check::guardian(draft, self.sure_day()));
        let found: Vec<Item> = draft.items.iter().filter_map(|code| self.item(code).cloned()).collect();
        if found.len() != draft.items.len() {
            faults.push(DraftFault {
                step: Step::Items,
                focus: "items".into(),
                code: "unknown_item".into(),
                arg: String::new(),
            });
        }
        if found.iter().any(drafts::may_be_entrusted) {
            faults.extend(check::mandate(draft, today));
        }
        let open = self.open_matters(&draft.person).await?;
        let again = open.iter().find(|matter| draft.items.contains(&matter.item));
        if let Some(matter) = again.filter(|_| draft.despite_open.trim().is_empty()) {
            // R88: going on needs a reason.
            let arg = matter.number.clone();
            faults.push(DraftFault {
                step: Step::Check,
                focus: "despite_open".into(),
                code: "open_already".into(),
                arg,
            });
        }
        if faults.is_empty() { Ok(found) } else { Err(Failure::DraftFaults { faults }) }
    }

    /// One item received: registers and acts as one change.
    fn receive(
        &mut self,
        draft: &Draft,
        person: Option<PersonId>,
        item: &Item,
        counter: u16,
        batch: &mut Batch,
    ) -> Result<OpenFile, Failure> {
        let mut chance = [0; 10];
        self.edge.chance(&mut chance);
        let millis = self.now().0.max(0).unsigned_abs();
        let id = CaseId(drafts::fresh_id(millis, &chance));
        let mut case = self.new_file(id, self.scope())?;
        let mut edits = registers(draft, self.now().date())?;
        edits.extend(person.map(|id| Edit::Register { path: field::FOR.to_owned(), value: id.to_string() }));
        let help = if drafts::may_be_entrusted(item) { draft.help } else { Help::Guidance };
        for command in self.commands(draft, item, help, counter)? {
            // Each act rests on the ones before it: they are tried on the facts so far and written as one change.
            let new = self.decided(&case, command)?;
            for edit in &new {
                if let Edit::Event { stamp, text } = edit {
                    let event = daiban_model::case::Event::from_text(*stamp, text);
                    case.facts.events.extend(event);
                }
            }
            (case.facts.case, case.facts.anomalies) = daiban_model::case::fold(&case.facts.events);
            edits.extend(new);
        }
        self.stage(case, &edits, batch)
    }

    /// The acts of a receipt, in the order of Annex C.
    fn commands(&self, draft: &Draft, item: &Item, help: Help, counter: u16) -> Result<Vec<Command>, Failure> {
        let now = self.now();
        let number = CaseNumber::new(self.scope(), now.date(), self.certificate.device_no, counter)
            .map_err(|_| internal("a case number that does not fit"))?;
        let mut commands = vec![Command::Consult { help, way: draft.way, words: String::new() }];
        commands.extend(draft.person.told.map(|how| Command::Tell { version: people::NOTICE, how }));
        if help == Help::Proxy {
            commands.push(Command::Entrust(mandate(draft, self)?));
        }
        let receipt = Receipt {
            number,
            item: item.code.clone(),
            item_name: item.name.clone(),
            catalogue: self.published.catalogue.as_ref().map_or(0, |catalogue| catalogue.version),
            limits: Limits::from(item),
            id: match draft.person.id_later {
                Later::Given => IdCheck::Seen,
                Later::Absent => IdCheck::Later,
            },
            papers: papers(draft, item),
        };
        commands.push(Command::Receive { receipt: Box::new(receipt), proxy: item.proxy });
        let lines = drafts::notice_lines(draft);
        let own: Vec<_> = lines.into_iter().filter(|line| item.papers.contains(&line.paper)).collect();
        if !own.is_empty() {
            commands.push(Command::GiveNotice { lines: own, raised_by: String::new() });
        }
        let notes = [draft.note.trim(), draft.despite_open.trim()];
        let notes = notes.into_iter().filter(|note| !note.is_empty());
        commands.extend(notes.map(|text| Command::Note { text: text.to_owned() }));
        Ok(commands)
    }

    /// The division a new case belongs to: the person's own unit, or the station's where its certificate does not cover that.
    pub(super) fn scope(&self) -> ScopeCode {
        let covered = self.certificate.scopes.iter().any(|scope| scope.covers(self.who.unit));
        if covered { self.who.unit } else { self.certificate.unit }
    }

    fn counter_name(&self) -> String {
        format!("counter/{}", day_number(self.now().date()))
    }

    /// The last number given today on this device: by its own count, or by any case that is known here, for a disk that was put
    /// back has forgotten to count (R77).
    async fn counter(&self) -> Result<u16, Failure> {
        let name = self.counter_name();
        let found = self.store.states(&name).await.map_err(storage)?;
        let counted = found.first().and_then(|(_, bytes)| wire::decode(bytes, 8).ok()).unwrap_or(0);
        let query = RowQuery::Highest { date: self.now().date(), device: self.certificate.device_no };
        let known = self.store.rows(query).await.map_err(storage)?.highest;
        Ok(known.max(counted))
    }
}

fn papers(draft: &Draft, item: &Item) -> Vec<PaperLine> {
    let line = |name: &String| {
        let answered = draft.papers.iter().find(|paper| paper.name == *name);
        let (state, count) = answered
            .map_or((PaperState::Missing, 1), |paper| (paper.state.unwrap_or(PaperState::Missing), paper.count.max(1)));
        PaperLine { name: name.clone(), state, count }
    };
    item.papers.iter().map(line).collect()
}

fn mandate<S: Store>(draft: &Draft, desk: &Desk<S>) -> Result<Mandate, Failure> {
    let until = draft.mandate.until.parse().map_err(|_| internal("an unchecked mandate"))?;
    let other = draft.mandate.other.trim().to_owned();
    let signature = match draft.mandate.signature {
        Some(SignatureKind::Thumb) => Signature::Thumb { witness: other },
        Some(SignatureKind::Guardian) => {
            Signature::Guardian { name: other, relation: draft.mandate.relation.trim().to_owned() }
        }
        Some(SignatureKind::Hand) | None => Signature::Hand,
    };
    let (agent, from) = (desk.who.agent.clone(), desk.now().date());
    Ok(Mandate { agent, powers: draft.mandate.powers.clone(), from, until, signature })
}

/// The registers of a new case, in their stored form.
fn registers(draft: &Draft, today: jiff::civil::Date) -> Result<Vec<Edit>, Failure> {
    let person = &draft.person;
    let typed = [
        (Field::Name, &person.name),
        (Field::CitizenId, &person.citizen_id),
        (Field::Phone, &person.phone),
        (Field::Address, &person.address),
        (Field::Household, &person.household),
        (Field::Contact, &person.contact),
        (Field::ContactPhone, &person.contact_phone),
        (Field::Employer, &person.employer),
        (Field::InjuredOn, &person.injured_on),
    ];
    let mut edits = Vec::new();
    for (field, value) in typed {
        let value = check::field(field, value, today)?;
        if !value.is_empty() {
            edits.push(Edit::Register { path: field.path().to_owned(), value });
        }
    }
    Ok(edits)
}
