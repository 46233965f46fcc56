//! What a case knows beside its stages: charges, promises, originals, trips, the call afterwards, what runs out.

use daiban_model::api::{CareView, OriginalView, PromiseView};
use daiban_model::case::event::{Finding, Keeper, PromiseKind};
use leptos::prelude::*;

use super::Open;
use crate::{dates, say, words};

/// One line for each thing there is; no section where there is nothing.
#[component]
pub(super) fn CareSection(open: Open) -> impl IntoView {
    let care = open.part(|page| page.care.clone());
    move || {
        let lines = lines(&care.get());
        (!lines.is_empty()).then(|| {
            view! {
                <section id="care" aria-labelledby="h-care">
                    <div class="sec-head"><h2 id="h-care">{t!("case_care.title")}</h2></div>
                    <dl class="facts facts-wide" data-test="care">{lines.into_iter().map(shown).collect_view()}</dl>
                </section>
            }
        })
    }
}

fn shown((name, text): (&'static str, String)) -> impl IntoView {
    let said = text.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    view! { <div><dt>{name}</dt><dd>{said}</dd></div> }
}

/// What there is, by name; a text of several lines is shown as such.
fn lines(care: &CareView) -> Vec<(&'static str, String)> {
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    for charge in &care.charges {
        let (payee, amount, no) = (&charge.payee, charge.amount, &charge.receipt_no);
        lines.push((t!("case_care.charge"), t!("case_care.charge_line", payee = payee, amount = amount, no = no)));
    }
    lines.extend(care.promises.iter().map(|promise| (t!("case_care.promise"), promise_line(promise))));
    lines.extend(care.originals.iter().map(|original| (t!("case_care.original"), original_line(original))));
    if !care.trips.is_empty() {
        let trips = match care.max_trips {
            Some(most) => t!("case_care.trips_of", n = care.trips.len(), most = most),
            None => t!("case_care.trips_n", n = care.trips.len()),
        };
        lines.push((t!("case_care.trips"), trips));
    }
    if let Some((by, at, callback)) = &care.callback {
        let grade = words::one_of("grade", &u8::from(callback.grade).to_string()).unwrap_or_default();
        let (with, words) = (&callback.spoke_with, &callback.words);
        lines.push((
            t!("case_care.callback"),
            t!("case_care.callback_line", by = by, at = dates::moment(*at), with = with, grade = grade, words = words),
        ));
    }
    if let Some(renewal) = care.renewal {
        let (expires, raw) = (dates::full(renewal.expires), dates::full(renewal.apply_by.raw));
        let safe = dates::full(renewal.apply_by.safe);
        lines.push((t!("case_care.renewal"), t!("case_care.renewal_line", expires = expires, raw = raw, safe = safe)));
    }
    let reminders: Vec<&str> =
        care.reminders.iter().filter_map(|kind| words::one_of("reminder", &say::code(kind))).collect();
    if !reminders.is_empty() {
        lines.push((t!("case_care.reminders"), reminders.join("、")));
    }
    let done = care.steps.iter().filter_map(|step| {
        let name = words::one_of("seven", &step.step).unwrap_or_default();
        step.on.map(|on| t!("case_care.step", name = name, on = dates::full(on)))
    });
    let done: Vec<String> = done.collect();
    if !done.is_empty() {
        lines.push((t!("case_care.steps"), done.join("\n")));
    }
    lines
}

fn promise_line(promise: &PromiseView) -> String {
    let papers = promise.papers.join("、");
    let found = match (promise.found, promise.kind) {
        (Some(Finding::True), _) => t!("case_care.promise_kept"),
        (Some(Finding::False), _) => t!("case_care.promise_broken"),
        (None, PromiseKind::Instead) => t!("case_care.promise_unchecked"),
        (None, PromiseKind::Later { .. }) => t!("case_care.promise_open"),
    };
    match promise.kind {
        PromiseKind::Later { until } => {
            t!("case_care.promise_later", papers = papers, until = dates::full(until), found = found)
        }
        PromiseKind::Instead => t!("case_care.promise_instead", papers = papers, found = found),
    }
}

fn original_line(original: &OriginalView) -> String {
    let (paper, name, since) = (&original.paper, &original.name, dates::moment(original.since));
    match original.keeper {
        Keeper::Agent { .. } | Keeper::Office { .. } => {
            t!("case_care.original_out", paper = paper, name = name, since = since, place = original.place)
        }
        Keeper::Person { .. } => t!("case_care.original_back", paper = paper, name = name, since = since),
        Keeper::File => t!("case_care.original_filed", paper = paper),
    }
}
