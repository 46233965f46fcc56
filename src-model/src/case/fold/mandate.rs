//! The mandate of a case: signed, paused, ended, signed anew (R63, R65).

use jiff::civil::Date;

use super::{Case, Misfit, Stage};
use crate::case::event::{Help, Mandate};
use crate::stamp::Wall;

/// A mandate and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateState {
    /// What was signed.
    pub mandate: Mandate,
    /// The day it was ended early.
    pub ended: Option<Date>,
    /// Since when it rests.
    pub paused: Option<Date>,
    /// Days between the end of the one before and this one, when nobody might act.
    pub gap: u16,
}

impl MandateState {
    /// A mandate as it was signed.
    pub(super) fn signed(mandate: Mandate) -> Self {
        Self { mandate, ended: None, paused: None, gap: 0 }
    }

    /// Whether the mandate holds on this day (R65).
    pub fn holds_on(&self, day: Date) -> bool {
        self.paused.is_none() && self.mandate.from <= day && day <= self.last_day()
    }

    /// The last day on which it holds or held.
    pub fn last_day(&self) -> Date {
        let before = self.ended.map(|ended| ended.yesterday().unwrap_or(ended));
        before.map_or(self.mandate.until, |before| before.min(self.mandate.until))
    }

    /// Days that lie between this mandate and one that begins later.
    fn gap_to(&self, from: Date) -> u16 {
        let days = (from - self.last_day()).get_days() - 1;
        u16::try_from(days.max(0)).unwrap_or(u16::MAX)
    }
}

impl Case {
    pub(super) fn mandated(&mut self, mandate: &Mandate) -> Result<(), Misfit> {
        match self.stage {
            // 代办 only: nobody needs a mandate to advise, guide or coordinate (R63).
            _ if self.help != Some(Help::Proxy) => return Err(self.no_move()),
            Stage::Consulting => self.stage = Stage::Mandated,
            // 续办: signed anew while the case goes on (R65); also so that the agent may collect a result that waits.
            stage if stage.is_open() => {}
            Stage::Decided { .. } => {}
            _ => return Err(self.no_move()),
        }
        let gap = self.mandate.as_ref().map_or(0, |before| before.gap_to(mandate.from));
        self.mandate = Some(MandateState { gap, ..MandateState::signed(mandate.clone()) });
        Ok(())
    }

    pub(super) fn mandate_ended(&mut self, at: Wall) -> Result<(), Misfit> {
        let state = self.mandate_to_change()?;
        if state.ended.is_some() {
            return Err(Misfit::DoneBefore);
        }
        state.ended = Some(at.date());
        Ok(())
    }

    pub(super) fn mandate_paused(&mut self, at: Wall) -> Result<(), Misfit> {
        let state = self.mandate_to_change()?;
        if state.ended.is_some() || state.paused.is_some() {
            return Err(Misfit::DoneBefore);
        }
        state.paused = Some(at.date());
        Ok(())
    }

    pub(super) fn mandate_resumed(&mut self) -> Result<(), Misfit> {
        let state = self.mandate_to_change()?;
        state.paused.take().map(drop).ok_or(Misfit::DoneBefore)
    }

    fn mandate_to_change(&mut self) -> Result<&mut MandateState, Misfit> {
        if self.stage == Stage::Archived {
            return Err(Misfit::Closed);
        }
        self.mandate.as_mut().ok_or(Misfit::NothingToReferTo)
    }
}
