//! Cases before they are received: kept on every pause in typing, the same after a kill, never synced.
//!
//! A draft is its writer's alone: whoever signs in next at the same laptop does not see it (R219).

use std::collections::BTreeMap;

use daiban_model::access::{Action, Subject};
use daiban_model::api::{
    Changed, Draft, DraftId, DraftMandate, DraftPaper, DraftPerson, DraftPreview, DraftRow, DropDraft, Failure,
    FindPeople, GetDraft, KnownFrom, Later, Left, ListDrafts, NoticeAhead, OpenMatter, Outlook, PersonHit,
    PreviewDraft, SaveDraft, Saved, Seen, StartDraft, Step,
};
use daiban_model::bundle::Bundle;
use daiban_model::case::Stage;
use daiban_model::case::event::{Help, Limits, NoticeLine, Way};
use daiban_model::case::field::{self, Field};
use daiban_model::catalogue::{Item, ProxyMode};
use daiban_model::deadline;
use daiban_model::deadline::Limit;
use daiban_model::identity::CitizenId;
use daiban_model::ids::{AgentId, ItemCode};
use daiban_model::person::Kind;
use daiban_model::stamp::Wall;
use uuid::Uuid;

use super::answer::Answer;
use super::desk::Desk;
use super::register::State;
use super::{Engine, check, internal, storage, story};
use crate::query;
use crate::store::{Batch, CaseRecord, Eyes, PeopleQuery, PersonRecord, RowQuery, Store};

/// Longest stored draft.
const LONGEST: usize = 256 << 10;
/// Cases looked at for a typed text.
const PEOPLE: u16 = 60;
/// People shown for a typed text.
const HITS: usize = 8;

/// A draft as kept: when, whose, what.
type Kept = (i64, AgentId, Draft);

fn name_of(id: DraftId) -> String {
    format!("draft/{}", id.0.simple())
}

/// Drafts that wait, latest first.
pub(super) async fn rows<S: Store>(desk: &Desk<S>) -> Result<Vec<DraftRow>, Failure> {
    let mut kept: Vec<Kept> = Vec::new();
    for (_, bytes) in desk.store.states("draft/").await.map_err(storage)? {
        // A draft that does not read stays where it is; it must not hide the others.
        let own = |(_, owner, _): &Kept| *owner == desk.who.agent;
        kept.extend(serde_json::from_slice::<Kept>(&bytes).ok().filter(own));
    }
    kept.sort_by_key(|(saved, ..)| std::cmp::Reverse(*saved));
    Ok(kept.into_iter().map(|(saved, _, draft)| row(desk, saved, &draft)).collect())
}

fn row<S: Store>(desk: &Desk<S>, saved: i64, draft: &Draft) -> DraftRow {
    let items =
        draft.items.iter().map(|code| desk.item(code).map_or_else(|| code.to_string(), |item| item.name.clone()));
    let bundle = desk.drafted(draft).map(|(bundle, _)| bundle.name.clone());
    let items = bundle.into_iter().chain(items);
    let begun = draft.begun.unwrap_or(Wall(saved));
    let left = if begun.date() < desk.now().date() { Left::Before } else { Left::Today };
    DraftRow { id: draft.id, name: draft.person.name.clone(), items: items.collect(), saved: Wall(saved), begun, left }
}

