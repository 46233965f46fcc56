//! Parcels for another station on a stick, what of them was found on one, and the log of those that went and came (R201).

use daiban_model::api::{DropParcels, LettersRead, ListParcels, ParcelLine, ParcelWay, Parcels, Receiver, WriteParcel};
use leptos::prelude::*;

use crate::desk::desk;
use crate::load::{load, show};
use crate::medium::{At, StickWork};
use crate::words::one_of;
use crate::{dates, say};

/// Whom a parcel is for, and the log.
pub(super) fn section(work: StickWork) -> AnyView {
    let to = RwSignal::new(String::new());
    let all = load(|| {
        desk().exchanged.track();
        Some(ListParcels {})
    });
    let write = move |_| {
        let Ok(to) = to.get_untracked().parse::<u8>() else {
            desk().failed.set(Some(t!("parcel.choose").to_owned()));
            return;
        };
        work.act(t!("stick.writing"), WriteParcel { path: work.path.get_untracked(), to }, At::Parcel);
    };
    view! {
        <div class="stack-1" data-test="parcels">
            {show(all, move |all: &Parcels| {
                view! {
                    {receivers(&all.receivers, to)}
                    {(!all.receivers.is_empty()).then(|| view! {
                        <div class="btns">
                            <button type="button" class="btn" data-test="parcel-write"
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
            <select class="select" id="parcel-to" data-test="parcel-to" prop:value=to on:change=move |event| to.set(event_target_value(&event))>
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

/// What was written, as it stands in the log of both.
pub(super) fn written(it: &ParcelLine) -> String {
    let written = t!("parcel.written", to = it.station, cases = it.cases, hash = it.hash);
    if it.more { format!("{written}{}", t!("parcel.more")) } else { written }
}

/// What of parcels was found on a stick: lines for the box that tells what was read, and a button where some can be taken off it.
pub(super) fn found(it: &LettersRead, work: StickWork) -> AnyView {
    let fault = |fault| one_of("parcel_fault", &say::code(fault)).unwrap_or_default();
    let lines = it.parcels.iter().map(told_line).chain(it.parcel_faults.iter().map(|it| fault(it).to_owned()));
    let lines = lines.map(|line| view! { <p data-test="parcel-found">{line}</p> }).collect_view();
    let drop = it.parcels.iter().any(|line| line.waits == 0).then(|| {
        let call = move || DropParcels { path: work.path.get_untracked() };
        let press = move |_| work.act(t!("parcel.dropping"), call(), At::Dropped);
        view! {
            <button type="button" class="btn btn-sm" data-test="parcel-drop" on:click=press>{t!("parcel.drop")}</button>
        }
    });
    view! { {lines}{drop} }.into_any()
}
