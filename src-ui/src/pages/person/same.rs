//! 是不是同一位？ Joining and parting: both histories stay, and what was joined can be taken apart again.

use daiban_model::api::{PersonRow, Twin};
use daiban_model::ids::PersonId;
use daiban_model::person::Command;
use leptos::prelude::*;

use super::{Open, person_line};
use crate::parts::{Field, Icon};
use crate::{keys, say, words};

/// What is being decided about another document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Join(PersonId),
    Part(PersonId),
}

/// Others that look like this one, and those that were joined to it.
#[component]
pub(super) fn Same(open: Open) -> impl IntoView {
    let twins = open.part(|page| page.twins.clone());
    let joined = open.part(|page| page.joined.clone());
    let doing = RwSignal::new(None::<Doing>);
    let twin = move |it: Twin| twin_line(it, doing);
    let other = move |row: PersonRow| joined_line(row, doing);
    view! {
        <Show when=move || !twins.with(Vec::is_empty)>
            <section class="note note-warn stack-1" data-test="twins">
                <h2 class="sec-head">{t!("privacy.twins")}</h2>
                <ul class="rows plain">{move || twins.get().into_iter().map(twin).collect_view()}</ul>
            </section>
        </Show>
        <Show when=move || !joined.with(Vec::is_empty)>
            <section class="stack-1" data-test="joined">
                <div class="sec-head"><h2>{t!("kept.joined")}</h2></div>
                <p class="quiet small">{t!("kept.joined_note")}</p>
                <ul class="rows plain">{move || joined.get().into_iter().map(other).collect_view()}</ul>
            </section>
        </Show>
        <Show when=move || doing.with(Option::is_some)><Reason open doing/></Show>
    }
}

fn twin_line(it: Twin, doing: RwSignal<Option<Doing>>) -> impl IntoView {
    let why = words::one_of("twin", &say::code(&it.why)).unwrap_or_default();
    let Some(row) = it.person else {
        let where_to_ask = t!("privacy.twin_elsewhere", place = it.place, by = it.by);
        return view! { <li><div class="body"><p><b>{why}</b></p><p class="why">{where_to_ask}</p></div></li> }
            .into_any();
    };
    let id = row.id;
    view! {
        <li>
            <div class="body"><p><b>{why}</b></p><ul class="plain">{person_line(row)}</ul></div>
            <button type="button" class="btn btn-sm" data-test="join" on:click=move |_| begin(doing, Doing::Join(id))>
                {t!("kept.join")}
            </button>
        </li>
    }
    .into_any()
}

fn joined_line(row: PersonRow, doing: RwSignal<Option<Doing>>) -> impl IntoView {
    let id = row.id;
    view! {
        <li>
            <ul class="plain body">{person_line(row)}</ul>
            <button type="button" class="btn btn-sm" data-test="part" on:click=move |_| begin(doing, Doing::Part(id))>
                {t!("kept.part")}
            </button>
        </li>
    }
}

fn begin(doing: RwSignal<Option<Doing>>, what: Doing) {
    doing.set(Some(what));
    request_animation_frame(|| keys::focus("#same_reason"));
}

/// How it was found out: both acts are kept with their reason.
#[component]
fn Reason(open: Open, doing: RwSignal<Option<Doing>>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let save = move || {
        let reason = reason.get_untracked();
        let command = match doing.get_untracked() {
            Some(Doing::Join(other)) => Command::Join { other, reason },
            Some(Doing::Part(other)) => Command::Part { other, reason },
            None => return,
        };
        open.act(command, move || {
            let _ = doing.try_set(None);
        });
    };
    let word = move || match doing.get() {
        Some(Doing::Part(_)) => t!("kept.part_yes"),
        _ => t!("kept.join_yes"),
    };
    view! {
        <form class="stack-1" data-test="same-form" on:submit=move |event| { event.prevent_default(); save(); }>
            <Field id="same_reason" label=t!("kept.same_reason") hint=t!("kept.same_reason_hint") value=reason
                typed=move |text| reason.set(text)/>
            <div class="btns">
                <button type="submit" class="btn btn-go" data-primary="" data-test="same-save">
                    <Icon name="check"/>{word}
                </button>
                <button type="button" class="btn btn-text" on:click=move |_| doing.set(None)>{t!("case.keep_field")}</button>
            </div>
        </form>
    }
}