impl<S: Store> Desk<S> {
    pub(super) fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.published.catalogue.as_ref()?.get(code)
    }

    pub(super) async fn draft(&self, id: DraftId) -> Result<Draft, Failure> {
        let name = name_of(id);
        let kept = self.store.states(&name).await.map_err(storage)?;
        let bytes = kept.into_iter().find(|(found, _)| *found == name).ok_or(Failure::NotFound)?.1;
        let (_, owner, draft): Kept = serde_json::from_slice(&bytes).map_err(|_| internal("a draft does not read"))?;
        if owner == self.who.agent { Ok(draft) } else { Err(Failure::NotFound) }
    }

    async fn keep(&self, draft: &Draft) -> Result<Saved, Failure> {
        let (at, states) = (self.now(), vec![self.written_draft(draft)?]);
        self.commit(Batch { states, ..Batch::default() }).await?;
        Ok(Saved { at })
    }

    /// The state that keeps a draft, for a commit that may hold more.
    pub(super) fn written_draft(&self, draft: &Draft) -> Result<State, Failure> {
        let bytes = serde_json::to_vec(&(self.now().0, &self.who.agent, draft))
            .map_err(|_| internal("a draft does not write"))?;
        if bytes.len() > LONGEST {
            return Err(Failure::BadValue { code: "too_long".into(), arg: String::new() });
        }
        Ok((name_of(draft.id), Some(bytes)))
    }

    /// A draft that nothing is typed in yet but who it is for.
    pub(super) fn new_draft(&self, person: DraftPerson) -> Draft {
        let mut chance = [0; 10];
        self.edge.chance(&mut chance);
        Draft {
            id: DraftId(fresh_id(self.now().0.max(0).unsigned_abs(), &chance)),
            step: Step::Person,
            focus: String::new(),
            person,
            items: Vec::new(),
            bundle: None,
            case: None,
            help: Help::Proxy,
            way: Way::Window,
            papers: Vec::new(),
            mandate: DraftMandate::default(),
            note: String::new(),
            begun: Some(self.now()),
            taken: String::new(),
            despite_open: String::new(),
        }
    }

    /// The state that removes a received draft, in the commit that receives it.
    pub(super) fn without_draft(id: DraftId) -> (String, Option<Vec<u8>>) {
        (name_of(id), None)
    }

    /// The papers that the chosen items need, each once, with the answers given so far.
    pub(super) fn papers(&self, draft: &Draft) -> Vec<DraftPaper> {
        if draft.bundle.is_some() {
            return self.bundle_papers(draft);
        }
        let mut papers: Vec<DraftPaper> = Vec::new();
        for code in &draft.items {
            for name in self.item(code).into_iter().flat_map(|item| &item.papers) {
                match papers.iter_mut().find(|paper| paper.name == *name) {
                    Some(paper) => paper.items.push(code.clone()),
                    None => {
                        let before = draft.papers.iter().find(|paper| paper.name == *name);
                        let (state, count, hint) =
                            before.map_or((None, 1, String::new()), |p| (p.state, p.count.max(1), p.hint.clone()));
                        papers.push(DraftPaper { name: name.clone(), state, count, hint, items: vec![code.clone()] });
                    }
                }
            }
        }
        papers
    }

    /// Open matters of the same person, by number and by who is known here, whoever received them: anything that this machine knows of
    /// is said before it is done twice (R88). Of a matter that somebody may not see they learn its number and item only.
    pub(super) async fn open_matters(&self, person: &DraftPerson) -> Result<Vec<OpenMatter>, Failure> {
        let eyes = Eyes { serves: self.certificate.scopes.clone(), only: None };
        let mut rows = Vec::new();
        if let Some(known) = person.known {
            let people = self.joined(known).await?.into_iter().map(|row| row.shown.id).collect();
            rows = self.store.rows(RowQuery::For { people, eyes: eyes.clone() }).await.map_err(storage)?.cases;
        }
        let citizen_id = person.citizen_id.trim().to_uppercase();
        if !citizen_id.is_empty() {
            let query = RowQuery::Person { citizen_id, eyes };
            rows.extend(self.store.rows(query).await.map_err(storage)?.cases);
        }
        let mut matters: Vec<OpenMatter> = rows.iter().filter_map(matter).collect();
        matters.sort_by(|a, b| a.number.cmp(&b.number));
        matters.dedup();
        Ok(matters)
    }
}

fn matter(record: &CaseRecord) -> Option<OpenMatter> {
    // A matter that is decided may be begun again, though its result was not handed over yet.
    let item = record.item.parse().ok().filter(|_| record.shown.stage.is_open())?;
    Some(OpenMatter { item, name: record.shown.item.clone(), number: record.shown.number.clone() })
}

impl<S: Store> Answer<S> for ListDrafts {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<DraftRow>, Failure> {
        rows(engine.desk()?).await
    }
}

impl<S: Store> Answer<S> for GetDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Draft>, Failure> {
        engine.desk()?.draft(self.id).await.map(Box::new)
    }
}

impl<S: Store> Answer<S> for SaveDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Saved, Failure> {
        let desk = engine.desk()?;
        // A pause in typing that is told late must not bring back a draft that was received or thrown away meanwhile.
        desk.draft(self.draft.id).await?;
        desk.keep(&self.draft).await
    }
}

impl<S: Store> Answer<S> for DropDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Saved, Failure> {
        let desk = engine.desk()?;
        desk.draft(self.id).await?;
        let states = vec![Desk::<S>::without_draft(self.id)];
        desk.commit(Batch { states, ..Batch::default() }).await?;
        let at = desk.now();
        engine.tell(Changed::Cases { ids: Vec::new() });
        Ok(Saved { at })
    }
}

