//! 收件: a draft becomes cases, one an item, each with its number, its mandate, its notice and its note, in one commit.

use daiban_model::api::{
    Changed, Draft, DraftFault, DraftPerson, Failure, Later, ReceiveDraft, SignatureKind, Step, Taken,
};
use daiban_model::bundle::NotInCatalogue;
use daiban_model::case::event::{Help, IdCheck, Limits, Mandate, PaperLine, PaperState, Receipt, Signature};
use daiban_model::case::field::{self, Field};
use daiban_model::case::{Command, Stage};
use daiban_model::catalogue::{Item, ProxyMode};
use daiban_model::identity::CaseNumber;
use daiban_model::ids::{CaseId, ItemCode, PersonId, ScopeCode};
use daiban_model::wire;

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, bundle, check, drafts, internal, people, storage};
use crate::doc::Edit;
use crate::projection::day_number;
use crate::store::{Batch, RowQuery, Store};

/// Under which names the numbers given on a day are counted.
pub(super) const COUNTER: &str = "counter/";

impl<S: Store> Answer<S> for ReceiveDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Taken, Failure> {
        let desk = engine.desk()?;
        let mut draft = desk.draft(self.id).await?;
        draft.papers = desk.papers(&draft);
        let items = desk.checked(&draft).await?;
        let mut numbers = desk.numbers().await?;
        let (mut batch, mut files) = (Batch::default(), Vec::new());
        let person = desk.person_of(&draft, &items, &mut batch).await?;
        // What was asked before goes on in its own case; further items get cases of their own.
        let mut begun = desk.begun(&draft).await?;
        if draft.bundle.is_some() {
            files.push(desk.receive_bundle(&draft, person, begun.take(), &mut numbers, &mut batch)?);
        }
        for item in &items {
            files.push(desk.receive(&draft, person, item, begun.take(), &mut numbers, &mut batch)?);
        }
        batch.states.push((desk.counter_name(), Some(wire::encode(&numbers.last))));
        batch.states.push(Desk::<S>::without_draft(draft.id));
        desk.commit(batch).await?;
        let rows = files.iter().map(|file| desk.listed(file)).collect();
        let cases: Vec<CaseId> = files.iter().map(|file| file.id).collect();
        engine.tell(Changed::Cases { ids: cases.clone() });
        if person.is_some() {
            engine.tell(Changed::People);
        }
        Ok(Taken { cases, rows })
    }
}

impl<S: Store> Desk<S> {
    /// The items of a draft that has nothing to be put right.
    async fn checked(&self, draft: &Draft) -> Result<Vec<Item>, Failure> {
        let today = self.now().date();
        let mut faults = check::draft(draft, today);
        faults.extend(check::guardian(draft, self.sure_day()));
        faults.extend(self.unasked(draft));
        faults.extend(self.bundle_faults(draft));
        faults.extend(self.not_here(draft));
        faults.extend(check::taken(draft, self.now()));
        let found: Vec<Item> = draft.items.iter().filter_map(|code| self.item(code).cloned()).collect();
        if found.len() != draft.items.len() {
            faults.push(DraftFault {
                step: Step::Items,
                focus: "items".into(),
                code: "unknown_item".into(),
                arg: String::new(),
            });
        }
        if draft.bundle.is_some() || found.iter().any(drafts::may_be_entrusted) {
            faults.extend(check::mandate(draft, today));
        }
        let open = self.open_matters(&draft.person).await?;
        let again = open.iter().find(|matter| drafts::wanted(draft, &matter.item));
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
        begun: Option<OpenFile>,
        numbers: &mut Numbers,
        batch: &mut Batch,
    ) -> Result<OpenFile, Failure> {
        let help = if drafts::may_be_entrusted(item) { draft.help } else { Help::Guidance };
        let receipt = Receipt {
            number: numbers.next()?,
            item: item.code.clone(),
            item_name: item.name.clone(),
            catalogue: self.published.catalogue.as_ref().map_or(0, |catalogue| catalogue.version),
            limits: Limits::from(item),
            id: seen(draft),
            taken: check::taken_at(draft, self.now()),
            papers: item.papers.iter().map(|name| line(draft, name)).collect(),
        };
        let receive = Command::Receive { receipt: Box::new(receipt), proxy: item.proxy };
        self.write_new(draft, person, begun, help, vec![receive], batch)
    }

