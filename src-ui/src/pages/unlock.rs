//! Who are you? A tile, then the PIN. Works without a network.

use daiban_model::api::{Failure, GoBackKeys, Session, Tile, Unlock};
use daiban_model::ids::AgentId;
use daiban_model::stamp::Wall;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::forgot::ForgotPage;
use super::station::{StationSide, UnlockFoot};
use crate::desk::desk;
use crate::medium::At;
use crate::parts::Icon;
use crate::{dates, keys, say, transport, words};

/// The unlock screen.
#[component]
pub fn UnlockPage(session: Session) -> impl IntoView {
    let first = session.people.iter().find(|tile| tile.ready).or(session.people.first()).map(|tile| tile.agent.clone());
    let who = RwSignal::new(first);
    let pin = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let people = StoredValue::new(session.people.clone());
    let chosen = Memo::new(move |_| {
        people.with_value(|people| people.iter().find(|tile| Some(&tile.agent) == who.get().as_ref()).cloned())
    });
    let open = move || {
        let Some(agent) = who.get_untracked() else { return };
        if busy.get_untracked() || pin.with_untracked(String::is_empty) {
            return keys::focus("#pin");
        }
        busy.set(true);
        spawn_local(async move {
            let reply = transport::call(Unlock { agent, pin: pin.get_untracked() }).await;
            pin.set(String::new());
            busy.set(false);
            match reply {
                Ok(session) => {
                    desk().adopt(session);
                    desk().refresh();
                }
                Err(failure) => refuse(&failure, wrong),
            }
        });
    };
    let forgot = RwSignal::new(Forgot::No);
    move || match forgot.get() {
        Forgot::Yes => {
            view! { <ForgotPage session=session.clone() who back=move |()| forgot.set(Forgot::No)/> }.into_any()
        }
        Forgot::No => view! {
            <main class="unlock" id="main" data-page="unlock">
                <StationSide session=session.clone()/>
                <form class="unlock-main" on:submit=move |event| { event.prevent_default(); open(); }>
                    <Tiles people=session.people.clone() who/>
                    <PinBox chosen pin wrong busy/>
                    <p>
                        <button type="button" class="link" data-test="forgot" on:click=move |_| forgot.set(Forgot::Yes)>
                            {t!("unlock.forgot")}
                        </button>
                    </p>
                    {stick_news()}
                    <UnlockFoot/>
                </form>
            </main>
        }
        .into_any(),
    }
}

/// A stick that was being used when the station locked: whether it may be pulled.
fn stick_news() -> AnyView {
    let work = desk().stick;
    let news = move || match work.at.get() {
        At::Busy(what) => Some(what.to_owned()),
        At::Written(_) | At::BackedUp(_) => Some(t!("stick.safe").to_owned()),
        _ => work.wrong.get(),
    };
    untrack(|| work.busy())
        .map(|_| view! { <p class="note" role="status" data-test="stick-news">{news}</p> })
        .into_any()
}

/// Whether the person remembers the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forgot {
    No,
    Yes,
}

/// The key file is damaged: what is safe, what can be done, and one button that does it.
#[component]
pub fn KeysDamagedPage() -> impl IntoView {
    let (busy, wrong) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let go_back = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match transport::call(GoBackKeys {}).await {
                Ok(session) => desk().adopt(session),
                Err(failure) => drop(wrong.try_set(Some(say::failure(&failure)))),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="keys-damaged">
            <h1>{t!("keys.title")}</h1>
            <p class="lead">{t!("keys.safe")}</p>
            <p>{t!("keys.what")}</p>
            <p class="err" role="status" hidden=move || wrong.with(Option::is_none)>
                <Icon name="late"/><span data-test="keys-error">{wrong}</span>
            </p>
            <div class="btns">
                <button type="button" class="btn btn-go btn-big" data-primary="" data-test="go-back-keys"
                    aria-busy=move || busy.get().to_string() on:click=go_back>
                    {t!("keys.go_back")}<kbd>"Enter"</kbd>
                </button>
            </div>
            <p class="quiet">{t!("keys.call")}</p>
        </main>
    }
}

/// The district had the keys of this machine destroyed: nothing is left to do here, and where what was sent is stands here.
#[component]
pub fn DestroyedPage(at: Wall) -> impl IntoView {
    view! {
        <main class="page" id="main" tabindex="-1" data-page="keys-destroyed">
            <h1>{t!("keys.destroyed")}</h1>
            <p class="lead">{t!("keys.destroyed_at", at = dates::moment(at))}</p>
            <p>{t!("keys.destroyed_what")}</p>
            <p class="quiet">{t!("keys.destroyed_next")}</p>
        </main>
    }
}

fn refuse(failure: &Failure, wrong: RwSignal<Option<String>>) {
    wrong.set(Some(say::failure(failure)));
    keys::focus("#pin");
}

/// The people of the roster, one tile each.
#[component]
pub fn Tiles(people: Vec<Tile>, who: RwSignal<Option<AgentId>>) -> impl IntoView {
    let tile = move |tile: Tile| {
        let (agent, mine) = (tile.agent.clone(), tile.agent.clone());
        let role = words::one_of("role", &say::code(&tile.role)).unwrap_or_default();
        let choose = move |_| {
            who.set(Some(agent.clone()));
            keys::focus("#pin");
        };
        view! {
            <label class="tile" data-test=format!("tile-{}", tile.agent)>
                <input class="sr" type="radio" name="who" on:change=choose
                    prop:checked=move || who.with(|who| who.as_ref() == Some(&mine))/>
                <span class="face">{tile.name.chars().next()}</span>
                <span>
                    <b>{tile.name.clone()}</b>
                    <small class="quiet">{t!("unlock.post", role = role, unit = tile.unit)}</small>
                </span>
                <Icon name="check"/>
            </label>
        }
    };
    view! {
        <fieldset class="stack">
            <legend><h1>{t!("unlock.who")}</h1></legend>
            <div class="tiles">{people.into_iter().map(tile).collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn PinBox(
    chosen: Memo<Option<Tile>>,
    pin: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let name = move || chosen.with(|tile| tile.as_ref().map(|tile| tile.name.clone()).unwrap_or_default());
    let not_ready = move || chosen.with(|tile| tile.as_ref().is_some_and(|tile| !tile.ready));
    let here = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = here.get() {
            let _ = input.focus();
        }
    });
    view! {
        <div class="pin">
            <div class="field" class:field-err=move || wrong.with(Option::is_some)>
                <label for="pin">{move || t!("unlock.pin_of", name = name())}</label>
                <span class="hint" id="pin-h">{t!("unlock.num_lock")}</span>
                <p class="err" role="status" hidden=move || wrong.with(Option::is_none)>
                    <Icon name="late"/><span data-test="pin-error">{wrong}</span>
                </p>
                <div class="pin-row">
                    <input class="input input-big pin-input" id="pin" type="password" inputmode="numeric"
                        autocomplete="off"
                        maxlength="32" aria-describedby="pin-h" data-test="pin" node_ref=here
                        prop:value=pin on:input=move |event| pin.set(event_target_value(&event))/>
                    <button type="submit" class="btn btn-go btn-big" data-primary="" data-test="unlock"
                        aria-busy=move || busy.get().to_string()>
                        {t!("unlock.open")}<kbd>"Enter"</kbd>
                    </button>
                </div>
            </div>
            <p class="quiet">{move || if not_ready() { t!("unlock.no_pin_yet") } else { t!("unlock.offline_too") }}</p>
        </div>
    }
}
