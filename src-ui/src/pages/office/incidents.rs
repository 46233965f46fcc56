//! 事件: a laptop is lost or something leaked. Who is concerned, the draft of the letter, and the drill once a year (R204).

use daiban_model::api::{Concerned, Incident, IncidentKind, Incidents, Laptop, ListIncidents, ReportIncident};
use leptos::prelude::*;

use super::ledger::{Typed, act, button, form, go, line, list, note};
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::held_name;
use crate::{dates, say, words};

pub(super) fn section() -> AnyView {
    let all = load(|| Some(ListIncidents {}));
    let open = RwSignal::new(false);
    let typed = Typed::new(7);
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
    view! { {below}{show(all, |all: &_| incidents(all))} }.into_any()
}

fn report(
    typed: Typed,
    laptops: Vec<(String, String)>,
    open: RwSignal<bool>,
    all: RwSignal<Load<Box<Incidents>>>,
) -> AnyView {
    let kinds = [IncidentKind::Lost, IncidentKind::Drill].map(|kind| (say::code(&kind), kind_word(kind).to_owned()));
    let fields = vec![
        typed.choice(0, "incident-laptop", t!("incident.laptop"), &laptops),
        typed.choice(1, "incident-kind", t!("incident.kind"), &kinds),
        typed.field(2, "incident-since", t!("incident.since"), "date"),
        typed.field(3, "incident-cause", t!("incident.cause"), "text"),
        typed.field(4, "incident-harm", t!("incident.harm"), "text"),
        typed.field(5, "incident-measures", t!("incident.measures"), "text"),
        typed.field(6, "incident-contact", t!("incident.contact"), "text"),
    ];
    let submit = move || {
        let kind = match typed.get(1).as_str() {
            "lost" => Some(IncidentKind::Lost),
            "drill" => Some(IncidentKind::Drill),
            _ => None,
        };
        let Some((device_no, kind)) = typed.get(0).parse().ok().zip(kind) else {
            return desk().failed.set(Some(t!("incident.choose").to_owned()));
        };
        let call = ReportIncident {
            device_no,
            kind,
            since: typed.get(2).parse().ok(),
            cause: typed.get(3),
            harm: typed.get(4),
            measures: typed.get(5),
            contact: typed.get(6),
        };
        act(call, move |after| {
            let _ = all.try_set(Load::Ready(after));
            typed.clear();
            open.set(false);
        });
    };
    let close = move || open.set(false);
    form("incident-form", t!("incident.report"), fields, go(t!("incident.do")), Box::new(submit), Some(Box::new(close)))
}

fn incidents(all: &Incidents) -> AnyView {
    let drill = match all.drill_by {
        None => t!("incident.drill_none").to_owned(),
        Some(day) => t!("incident.drill_by", day = dates::full(day)),
    };
    view! {
        {note("drill", "note", "info", drill)}
        {list(t!("incident.title"), all.all.iter().map(incident).collect(), (t!("incident.none"), t!("incident.none_next")))}
    }
    .into_any()
}

fn incident(it: &Incident) -> AnyView {
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
    let more = view! {
        <details data-test="incident-more">
            <summary>{t!("incident.more", n = it.persons.len())}</summary>
            <ul class="answers">{persons}</ul>
            <div class="mini-sheet" data-test="letter">{letter}</div>
            <p class="quiet">{t!("incident.letter_next")}</p>
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
