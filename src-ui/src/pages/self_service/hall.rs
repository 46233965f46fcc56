//! The self-service screens on the hall's page: handing this one over, which forms wait, and taking one over by its code.

use daiban_model::access::Action;
use daiban_model::api::{self, DropForm, GetAreas, LeftForm, OpenSelfService, TakeForm};
use daiban_model::ids::BundleId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::task_name;
use crate::desk::{anew, desk};
use crate::load::{Load, load, show};
use crate::once::{Once, is_second};
use crate::parts::{Field, Icon};
use crate::route::Route;
use crate::{dates, transport};

/// What outlives every answer.
#[derive(Clone, Copy)]
struct Work {
    areas: RwSignal<Load<api::Areas>>,
    chosen: RwSignal<Option<BundleId>>,
    /// Of which form it is asked whether it is to go.
    dropped: RwSignal<Option<u32>>,
    once: Once,
}

/// What a hall's page shows of its self-service screens.
#[component]
pub fn Areas() -> impl IntoView {
    let work = Work {
        areas: load(|| Some(GetAreas {})),
        chosen: RwSignal::new(None),
        dropped: RwSignal::new(None),
        once: Once::default(),
    };
    let takes = desk().role().is_some_and(|role| role.includes(Action::Collect));
    view! {
        <section class="stack" data-test="self-areas">
            <h2 class="sec-head">{t!("self.areas")}</h2>
            {takes.then(|| view! { <Take/> })}
            {show(work.areas, move |areas: &api::Areas| shown(areas.clone(), work))}
        </section>
    }
}

fn shown(areas: api::Areas, work: Work) -> impl IntoView {
    let chosen = work.chosen;
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
    let line = move |form: LeftForm| {
        let place = t!("self.left_at", at = form.step, of = form.of, task = task_name(form.task));
        let until = t!("self.left_until", left = dates::hour(form.left), until = dates::hour(form.until));
        view! {
            <li data-test="left-form" class="row">
                <span><b>{form.name}</b>"，"{place}"，"<span class="quiet">{until}</span></span>
                {move || drop_of(form.mark, work)}
            </li>
        }
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

/// How a form goes that nobody comes for: asked first, for whoever typed it has to type it again.
fn drop_of(mark: u32, work: Work) -> AnyView {
    let ask = move |which: Option<u32>| move |_| work.dropped.set(which);
    if work.dropped.get() != Some(mark) {
        return view! {
            <button type="button" class="btn btn-text" data-test="left-drop" on:click=ask(Some(mark))>
                {t!("self.drop")}
            </button>
        }
        .into_any();
    }
    let sure = move |click: web_sys::MouseEvent| {
        if is_second(&click) {
            return;
        }
        work.once.act(async move {
            match transport::call(DropForm { mark }).await {
                Ok(areas) => drop(work.areas.try_set(Load::Ready(areas))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <b>{t!("self.drop_sure")}</b>
        <button type="button" class="btn" data-test="left-drop-sure" on:click=sure>{t!("self.drop")}</button>
        <button type="button" class="btn btn-text" data-back="" data-test="left-keep" on:click=ask(None)>
            {t!("self.keep")}
        </button>
    }
    .into_any()
}

/// Somebody comes to the window with a code.
#[component]
fn Take() -> impl IntoView {
    let code = RwSignal::new(String::new());
    // Taken a second time it would be a wrong guess.
    let once = Once::default();
    let take = move || {
        let call = TakeForm { code: code.get_untracked() };
        once.act(async move {
            match transport::call(call).await {
                Ok(taken) => desk().router.go(Route::New(Some(taken.draft.0.to_string()))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <form class="row row-end" on:submit=move |event| { event.prevent_default(); take(); }>
            <Field id="self-take-code" label=t!("self.take_code").to_owned() value=code class="input w-8"
                typed=move |text| code.set(text)/>
            <button type="submit" class="btn" data-test="self-take" aria-busy=move || once.busy()
                on:click=|click| if is_second(&click) { click.prevent_default() }>
                {t!("self.take")}
            </button>
        </form>
    }
}