    /// A bundle received: one case leads it, under the one number; the cases of its steps get theirs now and begin when their turn
    /// comes (R117).
    fn receive_bundle(
        &mut self,
        draft: &Draft,
        person: Option<PersonId>,
        begun: Option<OpenFile>,
        numbers: &mut Numbers,
        batch: &mut Batch,
    ) -> Result<OpenFile, Failure> {
        let none = || internal("a bundle that was not looked at");
        let (bundle, wanted) = self.drafted(draft).ok_or_else(none)?;
        let (catalogue, version) =
            self.published.catalogue.as_ref().zip(self.published.bundles.as_ref()).ok_or_else(none)?;
        let chosen = bundle.chosen(&wanted.answers).map_err(|_| none())?;
        let number = numbers.next()?;
        let order = bundle
            .order(version.version, &chosen, catalogue, || numbers.next().map_err(Unmade::Number))
            .map_err(|unmade| match unmade {
                Unmade::Number(failure) => failure,
                Unmade::Item => none(),
            })?;
        let receipt = Receipt {
            number,
            item: ItemCode::from(&bundle.id),
            item_name: bundle.name.clone(),
            catalogue: catalogue.version,
            limits: drafts::bundle_limits(bundle),
            id: seen(draft),
            taken: check::taken_at(draft, self.now()),
            papers: draft.papers.iter().map(|paper| line(draft, &paper.name)).collect(),
        };
        let receive = Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy };
        self.write_new(draft, person, begun, draft.help, vec![Command::Order(Box::new(order)), receive], batch)
    }

    /// A new case with what the draft says of the person, the mandate and the papers, and these acts in the midst of it.
    fn write_new(
        &mut self,
        draft: &Draft,
        person: Option<PersonId>,
        begun: Option<OpenFile>,
        help: Help,
        acts: Vec<Command>,
        batch: &mut Batch,
    ) -> Result<OpenFile, Failure> {
        let asked = begun.as_ref().map(|file| file.facts.case.help.unwrap_or(help));
        let mut case = match begun {
            Some(file) => file,
            None => self.fresh_file()?,
        };
        let mut edits = registers(&draft.person, self.now().date())?;
        edits.extend(person.map(|id| Edit::Register { path: field::FOR.to_owned(), value: id.to_string() }));
        let commands = self.commands(draft, asked.unwrap_or(help), acts)?;
        // The question was registered when it was asked.
        for command in commands.into_iter().skip(usize::from(asked.is_some())) {
            // Each act rests on the ones before it: they are tried on the facts so far and written as one change.
            let new = self.decided(&case, command)?;
            bundle::tried(&mut case, &new);
            edits.extend(new);
        }
        if let Some(both) = self.both_times() {
            edits.extend(self.decided(&case, both)?);
        }
        self.stage(case, &edits, batch)
    }

    /// An empty case with an identity of its own.
    pub(super) fn fresh_file(&self) -> Result<OpenFile, Failure> {
        let mut chance = [0; 10];
        self.edge.chance(&mut chance);
        let millis = self.now().0.max(0).unsigned_abs();
        self.new_file(CaseId(drafts::fresh_id(millis, &chance)), self.scope())
    }

    /// The case in which the draft's question was registered, while nothing was received in it.
    async fn begun(&self, draft: &Draft) -> Result<Option<OpenFile>, Failure> {
        let Some(id) = draft.case else { return Ok(None) };
        let file = self.file(id).await?;
        Ok((file.facts.case.stage == Stage::Consulting).then_some(file))
    }

    /// The acts of a receipt, in the order of Annex C.
    fn commands(&self, draft: &Draft, help: Help, acts: Vec<Command>) -> Result<Vec<Command>, Failure> {
        let mut commands = vec![Command::Consult { help, way: draft.way, words: String::new() }];
        commands.extend(draft.person.told.map(|how| Command::Tell { version: people::NOTICE, how }));
        if help == Help::Proxy {
            commands.push(Command::Entrust(mandate(draft, self)?));
        }
        let asked = |command: &Command| match command {
            Command::Receive { receipt, .. } => receipt.papers.iter().map(|paper| paper.name.clone()).collect(),
            _ => Vec::new(),
        };
        let papers: Vec<String> = acts.iter().flat_map(asked).collect();
        commands.extend(acts);
        let lines = drafts::notice_lines(draft);
        let own: Vec<_> = lines.into_iter().filter(|line| papers.contains(&line.paper)).collect();
        if !own.is_empty() {
            commands.push(Command::GiveNotice { lines: own, raised_by: String::new(), trigger: String::new() });
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
        format!("{COUNTER}{}", day_number(self.now().date()))
    }

    /// The numbers that follow the last one given today on this device: by its own count, or by any case that is known here, for a
    /// disk that was put back has forgotten to count (R77). Numbers that wait in a bundle for their step are counted, not seen.
    async fn numbers(&self) -> Result<Numbers, Failure> {
        let name = self.counter_name();
        let found = self.store.states(&name).await.map_err(storage)?;
        let counted = found.first().and_then(|(_, bytes)| wire::decode(bytes, 8).ok()).unwrap_or(0);
        let query = RowQuery::Highest { date: self.now().date(), device: self.certificate.device_no };
        let known = self.store.rows(query).await.map_err(storage)?.highest;
        let (unit, date, device) = (self.scope(), self.now().date(), self.certificate.device_no);
        Ok(Numbers { unit, date, device, last: known.max(counted) })
    }
}

