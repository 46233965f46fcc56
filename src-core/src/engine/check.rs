//! What is typed, looked at before it is kept: one key of the words for each thing that can be wrong.

use daiban_model::api::Consent;
use daiban_model::api::{Draft, DraftFault, Failure, Later, SignatureKind, Step};
use daiban_model::case::decide::bounds;
use daiban_model::case::event::{Fen, Help, PaperState};
use daiban_model::case::field::Field;
use daiban_model::case::typed;
use daiban_model::identity::{CitizenId, CreditCode, CreditCodeFault};
use daiban_model::ids::PersonId;
use daiban_model::person::{Fact, Kind, is_child};
use daiban_model::stamp::Wall;
use jiff::civil::{Date, DateTime};

/// From this age on somebody signs a mandate alone (民法典 art 17).
const OF_AGE: u16 = 18;

/// A value for a field, in its stored form.
pub(super) fn field(field: Field, value: &str, today: Date) -> Result<String, Failure> {
    typed::field(field, value, today).map_err(|(code, arg)| Failure::BadValue { code: code.to_owned(), arg })
}

/// A value about somebody, in its stored form. The number of an enterprise is its credit code.
pub(super) fn fact(kind: Kind, fact: Fact, value: &str, today: Date) -> Result<String, Failure> {
    let value = value.trim();
    let bad = |code: &str| Failure::BadValue { code: code.to_owned(), arg: String::new() };
    match fact {
        Fact::Name => field(Field::Name, value, today),
        Fact::Contact | Fact::Guardian | Fact::Head => field(Field::Contact, value, today),
        Fact::Number if kind == Kind::Enterprise && !value.is_empty() => {
            let code = CreditCode::parse(value).map_err(|fault| {
                let (code, arg) = credit_code(&fault);
                Failure::BadValue { code: code.to_owned(), arg }
            })?;
            Ok(code.reveal().to_owned())
        }
        Fact::Number => field(Field::CitizenId, value, today),
        Fact::Phone | Fact::ContactPhone => field(Field::Phone, value, today),
        Fact::Born if !value.is_empty() => field(Field::InjuredOn, value, today),
        Fact::Sex if !value.is_empty() && value != "男" && value != "女" => Err(bad("sex_unreadable")),
        Fact::Household if !value.is_empty() => {
            let id: PersonId = value.parse().map_err(|_| bad("no_such_household"))?;
            Ok(id.to_string())
        }
        Fact::GuardianRelation => field(Field::Contact, value, today),
        Fact::Born | Fact::Sex | Fact::Household | Fact::Address | Fact::Registered => {
            field(Field::Address, value, today)
        }
    }
}

fn credit_code(fault: &CreditCodeFault) -> (&'static str, String) {
    match fault {
        CreditCodeFault::OldRegistration => ("credit_old", String::new()),
        CreditCodeFault::Length { found } => ("credit_length", found.to_string()),
        CreditCodeFault::CheckSign { expected } => ("credit_check_sign", expected.to_string()),
        CreditCodeFault::Organisation { .. } => ("credit_organisation", String::new()),
        CreditCodeFault::Character { at } => ("credit_characters", at.to_string()),
        CreditCodeFault::Empty => ("credit_characters", String::new()),
    }
}

/// What must be put right before a draft is received, in the order of the steps.
pub(super) fn draft(draft: &Draft, today: Date) -> Vec<DraftFault> {
    let mut faults = person_of(draft, today);
    if draft.items.is_empty() && draft.bundle.is_none() {
        faults.push(fault(Step::Items, "items", "no_item", ""));
    }
    if let Some(open) = draft.papers.iter().position(|paper| paper.state.is_none()) {
        faults.push(fault(Step::Papers, &format!("paper.{open}"), "paper_open", &draft.papers[open].name));
    }
    let hint = draft.papers.iter().position(|paper| too_long(&paper.hint, bounds::LINE));
    faults.extend(hint.map(|at| fault(Step::Papers, &format!("paper.{at}"), "too_long", "")));
    for (step, focus, text) in [(Step::Papers, "note", &draft.note), (Step::Check, "despite_open", &draft.despite_open)]
    {
        if too_long(text, bounds::TEXT) {
            faults.push(fault(step, focus, "too_long", ""));
        }
    }
    faults
}

fn too_long(text: &str, most: usize) -> bool {
    text.trim().chars().count() > most
}

