//! The people appointed to serve (R32–R34, R37).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::identity::Phone;
use crate::ids::{AgentId, ScopeCode};

/// Full or part time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Post {
    /// 专职
    #[serde(rename = "专职")]
    FullTime,
    /// 兼职
    #[serde(rename = "兼职")]
    PartTime,
}

/// The group a person was chosen from (R32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StaffSource {
    /// 镇村干部
    #[serde(rename = "镇村干部")]
    Cadre,
    /// 网格员
    #[serde(rename = "网格员")]
    GridWorker,
    /// 志愿者
    #[serde(rename = "志愿者")]
    Volunteer,
    /// 其他
    #[serde(rename = "其他")]
    Other,
}

/// One member of the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Staff number.
    pub id: AgentId,
    /// Name as it stands on the public list.
    pub name: String,
    /// Full or part time.
    pub post: Post,
    /// What the person does; it decides what is allowed.
    pub role: Role,
    /// The group the person was chosen from.
    pub source: StaffSource,
    /// The unit the person acts for.
    pub unit: ScopeCode,
    /// Divisions served besides the unit, such as the second village of a far point (R30).
    pub also_serves: Vec<ScopeCode>,
    /// The published number, if there is one.
    pub phone: Option<Phone>,
    /// The first day of the appointment.
    pub appointed: Date,
    /// The last day, if it has been set.
    pub ended: Option<Date>,
    /// The B post who takes the files during an absence (R37).
    pub substitute: Option<AgentId>,
}

impl Agent {
    /// Whether the person may receive cases and be named in a mandate on `day` (R33, R34).
    pub fn serves_on(&self, day: Date) -> bool {
        self.appointed <= day && self.ended.is_none_or(|last| day <= last)
    }

    /// Every division the person serves, the unit first.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeCode> {
        std::iter::once(self.unit).chain(self.also_serves.iter().copied())
    }
}

/// Why people make no roster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum RosterFault {
    /// A staff number stands twice.
    #[error("staff number {id} stands twice")]
    Duplicate {
        /// The number.
        id: AgentId,
    },
    /// An appointment ends before it begins.
    #[error("the appointment of {id} ends before it begins")]
    EndsBeforeBegin {
        /// The number.
        id: AgentId,
    },
    /// The B post is the person or nobody on the roster.
    #[error("the substitute of {id} is not another member of the roster")]
    NoSubstitute {
        /// The number of the person who would have no substitute.
        id: AgentId,
    },
}

/// Everyone on the staff, past members included.
///
/// Invariant: agents are sorted by staff number and each number stands once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Agent>", into = "Vec<Agent>")]
pub struct Roster {
    agents: Vec<Agent>,
}

impl TryFrom<Vec<Agent>> for Roster {
    type Error = RosterFault;
    fn try_from(agents: Vec<Agent>) -> Result<Self, RosterFault> {
        Self::new(agents)
    }
}

impl From<Roster> for Vec<Agent> {
    fn from(roster: Roster) -> Self {
        roster.agents
    }
}

impl Roster {
    /// Checks the people and puts them in order.
    pub fn new(mut agents: Vec<Agent>) -> Result<Self, RosterFault> {
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(pair) = agents.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(RosterFault::Duplicate { id: pair[0].id.clone() });
        }
        let roster = Self { agents };
        for agent in &roster.agents {
            if agent.ended.is_some_and(|last| last < agent.appointed) {
                return Err(RosterFault::EndsBeforeBegin { id: agent.id.clone() });
            }
            if agent.substitute.as_ref().is_some_and(|other| *other == agent.id || roster.get(other).is_none()) {
                return Err(RosterFault::NoSubstitute { id: agent.id.clone() });
            }
        }
        Ok(roster)
    }

    /// Everyone, in the order of the staff numbers.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The person with this staff number.
    pub fn get(&self, id: &AgentId) -> Option<&Agent> {
        self.agents.binary_search_by(|agent| agent.id.cmp(id)).ok().map(|at| &self.agents[at])
    }

    /// Who is in office on `day`.
    pub fn in_office(&self, day: Date) -> impl Iterator<Item = &Agent> {
        self.agents.iter().filter(move |agent| agent.serves_on(day))
    }

    /// Who serves a division on `day`.
    pub fn serving(&self, code: ScopeCode, day: Date) -> impl Iterator<Item = &Agent> {
        self.in_office(day).filter(move |agent| agent.scopes().any(|scope| scope.covers(code)))
    }
}
