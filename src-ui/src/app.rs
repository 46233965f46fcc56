//! The window: which page stands in it, and what the keyboard does everywhere.

use daiban_model::api::{Session, SessionState};
use leptos::prelude::*;

use crate::desk::{Desk, desk};
use crate::idle;
use crate::keys::{self, Act};
use crate::pages::{
    CasePage, CasesPage, CataloguePage, ConflictPage, DestroyedPage, EnrolPage, FirstPinPage, HandingPage, HelpDialog,
    KeysDamagedPage, LeaveDialog, NewCasePage, OfficePage, PeopleDialog, PersonPage, QueuePage, SelfServicePage,
    SyncPage, TodayPage, UnlockPage, VisitsPage,
};
use crate::parts::{Bad, Said, SideBar, Skeleton, Sprite, TopBar, places};
use crate::route::Route;
use crate::say;

/// The whole window.
#[component]
pub fn App() -> impl IntoView {
    let desk = Desk::start();
    keys::listen(move |act| obey(desk, act));
    idle::watch(desk);
    // Only a change of the state may replace the page; the clock in the session ticks, and every answer says anew that
    // nothing is stuck.
    let shown = Memo::new(move |_| {
        let state = desk.session.with(|session| {
            session.as_ref().map(|session| match &session.state {
                // The same page, which keeps what was typed.
                SessionState::Restored => SessionState::Fresh,
                other => other.clone(),
            })
        });
        (state, desk.stuck.get())
    });
    view! {
        <Sprite/>
        <a class="skip" href="#main">{t!("app.skip")}</a>
        {move || match shown.get() {
            (Some(SessionState::Open { .. }), _) => view! { <Pages/> }.into_any(),
            (Some(SessionState::SelfService), _) => view! { <SelfServicePage/> }.into_any(),
            (Some(state), _) => match desk.session.get_untracked() {
                Some(session) => before(state, session),
                None => ().into_any(),
            },
            (None, Some(failure)) => view! {
                <main class="page" id="main"><Bad text=say::failure(&failure)/><Retry/></main>
            }.into_any(),
            (None, None) => view! { <main class="page" id="main"><Skeleton/></main> }.into_any(),
        }}
        <HelpDialog/>
        <PeopleDialog/>
        <LeaveDialog/>
        <Said/>
    }
}

fn before(state: SessionState, session: Session) -> AnyView {
    match state {
        SessionState::Fresh => view! { <EnrolPage session/> }.into_any(),
        SessionState::NeedsPin => view! { <FirstPinPage session/> }.into_any(),
        SessionState::KeysDamaged => view! { <KeysDamagedPage/> }.into_any(),
        SessionState::Destroyed { at } => view! { <DestroyedPage at/> }.into_any(),
        _ => view! { <UnlockPage session/> }.into_any(),
    }
}

#[component]
fn Retry() -> impl IntoView {
    view! {
        <div class="btns">
            <button type="button" class="btn btn-go" data-primary="" on:click=move |_| desk().refresh()>
                {t!("app.again")}
            </button>
        </div>
    }
}

/// Which page, as far as it must be built anew: search text and open item change within a page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Page(Route),
    Cases,
    Catalogue,
}

#[component]
fn Pages() -> impl IntoView {
    let router = desk().router;
    let place = Memo::new(move |_| match router.get() {
        Route::Cases(_) => Place::Cases,
        Route::Catalogue(_) => Place::Catalogue,
        other => Place::Page(other),
    });
    Effect::new(move |_| {
        place.track();
        desk().failed.set(None);
    });
    move || match place.get() {
        Place::Page(Route::New(draft)) => view! { <NewCasePage draft/> }.into_any(),
        Place::Page(Route::Conflict(case, path)) => view! { <ConflictPage case path/> }.into_any(),
        place => {
            let page = framed(place);
            view! { <div class="app"><SideBar/><div class="main"><TopBar/>{page}</div></div> }.into_any()
        }
    }
}

fn framed(place: Place) -> AnyView {
    let router = desk().router;
    match place {
        Place::Cases => view! { <CasesPage/> }.into_any(),
        Place::Catalogue => {
            let open = Signal::derive(move || match router.get() {
                Route::Catalogue(open) => open,
                _ => None,
            });
            view! { <CataloguePage open/> }.into_any()
        }
        Place::Page(Route::Case(case)) => view! { <CasePage case/> }.into_any(),
        Place::Page(Route::Person(person)) => view! { <PersonPage person/> }.into_any(),
        Place::Page(Route::Visits) => view! { <VisitsPage/> }.into_any(),
        Place::Page(Route::Handing) => view! { <HandingPage/> }.into_any(),
        Place::Page(Route::Queue) if desk().serves_hall() => view! { <QueuePage/> }.into_any(),
        // Whoever may not is led to the desk: a place that the history remembers is nobody's right.
        Place::Page(Route::Office) if desk().oversees() => view! { <OfficePage/> }.into_any(),
        Place::Page(Route::Sync) => view! { <SyncPage/> }.into_any(),
        Place::Page(_) => view! { <TodayPage/> }.into_any(),
    }
}

fn obey(desk: Desk, act: Act) {
    match act {
        Act::Help => desk.help.set(true),
        Act::Larger => desk.resize(1),
        Act::Smaller => desk.resize(-1),
        Act::PlainSize => desk.set_size(100),
        _ if !desk.is_open() => {}
        Act::NewCase => desk.router.go(Route::New(None)),
        Act::Place(digit) => {
            if let Some((_, place, ..)) = places().into_iter().find(|place| place.0 == digit) {
                desk.router.go(place);
            }
        }
        Act::Lock => desk.lock(),
        Act::Saved => desk.toast(t!("app.saved_by_itself")),
        Act::Print => {
            let _ = window().print();
        }
        // Handled where the key was read.
        Act::Primary | Act::Back | Act::Search | Act::Find => {}
    }
}
