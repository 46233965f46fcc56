//! What somebody is to be reminded of, and from which day on (R61, R65, R67, R71, R73).
//!
//! Nothing here depends on the day it is asked: a reminder has the day from which it is shown, and stays until it is done.

use jiff::ToSpan;
use jiff::civil::Date;

use super::event::{Help, Keeper, Outcome, PromiseKind, ReminderKind};
use super::fold::{Case, Stage};
use super::item_law;
use crate::calendar::Calendar;
use crate::deadline::{self, Before, Clock, Limit};

/// Something to remind somebody of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// What it is about.
    pub kind: ReminderKind,
    /// The day from which it is shown.
    pub on: Date,
    /// The last day for it; `None` where there is none.
    pub due: Option<Date>,
}

/// Days before the end of a mandate (ours).
const MANDATE_AHEAD: i32 = 7;
/// Days before the last day to apply anew (ours): sixty before the expiry of most licences, and in time too where the law wants the
/// application earlier.
const RENEWAL_AHEAD: i32 = 30;
/// Working days for the call after the delivery (ours).
pub(super) const CALLBACK: Limit = Limit::WorkingDays(10);

/// When what was granted must be applied for anew (R71).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// The last day of validity.
    pub expires: Date,
    /// The last day to apply, by law and for sure.
    pub apply_by: Before,
    /// The day to remind the holder.
    pub remind_on: Date,
}

/// When what this case granted must be applied for anew; `None` where nothing runs out, or its law knows no renewal.
pub fn renewal(case: &Case, calendar: &Calendar) -> Option<Renewal> {
    let decision = case.decision.as_ref().filter(|decision| decision.outcome == Outcome::Granted)?;
    let (_, receipt) = case.receipt.as_ref()?;
    let (expires, days) = (decision.valid_until?, item_law::renewal_days(&receipt.item_name)?);
    let apply_by = deadline::before(calendar, expires, days);
    Some(Renewal { expires, apply_by, remind_on: apply_by.raw.saturating_sub(RENEWAL_AHEAD.days()) })
}

/// Everything somebody is to be reminded of in a case, nearest first.
pub fn reminders(case: &Case, calendar: &Calendar) -> Vec<Reminder> {
    let all = [mandate(case), promised(case), renewed(case, calendar), callback(case, calendar), original(case)];
    let mut all: Vec<Reminder> = all.into_iter().flatten().filter(|it| !case.reminded.contains(&it.kind)).collect();
    all.sort_by_key(|reminder| reminder.on);
    all
}

/// The day the first of them is shown.
pub fn first_day(case: &Case, calendar: &Calendar) -> Option<Date> {
    reminders(case, calendar).first().map(|reminder| reminder.on)
}

fn mandate(case: &Case) -> Option<Reminder> {
    let state = case.mandate.as_ref().filter(|state| state.ended.is_none())?;
    if !case.stage.is_open() && !case.stage.awaits_delivery() {
        return None;
    }
    let until = state.mandate.until;
    let on = until.saturating_sub(MANDATE_AHEAD.days());
    Some(Reminder { kind: ReminderKind::MandateEnds, on, due: Some(until) })
}

fn promised(case: &Case) -> Option<Reminder> {
    let PromiseKind::Later { until } = case.owed()?.promise.kind else { return None };
    Some(Reminder { kind: ReminderKind::PromisedPaper, on: until, due: Some(until) })
}

fn renewed(case: &Case, calendar: &Calendar) -> Option<Reminder> {
    let Renewal { apply_by, remind_on, .. } = renewal(case, calendar)?;
    Some(Reminder { kind: ReminderKind::Renewal, on: remind_on, due: Some(apply_by.safe) })
}

/// 回访 is a step of proxy work (rules §9).
fn callback(case: &Case, calendar: &Calendar) -> Option<Reminder> {
    if case.help != Some(Help::Proxy) || case.callback.is_some() {
        return None;
    }
    let (on, ..) = case.delivery.as_ref()?;
    let due = Clock::new(*on, Some(CALLBACK)).due(calendar).date();
    Some(Reminder { kind: ReminderKind::Callback, on: *on, due })
}

fn original(case: &Case) -> Option<Reminder> {
    let held = case.originals.iter().filter(|original| matches!(original.keeper, Keeper::Agent { .. }));
    let since = held.map(|original| original.since.date()).min()?;
    Some(Reminder { kind: ReminderKind::Original, on: since, due: None })
}

/// The seven steps of proxy work by which the office reports (R73).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SevenStep {
    /// 委托
    Entrusted,
    /// 受理: the station took the papers.
    Taken,
    /// 办理: handed over, and decided since.
    Handled,
    /// 送达
    Delivered,
    /// 归档
    Archived,
    /// 上报: the month's line; it is made of what was delivered in the month.
    Reported,
    /// 回访
    CalledBack,
}

/// How far a case has got in the seven steps, each with its day; `None` for one that is still to come.
pub fn seven_steps(case: &Case, archived: Option<Date>) -> [(SevenStep, Option<Date>); 7] {
    let decided = case.decided_at.map(|at| at.date()).filter(|_| !matches!(case.stage, Stage::NotAccepted));
    let delivered = case.delivery.as_ref().map(|(on, ..)| *on);
    [
        (SevenStep::Entrusted, case.mandate.as_ref().map(|state| state.mandate.from)),
        (SevenStep::Taken, case.receipt.as_ref().map(|(mark, _)| mark.at.date())),
        (SevenStep::Handled, decided),
        (SevenStep::Delivered, delivered),
        (SevenStep::Archived, archived),
        (SevenStep::Reported, delivered.map(|on| on.last_of_month())),
        (SevenStep::CalledBack, case.callback.as_ref().map(|(mark, _)| mark.at.date())),
    ]
}
