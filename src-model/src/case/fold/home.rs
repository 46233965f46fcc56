//! Home service in a case: bookings, visits, interviews.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::{Case, Misfit, Stage};
use crate::case::event::Grade;
use crate::injury::Ground;
use crate::stamp::Stamp;
use crate::visit::{Addition, Asked, Booked, Booking, BookingOutcome, Interview, Made, Signed, Visit};

impl Case {
    pub(super) fn visit_booked(&mut self, act: Stamp, booking: &Booking) -> Result<(), Misfit> {
        self.at_work()?;
        self.home.bookings.push(Booked { act, booking: booking.clone(), outcome: BookingOutcome::Open });
        Ok(())
    }

    /// Moved twice apart: the later word holds, as with everything people say one after another.
    pub(super) fn visit_moved(&mut self, of: Stamp, to: DateTime) -> Result<(), Misfit> {
        self.open_booking(of)?.booking.at = to;
        Ok(())
    }

    pub(super) fn visit_refused(&mut self, of: Stamp) -> Result<(), Misfit> {
        self.open_booking(of)?.outcome = BookingOutcome::Refused;
        Ok(())
    }

    /// A visit that was made stands, whatever else became of its booking: they were there.
    pub(super) fn visit_made(&mut self, act: Stamp, visit: &Visit) -> Result<(), Misfit> {
        self.at_work()?;
        if let Some(of) = visit.booking {
            let booked = self.home.bookings.iter_mut().find(|booked| booked.act == of);
            let booked = booked.ok_or(Misfit::NothingToReferTo)?;
            if matches!(booked.outcome, BookingOutcome::Made { .. }) {
                return Err(Misfit::DoneBefore);
            }
            booked.outcome = BookingOutcome::Made { visit: act };
        }
        self.home.visits.push(Made { act, visit: visit.clone(), grade: None });
        Ok(())
    }

    pub(super) fn visit_graded(&mut self, of: Stamp, grade: Grade) -> Result<(), Misfit> {
        let made = self.home.visits.iter_mut().find(|made| made.act == of).ok_or(Misfit::NothingToReferTo)?;
        if made.grade.is_some() {
            return Err(Misfit::DoneBefore);
        }
        made.grade = Some(grade);
        Ok(())
    }

    pub(super) fn interviewed(&mut self, act: Stamp, interview: &Interview) -> Result<(), Misfit> {
        self.at_work()?;
        if interview.read_back == Asked::No {
            return Err(self.no_move());
        }
        self.home.interviews.push(Signed { act, interview: interview.clone(), additions: Vec::new() });
        Ok(())
    }

    pub(super) fn interview_added(&mut self, addition: &Addition) -> Result<(), Misfit> {
        self.at_work()?;
        let signed = self.home.interviews.iter_mut().find(|signed| signed.act == addition.to);
        signed.ok_or(Misfit::NothingToReferTo)?.additions.push(addition.clone());
        Ok(())
    }

    /// As the person tells it now; what was told before stays in the story.
    pub(super) fn grounds_told(&mut self, grounds: &BTreeSet<Ground>) -> Result<(), Misfit> {
        self.at_work()?;
        self.grounds = grounds.clone();
        Ok(())
    }

    pub(in crate::case) fn at_work(&self) -> Result<(), Misfit> {
        if matches!(self.stage, Stage::New | Stage::Archived) { Err(self.no_move()) } else { Ok(()) }
    }

    fn open_booking(&mut self, of: Stamp) -> Result<&mut Booked, Misfit> {
        self.at_work()?;
        let booked = self.home.bookings.iter_mut().find(|booked| booked.act == of).ok_or(Misfit::NothingToReferTo)?;
        if booked.outcome == BookingOutcome::Open { Ok(booked) } else { Err(Misfit::DoneBefore) }
    }
}
