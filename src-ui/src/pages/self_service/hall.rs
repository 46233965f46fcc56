//! The self-service screens on the hall's page: handing this one over, which forms wait, and taking one over by its code.

use daiban_model::access::Action;
use daiban_model::api::{self, GetAreas, LeftForm, OpenSelfService, TakeForm};
use daiban_model::ids::BundleId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{anew, task_name};
use crate::desk::desk;
use crate::load::{load, show};
use crate::parts::{Field, Icon};
use crate::route::Route;
use crate::{dates, transport};

/// What a hall's page shows of its self-service screens.
#[component]
pub fn Areas() -> impl IntoView {
    // It outlives every answer.
    let chosen = RwSignal::new(None::<BundleId>);
    let areas = load(|| Some(GetAreas {}));
    let takes = desk().role().is_some_and(|role| role.includes(Action::Collect));
    view! {
        <section class="stack" data-test="self-areas">
            <h2 class="sec-head">{t!("self.areas")}</h2>
            {takes.then(|| view! { <Take/> })}
            {show(areas, move |areas: &api::Areas| shown(areas.clone(), chosen))}
        </section>
    }
}

fn shown(areas: api::Areas, chosen: RwSignal<Option<BundleId>>) -> impl IntoView {
    let first = areas.areas.first().map(|(id, _)| id.clone());
    let now = chosen.get_untracked().or(first.clone());
    let option = |(id, name): (BundleId, String)| {
        let selected = now.as_ref() == Some(&id);
        view! { <option value=id.to_string() selected=selected>{name}</option> }
    };
    let open = move |_| {
        let Some(area) = chosen.get_untracked().or(first.clone()) else { return };
        spawn_local(async move {
            match transport::call(OpenSelfService { area }).await {
                // What this page knew of cases is not to lie in the memory of a page that anybody sits at.
                Ok(_) => anew(),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let line = |form: LeftForm| {
        let place = t!("self.left_at", at = form.step, of = form.of, task = task_name(form.task));
        let until = t!("self.left_until", left = dates::hour(form.left), until = dates::hour(form.until));
        view! { <li data-test="left-form"><b>{form.name}</b>"，"{place}"，"<span class="quiet">{until}</span></li> }
    };
    let none = areas.left.is_empty();
    view! {
        <div class="btns">
            <select class="select" data-test="self-area-choice" aria-label=t!("self.which_area")
                on:change=move |event| chosen.set(event_target_value(&event).parse().ok())>
                {areas.areas.into_iter().map(option).collect_view()}
            </select>
            <button type="button" class="btn" data-test="self-open" on:click=open>
                <Icon name="out"/>{t!("self.open")}
            </button>
        </div>
        <p class="quiet">{t!("self.open_note")}</p>
        <ul class="plain stack-1">{areas.left.into_iter().map(line).collect_view()}</ul>
        {none.then(|| view! { <p class="quiet" data-test="left-none">{t!("self.left_none")}</p> })}
    }
}

/// Somebody comes to the window with a code.
#[component]
fn Take() -> impl IntoView {
    let code = RwSignal::new(String::new());
    let take = move || {
        let call = TakeForm { code: code.get_untracked() };
        spawn_local(async move {
            match transport::call(call).await {
                Ok(taken) => desk().router.go(Route::New(Some(taken.draft.0.to_string()))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <form class="row" on:submit=move |event| { event.prevent_default(); take(); }>
            <Field id="self-take-code" label=t!("self.take_code").to_owned() value=code class="input w-8"
                typed=move |text| code.set(text)/>
            <button type="submit" class="btn" data-test="self-take">{t!("self.take")}</button>
        </form>
    }
}
