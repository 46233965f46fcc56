//! Who may do what, where (requirements S15, Annex B). Default deny.
//!
//! A [`Permit`] is proof that the question was asked: its fields are private, so what needs one cannot be called without.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ScopeCode};

/// The post a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 专职代办员
    FullTimeAgent,
    /// 兼职代办员、网格员、志愿者
    PartTimeAgent,
    /// 便民服务中心代办员
    TownshipAgent,
    /// 政务服务中心综窗、通办、一件事窗口
    Window,
    /// 部门审批人员
    DepartmentClerk,
    /// 项目服务专员、帮办代办专员
    ProjectOfficer,
    /// 导服员
    HallGuide,
    /// 监督员
    Supervisor,
    /// 系统管理员
    Administrator,
    /// 归档员
    Archivist,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::FullTimeAgent,
        Self::PartTimeAgent,
        Self::TownshipAgent,
        Self::Window,
        Self::DepartmentClerk,
        Self::ProjectOfficer,
        Self::HallGuide,
        Self::Supervisor,
        Self::Administrator,
        Self::Archivist,
    ];

    /// Whether the post includes it at all: the matrix of Annex B.
    pub fn includes(self, action: Action) -> bool {
        use Action as A;
        match self {
            // 监督员 alone: nobody audits what they did themselves.
            _ if action == A::Audit => self == Self::Supervisor,
            // Where there is a hall. Whoever guides there sees steps and numbers, and no case.
            _ if action == A::Queue => matches!(self, Self::HallGuide | Self::Window | Self::TownshipAgent),
            Self::FullTimeAgent => !matches!(action, A::Accept | A::Process),
            Self::PartTimeAgent => {
                matches!(action, A::Read | A::Attend | A::Collect | A::HandOver | A::Withdraw | A::Annotate)
            }
            Self::TownshipAgent => action != A::Process,
            Self::Window => true,
            Self::DepartmentClerk => {
                matches!(action, A::Read | A::Reveal | A::Attend | A::Accept | A::Process | A::Deliver | A::Annotate)
            }
            Self::Supervisor => action == A::Read,
            Self::Archivist => matches!(action, A::Read | A::Archive),
            Self::ProjectOfficer | Self::HallGuide | Self::Administrator => false,
        }
    }

    /// Whether this post may do everything that `other` may.
    pub fn includes_all_of(self, other: Self) -> bool {
        Action::ALL.into_iter().all(|action| !other.includes(action) || self.includes(action))
    }

    /// Whether this post reads who did what, and reports what was lost (R204, R208).
    pub fn audits(self) -> bool {
        self.includes(Action::Audit)
    }

    /// Whether this post sees to what goes and to what is entrusted to others (R203, R207, R209, R220): administrators keep the frame,
    /// supervisors and archivists see to it; agents do not clear their own table.
    pub fn oversees(self) -> bool {
        matches!(self, Self::Administrator | Self::Supervisor | Self::Archivist)
    }
}

/// Someone signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Who.
    pub agent: AgentId,
    /// Name as it stands on slips.
    pub name: String,
    /// Post.
    pub role: Role,
    /// The unit acted for.
    pub unit: ScopeCode,
    /// Divisions served; each covers what lies below it.
    pub serves: Vec<ScopeCode>,
}

/// What someone wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read a case.
    Read,
    /// See a full citizen id.
    Reveal,
    /// Answer whoever asks first, visit at home, write down what was said (R38, Annex C): everybody who serves people.
    Attend,
    /// Take papers, write the mandate and the notice.
    Collect,
    /// Send a file on.
    HandOver,
    /// Accept or not accept for the organ.
    Accept,
    /// Work on it for the organ: start, stop, prolong, decide.
    Process,
    /// Enter the applicant's withdrawal.
    Withdraw,
    /// Hand over the result.
    Deliver,
    /// Type in a paper rating; the electronic one is the applicant's alone (rules §6).
    EnterRating,
    /// Seal.
    Archive,
    /// Add a note, review an anomaly, settle a conflict, correct a closed file.
    Annotate,
    /// Read who looked at what (R208).
    Audit,
    /// Give numbers in a hall and call them (R127), and hand a screen of it over for self-service (R126).
    Queue,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Reveal,
        Self::Attend,
        Self::Collect,
        Self::HandOver,
        Self::Accept,
        Self::Process,
        Self::Withdraw,
        Self::Deliver,
        Self::EnterRating,
        Self::Archive,
        Self::Annotate,
        Self::Audit,
        Self::Queue,
    ];
}

/// What the action is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The division the case belongs to.
    pub scope: ScopeCode,
    /// Who opened it; `None` for one that is being opened now.
    pub handler: Option<AgentId>,
}

/// Leave to do one kind of thing to one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    action: Action,
    agent: AgentId,
    name: String,
    unit: ScopeCode,
}

