//! What stands where nothing stands yet: still coming (only after 300 ms, by the style sheet), nothing there, gone wrong.

use leptos::prelude::*;

use super::Icon;

/// Grey rows in the place of a list.
#[component]
pub fn Skeleton(#[prop(default = 4)] rows: usize) -> impl IntoView {
    let row = |_| view! { <li><i></i><i></i><i></i></li> };
    view! { <ul class="skel" aria-hidden="true">{(0..rows).map(row).collect_view()}</ul> }
}

/// Nothing there, and the next useful thing.
#[component]
pub fn Empty(
    #[prop(into)] title: String,
    #[prop(into)] next: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-test="empty">
            <h3>{title}</h3>
            <p class="quiet">{next}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// Something did not work: what is safe, and what to do.
#[component]
pub fn Bad(#[prop(into)] text: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="note note-bad" role="status">
            <Icon name="late"/>
            <p data-test="failure">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
