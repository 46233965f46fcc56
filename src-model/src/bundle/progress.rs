//! Where a bundle stands: from the lead's own facts and from the cases its steps became (R118, R119). G2.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Need, Order, StepKind, StepNo};
use crate::case::event::{Decision, Help, Mandate, Outcome, Receipt};
use crate::case::fold::{Case, Stage};
use crate::ids::{AgentId, CaseId};

/// What a case knows as the lead of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// What was chosen.
    pub order: Order,
    /// Steps that are no cases: asked for and answered by hand.
    pub outside: BTreeMap<StepNo, Outside>,
    /// Steps the applicant does not want any more, and since when.
    pub dropped: BTreeMap<StepNo, DateTime>,
    /// How the results shall reach the applicant.
    pub choice: Choice,
}

impl Whole {
    pub(crate) fn new(order: Order) -> Self {
        Self { order, outside: BTreeMap::new(), dropped: BTreeMap::new(), choice: Choice::default() }
    }
}

/// A step outside the system (R128).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outside {
    /// When it was asked for.
    pub asked: Option<DateTime>,
    /// What came of it.
    pub answered: Option<Answered>,
}

/// The answer of an office outside the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When it was entered.
    pub at: DateTime,
    /// Done or refused.
    pub outcome: Outcome,
    /// What was said, or the number of the paper.
    pub result: String,
    /// Who entered it.
    pub by: AgentId,
}

/// How results reach the applicant (R120).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// All at one window, when all are there.
    #[default]
    Together,
    /// Each when it is there, because the applicant asked for it.
    AsTheyCome,
}

/// What a case knows as a step of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    /// The case of the whole.
    pub lead: CaseId,
    /// Which step.
    pub step: StepNo,
    /// When it was handed out.
    pub opened: DateTime,
}

/// How a step becomes a case: one act, so that the same step opened at two desks is opened once. G3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The case of the whole.
    pub lead: CaseId,
    /// Which step.
    pub step: StepNo,
    /// Who received the whole and is responsible for its parts too.
    pub handler: AgentId,
    /// The kind of help, as for the whole.
    pub help: Help,
    /// The mandate of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// Number, item, limits and papers of the step.
    pub receipt: Receipt,
    /// The department it goes to.
    pub to: String,
}

/// What is known of a step's case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// When it was handed out.
    pub opened: DateTime,
    /// When and how it ended.
    pub closed: Option<(DateTime, Decision)>,
    /// Whether its result reached the applicant.
    pub delivered: Delivered,
}

/// Whether a result reached the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// It did.
    Yes,
    /// Not yet.
    No,
}

impl Member {
    /// What a step's case says of it; `None` for a case that is no step.
    pub fn of(case: &Case) -> Option<Self> {
        let opened = case.part_of.as_ref()?.opened;
        let closed = case.decided_at.zip(case.decision.clone());
        let delivered = if case.delivery.is_some() { Delivered::Yes } else { Delivered::No };
        Some(Self { opened, closed, delivered })
    }
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// It waits for these; for none of them while the whole is not accepted.
    Waits {
        /// Which.
        steps: Vec<StepNo>,
    },
    /// It may begin.
    Ready {
        /// Since what it waited for is done.
        since: DateTime,
    },
    /// The department has it.
    Open {
        /// Since when.
        since: DateTime,
    },
    /// Done.
    Done {
        /// Since when the department had it.
        since: DateTime,
        /// When it was done.
        at: DateTime,
    },
    /// Refused.
    Refused {
        /// Since when the department had it.
        since: DateTime,
        /// When it was refused.
        at: DateTime,
    },
    /// Not wanted any more.
    Dropped,
    /// It can never begin: it rests on a step that was refused.
    Stuck,
}

/// Where the whole stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Not accepted yet.
    Waiting,
    /// Under way.
    Running,
    /// Every step that counts is done.
    Done {
        /// When the last one was.
        at: DateTime,
    },
    /// A required step was refused; what is open goes on by itself (R119).
    Ended {
        /// When.
        at: DateTime,
        /// Which step.
        refused: StepNo,
    },
}

/// Where a bundle stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Every chosen step.
    pub steps: Vec<(StepNo, Standing)>,
    /// The whole.
    pub state: State,
}

impl Progress {
    /// Where the bundle of a lead stands, given the cases its steps became; `None` for a case that leads none. G2.
    pub fn of(lead: &Case, members: &BTreeMap<StepNo, Member>) -> Option<Self> {
        let whole = lead.whole.as_deref()?;
        let reading = Reading { whole, members, accepted: lead.accepted_at };
        let mut steps: Vec<(StepNo, Standing)> = Vec::new();
        // Steps stand after what they wait for only by custom; the graph is small, so each round settles one more rank.
        for _ in 0..=whole.order.steps.len() {
            let known: BTreeMap<StepNo, &Standing> = steps.iter().map(|(no, standing)| (*no, standing)).collect();
            let next = whole.order.steps.iter().map(|step| (step.no, reading.standing(step.no, step.kind, &known)));
            let next: Vec<_> = next.collect();
            if next == steps {
                break;
            }
            steps = next;
        }
        let state = state(&whole.order, &steps, lead.accepted_at);
        Some(Self { steps, state })
    }

