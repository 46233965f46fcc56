//! From facts to the state of a case.
//!
//! F1: total: any set of events has a state. F2: order-free: the order of arrival does not matter, only stamps do.
//! F3: idempotent: an event that arrives twice counts once. What does not fit the moves of Annex C changes nothing and is
//! reported as an [`Anomaly`], with the act kept, for a person to look at.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::{
    AcceptanceBasis, Completeness, Decision, DeliveryWay, Event, Grade, Help, Limits, Mandate, Notice, Outcome,
    PaperLine, PaperState, Receipt, What,
};
use crate::deadline::{Limit, Stop};
use crate::ids::{AgentId, CaseId, ScopeCode};
use crate::stamp::{Stamp, Wall};

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
    /// The receipt, with who gave it.
    pub receipt: Option<(Mark, Receipt)>,
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
    /// Time that does not count.
    pub stops: Vec<Stop>,
    /// Further days granted.
    pub extension: Option<u16>,
    /// The result.
    pub decision: Option<Decision>,
    /// The delivery.
    pub delivery: Option<(Date, DeliveryWay, String)>,
    /// The applicant's grade.
    pub grade: Option<Grade>,
    /// Other cases this one is linked to.
    pub links: Vec<CaseId>,
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

impl From<&Event> for Mark {
    fn from(event: &Event) -> Self {
        Self { stamp: event.stamp, by: event.by.clone(), unit: event.unit, at: event.at }
    }
}

/// A mandate and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateState {
    /// What was signed.
    pub mandate: Mandate,
    /// The day it was ended early.
    pub ended: Option<Date>,
}