impl<S: Store> Answer<S> for StartDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Draft>, Failure> {
        let desk = engine.desk()?;
        // Said before anything is typed, not at the end.
        desk.may(Action::Collect, &Subject { scope: desk.who.unit, handler: None })?;
        let mut begun = None;
        let person = match self.from {
            Some(case) => {
                let file = desk.file(case).await?;
                begun = (file.facts.case.stage == Stage::Consulting).then_some(case);
                // Numbers are copied for those who may see them whole (R213); others type them anew.
                let whole = desk.may(Action::Reveal, &file.subject()).is_ok();
                let shown = |field: Field| story::mask(field, file.facts.field(field)) == file.facts.field(field);
                let masked: Vec<Field> = KNOWN.into_iter().filter(|field| whole && !shown(*field)).collect();
                let masked: Vec<Seen> = masked.into_iter().map(Seen::Field).collect();
                desk.looked(&file, &masked).await?;
                let person = known_person(|field| {
                    let may = whole || shown(field);
                    if may { file.facts.field(field).to_owned() } else { String::new() }
                });
                // A number that may not be shown is there all the same: it is asked for again, and not said to be missing.
                let later =
                    |field: Field| if file.facts.field(field).is_empty() { Later::Absent } else { Later::Given };
                let known = file.facts.registers.get(field::FOR).and_then(|id| id.parse().ok());
                DraftPerson { id_later: later(Field::CitizenId), phone_none: later(Field::Phone), known, ..person }
            }
            None => DraftPerson::default(),
        };
        let draft = Draft { items: self.item.into_iter().collect(), case: begun, ..desk.new_draft(person) };
        desk.keep(&draft).await?;
        Ok(Box::new(draft))
    }
}

/// What is copied of a person who is known from an earlier case.
const KNOWN: [Field; 7] = [
    Field::Name,
    Field::CitizenId,
    Field::Phone,
    Field::Address,
    Field::Household,
    Field::Contact,
    Field::ContactPhone,
];

fn known_person(field: impl Fn(Field) -> String) -> DraftPerson {
    DraftPerson {
        name: field(Field::Name),
        citizen_id: field(Field::CitizenId),
        phone: field(Field::Phone),
        address: field(Field::Address),
        household: field(Field::Household),
        contact: field(Field::Contact),
        contact_phone: field(Field::ContactPhone),
        ..DraftPerson::default()
    }
}

impl<S: Store> Answer<S> for FindPeople {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<PersonHit>, Failure> {
        let desk = engine.desk()?;
        desk.audit_search(&self.text).await?;
        let kept = desk.kept_people(&self.text).await?;
        let hits = desk.search(&self.text, None, PEOPLE).await?.cases;
        // Whoever is kept here stands for their cases too.
        let others = |hit: &CaseRecord| {
            let by_number = |row: &PersonRecord| !row.number.is_empty() && row.number == hit.citizen_id;
            !kept.iter().any(|row| hit.person == Some(row.shown.id) || by_number(row))
        };
        let hits: Vec<CaseRecord> = hits.into_iter().filter(|hit| others(hit) && !desk.is_hidden(hit)).collect();
        // One person is one id, or one name where no id is known; the latest case tells most.
        let mut people: BTreeMap<(String, String), CaseRecord> = BTreeMap::new();
        for hit in hits {
            let name = if hit.citizen_id.is_empty() { hit.shown.name.clone() } else { String::new() };
            people.entry((hit.citizen_id.clone(), name)).or_insert(hit);
        }
        let mut found = Vec::new();
        for record in kept {
            found.push(desk.kept_hit(record).await?);
        }
        // R86: those kept here in the order of pinyin; two of one name in the order of age.
        found.sort_by_cached_key(|hit: &PersonHit| (query::by_pinyin(&hit.name), std::cmp::Reverse(hit.age)));
        let room = HITS.saturating_sub(found.len());
        for record in people.into_values().take(room) {
            let file = desk.file(record.shown.id).await?;
            let shown = |field: Field| story::mask(field, file.facts.field(field));
            let today = desk.now().date();
            let id = CitizenId::parse(&record.citizen_id, today).ok();
            let age = id.as_ref().map(|id| id.age_on(today));
            let person = DraftPerson { citizen_id: record.citizen_id.clone(), ..DraftPerson::default() };
            found.push(PersonHit {
                from: KnownFrom::Case(record.shown.id),
                name: record.shown.name.clone(),
                id_masked: shown(Field::CitizenId),
                address: file.facts.field(Field::Address).to_owned(),
                phone_masked: shown(Field::Phone),
                age,
                born_year: id.map(|id| id.birth().year()),
                place: desk.published.place(record.scope),
                open: desk.open_matters(&person).await?,
            });
        }
        Ok(found)
    }
}

