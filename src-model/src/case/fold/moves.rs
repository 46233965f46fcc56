//! The moves of Annex C: what each act does to a case, and which do not fit where it stands.

use jiff::civil::{Date, DateTime};

use super::{Case, Mark, Misfit, Stage};
use crate::case::event::{
    AcceptanceBasis, Completeness, Decision, DeliveryWay, Event, Grade, Help, IdCheck, Notice, Outcome, PaperLine,
    Receipt, Way, What,
};
use crate::deadline::Stop;
use crate::stamp::Wall;

impl Case {
    /// Makes the move of one act, or says why it does not fit and changes nothing.
    pub(in crate::case) fn step(&mut self, event: &Event) -> Result<(), Misfit> {
        let mark = Mark::from(event);
        match &event.what {
            What::Consulted { help, way, .. } => self.consulted(mark, *help, *way),
            What::Noticed(notice) => self.noticed(mark, notice),
            What::Mandated(mandate) => self.mandated(mandate),
            What::MandateEnded { .. } => self.mandate_ended(event.at),
            What::MandatePaused { .. } => self.mandate_paused(event.at),
            What::MandateResumed => self.mandate_resumed(),
            What::Received(receipt) => self.received(mark, receipt),
            What::Supplemented { papers, completeness } => self.supplemented(&mark, papers, *completeness),
            What::IdChecked => self.id_checked(),
            What::HandedOver { to } => self.handed_over(mark, to),
            What::Accepted { on, basis } => self.accepted(mark, *on, *basis),
            What::NotAccepted { .. } => self.not_accepted(event.at.date()),
            What::Started => self.advance(Stage::Accepted, Stage::InProcess),
            What::Suspended { kind, from, .. } => self.suspended(Stop { from: *from, to: None, kind: *kind }),
            What::Resumed { to } => self.resumed(*to),
            What::Extended { days, .. } => self.extended(*days),
            What::Decided(decision) => self.decided(mark, decision),
            What::Withdrawn { .. } => self.withdrawn(event.at.local()),
            What::Delivered { on, way, signer, .. } => self.delivered(*on, *way, signer),
            What::Rated { grade, .. } => self.rated(*grade),
            What::Archived => self.archived(),
            What::Corrected { .. } if self.stage != Stage::Archived => Err(self.no_move()),
            What::Linked { other, .. } => {
                self.links.push(*other);
                Ok(())
            }
            What::FileAdded(line) => self.file_added(mark, line),
            What::FileSetAside { hash, paper, .. } => self.files.set_aside(*hash, paper),
            What::Ordered(order) => self.ordered(order),
            What::StepOpened(opening) => self.step_opened(mark, opening),
            What::StepAsked { step } => self.step_asked(&mark, *step),
            What::StepAnswered { step, outcome, result } => self.step_answered(mark, *step, *outcome, result),
            What::StepDropped { step, .. } => self.step_dropped(&mark, *step),
            What::ResultsChosen { choice } => self.results_chosen(*choice),
            What::VisitBooked(booking) => self.visit_booked(event.stamp, booking),
            What::VisitMoved { of, to, .. } => self.visit_moved(*of, *to),
            What::VisitRefused { of, .. } => self.visit_refused(*of),
            What::VisitMade(visit) => self.visit_made(event.stamp, visit),
            What::VisitGraded { of, grade } => self.visit_graded(*of, *grade),
            What::Interviewed(interview) => self.interviewed(event.stamp, interview),
            What::InterviewAdded(addition) => self.interview_added(addition),
            What::Explained { .. } => self.at_work(),
            What::GroundsTold { grounds } => self.grounds_told(grounds),
            What::Printed(line) => self.printed(mark, line),
            What::Charged(charge) => self.charged(charge),
            What::Promised(promise) => self.promised(&mark, promise),
            What::PromiseChecked(check) => self.promise_checked(check),
            What::PromiseBroken { of } => self.promise_broken(&mark, *of),
            What::OriginalsMoved(moved) => self.originals_moved(&mark, moved),
            What::Came { cause } => self.came(event.at.date(), *cause),
            What::CalledBack(callback) => self.called_back(&mark, callback),
            What::Reminded { kind } => self.reminded(*kind),
            What::LeftBefore { .. } => self.at_work(),
            What::Beside(act) => self.besides(mark, act),
            What::Typed { .. } if self.stage == Stage::Archived => Err(Misfit::Closed),
            What::Corrected { .. }
            | What::Typed { .. }
            | What::Told { .. }
            | What::Noted { .. }
            | What::Reviewed { .. }
            | What::Settled { .. }
            | What::Unknown { .. } => Ok(()),
        }
    }

    pub(super) fn no_move(&self) -> Misfit {
        if self.stage == Stage::Archived { Misfit::Closed } else { Misfit::NoSuchMove { from: self.stage } }
    }

    fn advance(&mut self, from: Stage, to: Stage) -> Result<(), Misfit> {
        if self.stage != from {
            return Err(if self.stage == to { Misfit::DoneBefore } else { self.no_move() });
        }
        self.stage = to;
        Ok(())
    }

    fn consulted(&mut self, mark: Mark, help: Help, way: Way) -> Result<(), Misfit> {
        self.advance(Stage::New, Stage::Consulting)?;
        self.opened = Some(mark);
        self.help = Some(help);
        self.way = Some(way);
        Ok(())
    }

