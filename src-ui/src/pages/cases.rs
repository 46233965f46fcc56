//! 办件: all cases by view or by search. Pages come by key as one scrolls; only those near the screen are in the document.

use daiban_model::api::{CaseRow, Counts, Failure, ListCases, Page, PageKey, SearchCases, View};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::leaves::{Book, Leaves, follow_scroll};
use super::office::left_of;
use crate::desk::desk;
use crate::parts::{Bad, Empty, Go, Icon, Skeleton};
use crate::route::Route;
use crate::typing::{Pause, committed};
use crate::{dates, say, transport};

const LEAF: u16 = 50;
/// What is asked for again when something changed, at most.
const REFRESH: usize = 200;

/// The list.
#[component]
pub fn CasesPage() -> impl IntoView {
    let router = desk().router;
    // The place says what is looked for, so that back, the top search and this page's search are one thing.
    let wanted = Memo::new(move |before: Option<&(View, String)>| match router.get() {
        Route::Cases(find) => read(find),
        _ => before.cloned().unwrap_or_default(),
    });
    let (view, text) = (Memo::new(move |_| wanted.get().0), Memo::new(move |_| wanted.get().1));
    let book = Book::new();
    Effect::new(move |_| {
        desk().changed.track();
        view.track();
        text.track();
        begin(book, view, text);
    });
    follow_scroll(book, move || go_on(book, view, text));
    view! {
        <main class="page" id="main" tabindex="-1" data-page="cases">
            <div class="stack">
                <Head text book/>
                <Tabs view text book/>
                {move || body(book, text)}
            </div>
            <Foot book/>
        </main>
    }
}

const VIEWS: [View; 9] = [
    View::Open,
    View::Pressing,
    View::Overdue,
    View::Supplementing,
    View::Attention,
    View::Reminders,
    View::NoLimit,
    View::Finished,
    View::All,
];

fn read(find: String) -> (View, String) {
    match find.strip_prefix("view:").and_then(view_of) {
        Some(view) => (view, String::new()),
        None => (View::Open, find),
    }
}

fn view_of(code: &str) -> Option<View> {
    VIEWS.into_iter().find(|view| say::code(view) == code)
}

/// How many there are of a view; `None` where the engine counts something narrower than the view shows.
fn count_of(view: View, counts: &Counts) -> Option<String> {
    Some(dates::count(match view {
        View::Open => counts.open,
        View::Pressing => return None,
        View::Overdue => return Some(dates::late(counts.overdue)),
        View::Supplementing => counts.supplementing,
        View::Finished => counts.finished,
        View::NoLimit => counts.no_limit,
        View::Attention => counts.attention,
        View::Reminders => return None,
        View::All => counts.all,
    }))
}

async fn ask(view: View, text: String, after: Option<PageKey>, limit: u16) -> Result<Page, Failure> {
    if text.is_empty() {
        transport::call(ListCases { view, after, limit }).await
    } else {
        transport::call(SearchCases { text, after, limit }).await
    }
}

fn begin(book: Book, view: Memo<View>, text: Memo<String>) {
    let turn = book.turn();
    let question = (view.get_untracked(), text.get_untracked());
    let same = book.same_question(&format!("{}/{}", say::code(&question.0), question.1));
    let loaded = if same { book.loaded().clamp(usize::from(LEAF), REFRESH) } else { usize::from(LEAF) };
    let limit = u16::try_from(loaded).unwrap_or(LEAF);
    spawn_local(async move {
        let reply = ask(question.0, question.1, None, limit).await;
        book.take_first(turn, reply, usize::from(LEAF));
    });
}

fn go_on(book: Book, view: Memo<View>, text: Memo<String>) {
    let Some(after) = book.next() else { return };
    let turn = book.turn();
    spawn_local(async move {
        let reply = ask(view.get_untracked(), text.get_untracked(), Some(after), LEAF).await;
        book.take_more(turn, reply);
    });
}