/// Case numbers of one day at one device (R77).
struct Numbers {
    unit: ScopeCode,
    date: jiff::civil::Date,
    device: u8,
    last: u16,
}

impl Numbers {
    fn next(&mut self) -> Result<CaseNumber, Failure> {
        let counter = self.last.checked_add(1).filter(|n| *n <= 9999);
        self.last = counter.ok_or_else(|| internal("no case number is left today"))?;
        CaseNumber::new(self.unit, self.date, self.device, self.last)
            .map_err(|_| internal("a case number that does not fit"))
    }
}

/// Why no order was made.
enum Unmade {
    /// No number was left.
    Number(Failure),
    /// An item is gone from the catalogue.
    Item,
}

impl From<NotInCatalogue> for Unmade {
    fn from(_: NotInCatalogue) -> Self {
        Self::Item
    }
}

fn seen(draft: &Draft) -> IdCheck {
    match draft.person.id_later {
        Later::Given => IdCheck::Seen,
        Later::Absent => IdCheck::Later,
    }
}

/// A paper as it was found.
fn line(draft: &Draft, name: &str) -> PaperLine {
    let answered = draft.papers.iter().find(|paper| paper.name == name);
    let (state, count) = answered
        .map_or((PaperState::Missing, 1), |paper| (paper.state.unwrap_or(PaperState::Missing), paper.count.max(1)));
    PaperLine { name: name.to_owned(), state, count }
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
    let agent = desk.who.agent.clone();
    let from = check::taken_at(draft, desk.now()).map_or(desk.now().date(), |taken| taken.date());
    let (powers, fee_limit) = (draft.mandate.powers.clone(), draft.mandate.fee_limit.trim().parse().ok());
    let proof = draft.mandate.proof.trim();
    let proof = match &signature {
        Signature::Thumb { .. } => check::field(Field::CitizenId, proof, desk.now().date())?,
        Signature::Hand | Signature::Guardian { .. } => proof.to_owned(),
    };
    Ok(Mandate { agent, powers, from, until, signature, fee_limit, proof })
}

/// The registers of a new case, in their stored form.
pub(super) fn registers(person: &DraftPerson, today: jiff::civil::Date) -> Result<Vec<Edit>, Failure> {
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
