//! Home service at the desk: the route of a day, the set of papers for a bedside, and who is free to go.

use daiban_model::access::Action;
use daiban_model::api::{
    BookingView, CasePage, Changed, Colleague, Failure, GetKit, GetRoute, HomeView, InterviewView, Kit, LogCall, Offer,
    Route, RouteStop, View, VisitView,
};
use daiban_model::case::event::{PaperLine, PaperState};
use daiban_model::case::{Command, Refusal, Stage, What};
use daiban_model::ids::{AgentId, CaseId, ScopeCode};
use daiban_model::injury::KitPaper;
use daiban_model::organisation::Agent;
use daiban_model::visit::{Booked, BookingOutcome};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, bundle, papers, receive, storage};
use crate::projection::{Facts, day_number};
use crate::store::{CaseRecord, RowQuery, Store};

/// Rows looked at in one go.
const PAGE: u16 = 200;
/// Nobody is at two doors within this many minutes: the way there, and a talk that is worth going for (ours).
const APART: i64 = 45;

impl<S: Store> Answer<S> for LogCall {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let desk = engine.desk()?;
        let today = desk.now().date();
        // Who calls from a bed may have no number at hand; what is typed must be right all the same.
        let edits = receive::registers(&self.person, today)?;
        let file = desk.fresh_file()?;
        let consult = Command::Consult { help: self.help, way: self.way, words: self.words };
        let mut file = file;
        let mut acts = desk.decided(&file, consult)?;
        if let Some(both) = desk.both_times() {
            bundle::tried(&mut file, &acts);
            acts.extend(desk.decided(&file, both)?);
        }
        let file = desk.write(file, &[edits, acts].concat()).await?;
        let page = desk.case_page(&file).await?;
        let ids = vec![file.id];
        engine.tell(Changed::Cases { ids });
        Ok(Box::new(page))
    }
}

impl<S: Store> Answer<S> for GetRoute {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Route, Failure> {
        let desk = engine.desk()?;
        let mut route = Route { day: self.day, stops: Vec::new(), overdue: Vec::new() };
        for stop in desk.visits_until(self.day).await? {
            match stop.at.date() == self.day {
                true => route.stops.push(stop),
                false => route.overdue.push(stop),
            }
        }
        Ok(route)
    }
}

impl<S: Store> Answer<S> for GetKit {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Kit, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.case).await?;
        let case = &file.facts.case;
        let item = case.receipt.as_ref().map(|(_, receipt)| receipt.item.clone());
        let asked = item.as_ref().and_then(|code| desk.item(code));
        let none = |name: &String| PaperLine { name: name.clone(), state: PaperState::Missing, count: 1 };
        let checklist = match case.papers.is_empty() {
            true => asked.into_iter().flat_map(|item| &item.papers).map(none).collect(),
            false => case.papers.clone(),
        };
        let sheets = papers::kit(&file);
        Ok(Kit { item, papers: KitPaper::ALL.to_vec(), sheets, checklist })
    }
}

impl<S: Store> Desk<S> {
    /// Visits that are to be made until the end of a day, in the order of their hours. A case presses no later than its next visit, so
    /// they are all among those that press until then.
    async fn visits_until(&self, day: Date) -> Result<Vec<RouteStop>, Failure> {
        let (mut stops, mut after) = (Vec::new(), None);
        let presses = |row: &CaseRecord| row.due.is_some_and(|due| due <= day_number(day));
        loop {
            let (eyes, today) = (self.eyes(), day_number(self.now().date()));
            let query = RowQuery::List { view: View::Pressing, eyes, today, after, limit: PAGE };
            let rows = self.store.rows(query).await.map_err(storage)?;
            for row in rows.cases.iter().take_while(|row| presses(row)) {
                stops.extend(self.stops(row.shown.id, day).await?);
            }
            let more = rows.cases.last().is_some_and(presses);
            after = rows.next.filter(|_| more);
            if after.is_none() {
                break;
            }
        }
        stops.sort_by_key(|stop| stop.at);
        Ok(stops)
    }

    async fn stops(&self, id: CaseId, day: Date) -> Result<Vec<RouteStop>, Failure> {
        let file = self.file(id).await?;
        let open = file.facts.case.home.bookings.iter().filter(|booked| booked.outcome == BookingOutcome::Open);
        let due = open.filter(|booked| booked.booking.at.date() <= day);
        Ok(due.map(|booked| self.stop(&file, booked)).collect())
    }

