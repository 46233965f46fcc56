//! 半天办结率: how often half a day was enough in a month, and who held it (R125).

use daiban_model::api::{GetHalfDays, HalfDay, HalfDayLine, HalfDays};
use leptos::prelude::*;

use super::ledger::{line, list, month_row, note};
use crate::dates;
use crate::desk::today;
use crate::load::{load, show};
use crate::parts::{Go, held_name};
use crate::route::Route;

pub(super) fn section() -> AnyView {
    let month = RwSignal::new(today());
    let days = load(move || Some(GetHalfDays { month: month.get() }));
    view! { {month_row(month)}{show(days, lines)} }.into_any()
}

fn lines(days: &HalfDays) -> AnyView {
    let sum = (days.all > 0).then(|| {
        let rate = days.in_time.saturating_mul(100) / days.all.max(1);
        note("half-day-sum", "note", "hour", t!("half.sum", all = days.all, n = days.in_time, rate = rate))
    });
    view! { {sum}{list(t!("half.title"), days.lines.iter().map(matter).collect(), (t!("half.none"), t!("half.none_next")))} }
        .into_any()
}

fn matter(it: &HalfDayLine) -> AnyView {
    let took = |minutes: u32| t!("half.took", h = minutes / 60, m = minutes % 60);
    let held =
        it.held.first().map(|(step, who, minutes)| t!("half.held", step = step, who = who, took = took(*minutes)));
    let span = t!("half.span", from = dates::hour(it.from), done = dates::hour(it.done), took = took(it.minutes));
    let kept = match it.promise {
        HalfDay::Kept => t!("half.kept"),
        HalfDay::Broken => t!("half.broken"),
    };
    let state = view! { <Go to=Route::Case(it.case.id)>{kept}</Go> };
    let head = format!("{} {}", held_name(&it.case.name), it.case.item);
    line("half-day", head, format!("{span}{}", held.unwrap_or_default()), state.into_any())
}
