//! Papers for a bedside: printed before somebody leaves, filled with what is known by then, and finished there by hand (R103); and the
//! records of what was said and done there (R96, R100).

use daiban_model::access::Permit;
use daiban_model::api::{PaperRef, Seen};
use daiban_model::case::clocks::{Clock, ClockKind};
use daiban_model::case::event::{Limits, NoticeLine, PaperName, PaperState, What};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Stage;
use daiban_model::case::item_law;
use daiban_model::form::{
    Checklist, Form, HomeVisit, InjuryClaim, InterviewRecord, ItemLine, MandateLetter, Matter, OneTimeNotice, PaperRow,
    Person, PrivacyNotice, Shown, SpokenGuide,
};
use daiban_model::identity::{CitizenId, Phone};
use daiban_model::injury::KitPaper;
use daiban_model::visit::{Asked, Booking, Made as MadeVisit, Signed};
use jiff::civil::Date;

use super::super::{Made, on_a_mandate};
use super::{id_of, masked_id, name_of, phone_of, taken};
use crate::engine::desk::{Desk, OpenFile};
use crate::projection::Facts;
use crate::store::Store;

/// Which of them a case has: the set while it is open, and a record of each visit and interview as long as it is kept.
pub(super) fn papers(file: &OpenFile) -> Vec<PaperRef> {
    let case = &file.facts.case;
    let home = &case.home;
    let at_home = !(home.bookings.is_empty() && home.visits.is_empty() && home.interviews.is_empty());
    let injury = is_injury(&file.facts);
    let mut papers = Vec::new();
    if case.stage != Stage::New && case.stage.is_open() && (at_home || injury) {
        let wanted = |paper: &PaperName| match paper {
            PaperName::InjuryClaim => injury,
            // What was told and signed has a paper of its own.
            PaperName::Notice => case.notices.is_empty(),
            PaperName::Mandate => case.mandate.is_none(),
            _ => true,
        };
        let set = KitPaper::ALL.into_iter().map(KitPaper::paper).filter(wanted);
        papers.extend(set.map(|name| PaperRef { name, no: 0 }));
    }
    if home.next().is_some() {
        papers.push(PaperRef { name: PaperName::HomeVisit, no: 0 });
    }
    let each = |name: PaperName, count: usize| {
        (1..=count).filter_map(move |no| Some(PaperRef { name, no: u8::try_from(no).ok()? }))
    };
    papers.extend(each(PaperName::HomeVisit, home.visits.len()));
    papers.extend(each(PaperName::Interview, home.interviews.len()));
    papers
}

/// Whether a case is about a work injury: by its item, or by the accident that was told before any item was chosen.
pub(in crate::engine) fn is_injury(facts: &Facts) -> bool {
    match &facts.case.receipt {
        Some((_, receipt)) => item_law::is_work_injury(&receipt.item),
        None => !facts.field(Field::InjuredOn).is_empty(),
    }
}

fn matter_of(facts: &Facts) -> Option<Matter> {
    is_injury(facts).then_some(Matter::WorkInjury)
}

impl<S: Store> Desk<S> {
    /// What stands on a paper for a bedside.
    pub(super) fn at_the_bed(&self, file: &OpenFile, paper: PaperRef, reveal: Option<&Permit>) -> Option<Made> {
        let facts = &file.facts;
        let on = self.opened_on(file);
        let (form, on) = match paper.name {
            PaperName::InjuryClaim => return self.injury_claim(file, reveal, on),
            PaperName::Mandate => return self.blank_mandate(file, reveal, on),
            PaperName::Notice => (self.blank_notice(file), on),
            PaperName::SpokenGuide => (self.spoken_guide(file), on),
            PaperName::Checklist => (self.checklist(file), on),
            PaperName::PrivacyNotice => (self.privacy_notice(file), on),
            PaperName::Interview => match usize::from(paper.no).checked_sub(1) {
                None => (Form::Interview(Box::new(blank_interview(facts))), on),
                Some(at) => signed_interview(facts, facts.case.home.interviews.get(at)?),
            },
            PaperName::HomeVisit => match usize::from(paper.no).checked_sub(1) {
                None => (self.visit_to_come(file)?, on),
                Some(at) => self.visit_made(file, facts.case.home.visits.get(at)?),
            },
            _ => return None,
        };
        Some(Made::masked(self.headed(file, form, on, None), on))
    }