    fn stop(&self, file: &OpenFile, Booked { act, booking, .. }: &Booked) -> RouteStop {
        let words = file.facts.events.iter().find_map(|event| match &event.what {
            What::Consulted { words, .. } => Some(words.clone()),
            _ => None,
        });
        let item = file.facts.case.receipt.as_ref().map(|(_, receipt)| receipt.item_name.clone());
        RouteStop {
            case: file.id,
            booking: *act,
            at: booking.at,
            name: file.facts.field(daiban_model::case::field::Field::Name).to_owned(),
            place: booking.place.clone(),
            matter: item.or(words).unwrap_or_default(),
            reasons: booking.reasons.clone(),
            staff: self.names(&booking.staff),
        }
    }

    pub(super) fn names(&self, staff: &[AgentId]) -> Vec<String> {
        staff.iter().map(|agent| self.published.agent(agent)).collect()
    }

    /// R94: nobody is booked for two doors at once, as far as this station knows.
    pub(super) async fn free_to_go(&self, file: &OpenFile, command: &Command) -> Result<(), Failure> {
        let (at, own, staff) = match command {
            Command::BookVisit(booking) => (booking.at, None, booking.staff.clone()),
            Command::MoveVisit { of, to, .. } => {
                let booked = file.facts.case.home.bookings.iter().find(|booked| booked.act == *of);
                (*to, Some(*of), booked.map(|booked| booked.booking.staff.clone()).unwrap_or_default())
            }
            _ => return Ok(()),
        };
        let names = self.names(&staff);
        for stop in self.visits_until(at.date()).await? {
            let shared = stop.staff.iter().any(|name| names.contains(name));
            if shared && own != Some(stop.booking) && near(stop.at, at) {
                return Err(Failure::Refused { why: Refusal::StaffBusy });
            }
        }
        Ok(())
    }

    /// What a case knows of home service.
    pub(super) fn home_view(&self, file: &OpenFile) -> HomeView {
        let home = &file.facts.case.home;
        let mut open: Vec<&Booked> =
            home.bookings.iter().filter(|booked| booked.outcome == BookingOutcome::Open).collect();
        open.sort_by_key(|booked| booked.booking.at);
        let booking = |booked: &Booked| BookingView {
            act: booked.act,
            staff: self.names(&booked.booking.staff),
            booking: booked.booking.clone(),
        };
        HomeView {
            bookings: open.into_iter().map(booking).collect(),
            visits: home
                .visits
                .iter()
                .map(|made| VisitView {
                    act: made.act,
                    visit: made.visit.clone(),
                    staff: self.names(&made.visit.staff),
                    grade: made.grade,
                })
                .collect(),
            interviews: home
                .interviews
                .iter()
                .map(|signed| InterviewView {
                    act: signed.act,
                    interview: signed.interview.clone(),
                    additions: signed.additions.clone(),
                })
                .collect(),
            grounds: file.facts.case.grounds.clone(),
            colleagues: self.colleagues(),
        }
    }

    /// Who works in this unit, in those beside it and in the one above, whoever is signed in first.
    pub(super) fn colleagues(&self) -> Vec<Colleague> {
        let (own, today) = (&self.who, self.now().date());
        let near =
            |unit: ScopeCode| [own.unit, own.unit.parent()].contains(&unit) || unit.parent() == own.unit.parent();
        let mut all: Vec<&Agent> = self.published.roster.agents().iter().collect();
        all.retain(|agent| agent.id == own.agent || (agent.serves_on(today) && agent.scopes().any(near)));
        all.sort_by_key(|agent| agent.id != own.agent);
        all.into_iter().map(|agent| Colleague { agent: agent.id.clone(), name: agent.name.clone() }).collect()
    }
}

/// What may be done in home service from where a case stands, each with the right it needs.
pub(super) fn moves(facts: &Facts) -> Vec<(Offer, Action)> {
    let (case, home) = (&facts.case, &facts.case.home);
    if !case.stage.is_open() || case.stage == Stage::New {
        return Vec::new();
    }
    let mut moves = vec![(Offer::BookVisit, Action::Attend), (Offer::RecordVisit, Action::Attend)];
    if home.next().is_some() {
        moves.extend([(Offer::MoveVisit, Action::Attend), (Offer::RefuseVisit, Action::Accept)]);
    }
    if home.visits.iter().any(|made| made.grade.is_none()) {
        moves.push((Offer::GradeVisit, Action::EnterRating));
    }
    moves.push((Offer::RecordInterview, Action::Attend));
    if !home.interviews.is_empty() {
        moves.push((Offer::AddToInterview, Action::Attend));
    }
    if papers::is_injury(facts) {
        moves.push((Offer::TellGrounds, Action::Attend));
    }
    moves
}

fn near(one: DateTime, other: DateTime) -> bool {
    let (early, late) = (one.min(other), one.max(other));
    late < early.saturating_add(APART.minutes())
}
