//! What was written beside the moves of a case, as its page shows it, and the lists that follow: what is late, what the upper tier was asked.

use std::collections::BTreeMap;

use daiban_model::access::{Action, permit};
use daiban_model::api::{BesideView, Failure, HelpRow, HelpView, LateLine, LateView, ListHelp, ListLate, Offer, View};
use daiban_model::case::beside::{Beside, Help, Posted, Reach};
use daiban_model::case::event::{DeliveryWay, PaperLine, PaperState};
use daiban_model::case::{Stage, item_law, secrecy};
use daiban_model::deadline::{Clock, Limit};
use daiban_model::ids::ItemCode;
use jiff::civil::Date;

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, storage};
use crate::projection::{Facts, day_number};
use crate::store::{CaseRecord, Eyes, RowQuery, Store};

/// Rows looked at in one go.
const PAGE: u16 = 200;

impl<S: Store> Answer<S> for ListLate {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<LateLine>, Failure> {
        let desk = engine.desk()?;
        let mut lines: BTreeMap<_, (u32, u16)> = BTreeMap::new();
        for row in desk.rows_of(View::Overdue, desk.station_eyes(), |_| true).await? {
            let facts = desk.facts_of(row.shown.id).await?;
            let Some(late) = desk.late(&facts) else { continue };
            let item: Option<ItemCode> = row.item.parse().ok().filter(|item| !secrecy::is_sensitive(item));
            let line = lines.entry((item, late.said.map(|said| said.reason))).or_default();
            *line = (line.0 + 1, line.1.max(late.days));
        }
        let line = |((item, reason), (count, days))| LateLine { item, count, days, reason };
        Ok(lines.into_iter().map(line).collect())
    }
}

impl<S: Store> Answer<S> for ListHelp {
    /// Every request that waits presses by its own day at the latest, so all of them are among what presses until the day by which one
    /// that is asked now would be answered.
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<HelpRow>, Failure> {
        let desk = engine.desk()?;
        let last = desk.help_due(desk.now().date()).map(day_number);
        let presses = |row: &CaseRecord| row.due.is_some_and(|due| last.is_none_or(|last| due <= last));
        let mut waiting = Vec::new();
        for row in desk.rows_of(View::Pressing, desk.eyes(), presses).await? {
            let facts = desk.facts_of(row.shown.id).await?;
            let Some(help) = facts.case.beside.help_open().map(|help| desk.help_view(help)) else { continue };
            let case = desk.shown(vec![row]).pop();
            waiting.extend(case.map(|case| HelpRow { case, help }));
        }
        waiting.sort_by_key(|row| (row.help.due, row.help.act));
        Ok(waiting)
    }
}

impl<S: Store> Desk<S> {
    /// Everybody's at this station: for rules and lists that show nothing of anybody.
    pub(super) fn station_eyes(&self) -> Eyes {
        Eyes { serves: self.certificate.scopes.clone(), only: None }
    }

    /// The rows of a view from its beginning as far as they are wanted.
    pub(super) async fn rows_of(
        &self,
        view: View,
        eyes: Eyes,
        wanted: impl Fn(&CaseRecord) -> bool,
    ) -> Result<Vec<CaseRecord>, Failure> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let today = day_number(self.now().date());
            let query = RowQuery::List { view, eyes: eyes.clone(), today, after, limit: PAGE };
            let rows = self.store.rows(query).await.map_err(storage)?;
            let more = rows.cases.last().is_some_and(&wanted);
            found.extend(rows.cases.into_iter().take_while(&wanted));
            after = rows.next.filter(|_| more);
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// How late a case is; `None` where it is not.
    fn late(&self, facts: &Facts) -> Option<LateView> {
        let due = self.reckoning().pressing(&facts.case)?.due.date()?;
        let days = (self.now().date() - due).get_days();
        let days = u16::try_from(days).ok().filter(|days| *days > 0)?;
        Some(LateView { days, said: facts.case.beside.late.as_ref().map(|(_, late)| late.clone()) })
    }

    fn help_due(&self, asked: Date) -> Option<Date> {
        Clock::new(asked, Some(Limit::WorkingDays(3))).due(&self.published.calendar).date()
    }

    fn help_view(&self, help: &Help) -> HelpView {
        HelpView {
            act: help.mark.stamp,
            asked: help.asked.clone(),
            by: self.published.agent(&help.mark.by),
            at: help.mark.at,
            due: self.help_due(help.mark.at.date()),
            answer: help.answer.as_ref().map(|(mark, words)| (mark.at.date(), words.clone())),
        }
    }

