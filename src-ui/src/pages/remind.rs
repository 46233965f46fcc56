//! What somebody is to be reminded of today, and the originals in hand: beside what presses.

use daiban_model::api::{HeldBy, HeldOriginal, ListOriginals, ListReminders, ReminderRow};
use leptos::prelude::*;

use crate::load::{load, show};
use crate::parts::{Go, Icon, held_name};
use crate::route::Route;
use crate::{dates, say, words};

/// Reminders and originals; nothing where there are none.
#[component]
pub fn Reminders() -> impl IntoView {
    let reminders = load(|| Some(ListReminders {}));
    let originals = load(|| Some(ListOriginals {}));
    view! {
        {show(reminders, |rows: &Vec<ReminderRow>| due(rows.clone()))}
        {show(originals, |held: &Vec<HeldOriginal>| in_hand(held.clone()))}
    }
}

fn due(rows: Vec<ReminderRow>) -> Option<impl IntoView> {
    let line = |it: ReminderRow| {
        let what = words::one_of("reminder", &say::code(&it.kind)).unwrap_or_default();
        let by = it.due.map(|due| t!("remind.by", on = dates::full(due))).unwrap_or_default();
        view! {
            <li data-test="reminder-row">
                <Go to=Route::Case(it.row.id)>
                    <Icon name="hour"/>
                    <span><b>{held_name(&it.row.name)}" "{what}</b><small class="quiet">{it.row.item}" "{by}</small></span>
                    <Icon name="next"/>
                </Go>
            </li>
        }
    };
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="h-remind">
                <div class="sec-head"><h2 id="h-remind">{t!("remind.title")}</h2></div>
                <ul class="answers">{rows.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

fn in_hand(held: Vec<HeldOriginal>) -> Option<impl IntoView> {
    let line = |it: HeldOriginal| {
        let since = dates::moment(it.original.since);
        let holder = if it.held == HeldBy::Other { it.original.name.clone() } else { String::new() };
        view! {
            <li data-test="original-row">
                <Go to=Route::Case(it.case)>
                    <Icon name="doc"/>
                    <span>
                        <b>{held_name(&it.name)}" "{it.original.paper}</b>
                        <small class="quiet">{t!("remind.since", since = since)}" "{holder}</small>
                    </span>
                    <Icon name="next"/>
                </Go>
            </li>
        }
    };
    (!held.is_empty()).then(|| {
        view! {
            <section aria-labelledby="h-held">
                <div class="sec-head">
                    <h2 id="h-held">{t!("remind.originals")}</h2>
                    <span class="push">{held.len()}</span>
                </div>
                <ul class="answers">{held.into_iter().take(8).map(line).collect_view()}</ul>
            </section>
        }
    })
}
