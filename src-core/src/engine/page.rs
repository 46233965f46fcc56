//! The page of one case: what it shows and what this person may do there now.

use daiban_model::access::{Action, Subject, permit};
use daiban_model::api::{
    BundleView, CasePage, CaseRow, Failure, FieldView, HandedOut, ItemStanding, MandateView, Masking, NoticeView,
    Offer, Pending, Sent,
};
use daiban_model::bundle::{Choice, State, Tone};
use daiban_model::case::event::{IdCheck, Limits, Outcome};
use daiban_model::case::field::{self, Field};
use daiban_model::case::fold::{Case, Stage};
use daiban_model::case::item_law;

use super::desk::{Desk, OpenFile};
use super::{cases, home, story};
use crate::projection::Facts;
use crate::store::Store;

impl<S: Store> Desk<S> {
    /// The page of an open file.
    pub(super) async fn case_page(&self, file: &OpenFile) -> Result<CasePage, Failure> {
        let (bundle, part_of) = (self.bundle_view(file).await?, self.part_view(file).await?);
        let mut acts = self.offers(file, bundle.as_ref());
        if part_of.as_ref().is_some_and(|part| part.results == Choice::Together) {
            acts.retain(|offer| *offer != Offer::Deliver);
        }
        let doubles = self.doubles_of(file).await?;
        Ok(CasePage { acts, bundle, part_of, doubles, ..self.own_page(file) })
    }

    /// What the case alone says.
    fn own_page(&self, file: &OpenFile) -> CasePage {
        let facts = &file.facts;
        let case = &facts.case;
        let receipt = case.receipt.as_ref().map(|(_, receipt)| receipt);
        let item = receipt.map(|receipt| receipt.item.clone());
        let published = self.published.catalogue.as_ref();
        let listed = item.as_ref().and_then(|code| published?.get(code));
        let department = listed.map(|item| item.department.clone());
        let contact = listed.map(|item| item.contact.clone()).unwrap_or_default();
        let reckoning = self.reckoning();
        CasePage {
            row: self.listed(file),
            department: department.unwrap_or_default(),
            contact,
            keeping: self.keeping(facts),
            keep_until: self.kept_until(facts),
            help: case.help,
            person: facts.registers.get(field::FOR).and_then(|id| id.parse().ok()),
            fields: fields(facts, self.hidden(&file.subject())),
            clocks: reckoning.clocks(case, facts.injured_on()),
            ruler: reckoning.ruler(case),
            acts: Vec::new(),
            stops: item.iter().flat_map(item_law::stops).collect(),
            papers: case.papers.clone(),
            files: self.file_views(file),
            files_open: self.files_open(file),
            notices: notices(case),
            mandate: self.mandate(case),
            story: story::story(facts, &self.published),
            anomalies: story::anomalies(facts, &self.published),
            conflicts: story::conflicts(facts, &self.published),
            sent: sent(file),
            id: if cases::unidentified(file) { IdCheck::Later } else { IdCheck::Seen },
            item,
            home: self.home_view(file),
            care: self.care_view(file),
            bundle: None,
            part_of: None,
            standing: self.standing(case),
            beside: self.beside_view(file),
            doubles: Vec::new(),
        }
    }

    /// What the list shows of an open file.
    pub(super) fn listed(&self, file: &OpenFile) -> CaseRow {
        let record = || self.record(*file.id.0.as_bytes(), file.scope, &file.facts);
        self.shown(vec![record()]).pop().unwrap_or_else(|| record().shown)
    }

    /// R11: an old case goes on as it began, and it is said.
    fn standing(&self, case: &Case) -> ItemStanding {
        let Some((receipt, catalogue)) =
            case.receipt.as_ref().map(|(_, receipt)| receipt).zip(self.published.catalogue.as_ref())
        else {
            return ItemStanding::Current;
        };
        match catalogue.get(&receipt.item) {
            _ if case.whole.is_some() || !case.stage.is_open() => ItemStanding::Current,
            None => ItemStanding::Withdrawn,
            Some(item) if Limits::from(item) != receipt.limits => ItemStanding::Changed { since: catalogue.version },
            Some(_) => ItemStanding::Current,
        }
    }

    /// What a masked value is to whoever is signed in.
    pub(super) fn hidden(&self, subject: &Subject) -> Masking {
        if permit(&self.who, Action::Reveal, subject).is_ok() { Masking::Masked } else { Masking::Withheld }
    }

    fn mandate(&self, case: &Case) -> Option<MandateView> {
        let state = case.mandate.as_ref()?;
        let mandate = &state.mandate;
        Some(MandateView {
            agent: self.published.agent(&mandate.agent),
            powers: mandate.powers.clone(),
            from: mandate.from,
            until: mandate.until,
            signature: mandate.signature.clone(),
            ended: state.ended,
            paused: state.paused,
            gap: state.gap,
            fee_limit: mandate.fee_limit,
        })
    }

