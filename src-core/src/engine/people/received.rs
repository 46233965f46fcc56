//! What a receipt means for the person: somebody who agreed is registered, somebody known is brought up to date, consents are written.

use daiban_model::api::{Consent, Draft, DraftPerson, Failure, SignatureKind};
use daiban_model::case::event::Help;
use daiban_model::catalogue::Item;
use daiban_model::ids::PersonId;
use daiban_model::person::{Command, ConsentBy, Fact, Kind, Purpose};

use super::{NOTICE, PersonFile};
use crate::doc::Edit;
use crate::engine::check;
use crate::engine::desk::Desk;
use crate::engine::drafts::may_be_entrusted;
use crate::store::{Batch, Store};

impl<S: Store> Desk<S> {
    /// Whom the cases of a draft will point to: somebody known, or somebody new who agreed that the station keeps their data; nobody
    /// without that. What is written goes into the same commit as the receipt.
    pub(in crate::engine) async fn person_of(
        &mut self,
        draft: &Draft,
        items: &[Item],
        batch: &mut Batch,
    ) -> Result<Option<PersonId>, Failure> {
        let today = self.now().date();
        let facts = typed(&draft.person)
            .into_iter()
            .map(|(fact, value)| Ok((fact, check::fact(Kind::Person, fact, value, today)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        let mut commands = Vec::new();
        commands.extend(draft.person.told.map(|how| Command::Tell { version: NOTICE, how }));
        let file = match draft.person.known {
            Some(known) => self.person(known).await?,
            None if draft.person.keep == Some(Consent::Given) => {
                let to = String::new();
                commands.insert(0, Command::Register { kind: Kind::Person, despite: String::new() });
                commands.push(Command::Consent { purpose: Purpose::Keep, to, by: consent_by(draft) });
                commands.extend(passing_on(draft, items, None));
                return Ok(Some(self.begin(Kind::Person, facts, commands, batch)?.id));
            }
            None => return Ok(None),
        };
        commands.extend(passing_on(draft, items, Some(&file)));
        let newer = facts.into_iter().filter(|(fact, value)| !value.is_empty() && file.facts.fact(*fact) != value);
        // Who somebody is, is not typed over beside something else: a wrong name or number is put right on their own page.
        commands.extend(newer.filter(|(fact, _)| !matches!(fact, Fact::Name | Fact::Number)).map(|(fact, to)| {
            let from = file.facts.fact(fact).to_owned();
            Command::Type { fact, from, to, reason: String::new() }
        }));
        let id = file.id;
        let mut edits: Vec<Edit> = Vec::new();
        for command in commands {
            edits.extend(self.decided_on(&file, command)?);
        }
        self.stage_person(file, &edits, batch)?;
        Ok(Some(id))
    }
}

/// What a draft says of the person, by the registers it goes into.
fn typed(person: &DraftPerson) -> [(Fact, &str); 9] {
    [
        (Fact::Name, &person.name),
        (Fact::Number, &person.citizen_id),
        (Fact::Phone, &person.phone),
        (Fact::Address, &person.address),
        (Fact::Registered, &person.household),
        (Fact::Contact, &person.contact),
        (Fact::ContactPhone, &person.contact_phone),
        (Fact::Guardian, &person.guardian),
        (Fact::GuardianRelation, &person.guardian_relation),
    ]
}

/// Who agreed: the guardian of a child, or of whoever cannot sign (R198, R64).
fn consent_by(draft: &Draft) -> ConsentBy {
    let guardian = |name: &str, relation: &str| {
        let (name, relation) = (name.trim().to_owned(), relation.trim().to_owned());
        (!name.is_empty() && !relation.is_empty()).then_some(ConsentBy::Guardian { name, relation })
    };
    let mandate = &draft.mandate;
    let signed = (mandate.signature == Some(SignatureKind::Guardian))
        .then(|| guardian(&mandate.other, &mandate.relation))
        .flatten();
    guardian(&draft.person.guardian, &draft.person.guardian_relation).or(signed).unwrap_or(ConsentBy::Own)
}

/// The consent of the mandate, once for each department that gets the papers (R197); what stands already is not written again.
fn passing_on(draft: &Draft, items: &[Item], known: Option<&PersonFile>) -> Vec<Command> {
    if draft.help != Help::Proxy || draft.mandate.consent != Some(Consent::Given) {
        return Vec::new();
    }
    let entrusted = items.iter().filter(|item| may_be_entrusted(item));
    let mut departments: Vec<&str> = entrusted.map(|item| item.department.trim()).collect();
    departments.sort_unstable();
    departments.dedup();
    let stands = |to: &str| known.is_some_and(|file| file.facts.person.consents_to(Purpose::PassOn, to));
    let new = departments.into_iter().filter(|to| !to.is_empty() && !stands(to));
    let by = consent_by(draft);
    new.map(|to| Command::Consent { purpose: Purpose::PassOn, to: to.to_owned(), by: by.clone() }).collect()
}
