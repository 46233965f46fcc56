//! 清单: category, item, guide in plain words. The source of every figure is shown, and whether it may be quoted.

use daiban_model::api::{
    DraftPerson, ForbiddenRow, GetItem, ItemGuide, ItemRow, Items, ListItems, LogCall, StartDraft, Verification,
};
use daiban_model::case::clocks::Basis;
use daiban_model::case::event::{Help, Way};
use daiban_model::catalogue::{ProxyMode, Verified};
use daiban_model::deadline::Limit;
use daiban_model::ids::ItemCode;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Empty, FailNote, Go, Icon, Spoken, Tag, Weight, end, length, spoken};
use crate::route::Route;
use crate::typing::{Pause, committed};
use crate::{dates, transport, words};

/// The browser of items.
#[component]
pub fn CataloguePage(#[prop(into)] open: Signal<Option<ItemCode>>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let category = RwSignal::new(String::new());
    let items = load(move || Some(ListItems { text: text.get(), category: category.get() }));
    let guide = load(move || open.get().map(|code| GetItem { code }));
    let head = move || {
        items.with(|items| match items {
            Load::Ready(items) => t!("catalogue.version", version = items.version, n = items.rows.len()),
            _ => String::new(),
        })
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="catalogue">
            <FailNote/>
            <header class="list-head">
                <h1>{t!("catalogue.title")}</h1>
                <span class="quiet small" role="status" data-test="catalogue-version">{head}</span>
            </header>
            <div class="cat3">
                {categories(items, category)}
                <div class="cat-items">
                    <Find text/>
                    {show(items, move |items: &Items| rows(items, open))}
                </div>
                <article class="guide">
                    {move || match open.get() {
                        None => view! { <p class="quiet">{t!("catalogue.choose")}</p> }.into_any(),
                        Some(_) => show(guide, |guide: &_| guide_view(ItemGuide::clone(guide))).into_any(),
                    }}
                </article>
            </div>
        </main>
    }
}

#[component]
fn Find(text: RwSignal<String>) -> impl IntoView {
    let pause = Pause::new(80);
    let hear = move |event: web_sys::Event| {
        if let Some(typed) = committed(&event) {
            pause.after(move || text.set(typed.trim().to_owned()));
        }
    };
    view! {
        <label class="input-wrap">
            <span class="sr">{t!("catalogue.find")}</span>
            <Icon name="search"/>
            <input class="input" type="search" data-find="" data-test="item-search"
                placeholder=t!("catalogue.find_hint")
                on:input=hear on:compositionend=move |event| hear(event.into())/>
        </label>
    }
}

fn categories(items: RwSignal<Load<Items>>, category: RwSignal<String>) -> impl IntoView {
    let list = Memo::new(move |_| {
        items.with(|items| match items {
            Load::Ready(items) => items.categories.clone(),
            _ => Vec::new(),
        })
    });
    let button = move |(name, count): (String, Option<u32>)| {
        let (mine, target) = (name.clone(), name.clone());
        let word = if name.is_empty() { t!("catalogue.all").to_owned() } else { name };
        let current = move || category.with(|chosen| *chosen == mine).then_some("true");
        view! {
            <li>
                <button type="button" aria-current=current on:click=move |_| category.set(target.clone())>
                    {word}<span class="count">{count}</span>
                </button>
            </li>
        }
    };
    view! {
        <nav class="cat-nav" aria-label=t!("catalogue.categories")>
            <ul>
                {button((String::new(), None))}
                {move || list.get().into_iter().map(|(name, count)| button((name, Some(count)))).collect_view()}
            </ul>
        </nav>
    }
}

fn rows(items: &Items, open: Signal<Option<ItemCode>>) -> AnyView {
    let forbidden = items.forbidden.iter().cloned().map(forbidden).collect_view();
    if items.rows.is_empty() && !items.forbidden.is_empty() {
        return forbidden.into_any();
    }
    if items.rows.is_empty() {
        return view! { <Empty title=t!("catalogue.none") next=t!("catalogue.none_next")/> }.into_any();
    }
    let line = move |row: ItemRow| {
        let code = row.code.clone();
        let current = Signal::derive(move || open.with(|open| open.as_ref() == Some(&code)));
        let note = match row.verified {
            Verification::Verified => row.department,
            Verification::Unverified => t!("catalogue.row_unverified", department = row.department),
        };
        view! {
            <li>
                <Go to=Route::Catalogue(Some(row.code.clone())) test="item-row" current>
                    <b>{row.name}</b><span class="small quiet">{note}</span>
                </Go>
            </li>
        }
    };
    view! { {forbidden}<ul data-test="items">{items.rows.iter().cloned().map(line).collect_view()}</ul> }.into_any()
}

