//! The dates of a case: what runs, since when, until when, and why then.
//!
//! Nothing here is stored: dates follow from facts, limits of the version the case was received under, and the calendar in
//! force (rules §10.3). An unknown limit has no date (R57).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::decide::Moment;
use super::event::{Help, Limits, Outcome, PromiseKind};
use super::fold::{Case, Stage};
use super::item_law::is_work_injury;
use super::reminders::CALLBACK;
use crate::calendar::Calendar;
use crate::deadline::{self, Due, Limit, NoticeClock, Reason, Roll, RulerDay, Stop, Urgency, Usage};
use crate::ids::ItemCode;

/// A running date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it is about.
    pub kind: ClockKind,
    /// The day it runs from; that day is not counted.
    pub start: Date,
    /// How long; `None` is unknown.
    pub limit: Option<Limit>,
    /// When it ends.
    pub due: Due,
    /// Days left out and make-up days counted.
    pub reason: Reason,
    /// Days used and left.
    pub usage: Usage,
    /// How near the end is.
    pub urgency: Option<Urgency>,
    /// Whether it runs already.
    pub basis: Basis,
}

/// What a date is about. The screen has a name and the rule's source for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// 移交: the same or the next working day (R49).
    HandOver,
    /// 一次性告知 or acceptance by silence (行政许可法 art 32(4), or the item's own rule).
    Notice,
    /// 补正 by the applicant.
    Supplement,
    /// 法定
    Statutory,
    /// 承诺
    Promised,
    /// 送达 within ten working days of the decision (行政许可法 art 44).
    Delivery,
    /// 单位申请工伤认定: 30 days (工伤保险条例 art 17(1)).
    EmployerReport,
    /// 本人、近亲属或工会申请: 1 year (art 17(2)).
    WorkerReport,
    /// The shorter legal limit where facts and rights are clear (art 20).
    ClearFacts,
    /// An office outside the system answers within ten working days (R128, ours).
    OutsideAnswer,
    /// 上门: on the day that was agreed on (R94).
    Visit,
    /// 容缺: the promised papers come by then (R61).
    PromisedPaper,
    /// 行政复议: sixty days from knowing (行政复议法 art 20).
    Review,
    /// 行政诉讼: six months from knowing (行政诉讼法 art 46).
    Suit,
    /// 回访: ten working days after the delivery (R73, ours).
    Callback,
    /// 上级答复: three working days (R89, ours).
    HelpAnswer,
    /// 补手续: papers after urgent help, by the day the department set (R112).
    PapersAfter,
    /// 再次鉴定: fifteen days from the receipt of a conclusion (工伤保险条例 art 26).
    AppraisalAgain,
    /// 复查鉴定: one year after the conclusion (art 28).
    AppraisalReview,
    /// 死亡登记: one month in the country (户口登记条例 art 8; R121).
    DeathRegistration,
    /// 指派律师: three days from the grant of legal aid (法律援助法 art 43).
    LawyerNamed,
}

/// Whether a date follows from facts, or shows what would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It runs.
    Fact,
    /// It would run if the case were accepted today.
    IfAcceptedToday,
}

/// The nearest date and whose move it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressing {
    /// What it is about; `None` when nothing runs.
    pub kind: Option<ClockKind>,
    /// When it ends.
    pub due: Due,
    /// Whose move it is.
    pub whose: Whose,
}

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The station's.
    Mine,
    /// The organ's.
    Organ,
    /// The applicant's.
    Applicant,
}

/// Everything a clock is reckoned with.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'a> {
    /// The calendar in force.
    pub calendar: &'a Calendar,
    /// The civil time now.
    pub now: DateTime,
}

