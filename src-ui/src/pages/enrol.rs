//! First run: the district's code makes the station known, then the first person chooses a PIN.

use daiban_model::api::{
    BackupFound, BackupsFound, Enrol, FindBackups, Recover, RestoreBackup, Session, SessionState, SetPin,
};
use daiban_model::ids::AgentId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::station::{StationSide, UnlockFoot};
use super::unlock::Tiles;
use crate::desk::desk;
use crate::parts::{Bad, Field, Icon};
use crate::{dates, keys, say, transport};

/// Address and code of the district.
#[component]
pub fn EnrolPage(session: Session) -> impl IntoView {
    let hub = RwSignal::new(session.hub_hint.clone().unwrap_or_default());
    let code = RwSignal::new(session.code_hint.clone().unwrap_or_default());
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let is_restored = session.state == SessionState::Restored;
    let first = if hub.with_untracked(String::is_empty) { "#hub" } else { "#enrol_code" };
    request_animation_frame(move || keys::focus(first));
    let enrol = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let (hub, code) = (hub.get_untracked().trim().to_owned(), code.get_untracked().trim().to_owned());
        spawn_local(async move {
            match transport::call(Enrol { hub, code }).await {
                Ok(session) => desk().adopt(session),
                Err(failure) => wrong.set(Some(say::failure(&failure))),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <main class="unlock" id="main" data-page="enrol">
            <StationSide session/>
            <form class="unlock-main" on:submit=move |event| { event.prevent_default(); enrol(); }>
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
                        aria-busy=move || busy.get().to_string()>
                        {t!("enrol.go")}<kbd>"Enter"</kbd>
                    </button>
                    <span class="quiet" role="status">{move || busy.get().then_some(t!("enrol.busy"))}</span>
                </div>
                <RestoreRoad is_restored/>
                <UnlockFoot/>
            </form>
        </main>
    }
}

/// Going on from a backup, before or after the code.
#[component]
fn RestoreRoad(is_restored: bool) -> impl IntoView {
    let path = RwSignal::new(String::new());
    let (found, wrong) = (RwSignal::new(None::<BackupsFound>), RwSignal::new(None::<String>));
    let find = move |_| {
        wrong.set(None);
        spawn_local(async move {
            match transport::call(FindBackups { path: path.get_untracked() }).await {
                Ok(it) => drop(found.try_set(Some(it))),
                Err(failure) => drop(wrong.try_set(Some(say::failure(&failure)))),
            }
        });
    };
    let restore = move |name: String| {
        spawn_local(async move {
            match transport::call(RestoreBackup { path: path.get_untracked(), name }).await {
                Ok(session) => desk().adopt(session),
                Err(failure) => drop(wrong.try_set(Some(say::failure(&failure)))),
            }
        });
    };
    let one = move |it: BackupFound| {
        let (at, no) = (dates::moment(it.made.at), it.made.device_no);
        let words = t!("backup.one", station = it.station, no = no, at = at, cases = it.made.cases);
        let name = it.name;
        view! {
            <button type="button" class="btn" data-test="restore" on:click=move |_| restore(name.clone())>{words}</button>
        }
    };
    let choices = move || {
        found.get().map(|it| match it.backups.is_empty() {
            true => view! { <p class="quiet">{t!("backup.none")}</p> }.into_any(),
            false => view! { <div class="btns">{it.backups.into_iter().map(one).collect_view()}</div> }.into_any(),
        })
    };
    let lead = if is_restored { t!("backup.restored") } else { t!("backup.restore_lead") };
    view! {
        <details class="stack-1" data-test="restore-road" open=is_restored>
            <summary>{t!("backup.restore")}</summary>
            <p class="quiet">{lead}</p>
            <Field id="backup_path" label=t!("backup.path") hint=t!("stick.path_hint") value=path
                typed=move |text| path.set(text) wrong=wrong/>
            <div class="btns">
                <button type="button" class="btn" data-test="find-backups" on:click=find>{t!("backup.find")}</button>
            </div>
            <div aria-live="polite">{choices}</div>
        </details>
    }
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
