//! The clocks of a case: date first, then distance, then why. The day ruler shows the same in cells, for the eye only.

use daiban_model::calendar::DayKind;
use daiban_model::case::clocks::{Basis, Clock};
use daiban_model::deadline::{DaySpan, Due, Fill, Limit, RulerDay, Unit, Urgency};
use leptos::prelude::*;

use super::{Held, Icon};
use crate::desk::today;
use crate::{dates, say, words};

/// Longer rulers are told in words only: a cell would be too narrow to mean a day.
const LONGEST: usize = 100;

/// All clocks of a case and the ruler of the most pressing one.
#[component]
pub fn ClockBand(clocks: Vec<Clock>, ruler: Vec<RulerDay>) -> impl IntoView {
    let none = clocks.is_empty().then(|| view! { <p class="quiet">{t!("due.nothing_runs")}</p> });
    view! {
        <section class="clock-band" aria-label=t!("due.band") data-test="clocks">
            {none}
            <div class="clocks">{clocks.into_iter().map(|clock| view! { <ClockFace clock/> }).collect_view()}</div>
            <DayRuler days=ruler/>
        </section>
    }
}

/// One clock.
#[component]
pub fn ClockFace(clock: Clock) -> impl IntoView {
    let late = clock.urgency == Some(Urgency::Late);
    let code = say::code(&clock.kind);
    let name = clock_name(&clock);
    let known = clock.due.date().is_some();
    let hour = (clock.urgency == Some(Urgency::Soon)).then(|| view! { <Icon name="hour"/>" " });
    let alarm = late.then(|| view! { <Icon name="late"/>" " });
    view! {
        <div class="clock" class:clock-late=late data-test=format!("clock-{code}")>
            <h3>{name}</h3>
            <p class="date" class:date-none=!known>{end(clock.due)}</p>
            <p class="left">{hour}{alarm}{distance(&clock)}</p>
            <p class="why"><Held text=why(&clock)/></p>
        </div>
    }
}

/// What a date is about; one that does not run yet says so.
fn clock_name(clock: &Clock) -> String {
    let name = words::one_of("clock", &say::code(&clock.kind)).unwrap_or_default();
    if clock.basis == Basis::IfAcceptedToday { t!("due.if_today", name = name) } else { name.to_owned() }
}

/// The last day or moment in words.
pub fn end(due: Due) -> String {
    match due {
        Due::On { date, .. } => dates::near(date, today()),
        Due::At { at, .. } => format!("{} {:02}:{:02}", dates::near(at.date(), today()), at.hour(), at.minute()),
        Due::Paused { .. } => t!("due.paused").to_owned(),
        Due::Unknown => t!("due.to_be_stated").to_owned(),
    }
}

fn unit(limit: Option<Limit>) -> &'static str {
    match limit.map(Limit::unit) {
        Some(Unit::WorkingDay) => t!("due.working_days"),
        _ => t!("due.calendar_days"),
    }
}

fn distance(clock: &Clock) -> String {
    let unit = unit(clock.limit);
    match (clock.due, clock.usage.left, clock.usage.late) {
        (Due::Unknown, ..) => String::new(),
        (Due::Paused { left, .. }, ..) => t!("due.paused_left", n = left, unit = unit),
        (_, _, late) if late > 0 => t!("due.over", n = late, unit = unit),
        (_, Some(0), _) => t!("due.last_day").to_owned(),
        (_, Some(left), _) => t!("due.still", n = left, unit = unit),
        _ => String::new(),
    }
}

/// How long a limit is: 5 个工作日.
pub fn length(limit: Option<Limit>) -> String {
    match limit {
        None => t!("due.to_be_stated").to_owned(),
        Some(Limit::WorkingDays(0)) => t!("due.at_once").to_owned(),
        Some(Limit::HalfDay) => t!("due.half_day").to_owned(),
        Some(Limit::WorkingDays(n)) => t!("due.length_days", n = n, unit = t!("due.working_days")),
        Some(Limit::CalendarDays { n, .. }) => t!("due.length_days", n = n, unit = t!("due.calendar_days")),
        Some(Limit::Months { n, .. }) => t!("due.length_months", n = n),
        Some(Limit::Years { n, .. }) => t!("due.length_years", n = n),
    }
}