    /// The day of the first act: it stays whenever the paper is printed again.
    fn opened_on(&self, file: &OpenFile) -> Date {
        file.facts.events.first().map_or_else(|| self.now().date(), |event| event.at.date())
    }

    /// The matter of a case; for an accident that was only told, the item it will be.
    fn matter(&self, file: &OpenFile) -> ItemLine {
        if file.facts.case.receipt.is_some() || !is_injury(&file.facts) {
            return self.line(file);
        }
        let item = item_law::WORK_INJURY.parse().ok().and_then(|code| self.item(&code));
        item.map(|item| ItemLine {
            code: item.code.to_string(),
            name: item.name.clone(),
            department: item.department.clone(),
        })
        .unwrap_or_default()
    }

    /// The papers of the matter as they stand; before a receipt, those its item asks for.
    fn asked_papers(&self, file: &OpenFile) -> Vec<PaperRow> {
        let case = &file.facts.case;
        if !case.papers.is_empty() {
            return case.papers.iter().map(PaperRow::from).collect();
        }
        let item = self.matter(file).code.parse().ok().and_then(|code| self.item(&code));
        let row = |name: &String| PaperRow { name: name.clone(), ..PaperRow::default() };
        item.into_iter().flat_map(|item| &item.papers).map(row).collect()
    }

    fn whom(&self, file: &OpenFile, reveal: Option<&Permit>) -> (Person, Vec<Seen>) {
        let facts = &file.facts;
        let (id, phone) = (id_of(facts), phone_of(facts, Field::Phone));
        let person = Person {
            name: name_of(facts),
            sex: id.as_ref().map(CitizenId::sex),
            born: id.as_ref().map(CitizenId::birth),
            id: id.as_ref().map(|id| Shown::for_document(id, reveal)).unwrap_or_default(),
            household: facts.field(Field::Household).to_owned(),
            address: facts.field(Field::Address).to_owned(),
            phone: phone.as_ref().map(|phone| Shown::for_document(phone, reveal)).unwrap_or_default(),
            ..Person::default()
        };
        // Nobody saw a number that is not there.
        let there = |seen: &Seen| match seen {
            Seen::Field(field) => !facts.field(*field).is_empty(),
            _ => false,
        };
        let whole = if reveal.is_some() { on_a_mandate().into_iter().filter(there).collect() } else { Vec::new() };
        (person, whole)
    }

    /// 工伤认定申请表 from what is known by now (R104): a missing employer is a blank line and no reason to wait.
    fn injury_claim(&self, file: &OpenFile, reveal: Option<&Permit>, on: Date) -> Option<Made> {
        let facts = &file.facts;
        let (worker, whole) = self.whom(file, reveal);
        let said = |field: Field| facts.field(field).to_owned();
        let day = |field: Field| facts.field(field).parse().ok();
        let received = facts.case.receipt.as_ref().map(|(mark, _)| mark.at.date());
        let form = InjuryClaim {
            applicant: name_of(facts),
            relation: "本人".to_owned(),
            worker,
            filled: received,
            employer: said(Field::Employer),
            employer_phone: said(Field::EmployerPhone),
            employer_address: said(Field::EmployerAddress),
            post: said(Field::Occupation),
            working_since: day(Field::WorkingSince),
            injured_on: facts.injured_on(),
            cause: cause(facts),
            injury: said(Field::InjuredPart),
            account: account(facts),
            request: "申请认定工伤".to_owned(),
            papers: taken(facts),
            ..InjuryClaim::default()
        };
        let on = received.unwrap_or(on);
        let sheet = self.headed(file, Form::InjuryClaim(Box::new(form)), on, None);
        Some(Made { sheet, on, whole })
    }

