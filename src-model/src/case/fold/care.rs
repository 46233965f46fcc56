//! Trips, the call afterwards, reminders, charges (R44, R71–R73).

use jiff::civil::Date;

use super::{Case, Mark, Misfit, Stage};
use crate::case::event::{Callback, Charge, Help, ReminderKind, TripCause, Way};

/// Once that the person came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    /// The day.
    pub on: Date,
    /// Why once more, where it had to be said.
    pub cause: Option<TripCause>,
}

impl Case {
    /// 代办 and 上门 are no trips of the person; who was served at a window came there (R72).
    pub(super) fn received_in_person(&mut self, on: Date) {
        let came = matches!(self.way, Some(Way::Window | Way::Beside)) && self.help != Some(Help::Proxy);
        if came {
            self.trips.push(Trip { on, cause: None });
        }
    }

    pub(super) fn came(&mut self, on: Date, cause: Option<TripCause>) -> Result<(), Misfit> {
        self.at_work()?;
        self.trips.push(Trip { on, cause });
        Ok(())
    }

    /// After the archive too: the call is an addition, and changes nothing.
    pub(super) fn called_back(&mut self, mark: &Mark, callback: &Callback) -> Result<(), Misfit> {
        if !matches!(self.stage, Stage::Delivered | Stage::Rated | Stage::Archived) {
            return Err(self.no_move());
        }
        if self.callback.is_some() {
            return Err(Misfit::DoneBefore);
        }
        self.callback = Some((mark.clone(), callback.clone()));
        Ok(())
    }

    /// Reminded twice is reminded.
    pub(super) fn reminded(&mut self, kind: ReminderKind) -> Result<(), Misfit> {
        if self.receipt.is_none() {
            return Err(self.no_move());
        }
        self.reminded.insert(kind);
        Ok(())
    }

    pub(super) fn charged(&mut self, charge: &Charge) -> Result<(), Misfit> {
        self.at_work()?;
        // One receipt is one payment, whoever typed it.
        let known = |one: &Charge| one.receipt_no == charge.receipt_no && one.payee == charge.payee;
        if self.charges.iter().any(known) {
            return Err(Misfit::DoneBefore);
        }
        self.charges.push(charge.clone());
        Ok(())
    }
}