/// From when, how long, which days were left out, by which rule.
fn why(clock: &Clock) -> String {
    if clock.limit.is_none() {
        return t!("due.why_unknown").to_owned();
    }
    let mut parts = vec![t!("due.why_start", day = dates::near(clock.start, today()), length = length(clock.limit))];
    let reason = &clock.reason;
    parts.extend(reason.holidays.iter().map(|span| t!("due.why_holiday", span = span_words(*span))));
    parts.extend(reason.make_up.iter().map(|day| t!("due.why_make_up", day = dates::near(*day, today()))));
    if reason.stopped > 0 {
        parts.push(t!("due.why_stopped", n = reason.stopped));
    }
    parts.extend(reason.rolled_from.map(|day| t!("due.why_rolled", day = dates::near(day, today()))));
    parts.extend(reason.unknown_year.map(|year| t!("due.why_unknown_year", year = year)));
    let source = words::one_of("clock_source", &say::code(&clock.kind)).unwrap_or_default();
    format!("{}{source}", parts.concat())
}

fn span_words(span: DaySpan) -> String {
    match (span.from == span.to, span.from.month() == span.to.month()) {
        (true, _) => dates::day(span.from),
        (_, true) => t!("due.span_same_month", from = dates::day(span.from), d = span.to.day()),
        _ => t!("due.span", from = dates::day(span.from), to = dates::day(span.to)),
    }
}

/// One cell a day. Hidden from screen readers: the clock's words say the same.
#[component]
pub fn DayRuler(days: Vec<RulerDay>) -> impl IntoView {
    let fits = !days.is_empty() && days.len() <= LONGEST;
    fits.then(|| {
        let cells = (0..days.len()).map(|at| cell(&days, at)).collect_view();
        view! { <ol class="ruler" aria-hidden="true">{cells}</ol> }
    })
}

fn cell(days: &[RulerDay], at: usize) -> impl IntoView + use<> {
    let day = days[at];
    let mut class = match day.fill {
        Fill::Start | Fill::Used => "used",
        Fill::Left => "",
        Fill::Rest | Fill::Stopped => "rest",
        Fill::Overdue => "over",
    }
    .to_owned();
    if day.today {
        class.push_str(" today");
    }
    if day.ends {
        class.push_str(if day.fill == Fill::Overdue || days.iter().any(|day| day.fill == Fill::Overdue) {
            " end end-late"
        } else {
            " end"
        });
    }
    let up = upper(days, at).map(|(side, text)| view! { <span class=format!("up {side}")>{text}</span> });
    let down = lower(days, at).map(|text| view! { <span class="dn">{text}</span> });
    view! { <li class=class>{up}{down}</li> }
}

/// Labels above: where it began, today, the end. Today gives way to the end, the beginning to both.
fn upper(days: &[RulerDay], at: usize) -> Option<(&'static str, String)> {
    let (day, last, room) = (days[at], days.len() - 1, days.len().div_ceil(6));
    let end = days.iter().position(|day| day.ends);
    let today = days.iter().position(|day| day.today);
    let side = |at: usize| match at {
        at if at + room / 2 > last => "to-start strong",
        at if at < room / 2 => "to-end strong",
        _ => "strong",
    };
    if day.ends {
        let text = if day.today {
            t!("due.ruler_end_today").to_owned()
        } else {
            t!("due.ruler_end", day = dates::day(day.date))
        };
        return Some((side(at), text));
    }
    let far = |other: Option<usize>| other.is_none_or(|other| other.abs_diff(at) >= room);
    if day.today && far(end) {
        return Some((side(at), t!("due.ruler_today").to_owned()));
    }
    let first = at == 0 && far(end) && far(today);
    first.then(|| ("to-end", t!("due.ruler_start", day = dates::day(day.date))))
}

/// Labels below: the longest run of holidays, and a make-up day away from it.
fn lower(days: &[RulerDay], at: usize) -> Option<String> {
    let off = |at: usize| days.get(at).is_some_and(|day| day.day == DayKind::Holiday);
    let run = |at: usize| (at..days.len()).take_while(|at| off(*at)).count();
    let starts = |at: usize| off(at) && (at == 0 || !off(at - 1));
    let longest = (0..days.len()).filter(|at| starts(*at)).max_by_key(|at| run(*at));
    let middle = longest.map(|start| start + run(start) / 2);
    let room = days.len().div_ceil(5);
    if middle == Some(at) {
        return Some(t!("due.ruler_holiday", n = longest.map_or(0, run)));
    }
    let lone = days[at].day == DayKind::MakeUp
        && middle.is_none_or(|middle| middle.abs_diff(at) >= room)
        && at + 1 < days.len();
    lone.then(|| t!("due.ruler_make_up").to_owned())
}
