//! The frame around a page: side bar with the state of the exchange, top bar with search, who and lock, words in passing.

use daiban_model::api::{Link, ProblemCode, SessionState, SyncView};
use leptos::prelude::*;

use super::{Held, Icon, Mark};
use crate::dates;
use crate::desk::desk;
use crate::route::Route;

/// A link to a place in the program.
#[component]
pub fn Go(
    #[prop(into)] to: Route,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] test: &'static str,
    #[prop(optional, into)] current: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let target = to.clone();
    let follow = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        desk().router.go(target.clone());
    };
    let test = (!test.is_empty()).then_some(test);
    view! {
        <a class=class href=to.path() data-test=test aria-current=move || current.get().then_some("page")
            on:click=follow>
            {children()}
        </a>
    }
}

/// The places of the side bar with the digit that leads there by Alt; the last ones for those who may.
pub fn places() -> Vec<(u8, Route, &'static str, &'static str, &'static str)> {
    let mut places = vec![
        (1, Route::Today, "today", t!("nav.today"), "nav-today"),
        (2, Route::Cases(String::new()), "case", t!("nav.cases"), "nav-cases"),
        (3, Route::Visits, "visit", t!("nav.visits"), "nav-visits"),
        (4, Route::Catalogue(None), "list", t!("nav.catalogue"), "nav-catalogue"),
        (5, Route::Handing, "out", t!("nav.handing"), "nav-handing"),
        (6, Route::Sync, "sync", t!("nav.sync"), "nav-sync"),
    ];
    if desk().oversees() {
        places.push((7, Route::Office, "shield", t!("nav.office"), "nav-office"));
    }
    if desk().serves_hall() {
        places.push((8, Route::Queue, "users", t!("nav.queue"), "nav-queue"));
    }
    places
}

/// Whether a page belongs to a place of the side bar.
fn belongs(here: &Route, place: &Route) -> bool {
    match (here, place) {
        (Route::Cases(_) | Route::Case(_), Route::Cases(_)) | (Route::Catalogue(_), Route::Catalogue(_)) => true,
        _ => here == place,
    }
}

/// The side bar.
#[component]
pub fn SideBar() -> impl IntoView {
    let desk = desk();
    let station =
        move || desk.session.with(|session| session.as_ref().and_then(|s| s.station.clone()).unwrap_or_default());
    let waiting = move || desk.sync.with(|sync| sync.as_ref().map(|s| s.outbox).filter(|n| *n > 0));
    let link = move |(_, place, icon, name, test): (u8, Route, &'static str, &'static str, &'static str)| {
        let to = place.clone();
        let count =
            (place == Route::Sync).then_some(move || waiting().map(|n| view! { <span class="count">{n}</span> }));
        let current = Signal::derive(move || belongs(&desk.router.get(), &place));
        view! { <Go to test current><Icon name=icon/>{name}{count}</Go> }
    };
    view! {
        <aside class="side">
            <Go to=Route::Today class="brand">
                <Mark/>
                <span><b>{t!("app.name")}</b><small>{station}</small></span>
            </Go>
            <nav class="nav" aria-label=t!("nav.main")>{places().into_iter().map(link).collect_view()}</nav>
            <div class="side-foot">
                <SyncBadge/>
                <nav class="nav" aria-label=t!("nav.help")>
                    <button type="button" data-test="help" on:click=move |_| desk.help.set(true)>
                        <Icon name="help"/>{t!("nav.help")}<span class="count">"F1"</span>
                    </button>
                </nav>
            </div>
        </aside>
    }
}

/// The icon and the word for the state of the link. Offline is not an error.
pub fn link_words(sync: &SyncView) -> (&'static str, &'static str) {
    match sync.state {
        Link::Idle => ("sync", t!("link.idle")),
        Link::Offline => ("offline", t!("link.offline")),
        Link::Working => ("sync", t!("link.working")),
        Link::Done if sync.outbox > 0 => ("online", t!("link.left")),
        Link::Done => ("online", t!("link.done")),
    }
}