impl MandateState {
    /// Whether the mandate holds on this day (R65).
    pub fn holds_on(&self, day: Date) -> bool {
        self.mandate.from <= day && day <= self.mandate.until && self.ended.is_none_or(|ended| day < ended)
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
    /// Makes the move of one act, or says why it does not fit and changes nothing.
    pub(super) fn step(&mut self, event: &Event) -> Result<(), Misfit> {
        let mark = Mark::from(event);
        match &event.what {
            What::Consulted { help, .. } => self.consulted(mark, *help),
            What::Noticed(notice) => self.noticed(mark, notice),
            What::Mandated(mandate) => self.mandated(mandate),
            What::MandateEnded { .. } => self.mandate_ended(event.at.date()),
            What::Received(receipt) => self.received(mark, receipt),
            What::Supplemented { papers, completeness } => self.supplemented(papers, *completeness, event.at.date()),
            What::HandedOver { to } => self.handed_over(mark, to),
            What::Accepted { on, basis } => self.accepted(*on, *basis),
            What::NotAccepted { .. } => self.not_accepted(),
            What::Started => self.advance(Stage::Accepted, Stage::InProcess),
            What::Suspended { kind, from, .. } => self.suspended(Stop { from: *from, to: None, kind: *kind }),
            What::Resumed { to } => self.resumed(*to),
            What::Extended { days, .. } => self.extended(*days),
            What::Decided(decision) => self.decided(decision),
            What::Withdrawn { .. } => self.withdrawn(event.at.date()),
            What::Delivered { on, way, signer, .. } => self.delivered(*on, *way, signer),
            What::Rated { grade, .. } => self.rated(*grade),
            What::Archived => self.archived(),
            What::Corrected { .. } if self.stage != Stage::Archived => Err(self.no_move()),
            What::Linked { other, .. } => {
                self.links.push(*other);
                Ok(())
            }
            What::Typed { .. } if self.stage == Stage::Archived => Err(Misfit::Closed),
            What::Corrected { .. }
            | What::Typed { .. }
            | What::Noted { .. }
            | What::Reviewed { .. }
            | What::Settled { .. }
            | What::Unknown { .. } => Ok(()),
        }
    }

    /// The limits of the version the case was received under.
    pub fn limits(&self) -> Limits {
        self.receipt.as_ref().map(|(_, receipt)| receipt.limits).unwrap_or_default()
    }

    /// Whether the item is finished while the person waits (即办件, R58).
    pub fn is_on_the_spot(&self) -> bool {
        matches!(self.limits().promised, Some(Limit::WorkingDays(0)))
    }

    /// Papers still missing.
    pub fn missing(&self) -> impl Iterator<Item = &PaperLine> {
        self.papers.iter().filter(|paper| paper.state == PaperState::Missing)
    }

    fn no_move(&self) -> Misfit {
        if self.stage == Stage::Archived { Misfit::Closed } else { Misfit::NoSuchMove { from: self.stage } }
    }

    fn advance(&mut self, from: Stage, to: Stage) -> Result<(), Misfit> {
        if self.stage != from {
            return Err(if self.stage == to { Misfit::DoneBefore } else { self.no_move() });
        }
        self.stage = to;
        Ok(())
    }

    fn consulted(&mut self, mark: Mark, help: Help) -> Result<(), Misfit> {
        self.advance(Stage::New, Stage::Consulting)?;
        self.opened = Some(mark);
        self.help = Some(help);
        Ok(())
    }

    fn noticed(&mut self, mark: Mark, notice: &Notice) -> Result<(), Misfit> {
        match self.stage {
            // Told beforehand, while the person asks: no clock runs yet.
            Stage::Consulting | Stage::Mandated => {}
            Stage::Received | Stage::HandedOver => self.stage = Stage::Supplementing { notice: notice.no },
            Stage::Supplementing { .. } => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        self.notices.push((mark, notice.clone()));
        Ok(())
    }

    fn mandated(&mut self, mandate: &Mandate) -> Result<(), Misfit> {
        match self.stage {
            Stage::New => return Err(self.no_move()),
            Stage::Consulting => self.stage = Stage::Mandated,
            stage if stage.is_open() => {}
            _ => return Err(self.no_move()),
        }
        self.mandate = Some(MandateState { mandate: mandate.clone(), ended: None });
        Ok(())
    }

    fn mandate_ended(&mut self, on: Date) -> Result<(), Misfit> {
        let state = self.mandate.as_mut().ok_or(Misfit::NothingToReferTo)?;
        if state.ended.is_some() {
            return Err(Misfit::DoneBefore);
        }
        state.ended = Some(on);
        Ok(())
    }

    fn received(&mut self, mark: Mark, receipt: &Receipt) -> Result<(), Misfit> {
        if self.receipt.is_some() {
            return Err(Misfit::DoneBefore);
        }
        if !matches!(self.stage, Stage::Consulting | Stage::Mandated) {
            return Err(self.no_move());
        }
        self.papers = receipt.papers.clone();
        if self.missing().next().is_none() {
            self.completed_on = Some(mark.at.date());
        }
        self.receipt = Some((mark, receipt.clone()));
        self.stage = Stage::Received;
        Ok(())
    }

    fn supplemented(&mut self, papers: &[PaperLine], done: Completeness, on: Date) -> Result<(), Misfit> {
        if !matches!(self.stage, Stage::Supplementing { .. }) {
            return Err(self.no_move());
        }
        for brought in papers {
            match self.papers.iter_mut().find(|paper| paper.name == brought.name) {
                Some(paper) => *paper = brought.clone(),
                None => self.papers.push(brought.clone()),
            }
        }
        if done == Completeness::Complete {
            self.completed_on = Some(on);
            self.stage = Stage::Received;
        }
        Ok(())
    }

    fn handed_over(&mut self, mark: Mark, to: &str) -> Result<(), Misfit> {
        self.advance(Stage::Received, Stage::HandedOver)?;
        self.handed_over = Some((mark, to.to_owned()));
        Ok(())
    }

    fn accepted(&mut self, on: Date, basis: AcceptanceBasis) -> Result<(), Misfit> {
        if self.acceptance.is_some() {
            return Err(Misfit::DoneBefore);
        }
        let from_receipt = basis == AcceptanceBasis::Deemed || self.is_on_the_spot();
        match self.stage {
            Stage::HandedOver => {}
            Stage::Received if from_receipt => {}
            _ => return Err(self.no_move()),
        }
        self.acceptance = Some((on, basis));
        self.stage = Stage::Accepted;
        Ok(())
    }

    fn not_accepted(&mut self) -> Result<(), Misfit> {
        match self.stage {
            Stage::Received | Stage::HandedOver => self.stage = Stage::NotAccepted,
            Stage::NotAccepted => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        Ok(())
    }

    fn suspended(&mut self, stop: Stop) -> Result<(), Misfit> {
        self.advance(Stage::InProcess, Stage::Suspended)?;
        self.stops.push(stop);
        Ok(())
    }

    fn resumed(&mut self, to: Date) -> Result<(), Misfit> {
        let open = self.stops.last().filter(|stop| stop.from <= to).is_some();
        if self.stage == Stage::Suspended && !open {
            return Err(Misfit::NothingToReferTo);
        }
        self.advance(Stage::Suspended, Stage::InProcess)?;
        if let Some(stop) = self.stops.last_mut() {
            stop.to = Some(to);
        }
        Ok(())
    }

    fn extended(&mut self, days: u16) -> Result<(), Misfit> {
        if self.extension.is_some() {
            return Err(Misfit::DoneBefore);
        }
        if !matches!(self.stage, Stage::Accepted | Stage::InProcess) {
            return Err(self.no_move());
        }
        self.extension = Some(days);
        Ok(())
    }

    fn decided(&mut self, decision: &Decision) -> Result<(), Misfit> {
        let outcome = decision.outcome;
        let fits = match (self.stage, outcome) {
            (Stage::Supplementing { .. }, Outcome::Returned) => true,
            (Stage::InProcess, Outcome::Granted | Outcome::Denied) => true,
            (Stage::Accepted, Outcome::Granted | Outcome::Denied) => self.is_on_the_spot(),
            _ => false,
        };
        if !fits {
            return Err(if self.decision.is_some() { Misfit::DoneBefore } else { self.no_move() });
        }
        self.decision = Some(decision.clone());
        self.stage = Stage::Decided { outcome };
        Ok(())
    }

    fn withdrawn(&mut self, on: Date) -> Result<(), Misfit> {
        if !self.stage.is_open() || self.stage == Stage::New {
            return Err(if self.decision.is_some() { Misfit::DoneBefore } else { self.no_move() });
        }
        let outcome = Outcome::Withdrawn;
        self.decision =
            Some(Decision { outcome, on, number: String::new(), reasons: String::new(), valid_until: None });
        self.stage = Stage::Decided { outcome };
        Ok(())
    }

    fn delivered(&mut self, on: Date, way: DeliveryWay, signer: &str) -> Result<(), Misfit> {
        match self.stage {
            Stage::Decided { .. } => self.stage = Stage::Delivered,
            Stage::Delivered | Stage::Rated => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        self.delivery = Some((on, way, signer.to_owned()));
        Ok(())
    }

    fn rated(&mut self, grade: Grade) -> Result<(), Misfit> {
        self.advance(Stage::Delivered, Stage::Rated)?;
        self.grade = Some(grade);
        Ok(())
    }

    fn archived(&mut self) -> Result<(), Misfit> {
        match self.stage {
            Stage::Delivered | Stage::Rated => self.stage = Stage::Archived,
            Stage::Archived => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        Ok(())
    }
}
