//! First run: the district's code makes the station known, then the first person chooses a PIN.

use daiban_model::api::{
    BackupFound, BackupsFound, Enrol, FindBackups, Recover, RestoreBackup, Session, SessionState, SetPin,
};
use daiban_model::ids::AgentId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::station::{StationSide, UnlockFoot};
use super::stick::Sticks;
use super::unlock::Tiles;
use crate::desk::desk;
use crate::medium::{At, StickWork};
use crate::parts::{Bad, Field, Icon};
use crate::{dates, keys, say, transport};

/// Address and code of the district. A backup may be put back meanwhile: what was typed stays.
#[component]
pub fn EnrolPage(session: Session) -> impl IntoView {
    let hub = RwSignal::new(session.hub_hint.clone().unwrap_or_default());
    let code = RwSignal::new(session.code_hint.clone().unwrap_or_default());
    let first = if hub.with_untracked(String::is_empty) { "#hub" } else { "#enrol_code" };
    request_animation_frame(move || keys::focus(first));
    Effect::new(move |_| {
        // A station that was put back knows its district.
        let known = desk().session.with(|session| session.as_ref().and_then(|session| session.hub_hint.clone()));
        if let Some(known) = known.filter(|_| hub.with_untracked(String::is_empty)) {
            hub.set(known);
        }
    });
    view! {
        <main class="unlock" id="main" data-page="enrol">
            <StationSide session/>
            <div class="unlock-main">
                <CodeForm hub code/>
                <RestoreRoad/>
                <UnlockFoot/>
            </div>
        </main>
    }
}

#[component]
fn CodeForm(hub: RwSignal<String>, code: RwSignal<String>) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let enrol = move || {
        // Putting a backup back and becoming a station do not go together.
        if busy.get_untracked() || untrack(|| desk().stick.busy()).is_some() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let (hub, code) = (hub.get_untracked().trim().to_owned(), code.get_untracked().trim().to_owned());
        spawn_local(async move {
            match transport::call(Enrol { hub, code }).await {
                Ok(session) => desk().adopt(session),
                Err(failure) => drop(wrong.try_set(Some(say::failure(&failure)))),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); enrol(); }>
            <header>
                <h1>{t!("enrol.title")}</h1>
                <p class="lead">{t!("enrol.lead")}</p>
            </header>
            {move || wrong.get().map(|text| view! { <Bad text/> })}
            <Field id="hub" label=t!("enrol.hub") hint=t!("enrol.hub_hint") value=hub
                typed=move |text| hub.set(text) mode="url"/>
            <Field id="enrol_code" label=t!("enrol.code") hint=t!("enrol.code_hint") class="input input-big"
                value=code typed=move |text| code.set(text)/>
            <div class="btns">
                <button type="submit" class="btn btn-go btn-big" data-primary="" data-test="enrol"
                    aria-busy=move || busy.get().to_string() disabled=move || desk().stick.busy().is_some()>
                    {t!("enrol.go")}<kbd>"Enter"</kbd>
                </button>
                <span class="quiet" role="status">{move || busy.get().then_some(t!("enrol.busy"))}</span>
            </div>
        </form>
    }
}

/// Going on from a backup, before or after the code.
#[component]
fn RestoreRoad() -> impl IntoView {
    let work = desk().stick;
    let is_restored = move || {
        let state = |session: &Option<Session>| session.as_ref().map(|session| session.state.clone());
        desk().session.with(state) == Some(SessionState::Restored)
    };
    let open = move |_| {
        if work.at.with_untracked(|at| *at == At::Closed) {
            work.look();
        }
    };
    let find = move || work.act(t!("stick.reading"), FindBackups { path: work.path.get_untracked() }, At::Found);
    let step = move || match work.at.get() {
        At::Busy(what) => view! { <p class="note" role="status" data-test="restoring">{what}</p> }.into_any(),
        At::Found(found) => choices(work, found),
        _ => ().into_any(),
    };
    view! {
        <details class="stack-1" data-test="restore-road" open=untrack(is_restored) on:toggle=open>
            <summary>{t!("backup.restore")}</summary>
            <p class="quiet" data-test="restore-lead">
                {move || if is_restored() { t!("backup.restored") } else { t!("backup.restore_lead") }}
            </p>
            <form class="stack-1" on:submit=move |event| { event.prevent_default(); find(); }>
                <Sticks work/>
                <Field id="backup_path" label=t!("backup.path") hint=t!("stick.path_hint") value=work.path
                    typed=move |text| work.path.set(text) wrong=work.wrong/>
                <div class="btns">
                    <button type="submit" class="btn" data-test="find-backups"
                        disabled=move || work.busy().is_some()>{t!("backup.find")}</button>
                    <button type="button" class="link" disabled=move || work.busy().is_some()
                        on:click=move |_| work.look()>{t!("stick.again")}</button>
                </div>
            </form>
            <div aria-live="polite">{step}</div>
        </details>
    }
}

