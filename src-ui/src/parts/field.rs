//! One question on a form: label, hint, input, and what to do if the answer does not fit.

use leptos::prelude::*;

use super::Icon;
use crate::typing::committed;

/// A text field. `typed` hears every keystroke; `wrong` is the sentence to show, if any.
#[component]
pub fn Field(
    /// Element id, also the stable name for tests
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] typed: Callback<String>,
    #[prop(optional, into)] wrong: Signal<Option<String>>,
    /// A reassuring word beside a good answer
    #[prop(optional, into)]
    good: Signal<Option<String>>,
    #[prop(default = "input")] class: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "text")] mode: &'static str,
) -> impl IntoView {
    let hinted = hint.is_some();
    let described = move || match (hinted, wrong.get().is_some()) {
        (_, true) => Some(format!("{id}-e")),
        (true, false) => Some(format!("{id}-h")),
        _ => None,
    };
    let hear = move |event: web_sys::Event| {
        if let Some(text) = committed(&event) {
            typed.run(text);
        }
    };
    let hint = hint.map(|hint| view! { <span class="hint" id=format!("{id}-h")>{hint}</span> });
    view! {
        <div class="field" class:field-err=move || wrong.get().is_some()>
            <label for=id>{label}</label>
            {hint}
            <span class="err" id=format!("{id}-e") hidden=move || wrong.get().is_none()>
                <Icon name="late"/>
                <span data-test=format!("{id}-error")>{move || wrong.get()}</span>
            </span>
            <input class=class id=id type=kind inputmode=mode autocomplete="off" data-test=id
                aria-invalid=move || wrong.get().is_some().to_string()
                aria-describedby=described
                prop:value=value
                on:input=hear on:compositionend=move |event| hear(event.into())/>
            {move || good.get().map(|good| view! { <span class="ok-note"><Icon name="check"/>{good}</span> })}
        </div>
    }
}

/// What stands in the way, on top of the form. Focus moves here; every line leads to its field.
#[component]
pub fn ErrorSummary(#[prop(into)] errors: Signal<Vec<(&'static str, String)>>) -> impl IntoView {
    let here = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let (false, Some(summary)) = (errors.with(Vec::is_empty), here.get()) {
            let _ = summary.focus();
        }
    });
    let line = |(id, text): (&'static str, String)| {
        let lead = move |_| crate::keys::focus(&format!("#{id}"));
        view! { <li><button type="button" class="link" on:click=lead>{text}</button></li> }
    };
    view! {
        <Show when=move || !errors.with(Vec::is_empty)>
            <div class="err-sum" role="alert" tabindex="-1" node_ref=here data-test="error-summary">
                <h2>{t!("form.errors")}</h2>
                <ul>{move || errors.get().into_iter().map(line).collect_view()}</ul>
            </div>
        </Show>
    }
}
