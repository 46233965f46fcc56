//! Rows of cases, and what is asked of them.

use daiban_model::access::Principal;
use daiban_model::api::{CaseRow, Counts, View};
use daiban_model::identity::CaseNumber;
use daiban_model::ids::{AgentId, PersonId, ScopeCode};
use daiban_model::wire::DocId;
use jiff::civil::Date;

#[cfg(doc)]
use super::MOST_PEOPLE;
#[cfg(doc)]
use super::Store;
use super::{DocState, PeopleQuery, PersonRecord};
use crate::query::{Term, Tokens};

/// The row of one case: what lists sort, filter and show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// What lists show.
    pub shown: CaseRow,
    /// The division it belongs to.
    pub scope: ScopeCode,
    /// Who opened it.
    pub handler: Option<AgentId>,
    /// Full citizen id, for finding the same person; empty when not known.
    pub citizen_id: String,
    /// The item's code; empty before the receipt.
    pub item: String,
    /// The person, household or enterprise it is for, where that is known here as one.
    pub person: Option<PersonId>,
    /// Unfinished or finished.
    pub standing: Standing,
    /// The nearest date as `yyyymmdd`, if any.
    pub due: Option<u32>,
    /// The day from which somebody is to be reminded of something, as `yyyymmdd`.
    pub remind: Option<u32>,
    /// Waiting for papers.
    pub supplementing: Flag,
    /// Unfinished without a known limit (R57).
    pub no_limit: Flag,
    /// The last act, in milliseconds since 1970.
    pub updated_ms: u64,
    /// What search finds it by: see [`Tokens::of`]. Empty in what a store answers: the index cannot be read back.
    pub tokens: Tokens,
}

impl CaseRecord {
    /// The last number that was given with the case, if it has one that can be read: its own, or the last that it keeps for its steps.
    pub fn number(&self) -> Option<CaseNumber> {
        let own: CaseNumber = self.shown.number.parse().ok()?;
        let last = own.counter().saturating_add(self.shown.reserved);
        Some(CaseNumber::new(own.unit(), own.date(), own.device(), last).unwrap_or(own))
    }
}

/// Whether a case still needs work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Unfinished: undecided, or decided and not yet delivered.
    Open,
    /// Delivered, archived, withdrawn or not accepted.
    Finished,
}

/// Whether a mark is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Set.
    Yes,
    /// Not set.
    No,
}

/// Whose eyes a list is for: rows outside are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eyes {
    /// Divisions, each covering what lies below it.
    pub serves: Vec<ScopeCode>,
    /// Only cases of this handler (R213).
    pub only: Option<AgentId>,
}

impl Eyes {
    /// The eyes of someone signed in.
    pub fn of(who: &Principal) -> Self {
        use daiban_model::access::Role;
        let only = (who.role == Role::PartTimeAgent).then(|| who.agent.clone());
        Self { serves: who.serves.clone(), only }
    }

    /// Whether a row of this division, opened by this person, is there for them.
    pub fn see(&self, scope: ScopeCode, handler: Option<&AgentId>) -> bool {
        let own = self.only.is_none() || self.only.as_ref() == handler;
        own && self.serves.iter().any(|served| served.covers(scope))
    }
}

/// What to ask of [`Store::rows`].
#[derive(Debug, Clone)]
pub enum RowQuery {
    /// A page of a view. `today` is `yyyymmdd`.
    List {
        /// Which view.
        view: View,
        /// Whose eyes.
        eyes: Eyes,
        /// Today.
        today: u32,
        /// Where the last page ended.
        after: Option<String>,
        /// Rows at most.
        limit: u16,
    },
    /// A page of hits, latest opened first.
    Search {
        /// All must hit.
        terms: Vec<Term>,
        /// Whose eyes.
        eyes: Eyes,
        /// Where the last page ended.
        after: Option<String>,
        /// Rows at most.
        limit: u16,
    },
    /// Figures of all views.
    Counts {
        /// Whose eyes.
        eyes: Eyes,
        /// Today.
        today: u32,
    },
    /// Cases of one person, latest first, at most fifty.
    Person {
        /// The full citizen id.
        citizen_id: String,
        /// Whose eyes.
        eyes: Eyes,
    },
    /// Cases for any of these people, latest first, at most [`MOST_PEOPLE`].
    For {
        /// The people.
        people: Vec<PersonId>,
        /// Whose eyes.
        eyes: Eyes,
    },
    /// People, households and enterprises.
    People(PeopleQuery),
    /// The highest number that a device gave on a day (R77), as far as any row here shows it.
    Highest {
        /// The day.
        date: Date,
        /// The device's number.
        device: u8,
    },
    /// These cases; unknown ones are left out.
    ByDoc(Vec<DocId>),
    /// Documents in order of their id, for refolding and audits.
    Docs {
        /// After this one.
        after: Option<DocId>,
        /// Documents at most.
        limit: u16,
    },
}

/// The answer to a [`RowQuery`]; what was not asked for is empty.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Rows.
    pub cases: Vec<CaseRecord>,
    /// People, households and enterprises.
    pub people: Vec<PersonRecord>,
    /// Where to go on.
    pub next: Option<String>,
    /// Figures.
    pub counts: Counts,
    /// Documents.
    pub docs: Vec<DocState>,
    /// The highest counter; 0 where there is none.
    pub highest: u16,
}