    /// The letter before it is signed: who lets somebody act, and in what; the rest is agreed on at the bed.
    fn blank_mandate(&self, file: &OpenFile, reveal: Option<&Permit>, on: Date) -> Option<Made> {
        let (principal, whole) = self.whom(file, reveal);
        let matter = self.matter(file);
        let department = matter.department.clone();
        let form = MandateLetter { principal, items: vec![matter], department, ..MandateLetter::default() };
        let mut sheet = self.headed(file, Form::Mandate(Box::new(form)), on, None);
        // The day of a signature is written beside it.
        sheet.head.dated = None;
        Some(Made { sheet, on, whole })
    }

    /// A notice before anything is received: what is missing is ticked off at the bed.
    fn blank_notice(&self, file: &OpenFile) -> Form {
        let facts = &file.facts;
        let missing = |row: &PaperRow| row.state.is_none_or(|state| state == PaperState::Missing);
        let line = |row: PaperRow| NoticeLine { paper: row.name, hint: String::new() };
        let lines = self.asked_papers(file).into_iter().filter(missing).map(line).collect();
        Form::OneTimeNotice(Box::new(OneTimeNotice {
            applicant: name_of(facts),
            item: self.matter(file),
            lines,
            enquiry: self.own_phone(),
            ..OneTimeNotice::default()
        }))
    }

    fn spoken_guide(&self, file: &OpenFile) -> Form {
        let facts = &file.facts;
        let clocks = self.dates(file);
        let by = |kind: ClockKind| clocks.iter().find(|clock| clock.kind == kind).and_then(|clock| clock.due.date());
        let said = facts.events.iter().rev().find_map(|event| match &event.what {
            What::Explained { text } => Some(text.clone()),
            _ => None,
        });
        Form::SpokenGuide(Box::new(SpokenGuide {
            person: name_of(facts),
            item: self.matter(file),
            matter: matter_of(facts),
            said: said.unwrap_or_default(),
            papers: self.asked_papers(file).into_iter().map(|row| row.name).collect(),
            employer_by: by(ClockKind::EmployerReport),
            worker_by: by(ClockKind::WorkerReport),
            enquiry: self.own_phone(),
        }))
    }

    /// The dates of a matter; before a receipt, those that will be told at it (R102).
    fn dates(&self, file: &OpenFile) -> Vec<Clock> {
        let (facts, reckoning) = (&file.facts, self.reckoning());
        let code = self.matter(file).code.parse().ok();
        match code.and_then(|code| self.item(&code)) {
            Some(item) if facts.case.receipt.is_none() => {
                reckoning.outlook(&item.code, Limits::from(item), facts.injured_on())
            }
            _ => reckoning.clocks(&facts.case, facts.injured_on()),
        }
    }

    fn checklist(&self, file: &OpenFile) -> Form {
        let (person, item) = (name_of(&file.facts), self.matter(file));
        Form::Checklist(Box::new(Checklist {
            person,
            item,
            papers: self.asked_papers(file),
            enquiry: self.own_phone(),
        }))
    }

    fn privacy_notice(&self, file: &OpenFile) -> Form {
        Form::PrivacyNotice(Box::new(PrivacyNotice {
            person: name_of(&file.facts),
            item: self.matter(file),
            unit: self.certificate.station.clone(),
            enquiry: self.own_phone(),
            mongolian: String::new(),
        }))
    }

    fn own_phone(&self) -> String {
        self.phone_of_agent(&self.who.agent)
    }

    /// The record as it is taken along: the booking stands on it.
    fn visit_to_come(&self, file: &OpenFile) -> Option<Form> {
        let next = file.facts.case.home.next()?;
        Some(Form::HomeVisit(Box::new(HomeVisit {
            staff: self.names(&next.booking.staff),
            place: next.booking.place.clone(),
            on: Some(next.booking.at.date()),
            ..self.booked(file, &next.booking)
        })))
    }