/// What must be put right in the mandate, asked only where one is needed.
pub(super) fn mandate(draft: &Draft, today: Date) -> Vec<DraftFault> {
    let mandate = &draft.mandate;
    let mut faults = Vec::new();
    let mut wrong = |focus: &str, code: &str| faults.push(fault(Step::Mandate, focus, code, ""));
    if draft.help != Help::Proxy {
        return faults;
    }
    if mandate.powers.is_empty() {
        wrong("mandate.powers", "powers_empty");
    }
    match mandate.until.parse::<Date>() {
        Ok(until) if until < today => wrong("mandate.until", "until_past"),
        Ok(_) => {}
        Err(_) => wrong("mandate.until", "until_unreadable"),
    }
    match mandate.signature {
        None => wrong("mandate.signature", "signature_open"),
        Some(SignatureKind::Thumb) if mandate.other.trim().is_empty() => wrong("mandate.other", "witness_empty"),
        Some(SignatureKind::Guardian) if mandate.other.trim().is_empty() || mandate.relation.trim().is_empty() => {
            wrong("mandate.other", "guardian_empty");
        }
        // R64: a witness can be found again, and a guardian shows what makes them one.
        Some(SignatureKind::Thumb) if mandate.proof.trim().is_empty() => wrong("mandate.proof", "witness_id_empty"),
        Some(SignatureKind::Thumb) => {
            if let Err(Failure::BadValue { code, arg }) = field(Field::CitizenId, &mandate.proof, today) {
                faults.push(fault(Step::Mandate, "mandate.proof", &code, &arg));
            }
        }
        Some(SignatureKind::Guardian) if mandate.proof.trim().is_empty() => {
            wrong("mandate.proof", "guardian_proof_empty");
        }
        Some(_) => {}
    }
    let mut wrong = |focus: &str, code: &str| faults.push(fault(Step::Mandate, focus, code, ""));
    if [&mandate.other, &mandate.relation].into_iter().any(|text| too_long(text, bounds::NAME)) {
        wrong("mandate.other", "too_long");
    }
    if too_long(&mandate.proof, bounds::NUMBER) {
        wrong("mandate.proof", "too_long");
    }
    let limit = mandate.fee_limit.trim();
    if !limit.is_empty() && limit.parse::<Fen>().is_err() {
        wrong("mandate.fee_limit", "amount_unreadable");
    }
    if mandate.consent != Some(Consent::Given) {
        wrong("mandate.consent", "consent_open");
    }
    faults
}

fn person_of(draft: &Draft, today: Date) -> Vec<DraftFault> {
    let person = &draft.person;
    let mut faults = Vec::new();
    let mut look = |which: Field, focus: &str, value: &str| {
        if let Err(Failure::BadValue { code, arg }) = field(which, value, today) {
            faults.push(DraftFault { step: Step::Person, focus: focus.to_owned(), code, arg });
        }
    };
    look(Field::Name, "person.name", &person.name);
    look(Field::CitizenId, "person.citizen_id", &person.citizen_id);
    look(Field::Phone, "person.phone", &person.phone);
    look(Field::ContactPhone, "person.contact_phone", &person.contact_phone);
    look(Field::InjuredOn, "person.injured_on", &person.injured_on);
    look(Field::Contact, "person.guardian", &person.guardian);
    look(Field::Contact, "person.guardian_relation", &person.guardian_relation);
    let given = |value: &str| !value.trim().is_empty();
    if person.told.is_none() {
        faults.insert(0, fault(Step::Person, "person.told", "notice_first", ""));
    }
    if !given(&person.citizen_id) && person.id_later == Later::Given {
        faults.push(fault(Step::Person, "person.citizen_id", "id_empty", ""));
    }
    if !given(&person.phone) && person.phone_none == Later::Given {
        faults.push(fault(Step::Person, "person.phone", "phone_empty", ""));
    }
    faults
}

/// Who must be asked for somebody under fourteen (R198). `day` is the latest this station knows of: a clock that fell back makes nobody a
/// child.
pub(super) fn guardian(draft: &Draft, day: Date) -> Vec<DraftFault> {
    let person = &draft.person;
    let id = CitizenId::parse(&person.citizen_id, day).ok();
    let child = id.as_ref().is_some_and(|id| is_child(id.birth(), day));
    let mut faults = Vec::new();
    // 民法典 arts 19, 23: for whom is not of age the guardian acts, and signs.
    let minor = id.as_ref().is_some_and(|id| id.age_on(day) < OF_AGE);
    let by_another = draft.mandate.signature.is_some_and(|kind| kind != SignatureKind::Guardian);
    if minor && draft.help == Help::Proxy && by_another {
        faults.push(fault(Step::Mandate, "mandate.signature", "guardian_signs", ""));
    }
    if child && (person.guardian.trim().is_empty() || person.guardian_relation.trim().is_empty()) {
        faults.push(fault(Step::Person, "person.guardian", "guardian_empty", ""));
    }
    if child && person.guardian_consent != Some(Consent::Given) {
        faults.push(fault(Step::Person, "person.guardian_consent", "guardian_consent_open", ""));
    }
    faults
}

/// When the papers of a draft were taken (R48): as typed, or when the draft was begun on an earlier day; `None` for now.
pub(super) fn taken_at(draft: &Draft, now: Wall) -> Option<DateTime> {
    let typed = draft.taken.trim().replace(' ', "T");
    let begun = draft.begun.filter(|begun| begun.date() < now.date()).map(Wall::local);
    if typed.is_empty() { begun } else { typed.parse().ok() }
}

/// What is wrong with the hour at which the papers were taken.
pub(super) fn taken(draft: &Draft, now: Wall) -> Vec<DraftFault> {
    let wrong = |code: &str| vec![fault(Step::Check, "taken", code, "")];
    match taken_at(draft, now) {
        None if !draft.taken.trim().is_empty() => wrong("taken_unreadable"),
        Some(at) if at > now.local() => wrong("date_in_future"),
        _ => Vec::new(),
    }
}

/// Papers answered with 缺.
pub(super) fn missing(draft: &Draft) -> impl Iterator<Item = &daiban_model::api::DraftPaper> {
    draft.papers.iter().filter(|paper| paper.state == Some(PaperState::Missing))
}

fn fault(step: Step, focus: &str, code: &str, arg: &str) -> DraftFault {
    DraftFault { step, focus: focus.to_owned(), code: code.to_owned(), arg: arg.to_owned() }
}