    /// Where one step stands.
    pub fn standing(&self, no: StepNo) -> Option<&Standing> {
        self.steps.iter().find(|(of, _)| *of == no).map(|(_, standing)| standing)
    }

    /// The steps that may begin now.
    pub fn ready(&self) -> impl Iterator<Item = StepNo> {
        self.steps.iter().filter(|(_, standing)| matches!(standing, Standing::Ready { .. })).map(|(no, _)| *no)
    }
}

impl Progress {
    /// The decision on the whole that its steps come to, while it is still to be written down (R119).
    pub fn verdict(&self, lead: &Case, members: &BTreeMap<StepNo, Member>) -> Option<Decision> {
        if lead.stage != Stage::Accepted {
            return None;
        }
        let own = lead.receipt.as_ref().map(|(_, receipt)| receipt.number.to_string()).unwrap_or_default();
        let whole = |outcome, at: DateTime, number, reasons| {
            Some(Decision { outcome, on: at.date(), number, reasons, valid_until: None })
        };
        match self.state {
            State::Waiting | State::Running => None,
            State::Done { at } => whole(Outcome::Granted, at, own, String::new()),
            State::Ended { at, refused } => {
                let of_case = members.get(&refused).and_then(|member| member.closed.as_ref());
                let of_case = of_case.map(|(_, decision)| (decision.number.clone(), decision.reasons.clone()));
                let outside = lead.whole.as_ref().and_then(|whole| whole.outside.get(&refused)?.answered.clone());
                let by_hand = outside.map(|answer| (own.clone(), answer.result));
                let (number, reasons) = of_case.or(by_hand).unwrap_or((own, String::new()));
                whole(Outcome::Denied, at, number, reasons)
            }
        }
    }
}

/// What the standings are read from.
struct Reading<'a> {
    whole: &'a Whole,
    members: &'a BTreeMap<StepNo, Member>,
    accepted: Option<DateTime>,
}

impl Reading<'_> {
    fn standing(&self, no: StepNo, kind: StepKind, known: &BTreeMap<StepNo, &Standing>) -> Standing {
        match self.own(no, kind) {
            Some(standing) => standing,
            None => self.turn(no, known),
        }
    }

    /// What the step's own facts say; `None` for one that has not begun.
    fn own(&self, no: StepNo, kind: StepKind) -> Option<Standing> {
        if self.whole.dropped.contains_key(&no) {
            return Some(Standing::Dropped);
        }
        let (opened, closed) = match (kind, self.members.get(&no), self.whole.outside.get(&no)) {
            (StepKind::Item, Some(Member { opened, closed, .. }), _) => {
                (*opened, closed.as_ref().map(|(at, decision)| (*at, decision.outcome)))
            }
            (StepKind::Check | StepKind::Outside, _, Some(Outside { asked, answered })) => {
                let closed = answered.as_ref().map(|answer| (answer.at, answer.outcome));
                (asked.or(closed.map(|(at, _)| at))?, closed)
            }
            _ => return None,
        };
        Some(match closed {
            None => Standing::Open { since: opened },
            Some((at, Outcome::Granted)) => Standing::Done { since: opened, at },
            // Taken back by the applicant, on the step's own page: not wanted any more.
            Some((_, Outcome::Withdrawn)) => Standing::Dropped,
            Some((at, Outcome::Denied | Outcome::Returned)) => Standing::Refused { since: opened, at },
        })
    }

    /// Whether it is the turn of a step that has not begun.
    fn turn(&self, no: StepNo, known: &BTreeMap<StepNo, &Standing>) -> Standing {
        let Some(accepted) = self.accepted else { return Standing::Waits { steps: Vec::new() } };
        let counts = |no: StepNo| !matches!(known.get(&no), Some(Standing::Dropped));
        let (mut since, mut waits) = (accepted, Vec::new());
        for before in self.whole.order.waits_for(no, counts) {
            match known.get(&before) {
                Some(Standing::Done { at, .. }) => since = since.max(*at),
                Some(Standing::Refused { .. } | Standing::Stuck) => return Standing::Stuck,
                _ => waits.push(before),
            }
        }
        if waits.is_empty() { Standing::Ready { since } } else { Standing::Waits { steps: waits } }
    }
}

fn state(order: &Order, steps: &[(StepNo, Standing)], accepted: Option<DateTime>) -> State {
    let Some(accepted) = accepted else { return State::Waiting };
    let required = |no: StepNo| order.step(no).is_some_and(|step| step.need == Need::Required);
    let refused = steps.iter().filter_map(|(no, standing)| match standing {
        Standing::Refused { at, .. } => Some((*at, *no)),
        _ => None,
    });
    let first_refused = refused.min();
    let lost = steps
        .iter()
        .any(|(no, standing)| required(*no) && matches!(standing, Standing::Refused { .. } | Standing::Stuck));
    if let Some((at, refused)) = first_refused.filter(|_| lost) {
        return State::Ended { at, refused };
    }
    let mut last = accepted;
    for (_, standing) in steps {
        match standing {
            Standing::Done { at, .. } | Standing::Refused { at, .. } => last = last.max(*at),
            Standing::Dropped | Standing::Stuck => {}
            Standing::Waits { .. } | Standing::Ready { .. } | Standing::Open { .. } => return State::Running,
        }
    }
    State::Done { at: last }
}