impl Reckoning<'_> {
    /// Whether silence has accepted a case by now (R55): then nothing else is to be done before that is written down.
    pub fn is_accepted_by_silence(&self, case: &Case) -> bool {
        let waits = matches!(case.stage, Stage::Received | Stage::HandedOver);
        waits && deemed_from(case, self.calendar).is_some_and(|from| self.now.date() >= from)
    }

    pub(super) fn clock(&self, kind: ClockKind, start: Date, limit: Option<Limit>) -> Clock {
        self.face(kind, start, &deadline::Clock::new(start, limit))
    }

    fn face(&self, kind: ClockKind, start: Date, running: &deadline::Clock) -> Clock {
        Clock {
            kind,
            start,
            limit: running.limit(),
            due: running.due(self.calendar),
            reason: running.reason(self.calendar),
            usage: running.used_and_left(self.calendar, self.now.date()),
            urgency: running.urgency(self.calendar, self.now),
            basis: Basis::Fact,
        }
    }

    /// All dates of a case, the running ones first.
    pub fn clocks(&self, case: &Case, injured_on: Option<Date>) -> Vec<Clock> {
        let mut clocks = Vec::new();
        let received = case.receipt.as_ref().map(|(mark, _)| mark.at.date());
        match (case.stage, received) {
            (Stage::Received, Some(on)) => {
                clocks.push(self.clock(ClockKind::HandOver, on, Some(Limit::WorkingDays(1))));
                clocks.push(self.clock(ClockKind::Notice, on, Some(case.limits().notice.limit)));
            }
            (Stage::HandedOver, Some(on)) => {
                clocks.push(self.clock(ClockKind::Notice, on, Some(case.limits().notice.limit)));
            }
            (Stage::Supplementing { .. }, _) => clocks.extend(self.supplement(case)),
            (stage, _) if stage.awaits_delivery() => clocks.extend(self.delivery(case)),
            _ => {}
        }
        clocks.extend(self.promised(case));
        clocks.extend(self.remedies(case));
        clocks.extend(self.callback(case));
        clocks.extend(self.injury_reports(case.receipt.as_ref().map(|(_, receipt)| &receipt.item), injured_on));
        clocks.extend(self.beside_clocks(case));
        if case.stage.is_open() {
            clocks.extend(self.decision_clocks(case));
        }
        clocks
    }

    /// What follows if an item is received now and accepted today.
    pub fn outlook(&self, item: &ItemCode, limits: Limits, injured_on: Option<Date>) -> Vec<Clock> {
        let today = self.now.date();
        let mut clocks = vec![
            self.clock(ClockKind::HandOver, today, Some(Limit::WorkingDays(1))),
            self.clock(ClockKind::Notice, today, Some(limits.notice.limit)),
        ];
        clocks.extend(self.injury_reports(Some(item), injured_on));
        let decision = decision_limits(limits).map(|(kind, limit)| {
            let start = if limit == Some(Limit::HalfDay) { self.now } else { today.at(0, 0, 0, 0) };
            self.face(kind, today, &deadline::Clock::new(start, limit))
        });
        clocks.extend(decision.map(|clock| Clock { basis: Basis::IfAcceptedToday, ..clock }));
        clocks
    }

    /// Until when an office outside the system should have answered. No law holds it to that: a late answer is asked for again,
    /// it is not a breach.
    pub fn outside_answer(&self, asked: Date) -> Clock {
        let clock = self.clock(ClockKind::OutsideAnswer, asked, Some(Limit::WorkingDays(10)));
        let late = clock.urgency == Some(Urgency::Late);
        Clock { urgency: Some(if late { Urgency::Soon } else { Urgency::Calm }), ..clock }
    }

    /// Office minutes from one time to another: who held a step of a bundle, and how long (R125).
    pub fn office_minutes(&self, from: DateTime, to: DateTime) -> u32 {
        deadline::Clock::new(from, Some(Limit::HalfDay)).office_minutes_used(self.calendar, to)
    }

    /// The nearest date of a case and whose move it is.
    pub fn pressing(&self, case: &Case) -> Option<Pressing> {
        let nearest = |kinds: &[ClockKind]| {
            let all = self.clocks(case, None);
            let fitting = all.into_iter().filter(|clock| kinds.contains(&clock.kind) && clock.basis == Basis::Fact);
            fitting.min_by_key(|clock| clock.due.date().unwrap_or(Date::MAX))
        };
        use ClockKind as K;
        let (kinds, whose): (&[K], Whose) = match case.stage {
            Stage::New | Stage::Consulting | Stage::Mandated => (&[], Whose::Mine),
            Stage::Received => (&[K::HandOver], Whose::Mine),
            Stage::Supplementing { .. } => (&[K::Supplement], Whose::Applicant),
            Stage::HandedOver => (&[K::Notice], Whose::Organ),
            Stage::Accepted | Stage::InProcess | Stage::Suspended => (&[K::Promised, K::Statutory], Whose::Organ),
            stage if stage.awaits_delivery() => (&[K::Delivery], Whose::Mine),
            Stage::NotAccepted | Stage::Decided { .. } | Stage::Delivered | Stage::Rated | Stage::Archived => {
                return None;
            }
        };
        let pressing = match nearest(kinds) {
            Some(clock) => Pressing { kind: Some(clock.kind), due: clock.due, whose },
            None => Pressing { kind: None, due: Due::Unknown, whose },
        };
        let others = self.visit(case).into_iter().chain(self.besides(case));
        Some(others.fold(pressing, |nearest, other| if sooner(other.due, nearest.due) { other } else { nearest }))
    }

    /// The next visit that was agreed on: ours to make.
    fn visit(&self, case: &Case) -> Option<Pressing> {
        let at = case.home.next()?.booking.at;
        let due = Due::At { at, certainty: deadline::Certainty::Certain };
        Some(Pressing { kind: Some(ClockKind::Visit), due, whose: Whose::Mine })
    }

    /// When the promise ends, of a case that was accepted.
    pub fn promised_end(&self, case: &Case) -> Option<Due> {
        let (start, _) = case.acceptance?;
        let clock = decision_clock(case, ClockKind::Promised, start, case.limits().promised);
        Some(clock.due(self.calendar))
    }

    /// The last day for a result, of a case that was accepted: the promised one, else the legal one; `None` where neither is known.
    pub fn last_day(&self, case: &Case) -> Option<Date> {
        let (start, _) = case.acceptance?;
        let (promised, legal) = (case.limits().promised, case.limits().statutory);
        let (kind, limit) = match promised {
            Some(_) => (ClockKind::Promised, promised),
            None => (ClockKind::Statutory, legal),
        };
        decision_clock(case, kind, start, limit).due(self.calendar).date()
    }

    /// The days of the most pressing running clock.
    pub fn ruler(&self, case: &Case) -> Vec<RulerDay> {
        let Some(kind) = self.pressing(case).and_then(|pressing| pressing.kind) else { return Vec::new() };
        let clocks = self.clocks(case, None);
        let Some(clock) = clocks.iter().find(|clock| clock.kind == kind) else { return Vec::new() };
        let running = match kind {
            ClockKind::Statutory | ClockKind::Promised => decision_clock(case, kind, clock.start, clock.limit),
            _ => deadline::Clock::new(clock.start, clock.limit),
        };
        running.ruler(self.calendar, self.now.date())
    }

    fn supplement(&self, case: &Case) -> Option<Clock> {
        let (mark, notice) = case.notices.last()?;
        let clock = self.clock(ClockKind::Supplement, mark.at.date(), Some(SUPPLEMENT_TERM));
        // The term printed on the notice holds, whatever later calendars say.
        let due = notice.term.map_or(clock.due, |date| Due::On { date, certainty: deadline::Certainty::Certain });
        Some(Clock { due, ..clock })
    }

    /// The term that stands on the promise holds, whatever later calendars say.
    fn promised(&self, case: &Case) -> Option<Clock> {
        let PromiseKind::Later { until: date } = case.owed()?.promise.kind else { return None };
        let clock = self.clock(ClockKind::PromisedPaper, case.acceptance?.0, case.limits().promised);
        Some(Clock { due: Due::On { date, certainty: deadline::Certainty::Certain }, ..clock })
    }

    /// R54, R68: both run from the day the person knew.
    fn remedies(&self, case: &Case) -> Vec<Clock> {
        let denied = case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Denied);
        let known = case.not_accepted_on.or(case.delivery.as_ref().filter(|_| denied).map(|(on, ..)| *on));
        let Some(on) = known else { return Vec::new() };
        let half_a_year = Limit::Months { n: 6, roll: Roll::ToWorkingDay };
        vec![
            self.clock(ClockKind::Review, on, Some(Limit::calendar_days(60))),
            self.clock(ClockKind::Suit, on, Some(half_a_year)),
        ]
    }

    fn callback(&self, case: &Case) -> Option<Clock> {
        let (on, ..) = case.delivery.as_ref().filter(|_| case.callback.is_none() && case.help == Some(Help::Proxy))?;
        Some(self.clock(ClockKind::Callback, *on, Some(CALLBACK)))
    }

    fn delivery(&self, case: &Case) -> Option<Clock> {
        let decided = case.decision.as_ref()?.on;
        let injury = case.receipt.as_ref().is_some_and(|(_, receipt)| is_work_injury(&receipt.item));
        // 工伤认定办法 art 22: twenty days for the finding of a work injury.
        let limit = if injury { Limit::calendar_days(20) } else { Limit::WorkingDays(10) };
        Some(self.clock(ClockKind::Delivery, decided, Some(limit)))
    }

    /// 工伤保险条例 art 17: both run from the accident or the diagnosis.
    fn injury_reports(&self, item: Option<&ItemCode>, injured_on: Option<Date>) -> Vec<Clock> {
        let Some(on) = injured_on.filter(|_| item.is_some_and(is_work_injury)) else {
            return Vec::new();
        };
        let year = Limit::Years { n: 1, roll: Roll::ToWorkingDay };
        vec![
            self.clock(ClockKind::EmployerReport, on, Some(Limit::calendar_days(30))),
            self.clock(ClockKind::WorkerReport, on, Some(year)),
        ]
    }

    fn decision_clocks(&self, case: &Case) -> Vec<Clock> {
        let Some((_, receipt)) = &case.receipt else { return Vec::new() };
        let (start, basis) = match case.acceptance {
            Some((on, _)) => (on, Basis::Fact),
            None => (self.now.date(), Basis::IfAcceptedToday),
        };
        decision_limits(receipt.limits)
            .map(|(kind, limit)| Clock { basis, ..self.face(kind, start, &decision_clock(case, kind, start, limit)) })
            .collect()
    }
}

