//! 走访: where to go today, first to last, without a network; and a call that somebody takes.

use daiban_model::api::{DraftPerson, GetRoute, LogCall, Route as DayRoute, RouteStop};
use daiban_model::case::event::{Help, Way};
use jiff::ToSpan;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::{desk, today};
use crate::load::{load, show};
use crate::pages::case::joined;
use crate::parts::{Empty, FailNote, Field, Go, Held, Icon, held_name};
use crate::route::Route;
use crate::{dates, keys, transport};

/// The route of a day.
#[component]
pub fn VisitsPage() -> impl IntoView {
    let day = RwSignal::new(today());
    let calling = RwSignal::new(None::<()>);
    let route = load(move || Some(GetRoute { day: day.get() }));
    let turn = move |days: i64| day.update(|day| *day = day.saturating_add(days.days()));
    let title = move || t!("visits.title", day = dates::day(day.get()), weekday = dates::weekday(day.get()));
    view! {
        <main class="page" id="main" tabindex="-1" data-page="visits">
            <header class="page-head">
                <h1>{title}</h1>
                <div class="btns push">
                    <button type="button" class="btn btn-sm" data-test="day-before" on:click=move |_| turn(-1)>
                        {t!("visits.before")}
                    </button>
                    <button type="button" class="btn btn-sm" data-test="day-after" on:click=move |_| turn(1)>
                        {t!("visits.after")}
                    </button>
                    <button type="button" class="btn" data-test="take-call"
                        data-primary=move || calling.get().is_none().then_some("") on:click=move |_| calling.set(Some(()))>
                        <Icon name="plus"/>{t!("visits.call")}
                    </button>
                </div>
            </header>
            <FailNote/>
            {move || calling.get().map(|()| view! { <Call calling/> })}
            {show(route, |route: &DayRoute| stops(route.clone()))}
        </main>
    }
}

fn stops(route: DayRoute) -> impl IntoView {
    let late = (!route.overdue.is_empty()).then(|| {
        view! {
            <h2 class="sec-head">{t!("visits.overdue")}</h2>
            <ol class="task" data-test="overdue">{route.overdue.into_iter().map(stop).collect_view()}</ol>
        }
    });
    let here = match route.stops.is_empty() {
        true => view! { <Empty title=t!("visits.none") next=t!("visits.none_next")/> }.into_any(),
        false => view! { <ol class="task" data-test="route">{route.stops.into_iter().map(stop).collect_view()}</ol> }
            .into_any(),
    };
    view! { {late}{here} }
}

fn stop(stop: RouteStop) -> impl IntoView {
    let why = joined("home_reason", stop.reasons.iter());
    let hour = dates::hour(stop.at);
    view! {
        <li data-test="stop">
            <b><Held text=hour/>" "{held_name(&stop.name)}</b>
            <span class="why">
                {t!("visits.stop", place = stop.place, matter = stop.matter, who = stop.staff.join("、"), why = why)}
            </span>
            <span class="act"><Go to=Route::Case(stop.case) test="open-stop">{t!("visits.open")}</Go></span>
        </li>
    }
}

/// What a caller is asked; enough to come, and nothing that can wait.
fn asked() -> [(&'static str, &'static str); 7] {
    [
        ("name", t!("visits.name")),
        ("phone", t!("visits.phone")),
        ("address", t!("visits.address")),
        ("citizen_id", t!("visits.citizen_id")),
        ("employer", t!("visits.employer")),
        ("injured_on", t!("visits.injured_on")),
        ("words", t!("visits.words")),
    ]
}

/// A call is registered by whoever takes it (R38, R101).
#[component]
fn Call(calling: RwSignal<Option<()>>) -> impl IntoView {
    let said = RwSignal::new([const { String::new() }; 7]);
    let take = move || {
        let [name, phone, address, citizen_id, employer, injured_on, words] = said.get_untracked();
        let person = DraftPerson { name, phone, address, citizen_id, employer, injured_on, ..DraftPerson::default() };
        spawn_local(async move {
            match transport::call(LogCall { person, help: Help::Guidance, way: Way::Phone, words }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    desk().router.go(Route::Case(page.row.id));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let field = move |(at, (id, label)): (usize, (&'static str, &'static str))| {
        let value = Signal::derive(move || said.with(|said| said[at].clone()));
        let typed = move |text: String| said.update(|said| said[at] = text);
        view! { <Field id label=label value typed/> }
    };
    request_animation_frame(|| keys::focus("[data-test=call-form] input"));
    view! {
        <form class="note note-next act-form" data-test="call-form"
            on:submit=move |event| { event.prevent_default(); take(); }>
            <Icon name="edit"/>
            <div class="stack">
                <h2>{t!("visits.call")}</h2>
                {asked().into_iter().enumerate().map(field).collect_view()}
                <div class="btns">
                    <button type="submit" class="btn btn-go" data-primary="" data-test="call-do">
                        {t!("visits.call_do")}<kbd>"Enter"</kbd>
                    </button>
                    <button type="button" class="btn btn-text" data-back="" on:click=move |_| calling.set(None)>
                        {t!("case.not_now")}<kbd>"Esc"</kbd>
                    </button>
                </div>
            </div>
        </form>
    }
}