    fn noticed(&mut self, mark: Mark, notice: &Notice) -> Result<(), Misfit> {
        match self.stage {
            // Told beforehand, while the person asks: no clock runs yet.
            Stage::Consulting | Stage::Mandated => {}
            // By the organ's window as well, which has the file after the hand-over (行政许可法 art 32(4)); what comes in then
            // is handed over anew.
            Stage::Received | Stage::HandedOver => self.stage = Stage::Supplementing { notice: notice.no },
            Stage::Supplementing { .. } => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        self.notices.push((mark, notice.clone()));
        Ok(())
    }

    fn received(&mut self, mark: Mark, receipt: &Receipt) -> Result<(), Misfit> {
        if self.receipt.is_some() {
            return Err(Misfit::DoneBefore);
        }
        if !matches!(self.stage, Stage::Consulting | Stage::Mandated) {
            return Err(self.no_move());
        }
        // What was typed in later counts from the hour the papers were taken (R48).
        let at = receipt.taken.map_or(mark.at, Wall::at);
        let mark = Mark { at, ..mark };
        self.papers = receipt.papers.clone();
        if self.missing().next().is_none() {
            self.completed_on = Some(mark.at.date());
        }
        self.take_originals(&mark, &receipt.papers);
        self.received_in_person(mark.at.date());
        self.id = receipt.id;
        self.receipt = Some((mark, receipt.clone()));
        self.stage = Stage::Received;
        Ok(())
    }

    /// Seen twice, at two desks perhaps, is seen.
    fn id_checked(&mut self) -> Result<(), Misfit> {
        if self.receipt.is_none() || self.stage == Stage::Archived {
            return Err(self.no_move());
        }
        self.id = IdCheck::Seen;
        Ok(())
    }

    fn supplemented(&mut self, mark: &Mark, papers: &[PaperLine], done: Completeness) -> Result<(), Misfit> {
        if matches!(self.stage, Stage::Supplementing { .. }) {
            self.bring(papers);
            if done == Completeness::Complete {
                self.completed_on = Some(mark.at.date());
                self.stage = Stage::Received;
            }
        } else {
            self.brought_later(mark.at.date(), papers)?;
        }
        self.take_originals(mark, papers);
        Ok(())
    }

    fn handed_over(&mut self, mark: Mark, to: &str) -> Result<(), Misfit> {
        self.advance(Stage::Received, Stage::HandedOver)?;
        self.originals_handed_over(&mark, to);
        self.handed_over = Some((mark, to.to_owned()));
        Ok(())
    }

    fn accepted(&mut self, mark: Mark, on: Date, basis: AcceptanceBasis) -> Result<(), Misfit> {
        if self.acceptance.is_some() {
            return Err(Misfit::DoneBefore);
        }
        // 一次受理: the one-thing window accepts for all departments where the papers lie (R117).
        let from_receipt = basis == AcceptanceBasis::Deemed || self.is_on_the_spot() || self.whole.is_some();
        match self.stage {
            Stage::HandedOver => {}
            // By law wherever the file lies (rules §2), or in one press with the result (R58).
            Stage::Received if from_receipt => {}
            _ => return Err(self.no_move()),
        }
        self.acceptance = Some((on, basis));
        self.accepted_at = Some(self.hour_of_acceptance(&mark, on));
        self.stage = Stage::Accepted;
        Ok(())
    }

    fn not_accepted(&mut self, on: Date) -> Result<(), Misfit> {
        match self.stage {
            Stage::HandedOver => self.stage = Stage::NotAccepted,
            Stage::NotAccepted => return Err(Misfit::DoneBefore),
            _ => return Err(self.no_move()),
        }
        self.not_accepted_on = Some(on);
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

    fn decided(&mut self, mark: Mark, decision: &Decision) -> Result<(), Misfit> {
        let outcome = decision.outcome;
        if self.closed_alike(outcome) {
            return Ok(());
        }
        let fits = match (self.stage, outcome) {
            (Stage::Supplementing { .. }, Outcome::Returned) => true,
            (Stage::InProcess, Outcome::Granted | Outcome::Denied) => true,
            // 即办件: accepted and granted in one press; the gate lets nothing stand between the two (R58).
            (Stage::Accepted, Outcome::Granted) if self.whole.is_none() => self.is_on_the_spot(),
            // A bundle is decided by its steps (R119).
            (Stage::Accepted, Outcome::Granted | Outcome::Denied) => self.whole.is_some(),
            _ => false,
        };
        if !fits {
            return Err(if self.decision.is_some() { Misfit::DoneBefore } else { self.no_move() });
        }
        self.decision = Some(decision.clone());
        self.decided_at = Some(mark.at.local());
        self.stage = Stage::Decided { outcome };
        Ok(())
    }

    fn withdrawn(&mut self, at: DateTime) -> Result<(), Misfit> {
        if !self.stage.is_open() || self.stage == Stage::New {
            return Err(if self.decision.is_some() { Misfit::DoneBefore } else { self.no_move() });
        }
        let (outcome, on) = (Outcome::Withdrawn, at.date());
        self.decided_at = Some(at);
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