    /// What may be written beside the moves of a case now, each with the right it needs.
    pub(super) fn beside_moves(&self, file: &OpenFile) -> Vec<(Offer, Action)> {
        let case = &file.facts.case;
        if case.stage == Stage::New || case.stage == Stage::Archived {
            return Vec::new();
        }
        let item = case.receipt.as_ref().map(|(_, receipt)| &receipt.item);
        let urgent = item.map_or(case.stage == Stage::Consulting, item_law::may_help_first);
        let unproven = |paper: &PaperLine| {
            let shown = case.beside.certificates.iter().any(|(_, shown)| shown.paper == paper.name);
            paper.state == PaperState::Electronic && !shown
        };
        let worked_on = matches!(case.stage, Stage::Accepted | Stage::InProcess);
        let for_them = item.is_some_and(item_law::committee_may_apply) && case.beside.applied.is_none();
        let visited = !case.home.visits.is_empty();
        let (asked, open) = (case.beside.help_open().is_some(), case.stage.is_open());
        let all = [
            (self.late(&file.facts).is_some(), Offer::ExplainLate, Action::Attend),
            (asked, Offer::AnswerHelp, Action::Accept),
            (open && for_them, Offer::ApplyFor, Action::Collect),
            (open && urgent && case.beside.helped.is_empty(), Offer::HelpFirst, Action::Collect),
            (open && case.papers.iter().any(unproven), Offer::ShowCertificate, Action::Collect),
            (worked_on, Offer::CheckSite, Action::Process),
            (visited && open, Offer::TellConcern, Action::Attend),
            (visited && open, Offer::ReviewVisit, Action::Accept),
            (open, Offer::Explain, Action::Attend),
            (open && !asked, Offer::AskHelp, Action::Attend),
            (open || case.stage.awaits_delivery(), Offer::FindAt, Action::Attend),
            (open && item.is_some_and(item_law::is_after_death), Offer::TellDeath, Action::Attend),
            (case.stage.awaits_delivery(), Offer::Post, Action::Deliver),
            (open || case.stage.awaits_delivery(), Offer::AgreeElectronic, Action::Collect),
        ];
        all.into_iter().filter(|(fits, ..)| *fits).map(|(_, offer, action)| (offer, action)).collect()
    }

    /// What the page of a case shows of it.
    pub(super) fn beside_view(&self, file: &OpenFile) -> BesideView {
        let beside = &file.facts.case.beside;
        let found = beside.found.as_ref().map(|(_, found)| found.clone());
        let away = found.as_ref().map(|found| match found.reach {
            Reach::Here => DeliveryWay::Direct,
            Reach::Away if beside.electronic.is_some() => DeliveryWay::Electronic,
            Reach::Away => DeliveryWay::Post,
        });
        // Where she gets her post, what she told in confidence: for whoever works with her, and nobody else who may read the case.
        let works = permit(&self.who, Action::Collect, &file.subject()).is_ok();
        let place = |to: &String| if works { to.clone() } else { String::new() };
        BesideView {
            late: self.late(&file.facts),
            help: beside.help.iter().rev().map(|help| self.help_view(help)).collect(),
            checks: beside.checks.iter().map(|(_, check)| check.clone()).collect(),
            applied: beside.applied.as_ref().map(|(_, applied)| applied.clone()),
            helped: beside.helped.iter().map(|(_, helped)| helped.clone()).collect(),
            delivery: away,
            found,
            posted: beside.posted.as_ref().map(|(_, posted)| Posted { to: place(&posted.to), ..posted.clone() }),
            electronic: beside.electronic.as_ref().map(|(_, to)| place(to)).unwrap_or_default(),
            certificates: beside.certificates.iter().map(|(_, shown)| shown.clone()).collect(),
            concerns: beside.concerns.iter().filter(|_| works).map(|(.., words)| words.clone()).collect(),
            reviews: beside
                .reviews
                .iter()
                .map(|(mark, _, words)| (self.published.agent(&mark.by), mark.at.date(), words.clone()))
                .collect(),
            handler: file.facts.case.handler().map(|agent| self.published.agent(agent)).unwrap_or_default(),
            offered_to: beside.offer_open().map(|offer| self.published.agent(&offer.given.to)).unwrap_or_default(),
        }
    }
}

/// The kind of such an act in the story, and what is special about this one.
pub(super) fn told(act: &Beside) -> (&'static str, String) {
    let joined = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("，");
    match act {
        Beside::Late(late) => ("late_told", late.words.clone()),
        Beside::HelpAsked(asked) => ("help_asked", joined(&[&asked.to, &asked.question])),
        Beside::HelpAnswered { words, .. } => ("help_answered", words.clone()),
        Beside::SiteChecked(check) => ("site_checked", joined(&[&check.staff.join("、"), &check.findings])),
        Beside::AppliedFor(applied) => ("applied_for", joined(&[&applied.committee, &applied.reason])),
        Beside::HelpedFirst(helped) => ("helped_first", helped.given.clone()),
        Beside::FoundAt(found) => ("found_at", found.place.clone()),
        Beside::Died { who, on } => ("died", joined(&[who, &on.to_string()])),
        // Where it went is an address, and an account may be a phone number: whoever may look sees them elsewhere.
        Beside::Posted(posted) => ("posted", posted.number.clone()),
        Beside::ElectronicAgreed { .. } => ("electronic_agreed", String::new()),
        Beside::CertificateShown(shown) => ("certificate_shown", joined(&[&shown.paper, &shown.issuer])),
        // What was seen is not told in a story that many read.
        Beside::Concern { .. } => ("concern_told", String::new()),
        Beside::VisitReviewed { words, .. } => ("visit_reviewed", words.clone()),
        Beside::ClockTold { shown, told } => ("clock_told", format!("{} → {}", shown.local(), told.local())),
        Beside::Given(given) => ("given", given.note.clone()),
        Beside::TakenOver { .. } => ("taken_over", String::new()),
        Beside::GivenBack { reason, .. } => ("given_back", reason.clone()),
    }
}

/// Whether an act has a call of its own, which looks at more than one case.
pub(super) fn has_own_call(act: &Beside) -> bool {
    matches!(act, Beside::Given(_) | Beside::TakenOver { .. } | Beside::GivenBack { .. } | Beside::ClockTold { .. })
}