impl Permit {
    /// What it allows.
    pub fn action(&self) -> Action {
        self.action
    }

    /// To whom.
    pub fn agent(&self) -> &AgentId {
        &self.agent
    }

    /// The holder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For which unit.
    pub fn unit(&self) -> ScopeCode {
        self.unit
    }
}

/// Why leave was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    /// The post does not include it.
    #[error("the post does not include this")]
    Role,
    /// The case belongs to a division this person does not serve.
    #[error("the case belongs to another division")]
    Scope,
    /// Only the person who opened the case may (R213).
    #[error("only the person who opened the case may")]
    NotOwn,
}

/// Asks for leave (R211–R217).
pub fn permit(who: &Principal, action: Action, subject: &Subject) -> Result<Permit, Denied> {
    if !who.role.includes(action) {
        return Err(Denied::Role);
    }
    if !who.serves.iter().any(|served| served.covers(subject.scope)) {
        return Err(Denied::Scope);
    }
    if who.role == Role::PartTimeAgent && subject.handler.as_ref().is_some_and(|handler| *handler != who.agent) {
        return Err(Denied::NotOwn);
    }
    if action == Action::EnterRating && subject.handler.as_ref() == Some(&who.agent) {
        return Err(Denied::Role);
    }
    Ok(Permit { action, agent: who.agent.clone(), name: who.name.clone(), unit: who.unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, serves: &str) -> Principal {
        let unit: ScopeCode = serves.parse().unwrap();
        Principal { agent: "SG-202202-01".parse().unwrap(), name: "其木格".into(), role, unit, serves: vec![unit] }
    }

    fn case_of(scope: &str, handler: &str) -> Subject {
        Subject { scope: scope.parse().unwrap(), handler: Some(handler.parse().unwrap()) }
    }

    #[test]
    fn r212_a_village_agent_sees_only_the_villages_served() {
        let who = principal(Role::FullTimeAgent, "150205202202");
        let own = permit(&who, Action::Read, &case_of("150205202202", "SG-202202-02"));
        assert!(own.is_ok_and(|permit| permit.action() == Action::Read), "own village");
        let foreign = permit(&who, Action::Read, &case_of("150205202201", "SG-202202-02"));
        assert_eq!(foreign, Err(Denied::Scope), "the next village");
    }

    #[test]
    fn r213_a_part_timer_collects_own_cases_and_reveals_nothing() {
        let who = principal(Role::PartTimeAgent, "150205202202");
        let own = case_of("150205202202", "SG-202202-01");
        assert!(permit(&who, Action::Collect, &own).is_ok());
        assert_eq!(permit(&who, Action::Reveal, &own), Err(Denied::Role));
        assert_eq!(permit(&who, Action::Archive, &own), Err(Denied::Role), "no closing");
        let other = case_of("150205202202", "SG-202202-02");
        assert_eq!(permit(&who, Action::Read, &other), Err(Denied::NotOwn));
    }

    #[test]
    fn r217_r218_supervisors_read_and_administrators_do_not_even_that() {
        let subject = case_of("150205202202", "SG-202202-02");
        for action in Action::ALL {
            let supervisor = permit(&principal(Role::Supervisor, "150205"), action, &subject);
            let may = matches!(action, Action::Read | Action::Audit);
            assert_eq!(supervisor.is_ok(), may, "supervisor, {action:?}");
            assert!(permit(&principal(Role::Administrator, "150205"), action, &subject).is_err(), "{action:?}");
        }
    }

    #[test]
    fn r208_only_a_supervisor_reads_who_looked() {
        let subject = case_of("150205202202", "SG-202202-02");
        for role in Role::ALL {
            let may = permit(&principal(role, "150205"), Action::Audit, &subject).is_ok();
            assert_eq!(may, role == Role::Supervisor, "{role:?}");
            assert_eq!(role.audits(), may, "what a page asks is what is granted: {role:?}");
        }
    }

    #[test]
    fn r126_r127_a_halls_guide_gives_numbers_and_sees_no_case() {
        let subject = case_of("150205202202", "SG-202202-02");
        for action in Action::ALL {
            let guide = permit(&principal(Role::HallGuide, "150205"), action, &subject);
            assert_eq!(guide.is_ok(), action == Action::Queue, "{action:?}");
        }
    }

    #[test]
    fn r220_agents_do_not_clear_their_own_table() {
        let oversee: Vec<Role> = Role::ALL.into_iter().filter(|role| role.oversees()).collect();
        assert_eq!(oversee, [Role::Supervisor, Role::Administrator, Role::Archivist]);
    }

    #[test]
    fn the_handling_agent_never_enters_the_rating() {
        let who = principal(Role::FullTimeAgent, "150205202202");
        let own = case_of("150205202202", "SG-202202-01");
        assert_eq!(permit(&who, Action::EnterRating, &own), Err(Denied::Role), "rules §6");
    }
}
