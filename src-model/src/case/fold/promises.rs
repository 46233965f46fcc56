//! Promises in a case, and what became of them (R61, R62).

use jiff::civil::Date;

use super::{Case, Mark, Misfit, Stage};
use crate::case::event::{
    Completeness, Decision, Finding, Outcome, PaperLine, PaperState, Promise, PromiseCheck, PromiseKind,
};
use crate::stamp::Stamp;

/// A promise and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The act that made it.
    pub act: Stamp,
    /// What was promised.
    pub promise: Promise,
    /// How it stands.
    pub standing: PromiseStanding,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PromiseStanding {
    /// It is to be kept, or to be checked.
    Open,
    /// Kept, or found true.
    Kept,
    /// Broken, or found false: it counts against the next one.
    Broken,
}

impl Case {
    /// The open promise to bring papers later.
    pub fn owed(&self) -> Option<&Promised> {
        let later = |it: &&Promised| matches!(it.promise.kind, PromiseKind::Later { .. });
        self.promises.iter().filter(later).find(|it| it.standing == PromiseStanding::Open)
    }

    /// Whether a promise of this case was broken: no other one is taken from the person (rules §9).
    pub fn broke_promise(&self) -> bool {
        self.promises.iter().any(|it| it.standing == PromiseStanding::Broken)
    }

    /// Whether a promise stands for a paper, which is then not missing.
    pub(super) fn stands_for(&self, paper: &str) -> bool {
        let stands = |it: &Promised| {
            it.promise.kind == PromiseKind::Instead
                && it.standing != PromiseStanding::Broken
                && it.promise.papers.iter().any(|name| name == paper)
        };
        self.promises.iter().any(stands)
    }

    pub(super) fn promised(&mut self, mark: &Mark, promise: &Promise) -> Result<(), Misfit> {
        if !matches!(self.stage, Stage::Received | Stage::Supplementing { .. } | Stage::HandedOver) {
            return Err(self.no_move());
        }
        let lacking = |name: &String| self.missing().any(|paper| paper.name == *name);
        if promise.papers.is_empty() || !promise.papers.iter().all(lacking) {
            return Err(Misfit::NothingToReferTo);
        }
        self.promises.push(Promised { act: mark.stamp, promise: promise.clone(), standing: PromiseStanding::Open });
        if self.missing().next().is_none() {
            self.completed_on = Some(mark.at.date());
        }
        // The applicant chose to promise instead of supplementing: the file goes on (templates §3).
        let owed = |name: &str| self.owed().is_some_and(|owed| owed.promise.papers.iter().any(|paper| paper == name));
        let goes_on = self.missing().all(|paper| owed(&paper.name));
        if goes_on && matches!(self.stage, Stage::Supplementing { .. }) {
            self.stage = Stage::Received;
        }
        Ok(())
    }

    /// A paper that was promised came in.
    pub(super) fn brought_later(&mut self, on: Date, papers: &[PaperLine]) -> Result<(), Misfit> {
        let at_work = matches!(
            self.stage,
            Stage::Received
                | Stage::HandedOver
                | Stage::Accepted
                | Stage::InProcess
                | Stage::Suspended
                | Stage::Decided { outcome: Outcome::Granted | Outcome::Denied }
        );
        if !at_work || self.owed().is_none() {
            return Err(self.no_move());
        }
        self.bring(papers);
        if self.missing().next().is_none() && self.acceptance.is_none() {
            self.completed_on = Some(on);
        }
        let missing: Vec<String> = self.missing().map(|paper| paper.name.clone()).collect();
        for it in &mut self.promises {
            let later = matches!(it.promise.kind, PromiseKind::Later { .. });
            if later
                && it.standing == PromiseStanding::Open
                && !it.promise.papers.iter().any(|name| missing.contains(name))
            {
                it.standing = PromiseStanding::Kept;
            }
        }
        Ok(())
    }

    /// Papers as they stand after some were brought.
    pub(super) fn bring(&mut self, papers: &[PaperLine]) {
        for brought in papers {
            match self.papers.iter_mut().find(|paper| paper.name == brought.name) {
                Some(paper) => *paper = brought.clone(),
                None => self.papers.push(brought.clone()),
            }
        }
    }

    /// The term passed: the file ends without a word on the merits (rules §9).
    pub(super) fn promise_broken(&mut self, mark: &Mark, of: Stamp) -> Result<(), Misfit> {
        let ends = self.stage.is_open() || self.stage == (Stage::Decided { outcome: Outcome::Granted });
        if !ends {
            return Err(self.no_move());
        }
        let it = self.promises.iter_mut().find(|it| it.act == of).ok_or(Misfit::NothingToReferTo)?;
        if it.standing != PromiseStanding::Open {
            return Err(Misfit::DoneBefore);
        }
        if it.promise.kind == PromiseKind::Instead {
            return Err(Misfit::NothingToReferTo);
        }
        it.standing = PromiseStanding::Broken;
        let (outcome, on) = (Outcome::Returned, mark.at.date());
        self.decision =
            Some(Decision { outcome, on, number: String::new(), reasons: String::new(), valid_until: None });
        self.decided_at = Some(mark.at.local());
        self.stage = Stage::Decided { outcome };
        Ok(())
    }

    /// Checked at any time, also long after the file was closed.
    pub(super) fn promise_checked(&mut self, check: &PromiseCheck) -> Result<(), Misfit> {
        let it = self.promises.iter_mut().find(|it| it.act == check.of).ok_or(Misfit::NothingToReferTo)?;
        if it.standing != PromiseStanding::Open {
            return Err(Misfit::DoneBefore);
        }
        if it.promise.kind != PromiseKind::Instead {
            return Err(Misfit::NothingToReferTo);
        }
        it.standing = match check.finding {
            Finding::True => PromiseStanding::Kept,
            Finding::False => PromiseStanding::Broken,
        };
        Ok(())
    }
}

/// Whether these papers complete what was promised.
pub(in crate::case) fn completes(case: &Case, brought: &[PaperLine]) -> Option<Completeness> {
    let owed = case.owed()?;
    let in_now = |name: &String| {
        brought.iter().any(|paper| paper.name == *name && paper.state != PaperState::Missing)
            || !case.missing().any(|paper| paper.name == *name)
    };
    let all = owed.promise.papers.iter().all(in_now);
    Some(if all { Completeness::Complete } else { Completeness::Partly })
}