/// The backups that were found, and how many are of no use.
fn choices(work: StickWork, found: BackupsFound) -> AnyView {
    let one = move |it: BackupFound| {
        let (at, no) = (dates::moment(it.made.at), it.made.device_no);
        let words = t!("backup.one", station = it.station, no = no, at = at, cases = it.made.cases);
        let name = it.name;
        let restore = move |_| {
            let call = RestoreBackup { path: work.path.get_untracked(), name: name.clone() };
            work.act(t!("backup.restoring"), call, |session| {
                desk().adopt(session);
                At::Choosing
            });
        };
        view! { <button type="button" class="btn" data-test="restore" on:click=restore>{words}</button> }
    };
    let damaged = (found.damaged > 0).then(|| t!("backup.some_damaged", n = found.damaged));
    let none = found.backups.is_empty().then_some(t!("backup.none"));
    view! {
        <p class="quiet" data-test="damaged-backups">{none}{damaged}</p>
        <div class="btns">{found.backups.into_iter().map(one).collect_view()}</div>
    }
    .into_any()
}

/// The first PIN, right after enrolment.
#[component]
pub fn FirstPinPage(session: Session) -> impl IntoView {
    let who = RwSignal::new(None::<AgentId>);
    let people = session.people.clone();
    view! {
        <main class="unlock" id="main" data-page="first-pin">
            <StationSide session/>
            <div class="unlock-main">
                <Tiles people who/>
                <PinForm who done=|()| ()/>
                <UnlockFoot/>
            </div>
        </main>
    }
}

/// Two times the same PIN, for the person chosen; with the district's `code` in place of a PIN that was forgotten.
#[component]
pub fn PinForm(
    who: RwSignal<Option<AgentId>>,
    #[prop(optional)] code: Option<Signal<String>>,
    #[prop(into)] done: Callback<()>,
    #[prop(default = "btn btn-go btn-big")] class: &'static str,
) -> impl IntoView {
    let (pin, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let set = move || {
        let Some(agent) = who.get_untracked() else { return wrong.set(Some(t!("enrol.choose_first").to_owned())) };
        if pin.get_untracked() != again.get_untracked() {
            return wrong.set(Some(t!("enrol.not_same").to_owned()));
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let pin = pin.get_untracked();
            let opened = match code {
                Some(code) => transport::call(Recover { agent, code: code.get_untracked(), pin }).await,
                None => transport::call(SetPin { agent, pin }).await,
            };
            match opened {
                Ok(session) => {
                    desk().adopt(session);
                    desk().refresh();
                    done.run(());
                }
                Err(failure) => drop(wrong.try_set(Some(say::failure(&failure)))),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="pin" on:submit=move |event| { event.prevent_default(); set(); }>
            <p class="err" role="status" hidden=move || wrong.with(Option::is_none)>
                <Icon name="late"/><span data-test="pin-error">{wrong}</span>
            </p>
            <Field id="pin" label=t!("enrol.new_pin") hint=t!("enrol.new_pin_hint") kind="password"
                class="input input-big w-16"
                value=pin typed=move |text| pin.set(text)/>
            <Field id="pin_again" label=t!("enrol.pin_again") kind="password" class="input input-big w-16"
                value=again typed=move |text| again.set(text)/>
            <div class="btns">
                <button type="submit" class=class data-primary="" data-test="set-pin"
                    aria-busy=move || busy.get().to_string()>
                    {t!("enrol.set_pin")}<kbd>"Enter"</kbd>
                </button>
            </div>
        </form>
    }
}
