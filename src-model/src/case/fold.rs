//! From facts to the state of a case.
//!
//! F1: total: any set of events has a state. F2: order-free: the order of arrival does not matter, only stamps do.
//! F3: idempotent: an event that arrives twice counts once. What does not fit the moves of Annex C changes nothing and is
//! reported as an [`Anomaly`], with the act kept, for a person to look at.

mod bundle;
mod care;
mod files;
mod home;
mod mandate;
mod moves;
mod originals;
mod prints;
pub(super) mod promises;

use std::collections::{BTreeMap, BTreeSet};

pub use care::Trip;
pub use files::Files;
use jiff::civil::{Date, DateTime};
pub use mandate::MandateState;
pub use originals::Original;
pub use prints::Prints;
pub use promises::{PromiseStanding, Promised};
use serde::{Deserialize, Serialize};

use super::beside::Besides;
use super::event::{
    AcceptanceBasis, Callback, Charge, Decision, DeliveryWay, Event, Grade, Help, IdCheck, Limits, Notice, Outcome,
    PaperLine, PaperState, Receipt, ReminderKind, Way, What,
};
use crate::bundle::{PartOf, Whole};
use crate::deadline::{Limit, Stop};
use crate::ids::{AgentId, CaseId, ScopeCode};
use crate::injury::Ground;
use crate::stamp::{Stamp, Wall};
use crate::visit::HomeService;

/// Where a case stands (Annex C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// No act yet.
    #[default]
    New,
    /// 咨询
    Consulting,
    /// 委托
    Mandated,
    /// 收件
    Received,
    /// 补正中
    Supplementing {
        /// The notice being answered.
        notice: u8,
    },
    /// 移交
    HandedOver,
    /// 不予受理
    NotAccepted,
    /// 受理
    Accepted,
    /// 办理中
    InProcess,
    /// 中止
    Suspended,
    /// 办结
    Decided {
        /// How.
        outcome: Outcome,
    },
    /// 送达
    Delivered,
    /// 评价
    Rated,
    /// 归档
    Archived,
}

impl Stage {
    /// Whether the organ's decision, or the applicant's withdrawal, is still to come.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::NotAccepted | Self::Decided { .. } | Self::Delivered | Self::Rated | Self::Archived)
    }

    /// Whether a result waits to be handed over, which has its term too (行政许可法 art 44). What the applicant took back has
    /// none.
    pub fn awaits_delivery(self) -> bool {
        matches!(self, Self::Decided { outcome } if outcome != Outcome::Withdrawn)
    }
}

/// The state of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case {
    /// Where it stands.
    pub stage: Stage,
    /// The first act.
    pub opened: Option<Mark>,
    /// What kind of help is given.
    pub help: Option<Help>,
    /// How the person came.
    pub way: Option<Way>,
    /// The receipt, with who gave it.
    pub receipt: Option<(Mark, Receipt)>,
    /// Whether the person's document was seen, at the receipt or since.
    pub id: IdCheck,
    /// The papers as they stand after every supplement.
    pub papers: Vec<PaperLine>,
    /// The mandate in force, and whether it was ended early.
    pub mandate: Option<MandateState>,
    /// Notices after the receipt, in order.
    pub notices: Vec<(Mark, Notice)>,
    /// The day the last asked-for paper came in.
    pub completed_on: Option<Date>,
    /// When and to whom the file went.
    pub handed_over: Option<(Mark, String)>,
    /// The day and basis of acceptance.
    pub acceptance: Option<(Date, AcceptanceBasis)>,
    /// The hour of it, which half-day clocks run from (R124).
    pub accepted_at: Option<DateTime>,
    /// The day the organ said that it does not accept.
    pub not_accepted_on: Option<Date>,
    /// Time that does not count.
    pub stops: Vec<Stop>,
    /// Further days granted.
    pub extension: Option<u16>,
    /// The result.
    pub decision: Option<Decision>,
    /// When it was entered.
    pub decided_at: Option<DateTime>,
    /// The delivery.
    pub delivery: Option<(Date, DeliveryWay, String)>,
    /// The applicant's grade.
    pub grade: Option<Grade>,
    /// Other cases this one is linked to.
    pub links: Vec<CaseId>,
    /// Attachments.
    pub files: Files,
    /// Visits and interviews.
    pub home: HomeService,
    /// The grounds of arts 14–16 as the person told them.
    pub grounds: BTreeSet<Ground>,
    /// The bundle this case leads.
    pub whole: Option<Box<Whole>>,
    /// The bundle this case is a step of.
    pub part_of: Option<PartOf>,
    /// Papers printed.
    pub prints: Prints,
    /// Official charges passed on.
    pub charges: Vec<Charge>,
    /// Promises, and what became of them.
    pub promises: Vec<Promised>,
    /// Originals, and who has them.
    pub originals: Vec<Original>,
    /// How often the person came.
    pub trips: Vec<Trip>,
    /// The call after the delivery.
    pub callback: Option<(Mark, Callback)>,
    /// What the person was reminded of.
    pub reminded: BTreeSet<ReminderKind>,
    /// What was written beside its moves.
    pub beside: Besides,
    /// The greatest stamp seen.
    pub last: Option<Stamp>,
}

