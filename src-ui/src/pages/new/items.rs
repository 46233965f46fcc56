//! 办什么: any words find the item; several may be taken at once, and each paper is asked for once.

use daiban_model::api::{ItemRow, Items, ListItems, OpenMatter, Step, Verification};
use daiban_model::ids::ItemCode;
use leptos::prelude::*;

use super::bundle::{Questions, Shown, StepsThatApply, found};
use super::work::Work;
use super::{StepBar, StepHead};
use crate::keys;
use crate::load::{Load, load, show};
use crate::parts::{Empty, Field, Icon, Tag, Weight};
use crate::typing::{Pause, committed};

/// How many items a list shows before it asks for more words.
const SHOWN: usize = 40;

/// The second step.
#[component]
pub(super) fn ItemsStep(work: Work) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let category = RwSignal::new(String::new());
    let items = load(move || Some(ListItems { text: text.get(), category: category.get() }));
    Effect::new(move |_| {
        items.with(|items| {
            if let Load::Ready(items) = items {
                let known = items.rows.iter().map(|row| (row.code.clone(), row.name.clone())).collect::<Vec<_>>();
                work.names.update(|names| names.extend(known));
            }
        });
    });
    let bundled = Memo::new(move |_| work.draft.with(|draft| draft.bundle.is_some()));
    let title = Signal::derive(move || t!("items.title", name = work.draft.with(|draft| draft.person.name.clone())));
    let pause = Pause::new(80);
    let hear = move |event: web_sys::Event| {
        if let Some(typed) = committed(&event) {
            pause.after(move || text.set(typed.trim().to_owned()));
        }
    };
    let take_first = move |event: web_sys::KeyboardEvent| {
        if event.key() != "Enter"
            || event.is_composing()
            || event.key_code() == 229
            || text.with_untracked(String::is_empty)
        {
            return;
        }
        event.prevent_default();
        let first = items.with_untracked(|items| match items {
            Load::Ready(items) => items.rows.first().map(|row| row.code.clone()),
            _ => None,
        });
        let Some(code) = first else { return };
        if work.draft.with_untracked(|draft| !draft.items.contains(&code)) {
            toggle(work, &code);
        }
        text.set(String::new());
        keys::focus("#items");
    };
    view! {
        <StepHead work title lead=t!("items.lead")/>
        <div class="step-body">
            <Show when=move || !bundled.get() fallback=move || view! { <Questions work/> }>
            <label class="input-wrap">
                <span class="sr">{t!("items.find")}</span>
                <Icon name="search"/>
                <input class="input input-big" type="search" id="items" data-first="" data-find=""
                    data-test="item-search"
                    placeholder=t!("items.find_hint") autocomplete="off"
                    prop:value=text on:input=hear on:compositionend=move |event| hear(event.into()) on:keydown=take_first/>
            </label>
            <Categories items category/>
            {show(items, move |items: &Items| list(work, items, nearest(text)))}
            </Show>
        </div>
        <aside class="step-right">
            <Show when=move || bundled.get() fallback=move || view! { <Chosen work/> }><StepsThatApply work/></Show>
        </aside>
        <StepBar work here=Step::Items go=t!("items.go")/>
    }
}