#[component]
fn Head(text: Memo<String>, book: Book) -> impl IntoView {
    let pause = Pause::new(80);
    let hear = move |event: web_sys::Event| {
        if let Some(typed) = committed(&event) {
            pause.after(move || {
                desk().router.note(Route::Cases(typed.trim().to_owned()));
            });
        }
    };
    let found = move || match (text.with(String::is_empty), book.ended()) {
        (true, _) => t!("cases.open_first").to_owned(),
        (false, true) => t!("cases.found", n = book.count()),
        (false, false) => t!("cases.found_more", n = book.count()),
    };
    view! {
        <header class="list-head">
            <h1>{t!("cases.title")}</h1>
            <label class="input-wrap list-find">
                <span class="sr">{t!("cases.find")}</span>
                <Icon name="search"/>
                <input class="input" type="search" data-find="" data-test="case-search"
                    placeholder=t!("cases.find_hint")
                    prop:value=text on:input=hear on:compositionend=move |event| hear(event.into())/>
                <kbd>"/"</kbd>
            </label>
            <span class="quiet" role="status" data-test="found">{found}</span>
            <Go to=Route::New(None) class="btn btn-go push" test="new-case">
                <Icon name="plus"/>
                {t!("app.new_case")}
                <kbd>"F2"</kbd>
            </Go>
        </header>
    }
}

#[component]
fn Tabs(view: Memo<View>, text: Memo<String>, book: Book) -> impl IntoView {
    let tab = move |it: View| {
        let name = match it {
            View::Open => t!("cases.open"),
            View::Pressing => t!("cases.pressing"),
            View::Overdue => t!("cases.overdue"),
            View::Supplementing => t!("cases.supplementing"),
            View::Finished => t!("cases.finished"),
            View::NoLimit => t!("cases.no_limit"),
            View::Attention => t!("cases.attention"),
            View::Reminders => t!("cases.reminders"),
            View::All => t!("cases.all"),
        };
        let selected = move || (view.get() == it && text.with(String::is_empty)).to_string();
        let choose = move |_| {
            desk().router.note(Route::Cases(format!("view:{}", say::code(&it))));
        };
        view! {
            <button type="button" role="tab" aria-selected=selected on:click=choose
                data-test=format!("view-{}", say::code(&it))>
                {name}<span class="count">{move || book.counts().and_then(|counts| count_of(it, &counts))}</span>
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=t!("cases.which")>{VIEWS.map(tab).into_iter().collect_view()}</div>
    }
}

fn body(book: Book, text: Memo<String>) -> AnyView {
    if let Some(failure) = book.failure() {
        return view! { <Bad text=say::failure(&failure)/> }.into_any();
    }
    if let Some(wiped) = book.wiped() {
        return view! {
            <p class="note" data-test="wiped"><Icon name="doc"/><span><b>{wiped.number.clone()}</b>" "{left_of(&wiped)}</span></p>
        }
        .into_any();
    }
    match (book.waiting(), book.is_empty(), text.with(String::is_empty)) {
        (true, ..) => view! { <Skeleton rows=8/> }.into_any(),
        (_, true, true) => view! { <Empty title=t!("cases.empty") next=t!("cases.empty_next")/> }.into_any(),
        (_, true, false) => view! { <Empty title=t!("cases.none_found") next=t!("cases.none_found_next")/> }.into_any(),
        _ => view! { <Leaves book open=move |row: CaseRow| desk().router.go(Route::Case(row.id))/> }.into_any(),
    }
}

#[component]
fn Foot(book: Book) -> impl IntoView {
    view! {
        <p class="foot-keys list-foot">
            <span><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" "{t!("cases.keys_move")}</span>
            <span><kbd>"Enter"</kbd>" "{t!("cases.keys_open")}</span>
            <span><kbd>"/"</kbd>" "{t!("cases.keys_find")}</span>
            <span class="push" role="status">
                {move || if book.ended() { t!("cases.shown_all", n = book.count()) } else { t!("cases.shown", n = book.count()) }}
            </span>
        </p>
    }
}
