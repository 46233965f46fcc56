//! 事件: a laptop is lost or something leaked. Who is concerned, the draft of the letter, and the drill once a year (R204).

use daiban_model::api::{Concerned, Incident, IncidentKind, Incidents, Laptop, ListIncidents, ReportIncident};
use daiban_model::stamp::Wall;
use leptos::prelude::*;

use super::ledger::{Typed, act, button, forget, form, go, line, list, note};
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::once::Once;
use crate::parts::{Icon, held_name};
use crate::{dates, say, words};

/// What is reported.
#[derive(Clone, Copy, Default)]
struct Report {
    laptop: Typed,
    kind: Typed,
    since: Typed,
    cause: Typed,
    harm: Typed,
    measures: Typed,
    contact: Typed,
    once: Once,
}

pub(super) fn section() -> AnyView {
    let all = load(|| Some(ListIncidents {}));
    let open = RwSignal::new(false);
    let typed = Report::default();
    // Only another list of laptops may build the form anew while somebody types into it.
    let laptops = Memo::new(move |_| {
        all.with(|all| match all {
            Load::Ready(all) => Some(all.laptops.clone()),
            Load::Waiting | Load::Failed(_) => None,
        })
    });
    let below = move || match (laptops.get(), open.get()) {
        (None, _) => ().into_any(),
        (_, false) => button("report", t!("incident.report"), move || open.set(true)),
        (Some(laptops), true) => {
            let laptop = |it: Laptop| {
                (it.device_no.to_string(), t!("incident.laptop_no", no = it.device_no, station = it.station))
            };
            report(typed, laptops.into_iter().map(laptop).collect(), open, all)
        }
    };
    let shown = RwSignal::new(None);
    view! { {below}{show(all, move |all: &_| incidents(all, shown))} }.into_any()
}

fn report(
    typed: Report,
    laptops: Vec<(String, String)>,
    open: RwSignal<bool>,
    all: RwSignal<Load<Box<Incidents>>>,
) -> AnyView {
    let kinds = [IncidentKind::Lost, IncidentKind::Drill].map(|kind| (say::code(&kind), kind_word(kind).to_owned()));
    let fields = vec![
        typed.laptop.choice("incident-laptop", t!("incident.laptop"), &laptops),
        typed.kind.choice("incident-kind", t!("incident.kind"), &kinds),
        typed.since.field("incident-since", t!("incident.since"), "date"),
        typed.cause.field("incident-cause", t!("incident.cause"), "text"),
        typed.harm.field("incident-harm", t!("incident.harm"), "text"),
        typed.measures.field("incident-measures", t!("incident.measures"), "text"),
        typed.contact.field("incident-contact", t!("incident.contact"), "text"),
    ];
    let submit = move || {
        let kind = match typed.kind.get().as_str() {
            "lost" => Some(IncidentKind::Lost),
            "drill" => Some(IncidentKind::Drill),
            _ => None,
        };
        let Some((device_no, kind)) = typed.laptop.get().parse().ok().zip(kind) else {
            return desk().failed.set(Some(t!("incident.choose").to_owned()));
        };
        let call = ReportIncident {
            device_no,
            kind,
            since: typed.since.get().parse().ok(),
            cause: typed.cause.get(),
            harm: typed.harm.get(),
            measures: typed.measures.get(),
            contact: typed.contact.get(),
        };
        act(typed.once, call, move |after| {
            let _ = all.try_set(Load::Ready(after));
            let Report { laptop, kind, since, cause, harm, measures, contact, .. } = typed;
            forget(&[laptop, kind, since, cause, harm, measures, contact]);
            open.set(false);
        });
    };
    let close = move || open.set(false);
    form(
        "incident-form",
        t!("incident.report"),
        fields,
        go(typed.once, t!("incident.do")),
        Box::new(submit),
        Some(Box::new(close)),
    )
}

/// `shown` is the one incident that is open: what is printed then is its letter, and no line of anybody else.
fn incidents(all: &Incidents, shown: RwSignal<Option<Wall>>) -> AnyView {
    let drill = match all.drill_by {
        None => t!("incident.drill_none").to_owned(),
        Some(day) => t!("incident.drill_by", day = dates::full(day)),
    };
    let lines = all.all.iter().map(|it| incident(it, shown)).collect();
    view! {
        {note("drill", "note", "info", drill)}
        {list(t!("incident.title"), lines, (t!("incident.none"), t!("incident.none_next")))}
    }
    .into_any()
}

fn incident(it: &Incident, shown: RwSignal<Option<Wall>>) -> AnyView {
    let head = t!(
        "incident.head",
        kind = kind_word(it.report.kind),
        no = it.report.device_no,
        at = dates::full(it.at.date()),
        clock = dates::clock(it.at)
    );
    let why = t!("incident.why", by = it.by, cause = it.report.cause);
    let letter = it.letter.lines().map(|text| view! { <p>{text.to_owned()}</p> }).collect_view();
    let persons = it.persons.iter().map(concerned).collect_view();
    let at = it.at;
    let is_shown = move || shown.get() == Some(at);
    let turn = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        shown.update(|shown| *shown = (*shown != Some(at)).then_some(at));
    };
    let print = move |_| drop(window().print());
    let more = view! {
        <details data-test="incident-more" open=is_shown>
            <summary on:click=turn>{t!("incident.more", n = it.persons.len())}</summary>
            <ul class="answers">{persons}</ul>
            <div class="mini-sheet" class:print-alone=is_shown data-test="letter">{letter}</div>
            <p class="quiet">{t!("incident.letter_next")}</p>
            <button type="button" class="btn btn-sm" data-test="print-letter" on:click=print
                data-print=move || is_shown().then_some("")>
                <Icon name="print"/>{t!("incident.print")}
            </button>
        </details>
    };
    view! {
        {line("incident", head, why, ().into_any())}
        <li data-test="incident-details">{more}</li>
    }
    .into_any()
}

/// Name, masked number, and which kinds of data.
fn concerned(it: &Concerned) -> AnyView {
    let kinds: Vec<_> = it.kinds.iter().filter_map(|kind| words::one_of("data_kind", &say::code(kind))).collect();
    view! { <li data-test="concerned"><b>{held_name(&it.name)}</b>" "{it.id_masked.clone()}" "{kinds.join("、")}</li> }
        .into_any()
}

fn kind_word(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::Lost => t!("incident.lost"),
        IncidentKind::Drill => t!("incident.drill"),
    }
}