    fn booked(&self, file: &OpenFile, booking: &Booking) -> HomeVisit {
        let facts = &file.facts;
        let words = facts.events.iter().find_map(|event| match &event.what {
            What::Consulted { words, .. } if !words.is_empty() => Some(words.clone()),
            _ => None,
        });
        let phone = Phone::parse(&booking.phone).ok();
        HomeVisit {
            caller: booking.caller.clone(),
            phone: phone.map(|phone| Shown::masked(&phone)).unwrap_or_default(),
            relation: booking.relation.clone(),
            person: name_of(facts),
            matter: words.unwrap_or_else(|| self.line(file).name),
            reasons: booking.reasons.clone(),
            wished: format!("{} {:02}:{:02}", booking.at.date(), booking.at.hour(), booking.at.minute()),
            ..HomeVisit::default()
        }
    }

    fn visit_made(&self, file: &OpenFile, made: &MadeVisit) -> (Form, Date) {
        let visit = &made.visit;
        let booked = file.facts.case.home.bookings.iter().find(|booked| Some(booked.act) == visit.booking);
        let form = HomeVisit {
            person: name_of(&file.facts),
            on: Some(visit.arrived.date()),
            arrived: Some(visit.arrived.time()),
            left: Some(visit.left.time()),
            place: visit.place.clone(),
            staff: self.names(&visit.staff),
            badge: Some(visit.badge),
            id_checked: Some(visit.id_checked),
            person_seen: Some(visit.person_seen),
            consent: Some(visit.consent),
            signature: Some(visit.signature.clone()),
            papers: visit.taken.iter().map(PaperRow::from).collect(),
            content: joined(&[visit.forms.join("、"), visit.advice.clone()]),
            passed_on: visit.beyond.clone(),
            next: joined(&[visit.next.clone(), visit.next_on.map(|day| day.to_string()).unwrap_or_default()]),
            ..booked.map(|booked| self.booked(file, &booked.booking)).unwrap_or_default()
        };
        (Form::HomeVisit(Box::new(form)), visit.arrived.date())
    }
}

fn blank_interview(facts: &Facts) -> InterviewRecord {
    InterviewRecord {
        person: name_of(facts),
        id: masked_id(facts),
        matter: matter_of(facts),
        ..InterviewRecord::default()
    }
}

fn signed_interview(facts: &Facts, signed: &Signed) -> (Form, Date) {
    let interview = &signed.interview;
    let form = InterviewRecord {
        place: interview.place.clone(),
        from: Some(interview.from),
        until: Some(interview.until),
        asked_by: interview.asked_by.clone(),
        written_by: interview.written_by.clone(),
        present: interview.present.clone(),
        interpreter: interview.interpreter.clone(),
        lines: interview.lines.clone(),
        read_back: Some(interview.read_back),
        signature: Some(interview.signature.clone()),
        additions: signed.additions.iter().map(Into::into).collect(),
        ..blank_interview(facts)
    };
    (Form::Interview(Box::new(form)), interview.until.date())
}

/// 地点及主要原因
fn cause(facts: &Facts) -> String {
    joined(&[facts.field(Field::InjuredWhere).to_owned(), facts.field(Field::InjuredHow).to_owned()])
}

/// 受伤害经过简述: what was typed, or where nothing was, what the person said and signed; then who saw it and which hospital.
fn account(facts: &Facts) -> String {
    let how = facts.field(Field::InjuredHow);
    let told = facts.case.home.interviews.iter().find(|signed| signed.interview.read_back == Asked::Yes);
    let said = || {
        let lines = told.into_iter().flat_map(|signed| &signed.interview.lines);
        lines.map(|line| line.answer.trim()).collect::<Vec<_>>().join("")
    };
    let how = if how.is_empty() { said() } else { how.to_owned() };
    let after = |words: &str, field: Field| match facts.field(field) {
        "" => String::new(),
        value => format!("{words}{value}"),
    };
    joined(&[how, after("谁看见的：", Field::Witnesses), after("送到：", Field::DiagnosedBy)])
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> =
        parts.iter().map(|part| part.trim_end_matches('。')).filter(|part| !part.is_empty()).collect();
    parts.join("；")
}