#[component]
fn Categories(items: RwSignal<Load<Items>>, category: RwSignal<String>) -> impl IntoView {
    let names = Memo::new(move |_| {
        items.with(|items| match items {
            Load::Ready(items) => items.categories.clone(),
            _ => Vec::new(),
        })
    });
    let option = move |(name, count): (String, u32)| {
        let mine = name.clone();
        let chosen = category.with_untracked(|category| *category == mine);
        view! { <option value=name.clone() selected=chosen>{t!("items.category", name = name, n = count)}</option> }
    };
    view! {
        <label class="field w-16">
            <span class="sr">{t!("items.categories")}</span>
            <select class="select" data-test="item-category"
                on:change=move |event| category.set(event_target_value(&event))>
                <option value="">{t!("items.all_categories")}</option>
                {move || names.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

fn list(work: Work, items: &Items, bundles: Shown) -> AnyView {
    if items.rows.is_empty() && items.bundles.is_empty() {
        return view! { <Empty title=t!("items.none") next=t!("items.none_next")/> }.into_any();
    }
    let more = items.rows.len().saturating_sub(SHOWN);
    let rows = items.rows.iter().take(SHOWN).cloned().map(|row| tick(work, row)).collect_view();
    let rest = (more > 0).then(|| view! { <p class="quiet">{t!("items.more", n = more)}</p> });
    let bundles = found(work, &items.bundles, bundles);
    view! { {bundles}<div class="pick ticks" data-test="item-list">{rows}</div>{rest} }.into_any()
}

/// Bundles stand above the items: the nearest of them, or all where only they are found.
fn nearest(text: RwSignal<String>) -> Shown {
    if text.with_untracked(|text| text.contains(t!("items.bundle_word"))) { Shown::All } else { Shown::Some }
}

fn tick(work: Work, row: ItemRow) -> impl IntoView {
    let code = row.code.clone();
    let mine = code.clone();
    let chosen = Memo::new(move |_| work.draft.with(|draft| draft.items.contains(&mine)));
    let turn = {
        let code = code.clone();
        move |_| toggle(work, &code)
    };
    let note = match row.verified {
        Verification::Verified => row.department.clone(),
        Verification::Unverified => t!("catalogue.row_unverified", department = row.department),
    };
    let mark = move || mark(work, &code);
    view! {
        <label class="pick-row" data-test="item-option" data-code=row.code.to_string()>
            <input class="box" type="checkbox" prop:checked=chosen on:change=turn/>
            <span><b>{row.name}</b></span>
            <span class="meta">{note}</span>
            <span class="end">{mark}</span>
        </label>
    }
}

/// 要本人到场, 正在办
fn mark(work: Work, code: &ItemCode) -> Option<AnyView> {
    work.preview.with(|preview| {
        let preview = preview.as_ref()?;
        if preview.open.iter().any(|matter| matter.item == *code) {
            return Some(view! { <Tag weight=Weight::Wait text=t!("items.is_open")/> }.into_any());
        }
        let escort = preview.escort_only.contains(code);
        escort.then(|| view! { <Tag weight=Weight::Pause icon="user" text=t!("items.escort")/> }.into_any())
    })
}

fn toggle(work: Work, code: &ItemCode) {
    work.edit(|draft| match draft.items.iter().position(|item| item == code) {
        Some(at) => {
            draft.items.remove(at);
        }
        None => draft.items.push(code.clone()),
    });
}

#[component]
fn Chosen(work: Work) -> impl IntoView {
    let items = Memo::new(move |_| work.draft.with(|draft| draft.items.clone()));
    let line = move |code: ItemCode| {
        let name = work.name_of(&code);
        view! {
            <li>
                {name.clone()}
                " "
                <button type="button" class="link small" on:click=move |_| toggle(work, &code)>
                    {t!("items.remove")}
                    <span class="sr">{name}</span>
                </button>
            </li>
        }
    };
    let papers = Memo::new(move |_| work.draft.with(|draft| draft.papers.len()));
    let merged = move || (papers.get() > 0).then(|| t!("items.papers", n = papers.get()));
    let escort =
        Memo::new(move |_| work.preview.with(|preview| preview.as_ref().is_some_and(|it| !it.escort_only.is_empty())));
    view! {
        <h2 class="sec-head" data-test="chosen-count">{move || t!("items.chosen", n = items.with(Vec::len))}</h2>
        <ol class="chosen" data-test="chosen">{move || items.get().into_iter().map(line).collect_view()}</ol>
        // The line keeps its place while the papers are counted: what stands below it must not slip from under a finger.
        <Show when=move || !items.with(Vec::is_empty)><p class="keeps-line" data-test="chosen-papers">{merged}</p></Show>
        <Show when=move || escort.get()>
            <p class="note note-warn"><Icon name="user"/><span>{t!("items.escort_note")}</span></p>
        </Show>
        <OpenMatters work/>
    }
}

/// The same matter is open already: going on needs a reason (R88).
#[component]
pub(super) fn OpenMatters(work: Work) -> impl IntoView {
    let open =
        Memo::new(move |_| work.preview.with(|preview| preview.as_ref().map(|it| it.open.clone()).unwrap_or_default()));
    let despite = Signal::derive(move || work.draft.with(|draft| draft.despite_open.clone()));
    let line = |it: OpenMatter| t!("person.open_line", name = it.name, number = it.number);
    view! {
        <Show when=move || !open.with(Vec::is_empty)>
            <p class="note note-warn" data-test="open-matter">
                <Icon name="info"/>
                <span>{move || open.get().into_iter().map(line).collect::<Vec<_>>().join("；")}</span>
            </p>
            <Field id="despite_open" label=t!("items.despite") hint=t!("items.despite_hint") value=despite
                typed=move |text| work.edit(|draft| draft.despite_open = text)/>
        </Show>
    }
}
