//! The acts of a bundle: on the case that leads it, and on the cases its steps became.

use jiff::civil::{Date, DateTime};

use super::{Case, MandateState, Mark, Misfit, Stage};
use crate::bundle::{Answered, Choice, Need, Opening, Order, OrderStep, PartOf, StepKind, StepNo, Whole};
use crate::case::event::{AcceptanceBasis, Outcome, PaperState};

impl Case {
    pub(super) fn ordered(&mut self, order: &Order) -> Result<(), Misfit> {
        if self.whole.is_some() {
            return Err(Misfit::DoneBefore);
        }
        if !matches!(self.stage, Stage::Consulting | Stage::Mandated) {
            return Err(self.no_move());
        }
        if !order.is_sound() {
            return Err(Misfit::NothingToReferTo);
        }
        self.whole = Some(Box::new(Whole::new(order.clone())));
        Ok(())
    }

    /// A step begins by one act, which two desks may both do: the earlier one stands, and neither is in the way (G3).
    pub(super) fn step_opened(&mut self, mark: Mark, opening: &Opening) -> Result<(), Misfit> {
        if let Some(PartOf { lead, step, .. }) = self.part_of {
            return if (lead, step) == (opening.lead, opening.step) { Ok(()) } else { Err(Misfit::DoneBefore) };
        }
        if self.stage != Stage::New {
            return Err(self.no_move());
        }
        let (at, receipt) = (mark.at.local(), &opening.receipt);
        let missing = receipt.papers.iter().any(|paper| paper.state == PaperState::Missing);
        self.opened = Some(Mark { by: opening.handler.clone(), ..mark.clone() });
        self.help = Some(opening.help);
        self.mandate = opening.mandate.clone().map(MandateState::signed);
        self.papers = receipt.papers.clone();
        self.completed_on = (!missing).then_some(at.date());
        self.id = receipt.id;
        self.receipt = Some((mark.clone(), receipt.clone()));
        self.handed_over = Some((mark, opening.to.clone()));
        self.acceptance = Some((at.date(), AcceptanceBasis::Complete));
        self.accepted_at = Some(at);
        self.part_of = Some(PartOf { lead: opening.lead, step: opening.step, opened: at });
        self.stage = Stage::InProcess;
        Ok(())
    }

    /// Asked twice, at two desks perhaps, is asked since the first time.
    pub(super) fn step_asked(&mut self, mark: &Mark, step: StepNo) -> Result<(), Misfit> {
        let whole = self.leading(step, Kinds::ByHand)?;
        whole.outside.entry(step).or_default().asked.get_or_insert(mark.at.local());
        Ok(())
    }

    /// Two desks may enter the same answer; two different ones are for a person to look at.
    pub(super) fn step_answered(
        &mut self,
        mark: Mark,
        step: StepNo,
        outcome: Outcome,
        result: &str,
    ) -> Result<(), Misfit> {
        let outside = self.leading(step, Kinds::ByHand)?.outside.entry(step).or_default();
        match &outside.answered {
            Some(before) if before.outcome == outcome => {}
            Some(_) => return Err(Misfit::DoneBefore),
            None => {
                let at = mark.at.local();
                outside.answered = Some(Answered { at, outcome, result: result.to_owned(), by: mark.by });
            }
        }
        Ok(())
    }

    pub(super) fn step_dropped(&mut self, mark: &Mark, step: StepNo) -> Result<(), Misfit> {
        if !self.stage.is_open() {
            return Err(self.no_move());
        }
        let whole = self.leading(step, Kinds::Optional)?;
        whole.dropped.entry(step).or_insert(mark.at.local());
        Ok(())
    }

    pub(super) fn results_chosen(&mut self, choice: Choice) -> Result<(), Misfit> {
        if self.stage == Stage::Archived {
            return Err(Misfit::Closed);
        }
        self.whole.as_mut().ok_or(Misfit::NothingToReferTo)?.choice = choice;
        Ok(())
    }

    fn leading(&mut self, step: StepNo, kinds: Kinds) -> Result<&mut Whole, Misfit> {
        if matches!(self.stage, Stage::New | Stage::Archived) {
            return Err(self.no_move());
        }
        let whole = self.whole.as_mut().ok_or(Misfit::NothingToReferTo)?;
        if whole.order.step(step).is_some_and(|step| kinds.hold(step)) {
            Ok(whole)
        } else {
            Err(Misfit::NothingToReferTo)
        }
    }

    /// Whether a bundle was closed like this already: two desks may both see that the last step is done.
    pub(super) fn closed_alike(&self, outcome: Outcome) -> bool {
        self.whole.is_some() && self.decision.as_ref().is_some_and(|decision| decision.outcome == outcome)
    }

    /// The hour a half-day clock runs from: of the acceptance, or of the receipt where that was on an earlier day.
    pub(super) fn hour_of_acceptance(&self, mark: &Mark, on: Date) -> DateTime {
        let received = self.receipt.as_ref().map(|(mark, _)| mark.at.local());
        let of_day = |at: &DateTime| at.date() == on;
        [Some(mark.at.local()), received].into_iter().flatten().find(of_day).unwrap_or(on.at(0, 0, 0, 0))
    }
}

/// Which steps an act can be about.
enum Kinds {
    /// Those that are no case of their own.
    ByHand,
    /// Those the whole stands without.
    Optional,
}

impl Kinds {
    fn hold(&self, step: &OrderStep) -> bool {
        match self {
            Self::ByHand => step.kind != StepKind::Item,
            Self::Optional => step.need == Need::Optional,
        }
    }
}