/// The grey badge: how the exchange stands, in three lines.
#[component]
pub fn SyncBadge() -> impl IntoView {
    let badge = |sync: &SyncView| {
        let (icon, words) = link_words(sync);
        let waiting =
            (sync.outbox > 0).then(|| t!("link.waiting", n = sync.outbox, size = dates::bytes(sync.outbox_bytes)));
        let last = sync.last_ok.map(|at| t!("link.last", day = dates::day(at.date())));
        let off = wrong_clock(sync);
        view! {
            <Go to=Route::Sync class="badge" test="sync-badge">
                <Icon name=icon/>
                <b data-test="link-state">{words}</b>
                <span>{waiting}</span>
                <span>{last.map(|text| view! { <Held text/> })}</span>
                {off.map(|text| view! { <span data-test="wrong-clock"><Held text/></span> })}
            </Go>
        }
    };
    let desk = desk();
    view! { <div role="status">{move || desk.sync.with(|sync| sync.as_ref().map(badge))}</div> }
}

/// That this machine's clock is wrong, and by how much: it stands on every page until it is right.
fn wrong_clock(sync: &SyncView) -> Option<String> {
    let said = sync.problems.iter().any(|problem| problem.code == ProblemCode::ClockSkew);
    sync.clock_ahead.filter(|_| said).map(dates::clock_off)
}

/// 已存 08:16
#[component]
pub fn SavedMark() -> impl IntoView {
    let desk = desk();
    let words = move || desk.saved.get().map(|at| t!("app.saved", at = dates::clock(at)));
    view! {
        <span class="saved push" role="status" data-test="saved"
            data-at=move || desk.saved.get().map(|at| at.0.to_string())>
            <Show when=move || desk.saved.with(Option::is_some)><Icon name="check"/></Show>
            {words}
        </span>
    }
}

/// The top bar of ordinary pages.
#[component]
pub fn TopBar() -> impl IntoView {
    let desk = desk();
    let name = move || {
        desk.session.with(|session| match session.as_ref().map(|s| &s.state) {
            Some(SessionState::Open { name, .. }) => name.clone(),
            _ => String::new(),
        })
    };
    let find = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() && event.key_code() != 229 {
            event.prevent_default();
            let text = event_target_value(&event);
            desk.router.go(Route::Cases(text.trim().to_owned()));
        }
    };
    view! {
        <header class="top">
            <label class="input-wrap top-search" role="search">
                <span class="sr">{t!("app.search")}</span>
                <Icon name="search"/>
                <input class="input" type="search" data-search="" data-test="top-search"
                    placeholder=t!("app.search_hint") on:keydown=find/>
                <kbd>"Ctrl K"</kbd>
            </label>
            <SavedMark/>
            <button type="button" class="btn btn-plain top-who" data-test="who" on:click=move |_| desk.people.set(true)>
                <Icon name="user"/>
                {name}
            </button>
            <button type="button" class="btn btn-plain" data-test="lock" on:click=move |_| desk.lock()>
                <Icon name="lock"/>
                {t!("app.lock")}
            </button>
        </header>
    }
}

/// The top bar of a page with one job and no side bar.
#[component]
pub fn FocusBar(
    #[prop(into)] back: Callback<()>,
    back_word: &'static str,
    title: &'static str,
    /// Whether Esc means this button; a step of its own may claim Esc for one step back
    #[prop(default = true.into(), into)]
    esc: Signal<bool>,
) -> impl IntoView {
    view! {
        <header class="top top-focus">
            <button type="button" class="btn btn-plain" data-back=move || esc.get().then_some("") data-test="back"
                on:click=move |_| back.run(())>
                <Icon name="left"/>{back_word}
            </button>
            <b class="song focus-title">{title}</b>
            <SavedMark/>
        </header>
    }
}

/// Words in passing, and what a call answered instead of doing it (that one stays until the next act).
#[component]
pub fn Said() -> impl IntoView {
    let desk = desk();
    let toast = move || desk.toast.get().map(|text| view! { <p class="toast"><Icon name="check"/>{text}</p> });
    view! { <div class="toasts" role="status" data-test="toast">{toast}</div> }
}

/// What the last call answered instead of doing it. Stands in the page, not over it.
#[component]
pub fn FailNote() -> impl IntoView {
    let desk = desk();
    let close = move |_| desk.failed.set(None);
    let note = move |text| {
        view! {
            <div class="note note-bad" role="status">
                <Icon name="late"/>
                <p data-test="failure">{text}</p>
                <button type="button" class="btn btn-plain" on:click=close>{t!("app.seen")}</button>
            </div>
        }
    };
    move || desk.failed.get().map(note)
}
