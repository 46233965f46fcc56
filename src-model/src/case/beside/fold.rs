//! What each act does to what a case knows.

use super::{Beside, Given, Handed, Help, Offered};
use crate::case::fold::{Case, Mark, Misfit};
use crate::ids::AgentId;
use crate::stamp::Stamp;

impl Case {
    /// Takes in one act, or says why it does not fit and changes nothing.
    pub(in crate::case) fn besides(&mut self, mark: Mark, act: &Beside) -> Result<(), Misfit> {
        self.at_work()?;
        if let Beside::Concern { of, .. } | Beside::VisitReviewed { of, .. } = act
            && !self.home.visits.iter().any(|made| made.act == *of)
        {
            return Err(Misfit::NothingToReferTo);
        }
        let beside = &mut self.beside;
        match act {
            Beside::Late(late) => beside.late = Some((mark, late.clone())),
            Beside::HelpAsked(asked) => beside.help.push(Help { mark, asked: asked.clone(), answer: None }),
            Beside::HelpAnswered { of, words } => return self.help_answered(mark, *of, words),
            Beside::SiteChecked(check) => beside.checks.push((mark, check.clone())),
            // One application has one applicant: the committee that was first.
            Beside::AppliedFor(_) if beside.applied.is_some() => return Err(Misfit::DoneBefore),
            Beside::AppliedFor(applied) => beside.applied = Some((mark, applied.clone())),
            Beside::HelpedFirst(helped) => beside.helped.push((mark, helped.clone())),
            Beside::FoundAt(found) => beside.found = Some((mark, found.clone())),
            Beside::Died { who, on } => beside.died = Some((mark, who.clone(), *on)),
            Beside::Posted(posted) => beside.posted = Some((mark, posted.clone())),
            Beside::ElectronicAgreed { to } => beside.electronic = Some((mark, to.clone())),
            Beside::CertificateShown(shown) => beside.certificates.push((mark, shown.clone())),
            Beside::Concern { of, words } => beside.concerns.push((mark, *of, words.clone())),
            Beside::VisitReviewed { of, words } => beside.reviews.push((mark, *of, words.clone())),
            Beside::ClockTold { .. } => {}
            Beside::Given(given) => return self.given(mark, given),
            Beside::TakenOver { of } => return self.answer_offer(*of, Handed::Taken(mark)),
            Beside::GivenBack { of, reason } => return self.answer_offer(*of, Handed::Back(mark, reason.clone())),
        }
        Ok(())
    }

    /// Who answers for the case: whoever opened it, until somebody has taken it over (R41).
    pub fn handler(&self) -> Option<&AgentId> {
        self.beside.taker().or(self.opened.as_ref().map(|mark| &mark.by))
    }

    fn help_answered(&mut self, mark: Mark, of: Stamp, words: &str) -> Result<(), Misfit> {
        let help = self.beside.help.iter_mut().find(|help| help.mark.stamp == of);
        let help = help.ok_or(Misfit::NothingToReferTo)?;
        if help.answer.is_some() {
            return Err(Misfit::DoneBefore);
        }
        help.answer = Some((mark, words.to_owned()));
        Ok(())
    }

    /// Nothing is offered to two people at once.
    fn given(&mut self, mark: Mark, given: &Given) -> Result<(), Misfit> {
        if self.beside.offer_open().is_some() {
            return Err(Misfit::DoneBefore);
        }
        self.beside.offers.push(Offered { mark, given: given.clone(), outcome: Handed::Open });
        Ok(())
    }

    fn answer_offer(&mut self, of: Stamp, outcome: Handed) -> Result<(), Misfit> {
        let offer = self.beside.offers.iter_mut().find(|offer| offer.mark.stamp == of);
        let offer = offer.ok_or(Misfit::NothingToReferTo)?;
        if offer.outcome != Handed::Open {
            return Err(Misfit::DoneBefore);
        }
        offer.outcome = outcome;
        Ok(())
    }
}