    /// What Annex C allows from here and this person's post includes; while a field is disputed that others rest on, notes only.
    fn offers(&self, file: &OpenFile, bundle: Option<&BundleView>) -> Vec<Offer> {
        let subject = file.subject();
        let waits = cases::disputed(file).is_some();
        let may = |action| permit(&self.who, action, &subject).is_ok() && (!waits || action == Action::Annotate);
        let mut moves = moves(&file.facts.case);
        if self.reckoning().is_accepted_by_silence(&file.facts.case) {
            moves.insert(0, (Offer::AcceptDeemed, Action::Accept));
        }
        moves.extend(self.care_moves(&file.facts.case));
        if let Some(bundle) = bundle {
            of_bundle(&mut moves, &file.facts.case, bundle);
        }
        moves.extend(home::moves(&file.facts));
        if file.facts.case.stage.is_open() && cases::unidentified(file) {
            moves.insert(0, (Offer::CheckId, Action::Collect));
        }
        moves.extend(self.beside_moves(file));
        moves.into_iter().filter(|(_, action)| may(*action)).map(|(offer, _)| offer).collect()
    }
}

/// The moves of Annex C from where a case stands, each with the right it needs; the likeliest first.
fn moves(case: &Case) -> Vec<(Offer, Action)> {
    let mut moves: Vec<(Offer, Action)> = match case.stage {
        Stage::New | Stage::Consulting | Stage::Mandated => Vec::new(),
        Stage::Received => vec![(Offer::HandOver, Action::HandOver), (Offer::GiveNotice, Action::Collect)],
        Stage::Supplementing { .. } => vec![(Offer::Supplement, Action::Collect), (Offer::Return, Action::Process)],
        Stage::HandedOver => vec![
            (Offer::Accept, Action::Accept),
            (Offer::GiveNotice, Action::Collect),
            (Offer::RefuseAcceptance, Action::Accept),
        ],
        Stage::Accepted => vec![(Offer::Start, Action::Process), (Offer::Extend, Action::Process)],
        Stage::InProcess => {
            vec![(Offer::Decide, Action::Process), (Offer::Suspend, Action::Process), (Offer::Extend, Action::Process)]
        }
        Stage::Suspended => vec![(Offer::Resume, Action::Process)],
        Stage::Decided { .. } => vec![(Offer::Deliver, Action::Deliver)],
        Stage::Delivered => vec![(Offer::EnterRating, Action::EnterRating), (Offer::Archive, Action::Archive)],
        Stage::Rated => vec![(Offer::Archive, Action::Archive)],
        Stage::NotAccepted => Vec::new(),
        Stage::Archived => vec![(Offer::Correct, Action::Annotate)],
    };
    if case.stage == Stage::Received && case.is_on_the_spot() {
        moves.insert(0, (Offer::FinishAtOnce, Action::Accept));
    }
    if case.extension.is_some() {
        moves.retain(|(offer, _)| *offer != Offer::Extend);
    }
    if case.stage.is_open() && case.stage != Stage::New {
        moves.push((Offer::Withdraw, Action::Withdraw));
    }
    if case.stage != Stage::Archived && case.stage != (Stage::Decided { outcome: Outcome::Withdrawn }) {
        moves.push((Offer::Note, Action::Annotate));
    }
    moves
}

/// What a bundle adds to the moves of the case that leads it, and what it takes away: its work is done in its steps.
fn of_bundle(moves: &mut Vec<(Offer, Action)>, case: &Case, bundle: &BundleView) {
    moves.retain(|(offer, _)| !matches!(offer, Offer::Start | Offer::Extend));
    let waits = bundle.steps.iter().any(|step| step.handed_out == HandedOut::Waits);
    if waits {
        moves.retain(|(offer, _)| *offer != Offer::Deliver);
    }
    if case.stage == Stage::Received {
        moves.insert(0, (Offer::Accept, Action::Accept));
    }
    if bundle.pending == Pending::Mine {
        moves.insert(0, (Offer::Advance, Action::Accept));
    }
    if bundle.tone == Tone::Gentle {
        // Nobody who lost someone is asked for a grade (R121, R165).
        moves.retain(|(offer, _)| *offer != Offer::EnterRating);
    }
    let over = matches!(bundle.state, State::Done { .. } | State::Ended { .. });
    if waits && (over || bundle.choice == Choice::AsTheyCome) {
        moves.insert(0, (Offer::DeliverResults, Action::Deliver));
    }
    if matches!(bundle.state, State::Running) {
        moves.push((Offer::ChooseResults, Action::Collect));
    }
}

/// The registers; `hidden` is what a masked one is to whoever looks.
fn fields(facts: &Facts, hidden: Masking) -> Vec<FieldView> {
    let view = |field: Field| {
        let value = facts.field(field);
        let shown = story::mask(field, value);
        let masked = if shown == value { Masking::Whole } else { hidden };
        (!value.is_empty()).then_some(FieldView { field, value: shown, masked })
    };
    Field::ALL.into_iter().filter_map(view).collect()
}

fn notices(case: &Case) -> Vec<NoticeView> {
    let view = |(mark, notice): &(daiban_model::case::fold::Mark, daiban_model::case::event::Notice)| NoticeView {
        no: notice.no,
        at: mark.at,
        lines: notice.lines.clone(),
        term: notice.term,
    };
    case.notices.iter().map(view).collect()
}

fn sent(file: &OpenFile) -> Sent {
    match (file.stored.unsent, file.stored.seq) {
        (0, Some(seq)) => Sent::Arrived { seq },
        (changes, _) => Sent::Waiting { changes },
    }
}