/// Whether one date comes before another; any date comes before none.
fn sooner(one: Due, other: Due) -> bool {
    one.date().is_some_and(|one| other.date().is_none_or(|other| one <= other))
}

/// Five working days from the notice (ours): the term a station prints where the organ has set none.
const SUPPLEMENT_TERM: Limit = Limit::WorkingDays(5);

/// Legal and promised limit stand always, an unknown one without a date; the limit for clear facts only where there is one.
fn decision_limits(limits: Limits) -> impl Iterator<Item = (ClockKind, Option<Limit>)> {
    let both = [(ClockKind::Statutory, limits.statutory), (ClockKind::Promised, limits.promised)];
    let clear = limits.clear_facts.map(|limit| (ClockKind::ClearFacts, Some(limit)));
    // Where the law itself has a short limit for clear facts, nobody promised another one: no empty line for it.
    both.into_iter()
        .filter(move |(kind, limit)| *kind == ClockKind::Statutory || limit.is_some() || clear.is_none())
        .chain(clear)
}

/// An extension prolongs the legal limit and nothing else (R60): a promise stays what was promised.
fn decision_clock(case: &Case, kind: ClockKind, start: Date, limit: Option<Limit>) -> deadline::Clock {
    let stops: &[Stop] = &case.stops;
    let more = case.extension.filter(|_| kind == ClockKind::Statutory).unwrap_or(0);
    // Half a day runs from an hour, not from a day (R124).
    let hour = case.accepted_at.filter(|at| limit == Some(Limit::HalfDay) && at.date() == start);
    let start = hour.unwrap_or(start.at(0, 0, 0, 0));
    deadline::Clock::new(start, limit).with_stops(stops).extended_by(more)
}

/// The last day to supplement, for a notice given now; none while the person only asks.
pub(super) fn supplement_term(case: &Case, now: &Moment<'_>) -> Option<Date> {
    matches!(case.stage, Stage::Received | Stage::HandedOver)
        .then(|| deadline::Clock::new(now.today(), Some(SUPPLEMENT_TERM)).due(now.calendar).date())
        .flatten()
}

/// The day from which silence accepts (行政许可法 art 32(4), vectors C9); `None` where it does not.
pub(super) fn deemed_from(case: &Case, calendar: &Calendar) -> Option<Date> {
    let (mark, receipt) = case.receipt.as_ref()?;
    let given = case.notices.iter().map(|(told, _)| told).find(|told| told.stamp > mark.stamp);
    let mut clock = NoticeClock::new(mark.at.date(), receipt.limits.notice);
    clock.given = given.map(|told| told.at.date());
    clock.deemed_from(calendar)
}

/// The last day of the legal limit, without an extension.
pub(super) fn statutory_end(case: &Case, calendar: &Calendar) -> Option<Date> {
    let (on, _) = case.acceptance?;
    deadline::Clock::new(on, case.limits().statutory).with_stops(&case.stops).due(calendar).date()
}
