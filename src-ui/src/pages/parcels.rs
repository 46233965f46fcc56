//! Parcels for another station on a stick, what of them was found on one, and the log of those that went and came (R201).

use daiban_model::api::{
    Call, DropParcels, LettersRead, ListParcels, ParcelLine, ParcelWay, Parcels, Receiver, WriteParcel,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{load, show};
use crate::words::one_of;
use crate::{dates, say, transport};

/// Whom a parcel is for, and the log. `path` is where the stick is.
pub(super) fn section(path: RwSignal<String>) -> AnyView {
    let (to, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let all = load(|| {
        desk().exchanged.track();
        Some(ListParcels {})
    });
    let write = move |_| {
        let Ok(to) = to.get_untracked().parse::<u8>() else {
            desk().failed.set(Some(t!("parcel.choose").to_owned()));
            return;
        };
        once(busy, WriteParcel { path: path.get_untracked(), to }, |line: ParcelLine| {
            desk().toast(t!("parcel.written", to = line.station, cases = line.cases, hash = line.hash));
        });
    };
    view! {
        <div class="stack-1" data-test="parcels">
            {show(all, move |all: &Parcels| {
                view! {
                    {receivers(&all.receivers, to)}
                    {(!all.receivers.is_empty()).then(|| view! {
                        <div class="btns">
                            <button type="button" class="btn" data-test="parcel-write" aria-busy=move || busy.get().to_string()
                                on:click=write>{t!("parcel.write")}</button>
                        </div>
                    })}
                    {log(&all.log)}
                }
            })}
        </div>
    }
    .into_any()
}

fn receivers(all: &[Receiver], to: RwSignal<String>) -> AnyView {
    if all.is_empty() {
        return view! { <p class="quiet">{t!("parcel.nobody")}</p> }.into_any();
    }
    let option = |it: &Receiver| {
        let value = it.device_no.to_string();
        let chosen = to.with_untracked(|to| *to == value);
        let words = format!("{:02} {}（{}）", it.device_no, it.station, it.common.join("、"));
        view! { <option value=value selected=chosen>{words}</option> }
    };
    view! {
        <div class="field">
            <label for="parcel-to">{t!("parcel.to")}</label>
            <select class="select" id="parcel-to" data-test="parcel-to" on:change=move |event| to.set(event_target_value(&event))>
                <option value=""></option>
                {all.iter().map(option).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

fn log(all: &[ParcelLine]) -> AnyView {
    if all.is_empty() {
        return ().into_any();
    }
    let one = |it: &ParcelLine| view! { <li data-test="parcel-line">{told_line(it)}</li> };
    view! {
        <h3>{t!("parcel.log")}</h3>
        <ol class="plain small">{all.iter().map(one).collect_view()}</ol>
    }
    .into_any()
}

fn told_line(it: &ParcelLine) -> String {
    let way = match it.way {
        ParcelWay::Sent => t!("parcel.sent"),
        ParcelWay::Taken => t!("parcel.taken"),
    };
    let other = format!("{:02} {}", it.device_no, it.station);
    let (at, by) = (dates::moment(it.at), &it.by);
    let line = t!("parcel.line", at = at, way = way, other = other, cases = it.cases, hash = it.hash, by = by);
    let more = if it.more { t!("parcel.more") } else { "" };
    let waits = if it.waits > 0 { t!("parcel.waits", n = it.waits) } else { String::new() };
    format!("{line}{more}{waits}")
}

/// What of parcels was found on a stick: lines for the box that tells what was read, and a button where some can be taken off it.
pub(super) fn found(it: &LettersRead, path: RwSignal<String>) -> AnyView {
    let fault = |fault| one_of("parcel_fault", &say::code(fault)).unwrap_or_default();
    let lines = it.parcels.iter().map(told_line).chain(it.parcel_faults.iter().map(|it| fault(it).to_owned()));
    let lines = lines.map(|line| view! { <p data-test="parcel-found">{line}</p> }).collect_view();
    let busy = RwSignal::new(false);
    let drop = it.parcels.iter().any(|line| line.waits == 0).then(|| {
        let press = move |_| {
            once(busy, DropParcels { path: path.get_untracked() }, |done| desk().toast(t!("parcel.dropped", n = done.files)));
        };
        view! {
            <button type="button" class="btn btn-sm" data-test="parcel-drop" aria-busy=move || busy.get().to_string() on:click=press>
                {t!("parcel.drop")}
            </button>
        }
    });
    view! { {lines}{drop} }.into_any()
}

/// Asks the engine, one thing at a time.
fn once<C: Call>(busy: RwSignal<bool>, call: C, done: impl FnOnce(C::Reply) + 'static) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        match transport::call(call).await {
            Ok(reply) => done(reply),
            Err(failure) => desk().fail(&failure),
        }
        let _ = busy.try_set(false);
    });
}