/// R13: no village issues it; the right office and the way there, and the question is written down.
fn forbidden(kind: ForbiddenRow) -> impl IntoView {
    let words = t!("catalogue.forbidden_asked", name = kind.name, office = kind.office);
    let log = move |_| {
        let (person, words) = (DraftPerson::default(), words.clone());
        spawn_local(async move {
            match transport::call(LogCall { person, help: Help::Advice, way: Way::Window, words }).await {
                Ok(page) => desk().router.go(Route::Case(page.row.id)),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let item =
        kind.item.map(|code| view! { <Go to=Route::Catalogue(Some(code))>{t!("catalogue.forbidden_item")}</Go> });
    view! {
        <div class="note note-warn" data-test="forbidden">
            <Icon name="no"/>
            <div>
                <b>{t!("catalogue.forbidden", name = kind.name)}</b>
                <p>{t!("catalogue.forbidden_way", office = kind.office, way = kind.way)}</p>
                <p class="row">
                    {item}
                    <button type="button" class="btn btn-sm" data-test="log-forbidden" on:click=log>
                        {t!("catalogue.forbidden_log")}
                    </button>
                </p>
            </div>
        </div>
    }
}

fn guide_view(guide: ItemGuide) -> impl IntoView {
    let item = guide.item;
    let code = item.code.clone();
    let begin = move |_| {
        let item = Some(code.clone());
        spawn_local(async move {
            match transport::call(StartDraft { from: None, item }).await {
                Ok(draft) => desk().router.go(Route::New(Some(draft.id.0.to_string()))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let unverified = (item.verified == Verified::No)
        .then(|| view! { <p><Tag weight=Weight::Pause icon="info" text=t!("catalogue.unverified")/></p> });
    let papers = if item.papers.is_empty() {
        view! { <Tag weight=Weight::Pause icon="info" text=t!("catalogue.papers_unknown")/> }.into_any()
    } else {
        view! { <ol>{item.papers.into_iter().map(|paper| view! { <li>{paper}</li> }).collect_view()}</ol> }.into_any()
    };
    let proxy = words::one_of("proxy", &crate::say::code(&item.proxy)).unwrap_or_default();
    let proxy = if item.proxy == ProxyMode::Unstated {
        view! { <Tag weight=Weight::Pause icon="info" text=proxy/> }.into_any()
    } else {
        proxy.into_any()
    };
    let words_of = |limit: Option<Limit>| limit.map(|it| length(Some(it)));
    let limits = limits(words_of(item.statutory), words_of(item.promised), words_of(item.clear_facts));
    let outlook = guide.outlook.into_iter().filter(|clock| clock.due.date().is_some()).map(|clock| {
        let name = words::one_of("clock", &crate::say::code(&clock.kind)).unwrap_or_default();
        let day = end(clock.due);
        let text = match clock.basis {
            Basis::Fact => t!("catalogue.outlook_fact", name = name, day = day),
            Basis::IfAcceptedToday => t!("catalogue.outlook_today", name = name, day = day),
        };
        view! { <p class="small quiet">{text}</p> }
    });
    let trips =
        item.max_trips.map_or_else(|| t!("catalogue.trips_unknown").to_owned(), |n| t!("catalogue.trips_n", n = n));
    let told = spoken(item.code.as_str()).map(|text| {
        view! { <div><dt>{t!("catalogue.spoken")}</dt><dd><Spoken text/></dd></div> }
    });
    let from = dates::full(guide.valid_from);
    let contact = (!item.contact.is_empty()).then(|| view! { <p data-test="guide-contact">{item.contact.clone()}</p> });
    let elsewhere = (!item.taken_at.is_empty()).then(|| {
        view! { <div><dt>{t!("catalogue.taken_at")}</dt><dd data-test="guide-taken-at">{item.taken_at.clone()}</dd></div> }
    });
    let source =
        t!("catalogue.source_line", code = item.code, version = guide.version, from = from, source = item.source);
    view! {
        <header>
            <h2 data-test="guide-name">{item.name}</h2>
            {unverified}
            <div class="btns">
                <button type="button" class="btn btn-go" data-primary="" data-test="start-with-item" on:click=begin>
                    {t!("catalogue.begin")}
                </button>
            </div>
        </header>
        <dl class="guide-list" data-test="guide">
            {told}
            <div><dt>{t!("catalogue.bring")}</dt><dd>{papers}</dd></div>
            <div><dt>{t!("catalogue.how_long")}</dt><dd>{limits}{outlook.collect_view()}</dd></div>
            <div>
                <dt>{t!("catalogue.fee")}</dt>
                <dd>{item.fee.unwrap_or_else(|| t!("catalogue.fee_unknown").to_owned())}</dd>
            </div>
            <div>
                <dt>{t!("catalogue.trips")}</dt>
                <dd>{trips}</dd>
            </div>
            <div><dt>{t!("catalogue.proxy")}</dt><dd>{proxy}</dd></div>
            <div>
                <dt>{t!("catalogue.who_decides")}</dt>
                <dd>{t!("catalogue.decides", department = item.department)}{contact}</dd>
            </div>
            {elsewhere}
            <div>
                <dt>{t!("catalogue.source")}</dt>
                <dd class="quiet small" data-test="guide-source">
                    {source}
                </dd>
            </div>
        </dl>
    }
}

fn limits(statutory: Option<String>, promised: Option<String>, clear_facts: Option<String>) -> impl IntoView {
    // Where the law has a shorter limit of its own for clear facts, no promise is missing.
    let unknown = statutory.is_none() || (promised.is_none() && clear_facts.is_none());
    let clear_facts = clear_facts.map(|length| view! { <p>{t!("catalogue.clear_facts", length = length)}</p> });
    let statutory = statutory.map(|length| view! { <p>{t!("catalogue.statutory", length = length)}</p> });
    let promised = promised.map(|length| view! { <p>{t!("catalogue.promised", length = length)}</p> });
    let word = if statutory.is_none() && promised.is_none() {
        t!("catalogue.both_unknown")
    } else {
        t!("catalogue.one_unknown")
    };
    let tag = unknown.then(|| view! { <Tag weight=Weight::Pause icon="info" text=word/> });
    view! { {statutory}{clear_facts}{promised}{tag} }
}
