//! 用优盘送: choose a stick, write and read it back, carry it; read the answer. One thing at a time, always saying what is safe.

use daiban_model::api::{
    BackupMade, BackupView, Call, Failure, GetBackup, LettersRead, ListSticks, ReadStick, Stick, StickWritten,
    WriteBackup, WriteStick,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::parcels;
use crate::desk::desk;
use crate::load::{load, show};
use crate::parts::{Field, Icon};
use crate::{dates, say, transport};

/// Where the person is.
#[derive(Clone, PartialEq)]
enum At {
    Closed,
    Choosing,
    Busy(&'static str),
    Written(StickWritten),
    Read(LettersRead),
    BackedUp(BackupMade),
}

#[derive(Clone, Copy)]
struct Work {
    at: RwSignal<At>,
    sticks: RwSignal<Vec<Stick>>,
    path: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
}

/// The road by stick, below the line.
#[component]
pub fn StickRoad() -> impl IntoView {
    let work = Work {
        at: RwSignal::new(At::Closed),
        sticks: RwSignal::new(Vec::new()),
        path: RwSignal::new(String::new()),
        wrong: RwSignal::new(None),
    };
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

fn step(work: Work) -> AnyView {
    match work.at.get() {
        At::Closed => view! {
            <div class="btns">
                <button type="button" class="btn" data-test="stick-open" on:click=move |_| look(work)>
                    <Icon name="inbox"/>{t!("stick.begin")}
                </button>
            </div>
        }
        .into_any(),
        At::Choosing => choosing(work).into_any(),
        At::Busy(what) => view! { <p class="note" role="status" data-test="stick-busy">{what}</p> }.into_any(),
        At::Written(it) => written(work, &it).into_any(),
        At::Read(it) => read(work, &it).into_any(),
        At::BackedUp(it) => backed_up(work, &it).into_any(),
    }
}

/// Looks which sticks are plugged in.
fn look(work: Work) {
    work.at.set(At::Choosing);
    spawn_local(async move {
        match transport::call(ListSticks {}).await {
            Ok(sticks) => {
                if let (Some(stick), true) = (sticks.first(), work.path.with_untracked(String::is_empty)) {
                    work.path.set(stick.path.clone());
                }
                let _ = work.sticks.try_set(sticks);
            }
            Err(failure) => desk().fail(&failure),
        }
    });
}

fn choosing(work: Work) -> impl IntoView {
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
    let write = move |_| act(work, t!("stick.writing"), WriteStick { path: work.path.get_untracked() }, At::Written);
    let take = move |_| act(work, t!("stick.reading"), ReadStick { path: work.path.get_untracked() }, At::Read);
    let back_up =
        move |_| act(work, t!("backup.writing"), WriteBackup { path: work.path.get_untracked() }, At::BackedUp);
    view! {
        <div class="stack-1">
            <div class="btns">{sticks}</div>
            {none}
            <Field id="stick-path" label=t!("stick.path").to_owned() hint=t!("stick.path_hint").to_owned() value=work.path
                typed=move |text| work.path.set(text) wrong=work.wrong/>
            <div class="btns">
                <button type="button" class="btn btn-main" data-test="stick-write" on:click=write>
                    {t!("stick.write")}
                </button>
                <button type="button" class="btn" data-test="stick-read" on:click=take>{t!("stick.read")}</button>
                <button type="button" class="btn" data-test="backup-write" on:click=back_up>{t!("backup.write")}</button>
                <button type="button" class="link" on:click=move |_| look(work)>{t!("stick.again")}</button>
            </div>
            {parcels::section(work.path)}
        </div>
    }
}

/// Calls the engine; a stick that does not work leads back to the choice, with what to do.
fn act<C: Call>(work: Work, what: &'static str, call: C, then: impl Fn(C::Reply) -> At + 'static) {
    work.wrong.set(None);
    work.at.set(At::Busy(what));
    spawn_local(async move {
        let at = match transport::call(call).await {
            Ok(reply) => then(reply),
            Err(failure) => {
                refused(work, &failure);
                At::Choosing
            }
        };
        let _ = work.at.try_set(at);
    });
}

fn refused(work: Work, failure: &Failure) {
    let _ = work.wrong.try_set(Some(say::failure(failure)));
}

fn written(work: Work, it: &StickWritten) -> impl IntoView {
    let size = dates::bytes(it.bytes);
    view! {
        <div class="note" data-test="stick-written">
            <Icon name="check"/>
            <div>
                <b>{t!("stick.safe")}</b>
                <p>{t!("stick.written", letter = it.letter, files = it.files, size = size, at = dates::moment(it.at))}</p>
                <p class="quiet">{t!("stick.carry")}</p>
            </div>
        </div>
        {back(work)}
    }
}

/// When the last backup was made, and whether one is due.
fn standing(it: BackupView) -> impl IntoView {
    let last = it.last.as_ref().map(|it| t!("backup.last", at = dates::moment(it.at), cases = it.cases));
    let due = it.due.then(|| view! { <p class="note note-warn"><Icon name="flag"/>{t!("backup.due")}</p> });
    view! { <div data-test="backup"><p class="quiet">{last}</p>{due}</div> }
}

fn backed_up(work: Work, it: &BackupMade) -> impl IntoView {
    let (size, at) = (dates::bytes(it.bytes), dates::moment(it.at));
    view! {
        <div class="note" data-test="backup-written">
            <Icon name="check"/>
            <div>
                <b>{t!("stick.safe")}</b>
                <p>{t!("backup.written", cases = it.cases, size = size, at = at)}</p>
            </div>
        </div>
        {back(work)}
    }
}

fn read(work: Work, it: &LettersRead) -> impl IntoView {
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
            <div>{lines}{parcels::found(it, work.path)}</div>
        </div>
        {back(work)}
    }
}

fn back(work: Work) -> impl IntoView {
    view! {
        <div class="btns">
            <button type="button" class="btn" data-test="stick-back" on:click=move |_| look(work)>
                {t!("stick.back")}
            </button>
        </div>
    }
}
