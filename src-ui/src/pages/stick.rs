//! 用优盘送: choose a stick, write and read it back, carry it; read the answer. One thing at a time, always saying what is safe.

use daiban_model::api::{
    BackupMade, BackupView, GetBackup, LettersRead, ReadStick, Stick, StickWritten, WriteBackup, WriteStick,
};
use leptos::prelude::*;

use super::parcels;
use crate::dates;
use crate::desk::desk;
use crate::load::{load, show};
use crate::medium::{At, StickWork};
use crate::parts::{Field, Icon};

/// The road by stick, below the line.
#[component]
pub fn StickRoad() -> impl IntoView {
    let work = desk().stick;
    let backup = load(|| {
        desk().exchanged.track();
        Some(GetBackup {})
    });
    view! {
        <section class="stack" aria-labelledby="h-stick" data-test="stick">
            <div class="sec-head"><h2 id="h-stick">{t!("stick.title")}</h2></div>
            <p class="quiet">{t!("stick.lead")}</p>
            {show(backup, |backup: &BackupView| standing(backup.clone()))}
            <div aria-live="polite">{move || step(work)}</div>
        </section>
    }
}

fn step(work: StickWork) -> AnyView {
    match work.at.get() {
        // What was found is a matter of the first run.
        At::Closed | At::Found(_) => view! {
            <div class="btns">
                <button type="button" class="btn" data-test="stick-open" on:click=move |_| work.look()>
                    <Icon name="inbox"/>{t!("stick.begin")}
                </button>
            </div>
        }
        .into_any(),
        At::Choosing => choosing(work).into_any(),
        At::Busy(what) => view! { <p class="note" role="status" data-test="stick-busy">{what}</p> }.into_any(),
        At::Written(it) => written(work, &it),
        At::Read(it) => read(work, &it).into_any(),
        At::BackedUp(it) => backed_up(work, &it),
        At::Parcel(it) => safe(work, "parcel-written", parcels::written(&it), t!("parcel.carry")),
        At::Dropped(it) => safe(work, "parcel-dropped", t!("parcel.dropped", n = it.files), ""),
    }
}

/// The sticks to choose from.
#[component]
pub fn Sticks(work: StickWork) -> impl IntoView {
    let choice = move |stick: Stick| {
        let Stick { path, free } = stick;
        let words = match free {
            0 => path.clone(),
            _ => t!("stick.one", path = path, free = dates::bytes(free)),
        };
        let is = path.clone();
        let chosen = move || work.path.with(|chosen| *chosen == is).to_string();
        view! {
            <button type="button" class="btn" aria-pressed=chosen on:click=move |_| work.path.set(path.clone())>
                {words}
            </button>
        }
    };
    let sticks = move || work.sticks.get().into_iter().map(choice).collect_view();
    let none = move || work.sticks.with(Vec::is_empty).then(|| view! { <p class="quiet">{t!("stick.none")}</p> });
    view! {
        <div class="btns">{sticks}</div>
        {none}
    }
}

fn choosing(work: StickWork) -> impl IntoView {
    let write = move |_| work.act(t!("stick.writing"), WriteStick { path: work.path.get_untracked() }, At::Written);
    let take = move |_| work.act(t!("stick.reading"), ReadStick { path: work.path.get_untracked() }, At::Read);
    let back_up =
        move |_| work.act(t!("backup.writing"), WriteBackup { path: work.path.get_untracked() }, At::BackedUp);
    view! {
        <div class="stack-1">
            <Sticks work/>
            <Field id="stick-path" label=t!("stick.path").to_owned() hint=t!("stick.path_hint").to_owned() value=work.path
                typed=move |text| work.path.set(text) wrong=work.wrong/>
            <div class="btns">
                <button type="button" class="btn btn-main" data-test="stick-write" on:click=write>
                    {t!("stick.write")}
                </button>
                <button type="button" class="btn" data-test="stick-read" on:click=take>{t!("stick.read")}</button>
                <button type="button" class="btn" data-test="backup-write" on:click=back_up>{t!("backup.write")}</button>
                <button type="button" class="link" on:click=move |_| work.look()>{t!("stick.again")}</button>
            </div>
            {parcels::section(work)}
        </div>
    }
}

fn written(work: StickWork, it: &StickWritten) -> AnyView {
    let (size, at) = (dates::bytes(it.bytes), dates::moment(it.at));
    let text = t!("stick.written", letter = it.letter, files = it.files, size = size, at = at);
    safe(work, "stick-written", text, t!("stick.carry"))
}

/// It was written and read back: the stick may be pulled.
fn safe(work: StickWork, test: &'static str, text: String, next: &'static str) -> AnyView {
    view! {
        <div class="note" data-test=test>
            <Icon name="check"/>
            <div>
                <b>{t!("stick.safe")}</b>
                <p>{text}</p>
                <p class="quiet">{next}</p>
            </div>
        </div>
        {back(work)}
    }
    .into_any()
}

/// What is said where a backup is due.
pub fn backup_due(it: &BackupView) -> Option<&'static str> {
    it.due.then_some(if it.last.is_some() { t!("backup.due") } else { t!("backup.never") })
}

/// When the last backup was made, and whether one is due.
fn standing(it: BackupView) -> impl IntoView {
    let last = it.last.as_ref().map(|it| t!("backup.last", at = dates::moment(it.at), cases = it.cases));
    let due = backup_due(&it).map(|text| view! { <p class="note note-warn"><Icon name="flag"/>{text}</p> });
    view! { <div data-test="backup"><p class="quiet">{last}</p>{due}</div> }
}

fn backed_up(work: StickWork, it: &BackupMade) -> AnyView {
    let (size, at) = (dates::bytes(it.bytes), dates::moment(it.at));
    safe(work, "backup-written", t!("backup.written", cases = it.cases, size = size, at = at), "")
}

fn read(work: StickWork, it: &LettersRead) -> impl IntoView {
    let parts = it.missing.iter().map(|(part, of)| t!("stick.part", k = part, n = of)).collect::<Vec<_>>().join("、");
    let told = [
        (it.letters > 0).then(|| t!("stick.came", sent = it.sent, received = it.received)),
        (it.letters == 0 && it.missing.is_empty() && it.parcels.is_empty() && it.parcel_faults.is_empty())
            .then(|| t!("stick.no_answer").to_owned()),
        (!parts.is_empty()).then(|| t!("stick.missing", parts = parts)),
        (it.damaged + it.unreadable > 0).then(|| t!("stick.damaged", n = it.damaged + it.unreadable)),
        (it.unknown > 0).then(|| t!("stick.unknown", n = it.unknown)),
        (it.late > 0).then(|| t!("stick.late", n = it.late)),
        it.anew.then(|| t!("stick.anew").to_owned()),
        it.restored.then(|| t!("stick.restored").to_owned()),
    ];
    let lines = told.into_iter().flatten().map(|line| view! { <p>{line}</p> }).collect_view();
    view! {
        <div class="note" data-test="stick-read-done">
            <Icon name="inbox"/>
            <div>{lines}{parcels::found(it, work)}</div>
        </div>
        {back(work)}
    }
}

fn back(work: StickWork) -> impl IntoView {
    view! {
        <div class="btns">
            <button type="button" class="btn" data-test="stick-back" on:click=move |_| work.look()>
                {t!("stick.back")}
            </button>
        </div>
    }
}
