//! Who works here, and a first PIN for a colleague who has none yet.

use daiban_model::api::Tile;
use daiban_model::ids::AgentId;
use leptos::prelude::*;

use super::enrol::PinForm;
use crate::desk::desk;
use crate::parts::{Dialog, Icon};
use crate::{say, words};

/// The people of the station.
#[component]
pub fn PeopleDialog() -> impl IntoView {
    let (desk, open) = (desk(), desk().people);
    let who = RwSignal::new(None::<AgentId>);
    let people = Memo::new(move |_| {
        desk.session.with(|session| session.as_ref().map(|it| it.people.clone()).unwrap_or_default())
    });
    let done = move |()| {
        who.set(None);
        open.set(false);
        desk.toast(t!("people.done"));
    };
    let line = move |tile: Tile| person(tile, who);
    view! {
        <Dialog id="people" open title=t!("people.title")>
            <ul class="rows plain">{move || people.get().into_iter().map(line).collect_view()}</ul>
            <Show when=move || who.with(Option::is_some)><PinForm who done class="btn"/></Show>
            <div class="btns">
                <button type="button" class="btn btn-text" on:click=move |_| open.set(false)>{t!("app.seen")}</button>
            </div>
        </Dialog>
    }
}

fn person(tile: Tile, who: RwSignal<Option<AgentId>>) -> impl IntoView {
    let role = words::one_of("role", &say::code(&tile.role)).unwrap_or_default();
    let (name, agent, test) = (tile.name.clone(), tile.agent.clone(), format!("give-pin-{}", tile.agent));
    let end = if tile.ready {
        view! { <span class="ok-note"><Icon name="check"/>{t!("people.ready")}</span> }.into_any()
    } else {
        let choose = move |_| who.set(Some(agent.clone()));
        view! {
            <button type="button" class="btn btn-sm" data-test=test on:click=choose>
                {t!("people.give_pin")}
                <span class="sr">{tile.name}</span>
            </button>
        }
        .into_any()
    };
    view! {
        <li>
            <div class="body">
                <p><b>{name}</b></p>
                <p class="why">{t!("unlock.post", role = role, unit = tile.unit)}</p>
            </div>
            {end}
        </li>
    }
}
