//! Whom it is about, the mandate, and notes. A masked number is shown in full only when asked for, and that is written down.

use daiban_model::api::{Act, FieldView, Masking, Offer, RevealField, SetField, Why};
use daiban_model::case::Command;
use daiban_model::case::field::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Open;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Eye, Go, Icon, needless, show_for_a_while};
use crate::route::Route;
use crate::{dates, keys, say, transport, words};

/// The registers of a case.
#[component]
pub(super) fn Facts(open: Open) -> impl IntoView {
    let fields = open.part(|page| page.fields.clone());
    let writable =
        Memo::new(move |_| open.page.with(|page| matches!(page, Load::Ready(page) if page.row.stage.is_open())));
    let editing = RwSignal::new(None::<Field>);
    let kept = open.part(|page| page.person);
    let line = move |view: FieldView| field_line(open, view, writable, editing);
    view! {
        <section id="person" aria-labelledby="h-person">
            <div class="sec-head">
                <h2 id="h-person">{t!("case.person")}</h2>
                {move || kept.get().map(|id| view! {
                    <span class="push" data-test="kept-person"><Go to=Route::Person(id)>{t!("case.kept_person")}</Go></span>
                })}
            </div>
            <dl class="check" data-test="fields">{move || fields.get().into_iter().map(line).collect_view()}</dl>
        </section>
    }
}

fn field_line(open: Open, it: FieldView, writable: Memo<bool>, editing: RwSignal<Option<Field>>) -> impl IntoView {
    let (field, name) = (it.field, say::field(it.field));
    let shown = RwSignal::new(it.value.clone());
    let id = open.id;
    let reveal = move |why: Why| {
        spawn_local(async move {
            match transport::call(RevealField { id, field, why }).await {
                Ok(revealed) => show_for_a_while(shown, revealed.value),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let eye = (it.masked == Masking::Masked).then(|| {
        view! { <Eye test=format!("reveal-{}", field.path()) chosen=Callback::new(reveal)/> }
    });
    let masked = it.masked;
    let edit = move |_| {
        editing.set(Some(field));
        request_animation_frame(|| keys::focus("#edit_field"));
    };
    let value = it.value;
    view! {
        <div data-test=format!("field-{}", field.path())>
            <dt>{name}</dt>
            <dd>
                <Show when=move || editing.get() == Some(field) fallback=move || view! {
                    <span data-test="field-value">{shown}</span>" "
                }>
                    <EditField open field editing value=if masked != Masking::Whole { String::new() }
                        else { value.clone() }/>
                </Show>
                {eye}
            </dd>
            <dd>
                <Show when=move || { writable.get() && editing.get() != Some(field) }>
                    <button type="button" class="link" data-test=format!("edit-{}", field.path()) on:click=edit>
                        {t!("check.change")}
                        <span class="sr">{name}</span>
                    </button>
                </Show>
            </dd>
        </div>
    }
}

#[component]
fn EditField(open: Open, field: Field, editing: RwSignal<Option<Field>>, value: String) -> impl IntoView {
    let typed = RwSignal::new(value);
    let id = open.id;
    let save = move || {
        let value = typed.get_untracked().trim().to_owned();
        spawn_local(async move {
            match transport::call(SetField { id, field, value }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = editing.try_set(None);
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <form class="row" on:submit=move |event| { event.prevent_default(); save(); }>
            <input class="input w-16" id="edit_field" data-test="edit-field" autocomplete="off"
                aria-label=say::field(field)
                prop:value=typed on:input=move |event| typed.set(event_target_value(&event))/>
            <button type="submit" class="btn btn-sm" data-test="save-field">{t!("case.save_field")}</button>
            <button type="button" class="btn btn-text" on:click=move |_| editing.set(None)>
                {t!("case.keep_field")}
            </button>
        </form>
    }
}

/// The mandate in force, in one line.
pub(super) fn mandate(open: Open) -> impl IntoView {
    let mandate = open.part(|page| page.mandate.clone());
    move || {
        mandate.get().map(|it| {
            let powers: Vec<&str> =
                it.powers.iter().filter_map(|power| words::one_of("power", &say::code(power))).collect();
            let signature = words::one_of("signature", &say::code(&it.signature)).unwrap_or_default();
            let text = match it.ended {
                Some(day) => t!("case.mandate_ended", agent = it.agent, day = dates::full(day)),
                None => t!(
                    "case.mandate",
                    agent = it.agent,
                    powers = powers.join("、"),
                    until = dates::full(it.until),
                    signature = signature
                ),
            };
            view! { <p class="ok-note pad-top" data-test="mandate"><Icon name="sign"/><span>{text}</span></p> }
        })
    }
}

/// 记一笔
#[component]
pub(super) fn NoteForm(open: Open) -> impl IntoView {
    let offered = open.part(|page| page.acts.contains(&Offer::Note));
    let text = RwSignal::new(String::new());
    let item = open.part(|page| page.item.clone());
    let items = Signal::derive(move || item.get().into_iter().collect());
    let id = open.id;
    let add = move || {
        let words = text.get_untracked().trim().to_owned();
        if words.is_empty() {
            return keys::focus("#new_note");
        }
        spawn_local(async move {
            match transport::call(Act { id, command: Command::Note { text: words } }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = text.try_set(String::new());
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <Show when=move || offered.get()>
            <section aria-labelledby="h-notes">
                <div class="sec-head"><h2 id="h-notes">{t!("case.note")}</h2></div>
                <form class="stack-1 pad-top" on:submit=move |event| { event.prevent_default(); add(); }>
                    <label class="sr" for="new_note">{t!("case.note")}</label>
                    <textarea class="textarea" id="new_note" data-test="new-note" prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))>
                    </textarea>
                    {needless(text.into(), items, Callback::new(move |kept| text.set(kept)))}
                    <button type="submit" class="btn btn-sm" data-test="add-note">
                        <Icon name="plus"/>
                        {t!("case.add_note")}
                    </button>
                </form>
            </section>
        </Show>
    }
}
