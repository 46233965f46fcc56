//! Rows of people, households and enterprises, and what is asked of them.

use daiban_model::api::PersonRow;
use daiban_model::ids::{AgentId, PersonId, ScopeCode};
use daiban_model::wire::DocId;
use serde::{Deserialize, Serialize};

use super::Eyes;
use crate::query::{Term, Tokens};

/// Most rows of one answer.
pub const MOST: usize = 200;

/// The row of one person, household or enterprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// What lists show.
    pub shown: PersonRow,
    /// The division it was registered in.
    pub scope: ScopeCode,
    /// Who registered it.
    pub handler: Option<AgentId>,
    /// Full citizen id or credit code, for finding the same one; empty when not known.
    pub number: String,
    /// The date of birth as `yyyymmdd`; 0 when not known.
    pub born: u32,
    /// The household it belongs to.
    pub household: Option<PersonId>,
    /// Documents that are about the same one.
    pub same: Vec<PersonId>,
    /// The last act, in milliseconds since 1970.
    pub updated_ms: u64,
    /// What search finds it by. Empty in what a store answers: the index cannot be read back.
    #[serde(skip)]
    pub tokens: Tokens,
}

/// What to ask about people.
#[derive(Debug, Clone)]
pub enum PeopleQuery {
    /// Hits, latest registered first.
    Find {
        /// All must hit.
        terms: Vec<Term>,
        /// Whose eyes.
        eyes: Eyes,
        /// Rows at most.
        limit: u16,
    },
    /// Whoever has this number or this date of birth, wherever they are registered, first registered first: a warning is given also
    /// about what may not be shown. At most [`MOST`].
    Alike {
        /// The full number; empty asks for none.
        number: String,
        /// `yyyymmdd`; 0 asks for none.
        born: u32,
    },
    /// Members of a household, first registered first. At most [`MOST`].
    Members(PersonId),
    /// These documents, in the order asked; unknown ones are left out.
    ByDoc(Vec<DocId>),
}
