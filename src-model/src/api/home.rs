//! Home service: the route of a day, the set of papers for a bedside, and what a case knows of its visits.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::draft::DraftPerson;
use super::papers::PaperOffer;
use crate::case::event::{Grade, Help, PaperLine, Way};
use crate::ids::{AgentId, CaseId, ItemCode};
use crate::injury::{Ground, KitPaper};
use crate::stamp::Stamp;
use crate::visit::{Addition, Booking, HomeReason, Interview, Visit};

/// A call is registered by whoever takes it (首问, R38, R101): a case in which nothing is received yet. `StartDraft` from it goes on with it.
#[derive(Clone, Serialize, Deserialize)]
pub struct LogCall {
    /// Who calls or is called for; as much as is known.
    pub person: DraftPerson,
    /// Kind of help.
    pub help: Help,
    /// How the person came.
    pub way: Way,
    /// What happened, in plain words.
    pub words: String,
}

/// The visits of a day, in the order of their hours. Works without a network: it is read from the cases here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetRoute {
    /// Which day.
    pub day: Date,
}

/// The visits of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The day.
    pub day: Date,
    /// Where to go, first to last.
    pub stops: Vec<RouteStop>,
    /// Visits of earlier days that nobody entered or moved.
    pub overdue: Vec<RouteStop>,
}

/// One visit of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteStop {
    /// The case.
    pub case: CaseId,
    /// The act that made the booking.
    pub booking: Stamp,
    /// When.
    pub at: DateTime,
    /// Whose matter.
    pub name: String,
    /// Where.
    pub place: String,
    /// What it is about: the item, or the question in plain words.
    pub matter: String,
    /// Why at home.
    pub reasons: BTreeSet<HomeReason>,
    /// Who goes, by name.
    pub staff: Vec<String>,
}

/// The papers to print before leaving for somebody (R103).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetKit {
    /// For which case.
    pub case: CaseId,
}

/// The papers to print before leaving for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kit {
    /// The item, where it is known.
    pub item: Option<ItemCode>,
    /// The set.
    pub papers: Vec<KitPaper>,
    /// The same as they are printed: what was told and signed already as it stands, the rest to be finished by hand.
    pub sheets: Vec<PaperOffer>,
    /// The papers the item asks for, as they stand.
    pub checklist: Vec<PaperLine>,
}

/// What a case knows of home service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HomeView {
    /// Visits that are still to come, nearest first.
    pub bookings: Vec<BookingView>,
    /// Visits that were made.
    pub visits: Vec<VisitView>,
    /// Signed interviews.
    pub interviews: Vec<InterviewView>,
    /// The grounds of the law as the person told them (R106).
    pub grounds: BTreeSet<Ground>,
    /// Who may go: whoever looks first, then those of the same township or unit who serve today.
    pub colleagues: Vec<Colleague>,
}

/// Somebody who may go along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Staff number.
    pub agent: AgentId,
    /// Name.
    pub name: String,
}

/// A booking on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// The act that made it.
    pub act: Stamp,
    /// As it stands.
    pub booking: Booking,
    /// Who goes, by name.
    pub staff: Vec<String>,
}

/// A visit on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitView {
    /// The act of the record.
    pub act: Stamp,
    /// The record.
    pub visit: Visit,
    /// Who went, by name.
    pub staff: Vec<String>,
    /// The grade of the call afterwards.
    pub grade: Option<Grade>,
}

/// A signed interview on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterviewView {
    /// The act of the record.
    pub act: Stamp,
    /// The record.
    pub interview: Interview,
    /// What was added.
    pub additions: Vec<Addition>,
}