impl<S: Store> Answer<S> for PreviewDraft {
    async fn answer(self, engine: &mut Engine<S>) -> Result<DraftPreview, Failure> {
        let desk = engine.desk()?;
        let mut draft = desk.draft(self.id).await?;
        draft.papers = desk.papers(&draft);
        let today = desk.now().date();
        let mut faults = check::draft(&draft, today);
        faults.extend(check::guardian(&draft, desk.sure_day()));
        faults.extend(desk.unasked(&draft));
        faults.extend(check::taken(&draft, desk.now()));
        faults.extend(desk.bundle_faults(&draft));
        faults.extend(desk.not_here(&draft));
        let items: Vec<&Item> = draft.items.iter().filter_map(|code| desk.item(code)).collect();
        if draft.bundle.is_some() || items.iter().any(|item| may_be_entrusted(item)) {
            faults.extend(check::mandate(&draft, today));
        }
        let open = desk.open_matters(&draft.person).await?;
        let open: Vec<OpenMatter> = open.into_iter().filter(|matter| wanted(&draft, &matter.item)).collect();
        let injured_on = draft.person.injured_on.trim().parse().ok();
        let reckoning = desk.reckoning();
        let outlook = |item: &&Item| Outlook {
            item: item.code.clone(),
            name: item.name.clone(),
            clocks: reckoning.outlook(&item.code, Limits::from(*item), injured_on),
        };
        let whole = desk.drafted(&draft).map(|(bundle, _)| Outlook {
            item: ItemCode::from(&bundle.id),
            name: bundle.name.clone(),
            clocks: reckoning.outlook(&ItemCode::from(&bundle.id), bundle_limits(bundle), None),
        });
        Ok(DraftPreview {
            warnings: Vec::new(),
            escort_only: items.iter().filter(|item| !may_be_entrusted(item)).map(|item| item.code.clone()).collect(),
            notice: desk.notice_ahead(&draft),
            outlook: whole.into_iter().chain(items.iter().map(outlook)).collect(),
            bundle: desk.bundle_preview(&draft),
            papers: draft.papers.clone(),
            faults,
            open,
        })
    }
}

impl<S: Store> Desk<S> {
    /// Those kept here whom a typed text finds, joined documents once.
    async fn kept_people(&self, text: &str) -> Result<Vec<PersonRecord>, Failure> {
        let terms = query::terms(text);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let limit = u16::try_from(HITS).unwrap_or(u16::MAX);
        let query = RowQuery::People(PeopleQuery::Find { terms, eyes: self.eyes(), limit });
        let mut people: Vec<PersonRecord> = Vec::new();
        for row in self.store.rows(query).await.map_err(storage)?.people {
            let known =
                people.iter().any(|other| other.same.contains(&row.shown.id) || row.same.contains(&other.shown.id));
            if row.shown.kind == Kind::Person && !known {
                people.push(row);
            }
        }
        Ok(people)
    }

    async fn kept_hit(&self, record: PersonRecord) -> Result<PersonHit, Failure> {
        let from = KnownFrom::Person(record.shown.id);
        let person =
            DraftPerson { citizen_id: record.number.clone(), known: Some(record.shown.id), ..DraftPerson::default() };
        let open = self.open_matters(&person).await?;
        let row = self.person_row(record);
        Ok(PersonHit {
            from,
            name: row.name,
            id_masked: row.number_masked,
            address: row.address,
            phone_masked: row.phone_masked,
            age: row.age,
            born_year: row.born_year,
            place: row.place,
            open,
        })
    }
}

/// Whether a draft is about this item, or about this bundle.
pub(super) fn wanted(draft: &Draft, item: &ItemCode) -> bool {
    draft.items.contains(item) || draft.bundle.as_ref().is_some_and(|bundle| ItemCode::from(&bundle.id) == *item)
}

/// The limits of a bundle: its own promise, and nothing the law says of it as a whole (R117).
pub(super) fn bundle_limits(bundle: &Bundle) -> Limits {
    Limits { promised: bundle.promised, ..Limits::default() }
}

/// Whether an agent may act for the person (R16, R66).
pub(super) fn may_be_entrusted(item: &Item) -> bool {
    !matches!(item.proxy, ProxyMode::Escort | ProxyMode::ConsultOnly)
}

impl<S: Store> Desk<S> {
    /// The notice as it would be given if the draft were received now.
    fn notice_ahead(&self, draft: &Draft) -> Option<NoticeAhead> {
        let lines = notice_lines(draft);
        if lines.is_empty() {
            return None;
        }
        let term = deadline::Clock::new(self.now().date(), Some(Limit::WorkingDays(5))).due(&self.published.calendar);
        let (name, items) = (draft.person.name.clone(), row(self, 0, draft).items);
        Some(NoticeAhead { name, items, lines, term: term.date() })
    }
}

/// The lines of the one notice: every paper answered with 缺.
pub(super) fn notice_lines(draft: &Draft) -> Vec<NoticeLine> {
    check::missing(draft).map(|paper| NoticeLine { paper: paper.name.clone(), hint: paper.hint.clone() }).collect()
}

/// An identity in the order of time.
pub(super) fn fresh_id(millis: u64, chance: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(millis, chance).into_uuid()
}