/// Who acted, for whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The act.
    pub stamp: Stamp,
    /// Who.
    pub by: AgentId,
    /// For which unit.
    pub unit: ScopeCode,
    /// By the station's clock.
    pub at: Wall,
}

impl<W> From<&Event<W>> for Mark {
    fn from(event: &Event<W>) -> Self {
        Self { stamp: event.stamp, by: event.by.clone(), unit: event.unit, at: event.at }
    }
}

/// An act that did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    /// The act and who did it.
    pub act: Mark,
    /// Why it did not fit.
    pub why: Misfit,
    /// The finding of the person who looked at it.
    pub finding: Option<String>,
}

/// Why an act did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Misfit {
    /// No such move from where the case stood.
    NoSuchMove {
        /// Where it stood.
        from: Stage,
    },
    /// It had been done already, here or at another desk.
    DoneBefore,
    /// The case was closed.
    Closed,
    /// It refers to something that is not there.
    NothingToReferTo,
}

/// The state of a case and what did not fit. F1, F2, F3.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> (Case, Vec<Anomaly>) {
    let mut ordered = BTreeMap::new();
    for event in events {
        // One stamp names one act. Should two texts ever claim it, all desks must choose the same one.
        ordered
            .entry(event.stamp)
            .and_modify(|kept: &mut &Event| *kept = if event.to_text() < kept.to_text() { event } else { *kept })
            .or_insert(event);
    }
    let mut case = Case::default();
    let mut anomalies = Vec::new();
    for event in ordered.into_values() {
        if let Err(why) = case.step(event) {
            anomalies.push(Anomaly { act: event.into(), why, finding: None });
        }
        if let What::Reviewed { act, finding } = &event.what {
            for anomaly in anomalies.iter_mut().filter(|anomaly| anomaly.act.stamp == *act) {
                anomaly.finding = Some(finding.clone());
            }
        }
        case.last = Some(event.stamp);
    }
    (case, anomalies)
}

impl Case {
    /// The limits of the version the case was received under.
    pub fn limits(&self) -> Limits {
        self.receipt.as_ref().map(|(_, receipt)| receipt.limits).unwrap_or_default()
    }

    /// Whether the item is finished while the person waits (即办件, R58).
    pub fn is_on_the_spot(&self) -> bool {
        matches!(self.limits().promised, Some(Limit::WorkingDays(0)))
    }

    /// Papers still missing, for which no promise stands.
    pub fn missing(&self) -> impl Iterator<Item = &PaperLine> {
        self.papers.iter().filter(|paper| paper.state == PaperState::Missing && !self.stands_for(&paper.name))
    }
}
